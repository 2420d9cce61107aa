//! The software keys' attestation: one root for all of them, a leaf for each model or, for enterprise attestation, each
//! key.
//!
//! The root's secret is in this source, so its attestations prove nothing; a demonstration's registry trusts it knowingly
//! and no other registry may. What a registry needs is [`root_certificate`].

use p256::SecretKey;

use super::crypto::{coordinates, derived_key, sign};

/// Stretched into the root's key. Public on purpose: see the module's documentation.
const ROOT_SECRET: &[u8] = b"keydesk software key attestation root";
const ROOT_NAME: &str = "Keydesk Software Key Root";

const OID_COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const OID_COUNTRY: &[u8] = &[0x55, 0x04, 0x06];
const OID_ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];
const OID_UNIT: &[u8] = &[0x55, 0x04, 0x0b];
const OID_BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const OID_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
/// ecdsa-with-SHA256
const OID_SIGNATURE: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const OID_EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const OID_P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// id-fido-gen-ce-aaguid (WebAuthn Level 3, section 8.2.1)
const OID_AAGUID: &[u8] = &[
    0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x04,
];
/// id-fido-gen-ce-sernum, of enterprise attestation (WebAuthn Level 3, section 8.2.1)
const OID_SERIAL: &[u8] = &[
    0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x02,
];

/// The certificate (DER) that every software key's attestation chains to; the same in every process.
pub fn root_certificate() -> Vec<u8> {
    let key = root_key();
    certificate(&Subject::Root, &key, &key)
}

/// Whom an attestation speaks of.
#[derive(Debug, Clone, Copy)]
pub struct Model<'a> {
    /// Its common name.
    pub product: &'a str,
    pub aaguid: [u8; 16],
    /// For enterprise attestation: the serial of one key, instead of a model's.
    pub serial: Option<&'a str>,
}

/// An attestation key and its certificate (DER), which chains to [`root_certificate`].
pub struct Attestation {
    /// The secret scalar of a P-256 key.
    pub secret_key: [u8; 32],
    /// The leaf certificate, DER.
    pub certificate: Vec<u8>,
}

/// The attestation of a model; the same in every process.
pub fn attestation(model: Model<'_>) -> Attestation {
    let (key, certificate) = leaf(model);
    Attestation {
        secret_key: key.to_bytes().into(),
        certificate,
    }
}

pub(super) fn leaf(model: Model<'_>) -> (SecretKey, Vec<u8>) {
    let serial = model.serial.unwrap_or_default().as_bytes();
    let key = derived_key(ROOT_SECRET, &[b"leaf", &model.aaguid, serial]);
    let der = certificate(&Subject::Leaf(model), &key, &root_key());
    (key, der)
}

fn root_key() -> SecretKey {
    derived_key(ROOT_SECRET, &[b"root"])
}

enum Subject<'a> {
    Root,
    Leaf(Model<'a>),
}

impl Subject<'_> {
    fn name(&self) -> Vec<u8> {
        match self {
            Self::Root => name(&[(OID_COMMON_NAME, ROOT_NAME)]),
            // Section 8.2.1 of WebAuthn fixes these four and the unit's text.
            Self::Leaf(model) => name(&[
                (OID_COUNTRY, "NL"),
                (OID_ORGANISATION, "Keydesk"),
                (OID_UNIT, "Authenticator Attestation"),
                (OID_COMMON_NAME, model.product),
            ]),
        }
    }

    fn extensions(&self) -> Vec<u8> {
        let list = match self {
            Self::Root => vec![
                extension(
                    OID_BASIC_CONSTRAINTS,
                    true,
                    &sequence(&[&[0x01, 0x01, 0xff]]),
                ),
                // keyCertSign and cRLSign
                extension(OID_KEY_USAGE, true, &[0x03, 0x02, 0x01, 0x06]),
            ],
            Self::Leaf(model) => {
                let mut list = vec![
                    extension(OID_BASIC_CONSTRAINTS, true, &sequence(&[])),
                    extension(OID_AAGUID, false, &tlv(0x04, &[&model.aaguid])),
                ];
                if let Some(serial) = model.serial {
                    list.push(extension(
                        OID_SERIAL,
                        false,
                        &tlv(0x04, &[serial.as_bytes()]),
                    ));
                }
                list
            }
        };
        let parts: Vec<&[u8]> = list.iter().map(Vec::as_slice).collect();
        tlv(0xa3, &[&sequence(&parts)])
    }

    fn serial_number(&self, public_key: &[u8]) -> Vec<u8> {
        // Positive and different for every certificate: the leading byte keeps the sign bit clear.
        let digest = super::crypto::sha256(&[public_key, &self.name()].concat());
        tlv(0x02, &[&[0x40], digest.get(..15).unwrap_or_default()])
    }
}

fn certificate(subject: &Subject<'_>, key: &SecretKey, issuer: &SecretKey) -> Vec<u8> {
    let (x, y) = coordinates(&key.public_key());
    let algorithm = sequence(&[&oid(OID_SIGNATURE)]);
    let public_key = sequence(&[
        &sequence(&[&oid(OID_EC_PUBLIC_KEY), &oid(OID_P256)]),
        &tlv(0x03, &[&[0x00, 0x04], &x, &y]),
    ]);
    let validity = sequence(&[
        &tlv(0x17, &[b"240101000000Z"]),
        &tlv(0x17, &[b"491231235959Z"]),
    ]);
    let signed = sequence(&[
        &tlv(0xa0, &[&[0x02, 0x01, 0x02]]),
        &subject.serial_number(&public_key),
        &algorithm,
        &Subject::Root.name(),
        &validity,
        &subject.name(),
        &public_key,
        &subject.extensions(),
    ]);
    let signature = sign(issuer, &signed);
    sequence(&[&signed, &algorithm, &tlv(0x03, &[&[0x00], &signature])])
}

fn name(attributes: &[(&[u8], &str)]) -> Vec<u8> {
    let sets: Vec<Vec<u8>> = attributes
        .iter()
        .map(|&(kind, text)| {
            // A country is a PrintableString, everything else may be UTF-8.
            let tag = if kind == OID_COUNTRY { 0x13 } else { 0x0c };
            tlv(
                0x31,
                &[&sequence(&[&oid(kind), &tlv(tag, &[text.as_bytes()])])],
            )
        })
        .collect();
    let parts: Vec<&[u8]> = sets.iter().map(Vec::as_slice).collect();
    sequence(&parts)
}

fn extension(kind: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[0x01, 0x01, 0xff] } else { &[] };
    sequence(&[&oid(kind), critical, &tlv(0x04, &[value])])
}

fn oid(content: &[u8]) -> Vec<u8> {
    tlv(0x06, &[content])
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, parts)
}

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let [.., high, low] = content.len().to_be_bytes();
    let mut out = vec![tag];
    match (high, low) {
        (0, 0..0x80) => out.push(low),
        (0, _) => out.extend([0x81, low]),
        _ => out.extend([0x82, high, low]),
    }
    out.extend(content);
    out
}
