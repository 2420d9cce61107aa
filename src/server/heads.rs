//! How far each station's journal has come, and whether what comes next is the same journal.
//!
//! A push names the head of the station's journal, and the record in it at which the registry stood last. So a journal that was cut
//! short, put back from a copy or rewritten shows also after it has grown past where it was: its hash there is another. A station
//! that does not know where the registry stands, because an answer got lost, is asked ([`problem_code::JOURNAL_PASSED`]); so is a push that
//! was overtaken by younger ones, for which nobody waits any more, and which alarms nobody.
//!
//! Invariant: a station whose journal was seen to be another one than it was is refused from then on, whatever it says, until the
//! registry's administrator accepts the journal.

use jiff::Timestamp;

use super::Registry;
use super::database::Connection;
use super::problem::{Answer, Refusal};
use super::tables::audit;
use super::tables::station::{self, Continued};
use crate::domain::{Bytes, StationId};
use crate::wire::{JournalHead, JournalRecord, problem_code};

/// What a push is by its head.
pub enum Seen {
    /// It goes on.
    Continues,
    /// It came late, or from a station that must say more: only an answer that was given already may be given again.
    Passed(Refusal),
}

/// What is known of a journal when a push comes.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    /// How far it had come.
    last: Option<(i64, Bytes)>,
    /// The hash that the record of the push's head had, where it was a head before.
    at_head: Option<Bytes>,
    /// Likewise of the record that the push says it continues.
    at_continued: Option<Bytes>,
    of_station: Continued,
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// It stands where it stood.
    Same,
    /// It has come further.
    Further,
    /// What has it got at that record?
    Asked(i64),
    /// It is another journal.
    Another(String),
    /// It says less than it did.
    Silent,
    /// It was found to be another one before.
    Refused(Timestamp),
}

/// Notes how far a station's journal has come, before anything else of a push is looked at. A station must send one push at a time.
pub async fn observe(registry: &Registry, station: &StationId, head: &JournalHead) -> Answer<Seen> {
    let place = Reached::of(head)?;
    let mut db = registry.db.read().await?;
    let known = known(&mut db, station, &place).await?;
    drop(db);
    if judge(&known, &place) == Verdict::Same {
        return Ok(Seen::Continues);
    }
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    let known = self::known(&mut tx, station, &place).await?;
    match judge(&known, &place) {
        Verdict::Same => Ok(Seen::Continues),
        Verdict::Further => {
            let record = (place.sequence, &place.head.hash);
            station::insert_head(&mut tx, station, record, now).await?;
            if place.continues.is_some() && !known.of_station.continues {
                station::set_continues(&mut tx, station).await?;
            }
            tx.commit().await?;
            Ok(Seen::Continues)
        }
        Verdict::Asked(record) => Ok(Seen::Passed(passed(record))),
        Verdict::Another(detail) => {
            audit::alarm(
                &mut tx,
                station,
                problem_code::JOURNAL_REGRESSED,
                &detail,
                now,
            )
            .await?;
            if known.of_station.continues || place.continues.is_some() {
                station::set_forked(&mut tx, station, now).await?;
            }
            tx.commit().await?;
            Err(another(&detail))
        }
        Verdict::Silent => {
            let detail = "the station does not say any more which record its journal goes on from";
            audit::alarm(
                &mut tx,
                station,
                problem_code::JOURNAL_REGRESSED,
                detail,
                now,
            )
            .await?;
            tx.commit().await?;
            Err(another(detail))
        }
        Verdict::Refused(since) => Err(forked(since)),
    }
}

/// What is done at once goes no further at a station whose pushes are refused: what comes after it would be.
pub async fn refuse_forked(db: &mut Connection, station: &StationId) -> Answer<()> {
    match station::continued(db, station).await?.forked_at {
        Some(since) => Err(forked(since)),
        None => Ok(()),
    }
}

fn forked(since: Timestamp) -> Refusal {
    another(&format!(
        "the station's journal has been another one since {since}"
    ))
}

