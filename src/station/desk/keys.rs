//! The keys of the bay: each call is one job on a key's own thread.
//!
//! Invariant: what is undone on a key is undone after a cancel too.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;

use super::StationDesk;
use super::stopwatch::Stopwatch;
use crate::bay::{KeyError, KeyRef};
use crate::ctap::{AnyDevice, Control, CtapError, Keepalive};
use crate::domain::care::{CredentialList, Fingerprint, Portrait, Setting, StoredCredential};
use crate::domain::reason::Failure;
use crate::domain::{Bytes, KeyFacts, Pin};
use crate::station::keys;
use crate::wire::webauthn::{CreationOptions, Descriptor, RequestOptions};
use crate::workflow::KeyTime;
use crate::workflow::dialogue::Event;
use crate::workflow::{
    Doubt, KeyFault, Keys, NewAssertion, NewCredential, NotMade, NotReset, Resident, Stop,
};

/// How long a key may take for anything that needs no touch.
const QUICK: Duration = Duration::from_secs(10);

/// How long an operation with a touch may take: more than the 30 s after which a key gives up by itself.
const WITH_TOUCH: Duration = Duration::from_secs(45);

/// How long a key may take for one exchange of a long list.
const LISTING: Duration = Duration::from_secs(30);

impl StationDesk {
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
        let reference = reference(key);
        let face = Arc::clone(&self.face);
        let last = Mutex::new(None);
        let watch = Arc::new(Mutex::new(Stopwatch::start()));
        let hears = Arc::clone(&watch);
        let keepalive = move |keepalive: Keepalive| {
            hears.lock().hear(keepalive);
            // A key repeats itself every 100 ms; the screen only needs to hear what changes.
            let mut last = last.lock();
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
            .run(&reference, limit, &self.cancel(), keepalive, job)
            .await;
        self.time = watch.lock().stop();
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
                    .run(&reference, QUICK, &self.cancel(), |_| {}, keys::retries)
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

impl StationDesk {
    /// Why a new PIN is not on the key: what the key states about simple PINs, where that is why. Its length was looked at before it
    /// was sent.
    fn pin_fault(&self, key: &KeyFacts, failed: Failed) -> KeyFault {
        let stated = self.station.slots.pin_policy(key);
        match (stated, &failed.fault, &failed.error) {
            (Some(explained_at), KeyFault::PinRefused, KeyError::Ctap { error, .. })
                if error.status() == Some(crate::ctap::Status::PinPolicyViolation) =>
            {
                KeyFault::PinTooSimple { explained_at }
            }
            _ => failed.fault,
        }
    }
}

/// Why a job on a key failed: as the bay says, and as a workflow decides on it.
struct Failed {
    error: KeyError,
    fault: KeyFault,
}

fn reference(key: &KeyFacts) -> KeyRef {
    KeyRef {
        place: key.place.clone(),
        generation: key.generation,
    }
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

pub(in crate::station) fn fault_of_bay(error: &KeyError) -> KeyFault {
    match error {
        KeyError::Gone { .. } => KeyFault::Gone,
        KeyError::Cancelled { .. } => KeyFault::Cancelled,
        KeyError::Ctap { error, .. } => keys::fault_of(error, None),
        KeyError::NoKey => KeyFault::Failed(Failure::NoKey),
        KeyError::NotReady { .. } => KeyFault::Failed(Failure::NotReady),
        KeyError::Busy { .. } => KeyFault::Failed(Failure::Crowded),
    }
}

#[async_trait(?Send)]
impl Keys for StationDesk {
    fn keys(&self) -> Vec<KeyFacts> {
        self.station.slots.keys()
    }

    fn key_time(&self) -> KeyTime {
        self.time
    }

    fn plugged_for(&self, key: &KeyFacts) -> Option<Duration> {
        self.station.slots.bay.plugged_for(&reference(key))
    }

    async fn bay_changed(&mut self, seen: &[KeyFacts]) -> Result<(), Stop> {
        let cancel = self.cancel();
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Stop::Cancelled),
            () = self.station.slots.differ(seen) => Ok(()),
        }
    }

    async fn touched(&mut self, keys: &[KeyFacts]) -> Result<KeyFacts, Stop> {
        self.cleared().await?;
        let references: Vec<KeyRef> = keys.iter().map(reference).collect();
        let chosen = self
            .station
            .slots
            .bay
            .wait_touch(&references, WITH_TOUCH, &self.cancel())
            .await
            .map_err(|error| fault_of_bay(&error))?;
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

    async fn portrait(&mut self, key: &KeyFacts) -> Result<Portrait, KeyFault> {
        if !key.is_fido2() {
            return Ok(Portrait::of_facts(key.clone()));
        }
        let read = self.on_key(key, QUICK, keys::care::read).await?;
        Ok(self.station.slots.portrait_of(key, read))
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
        self.cleared().await.map_err(|_| KeyFault::Cancelled)?;
        self.run(key, QUICK, move |device, control| {
            device.set_pin(&pin, control)
        })
        .await
        .map_err(|failed| self.pin_fault(key, failed))
    }

    async fn change_pin(&mut self, key: &KeyFacts, old: &Pin, new: &Pin) -> Result<(), KeyFault> {
        let (old, new) = (old.duplicate(), new.duplicate());
        self.cleared().await.map_err(|_| KeyFault::Cancelled)?;
        self.run(key, QUICK, move |device, control| {
            device.change_pin(&old, &new, control)
        })
        .await
        .map_err(|failed| self.pin_fault(key, failed))
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

    async fn configure(
        &mut self,
        key: &KeyFacts,
        pin: Option<&Pin>,
        setting: &Setting,
    ) -> Result<(), KeyFault> {
        let (pin, setting) = (pin.map(Pin::duplicate), setting.clone());
        self.on_key(key, QUICK, move |device, control| {
            keys::care::configure(device, control, pin.as_ref(), &setting)
        })
        .await
    }

    async fn credentials(&mut self, key: &KeyFacts, pin: &Pin) -> Result<CredentialList, KeyFault> {
        let pin = pin.duplicate();
        self.on_key(key, LISTING, move |device, control| {
            keys::care::credentials(device, control, &pin)
        })
        .await
    }

    async fn rename_credential(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        credential: &StoredCredential,
        name: &str,
    ) -> Result<(), KeyFault> {
        let (pin, name, credential) = (pin.duplicate(), name.to_owned(), credential.clone());
        self.on_key(key, QUICK, move |device, control| {
            keys::care::rename(device, control, &pin, &credential, &name)
        })
        .await
    }

    async fn fingerprints(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
    ) -> Result<Vec<Fingerprint>, KeyFault> {
        let pin = pin.duplicate();
        self.on_key(key, QUICK, move |device, control| {
            keys::care::fingerprints(device, control, &pin)
        })
        .await
    }

    async fn enrol_fingerprint(&mut self, key: &KeyFacts, pin: &Pin) -> Result<Bytes, KeyFault> {
        let (pin, face, about) = (pin.duplicate(), Arc::clone(&self.face), key.clone());
        let tell = move |sample| {
            face.tell(Event::Finger {
                key: about.clone(),
                sample,
            });
        };
        tell(None);
        self.on_key(key, WITH_TOUCH, move |device, control| {
            keys::care::enrol_finger(device, control, &pin, &tell)
        })
        .await
    }

    async fn name_fingerprint(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        id: &Bytes,
        name: &str,
    ) -> Result<String, KeyFault> {
        let (pin, id, name) = (pin.duplicate(), id.clone(), name.to_owned());
        self.on_key(key, QUICK, move |device, control| {
            keys::care::name_finger(device, control, &pin, &id, &name)
        })
        .await
    }

    async fn remove_fingerprint(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        id: &Bytes,
    ) -> Result<(), KeyFault> {
        let (pin, id) = (pin.duplicate(), id.clone());
        self.on_key(key, QUICK, move |device, control| {
            keys::care::remove_finger(device, control, &pin, &id)
        })
        .await
    }

    async fn reset_key(&mut self, key: &KeyFacts) -> Result<(), NotReset> {
        self.cleared().await.map_err(|_| NotReset::Failed {
            fault: KeyFault::Cancelled,
            nothing_done: true,
        })?;
        self.run(key, WITH_TOUCH, AnyDevice::reset)
            .await
            .map_err(|failed| match &failed.error {
                KeyError::Ctap { error, .. } => keys::reset::not_reset(error),
                KeyError::NoKey
                | KeyError::NotReady { .. }
                | KeyError::Busy { .. }
                | KeyError::Gone { begun: false, .. } => NotReset::Failed {
                    fault: fault_of_bay(&failed.error),
                    nothing_done: true,
                },
                KeyError::Gone { begun: true, .. } | KeyError::Cancelled { .. } => {
                    NotReset::Failed {
                        fault: fault_of_bay(&failed.error),
                        nothing_done: false,
                    }
                }
            })
    }
}
