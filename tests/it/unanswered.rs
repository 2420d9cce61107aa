//! What the registry did and could not say: it is asked again, and the same job done once more finds out.

use std::sync::Arc;

use keydesk::bay::Cancel;
use keydesk::cli::outcome::outcome_of_stop;
use keydesk::cli::output::Exit;
use keydesk::domain::authority::Role;
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::record::Change;
use keydesk::server::ServeConfig;
use keydesk::station::desk::StationDesk;
use keydesk::store::audit;
use keydesk::wire::{Said, problem_code};
use keydesk::workflow::dialogue::{AppResult, Ending, LossResult};
use keydesk::workflow::{self, Stop, app, loss};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::apps::visits::Ahead;
use crate::outbox::sql;
use crate::scenarios::{PIN, SLOT, desk, enrol, fresh_key, person, world};

type Losses = Arc<Mutex<Vec<(&'static str, usize)>>>;

/// A line on which answers get lost: everything that is asked arrives.
struct Line(Losses);

impl Line {
    /// Between the station and its registry, which moves.
    async fn of(world: &mut World) -> Self {
        let address = world.url.rsplit('/').next().expect("an address").to_owned();
        world.stop_registry().await;
        world.url = "http://127.0.0.1:0".to_owned();
        let free = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let moved = free.local_addr().expect("an address").to_string();
        drop(free);
        world.url = format!("http://{moved}");
        let started = world.start_registry(ServeConfig::default()).await;
        started.expect("moved");
        let listener = TcpListener::bind(address).await.expect("binds");
        let losses = Losses::default();
        let line = Self(Arc::clone(&losses));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(relay(stream, moved.clone(), Arc::clone(&losses)));
            }
        });
        line
    }

    /// So many answers to what has this in its first line get lost.
    fn loses(&self, what: &[(&'static str, usize)]) {
        *self.0.lock() = what.to_vec();
    }
}

impl Line {
    /// Waits until the first answer was lost.
    async fn until_lost(&self) {
        let is_lost = || {
            let losses = self.0.lock();
            losses.iter().any(|(_, left)| *left < usize::MAX)
        };
        while !is_lost() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

/// Whether the answer to this is one of those that get lost.
fn takes_one(losses: &Losses, asked: &str) -> bool {
    let mut losses = losses.lock();
    let mut hit = losses
        .iter_mut()
        .filter(|(what, left)| *left > 0 && asked.contains(what));
    hit.next().is_some_and(|(_, left)| {
        *left -= 1;
        true
    })
}

async fn relay(mut station: TcpStream, registry: String, losses: Losses) {
    let mut registry = TcpStream::connect(registry).await.expect("listens");
    let (mut asked, mut said) = (vec![0; 65_536], vec![0; 65_536]);
    let mut is_lost = false;
    loop {
        tokio::select! {
            read = station.read(&mut asked) => {
                let Ok(read @ 1..) = read else { return };
                let bytes = asked.get(..read).unwrap_or_default();
                let text = String::from_utf8_lossy(bytes);
                is_lost |= takes_one(&losses, &text);
                if registry.write_all(bytes).await.is_err() { return }
            }
            read = registry.read(&mut said) => {
                let Ok(read @ 1..) = read else { return };
                if is_lost { return }
                let bytes = said.get(..read).unwrap_or_default();
                if station.write_all(bytes).await.is_err() { return }
            }
        }
    }
}

/// A key waits for person 1, made by another human than whoever is signed in.
async fn waiting() -> World {
    let world = crate::batch::world(1, Role::StationAdministrator).await;
    world.rack.put(SLOT, &fresh_key());
    let face = Arc::new(Ahead(ScriptedFace::new(SLOT, PIN)));
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, face, Cancel::default());
    workflow::enrol(&mut desk, &person(1)).await.expect("made");
    for statement in [
        "UPDATE operator SET personnel_number = 'other'",
        "INSERT INTO operator (id, name, role, user_handle, personnel_number) VALUES ('maker', 'M', 'help-desk', x'01', 'm')",
        "UPDATE credential SET operator = 'maker'",
        "UPDATE offer SET operator = 'maker'",
    ] {
        sql(&world, statement).await;
    }
    world
}

async fn accept(world: &World) -> Result<Ending, Stop> {
    let (mut desk, _) = desk(world, &Cancel::default());
    app::accept_waiting(&mut desk, &person(1), None).await
}

fn is_accepted(ended: &Result<Ending, Stop>) -> bool {
    matches!(
        ended,
        Ok(Ending::App {
            result: AppResult::Accepted { .. },
            ..
        })
    )
}

fn is_unanswered(ended: Result<Ending, Stop>) {
    let stop = ended.expect_err("nobody knows");
    let said = outcome_of_stop(&stop);
    assert_eq!(
        (said.exit, said.code.as_str()),
        (Exit::Unreachable, "unanswered"),
        "{stop}"
    );
    for word in ["not known", "once more"] {
        assert!(said.detail.contains(word), "{}", said.detail);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_whose_answer_was_lost_is_asked_for_again_and_taken_once() {
    let mut world = waiting().await;
    let line = Line::of(&mut world).await;
    line.loses(&[("/acceptance HTTP", 1)]);
    let ended = accept(&world).await;
    assert!(is_accepted(&ended), "{ended:?}");
    let page = world.station.person(&person(1)).await.expect("a page");
    assert!(page.owned().iter().all(keydesk::wire::Owned::is_valid));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_that_nobody_heard_of_is_found_out_by_the_same_command() {
    let mut world = waiting().await;
    let line = Line::of(&mut world).await;
    line.loses(&[("/acceptance HTTP", usize::MAX)]);
    is_unanswered(accept(&world).await);
    line.loses(&[]);
    let again = accept(&world).await;
    assert!(is_accepted(&again), "{again:?}");
    let third = accept(&world).await;
    let refused = third.expect_err("nothing waits");
    assert_eq!(
        refused.refusal(),
        Some(problem_code::NOT_WAITING),
        "{refused}"
    );
}

/// How many suspensions the journal says were lifted.
fn lifted(world: &World) -> usize {
    let records = audit::records(&world.data()).expect("a journal");
    let changes = records.map(|entry| entry.expect("a record").record.change);
    changes
        .filter(|change| matches!(change, Change::SuspensionLifted { .. }))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lift_that_nobody_heard_of_is_found_out_and_written_down_once() {
    let mut world = world(1).await;
    world.rack.put(SLOT, &fresh_key());
    enrol(&world, 1).await.expect("enrolled");
    let line = Line::of(&mut world).await;
    let suspend = "UPDATE credential SET suspended_ms = enrolled_ms, suspended_why = 'lost'";
    let lift = async || {
        let (mut desk, _) = desk(&world, &Cancel::default());
        loss::lift(&mut desk, &person(1), None, None).await
    };
    let is_lifted = |ended: &Result<Ending, Stop>| {
        matches!(
            ended,
            Ok(Ending::Loss {
                result: LossResult::Lifted { .. },
                ..
            })
        )
    };
    // Its answer alone is lost: it is asked again, or the person's page tells.
    for times in [1, usize::MAX] {
        sql(&world, suspend).await;
        line.loses(&[("/suspensions/lift HTTP", times)]);
        let ended = lift().await;
        assert!(is_lifted(&ended), "{ended:?}");
    }
    assert_eq!(lifted(&world), 2);
    // The answer is lost, and then the line. The first look at the page was before.
    sql(&world, suspend).await;
    let (mut slow, _) = desk(&world, &Cancel::default());
    let who = person(1);
    let run = loss::lift(&mut slow, &who, None, None);
    line.loses(&[("/suspensions/lift HTTP", usize::MAX)]);
    let cut = async {
        line.until_lost().await;
        line.loses(&[
            ("/suspensions/lift HTTP", usize::MAX),
            ("GET /v1/people", 9),
        ]);
    };
    is_unanswered(tokio::join!(run, cut).0);
    line.loses(&[]);
    let again = lift().await;
    assert!(is_lifted(&again), "{again:?}");
    assert_eq!(lifted(&world), 3);
    let refused = lift().await.expect_err("nothing is suspended");
    assert_eq!(
        refused.refusal(),
        Some(problem_code::NOT_SUSPENDED),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_whose_end_nobody_heard_of_is_ended() {
    let mut world = world(1).await;
    world.rack.put(SLOT, &fresh_key());
    enrol(&world, 1).await.expect("enrolled");
    let line = Line::of(&mut world).await;
    let (station, who) = (Arc::clone(&world.station), person(1));
    let document = "passport:7K31".parse().expect("a document");
    let end = async || {
        let opened = station.open_visit(&who, &document).await.expect("a visit");
        let ended = station.close_visit(&who, opened.id, Said::Confirmed).await;
        (opened.id, ended)
    };
    line.loses(&[("/close HTTP", 1)]);
    let (_, ended) = end().await;
    assert_eq!(
        ended,
        Ok(()),
        "asked again: there is no such visit any more"
    );
    line.loses(&[("/close HTTP", usize::MAX)]);
    let (visit, ended) = end().await;
    assert!(matches!(ended, Err(Stop::Unanswered(_))), "{ended:?}");
    line.loses(&[]);
    let found = station.closed_unanswered(&who).await;
    assert_eq!(found, Ok(Some(visit)), "the same command finds out");
    assert_eq!(station.closed_unanswered(&who).await, Ok(None), "once");
}
