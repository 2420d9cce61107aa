use super::*;
use crate::domain::key::{Aaguid, KeyId};

/// YubiKey 5 NFC, certified at level 2.
const YUBIKEY: &str = "a25342c0-3cdc-4414-8e46-f4807fca511c";
const EXAMPLE: &str = include_str!("../../../../../assets/examples/policy.toml");

fn models() -> Models {
    Models::shipped().expect("the list parses")
}

fn aaguid(text: &str) -> Aaguid {
    text.parse().expect("an AAGUID")
}

fn key(model: &str, firmware: Option<u64>) -> KeyFacts {
    KeyFacts {
        id: KeyId {
            aaguid: aaguid(model),
            ..KeyFacts::sample().id
        },
        versions: vec!["FIDO_2_0".to_owned(), "FIDO_2_1".to_owned()],
        firmware,
        extensions: vec!["credProtect".to_owned()],
        ..KeyFacts::sample()
    }
}

fn policy(rules: &str) -> Policy {
    Policy::parse(&format!("version = 1\n{rules}"), &models()).expect("a valid policy")
}

fn names(verdict: &Verdict) -> Vec<String> {
    let rule = |finding: &Finding| match finding {
        Finding::Rule { rule, .. } => Some(rule.clone()),
        _ => None,
    };
    verdict.findings.iter().filter_map(rule).collect()
}

#[test]
fn without_rules_the_station_warns_by_what_it_knows() {
    let verdict = judge_key(
        &key(YUBIKEY, Some(0x05_04_03)),
        &models(),
        &Policy::default(),
    );
    assert_eq!(verdict.worst(), Some(Weight::Warning));
    let found = |wanted: fn(&Finding) -> bool| verdict.findings.iter().any(wanted);
    assert!(found(|f| *f == Finding::TestedModel));
    assert!(found(|f| matches!(f, Finding::Advisory { .. })));
    assert!(found(
        |f| matches!(f, Finding::Certified { level, .. } if level.as_str() == "L2")
    ));
    assert_eq!(verdict.findings.len(), 3);
}

#[test]
fn the_most_severe_of_all_matching_rules_counts() {
    let policy = policy(
        "[[rule]]\nname = \"a\"\nmodel = [\"YubiKey*\"]\nverdict = \"warn\"\nwhy = \"one\"\n\
         [[rule]]\nname = \"b\"\nfirmware = \"< 5.7\"\nverdict = \"refuse\"\nwhy = \"two\"\n\
         [[rule]]\nname = \"c\"\nlacks = [\"pin\"]\nverdict = \"refuse\"\nwhy = \"three\"\n",
    );
    let verdict = judge_key(&key(YUBIKEY, Some(0x05_04_03)), &models(), &policy);
    assert!(!verdict.admits());
    assert_eq!(names(&verdict), ["b", "a"]);
    let said = verdict.refusal().to_string();
    assert!(said.contains("two") && !said.contains("one"), "{said}");
    let newer = judge_key(&key(YUBIKEY, Some(0x05_07_01)), &models(), &policy);
    assert_eq!(names(&newer), ["a"]);
    assert!(newer.admits());
}

#[test]
fn an_allow_rule_exempts_from_what_follows_and_lifts_warnings() {
    let rules = "[[rule]]\nname = \"old\"\nfirmware = \">= 5.4, < 5.5\"\nverdict = \"allow\"\nwhy = \"kept\"\n\
         [[rule]]\nname = \"no\"\nevery_key = true\nverdict = \"refuse\"\nwhy = \"none\"\n";
    let verdict = judge_key(&key(YUBIKEY, Some(0x05_04_03)), &models(), &policy(rules));
    assert_eq!(verdict.worst(), Some(Weight::Note), "{verdict:?}");
    assert_eq!(names(&verdict), ["old"]);
    let lifted = verdict.findings.iter().any(|finding| {
        matches!(finding, Finding::Lifted { what } if matches!(**what, Finding::Advisory { .. }))
    });
    assert!(lifted, "{verdict:?}");
    let other = judge_key(&key(YUBIKEY, Some(0x05_07_01)), &models(), &policy(rules));
    assert_eq!(names(&other), ["no"]);
}

