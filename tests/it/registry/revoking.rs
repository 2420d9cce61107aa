//! How access ends: of a station that was stolen, of an operator who left, of a key that was lost.

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::authority::Role;
use keydesk::domain::{OperatorId, PersonId};
use keydesk::registry::RegistryError;
use keydesk::server::admin::{self, AdminError};
use keydesk::wire::{OperatorEnrolment, Session, SignIn, problem_code};

use super::authenticator::Authenticator;
use super::world::{World, entry, first_sign_in, joined, refused};

/// The code of a refusal, and that it names a command or a person to go on with.
fn refused_with_a_way_on<T>(result: Result<T, RegistryError>) -> String {
    match result.map(drop) {
        Err(RegistryError::Refused {
            status: 403,
            problem,
        }) => {
            let detail = problem.detail.clone().unwrap();
            let way_on = detail.contains("`keydesk ") || detail.contains("administrator");
            assert!(way_on, "{detail}");
            problem.code().to_owned()
        }
        other => panic!("not refused: {other:?}"),
    }
}

async fn sign_in(world: &World, key: &mut Authenticator) -> Result<Session, RegistryError> {
    let options = world.client.sign_in_options().await.unwrap();
    let assertion = key.sign(&options.request, &options.origin);
    world.client.sign_in(&SignIn { assertion }).await
}

