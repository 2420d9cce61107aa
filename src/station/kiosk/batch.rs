//! A batch at the kiosk: its profiles and lists, its crew in front of the screen, and its thread.
//!
//! Invariant: while the screen is locked, nothing of the batch reaches it and no key takes a further step; what is shown when the
//! same operator is back is the present board and the question that is still open.

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::mailbox::Mailbox;
use super::{Kiosk, remark};
use crate::domain::batch::PlanError;
use crate::domain::batch::{Batch, Plan};
use crate::domain::list;
use crate::domain::list::FileFault;
use crate::domain::people_list::{self, PeopleList};
use crate::domain::profile::Profile;
use crate::domain::reason::{Lacks, Said, Trouble};
use crate::domain::stop_code::StopCode;
use crate::domain::{BatchId, Identification, KeyFacts, OperatorId, Pin};
use crate::station::Station;
use crate::station::batch::{
    BatchError, Crew, Finish, Start, TagComplaint, Terms, Told, Whose, Wish, forecast, run,
};
use crate::station::face::board::{
    BatchAnswer, BatchCommand, BatchOffer, BatchOrder, BatchQuestion, BatchUpdate, BatchWish,
    Board, OfferedList, OfferedProfile, ProfileView,
};
use crate::station::face::{Remark, Update};
use crate::station::stopper::Stopper;
use crate::workflow::dialogue::Question;
use crate::workflow::{KeyFault, Stop};

/// More than any profile or list has.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The most files of the folder that are looked at.
const FILES_MAX: usize = 200;

/// What a batch begins with.
enum Wanted {
    /// One that was put together at the screen.
    New(BatchWish),
    /// One that was stopped.
    Open(BatchId),
}

/// A batch that is on.
pub(super) struct KioskBatch {
    crew: Arc<KioskCrew>,
    orders: mpsc::Sender<BatchOrder>,
    answers: mpsc::Sender<BatchAnswer>,
    stopper: Stopper,
    operator: Option<OperatorId>,
    task: JoinHandle<Result<(Batch, Finish), Remark>>,
}

impl KioskBatch {
    /// Begins or takes up a batch on a thread of its own.
    fn begin(
        station: &Arc<Station>,
        screen: &Arc<Mailbox>,
        wanted: Wanted,
        operator: Option<OperatorId>,
    ) -> Self {
        let (orders, inbox) = mpsc::channel(32);
        let (answers, answered) = mpsc::channel(1);
        let crew = Arc::new(KioskCrew {
            screen: Arc::clone(screen),
            answers: tokio::sync::Mutex::new(answered),
            shown: watch::Sender::new(true),
            last: Mutex::default(),
        });
        let stopper = Stopper::default();
        let terms = Terms {
            stopper: stopper.clone(),
            patience: None,
        };
        let (for_run, at_work) = (Arc::clone(station), Arc::clone(&crew));
        let runtime = tokio::runtime::Handle::current();
        let task = tokio::task::spawn_blocking(move || {
            let start = match wanted {
                Wanted::Open(id) => Start::Resume(id),
                Wanted::New(wish) => Start::New(Box::new(runtime.block_on(plan(&for_run, &wish))?)),
            };
            run(&for_run, &at_work, start, inbox, terms).map_err(|error| begun_not(&error))
        });
        Self {
            crew,
            orders,
            answers,
            stopper,
            operator,
            task,
        }
    }

    /// Hands an order on. A full channel means that keys are pressed faster than anybody can mean them.
    pub fn order(&self, order: BatchOrder) {
        let _ = self.orders.try_send(order);
    }

    /// Hands an answer on; one that nobody asked for is dropped.
    pub fn answer(&self, answer: BatchAnswer) {
        let _ = self.answers.try_send(answer);
    }

    /// Stops it for now: what is done stays done.
    pub fn pause(&self) {
        // A run that is held must be able to hear of it.
        self.stopper.stop();
    }

    /// The screen is locked over it.
    pub fn hold(&self) {
        self.crew.shown.send_replace(false);
    }

