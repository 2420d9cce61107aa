//! What is enrolled by now: asked right before it is used, because desks work side by side and people go from one to the other.
//!
//! The registry is asked where it can be reached; what this station's own journal knows comes on top. Invariant: what the
//! registry was not asked about just now is never taken for nobody's.

use jiff::Timestamp;

use super::steps::on_key;
use super::{Desk, KeyFault, Stop};
use crate::domain::{Bytes, KeyFacts, KeyId, PersonId};
use crate::record::Enrolment;
use crate::wire::webauthn::Descriptor;
use crate::wire::{KnownCredentials, Offer, PersonStanding};

/// What is enrolled for the person of an offer, and for others on such keys.
pub(super) struct Known {
    /// The person's: in use, or on their way to the registry.
    pub(super) of_person: Vec<Bytes>,
    /// Those of them that the registry took from this station once: whether it holds them still is for it to say.
    taken: Vec<Bytes>,
    /// Other people's that may be on this key, and whose they are where that is known.
    pub(super) of_others: Vec<(Bytes, Option<String>)>,
    /// Those of them that the registry lists for a key of this serial number.
    pub(super) by_serial: Vec<Bytes>,
    /// The person's on such keys that the registry refused, and that nobody has given up.
    pub(super) in_conflict: Vec<Bytes>,
    pub(super) registry: Asked,
}

/// What the registry said of credentials that it does not know.
pub(super) enum Asked {
    /// It could not be asked.
    Not,
    /// No other desk can have made one.
    NobodysElse,
    /// Another desk may have made one and not reported it yet; until then it may.
    MayBeElsewhere(Timestamp),
}

impl Known {
    /// Whether a credential of the person is accounted for.
    pub(super) fn is_in_use(&self, id: &Bytes) -> bool {
        self.of_person.contains(id) || self.in_conflict.contains(id)
    }

    /// As makeCredential takes it.
    pub(super) fn exclude_list(&self) -> Vec<Descriptor> {
        self.of_person
            .iter()
            .cloned()
            .map(Descriptor::new)
            .collect()
    }
}

/// Asks for all of it. `held`: what the key was seen to hold.
pub(super) async fn ask(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    offer: &Offer,
    held: &[Bytes],
) -> Result<Known, Stop> {
    let answer = at_registry(desk, &key.id, &offer.person.id, held).await?;
    let mut known = by_journal(desk, key, offer).await?;
    if let Some((answer, standing)) = answer {
        known.add_from_registry(answer, standing, &offer.person.id);
    }
    Ok(known)
}

/// The same without the registry.
pub(super) async fn by_journal(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    offer: &Offer,
) -> Result<Known, Stop> {
    let mut known = Known {
        of_person: Vec::new(),
        taken: Vec::new(),
        of_others: Vec::new(),
        by_serial: Vec::new(),
        in_conflict: Vec::new(),
        registry: Asked::Not,
    };
    for descriptor in &offer.creation.exclude_credentials {
        add(&mut known.of_person, &descriptor.id);
    }
    for here in desk.enrolled_here(&offer.person.id).await? {
        add(&mut known.of_person, &here.credential);
        if here.pushed {
            add(&mut known.taken, &here.credential);
        }
    }
    for enrolment in desk.enrolments_on(key).await? {
        known.add_here(enrolment, offer);
    }
    Ok(known)
}

/// What the registry answers; `None`: it can't be asked, or does not say.
pub(super) async fn at_registry(
    desk: &mut dyn Desk,
    key: &KeyId,
    person: &PersonId,
    held: &[Bytes],
) -> Result<Option<(KnownCredentials, PersonStanding)>, Stop> {
    match desk.known_credentials(key, Some(person), held).await {
        Ok(mut answer) => Ok(answer.person.take().map(|standing| (answer, standing))),
        Err(Stop::Unreachable(_) | Stop::RegistryRefused { .. }) => Ok(None),
        Err(stop) => Err(stop),
    }
}

