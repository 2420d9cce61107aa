//! Channels and waiting: how a [`Device`] sends one message and gets one reply, however the key behaves.

use std::time::{Duration, Instant};

use super::super::command::Operation;
use super::super::control::Control;
use super::super::error::{CtapError, ReplyFault};
use super::super::exchange::{Event, Exchange};
use super::super::frame::{self, ChannelId, HidCommand, Packet};
use super::super::status::{HidError, Status};
use super::super::transport::{Report, Transport};
use super::{Device, InitInfo, POLL};

/// How long a cancelled request may take to end; a key that takes longer is left to itself.
const CANCEL_GRACE: Duration = Duration::from_millis(500);
/// Keys that have just been plugged in may miss the first INIT: it is sent again this often.
const INIT_AGAIN: Duration = Duration::from_millis(500);
/// How long the key may take to resynchronise before another channel is tried.
const RESYNC_LIMIT: Duration = Duration::from_millis(1500);
/// Waits between attempts while the key is busy: doubling from the first to the last.
const BUSY_WAIT_MS: (u64, u64) = (10, 320);

enum Attempt {
    Reply(Vec<u8>),
    Busy,
}

/// A request that is being given up: what to say, and until when its answer is awaited.
struct GivingUp {
    error: CtapError,
    until: Instant,
}

impl<T: Transport> Device<T> {
    /// Sends a message until the key is not busy with another channel.
    pub(super) fn attempt_until_free(
        &mut self,
        operation: Operation,
        command: HidCommand,
        payload: &[u8],
        control: &mut Control<'_>,
    ) -> Result<Vec<u8>, CtapError> {
        let (mut wait_ms, longest_ms) = BUSY_WAIT_MS;
        loop {
            let exchange = Exchange::new(self.channel, command, payload)
                .map_err(|fault| CtapError::exchange(operation, fault.into()))?;
            match self.attempt(operation, exchange, control) {
                Ok(Attempt::Reply(reply)) => return Ok(reply),
                Ok(Attempt::Busy) => {
                    self.pause(operation, Duration::from_millis(wait_ms), control)?;
                }
                Err(error) => {
                    // A request that the key itself has ended leaves nothing behind.
                    self.out_of_step = !error.nothing_done();
                    return Err(error);
                }
            }
            wait_ms = wait_ms.saturating_mul(2).min(longest_ms);
        }
    }

    fn attempt(
        &mut self,
        operation: Operation,
        mut exchange: Exchange,
        control: &mut Control<'_>,
    ) -> Result<Attempt, CtapError> {
        let deadline = control.deadline(self.transport.now());
        let mut giving_up: Option<GivingUp> = None;
        loop {
            let now = self.transport.now();
            giving_up = match giving_up {
                Some(given_up) if now >= given_up.until => return Err(given_up.error),
                Some(given_up) => Some(given_up),
                None => match reason_to_give_up(operation, control, now >= deadline) {
                    Some(error) if !exchange.cancel() => return Err(error),
                    Some(error) => Some(GivingUp {
                        error,
                        until: now + CANCEL_GRACE,
                    }),
                    None => None,
                },
            };
            self.flush(&mut exchange)?;
            let end = giving_up
                .as_ref()
                .map_or(deadline, |given_up| given_up.until);
            match self.next_event(operation, &mut exchange, end, control)? {
                None | Some(Event::Pending | Event::Keepalive(_)) => {}
                Some(Event::Done(reply)) => return answered(reply, giving_up),
                Some(Event::Busy) => {
                    return giving_up.map_or(Ok(Attempt::Busy), |it| Err(it.error.certain()));
                }
            }
        }
    }

    /// What the next report means; `None` when none came for a while.
    fn next_event(
        &mut self,
        operation: Operation,
        exchange: &mut Exchange,
        end: Instant,
        control: &mut Control<'_>,
    ) -> Result<Option<Event>, CtapError> {
        let wait = end
            .saturating_duration_since(self.transport.now())
            .min(POLL);
        let Some(report) = self.transport.receive(wait)? else {
            return Ok(None);
        };
        let event = exchange
            .receive(&report)
            .map_err(|fault| CtapError::exchange(operation, fault))?;
        if let Event::Keepalive(keepalive) = event {
            control.keepalive(keepalive);
        }
        Ok(Some(event))
    }

    fn flush(&mut self, exchange: &mut Exchange) -> Result<(), CtapError> {
        while let Some(report) = exchange.next_report() {
            self.transport.send(&report)?;
        }
        Ok(())
    }

    /// Waits while the key is busy. What arrives meanwhile belongs to nobody.
    fn pause(
        &mut self,
        operation: Operation,
        wait: Duration,
        control: &mut Control<'_>,
    ) -> Result<(), CtapError> {
        let deadline = control.deadline(self.transport.now());
        let end = self.transport.now() + wait;
        loop {
            let now = self.transport.now();
            if control.is_cancelled() {
                return Err(CtapError::Cancelled {
                    operation,
                    nothing_done: true,
                });
            }
            if now >= deadline {
                return Err(CtapError::Busy {
                    operation,
                    limit_ms: millis(control.time_limit()),
                });
            }
            if now >= end {
                return Ok(());
            }
            self.transport
                .receive(end.min(deadline).saturating_duration_since(now).min(POLL))?;
        }
    }

