//! authenticatorClientPIN (CTAP 2.3, section 6.5) and the use of its tokens by the other commands.
//!
//! Hides PIN retries, the two protocols and the life of a token. Invariant: a retry is spent before a PIN is compared,
//! and no token outlives a change of PIN, a reset or a power cycle.

use std::time::{Duration, Instant};

use ciborium::Value;
use subtle::ConstantTimeEq;

use super::{
    authenticator::{Authenticator, Run},
    cbor::{Map, MapWriter, required},
    crypto::{Protocol, SharedSecret, cose_key, sha256},
    profile::Management,
    state::{MAX_PIN_MISMATCHES, MAX_PIN_RETRIES, MAX_UV_RETRIES, Pin, PinUvAuthTokens, TokenUse},
    status::{Status, Stop},
};

pub(super) mod permission {
    pub const MAKE_CREDENTIAL: u8 = 0x01;
    pub const GET_ASSERTION: u8 = 0x02;
    pub const CREDENTIAL_MANAGEMENT: u8 = 0x04;
    pub const BIO_ENROLMENT: u8 = 0x08;
    pub const LARGE_BLOB_WRITE: u8 = 0x10;
    pub const CONFIG: u8 = 0x20;
    pub const PERSISTENT_MANAGEMENT_READ: u8 = 0x40;
}

/// Over USB a token that has served no command for this long is over (section 6.5.2.1).
const INITIAL_USAGE_LIMIT: Duration = Duration::from_secs(30);
/// And a token in use is over after this long.
const MAX_USAGE: Duration = Duration::from_secs(600);
/// How long the touch of built-in verification counts as presence.
const USER_PRESENT_LIMIT: Duration = Duration::from_secs(30);

impl Authenticator {
    pub(super) fn client_pin(
        &mut self,
        request: Map<'_>,
        run: &mut Run<'_>,
    ) -> Result<Option<Value>, Stop> {
        let subcommand = required(request.small(2)?)?;
        let permissions = self.profile.abilities.token_permissions;
        match subcommand {
            0x01 => Ok(Some(self.pin_retries())),
            0x02 => self.key_agreement(request),
            0x03 if self.profile.abilities.client_pin => self.set_pin(request),
            0x04 if self.profile.abilities.client_pin => self.change_pin(request),
            0x05 if self.profile.abilities.client_pin => self.legacy_token(request, run.now),
            0x06 if permissions && self.profile.abilities.fingerprints => {
                self.token_by_finger(request, run)
            }
            0x07 if self.profile.abilities.fingerprints => Ok(Some(
                MapWriter::default()
                    .with(0x05, self.state.uv_retries)
                    .done(),
            )),
            0x09 if permissions && self.profile.abilities.client_pin => {
                self.token_with_permissions(request, run.now)
            }
            _ => Err(Status::INVALID_SUBCOMMAND.into()),
        }
    }

    fn pin_retries(&self) -> Value {
        let power_cycle = self.volatile.pin_mismatches >= MAX_PIN_MISMATCHES;
        MapWriter::default()
            .with(0x03, self.state.pin_retries)
            .with_some(
                0x04,
                self.profile
                    .abilities
                    .token_permissions
                    .then_some(power_cycle),
            )
            .done()
    }

    /// The protocol of a request, of those the key offers.
    pub(super) fn protocol(&self, number: Option<u8>) -> Result<Protocol, Status> {
        let number = required(number)?;
        if self.profile.abilities.pin_protocols.contains(&number) {
            Protocol::from_number(number)
        } else {
            Err(Status::INVALID_PARAMETER)
        }
    }

    fn key_agreement(&self, request: Map<'_>) -> Result<Option<Value>, Stop> {
        let protocol = self.protocol(request.small(1)?)?;
        let public = self.volatile.agreement.of(protocol).public_key();
        // −25, ECDH-ES with HKDF-256, is what the specification writes although it is not what is done.
        Ok(Some(
            MapWriter::default()
                .with(0x01, cose_key(&public, -25))
                .done(),
        ))
    }

