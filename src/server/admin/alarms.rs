//! Alarms, for whoever runs the registry: a list of what nobody has looked into yet, and a way to say that somebody has.
//!
//! Invariant: an alarm is listed until it is acknowledged, with a reason that is in the audit; none is deleted, nor acknowledged twice.

use std::path::Path;

use jiff::Timestamp;

use super::{AdminError, by_admin};
use crate::domain::OneLine;
use crate::server::database::Database;
use crate::server::tables::audit::{self, Alarm, Listed};

/// The alarms that nobody has acknowledged, newest first; at most `limit`.
pub async fn alarms(db: &Path, limit: u32) -> Result<Vec<Alarm>, AdminError> {
    listed(db, Listed::Open, limit).await
}

/// The same with those that were acknowledged.
pub async fn all_alarms(db: &Path, limit: u32) -> Result<Vec<Alarm>, AdminError> {
    listed(db, Listed::All, limit).await
}

async fn listed(db: &Path, which: Listed, limit: u32) -> Result<Vec<Alarm>, AdminError> {
    let db = Database::open(db).await?;
    let alarms = audit::alarms(&mut *db.read().await?, which, limit).await?;
    db.close().await;
    Ok(alarms)
}

/// Acknowledges alarms: they were looked into, and this is what was found. One that was acknowledged before stays as it was. How many
/// were not.
///
/// # Errors
/// [`AdminError::NoAlarm`], [`AdminError::Reason`]: nothing was changed.
pub async fn acknowledge_alarms(
    db: &Path,
    numbers: &[i64],
    reason: &str,
) -> Result<usize, AdminError> {
    let reason: OneLine<200> =
        OneLine::new(reason).map_err(|why| AdminError::Reason(reason.to_owned(), why))?;
    let db = Database::open(db).await?;
    let (mut tx, now) = (db.write().await?, Timestamp::now());
    let mut done = 0;
    for number in numbers {
        let alarm = audit::alarm_of(&mut tx, *number).await?;
        let alarm = alarm.ok_or(AdminError::NoAlarm(*number))?;
        if alarm.acknowledged_at.is_some() {
            continue;
        }
        audit::acknowledge(&mut tx, *number, &reason, now).await?;
        let subject = number.to_string();
        let station = alarm.station.as_ref().map_or("-", |id| id.as_str());
        let Alarm { kind, at, .. } = &alarm;
        let detail = format!("{kind}, station {station}, {at}: {}", &*reason);
        audit::note(
            &mut tx,
            &by_admin("acknowledge-alarm", &subject, &detail),
            now,
        )
        .await?;
        done += 1;
    }
    tx.commit().await?;
    db.close().await;
    Ok(done)
}
