//! Keys that are lent to whoever forgot theirs: with whose signature, until when, and that they prove nothing.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

mod over;
mod refused;

use jiff::Timestamp;
use keydesk::domain::act::{Act, Deed};
use keydesk::domain::authority::Role;
use keydesk::domain::loan::{LoanDays, Second};
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::{Authority, SuspendedWhy};
use keydesk::domain::{OperatorId, PersonId, VisitId};
use keydesk::registry::RegistryError;
use keydesk::server::admin::{self, Human, Notice};
use keydesk::server::import::{Format, import_file};
use keydesk::wire::{
    ActReceipt, Credential, LoanAsk, LoanSigned, LoanToSign, Offer, Push, Receipt, SuspensionPush,
    VERSION, Visit, problem_code,
};
use keydesk::workflow::receipt;

use super::account_resets::Agent;
use super::authenticator::Authenticator;
use super::phone::Phone;
use super::world::{World, entry, refused, write};

/// Everybody that these tests need of one organisation.
const COLLEAGUES: &str = "\
record,id,name,kind,email,employee_number,organisation,coc_number,country,person,at
organisation,org-1,Example Shipping,,,,,12345678,NL,,
person,a-1,A. Dmin,user-administrator,a@example.test,,org-1,,,,
person,a-2,B. Oss,main-administrator,b@example.test,,org-1,,,,
person,e-1,E. Mployee,employee,e@example.test,,org-1,,,,
person,r-1,R. Epresentative,authorised-representative,r@example.test,,org-1,,,,
";

/// E. Mployee has a key of their own, and is at the desk without it; a second member of staff is at hand.
async fn forgotten() -> (World, Agent) {
    let world = World::new().await;
    let file = write(world.dir.path(), "colleagues.csv", COLLEAGUES);
    import_file(&world.db(), &file, Format::Csv).await.unwrap();
    world.enrolled("e-1", &mut Authenticator::new(1)).await;
    human(&world, &world.session.operator.id, "n-1", None).await;
    let second = Agent::new(&world, "S. Econd", Role::CustomerService, 21).await;
    world.news().await;
    (world, second)
}

async fn human(world: &World, account: &OperatorId, number: &str, person: Option<&str>) {
    let human = Human {
        personnel_number: Some(number.to_owned()),
        person: person.map(PersonId::new),
    };
    admin::set_human(&world.db(), account, &human)
        .await
        .unwrap();
    world.sql("UPDATE operator SET changed_ms = 1000").await;
}

fn days(days: u8) -> LoanDays {
    LoanDays::try_from(days).expect("so many days")
}

fn member(agent: &Agent) -> Second {
    Second::Member {
        operator: agent.id().clone(),
    }
}

async fn asks(
    world: &World,
    visit: VisitId,
    (for_days, second): (u8, &Second),
) -> Result<LoanToSign, RegistryError> {
    let ask = LoanAsk {
        version: VERSION,
        days: days(for_days),
        second: second.clone(),
    };
    world.client.ask_loan(&world.session, visit, &ask).await
}

fn signed(to_sign: &LoanToSign, with: &mut Authenticator) -> LoanSigned {
    LoanSigned {
        version: VERSION,
        id: to_sign.id,
        assertion: with.sign(&to_sign.request, &to_sign.origin),
    }
}

async fn hands_in(world: &World, signed: &LoanSigned) -> Result<Visit, RegistryError> {
    let session = &world.session;
    world.client.sign_loan(session, entry(), signed).await
}

/// The second member of staff stands by it.
async fn agreed(world: &World, visit: VisitId, second: &mut Agent, for_days: u8) -> Visit {
    let to_sign = asks(world, visit, (for_days, &member(second))).await;
    let to_sign = to_sign.expect("may be asked for");
    let signed = signed(&to_sign, &mut second.key);
    hands_in(world, &signed).await.expect("is agreed to")
}

async fn offer(world: &World, visit: VisitId) -> Result<Offer, RegistryError> {
    world.client.loan_offer(&world.session, visit).await
}

/// A key that the registry can tell from the others.
fn another(seed: u8) -> Authenticator {
    let mut key = Authenticator::new(seed);
    key.aaguid = keydesk::domain::Aaguid([seed; 16]);
    key
}

