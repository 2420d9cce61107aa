//! The last factor: MFA is reset, never left switched off (docs/DOMAIN.md, "MFA").

use super::Action;
use super::matrix::{Row, row};
use crate::domain::Person;

/// It is all that somebody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastFactor {
    pub person: String,
    /// Who may reset them.
    pub may: Option<&'static Row>,
}

/// Whether one of a person's factors may be taken from them without a reset's authority, where so many that open something are left.
pub fn may_take(left: usize, person: &Person) -> Result<(), LastFactor> {
    match left {
        0 => Err(LastFactor {
            person: person.name.clone(),
            may: row(Action::ResetKey, Some(person.kind)),
        }),
        _ => Ok(()),
    }
}
