//! Who gets nothing, whatever they send past a station.

use super::prepared::raised;
use super::*;

#[tokio::test]
async fn nobody_releases_what_they_asked_for_under_whichever_account() {
    let (world, mut one, _) = stolen().await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    assert_eq!(
        refused(one.releasing(reset).await),
        problem_code::NOT_ALLOWED
    );
    // Another account of the same human.
    let twin = Agent::new(&world, "A. Gent (2)", Role::CustomerService, 23).await;
    let human = Human {
        personnel_number: Some("n-21".to_owned()),
        person: None,
    };
    admin::set_human(&world.db(), twin.id(), &human)
        .await
        .unwrap();
    world.sql("UPDATE operator SET changed_ms = 1000").await;
    assert_eq!(
        refused(twin.releasing(reset).await),
        problem_code::NOT_ALLOWED
    );
    // One that does not say whose it is could be theirs.
    let unknown = Agent::unknown(&world, "U. Nknown", Role::CustomerService, 24).await;
    world.sql("UPDATE operator SET changed_ms = 1000").await;
    assert_eq!(
        refused(unknown.releasing(reset).await),
        problem_code::NOT_ALLOWED
    );
    // One that was made yesterday.
    let fresh = Agent::new(&world, "F. Resh", Role::CustomerService, 25).await;
    world
        .sql(
            "UPDATE operator SET changed_ms = unixepoch() * 1000 - 86400000 WHERE name = 'F. Resh'",
        )
        .await;
    assert_eq!(
        refused(fresh.releasing(reset).await),
        problem_code::NOT_ALLOWED
    );
    let desk = Agent::new(&world, "H. Elp", Role::HelpDesk, 26).await;
    assert_eq!(
        refused(desk.releasing(reset).await),
        problem_code::NOT_ALLOWED
    );
    // Nobody is named who could not.
    let releasers = one.client.reset_releasers(&one.session, reset).await;
    let named: Vec<String> = releasers
        .expect("a list")
        .agents
        .into_iter()
        .map(|a| a.name)
        .collect();
    // By now as settled as the other one.
    assert_eq!(named, ["F. Resh", "S. Econd"]);
    let others = desk.client.reset_releasers(&desk.session, reset).await;
    assert_eq!(refused(others), problem_code::NOT_ALLOWED);
    let by = ReleaseAsk {
        version: VERSION,
        by: Some(desk.id().clone()),
    };
    let asked = one.client.release_reset(&one.session, reset, &by).await;
    assert_eq!(refused(asked), problem_code::NOT_ALLOWED);
}

#[tokio::test]
async fn only_customer_service_asks_and_only_for_whom_it_answers_who_has_nothing_left() {
    let (world, one, _) = stolen().await;
    for (name, role, seed) in [
        ("H. Elp", Role::HelpDesk, 31),
        ("S. Tation", Role::StationAdministrator, 32),
    ] {
        let agent = Agent::new(&world, name, role, seed).await;
        let visit = agent.visit("p-2").await;
        assert_eq!(refused(agent.asks(&visit).await), problem_code::NOT_ALLOWED);
        // They see what was prepared at their station, and nothing else.
        let listed = agent.client.account_resets(&agent.session).await;
        assert!(listed.expect("a list").resets.is_empty());
    }
    let unknown = Agent::unknown(&world, "U. Nknown", Role::CustomerService, 33).await;
    let visit = unknown.visit("p-2").await;
    assert_eq!(
        refused(unknown.asks(&visit).await),
        problem_code::NOT_ALLOWED
    );
    // An employee is their administrators' to answer for, and who has a factor proves it.
    for person in ["p-1", "p-3"] {
        let visit = one.visit(person).await;
        assert_eq!(refused(one.asks(&visit).await), problem_code::NOT_ALLOWED);
    }
    world
        .sql("UPDATE credential SET suspended_ms = NULL, suspended_why = NULL")
        .await;
    let visit = one.visit("p-2").await;
    assert_eq!(visit.takes, Takes::OwnFactor);
    assert_eq!(refused(one.asks(&visit).await), problem_code::NOT_ALLOWED);
}

#[tokio::test]
async fn nobody_asks_or_releases_for_themself_or_for_their_own_organisation() {
    let (world, mut one, two) = stolen().await;
    let own = |person: &str, number: &str| Human {
        personnel_number: Some(number.to_owned()),
        person: Some(PersonId::new(person)),
    };
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    // The second agent is the person, as turned out meanwhile.
    let human = own("p-2", "n-22");
    admin::set_human(&world.db(), two.id(), &human)
        .await
        .unwrap();
    world.sql("UPDATE operator SET changed_ms = 1000").await;
    assert_eq!(
        refused(two.releasing(reset).await),
        problem_code::NOT_ALLOWED
    );
    let (person, came) = (PersonId::new("p-2"), arrival());
    let visit = two.client.open_visit(&two.session, &person, &came);
    assert_eq!(refused(visit.await), problem_code::NOT_ALLOWED);
}

