//! Factors that are reported lost: what that ends at once, how their owner gets them back, and how they go for good.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

mod alarms;
mod lifting;

use std::fmt::Debug;

use jiff::Timestamp;
use keydesk::domain::authority::Role;
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::domain::{Bytes, FactorId, Person, PersonId};
use keydesk::registry::RegistryError;
use keydesk::server::admin;
use keydesk::server::import::{Format, import_file};
use keydesk::wire::{
    Credential, Push, Session, Subject, SuspensionPush, SuspensionReceipt, VERSION, problem_code,
};

use super::authenticator::Authenticator;
use super::phone::Phone;
use super::world::{World, entry, first_sign_in, refused, write};

fn key(credential: &Bytes) -> FactorRef {
    FactorRef::Key {
        credential: credential.clone(),
    }
}

fn app(factor: FactorId) -> FactorRef {
    FactorRef::App { factor }
}

fn report(
    world: &World,
    by: &Session,
    (person, factor): (&str, &FactorRef),
    why: SuspendedWhy,
) -> Push<SuspensionPush> {
    Push {
        body: SuspensionPush {
            version: VERSION,
            person: PersonId::new(person),
            factor: factor.clone(),
            why,
            operator: by.operator.id.clone(),
            suspended_at: world.now(),
        },
        head: world.head(),
    }
}

async fn suspended(
    world: &World,
    about: (&str, &FactorRef),
    why: SuspendedWhy,
) -> Result<SuspensionReceipt, RegistryError> {
    let push = report(world, &world.session, about, why);
    world.client.push(entry(), &push).await
}

async fn operator(world: &World, name: &str, role: Role, seed: u8) -> Session {
    let mut key = Authenticator::new(seed);
    first_sign_in(&world.client, &world.db(), name, role, &mut key).await
}

async fn person(world: &World, id: &str) -> Person {
    let who = PersonId::new(id);
    let page = world.client.person(&world.session, &who).await;
    page.expect("a person").person
}

async fn credential(world: &World, id: &str) -> Credential {
    let who = PersonId::new(id);
    let page = world.client.person(&world.session, &who).await;
    page.expect("a person").credentials.swap_remove(0)
}

