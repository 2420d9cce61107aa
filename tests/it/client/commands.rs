//! Every command, on every generation of key.

use std::cell::Cell;
use std::time::Duration;

use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::ctap::{
    Control, CredProtect, CtapError, EnterpriseAttestation, Keepalive, MakeCredential, Permissions,
    PinLengthFault, Setup, Status, TokenRequest, User, VerifyBy,
};
use keydesk::domain::reason::Lacks;
use p256::ecdsa::signature::Verifier;
use sha2::{Digest, Sha256};

use super::{ES256, HASH, RP, get, make, open, pin, status, token, touched, within};
use crate::soft_bio;

/// Checks an ES256 signature over authenticator data and client data hash with the credential's own public key.
fn assert_signed(cose: &[u8], auth_data: &[u8], signature: &[u8]) {
    let key: ciborium::Value = ciborium::from_reader(cose).unwrap();
    let member = |name: i64| {
        let entry = key
            .as_map()
            .unwrap()
            .iter()
            .find(|(key, _)| *key == ciborium::Value::from(name));
        entry.unwrap().1.as_bytes().unwrap().clone()
    };
    let point = [&[4][..], &member(-2), &member(-3)].concat();
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).unwrap();
    let signature = p256::ecdsa::Signature::from_der(signature).unwrap();
    key.verify(&[auth_data, &HASH].concat(), &signature)
        .unwrap();
}

fn generations() -> [Profile; 5] {
    [
        Profile::full(),
        Profile::yubikey_5_nfc(),
        Profile::security_key_nfc(),
        Profile::epass_fido2(),
        Profile::ctap20(),
    ]
}

#[test]
fn a_key_of_each_generation_gets_a_pin_makes_a_credential_and_proves_it() {
    for profile in generations() {
        let name = profile.product.clone();
        let mut device = open(&touched(profile));
        within(|control| device.set_pin(&pin("123456"), control)).unwrap();
        let permissions = Permissions::MAKE_CREDENTIAL.and(Permissions::GET_ASSERTION);
        let proof = token(&mut device, "123456", permissions).unwrap();
        let made =
            within(|control| device.make_credential(&make(&[]), Some(&proof), control)).unwrap();
        assert_eq!(made.credential.public_key.algorithm(), ES256, "{name}");
        assert!(
            made.auth_data.flags.user_present() && made.auth_data.flags.user_verified(),
            "{name}"
        );
        assert_eq!(
            made.auth_data.rp_id_hash,
            <[u8; 32]>::from(Sha256::digest(RP)),
            "{name}"
        );

        let proof = token(&mut device, "123456", permissions).unwrap();
        let ids = [made.credential.id.clone()];
        let used = within(|control| device.assertion(&get(&ids), Some(&proof), control)).unwrap();
        assert_eq!(used.credential_id, made.credential.id, "{name}");
        assert_signed(
            made.credential.public_key.as_bytes(),
            used.auth_data.as_bytes(),
            &used.signature,
        );
    }
}

#[test]
fn what_is_known_of_a_key_takes_account_of_its_new_pin_and_is_not_asked_for_twice() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    let before = within(|control| device.info(control)).unwrap();
    assert_eq!(before.client_pin(), Setup::NotSet);
    within(|control| device.set_pin(&pin("123456"), control)).unwrap();
    let after = within(|control| device.known_info(control)).unwrap();
    assert_eq!(after.client_pin(), Setup::Set);
    let packets = key.counters().packets_to_key;
    within(|control| device.known_info(control)).unwrap();
    assert_eq!(key.counters().packets_to_key, packets);
}

#[test]
fn the_attestation_object_is_what_a_relying_party_reads() {
    let mut device = open(&touched(Profile::full()));
    let made = within(|control| {
        device.make_credential(
            &MakeCredential {
                discoverable: false,
                ..make(&[])
            },
            None,
            control,
        )
    });
    let made = made.unwrap();
    let object: ciborium::Value = ciborium::from_reader(&made.attestation_object()[..]).unwrap();
    let members: Vec<&str> = object
        .as_map()
        .unwrap()
        .iter()
        .map(|(key, _)| key.as_text().unwrap())
        .collect();
    assert_eq!(members, ["fmt", "attStmt", "authData"]);
    let auth_data = object
        .as_map()
        .unwrap()
        .iter()
        .find(|(key, _)| key.as_text() == Some("authData"))
        .unwrap();
    assert_eq!(auth_data.1.as_bytes().unwrap(), made.auth_data.as_bytes());
}

