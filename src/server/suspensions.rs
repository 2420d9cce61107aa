//! Factors that are suspended: what that changes, how it is lifted, and how it ends.
//!
//! Invariants: a suspended factor is never valid; it is lifted only as
//! [`Suspended::may_be_lifted`] says; once it is removed it is never valid again, and a token that was suspended then is never in
//! stock again.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::database::{Connection, Database, Fault, Write};
use super::notices::{self, Besides, Kind};
use super::problem::{Answer, Refusal};
use super::tables::standing::{self, Deeded, Standing};
use super::visits::{self, FactorName, Within};
use super::{older_factors, takings};
use crate::domain::authority::WhoMay;
use crate::domain::suspension::{FactorRef, FactorSort, LIFTED_WITHIN, NeverLifted};
use crate::domain::visit::{Had, Held, Suspended, SuspendedWhy, Takes};
use crate::domain::{OperatorId, Person, PersonId, StationId};
use crate::server::tables::audit::{self, Line};
use crate::server::tables::person;
use crate::wire::{Because, Until, problem_code};

/// How long before it arrived a suspension can have been made, at most.
pub const HELD_BACK: SignedDuration = SignedDuration::from_hours(24);

/// So many are removed at once.
const AT_ONCE: usize = 50;

/// What a station reports.
pub struct Report<'a> {
    pub station: &'a StationId,
    pub person: &'a Person,
    pub factor: &'a FactorRef,
    pub why: SuspendedWhy,
    /// Who took the report.
    pub operator: &'a OperatorId,
    /// When, in the milliseconds that the database keeps; not later than now. What was enrolled later, because a clock was ahead, is
    /// suspended from its enrolment on.
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
    /// It was lent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    lent: bool,
}

fn told(standing: &Standing, suspended: Suspended) -> Told<'_> {
    Told {
        sort: standing.factor.sort(),
        name: &standing.name,
        serial: standing.serial.as_deref(),
        suspended,
        lifted_until: Held {
            suspended: Some(suspended),
            lent_until: standing.lent_until,
            waiting_since: None,
        }
        .lifted_until(),
        lent: standing.lent_until.is_some(),
    }
}

/// How a factor of this person stands.
pub async fn standing(
    tx: &mut Connection,
    person: &PersonId,
    factor: &FactorRef,
) -> Answer<Standing> {
    let standing = standing::standing(tx, person, factor).await?;
    standing.ok_or_else(|| {
        Refusal::because(
            match factor.sort() {
                FactorSort::Key => problem_code::CREDENTIAL_UNKNOWN,
                FactorSort::App => problem_code::FACTOR_UNKNOWN,
            },
            Because::NoFactor {
                person: person.to_string(),
                factor: FactorName::of(factor).as_str().to_owned(),
            },
        )
    })
}

/// Suspends a factor: from now on it opens and proves nothing.
pub async fn suspend(tx: &mut Write, report: &Report<'_>, now: Timestamp) -> Answer<Reported> {
    let standing = standing(tx, &report.person.id, report.factor).await?;
    let about = (&report.person.id, report.factor);
    // Whether its owner had a suspension of it lifted after that report was taken.
    let shown = standing::lifted_after(tx, about.0, about.1, report.at).await?;
    let enrolled = standing::enrolled_at(tx, about.0, about.1).await?;
    let suspended = Suspended {
        at: enrolled.map_or(report.at, |enrolled| report.at.max(enrolled)),
        why: report.why,
    };
    let (reported, suspended) = match (standing.gone_at, standing.suspended) {
        (Some(_), _) => return Ok(Reported::Gone),
        (None, Some(held)) if !report.why.is_graver_than(held.why) => return Ok(Reported::Already),
        (None, Some(held)) => {
            let at = held.at;
            (Reported::Graver, Suspended { at, ..suspended })
        }
        (None, None) if report.why == SuspendedWhy::Lost && shown => return Ok(Reported::Shown),
        (None, None) => (Reported::Suspended, suspended),
    };
    standing::suspend(tx, report.factor, Some(suspended)).await?;
    notices::tell(
        tx,
        Kind::Suspended,
        (report.person, Besides::Administrators),
        &told(&standing, suspended),
        now,
    )
    .await?;
    if reported == Reported::Suspended {
        let by = Deeded {
            station: report.station,
            operator: report.operator,
            at: suspended.at,
            now,
        };
        standing::insert_suspension(tx, &standing, report.why, &by).await?;
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
        takings::count(tx, by, report.at, &newest, now).await?;
        older_factors::watch(tx, report.station, &report.person.id, now).await?;
    }
    Ok(reported)
}

