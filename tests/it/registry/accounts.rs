//! An account of Customer Service that is made or changed: everybody there hears of it, and it releases nothing for a week.

use jiff::Timestamp;
use keydesk::domain::PersonId;
use keydesk::domain::authority::{Role, SETTLED_AFTER};
use keydesk::server::admin::{self, Human, OperatorAccess};

use super::authenticator::Authenticator;
use super::world::{World, first_sign_in};

async fn account(world: &World, name: &str) -> OperatorAccess {
    let accounts = admin::operators(&world.db()).await.unwrap();
    let mut found = accounts.into_iter().filter(|account| account.name == name);
    found.next().unwrap()
}

/// What is told to whom of which change, and how many alarms there are since it was last asked.
async fn told(world: &World) -> (Vec<(String, String)>, usize) {
    let news = world.news().await;
    let each = news
        .iter()
        .filter(|notice| notice.kind == "customer-service-account");
    let told = each.map(|notice| {
        assert!(notice.to.operator && notice.about.operator, "{notice:?}");
        let change = notice.facts["change"].as_str().unwrap();
        (notice.to.name.clone(), change.to_owned())
    });
    let mut told: Vec<_> = told.collect();
    told.sort();
    let alarms = admin::alarms(&world.db(), 200).await.unwrap();
    let kinds = alarms
        .iter()
        .filter(|alarm| alarm.kind == "customer-service-account");
    (told, kinds.count())
}

fn both(change: &str) -> Vec<(String, String)> {
    let names = ["A. Gent", "S. Econd"].into_iter();
    names
        .map(|name| (name.to_owned(), change.to_owned()))
        .collect()
}

#[tokio::test]
async fn all_of_customer_service_hear_of_every_account_of_theirs_that_is_made_or_changed() {
    let world = World::new().await;
    let (db, agent) = (world.db(), Role::CustomerService);
    assert_eq!(
        told(&world).await,
        (Vec::new(), 0),
        "a help desk's account is nobody's news"
    );
    admin::new_operator_code(&db, "A. Gent", agent)
        .await
        .unwrap();
    let own = vec![("A. Gent".to_owned(), "made".to_owned())];
    assert_eq!(told(&world).await, (own, 1));
    admin::new_operator_code(&db, "S. Econd", agent)
        .await
        .unwrap();
    assert_eq!(told(&world).await, (both("made"), 2));
    let mut key = Authenticator::new(201);
    first_sign_in(&world.client, &db, "S. Econd", agent, &mut key).await;
    let (told_of_key, alarms) = told(&world).await;
    assert_eq!(alarms, 4);
    let expected: Vec<_> = [both("code-issued"), both("key-enrolled")].concat();
    assert!(
        expected.iter().all(|one| told_of_key.contains(one)),
        "{told_of_key:?}"
    );
    assert_eq!(told_of_key.len(), expected.len());
    let id = account(&world, "S. Econd").await.id;
    let human = Human {
        personnel_number: Some("17".to_owned()),
        person: Some(PersonId::new("p-1")),
    };
    admin::set_human(&db, &id, &human).await.unwrap();
    let news = admin::notices(&db).await.unwrap().0;
    let written_to: Vec<_> = news
        .iter()
        .filter_map(|notice| notice.to.email.as_deref())
        .collect();
    assert_eq!(
        written_to,
        ["p@example.test"],
        "where the account says which person it is"
    );
    assert_eq!(told(&world).await, (both("human-said"), 5));
    admin::new_operator_key(&db, &id).await.unwrap();
    assert_eq!(told(&world).await, (both("keys-revoked"), 6));
    admin::revoke_operator(&db, &id).await.unwrap();
    // Whoever is revoked hears nothing more, and once is enough.
    let left = vec![("A. Gent".to_owned(), "revoked".to_owned())];
    assert_eq!(told(&world).await, (left, 7));
    admin::revoke_operator(&db, &id).await.unwrap();
    assert_eq!(told(&world).await, (Vec::new(), 7));
}

#[tokio::test]
async fn an_account_says_when_it_was_last_made_or_changed_and_from_when_it_releases() {
    let world = World::new().await;
    let (db, agent) = (world.db(), Role::CustomerService);
    let desk = account(&world, "O. Perator").await;
    assert_eq!(desk.releases_from, None);
    assert!((Timestamp::now() - desk.changed_at).get_hours() < 1);
    admin::new_operator_code(&db, "A. Gent", agent)
        .await
        .unwrap();
    world
        .sql("UPDATE operator SET changed_ms = 1000000000000 WHERE name = 'A. Gent'")
        .await;
    let old = account(&world, "A. Gent").await;
    assert_eq!(old.changed_at.as_second(), 1_000_000_000);
    assert_eq!(old.releases_from, Some(old.changed_at + SETTLED_AFTER));
    admin::new_operator_key(&db, &old.id).await.unwrap();
    let changed = account(&world, "A. Gent").await;
    assert!(
        changed.releases_from
            > Some(Timestamp::now() + SETTLED_AFTER - jiff::SignedDuration::from_mins(5))
    );
}

#[tokio::test]
async fn a_number_that_differs_in_its_spelling_alone_is_not_another_humans() {
    let world = World::new().await;
    let db = world.db();
    let agent = Role::CustomerService;
    for (name, seed) in [("A. Gent", 201), ("S. Econd", 202)] {
        let mut key = Authenticator::new(seed);
        first_sign_in(&world.client, &db, name, agent, &mut key).await;
    }
    let (one, two) = (
        account(&world, "A. Gent").await.id,
        account(&world, "S. Econd").await.id,
    );
    let numbered = |number: &str| Human {
        personnel_number: Some(number.to_owned()),
        person: None,
    };
    admin::set_human(&db, &one, &numbered("K77")).await.unwrap();
    for alike in ["k77", "K-77", "0K77", "Ｋ77", "К77", "K 77"] {
        let said = admin::set_human(&db, &two, &numbered(alike)).await;
        assert!(said.is_err(), "{alike}");
    }
    for other in ["K77", "K78"] {
        admin::set_human(&db, &two, &numbered(other)).await.unwrap();
    }
}
