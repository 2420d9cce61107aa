//! By what a factor that opens somebody's account is taken from them, and what the registry makes of a report that says so.

use jiff::Timestamp;
use keydesk::domain::authority::Role;
use keydesk::domain::reset::ResetCase;
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::domain::{Bytes, KeyId, PersonId, VisitId};
use keydesk::registry::RegistryError;
use keydesk::server::admin;
use keydesk::wire::{
    Ground, KeyReport, KeyResetPush, Leave, Push, Session, SuspensionPush, VERSION, WithdrawalPush,
    problem_code,
};

use super::authenticator::Authenticator;
use super::world::{World, arrival, entry, first_sign_in, refused};

fn case() -> ResetCase {
    ResetCase {
        reason: "left".to_owned(),
        ticket: Some("T-1".to_owned()),
        requested_by: Some("P. Example".to_owned()),
        identification: "passport:7K31".parse().ok(),
    }
}

async fn operator(world: &World, role: Role, n: u8) -> Session {
    let mut key = Authenticator::new(n);
    let name = format!("Operator {n}");
    first_sign_in(&world.client, &world.db(), &name, role, &mut key).await
}

async fn asked(world: &World, by: &Session, id: &Bytes) -> Result<Leave, RegistryError> {
    let ids = std::slice::from_ref(id);
    world.client.leave_to_take(by, ids).await
}

async fn visit(world: &World, by: &Session, person: &str) -> VisitId {
    let (who, arrival) = (PersonId::new(person), arrival());
    let visit = world.client.open_visit(by, &who, &arrival).await;
    visit.expect("a visit").id
}

/// They prove that key in a visit of this operator's.
async fn proved(world: &World, by: &Session, person: &str, key: &mut Authenticator) -> VisitId {
    let visit = visit(world, by, person).await;
    let who = PersonId::new(person);
    let offer = world.client.test_offer(by, &who, Some(visit)).await;
    let mut test = world.test(&offer.expect("an offer"), person, key);
    test.body.operator = by.operator.id.clone();
    world.client.push(entry(), &test).await.expect("proved");
    visit
}

async fn suspend(world: &World, by: &Session, person: &str, credential: &Bytes) {
    let push = Push {
        body: SuspensionPush {
            version: VERSION,
            person: PersonId::new(person),
            factor: FactorRef::Key {
                credential: credential.clone(),
            },
            why: SuspendedWhy::Lost,
            operator: by.operator.id.clone(),
            suspended_at: world.now(),
        },
        head: world.head(),
    };
    world.client.push(entry(), &push).await.expect("suspended");
}

fn reset(
    world: &World,
    by: &Session,
    (key, credential): (&Authenticator, &Bytes),
    visits: Vec<VisitId>,
) -> Push<KeyResetPush> {
    Push {
        body: KeyResetPush {
            version: VERSION,
            key: report(key),
            credentials: vec![credential.clone()],
            case: case(),
            visits,
            operator: by.operator.id.clone(),
            finished_by: None,
            reset_at: Timestamp::now(),
        },
        head: world.head(),
    }
}

fn report(key: &Authenticator) -> KeyReport {
    KeyReport {
        id: KeyId {
            aaguid: key.aaguid,
            serial: None,
            asset_tag: None,
        },
        model: "Test key".to_owned(),
        firmware: None,
    }
}

async fn reviews(world: &World) -> usize {
    let alarms = admin::alarms(&world.db(), 50).await.expect("read");
    let of_it = |kind: &str| kind == problem_code::TAKEN_UNPROVED;
    alarms.iter().filter(|alarm| of_it(&alarm.kind)).count()
}

fn detail(refused: &Result<Leave, RegistryError>) -> String {
    match refused {
        Err(RegistryError::Refused { problem, .. }) => problem.detail.clone().unwrap_or_default(),
        other => panic!("not refused: {other:?}"),
    }
}

