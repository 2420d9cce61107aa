//! What the registry makes of an operator whom a station let in by itself.

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::OperatorId;
use keydesk::server::admin;
use keydesk::wire::{Push, UnlockPush, VERSION, problem_code};

use super::world::{World, entry, joined, refused};

fn unlock(world: &World, unlocked_at: Timestamp) -> Push<UnlockPush> {
    Push {
        body: UnlockPush {
            version: VERSION,
            operator: world.session.operator.id.clone(),
            unlocked_at,
        },
        head: world.head(),
    }
}

async fn audited(world: &World) -> Vec<(String, String)> {
    sqlx::query_as("SELECT operator, detail FROM audit WHERE action = 'unlock' ORDER BY number")
        .fetch_all(&world.database().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_unlock_without_the_registry_is_on_record_once() {
    let world = World::new().await;
    let at = Timestamp::now();
    let (push, entry) = (unlock(&world, at), entry());
    let first = world.client.push(entry, &push).await.unwrap();
    let again = world.client.push(entry, &push).await.unwrap();
    assert_eq!(first, again);
    let operator = world.session.operator.id.as_str().to_owned();
    let detail = format!("without the registry, at {at}");
    assert_eq!(audited(&world).await, [(operator, detail)]);
    assert!(admin::alarms(&world.db(), 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_unlock_of_a_session_that_had_been_ended_is_taken_and_raises_an_alarm() {
    let world = World::new().await;
    let id = world.session.operator.id.clone();
    admin::revoke_operator(&world.db(), &id).await.unwrap();
    let later = Timestamp::now() + SignedDuration::from_mins(1);
    let push = unlock(&world, later);
    world.client.push(entry(), &push).await.unwrap();
    let alarms = admin::alarms(&world.db(), 9).await.unwrap();
    let alarm = alarms.first().unwrap();
    assert_eq!(alarm.kind, problem_code::UNLOCK_AFTER_END);
    assert!(alarm.detail.contains(id.as_str()), "{}", alarm.detail);
    assert_eq!(audited(&world).await.len(), 1);
}

#[tokio::test]
async fn an_unlock_where_there_was_no_session_is_refused() {
    let world = World::new().await;
    let push = unlock(&world, Timestamp::now());
    let other = joined(&world.running, &world.db(), "Another desk").await;
    assert_eq!(
        refused(other.push(entry(), &push).await),
        problem_code::UNLOCK_FOREIGN
    );
    let mut stranger = push.clone();
    stranger.body.operator = OperatorId::new("nobody");
    assert_eq!(
        refused(world.client.push(entry(), &stranger).await),
        problem_code::UNLOCK_FOREIGN
    );
    let mut late = push;
    late.body.unlocked_at = Timestamp::now() + SignedDuration::from_hours(11);
    assert_eq!(
        refused(world.client.push(entry(), &late).await),
        problem_code::UNLOCK_FOREIGN
    );
    assert!(audited(&world).await.is_empty());
}

#[tokio::test]
async fn an_unlock_that_is_dated_ahead_is_refused() {
    let world = World::new().await;
    let ahead = unlock(&world, Timestamp::now() + SignedDuration::from_hours(3));
    let refusal = world.client.push(entry(), &ahead).await;
    assert_eq!(refused(refusal), problem_code::UNLOCK_FOREIGN);
    assert!(audited(&world).await.is_empty());
}

#[tokio::test]
async fn a_later_session_does_not_hide_that_the_unlocked_one_had_been_ended() {
    let world = World::new().await;
    world.client.sign_out(&world.session).await.unwrap();
    let at = Timestamp::now() + SignedDuration::from_mins(1);
    let opened = at + SignedDuration::from_mins(2);
    sqlx::query(
        "INSERT INTO session (hash, operator, station, opened_ms, expires_ms) \
         SELECT x'00', operator, station, ?, expires_ms FROM session",
    )
    .bind(opened.as_millisecond())
    .execute(&world.database().await)
    .await
    .unwrap();
    let push = unlock(&world, at);
    world.client.push(entry(), &push).await.unwrap();
    let alarms = admin::alarms(&world.db(), 9).await.unwrap();
    let kinds: Vec<_> = alarms.iter().map(|alarm| &alarm.kind).collect();
    assert_eq!(kinds, [problem_code::UNLOCK_AFTER_END]);
}

#[tokio::test]
async fn an_unlock_at_either_end_of_the_calendar_is_refused() {
    let world = World::new().await;
    for at in [Timestamp::MIN, Timestamp::MAX] {
        let push = unlock(&world, at);
        let answer = world.client.push(entry(), &push).await;
        assert_eq!(refused(answer), problem_code::UNLOCK_FOREIGN, "{at}");
    }
}
