//! A lost key at the kiosk: suspended, tested and lifted from its owner's page, and nothing of it in a locked operator's name.

use keydesk::domain::PersonId;
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::station::face::{Command, Update};
use keydesk::wire::{Owned, PersonDetail};
use keydesk::workflow::Order;
use keydesk::workflow::dialogue::{
    Answer, Ending, Event, LossQuestion, LossResult, PushState, Question,
};
use keydesk::workflow::loss::SuspendOrder;

use super::{PIN, SECOND, SLOT, Seat};
use crate::scenarios::{answering, enrol, fresh_key};

fn test_for(person: PersonId) -> Command {
    Command::Run(Order::TestFor {
        person,
        identification: None,
    })
}

async fn page(seat: &Seat) -> PersonDetail {
    let page = seat.world.station.person(&PersonId::new("p-1")).await;
    page.expect("a page")
}

/// Somebody's enrolled key, in the slot.
async fn enrolled(seat: &Seat) -> FactorRef {
    seat.world.rack.put(SLOT, &fresh_key());
    answering(&seat.world).await;
    enrol(&seat.world, 1).await.expect("enrolled");
    page(seat).await.owned().remove(0).factor()
}

async fn suspend(seat: &Seat, factor: &FactorRef) {
    let order = Box::new(SuspendOrder {
        person: PersonId::new("p-1"),
        factor: Some(factor.clone()),
        shown: Some(Box::new(page(seat).await)),
    });
    seat.send(Command::Run(Order::Suspend(order))).await;
}

async fn end(seat: &mut Seat) -> Ending {
    let is_end = |update: &Update| matches!(update, Update::Run(Event::Ended { .. }));
    let mut seen = seat.until("the end", SLOT, PIN, is_end).await;
    match seen.pop() {
        Some(Update::Run(Event::Ended { ending })) => ending,
        other => panic!("no end: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_suspended_tested_and_lifted_from_the_page() {
    let mut seat = Seat::take().await;
    let factor = enrolled(&seat).await;
    suspend(&seat, &factor).await;
    let ending = end(&mut seat).await;
    assert!(
        matches!(
            ending,
            Ending::Loss {
                result: LossResult::Suspended {
                    why: SuspendedWhy::Lost,
                    is_last: true,
                    push: PushState::Accepted,
                    ..
                },
                ..
            }
        ),
        "{ending:?}"
    );
    assert_eq!(page(&seat).await.person.lost.keys, 1);

    let person = PersonId::new("p-1");
    seat.send(test_for(person)).await;
    let ending = end(&mut seat).await;
    let Ending::Stopped { stop, .. } = ending else {
        panic!("it works: {ending:?}");
    };
    assert_eq!(stop.refusal(), Some("factor-suspended"));

    let person = PersonId::new("p-1");
    let factor = Some(factor);
    seat.send(Command::Run(Order::Lift { person, factor }))
        .await;
    let ending = end(&mut seat).await;
    assert!(
        matches!(
            ending,
            Ending::Loss {
                result: LossResult::Lifted { .. },
                ..
            }
        ),
        "{ending:?}"
    );
    let person = PersonId::new("p-1");
    seat.send(test_for(person)).await;
    let ending = end(&mut seat).await;
    assert!(matches!(ending, Ending::WorksFor { .. }), "{ending:?}");
    assert!(page(&seat).await.owned().iter().all(Owned::is_valid));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_confirmed_before_the_lock_is_confirmed_by_nobody_else() {
    let mut seat = Seat::take().await;
    let factor = enrolled(&seat).await;
    suspend(&seat, &factor).await;
    loop {
        let update = seat.updates.recv().await.expect("a kiosk");
        if let Update::Question(Question::Loss(LossQuestion::Suspend { .. })) = update {
            break;
        }
    }
    seat.lock().await;
    seat.send(Command::Answer(Answer::Why(SuspendedWhy::Stolen)))
        .await;
    let second = seat.second.clone();
    seat.sign_in(SECOND, &second).await;
    assert!(page(&seat).await.owned().iter().all(Owned::is_valid));
    let store = seat.world.station.store();
    assert!(store.outbox().expect("read").is_empty());
}
