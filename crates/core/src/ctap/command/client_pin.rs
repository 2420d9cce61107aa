//! authenticatorClientPIN (CTAP 2.3, section 6.5).

use ciborium::Value;
use serde::Serialize;

use super::super::cbor::{self, FieldFault, Fields, required};
use super::super::pin::{PeerKey, PinProtocol, SharedSecret};

/// What a token may be used for (CTAP 2.3, section 6.5.5.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u8);

impl Permissions {
    /// Make credentials at the RP named.
    pub const MAKE_CREDENTIAL: Self = Self(0x01);
    /// Use credentials at the RP named.
    pub const GET_ASSERTION: Self = Self(0x02);
    /// List, rename and delete credentials.
    pub const CREDENTIAL_MANAGEMENT: Self = Self(0x04);
    /// Enrol and delete fingerprints.
    pub const BIO_ENROLLMENT: Self = Self(0x08);
    /// Write large blobs.
    pub const LARGE_BLOB_WRITE: Self = Self(0x10);
    /// Change the key's configuration.
    pub const AUTHENTICATOR_CONFIG: Self = Self(0x20);

    /// List credentials, also after the key has lost its power; not to be asked for with any other.
    pub const PERSISTENT_CREDENTIAL_MANAGEMENT: Self = Self(0x40);

    /// Everything: what the one token of CTAP 2.0 is good for.
    pub const ALL: Self = Self(0xff);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` is in here.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits as they are sent.
    pub const fn bits(self) -> u8 {
        self.0
    }
}

/// Attempts left, as the key states them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Retries {
    pub left: u8,
    /// The key takes no more attempts before it is unplugged and plugged in again.
    pub power_cycle_needed: bool,
}

/// A subcommand with its parameters.
pub(in super::super) enum Request<'a> {
    PinRetries,
    UvRetries,
    KeyAgreement,
    SetPin {
        secret: &'a SharedSecret,
        new_pin: Vec<u8>,
    },
    ChangePin {
        secret: &'a SharedSecret,
        new_pin: Vec<u8>,
        pin_hash: Vec<u8>,
    },
    /// The one token of CTAP 2.0.
    LegacyToken {
        secret: &'a SharedSecret,
        pin_hash: Vec<u8>,
    },
    PinToken {
        secret: &'a SharedSecret,
        pin_hash: Vec<u8>,
        permissions: Permissions,
        rp_id: Option<&'a str>,
    },
    UvToken {
        secret: &'a SharedSecret,
        permissions: Permissions,
        rp_id: Option<&'a str>,
    },
}

impl Request<'_> {
    /// The parameters. CTAP 2.0 keys demand the protocol in each request, so that it is always sent.
    pub(in super::super) fn encode(self, protocol: PinProtocol) -> Value {
        let mut members = Members::default();
        let subcommand = match self {
            Self::PinRetries => 0x01,
            Self::KeyAgreement => 0x02,
            Self::SetPin { secret, new_pin } => {
                members.signature = Some(secret.authenticate(&new_pin));
                members.agree(secret).new_pin = Some(new_pin);
                0x03
            }
            Self::ChangePin {
                secret,
                new_pin,
                pin_hash,
            } => {
                members.signature = Some(secret.authenticate(&[&*new_pin, &*pin_hash].concat()));
                members.agree(secret).new_pin = Some(new_pin);
                members.pin_hash = Some(pin_hash);
                0x04
            }
            Self::LegacyToken { secret, pin_hash } => {
                members.agree(secret).pin_hash = Some(pin_hash);
                0x05
            }
            Self::UvToken {
                secret,
                permissions,
                rp_id,
            } => {
                members.agree(secret).permit(permissions, rp_id);
                0x06
            }
            Self::UvRetries => 0x07,
            Self::PinToken {
                secret,
                pin_hash,
                permissions,
                rp_id,
            } => {
                members.agree(secret).permit(permissions, rp_id);
                members.pin_hash = Some(pin_hash);
                0x09
            }
        };
        members.encode(protocol, subcommand)
    }
}

#[derive(Default)]
struct Members {
    platform_key: Option<Value>,
    signature: Option<Vec<u8>>,
    new_pin: Option<Vec<u8>>,
    pin_hash: Option<Vec<u8>>,
    permissions: Option<Permissions>,
    rp_id: Option<String>,
}

impl Members {
    fn agree(&mut self, secret: &SharedSecret) -> &mut Self {
        self.platform_key = Some(secret.platform_key().clone());
        self
    }

    fn permit(&mut self, permissions: Permissions, rp_id: Option<&str>) {
        self.permissions = Some(permissions);
        self.rp_id = rp_id.map(str::to_owned);
    }

    fn encode(self, protocol: PinProtocol, subcommand: i64) -> Value {
        cbor::map([
            (0x01, Some(Value::from(protocol.number()))),
            (0x02, Some(Value::from(subcommand))),
            (0x03, self.platform_key),
            (0x04, self.signature.map(Value::Bytes)),
            (0x05, self.new_pin.map(Value::Bytes)),
            (0x06, self.pin_hash.map(Value::Bytes)),
            (
                0x09,
                self.permissions
                    .map(|permissions| Value::from(permissions.bits())),
            ),
            (0x0a, self.rp_id.map(Value::from)),
        ])
    }
}

/// The PIN attempts left.
pub(in super::super) fn pin_retries(reply: Value) -> Result<Retries, FieldFault> {
    let mut fields = Fields::of(reply, "clientPIN")?;
    Ok(Retries {
        left: retries(&mut fields, 0x03, "pinRetries")?,
        power_cycle_needed: fields.boolean(0x04, "powerCycleState")?.unwrap_or(false),
    })
}

/// The built-in user verification attempts left.
pub(in super::super) fn uv_retries(reply: Value) -> Result<u8, FieldFault> {
    retries(&mut Fields::of(reply, "clientPIN")?, 0x05, "uvRetries")
}

fn retries(fields: &mut Fields, key: i64, member: &'static str) -> Result<u8, FieldFault> {
    let count = required(fields.unsigned(key, member)?, member)?;
    u8::try_from(count).map_err(|_| FieldFault::Invalid {
        member,
        expected: "a count below 256",
    })
}

/// The key's half of the key agreement.
pub(in super::super) fn key_agreement(reply: Value) -> Result<PeerKey, FieldFault> {
    let mut fields = Fields::of(reply, "clientPIN")?;
    PeerKey::parse(required(fields.take(0x01), "keyAgreement")?)
}

/// The encrypted token.
pub(in super::super) fn token(reply: Value) -> Result<Vec<u8>, FieldFault> {
    let mut fields = Fields::of(reply, "clientPIN")?;
    required(fields.bytes(0x02, "pinUvAuthToken")?, "pinUvAuthToken")
}
