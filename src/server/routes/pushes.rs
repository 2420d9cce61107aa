//! What stations report: finished enrolments and tests.
//!
//! The station's token is enough, because an outbox may be sent after its operator went home. What stands for the
//! operator is the offer, which was issued to this station in a session of theirs, with a role that was allowed.
//! Invariant: a credential and the test that proved it become true together, in one transaction, or not at all.

mod beside;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use utoipa_axum::routes;

use super::desk::no_person;
use super::report::{
    Arrival, Claim, Labels, Sent, check_identification, check_key, claimed_offer, look,
    may_identify,
};
use super::{Routes, Shared};
use crate::domain::act::{Act, challenge};
use crate::domain::suspension::FactorRef;
use crate::domain::{Aaguid, Bytes, PersonId, StationId};
use crate::server::Registry;
use crate::server::acts::{self, Asked};
use crate::server::auth::AtStation;
use crate::server::database::{Connection, Write};
use crate::server::ledger::{self, Looked, Opened};
use crate::server::lives::Arrived;
use crate::server::problem::{Answer, Refusal};
use crate::server::suspensions;
use crate::server::tables::audit::{self, Line};
use crate::server::tables::credential::{self, NewCredential, Signer};
use crate::server::tables::offer::{self, OfKey, Sort};
use crate::server::tables::person;
use crate::server::tables::{FactorName, withdrawal};
use crate::server::verify::Registered;
use crate::server::visits;
use crate::wire::{Because, EnrolmentPush, Push, Receipt, TestPush, problem_code};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(enrolment))
        .routes(routes!(test))
}

/// Takes a finished enrolment: verifies the registration and the test that followed it.
#[utoipa::path(
    post, path = "/v1/enrolments", tag = "enrolment", request_body = Push<EnrolmentPush>,
    params(Labels), security(("station" = [])),
    responses((status = CREATED, body = Receipt))
)]
pub async fn enrolment(
    State(registry): Shared,
    AtStation(station): AtStation,
    sent: Sent<EnrolmentPush>,
) -> Answer<Response> {
    let route = ("enrolment", sent.push.body.version);
    let mut look = match look(&registry, &station, route, &sent).await? {
        Looked::Fresh(look) => look,
        Looked::Repeated(response) => return Ok(response),
    };
    let push = sent.push.body;
    check_identification(&push.identification)?;
    check_key(&push.key)?;
    let ground = new_ground(&registry, &mut look.db, &station, &push).await?;
    let (registered, verifier) = verified_new(&registry, &ground, &push)?;
    let mut entry = match look.lock(&registry).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let ground_now = new_ground(&registry, &mut entry.tx, &station, &push).await?;
    ledger::refuse_changed(&ground, &ground_now)?;
    let now = registry.now();
    let offered = &ground.0.issued;
    let beside = (&push, offered.issued_at);
    let security_key = beside::security_key(&mut entry.tx, &station, beside, now).await?;
    refuse_reset_since(&mut entry.tx, &push, security_key).await?;
    let arrival = Arrival {
        station: &station,
        person: &push.person,
        operator: &push.operator,
        finished_by: push.finished_by.as_ref(),
        identification: &push.identification,
        offer: push.offer,
        visit: offered.visit,
    };
    let methods = &registry.config.identification.methods;
    let arrived = arrival.arrived(&mut entry.tx, (methods, now)).await?;
    let new = NewCredential {
        id: &registered.id,
        person: &push.person,
        security_key,
        verifier: &verifier,
        attestation: registered.attestation,
        trusted: registered.trusted && registered.aaguid == push.key.id.aaguid,
        offer: push.offer,
        station: &station,
        operator: push.done_by(),
        begun_by: push.finished_by.as_ref().map(|_| &push.operator),
        identification: &push.identification,
        enrolled_at: push.enrolled_at,
        visit: offered.visit,
        waiting: arrived == Arrived::Waiting,
        lent_until: arrived.lent_until(),
    };
    credential::insert(&mut entry.tx, &new, now).await?;
    let credential = registered.id.clone();
    let factor = FactorRef::Key { credential };
    arrival.done(&mut entry.tx, &factor, arrived, now).await?;
    offer::use_of_key(&mut entry.tx, push.offer, now).await?;
    let receipt = receipt(&mut entry.tx, registered.id, &push.person, (now, arrived)).await?;
    let detail = told(&push, &receipt);
    let line = Line {
        station: Some(station.as_str()),
        operator: Some(push.done_by().as_str()),
        action: "enrol",
        subject: push.person.as_str(),
        detail: &detail,
    };
    entry.finish(StatusCode::CREATED, &receipt, line).await
}

