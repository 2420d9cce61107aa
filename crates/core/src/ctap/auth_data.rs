//! Authenticator data (WebAuthn level 3, section 6.1): what the key signs.
//!
//! Hides the byte layout. Invariant: the bytes are kept exactly as they came, for the signature is over them, and every view of
//! them was checked once.

use ciborium::Value;
use serde::Serialize;

use super::cbor::{self, CborFault, FieldFault, Fields, required};
use crate::domain::key::Aaguid;

/// Authenticator data, verbatim and taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthData {
    bytes: Vec<u8>,
    /// SHA-256 of the RP id.
    pub rp_id_hash: [u8; 32],
    /// What was verified, and what follows.
    pub flags: Flags,
    /// The signature counter; 0 where the key has none.
    pub counter: u32,
    /// The new credential, after makeCredential.
    pub credential: Option<AttestedCredential>,
    /// Outputs of extensions, by name.
    pub extensions: Vec<(Value, Value)>,
}

/// The flags byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Flags(pub u8);

impl Flags {
    const ATTESTED: u8 = 0x40;
    const EXTENSIONS: u8 = 0x80;

    /// The key was touched.
    pub const fn user_present(self) -> bool {
        self.0 & 0x01 != 0
    }

    /// A PIN or fingerprint was checked.
    pub const fn user_verified(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// The credential may be copied to other devices.
    pub const fn backup_eligible(self) -> bool {
        self.0 & 0x08 != 0
    }
}

/// A credential as the key presents it when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestedCredential {
    /// The model.
    pub aaguid: Aaguid,
    /// The credential id, 1 to 1023 bytes.
    pub id: Vec<u8>,
    pub public_key: CoseKey,
}

/// A COSE public key, verbatim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoseKey {
    bytes: Vec<u8>,
    algorithm: i64,
}

impl CoseKey {
    /// The encoded key as it came.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its COSE algorithm identifier, e.g. -7 for ES256.
    pub const fn algorithm(&self) -> i64 {
        self.algorithm
    }

    /// Reads the key at the start of `bytes` and returns what follows.
    ///
    /// # Errors
    /// An [`AuthDataFault`] when there is no CBOR map with an `alg` there.
    pub fn split_from(bytes: &[u8]) -> Result<(Self, &[u8]), AuthDataFault> {
        let (value, rest) = cbor::read_first(bytes).map_err(AuthDataFault::PublicKey)?;
        let length = bytes.len().saturating_sub(rest.len());
        let mut fields = Fields::of(value, "credentialPublicKey")?;
        let algorithm = required(
            fields.signed(3, "credentialPublicKey.alg")?,
            "credentialPublicKey.alg",
        )?;
        Ok((
            Self {
                bytes: bytes.get(..length).unwrap_or_default().to_vec(),
                algorithm,
            },
            rest,
        ))
    }
}

/// Why bytes are not authenticator data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthDataFault {
    /// They end too early.
    #[error("it ends inside the {part}")]
    Truncated {
        /// The part that is incomplete.
        part: &'static str,
    },
    /// A credential id of no or too many bytes.
    #[error("a credential id of {bytes} bytes, where 1 to 1023 are allowed")]
    CredentialId {
        /// The length claimed.
        bytes: usize,
    },
    /// The public key is no CBOR.
    #[error("public key: {0}")]
    PublicKey(CborFault),
    /// The extensions are no CBOR.
    #[error("extensions: {0}")]
    Extensions(CborFault),
    /// A member is missing or has the wrong type.
    #[error("{0}")]
    Field(#[from] FieldFault),
    /// Bytes follow that no flag announces.
    #[error("{bytes} bytes too many")]
    Trailing { bytes: usize },
}

impl AuthData {
    /// Reads authenticator data.
    ///
    /// # Errors
    /// An [`AuthDataFault`] for anything but the exact layout that the flags announce.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, AuthDataFault> {
        let (rp_id_hash, rest) = chunk::<32>(&bytes, "RP id hash")?;
        let ([flags], rest) = chunk::<1>(rest, "flags")?;
        let (counter, rest) = chunk::<4>(rest, "signature counter")?;
        let (credential, rest) = match flags & Flags::ATTESTED {
            0 => (None, rest),
            _ => attested(rest).map(|(credential, rest)| (Some(credential), rest))?,
        };
        let (extensions, rest) = match flags & Flags::EXTENSIONS {
            0 => (Vec::new(), rest),
            _ => extensions(rest)?,
        };
        if !rest.is_empty() {
            return Err(AuthDataFault::Trailing { bytes: rest.len() });
        }
        Ok(Self {
            rp_id_hash,
            flags: Flags(flags),
            counter: u32::from_be_bytes(counter),
            credential,
            extensions,
            bytes,
        })
    }

    /// The bytes as they came.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The output of an extension.
    pub fn extension(&self, name: &str) -> Option<&Value> {
        self.extensions
            .iter()
            .find(|(known, _)| known.as_text() == Some(name))
            .map(|(_, value)| value)
    }
}

fn chunk<'a, const N: usize>(
    bytes: &'a [u8],
    part: &'static str,
) -> Result<([u8; N], &'a [u8]), AuthDataFault> {
    let (chunk, rest) = bytes
        .split_first_chunk()
        .ok_or(AuthDataFault::Truncated { part })?;
    Ok((*chunk, rest))
}

