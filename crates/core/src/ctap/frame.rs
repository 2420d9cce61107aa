//! CTAPHID framing: messages to 64-byte packets and back (CTAP 2.3, section 11.2.4).
//!
//! Hides packet layout, sequence numbers and padding. Pure: no I/O and no clock, and symmetric, so that the same code serves
//! either end of the cable.
//!
//! Invariant: whatever packets come in, at most [`MAX_MESSAGE_BYTES`] are held, a message is returned only when it is whole,
//! in order and on the channel asked for, and a fault leaves the assembler empty.

use super::transport::Report;

/// The largest message that fits one initialisation and 128 continuation packets: 57 + 128 × 59 bytes.
pub const MAX_MESSAGE_BYTES: usize = 7609;

const INITIAL_DATA_BYTES: usize = 57;
const CONTINUATION_DATA_BYTES: usize = 59;
/// Marks an initialisation packet; the lower seven bits are the command.
const INITIAL_BIT: u8 = 0x80;

/// A logical channel of the HID interface, given out by the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChannelId(pub u32);

impl ChannelId {
    /// The channel on which new channels are asked for.
    pub const BROADCAST: Self = Self(0xffff_ffff);
}

/// What a CTAPHID message is for (CTAP 2.3, section 11.2.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HidCommand {
    /// Echo.
    Ping,
    /// A CTAP1/U2F message.
    Msg,
    /// Exclusive use of the key for some seconds.
    Lock,
    /// Allocate or resynchronise a channel.
    Init,
    /// Blink.
    Wink,
    /// A CTAP2 message.
    Cbor,
    /// Give up the running request.
    Cancel,
    /// Still at work on the running request.
    Keepalive,
    /// The message could not be taken.
    Error,
    /// Vendor specific or not known to this version.
    Other(u8),
}

impl HidCommand {
    /// The command as seven bits.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ping => 0x01,
            Self::Msg => 0x03,
            Self::Lock => 0x04,
            Self::Init => 0x06,
            Self::Wink => 0x08,
            Self::Cbor => 0x10,
            Self::Cancel => 0x11,
            Self::Keepalive => 0x3b,
            Self::Error => 0x3f,
            Self::Other(code) => code,
        }
    }

    /// The command that `code` (its upper bit is ignored) stands for.
    pub const fn from_code(code: u8) -> Self {
        match code & !INITIAL_BIT {
            0x01 => Self::Ping,
            0x03 => Self::Msg,
            0x04 => Self::Lock,
            0x06 => Self::Init,
            0x08 => Self::Wink,
            0x10 => Self::Cbor,
            0x11 => Self::Cancel,
            0x3b => Self::Keepalive,
            0x3f => Self::Error,
            other => Self::Other(other),
        }
    }
}

/// One report, taken apart. Every 64 bytes are a packet of some kind; whether it makes sense is for [`Assembler`] to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet<'a> {
    /// The first packet of a message.
    Initial {
        channel: ChannelId,
        /// The command of the message.
        command: HidCommand,
        /// Length of the whole message in bytes, as claimed.
        length: u16,
        /// The first bytes of the message, padded.
        data: &'a [u8; INITIAL_DATA_BYTES],
    },
    /// A later packet of a message.
    Continuation {
        channel: ChannelId,
        /// 0 for the first continuation packet, at most 127.
        sequence: u8,
        /// More bytes of the message, padded.
        data: &'a [u8; CONTINUATION_DATA_BYTES],
    },
}

impl<'a> Packet<'a> {
    /// Takes a report apart.
    pub fn parse(report: &'a Report) -> Self {
        let [c0, c1, c2, c3, kind, rest @ ..] = report;
        let channel = ChannelId(u32::from_be_bytes([*c0, *c1, *c2, *c3]));
        if kind & INITIAL_BIT == 0 {
            return Self::Continuation {
                channel,
                sequence: *kind,
                data: rest,
            };
        }
        let [high, low, data @ ..] = rest;
        Self::Initial {
            channel,
            command: HidCommand::from_code(*kind),
            length: u16::from_be_bytes([*high, *low]),
            data,
        }
    }

    /// The channel the packet is for.
    pub const fn channel(&self) -> ChannelId {
        match self {
            Self::Initial { channel, .. } | Self::Continuation { channel, .. } => *channel,
        }
    }
}

/// Splits a message into the reports that carry it, zero-padded.
///
/// # Errors
/// [`FrameFault::TooLong`] when `payload` has more than [`MAX_MESSAGE_BYTES`].
pub fn split(
    channel: ChannelId,
    command: HidCommand,
    payload: &[u8],
) -> Result<Vec<Report>, FrameFault> {
    let too_long = FrameFault::TooLong {
        bytes: payload.len(),
    };
    if payload.len() > MAX_MESSAGE_BYTES {
        return Err(too_long);
    }
    let length = u16::try_from(payload.len()).map_err(|_| too_long)?;
    let (first, rest) = payload.split_at(payload.len().min(INITIAL_DATA_BYTES));
    let mut reports = vec![report(
        channel,
        &[command.code() | INITIAL_BIT],
        &length.to_be_bytes(),
        first,
    )];
    for (sequence, chunk) in (0..INITIAL_BIT).zip(rest.chunks(CONTINUATION_DATA_BYTES)) {
        reports.push(report(channel, &[sequence], &[], chunk));
    }
    Ok(reports)
}

