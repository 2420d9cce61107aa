//! Results on their way to the registry.
//!
//! Invariant: an entry leaves the outbox only by a journal record: accepted, or withdrawn by an operator. A lost answer is
//! harmless, because the entry's id is the registry's idempotency key. What is told of one person or credential arrives in the
//! order in which it happened ([`OutboxEntry::waits_for`]).

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use parking_lot::Mutex;

use super::Station;
use super::backoff::Backoff;
use super::face::RegistryState;
use crate::domain::EntryId;
use crate::domain::authority::Action;
use crate::domain::reason::{Gap, Unmet};
use crate::record::{
    Change, EntryState, OutboxBody, OutboxEntry, Remains, Resolution, each_report,
};
use crate::registry::{Client, Label, RegistryError};
use crate::wire::{Accepted, JournalHead, JournalRecord, Push, problem_code};
use crate::workflow::{Pushed, Stop};

/// Between looks at the outbox and the registry when nothing happens.
const LOOK: Duration = Duration::from_secs(15);

/// Serialises pushes and remembers when to try again.
#[derive(Default)]
pub(super) struct Pusher {
    turn: tokio::sync::Mutex<()>,
    backoff: Mutex<Backoff>,
    /// Up to which record the registry has seen the journal, as far as is known since the station was started.
    seen: Mutex<JournalRecord>,
}

/// What a round of pushing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Round {
    /// Accepted by the registry.
    pub accepted: usize,
    /// Refused by it: conflicts.
    pub rejected: usize,
    /// Still waiting.
    pub queued: usize,
}

/// Why an attempt came to nothing.
#[derive(Default)]
struct Failure {
    /// Another entry would fare no better: the registry is out of reach, or busy.
    of_all: bool,
    retry_after: Option<Duration>,
}

impl Failure {
    fn of(error: &RegistryError) -> Self {
        match error {
            RegistryError::Unreachable {
                status,
                retry_after,
                ..
            } => Self {
                of_all: !matches!(status, Some(408 | 425 | 500 | 501 | 505..)),
                retry_after: *retry_after,
            },
            RegistryError::Malformed { .. }
            | RegistryError::Refused {
                status: 408 | 425, ..
            } => Self::default(),
            RegistryError::Refused { .. }
            | RegistryError::NewerVersion { .. }
            | RegistryError::Contradiction(_)
            | RegistryError::NotJoined
            | RegistryError::Key(_) => Self {
                of_all: true,
                retry_after: None,
            },
        }
    }
}

impl Station {
    /// Sends one entry now, after those that it waits for, unless the registry asked to be left alone. One that was refused
    /// already stays refused: it is sent again only when an operator resolves the conflict.
    pub async fn push_entry(&self, id: EntryId) -> Result<Pushed, Stop> {
        let _turn = self.outbox.turn.lock().await;
        let entries = self.waiting()?;
        let Some(at) = entries.iter().position(|entry| entry.id == id) else {
            // Somebody else's turn has brought it home already.
            return Ok(Pushed::Accepted {
                at: self.registry_now(),
                waiting: false,
            });
        };
        let (earlier, rest) = entries.split_at(at);
        let Some(entry) = rest.first() else {
            return Ok(Pushed::Queued);
        };
        if let EntryState::Conflict { code, detail } = entry.state.clone() {
            return Ok(Pushed::Rejected { code, detail });
        }
        if self.outbox.backoff.lock().is_asked_to_wait(Instant::now()) {
            return Ok(Pushed::Queued);
        }
        let mut held: Vec<OutboxEntry> = Vec::new();
        for before in needed_by(entry, earlier) {
            if let Some(stays) = self.send_in_turn(before, &held).await? {
                held.push(stays);
            }
        }
        if held.iter().any(|before| entry.waits_for(before)) {
            return Ok(Pushed::Queued);
        }
        let (pushed, failure) = self.send(entry).await?;
        self.note_attempt(failure.as_ref());
        Ok(pushed)
    }

    /// Sends an entry that another one waits for, unless it has to wait itself; the entry as it stands, where it did not get
    /// through.
    async fn send_in_turn(
        &self,
        entry: &OutboxEntry,
        held: &[OutboxEntry],
    ) -> Result<Option<OutboxEntry>, Stop> {
        let is_held =
            entry.state != EntryState::Queued || held.iter().any(|before| entry.waits_for(before));
        if is_held {
            return Ok(Some(entry.clone()));
        }
        let (pushed, failure) = self.send(entry).await?;
        self.note_attempt(failure.as_ref());
        Ok(standing(entry, &pushed))
    }

    fn waiting(&self) -> Result<Vec<OutboxEntry>, Stop> {
        Ok(self.store.outbox()?)
    }

