//! Bodies about authenticator apps and hardware tokens.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::report::{About, accepted, reports};
use crate::domain::factor::{
    CodeVerdict, FactorKind, Replacement, SealedSecret, SealingKey, TotpCode, TotpSettings,
};
use crate::domain::visit::Held;
use crate::domain::{
    FactorId, Identification, OfferId, OperatorId, Person, PersonId, StationId, VisitId,
};

/// The part of an [`Offer`](super::Offer) by which an authenticator app is enrolled. One enrolment at most comes of it; the
/// key of the same offer is another matter, so that one visit can give both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AppOffer {
    /// Names it in the push.
    pub id: OfferId,
    /// Where the secret is sealed to.
    pub seal_to: SealingKey,
    /// What the app shows as issuer.
    pub issuer: String,
    /// What the app shows as account.
    pub account: String,
    /// What the new factor is called unless the operator says otherwise.
    pub name: String,
}

/// An authenticator app or hardware token that the registry holds for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Factor {
    /// Which.
    pub id: FactorId,
    /// App or token.
    pub kind: FactorKind,
    /// What people call it.
    pub name: String,
    /// When it became active.
    pub enrolled_at: Timestamp,
    /// By which station.
    pub station: StationId,
    /// By which operator.
    pub operator: OperatorId,
    /// When the registry last accepted a code of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_tested_at: Option<Timestamp>,
    /// When it was removed: since then it opens nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<Timestamp>,
    /// What else keeps it from opening anything.
    #[serde(flatten)]
    pub held: Held,
}

impl Factor {
    /// Whether it opens something, and proves its owner.
    pub fn is_valid(&self) -> bool {
        self.removed_at.is_none() && self.held.is_free()
    }
}

/// `POST /v1/apps` with an `Idempotency-Key`: an authenticator app whose first code was right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AppPush {
    /// Version of this form.
    pub version: u16,
    /// The [`AppOffer`] that it answers.
    pub offer: OfferId,
    /// The new factor. The registry makes one of it at most, and never changes its secret.
    pub factor: FactorId,
    /// For whom.
    pub person: PersonId,
    /// What it is called.
    pub name: String,
    /// How codes come of the secret: [`TotpSettings::APP`].
    pub settings: TotpSettings,
    /// The secret, bound to factor and person.
    pub sealed: SealedSecret,
    /// The code that proves that the person has it.
    pub code: TotpCode,
    /// The time step that the code is of.
    pub step: u64,
    /// How the person was identified.
    pub identification: Identification,
    /// A factor that is removed by the same act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Replacement>,
    /// Who began it.
    pub operator: OperatorId,
    /// Who ended it, where that was somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_by: Option<OperatorId>,
    /// When it was ended, by the registry's clock as the station knew it.
    pub enrolled_at: Timestamp,
}

impl AppPush {
    /// Who stood at the station at `enrolled_at`.
    pub fn done_by(&self) -> &OperatorId {
        self.finished_by.as_ref().unwrap_or(&self.operator)
    }
}

/// Reply to [`AppPush`] and to [`TokenAssignment`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FactorReceipt {
    /// The factor that is active now.
    pub factor: FactorId,
    /// Whose it is.
    pub person: Person,
    /// When the registry accepted it.
    pub accepted_at: Timestamp,
    /// It opens nothing until its owner accepts it.
    #[serde(default)]
    pub waiting: bool,
}

/// What a code is examined against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "subject", rename_all = "kebab-case")]
pub enum Subject {
    /// A factor that is active.
    Active {
        /// Which.
        factor: FactorId,
    },
    /// One that is being enrolled: only the station has its secret, sealed.
    New {
        /// The factor that it will be.
        factor: FactorId,
        /// The secret.
        sealed: SealedSecret,
    },
}

/// `POST /v1/people/{id}/codes`, in a session: what is this code, or what are these two in a row? Runs only under an offer that
/// the operator asked for: a [`TestOffer`](super::TestOffer) for an active factor, an [`AppOffer`] for a new one. A right code for
/// an active factor is used up and makes the offer the proof of a [`Removal`] or a [`Replacement`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CodeRequest {
    /// Version of this form.
    pub version: u16,
    /// The offer.
    pub offer: OfferId,
    /// Against what.
    #[serde(flatten)]
    pub subject: Subject,
    /// One, or two that followed each other.
    pub codes: Vec<TotpCode>,
    /// How the person was identified, where that was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identification: Option<Identification>,
}

