//! Why something is not done with the stock, before the registry is told of it.

use serde::{Deserialize, Serialize};

use crate::domain::OperatorId;
use crate::domain::custody::{Identifier, Refusal};

/// What stands in the way. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StockFault {
    /// The item, as it stands, does not allow it.
    Refused { refusal: Box<Refusal> },
    /// Another item has that identifier.
    Taken { named: Identifier },
    /// No item is known by that name.
    NoItem { name: String },
    /// Several are.
    SeveralItems { name: String, count: u32 },
    /// No place is known by that name.
    NoPlace { name: String },
    /// Several are.
    SeveralPlaces { name: String, count: u32 },
    /// Nothing is put there any more.
    Closed { place: String },
    /// Somebody else answers for the place by now.
    AnsweredBy { place: String, operator: OperatorId },
    /// No delivery is known by that name.
    NoDelivery { name: String },
    /// The tag is no number of this station's.
    TagForeign { tag: String },
    /// The station has no number left to make a tag of.
    NoTags,
    /// It is no tag.
    NoTag { text: String },
}
