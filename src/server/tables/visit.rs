//! Visits, and every operator whose visit each was.

use jiff::Timestamp;
use sqlx::{FromRow, Row as _};

use super::column::{FactorName, MaybeAt};
use super::{At, account_reset, identification};
use crate::domain::visit::{Authority, Had};
use crate::domain::{AccountResetId, Identification, OperatorId, PersonId, StationId, VisitId};
use crate::server::database::{Connection, Fault, Row, Write};
use crate::wire::ServedBy;

/// A visit as it is kept.
pub struct Stored {
    pub id: VisitId,
    pub person: PersonId,
    pub station: StationId,
    pub operator: OperatorId,
    pub is_ticket: bool,
    /// How the person was identified; none: a ticket that nobody has come with yet.
    pub identification: Option<Identification>,
    /// What the person had when it began.
    pub had: Had,
    /// By what factors may be added in it.
    pub authority: Option<Authority>,
    pub opened_at: Timestamp,
    pub last_act_at: Timestamp,
    /// Of a ticket's: its day, the end not included.
    pub day: Option<(Timestamp, Timestamp)>,
    pub ended_at: Option<Timestamp>,
    /// Since when something of the person's factors has changed outside it.
    pub overtaken_at: Option<Timestamp>,
}

impl FromRow<'_, Row> for Stored {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        let at = |column: &str| row.try_get::<MaybeAt, _>(column).map(|at| at.0);
        Ok(Self {
            id: row.try_get("id")?,
            person: row.try_get("person")?,
            station: row.try_get("station")?,
            operator: row.try_get("operator")?,
            is_ticket: row.try_get("is_ticket")?,
            identification: identification::shown(row)?,
            had: row.try_get("had")?,
            authority: match row.try_get::<Option<AccountResetId>, _>("reset")? {
                Some(_) => Some(Authority::Released),
                None => row.try_get("authority")?,
            },
            opened_at: row.try_get::<At, _>("opened_ms")?.0,
            last_act_at: row.try_get::<At, _>("last_act_ms")?.0,
            day: at("from_ms")?.zip(at("until_ms")?),
            ended_at: at("ended_ms")?,
            overtaken_at: at("overtaken_ms")?,
        })
    }
}

/// A visit that begins.
pub struct NewVisit<'a> {
    pub id: VisitId,
    pub person: &'a PersonId,
    pub station: &'a StationId,
    pub operator: &'a OperatorId,
    pub had: Had,
    pub authority: Option<Authority>,
    /// Of a ticket's: its day.
    pub day: Option<(Timestamp, Timestamp)>,
}

/// Begins a visit.
pub async fn insert(tx: &mut Write, new: &NewVisit<'_>, now: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO visit (id, person, station, operator, is_ticket, had, authority, opened_ms, last_act_ms, from_ms, \
         until_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10)",
    )
    .bind(new.id)
    .bind(new.person)
    .bind(new.station)
    .bind(new.operator)
    .bind(new.day.is_some())
    .bind(new.had)
    .bind(new.authority)
    .bind(At(now))
    .bind(new.day.map(|(from, _)| At(from)))
    .bind(new.day.map(|(_, until)| At(until)))
    .execute(&mut **tx)
    .await?;
    add_operator(tx, new.id, new.operator).await
}

/// From now on it is that operator's, too.
async fn add_operator(tx: &mut Write, id: VisitId, operator: &OperatorId) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO visit_operator (visit, operator) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .bind(operator)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Every operator whose visit it was.
pub async fn operators(db: &mut Connection, id: VisitId) -> Result<Vec<OperatorId>, Fault> {
    sqlx::query_scalar("SELECT operator FROM visit_operator WHERE visit = $1")
        .bind(id)
        .fetch_all(db)
        .await
}

/// The visit of that name.
pub async fn find(db: &mut Connection, id: VisitId) -> Result<Option<Stored>, Fault> {
    sqlx::query_as("SELECT * FROM identified_visit WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await
}

/// The visit that this operator has open with them at this station, if something was done in it after that time.
pub async fn at_desk(
    db: &mut Connection,
    (station, operator): (&StationId, &OperatorId),
    person: &PersonId,
    (acted_after, opened_after): (Timestamp, Timestamp),
) -> Result<Option<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM identified_visit WHERE person = $1 AND station = $2 AND operator = $3 AND NOT is_ticket AND ended_ms IS NULL \
         AND overtaken_ms IS NULL AND last_act_ms > $4 AND opened_ms > $5 ORDER BY opened_ms DESC LIMIT 1",
    )
    .bind(person)
    .bind(station)
    .bind(operator)
    .bind(At(acted_after))
    .bind(At(opened_after))
    .fetch_optional(db)
    .await
}

