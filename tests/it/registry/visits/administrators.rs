//! Who answers for somebody who has nothing left, and whose factors do not.

use super::*;

#[tokio::test]
async fn who_lost_everything_needs_an_administrator_or_a_release_and_is_told_who_may() {
    let world = world().await;
    for (person, takes, who) in [
        ("e-1", Takes::Administrator, "administrator"),
        ("a-1", Takes::Administrator, "administrator"),
        ("a-2", Takes::Release, "Customer Service"),
        ("r-1", Takes::Release, "Customer Service"),
        ("p-3", Takes::Release, "Customer Service"),
    ] {
        world.app_enrolled(&Phone::new(person, 3)).await;
        let gone = "UPDATE factor SET removed_ms = accepted_ms WHERE removed_ms IS NULL";
        world.sql(gone).await;
        let visit = world.visit_anew(person).await;
        assert_eq!((visit.had, visit.takes), (Had::Lost, takes), "{person}");
        let id = PersonId::new(person);
        let answer = world.client.offer(&world.session, &id, Some(visit.id));
        let said = told(answer.await);
        assert!(said.contains(who), "{said}");
    }
}

#[tokio::test]
async fn an_administrator_of_the_same_organisation_who_proves_a_factor_answers_for_an_employee() {
    let world = world().await;
    let honest = Desk::new(&world, "H. Onest", Role::HelpDesk).await;
    humans(
        &world,
        &[
            (&world.session.operator.id, "1001"),
            (&honest.session.operator.id, "1002"),
        ],
    )
    .await;
    world.app_enrolled(&Phone::new("e-1", 3)).await;
    world
        .sql("UPDATE factor SET removed_ms = accepted_ms")
        .await;
    // Made by another human than the one who serves the employee.
    let theirs = Phone::new("a-1", 5);
    let offer = honest.offer("a-1", Some(&honest.visit("a-1").await)).await;
    let mut push = world.app_push(&offer.unwrap(), &theirs);
    push.body.operator = honest.session.operator.id.clone();
    push.head = head(1);
    honest.client.push(entry(), &push).await.unwrap();
    // Of another organisation.
    let stranger = Phone::new("p-4", 7);
    world.app_enrolled(&stranger).await;
    let visit = world.visit_anew("e-1").await;
    let named: Vec<&str> = visit
        .administrators
        .iter()
        .map(|who| who.name.as_str())
        .collect();
    assert_eq!(named, ["A. Dmin"]);
    for other in ["p-4", "e-1", "p-1"] {
        let id = PersonId::new(other);
        let offer = world.client.test_offer(&world.session, &id, Some(visit.id));
        match offer.await {
            Err(refusal) => assert_eq!(
                refused::<()>(Err(refusal)),
                problem_code::NOT_ALLOWED,
                "{other}"
            ),
            // Themself: nothing that they have proves anything.
            Ok(offer) => assert!(offer.request.allow_credentials.is_empty(), "{other}"),
        }
    }
    world.tested(&theirs, Some(visit.id)).await;
    let visit = world.visit("e-1").await;
    assert_eq!(visit.authority, Some(Authority::Administrator));
    let new = Phone::new("e-1", 8);
    let push = world.app_push(&world.offer("e-1").await, &new);
    assert!(!world.push_app(&push).await.unwrap().waiting);
}

