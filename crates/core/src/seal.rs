//! Secrets that only the registry can read: sealed to its public key when they are made. And tickets, which only a session at the
//! station can read for which they were fetched.
//!
//! What it hides: HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20Poly1305. Invariant: what
//! is sealed for one factor of one owner opens for no other, nor tickets for another station or day.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::{Kem, X25519HkdfSha256};
use hpke::{Deserializable, OpModeR, OpModeS, Serializable, single_shot_open, single_shot_seal};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::domain::factor::{SealedSecret, SealingKey};
use crate::domain::{FactorId, StationId};

/// Bind a seal to its purpose (RFC 9180, section 5.1: `info`).
const TOTP: &[u8] = b"keydesk totp secret v1";
const TICKETS: &[u8] = b"keydesk tickets v1";

type Public = <X25519HkdfSha256 as Kem>::PublicKey;
type Private = <X25519HkdfSha256 as Kem>::PrivateKey;
type Encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey;

/// Why something could not be sealed or opened. Says nothing of what is inside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not a key of this scheme, or its name is not its own.
    #[error("the registry's sealing key cannot be used")]
    Key,
    /// Sealed to another key.
    #[error("the secret is sealed to the key {0}, which is not here")]
    OtherKey(String),
    /// Damaged, or sealed for another factor or owner.
    #[error("the sealed secret does not open for this factor")]
    Damaged,
}

/// For whom a secret is: its factor, and the person's identifier or the token's serial number.
#[derive(Debug, Clone, Copy)]
pub struct For<'a> {
    pub factor: FactorId,
    pub owner: &'a str,
}

impl For<'_> {
    /// The additional data: 16 bytes of the factor, then the owner.
    fn bytes(self) -> Vec<u8> {
        let mut bytes = self.factor.0.as_bytes().to_vec();
        bytes.extend_from_slice(self.owner.as_bytes());
        bytes
    }
}

/// The private half of a sealing key. Zeroised by its own type when dropped.
pub struct OpeningKey {
    private: Private,
    public: SealingKey,
}

impl OpeningKey {
    /// A new one, from the operating system's randomness.
    pub fn generate() -> Self {
        let (private, public) = X25519HkdfSha256::gen_keypair();
        Self {
            private,
            public: sealing_key(&public),
        }
    }

    /// Reads the 32 bytes of [`Self::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let private = Private::from_bytes(bytes).map_err(|_| SealError::Key)?;
        let public = sealing_key(&X25519HkdfSha256::sk_to_pk(&private));
        Ok(Self { private, public })
    }

    /// The private key, for the one file that keeps it.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.private.to_bytes().to_vec())
    }

    /// The public half.
    pub fn sealing_key(&self) -> &SealingKey {
        &self.public
    }

    /// Opens what was sealed to this key for this factor.
    pub fn open(
        &self,
        sealed: &SealedSecret,
        to: For<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.opened(TOTP, sealed, &to.bytes())
    }

    /// Opens the tickets of a station's day.
    pub fn open_tickets(
        &self,
        sealed: &SealedSecret,
        (station, day): (&StationId, Date),
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.opened(TICKETS, sealed, &day_of(station, day))
    }

    fn opened(
        &self,
        info: &[u8],
        sealed: &SealedSecret,
        about: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        if sealed.key != self.public.id {
            return Err(SealError::OtherKey(sealed.key.clone()));
        }
        let encapsulated =
            Encapsulated::from_bytes(&sealed.encapsulated.0).map_err(|_| SealError::Damaged)?;
        single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.private,
            &encapsulated,
            info,
            &sealed.ciphertext.0,
            about,
        )
        .map(Zeroizing::new)
        .map_err(|_| SealError::Damaged)
    }
}

/// Seals a secret to a key of the registry.
pub fn seal(key: &SealingKey, secret: &[u8], to: For<'_>) -> Result<SealedSecret, SealError> {
    sealed(TOTP, key, secret, &to.bytes())
}

/// Seals the tickets of a station's day.
pub fn seal_tickets(
    key: &SealingKey,
    tickets: &[u8],
    (station, day): (&StationId, Date),
) -> Result<SealedSecret, SealError> {
    sealed(TICKETS, key, tickets, &day_of(station, day))
}

/// The additional data: the day, then the station.
fn day_of(station: &StationId, day: Date) -> Vec<u8> {
    format!("{day} {station}").into_bytes()
}

