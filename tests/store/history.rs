//! What a list of records says, read naively from first to last. It shares nothing with the store's index and is what the
//! index is measured against.

use std::collections::BTreeMap;

use keydesk::domain::change::{
    Enrolment, EntryState, IntentStage, OutboxBody, OutboxEntry, Resolution, Unfinished,
};
use keydesk::domain::{Change, OfferId, Record};
use keydesk::store::Store;
use keydesk::wire::Offer;

use crate::fixture;

/// Everything that can be asked of a store, at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Said {
    pub unfinished: Vec<Unfinished>,
    pub outbox: Vec<OutboxEntry>,
    /// Oldest first.
    pub enrolments: Vec<Enrolment>,
    /// Facts in text, with the times of the first and the last sight; sorted.
    pub keys: Vec<String>,
    pub session: Option<String>,
    pub station: Option<String>,
    /// Number of the FIDO Alliance's metadata.
    pub metadata: Option<u64>,
    /// By day of November 2026.
    pub tickets: BTreeMap<i8, Vec<OfferId>>,
    pub counts: [u64; 5],
}

/// Asks a store everything.
pub fn asked(store: &Store) -> Said {
    let mut enrolments = store.recent(usize::MAX).unwrap();
    enrolments.reverse();
    let mut keys: Vec<_> = store
        .keys()
        .unwrap()
        .into_iter()
        .map(|key| format!("{:?} {} {}", key.facts, key.first_seen, key.last_seen))
        .collect();
    keys.sort();
    let tickets = (20..=25)
        .map(|day| {
            (
                day,
                store.tickets(jiff::civil::date(2026, 11, day)).unwrap(),
            )
        })
        .filter(|(_, offers)| !offers.is_empty())
        .map(|(day, offers)| (day, offers.into_iter().map(|offer| offer.id).collect()))
        .collect();
    let counts = store.counts().unwrap();
    Said {
        unfinished: store.unfinished().unwrap(),
        outbox: store.outbox().unwrap(),
        enrolments,
        keys,
        session: store
            .session()
            .unwrap()
            .map(|session| session.operator.name),
        station: store.station().unwrap().map(|station| station.name),
        metadata: store.metadata().unwrap().map(|import| import.source.no),
        tickets,
        counts: [
            counts.keys,
            counts.enrolments,
            counts.unfinished,
            counts.queued,
            counts.conflicts,
        ],
    }
}

/// Reads the records one by one.
pub fn told(records: &[Record]) -> Said {
    let mut said = Said::default();
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    let mut tickets: BTreeMap<i8, Vec<Offer>> = BTreeMap::new();
    for record in records {
        match &record.change {
            Change::StationJoined { name, .. } => said.station = Some(name.clone()),
            Change::SessionOpened { operator } => said.session = Some(operator.name.clone()),
            Change::SessionUnlocked {
                operator,
                entry,
                push,
            } => {
                said.session = Some(operator.name.clone());
                let operator = operator.clone();
                let push = push.clone();
                let id = *entry;
                said.outbox.push(OutboxEntry {
                    id,
                    made_at: record.at,
                    state: EntryState::Queued,
                    body: OutboxBody::Unlock { operator, push },
                });
            }
            Change::SessionClosed { .. } => said.session = None,
            Change::KeySeen { key } => {
                let place = key.id.serial.is_none().then(|| key.place.clone());
                let facts = format!("{key:?}");
                let first = keys
                    .get(&format!("{:?}{place:?}", key.id))
                    .and_then(|known| known.rsplit(' ').nth(1).map(str::to_owned))
                    .unwrap_or_else(|| record.at.to_string());
                keys.insert(
                    format!("{:?}{place:?}", key.id),
                    format!("{facts} {first} {}", record.at),
                );
            }
            Change::MetadataImported { import } => {
                said.metadata = Some(import.source.no);
            }
            Change::TicketsFetched { tickets: fetched } => {
                let issued = fetched.offers.iter().map(|offer| offer.issued_at).max();
                let now = issued.unwrap_or(record.at);
                tickets
                    .values_mut()
                    .for_each(|offers| offers.retain(|offer| offer.expires_at > now));
                tickets.insert(fetched.day.day(), fetched.offers.clone());
            }
            other => about_enrolments(&mut said, other, record),
        }
    }
    said.keys = keys.into_values().collect();
    said.keys.sort();
    said.tickets = tickets
        .into_iter()
        .filter(|(_, offers)| !offers.is_empty())
        .map(|(day, offers)| (day, offers.into_iter().map(|offer| offer.id).collect()))
        .collect();
    let conflicts = said
        .outbox
        .iter()
        .filter(|entry| entry.state != EntryState::Queued)
        .count();
    said.counts = [
        said.keys.len(),
        said.enrolments.len(),
        said.unfinished.len(),
        said.outbox.len() - conflicts,
        conflicts,
    ]
    .map(|count| u64::try_from(count).unwrap());
    said
}