fn report(channel: ChannelId, kind: &[u8], length: &[u8], data: &[u8]) -> Report {
    let mut report = [0; 64];
    let id = channel.0.to_be_bytes();
    let bytes = id.iter().chain(kind).chain(length).chain(data);
    for (to, from) in report.iter_mut().zip(bytes) {
        *to = *from;
    }
    report
}

/// A whole message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub command: HidCommand,
    /// Its bytes, without padding.
    pub payload: Vec<u8>,
}

/// What one more report led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assembled {
    /// It was for another channel and has been ignored.
    Foreign,
    /// It fits, and more must follow.
    Partial,
    /// It completes this message.
    Whole(Message),
}

/// Puts the messages of one channel together.
#[derive(Debug)]
pub struct Assembler {
    channel: ChannelId,
    partial: Option<Partial>,
}

#[derive(Debug)]
struct Partial {
    message: Message,
    length: usize,
    next_sequence: u8,
}

impl Assembler {
    /// An empty assembler for `channel`.
    pub const fn new(channel: ChannelId) -> Self {
        Self {
            channel,
            partial: None,
        }
    }

    /// Takes the next report.
    ///
    /// # Errors
    /// A [`FrameFault`] when the report cannot follow what came before; what was assembled so far is then dropped.
    pub fn push(&mut self, report: &Report) -> Result<Assembled, FrameFault> {
        let packet = Packet::parse(report);
        if packet.channel() != self.channel {
            return Ok(Assembled::Foreign);
        }
        let partial = match (packet, self.partial.take()) {
            (Packet::Initial { command, .. }, Some(partial)) => {
                return Err(FrameFault::Interrupted {
                    by: command,
                    missing_bytes: partial.missing(),
                });
            }
            (
                Packet::Initial {
                    command,
                    length,
                    data,
                    ..
                },
                None,
            ) => Partial::begin(command, length.into(), data)?,
            (Packet::Continuation { sequence, .. }, None) => {
                return Err(FrameFault::Orphan { sequence });
            }
            (Packet::Continuation { sequence, data, .. }, Some(partial)) => {
                partial.append(sequence, data)?
            }
        };
        if partial.missing() == 0 {
            return Ok(Assembled::Whole(partial.message));
        }
        self.partial = Some(partial);
        Ok(Assembled::Partial)
    }
}

impl Partial {
    fn begin(command: HidCommand, length: usize, data: &[u8]) -> Result<Self, FrameFault> {
        if length > MAX_MESSAGE_BYTES {
            return Err(FrameFault::TooLong { bytes: length });
        }
        let mut partial = Self {
            message: Message {
                command,
                payload: Vec::with_capacity(length),
            },
            length,
            next_sequence: 0,
        };
        partial.take(data);
        Ok(partial)
    }

    fn append(mut self, sequence: u8, data: &[u8]) -> Result<Self, FrameFault> {
        if sequence != self.next_sequence {
            return Err(FrameFault::OutOfOrder {
                expected: self.next_sequence,
                got: sequence,
            });
        }
        self.next_sequence = sequence.saturating_add(1);
        self.take(data);
        Ok(self)
    }

    fn take(&mut self, data: &[u8]) {
        let missing = self.missing();
        self.message.payload.extend(data.iter().take(missing));
    }

    fn missing(&self) -> usize {
        self.length.saturating_sub(self.message.payload.len())
    }
}

