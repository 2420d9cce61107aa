//! The invented people, keys and results that scenes are made of.

mod identified;
mod signed;
mod waiting;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::domain::authority::Role;
use crate::domain::factor::{FactorKind, TotpSettings};
use crate::domain::key::ModelBy;
use crate::domain::visit::Held;
use crate::domain::{
    Aaguid, Bytes, FactorId, KeyFacts, KeyId, OfferId, OperatorId, Organisation, OrganisationId,
    Person, PersonId, PersonKind, StationId, UsbPath,
};
use crate::record::Unfinished;
use crate::station::face::{HomeView, PeopleView, Recent, RegistryState, SlotState, SlotView};
use crate::totp::{AppSetup, TotpSecret};
use crate::wire::webauthn::{CreationOptions, RelyingParty, RequestOptions, User};
use crate::wire::{
    Credential, Expected, Factor, KeyReport, Offer, Operator, PersonDetail, ServedBy, VERSION,
};
use crate::workflow::dialogue::OnScreen;
pub use identified::{detail_in_visit, identification, identified_before, methods};
pub use signed::{act, own_act};
pub use waiting::{care, conflict, outbox, own_key, person_reset, unfinished, withdrawal};

/// Sunday 22 November 2026, 14:32 UTC.
pub const NOW: Timestamp = Timestamp::constant(1_795_357_920, 0);

const YUBIKEY_5_NFC: &str = "a25342c0-3cdc-4414-8e46-f4807fca511c";
const SECURITY_KEY_NFC: &str = "a4e9fc6d-4cbe-4758-b8ba-37598bb5bbaa";
const EPASS: &str = "833b721a-ff5f-4d00-bb2e-bdda3ec01e29";

pub fn ago(minutes: i64) -> Timestamp {
    let offset = SignedDuration::from_mins(minutes);
    NOW.saturating_sub(offset).unwrap_or(NOW)
}

pub fn operator() -> Operator {
    Operator {
        id: OperatorId::new("op-1"),
        name: "M. Desk".to_owned(),
        role: Role::HelpDesk,
    }
}

#[cfg(test)]
pub fn other_operator() -> Operator {
    Operator {
        id: OperatorId::new("op-2"),
        name: "R. Relief".to_owned(),
        role: Role::HelpDesk,
    }
}

fn organisation(id: &str, name: &str, coc: Option<&str>) -> Organisation {
    Organisation {
        id: OrganisationId::new(id),
        name: name.to_owned(),
        coc_number: coc.map(str::to_owned),
    }
}

fn person(
    id: &str,
    name: &str,
    email: &str,
    kind: PersonKind,
    organisation: Option<Organisation>,
) -> Person {
    Person {
        id: PersonId::new(id),
        name: name.to_owned(),
        email: Some(email.to_owned()),
        employee_number: None,
        kind,
        organisation,
        keys: 0,
        apps: 0,
        lost: Default::default(),
    }
}

/// An employee without a factor.
pub fn example() -> Person {
    Person {
        employee_number: Some("20417".to_owned()),
        ..person(
            "p-1",
            "P. Example",
            "p.example@shipping.example",
            PersonKind::Employee,
            Some(organisation("o-1", "Example Shipping", Some("12345678"))),
        )
    }
}

/// A main administrator with one key and no standby.
pub fn main_admin() -> Person {
    Person {
        keys: 1,
        ..person(
            "p-2",
            "W. Example",
            "w.example@barge.example",
            PersonKind::MainAdministrator,
            Some(organisation("o-2", "Example Barge Line", Some("87654321"))),
        )
    }
}

/// Somebody with an app and no organisation.
pub fn unaffiliated() -> Person {
    Person {
        apps: 1,
        ..person(
            "p-3",
            "T. Exampleson",
            "t@exampleson.example",
            PersonKind::Unaffiliated,
            None,
        )
    }
}

/// Somebody whose name is an attack on the terminal.
#[cfg(test)]
pub fn hostile() -> Person {
    person(
        "p-4",
        "A\u{202e}B\u{1b}[2J\u{7}\n\u{200b}Z\u{300}\u{300}\u{300}\u{300} the person with a name that is much longer than any column of any table",
        "x@y.example",
        PersonKind::Employee,
        Some(organisation("o-3", "\u{9b}31mRed \u{2067}Company", None)),
    )
}

pub fn people() -> Vec<Person> {
    vec![example(), main_admin(), unaffiliated()]
}

