//! What is mailed about a reset: whom it reaches, by what they object, and what is in no mail.

use sha2::{Digest, Sha256};

use super::*;
use crate::registry::mails::{Mail, Post, until};

/// The page that a mail names.
fn page(mail: &Mail) -> Option<&str> {
    mail.body.lines().find(|line| line.contains("/objection/"))
}

#[tokio::test]
async fn whoever_is_told_of_a_reset_gets_a_page_of_their_own_and_nothing_that_an_agent_wrote() {
    let post = Post::new().await;
    let (world, mut one, mut two) = stolen_with(|config| config.mail = Some(post.settings())).await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await;
    let asked = async || {
        post.taken()
            .iter()
            .any(|mail| mail.body.contains("asked for"))
    };
    until("asked", asked).await;
    two.releases(reset.id).await.expect("is released");
    let pages = || -> Vec<String> {
        let mails = post.taken();
        mails
            .iter()
            .filter_map(page)
            .map(ToOwned::to_owned)
            .collect()
    };
    until("released", async || pages().len() == 2).await;
    let pages = pages();
    assert_ne!(pages[0], pages[1], "each notice has its own");
    let pool = world.database().await;
    for page in &pages {
        let token = page.strip_prefix("https://keydesk.iamconnected.example/objection/");
        let token = token.expect("an address of the registry's");
        assert_eq!(token.len(), 43, "32 bytes");
        let kept: (String, String) =
            sqlx::query_as("SELECT person, reset FROM objection WHERE token = $1")
                .bind(Sha256::digest(token.as_bytes()).to_vec())
                .fetch_one(&pool)
                .await
                .expect("its hash is kept");
        assert_eq!(kept, ("p-2".to_owned(), reset.id.to_string()));
        for file in ["registry.db", "registry.db-wal"] {
            let bytes = std::fs::read(world.dir.path().join(file)).unwrap_or_default();
            let found = bytes.windows(token.len()).any(|w| w == token.as_bytes());
            assert!(!found, "the token itself is in {file}");
        }
    }
    one.carries_out(reset.id, &visit)
        .await
        .expect("carried out");
    let done = async || {
        post.taken()
            .iter()
            .any(|mail| mail.body.contains("carried out"))
    };
    until("carried out", done).await;
    for mail in post.taken() {
        for secret in ["bag stolen", "T-1", "7K31"] {
            assert!(!mail.body.contains(secret), "{secret}: {}", mail.body);
        }
    }
}
