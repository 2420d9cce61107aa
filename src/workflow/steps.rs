//! Steps that several workflows share: getting hold of a key, unlocking it, waiting for a finger.

use jiff::SignedDuration;

use super::dialogue::{Answer, Event, Note, Question, Step};
use super::{Desk, KeyFault, Stop};
use crate::domain::pin::pin_floor;
use crate::domain::{KeyFacts, Pin};

/// How long a key waits for a finger: the user action time-out that CTAP 2.3, section 5.4 asks for is 30 s.
const TOUCH: SignedDuration = SignedDuration::from_secs(30);

/// How the key knows that its owner is there.
pub(super) enum Unlocked {
    /// The person typed it.
    Pin(Pin),
    /// The key verifies a finger by itself.
    BuiltIn,
}

impl Unlocked {
    pub(super) fn pin(&self) -> Option<&Pin> {
        match self {
            Self::Pin(pin) => Some(pin),
            Self::BuiltIn => None,
        }
    }
}

/// What unlocking changed on the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PinChange {
    /// Nothing.
    Kept,
    /// The first PIN.
    Set,
    /// Another one, because the key demanded it.
    Changed,
}

pub(super) fn begin_step(desk: &mut dyn Desk, step: Step) {
    desk.tell(Event::Step { step });
}

pub(super) fn end_step(desk: &mut dyn Desk, step: Step, note: Note) {
    desk.tell(Event::StepDone { step, note });
}

/// Lets the people choose a key from the bay: by place, by wink or by touch. The question is asked anew whenever the
/// bay changes, so that what is on the screen is always what is in the slots.
pub(super) async fn choose_key(desk: &mut dyn Desk) -> Result<KeyFacts, Stop> {
    loop {
        let keys = desk.keys();
        let question = Question::ChooseKey { keys: keys.clone() };
        let Some(answer) = desk.ask_or_bay_change(question, &keys).await? else {
            continue;
        };
        match answer {
            Answer::Key(place) => {
                if let Some(key) = keys.into_iter().find(|key| key.place == place) {
                    return Ok(key);
                }
            }
            Answer::ByTouch => match desk.touched(&keys).await {
                Err(Stop::Key(KeyFault::Gone | KeyFault::TouchTimeout)) => {}
                chosen => return chosen,
            },
            Answer::Wink(place) => {
                if let Some(key) = keys.iter().find(|key| key.place == place) {
                    // A key that can't wink is no reason to stop: the question is simply asked again.
                    let _ = desk.wink(key).await;
                }
            }
            _ => {}
        }
    }
}

/// Does something to a key; when it is pulled meanwhile, says so, waits for that very key and does it again. Where nothing tells
/// the key from its twins it ends with [`KeyFault::Replugged`], and `key` is the one that is in the slot by then: whoever knows
/// something that only the right one can show goes on with it; anybody else begins anew.
///
/// Not for `makeCredential`: what was learnt of a key counts for one plug only.
pub(super) async fn on_key<R>(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    mut act: impl AsyncFnMut(&mut dyn Desk, &KeyFacts) -> Result<R, KeyFault>,
) -> Result<R, Stop> {
    loop {
        match act(desk, key).await {
            Ok(done) => return Ok(done),
            Err(KeyFault::Gone) => {
                let is_told_apart = tells_apart(desk, key);
                *key = wait_for(desk, key).await?;
                if !is_told_apart {
                    return Err(Stop::Key(KeyFault::Replugged));
                }
            }
            Err(fault) => return Err(fault.into()),
        }
    }
}

/// Whether this key can be told from every other one here by what it says of itself: it states something of its own, and no other
/// key in the bay states the same.
pub(super) fn tells_apart(desk: &dyn Desk, key: &KeyFacts) -> bool {
    let is_twin = |other: &KeyFacts| other.place != key.place && other.id == key.id;
    key.id.is_unique() && !desk.keys().iter().any(is_twin)
}

/// Whether the key has been in its slot ever since.
pub(super) fn is_plugged(desk: &dyn Desk, key: &KeyFacts) -> bool {
    let mut keys = desk.keys().into_iter();
    keys.any(|k| k.place == key.place && k.generation == key.generation)
}

/// Whether a run has to begin anew with what is in the slot now.
pub(super) fn is_replugged(stop: &Stop) -> bool {
    matches!(stop, Stop::Key(KeyFault::Gone | KeyFault::Replugged))
}

