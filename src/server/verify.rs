//! WebAuthn at the registry: makes options and verifies what comes back (WebAuthn Level 3, section 7.1 and 7.2).
//!
//! It hides webauthn-rs-core. The library checks type, challenge, origin, RP id hash, flags, algorithm, signature,
//! attestation statement and counter. What it leaves open is closed here: its origin check takes any URL of the
//! origin, it does not look at `crossOrigin` of an assertion, at `id` against `rawId`, or at the user handle, and it
//! knows attestation formats that no security key has. Its state of a ceremony is kept in the database as it
//! serialises it; how long a challenge lives is for the caller to see, because the library's time-out is only a hint
//! to browsers.
//!
//! It verifies ES256 and RS256; its EdDSA is parsed and then refused, so EdDSA is not offered.
//!
//! Invariant: nothing here reads a database; an `Ok` means that all of it holds.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::error::WebauthnError;
use webauthn_rs_core::proto::{
    AttestationConveyancePreference, AttestationFormat, AuthenticationState,
    AuthenticatorAssertionResponseRaw, AuthenticatorAttachment,
    AuthenticatorAttestationResponseRaw, COSEAlgorithm, CredProtect, Credential,
    CredentialProtectionPolicy, PublicKeyCredential, RegisterPublicKeyCredential,
    RegistrationState, RequestRegistrationExtensions, UserVerificationPolicy,
};

mod attested;
mod trust;
mod unlock;

pub use trust::Trust;

use super::problem::Refusal;
use crate::domain::models::Attestation;
use crate::domain::{Aaguid, Bytes};
use crate::wire::webauthn::{
    AuthenticationResponse, CreationOptions, Descriptor, RegistrationResponse, RequestOptions, User,
};
use crate::wire::{Because, problem_code};

/// The longest credential id, in bytes (WebAuthn Level 3, section 7.1, step 25).
const CREDENTIAL_ID_MAX: usize = 1023;

/// A relying party: what is asked of a key, and what is taken from it.
#[derive(Debug)]
pub struct RelyingParty {
    core: WebauthnCore,
    rp_id: String,
    name: String,
    origin: String,
    trust: Trust,
}

/// Options for the key, and the state that their answer is verified against. The state is for the database only.
#[derive(Debug, Clone, PartialEq)]
pub struct Issued<O> {
    /// What the key is asked.
    pub options: O,
    /// What to hand back with the answer.
    pub state: String,
}

/// A registration that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    pub id: Bytes,
    /// The model, as the authenticator states it.
    pub aaguid: Aaguid,
    /// Attestation format: `packed`, `fido-u2f` or `none`.
    pub attestation: &'static str,
    /// How the key vouched for it.
    pub made: Attestation,
    /// Whether the attestation leads to a configured root.
    pub trusted: bool,
    /// The credential in the verifier's own form, for [`RelyingParty::assertion`].
    pub verifier: String,
}

impl RelyingParty {
    /// `origin` is the only one that client data may name, e.g. `https://iamconnected.example`.
    pub fn new(id: &str, name: &str, origin: &str, trust: Trust) -> Result<Self, BadOrigin> {
        let url = origin.parse().map_err(|_| BadOrigin(origin.to_owned()))?;
        Ok(Self {
            // "Unsafe experts only" is its name; the checks that it leaves to the caller are made below.
            core: WebauthnCore::new_unsafe_experts_only(
                name,
                id,
                vec![url],
                Duration::from_secs(60),
                Some(false),
                Some(false),
            ),
            rp_id: id.to_owned(),
            name: name.to_owned(),
            origin: origin.to_owned(),
            trust,
        })
    }

    /// The same party as it is asked from another origin, which then is the only one.
    pub fn at(&self, origin: &str) -> Result<Self, BadOrigin> {
        Self::new(&self.rp_id, &self.name, origin, self.trust.clone())
    }

