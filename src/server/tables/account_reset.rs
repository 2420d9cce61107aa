//! Resets of accounts, and the acts that somebody was asked to sign. What ended is never changed; the table holds that too.

use jiff::Timestamp;
use sqlx::{FromRow, Row as _};

use super::At;
use super::column::MaybeAt;
use crate::domain::account_reset::{ResetReason, ResetState};
use crate::domain::{AccountResetId, Bytes, OfferId, OperatorId, PersonId, StationId, VisitId};
use crate::server::database::{Connection, Fault, Row, Write};

/// A reset as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub id: AccountResetId,
    pub person: PersonId,
    pub visit: VisitId,
    pub station: StationId,
    pub asked_by: OperatorId,
    pub reason: ResetReason,
    pub remark: String,
    pub ticket: Option<String>,
    /// The act by which it was asked for, and what that was signed with.
    pub asked: OfferId,
    pub signature: Bytes,
    pub state: ResetState,
    pub asked_at: Timestamp,
    /// It expires then, unless it goes on.
    pub until: Timestamp,
    pub released_by: Option<OperatorId>,
    pub released_at: Option<Timestamp>,
    pub ended_by: Option<OperatorId>,
    pub ended_at: Option<Timestamp>,
}

impl FromRow<'_, Row> for Stored {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            id: row.try_get("id")?,
            person: row.try_get("person")?,
            visit: row.try_get("visit")?,
            station: row.try_get("station")?,
            asked_by: row.try_get("asked_by")?,
            reason: row.try_get("reason")?,
            remark: row.try_get("remark")?,
            ticket: row.try_get("ticket")?,
            asked: row.try_get("asked")?,
            signature: row.try_get("signature")?,
            state: row.try_get("state")?,
            asked_at: row.try_get::<At, _>("asked_ms")?.0,
            until: row.try_get::<At, _>("until_ms")?.0,
            released_by: row.try_get("released_by")?,
            released_at: row.try_get::<MaybeAt, _>("released_ms")?.0,
            ended_by: row.try_get("ended_by")?,
            ended_at: row.try_get::<MaybeAt, _>("ended_ms")?.0,
        })
    }
}

/// One that is asked for.
pub struct NewReset<'a> {
    pub id: AccountResetId,
    pub person: &'a PersonId,
    pub visit: VisitId,
    pub station: &'a StationId,
    pub asked_by: &'a OperatorId,
    pub reason: ResetReason,
    pub remark: &'a str,
    pub ticket: Option<&'a str>,
    /// The act that was signed, and with what.
    pub asked: OfferId,
    pub signature: &'a Bytes,
    pub until: Timestamp,
}

/// Keeps that one was asked for.
pub async fn insert(tx: &mut Write, new: &NewReset<'_>, now: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO account_reset (id, person, visit, station, asked_by, reason, remark, ticket, asked, signature, state, asked_ms, \
         until_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(new.id)
    .bind(new.person)
    .bind(new.visit)
    .bind(new.station)
    .bind(new.asked_by)
    .bind(new.reason)
    .bind(new.remark)
    .bind(new.ticket)
    .bind(new.asked)
    .bind(new.signature)
    .bind(ResetState::Requested)
    .bind(At(now))
    .bind(At(new.until))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The reset of that name.
pub async fn find(db: &mut Connection, id: AccountResetId) -> Result<Option<Stored>, Fault> {
    sqlx::query_as("SELECT * FROM account_reset WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await
}

/// The newest, those of which something can still come first; at most `limit`.
pub async fn newest(db: &mut Connection, limit: u32) -> Result<Vec<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM account_reset ORDER BY state NOT IN ('requested', 'released'), asked_ms DESC, id LIMIT $1",
    )
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Those of a person, newest first; at most `limit`.
pub async fn of_person(
    db: &mut Connection,
    person: &PersonId,
    limit: u32,
) -> Result<Vec<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM account_reset WHERE person = $1 ORDER BY asked_ms DESC, id LIMIT $2",
    )
    .bind(person)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// The one of a person that stands open.
