//! Factors that are suspended: what that changes, how it is lifted, and how it ends.
//!
//! It hides in which table a factor is. Invariants: a suspended factor is never valid; it is lifted only as
//! [`Suspended::may_be_lifted`] says; once it is removed it is never valid again, and a token that was suspended then is never in
//! stock again.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::database::{Audit, Database, Write, audit, from_ms, ms};
use super::notices::{self, Besides, Kind};
use super::problem::{Answer, Refusal};
use super::visits::{self, FactorName, Within};
use super::{deeds, older_factors, people};
use crate::domain::suspension::{FactorRef, FactorSort, LIFTED_WITHIN, NeverLifted};
use crate::domain::visit::{Had, Suspended, SuspendedWhy, Takes};
use crate::domain::{OperatorId, Person, PersonId, StationId};
use crate::wire::code;

/// So many are removed at once.
const AT_ONCE: usize = 50;

/// A factor, as far as its suspension goes.
pub struct Standing {
    /// Of what sort.
    pub sort: FactorSort,
    /// As the views name it.
    pub id: String,
    /// What people call it: its name, or its model.
    pub name: String,
    /// Of a key or a token.
    pub serial: Option<String>,
    /// Since then it is removed.
    pub gone_at: Option<Timestamp>,
    /// Since when it is suspended, and why.
    pub suspended: Option<Suspended>,
}

/// What a station reports.
pub struct Report<'a> {
    /// Where.
    pub station: &'a StationId,
    /// Whose.
    pub person: &'a Person,
    /// Which.
    pub factor: &'a FactorRef,
    /// Why.
    pub why: SuspendedWhy,
    /// Who took the report.
    pub operator: &'a OperatorId,
    /// When, in the milliseconds that the database keeps; not later than now.
    pub at: Timestamp,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reported {
    /// The factor is suspended from now on.
    Suspended,
    /// It was, and is so for a graver reason now.
    Graver,
    /// It was, for this reason or a graver one.
    Already,
    /// It is removed: it opens nothing anyway.
    Gone,
    /// It was reported as lost before its owner showed it at a desk: that answered the report.
    Shown,
}

/// What a notice says of a factor.
#[derive(Serialize)]
struct Told<'a> {
    sort: FactorSort,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<&'a str>,
    suspended: Suspended,
    /// Its owner can have it lifted until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_until: Option<Timestamp>,
}

impl Standing {
    fn of(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let sort = match row.try_get::<&str, _>("sort")? {
            "key" => FactorSort::Key,
            _ => FactorSort::App,
        };
        Ok(Self {
            sort,
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            serial: row.try_get("serial")?,
            gone_at: row
                .try_get::<Option<i64>, _>("gone_ms")?
                .map(from_ms)
                .transpose()?,
            suspended: people::held(row)?.suspended,
        })
    }

    fn told(&self, suspended: Suspended) -> Told<'_> {
        Told {
            sort: self.sort,
            name: &self.name,
            serial: self.serial.as_deref(),
            suspended,
            lifted_until: match suspended.why {
                SuspendedWhy::Lost => Some(suspended.until()),
                SuspendedWhy::Stolen | SuspendedWhy::Suspected => None,
            },
        }
    }
}

/// The name that the views have for a factor.
pub fn row_name(factor: &FactorRef) -> String {
    match factor {
        FactorRef::Key { credential } => {
            let bytes = credential.0.iter();
            bytes.map(|byte| format!("{byte:02X}")).collect()
        }
        FactorRef::App { factor } => factor.to_string(),
    }
}

/// How a factor of this person stands.
pub async fn standing(tx: &mut Write, person: &PersonId, factor: &FactorRef) -> Answer<Standing> {
    let row = sqlx::query("SELECT * FROM factor_standing WHERE person = ? AND sort = ? AND id = ?")
        .bind(person.as_str())
        .bind(factor.sort().as_str())
        .bind(row_name(factor))
        .fetch_optional(&mut **tx)
        .await?;
    match row {
        Some(row) => Ok(Standing::of(&row)?),
        None => Err(Refusal::new(
            match factor.sort() {
                FactorSort::Key => code::CREDENTIAL_UNKNOWN,
                FactorSort::App => code::FACTOR_UNKNOWN,
            },
            format!("{person} has no {factor}: look at the person's page"),
        )),
    }
}

