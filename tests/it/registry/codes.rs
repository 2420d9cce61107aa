//! Codes that are examined: what a wrong one means, that no right one is taken twice, and how often it may be tried.

use keydesk::domain::factor::CodeVerdict;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::domain::{FactorId, PersonId};
use keydesk::registry::RegistryError;
use keydesk::server::admin;
use keydesk::wire::{Subject, problem_code};

use super::phone::Phone;
use super::world::{World, joined, refused};

const RIGHT: CodeVerdict = CodeVerdict::Right { drift_steps: 0 };

async fn enrolled(seed: u8) -> (World, Phone) {
    let world = World::new().await;
    let phone = Phone::new("p-1", seed);
    world.next_step();
    world.app_enrolled(&phone).await;
    world.next_step();
    (world, phone)
}

#[tokio::test]
async fn a_right_code_tests_an_app_of_somebody_who_has_no_key_and_is_taken_once() {
    let (world, phone) = enrolled(1).await;
    let before = world.factors_of("p-1").await[0].last_tested_at;
    let offer = world.test_offer("p-1").await;
    assert!(offer.request.allow_credentials.is_empty());
    let about = ("p-1", phone.factor);
    let code = || vec![phone.code(world.now(), 0)];
    let reply = world.examine(about, offer.id, code()).await.unwrap();
    assert_eq!(reply.verdict, RIGHT);
    assert!(world.factors_of("p-1").await[0].last_tested_at > before);
    let again = world.examine(about, offer.id, code()).await.unwrap();
    assert_eq!(again.verdict, CodeVerdict::Used);
    // Nor is the code with which it was enrolled, nor one before it.
    let earlier = vec![phone.code(world.now(), -1)];
    let again = world.examine(about, offer.id, earlier).await.unwrap();
    assert_eq!(again.verdict, CodeVerdict::Used);
}

#[tokio::test]
async fn a_code_s_examination_is_on_record_and_the_code_is_not() {
    let (world, phone) = enrolled(1).await;
    let offer = world.test_offer("p-1").await.id;
    let wrong = phone.wrong_code(world.now());
    let right = phone.code(world.now(), 0);
    for code in [&wrong, &right] {
        let codes = vec![code.clone()];
        world
            .examine(("p-1", phone.factor), offer, codes)
            .await
            .unwrap();
    }
    let lines: Vec<(String, String)> =
        sqlx::query_as("SELECT subject, detail FROM audit WHERE action = 'code' ORDER BY number")
            .fetch_all(&world.database().await)
            .await
            .unwrap();
    let [first, second] = &lines[..] else {
        panic!("two lines: {lines:?}");
    };
    assert!(
        first.0 == "p-1" && first.1.contains("next needed"),
        "{first:?}"
    );
    assert!(second.1.contains("right") && second.1.contains(&phone.factor.to_string()));
    for (_, detail) in &lines {
        assert!(!detail.contains(wrong.as_str()) && !detail.contains(right.as_str()));
    }
}

#[tokio::test]
async fn a_phone_whose_clock_runs_fast_is_followed_step_by_step_and_not_by_leaps() {
    let (world, phone) = enrolled(1).await;
    let about = ("p-1", phone.factor);
    for fast in 1..=4 {
        // One code may have been guessed: only when the next one says the same is it followed.
        for _ in 0..2 {
            world.next_step();
            let offer = world.test_offer("p-1").await.id;
            let leap = world.examine(about, offer, vec![phone.code(world.now(), fast + 1)]);
            assert_eq!(leap.await.unwrap().verdict, CodeVerdict::NextNeeded);
            let reply = world
                .examine(about, offer, vec![phone.code(world.now(), fast)])
                .await;
            let drift_steps = i32::try_from(fast).unwrap();
            assert_eq!(reply.unwrap().verdict, CodeVerdict::Right { drift_steps });
        }
    }
}

/// So many wrong codes, no more in an hour than are examined.
async fn guess(world: &World, phone: &Phone, times: usize) {
    let about = ("p-1", phone.factor);
    let mut left = times;
    while left > 0 {
        let wrong = phone.wrong_code(world.now());
        for _ in 0..left.min(20).div_ceil(5) {
            let offer = world.test_offer("p-1").await.id;
            for _ in 0..left.min(5) {
                let reply = world.examine(about, offer, vec![wrong.clone()]).await;
                assert_eq!(reply.unwrap().verdict, CodeVerdict::NextNeeded);
                left -= 1;
            }
        }
        world.wait_s(3601);
    }
}

