//! The body about one credential that is no longer on its key, or not to be used: the registry is not to hold it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::KeyReport;
use super::report::{About, accepted, reports};
use crate::domain::reset::ResetCase;
use crate::domain::{Bytes, OfferId, OperatorId, PersonId, VisitId};

/// `POST /v1/withdrawals` with an `Idempotency-Key`: from now on this credential is refused, whether the registry holds it or
/// hears of it later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WithdrawalPush {
    /// Version of this form.
    pub version: u16,
    /// Whose credential it is.
    pub person: PersonId,
    /// Which.
    pub credential: Bytes,
    /// The key that it is or was on.
    pub key: KeyReport,
    /// On what ground.
    pub ground: Ground,
    /// The visits by which it was deleted ([`Leave`](super::Leave)).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<VisitId>,
    /// Who decided it.
    pub operator: OperatorId,
    /// Who ended it, where that was somebody else: unfinished work that the next operator found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_by: Option<OperatorId>,
    /// When, by the registry's clock as the station knew it.
    pub withdrawn_at: Timestamp,
}

/// Why a credential is withdrawn, and by what right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "ground", rename_all = "kebab-case")]
pub enum Ground {
    /// It was deleted from its key. Takes what a reset of that key takes: the same visit and the same case.
    Deleted {
        /// Who asked for it, and why.
        case: ResetCase,
    },
    /// Its enrolment was given up at the station that made it, after the registry had refused it; should one of the attempts
    /// to report it arrive all the same, it is not to count. Taken of what came of this offer and was not used since, from who enrolled it
    /// or may reset its key.
    Undone {
        /// The enrolment's offer.
        offer: OfferId,
    },
}

impl WithdrawalPush {
    /// Who stood at the station at `withdrawn_at`.
    pub fn done_by(&self) -> &OperatorId {
        self.finished_by.as_ref().unwrap_or(&self.operator)
    }
}

/// Reply to [`WithdrawalPush`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WithdrawalReceipt {
    /// The credential.
    pub credential: Bytes,
    /// Whether the registry held it until now.
    pub was_held: bool,
    /// Nothing let it be taken from its owner: it is suspended, and somebody looks into it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspended: bool,
    /// When the registry accepted it.
    pub accepted_at: Timestamp,
}

reports! {
    WithdrawalPush at "withdrawals" gives WithdrawalReceipt: |push| About {
        done_by: push.done_by(),
        thing: Some(&push.key.model),
        credentials: std::slice::from_ref(&push.credential),
        ..About::of(&push.person, &push.operator, push.withdrawn_at)
    };
}

accepted! {
    WithdrawalReceipt;
}
