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
