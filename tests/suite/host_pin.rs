//! The host's half of the PIN/UV auth protocols, for the suite.

use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use ciborium::Value;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use p256::{PublicKey, SecretKey, elliptic_curve::sec1::ToSec1Point};
use sha2::{Digest, Sha256};

use super::raw::{Client, Reply, bytes, entry, member};

pub fn sha256(data: &[u8]) -> Vec<u8> {
    Sha256::digest(data).to_vec()
}

/// A key agreement with a key, for one request.
pub struct Session {
    protocol: u8,
    cose: Value,
    hmac: Vec<u8>,
    aes: [u8; 32],
}

/// A pinUvAuthToken.
pub struct Token {
    protocol: u8,
    value: Vec<u8>,
}

fn mac(protocol: u8, key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    let full = mac.finalize().into_bytes().to_vec();
    if protocol == 1 {
        full[..16].to_vec()
    } else {
        full
    }
}

impl Token {
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        mac(self.protocol, &self.value, message)
    }

    pub fn protocol(&self) -> u8 {
        self.protocol
    }
}

impl Session {
    pub fn new(client: &mut Client, protocol: u8) -> Self {
        let reply = client.ok(0x06, vec![entry(1, protocol), entry(2, 2)]);
        let theirs = member(&reply, 1).unwrap();
        let point = [vec![4], bytes(theirs, -2), bytes(theirs, -3)].concat();
        let theirs = PublicKey::from_sec1_bytes(&point).unwrap();
        let mut scalar = [0; 32];
        getrandom::fill(&mut scalar).unwrap();
        scalar[0] = 0;
        let ours = SecretKey::from_slice(&scalar).unwrap();
        let z = ours.diffie_hellman(&theirs).raw_secret_bytes().to_vec();
        let public = ours.public_key().to_sec1_point(false);
        let cose = Value::Map(vec![
            entry(1, 2),
            entry(3, -25),
            entry(-1, 1),
            entry(-2, public.as_bytes()[1..33].to_vec()),
            entry(-3, public.as_bytes()[33..].to_vec()),
        ]);
        let expand = |info: &[u8]| {
            let mut out = [0; 32];
            Hkdf::<Sha256>::new(Some(&[0; 32]), &z)
                .expand(info, &mut out)
                .unwrap();
            out
        };
        let (hmac, aes) = if protocol == 1 {
            (sha256(&z), sha256(&z).try_into().unwrap())
        } else {
            (expand(b"CTAP2 HMAC key").to_vec(), expand(b"CTAP2 AES key"))
        };
        Self {
            protocol,
            cose,
            hmac,
            aes,
        }
    }

    pub fn encrypt(&self, plain: &[u8]) -> Vec<u8> {
        let iv = if self.protocol == 1 {
            [0; 16]
        } else {
            [0x5a; 16]
        };
        let out = cbc::Encryptor::<aes::Aes256>::new(&self.aes.into(), &iv.into())
            .encrypt_padded_vec::<NoPadding>(plain);
        if self.protocol == 1 {
            out
        } else {
            [&iv[..], &out].concat()
        }
    }

    pub fn decrypt(&self, sent: &[u8]) -> Vec<u8> {
        let (iv, rest) = if self.protocol == 1 {
            ([0; 16].as_slice(), sent)
        } else {
            sent.split_at(16)
        };
        cbc::Decryptor::<aes::Aes256>::new(&self.aes.into(), iv.try_into().unwrap())
            .decrypt_padded_vec::<NoPadding>(rest)
            .unwrap()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        mac(self.protocol, &self.hmac, message)
    }

    /// The entries of a request with this subcommand, completed.
    pub fn request(&self, subcommand: u8, mut more: Vec<(Value, Value)>) -> Vec<(Value, Value)> {
        more.extend([
            entry(1, self.protocol),
            entry(2, subcommand),
            entry(3, self.cose.clone()),
        ]);
        more
    }

    /// The input of hmac-secret for one or two salts.
    pub fn salt_input(&self, salts: &[u8]) -> Value {
        let encrypted = self.encrypt(salts);
        Value::Map(vec![
            entry(1, self.cose.clone()),
            entry(3, self.sign(&encrypted)),
            entry(2, encrypted),
            entry(4, self.protocol),
        ])
    }

    fn pin_hash(&self, pin: &str) -> Vec<u8> {
        self.encrypt(&sha256(pin.as_bytes())[..16])
    }
}

pub fn padded(pin: &str) -> Vec<u8> {
    let mut out = pin.as_bytes().to_vec();
    out.resize(64, 0);
    out
}

pub fn set_pin(client: &mut Client, protocol: u8, pin: &str) -> u8 {
    let session = Session::new(client, protocol);
    let encrypted = session.encrypt(&padded(pin));
    let request = session.request(
        3,
        vec![
            entry(4, session.sign(&encrypted)),
            entry(5, encrypted.clone()),
        ],
    );
    client.cbor(0x06, request).0
}

pub fn change_pin(client: &mut Client, protocol: u8, old: &str, new: &str) -> u8 {
    let session = Session::new(client, protocol);
    let encrypted = session.encrypt(&padded(new));
    let hash = session.pin_hash(old);
    let signature = session.sign(&[encrypted.clone(), hash.clone()].concat());
    client
        .cbor(
            0x06,
            session.request(
                4,
                vec![entry(4, signature), entry(5, encrypted), entry(6, hash)],
            ),
        )
        .0
}

pub fn pin_retries(client: &mut Client) -> i128 {
    super::raw::number(&client.ok(0x06, vec![entry(2, 1)]), 3)
}

/// A token for permissions and an RP; the status byte when there is none.
pub fn token(
    client: &mut Client,
    protocol: u8,
    pin: &str,
    permissions: u8,
    rp_id: Option<&str>,
) -> Result<Token, u8> {
    let session = Session::new(client, protocol);
    let mut more = vec![entry(6, session.pin_hash(pin)), entry(9, permissions)];
    more.extend(rp_id.map(|rp_id| entry(10, rp_id)));
    let reply = client.cbor(0x06, session.request(9, more));
    read_token(&session, reply)
}

/// A token as CTAP 2.0 has it.
pub fn legacy_token(client: &mut Client, protocol: u8, pin: &str) -> Result<Token, u8> {
    let session = Session::new(client, protocol);
    let reply = client.cbor(
        0x06,
        session.request(5, vec![entry(6, session.pin_hash(pin))]),
    );
    read_token(&session, reply)
}

/// The token in a reply, or its status byte.
pub fn read_token(session: &Session, (status, reply): Reply) -> Result<Token, u8> {
    if status != 0 {
        return Err(status);
    }
    let value = session.decrypt(&bytes(&reply, 2));
    Ok(Token {
        protocol: session.protocol,
        value,
    })
}
