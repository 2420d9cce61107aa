//! Stock and custody: which items there are, where each is, who answers for it, and what may be done with it: docs/CUSTODY.md, and the rules
//! in docs/DOMAIN.md, "Stock, standby keys and safes".
//!
//! It hides the table of transitions and how a tag is written. Invariant: station and registry ask the same function ([`follows`]) of the
//! same table. Nothing is ever at two places or at none, and what happened is only ever added to: a correction is a movement of its own.

mod act;
mod block;
mod check;
mod count;
mod delivery;
mod follows;
mod intake;
mod item;
mod place;
mod refusal;
mod scan;
mod state;
mod stock;
mod table;
mod tag;

pub use act::{
    Correction, Evidence, Intake, Movement, REMARK_CHARS_MAX, Remark, Says, StockAct, StockActKind,
};
pub use block::{BLOCK_NUMBERS, BLOCK_NUMBERS_MAX, NoBlock, TagBlock};
pub use count::{Count, Seen};
pub use delivery::{Delivery, Difference, Expected};
pub use follows::{follows, state_after};
pub use item::{Identifier, Item, ItemKind, Model, Owner, Serial, SerialId, Thing};
pub use place::{NoSpot, Place, PlaceKind, Spot};
pub use refusal::{Next, Refusal, Stands, Why};
pub use scan::{Layout, Misread, read_scan};
pub use state::{At, CONFIRMED_WITHIN, Condition, Doubt, ItemState, Whereabouts};
pub use stock::{Bin, Counts, Lasts, PACE_DAYS, Pace, Stock, to_order};
pub use table::{Fate, Needs, Row, Tie, row_of, rows, way_to, who_may};
pub use tag::{ALPHABET, NUMBERS, READ_AS, TAG_CHARS, Tag, TagFault};

#[cfg(test)]
mod tests;
