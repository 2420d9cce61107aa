//! PINs, retries and tokens: authenticatorClientPIN on a [`Device`].

use super::super::command::client_pin::{self, Permissions, Request, Retries};
use super::super::command::{Operation, command_byte};
use super::super::control::Control;
use super::super::error::{CtapError, PinLengthFault, ReplyFault};
use super::super::info::{Info, Setup};
use super::super::pin::{PinProtocol, PinUvAuthToken, SharedSecret};
use super::super::transport::Transport;
use super::Device;
use crate::domain::pin::Pin;
use crate::domain::reason::Lacks;

/// How the person shows that it is them.
pub enum VerifyBy<'a> {
    /// With the key's PIN.
    Pin(&'a Pin),
    /// With what the key itself checks, such as a finger.
    BuiltInUv,
}

/// A token to be obtained.
pub struct TokenRequest<'a> {
    /// How the person shows that it is them.
    pub by: VerifyBy<'a>,
    /// What the token is for. A CTAP 2.0 key knows no permissions and gives a token for everything.
    pub permissions: Permissions,
    /// For which RP; needed to make and use credentials.
    pub rp_id: Option<&'a str>,
}

impl<T: Transport> Device<T> {
    /// The PIN attempts left.
    ///
    /// # Errors
    /// [`CtapError::Unsupported`] when the key can have no PIN.
    pub fn pin_retries(&mut self, control: &mut Control<'_>) -> Result<Retries, CtapError> {
        let operation = Operation::ReadRetries;
        let reply = self.client_pin(operation, Request::PinRetries, control)?;
        client_pin::pin_retries(reply).map_err(|fault| CtapError::malformed(operation, fault))
    }

    /// The attempts left for built-in user verification.
    ///
    /// # Errors
    /// [`CtapError::Unsupported`] when the key has none.
    pub fn uv_retries(&mut self, control: &mut Control<'_>) -> Result<u8, CtapError> {
        let operation = Operation::ReadRetries;
        if self.known_info(control)?.built_in_uv() == Setup::Unsupported {
            return Err(CtapError::Unsupported {
                what: Lacks::BuiltInUv,
            });
        }
        let reply = self.client_pin(operation, Request::UvRetries, control)?;
        client_pin::uv_retries(reply).map_err(|fault| CtapError::malformed(operation, fault))
    }

    /// Gives the key its first PIN.
    ///
    /// # Errors
    /// [`CtapError::PinLength`] before anything is sent;
    /// [`NotAllowed`](super::super::Status::NotAllowed) or [`PinAuthInvalid`](super::super::Status::PinAuthInvalid) when it
    /// has one; [`PinPolicyViolation`](super::super::Status::PinPolicyViolation) when it finds the PIN too simple.
    pub fn set_pin(&mut self, pin: &Pin, control: &mut Control<'_>) -> Result<(), CtapError> {
        let info = self.known_info(control)?;
        check_length(pin, &info)?;
        let secret = self.agree(control)?;
        let new_pin = secret.encrypt_new_pin(pin, &mut self.entropy)?;
        let request = Request::SetPin {
            secret: &secret,
            new_pin,
        };
        let result = self.client_pin(Operation::SetPin, request, control);
        // Whatever came of it, and not before: what is sent needs to know the key's protocol.
        self.forget_info();
        result.map(drop)
    }

    /// Replaces the PIN.
    ///
    /// # Errors
    /// As [`Device::set_pin`], and as [`Device::token`] for the old PIN.
    pub fn change_pin(
        &mut self,
        old: &Pin,
        new: &Pin,
        control: &mut Control<'_>,
    ) -> Result<(), CtapError> {
        let info = self.known_info(control)?;
        check_length(new, &info)?;
        let secret = self.agree(control)?;
        let new_pin = secret.encrypt_new_pin(new, &mut self.entropy)?;
        let pin_hash = secret.encrypt_pin_hash(old, &mut self.entropy)?;
        let request = Request::ChangePin {
            secret: &secret,
            new_pin,
            pin_hash,
        };
        let result = self.client_pin(Operation::ChangePin, request, control);
        self.forget_info();
        result.map(drop)
    }

