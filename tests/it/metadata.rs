//! The FIDO Alliance's metadata: what is read and what is refused. Signed by roots of the tests' own.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

mod kept;
mod verdicts;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use keydesk::domain::models::Level;
use keydesk::metadata::{self, MetadataError, verify};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePrivateKey;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// The software YubiKey's.
const YUBIKEY: &str = "2fc0579f-8113-47ea-b116-bb5a8db9202a";
const UNLISTED: &str = "00000000-0000-4000-8000-000000000001";

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().expect("a time")
}

/// A root, and a signer whose certificate it issued.
struct Signing {
    root: Vec<u8>,
    leaf: Vec<u8>,
    key: SigningKey,
}

impl Signing {
    fn for_host(host: &str) -> Self {
        Self::new(host, rcgen::ExtendedKeyUsagePurpose::ServerAuth, 2040)
    }

    fn new(host: &str, usage: rcgen::ExtendedKeyUsagePurpose, until_year: i32) -> Self {
        let root_key = rcgen::KeyPair::generate().expect("a key");
        let mut root = rcgen::CertificateParams::default();
        root.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        root.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
        let root_der = root.self_signed(&root_key).expect("a root").der().to_vec();
        let issuer = rcgen::Issuer::new(root, root_key);
        let secret = p256::SecretKey::from_slice(&[7; 32]).expect("a key");
        let pkcs8 = secret.to_pkcs8_der().expect("encodes");
        let pair = rcgen::KeyPair::try_from(pkcs8.as_bytes()).expect("a key");
        let mut leaf = rcgen::CertificateParams::new(vec![host.to_owned()]).expect("a name");
        leaf.extended_key_usages = vec![usage];
        leaf.not_after = rcgen::date_time_ymd(until_year, 1, 1);
        let leaf = leaf.signed_by(&pair, &issuer).expect("a certificate");
        Self {
            root: root_der,
            leaf: leaf.der().to_vec(),
            key: SigningKey::from(secret),
        }
    }

    fn sign(&self, payload: &Value) -> Vec<u8> {
        self.sign_under(
            json!({ "alg": "ES256", "x5c": [STANDARD.encode(&self.leaf)] }),
            payload,
        )
    }

    fn sign_under(&self, header: Value, payload: &Value) -> Vec<u8> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(payload));
        let signature: Signature = self.key.sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("{signed}.{signature}\n").into_bytes()
    }
}

fn payload(no: u64, reports: &Value) -> Value {
    let entry = |aaguid: &str, name: &str| {
        json!({
            "aaguid": aaguid,
            "metadataStatement": { "description": name, "attestationTypes": ["basic_full"] },
            "statusReports": reports,
        })
    };
    json!({
        "no": no,
        "nextUpdate": "2026-12-01",
        "entries": [entry(YUBIKEY, "A name that ours stands before"), entry(UNLISTED, "Key Nine")],
    })
}

fn certified() -> Value {
    json!([{ "status": "FIDO_CERTIFIED_L2", "effectiveDate": "2026-01-01" }])
}

#[test]
fn a_blob_that_chains_to_the_root_in_the_name_of_the_alliance_is_read() {
    let signing = Signing::for_host(metadata::HOST);
    let blob = signing.sign(&payload(41, &certified()));
    let catalogue = verify(&blob, &signing.root, now()).expect("valid");
    assert_eq!(catalogue.source().no, 41);
    let listing = catalogue.model(UNLISTED.parse().expect("an AAGUID"));
    let listing = listing.expect("listed");
    assert_eq!(listing.name, "Key Nine");
    assert_eq!(listing.certification(), Some(Level::L2));
}

/// What metadata 3.1 and 3.1.1 added, and what nobody has added yet.
#[test]
fn members_of_later_metadata_change_nothing_of_what_is_read() {
    let signing = Signing::for_host(metadata::HOST);
    let reports = json!([{ "status": "REVOKED", "effectiveDate": "2026-01-01" }]);
    let plain = payload(41, &reports);
    let mut later = plain.clone();
    later["legalHeader"] = json!("https://fidoalliance.org/metadata/");
    later["somethingNew"] = json!([{ "a": null }]);
    for entry in later["entries"].as_array_mut().expect("entries") {
        entry["timeOfLastStatusChange"] = json!("2026-01-05");
        entry["biometricStatusReports"] =
            json!([{ "certLevel": 1, "modality": "fingerprint_internal" }]);
        entry["somethingNew"] = json!(true);
        let statement = &mut entry["metadataStatement"];
        statement["schema"] = json!(3);
        statement["friendlyNames"] = json!({ "en-US": "Key Nine", "nl-NL": "Sleutel Negen" });
        statement["multiDeviceCredentialSupport"] = json!("unsupported");
        statement["iconDark"] = json!("data:image/png;base64,");
        statement["providerLogoLight"] = json!("data:image/png;base64,");
        statement["keyScope"] = json!("rp_id");
        statement["cxpConfigURL"] = json!("https://keys.example/cxp");
        statement["authenticatorGetInfo"] =
            json!({ "versions": ["FIDO_2_3"], "longTouchForReset": true });
        let report = &mut entry["statusReports"][0];
        report["certificationProfiles"] = json!(["consumer"]);
        report["sunsetDate"] = json!("2030-01-01");
        report["fipsRevision"] = json!(3);
    }
    let read =
        |payload: &Value| verify(&signing.sign(payload), &signing.root, now()).expect("valid");
    let (plain, later) = (read(&plain), read(&later));
    let model = UNLISTED.parse().expect("an AAGUID");
    assert_eq!(plain.model(model), later.model(model));
    assert!(
        later
            .model(model)
            .is_some_and(|listing| listing.adverse(None).count() == 1)
    );
    assert!(plain.models().eq(later.models()));
}

