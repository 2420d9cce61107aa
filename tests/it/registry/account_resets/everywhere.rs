//! What a desk is shown of resets that were asked for elsewhere: what it can carry out now, and nothing before whoever asked from a page is
//! there.

use super::prepared::{ASKED, alone, prepares};
use super::*;

async fn everywhere(desk: &Agent) -> Vec<AccountReset> {
    let listed = desk.client.account_resets_everywhere(&desk.session).await;
    listed.expect("a list").resets
}

async fn is_shown(desk: &Agent, reset: AccountResetId) -> bool {
    match desk.client.account_reset(&desk.session, reset).await {
        Ok(detail) => detail.reset.id == reset,
        refusal => {
            assert_eq!(refused(refusal), problem_code::NOT_ALLOWED);
            false
        }
    }
}

/// An administrator asked for the reset of P. Example's account, who had been at another desk.
async fn asked_elsewhere() -> (World, Agent, Agent, AccountResetId) {
    let (world, desk, other) = alone().await;
    world
        .sql("UPDATE operator SET personnel_number = 'maker' WHERE personnel_number IS NULL")
        .await;
    let visit = desk.visit("p-1").await;
    let reset = prepares(&desk, &visit).await.expect("prepared").id;
    world.sql("UPDATE account_reset SET ticket = 'T-1'").await;
    world.sql(ASKED).await;
    (world, desk, other, reset)
}

#[tokio::test]
async fn what_was_asked_for_on_a_page_is_listed_and_shown_where_its_person_stands_and_nowhere_else()
{
    let (world, desk, other, reset) = asked_elsewhere().await;
    world
        .sql("UPDATE account_reset SET visit = NULL, station = NULL, asked_by = NULL")
        .await;
    for nobody_there in [&desk, &other] {
        let is_theirs = std::ptr::eq(nobody_there, &desk);
        assert_eq!(everywhere(nobody_there).await.len(), usize::from(is_theirs));
        assert_eq!(is_shown(nobody_there, reset).await, is_theirs);
    }
    let visit = other.visit("p-1").await;
    let listed = everywhere(&other).await;
    assert_eq!(
        listed.iter().map(|reset| reset.id).collect::<Vec<_>>(),
        [reset]
    );
    assert!(is_shown(&other, reset).await);
    assert!(everywhere(&desk).await.is_empty(), "they went elsewhere");
    other.carries_out(reset, &visit).await.expect("carried out");
}

#[tokio::test]
async fn a_list_of_what_others_wrote_has_neither_remark_nor_ticket_and_is_on_record() {
    let (world, desk, other, reset) = asked_elsewhere().await;
    let own = everywhere(&desk).await;
    assert_eq!(own[0].remark, "bag stolen on the train");
    let listed = everywhere(&other).await;
    assert_eq!(listed[0].id, reset);
    assert_eq!((listed[0].remark.as_str(), &listed[0].ticket), ("", &None));
    let (db, me) = (world.db(), other.id().as_str().to_owned());
    let World { dir, running, .. } = world;
    running.shutdown().await.expect("stops");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&db);
    let pool = sqlx::SqlitePool::connect_with(options)
        .await
        .expect("opens");
    let looked: Vec<(String, String)> =
        sqlx::query_as("SELECT operator, subject FROM audit WHERE action = 'reset-list'")
            .fetch_all(&pool)
            .await
            .expect("read");
    assert_eq!(looked, [(me, "p-1".to_owned())]);
    drop(dir);
}

#[tokio::test]
async fn nothing_is_listed_that_cannot_be_carried_out_there_yet_or_by_that_operator() {
    let (world, _, other, reset) = asked_elsewhere().await;
    assert!(is_shown(&other, reset).await);
    world
        .sql("UPDATE account_reset SET ripe_ms = until_ms - 1")
        .await;
    assert!(everywhere(&other).await.is_empty());
    assert!(!is_shown(&other, reset).await);
    world.sql("UPDATE account_reset SET ripe_ms = NULL").await;
    // Of their own organisation.
    world
        .sql(
            "UPDATE person SET organisation = 'org-1' WHERE id = 'p-4'; \
             UPDATE operator SET person = 'p-4' WHERE personnel_number = 'n-32'",
        )
        .await;
    assert!(everywhere(&other).await.is_empty());
    assert!(!is_shown(&other, reset).await);
}
