//! What the registry's own verifier refuses, however honest the rest looks.

use keydesk::domain::authority::Role;
use keydesk::domain::key::ModelBy;
use keydesk::domain::{Aaguid, Bytes, PersonId};
use keydesk::server::config::{AttestationPolicy, AttestationRoot};
use keydesk::server::{ServeConfig, Server, admin};
use keydesk::wire::{EnrolmentPush, OperatorEnrolment, Push};
use proptest::prelude::*;

use super::authenticator::{Attested, Authenticator, BE, Chain, UP, UV};
use super::world::{World, config, refused, write};

type Lie = fn(&mut Authenticator);

const HONEST: Lie = |_| {};

/// Pushes an enrolment whose registration and assertion were made by a key that lies in one thing; then an honest one
/// on the same offer, so that the refusal is of that one thing, and leaves nothing behind.
async fn refusal_of(register: Lie, sign: Lie) -> String {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let mut key = Authenticator::new(1);
    register(&mut key);
    let mut push = world.enrolment(&offer, &mut key);
    let mut signer = Authenticator::new(1);
    signer.user_handle = Some(offer.creation.user.id.clone());
    signer.counter = key.counter;
    sign(&mut signer);
    push.body.assertion = signer.sign(&offer.test, &offer.origin);
    let code = refused(world.push(&push).await);
    assert_eq!(world.keys_of("p-1").await, 0);
    let honest = world.enrolment(&offer, &mut Authenticator::new(1));
    world.push(&honest).await.unwrap();
    code
}

#[tokio::test]
async fn a_registration_that_lies_in_one_thing_is_refused_for_that_thing() {
    let lies: [(&str, Lie); 9] = [
        ("challenge-mismatch", |key| {
            key.challenge = Some(Bytes(vec![9; 32]))
        }),
        ("response-malformed", |key| {
            key.client_data_type = Some("webauthn.get")
        }),
        ("origin-mismatch", |key| key.cross_origin = true),
        ("rp-mismatch", |key| {
            key.rp_id = Some("evil.example".to_owned())
        }),
        ("user-not-verified", |key| key.flags = UP),
        ("user-not-present", |key| key.flags = UV),
        ("not-device-bound", |key| key.flags = UP | UV | BE),
        ("algorithm-refused", |key| key.algorithm = -35),
        ("response-malformed", |key| key.id = vec![1; 1024]),
    ];
    for (code, lie) in lies {
        assert_eq!(refusal_of(lie, HONEST).await, code);
    }
}

#[tokio::test]
async fn an_assertion_that_lies_in_one_thing_is_refused_for_that_thing() {
    let lies: [(&str, Lie); 8] = [
        ("challenge-mismatch", |key| {
            key.challenge = Some(Bytes(vec![9; 32]))
        }),
        ("response-malformed", |key| {
            key.client_data_type = Some("webauthn.create")
        }),
        ("origin-mismatch", |key| key.cross_origin = true),
        ("rp-mismatch", |key| {
            key.rp_id = Some("evil.example".to_owned())
        }),
        ("user-not-verified", |key| key.flags = UP),
        ("user-not-present", |key| key.flags = UV),
        ("credential-unknown", |key| {
            key.user_handle = Some(Bytes(vec![1; 32]))
        }),
        ("counter-regressed", |key| key.counter = 0),
    ];
    for (code, lie) in lies {
        assert_eq!(refusal_of(HONEST, lie).await, code);
    }
}

#[tokio::test]
async fn an_assertion_by_another_key_does_not_prove_this_one() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let mut key = Authenticator::new(1);
    let mut push = world.enrolment(&offer, &mut key);
    let mut other = Authenticator::new(2);
    other.id = key.id.clone();
    other.counter = 10;
    push.body.assertion = other.sign(&offer.test, &offer.origin);
    assert_eq!(refused(world.push(&push).await), "signature-invalid");
}

#[tokio::test]
async fn only_the_very_origin_is_taken_not_a_url_of_it() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    for origin in [
        "https://evil.example",
        "http://iamconnected.example",
        "https://iamconnected.example:444",
        "https://iamconnected.example/path",
        "https://sub.iamconnected.example",
    ] {
        let mut key = Authenticator::new(1);
        let mut push = world.enrolment(&offer, &mut key);
        push.body.registration = key.register(&offer.creation, origin);
        assert_eq!(
            refused(world.push(&push).await),
            "origin-mismatch",
            "{origin}"
        );
    }
}

