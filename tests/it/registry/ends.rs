//! When something is said to have ended: never before it was enrolled, but for what two clocks may differ by, and then it is said; and
//! what is done about a clock that was wrong by more.

use jiff::SignedDuration;
use keydesk::domain::authority::Role;
use keydesk::domain::factor::Replacement;
use keydesk::domain::reset::ResetCase;
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::domain::{Bytes, KeyId, PersonId, StationId};
use keydesk::registry::{Label, RegistryError};
use keydesk::wire::{
    Ground, KeyReport, KeyResetPush, Push, Report, Reported, SignIn, SuspensionPush, VERSION,
    WithdrawalPush, problem_code,
};

use super::authenticator::Authenticator;
use super::phone::Phone;
use super::world::{World, entry, first_sign_in, refused};

const HALF_A_MINUTE: SignedDuration = SignedDuration::from_secs(30);

fn case() -> ResetCase {
    ResetCase {
        reason: "left".to_owned(),
        ticket: Some("T-1".to_owned()),
        requested_by: Some("Z. Łuczak".to_owned()),
        identification: "passport:7K31".parse().ok(),
    }
}

fn report() -> KeyReport {
    KeyReport {
        id: KeyId {
            aaguid: Authenticator::new(1).aaguid,
            serial: None,
            asset_tag: None,
        },
        model: "Key".to_owned(),
        firmware: None,
    }
}

fn reset(world: &World, credential: &Bytes) -> Push<KeyResetPush> {
    Push {
        body: KeyResetPush {
            visits: Vec::new(),
            version: VERSION,
            key: report(),
            credentials: vec![credential.clone()],
            case: case(),
            operator: world.session.operator.id.clone(),
            finished_by: None,
            reset_at: world.now(),
        },
        head: world.head(),
    }
}

fn withdrawal(world: &World, credential: &Bytes) -> Push<WithdrawalPush> {
    Push {
        body: WithdrawalPush {
            visits: Vec::new(),
            version: VERSION,
            person: PersonId::new("p-4"),
            credential: credential.clone(),
            key: report(),
            ground: Ground::Deleted { case: case() },
            operator: world.session.operator.id.clone(),
            finished_by: None,
            withdrawn_at: world.now(),
        },
        head: world.head(),
    }
}

fn suspension(world: &World, factor: FactorRef) -> Push<SuspensionPush> {
    Push {
        body: SuspensionPush {
            version: VERSION,
            person: PersonId::new("p-1"),
            factor,
            why: SuspendedWhy::Lost,
            operator: world.session.operator.id.clone(),
            suspended_at: world.now(),
        },
        head: world.head(),
    }
}

/// What the audit says of the last act of that kind.
async fn audited(world: &World, action: &'static str) -> String {
    let query = "SELECT detail FROM audit WHERE action = $1 ORDER BY number DESC LIMIT 1";
    let detail = sqlx::query_scalar(query).bind(action);
    detail.fetch_one(&world.database().await).await.unwrap()
}

/// Rows in which something ended before it began.
async fn turned_round(world: &World) -> i64 {
    let query = "SELECT (SELECT count(*) FROM credential WHERE gone_ms < enrolled_ms OR suspended_ms < enrolled_ms) \
                 + (SELECT count(*) FROM factor WHERE removed_ms < enrolled_ms OR suspended_ms < enrolled_ms)";
    let count = sqlx::query_scalar(query);
    count.fetch_one(&world.database().await).await.unwrap()
}

#[tokio::test]
async fn nothing_ends_an_hour_before_it_was_enrolled_and_what_is_lost_is_suspended_all_the_same() {
    let world = World::new().await;
    world
        .sql("UPDATE session SET opened_ms = opened_ms - 7200000")
        .await;
    let (old, new) = (Phone::new("p-1", 1), Phone::new("p-1", 2));
    world.app_enrolled(&old).await;
    world.app_enrolled(&new).await;
    let earlier = world.now() - SignedDuration::from_mins(60);
    let proof = world.proof(&new).await;
    let mut removal = world.removal("p-1", old.factor, proof);
    removal.body.removed_at = earlier;
    let answer = world.client.push(entry(), &removal).await;
    assert_eq!(refused(answer), problem_code::RESET_FOREIGN);
    assert!(world.factors_of("p-1").await[0].removed_at.is_none());
    let mut key = Authenticator::new(61);
    let credential = world.enrolled("p-1", &mut key).await.credential;
    let mut early = reset(&world, &credential);
    early.body.reset_at = earlier;
    let answer = world.client.push(entry(), &early).await;
    assert_eq!(refused(answer), problem_code::RESET_FOREIGN);
    assert_eq!(world.live_keys_of("p-1").await, 1);
    for factor in [
        FactorRef::App { factor: old.factor },
        FactorRef::Key { credential },
    ] {
        let mut lost = suspension(&world, factor);
        lost.body.suspended_at = earlier;
        world.client.push(entry(), &lost).await.expect("suspended");
    }
    assert_eq!(world.live_keys_of("p-1").await, 0);
    assert_eq!(turned_round(&world).await, 0);
}

