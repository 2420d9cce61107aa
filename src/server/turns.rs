//! Long work: what takes many times as long as any other request.
//!
//! Invariant: one at a time for each station, and a few in all, so that it keeps nobody from the registry, whoever asks for it how
//! often.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::{Answer, Refusal};
use crate::domain::StationId;
use crate::wire::problem_code;

/// How many stations' are done at once: fewer than the database has connections.
const IN_ALL: usize = 2;

/// Whose long work is done, or waits.
#[derive(Debug)]
pub struct Turns {
    stations: Arc<Mutex<HashSet<StationId>>>,
    in_all: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            stations: Arc::default(),
            in_all: Arc::new(Semaphore::new(IN_ALL)),
        }
    }
}

/// A station's turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _of: OfStation,
    _one: OwnedSemaphorePermit,
}

#[derive(Debug)]
struct OfStation {
    station: StationId,
    stations: Arc<Mutex<HashSet<StationId>>>,
}

impl Turns {
    /// The station's turn, when it comes.
    ///
    /// # Errors
    /// [`problem_code::BUSY`] at once, where the same station has one or waits for one already: it holds one place, not all of them.
    pub async fn take(&self, station: &StationId) -> Answer<Turn> {
        let of = self.of_station(station)?;
        let one = Arc::clone(&self.in_all).acquire_owned().await;
        Ok(Turn {
            _of: of,
            _one: one.map_err(Refusal::internal)?,
        })
    }

    fn of_station(&self, station: &StationId) -> Answer<OfStation> {
        let mut held = self.stations.lock();
        if !held.insert(station.clone()) {
            let what = "this station's last request of that size is still being served; try again";
            return Err(Refusal::new(problem_code::BUSY, what).retry_after(2));
        }
        Ok(OfStation {
            station: station.clone(),
            stations: Arc::clone(&self.stations),
        })
    }
}

impl Drop for OfStation {
    fn drop(&mut self) {
        let mut held = self.stations.lock();
        held.remove(&self.station);
    }
}
