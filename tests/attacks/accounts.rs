//! Taking somebody's account, or keeping it when they have lost what opens it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::desk::{Desk, Phone, now};
use crate::registry::Registry;

/// What opens the account, by the names of its members in the page.
fn valid(page: &Value, sort: &str, ended: &str) -> Vec<String> {
    let all = page.get(sort).and_then(Value::as_array);
    let is = |held: &&Value| {
        [ended, "waiting_since", "suspended"]
            .iter()
            .all(|why| held.get(why).is_none_or(Value::is_null))
    };
    let ids = all.into_iter().flatten().filter(is);
    ids.filter_map(|held| held.get("id").and_then(Value::as_str))
        .map(str::to_owned)
        .collect()
}

fn apps(page: &Value) -> Vec<String> {
    valid(page, "factors", "removed_at")
}

fn keys(page: &Value) -> Vec<String> {
    valid(page, "credentials", "gone_at")
}

/// A while goes by, for what the registry keeps of them.
async fn hours_later(registry: &Registry) {
    const HOUR_MS: &str = "3600000";
    let pool = registry.database().await;
    for (table, columns) in [
        (
            "credential",
            &["enrolled_ms", "accepted_ms", "last_tested_ms"][..],
        ),
        ("factor", &["enrolled_ms", "accepted_ms"]),
        ("offer", &["issued_ms", "used_ms"]),
    ] {
        for column in columns {
            // A build that has no such column keeps no such time.
            let statement = format!("UPDATE {table} SET {column} = {column} - 3 * {HOUR_MS}");
            drop(
                sqlx::query(sqlx::AssertSqlSafe(statement))
                    .execute(&pool)
                    .await,
            );
        }
    }
    pool.close().await;
}

#[tokio::test]
async fn one_operator_does_not_take_over_anybodys_account() {
    for person in ["p-1", "p-2", "p-3"] {
        let registry = Registry::new();
        let theirs = Phone::new(person, 1);
        let mut honest = Desk::new(&registry, "Desk", "help-desk").await;
        let offer = honest.offer(person).await.taken("an offer");
        honest.push_app(&offer, &theirs).await.taken("enrolled");
        hours_later(&registry).await;

        let mut thief = Desk::new(&registry, "Another desk", "help-desk").await;
        let mine = Phone::new(person, 2);
        let offer = thief.offer(person).await;
        if offer.is_taken() {
            thief.push_app(&offer.body, &mine).await;
        }
        let (proof, _) = thief.read_out(&mine, 1).await;
        thief.remove(&theirs, proof).await;
        let apps = apps(&honest.page(person).await);
        assert_eq!(apps, [theirs.factor.to_string()], "{person}");
    }
}

#[tokio::test]
async fn a_second_key_is_not_added_to_an_account_by_whoever_has_only_its_name() {
    let registry = Registry::new();
    let mut honest = Desk::new(&registry, "Desk", "help-desk").await;
    honest.enrol("p-2", &mut Authenticator::new(1)).await;
    let before = keys(&honest.page("p-2").await);
    hours_later(&registry).await;

    let mut thief = Desk::new(&registry, "Another desk", "help-desk").await;
    let offer = thief.offer("p-2").await;
    if offer.is_taken() {
        let push = thief.enrolment(&offer.body, &mut Authenticator::new(2));
        thief.post("/enrolments", push).await;
    }
    assert_eq!(keys(&honest.page("p-2").await), before);
}

#[tokio::test]
async fn an_old_enrolment_is_not_taken_back_as_a_mistake() {
    let registry = Registry::new();
    let mut desk = Desk::new(&registry, "Desk", "help-desk").await;
    let mut key = Authenticator::new(1);
    let offer = desk.enrol("p-2", &mut key).await;
    let before = keys(&desk.page("p-2").await);
    assert_eq!(before.len(), 1);
    hours_later(&registry).await;
    desk.undo("p-2", &offer, &key).await;
    assert_eq!(keys(&desk.page("p-2").await), before);
}

#[tokio::test]
async fn whoever_finds_a_lost_key_proves_nothing_with_it_once_that_is_told() {
    let registry = Registry::new();
    let mut desk = Desk::new(&registry, "Desk", "help-desk").await;
    let mut key = Authenticator::new(1);
    desk.enrol("p-1", &mut key).await;
    desk.test("p-1", &mut key).await.taken("it works");
    // Its owner is on the telephone: without the key this is all that anybody can do.
    let credential = keydesk::domain::Bytes(key.id.clone());
    let told = json!({
        "version": 1,
        "person": "p-1",
        "factor": { "sort": "key", "credential": credential },
        "why": "lost",
        "operator": desk.operator,
        "suspended_at": now(),
        "head": desk.next_head(),
    });
    desk.post("/suspensions", told).await;
    let found = desk.test("p-1", &mut key).await;
    assert!(!found.is_taken(), "{found:?}");
    assert_eq!(found.code(), "factor-suspended");
}

#[tokio::test]
async fn a_reset_in_the_name_of_somebody_whose_access_has_ended_is_not_taken_unseen() {
    let registry = Registry::new();
    let mut desk = Desk::new(&registry, "Desk", "help-desk").await;
    let mut key = Authenticator::new(1);
    desk.enrol("p-1", &mut key).await;
    let signed_in = Timestamp::now();
    let revoked = registry.command(&["operators", "revoke", &desk.operator]);
    assert_eq!(revoked.code, 0, "{}", revoked.all);
    // Dated back to when they were signed in, by whoever has the station's disk.
    let told = desk.reset(&key, signed_in).await;
    assert!(
        !told.is_taken() || !registry.alarms().is_empty(),
        "{told:?}"
    );
}
