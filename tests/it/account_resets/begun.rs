//! The station's own record of a reset that it carries out: begun on its disk before, ended by the registry's word, once.

use std::path::Path;

use keydesk::record::{Change, PersonReset, PersonResetDone, Remains, Unfinished};
use keydesk::store::audit;
use keydesk::workflow::{self, How};

use super::*;

/// What a station's journal says of a reset.
#[derive(Debug, Default)]
struct Said {
    begun: Vec<PersonReset>,
    done: Vec<PersonResetDone>,
    /// What is left of those that ended otherwise.
    ended: Vec<Remains>,
}

fn said(data: &Path, reset: AccountResetId) -> Said {
    let mut said = Said::default();
    for entry in audit::records(data).expect("readable") {
        match entry.expect("a record").record.change {
            Change::PersonResetBegun { intent } if intent.reset == reset => {
                said.begun.push(*intent);
            }
            Change::PersonResetDone { done } if done.reset == reset => said.done.push(*done),
            Change::IntentEnded {
                intent, remains, ..
            } if said.begun.iter().any(|begun| begun.id == intent) => said.ended.push(remains),
            _ => {}
        }
    }
    said
}

fn unfinished(world: &World) -> Vec<Unfinished> {
    world.station.store().unfinished().expect("read")
}

/// It is done, once, with what was deleted; whatever was begun besides has an end, and deleted nothing.
pub fn is_recorded_once(world: &World, reset: AccountResetId, when: &str) {
    is_recorded_once_at(&world.data(), reset, when);
    assert!(unfinished(world).is_empty(), "{when}");
}

/// The same by the journal in that data directory.
pub fn is_recorded_once_at(data: &Path, reset: AccountResetId, when: &str) {
    let said = said(data, reset);
    let [done] = said.done.as_slice() else {
        panic!("{when}: {said:?}");
    };
    assert_eq!(done.deleted.len(), 1, "{when}");
    assert_eq!(said.begun.len(), 1 + said.ended.len(), "{when}: {said:?}");
    let kept = said.ended.iter();
    assert!(
        kept.clone().all(|end| *end == Remains::AccountKept),
        "{when}: {said:?}"
    );
}

/// Released, and carried out with a mishap at the call to the registry.
async fn lost(service: &Service, n: usize, mishap: Mishap) -> AccountResetId {
    service.stolen(n).await;
    let reset = ask(&service.one, &person(n)).await.expect("asked for");
    release(&service.two, reset).await.expect("released");
    let mut desk = FaultyDesk::at(agent(&service.one).0, "carry_out_reset", mishap);
    let stop = account_reset::carry_out(&mut desk, reset, &person(n)).await;
    let stop = stop.expect_err("lost");
    assert_eq!(stop.remains(), Remains::MayBeAccountReset);
    reset
}

