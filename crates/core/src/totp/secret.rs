//! The secret that an app and the registry share.

use totp_rs::Secret;
use zeroize::Zeroizing;

/// The least length (RFC 4226, section 4, R6: 128 bits).
const BYTES_MIN: usize = 16;

/// Longer than the block of any hash here, so more would add nothing.
const BYTES_MAX: usize = 128;

/// Of 16 bytes that were drawn, fewer are different once in 10^24 times.
const DIFFERENT_MIN: usize = 4;

/// 16 to 128 bytes. Zeroised when dropped; has neither `Debug` nor `Clone` on purpose.
pub struct TotpSecret(Zeroizing<Vec<u8>>);

/// Not a secret. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotASecret {
    /// Too short to be safe, or too long to be one.
    #[error("a secret of {0} bytes: it must be 16 to 128")]
    Length(usize),
    #[error("not written in {0}")]
    Alphabet(&'static str),
}

impl TotpSecret {
    /// Takes bytes as they are.
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Result<Self, NotASecret> {
        match bytes.len() {
            BYTES_MIN..=BYTES_MAX => Ok(Self(bytes)),
            length => Err(NotASecret::Length(length)),
        }
    }

    /// 160 random bits, the recommended length (RFC 4226, section 4, R6), written where they stay: an array would be copied about.
    ///
    /// # Errors
    /// Those of `fill`.
    pub fn random<E>(fill: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        let mut bytes = Zeroizing::new(vec![0; 20]);
        fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads base32 (RFC 4648), with or without padding and spaces, in either case.
    pub fn from_base32(text: &str) -> Result<Self, NotASecret> {
        let wanted = |c: &char| !matches!(c, ' ' | '-' | '=');
        let mut plain = Zeroizing::new(String::with_capacity(text.len()));
        plain.extend(text.chars().filter(wanted).map(|c| c.to_ascii_uppercase()));
        let read =
            Secret::try_from_base32(plain.as_str()).map_err(|_| NotASecret::Alphabet("base32"))?;
        Self::new(Zeroizing::new(read.as_bytes().to_vec()))
    }

    /// Reads hexadecimal digits, spaces between them or not.
    pub fn from_hex(text: &str) -> Result<Self, NotASecret> {
        let mut plain = Zeroizing::new(String::with_capacity(text.len()));
        plain.extend(text.chars().filter(|c| *c != ' '));
        let bytes = hex::decode(plain.as_str()).map_err(|_| NotASecret::Alphabet("hex"))?;
        Self::new(Zeroizing::new(bytes))
    }

    /// Whether it has so few different bytes that nobody drew it: a form that was not filled in, or a sample.
    pub fn is_no_secret(&self) -> bool {
        let different: std::collections::BTreeSet<u8> = self.0.iter().copied().collect();
        different.len() < DIFFERENT_MIN
    }

    /// Its bytes, for sealing.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Base32 without padding, as apps take it.
    pub fn to_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(Secret::from(self.0.as_slice()).to_base32())
    }
}

/// Wipes the part of the stack that the functions before this one have used: hashes and ciphers leave a secret's bytes there.
#[inline(never)]
pub fn wipe_stack() {
    // Zeros that somebody looks at have to be written, and are written all at once: byte by byte would take as long as a hundred codes.
    let below = [0_u8; 32 * 1024];
    std::hint::black_box(&below);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_read_as_people_type_it() {
        for text in [
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ====",
        ] {
            let secret = TotpSecret::from_base32(text).map_err(|e| e.to_string());
            assert_eq!(
                secret.as_ref().map(TotpSecret::as_bytes),
                Ok(b"12345678901234567890".as_slice()),
                "{text}"
            );
        }
        assert!(TotpSecret::from_base32("GEZDGNBVGY1TQOJQ").is_err());
        assert!(TotpSecret::from_base32("GEZDGNBV").is_err());
    }

    #[test]
    fn hex_is_read_and_written_back_as_base32() {
        let secret = TotpSecret::from_hex("3132333435363738393031323334353637383930")
            .map_err(|e| e.to_string());
        assert_eq!(
            secret.map(|secret| secret.to_base32().to_string()),
            Ok("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned())
        );
        assert!(TotpSecret::from_hex("31323").is_err());
    }
}
