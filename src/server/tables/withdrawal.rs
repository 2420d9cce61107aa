//! Credentials that are not to be used any more, whether the registry held them or not: withdrawn one by one, or gone with their key.

use jiff::Timestamp;

use super::At;
use crate::domain::reset::ResetCase;
use crate::domain::{Bytes, Identification, StationId};
use crate::server::database::{Connection, Fault, Write};
use crate::wire::{Ground, KeyResetPush, WithdrawalPush};

/// Keeps a withdrawal. A credential is withdrawn once, for the first reason; a second one changes nothing.
pub async fn insert(
    tx: &mut Write,
    station: &StationId,
    push: &WithdrawalPush,
    now: Timestamp,
) -> Result<(), Fault> {
    let none = ResetCase::default();
    let (case, undone) = match &push.ground {
        Ground::Deleted { case } => (case, None),
        Ground::Undone { offer } => (&none, Some(offer)),
    };
    let identification = case.identification.as_ref();
    sqlx::query(
        "INSERT INTO withdrawal (credential, person, station, operator, finished_by, undone, reason, ticket, requested_by, \
         document, last_four, withdrawn_ms, accepted_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (credential) DO NOTHING",
    )
    .bind(&push.credential)
    .bind(&push.person)
    .bind(station)
    .bind(&push.operator)
    .bind(&push.finished_by)
    .bind(undone)
    .bind(&case.reason)
    .bind(&case.ticket)
    .bind(&case.requested_by)
    .bind(identification.map(Identification::kind))
    .bind(identification.map(Identification::detail))
    .bind(At(push.withdrawn_at))
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps that a key was reset; the number of that.
pub async fn insert_reset(
    tx: &mut Write,
    station: &StationId,
    (push, security_key): (&KeyResetPush, i64),
    now: Timestamp,
) -> Result<i64, Fault> {
    let identification = push.case.identification.as_ref();
    sqlx::query_scalar(
        "INSERT INTO key_reset (security_key, station, operator, finished_by, reason, ticket, requested_by, document, \
         last_four, reset_ms, accepted_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING number",
    )
    .bind(security_key)
    .bind(station)
    .bind(&push.operator)
    .bind(&push.finished_by)
    .bind(&push.case.reason)
    .bind(&push.case.ticket)
    .bind(&push.case.requested_by)
    .bind(identification.map(Identification::kind))
    .bind(identification.map(Identification::detail))
    .bind(At(push.reset_at))
    .bind(At(now))
    .fetch_one(&mut **tx)
    .await
}

/// What the registry has not heard of may be on its way: it is refused when it arrives.
pub async fn refuse_from_now_on(
    tx: &mut Write,
    credential: &Bytes,
    reset: i64,
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO reset_credential (credential, key_reset) SELECT $1, $2 \
         WHERE NOT EXISTS (SELECT 1 FROM credential WHERE id = $1) ON CONFLICT (credential) DO NOTHING",
    )
    .bind(credential)
    .bind(reset)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Since when a credential is gone that an enrolment would bring in.
pub async fn gone_since(
    db: &mut Connection,
    credential: &Bytes,
) -> Result<Option<Timestamp>, Fault> {
    let at: Option<At> = sqlx::query_scalar(
        "SELECT gone_ms FROM credential WHERE id = $1 AND gone_ms IS NOT NULL \
         UNION ALL SELECT withdrawn_ms FROM withdrawal WHERE credential = $1 \
         UNION ALL SELECT r.reset_ms FROM reset_credential c JOIN key_reset r ON r.number = c.key_reset \
         WHERE c.credential = $1 LIMIT 1",
    )
    .bind(credential)
    .fetch_optional(db)
    .await?;
    Ok(at.map(Timestamp::from))
}

/// When a key was reset after that time, as far as its row in the registry tells it from others.
pub async fn reset_after(
    tx: &mut Write,
    security_key: i64,
    at: Timestamp,
) -> Result<Option<Timestamp>, Fault> {
    let at: Option<At> = sqlx::query_scalar(
        "SELECT r.reset_ms FROM key_reset r JOIN security_key k ON k.number = r.security_key \
         WHERE r.security_key = $1 AND k.serial IS NOT NULL AND r.reset_ms > $2 ORDER BY r.reset_ms DESC LIMIT 1",
    )
    .bind(security_key)
    .bind(At(at))
    .fetch_optional(&mut **tx)
    .await?;
    Ok(at.map(Timestamp::from))
}
