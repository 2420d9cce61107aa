//! What a station records: one [`Record`] is one entry of its journal, and the only way anything becomes true.
//!
//! An enrolment is the sequence [`Change::IntentBegun`] → [`Change::PinSet`]? → [`Change::CredentialMade`] →
//! [`Change::Enrolled`] (with its outbox entry) → [`Change::Pushed`] or [`Change::Rejected`]. An operator's own key goes from
//! [`Change::OwnKeyBegun`] to [`Change::SessionOpened`], a credential that is withdrawn from [`Change::WithdrawalBegun`] to
//! [`Change::IntentEnded`], a key that is reset from [`Change::ResetBegun`] to [`Change::ResetDone`], an enrolled credential that
//! is deleted from [`Change::DeletionBegun`] to [`Change::DeletionDone`], what care can't take back from [`Change::CareBegun`] to
//! [`Change::Cared`], an authenticator app from [`Change::AppBegun`] to [`Change::AppEnrolled`] (with its outbox entry), the reset
//! of a person's account from [`Change::PersonResetBegun`] to [`Change::PersonResetDone`]. An intent that nothing of this has ended
//! is [`Unfinished`] work.
//!
//! A new kind is a variant of [`Change`] and its [`Nature`]; a family of kinds is one variant with an enum of its own, as
//! [`Change::Batch`] is. Invariant: what an earlier release wrote can be read; members are only ever added, or no longer read.

mod care;
mod change;
mod ending;
mod intent;
mod inventory;
mod nature;
mod order;
mod outbox;
mod unfinished;

pub use care::{CareIntent, Outcome};
pub use change::Change;
pub use ending::{DeletionDone, EndReason, PersonResetDone, Remains, Resolution, WithdrawalEntry};
pub use intent::{
    AppIntent, Begun, Deletion, Intent, KeyReset, Made, OwnKey, PersonReset, TokenIntent,
    Withdrawal,
};
pub use inventory::{EnrolledHere, Enrolment, KeyRecord};
pub use nature::Nature;
pub use outbox::{EntryState, Left, OutboxBody, OutboxEntry};
pub use outbox::{each_report, outbox_rows};
pub use unfinished::{IntentStage, OpenEnrolment, Unfinished};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::factor::SealedSecret;
use crate::domain::models::Source;
use crate::domain::{Bytes, OperatorId, StationId};
use crate::wire::Bond;

/// Version of [`Record`] that this release writes; earlier ones are read, a newer one is refused.
///
/// 2 added [`Change::SessionUnlocked`]: before, it was recorded as [`Change::SessionOpened`]. 3 added intents for an operator's
/// own key and for a withdrawal, what remains after one, and how the person was identified before a test. 4 added batches, resets
/// of keys, and intents for what care can't take back. 5 added authenticator apps and hardware tokens, deletions of enrolled
/// credentials, and tells the registry of what was withdrawn. 6 added factors that are suspended. 7 binds what the registry is
/// told to the session in which it was recorded, and seals tickets. 8 added resets of people's accounts.
/// 9 added what is done with the stock.
pub const RECORD_VERSION: u16 = 9;

/// One journal entry: who changed what, when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this form.
    pub version: u16,
    /// By the station's clock.
    pub at: Timestamp,
    /// The station, once it has joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub station: Option<StationId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorId>,
    /// Binds the outbox entry that it makes to the session; earlier releases bound none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bond: Option<Bond>,
    pub change: Change,
}

/// The tickets of a day, as they are kept: without a session at the station they say nothing but how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedTickets {
    /// Version of what is sealed: JSON of [`Tickets`](crate::wire::Tickets).
    pub version: u16,
    /// The day they were asked for.
    pub day: jiff::civil::Date,
    pub count: u32,
    /// When the last of them was issued, by the registry's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<Timestamp>,
    /// When none of them serves any more, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Sealed to the day's key at this station.
    pub sealed: SealedSecret,
}

/// An import of the FIDO Alliance's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetadataImport {
    /// Which release.
    pub source: Source,
    /// How many FIDO2 models it has.
    pub models: u32,
    /// SHA-256 of the blob as it was signed.
    pub blob_sha256: Bytes,
    /// SHA-256 of what the station keeps of it.
    pub kept_sha256: Bytes,
}
