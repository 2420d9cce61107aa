//! Bodies about the reset of an account.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::webauthn::{AuthenticationResponse, RequestOptions};
use super::{Operator, ResetException, Visit};
use crate::domain::account_reset::{ResetReason, ResetState, ResetWish};
use crate::domain::act::Going;
use crate::domain::{AccountResetId, Bytes, OfferId, OperatorId, Person, VisitId};

/// `POST /v1/account-resets`, in a session: an agent asks, for somebody who is at the desk. Reply: [`ActToSign`].
/// `POST /v1/account-resets/prepared`, likewise: a desk writes down what an administrator of the person's organisation is to ask for.
/// Reply: [`AccountReset`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResetAsk {
    /// Version of this form.
    pub version: u16,
    /// Whose visit it is for: of this operator at this station.
    pub visit: VisitId,
    /// Why.
    pub reason: ResetReason,
    /// What else there is to say; at most 200 characters in one line, and may be empty.
    #[serde(default)]
    pub remark: String,
    /// The number of the ticket, where there is one; at most 60 characters in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

/// `POST /v1/account-resets/{id}/release`, in a session: a second agent is about to release it. Reply: [`ActToSign`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReleaseAsk {
    /// Version of this form.
    pub version: u16,
    /// Who releases, where that is not who is signed in: they stand beside them, and nobody is signed out by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<OperatorId>,
}

/// `POST /v1/account-resets/{id}/sign`, in a session: an administrator of the person's organisation is at the desk, and about to ask for
/// what was prepared, at this desk or another one. Reply: [`ActToSign`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PreparedSign {
    /// Version of this form.
    pub version: u16,
    /// The administrator's visit, of this operator at this station.
    pub visit: VisitId,
}

/// `POST /v1/account-resets/{id}/object`, in a session: its person, or an administrator of their organisation, is at the desk and objects.
/// Reply: [`AccountReset`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResetObjection {
    /// Version of this form.
    pub version: u16,
    /// The visit of whoever objects, of this operator at this station.
    pub visit: VisitId,
}

/// An act that somebody is asked to sign with their own key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ActToSign {
    /// Names it when it is signed.
    pub id: OfferId,
    /// The act: what the screen shows, and whose SHA-256 is the challenge ([`Act`](crate::domain::act::Act)).
    pub act: Bytes,
    pub request: RequestOptions,
    /// The origin that client data must name.
    pub origin: String,
    /// It can't be signed after that.
    pub expires_at: Timestamp,
    /// What the registry knows besides, and nobody who asks can change.
    pub facts: ResetFacts,
}

/// `POST /v1/account-resets/signed`, in a session: an act that was asked for is signed. Reply: [`AccountReset`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ActSigned {
    /// Version of this form.
    pub version: u16,
    pub id: OfferId,
    pub assertion: AuthenticationResponse,
    /// Of a release: the last name of whose account it is, as whoever releases typed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
}

/// `POST /v1/account-resets/{id}/end`, in a session. Reply: [`AccountReset`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResetEnd {
    /// Version of this form.
    pub version: u16,
    pub how: ResetEnding,
    /// Of a refusal: who stands beside whoever is signed in, could release it, and refuses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<OperatorId>,
}

/// How a request ends before anything came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResetEnding {
    /// By whoever asked.
    Withdraw,
    /// By another agent, who needs no reason.
    Refuse,
}

impl ResetEnding {
    /// Where it stands after that.
    pub fn state(self) -> ResetState {
        match self {
            Self::Withdraw => ResetState::Withdrawn,
            Self::Refuse => ResetState::Refused,
        }
    }
}

/// `POST /v1/account-resets/{id}/carry-out`, in a session: all that opens the account is deleted. Reply: [`AccountResetDone`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResetCarryOut {
    /// Version of this form.
    pub version: u16,
    /// In this visit, in which new factors are added.
    pub visit: VisitId,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccountResetDone {
    pub reset: AccountReset,
    /// What was deleted; nothing, where that had been done already.
    pub deleted: Vec<Going>,
    /// In which factors may be added now.
    pub visit: Visit,
}

/// `GET /v1/account-resets`, in a session: the newest, those that wait first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccountResets {
    pub resets: Vec<AccountReset>,
}

/// `GET /v1/account-resets/{id}`, in a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccountResetDetail {
    pub reset: AccountReset,
    pub facts: ResetFacts,
}