    /// Sends everything that waits, oldest first; stops at the first sign that the registry can't be reached. An entry that
    /// the registry stumbles over holds up nothing but what is about the same person or credential.
    pub async fn push_outbox(&self) -> Result<Round, Stop> {
        let _turn = self.outbox.turn.lock().await;
        let mut round = Round::default();
        let mut worst: Option<Failure> = None;
        let mut held: Vec<OutboxEntry> = Vec::new();
        for entry in self.waiting()? {
            if entry.state != EntryState::Queued {
                round.rejected += 1;
                held.push(entry);
            } else if worst.as_ref().is_some_and(|failure| failure.of_all)
                || held.iter().any(|before| entry.waits_for(before))
            {
                round.queued += 1;
                held.push(entry);
            } else {
                let (pushed, failure) = self.send(&entry).await?;
                worst = failure.or(worst);
                held.extend(standing(&entry, &pushed));
                match pushed {
                    Pushed::Accepted { .. } => round.accepted += 1,
                    Pushed::Rejected { .. } => round.rejected += 1,
                    Pushed::Queued => round.queued += 1,
                }
            }
        }
        self.note_attempt(worst.as_ref());
        Ok(round)
    }

    /// Sends one entry and records the answer. What can't be recorded is tried again later, not at once.
    async fn send(&self, entry: &OutboxEntry) -> Result<(Pushed, Option<Failure>), Stop> {
        let (pushed, failure) = self.verdict_on(entry.id, self.deliver(entry).await?);
        let recorded = match &pushed {
            Pushed::Accepted { at, .. } => self.commit(Change::Pushed {
                entry: entry.id,
                accepted_at: *at,
            }),
            Pushed::Rejected { code, detail } => self.commit(Change::Rejected {
                entry: entry.id,
                code: code.clone(),
                detail: detail.clone(),
            }),
            Pushed::Queued => Ok(()),
        };
        if let Err(stop) = recorded {
            self.note_attempt(Some(&Failure::default()));
            return Err(stop);
        }
        Ok((pushed, failure))
    }

    fn note_attempt(&self, failure: Option<&Failure>) {
        let Some(failure) = failure else {
            self.outbox.backoff.lock().reset();
            return;
        };
        let mut jitter = [128];
        // Without randomness the pause is simply the middle one.
        let _ = getrandom::fill(&mut jitter);
        self.outbox
            .backoff
            .lock()
            .failed(Instant::now(), jitter[0], failure.retry_after);
    }

    /// When the registry accepted it, by the registry's clock; and whether what came of it waits for its owner. Where the registry
    /// stands further in the journal than is known here, it says where, and is told what stands there.
    async fn deliver(&self, entry: &OutboxEntry) -> Result<Delivered, Stop> {
        let Some(client) = &self.registry else {
            return Ok(Err(RegistryError::Unreachable {
                why: Gap::NotJoined,
                status: None,
                retry_after: None,
                sent: false,
                because: None,
            }));
        };
        let mut continues = self.outbox.seen.lock().clone();
        let mut asked = None;
        loop {
            let head = JournalHead {
                continues: Some(continues),
                ..self.store.head()
            };
            let delivered = report(client, entry, &head).await;
            if delivered.is_ok() {
                *self.outbox.seen.lock() = JournalRecord {
                    sequence: head.sequence,
                    hash: head.hash,
                };
            }
            match record_asked(&delivered) {
                Some(record) if asked.is_none_or(|before| before < record) => {
                    asked = Some(record);
                    continues = self.store.record(record)?;
                }
                Some(_) | None => return Ok(delivered),
            }
        }
    }

    /// Accepted, refused for good, or to be tried again.
    fn verdict_on(&self, id: EntryId, answer: Delivered) -> (Pushed, Option<Failure>) {
        let pushed = match answer {
            Ok((at, waiting)) => {
                tracing::info!(entry = %id, waiting, "accepted by the registry");
                Pushed::Accepted { at, waiting }
            }
            Err(RegistryError::Refused { status, problem })
                if is_final(status) && problem.code() != problem_code::JOURNAL_PASSED =>
            {
                Pushed::Rejected {
                    code: problem.code().to_owned(),
                    detail: problem.said(),
                }
            }
            Err(error) => {
                tracing::warn!(entry = %id, %error, "not pushed; it waits");
                let failure = Failure::of(&error);
                if failure.of_all {
                    self.note_reach(RegistryState::Unreachable {
                        why: error.to_string(),
                    });
                }
                return (Pushed::Queued, Some(failure));
            }
        };
        (pushed, None)
    }

    /// Whether the registry asked to be left alone for now.
    pub(super) fn is_asked_to_wait(&self) -> bool {
        self.outbox.backoff.lock().is_asked_to_wait(Instant::now())
    }

    /// The registry said, in answer to something else than a push, when to come again.
    pub(super) fn note_asked_to_wait(&self, retry_after: Duration) {
        self.note_attempt(Some(&Failure {
            of_all: true,
            retry_after: Some(retry_after),
        }));
    }

    /// Resolves a conflict in the name of the operator who is signed in, then sends a retried entry at once.
    pub async fn resolve_conflict(&self, entry: EntryId, how: Resolution) -> Result<Round, Stop> {
        let operator = self.operator().ok_or(Stop::SignedOut)?;
        operator.role.may(Action::ResolveConflict)?;
        let remains = match how {
            Resolution::Retry => None,
            Resolution::Withdrawn => self.left_by_withdrawal(entry).await?,
        };
        self.commit(Change::ConflictResolved {
            entry,
            how,
            remains,
            report: None,
        })?;
        self.outbox.backoff.lock().reset();
        self.push_outbox().await
    }

