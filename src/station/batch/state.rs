//! What a running batch knows at this moment: the journal's view of it, and what every slot does or waits for.
//!
//! Invariant: [`State::batch`] takes a change only after the journal took it, so that it never knows more than a resumed
//! batch would.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;

use crate::bay::Cancel;
use crate::domain::batch::{Batch, BatchChange, BatchFault, KeyEnd, KeyRun};
use crate::domain::profile::{Profile, StepKind};
use crate::domain::{KeyFacts, RunId, UsbPath};
use crate::station::face::board::{Board, BoardSlot, LeftKey, SlotWork};

/// How many of the keys that have left are listed on the board.
const LEFT_SHOWN: usize = 60;

/// Everything that changes while a batch runs.
pub(super) struct State {
    pub batch: Batch,
    pub seats: BTreeMap<UsbPath, Seat>,
    /// Slots that wait for somebody to type, the first one is being asked.
    pub typing: VecDeque<UsbPath>,
    /// Verdicts with warnings that the operator has seen and admitted.
    pub admitted: BTreeSet<String>,
    /// Every tag that was ever given here.
    pub tags: BTreeSet<String>,
    pub touches: u32,
    pub pins: u32,
    /// People by their line on the list, once they are known by name.
    pub names: BTreeMap<u32, String>,
    pub over: bool,
}

/// One slot.
pub(super) struct Seat {
    pub number: u16,
    pub key: KeyFacts,
    pub run: Option<RunId>,
    pub step: Option<StepKind>,
    pub work: SlotWork,
    pub since: Timestamp,
    /// The task that works on its key.
    pub task: Option<Cancel>,
    /// Its key has not taken a line of the list yet, but may.
    pub admitting: bool,
    /// This plug was dealt with: nothing more is done until the key is pulled or somebody decides.
    pub settled: bool,
    /// Somebody has decided to take its key out, once its task has ended.
    pub skip: bool,
}

impl Seat {
    pub fn new(key: &KeyFacts, now: Timestamp) -> Self {
        Self {
            number: key.slot,
            key: key.clone(),
            run: None,
            step: None,
            work: SlotWork::Free,
            since: now,
            task: None,
            admitting: false,
            settled: false,
            skip: false,
        }
    }

    pub fn set(&mut self, work: SlotWork, now: Timestamp) {
        if self.work.code() != work.code() {
            self.since = now;
        }
        self.work = work;
    }
}

impl State {
    pub fn new(batch: Batch, tags: Vec<String>) -> Self {
        Self {
            batch,
            seats: BTreeMap::new(),
            typing: VecDeque::new(),
            admitted: BTreeSet::new(),
            tags: tags.into_iter().collect(),
            touches: 0,
            pins: 0,
            names: BTreeMap::new(),
            over: false,
        }
    }

    pub fn profile(&self) -> &Profile {
        &self.batch.plan.profile
    }

    pub fn run(&self, id: RunId) -> Option<&KeyRun> {
        self.batch.runs.iter().find(|run| run.id == id)
    }

    /// Takes what the journal took.
    pub fn apply(&mut self, change: &BatchChange, at: Timestamp) -> Result<(), BatchFault> {
        match change {
            BatchChange::Begun { .. } => Ok(()),
            BatchChange::Ended { .. } => {
                self.batch.ended_at = Some(at);
                Ok(())
            }
            BatchChange::KeyBegun { run, key, seat, .. } => {
                self.batch.runs.push(KeyRun {
                    id: *run,
                    key: (**key).clone(),
                    seat: *seat,
                    begun_at: at,
                    done: Vec::new(),
                    tag: None,
                    label: None,
                    stopped: None,
                    end: None,
                });
                Ok(())
            }
            BatchChange::KeyResumed { run, .. }
            | BatchChange::StepDone { run, .. }
            | BatchChange::KeyStopped { run, .. }
            | BatchChange::KeyEnded { run, .. } => {
                let found = self.batch.runs.iter_mut().find(|known| known.id == *run);
                let known = found.ok_or(BatchFault::UnknownRun(*run))?;
                known.apply(change, &self.batch.plan.profile, at)
            }
        }
    }

    /// Whether another key may begin, those that are being looked at counted.
    pub fn wants_more(&self) -> bool {
        let admitting = self.seats.values().filter(|seat| seat.admitting).count();
        let admitting = u32::try_from(admitting).unwrap_or(u32::MAX);
        let tally = self.batch.tally();
        let begun = tally
            .done
            .saturating_add(tally.open)
            .saturating_add(admitting);
        self.batch.wants_more() && tally.wanted.is_none_or(|wanted| begun < wanted)
    }

    /// The run that a key belongs to, if it is one that has not left the batch and that no slot works on.
    pub fn run_of(&self, key: &KeyFacts) -> Option<RunId> {
        let at_work = |id| {
            let mut tasks = self.seats.values().filter(|seat| seat.task.is_some());
            tasks.any(|seat| seat.run == Some(id))
        };
        let mut open = self.batch.runs.iter().filter(|run| run.end.is_none());
        open.find(|run| is_same(run, key, self.profile()) && !at_work(run.id))
            .map(|run| run.id)
    }

    /// Whether every step is done on this very key, as far as its serial number tells. One that was skipped may come again.
    pub fn is_done(&self, key: &KeyFacts) -> bool {
        let done = |run: &&KeyRun| matches!(run.end, Some((KeyEnd::Done, _)));
        self.batch
            .runs
            .iter()
            .filter(done)
            .any(|run| run.key.id.is_same_as(&key.id))
    }

