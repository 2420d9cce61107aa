//! How a station proves who it is when it asks for a token: a JSON Web Token of its own, signed with ES256
//! (`private_key_jwt`: RFC 7523, section 2.2 and 3; RFC 7519).
//!
//! Both sides of the wire need it, so it is here, and it takes the clock and the random `jti` as arguments. What it
//! hides: jsonwebtoken comes without cryptography of its own and is given P-256 of the crate that the rest of the program
//! uses. Invariant: ES256 is the only algorithm that is ever signed or accepted.

use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error as JwtError, ErrorKind};
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey};
use serde::{Deserialize, Serialize};

use crate::domain::{Bytes, StationId};

/// `client_assertion_type` of the token request.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// `grant_type` of the token request.
pub const GRANT_TYPE: &str = "client_credentials";

/// The longest life that is accepted.
pub const MAX_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// How far the two clocks may be apart.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(60);

/// The claims (RFC 7523, section 3). Times are seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub iss: StationId,
    /// The same.
    pub sub: StationId,
    /// The registry, as [`super::JoinReply::audience`] named it.
    pub aud: String,
    /// Says once: the registry takes it only the first time.
    pub jti: String,
    /// When it was made.
    pub iat: i64,
    /// From then on it is refused.
    pub exp: i64,
}

/// Why an assertion is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// Not a token, or not by this key.
    #[error("not a valid ES256 token of this station: {0}")]
    Invalid(String),
    /// Issuer and subject differ, or are not the station.
    #[error("issuer and subject must both be the station {0}")]
    Station(StationId),
    /// For somebody else.
    #[error("the audience is not this registry")]
    Audience,
    /// Too late, too early, or made to live too long.
    #[error("the token's times do not hold: it must be made now and live at most five minutes")]
    Times,
    /// The key is not P-256 in PEM.
    #[error("the key is not a P-256 key in PEM")]
    Key,
}

/// Signs the claims. The token is a secret until it is used.
pub fn sign(claims: &Claims, key: &SigningKey) -> Result<String, AssertionError> {
    install_provider();
    let der = p256::SecretKey::from(key)
        .to_pkcs8_der()
        .map_err(|_| AssertionError::Key)?;
    jsonwebtoken::encode(
        &Header::new(Algorithm::ES256),
        claims,
        &EncodingKey::from_ec_der(der.as_bytes()),
    )
    .map_err(|error| AssertionError::Invalid(error.to_string()))
}

/// The station that a token claims to be of: nothing is verified yet, it only says whose key to look up.
pub fn claimed_station(token: &str) -> Result<StationId, AssertionError> {
    #[derive(Deserialize)]
    struct Issuer {
        iss: StationId,
    }
    jsonwebtoken::dangerous::insecure_decode_claims::<Issuer>(token)
        .map(|claims| claims.iss)
        .map_err(|error| AssertionError::Invalid(error.to_string()))
}

/// Verifies a token of `station` against its public key (SubjectPublicKeyInfo, PEM), one of the `audiences` and the
/// clock. That the `jti` is new is for the caller to see.
pub fn verify(
    token: &str,
    station: &StationId,
    public_key_pem: &str,
    audiences: &[&str],
    now: Timestamp,
) -> Result<Claims, AssertionError> {
    install_provider();
    let key = VerifyingKey::from_public_key_pem(public_key_pem).map_err(|_| AssertionError::Key)?;
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
    // Checked below, against the clock that the caller gives.
    validation.validate_exp = false;
    validation.validate_aud = false;
    refuse_critical(token)?;
    let claims = jsonwebtoken::decode::<Claims>(
        token,
        &DecodingKey::from_ec_der(&key.to_sec1_bytes()),
        &validation,
    )
    .map_err(|error| AssertionError::Invalid(error.to_string()))?
    .claims;
    if claims.iss != *station || claims.sub != *station {
        return Err(AssertionError::Station(station.clone()));
    }
    if !audiences.contains(&claims.aud.as_str()) {
        return Err(AssertionError::Audience);
    }
    if times_hold(&claims, now) {
        Ok(claims)
    } else {
        Err(AssertionError::Times)
    }
}

/// The library passes over what a header says must be understood (RFC 7515, section 4.1.11), and nothing of that kind is here.
fn refuse_critical(token: &str) -> Result<(), AssertionError> {
    let invalid = |why: &str| AssertionError::Invalid(why.to_owned());
    let header = token.split('.').next().and_then(Bytes::from_base64url);
    let header = header.ok_or_else(|| invalid("no header"))?;
    let header: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&header.0).map_err(|_| invalid("no header"))?;
    match header.contains_key("crit") {
        true => Err(invalid(
            "its header has critical members, and none is understood",
        )),
        false => Ok(()),
    }
}

fn times_hold(claims: &Claims, now: Timestamp) -> bool {
    let now = now.as_second();
    let skew = CLOCK_SKEW.as_secs();
    let life = claims.exp.checked_sub(claims.iat);
    claims.iat <= now.saturating_add(skew)
        && now < claims.exp.saturating_add(skew)
        && life.is_some_and(|life| (1..=MAX_LIFE.as_secs()).contains(&life))
}

struct Es256Signer(SigningKey);

impl Signer<Vec<u8>> for Es256Signer {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let signature: Signature = p256::ecdsa::signature::Signer::try_sign(&self.0, message)
            .map_err(|_| SignatureError::new())?;
        Ok(signature.to_bytes().to_vec())
    }
}

impl JwtSigner for Es256Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::ES256
    }
}

