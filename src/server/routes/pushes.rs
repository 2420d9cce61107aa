//! What stations report: finished enrolments and tests.
//!
//! The station's token is enough, because an outbox may be sent after its operator went home. What stands for the
//! operator is the offer, which was issued to this station in a session of theirs, with a role that was allowed.
//! Invariant: a credential and the test that proved it become true together, in one transaction, or not at all.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use sqlx::Row;

use super::people::no_person;
use super::{Body, Shared};
use crate::domain::authority::{Action, Role};
use crate::domain::{Aaguid, Bytes, Identification, OfferId, OperatorId, PersonId, StationId};
use crate::server::Registry;
use crate::server::auth::{AtStation, IdempotencyKey};
use crate::server::database::{Audit, Write, from_ms, ms};
use crate::server::ledger::{self, Opened};
use crate::server::people;
use crate::server::problem::{Answer, Refusal, operator_revoked};
use crate::server::verify::Registered;
use crate::wire::{EnrolmentPush, KeyReport, Problem, Push, Receipt, TestPush, VERSION, code};

/// How far a station's clock may be off.
pub(super) const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Takes a finished enrolment: verifies the registration and the test that followed it.
#[utoipa::path(
    post, path = "/v1/enrolments", tag = "enrolment", request_body = Push<EnrolmentPush>,
    params(("Idempotency-Key" = String, Header, description = "The outbox entry's id")),
    security(("station" = [])),
    responses(
        (status = CREATED, body = Receipt),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn enrolment(
    State(registry): Shared,
    AtStation(station): AtStation,
    key: IdempotencyKey,
    Body(push): Body<Push<EnrolmentPush>>,
) -> Answer<Response> {
    check_version(push.body.version)?;
    ledger::observe_head(&registry, &station, &push.head).await?;
    let push = push.body;
    check_identification(&push.identification)?;
    check_key(&push.key)?;
    let mut entry =
        match ledger::open(&registry, station.as_str(), Some(key), "enrolment", &push).await? {
            Opened::Fresh(entry) => entry,
            Opened::Repeated(response) => return Ok(response),
        };
    let claim = Claim {
        station: &station,
        offer: push.offer,
        person: &push.person,
        operator: &push.operator,
        finished_by: push.finished_by.as_ref(),
        at: push.enrolled_at,
    };
    let offer = claimed_offer(&registry, &mut entry.tx, &claim).await?;
    let registration_state = offer.registration_state.as_deref().ok_or_else(|| {
        Refusal::new(
            code::OFFER_FOREIGN,
            "this offer is for a test, not for an enrolment",
        )
    })?;
    refuse_known(&mut entry.tx, &push.registration.raw_id).await?;
    let handle = people::user_handle(&mut *entry.tx, &push.person)
        .await?
        .ok_or_else(|| no_person(&push.person))?;
    let registered = registry
        .people
        .registration(registration_state, &push.registration)?;
    check_model(push.key.id.aaguid, registered.aaguid)?;
    if push.assertion.raw_id != registered.id {
        return Err(Refusal::new(
            code::CREDENTIAL_UNKNOWN,
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
    let now = registry.now();
    insert_credential(&mut entry.tx, &station, &push, &registered, &verifier, now).await?;
    use_up(&mut entry.tx, push.offer, now).await?;
    let receipt = receipt(&mut entry.tx, registered.id, &push.person, now).await?;
    let mut detail = receipt.credential.to_base64url();
    if push.finished_by.is_some() {
        detail = format!("{detail}; begun by {}", push.operator);
    }
    let line = Audit {
        station: Some(station.as_str()),
        operator: Some(push.done_by().as_str()),
        action: "enrol",
        subject: push.person.as_str(),
        detail: &detail,
    };
    entry.finish(StatusCode::CREATED, &receipt, line).await
}

/// Takes a test: an assertion by a key that is enrolled.
#[utoipa::path(
    post, path = "/v1/tests", tag = "enrolment", request_body = Push<TestPush>,
    params(("Idempotency-Key" = String, Header, description = "The outbox entry's id")),
    security(("station" = [])),
    responses(
        (status = CREATED, body = Receipt),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn test(
    State(registry): Shared,
    AtStation(station): AtStation,
    key: IdempotencyKey,
    Body(push): Body<Push<TestPush>>,
) -> Answer<Response> {
    check_version(push.body.version)?;
    ledger::observe_head(&registry, &station, &push.head).await?;
    let push = push.body;
    if let Some(identification) = &push.identification {
        check_identification(identification)?;
    }
    let mut entry =
        match ledger::open(&registry, station.as_str(), Some(key), "test", &push).await? {
            Opened::Fresh(entry) => entry,
            Opened::Repeated(response) => return Ok(response),
        };
    let claim = Claim {
        station: &station,
        offer: push.offer,
        person: &push.person,
        operator: &push.operator,
        finished_by: None,
        at: push.tested_at,
    };
    let offer = claimed_offer(&registry, &mut entry.tx, &claim).await?;
    let row = sqlx::query(
        "SELECT c.verifier, p.user_handle FROM credential c JOIN person p ON p.id = c.person \
         WHERE c.id = ? AND c.person = ?",
    )
    .bind(&push.assertion.raw_id.0)
    .bind(push.person.as_str())
    .fetch_optional(&mut *entry.tx)
    .await?
    .ok_or_else(|| {
        Refusal::new(
            code::CREDENTIAL_UNKNOWN,
            format!(
                "{} has no such credential; enrol the key first",
                push.person
            ),
        )
    })?;
    let verified = registry.people.assertion(
        &offer.assertion_state,
        &row.try_get::<String, _>("verifier")?,
        &push.assertion,
        &row.try_get::<Vec<u8>, _>("user_handle")?,
        false,
    );
    let verifier = match verified {
        Ok(verifier) => verifier,
        Err(refusal) => return Err(note_clone(&registry, entry, &station, &push, refusal).await?),
    };
    let now = registry.now();
    sqlx::query("UPDATE credential SET verifier = ?, last_tested_ms = ? WHERE id = ?")
        .bind(verifier)
        .bind(ms(now))
        .bind(&push.assertion.raw_id.0)
        .execute(&mut *entry.tx)
        .await?;
    use_up(&mut entry.tx, push.offer, now).await?;
    let credential = push.assertion.raw_id.clone();
    let receipt = receipt(&mut entry.tx, credential, &push.person, now).await?;
    let mut detail = receipt.credential.to_base64url();
    if let Some(Identification {
        document,
        last_four,
    }) = &push.identification
    {
        detail = format!("{detail}; identified by {}:{last_four}", document.as_str());
    }
    let line = Audit {
        station: Some(station.as_str()),
        operator: Some(push.operator.as_str()),
        action: "test",
        subject: push.person.as_str(),
        detail: &detail,
    };
    entry.finish(StatusCode::CREATED, &receipt, line).await
}

pub(super) fn check_version(version: u16) -> Answer<()> {
    if version <= VERSION {
        return Ok(());
    }
    Err(Refusal::new(
        code::NEWER_VERSION,
        format!(
            "version {version} is newer than {VERSION}, which this registry speaks; update the registry"
        ),
    ))
}

/// What a push says it answers.
struct Claim<'a> {
    station: &'a StationId,
    offer: OfferId,
    person: &'a PersonId,
    operator: &'a OperatorId,
    /// Who ended what `operator` had begun.
    finished_by: Option<&'a OperatorId>,
    at: Timestamp,
}

/// The states that an offer's answers are verified against.
struct Claimed {
    registration_state: Option<String>,
    assertion_state: String,
}

/// The offer, if it is this station's, for this person, not used, not expired, and the operator stood at the desk.
async fn claimed_offer(registry: &Registry, tx: &mut Write, claim: &Claim<'_>) -> Answer<Claimed> {
    let row = sqlx::query(
        "SELECT kind, person, operator, registration_state, assertion_state, issued_ms, expires_ms, used_ms \
         FROM offer WHERE id = ? AND station = ?",
    )
    .bind(claim.offer.to_string())
    .bind(claim.station.as_str())
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| {
        Refusal::new(
            code::OFFER_UNKNOWN,
            format!("offer {} was not issued to this station", claim.offer),
        )
    })?;
    if row.try_get::<Option<i64>, _>("used_ms")?.is_some() {
        return Err(Refusal::new(
            code::OFFER_USED,
            format!(
                "offer {} has been used; get a new one for another key",
                claim.offer
            ),
        ));
    }
    if row.try_get::<i64, _>("expires_ms")? <= ms(registry.now()) {
        return Err(Refusal::new(
            code::CHALLENGE_EXPIRED,
            format!(
                "offer {} has expired; the person must enrol anew",
                claim.offer
            ),
        ));
    }
    if row.try_get::<String, _>("person")? != claim.person.as_str() {
        return Err(Refusal::new(
            code::OFFER_FOREIGN,
            format!("offer {} is not for {}", claim.offer, claim.person),
        ));
    }
    refuse_revoked(tx, claim).await?;
    let issued_ms: i64 = row.try_get("issued_ms")?;
    let in_time = ms(claim.at + CLOCK_SKEW) >= issued_ms && claim.at <= registry.now() + CLOCK_SKEW;
    let by_issuer = row.try_get::<String, _>("operator")? == claim.operator.as_str();
    let is_ticket = row.try_get::<String, _>("kind")? == "ticket";
    let absent = match (by_issuer, is_ticket) {
        (false, false) => Some(claim.operator),
        (by_issuer, _) => absent(tx, claim, by_issuer, issued_ms).await?,
    };
    if let Some(operator) = absent.or((!in_time).then_some(claim.operator)) {
        return Err(Refusal::new(
            code::OFFER_FOREIGN,
            format!(
                "operator {operator} was not signed in at this station at {}; check the station's clock",
                claim.at
            ),
        ));
    }
    Ok(Claimed {
        registration_state: row.try_get("registration_state")?,
        assertion_state: row.try_get("assertion_state")?,
    })
}

/// What an operator did before their access ended stands; a station that can't hear of it may let them go on for a while.
async fn refuse_revoked(tx: &mut Write, claim: &Claim<'_>) -> Answer<()> {
    let operator = claim.finished_by.unwrap_or(claim.operator);
    let revoked_ms: Option<Option<i64>> =
        sqlx::query_scalar("SELECT revoked_ms FROM operator WHERE id = ?")
            .bind(operator.as_str())
            .fetch_optional(&mut **tx)
            .await?;
    match revoked_ms.flatten() {
        Some(at_ms) if ms(claim.at) >= at_ms => Err(operator_revoked(operator, from_ms(at_ms)?)),
        _ => Ok(()),
    }
}

/// Which of the operators of a claim was not at the station. Who had the offer issued was, when it was issued.
async fn absent<'a>(
    tx: &mut Write,
    claim: &Claim<'a>,
    by_issuer: bool,
    issued_ms: i64,
) -> Answer<Option<&'a OperatorId>> {
    let (from_ms, to_ms) = (ms(claim.at - CLOCK_SKEW), ms(claim.at + CLOCK_SKEW));
    let begun_ms = match claim.finished_by {
        None => (from_ms, to_ms),
        // When it was begun is not said, so that any time of theirs since the ticket was issued will do.
        Some(_) => (issued_ms, to_ms),
    };
    if !by_issuer && !stood_there(tx, claim.station, claim.operator, begun_ms).await? {
        return Ok(Some(claim.operator));
    }
    match claim.finished_by {
        Some(other) if !stood_there(tx, claim.station, other, (from_ms, to_ms)).await? => {
            Ok(Some(other))
        }
        _ => Ok(None),
    }
}

/// Whether that operator, who may enrol, was signed in at the station at some time in between (ms since 1970, inclusive).
/// A ticket that one operator fetched may be used by the next one.
async fn stood_there(
    tx: &mut Write,
    station: &StationId,
    operator: &OperatorId,
    (from_ms, to_ms): (i64, i64),
) -> Answer<bool> {
    let role: Option<String> = sqlx::query_scalar(
        "SELECT o.role FROM session s JOIN operator o ON o.id = s.operator \
         WHERE s.station = ? AND s.operator = ? AND s.opened_ms <= ? \
         AND min(s.expires_ms, coalesce(s.ended_ms, s.expires_ms)) >= ? LIMIT 1",
    )
    .bind(station.as_str())
    .bind(operator.as_str())
    .bind(to_ms)
    .bind(from_ms)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(role
        .and_then(|role| Role::parse(&role))
        .is_some_and(|role| role.may(Action::Enrol).is_ok()))
}

async fn refuse_known(tx: &mut Write, id: &Bytes) -> Answer<()> {
    let owner: Option<String> = sqlx::query_scalar("SELECT person FROM credential WHERE id = ?")
        .bind(&id.0)
        .fetch_optional(&mut **tx)
        .await?;
    match owner {
        None => Ok(()),
        Some(owner) => Err(Refusal::new(
            code::CREDENTIAL_EXISTS,
            format!("credential {id} is enrolled already, for {owner}"),
        )),
    }
}

/// The model that the station reports must be the one that the authenticator states. Some attestations state none.
fn check_model(reported: Aaguid, attested: Aaguid) -> Answer<()> {
    if attested == reported || attested == Aaguid::default() {
        return Ok(());
    }
    Err(Refusal::new(
        code::RESPONSE_MALFORMED,
        format!("the station reports model {reported}, the authenticator data says {attested}"),
    ))
}

/// What is said of a key is shown to people at other stations.
fn check_key(key: &KeyReport) -> Answer<()> {
    let texts = [
        Some(&key.model),
        key.id.serial.as_ref(),
        key.id.asset_tag.as_ref(),
    ];
    let fits = |text: &&String| text.chars().count() <= 100 && !text.contains(char::is_control);
    if texts.iter().flatten().all(fits) {
        return Ok(());
    }
    Err(Refusal::new(
        code::MALFORMED,
        "key.model, serial and asset_tag may have 100 characters, and no control characters",
    ))
}

async fn insert_credential(
    tx: &mut Write,
    station: &StationId,
    push: &EnrolmentPush,
    registered: &Registered,
    verifier: &str,
    now: Timestamp,
) -> Answer<()> {
    let security_key = security_key(tx, &push.key).await?;
    sqlx::query(
        "INSERT INTO credential (id, person, security_key, verifier, attestation, trusted, offer, station, operator, \
         document, last_four, enrolled_ms, accepted_ms, last_tested_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&registered.id.0)
    .bind(push.person.as_str())
    .bind(security_key)
    .bind(verifier)
    .bind(registered.attestation)
    .bind(registered.trusted)
    .bind(push.offer.to_string())
    .bind(station.as_str())
    .bind(push.done_by().as_str())
    .bind(push.identification.document.as_str())
    .bind(&push.identification.last_four)
    .bind(ms(push.enrolled_at))
    .bind(ms(now))
    .bind(ms(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The key's row: the same key is the same row where a serial number or an asset tag says that it is the same.
async fn security_key(tx: &mut Write, key: &KeyReport) -> Answer<i64> {
    let aaguid = key.id.aaguid.to_string();
    let firmware = key.firmware.and_then(|version| i64::try_from(version).ok());
    if key.id.is_unique() {
        let known: Option<i64> = sqlx::query_scalar(
            "UPDATE security_key SET model = ?4, firmware = ?5 \
             WHERE aaguid = ?1 AND serial IS ?2 AND asset_tag IS ?3 RETURNING number",
        )
        .bind(&aaguid)
        .bind(&key.id.serial)
        .bind(&key.id.asset_tag)
        .bind(&key.model)
        .bind(firmware)
        .fetch_optional(&mut **tx)
        .await?;
        if let Some(number) = known {
            return Ok(number);
        }
    }
    let number = sqlx::query_scalar(
        "INSERT INTO security_key (aaguid, serial, asset_tag, model, firmware) VALUES (?, ?, ?, ?, ?) RETURNING number",
    )
    .bind(&aaguid)
    .bind(&key.id.serial)
    .bind(&key.id.asset_tag)
    .bind(&key.model)
    .bind(firmware)
    .fetch_one(&mut **tx)
    .await?;
    Ok(number)
}

async fn use_up(tx: &mut Write, offer: OfferId, now: Timestamp) -> Answer<()> {
    sqlx::query("UPDATE offer SET used_ms = ? WHERE id = ?")
        .bind(ms(now))
        .bind(offer.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn receipt(
    tx: &mut Write,
    credential: Bytes,
    person: &PersonId,
    now: Timestamp,
) -> Answer<Receipt> {
    Ok(Receipt {
        credential,
        person: people::by_id(&mut **tx, person)
            .await?
            .ok_or_else(|| no_person(person))?,
        accepted_at: now,
    })
}

/// A counter that went back may mean a copied key: that stays on record although the push is refused.
async fn note_clone(
    registry: &Registry,
    mut entry: ledger::Entry,
    station: &StationId,
    push: &TestPush,
    refusal: Refusal,
) -> Answer<Refusal> {
    if refusal.code() == code::COUNTER_REGRESSED {
        let detail = format!("credential {} of {}", push.assertion.raw_id, push.person);
        let kind = code::COUNTER_REGRESSED;
        ledger::alarm(&mut entry.tx, station, kind, &detail, registry.now()).await?;
        entry.tx.commit().await?;
    }
    Ok(refusal)
}

/// What the wire's types let through and the domain does not: more of a document's number than its last four characters.
fn check_identification(found: &Identification) -> Answer<()> {
    match Identification::new(found.document, &found.last_four) {
        Ok(checked) if checked == *found => Ok(()),
        _ => Err(Refusal::new(
            code::MALFORMED,
            "identification.last_four must be exactly the last four letters or digits, in upper case",
        )),
    }
}
