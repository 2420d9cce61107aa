//! What lets somebody in for a while: stations' access tokens and their assertions, one-time codes, operators' sessions, and the
//! challenges that operators' keys answer.
//!
//! Invariant: codes and tokens are here as their hashes only.

use jiff::Timestamp;

use super::At;
use super::column::MaybeAt;
use crate::domain::authority::Role;
use crate::domain::{Bytes, OperatorId, StationId};
use crate::server::database::{Connection, Fault, Write};
use crate::wire::Operator;

/// Gives a station an access token.
pub async fn insert_token(
    tx: &mut Write,
    hash: &[u8],
    station: &StationId,
    until: Timestamp,
) -> Result<(), Fault> {
    sqlx::query("INSERT INTO access_token (hash, station, expires_ms) VALUES ($1, $2, $3)")
        .bind(hash)
        .bind(station)
        .bind(At(until))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whose token that is, if it holds.
pub async fn station(
    db: &mut Connection,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<StationId>, Fault> {
    sqlx::query_scalar("SELECT station FROM access_token WHERE hash = $1 AND expires_ms > $2")
        .bind(token_hash)
        .bind(At(now))
        .fetch_optional(db)
        .await
}

/// Whether this assertion of a station's comes for the first time; it is known until then.
pub async fn first_use(
    tx: &mut Write,
    station: &StationId,
    jti: &str,
    until: Timestamp,
) -> Result<bool, Fault> {
    let done = sqlx::query(
        "INSERT INTO used_assertion (station, jti, expires_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(station)
    .bind(jti)
    .bind(At(until))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets tokens and assertions that hold no more.
pub async fn forget_expired(tx: &mut Write, now: Timestamp) -> Result<(), Fault> {
    for expired in [
        "DELETE FROM used_assertion WHERE expires_ms <= $1",
        "DELETE FROM access_token WHERE expires_ms <= $1",
    ] {
        sqlx::query(expired)
            .bind(At(now))
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Ends what a station can come in with: its tokens, and the challenges that were issued to it.
pub async fn end_of_station(tx: &mut Write, station: &StationId) -> Result<(), Fault> {
    for ended in [
        "DELETE FROM access_token WHERE station = $1",
        "DELETE FROM operator_challenge WHERE station = $1",
    ] {
        sqlx::query(ended).bind(station).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Keeps a code by which a station of that name joins.
pub async fn insert_station_code(
    tx: &mut Write,
    hash: &[u8],
    name: &str,
    until: Timestamp,
) -> Result<(), Fault> {
    sqlx::query("INSERT INTO code (hash, station, expires_ms) VALUES ($1, $2, $3)")
        .bind(hash)
        .bind(name)
        .bind(At(until))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Keeps a code by which an operator enrols a key.
pub async fn insert_operator_code(
    tx: &mut Write,
    hash: &[u8],
    operator: &OperatorId,
    until: Timestamp,
) -> Result<(), Fault> {
    sqlx::query("INSERT INTO code (hash, operator, expires_ms) VALUES ($1, $2, $3)")
        .bind(hash)
        .bind(operator)
        .bind(At(until))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends an operator's codes that were not used.
pub async fn end_codes(tx: &mut Write, operator: &OperatorId) -> Result<(), Fault> {
    sqlx::query("UPDATE code SET expires_ms = 0 WHERE operator = $1 AND used_ms IS NULL")
        .bind(operator)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What the station is called for which a code was made, whether it holds or not; none: there is no such code.
pub async fn named_by_code(db: &mut Connection, hash: &[u8]) -> Result<Option<String>, Fault> {
    sqlx::query_scalar("SELECT station FROM code WHERE hash = $1 AND station IS NOT NULL")
        .bind(hash)
        .fetch_optional(db)
        .await
}

/// Uses a station's code up; whether it held.
pub async fn use_station_code(tx: &mut Write, hash: &[u8], now: Timestamp) -> Result<bool, Fault> {
    let done = sqlx::query(
        "UPDATE code SET used_ms = $1 WHERE hash = $2 AND station IS NOT NULL AND used_ms IS NULL AND expires_ms > $1",
    )
    .bind(At(now))
    .bind(hash)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An operator whose code holds.
#[derive(PartialEq, sqlx::FromRow)]
pub struct CodeHolder {
    #[sqlx(flatten)]
    pub operator: Operator,
    /// Of their keys.
    pub user_handle: Bytes,
}

/// Whose code it is, if it holds.
pub async fn code_holder(
    db: &mut Connection,
    hash: &[u8],
    now: Timestamp,
) -> Result<Option<CodeHolder>, Fault> {
    sqlx::query_as(
        "SELECT o.id, o.name, o.role, o.user_handle FROM code c JOIN operator o ON o.id = c.operator \
         WHERE c.hash = $1 AND c.used_ms IS NULL AND c.expires_ms > $2",
    )
    .bind(hash)
    .bind(At(now))
    .fetch_optional(db)
    .await
}

/// Uses an operator's code up.
pub async fn use_operator_code(tx: &mut Write, hash: &[u8], now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE code SET used_ms = $1 WHERE hash = $2")
        .bind(At(now))
        .bind(hash)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A challenge that was issued to a station for an operator's key.
#[derive(PartialEq, sqlx::FromRow)]
pub struct Challenge {
    /// What the answer is verified against.
    pub state: String,
    /// The hash of the code that it was issued for; none: for a sign-in.
    pub code: Option<Vec<u8>>,
    /// From then on no answer is taken.
    #[sqlx(rename = "expires_ms", try_from = "At")]
    pub expires_at: Timestamp,
}

/// Keeps a challenge, and forgets those that are over.
pub async fn insert_challenge(
    tx: &mut Write,
    (challenge, station): (&Bytes, &StationId),
    new: &Challenge,
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query("DELETE FROM operator_challenge WHERE expires_ms <= $1")
        .bind(At(now))
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO operator_challenge (challenge, station, code, state, expires_ms) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(challenge)
    .bind(station)
    .bind(&new.code)
    .bind(&new.state)
    .bind(At(new.expires_at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The challenge, if it was issued to that station and not answered yet.
pub async fn challenge(
    db: &mut Connection,
    challenge: &Bytes,
    station: &StationId,
) -> Result<Option<Challenge>, Fault> {
    sqlx::query_as(
        "SELECT state, code, expires_ms FROM operator_challenge WHERE challenge = $1 AND station = $2",
    )
    .bind(challenge)
    .bind(station)
    .fetch_optional(db)
    .await
}

/// Takes a challenge out, so that it is answered once.
pub async fn take_challenge(tx: &mut Write, challenge: &Bytes) -> Result<(), Fault> {
    sqlx::query("DELETE FROM operator_challenge WHERE challenge = $1")
        .bind(challenge)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Opens a session. `report_key`: of which key that comes which binds reports to it.
pub async fn insert_session(
    tx: &mut Write,
    (hash, report_key): (&[u8], Option<&str>),
    (station, operator): (&StationId, &OperatorId),
    (now, until): (Timestamp, Timestamp),
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO session (hash, operator, station, opened_ms, expires_ms, report_key) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(hash)
    .bind(operator)
    .bind(station)
    .bind(At(now))
    .bind(At(until))
    .bind(report_key)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A session to which reports are bound.
#[derive(sqlx::FromRow)]
pub struct Bonded {
    pub operator: OperatorId,
    #[sqlx(rename = "opened_ms", try_from = "At")]
    pub opened_at: Timestamp,
    #[sqlx(rename = "expires_ms", try_from = "At")]
    pub expires_at: Timestamp,
    /// Of which key that comes which binds them.
    #[sqlx(rename = "report_key")]
    pub key: String,
}

/// The session at that station, open or over.
pub async fn bonded(
    db: &mut Connection,
    session_hash: &[u8],
    station: &StationId,
) -> Result<Option<Bonded>, Fault> {
    sqlx::query_as(
        "SELECT operator, opened_ms, expires_ms, report_key FROM session \
         WHERE hash = $1 AND station = $2 AND report_key IS NOT NULL",
    )
    .bind(session_hash)
    .bind(station)
    .fetch_optional(db)
    .await
}

/// Since when a station binds its reports to sessions.
pub async fn bonded_since(
    db: &mut Connection,
    station: &StationId,
) -> Result<Option<Timestamp>, Fault> {
    let since: MaybeAt = sqlx::query_scalar(
        "SELECT min(opened_ms) FROM session WHERE station = $1 AND report_key IS NOT NULL",
    )
    .bind(station)
    .fetch_one(db)
    .await?;
    Ok(since.0)
}

/// Whose session at that station this is, if it is open.
pub async fn signed_in(
    db: &mut Connection,
    session_hash: &[u8],
    station: &StationId,
    now: Timestamp,
) -> Result<Option<Operator>, Fault> {
    sqlx::query_as(
        "SELECT o.id, o.name, o.role FROM session s JOIN operator o ON o.id = s.operator \
         WHERE s.hash = $1 AND s.station = $2 AND s.ended_ms IS NULL AND s.expires_ms > $3",
    )
    .bind(session_hash)
    .bind(station)
    .bind(At(now))
    .fetch_optional(db)
    .await
}

/// At which station an operator signed in last, and still is.
pub async fn signed_in_at(
    db: &mut Connection,
    operator: &OperatorId,
    now: Timestamp,
) -> Result<Option<StationId>, Fault> {
    sqlx::query_scalar(
        "SELECT station FROM session WHERE operator = $1 AND ended_ms IS NULL AND expires_ms > $2 ORDER BY opened_ms DESC LIMIT 1",
    )
    .bind(operator)
    .bind(At(now))
    .fetch_optional(db)
    .await
}

/// The role of an operator who was signed in at the station at some time in between (ms since 1970, inclusive: such times may lie
/// beyond the calendar).
pub async fn role_between(
    db: &mut Connection,
    station: &StationId,
    operator: &OperatorId,
    (from_ms, to_ms): (i64, i64),
) -> Result<Option<Role>, Fault> {
    sqlx::query_scalar(
        "SELECT o.role FROM session s JOIN operator o ON o.id = s.operator \
         WHERE s.station = $1 AND s.operator = $2 AND s.opened_ms <= $3 \
         AND s.expires_ms >= $4 AND (s.ended_ms IS NULL OR s.ended_ms >= $4) LIMIT 1",
    )
    .bind(station)
    .bind(operator)
    .bind(to_ms)
    .bind(from_ms)
    .fetch_optional(db)
    .await
}

/// Whether the end of an operator's access cut off a session of theirs at the station that would have gone on at some time in between (ms
/// since 1970, inclusive).
pub async fn was_cut_off(
    db: &mut Connection,
    station: &StationId,
    operator: &OperatorId,
    (from_ms, to_ms): (i64, i64),
) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM session s JOIN operator o ON o.id = s.operator \
         WHERE s.station = $1 AND s.operator = $2 AND s.opened_ms <= $3 AND s.expires_ms >= $4 \
         AND (s.ended_ms IS NULL OR s.ended_ms >= o.revoked_ms))",
    )
    .bind(station)
    .bind(operator)
    .bind(to_ms)
    .bind(from_ms)
    .fetch_one(db)
    .await
}

/// When the session was ended that an operator had at the station at that time, give or take `skew_ms`: `None` where they had none,
/// `Some(None)` where it was not ended. One that was opened after that time comes into question only where no earlier one does: it
/// must not hide that one's end.
pub async fn ended_at(
    db: &mut Connection,
    (station, operator): (&StationId, &OperatorId),
    at: Timestamp,
    skew_ms: i64,
) -> Result<Option<Option<Timestamp>>, Fault> {
    let found: Option<Option<At>> = sqlx::query_scalar(
        "SELECT ended_ms FROM session WHERE station = $1 AND operator = $2 AND opened_ms <= $3 + $4 \
         AND expires_ms >= $3 - $4 ORDER BY opened_ms > $3, opened_ms DESC LIMIT 1",
    )
    .bind(station)
    .bind(operator)
    .bind(At(at))
    .bind(skew_ms)
    .fetch_optional(db)
    .await?;
    Ok(found.map(|ended| ended.map(Timestamp::from)))
}

/// Ends a session.
pub async fn end_session(tx: &mut Write, hash: &[u8], now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE session SET ended_ms = $1 WHERE hash = $2 AND ended_ms IS NULL")
        .bind(At(now))
        .bind(hash)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether an operator has a session open at a station.
pub async fn is_signed_in_at(
    db: &mut Connection,
    (station, operator): (&StationId, &OperatorId),
    now: Timestamp,
) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM session WHERE station = $1 AND operator = $2 AND ended_ms IS NULL AND expires_ms > $3)",
    )
    .bind(station)
    .bind(operator)
    .bind(At(now))
    .fetch_one(db)
    .await
}

/// Ends the sessions that an operator has open; how many.
pub async fn end_sessions_of(
    tx: &mut Write,
    operator: &OperatorId,
    now: Timestamp,
) -> Result<u64, Fault> {
    let done = sqlx::query(
        "UPDATE session SET ended_ms = $1 WHERE operator = $2 AND ended_ms IS NULL AND expires_ms > $1",
    )
    .bind(At(now))
    .bind(operator)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Ends the sessions that are open at a station; how many.
pub async fn end_sessions_at(
    tx: &mut Write,
    station: &StationId,
    now: Timestamp,
) -> Result<u64, Fault> {
    let done = sqlx::query(
        "UPDATE session SET ended_ms = $1 WHERE station = $2 AND ended_ms IS NULL AND expires_ms > $1",
    )
    .bind(At(now))
    .bind(station)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// How much was ended.
pub struct Ended {
    /// Operators' sessions.
    pub sessions: u64,
    /// Stations' access tokens.
    pub tokens: u64,
    pub codes: u64,
}

/// Ends all of it.
pub async fn end_all(tx: &mut Write, now: Timestamp) -> Result<Ended, Fault> {
    let mut run = async |statement: &'static str| {
        let done = sqlx::query(statement)
            .bind(At(now))
            .execute(&mut **tx)
            .await;
        done.map(|done| done.rows_affected())
    };
    run("DELETE FROM operator_challenge WHERE expires_ms > $1").await?;
    Ok(Ended {
        sessions: run(
            "UPDATE session SET ended_ms = $1 WHERE ended_ms IS NULL AND expires_ms > $1",
        )
        .await?,
        tokens: run("DELETE FROM access_token WHERE expires_ms > $1").await?,
        codes: run("UPDATE code SET expires_ms = $1 WHERE used_ms IS NULL AND expires_ms > $1")
            .await?,
    })
}