fn key(slot: u16, model: &str, aaguid: &str, firmware: Option<u64>) -> KeyFacts {
    KeyFacts {
        place: UsbPath::new(format!("1-1.{slot}")),
        slot,
        generation: 1,
        id: KeyId {
            aaguid: aaguid.parse().unwrap_or(Aaguid::default()),
            serial: None,
            asset_tag: None,
        },
        vendor_id: 0x1050,
        product_id: 0x0402,
        product: model.to_owned(),
        model: model.to_owned(),
        versions: vec![
            "U2F_V2".to_owned(),
            "FIDO_2_0".to_owned(),
            "FIDO_2_1".to_owned(),
        ],
        firmware,
        pin_set: Some(false),
        pin_retries: None,
        pin_change_required: false,
        pin_min_length: 4,
        free_credential_slots: Some(97),
        discoverable: true,
        credential_management: true,
        built_in_uv: false,
        always_uv: false,
        pin_only_manages: false,
        enterprise_attestation: false,
        extensions: Vec::new(),
        transports: Vec::new(),
        algorithms: vec![-7, -8],
    }
}

/// Slot 1: new, with a serial number.
pub fn fresh_key() -> KeyFacts {
    let fresh = key(1, "YubiKey 5 NFC", YUBIKEY_5_NFC, Some(0x0005_0701));
    KeyFacts {
        id: KeyId {
            serial: Some("28461397".to_owned()),
            ..fresh.id
        },
        ..fresh
    }
}

/// Slot 2: has a PIN.
pub fn used_key() -> KeyFacts {
    KeyFacts {
        pin_set: Some(true),
        pin_retries: Some(8),
        ..key(2, "Feitian ePass FIDO2", EPASS, None)
    }
}

/// Slot 4: old firmware with an advisory, PIN blocked.
pub fn blocked_key() -> KeyFacts {
    KeyFacts {
        pin_set: Some(true),
        pin_retries: Some(0),
        ..key(4, "Security Key NFC", SECURITY_KEY_NFC, Some(0x0005_0403))
    }
}

/// The same model with an advisory, but usable.
pub fn advised_key() -> KeyFacts {
    KeyFacts {
        pin_retries: Some(8),
        ..blocked_key()
    }
}

pub fn bay() -> Arc<Vec<SlotView>> {
    let slot = |number: u16, state| SlotView {
        number,
        place: UsbPath::new(format!("1-1.{number}")),
        state,
    };
    Arc::new(vec![
        slot(1, SlotState::Ready(Box::new(fresh_key()))),
        slot(2, SlotState::Ready(Box::new(used_key()))),
        slot(3, SlotState::Empty),
        slot(4, SlotState::Ready(Box::new(blocked_key()))),
    ])
}

/// That many slots, a key in each.
pub fn bay_of(slots: u16) -> Arc<Vec<SlotView>> {
    let slot = |number| {
        let key = KeyFacts {
            slot: number,
            ..used_key()
        };
        SlotView {
            number,
            place: UsbPath::new(format!("1-1.{number}")),
            state: SlotState::Ready(Box::new(key)),
        }
    };
    Arc::new((1..=slots).map(slot).collect())
}

/// Slots in every state there is.
pub fn troubled_bay() -> Arc<Vec<SlotView>> {
    let mut slots = bay().as_ref().clone();
    let product = || "Old U2F Token".to_owned();
    let states = [
        SlotState::Opening {
            product: "YubiKey FIDO".to_owned(),
        },
        SlotState::U2fOnly { product: product() },
        SlotState::Unusable {
            product: "YubiKey FIDO".to_owned(),
            why: crate::domain::unfit::Unusable::NoPermission {
                node: "/dev/hidraw3".to_owned(),
            },
        },
        SlotState::Busy(Box::new(KeyFacts {
            slot: 8,
            ..used_key()
        })),
    ];
    for (number, state) in (5..).zip(states) {
        slots.push(SlotView {
            number,
            place: UsbPath::new(format!("1-1.{number}")),
            state,
        });
    }
    Arc::new(slots)
}

/// A key that says of itself what it should not.
#[cfg(test)]
pub fn hostile_bay() -> Arc<Vec<SlotView>> {
    let text = || {
        "K\u{1b}]0;x\u{7}\u{202e}yek\u{200b} of a maker with no sense of measure at all".to_owned()
    };
    let key = KeyFacts {
        model: text(),
        product: text(),
        versions: vec![text(); 40],
        algorithms: (0..60).collect(),
        ..fresh_key()
    };
    let slot = |number, state| SlotView {
        number,
        place: UsbPath::new(text()),
        state,
    };
    Arc::new(vec![
        slot(1, SlotState::Ready(Box::new(key))),
        slot(u16::MAX, SlotState::Opening { product: text() }),
    ])
}

fn expected() -> Vec<Expected> {
    let at = |minutes: i64, person: Person, done| Expected {
        at: ago(-minutes),
        person,
        done,
    };
    vec![
        at(-302, unaffiliated(), true),
        at(-212, main_admin(), true),
        at(-2, example(), false),
        at(28, main_admin(), false),
    ]
}

