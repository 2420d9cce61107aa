//! Whoever verifies a signature keeps nobody waiting: what does not hold is refused while somebody else holds the write lock, and
//! what was judged before the lock is judged by what is true under it.

use std::time::Duration;

use keydesk::domain::authority::Role;
use keydesk::server::admin;
use keydesk::wire::{OperatorEnrolment, SignIn};
use sqlx::{Connection as _, SqliteConnection};

use super::authenticator::{Authenticator, UP};
use super::world::{World, entry, first_sign_in, refused};

/// Somebody who writes for a long time.
async fn writer(world: &World) -> SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.db());
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut connection)
        .await
        .unwrap();
    connection
}

/// A signature by another key under the same name.
fn forger(of: &Authenticator) -> Authenticator {
    let mut other = Authenticator::new(77);
    other.id = of.id.clone();
    other.counter = 1000;
    other
}

#[tokio::test]
async fn an_enrolment_is_verified_before_the_lock() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let mut key = Authenticator::new(1);
    let honest = world.enrolment(&offer, &mut key);
    let mut forged = honest.clone();
    forged.body.assertion = forger(&key).sign(&offer.test, &offer.origin);
    // The head of the journal is known from then on.
    assert_eq!(refused(world.push(&forged).await), "signature-invalid");
    let busy = writer(&world).await;
    assert_eq!(refused(world.push(&forged).await), "signature-invalid");
    busy.close().await.unwrap();
    world.push(&honest).await.unwrap();
}

#[tokio::test]
async fn a_test_is_verified_before_the_lock() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    world.enrolled("p-1", &mut key).await;
    let offer = world.test_offer("p-1").await;
    let honest = world.test(&offer, "p-1", &mut key);
    let mut forged = honest.clone();
    forged.body.assertion = forger(&key).sign(&offer.request, &offer.origin);
    let push = |push| world.client.push(entry(), push);
    assert_eq!(refused(push(&forged).await), "signature-invalid");
    let busy = writer(&world).await;
    assert_eq!(refused(push(&forged).await), "signature-invalid");
    busy.close().await.unwrap();
    push(&honest).await.unwrap();
}

#[tokio::test]
async fn an_operators_key_is_verified_before_the_lock() {
    let world = World::new().await;
    let db = world.db();
    let mut key = Authenticator::new(41);
    let code = admin::new_operator_code(&db, "N. Ew", Role::HelpDesk)
        .await
        .unwrap();
    let offer = world
        .client
        .operator_enrolment_options(&code.code)
        .await
        .unwrap();
    key.flags = UP;
    let enrolment = OperatorEnrolment {
        code: code.code.duplicate(),
        registration: key.register(&offer.creation, &offer.origin),
    };
    let busy = writer(&world).await;
    let refusal = world.client.enrol_operator(&enrolment).await;
    assert_eq!(refused(refusal.map(|_| ())), "user-not-verified");
    busy.close().await.unwrap();
}

#[tokio::test]
async fn a_sign_in_is_verified_before_the_lock() {
    let world = World::new().await;
    let mut key = Authenticator::new(41);
    first_sign_in(
        &world.client,
        &world.db(),
        "N. Ew",
        Role::HelpDesk,
        &mut key,
    )
    .await;
    let options = world.client.sign_in_options().await.unwrap();
    let mut forger = forger(&key);
    forger.user_handle = key.user_handle.clone();
    let forged = SignIn {
        assertion: forger.sign(&options.request, &options.origin),
    };
    let busy = writer(&world).await;
    let refusal = world.client.sign_in(&forged).await;
    assert_eq!(refused(refusal.map(|_| ())), "signature-invalid");
    busy.close().await.unwrap();
    let honest = SignIn {
        assertion: key.sign(&options.request, &options.origin),
    };
    world.client.sign_in(&honest).await.unwrap();
}

/// A push that is on its way twice at once is answered twice the same, and done once.
#[tokio::test]
async fn what_was_judged_twice_is_done_once() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let mut key = Authenticator::new(1);
    let push = world.enrolment(&offer, &mut key);
    let mut forged = push.clone();
    forged.body.assertion = forger(&key).sign(&offer.test, &offer.origin);
    // The head of the journal is known from then on, so that both get as far as the lock.
    assert_eq!(refused(world.push(&forged).await), "signature-invalid");
    let entry = entry();
    let busy = writer(&world).await;
    let both = async {
        tokio::join!(
            world.client.push(entry, &push),
            world.client.push(entry, &push),
        )
    };
    let free = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        busy.close().await.unwrap();
    };
    let ((first, second), ()) = tokio::join!(both, free);
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(world.keys_of("p-1").await, 1);
}
