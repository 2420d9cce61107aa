//! By which methods operators may identify somebody: data of the registry, each with what it is worth.
//!
//! Hides which of them serve where. Invariant: what a method can be at all is a closed list ([`Means`]), so that what the house
//! forbids (knowledge questions, caller id, whatever is read out or mailed) can't be configured under another name.

use serde::{Deserialize, Serialize};

use super::{AwayMeans, Identification, IdentificationError};
use crate::domain::line::OneLine;
use crate::domain::words::words;

/// What an identification is worth: a rule asks for at least so much. The words are those of NIST SP 800-63A-4 for evidence.
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
pub enum Strength {
    /// Somebody who is not there could have brought it about.
    Fair,
    /// A document that was looked at beside its owner, or a key that signed.
    Strong,
    /// The document's own protection was checked, or the person proved a factor of theirs.
    Superior,
}

words! {Strength {
    Fair => "fair",
    Strong => "strong",
    Superior => "superior",
}}

/// What a method goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Means {
    /// The person is at the desk, with a document that an operator compares with them.
    Document,
    /// They hold the document beside their face before a camera.
    Video,
    /// They are called back at a number that has been on record for a week or more.
    CallBack,
    /// An administrator of their organisation signs for them with a key of their own.
    Vouching,
    /// They prove a factor that they still have.
    Factor,
}

words! {Means {
    Document => "document",
    Video => "video",
    CallBack => "call-back",
    Vouching => "vouching",
    Factor => "factor",
}}

/// What identifies nobody, whoever asks for it, and why.
const FORBIDDEN: [(&str, &str); 5] = [
    (
        "knowledge",
        "what somebody knows of a person is no proof of being them",
    ),
    ("caller-id", "a caller's number can be made up"),
    (
        "code",
        "what is read out or written down is whoever's who heard or read it",
    ),
    ("mail", "a mailbox is whoever's who can open it"),
    ("statement", "it says that nobody was there"),
];

impl Means {
    /// Whether it shows that the person is at the desk, which a visit takes.
    pub fn is_at_desk(self) -> bool {
        match self {
            Self::Document => true,
            Self::Video | Self::CallBack | Self::Vouching | Self::Factor => false,
        }
    }
}

impl TryFrom<String> for Means {
    type Error = String;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        if let Some(means) = Self::parse(&word) {
            return Ok(means);
        }
        let forbidden = FORBIDDEN.into_iter().find(|(name, _)| *name == word);
        Err(match forbidden {
            Some((_, why)) => format!("{word:?} identifies nobody: {why}"),
            None => format!("{word:?} is none of {}", list(Self::ALL.map(Self::as_str))),
        })
    }
}

/// The name of a method: what an identification that says none was done by is [`Default`].
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(transparent)]
pub struct MethodId(String);

/// What every station could do before there were others: a document at the desk.
const DOCUMENT: &str = "document";

/// The longest name of a method.
const METHOD_CHARS_MAX: usize = 32;

impl MethodId {
    /// Takes 1 to 32 lower-case letters, digits and hyphens, the first one a letter.
    pub fn new(text: &str) -> Result<Self, IdentificationError> {
        let method = Self(text.to_owned());
        match method.is_well_formed() {
            true => Ok(method),
            false => Err(IdentificationError::Method),
        }
    }

    /// Whether it is what [`Self::new`] takes: what arrives from elsewhere may not be.
    pub fn is_well_formed(&self) -> bool {
        let begins = self.0.starts_with(|c: char| c.is_ascii_lowercase());
        let goes_on = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        begins && self.0.len() <= METHOD_CHARS_MAX && self.0.bytes().all(goes_on)
    }

    /// Whether it goes without saying.
    pub fn is_default(&self) -> bool {
        self.0 == DOCUMENT
    }

    /// As it is configured, sent and kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for MethodId {
    fn default() -> Self {
        Self(DOCUMENT.to_owned())
    }
}

