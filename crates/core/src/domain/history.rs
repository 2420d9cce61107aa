//! A key's history: what was done to it at this station, its care and the enrolments on it alike.
//!
//! Plain values. Invariant: a line says what the journal says, and holds no secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::care::Care;
use super::id::{OperatorId, PersonId};

/// One thing that was done to a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "kebab-case")]
pub enum Handling {
    Cared {
        care: Care,
    },
    /// Somebody was enrolled on it.
    Enrolled {
        person: PersonId,
        /// Their name then.
        name: String,
    },
    /// It signed for somebody who is enrolled on it.
    Tested {
        person: PersonId,
        /// Their name, where this station enrolled them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    Reset {
        /// The names of those whose enrolment that ended.
        names: Vec<String>,
    },
}

/// A line of a key's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorId>,
    #[serde(flatten)]
    pub handling: Handling,
}
