//! The CTAP2 authenticator behind the link: one request in, one reply out, and what it waits for in between.
//!
//! A command is straight-line code. Where it needs the person it stops with [`Stop::Waiting`]; once the person has acted
//! it is run again from its start with that act in its [`Consents`]. Invariant: a command changes nothing before its last
//! wait, so running it again is harmless. Needs no thread and no clock of its own: the time comes in.

use std::time::{Duration, Instant};

use ciborium::Value;

use super::{
    cbor::{self, Map},
    crypto::Random,
    profile::{Management, Profile},
    state::{MAX_UV_RETRIES, SoftState, Volatile},
    status::{Status, Stop, Wait},
};

pub(super) mod command {
    pub const MAKE_CREDENTIAL: u8 = 0x01;
    pub const GET_ASSERTION: u8 = 0x02;
    pub const GET_INFO: u8 = 0x04;
    pub const CLIENT_PIN: u8 = 0x06;
    pub const RESET: u8 = 0x07;
    pub const GET_NEXT_ASSERTION: u8 = 0x08;
    pub const BIO_ENROLMENT: u8 = 0x09;
    pub const CREDENTIAL_MANAGEMENT: u8 = 0x0a;
    pub const SELECTION: u8 = 0x0b;
    pub const CONFIG: u8 = 0x0d;
    pub const PREVIEW_BIO_ENROLMENT: u8 = 0x40;
    pub const PREVIEW_CREDENTIAL_MANAGEMENT: u8 = 0x41;
}

/// What the person did when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Touched,
    /// Touched it for as long as a reset may ask for.
    Held,
    /// Touched it with an enrolled finger.
    Verified,
    /// Touched it with a finger the key does not know; already counted.
    NotVerified,
    /// Gave a fingerprint sample of this quality (lastEnrollSampleStatus of bioEnrollment).
    Sample(u8),
    /// Said no.
    Declined,
    /// Did nothing for as long as the key waits.
    NoShow,
}

/// What the person did for this command so far, in the order the command asks for it.
#[derive(Debug, Default)]
pub(super) struct Consents {
    given: Vec<Act>,
    asked: usize,
    /// How long the command says to wait, where the host chooses that.
    pub(super) timeout: Option<Duration>,
}

impl Consents {
    pub(super) fn add(&mut self, act: Act) {
        self.given.push(act);
    }

    fn next(&mut self, wait: Wait) -> Result<Act, Stop> {
        let act = self
            .given
            .get(self.asked)
            .copied()
            .ok_or(Stop::Waiting(wait))?;
        self.asked += 1;
        match act {
            Act::Declined => Err(Status::OPERATION_DENIED.into()),
            Act::NoShow => Err(Status::USER_ACTION_TIMEOUT.into()),
            act => Ok(act),
        }
    }

    /// User presence.
    pub(super) fn presence(&mut self) -> Result<(), Stop> {
        self.next(Wait::Touch).map(|_| ())
    }

    /// User presence where it makes no difference whether anybody came: only waiting goes on.
    pub(super) fn presence_or_not(&mut self) -> Result<(), Stop> {
        match self.presence() {
            Err(Stop::Waiting(wait)) => Err(Stop::Waiting(wait)),
            _ => Ok(()),
        }
    }

    /// A long touch.
    pub(super) fn long_presence(&mut self) -> Result<(), Stop> {
        self.next(Wait::LongTouch).map(|_| ())
    }

    /// Built-in user verification: whether the finger was one of the enrolled.
    pub(super) fn verification(&mut self) -> Result<bool, Stop> {
        self.next(Wait::Finger).map(|act| act == Act::Verified)
    }

    /// One fingerprint sample's quality, or `None` when nobody gave one.
    pub(super) fn sample(&mut self) -> Result<Option<u8>, Stop> {
        match self.next(Wait::Sample) {
            Ok(Act::Sample(quality)) => Ok(Some(quality)),
            Ok(_) => Ok(Some(0)),
            Err(Stop::Failed(Status::USER_ACTION_TIMEOUT)) => Ok(None),
            Err(stop) => Err(stop),
        }
    }
}

/// One run of a command: when, and what the person did for it.
pub(super) struct Run<'a> {
    pub(super) now: Instant,
    pub(super) consents: &'a mut Consents,
}

