//! What people have to be told of, for whoever delivers it: a mail job that lists, sends and marks.
//!
//! Invariant: a notice is listed until it is marked, and a mark is never taken back.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::AdminError;
use crate::domain::PersonId;
use crate::server::database::{Database, from_ms, ms};

/// Most that are listed at once.
const MAX_NOTICES: usize = 200;

/// Something that somebody has not been told of yet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notice {
    /// Names it when it is marked.
    pub number: i64,
    /// Who is to be told.
    pub to: Named,
    /// `factor-added`, `factor-removed`, `factor-suspended`, `suspension-lifted` or `suspended-factor-removed`.
    pub kind: String,
    /// Whom it is about.
    pub about: Named,
    /// What exactly.
    pub facts: serde_json::Value,
    /// When it became true.
    pub at: Timestamp,
}

/// A person, as somebody who writes to them needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The registry's identifier.
    pub id: PersonId,
    /// Full name.
    pub name: String,
    /// Where they are written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// What nobody has been told of yet, oldest first, and whether there is more.
pub async fn notices(db: &Path) -> Result<(Vec<Notice>, bool), AdminError> {
    let db = Database::open(db).await?;
    let rows = sqlx::query(
        "SELECT n.number, n.kind, n.facts, n.at_ms, p.id AS to_id, p.name AS to_name, p.email AS to_email, \
         a.id AS about_id, a.name AS about_name, a.email AS about_email \
         FROM notice n JOIN person p ON p.id = n.person JOIN person a ON a.id = n.about \
         WHERE n.told_ms IS NULL ORDER BY n.number LIMIT ?",
    )
    .bind(i64::try_from(MAX_NOTICES + 1).unwrap_or(i64::MAX))
    .fetch_all(db.pool())
    .await?;
    let first = rows.iter().take(MAX_NOTICES).map(notice);
    let notices = first.collect::<Result<Vec<_>, _>>()?;
    db.close().await;
    Ok((notices, rows.len() > MAX_NOTICES))
}

fn notice(row: &SqliteRow) -> Result<Notice, sqlx::Error> {
    let named = |id: &str, name: &str, email: &str| -> Result<Named, sqlx::Error> {
        Ok(Named {
            id: PersonId::new(row.try_get::<String, _>(id)?),
            name: row.try_get(name)?,
            email: row.try_get(email)?,
        })
    };
    Ok(Notice {
        number: row.try_get("number")?,
        to: named("to_id", "to_name", "to_email")?,
        kind: row.try_get("kind")?,
        about: named("about_id", "about_name", "about_email")?,
        facts: serde_json::from_str(row.try_get("facts")?)
            .map_err(|e| sqlx::Error::Decode(Box::new(e)))?,
        at: from_ms(row.try_get("at_ms")?)?,
    })
}

/// Marks notices as told. One that was marked before stays as it was.
///
/// # Errors
/// [`AdminError::NoNotice`]: nothing was changed.
pub async fn mark_told(db: &Path, numbers: &[i64]) -> Result<(), AdminError> {
    let db = Database::open(db).await?;
    let mut tx = db.write().await?;
    for number in numbers {
        let done = sqlx::query("UPDATE notice SET told_ms = coalesce(told_ms, ?) WHERE number = ?")
            .bind(ms(Timestamp::now()))
            .bind(number)
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 {
            return Err(AdminError::NoNotice(*number));
        }
    }
    tx.commit().await?;
    db.close().await;
    Ok(())
}
