//! Fingerprints, under the standard command and under the preview's.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use keydesk::bay::soft::{Fault, Profile, SoftKey, TouchPolicy, Wait};
use keydesk::ctap::{
    BioEnrollment, Control, CtapError, FingerprintKind, Keepalive, Operation, Permissions,
    PinUvAuthToken, ReplyFault, Sample, SampleStatus, Setup, Status, TokenRequest, VerifyBy,
};

use super::{Soft, open, pin, status, touched, within, within_s};

const PIN: &str = "271828";
const STANDARD: u8 = 0x09;

fn protected(profile: Profile) -> (SoftKey, Soft) {
    let key = touched(profile);
    let mut device = open(&key);
    within(|control| device.set_pin(&pin(PIN), control)).unwrap();
    (key, device)
}

fn bio_token(device: &mut Soft) -> PinUvAuthToken {
    let by = pin(PIN);
    let request = TokenRequest {
        by: VerifyBy::Pin(&by),
        permissions: Permissions::BIO_ENROLLMENT,
        rp_id: None,
    };
    within(|control| device.token(&request, control)).unwrap()
}

/// What every touch came to, and how many more were wanted.
type Touches = Vec<(SampleStatus, u64)>;

/// Enrols a finger.
fn enrol(device: &mut Soft) -> (Result<Vec<u8>, CtapError>, Touches) {
    let proof = bio_token(device);
    let mut samples = Vec::new();
    let mut note = |sample: Sample| samples.push((sample.status, sample.remaining));
    let result = within(|control| device.enrol_fingerprint(&proof, &mut note, control));
    (result, samples)
}

fn names(device: &mut Soft) -> Vec<Option<String>> {
    let proof = bio_token(device);
    let listed = within(|control| device.fingerprints(&proof, control)).unwrap();
    listed.into_iter().map(|finger| finger.name).collect()
}

#[test]
fn a_finger_is_enrolled_named_and_removed_under_both_commands() {
    for profile in [Profile::biometric(), Profile::ctap21_preview()] {
        let preview = profile == Profile::ctap21_preview();
        let (_key, mut device) = protected(profile);
        let info = within(|control| device.info(control)).unwrap();
        let expected = if preview {
            BioEnrollment::Preview
        } else {
            BioEnrollment::Standard
        };
        assert_eq!(info.bio_enrollment(), Some(expected));
        assert_eq!(info.fingerprints(), Setup::NotSet);
        let sensor = within(|control| device.fingerprint_sensor(control)).unwrap();
        assert_eq!(
            (sensor.kind, sensor.max_samples),
            (FingerprintKind::Touch, 4)
        );
        assert_eq!(
            names(&mut device),
            [],
            "a key without any says so by an error"
        );

        let (id, samples) = enrol(&mut device);
        let id = id.unwrap();
        let good = SampleStatus::Good;
        assert_eq!(samples, [(good, 3), (good, 2), (good, 1), (good, 0)]);
        let info = within(|control| device.known_info(control)).unwrap();
        assert_eq!(info.fingerprints(), Setup::Set);

        let proof = bio_token(&mut device);
        let long = format!("{}é and more", "x".repeat(31));
        let kept = within(|control| device.name_fingerprint(&id, &long, &proof, control)).unwrap();
        let expected = if preview {
            long.clone()
        } else {
            "x".repeat(31)
        };
        assert_eq!(kept, expected, "cut to what the sensor keeps");
        assert_eq!(names(&mut device), [Some(kept)]);

        let proof = bio_token(&mut device);
        within(|control| device.remove_fingerprint(&id, &proof, control)).unwrap();
        let info = within(|control| device.known_info(control)).unwrap();
        assert_eq!(info.fingerprints(), Setup::NotSet);
        let again = within(|control| device.remove_fingerprint(&id, &proof, control));
        assert_eq!(status(again), Some(Status::InvalidOption));
    }
}

#[test]
fn every_touch_is_told_with_the_reason_when_it_was_poor() {
    let (key, mut device) = protected(Profile::biometric());
    key.script_samples([0, 1, 7, 0, 0x0e, 0x42, 0, 0]);
    let (id, samples) = enrol(&mut device);
    assert!(id.is_ok());
    assert_eq!(
        samples,
        [
            (SampleStatus::Good, 3),
            (SampleStatus::TooHigh, 3),
            (SampleStatus::PoorQuality, 3),
            (SampleStatus::Good, 2),
            (SampleStatus::NoUserPresenceTransition, 2),
            (SampleStatus::Unknown(0x42), 2),
            (SampleStatus::Good, 1),
            (SampleStatus::Good, 0),
        ]
    );
}

#[test]
fn the_time_limit_counts_for_each_touch_and_the_sensor_blinks_meanwhile() {
    let slow = TouchPolicy::After(Duration::from_secs(20));
    let key = SoftKey::in_virtual_time(Profile::biometric().with_touch(slow));
    let mut device = open(&key);
    within(|control| device.set_pin(&pin(PIN), control)).unwrap();
    let proof = bio_token(&mut device);
    let mut asked = 0;
    let mut count = |keepalive| asked += u32::from(keepalive == Keepalive::TouchNeeded);
    let mut control = Control::new(Duration::from_secs(30), &|| false, &mut count);
    let id = device.enrol_fingerprint(&proof, &mut |_| {}, &mut control);
    assert!(id.is_ok(), "{id:?}");
    assert!(asked > 4 * 150, "{asked} keepalives in 80 s");
}

