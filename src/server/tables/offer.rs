//! What was offered at a station: to enrol or test a key, to enrol an app or token, to have a suspension lifted.
//!
//! Invariant: an offer that something came of stays, because that names it.

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond::required as in_ms;
use serde::Serialize;

use super::At;
use super::column::{FactorName, MaybeAt};
use crate::domain::suspension::FactorRef;
use crate::domain::words::words;
use crate::domain::{OfferId, OperatorId, PersonId, StationId, VisitId};
use crate::server::database::{Connection, Fault, Write};

/// Of what sort an offer of a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// To enrol one for somebody who is there.
    Enrolment,
    /// To enrol one on a day when the line may be down.
    Ticket,
    /// To test one.
    Test,
}

words! {Sort {
    Enrolment => "enrolment",
    Ticket => "ticket",
    Test => "test",
}}

/// For whom an offer is, and whether it still holds.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Issued {
    pub person: PersonId,
    /// Who asked for it.
    pub operator: OperatorId,
    /// It is for a day when the line may be down: another operator may use it.
    pub is_ticket: bool,
    #[sqlx(rename = "issued_ms", try_from = "At")]
    pub issued_at: Timestamp,
    #[sqlx(rename = "expires_ms", try_from = "At")]
    pub expires_at: Timestamp,
    #[sqlx(rename = "used_ms", try_from = "MaybeAt")]
    pub used_at: Option<Timestamp>,
    /// Under which visit it was issued.
    pub visit: Option<VisitId>,
}

/// An offer of a key.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OfKey {
    #[sqlx(flatten)]
    pub issued: Issued,
    pub kind: Sort,
    /// What a new credential is verified against; none: it is for a test.
    pub registration_state: Option<String>,
    /// What the test is verified against.
    pub assertion_state: String,
}

/// An offer to have a suspension lifted.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OfLift {
    #[sqlx(flatten)]
    pub issued: Issued,
    pub factor: FactorName,
    /// What its key must sign; none: it is an app or token.
    pub assertion_state: Option<String>,
}

/// An offer of a key that is issued.
#[derive(Debug, Serialize)]
pub struct NewOfKey {
    pub id: OfferId,
    pub kind: Sort,
    pub person: PersonId,
    pub registration_state: Option<String>,
    pub assertion_state: String,
    #[serde(rename = "issued_ms", with = "in_ms")]
    pub issued_at: Timestamp,
    #[serde(rename = "expires_ms", with = "in_ms")]
    pub expires_at: Timestamp,
    pub visit: Option<VisitId>,
}

/// An offer of an app or token that is issued.
#[derive(Debug, Serialize)]
pub struct NewOfApp {
    pub id: OfferId,
    pub person: PersonId,
    pub is_ticket: bool,
    pub sealing_key: String,
    #[serde(rename = "issued_ms", with = "in_ms")]
    pub issued_at: Timestamp,
    #[serde(rename = "expires_ms", with = "in_ms")]
    pub expires_at: Timestamp,
    pub visit: Option<VisitId>,
}

/// An offer to have a suspension lifted that is issued.
pub struct NewOfLift<'a> {
    pub id: OfferId,
    pub person: &'a PersonId,
    pub factor: &'a FactorRef,
    pub assertion_state: Option<&'a str>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Forgets offers that expired before that time and that nothing came of, at most `limit` of each sort; how many that were.
pub async fn forget(tx: &mut Write, before: Timestamp, limit: u32) -> Result<u64, Fault> {
    let mut forgotten = 0;
    // The first conditions are those of the indexes.
    for expired in [
        "DELETE FROM offer WHERE id IN (SELECT id FROM offer o WHERE (used_ms IS NULL OR kind = 'test') AND expires_ms < $1 \
         AND NOT EXISTS (SELECT 1 FROM credential c WHERE c.offer = o.id) LIMIT $2)",
        "DELETE FROM app_offer WHERE id IN (SELECT id FROM app_offer o WHERE used_ms IS NULL AND expires_ms < $1 \
         AND NOT EXISTS (SELECT 1 FROM factor f WHERE f.offer = o.id) LIMIT $2)",
        "DELETE FROM lift_offer WHERE id IN (SELECT id FROM lift_offer WHERE expires_ms < $1 LIMIT $2)",
    ] {
        let done = sqlx::query(expired)
            .bind(At(before))
            .bind(limit)
            .execute(&mut **tx)
            .await?;
        forgotten += done.rows_affected();
    }
    Ok(forgotten)
}

