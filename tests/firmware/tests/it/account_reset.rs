//! The reset of an account whose agents sign with firmware keys: at two real stations, with the real registry on loopback.
//!
//! With `KEYDESK_RECEIPTS_DIR` set, the registry's receipts of both acts are written there for `peers/receipts.py`, which checks them
//! with a library that nobody here wrote.

use std::{path::PathBuf, sync::Arc, time::Duration};

use keydesk::{
    bay::{
        Bay, Cancel, Plug, SlotIdentity,
        soft::{Profile, SoftKey, TouchPolicy},
    },
    domain::{
        AccountResetId, PersonId, UsbPath,
        account_reset::{ResetReason, ResetState, ResetWish},
        act::Deed,
        authority::Role,
    },
    program::demo::world::{ScriptedFace, Vacated, World},
    server::{
        ServeConfig,
        admin::{self, Human},
    },
    station::{Station, config::Config, desk::StationDesk, slots::Slots},
    wire::ActReceipt,
    workflow::{
        self,
        account_reset::{self, ReleasedBy},
        dialogue::{AccountResetResult, Ending, PushState},
        receipt,
    },
};
use keydesk_firmware::{FirmwareKey, Flash, Model, Touch};

const OWN: &str = "1-1.1";
const NEW: &str = "1-1.2";
const PIN: &str = "271828";
const PEOPLE: &str = "record,id,name,kind,email\n\
    person,p-1,Zoë van den Berg,unaffiliated,p1@example.com\n";

/// An agent of Customer Service at a station of their own, whose key is the firmware.
struct Agent {
    station: Arc<Station>,
    plug: Plug,
    _data: Vacated,
}

impl Agent {
    async fn new(registry: &World, name: &str) -> Self {
        let database = registry.database();
        let world = registry.neighbour(name).await.expect("a station");
        let data = world.vacate();
        let config = Config::default();
        let models = Station::models(&config).expect("models");
        let (bay, plug) = Bay::soft();
        let station = Station::open(&data.data, config, Slots::new(bay, models));
        let agent = Self {
            station: Arc::new(station.expect("opens")),
            plug,
            _data: data,
        };
        agent.put(OWN);
        let code = admin::new_operator_code(&database, name, Role::CustomerService).await;
        let code = code.expect("a code").code;
        let mut desk = agent.desk(OWN).await;
        let signed_in = workflow::first_sign_in(&mut desk, &code).await;
        signed_in.expect("signed in");
        let operator = agent.station.operator().expect("signed in");
        // Each of them is a human of their own.
        let human = Human {
            personnel_number: Some(operator.id.to_string()),
            person: None,
        };
        let set = admin::set_human(&database, &operator.id, &human).await;
        set.expect("a human");
        agent
    }

    /// A new key that is touched as soon as it asks.
    fn put(&self, place: &str) {
        let key = FirmwareKey::new(Model::default(), Flash::Memory, Touch::Always);
        key.plug();
        let identity = SlotIdentity {
            vendor_id: 0x1209,
            product_id: 0xf1d0,
            release: 0x0100,
            manufacturer: "Keydesk".to_owned(),
            product: "Firmware Key".to_owned(),
            serial: None,
        };
        self.plug.plug(UsbPath::new(place), identity, move || {
            Ok(Box::new(key.open()?))
        });
    }

    /// A desk at which the key in that slot is chosen.
    async fn desk(&self, place: &str) -> StationDesk {
        self.station.slots().settled(Duration::from_secs(5)).await;
        let face = Arc::new(ScriptedFace::new(place, PIN));
        StationDesk::new(Arc::clone(&self.station), face, Cancel::default())
    }
}

/// A registry in which somebody's only key is lost, and two agents.
async fn service() -> (World, Agent, Agent) {
    let world = World::build_with(ServeConfig::default(), PEOPLE).await;
    let world = world.expect("a world");
    let own = SoftKey::new(Profile::full().with_touch(TouchPolicy::Auto));
    let signed_in = world.sign_in(Role::HelpDesk, OWN, &own).await;
    signed_in.expect("signed in");
    world.lose_everything("p-1", NEW).await.expect("lost");
    world.sign_out().await.expect("signed out");
    let one = Agent::new(&world, "A. Gent").await;
    let two = Agent::new(&world, "S. Econd").await;
    world.settle().await.expect("of long standing");
    (world, one, two)
}

async fn ask(agent: &Agent, person: &PersonId) -> AccountResetId {
    let wish = ResetWish {
        reason: ResetReason::Stolen,
        remark: "bag stolen on the train".to_owned(),
        ticket: Some("T-7".to_owned()),
    };
    let mut desk = agent.desk(OWN).await;
    let asked = account_reset::ask(&mut desk, person, Some(wish)).await;
    match asked.expect("asked for") {
        Ending::AccountReset {
            result: AccountResetResult::Asked { reset },
            ..
        } => reset.id,
        other => panic!("not asked for: {other:?}"),
    }
}

/// What the registry keeps of the acts, the older one first; written for those who judge it elsewhere.
async fn receipts(world: &World) -> Vec<ActReceipt> {
    let database = world.database();
    let listed = admin::acts(&database, 10).await.expect("acts");
    let folder = std::env::var_os("KEYDESK_RECEIPTS_DIR").map(PathBuf::from);
    let mut receipts = Vec::new();
    for (nth, act) in listed.iter().rev().enumerate() {
        let kept = admin::receipt(&database, act.id).await.expect("kept");
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).expect("a folder");
            std::fs::write(folder.join(format!("{nth}.json")), &kept).expect("written");
        }
        receipts.push(serde_json::from_str(&kept).expect("a receipt"));
    }
    receipts
}

#[tokio::test(flavor = "multi_thread")]
async fn firmware_keys_sign_the_asking_and_the_release_and_make_the_replacement() {
    let (world, one, two) = service().await;
    let person = PersonId::new("p-1");
    let reset = ask(&one, &person).await;
    let mut desk = two.desk(OWN).await;
    let released = account_reset::release(&mut desk, reset, &ReleasedBy::SignedIn).await;
    match released.expect("released") {
        Ending::AccountReset {
            result: AccountResetResult::Released { reset },
            ..
        } => assert_eq!(reset.state, ResetState::Released),
        other => panic!("not released: {other:?}"),
    }
    let mut desk = one.desk(OWN).await;
    let done = account_reset::carry_out(&mut desk, reset, &person).await;
    match done.expect("carried out") {
        Ending::AccountReset {
            result: AccountResetResult::CarriedOut { done },
            ..
        } => assert_eq!(done.deleted.len(), 1),
        other => panic!("not carried out: {other:?}"),
    }
    one.put(NEW);
    let mut desk = one.desk(NEW).await;
    let enrolled = workflow::enrol(&mut desk, &person).await.expect("enrolled");
    let Ending::Enrolled { push, .. } = enrolled else {
        panic!("not enrolled: {enrolled:?}");
    };
    assert_eq!(push, PushState::Accepted);

    let receipts = receipts(&world).await;
    let deeds: Vec<Deed> = receipts
        .iter()
        .map(|kept| receipt::verify(kept).expect("holds").deed)
        .collect();
    assert!(
        matches!(
            deeds.as_slice(),
            [Deed::AskReset { .. }, Deed::ReleaseReset { .. }]
        ),
        "{deeds:?}"
    );
    // A key's own, in the form that others read.
    assert!(receipts.iter().all(|kept| kept.public_key.is_some()));
}
