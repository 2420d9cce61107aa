//! The station's side of [`Desk`]: one workflow's view of bay, store, registry and the people in front of a face.
//!
//! Invariant: once `cancel` is set, every question and every key operation ends with "cancelled"; what is already in the
//! journal stays there.

mod app;
mod care;
mod loss;
mod reset;
mod stopwatch;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::Station;
use super::keys;
use crate::bay::{Cancel, KeyError, KeyRef};
use crate::ctap::{AnyDevice, Control, CtapError, Keepalive};
use crate::domain::models::Models;
use crate::domain::policy::Policy;
use crate::domain::{
    Bytes, EntryId, Identification, KeyFacts, KeyId, PersonId, Pin, Secret, VisitId,
};
use crate::record::{Change, Enrolment};
use crate::wire::webauthn::{CreationOptions, Descriptor, RequestOptions};
use crate::wire::{
    KnownCredentials, Offer, Operator, OperatorEnrolment, OperatorOffer, PersonDetail, SignIn,
    SignInOptions, Visit,
};
use crate::workflow::care::KeyTime;
use crate::workflow::dialogue::{Answer, Event, Question};
use crate::workflow::{
    Desk, Doubt, KeyFault, NewAssertion, NewCredential, NotMade, Pushed, Resident, SignedIn, Stop,
    Ticket, Wants,
};
use stopwatch::Stopwatch;

/// How long a key may take for anything that needs no touch.
const QUICK: Duration = Duration::from_secs(10);

/// How long an operation with a touch may take: more than the 30 s after which a key gives up by itself.
const WITH_TOUCH: Duration = Duration::from_secs(45);

/// The people in front of a screen, or the arguments that stand in for them.
pub trait Face: Send {
    /// Shows what happens. Called from the key's thread too: must return quickly.
    fn tell(&self, event: Event);
    /// Puts a question. May wait for ever: cancelling drops the future.
    fn ask(&self, question: Question) -> impl Future<Output = Result<Answer, Stop>>;
    /// Gives a random PIN to the person, once; returns when they have it.
    fn hand_over(&self, key: &KeyFacts, pin: Pin) -> impl Future<Output = Result<(), Stop>> {
        drop((key, pin));
        let what = "a random PIN: there is nothing here to hand it over with";
        std::future::ready(Err(Stop::Key(KeyFault::Unsupported(what.to_owned()))))
    }
    /// Waits while the run may take no further step, because the screen is locked over it.
    fn cleared(&self) -> impl Future<Output = ()> {
        std::future::ready(())
    }
}

/// One run's desk.
pub struct StationDesk<F> {
    station: Arc<Station>,
    face: Arc<F>,
    cancel: Cancel,
    /// How long the last operation of a key took.
    time: KeyTime,
}

