//! What must not be open any more in a database that was put back.
//!
//! A copy knows nothing of what was revoked after it was made: nothing that lets somebody in goes on in it by itself.

use jiff::Timestamp;
use serde::Serialize;

use crate::server::database::{Write, ms};

/// What was open in the copy and was ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Cleared {
    /// Operators' sessions.
    pub sessions: u64,
    /// Stations' access tokens; they get new ones by their keys.
    pub tokens: u64,
    /// Offers, tickets and codes that nobody had used.
    pub offers: u64,
}

impl std::fmt::Display for Cleared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "What was open in it is ended: {} session(s), {} access token(s), every visit, and {} offer(s), ticket(s) and code(s) that \
             nobody had used",
            self.sessions, self.tokens, self.offers
        )
    }
}

/// Ends all of it.
pub async fn clear(tx: &mut Write, now: Timestamp) -> Result<Cleared, sqlx::Error> {
    let now = ms(now);
    let mut run = async |statement: &'static str| {
        let done = sqlx::query(statement).bind(now).execute(&mut **tx).await;
        done.map(|done| done.rows_affected())
    };
    let mut cleared = Cleared {
        sessions: run(
            "UPDATE session SET ended_ms = ?1 WHERE ended_ms IS NULL AND expires_ms > ?1",
        )
        .await?,
        tokens: run("DELETE FROM access_token WHERE expires_ms > ?1").await?,
        offers: 0,
    };
    // What comes of one after all waits for its owner.
    run("UPDATE visit SET ended_ms = ?1, overtaken_ms = coalesce(overtaken_ms, ?1) WHERE ended_ms IS NULL").await?;
    run("DELETE FROM operator_challenge WHERE expires_ms > ?1").await?;
    for statement in [
        "UPDATE offer SET expires_ms = ?1 WHERE used_ms IS NULL AND expires_ms > ?1",
        "UPDATE app_offer SET expires_ms = ?1 WHERE used_ms IS NULL AND expires_ms > ?1",
        "UPDATE lift_offer SET expires_ms = ?1 WHERE used_ms IS NULL AND expires_ms > ?1",
        "UPDATE code SET expires_ms = ?1 WHERE used_ms IS NULL AND expires_ms > ?1",
    ] {
        cleared.offers += run(statement).await?;
    }
    Ok(cleared)
}
