//! What the registry itself delivers: one row for each notice and address, or webhook.
//!
//! Invariant: what has ended is never tried again; what waits has a time at which it is.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{FromRow, Row as _};

use super::{At, listed};
use crate::domain::words::words;
use crate::server::database::{Connection, Fault, Row, Write};

/// By what it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    Mail,
    Webhook,
}

words! {Way {
    Mail => "mail",
    Webhook => "webhook",
}}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is tried, again and again.
    Waiting,
    /// The other side took it.
    Sent,
    /// The other side never takes it, or did not for too long.
    Undeliverable,
}

words! {State {
    Waiting => "waiting",
    Sent => "sent",
    Undeliverable => "undeliverable",
}}

/// How a delivery stands, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    #[serde(skip)]
    pub notice: i64,
    pub way: Way,
    /// Of a mail; none: whoever is to be told has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    pub state: State,
    pub tries: i64,
    /// What the other side said last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// A delivery that is to be tried.
#[derive(Debug, Clone)]
pub struct Due {
    pub number: i64,
    /// The same however often it is tried.
    pub id: String,
    pub notice: i64,
    pub way: Way,
    pub address: Option<String>,
    /// How often it was tried before.
    pub tries: u32,
    pub made_at: Timestamp,
}

impl FromRow<'_, Row> for Delivery {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            notice: row.try_get("notice")?,
            way: known(Way::parse(row.try_get("way")?))?,
            address: row.try_get("address")?,
            state: known(State::parse(row.try_get("state")?))?,
            tries: row.try_get("tries")?,
            answer: row.try_get("answer")?,
        })
    }
}

impl FromRow<'_, Row> for Due {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            number: row.try_get("number")?,
            id: row.try_get("id")?,
            notice: row.try_get("notice")?,
            way: known(Way::parse(row.try_get("way")?))?,
            address: row.try_get("address")?,
            tries: row.try_get("tries")?,
            made_at: row.try_get::<At, _>("made_ms")?.0,
        })
    }
}

fn known<T>(word: Option<T>) -> Result<T, Fault> {
    word.ok_or_else(|| Fault::Decode("a word that is not known".into()))
}

/// Makes a delivery of a notice, to be tried at once.
pub async fn insert(
    tx: &mut Write,
    id: &str,
    (notice, way, address): (i64, Way, Option<&str>),
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO delivery (id, notice, way, address, state, made_ms, next_ms) VALUES ($1, $2, $3, $4, 'waiting', $5, $5)",
    )
    .bind(id)
    .bind(notice)
    .bind(way.as_str())
    .bind(address)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that whoever is to be told of a notice has no address; whether that is found for the first time.
pub async fn insert_nowhere(
    tx: &mut Write,
    id: &str,
    notice: i64,
    now: Timestamp,
) -> Result<bool, Fault> {
    let before: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM notice this JOIN notice n ON n.person IS this.person AND n.operator IS this.operator \
         JOIN delivery d ON d.notice = n.number WHERE this.number = $1 AND d.way = 'mail' AND d.address IS NULL)",
    )
    .bind(notice)
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query(
        "INSERT INTO delivery (id, notice, way, state, made_ms, next_ms, ended_ms, answer) \
         VALUES ($1, $2, 'mail', 'undeliverable', $3, $3, $3, 'no address')",
    )
    .bind(id)
    .bind(notice)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(!before)
}

/// What is to be tried by then, the longest waiting first, but those.
pub async fn due(
    db: &mut Connection,
    way: Way,
    but: impl Iterator<Item = &i64>,
    (now, limit): (Timestamp, usize),
) -> Result<Vec<Due>, Fault> {
    sqlx::query_as(
        "SELECT * FROM delivery WHERE state = 'waiting' AND way = $1 AND next_ms <= $2 \
         AND number NOT IN (SELECT value FROM json_each($3)) ORDER BY next_ms, number LIMIT $4",
    )
    .bind(way.as_str())
    .bind(At(now))
    .bind(listed(but)?)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}

/// It is tried now, and unless something comes of that then.
pub async fn set_tried(tx: &mut Write, number: i64, next: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE delivery SET tries = tries + 1, next_ms = $1 WHERE number = $2 AND state = 'waiting'",
    )
    .bind(At(next))
    .bind(number)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What the other side said, which takes it later.
pub async fn set_answer(tx: &mut Write, number: i64, answer: &str) -> Result<(), Fault> {
    sqlx::query("UPDATE delivery SET answer = $1 WHERE number = $2 AND state = 'waiting'")
        .bind(answer)
        .bind(number)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// It ends like that.
pub async fn end(
    tx: &mut Write,
    number: i64,
    (state, answer): (State, &str),
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE delivery SET state = $1, answer = $2, ended_ms = $3 WHERE number = $4 AND state = 'waiting'",
    )
    .bind(state.as_str())
    .bind(answer)
    .bind(At(now))
    .bind(number)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The deliveries of these notices, in the order in which they were made.
pub async fn of_notices(
    db: &mut Connection,
    notices: impl Iterator<Item = i64>,
) -> Result<Vec<Delivery>, Fault> {
    sqlx::query_as(
        "SELECT * FROM delivery WHERE notice IN (SELECT value FROM json_each($1)) ORDER BY number",
    )
    .bind(listed(notices)?)
    .fetch_all(db)
    .await
}

/// Forgets what had ended by then.
pub async fn forget(tx: &mut Write, before: Timestamp) -> Result<(), Fault> {
    sqlx::query("DELETE FROM delivery WHERE ended_ms <= $1")
        .bind(At(before))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
