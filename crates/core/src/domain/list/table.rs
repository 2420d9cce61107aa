//! Columns by their headings.

use super::{LineFault, Row, shown};

/// Which column stands where. A column without a heading must be empty.
#[derive(Debug, Clone)]
pub struct Table<C>(Vec<Heading<C>>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Heading<C> {
    Known(C),
    /// A fault already, and so its texts are none.
    Unknown,
    None,
}

/// A heading as headings are compared: letters and digits alone, in lower case.
pub fn word(heading: &str) -> String {
    let letters = heading.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

impl<C: Copy + PartialEq> Table<C> {
    /// Columns without a heading, in this order.
    pub fn in_order(columns: &[C]) -> Self {
        Self(columns.iter().copied().map(Heading::Known).collect())
    }

    /// From a heading. `known` tells what a heading means, given as [`word`] makes it; `unknown` says what is wrong with one that
    /// means nothing.
    pub fn of(
        heading: &Row<'_>,
        known: impl Fn(&str) -> Option<C>,
        unknown: impl Fn(&str) -> String,
        faults: &mut Vec<LineFault>,
    ) -> Self {
        let mut table = Self(Vec::new());
        for name in &heading.cells {
            let (column, fault) = match known(&word(name)) {
                Some(column) if table.has(column) => {
                    let what = format!("the column {:?} is there twice", shown(name));
                    (Heading::Unknown, Some(what))
                }
                Some(column) => (Heading::Known(column), None),
                None if name.is_empty() => (Heading::None, None),
                None => (Heading::Unknown, Some(unknown(name))),
            };
            faults.extend(fault.map(|what| LineFault::new(heading.line, what)));
            table.0.push(column);
        }
        table
    }

    /// Whether there is such a column.
    pub fn has(&self, column: C) -> bool {
        self.0.contains(&Heading::Known(column))
    }

    /// Whether a row has a cell for each column, and nothing in others. Empty cells at its end are what spreadsheets fill up with.
    ///
    /// # Errors
    /// What is wrong with the row.
    pub fn fit(&self, row: &Row<'_>) -> Result<(), LineFault> {
        let (found, wanted) = (row.cells.len(), self.0.len());
        if found < wanted {
            let what = format!("has {found} values, the heading names {wanted}");
            return Err(LineFault::new(row.line, what));
        }
        let named = |at: usize| !matches!(self.0.get(at), None | Some(Heading::None));
        let stray = (0..found).find(|at| !named(*at) && !row.cell(*at).is_empty());
        match stray {
            None => Ok(()),
            Some(at) if at < wanted => {
                let what = format!("field {} has no heading that says what it is", at + 1);
                Err(LineFault::new(row.line, what))
            }
            Some(_) => {
                let what = format!("has {found} values, the heading names {wanted}");
                Err(LineFault::new(row.line, what))
            }
        }
    }

    /// What a row has in a column; empty where there is no such column.
    pub fn cell<'r>(&self, row: &'r Row<'_>, column: C) -> &'r str {
        let at = self
            .0
            .iter()
            .position(|there| *there == Heading::Known(column));
        at.map_or("", |at| row.cell(at))
    }
}