fn sealed(
    info: &[u8],
    key: &SealingKey,
    secret: &[u8],
    about: &[u8],
) -> Result<SealedSecret, SealError> {
    let public = Public::from_bytes(&key.public_key.0).map_err(|_| SealError::Key)?;
    if sealing_key(&public) != *key {
        return Err(SealError::Key);
    }
    let (encapsulated, ciphertext) = single_shot_seal::<
        ChaCha20Poly1305,
        HkdfSha256,
        X25519HkdfSha256,
    >(&OpModeS::Base, &public, info, secret, about)
    .map_err(|_| SealError::Key)?;
    Ok(SealedSecret {
        key: key.id.clone(),
        encapsulated: encapsulated.to_bytes().to_vec().into(),
        ciphertext: ciphertext.into(),
    })
}

fn sealing_key(public: &Public) -> SealingKey {
    let public_key = public.to_bytes().to_vec();
    let digest = Sha256::digest(&public_key);
    SealingKey {
        id: hex::encode(digest.iter().take(8).copied().collect::<Vec<u8>>()),
        public_key: public_key.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn to(owner: &str) -> For<'_> {
        For {
            factor: FactorId(uuid::Uuid::from_u128(7)),
            owner,
        }
    }

    #[test]
    fn what_is_sealed_opens_for_its_own_factor_and_owner_alone() {
        let key = OpeningKey::generate();
        let sealed = seal(key.sealing_key(), SECRET, to("p-1")).expect("sealed");
        assert_eq!(
            key.open(&sealed, to("p-1")).expect("opened").as_slice(),
            SECRET
        );
        assert_eq!(key.open(&sealed, to("p-2")).err(), Some(SealError::Damaged));
        let other = For {
            factor: FactorId(uuid::Uuid::from_u128(8)),
            owner: "p-1",
        };
        assert_eq!(key.open(&sealed, other).err(), Some(SealError::Damaged));
        let json = serde_json::to_string(&sealed).expect("json");
        assert!(!json.contains("MTIzNDU2"), "not in the clear: {json}");
    }

    #[test]
    fn tickets_open_for_their_own_station_and_day_alone_and_are_no_factors_secret() {
        let key = OpeningKey::generate();
        let (here, there) = (StationId::new("st-1"), StationId::new("st-2"));
        let (day, next) = (
            jiff::civil::date(2026, 11, 29),
            jiff::civil::date(2026, 11, 30),
        );
        let sealed = seal_tickets(key.sealing_key(), SECRET, (&here, day)).expect("sealed");
        let opened = key.open_tickets(&sealed, (&here, day)).expect("opened");
        assert_eq!(opened.as_slice(), SECRET);
        for of in [(&there, day), (&here, next)] {
            assert_eq!(
                key.open_tickets(&sealed, of).err(),
                Some(SealError::Damaged)
            );
        }
        assert_eq!(key.open(&sealed, to("p-1")).err(), Some(SealError::Damaged));
    }

    #[test]
    fn a_key_comes_back_from_its_bytes_and_another_key_opens_nothing() {
        let key = OpeningKey::generate();
        let sealed = seal(key.sealing_key(), SECRET, to("p-1")).expect("sealed");
        let again = OpeningKey::from_bytes(&key.to_bytes()).expect("a key");
        assert!(again.open(&sealed, to("p-1")).is_ok());
        let stranger = OpeningKey::generate();
        assert_eq!(
            stranger.open(&sealed, to("p-1")).err(),
            Some(SealError::OtherKey(sealed.key.clone()))
        );
        let forged = SealedSecret {
            key: stranger.sealing_key().id.clone(),
            ..sealed
        };
        assert_eq!(
            stranger.open(&forged, to("p-1")).err(),
            Some(SealError::Damaged)
        );
    }

    #[test]
    fn a_sealing_key_under_another_name_or_of_another_size_is_refused() {
        let key = OpeningKey::generate().sealing_key().clone();
        let renamed = SealingKey {
            id: "0011223344556677".to_owned(),
            ..key.clone()
        };
        assert_eq!(seal(&renamed, SECRET, to("p")), Err(SealError::Key));
        let short = SealingKey {
            public_key: vec![1; 31].into(),
            ..key
        };
        assert_eq!(seal(&short, SECRET, to("p")), Err(SealError::Key));
    }
}
