//! Loans one after the other, loans that are lost, and what a loan neither counts for nor outlives.

use keydesk::domain::account_reset::ResetReason;
use keydesk::server::{ServeConfig, Server};
use keydesk::wire::{ResetAsk, ResetCarryOut};

use super::*;

/// Its date has come.
const OVER: &str =
    "UPDATE credential SET lent_until_ms = accepted_ms WHERE lent_until_ms IS NOT NULL";

async fn raised(world: &World, kind: &str) -> usize {
    let alarms = admin::alarms(&world.db(), 100).await.expect("alarms");
    alarms.iter().filter(|alarm| alarm.kind == kind).count()
}

async fn told_of(world: &World, kind: &str) -> Vec<serde_json::Value> {
    let news = world.news().await.into_iter();
    let of_kind = news.filter(|notice| notice.kind == kind);
    of_kind.map(|notice| notice.facts).collect()
}

#[tokio::test]
async fn one_loan_after_the_other_is_an_alarm_and_whoever_is_told_of_it_hears_that() {
    let (world, mut second) = forgotten().await;
    lent(&world, &mut second, &mut another(8)).await;
    assert_eq!(raised(&world, problem_code::LENT_AGAIN).await, 0);
    let told = told_of(&world, "factor-lent").await;
    assert!(
        !told.is_empty() && told.iter().all(|facts| facts["again"].is_null()),
        "{told:?}"
    );
    world.sql(OVER).await;
    lent(&world, &mut second, &mut another(9)).await;
    assert_eq!(raised(&world, problem_code::LENT_AGAIN).await, 1);
    let told = told_of(&world, "factor-lent").await;
    assert!(
        !told.is_empty() && told.iter().all(|facts| facts["again"] == 1),
        "{told:?}"
    );
}

#[tokio::test]
async fn nobody_is_told_that_a_loan_that_was_lost_can_be_lifted() {
    let (world, mut second) = forgotten().await;
    let mut key = another(8);
    let (_, receipt) = lent(&world, &mut second, &mut key).await;
    let test = world.test_offer("e-1").await;
    let mut test = world.test(&test, "e-1", &mut key);
    world.news().await;
    let [own, loan] = credentials(&world).await.try_into().expect("two");
    reported(&world, &loan, SuspendedWhy::Lost).await;
    assert_eq!(loan.id, receipt.credential);
    for facts in told_of(&world, "factor-suspended").await {
        assert_eq!(facts["lent"], true, "{facts}");
        assert!(facts["lifted_until"].is_null(), "{facts}");
    }
    test.head = world.head();
    let refusal = world.client.push(entry(), &test).await;
    let Err(RegistryError::Refused { problem, .. }) = refusal else {
        panic!("not refused: {refusal:?}");
    };
    let said = problem.detail.clone().unwrap_or_default();
    assert!(
        said.contains("never lifted") && !said.contains("until"),
        "{said}"
    );
    // The own one is, as ever.
    reported(&world, &own, SuspendedWhy::Lost).await;
    for facts in told_of(&world, "factor-suspended").await {
        assert!(facts["lent"].is_null() && facts["lifted_until"].is_string());
    }
}

#[tokio::test]
async fn what_is_lent_is_not_what_somebody_came_for() {
    let (world, mut second) = forgotten().await;
    let today = world.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let csv = format!("record,person,at\nappointment,e-1,{today}T10:00:00Z\n");
    let file = write(world.dir.path(), "today.csv", csv);
    import_file(&world.db(), &file, Format::Csv).await.unwrap();
    world
        .sql("UPDATE credential SET enrolled_ms = enrolled_ms - 5 * 86400000")
        .await;
    lent(&world, &mut second, &mut another(8)).await;
    let listed = world.client.expected(&world.session, today).await.unwrap();
    let done: Vec<bool> = listed
        .expected
        .iter()
        .map(|expected| expected.done)
        .collect();
    assert_eq!(done, [false]);
}

async fn lost(world: &World, person: &str, credential: &keydesk::domain::Bytes) {
    let push = Push {
        body: SuspensionPush {
            version: VERSION,
            person: PersonId::new(person),
            factor: FactorRef::Key {
                credential: credential.clone(),
            },
            why: SuspendedWhy::Lost,
            operator: world.session.operator.id.clone(),
            suspended_at: world.now(),
        },
        head: world.head(),
    };
    world.client.push(entry(), &push).await.expect("accepted");
}