/// What a suspended factor is refused with. `lent`: until when; none: it is not lent.
pub fn refused(
    person: &PersonId,
    factor: &FactorRef,
    (held, lent): (Suspended, Option<Timestamp>),
) -> Refusal {
    let after = match held.why {
        SuspendedWhy::Lost if lent.is_some() => Because::LentNeverLifted {},
        SuspendedWhy::Lost => Because::LiftedUntil {
            until: Until(held.until()),
        },
        SuspendedWhy::Stolen | SuspendedWhy::Suspected => Because::NeverLifted {},
        SuspendedWhy::LoanOver => Because::LoanNeverResumed {},
    };
    let why = Because::Suspended {
        factor: FactorName::of(factor).as_str().to_owned(),
        person: person.to_string(),
        at: held.at,
        why: held.why,
        after: Box::new(after),
    };
    Refusal::because(problem_code::FACTOR_SUSPENDED, why)
}

/// Whether a factor's suspension may be lifted by its owner now; how it stands.
pub async fn liftable(
    tx: &mut Connection,
    (person, factor): (&Person, &FactorRef),
    now: Timestamp,
) -> Answer<(Standing, Suspended)> {
    let standing = standing(tx, &person.id, factor).await?;
    let name = standing.name.clone();
    let rule = match (standing.gone_at, standing.suspended) {
        (None, _) if standing.lent_until.is_some() => Because::LentNotLifted { factor: name },
        (Some(at), _) => Because::Removed { factor: name, at },
        (None, None) => {
            return Err(Refusal::because(
                problem_code::NOT_SUSPENDED,
                Because::NotSuspended { factor: name },
            ));
        }
        (None, Some(held)) => match held.may_be_lifted(now) {
            Ok(()) => return Ok((standing, held)),
            Err(NeverLifted::Why { why }) => Because::ReportedAs { factor: name, why },
            Err(NeverLifted::RunOut { at }) => Because::RunOut { factor: name, at },
        },
    };
    let why = Because::Both {
        first: Box::new(rule),
        then: Box::new(instead(tx, person).await?),
    };
    Err(Refusal::because(problem_code::NEVER_LIFTED, why))
}

/// What takes the place of a factor that is not lifted, and who may give it.
async fn instead(tx: &mut Connection, person: &Person) -> Answer<Because> {
    let had = match standing::valid(tx, &person.id).await?.is_empty() {
        false => Had::Valid,
        true => Had::Lost,
    };
    Ok(match had.takes(person.kind) {
        Takes::Identification | Takes::OwnFactor => Because::ProveAnother {},
        Takes::Administrator | Takes::Release => Because::NewOneFrom {
            may: WhoMay::replaces(person.kind),
        },
    })
}

/// Lifts a suspension. The caller has found it liftable and the factor shown.
pub async fn lift(
    tx: &mut Write,
    person: &Person,
    (standing, held): (&Standing, Suspended),
    now: Timestamp,
) -> Answer<()> {
    standing::suspend(tx, &standing.factor, None).await?;
    standing::set_lifted(tx, &standing.factor, now).await?;
    let about = (person, Besides::Administrators);
    notices::tell(tx, Kind::Lifted, about, &told(standing, held), now).await?;
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
    for standing in standing::suspended(tx, person, sort).await? {
        let why = "replaced by another one that is proven";
        remove(tx, (&standing, now), why, now).await?;
    }
    Ok(())
}

/// Removes what was suspended for 30 days, a few at a time, so that nobody waits long for a write meanwhile. How many that were.
pub async fn run_out(db: &Database, now: Timestamp) -> Result<usize, Fault> {
    let mut all = 0;
    loop {
        let few = few_run_out(db, now).await?;
        all += few;
        if few < AT_ONCE {
            return Ok(all);
        }
    }
}

async fn few_run_out(db: &Database, now: Timestamp) -> Result<usize, Fault> {
    let mut tx = db.write().await?;
    let over = standing::suspended_since(&mut tx, now - LIFTED_WITHIN, AT_ONCE).await?;
    for standing in &over {
        let over_at = standing.suspended.map_or(now, |held| held.until());
        let why = "suspended for 30 days";
        remove(&mut tx, (standing, over_at), why, now).await?;
    }
    tx.commit().await?;
    Ok(over.len())
}

async fn remove(
    tx: &mut Write,
    (standing, at): (&Standing, Timestamp),
    why: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    standing::end(tx, standing, at).await?;
    let person = person::by_id(tx, &standing.person)
        .await?
        .ok_or(Fault::RowNotFound)?;
    if let Some(held) = standing.suspended {
        let about = (&person, Besides::Administrators);
        notices::tell(tx, Kind::Removed, about, &told(standing, held), now).await?;
    }
    let (sort, name) = (standing.factor.sort(), FactorName::of(&standing.factor));
    let detail = format!("{} {}: {why}", sort.as_str(), name.as_str());
    let line = Line {
        station: None,
        operator: None,
        action: "remove-suspended",
        subject: person.id.as_str(),
        detail: &detail,
    };
    audit::note(tx, &line, now).await
}