/// How many offers of an operator at a station hold and were not used, and how many of all at that station.
pub async fn open_at(
    db: &mut Connection,
    (station, operator): (&StationId, &OperatorId),
    now: Timestamp,
) -> Result<(i64, i64), Fault> {
    sqlx::query_as(
        "SELECT coalesce(sum(operator = $2), 0), count(*) FROM (\
         SELECT operator FROM offer WHERE station = $1 AND used_ms IS NULL AND expires_ms > $3 \
         UNION ALL SELECT operator FROM lift_offer WHERE station = $1 AND used_ms IS NULL AND expires_ms > $3)",
    )
    .bind(station)
    .bind(operator)
    .bind(At(now))
    .fetch_one(db)
    .await
}

/// Issues offers of keys, in one statement.
pub async fn insert_of_keys(
    tx: &mut Write,
    by: (&StationId, &OperatorId),
    new: &[NewOfKey],
) -> Result<(), Fault> {
    let statement = "INSERT INTO offer (id, kind, person, station, operator, registration_state, assertion_state, issued_ms, \
         expires_ms, visit) SELECT value ->> 'id', value ->> 'kind', value ->> 'person', $1, $2, \
         value ->> 'registration_state', value ->> 'assertion_state', value ->> 'issued_ms', value ->> 'expires_ms', \
         value ->> 'visit' FROM json_each($3)";
    insert_all(tx, statement, by, new).await
}

/// Issues offers of apps or tokens, in one statement.
pub async fn insert_of_apps(
    tx: &mut Write,
    by: (&StationId, &OperatorId),
    new: &[NewOfApp],
) -> Result<(), Fault> {
    let statement = "INSERT INTO app_offer (id, person, station, operator, is_ticket, sealing_key, issued_ms, expires_ms, visit) \
         SELECT value ->> 'id', value ->> 'person', $1, $2, value ->> 'is_ticket', value ->> 'sealing_key', \
         value ->> 'issued_ms', value ->> 'expires_ms', value ->> 'visit' FROM json_each($3)";
    insert_all(tx, statement, by, new).await
}