    /// Verifies the person and obtains a token.
    ///
    /// # Errors
    /// [`PinInvalid`](super::super::Status::PinInvalid) costs an attempt; after
    /// [`PinAuthBlocked`](super::super::Status::PinAuthBlocked) the key must be unplugged and plugged in again, after
    /// [`PinBlocked`](super::super::Status::PinBlocked) only a reset helps; [`CtapError::Unsupported`] when the key does not
    /// let this be done this way.
    pub fn token(
        &mut self,
        request: &TokenRequest<'_>,
        control: &mut Control<'_>,
    ) -> Result<PinUvAuthToken, CtapError> {
        let info = self.known_info(control)?;
        let operation = admissible(request, &info)?;
        let secret = self.agree(control)?;
        let (permissions, rp_id) = (request.permissions, request.rp_id);
        let message = match request.by {
            VerifyBy::Pin(pin) => {
                let pin_hash = secret.encrypt_pin_hash(pin, &mut self.entropy)?;
                if info.token_permissions() {
                    Request::PinToken {
                        secret: &secret,
                        pin_hash,
                        permissions,
                        rp_id,
                    }
                } else {
                    Request::LegacyToken {
                        secret: &secret,
                        pin_hash,
                    }
                }
            }
            VerifyBy::BuiltInUv => Request::UvToken {
                secret: &secret,
                permissions,
                rp_id,
            },
        };
        // Right or wrong, it changes the attempts left.
        self.changed = true;
        let reply = self.client_pin(operation, message, control)?;
        let encrypted =
            client_pin::token(reply).map_err(|fault| CtapError::malformed(operation, fault))?;
        let granted = if info.token_permissions() {
            permissions
        } else {
            Permissions::ALL
        };
        PinUvAuthToken::decrypt(&secret, &encrypted, granted).ok_or_else(|| {
            let wrong = "a token of a length that the protocol excludes";
            CtapError::malformed(operation, ReplyFault::Contradiction(wrong))
        })
    }

    fn agree(&mut self, control: &mut Control<'_>) -> Result<SharedSecret, CtapError> {
        let operation = Operation::AgreeOnKey;
        let protocol = self.pin_protocol(control)?;
        let reply = self.client_pin(operation, Request::KeyAgreement, control)?;
        let peer = client_pin::key_agreement(reply)
            .map_err(|fault| CtapError::malformed(operation, fault))?;
        Ok(SharedSecret::agree(protocol, &peer, &mut self.entropy)?)
    }

    fn client_pin(
        &mut self,
        operation: Operation,
        request: Request<'_>,
        control: &mut Control<'_>,
    ) -> Result<ciborium::Value, CtapError> {
        let protocol = self.pin_protocol(control)?;
        self.command(
            operation,
            command_byte::CLIENT_PIN,
            &request.encode(protocol),
            control,
        )
    }

    fn pin_protocol(&mut self, control: &mut Control<'_>) -> Result<PinProtocol, CtapError> {
        let info = self.known_info(control)?;
        PinProtocol::choose(&info).ok_or(CtapError::Unsupported { what: Lacks::Pins })
    }
}

/// Whether the key can give such a token at all; says what it is to do.
fn admissible(request: &TokenRequest<'_>, info: &Info) -> Result<Operation, CtapError> {
    let make_or_use = [Permissions::MAKE_CREDENTIAL, Permissions::GET_ASSERTION];
    let wants_make_or_use = make_or_use
        .iter()
        .any(|permission| request.permissions.contains(*permission));
    match request.by {
        VerifyBy::Pin(_) if info.client_pin() == Setup::Unsupported => {
            Err(CtapError::Unsupported { what: Lacks::Pins })
        }
        _ if request.permissions != Permissions::ALL
            && request
                .permissions
                .contains(Permissions::PERSISTENT_CREDENTIAL_MANAGEMENT)
            && !info.persistent_management() =>
        {
            Err(CtapError::Unsupported {
                what: Lacks::LastingToken,
            })
        }
        VerifyBy::Pin(_) if wants_make_or_use && info.pin_cannot_make_or_use() => {
            Err(CtapError::Unsupported { what: Lacks::ByPin })
        }
        VerifyBy::Pin(_) => Ok(Operation::VerifyPin),
        VerifyBy::BuiltInUv if info.built_in_uv() != Setup::Set || !info.token_permissions() => {
            Err(CtapError::Unsupported {
                what: Lacks::FingerToken,
            })
        }
        VerifyBy::BuiltInUv if !info.built_in_uv_may(request.permissions) => {
            Err(CtapError::Unsupported {
                what: Lacks::ByFinger,
            })
        }
        VerifyBy::BuiltInUv => Ok(Operation::VerifyUser),
    }
}

fn check_length(pin: &Pin, info: &Info) -> Result<(), CtapError> {
    let (min, max) = (info.min_pin_length, info.max_pin_length);
    if pin.code_points() < usize::from(min) {
        return Err(CtapError::PinLength(PinLengthFault::TooShort { min }));
    }
    // That it has at most 63 bytes is the PIN's own invariant.
    if pin.code_points() > usize::from(max) {
        return Err(CtapError::PinLength(PinLengthFault::TooLong { max }));
    }
    Ok(())
}
