//! Records of a made-up station, each numbered thing different from the others.

#[path = "fixture/afterwards.rs"]
mod afterwards;

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::authority::Role;
use keydesk::domain::care::{Care, PinOrigin, StoredCredential};
use keydesk::domain::factor::SealedSecret;
use keydesk::domain::identification::Document;
use keydesk::domain::models::Source;
use keydesk::domain::reset::{Losses, LostEnrolment, ResetCase};
use keydesk::domain::{
    Aaguid, Bytes, EntryId, Identification, IntentId, KeyFacts, KeyId, OfferId, OperatorId, Person,
    PersonId, PersonKind, StationId, UsbPath,
};
use keydesk::record::{
    Begun, CareIntent, Change, Deletion, DeletionDone, EndReason, Enrolment, Intent, KeyReset,
    Made, MetadataImport, OwnKey, RECORD_VERSION, Record, Remains, Resolution, SealedTickets,
    Withdrawal, WithdrawalEntry,
};
use keydesk::wire::webauthn::{
    AssertionResponse, AttestationResponse, AuthenticationResponse, CreationOptions,
    RegistrationResponse, RelyingParty, RequestOptions, User,
};
use keydesk::wire::{
    EnrolmentPush, Ground, KeyReport, KeyResetPush, Offer, Operator, OperatorOffer, TestPush,
    Tickets, WithdrawalPush,
};
use uuid::Uuid;

pub use afterwards::*;

/// Noon of the station's first day, `seconds` later.
pub fn at(seconds: i64) -> Timestamp {
    "2026-11-22T12:00:00Z".parse::<Timestamp>().expect("a time")
        + SignedDuration::from_secs(seconds)
}

pub fn record(seconds: i64, change: Change) -> Record {
    Record {
        version: RECORD_VERSION,
        at: at(seconds),
        station: Some(StationId::new("station-1")),
        operator: Some(operator(1).id),
        bond: None,
        change,
    }
}

pub fn operator(n: u32) -> Operator {
    Operator {
        id: OperatorId::new(format!("op-{n}")),
        name: format!("Operator {n}"),
        role: Role::HelpDesk,
    }
}

pub fn person(n: u32) -> Person {
    Person {
        id: PersonId::new(format!("person-{n}")),
        name: format!("P. Example {n}"),
        email: Some(format!("p{n}@example.com")),
        employee_number: None,
        kind: PersonKind::Employee,
        organisation: None,
        keys: 0,
        apps: 0,
        lost: Default::default(),
    }
}

/// Keys with odd numbers have a serial number; those with even ones are told apart by nothing.
pub fn key(n: u32) -> KeyFacts {
    KeyFacts {
        place: UsbPath::new(format!("1-1.{n}")),
        slot: u16::try_from(n % 1000).expect("small"),
        generation: 1,
        id: KeyId {
            aaguid: Aaguid([u8::try_from(n % 3).expect("small"); 16]),
            serial: (n % 2 == 1).then(|| format!("serial-{n}")),
            asset_tag: None,
        },
        vendor_id: 0x1050,
        product_id: 0x0407,
        product: "Security Key".to_owned(),
        model: "Security Key NFC".to_owned(),
        versions: vec!["FIDO_2_1".to_owned()],
        firmware: Some(0x0005_0701),
        pin_set: Some(true),
        pin_retries: Some(8),
        pin_change_required: false,
        pin_min_length: 4,
        free_credential_slots: Some(25),
        discoverable: true,
        credential_management: true,
        built_in_uv: false,
        always_uv: false,
        pin_only_manages: false,
        enterprise_attestation: false,
        extensions: Vec::new(),
        transports: Vec::new(),
        algorithms: vec![-7],
    }
}

pub fn offer_id(n: u32) -> OfferId {
    OfferId(Uuid::from_u128(0x0ff_0000 + u128::from(n)))
}

pub fn intent_id(n: u32) -> IntentId {
    IntentId(Uuid::from_u128(0x1_0000_0000 + u128::from(n)))
}

pub fn entry_id(n: u32) -> EntryId {
    EntryId(Uuid::from_u128(0x2_0000_0000 + u128::from(n)))
}

