//! What care asks of a key, in the words of the CTAP client: each function is one job on the key's own thread.

use std::sync::Arc;

use crate::ctap::{
    AnyDevice, Control, CredentialManagement, CtapError, Info, InitInfo, Retries, Setup,
};
use crate::domain::KeyFacts;
use crate::domain::care::{BuiltInUv, Limits, Management, Portrait, Readiness};

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
    let pin_retries = super::retries(device, control)?;
    // A preview key has built-in verification and no count of it: that is no reason to know nothing of the rest.
    let uv_retries = match info.built_in_uv() {
        Setup::Set if info.token_permissions() => match device.uv_retries(control) {
            Ok(left) => Some(left),
            Err(CtapError::Status { .. } | CtapError::Unsupported { .. }) => None,
            Err(error) => return Err(error),
        },
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
        pin_max_bytes: info.max_pin_length,
        pin_complexity: info.pin_complexity_policy,
        pin_complexity_url: info.pin_complexity_policy_url.clone(),
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
