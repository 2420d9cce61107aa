//! Somebody comes alone to a desk and has lost all: their administrators are asked, and the desk carries it out.

use keydesk::cli::args::{CodeSource, EnrolArguments, KeyChoice, ProofArguments};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::Exit;
use keydesk::record::Remains;
use keydesk::server::config::PagesConfig;
use keydesk::station::stopper::Stopper;
use keydesk::workflow::dialogue::{AccountResetQuestion, Question};
use keydesk::workflow::{self, How};

use super::headless::run_with;
use super::*;
use crate::headless::paper;

const PEOPLE: &str = "record,id,name,kind,email,organisation,coc_number,country\n\
    organisation,o-1,Example Shipping,,,,12345678,NL\n\
    person,p-1,Zoë Person,employee,p1@example.com,o-1,,\n\
    person,p-2,Ada Ministrator,main-administrator,p2@example.com,o-1,,\n";

/// The help desk where they come, and another one, where they were enrolled and where their administrator's key lies, which a third one made.
pub(super) async fn desks(config: ServeConfig) -> (World, World) {
    let here = World::build_with(config, PEOPLE).await.expect("a world");
    let other = here.neighbour("Help desk 2").await.expect("a station");
    for (world, name) in [(&here, "H. Elp"), (&other, "O. Ther")] {
        let key = operators_key();
        let signed_in = world.sign_in_as(name, Role::HelpDesk, OPERATOR_SLOT, &key);
        signed_in.await.expect("signed in");
    }
    let maker = here.neighbour("Help desk 9").await.expect("a station");
    let key = operators_key();
    let signed_in = maker.sign_in_as("M. Aker", Role::HelpDesk, OPERATOR_SLOT, &key);
    signed_in.await.expect("signed in");
    sql(&here, "UPDATE operator SET personnel_number = id").await;
    other.rack.put(SLOT, &fresh_key());
    enrol(&other, 1).await.expect("enrolled");
    let administrators = fresh_key();
    maker.rack.put(SLOT, &administrators);
    enrol(&maker, 2).await.expect("enrolled");
    other.rack.put(SLOT, &administrators);
    sql(
        &here,
        "UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'lost' WHERE person = 'p-1'",
    )
    .await;
    sql(&here, "UPDATE visit SET ended_ms = opened_ms").await;
    (here, other)
}

pub(super) fn with_pages() -> ServeConfig {
    let pages = PagesConfig {
        listen: "127.0.0.1:0".parse().expect("an address"),
        ..PagesConfig::default()
    };
    ServeConfig {
        pages: Some(pages),
        ..ServeConfig::default()
    }
}

pub(super) async fn stands(world: &World) -> Option<ResetState> {
    let detail = world.station.person(&person(1)).await;
    detail.expect("a person").reset.map(|reset| reset.state)
}

