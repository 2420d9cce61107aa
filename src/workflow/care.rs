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
pub use test::{TEST_RP_ID, test_key};
pub use test_for::test_for;
pub(super) use test_for::{ForPerson, sign_for};

use serde::Serialize;

use super::dialogue::{CareJob, CareResult, Ending, Event, Job, Note, Step};
use super::steps::{begin_step, choose_key, current_pin, end_step, refresh};
use super::{Desk, KeyFault, Stop};
use crate::domain::authority::Action;
use crate::domain::care::{
    Care, CredentialList, Fingerprint, Portrait, Setting, StoredCredential, TestReport, oddities,
};
use crate::domain::{Bytes, KeyFacts, Person, PersonId, Pin, Place, VisitId};
use crate::record::Change;
use crate::wire::{Operator, TestOffer};

/// What care needs of the world besides a [`Desk`]. The rules of [`Desk`] about failing and cancelling hold here too.
#[expect(
    async_fn_in_trait,
    reason = "workflows are generic over their desk; no trait object is made of it"
)]
pub trait CareDesk: Desk {
    /// Everything that the key says of itself, read anew.
    async fn portrait(&mut self, key: &KeyFacts) -> Result<Portrait, KeyFault>;
    /// How long the key took for the last operation.
    fn key_time(&self) -> KeyTime;
    /// From here on a cancel ends nothing more: the run is over, and what came of a change is looked up.
    fn heed_no_cancel(&mut self);
    /// Fills a slice with random bytes.
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Stop>;
    /// Whether there is room to record what is about to be done; [`Stop::Store`] where there is not.
    async fn room(&mut self) -> Result<(), Stop>;
    /// The registry's challenge for a key that is enrolled for a person; with a visit, passing the test proves it.
    async fn test_offer(
        &mut self,
        person: &PersonId,
        visit: Option<VisitId>,
    ) -> Result<TestOffer, Stop>;
    /// Earlier tests of keys of the same model, at this station.
    async fn tests_before(&mut self, key: &KeyFacts) -> Result<Vec<TestReport>, Stop>;
    /// Who would be locked out without each of these credentials of a key, in the same order.
    async fn stakes(
        &mut self,
        key: &KeyFacts,
        held: &[StoredCredential],
    ) -> Result<Vec<Stake>, Stop>;
    /// Gives a random PIN to the person, once and nowhere else.
    async fn hand_over(&mut self, key: &KeyFacts, pin: &Pin) -> Result<(), Stop>;

    /// Changes a setting. `None` for the PIN: the key has none, and lets anybody. Without a touch.
    async fn configure(
        &mut self,
        key: &KeyFacts,
        pin: Option<&Pin>,
        setting: &Setting,
    ) -> Result<(), KeyFault>;
    /// Every discoverable credential, by RP. [`KeyFault::Unsupported`] where the key can't tell.
    async fn credentials(&mut self, key: &KeyFacts, pin: &Pin) -> Result<CredentialList, KeyFault>;
    /// Changes the account's name on the key. [`KeyFault::Unsupported`] on preview keys, which lack this.
    async fn rename_credential(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        credential: &StoredCredential,
        name: &str,
    ) -> Result<(), KeyFault>;
    /// The fingerprints on the key. [`KeyFault::Unsupported`] where it has no sensor.
    async fn fingerprints(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
    ) -> Result<Vec<Fingerprint>, KeyFault>;
    /// Enrols a finger, telling each sample ([`Event::Finger`]); what the key calls it.
    async fn enrol_fingerprint(&mut self, key: &KeyFacts, pin: &Pin) -> Result<Bytes, KeyFault>;
    /// Names a fingerprint; as much of the name as the key keeps.
    async fn name_fingerprint(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        id: &Bytes,
        name: &str,
    ) -> Result<String, KeyFault>;
    /// Removes a fingerprint.
    async fn remove_fingerprint(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        id: &Bytes,
    ) -> Result<(), KeyFault>;
}

