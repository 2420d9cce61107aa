//! What people have to be told of, for whoever delivers it: a mail job that lists, sends and marks.
//!
//! Invariant: a notice is listed until it is marked, and a mark is never taken back.

use std::path::Path;

use jiff::Timestamp;

use super::AdminError;
use crate::server::database::Database;
pub use crate::server::tables::notice::{Named, Notice};
use crate::server::tables::{delivery, notice};

/// Most that are listed at once.
const MAX_NOTICES: usize = 200;

/// What nobody has been told of yet, oldest first, each with how its deliveries stand, and whether there is more.
pub async fn notices(db: &Path) -> Result<(Vec<Notice>, bool), AdminError> {
    let db = Database::open(db).await?;
    let mut read = db.read().await?;
    let mut notices = notice::untold(&mut read, MAX_NOTICES + 1).await?;
    let numbers = notices.iter().map(|notice| notice.number);
    for one in delivery::of_notices(&mut read, numbers).await? {
        if let Some(of) = notices
            .iter_mut()
            .find(|notice| notice.number == one.notice)
        {
            of.deliveries.push(one);
        }
    }
    drop(read);
    db.close().await;
    let more = notices.len() > MAX_NOTICES;
    notices.truncate(MAX_NOTICES);
    Ok((notices, more))
}

/// Marks notices as told. One that was marked before stays as it was.
///
/// # Errors
/// [`AdminError::NoNotice`]: nothing was changed.
pub async fn mark_told(db: &Path, numbers: &[i64]) -> Result<(), AdminError> {
    let db = Database::open(db).await?;
    let mut tx = db.write().await?;
    for number in numbers {
        if !notice::mark_told(&mut tx, *number, Timestamp::now()).await? {
            return Err(AdminError::NoNotice(*number));
        }
    }
    tx.commit().await?;
    db.close().await;
    Ok(())
}