#[tokio::test]
async fn what_an_operator_made_themself_vouches_for_nobody_whom_they_serve_however_long_ago() {
    let world = world().await;
    let colleague = Desk::new(&world, "C. Olleague", Role::HelpDesk).await;
    let accounts = [
        (&world.session.operator.id, "1001"),
        (&colleague.session.operator.id, "1002"),
    ];
    humans(&world, &accounts).await;
    world.app_enrolled(&Phone::new("e-1", 3)).await;
    world
        .sql("UPDATE factor SET removed_ms = accepted_ms")
        .await;
    // Whatever the station says of who ended it.
    let mut made = Authenticator::new(5);
    let mut second = Authenticator::new(203);
    let role = Role::HelpDesk;
    let other = first_sign_in(&world.client, &world.db(), "H. Ere", role, &mut second).await;
    humans(&world, &[(&other.operator.id, "1003")]).await;
    let mut push = world.enrolment(&world.offer("a-1").await, &mut made);
    push.body.finished_by = Some(other.operator.id.clone());
    push.body.enrolled_at = jiff::Timestamp::now();
    world.push(&push).await.unwrap();
    let visit = world.visit_anew("e-1").await;
    assert!(
        visit.administrators.is_empty(),
        "{:?}",
        visit.administrators
    );
    assert!(key_tested(&world, &visit, "a-1", &mut made).await || visit.authority.is_none());
    assert_eq!(world.visit("e-1").await.authority, None);
    let id = PersonId::new("e-1");
    let offer = world.client.offer(&world.session, &id, Some(visit.id));
    assert!(told(offer.await).contains("none of them"));
    world
        .sql("UPDATE credential SET accepted_ms = accepted_ms - 400 * 86400000")
        .await;
    let visit = world.visit_anew("e-1").await;
    assert!(
        visit.administrators.is_empty(),
        "{:?}",
        visit.administrators
    );
    assert!(key_tested(&world, &visit, "a-1", &mut made).await || visit.authority.is_none());
    assert_eq!(world.visit("e-1").await.authority, None);
    // Another operator serves them.
    let visit = colleague.visit("e-1").await;
    assert_eq!(visit.administrators.len(), 1);
}

/// It could be the administrator's own account.
#[tokio::test]
async fn nobody_answers_for_somebody_whom_an_operator_serves_who_does_not_say_whose_account_it_is()
{
    let world = world().await;
    let honest = Desk::new(&world, "H. Onest", Role::HelpDesk).await;
    let me = &world.session.operator.id;
    humans(
        &world,
        &[(me, "1001"), (&honest.session.operator.id, "1002")],
    )
    .await;
    let offer = honest.offer("a-1", Some(&honest.visit("a-1").await)).await;
    let mut key = Authenticator::new(5);
    let mut push = world.enrolment(&offer.unwrap(), &mut key);
    push.body.operator = honest.session.operator.id.clone();
    push.head = head(1);
    honest.client.push(entry(), &push).await.unwrap();
    world.app_enrolled(&Phone::new("e-1", 3)).await;
    world
        .sql("UPDATE factor SET removed_ms = accepted_ms")
        .await;
    let visit = world.visit_anew("e-1").await;
    let id = PersonId::new("a-1");
    let asked = || world.client.test_offer(&world.session, &id, Some(visit.id));
    let offered = asked().await.expect("may answer");
    let unsaid = "UPDATE operator SET personnel_number = NULL WHERE name = 'O. Perator'";
    world.sql(unsaid).await;
    assert_eq!(refused(asked().await), problem_code::NOT_ALLOWED);
    // Nor by what was asked for before.
    let push = world.test(&offered, "a-1", &mut key);
    world.client.push(entry(), &push).await.expect("tested");
    let visit = world.visit("e-1").await;
    assert_eq!(visit.authority, None);
    assert!(visit.administrators.is_empty());
}

#[tokio::test]
async fn who_showed_the_secret_of_an_app_never_lets_it_vouch_for_others() {
    let world = world().await;
    world.app_enrolled(&Phone::new("e-1", 3)).await;
    world
        .sql("UPDATE factor SET removed_ms = accepted_ms")
        .await;
    world.app_enrolled(&Phone::new("a-1", 5)).await;
    world
        .sql("UPDATE factor SET accepted_ms = accepted_ms - 400 * 86400000")
        .await;
    let visit = world.visit_anew("e-1").await;
    assert!(
        visit.administrators.is_empty(),
        "{:?}",
        visit.administrators
    );
}