    fn shared_secret(&self, request: Map<'_>) -> Result<(Protocol, SharedSecret), Status> {
        let protocol = self.protocol(request.small(1)?)?;
        let host = required(request.map(3)?)?;
        let shared = protocol.decapsulate(self.volatile.agreement.of(protocol), host)?;
        Ok((protocol, shared))
    }

    fn set_pin(&mut self, request: Map<'_>) -> Result<Option<Value>, Stop> {
        let new_pin = required(request.bytes(5)?)?;
        let signature = required(request.bytes(4)?)?;
        let (_, shared) = self.shared_secret(request)?;
        if self.state.pin.is_some() {
            return Err(Status::PIN_AUTH_INVALID.into());
        }
        shared.verify(&[new_pin], signature)?;
        self.state.pin = Some(self.accept_pin(&shared.decrypt(new_pin)?)?);
        self.state.pin_retries = MAX_PIN_RETRIES;
        self.state.persistent_token = None;
        Ok(None)
    }

    fn change_pin(&mut self, request: Map<'_>) -> Result<Option<Value>, Stop> {
        let new_pin = required(request.bytes(5)?)?;
        let old_hash = required(request.bytes(6)?)?;
        let signature = required(request.bytes(4)?)?;
        let (protocol, shared) = self.shared_secret(request)?;
        self.may_try_pin()?;
        shared.verify(&[new_pin, old_hash], signature)?;
        self.try_pin(protocol, &shared, old_hash)?;
        let accepted = self.accept_pin(&shared.decrypt(new_pin)?)?;
        let unchanged = self
            .state
            .pin
            .as_ref()
            .is_some_and(|old| old.hash == accepted.hash);
        if self.state.force_pin_change && unchanged {
            return Err(Status::PIN_POLICY_VIOLATION.into());
        }
        self.state.pin = Some(accepted);
        self.state.force_pin_change = false;
        self.state.persistent_token = None;
        self.volatile.token = PinUvAuthTokens::new(&mut self.random);
        Ok(None)
    }

    /// A new PIN as it came out of its encryption: 64 bytes, padded with zeros.
    fn accept_pin(&self, padded: &[u8]) -> Result<Pin, Status> {
        if padded.len() != 64 {
            return Err(Status::INVALID_PARAMETER);
        }
        let length = padded
            .iter()
            .rposition(|&byte| byte != 0)
            .map_or(0, |last| last + 1);
        let pin = padded.get(..length).unwrap_or_default();
        let text = std::str::from_utf8(pin).map_err(|_| Status::PIN_POLICY_VIOLATION)?;
        let code_points =
            u8::try_from(text.chars().count()).map_err(|_| Status::PIN_POLICY_VIOLATION)?;
        let simple = is_simple(text);
        if length > 63
            || code_points < self.state.min_pin_length
            || (simple && self.state.pin_complexity)
        {
            return Err(Status::PIN_POLICY_VIOLATION);
        }
        Ok(Pin {
            hash: first_half(&sha256(pin)),
            code_points,
            simple,
        })
    }

    fn may_try_pin(&self) -> Result<(), Status> {
        if self.state.pin.is_none() {
            return Err(Status::PIN_NOT_SET);
        }
        if self.state.pin_retries == 0 {
            return Err(Status::PIN_BLOCKED);
        }
        if self.volatile.pin_mismatches >= MAX_PIN_MISMATCHES {
            return Err(Status::PIN_AUTH_BLOCKED);
        }
        Ok(())
    }

    /// Compares the PIN's hash, spending a retry on a wrong one.
    fn try_pin(
        &mut self,
        protocol: Protocol,
        shared: &SharedSecret,
        sent: &[u8],
    ) -> Result<(), Status> {
        self.state.pin_retries = self.state.pin_retries.saturating_sub(1);
        let tried = shared.decrypt(sent).unwrap_or_default();
        let right = match &self.state.pin {
            Some(pin) => bool::from(pin.hash.ct_eq(&tried)),
            None => false,
        };
        if right {
            self.state.pin_retries = MAX_PIN_RETRIES;
            self.state.uv_retries = MAX_UV_RETRIES;
            self.state.uv_since_pin = 0;
            self.volatile.pin_mismatches = 0;
            return Ok(());
        }
        self.volatile.agreement.renew(protocol, &mut self.random);
        self.volatile.pin_mismatches += 1;
        Err(if self.state.pin_retries == 0 {
            Status::PIN_BLOCKED
        } else if self.volatile.pin_mismatches >= MAX_PIN_MISMATCHES {
            Status::PIN_AUTH_BLOCKED
        } else {
            Status::PIN_INVALID
        })
    }

