//! A station whose bay holds firmware keys: the real shell, store and registry, and a person who types what is listed.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use keydesk::{
    bay::{
        Bay, Cancel, Plug, SlotIdentity,
        soft::{Profile, SoftKey, TouchPolicy},
    },
    domain::{
        KeyFacts, PersonId, Pin, UsbPath,
        authority::Role,
        care::{Care, CareRecord, Setting},
        reset::ResetCase,
    },
    program::demo::world::{ScriptedFace, Vacated, World},
    server::ServeConfig,
    station::{
        Station,
        config::Config,
        desk::{Face, StationDesk},
        slots::Slots,
    },
    workflow::{
        self, Keys, Stop,
        dialogue::{Answer, CareResult, Ending, Event, HeldCredential, Question},
    },
};
use keydesk_firmware::{FirmwareKey, Flash, Model, Touch};

pub const SLOT: &str = "1-1.2";
pub const PIN: &str = "271828";
const OPERATOR_SLOT: &str = "1-1.1";
const PEOPLE: &str = "\
    record,id,name,kind,email,employee_number,organisation,coc_number\n\
    organisation,o-1,Example Shipping,,,,,12345678\n\
    person,p-1,Person 1,employee,p1@example.com,1,o-1,\n\
    person,p-2,Person 2,employee,p2@example.com,2,o-1,\n";

/// A new key that is touched as soon as it asks.
pub fn touching() -> FirmwareKey {
    FirmwareKey::new(Model::default(), Flash::Memory, Touch::Always)
}

pub fn person(n: usize) -> PersonId {
    PersonId::new(format!("p-{n}"))
}

pub fn pin(text: &str) -> Pin {
    Pin::new(text, 4).expect("a PIN")
}

fn script<const O: usize>(orders: [Answer; O]) -> ScriptedFace {
    ScriptedFace::new(SLOT, PIN).wanting(orders)
}

/// What was done in a run.
pub fn done(ending: &Ending) -> Vec<Care> {
    let Ending::Cared { result, .. } = ending else {
        panic!("not care: {ending:?}");
    };
    match &**result {
        CareResult::Done { care } => vec![care.clone()],
        CareResult::Changes { done }
        | CareResult::Credentials { done, .. }
        | CareResult::Fingerprints { done, .. } => done.clone(),
        CareResult::PinVerified { .. } | CareResult::Returned { .. } => Vec::new(),
    }
}

/// What the key held at the end of a run.
pub fn held(ending: &Ending) -> Vec<HeldCredential> {
    match ending {
        Ending::Cared { result, .. } => match &**result {
            CareResult::Credentials { held, .. } => held.clone(),
            other => panic!("not a list: {other:?}"),
        },
        other => panic!("not care: {other:?}"),
    }
}

/// What puts a key into [`SLOT`] and pulls it, from wherever.
#[derive(Clone)]
pub struct Hand {
    plug: Plug,
    key: Arc<Mutex<Option<FirmwareKey>>>,
}

impl Hand {
    pub fn put(&self, key: &FirmwareKey) {
        *self.key.lock().expect("whole") = Some(key.clone());
        self.put_back();
    }

    pub fn pull(&self) {
        self.plug.unplug(&UsbPath::new(SLOT));
        self.key().unplug();
    }

    pub fn put_back(&self) {
        let key = self.key();
        key.plug();
        let identity = SlotIdentity {
            vendor_id: 0x1209,
            product_id: 0xf1d0,
            release: 0x0100,
            manufacturer: "Keydesk".to_owned(),
            product: "Firmware Key".to_owned(),
            serial: None,
        };
        self.plug.plug(UsbPath::new(SLOT), identity, move || {
            Ok(Box::new(key.open()?))
        });
    }

    pub fn key(&self) -> FirmwareKey {
        let key = self.key.lock().expect("whole");
        key.clone().expect("a key was put in")
    }
}

/// An operator who is signed in at a station.
pub struct Seat {
    pub station: Arc<Station>,
    hand: Hand,
    /// The registry, which goes on.
    _registry: Vacated,
}

impl Seat {
    pub async fn take(role: Role) -> Self {
        let world = World::build_with(ServeConfig::default(), PEOPLE)
            .await
            .expect("a world");
        let own = SoftKey::new(Profile::full().with_touch(TouchPolicy::Auto));
        world
            .sign_in(role, OPERATOR_SLOT, &own)
            .await
            .expect("signed in");
        world.station.keep_session().expect("kept");
        let registry = world.vacate();
        let config = Config::default();
        let models = Station::models(&config).expect("models");
        let (bay, plug) = Bay::soft();
        let station = Station::open(&registry.data, config, Slots::new(bay, models));
        let station = Arc::new(station.expect("opens"));
        station.resume_session().expect("a session");
        Self {
            station,
            hand: Hand {
                plug,
                key: Arc::default(),
            },
            _registry: registry,
        }
    }

    pub fn hand(&self) -> Hand {
        self.hand.clone()
    }

    pub fn put(&self, key: &FirmwareKey) {
        self.hand.put(key);
    }

    /// The key in the slot, as the bay shows it.
    pub fn facts(&self) -> KeyFacts {
        let keys = self.station.slots().keys();
        let key = keys.into_iter().find(|key| key.place.as_str() == SLOT);
        key.expect("in the bay")
    }

    /// The same, asked of the key anew.
    pub async fn read(&self) -> KeyFacts {
        let (mut desk, _) = self.desk([], []).await;
        desk.facts(&self.facts()).await.expect("answers")
    }

    /// What the journal knows of the key in the slot.
    pub fn history(&self) -> Vec<CareRecord> {
        let store = self.station.store();
        store.cares_of(&self.facts(), 20).expect("read")
    }

