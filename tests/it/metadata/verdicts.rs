//! What the metadata means for a key.

use std::sync::Arc;

use keydesk::bay::Bay;
use keydesk::bay::soft::{Profile, SoftKey};
use keydesk::domain::KeyFacts;
use keydesk::domain::models::{Models, Status};
use keydesk::domain::policy::{Finding, Policy, Weight, judge_key};
use keydesk::metadata::{self, verify};
use keydesk::station::slots::Slots;
use keydesk::text::english;
use serde_json::{Value, json};

use super::{Signing, UNLISTED, YUBIKEY, certified, now, payload};

fn facts(aaguid: &str) -> KeyFacts {
    let (bay, plug) = Bay::soft();
    let key = SoftKey::new(Profile::yubikey_5_nfc());
    plug.plug_key(keydesk::domain::UsbPath::new("1-1"), &key);
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
    let words: Vec<_> = verdict
        .findings
        .iter()
        .map(|found| english().finding(found))
        .collect();
    let said = "FIDO certified L2 (metadata no 41)";
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
