//! A station whose clock is an hour off works all the same: what is the registry's to decide goes by the registry's clock.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::domain::authority::Role;
use keydesk::program::demo::world::{OPERATOR_PIN, ScriptedFace, World};
use keydesk::record::OutboxBody;
use keydesk::server::{Clock, Running, ServeConfig, Server};
use keydesk::station::desk::StationDesk;
use keydesk::station::face::RegistryState;
use keydesk::wire::TicketRequest;
use keydesk::workflow::dialogue::{Ending, Event, PushState};
use keydesk::workflow::{self, Journal, ports::Sessions};

use crate::scenarios::{OPERATOR_SLOT, SLOT, desk, enrol, fresh_key, people, person, state_of};

/// The station's clock is the machine's; the registry's is this far from it.
const OFF: [SignedDuration; 2] = [
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(-1),
];

/// Starts the registry of a world by another clock, at the same address.
async fn registry_at(world: &World, ahead: SignedDuration) -> Running {
    let address = world.url.rsplit('/').next().expect("an address");
    let config = ServeConfig {
        listen: address.parse().expect("an address"),
        db: world.database(),
        ..ServeConfig::default()
    };
    let clock = Clock::new(move || Timestamp::now() + ahead);
    let started = Server::start_with_clock(config, clock).await;
    started.expect("starts")
}

/// A station that knows nothing of the registry's clock yet, and an operator who has just signed in there.
async fn world_at(ahead: SignedDuration) -> (World, Running) {
    let config = ServeConfig::default();
    let world = World::build_with(config, &people(1)).await;
    let mut world = world.expect("a world");
    let own = SoftKey::new(Profile::full().with_touch(TouchPolicy::Auto));
    let enrolled = world.sign_in(Role::HelpDesk, OPERATOR_SLOT, &own).await;
    enrolled.expect("signed in");
    world.stop_registry().await;
    let world = world.reopen().expect("opened again");
    let registry = registry_at(&world, ahead).await;
    world.rack.put(OPERATOR_SLOT, &own);
    let face = Arc::new(ScriptedFace::new(OPERATOR_SLOT, OPERATOR_PIN));
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, face, Cancel::default());
    let signed_in = workflow::sign_in(&mut desk).await;
    signed_in.expect("the clock is learned when the first assertion is refused");
    (world, registry)
}

fn is_near(one: Timestamp, other: Timestamp) -> bool {
    one.duration_since(other).abs() < SignedDuration::from_secs(30)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_enrolled_at_once_whichever_way_the_clock_is_off() {
    for ahead in OFF {
        let (world, registry) = world_at(ahead).await;
        world.rack.put(SLOT, &fresh_key());
        let (mut desk, face) = desk(&world, &Cancel::default());
        let ending = workflow::enrol(&mut desk, &person(1)).await;
        let ending = ending.expect("enrolled");
        assert!(
            matches!(state_of(&ending), PushState::Accepted),
            "{ahead}: {ending:?}"
        );
        // What has half an hour left, as long as the visit, has it on the station's own clock too.
        let in_half_an_hour = Timestamp::now() + SignedDuration::from_mins(30);
        let told = face.events().into_iter().find_map(|event| match event {
            Event::Challenge { expires_at } => Some(expires_at),
            _ => None,
        });
        assert!(is_near(told.expect("a challenge"), in_half_an_hour));
        assert!(is_near(desk.registry_now(), Timestamp::now() + ahead));
        assert!(is_near(desk.now(), Timestamp::now()));

        world.station.probe().await;
        let RegistryState::Reachable { clock_offset_s } = world.station.reach() else {
            panic!("out of reach");
        };
        assert!((clock_offset_s + ahead.as_secs()).abs() <= 5);
        registry.shutdown().await.expect("stopped");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_serves_offline_and_is_accepted_later_whichever_way_the_clock_is_off() {
    for ahead in OFF {
        let (world, registry) = world_at(ahead).await;
        let request = TicketRequest {
            people: vec![person(1)],
            ..TicketRequest::of_day(world.station.today())
        };
        let fetched = world.station.fetch_tickets(&request).await;
        assert_eq!(fetched.expect("tickets"), 1);
        registry.shutdown().await.expect("stopped");
        world.rack.put(SLOT, &fresh_key());
        let ending = enrol(&world, 1).await.expect("enrolled");
        assert!(matches!(
            ending,
            Ending::Enrolled {
                push: PushState::Queued,
                ..
            }
        ));
        let waiting = world.station.store().outbox().expect("read");
        let OutboxBody::Enrolment { push } = &waiting.first().expect("an entry").body else {
            panic!("{waiting:?}");
        };
        assert!(is_near(push.enrolled_at, Timestamp::now() + ahead));

        let registry = registry_at(&world, ahead).await;
        let round = world.station.push_outbox().await.expect("pushed");
        assert_eq!((round.accepted, round.rejected), (1, 0));
        registry.shutdown().await.expect("stopped");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_command_takes_up_the_session_and_the_registry_s_clock_with_it() {
    // By the station's own clock the session of ten hours would be over.
    let ahead = SignedDuration::from_hours(-11);
    let (world, registry) = world_at(ahead).await;
    world.station.keep_session().expect("kept");
    registry.shutdown().await.expect("stopped");
    let world = world.reopen().expect("opened again");
    assert!(world.station.operator().is_none());
    world.station.resume_session().expect("taken up");
    assert!(world.station.operator().is_some());
    assert!(is_near(
        world.station.registry_now(),
        Timestamp::now() + ahead
    ));
}