/// Does something from its beginning, and again as often as the key is pulled on the way and nothing shows that what is in the slot
/// then is the same.
pub(super) async fn anew_after_pulls<R>(
    desk: &mut dyn Desk,
    mut job: impl AsyncFnMut(&mut dyn Desk) -> Result<R, Stop>,
) -> Result<R, Stop> {
    loop {
        match job(desk).await {
            Err(Stop::Key(KeyFault::Replugged)) => desk.tell(Event::Anew),
            ended => return ended,
        }
    }
}

/// Reads the key's facts anew: what the bay shows may be a moment old. A key that speaks U2F only has no more to say.
pub(super) async fn refresh(desk: &mut dyn Desk, key: &mut KeyFacts) -> Result<(), Stop> {
    if key.is_fido2() {
        *key = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
            desk.facts(key).await
        })
        .await?;
    }
    Ok(())
}

/// Waits until a key that says the same of itself is in the same slot again.
pub(super) async fn wait_for(desk: &mut dyn Desk, key: &KeyFacts) -> Result<KeyFacts, Stop> {
    desk.tell(Event::Pulled { key: key.clone() });
    loop {
        let keys = desk.keys();
        if let Some(back) = keys.iter().find(|k| is_back(key, k)) {
            desk.tell(Event::Back { key: back.clone() });
            return Ok(back.clone());
        }
        desk.bay_changed(&keys).await?;
    }
}

/// The same model and serial at the same place, plugged in anew. Keys without a serial can't be told apart here.
fn is_back(key: &KeyFacts, seen: &KeyFacts) -> bool {
    seen.place == key.place
        && seen.generation > key.generation
        && seen.id.aaguid == key.id.aaguid
        && seen.id.serial == key.id.serial
}

/// Does something that needs a touch: announces it, counts it, and asks again when nobody touched.
pub(super) async fn touch<R>(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    nth: (u8, u8),
    mut act: impl AsyncFnMut(&mut dyn Desk, &KeyFacts) -> Result<R, KeyFault>,
) -> Result<R, Stop> {
    loop {
        let result = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
            announced(desk, key, nth, &mut act).await
        })
        .await;
        match result {
            Err(Stop::Key(KeyFault::TouchTimeout)) => {
                desk.ask(Question::TouchAgain { key: key.clone() }).await?;
            }
            other => return other,
        }
    }
}

/// The same for what may be done in this plug only: a key that is pulled ends it with [`KeyFault::Gone`].
pub(super) async fn touch_in_this_plug<R>(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    nth: (u8, u8),
    mut act: impl AsyncFnMut(&mut dyn Desk, &KeyFacts) -> Result<R, KeyFault>,
) -> Result<R, Stop> {
    loop {
        match announced(desk, key, nth, &mut act).await {
            Ok(done) => return Ok(done),
            Err(KeyFault::TouchTimeout) => {
                desk.ask(Question::TouchAgain { key: key.clone() }).await?;
            }
            Err(fault) => return Err(fault.into()),
        }
    }
}

async fn announced<R>(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    (nth, of): (u8, u8),
    act: &mut impl AsyncFnMut(&mut dyn Desk, &KeyFacts) -> Result<R, KeyFault>,
) -> Result<R, KeyFault> {
    let until = desk.now().saturating_add(TOUCH).unwrap_or(desk.now());
    desk.tell(Event::Touch {
        key: key.clone(),
        nth,
        of,
        until,
    });
    let result = act(desk, key).await;
    desk.tell(Event::TouchOver);
    result
}

/// Gets the person's PIN and proves it on the key: the one it has, or a new one that the person chooses. A PIN that
/// was written is always verified afterwards. Where a PIN opens no credential, the key's own verification does.
///
/// A new one is at least as long as `asked`, in code points. `sent` is set before a PIN is written: from then on the key may have it, whatever the answer.
pub(super) async fn unlock(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    rp_id: &str,
    asked: u8,
    sent: &mut bool,
) -> Result<(Unlocked, PinChange), Stop> {
    if key.verifies_itself() && key.pin_set == Some(true) && !key.pin_change_required {
        return Ok((Unlocked::BuiltIn, PinChange::Kept));
    }
    let by_pin = by_pin(desk, key, rp_id, asked, sent).await?;
    match (key.verifies_itself(), by_pin) {
        (true, (_, change)) => Ok((Unlocked::BuiltIn, change)),
        (false, by_pin) => Ok(by_pin),
    }
}