async fn insert_all(
    tx: &mut Write,
    statement: &'static str,
    (station, operator): (&StationId, &OperatorId),
    new: &[impl Serialize],
) -> Result<(), Fault> {
    let rows = serde_json::to_string(new).map_err(|why| Fault::Encode(Box::new(why)))?;
    sqlx::query(statement)
        .bind(station)
        .bind(operator)
        .bind(rows)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Issues an offer to have a suspension lifted.
pub async fn insert_of_lift(
    tx: &mut Write,
    (station, operator): (&StationId, &OperatorId),
    new: &NewOfLift<'_>,
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO lift_offer (id, person, sort, factor, station, operator, assertion_state, issued_ms, expires_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(new.id)
    .bind(new.person)
    .bind(new.factor.sort())
    .bind(FactorName::of(new.factor))
    .bind(station)
    .bind(operator)
    .bind(new.assertion_state)
    .bind(At(new.issued_at))
    .bind(At(new.expires_at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The offer of a key that was issued to that station.
pub async fn of_key(
    db: &mut Connection,
    id: OfferId,
    station: &StationId,
) -> Result<Option<OfKey>, Fault> {
    sqlx::query_as(
        "SELECT o.kind = 'ticket' OR coalesce(v.is_ticket, FALSE) AS is_ticket, o.kind, o.person, o.operator, o.registration_state, \
         o.assertion_state, o.issued_ms, o.expires_ms, o.used_ms, o.visit FROM offer o LEFT JOIN visit v ON v.id = o.visit \
         WHERE o.id = $1 AND o.station = $2",
    )
    .bind(id)
    .bind(station)
    .fetch_optional(db)
    .await
}

/// The offer of an app or token that was issued to that station.
pub async fn of_app(
    db: &mut Connection,
    id: OfferId,
    station: &StationId,
) -> Result<Option<Issued>, Fault> {
    sqlx::query_as(
        "SELECT person, operator, is_ticket, issued_ms, expires_ms, used_ms, visit FROM app_offer WHERE id = $1 AND station = $2",
    )
    .bind(id)
    .bind(station)
    .fetch_optional(db)
    .await
}

/// The offer to have a suspension lifted that was issued to that station.
pub async fn of_lift(
    db: &mut Connection,
    id: OfferId,
    station: &StationId,
) -> Result<Option<OfLift>, Fault> {
    sqlx::query_as(
        "SELECT person, operator, FALSE AS is_ticket, issued_ms, expires_ms, used_ms, NULL AS visit, factor, assertion_state \
         FROM lift_offer WHERE id = $1 AND station = $2",
    )
    .bind(id)
    .bind(station)
    .fetch_optional(db)
    .await
}

/// Uses an offer of a key up.
pub async fn use_of_key(tx: &mut Write, id: OfferId, now: Timestamp) -> Result<(), Fault> {
    use_up(tx, "UPDATE offer SET used_ms = $1 WHERE id = $2", id, now).await
}

/// Uses an offer of an app or token up.
pub async fn use_of_app(tx: &mut Write, id: OfferId, now: Timestamp) -> Result<(), Fault> {
    use_up(
        tx,
        "UPDATE app_offer SET used_ms = $1 WHERE id = $2",
        id,
        now,
    )
    .await
}

/// Uses an offer to have a suspension lifted up.
pub async fn use_of_lift(tx: &mut Write, id: OfferId, now: Timestamp) -> Result<(), Fault> {
    use_up(
        tx,
        "UPDATE lift_offer SET used_ms = $1 WHERE id = $2",
        id,
        now,
    )
    .await
}

async fn use_up(
    tx: &mut Write,
    statement: &'static str,
    id: OfferId,
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(statement)
        .bind(At(now))
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Notes which factor passed the test of an offer; under which visit that was issued, and who asked for it.
pub async fn pass(
    tx: &mut Write,
    id: OfferId,
    by: &FactorName,
) -> Result<(Option<VisitId>, OperatorId), Fault> {
    sqlx::query_as("UPDATE offer SET passed_by = $1 WHERE id = $2 RETURNING visit, operator")
        .bind(by)
        .bind(id)
        .fetch_one(&mut **tx)
        .await
}

/// Which factor passed the test of an offer that was issued under that visit.
pub async fn passed_by(
    db: &mut Connection,
    id: OfferId,
    visit: VisitId,
) -> Result<Option<FactorName>, Fault> {
    let by: Option<Option<FactorName>> =
        sqlx::query_scalar("SELECT passed_by FROM offer WHERE id = $1 AND visit = $2")
            .bind(id)
            .bind(visit)
            .fetch_optional(db)
            .await?;
    Ok(by.flatten())
}

/// Until when another station may still answer an offer or a ticket for a person; later than that it is refused.
pub async fn open_elsewhere(
    db: &mut Connection,
    person: &PersonId,
    station: &StationId,
    now: Timestamp,
) -> Result<Option<Timestamp>, Fault> {
    let latest: MaybeAt = sqlx::query_scalar(
        "SELECT max(expires_ms) FROM offer WHERE person = $1 AND station <> $2 AND kind <> 'test' AND used_ms IS NULL \
         AND expires_ms > $3",
    )
    .bind(person)
    .bind(station)
    .bind(At(now))
    .fetch_one(db)
    .await?;
    Ok(latest.0)
}

/// Ends every offer that holds and that nobody used; how many.
pub async fn end_all(tx: &mut Write, now: Timestamp) -> Result<u64, Fault> {
    let mut ended = 0;
    for statement in [
        "UPDATE offer SET expires_ms = $1 WHERE used_ms IS NULL AND expires_ms > $1",
        "UPDATE app_offer SET expires_ms = $1 WHERE used_ms IS NULL AND expires_ms > $1",
        "UPDATE lift_offer SET expires_ms = $1 WHERE used_ms IS NULL AND expires_ms > $1",
    ] {
        let done = sqlx::query(statement)
            .bind(At(now))
            .execute(&mut **tx)
            .await?;
        ended += done.rows_affected();
    }
    Ok(ended)
}
