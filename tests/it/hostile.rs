//! Keys that lie, stop, babble or vanish, at every packet and in every byte: each ends in a typed error within its time
//! limit, nothing is made twice, and the keys in the other slots do not notice.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::time::{Duration, Instant};

use ciborium::Value;
use keydesk::bay::soft::{Direction, Fault, Profile, SoftKey, TouchPolicy};
use keydesk::bay::{Bay, Cancel, KeyError, KeyRef, SlotState};
use keydesk::ctap::{
    Control, CtapError, Device, Permissions, Report, TokenRequest, Transport, TransportError,
    VerifyBy,
};
use keydesk::domain::key::UsbPath;

use crate::client::{RP, Random, Soft, get, make, open, pin, token, touched, within_s};
use crate::suite::raw::{self, entry};

mod asks;
mod lies;
mod shapes;
mod table;

/// What each step of an enrolment may take.
const STEP: Duration = Duration::from_secs(5);
/// What a step may take on top: giving up a request and putting the channel in order.
const GRACE: Duration = Duration::from_millis(1500);

fn seeded() -> SoftKey {
    touched(Profile::full().with_seed([7; 32]))
}

/// All that an enrolment does with a key and its undoing, each step in its time.
fn enrol<T: Transport>(
    device: &mut Device<T>,
    now: impl Fn() -> Instant,
    mut step: impl FnMut(
        &mut dyn FnMut(&mut Control<'_>) -> Result<(), CtapError>,
    ) -> Result<(), CtapError>,
) -> Result<(), CtapError> {
    let mut timed = |work: &mut dyn FnMut(&mut Control<'_>) -> Result<(), CtapError>| {
        let started = now();
        let outcome = step(work);
        let took = now() - started;
        assert!(
            took <= STEP + GRACE,
            "a step took {took:?} and ended with {outcome:?}"
        );
        outcome
    };
    let person = pin("123456");
    let asking = |permissions, rp_id| TokenRequest {
        by: VerifyBy::Pin(&person),
        permissions,
        rp_id,
    };
    timed(&mut |control| device.info(control).map(drop))?;
    timed(&mut |control| device.set_pin(&person, control))?;
    let mut made = None;
    timed(&mut |control| {
        let proof = device.token(&asking(Permissions::MAKE_CREDENTIAL, Some(RP)), control)?;
        made = Some(device.make_credential(&make(&[]), Some(&proof), control)?);
        Ok(())
    })?;
    let id = made.unwrap().credential.id;
    timed(&mut |control| {
        let proof = device.token(&asking(Permissions::GET_ASSERTION, Some(RP)), control)?;
        device
            .assertion(&get(std::slice::from_ref(&id)), Some(&proof), control)
            .map(drop)
    })?;
    timed(&mut |control| {
        let proof = device.token(&asking(Permissions::CREDENTIAL_MANAGEMENT, None), control)?;
        for rp in device.stored_rps(&proof, control)? {
            device.stored_credentials(&rp.id_hash, &proof, control)?;
        }
        device.delete_credential(&id, &proof, control)
    })
}

/// The same on a key of its own, in the key's virtual time.
fn enrol_alone(key: &SoftKey) -> Result<(), CtapError> {
    let clock = key.open().unwrap();
    let limit_s = STEP.as_secs();
    let mut device = within_s(limit_s, |control| {
        Device::open(key.open()?, Box::new(Random), control)
    })?;
    enrol(&mut device, || clock.now(), |work| within_s(limit_s, work))
}

fn works_again(key: &SoftKey, after: &Fault) {
    key.clear_faults();
    key.power_cycle();
    let mut device = open(key);
    within_s(5, |control| device.info(control))
        .unwrap_or_else(|error| panic!("after {after:?} and a power cycle: {error}"));
}

type FaultAt = fn(u32) -> Fault;

#[test]
fn a_wire_that_fails_at_any_packet_of_an_enrolment_ends_its_step_in_time() {
    let honest = seeded();
    enrol_alone(&honest).unwrap();
    let counters = honest.counters();
    let to_key = u32::try_from(counters.packets_to_key).unwrap();
    let from_key = u32::try_from(counters.packets_from_key).unwrap();
    assert!(to_key > 25 && from_key > 40, "{counters:?}");

    let faults: [(FaultAt, u32); 10] = [
        (|n| Fault::UnplugAt(Direction::ToKey, n), to_key),
        (|n| Fault::Drop(Direction::ToKey, n), to_key),
        (|n| Fault::UnplugAt(Direction::FromKey, n), from_key),
        (|n| Fault::Drop(Direction::FromKey, n), from_key),
        (Fault::StallAt, from_key),
        (Fault::Garbage, from_key),
        (Fault::WrongChannel, from_key),
        (Fault::OutOfOrder, from_key),
        (Fault::Duplicate, from_key),
        (Fault::HugeLength, from_key),
    ];
    for (at, packets) in faults {
        for packet in 1..=packets {
            let fault = at(packet);
            let key = seeded();
            key.inject(fault.clone());
            let outcome = enrol_alone(&key);
            let pulled = matches!(fault, Fault::UnplugAt(..));
            assert_eq!(
                outcome == Err(CtapError::Gone),
                pulled,
                "{fault:?}: {outcome:?}"
            );
            assert!(
                key.credentials().len() <= 1,
                "{fault:?}: {:?}",
                key.credentials()
            );
            works_again(&key, &fault);
        }
    }
}

#[test]
fn a_reply_with_any_byte_changed_or_missing_is_refused_or_read_but_never_crashes() {
    type Step = fn(&mut Soft, &mut Control<'_>) -> Result<(), CtapError>;
    let steps: [(u8, Step); 3] = [
        (0x04, |device, control| device.info(control).map(drop)),
        (0x01, |device, control| {
            device.make_credential(&make(&[]), None, control).map(drop)
        }),
        (0x02, |device, control| {
            device.assertion(&get(&[]), None, control).map(drop)
        }),
    ];
    let key = seeded();
    for (command, step) in steps {
        let honest = honest_reply(&key, command);
        assert!(honest.len() > 100, "{honest:02x?}");
        let answered = |bytes: &[u8]| {
            key.clear_faults();
            let mut device = open(&key);
            if command != 0x04 {
                within_s(5, |control| device.info(control)).unwrap();
            }
            key.inject(Fault::Instead {
                command,
                bytes: bytes.to_vec(),
            });
            within_s(5, |control| step(&mut device, control))
        };
        answered(&honest).unwrap();
        for offset in 0..honest.len() {
            answered(&honest[..offset]).expect_err("a reply that is cut short is not read");
            for mask in [0x01, 0x20, 0x80, 0xff] {
                let mut changed = honest.clone();
                changed[offset] ^= mask;
                let outcome = answered(&changed);
                assert!(
                    outcome.is_err() || offset > 0,
                    "a status that is not 0 is an error"
                );
                assert_ne!(outcome, Err(CtapError::Gone));
            }
        }
    }
}

/// What a key really answers to the requests of [`make`], [`get`] and getInfo.
fn honest_reply(key: &SoftKey, command: u8) -> Vec<u8> {
    let mut host = raw::Client::new(Box::new(key.open().unwrap()));
    let algorithm = Value::Map(vec![entry("alg", -7), entry("type", "public-key")]);
    let parameters = match command {
        0x01 => vec![
            entry(1, vec![0x5a; 32]),
            entry(2, Value::Map(vec![entry("id", RP)])),
            entry(3, Value::Map(vec![entry("id", b"user-1".to_vec())])),
            entry(4, vec![algorithm]),
            entry(7, Value::Map(vec![entry("rk", true)])),
        ],
        0x02 => vec![entry(1, RP), entry(2, vec![0x5a; 32])],
        _ => Vec::new(),
    };
    let mut request = vec![command];
    if !parameters.is_empty() {
        request.extend(raw::encode(&Value::Map(parameters)));
    }
    host.exchange(0x10, &request).1
}

#[test]
fn a_wrong_answer_to_the_key_agreement_costs_no_pin_attempt() {
    // getKeyAgreement with a point that is not on the curve, and with one that is no point at all.
    let off_curve = [
        &[
            0x00, 0xa1, 0x01, 0xa5, 0x01, 0x02, 0x03, 0x38, 0x18, 0x20, 0x01, 0x21, 0x58, 0x20,
        ][..],
        &[1; 32],
        &[0x22, 0x58, 0x20],
        &[2; 32],
    ]
    .concat();
    let empty = vec![0x00, 0xa1, 0x01, 0xa0];
    for bytes in [off_curve, empty] {
        let key = seeded();
        let mut device = open(&key);
        within_s(5, |control| device.set_pin(&pin("123456"), control)).unwrap();
        key.inject(Fault::Reply {
            command: 0x06,
            bytes,
        });
        let refused = token(&mut device, "123456", Permissions::MAKE_CREDENTIAL).map(drop);
        assert!(
            matches!(refused, Err(CtapError::Malformed { .. })),
            "{refused:?}"
        );
        let retries = within_s(5, |control| device.pin_retries(control)).unwrap();
        assert_eq!(retries.left, 8);
    }
}

/// What a device sends that never stops sending.
#[derive(Debug, Clone, Copy)]
enum Babble {
    Noise,
    OwnChannelNoise,
    Continuations,
    Keepalives,
    Inits,
    Errors(u8),
}

/// A device that answers everything, at once and for ever, a packet each millisecond.
struct Babbler {
    babble: Babble,
    seed: u64,
    channel: [u8; 4],
    nonce: [u8; 8],
    now: Instant,
}

impl Babbler {
    fn random(&mut self) -> u8 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed.to_le_bytes()[3]
    }
}

impl Transport for Babbler {
    fn send(&mut self, report: &Report) -> Result<(), TransportError> {
        self.channel.copy_from_slice(&report[..4]);
        self.nonce.copy_from_slice(&report[7..15]);
        Ok(())
    }

    fn receive(&mut self, _timeout: Duration) -> Result<Option<Report>, TransportError> {
        self.now += Duration::from_millis(1);
        let mut report = [0; 64].map(|_: u8| self.random());
        if !matches!(self.babble, Babble::Noise) {
            report[..4].copy_from_slice(&self.channel);
        }
        match self.babble {
            Babble::Noise | Babble::OwnChannelNoise => {}
            Babble::Continuations => report[4] &= 0x7f,
            Babble::Keepalives => report[4..8].copy_from_slice(&[0xbb, 0, 1, 2]),
            Babble::Inits => {
                report[4..7].copy_from_slice(&[0x86, 0, 17]);
                report[7..15].copy_from_slice(&self.nonce);
            }
            Babble::Errors(code) => report[4..8].copy_from_slice(&[0xbf, 0, 1, code]),
        }
        Ok(Some(report))
    }

    fn now(&self) -> Instant {
        self.now
    }
}

#[test]
fn a_device_that_never_stops_talking_is_given_up_at_the_limit() {
    let babbles = [
        Babble::Noise,
        Babble::OwnChannelNoise,
        Babble::Continuations,
        Babble::Keepalives,
        Babble::Inits,
        Babble::Errors(0x06),
        Babble::Errors(0x0b),
        Babble::Errors(0x00),
    ];
    for (babble, seed) in babbles
        .into_iter()
        .flat_map(|babble| (1..=20).map(move |seed| (babble, seed)))
    {
        let started = Instant::now();
        let device = Babbler {
            babble,
            seed: seed * 0x9e37_79b9,
            channel: [0; 4],
            nonce: [0; 8],
            now: started,
        };
        let opened = within_s(5, |control| Device::open(device, Box::new(Random), control));
        let outcome =
            opened.and_then(|mut device| within_s(5, |control| device.info(control)).map(drop));
        assert!(outcome.is_err(), "{babble:?} is no key");
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "{babble:?}: it ended by the device's clock, not ours"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_keys_in_the_bay_harm_no_honest_one() {
    let faults = [
        Fault::StallAt(4),
        Fault::EndlessKeepalive,
        Fault::Garbage(5),
        Fault::HugeLength(6),
        Fault::Busy(u32::MAX),
        Fault::UnplugAt(Direction::FromKey, 7),
        Fault::LinkError(0x7f),
        Fault::OutOfOrder(4),
        Fault::Slow(Duration::from_secs(60)),
        Fault::Truncate {
            command: 0x01,
            length: 200,
        },
        Fault::Status {
            command: 0x06,
            code: 0x7f,
        },
    ];
    let (bay, plug) = Bay::soft();
    let profile = Profile::full().with_touch(TouchPolicy::Auto);
    let keys: Vec<SoftKey> = (0..faults.len() + 3)
        .map(|_| SoftKey::new(profile.clone()))
        .collect();
    for (slot, key) in keys.iter().enumerate() {
        plug.plug_key(UsbPath::new(format!("1-{slot}")), key);
    }
    let mut slots = bay.slots();
    let ready = slots
        .wait_for(|slots| {
            slots
                .iter()
                .filter(|s| matches!(s.state, SlotState::Ready(_)))
                .count()
                == keys.len()
        })
        .await
        .unwrap()
        .clone();
    for (key, fault) in keys.iter().zip(&faults) {
        key.inject(fault.clone());
    }
    let jobs = keys.iter().enumerate().map(|(slot, _)| {
        let place = UsbPath::new(format!("1-{slot}"));
        let key = ready.iter().find(|s| s.place == place).unwrap().key();
        enrol_in(&bay, key)
    });
    let outcomes = join_all(jobs).await;
    for (slot, (outcome, took)) in outcomes.iter().enumerate() {
        match faults.get(slot) {
            None => assert_eq!(*outcome, Ok(()), "honest key in slot {slot}"),
            Some(fault) => {
                let named = matches!(outcome, Err(KeyError::Ctap { .. } | KeyError::Gone { .. }));
                assert!(named, "{fault:?}: {outcome:?}");
                assert!(*took < Duration::from_secs(4), "{fault:?} took {took:?}");
            }
        }
    }
}

/// An enrolment as one job of 2 s, and how long it took.
async fn enrol_in(bay: &Bay, key: KeyRef) -> (Result<(), KeyError>, Duration) {
    let started = Instant::now();
    let job = |device: &mut keydesk::ctap::AnyDevice, control: &mut Control<'_>| {
        enrol(device, Instant::now, |work| work(control))
    };
    let outcome = bay
        .run(&key, Duration::from_secs(2), &Cancel::new(), |_| {}, job)
        .await;
    (outcome, started.elapsed())
}

/// All of them at the same time, in order.
async fn join_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut pending: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, output) in &mut pending {
            if output.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *output = Some(value);
            }
        }
        if pending.iter().all(|(_, output)| output.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    pending
        .into_iter()
        .map(|(_, output)| output.unwrap())
        .collect()
}
