//! The key's own settings: each is set, refused where it must be, and read back.

use keydesk::bay::soft::{Abilities, Profile, SoftKey};
use keydesk::ctap::{
    CredProtect, CtapError, MakeCredential, Permissions, PinPolicy, PinUvAuthToken, Setup, Status,
    TokenRequest, VerifyBy,
};

use super::{RP, Soft, make, open, pin, status, token, touched, within};
use crate::soft_bio;

const PIN: &str = "271828";

/// A CTAP 2.3 key with a PIN.
fn protected() -> (SoftKey, Soft) {
    let key = touched(Profile::ctap23());
    let mut device = open(&key);
    within(|control| device.set_pin(&pin(PIN), control)).unwrap();
    (key, device)
}

fn config_token(device: &mut Soft, by: &str) -> PinUvAuthToken {
    let by = pin(by);
    let request = TokenRequest {
        by: VerifyBy::Pin(&by),
        permissions: Permissions::AUTHENTICATOR_CONFIG,
        rp_id: None,
    };
    within(|control| device.token(&request, control)).unwrap()
}

fn set_policy(device: &mut Soft, policy: &PinPolicy) -> Result<(), CtapError> {
    let proof = config_token(device, PIN);
    within(|control| device.set_pin_policy(policy, Some(&proof), control))
}

#[test]
fn every_setting_is_read_back_and_gone_after_a_reset() {
    let (key, mut device) = protected();
    let before = within(|control| device.info(control)).unwrap();
    assert_eq!(before.enterprise_attestation(), Setup::NotSet);
    assert!(!before.always_uv() && !before.long_touch_for_reset);
    assert_eq!(before.pin_complexity_policy, Some(false));

    let proof = config_token(&mut device, PIN);
    within(|control| device.enable_enterprise_attestation(Some(&proof), control)).unwrap();
    within(|control| device.set_always_uv(true, Some(&proof), control)).unwrap();
    within(|control| device.enable_long_touch_for_reset(Some(&proof), control)).unwrap();
    let policy = PinPolicy {
        min_length: Some(6),
        rp_ids: vec![RP.into()],
        complexity: true,
        ..PinPolicy::default()
    };
    within(|control| device.set_pin_policy(&policy, Some(&proof), control)).unwrap();

    let after = within(|control| device.known_info(control)).unwrap();
    assert_eq!(after.enterprise_attestation(), Setup::Set);
    assert!(after.always_uv() && after.long_touch_for_reset);
    assert!(!after.make_without_uv(), "alwaysUv takes this away");
    assert_eq!(
        (after.min_pin_length, after.pin_complexity_policy),
        (6, Some(true))
    );
    assert!(!after.force_pin_change, "the PIN satisfies all of it");

    key.power_cycle();
    let mut device = open(&key);
    within(|control| device.reset(control)).unwrap();
    let reset = within(|control| device.info(control)).unwrap();
    assert_eq!(reset.enterprise_attestation(), Setup::NotSet);
    assert!(!reset.always_uv() && !reset.long_touch_for_reset);
    assert_eq!(
        (reset.min_pin_length, reset.pin_complexity_policy),
        (4, Some(false))
    );
}

#[test]
fn an_unprotected_key_is_configured_by_anybody_and_a_protected_one_only_with_the_right_token() {
    let mut open_key = open(&touched(Profile::ctap23()));
    within(|control| open_key.enable_enterprise_attestation(None, control)).unwrap();

    let (_key, mut device) = protected();
    let none = within(|control| device.enable_enterprise_attestation(None, control));
    assert_eq!(status(none), Some(Status::PuatRequired));
    let wrong = token(&mut device, PIN, Permissions::GET_ASSERTION).unwrap();
    let refused = within(|control| device.enable_enterprise_attestation(Some(&wrong), control));
    assert_eq!(status(refused), Some(Status::PinAuthInvalid));
}

#[test]
fn always_uv_is_set_not_toggled() {
    let (key, mut device) = protected();
    for on in [true, true, false, false] {
        let proof = config_token(&mut device, PIN);
        within(|control| device.set_always_uv(on, Some(&proof), control)).unwrap();
        let info = within(|control| device.info(control)).unwrap();
        assert_eq!(info.always_uv(), on);
    }
    // Another program may have changed it since it was last read.
    let mut other = open(&key);
    let proof = config_token(&mut other, PIN);
    within(|control| other.set_always_uv(true, Some(&proof), control)).unwrap();
    let proof = config_token(&mut device, PIN);
    within(|control| device.set_always_uv(true, Some(&proof), control)).unwrap();
    assert!(within(|control| device.info(control)).unwrap().always_uv());
}

#[test]
fn an_always_uv_that_the_key_came_with_is_taken_off_without_a_token_and_nothing_else_is() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    within(|control| device.set_always_uv(true, None, control)).unwrap();
    let refused = within(|control| device.enable_enterprise_attestation(None, control));
    assert_eq!(status(refused), Some(Status::PuatRequired));
    within(|control| device.set_always_uv(false, None, control)).unwrap();
    within(|control| device.enable_enterprise_attestation(None, control)).unwrap();
}

#[test]
fn a_pin_that_falls_short_of_a_new_policy_must_be_changed_first() {
    let longer = PinPolicy {
        min_length: Some(8),
        ..PinPolicy::default()
    };
    let forced = PinPolicy {
        force_change: true,
        ..PinPolicy::default()
    };
    for policy in [longer, forced] {
        let (_key, mut device) = protected();
        set_policy(&mut device, &policy).unwrap();
        let info = within(|control| device.known_info(control)).unwrap();
        assert!(info.force_pin_change, "{policy:?}");
        let refused = token(&mut device, PIN, Permissions::GET_ASSERTION);
        assert_eq!(status(refused), Some(Status::PinPolicyViolation));
        within(|control| device.change_pin(&pin(PIN), &pin("31415926"), control)).unwrap();
        assert!(
            !within(|control| device.known_info(control))
                .unwrap()
                .force_pin_change
        );
        token(&mut device, "31415926", Permissions::GET_ASSERTION).unwrap();
    }
}

