//! What a list of records says, read naively from first to last. It shares nothing with the store's index and is what the
//! index is measured against.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keydesk::domain::{Bytes, EntryId, IntentId, OfferId};
use keydesk::record::{
    Change, Enrolment, EntryState, IntentStage, OpenEnrolment, OutboxBody, OutboxEntry, Record,
    Remains, Resolution, Unfinished, WithdrawalEntry,
};
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
            Change::SessionOpened { operator, intent } => {
                said.session = Some(operator.name.clone());
                said.unfinished.retain(|work| Some(work.id()) != *intent);
            }
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
                    bond: record.bond.clone(),
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
            // Nothing that is asked here comes of these.
            Change::AppTested { .. } | Change::Batch { .. } => {}
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
            Change::TicketsSealed { tickets: sealed } => {
                let now = sealed.issued_at.unwrap_or(record.at);
                tickets
                    .values_mut()
                    .for_each(|offers| offers.retain(|offer| offer.expires_at > now));
                tickets.remove(&sealed.day.day());
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

fn open_enrolment(said: &mut Said, intent: IntentId) -> Option<&mut OpenEnrolment> {
    said.unfinished.iter_mut().find_map(|work| match work {
        Unfinished::Enrolment(open) if open.intent.id == intent => Some(open),
        _ => None,
    })
}

/// Takes the entry out of the outbox; the enrolment that it reports, if it reports one.
fn withdrawn(said: &mut Said, entry: EntryId) -> Option<&mut Enrolment> {
    let at = said.outbox.iter().position(|waiting| waiting.id == entry)?;
    let OutboxBody::Enrolment { push } = said.outbox.remove(at).body else {
        return None;
    };
    let credential = push.registration.raw_id;
    let enrolment = said
        .enrolments
        .iter_mut()
        .find(|enrolment| enrolment.credential == credential)?;
    enrolment.withdrawn = true;
    Some(enrolment)
}

fn told_of(report: &WithdrawalEntry) -> OutboxBody {
    let push = Box::new(report.push.clone());
    OutboxBody::Withdrawal { push }
}

/// A credential is gone; an entry of its enrolment that is in conflict goes with it.
fn gone(said: &mut Said, credential: &Bytes, at: Timestamp, remains: Remains) {
    let in_conflict = said.outbox.iter().find(|waiting| {
        waiting.state != EntryState::Queued
            && matches!(&waiting.body, OutboxBody::Enrolment { push } if push.registration.raw_id == *credential)
    });
    if let Some(entry) = in_conflict.map(|waiting| waiting.id) {
        withdrawn(said, entry).unwrap().remains = Some(remains);
    }
    for enrolment in &mut said.enrolments {
        if enrolment.credential == *credential {
            enrolment.gone_at.get_or_insert(at);
        }
    }
}

fn about_enrolments(said: &mut Said, change: &Change, record: &Record) {
    let queue = |said: &mut Said, id, body| {
        said.outbox.push(OutboxEntry {
            id,
            made_at: record.at,
            state: EntryState::Queued,
            bond: record.bond.clone(),
            body,
        });
    };
    match change {
        Change::IntentBegun { intent } => {
            said.unfinished.push(Unfinished::Enrolment(OpenEnrolment {
                intent: (**intent).clone(),
                stage: IntentStage::Begun,
                made: None,
            }));
        }
        Change::OwnKeyBegun { intent } => {
            said.unfinished.push(Unfinished::OwnKey((**intent).clone()));
        }
        Change::WithdrawalBegun { intent, report } => {
            withdrawn(said, intent.entry).unwrap();
            if let Some(report) = report {
                queue(said, report.entry, told_of(report));
            }
            said.unfinished
                .push(Unfinished::Withdrawal((**intent).clone()));
        }
        Change::ResetBegun { intent } => {
            said.unfinished.push(Unfinished::Reset((**intent).clone()));
        }
        Change::ResetDone {
            intent,
            entry,
            push,
        } => {
            said.unfinished.retain(|work| work.id() != *intent);
            for credential in &push.credentials {
                gone(said, credential, push.reset_at, Remains::Reset);
            }
            let person = said
                .enrolments
                .iter()
                .find(|enrolment| push.credentials.first() == Some(&enrolment.credential))
                .map(|enrolment| enrolment.person.id.clone());
            let push = push.clone();
            queue(said, *entry, OutboxBody::KeyReset { person, push });
        }
        Change::AppBegun { intent } => {
            said.unfinished.push(Unfinished::App((**intent).clone()));
        }
        Change::AppEnrolled {
            intent,
            entry,
            push,
        } => {
            said.unfinished.retain(|work| work.id() != *intent);
            queue(said, *entry, OutboxBody::App { push: push.clone() });
        }
        Change::FactorRemoved { entry, push } => {
            queue(said, *entry, OutboxBody::Removal { push: push.clone() });
        }
        Change::FactorSuspended { entry, push } => {
            queue(said, *entry, OutboxBody::Suspension { push: push.clone() });
        }
        Change::SuspensionLifted { .. } => {}
        Change::TokensImported { entry, push } => {
            queue(said, *entry, OutboxBody::Tokens { push: push.clone() });
        }
        Change::StockMoved { entry, push } => {
            queue(said, *entry, OutboxBody::Movement { push: push.clone() });
        }
        Change::TokenBegun { intent } => {
            said.unfinished.push(Unfinished::Token((**intent).clone()));
        }
        Change::PersonResetBegun { intent } => {
            said.unfinished.push(Unfinished::Person((**intent).clone()));
        }
        Change::PersonResetDone { done } => {
            said.unfinished.retain(|work| work.id() != done.intent);
        }
        Change::TakenUp { intent, visits } => {
            let open = said.unfinished.iter_mut();
            for work in open.filter(|work| work.id() == *intent) {
                match work {
                    Unfinished::Reset(reset) => reset.visits.clone_from(visits),
                    Unfinished::Deletion(deletion) => deletion.visits.clone_from(visits),
                    other => panic!("{other:?}"),
                }
            }
        }
        Change::TokenAssigned { intent, .. } => {
            said.unfinished.retain(|work| work.id() != *intent);
        }
        Change::DeletionBegun { intent } => {
            said.unfinished
                .push(Unfinished::Deletion((**intent).clone()));
        }
        Change::DeletionDone { done } => {
            said.unfinished.retain(|work| work.id() != done.intent);
            let push = &done.report.push;
            gone(said, &push.credential, push.withdrawn_at, done.remains);
            queue(said, done.report.entry, told_of(&done.report));
        }
        Change::CareBegun { intent } => {
            said.unfinished.push(Unfinished::Care((**intent).clone()));
        }
        Change::Cared { intent, .. } => {
            said.unfinished.retain(|work| Some(work.id()) != *intent);
        }
        Change::PinSet { intent } => {
            let open = open_enrolment(said, *intent).unwrap();
            open.stage = open.stage.max(IntentStage::PinSet);
        }
        Change::CredentialMade { intent, made } => {
            let open = open_enrolment(said, *intent).unwrap();
            open.stage = IntentStage::Made;
            open.made = Some((**made).clone());
        }
        Change::Enrolled {
            intent,
            entry,
            push,
        } => {
            let open = open_enrolment(said, *intent).unwrap().clone();
            said.unfinished.retain(|work| work.id() != *intent);
            said.enrolments.push(Enrolment {
                credential: push.registration.raw_id.clone(),
                key: open.intent.key.id.clone(),
                facts: Some(Box::new(open.intent.key)),
                person: open.intent.offer.person,
                rp_id: open.intent.offer.creation.rp.id,
                offer: push.offer,
                operator: push.operator.clone(),
                at: push.enrolled_at,
                public_key: open.made.unwrap().public_key,
                pushed: false,
                withdrawn: false,
                gone_at: None,
                remains: None,
            });
            queue(said, *entry, OutboxBody::Enrolment { push: push.clone() });
        }
        Change::Retested {
            intent,
            entry,
            push,
            ..
        } => {
            said.unfinished.retain(|work| Some(work.id()) != *intent);
            queue(said, *entry, OutboxBody::Test { push: push.clone() });
        }
        Change::IntentEnded {
            intent, remains, ..
        } => {
            for ended in said.unfinished.extract_if(.., |work| work.id() == *intent) {
                let Unfinished::Withdrawal(withdrawal) = ended else {
                    continue;
                };
                for enrolment in &mut said.enrolments {
                    if enrolment.credential == withdrawal.credential {
                        enrolment.remains = Some(*remains);
                    }
                }
            }
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
        Change::ConflictResolved {
            entry,
            how,
            remains,
            report,
        } => match how {
            Resolution::Withdrawn => {
                if let Some(report) = report {
                    queue(said, report.entry, told_of(report));
                }
                if let Some(enrolment) = withdrawn(said, *entry) {
                    enrolment.remains = *remains;
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
        rp_ids: vec!["login.example.com".to_owned()],
    };
    let mut records = vec![
        fixture::record(0, joined),
        fixture::record(
            1,
            Change::SessionOpened {
                operator: fixture::operator(1),
                intent: None,
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
            0 if n % 3 == 0 => {
                let seconds = i64::from(n) * 10;
                let begun = fixture::reset(n, seconds + 6);
                story.push(fixture::record(seconds + 6, begun));
                if n % 2 == 0 {
                    let done = fixture::reset_done(n, seconds + 7);
                    story.push(fixture::record(seconds + 7, done));
                }
            }
            0 => {}
            1 => story.truncate(4),
            2 if n % 4 == 0 => story.truncate(3),
            2 => story.truncate(2),
            // Refused and given up, its credential deleted or about to be.
            4 if n % 3 == 0 => {
                story.truncate(4);
                let seconds = i64::from(n) * 10;
                story.push(fixture::record(seconds + 5, fixture::rejected(n)));
                let begun = fixture::withdrawal(n, n, n, seconds + 6);
                story.push(fixture::record(seconds + 6, begun));
                if n % 2 == 0 {
                    let deleted = Remains::CredentialDeleted;
                    let ended = fixture::ended(1_000 + n, deleted);
                    story.push(fixture::record(seconds + 7, ended));
                }
            }
            3 if n % 4 < 2 => {
                let begun = fixture::own_key(2_000 + n, 1, i64::from(n) * 10);
                story = vec![fixture::record(i64::from(n) * 10, begun)];
                if n % 4 == 1 {
                    let opened = Change::SessionOpened {
                        operator: fixture::operator(1),
                        intent: Some(fixture::intent_id(2_000 + n)),
                    };
                    story.push(fixture::record(i64::from(n) * 10 + 1, opened));
                }
            }
            3 => {
                story.truncate(3);
                story.push(fixture::record(
                    i64::from(n) * 10 + 5,
                    fixture::ended(n, Remains::Credential),
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
