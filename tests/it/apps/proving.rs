//! Factors that a person has: tested, replaced, removed, and hardware tokens given out; and what is refused.

use keydesk::domain::factor::{CodeVerdict, FactorKind};
use keydesk::domain::reason::Unmet;
use keydesk::record::{OutboxBody, Remains, Resolution, Unfinished};
use keydesk::text::english;
use keydesk::totp::tokens;
use keydesk::wire::{Factor, problem_code};
use keydesk::workflow::dialogue::{AppQuestion, AppResult, CodeOf, Ending, Purpose, PushState};
use keydesk::workflow::{self, How, Stop, app};

use super::Timed;
use super::phone::{Manner, People, Phone};
use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::outbox::sql;
use crate::scenarios::{SLOT, fresh_key, person};

/// Person `n` with one app on this phone.
async fn with_app(timed: &Timed, n: usize, phone: &Phone) -> Factor {
    let run = timed.enrol(n, phone, Manner::Willing).await;
    assert_eq!(run.push(), PushState::Accepted);
    timed.leave(n).await;
    let mut factors = timed.factors(n).await;
    timed.wait_s(90);
    factors.pop().expect("an app")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_says_why_a_code_is_wrong_and_ends_after_so_many() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    with_app(&timed, 1, &phone).await;
    let (mut desk, people) = timed.desk(People::new(&phone, Manner::Hopeless));
    let stop = app::test_app(&mut desk, &person(1), None).await;
    let stop = stop.expect_err("no code was right");
    assert!(matches!(stop, Stop::WrongCodes(_)), "{stop}");
    let advice = people.advice();
    assert!(!advice.is_empty() && advice.iter().all(|v| *v == CodeVerdict::NoMatch));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_s_last_factor_is_not_removed_and_whoever_may_reset_it_is_named() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    with_app(&timed, 1, &phone).await;
    let (mut desk, people) = timed.desk(People::new(&phone, Manner::Willing));
    let stop = app::remove_factor(&mut desk, &person(1), None).await;
    let stop = stop.expect_err("it is a reset");
    assert!(matches!(stop, Stop::Strands { .. }), "{stop}");
    let facts = english().facts(&stop).unwrap_or_default();
    assert!(facts.contains("administrator"), "{facts}");
    assert_eq!(timed.factors(1).await.len(), 1);
    assert!(people.questions().len() <= 1, "nobody was troubled");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_removed_once_the_person_proved_a_key_or_another_app() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    let first = with_app(&timed, 1, &phone).await;
    let second = with_app(&timed, 1, &phone).await;
    assert_ne!(first.name, second.name, "names tell them apart");
    let people = People::new(&phone, Manner::Willing).proving_with(&first.name);
    let (mut desk, _) = timed.desk(people);
    let ending = app::remove_factor(&mut desk, &person(1), Some(second.id)).await;
    assert!(removed(&ending), "{ending:?}");
    assert_eq!(timed.factors(1).await, [tested(&timed, 1, &first).await]);
    // A key is a proof as well, and then the app is not the last factor.
    timed.world.rack.put(SLOT, &fresh_key());
    crate::scenarios::enrol(&timed.world, 1)
        .await
        .expect("a key");
    let (mut desk, _) = timed.desk(People::new(&phone, Manner::Willing));
    let ending = app::remove_factor(&mut desk, &person(1), Some(first.id)).await;
    assert!(removed(&ending), "{ending:?}");
    assert!(timed.factors(1).await.is_empty());
    assert!(
        timed
            .world
            .station
            .store()
            .outbox()
            .expect("read")
            .is_empty()
    );
}

fn removed(ending: &Result<Ending, Stop>) -> bool {
    matches!(
        ending,
        Ok(Ending::App {
            result: AppResult::Removed {
                push: PushState::Accepted,
                ..
            },
            ..
        })
    )
}

