//! What losses need of the shell: the registry's word on lifting, and what the station knows of a person without it.

use super::Station;
use crate::domain::suspension::FactorRef;
use crate::domain::visit::Held;
use crate::domain::{EntryId, Person, PersonId, StationId};
use crate::record::Enrolment;
use crate::registry::RegistryError;
use crate::wire::{
    Credential, KeyReport, Lift, LiftOffer, LiftReply, LiftRequest, PersonDetail, Shown, VERSION,
};
use crate::workflow::{Errand, Stop};

impl Station {
    /// What must be shown so that the registry lifts a suspension.
    pub(super) async fn lift_offer(
        &self,
        person: &PersonId,
        factor: &FactorRef,
    ) -> Result<LiftOffer, Stop> {
        let session = self.session()?;
        let request = LiftRequest {
            version: VERSION,
            person: person.clone(),
            factor: factor.clone(),
        };
        let offer = self.registry()?.lift_offer(&session, &request).await;
        self.heard_in(&session, offer)
    }

    /// Shows a factor to the registry. What a key signed is safe to repeat; a code counts each time, and is sent once.
    pub(super) async fn lift(&self, entry: EntryId, lift: &Lift) -> Result<LiftReply, Stop> {
        let session = self.session()?;
        let client = self.registry()?;
        let factor = lift.factor.clone();
        let about = (&lift.person, Errand::Lift { factor });
        let is_safe = matches!(lift.shown, Shown::Signed { .. });
        let ask = async |may_be_done| match may_be_done && !is_safe {
            true => Err(RegistryError::Malformed {
                what: "it did not say what a code was".to_owned(),
            }),
            false => client.lift(&session, entry, lift).await,
        };
        self.surely_for(&session, about, ask).await
    }

    /// The keys that were enrolled here for a person and are not gone, as far as the station knows; none where it enrolled none.
    pub(super) fn kept(&self, person: &PersonId) -> Result<Option<PersonDetail>, Stop> {
        let made = self.store.enrolments_of(person)?;
        let live: Vec<&Enrolment> = made.iter().filter(|e| e.is_live()).collect();
        let Some(last) = live.last() else {
            return Ok(None);
        };
        let credentials: Vec<Credential> = live.iter().map(|e| self.credential(e)).collect();
        Ok(Some(PersonDetail {
            person: Person {
                keys: u32::try_from(credentials.len()).unwrap_or(u32::MAX),
                ..last.person.clone()
            },
            credentials,
            factors: Vec::new(),
            visit: None,
            served_by: None,
            resets_of_others: Vec::new(),
            no_reset: None,
            reset: None,
            exception: None,
        }))
    }

    fn credential(&self, made: &Enrolment) -> Credential {
        let model = self.slots.models.name(made.key.aaguid);
        Credential {
            id: made.credential.clone(),
            key: KeyReport {
                id: made.key.clone(),
                model: model.map_or_else(|| "FIDO2".to_owned(), str::to_owned),
                firmware: None,
            },
            model_by: None,
            enrolled_at: made.at,
            station: match &self.joined {
                Some(joined) => joined.id.clone(),
                None => StationId::new(""),
            },
            operator: made.operator.clone(),
            last_tested_at: None,
            gone_at: None,
            held: Held::default(),
        }
    }
}
