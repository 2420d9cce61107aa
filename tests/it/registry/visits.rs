//! Visits: what somebody had when they came decides what they may get, whoever asks and however.

mod absent;
mod acts;
mod administrators;
mod identified;
mod makers;
mod standing;

use jiff::SignedDuration;
use keydesk::domain::authority::Role;
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::{Authority, Had, Takes};
use keydesk::domain::{Identification, OperatorId, PersonId};
use keydesk::registry::{Client, RegistryError};
use keydesk::server::admin::{self, Human};
use keydesk::server::import::{Format, import_file};
use keydesk::wire::{
    Acceptance, Because, Offer, Push, Session, TicketRequest, TokenImport, VERSION, Visit,
    VisitPass, VisitRequest, problem_code,
};

use super::authenticator::Authenticator;
use super::phone::Phone;
use super::world::{World, arrival, entry, first_sign_in, head, joined, refused, write};

/// Everybody that these tests need of one organisation.
const COLLEAGUES: &str = "\
record,id,name,kind,email,employee_number,organisation,coc_number,country,person,at
organisation,org-1,Example Shipping,,,,,12345678,NL,,
person,a-1,A. Dmin,user-administrator,a@example.test,,org-1,,,,
person,a-2,B. Oss,main-administrator,b@example.test,,org-1,,,,
person,e-1,E. Mployee,employee,e@example.test,,org-1,,,,
person,r-1,R. Epresentative,authorised-representative,r@example.test,,org-1,,,,
";

async fn world() -> World {
    let world = World::new().await;
    let file = write(world.dir.path(), "colleagues.csv", COLLEAGUES);
    import_file(&world.db(), &file, Format::Csv).await.unwrap();
    world
}

/// A key that the registry can tell from the others, which have no serial number either.
fn of_another_model(seed: u8) -> Authenticator {
    let mut key = Authenticator::new(seed);
    key.aaguid = keydesk::domain::Aaguid([seed; 16]);
    key
}

/// Another desk, with an operator of its own.
struct Desk {
    client: Client,
    session: Session,
}

impl Desk {
    async fn new(world: &World, name: &str, role: Role) -> Self {
        let client = joined(&world.running, &world.db(), name).await;
        let seed = u8::try_from(name.len()).unwrap() + 100;
        let mut key = Authenticator::new(seed);
        let session = first_sign_in(&client, &world.db(), name, role, &mut key).await;
        Self { client, session }
    }

    async fn visit(&self, person: &str) -> Visit {
        let person = PersonId::new(person);
        let came = arrival();
        let visit = self.client.open_visit(&self.session, &person, &came);
        visit.await.expect("a visit")
    }

    /// Takes a token into stock.
    async fn stocks(&self, world: &World, token: &Phone) {
        let key = self.client.sealing_key(&self.session).await.expect("a key");
        let push = Push {
            body: TokenImport {
                version: VERSION,
                tokens: vec![token.as_token(&key)],
                operator: self.session.operator.id.clone(),
                imported_at: world.now(),
            },
            head: head(1),
        };
        let taken = self.client.push(entry(), &push).await;
        taken.expect("in stock");
    }

    async fn offer(&self, person: &str, visit: Option<&Visit>) -> Result<Offer, RegistryError> {
        let person = PersonId::new(person);
        let visit = visit.map(|visit| visit.id);
        self.client.offer(&self.session, &person, visit).await
    }
}

/// Says that these accounts are of these humans.
async fn humans(world: &World, accounts: &[(&OperatorId, &str)]) {
    for (account, number) in accounts {
        let human = Human {
            personnel_number: Some((*number).to_owned()),
            person: None,
        };
        admin::set_human(&world.db(), account, &human)
            .await
            .unwrap();
    }
}

fn told(answer: Result<Offer, RegistryError>) -> String {
    match answer {
        Err(RegistryError::Refused { problem, .. }) => {
            assert_eq!(problem.code(), problem_code::AUTHORITY_NEEDED);
            problem.detail.unwrap()
        }
        other => panic!("not refused: {other:?}"),
    }
}

async fn alarms(world: &World) -> Vec<String> {
    sqlx::query_scalar("SELECT kind FROM alarm ORDER BY number")
        .fetch_all(&world.database().await)
        .await
        .unwrap()
}