fn detail(answer: Result<impl Debug, RegistryError>) -> String {
    match answer {
        Err(RegistryError::Refused { problem, .. }) => problem.detail.unwrap_or_default(),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn whoever_is_reached_suspends_the_last_key_alone_and_it_opens_nothing_from_then_on() {
    let world = World::new().await;
    let service = operator(&world, "C. Service", Role::CustomerService, 201).await;
    let station = operator(&world, "S. Admin", Role::StationAdministrator, 202).await;
    let desk = &world.session;
    for (who, seed, by) in [("p-1", 1, desk), ("p-2", 2, &service), ("p-3", 3, &station)] {
        let mut lost = Authenticator::new(seed);
        let id = world.enrolled(who, &mut lost).await.credential;
        let test = world.test_offer(who).await;
        let mut test = world.test(&test, who, &mut lost);
        let push = report(&world, by, (who, &key(&id)), SuspendedWhy::Lost);
        let receipt = world.client.push(entry(), &push).await.unwrap();
        assert_eq!(receipt.person.keys, 0, "{who}");
        assert_eq!(receipt.person.lost.keys, 1);
        assert!(receipt.person.lost.all, "lost, not: no factor yet");

        test.head = world.head();
        let refusal = world.client.push(entry(), &test).await;
        assert_eq!(refused(refusal), problem_code::FACTOR_SUSPENDED);
        let offer = world
            .client
            .test_offer(&world.session, &PersonId::new(who), None)
            .await;
        assert_eq!(refused(offer), problem_code::FACTOR_SUSPENDED);
        let held = credential(&world, who).await;
        assert!(!held.is_valid() && held.gone_at.is_none());
        let since = held.held.suspended.expect("suspended");
        assert_eq!(since.why, SuspendedWhy::Lost);
        if std::ptr::eq(by, desk) {
            // Still the visit in which it was made.
            let offer = world.offer(who).await;
            let excluded = &offer.creation.exclude_credentials;
            assert_eq!(excluded[0].id, id, "a key that is found is not overwritten");
        }
    }
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT subject, detail FROM audit WHERE action = 'suspend' ORDER BY number",
    )
    .fetch_all(&world.database().await)
    .await
    .unwrap();
    assert_eq!(rows.len(), 3);
    assert!(rows[0].0 == "p-1" && rows[0].1.contains("lost"), "{rows:?}");
}

#[tokio::test]
async fn beside_another_factor_a_suspended_key_is_in_no_allow_list_and_named_to_the_station() {
    let world = World::new().await;
    let (mut lost, mut kept) = (Authenticator::new(1), Authenticator::new(2));
    let lost_id = world.enrolled("p-2", &mut lost).await.credential;
    let kept_id = world.enrolled("p-2", &mut kept).await.credential;
    suspended(&world, ("p-2", &key(&lost_id)), SuspendedWhy::Suspected)
        .await
        .unwrap();
    let offer = world.test_offer("p-2").await;
    let allowed: Vec<_> = offer.request.allow_credentials.iter().collect();
    assert_eq!(allowed.len(), 1);
    assert_eq!(allowed[0].id, kept_id);
    assert_eq!(offer.suspended, [lost_id]);
    let push = world.test(&offer, "p-2", &mut lost);
    let refusal = world.client.push(entry(), &push).await;
    assert_eq!(refused(refusal), problem_code::FACTOR_SUSPENDED);
    let who = person(&world, "p-2").await;
    assert_eq!((who.keys, who.lost.keys, who.lost.all), (1, 1, false));
}

#[tokio::test]
async fn codes_of_a_suspended_app_prove_nothing_and_neither_does_what_was_proved_before() {
    let world = World::new().await;
    let (lost, kept) = (Phone::new("p-1", 1), Phone::new("p-1", 2));
    world.app_enrolled(&lost).await;
    world.app_enrolled(&kept).await;
    let proof = world.proof(&lost).await;
    suspended(&world, ("p-1", &app(lost.factor)), SuspendedWhy::Lost)
        .await
        .unwrap();
    world.next_step();
    let offer = world.test_offer("p-1").await.id;
    let codes = vec![lost.code(world.now(), 0)];
    let answer = world.examine(("p-1", lost.factor), offer, codes).await;
    assert_eq!(refused(answer), problem_code::FACTOR_SUSPENDED);
    let removal = world.removal("p-1", kept.factor, proof);
    let answer = world.client.push(entry(), &removal).await;
    assert!(
        [problem_code::PROOF_MISSING, problem_code::LAST_FACTOR]
            .contains(&refused(answer).as_str()),
        "neither with that proof nor as the last that opens something"
    );
    let who = person(&world, "p-1").await;
    assert_eq!((who.apps, who.lost.apps, who.lost.all), (1, 1, false));
    // The one that is left is the last: a suspended one does not count beside it.
    let proof = world.proof(&kept).await;
    let removal = world.removal("p-1", kept.factor, proof);
    let answer = world.client.push(entry(), &removal).await;
    assert_eq!(refused(answer), problem_code::LAST_FACTOR);
}

#[tokio::test]
async fn a_report_counts_once_and_a_reason_becomes_graver_and_never_softer() {
    let world = World::new().await;
    let id = world.enrolled("p-1", &mut Authenticator::new(1)).await;
    let factor = key(&id.credential);
    let push = report(&world, &world.session, ("p-1", &factor), SuspendedWhy::Lost);
    let entry_id = entry();
    let first = world.client.push(entry_id, &push).await.unwrap();
    let again = world.client.push(entry_id, &push).await.unwrap();
    assert_eq!(first, again, "the same answer to the same entry");
    let since = credential(&world, "p-1").await.held.suspended.unwrap();
    for (why, then) in [
        (SuspendedWhy::Lost, SuspendedWhy::Lost),
        (SuspendedWhy::Stolen, SuspendedWhy::Stolen),
        (SuspendedWhy::Lost, SuspendedWhy::Stolen),
        (SuspendedWhy::Suspected, SuspendedWhy::Stolen),
    ] {
        world.wait_s(60);
        suspended(&world, ("p-1", &factor), why).await.unwrap();
        let now = credential(&world, "p-1").await.held.suspended.unwrap();
        assert_eq!((now.at, now.why), (since.at, then), "after {why:?}");
    }
    let rows: Vec<String> = sqlx::query_scalar("SELECT factor FROM suspension")
        .fetch_all(&world.database().await)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1, "counted once");
}

