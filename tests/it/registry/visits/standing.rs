//! What a visit is worth later: a ticket's is for its day, an operator's ends with their access, and nothing late revives one.

use keydesk::domain::authority::Role;
use keydesk::domain::visit::{Authority, Had, Takes};
use keydesk::domain::{OperatorId, PersonId};
use keydesk::server::admin::{self, Human};
use keydesk::server::import::{Format, import_file};
use keydesk::wire::{
    CodeRequest, Offer, Said, Subject, TicketRequest, VERSION, VisitClose, VisitPass, problem_code,
};

use super::super::authenticator::Authenticator;
use super::super::phone::Phone;
use super::super::tokens::assigned;
use super::super::world::{World, arrival, refused, write};
use super::{Desk, alarms, humans, of_another_model, world};

async fn ticket(world: &World, person: &str) -> Offer {
    let today = world.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let wanted = TicketRequest {
        people: vec![PersonId::new(person)],
        ..TicketRequest::of_day(today)
    };
    let fetched = world.client.tickets(&world.session, &wanted).await.unwrap();
    fetched.offers.into_iter().next().unwrap()
}

/// Lets days go by for every visit that there is.
const FIVE_DAYS_LATER: &str = "UPDATE visit SET opened_ms = opened_ms - 5 * 86400000, last_act_ms = last_act_ms - 5 * 86400000, \
     from_ms = from_ms - 5 * 86400000, until_ms = until_ms - 5 * 86400000";

#[tokio::test]
async fn a_ticket_s_visit_is_for_its_day_and_the_next_ticket_asks_anew() {
    let world = world().await;
    let first = ticket(&world, "p-2").await;
    let second = ticket(&world, "p-2").await;
    let carried = |offer: &Offer| offer.visit.clone().expect("a visit");
    assert_eq!(
        carried(&first).id,
        carried(&second).id,
        "of one day it is one"
    );
    let push = world.enrolment(&first, &mut Authenticator::new(1));
    assert!(!world.push(&push).await.unwrap().waiting);
    world.sql(FIVE_DAYS_LATER).await;
    let late = world.enrolment(&second, &mut of_another_model(2));
    assert!(world.push(&late).await.unwrap().waiting);
    assert_eq!(alarms(&world).await, [problem_code::VISIT_OVER]);
    let anew = ticket(&world, "p-2").await;
    let visit = carried(&anew);
    assert_ne!(visit.id, carried(&first).id);
    assert_eq!((visit.had, visit.takes), (Had::Valid, Takes::OwnFactor));
    let push = world.enrolment(&anew, &mut of_another_model(3));
    assert!(world.push(&push).await.unwrap().waiting);
}

#[tokio::test]
async fn a_ticket_for_another_day_gives_nothing_that_opens_before_it() {
    let world = world().await;
    let offer = ticket(&world, "p-2").await;
    world
        .sql("UPDATE visit SET from_ms = from_ms + 86400000, until_ms = until_ms + 86400000")
        .await;
    let push = world.enrolment(&offer, &mut Authenticator::new(1));
    assert!(world.push(&push).await.unwrap().waiting);
}

#[tokio::test]
async fn whose_access_ended_brings_nothing_that_opens_and_their_visits_are_over() {
    let world = world().await;
    let other = Desk::new(&world, "O. Ther", Role::HelpDesk).await;
    let keys = world.enrolment(&world.offer("p-1").await, &mut Authenticator::new(1));
    let app = world.app_push(&world.offer("p-2").await, &Phone::new("p-2", 3));
    let from_ticket = ticket(&world, "p-3").await;
    let from_ticket = world.enrolment(&from_ticket, &mut of_another_model(4));
    let id = &world.session.operator.id;
    admin::revoke_operator(&world.db(), id).await.unwrap();
    assert!(world.push(&keys).await.unwrap().waiting);
    assert!(world.push_app(&app).await.unwrap().waiting);
    assert!(world.push(&from_ticket).await.unwrap().waiting);
    let raised = alarms(&world).await;
    let revoked = raised
        .iter()
        .filter(|kind| *kind == problem_code::VISIT_REVOKED);
    assert_eq!(revoked.count(), 3, "{raised:?}");
    // Somebody else's stays.
    let theirs = other.visit("p-4").await;
    other.offer("p-4", Some(&theirs)).await.unwrap();
    let id = &other.session.operator.id;
    admin::new_operator_key(&world.db(), id).await.unwrap();
    let open: i64 =
        sqlx::query_scalar("SELECT count(*) FROM visit WHERE ended_ms IS NULL AND NOT is_ticket")
            .fetch_one(&world.database().await)
            .await
            .unwrap();
    assert_eq!(open, 0);
}

#[tokio::test]
async fn what_comes_late_brings_no_visit_back_to_life() {
    let world = world().await;
    world.app_enrolled(&Phone::new("p-2", 1)).await;
    let visit = world.visit("p-2").await;
    let offer = world.offer("p-2").await;
    let late = world.app_push(&offer, &Phone::new("p-2", 4));
    // An hour later, after the line was down.
    world
        .sql(
            "UPDATE visit SET last_act_ms = last_act_ms - 3600000, opened_ms = opened_ms - 3600000",
        )
        .await;
    assert!(!world.push_app(&late).await.unwrap().waiting);
    let id = PersonId::new("p-2");
    let offer = world.client.offer(&world.session, &id, Some(visit.id));
    assert_eq!(refused(offer.await), problem_code::VISIT_OVER);
    let next = world.visit("p-2").await;
    assert_ne!(next.id, visit.id);
    assert_eq!(next.authority, None, "it is asked anew");
}

