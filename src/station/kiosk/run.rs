//! A run at the kiosk and the face that its workflow speaks to.
//!
//! Invariant: while the screen is locked over a run, nothing of it reaches the screen, and it does not pass
//! [`Face::cleared`]; once it is dropped, never again.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Mutex, mpsc, watch};

use super::mailbox::Mailbox;
use crate::bay::Cancel;
use crate::domain::{KeyFacts, OperatorId, Pin};
use crate::station::desk::Face;
use crate::station::face::{HandedPin, SigningIn, Update};
use crate::workflow::Stop;
use crate::workflow::dialogue::{Answer, Event, Question};

/// A workflow that was started and whose task has not been joined, or whose end is not to be shown yet.
pub(super) struct Run {
    pub(super) task: tokio::task::Id,
    pub(super) signs_in: bool,
    /// In whose name it was started; nobody's when it signs in.
    pub(super) operator: Option<OperatorId>,
    pub(super) cancel: Cancel,
    pub(super) answers: mpsc::Sender<Answer>,
    pub(super) face: Arc<KioskFace>,
    pub(super) ended: bool,
}

impl Run {
    /// Stops it. What it would still say of another operator's person is said to nobody.
    pub(super) fn drop_for_good(&self) {
        self.cancel.cancel();
        self.face.show_as(Showing::Dropped);
    }
}

/// How a run stands with the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Showing {
    Shown,
    /// The screen is locked over it.
    Held,
    /// It ends unseen.
    Dropped,
}

/// One run's way to the screen and back.
pub(super) struct KioskFace {
    screen: Arc<Mailbox>,
    answers: Mutex<mpsc::Receiver<Answer>>,
    showing: watch::Sender<Showing>,
    /// It is a sign-in, and says so of everything that it tells.
    signs_in: bool,
    /// What it would have shown while it is held.
    held: Mailbox,
}

impl KioskFace {
    /// A face, and where its answers go in.
    pub(super) fn new(screen: Arc<Mailbox>, signs_in: bool) -> (Arc<Self>, mpsc::Sender<Answer>) {
        let (sender, answers) = mpsc::channel(1);
        let face = Self {
            screen,
            answers: Mutex::new(answers),
            showing: watch::Sender::new(Showing::Shown),
            signs_in,
            held: Mailbox::default(),
        };
        (Arc::new(face), sender)
    }

    pub(super) fn showing(&self) -> Showing {
        *self.showing.borrow()
    }

    /// Changes how the run stands; when it is shown again, so is what it had to say meanwhile.
    pub(super) fn show_as(&self, showing: Showing) {
        self.showing.send_if_modified(|now| {
            if *now == showing || *now == Showing::Dropped {
                return false;
            }
            *now = showing;
            // While that is locked, so that nothing new overtakes what was held.
            let held = self.held.empty();
            if showing == Showing::Shown {
                held.into_iter().for_each(|update| self.screen.add(update));
            }
            true
        });
    }

    fn send(&self, update: Update) {
        match *self.showing.borrow() {
            Showing::Shown => self.screen.add(update),
            Showing::Held => self.held.add(update),
            Showing::Dropped => {}
        }
    }
}

#[async_trait(?Send)]
impl Face for KioskFace {
    fn tell(&self, event: Event) {
        self.send(match self.signs_in {
            true => Update::SigningIn(SigningIn::Event(event)),
            false => Update::Run(event),
        });
    }

    async fn ask(&self, question: Question) -> Result<Answer, Stop> {
        let mut answers = self.answers.lock().await;
        // An answer to a question that is void by now must not answer this one.
        while answers.try_recv().is_ok() {}
        self.send(match self.signs_in {
            true => Update::SigningIn(SigningIn::Question(question)),
            false => Update::Question(question),
        });
        answers.recv().await.ok_or(Stop::Cancelled)
    }

    async fn hand_over(&self, key: &KeyFacts, pin: Pin) -> Result<(), Stop> {
        let mut answers = self.answers.lock().await;
        while answers.try_recv().is_ok() {}
        self.send(Update::HandOver {
            key: key.clone(),
            pin: HandedPin::new(pin),
        });
        answers.recv().await.map(drop).ok_or(Stop::Cancelled)
    }

    async fn cleared(&self) {
        let mut showing = self.showing.subscribe();
        // The sender lives as long as `self`, so that waiting cannot fail.
        drop(showing.wait_for(|s| *s == Showing::Shown).await);
        if self.showing() == Showing::Dropped {
            std::future::pending::<()>().await;
        }
    }
}