/// On the pages, whose own tests say how; by a code, an hour ago.
async fn is_asked_for(world: &World) {
    let asked = "UPDATE account_reset SET state = 'released', administrator = 'p-2', ripe_ms = 1, \
         asked_with = (SELECT hex(id) FROM credential WHERE person = 'p-2')";
    sql(world, asked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_shows_a_document_for_what_no_administrator_could_ask() {
    let (here, _other) = desks(with_pages()).await;
    let lost = "UPDATE credential SET suspended_ms = accepted_ms, suspended_why = 'lost'";
    sql(&here, lost).await;
    let (mut desk, face) = agent(&here);
    let asked = account_reset::ask(&mut desk, &person(1), None).await;
    let why = asked.expect_err("nobody could ask");
    assert_eq!(why.refusal(), Some(problem_code::NOT_ALLOWED));
    assert!(face.questions().is_empty(), "{:?}", face.questions());
    // Nor where it was asked for too often.
    let found =
        "UPDATE credential SET suspended_ms = NULL, suspended_why = NULL WHERE person = 'p-2'";
    sql(&here, found).await;
    for _ in 0..3 {
        let (mut desk, _) = agent(&here);
        let asked = account_reset::ask(&mut desk, &person(1), wish()).await;
        asked.expect("prepared");
        let objected = "UPDATE account_reset SET state = 'objected', objector = 'p-1', ended_ms = asked_ms WHERE state = 'prepared'";
        sql(&here, objected).await;
    }
    let (mut desk, face) = agent(&here);
    let asked = account_reset::ask(&mut desk, &person(1), None).await;
    let why = asked.expect_err("too often");
    assert_eq!(why.refusal(), Some(problem_code::RESET_LIMIT));
    assert!(face.questions().is_empty(), "{:?}", face.questions());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_came_alone_is_shown_what_their_administrator_asked_for_and_enrolled_by_it() {
    let (here, _other) = desks(with_pages()).await;
    let (mut desk, _) = agent(&here);
    let asked = account_reset::ask(&mut desk, &person(1), wish()).await;
    let Ok(Ending::AccountReset {
        result: AccountResetResult::Prepared { reset },
        ..
    }) = asked
    else {
        panic!("{asked:?}");
    };
    assert_eq!(stands(&here).await, Some(ResetState::Prepared));
    let early = carry_out(&here, reset.id, &person(1)).await;
    assert_eq!(
        early.expect_err("not asked for").refusal(),
        Some(problem_code::RESET_OVER)
    );
    is_asked_for(&here).await;
    assert_eq!(stands(&here).await, Some(ResetState::Released));
    let (mut desk, face) = agent(&here);
    let done = account_reset::carry_out(&mut desk, reset.id, &person(1)).await;
    let Ok(Ending::AccountReset {
        result: AccountResetResult::CarriedOut { done },
        ..
    }) = done
    else {
        panic!("{done:?}");
    };
    assert_eq!(done.deleted.len(), 1);
    // Nothing is deleted before it was listed and confirmed.
    let listed = face.questions().into_iter().find_map(|asked| match asked {
        Question::AccountReset(AccountResetQuestion::CarryOut { owned, .. }) => Some(owned.len()),
        _ => None,
    });
    assert_eq!(listed, Some(1));
    here.rack.put(SLOT, &fresh_key());
    enrol(&here, 1).await.expect("enrolled by it");
    assert_eq!(stands(&here).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_hears_what_came_of_its_carrying_out_what_another_one_prepared() {
    for (mishap, remains) in [
        (Mishap::FailsAfter, Remains::AccountReset),
        (Mishap::FailsBefore, Remains::AccountKept),
    ] {
        let (here, _other) = desks(with_pages()).await;
        let third = here.neighbour("Help desk 3").await.expect("a station");
        let key = operators_key();
        let signed_in = third.sign_in_as("T. Hird", Role::HelpDesk, OPERATOR_SLOT, &key);
        signed_in.await.expect("signed in");
        sql(&here, "UPDATE operator SET personnel_number = id").await;
        let (mut desk, _) = agent(&here);
        let asked = account_reset::ask(&mut desk, &person(1), wish()).await;
        let Ok(Ending::AccountReset {
            result: AccountResetResult::Prepared { reset },
            ..
        }) = asked
        else {
            panic!("{asked:?}");
        };
        is_asked_for(&here).await;
        sql(
            &here,
            "UPDATE visit SET ended_ms = opened_ms WHERE ended_ms IS NULL",
        )
        .await;
        let mut desk = FaultyDesk::at(agent(&third).0, "carry_out_reset", mishap);
        let lost = account_reset::carry_out(&mut desk, reset.id, &person(1)).await;
        let lost = lost.expect_err("lost");
        assert_eq!(lost.remains(), Remains::MayBeAccountReset, "{lost:?}");
        let work = third.station.store().unfinished().expect("read");
        let (mut desk, _) = agent(&third);
        let ending = workflow::resolve(&mut desk, work[0].clone(), How::WithKey).await;
        let ending = ending.unwrap_or_else(|stop| panic!("{mishap:?}: {stop:?}"));
        assert_eq!(ending, Ending::Resolved { remains }, "{mishap:?}");
    }
}

/// The visit went on at another desk, and this one is told nothing of it: that is no proof that nothing was done.
#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_is_shown_no_such_reset_does_not_take_that_for_kept() {
    let (here, _other) = desks(with_pages()).await;
    let third = here.neighbour("Help desk 3").await.expect("a station");
    let key = operators_key();
    let signed_in = third.sign_in_as("T. Hird", Role::HelpDesk, OPERATOR_SLOT, &key);
    signed_in.await.expect("signed in");
    let (mut desk, _) = agent(&here);
    account_reset::ask(&mut desk, &person(1), wish())
        .await
        .expect("prepared");
    let reset = here.station.person(&person(1)).await.expect("a person");
    let reset = reset.reset.expect("prepared").id;
    is_asked_for(&here).await;
    sql(
        &here,
        "UPDATE visit SET ended_ms = opened_ms WHERE ended_ms IS NULL",
    )
    .await;
    let mut desk = FaultyDesk::at(agent(&third).0, "carry_out_reset", Mishap::FailsAfter);
    let lost = account_reset::carry_out(&mut desk, reset, &person(1)).await;
    assert_eq!(
        lost.expect_err("lost").remains(),
        Remains::MayBeAccountReset
    );
    sql(
        &here,
        "UPDATE visit SET station = (SELECT id FROM station WHERE name = 'Help desk 2') WHERE reset IS NOT NULL",
    )
    .await;
    // Somebody else is signed in by now.
    let next = third.sign_in_as("N. Ext", Role::HelpDesk, OPERATOR_SLOT, &key);
    next.await.expect("signed in");
    let stop = begun::resolved(&third, How::WithKey).await;
    let stop = stop.expect_err("not known");
    assert_eq!(stop.refusal(), Some(problem_code::NOT_FOUND), "{stop:?}");
    assert_eq!(stop.remains(), Remains::MayBeAccountReset);
    assert_eq!(third.station.store().unfinished().expect("read").len(), 1);
    // Whoever had a hand in the visit is shown it wherever it goes on.
    sql(
        &here,
        "INSERT INTO visit_operator SELECT v.id, o.id FROM visit v JOIN operator o ON o.name = 'N. Ext' WHERE v.reset IS NOT NULL",
    )
    .await;
    let ending = begun::resolved(&third, How::WithKey).await;
    let remains = Remains::AccountReset;
    assert_eq!(ending.expect("asked"), Ending::Resolved { remains });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_prepared_nothing_is_told_by_its_commands_of_what_it_can_carry_out() {
    let (here, other) = desks(with_pages()).await;
    let (mut desk, _) = agent(&here);
    let asked = account_reset::ask(&mut desk, &person(1), wish()).await;
    let Ok(Ending::AccountReset {
        result: AccountResetResult::Prepared { reset },
        ..
    }) = asked
    else {
        panic!("{asked:?}");
    };
    let name = reset.id.to_string();
    // Until it is asked for nobody else has a part in it.
    let (_, printed) = run_with(&other, &["list"], None).await;
    assert!(!printed.contains(&name), "{printed}");
    let (outcome, _) = run_with(&other, &["show", &name], None).await;
    assert_eq!(outcome.exit, Exit::Refused, "{}", outcome.detail);
    is_asked_for(&here).await;
    let (outcome, printed) = run_with(&other, &["list"], None).await;
    assert_eq!(outcome.facts["open"], 1, "{printed}");
    assert!(printed.contains(&name), "{printed}");
    let (outcome, _) = run_with(&other, &["show", &name], None).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    // The kiosk lists what was prepared there: on a person's page it shows the others.
    let listed = other.station.account_resets().await.expect("listed");
    assert!(listed.is_empty(), "{listed:?}");
    sql(
        &here,
        "UPDATE visit SET ended_ms = opened_ms WHERE ended_ms IS NULL",
    )
    .await;
    let arguments = EnrolArguments {
        person: person(1),
        identified_by: "passport:7K31".parse().expect("an identification"),
        proof: ProofArguments::default(),
        codes: CodeSource::default(),
        key: KeyChoice::default(),
    };
    let command = StationCommand::Enrol(&arguments);
    let station = Arc::clone(&other.station);
    let outcome = commands::run(station, command, paper().1, Stopper::default()).await;
    let carry_out = format!("keydesk reset carry-out {name} --person p-1");
    assert!(outcome.detail.contains(&carry_out), "{}", outcome.detail);
}
