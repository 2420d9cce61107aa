//! A desk around the real one that notes how long each call to the world takes.

use std::error::Error;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use keydesk::workflow::{Around, Call, Desk, KeyFault, Stop};

use super::{Fallible, lab};

/// The desk, with a watch. After each journal record it writes as many bytes to a file of its own, so that the two meet the
/// same disk.
pub struct MeteredDesk<'a, D> {
    inner: D,
    data: &'a Path,
    scratch: &'a File,
    /// Every call so far, in order.
    pub calls: Vec<(Call, Duration)>,
    /// What a bare write and sync of each journal record's bytes took.
    pub bare: Vec<Duration>,
    /// What all of this took, which no station does.
    pub measuring: Duration,
}

impl<'a, D> MeteredDesk<'a, D> {
    /// Measures the calls to `inner`, whose station's data directory is `data`.
    pub fn new(inner: D, data: &'a Path, scratch: &'a File) -> Self {
        Self {
            inner,
            data,
            scratch,
            calls: Vec::with_capacity(64),
            bare: Vec::with_capacity(8),
            measuring: Duration::ZERO,
        }
    }

    /// The time that the calls chosen took.
    pub fn spent(&self, wanted: impl Fn(Call) -> bool) -> Duration {
        let chosen = self.calls.iter().filter(|(call, _)| wanted(*call));
        chosen.map(|(_, took)| *took).sum()
    }

    /// Writes so many bytes and syncs them, with nothing around it.
    fn write_bare(&mut self, length: u64) -> Fallible<()> {
        let bytes = vec![0x5a; usize::try_from(length)?];
        let end = self.scratch.metadata()?.len();
        let start = Instant::now();
        self.scratch.write_all_at(&bytes, end)?;
        self.scratch.sync_data()?;
        self.bare.push(start.elapsed());
        Ok(())
    }
}

impl<D: Desk> MeteredDesk<'_, D> {
    async fn timed<T>(&mut self, call: Call, go: impl AsyncFnOnce(&mut dyn Desk) -> T) -> T {
        let start = Instant::now();
        let result = go(&mut self.inner).await;
        self.calls.push((call, start.elapsed()));
        result
    }
}

impl<D: Desk> Around for MeteredDesk<'_, D> {
    fn inner(&self) -> &dyn Desk {
        &self.inner
    }

    async fn around<T>(
        &mut self,
        call: Call,
        go: impl AsyncFnOnce(&mut dyn Desk) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        if call.name != "commit" {
            return self.timed(call, go).await;
        }
        let failed = |error: Box<dyn Error + Send + Sync>| Stop::Store(error.to_string().into());
        let begun = Instant::now();
        let before = lab::journal_bytes(self.data).map_err(failed)?;
        let start = Instant::now();
        let result = self.timed(call, go).await;
        let took = start.elapsed();
        let after = lab::journal_bytes(self.data).map_err(failed)?;
        self.write_bare(after - before).map_err(failed)?;
        self.measuring += begun.elapsed() - took;
        result
    }

    async fn around_key<T, E: From<KeyFault>>(
        &mut self,
        call: Call,
        go: impl AsyncFnOnce(&mut dyn Desk) -> Result<T, E>,
    ) -> Result<T, E> {
        self.timed(call, go).await
    }
}
