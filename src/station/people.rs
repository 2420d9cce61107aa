//! People, as the station finds them: at the registry or, on a day with a bad line, in the tickets that were fetched ahead.
//!
//! Invariant: what comes from a ticket says so; nothing is done with an offer that contradicts itself.

use std::collections::BTreeSet;

use super::Station;
use super::face::Found;
use crate::domain::people_list::{ListError, PeopleList};
use crate::domain::reason::Gap;
use crate::domain::{Bytes, EntryId, Identification, OperatorId, PersonId, VisitId};
use crate::record::{EnrolledHere, EntryState, OutboxBody};
use crate::registry::RegistryError;
use crate::wire::{
    Acceptance, LOOKUP_MAX, Offer, PersonDetail, Said, VERSION, Visit, VisitClose, VisitPass,
    VisitRequest, problem_code,
};
use crate::workflow::{Errand, Stop};

/// Most people that a search brings.
pub(super) const FOUND_MAX: u32 = 20;

/// Why nothing is done with a list of people.
#[derive(Debug, thiserror::Error)]
pub enum ListFault {
    /// People on it are not known.
    #[error(transparent)]
    Unknown(#[from] ListError),
    /// Anything else.
    #[error(transparent)]
    Stop(#[from] Stop),
}

impl Station {
    /// Opens a visit of somebody who was identified so, or goes on in the one that is open.
    pub async fn open_visit(
        &self,
        person: &PersonId,
        identification: &Identification,
    ) -> Result<Visit, Stop> {
        let session = self.session()?;
        let request = VisitRequest {
            version: VERSION,
            identification: identification.clone(),
        };
        let answer = self.registry()?.open_visit(&session, person, &request);
        self.heard_in(&session, answer.await)
    }

    /// The person takes what waits for them, in a visit.
    pub async fn accept(
        &self,
        person: &PersonId,
        visit: VisitId,
        acceptance: &Acceptance,
    ) -> Result<PersonDetail, Stop> {
        let session = self.session()?;
        let client = self.registry()?;
        let entry = EntryId(uuid::Uuid::now_v7());
        let factor = acceptance.factor.clone();
        let about = (person, Errand::Accept { factor });
        let ask = async |_| client.accept(&session, (visit, entry), acceptance).await;
        self.surely_for(&session, about, ask).await
    }

    /// Ends a person's visit, with what they said of the factors of their account.
    pub async fn close_visit(
        &self,
        person: &PersonId,
        visit: VisitId,
        said: Said,
    ) -> Result<(), Stop> {
        let session = self.session()?;
        let client = self.registry()?;
        let close = VisitClose {
            version: VERSION,
            said,
        };
        let ask = async |may_be_done| {
            let answer = client.close_visit(&session, visit, &close).await;
            match answer {
                Err(refused) if may_be_done && is_over(&refused) => Ok(()),
                answer => answer,
            }
        };
        self.surely_for(&session, (person, Errand::Close { visit }), ask)
            .await
    }

    /// Another operator goes on with a visit.
    pub async fn pass_visit(&self, visit: VisitId, to: &OperatorId) -> Result<Visit, Stop> {
        let session = self.session()?;
        let client = self.registry()?;
        let pass = VisitPass {
            version: VERSION,
            to: to.clone(),
        };
        let mut is_passed_or_over = false;
        let ask = async |may_be_done| {
            let answer = client.pass_visit(&session, visit, &pass).await;
            is_passed_or_over = may_be_done && answer.as_ref().is_err_and(is_over);
            answer
        };
        match self.surely(&session, ask).await {
            Err(_) if is_passed_or_over => Err(Stop::Unanswered(Gap::VisitPassed)),
            answer => answer,
        }
    }

    /// A fresh offer, under a visit; without one for somebody who is not there.
    pub async fn offer(&self, person: &PersonId, visit: Option<VisitId>) -> Result<Offer, Stop> {
        let session = self.session()?;
        let answer = self.registry()?.offer(&session, person, visit).await;
        let offer = self.heard_in(&session, answer)?;
        check_offer(&offer, Some(person))?;
        Ok(offer)
    }

    /// The credentials that were enrolled here for a person and that the registry has accepted or will be told of.
    pub fn enrolled_here(&self, person: &PersonId) -> Result<Vec<EnrolledHere>, Stop> {
        let mut found: Vec<EnrolledHere> = Vec::new();
        for enrolment in self.store.enrolments_of(person)? {
            if enrolment.pushed && enrolment.gone_at.is_none() {
                found.push(EnrolledHere {
                    credential: enrolment.credential,
                    pushed: true,
                });
            }
        }
        for entry in self.store.outbox()? {
            if let (OutboxBody::Enrolment { push }, EntryState::Queued) = (entry.body, entry.state)
                && push.person == *person
                && !self.is_gone(&push.registration.raw_id)?
            {
                found.push(EnrolledHere {
                    credential: push.registration.raw_id,
                    pushed: false,
                });
            }
        }
        Ok(found)
    }

    fn is_gone(&self, credential: &Bytes) -> Result<bool, Stop> {
        let enrolment = self.store.enrolment_by(credential)?;
        Ok(enrolment.is_some_and(|enrolment| enrolment.gone_at.is_some()))
    }

    /// The public key of a credential that was enrolled here.
    pub fn public_key_of(&self, credential: &Bytes) -> Result<Option<Bytes>, Stop> {
        let enrolment = self.store.enrolment_by(credential)?;
        Ok(enrolment.map(|enrolment| enrolment.public_key))
    }

    /// People who match, best first. While the registry is out of reach, those of them for whom there are tickets.
    pub async fn find(&self, text: &str) -> Result<Found, Stop> {
        let session = self.session()?;
        let answer = self
            .registry()?
            .find_people(&session, text, FOUND_MAX)
            .await;
        match self.heard_in(&session, answer) {
            Ok(people) => Ok(Found {
                people: people.people,
                more: people.more,
                from_tickets: false,
            }),
            Err(Stop::Unreachable(why)) => self.find_in_tickets(text, why),
            Err(stop) => Err(stop),
        }
    }

    /// A person's page.
    pub async fn person(&self, person: &PersonId) -> Result<PersonDetail, Stop> {
        let session = self.session()?;
        self.heard_in(&session, self.registry()?.person(&session, person).await)
    }

    /// Looks everybody on a list up at the registry.
    ///
    /// # Errors
    /// [`ListFault::Unknown`] with the lines of those whom it does not know.
    pub async fn look_up(&self, list: &PeopleList) -> Result<(), ListFault> {
        let session = self.session()?;
        let people: Vec<PersonId> = list.listed().map(|listed| listed.person.clone()).collect();
        let mut unknown: BTreeSet<PersonId> = people.iter().cloned().collect();
        for lot in people.chunks(LOOKUP_MAX) {
            let answer = self.registry()?.look_up(&session, lot).await;
            for person in self.heard_in(&session, answer)?.people {
                unknown.remove(&person.id);
            }
        }
        Ok(list.all_known(&unknown, "the registry knows no such person: see `keydesk person find`; a heading would be: person")?)
    }
}

/// Whether it says that the visit is not, or no longer, this operator's.
fn is_over(error: &RegistryError) -> bool {
    matches!(error, RegistryError::Refused { problem, .. } if problem.code() == problem_code::VISIT_OVER)
}

/// Nothing is done with an offer that contradicts itself, or that is not for the person who stands at the desk.
pub(super) fn check_offer(offer: &Offer, person: Option<&PersonId>) -> Result<(), Stop> {
    offer
        .check(person.unwrap_or(&offer.person.id))
        .map_err(|fault| Stop::RegistryRefused {
            code: problem_code::OFFER_FOREIGN.to_owned(),
            detail: fault.to_string().into(),
        })
}