/// The authenticator: a model, what it remembers, its randomness.
pub(super) struct Authenticator {
    pub(super) profile: Profile,
    pub(super) state: SoftState,
    pub(super) volatile: Volatile,
    pub(super) random: Random,
    /// What it signs is not what it was asked to sign.
    pub(super) signs_another: bool,
}

impl Authenticator {
    pub(super) fn new(profile: Profile, state: Option<SoftState>, now: Instant) -> Self {
        let mut random = match profile.seed {
            Some(seed) => Random::Seeded { seed, drawn: 0 },
            None => Random::System,
        };
        let state = state.unwrap_or_else(|| SoftState::fresh(&profile, &mut random));
        let volatile = Volatile::at_power_up(now, &mut random);
        Self {
            profile,
            state,
            volatile,
            random,
            signs_another: false,
        }
    }

    /// Loses and regains power.
    pub(super) fn power_cycle(&mut self, now: Instant) {
        self.volatile = Volatile::at_power_up(now, &mut self.random);
    }

    /// Runs a request (command byte and CBOR). `Ok` is the reply with its status byte, `Err` what it waits for.
    pub(super) fn run(
        &mut self,
        request: &[u8],
        now: Instant,
        consents: &mut Consents,
    ) -> Result<Vec<u8>, Wait> {
        consents.asked = 0;
        let mut run = Run { now, consents };
        let outcome = match request.split_first() {
            Some((&command, parameters)) => self.dispatch(command, parameters, &mut run),
            None => Err(Status::INVALID_LENGTH.into()),
        };
        let is_info = request.first() == Some(&command::GET_INFO);
        match (outcome, &self.profile.quirks.info) {
            (Ok(Some(_)), Some(body)) if is_info => Ok([&[0], body.as_slice()].concat()),
            (outcome, _) => answer(outcome),
        }
    }

    fn dispatch(
        &mut self,
        command: u8,
        parameters: &[u8],
        run: &mut Run<'_>,
    ) -> Result<Option<Value>, Stop> {
        self.forget_continuations(command);
        let abilities = &self.profile.abilities;
        let (management, fingerprints) = (abilities.management, abilities.fingerprints);
        match command {
            command::GET_INFO => no_parameters(parameters).map(|()| Some(self.info())),
            command::RESET => {
                no_parameters(parameters)?;
                self.reset(run)
            }
            command::SELECTION if abilities.token_permissions => {
                no_parameters(parameters)?;
                run.consents.presence().map(|()| None)
            }
            command::GET_NEXT_ASSERTION => {
                no_parameters(parameters)?;
                self.get_next_assertion(run)
            }
            _ => {
                let known = match command {
                    command::MAKE_CREDENTIAL | command::GET_ASSERTION => true,
                    command::CLIENT_PIN => abilities.client_pin || fingerprints,
                    command::CREDENTIAL_MANAGEMENT => management == Management::Standard,
                    command::PREVIEW_CREDENTIAL_MANAGEMENT => management == Management::Preview,
                    command::BIO_ENROLMENT => fingerprints && management == Management::Standard,
                    command::PREVIEW_BIO_ENROLMENT => {
                        fingerprints && management == Management::Preview
                    }
                    command::CONFIG => abilities.config,
                    _ => false,
                };
                if !known {
                    return Err(Status::INVALID_COMMAND.into());
                }
                // bioEnrollment's and authenticatorConfig's own structure checks follow in their modules.
                let parsed = cbor::parse(parameters)?;
                self.dispatch_map(command, Map::of(&parsed)?, run)
            }
        }
    }

    fn dispatch_map(
        &mut self,
        command: u8,
        request: Map<'_>,
        run: &mut Run<'_>,
    ) -> Result<Option<Value>, Stop> {
        match command {
            command::MAKE_CREDENTIAL => self.make_credential(request, run),
            command::GET_ASSERTION => self.get_assertion(request, run),
            command::CLIENT_PIN => self.client_pin(request, run),
            command::CONFIG => self.config(request, run),
            command::BIO_ENROLMENT | command::PREVIEW_BIO_ENROLMENT => {
                self.bio_enrolment(request, run)
            }
            _ => self.credential_management(request, run),
        }
    }

