//! The station's side of the ports: one workflow's view of people, registry, journal and keys.
//!
//! Invariant: once `cancel` is set, every question and every key operation ends with "cancelled"; what is already in the
//! journal stays there.

mod journal;
pub(in crate::station) mod keys;
mod people;
mod registry;
mod stopwatch;

use std::cell::Cell;
use std::sync::Arc;

use async_trait::async_trait;

use super::Station;
use crate::bay::Cancel;
use crate::domain::reason::Lacks;
use crate::domain::{KeyFacts, Pin};
use crate::workflow::KeyTime;
use crate::workflow::dialogue::{Answer, Event, Question};
use crate::workflow::{KeyFault, Stop};

/// The people in front of a screen, or the arguments that stand in for them.
#[async_trait(?Send)]
pub trait Face: Send + Sync {
    /// Shows what happens. Called from the key's thread too: must return quickly.
    fn tell(&self, event: Event);
    /// Puts a question. May wait for ever: cancelling drops the future.
    async fn ask(&self, question: Question) -> Result<Answer, Stop>;
    /// Gives a random PIN to the person, once; returns when they have it.
    async fn hand_over(&self, _key: &KeyFacts, _pin: Pin) -> Result<(), Stop> {
        Err(KeyFault::Unsupported(Lacks::HandOver).into())
    }
    /// Waits while the run may take no further step, because the screen is locked over it.
    async fn cleared(&self) {}
}

/// One run's desk.
pub struct StationDesk {
    station: Arc<Station>,
    face: Arc<dyn Face>,
    cancel: Cancel,
    /// The run is over, and a cancel ends nothing more.
    is_over: Cell<bool>,
    /// How long the last operation of a key took.
    time: KeyTime,
}

impl StationDesk {
    /// A desk for one run.
    pub fn new(station: Arc<Station>, face: Arc<impl Face + 'static>, cancel: Cancel) -> Self {
        Self {
            station,
            face,
            cancel,
            is_over: Cell::new(false),
            time: KeyTime::default(),
        }
    }

    /// What ends this run's waiting.
    fn cancel(&self) -> Cancel {
        match self.is_over.get() {
            true => Cancel::default(),
            false => self.cancel.clone(),
        }
    }

    async fn unless_cancelled<T>(
        &self,
        call: impl Future<Output = Result<T, Stop>>,
    ) -> Result<T, Stop> {
        let cancel = self.cancel();
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Stop::Cancelled),
            result = call => result,
        }
    }

    /// The same desk for what must be done after a cancel too: undoing. It needs no touch, so it ends soon.
    fn uncancelled(&self) -> Self {
        Self {
            station: Arc::clone(&self.station),
            face: Arc::clone(&self.face),
            cancel: Cancel::default(),
            is_over: Cell::new(false),
            time: KeyTime::default(),
        }
    }

    /// Waits while the screen is locked over the run.
    async fn cleared(&self) -> Result<(), Stop> {
        let cancel = self.cancel();
        tokio::select! {
            biased;
            () = self.face.cleared() => Ok(()),
            () = cancel.cancelled() => Err(Stop::Cancelled),
        }
    }
}