#[test]
fn no_rule_makes_a_key_usable_that_cannot_do_the_job() {
    let all = policy("[[rule]]\nevery_key = true\nverdict = \"allow\"\nwhy = \"all\"\n");
    let u2f = KeyFacts {
        versions: vec!["U2F_V2".to_owned()],
        ..key(YUBIKEY, None)
    };
    let no_pin = KeyFacts {
        pin_set: None,
        ..key(YUBIKEY, None)
    };
    let blocked = KeyFacts {
        pin_set: Some(true),
        pin_retries: Some(0),
        ..key(YUBIKEY, None)
    };
    for key in [u2f, no_pin, blocked] {
        assert!(!judge_key(&key, &models(), &all).admits(), "{key:?}");
    }
    assert!(judge_key(&key(YUBIKEY, None), &models(), &all).admits());
}

#[test]
fn firmware_and_certification_that_are_not_stated_count_as_the_weakest() {
    let policy = policy(
        "[[rule]]\nname = \"old\"\nfirmware = \"< 5.7\"\nverdict = \"refuse\"\nwhy = \"old\"\n\
         [[rule]]\nname = \"weak\"\ncertification = \"< L1\"\nverdict = \"refuse\"\nwhy = \"weak\"\n",
    );
    let unknown = key("00000000-0000-0000-0000-000000000001", None);
    let verdict = judge_key(&unknown, &models(), &policy);
    assert_eq!(names(&verdict), ["old", "weak"]);
}

#[test]
fn the_maker_of_an_unlisted_model_is_told_by_its_usb_vendor_id() {
    let policy =
        policy("[[rule]]\nname = \"y\"\nmaker = [\"Yubico\"]\nverdict = \"refuse\"\nwhy = \"y\"\n");
    let unlisted = KeyFacts {
        vendor_id: 0x1050,
        ..key("00000000-0000-0000-0000-000000000001", Some(0x05_02_00))
    };
    let verdict = judge_key(&unlisted, &models(), &policy);
    assert_eq!(names(&verdict), ["y"]);
    let advised = |finding: &Finding| matches!(finding, Finding::Advisory { .. });
    assert!(verdict.findings.iter().any(advised));
    let foreign = key("00000000-0000-0000-0000-000000000001", None);
    assert!(judge_key(&foreign, &models(), &policy).admits());
}

#[test]
fn features_and_versions_are_looked_at() {
    let policy = policy(
        "[[rule]]\nname = \"f\"\nlacks = [\"cred-protect\", \"credential-management\"]\nverdict = \"refuse\"\nwhy = \"f\"\n\
         [[rule]]\nname = \"v\"\nctap = \"< 2.1\"\nverdict = \"refuse\"\nwhy = \"v\"\n\
         [[rule]]\nname = \"e\"\nhas = [\"enterprise-attestation\", \"pin\"]\nverdict = \"refuse\"\nwhy = \"e\"\n",
    );
    let good = key(YUBIKEY, Some(0x05_07_01));
    assert!(judge_key(&good, &models(), &policy).admits());
    let plain = KeyFacts {
        extensions: Vec::new(),
        ..good.clone()
    };
    let old = KeyFacts {
        versions: vec!["FIDO_2_0".to_owned(), "FIDO_2_1_PRE".to_owned()],
        ..good.clone()
    };
    let enterprise = KeyFacts {
        enterprise_attestation: true,
        ..good
    };
    for (key, rule) in [(plain, "f"), (old, "v"), (enterprise, "e")] {
        assert_eq!(names(&judge_key(&key, &models(), &policy)), [rule]);
    }
}

#[test]
fn the_example_does_what_its_comments_say() {
    let policy = Policy::parse(EXAMPLE, &models()).expect("the example is valid");
    assert!(
        policy
            .digest()
            .is_some_and(|digest| digest.as_ref().len() == 32)
    );
    let judged = |firmware| judge_key(&key(YUBIKEY, Some(firmware)), &models(), &policy);
    assert_eq!(names(&judged(0x05_04_03)), ["control-room"]);
    assert_eq!(judged(0x05_04_03).worst(), Some(Weight::Note));
    assert_eq!(names(&judged(0x05_02_06)), ["copyable"]);
    assert!(!judged(0x05_02_06).admits());
    assert_eq!(judged(0x05_07_01).worst(), Some(Weight::Note));
}

#[test]
fn how_a_key_vouches_is_judged_once_it_is_known() {
    let policy = Policy::parse(EXAMPLE, &models()).expect("the example is valid");
    let key = key(YUBIKEY, Some(0x05_07_01));
    assert_eq!(
        judge_key(&key, &models(), &policy).worst(),
        Some(Weight::Note)
    );
    let made = |attestation| judge_attestation(&key, &models(), &policy, attestation);
    assert_eq!(names(&made(Attestation::SelfSigned)), ["unproven"]);
    assert!(!made(Attestation::None).admits());
    assert!(made(Attestation::Basic).findings.is_empty());
}
