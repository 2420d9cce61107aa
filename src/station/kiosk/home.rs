//! The home screen's facts, gathered from the station's memory and the registry.
//!
//! Invariant: pictures are taken one after the other, so that an older one never comes last; waiting for the registry
//! never holds one up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::mailbox::Mailbox;
use super::remark;
use crate::domain::PersonId;
use crate::domain::account_reset::ResetState;
use crate::domain::authority::Role;
use crate::record::{EntryState, OutboxEntry};
use crate::station::Station;
use crate::station::face::{HomeView, PeopleView, Recent, Update};
use crate::wire::{AccountReset, Expected, Operator};
use crate::workflow::Stop;

/// How many enrolments the home screen remembers.
const RECENT: usize = 20;

/// How often resets of accounts are looked for while somebody of Customer Service is signed in: somebody else waits for each.
const LOOK: Duration = Duration::from_secs(1);

/// The same while the registry does not answer.
const LOOK_WHILE_DOWN: Duration = Duration::from_secs(5);

/// What the home screen shows, kept up to date.
pub(super) struct Home {
    station: Arc<Station>,
    screen: Arc<Mailbox>,
    demo: bool,
    changed: Notify,
    asked: Notify,
    looked: Notify,
    expected: Mutex<Vec<Expected>>,
    resets: Mutex<Vec<AccountReset>>,
}

impl Home {
    pub(super) fn new(station: Arc<Station>, screen: Arc<Mailbox>, demo: bool) -> Arc<Self> {
        Arc::new(Self {
            station,
            screen,
            demo,
            changed: Notify::new(),
            asked: Notify::new(),
            looked: Notify::new(),
            expected: Mutex::default(),
            resets: Mutex::default(),
        })
    }

    /// Something of it changed: it is shown anew.
    pub(super) fn show(&self) {
        self.changed.notify_one();
    }

    /// Today's appointments may have changed: the registry is asked.
    pub(super) fn ask(&self) {
        self.asked.notify_one();
    }

    /// Resets of accounts may have changed: they are looked for at once, and not when it is time.
    pub(super) fn look(&self) {
        self.looked.notify_one();
    }

    /// Shows and asks whenever it is told to, for as long as the kiosk runs.
    pub(super) async fn serve(&self) {
        tokio::join!(self.showing(), self.asking(), self.looking());
    }

    async fn showing(&self) {
        loop {
            self.changed.notified().await;
            let expected = self.expected.lock().clone();
            self.screen.add(match self.view(expected) {
                Ok(home) => Update::Home(Arc::new(home)),
                Err(stop) => Update::Remark(remark(&stop)),
            });
        }
    }

    async fn asking(&self) {
        loop {
            self.asked.notified().await;
            // Out of reach, the last list is better than none; the screen says that the registry does not answer.
            if let Ok(today) = self.station.expected_today().await {
                *self.expected.lock() = today;
                self.show();
            }
        }
    }

    async fn looking(&self) {
        loop {
            let is_agent = self.station.operator().is_some_and(|o| sees_resets(&o));
            let answer = match is_agent {
                true => self.station.account_resets().await,
                false => Ok(Vec::new()),
            };
            let pause = if answer.is_ok() {
                LOOK
            } else {
                LOOK_WHILE_DOWN
            };
            // Out of reach, the last list is better than none.
            if let Ok(mut resets) = answer {
                resets.sort_by_key(waits);
                let mut known = self.resets.lock();
                if *known != resets {
                    *known = resets;
                    self.show();
                }
            }
            // Told to, or when it is time.
            let _ = tokio::time::timeout(pause, self.looked.notified()).await;
        }
    }

    /// Nothing of people while nobody is signed in: the screen has no use for it, and so it is not told.
    fn view(&self, expected: Vec<Expected>) -> Result<HomeView, Stop> {
        let station = &self.station;
        let outbox = station.store.outbox()?;
        let refused = |entry: &&OutboxEntry| matches!(entry.state, EntryState::Conflict { .. });
        let conflicts = outbox.iter().filter(refused).count();
        Ok(HomeView {
            station: station.name().to_owned(),
            station_id: station.joined.as_ref().map(|joined| joined.id.clone()),
            registry: station.reach(),
            queued: outbox.len() - conflicts,
            conflicts,
            demo: self.demo,
            people: match station.operator() {
                Some(operator) => Some(PeopleView {
                    resets: match sees_resets(&operator) {
                        true => self.resets.lock().clone(),
                        false => Vec::new(),
                    },
                    ..people(station, expected, outbox)?
                }),
                None => None,
            },
        })
    }
}

fn sees_resets(operator: &Operator) -> bool {
    operator.role == Role::CustomerService
}

/// In which order they are listed: what waits for a release since longest, what was released, and the newest of the others.
fn waits(reset: &AccountReset) -> (u8, i64) {
    let asked = reset.asked_at.as_millisecond();
    match reset.state {
        ResetState::Prepared | ResetState::Requested => (0, asked),
        ResetState::Released => (1, asked),
        ResetState::Withdrawn
        | ResetState::Refused
        | ResetState::Expired
        | ResetState::Objected
        | ResetState::CarriedOut => (2, -asked),
    }
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
