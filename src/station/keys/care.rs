//! What care asks of a key, in the words of the CTAP client: each function is one job on the key's own thread.

use std::sync::Arc;

use super::if_told;
use crate::ctap::{
    AnyDevice, Control, CredentialManagement, CtapError, Info, InitInfo, Permissions, PinPolicy,
    PinUvAuthToken, Retries, Sample, SampleStatus, Setup, TokenRequest, User, VerifyBy,
};
use crate::domain::care::{
    BuiltInUv, CredentialList, FingerSample, Fingerprint, Limits, Management, Portrait, Readiness,
    SampleFault, Setting, StoredCredential,
};
use crate::domain::reason::Lacks;
use crate::domain::{Bytes, KeyFacts, Pin};

/// Everything that a key says of itself at one moment.
pub(in crate::station) struct Reading {
    init: InitInfo,
    pub(in crate::station) info: Arc<Info>,
    pub(in crate::station) pin_retries: Option<Retries>,
    uv_retries: Option<u8>,
}

/// Asks a key for all of it.
pub(in crate::station) fn read(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
) -> Result<Reading, CtapError> {
    let info = device.info(control)?;
    let pin_retries = if_told(super::retries(device, control))?.flatten();
    // A preview key has built-in verification and no count of it: that is no reason to know nothing of the rest.
    let uv_retries = match info.built_in_uv() {
        Setup::Set if info.token_permissions() => if_told(device.uv_retries(control))?,
        _ => None,
    };
    Ok(Reading {
        init: device.init_info(),
        info,
        pin_retries,
        uv_retries,
    })
}

/// The portrait of a key with these facts.
pub(in crate::station) fn portrait(key: KeyFacts, reading: &Reading) -> Portrait {
    let info = &reading.info;
    Portrait {
        device_version: Some(reading.init.device_version),
        extensions: info.extensions.clone(),
        options: info.options.clone(),
        transports: info.transports.clone(),
        reset_transports: info.transports_for_reset.clone(),
        certifications: info.certifications.clone(),
        attestation_formats: info.attestation_formats.clone(),
        pin_protocols: info.pin_uv_auth_protocols.clone(),
        limits: Limits {
            message_bytes: info.max_msg_size,
            credentials_in_list: info.max_credential_count_in_list,
            credential_id_bytes: info.max_credential_id_length,
            large_blob_bytes: info.max_serialized_large_blob_array,
            cred_blob_bytes: info.max_cred_blob_length,
            min_pin_rp_ids: info.max_rpids_for_set_min_pin_length,
        },
        pin_max_length: info.max_pin_length,
        pin_complexity: info.pin_complexity_policy,
        pin_complexity_url: super::policy_url(info),
        built_in_uv: BuiltInUv {
            state: readiness(info.built_in_uv()),
            modality: info.uv_modality,
            retries: reading.uv_retries,
            preferred_attempts: info.preferred_platform_uv_attempts,
            uses_since_pin: info.uv_count_since_last_pin_entry,
        },
        fingerprints: readiness(info.fingerprints()),
        enterprise_attestation: readiness(info.enterprise_attestation()),
        management: match info.credential_management() {
            None => Management::Absent,
            Some(CredentialManagement::Preview) => Management::Preview,
            Some(CredentialManagement::Standard) => Management::Standard,
        },
        config_commands: info.authenticator_config_commands.clone(),
        vendor_commands: info.vendor_prototype_config_commands.clone(),
        long_touch_for_reset: info.long_touch_for_reset,
        unknown_members: info.unknown.len(),
        odd_members: info.odd.iter().map(|member| (*member).to_owned()).collect(),
        key,
    }
}

fn readiness(setup: Setup) -> Readiness {
    match setup {
        Setup::Unsupported => Readiness::Unsupported,
        Setup::NotSet => Readiness::NotSetUp,
        Setup::Set => Readiness::SetUp,
    }
}

/// Changes a setting.
pub(in crate::station) fn configure(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: Option<&Pin>,
    setting: &Setting,
) -> Result<(), CtapError> {
    let token = match pin {
        Some(pin) => Some(token(
            device,
            control,
            pin,
            Permissions::AUTHENTICATOR_CONFIG,
        )?),
        None => None,
    };
    let token = token.as_ref();
    let policy = match setting {
        Setting::AlwaysUv { on } => return device.set_always_uv(*on, token, control),
        Setting::EnterpriseAttestation => {
            return device.enable_enterprise_attestation(token, control);
        }
        Setting::LongTouchForReset => return device.enable_long_touch_for_reset(token, control),
        Setting::MinPinLength { length, rp_ids } => PinPolicy {
            min_length: Some(*length),
            rp_ids: rp_ids.clone(),
            ..PinPolicy::default()
        },
        Setting::ForcePinChange => PinPolicy {
            force_change: true,
            ..PinPolicy::default()
        },
        Setting::PinComplexity => PinPolicy {
            complexity: true,
            ..PinPolicy::default()
        },
    };
    device.set_pin_policy(&policy, token, control)
}

