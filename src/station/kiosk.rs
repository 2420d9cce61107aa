//! The station behind a face with a screen: commands in, updates out, one run at a time.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc};

use super::Station;
use super::desk::{Face, StationDesk};
use super::face::{Command, HomeView, Notice, Recent, SoftCommand, Update};
use crate::bay::Cancel;
use crate::domain::PersonId;
use crate::wire::TicketRequest;
use crate::workflow::dialogue::{Answer, Event, Question};
use crate::workflow::{self, How, Stop};

/// How many enrolments the home screen remembers.
const RECENT: usize = 20;

/// How many commands and updates may wait. A face that does not keep up loses nothing: senders wait.
pub const CHANNEL: usize = 256;

/// What a demonstration does with its software keys.
pub type SoftHand = Box<dyn FnMut(SoftCommand) + Send>;

/// The controller of a kiosk.
pub struct Kiosk {
    station: Arc<Station>,
    updates: mpsc::UnboundedSender<Update>,
    /// The run on the screen; a sign-in that was started over another run is the second one.
    runs: Vec<Run>,
    soft: Option<SoftHand>,
    expected: Arc<Mutex<Vec<crate::wire::Expected>>>,
}

struct Run {
    cancel: Cancel,
    answers: mpsc::Sender<Answer>,
    face: Arc<KioskFace>,
    task: tokio::task::JoinHandle<()>,
}

/// What a run does.
enum Task {
    SignIn,
    FirstSignIn(String),
    Enrol(PersonId),
    Resolve(Box<crate::domain::change::Unfinished>, How),
}

struct KioskFace {
    updates: mpsc::UnboundedSender<Update>,
    answers: Mutex<mpsc::Receiver<Answer>>,
    /// While the screen is locked over this run: what it would have shown.
    held: std::sync::Mutex<Option<Vec<Update>>>,
}

impl KioskFace {
    fn send(&self, update: Update) {
        match self.held().as_mut() {
            Some(held) => held.push(update),
            // The screen may have gone; the run then ends by its cancel.
            None => drop(self.updates.send(update)),
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<Vec<Update>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self) {
        self.held().get_or_insert_with(Vec::new);
    }

    fn release(&self) {
        let held = self.held().take().unwrap_or_default();
        for update in held {
            self.send(update);
        }
    }
}

impl Face for KioskFace {
    fn tell(&self, event: Event) {
        self.send(Update::Run(event));
    }

