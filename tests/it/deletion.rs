//! Deletions of credentials with which somebody is enrolled: software keys, a real registry, and what both sides say afterwards.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

use std::sync::Arc;
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::cli::args::{
    CareCommand, CaseArguments, CodeSource, CredentialsCommand, DeleteArguments, KeyChoice,
    ProofArguments,
};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::{Exit, Outcome};
use keydesk::domain::Bytes;
use keydesk::domain::care::Care;
use keydesk::domain::reset::ResetCase;
use keydesk::program::demo::world::{OPERATOR_PIN, ScriptedFace, World};
use keydesk::record::{OutboxBody, Remains, Unfinished};
use keydesk::station::desk::StationDesk;
use keydesk::station::stopper::Stopper;
use keydesk::store::audit;
use keydesk::text::english;
use keydesk::workflow::care;
use keydesk::workflow::dialogue::{Answer, CareResult, Ending, PushState};
use keydesk::workflow::{self, How, Stop};

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::headless::{fd_of, paper, pin_file};
use crate::outbox::{back, in_conflict_on, sql, waiting};
use crate::scenarios::{OPERATOR_SLOT, PIN, SLOT, desk, enrol, fresh_key, person, world};

/// Longer than any run here may last, with other tests beside it.
const LONG: Duration = Duration::from_secs(30);

fn case() -> ResetCase {
    ResetCase {
        reason: "left the company".to_owned(),
        ticket: Some("T-7".to_owned()),
        requested_by: Some("W. Example".to_owned()),
        identification: None,
    }
}

/// A desk at which the credential is to be deleted.
async fn deleting(world: &World, id: &Bytes) -> StationDesk {
    world.station.slots().settled(Duration::from_secs(2)).await;
    let face = ScriptedFace::new(SLOT, PIN)
        .wanting([Answer::Remove(id.clone())])
        .telling(case());
    StationDesk::new(
        Arc::clone(&world.station),
        Arc::new(face),
        Cancel::default(),
    )
}

async fn delete(world: &World, id: &Bytes) -> Result<Ending, Stop> {
    let mut desk = deleting(world, id).await;
    let run = care::credentials(&mut desk, None);
    let ended = tokio::time::timeout(LONG, run).await;
    ended.expect("ends by itself")
}

fn only(key: &SoftKey) -> Bytes {
    let held = key.credentials();
    assert_eq!(held.len(), 1);
    Bytes(held[0].id.clone())
}

