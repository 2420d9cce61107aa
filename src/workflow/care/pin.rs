//! The PIN of a key: the first one, another one, or merely proven.
//!
//! Invariants: a PIN that was written is verified on the key before it is called done, and its intent is on disk before it is
//! written. A random one is handed over before it is written, so that no stop can leave a key with a PIN that
//! nobody knows.

use super::super::steps::{
    PinChange, anew_after_pulls, begin_step, current_pin, end_step, on_key, pin_note, refresh,
};
use super::intent::{Known, done, give_up, not_done, plan};
use super::{Desk, authorised, begin, look, take_key};
use crate::domain::authority::Action;
use crate::domain::care::{Care, PinOrigin, PinRule, PinRuleError, Setting};
use crate::domain::key::TEST_RP_ID;
use crate::domain::pin::pin_floor;
use crate::domain::reason::{Failure, Flaw, Lacks};
use crate::domain::{KeyFacts, Pin, UsbPath};
use crate::record::{CareIntent, Remains};
use crate::workflow::dialogue::{
    Answer, CareJob, CareResult, Ending, Event, Job, Note, Question, Step,
};
use crate::workflow::{KeyFault, Stop, conclude};

/// How a new PIN comes about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PinWish {
    /// By lot, by this rule; otherwise the person chooses it.
    pub random: Option<PinRule>,
    /// Whoever gets the key must change it at first use.
    pub force_change: bool,
    /// What a profile asks for besides key and registry, in code points.
    pub min_length: u8,
}

/// Gives a key its first PIN.
pub async fn set_pin(
    desk: &mut dyn Desk,
    at: Option<&UsbPath>,
    wish: &PinWish,
) -> Result<Ending, Stop> {
    let result = renew(desk, at, wish, CareJob::SetPin).await;
    conclude(desk, result)
}

/// Replaces a key's PIN; the old one is needed.
pub async fn change_pin(
    desk: &mut dyn Desk,
    at: Option<&UsbPath>,
    wish: &PinWish,
) -> Result<Ending, Stop> {
    let result = renew(desk, at, wish, CareJob::ChangePin).await;
    conclude(desk, result)
}

/// Proves a key's PIN, with the attempts left shown; a right one gives all of them back.
pub async fn verify_pin(desk: &mut dyn Desk, at: Option<&UsbPath>) -> Result<Ending, Stop> {
    let result = prove(desk, at).await;
    conclude(desk, result)
}

async fn renew(
    desk: &mut dyn Desk,
    at: Option<&UsbPath>,
    wish: &PinWish,
    care: CareJob,
) -> Result<Ending, Stop> {
    let first = care == CareJob::SetPin;
    begin(desk, Job::Care { care }, Action::SetPin).await?;
    if wish.random.is_some() || !first {
        // A PIN that was handed over is not drawn twice, and nobody's PIN is changed but that of the key that was looked at.
        return renew_at(desk, at, wish, first).await;
    }
    anew_after_pulls(desk, async |desk: &mut dyn Desk| {
        renew_at(desk, at, wish, first).await
    })
    .await
}

async fn renew_at(
    desk: &mut dyn Desk,
    at: Option<&UsbPath>,
    wish: &PinWish,
    first: bool,
) -> Result<Ending, Stop> {
    let mut key = take_key(desk, at).await?;
    let portrait = look(desk, &mut key).await?;
    key = portrait.key.clone();
    check(&key, first)?;
    if wish.force_change && portrait.options.get("setMinPINLength") != Some(&true) {
        return Err(unsupported(Lacks::ForcedPinChange));
    }
    begin_step(desk, Step::Pin);
    let old = match first {
        true => None,
        false => Some(current_pin(desk, &mut key, TEST_RP_ID, false).await?),
    };
    let origin = match wish.random {
        Some(_) => PinOrigin::Random,
        None => PinOrigin::Person,
    };
    let mut writing = Writing {
        old,
        care: match first {
            true => Care::PinSet { origin },
            false => Care::PinChanged { origin },
        },
        begun: None,
    };
    match writing.write(desk, &mut key, wish).await {
        Ok(pin) => finish(desk, key, &pin, &writing, wish.force_change).await,
        Err(stop) => Err(writing.give_up(desk, &key, stop).await),
    }
}