pub async fn open_of(db: &mut Connection, person: &PersonId) -> Result<Option<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM account_reset WHERE person = $1 AND state IN ('requested', 'released')",
    )
    .bind(person)
    .fetch_optional(db)
    .await
}

/// How many were asked for about that person after that time: of all, and without those that whoever asked took back.
pub async fn asked_about(
    db: &mut Connection,
    person: &PersonId,
    after: Timestamp,
) -> Result<(u32, u32), Fault> {
    sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE state <> $3) FROM account_reset WHERE person = $1 AND asked_ms > $2",
    )
    .bind(person)
    .bind(At(after))
    .bind(ResetState::Withdrawn)
    .fetch_one(db)
    .await
}

/// How many one human, under whatever account, asked for after that time.
pub async fn asked_by(
    db: &mut Connection,
    operator: &OperatorId,
    after: Timestamp,
) -> Result<u32, Fault> {
    sqlx::query_scalar(
        "SELECT count(*) FROM account_reset WHERE asked_by IN (SELECT same FROM account_of_human WHERE account = $1) AND asked_ms > $2",
    )
    .bind(operator)
    .bind(At(after))
    .fetch_one(db)
    .await
}

/// When a ticket's number was last given with another one than that.
pub async fn ticket_seen(
    db: &mut Connection,
    (ticket, but): (&str, AccountResetId),
) -> Result<Option<Timestamp>, Fault> {
    let seen: MaybeAt = sqlx::query_scalar(
        "SELECT max(asked_ms) FROM account_reset WHERE lower(trim(ticket)) = lower(trim($1)) AND id <> $2",
    )
    .bind(ticket)
    .bind(but)
    .fetch_one(db)
    .await?;
    Ok(seen.0)
}

/// What nobody acted on in time has expired.
pub async fn expire(tx: &mut Write, now: Timestamp) -> Result<Vec<Stored>, Fault> {
    sqlx::query_as(
        "UPDATE account_reset SET state = 'expired', ended_ms = until_ms WHERE state IN ('requested', 'released') AND until_ms <= $1 \
         RETURNING *",
    )
    .bind(At(now))
    .fetch_all(&mut **tx)
    .await
}

/// Ends all of which something could still come, and forgets what nobody has signed yet: a copy that is put back brings none back.
pub async fn end_all(tx: &mut Write, now: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE account_reset SET state = 'expired', ended_ms = $1 WHERE state IN ('requested', 'released')",
    )
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    // Nor does what was carried out go on.
    sqlx::query(
        "UPDATE account_reset SET until_ms = $1 WHERE state = 'carried-out' AND until_ms > $1",
    )
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    sqlx::query("DELETE FROM act_asked")
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// At which station one was asked for.
pub async fn asked_at(db: &mut Connection, id: AccountResetId) -> Result<StationId, Fault> {
    sqlx::query_scalar("SELECT station FROM account_reset WHERE id = $1")
        .bind(id)
        .fetch_one(db)
        .await
}

