//! What the registry keeps of stations: their journals' heads, alarms, the audit.

use jiff::Timestamp;
use keydesk::domain::{Bytes, PersonId, StationId};
use keydesk::server::admin;

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