/// The newest visit of a ticket for that person and day that was fetched at that station.
pub async fn of_ticket(
    db: &mut Connection,
    (station, person): (&StationId, &PersonId),
    (from, until): (Timestamp, Timestamp),
) -> Result<Option<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM identified_visit WHERE person = $1 AND station = $2 AND is_ticket AND overtaken_ms IS NULL \
         AND from_ms = $3 AND until_ms = $4 ORDER BY opened_ms DESC LIMIT 1",
    )
    .bind(person)
    .bind(station)
    .bind(At(from))
    .bind(At(until))
    .fetch_optional(db)
    .await
}

/// Who else has a visit open with somebody that was opened, and in which something was done, after those times: another operator, or
/// the same one at another station.
pub async fn served_by(
    db: &mut Connection,
    (station, operator): (&StationId, &OperatorId),
    person: &PersonId,
    (acted_after, opened_after): (Timestamp, Timestamp),
) -> Result<Option<ServedBy>, Fault> {
    let row = sqlx::query(
        "SELECT o.name AS operator, s.name AS station, v.last_act_ms FROM visit v \
         JOIN operator o ON o.id = v.operator JOIN station s ON s.id = v.station \
         WHERE v.person = $1 AND NOT (v.station = $2 AND v.operator = $3) AND v.ended_ms IS NULL AND v.overtaken_ms IS NULL \
         AND NOT v.is_ticket AND v.last_act_ms > $4 AND v.opened_ms > $5 ORDER BY v.opened_ms DESC LIMIT 1",
    )
    .bind(person)
    .bind(station)
    .bind(operator)
    .bind(At(acted_after))
    .bind(At(opened_after))
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(ServedBy {
            operator: row.try_get("operator")?,
            station: row.try_get("station")?,
            last_act_at: row.try_get::<At, _>("last_act_ms")?.0,
        })
    })
    .transpose()
}

/// Something was done in it.
pub async fn touch(tx: &mut Write, id: VisitId, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE visit SET last_act_ms = $1 WHERE id = $2")
        .bind(At(now))
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Something was done in it, as far as that does not bring it back to life: the act before was after that time.
pub async fn prolong(
    tx: &mut Write,
    id: VisitId,
    (now, after): (Timestamp, Timestamp),
) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE visit SET last_act_ms = $1 WHERE id = $2 AND last_act_ms > $3 AND last_act_ms < $1",
    )
    .bind(At(now))
    .bind(id)
    .bind(At(after))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// It is proved by a factor of that person's.