/// They are lent a key for one working day.
async fn lent(world: &World, second: &mut Agent, key: &mut Authenticator) -> (Visit, Receipt) {
    let visit = world.visit_anew("e-1").await;
    let visit = agreed(world, visit.id, second, 1).await;
    let offer = offer(world, visit.id).await.expect("an offer");
    let push = world.enrolment(&offer, key);
    let receipt = world.push(&push).await.expect("accepted");
    (visit, receipt)
}

/// That key is somebody's, enrolled by that operator.
async fn made_by(world: &World, maker: &Agent, person: &str, key: &mut Authenticator) {
    let came = maker.visit(person).await;
    let id = PersonId::new(person);
    let offered = maker.client.offer(&maker.session, &id, Some(came.id));
    let mut push = world.enrolment(&offered.await.unwrap(), key);
    push.body.operator = maker.id().clone();
    push.head = super::world::head(1);
    maker.client.push(entry(), &push).await.unwrap();
}

async fn credentials(world: &World) -> Vec<Credential> {
    let who = PersonId::new("e-1");
    let page = world.client.person(&world.session, &who).await;
    page.expect("a person").credentials
}

async fn reported(world: &World, credential: &Credential, why: SuspendedWhy) {
    let push = report(world, credential, why);
    world.client.push(entry(), &push).await.expect("accepted");
}

fn report(world: &World, credential: &Credential, why: SuspendedWhy) -> Push<SuspensionPush> {
    Push {
        body: SuspensionPush {
            version: VERSION,
            person: PersonId::new("e-1"),
            factor: FactorRef::Key {
                credential: credential.id.clone(),
            },
            why,
            operator: world.session.operator.id.clone(),
            suspended_at: world.now(),
        },
        head: world.head(),
    }
}

fn heard(news: &[Notice]) -> Vec<(&str, &str)> {
    let each = news.iter();
    each.map(|notice| (notice.kind.as_str(), notice.to.id.as_str()))
        .collect()
}

#[tokio::test]
async fn whoever_forgot_their_key_is_lent_one_until_the_end_of_a_working_day_and_all_hear_of_it() {
    let (world, mut second) = forgotten().await;
    let visit = world.visit_anew("e-1").await;
    let seconds = world.client.loan_seconds(&world.session, visit.id).await;
    let seconds = seconds.expect("some may");
    let named: Vec<&str> = seconds
        .members
        .iter()
        .map(|who| who.name.as_str())
        .collect();
    assert_eq!(named, ["S. Econd"]);
    // Nothing is offered before somebody stood by it.
    assert_eq!(
        refused(offer(&world, visit.id).await),
        problem_code::AUTHORITY_NEEDED
    );

    let to_sign = asks(&world, visit.id, (2, &member(&second))).await.unwrap();
    let act: Act = to_sign.read().expect("what is signed is what it says");
    let Deed::Lend {
        person,
        identified,
        lent_until,
        operator,
        ..
    } = &act.deed
    else {
        panic!("another act");
    };
    assert_eq!(
        (person.id.as_str(), act.signer.name.as_str()),
        ("e-1", "S. Econd")
    );
    assert_eq!(identified.visit, visit.id);
    assert_eq!(operator.id, world.session.operator.id.as_str());
    let signed = signed(&to_sign, &mut second.key);
    let visit = hands_in(&world, &signed).await.expect("is agreed to");
    let loan = visit.loan.as_ref().expect("a loan");
    assert_eq!(
        (loan.until, loan.second.as_str(), loan.lent),
        (*lent_until, "S. Econd", false)
    );
    assert_eq!(visit.authority, None, "it lets nothing else be added");

    let offer = offer(&world, visit.id).await.expect("an offer");
    assert_eq!(offer.lent_until, Some(*lent_until));
    assert!(offer.app.is_none(), "no app is lent");
    let push = world.enrolment(&offer, &mut another(8));
    let receipt = world.push(&push).await.expect("accepted");
    assert_eq!(
        (receipt.lent_until, receipt.waiting),
        (Some(*lent_until), false)
    );
    assert_eq!(receipt.person.keys, 1, "the own one");
    let keys = credentials(&world).await;
    let held: Vec<Option<Timestamp>> = keys.iter().map(|key| key.held.lent_until).collect();
    assert_eq!(held, [None, Some(*lent_until)]);
    assert!(keys[0].is_valid() && !keys[1].is_valid());

    let news = world.news().await;
    let kinds = heard(&news);
    for whom in ["e-1", "a-1", "a-2"] {
        assert!(kinds.contains(&("factor-lent", whom)), "{whom}: {kinds:?}");
    }
    assert!(
        !kinds.iter().any(|(kind, _)| *kind == "factor-added"),
        "{kinds:?}"
    );
    // Anybody can check it without the registry.
    let kept = admin::receipt(&world.db(), to_sign.id).await.expect("kept");
    let kept: ActReceipt = serde_json::from_str(&kept).expect("a receipt");
    receipt::verify(&kept).expect("holds");
}