/// The same by the key's PIN, where it can have one.
async fn by_pin(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    rp_id: &str,
    asked: u8,
    sent: &mut bool,
) -> Result<(Unlocked, PinChange), Stop> {
    match key.pin_set {
        None => Ok((Unlocked::BuiltIn, PinChange::Kept)),
        Some(false) => {
            let pin = write_pin(desk, key, rp_id, None, asked, sent).await?;
            Ok((Unlocked::Pin(pin), PinChange::Set))
        }
        Some(true) => {
            let mut wrong = false;
            loop {
                let pin = current_pin(desk, key, rp_id, wrong).await?;
                if !key.pin_change_required {
                    return Ok((Unlocked::Pin(pin), PinChange::Kept));
                }
                match write_pin(desk, key, rp_id, Some(&pin), asked, sent).await {
                    Err(Stop::Key(KeyFault::WrongPin { retries })) => {
                        wrong = true;
                        key.pin_retries = retries.or(key.pin_retries);
                    }
                    Err(stop) => return Err(stop),
                    Ok(new) => {
                        key.pin_change_required = false;
                        return Ok((Unlocked::Pin(new), PinChange::Changed));
                    }
                }
            }
        }
    }
}

async fn write_pin(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    rp_id: &str,
    old: Option<&Pin>,
    asked: u8,
    sent: &mut bool,
) -> Result<Pin, Stop> {
    let min_length = pin_floor(key.pin_min_length, desk.registry_pin_floor(), asked);
    let mut refused = None;
    loop {
        let question = Question::NewPin {
            key: key.clone(),
            min_length,
            refused: refused.clone(),
        };
        let Answer::Pin(pin) = desk.ask(question).await? else {
            continue;
        };
        pin.check_chosen(min_length).map_err(Stop::PinNotTaken)?;
        *sent = true;
        let written = on_key(
            desk,
            key,
            async |desk: &mut dyn Desk, key: &KeyFacts| match old {
                // Pulled between writing and answering: the PIN may be there already.
                None if desk.facts(key).await?.pin_set == Some(true) => Ok(()),
                None => desk.set_pin(key, &pin).await,
                Some(old) => desk.change_pin(key, old, &pin).await,
            },
        )
        .await;
        match written {
            Err(Stop::Key(fault)) if fault.refuses_pin() => refused = Some(fault),
            Err(stop) => return Err(stop),
            Ok(()) => {
                key.pin_set = Some(true);
                on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
                    desk.verify_pin(key, &pin, rp_id).await
                })
                .await?;
                return Ok(pin);
            }
        }
    }
}

pub(super) async fn current_pin(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    rp_id: &str,
    mut wrong: bool,
) -> Result<Pin, Stop> {
    loop {
        let question = Question::CurrentPin {
            key: key.clone(),
            retries: key.pin_retries,
            wrong,
        };
        let Answer::Pin(pin) = desk.ask(question).await? else {
            continue;
        };
        // A key that demands a change gives no token; changing proves the old PIN just as well.
        if key.pin_change_required {
            return Ok(pin);
        }
        let verified = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
            match key.pin_set {
                // It was reset while it was out: whatever was learnt of it before is over.
                Some(false) => Err(KeyFault::Replugged),
                _ => desk.verify_pin(key, &pin, rp_id).await,
            }
        })
        .await;
        match verified {
            Ok(()) => return Ok(pin),
            Err(Stop::Key(KeyFault::WrongPin { retries })) => {
                wrong = true;
                key.pin_retries = retries.or(key.pin_retries);
            }
            // Three wrong in a row: only pulling the key helps, so the run waits for just that.
            Err(Stop::Key(KeyFault::PowerCycleNeeded)) => {
                let is_told_apart = tells_apart(desk, key);
                *key = wait_for(desk, key).await?;
                if !is_told_apart {
                    return Err(Stop::Key(KeyFault::Replugged));
                }
                refresh(desk, key).await?;
            }
            Err(stop) => return Err(stop),
        }
    }
}

pub(super) fn pin_note(change: PinChange) -> Note {
    match change {
        PinChange::Kept => Note::Verified,
        PinChange::Set => Note::PinSet,
        PinChange::Changed => Note::PinChanged,
    }
}

/// Whether a PIN that was sent is on the key: looked up where the key can be asked, assumed where it can't, or where another
/// one may be in the slot by now.
pub(super) async fn pin_was_written(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    before: &KeyFacts,
) -> bool {
    if key.generation != before.generation && !tells_apart(desk, key) {
        return true;
    }
    match desk.facts(key).await {
        Ok(now) => {
            now.pin_set != before.pin_set || now.pin_change_required != before.pin_change_required
        }
        Err(_) => true,
    }
}
