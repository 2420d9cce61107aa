//! The station behind a face with a screen: commands in, updates out, one run at a time.
//!
//! The loop waits for nobody: a run is told to stop, and what was to take its place starts once it has ended.
//!
//! Invariants: who is signed in is said here alone, and only after the run that signed them in has ended; a run over which
//! the screen was locked goes on for its own operator only, and is stopped for another one.

mod batch;
mod home;
mod mailbox;
mod run;

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};

use super::Station;
use super::desk::StationDesk;
use super::face::{Command, Remark, SoftCommand, Update};
use crate::bay::Cancel;
use crate::domain::reason::{Said, Trouble};
use crate::domain::{AccountResetId, OperatorId, UsbPath};
use crate::wire::{ResetEnding, TicketRequest};
use crate::workflow::dialogue::Ending;
use crate::workflow::{self, Order, Stop};
use batch::KioskBatch;
use home::Home;
use mailbox::Mailbox;
use run::{KioskFace, Run, Showing};

/// How many commands and updates may wait in a channel. Commands then wait in the screen; updates wait in the station, where
/// a newer one takes the place of an older one that says the same.
pub const CHANNEL: usize = 256;

/// What a demonstration does with its software keys.
pub type SoftHand = Box<dyn FnMut(SoftCommand) + Send>;

/// The controller of a kiosk.
pub struct Kiosk {
    station: Arc<Station>,
    screen: Arc<Mailbox>,
    home: Arc<Home>,
    soft: Option<SoftHand>,
    /// What the screen was last told.
    signed_in: Option<OperatorId>,
    /// In the order in which they were started; a sign-in that covers another run is the last one.
    runs: Vec<Run>,
    tasks: JoinSet<Result<Ending, Stop>>,
    /// Starts when the runs have ended that it takes the place of.
    next: Option<Order>,
    /// Goes on behind the pages; while it does, no other run begins but a sign-in.
    batch: Option<KioskBatch>,
}