    /// The RP id that its credentials are for.
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// The origin that client data must name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Options for a new credential of `user`: discoverable, user verified, attested, not on a key that holds one of
    /// `exclude`.
    pub fn creation(
        &self,
        user: &User,
        exclude: Vec<Descriptor>,
        life_ms: u64,
    ) -> Result<Issued<CreationOptions>, Refusal> {
        let builder = self
            .core
            .new_challenge_register_builder(&user.id.0, &user.name, &user.display_name)
            .map_err(Refusal::internal)?
            .attestation(AttestationConveyancePreference::Direct)
            .user_verification_policy(UserVerificationPolicy::Required)
            .require_resident_key(true)
            .authenticator_attachment(Some(AuthenticatorAttachment::CrossPlatform))
            .reject_synchronised_authenticators(true)
            .credential_algorithms(vec![COSEAlgorithm::ES256, COSEAlgorithm::RS256])
            .exclude_credentials(Some(
                exclude.iter().map(|known| known.id.0.clone()).collect(),
            ))
            .extensions(Some(RequestRegistrationExtensions {
                cred_protect: Some(CredProtect {
                    credential_protection_policy:
                        CredentialProtectionPolicy::UserVerificationOptionalWithCredentialIDList,
                    enforce_credential_protection_policy: Some(false),
                }),
                uvm: None,
                cred_props: Some(true),
                min_pin_length: Some(true),
                hmac_create_secret: None,
            }));
        let (challenge, state) = self
            .core
            .generate_challenge_register(builder)
            .map_err(Refusal::internal)?;
        let mut options: CreationOptions = reread(&challenge.public_key)?;
        options.timeout = Some(life_ms);
        options.exclude_credentials = exclude;
        Ok(Issued {
            options,
            state: serde_json::to_string(&state).map_err(Refusal::internal)?,
        })
    }

    /// Options for an assertion by one of `allow`, or by any discoverable credential when it is empty.
    pub fn request(
        &self,
        allow: Vec<Descriptor>,
        life_ms: u64,
    ) -> Result<Issued<RequestOptions>, Refusal> {
        self.request_of(None, allow, life_ms)
    }

    /// The same, where the challenge is given: the hash of what is signed, which serves once.
    pub fn request_of(
        &self,
        challenge: Option<Bytes>,
        allow: Vec<Descriptor>,
        life_ms: u64,
    ) -> Result<Issued<RequestOptions>, Refusal> {
        let builder = self
            .core
            .new_challenge_authenticate_builder(Vec::new(), Some(UserVerificationPolicy::Required))
            .map_err(Refusal::internal)?;
        let (drawn, state) = self
            .core
            .generate_challenge_authenticate(builder)
            .map_err(Refusal::internal)?;
        let mut options: RequestOptions = reread(&drawn.public_key)?;
        let mut state = serde_json::to_value(&state).map_err(Refusal::internal)?;
        options.timeout = Some(life_ms);
        options.allow_credentials = allow;
        if let Some(challenge) = challenge {
            // The library draws its own, and keeps it under this name; the assertion is verified against it.
            let held = state.get_mut("challenge");
            *held.ok_or_else(|| Refusal::internal("a state without a challenge"))? =
                Value::String(challenge.to_base64url());
            options.challenge = challenge;
        }
        Ok(Issued {
            options,
            state: state.to_string(),
        })
    }