fn attested(bytes: &[u8]) -> Result<(AttestedCredential, &[u8]), AuthDataFault> {
    let (aaguid, rest) = chunk::<16>(bytes, "AAGUID")?;
    let (length, rest) = chunk::<2>(rest, "credential id length")?;
    let length = usize::from(u16::from_be_bytes(length));
    if !(1..=1023).contains(&length) {
        return Err(AuthDataFault::CredentialId { bytes: length });
    }
    let (id, rest) = rest
        .split_at_checked(length)
        .ok_or(AuthDataFault::Truncated {
            part: "credential id",
        })?;
    let (public_key, rest) = CoseKey::split_from(rest)?;
    Ok((
        AttestedCredential {
            aaguid: Aaguid(aaguid),
            id: id.to_vec(),
            public_key,
        },
        rest,
    ))
}

type Extensions = Vec<(Value, Value)>;

fn extensions(bytes: &[u8]) -> Result<(Extensions, &[u8]), AuthDataFault> {
    let (value, rest) = cbor::read_first(bytes).map_err(AuthDataFault::Extensions)?;
    Ok((Fields::of(value, "extensions")?.into_rest(), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PUBLIC_KEY: [u8; 5] = [0xa2, 0x01, 0x02, 0x03, 0x26];
    const EXTENSIONS: [u8; 14] = [
        0xa1, 0x6b, b'c', b'r', b'e', b'd', b'P', b'r', b'o', b't', b'e', b'c', b't', 0x03,
    ];

    fn auth_data(flags: u8, parts: &[&[u8]]) -> Vec<u8> {
        [&[0x11; 32][..], &[flags], &[0, 0, 1, 2], &parts.concat()].concat()
    }

    fn credential(id: &[u8]) -> Vec<u8> {
        let length = u16::try_from(id.len()).expect("short").to_be_bytes();
        [&[0x22; 16][..], &length, id, &PUBLIC_KEY].concat()
    }

    #[test]
    fn a_credential_and_extensions_are_read_and_the_bytes_kept() {
        let bytes = auth_data(0xc5, &[&credential(b"id"), &EXTENSIONS]);
        let parsed = AuthData::parse(bytes.clone()).expect("valid");
        assert_eq!(parsed.as_bytes(), bytes);
        assert!(
            parsed.flags.user_present()
                && parsed.flags.user_verified()
                && !parsed.flags.backup_eligible()
        );
        assert_eq!(parsed.counter, 258);
        assert_eq!(parsed.extension("credProtect"), Some(&Value::from(3)));
        let credential = parsed.credential.expect("flagged");
        assert_eq!(credential.id, b"id");
        assert_eq!(credential.aaguid, Aaguid([0x22; 16]));
        assert_eq!(
            (
                credential.public_key.as_bytes(),
                credential.public_key.algorithm()
            ),
            (&PUBLIC_KEY[..], -7)
        );
    }

    #[test]
    fn what_the_flags_announce_must_be_there_and_nothing_else() {
        use AuthDataFault as Fault;
        let cases = [
            (vec![0; 10], Fault::Truncated { part: "RP id hash" }),
            (
                vec![0; 36],
                Fault::Truncated {
                    part: "signature counter",
                },
            ),
            (auth_data(0x41, &[]), Fault::Truncated { part: "AAGUID" }),
            (
                auth_data(0x41, &[&[0; 17]]),
                Fault::Truncated {
                    part: "credential id length",
                },
            ),
            (
                auth_data(0x41, &[&credential(b"")]),
                Fault::CredentialId { bytes: 0 },
            ),
            (
                auth_data(0x41, &[&[0; 16], &[0xff, 0xff]]),
                Fault::CredentialId { bytes: 0xffff },
            ),
            (
                auth_data(0x41, &[&[0; 16], &[0, 9], &[1]]),
                Fault::Truncated {
                    part: "credential id",
                },
            ),
            (auth_data(0x01, &[&[0]]), Fault::Trailing { bytes: 1 }),
            (
                auth_data(0x41, &[&credential(b"id"), &EXTENSIONS]),
                Fault::Trailing { bytes: 14 },
            ),
        ];
        for (bytes, fault) in cases {
            assert_eq!(AuthData::parse(bytes.clone()), Err(fault), "{bytes:02x?}");
        }
        let no_extensions = AuthData::parse(auth_data(0x81, &[]));
        assert!(
            matches!(no_extensions, Err(Fault::Extensions(_))),
            "{no_extensions:?}"
        );
        let not_a_map = AuthData::parse(auth_data(0x81, &[&[0x01]]));
        assert!(matches!(not_a_map, Err(Fault::Field(_))), "{not_a_map:?}");
    }

    proptest! {
        #[test]
        fn no_bytes_panic_the_parser(flags in any::<u8>(), bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = AuthData::parse(bytes.clone());
            if let Ok(parsed) = AuthData::parse(auth_data(flags, &[&bytes])) {
                prop_assert!(parsed.as_bytes().ends_with(&bytes));
            }
        }

        #[test]
        fn a_credential_cut_anywhere_is_an_error(cut in 0usize..76) {
            let whole = auth_data(0xc5, &[&credential(b"id"), &EXTENSIONS]);
            prop_assert_eq!(whole.len(), 76);
            let part = whole.get(..cut).expect("shorter").to_vec();
            prop_assert!(AuthData::parse(part).is_err());
        }
    }
}
