//! CTAPHID seen from the key (CTAP 2.3, section 11.2): channels, message assembly, packets of a reply.
//!
//! Hides packets from the authenticator behind it, the software key's or any other that a test puts there. Invariant: a message is handed on only when every one of its packets
//! came in order on one allocated channel; whatever else comes in is answered or dropped as the specification says.

use std::time::{Duration, Instant};

use crate::ctap::transport::Report;

/// Where a host without a channel asks for one.
const BROADCAST: u32 = 0xffff_ffff;
/// 57 bytes in the first packet and 128 times 59 in those after it.
pub const MAX_MESSAGE: usize = 7609;
/// A host that stops in the middle of a message has this long to go on.
const ASSEMBLY_TIMEOUT: Duration = Duration::from_millis(500);
/// Channels a key remembers; the oldest is forgotten.
const MAX_CHANNELS: usize = 64;

/// Command bytes, without the bit that marks an initialisation packet (section 11.2.9).
pub mod command {
    /// Sends the data back.
    pub const PING: u8 = 0x01;
    /// A CTAP1 (U2F) message.
    pub const MSG: u8 = 0x03;
    /// Allocates or resynchronises a channel.
    pub const INIT: u8 = 0x06;
    /// Blinks.
    pub const WINK: u8 = 0x08;
    /// A CTAP2 message.
    pub const CBOR: u8 = 0x10;
    /// Takes back the CTAP2 message under way.
    pub const CANCEL: u8 = 0x11;
    /// The key is still at it.
    pub const KEEPALIVE: u8 = 0x3b;
    /// Something was wrong.
    pub const ERROR: u8 = 0x3f;
}

/// Codes of CTAPHID_ERROR (section 11.2.9.1.6).
pub mod error {
    /// The command is not known.
    pub const INVALID_COMMAND: u8 = 0x01;
    /// The length is wrong.
    pub const INVALID_LENGTH: u8 = 0x03;
    /// A packet came out of order.
    pub const INVALID_SEQUENCE: u8 = 0x04;
    /// The message stopped half-way.
    pub const MESSAGE_TIMEOUT: u8 = 0x05;
    /// Another request is under way.
    pub const CHANNEL_BUSY: u8 = 0x06;
    /// The channel was not allocated.
    pub const INVALID_CHANNEL: u8 = 0x0b;
}

/// A message of the host, whole.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// The channel it came by.
    pub channel: u32,
    /// One of [`command`].
    pub command: u8,
    /// Its payload.
    pub data: Vec<u8>,
}

/// What a packet led to.
#[derive(Debug, PartialEq, Eq)]
pub enum Received {
    /// Nothing yet, or nothing ever.
    Nothing,
    /// These packets go out at once.
    Answer(Vec<Report>),
    /// The same, and whatever ran for this channel is dropped without an answer.
    Resync(u32, Vec<Report>),
    /// The host takes back the request of this channel.
    Cancel(u32),
    /// A message for the key.
    Message(Message),
}

struct Assembly {
    message: Message,
    expected: usize,
    next_sequence: u8,
    deadline: Instant,
}

/// The link layer's state between packets.
pub struct Link {
    channels: Vec<u32>,
    next_channel: u32,
    assembly: Option<Assembly>,
    device_version: [u8; 3],
    capabilities: u8,
}

impl Link {
    /// A link after power-up. `capabilities` is the byte of the INIT reply; `first_channel` the first id to hand out.
    pub fn new(device_version: [u8; 3], capabilities: u8, first_channel: u32) -> Self {
        Self {
            channels: Vec::new(),
            next_channel: first_channel,
            assembly: None,
            device_version,
            capabilities,
        }
    }

    /// When an unfinished message times out.
    pub fn deadline(&self) -> Option<Instant> {
        self.assembly.as_ref().map(|assembly| assembly.deadline)
    }

    /// The error for an unfinished message whose time is over.
    pub fn expire(&mut self, now: Instant) -> Vec<Report> {
        match self.assembly.take_if(|assembly| assembly.deadline <= now) {
            Some(late) => error_packet(late.message.channel, error::MESSAGE_TIMEOUT),
            None => Vec::new(),
        }
    }

    /// Takes one packet. `busy` is the channel whose request the key is working on.
    pub fn take(&mut self, report: &Report, now: Instant, busy: Option<u32>) -> Received {
        let (channel, rest) = split_channel(report);
        match rest.split_first() {
            Some((&head, payload)) if head & 0x80 != 0 => {
                self.first(channel, head & 0x7f, payload, now, busy)
            }
            Some((&sequence, payload)) => self.next(channel, sequence, payload, now),
            None => Received::Nothing,
        }
    }

