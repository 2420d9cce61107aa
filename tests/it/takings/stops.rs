//! A taking that is cut off, however often, and one whose proof fails half-way: the key, the registry and the station's disk say the same.

use keydesk::cli::args::{
    CodeSource, FinishArguments, KeyChoice, ProofArguments, UnfinishedCommand,
};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::{Exit, Outcome};
use keydesk::domain::stop_code::StopCode;
use keydesk::domain::{Identification, IntentId, VisitId};
use keydesk::record::Unfinished;
use keydesk::station::stopper::Stopper;
use keydesk::store::audit;
use keydesk::workflow::How;

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::headless::{fd_of, paper, pin_file};
use crate::outbox::sql;
use crate::scenarios::answering;

use super::*;

fn face(world: &World) -> ScriptedFace {
    ScriptedFace::new(SLOT, PIN).hearing(hands(&world.rack))
}

/// Resets with a mishap, until that or the end; at which call it hit.
async fn cut_off(world: &World, mut faulty: FaultyDesk<StationDesk>) -> Option<&'static str> {
    let stopped = faulty.stopped();
    let work = world.station.store().unfinished().expect("read").pop();
    let run = async {
        match work {
            None => workflow::reset(&mut faulty, order()).await,
            Some(work) => workflow::resolve(&mut faulty, work, How::WithKey).await,
        }
    };
    tokio::select! {
        _ = run => {}
        () = stopped.notified() => {}
        () = tokio::time::sleep(LONG) => panic!("stuck"),
    }
    faulty.hit
}

/// The key is in the slot again, and takes a reset again.
async fn put_back(world: &World, key: &SoftKey) {
    key.power_cycle();
    anew(world, key);
    answering(world).await;
}

