//! What makes a write safe to repeat.
//!
//! A write opens an [`Entry`], does its work in the entry's transaction, and ends with [`Entry::finish`], which stores
//! the answer under the `Idempotency-Key`. Opening the same key again gives the stored answer; the work is not done
//! again. Only what was done is stored: a refused write changed nothing and is judged anew when it comes again, so
//! that it can succeed once its reason is gone.
//!
//! Whoever verifies signatures begins with a [`look`] instead: it verifies while nobody waits, and takes the write lock then.
//!
//! Invariant: the answer is stored in the same transaction as what it answers for.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Registry;
use super::auth::IdempotencyKey;
use super::database::{Connection, Database, Fault, Snapshot, Write};
use super::problem::{Answer, Refusal};
use super::tables::audit::{self, Line};
use super::tables::repeat;
use super::tables::repeat::Answered;
use crate::domain::StationId;
use crate::wire::problem_code;

/// How long an answer is kept for its repetition.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// A write on its way. Dropping it undoes it.
pub struct Entry {
    /// Where the work is done.
    pub tx: Write,
    slot: Option<Slot>,
    now: Timestamp,
}

struct Slot {
    scope: String,
    key: String,
    fingerprint: Vec<u8>,
}

/// How opening an entry went.
pub enum Opened {
    /// Nothing like it was done before.
    Fresh(Entry),
    /// It was done before; this was the answer.
    Repeated(Response),
}

/// Opens an entry. `scope` is whose keys they are (the operator at a station; the station, of a report); `route` and `body` must be the same whenever the key is.
/// The journal's head is no part of `body`, because it moves on between two attempts.
pub async fn open(
    registry: &Registry,
    scope: &str,
    key: Option<IdempotencyKey>,
    route: &str,
    body: &impl Serialize,
) -> Answer<Opened> {
    // Whatever takes no look at the database is done before others have to wait.
    locked(registry, slot(scope, key, route, body)?).await
}

/// The same for a write that takes long to judge: what it rests on is read first, and judged before others have to wait.
pub async fn look(
    registry: &Registry,
    scope: &str,
    key: Option<IdempotencyKey>,
    route: &str,
    body: &impl Serialize,
) -> Answer<Looked> {
    let slot = slot(scope, key, route, body)?;
    let mut db = registry.db.snapshot().await?;
    if let Some(slot) = &slot
        && let Some(answer) = stored(&mut db, slot).await?
    {
        return Ok(Looked::Repeated(answer));
    }
    let remark = None;
    Ok(Looked::Fresh(Look { db, slot, remark }))
}

/// A write that is being judged.
pub struct Look {
    /// What is true at one moment: whatever was not answered by then was not done by then.
    pub db: Snapshot,
    slot: Option<Slot>,
    remark: Option<Remark>,
}

/// What the registry's administrator is to look at if the write is done.
pub struct Remark {
    pub station: StationId,
    /// One of [`problem_code`].
    pub kind: &'static str,
    pub detail: String,
}

/// How looking at a write went.
pub enum Looked {
    /// Nothing like it was done before.
    Fresh(Look),
    /// It was done before; this was the answer.
    Repeated(Response),
}

impl Looked {
    /// Has a remark written down with what is done.
    pub fn with(self, remark: Option<Remark>) -> Self {
        match self {
            Self::Fresh(look) => Self::Fresh(Look { remark, ..look }),
            repeated @ Self::Repeated(_) => repeated,
        }
    }
}

impl Look {
    /// Opens the entry. What was judged may be another by now: the caller reads it once more, and [`refuse_changed`]s.
    pub async fn lock(self, registry: &Registry) -> Answer<Opened> {
        self.db.rollback().await?;
        let mut opened = locked(registry, self.slot).await?;
        if let (Opened::Fresh(entry), Some(remark)) = (&mut opened, self.remark) {
            let (tx, now) = (&mut entry.tx, entry.now);
            audit::alarm(tx, &remark.station, remark.kind, &remark.detail, now).await?;
        }
        Ok(opened)
    }
}

