//! Whether a push may claim the offer that it names: the station, the person and the operator are the offer's, and whoever did
//! it stood at the station then, with access and a role that allowed it.

use jiff::{SignedDuration, Timestamp};

use crate::domain::authority::{Action, Role};
use crate::domain::{OfferId, OperatorId, PersonId, StationId};
use crate::server::Registry;
use crate::server::database::{Connection, Write, ms};
use crate::server::problem::{Answer, Refusal, operator_revoked};
use crate::server::tables::offer::{self, Issued, OfKey};
use crate::server::tables::{access, audit, operator, person};
use crate::wire::{Because, problem_code};

/// How far a time that a station tells may be off, in milliseconds. Counted in these, because such a time may be the last of
/// the calendar.
pub(in crate::server::routes) const CLOCK_SKEW_MS: i64 = 5 * 60 * 1000;

/// A report that comes later than that after what it reports is for somebody to look at: no line is down for so long.
pub(super) const LATE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What a report says of who did something, and when, where it names no offer.
#[derive(Debug, Clone, Copy)]
pub(in crate::server::routes) struct Said<'a> {
    pub operator: &'a OperatorId,
    pub at: Timestamp,
    /// Since when they are signed in anew and stand by it ([`super::Sent::stood_by`]).
    pub stood_by: Option<Timestamp>,
}

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

/// The offer, if it is this station's, for this person, not used, not expired, and the operator stood at the desk.
pub(in crate::server::routes) async fn claimed_offer(
    registry: &Registry,
    db: &mut Connection,
    claim: &Claim<'_>,
) -> Answer<OfKey> {
    let offer = offer::of_key(db, claim.offer, claim.station).await?;
    let offer = offer.ok_or_else(|| offer_unknown(claim.offer))?;
    check(registry, db, claim, (&offer.issued, registry.now())).await?;
    Ok(offer)
}

/// Likewise the offer of an app.
pub(in crate::server::routes) async fn claimed_app_offer(
    registry: &Registry,
    db: &mut Connection,
    claim: &Claim<'_>,
) -> Answer<Issued> {
    let offer = offer::of_app(db, claim.offer, claim.station).await?;
    let offer = offer.ok_or_else(|| offer_unknown(claim.offer))?;
    // A key's challenge is answered by the registry's clock. An app has none, and a code that was right while the offer lived stays the
    // proof of that, however long the line was down afterwards.
    check(registry, db, claim, (&offer, claim.at)).await?;
    Ok(offer)
}

pub(in crate::server::routes) fn offer_unknown(offer: OfferId) -> Refusal {
    Refusal::new(
        problem_code::OFFER_UNKNOWN,
        format!("offer {offer} was not issued to this station"),
    )
}

async fn check(
    registry: &Registry,
    db: &mut Connection,
    claim: &Claim<'_>,
    (offer, answered_at): (&Issued, Timestamp),
) -> Answer<()> {
    if offer.used_at.is_some() {
        let offer = claim.offer.to_string();
        return Err(Refusal::because(
            problem_code::OFFER_USED,
            Because::OfferUsed { offer },
        ));
    }
    if offer.expires_at <= answered_at {
        let offer = claim.offer.to_string();
        return Err(Refusal::because(
            problem_code::CHALLENGE_EXPIRED,
            Because::OfferExpired { offer },
        ));
    }
    if offer.person != *claim.person {
        return Err(Refusal::new(
            problem_code::OFFER_FOREIGN,
            format!("offer {} is not for {}", claim.offer, claim.person),
        ));
    }
    let done_by = claim.finished_by.unwrap_or(claim.operator);
    refuse_revoked(db, done_by, claim.at).await?;
    // What somebody had fetched for the next one ends with their access, too.
    refuse_revoked(db, &offer.operator, claim.at).await?;
    let latest_ms = ms(registry.now()) + CLOCK_SKEW_MS;
    let issued_ms = ms(offer.issued_at);
    let in_time = (issued_ms - CLOCK_SKEW_MS..=latest_ms).contains(&ms(claim.at));
    let by_issuer = offer.operator == *claim.operator;
    let absent = match (by_issuer, offer.is_ticket) {
        (false, false) => Some(claim.operator),
        (by_issuer, _) => absent(db, claim, by_issuer, (issued_ms, offer.is_ticket)).await?,
    };
    match absent.or((!in_time).then_some(claim.operator)) {
        Some(operator) => Err(not_there(operator, claim.at)),
        None => Ok(()),
    }
}

fn not_there(operator: &OperatorId, at: Timestamp) -> Refusal {
    let operator = operator.to_string();
    Refusal::because(
        problem_code::OFFER_FOREIGN,
        Because::OfferersAbsence { operator, at },
    )
}

/// Whether that operator stood at the station then, with access and a role that allows it, as far as a push tells that names no
/// offer.
pub(in crate::server::routes) async fn may_then(
    registry: &Registry,
    tx: &mut Write,
    station: &StationId,
    said: Said<'_>,
    action: Action,
) -> Answer<()> {
    let foreign = problem_code::OFFER_FOREIGN;
    let role = role_there(tx, station, said, foreign, registry.now()).await?;
    Ok(role.may(action)?)
}