/// Every discoverable credential, by RP, and how much room is left.
pub(in crate::station) fn credentials(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: &Pin,
) -> Result<CredentialList, CtapError> {
    let token = token(device, control, pin, Permissions::CREDENTIAL_MANAGEMENT)?;
    let room = if_told(device.credentials_metadata(&token, control))?;
    let mut list = CredentialList {
        credentials: Vec::new(),
        free_slots: room.map(|room| room.remaining),
    };
    for rp in device.stored_rps(&token, control)? {
        let stored = device.stored_credentials(&rp.id_hash, &token, control)?;
        list.credentials
            .extend(stored.into_iter().map(|credential| StoredCredential {
                id: Bytes(credential.id),
                rp_id: rp.rp.id.clone(),
                rp_id_hash: Bytes(rp.id_hash.to_vec()),
                user_handle: Bytes(credential.user.id),
                user_name: credential.user.name,
                display_name: credential.user.display_name,
            }));
    }
    Ok(list)
}

/// Gives a credential's account another name.
pub(in crate::station) fn rename(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: &Pin,
    credential: &StoredCredential,
    name: &str,
) -> Result<(), CtapError> {
    let token = token(device, control, pin, Permissions::CREDENTIAL_MANAGEMENT)?;
    let user = User {
        id: credential.user_handle.0.clone(),
        name: Some(name.to_owned()),
        display_name: Some(name.to_owned()),
    };
    device.update_user(credential.id.as_ref(), &user, &token, control)
}

/// The fingerprints.
pub(in crate::station) fn fingerprints(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: &Pin,
) -> Result<Vec<Fingerprint>, CtapError> {
    let token = finger_token(device, control, pin)?;
    let list = device.fingerprints(&token, control)?;
    Ok(list
        .into_iter()
        .map(|finger| Fingerprint {
            id: Bytes(finger.id),
            name: finger.name.filter(|name| !name.is_empty()),
        })
        .collect())
}

/// Enrols a finger, telling of each sample.
pub(in crate::station) fn enrol_finger(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: &Pin,
    tell: &dyn Fn(Option<FingerSample>),
) -> Result<Bytes, CtapError> {
    let token = finger_token(device, control, pin)?;
    let mut on_sample = |sample: Sample| {
        tell(Some(FingerSample {
            fault: sample_fault(sample.status),
            remaining: sample.remaining,
        }));
    };
    device
        .enrol_fingerprint(&token, &mut on_sample, control)
        .map(Bytes)
}

/// Names a fingerprint.
pub(in crate::station) fn name_finger(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: &Pin,
    id: &Bytes,
    name: &str,
) -> Result<String, CtapError> {
    let token = finger_token(device, control, pin)?;
    device.name_fingerprint(id.as_ref(), name, &token, control)
}

/// Removes a fingerprint.
pub(in crate::station) fn remove_finger(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: &Pin,
    id: &Bytes,
) -> Result<(), CtapError> {
    let token = finger_token(device, control, pin)?;
    device.remove_fingerprint(id.as_ref(), &token, control)
}

fn finger_token(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: &Pin,
) -> Result<PinUvAuthToken, CtapError> {
    if device.known_info(control)?.fingerprints() == Setup::Unsupported {
        return Err(CtapError::Unsupported {
            what: Lacks::Fingerprints,
        });
    }
    token(device, control, pin, Permissions::BIO_ENROLLMENT)
}

fn token(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: &Pin,
    permissions: Permissions,
) -> Result<PinUvAuthToken, CtapError> {
    let request = TokenRequest {
        by: VerifyBy::Pin(pin),
        permissions,
        rp_id: None,
    };
    device.token(&request, control)
}

fn sample_fault(status: SampleStatus) -> Option<SampleFault> {
    Some(match status {
        SampleStatus::Good => return None,
        SampleStatus::TooHigh => SampleFault::TooHigh,
        SampleStatus::TooLow => SampleFault::TooLow,
        SampleStatus::TooLeft => SampleFault::TooLeft,
        SampleStatus::TooRight => SampleFault::TooRight,
        SampleStatus::TooFast => SampleFault::TooFast,
        SampleStatus::TooSlow => SampleFault::TooSlow,
        SampleStatus::PoorQuality => SampleFault::PoorQuality,
        SampleStatus::TooSkewed => SampleFault::TooSkewed,
        SampleStatus::TooShort => SampleFault::TooShort,
        SampleStatus::MergeFailure => SampleFault::Unlike,
        SampleStatus::Exists => SampleFault::Exists,
        SampleStatus::DatabaseFull => SampleFault::Full,
        SampleStatus::NoUserActivity => SampleFault::NoFinger,
        SampleStatus::NoUserPresenceTransition => SampleFault::NotLifted,
        SampleStatus::Unknown(_) => SampleFault::Other,
    })
}
