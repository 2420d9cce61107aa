//! PIN/UV auth protocols one and two (CTAP 2.3, sections 6.5.6 and 6.5.7), platform side.
//!
//! Hides key agreement, padding and ciphers. Randomness comes in from outside. Invariant: secrets have no `Debug` and are
//! zeroised when dropped; a PIN leaves this module only encrypted or hashed and encrypted.

use aes::{Aes128, Aes256};
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use ciborium::Value;
use hmac::{Hmac, KeyInit, Mac};
use p256::{PublicKey, SecretKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::cbor::{self, FieldFault, Fields, required};
use super::command::client_pin::Permissions;
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
    permissions: Permissions,
    token: Zeroizing<Vec<u8>>,
}

impl PinUvAuthToken {
    /// Decrypts the token of a clientPIN reply, given for `permissions`; `None` when it does not have the length that the
    /// protocol says.
    pub fn decrypt(
        secret: &SharedSecret,
        encrypted: &[u8],
        permissions: Permissions,
    ) -> Option<Self> {
        let token = secret.decrypt(encrypted)?;
        let fits = match secret.protocol() {
            // CTAP 2.0 allowed any multiple of 16 bytes; the later versions 16 or 32.
            PinProtocol::One => matches!(token.len(), 16 | 32),
            PinProtocol::Two => token.len() == 32,
        };
        fits.then_some(Self {
            protocol: secret.protocol(),
            permissions,
            token,
        })
    }

    /// A token whose bytes are known, for the vectors of tests.
    #[cfg(test)]
    pub(super) fn known(protocol: PinProtocol, token: [u8; 32]) -> Self {
        Self {
            protocol,
            permissions: Permissions::ALL,
            token: Zeroizing::new(token.to_vec()),
        }
    }

    /// The protocol it belongs to.
    pub const fn protocol(&self) -> PinProtocol {
        self.protocol
    }

    /// Whether it was given for all of these.
    pub const fn permits(&self, permissions: Permissions) -> bool {
        self.permissions.contains(permissions)
    }

