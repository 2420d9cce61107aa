//! The registry's own settings, and which keys its database needs: those that its secrets are sealed to, and the one that it belongs
//! with.

use jiff::Timestamp;

use super::At;
use crate::server::database::{Connection, Fault, Write};

/// The setting that names the key which was the newest when it was last looked at. It is there from the database's first day,
/// so that a database without a secret, too, knows when its key file is another one or is gone.
pub const KEY: &str = "sealing-key";

/// What a setting says.
pub async fn value(db: &mut Connection, name: &str) -> Result<Option<String>, Fault> {
    sqlx::query_scalar("SELECT value FROM setting WHERE name = $1")
        .bind(name)
        .fetch_optional(db)
        .await
}

/// Makes a setting where there is none of that name; also in a database that nobody else has yet, without its write lock.
pub async fn make(db: &mut Connection, name: &str, value: &str) -> Result<(), Fault> {
    sqlx::query("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(name)
        .bind(value)
        .execute(db)
        .await?;
    Ok(())
}

/// From now on the database belongs with that key.
pub async fn belong(tx: &mut Write, key: &str) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2",
    )
    .bind(KEY)
    .bind(key)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many secrets are sealed to which key.
pub async fn sealed_to(db: &mut Connection) -> Result<Vec<(String, u64)>, Fault> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT sealing_key, count(*) FROM totp_secret GROUP BY sealing_key ORDER BY sealing_key",
    )
    .fetch_all(db)
    .await?;
    Ok(counted(rows))
}

/// The keys without which the database is of no use, each with the number of secrets that are sealed to it. Databases of
/// earlier releases may name none.
pub async fn needed(db: &mut Connection) -> Result<Vec<(String, u64)>, Fault> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT key, sum(secrets) FROM ( \
         SELECT sealing_key AS key, 1 AS secrets FROM totp_secret \
         UNION ALL SELECT value, 0 FROM setting WHERE name = $1) \
         GROUP BY key ORDER BY sum(secrets) DESC, key",
    )
    .bind(KEY)
    .fetch_all(db)
    .await?;
    Ok(counted(rows))
}

/// Notes that somebody was told to seal to that key.
pub async fn tell_key(tx: &mut Write, key: &str, now: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO sealing_key (id, told_ms) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET told_ms = $2",
    )
    .bind(key)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many offers name that key of which an app may still come, whether somebody was told of it, and whether it binds reports of
/// sessions that ended, since then.
pub async fn waiting_for(
    db: &mut Connection,
    key: &str,
    since: Timestamp,
) -> Result<(u64, bool, bool), Fault> {
    let (offers, told, binds): (i64, bool, bool) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM app_offer WHERE sealing_key = $1 AND used_ms IS NULL AND expires_ms > $2), \
         EXISTS (SELECT 1 FROM sealing_key WHERE id = $1 AND told_ms > $2), \
         EXISTS (SELECT 1 FROM session WHERE report_key = $1 AND expires_ms > $2)",
    )
    .bind(key)
    .bind(At(since))
    .fetch_one(db)
    .await?;
    Ok((u64::try_from(offers).unwrap_or_default(), told, binds))
}

fn counted(rows: Vec<(String, i64)>) -> Vec<(String, u64)> {
    rows.into_iter()
        .map(|(key, count)| (key, u64::try_from(count).unwrap_or_default()))
        .collect()
}
