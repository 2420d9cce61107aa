//! By what a factor that opens somebody's account is taken from them, and what the registry makes of a report that says so.

use jiff::{SignedDuration, Timestamp};
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
use super::phone::Phone;
use super::world::{World, arrival, entry, first_sign_in, joined, refused};

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

fn deletion(
    world: &World,
    by: &Session,
    (key, person, credential): (&Authenticator, &str, &Bytes),
    visits: Vec<VisitId>,
) -> Push<WithdrawalPush> {
    Push {
        body: WithdrawalPush {
            version: VERSION,
            person: PersonId::new(person),
            credential: credential.clone(),
            key: report(key),
            ground: Ground::Deleted { case: case() },
            visits,
            operator: by.operator.id.clone(),
            finished_by: None,
            withdrawn_at: Timestamp::now(),
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
    raised(world, problem_code::TAKEN_UNPROVED).await
}

async fn raised(world: &World, kind: &str) -> usize {
    let alarms = admin::alarms(&world.db(), 50).await.expect("read");
    alarms.iter().filter(|alarm| alarm.kind == kind).count()
}

async fn turned_away(world: &World, who: &Session) {
    let revoked = admin::revoke_operator(&world.db(), &who.operator.id).await;
    revoked.expect("revoked");
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
            // Whoever emptied it all the same is told on, and leaves it as it was.
            let push = reset(&world, &by, (&key, &id), Vec::new());
            let done = world.client.push(entry(), &push).await.expect("taken");
            assert_eq!(done.gone.is_empty(), !serves, "{what}");
            assert_eq!(done.suspended.is_empty(), serves, "{what}");
        }
        let unserved = PEOPLE.iter().filter(|(_, served)| !served).count();
        let told_on = match role {
            Role::CustomerService => unserved,
            _ => 0,
        };
        assert_eq!(reviews(&world).await, told_on);
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

/// Whether the credential is suspended, and not gone.
async fn is_suspended(world: &World, person: &str, id: &Bytes) -> bool {
    let who = PersonId::new(person);
    let page = world.client.person(&world.session, &who).await;
    let page = page.expect("a page");
    let held = page.credentials.iter().find(|held| held.id == *id);
    let held = held.expect("on record");
    let is_suspended = held.held.suspended.is_some();
    assert!(
        is_suspended || held.gone_at.is_some(),
        "it opens their account"
    );
    is_suspended && held.gone_at.is_none()
}

/// A key of theirs, and they are gone again.
async fn somebodys(world: &World, person: &str, n: u8) -> (Authenticator, Bytes) {
    let mut key = Authenticator::new(n);
    let id = world.enrolled(person, &mut key).await.credential;
    world.leave(&world.visit(person).await).await;
    (key, id)
}

#[tokio::test]
async fn a_report_is_judged_by_what_held_when_the_station_asked_however_late_it_comes() {
    // Over the half hour that a visit lives, over a weekend, and longer.
    for (n, later_s, holds) in [
        (32, 0, true),
        (33, 31 * 60, true),
        (34, 71 * 3600, true),
        (35, 73 * 3600, false),
    ] {
        let world = World::new().await;
        let by = &world.session;
        let (mut key, id) = somebodys(&world, "p-1", n).await;
        let here = proved(&world, by, "p-1", &mut key).await;
        asked(&world, by, &id).await.expect("let");
        let push = reset(&world, by, (&key, &id), vec![here]);
        world.leave(&world.visit("p-1").await).await;
        world.wait_s(later_s);
        let done = world.client.push(entry(), &push).await.expect("taken");
        assert_eq!(done.gone.is_empty(), !holds, "{later_s}");
        assert_eq!(done.suspended.is_empty(), holds, "{later_s}");
        assert_eq!(reviews(&world).await, usize::from(!holds), "{later_s}");
    }
}

#[tokio::test]
async fn what_is_taken_by_whoever_was_turned_away_meanwhile_is_done_and_judged_and_looked_at() {
    for (n, is_let) in [(38, true), (39, false)] {
        let world = World::new().await;
        let by = operator(&world, Role::HelpDesk, n + 20).await;
        let (mut key, id) = somebodys(&world, "p-1", n).await;
        let mut visits = Vec::new();
        if is_let {
            visits.push(proved(&world, &by, "p-1", &mut key).await);
            asked(&world, &by, &id).await.expect("let");
        }
        turned_away(&world, &by).await;
        let mut push = reset(&world, &by, (&key, &id), visits);
        let done = world.client.push(entry(), &push).await.expect("taken");
        let parted = (!done.gone.is_empty(), !done.suspended.is_empty());
        assert_eq!(parted, (is_let, !is_let));
        assert_eq!(reviews(&world).await, usize::from(!is_let));
        assert_eq!(raised(&world, problem_code::REPORT_AFTER_END).await, 1);
        if !is_let {
            // Said once more, it is suspended already.
            push.head = world.head();
            let done = world.client.push(entry(), &push).await.expect("taken");
            assert_eq!(done.suspended, std::slice::from_ref(&id));
            assert_eq!(reviews(&world).await, 1);
        }
    }
}

/// Whoever has the key of a station and nothing else has nobody's name.
#[tokio::test]
async fn nobody_who_was_turned_away_is_said_to_have_taken_anything_where_or_when_they_had_no_session()
 {
    let world = World::new().await;
    let by = operator(&world, Role::HelpDesk, 61).await;
    let elsewhere = joined(&world.running, &world.db(), "Help desk 3").await;
    let mut theirs = Authenticator::new(62);
    let role = Role::HelpDesk;
    let never_here = first_sign_in(&elsewhere, &world.db(), "E. Lsewhere", role, &mut theirs).await;
    let (key, id) = somebodys(&world, "p-1", 63).await;
    for who in [&by, &never_here] {
        turned_away(&world, who).await;
    }
    let said_of = async |who: &Session, at: Timestamp| {
        let mut emptied = reset(&world, who, (&key, &id), Vec::new());
        emptied.body.reset_at = at;
        let emptied = refused(world.client.push(entry(), &emptied).await);
        let mut gone = deletion(&world, who, (&key, "p-1", &id), Vec::new());
        gone.body.withdrawn_at = at;
        let gone = refused(world.client.push(entry(), &gone).await);
        [emptied, gone]
    };
    let foreign = [problem_code::RESET_FOREIGN; 2];
    let now = Timestamp::now();
    assert_eq!(said_of(&never_here, now).await, foreign);
    // A time that has not come.
    for at in [now + SignedDuration::from_hours(1), Timestamp::MAX] {
        assert_eq!(said_of(&by, at).await, foreign, "{at}");
    }
    // They had signed out, or their session was over by then.
    for over in [
        "UPDATE session SET opened_ms = opened_ms - 7200000, ended_ms = opened_ms - 3600000",
        "UPDATE session SET expires_ms = opened_ms + 3600000, ended_ms = NULL",
    ] {
        world.sql(over).await;
        assert_eq!(said_of(&by, Timestamp::now()).await, foreign, "{over}");
    }
    let raised = raised(&world, problem_code::REPORT_AFTER_END).await;
    assert_eq!((reviews(&world).await, raised), (0, 0));
    world
        .sql("UPDATE session SET expires_ms = opened_ms + 36000000")
        .await;
    assert_eq!(world.live_keys_of("p-1").await, 1);
}

#[tokio::test]
async fn whoever_was_turned_away_takes_by_what_they_were_told_themself_and_others_by_that_too() {
    for (n, told, begins, finishes, is_let) in [
        (44, "other", "away", None, false),
        (45, "other", "other", Some("away"), false),
        (46, "away", "away", Some("other"), true),
        (47, "away", "away", None, true),
    ] {
        let world = World::new().await;
        let other = operator(&world, Role::HelpDesk, 41).await;
        let away = operator(&world, Role::HelpDesk, 42).await;
        let (mut key, id) = somebodys(&world, "p-1", n).await;
        let called = |name: &str| match name {
            "away" => &away,
            _ => &other,
        };
        let here = proved(&world, called(told), "p-1", &mut key).await;
        asked(&world, called(told), &id).await.expect("let");
        turned_away(&world, &away).await;
        let mut push = reset(&world, called(begins), (&key, &id), vec![here]);
        push.body.finished_by = finishes.map(|name| called(name).operator.id.clone());
        let done = world.client.push(entry(), &push).await.expect("taken");
        let parted = (!done.gone.is_empty(), !done.suspended.is_empty());
        assert_eq!(parted, (is_let, !is_let), "{told}, {begins}, {finishes:?}");
        assert_eq!(reviews(&world).await, usize::from(!is_let));
        let ended_by_them = finishes.unwrap_or(begins) == "away";
        let late = raised(&world, problem_code::REPORT_AFTER_END).await;
        assert_eq!(late, usize::from(ended_by_them), "{told}, {begins}");
    }
}

#[tokio::test]
async fn what_is_enrolled_in_that_visit_is_valid_although_both_reports_waited_for_the_line() {
    let world = World::new().await;
    let by = &world.session;
    let (mut key, id) = somebodys(&world, "p-1", 36).await;
    let here = proved(&world, by, "p-1", &mut key).await;
    asked(&world, by, &id).await.expect("let");
    let offer = world.offer("p-1").await;
    let push = reset(&world, by, (&key, &id), vec![here]);
    let mut enrolment = world.app_push(&offer, &Phone::new("p-1", 1));
    world.wait_s(40 * 60);
    world.client.push(entry(), &push).await.expect("taken");
    enrolment.head = world.head();
    world.push_app(&enrolment).await.expect("taken");
    assert_eq!(
        (reviews(&world).await, world.live_keys_of("p-1").await),
        (0, 0)
    );
    let apps = world.factors_of("p-1").await;
    assert!(apps.iter().all(|app| app.is_valid()), "{apps:?}");
}

#[tokio::test]
async fn what_nothing_let_be_taken_is_suspended_told_and_looked_into() {
    // An employee, and a main administrator, whom a help desk never resets.
    for person in ["p-1", "p-2"] {
        for named in ["nothing", "somebody else's", "unknown", "unproved"] {
            let what = format!("{person}, {named}");
            let world = World::new().await;
            let by = &world.session;
            let other = operator(&world, Role::HelpDesk, 41).await;
            let (mut theirs, _) = somebodys(&world, "p-4", 42).await;
            let (mut key, id) = somebodys(&world, person, 43).await;
            // What another operator was told lets this one nothing.
            proved(&world, &other, person, &mut key).await;
            asked(&world, &other, &id).await.expect("let");
            let visits = match named {
                "nothing" => Vec::new(),
                "somebody else's" => vec![proved(&world, by, "p-4", &mut theirs).await],
                "unknown" => vec![VisitId(uuid::Uuid::new_v4())],
                _ => vec![world.visit(person).await.id],
            };
            let push = reset(&world, by, (&key, &id), visits);
            let done = world.client.push(entry(), &push).await.expect("taken");
            assert_eq!(done.suspended, std::slice::from_ref(&id), "{what}");
            assert!(is_suspended(&world, person, &id).await, "{what}");
            assert_eq!(reviews(&world).await, 1, "{what}");
            let (news, _) = admin::notices(&world.db()).await.expect("read");
            let told = |kind: &str| news.iter().filter(|notice| notice.kind == kind).count();
            assert_eq!(
                (told("factor-suspended"), told("factor-ended")),
                (1, 0),
                "{what}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_no_proof_any_more_lets_nothing_be_taken() {
    let world = World::new().await;
    let by = &world.session;
    let mut keys = [Authenticator::new(71), Authenticator::new(72)];
    let proving = world.enrolled("p-1", &mut keys[0]).await.credential;
    let taken = world.enrolled("p-1", &mut keys[1]).await.credential;
    world.leave(&world.visit("p-1").await).await;
    let here = proved(&world, by, "p-1", &mut keys[0]).await;
    asked(&world, by, &taken).await.expect("let");
    suspend(&world, by, "p-1", &proving).await;
    let push = reset(&world, by, (&keys[1], &taken), vec![here]);
    world.client.push(entry(), &push).await.expect("taken");
    assert!(is_suspended(&world, "p-1", &taken).await);
    assert_eq!(reviews(&world).await, 1);
}

#[tokio::test]
async fn whoever_finishes_what_another_was_let_begin_takes_it_whatever_they_may_themselves() {
    for (n, role) in [(81, Role::HelpDesk), (82, Role::CustomerService)] {
        let world = World::new().await;
        let by = &world.session;
        let next = operator(&world, role, n).await;
        let (mut key, id) = somebodys(&world, "p-1", n + 10).await;
        let here = proved(&world, by, "p-1", &mut key).await;
        asked(&world, by, &id).await.expect("let");
        let mut push = reset(&world, by, (&key, &id), vec![here]);
        push.body.finished_by = Some(next.operator.id.clone());
        let done = world.client.push(entry(), &push).await.expect("taken");
        assert_eq!((done.gone.len(), reviews(&world).await), (1, 0), "{role:?}");
    }
}

#[tokio::test]
async fn the_deletion_of_a_credential_takes_the_same() {
    let world = World::new().await;
    let by = &world.session;
    // A main administrator who proved theirs gives it up at a help desk.
    let mut key = Authenticator::new(51);
    let id = world.enrolled("p-2", &mut key).await.credential;
    world.leave(&world.visit("p-2").await).await;
    let here = proved(&world, by, "p-2", &mut key).await;
    asked(&world, by, &id).await.expect("let");
    let push = deletion(&world, by, (&key, "p-2", &id), vec![here]);
    world.client.push(entry(), &push).await.expect("taken");
    assert_eq!(
        (reviews(&world).await, world.live_keys_of("p-2").await),
        (0, 0)
    );
    // An employee's, by words alone.
    let mut key = Authenticator::new(52);
    let id = world.enrolled("p-1", &mut key).await.credential;
    world.leave(&world.visit("p-1").await).await;
    let push = deletion(&world, by, (&key, "p-1", &id), vec![]);
    let done = world.client.push(entry(), &push).await.expect("taken");
    assert!(done.suspended && is_suspended(&world, "p-1", &id).await);
    assert_eq!(reviews(&world).await, 1);
}
