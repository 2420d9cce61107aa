//! What a station records: one [`Record`] is one entry of its journal, and the only way anything becomes true.
//!
//! An enrolment is the sequence [`Change::IntentBegun`] → [`Change::PinSet`]? → [`Change::CredentialMade`] →
//! [`Change::Enrolled`] (with its outbox entry) → [`Change::Pushed`] or [`Change::Rejected`]. An operator's own key goes from
//! [`Change::OwnKeyBegun`] to [`Change::SessionOpened`], a credential that is withdrawn from [`Change::WithdrawalBegun`] to
//! [`Change::IntentEnded`], a key that is reset from [`Change::ResetBegun`] to [`Change::ResetDone`], an enrolled credential that
//! is deleted from [`Change::DeletionBegun`] to [`Change::DeletionDone`], what care can't take back from [`Change::CareBegun`] to
//! [`Change::Cared`], an authenticator app from [`Change::AppBegun`] to [`Change::AppEnrolled`] (with its outbox entry). An intent
//! that nothing of this has ended is [`Unfinished`] work.

mod nature;
mod outbox;
mod unfinished;

pub use nature::Nature;
pub(crate) use outbox::each_report;
pub use outbox::{EntryState, Left, OutboxBody, OutboxEntry};
pub use unfinished::{IntentStage, OpenEnrolment, Unfinished};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::batch::BatchChange;
use super::care::{Care, CareIntent};
use super::deletion::{Deletion, DeletionDone, Report};
use super::factor::{AppIntent, CodeVerdict};
use super::id::{Bytes, EntryId, FactorId, IntentId, OfferId, OperatorId, PersonId, StationId};
use super::identification::Identification;
use super::key::{KeyFacts, KeyId, Place};
use super::models::Source;
use super::person::Person;
use super::reset::KeyReset;
use super::suspension::FactorRef;
use crate::wire::{
    AppPush, EnrolmentPush, KeyResetPush, Offer, Operator, OperatorOffer, Removal, SuspensionPush,
    TestPush, Tickets, TokenImport, UnlockPush,
};

/// Version of [`Record`] that this release writes; earlier ones are read, a newer one is refused.
///
/// 2 added [`Change::SessionUnlocked`]: before, it was recorded as [`Change::SessionOpened`]. 3 added intents for an operator's
/// own key and for a withdrawal, what remains after one, and how the person was identified before a test. 4 added batches, resets
/// of keys, and intents for what care can't take back. 5 added authenticator apps and hardware tokens, deletions of enrolled
/// credentials, and tells the registry of what was withdrawn. 6 added factors that are suspended.
pub const RECORD_VERSION: u16 = 6;

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
    /// Who was signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorId>,
    /// What happened.
    pub change: Change,
}

