//! Whoever had a hand in what a visit rests on has none in what is added in it, not even where they end what another one began.

use keydesk::domain::OperatorId;
use keydesk::wire::SignIn;

use super::prepared::{ASKED, alone, prepares, raised};
use super::*;
use crate::registry::world::{first_sign_in, head};

/// Of that human is an account that is signed in where that desk is.
async fn beside(world: &World, desk: &Agent, number: &str, seed: u8) -> OperatorId {
    let mut key = Authenticator::new(seed);
    let (name, role) = (format!("B. Eside {seed}"), Role::HelpDesk);
    let session = first_sign_in(&desk.client, &world.db(), &name, role, &mut key).await;
    let human = Human {
        personnel_number: Some(number.to_owned()),
        person: None,
    };
    let id = session.operator.id;
    let said = admin::set_human(&world.db(), &id, &human).await;
    said.expect("whose it is");
    id
}

/// Whether it waits what that desk began in its visit and the other one ended.
async fn waits(
    world: &World,
    desk: &Agent,
    (visit, finished_by): (&Visit, &OperatorId),
    (seed, sequence): (u8, u64),
) -> bool {
    let offer = desk
        .client
        .offer(&desk.session, &visit.person, Some(visit.id));
    let offer = offer.await.expect("an offer");
    let mut push = world.enrolment(&offer, &mut Authenticator::new(seed));
    push.body.operator = desk.id().clone();
    push.body.finished_by = Some(finished_by.clone());
    push.head = head(sequence);
    let arrived = desk.client.push(entry(), &push).await;
    arrived.expect("it is kept").waiting
}

/// An administrator asked with a key, or proved it beside the person: the word is that of a key that its maker may have kept.
#[tokio::test]
async fn whoever_made_the_key_of_the_administrator_ends_nothing_that_rests_on_it() {
    for asked in [true, false] {
        let (world, desk, _) = alone().await;
        world
            .sql("UPDATE operator SET personnel_number = 'maker' WHERE personnel_number IS NULL")
            .await;
        let visit = desk.visit("p-1").await;
        if asked {
            let reset = prepares(&desk, &visit).await.expect("prepared").id;
            world.sql(ASKED).await;
            desk.carries_out(reset, &visit).await.expect("carried out");
        } else {
            world
                .sql(
                    "UPDATE visit SET authority = 'administrator', prover = 'p-2', proved_ms = opened_ms, \
                     proved_by = (SELECT hex(id) FROM credential WHERE person = 'p-2') \
                     WHERE person = 'p-1' AND ended_ms IS NULL AND overtaken_ms IS NULL AND authority IS NULL",
                )
                .await;
        }
        let maker = beside(&world, &desk, "maker", 35).await;
        assert!(
            waits(&world, &desk, (&visit, &maker), (61, 1)).await,
            "{asked}"
        );
        assert_eq!(raised(&world, problem_code::VISIT_HAND).await, 1, "{asked}");
        let alarms = admin::alarms(&world.db(), 50).await.expect("alarms");
        let named = |alarm: &admin::Alarm| alarm.detail.contains(maker.as_str());
        assert!(alarms.iter().any(named), "{alarms:?}");
        assert_eq!(world.live_keys_of("p-1").await, 0, "{asked}");
        let honest = beside(&world, &desk, "n-36", 36).await;
        assert!(
            !waits(&world, &desk, (&visit, &honest), (62, 2)).await,
            "{asked}"
        );
    }
}

#[tokio::test]
async fn whoever_released_a_reset_ends_nothing_that_is_begun_by_it() {
    let (world, mut one, mut two) = stolen().await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    two.releases(reset).await.expect("released");
    one.carries_out(reset, &visit).await.expect("carried out");
    let options = one.client.sign_in_options().await.expect("options");
    let assertion = two.key.sign(&options.request, &options.origin);
    let signed_in = one.client.sign_in(&SignIn { assertion }).await;
    signed_in.expect("signs in beside the first one");
    assert!(waits(&world, &one, (&visit, two.id()), (61, 1)).await);
    assert_eq!(raised(&world, problem_code::VISIT_HAND).await, 1);
    let honest = beside(&world, &one, "n-36", 36).await;
    assert!(!waits(&world, &one, (&visit, &honest), (62, 2)).await);
}