#[tokio::test]
async fn an_act_is_taken_once_from_whom_it_was_asked_of_and_as_it_was_shown() {
    let (world, mut one, mut two) = stolen().await;
    let visit = one.visit("p-2").await;
    let other = one.asks(&visit).await.expect("may be asked for");
    let to_sign = one.asks(&visit).await.expect("may be asked for");
    // Another agent's key, another station's session, another act's signature, one byte changed.
    let by_another = two.signs(&to_sign, None);
    assert_eq!(
        refused(one.hands_in(&by_another).await),
        problem_code::CREDENTIAL_UNKNOWN
    );
    let signed = one.signs(&to_sign, None);
    assert_eq!(
        refused(two.hands_in(&signed).await),
        problem_code::OFFER_UNKNOWN
    );
    let mut swapped = one.signs(&other, None);
    swapped.id = to_sign.id;
    assert_eq!(
        refused(one.hands_in(&swapped).await),
        problem_code::CHALLENGE_MISMATCH
    );
    let mut changed = signed.clone();
    changed.assertion.response.signature.0[20] ^= 1;
    assert_eq!(
        refused(one.hands_in(&changed).await),
        problem_code::SIGNATURE_INVALID
    );
    let mut unverified = Authenticator::new(21);
    unverified.flags = 0x01;
    unverified.counter = 50;
    let touched = ActSigned {
        assertion: unverified.sign(&to_sign.request, &to_sign.origin),
        ..signed.clone()
    };
    assert_eq!(
        refused(one.hands_in(&touched).await),
        problem_code::USER_NOT_VERIFIED
    );
    // Something became theirs between the asking and the signature: what was shown holds no more.
    let waiting = sqlx::query("UPDATE credential SET gone_ms = accepted_ms");
    waiting.execute(&world.database().await).await.unwrap();
    let late = one.hands_in(&signed).await;
    assert_eq!(refused(late), problem_code::ACT_CHANGED);
    let fresh = one.asks(&visit).await.expect("may be asked for");
    let signed = one.signs(&fresh, None);
    let reset = one.hands_in(&signed).await.expect("is asked for");
    assert_eq!(
        refused(one.hands_in(&signed).await),
        problem_code::OFFER_UNKNOWN
    );
    assert_eq!(refused(one.asks(&visit).await), problem_code::RESET_OPEN);
    // Released twice, by two at once: one of them is.
    let (first, second) = (
        two.releasing(reset.id).await.unwrap(),
        two.releasing(reset.id).await.unwrap(),
    );
    let (first, second) = (
        two.signs(&first, Some("Example")),
        two.signs(&second, Some("Example")),
    );
    let both = tokio::join!(two.hands_in(&first), two.hands_in(&second));
    let taken = [&both.0, &both.1]
        .iter()
        .filter(|done| done.is_ok())
        .count();
    assert_eq!(taken, 1, "{both:?}");
}

#[tokio::test]
async fn what_was_released_is_not_carried_out_by_who_released_it_nor_for_another_nor_once_something_changed()
 {
    let (world, mut one, mut two) = stolen().await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    let early = one.carries_out(reset, &visit).await;
    assert_eq!(refused(early), problem_code::RESET_OVER);
    two.releases(reset).await.expect("released");
    let other = two.visit("p-2").await;
    let own = two.carries_out(reset, &other).await;
    assert_eq!(refused(own), problem_code::NOT_ALLOWED);
    let anothers = one.visit("p-3").await;
    let for_another = one.carries_out(reset, &anothers).await;
    assert_eq!(refused(for_another), problem_code::RESET_OVER);
    // The person finds a key that opens their account: that will do.
    world
        .sql("UPDATE credential SET suspended_ms = NULL, suspended_why = NULL")
        .await;
    let visit = one.visit("p-2").await;
    let needless = one.carries_out(reset, &visit).await;
    assert_eq!(refused(needless), problem_code::NOT_ALLOWED);
    assert_eq!(world.live_keys_of("p-2").await, 1);
}

