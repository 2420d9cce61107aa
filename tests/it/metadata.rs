//! The FIDO Alliance's metadata: what is taken, what is refused, what a station keeps of it. Signed by roots of the tests' own.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use keydesk::bay::Bay;
use keydesk::bay::soft::{Profile, SoftKey};
use keydesk::domain::KeyFacts;
use keydesk::domain::models::{Level, Models, Status};
use keydesk::domain::policy::{Finding, Policy, Weight, judge_key};
use keydesk::metadata::{self, MetadataError, verify};
use keydesk::station::config::Config;
use keydesk::station::metadata::{ImportError, import, is_overdue, look};
use keydesk::station::slots::Slots;
use keydesk::station::{OpenError, Station};
use keydesk::store::{Store, audit};
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

fn open(dir: &Path) -> Result<Station, OpenError> {
    let (bay, _) = Bay::soft();
    let models = Models::shipped().expect("the list parses");
    Station::open(dir, Config::default(), Slots::new(bay, models))
}

#[test]
fn an_import_is_in_the_journal_and_no_older_one_replaces_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let signing = Signing::for_host(metadata::HOST);
    let take = |no| {
        let blob = signing.sign(&payload(no, &certified()));
        import(dir.path(), &blob, &signing.root, now())
    };
    let imported = take(41).expect("imported");
    assert_eq!((imported.source.no, imported.models), (41, 2));
    assert!(!is_overdue(imported.source, now()));
    assert!(is_overdue(
        imported.source,
        "2026-12-02T00:00:00Z".parse().expect("a time")
    ));
    for no in [40, 41] {
        let error = take(no).expect_err("not newer");
        assert!(
            matches!(error, ImportError::NotNewer { have: 41, .. }),
            "{error}"
        );
    }
    let newer = take(43).expect("imported");
    let store = Store::open(dir.path()).expect("opens");
    assert_eq!(store.metadata().expect("read"), Some(newer));
    drop(store);
    audit::verify(dir.path()).expect("a whole chain");
    let kept: Vec<_> = std::fs::read_dir(dir.path().join("private"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(kept, ["metadata-43.json"]);
}

#[test]
fn a_station_does_not_open_with_metadata_that_is_lost_or_changed_until_it_is_imported_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let signing = Signing::for_host(metadata::HOST);
    let blob = signing.sign(&payload(41, &json!([{ "status": "REVOKED" }])));
    import(dir.path(), &blob, &signing.root, now()).expect("imported");
    assert!(
        open(dir.path())
            .expect("opens")
            .slots()
            .models()
            .catalogue()
            .is_some()
    );
    let file = dir.path().join("private/metadata-41.json");
    let kept = std::fs::read_to_string(&file).expect("read");
    let harmless = kept.replace("revoked", "self-asserted");
    assert_ne!(kept, harmless);
    let damages: [&dyn Fn(); 2] = [
        &|| std::fs::write(&file, &harmless).expect("written"),
        &|| std::fs::remove_file(&file).expect("removed"),
    ];
    for damage in damages {
        damage();
        let error = open(dir.path()).map(drop).expect_err("refused");
        assert!(error.to_string().contains("metadata-41.json"), "{error}");
        import(dir.path(), &blob, &signing.root, now()).expect("taken again");
        open(dir.path()).expect("opens");
    }
}