#[test]
fn a_complexity_policy_refuses_simple_pins_and_forces_their_change() {
    let complex = PinPolicy {
        complexity: true,
        ..PinPolicy::default()
    };
    let key = touched(Profile::ctap23());
    let mut device = open(&key);
    within(|control| device.set_pin(&pin("1234"), control)).unwrap();
    let proof = config_token(&mut device, "1234");
    within(|control| device.set_pin_policy(&complex, Some(&proof), control)).unwrap();
    let info = within(|control| device.known_info(control)).unwrap();
    assert!(info.force_pin_change);
    assert!(info.pin_complexity_policy_url.is_some());
    for simple in ["7777", "9876", "bcdefgh"] {
        let refused = within(|control| device.change_pin(&pin("1234"), &pin(simple), control));
        assert_eq!(
            status(refused),
            Some(Status::PinPolicyViolation),
            "{simple}"
        );
    }
    within(|control| device.change_pin(&pin("1234"), &pin("2718"), control)).unwrap();
}

#[test]
fn what_the_key_would_refuse_vaguely_is_refused_in_plain_words_and_sends_nothing() {
    let (key, mut device) = protected();
    let minimum = |min_length| PinPolicy {
        min_length: Some(min_length),
        ..PinPolicy::default()
    };
    set_policy(&mut device, &minimum(6)).unwrap();
    let proof = config_token(&mut device, PIN);
    let packets = |key: &SoftKey| key.counters().packets_to_key;
    within(|control| device.info(control)).unwrap();
    let before = packets(&key);
    for wanted in [5, 64] {
        let refused =
            within(|control| device.set_pin_policy(&minimum(wanted), Some(&proof), control));
        let (min, max) = (6, 63);
        assert_eq!(refused, Err(CtapError::MinPinLength { wanted, min, max }));
    }
    let crowd = PinPolicy {
        rp_ids: vec![RP.into(); 9],
        ..PinPolicy::default()
    };
    let refused = within(|control| device.set_pin_policy(&crowd, Some(&proof), control));
    assert_eq!(refused, Err(CtapError::TooManyRpIds { wanted: 9, max: 8 }));
    assert_eq!(packets(&key), before);
}

#[test]
fn a_change_cannot_be_forced_of_a_pin_that_is_not_there() {
    let mut device = open(&touched(Profile::full()));
    let policy = PinPolicy {
        force_change: true,
        ..PinPolicy::default()
    };
    let refused = within(|control| device.set_pin_policy(&policy, None, control));
    assert_eq!(status(refused), Some(Status::PinNotSet));
}

#[test]
fn a_key_that_cannot_be_configured_so_says_so_before_anything_is_sent() {
    let all = PinPolicy {
        complexity: true,
        ..PinPolicy::default()
    };
    let unsupported = |result: Result<(), CtapError>| {
        assert!(
            matches!(result, Err(CtapError::Unsupported { .. })),
            "{result:?}"
        );
    };
    for profile in [Profile::ctap20(), Profile::security_key_nfc()] {
        let mut device = open(&touched(profile));
        unsupported(within(|control| {
            device.enable_enterprise_attestation(None, control)
        }));
        unsupported(within(|control| device.set_always_uv(true, None, control)));
        unsupported(within(|control| device.set_pin_policy(&all, None, control)));
        unsupported(within(|control| {
            device.enable_long_touch_for_reset(None, control)
        }));
    }
    // A CTAP 2.1 key has the command, and not what came later.
    let mut device = open(&touched(Profile::full()));
    unsupported(within(|control| device.set_pin_policy(&all, None, control)));
    unsupported(within(|control| {
        device.enable_long_touch_for_reset(None, control)
    }));
    let full = Profile::full();
    let silent = Profile {
        abilities: Abilities {
            extensions: vec!["credProtect".into()],
            ..full.abilities.clone()
        },
        ..full
    };
    let mut device = open(&touched(silent));
    let told = PinPolicy {
        rp_ids: vec![RP.into()],
        ..PinPolicy::default()
    };
    unsupported(within(|control| {
        device.set_pin_policy(&told, None, control)
    }));
}

#[test]
fn a_key_under_always_uv_makes_nothing_without_a_token() {
    let (_key, mut device) = protected();
    let proof = config_token(&mut device, PIN);
    within(|control| device.set_always_uv(true, Some(&proof), control)).unwrap();
    let request = MakeCredential {
        discoverable: false,
        cred_protect: Some(CredProtect::Optional),
        ..make(&[])
    };
    let refused = within(|control| device.make_credential(&request, None, control)).map(drop);
    assert_eq!(status(refused), Some(Status::PuatRequired));
    let proof = token(&mut device, PIN, Permissions::MAKE_CREDENTIAL).unwrap();
    within(|control| device.make_credential(&request, Some(&proof), control))
        .map(drop)
        .unwrap();
}

#[test]
fn a_finger_authorises_settings_only_where_the_key_says_so() {
    let (key, mut client) = soft_bio::key();
    soft_bio::enrol(&mut client);
    let mut device = open(&key);
    let request = TokenRequest {
        by: VerifyBy::BuiltInUv,
        permissions: Permissions::AUTHENTICATOR_CONFIG,
        rp_id: None,
    };
    let refused = within(|control| device.token(&request, control)).map(drop);
    assert!(
        matches!(refused, Err(CtapError::Unsupported { .. })),
        "{refused:?}"
    );
}