/// It is released by that act, until then; whether it was only asked for.
pub async fn release(
    tx: &mut Write,
    id: AccountResetId,
    (act, by): (OfferId, &OperatorId),
    (now, until): (Timestamp, Timestamp),
) -> Result<bool, Fault> {
    let done = sqlx::query(
        "UPDATE account_reset SET state = 'released', released = $1, released_by = $2, released_ms = $3, until_ms = $4 \
         WHERE id = $5 AND state = 'requested'",
    )
    .bind(act)
    .bind(by)
    .bind(At(now))
    .bind(At(until))
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// It ends like that; whether it stood in the state that it is to end from.
pub async fn end(
    tx: &mut Write,
    id: AccountResetId,
    (from, to): (ResetState, ResetState),
    by: &OperatorId,
    now: Timestamp,
) -> Result<bool, Fault> {
    let done = sqlx::query(
        "UPDATE account_reset SET state = $1, ended_by = $2, ended_ms = $3 WHERE id = $4 AND state = $5",
    )
    .bind(to)
    .bind(by)
    .bind(At(now))
    .bind(id)
    .bind(from)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Lets an account release in a second agent's place until then.
pub async fn insert_deputy(
    tx: &mut Write,
    operator: &OperatorId,
    reason: &str,
    (now, until): (Timestamp, Timestamp),
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO deputy_releaser (operator, reason, named_ms, until_ms) VALUES ($1, $2, $3, $4)",
    )
    .bind(operator)
    .bind(reason)
    .bind(At(now))
    .bind(At(until))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether that account is a deputy now.
pub async fn is_deputy(
    db: &mut Connection,
    operator: &OperatorId,
    now: Timestamp,
) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM deputy_releaser WHERE operator = $1 AND named_ms <= $2 AND until_ms > $2)",
    )
    .bind(operator)
    .bind(At(now))
    .fetch_one(db)
    .await
}

/// Lets be asked again about a person.
pub async fn allow(
    tx: &mut Write,
    person: &PersonId,
    reason: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query("INSERT INTO reset_allowed (person, reason, at_ms) VALUES ($1, $2, $3)")
        .bind(person)
        .bind(reason)
        .bind(At(now))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// When that was last done.
pub async fn allowed_at(
    db: &mut Connection,
    person: &PersonId,
) -> Result<Option<Timestamp>, Fault> {
    let at: MaybeAt = sqlx::query_scalar("SELECT max(at_ms) FROM reset_allowed WHERE person = $1")
        .bind(person)
        .fetch_one(db)
        .await?;
    Ok(at.0)
}

/// An act that somebody was asked to sign.
#[derive(PartialEq)]
pub struct Asked {
    pub signer: OperatorId,
    /// Who is signed in, and where.
    pub operator: OperatorId,
    pub station: StationId,
    pub act: Bytes,
    /// The verifier's own: what the assertion is verified against.
    pub state: String,
    pub expires_at: Timestamp,
}

impl FromRow<'_, Row> for Asked {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            signer: row.try_get("signer")?,
            operator: row.try_get("operator")?,
            station: row.try_get("station")?,
            act: row.try_get("act")?,
            state: row.try_get("state")?,
            expires_at: row.try_get::<At, _>("expires_ms")?.0,
        })
    }
}

/// Keeps what somebody is asked to sign.
pub async fn insert_asked(tx: &mut Write, id: OfferId, asked: &Asked) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO act_asked (id, signer, operator, station, act, state, expires_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(&asked.signer)
    .bind(&asked.operator)
    .bind(&asked.station)
    .bind(&asked.act)
    .bind(&asked.state)
    .bind(At(asked.expires_at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What somebody was asked to sign, and has not.
pub async fn asked(db: &mut Connection, id: OfferId) -> Result<Option<Asked>, Fault> {
    sqlx::query_as("SELECT * FROM act_asked WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await
}

/// It is signed once.
pub async fn take_asked(tx: &mut Write, id: OfferId) -> Result<(), Fault> {
    sqlx::query("DELETE FROM act_asked WHERE id = $1")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// How many somebody at that station is asked to sign.
pub async fn count_asked(
    db: &mut Connection,
    operator: &OperatorId,
    now: Timestamp,
) -> Result<u32, Fault> {
    sqlx::query_scalar("SELECT count(*) FROM act_asked WHERE operator = $1 AND expires_ms > $2")
        .bind(operator)
        .bind(At(now))
        .fetch_one(db)
        .await
}

/// Forgets what nobody can sign any more.
pub async fn forget_asked(tx: &mut Write, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("DELETE FROM act_asked WHERE expires_ms <= $1")
        .bind(At(now))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
