//! Nothing that was learnt before a wait is used after it without being asked again: while a run waits, at each of its calls and each
//! of its touches, everything changes behind its back: its key is put back, makes way for a twin or for somebody else's, is enrolled,
//! reset or given another PIN elsewhere; its person is enrolled, suspended or served at another desk; its operator is turned away.
//!
//! Whatever the run was doing, afterwards the keys, the registry and both stations say the same, or the difference is unfinished work
//! that can be ended, or waits in the outbox. A plain run takes one moment for each change; with `KEYDESK_WAITS=1` it takes all.

mod at_rest;
mod elsewhere;

mod scene;
mod work;

use elsewhere::Elsewhere;
use scene::{Desks, Moment, Scene};
use tokio::task::LocalSet;
use work::Work;

/// The moments of a run at which a change happens, of so many calls and touches: all of them, or one that is another for each change.
fn moments(nth: usize, calls: usize, touches: usize) -> Vec<Moment> {
    let calls = (0..calls).map(Moment::Call);
    let all: Vec<Moment> = calls.chain((1..=touches).map(Moment::Touch)).collect();
    if std::env::var_os("KEYDESK_WAITS").is_some() {
        return all;
    }
    // A prime walks through all of them, however many there are.
    let one = all.get(nth * 7 % all.len().max(1)).copied();
    one.into_iter().collect()
}

/// One kind of run with every change.
async fn everything_changes(work: Work) {
    let quiet = Scene::set(work, None).await;
    let run = quiet.play(work, None).await;
    assert!(run.ended.is_ok(), "undisturbed: {:?}", run.ended);
    quiet.agrees(&run.ended, "undisturbed").await;
    let mut desks = quiet.end(work, None).await;
    let mut failed = Vec::new();
    for (nth, change) in Elsewhere::ALL.into_iter().enumerate() {
        for moment in moments(nth, run.calls, run.touches) {
            // All of them are seen before it is said which of them fail.
            let alone = LocalSet::new();
            let case = alone.spawn_local(changes_at(work, change, moment, desks.take()));
            alone.await;
            match case.await {
                Ok(left) => desks = left,
                Err(_) => failed.push(format!("{change:?} at {moment:?}")),
            }
        }
    }
    if let Some(desks) = desks {
        desks.close().await;
    }
    assert!(failed.is_empty(), "{work:?}: {failed:#?}");
}

/// One change at one moment; the desks, if others can go on at them.
async fn changes_at(
    work: Work,
    change: Elsewhere,
    moment: Moment,
    desks: Option<Desks>,
) -> Option<Desks> {
    let scene = Scene::set(work, desks).await;
    let run = scene.play(work, Some((change, moment))).await;
    let label = format!("{work:?}, {change:?} at {moment:?}");
    let said = format!("{label}\nended: {:?}\n{:?}", run.ended, run.heard);
    assert!(scene.has_changed(), "it never came to that: {said}");
    scene.settle(&said).await;
    scene.agrees(&run.ended, &said).await;
    scene.end(work, Some(change)).await
}

macro_rules! while_waiting {
    ($($name:ident: $work:expr;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $name() {
            everything_changes($work).await;
        }
    )*};
}

while_waiting! {
    while_a_key_is_enrolled_everything_changes: Work::Enrol;
    while_a_second_key_is_enrolled_everything_changes: Work::Second;
    while_an_enrolled_key_is_enrolled_again_everything_changes: Work::Again;
    while_a_key_is_tested_everything_changes: Work::Test;
    while_a_key_is_tested_for_its_person_everything_changes: Work::TestFor;
    while_a_key_gets_its_first_pin_everything_changes: Work::FirstPin;
    while_a_pin_is_changed_everything_changes: Work::ChangePin;
    while_a_key_is_configured_everything_changes: Work::Configure;
    while_a_credential_is_deleted_everything_changes: Work::Delete;
    while_a_key_is_reset_everything_changes: Work::Reset;
    while_unfinished_work_is_ended_everything_changes: Work::Resolve;
    while_a_refused_enrolment_is_given_up_everything_changes: Work::Withdraw;
    while_a_lost_key_is_suspended_everything_changes: Work::Suspend;
    while_a_suspension_is_lifted_everything_changes: Work::Lift;
}
