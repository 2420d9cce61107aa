//! How each key, app and token stands, in whichever table it is: what ever was a factor of somebody, what opens something now, what
//! is suspended; and the record of how each was suspended and how it ended.

use jiff::Timestamp;
use sqlx::{FromRow, Row as _};

use super::At;
use super::column::{FactorName, MaybeAt};
use super::{credential, factor};
use crate::domain::suspension::{FactorRef, FactorSort, Taking};
use crate::domain::visit::{Had, Held, Suspended, SuspendedWhy};
use crate::domain::{OperatorId, PersonId, StationId, VisitId};
use crate::server::database::{Connection, Fault, Row, Write};

/// A factor, as far as its suspension goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub person: PersonId,
    pub factor: FactorRef,
    /// What people call it: its name, or its model.
    pub name: String,
    /// Of a key or a token.
    pub serial: Option<String>,
    /// Since then it is removed.
    pub gone_at: Option<Timestamp>,
    /// Since when it is suspended, and why.
    pub suspended: Option<Suspended>,
    /// It waits for its owner to take it.
    pub waits: bool,
    /// It is lent, until then.
    pub lent_until: Option<Timestamp>,
}

impl FromRow<'_, Row> for Standing {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        let held = Held::from_row(row)?;
        Ok(Self {
            waits: held.waiting_since.is_some(),
            person: row.try_get("person")?,
            factor: FactorRef::from_row(row)?,
            name: row.try_get("name")?,
            serial: row.try_get("serial")?,
            gone_at: row.try_get::<MaybeAt, _>("gone_ms")?.0,
            suspended: held.suspended,
            lent_until: held.lent_until,
        })
    }
}

/// How a factor of this person stands.
pub async fn standing(
    db: &mut Connection,
    person: &PersonId,
    factor: &FactorRef,
) -> Result<Option<Standing>, Fault> {
    sqlx::query_as("SELECT * FROM factor_standing WHERE person = $1 AND sort = $2 AND id = $3")
        .bind(person)
        .bind(factor.sort())
        .bind(FactorName::of(factor))
        .fetch_optional(db)
        .await
}

/// When a factor of this person was enrolled, as its station told.
pub async fn enrolled_at(
    db: &mut Connection,
    person: &PersonId,
    factor: &FactorRef,
) -> Result<Option<Timestamp>, Fault> {
    let query = match factor {
        FactorRef::Key { .. } => {
            "SELECT enrolled_ms FROM credential WHERE person = $1 AND hex(id) = $2"
        }
        FactorRef::App { .. } => "SELECT enrolled_ms FROM factor WHERE person = $1 AND id = $2",
    };
    let at: Option<At> = sqlx::query_scalar(query)
        .bind(person)
        .bind(FactorName::of(factor))
        .fetch_optional(db)
        .await?;
    Ok(at.map(Timestamp::from))
}

/// Whether anything became somebody's since that time, whatever became of it.
pub async fn came_since(
    db: &mut Connection,
    person: &PersonId,
    time: Timestamp,
) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM had_factor WHERE person = $1 AND accepted_ms >= $2 AND (gone_ms IS NULL OR gone_ms > $2))",
    )
    .bind(person)
    .bind(At(time))
    .fetch_one(db)
    .await
}

/// All that is left of a person's factors, whether it opens something or not.
pub async fn living(db: &mut Connection, person: &PersonId) -> Result<Vec<Standing>, Fault> {
    sqlx::query_as(
        "SELECT * FROM factor_standing WHERE person = $1 AND gone_ms IS NULL ORDER BY sort, id",
    )
    .bind(person)
    .fetch_all(db)
    .await
}

/// A person's factors of that sort that are suspended.
pub async fn suspended(
    db: &mut Connection,
    person: &PersonId,
    sort: FactorSort,
) -> Result<Vec<Standing>, Fault> {
    sqlx::query_as(
        "SELECT * FROM factor_standing WHERE person = $1 AND sort = $2 AND suspended_ms IS NOT NULL AND gone_ms IS NULL",
    )
    .bind(person)
    .bind(sort)
    .fetch_all(db)
    .await
}

/// What is suspended since that time or longer; at most `limit`.
pub async fn suspended_since(
    db: &mut Connection,
    time: Timestamp,
    limit: usize,
) -> Result<Vec<Standing>, Fault> {
    sqlx::query_as(
        "SELECT * FROM factor_standing WHERE suspended_ms <= $1 AND gone_ms IS NULL ORDER BY suspended_ms LIMIT $2",
    )
    .bind(At(time))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}

