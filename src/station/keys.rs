//! What a workflow asks of a key, in the words of the CTAP client: each function is one job on the key's own thread.
//!
//! Hides tokens, permissions and status codes. Every job gets its own token, so that no token outlives its purpose.

pub(super) mod care;
pub(super) mod reset;

use sha2::{Digest, Sha256};

use crate::ctap::{
    AnyDevice, Control, CredProtect, CredentialManagement, CtapError, GetAssertion, Info,
    MakeCredential, Operation, Permissions, PinLengthFault, PinUvAuthToken, RelyingParty, Retries,
    Setup, Status, TokenRequest, User, VerifyBy,
};
use crate::domain::characters::web_address;
use crate::domain::policy::Attestation;
use crate::domain::reason::Failure;
use crate::domain::{Bytes, Pin};
use crate::wire::webauthn::{CreationOptions, Descriptor, RequestOptions};
use crate::workflow::{Doubt, KeyFault, NewAssertion, NewCredential, Resident};

/// Where the key says that its policy on PINs is explained; what is no address is of no use to anybody.
pub(super) fn policy_url(info: &Info) -> Option<String> {
    let stated = info.pin_complexity_policy_url.as_deref()?;
    web_address(stated).map(str::to_owned)
}

/// Proves the PIN on the key, without a touch: by a token for what the PIN opens there.
pub(super) fn verify_pin(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: &Pin,
    rp_id: &str,
) -> Result<(), CtapError> {
    let info = device.known_info(control)?;
    let (permissions, rp_id) = match proving(&info) {
        Permissions::GET_ASSERTION => (Permissions::GET_ASSERTION, Some(rp_id)),
        managing => (managing, None),
    };
    token(device, control, Some(pin), permissions, rp_id).map(drop)
}

/// A permission that the key's PIN can have.
fn proving(info: &Info) -> Permissions {
    match info.pin_cannot_make_or_use() {
        true if info.credential_management() == Some(CredentialManagement::Standard) => {
            Permissions::CREDENTIAL_MANAGEMENT
        }
        true if info.configurable() => Permissions::AUTHENTICATOR_CONFIG,
        true if info.bio_enrollment().is_some() => Permissions::BIO_ENROLLMENT,
        _ => Permissions::GET_ASSERTION,
    }
}

/// Attempts left, where the key has a PIN.
pub(super) fn retries(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
) -> Result<Option<Retries>, CtapError> {
    let info = device.known_info(control)?;
    if info.client_pin() != Setup::Set {
        return Ok(None);
    }
    device.pin_retries(control).map(Some)
}