/// The key that is enrolled for somebody, tested under that visit.
async fn key_tested(world: &World, visit: &Visit, person: &str, key: &mut Authenticator) -> bool {
    let id = PersonId::new(person);
    let offer = world.client.test_offer(&world.session, &id, Some(visit.id));
    let push = world.test(&offer.await.unwrap(), person, key);
    world.client.push(entry(), &push).await.is_ok()
}

#[tokio::test]
async fn one_operator_takes_nobody_s_account_alone() {
    let world = world().await;
    let victim = Phone::new("p-2", 1);
    world.app_enrolled(&victim).await;
    let crook = Desk::new(&world, "C. Rook", Role::HelpDesk).await;
    let visit = crook.visit("p-2").await;
    assert_eq!((visit.had, visit.takes), (Had::Valid, Takes::OwnFactor));
    assert_eq!(visit.authority, None);
    let said = told(crook.offer("p-2", Some(&visit)).await);
    assert!(
        said.contains("W. Example") && said.contains("prove"),
        "{said}"
    );
    // Nobody there, somebody else's visit, a visit of somebody else.
    assert_eq!(
        refused(crook.offer("p-2", None).await),
        problem_code::NOT_ALLOWED
    );
    let foreign = world.visit("p-1").await;
    assert_eq!(
        refused(crook.offer("p-2", Some(&foreign)).await),
        problem_code::VISIT_OVER
    );
    let own = crook.visit("p-3").await;
    assert_eq!(
        refused(crook.offer("p-2", Some(&own)).await),
        problem_code::VISIT_OVER
    );
    // What the crook makes under an honest offer of their own is nobody else's.
    let offer = crook.offer("p-3", Some(&own)).await.unwrap();
    let mut push = world.app_push(&offer, &Phone::new("p-3", 9));
    push.body.person = PersonId::new("p-2");
    push.body.operator = crook.session.operator.id.clone();
    push.head = head(1);
    let answer = crook.client.push(entry(), &push).await;
    assert_eq!(refused(answer), problem_code::OFFER_FOREIGN);
    assert_eq!(world.factors_of("p-2").await.len(), 1);
}

#[tokio::test]
async fn an_app_of_a_visit_that_was_ended_or_is_long_over_waits_whatever_time_the_station_says() {
    for ended in [true, false] {
        let world = world().await;
        let offer = world.offer("p-1").await;
        let push = world.app_push(&offer, &Phone::new("p-1", 1));
        if ended {
            world.leave(&world.visit("p-1").await).await;
        } else {
            world.wait_s(26 * 3600);
        }
        assert!(world.push_app(&push).await.unwrap().waiting, "{ended}");
        assert_eq!(alarms(&world).await, [problem_code::VISIT_OVER]);
    }
}

#[tokio::test]
async fn a_test_that_was_asked_for_before_the_visit_was_passed_on_proves_nothing() {
    let world = world().await;
    let phone = Phone::new("p-2", 1);
    world.app_enrolled(&phone).await;
    let other = Desk::new(&world, "N. Ext", Role::HelpDesk).await;
    let visit = world.visit_anew("p-2").await;
    let id = PersonId::new("p-2");
    let offer = world.client.test_offer(&world.session, &id, Some(visit.id));
    let offer = offer.await.unwrap().id;
    let pass = |to: &OperatorId| VisitPass {
        version: VERSION,
        to: to.clone(),
    };
    let there = pass(&other.session.operator.id);
    world
        .client
        .pass_visit(&world.session, visit.id, &there)
        .await
        .unwrap();
    world.next_step();
    let codes = vec![phone.code(world.now(), 0)];
    world
        .examine(("p-2", phone.factor), offer, codes)
        .await
        .unwrap();
    assert_eq!(other.visit("p-2").await.authority, None);
}