/// Writes down how a factor is suspended, or that it is not.
pub async fn suspend(
    tx: &mut Write,
    factor: &FactorRef,
    suspended: Option<Suspended>,
) -> Result<(), Fault> {
    match factor {
        FactorRef::Key { credential } => credential::suspend(tx, credential, suspended).await,
        FactorRef::App { factor } => factor::suspend(tx, *factor, suspended).await,
    }
}

/// Removes a factor that was suspended.
pub async fn end(tx: &mut Write, standing: &Standing, at: Timestamp) -> Result<(), Fault> {
    match &standing.factor {
        FactorRef::Key { credential } => credential::end(tx, credential, at, None).await,
        FactorRef::App { factor } => factor::remove(tx, &standing.person, *factor, at)
            .await
            .map(|_| ()),
    }
}

/// By whose hand something of a factor was done, and when.
pub struct Deeded<'a> {
    pub station: &'a StationId,
    pub operator: &'a OperatorId,
    /// As the station told it.
    pub at: Timestamp,
    /// When it was taken.
    pub now: Timestamp,
}

/// Keeps that a factor was suspended.
pub async fn insert_suspension(
    tx: &mut Write,
    standing: &Standing,
    why: SuspendedWhy,
    by: &Deeded<'_>,
) -> Result<(), Fault> {
    let kept = "INSERT INTO suspension (person, sort, factor, why, station, operator, suspended_ms, accepted_ms) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    keep(tx, kept, (standing, why.as_str()), by).await
}

async fn keep(
    tx: &mut Write,
    statement: &'static str,
    (standing, why): (&Standing, &str),
    by: &Deeded<'_>,
) -> Result<(), Fault> {
    sqlx::query(statement)
        .bind(&standing.person)
        .bind(standing.factor.sort())
        .bind(FactorName::of(&standing.factor))
        .bind(why)
        .bind(by.station)
        .bind(by.operator)
        .bind(At(by.at))
        .bind(At(by.now))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Keeps that its owner had the suspension of a factor lifted.
pub async fn set_lifted(tx: &mut Write, factor: &FactorRef, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE suspension SET lifted_ms = $1 WHERE factor = $2 AND lifted_ms IS NULL")
        .bind(At(now))
        .bind(FactorName::of(factor))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether its owner had a suspension of a factor lifted after that time.
pub async fn lifted_after(
    db: &mut Connection,
    person: &PersonId,
    factor: &FactorRef,
    time: Timestamp,
) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM suspension WHERE factor = $1 AND person = $2 AND lifted_ms > $3)",
    )
    .bind(FactorName::of(factor))
    .bind(person)
    .bind(At(time))
    .fetch_one(db)
    .await
}

/// Keeps how a factor ended: `why` is a word of the table.
pub async fn insert_end(
    tx: &mut Write,
    standing: &Standing,
    why: &str,
    by: &Deeded<'_>,
) -> Result<(), Fault> {
    let kept = "INSERT INTO factor_end (person, sort, factor, why, station, operator, ended_ms, accepted_ms) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    keep(tx, kept, (standing, why), by).await
}

/// What somebody has now, and had before they were imported.
pub async fn had(db: &mut Connection, person: &PersonId) -> Result<Had, Fault> {
    let (ever, valid): (bool, bool) = sqlx::query_as(
        "SELECT EXISTS (SELECT 1 FROM had_factor WHERE person = $1) \
         OR EXISTS (SELECT 1 FROM person WHERE id = $1 AND earlier_factors > 0), \
         EXISTS (SELECT 1 FROM valid_factor WHERE person = $1)",
    )
    .bind(person)
    .fetch_one(db)
    .await?;
    Ok(match (valid, ever) {
        (true, _) => Had::Valid,
        (false, true) => Had::Lost,
        (false, false) => Had::Never,
    })
}

/// A factor that opens something.
#[derive(sqlx::FromRow)]
pub struct Valid {
    pub id: FactorName,
    pub sort: FactorSort,
    /// When it became its owner's.
    #[sqlx(rename = "accepted_ms", try_from = "At")]
    pub accepted_at: Timestamp,
    /// In which visit it was added.
    pub visit: Option<VisitId>,
}