/// An answer that is only shown to people: a key that says something else instead is none the worse.
pub(super) fn if_told<R>(told: Result<R, CtapError>) -> Result<Option<R>, CtapError> {
    match told {
        Ok(told) => Ok(Some(told)),
        Err(
            CtapError::Status { .. } | CtapError::Malformed { .. } | CtapError::Unsupported { .. },
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Which of these credentials the key holds.
pub(super) fn holds(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    rp_id: &str,
    ids: &[Descriptor],
) -> Result<Option<Bytes>, CtapError> {
    let ids: Vec<Vec<u8>> = ids.iter().map(|d| d.id.0.clone()).collect();
    let found = device.find_credential(rp_id, &ids, None, control)?;
    Ok(found.map(Bytes))
}

/// The discoverable credentials at an RP.
pub(super) fn residents(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: &Pin,
    rp_id: &str,
) -> Result<Vec<Resident>, CtapError> {
    let token = manage_token(device, control, pin, Some(rp_id))?;
    let rp_id_hash = Sha256::digest(rp_id).into();
    let stored = device.stored_credentials(&rp_id_hash, &token, control)?;
    Ok(stored
        .into_iter()
        .map(|credential| Resident {
            id: Bytes(credential.id),
            user_handle: Bytes(credential.user.id),
            user_name: credential.user.display_name.or(credential.user.name),
        })
        .collect())
}

/// Deletes a discoverable credential. Some keys (SoloKeys' and Nitrokey's firmware) cannot tell which RP a credential is of and
/// so take no token for it that is bound to one (CTAP 2.3, section 6.8.5): they get one that is not.
pub(super) fn delete_credential(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: &Pin,
    rp_id: &str,
    id: &Bytes,
) -> Result<(), CtapError> {
    let bound = manage_token(device, control, pin, Some(rp_id))?;
    match device.delete_credential(id.as_ref(), &bound, control) {
        Err(error) if error.status() == Some(Status::PinAuthInvalid) => {
            let free = manage_token(device, control, pin, None)?;
            device.delete_credential(id.as_ref(), &free, control)
        }
        deleted => deleted,
    }
}

/// Makes a credential: one touch.
pub(super) fn make_credential(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: Option<&Pin>,
    options: &CreationOptions,
    client_data_hash: [u8; 32],
) -> Result<NewCredential, CtapError> {
    let info = device.known_info(control)?;
    let wanted = options.authenticator_selection.as_ref();
    let verified =
        pin.is_some() || asks_for_verification(wanted.and_then(|s| s.user_verification.as_deref()));
    let token = match verified {
        true => token(
            device,
            control,
            pin,
            // The second lets the key look for protected credentials of the exclude list (credProtect, CTAP 2.3, section 12.1).
            Permissions::MAKE_CREDENTIAL.and(Permissions::GET_ASSERTION),
            Some(&options.rp.id),
        )?,
        false => None,
    };
    let resident = wanted.and_then(|s| s.resident_key.as_deref());
    let discoverable = match resident {
        Some("required") => true,
        Some("preferred") => info.discoverable(),
        _ => wanted.is_some_and(|s| s.require_resident_key == Some(true)),
    };
    let request = MakeCredential {
        client_data_hash,
        rp: RelyingParty {
            id: options.rp.id.clone(),
            name: Some(options.rp.name.clone()),
        },
        user: User {
            id: options.user.id.0.clone(),
            name: Some(options.user.name.clone()),
            display_name: Some(options.user.display_name.clone()),
        },
        algorithms: options.pub_key_cred_params.iter().map(|p| p.alg).collect(),
        exclude: options
            .exclude_credentials
            .iter()
            .map(|d| d.id.0.clone())
            .collect(),
        discoverable,
        built_in_uv: verified && token.is_none(),
        cred_protect: cred_protect(options, &info),
        min_pin_length: asks_for(options, "minPinLength") && info.has_extension("minPinLength"),
        hmac_secret: asks_for(options, "hmacCreateSecret") && info.has_extension("hmac-secret"),
        // Carries identifiers of the very key: only where the registry asks for it knowingly and the key has it enabled.
        enterprise_attestation: (options.attestation.as_deref() == Some("enterprise")
            && info.enterprise_attestation() == Setup::Set)
            .then_some(crate::ctap::EnterpriseAttestation::PlatformManaged),
    };
    let made = device.make_credential(&request, token.as_ref(), control)?;
    Ok(NewCredential {
        id: Bytes(made.credential.id.clone()),
        attestation_object: Bytes(made.attestation_object()),
        authenticator_data: Bytes(made.auth_data.as_bytes().to_vec()),
        public_key: Bytes(made.credential.public_key.as_bytes().to_vec()),
        algorithm: made.credential.public_key.algorithm(),
        user_verified: made.auth_data.flags.user_verified(),
        attestation: vouching(&made),
        discoverable: asks_for(options, "credProps").then_some(discoverable),
        transports: if info.transports.is_empty() {
            vec!["usb".to_owned()]
        } else {
            info.transports.clone()
        },
    })
}

/// How a key vouches for a credential (WebAuthn level 3, sections 6.5.3 and 8): with certificates, with the credential's own
/// key, which only `packed` knows, or not at all.
fn vouching(made: &crate::ctap::Attestation) -> Attestation {
    let members = made.statement.as_map().map_or(&[][..], Vec::as_slice);
    let has = |name: &str| members.iter().any(|(key, _)| key.as_text() == Some(name));
    match made.format.as_str() {
        "none" => Attestation::None,
        _ if has("x5c") => Attestation::Basic,
        "packed" if has("sig") => Attestation::SelfSigned,
        _ => Attestation::None,
    }
}

/// Signs: one touch.
pub(super) fn get_assertion(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: Option<&Pin>,
    options: &RequestOptions,
    client_data_hash: [u8; 32],
) -> Result<NewAssertion, CtapError> {
    let verified = pin.is_some() || asks_for_verification(options.user_verification.as_deref());
    let token = match verified {
        true => token(
            device,
            control,
            pin,
            Permissions::GET_ASSERTION,
            Some(&options.rp_id),
        )?,
        false => None,
    };
    let request = GetAssertion {
        rp_id: options.rp_id.clone(),
        client_data_hash,
        allow: options
            .allow_credentials
            .iter()
            .map(|d| d.id.0.clone())
            .collect(),
        user_presence: true,
        built_in_uv: verified && token.is_none(),
    };
    let signed = device.assertion(&request, token.as_ref(), control)?;
    Ok(NewAssertion {
        id: Bytes(signed.credential_id),
        authenticator_data: Bytes(signed.auth_data.as_bytes().to_vec()),
        signature: Bytes(signed.signature),
        user_handle: signed.user.map(|user| Bytes(user.id)),
    })
}

/// Whether the person is to be verified where no PIN was given: always, unless the options ask for a touch only.
fn asks_for_verification(user_verification: Option<&str>) -> bool {
    user_verification != Some("discouraged")
}

/// A token by PIN, or by the key's own verification; none where an old key does that within the request itself.
fn token(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: Option<&Pin>,
    permissions: Permissions,
    rp_id: Option<&str>,
) -> Result<Option<PinUvAuthToken>, CtapError> {
    let by = match pin {
        Some(pin) => VerifyBy::Pin(pin),
        None if device.known_info(control)?.token_permissions() => VerifyBy::BuiltInUv,
        None => return Ok(None),
    };
    let request = TokenRequest {
        by,
        permissions,
        rp_id,
    };
    device.token(&request, control).map(Some)
}

fn manage_token(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: &Pin,
    rp_id: Option<&str>,
) -> Result<PinUvAuthToken, CtapError> {
    let request = TokenRequest {
        by: VerifyBy::Pin(pin),
        permissions: Permissions::CREDENTIAL_MANAGEMENT,
        rp_id,
    };
    device.token(&request, control)
}

fn asks_for(options: &CreationOptions, extension: &str) -> bool {
    let asked = options.extensions.as_ref();
    asked.and_then(|all| all.get(extension)) == Some(&serde_json::Value::Bool(true))
}

/// WebAuthn's word for it (credProtect, CTAP 2.3, section 12.1).
fn cred_protect(options: &CreationOptions, info: &Info) -> Option<CredProtect> {
    let asked = options.extensions.as_ref()?;
    let level = match asked.get("credentialProtectionPolicy")?.as_str()? {
        "userVerificationOptional" => CredProtect::Optional,
        "userVerificationOptionalWithCredentialIDList" => CredProtect::OptionalWithCredentialIdList,
        "userVerificationRequired" => CredProtect::Required,
        _ => return None,
    };
    info.has_extension("credProtect").then_some(level)
}

/// Whether a job that was to make a credential, and failed, made one.
pub(super) fn doubt_of(error: &CtapError) -> Doubt {
    // What came before it, a token for instance, makes nothing.
    let unless_before = |operation: &Operation, doubt| match operation {
        Operation::MakeCredential => doubt,
        _ => Doubt::No,
    };
    let its_word = |it_says_so: bool| match it_says_so {
        true => Doubt::ItsWord,
        false => Doubt::Yes,
    };
    match error {
        CtapError::Timeout { operation, .. } | CtapError::Cancelled { operation, .. } => {
            unless_before(operation, its_word(error.nothing_done()))
        }
        CtapError::Status { operation, status } => {
            unless_before(operation, its_word(is_refusal(*status)))
        }
        CtapError::Framing { operation, .. }
        | CtapError::OutOfStep { operation, .. }
        | CtapError::Hid { operation, .. }
        | CtapError::Malformed { operation, .. } => unless_before(operation, Doubt::Yes),
        CtapError::Busy { .. }
        | CtapError::Unsupported { .. }
        | CtapError::TooLarge { .. }
        | CtapError::PinLength(_)
        | CtapError::MinPinLength { .. }
        | CtapError::TooManyRpIds { .. }
        | CtapError::Entropy(_) => Doubt::No,
        CtapError::Gone | CtapError::Io { .. } => Doubt::Yes,
    }
}

/// Statuses with which a key ends authenticatorMakeCredential before it makes anything (CTAP 2.3, section 6.1.2).
fn is_refusal(status: Status) -> bool {
    matches!(
        status,
        Status::CredentialExcluded
            | Status::KeyStoreFull
            | Status::UnsupportedAlgorithm
            | Status::UnsupportedOption
            | Status::InvalidOption
            | Status::OperationDenied
            | Status::KeepaliveCancel
            | Status::UserActionTimeout
            | Status::ActionTimeout
            | Status::NotAllowed
            | Status::NoCredentials
            | Status::PinInvalid
            | Status::PinBlocked
            | Status::PinAuthInvalid
            | Status::PinAuthBlocked
            | Status::PinNotSet
            | Status::PuatRequired
            | Status::PinPolicyViolation
            | Status::PinTokenExpired
            | Status::UpRequired
            | Status::UvBlocked
            | Status::UvInvalid
            | Status::UnauthorizedPermission
            | Status::InvalidCommand
            | Status::InvalidParameter
            | Status::InvalidLength
            | Status::CborUnexpectedType
            | Status::InvalidCbor
            | Status::MissingParameter
            | Status::LimitExceeded
            | Status::RequestTooLarge
    )
}

/// Whether it happened in an operation that a key carries out only once a person has touched it or shown a finger.
fn waits_for_a_person(error: &CtapError) -> bool {
    let CtapError::Status { operation, .. } = error else {
        return false;
    };
    matches!(
        operation,
        Operation::MakeCredential
            | Operation::GetAssertion
            | Operation::GetNextAssertion
            | Operation::VerifyUser
            | Operation::VerifyPin
            | Operation::Selection
            | Operation::Reset
            | Operation::EnrolFingerprint
    )
}

/// What went wrong, as a workflow decides on it. `retries`: PIN attempts left, asked after a wrong one.
pub(super) fn fault_of(error: &CtapError, retries: Option<u8>) -> KeyFault {
    let pin_step = matches!(
        error,
        CtapError::Status {
            operation: Operation::SetPin | Operation::ChangePin,
            ..
        }
    );
    match error {
        CtapError::Gone => return KeyFault::Gone,
        CtapError::Cancelled { .. } => return KeyFault::Cancelled,
        CtapError::PinLength(PinLengthFault::TooShort { .. }) => return KeyFault::PinRefused,
        CtapError::PinLength(PinLengthFault::TooLong { max }) => {
            return KeyFault::PinTooLong { max: *max };
        }
        CtapError::Unsupported { what } => return KeyFault::Unsupported(what.clone()),
        _ => {}
    }
    match error.status() {
        Some(Status::PinInvalid) => KeyFault::WrongPin { retries },
        Some(Status::PinAuthBlocked) => KeyFault::PowerCycleNeeded,
        Some(Status::PinBlocked) => KeyFault::PinBlocked,
        Some(Status::PinPolicyViolation) => KeyFault::PinRefused,
        Some(Status::InvalidParameter | Status::InvalidLength) if pin_step => KeyFault::PinRefused,
        Some(Status::CredentialExcluded) => KeyFault::Excluded,
        Some(Status::NoCredentials) => KeyFault::NoCredential,
        Some(Status::KeyStoreFull) => KeyFault::StoreFull,
        Some(Status::UserActionTimeout | Status::ActionTimeout) => KeyFault::TouchTimeout,
        // Where it waits for nobody, it is the key itself that denies it.
        Some(Status::OperationDenied) if waits_for_a_person(error) => KeyFault::TouchTimeout,
        Some(Status::KeepaliveCancel) => KeyFault::Cancelled,
        _ => KeyFault::Failed(failure_of(error)),
    }
}

/// How it failed, in facts.
pub(super) fn failure_of(error: &CtapError) -> Failure {
    let garbled = |operation: &Operation, detail: String| Failure::Garbled {
        operation: format!("{operation:?}"),
        detail,
    };
    match error {
        CtapError::Io { reason } => Failure::System {
            reason: reason.clone(),
        },
        CtapError::Timeout {
            operation,
            limit_ms,
            ..
        } => Failure::Silent {
            operation: format!("{operation:?}"),
            limit_ms: *limit_ms,
        },
        CtapError::Busy { limit_ms, .. } => Failure::OtherProgram {
            limit_ms: *limit_ms,
        },
        CtapError::Status { operation, status } => Failure::Refused {
            operation: format!("{operation:?}"),
            status: format!("0x{:02X}", status.code()),
        },
        CtapError::Hid { operation, error } => Failure::Refused {
            operation: format!("{operation:?}"),
            status: format!("CTAPHID 0x{:02X}", error.code()),
        },
        CtapError::Framing { operation, fault } => garbled(operation, fault.to_string()),
        CtapError::OutOfStep { operation, detail } => garbled(operation, detail.clone()),
        CtapError::Malformed { operation, fault } => garbled(operation, fault.to_string()),
        CtapError::TooLarge { bytes, limit, .. } => Failure::TooLarge {
            bytes: *bytes,
            limit: *limit,
        },
        CtapError::MinPinLength { min, .. } => Failure::MinPinLength { min: *min },
        CtapError::TooManyRpIds { max, .. } => Failure::RelyingParties { max: *max },
        CtapError::Entropy(_) => Failure::Randomness,
        // Each of these is a fault of its own.
        CtapError::Gone
        | CtapError::Cancelled { .. }
        | CtapError::Unsupported { .. }
        | CtapError::PinLength(_) => Failure::NotReady,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_key_denies_by_itself_is_not_taken_for_a_missing_touch() {
        let denied = |operation| {
            let status = Status::OperationDenied;
            fault_of(&CtapError::Status { operation, status }, None)
        };
        for operation in [Operation::MakeCredential, Operation::Reset] {
            assert_eq!(denied(operation), KeyFault::TouchTimeout);
        }
        for operation in [
            Operation::SetAlwaysUv,
            Operation::SetPinPolicy,
            Operation::DeleteCredential,
        ] {
            let fault = denied(operation);
            assert!(matches!(&fault, KeyFault::Failed(_)), "{fault:?}");
        }
    }
}
