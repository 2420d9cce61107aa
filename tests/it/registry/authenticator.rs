//! An authenticator whose every byte a test can choose: what an honest key says, and what a forged one might.

use ciborium::Value;
use keydesk::domain::{Aaguid, Bytes};
use keydesk::wire::webauthn::{
    AssertionResponse, AttestationResponse, AuthenticationResponse, CreationOptions,
    RegistrationResponse, RequestOptions,
};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePrivateKey;
use sha2::{Digest, Sha256};

pub const UP: u8 = 0x01;
pub const UV: u8 = 0x04;
pub const BE: u8 = 0x08;
const AT: u8 = 0x40;

/// How a registration is attested.
pub enum Attested {
    None,
    Own,
    Packed(Chain),
    U2f(Chain),
}

/// An attestation certificate with its key, and the root that issued it.
#[derive(Clone)]
pub struct Chain {
    leaf_der: Vec<u8>,
    leaf_key: SigningKey,
    pub root_pem: String,
}

/// One credential on one key. The fields are what it says of itself.
pub struct Authenticator {
    key: SigningKey,
    pub id: Vec<u8>,
    pub aaguid: Aaguid,
    pub counter: u32,
    pub flags: u8,
    pub attested: Attested,
    pub user_handle: Option<Bytes>,
    /// Instead of what the options say.
    pub rp_id: Option<String>,
    pub challenge: Option<Bytes>,
    pub client_data_type: Option<&'static str>,
    pub cross_origin: bool,
    /// COSE algorithm that the public key states.
    pub algorithm: i64,
}

impl Authenticator {
    pub fn new(seed: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).expect("a scalar"),
            id: vec![seed; 48],
            aaguid: Aaguid([0x42; 16]),
            counter: 1,
            flags: UP | UV,
            attested: Attested::Own,
            user_handle: None,
            rp_id: None,
            challenge: None,
            client_data_type: None,
            cross_origin: false,
            algorithm: -7,
        }
    }

    pub fn register(&mut self, options: &CreationOptions, origin: &str) -> RegistrationResponse {
        let client_data = self.client_data("webauthn.create", &options.challenge, origin);
        let auth_data = self.auth_data(&options.rp.id, true);
        let (format, statement) = self.attest(&auth_data, &client_data);
        let object = Value::Map(vec![
            (text("fmt"), text(format)),
            (text("attStmt"), Value::Map(statement)),
            (text("authData"), Value::Bytes(auth_data)),
        ]);
        let mut attestation_object = Vec::new();
        ciborium::into_writer(&object, &mut attestation_object).expect("encodes");
        self.user_handle = Some(options.user.id.clone());
        RegistrationResponse {
            id: Bytes(self.id.clone()),
            raw_id: Bytes(self.id.clone()),
            kind: "public-key".to_owned(),
            response: AttestationResponse {
                client_data_json: Bytes(client_data),
                attestation_object: Bytes(attestation_object),
                authenticator_data: None,
                transports: vec!["usb".to_owned()],
                public_key: None,
                public_key_algorithm: Some(-7),
            },
            authenticator_attachment: Some("cross-platform".to_owned()),
            client_extension_results: Default::default(),
        }
    }

    pub fn sign(&mut self, options: &RequestOptions, origin: &str) -> AuthenticationResponse {
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", &options.challenge, origin);
        let auth_data = self.auth_data(&options.rp_id, false);
        let signature = self.signature(&auth_data, &client_data);
        AuthenticationResponse {
            id: Bytes(self.id.clone()),
            raw_id: Bytes(self.id.clone()),
            kind: "public-key".to_owned(),
            response: AssertionResponse {
                client_data_json: Bytes(client_data),
                authenticator_data: Bytes(auth_data),
                signature: Bytes(signature),
                user_handle: self.user_handle.clone(),
            },
            authenticator_attachment: Some("cross-platform".to_owned()),
            client_extension_results: Default::default(),
        }
    }

    fn client_data(&self, kind: &str, challenge: &Bytes, origin: &str) -> Vec<u8> {
        serde_json::json!({
            "type": self.client_data_type.unwrap_or(kind),
            "challenge": self.challenge.as_ref().unwrap_or(challenge).to_base64url(),
            "origin": origin,
            "crossOrigin": self.cross_origin,
        })
        .to_string()
        .into_bytes()
    }

    fn auth_data(&self, rp_id: &str, attested: bool) -> Vec<u8> {
        let rp_id = self.rp_id.as_deref().unwrap_or(rp_id);
        let mut data = Sha256::digest(rp_id.as_bytes()).to_vec();
        data.push(self.flags | if attested { AT } else { 0 });
        data.extend(self.counter.to_be_bytes());
        if attested {
            data.extend(self.aaguid.0);
            let length = u16::try_from(self.id.len()).expect("short");
            data.extend(length.to_be_bytes());
            data.extend(&self.id);
            ciborium::into_writer(&self.cose_key(), &mut data).expect("encodes");
        }
        data
    }

    fn cose_key(&self) -> Value {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().expect("affine"), point.y().expect("affine"));
        Value::Map(vec![
            (int(1), int(2)),
            (int(3), int(self.algorithm)),
            (int(-1), int(1)),
            (int(-2), Value::Bytes(x.to_vec())),
            (int(-3), Value::Bytes(y.to_vec())),
        ])
    }

    fn attest(&self, auth_data: &[u8], client_data: &[u8]) -> (&'static str, Vec<(Value, Value)>) {
        match &self.attested {
            Attested::None => ("none", Vec::new()),
            Attested::Own => (
                "packed",
                vec![
                    (text("alg"), int(self.algorithm)),
                    (
                        text("sig"),
                        Value::Bytes(self.signature(auth_data, client_data)),
                    ),
                ],
            ),
            Attested::Packed(chain) => (
                "packed",
                vec![
                    (text("alg"), int(-7)),
                    (
                        text("sig"),
                        Value::Bytes(sign(&chain.leaf_key, auth_data, client_data)),
                    ),
                    (
                        text("x5c"),
                        Value::Array(vec![Value::Bytes(chain.leaf_der.clone())]),
                    ),
                ],
            ),
            Attested::U2f(chain) => {
                let point = self.key.verifying_key().to_sec1_point(false);
                let mut signed = vec![0];
                signed.extend(auth_data.get(..32).expect("the RP id hash"));
                signed.extend(Sha256::digest(client_data));
                signed.extend(&self.id);
                signed.extend(point.as_bytes());
                let signature: Signature = chain.leaf_key.sign(&signed);
                (
                    "fido-u2f",
                    vec![
                        (
                            text("sig"),
                            Value::Bytes(signature.to_der().as_bytes().to_vec()),
                        ),
                        (
                            text("x5c"),
                            Value::Array(vec![Value::Bytes(chain.leaf_der.clone())]),
                        ),
                    ],
                )
            }
        }
    }

    fn signature(&self, auth_data: &[u8], client_data: &[u8]) -> Vec<u8> {
        sign(&self.key, auth_data, client_data)
    }
}

