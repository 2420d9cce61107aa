//! A factor that turned up: its owner shows it, and it is valid again. Or not any more.

use keydesk::domain::authority::Role;
use keydesk::domain::factor::{CodeVerdict, TotpCode};
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::domain::{Identification, OfferId, PersonId};
use keydesk::registry::RegistryError;
use keydesk::wire::{
    Lift, LiftOffer, LiftReply, LiftRequest, Session, Shown, VERSION, problem_code,
};

use super::super::authenticator::{Authenticator, UP};
use super::super::phone::{Phone, passport};
use super::super::world::{World, entry, refused};
use super::{app, credential, detail, key, operator, person, report, suspended};

async fn options(
    world: &World,
    by: &Session,
    (person, factor): (&str, &FactorRef),
) -> Result<LiftOffer, RegistryError> {
    let request = LiftRequest {
        version: VERSION,
        person: PersonId::new(person),
        factor: factor.clone(),
    };
    world.client.lift_offer(by, &request).await
}

fn lift(offer: OfferId, (person, factor): (&str, &FactorRef), shown: Shown) -> Lift {
    Lift {
        version: VERSION,
        offer,
        person: PersonId::new(person),
        factor: factor.clone(),
        identification: passport(),
        shown,
    }
}

fn signed(offer: &LiftOffer, with: &mut Authenticator) -> Shown {
    let request = offer.request.as_ref().expect("something to sign");
    Shown::Signed {
        assertion: Box::new(with.sign(request, &offer.origin)),
    }
}

fn read(code: TotpCode) -> Shown {
    Shown::Read { codes: vec![code] }
}

async fn lifted(world: &World, lift: &Lift) -> Result<LiftReply, RegistryError> {
    world.client.lift(&world.session, entry(), lift).await
}

/// A key of p-1 that is suspended.
async fn lost(world: &World, why: SuspendedWhy) -> (Authenticator, FactorRef) {
    let mut with = Authenticator::new(1);
    let factor = key(&world.enrolled("p-1", &mut with).await.credential);
    suspended(world, ("p-1", &factor), why).await.unwrap();
    (with, factor)
}