/// A push's place in the journal, in numbers that a table holds.
struct Reached<'a> {
    head: &'a JournalHead,
    sequence: i64,
    continues: Option<(i64, &'a JournalRecord)>,
}

impl<'a> Reached<'a> {
    fn of(head: &'a JournalHead) -> Answer<Self> {
        let malformed = |what| Refusal::new(problem_code::MALFORMED, what);
        let beyond = |_| malformed("head: a number is beyond any journal");
        let is_hash = |hash: &Bytes| hash.0.len() == 32;
        if head.sequence > 0 && !is_hash(&head.hash) {
            return Err(malformed("head.hash must be the 32 bytes of a SHA-256"));
        }
        let continues = match &head.continues {
            Some(record) if record.hash.0.is_empty() || is_hash(&record.hash) => {
                Some((i64::try_from(record.sequence).map_err(beyond)?, record))
            }
            Some(_) => {
                return Err(malformed(
                    "head.continues.hash must be the 32 bytes of a SHA-256, or empty",
                ));
            }
            None => None,
        };
        Ok(Self {
            head,
            sequence: i64::try_from(head.sequence).map_err(beyond)?,
            continues,
        })
    }
}

async fn known(db: &mut Connection, station: &StationId, place: &Reached<'_>) -> Answer<Known> {
    let at_continued = match place.continues {
        Some((sequence, _)) => station::head_at(db, station, sequence).await?,
        None => None,
    };
    Ok(Known {
        last: station::last_head(db, station).await?,
        at_head: station::head_at(db, station, place.sequence).await?,
        at_continued,
        of_station: station::continued(db, station).await?,
    })
}

fn judge(known: &Known, place: &Reached<'_>) -> Verdict {
    if let Some(since) = known.of_station.forked_at {
        return Verdict::Refused(since);
    }
    let hash = &place.head.hash;
    let Some((last, last_hash)) = &known.last else {
        return Verdict::Further;
    };
    let is_known = known.at_head.as_ref() == Some(hash);
    let Some((continued, record)) = place.continues else {
        return match known.of_station.continues {
            true => Verdict::Silent,
            false if is_known => Verdict::Same,
            false if place.sequence > *last => Verdict::Further,
            false => Verdict::Another(regressed(place, *last)),
        };
    };
    if known.at_head.as_ref().is_some_and(|before| before != hash) {
        return Verdict::Another(regressed(place, *last));
    }
    let differs = |before: &Bytes| *before != record.hash;
    if known.at_continued.as_ref().is_some_and(differs) {
        let has = match record.hash.0.is_empty() {
            true => "no such record".to_owned(),
            false => format!("hash {}", record.hash),
        };
        return Verdict::Another(format!(
            "the station's journal has {has} at number {continued}, where it had another one before; it stands at record {}, and had \
             come to record {last}",
            place.sequence
        ));
    }
    match (place.sequence.cmp(last), continued == *last) {
        (std::cmp::Ordering::Equal, _) if hash == last_hash => Verdict::Same,
        (std::cmp::Ordering::Greater, true) => Verdict::Further,
        _ => Verdict::Asked(*last),
    }
}

fn regressed(place: &Reached<'_>, last: i64) -> String {
    format!(
        "the station's journal stands at record {} with hash {}, but had come to record {last} before",
        place.sequence, place.head.hash
    )
}

fn another(detail: &str) -> Refusal {
    Refusal::new(
        problem_code::JOURNAL_REGRESSED,
        format!(
            "{detail}; nothing was taken. Run `keydesk audit verify` at the station and find out what happened to its journal; the \
             registry's administrator can then let it begin anew (`keydesk registry accept-journal`)"
        ),
    )
}

fn passed(last: i64) -> Refusal {
    let refusal = Refusal::new(
        problem_code::JOURNAL_PASSED,
        format!(
            "the registry had come to record {last} of this station's journal, which is not the one that the push goes on from: \
             send it again with that record"
        ),
    );
    refusal.ask_record(u64::try_from(last).unwrap_or_default())
}