/// A way to identify somebody.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// What identifications name it by.
    pub id: MethodId,
    /// What it goes by.
    pub means: Means,
    /// What it is worth.
    pub strength: Strength,
    /// For people; without it they read its identifier.
    #[serde(default)]
    pub name: Option<MethodName>,
}

/// What people call a method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MethodName {
    /// In English.
    pub en: String,
    /// In Dutch.
    pub nl: String,
}

/// A method for whoever is at the desk, as a station is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeskMethod {
    /// What identifications name it by.
    pub id: MethodId,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<MethodName>,
}

/// The methods of a registry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Methods(Vec<Method>);

/// Why these are no methods of a registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MethodsFault {
    /// A name that none can have.
    #[error(
        "{0:?} is no name for a method: 1 to {METHOD_CHARS_MAX} lower-case letters, digits and hyphens"
    )]
    Name(String),
    /// Two of one name.
    #[error("{0:?} is there twice")]
    Twice(String),
    /// A name for people that is no short line.
    #[error("the names of {0:?} must be lines of 1 to 40 characters")]
    Words(String),
    /// Nobody could be received.
    #[error("none of them is for the desk (means = \"document\"): nobody could be received")]
    NoneAtDesk,
}

/// Why an identification is not one by a method of the registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MethodFault {
    /// It says that nobody was there.
    #[error("nobody is identified by a statement: it takes a document")]
    Stated,
    /// The registry has none of that name.
    #[error("this registry knows no method {method:?}: it has {known}")]
    Unknown { method: String, known: String },
    /// It does not show that somebody is at the desk.
    #[error("{method:?} ({means}) is not for somebody at the desk: a document that is compared with them is", means = .means.as_str())]
    NotAtDesk { method: String, means: Means },
}

impl Default for Methods {
    /// What the house has (see docs/DOMAIN.md, "Adding a factor"). Those that are not for the desk are for requests from elsewhere.
    fn default() -> Self {
        let method = |means: Means, strength| Method {
            id: MethodId(means.as_str().to_owned()),
            means,
            strength,
            name: None,
        };
        Self(vec![
            method(Means::Document, Strength::Strong),
            method(Means::Factor, Strength::Superior),
            method(Means::Vouching, Strength::Strong),
            method(Means::Video, Strength::Fair),
            method(Means::CallBack, Strength::Fair),
        ])
    }
}

impl Methods {
    /// Refuses what nobody could be identified by.
    pub fn check(&self) -> Result<(), MethodsFault> {
        for (at, method) in self.0.iter().enumerate() {
            let id = method.id.as_str();
            if !method.id.is_well_formed() {
                return Err(MethodsFault::Name(id.to_owned()));
            }
            if self
                .0
                .iter()
                .skip(at + 1)
                .any(|other| other.id == method.id)
            {
                return Err(MethodsFault::Twice(id.to_owned()));
            }
            let names = method.name.iter().flat_map(|name| [&name.en, &name.nl]);
            if !names
                .into_iter()
                .all(|name| OneLine::<40>::check(name).is_ok())
            {
                return Err(MethodsFault::Words(id.to_owned()));
            }
        }
        match self.at_desk().next() {
            Some(_) => Ok(()),
            None => Err(MethodsFault::NoneAtDesk),
        }
    }

    /// Those by which somebody who is at the desk may be identified.
    fn at_desk(&self) -> impl Iterator<Item = &Method> {
        self.0.iter().filter(|method| method.means.is_at_desk())
    }

    /// The same, as stations are told of them.
    pub fn told(&self) -> Vec<DeskMethod> {
        let told = |method: &Method| DeskMethod {
            id: method.id.clone(),
            name: method.name.clone(),
        };
        self.at_desk().map(told).collect()
    }

    /// The method by which somebody who is not at a desk is identified so.
    pub fn away(&self, means: AwayMeans) -> Option<&Method> {
        self.0.iter().find(|method| method.means == means.means())
    }