    fn first(
        &mut self,
        channel: u32,
        command: u8,
        payload: &[u8],
        now: Instant,
        busy: Option<u32>,
    ) -> Received {
        let Some((&[high, low], data)) = payload.split_first_chunk::<2>() else {
            return Received::Nothing;
        };
        let expected = usize::from(u16::from_be_bytes([high, low]));
        if command == command::INIT {
            return self.init(channel, expected, data);
        }
        if channel == 0 || channel == BROADCAST || !self.channels.contains(&channel) {
            return Received::Answer(error_packet(channel, error::INVALID_CHANNEL));
        }
        if command == command::CANCEL {
            return Received::Cancel(channel);
        }
        if let Some(assembly) = &self.assembly {
            if assembly.message.channel != channel {
                return Received::Answer(error_packet(channel, error::CHANNEL_BUSY));
            }
            self.assembly = None;
            return Received::Answer(error_packet(channel, error::INVALID_SEQUENCE));
        }
        if busy.is_some() {
            return Received::Answer(error_packet(channel, error::CHANNEL_BUSY));
        }
        if expected > MAX_MESSAGE {
            return Received::Answer(error_packet(channel, error::INVALID_LENGTH));
        }
        self.collect(
            Assembly {
                message: Message {
                    channel,
                    command,
                    data: Vec::with_capacity(expected),
                },
                expected,
                next_sequence: 0,
                deadline: now + ASSEMBLY_TIMEOUT,
            },
            data,
        )
    }

    fn next(&mut self, channel: u32, sequence: u8, payload: &[u8], now: Instant) -> Received {
        let Some(mut assembly) = self
            .assembly
            .take_if(|assembly| assembly.message.channel == channel)
        else {
            // A stray continuation packet is ignored, as section 11.2.4 has it.
            return Received::Nothing;
        };
        if sequence != assembly.next_sequence {
            return Received::Answer(error_packet(channel, error::INVALID_SEQUENCE));
        }
        assembly.next_sequence += 1;
        assembly.deadline = now + ASSEMBLY_TIMEOUT;
        self.collect(assembly, payload)
    }

    fn collect(&mut self, mut assembly: Assembly, payload: &[u8]) -> Received {
        let wanted = assembly.expected - assembly.message.data.len();
        assembly.message.data.extend(payload.iter().take(wanted));
        if assembly.message.data.len() == assembly.expected {
            return Received::Message(assembly.message);
        }
        self.assembly = Some(assembly);
        Received::Nothing
    }

    fn init(&mut self, channel: u32, expected: usize, data: &[u8]) -> Received {
        let Some(nonce) = data.first_chunk::<8>().filter(|_| expected == 8) else {
            return Received::Answer(error_packet(channel, error::INVALID_LENGTH));
        };
        let known = self.channels.contains(&channel);
        if channel != BROADCAST && !known {
            return Received::Answer(error_packet(channel, error::INVALID_CHANNEL));
        }
        let allocated = if known { channel } else { self.allocate() };
        let mut reply = nonce.to_vec();
        reply.extend(allocated.to_be_bytes());
        reply.push(2);
        reply.extend(self.device_version);
        reply.push(self.capabilities);
        let packets = packets(channel, command::INIT, &reply);
        if !known {
            return Received::Answer(packets);
        }
        self.assembly
            .take_if(|assembly| assembly.message.channel == channel);
        Received::Resync(channel, packets)
    }

    fn allocate(&mut self) -> u32 {
        while self.next_channel == 0
            || self.next_channel == BROADCAST
            || self.channels.contains(&self.next_channel)
        {
            self.next_channel = self.next_channel.wrapping_add(1);
        }
        let channel = self.next_channel;
        self.next_channel = channel.wrapping_add(1);
        if self.channels.len() == MAX_CHANNELS {
            self.channels.remove(0);
        }
        self.channels.push(channel);
        channel
    }
}

fn split_channel(report: &Report) -> (u32, &[u8]) {
    match report.split_first_chunk::<4>() {
        Some((channel, rest)) => (u32::from_be_bytes(*channel), rest),
        None => (BROADCAST, &[]),
    }
}

