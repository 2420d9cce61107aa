//! Who gets into the pages, by what, and until when.

use keydesk::domain::Bytes;
use keydesk::domain::PersonId;
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::wire::{Push, SuspensionPush, VERSION};

use super::browser::{Browser, ORIGIN, with_pages};
use crate::registry::authenticator::{Authenticator, UP};
use crate::registry::phone::Phone;
use crate::registry::world::{World, entry};

const KEY: (&str, &str) = ("/sign-in", "/sign-in/key");

async fn suspended(world: &World, person: &str, factor: FactorRef) {
    let push = Push {
        body: SuspensionPush {
            version: VERSION,
            person: PersonId::new(person),
            factor,
            why: SuspendedWhy::Lost,
            operator: world.session.operator.id.clone(),
            suspended_at: world.now(),
        },
        head: world.head(),
    };
    world.visit(person).await;
    world.client.push(entry(), &push).await.expect("suspended");
}

#[tokio::test]
async fn a_key_signs_an_administrator_in_and_the_session_ends_when_it_is_left_and_in_any_case() {
    let world = World::with(with_pages).await;
    let mut key = Authenticator::new(2);
    world.enrolled("p-2", &mut key).await;
    let mut browser = Browser::new(&world);
    assert_eq!(browser.get("/people").await.location(), "/sign-in");
    let before = browser.get("/sign-in").await;
    assert_eq!(before.status, 200);
    let anonymous = browser.cookies["__Host-keydesk"].clone();
    browser.sign_in(&mut key).await;
    assert_ne!(
        browser.cookies["__Host-keydesk"], anonymous,
        "no session is planted"
    );
    assert_eq!(browser.get("/").await.location(), "/people");
    // What is kept opens nothing by itself.
    let kept: Vec<Vec<u8>> = sqlx::query_scalar("SELECT hash FROM page_session")
        .fetch_all(&world.database().await)
        .await
        .unwrap();
    assert_eq!(kept.len(), 1);
    assert_ne!(kept[0], browser.cookies["__Host-keydesk"].as_bytes());

    world.wait_s(14 * 60);
    assert_eq!(browser.get("/people").await.status, 200);
    world.wait_s(14 * 60);
    assert_eq!(
        browser.get("/people").await.status,
        200,
        "it was asked something meanwhile"
    );
    world.wait_s(15 * 60 + 1);
    assert_eq!(browser.get("/people").await.location(), "/sign-in");

    browser.sign_in(&mut key).await;
    for _ in 0..9 {
        world.wait_s(13 * 60);
        assert_eq!(browser.get("/people").await.status, 200);
    }
    world.wait_s(4 * 60);
    assert_eq!(
        browser.get("/people").await.location(),
        "/sign-in",
        "two hours"
    );

    browser.sign_in(&mut key).await;
    let stolen = browser.cookies.clone();
    let form = browser.get("/people").await.form("/sign-out");
    let left = browser.post("/sign-out", &[("form", &form)]).await;
    assert_eq!(left.location(), "/sign-in");
    assert_eq!(browser.get("/people").await.location(), "/sign-in");
    browser.cookies = stolen;
    assert_eq!(browser.get("/people").await.location(), "/sign-in");
}

#[tokio::test]
async fn a_session_ends_with_the_key_that_opened_it_also_when_that_is_lifted_again() {
    let world = World::with(with_pages).await;
    let mut key = Authenticator::new(2);
    world.enrolled("p-2", &mut key).await;
    let mut other = Authenticator::new(3);
    let visit = world.visit_anew("p-2").await;
    let owner = PersonId::new("p-2");
    let proof = world
        .client
        .test_offer(&world.session, &owner, Some(visit.id));
    let proof = world.test(&proof.await.unwrap(), "p-2", &mut key);
    world.client.push(entry(), &proof).await.unwrap();
    world.enrolled("p-2", &mut other).await;
    let (mut one, mut two) = (Browser::new(&world), Browser::new(&world));
    one.sign_in(&mut key).await;
    two.sign_in(&mut other).await;
    let credential = Bytes(key.id.clone());
    suspended(&world, "p-2", FactorRef::Key { credential }).await;
    assert_eq!(one.get("/people").await.location(), "/sign-in");
    assert_eq!(
        two.get("/people").await.status,
        200,
        "the other one opened another"
    );
    world.sql("UPDATE credential SET suspended_ms = NULL, suspended_why = NULL WHERE suspended_ms IS NOT NULL").await;
    assert_eq!(one.get("/people").await.location(), "/sign-in");
    world.sql("UPDATE credential SET gone_ms = 1").await;
    assert_eq!(two.get("/people").await.location(), "/sign-in");
}