fn told(ended: &Result<Ending, Stop>) -> &PushState {
    match ended {
        Ok(Ending::Cared { result, .. }) => match &**result {
            CareResult::Credentials {
                told: Some(push), ..
            } => push,
            other => panic!("nobody was told: {other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// A world whose person 1 has a key in the slot, and the id of the credential on it.
async fn enrolled(key: &SoftKey) -> (World, Bytes) {
    let world = world(1).await;
    world.rack.put(SLOT, key);
    enrol(&world, 1).await.expect("enrolled");
    world.station.keep_session().expect("kept");
    (world, only(key))
}

/// Whether the registry refuses the credential, or never took it.
async fn is_gone(world: &World, id: &Bytes) -> bool {
    let page = world.station.person(&person(1)).await.expect("a page");
    let held = page.credentials.iter().find(|held| held.id == *id);
    held.is_none_or(|held| held.gone_at.is_some())
}

fn nothing_open(world: &World) {
    let store = world.station.store();
    assert!(store.unfinished().expect("read").is_empty());
    audit::verify(&world.data()).expect("a whole chain");
}

pub async fn sign_in_as(world: &World, role: &'static str) {
    world.station.close_session().await.expect("signed out");
    sql(
        world,
        match role {
            "customer-service" => "UPDATE operator SET role = 'customer-service'",
            "station-administrator" => "UPDATE operator SET role = 'station-administrator'",
            _ => "UPDATE operator SET role = 'help-desk'",
        },
    )
    .await;
    let face = Arc::new(ScriptedFace::new(OPERATOR_SLOT, OPERATOR_PIN));
    let mut desk = StationDesk::new(Arc::clone(&world.station), face, Cancel::default());
    workflow::sign_in(&mut desk).await.expect("signed in");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolled_credential_is_deleted_from_its_key_and_the_registry_refuses_it_from_then_on() {
    let key = fresh_key();
    let (world, id) = enrolled(&key).await;
    let ended = delete(&world, &id).await;
    assert_eq!(told(&ended), &PushState::Accepted);
    assert!(key.credentials().is_empty());
    let page = world.station.person(&person(1)).await.expect("a page");
    assert!(page.credentials[0].gone_at.is_some());
    assert_eq!(page.person.keys, 0);
    let store = world.station.store();
    let here = store.enrolments_of(&person(1)).expect("read").remove(0);
    assert!(here.gone_at.is_some());
    assert!(waiting(&world).is_empty());
    nothing_open(&world);
    let Ok(Ending::Cared { key: facts, .. }) = ended else {
        panic!("{ended:?}");
    };
    assert_eq!(facts.pin_set, Some(true), "the PIN stays");
    let history = store.cares_of(&facts, 10).expect("read");
    assert!(
        matches!(&history[0].care, Care::CredentialDeleted { credential, person: Some(whose) }
            if credential.id == id && *whose == person(1)),
        "{history:?}"
    );
    enrol(&world, 1).await.expect("enrolled anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_reset_that_persons_key_is_told_who_may_and_nothing_is_done() {
    let key = fresh_key();
    let (world, id) = enrolled(&key).await;
    let refusal = async |whom: &str, who: &str| {
        let stop = delete(&world, &id).await.expect_err("refused");
        assert!(
            matches!(&stop, Stop::Strands { account, .. }
                if account.contains(whom) && account.contains("iamconnected.example")
                    && english().facts(&stop).is_some_and(|facts| facts.contains(who))),
            "{stop:?}"
        );
        assert_eq!(key.credentials().len(), 1);
        nothing_open(&world);
    };
    // Customer Service serves no employee, whatever they prove.
    sign_in_as(&world, "customer-service").await;
    refusal("Person 1 (Example Shipping", "for its owner").await;
    // A main administrator who proves theirs gives it up at any desk.
    sql(&world, "UPDATE person SET kind = 'main-administrator'").await;
    sign_in_as(&world, "station-administrator").await;
    assert_eq!(told(&delete(&world, &id).await), &PushState::Accepted);
    assert!(is_gone(&world, &id).await && key.credentials().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_registry_nothing_is_deleted_and_when_it_goes_away_later_the_report_waits() {
    let key = fresh_key();
    let (mut world, id) = enrolled(&key).await;
    world.stop_registry().await;
    let stop = delete(&world, &id).await.expect_err("out of reach");
    assert!(matches!(stop.cause(), Stop::Unreachable(_)), "{stop:?}");
    assert_eq!(key.credentials().len(), 1);
    nothing_open(&world);
    back(&mut world).await;
    let inner = deleting(&world, &id).await;
    let mut faulty = FaultyDesk::at(inner, "push", Mishap::FailsBefore);
    let ended = care::credentials(&mut faulty, None).await;
    assert_eq!(told(&ended), &PushState::Queued);
    assert!(!is_gone(&world, &id).await);
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.accepted, round.queued, round.rejected), (1, 0, 0));
    assert!(is_gone(&world, &id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_is_told_after_the_enrolment_that_still_waited() {
    let key = fresh_key();
    let world = world(1).await;
    world.rack.put(SLOT, &key);
    let (inner, _) = desk(&world, &Cancel::default());
    let mut unsent = FaultyDesk::at(inner, "push", Mishap::FailsBefore);
    let ended = workflow::enrol(&mut unsent, &person(1)).await;
    ended.expect("enrolled");
    let id = only(&key);
    assert_eq!(waiting(&world).len(), 1);
    assert_eq!(told(&delete(&world, &id).await), &PushState::Accepted);
    assert!(waiting(&world).is_empty(), "the enrolment went first");
    let page = world.station.person(&person(1)).await.expect("a page");
    assert!(page.credentials[0].gone_at.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_in_conflict_is_over_once_its_credential_is_deleted() {
    let key = fresh_key();
    let mut world = world(1).await;
    let entry = in_conflict_on(&mut world, &key).await;
    let id = only(&key);
    assert_eq!(told(&delete(&world, &id).await), &PushState::Accepted);
    assert!(key.credentials().is_empty());
    assert!(waiting(&world).is_empty(), "nothing is sent again");
    let store = world.station.store();
    assert!(store.outbox_entry(entry.id).expect("read").is_none());
    let here = store.enrolments_of(&person(1)).expect("read").remove(0);
    assert!(here.withdrawn && here.gone_at.is_some());
    assert_eq!(here.remains, Some(Remains::CredentialDeleted));
}

fn numbered(n: usize) -> SoftKey {
    let profile = Profile::full().with_serial(&format!("DEL{n}"));
    SoftKey::new(profile.with_touch(TouchPolicy::Auto))
}

/// Deletes with a mishap at call number `at`; whether that call was reached.
async fn survives(world: &World, n: usize, (mishap, at): (Mishap, usize)) -> bool {
    let key = numbered(n);
    world.rack.put(SLOT, &key);
    world.station.slots().settled(Duration::from_secs(2)).await;
    enrol(world, 1).await.expect("enrolled");
    let id = only(&key);
    let inner = deleting(world, &id).await;
    let mut faulty = FaultyDesk::new(inner, Some(at), mishap);
    let stopped = faulty.stopped();
    let ended = tokio::select! {
        ended = care::credentials(&mut faulty, None) => Some(ended),
        () = stopped.notified() => None,
        () = tokio::time::sleep(LONG) => panic!("stuck at call {at}"),
    };
    let label = format!("{mishap:?} at call {at} ({:?}), {ended:?}", faulty.hit);
    let hit = faulty.hit.is_some();
    drop(faulty);
    for work in world.station.store().unfinished().expect("read") {
        assert!(matches!(work, Unfinished::Deletion(_)), "{label}: {work:?}");
        let (mut desk, _) = desk(world, &Cancel::default());
        let run = workflow::resolve(&mut desk, work, How::WithKey);
        let ended = tokio::time::timeout(LONG, run).await;
        assert!(matches!(ended, Ok(Ok(_))), "{label}: {ended:?}");
    }
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.queued, round.rejected), (0, 0), "{label}");
    assert!(world.station.store().unfinished().expect("read").is_empty());
    let deleted = key.credentials().is_empty();
    assert_eq!(is_gone(world, &id).await, deleted, "{label}");
    let here = world.station.store().enrolments_of(&person(1));
    let here = here.expect("read").into_iter().find(|e| e.credential == id);
    assert_eq!(
        here.expect("made here").gone_at.is_some(),
        deleted,
        "{label}"
    );
    if let Some(Ok(_)) = ended {
        assert!(deleted, "{label}");
    }
    hit
}

async fn survives_everywhere(mishaps: [Mishap; 2]) {
    let world = world(1).await;
    let mut n = 0;
    for mishap in mishaps {
        for at in 0.. {
            n += 1;
            if !survives(&world, n, (mishap, at)).await {
                assert!(at > 10, "only {at} calls");
                break;
            }
        }
    }
    audit::verify(&world.data()).expect("a whole chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_a_deletion_fails_key_registry_and_record_say_the_same_in_the_end() {
    survives_everywhere([Mishap::FailsBefore, Mishap::FailsAfter]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_a_deletion_is_stopped_it_is_taken_up_and_both_sides_say_the_same() {
    survives_everywhere([Mishap::StopsBefore, Mishap::StopsAfter]).await;
}

/// A deletion that was stopped just after the key had carried it out.
async fn stopped(world: &World, id: &Bytes) -> Unfinished {
    let inner = deleting(world, id).await;
    let mut faulty = FaultyDesk::at(inner, "delete_credential", Mishap::StopsAfter);
    let stopped = faulty.stopped();
    tokio::select! {
        ended = care::credentials(&mut faulty, None) => panic!("not stopped: {ended:?}"),
        () = stopped.notified() => {}
    }
    drop(faulty);
    world.station.store().unfinished().expect("read").remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_key_lost_or_not_to_be_told_from_its_twins_the_registry_refuses_the_credential_all_the_same()
 {
    // It has no serial number.
    let key = fresh_key();
    for how in [How::WithoutKey, How::WithKey] {
        let (world, id) = enrolled(&key).await;
        let work = stopped(&world, &id).await;
        let (mut desk, _) = desk(&world, &Cancel::default());
        let ended = workflow::resolve(&mut desk, work, how).await;
        let remains = Remains::Unknown;
        assert_eq!(ended, Ok(Ending::Resolved { remains }));
        world.station.push_outbox().await.expect("pushed");
        assert!(is_gone(&world, &id).await);
        nothing_open(&world);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_work_of_this_kind_is_ended_by_nobody_without_the_authority() {
    let key = fresh_key();
    let (world, id) = enrolled(&key).await;
    let work = stopped(&world, &id).await;
    sign_in_as(&world, "customer-service").await;
    for how in [How::WithKey, How::WithoutKey] {
        let (mut desk, _) = desk(&world, &Cancel::default());
        let stop = workflow::resolve(&mut desk, work.clone(), how).await;
        assert!(matches!(stop, Err(Stop::Strands { .. })), "{stop:?}");
    }
    assert_eq!(world.station.store().unfinished().expect("read").len(), 1);
}

async fn command_line(world: &World, id: &Bytes, case: CaseArguments) -> Outcome {
    let pins = pin_file(&[PIN]);
    let key = KeyChoice {
        key: Some(SLOT.to_owned()),
        pin_fd: Some(fd_of(&pins)),
        wait: 20,
    };
    let id = id.clone();
    let command = CareCommand::Credentials(CredentialsCommand::Delete(Box::new(DeleteArguments {
        id,
        case,
        proof: ProofArguments::default(),
        codes: CodeSource::default(),
        key,
    })));
    let station = Arc::clone(&world.station);
    let run = commands::run(
        station,
        StationCommand::Care(&command),
        paper().1,
        Stopper::default(),
    );
    let outcome = tokio::time::timeout(LONG, run).await;
    outcome.expect("ends by itself")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_deletes_nobodys_enrolment_without_the_case_and_the_name() {
    let key = fresh_key();
    let (world, id) = enrolled(&key).await;
    let whole = CaseArguments {
        confirm: Some("Person 1".to_owned()),
        reason: "left the company".to_owned(),
        ticket: Some("T-7".to_owned()),
        requested_by: Some("W. Example".to_owned()),
        identified_by: "passport:7K31".parse().ok(),
    };
    for (code, open) in [
        // In the visit in which it was added they are identified already.
        ("case-open", CaseArguments::default()),
        (
            "case-open",
            CaseArguments {
                ticket: None,
                ..whole.clone()
            },
        ),
        (
            "not-confirmed",
            CaseArguments {
                confirm: None,
                ..whole.clone()
            },
        ),
        (
            "not-confirmed",
            CaseArguments {
                confirm: Some("Person 2".to_owned()),
                ..whole.clone()
            },
        ),
    ] {
        let outcome = command_line(&world, &id, open).await;
        assert_eq!(
            (outcome.exit, outcome.code.as_str()),
            (Exit::Usage, code),
            "{outcome:?}"
        );
        assert_eq!(key.credentials().len(), 1);
        nothing_open(&world);
    }
    let outcome = command_line(&world, &id, whole).await;
    assert_eq!(outcome.exit, Exit::Done, "{outcome:?}");
    assert_eq!(outcome.code, "changed");
    assert_eq!(outcome.facts["push"], "accepted");
    assert!(key.credentials().is_empty());
    assert!(is_gone(&world, &id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_registry_hears_of_a_deletion_is_the_case_and_no_more_than_the_journal_has() {
    let key = fresh_key();
    let (world, id) = enrolled(&key).await;
    let inner = deleting(&world, &id).await;
    let mut unsent = FaultyDesk::at(inner, "push", Mishap::FailsBefore);
    let ended = care::credentials(&mut unsent, None).await;
    assert_eq!(told(&ended), &PushState::Queued);
    let OutboxBody::Withdrawal { push } = waiting(&world).remove(0).body else {
        panic!("not a withdrawal");
    };
    let text = serde_json::to_string(&push).expect("text");
    for said in ["left the company", "T-7", "W. Example", "7K31"] {
        assert!(text.contains(said), "{text}");
    }
    assert!(!text.contains(PIN));
}