/// Everybody whom the people's list has, and whether only Customer Service answers for them.
const PEOPLE: [(&str, bool); 4] = [("p-1", false), ("p-2", true), ("p-3", true), ("p-4", false)];

#[tokio::test]
async fn for_every_role_and_person_it_is_the_visit_that_lets_something_be_taken() {
    let mut n = 10;
    for role in Role::ALL {
        let world = World::new().await;
        n += 1;
        let by = operator(&world, role, n).await;
        for (person, served) in PEOPLE {
            let mut key = Authenticator::new(n + 40);
            n += 1;
            let id = world.enrolled(person, &mut key).await.credential;
            world.leave(&world.visit(person).await).await;
            let serves = served || role != Role::CustomerService;
            let what = format!("{role:?}, {person}");

            // Nobody is there.
            let no_visit = asked(&world, &by, &id).await;
            let said = detail(&no_visit);
            assert!(said.contains("suspended as lost first"), "{what}: {said}");
            assert_eq!(refused(no_visit), problem_code::AUTHORITY_NEEDED, "{what}");
            // Somebody is, and proved nothing.
            visit(&world, &by, person).await;
            let unproved = asked(&world, &by, &id).await;
            assert_eq!(refused(unproved), problem_code::AUTHORITY_NEEDED, "{what}");
            // They proved themself: whoever may add factors for them takes this one.
            let proved = proved(&world, &by, person, &mut key).await;
            let may = asked(&world, &by, &id).await;
            match serves {
                true => assert_eq!(may.expect("let").visits, [proved], "{what}"),
                false => assert_eq!(refused(may), problem_code::NOT_ALLOWED, "{what}"),
            }
            // At another desk of the same station that proves nothing.
            let elsewhere = asked(&world, &world.session, &id).await;
            let elsewhere = refused(elsewhere);
            assert_eq!(elsewhere, problem_code::AUTHORITY_NEEDED, "{what}");
            // Suspended it opens nothing, and is taken from nobody.
            suspend(&world, &by, person, &id).await;
            let stock = asked(&world, &by, &id).await;
            match serves {
                true => assert!(stock.expect("let").visits.is_empty(), "{what}"),
                false => assert_eq!(refused(stock), problem_code::NOT_ALLOWED, "{what}"),
            }
            let push = reset(&world, &by, (&key, &id), Vec::new());
            let pushed = world.client.push(entry(), &push).await;
            assert_eq!(pushed.is_ok(), serves, "{what}: {pushed:?}");
        }
        assert_eq!(reviews(&world).await, 0);
    }
}

#[tokio::test]
async fn what_came_in_a_visit_is_taken_back_in_it_and_not_in_the_next_one() {
    let world = World::new().await;
    let mut key = Authenticator::new(31);
    let id = world.enrolled("p-1", &mut key).await.credential;
    let here = world.visit("p-1").await;
    let may = asked(&world, &world.session, &id).await.expect("let");
    assert_eq!(may.visits, [here.id]);
    world.leave(&here).await;
    world.visit("p-1").await;
    let next = asked(&world, &world.session, &id).await;
    assert_eq!(refused(next), problem_code::AUTHORITY_NEEDED);
}

#[tokio::test]
async fn a_report_is_taken_for_what_its_visit_says_and_otherwise_looked_into() {
    let world = World::new().await;
    let by = &world.session;
    // Proved, and reported after they went.
    let mut key = Authenticator::new(32);
    let id = world.enrolled("p-1", &mut key).await.credential;
    world.leave(&world.visit("p-1").await).await;
    let here = proved(&world, by, "p-1", &mut key).await;
    let push = reset(&world, by, (&key, &id), vec![here]);
    world.leave(&world.visit("p-1").await).await;
    world.client.push(entry(), &push).await.expect("taken");
    assert_eq!(
        (reviews(&world).await, world.live_keys_of("p-1").await),
        (0, 0)
    );

    // Nobody was there: it is gone with its key, and somebody looks into it.
    let mut key = Authenticator::new(33);
    let id = world.enrolled("p-4", &mut key).await.credential;
    world.leave(&world.visit("p-4").await).await;
    let push = reset(&world, by, (&key, &id), Vec::new());
    world.client.push(entry(), &push).await.expect("taken");
    assert_eq!(
        (reviews(&world).await, world.live_keys_of("p-4").await),
        (1, 0)
    );
}