pub fn credential(n: u32) -> Bytes {
    Bytes([&n.to_be_bytes()[..], &[0xcd; 60]].concat())
}

/// An offer for person `who` that lives an hour from `seconds` on.
pub fn offer(n: u32, who: u32, seconds: i64) -> Offer {
    let challenge = Bytes(vec![u8::try_from(n % 251).expect("small"); 32]);
    let request = RequestOptions {
        challenge: challenge.clone(),
        timeout: None,
        rp_id: "login.example.com".to_owned(),
        allow_credentials: Vec::new(),
        user_verification: Some("required".to_owned()),
        extensions: None,
    };
    Offer {
        lent_until: None,
        app: None,
        version: 1,
        id: offer_id(n),
        person: person(who),
        creation: CreationOptions {
            rp: RelyingParty {
                id: "login.example.com".to_owned(),
                name: "Example".to_owned(),
            },
            user: User {
                id: Bytes(vec![7; 32]),
                name: format!("p{who}@example.com"),
                display_name: format!("P. Example {who}"),
            },
            challenge,
            pub_key_cred_params: Vec::new(),
            timeout: Some(60_000),
            exclude_credentials: Vec::new(),
            authenticator_selection: None,
            attestation: Some("direct".to_owned()),
            extensions: None,
        },
        test: request,
        visit: None,
        origin: "https://login.example.com".to_owned(),
        pin_min_length: 6,
        issued_at: at(seconds),
        expires_at: at(seconds + 3600),
    }
}

pub fn intent(n: u32, offer: Offer, key: KeyFacts, seconds: i64) -> Change {
    Change::IntentBegun {
        intent: Box::new(Intent {
            id: intent_id(n),
            offer,
            key,
            identification: Identification::new(Document::Passport, "7K31")
                .expect("four characters"),
            operator: operator(1).id,
            begun_at: at(seconds),
            policy: None,
        }),
    }
}

pub fn registration(n: u32) -> RegistrationResponse {
    RegistrationResponse {
        id: credential(n),
        raw_id: credential(n),
        kind: "public-key".to_owned(),
        response: AttestationResponse {
            client_data_json: Bytes(b"{\"type\":\"webauthn.create\"}".to_vec()),
            attestation_object: Bytes(vec![0xa3; 700]),
            authenticator_data: Some(Bytes(vec![0x11; 196])),
            transports: vec!["usb".to_owned()],
            public_key: None,
            public_key_algorithm: Some(-7),
        },
        authenticator_attachment: Some("cross-platform".to_owned()),
        client_extension_results: serde_json::Map::new(),
    }
}

pub fn assertion(n: u32) -> AuthenticationResponse {
    AuthenticationResponse {
        id: credential(n),
        raw_id: credential(n),
        kind: "public-key".to_owned(),
        response: AssertionResponse {
            client_data_json: Bytes(b"{\"type\":\"webauthn.get\"}".to_vec()),
            authenticator_data: Bytes(vec![0x12; 37]),
            signature: Bytes(vec![0x30; 71]),
            user_handle: None,
        },
        authenticator_attachment: None,
        client_extension_results: serde_json::Map::new(),
    }
}

pub fn made(n: u32) -> Change {
    Change::CredentialMade {
        intent: intent_id(n),
        made: Box::new(Made {
            registration: registration(n),
            public_key: Bytes(vec![0xa5; 77]),
            user_verified: true,
            refused: None,
            excluded: None,
            not_held: Vec::new(),
        }),
    }
}

/// Enrolment of credential `n` for intent `n` and offer `offer`, as outbox entry `n`.
pub fn enrolled(n: u32, offer: u32, who: u32, key: &KeyFacts, seconds: i64) -> Change {
    Change::Enrolled {
        intent: intent_id(n),
        entry: entry_id(n),
        push: Box::new(EnrolmentPush {
            version: 1,
            offer: offer_id(offer),
            person: person(who).id,
            registration: registration(n),
            assertion: assertion(n),
            key: key_report(key),
            excluded: None,
            not_held: Vec::new(),
            identification: Identification::new(Document::Passport, "7K31")
                .expect("four characters"),
            operator: operator(1).id,
            finished_by: None,
            enrolled_at: at(seconds),
        }),
    }
}

