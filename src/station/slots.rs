//! The bay as workflows and faces see it: facts with model names, and slots that remember being used.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::face::{SlotState as SlotLook, SlotView};
pub use crate::bay::Slot;
use crate::bay::{Activity, Bay, Broken, Ready, Refusal, SlotState};
use crate::ctap::{Info, Retries};
use crate::domain::models::{Catalogue, Models};
use crate::domain::policy::{Policy, Verdict, judge_key};
use crate::domain::unfit::Unusable;
use crate::domain::{KeyFacts, UsbPath};

/// No change for so long means that the keys which were in have all been noticed.
const QUIET: Duration = Duration::from_millis(150);

/// The bay together with the list of models.
pub struct Slots {
    pub(super) bay: Bay,
    pub(super) models: Models,
    pub(super) policy: Policy,
    /// Every place that ever held a key, so that an empty slot can be shown as such.
    known: Mutex<BTreeMap<u16, UsbPath>>,
}

impl Slots {
    /// Takes over a bay.
    pub fn new(bay: Bay, models: Models) -> Self {
        Self {
            bay,
            models,
            policy: Policy::default(),
            known: Mutex::default(),
        }
    }

    /// The same with rules on which keys are allowed.
    pub fn with_policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// The same with what the FIDO Alliance publishes of models.
    pub fn with_catalogue(self, catalogue: Option<Arc<Catalogue>>) -> Self {
        Self {
            models: self.models.with_catalogue(catalogue),
            ..self
        }
    }

    pub fn models(&self) -> &Models {
        &self.models
    }

    /// What the list of models and the policy say of a key, whoever it may be for.
    pub fn verdict(&self, key: &KeyFacts) -> Verdict {
        judge_key(key, &self.models, &self.policy)
    }

    /// The keys that workflows can work with: those that have said what they are.
    pub fn keys(&self) -> Vec<KeyFacts> {
        let slots = Arc::clone(&self.bay.slots().borrow());
        slots.iter().filter_map(|slot| self.facts(slot)).collect()
    }

    /// Every slot that holds or held a key, by number.
    pub fn views(&self) -> Vec<SlotView> {
        let slots = Arc::clone(&self.bay.slots().borrow());
        let mut known = self.known.lock();
        known.extend(slots.iter().map(|s| (s.number, s.place.clone())));
        known
            .iter()
            .map(|(number, place)| SlotView {
                number: *number,
                place: place.clone(),
                state: slots
                    .iter()
                    .find(|slot| slot.place == *place)
                    .map_or(SlotLook::Empty, |slot| self.look(slot)),
            })
            .collect()
    }

    /// Waits until the keys differ from `seen`.
    pub async fn differ(&self, seen: &[KeyFacts]) {
        let mut slots = self.bay.slots();
        loop {
            slots.borrow_and_update();
            if !same_keys(&self.keys(), seen) {
                return;
            }
            if slots.changed().await.is_err() {
                // The bay has closed: nothing will ever change again.
                std::future::pending::<()>().await;
            }
        }
    }

    /// The bay as it is.
    pub fn raw(&self) -> Arc<Vec<Slot>> {
        Arc::clone(&self.bay.slots().borrow())
    }

    /// Waits until every key that is in has said what it is and no other came for a moment, at most `limit`.
    pub async fn settled(&self, limit: Duration) {
        let mut slots = self.bay.slots();
        let settled = async {
            loop {
                let opening = |slot: &Slot| matches!(slot.state, SlotState::Opening);
                let quiet = !slots.borrow_and_update().iter().any(opening);
                let change = tokio::time::timeout(QUIET, slots.changed()).await;
                if quiet && change.is_err() {
                    return;
                }
            }
        };
        // A key that takes longer is met when it is ready.
        let _ = tokio::time::timeout(limit, settled).await;
    }

