//! Factors that go: by a proof of what the person still has, and never the last one.

use keydesk::domain::factor::{CodeVerdict, Replacement};
use keydesk::domain::{FactorId, PersonId};
use keydesk::registry::RegistryError;
use keydesk::wire::Subject;

use super::authenticator::Authenticator;
use super::phone::Phone;
use super::world::{World, entry, refused};

#[tokio::test]
async fn a_last_factor_is_never_removed_and_the_refusal_says_who_may_reset() {
    let world = World::new().await;
    for (person, seed, who) in [("p-1", 1, "help desk"), ("p-2", 2, "Customer Service")] {
        let phone = Phone::new(person, seed);
        world.app_enrolled(&phone).await;
        let proof = world.proof(&phone).await;
        let removal = world.removal(person, phone.factor, proof);
        match world.client.push(entry(), &removal).await {
            Err(RegistryError::Refused { problem, .. }) => {
                assert_eq!(problem.code(), "last-factor");
                assert!(problem.detail.unwrap().contains(who));
            }
            other => panic!("not refused: {other:?}"),
        }
        assert!(world.factors_of(person).await[0].removed_at.is_none());
    }
}

#[tokio::test]
async fn an_app_goes_once_the_person_proved_what_they_have_and_stays_known() {
    let world = World::new().await;
    let (old, new) = (Phone::new("p-1", 1), Phone::new("p-1", 2));
    world.app_enrolled(&old).await;
    world.app_enrolled(&new).await;
    let proof = world.proof(&new).await;
    let removal = world.removal("p-1", old.factor, proof);
    let entry = entry();
    let receipt = world.client.push(entry, &removal).await.unwrap();
    assert_eq!(receipt.person.apps, 1);
    let again = world.client.push(entry, &removal).await.unwrap();
    assert_eq!(receipt, again);
    let gone = &world.factors_of("p-1").await[0];
    assert!(gone.id == old.factor && gone.removed_at.is_some());
    let test = world.test_offer("p-1").await.id;
    let answer = world.examine(("p-1", old.factor), test, vec![old.code(world.now(), 0)]);
    assert_eq!(refused(answer.await), "factor-unknown");
    // Whoever reads out a code of the entry that they forgot to delete is told so.
    let subject = Subject::Active { factor: new.factor };
    let reply = world.examine_as("p-1", subject, test, vec![old.code(world.now(), 0)]);
    assert!(matches!(
        reply.await.unwrap().verdict,
        CodeVerdict::OtherFactor { removed: true, .. }
    ));
}

#[tokio::test]
async fn a_proof_is_the_person_s_own_and_holds_for_their_visit() {
    let world = World::new().await;
    let phones: Vec<Phone> = (1..=3).map(|seed| Phone::new("p-1", seed)).collect();
    for phone in &phones {
        world.app_enrolled(phone).await;
    }
    let other = Phone::new("p-2", 9);
    world.app_enrolled(&other).await;
    let removed = async |factor: FactorId, visit| {
        let removal = world.removal("p-1", factor, visit);
        world.client.push(entry(), &removal).await
    };
    let foreign = world.proof(&other).await;
    let first = phones[0].factor;
    assert_eq!(refused(removed(first, foreign).await), "proof-missing");
    let untested = world.visit_anew("p-1").await.id;
    assert_eq!(refused(removed(first, untested).await), "proof-missing");
    // A test outside the visit proves nothing in it.
    world.tested(&phones[2], None).await;
    assert_eq!(refused(removed(first, untested).await), "proof-missing");
    let late = world.proof(&phones[2]).await;
    world.wait_s(31 * 60);
    assert_eq!(refused(removed(first, late).await), "proof-missing");
    let visit = world.proof(&phones[2]).await;
    world.wait_s(29 * 60);
    let unknown = removed(other.factor, visit).await;
    assert_eq!(refused(unknown), "factor-unknown");
    removed(first, visit).await.unwrap();
    // Asked once a visit.
    removed(phones[1].factor, visit).await.unwrap();
}

