//! The table of misbehaviours, and what tries each of them: on a key alone in its own time, and on keys in a bay beside
//! honest ones.

use std::time::{Duration, Instant};

use keydesk::bay::soft::{Fault, SoftKey, SoftState, SoftTransport};
use keydesk::bay::{Bay, Cancel, KeyError, KeyRef, Slot, SlotState};
use keydesk::ctap::{
    AnyDevice, Control, CtapError, Device, HidError, PinUvAuthToken, ReplyFault, Report, Status,
    Transport, TransportError,
};
use keydesk::domain::key::UsbPath;

use super::asks::{Ask, any_token, lived_in, model};
use super::{lies, shapes};
use crate::client::{Random, Soft, open, within_s};

/// How long each may take.
const LIMIT: Duration = Duration::from_secs(5);
/// What giving up may take on top: half a second for the key to end it, and one for it to drop an enrolment.
const GRACE: Duration = Duration::from_millis(1600);

/// Which error must come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// There is not even a status.
    Empty,
    /// The bytes are no CBOR that CTAP2 allows.
    Cbor,
    /// This member is missing or wrong; "" for any.
    Field(&'static str),
    /// This member of getInfo counts as not stated, and is named.
    PassedOver(&'static str),
    /// The authenticator data are not what their flags say.
    AuthData,
    /// Well-formed, and in contradiction to the request.
    Contradiction,
    /// The key's own refusal.
    Status(Status),
    /// The packets make no message.
    Framing,
    /// The link's own refusal.
    Hid(HidError),
    /// An answer to something else.
    OutOfStep,
    /// No answer in time.
    Timeout,
    /// Busy all the time.
    Busy,
    /// It is pulled.
    Gone,
    /// It cannot do this.
    Unsupported,
}

impl Expect {
    fn is_met_by(self, error: &CtapError) -> bool {
        match (self, error) {
            (Self::Empty, CtapError::Malformed { fault, .. }) => *fault == ReplyFault::Empty,
            (Self::Cbor, CtapError::Malformed { fault, .. }) => {
                matches!(fault, ReplyFault::Field(field) if is_cbor(&field.to_string()))
            }
            (Self::Field(member), CtapError::Malformed { fault, .. }) => {
                matches!(fault, ReplyFault::Field(field)
                    if !is_cbor(&field.to_string()) && field.to_string().contains(member))
            }
            (Self::AuthData, CtapError::Malformed { fault, .. }) => {
                matches!(fault, ReplyFault::AuthData(_))
            }
            (Self::Contradiction, CtapError::Malformed { fault, .. }) => {
                matches!(fault, ReplyFault::Contradiction(_))
            }
            (Self::Status(expected), CtapError::Status { status, .. }) => *status == expected,
            (Self::Hid(expected), CtapError::Hid { error, .. }) => *error == expected,
            (Self::Framing, CtapError::Framing { .. })
            | (Self::OutOfStep, CtapError::OutOfStep { .. })
            | (Self::Timeout, CtapError::Timeout { .. })
            | (Self::Busy, CtapError::Busy { .. })
            | (Self::Gone, CtapError::Gone)
            | (Self::Unsupported, CtapError::Unsupported { .. }) => true,
            _ => false,
        }
    }
}

/// Members are named in backticks, broken CBOR by its offset.
fn is_cbor(text: &str) -> bool {
    text.contains(" at byte ") && !text.contains('`')
}

/// One misbehaviour.
pub struct Case {
    pub ask: Ask,
    pub name: String,
    pub faults: Vec<Fault>,
    pub expect: Expect,
}

impl Case {
    /// A reply in place of the honest one.
    pub fn reply(ask: Ask, name: &str, bytes: Vec<u8>, expect: Expect) -> Self {
        let command = ask.command();
        Self::fault(ask, name, Fault::Instead { command, bytes }, expect)
    }

    /// A fault of another kind.
    pub fn fault(ask: Ask, name: &str, fault: Fault, expect: Expect) -> Self {
        Self {
            ask,
            name: format!("{ask:?}: {name}"),
            faults: ask.lead_in().into_iter().chain([fault]).collect(),
            expect,
        }
    }
}

fn table() -> Vec<Case> {
    let mut cases = shapes::replies();
    cases.extend(shapes::packets());
    cases.extend(lies::all());
    cases
}

/// A key that has lived, a host that has asked it for a token, and a second host that only looks at the clock.
struct Bench {
    key: SoftKey,
    device: Soft,
    token: PinUvAuthToken,
    clock: SoftTransport,
}

impl Bench {
    fn new(state: &SoftState) -> Self {
        let key = SoftKey::with_state_in_virtual_time(model(), state.clone());
        let clock = key.open().unwrap();
        let mut device = open(&key);
        let token = within_s(5, |control| any_token(&mut device, control)).unwrap();
        within_s(5, |control| device.info(control)).unwrap();
        Self {
            key,
            device,
            token,
            clock,
        }
    }

    /// Tries one misbehaviour; what is wrong with how the client took it, if anything.
    fn fault_of(&mut self, case: &Case) -> Option<String> {
        let Self {
            key,
            device,
            token,
            clock,
        } = self;
        for fault in &case.faults {
            key.inject(fault.clone());
        }
        let started = clock.now();
        let outcome = within_s(LIMIT.as_secs(), |control| {
            case.ask.run(device, token, control)
        });
        let took = clock.now() - started;
        key.clear_faults();
        let expected = case.expect;
        match outcome {
            Err(error) if !expected.is_met_by(&error) => {
                Some(format!("{error:?} in place of {expected:?}"))
            }
            Ok(()) if is_passed_over(device, expected) => None,
            Ok(()) => Some(format!("it was believed, in place of {expected:?}")),
            Err(_) if took > LIMIT + GRACE => Some(format!("it took {took:?}")),
            Err(CtapError::Gone) => None,
            Err(_) => match within_s(5, |control| device.info(control)) {
                Ok(_) => None,
                Err(error) => Some(format!("the next request failed: {error:?}")),
            },
        }
    }
}

/// Whether what the key said of itself last was passed over as it should be.
fn is_passed_over(device: &mut Soft, expected: Expect) -> bool {
    let Expect::PassedOver(member) = expected else {
        return false;
    };
    let said = within_s(5, |control| device.known_info(control));
    // What it says next is true again.
    let honest = within_s(5, |control| device.info(control));
    honest.is_ok() && said.is_ok_and(|info| info.odd == [member])
}

#[test]
fn each_of_many_misbehaviours_ends_in_its_error_in_time_and_the_next_request_works() {
    let state = lived_in();
    let cases = table();
    assert!(cases.len() >= 200, "{} misbehaviours", cases.len());
    let mut names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all, "no two bear one name");

    let mut bench = Bench::new(&state);
    let mut failures = Vec::new();
    for case in &cases {
        if let Some(fault) = bench.fault_of(case) {
            failures.push(format!("{}: {fault}", case.name));
        }
        // What a reset, a pull or a failure has left is no place for the next one.
        if !failures.is_empty() || case.ask == Ask::Reset || case.expect == Expect::Gone {
            bench = Bench::new(&state);
        }
    }
    let (all, failed) = (cases.len(), failures.len());
    assert_eq!(failed, 0, "{failed} of {all}:\n{}", failures.join("\n"));
}

