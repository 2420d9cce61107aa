//! Who had a hand in a factor never lets it vouch, and who had factors elsewhere is nobody who never had one.

use keydesk::domain::PersonId;
use keydesk::domain::authority::Role;
use keydesk::domain::visit::{Had, Takes};
use keydesk::server::import::{Format, ImportError, import_file};
use keydesk::wire::TicketRequest;

use super::super::phone::Phone;
use super::super::tokens::assigned;
use super::super::world::{arrival, entry, first_sign_in, write};
use super::{Authenticator, Desk, humans, world};

#[tokio::test]
async fn who_began_with_a_ticket_what_another_one_ended_is_answered_for_by_no_owner_of_it() {
    let world = world().await;
    let sign_in = async |name: &str, key: u8| {
        let mut key = Authenticator::new(key);
        first_sign_in(&world.client, &world.db(), name, Role::HelpDesk, &mut key).await
    };
    let (began, ended) = (sign_in("B. Egan", 202).await, sign_in("E. Nded", 203).await);
    let other = sign_in("O. Ther", 204).await;
    let fetched = &world.session.operator.id;
    let all = [fetched, &began.operator.id, &ended.operator.id];
    let accounts = [(all[0], "1001"), (all[1], "1002"), (all[2], "1003")];
    humans(&world, &accounts).await;
    humans(&world, &[(&other.operator.id, "1004")]).await;
    let today = world.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    for (administrator, seed, with_key) in [("a-1", 5, false), ("a-2", 6, true)] {
        let wanted = TicketRequest {
            people: vec![PersonId::new(administrator)],
            ..TicketRequest::of_day(today)
        };
        let tickets = world.client.tickets(&world.session, &wanted).await.unwrap();
        let offer = tickets.offers.first().unwrap();
        let (by, finished_by) = (began.operator.id.clone(), Some(ended.operator.id.clone()));
        let waiting = if with_key {
            let mut push = world.enrolment(offer, &mut Authenticator::new(seed));
            push.body.operator = by;
            push.body.finished_by = finished_by;
            push.body.enrolled_at = world.now();
            world.push(&push).await.unwrap().waiting
        } else {
            let mut push = world.app_push(offer, &Phone::new(administrator, seed));
            push.body.operator = by;
            push.body.finished_by = finished_by;
            world.client.push(entry(), &push).await.unwrap().waiting
        };
        assert!(!waiting, "{administrator}");
    }
    world.app_enrolled(&Phone::new("e-1", 3)).await;
    world
        .sql("UPDATE factor SET removed_ms = accepted_ms WHERE person = 'e-1'")
        .await;
    let employee = PersonId::new("e-1");
    for (session, answering) in [(&began, 0), (&ended, 0), (&world.session, 0), (&other, 2)] {
        let came = arrival();
        let visit = world.client.open_visit(session, &employee, &came);
        let found = visit.await.unwrap().administrators;
        assert_eq!(
            found.len(),
            answering,
            "{}: {found:?}",
            session.operator.name
        );
    }
}

#[tokio::test]
async fn who_took_a_token_s_secret_into_stock_is_answered_for_by_no_owner_of_it() {
    let world = world().await;
    let stock = Desk::new(&world, "S. Tock", Role::StationAdministrator).await;
    let other = Desk::new(&world, "O. Ther Desk", Role::HelpDesk).await;
    humans(
        &world,
        &[
            (&world.session.operator.id, "1001"),
            (&stock.session.operator.id, "1002"),
            (&other.session.operator.id, "1003"),
        ],
    )
    .await;
    let token = Phone::new("SN-1", 5);
    stock.stocks(&world, &token).await;
    let codes = vec![token.code(world.now(), 0)];
    assigned(&world, "a-1", "SN-1", codes).await.unwrap();
    world.app_enrolled(&Phone::new("e-1", 3)).await;
    world
        .sql("UPDATE factor SET removed_ms = accepted_ms WHERE person = 'e-1'")
        .await;
    let visit = stock.visit("e-1").await;
    assert_eq!(visit.takes, Takes::Administrator);
    assert!(
        visit.administrators.is_empty(),
        "{:?}",
        visit.administrators
    );
    let visit = other.visit("e-1").await;
    assert_eq!(visit.administrators.len(), 1);
}

#[tokio::test]
async fn who_had_factors_elsewhere_is_nobody_who_never_had_one() {
    let world = world().await;
    let import = async |number: &str| {
        let list = format!(
            "id,name,kind,email,organisation,earlier_factors\ne-1,E. Mployee,employee,e@example.test,org-1,{number}\n"
        );
        let file = write(world.dir.path(), "earlier.csv", &list);
        import_file(&world.db(), &file, Format::Csv).await
    };
    for number in ["-1", "1.5", "100", "yes"] {
        let refused = import(number).await;
        assert!(
            matches!(&refused, Err(ImportError::Lines { lines, .. }) if lines[0].reason.contains("earlier_factors")),
            "{number}: {refused:?}"
        );
    }
    assert_eq!(world.visit_anew("e-1").await.had, Had::Never);
    import("2").await.unwrap();
    let visit = world.visit_anew("e-1").await;
    assert_eq!((visit.had, visit.takes), (Had::Lost, Takes::Administrator));
    // A list that does not say leaves it as it is.
    import("").await.unwrap();
    assert_eq!(world.visit_anew("e-1").await.had, Had::Lost);
    // What somebody had is never had less.
    let fewer = import("0").await;
    assert!(
        matches!(&fewer, Err(ImportError::Lines { lines, .. }) if lines[0].reason.contains("2 are known")),
        "{fewer:?}"
    );
    assert_eq!(world.visit_anew("e-1").await.had, Had::Lost);
}