/// A test of person `who`'s key, as outbox entry `n`, answering offer `offer`.
pub fn retested(intent: Option<u32>, n: u32, offer: u32, who: u32, seconds: i64) -> Change {
    Change::Retested {
        intent: intent.map(intent_id),
        entry: entry_id(n),
        push: Box::new(TestPush {
            version: 1,
            offer: offer_id(offer),
            person: person(who).id,
            assertion: assertion(n),
            key: key_report(&key(n)),
            identification: None,
            operator: operator(1).id,
            tested_at: at(seconds),
        }),
        place: Some(key(1).place),
    }
}

fn key_report(key: &KeyFacts) -> KeyReport {
    KeyReport {
        id: key.id.clone(),
        model: key.model.clone(),
        firmware: key.firmware,
    }
}

pub fn ended(n: u32, remains: Remains) -> Change {
    Change::IntentEnded {
        intent: intent_id(n),
        why: EndReason::Cancelled,
        remains,
    }
}

pub fn pushed(n: u32, seconds: i64) -> Change {
    Change::Pushed {
        entry: entry_id(n),
        accepted_at: at(seconds),
    }
}

pub fn rejected(n: u32) -> Change {
    Change::Rejected {
        entry: entry_id(n),
        code: "challenge-expired".to_owned(),
        detail: "too late".into(),
    }
}

pub fn resolved(n: u32, how: Resolution) -> Change {
    Change::ConflictResolved {
        entry: entry_id(n),
        how,
        remains: None,
        report: None,
    }
}

/// Intent `n` to make operator `who`'s own key.
pub fn own_key(n: u32, who: u32, seconds: i64) -> Change {
    let offer = offer(n, who, seconds);
    Change::OwnKeyBegun {
        intent: Box::new(OwnKey {
            id: intent_id(n),
            offer: OperatorOffer {
                operator: operator(who),
                creation: offer.creation,
                origin: offer.origin,
                pin_min_length: None,
            },
            key: key(who),
            begun_at: at(seconds),
        }),
    }
}

pub fn tickets(day: i8, offers: Vec<Offer>) -> Change {
    Change::TicketsFetched {
        tickets: Box::new(Tickets {
            version: 1,
            day: jiff::civil::date(2026, 11, day),
            offers,
        }),
    }
}

/// `count` tickets of a day, issued at its noon, that end an hour later.
pub fn tickets_sealed(day: i8, count: u32) -> Change {
    let noon = at(i64::from(day - 22) * 24 * 3600);
    Change::TicketsSealed {
        tickets: Box::new(SealedTickets {
            version: 1,
            day: jiff::civil::date(2026, 11, day),
            count,
            issued_at: Some(noon),
            expires_at: Some(noon + SignedDuration::from_hours(1)),
            sealed: SealedSecret {
                key: "0011223344556677".to_owned(),
                encapsulated: Bytes(vec![1; 32]),
                ciphertext: Bytes(vec![2; 48]),
            },
        }),
    }
}

/// An import of the FIDO Alliance's metadata, number `n`.
pub fn metadata(n: u32) -> Change {
    Change::MetadataImported {
        import: MetadataImport {
            source: Source {
                no: n.into(),
                next_update: jiff::civil::date(2026, 12, 1),
            },
            models: 348,
            blob_sha256: Bytes(vec![1; 32]),
            kept_sha256: Bytes(vec![2; 32]),
        },
    }
}

/// The whole story of enrolment `n`: four records.
pub fn enrolment(n: u32) -> Vec<Record> {
    let seconds = i64::from(n) * 10;
    let key = key(n);
    vec![
        record(
            seconds,
            Change::KeySeen {
                key: Box::new(key.clone()),
            },
        ),
        record(
            seconds + 1,
            intent(n, offer(n, n, seconds), key.clone(), seconds + 1),
        ),
        record(seconds + 2, made(n)),
        record(seconds + 3, enrolled(n, n, n, &key, seconds + 3)),
        record(seconds + 4, pushed(n, seconds + 4)),
    ]
}