/// What happened. Holds no secret: no PIN, no token, the secret of an authenticator app only as the registry can open it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Change {
    /// The station joined a registry.
    StationJoined {
        /// Its name for people.
        name: String,
        /// The registry's base address.
        registry: String,
        /// The audience of its assertions.
        audience: String,
    },
    /// An operator signed in; the registry checked their key.
    SessionOpened {
        /// Who.
        operator: Operator,
        /// The intent to make their own key that this fulfils, at a first sign-in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<IntentId>,
    },
    /// The operator of a locked session was let in again by the station alone: the registry was out of reach.
    SessionUnlocked {
        /// Who.
        operator: Operator,
        /// The outbox entry.
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<UnlockPush>,
    },
    /// An operator's session ended.
    SessionClosed {
        /// Who.
        operator: OperatorId,
    },
    /// A key was seen for the first time, or something about it changed.
    KeySeen {
        /// What it is and where.
        key: Box<KeyFacts>,
    },
    /// Tickets were fetched for a day; they replace those of the same day.
    TicketsFetched {
        /// The offers.
        tickets: Box<Tickets>,
    },
    /// The metadata of the FIDO Alliance was imported; it replaces what was imported before.
    MetadataImported {
        /// Which.
        import: MetadataImport,
    },
    /// Something irreversible is about to be done to a key.
    IntentBegun {
        /// What exactly.
        intent: Box<Intent>,
    },
    /// A credential is about to be made on an operator's own key: their first sign-in.
    OwnKeyBegun {
        /// What exactly.
        intent: Box<OwnKey>,
    },
    /// A conflict is resolved by giving the enrolment up: its entry leaves the outbox, and its credential is about to be deleted
    /// from the key.
    WithdrawalBegun {
        /// What exactly.
        intent: Box<Withdrawal>,
        /// What the registry is told, so that none of the earlier attempts counts should it arrive yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report: Option<Box<Report>>,
    },
    /// A key is about to be reset: everything on it will be gone.
    ResetBegun {
        /// What exactly.
        intent: Box<KeyReset>,
    },
    /// The key was reset, and verified to be empty.
    ResetDone {
        /// Which intent it fulfils.
        intent: IntentId,
        /// The outbox entry.
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<KeyResetPush>,
    },
    /// An enrolled credential is about to be deleted from its key: somebody loses it.
    DeletionBegun {
        /// What exactly.
        intent: Box<Deletion>,
    },
    /// The credential is gone from its key or, where the key can't tell, is not to be used any more.
    DeletionDone {
        /// What came of it.
        done: Box<DeletionDone>,
    },
    /// The person set or changed the key's PIN on the way.
    PinSet {
        /// For which intent.
        intent: IntentId,
    },
    /// The key made a credential; not yet proven.
    CredentialMade {
        /// For which intent.
        intent: IntentId,
        /// What was made.
        made: Box<Made>,
    },
    /// The enrolment is complete at this station; its push waits in the outbox.
    Enrolled {
        /// Which intent it fulfils.
        intent: IntentId,
        /// The outbox entry.
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<EnrolmentPush>,
    },
    /// The key held a credential for this person already, and it was tested.
    Retested {
        /// The intent that turned out to need nothing, if one was begun.
        intent: Option<IntentId>,
        /// The outbox entry.
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<TestPush>,
        /// Where the key was; earlier releases did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
    },
    /// An intent ended without an enrolment.
    IntentEnded {
        /// Which.
        intent: IntentId,
        /// Why.
        why: EndReason,
        /// What remains on the key.
        remains: Remains,
    },
    /// The registry accepted an outbox entry.
    Pushed {
        /// Which.
        entry: EntryId,
        /// When, by the registry's clock.
        accepted_at: Timestamp,
    },
    /// The registry refused an outbox entry for good: a conflict, until an operator resolves it.
    Rejected {
        /// Which.
        entry: EntryId,
        /// The problem's code, e.g. `challenge-expired`.
        code: String,
        /// The registry's words.
        detail: String,
    },
    /// Something happened to a batch over many keys.
    Batch {
        /// What.
        change: Box<BatchChange>,
    },
    /// An operator resolved a conflict.
    ConflictResolved {
        /// Which.
        entry: EntryId,
        /// How.
        how: Resolution,
        /// What remains on the key, when an enrolment is given up without having the key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remains: Option<Remains>,
        /// What the registry is told of an enrolment that is given up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report: Option<Box<Report>>,
    },
    /// Something that can't be taken back is about to be done to a key besides an enrolment.
    CareBegun {
        /// What exactly.
        intent: Box<CareIntent>,
    },
    /// Something was done to a key besides an enrolment: it was tested, got a PIN, a setting, a fingerprint, …
    Cared {
        /// The intent that this fulfils, where it can't be taken back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<IntentId>,
        /// To which.
        key: Box<KeyFacts>,
        /// What.
        care: Box<Care>,
    },
    /// The secret of an authenticator app is about to be shown.
    AppBegun {
        /// What exactly.
        intent: Box<AppIntent>,
    },
    /// The app's code was right; its push waits in the outbox.
    AppEnrolled {
        /// Which intent it fulfils.
        intent: IntentId,
        /// The outbox entry.
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<AppPush>,
    },
    /// The registry examined codes of a factor that is active.
    AppTested {
        /// Whose.
        person: PersonId,
        /// Which.
        factor: FactorId,
        /// What it said of the last code.
        verdict: CodeVerdict,
    },
    /// A factor is no longer needed: the person proved another one, or this.
    FactorRemoved {
        /// The outbox entry.
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<Removal>,
    },
    /// A factor was reported lost, stolen or suspected.
    FactorSuspended {
        /// The outbox entry.
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<SuspensionPush>,
    },
    /// The registry lifted a suspension: its owner had shown the factor.
    SuspensionLifted {
        /// Whose.
        person: PersonId,
        /// Which.
        factor: FactorRef,
    },
    /// Hardware tokens were read from a file and their seeds sealed.
    TokensImported {
        /// The outbox entry.
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<TokenImport>,
    },
    /// A hardware token of the stock is about to become a person's: the registry is asked.
    TokenBegun {
        /// What exactly.
        intent: Box<TokenIntent>,
    },
    /// The registry made it theirs.
    TokenAssigned {
        /// Which intent it fulfils.
        intent: IntentId,
        /// The factor that it is now.
        factor: FactorId,
    },
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

