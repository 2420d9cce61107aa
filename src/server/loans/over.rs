//! Loans that end by themselves.
//!
//! Invariant: a key whose loan is over is suspended and never resumed; its person, and whoever answers for them, hear of it.

use jiff::{SignedDuration, Timestamp};

use super::{Told, told};
use crate::domain::visit::{Suspended, SuspendedWhy};
use crate::server::database::{Database, Fault, Write};
use crate::server::notices::{self, Besides, Kind};
use crate::server::tables::audit::{self, Line};
use crate::server::tables::loan as table;
use crate::server::tables::standing::{self, Standing};
use crate::server::tables::{FactorName, person};

/// So many are ended at once.
const AT_ONCE: usize = 50;

/// So long before its end its person is told of it, where it is all that they have.
const ANNOUNCED: SignedDuration = SignedDuration::from_hours(24);

/// Ends the loans that are over, and tells whose is about to be and is all that they have; a few at a time.
pub async fn tidy(db: &Database, now: Timestamp) -> Result<(), Fault> {
    loop {
        let mut tx = db.write().await?;
        let over = table::over(&mut tx, now, AT_ONCE).await?;
        for standing in &over {
            end(&mut tx, standing, now).await?;
        }
        let soon = (now, now.saturating_add(ANNOUNCED).unwrap_or(now));
        let ending = table::unannounced(&mut tx, soon, AT_ONCE).await?;
        for standing in &ending {
            announce(&mut tx, standing, now).await?;
        }
        tx.commit().await?;
        if over.len() < AT_ONCE && ending.len() < AT_ONCE {
            return Ok(());
        }
    }
}

async fn end(tx: &mut Write, standing: &Standing, now: Timestamp) -> Result<(), Fault> {
    let at = standing.lent_until.unwrap_or(now);
    let suspended = Suspended {
        at,
        why: SuspendedWhy::LoanOver,
    };
    standing::suspend(tx, &standing.factor, Some(suspended)).await?;
    let told = Told {
        suspended: Some(suspended),
        ..told(standing, at)
    };
    tell(tx, Kind::Suspended, standing, &told, now).await?;
    let detail = format!("{}: the loan ended at {at}", standing.factor);
    let line = Line {
        station: None,
        operator: None,
        action: "loan-over",
        subject: standing.person.as_str(),
        detail: &detail,
    };
    audit::note(tx, &line, now).await
}

async fn announce(tx: &mut Write, standing: &Standing, now: Timestamp) -> Result<(), Fault> {
    let told = told(standing, standing.lent_until.unwrap_or(now));
    tell(tx, Kind::LoanEnds, standing, &told, now).await?;
    table::set_announced(tx, &FactorName::of(&standing.factor), now).await
}

async fn tell(
    tx: &mut Write,
    kind: Kind,
    standing: &Standing,
    told: &Told<'_>,
    now: Timestamp,
) -> Result<(), Fault> {
    let person = person::by_id(tx, &standing.person).await?;
    let person = person.ok_or(Fault::RowNotFound)?;
    notices::tell(tx, kind, (&person, Besides::Administrators), told, now).await
}
