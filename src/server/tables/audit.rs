//! The audit, which is only ever added to, and the alarms for the registry's administrator.
//!
//! Invariant: each row is chained to the one before it by whoever writes it, under the write lock; an alarm is a row as well.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sqlx::{FromRow, Row as _};

use super::At;
use super::column::MaybeAt;
use crate::domain::StationId;
use crate::server::chain::{self, Broken, Hash, Head};
use crate::server::database::{Connection, Fault, Row, Write};

/// One line of the audit.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The station it was done at; none for what the registry's administrator does.
    pub station: Option<&'a str>,
    pub operator: Option<&'a str>,
    /// A stable word, e.g. `enrol`.
    pub action: &'a str,
    /// The identifier of what it was done to.
    pub subject: &'a str,
    /// Facts besides; never a secret.
    pub detail: &'a str,
}

/// Something that the registry noticed and somebody must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Alarm {
    /// By which it is named.
    pub number: i64,
    #[sqlx(rename = "at_ms", try_from = "At")]
    pub at: Timestamp,
    /// The station it concerns.
    pub station: Option<StationId>,
    /// `journal-regressed`, `counter-regressed`, `unlock-after-end`, `too-many-attempts`, `operator-guessed`, `many-suspensions`,
    /// `key-of-several`, `all-older-factors-gone`, `customer-service-account` and others.
    pub kind: String,
    /// In words, with the facts.
    pub detail: String,
    /// So many more of that kind came from there within the hour; all of them are in the audit, summed where anybody raises them at
    /// will.
    pub more: i64,
    /// So many of that kind from there are older than this one, and not listed.
    pub earlier: i64,
    /// When somebody said that they had looked into it.
    #[sqlx(rename = "acknowledged_ms", try_from = "MaybeAt")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<Timestamp>,
    /// What they found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged_why: Option<String>,
}

/// Which alarms are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Those that nobody has acknowledged.
    Open,
    All,
}

/// So many of one kind from one station are listed: what one of them raises, however much it is, leaves the others to be seen.
const ALARMS_OF_A_KIND: i64 = 20;

/// Alarms of one kind at one station that have a row each within [`ALARMS_LATELY`]: whoever can raise one at will hides no other by it.
const ALARMS_APART: u32 = 10;

/// How long that is counted.
const ALARMS_LATELY: SignedDuration = SignedDuration::from_hours(1);

/// Characters of an alarm's words that are kept: part of them may be somebody's who is not believed.
const DETAIL_CHARS: usize = 1_000;