    fn legacy_token(&mut self, request: Map<'_>, now: Instant) -> Result<Option<Value>, Stop> {
        let hash = required(request.bytes(6)?)?;
        let knows_permissions = self.profile.abilities.token_permissions;
        if knows_permissions && (request.value(9).is_some() || request.value(10).is_some()) {
            return Err(Status::INVALID_PARAMETER.into());
        }
        let permissions = if knows_permissions {
            permission::MAKE_CREDENTIAL | permission::GET_ASSERTION
        } else {
            // Before permissions existed a token was good for everything.
            0xff
        };
        self.token_by_pin(request, hash, permissions, None, now)
    }

    fn token_with_permissions(
        &mut self,
        request: Map<'_>,
        now: Instant,
    ) -> Result<Option<Value>, Stop> {
        let hash = required(request.bytes(6)?)?;
        let (permissions, rp_id) = self.requested_permissions(request)?;
        let credentials = permission::MAKE_CREDENTIAL | permission::GET_ASSERTION;
        if self.profile.abilities.pin_only_manages && permissions & credentials != 0 {
            return Err(Status::UNAUTHORIZED_PERMISSION.into());
        }
        self.token_by_pin(request, hash, permissions, rp_id, now)
    }

    fn requested_permissions(&self, request: Map<'_>) -> Result<(u8, Option<String>), Status> {
        let permissions = required(request.small(9)?)?;
        let rp_id = request.text(10)?.map(str::to_owned);
        let abilities = &self.profile.abilities;
        let refused = [
            (
                permission::CREDENTIAL_MANAGEMENT,
                abilities.management != Management::Standard,
            ),
            (permission::BIO_ENROLMENT, !abilities.fingerprints),
            (permission::LARGE_BLOB_WRITE, true),
            (permission::CONFIG, !abilities.config),
            (
                permission::PERSISTENT_MANAGEMENT_READ,
                !abilities.persistent_management,
            ),
        ];
        let lasting = permissions & permission::PERSISTENT_MANAGEMENT_READ != 0;
        if permissions == 0 || (lasting && permissions != permission::PERSISTENT_MANAGEMENT_READ) {
            return Err(Status::INVALID_PARAMETER);
        }
        if refused
            .iter()
            .any(|&(bit, is_missing)| is_missing && permissions & bit != 0)
        {
            return Err(Status::UNAUTHORIZED_PERMISSION);
        }
        Ok((permissions, rp_id))
    }

    fn token_by_pin(
        &mut self,
        request: Map<'_>,
        hash: &[u8],
        permissions: u8,
        rp_id: Option<String>,
        now: Instant,
    ) -> Result<Option<Value>, Stop> {
        let (protocol, shared) = self.shared_secret(request)?;
        self.may_try_pin()?;
        self.try_pin(protocol, &shared, hash)?;
        if self.state.force_pin_change {
            return Err(Status::PIN_POLICY_VIOLATION.into());
        }
        Ok(Some(self.issue_token(
            protocol,
            &shared,
            permissions,
            rp_id,
            false,
            now,
        )))
    }

    fn token_by_finger(
        &mut self,
        request: Map<'_>,
        run: &mut Run<'_>,
    ) -> Result<Option<Value>, Stop> {
        let (permissions, rp_id) = self.requested_permissions(request)?;
        // The key has neither uvBioEnroll nor uvAcfg: what changes the key itself takes the PIN.
        if permissions & (permission::BIO_ENROLMENT | permission::CONFIG) != 0 {
            return Err(Status::UNAUTHORIZED_PERMISSION.into());
        }
        let (protocol, shared) = self.shared_secret(request)?;
        if !self.has_finger() {
            return Err(Status::NOT_ALLOWED.into());
        }
        self.verify_by_finger(run, Status::UV_BLOCKED, Status::UV_INVALID)?;
        Ok(Some(self.issue_token(
            protocol,
            &shared,
            permissions,
            rp_id,
            true,
            run.now,
        )))
    }

