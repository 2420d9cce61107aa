//! Resets of accounts. What ended is never changed; the table holds that too.

use jiff::Timestamp;
use sqlx::{FromRow, Row as _};

use super::column::MaybeAt;
use super::{At, FactorName};
use crate::domain::account_reset::{ResetReason, ResetState};
use crate::domain::{
    AccountResetId, Bytes, OfferId, OperatorId, OrganisationId, PersonId, StationId, VisitId,
};
use crate::server::database::{Connection, Fault, Row, Write};

/// A reset as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub id: AccountResetId,
    pub person: PersonId,
    /// Where the person was at a desk.
    pub visit: Option<VisitId>,
    /// None: on a page.
    pub station: Option<StationId>,
    /// The agent who asked, or whoever prepared it for an administrator.
    pub asked_by: Option<OperatorId>,
    /// Which administrator asked, and by which factor.
    pub administrator: Option<PersonId>,
    pub asked_with: Option<FactorName>,
    pub reason: ResetReason,
    pub remark: String,
    pub ticket: Option<String>,
    /// The act by which it was asked for, and what that was signed with; nothing, where a code was typed.
    pub asked: Option<OfferId>,
    pub signature: Option<Bytes>,
    pub state: ResetState,
    pub asked_at: Timestamp,
    /// It is not carried out before.
    pub ripe_at: Option<Timestamp>,
    /// It expires then, unless it goes on.
    pub until: Timestamp,
    pub released_by: Option<OperatorId>,
    pub released_at: Option<Timestamp>,
    pub ended_by: Option<OperatorId>,
    /// Who stood beside them and refused it, by their word.
    pub refused_by: Option<OperatorId>,
    /// Whoever of the people withdrew or objected.
    pub objector: Option<PersonId>,
    pub ended_at: Option<Timestamp>,
}

impl Stored {
    /// Whether an agent asked for it who had not seen the person at a desk.
    pub fn is_away(&self) -> bool {
        self.visit.is_none() && self.administrator.is_none()
    }
}

impl FromRow<'_, Row> for Stored {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            id: row.try_get("id")?,
            person: row.try_get("person")?,
            visit: row.try_get("visit")?,
            station: row.try_get("station")?,
            asked_by: row.try_get("asked_by")?,
            administrator: row.try_get("administrator")?,
            asked_with: row.try_get("asked_with")?,
            reason: row.try_get("reason")?,
            remark: row.try_get("remark")?,
            ticket: row.try_get("ticket")?,
            asked: row.try_get("asked")?,
            signature: row.try_get("signature")?,
            state: row.try_get("state")?,
            asked_at: row.try_get::<At, _>("asked_ms")?.0,
            ripe_at: row.try_get::<MaybeAt, _>("ripe_ms")?.0,
            until: row.try_get::<At, _>("until_ms")?.0,
            released_by: row.try_get("released_by")?,
            released_at: row.try_get::<MaybeAt, _>("released_ms")?.0,
            ended_by: row.try_get("ended_by")?,
            refused_by: row.try_get("refused_by")?,
            objector: row.try_get("objector")?,
            ended_at: row.try_get::<MaybeAt, _>("ended_ms")?.0,
        })
    }
}

/// One that is new.
pub struct NewReset<'a> {
    pub id: AccountResetId,
    pub person: &'a PersonId,
    pub visit: Option<VisitId>,
    pub by: By<'a>,
    pub reason: ResetReason,
    pub remark: &'a str,
    pub ticket: Option<&'a str>,
    pub state: ResetState,
    pub until: Timestamp,
}

/// Who wrote it down, or asked for it.
#[derive(Clone, Copy)]
pub enum By<'a> {
    /// A desk, for an administrator to ask for.
    Desk(&'a StationId, &'a OperatorId),
    Agent {
        station: &'a StationId,
        operator: &'a OperatorId,
        asked: OfferId,
        signature: &'a Bytes,
    },
    Administrator(Asking<'a>),
}