/// `GET /v1/account-resets/{id}/releasers`, in a session: who may release it, by their accounts as they are now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Releasers {
    /// By name; at most 50.
    pub agents: Vec<Operator>,
}

/// The reset of an account, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccountReset {
    pub id: AccountResetId,
    /// Whose account.
    pub person: Person,
    pub reason: ResetReason,
    pub remark: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    pub state: ResetState,
    /// The agent who asked, or whoever prepared it at a desk for an administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<Operator>,
    /// The name of the station where it was asked for, or prepared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub station: Option<String>,
    /// The administrator of the person's organisation who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub administrator: Option<Person>,
    /// They typed a code and signed nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_code: bool,
    pub asked_at: Timestamp,
    /// It is not carried out before; none: it can be now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ripe_at: Option<Timestamp>,
    /// It expires then, unless it goes on.
    pub until: Timestamp,
    /// Who released it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_by: Option<Operator>,
    /// Who withdrew, refused or carried it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<Operator>,
    /// Who stood beside them and refused it, by their word: nothing was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_by: Option<Operator>,
    /// Whoever of the people withdrew it or objected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objector: Option<Person>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The person was not at a desk when it was asked for: it waits after its release, and what comes of it is an exception.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub away: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<Box<ResetException>>,
}

/// What the registry knows that bears on a reset.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResetFacts {
    /// What would be deleted, with its last use.
    pub factors: Vec<FactorUse>,
    /// Earlier requests about the same person; at most 10. What was refused or objected to comes first, then the others, each newest first.
    pub earlier: Vec<EarlierReset>,
    /// Which other agents this one was put to before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub put_to: Vec<PutTo>,
    /// When the same ticket number was last given with another request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_seen_at: Option<Timestamp>,
    /// How often whoever asks asked within the last 24 hours, this time included.
    pub asked_lately: u32,
}

/// A factor, and when it was last used or tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FactorUse {
    pub factor: Going,
    /// It waits for its owner to take it: a standby key, for instance.
    pub waiting: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_tested_at: Option<Timestamp>,
}

/// An earlier request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EarlierReset {
    pub state: ResetState,
    pub reason: ResetReason,
    pub asked_at: Timestamp,
    pub asked_by: String,
    /// Whom it was put to, to be released.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub put_to: Vec<PutTo>,
    /// Who ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
    /// By whose word they refused it: nothing was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_by: Option<String>,
}

/// A second agent whom a request was put to, to be released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PutTo {
    /// Their name.
    pub agent: String,
    /// By whose word they were there: who was signed in; none: they themself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_desk_of: Option<String>,
    pub at: Timestamp,
}

impl AccountReset {
    /// The name of whoever said that it was refused by somebody beside them, or who ended it.
    pub fn said_by(&self) -> &str {
        self.ended_by.as_ref().map_or("–", |by| by.name.as_str())
    }

    /// The name of whoever ended it, or carried it out.
    pub fn ender(&self) -> Option<&str> {
        let operator = self.refused_by.as_ref().or(self.ended_by.as_ref());
        let operator = operator.map(|by| by.name.as_str());
        operator.or(self.objector.as_ref().map(|by| by.name.as_str()))
    }

    /// The name of whoever asked for it; of what is only prepared, of whoever did that.
    pub fn asker(&self) -> &str {
        let operator = self.asked_by.as_ref().map(|by| by.name.as_str());
        let administrator = self.administrator.as_ref().map(|by| by.name.as_str());
        administrator.or(operator).unwrap_or_default()
    }

    /// Whether an administrator of the person's organisation is to ask for it.
    pub fn is_to_sign(&self) -> bool {
        self.state == ResetState::Prepared
    }

    /// Whether that operator asked for it, or prepared it.
    pub fn is_by(&self, operator: &OperatorId) -> bool {
        self.asked_by.as_ref().is_some_and(|by| by.id == *operator)
    }

    /// Whether it waits for a release, as that agent asked for it in these words.
    pub fn is_wish_of(&self, agent: &OperatorId, wish: &ResetWish) -> bool {
        self.state == ResetState::Requested
            && self.is_by(agent)
            && (self.reason, &self.remark, &self.ticket)
                == (wish.reason, &wish.remark, &wish.ticket)
    }

    /// Whether that agent released it, and it still can be carried out.
    pub fn is_released_by(&self, agent: &OperatorId) -> bool {
        self.state == ResetState::Released
            && self.released_by.as_ref().is_some_and(|by| by.id == *agent)
    }
}
