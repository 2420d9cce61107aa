//! PIN/UV auth protocols one and two (CTAP 2.3, sections 6.5.6 and 6.5.7), platform side.
//!
//! Hides key agreement, padding and ciphers. Randomness comes in from outside. Invariant: secrets have no `Debug` and are
//! zeroised when dropped; a PIN leaves this module only encrypted or hashed and encrypted.

use aes::Aes256;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use ciborium::Value;
use hmac::{Hmac, KeyInit, Mac};
use p256::{PublicKey, SecretKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::cbor::{self, FieldFault, Fields, required};
use super::info::Info;
use super::transport::{Entropy, EntropyError};
use crate::domain::pin::Pin;

const BLOCK_BYTES: usize = 16;
/// A PIN is padded to this length before it is encrypted, so that its length does not show.
const PADDED_PIN_BYTES: usize = 64;

/// Which of the two protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PinProtocol {
    /// SHA-256 of the shared point; fixed initialisation vector; signatures of 16 bytes.
    One,
    /// HKDF into two keys; random initialisation vectors; signatures of 32 bytes.
    Two,
}

impl PinProtocol {
    /// Its number in requests.
    pub const fn number(self) -> i64 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// Two where the key offers it, else one. A CTAP 2.0 key with a PIN need not state any: it speaks one.
    pub fn choose(info: &Info) -> Option<Self> {
        let offered = &info.pin_uv_auth_protocols;
        if offered.contains(&2) {
            return Some(Self::Two);
        }
        let implied = offered.is_empty() && info.option("clientPin").is_some();
        (offered.contains(&1) || implied).then_some(Self::One)
    }
}

/// The key's half of the key agreement: an ECDH public key.
pub struct PeerKey(PublicKey);

impl PeerKey {
    /// Reads the COSE key of a getKeyAgreement reply.
    ///
    /// # Errors
    /// A [`FieldFault`] when it is not a point on P-256.
    pub fn parse(value: Value) -> Result<Self, FieldFault> {
        const COORDINATE: &str = "a P-256 coordinate of 32 bytes";
        let mut fields = Fields::of(value, "keyAgreement")?;
        let off_curve = FieldFault::Invalid {
            member: "keyAgreement",
            expected: "a point on P-256",
        };
        let (kind, curve) = (
            fields.signed(1, "keyAgreement.kty")?,
            fields.signed(-1, "keyAgreement.crv")?,
        );
        if (kind, curve) != (Some(2), Some(1)) {
            return Err(off_curve);
        }
        let x = required(
            fields.array::<32>(-2, "keyAgreement.x", COORDINATE)?,
            "keyAgreement.x",
        )?;
        let y = required(
            fields.array::<32>(-3, "keyAgreement.y", COORDINATE)?,
            "keyAgreement.y",
        )?;
        let point = [&[0x04][..], &x, &y].concat();
        PublicKey::from_sec1_bytes(&point)
            .map(Self)
            .map_err(|_| off_curve)
    }
}

/// The secret that platform and key share for one clientPIN transaction.
pub struct SharedSecret {
    protocol: PinProtocol,
    /// For protocol one both keys are the same 32 bytes.
    hmac_key: Zeroizing<[u8; 32]>,
    aes_key: Zeroizing<[u8; 32]>,
    /// The platform's half of the key agreement, as a COSE key.
    platform_key: Value,
}

impl SharedSecret {
    /// Makes an ephemeral key pair and agrees on a secret with the key.
    ///
    /// # Errors
    /// [`EntropyError`] when there is no randomness.
    pub fn agree(
        protocol: PinProtocol,
        peer: &PeerKey,
        entropy: &mut impl Entropy,
    ) -> Result<Self, EntropyError> {
        Ok(Self::from_key_pair(protocol, peer, &ephemeral(entropy)?))
    }

    fn from_key_pair(protocol: PinProtocol, peer: &PeerKey, own: &SecretKey) -> Self {
        let shared = own.diffie_hellman(&peer.0);
        let (mut hmac_key, mut aes_key) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        match protocol {
            PinProtocol::One => {
                *hmac_key = Sha256::digest(shared.raw_secret_bytes()).into();
                *aes_key = *hmac_key;
            }
            PinProtocol::Two => {
                let kdf = shared.extract::<Sha256>(Some(&[0; 32]));
                // 32 bytes are far below what HKDF can expand to, so neither call can fail.
                let _ = kdf.expand(b"CTAP2 HMAC key", &mut *hmac_key);
                let _ = kdf.expand(b"CTAP2 AES key", &mut *aes_key);
            }
        }
        Self {
            protocol,
            hmac_key,
            aes_key,
            platform_key: cose_key(&own.public_key()),
        }
    }

    /// The protocol it was made for.
    pub const fn protocol(&self) -> PinProtocol {
        self.protocol
    }

    /// The platform's public key, to send along.
    pub const fn platform_key(&self) -> &Value {
        &self.platform_key
    }

