//! Tickets as they are kept: what a disk tells of them, and to whom.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::Path;

use keydesk::domain::authority::Role;
use keydesk::domain::{PersonId, UsbPath};
use keydesk::program::demo::world::World;
use keydesk::record::Change;
use keydesk::server::ServeConfig;
use keydesk::wire::{TicketRequest, Tickets, VERSION};
use keydesk::workflow::Wants;
use keydesk::workflow::dialogue::{Ending, PushState};

use crate::scenarios::{OPERATOR_SLOT, SLOT, enrol, fresh_key, operators_key, person, world};

/// Tickets of today for the first `count` people.
async fn fetched(world: &World, count: usize) -> usize {
    let people = (1..=count).map(person).collect();
    let day = world.station.today();
    let request = TicketRequest { day, people };
    world.station.fetch_tickets(&request).await.unwrap()
}

/// Whether a file below this folder holds that text.
fn is_told(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => is_told(&path, text),
            false => {
                let bytes = std::fs::read(&path).unwrap();
                bytes
                    .windows(text.len())
                    .any(|part| part == text.as_bytes())
            }
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_on_disk_say_nothing_without_a_session_and_serve_whoever_signs_in_next() {
    let mut world = world(2).await;
    assert_eq!(fetched(&world, 2).await, 2);
    let today = world.station.today();
    let offers = world.station.tickets(today).unwrap();
    assert_eq!(offers.len(), 2);
    let folder = world.data();
    for offer in &offers {
        let challenge = offer.creation.challenge.to_base64url();
        for told in [offer.person.name.clone(), offer.id.to_string(), challenge] {
            assert!(!is_told(&folder, &told), "{told}");
        }
    }
    assert!(is_told(&folder, "tickets-sealed"), "they are there");

    world.station.close_session().await.unwrap();
    assert!(world.station.tickets(today).unwrap().is_empty());
    let ticket = world.station.ticket(&person(1), Wants::Key).unwrap();
    assert!(ticket.is_none(), "nobody is signed in");

    world.rack.pull(&UsbPath::new(OPERATOR_SLOT));
    let own = operators_key();
    let next = world.sign_in_as("Otto", Role::HelpDesk, OPERATOR_SLOT, &own);
    next.await.unwrap();
    assert_eq!(world.station.tickets(today).unwrap(), offers);
    world.stop_registry().await;
    world.rack.put(SLOT, &fresh_key());
    let ending = enrol(&world, 1).await.unwrap();
    assert!(
        matches!(
            &ending,
            Ending::Enrolled {
                push: PushState::Queued,
                ..
            }
        ),
        "{ending:?}"
    );
    world.start_registry(ServeConfig::default()).await.unwrap();
    let round = world.station.push_outbox().await.unwrap();
    assert_eq!((round.accepted, round.rejected), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_that_an_earlier_release_kept_serve_until_they_end_and_others_take_their_place() {
    let world = world(2).await;
    fetched(&world, 1).await;
    let day = world.station.today();
    let plain = Tickets {
        version: VERSION,
        day,
        offers: world.station.tickets(day).unwrap(),
    };
    let tickets = Box::new(plain);
    let kept = world.station.commit(Change::TicketsFetched { tickets });
    kept.unwrap();
    assert_eq!(world.station.tickets(day).unwrap().len(), 1);
    let ticket = |n| world.station.ticket(&person(n), Wants::Key).unwrap();
    assert!(ticket(1).is_some() && ticket(2).is_none());
    fetched(&world, 2).await;
    let people: Vec<PersonId> = world
        .station
        .tickets(day)
        .unwrap()
        .into_iter()
        .map(|offer| offer.person.id)
        .collect();
    assert_eq!(people, [person(1), person(2)]);
}