#[tokio::test]
async fn an_administrator_who_is_at_the_desk_stands_by_it_with_their_own_key() {
    let (world, _) = forgotten().await;
    // Made by another human than the one who serves the employee.
    let honest = Agent::new(&world, "H. Onest", Role::HelpDesk, 22).await;
    let id = PersonId::new("a-1");
    let mut theirs = another(5);
    made_by(&world, &honest, "a-1", &mut theirs).await;
    // Of another organisation.
    world.enrolled("p-4", &mut another(6)).await;
    let visit = world.visit_anew("e-1").await;
    let seconds = world
        .client
        .loan_seconds(&world.session, visit.id)
        .await
        .unwrap();
    let named: Vec<&str> = seconds
        .administrators
        .iter()
        .map(|who| who.name.as_str())
        .collect();
    assert_eq!(named, ["A. Dmin"]);
    for other in ["p-4", "e-1", "a-2", "p-1"] {
        let other = Second::Administrator {
            person: PersonId::new(other),
        };
        let asked = asks(&world, visit.id, (1, &other)).await;
        assert_eq!(refused(asked), problem_code::NOT_ALLOWED, "{other:?}");
    }
    let administrator = Second::Administrator { person: id };
    let to_sign = asks(&world, visit.id, (1, &administrator)).await.unwrap();
    let visit = hands_in(&world, &signed(&to_sign, &mut theirs))
        .await
        .unwrap();
    assert_eq!(visit.loan.unwrap().second, "A. Dmin");
    let offer = offer(&world, visit.id).await.unwrap();
    let push = world.enrolment(&offer, &mut another(8));
    assert!(world.push(&push).await.unwrap().lent_until.is_some());
}

#[tokio::test]
async fn a_loan_proves_nothing_removes_nothing_and_lets_nothing_be_added() {
    let (world, mut second) = forgotten().await;
    let mut key = another(8);
    let (visit, receipt) = lent(&world, &mut second, &mut key).await;
    let id = PersonId::new("e-1");
    // In its own visit and in the next one: it is not asked for, and no proof where it signs all the same.
    let next = world.visit_anew("e-1").await;
    for visit in [visit, next.clone()] {
        let offered = world
            .client
            .offer(&world.session, &id, Some(visit.id))
            .await;
        assert!(offered.is_err(), "{offered:?}");
    }
    let test = world
        .client
        .test_offer(&world.session, &id, Some(next.id))
        .await
        .unwrap();
    let allowed = &test.request.allow_credentials;
    assert!(
        allowed.iter().all(|one| one.id != receipt.credential),
        "{allowed:?}"
    );
    let push = world.test(&test, "e-1", &mut key);
    let answer = world.client.push(entry(), &push).await;
    assert!(answer.is_err() || world.visit("e-1").await.authority.is_none());
    // That it works can be tried.
    let test = world.test_offer("e-1").await;
    assert!(
        test.request
            .allow_credentials
            .iter()
            .any(|one| one.id == receipt.credential)
    );
    // The own key is all that they have: with it lost, they have lost all, loan or not.
    let own = credentials(&world).await.swap_remove(0);
    reported(&world, &own, SuspendedWhy::Stolen).await;
    let visit = world.visit_anew("e-1").await;
    assert!(visit.administrators.is_empty() && visit.authority.is_none());
    assert_eq!(visit.had, keydesk::domain::visit::Had::Lost);
    let page = world.client.person(&world.session, &id).await.unwrap();
    assert!(page.person.lost.all && page.person.keys == 0);
}