struct Es256Verifier(VerifyingKey);

impl Verifier<Vec<u8>> for Es256Verifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        let signature = Signature::from_slice(signature).map_err(|_| SignatureError::new())?;
        p256::ecdsa::signature::Verifier::verify(&self.0, message, &signature)
            .map_err(|_| SignatureError::new())
    }
}

impl JwtVerifier for Es256Verifier {
    fn algorithm(&self) -> Algorithm {
        Algorithm::ES256
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, JwtError> {
    match algorithm {
        Algorithm::ES256 => SigningKey::from_pkcs8_der(key.as_bytes())
            .map(|key| Box::new(Es256Signer(key)) as Box<dyn JwtSigner>)
            .map_err(|_| ErrorKind::InvalidEcdsaKey.into()),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, JwtError> {
    match algorithm {
        Algorithm::ES256 => VerifyingKey::from_sec1_bytes(key.try_get_as_bytes()?)
            .map(|key| Box::new(Es256Verifier(key)) as Box<dyn JwtVerifier>)
            .map_err(|_| ErrorKind::InvalidEcdsaKey.into()),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

/// Makes P-256 known to jsonwebtoken, once a process.
fn install_provider() {
    static PROVIDER: OnceLock<CryptoProvider> = OnceLock::new();
    let provider = PROVIDER.get_or_init(|| CryptoProvider {
        signer_factory: signer,
        verifier_factory: verifier,
        key_utils: KeyUtils::new_unimplemented(),
    });
    // An error says that it is installed already, which is what is wanted.
    let _ = provider.install_default();
}

#[cfg(test)]
mod tests {
    use p256::pkcs8::{EncodePublicKey, LineEnding};

    use super::*;

    fn key(byte: u8) -> SigningKey {
        SigningKey::from_slice(&[byte; 32]).expect("in range")
    }

    fn pem(key: &SigningKey) -> String {
        key.verifying_key()
            .to_public_key_pem(LineEnding::LF)
            .expect("encodes")
    }

    fn claims(now: i64) -> Claims {
        Claims {
            iss: StationId::new("s1"),
            sub: StationId::new("s1"),
            aud: "urn:registry".to_owned(),
            jti: "one".to_owned(),
            iat: now,
            exp: now + 60,
        }
    }

    const NOW: i64 = 1_800_000_000;

    fn check(claims: &Claims, signed_by: u8) -> Result<Claims, AssertionError> {
        let token = sign(claims, &key(signed_by)).expect("signs");
        verify(
            &token,
            &StationId::new("s1"),
            &pem(&key(7)),
            &["urn:registry"],
            Timestamp::from_second(NOW).expect("in range"),
        )
    }

    #[test]
    fn a_token_of_the_station_for_this_registry_is_taken() {
        assert_eq!(check(&claims(NOW), 7), Ok(claims(NOW)));
    }

    #[test]
    fn a_token_by_another_key_or_for_another_registry_or_station_is_refused() {
        assert!(matches!(
            check(&claims(NOW), 8),
            Err(AssertionError::Invalid(_))
        ));
        let mut other = claims(NOW);
        other.aud = "urn:other".to_owned();
        assert_eq!(check(&other, 7), Err(AssertionError::Audience));
        let mut other = claims(NOW);
        other.sub = StationId::new("s2");
        assert!(matches!(check(&other, 7), Err(AssertionError::Station(_))));
    }

    #[test]
    fn a_token_that_is_old_or_early_or_lives_too_long_is_refused() {
        assert_eq!(check(&claims(NOW - 200), 7), Err(AssertionError::Times));
        assert_eq!(check(&claims(NOW + 200), 7), Err(AssertionError::Times));
        let mut long = claims(NOW);
        long.exp = NOW + 301;
        assert_eq!(check(&long, 7), Err(AssertionError::Times));
        let mut endless = claims(NOW);
        (endless.iat, endless.exp) = (i64::MIN, i64::MAX);
        assert_eq!(check(&endless, 7), Err(AssertionError::Times));
    }

    #[test]
    fn a_token_whose_header_asks_for_what_is_not_understood_is_refused() {
        let signed = sign(&claims(NOW), &key(7)).expect("signs");
        let body = signed.split('.').nth(1).expect("three parts");
        let header = Bytes(br#"{"alg":"ES256","crit":["exp"],"exp":1}"#.to_vec());
        let message = format!("{}.{body}", header.to_base64url());
        let signature: Signature =
            p256::ecdsa::signature::Signer::sign(&key(7), message.as_bytes());
        let token = format!(
            "{message}.{}",
            Bytes(signature.to_bytes().to_vec()).to_base64url()
        );
        let now = Timestamp::from_second(NOW).expect("in range");
        let found = verify(
            &token,
            &StationId::new("s1"),
            &pem(&key(7)),
            &["urn:registry"],
            now,
        );
        assert!(matches!(found, Err(AssertionError::Invalid(why)) if why.contains("critical")));
    }

    #[test]
    fn a_token_that_names_another_algorithm_is_refused() {
        let token = sign(&claims(NOW), &key(7)).expect("signs");
        let rest = token.split_once('.').expect("three parts").1;
        // {"alg":"none"} and {"alg":"HS256"}
        for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9"] {
            let forged = format!("{header}.{rest}");
            assert!(matches!(
                verify(
                    &forged,
                    &StationId::new("s1"),
                    &pem(&key(7)),
                    &["urn:registry"],
                    Timestamp::from_second(NOW).expect("in range"),
                ),
                Err(AssertionError::Invalid(_))
            ));
        }
    }
}
