//! Secrets that the registry hands out: one-time codes for people to type, tokens for programs.
//!
//! Invariant: what is stored is the SHA-256 of a secret; the secret itself exists only in the answer that carries it.
//! They are random with 120 bits and more, so a plain hash is enough.

use base64::{Engine, engine::general_purpose};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::domain::Secret;

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a code, in groups of four: 120 bits.
const CODE_LENGTH: usize = 24;

/// The system's random generator failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system's random generator failed")]
pub struct NoRandom;

/// A fresh one-time code such as `7K3M-…`, six groups of four.
pub fn new_code() -> Result<Secret, NoRandom> {
    let mut random = Zeroizing::new([0u8; CODE_LENGTH]);
    getrandom::fill(random.as_mut()).map_err(|_| NoRandom)?;
    let mut code = Zeroizing::new(String::with_capacity(CODE_LENGTH + CODE_LENGTH / 4));
    for (place, byte) in random.iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        // 32 divides 256, so every character is equally likely.
        let letter = ALPHABET
            .get(usize::from(byte % 32))
            .copied()
            .unwrap_or(b'0');
        code.push(char::from(letter));
    }
    Ok(Secret::from(code))
}

/// The hash of a code as somebody typed it: case, spaces and hyphens do not matter, nor do O, I and L.
pub fn code_hash(typed: &Secret) -> Vec<u8> {
    let plain: Zeroizing<String> = Zeroizing::new(
        typed
            .expose()
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect(),
    );
    hash(plain.as_bytes())
}

/// A fresh token: 256 bits, base64url.
pub fn new_token() -> Result<Secret, NoRandom> {
    let mut random = Zeroizing::new([0u8; 32]);
    getrandom::fill(random.as_mut()).map_err(|_| NoRandom)?;
    Ok(Secret::from(
        general_purpose::URL_SAFE_NO_PAD.encode(random.as_ref()),
    ))
}

/// Random bytes that are no secret, e.g. a user handle.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], NoRandom> {
    let mut random = [0u8; N];
    getrandom::fill(&mut random).map_err(|_| NoRandom)?;
    Ok(random)
}

/// What is stored of a secret.
pub fn hash(secret: &[u8]) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = new_code().expect("random");
        assert_eq!(code.expose().len(), 29);
        let sloppy = code.expose().to_lowercase().replace('-', " ");
        assert_eq!(code_hash(&sloppy.into()), code_hash(&code));
        assert_eq!(code_hash(&"O1Il".into()), code_hash(&"0111".into()));
        assert_ne!(code_hash(&"0111".into()), code_hash(&"0112".into()));
    }

    #[test]
    fn two_codes_differ() {
        let (one, two) = (new_code().expect("random"), new_code().expect("random"));
        assert!(!one.matches(&two));
    }
}
