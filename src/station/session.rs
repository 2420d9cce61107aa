//! Who is signed in at this station, and how the screen is locked and unlocked.
//!
//! A session is the registry's. Locking keeps it aside; the same operator unlocks by an assertion that the registry checks
//! or, while it is out of reach, by one that the station checks against the public key which the registry gave along with
//! the session. So a day with a bad line does not end at the first idle lock, and nobody else gets in by that way.
//!
//! Invariant: while the screen is locked, nothing is done in the operator's name but what is already in the outbox. What binds reports
//! to a session ([`ReportKey`]) is in memory and, for the command line, in the session's private file; never in the journal.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Station, gap};
use crate::domain::identification::DeskMethod;
use crate::domain::reason::Flaw;
use crate::domain::{Bytes, EntryId, OperatorId, Secret};
use crate::record::{Change, EntryState, OutboxBody, Resolution};
use crate::registry::RegistryError;
use crate::store::private;
use crate::wire::webauthn::{AuthenticationResponse, Descriptor, RequestOptions};
use crate::wire::{
    Bond, Operator, OperatorEnrolment, OperatorOffer, ReportKey, Session, SignIn, SignInOptions,
    TicketKey, Unlock, problem_code,
};
use crate::workflow::{
    Ceremony, NewAssertion, SignedIn, Stop, Verified, client_data, verify_assertion,
};

/// The file that keeps a session between commands; private to the station's user.
const SESSION_FILE: &str = "session.json";

/// What the registry refuses until whoever did it is signed in and stands by it.
const STOOD_BY: [&str; 3] = [
    problem_code::REPORT_UNBOUND,
    problem_code::RESET_FOREIGN,
    problem_code::OFFER_FOREIGN,
];

/// What that file holds: each command is a process of its own, and may find the registry out of reach.
#[derive(Serialize, Deserialize)]
struct Kept<S> {
    session: S,
    /// How far the registry's clock was ahead of the station's, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    registry_ahead_ms: Option<i64>,
}

/// The state of signing in.
#[derive(Default)]
pub(super) struct Slot {
    session: Option<Arc<Session>>,
    locked: bool,
    /// Opened or unlocked, and not in the journal yet.
    unrecorded: Option<Arc<Session>>,
    /// The one before. Somebody else may sign in, or the registry end it, while a key is at work for it: what comes of that is its.
    former: Option<Arc<Session>>,
    /// The challenge of an unlocking without the registry.
    challenge: Option<Bytes>,
    /// The least length of a new PIN, as the registry said it last, in or out of a session.
    pin_floor: Option<u8>,
}

impl Slot {
    /// The journal took, or refused, the beginning of an operator's session: only what it took begins.
    pub fn begin(&mut self, operator: &OperatorId, recorded: bool) {
        let session = self.unrecorded.take_if(|s| s.operator.id == *operator);
        if recorded && session.is_some() {
            *self = Self {
                session,
                ..self.ended()
            };
        }
    }

    /// As it is once nobody is signed in.
    fn ended(&mut self) -> Self {
        let ended = std::mem::take(self);
        Self {
            former: ended.session.or(ended.former),
            pin_floor: ended.pin_floor,
            ..Self::default()
        }
    }

    /// What binds to a session of that operator what they do.
    fn report_key_of(&self, operator: &OperatorId, now: Timestamp) -> Option<&ReportKey> {
        let former = self.former.iter().filter(|former| former.expires_at > now);
        let mut known = self.unrecorded.iter().chain(&self.session).chain(former);
        let theirs = known.find(|session| session.operator.id == *operator)?;
        theirs.report_key.as_ref()
    }

    /// The session, unless it has ended by then: `now` is the registry's clock.
    fn live(&self, now: Timestamp) -> Option<&Arc<Session>> {
        self.session
            .as_ref()
            .filter(|session| session.expires_at > now)
    }
}

impl Station {
    /// Who is signed in and not locked out.
    pub fn operator(&self) -> Option<Operator> {
        let slot = self.session.lock();
        slot.live(self.registry_now())
            .filter(|_| !slot.locked)
            .map(|session| session.operator.clone())
    }

    /// The credential with which the operator signed in, where the registry said.
    pub(super) fn operators_credential(&self) -> Option<Unlock> {
        self.session
            .lock()
            .live(self.registry_now())?
            .unlock
            .clone()
    }

