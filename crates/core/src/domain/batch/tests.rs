#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

use super::*;

fn profile() -> Profile {
    let text = "version = 1\nname = \"x\"\n[[step]]\ndo = \"pin\"\nhow = \"typed\"\n[[step]]\ndo = \"enrol\"\nfor = \"list\"\n\
        [[step]]\ndo = \"tag\"\n";
    Profile::parse(text).expect("valid")
}

fn plan(people: &[&str]) -> Plan {
    let listed = |id: &&str| Listed {
        person: PersonId::new(*id),
        identification: None,
    };
    Plan {
        id: BatchId(uuid::Uuid::from_u128(1)),
        profile: profile(),
        people: people.iter().map(listed).collect(),
        identification: Some(Identification::stated("safe 3").expect("a line")),
        keys: None,
        operator: OperatorId::new("o-1"),
        begun_at: Timestamp::UNIX_EPOCH,
    }
}

fn key() -> KeyFacts {
    KeyFacts::sample()
}

fn run(n: u128, seat: u32) -> KeyRun {
    KeyRun {
        id: RunId(uuid::Uuid::from_u128(n)),
        key: key(),
        seat: Some(seat),
        begun_at: Timestamp::UNIX_EPOCH,
        done: Vec::new(),
        tag: None,
        label: None,
        stopped: None,
        end: None,
    }
}

fn step_done(run: &KeyRun, step: StepKind) -> BatchChange {
    BatchChange::StepDone {
        batch: BatchId(uuid::Uuid::from_u128(1)),
        run: run.id,
        step,
        text: None,
    }
}

#[test]
fn a_statement_for_all_is_the_station_administrators_to_make() {
    let plan = plan(&["p-1"]);
    assert_eq!(plan.check(Role::StationAdministrator), Ok(()));
    assert!(matches!(
        plan.check(Role::HelpDesk),
        Err(PlanError::NotAllowed(_))
    ));
    assert!(matches!(
        plan.check(Role::CustomerService),
        Err(PlanError::NotAllowed(_))
    ));
}

#[test]
fn everybody_on_the_list_must_be_identified_somehow() {
    let plan = Plan {
        identification: None,
        ..plan(&["p-1"])
    };
    let why = plan.check(Role::HelpDesk).expect_err("not identified");
    assert!(why.to_string().contains("p-1"), "{why}");
    assert_eq!(
        plan_without_people().check(Role::HelpDesk),
        Err(PlanError::NoPeople)
    );
}

fn plan_without_people() -> Plan {
    plan(&[])
}

#[test]
fn the_touch_budget_is_known_before() {
    let plan = plan(&["p-1", "p-2", "p-3"]);
    let budget = plan.budget().expect("as many keys as people");
    assert_eq!((budget.touches, budget.pins, budget.tags), (6, 3, 3));
}

#[test]
fn a_person_has_one_key_and_is_free_again_only_when_it_was_skipped_before_it_was_enrolled() {
    let mut batch = Batch {
        plan: plan(&["p-1", "p-2"]),
        runs: vec![run(1, 0)],
        ended_at: None,
    };
    assert_eq!(batch.next_seat(), Some(1));
    let skip = Some((KeyEnd::Skipped, Timestamp::UNIX_EPOCH));
    batch.runs[0].end = skip;
    assert_eq!(batch.next_seat(), Some(0));
    batch.runs[0].done = vec![StepKind::Enrol];
    assert_eq!(batch.next_seat(), Some(1), "enrolled before it was skipped");
}

#[test]
fn steps_are_done_in_their_order_and_never_twice() {
    let profile = profile();
    let mut run = run(1, 0);
    let at = Timestamp::UNIX_EPOCH;
    let early = run.apply(&step_done(&run.clone(), StepKind::Enrol), &profile, at);
    assert!(matches!(early, Err(BatchFault::OutOfOrder { .. })));
    for step in profile.kinds() {
        let change = step_done(&run, step);
        assert_eq!(run.apply(&change, &profile, at), Ok(()));
        assert!(run.apply(&change, &profile, at).is_err(), "{step:?} twice");
    }
    assert_eq!(run.next(&profile), None);
}

#[test]
fn a_key_with_steps_left_is_not_done_and_one_that_left_changes_no_more() {
    let profile = profile();
    let mut run = run(1, 0);
    let end = |end| BatchChange::KeyEnded {
        batch: BatchId(uuid::Uuid::from_u128(1)),
        run: RunId(uuid::Uuid::from_u128(1)),
        end,
    };
    let at = Timestamp::UNIX_EPOCH;
    assert_eq!(
        run.apply(&end(KeyEnd::Done), &profile, at),
        Err(BatchFault::NotDone(run.id))
    );
    assert_eq!(run.apply(&end(KeyEnd::Skipped), &profile, at), Ok(()));
    assert_eq!(
        run.apply(&end(KeyEnd::Skipped), &profile, at),
        Err(BatchFault::RunOver(run.id))
    );
}

#[test]
fn a_batch_wants_keys_until_its_list_or_its_number_is_done() {
    let mut batch = Batch {
        plan: plan(&["p-1", "p-2"]),
        runs: vec![run(1, 0)],
        ended_at: None,
    };
    assert!(batch.wants_more());
    batch.runs.push(run(2, 1));
    assert!(!batch.wants_more());
    assert!(!batch.is_complete());
    for run in &mut batch.runs {
        run.end = Some((KeyEnd::Done, Timestamp::UNIX_EPOCH));
    }
    assert!(batch.is_complete());
}
