//! Whether a report was recorded in a session of whom it names, and is as it was recorded.
//!
//! Invariant: from the first session on for which a station asked for a key, nothing is taken from it that does not show that: not
//! what a factor comes of, and not what takes one either. Honest work is not lost by it: what nothing binds waits at the station until
//! whoever did it stands by it, signed in. What was changed is never taken.

use jiff::Timestamp;
use serde_json::Value;

use super::claim::{CLOCK_SKEW_MS, LATE};
use crate::domain::StationId;
use crate::server::Registry;
use crate::server::database::ms;
use crate::server::derived;
use crate::server::ledger::Remark;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::access::{self, Bonded};
use crate::server::tables::audit;
use crate::server::tally::Event;
use crate::wire::{About, Bond, Reported, problem_code};

/// What came with a report.
pub(super) struct Evidence<'a> {
    pub(super) bond: Option<&'a Bond>,
    pub(super) entry: &'a str,
    pub(super) path: &'static str,
    /// As it was sent.
    pub(super) body: &'a Value,
    pub(super) about: About<'a>,
}

/// Judges a report before anything else of it is believed: with a remark where it is taken and is to be looked at all the same.
/// A refusal is an alarm, too; what it says is nobody's word, so that there is a bound to what is kept of it.
pub(super) async fn judge(
    registry: &Registry,
    station: &StationId,
    evidence: &Evidence<'_>,
) -> Answer<Result<Option<Remark>, Refusal>> {
    let mut db = registry.db.read().await?;
    let verdict = match evidence.bond {
        Some(bond) => {
            let session = access::bonded(&mut db, &bond.session.0, station).await?;
            bound(registry, station, (evidence, bond), session)
        }
        None => {
            let since = access::bonded_since(&mut db, station).await?;
            unbound(registry, evidence.about.at, since)
        }
    };
    drop(db);
    let about = &evidence.about;
    let said = |why: &str| {
        format!(
            "{} of operator {} at {}: {why}",
            evidence.path, about.done_by, about.at
        )
    };
    match verdict {
        Verdict::Taken => Ok(Ok(None)),
        Verdict::Remarked(kind, why) => Ok(Ok(Some(Remark {
            station: station.clone(),
            kind,
            detail: said(&why),
        }))),
        Verdict::Refused(kind, why) => {
            let detail = said(&why);
            let (mut tx, now) = (registry.db.write().await?, registry.now());
            let summed = audit::alarm_at_will(&mut tx, station, (kind, &detail), now).await?;
            tx.commit().await?;
            if summed {
                let event = Event {
                    action: "alarm",
                    station: Some(station.clone()),
                    operator: None,
                    subject: kind.to_owned(),
                    what: evidence.path.to_owned(),
                };
                registry.tally.note(event, now);
            }
            Ok(Err(Refusal::new(kind, detail)))
        }
    }
}

enum Verdict {
    Taken,
    Remarked(&'static str, String),
    Refused(&'static str, String),
}

/// One that says in which session it was recorded.
fn bound(
    registry: &Registry,
    station: &StationId,
    (evidence, bond): (&Evidence<'_>, &Bond),
    session: Option<Bonded>,
) -> Verdict {
    let ring = registry.keyring.ring();
    let key = session
        .as_ref()
        .and_then(|session| derived::report_key(&ring, &session.key, station, &bond.session.0));
    let (Some(session), Some(key)) = (session, key) else {
        return Verdict::Refused(
            problem_code::REPORT_UNBOUND,
            "the registry does not know any more the session in which it was recorded; whoever did it can sign in and send it again"
                .to_owned(),
        );
    };
    let reported = Reported {
        station,
        entry: evidence.entry,
        path: evidence.path,
        body: evidence.body,
    };
    if !key.holds(bond, reported) {
        return Verdict::Refused(
            problem_code::REPORT_ALTERED,
            "it is not what was recorded; find out at the station who changed its journal"
                .to_owned(),
        );
    }
    let about = &evidence.about;
    if session.operator != *about.done_by {
        return Verdict::Refused(
            problem_code::REPORT_ALTERED,
            format!(
                "it was recorded in a session of operator {}",
                session.operator
            ),
        );
    }
    let from = ms(session.opened_at) - CLOCK_SKEW_MS;
    let to = ms(session.expires_at) + CLOCK_SKEW_MS;
    match (from..=to).contains(&ms(about.at)) {
        true => Verdict::Taken,
        false => Verdict::Remarked(
            problem_code::REPORT_VOUCHED,
            format!("they stand by it in their session of {}", session.opened_at),
        ),
    }
}

/// One that does not, at a station that binds its reports since then.
fn unbound(registry: &Registry, at: Timestamp, since: Option<Timestamp>) -> Verdict {
    let refused = |why: String| Verdict::Refused(problem_code::REPORT_UNBOUND, why);
    let Some(since) = since else {
        return match registry.config.require_bonds {
            true => refused(
                "this registry takes no report that nothing binds to a session: update the station"
                    .to_owned(),
            ),
            false => Verdict::Taken,
        };
    };
    if ms(at) + CLOCK_SKEW_MS >= ms(since) {
        return refused(
            "nothing shows that it was recorded in a session of theirs; whoever did it can sign in and send it again".to_owned(),
        );
    }
    if registry.config.require_bonds || ms(registry.now()) > ms(since) + LATE.as_secs() * 1000 {
        return refused(format!(
            "the station binds its reports since {since}, and this one comes too late to be from before; whoever did it can sign in \
             and send it again"
        ));
    }
    Verdict::Remarked(
        problem_code::REPORT_UNBOUND,
        format!("recorded before the station bound its reports, which it does since {since}"),
    )
}
