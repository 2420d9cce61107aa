//! Leaving no trace: looking around, failing, and changing what is written.

use serde_json::json;

use crate::authenticator::Authenticator;
use crate::desk::Desk;
use crate::registry::Registry;
use keydesk::wire::webauthn::RequestOptions;

/// Rows of the audit with this in them.
async fn rows(registry: &Registry, like: &str) -> i64 {
    let pool = registry.database().await;
    let found = sqlx::query_scalar(
        "SELECT count(*) FROM audit WHERE action || ' ' || subject || ' ' || coalesce(operator, '') || ' ' || detail LIKE $1",
    )
    .bind(like)
    .fetch_one(&pool)
    .await
    .expect("counted");
    pool.close().await;
    found
}

#[tokio::test]
async fn looking_people_up_leaves_a_trace() {
    let mut registry = Registry::new();
    let desk = Desk::new(&registry, "Desk", "help-desk").await;
    let before = rows(&registry, &format!("%{}%", desk.operator)).await;
    desk.get("/people?q=example").await.taken("found");
    desk.page("p-2").await;
    registry.stop();
    let after = rows(&registry, &format!("%{}%", desk.operator)).await;
    assert!(after >= before + 2, "{before} rows, then {after}");
    assert!(rows(&registry, "%p-2%").await > 0);
}

#[tokio::test]
async fn trying_what_one_may_not_leaves_a_trace() {
    let mut registry = Registry::new();
    let agent = Desk::new(&registry, "Desk", "customer-service").await;
    let before = rows(&registry, &format!("%{}%", agent.operator)).await;
    let refused = agent
        .post("/people/p-1/offers", serde_json::Value::Null)
        .await;
    assert_eq!(refused.status, 403, "{refused:?}");
    registry.stop();
    let after = rows(&registry, &format!("%{}%", agent.operator)).await;
    assert!(after > before, "{before} rows, then {after}");
}

#[tokio::test]
async fn failing_to_sign_in_leaves_a_trace() {
    let mut registry = Registry::new();
    let desk = Desk::new(&registry, "Desk", "help-desk").await;
    let pool = registry.database().await;
    let all = "SELECT count(*) FROM audit";
    let before: i64 = sqlx::query_scalar(all)
        .fetch_one(&pool)
        .await
        .expect("rows");
    let options = desk.post("/sessions/options", json!(null)).await;
    let options = options.taken("options");
    let request: RequestOptions = crate::desk::Answer::part(&options, "/request");
    let origin: String = crate::desk::Answer::part(&options, "/origin");
    let assertion = Authenticator::new(99).sign(&request, &origin);
    let refused = desk
        .post("/sessions", json!({ "assertion": assertion }))
        .await;
    assert!(!refused.is_taken(), "{refused:?}");
    registry.stop();
    let after: i64 = sqlx::query_scalar(all)
        .fetch_one(&pool)
        .await
        .expect("rows");
    pool.close().await;
    assert!(after > before, "{before} rows, then {after}");
}

#[tokio::test]
async fn a_row_is_not_changed_behind_the_registrys_back_unfound() {
    let mut registry = Registry::new();
    let mut desk = Desk::new(&registry, "Desk", "help-desk").await;
    desk.enrol("p-1", &mut Authenticator::new(1)).await;
    registry.stop();
    let whole = registry.command(&["audit", "verify"]);
    assert_eq!(whole.code, 0, "{}", whole.all);
    let pool = registry.database().await;
    let triggers: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'",
    )
    .fetch_all(&pool)
    .await
    .expect("listed");
    for trigger in triggers {
        let statement = format!("DROP TRIGGER {trigger}");
        let dropped = sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&pool);
        dropped.await.expect("dropped");
    }
    pool.close().await;
    let changed = registry
        .sql("UPDATE audit SET subject = 'p-2' WHERE action = 'enrol'")
        .await;
    assert_eq!(changed, 1);
    let verified = registry.command(&["audit", "verify"]);
    assert_ne!(verified.code, 0, "{}", verified.all);
}
