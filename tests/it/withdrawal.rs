//! Enrolments that the registry refused and an operator gives up: what becomes of the credential on the key.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::cli::args::{ConflictHow, KeyChoice, OutboxCommand};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::Exit;
use keydesk::domain::reason::Refusal;
use keydesk::domain::{Bytes, PersonId, UsbPath};
use keydesk::program::demo::world::World;
use keydesk::record::{Enrolment, OutboxBody, OutboxEntry, Remains, Resolution, Unfinished};
use keydesk::registry::{Label, RegistryError};
use keydesk::station::stopper::Stopper;
use keydesk::store::audit;
use keydesk::wire::{JournalHead, Push, problem_code};
use keydesk::workflow::dialogue::{Ending, Event};
use keydesk::workflow::{self, How, Refused, Stop};

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::headless::{fd_of, paper, pin_file};
use crate::outbox::{back, in_conflict_on, sql, waiting};
use crate::scenarios::{PIN, SLOT, answering, desk, enrol, fresh_key, person, world};

/// A world with a key in the slot whose enrolment the registry has refused.
async fn refused(key: &SoftKey) -> (World, OutboxEntry) {
    let mut world = world(1).await;
    let entry = in_conflict_on(&mut world, key).await;
    world.station.keep_session().expect("kept");
    assert_eq!(key.credentials().len(), 1);
    (world, entry)
}

fn of(world: &World, entry: &OutboxEntry) -> Refused {
    let found = world.station.store().refused(entry.id).expect("read");
    found.expect("an enrolment in conflict")
}

/// Enrolments that wait for the registry or are in conflict with it.
fn enrolments(world: &World) -> Vec<OutboxEntry> {
    let mut entries = waiting(world);
    entries.retain(|entry| matches!(entry.body, OutboxBody::Enrolment { .. }));
    entries
}

