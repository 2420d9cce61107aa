//! Somebody who was told of a reset objects by the link that they were sent.

use keydesk::domain::account_reset::ResetState;

use super::browser::{Browser, with_pages};
use crate::registry::account_resets::stolen_with;
use crate::registry::world::World;

/// A link to that reset for that person, as a mail has it.
async fn link(world: &World, person: &str, reset: &str) -> String {
    let token = format!("token-of-{person}-43-characters-long-as-others");
    let hash = <sha2::Sha256 as sha2::Digest>::digest(token.as_bytes()).to_vec();
    let done = sqlx::query(
        "INSERT INTO objection (token, notice, person, reset) SELECT $1, max(number), $2, $3 FROM notice",
    )
    .bind(hash)
    .bind(person)
    .bind(reset)
    .execute(&world.database().await)
    .await;
    done.expect("kept");
    format!("/objection/{token}")
}

#[tokio::test]
async fn a_link_objects_once_and_looking_at_it_changes_nothing() {
    let (world, mut one, _) = stolen_with(with_pages).await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    let at = link(&world, "p-2", &reset.to_string()).await;
    let mut browser = Browser::new(&world);
    for _ in 0..3 {
        let page = browser.get(&at).await;
        assert_eq!(page.status, 200);
        assert!(
            page.text.contains("W. Example") && page.text.contains("A. Gent"),
            "{}",
            page.text
        );
        assert!(
            !page.text.contains("bag stolen"),
            "what is said between agents is theirs"
        );
    }
    assert!(browser.cookies.is_empty(), "whoever is signed in stays so");
    let state = async || {
        let shown = one.client.account_reset(&one.session, reset).await;
        shown.expect("shown").reset.state
    };
    assert_eq!(state().await, ResetState::Requested);
    // Not from another site, though whoever has the link may.
    let other = [
        ("origin", "https://mail.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    assert_eq!(browser.post_with(&at, &[], &other).await.status, 403);
    assert_eq!(state().await, ResetState::Requested);
    for _ in 0..2 {
        let answer = browser.post(&at, &[]).await;
        assert_eq!(
            (answer.status, answer.location()),
            (303, "/objected"),
            "{}",
            answer.text
        );
    }
    assert_eq!(state().await, ResetState::Objected);
    assert_eq!(browser.get("/objected").await.status, 200);
    let page = browser.get(&at).await;
    assert_eq!(page.status, 404, "there is nothing left to object to");
    for words in ["was stopped", "objected to", "W. Example"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
}

#[tokio::test]
async fn a_link_that_is_none_or_of_what_ended_objects_to_nothing() {
    let (world, mut one, mut two) = stolen_with(with_pages).await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    let at = link(&world, "p-2", &reset.to_string()).await;
    let mut browser = Browser::new(&world);
    for none in [
        "/objection/x",
        "/objection/",
        "/objection/%00",
        &format!("{at}a"),
    ] {
        assert_eq!(browser.get(none).await.status, 404, "{none}");
        let answer = browser.post(none, &[]).await;
        assert!(
            answer.status == 404 || answer.status == 405,
            "{none}: {}",
            answer.status
        );
    }
    two.releases(reset).await.expect("released");
    one.carries_out(reset, &visit).await.expect("carried out");
    assert_eq!(browser.post(&at, &[]).await.status, 404);
    let page = browser.get(&at).await;
    assert_eq!(page.status, 404);
    assert!(page.text.contains("was carried out"), "{}", page.text);
}

/// Nobody needs an account to send one: it must not stand in the way of whoever writes.
#[tokio::test]
async fn a_link_that_is_none_is_told_so_without_a_turn_to_write() {
    let world = World::with(with_pages).await;
    let mut browser = Browser::new(&world);
    let pool = world.database().await;
    let mut writing = pool.acquire().await.expect("a connection");
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut *writing)
        .await
        .expect("writes");
    let answer = browser.post("/objection/none", &[]).await;
    sqlx::query("ROLLBACK")
        .execute(&mut *writing)
        .await
        .expect("ends");
    assert_eq!(answer.status, 404, "{}", answer.text);
}
