//! Who gets in, and what HTTP itself is answered: every refusal is problem details.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use keydesk::domain::StationId;
use keydesk::domain::authority::Role;
use keydesk::registry::{RegistryError, StationKey};
use keydesk::server::admin;
use keydesk::wire::OfferFault;
use reqwest::{Method, StatusCode};

use super::authenticator::Authenticator;
use super::world::{World, client_of, entry, problem, refused};

#[tokio::test]
async fn without_a_token_or_a_session_nothing_is_told() {
    let world = World::new().await;
    let base = format!("{}/v1", world.running.base_url);
    let http = reqwest::Client::new();
    let routes = [
        (Method::GET, "people?q=example"),
        (Method::GET, "people/p-1"),
        (Method::GET, "people/expected?day=2026-11-22"),
        (Method::POST, "people/p-1/offers"),
        (Method::POST, "people/p-1/tests/options"),
        (Method::POST, "tickets"),
        (Method::POST, "enrolments"),
        (Method::POST, "tests"),
        (Method::POST, "sessions/options"),
        (Method::POST, "sessions"),
        (Method::DELETE, "sessions/current"),
        (Method::POST, "operators/enrolment/options"),
        (Method::POST, "operators/enrolment"),
    ];
    for (method, path) in routes {
        let request = http
            .request(method, format!("{base}/{path}"))
            .bearer_auth("guessed")
            .header("keydesk-session", "guessed");
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        assert_eq!(
            problem(response).await,
            (401, "token-refused".to_owned()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_station_s_code_is_good_for_one_station() {
    let world = World::new().await;
    let code = admin::new_station_code(&world.db(), "Desk 3")
        .await
        .unwrap();
    let client = client_of(&world.running.base_url, None);
    let key = StationKey::generate().unwrap();
    let typed = code.code.expose().to_lowercase().replace('-', " ").into();
    client.join(&typed, "Desk 3", &key).await.unwrap();
    let again = client
        .join(&code.code, "Desk 4", &StationKey::generate().unwrap())
        .await;
    assert_eq!(refused(again), "code-refused");
    let code = admin::new_station_code(&world.db(), "Desk 4")
        .await
        .unwrap();
    assert_eq!(
        refused(client.join(&code.code, "Desk 4", &key).await),
        "station-known"
    );
}

#[tokio::test]
async fn an_access_token_ends_and_the_client_gets_another() {
    let world = World::new().await;
    world.sql("UPDATE access_token SET expires_ms = 0").await;
    assert!(
        world
            .client
            .find_people(&world.session, "example", 5)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn who_guesses_codes_must_wait() {
    let world = World::new().await;
    let client = client_of(&world.running.base_url, None);
    let key = StationKey::generate().unwrap();
    for _ in 0..10 {
        let refusal = client
            .join(&"AAAA-AAAA-AAAA-AAAA-AAAA-AAAA".into(), "Guesser", &key)
            .await;
        assert_eq!(refused(refusal), "code-refused");
    }
    let code = admin::new_station_code(&world.db(), "Desk 3")
        .await
        .unwrap();
    match client.join(&code.code, "Desk 3", &key).await {
        Err(RegistryError::Unreachable {
            retry_after: Some(wait),
            ..
        }) => {
            assert!(wait > Duration::ZERO && wait <= Duration::from_secs(60));
        }
        other => panic!("{other:?}"),
    }
    world.clock_ahead_s.store(61, Ordering::SeqCst);
    client.join(&code.code, "Desk 3", &key).await.unwrap();
}

#[tokio::test]
async fn a_station_that_has_not_joined_gets_no_token() {
    let world = World::new().await;
    let station = StationId::new("made-up");
    let client = client_of(&world.running.base_url, None);
    let stranger = client.as_station(
        station,
        "urn:made-up".to_owned(),
        StationKey::generate().unwrap(),
    );
    assert_eq!(refused(stranger.sign_in_options().await), "client-refused");
    let alone = client_of(&world.running.base_url, None);
    assert_eq!(alone.sign_in_options().await, Err(RegistryError::NotJoined));
}

#[tokio::test]
async fn a_join_that_is_repeated_with_its_idempotency_key_gets_the_same_station() {
    let world = World::new().await;
    let code = admin::new_station_code(&world.db(), "Desk 3")
        .await
        .unwrap();
    let body = serde_json::json!({
        "code": code.code.expose(),
        "name": "Desk 3",
        "public_key_pem": StationKey::generate().unwrap().public_key_pem(),
    });
    let http = reqwest::Client::new();
    let key = entry().to_string();
    let mut stations = Vec::new();
    for _ in 0..2 {
        let request = http
            .post(format!("{}/v1/stations/join", world.running.base_url))
            .header("idempotency-key", &key)
            .json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::CREATED);
        stations.push(response.bytes().await.unwrap());
    }
    assert_eq!(stations.first(), stations.last());
}

#[tokio::test]
async fn a_push_without_an_idempotency_key_is_refused() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let push = world.enrolment(&offer, &mut Authenticator::new(1));
    // The token endpoint by hand, because the client always sends a key.
    let token = token_by_hand(&world).await;
    for key in [None, Some(""), Some("two words"), Some("a-key-\u{e9}")] {
        let mut request = reqwest::Client::new()
            .post(format!("{}/v1/enrolments", world.running.base_url))
            .bearer_auth(&token)
            .json(&push);
        if let Some(key) = key {
            request = request.header("idempotency-key", key.as_bytes());
        }
        let answer = problem(request.send().await.unwrap()).await;
        assert_eq!(answer, (400, "idempotency-key-missing".to_owned()));
    }
}

/// Joins a station by hand and asks for its token with an assertion that is then used a second time.
async fn token_by_hand(world: &World) -> String {
    use keydesk::wire::client_assertion::{self, ASSERTION_TYPE, Claims};
    use p256::pkcs8::{EncodePublicKey, LineEnding};
    let key = p256::ecdsa::SigningKey::from_slice(&[77; 32]).unwrap();
    let code = admin::new_station_code(&world.db(), "By hand")
        .await
        .unwrap();
    let http = reqwest::Client::new();
    let body = serde_json::json!({
        "code": code.code.expose(),
        "name": "By hand",
        "public_key_pem": key.verifying_key().to_public_key_pem(LineEnding::LF).unwrap(),
    });
    let join = http
        .post(format!("{}/v1/stations/join", world.running.base_url))
        .json(&body);
    let reply: keydesk::wire::JoinReply =
        serde_json::from_slice(&join.send().await.unwrap().bytes().await.unwrap()).unwrap();
    let now = Timestamp::now().as_second();
    let claims = Claims {
        iss: reply.station.clone(),
        sub: reply.station,
        aud: reply.audience,
        jti: "only-once".to_owned(),
        iat: now,
        exp: now + 60,
    };
    let assertion = client_assertion::sign(&claims, &key).unwrap();
    let form = format!(
        "grant_type=client_credentials&client_assertion_type={}&client_assertion={assertion}",
        ASSERTION_TYPE.replace(':', "%3A")
    );
    let ask = || {
        http.post(format!("{}/v1/token", world.running.base_url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.clone())
            .send()
    };
    let first = ask().await.unwrap();
    assert_eq!(first.headers()["cache-control"], "no-store");
    let token: serde_json::Value = serde_json::from_slice(&first.bytes().await.unwrap()).unwrap();
    assert_eq!(token["token_type"], "Bearer");
    let second: serde_json::Value =
        serde_json::from_slice(&ask().await.unwrap().bytes().await.unwrap()).unwrap();
    assert_eq!(second["error"], "invalid_client");
    assert_eq!(second["status"], 401);
    token["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_registry_that_names_another_relying_party_than_when_it_was_joined_is_refused() {
    let world = World::new().await;
    let code = admin::new_station_code(&world.db(), "Pinned")
        .await
        .unwrap();
    let client = client_of(&world.running.base_url, None);
    let key = StationKey::generate().unwrap();
    let reply = client.join(&code.code, "Pinned", &key).await.unwrap();
    assert!(!reply.rp_ids.is_empty());
    let client = client.as_station(reply.station, reply.audience, key);
    let client = client.pinned_to(reply.rp_ids);
    client.sign_in_options().await.unwrap();
    let client = client.pinned_to(vec!["elsewhere.example".to_owned()]);
    let refusal = client.sign_in_options().await;
    assert!(
        matches!(
            &refusal,
            Err(RegistryError::Contradiction(OfferFault::NotPinned { .. }))
        ),
        "{refusal:?}"
    );
    let code = admin::new_operator_code(&world.db(), "N. Ew", Role::HelpDesk).await;
    let code = code.unwrap();
    let refusal = client.operator_enrolment_options(&code.code).await;
    assert!(matches!(refusal, Err(RegistryError::Contradiction(_))));
}