    /// Asks for a channel of our own.
    pub(super) fn allocate_channel(&mut self, control: &mut Control<'_>) -> Result<(), CtapError> {
        let limit = control.time_limit();
        let (channel, init) = self.init(ChannelId::BROADCAST, limit, control)?;
        self.channel = channel;
        self.init = init;
        self.out_of_step = false;
        Ok(())
    }

    /// Ends whatever the key still does on our channel and drops what it sent; where it no longer knows the channel, asks for
    /// another.
    pub(super) fn resynchronise(&mut self, control: &mut Control<'_>) -> Result<(), CtapError> {
        match self.init(self.channel, RESYNC_LIMIT, control) {
            Ok(_) => {
                self.out_of_step = false;
                Ok(())
            }
            Err(CtapError::Timeout { .. } | CtapError::Hid { .. }) => {
                self.allocate_channel(control)
            }
            Err(error) => Err(error),
        }
    }

    /// One CTAPHID_INIT. Everything but the reply to this very nonce is somebody else's, or stale, and ignored.
    fn init(
        &mut self,
        on: ChannelId,
        limit: Duration,
        control: &mut Control<'_>,
    ) -> Result<(ChannelId, InitInfo), CtapError> {
        let operation = Operation::Init;
        let mut nonce = [0; 8];
        self.entropy.fill(&mut nonce)?;
        let request = frame::split(on, HidCommand::Init, &nonce)
            .map_err(|fault| CtapError::Framing { operation, fault })?;
        let start = self.transport.now();
        let end = control.deadline(start).min(start + limit);
        let mut send_at = start;
        loop {
            if control.is_cancelled() {
                return Err(CtapError::Cancelled {
                    operation,
                    nothing_done: true,
                });
            }
            let now = self.transport.now();
            if now >= end {
                let limit_ms = millis(limit.min(control.time_limit()));
                return Err(CtapError::Timeout {
                    operation,
                    limit_ms,
                    nothing_done: true,
                });
            }
            if now >= send_at {
                request
                    .iter()
                    .try_for_each(|report| self.transport.send(report))?;
                send_at = now + INIT_AGAIN;
            }
            let wait = end.min(send_at).saturating_duration_since(now).min(POLL);
            let Some(report) = self.transport.receive(wait)? else {
                continue;
            };
            match init_reply(&report, on, nonce) {
                InitReply::Ours(channel, init) => return usable(channel, init),
                InitReply::Refused(HidError::ChannelBusy) => send_at = send_at.min(now + 2 * POLL),
                InitReply::Refused(error) if on != ChannelId::BROADCAST => {
                    return Err(CtapError::Hid { operation, error });
                }
                InitReply::Refused(_) | InitReply::NotOurs => {}
            }
        }
    }
}

fn reason_to_give_up(
    operation: Operation,
    control: &Control<'_>,
    too_late: bool,
) -> Option<CtapError> {
    if control.is_cancelled() {
        return Some(CtapError::Cancelled {
            operation,
            nothing_done: false,
        });
    }
    let limit_ms = millis(control.time_limit());
    too_late.then_some(CtapError::Timeout {
        operation,
        limit_ms,
        nothing_done: false,
    })
}

/// What an answer means. When the request was given up, the person may have been faster than the cancel: then it counts.
fn answered(reply: Vec<u8>, given_up: Option<GivingUp>) -> Result<Attempt, CtapError> {
    match (reply.first().map(|code| Status::from_code(*code)), given_up) {
        (Some(Status::KeepaliveCancel), Some(given_up)) => Err(given_up.error.certain()),
        _ => Ok(Attempt::Reply(reply)),
    }
}

enum InitReply {
    Ours(ChannelId, InitInfo),
    Refused(HidError),
    NotOurs,
}

fn init_reply(report: &Report, on: ChannelId, nonce: [u8; 8]) -> InitReply {
    let Packet::Initial {
        channel,
        command,
        length,
        data,
    } = Packet::parse(report)
    else {
        return InitReply::NotOurs;
    };
    if channel != on {
        return InitReply::NotOurs;
    }
    let [
        echo @ ..,
        c0,
        c1,
        c2,
        c3,
        protocol_version,
        major,
        minor,
        build,
        capabilities,
    ] = data.first_chunk::<17>().unwrap_or(&[0; 17]);
    match command {
        HidCommand::Error => {
            InitReply::Refused(HidError::from_code(data.first().copied().unwrap_or(0)))
        }
        HidCommand::Init if length >= 17 && *echo == nonce => InitReply::Ours(
            ChannelId(u32::from_be_bytes([*c0, *c1, *c2, *c3])),
            InitInfo {
                protocol_version: *protocol_version,
                device_version: [*major, *minor, *build],
                capabilities: *capabilities,
            },
        ),
        _ => InitReply::NotOurs,
    }
}

/// Channel 0 is reserved and the broadcast channel is nobody's.
fn usable(channel: ChannelId, init: InitInfo) -> Result<(ChannelId, InitInfo), CtapError> {
    if channel == ChannelId(0) || channel == ChannelId::BROADCAST {
        let fault = ReplyFault::Contradiction("the key gave out a reserved channel");
        return Err(CtapError::malformed(Operation::Init, fault));
    }
    Ok((channel, init))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