fn enrolment(world: &World) -> Enrolment {
    let here = world.station.store().enrolments_of(&person(1));
    here.expect("read").remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawing_deletes_the_credential_from_the_key_and_the_record_says_so() {
    let key = fresh_key();
    let (world, entry) = refused(&key).await;
    let (mut desk, _) = desk(&world, &Cancel::default());
    let ending = workflow::withdraw(&mut desk, of(&world, &entry), How::WithKey).await;
    assert!(
        matches!(
            &ending,
            Ok(Ending::Withdrawn {
                remains: Remains::CredentialDeleted,
                ..
            })
        ),
        "{ending:?}"
    );
    assert!(key.credentials().is_empty());
    assert!(waiting(&world).is_empty());
    assert!(world.station.store().unfinished().expect("read").is_empty());
    let enrolment = enrolment(&world);
    assert!(enrolment.withdrawn);
    assert_eq!(enrolment.remains, Some(Remains::CredentialDeleted));
    audit::verify(&world.data()).expect("a whole chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_the_record_says_that_the_credential_stays_on_it() {
    let key = fresh_key();
    let (world, entry) = refused(&key).await;
    let (mut desk, _) = desk(&world, &Cancel::default());
    workflow::withdraw(&mut desk, of(&world, &entry), How::WithoutKey)
        .await
        .expect("withdrawn");
    assert_eq!(key.credentials().len(), 1);
    assert!(waiting(&world).is_empty());
    assert_eq!(enrolment(&world).remains, Some(Remains::Credential));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_delete_keeps_the_credential_and_the_record_says_so() {
    let profile = Profile::ctap20().with_touch(TouchPolicy::Auto);
    let key = SoftKey::new(profile);
    let (world, entry) = refused(&key).await;
    let (mut desk, _) = desk(&world, &Cancel::default());
    workflow::withdraw(&mut desk, of(&world, &entry), How::WithKey)
        .await
        .expect("withdrawn");
    assert_eq!(key.credentials().len(), 1);
    assert_eq!(enrolment(&world).remains, Some(Remains::Credential));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_twin_that_does_not_hold_the_credential_is_not_taken_for_the_key() {
    let key = fresh_key();
    let (world, entry) = refused(&key).await;
    let twin = fresh_key();
    world.rack.pull(&UsbPath::new(SLOT));
    world.rack.put(SLOT, &twin);
    answering(&world).await;
    let (mut desk, face) = desk(&world, &Cancel::default());
    let run = workflow::withdraw(&mut desk, of(&world, &entry), How::WithKey);
    let ended = tokio::time::timeout(Duration::from_secs(1), run).await;
    assert!(ended.is_err(), "the twin was taken for the key: {ended:?}");
    let said = face.events();
    assert!(said.iter().any(|e| matches!(e, Event::OtherKey { .. })));
    assert_eq!(waiting(&world).len(), 1, "nothing was given up");
}

/// Longer than any run here may last, with other tests beside it.
const LONG: Duration = Duration::from_secs(15);

fn numbered_key() -> SoftKey {
    let profile = Profile::yubikey_5_nfc().with_serial("A7");
    SoftKey::new(profile.with_touch(TouchPolicy::Auto))
}

/// How many calls a withdrawal makes.
async fn calls() -> usize {
    let (world, entry) = refused(&numbered_key()).await;
    let (inner, _) = desk(&world, &Cancel::default());
    let mut counting = FaultyDesk::new(inner, None, Mishap::FailsBefore);
    workflow::withdraw(&mut counting, of(&world, &entry), How::WithKey)
        .await
        .expect("withdrawn");
    counting.calls()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_stopped_anywhere_is_still_in_conflict_or_is_unfinished_work_that_ends_well() {
    let calls = calls().await;
    assert!((6..20).contains(&calls), "{calls} calls");
    let mut taken_up = 0;
    for mishap in [Mishap::StopsAfter, Mishap::FailsAfter] {
        for at in 0..calls {
            let key = numbered_key();
            let (mut world, entry) = refused(&key).await;
            let (inner, _) = desk(&world, &Cancel::default());
            let mut faulty = FaultyDesk::new(inner, Some(at), mishap);
            let stopped = faulty.stopped();
            let what = of(&world, &entry);
            tokio::select! {
                _ = workflow::withdraw(&mut faulty, what.clone(), How::WithKey) => {}
                () = stopped.notified() => {}
                () = tokio::time::sleep(LONG) => panic!("stuck at call {at}"),
            }
            let label = format!("{mishap:?} at call {at} ({:?})", faulty.hit);
            drop(faulty);
            world = world.reopen().expect("opens again");
            world.station.resume_session().expect("a session");
            key.power_cycle();
            world.rack.put(SLOT, &key);
            answering(&world).await;
            let store = world.station.store();
            let work = store.unfinished().expect("read");
            match (enrolments(&world).as_slice(), work.as_slice()) {
                ([_], []) => {
                    assert_eq!(key.credentials().len(), 1, "{label}: deleted all the same");
                    let (mut desk, _) = desk(&world, &Cancel::default());
                    let run = workflow::withdraw(&mut desk, what, How::WithKey);
                    let ending = tokio::time::timeout(LONG, run).await;
                    assert!(matches!(ending, Ok(Ok(_))), "{label}: {ending:?}");
                }
                ([], [Unfinished::Withdrawal(open)]) => {
                    taken_up += 1;
                    let (mut desk, _) = desk(&world, &Cancel::default());
                    let work = Unfinished::Withdrawal(open.clone());
                    let run = workflow::resolve(&mut desk, work, How::WithKey);
                    let ending = tokio::time::timeout(LONG, run).await;
                    assert!(matches!(ending, Ok(Ok(_))), "{label}: {ending:?}");
                }
                ([], []) => {}
                other => panic!("{label}: {other:?}"),
            }
            assert!(key.credentials().is_empty(), "{label}");
            assert_eq!(
                enrolment(&world).remains,
                Some(Remains::CredentialDeleted),
                "{label}"
            );
            assert!(world.station.store().unfinished().expect("read").is_empty());
            world.station.push_outbox().await.expect("pushed");
            assert!(
                waiting(&world).is_empty(),
                "{label}: the registry was not told"
            );
        }
    }
    assert!(taken_up >= 2, "{taken_up} were taken up as unfinished work");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_withdrawn_is_never_sent_again() {
    let key = fresh_key();
    let (world, entry) = refused(&key).await;
    let (inner, _) = desk(&world, &Cancel::default());
    let mut faulty = FaultyDesk::at(inner, "delete_credential", Mishap::FailsBefore);
    let stop = workflow::withdraw(&mut faulty, of(&world, &entry), How::WithKey)
        .await
        .expect_err("the key failed");
    assert_eq!(stop.remains(), Remains::Credential, "{stop}");
    let retried = world
        .station
        .resolve_conflict(entry.id, Resolution::Retry)
        .await;
    assert!(retried.is_err(), "{retried:?}");
    let page = world.station.person(&person(1)).await.expect("a page");
    assert!(page.credentials.is_empty());
}

fn label(entry: &OutboxEntry) -> Label<'_> {
    Label {
        entry: entry.id,
        bond: entry.bond.as_ref(),
    }
}

/// The push that the registry refused, as an attempt that was on its way all along brings it.
async fn arrives_late(world: &World, entry: &OutboxEntry) -> RegistryError {
    sql(world, "UPDATE offer SET expires_ms = 99999999999999").await;
    // It is from before the station said what its journal goes on from.
    sql(world, "UPDATE station SET continues = 0").await;
    let OutboxBody::Enrolment { push } = entry.body.clone() else {
        panic!("not an enrolment: {entry:?}");
    };
    let late = Push {
        body: *push,
        head: JournalHead {
            sequence: 1_000_000,
            hash: Bytes(vec![7; 32]),
            continues: None,
        },
    };
    let client = world.station.registry().expect("joined");
    let taken = client.push(label(entry), &late).await;
    taken.expect_err("refused")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_arrives_after_its_enrolment_was_given_up_does_not_count() {
    for how in [How::WithKey, How::WithoutKey] {
        let key = fresh_key();
        let (world, entry) = refused(&key).await;
        // So that the registry does not forget it for its age.
        sql(
            &world,
            "UPDATE offer SET expires_ms = unixepoch() * 1000 - 1000",
        )
        .await;
        let (mut desk, _) = desk(&world, &Cancel::default());
        workflow::withdraw(&mut desk, of(&world, &entry), how)
            .await
            .expect("withdrawn");
        assert!(waiting(&world).is_empty(), "the registry was told");
        let late = arrives_late(&world, &entry).await;
        assert!(
            matches!(&late, RegistryError::Refused { problem, .. } if problem.code() == problem_code::CREDENTIAL_GONE),
            "{late:?}"
        );
        let page = world.station.person(&person(1)).await.expect("a page");
        assert!(page.credentials.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_registry_took_after_all_is_withdrawn_there_when_it_was_given_up_out_of_its_reach()
{
    let key = fresh_key();
    let (mut world, entry) = held_and_refused(&key).await;
    world.stop_registry().await;
    let (mut desk, _) = desk(&world, &Cancel::default());
    workflow::withdraw(&mut desk, of(&world, &entry), How::WithoutKey)
        .await
        .expect("withdrawn");
    let [told] = <[OutboxEntry; 1]>::try_from(waiting(&world)).expect("one");
    assert!(matches!(told.body, OutboxBody::Withdrawal { .. }));
    back(&mut world).await;
    // What had kept the registry from hearing this station is mended by its administrator.
    sql(&world, "DELETE FROM journal_head").await;
    sql(&world, "UPDATE station SET forked_ms = NULL").await;
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.accepted, round.rejected), (1, 0));
    let page = world.station.person(&person(1)).await.expect("a page");
    assert!(page.credentials[0].gone_at.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_withdraws_with_the_key_and_without_it() {
    for without_key in [false, true] {
        let key = fresh_key();
        let (world, entry) = refused(&key).await;
        let pins = pin_file(&[PIN]);
        let command = OutboxCommand::Resolve {
            entry: entry.id,
            how: ConflictHow::Withdraw,
            without_key,
            key: KeyChoice {
                key: Some(SLOT.to_owned()),
                pin_fd: Some(fd_of(&pins)),
                wait: 20,
            },
        };
        let station = std::sync::Arc::clone(&world.station);
        let run = commands::run(
            station,
            StationCommand::Outbox(&command),
            paper().1,
            Stopper::default(),
        );
        let outcome = tokio::time::timeout(Duration::from_secs(30), run).await;
        let outcome = outcome.expect("ends by itself");
        assert_eq!(outcome.exit, Exit::Done, "{outcome:?}");
        assert_eq!(outcome.code, "withdrawn");
        let left = if without_key {
            "credential"
        } else {
            "credential-deleted"
        };
        assert_eq!(outcome.facts["remains"], left);
        assert_eq!(key.credentials().len(), usize::from(without_key));
        assert_eq!(outcome.facts["person"], PersonId::new("p-1").as_str());
    }
}

/// A key in the slot whose enrolment the registry holds and, its answer lost, refuses since the station's journal went back.
async fn held_and_refused(key: &SoftKey) -> (World, OutboxEntry) {
    let world = world(1).await;
    world.rack.put(SLOT, key);
    let (inner, _) = desk(&world, &Cancel::default());
    let mut unsent = FaultyDesk::at(inner, "push", Mishap::FailsBefore);
    let ended = workflow::enrol(&mut unsent, &person(1)).await;
    ended.expect("enrolled");
    let entry = waiting(&world).remove(0);
    let OutboxBody::Enrolment { push } = entry.body.clone() else {
        panic!("not an enrolment: {entry:?}");
    };
    let ahead = Push {
        body: *push,
        head: JournalHead {
            sequence: 1_000_000,
            hash: Bytes(vec![7; 32]),
            continues: None,
        },
    };
    let client = world.station.registry().expect("joined");
    let taken = client.push(label(&entry), &ahead).await;
    taken.expect("accepted");
    sql(&world, "UPDATE station SET forked_ms = 1").await;
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!(round.rejected, 1);
    let entry = waiting(&world).remove(0);
    (world, entry)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_the_registry_holds_or_may_hold_is_not_deleted_with_its_conflict() {
    let key = fresh_key();
    let (mut world, entry) = held_and_refused(&key).await;
    let refused = of(&world, &entry);
    assert_eq!(refused.code, "journal-regressed");
    for reachable in [true, false] {
        if !reachable {
            world.stop_registry().await;
        }
        let (mut desk, _) = desk(&world, &Cancel::default());
        let stop = workflow::withdraw(&mut desk, refused.clone(), How::WithKey)
            .await
            .expect_err("refused");
        let code = if reachable {
            "registry-refused"
        } else {
            "unreachable"
        };
        assert_eq!(stop.code().as_str(), code, "{stop}");
        assert_eq!(key.credentials().len(), 1, "{stop}");
        assert_eq!(waiting(&world).len(), 1, "it is still in conflict");
        assert!(world.station.store().unfinished().expect("read").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_the_record_says_what_the_registry_says_of_the_credential() {
    for (reachable, remains) in [(true, Remains::InUse), (false, Remains::Unknown)] {
        let key = fresh_key();
        let (mut world, entry) = held_and_refused(&key).await;
        if !reachable {
            world.stop_registry().await;
        }
        let (mut desk, _) = desk(&world, &Cancel::default());
        workflow::withdraw(&mut desk, of(&world, &entry), How::WithoutKey)
            .await
            .expect("withdrawn");
        assert_eq!(enrolment(&world).remains, Some(remains));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_registry_judged_is_deleted_although_it_is_out_of_reach() {
    let key = fresh_key();
    let (mut world, entry) = refused(&key).await;
    world.stop_registry().await;
    let (mut desk, _) = desk(&world, &Cancel::default());
    workflow::withdraw(&mut desk, of(&world, &entry), How::WithKey)
        .await
        .expect("withdrawn");
    assert!(key.credentials().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_conflict_is_not_enrolled_over_before_the_conflict_is_resolved() {
    let key = fresh_key();
    let (world, entry) = refused(&key).await;
    let before = key.credentials();
    let stop = enrol(&world, 1).await.expect_err("refused");
    assert!(
        matches!(&stop, Stop::KeyRefused(Refusal::Unresolved)),
        "{stop:?}"
    );
    assert_eq!(key.credentials(), before);
    let (mut desk, _) = desk(&world, &Cancel::default());
    workflow::withdraw(&mut desk, of(&world, &entry), How::WithKey)
        .await
        .expect("withdrawn");
    enrol(&world, 1).await.expect("enrolled");
}