/// An administrator's asking.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    pub administrator: &'a PersonId,
    pub with: &'a FactorName,
    /// The act that was signed, and with what; none: a code was typed.
    pub signed: Option<(OfferId, &'a Bytes)>,
    pub ripe_at: Option<Timestamp>,
}

/// Keeps one.
pub async fn insert(tx: &mut Write, new: &NewReset<'_>, now: Timestamp) -> Result<(), Fault> {
    let (station, operator, asking, signed) = match new.by {
        By::Desk(station, operator) => (Some(station), Some(operator), None, None),
        By::Agent {
            station,
            operator,
            asked,
            signature,
        } => (
            Some(station),
            Some(operator),
            None,
            Some((asked, signature)),
        ),
        By::Administrator(asking) => (None, None, Some(asking), asking.signed),
    };
    sqlx::query(
        "INSERT INTO account_reset (id, person, visit, station, asked_by, administrator, asked_with, reason, remark, ticket, asked, \
         signature, state, asked_ms, ripe_ms, until_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(new.id)
    .bind(new.person)
    .bind(new.visit)
    .bind(station)
    .bind(operator)
    .bind(asking.map(|asking| asking.administrator))
    .bind(asking.map(|asking| asking.with))
    .bind(new.reason)
    .bind(new.remark)
    .bind(new.ticket)
    .bind(signed.map(|(asked, _)| asked))
    .bind(signed.map(|(_, signature)| signature))
    .bind(new.state)
    .bind(At(now))
    .bind(asking.and_then(|asking| asking.ripe_at).map(At))
    .bind(At(new.until))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An administrator asks for what a desk prepared; whether it still waited for that.
pub async fn ask_prepared(
    tx: &mut Write,
    id: AccountResetId,
    asking: Asking<'_>,
    until: Timestamp,
) -> Result<bool, Fault> {
    let done = sqlx::query(
        "UPDATE account_reset SET state = 'released', administrator = $1, asked_with = $2, asked = $3, signature = $4, ripe_ms = $5, \
         until_ms = $6 WHERE id = $7 AND state = 'prepared'",
    )
    .bind(asking.administrator)
    .bind(asking.with)
    .bind(asking.signed.map(|(asked, _)| asked))
    .bind(asking.signed.map(|(_, signature)| signature))
    .bind(asking.ripe_at.map(At))
    .bind(At(until))
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many one administrator asked for after that time.
pub async fn asked_by_administrator(
    db: &mut Connection,
    administrator: &PersonId,
    after: Timestamp,
) -> Result<u32, Fault> {
    sqlx::query_scalar(
        "SELECT count(*) FROM account_reset WHERE administrator = $1 AND asked_ms > $2",
    )
    .bind(administrator)
    .bind(At(after))
    .fetch_one(db)
    .await
}

/// Those of an organisation's people, newest first, those of which something can still come before the others; at most `limit`.
pub async fn of_organisation(
    db: &mut Connection,
    organisation: &OrganisationId,
    limit: u32,
) -> Result<Vec<Stored>, Fault> {
    sqlx::query_as(
        "SELECT r.* FROM account_reset r JOIN person p ON p.id = r.person WHERE p.organisation = $1 \
         ORDER BY r.state NOT IN ('prepared', 'requested', 'released'), r.asked_ms DESC, r.id LIMIT $2",
    )
    .bind(organisation)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// The reset of that name.
pub async fn find(db: &mut Connection, id: AccountResetId) -> Result<Option<Stored>, Fault> {
    sqlx::query_as("SELECT * FROM account_reset WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await
}

/// The newest, those of which something can still come, or somebody has to see to, first; at most `limit`.
pub async fn newest(db: &mut Connection, limit: u32) -> Result<Vec<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM account_reset ORDER BY id NOT IN (SELECT reset FROM pending_exception), \
         state NOT IN ('prepared', 'requested', 'released'), asked_ms DESC, id LIMIT $1",
    )
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Those that were released, or asked for by an administrator, and of which nothing came yet, newest first; at most `limit`. Some may have
/// expired by now. The states are said twice so that the index of those that are open serves it.
pub async fn released(db: &mut Connection, limit: u32) -> Result<Vec<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM account_reset WHERE state IN ('prepared', 'requested', 'released') AND state = 'released' \
         ORDER BY asked_ms DESC, id LIMIT $1",
    )
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Whether it was carried out at that station, or by that operator, wherever somebody goes on with it now.
pub async fn is_visited(
    db: &mut Connection,
    id: AccountResetId,
    (station, operator): (&StationId, &OperatorId),
) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM visit v WHERE v.reset = $1 AND (v.station = $2 \
         OR EXISTS (SELECT 1 FROM visit_operator o WHERE o.visit = v.id AND o.operator = $3))) \
         OR EXISTS (SELECT 1 FROM account_reset WHERE id = $1 AND ended_by = $3)",
    )
    .bind(id)
    .bind(station)
    .bind(operator)
    .fetch_one(db)
    .await
}