    fn issue_token(
        &mut self,
        protocol: Protocol,
        shared: &SharedSecret,
        permissions: u8,
        rp_id: Option<String>,
        user_present: bool,
        now: Instant,
    ) -> Value {
        if permissions == permission::PERSISTENT_MANAGEMENT_READ {
            let lasting = match self.state.persistent_token {
                Some(token) => token,
                None => self.random.bytes(),
            };
            self.state.persistent_token = Some(lasting);
            let encrypted = shared.encrypt(&lasting, &mut self.random);
            return MapWriter::default().with(0x02, encrypted).done();
        }
        self.volatile.token = PinUvAuthTokens::new(&mut self.random);
        self.volatile.token.in_use = Some(TokenUse {
            protocol,
            permissions,
            rp_id,
            user_verified: true,
            user_present,
            issued_at: now,
            used: false,
        });
        let encrypted = shared.encrypt(self.volatile.token.of(protocol), &mut self.random);
        MapWriter::default().with(0x02, encrypted).done()
    }

    /// Checks a pinUvAuthParam against the token in use and one of its permissions.
    ///
    /// Not one word tells which check failed: all of them are PIN_AUTH_INVALID.
    pub(super) fn check_token(
        &mut self,
        protocol: Protocol,
        message: &[&[u8]],
        signature: &[u8],
        permission: u8,
        now: Instant,
    ) -> Result<&mut TokenUse, Status> {
        let token = &mut self.volatile.token;
        if token
            .in_use
            .as_ref()
            .is_some_and(|token_use| token_use.is_over(now))
        {
            token.in_use = None;
        }
        let value = *token.of(protocol);
        let token_use = token.in_use.as_mut().ok_or(Status::PIN_AUTH_INVALID)?;
        protocol.verify(&value, message, signature)?;
        if token_use.protocol != protocol || token_use.permissions & permission == 0 {
            return Err(Status::PIN_AUTH_INVALID);
        }
        token_use.used = true;
        Ok(token_use)
    }
}

impl TokenUse {
    fn is_over(&self, now: Instant) -> bool {
        let age = now.saturating_duration_since(self.issued_at);
        age > MAX_USAGE || (!self.used && age > INITIAL_USAGE_LIMIT)
    }

    /// Whether the token speaks for this RP; one that is bound to none yet is bound now.
    pub(super) fn bind(&mut self, rp_id: &str) -> Result<(), Status> {
        match &self.rp_id {
            Some(bound) if bound == rp_id => Ok(()),
            Some(_) => Err(Status::PIN_AUTH_INVALID),
            None => {
                self.rp_id = Some(rp_id.to_owned());
                Ok(())
            }
        }
    }

    /// Whether the touch that made this token still counts as presence.
    pub(super) fn is_present(&self, now: Instant) -> bool {
        self.user_present && now.saturating_duration_since(self.issued_at) <= USER_PRESENT_LIMIT
    }

    /// Once presence was tested, a token authorises no second credential or assertion (section 6.1.2).
    pub(super) fn spend(&mut self) {
        self.user_verified = false;
        self.user_present = false;
        self.permissions = 0;
    }
}

/// One character over and over, or characters that count up or down.
fn is_simple(pin: &str) -> bool {
    let steps = |step: i64| {
        let next = pin.chars().skip(1);
        pin.chars()
            .zip(next)
            .all(|(a, b)| i64::from(u32::from(b)) - i64::from(u32::from(a)) == step)
    };
    steps(0) || steps(1) || steps(-1)
}

fn first_half(digest: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    for (to, &from) in half.iter_mut().zip(digest) {
        *to = from;
    }
    half
}
