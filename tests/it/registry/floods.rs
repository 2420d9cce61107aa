//! Whoever has a station's key and nothing else says what they want as often as they want: what is kept of it has a bound.

use jiff::Timestamp;
use keydesk::domain::OperatorId;
use keydesk::domain::authority::Role;
use keydesk::registry::RegistryError;
use keydesk::server::admin;
use keydesk::wire::{Push, UnlockPush, VERSION, problem_code};

use super::authenticator::Authenticator;
use super::world::{World, entry, first_sign_in, joined, refused};

fn unlock(world: &World, operator: String) -> Push<UnlockPush> {
    Push {
        body: UnlockPush {
            version: VERSION,
            operator: OperatorId::new(operator),
            unlocked_at: Timestamp::now(),
        },
        head: world.head(),
    }
}

#[tokio::test]
async fn the_key_of_a_station_alone_does_not_fill_what_is_only_ever_added_to() {
    let world = World::new().await;
    let db = world.db();
    let thief = joined(&world.running, &db, "Help desk 3").await;
    let thief = thief.binding_reports();
    let mut key = Authenticator::new(210);
    let session = first_sign_in(&thief, &db, "B. Ound", Role::HelpDesk, &mut key).await;
    thief.sign_out(&session).await.unwrap();

    let long = unlock(&world, "o".repeat(250_000));
    match thief.push(entry(), &long).await {
        Err(RegistryError::Refused { problem, .. }) => {
            assert_eq!(problem.code(), problem_code::MALFORMED);
            let detail = problem.detail.unwrap();
            let expected = "the identifier of an operator has 250000 characters, 200 at most";
            assert!(detail.contains(expected), "{detail}");
        }
        other => panic!("{other:?}"),
    }
    let before = admin::audit::head(&db).await.unwrap().number;
    for nth in 0..40 {
        let push = unlock(&world, format!("o-{nth}"));
        let code = refused(thief.push(entry(), &push).await);
        assert_eq!(code, problem_code::REPORT_UNBOUND);
    }
    let rows = admin::audit::head(&db).await.unwrap().number - before;
    assert_eq!(rows, 10, "a row each for the first ones of the hour");
    let alarms = admin::alarms(&db, 50).await.unwrap();
    assert_eq!(alarms.len(), 10);
    assert_eq!(alarms.first().unwrap().more, 30);

    let World { dir, running, .. } = world;
    running.shutdown().await.unwrap();
    let rows = admin::audit::head(&db).await.unwrap().number - before;
    assert_eq!(rows, 12, "the sum of the alarms, and that of the refusals");
    admin::audit::verify(&db, None).await.unwrap();
    drop(dir);
}

#[tokio::test]
async fn what_one_station_raises_leaves_what_another_raised_to_be_seen() {
    let world = World::new().await;
    world
        .sql("INSERT INTO alarm (at_ms, station, kind, detail) VALUES (1, NULL, 'all-older-factors-gone', 'of p-1')")
        .await;
    world
        .sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) \
             INSERT INTO alarm (at_ms, station, kind, detail) SELECT 1 + i, (SELECT id FROM station), 'report-unbound', 'at will' FROM n",
        )
        .await;
    let listed = admin::alarms(&world.db(), 200).await.expect("a list");
    let [noise @ .., last] = listed.as_slice() else {
        panic!("nothing is listed");
    };
    assert_eq!(
        (last.kind.as_str(), last.earlier),
        ("all-older-factors-gone", 0)
    );
    assert_eq!(noise.len(), 20);
    // How many there are besides is told where they end.
    let earlier: Vec<i64> = noise.iter().map(|alarm| alarm.earlier).collect();
    assert_eq!(earlier.iter().sum::<i64>(), 280);
    assert_eq!(earlier.last(), Some(&280));
}

#[tokio::test]
async fn an_alarm_is_listed_until_it_is_acknowledged_with_a_reason_that_the_audit_keeps() {
    let world = World::new().await;
    let db = world.db();
    let thief = joined(&world.running, &db, "Help desk 3").await;
    let thief = thief.binding_reports();
    let mut key = Authenticator::new(210);
    first_sign_in(&thief, &db, "B. Ound", Role::HelpDesk, &mut key).await;
    let refuse = async || {
        let push = unlock(&world, "o-1".to_owned());
        let code = refused(thief.push(entry(), &push).await);
        assert_eq!(code, problem_code::REPORT_UNBOUND);
    };
    for _ in 0..12 {
        refuse().await;
    }
    let open = admin::alarms(&db, 50).await.unwrap();
    let numbers: Vec<i64> = open.iter().map(|alarm| alarm.number).collect();
    assert_eq!(numbers.len(), 10);

    let [one, rest @ ..] = numbers.as_slice() else {
        panic!("none");
    };
    let unknown = admin::acknowledge_alarms(&db, &[*one, 4711], "a drill").await;
    assert!(unknown.unwrap_err().to_string().contains("alarm 4711"));
    for wrong in ["", "two\nlines", "K. Desk\u{202e}nimda", &"w".repeat(201)] {
        let refused = admin::acknowledge_alarms(&db, &[*one], wrong).await;
        assert!(
            refused.unwrap_err().to_string().contains("no reason"),
            "{wrong}"
        );
    }
    assert_eq!(
        admin::alarms(&db, 50).await.unwrap(),
        open,
        "nothing changed"
    );
    let found = "a clone of the desk's disk, wiped since";
    assert_eq!(
        admin::acknowledge_alarms(&db, &[*one], found)
            .await
            .unwrap(),
        1
    );
    let again = admin::acknowledge_alarms(&db, &numbers, "a drill").await;
    assert_eq!(again.unwrap(), rest.len(), "the first stays as it was");
    assert!(admin::alarms(&db, 50).await.unwrap().is_empty());

    // None is deleted, and the next one is not hidden in the sum of one that was looked into.
    refuse().await;
    let [next] = &admin::alarms(&db, 50).await.unwrap()[..] else {
        panic!("the next one");
    };
    assert!(!numbers.contains(&next.number));
    let all = admin::all_alarms(&db, 50).await.unwrap();
    assert_eq!(all.len(), 11);
    let first = all.iter().find(|alarm| alarm.number == *one).unwrap();
    assert_eq!(first.acknowledged_why.as_deref(), Some(found));
    assert_eq!(first.more, 2);
    let query = "SELECT detail FROM audit WHERE action = 'acknowledge-alarm' ORDER BY number";
    let told: Vec<String> = sqlx::query_scalar(query)
        .fetch_all(&world.database().await)
        .await
        .unwrap();
    assert_eq!(told.len(), 10);
    let said = told.first().unwrap();
    assert!(
        said.contains(found) && said.contains("report-unbound"),
        "{said}"
    );
    admin::audit::verify(&db, None).await.unwrap();
}