pub async fn prove(
    tx: &mut Write,
    id: VisitId,
    authority: Authority,
    (by, prover): (&FactorName, &PersonId),
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE visit SET authority = $1, proved_by = $2, prover = $3, proved_ms = $4 WHERE id = $5",
    )
    .bind(authority)
    .bind(by)
    .bind(prover)
    .bind(At(now))
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The administrator who proved it, and by which factor of theirs; none: nobody did, or its person themself.
pub async fn vouched_by(
    db: &mut Connection,
    id: VisitId,
) -> Result<Option<(PersonId, FactorName)>, Fault> {
    sqlx::query_as(
        "SELECT prover, proved_by FROM visit WHERE id = $1 AND prover <> person AND proved_by IS NOT NULL",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Its person's account was reset in it, as far as nothing else proved it.
pub async fn set_reset(tx: &mut Write, id: VisitId, reset: AccountResetId) -> Result<(), Fault> {
    sqlx::query("UPDATE visit SET reset = $1 WHERE id = $2")
        .bind(reset)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The reset by which factors may be added in it.
pub async fn reset(
    db: &mut Connection,
    id: VisitId,
) -> Result<Option<account_reset::Stored>, Fault> {
    sqlx::query_as("SELECT r.* FROM account_reset r JOIN visit v ON v.reset = r.id WHERE v.id = $1")
        .bind(id)
        .fetch_optional(db)
        .await
}

/// The reset that somebody released, of those that were asked for in it or let factors be added in it.
pub async fn released(
    db: &mut Connection,
    id: VisitId,
) -> Result<Option<account_reset::Stored>, Fault> {
    sqlx::query_as(
        "SELECT r.* FROM account_reset r JOIN visit v ON v.reset = r.id OR v.id = r.visit \
         WHERE v.id = $1 AND r.state IN ('released', 'carried-out') ORDER BY r.released_ms DESC LIMIT 1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Another operator goes on with it, at their station.
pub async fn pass(
    tx: &mut Write,
    id: VisitId,
    (station, operator): (&StationId, &OperatorId),
) -> Result<(), Fault> {
    sqlx::query("UPDATE visit SET operator = $1, station = $2 WHERE id = $3")
        .bind(operator)
        .bind(station)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    add_operator(tx, id, operator).await
}

/// Asks every visit of a person anew but that one.
pub async fn overtake(
    tx: &mut Write,
    person: &PersonId,
    but: Option<VisitId>,
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE visit SET overtaken_ms = $1, ended_ms = coalesce(ended_ms, $1) \
         WHERE person = $2 AND id IS DISTINCT FROM $3 AND overtaken_ms IS NULL",
    )
    .bind(At(now))
    .bind(person)
    .bind(but)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Asks those anew that were proved by that factor and in which something was done after that time.
pub async fn void(
    tx: &mut Write,
    by: &FactorName,
    (now, after): (Timestamp, Timestamp),
) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE visit SET overtaken_ms = coalesce(overtaken_ms, $1), ended_ms = coalesce(ended_ms, $1) \
         WHERE proved_by = $2 AND last_act_ms > $3",
    )
    .bind(At(now))
    .bind(by)
    .bind(At(after))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends it.
pub async fn end(tx: &mut Write, id: VisitId, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE visit SET ended_ms = $1 WHERE id = $2")
        .bind(At(now))
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends the visits that are open with a person, because that operator opens one; whether that took one from another human, in which
/// something was done after the first of the times and that was opened after the second.
pub async fn end_with(
    tx: &mut Write,
    (person, by): (&PersonId, &OperatorId),
    (acted_after, opened_after): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<bool, Fault> {
    let taken = sqlx::query(
        "UPDATE visit SET ended_ms = $2, ended_by = $1 WHERE person = $3 AND ended_ms IS NULL AND NOT is_ticket \
         AND last_act_ms > $4 AND opened_ms > $5 AND operator NOT IN (SELECT same FROM account_of_human WHERE account = $1)",
    )
    .bind(by)
    .bind(At(now))
    .bind(person)
    .bind(At(acted_after))
    .bind(At(opened_after))
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "UPDATE visit SET ended_ms = $1 WHERE person = $2 AND ended_ms IS NULL AND NOT is_ticket",
    )
    .bind(At(now))
    .bind(person)
    .execute(&mut **tx)
    .await?;
    Ok(taken.rows_affected() > 0)
}

/// With how many people one human, under whatever account, ended others' visits after that time.
pub async fn taken_from(
    db: &mut Connection,
    operator: &OperatorId,
    after: Timestamp,
) -> Result<i64, Fault> {
    sqlx::query_scalar(
        "SELECT count(DISTINCT person) FROM visit WHERE ended_by IN (SELECT same FROM account_of_human WHERE account = $1) \
         AND ended_ms > $2",
    )
    .bind(operator)
    .bind(At(after))
    .fetch_one(db)
    .await
}

/// Ends the visits that are open at that station, with that operator; none: at any, with any.
pub async fn end_at(
    tx: &mut Write,
    (station, operator): (Option<&StationId>, Option<&OperatorId>),
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE visit SET ended_ms = $1 WHERE ($2 IS NULL OR station = $2) AND ($3 IS NULL OR operator = $3) \
         AND ended_ms IS NULL AND NOT is_ticket",
    )
    .bind(At(now))
    .bind(station)
    .bind(operator)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether somebody was received at a desk after that time.
pub async fn seen_after(
    db: &mut Connection,
    person: &PersonId,
    time: Timestamp,
) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM visit WHERE person = $1 AND opened_ms > $2 AND NOT is_ticket)",
    )
    .bind(person)
    .bind(At(time))
    .fetch_one(db)
    .await
}

/// Ends and overtakes every visit that has not ended, a ticket's too.
pub async fn end_all(tx: &mut Write, now: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE visit SET ended_ms = $1, overtaken_ms = coalesce(overtaken_ms, $1) WHERE ended_ms IS NULL",
    )
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}