fn facts(aaguid: &str) -> KeyFacts {
    let (bay, plug) = Bay::soft();
    let key = SoftKey::new(Profile::yubikey_5_nfc());
    plug.plug_key(keydesk::domain::Place::new("1-1"), &key);
    let slots = Slots::new(bay, Models::default());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        if let Some(mut facts) = slots.keys().pop() {
            facts.id.aaguid = aaguid.parse().expect("an AAGUID");
            return facts;
        }
        assert!(std::time::Instant::now() < deadline, "the key did not come");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

fn models(signing: &Signing, reports: &Value) -> Models {
    let blob = signing.sign(&payload(41, reports));
    let catalogue = verify(&blob, &signing.root, now()).expect("valid");
    let models = Models::shipped().expect("the list parses");
    models.with_catalogue(Some(Arc::new(catalogue)))
}

#[test]
fn a_verdict_says_which_metadata_it_is_from_and_our_own_names_come_first() {
    let signing = Signing::for_host(metadata::HOST);
    let models = models(&signing, &certified());
    let (known, other) = (facts(YUBIKEY), facts(UNLISTED));
    assert_eq!(models.name(known.id.aaguid), Some("YubiKey 5 NFC"));
    assert_eq!(models.name(other.id.aaguid), Some("Key Nine"));
    let verdict = judge_key(&other, &models, &Policy::default());
    assert!(verdict.findings.contains(&Finding::UntestedModel));
    let words: Vec<_> = verdict.findings.iter().map(Finding::in_words).collect();
    let said = "FIDO certified, level L2 (metadata no 41, valid to 2026-12-01)";
    assert!(words.iter().any(|words| words == said), "{words:?}");
}

#[test]
fn what_the_alliance_reports_weighs_as_it_should_and_only_a_rule_that_names_it_lifts_a_refusal() {
    let signing = Signing::for_host(metadata::HOST);
    let key = facts(UNLISTED);
    let rule = |condition: &str| {
        let text = format!("version = 1\n[[rule]]\n{condition}\nverdict = \"allow\"\nwhy = \"w\"");
        Policy::parse(&text, &Models::default()).expect("valid")
    };
    for (word, weight) in [
        ("REVOKED", Weight::Refusal),
        ("USER_VERIFICATION_BYPASS", Weight::Refusal),
        ("ATTESTATION_KEY_COMPROMISE", Weight::Refusal),
        ("USER_KEY_REMOTE_COMPROMISE", Weight::Refusal),
        ("USER_KEY_PHYSICAL_COMPROMISE", Weight::Warning),
        ("SOMETHING_NEW", Weight::Warning),
    ] {
        let models = models(&signing, &json!([{ "status": word }]));
        let verdict = judge_key(&key, &models, &Policy::default());
        assert_eq!(verdict.worst(), Some(weight), "{word}");
        assert!(models.is_advised_against(&key), "{word}");
        let found = |finding: &Finding| matches!(finding, Finding::Reported { .. });
        assert!(verdict.findings.iter().any(found), "{word}");
        let general = judge_key(&key, &models, &rule("every_key = true"));
        assert_eq!(general.admits(), weight == Weight::Warning, "{word}");
        let named = judge_key(&key, &models, &rule("status = [\"*\"]"));
        assert_eq!(named.worst(), Some(Weight::Note), "{word}");
    }
}

#[test]
fn a_model_that_vouches_in_one_way_only_is_judged_by_it_beforehand() {
    let signing = Signing::for_host(metadata::HOST);
    let models = models(&signing, &certified());
    let refusing = |kind: &str| {
        let text = format!(
            "version = 1\n[[rule]]\nattestation = [\"{kind}\"]\nverdict = \"refuse\"\nwhy = \"w\""
        );
        Policy::parse(&text, &models).expect("valid")
    };
    let key = facts(UNLISTED);
    assert!(!judge_key(&key, &models, &refusing("basic")).admits());
    assert!(judge_key(&key, &models, &refusing("self")).admits());
}

fn keydesk(data: &Path, arguments: &[&str]) -> (Option<i32>, Value, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_keydesk"))
        .args(["--json", "--data"])
        .arg(data)
        .args(arguments)
        .output()
        .expect("it runs");
    let text = String::from_utf8(output.stdout).expect("utf-8");
    let last = text.lines().last().expect("an outcome");
    let outcome = serde_json::from_str(last).expect("JSON");
    (output.status.code(), outcome, text)
}

#[test]
fn the_program_takes_no_metadata_but_that_of_the_alliance() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("blob.jwt");
    let data = dir.path().join("data");
    let name = file.display().to_string();
    let signing = Signing::for_host(metadata::HOST);
    for (blob, code, word) in [
        (
            signing.sign(&payload(41, &certified())),
            3,
            "metadata-untrusted",
        ),
        (b"<html>".to_vec(), 2, "no-metadata"),
    ] {
        std::fs::write(&file, blob).expect("written");
        let (exit, outcome, all) = keydesk(&data, &["metadata", "import", &name]);
        assert_eq!(exit, Some(code), "{all}");
        assert_eq!(outcome["code"], word, "{all}");
    }
    assert!(!data.exists(), "a refused blob must leave nothing behind");
    let (exit, outcome, _) = keydesk(&data, &["metadata", "show"]);
    assert_eq!(
        (exit, &outcome["facts"]["metadata"]),
        (Some(0), &Value::Null)
    );
}