    async fn ask(&self, question: Question) -> Result<Answer, Stop> {
        let mut answers = self.answers.lock().await;
        // An answer to a question that is void by now must not answer this one.
        while answers.try_recv().is_ok() {}
        self.send(Update::Question(question));
        answers.recv().await.ok_or(Stop::Cancelled)
    }
}

impl Kiosk {
    /// Serves a face until its commands end.
    pub async fn serve(
        station: Arc<Station>,
        mut commands: mpsc::Receiver<Command>,
        updates: mpsc::UnboundedSender<Update>,
        soft: Option<SoftHand>,
    ) {
        let mut kiosk = Self {
            station: Arc::clone(&station),
            updates,
            runs: Vec::new(),
            soft,
            expected: Arc::default(),
        };
        let tending = tokio::spawn(Arc::clone(&station).tend());
        let mut bay = station.slots.watch();
        let mut changed = station.watch();
        kiosk.show_bay();
        kiosk.show_home();
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => kiosk.obey(command).await,
                    None => break,
                },
                () = station.slots.changed(&mut bay) => kiosk.show_bay(),
                _ = changed.changed() => {
                    kiosk.sweep();
                    kiosk.show_home();
                }
            }
        }
        tending.abort();
        kiosk.stop_runs().await;
        if let Err(stop) = station.close_session().await {
            tracing::error!(%stop, "the session could not be closed in order");
        }
    }

    fn send(&self, update: Update) {
        let _ = self.updates.send(update);
    }

    fn show_bay(&self) {
        self.send(Update::Bay(Arc::new(self.station.slots.views())));
    }

    fn show_home(&self) {
        let (station, updates) = (Arc::clone(&self.station), self.updates.clone());
        let (expected, demo) = (Arc::clone(&self.expected), self.soft.is_some());
        tokio::spawn(async move {
            let expected = expected.lock().await.clone();
            match home(&station, expected, demo) {
                Ok(home) => drop(updates.send(Update::Home(Arc::new(home)))),
                Err(stop) => drop(updates.send(Update::Notice(notice(&stop)))),
            }
        });
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::SignIn => self.start(Task::SignIn).await,
            Command::FirstSignIn { code } => self.start(Task::FirstSignIn(code)).await,
            Command::Enrol { person } => self.start(Task::Enrol(person)).await,
            Command::Resolve {
                intent,
                without_key,
            } => match self.station.store.unfinished_by(intent) {
                Ok(Some(work)) => {
                    let how = if without_key {
                        How::WithoutKey
                    } else {
                        How::WithKey
                    };
                    self.start(Task::Resolve(Box::new(work), how)).await;
                }
                Ok(None) => self.show_home(),
                Err(error) => self.complain(&Stop::Store(error.to_string())),
            },
            Command::Answer(answer) => {
                if let Some(run) = self.current() {
                    // A full channel means that answers pile up unasked: dropping one is right.
                    let _ = run.answers.try_send(answer);
                }
            }
            Command::Cancel => {
                if let Some(run) = self.current() {
                    run.cancel.cancel();
                }
            }
            Command::SignOut => {
                self.stop_runs().await;
                if let Err(stop) = self.station.lock() {
                    self.complain(&stop);
                }
                self.send(Update::Operator(None));
            }
            Command::Soft(soft) => {
                if let Some(hand) = &mut self.soft {
                    hand(soft);
                }
            }
            other => self.in_background(other),
        }
    }

    /// Commands that wait for the registry must not hold up the next key press.
    fn in_background(&self, command: Command) {
        let (station, updates) = (Arc::clone(&self.station), self.updates.clone());
        tokio::spawn(async move {
            let result = match command {
                Command::Find { serial, text } => {
                    let found = station.find(&text).await;
                    let more = found.as_ref().is_ok_and(|found| found.more);
                    let people = found.map(|found| found.people).map_err(|s| notice(&s));
                    let _ = updates.send(Update::Found {
                        serial,
                        people,
                        more,
                    });
                    Ok(())
                }
                Command::Open { person } => station
                    .person(&person)
                    .await
                    .map(|detail| drop(updates.send(Update::Opened(Box::new(detail))))),
                Command::Wink { place } => station.wink(&place).await,
                Command::PushOutbox => station.push_outbox().await.map(drop),
                Command::ResolveConflict { entry, how } => {
                    station.resolve_conflict(entry, how).await.map(drop)
                }
                Command::FetchTickets { day } => station
                    .fetch_tickets(&TicketRequest::of_day(day))
                    .await
                    .map(drop),
                _ => Ok(()),
            };
            if let Err(stop) = result {
                let _ = updates.send(Update::Notice(notice(&stop)));
            }
        });
    }

    fn complain(&self, stop: &Stop) {
        self.send(Update::Notice(notice(stop)));
    }

    /// The run that is on the screen.
    fn current(&mut self) -> Option<&Run> {
        self.sweep();
        self.runs.last()
    }

    /// Forgets the runs that have ended; what they covered is shown again.
    fn sweep(&mut self) {
        while self.runs.last().is_some_and(|run| run.task.is_finished()) {
            self.runs.pop();
            if let Some(covered) = self.runs.last() {
                covered.face.release();
            }
        }
    }

    /// Starts a run. A sign-in covers a run that goes on; anything else takes its place.
    async fn start(&mut self, task: Task) {
        self.sweep();
        match (&task, self.runs.first()) {
            (Task::SignIn, Some(covered)) => {
                covered.face.hold();
                self.stop_covering().await;
            }
            _ => self.stop_runs().await,
        }
        let (answers, receiver) = mpsc::channel(1);
        let cancel = Cancel::default();
        let face = Arc::new(KioskFace {
            updates: self.updates.clone(),
            answers: Mutex::new(receiver),
            held: std::sync::Mutex::default(),
        });
        let station = Arc::clone(&self.station);
        let (updates, expected) = (self.updates.clone(), Arc::clone(&self.expected));
        let mut desk = StationDesk::new(Arc::clone(&station), Arc::clone(&face), cancel.clone());
        let handle = Handle::current();
        // A workflow is one straight line of waits: it gets a thread, and its future need not be Send.
        let task = tokio::task::spawn_blocking(move || {
            handle.block_on(async {
                let signs_in = matches!(task, Task::SignIn | Task::FirstSignIn(_));
                let result = match task {
                    Task::SignIn => workflow::sign_in(&mut desk).await,
                    Task::FirstSignIn(code) => workflow::first_sign_in(&mut desk, &code).await,
                    Task::Enrol(person) => workflow::enrol(&mut desk, &person).await,
                    Task::Resolve(work, how) => workflow::resolve(&mut desk, *work, how).await,
                };
                if signs_in && result.is_ok() {
                    let _ = updates.send(Update::Operator(station.operator()));
                }
                if let Ok(today) = station.expected_today().await {
                    *expected.lock().await = today;
                }
                station.touch();
            });
        });
        self.runs.push(Run {
            cancel,
            answers,
            face,
            task,
        });
    }

    /// Stops an earlier sign-in that covers a run.
    async fn stop_covering(&mut self) {
        while self.runs.len() > 1 {
            self.stop_last().await;
        }
    }

    async fn stop_runs(&mut self) {
        while !self.runs.is_empty() {
            self.stop_last().await;
        }
    }

    async fn stop_last(&mut self) {
        if let Some(run) = self.runs.pop() {
            run.face.release();
            run.cancel.cancel();
            // It ends by itself: undoing what it must, writing down what remains.
            let _ = run.task.await;
        }
    }
}

