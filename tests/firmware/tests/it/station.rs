//! The station's own client against the firmware: what an enrolment does with a key, and its undoing.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::{
    cell::Cell,
    thread,
    time::{Duration, Instant},
};

use keydesk::{
    ctap::{
        Control, CtapError, Device, Entropy, EntropyError, GetAssertion, MakeCredential,
        Permissions, PinPolicy, PinUvAuthToken, RelyingParty, Setup, Status, TokenRequest, User,
        VerifyBy,
    },
    domain::pin::Pin,
};
use keydesk_firmware::{FirmwareKey, FirmwareTransport, Flash, Model, Touch};

const RP: &str = "iam.example";
const PIN: &str = "271828";

struct Random;

impl Entropy for Random {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(bytes).map_err(|_| EntropyError)
    }
}

type Opened = Device<FirmwareTransport>;

fn within<R>(work: impl FnOnce(&mut Control<'_>) -> R) -> R {
    work(&mut Control::new(
        Duration::from_secs(20),
        &|| false,
        &mut |_| {},
    ))
}

fn open(key: &FirmwareKey) -> Opened {
    within(|control| Device::open(key.open().unwrap(), Box::new(Random), control)).unwrap()
}

fn key(touch: Touch) -> (FirmwareKey, Opened) {
    let key = FirmwareKey::new(Model::default(), Flash::Memory, touch);
    let device = open(&key);
    (key, device)
}

fn token(
    device: &mut Opened,
    pin: &str,
    permissions: Permissions,
    rp_id: Option<&str>,
) -> Result<PinUvAuthToken, CtapError> {
    let pin = Pin::new(pin, 4).unwrap();
    let request = TokenRequest {
        by: VerifyBy::Pin(&pin),
        permissions,
        rp_id,
    };
    within(|control| device.token(&request, control))
}

fn creation(exclude: &[Vec<u8>]) -> MakeCredential {
    MakeCredential {
        client_data_hash: [1; 32],
        rp: RelyingParty {
            id: RP.into(),
            name: Some("IAM".into()),
        },
        user: User {
            id: b"user-1".to_vec(),
            name: Some("p.example".into()),
            display_name: Some("P. Example".into()),
        },
        algorithms: vec![-7],
        exclude: exclude.to_vec(),
        discoverable: true,
        built_in_uv: false,
        cred_protect: None,
        min_pin_length: false,
        hmac_secret: false,
        enterprise_attestation: None,
    }
}

#[test]
fn a_key_gets_a_pin_makes_a_credential_proves_it_and_gives_it_back() {
    let (_key, mut device) = key(Touch::Always);
    let info = within(|control| device.info(control)).unwrap();
    assert_eq!(info.client_pin(), Setup::NotSet);
    within(|control| device.set_pin(&Pin::new(PIN, 4).unwrap(), control)).unwrap();

    let proof = token(&mut device, PIN, Permissions::MAKE_CREDENTIAL, Some(RP)).unwrap();
    let made = within(|control| device.make_credential(&creation(&[]), Some(&proof), control));
    let made = made.unwrap();
    assert!(made.auth_data.flags.user_verified());

    let proof = token(&mut device, PIN, Permissions::MAKE_CREDENTIAL, Some(RP)).unwrap();
    let again = creation(std::slice::from_ref(&made.credential.id));
    let again = within(|control| device.make_credential(&again, Some(&proof), control));
    assert_eq!(
        again.map(drop).unwrap_err().status(),
        Some(Status::CredentialExcluded)
    );

    let proof = token(&mut device, PIN, Permissions::GET_ASSERTION, Some(RP)).unwrap();
    let asking = GetAssertion {
        rp_id: RP.into(),
        client_data_hash: [2; 32],
        allow: vec![made.credential.id.clone()],
        user_presence: true,
        built_in_uv: false,
    };
    let used = within(|control| device.assertion(&asking, Some(&proof), control)).unwrap();
    assert_eq!(used.credential_id, made.credential.id);

    let proof = token(&mut device, PIN, Permissions::CREDENTIAL_MANAGEMENT, None).unwrap();
    let rps = within(|control| device.stored_rps(&proof, control)).unwrap();
    assert_eq!(rps.len(), 1);
    let stored = within(|control| device.stored_credentials(&rps[0].id_hash, &proof, control));
    assert_eq!(stored.unwrap()[0].user.id, b"user-1");
    within(|control| device.delete_credential(&made.credential.id, &proof, control)).unwrap();
    let left = within(|control| device.stored_rps(&proof, control)).unwrap();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn wrong_pins_are_counted_and_a_reset_gives_a_fresh_key() {
    let (key, mut device) = key(Touch::Always);
    within(|control| device.set_pin(&Pin::new(PIN, 4).unwrap(), control)).unwrap();
    let wrong = token(
        &mut device,
        "000000",
        Permissions::MAKE_CREDENTIAL,
        Some(RP),
    );
    assert_eq!(
        wrong.map(drop).unwrap_err().status(),
        Some(Status::PinInvalid)
    );
    let retries = within(|control| device.pin_retries(control)).unwrap();
    assert_eq!(retries.left, 7);

    key.skip(Duration::from_secs(11));
    let late = within(|control| device.reset(control));
    assert_eq!(late.unwrap_err().status(), Some(Status::NotAllowed));
    key.unplug();
    key.plug();
    let mut device = open(&key);
    within(|control| device.reset(control)).unwrap();
    let info = within(|control| device.info(control)).unwrap();
    assert_eq!(info.client_pin(), Setup::NotSet);
}

/// No time is skipped here: the firmware's window, by the clock that everybody shares.
#[test]
fn a_reset_is_taken_within_ten_seconds_of_the_plug_and_refused_after_them() {
    let plugged = Instant::now();
    let wait_until = |at: Duration| thread::sleep(at.saturating_sub(plugged.elapsed()));
    let (_key, mut device) = key(Touch::Always);
    within(|control| device.set_pin(&Pin::new(PIN, 4).unwrap(), control)).unwrap();
    let proof = token(&mut device, PIN, Permissions::MAKE_CREDENTIAL, Some(RP)).unwrap();
    let made = within(|control| device.make_credential(&creation(&[]), Some(&proof), control));
    let asking = GetAssertion {
        rp_id: RP.into(),
        client_data_hash: [2; 32],
        allow: vec![made.unwrap().credential.id],
        user_presence: false,
        built_in_uv: false,
    };
    within(|control| device.assertion(&asking, None, control)).unwrap();

    wait_until(Duration::from_secs(7));
    within(|control| device.reset(control)).unwrap();
    let info = within(|control| device.info(control)).unwrap();
    assert_eq!(info.client_pin(), Setup::NotSet);
    let used = within(|control| device.assertion(&asking, None, control));
    assert_eq!(
        used.map(drop).unwrap_err().status(),
        Some(Status::NoCredentials)
    );

    within(|control| device.set_pin(&Pin::new(PIN, 4).unwrap(), control)).unwrap();
    // The firmware counts whole seconds: eleven are more than ten.
    wait_until(Duration::from_secs(12));
    let late = within(|control| device.reset(control));
    assert_eq!(late.unwrap_err().status(), Some(Status::NotAllowed));
    let info = within(|control| device.info(control)).unwrap();
    assert_eq!(info.client_pin(), Setup::Set);
}

#[test]
fn a_cancel_ends_the_wait_for_a_touch_and_a_pull_ends_everything() {
    let (key, mut device) = key(Touch::OnDemand);
    let keepalives = Cell::new(0);
    let cancelled_at = Cell::new(None);
    let cancelled = || {
        let enough = keepalives.get() >= 3;
        if enough && cancelled_at.get().is_none() {
            cancelled_at.set(Some(Instant::now()));
        }
        enough
    };
    let mut count = |_| keepalives.set(keepalives.get() + 1);
    let mut control = Control::new(Duration::from_secs(20), &cancelled, &mut count);
    let outcome = device.selection(&mut control);
    assert!(
        matches!(outcome, Err(CtapError::Cancelled { .. })),
        "{outcome:?}"
    );
    assert!(cancelled_at.get().unwrap().elapsed() < Duration::from_millis(100));

    within(|control| device.info(control)).unwrap();
    key.unplug();
    assert_eq!(
        within(|control| device.info(control)).map(drop),
        Err(CtapError::Gone)
    );
}

#[test]
fn what_the_key_demands_is_set_and_read_back() {
    let (key, mut device) = key(Touch::Always);
    within(|control| device.set_pin(&Pin::new(PIN, 4).unwrap(), control)).unwrap();
    let configure =
        |device: &mut Opened| token(device, PIN, Permissions::AUTHENTICATOR_CONFIG, None).unwrap();
    for on in [true, true, false] {
        let proof = configure(&mut device);
        within(|control| device.set_always_uv(on, Some(&proof), control)).unwrap();
        let info = within(|control| device.info(control)).unwrap();
        assert_eq!(info.always_uv(), on);
    }
    let policy = PinPolicy {
        min_length: Some(8),
        rp_ids: vec![RP.into()],
        ..PinPolicy::default()
    };
    let proof = configure(&mut device);
    within(|control| device.set_pin_policy(&policy, Some(&proof), control)).unwrap();
    let info = within(|control| device.known_info(control)).unwrap();
    assert_eq!((info.min_pin_length, info.force_pin_change), (8, true));
    let (old, new) = (Pin::new(PIN, 4).unwrap(), Pin::new("31415926", 4).unwrap());
    within(|control| device.change_pin(&old, &new, control)).unwrap();
    let info = within(|control| device.known_info(control)).unwrap();
    assert!(!info.force_pin_change);

    let unsupported = within(|control| device.enable_enterprise_attestation(None, control));
    assert!(matches!(unsupported, Err(CtapError::Unsupported { .. })));
    let sensor = within(|control| device.fingerprint_sensor(control));
    assert!(matches!(sensor, Err(CtapError::Unsupported { .. })));
    key.unplug();
    key.plug();
    let mut device = open(&key);
    within(|control| device.reset(control)).unwrap();
    let info = within(|control| device.info(control)).unwrap();
    assert_eq!((info.min_pin_length, info.client_pin()), (4, Setup::NotSet));
}

#[test]
fn credentials_are_counted_and_renamed() {
    let (_key, mut device) = key(Touch::Always);
    within(|control| device.set_pin(&Pin::new(PIN, 4).unwrap(), control)).unwrap();
    let proof = token(&mut device, PIN, Permissions::MAKE_CREDENTIAL, Some(RP)).unwrap();
    let made = within(|control| device.make_credential(&creation(&[]), Some(&proof), control));
    let id = made.unwrap().credential.id;
    let proof = token(&mut device, PIN, Permissions::CREDENTIAL_MANAGEMENT, None).unwrap();
    let room = within(|control| device.credentials_metadata(&proof, control)).unwrap();
    assert_eq!(room.existing, 1);
    let renamed = User {
        id: b"user-1".to_vec(),
        name: Some("n".repeat(70)),
        display_name: None,
    };
    within(|control| device.update_user(&id, &renamed, &proof, control)).unwrap();
    let rps = within(|control| device.stored_rps(&proof, control)).unwrap();
    let stored = within(|control| device.stored_credentials(&rps[0].id_hash, &proof, control));
    let user = stored.unwrap()[0].user.clone();
    assert_eq!((user.name, user.display_name), (Some("n".repeat(64)), None));
}