/// As the registry has it now.
async fn tested(timed: &Timed, n: usize, factor: &Factor) -> Factor {
    let now = timed
        .factors(n)
        .await
        .into_iter()
        .find(|f| f.id == factor.id);
    now.expect("still there")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_phone_takes_the_place_of_the_old_one_which_proved_the_person() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    let old = with_app(&timed, 1, &phone).await;
    let (mut desk, people) = timed.desk(People::new(&phone, Manner::Willing));
    let ending = app::replace_app(&mut desk, &person(1), Some(old.id)).await;
    let ending = ending.expect("replaced");
    let Ending::App {
        result:
            AppResult::Enrolled {
                old: Some(ended),
                push: PushState::Accepted,
                ..
            },
        ..
    } = &ending
    else {
        panic!("{ending:?}");
    };
    assert_eq!((ended.factor, &ended.name), (old.id, &old.name));
    // Their only factor proves them without a question about which; then come the new one's name and code.
    let asked = people.questions();
    let [
        AppQuestion::TypeCode {
            of: CodeOf::Factor { factor },
            ..
        },
        AppQuestion::NameApp { .. },
        AppQuestion::ShowSecret { .. },
    ] = asked.as_slice()
    else {
        panic!("{asked:?}");
    };
    assert_eq!(factor.id, old.id);
    let now = timed.factors(1).await;
    let [new] = now.as_slice() else {
        panic!("the old one is gone: {now:?}");
    };
    assert_ne!(new.id, old.id);
    assert!(timed.works(1, &phone, new).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_factors_the_old_phones_is_offered_first_to_prove_with() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    timed.world.rack.put(SLOT, &fresh_key());
    crate::scenarios::enrol(&timed.world, 1)
        .await
        .expect("a key");
    with_app(&timed, 1, &phone).await;
    // Proved with the key.
    let second = with_app(&timed, 1, &phone).await;
    let people = People::new(&phone, Manner::Willing).proving_with(&second.name);
    let (mut desk, people) = timed.desk(people);
    let ending = app::replace_app(&mut desk, &person(1), Some(second.id)).await;
    assert!(matches!(ending, Ok(Ending::App { .. })), "{ending:?}");
    let asked = people.questions();
    let Some(AppQuestion::ChooseFactor {
        purpose: Purpose::Prove,
        factors,
        with_key: true,
        ..
    }) = asked.first()
    else {
        panic!("{asked:?}");
    };
    assert_eq!(factors.len(), 2);
    assert_eq!(factors[0].id, second.id, "Enter proves with the old phone");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_had_nothing_when_the_visit_began_is_told_to_begin_another() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    let run = timed.enrol(1, &phone, Manner::Willing).await;
    assert_eq!(run.push(), PushState::Accepted);
    timed.wait_s(90);
    let again = |phone| timed.desk(People::new(phone, Manner::Willing)).0;
    let stop = app::replace_app(&mut again(&phone), &person(1), None).await;
    assert!(
        matches!(&stop, Err(Stop::Unmet(Unmet::BeganWithout { .. }))),
        "{stop:?}"
    );
    timed.leave(1).await;
    let replaced = app::replace_app(&mut again(&phone), &person(1), None).await;
    assert!(matches!(replaced, Ok(Ending::App { .. })), "{replaced:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_not_scanned_leaves_the_old_one_in_force() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    let old = with_app(&timed, 1, &phone).await;
    let (mut desk, _) = timed.desk(People::new(&phone, Manner::Leaves));
    let stop = app::replace_app(&mut desk, &person(1), None).await;
    assert_eq!(stop.expect_err("left").remains(), Remains::OnPhone);
    assert!(timed.works(1, &phone, &old).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_the_registry_refused_is_a_conflict_until_it_is_given_up() {
    let mut timed = Timed::new(1).await;
    let phone = timed.phone();
    let request = keydesk::wire::TicketRequest {
        day: timed.world.station.today(),
        people: vec![person(1)],
    };
    let fetched = timed.world.station.fetch_tickets(&request).await;
    assert_eq!(fetched.expect("fetched"), 1);
    timed.stop_registry().await;
    let run = timed.enrol(1, &phone, Manner::Willing).await;
    assert_eq!(run.push(), PushState::Queued);
    sql(&timed.world, "DELETE FROM app_offer").await;
    timed.start_registry().await;
    let station = &timed.world.station;
    let round = station.push_outbox().await.expect("pushed");
    assert_eq!(round.rejected, 1);
    let waiting = station.store().outbox().expect("read");
    let [entry] = waiting.as_slice() else {
        panic!("one conflict: {waiting:?}");
    };
    assert!(matches!(entry.body, OutboxBody::App { .. }));
    let again = station.resolve_conflict(entry.id, Resolution::Retry).await;
    assert_eq!(again.expect("sent").rejected, 1);
    let given_up = station.resolve_conflict(entry.id, Resolution::Withdrawn);
    given_up.await.expect("given up");
    assert!(station.store().outbox().expect("read").is_empty());
    assert!(timed.factors(1).await.is_empty());
}

/// A box of tokens, and a phone that makes their codes.
async fn stock(timed: &Timed) -> Phone {
    let file = b"serial,seed\nT-1,3132333435363738393031323334353637383930\nT-2,4142434445464748494a4b4c4d4e4f5051525354\n";
    let Ok(read) = tokens::read(file, None, jiff::Timestamp::now()) else {
        panic!("a file of tokens");
    };
    let entries = timed
        .world
        .station
        .import_tokens(read)
        .await
        .expect("sealed");
    assert_eq!(entries.len(), 1);
    let round = timed.world.station.push_outbox().await.expect("pushed");
    assert_eq!(round.accepted, 1);
    let phone = timed.phone();
    for (serial, seed) in [
        ("T-1", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
        ("T-2", "IFBEGRCFIZDUQSKKJNGE2TSPKBIVEU2U"),
    ] {
        phone.read_uri(&format!("otpauth://totp/x?secret={seed}"), serial);
    }
    phone
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_stock_is_given_out_tested_and_taken_back() {
    let timed = Timed::administered(2).await;
    let phone = stock(&timed).await;
    let (mut desk, _) = timed.desk(People::new(&phone, Manner::Willing).holding("T-1"));
    let ending = app::assign_token(&mut desk, &person(1)).await;
    assert!(
        matches!(&ending, Ok(Ending::App { result: AppResult::Assigned { serial, .. }, .. }) if serial == "T-1"),
        "{ending:?}"
    );
    let held = timed.factors(1).await;
    let [token] = held.as_slice() else {
        panic!("one token: {held:?}");
    };
    assert!(matches!(&token.kind, FactorKind::Token { serial } if serial == "T-1"));
    // Somebody else can't have it.
    timed.wait_s(90);
    let (mut desk, _) = timed.desk(People::new(&phone, Manner::Willing).holding("T-1"));
    let taken = app::assign_token(&mut desk, &person(2)).await;
    assert!(
        matches!(&taken, Err(Stop::RegistryRefused { code, .. }) if code == problem_code::TOKEN_UNAVAILABLE),
        "{taken:?}"
    );
    assert!(
        timed
            .world
            .station
            .store()
            .unfinished()
            .expect("read")
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_whose_answer_was_lost_is_unfinished_until_the_registry_says_whose_it_is() {
    for (mishap, is_theirs) in [(Mishap::FailsAfter, true), (Mishap::FailsBefore, false)] {
        let timed = Timed::administered(1).await;
        let phone = stock(&timed).await;
        let (inner, _) = timed.desk(People::new(&phone, Manner::Willing).holding("T-2"));
        let mut desk = FaultyDesk::at(inner, "assign", mishap);
        let stop = app::assign_token(&mut desk, &person(1)).await;
        let stop = stop.expect_err("lost");
        assert_eq!(stop.remains(), Remains::MayBeAssigned);
        let work = timed.world.station.store().unfinished().expect("read");
        let [Unfinished::Token(_)] = work.as_slice() else {
            panic!("unfinished: {work:?}");
        };
        let (mut desk, _) = timed.desk(People::new(&phone, Manner::Willing));
        let ending = workflow::resolve(&mut desk, work[0].clone(), How::WithKey).await;
        let ending = ending.expect("asked");
        let expected = match is_theirs {
            true => matches!(ending, Ending::App { .. }),
            false => matches!(
                ending,
                Ending::Resolved {
                    remains: Remains::NotAssigned
                }
            ),
        };
        assert!(expected, "{mishap:?}: {ending:?}");
        assert_eq!(timed.factors(1).await.len(), usize::from(is_theirs));
        assert!(
            timed
                .world
                .station
                .store()
                .unfinished()
                .expect("read")
                .is_empty()
        );
    }
}
