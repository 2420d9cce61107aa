//! The chain of the audit: each row carries a hash over itself and over the hash of the row before it.
//!
//! It hides the canonical form that is hashed, and has no I/O of its own. Invariants: two rows that differ in anything have different
//! forms; whatever is changed, taken out, put in or moved breaks the chain at the first such row or right after it. Who rewrites all
//! that follows, or cuts the end off, is found by a head that was noted elsewhere, and by nothing else.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::tables::audit::Line;

/// What every form begins with. Another form gets another name, so that nothing is ever read as two.
const FORM: &[u8] = b"keydesk audit 1";

/// What a row carries: SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hash([u8; 32]);

impl Hash {
    /// From a column; none: it can't be one.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// How far a chain has come: the number and the hash of its last row. Before the first row: 0, and zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    pub number: i64,
    pub hash: Hash,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.hash, self.number)
    }
}

/// A text that names no head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no head: 64 hexadecimal digits, a colon, and a number, as `keydesk registry audit head` prints it"
)]
pub struct NoHead(String);

impl FromStr for Head {
    type Err = NoHead;

    fn from_str(text: &str) -> Result<Self, NoHead> {
        let parsed = || {
            let (hash, number) = text.trim().split_once(':')?;
            let number = number.parse().ok().filter(|number| *number >= 0)?;
            let hash = Hash::of_bytes(&hex::decode(hash).ok()?)?;
            Some(Self { number, hash })
        };
        parsed().ok_or_else(|| NoHead(text.chars().take(120).collect()))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = hex::decode(&text).map_err(serde::de::Error::custom)?;
        Self::of_bytes(&bytes).ok_or_else(|| serde::de::Error::custom("a hash has 32 bytes"))
    }
}

impl Serialize for Head {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Head {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One row of the audit, as it is kept and as it is exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub number: i64,
    pub at: Timestamp,
    pub station: Option<String>,
    pub operator: Option<String>,
    pub action: String,
    pub subject: String,
    pub detail: String,
    /// Over all of it, and over the hash of the row before.
    pub hash: Hash,
}

impl Row {
    /// What it has to carry, after a row that carries that.
    pub fn linked_to(&self, previous: &Hash) -> Hash {
        link(previous, (self.number, self.at), &self.line())
    }

    fn line(&self) -> Line<'_> {
        Line {
            station: self.station.as_deref(),
            operator: self.operator.as_deref(),
            action: &self.action,
            subject: &self.subject,
            detail: &self.detail,
        }
    }
}

/// What the row carries that comes after that hash.
pub fn link(previous: &Hash, (number, at): (i64, Timestamp), line: &Line<'_>) -> Hash {
    let mut form = Form(Sha256::new());
    form.text(FORM);
    form.text(&number.to_be_bytes());
    form.text(&at.as_millisecond().to_be_bytes());
    form.text_if_any(line.station);
    form.text_if_any(line.operator);
    form.text(line.action.as_bytes());
    form.text(line.subject.as_bytes());
    form.text(line.detail.as_bytes());
    form.text(previous.as_bytes());
    Hash(form.0.finalize().into())
}

/// Each part with its length before it, so that none runs into the next one.
struct Form(Sha256);

impl Form {
    fn text(&mut self, part: &[u8]) {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        self.0.update(length.to_be_bytes());
        self.0.update(part);
    }

    /// That there is none is something else than an empty one.
    fn text_if_any(&mut self, part: Option<&str>) {
        self.0.update([u8::from(part.is_some())]);
        self.text(part.unwrap_or_default().as_bytes());
    }
}

/// Where a chain is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A row that is not the one that was written there.
    #[error(
        "row {0} is not what was written there: it was changed, put in, or put in another place"
    )]
    Changed(i64),
    /// Another row stands where one should.
    #[error(
        "where row {expected} should be there is row {found}: rows were taken out, or put in another order"
    )]
    Order {
        /// Its number.
        expected: i64,
        found: i64,
    },
    /// The end is missing.
    #[error(
        "it ends with row {ends}, and had come to row {noted}: its end was cut off, or it is older than that head"
    )]
    Cut {
        /// The last row that is there.
        ends: i64,
        noted: i64,
    },
    /// It is whole, and is another one.
    #[error(
        "row {0} is another one than the head says that was noted: everything up to it, or a part of it, was written anew"
    )]
    Rewritten(i64),
}

impl Broken {
    /// The first row that is not what was written, or is missing.
    pub fn row(&self) -> i64 {
        match self {
            Self::Changed(row) | Self::Rewritten(row) => *row,
            Self::Order { expected, .. } => *expected,
            Self::Cut { ends, .. } => ends.saturating_add(1),
        }
    }
}

/// A walk along a chain, from its first row on.
#[derive(Debug, Default)]
pub struct Walk {
    last: Head,
    noted: Option<Head>,
}

impl Walk {
    /// Begins before the first row; `noted` is a head that somebody kept elsewhere.
    pub fn new(noted: Option<Head>) -> Self {
        Self {
            last: Head::default(),
            noted,
        }
    }

    /// The next row.
    pub fn step(&mut self, row: &Row) -> Result<(), Broken> {
        let expected = self.last.number.saturating_add(1);
        if row.number != expected {
            return Err(Broken::Order {
                expected,
                found: row.number,
            });
        }
        // What is finer than what is kept is not in the form.
        let is_kept = row.at.subsec_nanosecond() % 1_000_000 == 0;
        let hash = row.linked_to(&self.last.hash);
        if hash != row.hash || !is_kept {
            return Err(Broken::Changed(row.number));
        }
        self.last = Head {
            number: row.number,
            hash,
        };
        self.meet()
    }

    fn meet(&self) -> Result<(), Broken> {
        match self.noted {
            Some(noted) if noted.number == self.last.number && noted != self.last => {
                Err(Broken::Rewritten(noted.number))
            }
            _ => Ok(()),
        }
    }

    /// There is no other row. Returns how far the chain has come.
    pub fn end(self) -> Result<Head, Broken> {
        if let Some(noted) = self.noted {
            if noted.number > self.last.number {
                return Err(Broken::Cut {
                    ends: self.last.number,
                    noted: noted.number,
                });
            }
            if noted.number == 0 && noted != Head::default() {
                return Err(Broken::Rewritten(0));
            }
        }
        Ok(self.last)
    }
}

#[cfg(test)]
mod tests;
