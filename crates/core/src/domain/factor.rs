//! Authenticator apps and hardware tokens as factors: their settings, their codes, and what a code turned out to be.
//!
//! Invariant: a code has no `Debug` that shows it, and a secret is here only sealed to the registry.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use super::{Bytes, FactorId};

/// The hash under the HMAC (RFC 6238, section 1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Algorithm {
    /// What every app does.
    #[serde(rename = "SHA1")]
    Sha1,
    /// Of some hardware tokens.
    #[serde(rename = "SHA256")]
    Sha256,
    /// Of some hardware tokens.
    #[serde(rename = "SHA512")]
    Sha512,
}

impl Algorithm {
    /// The word used in files, on the wire and in `otpauth` URIs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    /// Reads it, with or without a hyphen, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(|c| !matches!(c, '-' | '_')).collect();
        [Self::Sha1, Self::Sha256, Self::Sha512]
            .into_iter()
            .find(|known| {
                let short = known.as_str();
                plain.eq_ignore_ascii_case(short)
                    || plain.eq_ignore_ascii_case(&format!("HMAC{short}"))
            })
    }
}

/// How codes come of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TotpSettings {
    /// The hash.
    pub algorithm: Algorithm,
    /// 6 to 8.
    pub digits: u8,
    /// Seconds of a time step: 15 to 300.
    pub period_s: u16,
}

impl TotpSettings {
    /// What every app supports, and the only settings of an app here (docs/DOMAIN.md, "Authenticator apps").
    pub const APP: Self = Self {
        algorithm: Algorithm::Sha1,
        digits: 6,
        period_s: 30,
    };

    /// The same where it is within the limits.
    pub fn checked(self) -> Result<Self, SettingsFault> {
        if !(6..=8).contains(&self.digits) {
            return Err(SettingsFault::Digits(self.digits));
        }
        if !(15..=300).contains(&self.period_s) {
            return Err(SettingsFault::Period(self.period_s));
        }
        Ok(self)
    }

    /// The time step in which a moment lies (RFC 6238, section 4.2); the first one before 1970.
    pub fn step_at(self, at: Timestamp) -> u64 {
        let second = u64::try_from(at.as_second()).unwrap_or(0);
        second / u64::from(self.period_s.max(1))
    }
}

/// Settings that nothing here can work with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFault {
    /// Too few or too many.
    #[error("{0} digits: a code has 6 to 8")]
    Digits(u8),
    /// Too short or too long.
    #[error("a period of {0} seconds: it must be 15 to 300")]
    Period(u16),
}

/// A code as somebody read it out or typed it: 6 to 8 digits.
#[derive(Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(value_type = String)]
pub struct TotpCode(Zeroizing<String>);

/// Not a code. Carries no part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has 6 to 8 digits and nothing else but spaces")]
pub struct NotACode;

impl TotpCode {
    /// Reads digits; the spaces that apps show between them are left out.
    pub fn parse(text: &str) -> Result<Self, NotACode> {
        let mut digits = Zeroizing::new(String::with_capacity(8));
        for c in text.chars().filter(|c| *c != ' ') {
            if !c.is_ascii_digit() || digits.len() == 8 {
                return Err(NotACode);
            }
            digits.push(c);
        }
        match digits.len() {
            6..=8 => Ok(Self(digits)),
            _ => Err(NotACode),
        }
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for TotpCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpCode")
    }
}

impl Serialize for TotpCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TotpCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A public key of the registry to which secrets are sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SealingKey {
    /// Names it: the first 8 bytes of the SHA-256 of the public key, in hex.
    pub id: String,
    /// X25519, 32 bytes.
    pub public_key: Bytes,
}

/// A secret that only the registry can open: HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and
/// ChaCha20Poly1305, bound to its factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SealedSecret {
    /// To which key.
    pub key: String,
    /// The encapsulated key, 32 bytes.
    pub encapsulated: Bytes,
    /// The secret and its tag.
    pub ciphertext: Bytes,
}

/// What makes the codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FactorKind {
    /// An app on a phone.
    App,
    /// A hardware token.
    Token {
        /// As it is printed on it.
        serial: String,
    },
}

/// What a code, or two in a row, turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum CodeVerdict {
    /// It is right.
    Right {
        /// By how many steps the other clock differs; positive: fast.
        drift_steps: i32,
    },
    /// It is right and was used already: the next one will do.
    Used,
    /// It would be right at another time.
    Clock {
        /// By how many seconds the phone's clock is fast; negative: slow. Exact to one period.
        fast_s: i64,
    },
    /// It is right for another account of the same person on this phone.
    OtherFactor {
        /// Its name.
        name: String,
        /// When it was enrolled.
        enrolled_at: Timestamp,
        /// It has been removed since.
        removed: bool,
    },
    /// One digit differs from a code that is valid now.
    Misread,
    /// It is wrong; the code that follows it is needed to say why.
    NextNeeded,
    /// Nothing fits.
    NoMatch,
}

impl CodeVerdict {
    /// Whether it proves that the person has the factor.
    pub fn is_right(&self) -> bool {
        matches!(self, Self::Right { .. })
    }
}

/// A factor that a new one takes the place of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Replacement {
    /// Which.
    pub factor: FactorId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_apps_show_it_and_never_shown_again() {
        for text in ["123456", "123 456", " 1234 5678 "] {
            assert!(TotpCode::parse(text).is_ok(), "{text}");
        }
        for text in [
            "12345",
            "123456789",
            "12345a",
            "１２３４５６",
            "123-456",
            "",
        ] {
            assert_eq!(TotpCode::parse(text), Err(NotACode), "{text}");
        }
        let code = TotpCode::parse("123 456").expect("a code");
        assert_eq!(code.as_str(), "123456");
        assert!(!format!("{code:?}").contains('1'));
        assert!(serde_json::from_str::<TotpCode>("\"12\"").is_err());
    }

    #[test]
    fn settings_beyond_the_limits_are_refused_by_name() {
        let app = TotpSettings::APP;
        assert_eq!(app.checked(), Ok(app));
        assert_eq!(
            TotpSettings { digits: 10, ..app }.checked(),
            Err(SettingsFault::Digits(10))
        );
        assert_eq!(
            TotpSettings { period_s: 0, ..app }.checked(),
            Err(SettingsFault::Period(0))
        );
    }

    #[test]
    fn an_algorithm_is_read_in_the_spellings_of_its_files() {
        for text in ["SHA1", "sha-1", "HMAC-SHA1", "HmacSHA1"] {
            assert_eq!(Algorithm::parse(text), Some(Algorithm::Sha1), "{text}");
        }
        assert_eq!(Algorithm::parse("HMAC-SHA256"), Some(Algorithm::Sha256));
        assert_eq!(Algorithm::parse("MD5"), None);
    }
}
