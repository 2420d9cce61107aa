//! What is made for somebody who is not there, and how they take it.

use super::*;

#[tokio::test]
async fn what_is_made_for_somebody_who_is_not_there_waits_and_opens_proves_and_removes_nothing() {
    let world = world().await;
    let stock = Desk::new(&world, "S. Tock", Role::StationAdministrator).await;
    let mut key = Authenticator::new(1);
    let offer = stock.offer("p-1", None).await.unwrap();
    let mut push = world.enrolment(&offer, &mut key);
    push.body.operator = stock.session.operator.id.clone();
    push.body.identification = "statement:standby keys for safe 3".parse().unwrap();
    push.head = head(1);
    let receipt = stock.client.push(entry(), &push).await.unwrap();
    assert!(receipt.waiting);
    assert_eq!(receipt.person.keys, 0);
    assert!(alarms(&world).await.is_empty(), "it was meant to wait");
    // Who says that somebody was there under such an offer is told nothing else, but it is looked at.
    let visit = world.visit("p-1").await;
    assert_eq!(visit.had, Had::Never, "it was never theirs");
    let credential = receipt.credential;
    let take = async |by: (&Client, &Session), visit: &Visit, test| {
        let acceptance = Acceptance {
            version: VERSION,
            factor: FactorRef::Key {
                credential: credential.clone(),
            },
            test,
        };
        by.0.accept(by.1, (visit.id, entry()), &acceptance).await
    };
    let desk = (&world.client, &world.session);
    // Whose accounts they are is not known: they may be one human's.
    let unknown = take(desk, &visit, None).await;
    assert_eq!(refused(unknown), problem_code::AUTHORITY_NEEDED);
    let accounts = [
        (&world.session.operator.id, "1001"),
        (&stock.session.operator.id, "1002"),
    ];
    humans(&world, &accounts).await;
    // Whom they may serve is asked anew.
    let visit = world.visit("p-1").await;
    let untouched = take(desk, &visit, None).await;
    assert_eq!(refused(untouched), problem_code::AUTHORITY_NEEDED);
    let id = PersonId::new("p-1");
    let offer = world.client.test_offer(&world.session, &id, Some(visit.id));
    let offer = offer.await.unwrap();
    let test = world.test(&offer, "p-1", &mut key);
    world.client.push(entry(), &test).await.unwrap();
    let taken = take(desk, &visit, Some(offer.id)).await.unwrap();
    assert_eq!(taken.person.keys, 1);
    assert!(taken.credentials[0].is_valid());
    let again = take(desk, &visit, Some(offer.id)).await;
    assert_eq!(refused(again), problem_code::NOT_WAITING);
}

