//! What people signed with their own keys, for whoever has to show it.

use std::path::Path;

use super::AdminError;
use crate::domain::OfferId;
use crate::server::database::Database;
use crate::server::tables::act;
pub use crate::server::tables::act::Listed;

/// The acts, newest first; at most `limit`.
pub async fn acts(db: &Path, limit: u32) -> Result<Vec<Listed>, AdminError> {
    let db = Database::open(db).await?;
    let acts = act::newest(&mut *db.read().await?, limit).await?;
    db.close().await;
    Ok(acts)
}

/// The receipt of an act, as JSON.
///
/// # Errors
/// [`AdminError::NoAct`]
pub async fn receipt(db: &Path, id: OfferId) -> Result<String, AdminError> {
    let db = Database::open(db).await?;
    let receipt = act::receipt(&mut *db.read().await?, id).await?;
    db.close().await;
    receipt.ok_or(AdminError::NoAct(id))
}
