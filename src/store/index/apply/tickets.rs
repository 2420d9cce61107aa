//! Tickets: those of earlier releases one by one, with whom they are for; those of this one as they were sealed.

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::View;
use super::super::rows::{
    SEALED_TICKETS, TICKETS, decode, sealed_tickets_row, ticket_row, tickets_for, tickets_of,
};
use super::{NotApplied, Pending};
use crate::domain::PersonId;
use crate::record::{Record, SealedTickets};
use crate::wire::{Offer, Tickets};

impl<V: View> Pending<'_, V> {
    pub(super) fn fetch_tickets(
        &mut self,
        tickets: &Tickets,
        record: &Record,
    ) -> Result<(), NotApplied> {
        let issued = tickets.offers.iter().map(|offer| offer.issued_at).max();
        self.replace_tickets(tickets.day, issued.unwrap_or(record.at))?;
        for (offer, nth) in tickets.offers.iter().zip(0..) {
            let row = ticket_row(tickets.day, nth);
            let of = of_person(&offer.person.id, &row);
            self.writes.insert(of, Some(row.clone()));
            self.put(row, offer)?;
        }
        Ok(())
    }

    pub(super) fn seal_tickets(
        &mut self,
        tickets: &SealedTickets,
        record: &Record,
    ) -> Result<(), NotApplied> {
        self.replace_tickets(tickets.day, tickets.issued_at.unwrap_or(record.at))?;
        self.put(sealed_tickets_row(tickets.day), tickets)
    }

    /// Forgets a day's tickets, and those of any day that had expired by then: by the registry's clock, because the station's may be
    /// another.
    fn replace_tickets(&mut self, day: Date, now: Timestamp) -> Result<(), NotApplied> {
        let day_rows = tickets_of(day);
        for (row, bytes) in self.rows(TICKETS)? {
            let offer: Offer = decode(&bytes)?;
            if row.starts_with(&day_rows) || offer.expires_at <= now {
                self.remove(of_person(&offer.person.id, &row));
                self.remove(row);
            }
        }
        for (row, bytes) in self.rows(SEALED_TICKETS)? {
            let sealed: SealedTickets = decode(&bytes)?;
            if sealed.day == day || sealed.expires_at.is_none_or(|at| at <= now) {
                self.remove(row);
            }
        }
        Ok(())
    }
}

/// What points from a person to a ticket's row.
fn of_person(person: &PersonId, row: &[u8]) -> Vec<u8> {
    let nth = row.get(TICKETS.len()..).unwrap_or_default();
    [&tickets_for(person)[..], nth].concat()
}
