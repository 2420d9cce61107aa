//! Levels of FIDO certification, in their order.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::words::words;

/// A level of certification (FIDO Metadata Service 3, section 3.1.4, `FIDO_CERTIFIED_…`). Greater is stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Also what the plain `FIDO_CERTIFIED` means.
    L1,
    /// Level 1 plus.
    L1Plus,
    /// Level 2.
    L2,
    /// Level 2 plus.
    L2Plus,
    /// Level 3.
    L3,
    /// Level 3 plus.
    L3Plus,
}

words! {Level {
    L1 => "L1",
    L1Plus => "L1+",
    L2 => "L2",
    L2Plus => "L2+",
    L3 => "L3",
    L3Plus => "L3+",
}}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "{text:?} is no level of certification: write L1, L1+, L2, L2+, L3 or L3+"
            ))
        })
    }
}