#[tokio::test]
async fn its_owner_with_the_key_itself_has_it_lifted_and_it_is_valid_again() {
    let world = World::new().await;
    let (mut with, factor) = lost(&world, SuspendedWhy::Lost).await;
    let offer = options(&world, &world.session, ("p-1", &factor))
        .await
        .unwrap();
    let request = offer.request.as_ref().unwrap();
    assert_eq!(request.allow_credentials.len(), 1);
    let lift = lift(offer.id, ("p-1", &factor), signed(&offer, &mut with));
    let entry_id = entry();
    let reply = world
        .client
        .lift(&world.session, entry_id, &lift)
        .await
        .unwrap();
    assert!(reply.lifted_at.is_some() && reply.verdict.is_none());
    assert_eq!((reply.person.keys, reply.person.lost.keys), (1, 0));
    let again = world.client.lift(&world.session, entry_id, &lift).await;
    assert_eq!(again.unwrap(), reply, "the same answer to the same entry");
    assert!(credential(&world, "p-1").await.is_valid());
    let test = world.test_offer("p-1").await;
    let push = world.test(&test, "p-1", &mut with);
    world.client.push(entry(), &push).await.unwrap();
    // It can be lost once more.
    suspended(&world, ("p-1", &factor), SuspendedWhy::Lost)
        .await
        .unwrap();
    assert!(!credential(&world, "p-1").await.is_valid());
    let said: Vec<String> =
        sqlx::query_scalar("SELECT detail FROM audit WHERE action = 'lift-suspension'")
            .fetch_all(&world.database().await)
            .await
            .unwrap();
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("passport:7K31"), "{said:?}");
    let kinds: Vec<String> =
        sqlx::query_scalar("SELECT kind FROM notice WHERE person = 'p-1' ORDER BY number")
            .fetch_all(&world.database().await)
            .await
            .unwrap();
    let expected = [
        "factor-added",
        "factor-suspended",
        "suspension-lifted",
        "factor-suspended",
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn a_loss_that_was_reported_before_its_owner_showed_the_key_is_answered_by_that() {
    let world = World::new().await;
    let mut with = Authenticator::new(1);
    let factor = key(&world.enrolled("p-1", &mut with).await.credential);
    let about = ("p-1", &factor);
    // At a desk without a line.
    let mut late = report(&world, &world.session, about, SuspendedWhy::Lost);
    let mut graver = report(&world, &world.session, about, SuspendedWhy::Stolen);
    suspended(&world, about, SuspendedWhy::Lost).await.unwrap();
    let offer = options(&world, &world.session, about).await.unwrap();
    let shown = lift(offer.id, about, signed(&offer, &mut with));
    lifted(&world, &shown).await.unwrap();
    let push = async |push| world.client.push(entry(), push).await;
    late.head = world.head();
    assert_eq!(push(&late).await.unwrap().person.keys, 1);
    assert!(credential(&world, "p-1").await.is_valid());
    // What is stolen is suspended, whoever has it in hand.
    graver.head = world.head();
    assert_eq!(push(&graver).await.unwrap().person.keys, 0);
}

#[tokio::test]
async fn nothing_but_the_factor_itself_under_its_own_offer_lifts_it() {
    let world = World::new().await;
    let (mut with, factor) = lost(&world, SuspendedWhy::Lost).await;
    let mut other = Authenticator::new(2);
    let other_offer = world.offer("p-2").await;
    let push = world.enrolment(&other_offer, &mut other);
    world.push(&push).await.unwrap();
    let offer = options(&world, &world.session, ("p-1", &factor))
        .await
        .unwrap();
    let about = ("p-1", &factor);

    let by_other = lift(offer.id, about, signed(&offer, &mut other));
    assert_eq!(
        refused(lifted(&world, &by_other).await),
        problem_code::CREDENTIAL_UNKNOWN
    );
    with.flags = UP;
    let unverified = lift(offer.id, about, signed(&offer, &mut with));
    assert_eq!(
        refused(lifted(&world, &unverified).await),
        problem_code::USER_NOT_VERIFIED
    );
    with.flags |= super::super::authenticator::UV;
    let read_out = lift(offer.id, about, read(TotpCode::parse("123456").unwrap()));
    assert_eq!(
        refused(lifted(&world, &read_out).await),
        problem_code::MALFORMED
    );
    let elsewhere = world.test_offer("p-2").await.id;
    let foreign = lift(elsewhere, about, signed(&offer, &mut with));
    assert_eq!(
        refused(lifted(&world, &foreign).await),
        problem_code::OFFER_UNKNOWN
    );
    let mut stated = lift(offer.id, about, signed(&offer, &mut with));
    stated.identification = Identification::stated("they said so").unwrap();
    assert_eq!(
        refused(lifted(&world, &stated).await),
        problem_code::NOT_ALLOWED
    );
    let colleague = operator(&world, "C. Olleague", Role::CustomerService, 9).await;
    let honest = lift(offer.id, about, signed(&offer, &mut with));
    let answer = world.client.lift(&colleague, entry(), &honest).await;
    assert_eq!(refused(answer), problem_code::OFFER_FOREIGN);
    assert!(!credential(&world, "p-1").await.is_valid());

    let late = options(&world, &world.session, about).await.unwrap();
    let late = lift(late.id, about, signed(&late, &mut with));
    world.wait_s(3600);
    assert_eq!(
        refused(lifted(&world, &late).await),
        problem_code::CHALLENGE_EXPIRED
    );
    let offer = options(&world, &world.session, about).await.unwrap();
    let honest = lift(offer.id, about, signed(&offer, &mut with));
    lifted(&world, &honest).await.unwrap();
    let answer = lifted(&world, &honest).await;
    assert_eq!(refused(answer), problem_code::OFFER_USED);
    let answer = options(&world, &world.session, about).await;
    assert_eq!(refused(answer), problem_code::NOT_SUSPENDED);
    // What was refused of the factor itself is on record.
    let tried: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM audit WHERE action = 'lift-suspension' AND detail LIKE '%refused%'",
    )
    .fetch_one(&world.database().await)
    .await
    .unwrap();
    assert_eq!(tried, 3);
}

