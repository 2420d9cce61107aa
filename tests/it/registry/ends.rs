//! When something is said to have ended: never before it was enrolled, but for what two clocks may differ by, and then it is said.

use jiff::SignedDuration;
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::domain::{Bytes, KeyId, PersonId};
use keydesk::wire::{KeyReport, KeyResetPush, Push, SuspensionPush, VERSION, problem_code};

use super::authenticator::Authenticator;
use super::phone::Phone;
use super::world::{World, entry, refused};

const HALF_A_MINUTE: SignedDuration = SignedDuration::from_secs(30);

fn reset(world: &World, credential: &Bytes) -> Push<KeyResetPush> {
    Push {
        body: KeyResetPush {
            version: VERSION,
            key: KeyReport {
                id: KeyId {
                    aaguid: Authenticator::new(1).aaguid,
                    serial: None,
                    asset_tag: None,
                },
                model: "Key".to_owned(),
                firmware: None,
            },
            credentials: vec![credential.clone()],
            case: keydesk::domain::reset::ResetCase {
                reason: "left".to_owned(),
                ticket: Some("T-1".to_owned()),
                requested_by: Some("Z. Łuczak".to_owned()),
                identification: "passport:7K31".parse().ok(),
            },
            operator: world.session.operator.id.clone(),
            finished_by: None,
            reset_at: world.now(),
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
    let mut early = reset(&world, &credential);
    early.body.reset_at -= HALF_A_MINUTE;
    world.client.push(entry(), &early).await.unwrap();
    for action in ["remove-factor", "suspend", "key-reset"] {
        let told = audited(&world, action).await;
        assert!(told.contains("before it was enrolled"), "{action}: {told}");
    }
    assert_eq!(turned_round(&world).await, 0);
}