#[tokio::test]
async fn who_asked_withdraws_another_refuses_and_after_three_within_a_day_none_is_asked_for() {
    let (world, mut one, two) = stolen().await;
    let how = [
        ResetEnding::Withdraw,
        ResetEnding::Refuse,
        ResetEnding::Refuse,
        ResetEnding::Refuse,
    ];
    for (before, how) in how.into_iter().enumerate() {
        let visit = one.visit("p-2").await;
        let reset = one.requests(&visit).await.id;
        let detail = two.client.account_reset(&two.session, reset).await;
        let facts = detail.expect("is shown").facts;
        assert_eq!(facts.earlier.len(), before);
        assert_eq!(facts.ticket_seen_at.is_some(), before > 0);
        assert_eq!(facts.asked_lately, u32::try_from(before).unwrap() + 1);
        let (by, other, state) = match how {
            ResetEnding::Withdraw => (&one, &two, ResetState::Withdrawn),
            ResetEnding::Refuse => (&two, &one, ResetState::Refused),
        };
        assert_eq!(
            refused(other.ends(reset, how).await),
            problem_code::NOT_ALLOWED
        );
        assert_eq!(by.ends(reset, how).await.expect("ended").state, state);
        assert_eq!(refused(by.ends(reset, how).await), problem_code::RESET_OVER);
    }
    let visit = one.visit("p-2").await;
    assert_eq!(refused(one.asks(&visit).await), problem_code::RESET_LIMIT);
    let alarms = admin::alarms(&world.db(), 50).await.unwrap();
    let raised = alarms
        .iter()
        .filter(|alarm| alarm.kind == problem_code::RESET_LIMIT);
    assert_eq!(raised.count(), 3, "from the second one on");
}

#[tokio::test]
async fn what_a_second_agent_refuses_beside_whoever_asked_is_refused_and_not_withdrawn() {
    let (world, mut one, two) = stolen().await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    let refuse = ResetEnding::Refuse;
    // Nobody is named who could not release it.
    for (named, why) in [
        (one.id().clone(), problem_code::NOT_ALLOWED),
        (OperatorId::new("nobody"), problem_code::NOT_FOUND),
    ] {
        let ended = one.ends_beside(reset, refuse, Some(&named)).await;
        assert_eq!(refused(ended), why, "{named}");
    }
    // Nor by anybody else than whoever asked, nor while it is taken back.
    let third = Agent::new(&world, "T. Hird", Role::CustomerService, 25).await;
    let ended = third.ends_beside(reset, refuse, Some(two.id())).await;
    assert_eq!(refused(ended), problem_code::NOT_ALLOWED);
    let withdraw = ResetEnding::Withdraw;
    let ended = one.ends_beside(reset, withdraw, Some(two.id())).await;
    assert_eq!(refused(ended), problem_code::MALFORMED);
    assert_eq!(raised(&world, problem_code::REFUSED_BESIDE).await, 0);
    let ended = one.ends_beside(reset, refuse, Some(two.id())).await;
    let ended = ended.expect("refused");
    assert_eq!(ended.state, ResetState::Refused);
    let (refuser, said_by) = (ended.refused_by, ended.ended_by);
    assert_eq!(refuser.map(|by| by.id).as_ref(), Some(two.id()));
    assert_eq!(said_by.map(|by| by.id).as_ref(), Some(one.id()));
    let again = one.ends_beside(reset, refuse, Some(two.id())).await;
    assert_eq!(refused(again), problem_code::RESET_OVER);
    // Who is said to have refused hears of it, as all of Customer Service do.
    assert_eq!(raised(&world, problem_code::REFUSED_BESIDE).await, 1);
    let (news, _) = admin::notices(&world.db()).await.unwrap();
    let told = news.iter().filter(|one| one.to.id == two.id().as_str());
    let last = told.last().expect("told");
    assert_eq!(last.kind, "reset-ended");
}

#[tokio::test]
async fn what_is_taken_back_counts_once_somebody_was_asked_to_release_it() {
    let (_world, mut one, two) = stolen().await;
    for put_to in [None, Some(()), Some(()), Some(())] {
        let visit = one.visit("p-2").await;
        let reset = one.requests(&visit).await.id;
        if put_to.is_some() {
            two.releasing(reset).await.expect("is put to them");
        }
        let ended = one.ends(reset, ResetEnding::Withdraw).await;
        assert_eq!(ended.expect("withdrawn").state, ResetState::Withdrawn);
    }
    let visit = one.visit("p-2").await;
    assert_eq!(refused(one.asks(&visit).await), problem_code::RESET_LIMIT);
}

#[tokio::test]
async fn an_agent_who_takes_back_what_nobody_was_asked_to_release_does_so_six_times_a_day() {
    let (_world, mut one, _) = stolen().await;
    for _ in 0..6 {
        let visit = one.visit("p-2").await;
        let reset = one.requests(&visit).await.id;
        let ended = one.ends(reset, ResetEnding::Withdraw).await;
        ended.expect("withdrawn");
    }
    let visit = one.visit("p-2").await;
    assert_eq!(refused(one.asks(&visit).await), problem_code::RESET_LIMIT);
}

