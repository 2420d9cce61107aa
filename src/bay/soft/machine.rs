//! The key as a machine: packets, touches and time in, packets out.
//!
//! Hides the order of things between link and authenticator: one request at a time, keepalives while it waits or
//! computes, cancel, time-outs, faults. Invariant: nothing happens but in [`Machine::packet`], [`Machine::act`] and
//! [`Machine::step`], each given the time; so the same machine runs in real time and in a test's.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::ctap::transport::Report;

use super::{
    authenticator::{Act, Authenticator, Consents, command as ctap_command},
    faults::{Fault, Faults, Passage},
    link::{self, Link, Message, Received, command, error},
    profile::{Profile, TouchPolicy},
    state::SoftState,
    status::{Status, Wait},
};

/// How often a waiting key says so.
const KEEPALIVE_EVERY: Duration = Duration::from_millis(100);
const KEEPALIVE_PROCESSING: u8 = 1;
const KEEPALIVE_PRESENCE_NEEDED: u8 = 2;
/// maxMsgSize in getInfo.
const MAX_REQUEST: usize = 1200;
/// Packets kept for a host that does not read.
const MAX_QUEUE: usize = 1024;

const CAPABILITY_WINK: u8 = 0x01;
const CAPABILITY_CBOR: u8 = 0x04;
const CAPABILITY_NO_MSG: u8 = 0x08;

/// One request that is not answered yet.
struct Running {
    channel: u32,
    request: Vec<u8>,
    consents: Consents,
    phase: Phase,
    next_keepalive: Instant,
}

enum Phase {
    /// Until the person acts or the time is over.
    Asking {
        wait: Wait,
        since: Instant,
        until: Instant,
    },
    /// Until this time, as if it computed.
    Computing { reply: Vec<u8>, until: Instant },
    /// For ever.
    Hanging,
}

pub(super) struct Machine {
    pub(super) authenticator: Authenticator,
    pub(super) faults: Faults,
    pub(super) touch: TouchPolicy,
    /// Qualities of the fingerprint samples to come; good ones after that.
    pub(super) samples: VecDeque<u8>,
    pub(super) plugged: bool,
    pub(super) winks: u32,
    pub(super) packets_to_key: u64,
    pub(super) packets_from_key: u64,
    link: Link,
    running: Option<Running>,
    /// One queue for each opener, as hidraw has it: every opener sees every packet.
    openers: Vec<(u64, VecDeque<Report>)>,
    next_opener: u64,
}

impl Machine {
    pub(super) fn new(profile: Profile, state: Option<SoftState>, now: Instant) -> Self {
        let touch = profile.touch;
        let mut authenticator = Authenticator::new(profile, state, now);
        let link = fresh_link(&mut authenticator);
        Self {
            authenticator,
            faults: Faults::default(),
            touch,
            samples: VecDeque::new(),
            plugged: true,
            winks: 0,
            packets_to_key: 0,
            packets_from_key: 0,
            link,
            running: None,
            openers: Vec::new(),
            next_opener: 0,
        }
    }

    pub(super) fn open(&mut self) -> Option<u64> {
        if !self.plugged {
            return None;
        }
        self.next_opener += 1;
        self.openers.push((self.next_opener, VecDeque::new()));
        Some(self.next_opener)
    }

    pub(super) fn close(&mut self, opener: u64) {
        self.openers.retain(|(id, _)| *id != opener);
    }

    /// The next packet for an opener; `Err` when the key was pulled since it was opened.
    pub(super) fn pop(&mut self, opener: u64) -> Result<Option<Report>, ()> {
        let queue = self.openers.iter_mut().find(|(id, _)| *id == opener);
        queue.map(|(_, queue)| queue.pop_front()).ok_or(())
    }

    pub(super) fn is_open(&self, opener: u64) -> bool {
        self.openers.iter().any(|(id, _)| *id == opener)
    }

    pub(super) fn unplug(&mut self) {
        self.plugged = false;
        self.running = None;
        self.openers.clear();
    }

    pub(super) fn plug(&mut self, now: Instant) {
        if self.plugged {
            return;
        }
        self.authenticator.power_cycle(now);
        self.link = fresh_link(&mut self.authenticator);
        self.faults.power_cycled();
        self.plugged = true;
    }