    /// The method by which somebody who is at the desk was identified so.
    pub fn for_desk(&self, how: &Identification) -> Result<&Method, MethodFault> {
        let Identification::Shown { method: id, .. } = how else {
            return Err(MethodFault::Stated);
        };
        let method = self.0.iter().find(|method| method.id == *id);
        let method = method.ok_or_else(|| MethodFault::Unknown {
            method: id.as_str().to_owned(),
            known: list(self.at_desk().map(|method| method.id.as_str())),
        })?;
        match method.means.is_at_desk() {
            true => Ok(method),
            false => Err(MethodFault::NotAtDesk {
                method: id.as_str().to_owned(),
                means: method.means,
            }),
        }
    }
}

fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn methods(toml: &str) -> Result<Methods, String> {
        #[derive(Deserialize)]
        struct File {
            methods: Methods,
        }
        let file: File = toml::from_str(toml).map_err(|fault| fault.to_string())?;
        let checked = file.methods.check().map_err(|fault| fault.to_string());
        checked.map(|()| file.methods)
    }

    const READER: &str = "[[methods]]\nid = 'reader'\nmeans = 'document'\nstrength = 'superior'\n";

    #[test]
    fn a_method_is_data_and_one_that_the_registry_does_not_have_is_refused_by_name() {
        let house = Methods::default();
        assert_eq!(house.check(), Ok(()));
        let old: Identification = "passport:7K31".parse().expect("reads");
        let document = house.for_desk(&old).expect("what every station can do");
        assert_eq!(document.strength, Strength::Strong);
        let read: Identification = "passport:7K31:reader".parse().expect("reads");
        assert_eq!(
            house.for_desk(&read).expect_err("not there").to_string(),
            "this registry knows no method \"reader\": it has document"
        );
        let own = methods(READER).expect("configured");
        assert_eq!(
            own.for_desk(&read).map(|m| m.strength),
            Ok(Strength::Superior)
        );
        assert!(matches!(
            own.for_desk(&old),
            Err(MethodFault::Unknown { .. })
        ));
    }

    #[test]
    fn what_shows_nobody_at_the_desk_receives_nobody() {
        let house = Methods::default();
        for word in ["video", "call-back", "vouching", "factor"] {
            let how: Identification = format!("passport:7K31:{word}").parse().expect("reads");
            let refused = house.for_desk(&how);
            assert!(
                matches!(refused, Err(MethodFault::NotAtDesk { .. })),
                "{word}"
            );
        }
        let stated = Identification::stated("safe 3").expect("a line");
        assert_eq!(house.for_desk(&stated), Err(MethodFault::Stated));
    }

    #[test]
    fn what_the_house_forbids_cannot_be_configured() {
        for word in ["knowledge", "caller-id", "code", "mail", "statement"] {
            let refused = methods(&READER.replace("document", word)).expect_err("refused");
            assert!(refused.contains("identifies nobody"), "{refused}");
        }
        let unknown = methods(&READER.replace("document", "palmistry")).expect_err("refused");
        assert!(unknown.contains("none of document, video"), "{unknown}");
    }

    #[test]
    fn methods_have_names_of_their_own_and_one_is_for_the_desk() {
        let twice = methods(&format!("{READER}{READER}")).expect_err("refused");
        assert_eq!(twice, "\"reader\" is there twice");
        let none = methods(&READER.replace("document", "video")).expect_err("refused");
        assert!(none.contains("nobody could be received"), "{none}");
        let name = methods(&READER.replace("'reader'", "'Reader 2'")).expect_err("refused");
        assert!(name.contains("no name for a method"), "{name}");
        let words = format!("{READER}name = {{ en = '', nl = 'lezer' }}\n");
        assert!(methods(&words).is_err());
    }

    #[test]
    fn at_least_so_strong_is_an_order() {
        assert!(Strength::Fair < Strength::Strong && Strength::Strong < Strength::Superior);
    }
}
