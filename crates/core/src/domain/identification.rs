//! How it was established for whom a key is: the kind of document that was shown and its last four characters, never a
//! copy and never the whole number; or, where nobody is at the desk, what the station administrator states instead.

mod away;
mod check;
mod method;

use std::fmt;

pub use away::{
    AwayCheck, AwayLook, AwayMeans, AwaySaid, ON_RECORD_FOR, VOUCHED_WITHIN, VOUCHES_AFTER,
    last_digits,
};
pub use check::{Case, Earlier, IdentityCheck};
pub use method::{
    DeskMethod, Means, Method, MethodFault, MethodId, MethodName, Methods, MethodsFault, Strength,
};
use serde::{Deserialize, Serialize};

use super::authority::Action;
use super::line::{NotOneLine, OneLine};
use crate::domain::words::words;

/// The kind of document that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Document {
    /// A passport.
    Passport,
    /// A national identity card.
    IdentityCard,
    /// A driving licence.
    DrivingLicence,
    /// A residence permit.
    ResidencePermit,
}

words! {Document {
    Passport => "passport",
    IdentityCard => "identity-card",
    DrivingLicence => "driving-licence",
    ResidencePermit => "residence-permit",
}}

/// How it was established for whom a key is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Identification {
    /// The person showed a document.
    Shown {
        /// The kind of document.
        document: Document,
        /// The last four characters of its number: letters and digits, upper case.
        last_four: String,
        /// By which of the registry's methods. Stations of earlier releases say none, and knew one.
        #[serde(default, skip_serializing_if = "MethodId::is_default")]
        method: MethodId,
    },
    /// Nobody is at the desk: standby keys that are made ahead. Only a station administrator may state this.
    Stated {
        /// For instance `standby keys for safe 3`. At most [`STATEMENT_CHARS_MAX`] characters in one line.
        statement: String,
    },
}

/// The longest statement, in characters.
pub const STATEMENT_CHARS_MAX: usize = 120;

/// The word before a statement.
const STATEMENT: &str = "statement";

/// Why an identification can't be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentificationError {
    /// The document is not one of the known kinds.
    #[error(
        "unknown document {0:?}: use passport, identity-card, driving-licence or residence-permit"
    )]
    UnknownDocument(String),
    /// Not exactly four letters or digits: more would be a copy of the number.
    #[error("give exactly the last four letters or digits of the document number")]
    NotFourCharacters,
    /// Empty, too long, more than one line, or with characters that nobody sees.
    #[error("a statement is one line of at most {STATEMENT_CHARS_MAX} characters: {0}")]
    Statement(NotOneLine),
    /// No name that a method can have.
    #[error(
        "a method is named by lower-case letters, digits and hyphens, as in passport:7K31:reader"
    )]
    Method,
    /// No colon between document and characters.
    #[error(
        "write the document and its last four characters as passport:7K31; where the registry has several methods, the one that was \
         used behind it, as in passport:7K31:reader"
    )]
    Form,
}

impl Identification {
    /// Checks the four characters; lower case is taken as upper case. It was done by the method that goes without saying.
    pub fn new(document: Document, last_four: &str) -> Result<Self, IdentificationError> {
        Self::by(MethodId::default(), document, last_four)
    }

