//! A batch over many keys: what is meant, what each key has been through, and what is left to do. Everything here is
//! derived from journal records, so that a batch goes on after a stop where it was.
//!
//! Invariants: a person on the list has at most one key that is at work or done; a tag is given once; a step that is
//! recorded as done is never done again on that key. No PIN and no other secret is part of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::authority::{Action, NotAllowed, Role};
use super::id::{BatchId, OperatorId, PersonId, RunId};
use super::identification::Identification;
use super::key::KeyFacts;
use super::people_list::Listed;
use super::profile::{Budget, Profile, StepKind};

/// The most keys of one batch.
pub const KEYS_MAX: u32 = 1000;

/// What a batch is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub id: BatchId,
    /// What is done to each key. A copy: changing the file later changes nothing.
    pub profile: Profile,
    /// For whom, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Listed>,
    /// How those were identified of whom the list does not say it; asked once for the whole batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identification: Option<Identification>,
    /// So many keys; `None`: until somebody ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<u32>,
    pub operator: OperatorId,
    pub begun_at: Timestamp,
}

/// Why a plan can't be begun.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The profile enrols, and there is no list.
    #[error("this profile enrols for the people on a list: name one with --people FILE")]
    NoPeople,
    /// There is a list, and the profile does not enrol.
    #[error("this profile enrols nobody: leave the list of people away, or take another profile")]
    PeopleForNothing,
    /// Nothing says how somebody was identified.
    #[error(
        "nothing says how {person} was identified: write it into the list (column identified_by), or say it for the whole \
         batch with --identified-by"
    )]
    NotIdentified { person: PersonId },
    /// Not that many.
    #[error("a batch has 1 to {KEYS_MAX} keys, and not more than there are people on its list")]
    Keys,
    /// Not this operator's to do; `text` says whose it is.
    #[error("not-allowed: {0:?}")]
    NotAllowed(NotAllowed),
}

impl From<NotAllowed> for PlanError {
    fn from(refused: NotAllowed) -> Self {
        Self::NotAllowed(refused)
    }
}

impl Plan {
    /// Whether it can be begun, by somebody of this role.
    ///
    /// # Errors
    /// [`PlanError`]; nothing was done.
    pub fn check(&self, role: Role) -> Result<(), PlanError> {
        role.may(Action::RunBatch)?;
        for kind in self.profile.kinds() {
            match kind {
                // Keys that are somebody's are not reset in a batch.
                StepKind::Reset => role.may(Action::ResetKey)?,
                StepKind::Policy | StepKind::ForceChange => role.may(Action::ConfigureKey)?,
                StepKind::Pin => role.may(Action::SetPin)?,
                StepKind::Test => role.may(Action::TestKey)?,
                StepKind::Enrol | StepKind::Tag | StepKind::Label => {}
            }
        }
        match (self.profile.takes_people(), self.people.is_empty()) {
            (true, true) => return Err(PlanError::NoPeople),
            (false, false) => return Err(PlanError::PeopleForNothing),
            _ => {}
        }
        for listed in &self.people {
            let how = self
                .identified(listed)
                .ok_or_else(|| PlanError::NotIdentified {
                    person: listed.person.clone(),
                })?;
            role.may(how.action())?;
        }
        let people = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        match self.keys {
            Some(0) => Err(PlanError::Keys),
            Some(keys) if keys > KEYS_MAX || (people > 0 && keys > people) => Err(PlanError::Keys),
            _ => Ok(()),
        }
    }

    /// How somebody on the list was identified.
    pub fn identified<'a>(&'a self, listed: &'a Listed) -> Option<&'a Identification> {
        listed
            .identification
            .as_ref()
            .or(self.identification.as_ref())
    }

    /// How many keys it takes; `None`: until somebody ends it.
    pub fn wanted(&self) -> Option<u32> {
        let people = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        self.keys.or((people > 0).then_some(people))
    }

    /// What all of it asks of the people in front of it, where the number of keys is known.
    pub fn budget(&self) -> Option<Budget> {
        self.wanted().map(|keys| self.profile.budget().times(keys))
    }
}