#[tokio::test]
async fn of_two_desks_with_one_person_the_later_one_holds_and_the_other_s_work_waits() {
    let world = world().await;
    let other = Desk::new(&world, "O. Ther", Role::HelpDesk).await;
    let offer = world.offer("p-1").await;
    let mut first = world.enrolment(&offer, &mut Authenticator::new(1));
    let session = &other.session;
    let seen = async || other.client.person(session, &PersonId::new("p-1")).await;
    let served_by = seen()
        .await
        .unwrap()
        .served_by
        .expect("told before it is ended");
    assert_eq!(served_by.operator, world.session.operator.name);
    let theirs = other.visit("p-1").await;
    assert_eq!(seen().await.unwrap().served_by, None);
    let offer = other.offer("p-1", Some(&theirs)).await.unwrap();
    let mut push = world.enrolment(&offer, &mut of_another_model(2));
    push.body.operator = other.session.operator.id.clone();
    push.head = head(1);
    let receipt = other.client.push(entry(), &push).await.unwrap();
    assert!(!receipt.waiting);
    first.head = world.head();
    let receipt = world.push(&first).await.unwrap();
    assert!(receipt.waiting);
    assert_eq!(receipt.person.keys, 1, "what waits does not count");
    assert_eq!(alarms(&world).await, [problem_code::VISIT_OVERTAKEN]);
    assert_eq!(
        refused(
            world
                .client
                .offer(&world.session, &PersonId::new("p-1"), None)
                .await
        ),
        problem_code::NOT_ALLOWED
    );
}

#[tokio::test]
async fn nobody_stands_at_a_desk_for_longer_than_four_hours() {
    let world = world().await;
    let visit = world.visit("p-1").await;
    for _ in 0..8 {
        world.wait_s(29 * 60);
        assert_eq!(world.visit("p-1").await.id, visit.id, "it goes on");
    }
    world.wait_s(10 * 60);
    assert_ne!(world.visit("p-1").await.id, visit.id, "it was longer");
}

#[tokio::test]
async fn a_visit_that_is_used_without_a_pause_ends_four_hours_after_it_began_all_the_same() {
    let world = world().await;
    let other = Desk::new(&world, "E. Lsewhere", Role::HelpDesk).await;
    let person = PersonId::new("p-1");
    let visit = world.visit("p-1").await;
    let used = || {
        world
            .client
            .test_offer(&world.session, &person, Some(visit.id))
    };
    for _ in 0..8 {
        world.wait_s(29 * 60);
        used().await.unwrap();
    }
    let now = world.visit("p-1").await;
    assert_eq!(now.id, visit.id);
    assert_eq!(
        now.expires_at,
        visit.opened_at + SignedDuration::from_hours(4)
    );
    world.wait_s(9 * 60);
    assert_eq!(refused(used().await), problem_code::VISIT_OVER);
    let offer = world
        .client
        .offer(&world.session, &person, Some(visit.id))
        .await;
    assert_eq!(refused(offer), problem_code::VISIT_OVER);
    let detail = other.client.person(&other.session, &person).await.unwrap();
    assert_eq!(detail.served_by, None, "nobody serves them any more");
}

#[tokio::test]
async fn a_visit_ends_by_time_by_sign_out_by_its_end_and_by_what_happens_outside_it() {
    let world = world().await;
    let other = Desk::new(&world, "E. Lsewhere", Role::HelpDesk).await;
    let person = PersonId::new("p-1");
    let over = async |visit: &Visit| {
        let answer = world.client.offer(&world.session, &person, Some(visit.id));
        assert_eq!(refused(answer.await), problem_code::VISIT_OVER);
    };
    let visit = world.visit("p-1").await;
    assert_eq!(
        (visit.had, visit.authority),
        (Had::Never, Some(Authority::First))
    );
    world.wait_s(29 * 60);
    assert_eq!(world.visit("p-1").await.id, visit.id, "it goes on");
    world.wait_s(31 * 60);
    over(&visit).await;
    let closed = world.visit("p-1").await;
    world.leave(&closed).await;
    over(&closed).await;
    let open = world.visit("p-1").await;
    assert_ne!(open.id, closed.id);
    other.visit("p-1").await;
    over(&open).await;
    match world
        .client
        .offer(&world.session, &person, Some(open.id))
        .await
    {
        Err(RegistryError::Refused { problem, .. }) => {
            let why = problem.why.as_deref();
            assert!(
                matches!(why, Some(Because::ServedElsewhere { operator, .. }) if operator == "E. Lsewhere"),
                "{why:?}"
            );
            let said = problem.detail.unwrap();
            assert!(said.starts_with("E. Lsewhere has received"), "{said}");
        }
        answer => panic!("{answer:?}"),
    }
    // With another document it is somebody else, or was somebody else.
    let visit = world.visit("p-1").await;
    let request = VisitRequest {
        version: VERSION,
        identification: "identity-card:1234".parse().unwrap(),
    };
    let anew = world
        .client
        .open_visit(&world.session, &person, &request)
        .await
        .unwrap();
    assert_ne!(anew.id, visit.id);
    world.client.sign_out(&world.session).await.unwrap();
    let ended: i64 = sqlx::query_scalar("SELECT count(*) FROM visit WHERE ended_ms IS NULL")
        .fetch_one(&world.database().await)
        .await
        .unwrap();
    assert_eq!(ended, 0);
}

