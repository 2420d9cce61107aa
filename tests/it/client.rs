//! The CTAP client against software keys: every command, every generation of key, every fault on the wire.
//!
//! Most tests run in the key's virtual time, so that a limit of 30 s takes no time at all.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use keydesk::bay::soft::{Direction, Fault, Profile, SoftKey, SoftTransport, TouchPolicy};
use keydesk::ctap::{
    Control, CredProtect, CtapError, Device, EnterpriseAttestation, Entropy, EntropyError,
    GetAssertion, HidError, Keepalive, MakeCredential, Operation, Permissions, PinLengthFault,
    PinUvAuthToken, RelyingParty, ReplyFault, Status, TokenRequest, User, VerifyBy,
};
use keydesk::domain::pin::Pin;
use p256::ecdsa::signature::Verifier;
use sha2::{Digest, Sha256};

use crate::soft_bio;

pub(crate) const RP: &str = "login.example";
const HASH: [u8; 32] = [0x5a; 32];
const ES256: i64 = -7;

pub(crate) struct Random;

impl Entropy for Random {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(bytes).map_err(|_| EntropyError)
    }
}

pub(crate) type Soft = Device<SoftTransport>;

/// Does `work` with a limit of 30 s and nobody to cancel it.
fn within<R>(work: impl FnOnce(&mut Control<'_>) -> R) -> R {
    within_s(30, work)
}

pub(crate) fn within_s<R>(limit_s: u64, work: impl FnOnce(&mut Control<'_>) -> R) -> R {
    work(&mut Control::new(
        Duration::from_secs(limit_s),
        &|| false,
        &mut |_| {},
    ))
}

pub(crate) fn open(key: &SoftKey) -> Soft {
    within(|control| Device::open(key.open().unwrap(), Box::new(Random), control)).unwrap()
}

pub(crate) fn touched(profile: Profile) -> SoftKey {
    SoftKey::in_virtual_time(profile.with_touch(TouchPolicy::Auto))
}

pub(crate) fn pin(text: &str) -> Pin {
    Pin::new(text, 4).unwrap()
}

pub(crate) fn token(
    device: &mut Soft,
    by: &str,
    permissions: Permissions,
) -> Result<PinUvAuthToken, CtapError> {
    let by = pin(by);
    let request = TokenRequest {
        by: VerifyBy::Pin(&by),
        permissions,
        rp_id: Some(RP),
    };
    within(|control| device.token(&request, control))
}

pub(crate) fn make(exclude: &[Vec<u8>]) -> MakeCredential {
    MakeCredential {
        client_data_hash: HASH,
        rp: RelyingParty {
            id: RP.into(),
            name: Some("Login".into()),
        },
        user: User {
            id: b"user-1".to_vec(),
            name: Some("p.example".into()),
            display_name: Some("P. Example".into()),
        },
        algorithms: vec![ES256],
        exclude: exclude.to_vec(),
        discoverable: true,
        built_in_uv: false,
        cred_protect: None,
        min_pin_length: false,
        hmac_secret: false,
        enterprise_attestation: None,
    }
}

pub(crate) fn get(allow: &[Vec<u8>]) -> GetAssertion {
    GetAssertion {
        rp_id: RP.into(),
        client_data_hash: HASH,
        allow: allow.to_vec(),
        user_presence: true,
        built_in_uv: false,
    }
}

fn status<T>(result: Result<T, CtapError>) -> Option<Status> {
    result.err().and_then(|error| error.status())
}

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
    assert_eq!(info.client_pin(), keydesk::ctap::Setup::NotSet);
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
        Err(CtapError::Unsupported { what: "FIDO2" })
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

#[test]
fn nobody_touching_is_the_keys_own_time_out() {
    let key = SoftKey::in_virtual_time(Profile {
        touch_timeout: Duration::from_secs(10),
        ..Profile::full()
    });
    let mut device = open(&key);
    assert_eq!(
        status(within(|control| device.selection(control))),
        Some(Status::UserActionTimeout)
    );
}

#[test]
fn endless_keepalives_end_at_the_limit() {
    let key = SoftKey::in_virtual_time(Profile::full());
    let mut device = open(&key);
    within(|control| device.info(control)).unwrap();
    key.inject(Fault::EndlessKeepalive);
    let result = within_s(20, |control| device.selection(control));
    assert_eq!(
        result,
        Err(CtapError::Timeout {
            operation: Operation::Selection,
            limit_ms: 20_000,
            nothing_done: false,
        })
    );
    key.clear_faults();
    within(|control| device.info(control)).unwrap();
}

#[test]
fn a_busy_key_is_asked_again_until_it_is_free_or_time_is_up() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    key.inject(Fault::Busy(5));
    within(|control| device.info(control)).unwrap();
    key.inject(Fault::Busy(u32::MAX));
    let busy = within_s(5, |control| device.info(control));
    assert_eq!(
        busy,
        Err(CtapError::Busy {
            operation: Operation::GetInfo,
            limit_ms: 5_000
        })
    );
}

#[test]
fn packets_of_other_channels_do_not_disturb() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    key.inject(Fault::WrongChannel(1));
    // The first packet is lost to another channel, so that its continuation stands alone.
    let orphaned = within_s(2, |control| device.info(control));
    assert!(
        matches!(orphaned, Err(CtapError::Framing { .. })),
        "{orphaned:?}"
    );
    within(|control| device.info(control)).unwrap();
}

