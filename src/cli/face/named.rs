//! Which key somebody means by a place, a slot's number or a serial number.
//!
//! Invariant: a name that several keys answer to names none of them.

use crate::domain::KeyFacts;
use crate::text::{spoken, tr};

/// A name that several keys answer to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", several(.name, .keys))]
pub struct Several {
    pub name: String,
    pub keys: Vec<KeyFacts>,
}

fn several(name: &str, keys: &[KeyFacts]) -> String {
    let name = format!("{name:?}");
    tr!(
        spoken(),
        "cli-several-named",
        name = name,
        keys = listed(keys)
    )
}

fn listed(keys: &[KeyFacts]) -> String {
    let each: Vec<_> = keys
        .iter()
        .map(|key| {
            tr!(
                spoken(),
                "cli-slot-key",
                slot = key.slot.to_string(),
                place = key.place.to_string(),
                model = key.model.to_string()
            )
        })
        .collect();
    each.join(&format!(" {} ", tr!(spoken(), "cli-and")))
}

/// The key of that place or, where no place is called so, of that slot number or serial number.
pub fn named<'a>(keys: &'a [KeyFacts], name: &str) -> Result<Option<&'a KeyFacts>, Several> {
    if let Some(key) = keys.iter().find(|key| key.place.as_str() == name) {
        return Ok(Some(key));
    }
    let matching: Vec<_> = keys
        .iter()
        .filter(|key| key.id.serial.as_deref() == Some(name) || key.slot.to_string() == name)
        .collect();
    match matching.as_slice() {
        [] => Ok(None),
        [key] => Ok(Some(key)),
        _ => Err(Several {
            name: name.to_owned(),
            keys: matching.into_iter().cloned().collect(),
        }),
    }
}
