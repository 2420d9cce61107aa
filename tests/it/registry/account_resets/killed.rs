//! The registry is killed at every step from the asking to the new key.

use keydesk::server::import::{Format, import_file};

use super::*;
use crate::registry::killed::{Killed, holds, rounds};
use crate::registry::pages::browser::with_pages;
use crate::registry::world::{head, write};

/// So many people who belong to nobody, each with two keys that were stolen.
async fn stolen_from(count: u32) -> World {
    let world = World::with(with_pages).await;
    let mut people = String::from("record,id,name,kind,email\n");
    for n in 0..count {
        people.push_str(&format!("person,k-{n},K. Example,unaffiliated,\n"));
    }
    let file = write(world.dir.path(), "killed.csv", people);
    import_file(&world.db(), &file, Format::Csv)
        .await
        .expect("imports");
    for n in 0..count {
        for key in [0, 1] {
            let mut own = Authenticator::new(100 + key);
            own.id = [n.to_be_bytes().as_slice(), &[key; 44]].concat();
            world.enrolled(&format!("k-{n}"), &mut own).await;
        }
    }
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'stolen'")
        .await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn whenever_the_registry_is_killed_a_reset_goes_on_where_it_was_once_and_never_by_halves() {
    let rounds = rounds();
    let mut world = stolen_from(rounds).await;
    let mut one = Agent::new(&world, "A. Gent", Role::CustomerService, 21).await;
    let mut two = Agent::new(&world, "S. Econd", Role::CustomerService, 22).await;
    let mut registry = Killed::of(&mut world).await;
    for n in 0..rounds {
        let person = format!("k-{n}");
        // Nobody waits five minutes between two rounds: what was drawn up and not signed for the registry was killed counts that long.
        let forget = sqlx::query("DELETE FROM act_asked");
        forget.execute(&world.database().await).await.unwrap();
        let visit = one.visit(&person).await;
        // Drawn up, or not: nothing came of it yet.
        drop(registry.cut(one.asks(&visit)).await);
        assert_eq!(holds(&world, &person, 2).await, "");
        let to_sign = one.asks(&visit).await.expect("may be asked for");
        let (signed, key) = (one.signs(&to_sign, None), entry());
        let sign = one.client.sign_reset(&one.session, key, &signed);
        drop(registry.cut(sign).await);
        holds(&world, &person, 2).await;
        let again = one.client.sign_reset(&one.session, key, &signed).await;
        let reset = again.expect("is asked for").id;
        assert_eq!(holds(&world, &person, 2).await, "requested");

        drop(registry.cut(two.releasing(reset)).await);
        assert_eq!(holds(&world, &person, 2).await, "requested");
        let to_sign = two.releasing(reset).await.expect("may be released");
        let (signed, key) = (two.signs(&to_sign, Some("Example")), entry());
        let sign = two.client.sign_reset(&two.session, key, &signed);
        drop(registry.cut(sign).await);
        holds(&world, &person, 2).await;
        let again = two.client.sign_reset(&two.session, key, &signed).await;
        again.expect("is released");
        assert_eq!(holds(&world, &person, 2).await, "released");

        let about = (reset, entry());
        let carry_out = ResetCarryOut {
            version: VERSION,
            visit: visit.id,
        };
        let done = one.client.carry_out_reset(&one.session, about, &carry_out);
        drop(registry.cut(done).await);
        holds(&world, &person, 2).await;
        let again = one.client.carry_out_reset(&one.session, about, &carry_out);
        let done = again.await.expect("is carried out");
        // The same answer, whether it was given before or not.
        assert_eq!(done.deleted.len(), 2);
        assert_eq!(holds(&world, &person, 2).await, "carried-out");

        let id = PersonId::new(&person);
        let offer = one.client.offer(&one.session, &id, Some(visit.id));
        let offer = offer.await.expect("an offer");
        let mut own = Authenticator::new(102);
        own.id = [n.to_be_bytes().as_slice(), &[2; 44]].concat();
        let mut push = world.enrolment(&offer, &mut own);
        push.body.operator = one.id().clone();
        push.head = head(u64::from(n) + 1);
        let key = entry();
        drop(registry.cut(one.client.push(key, &push)).await);
        let again = one.client.push(key, &push).await.expect("accepted");
        assert!(!again.waiting);
        assert_eq!(holds(&world, &person, 2).await, "carried-out");
        let detail = one.client.person(&one.session, &id).await.unwrap();
        assert_eq!(detail.person.keys, 1);
    }
}

/// A reset that waits for its release.
async fn requested() -> World {
    let world = stolen_from(1).await;
    let mut one = Agent::new(&world, "A. Gent", Role::CustomerService, 21).await;
    let visit = one.visit("k-0").await;
    one.requests(&visit).await;
    assert_eq!(holds(&world, "k-0", 2).await, "requested");
    world
}

#[tokio::test]
#[should_panic(expected = "left: (1, 1)")]
async fn what_would_be_deleted_by_halves_is_seen() {
    let world = requested().await;
    world
        .sql("UPDATE credential SET gone_ms = 1 WHERE person = 'k-0' AND id = (SELECT max(id) FROM credential WHERE person = 'k-0')")
        .await;
    holds(&world, "k-0", 2).await;
}

#[tokio::test]
#[should_panic(expected = "left: 0")]
async fn what_the_person_would_not_be_told_of_is_seen() {
    let world = requested().await;
    world
        .sql("DELETE FROM notice WHERE kind = 'reset-asked'")
        .await;
    holds(&world, "k-0", 2).await;
}
