//! Bodies about the reset of the account of somebody who is not at a desk.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccountReset, Operator};
use crate::domain::account_reset::ResetReason;
use crate::domain::act::Going;
use crate::domain::exception::ExceptionEnd;
use crate::domain::identification::{AwayMeans, AwaySaid};
use crate::domain::{AccountResetId, Person, PersonId};

/// `POST /v1/account-resets/away`, in a session: may this operator ask, and how can the person be identified? Reply: [`AwayBegun`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AwayBegin {
    /// Version of this form.
    pub version: u16,
    pub person: PersonId,
}

/// They may ask, under that name, once the person was identified in two of these ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AwayBegun {
    pub reset: AccountResetId,
    pub person: Person,
    pub ways: Vec<AwayWay>,
}

/// A way in which somebody who is not at a desk can be identified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AwayWay {
    pub means: AwayMeans,
    /// Of a call-back: the number on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Of a vouching: what an administrator signed, so that this way is gone already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vouched: Option<Vouched>,
    /// Why it cannot be gone now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hindered: Option<String>,
}

/// An administrator answered, with a key of theirs, for this request and no other: it is for the same reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Vouched {
    /// Their name.
    pub by: String,
    pub at: Timestamp,
    /// Until when it can be asked for by this.
    pub until: Timestamp,
    pub reason: ResetReason,
    pub remark: String,
}

impl AwayWay {
    /// One that cannot be gone, for that reason.
    pub fn hindered(means: AwayMeans, why: String) -> Self {
        Self {
            means,
            number: None,
            vouched: None,
            hindered: Some(why),
        }
    }
}

/// `POST /v1/account-resets/{id}/identifications`, in a session: the person was identified in one way, for that reset and no other.
/// Reply: [`AwayCheck`](crate::domain::identification::AwayCheck).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AwayIdentified {
    /// Version of this form.
    pub version: u16,
    pub person: PersonId,
    pub how: AwaySaid,
}

/// `POST /v1/account-resets/{id}/ask`, in a session of the agent who identified the person in two ways. Reply:
/// [`ActToSign`](super::ActToSign).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AwayAsk {
    /// Version of this form.
    pub version: u16,
    pub person: PersonId,
    pub reason: ResetReason,
    /// What else there is to say; at most 200 characters in one line, and may be empty.
    #[serde(default)]
    pub remark: String,
    /// The number of the ticket, where there is one; at most 60 characters in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

/// `POST /v1/account-resets/{id}/exception`, in a session: what was released for somebody who is not at a desk is carried out. Reply:
/// [`ResetExcepted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResetExcept {
    /// Version of this form.
    pub version: u16,
    /// For so many working days, 1 to 10, the person can get a factor at a desk.
    pub days: u8,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResetExcepted {
    /// With its exception.
    pub reset: AccountReset,
    pub deleted: Vec<Going>,
}

/// A dated exception: the account is shut until its person gets a factor at a desk, or takes one that was made ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResetException {
    /// Who answers for it: the agent who asked for the reset.
    pub owner: Operator,
    pub began_at: Timestamp,
    /// It ends then by itself.
    pub until: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<ExceptionEnd>,
    /// It ended by itself, and nothing opens the account: a new reset is needed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overdue: bool,
}

impl ResetException {
    /// Whether somebody has to see to it.
    pub fn is_pending(&self) -> bool {
        self.ended_at.is_none() || self.overdue
    }
}