#[tokio::test]
async fn a_hundred_wrong_codes_in_a_row_suspend_an_app_for_good_and_its_owner_is_told() {
    let (mut world, phone) = enrolled(1).await;
    guess(&world, &phone, 80).await;
    world.restart().await;
    guess(&world, &phone, 20).await;
    let person = PersonId::new("p-1");
    let page = world.client.person(&world.session, &person);
    let page = page.await.unwrap();
    let held = page.factors[0].held.suspended.unwrap();
    assert_eq!(held.why, SuspendedWhy::Suspected);
    let told = admin::notices(&world.db()).await.unwrap().0;
    assert!(told.iter().any(|news| news.kind == "factor-suspended"));
    let alarms = admin::alarms(&world.db(), 99).await.unwrap();
    let kinds: Vec<_> = alarms.iter().map(|alarm| alarm.kind.as_str()).collect();
    assert!(kinds.contains(&problem_code::GUESSED_OUT), "{kinds:?}");
    let offer = world.test_offer("p-1").await.id;
    let right = vec![phone.code(world.now(), 0)];
    let again = world.examine(("p-1", phone.factor), offer, right);
    assert_eq!(refused(again.await), problem_code::FACTOR_SUSPENDED);
}

#[tokio::test]
async fn a_right_code_begins_the_count_of_wrong_ones_anew() {
    let (world, phone) = enrolled(1).await;
    let about = ("p-1", phone.factor);
    guess(&world, &phone, 99).await;
    let offer = world.test_offer("p-1").await.id;
    let right = vec![phone.code(world.now(), 0)];
    let reply = world.examine(about, offer, right).await.unwrap();
    assert_eq!(reply.verdict, RIGHT);
    guess(&world, &phone, 1).await;
    assert!(world.factors_of("p-1").await[0].held.suspended.is_none());
}

#[tokio::test]
async fn a_clock_that_is_off_is_named_and_never_right() {
    let (world, phone) = enrolled(1).await;
    let visit = world.visit_anew("p-1").await.id;
    let person = PersonId::new("p-1");
    let offer = world
        .client
        .test_offer(&world.session, &person, Some(visit));
    let offer = offer.await.unwrap().id;
    for fast in [-2880_i64, 12] {
        let pair = vec![
            phone.code(world.now(), fast - 1),
            phone.code(world.now(), fast),
        ];
        let reply = world
            .examine(("p-1", phone.factor), offer, pair)
            .await
            .unwrap();
        let fast_s = fast * 30;
        assert_eq!(reply.verdict, CodeVerdict::Clock { fast_s });
    }
    let visit = world.visit("p-1").await;
    assert_eq!(visit.authority, None, "it proves nobody");
}

#[tokio::test]
async fn a_code_of_an_earlier_enrolment_is_told_apart_from_a_wrong_one() {
    let (world, old) = enrolled(1).await;
    let offer = world.offer("p-1").await.app.unwrap();
    let new = Phone::new("p-1", 2);
    let subject = |phone: &Phone| Subject::New {
        factor: phone.factor,
        sealed: phone.sealed(&offer.seal_to),
    };
    let code = vec![old.code(world.now(), 0)];
    let reply = world.examine_as("p-1", subject(&new), offer.id, code).await;
    let CodeVerdict::OtherFactor { name, removed, .. } = reply.unwrap().verdict else {
        panic!("another factor's");
    };
    assert_eq!((name.as_str(), removed), ("Authenticator app", false));
    // That used it up: a code that somebody guessed proves nobody. A right one of the new secret is right.
    let test = world.test_offer("p-1").await;
    let code = vec![old.code(world.now(), 0)];
    let reply = world.examine(("p-1", old.factor), test.id, code).await;
    assert_eq!(reply.unwrap().verdict, CodeVerdict::Used);
    let code = vec![new.code(world.now(), 0)];
    let reply = world.examine_as("p-1", subject(&new), offer.id, code).await;
    assert_eq!(reply.unwrap().verdict, RIGHT);
    let strange = Phone::new("p-2", 2);
    let answer = world.examine_as(
        "p-1",
        subject(&strange),
        offer.id,
        vec![new.code(world.now(), 0)],
    );
    assert_eq!(refused(answer.await), "seal-broken");
}

