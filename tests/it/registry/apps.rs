//! Authenticator apps at the registry: enrolled with a right code of the very secret that is kept, once.

use jiff::Timestamp;
use keydesk::domain::authority::Role;
use keydesk::domain::factor::{FactorKind, TotpSettings};
use keydesk::domain::{FactorId, PersonId};
use keydesk::seal::OpeningKey;
use keydesk::server::import::{Format, import_file};
use keydesk::wire::{TicketRequest, VERSION};

use super::authenticator::Authenticator;
use super::phone::Phone;
use super::world::{World, arrival, entry, first_sign_in, head, joined, refused, write};

#[tokio::test]
async fn an_app_is_enrolled_and_listed_beside_the_key_of_the_same_visit() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let app = offer.app.clone().unwrap();
    assert_eq!(
        (app.issuer.as_str(), app.account.as_str()),
        ("IAMconnected", "IAMconnected")
    );
    assert_eq!(app.name, "Authenticator app");
    assert_eq!(app.seal_to.public_key.0.len(), 32);
    let phone = Phone::new("p-1", 1);
    let receipt = world
        .push_app(&world.app_push(&offer, &phone))
        .await
        .unwrap();
    assert_eq!((receipt.factor, receipt.person.apps), (phone.factor, 1));
    let push = world.enrolment(&offer, &mut Authenticator::new(1));
    assert_eq!(world.push(&push).await.unwrap().person.keys, 1);

    let [factor] = &world.factors_of("p-1").await[..] else {
        panic!("one factor");
    };
    assert_eq!((factor.id, &factor.kind), (phone.factor, &FactorKind::App));
    assert_eq!(factor.name, "Authenticator app");
    assert_eq!(factor.operator, world.session.operator.id);
    assert!(factor.removed_at.is_none() && factor.last_tested_at.is_some());
    let next = world.offer("p-1").await.app.unwrap();
    assert_eq!(next.name, "Authenticator app 2");
}

#[tokio::test]
async fn the_same_push_again_never_makes_a_second_app_nor_changes_the_secret() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let phone = Phone::new("p-1", 1);
    let mut push = world.app_push(&offer, &phone);
    let entry = entry();
    let first = world.client.push(entry, &push).await.unwrap();
    push.head = world.head();
    assert_eq!(world.client.push(entry, &push).await.unwrap(), first);
    // Another secret in the same name: by the same entry, by the same offer, and by an offer of its own.
    let mut other = Phone::new("p-1", 2);
    other.factor = phone.factor;
    let second = world.app_push(&offer, &other);
    let answer = world.client.push(entry, &second).await;
    assert_eq!(refused(answer), "idempotency-key-reused");
    assert_eq!(refused(world.push_app(&second).await), "offer-used");
    let fresh = world.app_push(&world.offer("p-1").await, &other);
    assert_eq!(refused(world.push_app(&fresh).await), "factor-exists");
    assert_eq!(world.factors_of("p-1").await.len(), 1);
    world.proof(&phone).await;
}

#[tokio::test]
async fn an_app_s_offer_is_for_its_person_its_station_its_operator_and_its_time() {
    let world = World::with(|config| config.challenge_minutes = 10).await;
    let offer = world.offer("p-1").await;
    let phone = Phone::new("p-1", 1);
    let honest = world.app_push(&offer, &phone);
    let other = joined(&world.running, &world.db(), "Another desk").await;
    let answer = other.push(entry(), &honest).await;
    assert_eq!(refused(answer), "offer-unknown");
    let mut push = honest.clone();
    push.body.person = PersonId::new("p-2");
    assert_eq!(refused(world.push_app(&push).await), "offer-foreign");
    for (at, why) in [
        (Timestamp::MIN, "offer-foreign"),
        (Timestamp::MAX, "challenge-expired"),
    ] {
        let mut push = honest.clone();
        push.body.enrolled_at = at;
        assert_eq!(refused(world.push_app(&push).await), why);
    }
    // The key's own offer makes no app, and the app's no key.
    let mut push = honest.clone();
    push.body.offer = offer.id;
    assert_eq!(refused(world.push_app(&push).await), "offer-unknown");
    let mut key = world.enrolment(&offer, &mut Authenticator::new(1));
    key.body.offer = honest.body.offer;
    assert_eq!(refused(world.push(&key).await), "offer-unknown");
    let mut late = honest.clone();
    late.body.enrolled_at = offer.expires_at;
    world.wait_s(601);
    assert_eq!(refused(world.push_app(&late).await), "challenge-expired");
    // In time, and the line was down since.
    world.wait_s(30 * 24 * 3600);
    world.push_app(&honest).await.unwrap();
}

