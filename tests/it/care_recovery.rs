//! Care that can't be taken back, failed and stopped at every port call: whatever happens, nothing stays unfinished once it
//! was taken up again, and the record of a key says what is so on the key.

use std::sync::Arc;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey};
use keydesk::domain::Pin;
use keydesk::domain::care::{Care, PinRule, Setting};
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::record::Remains;
use keydesk::station::desk::StationDesk;
use keydesk::workflow::care::{self, PinWish};
use keydesk::workflow::dialogue::{Answer, Ending};
use keydesk::workflow::{self, Desk, How, Keys, Stop};

use crate::care_pin::{administrators, elsewhere, ids};
use crate::care_test::{ready, with_pin};
use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::scenarios::{PIN, SLOT};

type Faulty = FaultyDesk<StationDesk>;

const MISHAPS: [Mishap; 4] = [
    Mishap::FailsBefore,
    Mishap::FailsAfter,
    Mishap::StopsBefore,
    Mishap::StopsAfter,
];

/// What is done to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    SetPin,
    ChangePin,
    RaiseMinimum,
    DeleteCredential,
    RemoveFinger,
}

impl Doing {
    /// A key of its own that this can be done to, and what the operator orders.
    async fn prepare(self, world: &World, n: usize) -> (SoftKey, Vec<Answer>) {
        let serial = format!("CARE{n}");
        let full = Profile::full().with_serial(&serial);
        match self {
            Self::SetPin => {
                let key = crate::care_test::touching(full);
                world.rack.put(SLOT, &key);
                (key, Vec::new())
            }
            Self::ChangePin => (with_pin(world, full).await, Vec::new()),
            Self::RaiseMinimum => {
                let length = Setting::MinPinLength {
                    length: 8,
                    rp_ids: Vec::new(),
                };
                let orders = vec![Answer::Settings(vec![length])];
                (with_pin(world, full).await, orders)
            }
            Self::DeleteCredential => {
                let key = with_pin(world, full).await;
                let (mut desk, _) = ready(world).await;
                elsewhere(&mut desk, "a@elsewhere.example").await;
                let id = ids(&key).pop().expect("one");
                (key, vec![Answer::Remove(id.into())])
            }
            Self::RemoveFinger => {
                let key = with_pin(world, Profile::biometric().with_serial(&serial)).await;
                let add = vec![Answer::AddFinger(Some("thumb".to_owned()))];
                let (mut desk, _) = with_orders(world, add, PIN).await;
                let ending = care::fingerprints(&mut desk, None).await.expect("added");
                let Ending::Cared { key: facts, .. } = ending else {
                    panic!("{ending:?}");
                };
                let pin = Pin::new(PIN, 4).expect("a PIN");
                let fingers = desk.fingerprints(&facts, &pin).await.expect("listed");
                let id = fingers.first().expect("one").id.clone();
                (key, vec![Answer::Remove(id)])
            }
        }
    }

    async fn run(self, desk: &mut dyn Desk) -> Result<Ending, Stop> {
        let wish = PinWish {
            random: Some(PinRule::default()),
            force_change: false,
            min_length: 0,
        };
        match self {
            Self::SetPin => care::set_pin(desk, None, &wish).await,
            Self::ChangePin => care::change_pin(desk, None, &wish).await,
            Self::RaiseMinimum => care::configure(desk, None).await,
            Self::DeleteCredential => care::credentials(desk, None).await,
            Self::RemoveFinger => care::fingerprints(desk, None).await,
        }
    }

    fn is_recorded(self, care: &Care) -> bool {
        match self {
            Self::SetPin => matches!(care, Care::PinSet { .. }),
            Self::ChangePin => matches!(care, Care::PinChanged { .. }),
            Self::RaiseMinimum => matches!(care, Care::Configured { .. }),
            Self::DeleteCredential => matches!(care, Care::CredentialDeleted { .. }),
            Self::RemoveFinger => matches!(care, Care::FingerprintRemoved { .. }),
        }
    }
}

async fn with_orders(
    world: &World,
    orders: Vec<Answer>,
    pin: &str,
) -> (StationDesk, Arc<ScriptedFace>) {
    ready(world).await;
    let face = Arc::new(ScriptedFace::new(SLOT, pin).wanting(orders));
    let station = Arc::clone(&world.station);
    let desk = StationDesk::new(station, Arc::clone(&face), Cancel::default());
    (desk, face)
}

async fn opens(world: &World, pin: &Pin) -> bool {
    let (mut desk, _) = ready(world).await;
    let key = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    desk.verify_pin(&key.expect("in"), pin, keydesk::domain::key::TEST_RP_ID)
        .await
        .is_ok()
}

fn text(pin: &Pin) -> String {
    String::from_utf8(pin.as_bytes().to_vec()).expect("text")
}