    /// The runs that stopped and in whose slots another key is now: those are skipped.
    pub fn swapped(&self, keys: &[KeyFacts]) -> Vec<RunId> {
        let of = |key: &KeyFacts| {
            let seat = self.seats.get(&key.place)?;
            let run = seat.run.filter(|_| seat.task.is_none() && !seat.settled)?;
            let run = self.run(run).filter(|run| run.end.is_none())?;
            (!is_same(run, key, self.profile())).then_some(run.id)
        };
        keys.iter().filter_map(of).collect()
    }

    /// Gives a key its slot on the board and, when it is wanted, its task: which run it goes on with, and what stops it.
    pub fn seat(
        &mut self,
        key: &KeyFacts,
        all: &Cancel,
        now: Timestamp,
    ) -> Option<(KeyFacts, Option<RunId>, Cancel)> {
        let fresh = || Seat::new(key, now);
        let seat = self.seats.entry(key.place.clone()).or_insert_with(fresh);
        if seat.task.is_some() || seat.settled {
            return None;
        }
        seat.key = key.clone();
        let (resumed, done) = (self.run_of(key), self.is_done(key));
        let wanted = resumed.is_some() || (!done && self.wants_more());
        let seat = self.seats.get_mut(&key.place)?;
        seat.run = resumed;
        if !wanted {
            let work = if done {
                SlotWork::Done
            } else {
                SlotWork::NotNeeded
            };
            seat.set(work, now);
            return None;
        }
        seat.admitting = resumed.is_none();
        seat.settled = true;
        seat.skip = false;
        seat.set(SlotWork::Working, now);
        let cancel = all.child();
        seat.task = Some(cancel.clone());
        Some((key.clone(), resumed, cancel))
    }

    pub fn is_at_work(&self) -> bool {
        self.seats.values().any(|seat| seat.task.is_some())
    }

    /// Everything, for the people in front of it.
    pub fn board(&self) -> Board {
        let plan = &self.batch.plan;
        let mut waiting: Vec<(Timestamp, &UsbPath)> = Vec::new();
        for (place, seat) in &self.seats {
            if matches!(seat.work, SlotWork::Touch { .. }) {
                waiting.push((seat.since, place));
            }
        }
        waiting.sort();
        let touch_turn = |place: &UsbPath| {
            waiting
                .iter()
                .position(|(_, at)| *at == place)
                .map_or(0, |at| at + 1)
        };
        let typing_turn = |place: &UsbPath| {
            self.typing
                .iter()
                .position(|at| at == place)
                .map_or(0, |at| at + 1)
        };
        let mut slots: Vec<BoardSlot> = self
            .seats
            .iter()
            .map(|(place, seat)| self.slot(place, seat, touch_turn(place), typing_turn(place)))
            .collect();
        slots.sort_by_key(|slot| slot.number);
        let left = self
            .batch
            .runs
            .iter()
            .rev()
            .filter_map(|run| self.left(run));
        Board {
            batch: plan.id,
            name: plan.profile.name.clone(),
            steps: plan.profile.kinds(),
            tally: self.batch.tally(),
            budget: plan.budget(),
            each: plan.profile.budget(),
            touches: self.touches,
            pins: self.pins,
            begun_at: plan.begun_at,
            slots,
            left: left.take(LEFT_SHOWN).collect(),
            over: self.over,
        }
    }

    fn slot(
        &self,
        place: &UsbPath,
        seat: &Seat,
        touch_turn: usize,
        typing_turn: usize,
    ) -> BoardSlot {
        let run = seat.run.and_then(|id| self.run(id));
        let mut work = seat.work.clone();
        match &mut work {
            SlotWork::Touch { turn, .. } => *turn = touch_turn,
            SlotWork::Pin { turn } | SlotWork::Tag { turn } => *turn = typing_turn,
            _ => {}
        }
        BoardSlot {
            number: seat.number,
            place: place.clone(),
            model: seat.key.model.clone(),
            serial: seat.key.id.serial.clone(),
            person: run.and_then(|run| self.person(run)),
            tag: run.and_then(|run| run.tag.clone()),
            label: run.and_then(|run| run.label.clone()),
            done: run.map_or(0, |run| run.done.len()),
            step: seat.step,
            work,
            since: seat.since,
        }
    }

    /// By name where it is known, else by the registry's identifier.
    fn person(&self, run: &KeyRun) -> Option<String> {
        let seat = run.seat?;
        let listed = self.batch.listed(seat)?;
        let name = self.names.get(&seat).cloned();
        Some(name.unwrap_or_else(|| listed.person.to_string()))
    }

    fn left(&self, run: &KeyRun) -> Option<LeftKey> {
        let (end, at) = run.end?;
        Some(LeftKey {
            number: run.key.slot,
            model: run.key.model.clone(),
            serial: run.key.id.serial.clone(),
            person: self.person(run),
            tag: run.tag.clone(),
            label: run.label.clone(),
            end,
            at,
        })
    }
}

/// Whether a key is the one that a run is about: by its serial number, or else by its place and the PIN that it got. Two of
/// one model without serial numbers can't be told apart further; the PIN and the credential tell in the steps themselves.
pub(super) fn is_same(run: &KeyRun, key: &KeyFacts, profile: &Profile) -> bool {
    if run.key.id.aaguid != key.id.aaguid || run.key.id.serial != key.id.serial {
        return false;
    }
    if key.id.is_same_as(&run.key.id) {
        return true;
    }
    let has_pin = run.done.contains(&StepKind::Pin)
        && profile
            .pin()
            .is_some_and(|pin| pin.how != crate::domain::profile::PinSource::None);
    run.key.place == key.place && (!has_pin || key.pin_set == Some(true))
}
