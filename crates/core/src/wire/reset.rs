//! Bodies about keys that are reset: whose credentials are on one, and that they are gone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::report::{About, accepted, reports};
use super::{Credential, KeyReport};
use crate::domain::reset::ResetCase;
use crate::domain::{Bytes, KeyId, OperatorId, Person, PersonId, VisitId};

/// `POST /v1/credentials/known`, in a session: whose are these credentials, and what is enrolled on this key? Changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KnownRequest {
    /// The key, as the station knows it.
    pub key: KeyId,
    /// Credentials that it was seen to hold; at most 256.
    #[serde(default)]
    pub credentials: Vec<Bytes>,
    /// Whose credentials are wanted besides, on whatever key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Go on with the candidates after this one, which was the last of an earlier answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidates_after: Option<Bytes>,
}

/// Reply to [`KnownRequest`]. Credentials that are gone are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KnownCredentials {
    /// The RP id of people's credentials.
    pub rp_id: String,
    /// Those that were named and those on this very key, where its serial number or asset tag tells, oldest first.
    pub known: Vec<KnownCredential>,
    /// Where nothing tells this key from others of its model: what is enrolled on such keys, newest first, at most 256, so that
    /// the station can ask the key which of them it holds. They name nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Bytes>,
    /// There are more of them, to be asked for with `candidates_after`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more_candidates: bool,
    /// Of the person that was named; an older registry does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonStanding>,
}

/// What is enrolled for a person, and what may be on its way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PersonStanding {
    /// Their credentials, without those that are gone.
    pub credentials: Vec<Bytes>,
    /// Another station has an offer or a ticket for them that nothing came of yet, and that lives so long: it may have made a
    /// credential of which the registry has not heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_elsewhere: Option<Timestamp>,
}

/// A credential that the registry holds, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KnownCredential {
    /// Whose.
    pub person: Person,
    /// Which.
    pub credential: Credential,
}

/// `POST /v1/takings`, in a session: may these credentials be taken from whoever they open something for, now and by this operator at
/// this station? Reply: [`Leave`]. It is asked before a key is reset or a credential deleted, and once more immediately before that. A
/// credential that the registry does not hold takes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Taking {
    /// Version of this form.
    pub version: u16,
    /// What would be gone; at most 256.
    pub credentials: Vec<Bytes>,
}

/// Reply to [`Taking`]: it may be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Leave {
    /// The visits by which; none: nothing of it opens anything.
    pub visits: Vec<VisitId>,
}

/// `POST /v1/key-resets` with an `Idempotency-Key`: a key was reset, and everything that was on it is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KeyResetPush {
    /// Version of this form.
    pub version: u16,
    /// The key.
    pub key: KeyReport,
    /// The credentials that were on it. One that the registry does not know is no reason to refuse the rest.
    pub credentials: Vec<Bytes>,
    /// Who asked for it, and why.
    pub case: ResetCase,
    /// The visits by which it was done ([`Leave`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<VisitId>,
    /// Who began it.
    pub operator: OperatorId,
    /// Who ended it, where that was somebody else: unfinished work that the next operator found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_by: Option<OperatorId>,
    /// When it was ended, by the registry's clock as the station knew it.
    pub reset_at: Timestamp,
}

impl KeyResetPush {
    /// Who stood at the station at `reset_at`.
    pub fn done_by(&self) -> &OperatorId {
        self.finished_by.as_ref().unwrap_or(&self.operator)
    }
}

/// Reply to [`KeyResetPush`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KeyResetReceipt {
    /// Those of the credentials that the registry knows and that have ended: they are refused from now on.
    pub gone: Vec<Bytes>,
    /// Those that nothing let be taken from their owner: they are suspended, and somebody looks into it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspended: Vec<Bytes>,
    /// When the registry accepted it.
    pub accepted_at: Timestamp,
}

reports! {
    KeyResetPush at "key-resets" gives KeyResetReceipt: |push| About {
        done_by: push.done_by(),
        thing: Some(&push.key.model),
        credentials: &push.credentials,
        ..About::by(&push.operator, push.reset_at)
    };
}

accepted! {
    KeyResetReceipt;
}