    /// Somebody has signed in: it goes on for the operator who began it, and stops for another one.
    pub fn settle(&self, signed_in: Option<&OperatorId>) {
        match signed_in {
            Some(who) if Some(who) == self.operator.as_ref() => self.crew.show_again(),
            Some(_) => self.pause(),
            None => {}
        }
    }

    /// Waits until a batch is over; for ever where none is on.
    pub async fn over(batch: &mut Option<Self>) -> Result<(Batch, Finish), Remark> {
        match batch {
            None => std::future::pending().await,
            Some(on) => match (&mut on.task).await {
                Ok(result) => result,
                Err(error) => Err(remark(&Stop::Store(Said::known(Trouble::Broke, error)))),
            },
        }
    }
}

impl Kiosk {
    pub(super) fn obey_batch(&mut self, command: BatchCommand) {
        let told = |update| Update::Batch(Box::new(update));
        match (command, &self.batch) {
            (BatchCommand::Look, _) => match offer(&self.station) {
                Ok(mut offer) => {
                    offer.open = offer.open.filter(|_| self.batch.is_none());
                    self.screen.add(told(BatchUpdate::Offered(offer)));
                }
                Err(stop) => self.complain(&stop),
            },
            (BatchCommand::Forecast(wish), _) => {
                look_ahead(&self.station, &self.screen, &wish);
            }
            (BatchCommand::Begin(wish), None) if self.runs.is_empty() => {
                self.begin_batch(Wanted::New(wish));
            }
            (BatchCommand::Resume(id), None) if self.runs.is_empty() => {
                self.begin_batch(Wanted::Open(id));
            }
            (BatchCommand::Order(order), Some(batch)) => batch.order(order),
            (BatchCommand::Answer(answer), Some(batch)) => batch.answer(answer),
            // Late: the batch is over, or another run has begun.
            _ => {}
        }
    }

    fn begin_batch(&mut self, wanted: Wanted) {
        let operator = self.signed_in.clone();
        let batch = KioskBatch::begin(&self.station, &self.screen, wanted, operator);
        self.batch = Some(batch);
    }

    pub(super) fn batch_over(&mut self, result: Result<(Batch, Finish), Remark>) {
        self.batch = None;
        let over = BatchUpdate::Over(result.map_or_else(|why| why, |(_, finish)| over(finish)));
        self.screen.add(Update::Batch(Box::new(over)));
        self.home.show();
    }
}

/// What is read when a batch is over.
fn over(finish: Finish) -> Remark {
    match finish {
        Finish::Complete => Remark::BatchComplete,
        Finish::Ended => Remark::BatchEnded,
        Finish::Paused | Finish::Abandoned => Remark::BatchPaused,
    }
}

/// What is read when one could not begin.
fn begun_not(error: &BatchError) -> Remark {
    match error {
        BatchError::Stop(stop) => remark(stop),
        BatchError::Plan(PlanError::NoPeople) => Remark::PlanNoPeople,
        BatchError::Plan(PlanError::PeopleForNothing) => Remark::PlanNobody,
        BatchError::Plan(PlanError::NotIdentified { .. }) => Remark::PlanNotIdentified,
        BatchError::Plan(PlanError::Keys) => Remark::PlanKeys,
        BatchError::Plan(PlanError::NotAllowed(_)) => Remark::Stopped(StopCode::NotAllowed),
        BatchError::List(error) => Remark::BadList {
            lines: error.0.iter().map(|fault| fault.line).collect(),
        },
        BatchError::Fault(_) => Remark::BadPlan,
    }
}