    pub(super) fn session(&self) -> Result<Arc<Session>, Stop> {
        let slot = self.session.lock();
        slot.live(self.registry_now())
            .filter(|_| !slot.locked)
            .cloned()
            .ok_or(Stop::SignedOut)
    }

    /// The least length of a new PIN that the registry asked for last, in code points; none: it did not say.
    pub(super) fn registry_pin_floor(&self) -> Option<u8> {
        self.session.lock().pin_floor
    }

    /// It said so before, or when, an operator signs in with a key that may need a new PIN.
    pub(super) fn hears_pin_floor(&self, said: Option<u8>) {
        let mut slot = self.session.lock();
        slot.pin_floor = said.or(slot.pin_floor);
    }

    /// By which methods the registry has people identified at a desk, as it said when the session began; none: it did not say.
    pub(super) fn methods(&self) -> Vec<DeskMethod> {
        let session = self.session().ok();
        session.map_or_else(Vec::new, |session| session.methods.clone())
    }

    /// The registry no longer knows the session. A late word of an earlier one does not end the present one.
    pub(super) fn forget_session(&self, refused: &Session) {
        let mut slot = self.session.lock();
        let is_present = slot
            .session
            .as_ref()
            .is_some_and(|session| session.token.matches(&refused.token));
        if is_present {
            *slot = slot.ended();
            drop(slot);
            self.touch();
        }
    }

    /// Returns once the present session has run out; never while there is none.
    pub(super) async fn session_expired(&self) {
        let ends = self
            .session
            .lock()
            .live(self.registry_now())
            .map(|session| session.expires_at);
        let Some(ends) = ends else {
            return std::future::pending().await;
        };
        while let Ok(left) = Duration::try_from(ends.duration_since(self.registry_now()))
            && !left.is_zero()
        {
            // The registry may be heard meanwhile: its clock is looked at again now and then.
            tokio::time::sleep(left.min(Duration::from_secs(60))).await;
        }
    }

    /// What an operator must sign to sign in. Out of reach of the registry, the operator whose session still lives may
    /// sign a challenge of the station's own.
    pub async fn sign_in_options(&self) -> Result<SignInOptions, Stop> {
        let answered = self.heard(self.registry()?.sign_in_options().await);
        self.session.lock().challenge = None;
        match answered {
            Err(Stop::Unreachable(why)) => self.unlock_options().ok_or(Stop::Unreachable(why)),
            Ok(options) => {
                self.hears_pin_floor(options.pin_min_length);
                Ok(options)
            }
            Err(stop) => Err(stop),
        }
    }

    fn unlock_options(&self) -> Option<SignInOptions> {
        let mut slot = self.session.lock();
        let unlock = slot.live(self.registry_now())?.unlock.clone()?;
        let mut challenge = vec![0; 32];
        getrandom::fill(&mut challenge).ok()?;
        let challenge = Bytes(challenge);
        slot.challenge = Some(challenge.clone());
        Some(SignInOptions {
            origin: unlock.origin,
            request: RequestOptions {
                challenge,
                timeout: None,
                rp_id: unlock.rp_id,
                allow_credentials: vec![Descriptor::new(unlock.credential)],
                user_verification: Some("required".to_owned()),
                extensions: None,
            },
            pin_min_length: None,
        })
    }

    /// What a key must sign for [`Station::is_operators`]: always the registry's own challenge.
    pub async fn own_key_challenge(&self) -> Result<SignInOptions, Stop> {
        let answered = self.registry()?.sign_in_options().await;
        self.heard(answered)
    }

    /// Whether the registry takes this for an operator's sign-in; a key or operator whose access was ended opens nothing. The session that it opens is ended at once and never used.
    pub async fn is_operators(&self, proof: &SignIn) -> Result<bool, Stop> {
        let client = self.registry()?;
        match self.heard(client.sign_in(proof).await) {
            Ok(session) => {
                // It would end by itself soon: a lost answer changes nothing about what was asked.
                let _ = client.sign_out(&session).await;
                Ok(true)
            }
            Err(Stop::RegistryRefused { code: why, .. })
                if [
                    problem_code::CREDENTIAL_UNKNOWN,
                    problem_code::CREDENTIAL_REVOKED,
                    problem_code::OPERATOR_REVOKED,
                ]
                .contains(&why.as_str()) =>
            {
                Ok(false)
            }
            Err(stop) => Err(stop),
        }
    }

