//! From a station that joins to a key that the registry holds.

use keydesk::domain::PersonId;
use keydesk::wire::SignIn;

use super::authenticator::Authenticator;
use super::world::{World, entry};

#[tokio::test]
async fn a_key_is_enrolled_tested_and_held() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    let receipt = world.enrolled("p-1", &mut key).await;
    assert_eq!(receipt.credential.0, key.id);
    assert_eq!(receipt.person.keys, 1);

    let held = world
        .client
        .person(&world.session, &PersonId::new("p-1"))
        .await
        .unwrap();
    let credential = held.credentials.first().unwrap();
    assert_eq!(credential.id.0, key.id);
    assert_eq!(credential.operator, world.session.operator.id);
    assert!(credential.last_tested_at.is_some());

    let offer = world.test_offer("p-1").await;
    assert_eq!(
        offer.request.allow_credentials.first().unwrap().id.0,
        key.id
    );
    let push = world.test(&offer, "p-1", &mut key);
    let receipt = world.client.push_test(entry(), &push).await.unwrap();
    assert_eq!(receipt.credential.0, key.id);
}

#[tokio::test]
async fn an_operator_signs_in_with_their_own_key_and_out_again() {
    let world = World::new().await;
    let mut key = Authenticator::new(7);
    let role = keydesk::domain::authority::Role::StationAdministrator;
    super::world::first_sign_in(
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
    let session = world.client.sign_in(&SignIn { assertion }).await.unwrap();
    assert_eq!(session.operator.name, "A. Dministrator");
    assert!(
        world
            .client
            .find_people(&session, "example", 5)
            .await
            .is_ok()
    );
    world.client.sign_out(&session).await.unwrap();
    let refusal = world.client.find_people(&session, "example", 5).await;
    assert_eq!(super::world::refused(refusal), "session-refused");
}
