//! Loans that follow one another.
//!
//! Invariant: they are refused by nothing, and seen: by an alarm, and in what the person and whoever answers for them are told.

use jiff::Timestamp;

use crate::domain::loan::RECKONED;
use crate::domain::{OperatorId, StationId};
use crate::server::database::Write;
use crate::server::problem::Answer;
use crate::server::tables::loan::{self as table, Stored};
use crate::server::tables::{audit, visit};
use crate::wire::problem_code;

/// Whoever is lent one key after the other never shows a factor of their own again: for how many working days they were lent others
/// lately. None: it is no habit. `second`: the name of who stood by it.
pub async fn again(
    tx: &mut Write,
    (loan, second): (&Stored, &str),
    station: &StationId,
    now: Timestamp,
) -> Answer<Option<u32>> {
    let others = (&loan.person, loan.visit);
    let lately = table::lately(tx, others, now - RECKONED).await?;
    if !lately.is_habit(loan.days, now) {
        return Ok(None);
    }
    let hands = visit::operators(tx, loan.visit).await?;
    let named: Vec<&str> = hands.iter().map(OperatorId::as_str).collect();
    let detail = format!(
        "a key was lent to {} again, for {} working days, after {} within a month; operator {} served them, and {second} stood by it",
        loan.person,
        u8::from(loan.days),
        lately.days,
        named.join(", "),
    );
    audit::alarm(tx, station, problem_code::LENT_AGAIN, &detail, now).await?;
    Ok(Some(lately.days))
}
