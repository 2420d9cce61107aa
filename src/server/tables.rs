//! The registry's tables: every statement that it runs, by what it is about.
//!
//! It hides SQL and columns. What decides something stands elsewhere and asks here. Invariants: each table is written by one module
//! of this room; what writes takes a [`Write`](super::database::Write), so that nothing is written without the write lock; values
//! come and go as the domain's types, and as a database's only in `column`.

pub mod access;
pub mod account_reset;
pub mod act;
pub mod act_asked;
pub mod attempt;
pub mod audit;
pub mod column;
pub mod contact;
pub mod credential;
pub mod delivery;
pub mod exception;
pub mod factor;
pub mod identification;
pub mod leave;
pub mod loan;
pub mod notice;
pub mod offer;
pub mod operator;
pub mod page;
pub mod person;
pub mod repeat;
pub mod search;
pub mod secret;
pub mod setting;
pub mod standing;
pub mod station;
pub mod stock;
pub mod visit;
pub mod vouching;
pub mod withdrawal;

pub use column::{At, FactorName};
use serde::Serialize;

use super::database::Fault;

/// As SQL takes a list of any length.
fn listed(values: impl Iterator<Item = impl Serialize>) -> Result<String, Fault> {
    let values: Vec<_> = values.collect();
    serde_json::to_string(&values).map_err(|why| Fault::Encode(Box::new(why)))
}
