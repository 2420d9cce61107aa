//! Who gets in, and what HTTP itself is answered: every refusal is problem details.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::authority::Role;
use keydesk::domain::{PersonId, StationId};
use keydesk::registry::{RegistryError, StationKey};
use keydesk::server::admin::{self, AdminError};
use keydesk::wire::{OfferFault, problem_code};
use reqwest::{Method, StatusCode};
use sha2::{Digest, Sha256};

use super::authenticator::Authenticator;
use super::world::{World, client_of, entry, first_sign_in, joined, problem, refused};

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
    let guess = || "BBBB-BBBB-BBBB-BBBB-BBBB-BBBB".into();
    match client.join(&guess(), "Desk 3", &key).await {
        Err(RegistryError::Unreachable {
            retry_after: Some(wait),
            ..
        }) => {
            assert!(wait > Duration::ZERO && wait <= Duration::from_secs(60));
        }
        other => panic!("{other:?}"),
    }
    // Behind one proxy all have one address: whoever has a right code is not kept out by others.
    client.join(&code.code, "Desk 3", &key).await.unwrap();
    world.clock_ahead_s.store(61, Ordering::SeqCst);
    assert_eq!(
        refused(client.join(&guess(), "Desk 3", &key).await),
        "code-refused"
    );
}

#[tokio::test]
async fn an_operator_s_right_code_is_taken_at_a_station_where_others_guessed() {
    let world = World::new().await;
    for _ in 0..11 {
        let guess = "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA".into();
        assert!(
            world
                .client
                .operator_enrolment_options(&guess)
                .await
                .is_err()
        );
    }
    let mut key = Authenticator::new(9);
    let role = Role::HelpDesk;
    first_sign_in(&world.client, &world.db(), "N. Ew", role, &mut key).await;
    // A station's wrong codes are its own.
    let other = joined(&world.running, &world.db(), "Another desk").await;
    let guess = "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA".into();
    assert_eq!(
        refused(other.operator_enrolment_options(&guess).await),
        "code-refused"
    );
}

#[tokio::test]
async fn a_station_is_called_what_its_code_was_made_for() {
    let world = World::new().await;
    let code = admin::new_station_code(&world.db(), "Desk 3")
        .await
        .unwrap();
    let client = client_of(&world.running.base_url, None);
    let key = StationKey::generate().unwrap();
    let reply = client.join(&code.code, "Head office", &key).await.unwrap();
    assert_eq!(reply.name.as_deref(), Some("Desk 3"));
    let known = admin::stations(&world.db()).await.unwrap();
    let names: Vec<_> = known.iter().map(|station| station.name.as_str()).collect();
    assert_eq!(names, ["Help desk 2", "Desk 3"]);
}

#[tokio::test]
async fn a_station_s_code_lives_as_long_as_was_said() {
    let world = World::new().await;
    let minutes = SignedDuration::from_mins;
    let code = admin::new_station_code_for(&world.db(), "Desk 3", minutes(90)).await;
    let code = code.unwrap();
    world.clock_ahead_s.store(80 * 60, Ordering::SeqCst);
    let client = client_of(&world.running.base_url, None);
    let key = StationKey::generate().unwrap();
    client.join(&code.code, "Desk 3", &key).await.unwrap();
    for life in [minutes(0), minutes(8 * 24 * 60)] {
        let refused = admin::new_station_code_for(&world.db(), "Desk 4", life).await;
        assert!(matches!(refused, Err(AdminError::CodeLife(_))));
    }
}

#[tokio::test]
async fn an_answer_is_given_again_to_nobody_but_the_operator_who_asked() {
    let world = World::new().await;
    let mut key = Authenticator::new(9);
    let role = Role::HelpDesk;
    let other = first_sign_in(&world.client, &world.db(), "N. Ew", role, &mut key).await;
    // By hand, because the client draws another key each time.
    let token = "by hand";
    sqlx::query("INSERT INTO access_token SELECT ?, station, expires_ms FROM session LIMIT 1")
        .bind(Sha256::digest(token).to_vec())
        .execute(&world.database().await)
        .await
        .unwrap();
    let session = other.token.expose().to_owned();
    let ask = async |session: &str| {
        let url = format!("{}/v1/people/p-1/tests/options", world.running.base_url);
        let request = reqwest::Client::new().post(url).bearer_auth(token);
        let request = request.header("keydesk-session", session);
        let request = request.header("idempotency-key", "the-same");
        let reply = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str::<serde_json::Value>(&reply).unwrap()["id"].clone()
    };
    let own = world.session.token.expose().to_owned();
    let first = ask(&own).await;
    assert!(first.is_string());
    assert_eq!(ask(&own).await, first);
    assert_ne!(
        ask(&session).await,
        first,
        "the other one has an offer of their own"
    );
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

#[tokio::test]
async fn only_so_many_offers_are_open_at_a_time_and_what_is_over_is_forgotten() {
    let mut world = World::new().await;
    world.offer("p-1").await;
    let more = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) \
                INSERT INTO offer (id, kind, person, station, operator, registration_state, assertion_state, issued_ms, expires_ms) \
                SELECT 'more-' || i, 'enrolment', person, station, operator, '', '', issued_ms, expires_ms FROM n, offer WHERE kind = 'enrolment'";
    world.sql(more).await;
    let person = PersonId::new("p-1");
    let one_more = world.client.test_offer(&world.session, &person, None).await;
    assert_eq!(refused(one_more), problem_code::OFFERS_OPEN);
    world.sql("UPDATE offer SET expires_ms = 1").await;
    world.test_offer("p-1").await;
    world.restart().await;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM offer")
        .fetch_one(&world.database().await)
        .await
        .unwrap();
    assert_eq!(left, 1);
}
