//! Authenticator apps: a software phone, the real registry on loopback, and what both sides say afterwards.

mod enrolling;
mod headless;
mod mishaps;
pub mod phone;
mod proving;
pub mod visits;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use keydesk::bay::Cancel;
use keydesk::domain::authority::Role;
use keydesk::program::demo::world::World;
use keydesk::server::{Clock, Running, ServeConfig, Server};
use keydesk::station::desk::StationDesk;
use keydesk::wire::{Factor, Said};
use keydesk::workflow::dialogue::{AppResult, Ending, PushState};
use keydesk::workflow::{Stop, app};

use crate::scenarios;
use phone::{Ahead, Manner, People, Phone};

/// A world whose registry's clock goes when the tests say so.
pub struct Timed {
    pub world: World,
    pub ahead: Ahead,
    pub registry: Option<Running>,
}

impl Timed {
    pub async fn new(people: usize) -> Self {
        Self::of(scenarios::world(people).await).await
    }

    /// The same with a station administrator signed in, who may receive tokens.
    pub async fn administered(people: usize) -> Self {
        let people = scenarios::people(people);
        let world = World::build_with(ServeConfig::default(), &people).await;
        let world = world.expect("a world");
        let own = scenarios::operators_key();
        let role = Role::StationAdministrator;
        let admin = world.sign_in(role, scenarios::OPERATOR_SLOT, &own).await;
        admin.expect("signed in");
        Self::of(world).await
    }

    /// The same around a world whose operator is signed in.
    pub async fn of(mut world: World) -> Self {
        world.stop_registry().await;
        let ahead = Ahead::default();
        let registry = Some(serve(&world, &ahead).await);
        Self {
            world,
            ahead,
            registry,
        }
    }

    /// Some time goes by, for the registry and for phones.
    pub fn wait_s(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::SeqCst);
    }

    pub async fn stop_registry(&mut self) {
        if let Some(running) = self.registry.take() {
            running.shutdown().await.expect("stopped");
        }
    }

    pub async fn start_registry(&mut self) {
        self.registry = Some(serve(&self.world, &self.ahead).await);
    }

    /// A phone with nothing on it.
    pub fn phone(&self) -> Phone {
        Phone::new(&self.ahead)
    }

    /// Enrols an app for person `n`: what came of it, and the people who took part.
    pub async fn enrol(&self, n: usize, phone: &Phone, manner: Manner) -> Run {
        let (mut desk, people) = self.desk(People::new(phone, manner));
        let ended = app::enrol_app(&mut desk, &scenarios::person(n)).await;
        Run { ended, people }
    }

    pub fn desk(&self, people: People) -> (StationDesk, Arc<People>) {
        let people = Arc::new(people);
        let station = Arc::clone(&self.world.station);
        let desk = StationDesk::new(station, Arc::clone(&people), Cancel::default());
        (desk, people)
    }

    /// The apps and tokens that the registry has for person `n`.
    pub async fn factors(&self, n: usize) -> Vec<Factor> {
        let detail = self.world.station.person(&scenarios::person(n)).await;
        let factors = detail.expect("a person").factors;
        let active = factors.into_iter().filter(|f| f.removed_at.is_none());
        active.collect()
    }

    /// The person goes; who comes next comes anew, with what they have by now.
    pub async fn leave(&self, n: usize) {
        let who = scenarios::person(n);
        let detail = self.world.station.person(&who).await;
        if let Some(visit) = detail.expect("a person").visit {
            let closed = self
                .world
                .station
                .close_visit(&who, visit.id, Said::Confirmed);
            closed.await.expect("closed");
        }
    }

    /// Whether the registry finds the phone's code of this factor right.
    pub async fn works(&self, n: usize, phone: &Phone, factor: &Factor) -> bool {
        self.wait_s(90);
        let (mut desk, _) = self.desk(People::new(phone, Manner::Willing));
        let tested = app::test_app(&mut desk, &scenarios::person(n), Some(factor.id)).await;
        matches!(
            tested,
            Ok(Ending::App {
                result: AppResult::Tested { .. },
                ..
            })
        )
    }
}

async fn serve(world: &World, ahead: &Ahead) -> Running {
    let address = world.url.rsplit('/').next().expect("an address");
    let config = ServeConfig {
        listen: address.parse().expect("an address"),
        db: world.database(),
        ..ServeConfig::default()
    };
    let ahead = Arc::clone(ahead);
    let clock = Clock::new(move || {
        Timestamp::now() + SignedDuration::from_secs(ahead.load(Ordering::SeqCst))
    });
    let started = Server::start_with_clock(config, clock).await;
    started.expect("starts")
}

/// A run that is over.
pub struct Run {
    pub ended: Result<Ending, Stop>,
    pub people: Arc<People>,
}

impl Run {
    /// Where the push of an enrolled app stands.
    pub fn push(&self) -> PushState {
        match &self.ended {
            Ok(Ending::App {
                result: AppResult::Enrolled { push, .. },
                ..
            }) => push.clone(),
            other => panic!("no app was enrolled: {other:?}"),
        }
    }
}
