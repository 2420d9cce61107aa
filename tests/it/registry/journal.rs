//! What the registry keeps of stations: their journals' heads, alarms, the audit.

use jiff::Timestamp;
use keydesk::domain::{Bytes, PersonId, StationId};
use keydesk::registry::RegistryError;
use keydesk::server::admin;
use keydesk::wire::{JournalHead, JournalRecord, Receipt, problem_code};

use super::authenticator::Authenticator;
use super::world::{World, entry, head, refused};

#[tokio::test]
async fn a_counter_that_went_back_is_refused_and_noted_as_an_alarm() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    world.enrolled("p-1", &mut key).await;
    let offer = world.test_offer("p-1").await;
    key.counter = 0;
    let push = world.test(&offer, "p-1", &mut key);
    assert_eq!(
        refused(world.client.push(entry(), &push).await),
        "counter-regressed"
    );
    assert_eq!(alarms(&world).await, ["counter-regressed"]);
}

#[tokio::test]
async fn a_journal_that_was_cut_short_or_rewritten_is_refused_and_noted_as_an_alarm() {
    let world = World::new().await;
    let mut push = world.enrolment(&world.offer("p-1").await, &mut Authenticator::new(1));
    push.head = head(10);
    let entry_of_first = entry();
    world.client.push(entry_of_first, &push).await.unwrap();
    // The same request once more is no regress: its head is one that was seen.
    world.client.push(entry_of_first, &push).await.unwrap();
    assert!(alarms(&world).await.is_empty());

    let mut next = world.enrolment(&world.offer("p-1").await, &mut Authenticator::new(2));
    next.head = head(9);
    assert_eq!(refused(world.push(&next).await), "journal-regressed");
    next.head = head(10);
    next.head.hash = Bytes(vec![0xcd; 32]);
    assert_eq!(refused(world.push(&next).await), "journal-regressed");
    assert_eq!(
        alarms(&world).await,
        ["journal-regressed", "journal-regressed"]
    );
    assert_eq!(world.keys_of("p-1").await, 1);
    next.head = head(11);
    world.push(&next).await.unwrap();
}

#[tokio::test]
async fn whoever_raises_one_alarm_again_and_again_hides_no_other() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    world.enrolled("p-1", &mut key).await;
    let mut push = world.enrolment(&world.offer("p-1").await, &mut Authenticator::new(2));
    push.head = head(10);
    world.push(&push).await.unwrap();
    for _ in 0..25 {
        push.head = head(3);
        assert_eq!(refused(world.push(&push).await), "journal-regressed");
    }
    let listed = admin::alarms(&world.db(), 200).await.unwrap();
    assert_eq!(listed.len(), 10);
    assert_eq!(listed.first().unwrap().more, 15);
    let in_audit: i64 = sqlx::query_scalar("SELECT count(*) FROM audit WHERE action = 'alarm'")
        .fetch_one(&world.database().await)
        .await
        .unwrap();
    assert_eq!(in_audit, 25, "each is in the audit");
}

#[tokio::test]
async fn a_journal_that_went_back_goes_on_once_the_administrator_accepts_it() {
    let world = World::new().await;
    let mut push = world.enrolment(&world.offer("p-1").await, &mut Authenticator::new(1));
    push.head = head(10);
    world.push(&push).await.unwrap();
    let mut restored = world.enrolment(&world.offer("p-1").await, &mut Authenticator::new(2));
    restored.head = head(3);
    assert_eq!(refused(world.push(&restored).await), "journal-regressed");
    let alarms = admin::alarms(&world.db(), 10).await.unwrap();
    let station = alarms.first().unwrap().station.clone().unwrap();
    assert_eq!(
        admin::accept_journal(&world.db(), &station).await.unwrap(),
        10
    );
    world.push(&restored).await.unwrap();
    let unknown = admin::accept_journal(&world.db(), &StationId::new("nobody")).await;
    assert!(matches!(unknown, Err(admin::AdminError::NoJournal(_))));
}

/// The head of a journal that goes on from that record, as a station of this release says it.
fn after(continued: u64, sequence: u64) -> JournalHead {
    JournalHead {
        continues: Some(record(continued)),
        ..head(sequence)
    }
}

fn record(sequence: u64) -> JournalRecord {
    let JournalHead { sequence, hash, .. } = head(sequence);
    JournalRecord { sequence, hash }
}

/// Another journal's record of that number.
fn of_another(sequence: u64) -> JournalRecord {
    JournalRecord {
        sequence,
        hash: Bytes(vec![0xcd; 32]),
    }
}

/// What the registry asks for, instead of taking it.
fn asked(result: Result<Receipt, RegistryError>) -> Option<u64> {
    match result {
        Err(RegistryError::Refused { problem, .. }) => {
            assert_eq!(problem.code(), problem_code::JOURNAL_PASSED);
            problem.record
        }
        other => panic!("not asked: {other:?}"),
    }
}

/// Enrols a key for p-1 with that head.
async fn pushed(world: &World, nth: u8, head: JournalHead) -> Result<Receipt, RegistryError> {
    let mut push = world.enrolment(&world.offer("p-1").await, &mut Authenticator::new(nth));
    push.head = head;
    world.push(&push).await
}