#[tokio::test]
async fn a_factor_that_is_nobody_s_or_another_s_is_not_suspended_nor_by_somebody_who_was_not_there()
{
    let world = World::new().await;
    let id = world.enrolled("p-1", &mut Authenticator::new(1)).await;
    let factor = key(&id.credential);
    let answer = suspended(&world, ("p-2", &factor), SuspendedWhy::Lost).await;
    assert_eq!(refused(answer), problem_code::CREDENTIAL_UNKNOWN);
    let unknown = app(FactorId(uuid::Uuid::new_v4()));
    let answer = suspended(&world, ("p-1", &unknown), SuspendedWhy::Lost).await;
    assert_eq!(refused(answer), problem_code::FACTOR_UNKNOWN);
    let answer = suspended(&world, ("p-99", &factor), SuspendedWhy::Lost).await;
    assert_eq!(refused(answer), problem_code::NOT_FOUND);
    let honest = report(&world, &world.session, ("p-1", &factor), SuspendedWhy::Lost);
    for at in [Timestamp::MIN, Timestamp::MAX] {
        let mut push = honest.clone();
        push.body.suspended_at = at;
        let answer = world.client.push(entry(), &push).await;
        assert_eq!(refused(answer), problem_code::OFFER_FOREIGN);
    }
    assert!(credential(&world, "p-1").await.is_valid());
}

#[tokio::test]
async fn what_was_lost_goes_when_another_of_its_sort_is_proven_and_is_never_valid_again() {
    let world = World::new().await;
    let mut lost = Authenticator::new(1);
    let phone = Phone::new("p-1", 1);
    let id = world.enrolled("p-1", &mut lost).await.credential;
    let test = world.test_offer("p-1").await;
    let mut test = world.test(&test, "p-1", &mut lost);
    suspended(&world, ("p-1", &key(&id)), SuspendedWhy::Lost)
        .await
        .unwrap();
    world.app_enrolled(&phone).await;
    let held = credential(&world, "p-1").await;
    assert!(held.gone_at.is_none(), "an app is no key in its place");
    world.enrolled("p-1", &mut Authenticator::new(2)).await;
    assert!(credential(&world, "p-1").await.gone_at.is_some());
    test.head = world.head();
    let answer = world.client.push(entry(), &test).await;
    assert_eq!(refused(answer), problem_code::CREDENTIAL_GONE);
    // A report that comes late changes nothing, and is no conflict for anybody to resolve.
    suspended(&world, ("p-1", &key(&id)), SuspendedWhy::Stolen)
        .await
        .unwrap();
    let who = person(&world, "p-1").await;
    assert_eq!((who.keys, who.lost.keys), (1, 0));
}

#[tokio::test]
async fn after_thirty_days_it_is_gone_on_the_page_at_once_and_in_the_tables_at_the_next_look() {
    let mut world = World::new().await;
    let id = world.enrolled("p-1", &mut Authenticator::new(1)).await;
    suspended(&world, ("p-1", &key(&id.credential)), SuspendedWhy::Lost)
        .await
        .unwrap();
    let gone = "SELECT count(*) FROM credential WHERE gone_ms IS NOT NULL";
    let days = "UPDATE credential SET suspended_ms = suspended_ms - 29 * 86400000";
    world.sql(days).await;
    world.restart().await;
    assert_eq!(count(&world, gone).await, 0, "a day is left");
    world
        .sql("UPDATE credential SET suspended_ms = suspended_ms - 86400000")
        .await;
    let who = PersonId::new("p-1");
    let page = world.client.person(&world.session, &who).await.unwrap();
    let over = page.credentials[0].gone_at.expect("over by its date");
    let since = page.credentials[0].held.suspended.unwrap();
    assert_eq!(over, since.until());
    assert_eq!(count(&world, gone).await, 0);
    world.restart().await;
    assert_eq!(count(&world, gone).await, 1);
    let page = world.client.person(&world.session, &who).await.unwrap();
    assert_eq!(page.credentials[0].gone_at, Some(over));
    assert!(page.person.lost.all, "still lost, never: no factor yet");
    let (told, _) = admin::notices(&world.db()).await.unwrap();
    assert_eq!(told.last().unwrap().kind, "suspended-factor-removed");
}

