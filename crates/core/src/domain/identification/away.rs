//! How somebody was identified who is not at a desk: by two ways that differ in kind, for one reset of their account.
//!
//! Invariant: what is called back is a number that the registry has had for long, never one that somebody says; and nobody is identified
//! by what they know.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Document, Identification, IdentificationError, Means, MethodId, Strength};
use crate::domain::words::words;
use crate::domain::{AccountResetId, IdentificationId, OfferId, OperatorId, PersonId, StationId};

/// A number is called back only when it has been on record for so long.
pub const ON_RECORD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An administrator answers for somebody by a key that has been theirs for so long.
pub const VOUCHES_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What an administrator signed is good for asking for so long.
pub const VOUCHED_WITHIN: SignedDuration = SignedDuration::from_hours(4);

/// So many of a number's last digits are kept, and shown.
pub const DIGITS_KEPT: usize = 4;

/// The ways by which somebody is identified who is not at a desk. A document alone is for a desk; who can prove a factor needs no
/// reset.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum AwayMeans {
    /// They hold their document beside their face before a camera.
    Video,
    /// The agent calls them at the number that the registry has of them.
    CallBack,
    /// An administrator of their organisation signed, on a page and with a key of their own, what is asked for.
    Vouching,
}

words! {AwayMeans {
    Video => "video",
    CallBack => "call-back",
    Vouching => "vouching",
}}

impl AwayMeans {
    /// The same among all that an identification may go by.
    pub fn means(self) -> Means {
        match self {
            Self::Video => Means::Video,
            Self::CallBack => Means::CallBack,
            Self::Vouching => Means::Vouching,
        }
    }

    /// None: that means shows nobody who is not at a desk, or takes no agent.
    pub fn of(means: Means) -> Option<Self> {
        Self::ALL.into_iter().find(|away| away.means() == means)
    }
}

/// What was looked at, or called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AwayLook {
    /// A document before a camera.
    Video {
        document: Document,
        /// The last four characters of its number.
        last_four: String,
    },
    /// A number on record.
    CallBack {
        /// Its last digits.
        digits: String,
    },
    /// An administrator's word.
    Vouching {
        /// The act that they signed.
        act: OfferId,
    },
}

/// What an agent says of it. The number is the registry's to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AwaySaid {
    Video {
        document: Document,
        /// The last four characters of its number: letters and digits, upper case.
        last_four: String,
    },
    CallBack {},
}

impl AwaySaid {
    /// A document and its last four characters, as they are said.
    pub fn video(document: Document, last_four: &str) -> Result<Self, IdentificationError> {
        let shown = Identification::new(document, last_four)?;
        Ok(Self::Video {
            document,
            last_four: shown.detail().to_owned(),
        })
    }

    /// Whether it is what its constructors would have made.
    pub fn is_well_formed(&self) -> bool {
        match self {
            Self::Video {
                document,
                last_four,
            } => Self::video(*document, last_four).as_ref() == Ok(self),
            Self::CallBack {} => true,
        }
    }

    pub fn means(&self) -> AwayMeans {
        match self {
            Self::Video { .. } => AwayMeans::Video,
            Self::CallBack {} => AwayMeans::CallBack,
        }
    }
}

impl AwayLook {
    pub fn means(&self) -> AwayMeans {
        match self {
            Self::Video { .. } => AwayMeans::Video,
            Self::CallBack { .. } => AwayMeans::CallBack,
            Self::Vouching { .. } => AwayMeans::Vouching,
        }
    }
}

impl fmt::Display for AwayLook {
    /// As acts have it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Video {
                document,
                last_four,
            } => write!(f, "video:{}:{last_four}", document.as_str()),
            Self::CallBack { digits } => write!(f, "call-back:{digits}"),
            Self::Vouching { act } => write!(f, "vouching:{act}"),
        }
    }
}

impl std::str::FromStr for AwayLook {
    type Err = ();

    /// Reads what [`fmt::Display`] writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (by, rest) = text.split_once(':').ok_or(())?;
        match AwayMeans::parse(by).ok_or(())? {
            AwayMeans::Video => {
                let (document, last_four) = rest.split_once(':').ok_or(())?;
                Ok(Self::Video {
                    document: Document::parse(document).ok_or(())?,
                    last_four: last_four.to_owned(),
                })
            }
            AwayMeans::CallBack => Ok(Self::CallBack {
                digits: rest.to_owned(),
            }),
            AwayMeans::Vouching => Ok(Self::Vouching {
                act: rest.parse().map_err(|_| ())?,
            }),
        }
    }
}

/// The last digits of a number, by which it is told from another one; none: it is no number.
pub fn last_digits(number: &str) -> Option<String> {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    // Of a number that is hardly longer the digits would be the number.
    let kept = digits.len().checked_sub(DIGITS_KEPT)?;
    (kept >= DIGITS_KEPT).then(|| digits[kept..].iter().collect())
}

/// Such an identification as the registry keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AwayCheck {
    /// Names it, in what rests on it.
    pub id: IdentificationId,
    pub person: PersonId,
    /// The one reset that it is for.
    pub reset: AccountResetId,
    pub look: AwayLook,
    /// By which of the registry's methods, and what that was worth then.
    pub method: MethodId,
    pub strength: Strength,
    /// Who looked, or called.
    pub operator: OperatorId,
    pub station: StationId,
    /// By the registry's clock.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_at_or_called_is_read_as_it_is_written() {
        let video = AwayLook::Video {
            document: Document::Passport,
            last_four: "7K31".to_owned(),
        };
        let called = AwayLook::CallBack {
            digits: "5678".to_owned(),
        };
        let vouched = AwayLook::Vouching {
            act: OfferId(uuid::Uuid::nil()),
        };
        for (look, written) in [
            (video, "video:passport:7K31"),
            (called, "call-back:5678"),
            (vouched, "vouching:00000000-0000-0000-0000-000000000000"),
        ] {
            assert_eq!(look.to_string(), written);
            assert_eq!(written.parse(), Ok(look));
        }
        for wrong in [
            "passport:7K31",
            "video:7K31",
            "knowledge:1234",
            "vouching:K. Jansen",
            "",
        ] {
            assert_eq!(wrong.parse::<AwayLook>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn an_agent_says_no_number_and_a_document_is_four_characters() {
        let said = r#"{"by":"call-back","digits":"5678"}"#;
        assert!(serde_json::from_str::<AwaySaid>(said).is_err());
        let said: AwaySaid = serde_json::from_str(r#"{"by":"call-back"}"#).expect("reads");
        assert!(said.is_well_formed());
        let said = r#"{"by":"video","document":"passport","last_four":"7k31"}"#;
        let said: AwaySaid = serde_json::from_str(said).expect("reads");
        assert!(!said.is_well_formed());
        assert!(AwaySaid::video(Document::Passport, "7k31").is_ok());
    }

    #[test]
    fn of_a_number_the_last_digits_are_kept_and_never_all_of_it() {
        assert_eq!(last_digits("+31 10 252 1010").as_deref(), Some("1010"));
        assert_eq!(last_digits("+31-6-12345678").as_deref(), Some("5678"));
        for none in ["", "112", "1234567", "phone"] {
            assert_eq!(last_digits(none), None, "{none}");
        }
    }

    #[test]
    fn an_agent_identifies_nobody_who_is_away_by_a_desks_means() {
        for means in Means::ALL {
            let away = AwayMeans::of(means);
            let expected = matches!(means, Means::Video | Means::CallBack | Means::Vouching);
            assert_eq!(away.is_some(), expected, "{means:?}");
        }
    }
}
