//! What an exception is worth, to whom, and for how long.

use keydesk::domain::Bytes;
use keydesk::domain::exception::ExceptionEnd;
use keydesk::domain::suspension::FactorRef;
use keydesk::wire::{Acceptance, VisitPass};

use super::super::super::copies::{keydesk, text};
use super::super::super::world::head;
use super::*;

/// Carried out already: the account waits for its person.
async fn shut(days: u8) -> (World, Agent, Agent, AccountResetId) {
    let (world, mut one, mut two) = lost(0).await;
    let reset = released(&mut one, &mut two).await.id;
    one.excepts(reset, days).await.expect("carried out");
    (world, one, two, reset)
}

async fn how_it_ended(world: &World) -> Option<ExceptionEnd> {
    let how: Option<String> = sqlx::query_scalar("SELECT how FROM reset_exception")
        .fetch_one(&world.database().await)
        .await
        .unwrap();
    how.and_then(|how| ExceptionEnd::parse(&how))
}

#[tokio::test]
async fn whoever_released_it_has_no_hand_in_what_comes_of_it() {
    let (world, one, mut two, _) = shut(2).await;
    let visit = two.visit(WHOSE).await;
    assert_eq!(visit.authority, None);
    let own_hand = enrols(&world, &two, &visit, (8, 1)).await;
    assert_eq!(refused(own_hand), problem_code::NOT_ALLOWED);
    // They sign in where the other one works, too.
    let options = one.client.sign_in_options().await.unwrap();
    let assertion = two.key.sign(&options.request, &options.origin);
    one.client.sign_in(&SignIn { assertion }).await.unwrap();
    // Nor by a visit that is passed to them, nor as the one who ends what another one had begun.
    let visit = one.visit(WHOSE).await;
    let pass = VisitPass {
        version: VERSION,
        to: two.id().clone(),
    };
    let passed = one.client.pass_visit(&one.session, visit.id, &pass).await;
    assert_eq!(refused(passed), problem_code::NOT_ALLOWED);
    let person = PersonId::new(WHOSE);
    let offer = one.client.offer(&one.session, &person, Some(visit.id));
    let mut push = world.enrolment(&offer.await.unwrap(), &mut Authenticator::new(8));
    push.body.operator = one.id().clone();
    push.body.finished_by = Some(two.id().clone());
    push.head = head(1);
    let pushed = one.client.push(entry(), &push).await;
    assert!(pushed.unwrap().waiting, "it opens nothing");
    assert_eq!(how_it_ended(&world).await, None);
}

#[tokio::test]
async fn it_is_used_once_and_another_reset_is_needed_after_it() {
    let (world, mut one, mut two, _) = shut(2).await;
    // Of one person one stands at a time.
    assert_eq!(refused(one.begins(WHOSE).await), problem_code::RESET_OPEN);
    let visit = one.visit(WHOSE).await;
    assert_eq!(visit.authority, Some(Authority::Released));
    let own = enrols(&world, &one, &visit, (8, 1)).await.expect("theirs");
    assert!(!own.waiting);
    assert_eq!(how_it_ended(&world).await, Some(ExceptionEnd::Enrolled));
    leaves(&one, &visit).await;
    // Somebody suspends that at once, and comes again.
    world
        .sql("UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'lost' WHERE gone_ms IS NULL")
        .await;
    let visit = one.visit(WHOSE).await;
    assert_eq!((visit.takes, visit.authority), (Takes::Release, None));
    let again = enrols(&world, &one, &visit, (9, 2)).await;
    assert_eq!(refused(again), problem_code::AUTHORITY_NEEDED);
    let reset = released(&mut one, &mut two).await.id;
    one.excepts(reset, 1).await.expect("another one");
}

#[tokio::test]
async fn it_ends_by_itself_and_the_account_stays_shut_which_stays_listed() {
    let (world, mut one, _, reset) = shut(1).await;
    let until = exceptions(&world).await[0].until;
    let until_s = until.duration_since(Timestamp::now()).as_secs();
    world.clock_ahead_s.store(until_s - 60, Ordering::SeqCst);
    one.back().await;
    let visit = one.visit(WHOSE).await;
    let person = PersonId::new(WHOSE);
    let offer = one.client.offer(&one.session, &person, Some(visit.id));
    let mut late = world.enrolment(&offer.await.unwrap(), &mut Authenticator::new(8));
    late.body.operator = one.id().clone();
    late.head = head(1);
    // What was begun within its time and arrives after it opens nothing.
    world.clock_ahead_s.store(until_s + 1, Ordering::SeqCst);
    let pushed = one.client.push(entry(), &late).await;
    assert!(pushed.expect("kept").waiting);
    one.back().await;
    let visit = one.visit(WHOSE).await;
    assert_eq!(visit.authority, None);
    let refusal = enrols(&world, &one, &visit, (9, 2)).await;
    assert_eq!(refused(refusal), problem_code::AUTHORITY_NEEDED);
    let detail = one.client.person(&one.session, &person).await.unwrap();
    let exception = detail.exception.expect("shown on their page");
    assert!(exception.overdue && exception.is_pending());
    let listed = one.client.account_resets(&one.session).await.unwrap();
    assert_eq!(listed.resets[0].id, reset, "first, for as long as it is so");
    assert!(listed.resets[0].exception.as_ref().unwrap().overdue);
    // A new one may be asked for, and whoever was told of the first hears that nothing came of it.
    world.news().await;
    one.begins(WHOSE).await.expect("may be asked for");
    let told = kinds_told(&world).await;
    assert!(told.contains(&"reset-ended".to_owned()), "{told:?}");
    assert_eq!(how_it_ended(&world).await, Some(ExceptionEnd::Expired));
    assert!(exceptions(&world).await[0].overdue);
}