impl Kiosk {
    /// Serves a face until its commands end.
    pub async fn serve(
        station: Arc<Station>,
        mut commands: mpsc::Receiver<Command>,
        updates: mpsc::Sender<Update>,
        soft: Option<SoftHand>,
    ) {
        let screen = Arc::new(Mailbox::default());
        let home = Home::new(Arc::clone(&station), Arc::clone(&screen), soft.is_some());
        let mut around = JoinSet::new();
        around.spawn(Arc::clone(&station).tend());
        let (shown, mailbox) = (Arc::clone(&home), Arc::clone(&screen));
        around.spawn(async move { shown.serve().await });
        around.spawn(async move { mailbox.deliver(updates).await });
        let mut kiosk = Self {
            station: Arc::clone(&station),
            screen,
            home,
            soft,
            signed_in: None,
            runs: Vec::new(),
            tasks: JoinSet::new(),
            next: None,
            batch: None,
        };
        let mut bay = station.slots.watch();
        let mut changed = station.watch();
        kiosk.show_bay();
        kiosk.home.show();
        kiosk.announce();
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => kiosk.obey(command),
                    None => break,
                },
                Some(ended) = kiosk.tasks.join_next_with_id() => kiosk.ended(ended),
                result = KioskBatch::over(&mut kiosk.batch) => kiosk.batch_over(result),
                () = station.slots.changed(&mut bay) => kiosk.show_bay(),
                _ = changed.changed() => {
                    kiosk.look_at_session();
                    kiosk.home.show();
                }
                () = station.session_expired() => kiosk.look_at_session(),
            }
        }
        // Each ends by itself: undoing what it must, writing down what remains.
        kiosk.runs.iter().for_each(|run| run.cancel.cancel());
        if let Some(batch) = &kiosk.batch {
            batch.pause();
            drop(KioskBatch::over(&mut kiosk.batch).await);
        }
        while kiosk.tasks.join_next().await.is_some() {}
        around.shutdown().await;
        if let Err(stop) = station.close_session().await {
            tracing::error!(%stop, "the session could not be closed in order");
        }
    }

    fn show_bay(&self) {
        self.screen
            .add(Update::Bay(Arc::new(self.station.slots.views())));
    }

    fn obey(&mut self, command: Command) {
        if command.needs_session() && self.station.operator().is_none() {
            return self.complain(&Stop::SignedOut);
        }
        match command {
            Command::Run(order) => self.start(order),
            Command::Answer(answer) => {
                if let Some(run) = self.on_screen() {
                    // A full channel means that answers pile up unasked: dropping one is right.
                    let _ = run.answers.try_send(answer);
                }
            }
            Command::Cancel => {
                if self.next.take().is_none()
                    && let Some(run) = self.on_screen()
                {
                    run.cancel.cancel();
                }
            }
            Command::Batch(command) => self.obey_batch(command),
            Command::EndReset { reset, how } => self.end_reset(reset, how),
            Command::Lock => self.lock(),
            Command::SignOut => self.sign_out(),
            Command::Soft(soft) => {
                if let Some(hand) = &mut self.soft {
                    hand(soft);
                }
            }
            Command::Find { serial, text } => self.in_background(async move |station, screen| {
                let found = station.find(&text).await.map_err(|stop| remark(&stop));
                screen.add(Update::Found { serial, found });
                Ok(())
            }),
            Command::Open { person } => self.in_background(async move |station, screen| {
                let detail = station.person(&person).await?;
                screen.add(Update::Opened(Box::new(detail)));
                Ok(())
            }),
            Command::OpenKey { place } => self.in_background(async move |station, screen| {
                let view = station.key_view(&place).await?;
                screen.add(Update::KeyOpened(Box::new(view)));
                Ok(())
            }),
            Command::Wink { place } => {
                self.in_background(async move |station, _| station.wink(&place).await);
            }
            Command::PushOutbox => {
                self.in_background(async |station, _| station.push_outbox().await.map(drop));
            }
            Command::ResolveConflict { entry, how } => {
                self.in_background(async move |station, _| {
                    station.resolve_conflict(entry, how).await.map(drop)
                });
            }
            Command::FetchTickets { day } => self.in_background(async move |station, screen| {
                let count = station.fetch_tickets(&TicketRequest::of_day(day)).await?;
                screen.add(Update::Remark(fetched(count)));
                Ok(())
            }),
        }
    }

    /// What waits for the registry must not hold up the next key press.
    fn in_background<W, F>(&self, work: W)
    where
        W: FnOnce(Arc<Station>, Arc<Mailbox>) -> F,
        F: Future<Output = Result<(), Stop>> + Send + 'static,
    {
        let screen = Arc::clone(&self.screen);
        let work = work(Arc::clone(&self.station), Arc::clone(&self.screen));
        tokio::spawn(async move {
            if let Err(stop) = work.await {
                screen.add(Update::Remark(remark(&stop)));
            }
        });
    }

    /// In a thread of its own, as a run is: what is asked until it is sure need not be Send.
    fn end_reset(&self, reset: AccountResetId, how: ResetEnding) {
        let (station, screen) = (Arc::clone(&self.station), Arc::clone(&self.screen));
        let home = Arc::clone(&self.home);
        let handle = Handle::current();
        tokio::task::spawn_blocking(move || {
            match handle.block_on(station.end_reset(reset, (how, None))) {
                Ok(_) => home.look(),
                Err(stop) => screen.add(Update::Remark(remark(&stop))),
            }
        });
    }

    fn complain(&self, stop: &Stop) {
        self.screen.add(Update::Remark(remark(stop)));
    }

    /// The run that answers and stops are meant for.
    fn on_screen(&self) -> Option<&Run> {
        self.runs
            .last()
            .filter(|run| run.face.showing() == Showing::Shown)
    }

    fn hold(&self) {
        for run in self.runs.iter().filter(|run| !run.signs_in) {
            run.face.show_as(Showing::Held);
        }
        self.batch.iter().for_each(KioskBatch::hold);
    }

    fn lock(&mut self) {
        // First, so that no run takes another step in the operator's name.
        self.hold();
        self.next = None;
        if let Err(stop) = self.station.lock() {
            self.complain(&stop);
        }
        self.look_at_session();
    }

    fn sign_out(&mut self) {
        self.next = None;
        self.runs.iter().for_each(Run::drop_for_good);
        self.batch.iter().for_each(KioskBatch::hold);
        self.batch.iter().for_each(KioskBatch::pause);
        if self.signed_in.take().is_some() {
            self.screen.add(Update::Operator(None));
        }
        let (station, screen) = (Arc::clone(&self.station), Arc::clone(&self.screen));
        tokio::spawn(async move {
            if let Err(stop) = station.close_session().await {
                screen.add(Update::Remark(remark(&stop)));
            }
        });
    }

    /// Tells the screen when the session that it knows of is over, whoever ended it.
    fn look_at_session(&mut self) {
        let now = self.station.operator().map(|operator| operator.id);
        if self.signed_in.is_some() && now != self.signed_in {
            self.hold();
            self.signed_in = None;
            self.screen.add(Update::Operator(None));
        }
    }

    fn announce(&mut self) {
        if let Some(operator) = self.station.operator() {
            self.signed_in = Some(operator.id.clone());
            self.screen.add(Update::Operator(Some(operator)));
        }
    }

    /// Starts a run. A sign-in covers a run that goes on; anything else takes its place.
    fn start(&mut self, order: Order) {
        let covers = matches!(order, Order::SignIn);
        if self.batch.is_some() && !order.signs_in() {
            self.screen.add(Update::Remark(Remark::Busy));
            return;
        }
        self.next = Some(order);
        if covers {
            self.hold();
        }
        for run in &self.runs {
            if run.signs_in || !covers {
                run.cancel.cancel();
            }
            if !run.signs_in && !covers && run.face.showing() == Showing::Held {
                run.drop_for_good();
            }
        }
        self.start_next();
    }

    fn start_next(&mut self) {
        let order = self.next.take_if(|order| {
            let covers = matches!(order, Order::SignIn);
            self.runs.iter().all(|run| covers && !run.signs_in)
        });
        let Some(order) = order else { return };
        let cancel = Cancel::default();
        let signs_in = order.signs_in();
        let (face, answers) = KioskFace::new(Arc::clone(&self.screen), signs_in);
        let station = Arc::clone(&self.station);
        let operator = self.signed_in.clone().filter(|_| !signs_in);
        let mut desk = StationDesk::new(station, Arc::clone(&face), cancel.clone());
        let handle = Handle::current();
        // A workflow is one straight line of waits: it gets a thread, and its future need not be Send.
        let spawned = self
            .tasks
            .spawn_blocking(move || handle.block_on(workflow::run(&mut desk, order)));
        self.runs.push(Run {
            task: spawned.id(),
            signs_in,
            operator,
            cancel,
            answers,
            face,
            ended: false,
        });
    }

    fn signing_in(&self, task: Id) -> Option<&Run> {
        self.runs
            .iter()
            .find(|run| run.task == task && run.signs_in)
    }

    /// A run's task is over.
    fn ended(&mut self, joined: Result<(Id, Result<Ending, Stop>), JoinError>) {
        let (task, done) = match joined {
            Ok((task, result)) => {
                if let (Err(stop), Some(_)) = (&result, self.signing_in(task)) {
                    // The registry's words are for the administrator: the screen of a station without a session has none of them.
                    tracing::warn!(%stop, "a sign-in failed");
                } else if let Err(stop) = &result
                    && let Stop::Store(why) = stop.cause()
                {
                    tracing::error!(why = why.words, "a run was stopped by the station's memory");
                }
                (task, result.is_ok())
            }
            Err(error) => {
                tracing::error!(%error, "a run failed");
                self.complain(&Stop::Store(Said::known(Trouble::Broke, &error)));
                (error.id(), false)
            }
        };
        let mut signed_in = false;
        for run in self.runs.iter_mut().filter(|run| run.task == task) {
            run.ended = true;
            signed_in = run.signs_in && done;
        }
        self.runs.retain(|run| !(run.ended && run.signs_in));
        if signed_in {
            self.announce();
        }
        self.settle();
        if let (Some(batch), true) = (&self.batch, signed_in) {
            batch.settle(self.signed_in.as_ref());
        }
        self.home.show();
        self.home.ask();
        self.home.look();
        self.start_next();
    }

    /// What the screen was locked over goes on for the operator who began it, and is stopped for another one.
    fn settle(&mut self) {
        if self.runs.iter().any(|run| run.signs_in) {
            return;
        }
        for run in &self.runs {
            match &self.signed_in {
                Some(_) if run.operator == self.signed_in => run.face.show_as(Showing::Shown),
                Some(_) => run.drop_for_good(),
                // Its end is all that it still shows: the screen becomes an ordinary sign-in screen.
                None if run.ended => run.face.show_as(Showing::Shown),
                None => {}
            }
        }
        self.runs.retain(|run| !run.ended);
    }
}

fn fetched(tickets: usize) -> Remark {
    match tickets {
        0 => Remark::NoTickets,
        _ => Remark::TicketsFetched,
    }
}

fn remark(stop: &Stop) -> Remark {
    Remark::Stopped(stop.code())
}

impl Station {
    /// Today's appointments.
    pub async fn expected_today(&self) -> Result<Vec<crate::wire::Expected>, Stop> {
        let session = self.session()?;
        let reply = self.registry()?.expected(&session, self.today()).await;
        self.heard_in(&session, reply).map(|reply| reply.expected)
    }

    /// Makes a key blink.
    pub async fn wink(&self, place: &UsbPath) -> Result<(), Stop> {
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
            .map_err(|error| Stop::Key(super::desk::keys::fault_of_bay(&error)))
    }
}