/// Takes up what is unfinished, with the PIN that the key has.
async fn recover(world: &World, handed: Option<&Pin>, label: &str) -> Vec<Remains> {
    let mut left = Vec::new();
    for work in world.station.store().unfinished().expect("read") {
        let pin = match handed {
            Some(pin) if opens(world, pin).await => text(pin),
            _ => PIN.to_owned(),
        };
        let (mut desk, _) = with_orders(world, Vec::new(), &pin).await;
        let ending = workflow::resolve(&mut desk, work, How::WithKey).await;
        if let Ending::Resolved { remains } = ending.unwrap_or_else(|e| panic!("{label}: {e}")) {
            left.push(remains);
        }
    }
    let unfinished = world.station.store().unfinished().expect("read");
    assert!(unfinished.is_empty(), "{label}: {unfinished:?}");
    left
}

/// Whether the key shows that it was done.
async fn is_done(doing: Doing, world: &World, key: &SoftKey, handed: Option<&Pin>) -> bool {
    let (mut desk, _) = ready(world).await;
    let facts = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    let facts = facts.expect("in");
    match doing {
        Doing::SetPin => desk.facts(&facts).await.expect("read").pin_set == Some(true),
        Doing::ChangePin => match handed {
            Some(pin) => opens(world, pin).await,
            None => false,
        },
        Doing::RaiseMinimum => desk.facts(&facts).await.expect("read").pin_min_length == 8,
        Doing::DeleteCredential => key.credentials().is_empty(),
        Doing::RemoveFinger => {
            let pin = Pin::new(PIN, 4).expect("a PIN");
            let fingers = desk.fingerprints(&facts, &pin).await.expect("listed");
            fingers.is_empty()
        }
    }
}

/// One run with a mishap at call number `at`; whether that call was reached.
async fn survives(world: &World, doing: Doing, n: usize, (mishap, at): (Mishap, usize)) -> bool {
    let (key, orders) = doing.prepare(world, n).await;
    let (desk, face) = with_orders(world, orders, PIN).await;
    let mut faulty: Faulty = FaultyDesk::new(desk, Some(at), mishap);
    let stopped = faulty.stopped();
    let ended = tokio::select! {
        ended = doing.run(&mut faulty) => Some(ended),
        () = stopped.notified() => None,
    };
    let hit = faulty.hit;
    drop(faulty);
    let handed = face.handed();
    let label = format!("{doing:?}, {mishap:?} at call {at} ({hit:?}), {ended:?}");
    let left = recover(world, handed.as_ref(), &label).await;
    let facts = ready(world).await.0.keys();
    let facts = facts.into_iter().find(|k| k.place.as_str() == SLOT);
    let history = world.station.store().cares_of(&facts.expect("in"), 10);
    let mut history = history.expect("read").into_iter();
    let recorded = history.any(|record| doing.is_recorded(&record.care));
    let done = is_done(doing, world, &key, handed.as_ref()).await;
    // Which of two PINs a key has does not show after a stop: then it is proven that somebody knows it.
    if left != [Remains::PinProven] {
        assert_eq!(recorded, done, "{label}, left {left:?}");
    }
    if let Some(Ok(_)) = ended {
        assert!(done, "{label}");
    }
    hit.is_some()
}

async fn survives_everything(doing: Doing) {
    let world = administrators().await;
    let mut n = 0;
    for mishap in MISHAPS {
        for at in 0.. {
            n += 1;
            if !survives(&world, doing, n, (mishap, at)).await {
                assert!(at > 5, "{doing:?} makes only {at} calls");
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_pin_is_recorded_if_and_only_if_the_key_has_it() {
    survives_everything(Doing::SetPin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_pin_is_recorded_only_if_the_key_has_it_and_somebody_always_knows_the_one_it_has() {
    survives_everything(Doing::ChangePin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_stays_is_recorded_if_and_only_if_the_key_has_it() {
    survives_everything(Doing::RaiseMinimum).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_is_recorded_if_and_only_if_the_credential_is_gone() {
    survives_everything(Doing::DeleteCredential).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_is_recorded_if_and_only_if_the_fingerprint_is_gone() {
    survives_everything(Doing::RemoveFinger).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_the_record_says_that_the_change_may_have_been_made() {
    let world = administrators().await;
    let (_, orders) = Doing::DeleteCredential.prepare(&world, 1).await;
    let (desk, _) = with_orders(&world, orders, PIN).await;
    let mut faulty: Faulty = FaultyDesk::at(desk, "delete_credential", Mishap::StopsAfter);
    let stopped = faulty.stopped();
    tokio::select! {
        ended = Doing::DeleteCredential.run(&mut faulty) => panic!("not stopped: {ended:?}"),
        () = stopped.notified() => {}
    }
    drop(faulty);
    let work = world.station.store().unfinished().expect("read").remove(0);
    let (mut desk, _) = with_orders(&world, Vec::new(), PIN).await;
    let ending = workflow::resolve(&mut desk, work, How::WithoutKey).await;
    let remains = Remains::MayBeChanged;
    assert_eq!(ending, Ok(Ending::Resolved { remains }));
}