/// Suspends a factor: from now on it opens and proves nothing.
pub async fn suspend(tx: &mut Write, report: &Report<'_>, now: Timestamp) -> Answer<Reported> {
    let standing = standing(tx, &report.person.id, report.factor).await?;
    let suspended = Suspended {
        at: report.at,
        why: report.why,
    };
    let (reported, suspended) = match (standing.gone_at, standing.suspended) {
        (Some(_), _) => return Ok(Reported::Gone),
        (None, Some(held)) if !report.why.is_graver_than(held.why) => return Ok(Reported::Already),
        (None, Some(held)) => {
            let at = held.at;
            (Reported::Graver, Suspended { at, ..suspended })
        }
        (None, None) if report.why == SuspendedWhy::Lost && shown_since(tx, report).await? => {
            return Ok(Reported::Shown);
        }
        (None, None) => (Reported::Suspended, suspended),
    };
    hold(tx, &standing, Some(suspended)).await?;
    notices::tell(
        tx,
        Kind::Suspended,
        (report.person, Besides::Administrators),
        &standing.told(suspended),
        now,
    )
    .await?;
    if reported == Reported::Suspended {
        note(tx, report, &standing, now).await?;
        // What was proved until now may have been proved with it.
        let within = Within::Desk(report.station, report.operator);
        visits::changed(tx, &report.person.id, within, now).await?;
        visits::void(tx, &FactorName::of(report.factor), now).await?;
        let newest = format!(
            "{} of {} ({})",
            report.factor,
            report.person.id,
            report.why.as_str()
        );
        let by = (report.station, report.operator);
        deeds::count(tx, by, report.at, &newest, now).await?;
        older_factors::watch(tx, report.station, &report.person.id, now).await?;
    }
    Ok(reported)
}

/// Whether its owner had a suspension of it lifted after that report was taken.
async fn shown_since(tx: &mut Write, report: &Report<'_>) -> Answer<bool> {
    let shown = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM suspension WHERE factor = ? AND person = ? AND lifted_ms > ?)",
    );
    Ok(shown
        .bind(row_name(report.factor))
        .bind(report.person.id.as_str())
        .bind(ms(report.at))
        .fetch_one(&mut **tx)
        .await?)
}