/// What a hostile device answers when a channel is opened, from the nonce.
type Opening = fn(nonce: &[u8]) -> Vec<u8>;

/// A device that says one thing to every INIT.
struct Opener {
    reply: Opening,
    waiting: Vec<Report>,
    now: Instant,
}

impl Transport for Opener {
    fn send(&mut self, report: &Report) -> Result<(), TransportError> {
        let mut answer = [0; 64];
        answer[..4].copy_from_slice(&report[..4]);
        let said = (self.reply)(&report[7..15]);
        answer[4..4 + said.len()].copy_from_slice(&said);
        self.waiting.push(answer);
        Ok(())
    }

    fn receive(&mut self, timeout: Duration) -> Result<Option<Report>, TransportError> {
        let packet = self.waiting.pop();
        self.now += if packet.is_some() {
            Duration::from_millis(1)
        } else {
            timeout
        };
        Ok(packet)
    }

    fn now(&self) -> Instant {
        self.now
    }
}

fn init(nonce: &[u8], length: u8, rest: &[u8]) -> Vec<u8> {
    [&[0x86, 0, length][..], nonce, rest].concat()
}

#[test]
fn a_device_that_lies_when_it_is_opened_is_not_opened() {
    let honest: Opening = |nonce| init(nonce, 17, &[0, 0, 0, 9, 2, 1, 0, 0, 5]);
    let openings: [(&str, Opening, Expect); 9] = [
        (
            "the reserved channel",
            |nonce| init(nonce, 17, &[0, 0, 0, 0, 2, 1, 0, 0, 5]),
            Expect::Contradiction,
        ),
        (
            "the broadcast channel",
            |nonce| init(nonce, 17, &[255, 255, 255, 255, 2, 1, 0, 0, 5]),
            Expect::Contradiction,
        ),
        (
            "a reply too short",
            |nonce| init(nonce, 16, &[0, 0, 0, 9, 2, 1, 0, 0, 5]),
            Expect::Timeout,
        ),
        (
            "another nonce",
            |_| init(b"12345678", 17, &[0, 0, 0, 9, 2, 1, 0, 0, 5]),
            Expect::Timeout,
        ),
        (
            "an error for ever",
            |_| vec![0xbf, 0, 1, 1],
            Expect::Timeout,
        ),
        ("busy for ever", |_| vec![0xbf, 0, 1, 6], Expect::Timeout),
        (
            "an error without a code",
            |_| vec![0xbf, 0, 0],
            Expect::Timeout,
        ),
        (
            "the reply to something else",
            |nonce| [&[0x81, 0, 8][..], nonce].concat(),
            Expect::Timeout,
        ),
        (
            "a continuation",
            |nonce| [&[0][..], nonce].concat(),
            Expect::Timeout,
        ),
    ];
    let opened = |reply| {
        let device = Opener {
            reply,
            waiting: Vec::new(),
            now: Instant::now(),
        };
        within_s(5, |control| Device::open(device, Box::new(Random), control)).map(drop)
    };
    opened(honest).unwrap();
    for (name, reply, expect) in openings {
        let error = opened(reply).expect_err(name);
        assert!(expect.is_met_by(&error), "{name}: {error:?}");
    }
}

