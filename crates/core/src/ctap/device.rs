//! One key, spoken to: the blocking client over a [`Transport`].
//!
//! Hides channels, retries, time limits, cancelling and PIN key agreement behind one method per command. It has no thread and no
//! clock of its own: time is the transport's, randomness the caller's, patience the [`Control`]'s.
//!
//! Invariant: every wait ends at the control's time limit and heeds a cancel within [`POLL`]; whatever an abandoned request left
//! in the key or on the wire never reaches a later one, for the channel is resynchronised first.

use crate::domain::reason::Lacks;
use std::sync::Arc;
use std::time::Duration;

use super::auth_data::AuthData;
use super::cbor;
use super::command::credential::touch_request;
use super::command::{Operation, command_byte};
use super::control::Control;
use super::error::{CtapError, ReplyFault};
use super::frame::{ChannelId, HidCommand};
use super::info::Info;
use super::pin::PinProtocol;
use super::status::{HidError, Status};
use super::transport::{Entropy, Transport};

mod bio;
mod channel;
mod config;
mod credential;
mod manage;
mod user;

pub use user::{TokenRequest, VerifyBy};

/// How long a wait lasts before cancel and time limit are looked at again.
pub const POLL: Duration = Duration::from_millis(20);

/// The status byte of a request that succeeded.
const SUCCESS: u8 = 0;

/// What a key says of itself when a channel is opened (CTAP 2.3, section 11.2.9.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct InitInfo {
    /// Version of the CTAPHID protocol, 2.
    pub protocol_version: u8,
    /// Device version: major, minor, build, as the vendor counts.
    pub device_version: [u8; 3],
    capabilities: u8,
}

impl InitInfo {
    /// It can blink on request.
    pub const fn wink(self) -> bool {
        self.capabilities & 0x01 != 0
    }

    /// It speaks CTAP2.
    pub const fn cbor(self) -> bool {
        self.capabilities & 0x04 != 0
    }

    /// It speaks CTAP1/U2F.
    pub const fn u2f(self) -> bool {
        self.capabilities & 0x08 == 0
    }
}

/// A key with an open channel.
pub struct Device<T> {
    transport: T,
    entropy: Box<dyn Entropy>,
    channel: ChannelId,
    init: InitInfo,
    info: Option<Arc<Info>>,
    /// A request was abandoned: the key or the wire may still hold its reply.
    out_of_step: bool,
    /// A request was sent that changes what the key says of itself.
    changed: bool,
}

impl<T: Transport> Device<T> {
    /// Opens a channel of its own to the key.
    ///
    /// # Errors
    /// [`CtapError::Timeout`] when the key does not answer, which any of the transport's errors may precede.
    pub fn open(
        transport: T,
        entropy: Box<dyn Entropy>,
        control: &mut Control<'_>,
    ) -> Result<Self, CtapError> {
        let nothing = InitInfo {
            protocol_version: 0,
            device_version: [0; 3],
            capabilities: 0,
        };
        let mut device = Self {
            transport,
            entropy,
            channel: ChannelId::BROADCAST,
            init: nothing,
            info: None,
            out_of_step: false,
            changed: false,
        };
        device.allocate_channel(control)?;
        Ok(device)
    }

    /// What the key said when the channel was opened.
    pub const fn init_info(&self) -> InitInfo {
        self.init
    }

    /// Sends `payload` and has it echoed.
    ///
    /// # Errors
    /// [`CtapError::OutOfStep`] when something else comes back.
    pub fn ping(&mut self, payload: &[u8], control: &mut Control<'_>) -> Result<(), CtapError> {
        let echo = self.transact(Operation::Ping, HidCommand::Ping, payload, control)?;
        if echo == payload {
            return Ok(());
        }
        let detail = format!(
            "{} bytes that are not the {} sent",
            echo.len(),
            payload.len()
        );
        Err(CtapError::OutOfStep {
            operation: Operation::Ping,
            detail,
        })
    }

    /// Makes the key blink, so that a person can tell which one it is.
    ///
    /// # Errors
    /// [`CtapError::Unsupported`] when it can't.
    pub fn wink(&mut self, control: &mut Control<'_>) -> Result<(), CtapError> {
        if !self.init.wink() {
            return Err(CtapError::Unsupported {
                what: Lacks::Blinking,
            });
        }
        self.transact(Operation::Wink, HidCommand::Wink, &[], control)
            .map(drop)
    }

    /// Asks the key what it is and can do, and remembers it.
    ///
    /// # Errors
    /// [`CtapError::Unsupported`] on a key without CTAP2.
    pub fn info(&mut self, control: &mut Control<'_>) -> Result<Arc<Info>, CtapError> {
        if !self.init.cbor() {
            return Err(CtapError::Unsupported { what: Lacks::Fido2 });
        }
        let operation = Operation::GetInfo;
        let body = self.request(operation, &[command_byte::GET_INFO], control)?;
        let info = Info::parse(&body).map_err(|fault| CtapError::malformed(operation, fault))?;
        let info = Arc::new(info);
        self.info = Some(Arc::clone(&info));
        Ok(info)
    }

