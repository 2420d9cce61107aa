//! Authenticator apps and hardware tokens: what the store makes of their records, and what it refuses.

use keydesk::domain::act::Going;
use keydesk::domain::factor::{Replacement, SealedSecret, SealingKey, TotpCode, TotpSettings};
use keydesk::domain::identification::Document;
use keydesk::domain::suspension::{FactorRef, FactorSort};
use keydesk::domain::visit::SuspendedWhy;
use keydesk::domain::{AccountResetId, Bytes, FactorId, Identification, OfferId};
use keydesk::record::{
    AppIntent, Change, PersonReset, PersonResetDone, Remains, TokenIntent, Unfinished,
};
use keydesk::store::{Illegal, Store, StoreError, TicketFor};
use keydesk::wire::{AppOffer, AppPush, Offer, Removal, SuspensionPush, TokenImport};
use tempfile::tempdir;
use uuid::Uuid;

use crate::fixture::*;
use crate::history::{asked, told};

fn passport() -> Identification {
    Identification::new(Document::Passport, "7K31").expect("four characters")
}

fn factor(n: u32) -> FactorId {
    FactorId(Uuid::from_u128(0x3_0000_0000 + u128::from(n)))
}

/// The part for an app of offer `n`.
fn app_offer_id(n: u32) -> OfferId {
    OfferId(Uuid::from_u128(0xa99_0000_0000 + u128::from(n)))
}

fn sealed(n: u32) -> SealedSecret {
    SealedSecret {
        key: "0011223344556677".to_owned(),
        encapsulated: Bytes(vec![5; 32]),
        ciphertext: Bytes(n.to_be_bytes().repeat(9)),
    }
}

/// Offer `n` with its part for an app.
fn with_app(n: u32, who: u32, seconds: i64) -> Offer {
    Offer {
        app: Some(AppOffer {
            id: app_offer_id(n),
            seal_to: SealingKey {
                id: "0011223344556677".to_owned(),
                public_key: Bytes(vec![9; 32]),
            },
            issuer: "IAMconnected".to_owned(),
            account: "IAMconnected".to_owned(),
            name: "Authenticator app".to_owned(),
        }),
        ..offer(n, who, seconds)
    }
}

/// App `n` of person `who`, under offer `n`.
pub fn app_begun(n: u32, who: u32, seconds: i64) -> Change {
    Change::AppBegun {
        intent: Box::new(AppIntent {
            id: intent_id(n),
            factor: factor(n),
            name: "Authenticator app".to_owned(),
            person: person(who),
            offer: app_offer_id(n),
            expires_at: at(seconds + 3600),
            settings: TotpSettings::APP,
            sealed: sealed(n),
            identification: passport(),
            replaces: None,
            operator: operator(1).id,
            begun_at: at(seconds),
        }),
    }
}

/// The end of [`app_begun`].
pub fn app_enrolled(n: u32, intent: &AppIntent, seconds: i64) -> Change {
    Change::AppEnrolled {
        intent: intent.id,
        entry: entry_id(n),
        push: Box::new(app_push(intent, seconds)),
    }
}

fn app_push(intent: &AppIntent, seconds: i64) -> AppPush {
    AppPush {
        version: 1,
        offer: intent.offer,
        factor: intent.factor,
        person: intent.person.id.clone(),
        name: intent.name.clone(),
        settings: intent.settings,
        sealed: intent.sealed.clone(),
        code: TotpCode::parse("123456").expect("a code"),
        step: 7,
        identification: passport(),
        replaces: None,
        operator: operator(1).id,
        finished_by: None,
        enrolled_at: at(seconds),
    }
}

/// Factor `n` of person `who` is removed.
pub fn factor_removed(n: u32, who: u32, seconds: i64) -> Change {
    Change::FactorRemoved {
        entry: entry_id(n),
        push: Box::new(Removal {
            version: 1,
            person: person(who).id,
            factor: factor(n),
            visit: None,
            identification: passport(),
            operator: operator(1).id,
            removed_at: at(seconds),
        }),
    }
}