/// How many hostile keys stand in the bay at once.
const HOSTILE: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn misbehaviours_of_every_kind_in_a_bay_harm_no_honest_key() {
    let state = lived_in();
    let cases = table();
    // One of each stretch of the table, so that shapes, packets and lies are among them.
    let chosen: Vec<Case> = {
        let every = cases.len() / HOSTILE;
        cases.into_iter().step_by(every).take(HOSTILE).collect()
    };
    let (bay, plug) = Bay::soft();
    let keys: Vec<SoftKey> = (0..HOSTILE + 3)
        .map(|slot| match chosen.get(slot) {
            Some(_) => SoftKey::with_state(model(), state.clone()),
            None => SoftKey::new(model()),
        })
        .collect();
    for (slot, key) in keys.iter().enumerate() {
        plug.plug_key(UsbPath::new(format!("1-{slot}")), key);
    }
    let mut slots = bay.slots();
    let is_ready = |slot: &Slot| matches!(slot.state, SlotState::Ready(_));
    let ready = slots
        .wait_for(|slots| slots.iter().filter(|slot| is_ready(slot)).count() == keys.len())
        .await
        .unwrap()
        .clone();
    let key_at = |slot: usize| {
        let place = UsbPath::new(format!("1-{slot}"));
        ready.iter().find(|s| s.place == place).unwrap().key()
    };
    let hostile = chosen
        .iter()
        .enumerate()
        .map(|(slot, case)| misbehave_in(&bay, key_at(slot), keys[slot].clone(), case));
    let honest = (HOSTILE..keys.len()).map(|slot| super::enrol_in(&bay, key_at(slot)));
    let (hostile, honest) = tokio::join!(super::join_all(hostile), super::join_all(honest));
    for (outcome, _) in honest {
        assert_eq!(outcome, Ok(()), "an honest key");
    }
    for (case, (outcome, took)) in chosen.iter().zip(hostile) {
        let named = matches!(outcome, Err(KeyError::Ctap { .. } | KeyError::Gone { .. }));
        assert!(named, "{}: {outcome:?}", case.name);
        assert!(took < Duration::from_secs(6), "{} took {took:?}", case.name);
    }
}

/// One misbehaviour as a job of 2 s, and how long it took.
async fn misbehave_in(
    bay: &Bay,
    at: KeyRef,
    key: SoftKey,
    case: &Case,
) -> (Result<(), KeyError>, Duration) {
    let (ask, faults) = (case.ask, case.faults.clone());
    let started = Instant::now();
    let job = move |device: &mut AnyDevice, control: &mut Control<'_>| {
        let token = any_token(device, control)?;
        device.known_info(control)?;
        for fault in faults {
            key.inject(fault);
        }
        ask.run(device, &token, control)
    };
    let limit = Duration::from_secs(2);
    let outcome = bay.run(&at, limit, &Cancel::new(), |_| {}, job).await;
    (outcome, started.elapsed())
}