/// What happened to a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum BatchChange {
    Begun {
        plan: Box<Plan>,
    },
    /// A key takes part, and with it the next person on the list.
    KeyBegun {
        batch: BatchId,
        /// The key's way through it.
        run: RunId,
        key: Box<KeyFacts>,
        /// Whose line on the list, from 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<u32>,
    },
    /// The same key goes on after a stop, perhaps in another slot.
    KeyResumed {
        batch: BatchId,
        run: RunId,
        /// The key as it is now.
        key: Box<KeyFacts>,
    },
    /// A step is done on a key.
    StepDone {
        batch: BatchId,
        run: RunId,
        step: StepKind,
        /// The tag that the key got, or what its label reads.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// A key stopped at a step; it is tried again, or skipped.
    KeyStopped {
        batch: BatchId,
        run: RunId,
        /// A stable word.
        code: String,
        /// In English, with the facts.
        detail: String,
    },
    /// A key has left the batch.
    KeyEnded {
        batch: BatchId,
        run: RunId,
        end: KeyEnd,
    },
    Ended {
        batch: BatchId,
    },
}

impl BatchChange {
    pub fn batch(&self) -> BatchId {
        match self {
            Self::Begun { plan } => plan.id,
            Self::KeyBegun { batch, .. }
            | Self::KeyResumed { batch, .. }
            | Self::StepDone { batch, .. }
            | Self::KeyStopped { batch, .. }
            | Self::KeyEnded { batch, .. }
            | Self::Ended { batch } => *batch,
        }
    }
}

/// How a key left a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyEnd {
    /// Every step is done.
    Done,
    /// An operator took it out; what had been done to it stays done.
    Skipped,
}

/// One key's way through a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRun {
    pub id: RunId,
    /// The key, and where it is or was.
    pub key: KeyFacts,
    /// Whose line on the list, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<u32>,
    pub begun_at: Timestamp,
    /// The steps that are done, in that order.
    pub done: Vec<StepKind>,
    /// The tag that it got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// What its label reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Why it stopped, while that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
    /// How and when it left the batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<(KeyEnd, Timestamp)>,
}

/// Why a key stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// A stable word.
    pub code: String,
    /// In English, with the facts.
    pub detail: String,
}

impl KeyRun {
    /// The first step that is not done; `None`: all are.
    pub fn next(&self, profile: &Profile) -> Option<StepKind> {
        profile
            .kinds()
            .into_iter()
            .find(|kind| !self.done.contains(kind))
    }

    /// Whether its person can't be given another key in this batch.
    fn holds_seat(&self) -> bool {
        self.done.contains(&StepKind::Enrol) || !matches!(self.end, Some((KeyEnd::Skipped, _)))
    }

    /// Takes a change of this run. The caller has found the run and checked that the batch is open.
    ///
    /// # Errors
    /// [`BatchFault`]; nothing changed.
    pub fn apply(
        &mut self,
        change: &BatchChange,
        profile: &Profile,
        at: Timestamp,
    ) -> Result<(), BatchFault> {
        if self.end.is_some() {
            return Err(BatchFault::RunOver(self.id));
        }
        match change {
            BatchChange::StepDone { step, text, .. } => {
                if self.next(profile) != Some(*step) {
                    return Err(BatchFault::OutOfOrder {
                        run: self.id,
                        step: *step,
                    });
                }
                match step {
                    StepKind::Tag => self.tag.clone_from(text),
                    StepKind::Label => self.label.clone_from(text),
                    _ => {}
                }
                self.done.push(*step);
                self.stopped = None;
            }
            BatchChange::KeyResumed { key, .. } => {
                self.key = (**key).clone();
                self.stopped = None;
            }
            BatchChange::KeyStopped { code, detail, .. } => {
                self.stopped = Some(Stopped {
                    code: code.clone(),
                    detail: detail.clone(),
                });
            }
            BatchChange::KeyEnded { end, .. } => {
                if *end == KeyEnd::Done && self.next(profile).is_some() {
                    return Err(BatchFault::NotDone(self.id));
                }
                self.end = Some((*end, at));
            }
            BatchChange::Begun { .. }
            | BatchChange::KeyBegun { .. }
            | BatchChange::Ended { .. } => {}
        }
        Ok(())
    }
}

