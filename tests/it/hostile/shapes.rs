//! Misbehaviours of form, which do not depend on what was asked: replies that are no replies, packets that are no messages.

use std::time::Duration;

use ciborium::Value;
use keydesk::bay::soft::{Direction, Fault};
use keydesk::ctap::{HidError, Status};

use super::asks::{Ask, READERS, WRITERS, ok};
use super::table::{Case, Expect};
use crate::suite::raw::entry;

/// Bodies that are no CBOR as CTAP2 has it, whoever reads them.
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let after =
        |head: &[u8], filler: u8, count: usize| [head, vec![filler; count].as_slice()].concat();
    vec![
        ("a map cut short", vec![0xa1]),
        ("a key without a value", vec![0xa1, 0x01]),
        ("a byte after the map", vec![0xa0, 0x00]),
        ("a second map after the first", vec![0xa0, 0xa0]),
        ("a key twice", vec![0xa2, 0x01, 0x00, 0x01, 0x00]),
        ("a map without an end", vec![0xbf, 0xff]),
        ("a text without an end", vec![0xa1, 0x01, 0x7f, 0xff]),
        ("a map of 2^64 - 1 members", after(&[0xbb], 0xff, 8)),
        (
            "a list of 2^32 - 1 items",
            after(&[0xa1, 0x01, 0x9a], 0xff, 4),
        ),
        (
            "bytes that claim 2^63",
            after(&[0xa1, 0x01, 0x5b, 0x7f], 0xff, 7),
        ),
        (
            "bytes one longer than the reply",
            vec![0xa1, 0x01, 0x42, 0x00],
        ),
        ("a number cut short", vec![0xa1, 0x01, 0x1b, 0x00]),
        (
            "five levels",
            vec![0xa1, 0x01, 0x81, 0x81, 0x81, 0x81, 0x00],
        ),
        ("seven thousand levels", after(&[], 0x81, 7000)),
        ("a tag", vec![0xa1, 0x01, 0xc0, 0x60]),
        ("a break in the middle", vec![0xa1, 0x01, 0xff]),
        ("a reserved length", vec![0xa1, 0x01, 0x1c]),
        ("a half-precision float", vec![0xa1, 0x01, 0xf9, 0x3c, 0x00]),
        ("text that is no UTF-8", vec![0xa1, 0x01, 0x62, 0xff, 0xfe]),
        ("as many zeros as a message holds", vec![0; 7608]),
    ]
}

/// A reply whose every member is the same.
fn all_members(value: Value) -> Vec<u8> {
    ok((1..=0x1f).map(|key| entry(key, value.clone())).collect())
}

pub fn replies() -> Vec<Case> {
    let mut cases = Vec::new();
    let unknown = |code| Expect::Status(Status::Unknown(code));
    for ask in READERS.into_iter().chain(WRITERS) {
        let bare = |name, bytes, expect| Case::reply(ask, name, bytes, expect);
        cases.push(bare("no status", Vec::new(), Expect::Empty));
        cases.push(bare("a status of no version", vec![0x99], unknown(0x99)));
        cases.push(bare(
            "a vendor's status and more",
            vec![0xf3, 0xa0],
            unknown(0xf3),
        ));
        for (name, body) in broken() {
            let reply = [&[0][..], &body].concat();
            cases.push(bare(name, reply, Expect::Cbor));
        }
    }
    for ask in READERS {
        // These two are no replies with an optional map: there is always one.
        let nothing = if matches!(ask, Ask::Info | Ask::Next) {
            Expect::Cbor
        } else {
            Expect::Field("is missing")
        };
        let wrong = Expect::Field("");
        let any = |name, bytes, expect| Case::reply(ask, name, bytes, expect);
        cases.extend([
            any("a status and nothing else", vec![0], nothing),
            any("an empty map", vec![0, 0xa0], Expect::Field("is missing")),
            any("a list", vec![0, 0x80], Expect::Field("is not a map")),
            any("a number", vec![0, 0x01], Expect::Field("is not a map")),
            any(
                "nothing but nulls",
                all_members(Value::Null),
                Expect::Field("is missing"),
            ),
            any(
                "nothing but negative numbers",
                all_members((-1).into()),
                wrong,
            ),
            any("nothing but empty texts", all_members("".into()), wrong),
            any(
                "nothing but empty lists of lists",
                all_members(Value::Array(vec![Value::Array(vec![])])),
                wrong,
            ),
        ]);
    }
    for ask in [Ask::Selection, Ask::Reset] {
        cases.push(Case::reply(ask, "no status", Vec::new(), Expect::Empty));
        cases.push(Case::reply(
            ask,
            "a status of no version",
            vec![0x99],
            unknown(0x99),
        ));
    }
    cases
}