/// Replaces the first occurrence of `old` in the attestation object.
fn tamper(push: &mut Push<EnrolmentPush>, old: &[u8], new: &[u8]) {
    let object = &mut push.body.registration.response.attestation_object.0;
    let at = object
        .windows(old.len())
        .position(|part| part == old)
        .unwrap();
    object.splice(at..at + old.len(), new.iter().copied());
}

#[tokio::test]
async fn a_tampered_attestation_is_refused() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    for attested in [Attested::Own, Attested::Packed(Chain::new("Maker"))] {
        let mut key = Authenticator::new(1);
        key.attested = attested;
        let mut push = world.enrolment(&offer, &mut key);
        tamper(&mut push, &[0x42; 16], &[0x43; 16]);
        push.body.key.id.aaguid = Aaguid([0x43; 16]);
        assert_eq!(refused(world.push(&push).await), "attestation-invalid");
    }
    let mut key = Authenticator::new(1);
    let mut push = world.enrolment(&offer, &mut key);
    tamper(&mut push, b"packed", b"applee");
    assert_eq!(refused(world.push(&push).await), "attestation-invalid");
}

#[tokio::test]
async fn a_model_other_than_the_station_reports_is_refused() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let mut push = world.enrolment(&offer, &mut Authenticator::new(1));
    push.body.key.id.aaguid = Aaguid([0x43; 16]);
    assert_eq!(refused(world.push(&push).await), "response-malformed");
}

#[tokio::test]
async fn bytes_that_are_no_response_are_refused_and_the_registry_lives_on() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let honest = world.enrolment(&offer, &mut Authenticator::new(1));
    let whole = honest
        .body
        .registration
        .response
        .attestation_object
        .0
        .clone();
    let broken = [
        Vec::new(),
        vec![0xff; 64],
        vec![0x9f; 5000],
        whole.get(..whole.len() / 2).unwrap().to_vec(),
        whole.get(..whole.len() - 1).unwrap().to_vec(),
    ];
    for bytes in broken {
        let mut push = honest.clone();
        push.body.registration.response.attestation_object = Bytes(bytes);
        assert_eq!(refused(world.push(&push).await), "response-malformed");
    }
    let mut push = honest.clone();
    push.body.assertion.response.authenticator_data = Bytes(vec![0; 36]);
    assert_eq!(refused(world.push(&push).await), "response-malformed");
    let mut push = honest.clone();
    push.body.registration.id = Bytes(vec![5]);
    assert_eq!(refused(world.push(&push).await), "response-malformed");
    world.push(&honest).await.unwrap();
}

/// A world whose policy knows the root of `chain`, for these models.
async fn trusting(policy: AttestationPolicy, chain: &Chain, aaguids: Vec<Aaguid>) -> World {
    let roots = tempfile::tempdir().unwrap();
    let file = write(roots.path(), "root.pem", &chain.root_pem);
    let mut own = Authenticator::new(200);
    own.attested = Attested::Packed(chain.clone());
    let change = |config: &mut ServeConfig| {
        config.attestation.policy = policy;
        config.attestation.roots = vec![AttestationRoot { file, aaguids }];
    };
    World::of_operator(change, &mut own).await
}

async fn outcome(
    world: &World,
    seed: u8,
    attested: Attested,
    aaguid: Aaguid,
) -> Result<(), String> {
    let offer = world.offer("p-1").await;
    let mut key = Authenticator::new(seed);
    key.attested = attested;
    key.aaguid = aaguid;
    let push = world.enrolment(&offer, &mut key);
    match world.push(&push).await {
        Ok(_) => Ok(()),
        refusal => Err(refused(refusal)),
    }
}

const MODEL: Aaguid = Aaguid([0x42; 16]);
const OTHER_MODEL: Aaguid = Aaguid([0x43; 16]);

#[tokio::test]
async fn where_attestation_is_required_only_a_chain_to_a_given_root_is_taken() {
    let (known, unknown) = (Chain::new("Known"), Chain::new("Unknown"));
    let world = trusting(AttestationPolicy::Require, &known, Vec::new()).await;
    let untrusted = Err("attestation-untrusted".to_owned());
    assert_eq!(outcome(&world, 1, Attested::None, MODEL).await, untrusted);
    assert_eq!(outcome(&world, 2, Attested::Own, MODEL).await, untrusted);
    assert_eq!(
        outcome(&world, 3, Attested::Packed(unknown.clone()), MODEL).await,
        untrusted
    );
    assert_eq!(
        outcome(&world, 4, Attested::U2f(unknown), Aaguid::default()).await,
        untrusted
    );
    assert_eq!(
        outcome(&world, 5, Attested::Packed(known.clone()), MODEL).await,
        Ok(())
    );
    assert_eq!(
        outcome(&world, 6, Attested::U2f(known), Aaguid::default()).await,
        Ok(())
    );
}