#[tokio::test]
async fn an_examination_needs_an_offer_of_its_sort_for_this_person_at_this_station() {
    let (world, phone) = enrolled(1).await;
    let test = world.test_offer("p-1").await.id;
    let app = world.offer("p-1").await.app.unwrap();
    let code = || vec![phone.code(world.now(), 0)];
    let new = || Subject::New {
        factor: phone.factor,
        sealed: phone.sealed(&app.seal_to),
    };
    let active = |factor: FactorId| Subject::Active { factor };
    let factor = phone.factor;
    for (person, subject, offer, refusal) in [
        ("p-1", active(factor), app.id, "offer-unknown"),
        ("p-1", new(), test, "offer-unknown"),
        ("p-2", new(), app.id, "offer-foreign"),
        ("p-2", active(factor), test, "offer-foreign"),
        (
            "p-1",
            active(FactorId(uuid::Uuid::nil())),
            test,
            "factor-unknown",
        ),
        ("nobody", active(factor), test, "not-found"),
    ] {
        let answer = world.examine_as(person, subject, offer, code()).await;
        assert_eq!(refused(answer), refusal, "{person} {refusal}");
    }
    for codes in [vec![], vec![phone.code(world.now(), 0); 3]] {
        let answer = world.examine(("p-1", factor), test, codes).await;
        assert_eq!(refused(answer), "malformed");
    }
    let other = joined(&world.running, &world.db(), "Another desk").await;
    let answer = other.sealing_key(&world.session).await;
    assert_eq!(refused(answer), "session-refused");
    world.wait_s(3601);
    let answer = world.examine(("p-1", factor), test, code()).await;
    assert_eq!(refused(answer), "challenge-expired");
}

#[tokio::test]
async fn six_codes_are_examined_under_one_offer() {
    let (world, phone) = enrolled(1).await;
    let offer = world.test_offer("p-1").await.id;
    let wrong = phone.wrong_code(world.now());
    for _ in 0..6 {
        let codes = vec![wrong.clone()];
        let reply = world.examine(("p-1", phone.factor), offer, codes).await;
        assert_eq!(reply.unwrap().verdict, CodeVerdict::NextNeeded);
    }
    let right = vec![phone.code(world.now(), 0)];
    let answer = world.examine(("p-1", phone.factor), offer, right).await;
    assert_eq!(refused(answer), "offer-used");
}

#[tokio::test]
async fn twenty_wrong_codes_within_an_hour_end_the_guessing_also_over_a_restart() {
    let (mut world, phone) = enrolled(1).await;
    let about = ("p-1", phone.factor);
    for _ in 0..5 {
        let offer = world.test_offer("p-1").await.id;
        let wrong = phone.wrong_code(world.now());
        for _ in 0..4 {
            world
                .examine(about, offer, vec![wrong.clone()])
                .await
                .unwrap();
        }
    }
    world.restart().await;
    let offer = world.test_offer("p-1").await.id;
    let right = || vec![phone.code(world.now(), 0)];
    match world.examine(about, offer, right()).await {
        Err(RegistryError::Unreachable {
            status: Some(429),
            retry_after: Some(wait),
            ..
        }) => assert!((3000..=3600).contains(&wait.as_secs()), "{wait:?}"),
        other => panic!("not limited: {other:?}"),
    }
    let last: String =
        sqlx::query_scalar("SELECT detail FROM audit WHERE action = 'code' ORDER BY number DESC")
            .fetch_one(&world.database().await)
            .await
            .unwrap();
    assert!(last.ends_with("not examined"), "{last}");
    let alarms = admin::alarms(&world.db(), 9).await.unwrap();
    assert!(alarms.iter().any(|alarm| alarm.kind == "too-many-attempts"));
    world.wait_s(3600);
    let offer = world.test_offer("p-1").await.id;
    let reply = world.examine(about, offer, right()).await.unwrap();
    assert_eq!(reply.verdict, RIGHT);
}

#[tokio::test]
async fn wrong_codes_of_other_factors_find_out_no_more_than_twenty_an_hour() {
    let (world, first) = enrolled(1).await;
    let second = Phone::new("p-1", 2);
    let offer = world.offer("p-1").await;
    world
        .push_app(&world.app_push(&offer, &second))
        .await
        .unwrap();
    let under = |phone: &Phone| ("p-1", phone.factor);
    // Through one factor and then through the other, each within its own limit.
    for (phone, offers) in [(&first, 4), (&second, 1)] {
        for _ in 0..offers {
            let offer = world.test_offer("p-1").await.id;
            for _ in 0..5 {
                let wrong = vec![phone.wrong_code(world.now())];
                let reply = world.examine(under(phone), offer, wrong).await.unwrap();
                assert_eq!(reply.verdict, CodeVerdict::NextNeeded);
            }
        }
    }
    let offer = world.test_offer("p-1").await.id;
    let of_first = vec![first.code(world.now(), 1)];
    let reply = world
        .examine(under(&second), offer, of_first)
        .await
        .unwrap();
    assert_eq!(
        reply.verdict,
        CodeVerdict::NextNeeded,
        "not told whose it is"
    );
    world.wait_s(3600);
    let offer = world.test_offer("p-1").await.id;
    let of_first = vec![first.code(world.now(), 0)];
    let reply = world
        .examine(under(&second), offer, of_first)
        .await
        .unwrap();
    assert!(matches!(reply.verdict, CodeVerdict::OtherFactor { .. }));
}
