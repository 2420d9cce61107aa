//! Bodies by which a station joins a registry, and an operator gets a session: their own key, what the session is worth, and what is
//! done while the registry is out of reach.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::bond::ReportKey;
use super::report::{About, accepted, reports};
use super::webauthn::{
    AuthenticationResponse, CreationOptions, RegistrationResponse, RequestOptions,
};
use crate::domain::authority::Role;
use crate::domain::identification::DeskMethod;
use crate::domain::{Bytes, OperatorId, Secret, StationId};

/// `POST /v1/stations/join`, authorised by the one-time code alone.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct JoinRequest {
    /// The one-time code.
    pub code: Secret,
    /// What the station would be called. Its name is the one that its code was made for.
    pub name: String,
    /// The station's public key: SubjectPublicKeyInfo of P-256 in PEM. Its thumbprint must not be known yet.
    pub public_key_pem: String,
}

/// Reply to [`JoinRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JoinReply {
    /// Issuer and subject of the station's assertions from now on.
    pub station: StationId,
    /// The audience that its assertions must name.
    pub audience: String,
    /// The relying parties that keys are asked to sign for here. The station takes no others from then on. An older registry does
    /// not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rp_ids: Vec<String>,
    /// What the station is called. An older registry does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// `POST /v1/token` (form fields of RFC 7523, section 2.2; `grant_type=client_credentials`): its JSON reply.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct TokenReply {
    /// The bearer token.
    pub access_token: Secret,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds that it lives.
    pub expires_in: u64,
}

/// `POST /v1/operators/enrolment/options`: an operator's first sign-in, with the one-time code.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct OperatorCode {
    /// The one-time code.
    pub code: Secret,
}

/// `POST /v1/operators/enrolment`: the operator's own key. The reply is a [`Session`]: the key has just verified them.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct OperatorEnrolment {
    /// The one-time code once more; it is used up by success.
    pub code: Secret,
    /// The new credential.
    pub registration: RegistrationResponse,
}

/// Reply to [`OperatorCode`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OperatorOffer {
    /// Whose key it will be.
    pub operator: Operator,
    /// What to make.
    pub creation: CreationOptions,
    /// The origin that the client data must name.
    pub origin: String,
    /// The least length of a new PIN on an operator's own key, in code points. An older registry does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_min_length: Option<u8>,
}

/// Somebody who works at a station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Operator {
    /// The registry's identifier.
    pub id: OperatorId,
    /// For people.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// `POST /v1/sessions/options` (no body): reply. Any operator's discoverable credential will do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignInOptions {
    /// What to sign.
    pub request: RequestOptions,
    /// The origin that the client data must name.
    pub origin: String,
    /// The least length of a new PIN on an operator's own key, in code points. An older registry does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_min_length: Option<u8>,
}

/// `POST /v1/sessions`: sign-in with the operator's own key, user verification required.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignIn {
    /// The assertion.
    pub assertion: AuthenticationResponse,
}

/// Reply to [`SignIn`]. `DELETE /v1/sessions/current` ends it. The token goes into the header `Keydesk-Session`
/// of everything an operator does.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct Session {
    /// Names the session.
    pub token: Secret,
    /// Who signed in.
    pub operator: Operator,
    /// From then on it is refused.
    pub expires_at: Timestamp,
    /// How the station lets the same operator in again while the registry is out of reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlock: Option<Unlock>,
    /// The RP ids of all that the registry holds: people's credentials and operators'. Empty: an older registry does not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rp_ids: Vec<String>,
    /// The least length of a new PIN, in code points; none: an older registry does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_min_length: Option<u8>,
    /// By which methods somebody who is at the desk may be identified. Empty: an older registry does not say, and knows one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<DeskMethod>,
    /// What binds to it what is recorded in it, where the station asked for that; an older registry has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_key: Option<ReportKey>,
    /// What opens the tickets of the days around this one, where the station asked for it. Of several of one day the first is the
    /// newest; an older registry gives none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ticket_keys: Vec<TicketKey>,
}

/// What opens a day's tickets at a station: each session there is given it, and nobody else.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct TicketKey {
    /// The day of which the tickets are.
    pub day: jiff::civil::Date,
    /// A private key of X25519: 32 bytes in base64url.
    pub key: Secret,
}

impl TicketKey {
    /// A second copy, so that every copy is meant.
    pub fn duplicate(&self) -> Self {
        Self {
            day: self.day,
            key: self.key.duplicate(),
        }
    }
}

/// The operator's own credential, so that a station can check an assertion by it without the registry, for as long as the
/// session lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Unlock {
    /// The RP id of operators' credentials.
    pub rp_id: String,
    /// The origin that the client data must name.
    pub origin: String,
    /// The credential id.
    pub credential: Bytes,
    /// Its public key: COSE_Key of an ES256 key, CBOR.
    pub public_key: Bytes,
}

/// `POST /v1/unlocks` with an `Idempotency-Key`: an operator proved to the station alone who they were, because the
/// registry was out of reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UnlockPush {
    /// Version of this form.
    pub version: u16,
    /// Who, by the key that their session was opened with.
    pub operator: OperatorId,
    /// When, by the registry's clock as the station knew it.
    pub unlocked_at: Timestamp,
}

/// Reply to [`UnlockPush`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UnlockReceipt {
    /// When the registry took it on record.
    pub accepted_at: Timestamp,
}

reports! {
    UnlockPush at "unlocks" gives UnlockReceipt: |push| About::by(&push.operator, push.unlocked_at);
}

accepted! {
    UnlockReceipt;
}
