//! Jobs on keys in the bay: what they change, how they end, and that no key suffers from another's.

use std::time::{Duration, Instant};

use keydesk::bay::soft::{Profile, SoftKey};
use keydesk::bay::{Cancel, KeyError, Slot, SlotState};
use keydesk::ctap::{CtapError, Status};
use keydesk::domain::pin::Pin;

use super::{LIMIT, PATIENCE, is_ready, one_key, place, ready, select, until};

#[tokio::test]
async fn what_a_job_changed_is_shown_soon_after() {
    let (bay, _plug, _key, key) = one_key(Profile::full()).await;
    let pin = Pin::new("123456", 4).unwrap();
    bay.run(
        &key,
        LIMIT,
        &Cancel::new(),
        |_| {},
        move |device, control| device.set_pin(&pin, control),
    )
    .await
    .unwrap();
    let slots = until(&bay, |slots| {
        slots
            .iter()
            .filter_map(Slot::facts)
            .any(|facts| facts.pin_set == Some(true))
    })
    .await;
    assert_eq!(slots.first().unwrap().facts().unwrap().pin_retries, Some(8));
}

#[tokio::test]
async fn a_pulled_key_ends_its_job_at_once() {
    let (bay, plug, soft, key) = one_key(Profile::full()).await;
    let cancel = Cancel::new();
    let pull = async {
        tokio::task::spawn_blocking({
            let soft = soft.clone();
            move || soft.wait_until_it_asks(PATIENCE)
        })
        .await
        .unwrap();
        let pulled = Instant::now();
        plug.unplug(&key.place);
        pulled
    };
    let (result, pulled) = tokio::join!(bay.run(&key, LIMIT, &cancel, |_| {}, select), pull);
    assert_eq!(
        result,
        Err(KeyError::Gone {
            place: place("1-1"),
            begun: true,
        })
    );
    assert!(
        pulled.elapsed() < Duration::from_millis(100),
        "{:?}",
        pulled.elapsed()
    );
    assert!(bay.slots().borrow().is_empty());
}

#[tokio::test]
async fn a_key_that_dies_before_anyone_noticed_is_gone_for_its_job_and_failed_on_the_board() {
    let (bay, _plug, soft, key) = one_key(Profile::full()).await;
    soft.unplug();
    let result = bay.run(&key, LIMIT, &Cancel::new(), |_| {}, select).await;
    assert_eq!(
        result,
        Err(KeyError::Gone {
            place: place("1-1"),
            begun: true,
        })
    );
    until(&bay, |slots| {
        slots
            .iter()
            .any(|slot| matches!(slot.state, SlotState::Failed { .. }))
    })
    .await;
    let next = bay.run(&key, LIMIT, &Cancel::new(), |_| {}, select).await;
    assert_eq!(
        next,
        Err(KeyError::NotReady {
            place: place("1-1"),
        })
    );
    soft.plug();
    bay.refresh(&key);
    ready(&bay, "1-1").await;
}

#[tokio::test]
async fn a_cancel_ends_running_and_waiting_jobs_within_100_ms() {
    let (bay, _plug, soft, key) = one_key(Profile::full()).await;
    let (running, waiting) = (Cancel::new(), Cancel::new());
    let at_touch = {
        let soft = soft.clone();
        tokio::task::spawn_blocking(move || soft.wait_until_it_asks(PATIENCE))
    };
    let first = async {
        let result = bay.run(&key, LIMIT, &running, |_| {}, select).await;
        (result, Instant::now())
    };
    let second = async {
        let result = bay.run(&key, LIMIT, &waiting, |_| {}, |_, _| Ok(())).await;
        (result, Instant::now())
    };
    let cancels = async {
        at_touch.await.unwrap();
        let first = Instant::now();
        waiting.cancel();
        tokio::time::sleep(Duration::from_millis(200)).await;
        let second = Instant::now();
        running.cancel();
        (first, second)
    };
    let ((first, first_end), (second, second_end), (waiting_at, running_at)) =
        tokio::join!(first, second, cancels);
    assert!(
        matches!(
            &first,
            Err(KeyError::Cancelled { place: at, error: Some(error) })
                if *at == place("1-1") && error.nothing_done()
        ),
        "the key has said that it did nothing: {first:?}"
    );
    assert_eq!(
        second,
        Err(KeyError::Cancelled {
            place: place("1-1"),
            error: None
        })
    );
    assert!(second_end - waiting_at < Duration::from_millis(100));
    assert!(first_end - running_at < Duration::from_millis(100));
    assert_eq!(soft.waiting(), None);
}

