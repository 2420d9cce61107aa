//! One CTAPHID transaction as a state machine: reports out, reports in, cancel.
//!
//! Hides keepalives, CTAPHID_ERROR, foreign channels and the shape of CANCEL. Pure: the caller owns the transport and the
//! clock ([`super::device`] drives it). Invariant: CANCEL is sent at most once, and only for requests that a key can cancel.

use std::collections::VecDeque;

use super::frame::{self, Assembled, Assembler, ChannelId, FrameFault, HidCommand};
use super::status::HidError;
use super::transport::Report;

/// Why the key is not ready yet (CTAP 2.3, section 11.2.9.1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Keepalive {
    /// It computes.
    Processing,
    /// It blinks and waits for a touch (or a fingerprint).
    TouchNeeded,
    /// A state that this version does not know.
    Other(u8),
}

impl Keepalive {
    fn from_payload(payload: &[u8]) -> Self {
        match payload.first() {
            Some(1) => Self::Processing,
            Some(2) => Self::TouchNeeded,
            Some(other) => Self::Other(*other),
            None => Self::Other(0),
        }
    }
}

/// What a report meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Nothing to act upon: foreign, or part of a longer message.
    Pending,
    /// The key is still at it.
    Keepalive(Keepalive),
    /// The key serves another channel; the whole request must be sent again later.
    Busy,
    /// The reply, whole.
    Done(Vec<u8>),
}

/// Why a transaction cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeFault {
    /// The packets do not make a message.
    #[error(transparent)]
    Frame(#[from] FrameFault),
    /// The key answered with CTAPHID_ERROR.
    #[error("{0}")]
    Hid(HidError),
    /// A reply to something else.
    #[error("a reply to {got:?} where one to {expected:?} should come")]
    UnexpectedCommand {
        expected: HidCommand,
        got: HidCommand,
    },
}

/// One request and its reply on one channel.
#[derive(Debug)]
pub struct Exchange {
    channel: ChannelId,
    command: HidCommand,
    outgoing: VecDeque<Report>,
    assembler: Assembler,
    cancelled: bool,
}

impl Exchange {
    /// A transaction that is about to send `payload`.
    ///
    /// # Errors
    /// [`FrameFault::TooLong`] when the payload does not fit a message.
    pub fn new(
        channel: ChannelId,
        command: HidCommand,
        payload: &[u8],
    ) -> Result<Self, FrameFault> {
        Ok(Self {
            channel,
            command,
            outgoing: frame::split(channel, command, payload)?.into(),
            assembler: Assembler::new(channel),
            cancelled: false,
        })
    }

    /// The next report to send, if any.
    pub fn next_report(&mut self) -> Option<Report> {
        self.outgoing.pop_front()
    }

    /// Asks the key to give up. Its reply still comes, as status `KEEPALIVE_CANCEL` or, when the touch was faster, as success.
    /// Returns false when there is nothing that the key could answer to a cancel: then nobody need wait for it.
    pub fn cancel(&mut self) -> bool {
        // PING, INIT, WINK have no pending state to cancel; the specification names CBOR (and U2F polls instead).
        if self.command != HidCommand::Cbor {
            return false;
        }
        if !self.cancelled {
            self.cancelled = true;
            if let Ok(reports) = frame::split(self.channel, HidCommand::Cancel, &[]) {
                self.outgoing.extend(reports);
            }
        }
        true
    }

    /// Takes one report from the key.
    ///
    /// # Errors
    /// An [`ExchangeFault`] ends the transaction; the channel must be resynchronised before its next use.
    pub fn receive(&mut self, report: &Report) -> Result<Event, ExchangeFault> {
        let message = match self.assembler.push(report)? {
            Assembled::Foreign | Assembled::Partial => return Ok(Event::Pending),
            Assembled::Whole(message) => message,
        };
        match message.command {
            HidCommand::Keepalive => {
                Ok(Event::Keepalive(Keepalive::from_payload(&message.payload)))
            }
            HidCommand::Error => {
                match HidError::from_code(message.payload.first().copied().unwrap_or(0)) {
                    HidError::ChannelBusy => Ok(Event::Busy),
                    error => Err(ExchangeFault::Hid(error)),
                }
            }
            command if command == self.command => Ok(Event::Done(message.payload)),
            got => Err(ExchangeFault::UnexpectedCommand {
                expected: self.command,
                got,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANNEL: ChannelId = ChannelId(7);

    fn one(channel: ChannelId, command: HidCommand, payload: &[u8]) -> Report {
        *frame::split(channel, command, payload)
            .expect("fits")
            .first()
            .expect("one report")
    }

    fn asking() -> Exchange {
        let mut exchange = Exchange::new(CHANNEL, HidCommand::Cbor, &[4]).expect("fits");
        while exchange.next_report().is_some() {}
        exchange
    }

    #[test]
    fn keepalives_are_events_and_the_reply_ends_it() {
        let mut exchange = asking();
        let keepalive = |code: u8| one(CHANNEL, HidCommand::Keepalive, &[code]);
        assert_eq!(
            exchange.receive(&keepalive(1)),
            Ok(Event::Keepalive(Keepalive::Processing))
        );
        assert_eq!(
            exchange.receive(&keepalive(2)),
            Ok(Event::Keepalive(Keepalive::TouchNeeded))
        );
        assert_eq!(
            exchange.receive(&keepalive(9)),
            Ok(Event::Keepalive(Keepalive::Other(9)))
        );
        assert_eq!(
            exchange.receive(&one(CHANNEL, HidCommand::Cbor, &[0, 1])),
            Ok(Event::Done(vec![0, 1]))
        );
    }

    #[test]
    fn errors_without_a_code_and_with_code_zero_are_typed() {
        for payload in [&[][..], &[0]] {
            let fault = asking().receive(&one(CHANNEL, HidCommand::Error, payload));
            assert_eq!(fault, Err(ExchangeFault::Hid(HidError::Unknown(0))));
        }
        let busy = asking().receive(&one(CHANNEL, HidCommand::Error, &[6]));
        assert_eq!(busy, Ok(Event::Busy));
    }

    #[test]
    fn a_reply_to_something_else_is_a_fault_and_a_foreign_one_is_not() {
        let mut exchange = asking();
        assert_eq!(
            exchange.receive(&one(ChannelId(8), HidCommand::Error, &[1])),
            Ok(Event::Pending)
        );
        assert_eq!(
            exchange.receive(&one(CHANNEL, HidCommand::Ping, &[1])),
            Err(ExchangeFault::UnexpectedCommand {
                expected: HidCommand::Cbor,
                got: HidCommand::Ping
            })
        );
    }

    #[test]
    fn cancel_is_sent_once_and_only_for_cbor() {
        let mut exchange = asking();
        assert!(exchange.cancel());
        assert!(exchange.cancel());
        assert_eq!(
            exchange.next_report(),
            Some(one(CHANNEL, HidCommand::Cancel, &[]))
        );
        assert_eq!(exchange.next_report(), None);

        let mut ping = Exchange::new(CHANNEL, HidCommand::Ping, &[]).expect("fits");
        assert!(!ping.cancel());
    }
}