#[tokio::test]
async fn a_journal_put_back_from_a_copy_shows_also_when_it_has_grown_and_is_refused_from_then_on() {
    let world = World::new().await;
    pushed(&world, 1, after(0, 10)).await.unwrap();
    pushed(&world, 2, after(10, 20)).await.unwrap();
    // The copy is from record 10, and has grown to 30.
    let grown = pushed(&world, 3, after(10, 30)).await;
    assert_eq!(asked(grown), Some(20));
    assert!(alarms(&world).await.is_empty());
    let mut copied = after(20, 30);
    copied.continues = Some(of_another(20));
    assert_eq!(
        refused(pushed(&world, 4, copied).await),
        "journal-regressed"
    );
    assert_eq!(alarms(&world).await, ["journal-regressed"]);
    // Also what goes on rightly is refused now: there are two of them, and nobody knows which is the station.
    for (nth, goes_on) in [(5, after(20, 40)), (6, head(50)), (7, after(40, 60))] {
        let refusal = pushed(&world, nth, goes_on).await;
        assert_eq!(refused(refusal), "journal-regressed");
    }
    assert_eq!(alarms(&world).await, ["journal-regressed"]);
    assert_eq!(world.live_keys_of("p-1").await, 2);
    let station = admin::alarms(&world.db(), 1).await.unwrap();
    let station = station.first().unwrap().station.clone().unwrap();
    admin::accept_journal(&world.db(), &station).await.unwrap();
    pushed(&world, 8, after(10, 30)).await.unwrap();
}

#[tokio::test]
async fn a_journal_that_does_not_reach_to_where_it_was_is_another_one() {
    let world = World::new().await;
    pushed(&world, 1, after(0, 20)).await.unwrap();
    assert_eq!(asked(pushed(&world, 2, after(0, 10)).await), Some(20));
    let mut short = after(0, 10);
    short.continues = Some(JournalRecord {
        sequence: 20,
        hash: Bytes::default(),
    });
    assert_eq!(refused(pushed(&world, 3, short).await), "journal-regressed");
    let refusal = pushed(&world, 4, after(20, 30)).await;
    assert_eq!(refused(refusal), "journal-regressed");
}

#[tokio::test]
async fn a_station_that_has_said_what_its_journal_goes_on_from_is_not_taken_without_it() {
    let world = World::new().await;
    pushed(&world, 1, head(10)).await.unwrap();
    pushed(&world, 2, after(10, 20)).await.unwrap();
    assert_eq!(
        refused(pushed(&world, 3, head(30)).await),
        "journal-regressed"
    );
    assert_eq!(alarms(&world).await, ["journal-regressed"]);
    // Whoever left it out may have been an older program; the station goes on.
    pushed(&world, 4, after(20, 40)).await.unwrap();
}

#[tokio::test]
async fn a_push_that_younger_ones_overtook_alarms_nobody_and_is_answered_where_it_was() {
    let world = World::new().await;
    let mut late = world.enrolment(&world.offer("p-1").await, &mut Authenticator::new(1));
    late.head = after(0, 10);
    let mut again = late.clone();
    again.head = after(0, 12);
    let id = entry();
    let first = world.client.push(id, &again).await.unwrap();
    let second = world.client.push(id, &late).await.unwrap();
    assert_eq!(second, first, "the answer that was given before");
    let mut another = world.enrolment(&world.offer("p-1").await, &mut Authenticator::new(2));
    another.head = after(0, 11);
    assert_eq!(asked(world.push(&another).await), Some(12));
    assert!(alarms(&world).await.is_empty());
    // Its answer got lost, and the journal went on: the station is asked, and says.
    another.head = after(12, 14);
    world.push(&another).await.unwrap();
}

#[tokio::test]
async fn every_write_names_station_operator_and_time() {
    let world = World::new().await;
    world.enrolled("p-1", &mut Authenticator::new(1)).await;
    let pool = world.database().await;
    let enrolled: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT station, operator, at_ms FROM audit WHERE action = 'enrol' AND subject = 'p-1'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let [(station, operator, at_ms)] = enrolled.as_slice() else {
        panic!("{enrolled:?}");
    };
    let held = world
        .client
        .person(&world.session, &PersonId::new("p-1"))
        .await
        .unwrap();
    assert_eq!(station, held.credentials.first().unwrap().station.as_str());
    assert_eq!(operator, world.session.operator.id.as_str());
    assert!((Timestamp::now().as_millisecond() - at_ms).abs() < 60_000);
    let actions: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT action FROM audit ORDER BY action")
            .fetch_all(&pool)
            .await
            .unwrap();
    let expected = [
        "enrol",
        "enrol-operator",
        "import",
        "join",
        "offer",
        "operator-code",
        "station-code",
        "visit",
    ];
    assert_eq!(actions, expected);
    assert!(
        sqlx::query("DELETE FROM audit")
            .execute(&pool)
            .await
            .is_err()
    );
}

async fn alarms(world: &World) -> Vec<String> {
    sqlx::query_scalar("SELECT kind FROM alarm ORDER BY number")
        .fetch_all(&world.database().await)
        .await
        .unwrap()
}