    /// A desk at which these PINs are typed and these orders given, in this order.
    pub async fn desk<const P: usize, const O: usize>(
        &self,
        pins: [&str; P],
        orders: [Answer; O],
    ) -> (StationDesk, Arc<Typist>) {
        self.desk_hearing(pins, orders, |_| {}).await
    }

    pub async fn desk_of<const P: usize, const O: usize>(
        &self,
        pins: [Pin; P],
        orders: [Answer; O],
    ) -> (StationDesk, Arc<Typist>) {
        self.seated(pins, script(orders)).await
    }

    /// A desk at which this is told of why somebody loses an enrolment.
    pub async fn desk_telling<const P: usize, const O: usize>(
        &self,
        pins: [&str; P],
        orders: [Answer; O],
        case: ResetCase,
    ) -> (StationDesk, Arc<Typist>) {
        self.seated(pins.map(pin), script(orders).telling(case))
            .await
    }

    pub async fn desk_hearing<const P: usize, const O: usize>(
        &self,
        pins: [&str; P],
        orders: [Answer; O],
        hear: impl Fn(&Event) + Send + Sync + 'static,
    ) -> (StationDesk, Arc<Typist>) {
        self.seated(pins.map(pin), script(orders).hearing(hear))
            .await
    }

    async fn seated<const P: usize>(
        &self,
        pins: [Pin; P],
        script: ScriptedFace,
    ) -> (StationDesk, Arc<Typist>) {
        let settled = Duration::from_secs(5);
        self.station.slots().settled(settled).await;
        let typist = Arc::new(Typist {
            pins: Mutex::new(pins.into()),
            questions: Mutex::default(),
            script,
        });
        let station = Arc::clone(&self.station);
        let desk = StationDesk::new(station, Arc::clone(&typist), Cancel::default());
        (desk, typist)
    }

    /// Enrols the key in the slot, with [`PIN`].
    pub async fn enrol(&self, n: usize) -> Result<Ending, Stop> {
        let (mut desk, _) = self.desk([PIN], []).await;
        workflow::enrol(&mut desk, &person(n)).await
    }

    /// Makes a discoverable credential at an RP that is nobody's here.
    pub async fn elsewhere(&self, user: &str) {
        use keydesk::wire::webauthn::{
            Algorithm, AuthenticatorSelection, CreationOptions, RelyingParty, User,
        };
        let options = CreationOptions {
            rp: RelyingParty {
                id: "elsewhere.example".to_owned(),
                name: "Elsewhere".to_owned(),
            },
            user: User {
                id: user.as_bytes().to_vec().into(),
                name: user.to_owned(),
                display_name: user.to_owned(),
            },
            challenge: vec![1; 32].into(),
            pub_key_cred_params: vec![Algorithm {
                kind: "public-key".to_owned(),
                alg: -7,
            }],
            timeout: None,
            exclude_credentials: Vec::new(),
            authenticator_selection: Some(AuthenticatorSelection {
                resident_key: Some("required".to_owned()),
                require_resident_key: Some(true),
                user_verification: Some("required".to_owned()),
                authenticator_attachment: None,
            }),
            attestation: None,
            extensions: None,
        };
        let (mut desk, _) = self.desk([], []).await;
        desk.make_credential(&self.facts(), Some(&pin(PIN)), &options, [0; 32])
            .await
            .expect("made");
    }
}

/// Types the PINs of a list and stops when it is at its end; answers everything else as a practised operator would.
pub struct Typist {
    pins: Mutex<VecDeque<Pin>>,
    questions: Mutex<Vec<Question>>,
    script: ScriptedFace,
}

impl Typist {
    pub fn events(&self) -> Vec<Event> {
        self.script.events()
    }

    pub fn handed(&self) -> Option<Pin> {
        self.script.handed()
    }

    /// Of the questions that were put, those that `of` picks.
    pub fn asked<T>(&self, of: impl Fn(&Question) -> Option<T>) -> Vec<T> {
        let questions = self.questions.lock().expect("whole");
        questions.iter().filter_map(of).collect()
    }

    /// With each question for the PIN: the attempts left, and whether the last one was wrong.
    pub fn attempts_told(&self) -> Vec<(Option<u8>, bool)> {
        self.asked(|question| match question {
            Question::CurrentPin { retries, wrong, .. } => Some((*retries, *wrong)),
            _ => None,
        })
    }

    /// With each question for a new PIN: its least length, and whether the key refused the last one.
    pub fn new_pins_asked(&self) -> Vec<(u8, bool)> {
        self.asked(|question| match question {
            Question::NewPin {
                min_length,
                refused,
                ..
            } => Some((*min_length, refused.is_some())),
            _ => None,
        })
    }

    /// The settings among which one could choose.
    pub fn offered(&self) -> Vec<Setting> {
        let lists = self.asked(|question| match question {
            Question::Settings { offered, .. } => Some(offered.clone()),
            _ => None,
        });
        lists.concat()
    }
}

#[async_trait(?Send)]
impl Face for Typist {
    fn tell(&self, event: Event) {
        self.script.tell(event);
    }

    async fn hand_over(&self, key: &KeyFacts, pin: Pin) -> Result<(), Stop> {
        self.script.hand_over(key, pin).await
    }

    async fn ask(&self, question: Question) -> Result<Answer, Stop> {
        self.questions.lock().expect("whole").push(question.clone());
        match question {
            Question::NewPin { .. } | Question::CurrentPin { .. } => {
                let typed = self.pins.lock().expect("whole").pop_front();
                typed.map(Answer::Pin).ok_or(Stop::Cancelled)
            }
            other => self.script.ask(other).await,
        }
    }
}