    /// Opens a member of getInfo that the key has encrypted for holders of its persistent token (CTAP 2.3, section 6.4): an
    /// initialisation vector and one block. `None` for another token, or bytes of another length.
    pub(super) fn open_sealed(&self, purpose: &[u8], sealed: &[u8]) -> Option<[u8; BLOCK_BYTES]> {
        if !self.permits(Permissions::PERSISTENT_CREDENTIAL_MANAGEMENT) {
            return None;
        }
        let (iv, block) = sealed.split_first_chunk::<BLOCK_BYTES>()?;
        let mut block: [u8; BLOCK_BYTES] = block.try_into().ok()?;
        let mut key = Zeroizing::new([0; 16]);
        let kdf = hkdf::Hkdf::<Sha256>::new(Some(&[0; 32]), &self.token);
        kdf.expand(purpose, &mut *key).ok()?;
        let mut cipher = cbc::Decryptor::<Aes128>::new((&*key).into(), iv.into());
        cipher.decrypt_block((&mut block).into());
        Some(block)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives out what it was given, over and over.
    struct Fixed(Vec<u8>);

    impl Entropy for Fixed {
        fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyError> {
            bytes
                .iter_mut()
                .zip(self.0.iter().cycle())
                .for_each(|(to, from)| *to = *from);
            Ok(())
        }
    }

    fn from_hex(text: &str) -> Vec<u8> {
        hex::decode(text).expect("hexadecimal")
    }

    // Computed with python-fido2 2.2 for the private keys SHA-256("platform") and SHA-256("authenticator").
    const PEER_X: &str = "07b61d3c424b299408a72ea6a59f153e74a3125b5811716edb32222b46b4f02c";
    const PEER_Y: &str = "4d5eb906055fc8ea49ae0c061ab69d66942ffcf77c75c47c1032c9f43fc532b6";
    const OWN_X: &str = "f6882701b492e3e25ab005bc12168ecba2bcb0d0e645911e19a78cc735067e80";
    const ENCRYPTED_ONE: &str = "03a91a4a5e59d60ea765c20130c9b87f960e00082e8f9eaca23d88e3a33206e1\
                                 7504b009535fb8e55c89c8b2d51f62a35ed350aacd2866921e3280e0a74f5be1";
    const ENCRYPTED_TWO: &str = "000102030405060708090a0b0c0d0e0fc4a466f6dbd4c45f5b25d7d6b6b85e75\
                                 61d1fe861ebdae87401760206d3050af808fd3726187cbee27ab207ecdb1b960\
                                 b3f3a4b1d8e4349836fc4f3b755296d7";
    const SIGNED_ONE: &str = "619b1ea5a32f643b02fe465548dc3e72";
    const SIGNED_TWO: &str = "6c24190b75bb4eb37b193253aaa56f0c22262c42f40b63f48f26c9aabf6beb3a";

    fn peer(x: &str, y: &str) -> Result<PeerKey, FieldFault> {
        PeerKey::parse(cbor::map([
            (1, Some(Value::from(2))),
            (3, Some(Value::from(-25))),
            (-1, Some(Value::from(1))),
            (-2, Some(Value::Bytes(from_hex(x)))),
            (-3, Some(Value::Bytes(from_hex(y)))),
        ]))
    }

    fn agreed(protocol: PinProtocol) -> SharedSecret {
        let mut own = Fixed(Sha256::digest("platform").to_vec());
        let peer = peer(PEER_X, PEER_Y).expect("on the curve");
        SharedSecret::agree(protocol, &peer, &mut own).expect("randomness")
    }

    #[test]
    fn both_protocols_give_what_an_independent_implementation_gives() {
        let pin = Pin::new("123456", 4).expect("a PIN");
        let mut ivs = Fixed((0..16).collect());
        let cases = [
            (PinProtocol::One, ENCRYPTED_ONE, SIGNED_ONE),
            (PinProtocol::Two, ENCRYPTED_TWO, SIGNED_TWO),
        ];
        for (protocol, encrypted, signed) in cases {
            let secret = agreed(protocol);
            let new_pin = secret.encrypt_new_pin(&pin, &mut ivs).expect("randomness");
            assert_eq!(hex::encode(&new_pin), encrypted);
            assert_eq!(hex::encode(secret.authenticate(&new_pin)), signed);
            let plain = secret.decrypt(&new_pin).expect("whole blocks");
            assert!(plain.starts_with(b"123456\0") && plain.len() == 64);
            let mut fields = Fields::of(secret.platform_key().clone(), "key").expect("a map");
            assert_eq!(fields.bytes(-2, "x"), Ok(Some(from_hex(OWN_X))));
        }
    }

    #[test]
    fn a_point_off_the_curve_is_refused() {
        assert!(peer(PEER_X, PEER_X).is_err());
        assert!(peer(PEER_X, "00").is_err());
        assert!(PeerKey::parse(cbor::map([(1, Some(Value::from(2)))])).is_err());
    }

    #[test]
    fn a_token_has_the_length_that_its_protocol_says() {
        let mut ivs = Fixed(vec![7; 16]);
        for (protocol, lengths) in [
            (PinProtocol::One, &[16, 32][..]),
            (PinProtocol::Two, &[32][..]),
        ] {
            let secret = agreed(protocol);
            for length in [0, 16, 32, 48] {
                let encrypted = secret
                    .encrypt(&vec![1; length], &mut ivs)
                    .expect("randomness");
                let token = PinUvAuthToken::decrypt(&secret, &encrypted, Permissions::ALL);
                assert_eq!(
                    token.is_some(),
                    lengths.contains(&length),
                    "{protocol:?} {length}"
                );
            }
            assert!(PinUvAuthToken::decrypt(&secret, &[1; 33], Permissions::ALL).is_none());
        }
    }

    #[test]
    fn what_a_key_seals_for_its_persistent_token_is_opened_with_that_one_only() {
        // Sealed with Python's cryptography 48 for a token of 32 × 0x07.
        let sealed = [
            (
                &b"encIdentifier"[..],
                "000102030405060708090a0b0c0d0e0f04fc7a8bf4a7636b1236260e15fb6a06",
            ),
            (
                b"encCredStoreState",
                "000102030405060708090a0b0c0d0e0fa33d1ebe006e90c96d944a4504d490be",
            ),
        ];
        let token = PinUvAuthToken::known(PinProtocol::Two, [7; 32]);
        let other = PinUvAuthToken::known(PinProtocol::Two, [8; 32]);
        let plain: [u8; 16] = std::array::from_fn(|at| 16 + u8::try_from(at).expect("small"));
        for (purpose, sealed) in sealed {
            let sealed = from_hex(sealed);
            assert_eq!(token.open_sealed(purpose, &sealed), Some(plain));
            assert_ne!(other.open_sealed(purpose, &sealed), Some(plain));
            for cut in [0, 15, 16, 31] {
                let short = sealed.get(..cut).expect("shorter");
                assert_eq!(token.open_sealed(purpose, short), None);
            }
        }
        let one_off = PinUvAuthToken {
            permissions: Permissions::CREDENTIAL_MANAGEMENT,
            ..token
        };
        assert_eq!(one_off.open_sealed(b"encIdentifier", &[0; 32]), None);
    }

    #[test]
    fn a_generator_that_gives_no_valid_secret_is_an_error_not_a_loop() {
        let peer = peer(PEER_X, PEER_Y).expect("on the curve");
        let zeroes = SharedSecret::agree(PinProtocol::Two, &peer, &mut Fixed(vec![0]));
        assert_eq!(zeroes.map(drop), Err(EntropyError));
    }
}
