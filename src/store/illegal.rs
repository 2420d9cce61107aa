//! Changes that can't follow on what is recorded; found before anything is written.

use crate::domain::batch::BatchFault;
use crate::domain::{Bytes, EntryId, IntentId, OfferId, OperatorId};

/// Why a change is refused. The journal was not touched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Illegal {
    /// No such intent was begun.
    #[error("intent {0} was never begun at this station")]
    UnknownIntent(IntentId),
    /// The intent has ended already.
    #[error("intent {0} has ended already")]
    IntentOver(IntentId),
    /// An intent of this id exists.
    #[error("intent {0} was begun already")]
    IntentKnown(IntentId),
    /// An enrolment needs the record of its credential first.
    #[error("intent {0} has no recorded credential yet, so it cannot be enrolled")]
    NothingMade(IntentId),
    /// One intent, one credential.
    #[error("intent {0} has a recorded credential already")]
    AlreadyMade(IntentId),
    /// What is reported is not what was meant or made.
    #[error("the report of intent {intent} names another {what} than the intent")]
    Mismatch {
        intent: IntentId,
        /// What differs: `offer`, `person` or `credential`.
        what: &'static str,
    },
    /// Another open intent works with this offer.
    #[error("offer {offer} is in use by unfinished intent {intent}: finish or end that one first")]
    OfferInUse { offer: OfferId, intent: IntentId },
    /// The offer has been answered.
    #[error("offer {0} has been used already: ask the registry for another")]
    OfferSpent(OfferId),
    /// The credential is enrolled.
    #[error("credential {0} is enrolled already")]
    CredentialKnown(Bytes),
    /// An outbox entry of this id exists.
    #[error("outbox entry {0} exists already")]
    EntryKnown(EntryId),
    /// No such outbox entry.
    #[error("outbox entry {0} was never made at this station")]
    UnknownEntry(EntryId),
    /// The registry has it, or an operator withdrew it.
    #[error("outbox entry {0} is settled already")]
    EntrySettled(EntryId),
    /// Only a queued entry can be accepted or refused.
    #[error("outbox entry {0} is in conflict: resolve the conflict first")]
    InConflict(EntryId),
    /// What is withdrawn is not what the entry reports.
    #[error("outbox entry {0} does not report the credential that is to be withdrawn")]
    NotReported(EntryId),
    /// This kind of intent can't end or go on like that.
    #[error("intent {0} is of another kind")]
    OtherKind(IntentId),
    /// Only a conflict can be resolved.
    #[error("outbox entry {0} is not in conflict")]
    NotInConflict(EntryId),
    /// This operator has no session.
    #[error("operator {0} has no open session at this station")]
    NoSession(OperatorId),
    /// Joining without saying as which station.
    #[error("the record of joining names no station")]
    NoStation,
    /// A batch's change.
    #[error(transparent)]
    Batch(#[from] BatchFault),
    /// The record says that it is of another version than this release writes.
    #[error("records are written with version {known}, not {version}")]
    Version {
        /// What it says.
        version: u16,
        /// What is written.
        known: u16,
    },
}
