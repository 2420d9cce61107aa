//! What must not be open any more in a database that was put back.
//!
//! A copy knows nothing of what was revoked after it was made: nothing that lets somebody in goes on in it by itself.

use jiff::Timestamp;
use serde::Serialize;

use crate::server::account_resets;
use crate::server::database::{Fault, Write};
use crate::server::tables::{access, act_asked, offer, page, visit};

/// What was open in the copy and was ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Cleared {
    /// Operators' sessions.
    pub sessions: u64,
    /// Stations' access tokens; they get new ones by their keys.
    pub tokens: u64,
    /// Offers, tickets and codes that nobody had used.
    pub offers: u64,
    /// Resets of accounts that were asked for, or released.
    pub resets: u64,
}

impl std::fmt::Display for Cleared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "What was open in it is ended: {} session(s), {} access token(s), every visit, {} offer(s), ticket(s) and code(s) that \
             nobody had used, and {} reset(s) of accounts: they stand as expired, whom they concern is told, and what is still needed is \
             asked for anew",
            self.sessions, self.tokens, self.offers, self.resets
        )
    }
}

/// Ends all of it.
pub async fn clear(tx: &mut Write, now: Timestamp) -> Result<Cleared, Fault> {
    let ended = access::end_all(tx, now).await?;
    // What comes of one after all waits for its owner.
    visit::end_all(tx, now).await?;
    let resets = account_resets::end_in_copy(tx, now).await;
    let resets = resets.map_err(|why| Fault::Protocol(why.code().to_owned()))?;
    act_asked::forget_all(tx).await?;
    let on_pages = page::end_all(tx).await?;
    Ok(Cleared {
        sessions: ended.sessions + on_pages,
        tokens: ended.tokens,
        offers: ended.codes + offer::end_all(tx, now).await?,
        resets,
    })
}