#[tokio::test]
async fn with_the_own_factor_at_hand_after_all_the_visit_is_proved_and_the_loan_stays_one() {
    let (world, mut second) = forgotten().await;
    let phone = Phone::new("p-1", 3);
    // A factor that is there when the visit begins.
    world.app_enrolled(&phone).await;
    let visit = world.visit_anew("p-1").await;
    let visit = agreed(&world, visit.id, &mut second, 1).await;
    let offer = offer(&world, visit.id).await.unwrap();
    world.next_step();
    world.tested(&phone, Some(visit.id)).await;
    let visit = world.visit("p-1").await;
    assert_eq!(visit.authority, Some(Authority::Factor));
    let push = world.enrolment(&offer, &mut another(8));
    let receipt = world.push(&push).await.unwrap();
    assert!(
        receipt.lent_until.is_some(),
        "what was lent is no factor of their own"
    );
}

#[tokio::test]
async fn it_is_over_on_its_date_whether_that_was_tidied_away_or_not_and_is_never_resumed() {
    let (mut world, mut second) = forgotten().await;
    let mut key = another(8);
    let (_, receipt) = lent(&world, &mut second, &mut key).await;
    let test = world.test_offer("e-1").await;
    let mut test = world.test(&test, "e-1", &mut key);
    let until = receipt.lent_until.unwrap();
    world
        .sql("UPDATE credential SET lent_until_ms = accepted_ms WHERE lent_until_ms IS NOT NULL")
        .await;
    // On the page, in a test and in an offer at once.
    let over = credentials(&world).await.swap_remove(1);
    assert_eq!(over.held.suspended.unwrap().why, SuspendedWhy::LoanOver);
    test.head = world.head();
    let answer = world.client.push(entry(), &test).await;
    assert_eq!(refused(answer), problem_code::FACTOR_SUSPENDED);
    let test = world.test_offer("e-1").await;
    assert!(
        test.request
            .allow_credentials
            .iter()
            .all(|one| one.id != receipt.credential)
    );
    world.news().await;
    world.restart().await;
    let news = world.news().await;
    let kinds = heard(&news);
    for whom in ["e-1", "a-1"] {
        assert!(kinds.contains(&("factor-suspended", whom)), "{kinds:?}");
    }
    let held: Option<String> =
        sqlx::query_scalar("SELECT suspended_why FROM credential WHERE lent_until_ms IS NOT NULL")
            .fetch_one(&world.database().await)
            .await
            .unwrap();
    assert_eq!(held.as_deref(), Some("loan-over"));
    let lift = keydesk::wire::LiftRequest {
        version: VERSION,
        person: PersonId::new("e-1"),
        factor: FactorRef::Key {
            credential: receipt.credential.clone(),
        },
    };
    let lift = world.client.lift_offer(&world.session, &lift).await;
    assert_eq!(refused(lift), problem_code::NEVER_LIFTED);
    // The own key is as it was; and another loan may follow.
    assert!(credentials(&world).await[0].is_valid());
    let (_, again) = lent(&world, &mut second, &mut another(9)).await;
    assert!(again.lent_until.unwrap() >= until);
}

#[tokio::test]
async fn the_day_before_it_ends_they_hear_of_it_where_it_has_become_all_that_they_have() {
    let (mut world, mut second) = forgotten().await;
    lent(&world, &mut second, &mut another(8)).await;
    let day = "UPDATE credential SET lent_until_ms = accepted_ms + 80000000 WHERE lent_until_ms IS NOT NULL";
    world.sql(day).await;
    world.news().await;
    world.restart().await;
    assert_eq!(heard(&world.news().await), [], "the own key is valid");
    let own = credentials(&world).await.swap_remove(0);
    reported(&world, &own, SuspendedWhy::Lost).await;
    world.news().await;
    world.restart().await;
    let news = world.news().await;
    let kinds = heard(&news);
    for whom in ["e-1", "a-1", "a-2"] {
        assert!(kinds.contains(&("loan-ends", whom)), "{kinds:?}");
    }
    world.restart().await;
    assert_eq!(heard(&world.news().await), [], "once");
}