async fn is(world: &World, account: &OperatorId, number: Option<&str>, person: Option<&str>) {
    let human = Human {
        personnel_number: number.map(str::to_owned),
        person: person.map(PersonId::new),
    };
    admin::set_human(&world.db(), account, &human)
        .await
        .unwrap();
}

#[tokio::test]
async fn two_accounts_of_one_human_count_as_one() {
    let world = world().await;
    let twin = Desk::new(&world, "T. Win", Role::HelpDesk).await;
    is(&world, &twin.session.operator.id, Some("77"), Some("e-1")).await;
    let account = &world.session.operator.id;
    let mut key = Authenticator::new(1);
    // Begun before it was known who they are.
    let begun = world.visit("e-1").await;
    let offer = world.offer("e-1").await;
    let own = ticket(&world, "a-1").await;
    is(&world, account, Some("77"), None).await;
    let id = PersonId::new("e-1");
    let answer = world.client.offer(&world.session, &id, Some(begun.id));
    assert_eq!(refused(answer.await), problem_code::VISIT_OVER);
    for person in ["e-1", "a-2"] {
        let came = arrival();
        let person = PersonId::new(person);
        let visit = world.client.open_visit(&world.session, &person, &came);
        assert_eq!(refused(visit.await), problem_code::NOT_ALLOWED, "{person}");
    }
    let push = world.enrolment(&offer, &mut key);
    assert!(world.push(&push).await.unwrap().waiting);
    let push = world.enrolment(&own, &mut of_another_model(2));
    assert!(world.push(&push).await.unwrap().waiting);
    let raised = alarms(&world).await;
    assert!(
        raised.iter().all(|kind| kind == problem_code::VISIT_OWN),
        "{raised:?}"
    );
}

#[tokio::test]
async fn whoever_served_in_a_visit_vouches_for_nothing_that_they_made_in_it_after_it_was_passed_on()
{
    let world = world().await;
    let next = Desk::new(&world, "N. Ext", Role::HelpDesk).await;
    humans(
        &world,
        &[
            (&world.session.operator.id, "1001"),
            (&next.session.operator.id, "1002"),
        ],
    )
    .await;
    world.app_enrolled(&Phone::new("e-1", 3)).await;
    world
        .sql("UPDATE factor SET removed_ms = accepted_ms")
        .await;
    // Made by the one who passes the visit on.
    world.enrolled("a-1", &mut Authenticator::new(5)).await;
    let visit = world.visit_anew("e-1").await;
    assert!(visit.administrators.is_empty());
    let pass = VisitPass {
        version: VERSION,
        to: next.session.operator.id.clone(),
    };
    let passed = world.client.pass_visit(&world.session, visit.id, &pass);
    let passed = passed.await.unwrap();
    assert!(
        passed.administrators.is_empty(),
        "{:?}",
        passed.administrators
    );
    // In a visit of their own, the other one may.
    assert_eq!(next.visit("e-1").await.id, passed.id, "it is theirs now");
    let close = VisitClose {
        version: VERSION,
        said: Said::Nothing,
    };
    next.client
        .close_visit(&next.session, passed.id, &close)
        .await
        .unwrap();
    assert_eq!(next.visit("e-1").await.administrators.len(), 1);
}

#[tokio::test]
async fn a_token_proves_nobody_to_whoever_took_its_secret_into_stock() {
    let world = world().await;
    let stock = Desk::new(&world, "S. Tock", Role::StationAdministrator).await;
    let token = Phone::new("SN-1", 5);
    stock.stocks(&world, &token).await;
    let codes = vec![token.code(world.now(), 0)];
    let receipt = assigned(&world, "a-1", "SN-1", codes).await.unwrap();
    world.leave(&world.visit("a-1").await).await;
    let prove = async |by: &Desk| {
        let visit = by.visit("a-1").await;
        let id = PersonId::new("a-1");
        let offer = by.client.test_offer(&by.session, &id, Some(visit.id));
        let offer = offer.await.unwrap().id;
        world.next_step();
        let codes = vec![token.code(world.now(), 0)];
        let request = CodeRequest {
            version: VERSION,
            offer,
            subject: Subject::Active {
                factor: receipt.factor,
            },
            codes,
            identification: None,
        };
        let examined = by.client.examine_code(&by.session, &id, &request);
        examined.await.unwrap();
        by.visit("a-1").await.authority
    };
    assert_eq!(prove(&stock).await, None);
    let honest = Desk::new(&world, "H. Onest", Role::HelpDesk).await;
    assert_eq!(prove(&honest).await, Some(Authority::Factor));
}

#[tokio::test]
async fn what_an_import_tells_of_somebody_is_asked_of_open_visits_and_tickets_too() {
    let world = world().await;
    let visit = world.visit("e-1").await;
    let offer = world.offer("e-1").await;
    let fetched = ticket(&world, "e-1").await;
    let list = "id,name,kind,email,organisation,earlier_factors\ne-1,E. Mployee,employee,e@example.test,org-1,2\n";
    let file = write(world.dir.path(), "earlier.csv", list);
    import_file(&world.db(), &file, Format::Csv).await.unwrap();
    let id = PersonId::new("e-1");
    let answer = world.client.offer(&world.session, &id, Some(visit.id));
    assert_eq!(refused(answer.await), problem_code::VISIT_OVER);
    for offer in [offer, fetched] {
        let push = world.enrolment(&offer, &mut Authenticator::new(1));
        assert!(world.push(&push).await.unwrap().waiting);
        world
            .sql("UPDATE credential SET gone_ms = accepted_ms")
            .await;
        world.sql("DELETE FROM credential").await;
    }
    let anew = ticket(&world, "e-1").await.visit.expect("a visit");
    assert_eq!(anew.had, Had::Lost);
}