/// Factor `n` of person `who` is reported lost: an app where `n` is even, a key where it is odd.
pub fn factor_suspended(n: u32, who: u32, seconds: i64) -> Change {
    Change::FactorSuspended {
        entry: entry_id(n),
        push: Box::new(SuspensionPush {
            version: 1,
            person: person(who).id,
            factor: lost(n),
            why: SuspendedWhy::Lost,
            operator: operator(1).id,
            suspended_at: at(seconds),
        }),
    }
}

/// That is lifted.
pub fn suspension_lifted(n: u32, who: u32) -> Change {
    Change::SuspensionLifted {
        person: person(who).id,
        factor: lost(n),
    }
}

fn lost(n: u32) -> FactorRef {
    match n % 2 {
        0 => FactorRef::App { factor: factor(n) },
        _ => FactorRef::Key {
            credential: Bytes(vec![n.to_be_bytes()[3]; 16]),
        },
    }
}

pub fn tokens_imported(n: u32, seconds: i64) -> Change {
    Change::TokensImported {
        entry: entry_id(n),
        push: Box::new(TokenImport {
            version: 1,
            tokens: Vec::new(),
            operator: operator(1).id,
            imported_at: at(seconds),
        }),
    }
}

pub fn token_begun(n: u32, who: u32, seconds: i64) -> Change {
    Change::TokenBegun {
        intent: Box::new(TokenIntent {
            id: intent_id(n),
            person: person(who),
            serial: format!("T-{n}"),
            operator: operator(1).id,
            begun_at: at(seconds),
        }),
    }
}

pub fn token_assigned(n: u32) -> Change {
    Change::TokenAssigned {
        intent: intent_id(n),
        factor: factor(n),
    }
}

pub fn person_reset_begun(n: u32, who: u32, seconds: i64) -> Change {
    Change::PersonResetBegun {
        intent: Box::new(PersonReset {
            id: intent_id(n),
            reset: AccountResetId(intent_id(n).0),
            person: person(who),
            visit: None,
            factors: vec![going(n)],
            operator: operator(1).id,
            begun_at: at(seconds),
        }),
    }
}

pub fn person_reset_done(n: u32, seconds: i64) -> Change {
    Change::PersonResetDone {
        done: Box::new(PersonResetDone {
            intent: intent_id(n),
            reset: AccountResetId(intent_id(n).0),
            visit: None,
            deleted: vec![going(n)],
            operator: operator(1).id,
            done_at: at(seconds),
        }),
    }
}

fn going(n: u32) -> Going {
    Going {
        sort: FactorSort::App,
        id: factor(n).to_string(),
        name: "an app".to_owned(),
        serial: None,
    }
}

fn illegal<T: std::fmt::Debug>(result: Result<T, StoreError>) -> Illegal {
    match result.unwrap_err() {
        StoreError::Illegal(illegal) => illegal,
        other => panic!("not refused as illegal: {other}"),
    }
}

fn intent_of(change: &Change) -> AppIntent {
    match change {
        Change::AppBegun { intent } => (**intent).clone(),
        other => panic!("no app begins with {other:?}"),
    }
}

#[test]
fn an_app_is_unfinished_until_its_push_waits_or_it_is_ended() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let begun = app_begun(1, 1, 0);
    let records = [
        begun.clone(),
        app_enrolled(1, &intent_of(&begun), 20),
        app_begun(2, 2, 30),
        ended(2, Remains::OnPhone),
        app_begun(3, 3, 40),
        token_begun(4, 4, 50),
        token_begun(5, 5, 60),
        token_assigned(5),
        factor_removed(6, 6, 70),
        tokens_imported(7, 80),
        factor_suspended(8, 6, 90),
        factor_suspended(9, 6, 90),
        suspension_lifted(8, 6),
    ]
    .map(|change| record(90, change));
    for record in &records {
        store.commit(record).unwrap();
    }
    assert_eq!(asked(&store), told(&records));
    let left = store.unfinished().unwrap();
    assert!(
        matches!(left.as_slice(), [Unfinished::App(app), Unfinished::Token(_)] if app.factor == factor(3)),
        "{left:?}"
    );
    assert_eq!(store.outbox().unwrap().len(), 5);
}

