//! A host's end of CTAPHID and CTAP2, as small as it can be: for honest keys only, it panics on anything unexpected.

use std::time::{Duration, Instant};

use ciborium::Value;
use keydesk::ctap::{Report, Transport};

/// The status byte and the map of a CTAP2 reply.
pub type Reply = (u8, Value);

pub struct Client {
    transport: Box<dyn Transport>,
    pub channel: u32,
    /// Capabilities byte of the INIT reply.
    pub capabilities: u8,
    /// Status bytes of the keepalives since the last request.
    pub keepalives: Vec<u8>,
}

impl Client {
    pub fn new(transport: Box<dyn Transport>) -> Self {
        let mut client = Self {
            transport,
            channel: 0xffff_ffff,
            capabilities: 0,
            keepalives: Vec::new(),
        };
        let (command, reply) = client.exchange(0x06, b"suite=ok");
        assert_eq!(command, 0x06);
        assert_eq!(&reply[..8], b"suite=ok");
        assert_eq!(reply[12], 2, "CTAPHID protocol version");
        client.channel = u32::from_be_bytes(reply[8..12].try_into().unwrap());
        client.capabilities = reply[16];
        client
    }

    pub fn send(&mut self, command: u8, data: &[u8]) {
        let length = u16::try_from(data.len()).unwrap().to_be_bytes();
        let mut first = [&self.channel.to_be_bytes()[..], &[command | 0x80], &length].concat();
        let (head, tail) = data.split_at(data.len().min(57));
        first.extend(head);
        self.send_packet(&first);
        for (sequence, chunk) in tail.chunks(59).enumerate() {
            let next = [
                &self.channel.to_be_bytes()[..],
                &[u8::try_from(sequence).unwrap()],
                chunk,
            ]
            .concat();
            self.send_packet(&next);
        }
    }

    pub fn send_packet(&mut self, bytes: &[u8]) {
        let mut report: Report = [0; 64];
        report[..bytes.len()].copy_from_slice(bytes);
        self.transport.send(&report).unwrap();
    }

    /// One packet within two minutes, those of other channels apart.
    pub fn packet(&mut self) -> Report {
        let deadline = self.transport.now() + Duration::from_secs(120);
        while self.transport.now() < deadline {
            match self.transport.receive(Duration::from_secs(1)).unwrap() {
                Some(report) if report[..4] == self.channel.to_be_bytes() => return report,
                _ => {}
            }
        }
        panic!("the key said nothing for two minutes");
    }

    /// Command and data of the next message; keepalives are noted on the way.
    pub fn message(&mut self) -> (u8, Vec<u8>) {
        loop {
            let first = self.packet();
            assert_ne!(
                first[4] & 0x80,
                0,
                "a message starts with an initialisation packet"
            );
            let command = first[4] & 0x7f;
            let length = usize::from(u16::from_be_bytes([first[5], first[6]]));
            let mut data = first[7..].to_vec();
            let mut sequence = 0;
            while data.len() < length {
                let next = self.packet();
                assert_eq!(next[4], sequence, "packets come in order");
                sequence += 1;
                data.extend(&next[5..]);
            }
            data.truncate(length);
            if command == 0x3b {
                self.keepalives.push(data[0]);
            } else {
                return (command, data);
            }
        }
    }

    pub fn exchange(&mut self, command: u8, data: &[u8]) -> (u8, Vec<u8>) {
        self.keepalives.clear();
        self.send(command, data);
        self.message()
    }

    pub fn send_cbor(&mut self, command: u8, request: Option<&Value>) {
        let mut data = vec![command];
        data.extend(request.map(encode).unwrap_or_default());
        self.keepalives.clear();
        self.send(0x10, &data);
    }

    pub fn cbor_reply(&mut self) -> Reply {
        let (command, reply) = self.message();
        assert_eq!(
            command, 0x10,
            "a CBOR request has a CBOR reply, not {reply:02x?}"
        );
        let (status, rest) = reply.split_first().unwrap();
        let value = if rest.is_empty() {
            Value::Map(Vec::new())
        } else {
            let value = ciborium::from_reader(rest).unwrap();
            assert_eq!(encode(&value), rest, "replies are canonical CBOR");
            value
        };
        (*status, value)
    }

    /// A CTAP2 request, given as map entries, and its reply.
    pub fn cbor(&mut self, command: u8, request: Vec<(Value, Value)>) -> Reply {
        self.send_cbor(command, Some(&Value::Map(request)));
        self.cbor_reply()
    }

    /// A request without parameters.
    pub fn plain(&mut self, command: u8) -> Reply {
        self.send_cbor(command, None);
        self.cbor_reply()
    }

    /// A request that must succeed.
    pub fn ok(&mut self, command: u8, request: Vec<(Value, Value)>) -> Value {
        let (status, value) = self.cbor(command, request);
        assert_eq!(status, 0, "command {command:#04x} failed");
        value
    }

    /// Whether the key stays silent, apart from keepalives, for this long.
    pub fn is_silent_for(&mut self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while Instant::now() < until {
            if let Some(report) = self.transport.receive(Duration::from_millis(20)).unwrap() {
                if report[4] != 0x3b | 0x80 {
                    return false;
                }
                self.keepalives.push(report[7]);
            }
        }
        true
    }

    /// The key's clock.
    pub fn now(&self) -> Instant {
        self.transport.now()
    }
}

/// A map entry.
pub fn entry(key: impl Into<Value>, value: impl Into<Value>) -> (Value, Value) {
    (key.into(), value.into())
}

/// A member of a map.
pub fn member(map: &Value, key: impl Into<Value>) -> Option<&Value> {
    let key = key.into();
    map.as_map()
        .unwrap()
        .iter()
        .find(|(k, _)| *k == key)
        .map(|(_, v)| v)
}

pub fn bytes(map: &Value, key: impl Into<Value>) -> Vec<u8> {
    member(map, key).unwrap().as_bytes().unwrap().clone()
}

pub fn number(map: &Value, key: impl Into<Value>) -> i128 {
    member(map, key).unwrap().as_integer().unwrap().into()
}

pub fn flag(map: &Value, key: impl Into<Value>) -> Option<bool> {
    member(map, key).map(|v| v.as_bool().unwrap())
}

/// CTAP2's canonical form.
pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(&sorted(value), &mut out).unwrap();
    out
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries
                .iter()
                .map(|(k, v)| (sorted(k), sorted(v)))
                .collect();
            entries.sort_by_key(|(k, _)| {
                let mut encoded = Vec::new();
                ciborium::into_writer(k, &mut encoded).unwrap();
                (encoded[0] >> 5, encoded.len(), encoded)
            });
            Value::Map(entries)
        }
        other => other.clone(),
    }
}