    /// Signs in. The session is kept in memory only, and nobody is signed in before it is in the journal:
    /// [`Change::SessionOpened`] or, when the station alone has checked the key, [`Change::SessionUnlocked`] must follow.
    pub async fn open_session(&self, proof: &SignIn) -> Result<SignedIn, Stop> {
        let own = self.session.lock().challenge.take();
        if let Some(challenge) = own {
            let operator = self.unlock(&challenge, &proof.assertion)?;
            return Ok(SignedIn::AtStation(operator));
        }
        let session = self.heard(self.registry()?.sign_in(proof).await)?;
        let before = self.session.lock().session.clone();
        let operator = self.take_up(session);
        if let (Some(before), Ok(client)) = (before, self.registry()) {
            // The one that was locked away ends by itself soon; ending it now is a courtesy.
            let _ = client.sign_out(&before).await;
        }
        Ok(SignedIn::AtRegistry(operator))
    }

    fn unlock(&self, challenge: &Bytes, proof: &AuthenticationResponse) -> Result<Operator, Stop> {
        let mut slot = self.session.lock();
        let session = slot
            .live(self.registry_now())
            .cloned()
            .ok_or(Stop::SignedOut)?;
        let unlock = session.unlock.as_ref().ok_or(Stop::SignedOut)?;
        check_unlock(unlock, challenge, proof)?;
        let operator = session.operator.clone();
        slot.unrecorded = Some(session);
        Ok(operator)
    }

    /// What an operator's own key must make at their first sign-in.
    pub async fn operator_offer(&self, code: &Secret) -> Result<OperatorOffer, Stop> {
        let offer = self.registry()?.operator_enrolment_options(code).await;
        let offer = self.heard(offer)?;
        self.hears_pin_floor(offer.pin_min_length);
        Ok(offer)
    }

    /// Hands an operator's new credential to the registry, which signs them in. [`Stop::Unreachable`]: what it did is not known.
    pub async fn operator_enrol(&self, enrolment: &OperatorEnrolment) -> Result<Operator, Stop> {
        match self.registry()?.enrol_operator(enrolment).await {
            // Something answered, and not with a refusal: the registry may hold the credential all the same.
            Err(
                unread @ (RegistryError::Malformed { .. }
                | RegistryError::NewerVersion { .. }
                | RegistryError::Contradiction(_)),
            ) => Err(Stop::Unreachable(gap(&unread))),
            answer => Ok(self.take_up(self.heard(answer)?)),
        }
    }

    /// Keeps a session ready until [`Change::SessionOpened`] is committed.
    fn take_up(&self, session: Session) -> Operator {
        let operator = session.operator.clone();
        self.hears_pin_floor(session.pin_min_length);
        let mut slot = self.session.lock();
        *slot = Slot {
            unrecorded: Some(Arc::new(session)),
            ..slot.ended()
        };
        operator
    }

    /// What opens the tickets of a day, behind a lock too: a run goes on behind it.
    pub(super) fn ticket_keys_of(&self, day: Date) -> Vec<TicketKey> {
        let slot = self.session.lock();
        let session = slot.live(self.registry_now());
        let keys = session.iter().flat_map(|session| &session.ticket_keys);
        let theirs = keys.filter(|key| key.day == day);
        theirs.map(TicketKey::duplicate).collect()
    }

    /// What binds the outbox entry that a change makes, or sends anew, to the session of whoever did it; none where that is over.
    pub(super) fn bond(&self, change: &Change) -> Result<Option<Bond>, Stop> {
        let told = match change {
            Change::ConflictResolved {
                entry,
                how: Resolution::Retry,
                ..
            } => self.unbound(*entry)?,
            change => change.tells(),
        };
        let (Some((id, body)), Some(joined)) = (told, &self.joined) else {
            return Ok(None);
        };
        let slot = self.session.lock();
        let key = slot.report_key_of(body.about().done_by, self.registry_now());
        Ok(key.and_then(|key| body.bound(key, &joined.id, id)))
    }

