//! What the registry's administrator hears of: many suspensions by one human, and factors that are exchanged within a day.

use jiff::SignedDuration;
use keydesk::domain::Bytes;
use keydesk::domain::authority::Role;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::server::admin;
use keydesk::wire::{Session, problem_code};

use super::super::authenticator::Authenticator;
use super::super::phone::Phone;
use super::super::world::{World, entry};
use super::{app, key, operator, report, suspended};

/// Of what was done to people, not to accounts.
async fn kinds(world: &World) -> Vec<String> {
    let alarms = admin::alarms(&world.db(), 50).await.unwrap();
    let kinds = alarms.into_iter().map(|alarm| alarm.kind);
    kinds
        .filter(|kind| kind != problem_code::SERVICE_ACCOUNT)
        .collect()
}

/// So many keys of p-2.
async fn enrol_many(world: &World, many: u8) -> Vec<Bytes> {
    let mut ids = Vec::new();
    for seed in 1..=many {
        let receipt = world.enrolled("p-2", &mut Authenticator::new(seed)).await;
        ids.push(receipt.credential);
    }
    ids
}

/// These keys of p-2, each suspended by the next of these operators in turn.
async fn suspend_many(world: &World, by: &[&Session], keys: &[Bytes]) {
    for (id, by) in keys.iter().zip(by.iter().cycle()) {
        let push = report(world, by, ("p-2", &key(id)), SuspendedWhy::Lost);
        world.client.push(entry(), &push).await.unwrap();
    }
}

#[tokio::test]
async fn the_sixth_suspension_by_one_human_within_a_day_is_an_alarm() {
    let world = World::new().await;
    let two = operator(&world, "O. Perator (2)", Role::CustomerService, 201).await;
    let other = operator(&world, "A. Nother", Role::HelpDesk, 202).await;
    world
        .sql("UPDATE operator SET personnel_number = '4711' WHERE name LIKE 'O. Perator%'")
        .await;
    let keys = enrol_many(&world, 11).await;
    suspend_many(&world, &[&world.session, &two], &keys[..5]).await;
    suspend_many(&world, &[&other], &keys[5..10]).await;
    assert_eq!(kinds(&world).await, Vec::<String>::new(), "five each");
    suspend_many(&world, &[&two], &keys[10..]).await;
    assert_eq!(kinds(&world).await, [problem_code::MANY_SUSPENSIONS]);
}

#[tokio::test]
async fn a_graver_reason_and_a_repetition_are_not_counted() {
    let world = World::new().await;
    let keys = enrol_many(&world, 4).await;
    suspend_many(&world, &[&world.session], &keys).await;
    let id = world.enrolled("p-1", &mut Authenticator::new(9)).await;
    let factor = key(&id.credential);
    for why in SuspendedWhy::REPORTED {
        suspended(&world, ("p-1", &factor), why).await.unwrap();
    }
    assert_eq!(kinds(&world).await, Vec::<String>::new());
}

#[tokio::test]
async fn who_loses_all_that_they_had_for_longer_within_a_day_while_something_new_stays_is_an_alarm()
{
    let world = World::new().await;
    let (mut one, phone) = (Authenticator::new(1), Phone::new("p-1", 1));
    let id = world.enrolled("p-1", &mut one).await.credential;
    world.app_enrolled(&phone).await;
    world
        .sql("UPDATE credential SET accepted_ms = accepted_ms - 90000000")
        .await;
    world
        .sql("UPDATE factor SET accepted_ms = accepted_ms - 90000000")
        .await;
    suspended(&world, ("p-1", &key(&id)), SuspendedWhy::Lost)
        .await
        .unwrap();
    let new = Phone::new("p-1", 2);
    world.app_enrolled(&new).await;
    assert_eq!(
        kinds(&world).await,
        Vec::<String>::new(),
        "one older is left"
    );
    let proof = world.proof(&new).await;
    let removal = world.removal("p-1", phone.factor, proof);
    world.client.push(entry(), &removal).await.unwrap();
    assert_eq!(kinds(&world).await, [problem_code::OLDER_FACTORS_GONE]);
}

/// Whichever came first: what is left is something that they got today.
#[tokio::test]
async fn who_gets_something_new_within_a_day_after_all_that_they_had_for_longer_went_is_one_too() {
    for (days, alarms) in [(0, vec![problem_code::OLDER_FACTORS_GONE]), (2, Vec::new())] {
        let world = World::new().await;
        let id = world.enrolled("p-1", &mut Authenticator::new(1)).await;
        world
            .sql("UPDATE credential SET accepted_ms = accepted_ms - 4 * 86400000")
            .await;
        suspended(&world, ("p-1", &key(&id.credential)), SuspendedWhy::Lost)
            .await
            .unwrap();
        if days > 0 {
            for table in [
                "UPDATE credential SET suspended_ms = suspended_ms - 2 * 86400000",
                "UPDATE suspension SET suspended_ms = suspended_ms - 2 * 86400000, accepted_ms = accepted_ms - 2 * 86400000",
            ] {
                world.sql(table).await;
            }
        }
        world.enrolled("p-1", &mut Authenticator::new(2)).await;
        assert_eq!(kinds(&world).await, alarms, "{days} days after");
    }
}

#[tokio::test]
async fn an_earlier_date_keeps_nothing_from_being_counted() {
    let world = World::new().await;
    let keys = enrol_many(&world, 6).await;
    world
        .sql("UPDATE session SET opened_ms = opened_ms - 90000000")
        .await;
    for (id, back_h) in keys.iter().zip([24, 24, 24, 24, 24, 0]) {
        assert_eq!(kinds(&world).await, Vec::<String>::new(), "five so far");
        let about = ("p-2", &key(id));
        let mut push = report(&world, &world.session, about, SuspendedWhy::Lost);
        push.body.suspended_at -= SignedDuration::from_hours(back_h);
        world.client.push(entry(), &push).await.unwrap();
    }
    assert_eq!(kinds(&world).await, [problem_code::MANY_SUSPENSIONS]);
}

#[tokio::test]
async fn an_older_one_that_went_days_ago_does_not_count() {
    let world = World::new().await;
    let (old, phone) = (Authenticator::new(1), Phone::new("p-1", 1));
    let id = world.enrolled("p-1", &mut { old }).await.credential;
    world.app_enrolled(&phone).await;
    suspended(&world, ("p-1", &app(phone.factor)), SuspendedWhy::Lost)
        .await
        .unwrap();
    // Three days later.
    for table in [
        "UPDATE credential SET accepted_ms = accepted_ms - 259200000",
        "UPDATE factor SET accepted_ms = accepted_ms - 259200000, suspended_ms = suspended_ms - 259200000",
    ] {
        world.sql(table).await;
    }
    world.enrolled("p-1", &mut Authenticator::new(2)).await;
    let about = ("p-1", &app(phone.factor));
    suspended(&world, about, SuspendedWhy::Stolen)
        .await
        .unwrap();
    assert_eq!(kinds(&world).await, Vec::<String>::new());
    suspended(&world, ("p-1", &key(&id)), SuspendedWhy::Lost)
        .await
        .unwrap();
    assert_eq!(kinds(&world).await, [problem_code::OLDER_FACTORS_GONE]);
}