#[tokio::test]
async fn a_root_for_one_model_vouches_for_no_other() {
    let chain = Chain::new("Known");
    let world = trusting(AttestationPolicy::Require, &chain, vec![MODEL]).await;
    let untrusted = Err("attestation-untrusted".to_owned());
    assert_eq!(
        outcome(&world, 1, Attested::Packed(chain.clone()), OTHER_MODEL).await,
        untrusted
    );
    assert_eq!(
        outcome(&world, 2, Attested::Packed(chain), MODEL).await,
        Ok(())
    );
}

#[tokio::test]
async fn under_verify_a_known_model_must_prove_itself_and_any_other_key_is_taken() {
    let (known, unknown) = (Chain::new("Known"), Chain::new("Unknown"));
    let world = trusting(AttestationPolicy::Verify, &known, vec![MODEL]).await;
    let untrusted = Err("attestation-untrusted".to_owned());
    assert_eq!(outcome(&world, 1, Attested::None, MODEL).await, untrusted);
    assert_eq!(
        outcome(&world, 2, Attested::Packed(unknown.clone()), MODEL).await,
        untrusted
    );
    assert_eq!(
        outcome(&world, 3, Attested::Packed(known), MODEL).await,
        Ok(())
    );
    assert_eq!(
        outcome(&world, 4, Attested::Packed(unknown), OTHER_MODEL).await,
        Ok(())
    );
    assert_eq!(
        outcome(&world, 5, Attested::None, OTHER_MODEL).await,
        Ok(())
    );
}

#[tokio::test]
async fn by_default_any_key_is_taken_attested_or_not() {
    let world = World::new().await;
    let chain = Chain::new("Unknown");
    assert_eq!(outcome(&world, 1, Attested::None, MODEL).await, Ok(()));
    assert_eq!(outcome(&world, 2, Attested::Own, MODEL).await, Ok(()));
    assert_eq!(
        outcome(&world, 3, Attested::Packed(chain.clone()), MODEL).await,
        Ok(())
    );
    assert_eq!(
        outcome(&world, 4, Attested::U2f(chain), Aaguid::default()).await,
        Ok(())
    );
}

#[tokio::test]
async fn an_operator_s_own_key_must_prove_itself_where_people_s_must() {
    let (known, unknown) = (Chain::new("Known"), Chain::new("Unknown"));
    let world = trusting(AttestationPolicy::Require, &known, Vec::new()).await;
    for attested in [Attested::None, Attested::Own, Attested::Packed(unknown)] {
        let code = admin::new_operator_code(&world.db(), "N. Ew", Role::HelpDesk).await;
        let code = code.unwrap().code;
        let offer = world
            .client
            .operator_enrolment_options(&code)
            .await
            .unwrap();
        let mut key = Authenticator::new(9);
        key.attested = attested;
        let registration = key.register(&offer.creation, &offer.origin);
        let enrolment = OperatorEnrolment { code, registration };
        let refusal = world.client.enrol_operator(&enrolment).await;
        assert_eq!(refused(refusal.map(drop)), "attestation-untrusted");
    }
}

/// On whose word the person's newest key is of its model.
async fn model_by(world: &World) -> Option<ModelBy> {
    let person = PersonId::new("p-1");
    let page = world.client.person(&world.session, &person).await.unwrap();
    page.credentials.last().unwrap().model_by
}

#[tokio::test]
async fn a_model_that_its_maker_vouches_for_is_told_from_one_that_is_only_said() {
    let (known, unknown) = (Chain::new("Known"), Chain::new("Unknown"));
    let world = trusting(AttestationPolicy::Any, &known, Vec::new()).await;
    for (seed, attested) in [
        (1, Attested::None),
        (2, Attested::Own),
        (3, Attested::Packed(unknown)),
    ] {
        outcome(&world, seed, attested, MODEL).await.unwrap();
        assert_eq!(model_by(&world).await, Some(ModelBy::Said));
    }
    outcome(&world, 4, Attested::Packed(known.clone()), MODEL)
        .await
        .unwrap();
    assert_eq!(model_by(&world).await, Some(ModelBy::Maker));
    // A chain that names no model vouches for none, whatever the station reports.
    let offer = world.offer("p-1").await;
    let mut key = Authenticator::new(5);
    key.attested = Attested::U2f(known);
    key.aaguid = Aaguid::default();
    let mut push = world.enrolment(&offer, &mut key);
    push.body.key.id.aaguid = OTHER_MODEL;
    world.push(&push).await.unwrap();
    assert_eq!(model_by(&world).await, Some(ModelBy::Said));
}

