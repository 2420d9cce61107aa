//! What a software key remembers: across power cycles ([`SoftState`]), or only while it has power ([`Volatile`]).
//!
//! Invariant: everything a real key would keep in flash is in [`SoftState`] and nothing else is, so that exporting the
//! state and plugging it in again is a power cycle.

use std::time::Instant;

use p256::SecretKey;
use serde::{Deserialize, Serialize};

use super::{
    crypto::{Protocol, Random},
    profile::Profile,
};

/// Wrong PINs until only a reset helps (CTAP 2.3, section 6.5.1).
pub(super) const MAX_PIN_RETRIES: u8 = 8;
/// Wrong PINs in a row until a power cycle is needed.
pub(super) const MAX_PIN_MISMATCHES: u8 = 3;
/// Wrong fingers until only the PIN helps.
pub(super) const MAX_UV_RETRIES: u8 = 5;

/// A key's memory, as it can be saved and loaded. It holds the PIN's hash and every secret of the key: it is meant for
/// demonstrations and tests, and has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub struct SoftState {
    version: u8,
    /// The secret all credentials come from; a reset replaces it and so ends them.
    pub(super) master: [u8; 32],
    pub(super) pin: Option<Pin>,
    pub(super) pin_retries: u8,
    pub(super) uv_retries: u8,
    pub(super) min_pin_length: u8,
    pub(super) min_pin_rp_ids: Vec<String>,
    pub(super) force_pin_change: bool,
    pub(super) always_uv: bool,
    pub(super) enterprise_enabled: bool,
    pub(super) long_touch_for_reset: bool,
    #[serde(default)]
    pub(super) pin_complexity: bool,
    /// Built-in verifications since the PIN was last right.
    #[serde(default)]
    pub(super) uv_since_pin: u32,
    /// The token that lasts until the next PIN or reset, once one was given out.
    #[serde(default)]
    pub(super) persistent_token: Option<[u8; 32]>,
    /// Changes of the discoverable credentials so far.
    #[serde(default)]
    pub(super) store_changes: u64,
    pub(super) sign_count: u32,
    /// Discoverable credentials, oldest first.
    pub(super) credentials: Vec<Resident>,
    pub(super) fingerprints: Vec<Fingerprint>,
    /// Never used twice, also across resets.
    pub(super) next_fingerprint: u16,
}

/// The version [`SoftState`] is written in.
const STATE_VERSION: u8 = 1;

/// The saved bytes are not a software key's state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Not CBOR of the expected shape.
    #[error(
        "the saved state of the software key cannot be read ({0}); delete it to start with a fresh key"
    )]
    Unreadable(String),
    /// Written by a later program.
    #[error(
        "the saved state of the software key has version {0}, this program knows version {STATE_VERSION}"
    )]
    Newer(u8),
}

impl SoftState {
    pub(super) fn fresh(profile: &Profile, random: &mut Random) -> Self {
        Self {
            version: STATE_VERSION,
            master: random.bytes(),
            pin: None,
            pin_retries: MAX_PIN_RETRIES,
            uv_retries: MAX_UV_RETRIES,
            min_pin_length: profile.min_pin_length,
            min_pin_rp_ids: Vec::new(),
            force_pin_change: false,
            always_uv: false,
            enterprise_enabled: false,
            long_touch_for_reset: profile.abilities.long_touch_for_reset.unwrap_or(false),
            pin_complexity: profile.abilities.pin_complexity.unwrap_or(false),
            uv_since_pin: 0,
            persistent_token: None,
            store_changes: 0,
            sign_count: 0,
            credentials: Vec::new(),
            fingerprints: Vec::new(),
            next_fingerprint: 1,
        }
    }

    /// The state as bytes, to be kept in a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        #[expect(
            clippy::expect_used,
            reason = "plain data written into a Vec cannot fail"
        )]
        ciborium::into_writer(self, &mut out).expect("plain data serialises");
        out
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// [`StateError`] when the bytes are something else or from a later program.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        let state: Self =
            ciborium::from_reader(bytes).map_err(|e| StateError::Unreadable(e.to_string()))?;
        if state.version > STATE_VERSION {
            return Err(StateError::Newer(state.version));
        }
        Ok(state)
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Pin {
    /// The first 16 bytes of the PIN's SHA-256.
    pub(super) hash: [u8; 16],
    pub(super) code_points: u8,
    /// A PIN complexity policy forbids it.
    #[serde(default)]
    pub(super) simple: bool,
}

/// A discoverable credential. Its keys are derived from the master secret and its id.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Resident {
    pub(super) id: Vec<u8>,
    pub(super) rp_id: String,
    pub(super) user: User,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct User {
    pub(super) id: Vec<u8>,
    pub(super) name: Option<String>,
    pub(super) display_name: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Fingerprint {
    pub(super) id: u16,
    pub(super) name: Option<String>,
}

/// What a power cycle wipes.
pub(super) struct Volatile {
    pub(super) powered_at: Instant,
    pub(super) agreement: Agreement,
    /// Wrong PINs in a row since power-up.
    pub(super) pin_mismatches: u8,
    pub(super) token: PinUvAuthTokens,
    /// Continuations of getAssertion and of the enumerations.
    pub(super) assertions: Option<super::assertion::Remembered>,
    pub(super) rps_left: Vec<String>,
    pub(super) credentials_left: Vec<Resident>,
    pub(super) bio_enrolment: Option<super::bio::Sampling>,
}

impl Volatile {
    pub(super) fn at_power_up(now: Instant, random: &mut Random) -> Self {
        Self {
            powered_at: now,
            agreement: Agreement::new(random),
            pin_mismatches: 0,
            token: PinUvAuthTokens::new(random),
            assertions: None,
            rps_left: Vec::new(),
            credentials_left: Vec::new(),
            bio_enrolment: None,
        }
    }
}

/// The key's half of the key agreement, one pair for each protocol.
pub(super) struct Agreement {
    one: SecretKey,
    two: SecretKey,
}

impl Agreement {
    pub(super) fn new(random: &mut Random) -> Self {
        Self {
            one: random.secret_key(),
            two: random.secret_key(),
        }
    }

    pub(super) fn of(&self, protocol: Protocol) -> &SecretKey {
        match protocol {
            Protocol::One => &self.one,
            Protocol::Two => &self.two,
        }
    }

    pub(super) fn renew(&mut self, protocol: Protocol, random: &mut Random) {
        let fresh = random.secret_key();
        match protocol {
            Protocol::One => self.one = fresh,
            Protocol::Two => self.two = fresh,
        }
    }
}

/// The pinUvAuthTokens and the state they share (CTAP 2.3, section 6.5.2.1): at most one protocol's is in use.
pub(super) struct PinUvAuthTokens {
    one: [u8; 32],
    two: [u8; 32],
    pub(super) in_use: Option<TokenUse>,
}

impl PinUvAuthTokens {
    pub(super) fn new(random: &mut Random) -> Self {
        Self {
            one: random.bytes(),
            two: random.bytes(),
            in_use: None,
        }
    }

    pub(super) fn of(&self, protocol: Protocol) -> &[u8; 32] {
        match protocol {
            Protocol::One => &self.one,
            Protocol::Two => &self.two,
        }
    }
}

pub(super) struct TokenUse {
    pub(super) protocol: Protocol,
    pub(super) permissions: u8,
    pub(super) rp_id: Option<String>,
    pub(super) user_verified: bool,
    pub(super) user_present: bool,
    pub(super) issued_at: Instant,
    /// When it first served a command.
    pub(super) used: bool,
}
