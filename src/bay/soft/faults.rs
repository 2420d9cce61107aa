//! Faults on demand: what a bad key, a bad cable or a hostile device does to the packets that pass.
//!
//! Packets are counted from 1, each direction for itself, from the moment a fault is injected. A fault happens once,
//! unless its documentation says that it lasts.

use std::time::Duration;

use crate::ctap::transport::Report;

use super::crypto::Random;

/// Which packets a fault counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the host to the key.
    ToKey,
    /// From the key to the host.
    FromKey,
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The key is pulled as this packet passes; the packet is lost.
    UnplugAt(Direction, u32),
    /// This packet is lost.
    Drop(Direction, u32),
    /// From this packet on the key says nothing, until it is plugged in again.
    StallAt(u32),
    /// This packet from the key keeps its channel; the rest is noise.
    Garbage(u32),
    /// This packet from the key carries another channel's id.
    WrongChannel(u32),
    /// This packet from the key comes after the one behind it.
    OutOfOrder(u32),
    /// This packet from the key comes twice.
    Duplicate(u32),
    /// This packet from the key claims a message of 65,535 bytes.
    HugeLength(u32),
    /// So many messages are answered with CTAPHID_ERROR BUSY.
    Busy(u32),
    /// The next message is answered with this CTAPHID_ERROR code.
    LinkError(u8),
    /// Every CBOR request is answered with keepalives and nothing else, whatever the host cancels. Lasts.
    EndlessKeepalive,
    /// CANCEL does nothing. Lasts.
    IgnoreCancel,
    /// It signs something else than it is asked to. Lasts.
    SignsAnother,
    /// The next request with this command byte is answered with this status, and not carried out.
    Status {
        /// CTAP2 command byte.
        command: u8,
        /// CTAP2 status byte.
        code: u8,
    },
    /// Every request with this command byte is answered with this status, and not carried out. Lasts.
    Always {
        /// CTAP2 command byte.
        command: u8,
        /// CTAP2 status byte.
        code: u8,
    },
    /// The next request with this command byte is answered with these bytes (status first), and not carried out.
    Instead {
        /// CTAP2 command byte.
        command: u8,
        /// What the host gets.
        bytes: Vec<u8>,
    },
    /// The next request with this command byte is answered with these packets, each without the channel before it, and not
    /// carried out.
    Packets {
        /// CTAP2 command byte.
        command: u8,
        /// The bytes after the channel; a packet that is shorter is padded with zeros.
        packets: Vec<Vec<u8>>,
    },
    /// The next request with this command byte is carried out and its reply replaced by these bytes (status first).
    Reply {
        /// CTAP2 command byte.
        command: u8,
        /// What the host gets instead.
        bytes: Vec<u8>,
    },
    /// The next request with this command byte is carried out and its reply cut to this length.
    Truncate {
        /// CTAP2 command byte.
        command: u8,
        /// Bytes that are left of the reply, the status byte included.
        length: usize,
    },
    /// The next request with this command byte is carried out and one byte of its reply changed.
    Flip {
        /// CTAP2 command byte.
        command: u8,
        /// Which byte, from 0, the status byte.
        offset: usize,
        /// The bits of it that are changed.
        mask: u8,
    },
    /// The reply to every CBOR request comes this much later. Lasts.
    Slow(Duration),
}

struct Armed {
    fault: Fault,
    to_key: u32,
    from_key: u32,
}

/// What becomes of a packet on its way to the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    Through,
    Lost,
    Unplugged,
}

/// The faults that are waiting for their moment.
#[derive(Default)]
pub(super) struct Faults {
    armed: Vec<Armed>,
    stalled: bool,
    held_back: Option<Report>,
}

