//! What apps and tokens are called, which of them are shown, and what follows from a code that was right.

use jiff::Timestamp;

use super::database::{Connection, Fault, Write};
use super::tables::secret::Taken;
use super::tables::{factor, secret};
use crate::domain::{FactorId, PersonId};
use crate::wire::Tokens;

/// Most tokens in one answer.
const MAX_TOKENS: usize = 200;

/// What a new app is called, and with a number after it the next one.
const APP_NAME: &str = "Authenticator app";

/// What a token is called likewise.
const TOKEN_NAME: &str = "Hardware token";

/// A name that none of the person's factors has or had.
pub async fn free_name(
    db: &mut Connection,
    person: &PersonId,
    is_token: bool,
) -> Result<String, Fault> {
    let taken = factor::names(db, person).await?;
    let plain = if is_token { TOKEN_NAME } else { APP_NAME };
    let numbered = (2..).map(|number: u32| format!("{plain} {number}"));
    let free = std::iter::once(plain.to_owned())
        .chain(numbered)
        .find(|name| !taken.contains(name));
    Ok(free.unwrap_or_else(|| plain.to_owned()))
}

/// Tokens whose serial begins with that text, by serial.
pub async fn tokens(db: &mut Connection, serial_begins: &str) -> Result<Tokens, Fault> {
    let mut tokens = secret::tokens(db, serial_begins, MAX_TOKENS + 1).await?;
    let more = tokens.len() > MAX_TOKENS;
    tokens.truncate(MAX_TOKENS);
    Ok(Tokens { tokens, more })
}

/// Notes that a code was taken: no code is taken twice.
pub async fn note_taken(
    tx: &mut Write,
    id: FactorId,
    taken: Taken,
    now: Timestamp,
) -> Result<(), Fault> {
    secret::set_taken(tx, id, taken).await?;
    factor::set_tested(tx, id, now).await
}