#[tokio::test]
async fn a_code_of_another_step_or_secret_makes_no_factor() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let phone = Phone::new("p-1", 1);
    let honest = world.app_push(&offer, &phone);
    let now = world.now();
    for (code, steps_on) in [
        (phone.code(now, 1), 0),
        (Phone::new("p-1", 2).code(now, 0), 0),
        (phone.code(now, 4), 4),
        (phone.code(now, -4), -4),
    ] {
        let mut push = honest.clone();
        push.body.code = code;
        push.body.step = honest.body.step.checked_add_signed(steps_on).unwrap();
        assert_eq!(refused(world.push_app(&push).await), "code-wrong");
    }
    let mut push = honest.clone();
    push.body.step = u64::MAX;
    assert_eq!(refused(world.push_app(&push).await), "code-wrong");
    world.push_app(&honest).await.unwrap();
}

#[tokio::test]
async fn a_secret_that_was_sealed_for_anybody_else_is_not_taken() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let phone = Phone::new("p-1", 1);
    let honest = world.app_push(&offer, &phone);
    let seal_to = offer.app.unwrap().seal_to;
    let other_person = Phone::new("p-2", 1);
    let mut other_factor = Phone::new("p-1", 1);
    other_factor.factor = FactorId(uuid::Uuid::new_v4());
    let other_key = OpeningKey::generate();
    let mut forged = phone.sealed(other_key.sealing_key());
    forged.key = seal_to.id.clone();
    let mut cut = honest.body.sealed.clone();
    cut.ciphertext.0.truncate(10);
    let mut encapsulated = honest.body.sealed.clone();
    encapsulated.encapsulated.0.push(0);
    for sealed in [
        other_person.sealed(&seal_to),
        other_factor.sealed(&seal_to),
        phone.sealed(other_key.sealing_key()),
        forged,
        cut,
        encapsulated,
    ] {
        let mut push = honest.clone();
        push.body.sealed = sealed;
        assert_eq!(refused(world.push_app(&push).await), "seal-broken");
    }
    assert!(world.factors_of("p-1").await.is_empty());
}

#[tokio::test]
async fn what_an_app_is_called_and_how_it_counts_is_checked() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let honest = world.app_push(&offer, &Phone::new("p-1", 1));
    for name in ["", "a\u{1b}[2J", &"x".repeat(101)] {
        let mut push = honest.clone();
        push.body.name = name.to_owned();
        assert_eq!(refused(world.push_app(&push).await), "malformed");
    }
    let mut push = honest.clone();
    push.body.settings = TotpSettings {
        digits: 8,
        ..TotpSettings::APP
    };
    assert_eq!(refused(world.push_app(&push).await), "malformed");
    let mut push = honest;
    push.body.version = VERSION + 1;
    assert_eq!(refused(world.push_app(&push).await), "newer-version");
}

#[tokio::test]
async fn an_app_of_a_ticket_may_be_pushed_days_later_and_marks_its_person_done() {
    let world = World::new().await;
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let csv = format!("record,person,at\nappointment,p-1,{today}T23:00:00Z\n");
    let file = write(world.dir.path(), "today.csv", csv);
    import_file(&world.db(), &file, Format::Csv).await.unwrap();
    let wanted = TicketRequest::of_day(today);
    let tickets = world.client.tickets(&world.session, &wanted).await.unwrap();
    let [ticket] = &tickets.offers[..] else {
        panic!("one ticket");
    };
    let phone = Phone::new("p-1", 1);
    let push = world.app_push(ticket, &phone);
    world.wait_s(3 * 24 * 3600);
    world.push_app(&push).await.unwrap();
    world.wait_s(-3 * 24 * 3600);
    let listed = world.client.expected(&world.session, today).await.unwrap();
    assert!(listed.expected.iter().all(|expected| expected.done));
    // It was right then: the clock of the phone is not judged by when the outbox was sent.
    world.proof(&phone).await;
}

#[tokio::test]
async fn two_stations_enrol_apps_for_one_person_side_by_side() {
    let world = World::new().await;
    let other = joined(&world.running, &world.db(), "Another desk").await;
    let mut key = Authenticator::new(9);
    let db = world.db();
    let session = first_sign_in(&other, &db, "A. Nother", Role::HelpDesk, &mut key).await;
    let (one, two) = (Phone::new("p-1", 1), Phone::new("p-1", 2));
    let here = world.app_push(&world.offer("p-1").await, &one);
    // One person is at one desk: the first one's visit is over, and what comes of it waits.
    let person = PersonId::new("p-1");
    let visit = other
        .open_visit(&session, &person, &arrival())
        .await
        .unwrap();
    let there = other
        .offer(&session, &person, Some(visit.id))
        .await
        .unwrap();
    let mut there = world.app_push(&there, &two);
    there.body.operator = session.operator.id.clone();
    there.head = head(1);
    let (a, b) = tokio::join!(world.push_app(&here), other.push(entry(), &there));
    assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
    let waiting = [a.unwrap().waiting, b.unwrap().waiting];
    assert!(waiting.contains(&false), "{waiting:?}");
    let mut listed: Vec<_> = world.factors_of("p-1").await;
    listed.sort_by_key(|factor| factor.id != one.factor);
    let ids: Vec<_> = listed.iter().map(|factor| factor.id).collect();
    assert_eq!(ids, [one.factor, two.factor]);
    assert_ne!(listed[0].station, listed[1].station);
}