/// Reply to [`CodeRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CodeReply {
    /// What it is.
    #[serde(flatten)]
    pub verdict: CodeVerdict,
    /// When the registry examined it.
    pub examined_at: Timestamp,
}

/// `POST /v1/removals` with an `Idempotency-Key`: a factor that the person no longer needs. Refused with
/// [`LAST_FACTOR`](super::problem_code::LAST_FACTOR) where nothing else would be left: that is a reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Removal {
    /// Version of this form.
    pub version: u16,
    /// Whose.
    pub person: PersonId,
    /// Which. A hardware token goes back into stock.
    pub factor: FactorId,
    /// The visit in which the person proved a factor that they had when it began. Stations of earlier releases do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitId>,
    /// How the person was identified.
    pub identification: Identification,
    /// Who did it.
    pub operator: OperatorId,
    /// When, by the registry's clock as the station knew it.
    pub removed_at: Timestamp,
}

/// Reply to [`Removal`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RemovalReceipt {
    /// Whose it was.
    pub person: Person,
    /// When the registry accepted it.
    pub accepted_at: Timestamp,
}

/// A hardware token with its seed, sealed to the [`SealingKey`] of `GET /v1/sealing-key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SealedToken {
    /// Names the seed, which stays when the token goes from one person to another. Whoever gets it has a factor of its own id.
    pub factor: FactorId,
    /// As it is printed on it: 1 to 64 visible ASCII characters.
    pub serial: String,
    /// Who makes it, where the file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// How codes come of the seed.
    pub settings: TotpSettings,
    /// The seed, bound to factor and serial.
    pub sealed: SealedSecret,
}

/// `POST /v1/tokens` with an `Idempotency-Key`: hardware tokens for the stock. One whose serial is known already is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TokenImport {
    /// Version of this form.
    pub version: u16,
    /// At most 200.
    pub tokens: Vec<SealedToken>,
    /// Who imports them.
    pub operator: OperatorId,
    /// When, by the registry's clock as the station knew it.
    pub imported_at: Timestamp,
}

/// Reply to [`TokenImport`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TokenImportReceipt {
    /// How many are new.
    pub added: u32,
    /// The serials that were known already.
    pub known: Vec<String>,
    /// When the registry accepted it.
    pub accepted_at: Timestamp,
}

/// Reply to `GET /v1/tokens?q=TEXT`: hardware tokens whose serial begins with the text, in stock or somebody's; at most 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Tokens {
    /// By serial.
    pub tokens: Vec<StockedToken>,
    /// More matched than were returned.
    #[serde(default)]
    pub more: bool,
}

/// A hardware token that the registry knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StockedToken {
    /// As it is printed on it.
    pub serial: String,
    /// Who makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// How codes come of its seed.
    pub settings: TotpSettings,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// Who has it; nobody: it is in stock, unless it is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<PersonId>,
    /// It was suspended when it was removed from whoever had it: nobody gets it any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
}

/// `POST /v1/people/{id}/tokens` with an `Idempotency-Key`, in a session: a hardware token of the stock becomes a factor of this
/// person. The code must be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TokenAssignment {
    /// Version of this form.
    pub version: u16,
    /// The [`AppOffer`] under which the operator does it.
    pub offer: OfferId,
    /// As it is printed on it.
    pub serial: String,
    /// One, or two that followed each other where the token's clock has drifted.
    pub codes: Vec<TotpCode>,
    /// How the person was identified.
    pub identification: Identification,
}

reports! {
    AppPush at "apps" gives FactorReceipt: |push| About {
        done_by: push.done_by(),
        thing: Some(&push.name),
        factor: Some(push.factor),
        ..About::of(&push.person, &push.operator, push.enrolled_at)
    };
    Removal at "removals" gives RemovalReceipt: |push| About {
        factor: Some(push.factor),
        ..About::of(&push.person, &push.operator, push.removed_at)
    };
    TokenImport at "tokens" gives TokenImportReceipt: |push| About::by(&push.operator, push.imported_at);
}

accepted! {
    FactorReceipt waiting;
    RemovalReceipt;
    TokenImportReceipt;
}