fn check(key: &KeyFacts, first: bool) -> Result<(), Stop> {
    match (key.pin_set, first) {
        (None, _) => Err(unsupported(Lacks::Pins)),
        (Some(true), true) => Err(unsupported(Lacks::FirstPin)),
        (Some(false), false) => Err(unsupported(Lacks::PinChange)),
        (Some(true), false) if key.pin_retries == Some(0) => Err(Stop::Key(KeyFault::PinBlocked)),
        _ => Ok(()),
    }
}

fn unsupported(lacks: Lacks) -> Stop {
    Stop::Key(KeyFault::Unsupported(lacks))
}

/// A PIN on its way to the key.
struct Writing {
    old: Option<Pin>,
    /// What is recorded once it is there.
    care: Care,
    begun: Option<Begun>,
}

/// A PIN is about to be written, or was.
struct Begun {
    intent: CareIntent,
    /// The one that the key may have by now, whatever the answer; none: it refused the last one.
    sent: Option<Pin>,
}

impl Writing {
    /// Gets a new PIN, writes it and verifies it.
    async fn write(
        &mut self,
        desk: &mut dyn Desk,
        key: &mut KeyFacts,
        wish: &PinWish,
    ) -> Result<Pin, Stop> {
        let minimum = pin_floor(
            key.pin_min_length,
            desk.registry_pin_floor(),
            wish.min_length,
        );
        let mut refused = None;
        loop {
            let pin = match &wish.random {
                Some(rule) => drawn(desk, key, &rule.clone().at_least(minimum)).await?,
                None => {
                    let question = Question::NewPin {
                        key: key.clone(),
                        min_length: minimum,
                        refused: refused.clone(),
                    };
                    match desk.ask(question).await? {
                        Answer::Pin(pin) => pin,
                        _ => continue,
                    }
                }
            };
            pin.check_chosen(minimum).map_err(Stop::PinNotTaken)?;
            match self.put(desk, key, &pin).await {
                // A drawn one is in somebody's hands already: another would make two.
                Err(Stop::Key(fault)) if fault.refuses_pin() && wish.random.is_none() => {
                    refused = Some(fault);
                    self.was_refused();
                }
                // The old one was not it: it is asked for again, the attempts left shown.
                Err(Stop::Key(KeyFault::WrongPin { retries })) if self.old.is_some() => {
                    key.pin_retries = retries.or(key.pin_retries);
                    self.was_refused();
                    self.old = Some(current_pin(desk, key, TEST_RP_ID, true).await?);
                }
                Err(stop) => return Err(stop),
                Ok(()) => {
                    verify(desk, key, &pin).await?;
                    return Ok(pin);
                }
            }
        }
    }

    async fn put(
        &mut self,
        desk: &mut dyn Desk,
        key: &mut KeyFacts,
        pin: &Pin,
    ) -> Result<(), Stop> {
        let intent = match self.begun.take() {
            Some(begun) => begun.intent,
            None => plan(desk, key, self.care.clone()).await?,
        };
        let begun = self.begun.insert(Begun { intent, sent: None });
        let (old, sent) = (self.old.as_ref(), &mut begun.sent);
        on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
            // Pulled between writing and answering: the new one may be there already.
            let was_sent = sent.replace(pin.duplicate()).is_some();
            if was_sent && desk.verify_pin(key, pin, TEST_RP_ID).await.is_ok() {
                return Ok(());
            }
            match old {
                None => desk.set_pin(key, pin).await,
                Some(old) => desk.change_pin(key, old, pin).await,
            }
        })
        .await
    }

    fn was_refused(&mut self) {
        if let Some(begun) = &mut self.begun {
            begun.sent = None;
        }
    }

    async fn give_up(&self, desk: &mut dyn Desk, key: &KeyFacts, stop: Stop) -> Stop {
        let Some(Begun { intent, sent }) = &self.begun else {
            return stop;
        };
        // The key itself said that it did not take it.
        let Some(new) = sent.as_ref().filter(|_| !is_refusal(&stop)) else {
            return not_done(desk, intent.id, stop).await;
        };
        let known = match &self.old {
            Some(old) => Known::Either { old, new },
            None => Known::Nothing,
        };
        give_up(desk, intent, key, known, stop).await
    }
}