    /// An entry that the registry refused because nothing binds it, or because of when it is said to have been done: whoever is said to
    /// have done it may stand by it. One that was changed is refused for good.
    fn unbound(&self, entry: EntryId) -> Result<Option<(EntryId, OutboxBody)>, Stop> {
        let entry = self.store.outbox_entry(entry)?;
        let unbound = entry.filter(|entry| {
            matches!(&entry.state, EntryState::Conflict { code, .. } if STOOD_BY.contains(&code.as_str()))
        });
        Ok(unbound.map(|entry| (entry.id, entry.body)))
    }

    /// Locks: nobody is signed in until the same operator unlocks, or another one signs in.
    pub fn lock(&self) -> Result<(), Stop> {
        let operator = self.operator();
        self.session.lock().locked = true;
        self.touch();
        match operator {
            Some(operator) => self.commit(Change::SessionClosed {
                operator: operator.id,
            }),
            None => Ok(()),
        }
    }

    /// Signs out, here and, where it can be reached, at the registry.
    pub async fn close_session(&self) -> Result<(), Stop> {
        let closed = {
            let mut slot = self.session.lock();
            let closed = slot.session.clone();
            *slot = slot.ended();
            closed
        };
        let removed = private::remove(&self.dir, SESSION_FILE);
        if let (Some(session), Ok(client)) = (&closed, self.registry()) {
            // It ends by itself soon; being out of reach is no reason to stay signed in here.
            let _ = client.sign_out(session).await;
        }
        removed?;
        let recorded = self.store.session()?;
        match (closed, recorded) {
            (Some(session), Some(open)) if open.operator.id == session.operator.id => {
                self.commit(Change::SessionClosed {
                    operator: open.operator.id,
                })
            }
            // Its end is in the journal already: it was locked.
            _ => Ok(()),
        }
    }

    /// Keeps the session in a private file, for the commands that follow.
    pub fn keep_session(&self) -> Result<(), Stop> {
        let session = self.session()?;
        let ahead = self
            .registry()
            .ok()
            .and_then(|client| client.clock().ahead());
        let kept = Kept {
            session: session.as_ref(),
            registry_ahead_ms: ahead.and_then(|ahead| i64::try_from(ahead.as_millis()).ok()),
        };
        let bytes = serde_json::to_vec(&kept).map_err(|e| Stop::Store(e.to_string().into()))?;
        let bytes = Zeroizing::new(bytes);
        Ok(private::write(&self.dir, SESSION_FILE, &bytes)?)
    }

    /// Takes up the session that an earlier command kept.
    pub fn resume_session(&self) -> Result<(), Stop> {
        let kept = private::read(&self.dir, SESSION_FILE)?;
        let kept = kept
            .as_deref()
            .and_then(|bytes| serde_json::from_slice::<Kept<Session>>(bytes).ok());
        let ahead = kept.as_ref().and_then(|kept| kept.registry_ahead_ms);
        if let (Some(ahead_ms), Ok(client)) = (ahead, self.registry()) {
            client
                .clock()
                .assume_ahead(SignedDuration::from_millis(ahead_ms));
        }
        let session = kept.map(|kept| Arc::new(kept.session));
        *self.session.lock() = Slot {
            session,
            ..Slot::default()
        };
        Ok(())
    }
}

/// The station's own check of an assertion. Only a signature that was really verified counts.
fn check_unlock(
    unlock: &Unlock,
    challenge: &Bytes,
    proof: &AuthenticationResponse,
) -> Result<(), Stop> {
    // The station made the client data itself, so that it must be the same to the byte.
    let client = client_data(Ceremony::Get, challenge, &unlock.origin);
    if proof.response.client_data_json != client.json || proof.raw_id != unlock.credential {
        return Err(Flaw::NotOperators.into());
    }
    let signed = NewAssertion {
        id: proof.raw_id.clone(),
        authenticator_data: proof.response.authenticator_data.clone(),
        signature: proof.response.signature.clone(),
        user_handle: None,
    };
    let verified = verify_assertion(
        &signed,
        &client.hash,
        &unlock.rp_id,
        Some(&unlock.public_key),
    )?;
    match verified {
        Verified::Signature => Ok(()),
        Verified::LeftToRegistry => Err(Flaw::OnlyRegistry.into()),
    }
}
