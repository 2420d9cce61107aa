//! Tests that were passed, as proof that it is the person who wants a factor removed or replaced.
//!
//! Invariant: a proof serves once, for the person and at the station of its test.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;

use super::database::{Write, from_ms, ms};
use super::problem::{Answer, Refusal};
use crate::domain::{OfferId, PersonId, StationId};
use crate::wire::code;

/// How long a test proves the person where nothing lies between.
pub const FOR_REMOVAL: SignedDuration = SignedDuration::from_mins(10);

/// How long it proves them for a new phone: a code is read from it in between, and a stop may be.
pub const FOR_REPLACEMENT: SignedDuration = SignedDuration::from_hours(1);

/// How far the station's clock may be off from the registry's, which it knows by every answer.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Records that the test of that offer was passed.
pub async fn record(tx: &mut Write, offer: OfferId, at: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO proof (offer, proved_ms) VALUES (?1, ?2) \
         ON CONFLICT (offer) DO UPDATE SET proved_ms = ?2, used_ms = NULL",
    )
    .bind(offer.to_string())
    .bind(ms(at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A factor of this person was suspended: tests that were passed until now prove nothing more, because it may have been by that one.
pub async fn void(tx: &mut Write, person: &PersonId, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE proof SET used_ms = ?1 WHERE used_ms IS NULL AND offer IN (SELECT id FROM offer WHERE person = ?2)",
    )
    .bind(ms(now))
    .bind(person.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Uses a proof up for what was done `at` that time, as the station told it.
///
/// # Errors
/// [`code::PROOF_MISSING`]: there is none, it was used, it is another person's or another station's, or too long ago.
pub async fn use_up(
    tx: &mut Write,
    (station, person): (&StationId, &PersonId),
    offer: OfferId,
    (at, life): (Timestamp, SignedDuration),
    now: Timestamp,
) -> Answer<()> {
    let missing = |why: &str| {
        Refusal::new(
            code::PROOF_MISSING,
            format!(
                "the test {offer} proves nothing here: {why}. Test a key, app or token of {person} once more"
            ),
        )
    };
    let row = sqlx::query(
        "SELECT p.proved_ms, p.used_ms FROM proof p JOIN offer o ON o.id = p.offer \
         WHERE p.offer = ? AND o.person = ? AND o.station = ?",
    )
    .bind(offer.to_string())
    .bind(person.as_str())
    .bind(station.as_str())
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| missing("this person did not pass it at this station"))?;
    if row.try_get::<Option<i64>, _>("used_ms")?.is_some() {
        return Err(missing("it has served already"));
    }
    let proved_at = from_ms(row.try_get("proved_ms")?)?;
    // In milliseconds, because a time that a station tells may be the last of the calendar.
    let holds_ms = ms(proved_at - SKEW)..=ms(proved_at + life);
    if !holds_ms.contains(&ms(at)) {
        return Err(missing(&format!(
            "it was passed at {proved_at}, not within {} minutes before",
            life.as_mins()
        )));
    }
    sqlx::query("UPDATE proof SET used_ms = ? WHERE offer = ?")
        .bind(ms(now))
        .bind(offer.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
