//! The loop of a batch: which key begins, which is tried again, which is skipped, and when it is over.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::slot::SlotFace;
use super::state::Seat;
use super::{Crew, Finish, Shared, Told, Whose};
use crate::bay::Cancel;
use crate::domain::batch::{BatchChange, KeyEnd, KeyRun};
use crate::domain::reason::{Said, Trouble};
use crate::domain::{KeyFacts, PersonId, RunId, UsbPath};
use crate::record::Unfinished;
use crate::station::Station;
use crate::station::desk::StationDesk;
use crate::station::face::board::{BatchOrder, SlotWork};
use crate::workflow::Stop;
use crate::workflow::batch::{KeyJob, admit, provision};

/// What came of a slot's task.
struct Done {
    place: UsbPath,
    /// The key had begun.
    run: Option<RunId>,
    result: Result<(), Stop>,
}

pub(super) struct Runner<C> {
    shared: Arc<Shared<C>>,
    /// Stops every slot.
    cancel: Cancel,
    tasks: JoinSet<Done>,
    /// Everything is being stopped: what stops now is not to be recorded.
    ending: bool,
    patience: Option<Duration>,
}

impl<C: Crew> Runner<C> {
    pub fn new(shared: Arc<Shared<C>>, cancel: Cancel, patience: Option<Duration>) -> Self {
        Self {
            shared,
            cancel,
            tasks: JoinSet::new(),
            ending: false,
            patience,
        }
    }