#[test]
fn the_reset_of_an_account_is_unfinished_until_that_very_one_is_said_to_be_done() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    for change in [token_begun(1, 1, 0), person_reset_begun(2, 2, 1)] {
        store.commit(&record(1, change)).unwrap();
    }
    let of = |intent, reset| {
        let Change::PersonResetDone { mut done } = person_reset_done(intent, 2) else {
            panic!("another change");
        };
        done.reset = AccountResetId(intent_id(reset).0);
        record(2, Change::PersonResetDone { done })
    };
    let id = intent_id(2);
    let mismatch = Illegal::Mismatch {
        intent: id,
        what: "reset",
    };
    assert_eq!(illegal(store.commit(&of(2, 3))), mismatch);
    let other = illegal(store.commit(&of(1, 1)));
    assert_eq!(other, Illegal::OtherKind(intent_id(1)));
    assert_eq!(store.unfinished().unwrap().len(), 2);
    store.commit(&of(2, 2)).unwrap();
    assert_eq!(illegal(store.commit(&of(2, 2))), Illegal::IntentOver(id));
    let left = store.unfinished().unwrap();
    assert!(
        matches!(left.as_slice(), [Unfinished::Token(_)]),
        "{left:?}"
    );
}

#[test]
fn what_is_pushed_is_what_was_shown_and_nothing_else() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let begun = app_begun(1, 1, 0);
    let intent = intent_of(&begun);
    store.commit(&record(0, begun)).unwrap();
    let replaced = Some(Replacement { factor: factor(9) });
    let honest = app_push(&intent, 20);
    let lies = [
        (
            "secret",
            AppPush {
                sealed: sealed(2),
                ..honest.clone()
            },
        ),
        (
            "factor",
            AppPush {
                factor: factor(2),
                ..honest.clone()
            },
        ),
        (
            "person",
            AppPush {
                person: person(2).id,
                ..honest.clone()
            },
        ),
        (
            "offer",
            AppPush {
                offer: app_offer_id(2),
                ..honest.clone()
            },
        ),
        (
            "replacement",
            AppPush {
                replaces: replaced,
                ..honest.clone()
            },
        ),
    ];
    for (what, push) in lies {
        let change = Change::AppEnrolled {
            intent: intent.id,
            entry: entry_id(1),
            push: Box::new(push),
        };
        assert_eq!(
            illegal(store.commit(&record(20, change))),
            Illegal::Mismatch {
                intent: intent.id,
                what
            }
        );
    }
    store
        .commit(&record(21, app_enrolled(1, &intent, 21)))
        .unwrap();
    let twice = store.commit(&record(22, app_enrolled(2, &intent, 22)));
    assert_eq!(illegal(twice), Illegal::IntentOver(intent.id));
}

#[test]
fn the_parts_of_a_ticket_are_used_one_by_one() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let serves = || {
        [TicketFor::Key, TicketFor::App, TicketFor::Both].map(|purpose| {
            store
                .ticket(&person(1).id, purpose, (at(10), &[]))
                .unwrap()
                .is_some()
        })
    };
    store
        .commit(&record(0, tickets(22, vec![with_app(1, 1, 0)])))
        .unwrap();
    assert_eq!(serves(), [true, true, true]);
    let begun = app_begun(1, 1, 1);
    store.commit(&record(1, begun.clone())).unwrap();
    assert_eq!(serves(), [true, false, false], "in use");
    store
        .commit(&record(2, ended(1, Remains::OnPhone)))
        .unwrap();
    assert_eq!(serves(), [true, true, true], "nothing came of it");
    store
        .commit(&record(3, intent(2, with_app(1, 1, 0), key(1), 3)))
        .unwrap();
    assert_eq!(serves(), [false, true, false], "the key's part is in use");
    let begun = Change::AppBegun {
        intent: Box::new(AppIntent {
            id: intent_id(3),
            ..intent_of(&begun)
        }),
    };
    store.commit(&record(4, begun.clone())).unwrap();
    store
        .commit(&record(5, app_enrolled(3, &intent_of(&begun), 5)))
        .unwrap();
    store
        .commit(&record(6, ended(2, Remains::Nothing)))
        .unwrap();
    assert_eq!(serves(), [true, false, false], "the app's part is spent");
    store
        .commit(&record(7, tickets(22, vec![offer(8, 1, 0)])))
        .unwrap();
    assert_eq!(serves(), [true, false, false], "a registry without apps");
}
