//! Pull, put back, touch, look: as often as it takes, because a key takes a reset only for seconds after it was plugged in.
//!
//! Invariant: a reset is sent to no other key than the one that was confirmed: same slot, model and serial number, and where the
//! key showed a credential, it shows it again; and whatever is enrolled on it by then was confirmed. A key that says "too late" when
//! it is not is believed once: it takes no reset.

use jiff::SignedDuration;

use super::losses::{shows_more, still_shows};
use super::{Desk, NotReset, leaves};
use crate::domain::KeyFacts;
use crate::domain::reason::{Flaw, Lacks, Refusal};
use crate::domain::reset::window;
use crate::record::{KeyReset, Remains};
use crate::workflow::dialogue::{Again, Coach, Event, HOLD_S, Note, Step};
use crate::workflow::steps::{begin_step, end_step, is_replugged, tells_apart};
use crate::workflow::taking::still;
use crate::workflow::{KeyFault, Stop};

/// How long a key waits for a finger: the user action time-out that CTAP 2.3, section 5.4 asks for is 30 s.
const TOUCH: SignedDuration = SignedDuration::from_secs(30);

/// A key that nobody touched waited for that for longer; sooner, it is the key itself that refuses.
const AT_ONCE_MS: u64 = 1_000;

/// How the coaching ended.
pub(super) enum Coached {
    /// The key was reset and is empty; this is how it is now.
    Reset(Box<KeyFacts>),
    /// The key is as it was.
    Untouched(Stop),
    /// Whether the key was reset is not known.
    Unsure(Stop),
    /// It said that it was reset, and does not look so, or did not answer any more.
    NotEmpty(Stop),
}

/// Coaches until the key is empty or the people stop.
pub(super) async fn coach(
    desk: &mut dyn Desk,
    reset: &KeyReset,
    mut key: KeyFacts,
    hold: bool,
) -> Coached {
    let mut again = None;
    // The key may have been reset although it did not say so: it was pulled before it could.
    let mut unsure = false;
    let mut refused_in_time = false;
    let stopped = |stop: Stop, unsure: bool| match unsure {
        true => Coached::Unsure(stop),
        false => Coached::Untouched(stop),
    };
    loop {
        key = match replugged(desk, &key, again).await {
            Ok(back) => back,
            Err(stop) => return stopped(stop, unsure),
        };
        let until = desk.now().saturating_add(window(&reset.key));
        desk.tell(Event::Coach {
            key: key.clone(),
            coach: Coach::Window {
                until: until.unwrap_or(desk.now()),
            },
        });
        match is_same(desk, reset, &mut key, unsure).await {
            Ok(Same::Full) => {}
            Ok(Same::Emptied) => return verified(desk, reset, key).await,
            Ok(Same::Other) => {
                again = Some(Again::OtherKey);
                continue;
            }
            Err(stop) if is_replugged(&stop) => {
                again = Some(Again::Pulled);
                continue;
            }
            Err(stop) => return stopped(stop, unsure),
        }
        // It holds what it held: no earlier attempt came through.
        if reset.would_show() && unsure {
            unsure = false;
            leaves(desk, Remains::Nothing);
        }
        let attempted = attempt(desk, &key, hold).await;
        if let Err(not_reset) = &attempted
            && is_refusal_in_time(desk, &key, not_reset)
            && std::mem::replace(&mut refused_in_time, true)
        {
            return stopped(KeyFault::Unsupported(Lacks::Reset).into(), unsure);
        }
        again = Some(match attempted {
            Ok(()) => return verified(desk, reset, key).await,
            Err(NotReset::TooLate) => Again::TooLate,
            Err(NotReset::Untouched) => Again::Untouched,
            Err(NotReset::Failed {
                fault: KeyFault::Gone,
                nothing_done,
            }) => {
                if !nothing_done {
                    unsure = true;
                    leaves(desk, Remains::MayBeReset);
                }
                Again::Pulled
            }
            Err(NotReset::Failed {
                fault,
                nothing_done,
            }) => return stopped(fault.into(), unsure || !nothing_done),
        });
    }
}

/// Whether the key refused a reset that came well inside its time, or without waiting for a finger.
fn is_refusal_in_time(desk: &dyn Desk, key: &KeyFacts, not_reset: &NotReset) -> bool {
    match not_reset {
        NotReset::TooLate => {
            let plugged = desk.plugged_for(key);
            plugged.is_some_and(|plugged| plugged.as_secs_f64() < window(key).as_secs_f64() / 2.0)
        }
        NotReset::Untouched => desk.key_time().total_ms < AT_ONCE_MS,
        NotReset::Failed { .. } => false,
    }
}

