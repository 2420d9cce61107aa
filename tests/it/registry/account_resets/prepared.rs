//! A desk prepares what an administrator of the person's organisation is to ask for.

use super::*;
use crate::registry::pages::browser::with_pages;

/// P. Example, an employee, and W. Example, now of the same organisation and its main administrator, who has a key; P.'s key was stolen.
pub(super) async fn alone() -> (World, Agent, Agent) {
    alone_with(&mut Authenticator::new(8)).await
}

/// The same, where W. Example has that key.
pub(super) async fn alone_with(key: &mut Authenticator) -> (World, Agent, Agent) {
    let world = World::with(with_pages).await;
    world
        .sql("UPDATE person SET organisation = 'org-1' WHERE id = 'p-2'")
        .await;
    world.enrolled("p-1", &mut Authenticator::new(7)).await;
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'stolen'")
        .await;
    world.enrolled("p-2", key).await;
    let desk = Agent::new(&world, "H. Elp", Role::HelpDesk, 31).await;
    let other = Agent::new(&world, "O. Ther", Role::HelpDesk, 32).await;
    (world, desk, other)
}

fn asking(visit: &Visit) -> ResetAsk {
    ResetAsk {
        version: VERSION,
        visit: visit.id,
        reason: ResetReason::Stolen,
        remark: "bag stolen on the train".to_owned(),
        ticket: None,
    }
}

pub(super) async fn prepares(desk: &Agent, visit: &Visit) -> Result<AccountReset, RegistryError> {
    let (client, session) = (&desk.client, &desk.session);
    client.prepare_reset(session, entry(), &asking(visit)).await
}

async fn listed(desk: &Agent) -> Vec<AccountResetId> {
    let resets = desk.client.account_resets(&desk.session).await;
    let resets = resets.expect("a list").resets;
    resets.iter().map(|reset| reset.id).collect()
}

#[tokio::test]
async fn a_desk_prepares_for_whoever_is_there_what_the_administrators_are_told_of() {
    let (world, desk, other) = alone().await;
    let visit = desk.visit("p-1").await;
    assert_eq!(visit.takes, Takes::Administrator);
    kinds_told(&world).await;
    let reset = prepares(&desk, &visit).await.expect("prepared");
    answered("prepared", &reset);
    assert_eq!(reset.state, ResetState::Prepared);
    assert!(reset.is_by(desk.id()) && reset.administrator.is_none());
    assert_eq!(reset.asker(), "H. Elp");
    let kinds = kinds_told(&world).await;
    // The person, and the administrator who is to ask.
    assert_eq!(kinds, ["reset-prepared", "reset-prepared"]);
    // It is nobody's release yet, and is seen where it was prepared.
    let done = desk.carries_out(reset.id, &visit).await;
    assert_eq!(refused(done), problem_code::RESET_OVER);
    assert_eq!(listed(&desk).await, [reset.id]);
    assert!(listed(&other).await.is_empty());
    let seen = other.client.account_reset(&other.session, reset.id).await;
    assert_eq!(refused(seen), problem_code::NOT_ALLOWED);
    // One at a time; and whoever prepared it takes it back, for as often as they like.
    assert_eq!(
        refused(prepares(&desk, &visit).await),
        problem_code::RESET_OPEN
    );
    for _ in 0..5 {
        let open = listed(&desk).await[0];
        desk.ends(open, ResetEnding::Withdraw)
            .await
            .expect("withdrawn");
        prepares(&desk, &visit).await.expect("prepared again");
    }
    let open = listed(&desk).await[0];
    assert_eq!(
        refused(other.ends(open, ResetEnding::Withdraw).await),
        problem_code::NOT_ALLOWED
    );
    let refused_by = other.ends(open, ResetEnding::Refuse).await;
    assert_eq!(refused_by.expect("refused").state, ResetState::Refused);
}