#[test]
fn a_finger_that_stays_away_ends_the_enrolment_and_nothing_of_it_remains() {
    let (key, mut device) = protected(Profile::biometric());
    let proof = bio_token(&mut device);
    let mut leave = |sample: Sample| {
        if sample.remaining == 2 {
            key.set_touch(TouchPolicy::Manual);
        }
    };
    let late = within_s(10, |control| {
        device.enrol_fingerprint(&proof, &mut leave, control)
    });
    assert_eq!(
        late,
        Err(CtapError::Timeout {
            operation: Operation::EnrolFingerprint,
            limit_ms: 10_000,
            nothing_done: true
        })
    );
    assert_eq!(key.waiting(), None);
    key.set_touch(TouchPolicy::Auto);
    assert_eq!(names(&mut device), []);
    let (again, samples) = enrol(&mut device);
    assert!(again.is_ok());
    assert_eq!(samples.len(), 4, "it starts from the first sample");
}

#[test]
fn a_cancelled_enrolment_ends_within_100_ms_and_the_key_has_dropped_it() {
    let key = SoftKey::new(Profile::biometric());
    let mut device = open(&key);
    within(|control| device.set_pin(&pin(PIN), control)).unwrap();
    let proof = bio_token(&mut device);
    let cancelled = AtomicBool::new(false);
    let (result, mut device, took) = std::thread::scope(|scope| {
        let work = scope.spawn(|| {
            let is_cancelled = || cancelled.load(Ordering::Relaxed);
            let mut ignore = |_| {};
            let mut control = Control::new(Duration::from_secs(30), &is_cancelled, &mut ignore);
            let result = device.enrol_fingerprint(&proof, &mut |_| {}, &mut control);
            (result, device, Instant::now())
        });
        let patience = Duration::from_secs(5);
        assert_eq!(key.wait_until_it_asks(patience), Some(Wait::Sample));
        assert!(key.touch());
        assert_eq!(key.wait_until_it_asks(patience), Some(Wait::Sample));
        let asked = Instant::now();
        cancelled.store(true, Ordering::Relaxed);
        let (result, device, ended) = work.join().unwrap();
        (result, device, ended - asked)
    });
    assert_eq!(
        result,
        Err(CtapError::Cancelled {
            operation: Operation::EnrolFingerprint,
            nothing_done: true
        })
    );
    assert!(took < Duration::from_millis(100), "{took:?}");
    assert!(!key.is_enrolling(), "cancelCurrentEnrollment was sent");
    within(|control| device.info(control)).unwrap();
}

#[test]
fn a_full_sensor_says_so_whichever_way_it_does() {
    let (key, mut device) = protected(Profile {
        fingerprint_slots: 1,
        ..Profile::biometric()
    });
    enrol(&mut device).0.unwrap();
    let full = Some(Status::FpDatabaseFull);
    assert_eq!(status(enrol(&mut device).0), full);
    key.inject(Fault::Instead {
        command: STANDARD,
        bytes: vec![0, 0xa3, 4, 0x41, 1, 5, 0x0c, 6, 4],
    });
    assert_eq!(
        status(enrol(&mut device).0),
        full,
        "the preview's sample status"
    );
}

#[test]
fn a_key_that_asks_for_ever_more_samples_is_not_followed() {
    let (key, mut device) = protected(Profile::biometric());
    key.script_samples(std::iter::repeat_n(7, 10_000));
    let (result, samples) = enrol(&mut device);
    assert!(
        matches!(
            result,
            Err(CtapError::Malformed {
                fault: ReplyFault::Contradiction(_),
                ..
            })
        ),
        "{result:?}"
    );
    assert_eq!(samples.len(), 200);
    assert!(!key.is_enrolling());
}

#[test]
fn a_key_without_a_sensor_or_with_another_kind_is_told_apart() {
    let (key, mut device) = protected(Profile::full());
    let unsupported = |result: Result<(), CtapError>| {
        assert!(
            matches!(result, Err(CtapError::Unsupported { .. })),
            "{result:?}"
        );
    };
    let before = key.counters().packets_to_key;
    unsupported(within(|control| {
        device.fingerprint_sensor(control).map(drop)
    }));
    assert!(
        key.counters().packets_to_key - before <= 1,
        "no more than getInfo"
    );

    let (key, mut device) = protected(Profile::biometric());
    key.inject(Fault::Instead {
        command: STANDARD,
        bytes: vec![0, 0xa1, 1, 2],
    });
    unsupported(within(|control| {
        device.fingerprint_sensor(control).map(drop)
    }));
}

#[test]
fn a_token_for_something_else_enrols_nothing() {
    let (key, mut device) = protected(Profile::biometric());
    let by = pin(PIN);
    let request = TokenRequest {
        by: VerifyBy::Pin(&by),
        permissions: Permissions::AUTHENTICATOR_CONFIG,
        rp_id: None,
    };
    let proof = within(|control| device.token(&request, control)).unwrap();
    let refused = within(|control| device.enrol_fingerprint(&proof, &mut |_| {}, control));
    assert_eq!(status(refused), Some(Status::PinAuthInvalid));
    assert!(!key.is_enrolling());
}