#[test]
fn what_a_bad_wire_does_is_named_and_the_next_request_works() {
    let faults = [
        Fault::OutOfOrder(2),
        Fault::Duplicate(1),
        Fault::HugeLength(1),
        Fault::Garbage(2),
        Fault::LinkError(0x7f),
        Fault::LinkError(0),
        Fault::Drop(Direction::FromKey, 2),
        Fault::Drop(Direction::ToKey, 1),
        Fault::Truncate {
            command: 0x04,
            length: 0,
        },
        Fault::Truncate {
            command: 0x04,
            length: 1,
        },
        Fault::Truncate {
            command: 0x04,
            length: 40,
        },
        Fault::Reply {
            command: 0x04,
            bytes: vec![0, 0xbf, 0xff],
        },
    ];
    for fault in faults {
        let key = touched(Profile::full());
        let mut device = open(&key);
        key.inject(fault.clone());
        let result = within_s(2, |control| device.info(control));
        let named = matches!(
            result,
            Err(CtapError::Framing { .. }
                | CtapError::Malformed { .. }
                | CtapError::Hid { .. }
                | CtapError::OutOfStep { .. }
                | CtapError::Timeout { .. })
        );
        assert!(named, "{fault:?}: {result:?}");
        key.clear_faults();
        within(|control| device.info(control))
            .unwrap_or_else(|error| panic!("after {fault:?}: {error}"));
    }
}

#[test]
fn a_key_that_forgot_the_channel_is_given_another() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    key.inject(Fault::LinkError(HidError::InvalidChannel.code()));
    within(|control| device.info(control)).unwrap();
}

#[test]
fn a_key_pulled_at_any_packet_is_gone_and_nothing_else() {
    for packet in 1..12 {
        for direction in [Direction::ToKey, Direction::FromKey] {
            let key = touched(Profile::full());
            let mut device = open(&key);
            key.inject(Fault::UnplugAt(direction, packet));
            let result = within(|control| device.set_pin(&pin("123456"), control));
            assert!(
                matches!(result, Ok(()) | Err(CtapError::Gone)),
                "{direction:?} {packet}: {result:?}"
            );
            assert_eq!(key.is_plugged(), result.is_ok(), "{direction:?} {packet}");
        }
    }
}

#[test]
fn replies_that_contradict_the_request_are_refused() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    let request = MakeCredential {
        discoverable: false,
        ..make(&[])
    };
    let made = within(|control| device.make_credential(&request, None, control)).unwrap();
    let elsewhere = MakeCredential {
        rp: RelyingParty {
            id: "other.example".into(),
            name: None,
        },
        ..request.clone()
    };
    let auth_data = made.auth_data.as_bytes();
    let reply = ciborium::Value::Map(vec![
        (1.into(), "none".into()),
        (2.into(), ciborium::Value::Bytes(auth_data.to_vec())),
        (3.into(), ciborium::Value::Map(Vec::new())),
    ]);
    let mut bytes = vec![0];
    ciborium::into_writer(&reply, &mut bytes).unwrap();
    key.inject(Fault::Reply {
        command: 0x01,
        bytes: bytes.clone(),
    });
    let result = within(|control| device.make_credential(&elsewhere, None, control)).map(drop);
    let contradiction = |result: &Result<(), CtapError>| {
        matches!(
            result,
            Err(CtapError::Malformed {
                fault: ReplyFault::Contradiction(_),
                ..
            })
        )
    };
    assert!(contradiction(&result), "{result:?}");
    key.inject(Fault::Reply {
        command: 0x01,
        bytes,
    });
    let other_algorithm = MakeCredential {
        algorithms: vec![-8],
        ..request
    };
    let result =
        within(|control| device.make_credential(&other_algorithm, None, control)).map(drop);
    assert!(contradiction(&result), "{result:?}");
}