    /// Lets the person choose this key by touching it. Keys before CTAP 2.1 lack the command; they are
    /// asked for a credential with an empty proof, which makes them wait for a touch and then refuse
    /// (CTAP 2.3, section 6.1.2, step 1).
    ///
    /// # Errors
    /// [`Status::OperationDenied`] or [`Status::UserActionTimeout`] when it was not touched.
    pub fn selection(&mut self, control: &mut Control<'_>) -> Result<(), CtapError> {
        let info = self.known_info(control)?;
        let operation = Operation::Selection;
        if info.is_ctap_2_1() {
            let message = [command_byte::SELECTION];
            return self.request(operation, &message, control).map(drop);
        }
        let protocol = PinProtocol::choose(&info).ok_or(CtapError::Unsupported {
            what: Lacks::Selection,
        })?;
        match self.command(
            operation,
            command_byte::MAKE_CREDENTIAL,
            &touch_request(protocol),
            control,
        ) {
            Err(CtapError::Status {
                status: Status::PinNotSet | Status::PinInvalid | Status::PinAuthInvalid,
                ..
            }) => Ok(()),
            result => result.map(drop),
        }
    }

    /// Deletes everything on the key. It must have been plugged in within the last ten seconds (five on some), and be touched.
    ///
    /// # Errors
    /// [`Status::NotAllowed`] when it was plugged in too long ago, [`Status::UserActionTimeout`] when it was not touched.
    pub fn reset(&mut self, control: &mut Control<'_>) -> Result<(), CtapError> {
        self.forget_info();
        self.request(Operation::Reset, &[command_byte::RESET], control)
            .map(drop)
    }

    /// Whether anything was sent since this was last asked that changes what the key says of itself (PIN, attempts, room).
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// What the key said of itself may no longer be so.
    fn forget_info(&mut self) {
        self.info = None;
        self.changed = true;
    }

    /// What the key is and can do, asked for only where nothing that was sent since the last answer could have changed it.
    ///
    /// # Errors
    /// As [`Device::info`].
    pub fn known_info(&mut self, control: &mut Control<'_>) -> Result<Arc<Info>, CtapError> {
        match &self.info {
            Some(info) => Ok(Arc::clone(info)),
            None => self.info(control),
        }
    }

    /// Sends a CTAP2 command with parameters and reads the reply's CBOR.
    fn command(
        &mut self,
        operation: Operation,
        code: u8,
        parameters: &ciborium::Value,
        control: &mut Control<'_>,
    ) -> Result<ciborium::Value, CtapError> {
        let message = [&[code][..], &cbor::write(parameters)].concat();
        let body = self.request(operation, &message, control)?;
        // Commands without output (setPIN, deleteCredential) end after the status.
        if body.is_empty() {
            return Ok(ciborium::Value::Map(Vec::new()));
        }
        cbor::read(&body)
            .map_err(|fault| CtapError::malformed(operation, cbor::FieldFault::Cbor(fault)))
    }

    /// Sends a CTAP2 message and returns the reply without its status, which is success.
    fn request(
        &mut self,
        operation: Operation,
        message: &[u8],
        control: &mut Control<'_>,
    ) -> Result<Vec<u8>, CtapError> {
        let limit = self.message_limit();
        if message.len() > limit {
            return Err(CtapError::TooLarge {
                operation,
                bytes: message.len(),
                limit,
            });
        }
        let reply = self.transact(operation, HidCommand::Cbor, message, control)?;
        match reply.split_first() {
            None => Err(CtapError::malformed(operation, ReplyFault::Empty)),
            Some((&SUCCESS, body)) => Ok(body.to_vec()),
            Some((&code, _)) => {
                let status = Status::from_code(code);
                Err(CtapError::Status { operation, status })
            }
        }
    }

    /// The largest message the key takes.
    fn message_limit(&self) -> usize {
        let stated = self
            .info
            .as_ref()
            .and_then(|info| usize::try_from(info.max_msg_size).ok());
        stated
            .unwrap_or(super::frame::MAX_MESSAGE_BYTES)
            .clamp(1024, super::frame::MAX_MESSAGE_BYTES)
    }

    /// One CTAPHID transaction, sent again as long as the key is busy or has forgotten the channel.
    fn transact(
        &mut self,
        operation: Operation,
        command: HidCommand,
        payload: &[u8],
        control: &mut Control<'_>,
    ) -> Result<Vec<u8>, CtapError> {
        if control.is_cancelled() {
            return Err(CtapError::Cancelled {
                operation,
                nothing_done: true,
            });
        }
        if self.out_of_step {
            self.resynchronise(control)?;
        }
        match self.attempt_until_free(operation, command, payload, control) {
            // The key lost power or gave the channel to others; it has not looked at the message.
            Err(CtapError::Hid {
                error: HidError::InvalidChannel,
                ..
            }) => {
                self.allocate_channel(control)?;
                self.attempt_until_free(operation, command, payload, control)
            }
            result => result,
        }
    }
}

/// A key whose transport is chosen at run time.
pub type AnyDevice = Device<Box<dyn Transport>>;

/// Checks what a reply says of the user against what was asked.
fn verified(operation: Operation, auth_data: &AuthData, with_token: bool) -> Result<(), CtapError> {
    if with_token && !auth_data.flags.user_verified() {
        let fault = ReplyFault::Contradiction(
            "the key did not verify the user although it was given a token",
        );
        return Err(CtapError::malformed(operation, fault));
    }
    Ok(())
}