#[tokio::test]
async fn a_visit_of_somebody_else_or_another_desk_or_that_proved_nothing_lets_nothing_be_taken() {
    let world = World::new().await;
    let by = &world.session;
    let other = operator(&world, Role::HelpDesk, 41).await;
    let mut theirs = Authenticator::new(42);
    world.enrolled("p-4", &mut theirs).await;
    world.leave(&world.visit("p-4").await).await;
    let foreign = proved(&world, by, "p-4", &mut theirs).await;
    let mut key = Authenticator::new(43);
    let id = world.enrolled("p-2", &mut key).await.credential;
    world.leave(&world.visit("p-2").await).await;
    let elsewhere = proved(&world, &other, "p-2", &mut key).await;
    // A help desk has no other ground than the owner's proof with it.
    for visits in [
        vec![],
        vec![foreign],
        vec![elsewhere],
        vec![VisitId(uuid::Uuid::new_v4())],
    ] {
        let push = reset(&world, by, (&key, &id), visits.clone());
        let refusal = world.client.push(entry(), &push).await;
        assert_eq!(refused(refusal), problem_code::NOT_ALLOWED, "{visits:?}");
        assert_eq!(world.live_keys_of("p-2").await, 1);
    }
    // Theirs at this desk, which proved nothing: the key is gone all the same, and that is looked into.
    let unproved = world.visit("p-2").await.id;
    let push = reset(&world, by, (&key, &id), vec![unproved]);
    world.client.push(entry(), &push).await.expect("taken");
    assert_eq!(
        (reviews(&world).await, world.live_keys_of("p-2").await),
        (1, 0)
    );
}

#[tokio::test]
async fn the_deletion_of_a_credential_takes_the_same() {
    let world = World::new().await;
    let by = &world.session;
    let deleted = |key: &Authenticator, person: &str, id: &Bytes, visits: Vec<VisitId>| Push {
        body: WithdrawalPush {
            version: VERSION,
            person: PersonId::new(person),
            credential: id.clone(),
            key: report(key),
            ground: Ground::Deleted { case: case() },
            visits,
            operator: by.operator.id.clone(),
            finished_by: None,
            withdrawn_at: Timestamp::now(),
        },
        head: world.head(),
    };
    // A main administrator who proved theirs gives it up at a help desk.
    let mut key = Authenticator::new(51);
    let id = world.enrolled("p-2", &mut key).await.credential;
    world.leave(&world.visit("p-2").await).await;
    let push = deleted(&key, "p-2", &id, vec![]);
    let bare = world.client.push(entry(), &push).await;
    assert_eq!(refused(bare), problem_code::NOT_ALLOWED);
    let here = proved(&world, by, "p-2", &mut key).await;
    let push = deleted(&key, "p-2", &id, vec![here]);
    world.client.push(entry(), &push).await.expect("taken");
    assert_eq!(
        (reviews(&world).await, world.live_keys_of("p-2").await),
        (0, 0)
    );
    // An employee's, by words alone.
    let mut key = Authenticator::new(52);
    let id = world.enrolled("p-1", &mut key).await.credential;
    world.leave(&world.visit("p-1").await).await;
    let push = deleted(&key, "p-1", &id, vec![]);
    world.client.push(entry(), &push).await.expect("taken");
    assert_eq!(
        (reviews(&world).await, world.live_keys_of("p-1").await),
        (1, 0)
    );
}