/// The profiles and lists in the configured folder, and the batch that was stopped.
fn offer(station: &Station) -> Result<BatchOffer, Stop> {
    let open = station.store().open_batch()?;
    let open = open.map(|batch| {
        (
            batch.plan.id,
            batch.plan.profile.name.clone(),
            batch.tally(),
        )
    });
    let Some(folder) = station.config().profiles.as_deref() else {
        return Ok(BatchOffer {
            open,
            ..BatchOffer::default()
        });
    };
    let mut offer = BatchOffer {
        folder: Some(folder.display().to_string()),
        open,
        ..BatchOffer::default()
    };
    let unreadable = |error: std::io::Error| {
        Stop::Store(Said {
            known: Trouble::of(&error),
            words: format!("{}: {error}", folder.display()),
        })
    };
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .map_err(unreadable)?
        .flatten()
        .take(FILES_MAX)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    files.sort_unstable();
    for file in files {
        match file.rsplit_once('.').map(|(_, ending)| ending) {
            Some("toml") => offer.profiles.push(OfferedProfile {
                is: profile(folder, &file).map(|profile| ProfileView {
                    steps: profile.kinds(),
                    each: profile.budget(),
                    takes_people: profile.takes_people(),
                    name: profile.name,
                }),
                file,
            }),
            Some("csv" | "txt") => offer.lists.push(OfferedList {
                is: people(folder, &file).map(|people| {
                    let mut listed = people.listed();
                    let count = listed.len();
                    (count, listed.all(|one| one.identification.is_some()))
                }),
                file,
            }),
            _ => {}
        }
    }
    Ok(offer)
}

fn bytes(folder: &Path, file: &str) -> Result<Vec<u8>, FileFault> {
    use std::io::Read;
    // Only what is in the folder itself: a name is chosen from its list, never a path.
    if file.contains(['/', '\0']) || file == ".." {
        return Err(FileFault::Elsewhere);
    }
    let mut bytes = Vec::new();
    let read = crate::files::open_regular(&folder.join(file))
        .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes));
    match read {
        Ok(read) if u64::try_from(read).is_ok_and(|read| read > FILE_BYTES_MAX) => {
            Err(FileFault::TooLarge)
        }
        Ok(_) => Ok(bytes),
        Err(error) => Err(FileFault::Unreadable {
            known: Trouble::of(&error),
            reason: error.to_string(),
        }),
    }
}

fn profile(folder: &Path, file: &str) -> Result<Profile, FileFault> {
    let bytes = bytes(folder, file)?;
    let line = |line| u64::try_from(line).unwrap_or(u64::MAX);
    Profile::parse(list::text(&bytes)?).map_err(|error| {
        let faults = error.0.iter();
        FileFault::Lines(faults.map(|fault| line(fault.line)).collect())
    })
}

fn people(folder: &Path, file: &str) -> Result<PeopleList, FileFault> {
    people_list::parse(&bytes(folder, file)?)
        .map_err(|error| FileFault::Lines(error.0.iter().map(|fault| fault.line).collect()))
}

/// What is read of a list that can't be used.
fn bad_list(fault: &FileFault) -> Remark {
    let lines = match fault {
        FileFault::Lines(lines) => lines.clone(),
        FileFault::Elsewhere | FileFault::TooLarge | FileFault::Unreadable { .. } => Vec::new(),
    };
    Remark::BadList { lines }
}

/// The plan of a wish, by whoever is signed in.
async fn plan(station: &Station, wish: &BatchWish) -> Result<Plan, Remark> {
    let Some(folder) = station.config().profiles.as_deref() else {
        return Err(Remark::BadPlan);
    };
    let profile = profile(folder, &wish.profile).map_err(|_| Remark::BadProfile)?;
    let people = wish.people.as_deref().map(|file| people(folder, file));
    let identification = wish.statement.as_deref().map(Identification::stated);
    let wish = Wish {
        profile,
        people: people.transpose().map_err(|fault| bad_list(&fault))?,
        identification: identification
            .transpose()
            .map_err(|_| Remark::BadStatement)?,
        keys: None,
    };
    let planned = station.plan_batch(wish).await;
    planned.map_err(|error| begun_not(&error))
}