pub(super) async fn resolved(world: &World, how: How) -> Result<Ending, Stop> {
    let work = unfinished(world);
    let [Unfinished::Person(begun)] = work.as_slice() else {
        panic!("{work:?}");
    };
    assert!(begun.visit.is_some());
    assert_eq!(begun.factors.len(), 1);
    let (mut desk, _) = agent(world);
    workflow::resolve(&mut desk, work[0].clone(), how).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrying_out_whose_answer_was_lost_is_unfinished_until_the_registry_says_how_it_stands()
{
    let service = Service::new(2).await;
    for (n, mishap) in [(1, Mishap::FailsAfter), (2, Mishap::FailsBefore)] {
        let reset = lost(&service, n, mishap).await;
        let is_done = mishap == Mishap::FailsAfter;
        // Out of reach, it stays as it is.
        let mut desk = FaultyDesk::at(agent(&service.one).0, "account_reset", Mishap::FailsBefore);
        let work = unfinished(&service.one).swap_remove(0);
        let stop = workflow::resolve(&mut desk, work, How::WithKey).await;
        assert!(matches!(stop, Err(Stop::Unreachable(_))), "{stop:?}");
        assert_eq!(unfinished(&service.one).len(), 1);

        let ending = resolved(&service.one, How::WithKey).await.expect("asked");
        let remains = match is_done {
            true => Remains::AccountReset,
            false => Remains::AccountKept,
        };
        assert_eq!(ending, Ending::Resolved { remains });
        // Asking deleted nothing.
        assert_eq!(service.live_on_keys(n).await, usize::from(!is_done));
        let said = said(&service.one.data(), reset);
        assert_eq!(said.done.len(), usize::from(is_done));
        if let [done] = said.done.as_slice() {
            assert_eq!(done.deleted, said.begun[0].factors);
            assert_eq!(done.visit, said.begun[0].visit);
            assert_eq!(done.operator, said.begun[0].operator);
        }
        assert!(unfinished(&service.one).is_empty());
        carry_out(&service.one, reset, &person(n))
            .await
            .expect("it goes on");
        is_recorded_once(&service.one, reset, "in the end");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_closes_it_without_asking_is_told_neither_that_it_is_done_nor_that_it_is_not() {
    let service = Service::new(1).await;
    let reset = lost(&service, 1, Mishap::FailsAfter).await;
    let ending = resolved(&service.one, How::WithoutKey).await;
    let remains = Remains::MayBeAccountReset;
    assert_eq!(ending.expect("closed"), Ending::Resolved { remains });
    let said = said(&service.one.data(), reset);
    assert_eq!((said.done.len(), said.ended), (0, vec![remains]));
    assert!(unfinished(&service.one).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_leaves_nothing_unfinished() {
    let service = Service::new(1).await;
    service.stolen(1).await;
    let reset = ask(&service.one, &person(1)).await.expect("asked for");
    release(&service.two, reset).await.expect("released");
    // Whoever released it does not carry it out.
    let refused = carry_out(&service.two, reset, &person(1)).await;
    let refused = refused.expect_err("refused");
    assert_eq!(refused.refusal(), Some(problem_code::NOT_ALLOWED));
    let said = said(&service.two.data(), reset);
    assert_eq!(said.ended, [Remains::AccountKept]);
    assert!(unfinished(&service.two).is_empty());
    assert_eq!(service.live_on_keys(1).await, 1);
}

/// The only one that is unfinished there.
fn begun_at(world: &World) -> PersonReset {
    match unfinished(world).as_slice() {
        [Unfinished::Person(begun)] => begun.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_be_kept_is_kept_whatever_still_arrives_of_what_was_asked_for() {
    let service = Service::new(1).await;
    let reset = lost(&service, 1, Mishap::FailsBefore).await;
    let visit = begun_at(&service.one).visit.expect("in a visit");
    let ending = resolved(&service.one, How::WithKey).await;
    let remains = Remains::AccountKept;
    assert_eq!(ending.expect("asked"), Ending::Resolved { remains });
    // The request that was on its way arrives after all.
    let late = service.one.station.carry_out_reset(reset, visit).await;
    let late = late.expect_err("too late");
    assert_eq!(late.refusal(), Some(problem_code::VISIT_OVER), "{late:?}");
    assert_eq!(service.live_on_keys(1).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_did_not_ask_can_not_say_that_it_was_kept_before_nothing_can_come_of_it() {
    let service = Service::new(1).await;
    let reset = lost(&service, 1, Mishap::FailsBefore).await;
    let key = operators_key();
    let agent = Role::CustomerService;
    let next = service.one.sign_in_as("N. Ext", agent, OPERATOR_SLOT, &key);
    next.await.expect("signed in");
    let stop = resolved(&service.one, How::WithKey).await;
    let stop = stop.expect_err("not known");
    assert_eq!(stop.remains(), Remains::MayBeAccountReset, "{stop:?}");
    let said = keydesk::text::english().stop(&stop);
    assert!(said.contains("carries the reset out once more"), "{said}");
    assert_eq!(unfinished(&service.one).len(), 1);
    // Its time is over: nothing comes of it any more.
    let over = "UPDATE account_reset SET until_ms = 1000";
    sql(&service.one, over).await;
    let ending = resolved(&service.one, How::WithKey).await.expect("asked");
    let remains = Remains::AccountKept;
    assert_eq!(ending, Ending::Resolved { remains });
    assert!(said_of(&service, reset).done.is_empty());
}

fn said_of(service: &Service, reset: AccountResetId) -> Said {
    said(&service.one.data(), reset)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_late_while_it_is_carried_out_once_more_is_on_record_once() {
    let service = Service::new(1).await;
    let reset = lost(&service, 1, Mishap::FailsBefore).await;
    let visit = begun_at(&service.one).visit.expect("in a visit");
    let station = Arc::clone(&service.one.station);
    let mut desk = FaultyDesk::new(agent(&service.one).0, None, Mishap::FailsBefore);
    desk.before("carry_out_reset", move || {
        let late = station.carry_out_reset(reset, visit);
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(late))
            .expect("in the same visit");
    });
    let done = account_reset::carry_out(&mut desk, reset, &person(1)).await;
    done.expect("it goes on");
    is_recorded_once(&service.one, reset, "once");
    assert!(said_of(&service, reset).ended.is_empty());
    assert_eq!(service.live_on_keys(1).await, 0);
}