    /// Verifies a registration against the state of [`Self::creation`].
    pub fn registration(
        &self,
        state: &str,
        response: &RegistrationResponse,
    ) -> Result<Registered, Refusal> {
        let state: RegistrationState = serde_json::from_str(state).map_err(Refusal::internal)?;
        check_ids(&response.kind, &response.id, &response.raw_id)?;
        if response.raw_id.0.len() > CREDENTIAL_ID_MAX {
            return Err(malformed("a credential id has at most 1023 bytes"));
        }
        let transports: Vec<Value> = response
            .response
            .transports
            .iter()
            .map(|word| Value::String(word.clone()))
            .collect();
        let request = RegisterPublicKeyCredential {
            id: response.id.to_base64url(),
            raw_id: response.raw_id.0.clone(),
            response: AuthenticatorAttestationResponseRaw {
                attestation_object: response.response.attestation_object.0.clone(),
                client_data_json: response.response.client_data_json.0.clone(),
                transports: serde_json::from_value(Value::Array(transports)).ok(),
            },
            type_: response.kind.clone(),
            extensions: serde_json::from_value(Value::Object(
                response.client_extension_results.clone(),
            ))
            .unwrap_or_default(),
        };
        let credential = self
            .core
            .register_credential(&request, &state, None)
            .map_err(|error| refusal(&error))?;
        self.check_client_data(&response.response.client_data_json)?;
        if credential.cred_id != response.raw_id.0 {
            return Err(malformed(
                "rawId is not the credential id in the authenticator data",
            ));
        }
        let aaguid = attested::aaguid(&response.response.attestation_object)?;
        let attestation = format_name(&credential.attestation_format)?;
        let trusted = self.trust.judge(&credential, aaguid)?;
        Ok(Registered {
            id: Bytes(credential.cred_id.clone()),
            aaguid,
            attestation,
            made: attested::how(&credential.attestation.data),
            trusted,
            verifier: serde_json::to_string(&credential).map_err(Refusal::internal)?,
        })
    }

    /// Verifies an assertion by the credential `verifier` against the state of [`Self::request`]. `user_handle` is
    /// its owner's; the assertion must name it when `handle_required`, and may name no other. Returns the credential
    /// with its new counter.
    pub fn assertion(
        &self,
        state: &str,
        verifier: &str,
        response: &AuthenticationResponse,
        user_handle: &[u8],
        handle_required: bool,
    ) -> Result<String, Refusal> {
        let state: AuthenticationState = serde_json::from_str(state).map_err(Refusal::internal)?;
        let mut credential: Credential =
            serde_json::from_str(verifier).map_err(Refusal::internal)?;
        check_ids(&response.kind, &response.id, &response.raw_id)?;
        match &response.response.user_handle {
            Some(handle) if handle.0 != user_handle => {
                return Err(Refusal::new(
                    problem_code::CREDENTIAL_UNKNOWN,
                    "the assertion's user handle is another account's",
                ));
            }
            None if handle_required => {
                return Err(malformed(
                    "an assertion by a discoverable credential must name its user handle",
                ));
            }
            _ => {}
        }
        let request = PublicKeyCredential {
            id: response.id.to_base64url(),
            raw_id: response.raw_id.0.clone(),
            response: AuthenticatorAssertionResponseRaw {
                authenticator_data: response.response.authenticator_data.0.clone(),
                client_data_json: response.response.client_data_json.0.clone(),
                signature: response.response.signature.0.clone(),
                user_handle: response
                    .response
                    .user_handle
                    .as_ref()
                    .map(|handle| handle.0.clone()),
            },
            extensions: Default::default(),
            type_: response.kind.clone(),
        };
        let result = self
            .core
            .authenticate_single_credential(&request, &state, &credential)
            .map_err(|error| refusal(&error))?;
        self.check_client_data(&response.response.client_data_json)?;
        credential.counter = credential.counter.max(result.counter());
        serde_json::to_string(&credential).map_err(Refusal::internal)
    }

    /// What the library's look at the client data leaves open.
    fn check_client_data(&self, json: &Bytes) -> Result<(), Refusal> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct ClientData {
            origin: String,
            #[serde(default)]
            cross_origin: Option<bool>,
            #[serde(default)]
            top_origin: Option<String>,
        }
        let data: ClientData = serde_json::from_slice(&json.0)
            .map_err(|error| malformed(&format!("clientDataJSON: {error}")))?;
        if data.origin != self.origin
            || data.cross_origin == Some(true)
            || data.top_origin.is_some()
        {
            return Err(Refusal::new(
                problem_code::ORIGIN_MISMATCH,
                format!(
                    "client data must name the origin {} and no other",
                    self.origin
                ),
            ));
        }
        Ok(())
    }
}

/// The configured origin is not a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin such as https://example.org")]
pub struct BadOrigin(pub String);

