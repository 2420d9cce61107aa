//! The care of a key with every port call failed in turn, and with the world stopped at each: whatever happens, a key never
//! gets a PIN that nobody knows, and never keeps a credential of a test.

use std::sync::Arc;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey};
use keydesk::domain::Pin;
use keydesk::domain::care::{PinRule, TestVerdict};
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::station::desk::StationDesk;
use keydesk::workflow::Keys;
use keydesk::workflow::care::{self, PinWish};

use crate::care_test::{ready, report_of, touching, with_pin};
use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::scenarios::{PIN, SLOT, offer, person, world};

const MISHAPS: [Mishap; 4] = [
    Mishap::FailsBefore,
    Mishap::FailsAfter,
    Mishap::StopsBefore,
    Mishap::StopsAfter,
];

type Faulty = FaultyDesk<StationDesk>;

async fn faulty(world: &World, at: usize, mishap: Mishap) -> (Faulty, Arc<ScriptedFace>) {
    ready(world).await;
    let face = Arc::new(ScriptedFace::new(SLOT, PIN));
    let station = Arc::clone(&world.station);
    let desk = StationDesk::new(station, Arc::clone(&face), Cancel::default());
    (FaultyDesk::new(desk, Some(at), mishap), face)
}

/// Plays a run until it ends or the world stops in it; whether the chosen call was reached.
async fn plays<T>(desk: &mut Faulty, run: impl AsyncFnOnce(&mut Faulty) -> T) -> bool {
    let stopped = desk.stopped();
    tokio::select! {
        _ = run(desk) => {}
        () = stopped.notified() => {}
    }
    desk.hit.is_some()
}

async fn opens(world: &World, pin: &Pin) -> bool {
    let (mut desk, _) = ready(world).await;
    let key = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    desk.verify_pin(&key.expect("in"), pin, keydesk::domain::key::TEST_RP_ID)
        .await
        .is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mishap_leaves_a_key_with_a_pin_that_nobody_knows() {
    let world = world(1).await;
    let wish = PinWish {
        random: Some(PinRule::default()),
        force_change: false,
        min_length: 0,
    };
    for mishap in MISHAPS {
        for at in 0.. {
            let key: SoftKey = touching(Profile::full());
            world.rack.put(SLOT, &key);
            let (mut desk, face) = faulty(&world, at, mishap).await;
            let hit = plays(&mut desk, async |desk: &mut Faulty| {
                care::set_pin(desk, None, &wish).await
            })
            .await;
            let (now, _) = ready(&world).await;
            let facts = now.keys().into_iter().find(|k| k.place.as_str() == SLOT);
            if facts.expect("in").pin_set == Some(true) {
                let handed = face.handed().expect("whoever has the key has its PIN");
                assert!(opens(&world, &handed).await, "{mishap:?} at {at}");
            }
            if !hit {
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mishap_leaves_a_credential_of_a_test_on_the_key() {
    let world = world(1).await;
    for mishap in MISHAPS {
        let key = with_pin(&world, Profile::full()).await;
        for at in 0.. {
            let (mut desk, _) = faulty(&world, at, mishap).await;
            let hit = plays(&mut desk, async |desk: &mut Faulty| {
                care::test_key(desk, None).await
            })
            .await;
            assert_eq!(key.credentials(), [], "{mishap:?} at {at}");
            if !hit {
                break;
            }
        }
    }
}

/// What a power cut left of a test on a key that keeps every credential.
async fn leave_one_behind(world: &World) {
    let (mut desk, _) = ready(world).await;
    let key = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    let pin = Pin::new(PIN, 4).expect("a PIN");
    let mut creation = offer(&mut desk, &person(1)).await.creation;
    creation.rp.id = keydesk::domain::key::TEST_RP_ID.to_owned();
    desk.make_credential(&key.expect("in"), Some(&pin), &creation, [0; 32])
        .await
        .expect("made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_a_key_fails_cleans_up_like_any_other() {
    let world = world(1).await;
    let key = with_pin(&world, Profile::full()).await;
    for step in ["make_credential", "get_assertion"] {
        leave_one_behind(&world).await;
        assert_eq!(key.credentials().len(), 1);
        let (desk, _) = ready(&world).await;
        let mut faulty = FaultyDesk::at(desk, step, Mishap::FailsBefore);
        let ending = care::test_key(&mut faulty, None).await.expect("tested");
        assert_eq!(report_of(&ending).verdict(), TestVerdict::Fails);
        assert_eq!(key.credentials(), [], "{step}");
    }
}