    pub async fn serve(mut self, mut orders: mpsc::Receiver<BatchOrder>) -> Result<Finish, Stop> {
        let station = Arc::clone(&self.shared.station);
        let mut bay = station.slots.watch();
        let finish = loop {
            bay.borrow_and_update();
            self.seat_keys()?;
            let complete = self
                .shared
                .look(|state| state.batch.is_complete() && !state.is_at_work());
            if complete {
                break Finish::Complete;
            }
            let patience = self.patience;
            let quiet = self.shared.quiet_since();
            let abandoned = async {
                match patience.and_then(|limit| quiet.checked_add(limit)) {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.cancel.cancelled() => break Finish::Paused,
                Some(joined) = self.tasks.join_next() => {
                    if let Err(stop) = joined.map_err(defect).and_then(|done| self.ended(done)) {
                        self.stop_all().await;
                        return Err(stop);
                    }
                }
                order = orders.recv() => match order {
                    None | Some(BatchOrder::Pause) => break Finish::Paused,
                    Some(BatchOrder::End) => break Finish::Ended,
                    Some(order) => self.obey(order)?,
                },
                () = station.slots.changed(&mut bay) => {}
                () = abandoned => {
                    if self.shared.quiet_since() == quiet {
                        break Finish::Abandoned;
                    }
                }
            }
        };
        self.finish(finish).await
    }

    async fn finish(mut self, finish: Finish) -> Result<Finish, Stop> {
        self.stop_all().await;
        if matches!(finish, Finish::Paused | Finish::Abandoned) {
            return Ok(finish);
        }
        let open: Vec<RunId> = self.shared.look(|state| {
            let runs = state.batch.runs.iter();
            runs.filter(|run| run.end.is_none())
                .map(|run| run.id)
                .collect()
        });
        let batch = self.shared.look(|state| state.batch.plan.id);
        for run in open {
            let end = KeyEnd::Skipped;
            self.shared
                .record(BatchChange::KeyEnded { batch, run, end })?;
        }
        self.shared.change(|state, _| state.over = true);
        // What a stop kept from being sent is sent once more; what can't be waits in the outbox as ever.
        drop(self.shared.station.push_outbox().await);
        self.shared.record(BatchChange::Ended { batch })?;
        Ok(finish)
    }

    /// Stops every slot; each undoes what it must. What it had done stays recorded, and nothing is recorded of the stop.
    async fn stop_all(&mut self) {
        self.ending = true;
        self.cancel.cancel();
        while let Some(joined) = self.tasks.join_next().await {
            if let Err(stop) = joined.map_err(defect).and_then(|done| self.ended(done)) {
                tracing::error!(%stop, "a slot did not stop in order");
            }
        }
    }

    /// Looks at every slot, and begins what can begin.
    fn seat_keys(&mut self) -> Result<(), Stop> {
        let keys = self.shared.station.slots.keys();
        let swapped = self.shared.change(|state, now| {
            for (place, seat) in &mut state.seats {
                let there = keys.iter().find(|key| key.place == *place);
                leave(seat, there, now);
            }
            state.swapped(&keys)
        });
        for run in swapped {
            self.leave(run, KeyEnd::Skipped)?;
        }
        let begin = self.shared.change(|state, now| {
            let fresh = keys.iter();
            fresh
                .filter_map(|key| state.seat(key, &self.cancel, now))
                .collect::<Vec<_>>()
        });
        for (key, resumed, cancel) in begin {
            self.shared.progress();
            let shared = Arc::clone(&self.shared);
            self.tasks.spawn_local(work(shared, key, resumed, cancel));
        }
        Ok(())
    }

    fn leave(&self, run: RunId, end: KeyEnd) -> Result<(), Stop> {
        let batch = self.shared.look(|state| state.batch.plan.id);
        self.shared
            .record(BatchChange::KeyEnded { batch, run, end })?;
        if let Some(run) = self.shared.look(|state| state.run(run).cloned()) {
            let whose = Whose {
                place: run.key.place.clone(),
                slot: run.key.slot,
            };
            let run = Box::new(run);
            self.shared.crew.tell(Told::Left { whose, run });
        }
        Ok(())
    }

    /// A slot's task is over.
    fn ended(&mut self, done: Done) -> Result<(), Stop> {
        let Done { place, run, result } = done;
        let keys = self.shared.station.slots.keys();
        let skip = self.shared.change(|state, now| {
            let seat = state.seats.get_mut(&place)?;
            // Pulled and put back on the way: it is still the key that was dealt with.
            if let Some(back) = keys.into_iter().find(|key| {
                key.place == place
                    && key.id.aaguid == seat.key.id.aaguid
                    && key.id.serial == seat.key.id.serial
            }) {
                seat.key = back;
            }
            seat.task = None;
            seat.admitting = false;
            seat.step = None;
            seat.run = run.or(seat.run);
            seat.set(SlotWork::Working, now);
            Some(std::mem::take(&mut seat.skip))
        });
        let skip = skip.unwrap_or_default();
        let whose = self.shared.look(|state| Whose {
            slot: state.seats.get(&place).map_or(0, |seat| seat.number),
            place: place.clone(),
        });
        match (result, run) {
            (Ok(()), Some(run)) => {
                self.leave(run, KeyEnd::Done)?;
                self.settle(&place, SlotWork::Done);
            }
            // There was no line of the list left for it.
            (Ok(()), None) => self.settle(&place, SlotWork::NotNeeded),
            (Err(stop @ (Stop::Store(_) | Stop::SignedOut)), _) => return Err(stop),
            (Err(_), Some(run)) if skip => {
                self.leave(run, KeyEnd::Skipped)?;
                self.settle(&place, SlotWork::Skipped);
            }
            (Err(_), _) if self.ending => {}
            (Err(stop), Some(run)) => self.stopped(whose, run, stop)?,
            (Err(stop), None) => {
                self.settle(&place, SlotWork::Refused { stop: stop.clone() });
                self.shared.crew.tell(Told::Refused { whose, stop });
            }
        }
        Ok(())
    }

    fn stopped(&self, whose: Whose, run: RunId, stop: Stop) -> Result<(), Stop> {
        let batch = self.shared.look(|state| state.batch.plan.id);
        self.shared.record(BatchChange::KeyStopped {
            batch,
            run,
            code: stop.code().as_str().to_owned(),
            detail: stop.to_string(),
        })?;
        self.settle(&whose.place, SlotWork::Stopped { stop: stop.clone() });
        self.shared.crew.tell(Told::Stopped { whose, stop });
        Ok(())
    }

    fn settle(&self, place: &UsbPath, work: SlotWork) {
        self.shared.change(|state, now| {
            if let Some(seat) = state.seats.get_mut(place) {
                if !matches!(work, SlotWork::Stopped { .. }) {
                    seat.run = seat
                        .run
                        .filter(|_| matches!(work, SlotWork::Done | SlotWork::Skipped));
                }
                seat.set(work, now);
            }
        });
    }

    fn obey(&mut self, order: BatchOrder) -> Result<(), Stop> {
        match order {
            BatchOrder::Retry(place) => self.shared.look(|state| {
                let again = |seat: &mut Seat| {
                    let stopped = matches!(
                        seat.work,
                        SlotWork::Stopped { .. } | SlotWork::Refused { .. }
                    );
                    seat.settled = seat.settled && !stopped;
                };
                state.seats.get_mut(&place).map(again);
            }),
            BatchOrder::Abort(place) => self.shared.look(|state| {
                if let Some(task) = state.seats.get(&place).and_then(|seat| seat.task.as_ref()) {
                    task.cancel();
                }
            }),
            BatchOrder::Skip(place) => {
                let stopped = self.shared.look(|state| {
                    let seat = state.seats.get_mut(&place)?;
                    if let Some(task) = &seat.task {
                        seat.skip = true;
                        task.cancel();
                        return None;
                    }
                    seat.run
                        .filter(|_| matches!(seat.work, SlotWork::Stopped { .. }))
                });
                if let Some(run) = stopped {
                    self.leave(run, KeyEnd::Skipped)?;
                    self.settle(&place, SlotWork::Skipped);
                }
            }
            BatchOrder::Wink(place) => {
                let station = Arc::clone(&self.shared.station);
                tokio::task::spawn_local(async move { drop(station.wink(&place).await) });
            }
            BatchOrder::End | BatchOrder::Pause => {}
        }
        Ok(())
    }
}

fn defect(error: tokio::task::JoinError) -> Stop {
    Stop::Store(Said::known(Trouble::Broke, error))
}

/// What became of a slot's key since it was last looked at.
fn leave(seat: &mut Seat, there: Option<&KeyFacts>, now: Timestamp) {
    let same_plug = there.is_some_and(|key| key.generation == seat.key.generation);
    if same_plug {
        return;
    }
    match (&seat.task, there) {
        // Its run waits for the key to come back; another one in its place ends that.
        (Some(task), Some(other)) if seat.work == SlotWork::Pulled => {
            let same =
                other.id.aaguid == seat.key.id.aaguid && other.id.serial == seat.key.id.serial;
            if !same {
                task.cancel();
            }
        }
        (Some(_), _) => {}
        (None, Some(_)) => seat.settled = false,
        (None, None) => {
            seat.settled = false;
            if !matches!(seat.work, SlotWork::Stopped { .. }) {
                seat.run = None;
                seat.set(SlotWork::Free, now);
            }
        }
    }
}

/// One key's task: looked at, begun or taken up, and led through the steps.
async fn work<C: Crew>(
    shared: Arc<Shared<C>>,
    key: KeyFacts,
    resumed: Option<RunId>,
    cancel: Cancel,
) -> Done {
    let place = key.place.clone();
    let mut begun = resumed;
    let result = through(shared, key, &mut begun, cancel).await;
    Done {
        place,
        run: begun,
        result,
    }
}

async fn through<C: Crew>(
    shared: Arc<Shared<C>>,
    mut key: KeyFacts,
    begun: &mut Option<RunId>,
    cancel: Cancel,
) -> Result<(), Stop> {
    let whose = Whose {
        place: key.place.clone(),
        slot: key.slot,
    };
    let face = Arc::new(SlotFace::new(Arc::clone(&shared), whose.clone()));
    let mut desk = StationDesk::new(Arc::clone(&shared.station), Arc::clone(&face), cancel);
    let plan = shared.look(|state| state.batch.plan.clone());
    let batch = plan.id;
    match *begun {
        Some(run) => {
            let key = Box::new(key);
            shared.record(BatchChange::KeyResumed { batch, run, key })?;
        }
        None => {
            admit(&mut desk, &plan.profile, &mut key).await?;
            // From here to the record nothing waits, so that no other slot takes the same line of the list.
            let seat = shared.look(|state| state.batch.next_seat());
            if plan.profile.takes_people() && seat.is_none() {
                return Ok(());
            }
            let run = RunId(uuid::Uuid::now_v7());
            shared.record(BatchChange::KeyBegun {
                batch,
                run,
                key: Box::new(key.clone()),
                seat,
            })?;
            *begun = Some(run);
            shared.change(|state, _| {
                if let Some(seat) = state.seats.get_mut(&key.place) {
                    seat.run = Some(run);
                    seat.admitting = false;
                    seat.key = key.clone();
                }
            });
        }
    }
    let run = begun.and_then(|id| shared.look(|state| state.run(id).cloned()));
    let mut run = run.ok_or_else(|| Stop::Store(Said::known(Trouble::Broke, "no-such-run")))?;
    shared.crew.tell(Told::Begun {
        whose,
        run: Box::new(run.clone()),
    });
    let listed = run
        .seat
        .and_then(|seat| plan.people.get(usize::try_from(seat).ok()?));
    if let Some(listed) = listed {
        // So that people are called by name before their offer comes. Out of reach, the identifier must do.
        let (shared, place, person) = (
            Arc::clone(&shared),
            run.key.place.clone(),
            listed.person.clone(),
        );
        tokio::task::spawn_local(async move {
            if let Ok(detail) = shared.station.person(&person).await {
                shared.name(&place, &detail.person.name);
            }
        });
    }
    face.identify_by(listed.and_then(|listed| plan.identified(listed).cloned()));
    let job = KeyJob {
        batch,
        unfinished: unfinished(&shared.station, &run, listed.map(|listed| &listed.person))?,
        person: listed.map(|listed| listed.person.clone()),
        profile: plan.profile,
    };
    provision(&mut desk, &*face, &job, &mut run).await
}

/// What was stopped half-way on this key in this batch.
fn unfinished(
    station: &Station,
    run: &KeyRun,
    person: Option<&PersonId>,
) -> Result<Vec<Unfinished>, Stop> {
    let mut all = station.store.unfinished()?;
    all.retain(|work| {
        let Some(key) = work.key() else {
            return false;
        };
        let of_this_run = match work {
            Unfinished::Enrolment(open) => Some(&open.intent.offer.person.id) == person,
            Unfinished::Care(_) | Unfinished::Reset(_) => key.place == run.key.place,
            Unfinished::OwnKey(_)
            | Unfinished::Withdrawal(_)
            | Unfinished::Deletion(_)
            | Unfinished::App(_)
            | Unfinished::Token(_)
            | Unfinished::Person(_) => false,
        };
        of_this_run
            && work.begun_at() >= run.begun_at
            && key.id.aaguid == run.key.id.aaguid
            && key.id.serial == run.key.id.serial
    });
    Ok(all)
}