#[test]
fn what_extensions_ask_for_is_confirmed() {
    let mut device = open(&touched(Profile::full()));
    within(|control| device.set_pin(&pin("123456"), control)).unwrap();
    let proof = token(&mut device, "123456", Permissions::MAKE_CREDENTIAL).unwrap();
    let request = MakeCredential {
        cred_protect: Some(CredProtect::Required),
        hmac_secret: true,
        ..make(&[])
    };
    let made = within(|control| device.make_credential(&request, Some(&proof), control)).unwrap();
    assert_eq!(made.cred_protect(), Some(CredProtect::Required));
    assert_eq!(made.auth_data.extension("hmac-secret"), Some(&true.into()));
    assert!(!made.enterprise);

    let request = MakeCredential {
        enterprise_attestation: Some(EnterpriseAttestation::PlatformManaged),
        ..make(&[])
    };
    let proof = token(&mut device, "123456", Permissions::MAKE_CREDENTIAL).unwrap();
    let refused = within(|control| device.make_credential(&request, Some(&proof), control));
    assert_eq!(
        status(refused),
        Some(Status::InvalidParameter),
        "it has to be enabled first"
    );
}

#[test]
fn wrong_pins_are_counted_by_the_key() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    within(|control| device.set_pin(&pin("123456"), control)).unwrap();
    assert_eq!(
        within(|control| device.pin_retries(control)).unwrap().left,
        8
    );
    for _ in 0..2 {
        let wrong = token(&mut device, "654321", Permissions::CREDENTIAL_MANAGEMENT);
        assert_eq!(status(wrong), Some(Status::PinInvalid));
    }
    let third = token(&mut device, "654321", Permissions::CREDENTIAL_MANAGEMENT);
    assert_eq!(status(third), Some(Status::PinAuthBlocked));
    let retries = within(|control| device.pin_retries(control)).unwrap();
    assert_eq!((retries.left, retries.power_cycle_needed), (5, true));

    key.power_cycle();
    assert_eq!(
        within(|control| device.pin_retries(control)),
        Err(CtapError::Gone)
    );
    let mut device = open(&key);
    token(&mut device, "123456", Permissions::CREDENTIAL_MANAGEMENT)
        .map(drop)
        .unwrap();
    assert_eq!(
        within(|control| device.pin_retries(control)).unwrap().left,
        8
    );
}

#[test]
fn a_pin_of_the_wrong_length_never_reaches_the_key() {
    let key = touched(Profile {
        min_pin_length: 6,
        ..Profile::full()
    });
    let mut device = open(&key);
    within(|control| device.info(control)).unwrap();
    let before = key.counters().packets_to_key;
    let short = within(|control| device.set_pin(&pin("1234"), control));
    assert_eq!(
        short,
        Err(CtapError::PinLength(PinLengthFault::TooShort { min: 6 }))
    );
    assert_eq!(key.counters().packets_to_key, before);
}

#[test]
fn a_changed_pin_is_the_only_one_that_opens() {
    for profile in [Profile::full(), Profile::ctap20()] {
        let mut device = open(&touched(profile));
        within(|control| device.set_pin(&pin("123456"), control)).unwrap();
        within(|control| device.change_pin(&pin("123456"), &pin("zürich-7"), control)).unwrap();
        assert_eq!(
            status(token(&mut device, "123456", Permissions::MAKE_CREDENTIAL)),
            Some(Status::PinInvalid)
        );
        token(&mut device, "zu\u{308}rich-7", Permissions::MAKE_CREDENTIAL)
            .map(drop)
            .unwrap();
    }
}

#[test]
fn a_finger_stands_in_for_the_pin_once_one_is_enrolled() {
    let (key, mut client) = soft_bio::key();
    let mut device = open(&key);
    let request = TokenRequest {
        by: VerifyBy::BuiltInUv,
        permissions: Permissions::MAKE_CREDENTIAL,
        rp_id: Some(RP),
    };
    let none = within(|control| device.token(&request, control)).map(drop);
    assert!(
        matches!(none, Err(CtapError::Unsupported { .. })),
        "no finger is enrolled: {none:?}"
    );
    assert_eq!(within(|control| device.uv_retries(control)).unwrap(), 5);

    soft_bio::enrol(&mut client);
    within(|control| device.info(control)).unwrap();
    let proof = within(|control| device.token(&request, control)).unwrap();
    let made = within(|control| device.make_credential(&make(&[]), Some(&proof), control)).unwrap();
    assert!(made.auth_data.flags.user_verified());
}

