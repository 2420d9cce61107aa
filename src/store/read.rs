//! What is asked of the store. Plain values, read from the index; nothing here changes anything.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Store;
use super::error::StoreError;
use super::index::apply::numbers;
use super::index::rows::{
    ENROLMENTS, EntryFate, EntryRow, IntentRow, IntentState, KEYS, METADATA, OUTBOX,
    SEALED_TICKETS, SESSION, STATION, TICKETS, UNFINISHED, by_identity, by_model, by_person,
    credential_row, decode, enrolment_row, entry_row, intent_row, key_row, offer_row, outbox_row,
    place_row, tickets_for, tickets_of, unfinished_row, value,
};
use super::index::{Counts, Index, IndexFault, Row, View};
use crate::domain::{
    Bytes, EntryId, IntentId, KeyFacts, KeyId, OfferId, PersonId, StationId, UsbPath,
};
use crate::record::{Enrolment, KeyRecord, MetadataImport, OutboxEntry, SealedTickets, Unfinished};
use crate::wire::{Offer, Operator};

/// Which station this is, and whose: from the last `StationJoined`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationFacts {
    /// As the registry numbered it.
    pub id: StationId,
    /// Its name for people.
    pub name: String,
    pub registry: String,
    /// The audience of its assertions.
    pub audience: String,
    /// The relying parties that its keys are asked to sign for; empty: any, since the registry named none when it was joined.
    #[serde(default)]
    pub rp_ids: Vec<String>,
    pub joined_at: Timestamp,
}

/// An operator's session that was opened and not closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    pub operator: Operator,
    pub opened_at: Timestamp,
}

/// Every read fails with [`StoreError::Index`] or what kept the index from being made anew, and with nothing else.
impl Store {
    /// The station, once it has joined a registry.
    pub fn station(&self) -> Result<Option<StationFacts>, StoreError> {
        self.read(|index| value(index, STATION))
    }

    /// The session of record: the last one that was opened, unless it was closed.
    pub fn session(&self) -> Result<Option<SessionRecord>, StoreError> {
        self.read(|index| value(index, SESSION))
    }

    /// The metadata that was imported last.
    pub fn metadata(&self) -> Result<Option<MetadataImport>, StoreError> {
        self.read(|index| value(index, METADATA))
    }