async fn count(world: &World, query: &'static str) -> i64 {
    sqlx::query_scalar(query)
        .fetch_one(&world.database().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_token_that_was_lost_never_goes_back_into_stock() {
    let world = World::new().await;
    let token = Phone::new("SN-1", 7);
    super::tokens::stocked(&world, &[&token]).await.unwrap();
    world.next_step();
    let code = || vec![token.code(world.now(), 0)];
    let given = super::tokens::assigned(&world, "p-1", "SN-1", code()).await;
    let factor = given.unwrap().factor;
    suspended(&world, ("p-1", &app(factor)), SuspendedWhy::Lost)
        .await
        .unwrap();
    world.app_enrolled(&Phone::new("p-1", 8)).await;
    let factors = world.factors_of("p-1").await;
    assert!(factors[0].removed_at.is_some(), "an app took its place");
    let listed = world.client.tokens(&world.session, "SN-1").await.unwrap();
    assert!(listed.tokens[0].holder.is_none() && listed.tokens[0].lost);
    world.next_step();
    let answer = super::tokens::assigned(&world, "p-2", "SN-1", code()).await;
    let said = detail(answer);
    assert!(said.contains("reported lost"), "{said}");
}

#[tokio::test]
async fn a_code_of_a_suspended_app_is_told_apart_while_another_one_is_tested() {
    let world = World::new().await;
    let (lost, kept) = (Phone::new("p-1", 1), Phone::new("p-1", 2));
    world.app_enrolled(&lost).await;
    world.app_enrolled(&kept).await;
    suspended(&world, ("p-1", &app(lost.factor)), SuspendedWhy::Lost)
        .await
        .unwrap();
    world.next_step();
    let offer = world.test_offer("p-1").await.id;
    let subject = Subject::Active {
        factor: kept.factor,
    };
    let codes = vec![lost.code(world.now(), 0)];
    let reply = world
        .examine_as("p-1", subject, offer, codes)
        .await
        .unwrap();
    assert!(!reply.verdict.is_right(), "{reply:?}");
}

/// Somebody of an organisation with administrators of both kinds.
pub(super) async fn colleagues(world: &World) {
    let more = "\
record,id,name,kind,email,employee_number,organisation,coc_number,country,person,at
person,p-5,M. Ain,main-administrator,m@example.test,,12345678,,,,
person,p-6,U. Ser,user-administrator,u@example.test,,12345678,,,,
person,p-7,C. Olleague,employee,c@example.test,,12345678,,,,
";
    let file = write(world.dir.path(), "more.csv", more);
    import_file(&world.db(), &file, Format::Csv).await.unwrap();
}

#[tokio::test]
async fn the_person_and_their_administrators_are_told_and_nobody_else_until_it_is_marked() {
    let world = World::new().await;
    colleagues(&world).await;
    let id = world.enrolled("p-1", &mut Authenticator::new(1)).await;
    world.news().await;
    let factor = key(&id.credential);
    for why in [SuspendedWhy::Lost, SuspendedWhy::Lost] {
        suspended(&world, ("p-1", &factor), why).await.unwrap();
    }
    let (told, more) = admin::notices(&world.db()).await.unwrap();
    let whom: Vec<&str> = told.iter().map(|n| n.to.id.as_str()).collect();
    assert_eq!(whom, ["p-1", "p-5", "p-6"]);
    assert!(!more);
    let first = &told[0];
    assert_eq!(first.kind, "factor-suspended");
    assert_eq!(first.to.email.as_deref(), Some("p@example.test"));
    assert_eq!(first.about.id, "p-1");
    assert_eq!(first.facts["name"], "Test key");
    assert_eq!(first.facts["suspended"]["why"], "lost");
    assert!(first.facts["lifted_until"].is_string());
    admin::mark_told(&world.db(), &[first.number, told[1].number])
        .await
        .unwrap();
    let unknown = admin::mark_told(&world.db(), &[told[2].number, 4711]).await;
    assert!(unknown.unwrap_err().to_string().contains("4711"));
    let (left, _) = admin::notices(&world.db()).await.unwrap();
    assert_eq!(left.len(), 1, "all or nothing");
    suspended(&world, ("p-1", &factor), SuspendedWhy::Stolen)
        .await
        .unwrap();
    let (left, _) = admin::notices(&world.db()).await.unwrap();
    let graver = left.last().unwrap();
    assert_eq!(graver.facts["suspended"]["why"], "stolen");
    assert!(graver.facts.get("lifted_until").is_none());
}