/// What is about to be done to a key, and everything needed to finish or undo it after a stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Its identifier.
    pub id: IntentId,
    /// The registry's offer: person, options, challenges.
    pub offer: Offer,
    /// The key that it is about.
    pub key: KeyFacts,
    /// How the person was identified.
    pub identification: Identification,
    /// Who does it.
    pub operator: OperatorId,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// SHA-256 of the policy that admitted the key, where the station has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Bytes>,
}

/// A credential that is about to be made on an operator's own key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnKey {
    /// Its identifier.
    pub id: IntentId,
    /// The registry's offer: operator, options, challenge. The one-time code is no part of it.
    pub offer: OperatorOffer,
    /// The key that it is about.
    pub key: KeyFacts,
    /// When it was begun.
    pub begun_at: Timestamp,
}

/// A credential that opens nothing and is about to be deleted from its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Its identifier.
    pub id: IntentId,
    /// The outbox entry that the registry refused.
    pub entry: EntryId,
    /// Whose enrolment it was.
    pub person: Person,
    /// The credential.
    pub credential: Bytes,
    /// At which relying party.
    pub rp_id: String,
    /// The key that it is on.
    pub key: KeyFacts,
    /// Who withdraws it.
    pub operator: OperatorId,
    /// When it was begun.
    pub begun_at: Timestamp,
}

/// A hardware token that is about to be given to a person: only the registry can say whether its code is right, and after a stop
/// only the registry knows whether it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenIntent {
    /// Its identifier.
    pub id: IntentId,
    /// For whom.
    pub person: Person,
    /// As it is printed on it.
    pub serial: String,
    /// Who does it.
    pub operator: OperatorId,
    /// When it was begun.
    pub begun_at: Timestamp,
}

/// A credential as the key made it: the registration that the registry will verify.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// The response for the registry.
    pub registration: crate::wire::webauthn::RegistrationResponse,
    /// The credential's public key, COSE_Key in CBOR.
    pub public_key: Bytes,
    /// Whether user verification was done.
    pub user_verified: bool,
    /// Why policy refuses the key, going by how it vouches for the credential: then it can only be undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What the key was told to make nothing beside; earlier releases did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<Vec<Bytes>>,
    /// Other people's credentials on a key of this serial number that this one does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_held: Vec<Bytes>,
}

/// Why an intent ended without an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum EndReason {
    /// Somebody cancelled.
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

/// A finished enrolment, as the station's inventory keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// The credential.
    pub credential: Bytes,
    /// Its key.
    pub key: KeyId,
    /// For whom.
    pub person: Person,
    /// The relying party.
    pub rp_id: String,
    /// From which offer.
    pub offer: OfferId,
    /// Who did it.
    pub operator: OperatorId,
    /// When.
    pub at: Timestamp,
    /// The credential's public key, COSE_Key in CBOR, so that the station can check what it signs.
    pub public_key: Bytes,
    /// Whether the registry has accepted it.
    pub pushed: bool,
    /// The registry refused it, and an operator gave it up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
    /// The key was reset since, or the credential deleted from it: it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Timestamp>,
    /// What remains on the key once it is withdrawn; not known while its credential is being deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remains: Option<Remains>,
}

impl Enrolment {
    /// Whether its credential may be in use, or come into use: neither given up nor gone.
    pub fn is_live(&self) -> bool {
        !self.withdrawn && self.gone_at.is_none()
    }
}

/// A key in the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// What it is, and where it was last.
    pub facts: KeyFacts,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last recorded.
    pub last_seen: Timestamp,
}

impl KeyRecord {
    /// The place where it was last seen.
    pub fn place(&self) -> &Place {
        &self.facts.place
    }
}