    /// What the key is waiting for.
    pub(super) fn waiting(&self) -> Option<Wait> {
        match &self.running.as_ref()?.phase {
            Phase::Asking { wait, .. } => Some(*wait),
            _ => None,
        }
    }

    /// Takes a packet from the host.
    pub(super) fn packet(&mut self, report: &Report, now: Instant) {
        self.packets_to_key += 1;
        match self.faults.inbound() {
            Passage::Through => {}
            Passage::Lost => return,
            Passage::Unplugged => return self.unplug(),
        }
        self.step(now);
        let busy = self.running.as_ref().map(|running| running.channel);
        match self.link.take(report, now, busy) {
            Received::Nothing => {}
            Received::Answer(packets) => self.emit(packets),
            Received::Resync(channel, packets) => {
                self.running.take_if(|running| running.channel == channel);
                self.emit(packets);
            }
            Received::Cancel(channel) => self.cancel(channel),
            Received::Message(message) => self.message(message, now),
        }
        self.step(now);
    }

    fn cancel(&mut self, channel: u32) {
        if self.faults.ignores_cancel() {
            return;
        }
        if self
            .running
            .take_if(|running| running.channel == channel)
            .is_some()
        {
            self.emit(link::packets(
                channel,
                command::CBOR,
                &[Status::KEEPALIVE_CANCEL.0],
            ));
        }
    }

    fn message(&mut self, message: Message, now: Instant) {
        let Message {
            channel,
            command,
            data,
        } = message;
        if let Some(code) = self.faults.on_message() {
            return self.emit(link::error_packet(channel, code));
        }
        let ctap2 = self.authenticator.profile.abilities.ctap2;
        match command {
            command::PING => self.emit(link::packets(channel, command::PING, &data)),
            command::WINK => {
                self.winks += 1;
                self.emit(link::packets(channel, command::WINK, &[]));
            }
            command::MSG if !ctap2 => {
                self.emit(link::packets(channel, command::MSG, &answer_apdu(&data)))
            }
            command::CBOR if ctap2 => self.request(channel, data, now),
            _ => self.emit(link::error_packet(channel, error::INVALID_COMMAND)),
        }
    }

    fn request(&mut self, channel: u32, request: Vec<u8>, now: Instant) {
        if request.len() > MAX_REQUEST {
            return self.emit(link::packets(
                channel,
                command::CBOR,
                &[Status::REQUEST_TOO_LARGE.0],
            ));
        }
        let ctap_command = request.first().copied().unwrap_or_default();
        if let Some(answer) = self.faults.instead(ctap_command) {
            return self.emit(link::packets(channel, command::CBOR, &answer));
        }
        if let Some(packets) = self.faults.packets_instead(ctap_command) {
            let packets = packets.iter().map(|bytes| link::raw_packet(channel, bytes));
            return self.emit(packets.collect());
        }
        let running = Running {
            channel,
            request,
            consents: Consents::default(),
            phase: Phase::Hanging,
            next_keepalive: now,
        };
        if self.faults.is_endless() {
            self.running = Some(running);
        } else {
            self.go_on(running, now);
        }
    }

    /// Runs a request from its start, with what the person has done for it by now.
    fn go_on(&mut self, mut running: Running, now: Instant) {
        let ctap_command = running.request.first().copied().unwrap_or_default();
        self.authenticator.signs_another = self.faults.has(&Fault::SignsAnother);
        running.phase = match self
            .authenticator
            .run(&running.request, now, &mut running.consents)
        {
            Err(wait) => {
                let timeout = running
                    .consents
                    .timeout
                    .unwrap_or(self.authenticator.profile.touch_timeout);
                Phase::Asking {
                    wait,
                    since: now,
                    until: now + timeout,
                }
            }
            Ok(reply) => {
                let reply = self.faults.tampered(ctap_command, reply);
                let computes = matches!(
                    ctap_command,
                    ctap_command::MAKE_CREDENTIAL | ctap_command::GET_ASSERTION
                );
                let latency = if computes {
                    self.authenticator.profile.latency
                } else {
                    Duration::ZERO
                };
                running.next_keepalive = now + KEEPALIVE_EVERY;
                Phase::Computing {
                    reply,
                    until: now + latency + self.faults.slowness(),
                }
            }
        };
        self.running = Some(running);
    }