#[tokio::test]
async fn what_two_clocks_may_differ_by_is_taken_as_the_enrolment_and_the_audit_says_so() {
    let world = World::new().await;
    let (old, new) = (Phone::new("p-1", 1), Phone::new("p-1", 2));
    world.app_enrolled(&old).await;
    world.app_enrolled(&new).await;
    let proof = world.proof(&new).await;
    let enrolled = world.factors_of("p-1").await[0].enrolled_at;
    let mut removal = world.removal("p-1", old.factor, proof);
    removal.body.removed_at = enrolled - HALF_A_MINUTE;
    world.client.push(entry(), &removal).await.unwrap();
    let mut key = Authenticator::new(61);
    let credential = world.enrolled("p-1", &mut key).await.credential;
    let factor = FactorRef::Key {
        credential: credential.clone(),
    };
    let mut lost = suspension(&world, factor);
    lost.body.suspended_at -= HALF_A_MINUTE;
    world.client.push(entry(), &lost).await.unwrap();
    world.let_go(&credential, &world.session.operator.id).await;
    let mut early = reset(&world, &credential);
    early.body.reset_at -= HALF_A_MINUTE;
    world.client.push(entry(), &early).await.unwrap();
    for action in ["remove-factor", "suspend", "key-reset"] {
        let told = audited(&world, action).await;
        assert!(told.contains("before it was enrolled"), "{action}: {told}");
    }
    assert_eq!(turned_round(&world).await, 0);
}

/// The registry's clock was an hour ahead when these were enrolled, and is right again.
async fn enrolled_by_a_clock_ahead(world: &World) {
    for table in [
        "UPDATE credential SET enrolled_ms = enrolled_ms + 3600000",
        "UPDATE factor SET enrolled_ms = enrolled_ms + 3600000",
    ] {
        world.sql(table).await;
    }
}

/// From now on the station binds what it reports, and its operator is signed in with this key.
async fn binding(mut world: World, key: &mut Authenticator) -> World {
    world.client = world.client.binding_reports();
    let role = Role::HelpDesk;
    world.session = first_sign_in(&world.client, &world.db(), "B. Ound", role, key).await;
    world
}

async fn signed_in_anew(world: &mut World, key: &mut Authenticator) {
    world.wait_s(2);
    let options = world.client.sign_in_options().await.unwrap();
    let assertion = key.sign(&options.request, &options.origin);
    let session = world.client.sign_in(&SignIn { assertion }).await;
    world.session = session.unwrap();
}

/// Pushed with what binds it to the session of now.
async fn bound<R: Report>(world: &World, push: &Push<R>) -> Result<R::Receipt, RegistryError> {
    let station: String = sqlx::query_scalar("SELECT station FROM session LIMIT 1")
        .fetch_one(&world.database().await)
        .await
        .unwrap();
    let entry = entry();
    let reported = Reported {
        station: &StationId::new(station),
        entry: &entry.to_string(),
        path: R::PATH,
        body: &serde_json::to_value(&push.body).unwrap(),
    };
    let bond = world.session.report_key.as_ref().unwrap().bind(reported);
    let label = Label {
        entry,
        bond: bond.as_ref(),
    };
    world.client.push(label, push).await
}

/// Refused for its time, with a way on.
fn told_to<T: std::fmt::Debug>(answer: Result<T, RegistryError>, what: &str) {
    let Err(RegistryError::Refused { problem, .. }) = answer else {
        panic!("not refused: {answer:?}");
    };
    assert_eq!(problem.code(), problem_code::RESET_FOREIGN);
    let said = problem.detail.unwrap_or_default();
    assert!(said.contains(what), "{said}");
}

async fn alarms(world: &World, kind: &str) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM alarm WHERE kind = $1").bind(kind);
    count.fetch_one(&world.database().await).await.unwrap()
}

