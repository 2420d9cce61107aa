//! A desk around the real one that fails, or stops the world, at one chosen call.

use std::sync::Arc;

use keydesk::domain::reason::Gap;
use keydesk::workflow::{Around, Call, Desk, KeyFault, Port, Stop};
use tokio::sync::Notify;

/// What happens at the chosen call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// It fails and was not carried out.
    FailsBefore,
    /// It fails although it was carried out: the answer was lost.
    FailsAfter,
    /// The process stops before it: nothing after this point runs.
    StopsBefore,
    /// The process stops after it.
    StopsAfter,
}

/// A desk that has a mishap at call number `at` (from 0), and counts calls.
pub struct FaultyDesk<D> {
    inner: D,
    at: Option<usize>,
    named: Option<&'static str>,
    mishap: Mishap,
    calls: usize,
    /// The name of the call that was hit.
    pub hit: Option<&'static str>,
    /// Told when the world stops.
    stopped: Arc<Notify>,
    /// The mishap happens at every call of its name.
    for_good: bool,
    /// What happens in the world right before the first call of a name.
    before: Option<(&'static str, Happening)>,
}

/// Something that happens in the world.
type Happening = Box<dyn FnOnce() + Send>;

impl<D> FaultyDesk<D> {
    /// `at: None` only counts.
    pub fn new(inner: D, at: Option<usize>, mishap: Mishap) -> Self {
        Self {
            inner,
            at,
            named: None,
            mishap,
            calls: 0,
            hit: None,
            stopped: Arc::default(),
            for_good: false,
            before: None,
        }
    }

    /// Every call of that name has the mishap.
    #[must_use]
    pub fn for_good(self) -> Self {
        Self {
            for_good: true,
            ..self
        }
    }

    /// Something happens in the world right before the first call of a name.
    pub fn before(&mut self, name: &'static str, happens: impl FnOnce() + Send + 'static) {
        self.before = Some((name, Box::new(happens)));
    }

    /// At the first call of this name.
    pub fn at(inner: D, name: &'static str, mishap: Mishap) -> Self {
        Self {
            named: Some(name),
            ..Self::new(inner, None, mishap)
        }
    }

    /// How many calls were made.
    pub fn calls(&self) -> usize {
        self.calls
    }

    /// Told when the world stops.
    pub fn stopped(&self) -> Arc<Notify> {
        Arc::clone(&self.stopped)
    }

    fn due(&mut self, name: &'static str) -> Option<Mishap> {
        if let Some((_, happens)) = self.before.take_if(|(at, _)| *at == name) {
            happens();
        }
        let is_first = self.hit.is_none() || self.for_good;
        let due = self.at == Some(self.calls) || self.named == Some(name) && is_first;
        self.calls += 1;
        if due {
            self.hit = Some(name);
        }
        due.then_some(self.mishap)
    }
}

/// Stops the world: the future never goes on, and whoever drives it drops it.
async fn stop_the_world(stopped: &Notify) -> ! {
    stopped.notify_one();
    std::future::pending().await
}

impl<D: Desk> FaultyDesk<D> {
    /// Lets a call pass, unless the mishap is due.
    async fn pass<T, E>(
        &mut self,
        name: &'static str,
        fault: E,
        go: impl AsyncFnOnce(&mut dyn Desk) -> Result<T, E>,
    ) -> Result<T, E> {
        let mishap = self.due(name);
        match mishap {
            Some(Mishap::FailsBefore) => return Err(fault),
            Some(Mishap::StopsBefore) => stop_the_world(&self.stopped).await,
            _ => {}
        }
        let result = go(&mut self.inner).await;
        match mishap {
            Some(Mishap::FailsAfter) => Err(fault),
            Some(Mishap::StopsAfter) => stop_the_world(&self.stopped).await,
            _ => result,
        }
    }
}

impl<D: Desk> Around for FaultyDesk<D> {
    fn inner(&self) -> &dyn Desk {
        &self.inner
    }

    async fn around<T>(
        &mut self,
        call: Call,
        go: impl AsyncFnOnce(&mut dyn Desk) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let why = || "mishap".to_owned();
        let fault = match call.port {
            Port::People => Stop::Cancelled,
            Port::Registry => Stop::Unreachable(Gap::Down {
                detail: why(),
                known: None,
            }),
            Port::Journal | Port::Keys => Stop::Store(why().into()),
        };
        self.pass(call.name, fault, go).await
    }

    async fn around_key<T, E: From<KeyFault>>(
        &mut self,
        call: Call,
        go: impl AsyncFnOnce(&mut dyn Desk) -> Result<T, E>,
    ) -> Result<T, E> {
        let fault = match call.name {
            "bay_changed" | "touched" => KeyFault::Cancelled,
            _ => KeyFault::told("mishap"),
        };
        self.pass(call.name, fault.into(), go).await
    }
}
