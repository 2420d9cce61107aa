//! How operators get a key of their own, sign in with it and out again.

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::PersonId;
use keydesk::domain::authority::Role;
use keydesk::server::admin;
use keydesk::wire::{SignIn, problem_code};

use super::authenticator::Authenticator;
use super::world::{World, first_sign_in, joined, refused};

#[tokio::test]
async fn a_session_belongs_to_the_station_where_it_was_opened() {
    let world = World::new().await;
    let other = joined(&world.running, &world.db(), "Another desk").await;
    let found = other.find_people(&world.session, "example", 5).await;
    assert_eq!(refused(found), "session-refused");
}

#[tokio::test]
async fn a_session_ends_after_ten_hours() {
    let world = World::new().await;
    let left = world.session.expires_at.duration_since(Timestamp::now());
    assert!(left > SignedDuration::from_hours(9) && left <= SignedDuration::from_hours(10));
    world
        .sql("UPDATE session SET expires_ms = expires_ms - 36000000")
        .await;
    let found = world.client.find_people(&world.session, "example", 5).await;
    assert_eq!(refused(found), "session-refused");
}

#[tokio::test]
async fn a_code_ends_after_ten_minutes() {
    let world = World::new().await;
    let code = admin::new_operator_code(&world.db(), "L. Ate", Role::HelpDesk)
        .await
        .unwrap();
    assert!(
        world
            .client
            .operator_enrolment_options(&code.code)
            .await
            .is_ok()
    );
    world
        .sql("UPDATE code SET expires_ms = expires_ms - 600000")
        .await;
    let refusal = world.client.operator_enrolment_options(&code.code).await;
    assert_eq!(refused(refusal), "code-refused");
}

#[tokio::test]
async fn a_newer_operator_code_ends_the_older_one() {
    let world = World::new().await;
    let first = admin::new_operator_code(&world.db(), "T. Wice", Role::HelpDesk)
        .await
        .unwrap();
    let second = admin::new_operator_code(&world.db(), "T. Wice", Role::HelpDesk)
        .await
        .unwrap();
    let refusal = world.client.operator_enrolment_options(&first.code).await;
    assert_eq!(refused(refusal), "code-refused");
    let offer = world
        .client
        .operator_enrolment_options(&second.code)
        .await
        .unwrap();
    assert_eq!(offer.operator.name, "T. Wice");
    let other = admin::new_operator_code(&world.db(), "T. Wice", Role::CustomerService).await;
    assert!(matches!(other, Err(admin::AdminError::OtherRole { .. })));
}

#[tokio::test]
async fn an_operator_code_enrols_one_key() {
    let world = World::new().await;
    let code = admin::new_operator_code(&world.db(), "O. Nce", Role::HelpDesk)
        .await
        .unwrap();
    let offer = world
        .client
        .operator_enrolment_options(&code.code)
        .await
        .unwrap();
    let mut enrolment = keydesk::wire::OperatorEnrolment {
        code: code.code.duplicate(),
        registration: Authenticator::new(50).register(&offer.creation, &offer.origin),
    };
    world.client.enrol_operator(&enrolment).await.unwrap();
    enrolment.registration = Authenticator::new(51).register(&offer.creation, &offer.origin);
    let again = world.client.enrol_operator(&enrolment).await;
    assert_eq!(
        refused(again.map(|session| session.operator)),
        "code-refused"
    );
}

#[tokio::test]
async fn an_operator_signs_in_with_their_own_key_and_out_again() {
    let world = World::new().await;
    let mut key = Authenticator::new(7);
    let role = Role::StationAdministrator;
    first_sign_in(
        &world.client,
        &world.db(),
        "A. Dministrator",
        role,
        &mut key,
    )
    .await;
    let options = world.client.sign_in_options().await.unwrap();
    assert!(options.request.allow_credentials.is_empty());
    let assertion = key.sign(&options.request, &options.origin);
    let sign_in = SignIn { assertion };
    let session = world.client.sign_in(&sign_in).await.unwrap();
    assert_eq!(session.operator.name, "A. Dministrator");
    assert!(
        world
            .client
            .find_people(&session, "example", 5)
            .await
            .is_ok()
    );
    let replayed = world
        .client
        .sign_in(&sign_in)
        .await
        .map(|session| session.operator);
    assert_eq!(refused(replayed), "challenge-mismatch");
    world.client.sign_out(&session).await.unwrap();
    let refusal = world.client.find_people(&session, "example", 5).await;
    assert_eq!(refused(refusal), "session-refused");
}

#[tokio::test]
async fn a_person_s_key_does_not_sign_an_operator_in() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    world.enrolled("p-1", &mut key).await;
    let options = world.client.sign_in_options().await.unwrap();
    let assertion = key.sign(&options.request, &options.origin);
    let session = world.client.sign_in(&SignIn { assertion }).await;
    assert_eq!(
        refused(session.map(|session| session.operator)),
        "credential-unknown"
    );
}

#[tokio::test]
async fn whose_own_key_was_only_looked_at_goes_on_with_their_visits_and_their_sign_out_ends_them() {
    let mut key = Authenticator::new(200);
    let world = World::of_operator(|_| {}, &mut key).await;
    let visit = world.visit("p-1").await;
    let mut signed_in = async || {
        let options = world.client.sign_in_options().await.unwrap();
        let assertion = key.sign(&options.request, &options.origin);
        world.client.sign_in(&SignIn { assertion }).await.unwrap()
    };
    let looked_at = signed_in().await;
    world.client.sign_out(&looked_at).await.unwrap();
    assert_eq!(world.visit("p-1").await.id, visit.id);
    let person = PersonId::new("p-1");
    let offer = world.client.offer(&world.session, &person, Some(visit.id));
    offer.await.expect("an offer");
    world.client.sign_out(&world.session).await.unwrap();
    let again = signed_in().await;
    let offer = world.client.offer(&again, &person, Some(visit.id)).await;
    assert_eq!(refused(offer), problem_code::VISIT_OVER);
}
