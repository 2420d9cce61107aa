//! Which keys a database needs: those that its secrets are sealed to, and the one that it belongs with.

use sqlx::SqliteExecutor;

use super::database::Write;

/// The setting that names the key which was the newest when it was last looked at. It is there from the database's first day,
/// so that a database without a secret, too, knows when its key file is another one or is gone.
pub const KEY: &str = "sealing-key";

/// How many secrets are sealed to which key.
pub async fn sealed_to(db: impl SqliteExecutor<'_>) -> Result<Vec<(String, u64)>, sqlx::Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT sealing_key, count(*) FROM totp_secret GROUP BY sealing_key ORDER BY sealing_key",
    )
    .fetch_all(db)
    .await?;
    Ok(counted(rows))
}

/// The keys without which the database is of no use, each with the number of secrets that are sealed to it. Databases of
/// earlier releases may name none.
pub async fn needed(db: impl SqliteExecutor<'_>) -> Result<Vec<(String, u64)>, sqlx::Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT key, sum(secrets) FROM ( \
         SELECT sealing_key AS key, 1 AS secrets FROM totp_secret \
         UNION ALL SELECT value, 0 FROM setting WHERE name = ?) \
         GROUP BY key ORDER BY sum(secrets) DESC, key",
    )
    .bind(KEY)
    .fetch_all(db)
    .await?;
    Ok(counted(rows))
}

/// The key that the database belongs with.
pub async fn own(db: impl SqliteExecutor<'_>) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT value FROM setting WHERE name = ?")
        .bind(KEY)
        .fetch_optional(db)
        .await
}

/// From now on it belongs with that one.
pub async fn belong(tx: &mut Write, key: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
    )
    .bind(KEY)
    .bind(key)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn counted(rows: Vec<(String, i64)>) -> Vec<(String, u64)> {
    rows.into_iter()
        .map(|(key, count)| (key, u64::try_from(count).unwrap_or_default()))
        .collect()
}