impl Known {
    fn add_here(&mut self, enrolment: Enrolment, offer: &Offer) {
        if !enrolment.is_live() || enrolment.rp_id != offer.creation.rp.id {
            return;
        }
        if enrolment.person.id != offer.person.id {
            self.of_others
                .push((enrolment.credential, Some(enrolment.person.name)));
        } else if !enrolment.pushed && !self.of_person.contains(&enrolment.credential) {
            self.in_conflict.push(enrolment.credential);
        }
    }

    fn add_from_registry(
        &mut self,
        answer: KnownCredentials,
        standing: PersonStanding,
        person: &PersonId,
    ) {
        // What it ended since, by a reset of the account or at another desk, is only on the key.
        let ended = |id: &Bytes| self.taken.contains(id) && !standing.credentials.contains(id);
        self.of_person.retain(|id| !ended(id));
        for id in &standing.credentials {
            add(&mut self.of_person, id);
        }
        for known in answer.known {
            if known.person.id != *person {
                let (id, name) = (known.credential.id, Some(known.person.name));
                self.by_serial.push(id.clone());
                self.of_others.push((id, name));
            }
        }
        for id in answer.candidates {
            let is_listed = self.of_others.iter().any(|(listed, _)| *listed == id);
            if !is_listed && !self.of_person.contains(&id) {
                self.of_others.push((id, None));
            }
        }
        self.registry = match standing.open_elsewhere {
            None => Asked::NobodysElse,
            Some(until) => Asked::MayBeElsewhere(until),
        };
    }
}

fn add(list: &mut Vec<Bytes>, id: &Bytes) {
    if !list.contains(id) {
        list.push(id.clone());
    }
}

/// Whose a credential is that is somebody else's.
pub(super) async fn owner(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    known: &Known,
    id: &Bytes,
) -> Result<String, Stop> {
    let listed = known.of_others.iter().find(|(other, _)| other == id);
    if let Some((_, Some(name))) = listed {
        return Ok(name.clone());
    }
    owner_of(desk, &key.id, id).await
}

/// The same by the registry alone.
pub(super) async fn owner_of(desk: &mut dyn Desk, key: &KeyId, id: &Bytes) -> Result<String, Stop> {
    let asked = desk.known_credentials(key, None, std::slice::from_ref(id));
    let found = match asked.await {
        Ok(answer) => answer.known,
        Err(Stop::Unreachable(_) | Stop::RegistryRefused { .. }) => Vec::new(),
        Err(stop) => return Err(stop),
    };
    let found = found.into_iter().find(|found| found.credential.id == *id);
    Ok(found.map_or_else(|| "somebody else".to_owned(), |found| found.person.name))
}

/// Which of these the key shows without a touch and without a PIN. `None`: none of them, or it answers no such question, in which
/// case its own exclude list decides.
pub(super) async fn shown(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    rp_id: &str,
    ids: &[Bytes],
) -> Result<Option<Bytes>, Stop> {
    Ok(answered(desk, key, rp_id, ids).await?.flatten())
}

/// The same; the outer `None`: it answers no such question.
pub(super) async fn answered(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    rp_id: &str,
    ids: &[Bytes],
) -> Result<Option<Option<Bytes>>, Stop> {
    if ids.is_empty() || !key.is_fido2() {
        return Ok(Some(None));
    }
    let ids: Vec<Descriptor> = ids.iter().cloned().map(Descriptor::new).collect();
    let held = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.holds(key, rp_id, &ids).await
    })
    .await;
    if_answered(held)
}

/// A question whose answer is a convenience: what the key says instead of an answer stops nothing.
pub(super) fn if_answered<R>(answer: Result<R, Stop>) -> Result<Option<R>, Stop> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(stop @ Stop::Key(KeyFault::Gone | KeyFault::Replugged | KeyFault::Cancelled)) => {
            Err(stop)
        }
        Err(Stop::Key(_)) => Ok(None),
        Err(stop) => Err(stop),
    }
}
