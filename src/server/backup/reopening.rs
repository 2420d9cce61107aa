//! What must not be open any more in a database that was put back.
//!
//! A copy knows nothing of what was revoked after it was made: nothing that lets somebody in goes on in it by itself.

use jiff::Timestamp;
use serde::Serialize;

use crate::server::database::{Fault, Write};
use crate::server::tables::{access, account_reset, act_asked, exception, offer, page, visit};

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
pub async fn clear(tx: &mut Write, now: Timestamp) -> Result<Cleared, Fault> {
    let ended = access::end_all(tx, now).await?;
    // What comes of one after all waits for its owner.
    visit::end_all(tx, now).await?;
    account_reset::end_all(tx, now).await?;
    exception::end_all(tx, now).await?;
    act_asked::forget_all(tx).await?;
    let on_pages = page::end_all(tx).await?;
    Ok(Cleared {
        sessions: ended.sessions + on_pages,
        tokens: ended.tokens,
        offers: ended.codes + offer::end_all(tx, now).await?,
    })
}