/// Runs `work` on its own thread in real time, cancels it once the key asks for a touch, and returns what came of it and how long
/// the cancel took.
fn cancelled_at_touch(key: &SoftKey) -> (Result<(), CtapError>, Soft, Duration) {
    let mut device = open(key);
    within(|control| device.info(control)).unwrap();
    let cancelled = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let work = scope.spawn(|| {
            let is_cancelled = || cancelled.load(Ordering::Relaxed);
            let mut ignore = |_| {};
            let mut control = Control::new(Duration::from_secs(30), &is_cancelled, &mut ignore);
            let result = device.selection(&mut control);
            (result, device, Instant::now())
        });
        assert!(key.wait_until_it_asks(Duration::from_secs(5)).is_some());
        let asked = Instant::now();
        cancelled.store(true, Ordering::Relaxed);
        let (result, device, ended) = work.join().unwrap();
        (result, device, ended - asked)
    })
}

#[test]
fn a_cancel_reaches_the_key_and_ends_the_wait_within_100_ms() {
    let key = SoftKey::new(Profile::full());
    let (result, mut device, took) = cancelled_at_touch(&key);
    assert_eq!(
        result,
        Err(CtapError::Cancelled {
            operation: Operation::Selection,
            nothing_done: true
        })
    );
    assert!(took < Duration::from_millis(100), "{took:?}");
    assert_eq!(key.waiting(), None, "the key stopped blinking");
    within(|control| device.info(control)).unwrap();
}

#[test]
fn a_key_that_ignores_a_cancel_is_left_after_half_a_second_and_usable_again() {
    let key = SoftKey::new(Profile::full());
    key.inject(Fault::IgnoreCancel);
    let (result, mut device, took) = cancelled_at_touch(&key);
    assert_eq!(
        result,
        Err(CtapError::Cancelled {
            operation: Operation::Selection,
            nothing_done: false
        })
    );
    assert!(
        (Duration::from_millis(450)..Duration::from_millis(700)).contains(&took),
        "{took:?}"
    );
    within(|control| device.info(control)).unwrap();
}

#[test]
fn a_cancel_that_was_there_before_sends_nothing() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    let before = key.counters().packets_to_key;
    let mut ignore = |_| {};
    let mut control = Control::new(Duration::from_secs(1), &|| true, &mut ignore);
    assert_eq!(
        device.info(&mut control),
        Err(CtapError::Cancelled {
            operation: Operation::GetInfo,
            nothing_done: true
        })
    );
    assert_eq!(key.counters().packets_to_key, before);
}

#[test]
fn a_limit_that_passes_tells_the_key_to_stop_and_says_that_nothing_was_done() {
    let key = SoftKey::in_virtual_time(Profile::full());
    let mut device = open(&key);
    let late = within_s(5, |control| device.selection(control));
    assert_eq!(
        late,
        Err(CtapError::Timeout {
            operation: Operation::Selection,
            limit_ms: 5_000,
            nothing_done: true,
        })
    );
    assert_eq!(key.waiting(), None);
}

#[test]
fn a_touch_that_beats_the_cancel_counts() {
    let key = SoftKey::in_virtual_time(
        Profile::full().with_touch(TouchPolicy::After(Duration::from_secs(3))),
    );
    let mut device = open(&key);
    within(|control| device.info(control)).unwrap();
    key.inject(Fault::IgnoreCancel);
    // The limit passes 0.2 s before the touch; the key does not heed the cancel and makes its credential.
    let request = MakeCredential {
        discoverable: false,
        ..make(&[])
    };
    let mut ignore = |_| {};
    let mut control = Control::new(Duration::from_millis(2_800), &|| false, &mut ignore);
    let made = device.make_credential(&request, None, &mut control);
    assert!(made.is_ok(), "{:?}", made.err());
}