    /// Waits until something about the bay changes.
    pub async fn changed(&self, seen: &mut tokio::sync::watch::Receiver<Arc<Vec<Slot>>>) {
        if seen.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// A receiver for [`Slots::changed`].
    pub fn watch(&self) -> tokio::sync::watch::Receiver<Arc<Vec<Slot>>> {
        self.bay.slots()
    }

    /// The facts of a key whose info was just read again.
    pub(super) fn with_info(
        &self,
        key: KeyFacts,
        info: Arc<Info>,
        retries: Option<Retries>,
    ) -> KeyFacts {
        let slots = Arc::clone(&self.bay.slots().borrow());
        let slot = slots
            .iter()
            .find(|slot| slot.place == key.place && slot.generation == key.generation);
        let Some((slot, SlotState::Ready(ready))) = slot.map(|slot| (slot, &slot.state)) else {
            return key;
        };
        let fresh = Slot {
            state: SlotState::Ready(Ready {
                info,
                pin_retries: retries,
                ..ready.clone()
            }),
            ..slot.clone()
        };
        self.facts(&fresh).unwrap_or(key)
    }

    /// What the key in a slot says of itself.
    pub fn facts(&self, slot: &Slot) -> Option<KeyFacts> {
        let mut facts = slot.facts()?;
        if let Some(name) = self.models.name(facts.id.aaguid) {
            name.clone_into(&mut facts.model);
        }
        Some(facts)
    }

    /// What the key states of a policy on simple PINs that is on: where it is explained, if it says.
    pub(super) fn pin_policy(&self, key: &KeyFacts) -> Option<Option<String>> {
        let slots = Arc::clone(&self.bay.slots().borrow());
        let mut slots = slots.iter();
        let slot = slots.find(|s| s.place == key.place && s.generation == key.generation)?;
        match &slot.state {
            SlotState::Ready(ready) if ready.info.pin_complexity_policy == Some(true) => {
                Some(super::keys::policy_url(&ready.info))
            }
            _ => None,
        }
    }

    /// In which slot the key that is meant can't be worked with, and why, where one is in: by place or serial number, else the first
    /// one that can't.
    pub fn unready(&self, wanted: &[&str]) -> Option<(u16, Unusable)> {
        let slots = Arc::clone(&self.bay.slots().borrow());
        let is_meant = |slot: &&Slot| {
            let serial = slot.identity.serial.as_deref();
            let names = |name: &&str| slot.place.as_str() == *name || serial == Some(*name);
            wanted.is_empty() || wanted.iter().any(names)
        };
        let mut meant = slots.iter().filter(is_meant);
        meant.find_map(|slot| unusable(&slot.state).map(|why| (slot.number, why)))
    }

    /// What is to be seen of a slot that holds a key.
    pub fn look(&self, slot: &Slot) -> SlotLook {
        let product = || slot.identity.product.clone();
        if let Some(why) = unusable(&slot.state) {
            return SlotLook::Unusable {
                product: product(),
                why,
            };
        }
        match (&slot.state, self.facts(slot)) {
            (SlotState::Ready(ready), Some(facts)) if ready.activity == Activity::Idle => {
                SlotLook::Ready(Box::new(facts))
            }
            (SlotState::Ready(_), Some(facts)) => SlotLook::Busy(Box::new(facts)),
            (SlotState::U2fOnly, _) => SlotLook::U2fOnly { product: product() },
            _ => SlotLook::Opening { product: product() },
        }
    }
}

/// Why a key in that state can't be used; none: it can, or is asked yet what it is.
fn unusable(state: &SlotState) -> Option<Unusable> {
    match state {
        SlotState::Opening | SlotState::Ready(_) | SlotState::U2fOnly => None,
        SlotState::Refused { why } => Some(match why.clone() {
            Refusal::NoPermission { node } => Unusable::NoPermission { node },
            Refusal::NoRoom { limit } => Unusable::NoRoom { limit },
            Refusal::System { reason } => Unusable::System { reason },
        }),
        SlotState::Failed { why } => Some(match why {
            Broken::Key(error) => Unusable::Failed {
                why: super::keys::fault_of(error, None),
            },
            Broken::Station => Unusable::Broke,
        }),
    }
}

/// The same keys in the same places; what they are doing at the moment does not count.
fn same_keys(now: &[KeyFacts], seen: &[KeyFacts]) -> bool {
    now.len() == seen.len()
        && now
            .iter()
            .zip(seen)
            .all(|(a, b)| a.place == b.place && a.generation == b.generation)
}
