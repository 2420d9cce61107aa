//! The CTAP2 status bytes a key answers with (CTAP 2.3, section 8.2), and why a command stops early.

/// One status byte; zero is success and never appears here as an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status(pub u8);

impl Status {
    pub(super) const INVALID_COMMAND: Self = Self(0x01);
    pub(super) const INVALID_PARAMETER: Self = Self(0x02);
    pub(super) const INVALID_LENGTH: Self = Self(0x03);
    pub(super) const CBOR_UNEXPECTED_TYPE: Self = Self(0x11);
    pub(super) const INVALID_CBOR: Self = Self(0x12);
    pub(super) const MISSING_PARAMETER: Self = Self(0x14);
    pub(super) const LIMIT_EXCEEDED: Self = Self(0x15);
    pub(super) const FP_DATABASE_FULL: Self = Self(0x17);
    pub(super) const CREDENTIAL_EXCLUDED: Self = Self(0x19);
    pub(super) const UNSUPPORTED_ALGORITHM: Self = Self(0x26);
    pub(super) const OPERATION_DENIED: Self = Self(0x27);
    pub(super) const KEY_STORE_FULL: Self = Self(0x28);
    pub(super) const UNSUPPORTED_OPTION: Self = Self(0x2b);
    pub(super) const INVALID_OPTION: Self = Self(0x2c);
    pub(super) const KEEPALIVE_CANCEL: Self = Self(0x2d);
    pub(super) const NO_CREDENTIALS: Self = Self(0x2e);
    pub(super) const USER_ACTION_TIMEOUT: Self = Self(0x2f);
    pub(super) const NOT_ALLOWED: Self = Self(0x30);
    pub(super) const PIN_INVALID: Self = Self(0x31);
    pub(super) const PIN_BLOCKED: Self = Self(0x32);
    pub(super) const PIN_AUTH_INVALID: Self = Self(0x33);
    pub(super) const PIN_AUTH_BLOCKED: Self = Self(0x34);
    pub(super) const PIN_NOT_SET: Self = Self(0x35);
    pub(super) const PUAT_REQUIRED: Self = Self(0x36);
    pub(super) const PIN_POLICY_VIOLATION: Self = Self(0x37);
    pub(super) const REQUEST_TOO_LARGE: Self = Self(0x39);
    pub(super) const UV_BLOCKED: Self = Self(0x3c);
    pub(super) const INVALID_SUBCOMMAND: Self = Self(0x3e);
    pub(super) const UV_INVALID: Self = Self(0x3f);
    pub(super) const UNAUTHORIZED_PERMISSION: Self = Self(0x40);
}

/// What a command waits for from the person in front of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// A touch: user presence.
    Touch,
    /// A long touch, for a reset when `longTouchForReset` is on.
    LongTouch,
    /// An enrolled finger: built-in user verification, which is a touch as well.
    Finger,
    /// A finger to be enrolled: one sample.
    Sample,
}

/// Why a command did not run to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It failed for good.
    Failed(Status),
    /// It needs the person; it is run again from its start once the person has acted.
    Waiting(Wait),
}

impl From<Status> for Stop {
    fn from(status: Status) -> Self {
        Self::Failed(status)
    }
}
