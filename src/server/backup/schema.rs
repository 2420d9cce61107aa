//! Whether a database's tables, views, triggers and indexes are what this program makes: a trigger more, or one that is gone, does or
//! lets happen what no release would.

use std::collections::BTreeMap;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use crate::server::database::{self, DatabaseError, Fault};

/// Everything of a schema: its sort and name, and the statement that made it.
type Schema = BTreeMap<(String, String), Option<String>>;

/// What is not as the steps make it that were run on it; nothing: all is.
pub async fn difference(
    connection: &mut SqliteConnection,
) -> Result<Option<String>, DatabaseError> {
    let steps: Vec<i64> = sqlx::query_scalar("SELECT version FROM _sqlx_migrations")
        .fetch_all(&mut *connection)
        .await?;
    let mut made = SqliteConnectOptions::new()
        .in_memory(true)
        .connect()
        .await?;
    database::made_by(&mut made, &steps).await?;
    let (found, expected) = (read(connection).await?, read(&mut made).await?);
    made.close().await?;
    let names = found.keys().chain(expected.keys());
    let other = names
        .filter(|name| found.get(*name) != expected.get(*name))
        .map(|(sort, name)| format!("{sort} {name}"));
    Ok(other.min())
}

async fn read(connection: &mut SqliteConnection) -> Result<Schema, Fault> {
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'",
    )
    .fetch_all(connection)
    .await?;
    let each = rows.into_iter();
    Ok(each.map(|(sort, name, sql)| ((sort, name), sql)).collect())
}