#[tokio::test]
async fn what_ended_before_its_enrolment_by_a_wrong_clock_is_taken_once_whoever_did_it_stands_by_it()
 {
    let world = World::new().await;
    let (old, new) = (Phone::new("p-1", 1), Phone::new("p-1", 2));
    world.app_enrolled(&old).await;
    world.app_enrolled(&new).await;
    let mut keys = [Authenticator::new(61), Authenticator::new(62)];
    let emptied = world.enrolled("p-4", &mut keys[0]).await.credential;
    let deleted = world.enrolled("p-4", &mut keys[1]).await.credential;
    enrolled_by_a_clock_ahead(&world).await;
    let mut own = Authenticator::new(210);
    let mut world = binding(world, &mut own).await;
    let proof = world.proof(&new).await;
    for id in [&emptied, &deleted] {
        world.let_go(id, &world.session.operator.id).await;
    }
    let reset = reset(&world, &emptied);
    let withdrawal = withdrawal(&world, &deleted);
    let removal = world.removal("p-1", old.factor, proof);
    for _ in 0..2 {
        told_to(
            bound(&world, &reset).await,
            "sign in anew and send it again",
        );
        told_to(
            bound(&world, &withdrawal).await,
            "sign in anew and send it again",
        );
        told_to(
            bound(&world, &removal).await,
            "sign in anew and send it again",
        );
    }
    assert_eq!(world.live_keys_of("p-4").await, 2);
    signed_in_anew(&mut world, &mut own).await;
    bound(&world, &removal).await.unwrap();
    assert_eq!(bound(&world, &reset).await.unwrap().gone, [emptied]);
    assert!(bound(&world, &withdrawal).await.unwrap().was_held);
    assert_eq!(world.live_keys_of("p-4").await, 0);
    for action in ["remove-factor", "key-reset", "withdrawal"] {
        let told = audited(&world, action).await;
        assert!(told.contains("before it was enrolled"), "{action}: {told}");
    }
    assert_eq!(turned_round(&world).await, 0);
}

#[tokio::test]
async fn what_is_dated_when_nobody_was_there_is_stood_by_and_looked_at_and_what_is_dated_ahead_waits()
 {
    let world = World::new().await;
    let mut keys = [61, 62].map(Authenticator::new);
    let first = world.enrolled("p-4", &mut keys[0]).await.credential;
    let second = world.enrolled("p-4", &mut keys[1]).await.credential;
    let mut own = Authenticator::new(210);
    let world = binding(world, &mut own).await;
    let mut behind = reset(&world, &first);
    behind.body.reset_at = world.now() - SignedDuration::from_hours(3);
    assert_eq!(
        refused(world.client.push(entry(), &behind).await),
        problem_code::RESET_FOREIGN,
        "nobody stands by it"
    );
    bound(&world, &behind).await.unwrap();
    assert_eq!(alarms(&world, problem_code::REPORT_VOUCHED).await, 1);
    let mut lost = suspension(
        &world,
        FactorRef::Key {
            credential: second.clone(),
        },
    );
    lost.body.person = PersonId::new("p-4");
    lost.body.suspended_at = world.now() - SignedDuration::from_hours(3);
    bound(&world, &lost).await.unwrap();
    assert_eq!(alarms(&world, problem_code::REPORT_VOUCHED).await, 2);

    let mut ahead = reset(&world, &second);
    ahead.body.reset_at = world.now() + SignedDuration::from_hours(1);
    told_to(bound(&world, &ahead).await, "send it again after that time");
    world.wait_s(3600);
    assert_eq!(bound(&world, &ahead).await.unwrap().gone, [second]);
    assert_eq!(turned_round(&world).await, 0);
}

#[tokio::test]
async fn what_was_enrolled_ahead_is_suspended_replaced_and_removed_no_earlier_than_it_began() {
    let world = World::new().await;
    let phones = [1, 2, 3].map(|seed| Phone::new("p-1", seed));
    world.app_enrolled(&phones[0]).await;
    world.app_enrolled(&phones[1]).await;
    let mut key = Authenticator::new(61);
    let credential = world.enrolled("p-4", &mut key).await.credential;
    enrolled_by_a_clock_ahead(&world).await;
    let factor = FactorRef::App {
        factor: phones[0].factor,
    };
    let lost = suspension(&world, factor);
    world.client.push(entry(), &lost).await.expect("suspended");
    let mut lost = suspension(&world, FactorRef::Key { credential });
    lost.body.person = PersonId::new("p-4");
    world.client.push(entry(), &lost).await.expect("suspended");
    assert_eq!(world.live_keys_of("p-4").await, 0);
    assert_eq!(turned_round(&world).await, 0, "suspended");
    let agrees = "SELECT count(*) FROM suspension s JOIN had_factor h ON h.id = s.factor AND h.suspended_ms = s.suspended_ms";
    let agrees: i64 = sqlx::query_scalar(agrees)
        .fetch_one(&world.database().await)
        .await
        .unwrap();
    assert_eq!(agrees, 2, "the record of it says the same");

    let proof = world.proof(&phones[1]).await;
    let who = PersonId::new("p-1");
    let offer = world.client.offer(&world.session, &who, Some(proof)).await;
    let mut push = world.app_push(&offer.unwrap(), &phones[2]);
    push.body.replaces = Some(Replacement {
        factor: phones[1].factor,
    });
    world.push_app(&push).await.unwrap();
    let kept = world.factors_of("p-1").await;
    let gone = kept.iter().filter(|factor| factor.removed_at.is_some());
    assert_eq!(gone.count(), 2, "{kept:?}");
    assert_eq!(turned_round(&world).await, 0, "removed");
}