#[tokio::test]
async fn what_is_suspended_gone_or_waits_and_whoever_administers_nothing_opens_nothing() {
    let world = World::with(with_pages).await;
    let mut key = Authenticator::new(2);
    world.enrolled("p-2", &mut key).await;
    let mut employee = Authenticator::new(1);
    world.enrolled("p-1", &mut employee).await;
    let mut browser = Browser::new(&world);
    let answer = browser.key(KEY, &mut employee, &[]).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer
            .text
            .contains("for administrators of an organisation"),
        "{}",
        answer.text
    );
    assert_eq!(browser.get("/people").await.location(), "/sign-in");
    for held in [
        "UPDATE credential SET suspended_ms = 1, suspended_why = 'lost'",
        "UPDATE credential SET suspended_ms = NULL, suspended_why = NULL, gone_ms = 1",
        "UPDATE credential SET gone_ms = NULL, waiting_ms = 1",
    ] {
        world.sql(held).await;
        let answer = browser.key(KEY, &mut key, &[]).await;
        assert_eq!(answer.status, 422, "{held}");
    }
    world.sql("UPDATE credential SET waiting_ms = NULL").await;
    browser.sign_in(&mut key).await;
    world
        .sql("UPDATE person SET kind = 'employee' WHERE id = 'p-2'")
        .await;
    assert_eq!(
        browser.get("/people").await.status,
        403,
        "whoever administers nothing any more"
    );
}

