//! People, as the station finds them: at the registry or, on a day with a bad line, in the tickets that were fetched ahead.
//!
//! Invariant: what comes from a ticket says so; nothing is done with an offer that contradicts itself.

use std::collections::BTreeMap;

use super::Station;
use super::face::Found;
use crate::domain::authority::Action;
use crate::domain::change::{EntryState, OutboxBody};
use crate::domain::search::Search;
use crate::domain::{Bytes, Change, Person, PersonId};
use crate::store::{StoreError, TicketFor};
use crate::wire::{Offer, PersonDetail, TicketRequest};
use crate::workflow::{Offered, Stop};

/// Most people that a search brings.
const FOUND_MAX: u32 = 20;

impl Station {
    /// A fresh offer, or a ticket for a key when the registry can't be reached.
    pub async fn offer(&self, person: &PersonId) -> Result<Offered, Stop> {
        self.offer_for(person, TicketFor::Key).await
    }

    /// A fresh offer, or a ticket for an app, and `with_key` for a key as well, when the registry can't be reached.
    pub(super) async fn app_offer(
        &self,
        person: &PersonId,
        with_key: bool,
    ) -> Result<Offered, Stop> {
        let purpose = match with_key {
            true => TicketFor::Both,
            false => TicketFor::App,
        };
        self.offer_for(person, purpose).await
    }

    async fn offer_for(&self, person: &PersonId, purpose: TicketFor) -> Result<Offered, Stop> {
        let session = self.session()?;
        let offered = match self.heard_in(&session, self.registry()?.offer(&session, person).await)
        {
            Ok(offer) => Offered { offer, fresh: true },
            Err(Stop::Unreachable(why)) => self.ticket(person, purpose, &why)?,
            Err(stop) => return Err(stop),
        };
        check_offer(&offered.offer, Some(person))?;
        Ok(offered)
    }

    fn ticket(&self, person: &PersonId, purpose: TicketFor, why: &str) -> Result<Offered, Stop> {
        let ticket = self
            .store
            .ticket(person, purpose, self.registry_now())
            .map_err(failed)?;
        match ticket {
            Some(offer) => Ok(Offered {
                offer,
                fresh: false,
            }),
            None => Err(Stop::Unreachable(format!(
                "{why}; there is no ticket for this person either: nothing was done"
            ))),
        }
    }

    /// The credentials that were enrolled here for a person and that the registry has accepted or will be told of.
    pub fn enrolled_here(&self, person: &PersonId) -> Result<Vec<Bytes>, Stop> {
        let mut ids: Vec<Bytes> = Vec::new();
        for enrolment in self.store.enrolments_of(person).map_err(failed)? {
            if enrolment.pushed && enrolment.gone_at.is_none() {
                ids.push(enrolment.credential);
            }
        }
        for entry in self.store.outbox().map_err(failed)? {
            if let (OutboxBody::Enrolment { push }, EntryState::Queued) = (entry.body, entry.state)
                && push.person == *person
                && !self.is_gone(&push.registration.raw_id)?
            {
                ids.push(push.registration.raw_id);
            }
        }
        Ok(ids)
    }

    fn is_gone(&self, credential: &Bytes) -> Result<bool, Stop> {
        let enrolment = self.store.enrolment_by(credential).map_err(failed)?;
        Ok(enrolment.is_some_and(|enrolment| enrolment.gone_at.is_some()))
    }

    /// The public key of a credential that was enrolled here.
    pub fn public_key_of(&self, credential: &Bytes) -> Result<Option<Bytes>, Stop> {
        let enrolment = self.store.enrolment_by(credential).map_err(failed)?;
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

    /// Without any ticket, being out of reach is the answer.
    fn find_in_tickets(&self, text: &str, why: String) -> Result<Found, Stop> {
        let now = self.registry_now();
        let tickets = self.store.all_tickets().map_err(failed)?;
        let live = tickets.into_iter().filter(|offer| offer.expires_at > now);
        let known: BTreeMap<PersonId, Person> = live
            .map(|offer| (offer.person.id.clone(), offer.person))
            .collect();
        if known.is_empty() {
            return Err(Stop::Unreachable(why));
        }
        let search = Search::new(text);
        let mut people: Vec<Person> = known.into_values().filter(|p| search.finds(p)).collect();
        people.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let limit = usize::try_from(FOUND_MAX).unwrap_or(usize::MAX);
        let more = people.len() > limit;
        people.truncate(limit);
        Ok(Found {
            people,
            more,
            from_tickets: true,
        })
    }

    /// A person's page.
    pub async fn person(&self, person: &PersonId) -> Result<PersonDetail, Stop> {
        let session = self.session()?;
        self.heard_in(&session, self.registry()?.person(&session, person).await)
    }

    /// Fetches tickets and writes them down; how many.
    pub async fn fetch_tickets(&self, request: &TicketRequest) -> Result<usize, Stop> {
        let operator = self.operator().ok_or(Stop::SignedOut)?;
        operator.role.may(Action::FetchTickets)?;
        let session = self.session()?;
        let tickets = self.heard_in(&session, self.registry()?.tickets(&session, request).await)?;
        for offer in &tickets.offers {
            check_offer(offer, None)?;
        }
        let count = tickets.offers.len();
        self.commit(Change::TicketsFetched {
            tickets: Box::new(tickets),
        })?;
        Ok(count)
    }
}

/// Nothing is done with an offer that contradicts itself, or that is not for the person who stands at the desk.
fn check_offer(offer: &Offer, person: Option<&PersonId>) -> Result<(), Stop> {
    offer
        .check(person.unwrap_or(&offer.person.id))
        .map_err(|fault| Stop::RegistryRefused {
            code: crate::wire::code::OFFER_FOREIGN.to_owned(),
            detail: fault.to_string(),
        })
}

fn failed(error: StoreError) -> Stop {
    Stop::Store(error.to_string())
}