/// Changes of a batch that can't follow on what is recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchFault {
    /// Only one batch at a time.
    #[error(
        "batch {0} is not over: take it up with --resume {0}, or end it with `keydesk batch end {0}`"
    )]
    AnotherOpen(BatchId),
    /// A batch of this id exists.
    #[error("batch {0} was begun already")]
    BatchKnown(BatchId),
    /// No such batch.
    #[error("batch {0} was never begun at this station: see `keydesk batch list`")]
    UnknownBatch(BatchId),
    #[error("batch {0} is over")]
    BatchOver(BatchId),
    /// A run of this id exists.
    #[error("run {0} was begun already")]
    RunKnown(RunId),
    /// No such run.
    #[error("run {0} was never begun in this batch")]
    UnknownRun(RunId),
    /// It has left the batch.
    #[error("run {0} has left the batch")]
    RunOver(RunId),
    /// Another key is, or was made, for this person.
    #[error("line {seat} of the list has a key already: a person is taken once")]
    SeatTaken {
        /// From 1.
        seat: u32,
    },
    /// The list is shorter.
    #[error("the list has no line {seat}")]
    NoSuchSeat {
        /// From 1.
        seat: u32,
    },
    /// Not the next step of this key.
    #[error("{} is not the next step of run {run}", .step.as_str())]
    OutOfOrder { run: RunId, step: StepKind },
    /// Steps are left.
    #[error("run {0} has steps left")]
    NotDone(RunId),
    /// The tag is on another key.
    #[error("the tag {0:?} was given already: take another")]
    TagTaken(String),
}

/// A batch as the journal tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Batch {
    pub plan: Plan,
    /// Its keys, in the order in which they came.
    pub runs: Vec<KeyRun>,
    pub ended_at: Option<Timestamp>,
}

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Keys that it is to have; `None`: until somebody ends it.
    pub wanted: Option<u32>,
    /// Keys that are through.
    pub done: u32,
    /// Keys at work or stopped.
    pub open: u32,
    /// Keys that were taken out.
    pub skipped: u32,
}

impl Batch {
    /// The first line of the list, from 0, that no key is at work or done for.
    pub fn next_seat(&self) -> Option<u32> {
        let count = u32::try_from(self.plan.people.len()).ok()?;
        (0..count).find(|seat| !self.is_taken(*seat))
    }

    /// Whether a line of the list has a key.
    pub fn is_taken(&self, seat: u32) -> bool {
        self.runs
            .iter()
            .any(|run| run.seat == Some(seat) && run.holds_seat())
    }

    /// Who is on a line of the list.
    pub fn listed(&self, seat: u32) -> Option<&Listed> {
        self.plan.people.get(usize::try_from(seat).ok()?)
    }

    /// How far it is.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally {
            wanted: self.plan.wanted(),
            ..Tally::default()
        };
        for run in &self.runs {
            match run.end {
                None => tally.open += 1,
                Some((KeyEnd::Done, _)) => tally.done += 1,
                Some((KeyEnd::Skipped, _)) => tally.skipped += 1,
            }
        }
        tally
    }

    /// Whether another key is wanted besides those at work.
    pub fn wants_more(&self) -> bool {
        let tally = self.tally();
        let room = tally
            .wanted
            .is_none_or(|wanted| tally.done + tally.open < wanted);
        room && (!self.plan.profile.takes_people() || self.next_seat().is_some())
    }

    /// Whether nothing is left to do.
    pub fn is_complete(&self) -> bool {
        let tally = self.tally();
        tally.open == 0 && tally.wanted.is_some_and(|wanted| tally.done >= wanted)
    }
}

#[cfg(test)]
mod tests;