    /// A stateful command goes on only with its own continuation (CTAP 2.3, section 6): any other command ends it.
    fn forget_continuations(&mut self, command: u8) {
        if command != command::GET_NEXT_ASSERTION {
            self.volatile.assertions = None;
        }
        if !matches!(
            command,
            command::CREDENTIAL_MANAGEMENT | command::PREVIEW_CREDENTIAL_MANAGEMENT
        ) {
            self.volatile.rps_left.clear();
            self.volatile.credentials_left.clear();
        }
    }

    fn reset(&mut self, run: &mut Run<'_>) -> Result<Option<Value>, Stop> {
        if let Some(status) = self.profile.quirks.reset {
            return Err(status.into());
        }
        let since_power_up = run.now.saturating_duration_since(self.volatile.powered_at);
        if since_power_up > self.profile.reset_window {
            // The window bounds when the request arrives, not how long the touch takes.
            if run.consents.given.is_empty() {
                return Err(Status::NOT_ALLOWED.into());
            }
        }
        if self.state.long_touch_for_reset {
            run.consents.long_presence()?;
        } else {
            run.consents.presence()?;
        }
        let next_fingerprint = self.state.next_fingerprint;
        self.state = SoftState::fresh(&self.profile, &mut self.random);
        self.state.next_fingerprint = next_fingerprint;
        // A reset ends tokens and continuations as a power cycle does, but it opens no new window.
        self.power_cycle(self.volatile.powered_at);
        Ok(None)
    }

    /// Whether the key is protected by some form of user verification: a PIN or an enrolled finger.
    pub(super) fn is_protected(&self) -> bool {
        self.state.pin.is_some() || self.has_finger()
    }

    /// Whether built-in user verification is set up.
    pub(super) fn has_finger(&self) -> bool {
        !self.state.fingerprints.is_empty()
    }

    /// Counts a finger that the key does not know.
    pub(super) fn count_wrong_finger(&mut self) {
        self.state.uv_retries = self.state.uv_retries.saturating_sub(1);
    }

    /// Built-in user verification inside a command, which is user presence too. `blocked` and `wrong` are what the
    /// command answers when no try is left, and when the finger was a wrong one.
    pub(super) fn verify_by_finger(
        &mut self,
        run: &mut Run<'_>,
        blocked: Status,
        wrong: Status,
    ) -> Result<(), Stop> {
        // A wrong finger was counted when it was given, so look at what was left before it.
        if self.state.uv_retries == 0 && run.consents.given.is_empty() {
            return Err(blocked.into());
        }
        if run.consents.verification()? {
            self.state.uv_retries = MAX_UV_RETRIES;
            self.state.uv_since_pin = self.state.uv_since_pin.saturating_add(1);
            Ok(())
        } else if self.state.uv_retries == 0 {
            Err(blocked.into())
        } else {
            Err(wrong.into())
        }
    }

    /// Presence for makeCredential and getAssertion, with the model's own word for nobody coming.
    pub(super) fn presence(&self, run: &mut Run<'_>) -> Result<(), Stop> {
        run.consents.presence().map_err(|stop| match stop {
            Stop::Failed(Status::USER_ACTION_TIMEOUT) => Stop::Failed(self.profile.untouched),
            stop => stop,
        })
    }

    /// `makeCredUvNotRqd`, which alwaysUv switches off.
    pub(super) fn creates_without_uv(&self) -> bool {
        self.profile.abilities.make_credential_without_uv && !self.state.always_uv
    }
}

/// The reply with its status byte, or what the key waits for.
fn answer(outcome: Result<Option<Value>, Stop>) -> Result<Vec<u8>, Wait> {
    match outcome {
        Ok(Some(value)) => Ok([&[0], cbor::encode(&value).as_slice()].concat()),
        Ok(None) => Ok(vec![0]),
        Err(Stop::Failed(status)) => Ok(vec![status.0]),
        Err(Stop::Waiting(wait)) => Err(wait),
    }
}

/// maxCredentialCountInList: what the key takes in an exclude or allow list.
pub(super) const MAX_LIST: usize = 16;

fn no_parameters(parameters: &[u8]) -> Result<(), Stop> {
    if parameters.is_empty() {
        Ok(())
    } else {
        Err(Status::INVALID_LENGTH.into())
    }
}