#[tokio::test]
async fn nothing_is_prepared_for_whom_administrators_do_not_answer_or_who_needs_none() {
    let (world, desk, _) = alone().await;
    // Whoever has a factor that opens their account proves that.
    let visit = desk.visit("p-2").await;
    assert_eq!(
        refused(prepares(&desk, &visit).await),
        problem_code::NOT_ALLOWED
    );
    let agent = Agent::new(&world, "A. Gent", Role::CustomerService, 33).await;
    let theirs = agent.visit("p-1").await;
    assert_eq!(
        refused(prepares(&agent, &theirs).await),
        problem_code::NOT_ALLOWED
    );
    // For a main administrator an agent asks.
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'stolen'")
        .await;
    world.sql("UPDATE visit SET ended_ms = opened_ms").await;
    let visit = desk.visit("p-2").await;
    assert_eq!(
        refused(prepares(&desk, &visit).await),
        problem_code::NOT_ALLOWED
    );
    // Nobody is left who could ask.
    let visit = desk.visit("p-1").await;
    let answer = prepares(&desk, &visit).await;
    assert!(
        matches!(
            &answer,
            Err(RegistryError::Refused { problem, .. }) if problem.detail.as_deref().is_some_and(|why| why.contains("enrol one for an administrator"))
        ),
        "{answer:?}"
    );
    // And a desk hears that before it asks anybody anything.
    let told = in_vain(&desk, "p-1").await.expect("said before");
    assert_eq!(told.code, problem_code::NOT_ALLOWED);
    let expected = answer.err().and_then(|why| match why {
        RegistryError::Refused { problem, .. } => Some(problem.said()),
        _ => None,
    });
    assert_eq!(Some(told.said), expected);
}

#[tokio::test]
async fn what_no_administrator_asked_for_within_four_hours_is_over() {
    let (world, desk, _) = alone().await;
    let visit = desk.visit("p-1").await;
    let reset = prepares(&desk, &visit).await.expect("prepared");
    world
        .clock_ahead_s
        .store(4 * 60 * 60 + 60, Ordering::SeqCst);
    let seen = desk.client.account_reset(&desk.session, reset.id).await;
    assert_eq!(seen.expect("seen").reset.state, ResetState::Expired);
}

/// W. Example asked for what was prepared for P. Example, with the key that the registry's first operator had enrolled for them.
pub(super) const ASKED: &str = "UPDATE account_reset SET state = 'released', administrator = 'p-2', \
     asked_with = (SELECT hex(id) FROM credential WHERE person = 'p-2'), until_ms = until_ms + 3600000";

pub(super) async fn raised(world: &World, kind: &str) -> usize {
    let alarms = admin::alarms(&world.db(), 100).await.expect("alarms");
    alarms.iter().filter(|alarm| alarm.kind == kind).count()
}

async fn passes(desk: &Agent, visit: &Visit, to: &OperatorId) -> Result<Visit, RegistryError> {
    let pass = keydesk::wire::VisitPass {
        version: VERSION,
        to: to.clone(),
    };
    desk.client.pass_visit(&desk.session, visit.id, &pass).await
}

/// They would be on both sides of it: the word is that of a key that they may have made for themself.
#[tokio::test]
async fn whoever_made_the_factor_that_was_asked_with_is_passed_no_visit_with_its_authority() {
    let (world, desk, other) = alone().await;
    world
        .sql("UPDATE operator SET personnel_number = 'maker' WHERE personnel_number IS NULL")
        .await;
    let maker = world.session.operator.id.clone();
    let visit = desk.visit("p-1").await;
    let reset = prepares(&desk, &visit).await.expect("prepared").id;
    world.sql(ASKED).await;
    desk.carries_out(reset, &visit).await.expect("carried out");
    let passed = passes(&desk, &visit, &maker).await;
    assert_eq!(refused(passed), problem_code::NOT_ALLOWED);
    passes(&desk, &visit, other.id())
        .await
        .expect("passed to somebody else");
}