impl<F: Face + Sync + 'static> StationDesk<F> {
    /// A desk for one run.
    pub fn new(station: Arc<Station>, face: Arc<F>, cancel: Cancel) -> Self {
        Self {
            station,
            face,
            cancel,
            time: KeyTime::default(),
        }
    }

    async fn unless_cancelled<T>(
        &self,
        call: impl Future<Output = Result<T, Stop>>,
    ) -> Result<T, Stop> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stop::Cancelled),
            result = call => result,
        }
    }

    /// The same desk for what must be done after a cancel too: undoing. It needs no touch, so it ends soon.
    fn uncancelled(&self) -> Self {
        Self {
            station: Arc::clone(&self.station),
            face: Arc::clone(&self.face),
            cancel: Cancel::default(),
            time: KeyTime::default(),
        }
    }

    /// Waits while the screen is locked over the run.
    async fn cleared(&self) -> Result<(), Stop> {
        tokio::select! {
            biased;
            () = self.face.cleared() => Ok(()),
            () = self.cancel.cancelled() => Err(Stop::Cancelled),
        }
    }

    /// Runs a job on a key's thread once the run may go on.
    async fn on_key<R: Send + 'static>(
        &mut self,
        key: &KeyFacts,
        limit: Duration,
        job: impl FnOnce(&mut AnyDevice, &mut Control<'_>) -> Result<R, CtapError> + Send + 'static,
    ) -> Result<R, KeyFault> {
        self.cleared().await.map_err(|_| KeyFault::Cancelled)?;
        self.on_key_now(key, limit, job).await
    }

    /// Runs a job on a key's thread; keepalives go to the face.
    async fn on_key_now<R: Send + 'static>(
        &mut self,
        key: &KeyFacts,
        limit: Duration,
        job: impl FnOnce(&mut AnyDevice, &mut Control<'_>) -> Result<R, CtapError> + Send + 'static,
    ) -> Result<R, KeyFault> {
        self.run(key, limit, job)
            .await
            .map_err(|failed| failed.fault)
    }

    async fn run<R: Send + 'static>(
        &mut self,
        key: &KeyFacts,
        limit: Duration,
        job: impl FnOnce(&mut AnyDevice, &mut Control<'_>) -> Result<R, CtapError> + Send + 'static,
    ) -> Result<R, Failed> {
        let reference = KeyRef {
            place: key.place.clone(),
            generation: key.generation,
        };
        let face = Arc::clone(&self.face);
        let last = Mutex::new(None);
        let watch = Arc::new(Mutex::new(Stopwatch::start()));
        let hears = Arc::clone(&watch);
        let keepalive = move |keepalive: Keepalive| {
            locked(&hears).hear(keepalive);
            // A key repeats itself every 100 ms; the screen only needs to hear what changes.
            let mut last = locked(&last);
            if last.replace(keepalive) != Some(keepalive) {
                face.tell(Event::Alive {
                    touch: keepalive == Keepalive::TouchNeeded,
                });
            }
        };
        let result = self
            .station
            .slots
            .bay
            .run(&reference, limit, &self.cancel, keepalive, job)
            .await;
        self.time = locked(&watch).stop();
        let error = match result {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let fault = match &error {
            KeyError::Ctap { error, .. } if is_wrong_pin(error) => {
                let retries = self
                    .station
                    .slots
                    .bay
                    .run(&reference, QUICK, &self.cancel, |_| {}, keys::retries)
                    .await
                    .ok()
                    .flatten()
                    .map(|retries| retries.left);
                keys::fault_of(error, retries)
            }
            error => fault_of_bay(error),
        };
        Err(Failed { error, fault })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a job on a key failed: as the bay says, and as a workflow decides on it.
struct Failed {
    error: KeyError,
    fault: KeyFault,
}

fn is_wrong_pin(error: &CtapError) -> bool {
    error.status() == Some(crate::ctap::Status::PinInvalid)
}

/// Whether a key that was to make a credential, and gave none, made one.
fn doubt_of(error: &KeyError) -> Doubt {
    match error {
        KeyError::NoKey
        | KeyError::NotReady { .. }
        | KeyError::Busy { .. }
        | KeyError::Gone { begun: false, .. } => Doubt::No,
        KeyError::Ctap { error, .. }
        | KeyError::Cancelled {
            error: Some(error), ..
        } => keys::doubt_of(error),
        KeyError::Gone { begun: true, .. } | KeyError::Cancelled { error: None, .. } => Doubt::Yes,
    }
}

fn fault_of_bay(error: &KeyError) -> KeyFault {
    match error {
        KeyError::Gone { .. } => KeyFault::Gone,
        KeyError::Cancelled { .. } => KeyFault::Cancelled,
        KeyError::Ctap { error, .. } => keys::fault_of(error, None),
        other => KeyFault::Failed(other.to_string()),
    }
}

impl<F: Face + Sync + 'static> Desk for StationDesk<F> {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn registry_now(&self) -> Timestamp {
        self.station.registry_now()
    }

    fn registry_pin_floor(&self) -> Option<u8> {
        self.station.registry_pin_floor()
    }

    fn fresh_id(&mut self) -> uuid::Uuid {
        uuid::Uuid::now_v7()
    }

    fn models(&self) -> &Models {
        &self.station.slots.models
    }

    fn policy(&self) -> &Policy {
        &self.station.slots.policy
    }

    fn operator(&self) -> Option<Operator> {
        self.station.operator()
    }

    fn tell(&mut self, event: Event) {
        self.face.tell(event);
    }

    async fn ask(&mut self, question: Question) -> Result<Answer, Stop> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stop::Cancelled),
            answer = self.face.ask(question) => answer,
        }
    }

    async fn ask_or_bay_change(
        &mut self,
        question: Question,
        seen: &[KeyFacts],
    ) -> Result<Option<Answer>, Stop> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stop::Cancelled),
            () = self.station.slots.differ(seen) => {
                self.face.tell(Event::Withdrawn);
                Ok(None)
            }
            answer = self.face.ask(question) => answer.map(Some),
        }
    }

    async fn detail(&mut self, person: &PersonId) -> Result<PersonDetail, Stop> {
        self.unless_cancelled(self.station.person(person)).await
    }

    async fn open_visit(
        &mut self,
        person: &PersonId,
        identification: &Identification,
    ) -> Result<Visit, Stop> {
        self.unless_cancelled(self.station.open_visit(person, identification))
            .await
    }

    async fn offer(&mut self, person: &PersonId, visit: Option<VisitId>) -> Result<Offer, Stop> {
        self.unless_cancelled(self.station.offer(person, visit))
            .await
    }

    async fn ticket(&mut self, person: &PersonId, wants: Wants) -> Result<Option<Ticket>, Stop> {
        self.station.ticket(person, wants)
    }

    async fn enrolled_here(&mut self, person: &PersonId) -> Result<Vec<Bytes>, Stop> {
        self.station.enrolled_here(person)
    }

    async fn known_credentials(
        &mut self,
        key: &KeyId,
        person: Option<&PersonId>,
        held: &[Bytes],
    ) -> Result<KnownCredentials, Stop> {
        self.unless_cancelled(self.station.known_credentials(key, person, held))
            .await
    }

    async fn public_key_of(&mut self, credential: &Bytes) -> Result<Option<Bytes>, Stop> {
        self.station.public_key_of(credential)
    }

    async fn push(&mut self, entry: EntryId) -> Result<Pushed, Stop> {
        // It is on disk: whoever does not want to wait loses nothing.
        match self.unless_cancelled(self.station.push_entry(entry)).await {
            Err(Stop::Cancelled) => Ok(Pushed::Queued),
            pushed => pushed,
        }
    }

    async fn sign_in_options(&mut self) -> Result<SignInOptions, Stop> {
        self.unless_cancelled(self.station.sign_in_options()).await
    }

    async fn sign_in(&mut self, proof: SignIn) -> Result<SignedIn, Stop> {
        self.unless_cancelled(self.station.open_session(&proof))
            .await
    }

    async fn operator_offer(&mut self, code: &Secret) -> Result<OperatorOffer, Stop> {
        self.unless_cancelled(self.station.operator_offer(code))
            .await
    }

    async fn operator_enrol(&mut self, enrolment: OperatorEnrolment) -> Result<Operator, Stop> {
        self.station.operator_enrol(&enrolment).await
    }

    async fn own_key_challenge(&mut self) -> Result<SignInOptions, Stop> {
        self.unless_cancelled(self.station.own_key_challenge())
            .await
    }

    async fn is_operators(&mut self, proof: SignIn) -> Result<bool, Stop> {
        self.station.is_operators(&proof).await
    }

    async fn commit(&mut self, change: Change) -> Result<(), Stop> {
        if change.nature().needs_operator() {
            self.cleared().await?;
        }
        self.station.commit(change)
    }

    async fn enrolments_on(&mut self, key: &KeyFacts) -> Result<Vec<Enrolment>, Stop> {
        self.station
            .store
            .enrolments_on(key)
            .map_err(|e| Stop::Store(e.to_string()))
    }

    fn keys(&self) -> Vec<KeyFacts> {
        self.station.slots.keys()
    }

    async fn bay_changed(&mut self, seen: &[KeyFacts]) -> Result<(), Stop> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stop::Cancelled),
            () = self.station.slots.differ(seen) => Ok(()),
        }
    }

    async fn touched(&mut self, keys: &[KeyFacts]) -> Result<KeyFacts, Stop> {
        self.cleared().await?;
        let references: Vec<KeyRef> = keys
            .iter()
            .map(|key| KeyRef {
                place: key.place.clone(),
                generation: key.generation,
            })
            .collect();
        let chosen = self
            .station
            .slots
            .bay
            .wait_touch(&references, WITH_TOUCH, &self.cancel)
            .await
            .map_err(|error| match fault_of_bay(&error) {
                KeyFault::Cancelled => Stop::Cancelled,
                fault => Stop::Key(fault),
            })?;
        keys.iter()
            .find(|key| key.place == chosen.place)
            .cloned()
            .ok_or(Stop::Key(KeyFault::Gone))
    }

    async fn wink(&mut self, key: &KeyFacts) -> Result<(), KeyFault> {
        self.on_key(key, QUICK, AnyDevice::wink).await
    }

    async fn facts(&mut self, key: &KeyFacts) -> Result<KeyFacts, KeyFault> {
        let read = |device: &mut AnyDevice, control: &mut Control<'_>| {
            let info = device.info(control)?;
            let retries = keys::if_told(keys::retries(device, control))?;
            Ok((info, retries.flatten()))
        };
        let (info, retries) = self.on_key(key, QUICK, read).await?;
        Ok(self.station.slots.with_info(key.clone(), info, retries))
    }

    async fn verify_pin(&mut self, key: &KeyFacts, pin: &Pin, rp_id: &str) -> Result<(), KeyFault> {
        let (pin, rp_id) = (pin.duplicate(), rp_id.to_owned());
        self.on_key(key, QUICK, move |device, control| {
            keys::verify_pin(device, control, &pin, &rp_id)
        })
        .await
    }

    async fn set_pin(&mut self, key: &KeyFacts, pin: &Pin) -> Result<(), KeyFault> {
        let pin = pin.duplicate();
        self.on_key(key, QUICK, move |device, control| {
            device.set_pin(&pin, control)
        })
        .await
    }

    async fn change_pin(&mut self, key: &KeyFacts, old: &Pin, new: &Pin) -> Result<(), KeyFault> {
        let (old, new) = (old.duplicate(), new.duplicate());
        self.on_key(key, QUICK, move |device, control| {
            device.change_pin(&old, &new, control)
        })
        .await
    }

    async fn holds(
        &mut self,
        key: &KeyFacts,
        rp_id: &str,
        ids: &[Descriptor],
    ) -> Result<Option<Bytes>, KeyFault> {
        let (rp_id, ids) = (rp_id.to_owned(), ids.to_vec());
        self.on_key(key, QUICK, move |device, control| {
            keys::holds(device, control, &rp_id, &ids)
        })
        .await
    }

    async fn is_operators_own(&mut self, key: &KeyFacts) -> Result<bool, KeyFault> {
        let Some(own) = self.station.operators_credential() else {
            return Ok(false);
        };
        let ids = [Descriptor::new(own.credential)];
        let held = self.holds(key, &own.rp_id, &ids).await?;
        Ok(held.is_some())
    }

    async fn residents(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        rp_id: &str,
    ) -> Result<Vec<Resident>, KeyFault> {
        let (pin, rp_id) = (pin.duplicate(), rp_id.to_owned());
        // Also asked after a cancel, to find out what must be undone.
        self.uncancelled()
            .on_key_now(key, QUICK, move |device, control| {
                keys::residents(device, control, &pin, &rp_id)
            })
            .await
    }

    async fn make_credential(
        &mut self,
        key: &KeyFacts,
        pin: Option<&Pin>,
        options: &CreationOptions,
        client_data_hash: [u8; 32],
    ) -> Result<NewCredential, NotMade> {
        let (pin, options) = (pin.map(Pin::duplicate), options.clone());
        let never_asked = |fault| NotMade {
            fault,
            doubt: Doubt::No,
        };
        self.cleared()
            .await
            .map_err(|_| never_asked(KeyFault::Cancelled))?;
        self.run(key, WITH_TOUCH, move |device, control| {
            keys::make_credential(device, control, pin.as_ref(), &options, client_data_hash)
        })
        .await
        .map_err(|failed| NotMade {
            doubt: doubt_of(&failed.error),
            fault: failed.fault,
        })
    }

    async fn get_assertion(
        &mut self,
        key: &KeyFacts,
        pin: Option<&Pin>,
        options: &RequestOptions,
        client_data_hash: [u8; 32],
    ) -> Result<NewAssertion, KeyFault> {
        let (pin, options) = (pin.map(Pin::duplicate), options.clone());
        self.on_key(key, WITH_TOUCH, move |device, control| {
            keys::get_assertion(device, control, pin.as_ref(), &options, client_data_hash)
        })
        .await
    }

    async fn delete_credential(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        rp_id: &str,
        id: &Bytes,
    ) -> Result<(), KeyFault> {
        let (pin, rp_id, id) = (pin.duplicate(), rp_id.to_owned(), id.clone());
        self.uncancelled()
            .on_key_now(key, QUICK, move |device, control| {
                keys::delete_credential(device, control, &pin, &rp_id, &id)
            })
            .await
    }
}