/// Adds to the audit: who did what to whom, when.
pub async fn note(tx: &mut Write, line: &Line<'_>, at: Timestamp) -> Result<(), Fault> {
    let head = head(tx).await?;
    let number = head.number.saturating_add(1);
    let hash = chain::link(&head.hash, (number, at), line);
    sqlx::query(
        "INSERT INTO audit (number, at_ms, station, operator, action, subject, detail, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(number)
    .bind(At(at))
    .bind(line.station)
    .bind(line.operator)
    .bind(line.action)
    .bind(line.subject)
    .bind(line.detail)
    .bind(hash.as_bytes())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The same in a database of an earlier release, whose rows are chained when it is brought up to date.
pub async fn note_unchained(tx: &mut Write, line: &Line<'_>, at: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO audit (at_ms, station, operator, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(At(at))
    .bind(line.station)
    .bind(line.operator)
    .bind(line.action)
    .bind(line.subject)
    .bind(line.detail)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether its rows are chained: those of earlier releases are not.
pub async fn is_chained(db: &mut Connection) -> Result<bool, Fault> {
    let columns: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pragma_table_info('audit') WHERE name = 'hash'")
            .fetch_one(db)
            .await?;
    Ok(columns > 0)
}

/// Chains the rows of earlier releases, in the step that makes room for it: nobody else is in the database then.
pub async fn chain_all(db: &mut Connection) -> Result<(), Fault> {
    let mut last = Head::default();
    loop {
        let few = after(db, last.number).await?;
        if few.is_empty() {
            return Ok(());
        }
        for kept in few {
            let hash = kept.row.as_ref().map(|row| row.linked_to(&last.hash));
            last = Head {
                number: kept.number,
                hash: hash.unwrap_or(last.hash),
            };
            sqlx::query("UPDATE audit SET hash = $1 WHERE number = $2")
                .bind(last.hash.as_bytes())
                .bind(kept.number)
                .execute(&mut *db)
                .await?;
        }
    }
}

/// How far the chain has come, as its last row says.
pub async fn head(db: &mut Connection) -> Result<Head, Fault> {
    let last: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")
            .fetch_optional(db)
            .await?;
    Ok(last.map_or_else(Head::default, |(number, hash)| Head {
        number,
        hash: Hash::of_bytes(&hash).unwrap_or_default(),
    }))
}

/// Rows that are read at once.
const AT_ONCE: i64 = 1_000;

/// A row, as it is found.
pub struct Kept {
    pub number: i64,
    /// None: it can't be read, so that it is none of this program's.
    row: Option<chain::Row>,
}

impl Kept {
    /// What it says.
    pub fn row(&self) -> Result<&chain::Row, Broken> {
        self.row.as_ref().ok_or(Broken::Changed(self.number))
    }
}

impl FromRow<'_, Row> for Kept {
    fn from_row(found: &Row) -> Result<Self, Fault> {
        let number = found.try_get("number")?;
        let read = || -> Result<chain::Row, Fault> {
            let hash: Vec<u8> = found.try_get("hash")?;
            Ok(chain::Row {
                number,
                at: found.try_get::<At, _>("at_ms")?.0,
                station: found.try_get("station")?,
                operator: found.try_get("operator")?,
                action: found.try_get("action")?,
                subject: found.try_get("subject")?,
                detail: found.try_get("detail")?,
                // One that is none is met by no row.
                hash: Hash::of_bytes(&hash).unwrap_or_default(),
            })
        };
        Ok(Self {
            number,
            row: read().ok(),
        })
    }
}

/// The rows whose numbers are above that one, the lowest first; a portion of them.
pub async fn after(db: &mut Connection, number: i64) -> Result<Vec<Kept>, Fault> {
    sqlx::query_as(
        "SELECT number, at_ms, station, operator, action, subject, detail, hash FROM audit WHERE number > $1 \
         ORDER BY number LIMIT $2",
    )
    .bind(number)
    .bind(AT_ONCE)
    .fetch_all(db)
    .await
}

/// When the newest line was added.
pub async fn newest(db: &mut Connection) -> Result<Option<Timestamp>, Fault> {
    let at: Option<At> = sqlx::query_scalar("SELECT max(at_ms) FROM audit")
        .fetch_one(db)
        .await?;
    Ok(at.map(Timestamp::from))
}

/// Records something that the registry's administrator must look at, at a station.
pub async fn alarm(
    tx: &mut Write,
    station: &StationId,
    kind: &str,
    detail: &str,
    at: Timestamp,
) -> Result<(), Fault> {
    raise(tx, Some(station), (kind, detail), at).await
}

/// The same at a station, or of none.
pub async fn raise(
    tx: &mut Write,
    station: Option<&StationId>,
    (kind, detail): (&str, &str),
    at: Timestamp,
) -> Result<(), Fault> {
    let detail = &cut(detail);
    sum_up(tx, station, (kind, detail), at).await?;
    note_alarm(tx, station, (kind, detail), at).await
}

/// The same for what somebody can raise as often as they like who has no session: where it only adds to the sum of an alarm, it gets no
/// row in the audit either, and the caller counts it, so that nobody fills what is only ever added to. Whether that is so.
pub async fn alarm_at_will(
    tx: &mut Write,
    station: &StationId,
    (kind, detail): (&str, &str),
    at: Timestamp,
) -> Result<bool, Fault> {
    let detail = &cut(detail);
    let summed = sum_up(tx, Some(station), (kind, detail), at).await?;
    if !summed {
        note_alarm(tx, Some(station), (kind, detail), at).await?;
    }
    Ok(summed)
}

fn cut(detail: &str) -> String {
    match detail.char_indices().nth(DETAIL_CHARS) {
        Some((at, _)) => format!("{}…", detail.get(..at).unwrap_or_default()),
        None => detail.to_owned(),
    }
}

async fn note_alarm(
    tx: &mut Write,
    station: Option<&StationId>,
    (kind, detail): (&str, &str),
    at: Timestamp,
) -> Result<(), Fault> {
    let line = Line {
        station: station.map(StationId::as_str),
        operator: None,
        action: "alarm",
        subject: kind,
        detail,
    };
    note(tx, &line, at).await
}

/// Gives an alarm a row of its own, or adds it to the last one of those that have one; whether that. What was acknowledged is closed:
/// nothing new is hidden in it.
async fn sum_up(
    tx: &mut Write,
    station: Option<&StationId>,
    (kind, detail): (&str, &str),
    at: Timestamp,
) -> Result<bool, Fault> {
    let named = station.map(StationId::as_str);
    tracing::warn!(station = named, kind, detail, "alarm");
    let lately: Vec<i64> = sqlx::query_scalar(
        "SELECT number FROM alarm WHERE kind = $1 AND station IS NOT DISTINCT FROM $2 AND at_ms > $3 \
         AND acknowledged_ms IS NULL ORDER BY number DESC LIMIT $4",
    )
    .bind(kind)
    .bind(named)
    .bind(At(at - ALARMS_LATELY))
    .bind(ALARMS_APART)
    .fetch_all(&mut **tx)
    .await?;
    match lately.first() {
        Some(last) if lately.len() >= usize::try_from(ALARMS_APART).unwrap_or(usize::MAX) => {
            sqlx::query("UPDATE alarm SET more = more + 1, last_ms = $1 WHERE number = $2")
                .bind(At(at))
                .bind(last)
                .execute(&mut **tx)
                .await?;
            Ok(true)
        }
        _ => {
            sqlx::query("INSERT INTO alarm (at_ms, station, kind, detail) VALUES ($1, $2, $3, $4)")
                .bind(At(at))
                .bind(named)
                .bind(kind)
                .bind(detail)
                .execute(&mut **tx)
                .await?;
            Ok(false)
        }
    }
}

/// The alarms, newest first; at most `limit`, and of one kind from one station no more than [`ALARMS_OF_A_KIND`].
pub async fn alarms(db: &mut Connection, which: Listed, limit: u32) -> Result<Vec<Alarm>, Fault> {
    sqlx::query_as(
        "SELECT number, at_ms, station, kind, detail, more, CASE WHEN nth = $1 THEN of_its_kind - nth ELSE 0 END AS earlier, \
         acknowledged_ms, acknowledged_why FROM (\
         SELECT *, row_number() OVER (PARTITION BY kind, station ORDER BY number DESC) AS nth, \
         count(*) OVER (PARTITION BY kind, station) AS of_its_kind FROM alarm WHERE $3 OR acknowledged_ms IS NULL) AS ranked \
         WHERE nth <= $1 ORDER BY number DESC LIMIT $2",
    )
    .bind(ALARMS_OF_A_KIND)
    .bind(limit)
    .bind(which == Listed::All)
    .fetch_all(db)
    .await
}

/// The alarm of that number.
pub async fn alarm_of(db: &mut Connection, number: i64) -> Result<Option<Alarm>, Fault> {
    sqlx::query_as(
        "SELECT number, at_ms, station, kind, detail, more, 0 AS earlier, acknowledged_ms, acknowledged_why FROM alarm WHERE number = $1",
    )
    .bind(number)
    .fetch_optional(db)
    .await
}

/// Writes down that an alarm was looked into, and what was found.
pub async fn acknowledge(
    tx: &mut Write,
    number: i64,
    why: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query("UPDATE alarm SET acknowledged_ms = $1, acknowledged_why = $2 WHERE number = $3")
        .bind(At(now))
        .bind(why)
        .bind(number)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
