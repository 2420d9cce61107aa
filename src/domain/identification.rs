//! How the operator established who is at the desk: the kind of document and its last four
//! characters, never a copy and never the whole number.

use serde::{Deserialize, Serialize};

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

impl Document {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 4] = [
        Self::Passport,
        Self::IdentityCard,
        Self::DrivingLicence,
        Self::ResidencePermit,
    ];

    /// The word used on the command line and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passport => "passport",
            Self::IdentityCard => "identity-card",
            Self::DrivingLicence => "driving-licence",
            Self::ResidencePermit => "residence-permit",
        }
    }
}

/// Which document, and its last four characters (letters and digits, upper case).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Identification {
    /// The kind of document.
    pub document: Document,
    /// The last four characters of its number.
    pub last_four: String,
}

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
    /// No colon between document and characters.
    #[error("write the document and its last four characters as passport:7K31")]
    Form,
}

impl Identification {
    /// Checks the four characters; lower case is taken as upper case.
    pub fn new(document: Document, last_four: &str) -> Result<Self, IdentificationError> {
        let last_four = last_four.trim().to_ascii_uppercase();
        if last_four.len() == 4 && last_four.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(Self {
                document,
                last_four,
            })
        } else {
            Err(IdentificationError::NotFourCharacters)
        }
    }
}

impl std::str::FromStr for Identification {
    type Err = IdentificationError;

    /// Reads `passport:7K31`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, last_four) = text.split_once(':').ok_or(IdentificationError::Form)?;
        let document = Document::ALL
            .into_iter()
            .find(|document| document.as_str() == kind)
            .ok_or_else(|| IdentificationError::UnknownDocument(kind.to_owned()))?;
        Self::new(document, last_four)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_characters_are_taken_and_a_whole_number_is_refused() {
        let taken: Identification = "passport:7k31".parse().expect("four characters");
        assert_eq!(taken.last_four, "7K31");
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
}
