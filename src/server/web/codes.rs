//! Codes that somebody types on a page themself: the one place where no desk sees who types.
//!
//! Invariants: five wrong ones in a row with one address shut code entry for it until a desk has seen whoever has it; that is counted
//! alike whether anybody has it; no code is taken twice; who has a key types none.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::Site;
use crate::domain::factor::TotpCode;
use crate::domain::suspension::FactorSort;
use crate::domain::{FactorId, PersonId};
use crate::server::database::{Connection, Write};
use crate::server::keyring::Ring;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::secret::{self, Taken};
use crate::server::tables::{FactorName, attempt, audit, factor, page, person, standing, visit};
use crate::totp::{self, Check};
use crate::wire::problem_code;

/// Wrong ones in a row, over whatever time.
const WRONG_IN_A_ROW: u32 = 5;

/// Wrong ones of a secret in a row after which nothing examines it any more, wherever they were typed.
const WRONG_ANYWHERE: i64 = 100;

/// An e-mail address, as wrong codes are counted by it.
pub struct Subject(Vec<u8>);

impl Subject {
    pub fn of(email: &str) -> Self {
        // In small letters as far as the database takes addresses for the same: no other one is counted as somebody's.
        Self(Sha256::digest(email.trim().to_ascii_lowercase()).to_vec())
    }
}

/// What came of it.
pub enum Typed {
    /// It is of that factor of theirs.
    Right(PersonId, FactorName),
    /// It opens nothing, for whatever reason.
    Wrong,
    /// None is looked at until a desk has seen them.
    Shut,
}

/// Looks at a code that was typed with that address. The caller commits, also when it is wrong.
pub async fn examine(
    site: &Site,
    tx: &mut Write,
    (email, code): (&str, &TotpCode),
    now: Timestamp,
) -> Answer<Typed> {
    let subject = Subject::of(email);
    let person = person::by_email(tx, email.trim()).await?;
    if is_shut(tx, &subject, person.as_ref()).await? {
        return Ok(Typed::Shut);
    }
    if let Some(person) = &person
        && let Some(factor) = right(&site.registry.keyring.ring(), tx, (person, code), now).await?
    {
        page::end_run(tx, &subject.0).await?;
        return Ok(Typed::Right(person.clone(), factor));
    }
    let of = (subject.0.as_slice(), person.as_ref());
    let wrong = page::wrong_once_more(tx, of, now).await?;
    if let (WRONG_IN_A_ROW, Some(person)) = (wrong, &person) {
        let detail = format!(
            "{WRONG_IN_A_ROW} wrong codes in a row were typed on the page for {person}: none is looked at there until a desk has seen \
             them"
        );
        let kind = problem_code::TOO_MANY_ATTEMPTS;
        audit::raise(tx, None, (kind, &detail), now).await?;
    }
    Ok(Typed::Wrong)
}

/// Whether too many were wrong since a desk last saw whoever has the address.
async fn is_shut(tx: &mut Write, subject: &Subject, person: Option<&PersonId>) -> Answer<bool> {
    let Some((wrong, last)) = page::wrong_run(tx, &subject.0).await? else {
        return Ok(false);
    };
    if wrong < WRONG_IN_A_ROW {
        return Ok(false);
    }
    let Some(person) = person else {
        return Ok(true);
    };
    let seen = visit::seen_after(tx, person, last).await?;
    if seen {
        page::end_run(tx, &subject.0).await?;
    }
    Ok(!seen)
}

/// The person's factor that the code is of. Who has a key that opens their account signs in with that.
async fn right(
    ring: &Ring,
    tx: &mut Write,
    (person, code): (&PersonId, &TotpCode),
    now: Timestamp,
) -> Answer<Option<FactorName>> {
    let valid = standing::valid(tx, person).await?;
    let has_key = valid.iter().any(|factor| factor.sort == FactorSort::Key);
    for factor in valid {
        let Ok(id) = factor.id.as_str().parse::<FactorId>() else {
            continue;
        };
        if taken(ring, tx, (person, id), code, now).await? && !has_key {
            return Ok(Some(factor.id));
        }
    }
    Ok(None)
}

/// Whether it is right for that factor; then it is used up.
async fn taken(
    ring: &Ring,
    tx: &mut Write,
    (person, id): (&PersonId, FactorId),
    code: &TotpCode,
    now: Timestamp,
) -> Answer<bool> {
    let Some(found) = factor::with_secret(tx, person, id).await? else {
        return Ok(false);
    };
    let stored = &found.secret;
    if is_guessed_out(tx, &stored.id.to_string()).await? {
        return Ok(false);
    }
    let secret = match ring.open(&stored.sealed, stored.to()) {
        Ok(secret) => secret,
        Err(error) => {
            tracing::error!(secret = %stored.id, %error, "a stored secret does not open");
            return Ok(false);
        }
    };
    let (drift_steps, last_step) = (stored.drift_steps, stored.last_step);
    let check = totp::check(&secret, stored.settings, code, now, drift_steps, last_step);
    let Check::Right { step, drift_steps } = check else {
        return Ok(false);
    };
    let taken = Taken {
        step,
        drift_steps,
        is_sure: false,
    };
    secret::set_taken(tx, stored.id, taken).await?;
    factor::set_tested(tx, stored.id, now).await?;
    Ok(true)
}

async fn is_guessed_out(db: &mut Connection, secret: &str) -> Answer<bool> {
    Ok(attempt::wrong_in_a_row(db, secret).await? >= WRONG_ANYWHERE)
}

/// What somebody typed as a code.
pub fn code(typed: &str) -> Answer<TotpCode> {
    TotpCode::parse(typed).map_err(|why| Refusal::new(problem_code::CODE_WRONG, why.to_string()))
}