/// What a new credential is judged by: its offer, and the user handle that it must carry.
async fn new_ground(
    registry: &Registry,
    db: &mut Connection,
    station: &StationId,
    push: &EnrolmentPush,
) -> Answer<(OfKey, Bytes)> {
    let claim = Claim {
        station,
        offer: push.offer,
        person: &push.person,
        operator: &push.operator,
        finished_by: push.finished_by.as_ref(),
        at: push.enrolled_at,
    };
    let offer = claimed_offer(registry, db, &claim).await?;
    if offer.registration_state.is_none() {
        return Err(for_a_test());
    }
    refuse_known(db, &push.registration.raw_id).await?;
    may_identify(db, &push.operator, &push.identification).await?;
    let handle = person::user_handle(db, &push.person).await?;
    Ok((offer, handle.ok_or_else(|| no_person(&push.person))?))
}

fn for_a_test() -> Refusal {
    Refusal::new(
        problem_code::OFFER_FOREIGN,
        "this offer is for a test, not for an enrolment",
    )
}

/// The credential, and how far its counter has come, where the registration and the test that followed it both hold.
fn verified_new(
    registry: &Registry,
    (offer, handle): &(OfKey, Bytes),
    push: &EnrolmentPush,
) -> Answer<(Registered, String)> {
    let state = offer.registration_state.as_deref().ok_or_else(for_a_test)?;
    let registered = registry.people.registration(state, &push.registration)?;
    check_model(push.key.id.aaguid, registered.aaguid)?;
    registry.key_rules.check(&push.key, registered.made)?;
    if push.assertion.raw_id != registered.id {
        return Err(Refusal::new(
            problem_code::CREDENTIAL_UNKNOWN,
            "the test's assertion is by another credential than the new one",
        ));
    }
    let verifier = registry.people.assertion(
        &offer.assertion_state,
        &registered.verifier,
        &push.assertion,
        &handle.0,
        false,
    )?;
    Ok((registered, verifier))
}

/// The audit's words for it.
fn told(push: &EnrolmentPush, receipt: &Receipt) -> String {
    let mut detail = receipt.credential.to_base64url();
    if receipt.waiting {
        detail.push_str("; waits for its owner");
    }
    if let Some(until) = receipt.lent_until {
        detail = format!("{detail}; lent until {until}");
    }
    if push.finished_by.is_some() {
        detail = format!("{detail}; begun by {}", push.operator);
    }
    detail
}

/// Takes a test: an assertion by a key that is enrolled.
#[utoipa::path(
    post, path = "/v1/tests", tag = "enrolment", request_body = Push<TestPush>,
    params(Labels), security(("station" = [])),
    responses((status = CREATED, body = Receipt))
)]
pub async fn test(
    State(registry): Shared,
    AtStation(station): AtStation,
    sent: Sent<TestPush>,
) -> Answer<Response> {
    let route = ("test", sent.push.body.version);
    let mut look = match look(&registry, &station, route, &sent).await? {
        Looked::Fresh(look) => look,
        Looked::Repeated(response) => return Ok(response),
    };
    let push = sent.push.body;
    if let Some(identification) = &push.identification {
        check_identification(identification)?;
    }
    let ground = test_ground(&registry, &mut look.db, &station, &push).await?;
    let verified = verified_test(&registry, &ground, &push);
    let verifier = match verified {
        Ok(verifier) => verifier,
        Err(refusal) => {
            drop(look);
            return Err(note_clone(&registry, &station, &push, refusal).await?);
        }
    };
    acts::check_signed(ground.act.as_ref(), &push.assertion)?;
    let mut entry = match look.lock(&registry).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let ground_now = test_ground(&registry, &mut entry.tx, &station, &push).await?;
    ledger::refuse_changed(&ground, &ground_now)?;
    let now = registry.now();
    let credential = &push.assertion.raw_id;
    credential::set_tested(&mut entry.tx, credential, &verifier, now).await?;
    offer::use_of_key(&mut entry.tx, push.offer, now).await?;
    let by = FactorName::of_key(credential);
    visits::passed(&mut entry.tx, (push.offer, &push.person), &by, now).await?;
    let credential = credential.clone();
    let valid = (now, Arrived::Valid);
    let receipt = receipt(&mut entry.tx, credential, &push.person, valid).await?;
    let mut detail = receipt.credential.to_base64url();
    if let Some(how) = &push.identification {
        detail = format!("{detail}; identified by {how}");
    }
    if let Some(act) = &ground.act {
        let signed = (&push.assertion, verifier.as_str());
        acts::keep(&registry.people, &mut entry.tx, act, signed, now).await?;
        let hash = challenge(&act.bytes().0);
        detail = format!("{detail}; signed act {} ({hash})", act.id);
    }
    let line = Line {
        station: Some(station.as_str()),
        operator: Some(push.operator.as_str()),
        action: "test",
        subject: push.person.as_str(),
        detail: &detail,
    };
    entry.finish(StatusCode::CREATED, &receipt, line).await
}

/// What a test is judged by.
#[derive(PartialEq)]
struct TestGround {
    offer: OfKey,
    signer: Signer,
    /// What passing it is besides.
    act: Option<Act>,
}