/// Says what a batch would do, on a thread of its own.
fn look_ahead(station: &Arc<Station>, screen: &Arc<Mailbox>, wish: &BatchWish) {
    let (station, screen, wish) = (Arc::clone(station), Arc::clone(screen), wish.clone());
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let told = runtime.block_on(async {
            let plan = plan(&station, &wish).await?;
            let forecast = forecast(&station, &plan, &Stopper::default().cancel()).await;
            forecast.map_err(|stop| remark(&stop))
        });
        screen.add(Update::Batch(Box::new(BatchUpdate::Forecast(told))));
    });
}

/// The people in front of the screen.
struct KioskCrew {
    screen: Arc<Mailbox>,
    answers: tokio::sync::Mutex<mpsc::Receiver<BatchAnswer>>,
    /// Not while the screen is locked over it.
    shown: watch::Sender<bool>,
    last: Mutex<Last>,
}

/// What the screen shows once it may.
#[derive(Default)]
struct Last {
    board: Option<Arc<Board>>,
    question: Option<BatchQuestion>,
}

impl KioskCrew {
    fn show_again(&self) {
        self.shown.send_replace(true);
        let last = self.last.lock();
        if let Some(board) = &last.board {
            self.screen.add(Update::Board(Arc::clone(board)));
        }
        if let Some(question) = &last.question {
            let asks = BatchUpdate::Asks(Box::new(question.clone()));
            self.screen.add(Update::Batch(Box::new(asks)));
        }
    }

    async fn ask(&self, question: BatchQuestion) -> Result<BatchAnswer, Stop> {
        let mut answers = self.answers.lock().await;
        // An answer to a question that is void by now must not answer this one.
        while answers.try_recv().is_ok() {}
        let asked = Asked::begin(self, question);
        let answer = answers.recv().await.ok_or(Stop::Cancelled);
        drop(asked);
        answer
    }
}

/// A question on the screen, until it is answered or void.
struct Asked<'a>(&'a KioskCrew);

impl<'a> Asked<'a> {
    fn begin(crew: &'a KioskCrew, question: BatchQuestion) -> Self {
        crew.last.lock().question = Some(question.clone());
        if *crew.shown.borrow() {
            let asks = BatchUpdate::Asks(Box::new(question));
            crew.screen.add(Update::Batch(Box::new(asks)));
        }
        Self(crew)
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.0.last.lock().question = None;
        if *self.0.shown.borrow() {
            let over = BatchUpdate::Withdrawn;
            self.0.screen.add(Update::Batch(Box::new(over)));
        }
    }
}

impl Crew for KioskCrew {
    fn show(&self, board: Board) {
        let board = Arc::new(board);
        self.last.lock().board = Some(Arc::clone(&board));
        if *self.shown.borrow() {
            self.screen.add(Update::Board(board));
        }
    }

    fn tell(&self, _: Told) {}

    async fn pin(&self, whose: &Whose, question: Question) -> Result<Pin, Stop> {
        let slot = whose.slot;
        match self.ask(BatchQuestion::Pin { slot, question }).await? {
            BatchAnswer::Pin(pin) => Ok(pin),
            _ => Err(Stop::Cancelled),
        }
    }

    async fn letter(&self, _: &Whose, _: &KeyFacts, _: &Pin) -> Result<(), Stop> {
        Err(KeyFault::Unsupported(Lacks::Letters).into())
    }

    async fn tag(&self, whose: &Whose, complaint: Option<TagComplaint>) -> Result<String, Stop> {
        let slot = whose.slot;
        match self.ask(BatchQuestion::Tag { slot, complaint }).await? {
            BatchAnswer::Tag(tag) => Ok(tag),
            _ => Err(Stop::Cancelled),
        }
    }

    async fn admits(&self, whose: &Whose, question: Question) -> Result<bool, Stop> {
        let slot = whose.slot;
        match self.ask(BatchQuestion::Admit { slot, question }).await? {
            BatchAnswer::Admit(yes) => Ok(yes),
            _ => Err(Stop::Cancelled),
        }
    }

    async fn cleared(&self) {
        let mut shown = self.shown.subscribe();
        // The sender lives as long as `self`, so that waiting cannot fail.
        drop(shown.wait_for(|shown| *shown).await);
    }
}
