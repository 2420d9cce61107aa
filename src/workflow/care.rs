//! What is done to one key besides enrolling it: the ports that this needs beyond [`Desk`], and what its workflows share.
//!
//! Invariants: an operator with the authority is signed in before a key is asked for anything; there is room to record before
//! anything is changed; what can't be taken back has an intent on disk before; whatever was changed is read back from the key
//! before it is called done, and then recorded.

mod configure;
mod credentials;
pub(super) mod deletion;
mod fingerprints;
mod intent;
mod pin;
mod returned;
mod test;
mod test_for;

pub use configure::configure;
pub use credentials::credentials;
pub(super) use deletion::{
    may_resume as may_resume_deletion, resume as resume_deletion, without_key as delete_without_key,
};
pub use fingerprints::fingerprints;
pub(super) use intent::{may_resume, resume};
pub use pin::{PinWish, change_pin, set_pin, verify_pin};
pub use returned::check_return;
pub use test::test_key;
pub use test_for::test_for;
pub(super) use test_for::{ForPerson, sign_for};

use super::dialogue::{CareJob, CareResult, Ending, Event, Job, Note, Step};
use super::steps::{begin_step, choose_key, current_pin, end_step, refresh};
use super::{Desk, KeyFault, Stop};
use crate::domain::authority::Action;
use crate::domain::care::{Care, Portrait, oddities};
use crate::domain::reason::Lacks;
use crate::domain::{KeyFacts, Pin, UsbPath};
use crate::record::Change;
use crate::wire::Operator;

/// Does one of these jobs to the key at a place, if that was chosen already.
pub(super) async fn run(
    desk: &mut dyn Desk,
    at: Option<&UsbPath>,
    job: &CareJob,
    wish: &PinWish,
) -> Result<Ending, Stop> {
    match job {
        CareJob::Test => test_key(desk, at).await,
        CareJob::TestFor { person } => test_for(desk, person, None, at).await,
        CareJob::CheckReturn { person } => check_return(desk, at, person.as_ref()).await,
        CareJob::SetPin => set_pin(desk, at, wish).await,
        CareJob::ChangePin => change_pin(desk, at, wish).await,
        CareJob::VerifyPin => verify_pin(desk, at).await,
        CareJob::Configure => configure(desk, at).await,
        CareJob::Credentials => credentials(desk, at).await,
        CareJob::Fingerprints => fingerprints(desk, at).await,
    }
}

/// Who is signed in, if they may do this.
fn authorised(desk: &dyn Desk, action: Action) -> Result<Operator, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    operator.role.may(action)?;
    Ok(operator)
}

/// Begins a run: tells what it is about, and that it may be done and recorded.
async fn begin(desk: &mut dyn Desk, job: Job, action: Action) -> Result<Operator, Stop> {
    let operator = authorised(desk, action)?;
    desk.room().await?;
    desk.tell(Event::Began { job });
    Ok(operator)
}

/// Gets hold of the key at a place that somebody chose already, or lets the people choose one.
pub(super) async fn take_key(desk: &mut dyn Desk, at: Option<&UsbPath>) -> Result<KeyFacts, Stop> {
    begin_step(desk, Step::Key);
    let there = at.and_then(|place| desk.keys().into_iter().find(|key| key.place == *place));
    let mut key = match there {
        Some(key) => key,
        None => choose_key(desk).await?,
    };
    refresh(desk, &mut key).await?;
    end_step(desk, Step::Key, Note::Key { key: key.clone() });
    if !key.is_fido2() {
        return Err(KeyFault::Unsupported(Lacks::Fido2).into());
    }
    Ok(key)
}

/// Reads everything about the key and tells what is unusual.
async fn look(desk: &mut dyn Desk, key: &mut KeyFacts) -> Result<Portrait, Stop> {
    begin_step(desk, Step::Check);
    let portrait = super::steps::on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.portrait(key).await
    })
    .await?;
    let found = oddities(&portrait, desk.models());
    end_step(desk, Step::Check, Note::Oddities { oddities: found });
    Ok(portrait)
}

/// The PIN that the key has, typed by the person and proven on the key; `None` where it has none.
///
/// A PIN that must be changed first opens nothing: that is for the change of the PIN to mend.
async fn unlocked(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    rp_id: &str,
) -> Result<Option<Pin>, Stop> {
    begin_step(desk, Step::Pin);
    if key.pin_set != Some(true) {
        end_step(desk, Step::Pin, Note::NoPin);
        return Ok(None);
    }
    if key.pin_retries == Some(0) {
        return Err(Stop::Key(KeyFault::PinBlocked));
    }
    if key.pin_change_required {
        return Err(Stop::Key(KeyFault::PinChangeNeeded));
    }
    let pin = current_pin(desk, key, rp_id, false).await?;
    end_step(desk, Step::Pin, Note::Verified);
    Ok(Some(pin))
}

/// Writes down what was done.
async fn commit(desk: &mut dyn Desk, key: &KeyFacts, care: &Care) -> Result<(), Stop> {
    desk.commit(Change::Cared {
        intent: None,
        key: Box::new(key.clone()),
        care: Box::new(care.clone()),
    })
    .await
}

/// Writes down what was done and ends the run with it.
async fn record(desk: &mut dyn Desk, key: KeyFacts, care: Care) -> Result<Ending, Stop> {
    begin_step(desk, Step::Record);
    commit(desk, &key, &care).await?;
    end_step(desk, Step::Record, Note::None);
    Ok(Ending::Cared {
        key,
        result: Box::new(CareResult::Done { care }),
    })
}