#[tokio::test]
async fn it_is_worth_nothing_once_its_owner_is_gone_or_the_person_elsewhere() {
    let (world, one, _, _) = shut(5).await;
    let third = Agent::new(&world, "T. Hird", Role::CustomerService, 23).await;
    let visit = third.visit(WHOSE).await;
    assert_eq!(visit.authority, Some(Authority::Released));
    world
        .sql("UPDATE person SET organisation = 'org-1' WHERE id = 'p-2'")
        .await;
    let moved = enrols(&world, &third, &visit, (8, 1)).await;
    assert_eq!(refused(moved), problem_code::RESET_OVER);
    world
        .sql("UPDATE person SET organisation = 'org-2' WHERE id = 'p-2'")
        .await;
    admin::revoke_operator(&world.db(), one.id()).await.unwrap();
    let orphan = enrols(&world, &third, &visit, (8, 1)).await;
    assert_eq!(refused(orphan), problem_code::RESET_FALLEN);
    leaves(&third, &visit).await;
    assert_eq!(third.visit(WHOSE).await.authority, None);
    // It stands in nobody's way.
    third.begins(WHOSE).await.expect("may be asked for");
}

async fn takes(
    agent: &Agent,
    visit: &Visit,
    credential: &Bytes,
    test: Option<keydesk::domain::OfferId>,
) -> Result<keydesk::wire::PersonDetail, RegistryError> {
    let acceptance = Acceptance {
        version: VERSION,
        factor: FactorRef::Key {
            credential: credential.clone(),
        },
        test,
    };
    let about = (visit.id, entry());
    let taken = agent.client.accept(&agent.session, about, &acceptance);
    taken.await
}

async fn tests(
    world: &World,
    agent: &Agent,
    visit: &Visit,
    (key, sequence): (&mut Authenticator, u64),
) -> keydesk::domain::OfferId {
    let person = PersonId::new(WHOSE);
    let offer = agent
        .client
        .test_offer(&agent.session, &person, Some(visit.id));
    let offer = offer.await.expect("an offer");
    let mut test = world.test(&offer, WHOSE, key);
    test.body.operator = agent.id().clone();
    test.head = head(sequence);
    agent.client.push(entry(), &test).await.expect("passed");
    offer.id
}

#[tokio::test]
async fn a_key_made_ahead_is_taken_with_another_human_than_its_maker_and_ends_it() {
    let (world, _, _, _) = shut(5).await;
    let stock = Agent::new(&world, "S. Tock", Role::StationAdministrator, 41).await;
    let desk = Agent::new(&world, "H. Elp", Role::HelpDesk, 42).await;
    let person = PersonId::new(WHOSE);
    let offer = stock.client.offer(&stock.session, &person, None);
    let mut key = Authenticator::new(9);
    let mut push = world.enrolment(&offer.await.unwrap(), &mut key);
    push.body.operator = stock.id().clone();
    push.body.identification = "statement:sent by post".parse().unwrap();
    push.head = head(1);
    let made = stock.client.push(entry(), &push).await.unwrap();
    assert!(made.waiting);
    let own = stock.visit(WHOSE).await;
    let test = tests(&world, &stock, &own, (&mut key, 2)).await;
    let alone = takes(&stock, &own, &made.credential, Some(test)).await;
    assert_eq!(refused(alone), problem_code::AUTHORITY_NEEDED);
    let visit = desk.visit(WHOSE).await;
    assert_eq!(visit.authority, Some(Authority::Released));
    let untouched = takes(&desk, &visit, &made.credential, None).await;
    assert_eq!(refused(untouched), problem_code::AUTHORITY_NEEDED);
    let test = tests(&world, &desk, &visit, (&mut key, 1)).await;
    let taken = takes(&desk, &visit, &made.credential, Some(test)).await;
    assert_eq!(taken.unwrap().person.keys, 1);
    assert_eq!(how_it_ended(&world).await, Some(ExceptionEnd::Accepted));
}

#[tokio::test]
async fn a_copy_that_is_put_back_brings_none_back_and_keeps_that_it_was_there() {
    let (world, _, _, _) = shut(5).await;
    let (db, copy) = (world.db(), world.dir.path().join("copy.db"));
    assert_eq!(keydesk(&["backup", text(&copy)], &db).exit, 0);
    let world = world
        .while_stopped(|_| {
            let ran = keydesk(&["restore", text(&copy), "--replace"], &db);
            assert_eq!(ran.exit, 0, "{}", ran.detail);
        })
        .await;
    assert_eq!(how_it_ended(&world).await, Some(ExceptionEnd::Expired));
    let ran = keydesk(&["exceptions"], &db);
    assert_eq!(ran.outcome["facts"]["overdue"], 1, "{}", ran.detail);
    let desk = Agent::new(&world, "H. Elp", Role::HelpDesk, 43).await;
    assert_eq!(desk.visit(WHOSE).await.authority, None);
    for change in [
        "UPDATE reset_exception SET ended_ms = NULL, how = NULL",
        "UPDATE reset_exception SET until_ms = until_ms + 1",
        "DELETE FROM reset_exception",
    ] {
        let done = sqlx::query(change).execute(&world.database().await).await;
        assert!(done.is_err(), "{change}");
    }
}
