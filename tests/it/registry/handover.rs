//! Work that one operator begins and another ends.

use jiff::Timestamp;
use keydesk::domain::authority::Role;
use keydesk::domain::{OperatorId, PersonId};
use keydesk::registry::{Client, Settings, StationKey};
use keydesk::server::admin;
use keydesk::wire::{Session, TicketRequest, problem_code};

use super::authenticator::Authenticator;
use super::world::{World, first_sign_in, refused};

async fn colleague(world: &World) -> Session {
    let mut key = Authenticator::new(9);
    let role = Role::StationAdministrator;
    first_sign_in(&world.client, &world.db(), "C. Olleague", role, &mut key).await
}

#[tokio::test]
async fn what_one_operator_began_is_taken_and_recorded_under_the_one_who_ended_it() {
    let world = World::new().await;
    let colleague = colleague(&world).await;
    let offer = world.offer("p-1").await;
    let mut push = world.enrolment(&offer, &mut Authenticator::new(1));
    push.body.finished_by = Some(colleague.operator.id.clone());
    push.body.enrolled_at = Timestamp::now();
    world.push(&push).await.unwrap();
    let page = world
        .client
        .person(&world.session, &PersonId::new("p-1"))
        .await
        .unwrap();
    let recorded = &page.credentials.first().unwrap().operator;
    assert_eq!(*recorded, colleague.operator.id);
}

#[tokio::test]
async fn a_ticket_that_was_used_before_its_operator_left_is_taken_from_who_ended_it() {
    let world = World::new().await;
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let wanted = TicketRequest {
        people: vec![PersonId::new("p-1")],
        ..TicketRequest::of_day(today)
    };
    let fetcher = colleague(&world).await;
    let tickets = world.client.tickets(&fetcher, &wanted).await.unwrap();
    // The one who used the ticket stood there from 60 to 40 minutes ago.
    world
        .sql("UPDATE offer SET issued_ms = issued_ms - 3600000")
        .await;
    world
        .sql(
            "UPDATE session SET opened_ms = opened_ms - 3600000, ended_ms = opened_ms - 2400000 \
             WHERE operator = (SELECT id FROM operator WHERE name = 'O. Perator')",
        )
        .await;
    let mut push = world.enrolment(tickets.offers.first().unwrap(), &mut Authenticator::new(1));
    push.body.enrolled_at = Timestamp::now();
    assert_eq!(
        refused(world.push(&push).await),
        problem_code::OFFER_FOREIGN,
        "who began it had left"
    );
    push.body.finished_by = Some(OperatorId::new("nobody"));
    assert_eq!(
        refused(world.push(&push).await),
        problem_code::OFFER_FOREIGN
    );
    push.body.finished_by = Some(fetcher.operator.id);
    world.push(&push).await.unwrap();
}

#[tokio::test]
async fn a_join_whose_answer_was_lost_is_answered_again_as_the_same_station() {
    let world = World::new().await;
    let code = admin::new_station_code(&world.db(), "Help desk 9")
        .await
        .unwrap();
    let client = Client::new(&Settings {
        base_url: world.running.base_url.clone(),
        extra_roots_pem: None,
    })
    .unwrap();
    let key = StationKey::generate().unwrap();
    let lost = client.join(&code.code, "Help desk 9", &key).await.unwrap();
    let again = client.join(&code.code, "Help desk 9", &key).await.unwrap();
    assert_eq!(again, lost);
    let other = StationKey::generate().unwrap();
    let stolen = client.join(&code.code, "Help desk 9", &other).await;
    assert_eq!(refused(stolen), problem_code::CODE_REFUSED);
}