#[tokio::test]
async fn its_maker_never_lets_somebody_take_what_they_made_alone() {
    let world = world().await;
    let mut second = Authenticator::new(202);
    let role = Role::StationAdministrator;
    let twin = first_sign_in(&world.client, &world.db(), "T. Win", role, &mut second).await;
    let accounts = [
        (&world.session.operator.id, "1001"),
        (&twin.operator.id, "1001"),
    ];
    humans(&world, &accounts).await;
    let mut key = Authenticator::new(1);
    let offer = world.client.offer(&twin, &PersonId::new("p-1"), None).await;
    let mut push = world.enrolment(&offer.unwrap(), &mut key);
    push.body.operator = twin.operator.id.clone();
    push.body.identification = "statement:ahead".parse().unwrap();
    let receipt = world.push(&push).await.unwrap();
    let visit = world.visit("p-1").await;
    assert!(key_tested(&world, &visit, "p-1", &mut key).await);
    let acceptance = Acceptance {
        version: VERSION,
        factor: FactorRef::Key {
            credential: receipt.credential,
        },
        test: None,
    };
    let answer = world
        .client
        .accept(&world.session, (visit.id, entry()), &acceptance);
    match answer.await {
        Err(RegistryError::Refused { problem, .. }) => {
            assert!(problem.detail.unwrap().contains("Another human"));
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn who_has_a_factor_takes_what_waits_with_it_while_it_lies_in_the_bag() {
    let world = world().await;
    let phone = Phone::new("p-2", 1);
    world.app_enrolled(&phone).await;
    let stock = Desk::new(&world, "S. Tock", Role::StationAdministrator).await;
    let offer = stock.offer("p-2", None).await.unwrap();
    let mut push = world.enrolment(&offer, &mut Authenticator::new(1));
    push.body.operator = stock.session.operator.id.clone();
    push.body.identification = "statement:ahead".parse().unwrap();
    push.head = head(1);
    let receipt = stock.client.push(entry(), &push).await.unwrap();
    let acceptance = Acceptance {
        version: VERSION,
        factor: FactorRef::Key {
            credential: receipt.credential,
        },
        test: None,
    };
    let visit = world.visit_anew("p-2").await.id;
    let early = world
        .client
        .accept(&world.session, (visit, entry()), &acceptance)
        .await;
    assert_eq!(refused(early), problem_code::AUTHORITY_NEEDED);
    world.tested(&phone, Some(visit)).await;
    let taken = world
        .client
        .accept(&world.session, (visit, entry()), &acceptance)
        .await
        .unwrap();
    assert_eq!((taken.person.keys, taken.person.apps), (1, 1));
    // It proves nothing in the visit in which it was taken; in the next one it does.
    assert!(
        taken
            .visit
            .is_some_and(|visit| visit.authority == Some(Authority::Factor))
    );
}

#[tokio::test]
async fn a_ticket_carries_what_the_person_had_and_what_no_longer_fits_waits() {
    let world = world().await;
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let wanted = |people: &[&str]| TicketRequest {
        people: people.iter().map(|id| PersonId::new(*id)).collect(),
        ..TicketRequest::of_day(today)
    };
    let mut theirs = Authenticator::new(1);
    world.enrolled("p-2", &mut theirs).await;
    world.leave(&world.visit("p-2").await).await;
    let fetched = world
        .client
        .tickets(&world.session, &wanted(&["p-1", "p-2"]))
        .await
        .unwrap();
    let [never, valid] = fetched.offers.as_slice() else {
        panic!("two")
    };
    let carried = |offer: &Offer| offer.visit.clone().expect("a visit");
    assert_eq!(carried(never).takes, Takes::Identification);
    assert!(carried(never).proof.is_none());
    assert_eq!(carried(valid).takes, Takes::OwnFactor);
    // Proved first, the ticket of somebody who had a factor is worth one.
    let proof = carried(valid).proof.expect("a challenge");
    let unproved = world.enrolment(valid, &mut of_another_model(2));
    let test = world.test(&proof, "p-2", &mut theirs);
    world.client.push(entry(), &test).await.unwrap();
    let mut push = unproved;
    push.head = world.head();
    assert!(!world.push(&push).await.unwrap().waiting);
    // Somebody enrolled elsewhere meanwhile.
    world.enrolled("p-1", &mut Authenticator::new(3)).await;
    let push = world.enrolment(never, &mut of_another_model(4));
    assert!(world.push(&push).await.unwrap().waiting);
    let again = world
        .client
        .tickets(&world.session, &wanted(&["p-2"]))
        .await
        .unwrap();
    let push = world.enrolment(&again.offers[0], &mut of_another_model(5));
    assert!(
        !carried(&again.offers[0])
            .proof
            .expect("a key")
            .request
            .allow_credentials
            .is_empty()
    );
    let receipt = world.push(&push).await.unwrap();
    let same_visit = carried(&again.offers[0]).id == carried(valid).id;
    assert_eq!(receipt.waiting, !same_visit);
    assert!(
        alarms(&world)
            .await
            .contains(&problem_code::VISIT_OVERTAKEN.to_owned())
    );
}

#[tokio::test]
async fn a_ticket_that_nobody_proved_gives_nothing_that_opens() {
    let world = world().await;
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    world.app_enrolled(&Phone::new("p-2", 1)).await;
    let wanted = TicketRequest {
        people: vec![PersonId::new("p-2")],
        ..TicketRequest::of_day(today)
    };
    let fetched = world.client.tickets(&world.session, &wanted).await.unwrap();
    let offer = fetched.offers.first().unwrap();
    assert!(
        offer.visit.as_ref().unwrap().proof.is_none(),
        "they have no key"
    );
    let second = Phone::new("p-2", 2);
    let push = world.app_push(offer, &second);
    assert!(world.push_app(&push).await.unwrap().waiting);
    assert_eq!(alarms(&world).await, [problem_code::VISIT_UNPROVED]);
    // What waits is no proof.
    let visit = world.visit_anew("p-2").await;
    world.tested(&second, Some(visit.id)).await;
    assert_eq!(world.visit("p-2").await.authority, None);
}