/// What opens something for a person now.
pub async fn valid(db: &mut Connection, person: &PersonId) -> Result<Vec<Valid>, Fault> {
    sqlx::query_as("SELECT id, sort, accepted_ms, visit FROM valid_factor WHERE person = $1")
        .bind(person)
        .fetch_all(db)
        .await
}

/// Who had a hand in somebody's factor: who enrolled it, began that, asked for it, or took its secret into stock.
pub async fn makers(
    db: &mut Connection,
    owner: &PersonId,
    factor: &FactorName,
) -> Result<Vec<OperatorId>, Fault> {
    sqlx::query_scalar("SELECT operator FROM factor_maker WHERE person = $1 AND id = $2")
        .bind(owner)
        .bind(factor)
        .fetch_all(db)
        .await
}

/// What one human, under whatever account, suspended since then, and ended otherwise than by its owner's proof. All that one reset
/// takes from one person is one. Where a key that was lent ends, nothing of theirs is taken. `since_ms` may lie before the calendar.
pub async fn takings(
    db: &mut Connection,
    operator: &OperatorId,
    since_ms: i64,
) -> Result<Vec<Taking>, Fault> {
    let all: Vec<(At, At)> = sqlx::query_as(
        "WITH own AS (SELECT same AS id FROM account_of_human WHERE account = $1), \
         lent AS (SELECT hex(credential) AS id FROM loan WHERE credential IS NOT NULL) \
         SELECT suspended_ms, accepted_ms FROM suspension WHERE operator IN (SELECT id FROM own) AND accepted_ms >= $2 \
         UNION ALL SELECT * FROM (SELECT ended_ms, accepted_ms FROM factor_end WHERE operator IN (SELECT id FROM own) \
         AND accepted_ms >= $2 AND why IN ('reset', 'deleted', 'withdrawn') AND factor NOT IN (SELECT id FROM lent) GROUP BY person, ended_ms, accepted_ms) AS ended",
    )
    .bind(operator)
    .bind(since_ms)
    .fetch_all(db)
    .await?;
    let takings = all.into_iter().map(|(stated, taken)| Taking {
        stated: stated.0,
        taken: taken.0,
    });
    Ok(takings.collect())
}

/// What became of somebody's factors about a time.
#[derive(sqlx::FromRow)]
pub struct Exchange {
    /// How many came or went just now.
    pub just_now: i64,
    /// How many were there before that time and went since.
    pub gone: i64,
    /// How many were there before that time and are.
    pub left: i64,
    /// How many came since and are.
    pub newer: i64,
}

/// What was there before `time`, what of it went since, and what came since. What another one took the place of by the same proof
/// does not count. When something went is told by the station, and is not earlier here than it was taken.
pub async fn exchange(
    db: &mut Connection,
    person: &PersonId,
    (time, now): (Timestamp, Timestamp),
) -> Result<Exchange, Fault> {
    sqlx::query_as(
        "WITH f AS (SELECT accepted_ms, CASE \
         WHEN suspended_ms <= coalesce(gone_ms, suspended_ms) THEN max(suspended_ms, coalesce((SELECT max(s.accepted_ms) \
         FROM suspension s WHERE s.factor = h.id AND s.person = h.person AND s.suspended_ms = h.suspended_ms), 0)) \
         WHEN gone_ms IS NOT NULL THEN max(gone_ms, coalesce((SELECT max(e.accepted_ms) \
         FROM factor_end e WHERE e.factor = h.id AND e.person = h.person), 0)) END AS ended_ms \
         FROM had_factor h WHERE person = $1 AND NOT EXISTS (SELECT 1 FROM factor_end e \
         WHERE e.factor = h.id AND e.person = h.person AND e.why IN ('replaced', 'account-reset'))) \
         SELECT count(*) FILTER (WHERE ended_ms >= $3 OR (ended_ms IS NULL AND accepted_ms >= $3)) AS just_now, \
         count(*) FILTER (WHERE accepted_ms <= $2 AND ended_ms > $2) AS gone, \
         count(*) FILTER (WHERE accepted_ms <= $2 AND ended_ms IS NULL) AS left, \
         count(*) FILTER (WHERE accepted_ms > $2 AND ended_ms IS NULL) AS newer FROM f",
    )
    .bind(person)
    .bind(At(time))
    .bind(At(now))
    .fetch_one(db)
    .await
}
