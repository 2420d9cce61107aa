//! Levels of FIDO certification, in their order.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

impl Level {
    /// Every level, weakest first.
    pub const ALL: [Self; 6] = [
        Self::L1,
        Self::L1Plus,
        Self::L2,
        Self::L2Plus,
        Self::L3,
        Self::L3Plus,
    ];

    /// As people write it, e.g. `L1+`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::L1 => "L1",
            Self::L1Plus => "L1+",
            Self::L2 => "L2",
            Self::L2Plus => "L2+",
            Self::L3 => "L3",
            Self::L3Plus => "L3+",
        }
    }

    /// Reads `L1+`; `None` when it is no level.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

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
