//! Visits as their table keeps them.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::IDLE;
use crate::domain::identification::Document;
use crate::domain::visit::{Authority, Had, Takes};
use crate::domain::{Identification, OperatorId, PersonId, StationId, VisitId};
use crate::server::database::{from_ms, ms};
use crate::server::problem::Answer;
use crate::wire::Visit;

/// A visit as it is kept.
pub(super) struct Kept {
    pub(super) visit: Visit,
    pub(super) station: StationId,
    pub(super) is_ticket: bool,
    /// Of a ticket's: its day.
    pub(super) day: Option<(Timestamp, Timestamp)>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) overtaken: bool,
}

/// The visit that this operator has open with them at this station.
pub(super) async fn at_desk(
    tx: &mut SqliteConnection,
    station: &StationId,
    operator: &OperatorId,
    person: &PersonId,
    now: Timestamp,
) -> Answer<Option<Kept>> {
    let row = sqlx::query(
        "SELECT * FROM visit WHERE person = ? AND station = ? AND operator = ? AND NOT is_ticket AND ended_ms IS NULL \
         AND overtaken_ms IS NULL AND last_act_ms > ? ORDER BY opened_ms DESC LIMIT 1",
    )
    .bind(person.as_str())
    .bind(station.as_str())
    .bind(operator.as_str())
    .bind(ms(now - IDLE))
    .fetch_optional(tx)
    .await?;
    Ok(row.as_ref().map(read).transpose()?)
}

/// The visit of that name.
pub(super) async fn kept(tx: &mut SqliteConnection, id: VisitId) -> Answer<Option<Kept>> {
    let row = sqlx::query("SELECT * FROM visit WHERE id = ?")
        .bind(id.to_string())
        .fetch_optional(tx)
        .await?;
    Ok(row.as_ref().map(read).transpose()?)
}

fn read(row: &SqliteRow) -> Result<Kept, sqlx::Error> {
    let bad = |what: &str| sqlx::Error::Decode(what.into());
    let (document, last_four): (Option<String>, Option<String>) =
        (row.try_get("document")?, row.try_get("last_four")?);
    let identification = match (document, last_four) {
        (Some(document), Some(last_four)) => {
            let mut known = Document::ALL.into_iter();
            Identification::Shown {
                document: known
                    .find(|kind| kind.as_str() == document)
                    .ok_or_else(|| bad("document"))?,
                last_four,
            }
        }
        // A ticket that nobody has come with yet.
        _ => Identification::Stated {
            statement: String::new(),
        },
    };
    let authority: Option<String> = row.try_get("authority")?;
    let had: String = row.try_get("had")?;
    let had = Had::parse(&had).ok_or_else(|| bad("had"))?;
    let last_act = from_ms(row.try_get("last_act_ms")?)?;
    let at = |column: &str| row.try_get::<Option<i64>, _>(column);
    Ok(Kept {
        visit: Visit {
            id: row
                .try_get::<String, _>("id")?
                .parse()
                .map_err(|_| bad("id"))?,
            person: PersonId::new(row.try_get::<String, _>("person")?),
            operator: OperatorId::new(row.try_get::<String, _>("operator")?),
            identification,
            had,
            takes: Takes::Identification,
            authority: authority
                .map(|text| Authority::parse(&text).ok_or_else(|| bad("authority")))
                .transpose()?,
            administrators: Vec::new(),
            opened_at: from_ms(row.try_get("opened_ms")?)?,
            expires_at: last_act + IDLE,
        },
        station: StationId::new(row.try_get::<String, _>("station")?),
        is_ticket: row.try_get("is_ticket")?,
        day: at("from_ms")?
            .zip(at("until_ms")?)
            .map(|(from, until)| Ok::<_, sqlx::Error>((from_ms(from)?, from_ms(until)?)))
            .transpose()?,
        ended_at: at("ended_ms")?.map(from_ms).transpose()?,
        overtaken: at("overtaken_ms")?.is_some(),
    })
}