#[tokio::test]
async fn what_was_added_in_a_visit_proves_nothing_in_it() {
    let world = World::new().await;
    let (old, new) = (Phone::new("p-1", 1), Phone::new("p-1", 2));
    world.app_enrolled(&old).await;
    // Still the visit in which they never had a factor.
    world.app_enrolled(&new).await;
    let visit = world.visit("p-1").await.id;
    world.tested(&new, Some(visit)).await;
    let removal = world.removal("p-1", old.factor, visit);
    let answer = world.client.push(entry(), &removal).await;
    assert_eq!(refused(answer), "proof-missing");
    // Nor in one that an older factor has to prove.
    let visit = world.proof(&old).await;
    let third = Phone::new("p-1", 3);
    let person = PersonId::new("p-1");
    let offer = world
        .client
        .offer(&world.session, &person, Some(visit))
        .await;
    let push = world.app_push(&offer.unwrap(), &third);
    world.push_app(&push).await.unwrap();
    let anew = world.visit_anew("p-1").await;
    assert_eq!(anew.authority, None, "asked anew");
}

#[tokio::test]
async fn a_key_that_was_tested_proves_the_person_and_lets_the_only_app_go() {
    let world = World::new().await;
    let (phone, mut key) = (Phone::new("p-1", 1), Authenticator::new(1));
    world.app_enrolled(&phone).await;
    world.enrolled("p-1", &mut key).await;
    let visit = world.visit_anew("p-1").await.id;
    let person = PersonId::new("p-1");
    let offer = world
        .client
        .test_offer(&world.session, &person, Some(visit))
        .await;
    let push = world.test(&offer.unwrap(), "p-1", &mut key);
    world.client.push(entry(), &push).await.unwrap();
    let removal = world.removal("p-1", phone.factor, visit);
    let receipt = world.client.push(entry(), &removal).await.unwrap();
    assert_eq!((receipt.person.apps, receipt.person.keys), (0, 1));
}

#[tokio::test]
async fn a_new_phone_takes_the_place_of_the_old_one_or_nothing_changes() {
    let world = World::new().await;
    let (old, new) = (Phone::new("p-1", 1), Phone::new("p-1", 2));
    world.app_enrolled(&old).await;
    // The visit of a first factor proves none that is there.
    let offer = world.offer("p-1").await;
    let mut push = world.app_push(&offer, &new);
    let replaces = |factor| Some(Replacement { factor });
    push.body.replaces = replaces(old.factor);
    assert_eq!(refused(world.push_app(&push).await), "proof-missing");
    let known = world.factors_of("p-1").await.len();
    assert_eq!(known, 1, "the new one neither");
    let visit = world.proof(&old).await;
    let person = PersonId::new("p-1");
    let offer = world
        .client
        .offer(&world.session, &person, Some(visit))
        .await;
    let mut push = world.app_push(&offer.unwrap(), &new);
    push.body.replaces = replaces(FactorId(uuid::Uuid::new_v4()));
    assert_eq!(refused(world.push_app(&push).await), "factor-unknown");
    push.body.replaces = replaces(old.factor);
    let receipt = world.push_app(&push).await.unwrap();
    assert_eq!(receipt.person.apps, 1);
    let factors = world.factors_of("p-1").await;
    assert!(factors[0].removed_at.is_some() && factors[1].removed_at.is_none());
}

#[tokio::test]
async fn who_was_not_at_the_desk_removes_nothing() {
    let world = World::new().await;
    let (one, two) = (Phone::new("p-1", 1), Phone::new("p-1", 2));
    world.app_enrolled(&one).await;
    world.app_enrolled(&two).await;
    let proof = world.proof(&one).await;
    let honest = world.removal("p-1", one.factor, proof);
    let mut push = honest.clone();
    push.body.operator = keydesk::domain::OperatorId::new("somebody-else");
    let answer = world.client.push(entry(), &push).await;
    assert_eq!(refused(answer), "offer-foreign");
    for at in [jiff::Timestamp::MIN, jiff::Timestamp::MAX] {
        let mut push = honest.clone();
        push.body.removed_at = at;
        let answer = world.client.push(entry(), &push).await;
        assert_eq!(refused(answer), "offer-foreign");
    }
    world.client.push(entry(), &honest).await.unwrap();
}
