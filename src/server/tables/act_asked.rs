//! Acts that somebody was asked to sign within the last minutes, and has not.

use jiff::Timestamp;
use sqlx::{FromRow, Row as _};

use super::At;
use crate::domain::{Bytes, OfferId, OperatorId, PersonId, StationId};
use crate::server::database::{Connection, Fault, Row, Write};

/// Who signs an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    Operator(OperatorId),
    Person(PersonId),
}

impl Signer {
    /// As they are named in the act.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Operator(id) => id.as_str(),
            Self::Person(id) => id.as_str(),
        }
    }
}

/// Where they were asked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedWhere {
    /// Who is signed in there; another one may stand beside them.
    Station(StationId, OperatorId),
    /// The SHA-256 of what a session of the pages is known by.
    Page(Bytes),
}

impl AskedWhere {
    /// Which station, who is signed in there, or which page. Whoever else is signed in at the same station is at another place: nobody
    /// undoes or hinders what a colleague has signed.
    fn named(&self) -> (Option<&StationId>, Option<&OperatorId>, Option<&Bytes>) {
        match self {
            Self::Station(station, operator) => (Some(station), Some(operator), None),
            Self::Page(page) => (None, None, Some(page)),
        }
    }
}

/// An act that somebody was asked to sign.
#[derive(PartialEq)]
pub struct Asked {
    pub signer: Signer,
    pub place: AskedWhere,
    pub act: Bytes,
    /// The verifier's own: what the assertion is verified against.
    pub state: String,
    pub expires_at: Timestamp,
}

impl FromRow<'_, Row> for Asked {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        let nobody = || Fault::Decode("an act that nobody is asked to sign".into());
        let signer = match row.try_get("signer")? {
            Some(operator) => Signer::Operator(operator),
            None => Signer::Person(row.try_get::<Option<_>, _>("person")?.ok_or_else(nobody)?),
        };
        let place = match (row.try_get("station")?, row.try_get("operator")?) {
            (Some(station), Some(operator)) => AskedWhere::Station(station, operator),
            (_, _) => AskedWhere::Page(row.try_get::<Option<_>, _>("page")?.ok_or_else(nobody)?),
        };
        Ok(Self {
            signer,
            place,
            act: row.try_get("act")?,
            state: row.try_get("state")?,
            expires_at: row.try_get::<At, _>("expires_ms")?.0,
        })
    }
}

/// Keeps what somebody is asked to sign.
pub async fn insert(tx: &mut Write, id: OfferId, asked: &Asked) -> Result<(), Fault> {
    let (signer, person) = match &asked.signer {
        Signer::Operator(id) => (Some(id), None),
        Signer::Person(id) => (None, Some(id)),
    };
    let (station, operator, page) = asked.place.named();
    sqlx::query(
        "INSERT INTO act_asked (id, signer, person, operator, station, page, act, state, expires_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(signer)
    .bind(person)
    .bind(operator)
    .bind(station)
    .bind(page)
    .bind(&asked.act)
    .bind(&asked.state)
    .bind(At(asked.expires_at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What somebody was asked to sign, and has not.
pub async fn find(db: &mut Connection, id: OfferId) -> Result<Option<Asked>, Fault> {
    sqlx::query_as("SELECT * FROM act_asked WHERE id = $1 AND NOT replaced")
        .bind(id)
        .fetch_optional(db)
        .await
}

/// It is signed once.
pub async fn take(tx: &mut Write, id: OfferId) -> Result<(), Fault> {
    sqlx::query("DELETE FROM act_asked WHERE id = $1")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What the same signer was asked for there before is nobody's to sign any more: whoever is asked anew signs that.
pub async fn replace(tx: &mut Write, asked: &Asked) -> Result<(), Fault> {
    let (station, operator, page) = asked.place.named();
    sqlx::query(
        "UPDATE act_asked SET replaced = 1 WHERE (signer = $1 OR person = $1) \
         AND ((station = $2 AND operator = $3) OR page = $4)",
    )
    .bind(asked.signer.as_str())
    .bind(station)
    .bind(operator)
    .bind(page)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many were drawn up there that nobody signed, in whose place another one came or not, within the time in which they could be.
pub async fn count(db: &mut Connection, place: &AskedWhere, now: Timestamp) -> Result<u32, Fault> {
    let (station, operator, page) = place.named();
    sqlx::query_scalar(
        "SELECT count(*) FROM act_asked \
         WHERE ((station = $1 AND operator = $2) OR page = $3) AND expires_ms > $4",
    )
    .bind(station)
    .bind(operator)
    .bind(page)
    .bind(At(now))
    .fetch_one(db)
    .await
}

/// Forgets what nobody can sign any more.
pub async fn forget(tx: &mut Write, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("DELETE FROM act_asked WHERE expires_ms <= $1")
        .bind(At(now))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Forgets all: a copy that is put back lets nobody sign what was asked before.
pub async fn forget_all(tx: &mut Write) -> Result<(), Fault> {
    sqlx::query("DELETE FROM act_asked")
        .execute(&mut **tx)
        .await?;
    Ok(())
}