pub fn home() -> HomeView {
    let recent = |minutes, person: &str, model: &str, pushed| Recent {
        at: ago(minutes),
        person: person.to_owned(),
        model: model.to_owned(),
        pushed,
    };
    HomeView {
        station: "Help desk 2".to_owned(),
        station_id: Some(StationId::new("s-1")),
        registry: RegistryState::Reachable { clock_offset_s: 0 },
        queued: 0,
        conflicts: 0,
        demo: false,
        people: Some(PeopleView {
            expected: expected(),
            names: BTreeMap::from([
                (example().id, example().name),
                (main_admin().id, main_admin().name),
            ]),
            tickets: 2,
            recent: vec![
                recent(212, "W. Example", "YubiKey 5 NFC", true),
                recent(302, "T. Exampleson", "Feitian ePass FIDO2", true),
            ],
            ..PeopleView::default()
        }),
    }
}

/// A day on which everything went wrong.
pub fn busy_home() -> HomeView {
    HomeView {
        registry: RegistryState::Unreachable {
            why: "connection refused".to_owned(),
        },
        queued: 1,
        conflicts: 1,
        ..with_unfinished(vec![unfinished()])
    }
}

/// Work of every kind that was stopped half-way.
pub fn much_unfinished() -> HomeView {
    HomeView {
        people: with_unfinished(vec![unfinished(), own_key(), withdrawal(), care()]).people,
        ..busy_home()
    }
}

/// Results that wait, and this work that was stopped half-way.
pub fn with_unfinished(unfinished: Vec<Unfinished>) -> HomeView {
    let home = home();
    let people = home.people.map(|people| PeopleView {
        outbox: outbox(),
        unfinished,
        ..people
    });
    HomeView { people, ..home }
}

fn report(key: &KeyFacts) -> KeyReport {
    KeyReport {
        id: key.id.clone(),
        model: key.model.clone(),
        firmware: key.firmware,
    }
}

fn offer() -> Offer {
    Offer {
        app: None,
        lent_until: None,
        version: VERSION,
        id: OfferId(Uuid::from_u128(8)),
        person: example(),
        creation: CreationOptions {
            rp: RelyingParty {
                id: "login.example".to_owned(),
                name: "IAMconnected".to_owned(),
            },
            user: User {
                id: Bytes(vec![1; 16]),
                name: "p.example@shipping.example".to_owned(),
                display_name: "P. Example".to_owned(),
            },
            challenge: Bytes(vec![2; 32]),
            pub_key_cred_params: Vec::new(),
            timeout: None,
            exclude_credentials: Vec::new(),
            authenticator_selection: None,
            attestation: None,
            extensions: None,
        },
        test: RequestOptions {
            challenge: Bytes(vec![3; 32]),
            timeout: None,
            rp_id: "login.example".to_owned(),
            allow_credentials: Vec::new(),
            user_verification: None,
            extensions: None,
        },
        visit: None,
        origin: "https://login.example".to_owned(),
        pin_min_length: 6,
        issued_at: ago(1),
        expires_at: ago(-4),
    }
}

/// An app of the main administrator's.
pub fn app() -> Factor {
    Factor {
        id: FactorId(Uuid::from_u128(21)),
        kind: FactorKind::App,
        name: "Authenticator app".to_owned(),
        enrolled_at: ago(60 * 24 * 400),
        station: StationId::new("s-1"),
        operator: operator().id,
        last_tested_at: Some(ago(60 * 24 * 30)),
        removed_at: None,
        held: Held::default(),
    }
}

/// A hardware token of the same person's.
pub fn token() -> Factor {
    Factor {
        id: FactorId(Uuid::from_u128(22)),
        kind: FactorKind::Token {
            serial: "2308471".to_owned(),
        },
        name: "Hardware token".to_owned(),
        enrolled_at: ago(60 * 24 * 20),
        station: StationId::new("s-2"),
        last_tested_at: None,
        ..app()
    }
}

/// What a phone is given: a secret that is only an example, that of RFC 6238.
pub fn example_app() -> OnScreen {
    let example: Result<_, Infallible> = TotpSecret::random(|bytes| {
        bytes.copy_from_slice(b"12345678901234567890");
        Ok(())
    });
    let Ok(secret) = example;
    let (issuer, account) = ("IAMconnected", "IAMconnected");
    OnScreen::new(AppSetup::new(issuer, account, TotpSettings::APP, secret))
}

/// Another desk that serves the same person.
pub fn other_desk() -> ServedBy {
    ServedBy {
        operator: "R. de Boer".to_owned(),
        station: "Desk 2".to_owned(),
        last_act_at: ago(2),
    }
}

pub fn detail() -> PersonDetail {
    PersonDetail {
        factors: vec![app(), token()],
        person: main_admin(),
        credentials: vec![Credential {
            id: Bytes(vec![4; 16]),
            key: report(&fresh_key()),
            model_by: Some(ModelBy::Maker),
            enrolled_at: ago(60 * 24 * 90),
            station: StationId::new("s-1"),
            operator: operator().id,
            last_tested_at: Some(ago(60 * 24 * 3)),
            gone_at: None,
            held: Held::default(),
        }],
        visit: None,
        served_by: None,
        reset: None,
        resets_of_others: Vec::new(),
        no_reset: None,
        exception: None,
    }
}
