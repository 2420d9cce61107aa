//! Identifications: who looked at whom, how, when and where, each for one case. A row is never changed, and never deleted.

pub mod away;

use super::column::{OfRow, in_row};
use sqlx::Row as _;

use super::At;
use crate::domain::identification::{AwayCheck, AwayLook, Case, Document, IdentityCheck, MethodId};
use crate::domain::{AccountResetId, Identification, OfferId, VisitId};
use crate::server::database::{Connection, Fault, Row, Write};
use crate::wire::Identified;

impl OfRow for IdentityCheck {
    fn of_row(row: &Row) -> Result<Self, Fault> {
        let visit: Option<VisitId> = row.try_get("visit")?;
        let reset: Option<AccountResetId> = row.try_get("reset")?;
        let case = match (visit, reset) {
            (Some(visit), _) => Case::Visit(visit),
            (None, Some(reset)) => Case::Reset(reset),
            (None, None) => Case::Lift(row.try_get("lift")?),
        };
        Ok(Self {
            id: row.try_get("id")?,
            person: row.try_get("person")?,
            case,
            how: shown(row)?.ok_or_else(|| Fault::Decode("no document".into()))?,
            strength: row.try_get("strength")?,
            operator: row.try_get("operator")?,
            station: row.try_get("station")?,
            at: row.try_get::<At, _>("at_ms")?.0,
        })
    }
}

/// What was shown, of a row that has `document`, `last_four` and `method`.
pub fn shown(row: &Row) -> Result<Option<Identification>, Fault> {
    let kept: (Option<String>, Option<String>, Option<String>) = (
        row.try_get("document")?,
        row.try_get("last_four")?,
        row.try_get("method")?,
    );
    let (Some(word), Some(last_four), Some(method)) = kept else {
        return Ok(None);
    };
    let document = Document::parse(&word).ok_or_else(|| Fault::Decode(word.into()))?;
    let method = MethodId::new(&method).map_err(|fault| Fault::Decode(fault.into()))?;
    Ok(Some(Identification::Shown {
        document,
        last_four,
        method,
    }))
}

/// Keeps one.
pub async fn insert(tx: &mut Write, check: &IdentityCheck) -> Result<(), Fault> {
    let (visit, lift) = named_by(check.case);
    let method = match &check.how {
        Identification::Shown { method, .. } => Some(method.as_str()),
        Identification::Stated { .. } => None,
    };
    sqlx::query(
        "INSERT INTO identification (id, person, visit, lift, operator, station, method, strength, document, last_four, at_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(check.id)
    .bind(&check.person)
    .bind(visit)
    .bind(lift)
    .bind(&check.operator)
    .bind(&check.station)
    .bind(method)
    .bind(check.strength)
    .bind(check.how.kind())
    .bind(check.how.detail())
    .bind(At(check.at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps one of somebody who is not at a desk.
pub async fn insert_away(tx: &mut Write, check: &AwayCheck) -> Result<(), Fault> {
    let (shown, digits) = match &check.look {
        AwayLook::Video {
            document,
            last_four,
        } => (Some((document.as_str(), last_four)), None),
        AwayLook::CallBack { digits } => (None, Some(digits)),
        // Kept by its act: the table takes none.
        AwayLook::Vouching { .. } => (None, None),
    };
    sqlx::query(
        "INSERT INTO identification (id, person, reset, means, operator, station, method, strength, document, last_four, digits, at_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(check.id)
    .bind(&check.person)
    .bind(check.reset)
    .bind(check.look.means().as_str())
    .bind(&check.operator)
    .bind(&check.station)
    .bind(check.method.as_str())
    .bind(check.strength)
    .bind(shown.map(|(document, _)| document))
    .bind(shown.map(|(_, last_four)| last_four))
    .bind(digits)
    .bind(At(check.at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What names a case in the table; of a reset, which has two, see [`away`].
fn named_by(case: Case) -> (Option<VisitId>, Option<OfferId>) {
    match case {
        Case::Visit(visit) => (Some(visit), None),
        Case::Lift(offer) => (None, Some(offer)),
        Case::Reset(_) => (None, None),
    }
}

/// The one that was taken for that case.
pub async fn of(db: &mut Connection, case: Case) -> Result<Option<IdentityCheck>, Fault> {
    let (visit, lift) = named_by(case);
    sqlx::query("SELECT * FROM identification WHERE visit = $1 OR lift = $2")
        .bind(visit)
        .bind(lift)
        .try_map(in_row)
        .fetch_optional(db)
        .await
}

/// The person's last one before that at which a document was shown.
pub async fn before(
    db: &mut Connection,
    check: &IdentityCheck,
) -> Result<Option<IdentityCheck>, Fault> {
    sqlx::query(
        "SELECT * FROM identification WHERE person = $1 AND document IS NOT NULL AND (at_ms, id) < ($2, $3) ORDER BY at_ms DESC, id DESC LIMIT 1",
    )
    .bind(&check.person)
    .bind(At(check.at))
    .bind(check.id)
    .try_map(in_row).fetch_optional(db)
    .await
}

/// With the names of who looked, and where.
pub async fn named(db: &mut Connection, check: IdentityCheck) -> Result<Identified, Fault> {
    let row = sqlx::query(
        "SELECT o.name AS operator, s.name AS station FROM operator o, station s WHERE o.id = $1 AND s.id = $2",
    )
    .bind(&check.operator)
    .bind(&check.station)
    .fetch_one(db)
    .await?;
    Ok(Identified {
        check,
        operator_name: row.try_get("operator")?,
        station_name: row.try_get("station")?,
    })
}