/// Whom a credential lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "stake", rename_all = "kebab-case")]
pub enum Stake {
    /// Nobody whom the registry knows.
    Nobody,
    /// The operator who is signed in.
    Operator,
    /// A person whom this station enrolled, or for whom the registry holds it.
    Account {
        /// Whom.
        person: Box<Person>,
    },
    /// Somebody at an RP that is the registry's or might be, and neither station nor registry can say who: an operator, or a
    /// person whom another station has yet to report.
    Unknown,
}

/// How long a key took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyTime {
    /// In all, in milliseconds.
    pub total_ms: u64,
    /// Of which it waited for a finger.
    pub waiting_ms: u64,
}

impl KeyTime {
    /// What the key itself took, in milliseconds.
    pub fn own_ms(self) -> u64 {
        self.total_ms.saturating_sub(self.waiting_ms)
    }
}

/// Does one of these jobs to the key at a place.
pub async fn run<D: CareDesk>(
    desk: &mut D,
    place: &Place,
    job: &CareJob,
    wish: &PinWish,
) -> Result<Ending, Stop> {
    let at = Some(place);
    match job {
        CareJob::Test => test_key(desk, at).await,
        CareJob::TestFor { person } => test_for(desk, person, None, at).await,
        CareJob::SetPin => set_pin(desk, at, wish).await,
        CareJob::ChangePin => change_pin(desk, at, wish).await,
        CareJob::VerifyPin => verify_pin(desk, at).await,
        CareJob::Configure => configure(desk, at).await,
        CareJob::Credentials => credentials(desk, at).await,
        CareJob::Fingerprints => fingerprints(desk, at).await,
    }
}

/// Who is signed in, if they may do this.
fn authorised<D: Desk>(desk: &D, action: Action) -> Result<Operator, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    operator.role.may(action)?;
    Ok(operator)
}

/// Begins a run: tells what it is about, and that it may be done and recorded.
async fn begin<D: CareDesk>(desk: &mut D, job: Job, action: Action) -> Result<Operator, Stop> {
    let operator = authorised(desk, action)?;
    desk.room().await?;
    desk.tell(Event::Began { job });
    Ok(operator)
}

/// Gets hold of the key at a place that somebody chose already, or lets the people choose one.
pub(super) async fn take_key<D: Desk>(desk: &mut D, at: Option<&Place>) -> Result<KeyFacts, Stop> {
    begin_step(desk, Step::Key);
    let there = at.and_then(|place| desk.keys().into_iter().find(|key| key.place == *place));
    let mut key = match there {
        Some(key) => key,
        None => choose_key(desk).await?,
    };
    refresh(desk, &mut key).await?;
    end_step(desk, Step::Key, Note::Key { key: key.clone() });
    if !key.is_fido2() {
        let what = "FIDO2: it speaks U2F only and cannot be used";
        return Err(Stop::Key(KeyFault::Unsupported(what.to_owned())));
    }
    Ok(key)
}

/// Reads everything about the key and tells what is unusual.
async fn look<D: CareDesk>(desk: &mut D, key: &mut KeyFacts) -> Result<Portrait, Stop> {
    begin_step(desk, Step::Check);
    let portrait = super::steps::on_key(desk, key, async |desk: &mut D, key: &KeyFacts| {
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
async fn unlocked<D: Desk>(
    desk: &mut D,
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
async fn commit<D: Desk>(desk: &mut D, key: &KeyFacts, care: &Care) -> Result<(), Stop> {
    desk.commit(Change::Cared {
        intent: None,
        key: Box::new(key.clone()),
        care: Box::new(care.clone()),
    })
    .await
}

/// Writes down what was done and ends the run with it.
async fn record<D: Desk>(desk: &mut D, key: KeyFacts, care: Care) -> Result<Ending, Stop> {
    begin_step(desk, Step::Record);
    commit(desk, &key, &care).await?;
    end_step(desk, Step::Record, Note::None);
    Ok(Ending::Cared {
        key,
        result: Box::new(CareResult::Done { care }),
    })
}
