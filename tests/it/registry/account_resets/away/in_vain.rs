//! What is refused before anything is deleted.

use super::*;

async fn not_identified(agent: &Agent, reset: AccountResetId) {
    let asked = agent.asks_away(reset).await;
    assert_eq!(refused(asked), problem_code::NOT_IDENTIFIED);
}

#[tokio::test]
async fn one_way_alone_or_the_same_one_twice_identifies_nobody() {
    let (world, one, two) = lost(24).await;
    let reset = one.begins(WHOSE).await.unwrap().reset;
    not_identified(&one, reset).await;
    one.identifies((reset, WHOSE), video()).await.unwrap();
    not_identified(&one, reset).await;
    let other = AwaySaid::video(Document::IdentityCard, "0000").unwrap();
    let twice = one.identifies((reset, WHOSE), other).await;
    assert_eq!(refused(twice), problem_code::IDENTIFIED_OTHERWISE);
    not_identified(&one, reset).await;
    // The other way by another agent, or for another reset.
    let theirs = two.identifies((reset, WHOSE), AwaySaid::CallBack {}).await;
    assert_eq!(refused(theirs), problem_code::IDENTIFIED_OTHERWISE);
    let another = one.begins(WHOSE).await.unwrap().reset;
    let called = one.identifies((another, WHOSE), AwaySaid::CallBack {});
    called.await.unwrap();
    not_identified(&one, reset).await;
    not_identified(&one, another).await;
    let called = one.identifies((reset, WHOSE), AwaySaid::CallBack {});
    called.await.unwrap();
    // What another agent looked at is no ground of theirs.
    let stolen = two.asks_away(reset).await;
    assert_eq!(refused(stolen), problem_code::IDENTIFIED_OTHERWISE);
    // Nor is it one for long.
    world.clock_ahead_s.store(31 * 60, Ordering::SeqCst);
    not_identified(&one, reset).await;
}

#[tokio::test]
async fn a_number_that_is_new_or_not_there_is_not_called_and_one_that_changed_meanwhile_counts_no_more()
 {
    let (world, one, _) = lost(24).await;
    let reset = one.begins(WHOSE).await.unwrap().reset;
    for how in [video(), AwaySaid::CallBack {}] {
        one.identifies((reset, WHOSE), how).await.unwrap();
    }
    world
        .sql("UPDATE contact SET value = '+31 10 252 2020' WHERE sort = 'phone'")
        .await;
    not_identified(&one, reset).await;
    for (statement, why) in [
        (
            "UPDATE contact SET since_ms = unixepoch() * 1000 - 86400000 WHERE sort = 'phone'",
            "only a week after",
        ),
        (
            "DELETE FROM contact WHERE sort = 'phone'",
            "no number on record",
        ),
    ] {
        world.sql(statement).await;
        not_identified(&one, reset).await;
        let begun = one.begins(WHOSE).await.unwrap();
        let mut ways = begun.ways.into_iter();
        let way = ways.find(|way| way.means == AwayMeans::CallBack).unwrap();
        assert_eq!(way.number, None);
        let hindered = way.hindered.unwrap();
        assert!(hindered.contains(why), "{hindered}");
        let called = one.identifies((begun.reset, WHOSE), AwaySaid::CallBack {});
        assert_eq!(refused(called.await), problem_code::NOT_CALLED);
    }
}

#[tokio::test]
async fn who_has_a_factor_or_never_had_one_or_is_an_employee_needs_none_of_this_and_no_desk_asks() {
    let (world, one, _) = lost(24).await;
    for person in ["p-1", "p-3"] {
        let needless = one.begins(person).await;
        assert_eq!(refused(needless), problem_code::NOT_ALLOWED, "{person}");
    }
    let desk = Agent::new(&world, "H. Elp", Role::HelpDesk, 31).await;
    let unknown = Agent::unknown(&world, "U. Nknown", Role::CustomerService, 32).await;
    for agent in [&desk, &unknown] {
        let asked = agent.begins(WHOSE).await;
        assert_eq!(refused(asked), problem_code::NOT_ALLOWED);
    }
    world
        .sql("UPDATE credential SET suspended_ms = NULL, suspended_why = NULL")
        .await;
    assert_eq!(refused(one.begins(WHOSE).await), problem_code::NOT_ALLOWED);
}

#[tokio::test]
async fn it_is_carried_out_neither_early_nor_late_nor_by_whoever_released_it_nor_in_a_visit() {
    let (world, mut one, mut two) = lost(24).await;
    let mut desk = Agent::new(&world, "H. Elp", Role::HelpDesk, 31).await;
    let reset = released(&mut one, &mut two).await;
    let visit = one.visit(WHOSE).await;
    // Somebody turns up: the day to object is theirs all the same.
    let there = one.carries_out(reset.id, &visit).await;
    assert_eq!(refused(there), problem_code::RESET_OVER);
    let early = one.excepts(reset.id, 1).await;
    assert_eq!(refused(early), problem_code::RESET_OVER);
    world.clock_ahead_s.store(DAY_S + 60, Ordering::SeqCst);
    for agent in [&mut one, &mut two, &mut desk] {
        agent.back().await;
    }
    let releaser = two.excepts(reset.id, 1).await;
    assert_eq!(refused(releaser), problem_code::NOT_ALLOWED);
    for days in [0, 11] {
        let long = one.excepts(reset.id, days).await;
        assert_eq!(refused(long), problem_code::MALFORMED, "{days}");
    }
    let desk = desk.excepts(reset.id, 1).await;
    assert_eq!(refused(desk), problem_code::NOT_ALLOWED);
    let late = reset.until.duration_since(Timestamp::now()).as_secs() + 1;
    world.clock_ahead_s.store(late, Ordering::SeqCst);
    one.back().await;
    let late = one.excepts(reset.id, 1).await;
    assert_eq!(refused(late), problem_code::RESET_OVER);
    assert!(exceptions(&world).await.is_empty());
}

#[tokio::test]
async fn nothing_comes_of_what_was_objected_to_or_withdrawn_or_rests_on_what_no_longer_holds() {
    let (world, mut one, mut two) = lost(0).await;
    let third = Agent::new(&world, "T. Hird", Role::CustomerService, 23).await;
    let reset = released(&mut one, &mut two).await.id;
    world
        .sql("UPDATE account_reset SET state = 'objected', objector = 'p-2', ended_ms = asked_ms WHERE state = 'released'")
        .await;
    let objected = one.excepts(reset, 1).await;
    assert_eq!(refused(objected), problem_code::RESET_OVER);
    let reset = released(&mut one, &mut two).await.id;
    one.ends(reset, ResetEnding::Withdraw).await.unwrap();
    let withdrawn = one.excepts(reset, 1).await;
    assert_eq!(refused(withdrawn), problem_code::RESET_OVER);
    let reset = released(&mut one, &mut two).await.id;
    world
        .sql("UPDATE person SET organisation = 'org-1' WHERE id = 'p-2'")
        .await;
    let moved = one.excepts(reset, 1).await;
    assert_eq!(refused(moved), problem_code::ACT_CHANGED);
    world
        .sql("UPDATE person SET organisation = 'org-2' WHERE id = 'p-2'")
        .await;
    admin::revoke_operator(&world.db(), one.id()).await.unwrap();
    let orphan = third.excepts(reset, 1).await;
    assert_eq!(refused(orphan), problem_code::RESET_FALLEN);
}
