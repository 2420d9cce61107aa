//! getInfo, read.

use proptest::prelude::*;

use super::*;
use crate::ctap::cbor;

fn minimal() -> Vec<(Value, Value)> {
    vec![
        (Value::from(1), Value::Array(vec![Value::from("FIDO_2_0")])),
        (Value::from(3), Value::Bytes(vec![7; 16])),
    ]
}

fn with(extra: impl IntoIterator<Item = (Value, Value)>) -> Vec<u8> {
    cbor::write(&Value::Map(minimal().into_iter().chain(extra).collect()))
}

#[test]
fn a_key_that_states_the_least_gets_the_defaults_of_the_specification() {
    let info = Info::parse(&with([])).expect("valid");
    assert_eq!(info.versions, ["FIDO_2_0"]);
    assert_eq!(info.aaguid, Aaguid([7; 16]));
    assert_eq!(
        (info.max_msg_size, info.min_pin_length, info.max_pin_length),
        (1024, 4, 63)
    );
    assert_eq!(info.client_pin(), Setup::Unsupported);
    assert!(info.user_presence());
    assert!(!info.token_permissions());
    assert_eq!(info.credential_management(), None);
}

#[test]
fn options_mean_absent_off_or_on() {
    let options = cbor::text_map([
        ("rk", Some(Value::from(true))),
        ("clientPin", Some(Value::from(false))),
        ("uv", Some(Value::from(true))),
        ("credentialMgmtPreview", Some(Value::from(true))),
    ]);
    let info = Info::parse(&with([(Value::from(4), options)])).expect("valid");
    assert!(info.discoverable());
    assert_eq!(info.client_pin(), Setup::NotSet);
    assert_eq!(info.built_in_uv(), Setup::Set);
    assert_eq!(info.fingerprints(), Setup::Unsupported);
    assert_eq!(
        info.credential_management(),
        Some(CredentialManagement::Preview)
    );
}

#[test]
fn an_unknown_member_is_kept_and_hinders_nothing() {
    let info = Info::parse(&with([(Value::from(0x77), Value::from("new"))])).expect("valid");
    assert_eq!(info.unknown, [(Value::from(0x77), Value::from("new"))]);
}

#[test]
fn a_member_of_the_wrong_type_is_named_and_counts_as_not_stated() {
    let cases: [(i64, Value, &str); 10] = [
        (0x02, Value::from(1), "extensions"),
        (0x03, Value::Bytes(vec![7; 15]), "aaguid"),
        (0x04, Value::Array(vec![]), "options"),
        (0x05, Value::from(-1), "maxMsgSize"),
        (0x09, Value::from("usb"), "transports"),
        (0x0d, Value::from(64), "minPINLength"),
        (
            0x0a,
            Value::Array(vec![cbor::text_map([("alg", Some(Value::from(-7)))])]),
            "algorithms",
        ),
        (0x0e, Value::from("5.7.1"), "firmwareVersion"),
        (0x1a, Value::from(true), "transportsForReset"),
        (0x1f, Value::from(true), "authenticatorConfigCommands"),
    ];
    let plain = Info::parse(&with([])).expect("valid");
    for (key, value, name) in cases {
        let kept = minimal()
            .into_iter()
            .filter(|(known, _)| *known != Value::from(key));
        let members = kept.chain([(Value::from(key), value)]).collect();
        let info = Info::parse(&cbor::write(&Value::Map(members))).expect(name);
        assert_eq!(info.odd, [name]);
        let as_if_not_stated = Info {
            odd: Vec::new(),
            aaguid: plain.aaguid,
            ..info.clone()
        };
        assert_eq!(as_if_not_stated, plain, "{name}");
        assert_eq!(info.aaguid == Aaguid::default(), name == "aaguid");
    }
}

#[test]
fn of_a_list_and_a_table_only_what_is_wrong_is_left_out() {
    let options = cbor::text_map([
        ("rk", Some(Value::from(true))),
        ("clientPin", Some(Value::from(1))),
    ]);
    let transports = Value::Array(vec![Value::from(9), Value::from("usb")]);
    let members = [(Value::from(4), options), (Value::from(9), transports)];
    let info = Info::parse(&with(members)).expect("valid");
    assert!(info.discoverable());
    assert_eq!(
        info.client_pin(),
        Setup::Unsupported,
        "nothing is guessed from a number"
    );
    assert_eq!(info.transports, ["usb"]);
    assert_eq!(info.odd, ["options", "transports"]);
}

