//! The key's randomness and the authenticator's half of the PIN/UV auth protocols one and two (CTAP 2.3, section 6.5).
//!
//! Written from the specification, apart from the client's half in `ctap`, so that one misreading cannot hide in both.

use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use p256::{
    PublicKey, SecretKey,
    ecdsa::{Signature, SigningKey, signature::Signer},
    elliptic_curve::sec1::ToSec1Point,
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    cbor::{Map, MapWriter, required},
    status::Status,
};
use ciborium::Value;

pub(super) fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

pub(super) fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Random bytes: from the operating system, or from a seed for tests that must repeat themselves.
pub(super) enum Random {
    System,
    Seeded { seed: [u8; 32], drawn: u64 },
}

impl Random {
    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        match self {
            #[expect(
                clippy::expect_used,
                reason = "a machine without randomness cannot run a key"
            )]
            Self::System => getrandom::fill(&mut out).expect("the operating system has randomness"),
            Self::Seeded { seed, drawn } => {
                for chunk in out.chunks_mut(32) {
                    *drawn += 1;
                    let block = hmac_sha256(seed, &[&drawn.to_be_bytes()]);
                    for (to, from) in chunk.iter_mut().zip(block) {
                        *to = from;
                    }
                }
            }
        }
        out
    }

    pub(super) fn secret_key(&mut self) -> SecretKey {
        loop {
            if let Ok(key) = SecretKey::from_slice(&self.bytes::<32>()) {
                return key;
            }
        }
    }
}

/// The P-256 key that belongs to a secret, the same one each time: the secret is stretched until it is a scalar.
pub(super) fn derived_key(secret: &[u8], parts: &[&[u8]]) -> SecretKey {
    let mut candidate = hmac_sha256(secret, parts);
    loop {
        if let Ok(key) = SecretKey::from_slice(&candidate) {
            return key;
        }
        candidate = hmac_sha256(secret, &[&candidate]);
    }
}

/// An ASN.1 ECDSA signature with SHA-256.
pub(super) fn sign(key: &SecretKey, message: &[u8]) -> Vec<u8> {
    let signature: Signature = SigningKey::from(key).sign(message);
    signature.to_der().as_bytes().to_vec()
}

/// A public key as a COSE_Key with the given algorithm (−7 to sign with, −25 to agree on a key with).
pub(super) fn cose_key(public: &PublicKey, algorithm: i64) -> Value {
    let (x, y) = coordinates(public);
    MapWriter::default()
        .with(1, 2)
        .with(3, algorithm)
        .with(-1, 1)
        .with(-2, x)
        .with(-3, y)
        .done()
}

/// Both coordinates of a public key, 32 bytes each.
pub(super) fn coordinates(public: &PublicKey) -> (Vec<u8>, Vec<u8>) {
    let point = public.to_sec1_point(false);
    let bytes = point.as_bytes();
    let part = |range: std::ops::Range<usize>| bytes.get(range).unwrap_or_default().to_vec();
    (part(1..33), part(33..65))
}

/// The first 16 bytes of `plain` for holders of the persistent token (section 6.4): initialisation vector and one block.
pub(super) fn seal(
    token: &[u8; 32],
    purpose: &[u8],
    plain: &[u8; 32],
    random: &mut Random,
) -> Vec<u8> {
    let mut key = [0; 16];
    #[expect(
        clippy::expect_used,
        reason = "16 bytes are less than HKDF can expand to"
    )]
    Hkdf::<Sha256>::new(Some(&[0; 32]), token)
        .expand(purpose, &mut key)
        .expect("16 bytes are few");
    let iv: [u8; 16] = random.bytes();
    let (block, _) = plain.split_at(16);
    let encrypted = cbc::Encryptor::<aes::Aes128>::new(&key.into(), &iv.into())
        .encrypt_padded_vec::<NoPadding>(block);
    [&iv[..], &encrypted].concat()
}

/// Which of the two PIN/UV auth protocols a request speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    One,
    Two,
}

