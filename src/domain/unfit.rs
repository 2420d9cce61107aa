//! Why a key takes no part in a batch, and what a reset in it would take away: facts, so that every face words them itself.

use serde::{Serialize, Serializer};

use super::key::KeyFacts;
use super::policy::Finding;

/// Why a key takes no part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// Policy, or whose it is.
    Found { findings: Vec<Finding> },
    /// It has a PIN, and the profile would give it one drawn at random.
    PinUnknown,
    /// It has a PIN, and the profile leaves keys without one.
    PinUnwanted,
    /// The list is done before this key.
    NotNeeded,
    /// It could not be looked at.
    Failed {
        /// In English, with the facts.
        detail: String,
    },
}

impl Unfit {
    /// In English, for the record and the command line.
    pub fn in_words(&self) -> String {
        match self {
            Self::Found { findings } => {
                let words: Vec<String> = findings.iter().map(Finding::in_words).collect();
                words.join("; ")
            }
            Self::PinUnknown => {
                "it has a PIN that nobody here knows: take a new key, or put a reset into the profile"
                    .to_owned()
            }
            Self::PinUnwanted => {
                "it has a PIN, and the profile leaves keys without one: put a reset into the profile"
                    .to_owned()
            }
            Self::NotNeeded => "the list is done before this key: it is not needed".to_owned(),
            Self::Failed { detail } => detail.clone(),
        }
    }
}

impl Serialize for Unfit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.in_words())
    }
}

/// What a reset takes from a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Every credential.
    Credentials,
    Pin,
    Fingerprints,
}

impl Taken {
    /// All of it that this key may have.
    pub fn from(key: &KeyFacts) -> Vec<Self> {
        let mut taken = vec![Self::Credentials];
        if key.pin_set == Some(true) {
            taken.push(Self::Pin);
        }
        if key.built_in_uv {
            taken.push(Self::Fingerprints);
        }
        taken
    }

    /// In English, for the command line.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Credentials => "every credential on it, also those of other services",
            Self::Pin => "its PIN",
            Self::Fingerprints => "its fingerprints",
        }
    }
}

impl Serialize for Taken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.in_words())
    }
}