impl Faults {
    pub(super) fn inject(&mut self, fault: Fault) {
        self.armed.push(Armed {
            fault,
            to_key: 0,
            from_key: 0,
        });
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// After the key was plugged in again it speaks.
    pub(super) fn power_cycled(&mut self) {
        self.stalled = false;
        self.held_back = None;
    }

    pub(super) fn inbound(&mut self) -> Passage {
        let mut passage = Passage::Through;
        self.armed.retain_mut(|armed| {
            armed.to_key += 1;
            let outcome = match armed.fault {
                Fault::UnplugAt(Direction::ToKey, n) if armed.to_key == n => Passage::Unplugged,
                Fault::Drop(Direction::ToKey, n) if armed.to_key == n => Passage::Lost,
                _ => return true,
            };
            passage = outcome;
            false
        });
        passage
    }

    /// What the host gets in place of one packet, and whether the key is pulled.
    pub(super) fn outbound(&mut self, packet: Report, random: &mut Random) -> (Vec<Report>, bool) {
        let mut packet = packet;
        let mut unplugged = false;
        let mut lost = false;
        let mut twice = false;
        let mut hold = false;
        let stalled = &mut self.stalled;
        self.armed.retain_mut(|armed| {
            armed.from_key += 1;
            let now = |n: u32| armed.from_key == n;
            match armed.fault {
                Fault::UnplugAt(Direction::FromKey, n) if now(n) => unplugged = true,
                Fault::Drop(Direction::FromKey, n) if now(n) => lost = true,
                Fault::StallAt(n) if now(n) => *stalled = true,
                Fault::Garbage(n) if now(n) => overwrite(&mut packet, 4, &random.bytes::<60>()),
                Fault::WrongChannel(n) if now(n) => overwrite(&mut packet, 0, &random.bytes::<4>()),
                Fault::HugeLength(n) if now(n) => overwrite(&mut packet, 5, &[0xff, 0xff]),
                Fault::Duplicate(n) if now(n) => twice = true,
                Fault::OutOfOrder(n) if now(n) => hold = true,
                _ => return true,
            }
            false
        });
        if unplugged || lost || *stalled {
            return (Vec::new(), unplugged);
        }
        if hold {
            return (self.held_back.replace(packet).into_iter().collect(), false);
        }
        let mut out = vec![packet];
        out.extend(twice.then_some(packet));
        out.extend(self.held_back.take());
        (out, false)
    }

    /// The CTAPHID_ERROR code to answer the next message with.
    pub(super) fn on_message(&mut self) -> Option<u8> {
        let mut code = None;
        self.armed.retain_mut(|armed| match &mut armed.fault {
            Fault::Busy(0) => false,
            Fault::Busy(times) if code.is_none() => {
                *times -= 1;
                code = Some(super::link::error::CHANNEL_BUSY);
                *times > 0
            }
            Fault::LinkError(wanted) if code.is_none() => {
                code = Some(*wanted);
                false
            }
            _ => true,
        });
        code
    }

    /// What to answer a request with instead of carrying it out.
    pub(super) fn instead(&mut self, command: u8) -> Option<Vec<u8>> {
        let mut answer = None;
        self.armed.retain_mut(|armed| match &mut armed.fault {
            Fault::Status { command: c, code } if *c == command && answer.is_none() => {
                answer = Some(vec![*code]);
                false
            }
            Fault::Instead { command: c, bytes } if *c == command && answer.is_none() => {
                answer = Some(std::mem::take(bytes));
                false
            }
            Fault::Always { command: c, code } if *c == command && answer.is_none() => {
                answer = Some(vec![*code]);
                true
            }
            _ => true,
        });
        answer
    }

    /// The packets to answer a request with instead of carrying it out, each without the channel.
    pub(super) fn packets_instead(&mut self, command: u8) -> Option<Vec<Vec<u8>>> {
        let meant = |armed: &Armed| matches!(&armed.fault, Fault::Packets { command: c, .. } if *c == command);
        let at = self.armed.iter().position(meant)?;
        match self.armed.remove(at).fault {
            Fault::Packets { packets, .. } => Some(packets),
            _ => None,
        }
    }

    /// What is left of the reply to a request that was carried out.
    pub(super) fn tampered(&mut self, command: u8, mut reply: Vec<u8>) -> Vec<u8> {
        self.armed.retain_mut(|armed| match &mut armed.fault {
            Fault::Reply { command: c, bytes } if *c == command => {
                reply = std::mem::take(bytes);
                false
            }
            Fault::Truncate { command: c, length } if *c == command => {
                reply.truncate(*length);
                false
            }
            Fault::Flip {
                command: c,
                offset,
                mask,
            } if *c == command => {
                if let Some(byte) = reply.get_mut(*offset) {
                    *byte ^= *mask;
                }
                false
            }
            _ => true,
        });
        reply
    }

    /// Whether a fault that lasts is at work.
    pub(super) fn has(&self, fault: &Fault) -> bool {
        self.armed.iter().any(|armed| armed.fault == *fault)
    }

    pub(super) fn is_endless(&self) -> bool {
        self.has(&Fault::EndlessKeepalive)
    }

    pub(super) fn ignores_cancel(&self) -> bool {
        self.is_endless() || self.has(&Fault::IgnoreCancel)
    }

    pub(super) fn slowness(&self) -> Duration {
        let slow = self.armed.iter().filter_map(|armed| match armed.fault {
            Fault::Slow(by) => Some(by),
            _ => None,
        });
        slow.sum()
    }
}

fn overwrite(packet: &mut Report, offset: usize, bytes: &[u8]) {
    for (to, &from) in packet.iter_mut().skip(offset).zip(bytes) {
        *to = from;
    }
}