/// The same where the administrator stands beside them and proves it there.
#[tokio::test]
async fn whoever_made_the_factor_that_vouches_is_passed_no_visit_with_its_authority() {
    let (world, desk, other) = alone().await;
    world
        .sql("UPDATE operator SET personnel_number = 'maker' WHERE personnel_number IS NULL")
        .await;
    let maker = world.session.operator.id.clone();
    let visit = desk.visit("p-1").await;
    world
        .sql(
            "UPDATE visit SET authority = 'administrator', prover = 'p-2', proved_ms = opened_ms, \
             proved_by = (SELECT hex(id) FROM credential WHERE person = 'p-2') \
             WHERE person = 'p-1' AND ended_ms IS NULL AND overtaken_ms IS NULL AND authority IS NULL",
        )
        .await;
    let passed = passes(&desk, &visit, &maker).await;
    assert_eq!(refused(passed), problem_code::NOT_ALLOWED);
    passes(&desk, &visit, other.id())
        .await
        .expect("passed to somebody else");
}

#[tokio::test]
async fn an_operator_who_refuses_what_an_administrator_asked_for_is_seen() {
    let (world, desk, other) = alone().await;
    let visit = desk.visit("p-1").await;
    let reset = prepares(&desk, &visit).await.expect("prepared").id;
    world.sql(ASKED).await;
    let ended = other.ends(reset, ResetEnding::Refuse).await;
    assert_eq!(ended.expect("refused").state, ResetState::Refused);
    assert_eq!(raised(&world, problem_code::RESET_OBJECTED).await, 1);
}

/// Why nothing would be asked for about that person, as their page says it.
async fn in_vain(desk: &Agent, person: &str) -> Option<NoReset> {
    let who = PersonId::new(person);
    let detail = desk.client.person(&desk.session, &who).await;
    detail.expect("a person").no_reset
}

/// Each tells everybody concerned: whoever prepares one after the other may want an administrator to sign one in the end.
#[tokio::test]
async fn many_that_one_human_prepares_are_seen_and_what_is_objected_to_thrice_is_not_prepared_again()
 {
    let (world, desk, _) = alone().await;
    let visit = desk.visit("p-1").await;
    for number in 1..=11 {
        let open = prepares(&desk, &visit).await.expect("prepared").id;
        let many = raised(&world, problem_code::RESET_LIMIT).await;
        assert_eq!(many, usize::from(number > 10), "{number}");
        desk.ends(open, ResetEnding::Withdraw)
            .await
            .expect("withdrawn");
    }
    for _ in 0..3 {
        assert_eq!(in_vain(&desk, "p-1").await, None);
        prepares(&desk, &visit).await.expect("prepared");
        world
            .sql(
                "UPDATE account_reset SET state = 'objected', objector = 'p-1', ended_ms = asked_ms \
                 WHERE state = 'prepared'",
            )
            .await;
    }
    assert_eq!(
        refused(prepares(&desk, &visit).await),
        problem_code::RESET_LIMIT
    );
    let told = in_vain(&desk, "p-1").await.expect("said before");
    assert_eq!(told.code, problem_code::RESET_LIMIT);
}

/// They would hinder whom they know.
#[tokio::test]
async fn nobody_refuses_for_their_own_organisation_and_who_prepared_takes_back_whoever_they_are() {
    let (world, desk, other) = alone().await;
    let visit = desk.visit("p-1").await;
    let reset = prepares(&desk, &visit).await.expect("prepared").id;
    world
        .sql(
            "UPDATE person SET organisation = 'org-1' WHERE id = 'p-4'; \
             UPDATE operator SET person = 'p-4' WHERE personnel_number IN ('n-31', 'n-32')",
        )
        .await;
    let ended = other.ends(reset, ResetEnding::Refuse).await;
    assert_eq!(refused(ended), problem_code::NOT_ALLOWED);
    let ended = desk.ends(reset, ResetEnding::Withdraw).await;
    assert_eq!(ended.expect("withdrawn").state, ResetState::Withdrawn);
}
