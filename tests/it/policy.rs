//! Which keys are allowed: rules at work in whole enrolments, and policies with mistakes at the command line.

use std::path::Path;
use std::process::Command;

use keydesk::bay::Cancel;
use keydesk::domain::models::Models;
use keydesk::domain::policy::{Finding, Policy, Ruling};
use keydesk::record::Remains;
use keydesk::store::audit;
use keydesk::workflow::dialogue::{Ending, Event, Note};
use keydesk::workflow::{self, How, Stop};

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::scenarios::{SLOT, desk, fresh_key, person, world_ruled_by};

fn refusing(condition: &str) -> String {
    format!(
        "version = 1\n[[rule]]\nname = \"no\"\n{condition}\nverdict = \"refuse\"\nwhy = \"not here\"\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_a_rule_refuses_stays_as_it_was_and_the_reason_is_told() {
    let world = world_ruled_by(&refusing("model = [\"YubiKey 5*\"]")).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    let (mut desk, face) = desk(&world, &Cancel::default());
    let stop = workflow::enrol(&mut desk, &person(1))
        .await
        .expect_err("refused");
    assert!(
        matches!(&stop, Stop::KeyRefused(why) if why.to_string().contains("not here")),
        "{stop:?}"
    );
    let told = face.events().into_iter().any(|event| match event {
        Event::StepDone {
            note: Note::Verdict { verdict },
            ..
        } => verdict.findings.iter().any(|finding| {
            matches!(finding, Finding::Rule { ruling: Ruling::Refuse, why, .. } if why.en == "not here")
        }),
        _ => false,
    });
    assert!(told, "{:?}", face.events());
    assert!(key.credentials().is_empty());
    assert!(world.station.store().unfinished().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_is_not_vouched_for_as_demanded_is_deleted_again() {
    let world = world_ruled_by(&refusing("attestation = [\"basic\"]")).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    let (mut desk, _) = desk(&world, &Cancel::default());
    let stop = workflow::enrol(&mut desk, &person(1))
        .await
        .expect_err("refused");
    assert!(matches!(stop.cause(), Stop::KeyRefused(_)), "{stop:?}");
    assert_eq!(stop.remains(), Remains::CredentialDeleted);
    assert!(key.credentials().is_empty());
    assert!(world.station.store().unfinished().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_by_attestation_is_not_forgotten_by_a_power_cut() {
    let world = world_ruled_by(&refusing("attestation = [\"basic\"]")).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    let (inner, _) = desk(&world, &Cancel::default());
    let mut faulty = FaultyDesk::at(inner, "delete_credential", Mishap::StopsBefore);
    let stopped = faulty.stopped();
    let who = person(1);
    tokio::select! {
        ended = workflow::enrol(&mut faulty, &who) => panic!("not stopped: {ended:?}"),
        () = stopped.notified() => {}
    }
    drop(faulty);
    assert_eq!(key.credentials().len(), 1);
    let work = world.station.store().unfinished().expect("read");
    let work = work.into_iter().next().expect("unfinished work");
    let (mut desk, _) = desk(&world, &Cancel::default());
    let ending = workflow::resolve(&mut desk, work, How::WithKey).await;
    assert!(
        matches!(
            ending,
            Ok(Ending::Resolved {
                remains: Remains::CredentialDeleted
            })
        ),
        "{ending:?}"
    );
    assert!(key.credentials().is_empty());
    let here = world.station.store().enrolments_of(&who);
    assert!(here.expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_records_which_policy_admitted_the_key() {
    let rules = refusing("attestation = [\"none\", \"self\"]");
    let policy = Policy::parse(&rules, &Models::shipped().expect("the list parses"));
    let digest = policy.expect("a valid policy").digest().cloned();
    assert!(digest.is_some());
    let world = world_ruled_by(&rules).await;
    world.rack.put(SLOT, &fresh_key());
    let (mut desk, _) = desk(&world, &Cancel::default());
    let ending = workflow::enrol(&mut desk, &person(1))
        .await
        .expect("enrolled");
    assert!(matches!(ending, Ending::Enrolled { .. }), "{ending:?}");
    let recorded = audit::records(&world.data())
        .expect("a journal")
        .filter_map(|entry| match entry.expect("whole").record.change {
            keydesk::record::Change::IntentBegun { intent } => Some(intent.policy),
            _ => None,
        });
    assert_eq!(recorded.collect::<Vec<_>>(), [digest]);
}

fn key_list(folder: &Path, policy: &str) -> (Option<i32>, String) {
    let rules = folder.join("policy.toml");
    std::fs::write(&rules, policy).expect("written");
    let config = folder.join("station.toml");
    let text = format!("version = 1\npolicy = {:?}\n", rules.display().to_string());
    std::fs::write(&config, text).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_keydesk"))
        .arg("--data")
        .arg(folder.join("data"))
        .arg("--config")
        .arg(&config)
        .args(["--json", "key", "list"])
        .output()
        .expect("it runs");
    let text = String::from_utf8(output.stdout).expect("utf-8");
    (output.status.code(), text)
}

#[test]
fn a_policy_with_mistakes_is_refused_with_file_and_line_of_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, said) = key_list(
        folder.path(),
        "version = 1\n\n[[rule]]\nverdict = \"warn\"\nwhy = \"a\"\nfirmware = \"> 5, < 4\"\n\n\
         [[rule]]\nverdict = \"warn\"\nwhy = \"b\"\n",
    );
    assert_eq!(code, Some(2), "{said}");
    for place in [
        "policy.toml:3: the rule never matches",
        "policy.toml:8: the rule has no",
    ] {
        assert!(said.contains(place), "{said}");
    }
}

#[test]
fn the_example_policy_is_accepted() {
    let folder = tempfile::tempdir().expect("a folder");
    let example = include_str!("../../assets/examples/policy.toml");
    let (code, said) = key_list(folder.path(), example);
    assert_eq!(code, Some(0), "{said}");
}