/// The head of a first packet: a CBOR message that claims this length.
fn first(length: u16) -> Vec<u8> {
    [&[0x90][..], &length.to_be_bytes()].concat()
}

/// Packets in place of a reply.
fn sequences() -> Vec<(&'static str, Vec<Vec<u8>>, Expect)> {
    let hid = |code| Expect::Hid(HidError::from_code(code));
    let error = |code: u8| vec![vec![0xbf, 0, 1, code]];
    vec![
        ("a continuation before all", vec![vec![0]], Expect::Framing),
        (
            "the second continuation first",
            vec![first(200), vec![1]],
            Expect::Framing,
        ),
        (
            "a continuation twice",
            vec![first(200), vec![0], vec![0]],
            Expect::Framing,
        ),
        (
            "a sequence number of 127",
            vec![first(200), vec![127]],
            Expect::Framing,
        ),
        (
            "one packet of 65,535 bytes",
            vec![first(65_535)],
            Expect::Framing,
        ),
        (
            "one byte more than a message holds",
            vec![first(7610)],
            Expect::Framing,
        ),
        (
            "a message inside a message",
            vec![first(200), first(1)],
            Expect::Framing,
        ),
        (
            "a keepalive inside a message",
            vec![first(200), vec![0xbb, 0, 1, 1]],
            Expect::Framing,
        ),
        (
            "a message that stops half-way",
            vec![first(200), vec![0]],
            Expect::Timeout,
        ),
        (
            "a keepalive without a reason, then silence",
            vec![vec![0xbb, 0, 0]],
            Expect::Timeout,
        ),
        (
            "a keepalive of an unknown kind, then silence",
            vec![vec![0xbb, 0, 1, 0x77]],
            Expect::Timeout,
        ),
        (
            "the reply to a ping",
            vec![vec![0x81, 0, 0]],
            Expect::OutOfStep,
        ),
        (
            "the reply to an INIT",
            vec![vec![0x86, 0, 17]],
            Expect::OutOfStep,
        ),
        (
            "a message type of a vendor",
            vec![vec![0xc0, 0, 1, 0]],
            Expect::OutOfStep,
        ),
        (
            "a U2F message",
            vec![vec![0x83, 0, 2, 0x90, 0]],
            Expect::OutOfStep,
        ),
        ("an error without a code", vec![vec![0xbf, 0, 0]], hid(0)),
        ("an error of sequence", error(0x04), hid(0x04)),
        ("an error of length", error(0x03), hid(0x03)),
        ("a lock", error(0x0a), hid(0x0a)),
        ("an error that no version knows", error(0x42), hid(0x42)),
        ("no packet at all", Vec::new(), Expect::Timeout),
    ]
}

/// Faults of the whole link.
fn link_faults() -> Vec<(&'static str, Fault, Expect)> {
    vec![
        (
            "keepalives for ever",
            Fault::EndlessKeepalive,
            Expect::Timeout,
        ),
        ("busy for ever", Fault::Busy(u32::MAX), Expect::Busy),
        (
            "a minute's delay",
            Fault::Slow(Duration::from_secs(60)),
            Expect::Timeout,
        ),
        (
            "pulled before it is asked",
            Fault::UnplugAt(Direction::ToKey, 1),
            Expect::Gone,
        ),
        (
            "pulled as it answers",
            Fault::UnplugAt(Direction::FromKey, 1),
            Expect::Gone,
        ),
    ]
}

pub fn packets() -> Vec<Case> {
    let asks = [
        Ask::Info,
        Ask::Retries,
        Ask::Token,
        Ask::Make,
        Ask::NextRp,
        Ask::NextSample,
        Ask::PinPolicy,
        Ask::Selection,
        Ask::Reset,
    ];
    let mut cases = Vec::new();
    for ask in asks {
        let command = ask.command();
        for (name, packets, expect) in sequences() {
            let fault = Fault::Packets { command, packets };
            cases.push(Case::fault(ask, name, fault, expect));
        }
        for (name, fault, expect) in link_faults() {
            cases.push(Case::fault(ask, name, fault, expect));
        }
    }
    cases
}