/// The newest that were asked for or prepared at that station, those of which something can still come first; at most `limit`.
pub async fn of_station(
    db: &mut Connection,
    station: &StationId,
    limit: u32,
) -> Result<Vec<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM account_reset WHERE station = $1 \
         ORDER BY state NOT IN ('prepared', 'requested', 'released'), asked_ms DESC, id LIMIT $2",
    )
    .bind(station)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Those of a person, newest first; at most `limit`. What was refused or objected to is among them however much was taken back since.
pub async fn of_person(
    db: &mut Connection,
    person: &PersonId,
    limit: u32,
) -> Result<Vec<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM (SELECT * FROM account_reset WHERE person = $1 \
         ORDER BY state = $3, state NOT IN ($4, $5), asked_ms DESC, id LIMIT $2) ORDER BY asked_ms DESC, id",
    )
    .bind(person)
    .bind(limit)
    .bind(ResetState::Withdrawn)
    .bind(ResetState::Refused)
    .bind(ResetState::Objected)
    .fetch_all(db)
    .await
}

/// The one of a person that stands open.
pub async fn open_of(db: &mut Connection, person: &PersonId) -> Result<Option<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM account_reset WHERE person = $1 AND state IN ('prepared', 'requested', 'released')",
    )
    .bind(person)
    .fetch_optional(db)
    .await
}

/// The one of a person that was carried out and by which something can still be added.
pub async fn carried_out_of(
    db: &mut Connection,
    person: &PersonId,
    now: Timestamp,
) -> Result<Option<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM account_reset WHERE person = $1 AND state = 'carried-out' AND until_ms > $2 ORDER BY ended_ms DESC LIMIT 1",
    )
    .bind(person)
    .bind(At(now))
    .fetch_optional(db)
    .await
}

/// How many were asked for, and not only prepared unless somebody objected to that, about that person after that time: of all, and without
/// those that whoever asked took back before they were put to anybody.
pub async fn asked_about(
    db: &mut Connection,
    person: &PersonId,
    after: Timestamp,
) -> Result<(u32, u32), Fault> {
    sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE state <> $3 OR id IN (SELECT reset FROM account_reset_put)) FROM account_reset \
         WHERE person = $1 AND asked_ms > $2 AND (asked IS NOT NULL OR administrator IS NOT NULL OR state = $4)",
    )
    .bind(person)
    .bind(At(after))
    .bind(ResetState::Withdrawn)
    .bind(ResetState::Objected)
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
        "UPDATE account_reset SET state = 'expired', ended_ms = until_ms WHERE state IN ('prepared', 'requested', 'released') AND until_ms <= $1 \
         RETURNING *",
    )
    .bind(At(now))
    .fetch_all(&mut **tx)
    .await
}

