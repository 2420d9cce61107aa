//! What the home screen and the lists show of the station, and of the people whom it serves: plain values, each filled in beside where
//! it is said what it is. A face reads them and asks for nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::authority::{asks_to_replace, carries_out_for_administrators};
use crate::domain::{PersonId, StationId};
use crate::record::{EntryState, OutboxEntry, Unfinished};
use crate::station::Station;
use crate::wire::{AccountReset, Expected, Operator};
use crate::workflow::Stop;

/// How many enrolments the home screen remembers.
const RECENT: usize = 20;

/// What is known of the station besides the bay, and while somebody is signed in, of the people whom it serves.
#[derive(Debug, Clone, PartialEq)]
pub struct HomeView {
    /// What people call the station.
    pub station: String,
    /// What the registry calls it, once it has joined one.
    pub station_id: Option<StationId>,
    /// Whether the registry answers.
    pub registry: RegistryState,
    /// So much waits for the registry …
    pub queued: usize,
    /// … and so much was refused by it.
    pub conflicts: usize,
    /// Software keys and a registry of its own: the screen is marked.
    pub demo: bool,
    /// All that speaks of people; none while nobody is signed in.
    pub people: Option<PeopleView>,
}

/// What the station has to do with people.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PeopleView {
    /// Today's appointments.
    pub expected: Vec<Expected>,
    /// Waiting for the registry, oldest first.
    pub outbox: Vec<OutboxEntry>,
    /// Unfinished work, oldest first.
    pub unfinished: Vec<Unfinished>,
    /// Names of the people whom the outbox concerns, as far as the station knows them.
    pub names: BTreeMap<PersonId, String>,
    /// People who have a ticket for today.
    pub tickets: usize,
    /// The last enrolments of this station, newest first.
    pub recent: Vec<Recent>,
    /// Resets of accounts, those that wait first; none but for Customer Service.
    pub resets: Vec<AccountReset>,
}

/// A line of the station's recent history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    pub at: Timestamp,
    pub person: String,
    pub model: String,
    /// The registry has it.
    pub pushed: bool,
}

/// Seconds by which the station's clock may differ from the registry's before that is worth a word: the station works all the
/// same, but people read its clock, and the journal keeps it.
pub const CLOCK_TOLERANCE_S: i64 = 5;

/// Whether the registry answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryState {
    /// Not asked yet.
    Unknown,
    /// It answers.
    Reachable {
        /// Station's clock minus registry's, in seconds.
        clock_offset_s: i64,
    },
    Unreachable {
        /// Why, in English.
        why: String,
    },
    /// This station has not joined one.
    NotJoined,
}

impl HomeView {
    /// Nothing of people while nobody is signed in: the screen has no use for it, and so it is not told. Today's appointments and
    /// resets of accounts: as the registry gave them last.
    pub(in crate::station) fn of(
        station: &Station,
        demo: bool,
        (expected, resets): (Vec<Expected>, Vec<AccountReset>),
    ) -> Result<Self, Stop> {
        let outbox = station.store.outbox()?;
        let refused = |entry: &&OutboxEntry| matches!(entry.state, EntryState::Conflict { .. });
        let conflicts = outbox.iter().filter(refused).count();
        Ok(Self {
            station: station.name().to_owned(),
            station_id: station.joined.as_ref().map(|joined| joined.id.clone()),
            registry: station.reach(),
            queued: outbox.len() - conflicts,
            conflicts,
            demo,
            people: match station.operator() {
                Some(operator) => Some(PeopleView {
                    resets: match sees_resets(&operator) {
                        true => resets,
                        false => Vec::new(),
                    },
                    ..people(station, expected, outbox)?
                }),
                None => None,
            },
        })
    }
}

/// Whether resets of accounts are for them.
pub(in crate::station) fn sees_resets(operator: &Operator) -> bool {
    asks_to_replace(operator.role) || carries_out_for_administrators(operator.role)
}

fn people(
    station: &Station,
    expected: Vec<Expected>,
    outbox: Vec<OutboxEntry>,
) -> Result<PeopleView, Stop> {
    let today = station.today();
    let recent = station.store.recent(RECENT)?;
    Ok(PeopleView {
        expected,
        names: names(station, &outbox)?,
        outbox,
        unfinished: station.store.unfinished()?,
        tickets: station.tickets(today)?.len(),
        recent: recent
            .into_iter()
            .filter(|enrolment| !enrolment.withdrawn)
            .map(|enrolment| Recent {
                at: enrolment.at,
                person: enrolment.person.name,
                model: station
                    .slots
                    .models
                    .name(enrolment.key.aaguid)
                    .map_or_else(|| enrolment.key.aaguid.to_string(), str::to_owned),
                pushed: enrolment.pushed,
            })
            .collect(),
        resets: Vec::new(),
    })
}

/// The people whom the outbox concerns, as far as the day's tickets and the station's own enrolments name them.
fn names(station: &Station, outbox: &[OutboxEntry]) -> Result<BTreeMap<PersonId, String>, Stop> {
    let mut names = BTreeMap::new();
    let people: Vec<&PersonId> = outbox
        .iter()
        .filter_map(|entry| entry.body.person())
        .collect();
    for ticket in station.tickets(station.today())? {
        if people.contains(&&ticket.person.id) {
            names.insert(ticket.person.id, ticket.person.name);
        }
    }
    for person in people {
        let enrolments = station.store.enrolments_of(person)?;
        if let Some(enrolment) = enrolments.into_iter().next() {
            names.insert(person.clone(), enrolment.person.name);
        }
    }
    Ok(names)
}
