//! Offers ahead of time, and who gets them.

use jiff::Timestamp;
use keydesk::domain::PersonId;
use keydesk::domain::authority::Role;
use keydesk::registry::RegistryError;
use keydesk::server::import::{Format, import_file};
use keydesk::wire::TicketRequest;

use super::authenticator::Authenticator;
use super::world::{World, first_sign_in, refused, write};

#[tokio::test]
async fn tickets_are_for_who_is_expected_and_serve_the_next_operator_too() {
    let world = World::new().await;
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let csv = format!(
        "record,person,at\nappointment,p-1,{today}T10:00:00Z\nappointment,p-3,{today}T09:30:00Z\n"
    );
    let file = write(world.dir.path(), "today.csv", csv);
    import_file(&world.db(), &file, Format::Csv).await.unwrap();

    let expected = world
        .client
        .expected(&world.session, today)
        .await
        .unwrap()
        .expected;
    let order: Vec<&str> = expected
        .iter()
        .map(|expected| expected.person.id.as_str())
        .collect();
    assert_eq!(order, ["p-3", "p-1"]);
    assert!(expected.iter().all(|expected| !expected.done));

    let tickets = world
        .client
        .tickets(&world.session, &TicketRequest::of_day(today))
        .await
        .unwrap();
    assert_eq!(tickets.offers.len(), 2);
    let mut colleague = Authenticator::new(9);
    let role = Role::StationAdministrator;
    let session = first_sign_in(
        &world.client,
        &world.db(),
        "C. Olleague",
        role,
        &mut colleague,
    )
    .await;
    let ticket = tickets.offers.first().unwrap();
    let mut push = world.enrolment(ticket, &mut Authenticator::new(1));
    push.body.operator = session.operator.id.clone();
    push.body.enrolled_at = Timestamp::now();
    world.push(&push).await.unwrap();
    let expected = world
        .client
        .expected(&session, today)
        .await
        .unwrap()
        .expected;
    assert!(expected.first().unwrap().done);

    let none = today.checked_add(jiff::Span::new().days(5)).unwrap();
    assert!(
        world
            .client
            .tickets(&session, &TicketRequest::of_day(none))
            .await
            .unwrap()
            .offers
            .is_empty()
    );
    let past = today.yesterday().unwrap();
    let refusal = world
        .client
        .tickets(&session, &TicketRequest::of_day(past))
        .await;
    assert_eq!(refused(refusal), "malformed");
}

#[tokio::test]
async fn tickets_are_for_who_is_named_too_once_each() {
    let world = World::new().await;
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let named = |ids: &[&str]| TicketRequest {
        day: today,
        people: ids.iter().map(|id| PersonId::new(*id)).collect(),
    };
    let wanted = named(&["p-2", "p-1", "p-2"]);
    let tickets = world.client.tickets(&world.session, &wanted).await.unwrap();
    let ids: Vec<&str> = tickets
        .offers
        .iter()
        .map(|offer| offer.person.id.as_str())
        .collect();
    assert_eq!(ids, ["p-2", "p-1"]);
    let unknown = world
        .client
        .tickets(&world.session, &named(&["p-1", "nobody"]))
        .await;
    assert_eq!(refused(unknown), "not-found");
}

#[tokio::test]
async fn who_may_not_enrol_gets_no_offer_and_no_tickets_and_is_told_who_may() {
    let world = World::new().await;
    let mut key = Authenticator::new(9);
    let agent = first_sign_in(
        &world.client,
        &world.db(),
        "A. Gent",
        Role::CustomerService,
        &mut key,
    )
    .await;
    let refusal = world
        .client
        .offer(&agent, &PersonId::new("p-1"), None)
        .await;
    match refusal {
        Err(RegistryError::Refused {
            status: 403,
            problem,
        }) => {
            assert_eq!(problem.code(), "not-allowed");
            assert!(
                problem
                    .detail
                    .unwrap()
                    .contains("help-desk or station-administrator may")
            );
        }
        other => panic!("{other:?}"),
    }
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    assert_eq!(
        refused(
            world
                .client
                .tickets(&agent, &TicketRequest::of_day(today))
                .await
        ),
        "not-allowed"
    );
}
