//! What waits in the scenes: for the registry, and for somebody to take it up.

use uuid::Uuid;

use super::{ago, example, fresh_key, identification, main_admin, offer, operator, report};
use crate::domain::act::Going;
use crate::domain::care::{Care, PinOrigin};
use crate::domain::suspension::FactorSort;
use crate::domain::{AccountResetId, Bytes, EntryId, IntentId, OfferId, Person, VisitId};
use crate::record::{
    CareIntent, EntryState, Intent, IntentStage, OpenEnrolment, OutboxBody, OutboxEntry, OwnKey,
    PersonReset, Unfinished, Withdrawal,
};
use crate::wire::webauthn::{
    AssertionResponse, AttestationResponse, AuthenticationResponse, RegistrationResponse,
};
use crate::wire::{EnrolmentPush, OperatorOffer, TestPush, VERSION};
use crate::workflow::dialogue::PushState;

/// The registry refused what was made.
pub fn conflict() -> PushState {
    PushState::Conflict {
        code: "challenge-expired".to_owned(),
        detail: "The challenge of this offer expired at 09:00; enrol the key once more.".into(),
    }
}

pub fn outbox() -> Vec<OutboxEntry> {
    let entry = |n: u128, state, body| OutboxEntry {
        id: EntryId(Uuid::from_u128(n)),
        made_at: ago(20),
        state,
        bond: None,
        body,
    };
    let refused = EntryState::Conflict {
        code: "challenge-expired".to_owned(),
        detail: "The challenge of this offer expired at 09:00; enrol the key once more.".into(),
    };
    let push = Box::new(enrolment_push(&example()));
    let enrolment = OutboxBody::Enrolment { push };
    let push = Box::new(test_push(&main_admin()));
    let test = OutboxBody::Test { push };
    vec![
        entry(1, refused, enrolment),
        entry(2, EntryState::Queued, test),
    ]
}

fn enrolment_push(person: &Person) -> EnrolmentPush {
    EnrolmentPush {
        version: VERSION,
        offer: OfferId(Uuid::from_u128(8)),
        person: person.id.clone(),
        registration: RegistrationResponse {
            id: Bytes::default(),
            raw_id: Bytes::default(),
            kind: "public-key".to_owned(),
            response: AttestationResponse {
                client_data_json: Bytes::default(),
                attestation_object: Bytes::default(),
                authenticator_data: None,
                transports: Vec::new(),
                public_key: None,
                public_key_algorithm: None,
            },
            authenticator_attachment: None,
            client_extension_results: serde_json::Map::new(),
        },
        assertion: assertion(),
        key: report(&fresh_key()),
        excluded: None,
        not_held: Vec::new(),
        identification: identification(),
        operator: operator().id,
        finished_by: None,
        enrolled_at: ago(20),
    }
}

fn test_push(person: &Person) -> TestPush {
    TestPush {
        version: VERSION,
        offer: OfferId(Uuid::from_u128(7)),
        person: person.id.clone(),
        assertion: assertion(),
        key: report(&fresh_key()),
        identification: Some(identification()),
        operator: operator().id,
        tested_at: ago(20),
    }
}

fn assertion() -> AuthenticationResponse {
    let nothing = Bytes::default;
    AuthenticationResponse {
        id: nothing(),
        raw_id: nothing(),
        kind: "public-key".to_owned(),
        response: AssertionResponse {
            client_data_json: nothing(),
            authenticator_data: nothing(),
            signature: nothing(),
            user_handle: None,
        },
        authenticator_attachment: None,
        client_extension_results: serde_json::Map::new(),
    }
}

pub fn unfinished() -> Unfinished {
    Unfinished::Enrolment(OpenEnrolment {
        intent: Intent {
            id: IntentId(Uuid::from_u128(9)),
            offer: offer(),
            key: fresh_key(),
            identification: identification(),
            operator: operator().id,
            begun_at: ago(260),
            policy: None,
        },
        stage: IntentStage::Made,
        made: None,
    })
}

pub fn own_key() -> Unfinished {
    let creation = offer().creation;
    Unfinished::OwnKey(OwnKey {
        id: IntentId(Uuid::from_u128(19)),
        offer: OperatorOffer {
            operator: operator(),
            creation,
            origin: "https://login.example".to_owned(),
            pin_min_length: None,
        },
        key: fresh_key(),
        begun_at: ago(55),
    })
}

pub fn withdrawal() -> Unfinished {
    Unfinished::Withdrawal(Withdrawal {
        id: IntentId(Uuid::from_u128(29)),
        entry: EntryId(Uuid::from_u128(30)),
        person: example(),
        credential: Bytes(vec![4; 16]),
        rp_id: "login.example".to_owned(),
        key: fresh_key(),
        operator: operator().id,
        begun_at: ago(12),
    })
}

pub fn care() -> Unfinished {
    Unfinished::Care(CareIntent {
        id: IntentId(Uuid::from_u128(39)),
        key: fresh_key(),
        care: Care::PinSet {
            origin: PinOrigin::Person,
        },
        operator: operator().id,
        begun_at: ago(8),
    })
}

pub fn person_reset() -> Unfinished {
    Unfinished::Person(PersonReset {
        id: IntentId(Uuid::from_u128(49)),
        reset: AccountResetId(Uuid::from_u128(50)),
        person: main_admin(),
        visit: Some(VisitId(Uuid::from_u128(51))),
        factors: vec![Going {
            sort: FactorSort::Key,
            id: "51pjJSf3".to_owned(),
            name: "Feitian BioPass K50".to_owned(),
            serial: None,
        }],
        operator: operator().id,
        begun_at: ago(4),
    })
}