/// What is begun is finished; then both sides say of the credential what the key does, and nobody has to look into it.
async fn agrees(world: &World, key: &SoftKey, label: &str) {
    for work in world.station.store().unfinished().expect("read") {
        let (mut at, _) = desk(world, face(world));
        let run = workflow::resolve(&mut at, work, How::WithKey);
        let ended = tokio::time::timeout(LONG, run).await;
        assert!(matches!(ended, Ok(Ok(_))), "{label}: {ended:?}");
        assert!(key.credentials().is_empty(), "{label}");
    }
    world.station.push_outbox().await.expect("pushed");
    assert!(world.station.store().outbox().expect("read").is_empty());
    let page = world.station.person(&person(1)).await.expect("a page");
    let held = page.credentials.first().expect("one");
    assert_eq!(
        (held.gone_at.is_some(), held.is_valid()),
        (key.credentials().is_empty(), !key.credentials().is_empty()),
        "{label}: the registry says otherwise than the key"
    );
    let alarms = raised(world).await;
    assert!(
        !alarms.contains(&problem_code::TAKEN_UNPROVED.to_owned()),
        "{label}: {alarms:?}"
    );
    audit::verify(&world.data()).expect("a whole chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_before_which_its_owner_proves_themself_fails_anywhere_and_both_sides_agree() {
    let counted = {
        let world = came_back(&fresh_key()).await;
        let (inner, _) = desk(&world, face(&world));
        let mut counting = FaultyDesk::new(inner, None, Mishap::FailsBefore);
        let ended = tokio::time::timeout(LONG, workflow::reset(&mut counting, order())).await;
        ended.expect("ends by itself").expect("reset");
        counting.calls()
    };
    let mut hit = Vec::new();
    for mishap in [Mishap::FailsBefore, Mishap::FailsAfter, Mishap::StopsAfter] {
        for at in 0..counted {
            let key = fresh_key();
            let world = came_back(&key).await;
            let (inner, _) = desk(&world, face(&world));
            let name = cut_off(&world, FaultyDesk::new(inner, Some(at), mishap)).await;
            hit.extend(name);
            put_back(&world, &key).await;
            agrees(&world, &key, &format!("{mishap:?} at call {at} ({name:?})")).await;
        }
    }
    for name in [
        "leave_to_take",
        "detail",
        "open_visit",
        "test_offer",
        "reset_key",
    ] {
        assert!(hit.contains(&name), "{name} is not among {hit:?}");
    }
}

/// By which visits the work that is open takes, as the disk has it.
fn visits(world: &World) -> Vec<VisitId> {
    let work = world.station.store().unfinished().expect("read");
    match work.as_slice() {
        [Unfinished::Reset(reset)] => reset.visits.clone(),
        [Unfinished::Deletion(deletion)] => deletion.visits.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_up_is_on_disk_with_its_visit_before_it_is_done_and_may_be_cut_off_again() {
    let key = fresh_key();
    let world = came_back(&key).await;
    let (inner, _) = desk(&world, face(&world));
    let before = FaultyDesk::at(inner, "reset_key", Mishap::StopsBefore);
    assert_eq!(cut_off(&world, before).await, Some("reset_key"));
    let first = visits(&world);
    assert_eq!(first.len(), 1);
    leave(&world).await;
    put_back(&world, &key).await;

    // They come another time, prove themself anew, and the station stops again, with the key emptied.
    let (inner, _) = desk(&world, face(&world));
    let after = FaultyDesk::at(inner, "reset_key", Mishap::StopsAfter);
    assert_eq!(cut_off(&world, after).await, Some("reset_key"));
    assert!(key.credentials().is_empty());
    let page = world.station.person(&person(1)).await.expect("a page");
    let second = page.visit.expect("open").id;
    assert_eq!(visits(&world), [second]);
    assert_ne!(first, [second]);
    put_back(&world, &key).await;
    agrees(&world, &key, "after two stops").await;
}

async fn finish(world: &World, identified_by: Option<Identification>) -> Outcome {
    let pins = pin_file(&[PIN]);
    let work = world.station.store().unfinished().expect("read");
    let intent: IntentId = work.first().expect("one").id();
    let command = UnfinishedCommand::Resolve(Box::new(FinishArguments {
        intent,
        without_key: false,
        identified_by,
        proof: ProofArguments {
            proof_key: Some(SLOT.to_owned()),
            ..ProofArguments::default()
        },
        codes: CodeSource::default(),
        key: KeyChoice {
            key: Some(SLOT.to_owned()),
            pin_fd: Some(fd_of(&pins)),
            wait: 20,
        },
    }));
    let station = Arc::clone(&world.station);
    let command = StationCommand::Unfinished(&command);
    let run = commands::run(station, command, paper().1, Stopper::default());
    let outcome = tokio::time::timeout(LONG, run).await;
    outcome.expect("ends by itself")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_finishes_what_somebody_has_to_prove_anew() {
    let key = fresh_key();
    let world = came_back(&key).await;
    stopped_deleting(&world, &key).await;
    let outcome = finish(&world, None).await;
    assert_eq!(outcome.exit, Exit::Usage, "{outcome:?}");
    assert_eq!(key.credentials().len(), 1);
    let outcome = finish(&world, "passport:7K31".parse().ok()).await;
    assert_eq!(outcome.exit, Exit::Done, "{outcome:?}");
    agrees(&world, &key, "by the command line").await;
    assert!(key.credentials().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_whose_pin_blocks_while_they_prove_themself_is_told_who_serves_them() {
    let key = fresh_key();
    let world = came_back(&key).await;
    sql(&world, "UPDATE person SET kind = 'main-administrator'").await;
    mistyped(&world, &key, 7).await;
    let (mut at, face) = desk(&world, ScriptedFace::new(SLOT, "0000-wrong"));
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut at, order())).await;
    let stop = ended.expect("ends by itself").expect_err("blocked");
    assert!(
        matches!(&stop, Stop::Unmet(Unmet::LostAccess { .. })),
        "{stop:?}"
    );
    assert_eq!(stop.code(), StopCode::RegistryRefused);
    let said = english().stop(&stop);
    assert!(
        said.contains("Report the key lost") && said.contains("Customer Service"),
        "{said}"
    );
    // The key is as it was but for its PIN, and so is everything else.
    let coached = |event: &Event| matches!(event, Event::Coach { .. });
    assert!(!face.events().iter().any(coached));
    assert!(key.credentials().len() == 1 && opens(&world).await);
    assert!(world.station.store().unfinished().expect("read").is_empty());
    // From now on that is said before anybody is asked anything.
    anew(&world, &key);
    let (ended, face) = reset(&world).await;
    assert_eq!(ended, Err(stop));
    let identify = |question: &Question| matches!(question, Question::Identify { .. });
    assert!(!face.questions().iter().any(identify));
}