/// A world whose registry has these rules.
async fn ruled(rules: &str) -> World {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "policy.toml", format!("version = 1\n{rules}"));
    World::with(|config| config.policy = Some(file)).await
}

#[tokio::test]
async fn the_registry_refuses_by_rules_of_its_own_whatever_a_station_allows() {
    let rule = |what: &str| {
        format!(
            "[[rule]]\nname = 'ours'\n{what}\nverdict = 'refuse'\nwhy = {{ en = 'not here' }}\n"
        )
    };
    let world = ruled(&rule("aaguid = ['43434343-4343-4343-4343-434343434343']")).await;
    let refusal = outcome(&world, 1, Attested::Own, OTHER_MODEL).await;
    assert_eq!(refusal, Err("key-refused".to_owned()));
    assert_eq!(outcome(&world, 2, Attested::Own, MODEL).await, Ok(()));
    let mut own = Authenticator::new(9);
    own.aaguid = OTHER_MODEL;
    let code = admin::new_operator_code(&world.db(), "N. Ew", Role::HelpDesk).await;
    let code = code.unwrap().code;
    let offer = world
        .client
        .operator_enrolment_options(&code)
        .await
        .unwrap();
    let registration = own.register(&offer.creation, &offer.origin);
    let enrolment = OperatorEnrolment { code, registration };
    assert_eq!(
        refused(world.client.enrol_operator(&enrolment).await.map(drop)),
        "key-refused"
    );
    let world = ruled(&rule("attestation = ['none']")).await;
    let refusal = outcome(&world, 1, Attested::None, MODEL).await;
    assert_eq!(refusal, Err("key-refused".to_owned()));
    assert_eq!(outcome(&world, 2, Attested::Own, MODEL).await, Ok(()));
}

#[tokio::test]
async fn a_rule_by_which_a_registry_cannot_judge_is_named_when_it_starts() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = config(dir.path());
    let rules = "version = 1\n[[rule]]\nname = 'old'\nctap = '< 2.1'\nverdict = 'refuse'\nwhy = { en = 'old' }\n";
    settings.policy = Some(write(dir.path(), "policy.toml", rules));
    let refusal = Server::start(settings).await.unwrap_err().to_string();
    assert!(
        refusal.contains("policy.toml") && refusal.contains("\"old\""),
        "{refusal}"
    );
}

/// Changes one byte.
fn flip(bytes: &mut Bytes, at: usize, by: u8) {
    let length = bytes.0.len();
    if let Some(byte) = bytes.0.get_mut(at % length) {
        *byte ^= by;
    }
}

#[test]
fn no_byte_of_an_honest_response_can_be_changed() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (world, honest) = runtime.block_on(async {
        let world = World::new().await;
        let offer = world.offer("p-1").await;
        let push = world.enrolment(&offer, &mut Authenticator::new(1));
        (world, push)
    });
    // The names of an attestation object's members: a lenient reader takes byte strings for texts.
    for at in 0..32 {
        for bit in 0..8 {
            let mut push = honest.clone();
            let object = &mut push.body.registration.response.attestation_object;
            flip(object, at, 1 << bit);
            runtime.block_on(async { refused(world.push(&push).await) });
        }
    }
    let config = ProptestConfig::with_cases(200);
    proptest!(config, |(part in 0..5usize, at in any::<usize>(), by in 1u8..)| {
        let mut push = honest.clone();
        let (registration, assertion) = (
            &mut push.body.registration.response,
            &mut push.body.assertion.response,
        );
        let bytes = match part {
            0 => &mut registration.attestation_object,
            1 => &mut registration.client_data_json,
            2 => &mut assertion.authenticator_data,
            3 => &mut assertion.client_data_json,
            _ => &mut assertion.signature,
        };
        flip(bytes, at, by);
        runtime.block_on(async {
            // A panic in the verifier would show as a registry that can't be reached.
            refused(world.push(&push).await);
        });
    });
    runtime.block_on(async { world.push(&honest).await.unwrap() });
}