/// Waits until the key is out of its slot, and until one is in it again. Other slots may change meanwhile.
async fn replugged(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    again: Option<Again>,
) -> Result<KeyFacts, Stop> {
    let tell = |desk: &mut dyn Desk, coach: Coach| {
        desk.tell(Event::Coach {
            key: key.clone(),
            coach,
        });
    };
    let mut pulled = false;
    loop {
        let keys = desk.keys();
        let there = keys.iter().find(|k| k.place == key.place);
        match there {
            // A quick hand may have done both before anybody looked.
            Some(back) if back.generation > key.generation => return Ok(back.clone()),
            Some(_) => tell(desk, Coach::Pull { again }),
            None if !pulled => {
                pulled = true;
                let window_s = window(key).as_secs();
                tell(desk, Coach::PutBack { window_s });
            }
            None => {}
        }
        desk.bay_changed(&keys).await?;
    }
}

/// What is in the slot now.
enum Same {
    /// The key, as it was.
    Full,
    /// The key, emptied by an attempt that was not heard of.
    Emptied,
    /// Another key.
    Other,
}

async fn is_same(
    desk: &mut dyn Desk,
    reset: &KeyReset,
    key: &mut KeyFacts,
    unsure: bool,
) -> Result<Same, Stop> {
    let meant = &reset.key;
    let is_make = key.id.aaguid == meant.id.aaguid
        && key.id.serial == meant.id.serial
        && key.vendor_id == meant.vendor_id
        && key.product_id == meant.product_id;
    if !is_make {
        return Ok(Same::Other);
    }
    let is_emptied = unsure && reset.would_show();
    if is_emptied && is_empty(desk, reset, key).await.map_err(Stop::from)? {
        return Ok(Same::Emptied);
    }
    let showed = reset.losses.enrolments.iter().any(|lost| lost.shown);
    let is_it = match showed {
        true => still_shows(desk, key, &reset.losses)
            .await
            .map_err(Stop::from)?,
        // Nothing but its look tells it from its twins.
        false => tells_apart(desk, key) || key.pin_set == meant.pin_set,
    };
    // In the hand it may have been at another desk, or be another key: nobody loses more than was confirmed.
    if !is_it || shows_more(desk, key, &reset.losses).await? {
        return Ok(Same::Other);
    }
    if !unsure && was_put_to_use(meant, key) {
        return Err(Refusal::UsedSince.into());
    }
    still(desk, &reset.losses).await?;
    Ok(Same::Full)
}

/// Whether somebody used the key for something since it was looked at: what was made elsewhere and is not reported yet, nobody knows
/// of.
fn was_put_to_use(then: &KeyFacts, now: &KeyFacts) -> bool {
    let got_pin = then.pin_set == Some(false) && now.pin_set == Some(true);
    let slots = then.free_credential_slots.zip(now.free_credential_slots);
    got_pin || slots.is_some_and(|(then, now)| now < then)
}

/// Sends the reset and asks for the touch.
async fn attempt(desk: &mut dyn Desk, key: &KeyFacts, hold: bool) -> Result<(), NotReset> {
    let until = desk.now().saturating_add(TOUCH).unwrap_or(desk.now());
    desk.tell(Event::Coach {
        key: key.clone(),
        coach: Coach::Touch {
            until,
            hold_s: if hold { HOLD_S } else { 0 },
        },
    });
    let result = desk.reset_key(key).await;
    desk.tell(Event::TouchOver);
    result
}

/// Looks whether the key is empty.
async fn verified(desk: &mut dyn Desk, reset: &KeyReset, mut key: KeyFacts) -> Coached {
    end_step(desk, Step::Reset, Note::None);
    leaves(desk, Remains::Reset);
    begin_step(desk, Step::Empty);
    match looks_reset(desk, reset, &mut key).await {
        Ok(true) => {
            end_step(desk, Step::Empty, Note::None);
            Coached::Reset(Box::new(key))
        }
        Ok(false) => Coached::NotEmpty(Flaw::NotEmpty.into()),
        Err(stop) => Coached::NotEmpty(stop),
    }
}

/// Whether a key has no PIN and shows none of the credentials that it held; pulled meanwhile, it is waited for.
pub(super) async fn looks_reset(
    desk: &mut dyn Desk,
    reset: &KeyReset,
    key: &mut KeyFacts,
) -> Result<bool, Stop> {
    let mut now = key.clone();
    let empty = crate::workflow::steps::on_key(
        desk,
        &mut now,
        async |desk: &mut dyn Desk, key: &KeyFacts| {
            let mut fresh = key.clone();
            let empty = is_empty(desk, reset, &mut fresh).await?;
            Ok((empty, fresh))
        },
    )
    .await;
    let (empty, fresh) = empty?;
    *key = fresh;
    Ok(empty)
}

async fn is_empty(
    desk: &mut dyn Desk,
    reset: &KeyReset,
    key: &mut KeyFacts,
) -> Result<bool, KeyFault> {
    *key = desk.facts(key).await?;
    let is_open = key.pin_set != Some(true) && !key.built_in_uv;
    Ok(is_open && !still_shows(desk, key, &reset.losses).await?)
}