/// Ends all of which something could still come, and returns them: a copy that is put back brings none back.
pub async fn end_all(tx: &mut Write, now: Timestamp) -> Result<Vec<Stored>, Fault> {
    let ended = sqlx::query_as(
        "UPDATE account_reset SET state = 'expired', ended_ms = $1 WHERE state IN ('prepared', 'requested', 'released') RETURNING *",
    )
    .bind(At(now))
    .fetch_all(&mut **tx)
    .await?;
    // Nor does what was carried out go on.
    sqlx::query(
        "UPDATE account_reset SET until_ms = $1 WHERE state = 'carried-out' AND until_ms > $1",
    )
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(ended)
}

/// It is released by that act, to be carried out between those times; whether it was only asked for.
pub async fn release(
    tx: &mut Write,
    id: AccountResetId,
    (act, by): (OfferId, &OperatorId),
    (now, ripe_at, until): (Timestamp, Option<Timestamp>, Timestamp),
) -> Result<bool, Fault> {
    let done = sqlx::query(
        "UPDATE account_reset SET state = 'released', released = $1, released_by = $2, released_ms = $3, until_ms = $4, ripe_ms = $6 \
         WHERE id = $5 AND state = 'requested'",
    )
    .bind(act)
    .bind(by)
    .bind(At(now))
    .bind(At(until))
    .bind(id)
    .bind(ripe_at.map(At))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// It is put to that account, to be released, at the desk of that one; the first time is kept.
pub async fn put(
    tx: &mut Write,
    id: AccountResetId,
    (to, at_desk_of): (&OperatorId, &OperatorId),
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO account_reset_put (reset, agent, at_desk_of, at_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .bind(to)
    .bind(at_desk_of)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whom one was put to, at whose desk and when first; oldest first.
pub async fn put_to(
    db: &mut Connection,
    id: AccountResetId,
) -> Result<Vec<(OperatorId, OperatorId, Timestamp)>, Fault> {
    let rows: Vec<(OperatorId, OperatorId, At)> = sqlx::query_as(
        "SELECT agent, at_desk_of, at_ms FROM account_reset_put WHERE reset = $1 ORDER BY at_ms, agent",
    )
    .bind(id)
    .fetch_all(db)
    .await?;
    let named = |(agent, at_desk_of, at): (_, _, At)| (agent, at_desk_of, at.0);
    Ok(rows.into_iter().map(named).collect())
}

/// By whom one ends.
#[derive(Clone, Copy)]
pub enum Ender<'a> {
    Operator(&'a OperatorId),
    /// Somebody who stands beside whoever is signed in, by the word of that one.
    Beside {
        signed_in: &'a OperatorId,
        refuser: &'a OperatorId,
    },
    /// Themself, or an administrator of their organisation.
    Person(&'a PersonId),
}

/// It ends like that; whether it stood in the state that it is to end from.
pub async fn end(
    tx: &mut Write,
    id: AccountResetId,
    (from, to): (ResetState, ResetState),
    by: Ender<'_>,
    now: Timestamp,
) -> Result<bool, Fault> {
    let (operator, refuser, person) = match by {
        Ender::Operator(id) => (Some(id), None, None),
        Ender::Beside { signed_in, refuser } => (Some(signed_in), Some(refuser), None),
        Ender::Person(id) => (None, None, Some(id)),
    };
    let done = sqlx::query(
        "UPDATE account_reset SET state = $1, ended_by = $2, objector = $6, refused_by = $7, ended_ms = $3 WHERE id = $4 AND state = $5",
    )
    .bind(to)
    .bind(operator)
    .bind(At(now))
    .bind(id)
    .bind(from)
    .bind(person)
    .bind(refuser)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// It is carried out, and what comes of it is an exception until then; whether it was released.
pub async fn except(
    tx: &mut Write,
    id: AccountResetId,
    by: &OperatorId,
    (now, until): (Timestamp, Timestamp),
) -> Result<bool, Fault> {
    let done = sqlx::query(
        "UPDATE account_reset SET state = 'carried-out', ended_by = $1, ended_ms = $2, until_ms = $3 WHERE id = $4 AND state = 'released'",
    )
    .bind(by)
    .bind(At(now))
    .bind(At(until))
    .bind(id)
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
