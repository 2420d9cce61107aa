//! Identifications of people who are not at a desk: in each way once for one reset.

use crate::server::tables::column::{OfRow, in_row};
use sqlx::Row as _;

use super::super::At;
use crate::domain::AccountResetId;
use crate::domain::identification::{AwayCheck, AwayLook, AwayMeans, Document, MethodId};
use crate::server::database::{Connection, Fault, Row};

impl OfRow for AwayCheck {
    fn of_row(row: &Row) -> Result<Self, Fault> {
        let means: String = row.try_get("means")?;
        let means = AwayMeans::parse(&means).ok_or_else(|| Fault::Decode(means.into()))?;
        let look = match means {
            AwayMeans::Video => {
                let document: String = row.try_get("document")?;
                AwayLook::Video {
                    document: Document::parse(&document)
                        .ok_or_else(|| Fault::Decode(document.into()))?,
                    last_four: row.try_get("last_four")?,
                }
            }
            AwayMeans::CallBack => AwayLook::CallBack {
                digits: row.try_get("digits")?,
            },
            AwayMeans::Vouching => {
                return Err(Fault::Decode(
                    "a vouching that is kept as an identification".into(),
                ));
            }
        };
        let method: String = row.try_get("method")?;
        Ok(Self {
            id: row.try_get("id")?,
            person: row.try_get("person")?,
            reset: row.try_get("reset")?,
            look,
            method: MethodId::new(&method).map_err(|fault| Fault::Decode(fault.into()))?,
            strength: row.try_get("strength")?,
            operator: row.try_get("operator")?,
            station: row.try_get("station")?,
            at: row.try_get::<At, _>("at_ms")?.0,
        })
    }
}

/// Those that were taken for a reset, the earlier one first.
pub async fn all(db: &mut Connection, reset: AccountResetId) -> Result<Vec<AwayCheck>, Fault> {
    sqlx::query("SELECT * FROM identification WHERE reset = $1 ORDER BY at_ms, id")
        .bind(reset)
        .try_map(in_row)
        .fetch_all(db)
        .await
}