#[tokio::test]
async fn suspending_what_was_lent_counts_like_any_other() {
    let (world, mut second) = forgotten().await;
    let (_, receipt) = lent(&world, &mut second, &mut another(8)).await;
    let mut theirs = Vec::new();
    for (seed, who) in (10..).zip(["p-1", "p-2", "p-3", "a-1"]) {
        let enrolled = world.enrolled(who, &mut another(seed)).await;
        theirs.push((who, enrolled.credential));
    }
    lost(&world, "e-1", &receipt.credential).await;
    for (who, credential) in &theirs {
        lost(&world, who, credential).await;
    }
    let many = problem_code::MANY_SUSPENSIONS;
    assert_eq!(raised(&world, many).await, 0);
    let own = credentials(&world).await.swap_remove(0);
    lost(&world, "e-1", &own.id).await;
    assert_eq!(raised(&world, many).await, 1, "the sixth");
}

#[tokio::test]
async fn a_reset_ends_what_was_lent_too() {
    let (world, mut second) = forgotten().await;
    let maker = Agent::new(&world, "M. Aker", Role::HelpDesk, 22).await;
    made_by(&world, &maker, "a-1", &mut another(5)).await;
    lent(&world, &mut second, &mut another(8)).await;
    let own = credentials(&world).await.swap_remove(0);
    reported(&world, &own, SuspendedWhy::Stolen).await;
    let visit = world.visit_anew("e-1").await.id;
    let ask = ResetAsk {
        version: VERSION,
        visit,
        reason: ResetReason::Stolen,
        remark: String::new(),
        ticket: None,
    };
    let prepared = world.client.prepare_reset(&world.session, entry(), &ask);
    let reset = prepared.await.expect("prepared").id;
    world
        .sql(
            "UPDATE account_reset SET state = 'released', administrator = 'a-1', until_ms = until_ms + 3600000, \
             asked_with = (SELECT hex(id) FROM credential WHERE person = 'a-1')",
        )
        .await;
    let carry_out = ResetCarryOut {
        version: VERSION,
        visit,
    };
    let about = (reset, entry());
    let done = world
        .client
        .carry_out_reset(&world.session, about, &carry_out);
    assert_eq!(done.await.expect("carried out").deleted.len(), 2);
    let left = credentials(&world).await;
    assert!(left.iter().all(|key| key.gone_at.is_some()), "{left:?}");
}

async fn suspended_why(world: &World) -> Option<String> {
    sqlx::query_scalar("SELECT suspended_why FROM credential WHERE lent_until_ms IS NOT NULL")
        .fetch_one(&world.database().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_loan_ends_on_its_date_also_where_nothing_else_can_be_tidied_away() {
    let (mut world, mut second) = forgotten().await;
    lent(&world, &mut second, &mut another(8)).await;
    world.test_offer("e-1").await;
    world.sql(OVER).await;
    world.sql("UPDATE offer SET expires_ms = 1").await;
    let broken = "CREATE TRIGGER nothing_is_forgotten BEFORE DELETE ON offer BEGIN SELECT RAISE (ABORT, 'broken'); END";
    let database = world.database().await;
    sqlx::query(broken).execute(&database).await.unwrap();
    let settings = ServeConfig {
        listen: "127.0.0.1:0".parse().expect("an address"),
        ..world.settings.clone()
    };
    let started = Server::start(settings).await;
    assert!(started.is_err(), "that it can't is seen");
    assert_eq!(suspended_why(&world).await.as_deref(), Some("loan-over"));
    sqlx::query("DROP TRIGGER nothing_is_forgotten")
        .execute(&database)
        .await
        .unwrap();
    world.restart().await;
}

#[tokio::test]
async fn what_was_offered_for_a_loan_is_forgotten_with_the_offer() {
    let (mut world, mut second) = forgotten().await;
    let (visit, _) = lent(&world, &mut second, &mut another(8)).await;
    let offers = async |world: &World| -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM loan_offer")
            .fetch_one(&world.database().await)
            .await
            .unwrap()
    };
    // Another one, of which nothing comes.
    world
        .sql("INSERT INTO loan_offer (offer, loan) SELECT 'forgotten', visit FROM loan")
        .await;
    drop(visit);
    world.restart().await;
    assert_eq!(
        offers(&world).await,
        1,
        "the one by which the key came stays"
    );
}
