//! What only the registry's own tables have in columns, and what else is read from a row. How the domain's values stand in them is said with
//! those ([`crate::column`]).

use super::offer::Sort;
use crate::column::column_words;
pub use crate::column::{At, FactorName, MaybeAt};
use crate::server::database::{Fault, Row};

column_words! {Sort}

/// A value of the domain's that stands in a row. The database's library has a trait for that too, which only the domain itself could give
/// its values.
pub trait OfRow: Sized {
    fn of_row(row: &Row) -> Result<Self, Fault>;
}

/// What a statement found, each row as such a value.
pub fn in_row<T: OfRow>(row: Row) -> Result<T, Fault> {
    T::of_row(&row)
}