/// The challenge that client data names, to look up what it belongs to; nothing of it is verified yet.
pub fn claimed_challenge(client_data_json: &Bytes) -> Result<Bytes, Refusal> {
    #[derive(Deserialize)]
    struct ClientData {
        challenge: Bytes,
    }
    serde_json::from_slice::<ClientData>(&client_data_json.0)
        .map(|data| data.challenge)
        .map_err(|error| malformed(&format!("clientDataJSON: {error}")))
}

fn check_ids(kind: &str, id: &Bytes, raw_id: &Bytes) -> Result<(), Refusal> {
    if kind != "public-key" {
        return Err(malformed("type is not public-key"));
    }
    if id != raw_id {
        return Err(malformed("id and rawId differ"));
    }
    Ok(())
}

fn format_name(format: &AttestationFormat) -> Result<&'static str, Refusal> {
    match format {
        AttestationFormat::Packed => Ok("packed"),
        AttestationFormat::FIDOU2F => Ok("fido-u2f"),
        AttestationFormat::None => Ok("none"),
        other => Err(Refusal::new(
            problem_code::ATTESTATION_INVALID,
            format!("attestation of format {other:?} is not taken: only packed, fido-u2f and none"),
        )),
    }
}

fn malformed(what: &str) -> Refusal {
    Refusal::new(problem_code::RESPONSE_MALFORMED, what)
}

/// From the library's types to the wire's: both have the JSON form of the standard.
fn reread<T: for<'de> Deserialize<'de>>(options: &impl serde::Serialize) -> Result<T, Refusal> {
    serde_json::to_value(options)
        .and_then(serde_json::from_value)
        .map_err(Refusal::internal)
}

fn refusal(error: &WebauthnError) -> Refusal {
    use WebauthnError as E;
    let code = match error {
        E::MismatchedChallenge => problem_code::CHALLENGE_MISMATCH,
        E::InvalidRPOrigin | E::CredentialCrossOrigin => problem_code::ORIGIN_MISMATCH,
        E::InvalidRPIDHash => problem_code::RP_MISMATCH,
        E::UserNotPresent => problem_code::USER_NOT_PRESENT,
        E::UserNotVerified => problem_code::USER_NOT_VERIFIED,
        E::CredentialAlteredAlgFromRequest
        | E::CredentialInsecureCryptography
        | E::COSEKeyInvalidAlgorithm
        | E::COSEKeyInvalidType
        | E::COSEKeyEDUnsupported
        | E::COSEKeyEDDSAInvalidCurve
        | E::COSEKeyECDSAInvalidCurve => problem_code::ALGORITHM_REFUSED,
        E::CredentialMayNotBeHardwareBound | E::CredentialBackupEligibilityInconsistent => {
            problem_code::NOT_DEVICE_BOUND
        }
        E::AuthenticationFailure | E::SignatureInvalid => problem_code::SIGNATURE_INVALID,
        E::CredentialPossibleCompromise => problem_code::COUNTER_REGRESSED,
        E::CredentialNotFound => problem_code::CREDENTIAL_UNKNOWN,
        E::AttestationNotSupported
        | E::AttestationStatementMapInvalid
        | E::AttestationStatementSigMissing
        | E::AttestationStatementSigInvalid
        | E::AttestationStatementX5CMissing
        | E::AttestationStatementX5CInvalid
        | E::AttestationStatementAlgMissing
        | E::AttestationStatementAlgMismatch
        | E::AttestationStatementAlgInvalid
        | E::AttestationCertificateAAGUIDMismatch
        | E::AttestationCertificateRequirementsNotMet
        | E::AttestationCredentialSubjectKeyMismatch
        | E::CertificatePublicKeyInvalid
        | E::CertificatePublicKeyAlgorthimMismatch
        | E::X509DerInvalid => problem_code::ATTESTATION_INVALID,
        _ => problem_code::RESPONSE_MALFORMED,
    };
    match code {
        problem_code::COUNTER_REGRESSED => Refusal::because(code, Because::CounterBehind {}),
        code => Refusal::new(code, error.to_string()),
    }
}