    /// Likewise, by that method.
    pub fn by(
        method: MethodId,
        document: Document,
        last_four: &str,
    ) -> Result<Self, IdentificationError> {
        if !method.is_well_formed() {
            return Err(IdentificationError::Method);
        }
        let last_four = last_four.trim().to_ascii_uppercase();
        if last_four.len() == 4 && last_four.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(Self::Shown {
                document,
                last_four,
                method,
            })
        } else {
            Err(IdentificationError::NotFourCharacters)
        }
    }

    /// Checks a statement.
    pub fn stated(statement: &str) -> Result<Self, IdentificationError> {
        let line = OneLine::<STATEMENT_CHARS_MAX>::new(statement);
        let statement = line.map_err(IdentificationError::Statement)?.into();
        Ok(Self::Stated { statement })
    }

    /// The document's word, or `statement`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Shown { document, .. } => document.as_str(),
            Self::Stated { .. } => STATEMENT,
        }
    }

    /// The last four characters, or the statement.
    pub fn detail(&self) -> &str {
        match self {
            Self::Shown { last_four, .. } => last_four,
            Self::Stated { statement } => statement,
        }
    }

    /// The document that was shown, and its last four characters.
    pub fn document(&self) -> Option<(Document, &str)> {
        match self {
            Self::Shown {
                document,
                last_four,
                ..
            } => Some((*document, last_four)),
            Self::Stated { .. } => None,
        }
    }

    /// Whether it is what its constructors would have made: what arrives from elsewhere may not be.
    pub fn is_well_formed(&self) -> bool {
        let checked = match self {
            Self::Shown {
                document,
                last_four,
                method,
            } => Self::by(method.clone(), *document, last_four),
            Self::Stated { statement } => Self::stated(statement),
        };
        checked.as_ref() == Ok(self)
    }

    /// What it takes the right to.
    pub fn action(&self) -> Action {
        match self {
            Self::Shown { .. } => Action::Receive,
            Self::Stated { .. } => Action::ProvisionStandby,
        }
    }
}

impl fmt::Display for Identification {
    /// As it is read again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind(), self.detail())?;
        match self {
            Self::Shown { method, .. } if !method.is_default() => write!(f, ":{}", method.as_str()),
            Self::Shown { .. } | Self::Stated { .. } => Ok(()),
        }
    }
}

impl std::str::FromStr for Identification {
    type Err = IdentificationError;

    /// Reads `passport:7K31`, `passport:7K31:reader` with the method, or `statement:standby keys for safe 3`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, rest) = text.split_once(':').ok_or(IdentificationError::Form)?;
        if kind == STATEMENT {
            return Self::stated(rest);
        }
        let (last_four, method) = match rest.split_once(':') {
            Some((last_four, method)) => (last_four, MethodId::new(method.trim())?),
            None => (rest, MethodId::default()),
        };
        let document = Document::parse(kind)
            .ok_or_else(|| IdentificationError::UnknownDocument(kind.to_owned()))?;
        Self::by(method, document, last_four)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_characters_are_taken_and_a_whole_number_is_refused() {
        let taken: Identification = "passport:7k31".parse().expect("four characters");
        assert_eq!((taken.kind(), taken.detail()), ("passport", "7K31"));
        for wrong in [
            "passport:NX7K31",
            "passport:7K3",
            "passport:7K3é",
            "passport:",
        ] {
            assert_eq!(
                wrong.parse::<Identification>(),
                Err(IdentificationError::NotFourCharacters)
            );
        }
        assert_eq!(
            "passport".parse::<Identification>(),
            Err(IdentificationError::Form)
        );
        assert!(matches!(
            "library-card:1234".parse::<Identification>(),
            Err(IdentificationError::UnknownDocument(_))
        ));
    }

    #[test]
    fn a_statement_is_one_short_line_and_needs_another_right_than_a_document() {
        let stated: Identification = "statement: standby keys for safe 3"
            .parse()
            .expect("a line");
        assert_eq!(stated.detail(), "standby keys for safe 3");
        assert_eq!(stated.action(), Action::ProvisionStandby);
        let shown: Identification = "passport:7K31".parse().expect("four characters");
        assert_eq!(shown.action(), Action::Receive);
        for wrong in ["", "two\nlines", "safe\u{202e}3", &"long".repeat(40)] {
            let stated = Identification::stated(wrong);
            let refused = matches!(stated, Err(IdentificationError::Statement(_)));
            assert!(refused, "{stated:?}");
        }
    }

    #[test]
    fn both_forms_survive_their_json_and_older_records_are_read() {
        for text in ["passport:7K31", "statement:safe 3"] {
            let one: Identification = text.parse().expect("well formed");
            let json = serde_json::to_string(&one).expect("json");
            assert_eq!(
                serde_json::from_str::<Identification>(&json).expect("read"),
                one
            );
        }
        let old = r#"{"document":"passport","last_four":"7k31"}"#;
        let old: Identification = serde_json::from_str(old).expect("read");
        assert!(
            !old.is_well_formed(),
            "lower case is not what the constructor makes"
        );
    }
}