impl Chain {
    /// A maker of keys: a root, and the certificate of one batch.
    pub fn new(maker: &str) -> Self {
        let root_key = rcgen::KeyPair::generate().expect("a key");
        let mut root = rcgen::CertificateParams::default();
        root.distinguished_name = named(maker, "Root");
        root.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        root.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
        let root_certificate = root.self_signed(&root_key).expect("signs");
        let issuer = rcgen::Issuer::new(root, root_key);
        let leaf_key = SigningKey::from_slice(&Sha256::digest(maker)).expect("a scalar");
        let der = p256::SecretKey::from(&leaf_key)
            .to_pkcs8_der()
            .expect("encodes");
        let pair = rcgen::KeyPair::try_from(der.as_bytes()).expect("a key");
        let mut leaf = rcgen::CertificateParams::default();
        leaf.distinguished_name = named(maker, "Authenticator Attestation");
        leaf.is_ca = rcgen::IsCa::ExplicitNoCa;
        let leaf = leaf.signed_by(&pair, &issuer).expect("signs");
        Self {
            leaf_der: leaf.der().to_vec(),
            leaf_key,
            root_pem: root_certificate.pem(),
        }
    }
}

fn named(maker: &str, unit: &str) -> rcgen::DistinguishedName {
    let mut name = rcgen::DistinguishedName::new();
    name.push(rcgen::DnType::CountryName, "NL");
    name.push(rcgen::DnType::OrganizationName, maker);
    name.push(rcgen::DnType::OrganizationalUnitName, unit);
    name.push(rcgen::DnType::CommonName, format!("{maker} {unit}"));
    name
}

fn sign(key: &SigningKey, auth_data: &[u8], client_data: &[u8]) -> Vec<u8> {
    let mut signed = auth_data.to_vec();
    signed.extend(Sha256::digest(client_data));
    let signature: Signature = key.sign(&signed);
    signature.to_der().as_bytes().to_vec()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn int(number: i64) -> Value {
    Value::Integer(number.into())
}