#[tokio::test]
async fn an_assertion_opens_one_session_in_the_browser_that_asked_for_it_and_from_that_origin() {
    let world = World::with(with_pages).await;
    let mut key = Authenticator::new(2);
    world.enrolled("p-2", &mut key).await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/sign-in").await;
    let asked = page.asked("/sign-in/key");
    for origin in [
        "https://iamconnected.example",
        "https://evil.iamconnected.example",
        "https://keydesk.iamconnected.example:8443",
        "http://keydesk.iamconnected.example",
    ] {
        let signed = key.sign(&asked, origin);
        let answer = browser
            .hand_in(KEY.1, (&page.form(KEY.1), &signed), &[])
            .await;
        assert_eq!(answer.status, 422, "{origin}");
    }
    let signed = key.sign(&asked, ORIGIN);
    let mut changed = signed.clone();
    changed.response.signature.0[8] ^= 1;
    let answer = browser
        .hand_in(KEY.1, (&page.form(KEY.1), &changed), &[])
        .await;
    assert_eq!(answer.status, 422);
    // Another browser, with the same signature and a form of its own.
    let mut other = Browser::new(&world);
    let form = other.get("/sign-in").await.form(KEY.1);
    let answer = other.hand_in(KEY.1, (&form, &signed), &[]).await;
    assert_eq!(answer.status, 422);
    let fresh = page.form(KEY.1);
    let cookies = browser.cookies.clone();
    let answer = browser.hand_in(KEY.1, (&fresh, &signed), &[]).await;
    assert_eq!(answer.location(), "/people");
    // The same once more, as a browser that was not signed in yet.
    browser.cookies = cookies;
    let answer = browser.hand_in(KEY.1, (&fresh, &signed), &[]).await;
    assert_eq!(answer.status, 422);
    // A challenge of somebody's own making, and one that is too old.
    let mut invented = Authenticator::new(2);
    invented.counter = 100;
    invented.user_handle = key.user_handle.clone();
    invented.challenge = Some(Bytes(vec![7; 56]));
    assert_eq!(browser.key(KEY, &mut invented, &[]).await.status, 422);
    invented.challenge = None;
    let page = browser.get("/sign-in").await;
    let late = invented.sign(&page.asked(KEY.1), ORIGIN);
    world.wait_s(301);
    let answer = browser
        .hand_in(KEY.1, (&page.form(KEY.1), &late), &[])
        .await;
    assert_eq!(answer.status, 422);
    // Without its PIN, and without saying whose it is.
    invented.flags = UP;
    assert_eq!(browser.key(KEY, &mut invented, &[]).await.status, 422);
    // A copy whose counter is behind is on record.
    let mut copy = Authenticator::new(2);
    copy.user_handle = key.user_handle.clone();
    let answer = browser.key(KEY, &mut copy, &[]).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.text.contains("This key opens nothing"),
        "{}",
        answer.text
    );
    let alarms: i64 =
        sqlx::query_scalar("SELECT count(*) FROM alarm WHERE kind = 'counter-regressed'")
            .fetch_one(&world.database().await)
            .await
            .unwrap();
    assert_eq!(alarms, 1);
    // What a page asks is not taken at a desk, nor the other way round: their origins differ.
    let offer = world.test_offer("p-2").await;
    assert_ne!(offer.origin, ORIGIN);
    let mut push = world.test(&offer, "p-2", &mut key);
    push.body.assertion = key.sign(&offer.request, ORIGIN);
    push.body.tested_at = world.now();
    let refused = world.client.push(entry(), &push).await;
    assert_eq!(crate::registry::world::refused(refused), "origin-mismatch");
}

#[tokio::test]
async fn who_has_only_an_app_types_its_code_once_and_who_has_a_key_uses_that() {
    let world = World::with(with_pages).await;
    let phone = Phone::new("p-4", 1);
    world.app_enrolled(&phone).await;
    world.wait_s(60);
    world.next_step();
    let mut browser = Browser::new(&world);
    let code = phone.code(world.now(), 0);
    let answer = browser.type_code(" Zoe@Example.test ", code.as_str()).await;
    assert_eq!(answer.location(), "/people", "{}", answer.text);
    assert_eq!(browser.get("/people").await.status, 200);
    let mut again = Browser::new(&world);
    let answer = again.type_code("zoe@example.test", code.as_str()).await;
    assert_eq!(answer.status, 422, "no code is taken twice");
    suspended(
        &world,
        "p-4",
        FactorRef::App {
            factor: phone.factor,
        },
    )
    .await;
    assert_eq!(browser.get("/people").await.location(), "/sign-in");
    world.next_step();
    let code = phone.code(world.now(), 0);
    let answer = again.type_code("zoe@example.test", code.as_str()).await;
    assert_eq!(answer.status, 422, "it is suspended");

    let both = Phone::new("p-2", 2);
    world.app_enrolled(&both).await;
    world.enrolled("p-2", &mut Authenticator::new(2)).await;
    world.next_step();
    let code = both.code(world.now(), 1);
    let answer = browser.type_code("w@example.test", code.as_str()).await;
    assert_eq!(answer.status, 422, "who has a key signs in with that");
}

