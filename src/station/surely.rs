//! Changes that the registry is asked for at once, with no outbox entry behind them: they are asked for until there is an answer, and
//! what was asked in vain is remembered, so that the same job done again finds out.
//!
//! Invariant: nothing that the registry may have done ends as if nothing was done.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{Station, gap};
use crate::domain::reason::Gap;
use crate::domain::{PersonId, VisitId};
use crate::registry::RegistryError;
use crate::store::private;
use crate::wire::Session;
use crate::workflow::{Errand, Stop};

/// The file of what no answer came to; private to the station's user, because it names people.
const FILE: &str = "unanswered.json";

/// Most that is remembered; the oldest is forgotten first.
const KEPT: usize = 32;

/// Between two attempts.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1500)];

/// Nobody waits at a desk for longer than one attempt takes after that.
const PATIENCE: Duration = Duration::from_secs(8);

/// For whom something was asked.
#[derive(Serialize, Deserialize)]
struct Unanswered {
    person: PersonId,
    errand: Errand,
}

impl Station {
    /// Asks until there is an answer, a few times. What is asked carries the same idempotency key each time, so that a refusal is
    /// certain; where it can't, it is told that an earlier attempt may have been taken.
    pub(super) async fn surely<T>(
        &self,
        session: &Session,
        mut ask: impl AsyncFnMut(bool) -> Result<T, RegistryError>,
    ) -> Result<T, Stop> {
        let began = Instant::now();
        let mut may_be_done = false;
        for pause in PAUSES.into_iter().map(Some).chain([None]) {
            let answer = ask(may_be_done).await;
            let Err(error) = &answer else {
                return self.heard_in(session, answer);
            };
            may_be_done |= error.may_be_done();
            if error.is_answer() {
                return self.heard_in(session, answer);
            }
            match pause {
                Some(pause) if began.elapsed() < PATIENCE => tokio::time::sleep(pause).await,
                _ if !may_be_done => return self.heard_in(session, answer),
                _ => {
                    let why = gap(error);
                    drop(self.heard_in(session, answer));
                    return Err(Stop::Unanswered(why));
                }
            }
        }
        Err(Stop::Unanswered(Gap::NotAsked))
    }

    /// The same, and remembers it while there is no answer.
    pub(super) async fn surely_for<T>(
        &self,
        session: &Session,
        (person, errand): (&PersonId, Errand),
        ask: impl AsyncFnMut(bool) -> Result<T, RegistryError>,
    ) -> Result<T, Stop> {
        self.remember(person, &errand)?;
        let answer = self.surely(session, ask).await;
        if !matches!(answer, Err(Stop::Unanswered(_))) {
            // What was answered is answered, also where that can't be written down: it is only looked up once more then.
            drop(self.forget(person, &errand));
        }
        answer
    }

    /// What was asked for a person, and never answered.
    pub(super) fn unanswered(&self, person: &PersonId) -> Result<Vec<Errand>, Stop> {
        let all = self.all_unanswered()?.into_iter();
        let theirs = all.filter(|unanswered| unanswered.person == *person);
        Ok(theirs.map(|unanswered| unanswered.errand).collect())
    }

    /// The visit of a person that was to be closed, with no answer, and is not open any more.
    pub async fn closed_unanswered(&self, person: &PersonId) -> Result<Option<VisitId>, Stop> {
        for errand in self.unanswered(person)? {
            if let Errand::Close { visit } = errand {
                let open = self.person(person).await?.visit;
                self.forget(person, &errand)?;
                return Ok(Some(visit).filter(|_| open.is_none()));
            }
        }
        Ok(None)
    }

    /// What came of it is known by now.
    pub(super) fn forget(&self, person: &PersonId, errand: &Errand) -> Result<(), Stop> {
        self.change_unanswered(|all| {
            all.retain(|kept| kept.person != *person || kept.errand != *errand);
        })
    }

    fn remember(&self, person: &PersonId, errand: &Errand) -> Result<(), Stop> {
        self.change_unanswered(|all| {
            all.retain(|kept| kept.person != *person || kept.errand != *errand);
            all.push(Unanswered {
                person: person.clone(),
                errand: errand.clone(),
            });
            let surplus = all.len().saturating_sub(KEPT);
            all.drain(..surplus);
        })
    }

    fn all_unanswered(&self) -> Result<Vec<Unanswered>, Stop> {
        let bytes = private::read(&self.dir, FILE)?;
        // Of a file that another release wrote nothing is known: what was asked is then looked up by people.
        let read = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(read.unwrap_or_default())
    }

    fn change_unanswered(&self, change: impl FnOnce(&mut Vec<Unanswered>)) -> Result<(), Stop> {
        let _one_at_a_time = self.asking.lock();
        let mut all = self.all_unanswered()?;
        change(&mut all);
        if all.is_empty() {
            return Ok(private::remove(&self.dir, FILE)?);
        }
        let bytes = serde_json::to_vec(&all).map_err(|e| Stop::Store(e.to_string().into()))?;
        Ok(private::write(&self.dir, FILE, &bytes)?)
    }
}