#[tokio::test]
async fn nobody_serves_themself_or_their_own_organisation() {
    let world = world().await;
    let human = Human {
        personnel_number: Some("1001".to_owned()),
        person: Some(PersonId::new("e-1")),
    };
    let id = &world.session.operator.id;
    admin::set_human(&world.db(), id, &human).await.unwrap();
    for person in ["e-1", "a-2"] {
        let person = PersonId::new(person);
        let came = arrival();
        let visit = world.client.open_visit(&world.session, &person, &came);
        assert_eq!(refused(visit.await), problem_code::NOT_ALLOWED);
    }
    world.visit("p-3").await;
    let unknown = Human {
        person: Some(PersonId::new("nobody")),
        ..Human::default()
    };
    assert!(admin::set_human(&world.db(), id, &unknown).await.is_err());
}

#[tokio::test]
async fn a_statement_opens_no_visit_and_a_visit_can_be_passed_on() {
    let world = world().await;
    let person = PersonId::new("p-1");
    let request = VisitRequest {
        version: VERSION,
        identification: Identification::stated("they called").unwrap(),
    };
    let answer = world
        .client
        .open_visit(&world.session, &person, &request)
        .await;
    assert_eq!(refused(answer), problem_code::NOT_IDENTIFIED);
    let other = Desk::new(&world, "N. Ext", Role::HelpDesk).await;
    let visit = world.visit("p-1").await;
    let pass = VisitPass {
        version: VERSION,
        to: other.session.operator.id.clone(),
    };
    let passed = world
        .client
        .pass_visit(&world.session, visit.id, &pass)
        .await
        .unwrap();
    assert_eq!((passed.id, &passed.operator), (visit.id, &pass.to));
    let answer = world
        .client
        .offer(&world.session, &person, Some(visit.id))
        .await;
    assert_eq!(refused(answer), problem_code::VISIT_OVER);
    other.offer("p-1", Some(&passed)).await.unwrap();
    let both: Vec<String> =
        sqlx::query_scalar("SELECT detail FROM audit WHERE action = 'visit-passed'")
            .fetch_all(&world.database().await)
            .await
            .unwrap();
    let [line] = both.as_slice() else {
        panic!("{both:?}")
    };
    assert!(line.contains(pass.to.as_str()) && line.contains(world.session.operator.id.as_str()));
}

#[tokio::test]
async fn who_ends_other_operators_visits_with_many_people_within_an_hour_is_looked_at() {
    let world = world().await;
    let one = Desk::new(&world, "T. Aker", Role::HelpDesk).await;
    let other = Desk::new(&world, "T. Aker again", Role::HelpDesk).await;
    let accounts = [&one, &other].map(|desk| (&desk.session.operator.id, "1009"));
    humans(&world, &accounts).await;
    // The same person to and fro is one person, and one's own visit at another desk is nobody else's.
    for _ in 0..8 {
        world.visit("p-1").await;
        one.visit("p-1").await;
        other.visit("p-1").await;
    }
    for (person, taker) in [("p-2", &one), ("p-3", &other), ("p-4", &one)] {
        world.visit(person).await;
        taker.visit(person).await;
    }
    // Nobody is served there any more.
    world.visit("e-1").await;
    world.wait_s(31 * 60);
    one.visit("e-1").await;
    world.visit("a-1").await;
    one.visit("a-1").await;
    assert!(alarms(&world).await.is_empty());
    world.visit("a-2").await;
    other.visit("a-2").await;
    assert_eq!(alarms(&world).await, [problem_code::MANY_VISITS_TAKEN]);
    // An hour later it begins anew.
    world.wait_s(61 * 60);
    world.visit("r-1").await;
    one.visit("r-1").await;
    assert_eq!(alarms(&world).await.len(), 1);
}