    /// Encrypts whole blocks of 16 bytes; a partial block at the end is zero-padded.
    ///
    /// # Errors
    /// [`EntropyError`] when protocol two gets no initialisation vector.
    pub fn encrypt(
        &self,
        plain: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<Vec<u8>, EntropyError> {
        let mut iv = [0; BLOCK_BYTES];
        if self.protocol == PinProtocol::Two {
            entropy.fill(&mut iv)?;
        }
        let mut cipher = cbc::Encryptor::<Aes256>::new((&*self.aes_key).into(), (&iv).into());
        let mut encrypted = if self.protocol == PinProtocol::Two {
            iv.to_vec()
        } else {
            Vec::new()
        };
        for chunk in plain.chunks(BLOCK_BYTES) {
            let mut block = Zeroizing::new([0; BLOCK_BYTES]);
            block
                .iter_mut()
                .zip(chunk)
                .for_each(|(to, from)| *to = *from);
            cipher.encrypt_block((&mut *block).into());
            encrypted.extend_from_slice(&*block);
        }
        Ok(encrypted)
    }

    /// Decrypts what the key encrypted; `None` when its length is impossible.
    pub fn decrypt(&self, encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (iv, body) = match self.protocol {
            PinProtocol::One => ([0; BLOCK_BYTES], encrypted),
            PinProtocol::Two => encrypted
                .split_first_chunk()
                .map(|(iv, body)| (*iv, body))?,
        };
        let mut plain = Zeroizing::new(Vec::with_capacity(body.len()));
        let mut cipher = cbc::Decryptor::<Aes256>::new((&*self.aes_key).into(), (&iv).into());
        let (blocks, rest) = body.as_chunks::<BLOCK_BYTES>();
        if blocks.is_empty() || !rest.is_empty() {
            return None;
        }
        for block in blocks {
            let mut block = Zeroizing::new(*block);
            cipher.decrypt_block((&mut *block).into());
            plain.extend_from_slice(&*block);
        }
        Some(plain)
    }

    /// Signs a message to show that it comes from the holder of this secret.
    pub fn authenticate(&self, message: &[u8]) -> Vec<u8> {
        authenticate(self.protocol, &*self.hmac_key, message)
    }

    /// The new PIN, padded and encrypted (`newPinEnc`).
    ///
    /// # Errors
    /// [`EntropyError`] when there is no randomness.
    pub fn encrypt_new_pin(
        &self,
        pin: &Pin,
        entropy: &mut impl Entropy,
    ) -> Result<Vec<u8>, EntropyError> {
        let mut padded = Zeroizing::new([0; PADDED_PIN_BYTES]);
        padded
            .iter_mut()
            .zip(pin.as_bytes())
            .for_each(|(to, from)| *to = *from);
        self.encrypt(&*padded, entropy)
    }

    /// The first half of the PIN's hash, encrypted (`pinHashEnc`).
    ///
    /// # Errors
    /// [`EntropyError`] when there is no randomness.
    pub fn encrypt_pin_hash(
        &self,
        pin: &Pin,
        entropy: &mut impl Entropy,
    ) -> Result<Vec<u8>, EntropyError> {
        let hash: Zeroizing<[u8; 32]> = Zeroizing::new(Sha256::digest(pin.as_bytes()).into());
        let (left, _) = hash.split_at(BLOCK_BYTES);
        self.encrypt(left, entropy)
    }
}

/// The key's proof that the user was verified, good for what its permissions say until it is used, expires or the key loses
/// power.
pub struct PinUvAuthToken {
    protocol: PinProtocol,
    token: Zeroizing<Vec<u8>>,
}

impl PinUvAuthToken {
    /// Decrypts the token of a clientPIN reply; `None` when it does not have the length that the protocol says.
    pub fn decrypt(secret: &SharedSecret, encrypted: &[u8]) -> Option<Self> {
        let token = secret.decrypt(encrypted)?;
        let fits = match secret.protocol() {
            // CTAP 2.0 allowed any multiple of 16 bytes; the later versions 16 or 32.
            PinProtocol::One => matches!(token.len(), 16 | 32),
            PinProtocol::Two => token.len() == 32,
        };
        fits.then_some(Self {
            protocol: secret.protocol(),
            token,
        })
    }

    /// The protocol it belongs to.
    pub const fn protocol(&self) -> PinProtocol {
        self.protocol
    }

    /// `pinUvAuthParam` over `message`.
    pub fn authenticate(&self, message: &[u8]) -> Vec<u8> {
        authenticate(self.protocol, &self.token, message)
    }
}

fn authenticate(protocol: PinProtocol, key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(message);
    let mut signature = mac.finalize().into_bytes().to_vec();
    if protocol == PinProtocol::One {
        signature.truncate(16);
    }
    signature
}

/// A fresh P-256 secret. One draw in 2^32 is no valid scalar; a generator that fails many times in a row is broken.
fn ephemeral(entropy: &mut impl Entropy) -> Result<SecretKey, EntropyError> {
    for _ in 0..8 {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(&mut *bytes)?;
        if let Ok(secret) = SecretKey::from_slice(&*bytes) {
            return Ok(secret);
        }
    }
    Err(EntropyError)
}

fn cose_key(key: &PublicKey) -> Value {
    let point = key.to_sec1_bytes();
    let coordinates = point
        .split_first()
        .map(|(_, coordinates)| coordinates)
        .unwrap_or_default();
    let (x, y) = coordinates.split_at_checked(32).unwrap_or_default();
    cbor::map([
        (1, Some(Value::from(2))),
        (3, Some(Value::from(-25))),
        (-1, Some(Value::from(1))),
        (-2, Some(Value::Bytes(x.to_vec()))),
        (-3, Some(Value::Bytes(y.to_vec()))),
    ])
}