/// What was judged must be what is true now.
pub fn refuse_changed<T: PartialEq>(judged: &T, now: &T) -> Answer<()> {
    match judged == now {
        true => Ok(()),
        false => Err(Refusal::new(
            problem_code::BUSY,
            "it has just been changed by somebody else; try again",
        )
        .retry_after(1)),
    }
}

async fn locked(registry: &Registry, slot: Option<Slot>) -> Answer<Opened> {
    let mut tx = registry.db.write().await?;
    if let Some(slot) = &slot
        && let Some(answer) = stored(&mut tx, slot).await?
    {
        return Ok(Opened::Repeated(answer));
    }
    Ok(Opened::Fresh(Entry {
        tx,
        slot,
        now: registry.now(),
    }))
}

/// What was answered to this write before, for whoever has much to prepare before they [`open`] it.
pub async fn answered(
    registry: &Registry,
    scope: &str,
    key: Option<&IdempotencyKey>,
    route: &str,
    body: &impl Serialize,
) -> Answer<Option<Response>> {
    match slot(scope, key.cloned(), route, body)? {
        Some(slot) => stored(&mut *registry.db.read().await?, &slot).await,
        None => Ok(None),
    }
}

fn slot(
    scope: &str,
    key: Option<IdempotencyKey>,
    route: &str,
    body: &impl Serialize,
) -> Answer<Option<Slot>> {
    let Some(IdempotencyKey(key)) = key else {
        return Ok(None);
    };
    Ok(Some(Slot {
        scope: scope.to_owned(),
        key,
        fingerprint: fingerprint(route, body)?,
    }))
}

async fn stored(db: &mut Connection, slot: &Slot) -> Answer<Option<Response>> {
    let Some(answered) = repeat::answered(db, &slot.scope, &slot.key).await? else {
        return Ok(None);
    };
    if answered.fingerprint != slot.fingerprint {
        return Err(Refusal::new(
            problem_code::IDEMPOTENCY_KEY_REUSED,
            format!(
                "Idempotency-Key {} came with another body before; use a fresh key for a new write",
                slot.key
            ),
        ));
    }
    let status = StatusCode::from_u16(answered.status).map_err(Refusal::internal)?;
    Ok(Some(json(status, answered.body)))
}

impl Entry {
    /// Stores the answer and the audit line, commits, and answers.
    pub async fn finish<T: Serialize>(
        self,
        status: StatusCode,
        reply: &T,
        line: Line<'_>,
    ) -> Answer<Response> {
        let body = serde_json::to_string(reply).map_err(Refusal::internal)?;
        self.finish_written(status, body, line).await
    }

    /// The same with an answer that is written out already.
    pub async fn finish_written(
        mut self,
        status: StatusCode,
        body: String,
        line: Line<'_>,
    ) -> Answer<Response> {
        audit::note(&mut self.tx, &line, self.now).await?;
        let body = match self.slot {
            Some(slot) => {
                let answer = Answered {
                    fingerprint: slot.fingerprint,
                    status: status.as_u16(),
                    body,
                };
                let key = (slot.scope.as_str(), slot.key.as_str());
                repeat::insert(&mut self.tx, key, &answer, self.now).await?;
                answer.body
            }
            None => body,
        };
        self.tx.commit().await?;
        Ok(json(status, body))
    }
}

/// Forgets answers that nobody can ask for again: no offer lives as long, and no outbox is that late.
pub async fn forget_old(db: &Database, now: Timestamp) -> Result<(), Fault> {
    let mut tx = db.write().await?;
    repeat::forget(&mut tx, now - KEPT).await?;
    tx.commit().await
}

fn fingerprint(route: &str, body: &impl Serialize) -> Answer<Vec<u8>> {
    let mut hash = Sha256::new();
    hash.update(route.as_bytes());
    hash.update([0]);
    hash.update(serde_json::to_vec(body).map_err(Refusal::internal)?);
    Ok(hash.finalize().to_vec())
}

fn json(status: StatusCode, body: String) -> Response {
    let content_type = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}
