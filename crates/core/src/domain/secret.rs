//! Texts that open something for whoever has them: tokens, and one-time codes.
//!
//! Invariant: every copy is zeroised when it is dropped, and none gets into a log or a panic message: there is no `Debug`, no
//! `Display` and no `Clone`. Serialised it is written out in full, for the wire and for private files.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A token or a one-time code.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A second copy, so that every copy is meant.
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    /// Whether both are the same; how long it takes tells nothing but their lengths.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl From<Zeroizing<String>> for Secret {
    fn from(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_travels_as_its_text_and_comes_back_the_same() {
        let secret = Secret::from("7K3M-A\"\u{e9}");
        let json = serde_json::to_string(&secret).expect("written");
        assert_eq!(json, "\"7K3M-A\\\"\u{e9}\"");
        let back: Secret = serde_json::from_str(&json).expect("read");
        assert!(back.matches(&secret) && back.expose() == "7K3M-A\"\u{e9}");
        assert!(!back.matches(&Secret::from("7K3M")));
    }
}
