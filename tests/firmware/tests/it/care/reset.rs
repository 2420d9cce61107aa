//! A reset of the firmware, coached: pulled, put back and touched in its own window, or too late and once more.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use keydesk::{
    domain::{UsbPath, authority::Role, care::TestVerdict, reset::ResetCase},
    workflow::{
        self, KeyFault, Keys, ResetOrder, Stop,
        care::{self, PinWish},
        dialogue::{Again, Coach, Ending, Event, PushState},
    },
};

use super::{
    desk::{Hand, PIN, SLOT, Seat, Typist, person, pin, touching},
    passed,
};

/// Longer than any run here may last.
const LONG: Duration = Duration::from_secs(60);

fn order() -> ResetOrder {
    ResetOrder {
        at: Some(UsbPath::new(SLOT)),
        case: case(),
        list: false,
    }
}

/// What is told of why somebody loses an enrolment.
pub fn case() -> ResetCase {
    ResetCase {
        reason: "PIN forgotten".to_owned(),
        ticket: Some("T-1".to_owned()),
        requested_by: Some("W. Example".to_owned()),
        identification: "passport:7K31".parse().ok(),
    }
}

/// Does what the coach says, at once: said twice, it is done once.
fn obey(hand: &Hand, event: &Event) {
    let Event::Coach { coach, .. } = event else {
        return;
    };
    match coach {
        Coach::Pull { .. } => hand.pull(),
        Coach::PutBack { .. } => hand.put_back(),
        Coach::Window { .. } | Coach::Touch { .. } => {}
    }
}

async fn reset(
    seat: &Seat,
    hear: impl Fn(&Event) + Send + Sync + 'static,
) -> (Result<Ending, Stop>, Arc<Typist>) {
    let (mut desk, typist) = seat.desk_hearing([], [], hear).await;
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut desk, order())).await;
    (ended.expect("ends by itself"), typist)
}

fn agains(typist: &Typist) -> Vec<Again> {
    let again = |event: &Event| match event {
        Event::Coach {
            coach: Coach::Pull { again },
            ..
        } => *again,
        _ => None,
    };
    typist.events().iter().filter_map(again).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolled_key_is_emptied_and_the_registry_told_and_a_late_touch_is_explained_and_made_good()
 {
    let seat = Seat::take(Role::HelpDesk).await;
    seat.put(&touching());
    seat.enrol(1).await.expect("enrolled");
    seat.elsewhere("a@elsewhere.example").await;
    let (hand, windows) = (seat.hand(), AtomicUsize::new(0));
    let hear = move |event: &Event| {
        let in_time = |coach: &Coach| !matches!(coach, Coach::Window { .. });
        if let Event::Coach { coach, .. } = event
            && !in_time(coach)
            && windows.fetch_add(1, Ordering::SeqCst) == 0
        {
            hand.key().skip(Duration::from_secs(11));
        }
        obey(&hand, event);
    };
    let (ended, typist) = reset(&seat, hear).await;
    let Ok(Ending::Reset { key, losses, push }) = ended else {
        panic!("{ended:?}");
    };
    assert_eq!(agains(&typist), [Again::TooLate]);
    assert_eq!((key.pin_set, push), (Some(false), PushState::Accepted));
    assert_eq!(losses.people()[0].id, person(1));
    let page = seat.station.person(&person(1)).await.expect("a page");
    assert!(page.credentials[0].gone_at.is_some());
    assert!(seat.station.store().unfinished().expect("read").is_empty());

    // Empty by the key's own word, and as good as new.
    let (mut desk, _) = seat.desk([PIN], []).await;
    care::set_pin(&mut desk, None, &PinWish::default())
        .await
        .expect("set");
    let held = desk.credentials(&seat.facts(), &pin(PIN)).await;
    assert_eq!(held.expect("listed").credentials, []);
    seat.enrol(2).await.expect("enrolled for somebody else");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_twin_in_the_slot_is_not_reset_in_the_place_of_the_key_that_was_meant() {
    let seat = Seat::take(Role::HelpDesk).await;
    let (meant, twin) = (touching(), touching());
    seat.put(&twin);
    seat.enrol(2).await.expect("enrolled");
    seat.put(&meant);
    seat.enrol(1).await.expect("enrolled");
    let (hand, back) = (seat.hand(), AtomicUsize::new(0));
    let stray = twin.clone();
    let hear = move |event: &Event| match event {
        Event::Coach {
            coach: Coach::PutBack { .. },
            ..
        } => {
            let nth = back.fetch_add(1, Ordering::SeqCst);
            let key = if nth == 0 { &stray } else { &meant };
            hand.put(key);
        }
        event => obey(&hand, event),
    };
    let (ended, typist) = reset(&seat, hear).await;
    assert!(matches!(ended, Ok(Ending::Reset { .. })), "{ended:?}");
    assert_eq!(agains(&typist), [Again::OtherKey]);
    seat.put(&twin);
    let (mut desk, _) = seat.desk([PIN], []).await;
    let works = care::test_for(&mut desk, &person(2), None, None).await;
    assert!(matches!(works, Ok(Ending::WorksFor { .. })), "{works:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_pin_is_blocked_works_again_after_a_reset() {
    let seat = Seat::take(Role::HelpDesk).await;
    seat.put(&touching());
    let (mut desk, _) = seat.desk([PIN], []).await;
    care::set_pin(&mut desk, None, &PinWish::default())
        .await
        .expect("set");
    let hand = seat.hand();
    let hear = move |event: &Event| {
        if matches!(event, Event::Pulled { .. }) {
            hand.pull();
            hand.put_back();
        }
    };
    let (mut desk, _) = seat.desk_hearing(["000000"; 8], [], hear).await;
    let blocked = care::verify_pin(&mut desk, None).await;
    assert_eq!(blocked, Err(Stop::Key(KeyFault::PinBlocked)));

    let hand = seat.hand();
    let (ended, _) = reset(&seat, move |event| obey(&hand, event)).await;
    assert!(
        matches!(&ended, Ok(Ending::Reset { key, .. }) if key.pin_set == Some(false)),
        "{ended:?}"
    );
    let (mut desk, _) = seat.desk([], []).await;
    let ending = care::test_key(&mut desk, None).await.expect("tested");
    assert_eq!(passed(&ending).0, TestVerdict::WorksUnverified);
}