#[tokio::test]
async fn what_was_stolen_or_is_over_is_never_lifted_and_the_refusal_says_who_may_do_what_instead() {
    for why in [SuspendedWhy::Stolen, SuspendedWhy::Suspected] {
        let world = World::new().await;
        let (_, factor) = lost(&world, why).await;
        let answer = options(&world, &world.session, ("p-1", &factor)).await;
        let said = detail(answer);
        assert!(said.contains(why.as_str()), "{said}");
        assert!(
            said.contains("administrator of the same organisation"),
            "{said}"
        );
    }
    // An offer that was issued before is void as well once the reason is graver.
    let world = World::new().await;
    let (mut with, factor) = lost(&world, SuspendedWhy::Lost).await;
    let about = ("p-1", &factor);
    let offer = options(&world, &world.session, about).await.unwrap();
    suspended(&world, about, SuspendedWhy::Stolen)
        .await
        .unwrap();
    let late = lift(offer.id, about, signed(&offer, &mut with));
    assert_eq!(
        refused(lifted(&world, &late).await),
        problem_code::NEVER_LIFTED
    );

    let world = World::new().await;
    let phone = Phone::new("p-2", 1);
    world.app_enrolled(&phone).await;
    let factor = app(phone.factor);
    suspended(&world, ("p-2", &factor), SuspendedWhy::Lost)
        .await
        .unwrap();
    world
        .sql("UPDATE factor SET suspended_ms = suspended_ms - 30 * 86400000")
        .await;
    let said = detail(options(&world, &world.session, ("p-2", &factor)).await);
    assert!(
        said.contains("30 days") && said.contains("Customer Service"),
        "{said}"
    );
}

#[tokio::test]
async fn a_right_code_of_the_app_lifts_it_and_a_wrong_one_says_why_not() {
    let world = World::new().await;
    let phone = Phone::new("p-1", 1);
    world.app_enrolled(&phone).await;
    let factor = app(phone.factor);
    let about = ("p-1", &factor);
    suspended(&world, about, SuspendedWhy::Lost).await.unwrap();
    world.next_step();
    let offer = options(&world, &world.session, about).await.unwrap();
    assert!(offer.request.is_none());
    let wrong = lift(offer.id, about, read(phone.wrong_code(world.now())));
    let reply = lifted(&world, &wrong).await.unwrap();
    assert_eq!(reply.verdict, Some(CodeVerdict::NextNeeded));
    assert!(reply.lifted_at.is_none() && reply.person.lost.apps == 1);
    let right = lift(offer.id, about, read(phone.code(world.now(), 0)));
    let reply = lifted(&world, &right).await.unwrap();
    assert!(reply.lifted_at.is_some(), "{reply:?}");
    assert_eq!(person(&world, "p-1").await.apps, 1);
    // The code is used up by it.
    let test = world.test_offer("p-1").await.id;
    let codes = vec![phone.code(world.now(), 0)];
    let reply = world.examine(about_app(&phone), test, codes).await.unwrap();
    assert_eq!(reply.verdict, CodeVerdict::Used);
}

fn about_app(phone: &Phone) -> (&str, keydesk::domain::FactorId) {
    (phone.owner.as_str(), phone.factor)
}

#[tokio::test]
async fn nobody_lifts_a_suspension_of_their_own() {
    let world = World::new().await;
    let (_, factor) = lost(&world, SuspendedWhy::Lost).await;
    world
        .sql("UPDATE operator SET person = 'p-1' WHERE name = 'O. Perator'")
        .await;
    let answer = options(&world, &world.session, ("p-1", &factor)).await;
    assert_eq!(refused(answer), problem_code::NOT_ALLOWED);
}
