//! Identifiers as types of their own, so that one can't be passed for another.

use base64::{Engine, engine::general_purpose};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Characters of an identifier that comes from outside: as many as an import takes of one. Whoever may not be believed yet, and is
/// quoted, is quoted with no more.
const MOST_CHARS: usize = 200;

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident of $whom:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(max_length = 200)]
        pub struct $name(String);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                match text.chars().count() {
                    chars if chars > MOST_CHARS => Err(serde::de::Error::custom(format_args!(
                        concat!("the identifier of ", $whom, " has {} characters, {} at most"),
                        chars, MOST_CHARS
                    ))),
                    _ => Ok(Self(text)),
                }
            }
        }

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text of the identifier.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

text_id! {
    /// A person in the registry.
    PersonId of "a person";
    /// An organisation in the registry.
    OrganisationId of "an organisation";
    /// Somebody who works at a station.
    OperatorId of "an operator";
    /// A station, as the registry numbered it.
    StationId of "a station";
    /// Where places are: a building with one or more desks.
    SiteId of "a site";
}

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

uuid_id! {
    /// What a station means to do to one key; on disk before it is done.
    IntentId;
    /// An outbox entry; at the same time the registry's idempotency key.
    EntryId;
    /// Creation options that the registry issued.
    OfferId;
    /// An authenticator app or hardware token.
    FactorId;
    /// Somebody who is at the desk, or is expected there, as the registry has it.
    VisitId;
    /// An identification as the registry keeps it.
    IdentificationId;
    /// The reset of an account that was asked for.
    AccountResetId;
    /// A batch over many keys.
    BatchId;
    /// One key's way through a batch.
    RunId;
    /// Something that is kept in the register of stock.
    ItemId;
    /// Where items lie.
    PlaceId;
    /// Boxes that came, or are to come, from a supplier.
    DeliveryId;
    /// What one custodian hands over to another at once.
    TransferId;
}

/// Bytes that travel as base64url without padding, as WebAuthn's JSON has them. Padding and the
/// standard alphabet are accepted when reading.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, utoipa::ToSchema)]
#[schema(value_type = String, examples("3q2-7w"))]
pub struct Bytes(pub Vec<u8>);

impl Bytes {
    /// The text form: base64url without padding.
    pub fn to_base64url(&self) -> String {
        general_purpose::URL_SAFE_NO_PAD.encode(&self.0)
    }

    /// Reads base64url or base64, padded or not; `None` when it is neither.
    pub fn from_base64url(text: &str) -> Option<Self> {
        let text: String = text
            .trim_end_matches('=')
            .chars()
            .map(|c| match c {
                '+' => '-',
                '/' => '_',
                other => other,
            })
            .collect();
        general_purpose::URL_SAFE_NO_PAD.decode(text).ok().map(Self)
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_base64url())
    }
}

impl std::fmt::Display for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_base64url())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_base64url())
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_base64url(&text).ok_or_else(|| serde::de::Error::custom("not base64url"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_that_comes_from_outside_is_no_longer_than_an_import_takes() {
        let read = |chars: usize| serde_json::from_value::<OperatorId>("é".repeat(chars).into());
        assert_eq!(
            read(MOST_CHARS).expect("fits").as_str().chars().count(),
            200
        );
        let refused = read(MOST_CHARS + 1).expect_err("too long").to_string();
        assert_eq!(
            refused,
            "the identifier of an operator has 201 characters, 200 at most"
        );
    }

    #[test]
    fn bytes_are_read_with_and_without_padding_in_either_alphabet() {
        for text in ["-_8", "+/8=", "-_8="] {
            assert_eq!(Bytes::from_base64url(text), Some(Bytes(vec![0xfb, 0xff])));
        }
        assert_eq!(Bytes(vec![0xfb, 0xff]).to_base64url(), "-_8");
        assert_eq!(Bytes::from_base64url("not base64!"), None);
    }
}