/// Why packets do not make a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameFault {
    /// A message longer than [`MAX_MESSAGE_BYTES`], sent or announced.
    #[error("a message of {bytes} bytes, where {MAX_MESSAGE_BYTES} is the most that fits")]
    TooLong { bytes: usize },
    /// A continuation packet with no message before it.
    #[error("continuation packet {sequence} without a first packet")]
    Orphan {
        /// Its sequence number.
        sequence: u8,
    },
    /// A continuation packet was lost, repeated or moved.
    #[error("packet {got} where packet {expected} should follow")]
    OutOfOrder {
        /// The number that should have come.
        expected: u8,
        /// The number that came.
        got: u8,
    },
    /// A new message began before the one before it was complete.
    #[error(
        "a new message ({by:?}) began while {missing_bytes} bytes of the one before were missing"
    )]
    Interrupted {
        /// The command of the new message.
        by: HidCommand,
        /// How much was missing.
        missing_bytes: usize,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CHANNEL: ChannelId = ChannelId(0x0102_0304);

    fn packet(start: &[u8]) -> Report {
        let mut report = [0; 64];
        report
            .iter_mut()
            .zip(start)
            .for_each(|(to, from)| *to = *from);
        report
    }

    fn assemble(reports: &[Report]) -> Result<Vec<Message>, FrameFault> {
        let mut assembler = Assembler::new(CHANNEL);
        let mut messages = Vec::new();
        for report in reports {
            if let Assembled::Whole(message) = assembler.push(report)? {
                messages.push(message);
            }
        }
        Ok(messages)
    }

    #[test]
    fn an_init_request_has_the_bytes_of_the_specification() {
        let nonce = [1, 2, 3, 4, 5, 6, 7, 8];
        let reports = split(ChannelId::BROADCAST, HidCommand::Init, &nonce).expect("8 bytes fit");
        let expected = packet(&[0xff, 0xff, 0xff, 0xff, 0x86, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(reports, [expected]);
    }

    #[test]
    fn the_57th_byte_fits_the_first_packet_and_the_58th_does_not() {
        for (bytes, packets) in [
            (0, 1),
            (1, 1),
            (57, 1),
            (58, 2),
            (57 + 59, 2),
            (57 + 60, 3),
            (7609, 129),
        ] {
            let reports = split(CHANNEL, HidCommand::Ping, &vec![7; bytes]).expect("fits");
            assert_eq!(reports.len(), packets, "{bytes} bytes");
        }
        assert_eq!(
            split(CHANNEL, HidCommand::Ping, &[0; 7610]),
            Err(FrameFault::TooLong { bytes: 7610 })
        );
    }

    #[test]
    fn an_announced_length_over_the_maximum_is_refused_at_once() {
        let mut assembler = Assembler::new(CHANNEL);
        let oversize = packet(&[1, 2, 3, 4, 0x90, 0xff, 0xff]);
        assert_eq!(
            assembler.push(&oversize),
            Err(FrameFault::TooLong { bytes: 0xffff })
        );
        let orphan = packet(&[1, 2, 3, 4, 0]);
        assert_eq!(
            assembler.push(&orphan),
            Err(FrameFault::Orphan { sequence: 0 })
        );
    }

    #[test]
    fn lost_repeated_and_interrupting_packets_are_named() {
        let reports = split(CHANNEL, HidCommand::Cbor, &[9; 200]).expect("fits");
        let [first, second, third, ..] = reports.as_slice() else {
            panic!("200 bytes are four packets")
        };
        let order = |reports: &[&Report]| {
            assemble(&reports.iter().map(|report| **report).collect::<Vec<_>>())
        };
        assert_eq!(
            order(&[first, third]),
            Err(FrameFault::OutOfOrder {
                expected: 0,
                got: 1
            })
        );
        assert_eq!(
            order(&[first, second, second]),
            Err(FrameFault::OutOfOrder {
                expected: 1,
                got: 0
            })
        );
        assert_eq!(
            order(&[first, second, first]),
            Err(FrameFault::Interrupted {
                by: HidCommand::Cbor,
                missing_bytes: 200 - 57 - 59
            })
        );
    }

    #[test]
    fn a_foreign_channel_neither_helps_nor_harms() {
        let reports = split(CHANNEL, HidCommand::Cbor, &[5; 100]).expect("fits");
        let foreign = split(ChannelId(9), HidCommand::Error, &[6]).expect("fits");
        let mixed: Vec<Report> = reports
            .iter()
            .flat_map(|report| foreign.iter().chain([report]))
            .copied()
            .collect();
        let messages = assemble(&mixed).expect("in order");
        assert_eq!(
            messages,
            [Message {
                command: HidCommand::Cbor,
                payload: vec![5; 100]
            }]
        );
    }

    proptest! {
        #[test]
        fn what_is_split_is_assembled_again(payload in proptest::collection::vec(any::<u8>(), 0..=7609), code in 0u8..0x80) {
            let command = HidCommand::from_code(code);
            prop_assert_eq!(command.code(), code);
            let reports = split(CHANNEL, command, &payload).expect("fits");
            prop_assert_eq!(assemble(&reports), Ok(vec![Message { command, payload }]));
        }

        #[test]
        fn no_sequence_of_reports_panics_or_makes_an_oversized_message(
            reports in proptest::collection::vec((any::<bool>(), any::<[u8; 32]>(), any::<[u8; 32]>()), 0..40)
        ) {
            let mut assembler = Assembler::new(CHANNEL);
            for (ours, head, tail) in reports {
                let mut report = packet(&[head, tail].concat());
                if ours {
                    report.iter_mut().zip(CHANNEL.0.to_be_bytes()).for_each(|(to, from)| *to = from);
                }
                if let Ok(Assembled::Whole(message)) = assembler.push(&report) {
                    prop_assert!(message.payload.len() <= MAX_MESSAGE_BYTES);
                }
            }
        }
    }
}
