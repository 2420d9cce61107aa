//! Bodies about factors that are suspended, and about lifting that.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::report::{About, accepted, reports};
use super::webauthn::{AuthenticationResponse, RequestOptions};
use crate::domain::factor::{CodeVerdict, TotpCode};
use crate::domain::identification::Earlier;
use crate::domain::suspension::FactorRef;
use crate::domain::visit::SuspendedWhy;
use crate::domain::{Identification, OfferId, OperatorId, Person, PersonId};

/// `POST /v1/suspensions` with an `Idempotency-Key`: from now on this factor opens and proves nothing. Any operator may report it,
/// alone, also of somebody's last factor: it is no removal. Of a factor that is suspended already only a graver reason counts, and
/// of one that is gone nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SuspensionPush {
    /// Version of this form.
    pub version: u16,
    /// Whose.
    pub person: PersonId,
    /// Which.
    pub factor: FactorRef,
    /// Why.
    pub why: SuspendedWhy,
    /// Who took the report.
    pub operator: OperatorId,
    /// When, by the registry's clock as the station knew it.
    pub suspended_at: Timestamp,
}

/// Reply to [`SuspensionPush`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SuspensionReceipt {
    /// Whose it is.
    pub person: Person,
    /// When the registry accepted it.
    pub accepted_at: Timestamp,
}

/// `POST /v1/suspensions/lift/options`, in a session: may this be lifted and, if so, what must be shown?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LiftRequest {
    /// Version of this form.
    pub version: u16,
    /// Whose.
    pub person: PersonId,
    /// Which.
    pub factor: FactorRef,
}

/// Reply to [`LiftRequest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LiftOffer {
    /// Names it in the [`Lift`].
    pub id: OfferId,
    /// What the key must sign; `allow_credentials` names that one credential. None where a code is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestOptions>,
    /// The origin that the client data must name.
    pub origin: String,
    /// From then on the registry refuses it.
    pub expires_at: Timestamp,
}

/// `POST /v1/suspensions/lift`, in a session: its owner, identified by a document, has shown the factor itself. It is valid again.
/// Not to be repeated by itself where it carries codes: each examination counts, and a right code is used up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Lift {
    /// Version of this form.
    pub version: u16,
    /// The [`LiftOffer`].
    pub offer: OfferId,
    /// Whose.
    pub person: PersonId,
    /// Which.
    pub factor: FactorRef,
    /// How its owner was identified: a document.
    pub identification: Identification,
    /// The factor itself.
    pub shown: Shown,
}

/// How a factor was shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "shown", rename_all = "kebab-case")]
pub enum Shown {
    /// Its key signed, its owner verified.
    Signed {
        /// The assertion.
        assertion: Box<AuthenticationResponse>,
    },
    /// Its owner read out a code, or two that followed each other.
    Read {
        /// One or two.
        codes: Vec<TotpCode>,
    },
}

/// Reply to [`Lift`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LiftReply {
    /// Whose it is.
    pub person: Person,
    /// What the code is, where one was read out. Unless it is right, nothing was lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<CodeVerdict>,
    /// When it was lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted_at: Option<Timestamp>,
    /// How its owner was identified the last time, where that was otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identified_before: Option<Earlier>,
}

reports! {
    SuspensionPush at "suspensions" gives SuspensionReceipt: |push| match &push.factor {
        FactorRef::Key { credential } => About {
            credentials: std::slice::from_ref(credential),
            ..About::of(&push.person, &push.operator, push.suspended_at)
        },
        FactorRef::App { factor } => About {
            factor: Some(*factor),
            ..About::of(&push.person, &push.operator, push.suspended_at)
        },
    };
}

accepted! {
    SuspensionReceipt;
}
