//! What the registry's administrator lets be done where Customer Service can't go on alone.

use jiff::SignedDuration;
use keydesk::server::admin::AdminError;

use super::*;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test]
async fn a_deputy_releases_for_a_while_what_another_human_asked_for_and_all_of_customer_service_hear_of_it()
 {
    let (world, mut one, _two) = stolen().await;
    let mut desk = Agent::new(&world, "H. Elp", Role::HelpDesk, 41).await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    assert_eq!(
        refused(desk.releasing(reset).await),
        problem_code::NOT_ALLOWED
    );
    world.news().await;
    let db = world.db();
    let until = admin::name_deputy(&db, desk.id(), (HOUR, "one agent is ill"));
    let until = until.await.expect("named");
    assert!(until > jiff::Timestamp::now());
    let told: Vec<String> = world
        .news()
        .await
        .into_iter()
        .filter(|notice| notice.kind == problem_code::DEPUTY_NAMED)
        .map(|notice| notice.to.name)
        .collect();
    assert_eq!(told, ["A. Gent", "S. Econd"]);
    let alarms = admin::alarms(&world.db(), 50).await.unwrap();
    assert!(
        alarms
            .iter()
            .any(|alarm| alarm.kind == problem_code::DEPUTY_NAMED)
    );
    let listed = desk.client.account_resets(&desk.session).await.unwrap();
    assert_eq!(listed.resets[0].id, reset);
    let released = desk.releases(reset).await.expect("is released");
    assert_eq!(
        released.released_by.map(|by| by.name).as_deref(),
        Some("H. Elp")
    );
    // Nor do they carry out what they released.
    let other = desk.visit("p-2").await;
    let own = desk.carries_out(reset, &other).await;
    assert_eq!(refused(own), problem_code::NOT_ALLOWED);
    // Their time is over.
    let visit = one.visit("p-2").await;
    one.ends(reset, ResetEnding::Withdraw)
        .await
        .expect("withdrawn");
    let reset = one.requests(&visit).await.id;
    world.clock_ahead_s.store(61 * 60, Ordering::SeqCst);
    assert_eq!(
        refused(desk.releasing(reset).await),
        problem_code::NOT_ALLOWED
    );
}

#[tokio::test]
async fn nobody_is_a_deputy_whose_account_is_new_or_nobodys_or_customer_services_or_for_longer_than_a_day()
 {
    let (world, one, _two) = stolen().await;
    let unknown = Agent::unknown(&world, "U. Nknown", Role::HelpDesk, 42).await;
    world.sql("UPDATE operator SET changed_ms = 1000").await;
    let desk = Agent::new(&world, "H. Elp", Role::HelpDesk, 43).await;
    let day = SignedDuration::from_hours(24);
    for (id, life) in [(one.id(), HOUR), (unknown.id(), HOUR)] {
        let named = admin::name_deputy(&world.db(), id, (life, "why")).await;
        assert!(matches!(named, Err(AdminError::Deputy { .. })), "{named:?}");
    }
    for life in [day + HOUR, SignedDuration::ZERO] {
        let named = admin::name_deputy(&world.db(), desk.id(), (life, "why")).await;
        assert!(matches!(named, Err(AdminError::DeputyLife(_))), "{named:?}");
    }
    let unsaid = admin::name_deputy(&world.db(), desk.id(), (HOUR, "")).await;
    assert!(matches!(unsaid, Err(AdminError::Reason(..))), "{unsaid:?}");
    let human = Human {
        personnel_number: Some("n-99".to_owned()),
        person: None,
    };
    admin::set_human(&world.db(), desk.id(), &human)
        .await
        .unwrap();
    let fresh = admin::name_deputy(&world.db(), desk.id(), (HOUR, "why")).await;
    assert!(matches!(fresh, Err(AdminError::Deputy { .. })), "{fresh:?}");
}

#[tokio::test]
async fn who_asked_does_not_release_as_somebodys_deputy_either_and_the_limit_is_lifted_with_a_reason()
 {
    let (world, mut one, two) = stolen().await;
    // A second account of the same human, at the help desk.
    let twin = Agent::new(&world, "A. Gent (desk)", Role::HelpDesk, 44).await;
    let human = Human {
        personnel_number: Some("n-21".to_owned()),
        person: None,
    };
    admin::set_human(&world.db(), twin.id(), &human)
        .await
        .unwrap();
    world.sql("UPDATE operator SET changed_ms = 1000").await;
    let db = world.db();
    let named = admin::name_deputy(&db, twin.id(), (HOUR, "one agent is ill"));
    named.await.expect("named");
    for _ in 0..3 {
        let visit = one.visit("p-2").await;
        let reset = one.requests(&visit).await.id;
        assert_eq!(
            refused(twin.releasing(reset).await),
            problem_code::NOT_ALLOWED
        );
        two.ends(reset, ResetEnding::Refuse).await.expect("refused");
    }
    let visit = one.visit("p-2").await;
    assert_eq!(refused(one.asks(&visit).await), problem_code::RESET_LIMIT);
    let person = PersonId::new("p-2");
    world.news().await;
    admin::allow_resets(&world.db(), &person, "called back, and known to us")
        .await
        .unwrap();
    let told = kinds_told(&world).await;
    assert_eq!(
        told,
        [problem_code::RESETS_ALLOWED, problem_code::RESETS_ALLOWED]
    );
    one.requests(&visit).await;
}