async fn test_ground(
    registry: &Registry,
    db: &mut Connection,
    station: &StationId,
    push: &TestPush,
) -> Answer<TestGround> {
    let claim = Claim {
        station,
        offer: push.offer,
        person: &push.person,
        operator: &push.operator,
        finished_by: None,
        at: push.tested_at,
    };
    let offer = claimed_offer(registry, db, &claim).await?;
    if let Some(identification) = &push.identification {
        may_identify(db, &push.operator, identification).await?;
    }
    let issued = &offer.issued;
    let asked = Asked {
        offer: push.offer,
        signer: &issued.person,
        // An enrolment's offer is for who is served, and its test says nothing besides.
        visit: issued.visit.filter(|_| offer.kind == Sort::Test),
        operator: &issued.operator,
        at: issued.issued_at,
        until: issued.expires_at,
    };
    Ok(TestGround {
        act: acts::of(db, asked).await?,
        signer: held_credential(db, push, registry.now()).await?,
        offer,
    })
}

/// How far the credential's counter has come, where the assertion holds.
fn verified_test(registry: &Registry, ground: &TestGround, push: &TestPush) -> Answer<String> {
    registry.people.assertion(
        &ground.offer.assertion_state,
        &ground.signer.verifier,
        &push.assertion,
        &ground.signer.user_handle.0,
        false,
    )
}

/// The credential that a test is of, unless it is gone or suspended.
async fn held_credential(db: &mut Connection, push: &TestPush, now: Timestamp) -> Answer<Signer> {
    let id = &push.assertion.raw_id;
    let signer = credential::signer(db, id).await?;
    let signer = signer.filter(|signer| signer.person == push.person);
    let signer = signer.ok_or_else(|| {
        let person = push.person.to_string();
        Refusal::because(
            problem_code::CREDENTIAL_UNKNOWN,
            Because::CredentialNotHere { person },
        )
    })?;
    if let Some(at) = signer.gone_at {
        return Err(gone(id, at));
    }
    // A loan that is over is so before that was tidied away.
    if let Some(suspended) = signer.held.at(now).suspended {
        let credential = id.clone();
        let key = FactorRef::Key { credential };
        let held = (suspended, signer.held.lent_until);
        return Err(suspensions::refused(&push.person, &key, held));
    }
    Ok(signer)
}

/// A signature by a credential that is gone proves nothing: it is no longer on its key, so that it may come from a copy.
fn gone(id: &Bytes, at: Timestamp) -> Refusal {
    let credential = id.to_string();
    Refusal::because(
        problem_code::CREDENTIAL_GONE,
        Because::CredentialGone { credential, at },
    )
}

async fn refuse_known(db: &mut Connection, id: &Bytes) -> Answer<()> {
    if let Some(at) = withdrawal::gone_since(db, id).await? {
        return Err(gone(id, at));
    }
    match credential::kept(db, id).await? {
        None => Ok(()),
        Some(kept) => Err(Refusal::because(
            problem_code::CREDENTIAL_EXISTS,
            Because::CredentialExists {
                credential: id.to_string(),
                person: kept.person.to_string(),
            },
        )),
    }
}

/// Between the proof and this report the key may have been reset at another desk, which could not know what was on it.
async fn refuse_reset_since(tx: &mut Write, push: &EnrolmentPush, key: i64) -> Answer<()> {
    if !push.key.id.is_unique() {
        return Ok(());
    }
    match withdrawal::reset_after(tx, key, push.enrolled_at).await? {
        None => Ok(()),
        Some(at) => Err(gone(&push.registration.raw_id, at)),
    }
}

/// The model that the station reports must be the one that the authenticator states. Some attestations state none.
fn check_model(reported: Aaguid, attested: Aaguid) -> Answer<()> {
    if attested == reported || attested == Aaguid::default() {
        return Ok(());
    }
    Err(Refusal::new(
        problem_code::RESPONSE_MALFORMED,
        format!("the station reports model {reported}, the authenticator data says {attested}"),
    ))
}

async fn receipt(
    tx: &mut Write,
    credential: Bytes,
    person: &PersonId,
    (now, arrived): (Timestamp, Arrived),
) -> Answer<Receipt> {
    Ok(Receipt {
        credential,
        person: person::by_id(tx, person)
            .await?
            .ok_or_else(|| no_person(person))?,
        accepted_at: now,
        waiting: arrived == Arrived::Waiting,
        lent_until: arrived.lent_until(),
    })
}

/// A counter that went back may mean a copied key: that stays on record although the push is refused.
async fn note_clone(
    registry: &Registry,
    station: &StationId,
    push: &TestPush,
    refusal: Refusal,
) -> Answer<Refusal> {
    if refusal.code() == problem_code::COUNTER_REGRESSED {
        let detail = format!("credential {} of {}", push.assertion.raw_id, push.person);
        let kind = problem_code::COUNTER_REGRESSED;
        let mut tx = registry.db.write().await?;
        audit::alarm(&mut tx, station, kind, &detail, registry.now()).await?;
        tx.commit().await?;
    }
    Ok(refusal)
}
