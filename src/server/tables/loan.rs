//! Loans: who stood by each, and what was lent. What was lent is never changed; the table holds that too.

use jiff::Timestamp;
use sqlx::{FromRow, Row as _};

use super::At;
use super::column::{FactorName, MaybeAt};
use super::standing::Standing;
use crate::domain::loan::{Lately, LoanDays, Second};
use crate::domain::{Bytes, OfferId, PersonId, VisitId};
use crate::server::database::{Connection, Fault, Row, Write};

/// A loan as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub visit: VisitId,
    pub person: PersonId,
    pub days: LoanDays,
    /// Who stood by it.
    pub second: Second,
    /// By which key of theirs.
    pub signed_with: FactorName,
    pub until: Timestamp,
    /// What was lent.
    pub credential: Option<Bytes>,
}

impl FromRow<'_, Row> for Stored {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        let bad = |why: String| Fault::Decode(why.into());
        let nobody = || bad("a loan that nobody stood by".to_owned());
        let second = match row.try_get("member")? {
            Some(operator) => Second::Member { operator },
            None => Second::Administrator {
                person: row
                    .try_get::<Option<_>, _>("administrator")?
                    .ok_or_else(nobody)?,
            },
        };
        let days: u8 = row.try_get("days")?;
        Ok(Self {
            visit: row.try_get("visit")?,
            person: row.try_get("person")?,
            days: LoanDays::try_from(days).map_err(|why| bad(why.to_string()))?,
            second,
            signed_with: row.try_get("signed_with")?,
            until: row.try_get::<At, _>("until_ms")?.0,
            credential: row.try_get("credential")?,
        })
    }
}

/// Keeps what somebody stood by, by an act of theirs; in place of an earlier one of the same visit of which nothing has come.
pub async fn agree(
    tx: &mut Write,
    (loan, act): (&Stored, OfferId),
    now: Timestamp,
) -> Result<(), Fault> {
    let (member, administrator) = match &loan.second {
        Second::Member { operator } => (Some(operator), None),
        Second::Administrator { person } => (None, Some(person)),
    };
    sqlx::query(
        "INSERT INTO loan (visit, person, days, member, administrator, signed_with, act, agreed_ms, until_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (visit) DO UPDATE SET days = excluded.days, \
         member = excluded.member, administrator = excluded.administrator, signed_with = excluded.signed_with, \
         act = excluded.act, agreed_ms = excluded.agreed_ms, until_ms = excluded.until_ms",
    )
    .bind(loan.visit)
    .bind(&loan.person)
    .bind(u8::from(loan.days))
    .bind(member)
    .bind(administrator)
    .bind(&loan.signed_with)
    .bind(act)
    .bind(At(now))
    .bind(At(loan.until))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The one of that visit.
pub async fn find(db: &mut Connection, visit: VisitId) -> Result<Option<Stored>, Fault> {
    sqlx::query_as("SELECT * FROM loan WHERE visit = $1")
        .bind(visit)
        .fetch_optional(db)
        .await
}

/// A key of that offer is lent.
pub async fn insert_offer(tx: &mut Write, offer: OfferId, loan: VisitId) -> Result<(), Fault> {
    sqlx::query("INSERT INTO loan_offer (offer, loan) VALUES ($1, $2)")
        .bind(offer)
        .bind(loan)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The loan by which a key was offered.
pub async fn of_offer(db: &mut Connection, offer: OfferId) -> Result<Option<Stored>, Fault> {
    sqlx::query_as(
        "SELECT l.* FROM loan l JOIN loan_offer o ON o.loan = l.visit WHERE o.offer = $1",
    )
    .bind(offer)
    .fetch_optional(db)
    .await
}

/// This was lent.
pub async fn lend(tx: &mut Write, visit: VisitId, credential: &Bytes) -> Result<(), Fault> {
    sqlx::query("UPDATE loan SET credential = $1 WHERE visit = $2 AND credential IS NULL")
        .bind(credential)
        .bind(visit)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What somebody was lent in other visits than that one: of loans that ended after that time.
pub async fn lately(
    db: &mut Connection,
    (person, but): (&PersonId, VisitId),
    since: Timestamp,
) -> Result<Lately, Fault> {
    let (until, days): (MaybeAt, u32) = sqlx::query_as(
        "SELECT max(until_ms), coalesce(sum(days), 0) FROM loan WHERE person = $1 AND visit <> $2 AND credential IS NOT NULL \
         AND until_ms > $3",
    )
    .bind(person)
    .bind(but)
    .bind(At(since))
    .fetch_one(db)
    .await?;
    Ok(Lately {
        until: until.0,
        days,
    })
}

/// Forgets for which loan a key was offered, once that offer is forgotten.
pub async fn forget_offers(tx: &mut Write) -> Result<(), Fault> {
    sqlx::query("DELETE FROM loan_offer WHERE NOT EXISTS (SELECT 1 FROM offer o WHERE o.id = loan_offer.offer)")
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Until when somebody has a key on loan; of several the last. None: they have none.
pub async fn until(
    db: &mut Connection,
    person: &PersonId,
    now: Timestamp,
) -> Result<Option<Timestamp>, Fault> {
    let until: MaybeAt = sqlx::query_scalar(
        "SELECT max(lent_until_ms) FROM credential WHERE person = $1 AND lent_until_ms > $2 AND suspended_ms IS NULL \
         AND gone_ms IS NULL",
    )
    .bind(person)
    .bind(At(now))
    .fetch_one(db)
    .await?;
    Ok(until.0)
}

/// Loans that are over and were not ended yet; at most `limit`.
pub async fn over(
    db: &mut Connection,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Standing>, Fault> {
    sqlx::query_as(
        "SELECT * FROM factor_standing WHERE lent_until_ms <= $1 AND suspended_ms IS NULL AND gone_ms IS NULL \
         ORDER BY lent_until_ms LIMIT $2",
    )
    .bind(At(now))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}

/// Loans that end by that time and that are all that their person has, who was not told of it yet; at most `limit`.
pub async fn unannounced(
    db: &mut Connection,
    (now, by): (Timestamp, Timestamp),
    limit: usize,
) -> Result<Vec<Standing>, Fault> {
    sqlx::query_as(
        "SELECT s.* FROM factor_standing s JOIN loan l ON hex(l.credential) = s.id \
         WHERE s.lent_until_ms > $1 AND s.lent_until_ms <= $2 AND s.suspended_ms IS NULL AND s.gone_ms IS NULL \
         AND l.announced_ms IS NULL AND NOT EXISTS (SELECT 1 FROM valid_factor v WHERE v.person = s.person) \
         ORDER BY s.lent_until_ms LIMIT $3",
    )
    .bind(At(now))
    .bind(At(by))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}

/// Whose it is was told.
pub async fn set_announced(tx: &mut Write, key: &FactorName, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE loan SET announced_ms = $1 WHERE hex(credential) = $2")
        .bind(At(now))
        .bind(key)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
