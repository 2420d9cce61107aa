//! Sixteen keys at once, some of which misbehave: the others do not notice.

use std::sync::Arc;

use keydesk::bay::soft::{Fault, Profile as Model, SoftKey, TouchPolicy};
use keydesk::domain::UsbPath;
use keydesk::domain::authority::Role;
use keydesk::domain::batch::KeyEnd;
use keydesk::station::batch::{Finish, Start};
use keydesk::station::face::board::{Board, SlotWork};

use super::crew::ScriptedCrew;
use super::{ENROL, Running, ends, fresh, plan, put, slot, world};
use crate::scenarios::answering;

const CLIENT_PIN: u8 = 0x06;
const PIN_BLOCKED: u8 = 0x32;

fn code_at(board: &Board, n: usize) -> &str {
    let place = UsbPath::new(slot(n));
    let slot = board.slots.iter().find(|slot| slot.place == place);
    slot.map_or("none", |slot| match &slot.work {
        SlotWork::Stopped { stop } | SlotWork::Refused { stop } => stop.code().as_str(),
        work => work.code(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_keys_go_on_beside_one_that_is_pulled_one_that_stalls_one_that_is_blocked_and_one_that_is_refused()
 {
    let world = world(16, Role::HelpDesk).await;
    let mut no_pin = Model::full().with_serial("NOPIN");
    no_pin.abilities.client_pin = false;
    // First in, so that it is looked at before the list is given out.
    world.rack.put(&slot(17), &SoftKey::new(no_pin));
    let keys: Vec<SoftKey> = (1..=16).map(|n| put(&world, n)).collect();
    keys[0].set_touch(TouchPolicy::Manual);
    answering(&world).await;
    keys[1].inject(Fault::StallAt(1));
    keys[2].inject(Fault::Status {
        command: CLIENT_PIN,
        code: PIN_BLOCKED,
    });
    let plan = plan(&world, ENROL, 16);
    let running = Running::begin(&world, Start::New(Box::new(plan)), ScriptedCrew::default());
    let crew = Arc::clone(&running.crew);
    let first = UsbPath::new(slot(1));
    crew.until(|board| code_at(board, 1) == "touch").await;
    world.rack.pull(&first);
    crew.until(|board| code_at(board, 1) == "pulled").await;
    crew.until(|board| board.tally.done == 13).await;
    keys[0].set_touch(TouchPolicy::Auto);
    world.rack.put_back(&first);
    crew.until(|board| board.tally.done == 14 && code_at(board, 3) == "pin-blocked")
        .await;
    let board = crew.last_board().expect("a board");
    assert_eq!(code_at(&board, 17), "key-refused");
    for n in [2, 3] {
        world.rack.pull(&UsbPath::new(slot(n)));
    }
    for n in [2, 3] {
        world.rack.put(&slot(n), &fresh(n + 20));
    }
    let (batch, finish) = running.end().await;
    assert_eq!((finish, ends(&batch, KeyEnd::Done)), (Finish::Complete, 16));
    assert!(keys[0].credentials().len() == 1, "pulled and put back");
}