#[test]
fn credentials_are_listed_renamed_and_deleted_so_that_an_enrolment_can_be_undone() {
    for profile in [Profile::full(), Profile::epass_fido2()] {
        let preview = profile.product == "ePass FIDO2";
        let key = touched(profile);
        let mut device = open(&key);
        within(|control| device.set_pin(&pin("123456"), control)).unwrap();
        let proof = token(&mut device, "123456", Permissions::MAKE_CREDENTIAL).unwrap();
        let made =
            within(|control| device.make_credential(&make(&[]), Some(&proof), control)).unwrap();

        let request = TokenRequest {
            by: VerifyBy::Pin(&pin("123456")),
            permissions: Permissions::CREDENTIAL_MANAGEMENT,
            rp_id: None,
        };
        let proof = within(|control| device.token(&request, control)).unwrap();
        let metadata = within(|control| device.credentials_metadata(&proof, control)).unwrap();
        assert_eq!(metadata.existing, 1);
        let rps = within(|control| device.stored_rps(&proof, control)).unwrap();
        let [rp] = rps.as_slice() else {
            panic!("one RP, not {rps:?}")
        };
        assert_eq!(
            (rp.rp.id.as_str(), rp.id_hash),
            (RP, <[u8; 32]>::from(Sha256::digest(RP)))
        );
        let stored =
            within(|control| device.stored_credentials(&rp.id_hash, &proof, control)).unwrap();
        let [credential] = stored.as_slice() else {
            panic!("one credential, not {stored:?}")
        };
        assert_eq!(credential.id, made.credential.id);
        assert_eq!(credential.user.id, b"user-1");
        assert_eq!(
            credential.public_key.as_ref().unwrap().as_bytes(),
            made.credential.public_key.as_bytes()
        );

        let user = User {
            name: Some("p.example@example.com".into()),
            ..credential.user.clone()
        };
        let renamed = within(|control| device.update_user(&credential.id, &user, &proof, control));
        assert_eq!(renamed.is_ok(), !preview, "{renamed:?}");
        within(|control| device.delete_credential(&credential.id, &proof, control)).unwrap();
        assert_eq!(key.credentials(), []);
        assert_eq!(
            within(|control| device.stored_rps(&proof, control)).unwrap(),
            []
        );
        let again = within(|control| device.delete_credential(&credential.id, &proof, control));
        assert_eq!(status(again), Some(Status::NoCredentials));
    }
}

#[test]
fn names_too_long_for_a_key_are_clipped_rather_than_refused() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    within(|control| device.set_pin(&pin("123456"), control)).unwrap();
    let proof = token(&mut device, "123456", Permissions::MAKE_CREDENTIAL).unwrap();
    let mut request = make(&[]);
    request.user.name = Some(format!("{}é", "a".repeat(63)));
    request.user.display_name = Some("é".repeat(100));
    within(|control| device.make_credential(&request, Some(&proof), control)).unwrap();
    assert_eq!(
        key.credentials().first().unwrap().user_name,
        Some("a".repeat(63))
    );
}

#[test]
fn an_excluded_credential_is_found_however_long_the_list() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    within(|control| device.set_pin(&pin("123456"), control)).unwrap();
    let both = Permissions::MAKE_CREDENTIAL.and(Permissions::GET_ASSERTION);
    let proof = token(&mut device, "123456", both).unwrap();
    let protected = MakeCredential {
        cred_protect: Some(CredProtect::Required),
        ..make(&[])
    };
    let made = within(|control| device.make_credential(&protected, Some(&proof), control)).unwrap();

    let mut list: Vec<Vec<u8>> = (0..200_u8).map(|n| vec![n; 100]).collect();
    let proof = token(&mut device, "123456", both).unwrap();
    let absent =
        within(|control| device.find_credential(RP, &list, Some(&proof), control)).unwrap();
    assert_eq!(absent, None);
    list.push(made.credential.id.clone());
    let found = within(|control| device.find_credential(RP, &list, Some(&proof), control)).unwrap();
    assert_eq!(found, Some(made.credential.id.clone()));

    let excluded = within(|control| device.make_credential(&make(&list), Some(&proof), control));
    assert_eq!(
        excluded.err().and_then(|error| error.status()),
        Some(Status::CredentialExcluded)
    );
    assert_eq!(key.credentials().len(), 1);
}