#[tokio::test]
async fn what_was_refused_is_among_what_a_second_agent_reads_however_much_was_taken_back_since() {
    let (world, mut one, two) = stolen().await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    two.ends(reset, ResetEnding::Refuse).await.expect("refused");
    // Over some days.
    for _ in 0..12 {
        let visit = one.visit("p-2").await;
        let reset = one.requests(&visit).await.id;
        let ended = one.ends(reset, ResetEnding::Withdraw).await;
        ended.expect("withdrawn");
        world.sql("INSERT INTO reset_allowed (person, reason, at_ms) VALUES ('p-2', 'days later', unixepoch() * 1000 + 999)").await;
    }
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    let detail = two.client.account_reset(&two.session, reset).await;
    let facts = detail.expect("is shown").facts;
    let refusals = facts.earlier.iter();
    let refusals = refusals.filter(|before| before.state == ResetState::Refused);
    assert_eq!(refusals.count(), 1, "{:?}", facts.earlier);
    assert_eq!(facts.earlier.len(), 10);
}

#[tokio::test]
async fn whoever_is_asked_to_release_it_reads_whom_it_was_put_to_before_and_at_whose_desk() {
    let (world, mut one, two) = stolen().await;
    let third = Agent::new(&world, "T. Hird", Role::CustomerService, 25).await;
    world.sql("UPDATE operator SET changed_ms = 1000").await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    let beside = ReleaseAsk {
        version: VERSION,
        by: Some(two.id().clone()),
    };
    let asked = one.client.release_reset(&one.session, reset, &beside).await;
    // Whoever it is put to is not told of themself.
    assert_eq!(asked.expect("is put to them").facts.put_to, []);
    let asked = third.releasing(reset).await.expect("is put to them");
    let put: Vec<_> = asked.facts.put_to.iter().map(named).collect();
    assert_eq!(put, [("S. Econd", Some("A. Gent"))]);
    one.ends(reset, ResetEnding::Withdraw)
        .await
        .expect("withdrawn");
    let visit = one.visit("p-2").await;
    let next = one.requests(&visit).await.id;
    let detail = two.client.account_reset(&two.session, next).await;
    let facts = detail.expect("is shown").facts;
    assert_eq!(facts.put_to, []);
    let before = facts.earlier.first().expect("the one before");
    let put: Vec<_> = before.put_to.iter().map(named).collect();
    assert_eq!(put, [("S. Econd", Some("A. Gent")), ("T. Hird", None)]);
}

fn named(put: &PutTo) -> (&str, Option<&str>) {
    (&put.agent, put.at_desk_of.as_deref())
}

#[tokio::test]
async fn a_release_in_anothers_session_is_an_alarm_at_whichever_desk() {
    let (world, mut one, mut two) = stolen().await;
    let third = Agent::new(&world, "T. Hird", Role::CustomerService, 25).await;
    world.sql("UPDATE operator SET changed_ms = 1000").await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    let beside = ReleaseAsk {
        version: VERSION,
        by: Some(two.id().clone()),
    };
    let asked = third
        .client
        .release_reset(&third.session, reset, &beside)
        .await;
    let signed = two.signs(&asked.expect("is put to them"), Some("example"));
    third.hands_in(&signed).await.expect("released");
    assert_eq!(raised(&world, problem_code::RELEASED_BESIDE).await, 1);
    // And whoever carries it out elsewhere, and did not ask, is looked at.
    let visit = third.visit("p-2").await;
    third.carries_out(reset, &visit).await.expect("carried out");
    let elsewhere = raised(&world, problem_code::CARRIED_OUT_ELSEWHERE).await;
    assert_eq!(elsewhere, 1);
}

#[tokio::test]
async fn a_station_whose_journal_is_another_one_deletes_nothing() {
    let (world, mut one, mut two) = stolen().await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    two.releases(reset).await.expect("released");
    world.sql("UPDATE station SET forked_ms = 1").await;
    let done = one.carries_out(reset, &visit).await;
    assert_eq!(refused(done), problem_code::JOURNAL_REGRESSED);
    world.sql("UPDATE station SET forked_ms = NULL").await;
    one.carries_out(reset, &visit).await.expect("carried out");
}

#[tokio::test]
async fn what_went_before_a_reset_by_a_clock_that_was_set_back_did_not_come_since() {
    let (world, mut one, mut two) = stolen().await;
    let visit = one.visit("p-2").await;
    let reset = one.requests(&visit).await.id;
    two.releases(reset).await.expect("released");
    one.carries_out(reset, &visit).await.expect("carried out");
    world
        .sql("UPDATE credential SET gone_ms = 1000 WHERE person = 'p-2' AND gone_ms IS NOT NULL")
        .await;
    world
        .sql("DROP TRIGGER account_reset_is_final; UPDATE account_reset SET ended_ms = 1000")
        .await;
    world
        .sql("UPDATE visit SET ended_ms = opened_ms WHERE ended_ms IS NULL")
        .await;
    let visit = one.visit("p-2").await;
    let again = one.carries_out(reset, &visit).await;
    assert_eq!(again.expect("goes on").deleted, []);
}