#[test]
fn the_program_shows_what_was_imported() {
    let dir = tempfile::tempdir().expect("a folder");
    let signing = Signing::for_host(metadata::HOST);
    let blob = signing.sign(&payload(41, &certified()));
    import(dir.path(), &blob, &signing.root, now()).expect("imported");
    assert!(look(dir.path()).is_some());
    let (exit, outcome, all) = keydesk(dir.path(), &["metadata", "show"]);
    assert_eq!(
        (exit, &outcome["facts"]["models"]),
        (Some(0), &json!(2)),
        "{all}"
    );
    let (exit, _, all) = keydesk(dir.path(), &["metadata", "show", UNLISTED]);
    assert_eq!(exit, Some(0), "{all}");
    assert!(
        all.contains("Key Nine") && all.contains("2026-01-01"),
        "{all}"
    );
    let unknown = "00000000-0000-4000-8000-00000000000f";
    let (exit, outcome, _) = keydesk(dir.path(), &["metadata", "show", unknown]);
    assert_eq!((exit, &outcome["code"]), (Some(3), &json!("not-listed")));
}

/// Every FIDO2 model of a release as the FIDO Alliance publishes it, put through the whole import.
#[test]
#[ignore = "needs a release of the metadata as JSON: run tests/metadata/run"]
fn every_fido2_model_of_a_release_gets_a_name_and_a_verdict() {
    let path =
        std::env::var_os("KEYDESK_METADATA_JSON").expect("the file, from tests/metadata/run");
    let text = std::fs::read_to_string(path).expect("read");
    let release: Value = serde_json::from_str(&text).expect("JSON");
    let entries = release["entries"].as_array().expect("entries");
    let fido2: Vec<&Value> = entries
        .iter()
        .filter(|e| e.get("aaguid").is_some())
        .collect();
    let signing = Signing::for_host(metadata::HOST);
    let catalogue = verify(&signing.sign(&release), &signing.root, now()).expect("valid");
    assert_eq!(catalogue.models().len(), fido2.len());
    let unknown_word = catalogue
        .models()
        .flat_map(|(_, listing)| &listing.reports)
        .find(|report| matches!(report.status, Status::Other(_)));
    assert_eq!(unknown_word, None, "a status that has no meaning here");
    let models = Models::shipped().expect("the list parses");
    let models = models.with_catalogue(Some(Arc::new(catalogue)));
    let mut counted = [0_usize; 3];
    let mut refused = Vec::new();
    for entry in &fido2 {
        let aaguid = entry["aaguid"].as_str().expect("a text");
        let key = KeyFacts {
            id: keydesk::domain::KeyId {
                aaguid: aaguid.parse().expect("an AAGUID"),
                serial: None,
                asset_tag: None,
            },
            ..facts_once().clone()
        };
        let name = models.name(key.id.aaguid).expect("a name");
        assert!(!name.trim().is_empty(), "{aaguid}");
        let verdict = judge_key(&key, &models, &Policy::default());
        assert!(
            !verdict.findings.contains(&Finding::UnknownModel),
            "{aaguid}"
        );
        match verdict.worst().expect("a verdict") {
            Weight::Note => counted[0] += 1,
            Weight::Warning => counted[1] += 1,
            Weight::Refusal => {
                counted[2] += 1;
                refused.push(aaguid.to_owned());
            }
        }
        let reports = entry["statusReports"].as_array().expect("reports");
        let says = |word: &str| {
            let stated = |r: &Value| r["status"].as_str().is_some_and(|s| s.starts_with(word));
            reports.iter().any(stated)
        };
        assert_eq!(
            models.certification(key.id.aaguid).is_some(),
            says("FIDO_CERTIFIED"),
            "{aaguid}"
        );
        assert_eq!(!verdict.admits(), says("REVOKED"), "{aaguid}");
    }
    assert!(
        !refused.is_empty(),
        "this release revokes nothing: the test shows less than it should"
    );
    eprintln!(
        "{} FIDO2 models of metadata no {}: {} in order, {} with warnings, {} refused ({})",
        fido2.len(),
        release["no"],
        counted[0],
        counted[1],
        counted[2],
        refused.join(", ")
    );
}

fn facts_once() -> &'static KeyFacts {
    static FACTS: std::sync::OnceLock<KeyFacts> = std::sync::OnceLock::new();
    FACTS.get_or_init(|| facts(UNLISTED))
}
