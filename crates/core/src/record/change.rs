//! The kinds of things that a station records.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    AppIntent, CareIntent, Deletion, DeletionDone, EndReason, Intent, KeyReset, Made,
    MetadataImport, OwnKey, PersonReset, PersonResetDone, Remains, Resolution, SealedTickets,
    TokenIntent, Withdrawal, WithdrawalEntry,
};
use crate::domain::batch::BatchChange;
use crate::domain::care::Care;
use crate::domain::factor::CodeVerdict;
use crate::domain::suspension::FactorRef;
use crate::domain::{
    EntryId, FactorId, IntentId, KeyFacts, OperatorId, PersonId, UsbPath, VisitId,
};
use crate::wire::{
    AppPush, EnrolmentPush, KeyResetPush, MovementPush, Operator, Removal, SuspensionPush,
    TestPush, Tickets, TokenImport, UnlockPush, WhyNot,
};

/// What happened. Holds no secret: no PIN, no token, the secret of an authenticator app only as the registry can open it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Change {
    /// The station joined a registry.
    StationJoined {
        /// Its name for people.
        name: String,
        registry: String,
        /// The audience of its assertions.
        audience: String,
        /// The relying parties that keys are asked to sign for; none are told by a registry before they were.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rp_ids: Vec<String>,
    },
    /// An operator signed in; the registry checked their key.
    SessionOpened {
        operator: Operator,
        /// The intent to make their own key that this fulfils, at a first sign-in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<IntentId>,
    },
    /// The operator of a locked session was let in again by the station alone: the registry was out of reach.
    SessionUnlocked {
        operator: Operator,
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<UnlockPush>,
    },
    /// An operator's session ended.
    SessionClosed { operator: OperatorId },
    /// A key was seen for the first time, or something about it changed.
    KeySeen { key: Box<KeyFacts> },
    /// Tickets were fetched for a day; they replace those of the same day.
    TicketsFetched {
        /// The offers.
        tickets: Box<Tickets>,
    },
    /// The same by this release: what they say only a session at this station can read.
    TicketsSealed {
        /// The offers.
        tickets: Box<SealedTickets>,
    },
    /// The metadata of the FIDO Alliance was imported; it replaces what was imported before.
    MetadataImported { import: MetadataImport },
    /// Something irreversible is about to be done to a key.
    IntentBegun { intent: Box<Intent> },
    /// A credential is about to be made on an operator's own key: their first sign-in.
    OwnKeyBegun { intent: Box<OwnKey> },
    /// A conflict is resolved by giving the enrolment up: its entry leaves the outbox, and its credential is about to be deleted
    /// from the key.
    WithdrawalBegun {
        intent: Box<Withdrawal>,
        /// What the registry is told, so that none of the earlier attempts counts should it arrive yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report: Option<Box<WithdrawalEntry>>,
    },
    /// A key is about to be reset: everything on it will be gone.
    ResetBegun { intent: Box<KeyReset> },
    /// The key was reset, and verified to be empty.
    ResetDone {
        /// Which intent it fulfils.
        intent: IntentId,
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<KeyResetPush>,
    },
    /// A reset or a deletion that is taken up again takes what is somebody's by these visits, in the place of those by which it began.
    TakenUp {
        intent: IntentId,
        visits: Vec<VisitId>,
    },
    /// An enrolled credential is about to be deleted from its key: somebody loses it.
    DeletionBegun { intent: Box<Deletion> },
    /// The credential is gone from its key or, where the key can't tell, is not to be used any more.
    DeletionDone { done: Box<DeletionDone> },
    /// The person set or changed the key's PIN on the way.
    PinSet { intent: IntentId },
    /// The key made a credential; not yet proven.
    CredentialMade { intent: IntentId, made: Box<Made> },
    /// The enrolment is complete at this station; its push waits in the outbox.
    Enrolled {
        /// Which intent it fulfils.
        intent: IntentId,
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<EnrolmentPush>,
    },
    /// The key held a credential for this person already, and it was tested.
    Retested {
        /// The intent that turned out to need nothing, if one was begun.
        intent: Option<IntentId>,
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<TestPush>,
        /// Where the key was; earlier releases did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<UsbPath>,
    },
    /// An intent ended without an enrolment.
    IntentEnded {
        intent: IntentId,
        why: EndReason,
        remains: Remains,
    },
    /// The registry accepted an outbox entry.
    Pushed {
        entry: EntryId,
        /// When, by the registry's clock.
        accepted_at: Timestamp,
    },
    /// The registry refused an outbox entry for good: a conflict, until an operator resolves it.
    Rejected {
        entry: EntryId,
        /// The problem's code, e.g. `challenge-expired`.
        code: String,
        #[serde(flatten)]
        detail: WhyNot,
    },
    /// Something happened to a batch over many keys.
    Batch { change: Box<BatchChange> },
    /// An operator resolved a conflict.
    ConflictResolved {
        entry: EntryId,
        how: Resolution,
        /// What remains on the key, when an enrolment is given up without having the key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remains: Option<Remains>,
        /// What the registry is told of an enrolment that is given up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report: Option<Box<WithdrawalEntry>>,
    },
    /// Something that can't be taken back is about to be done to a key besides an enrolment.
    CareBegun { intent: Box<CareIntent> },
    /// Something was done to a key besides an enrolment: it was tested, got a PIN, a setting, a fingerprint, …
    Cared {
        /// The intent that this fulfils, where it can't be taken back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<IntentId>,
        key: Box<KeyFacts>,
        care: Box<Care>,
    },
    /// The secret of an authenticator app is about to be shown.
    AppBegun { intent: Box<AppIntent> },
    /// The app's code was right; its push waits in the outbox.
    AppEnrolled {
        /// Which intent it fulfils.
        intent: IntentId,
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<AppPush>,
    },
    /// The registry examined codes of a factor that is active.
    AppTested {
        person: PersonId,
        factor: FactorId,
        /// What it said of the last code.
        verdict: CodeVerdict,
    },
    /// A factor is no longer needed: the person proved another one, or this.
    FactorRemoved {
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<Removal>,
    },
    /// A factor was reported lost, stolen or suspected.
    FactorSuspended {
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<SuspensionPush>,
    },
    /// The registry lifted a suspension: its owner had shown the factor.
    SuspensionLifted { person: PersonId, factor: FactorRef },
    /// Hardware tokens were read from a file and their seeds sealed.
    TokensImported {
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<TokenImport>,
    },
    /// Something was done with an item of the stock.
    StockMoved {
        entry: EntryId,
        /// What the registry is to be told.
        push: Box<MovementPush>,
    },
    /// A hardware token of the stock is about to become a person's: the registry is asked.
    TokenBegun { intent: Box<TokenIntent> },
    /// The registry made it theirs.
    TokenAssigned {
        /// Which intent it fulfils.
        intent: IntentId,
        /// The factor that it is now.
        factor: FactorId,
    },
    /// All that opens a person's account is about to be deleted: the registry is asked.
    PersonResetBegun { intent: Box<PersonReset> },
    /// The registry deleted it.
    PersonResetDone { done: Box<PersonResetDone> },
}