    /// What giving up an entry leaves. An app that the registry holds is not given up.
    async fn left_by_withdrawal(&self, entry: EntryId) -> Result<Option<Remains>, Stop> {
        let entry = self.store.outbox_entry(entry);
        let entry = entry?;
        let Some(OutboxBody::App { push }) = entry.map(|entry| entry.body) else {
            return Ok(None);
        };
        let detail = self.person(&push.person).await?;
        let mut held = detail.factors.iter().filter(|f| f.removed_at.is_none());
        if held.any(|factor| factor.id == push.factor) {
            return Err(Stop::Unmet(Unmet::AppHeld {
                person: detail.person.name,
            }));
        }
        Ok(Some(Remains::OnPhone))
    }

    /// Background work for as long as the station runs: pushes what waits, watches the registry and the bay.
    pub async fn tend(self: Arc<Self>) {
        let mut changed = self.watch();
        let mut bay = self.slots.watch();
        let mut seen = Vec::new();
        loop {
            if let Err(error) = self.note_keys(&mut seen) {
                tracing::error!(%error, "a key could not be recorded");
            }
            self.probe().await;
            let waits = self.store.outbox().is_ok_and(|entries| {
                entries
                    .iter()
                    .any(|entry| entry.state == EntryState::Queued)
            });
            let pause = self.outbox.backoff.lock().wait(Instant::now());
            if waits
                && pause.is_zero()
                && let Err(error) = self.push_outbox().await
            {
                tracing::error!(%error, "the outbox could not be pushed");
            }
            self.keep_up().await;
            changed.borrow_and_update();
            let next = match (waits, self.outbox.backoff.lock().wait(Instant::now())) {
                (true, pause) => pause.max(Duration::from_millis(200)).min(LOOK),
                (false, _) => LOOK,
            };
            tokio::select! {
                () = tokio::time::sleep(next) => {}
                () = self.slots.changed(&mut bay) => {}
            }
        }
    }
}

impl Station {
    /// Learns what other stations did with the stock, while the registry answers. One of an earlier release keeps none.
    async fn keep_up(&self) {
        if !matches!(self.reach(), RegistryState::Reachable { .. }) {
            return;
        }
        if let Err(error) = self.hear_stock().await {
            tracing::debug!(%error, "what happened to the stock is not known");
        }
    }
}

/// What the registry answered to an entry.
type Delivered = Result<(Timestamp, bool), RegistryError>;

async fn report(client: &Client, entry: &OutboxEntry, head: &JournalHead) -> Delivered {
    let head = head.clone();
    each_report!(&entry.body, report => {
        let push = Push { body: &**report, head };
        let label = Label {
            entry: entry.id,
            bond: entry.bond.as_ref(),
        };
        let receipt = client.push(label, &push).await?;
        Ok((receipt.accepted_at(), receipt.is_waiting()))
    })
}

/// The record of the journal that the registry asks for, before it takes anything.
fn record_asked(delivered: &Delivered) -> Option<u64> {
    match delivered {
        Err(RegistryError::Refused { problem, .. })
            if problem.code() == problem_code::JOURNAL_PASSED =>
        {
            problem.record
        }
        _ => None,
    }
}

/// What an entry waits for, and what that waits for, oldest first.
fn needed_by<'a>(entry: &OutboxEntry, earlier: &'a [OutboxEntry]) -> Vec<&'a OutboxEntry> {
    let mut needed: Vec<&OutboxEntry> = Vec::new();
    for before in earlier.iter().rev() {
        let is_needed = entry.waits_for(before) || needed.iter().any(|n| n.waits_for(before));
        if is_needed {
            needed.push(before);
        }
    }
    needed.reverse();
    needed
}

/// An entry as it stands after an attempt; `None`: it got through.
fn standing(entry: &OutboxEntry, pushed: &Pushed) -> Option<OutboxEntry> {
    let state = match pushed {
        Pushed::Accepted { .. } => return None,
        Pushed::Queued => EntryState::Queued,
        Pushed::Rejected { code, detail } => EntryState::Conflict {
            code: code.clone(),
            detail: detail.clone(),
        },
    };
    Some(OutboxEntry {
        state,
        ..entry.clone()
    })
}

/// Statuses after which sending the same again is pointless (RFC 9110, section 15.5), but for those that ask for patience
/// or a fresh token.
fn is_final(status: u16) -> bool {
    (400..500).contains(&status) && ![401, 408, 425, 429].contains(&status)
}

#[cfg(test)]
mod tests {
    use super::is_final;

    #[test]
    fn only_a_refusal_of_the_content_is_final() {
        for (status, expected) in [
            (400, true),
            (401, false),
            (403, true),
            (408, false),
            (409, true),
            (410, true),
            (422, true),
            (429, false),
            (500, false),
            (503, false),
        ] {
            assert_eq!(is_final(status), expected, "{status}");
        }
    }
}