/// A blob that openssl signed with RSA under a chain of three certificates, and its root; the keys are gone.
const RSA_BLOB: &[u8] = include_bytes!("../data/metadata-rs256.jwt");

fn rsa_root() -> Vec<u8> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let pem = include_bytes!("../data/metadata-rs256-root.pem");
    CertificateDer::from_pem_slice(pem)
        .expect("a certificate")
        .to_vec()
}

fn later() -> Timestamp {
    "2027-06-01T00:00:00Z".parse().expect("a time")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_damaged_blob_is_refused_or_says_what_it_said(at in any::<Index>(), to in any::<u8>(), cut in any::<bool>()) {
        let mut damaged = RSA_BLOB.to_vec();
        let place = at.index(damaged.len());
        match cut {
            true => damaged.truncate(place),
            false => damaged[place] = to,
        }
        let whole = verify(RSA_BLOB, &rsa_root(), later());
        prop_assert!(whole.is_ok());
        let read = verify(&damaged, &rsa_root(), later());
        prop_assert!(read.is_err() || read == whole);
    }

    #[test]
    fn no_bytes_panic_the_verifier(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(verify(&bytes, &rsa_root(), later()).is_err());
    }
}

#[test]
fn a_blob_signed_with_rsa_by_another_program_is_read() {
    let (blob, root, later) = (RSA_BLOB, rsa_root(), later());
    let catalogue = verify(blob, &root, later).expect("valid");
    assert_eq!((catalogue.source().no, catalogue.models().len()), (41, 1));
    let mut forged = blob.to_vec();
    let place = forged.len() - 100;
    if let Some(byte) = forged.get_mut(place) {
        *byte = if *byte == b'A' { b'B' } else { b'A' };
    }
    assert_eq!(verify(&forged, &root, later), Err(MetadataError::Forged));
}

#[test]
fn what_is_forged_expired_or_signed_by_others_is_refused() {
    let signing = Signing::for_host(metadata::HOST);
    let good = payload(41, &certified());
    let blob = signing.sign(&good);
    let refused = |blob: &[u8], root: &[u8]| verify(blob, root, now()).expect_err("refused");
    let untrusted = |error: &MetadataError| matches!(error, MetadataError::Untrusted { .. });

    let text = String::from_utf8(blob.clone()).expect("text");
    let parts: Vec<&str> = text.trim().split('.').collect();
    let other = URL_SAFE_NO_PAD.encode(payload(42, &json!([])).to_string());
    let swapped = [parts[0], other.as_str(), parts[2]].join(".");
    assert_eq!(
        refused(swapped.as_bytes(), &signing.root),
        MetadataError::Forged
    );

    assert!(untrusted(&refused(
        &blob,
        &metadata::root().expect("GlobalSign's")
    )));
    assert!(untrusted(&refused(
        &blob,
        &Signing::for_host(metadata::HOST).root
    )));
    let elsewhere = Signing::for_host("mds.example.org");
    assert_eq!(
        refused(&elsewhere.sign(&good), &elsewhere.root),
        MetadataError::WrongName
    );
    let usage = rcgen::ExtendedKeyUsagePurpose::EmailProtection;
    let mail = Signing::new(metadata::HOST, usage, 2040);
    assert!(untrusted(&refused(&mail.sign(&good), &mail.root)));
    let usage = rcgen::ExtendedKeyUsagePurpose::ServerAuth;
    let old = Signing::new(metadata::HOST, usage, 2026);
    assert!(untrusted(&refused(&old.sign(&good), &old.root)));
    let late = "2040-01-02T00:00:00Z".parse().expect("a time");
    assert!(untrusted(
        &verify(&blob, &signing.root, late).expect_err("expired")
    ));
}

#[test]
fn what_is_no_metadata_is_refused_with_the_part_that_is_wrong() {
    let signing = Signing::for_host(metadata::HOST);
    let leaf = STANDARD.encode(&signing.leaf);
    let body = payload(41, &certified());
    let under = |header: Value| signing.sign_under(header, &body);
    for (blob, said) in [
        (b"".to_vec(), "no JSON Web Signature"),
        (b"{\"no\": 1}".to_vec(), "no JSON Web Signature"),
        (b"a.b".to_vec(), "three parts"),
        (b"a.b.c.d".to_vec(), "three parts"),
        (b"a*.b.c".to_vec(), "header is not base64url"),
        (vec![0xff, 0xfe], "not text"),
        (under(json!({ "alg": "ES256" })), "x5c"),
        (
            under(json!({ "alg": "ES256", "x5c": [] })),
            "no certificate",
        ),
        (
            under(json!({ "alg": "ES256", "x5c": ["*"] })),
            "certificate 1",
        ),
        (
            under(json!({ "alg": "ES256", "x5c": vec![leaf.as_str(); 9] })),
            "too many certificates",
        ),
        (
            under(json!({ "alg": "ES256", "x5c": [leaf], "crit": ["b64"] })),
            "crit",
        ),
        (under(json!({ "alg": "none", "x5c": [leaf] })), "\"none\""),
        (under(json!({ "alg": "HS256", "x5c": [leaf] })), "\"HS256\""),
        (signing.sign(&json!({ "no": 1 })), "payload"),
    ] {
        let error = verify(&blob, &signing.root, now()).expect_err(said);
        assert!(error.to_string().contains(said), "{said}: {error}");
    }
}