/// Writes down how a factor is held.
async fn hold(tx: &mut Write, standing: &Standing, suspended: Option<Suspended>) -> Answer<()> {
    let query = match standing.sort {
        FactorSort::Key => {
            "UPDATE credential SET suspended_ms = ?, suspended_why = ? WHERE id = unhex(?)"
        }
        FactorSort::App => "UPDATE factor SET suspended_ms = ?, suspended_why = ? WHERE id = ?",
    };
    sqlx::query(query)
        .bind(suspended.map(|held| ms(held.at)))
        .bind(suspended.map(|held| held.why.as_str()))
        .bind(&standing.id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn note(
    tx: &mut Write,
    report: &Report<'_>,
    standing: &Standing,
    now: Timestamp,
) -> Answer<()> {
    sqlx::query(
        "INSERT INTO suspension (person, sort, factor, why, station, operator, suspended_ms, accepted_ms) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(report.person.id.as_str())
    .bind(standing.sort.as_str())
    .bind(&standing.id)
    .bind(report.why.as_str())
    .bind(report.station.as_str())
    .bind(report.operator.as_str())
    .bind(ms(report.at))
    .bind(ms(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a suspended factor is refused with.
pub fn refused(person: &PersonId, factor: &FactorRef, held: Suspended) -> Refusal {
    let after = match held.why {
        SuspendedWhy::Lost => format!(
            "its owner can have that lifted at a desk, with the factor itself, until {}",
            held.until()
        ),
        SuspendedWhy::Stolen | SuspendedWhy::Suspected => {
            "that is never lifted: another factor takes its place".to_owned()
        }
    };
    Refusal::new(
        code::FACTOR_SUSPENDED,
        format!(
            "{factor} of {person} is suspended since {} ({}): it opens and proves nothing; {after}",
            held.at,
            held.why.as_str()
        ),
    )
}

/// Whether a factor's suspension may be lifted by its owner now; how it stands.
pub async fn liftable(
    tx: &mut Write,
    (person, factor): (&Person, &FactorRef),
    now: Timestamp,
) -> Answer<(Standing, Suspended)> {
    let standing = standing(tx, &person.id, factor).await?;
    let name = &standing.name;
    let rule = match (standing.gone_at, standing.suspended) {
        (Some(at), _) => format!("{name} was removed at {at} and is never valid again"),
        (None, None) => {
            return Err(Refusal::new(
                code::NOT_SUSPENDED,
                format!("{name} is not suspended: there is nothing to lift"),
            ));
        }
        (None, Some(held)) => match held.may_be_lifted(now) {
            Ok(()) => return Ok((standing, held)),
            Err(NeverLifted::Why { why }) => format!(
                "{name} was reported as {}, which is never lifted",
                why.as_str()
            ),
            Err(NeverLifted::RunOut { at }) => {
                format!("{name} was lost for 30 days until {at}, and is never valid again")
            }
        },
    };
    Err(Refusal::new(
        code::NEVER_LIFTED,
        format!("{rule}: {}", instead(tx, person).await?),
    ))
}

/// What takes the place of a factor that is not lifted, and who may give it.
async fn instead(tx: &mut Write, person: &Person) -> Answer<String> {
    let valid: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM valid_factor WHERE person = ?)")
            .bind(person.id.as_str())
            .fetch_one(&mut **tx)
            .await?;
    let had = match valid {
        true => Had::Valid,
        false => Had::Lost,
    };
    Ok(match had.takes(person.kind) {
        Takes::Identification | Takes::OwnFactor => {
            "they prove another factor of theirs at a desk and get a new one there".to_owned()
        }
        Takes::Administrator => {
            "an administrator of their organisation asks for a new one at a desk, and proves a factor of their own".to_owned()
        }
        Takes::Release => {
            "a new one takes Customer Service, and the release of a second agent".to_owned()
        }
    })
}

/// Lifts a suspension. The caller has found it liftable and the factor shown.
pub async fn lift(
    tx: &mut Write,
    person: &Person,
    (standing, held): (&Standing, Suspended),
    now: Timestamp,
) -> Answer<()> {
    hold(tx, standing, None).await?;
    sqlx::query("UPDATE suspension SET lifted_ms = ? WHERE factor = ? AND lifted_ms IS NULL")
        .bind(ms(now))
        .bind(&standing.id)
        .execute(&mut **tx)
        .await?;
    let about = (person, Besides::Administrators);
    notices::tell(tx, Kind::Lifted, about, &standing.told(held), now).await?;
    Ok(())
}

/// Another factor of that sort became this person's, and is proven: it takes the place of those that are suspended, which are
/// removed. To be called wherever a factor becomes valid that was not, in the same transaction.
pub async fn replaced(
    tx: &mut Write,
    person: &PersonId,
    sort: FactorSort,
    now: Timestamp,
) -> Answer<()> {
    let rows = sqlx::query(
        "SELECT * FROM factor_standing WHERE person = ? AND sort = ? AND suspended_ms IS NOT NULL AND gone_ms IS NULL",
    )
    .bind(person.as_str())
    .bind(sort.as_str())
    .fetch_all(&mut **tx)
    .await?;
    for row in &rows {
        let why = "replaced by another one that is proven";
        remove(tx, person, (&Standing::of(row)?, now), why, now).await?;
    }
    Ok(())
}

/// Removes what was suspended for 30 days, a few at a time, so that nobody waits long for a write meanwhile. How many that were.
pub async fn run_out(db: &Database, now: Timestamp) -> Result<usize, sqlx::Error> {
    let mut all = 0;
    loop {
        let few = few_run_out(db, now).await?;
        all += few;
        if few < AT_ONCE {
            return Ok(all);
        }
    }
}

async fn few_run_out(db: &Database, now: Timestamp) -> Result<usize, sqlx::Error> {
    let mut tx = db.write().await?;
    let rows = sqlx::query(
        "SELECT * FROM factor_standing WHERE suspended_ms <= ? AND gone_ms IS NULL ORDER BY suspended_ms LIMIT ?",
    )
    .bind(ms(now - LIFTED_WITHIN))
    .bind(i64::try_from(AT_ONCE).unwrap_or(i64::MAX))
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let person = PersonId::new(row.try_get::<String, _>("person")?);
        let standing = Standing::of(row)?;
        let over_at = standing.suspended.map_or(now, |held| held.until());
        let why = "suspended for 30 days";
        remove(&mut tx, &person, (&standing, over_at), why, now).await?;
    }
    tx.commit().await?;
    Ok(rows.len())
}

async fn remove(
    tx: &mut Write,
    person: &PersonId,
    (standing, at): (&Standing, Timestamp),
    why: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let query = match standing.sort {
        FactorSort::Key => {
            "UPDATE credential SET gone_ms = ? WHERE id = unhex(?) AND gone_ms IS NULL"
        }
        FactorSort::App => "UPDATE factor SET removed_ms = ? WHERE id = ? AND removed_ms IS NULL",
    };
    sqlx::query(query)
        .bind(ms(at))
        .bind(&standing.id)
        .execute(&mut **tx)
        .await?;
    let person = people::by_id(&mut **tx, person)
        .await?
        .ok_or(sqlx::Error::RowNotFound)?;
    if let Some(held) = standing.suspended {
        let about = (&person, Besides::Administrators);
        notices::tell(tx, Kind::Removed, about, &standing.told(held), now).await?;
    }
    let detail = format!("{} {}: {why}", standing.sort.as_str(), standing.id);
    let line = Audit {
        station: None,
        operator: None,
        action: "remove-suspended",
        subject: person.id.as_str(),
        detail: &detail,
    };
    audit(tx, &line, now).await
}
