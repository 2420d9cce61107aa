//! How what was begun ended, and what it leaves.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::act::Going;
use crate::domain::{AccountResetId, EntryId, IntentId, KeyFacts, OperatorId, VisitId};
use crate::wire::WithdrawalPush;

/// Why an intent ended without an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum EndReason {
    Cancelled,
    /// The key refused or failed, or no code was right.
    KeyFailed {
        /// In words, for the record.
        what: String,
    },
    /// The registry's offer had expired.
    OfferExpired,
    /// An operator ended unfinished work after a stop.
    ResolvedAfterStop,
    /// Turned out to be enrolled already.
    AlreadyEnrolled,
    /// The enrolment was given up after the registry had refused it.
    Withdrawn,
}

/// What an ended intent leaves on the key, the phone or at the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remains {
    /// The key is as it was.
    Nothing,
    /// The key has a new PIN and nothing else.
    Pin,
    /// The credential was made and deleted again; the PIN stays.
    CredentialDeleted,
    /// The key holds a credential that the registry does not know.
    Credential,
    /// The key may hold such a credential: it was out of reach when the intent ended.
    Unknown,
    /// The key holds a credential that the registry knows: it works.
    InUse,
    /// The key was reset: nothing that was on it works any more.
    Reset,
    /// The key may have been reset: it was out of reach before that was known.
    MayBeReset,
    /// An enrolled credential is gone from the key, and the registry has not been told.
    Deleted,
    /// It may be gone: the key was out of reach before that was known. The registry holds it.
    MayBeDeleted,
    /// What care was about to do is done and recorded.
    Changed,
    /// What care was about to do may be done: the key was out of reach, or shows no such thing.
    MayBeChanged,
    /// Its PIN may be another one by now; the person has proved the one that it has.
    PinProven,
    /// The person's phone may hold an entry whose codes open nothing.
    OnPhone,
    /// The app may be enrolled or not: the station's memory failed before that was known.
    AppUnknown,
    /// The hardware token is still in stock.
    NotAssigned,
    /// The registry lists the hardware token as the person's, or may do so.
    MayBeAssigned,
    /// All that opened the account was deleted.
    AccountReset,
    /// Nothing of the account was deleted from this desk.
    AccountKept,
    /// Its reset may have been carried out: the registry did not say.
    MayBeAccountReset,
}

/// How a conflict was resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resolution {
    /// Sent again: the registry's reason is gone.
    Retry,
    /// Given up: the person needs another enrolment. The record stays.
    Withdrawn,
}

/// The end of a [`super::Deletion`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionDone {
    /// Which intent it fulfils.
    pub intent: IntentId,
    /// The key as it is now or, where it is not to be had, as it was.
    pub key: KeyFacts,
    pub remains: Remains,
    /// What the registry is told.
    pub report: WithdrawalEntry,
}

/// What the registry is told in the same record that begins or ends something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalEntry {
    pub entry: EntryId,
    pub push: WithdrawalPush,
}

/// The end of a [`super::PersonReset`], by the registry's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonResetDone {
    /// Which intent it fulfils.
    pub intent: IntentId,
    pub reset: AccountResetId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitId>,
    pub deleted: Vec<Going>,
    /// Who carried it out.
    pub operator: OperatorId,
    /// When, by the registry's clock.
    pub done_at: Timestamp,
}