/// The packets of one message to the host. What is longer than a message can be is cut; the key never makes such a reply.
pub fn packets(channel: u32, command: u8, data: &[u8]) -> Vec<Report> {
    let data = data.get(..MAX_MESSAGE).unwrap_or(data);
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes();
    let (head, tail) = data.split_at_checked(57).unwrap_or((data, &[]));
    let mut out = vec![report(&[
        &channel.to_be_bytes(),
        &[command | 0x80],
        &length,
        head,
    ])];
    for (sequence, chunk) in (0_u8..128).zip(tail.chunks(59)) {
        out.push(report(&[&channel.to_be_bytes(), &[sequence], chunk]));
    }
    out
}

/// One packet, whatever it says; a fault sends it. What is longer than a packet is cut.
pub(super) fn raw_packet(channel: u32, bytes: &[u8]) -> Report {
    report(&[&channel.to_be_bytes(), bytes])
}

/// The packet that tells the host of an error; `code` is one of [`error`].
pub fn error_packet(channel: u32, code: u8) -> Vec<Report> {
    packets(channel, command::ERROR, &[code])
}

fn report(parts: &[&[u8]]) -> Report {
    let mut out = [0; 64];
    for (to, &from) in out.iter_mut().zip(parts.iter().copied().flatten()) {
        *to = from;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: [u8; 8] = *b"12345678";

    fn link() -> (Link, u32) {
        let mut link = Link::new([1, 2, 3], 5, 7);
        let Received::Answer(reply) = feed(&mut link, BROADCAST, command::INIT, &NONCE) else {
            panic!("INIT is answered");
        };
        assert_eq!(reply[0][7..15], NONCE);
        assert_eq!(reply[0][15..24], [0, 0, 0, 7, 2, 1, 2, 3, 5]);
        (link, 7)
    }

    fn feed(link: &mut Link, channel: u32, command: u8, data: &[u8]) -> Received {
        let mut last = Received::Nothing;
        for packet in packets(channel, command, data) {
            last = link.take(&packet, Instant::now(), None);
        }
        last
    }

    fn code(received: &Received) -> Option<u8> {
        match received {
            Received::Answer(reports) if reports[0][4] == command::ERROR | 0x80 => {
                Some(reports[0][7])
            }
            _ => None,
        }
    }

    #[test]
    fn messages_of_every_length_come_through_whole() {
        let (mut link, channel) = link();
        for length in [0, 1, 57, 58, 116, 117, 1024, MAX_MESSAGE] {
            let data: Vec<u8> = (0..=255).cycle().take(length).collect();
            let received = feed(&mut link, channel, command::PING, &data);
            assert_eq!(
                received,
                Received::Message(Message {
                    channel,
                    command: command::PING,
                    data
                })
            );
        }
    }

    #[test]
    fn a_channel_that_was_never_allocated_is_refused() {
        let (mut link, channel) = link();
        assert_eq!(
            code(&feed(&mut link, channel + 1, command::PING, b"x")),
            Some(error::INVALID_CHANNEL)
        );
        assert_eq!(
            code(&feed(&mut link, BROADCAST, command::PING, b"x")),
            Some(error::INVALID_CHANNEL)
        );
    }

    #[test]
    fn a_packet_out_of_order_ends_the_message() {
        let (mut link, channel) = link();
        let all = packets(channel, command::PING, &[0; 200]);
        link.take(&all[0], Instant::now(), None);
        assert_eq!(
            code(&link.take(&all[2], Instant::now(), None)),
            Some(error::INVALID_SEQUENCE)
        );
        assert_eq!(link.take(&all[1], Instant::now(), None), Received::Nothing);
    }

    #[test]
    fn a_message_that_stops_halfway_times_out() {
        let (mut link, channel) = link();
        let now = Instant::now();
        link.take(&packets(channel, command::PING, &[0; 200])[0], now, None);
        assert!(link.expire(now).is_empty());
        let late = link.expire(now + ASSEMBLY_TIMEOUT);
        assert_eq!(late[0][7], error::MESSAGE_TIMEOUT);
    }

    #[test]
    fn init_on_a_known_channel_keeps_the_channel_and_drops_its_message() {
        let (mut link, channel) = link();
        link.take(
            &packets(channel, command::PING, &[0; 200])[0],
            Instant::now(),
            None,
        );
        let Received::Resync(same, reply) = feed(&mut link, channel, command::INIT, &NONCE) else {
            panic!("INIT resynchronises");
        };
        assert_eq!(
            (same, &reply[0][15..19]),
            (channel, &channel.to_be_bytes()[..])
        );
        assert!(link.deadline().is_none());
    }
}