fn about_enrolments(said: &mut Said, change: &Change, record: &Record) {
    let queue = |said: &mut Said, id, body| {
        said.outbox.push(OutboxEntry {
            id,
            made_at: record.at,
            state: EntryState::Queued,
            body,
        });
    };
    match change {
        Change::IntentBegun { intent } => said.unfinished.push(Unfinished {
            intent: (**intent).clone(),
            stage: IntentStage::Begun,
            made: None,
        }),
        Change::PinSet { intent } => {
            for open in said
                .unfinished
                .iter_mut()
                .filter(|open| open.intent.id == *intent)
            {
                open.stage = open.stage.max(IntentStage::PinSet);
            }
        }
        Change::CredentialMade { intent, made } => {
            for open in said
                .unfinished
                .iter_mut()
                .filter(|open| open.intent.id == *intent)
            {
                open.stage = IntentStage::Made;
                open.made = Some((**made).clone());
            }
        }
        Change::Enrolled {
            intent,
            entry,
            push,
        } => {
            let at = said
                .unfinished
                .iter()
                .position(|open| open.intent.id == *intent)
                .unwrap();
            let open = said.unfinished.remove(at);
            said.enrolments.push(Enrolment {
                credential: push.registration.raw_id.clone(),
                key: open.intent.key.id,
                person: open.intent.offer.person,
                rp_id: open.intent.offer.creation.rp.id,
                offer: push.offer,
                operator: push.operator.clone(),
                at: push.enrolled_at,
                pushed: false,
                withdrawn: false,
            });
            queue(said, *entry, OutboxBody::Enrolment { push: push.clone() });
        }
        Change::Retested {
            intent,
            entry,
            push,
        } => {
            said.unfinished
                .retain(|open| Some(open.intent.id) != *intent);
            queue(said, *entry, OutboxBody::Test { push: push.clone() });
        }
        Change::IntentEnded { intent, .. } => {
            said.unfinished.retain(|open| open.intent.id != *intent)
        }
        Change::Pushed { entry, .. } => {
            let at = said
                .outbox
                .iter()
                .position(|waiting| waiting.id == *entry)
                .unwrap();
            if let OutboxBody::Enrolment { push } = said.outbox.remove(at).body {
                for enrolment in said.enrolments.iter_mut().filter(|e| e.offer == push.offer) {
                    enrolment.pushed = true;
                }
            }
        }
        Change::Rejected {
            entry,
            code,
            detail,
        } => {
            for waiting in said
                .outbox
                .iter_mut()
                .filter(|waiting| waiting.id == *entry)
            {
                waiting.state = EntryState::Conflict {
                    code: code.clone(),
                    detail: detail.clone(),
                };
            }
        }
        Change::ConflictResolved { entry, how } => match how {
            Resolution::Withdrawn => {
                for gone in said.outbox.extract_if(.., |waiting| waiting.id == *entry) {
                    for enrolment in &mut said.enrolments {
                        enrolment.withdrawn |= matches!(
                            &gone.body,
                            OutboxBody::Enrolment { push } if push.offer == enrolment.offer
                        );
                    }
                }
            }
            Resolution::Retry => {
                for waiting in said
                    .outbox
                    .iter_mut()
                    .filter(|waiting| waiting.id == *entry)
                {
                    waiting.state = EntryState::Queued;
                }
            }
        },
        other => panic!("not about enrolments: {other:?}"),
    }
}

/// A long life of a station in which enrolments go every way they can. Every prefix of it is legal.
pub fn life(enrolments: u32) -> Vec<Record> {
    let joined = Change::StationJoined {
        name: "Help desk 2".to_owned(),
        registry: "https://registry.example.com".to_owned(),
        audience: "https://registry.example.com/v1/token".to_owned(),
    };
    let mut records = vec![
        fixture::record(0, joined),
        fixture::record(
            1,
            Change::SessionOpened {
                operator: fixture::operator(1),
            },
        ),
        fixture::record(
            2,
            fixture::tickets(
                22,
                (1..=5).map(|n| fixture::offer(90_000 + n, n, 0)).collect(),
            ),
        ),
    ];
    for n in 1..=enrolments {
        let mut story = fixture::enrolment(n);
        match n % 5 {
            // Left as it is: pushed, waiting, unfinished.
            0 => {}
            1 => story.truncate(4),
            2 if n % 4 == 0 => story.truncate(3),
            2 => story.truncate(2),
            3 => {
                story.truncate(3);
                story.push(fixture::record(
                    i64::from(n) * 10 + 5,
                    fixture::ended(n, keydesk::domain::change::Remains::Credential),
                ));
            }
            _ => {
                story.truncate(4);
                story.push(fixture::record(i64::from(n) * 10 + 5, fixture::rejected(n)));
            }
        }
        records.extend(story);
    }
    records
}