    /// The person acts; false when the key did not wait for that.
    pub(super) fn act(&mut self, act: Act, now: Instant) -> bool {
        let Some(wait) = self.waiting() else {
            return false;
        };
        let act = match (wait, act) {
            (Wait::LongTouch, Act::Touched) => return false,
            (Wait::Finger, Act::Touched | Act::Held) => Act::Verified,
            (Wait::Sample, Act::Touched | Act::Held) => {
                Act::Sample(self.samples.pop_front().unwrap_or(0))
            }
            (Wait::Finger, Act::NotVerified) => {
                self.authenticator.count_wrong_finger();
                act
            }
            _ => act,
        };
        let Some(mut running) = self.running.take() else {
            return false;
        };
        running.consents.add(act);
        self.go_on(running, now);
        self.step(now);
        true
    }

    /// Does what is due by now.
    pub(super) fn step(&mut self, now: Instant) {
        let late = self.link.expire(now);
        self.emit(late);
        while let Some(act) = self.due_act(now) {
            if !self.act(act, now) {
                break;
            }
        }
        let Some(running) = &mut self.running else {
            return;
        };
        let channel = running.channel;
        if let Phase::Computing { reply, until } = &mut running.phase
            && *until <= now
        {
            let reply = std::mem::take(reply);
            self.running = None;
            return self.emit(link::packets(channel, command::CBOR, &reply));
        }
        if running.next_keepalive <= now {
            running.next_keepalive = now + KEEPALIVE_EVERY;
            let status = match running.phase {
                Phase::Asking { .. } => KEEPALIVE_PRESENCE_NEEDED,
                _ => KEEPALIVE_PROCESSING,
            };
            self.emit(link::packets(channel, command::KEEPALIVE, &[status]));
        }
    }

    fn due_act(&self, now: Instant) -> Option<Act> {
        let Phase::Asking { since, until, .. } = self.running.as_ref()?.phase else {
            return None;
        };
        let touched_at = match self.touch {
            TouchPolicy::Manual => None,
            TouchPolicy::Auto => Some(since),
            TouchPolicy::After(delay) => Some(since + delay),
        };
        if touched_at.is_some_and(|at| at <= now) {
            Some(Act::Held)
        } else {
            (until <= now).then_some(Act::NoShow)
        }
    }

    /// When [`step`](Self::step) has something to do next.
    pub(super) fn next_event(&self) -> Option<Instant> {
        let of_request = self.running.as_ref().map(|running| {
            let due = match (&running.phase, self.touch) {
                (Phase::Asking { since, until, .. }, TouchPolicy::After(delay)) => {
                    (*since + delay).min(*until)
                }
                (Phase::Asking { until, .. } | Phase::Computing { until, .. }, _) => *until,
                (Phase::Hanging, _) => running.next_keepalive,
            };
            due.min(running.next_keepalive)
        });
        [of_request, self.link.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    fn emit(&mut self, packets: Vec<Report>) {
        for packet in packets {
            let (passed, unplugged) = self.faults.outbound(packet, &mut self.authenticator.random);
            for packet in passed {
                self.packets_from_key += 1;
                for (_, queue) in &mut self.openers {
                    if queue.len() < MAX_QUEUE {
                        queue.push_back(packet);
                    }
                }
            }
            if unplugged {
                return self.unplug();
            }
        }
    }
}

fn fresh_link(authenticator: &mut Authenticator) -> Link {
    let profile = &authenticator.profile;
    let capabilities = if profile.abilities.ctap2 {
        CAPABILITY_WINK | CAPABILITY_CBOR | CAPABILITY_NO_MSG
    } else {
        CAPABILITY_WINK
    };
    let version = profile.device_version;
    let first_channel = u32::from_be_bytes(authenticator.random.bytes());
    Link::new(version, capabilities, first_channel)
}

/// U2F's only harmless instruction is GET VERSION; a key that is U2F only is told by it and never used further.
fn answer_apdu(apdu: &[u8]) -> Vec<u8> {
    match apdu {
        [0x00, 0x03, ..] => [b"U2F_V2".as_slice(), &[0x90, 0x00]].concat(),
        [0x00, ..] => vec![0x6d, 0x00],
        _ => vec![0x6e, 0x00],
    }
}
