//! What a new credential stands beside: enrolments of its person that its station did not know of when it asked the key, and other
//! people's on the same key. It may have taken their place.
//!
//! Invariant: a credential that may be gone is never left in the registry without a word: the newcomer is refused, and its station
//! finds out which of them the key holds.

use jiff::Timestamp;

use crate::domain::StationId;
use crate::server::database::Write;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::audit;
use crate::server::tables::credential::{self, Neighbour};
use crate::wire::{Because, EnrolmentPush, problem_code};

/// The row of the key of a credential that stands beside others: one of its own, where another key states its serial number too. A
/// credential that may have taken another's place is refused.
pub(super) async fn security_key(
    tx: &mut Write,
    station: &StationId,
    (push, issued_at): (&EnrolmentPush, Timestamp),
    now: Timestamp,
) -> Answer<i64> {
    Ok(
        match is_disputed(tx, station, (push, issued_at), now).await? {
            true => credential::another_key(tx, &push.key).await?,
            false => credential::key(tx, &push.key).await?,
        },
    )
}

async fn is_disputed(
    tx: &mut Write,
    station: &StationId,
    (push, issued_at): (&EnrolmentPush, Timestamp),
    now: Timestamp,
) -> Answer<bool> {
    let neighbours = credential::neighbours(tx, &push.key.id, &push.person).await?;
    let (own, others): (Vec<_>, Vec<_>) = neighbours
        .into_iter()
        .partition(|neighbour| neighbour.person == push.person);
    refuse_enrolled_since(push, &own, issued_at)?;
    let same_key = |neighbour: &&Neighbour| neighbour.key.is_same_as(&push.key.id);
    let (absent, there): (Vec<_>, Vec<_>) = others
        .iter()
        .filter(same_key)
        .partition(|neighbour| push.not_held.contains(&neighbour.id));
    // Two people at once on a number that should be one key's: it is not.
    let first = there.first();
    let is_shared = there
        .iter()
        .any(|other| first.is_some_and(|first| other.person != first.person));
    if let (Some(other), false) = (first, is_shared) {
        let person = other.person.to_string();
        return Err(Refusal::because(
            problem_code::KEY_TAKEN,
            Because::KeyTaken { person },
        ));
    }
    for other in &absent {
        let detail = format!(
            "the key of {} states the serial number of the key that {} is enrolled on, and does not hold credential {}: there are \
             two such keys, or it was reset elsewhere",
            push.person, other.person, other.id
        );
        audit::alarm(tx, station, problem_code::SERIAL_DISPUTED, &detail, now).await?;
    }
    Ok(is_shared || !absent.is_empty())
}

/// A discoverable credential of the same account is overwritten by a new one, unless the key was told to make nothing beside it.
fn refuse_enrolled_since(
    push: &EnrolmentPush,
    own: &[Neighbour],
    issued_at: Timestamp,
) -> Answer<()> {
    let is_unseen = |neighbour: &&Neighbour| match &push.excluded {
        Some(excluded) => !excluded.contains(&neighbour.id),
        None => neighbour.accepted_at > issued_at,
    };
    let mut unseen = own.iter().filter(is_unseen);
    match unseen.find(|neighbour| neighbour.key.may_be(&push.key.id)) {
        None => Ok(()),
        Some(other) => Err(Refusal::because(
            problem_code::ENROLLED_SINCE,
            Because::EnrolledElsewhere {
                person: push.person.to_string(),
                station: other.station.to_string(),
                credential: other.id.to_string(),
            },
        )),
    }
}