#[test]
fn a_key_whose_versions_are_no_list_is_nothing() {
    let versions = cbor::text_map([("FIDO_2_0", Some(Value::from(true)))]);
    let map = cbor::map([(1, Some(versions)), (3, Some(Value::Bytes(vec![7; 16])))]);
    let fault = Info::parse(&cbor::write(&map)).expect_err("no versions");
    assert!(fault.to_string().contains("`versions`"), "{fault}");
}

#[test]
fn an_empty_list_of_transports_for_a_reset_is_not_the_same_as_none() {
    let none = Info::parse(&with([])).expect("valid");
    assert_eq!(none.transports_for_reset, None);
    let empty = Info::parse(&with([(Value::from(0x1a), Value::Array(vec![]))])).expect("valid");
    assert_eq!(empty.transports_for_reset, Some(Vec::new()));
}

/// The reply of a key with every member of CTAP 2.3, as hexadecimal CBOR, made by an independent encoder.
const FULL: &str = include_str!("../../../../../tests/data/getinfo-full.hex");

#[test]
fn every_member_of_ctap_2_3_is_read() {
    let bytes = hex::decode(FULL.trim()).expect("hexadecimal");
    let info = Info::parse(&bytes).expect("valid");
    assert_eq!(
        info.versions,
        ["U2F_V2", "FIDO_2_0", "FIDO_2_1", "FIDO_2_3"]
    );
    assert_eq!(
        info.extensions,
        ["credProtect", "hmac-secret", "minPinLength"]
    );
    assert_eq!(
        info.aaguid.to_string(),
        "2fc0579f-8113-47ea-b116-bb5a8db9202a"
    );
    assert_eq!(info.max_msg_size, 2048);
    assert_eq!(info.pin_uv_auth_protocols, [2, 1]);
    assert_eq!(
        (
            info.max_credential_count_in_list,
            info.max_credential_id_length
        ),
        (Some(8), Some(128))
    );
    assert_eq!(info.transports, ["nfc", "usb"]);
    assert_eq!(info.algorithms, [-7, -8]);
    assert_eq!(info.max_serialized_large_blob_array, Some(4096));
    assert!(info.force_pin_change);
    assert_eq!((info.min_pin_length, info.max_pin_length), (6, 62));
    assert_eq!(info.firmware_version, Some(328_707));
    assert_eq!(
        (
            info.max_cred_blob_length,
            info.max_rpids_for_set_min_pin_length
        ),
        (Some(32), Some(2))
    );
    assert_eq!(
        (info.preferred_platform_uv_attempts, info.uv_modality),
        (Some(3), Some(0x202))
    );
    assert_eq!(info.certifications.get("FIPS-CMVP-2"), Some(&1));
    assert_eq!(info.remaining_discoverable_credentials, Some(23));
    assert_eq!(
        info.vendor_prototype_config_commands,
        Some(vec![1, u64::MAX])
    );
    assert_eq!(info.attestation_formats, ["packed", "none"]);
    assert_eq!(info.uv_count_since_last_pin_entry, Some(4));
    assert!(info.long_touch_for_reset);
    assert_eq!(info.enc_identifier, Some(vec![0xaa; 32]));
    assert_eq!(info.transports_for_reset, Some(vec!["usb".to_owned()]));
    assert_eq!(info.pin_complexity_policy, Some(true));
    assert_eq!(
        info.pin_complexity_policy_url.as_deref(),
        Some("https://example.com/pin")
    );
    assert_eq!(info.enc_cred_store_state, Some(vec![0xbb; 32]));
    assert_eq!(info.authenticator_config_commands, Some(vec![1, 2, 3]));
    assert_eq!(info.unknown, []);
    assert!(info.odd.is_empty(), "{:?}", info.odd);
}

proptest! {
    #[test]
    fn no_reply_panics_the_parser(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Info::parse(&bytes);
    }

    #[test]
    fn a_damaged_reply_is_an_error_or_a_whole_info(at in any::<proptest::sample::Index>(), to in any::<u8>()) {
        let mut bytes = hex::decode(FULL.trim()).expect("hexadecimal");
        let index = at.index(bytes.len());
        if let Some(byte) = bytes.get_mut(index) {
            *byte = to;
        }
        if let Ok(info) = Info::parse(&bytes) {
            prop_assert!(info.min_pin_length <= 63);
        }
    }
}
