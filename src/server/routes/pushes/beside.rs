//! What a new credential stands beside: enrolments of its person that its station did not know of when it asked the key, and other
//! people's on the same key. It may have taken their place.
//!
//! Invariant: a credential that may be gone is never left in the registry without a word: the newcomer is refused, and its station
//! finds out which of them the key holds.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::keys;
use crate::domain::{Bytes, KeyId, PersonId, StationId};
use crate::server::database::Write;
use crate::server::ledger;
use crate::server::problem::{Answer, Refusal};
use crate::wire::{EnrolmentPush, code};

/// A credential that is enrolled on a key of this model, and not gone.
struct Neighbour {
    id: Bytes,
    person: PersonId,
    key: KeyId,
    station: String,
    accepted_ms: i64,
}

impl Neighbour {
    fn of(row: &SqliteRow, key: &KeyId) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: Bytes(row.try_get("id")?),
            person: PersonId::new(row.try_get::<String, _>("person")?),
            key: KeyId {
                aaguid: key.aaguid,
                serial: row.try_get("serial")?,
                asset_tag: row.try_get("asset_tag")?,
            },
            station: row.try_get("station")?,
            accepted_ms: row.try_get("accepted_ms")?,
        })
    }
}

/// The row of the key of a credential that stands beside others: one of its own, where another key states its serial number too. A
/// credential that may have taken another's place is refused.
pub(super) async fn security_key(
    tx: &mut Write,
    station: &StationId,
    push: &EnrolmentPush,
    now: Timestamp,
) -> Answer<i64> {
    match is_disputed(tx, station, push, now).await? {
        true => keys::another(tx, &push.key).await,
        false => keys::security_key(tx, &push.key).await,
    }
}

async fn is_disputed(
    tx: &mut Write,
    station: &StationId,
    push: &EnrolmentPush,
    now: Timestamp,
) -> Answer<bool> {
    let neighbours = neighbours(tx, push).await?;
    let (own, others): (Vec<_>, Vec<_>) = neighbours
        .into_iter()
        .partition(|neighbour| neighbour.person == push.person);
    refuse_enrolled_since(tx, push, &own).await?;
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
        return Err(Refusal::new(
            code::KEY_TAKEN,
            format!(
                "by its serial number this key is enrolled for {}: reset it first, or take another key",
                other.person
            ),
        ));
    }
    for other in &absent {
        let detail = format!(
            "the key of {} states the serial number of the key that {} is enrolled on, and does not hold credential {}: there are \
             two such keys, or it was reset elsewhere",
            push.person, other.person, other.id
        );
        ledger::alarm(tx, station, code::SERIAL_DISPUTED, &detail, now).await?;
    }
    Ok(is_shared || !absent.is_empty())
}

/// Everything that is enrolled on keys of the model, for this person or by this serial number or tag.
async fn neighbours(tx: &mut Write, push: &EnrolmentPush) -> Answer<Vec<Neighbour>> {
    let key = &push.key.id;
    let rows = sqlx::query(
        "SELECT c.id, c.person, c.station, c.accepted_ms, k.serial, k.asset_tag \
         FROM credential c JOIN security_key k ON k.number = c.security_key \
         WHERE k.aaguid = ? AND c.gone_ms IS NULL AND (c.person = ? OR k.serial = ? OR k.asset_tag = ?) \
         ORDER BY c.accepted_ms",
    )
    .bind(key.aaguid.to_string())
    .bind(push.person.as_str())
    .bind(&key.serial)
    .bind(&key.asset_tag)
    .fetch_all(&mut **tx)
    .await?;
    let each = rows.iter().map(|row| Neighbour::of(row, key));
    Ok(each.collect::<Result<_, _>>()?)
}

/// A discoverable credential of the same account is overwritten by a new one, unless the key was told to make nothing beside it.
async fn refuse_enrolled_since(
    tx: &mut Write,
    push: &EnrolmentPush,
    own: &[Neighbour],
) -> Answer<()> {
    let issued_ms: i64 = sqlx::query_scalar("SELECT issued_ms FROM offer WHERE id = ?")
        .bind(push.offer.to_string())
        .fetch_one(&mut **tx)
        .await?;
    let is_unseen = |neighbour: &&Neighbour| match &push.excluded {
        Some(excluded) => !excluded.contains(&neighbour.id),
        None => neighbour.accepted_ms > issued_ms,
    };
    let mut unseen = own.iter().filter(is_unseen);
    match unseen.find(|neighbour| neighbour.key.may_be(&push.key.id)) {
        None => Ok(()),
        Some(other) => Err(Refusal::new(
            code::ENROLLED_SINCE,
            format!(
                "since the station last asked, {} was enrolled at station {} on a key that may be this one (credential {}), and the \
                 new credential may have taken its place: give this enrolment up with the key at hand, then enrol it anew",
                push.person, other.station, other.id
            ),
        )),
    }
}
