//! Tickets: offers that were fetched ahead, for a day with a bad line.
//!
//! Invariant: what is kept of them says nothing without a session at this station. They are sealed to a key of the day that each session
//! here is given, and that is on no disk but in the file of a session that is kept for the command line.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use zeroize::Zeroizing;

use super::Station;
use super::face::Found;
use super::people::{FOUND_MAX, ListFault, check_offer};
use crate::domain::authority::Action;
use crate::domain::people_list::PeopleList;
use crate::domain::reason::{Gap, Unmet};
use crate::domain::search::Search;
use crate::domain::{Bytes, Person, PersonId, StationId};
use crate::record::{Change, SealedTickets};
use crate::seal::{OpeningKey, seal_tickets};
use crate::store::TicketFor;
use crate::wire::{Offer, Session, TicketKey, TicketRequest, Tickets};
use crate::workflow::{Stop, Ticket, Wants};

impl Station {
    /// A ticket of which nothing has used what is wanted yet.
    pub fn ticket(&self, person: &PersonId, wants: Wants) -> Result<Option<Ticket>, Stop> {
        let wanted = match wants {
            Wants::Key => TicketFor::Key,
            Wants::App => TicketFor::App,
            Wants::Both => TicketFor::Both,
        };
        let (now, opened) = (self.registry_now(), self.opened_tickets()?);
        let Some(offer) = self.store.ticket(person, wanted, (now, &opened))? else {
            return Ok(None);
        };
        check_offer(&offer, Some(person))?;
        let visit = offer.visit.as_ref().map(|visit| visit.id);
        let mut proved = false;
        // A second ticket for the same person carries the same visit, with a challenge of its own.
        for known in self.all_tickets()? {
            if let Some(known) = known.visit.filter(|known| Some(known.id) == visit)
                && let Some(proof) = known.proof
            {
                proved |= self.store.is_offer_used(proof.id)?;
            }
        }
        Ok(Some(Ticket { offer, proved }))
    }

    /// Without any ticket, being out of reach is the answer.
    pub(super) fn find_in_tickets(&self, text: &str, why: Gap) -> Result<Found, Stop> {
        let now = self.registry_now();
        let tickets = self.all_tickets()?;
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

    /// The same while the registry is out of reach: for whom on the list there is a ticket for a key.
    pub(super) fn look_up_tickets(&self, list: &PeopleList) -> Result<(), ListFault> {
        let (now, opened) = (self.registry_now(), self.opened_tickets()?);
        let mut unknown = BTreeSet::new();
        for listed in list.listed() {
            let at = (now, &opened[..]);
            let ticket = self.store.ticket(&listed.person, TicketFor::Key, at);
            if ticket.map_err(Stop::from)?.is_none() {
                unknown.insert(listed.person.clone());
            }
        }
        let why = "there is no ticket for this person, and the registry cannot be reached";
        Ok(list.all_known(&unknown, why)?)
    }

    /// Fetches tickets for the people on a list, on a day, and writes them down; how many.
    ///
    /// # Errors
    /// [`ListFault::Unknown`] with the lines of those whom the registry does not know: nothing was fetched then.
    pub async fn fetch_tickets_for(
        &self,
        list: &PeopleList,
        day: Date,
    ) -> Result<usize, ListFault> {
        self.look_up(list).await?;
        let people = list.listed().map(|listed| listed.person.clone()).collect();
        Ok(self.fetch_tickets(&TicketRequest { day, people }).await?)
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
        self.commit(self.kept_as(&session, tickets)?)?;
        Ok(count)
    }

    /// Tickets as they are written down: sealed, unless the registry is of an earlier release and gives no keys for that.
    fn kept_as(&self, session: &Session, tickets: Tickets) -> Result<Change, Stop> {
        if session.ticket_keys.is_empty() {
            return Ok(Change::TicketsFetched {
                tickets: Box::new(tickets),
            });
        }
        let day = tickets.day;
        let mut keys = session.ticket_keys.iter().filter(|key| key.day == day);
        let key = keys.next().and_then(opening_key);
        let unsealed = Stop::Unmet(Unmet::NotSealed);
        let key = key.ok_or_else(|| unsealed.clone())?;
        let bytes = serde_json::to_vec(&tickets).map_err(|_| unsealed.clone())?;
        let bytes = Zeroizing::new(bytes);
        let sealed = seal_tickets(key.sealing_key(), &bytes, (self.station_id()?, day));
        let offers = || tickets.offers.iter();
        Ok(Change::TicketsSealed {
            tickets: Box::new(SealedTickets {
                version: tickets.version,
                day,
                count: u32::try_from(offers().count()).unwrap_or(u32::MAX),
                issued_at: offers().map(|offer| offer.issued_at).max(),
                expires_at: offers().map(|offer| offer.expires_at).max(),
                sealed: sealed.map_err(|_| unsealed)?,
            }),
        })
    }

    /// The tickets of a day, used and expired ones included.
    pub fn tickets(&self, day: Date) -> Result<Vec<Offer>, Stop> {
        let mut tickets = self.store.tickets(day)?;
        for sealed in self.store.sealed_tickets()? {
            if sealed.day == day {
                tickets.extend(self.opened(&sealed));
            }
        }
        Ok(tickets)
    }

    /// Those of every day.
    fn all_tickets(&self) -> Result<Vec<Offer>, Stop> {
        let mut tickets = self.opened_tickets()?;
        tickets.extend(self.store.all_tickets()?);
        Ok(tickets)
    }

    /// Those that were sealed, as far as somebody is signed in who can read them.
    fn opened_tickets(&self) -> Result<Vec<Offer>, Stop> {
        let sealed = self.store.sealed_tickets()?;
        Ok(sealed
            .iter()
            .flat_map(|sealed| self.opened(sealed))
            .collect())
    }

    /// What does not open is of no use to anybody; it can be fetched again.
    fn opened(&self, sealed: &SealedTickets) -> Vec<Offer> {
        let Ok(station) = self.station_id() else {
            return Vec::new();
        };
        let keys = self.ticket_keys_of(sealed.day);
        let mut keys = keys.iter().filter_map(opening_key);
        let key = keys.find(|key| key.sealing_key().id == sealed.sealed.key);
        let opened =
            key.and_then(|key| key.open_tickets(&sealed.sealed, (station, sealed.day)).ok());
        let read = opened.and_then(|bytes| serde_json::from_slice::<Tickets>(&bytes).ok());
        read.map(|tickets| tickets.offers).unwrap_or_default()
    }

    fn station_id(&self) -> Result<&StationId, Stop> {
        let joined = self.joined.as_ref();
        let joined = joined.ok_or(Stop::Unreachable(Gap::NotJoined))?;
        Ok(&joined.id)
    }
}

/// The private key of a day's tickets.
fn opening_key(key: &TicketKey) -> Option<OpeningKey> {
    let bytes = Bytes::from_base64url(key.key.expose())?;
    OpeningKey::from_bytes(&bytes.0).ok()
}
