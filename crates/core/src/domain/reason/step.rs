//! Why a step of a key's test was left out, or failed: it stands in records, and comes back from them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Flaw, KeyFault, line};

/// Why a step of a test was left out, or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Left out.
    Skip(Skip),
    /// The key's answer is wrong.
    Flaw(Flaw),
    /// The key did not do it.
    Fault(KeyFault),
    /// As an earlier release wrote it down.
    Told(String),
}

/// Why a step of a test was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skip {
    /// The key can verify nobody.
    VerifiesNobody,
    /// The key has no PIN yet.
    NoPinYet,
    /// The key always verifies the person.
    AlwaysVerifies,
    /// It signed with an algorithm that is not checked here.
    Unchecked,
    /// The credential is not discoverable, and the key lists none.
    Unlisted,
}

/// What is written of a [`Why`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Written {
    Skip(Skip),
    Flaw(Flaw),
    Fault(KeyFault),
}

impl Serialize for Why {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Why {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(match serde_json::from_str(&text) {
            Ok(Written::Skip(skip)) => Self::Skip(skip),
            Ok(Written::Flaw(flaw)) => Self::Flaw(flaw),
            Ok(Written::Fault(fault)) => Self::Fault(fault),
            Err(_) => Self::Told(text),
        })
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Skip(skip) => line(&Written::Skip(*skip), f),
            Self::Flaw(flaw) => line(&Written::Flaw(flaw.clone()), f),
            Self::Fault(fault) => line(&Written::Fault(fault.clone()), f),
            Self::Told(words) => f.write_str(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reason::Lacks;

    #[test]
    fn a_reason_comes_back_from_a_record_and_an_old_one_as_it_was_told() {
        let reasons = [
            Why::Skip(Skip::NoPinYet),
            Why::Flaw(Flaw::Counter { from: 5, to: 3 }),
            Why::Fault(KeyFault::Unsupported(Lacks::Pins)),
            Why::Told("its signature is wrong".to_owned()),
            Why::Told("pins".to_owned()),
        ];
        for why in reasons {
            let text = serde_json::to_string(&why).expect("text");
            assert!(text.starts_with('"'), "{text}");
            assert_eq!(serde_json::from_str::<Why>(&text).expect("a reason"), why);
        }
    }
}