/// Actions of the audit with their subject, those of revoking only.
async fn audited(world: &World) -> Vec<(String, String)> {
    sqlx::query_as(
        "SELECT action, subject FROM audit \
         WHERE at_ms > 0 AND (action LIKE 'revoke-%' OR action = 'new-operator-key') ORDER BY number",
    )
    .fetch_all(&world.database().await)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_revoked_station_gets_nothing_more_and_no_other_station_is_touched() {
    let world = World::new().await;
    let other = joined(&world.running, &world.db(), "Another desk").await;
    let offer = world.offer("p-1").await;
    let push = world.enrolment(&offer, &mut Authenticator::new(1));
    let revoked = admin::revoke_station(&world.db(), "Help desk 2")
        .await
        .unwrap();
    assert_eq!(revoked.sessions_ended, 1);

    let found = world.client.find_people(&world.session, "example", 5).await;
    assert_eq!(refused_with_a_way_on(found), problem_code::STATION_REVOKED);
    let pushed = world.client.push(entry(), &push).await;
    assert_eq!(refused_with_a_way_on(pushed), problem_code::STATION_REVOKED);
    assert!(other.sign_in_options().await.is_ok());

    let known = admin::stations(&world.db()).await.unwrap();
    let of = |name: &str| known.iter().find(|s| s.name == name).unwrap().clone();
    assert_eq!(of("Help desk 2").revoked_at, Some(revoked.revoked_at));
    assert_eq!(of("Another desk").revoked_at, None);
    let recorded = ("revoke-station".to_owned(), revoked.id);
    assert_eq!(audited(&world).await, [recorded]);
}

#[tokio::test]
async fn revoking_twice_changes_nothing_and_tells_since_when() {
    let world = World::new().await;
    let first = admin::revoke_station(&world.db(), "Help desk 2")
        .await
        .unwrap();
    let again = admin::revoke_station(&world.db(), &first.id).await.unwrap();
    assert_eq!(again.revoked_at, first.revoked_at);
    assert_eq!(again.sessions_ended, 0);
    assert_eq!(audited(&world).await.len(), 1);
}

#[tokio::test]
async fn a_name_that_several_stations_have_is_not_guessed_at() {
    let world = World::new().await;
    let twin = joined(&world.running, &world.db(), "Help desk 2").await;
    let ids = match admin::revoke_station(&world.db(), "Help desk 2").await {
        Err(AdminError::SeveralStations { ids, .. }) => ids,
        other => panic!("{other:?}"),
    };
    assert_eq!(ids.len(), 2);
    assert!(twin.sign_in_options().await.is_ok());
    admin::revoke_station(&world.db(), &ids[0]).await.unwrap();
    // The one that is left is the only one that the name can mean.
    let rest = admin::revoke_station(&world.db(), "Help desk 2")
        .await
        .unwrap();
    assert_eq!(rest.id, ids[1]);
    let nobody = admin::revoke_station(&world.db(), "Help desk 3").await;
    assert!(matches!(nobody, Err(AdminError::NoStation(_))));
}

#[tokio::test]
async fn a_revoked_operator_is_out_at_once_and_is_told_so_at_the_next_sign_in() {
    let world = World::new().await;
    let mut key = Authenticator::new(9);
    let role = Role::HelpDesk;
    let session = first_sign_in(&world.client, &world.db(), "L. Eaver", role, &mut key).await;
    let id = session.operator.id.clone();
    let revoked = admin::revoke_operator(&world.db(), &id).await.unwrap();
    assert_eq!(
        (revoked.name.as_str(), revoked.sessions_ended),
        ("L. Eaver", 1)
    );

    let found = world.client.find_people(&session, "example", 5).await;
    assert_eq!(refused(found), problem_code::SESSION_REFUSED);
    assert_eq!(
        refused_with_a_way_on(sign_in(&world, &mut key).await),
        problem_code::OPERATOR_REVOKED
    );
    let colleague = world.client.find_people(&world.session, "example", 5).await;
    assert!(colleague.is_ok());

    let again = admin::new_operator_code(&world.db(), "L. Eaver", role).await;
    assert!(matches!(again, Err(AdminError::Revoked { .. })));
    let key_again = admin::new_operator_key(&world.db(), &id).await;
    assert!(matches!(key_again, Err(AdminError::Revoked { .. })));
    let recorded = ("revoke-operator".to_owned(), id.as_str().to_owned());
    assert_eq!(audited(&world).await, [recorded]);
}

#[tokio::test]
async fn a_code_that_was_not_used_ends_with_its_operator() {
    let world = World::new().await;
    let code = admin::new_operator_code(&world.db(), "N. Ever", Role::HelpDesk)
        .await
        .unwrap();
    let known = admin::operators(&world.db()).await.unwrap();
    let never = known.iter().find(|o| o.name == "N. Ever").unwrap();
    assert_eq!((never.keys, never.signed_in_at), (0, None));
    admin::revoke_operator(&world.db(), &never.id)
        .await
        .unwrap();
    let offer = world.client.operator_enrolment_options(&code.code).await;
    assert_eq!(refused(offer), problem_code::CODE_REFUSED);
}

#[tokio::test]
async fn what_an_operator_did_before_they_were_revoked_is_taken_and_what_came_later_is_not() {
    let world = World::new().await;
    let (early, late) = (world.offer("p-1").await, world.offer("p-2").await);
    let before = world.enrolment(&early, &mut Authenticator::new(1));
    let mut after = world.enrolment(&late, &mut Authenticator::new(2));
    after.body.enrolled_at = Timestamp::now() + SignedDuration::from_mins(2);
    let id = &world.session.operator.id;
    admin::revoke_operator(&world.db(), id).await.unwrap();
    let receipt = world.push(&before).await.unwrap();
    assert_eq!(receipt.person.id, PersonId::new("p-1"));
    assert_eq!(
        refused_with_a_way_on(world.push(&after).await),
        problem_code::OPERATOR_REVOKED
    );
}

#[tokio::test]
async fn a_lost_key_signs_nobody_in_and_the_code_enrols_another_one() {
    let world = World::new().await;
    let mut lost = Authenticator::new(9);
    let role = Role::HelpDesk;
    let session = first_sign_in(&world.client, &world.db(), "L. Oser", role, &mut lost).await;
    let id = session.operator.id.clone();
    let code = admin::new_operator_key(&world.db(), &id).await.unwrap();
    let found = world.client.find_people(&session, "example", 5).await;
    assert_eq!(refused(found), problem_code::SESSION_REFUSED);
    assert_eq!(
        refused_with_a_way_on(sign_in(&world, &mut lost).await),
        problem_code::CREDENTIAL_REVOKED
    );

    let offer = world
        .client
        .operator_enrolment_options(&code.code)
        .await
        .unwrap();
    assert_eq!(offer.operator.id, id);
    assert!(offer.creation.exclude_credentials.is_empty());
    let mut fresh = Authenticator::new(10);
    let enrolment = OperatorEnrolment {
        code: code.code.duplicate(),
        registration: fresh.register(&offer.creation, &offer.origin),
    };
    world.client.enrol_operator(&enrolment).await.unwrap();
    assert_eq!(sign_in(&world, &mut fresh).await.unwrap().operator.id, id);
    let known = admin::operators(&world.db()).await.unwrap();
    assert_eq!(known.iter().find(|o| o.id == id).unwrap().keys, 1);
    let recorded = ("new-operator-key".to_owned(), id.as_str().to_owned());
    assert_eq!(audited(&world).await, [recorded]);
    let nobody = admin::new_operator_key(&world.db(), &OperatorId::new("nobody")).await;
    assert!(matches!(nobody, Err(AdminError::NoOperator(_))));
}
