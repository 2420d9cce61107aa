//! Whether a push may claim the offer that it names: the station, the person and the operator are the offer's, and whoever did
//! it stood at the station then, with access and a role that allowed it.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::domain::authority::{Action, Role};
use crate::domain::{OfferId, OperatorId, PersonId, StationId, VisitId};
use crate::server::Registry;
use crate::server::database::{Write, from_ms, ms};
use crate::server::problem::{Answer, Refusal, operator_revoked};
use crate::wire::code;

/// How far a time that a station tells may be off, in milliseconds. Counted in these, because such a time may be the last of
/// the calendar.
pub(in crate::server::routes) const CLOCK_SKEW_MS: i64 = 5 * 60 * 1000;

/// What a push says it answers.
pub(in crate::server::routes) struct Claim<'a> {
    pub station: &'a StationId,
    pub offer: OfferId,
    pub person: &'a PersonId,
    pub operator: &'a OperatorId,
    /// Who ended what `operator` had begun.
    pub finished_by: Option<&'a OperatorId>,
    pub at: Timestamp,
}

/// The states that an offer's answers are verified against.
pub(super) struct Claimed {
    pub registration_state: Option<String>,
    pub assertion_state: String,
    /// Under which visit it was issued.
    pub visit: Option<VisitId>,
}

/// What is known of an offer of either sort.
struct Standing {
    person: String,
    operator: String,
    is_ticket: bool,
    issued_ms: i64,
    expires_ms: i64,
    is_used: bool,
}

impl Standing {
    fn of(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            person: row.try_get("person")?,
            operator: row.try_get("operator")?,
            is_ticket: row.try_get("is_ticket")?,
            issued_ms: row.try_get("issued_ms")?,
            expires_ms: row.try_get("expires_ms")?,
            is_used: row.try_get::<Option<i64>, _>("used_ms")?.is_some(),
        })
    }
}

/// The offer, if it is this station's, for this person, not used, not expired, and the operator stood at the desk.
pub(super) async fn claimed_offer(
    registry: &Registry,
    tx: &mut Write,
    claim: &Claim<'_>,
) -> Answer<Claimed> {
    let row = sqlx::query(
        "SELECT o.kind = 'ticket' OR coalesce(v.is_ticket, 0) AS is_ticket, o.person, o.operator, o.registration_state, \
         o.assertion_state, o.issued_ms, o.expires_ms, o.used_ms, o.visit FROM offer o LEFT JOIN visit v ON v.id = o.visit \
         WHERE o.id = ? AND o.station = ?",
    )
    .bind(claim.offer.to_string())
    .bind(claim.station.as_str())
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| offer_unknown(claim.offer))?;
    check(registry, tx, claim, (&Standing::of(&row)?, registry.now())).await?;
    Ok(Claimed {
        registration_state: row.try_get("registration_state")?,
        assertion_state: row.try_get("assertion_state")?,
        visit: visit(&row)?,
    })
}

/// Under which visit something was issued.
fn visit(row: &SqliteRow) -> Result<Option<VisitId>, sqlx::Error> {
    let id: Option<String> = row.try_get("visit")?;
    id.map(|id| id.parse())
        .transpose()
        .map_err(|error: uuid::Error| sqlx::Error::Decode(Box::new(error)))
}

/// Likewise the offer of an app; when it was issued, and under which visit.
pub(in crate::server::routes) async fn claimed_app_offer(
    registry: &Registry,
    tx: &mut Write,
    claim: &Claim<'_>,
) -> Answer<(Timestamp, Option<VisitId>)> {
    let row = sqlx::query(
        "SELECT person, operator, is_ticket, issued_ms, expires_ms, used_ms, visit FROM app_offer WHERE id = ? AND station = ?",
    )
    .bind(claim.offer.to_string())
    .bind(claim.station.as_str())
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| offer_unknown(claim.offer))?;
    let standing = Standing::of(&row)?;
    // A key's challenge is answered by the registry's clock. An app has none, and a code that was right while the offer lived stays the
    // proof of that, however long the line was down afterwards.
    check(registry, tx, claim, (&standing, claim.at)).await?;
    Ok((from_ms(standing.issued_ms)?, visit(&row)?))
}

pub(in crate::server::routes) fn offer_unknown(offer: OfferId) -> Refusal {
    Refusal::new(
        code::OFFER_UNKNOWN,
        format!("offer {offer} was not issued to this station"),
    )
}