/// The role of that operator, if they had access and were signed in at the station then, or stand by it; `code`: what the refusal is.
pub(in crate::server::routes) async fn role_there(
    tx: &mut Write,
    station: &StationId,
    Said {
        operator,
        at,
        stood_by,
    }: Said<'_>,
    code: &'static str,
    now: Timestamp,
) -> Answer<Role> {
    refuse_revoked(tx, operator, at).await?;
    refuse_ahead((operator, at), code, now)?;
    let around_ms = (ms(at) - CLOCK_SKEW_MS, ms(at) + CLOCK_SKEW_MS);
    let mut role = access::role_between(tx, station, operator, around_ms).await?;
    if let (None, Some(since)) = (role, stood_by) {
        role = access::role_between(tx, station, operator, (ms(since), ms(since))).await?;
    }
    let role = role.ok_or_else(|| was_absent(code, operator, at))?;
    watch(tx, station, (operator, at), now).await?;
    Ok(role)
}

/// Whether whoever did it after their access had ended was at the station then, as far as that tells: in a session that the end cut off, and
/// that would have gone on until then. A station that can't hear of the end lets them go on for as long.
pub(in crate::server::routes) async fn cut_off_there(
    tx: &mut Write,
    station: &StationId,
    (operator, at): (&OperatorId, Timestamp),
    code: &'static str,
    now: Timestamp,
) -> Answer<()> {
    refuse_ahead((operator, at), code, now)?;
    let around_ms = (ms(at) - CLOCK_SKEW_MS, ms(at) + CLOCK_SKEW_MS);
    if !access::was_cut_off(tx, station, operator, around_ms).await? {
        return Err(Refusal::new(
            code,
            format!(
                "operator {operator}, whose access had ended, had no session at this station that went on until {at}: find out who did it"
            ),
        ));
    }
    watch(tx, station, (operator, at), now).await
}

/// What has not come yet nobody did.
fn refuse_ahead(
    (operator, at): (&OperatorId, Timestamp),
    code: &'static str,
    now: Timestamp,
) -> Answer<()> {
    if ms(at) <= ms(now) + CLOCK_SKEW_MS {
        return Ok(());
    }
    let operator = operator.to_string();
    Err(Refusal::because(
        code,
        Because::DatedAhead { operator, at, now },
    ))
}

/// Nobody of that name was signed in then.
pub(in crate::server::routes) fn was_absent(
    code: &'static str,
    operator: &OperatorId,
    at: Timestamp,
) -> Refusal {
    let operator = operator.to_string();
    Refusal::because(code, Because::WasAbsent { operator, at })
}

/// What rests on a station's word alone, and comes when nobody can be asked any more, or very late, is taken, because it may be true,
/// and is for the registry's administrator to look at.
pub(in crate::server::routes) async fn watch(
    tx: &mut Write,
    station: &StationId,
    (operator, at): (&OperatorId, Timestamp),
    now: Timestamp,
) -> Answer<()> {
    let account = operator::account(tx, operator).await?;
    if let Some(since) = account.and_then(|account| account.revoked_at) {
        let detail = format!(
            "operator {operator}, whose access ended at {since}, is said to have done at {at} what was only reported now"
        );
        audit::alarm(tx, station, problem_code::REPORT_AFTER_END, &detail, now).await?;
    }
    if ms(at) + LATE.as_secs() * 1000 < ms(now) {
        let detail =
            format!("operator {operator} is said to have done at {at} what was only reported now");
        audit::alarm(tx, station, problem_code::REPORT_LATE, &detail, now).await?;
    }
    Ok(())
}

/// What an operator did before their access ended stands; a station that can't hear of it may let them go on for a while.
pub(in crate::server::routes) async fn refuse_revoked(
    db: &mut Connection,
    operator: &OperatorId,
    at: Timestamp,
) -> Answer<()> {
    let account = operator::account(db, operator).await?;
    match account.and_then(|account| account.revoked_at) {
        Some(since) if ms(at) >= ms(since) => Err(operator_revoked(operator, since)),
        _ => Ok(()),
    }
}

/// Which of the operators of a claim was not at the station. Who had the offer issued was, when it was issued.
async fn absent<'a>(
    db: &mut Connection,
    claim: &Claim<'a>,
    by_issuer: bool,
    (issued_ms, by_ticket): (i64, bool),
) -> Answer<Option<&'a OperatorId>> {
    let at_ms = ms(claim.at);
    let (from_ms, to_ms) = (at_ms - CLOCK_SKEW_MS, at_ms + CLOCK_SKEW_MS);
    let begun_ms = match claim.finished_by {
        None => (from_ms, to_ms),
        // When it was begun is not said, so that any time of theirs since the ticket was issued will do.
        Some(_) => (issued_ms, to_ms),
    };
    if !by_issuer
        && !stood_there(
            db,
            claim.station,
            (claim.operator, claim.person),
            (begun_ms, by_ticket),
        )
        .await?
    {
        return Ok(Some(claim.operator));
    }
    match claim.finished_by {
        Some(other)
            if !stood_there(
                db,
                claim.station,
                (other, claim.person),
                ((from_ms, to_ms), by_ticket),
            )
            .await? =>
        {
            Ok(Some(other))
        }
        _ => Ok(None),
    }
}

/// Whether that operator, who may enrol for the person, was signed in at the station at some time in between (ms since 1970, inclusive).
/// A ticket that one operator fetched may be used by the next one.
async fn stood_there(
    db: &mut Connection,
    station: &StationId,
    (operator, person): (&OperatorId, &PersonId),
    (between_ms, by_ticket): ((i64, i64), bool),
) -> Answer<bool> {
    let role = access::role_between(db, station, operator, between_ms).await?;
    let person = person::by_id(db, person).await?;
    let enrols = role.zip(person).map(|(role, person)| match by_ticket {
        // With a ticket nothing takes the place of what a reset deleted.
        true => role.may(Action::Enrol).is_ok(),
        false => role.may_for(Action::Enrol, person.kind).is_ok(),
    });
    Ok(enrols.unwrap_or_default())
}