    /// How many of each there are.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        self.read(|index| Ok(index.meta().counts))
    }

    /// Intents that have not ended, oldest first.
    pub fn unfinished(&self) -> Result<Vec<Unfinished>, StoreError> {
        self.read(|index| values(&index.rows(UNFINISHED)?))
    }

    /// An intent that has not ended.
    pub fn unfinished_by(&self, id: IntentId) -> Result<Option<Unfinished>, StoreError> {
        self.read(|index| match value::<IntentRow>(index, &intent_row(id))? {
            Some(row) if row.state == IntentState::Open => value(index, &unfinished_row(row.begun)),
            Some(_) | None => Ok(None),
        })
    }

    /// What waits for the registry, queued or in conflict, oldest first.
    pub fn outbox(&self) -> Result<Vec<OutboxEntry>, StoreError> {
        self.read(|index| values(&index.rows(OUTBOX)?))
    }

    /// An outbox entry that waits, queued or in conflict. `None` once it is accepted or withdrawn.
    pub fn outbox_entry(&self, id: EntryId) -> Result<Option<OutboxEntry>, StoreError> {
        self.read(|index| match value::<EntryRow>(index, &entry_row(id))? {
            Some(row) if row.fate == EntryFate::Waiting => value(index, &outbox_row(row.made)),
            Some(_) | None => Ok(None),
        })
    }

    /// The enrolment that made this credential, if it was made here.
    pub fn enrolment_by(&self, credential: &Bytes) -> Result<Option<Enrolment>, StoreError> {
        self.read(
            |index| match value::<u64>(index, &credential_row(credential))? {
                Some(sequence) => value(index, &enrolment_row(sequence)),
                None => Ok(None),
            },
        )
    }

    /// The tickets that were sealed, day by day, until others are fetched.
    pub fn sealed_tickets(&self) -> Result<Vec<SealedTickets>, StoreError> {
        self.read(|index| values(&index.rows(SEALED_TICKETS)?))
    }

    /// The tickets of every day that earlier releases kept as they are, used and expired ones included until others are fetched.
    pub fn all_tickets(&self) -> Result<Vec<Offer>, StoreError> {
        self.read(|index| values(&index.rows(TICKETS)?))
    }

    /// The enrolments made here on this very key or, where nothing identifies it, on any key of its model; oldest first.
    pub fn enrolments_on(&self, key: &KeyFacts) -> Result<Vec<Enrolment>, StoreError> {
        let prefixes = if key.id.is_unique() {
            by_identity(&key.id)
        } else {
            vec![by_model(&key.id)]
        };
        self.read(|index| {
            let mut found = Vec::new();
            for prefix in &prefixes {
                found.extend(numbers(&index.rows(prefix)?)?);
            }
            found.sort_unstable();
            found.dedup();
            enrolments(index, &found)
        })
    }

    /// The enrolments made here for a person, oldest first.
    pub fn enrolments_of(&self, person: &PersonId) -> Result<Vec<Enrolment>, StoreError> {
        self.read(|index| enrolments(index, &numbers(&index.rows(&by_person(person))?)?))
    }

    /// The last `limit` enrolments made here, newest first.
    pub fn recent(&self, limit: usize) -> Result<Vec<Enrolment>, StoreError> {
        self.read(|index| values(&index.last_rows(ENROLMENTS, limit)?))
    }

    /// Every key in the inventory, by model.
    pub fn keys(&self) -> Result<Vec<KeyRecord>, StoreError> {
        self.read(|index| values(&index.rows(KEYS)?))
    }

    /// A key of the inventory. The place counts only where the id does not tell it from others of its model.
    pub fn key(&self, id: &KeyId, place: &UsbPath) -> Result<Option<KeyRecord>, StoreError> {
        self.read(|index| value(index, &key_row(id, place)))
    }

    /// The key that was last recorded at a place.
    pub fn key_at(&self, place: &UsbPath) -> Result<Option<KeyRecord>, StoreError> {
        self.read(|index| match index.row(&place_row(place))? {
            Some(row) => value(index, &row),
            None => Ok(None),
        })
    }

    /// A ticket for this person that has not expired at `now` and of which nothing has used what it is wanted for: not an
    /// enrolment or a test, nor an intent that is still open. Of several, the one that lives longest. `opened`: what was sealed.
    pub fn ticket(
        &self,
        person: &PersonId,
        purpose: TicketFor,
        (now, opened): (Timestamp, &[Offer]),
    ) -> Result<Option<Offer>, StoreError> {
        let theirs = || opened.iter().filter(|offer| offer.person.id == *person);
        self.read(|index| {
            let mut best: Option<Offer> = None;
            let mut known: Vec<Offer> = theirs().cloned().collect();
            for (_, row) in index.rows(&tickets_for(person))? {
                let Some(offer) = value::<Offer>(index, &row)? else {
                    return Err(IndexFault("a ticket's row is missing".to_owned()));
                };
                known.push(offer);
            }
            for offer in known {
                let better = best
                    .as_ref()
                    .is_none_or(|best| best.expires_at < offer.expires_at);
                let Some(parts) = purpose.parts(&offer) else {
                    continue;
                };
                let mut unused = true;
                for part in parts {
                    unused &= index.row(&offer_row(part))?.is_none();
                }
                if offer.expires_at > now && better && unused {
                    best = Some(offer);
                }
            }
            Ok(best)
        })
    }

    /// Whether an enrolment, an app or a test here has used that offer.
    pub fn is_offer_used(&self, offer: OfferId) -> Result<bool, StoreError> {
        self.read(|index| Ok(index.row(&offer_row(offer))?.is_some()))
    }

    /// The tickets of a day in the order in which the registry gave them, used and expired ones included until others
    /// are fetched.
    pub fn tickets(&self, day: jiff::civil::Date) -> Result<Vec<Offer>, StoreError> {
        self.read(|index| values(&index.rows(&tickets_of(day))?))
    }
}

/// What a ticket is wanted for: its parts are used one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketFor {
    Key,
    /// An authenticator app.
    App,
    /// Both in one visit.
    Both,
}

impl TicketFor {
    /// The parts that must be unused; `None` where the ticket does not have them.
    fn parts(self, offer: &Offer) -> Option<Vec<OfferId>> {
        let app = offer.app.as_ref().map(|app| app.id);
        match self {
            Self::Key => Some(vec![offer.id]),
            Self::App => Some(vec![app?]),
            Self::Both => Some(vec![offer.id, app?]),
        }
    }
}

fn enrolments(index: &Index, sequences: &[u64]) -> Result<Vec<Enrolment>, IndexFault> {
    sequences
        .iter()
        .map(|sequence| {
            value(index, &enrolment_row(*sequence))?
                .ok_or_else(|| IndexFault(format!("the row of enrolment {sequence} is missing")))
        })
        .collect()
}

fn values<T: serde::de::DeserializeOwned>(rows: &[Row]) -> Result<Vec<T>, IndexFault> {
    rows.iter().map(|(_, bytes)| decode(bytes)).collect()
}
