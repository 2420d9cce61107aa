//! What stations were told that they may take, and by which visit.

use jiff::Timestamp;

use super::At;
use super::column::FactorName;
use crate::domain::{Bytes, OperatorId, StationId, VisitId};
use crate::server::database::{Connection, Fault, Write};

/// By which visit a credential may be taken, and who was told so.
#[derive(sqlx::FromRow)]
pub struct Given {
    pub visit: VisitId,
    pub operator: OperatorId,
    #[sqlx(rename = "given_ms", try_from = "At")]
    pub at: Timestamp,
}

/// Keeps it; asked again, the newest time counts.
pub async fn give(
    tx: &mut Write,
    (credential, visit): (&Bytes, VisitId),
    (station, operator): (&StationId, &OperatorId),
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO leave_to_take (credential, visit, station, operator, given_ms) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT DO UPDATE SET given_ms = excluded.given_ms",
    )
    .bind(credential)
    .bind(visit)
    .bind(station)
    .bind(operator)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a station was told of a credential after that time, the newest first.
pub async fn given(
    db: &mut Connection,
    (credential, station): (&Bytes, &StationId),
    after: Timestamp,
) -> Result<Vec<Given>, Fault> {
    sqlx::query_as(
        "SELECT visit, operator, given_ms FROM leave_to_take WHERE credential = $1 AND station = $2 AND given_ms > $3 ORDER BY given_ms DESC",
    )
    .bind(credential)
    .bind(station)
    .bind(At(after))
    .fetch_all(db)
    .await
}

/// What the visits let that were proved by that factor, of a person's who asks anew: nothing.
pub async fn void(tx: &mut Write, by: &FactorName) -> Result<(), Fault> {
    sqlx::query(
        "DELETE FROM leave_to_take WHERE visit IN (SELECT id FROM visit WHERE proved_by = $1)",
    )
    .bind(by)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