#[test]
fn a_long_exclude_list_is_probed_without_a_token_that_may_not_use_credentials() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    within(|control| device.set_pin(&pin("123456"), control)).unwrap();
    let proof = token(&mut device, "123456", Permissions::MAKE_CREDENTIAL).unwrap();
    let made = within(|control| device.make_credential(&make(&[]), Some(&proof), control)).unwrap();
    let mut list: Vec<Vec<u8>> = (0..200_u8).map(|n| vec![n; 100]).collect();
    list.push(made.credential.id);
    let proof = token(&mut device, "123456", Permissions::MAKE_CREDENTIAL).unwrap();
    let excluded = within(|control| device.make_credential(&make(&list), Some(&proof), control));
    assert_eq!(status(excluded), Some(Status::CredentialExcluded));
    let proof = token(&mut device, "123456", Permissions::MAKE_CREDENTIAL).unwrap();
    list.pop();
    within(|control| device.make_credential(&make(&list), Some(&proof), control))
        .map(drop)
        .unwrap();
}

#[test]
fn several_accounts_are_gone_through_one_by_one() {
    let mut device = open(&touched(Profile::full()));
    within(|control| device.set_pin(&pin("123456"), control)).unwrap();
    for user in [b"user-1", b"user-2", b"user-3"] {
        let proof = token(&mut device, "123456", Permissions::MAKE_CREDENTIAL).unwrap();
        let mut request = make(&[]);
        request.user.id = user.to_vec();
        within(|control| device.make_credential(&request, Some(&proof), control)).unwrap();
    }
    let proof = token(&mut device, "123456", Permissions::GET_ASSERTION).unwrap();
    let first = within(|control| device.assertion(&get(&[]), Some(&proof), control)).unwrap();
    assert_eq!(first.credentials, 3);
    let mut users = vec![first.user.unwrap().id];
    for _ in 1..first.credentials {
        users.push(
            within(|control| device.next_assertion(&get(&[]), control))
                .unwrap()
                .user
                .unwrap()
                .id,
        );
    }
    assert_eq!(users, [b"user-3", b"user-2", b"user-1"]);
    let none_left = within(|control| device.next_assertion(&get(&[]), control));
    assert_eq!(
        none_left.err().and_then(|error| error.status()),
        Some(Status::NotAllowed)
    );
}

#[test]
fn a_reset_leaves_an_empty_key_and_comes_too_late_after_ten_seconds() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    within(|control| device.set_pin(&pin("123456"), control)).unwrap();
    key.advance(Duration::from_secs(11));
    assert_eq!(
        status(within(|control| device.reset(control))),
        Some(Status::NotAllowed)
    );
    key.power_cycle();
    let mut device = open(&key);
    within(|control| device.reset(control)).unwrap();
    let info = within(|control| device.info(control)).unwrap();
    assert_eq!(info.client_pin(), Setup::NotSet);
}

#[test]
fn a_key_is_chosen_by_touch_whether_it_knows_the_command_or_not() {
    for profile in generations() {
        let name = profile.product.clone();
        let key = SoftKey::in_virtual_time(
            profile.with_touch(TouchPolicy::After(Duration::from_secs(2))),
        );
        let mut device = open(&key);
        let touch_needed = Cell::new(0);
        let mut count = |keepalive| {
            touch_needed.set(touch_needed.get() + u32::from(keepalive == Keepalive::TouchNeeded))
        };
        let mut control = Control::new(Duration::from_secs(30), &|| false, &mut count);
        device.selection(&mut control).unwrap();
        assert!(
            touch_needed.get() >= 10,
            "{name}: {} keepalives in two seconds",
            touch_needed.get()
        );
        assert_eq!(key.credentials(), [], "{name}");
    }
}

#[test]
fn a_u2f_key_is_told_apart() {
    let mut device = open(&touched(Profile::u2f_only()));
    assert!(!device.init_info().cbor());
    assert_eq!(
        within(|control| device.info(control)),
        Err(CtapError::Unsupported { what: Lacks::Fido2 })
    );
}

#[test]
fn ping_and_wink_work() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    for length in [0, 1, 57, 58, 1024, 7609] {
        within(|control| device.ping(&vec![0xa5; length], control)).unwrap();
    }
    within(|control| device.wink(control)).unwrap();
    assert_eq!(key.winks(), 1);
}