#[tokio::test]
async fn five_wrong_codes_in_a_row_shut_code_entry_until_a_desk_has_seen_the_person_and_tell_nothing_of_who_exists()
 {
    let world = World::with(with_pages).await;
    let phone = Phone::new("p-4", 1);
    world.app_enrolled(&phone).await;
    world.wait_s(60);
    world.next_step();
    let wrong = phone.wrong_code(world.now());
    let mut browser = Browser::new(&world);
    let told = |page: super::browser::Page| {
        let rest = page.text.split("role=\"alert\">").nth(1).expect("a reason");
        (page.status, rest.split('<').next().unwrap().to_owned())
    };
    // Four wrong ones and a right one begin anew.
    for _ in 0..4 {
        browser.type_code("zoe@example.test", wrong.as_str()).await;
    }
    let right = phone.code(world.now(), 0);
    let answer = browser.type_code("zoe@example.test", right.as_str()).await;
    assert_eq!(answer.location(), "/people");
    for turn in 0..6 {
        // So many from one place take their time.
        world.wait_s(61);
        let somebody = told(browser.type_code("zoe@example.test", wrong.as_str()).await);
        let nobody = told(
            browser
                .type_code("nobody@example.test", wrong.as_str())
                .await,
        );
        assert_eq!(somebody, nobody, "{turn}");
        assert_eq!(
            somebody.1.starts_with("Five codes"),
            turn == 5,
            "{somebody:?}"
        );
    }
    let rows: Vec<(Option<String>, i64)> =
        sqlx::query_as("SELECT person, wrong FROM page_wrong_run ORDER BY person")
            .fetch_all(&world.database().await)
            .await
            .unwrap();
    assert_eq!(rows, [(None, 5), (Some("p-4".to_owned()), 5)]);
    world.next_step();
    let answer = browser
        .type_code("zoe@example.test", phone.code(world.now(), 0).as_str())
        .await;
    assert_eq!(answer.status, 422, "also a right one");
    world.wait_s(8 * 3600);
    let answer = browser
        .type_code("zoe@example.test", phone.code(world.now(), 0).as_str())
        .await;
    assert_eq!(answer.status, 422, "time alone opens nothing");
    world.visit("p-4").await;
    world.next_step();
    let answer = browser
        .type_code("zoe@example.test", phone.code(world.now(), 0).as_str())
        .await;
    assert_eq!(answer.location(), "/people", "a desk has seen them");
    let alarms: Vec<String> =
        sqlx::query_scalar("SELECT detail FROM alarm WHERE kind = 'too-many-attempts'")
            .fetch_all(&world.database().await)
            .await
            .unwrap();
    assert!(alarms.len() == 1 && alarms[0].contains("p-4"), "{alarms:?}");
}

#[tokio::test]
async fn from_one_place_so_many_wrong_codes_are_looked_at_in_a_minute_and_no_more() {
    let world = World::with(with_pages).await;
    let phone = Phone::new("p-4", 1);
    world.app_enrolled(&phone).await;
    world.wait_s(60);
    let mut browser = Browser::new(&world);
    for number in 0..10 {
        let email = format!("n{number}@example.test");
        browser.type_code(&email, "000000").await;
    }
    let right = phone.code(world.now(), 0);
    let answer = browser.type_code("zoe@example.test", right.as_str()).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.text.contains("Too many wrong codes"),
        "{}",
        answer.text
    );
    world.wait_s(61);
    let right = phone.code(world.now(), 0);
    let answer = browser.type_code("zoe@example.test", right.as_str()).await;
    assert_eq!(answer.location(), "/people");
}

/// U+212A is a k in small letters, and is none to the database.
#[tokio::test]
async fn an_address_in_other_letters_does_not_make_somebodys_wrong_codes_nobodys() {
    let world = World::with(with_pages).await;
    let phone = Phone::new("p-4", 1);
    world.app_enrolled(&phone).await;
    world
        .sql("UPDATE person SET email = 'k@example.test' WHERE id = 'p-4'")
        .await;
    let mut browser = Browser::new(&world);
    for address in ["k", "K", "k", "k", "\u{212a}"] {
        let email = format!("{address}@example.test");
        browser.type_code(&email, "000000").await;
    }
    let rows: Vec<(Option<String>, i64)> =
        sqlx::query_as("SELECT person, wrong FROM page_wrong_run ORDER BY person")
            .fetch_all(&world.database().await)
            .await
            .unwrap();
    assert_eq!(rows, [(None, 1), (Some("p-4".to_owned()), 4)]);
}
