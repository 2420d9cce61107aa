//! The rows of security keys.

use crate::server::database::Write;
use crate::server::problem::Answer;
use crate::wire::KeyReport;

/// The key's row: the same key is the same row where a serial number or an asset tag says that it is the same.
pub(in crate::server::routes) async fn security_key(
    tx: &mut Write,
    key: &KeyReport,
) -> Answer<i64> {
    if key.id.is_unique() {
        let known: Option<i64> = sqlx::query_scalar(
            "UPDATE security_key SET model = ?4, firmware = ?5 \
             WHERE aaguid = ?1 AND serial IS ?2 AND asset_tag IS ?3 RETURNING number",
        )
        .bind(key.id.aaguid.to_string())
        .bind(&key.id.serial)
        .bind(&key.id.asset_tag)
        .bind(&key.model)
        .bind(firmware(key))
        .fetch_optional(&mut **tx)
        .await?;
        if let Some(number) = known {
            return Ok(number);
        }
    }
    another(tx, key).await
}

fn firmware(key: &KeyReport) -> Option<i64> {
    key.firmware.and_then(|version| i64::try_from(version).ok())
}

/// A row of its own.
pub(super) async fn another(tx: &mut Write, key: &KeyReport) -> Answer<i64> {
    let number = sqlx::query_scalar(
        "INSERT INTO security_key (aaguid, serial, asset_tag, model, firmware) VALUES (?, ?, ?, ?, ?) RETURNING number",
    )
    .bind(key.id.aaguid.to_string())
    .bind(&key.id.serial)
    .bind(&key.id.asset_tag)
    .bind(&key.model)
    .bind(firmware(key))
    .fetch_one(&mut **tx)
    .await?;
    Ok(number)
}