fn notice(stop: &Stop) -> Notice {
    Notice {
        code: stop.code().to_owned(),
        detail: stop.to_string(),
    }
}

fn home(
    station: &Station,
    expected: Vec<crate::wire::Expected>,
    demo: bool,
) -> Result<HomeView, Stop> {
    let store = |e: crate::store::StoreError| Stop::Store(e.to_string());
    let today = jiff::Zoned::now().date();
    Ok(HomeView {
        station: station.name().to_owned(),
        registry: station.reach(),
        expected,
        names: names(station)?,
        outbox: station.store.outbox().map_err(store)?,
        unfinished: station.store.unfinished().map_err(store)?,
        tickets: station.store.tickets(today).map_err(store)?.len(),
        recent: station
            .store
            .recent(RECENT)
            .map_err(store)?
            .into_iter()
            .map(|enrolment| Recent {
                at: enrolment.at,
                person: enrolment.person.name,
                model: station
                    .slots
                    .models
                    .model(enrolment.key.aaguid)
                    .map_or_else(|| enrolment.key.aaguid.to_string(), |m| m.name.clone()),
                pushed: enrolment.pushed,
            })
            .collect(),
        demo,
    })
}

/// The people whom the outbox concerns, as far as the station's own enrolments name them.
fn names(station: &Station) -> Result<BTreeMap<PersonId, String>, Stop> {
    let store = |e: crate::store::StoreError| Stop::Store(e.to_string());
    let mut names = BTreeMap::new();
    for entry in station.store.outbox().map_err(store)? {
        let person = entry.body.person();
        let enrolments = station.store.enrolments_of(person).map_err(store)?;
        if let Some(enrolment) = enrolments.into_iter().next() {
            names.insert(person.clone(), enrolment.person.name);
        }
    }
    Ok(names)
}

impl Station {
    /// Today's appointments.
    pub async fn expected_today(&self) -> Result<Vec<crate::wire::Expected>, Stop> {
        let session = self.session()?;
        let today = jiff::Zoned::now().date();
        let reply = self.registry()?.expected(&session, today).await;
        self.heard(reply).map(|reply| reply.expected)
    }

    /// Makes a key blink.
    pub async fn wink(&self, place: &crate::domain::Place) -> Result<(), Stop> {
        let keys = self.slots.keys();
        let Some(key) = keys.iter().find(|key| key.place == *place) else {
            return Ok(());
        };
        let reference = crate::bay::KeyRef {
            place: key.place.clone(),
            generation: key.generation,
        };
        self.slots
            .bay
            .run(
                &reference,
                std::time::Duration::from_secs(5),
                &Cancel::default(),
                |_| {},
                crate::ctap::AnyDevice::wink,
            )
            .await
            .map_err(|error| Stop::Key(workflow::KeyFault::Failed(error.to_string())))
    }
}