#[tokio::test]
async fn a_dropped_job_stops_the_key_from_blinking() {
    let (bay, _plug, soft, key) = one_key(Profile::full()).await;
    let cancel = Cancel::new();
    let run = bay.run(&key, LIMIT, &cancel, |_| {}, select);
    let asked = {
        let soft = soft.clone();
        tokio::task::spawn_blocking(move || soft.wait_until_it_asks(PATIENCE))
    };
    tokio::select! {
        result = run => panic!("nobody touched it: {result:?}"),
        asked = asked => assert!(asked.unwrap().is_some()),
    }
    bay.run(
        &key,
        LIMIT,
        &Cancel::new(),
        |_| {},
        |device, control| device.wink(control),
    )
    .await
    .unwrap();
    assert_eq!(soft.waiting(), None);
    assert_eq!(soft.winks(), 1);
}

#[tokio::test]
async fn too_many_jobs_for_one_key_are_turned_away() {
    let (bay, _plug, soft, key) = one_key(Profile::full()).await;
    let cancel = Cancel::new();
    let jobs: Vec<_> = (0..20)
        .map(|_| bay.run(&key, LIMIT, &cancel, |_| {}, select))
        .collect();
    let mut running = Box::pin(async {
        let mut busy = 0;
        let mut waiting = Vec::new();
        for job in jobs {
            let mut job = Box::pin(job);
            match std::future::poll_fn(|context| std::task::Poll::Ready(job.as_mut().poll(context)))
                .await
            {
                std::task::Poll::Ready(result) => {
                    assert_eq!(
                        result,
                        Err(KeyError::Busy {
                            place: place("1-1")
                        })
                    );
                    busy += 1;
                }
                std::task::Poll::Pending => waiting.push(job),
            }
        }
        (busy, waiting)
    });
    let (busy, waiting) = running.as_mut().await;
    assert!(busy >= 10, "{busy} turned away");
    cancel.cancel();
    for job in waiting {
        assert!(matches!(job.await, Err(KeyError::Cancelled { .. })));
    }
    assert_eq!(soft.waiting(), None);
}

#[tokio::test]
async fn a_job_that_panics_takes_its_key_down_and_no_other() {
    let (bay, plug, _soft, key) = one_key(Profile::full()).await;
    plug.plug_key(place("1-2"), &SoftKey::new(Profile::full()));
    ready(&bay, "1-2").await;
    let result = bay
        .run(
            &key,
            LIMIT,
            &Cancel::new(),
            |_| {},
            |_, _| -> Result<(), CtapError> { panic!("on purpose") },
        )
        .await;
    assert_eq!(
        result,
        Err(KeyError::NotReady {
            place: place("1-1"),
        })
    );
    let slots = until(&bay, |slots| {
        slots
            .iter()
            .any(|slot| matches!(slot.state, SlotState::Failed { .. }))
    })
    .await;
    assert!(is_ready(slots.last().unwrap()));
}

#[tokio::test]
async fn a_refusal_by_the_key_names_key_and_reason() {
    let (bay, _plug, _soft, key) = one_key(Profile {
        touch_timeout: Duration::from_millis(50),
        ..Profile::full()
    })
    .await;
    let result = bay.run(&key, LIMIT, &Cancel::new(), |_| {}, select).await;
    let Err(KeyError::Ctap { place: at, error }) = result else {
        panic!("{result:?}")
    };
    assert_eq!(
        (at, error.status()),
        (place("1-1"), Some(Status::UserActionTimeout))
    );
}