fn is_refusal(stop: &Stop) -> bool {
    matches!(stop, Stop::Key(fault) if fault.refuses_pin())
}

/// Draws a PIN and hands it over.
async fn drawn(desk: &mut dyn Desk, key: &mut KeyFacts, rule: &PinRule) -> Result<Pin, Stop> {
    let mut broken = None;
    let pin = rule.draw(|bytes| {
        if let Err(stop) = desk.random(bytes) {
            broken.get_or_insert(stop);
        }
    });
    if let Some(stop) = broken {
        return Err(stop);
    }
    let pin = pin.map_err(|error| {
        KeyFault::Failed(match error {
            PinRuleError::Length(characters) => Failure::PinLength { characters },
            PinRuleError::Randomness => Failure::Randomness,
        })
    })?;
    desk.hand_over(key, &pin).await?;
    Ok(pin)
}

async fn verify(desk: &mut dyn Desk, key: &mut KeyFacts, pin: &Pin) -> Result<(), Stop> {
    begin_step(desk, Step::ReadBack);
    // A key that demands a change gives no token for the PIN that it has: it took the change, which proves as much.
    let verified = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.verify_pin(key, pin, TEST_RP_ID).await
    })
    .await;
    match verified {
        Err(Stop::Key(KeyFault::WrongPin { .. })) => Err(Flaw::PinNotTaken.into()),
        verified => verified,
    }
}

/// Records a PIN that is on the key, and forces its change where that is wished.
async fn finish(
    desk: &mut dyn Desk,
    mut key: KeyFacts,
    pin: &Pin,
    writing: &Writing,
    force_change: bool,
) -> Result<Ending, Stop> {
    let change = match writing.old {
        None => PinChange::Set,
        Some(_) => PinChange::Changed,
    };
    let refreshed = refresh(desk, &mut key).await;
    if let Err(stop) = refreshed {
        return Err(writing.give_up(desk, &key, stop).await);
    }
    end_step(desk, Step::Pin, pin_note(change));
    end_step(desk, Step::ReadBack, Note::Verified);
    let care = writing.care.clone();
    begin_step(desk, Step::Record);
    if let Some(begun) = &writing.begun {
        done(desk, &begun.intent, &key).await?;
    }
    if force_change {
        super::configure::apply(desk, &mut key, Some(pin), Setting::ForcePinChange)
            .await
            .map_err(|stop| stop.leaving(Remains::Pin))?;
    }
    end_step(desk, Step::Record, Note::None);
    let result = Box::new(CareResult::Done { care });
    Ok(Ending::Cared { key, result })
}

async fn prove(desk: &mut dyn Desk, at: Option<&UsbPath>) -> Result<Ending, Stop> {
    authorised(desk, Action::SetPin)?;
    desk.tell(Event::Began {
        job: Job::Care {
            care: CareJob::VerifyPin,
        },
    });
    anew_after_pulls(desk, async |desk: &mut dyn Desk| {
        let mut key = take_key(desk, at).await?;
        check(&key, false)?;
        if super::unlocked(desk, &mut key, TEST_RP_ID).await?.is_none() {
            return Err(unsupported(Lacks::Pins));
        }
        refresh(desk, &mut key).await?;
        let retries = key.pin_retries;
        Ok(Ending::Cared {
            key,
            result: Box::new(CareResult::PinVerified { retries }),
        })
    })
    .await
}