async fn check(
    registry: &Registry,
    tx: &mut Write,
    claim: &Claim<'_>,
    (offer, answered_at): (&Standing, Timestamp),
) -> Answer<()> {
    if offer.is_used {
        return Err(Refusal::new(
            code::OFFER_USED,
            format!(
                "offer {} has been used; get a new one for another key or app",
                claim.offer
            ),
        ));
    }
    if offer.expires_ms <= ms(answered_at) {
        return Err(Refusal::new(
            code::CHALLENGE_EXPIRED,
            format!(
                "offer {} has expired; the person must enrol anew",
                claim.offer
            ),
        ));
    }
    if offer.person != claim.person.as_str() {
        return Err(Refusal::new(
            code::OFFER_FOREIGN,
            format!("offer {} is not for {}", claim.offer, claim.person),
        ));
    }
    let done_by = claim.finished_by.unwrap_or(claim.operator);
    refuse_revoked(tx, done_by, claim.at).await?;
    let latest_ms = ms(registry.now()) + CLOCK_SKEW_MS;
    let in_time = (offer.issued_ms - CLOCK_SKEW_MS..=latest_ms).contains(&ms(claim.at));
    let by_issuer = offer.operator == claim.operator.as_str();
    let absent = match (by_issuer, offer.is_ticket) {
        (false, false) => Some(claim.operator),
        (by_issuer, _) => absent(tx, claim, by_issuer, offer.issued_ms).await?,
    };
    match absent.or((!in_time).then_some(claim.operator)) {
        Some(operator) => Err(not_there(operator, claim.at)),
        None => Ok(()),
    }
}

fn not_there(operator: &OperatorId, at: Timestamp) -> Refusal {
    Refusal::new(
        code::OFFER_FOREIGN,
        format!(
            "operator {operator} was not signed in at this station at {at}; check the station's clock"
        ),
    )
}

/// Whether that operator stood at the station then, with access and a role that allows it, as far as a push tells that names no
/// offer.
pub(in crate::server::routes) async fn may_then(
    registry: &Registry,
    tx: &mut Write,
    station: &StationId,
    (operator, at): (&OperatorId, Timestamp),
    action: Action,
) -> Answer<()> {
    refuse_revoked(tx, operator, at).await?;
    if ms(at) > ms(registry.now()) + CLOCK_SKEW_MS {
        return Err(not_there(operator, at));
    }
    let around_ms = (ms(at) - CLOCK_SKEW_MS, ms(at) + CLOCK_SKEW_MS);
    role_there(tx, station, operator, around_ms)
        .await?
        .ok_or_else(|| not_there(operator, at))?
        .may(action)
        .map_err(|refused| Refusal::new(code::NOT_ALLOWED, refused.to_string()))
}

/// What an operator did before their access ended stands; a station that can't hear of it may let them go on for a while.
pub(in crate::server::routes) async fn refuse_revoked(
    tx: &mut Write,
    operator: &OperatorId,
    at: Timestamp,
) -> Answer<()> {
    let revoked_ms: Option<Option<i64>> =
        sqlx::query_scalar("SELECT revoked_ms FROM operator WHERE id = ?")
            .bind(operator.as_str())
            .fetch_optional(&mut **tx)
            .await?;
    match revoked_ms.flatten() {
        Some(at_ms) if ms(at) >= at_ms => Err(operator_revoked(operator, from_ms(at_ms)?)),
        _ => Ok(()),
    }
}

/// Which of the operators of a claim was not at the station. Who had the offer issued was, when it was issued.
async fn absent<'a>(
    tx: &mut Write,
    claim: &Claim<'a>,
    by_issuer: bool,
    issued_ms: i64,
) -> Answer<Option<&'a OperatorId>> {
    let at_ms = ms(claim.at);
    let (from_ms, to_ms) = (at_ms - CLOCK_SKEW_MS, at_ms + CLOCK_SKEW_MS);
    let begun_ms = match claim.finished_by {
        None => (from_ms, to_ms),
        // When it was begun is not said, so that any time of theirs since the ticket was issued will do.
        Some(_) => (issued_ms, to_ms),
    };
    if !by_issuer && !stood_there(tx, claim.station, claim.operator, begun_ms).await? {
        return Ok(Some(claim.operator));
    }
    match claim.finished_by {
        Some(other) if !stood_there(tx, claim.station, other, (from_ms, to_ms)).await? => {
            Ok(Some(other))
        }
        _ => Ok(None),
    }
}

/// Whether that operator, who may enrol, was signed in at the station at some time in between (ms since 1970, inclusive).
/// A ticket that one operator fetched may be used by the next one.
async fn stood_there(
    tx: &mut Write,
    station: &StationId,
    operator: &OperatorId,
    between_ms: (i64, i64),
) -> Answer<bool> {
    let role = role_there(tx, station, operator, between_ms).await?;
    Ok(role.is_some_and(|role| role.may(Action::Enrol).is_ok()))
}

/// The role of an operator who was signed in at the station at some time in between (ms since 1970, inclusive).
pub(in crate::server::routes) async fn role_there(
    tx: &mut Write,
    station: &StationId,
    operator: &OperatorId,
    (from_ms, to_ms): (i64, i64),
) -> Answer<Option<Role>> {
    let role: Option<String> = sqlx::query_scalar(
        "SELECT o.role FROM session s JOIN operator o ON o.id = s.operator \
         WHERE s.station = ? AND s.operator = ? AND s.opened_ms <= ? \
         AND min(s.expires_ms, coalesce(s.ended_ms, s.expires_ms)) >= ? LIMIT 1",
    )
    .bind(station.as_str())
    .bind(operator.as_str())
    .bind(to_ms)
    .bind(from_ms)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(role.and_then(|role| Role::parse(&role)))
}
