//! Why a key takes no part in a batch, and what a reset in it would take away: facts, so that every face words them itself.

use serde::Serialize;

use super::key::KeyFacts;
use super::policy::Finding;
use super::reason::KeyFault;
use super::stop_code::StopCode;

/// Why a key takes no part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
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
        /// The stable word of what failed.
        code: StopCode,
        /// With its facts, for records and scripts.
        detail: String,
    },
}

/// Why a key that is in can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unusable {
    /// The system lets this user not.
    NoPermission {
        /// The device's node.
        node: String,
    },
    /// As many are in as are served.
    NoRoom {
        /// How many that is.
        limit: usize,
    },
    /// The system does not open it.
    System {
        /// As the system puts it.
        reason: String,
    },
    /// It does not answer as a security key should.
    Failed {
        /// What it did.
        why: KeyFault,
    },
    /// The station failed while it spoke to it.
    Broke,
}

/// What a reset takes from a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
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
}