impl Protocol {
    pub(super) fn from_number(number: u8) -> Result<Self, Status> {
        match number {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            _ => Err(Status::INVALID_PARAMETER),
        }
    }

    /// The key both sides share, from the host's half of the agreement.
    pub(super) fn decapsulate(
        self,
        ours: &SecretKey,
        host: Map<'_>,
    ) -> Result<SharedSecret, Status> {
        let well_formed = host.integer(1)? == Some(2)
            && host.integer(3)? == Some(-25)
            && host.integer(-1)? == Some(1);
        let (x, y) = (required(host.bytes(-2)?)?, required(host.bytes(-3)?)?);
        if !well_formed || x.len() != 32 || y.len() != 32 {
            return Err(Status::INVALID_PARAMETER);
        }
        let point = [&[4], x, y].concat();
        let theirs = PublicKey::from_sec1_bytes(&point).map_err(|_| Status::INVALID_PARAMETER)?;
        let agreed = ours.diffie_hellman(&theirs);
        let z = agreed.raw_secret_bytes();
        Ok(match self {
            Self::One => {
                let key = sha256(z);
                SharedSecret {
                    protocol: self,
                    hmac: key,
                    aes: key,
                }
            }
            Self::Two => SharedSecret {
                protocol: self,
                hmac: expand(z, b"CTAP2 HMAC key"),
                aes: expand(z, b"CTAP2 AES key"),
            },
        })
    }

    /// Whether `signature` is the protocol's MAC of `message` under a pinUvAuthToken or a shared HMAC key.
    pub(super) fn verify(
        self,
        key: &[u8; 32],
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), Status> {
        let mac = hmac_sha256(key, message);
        let expected = match self {
            Self::One => mac.split_at(16).0,
            Self::Two => mac.as_slice(),
        };
        if bool::from(expected.ct_eq(signature)) {
            Ok(())
        } else {
            Err(Status::PIN_AUTH_INVALID)
        }
    }
}

fn expand(z: &[u8], info: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    #[expect(clippy::expect_used, reason = "HKDF-SHA-256 yields up to 8160 bytes")]
    Hkdf::<Sha256>::new(Some(&[0; 32]), z)
        .expand(info, &mut out)
        .expect("32 bytes are within what HKDF yields");
    out
}

/// What host and key agreed on, for one command.
pub(super) struct SharedSecret {
    protocol: Protocol,
    hmac: [u8; 32],
    aes: [u8; 32],
}

impl SharedSecret {
    pub(super) fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), Status> {
        self.protocol.verify(&self.hmac, message, signature)
    }

    /// Ciphertext of whole blocks, with protocol two's IV in front.
    pub(super) fn encrypt(&self, plaintext: &[u8], random: &mut Random) -> Vec<u8> {
        let iv = match self.protocol {
            Protocol::One => [0; 16],
            Protocol::Two => random.bytes(),
        };
        let encryptor = cbc::Encryptor::<aes::Aes256>::new(&self.aes.into(), &iv.into());
        let ciphertext = encryptor.encrypt_padded_vec::<NoPadding>(plaintext);
        match self.protocol {
            Protocol::One => ciphertext,
            Protocol::Two => [iv.as_slice(), &ciphertext].concat(),
        }
    }

    pub(super) fn decrypt(&self, sent: &[u8]) -> Result<Vec<u8>, Status> {
        let (iv, ciphertext) = match self.protocol {
            Protocol::One => ([0; 16], sent),
            Protocol::Two => {
                let (iv, rest) = sent
                    .split_first_chunk::<16>()
                    .ok_or(Status::INVALID_PARAMETER)?;
                (*iv, rest)
            }
        };
        cbc::Decryptor::<aes::Aes256>::new(&self.aes.into(), &iv.into())
            .decrypt_padded_vec::<NoPadding>(ciphertext)
            .map_err(|_| Status::INVALID_PARAMETER)
    }
}
