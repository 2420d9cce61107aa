//! Who gets in, and what HTTP itself is answered: every refusal is problem details.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::authority::Role;
use keydesk::domain::{PersonId, StationId};
use keydesk::registry::{Client, RegistryError, Settings, StationKey};
use keydesk::server::{ConfigError, ServeError, Server, admin, config::TlsFiles};
use keydesk::wire::Problem;
use reqwest::{Method, StatusCode};

use super::authenticator::Authenticator;
use super::world::{World, config, entry, first_sign_in, joined, refused, write};

fn client_of(base_url: &str, extra_roots_pem: Option<Vec<u8>>) -> Client {
    Client::new(&Settings {
        base_url: base_url.to_owned(),
        extra_roots_pem,
    })
    .unwrap()
}

async fn problem(response: reqwest::Response) -> (u16, String) {
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let status = response.status().as_u16();
    let problem: Problem = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!(problem.status, status);
    assert!(
        problem
            .detail
            .as_ref()
            .is_some_and(|detail| !detail.is_empty())
    );
    (status, problem.code().to_owned())
}

#[tokio::test]
async fn health_needs_nothing_and_tells_the_time() {
    let world = World::new().await;
    let health = client_of(&world.running.base_url, None)
        .health()
        .await
        .unwrap();
    assert_eq!(health.version, 1);
    assert!(health.now.duration_since(Timestamp::now()).abs() < SignedDuration::from_secs(60));
}

#[tokio::test]
async fn a_request_that_fits_no_route_is_answered_with_problem_details() {
    let world = World::new().await;
    let base = format!("{}/v1", world.running.base_url);
    let http = reqwest::Client::new();
    let json = "application/json";
    let form = "application/x-www-form-urlencoded";
    let large = vec![b' '; 300 * 1024];
    type Case<'a> = (Method, &'a str, &'a str, &'a [u8], (u16, &'a str));
    let cases: [Case<'_>; 8] = [
        (Method::GET, "nothing", json, b"", (404, "not-found")),
        (
            Method::PUT,
            "health",
            json,
            b"",
            (405, "method-not-allowed"),
        ),
        (
            Method::POST,
            "stations/join",
            json,
            &large,
            (413, "too-large"),
        ),
        (
            Method::POST,
            "stations/join",
            "text/plain",
            b"{}",
            (415, "media-type"),
        ),
        (
            Method::POST,
            "stations/join",
            json,
            b"{\"code\":1}",
            (400, "malformed"),
        ),
        (
            Method::POST,
            "stations/join",
            json,
            b"{",
            (400, "malformed"),
        ),
        (Method::POST, "token", json, b"{}", (415, "media-type")),
        (
            Method::POST,
            "token",
            form,
            b"grant_type=password",
            (400, "malformed"),
        ),
    ];
    for (method, path, content_type, body, expected) in cases {
        let request = http
            .request(method, format!("{base}/{path}"))
            .header("content-type", content_type)
            .body(body.to_vec());
        let (status, code) = problem(request.send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), expected, "{path}");
    }
}

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
async fn a_session_belongs_to_the_station_where_it_was_opened() {
    let world = World::new().await;
    let other = joined(&world.running, &world.db(), "Another desk").await;
    let found = other.find_people(&world.session, "example", 5).await;
    assert_eq!(refused(found), "session-refused");
}

#[tokio::test]
async fn a_session_ends_after_ten_hours() {
    let world = World::new().await;
    let left = world.session.expires_at.duration_since(Timestamp::now());
    assert!(left > SignedDuration::from_hours(9) && left <= SignedDuration::from_hours(10));
    world
        .sql("UPDATE session SET expires_ms = expires_ms - 36000000")
        .await;
    let found = world.client.find_people(&world.session, "example", 5).await;
    assert_eq!(refused(found), "session-refused");
}

#[tokio::test]
async fn a_station_s_code_is_good_for_one_station() {
    let world = World::new().await;
    let code = admin::new_station_code(&world.db(), "Desk 3")
        .await
        .unwrap();
    let client = client_of(&world.running.base_url, None);
    let key = StationKey::generate().unwrap();
    let typed = code.code.to_lowercase().replace('-', " ");
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
async fn a_code_ends_after_ten_minutes() {
    let world = World::new().await;
    let code = admin::new_operator_code(&world.db(), "L. Ate", Role::HelpDesk)
        .await
        .unwrap();
    assert!(
        world
            .client
            .operator_enrolment_options(&code.code)
            .await
            .is_ok()
    );
    world
        .sql("UPDATE code SET expires_ms = expires_ms - 600000")
        .await;
    let refusal = world.client.operator_enrolment_options(&code.code).await;
    assert_eq!(refused(refusal), "code-refused");
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
async fn a_newer_operator_code_ends_the_older_one() {
    let world = World::new().await;
    let first = admin::new_operator_code(&world.db(), "T. Wice", Role::HelpDesk)
        .await
        .unwrap();
    let second = admin::new_operator_code(&world.db(), "T. Wice", Role::HelpDesk)
        .await
        .unwrap();
    let refusal = world.client.operator_enrolment_options(&first.code).await;
    assert_eq!(refused(refusal), "code-refused");
    let offer = world
        .client
        .operator_enrolment_options(&second.code)
        .await
        .unwrap();
    assert_eq!(offer.operator.name, "T. Wice");
    let other = admin::new_operator_code(&world.db(), "T. Wice", Role::CustomerService).await;
    assert!(matches!(other, Err(admin::AdminError::OtherRole { .. })));
}

#[tokio::test]
async fn an_operator_code_enrols_one_key() {
    let world = World::new().await;
    let code = admin::new_operator_code(&world.db(), "O. Nce", Role::HelpDesk)
        .await
        .unwrap();
    let offer = world
        .client
        .operator_enrolment_options(&code.code)
        .await
        .unwrap();
    let mut enrolment = keydesk::wire::OperatorEnrolment {
        code: code.code.to_string(),
        registration: Authenticator::new(50).register(&offer.creation, &offer.origin),
    };
    world.client.enrol_operator(&enrolment).await.unwrap();
    enrolment.registration = Authenticator::new(51).register(&offer.creation, &offer.origin);
    let again = world.client.enrol_operator(&enrolment).await;
    assert_eq!(
        refused(again.map(|session| session.operator)),
        "code-refused"
    );
}

#[tokio::test]
async fn who_guesses_codes_must_wait() {
    let world = World::new().await;
    let client = client_of(&world.running.base_url, None);
    let key = StationKey::generate().unwrap();
    for _ in 0..10 {
        let refusal = client
            .join("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA", "Guesser", &key)
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
        "code": code.code.as_str(),
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
        "code": code.code.as_str(),
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
async fn over_tls_only_a_trusted_certificate_is_talked_to() {
    let dir = tempfile::tempdir().unwrap();
    let certified = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let mut settings = config(dir.path());
    settings.tls = Some(TlsFiles {
        cert: write(dir.path(), "cert.pem", certified.cert.pem()),
        key: write(dir.path(), "key.pem", certified.signing_key.serialize_pem()),
    });
    let running = Server::start(settings).await.unwrap();
    assert!(running.base_url.starts_with("https://127.0.0.1:"));
    let trusting = client_of(&running.base_url, Some(certified.cert.pem().into_bytes()));
    assert_eq!(trusting.health().await.unwrap().version, 1);
    let stranger = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let wary = client_of(&running.base_url, Some(stranger.cert.pem().into_bytes()));
    assert!(matches!(
        wary.health().await,
        Err(RegistryError::Unreachable { .. })
    ));
    running.shutdown().await.unwrap();
}

#[tokio::test]
async fn plain_http_is_not_served_beyond_this_machine() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = config(dir.path());
    settings.listen = "0.0.0.0:0".parse().unwrap();
    let refusal = Server::start(settings).await;
    assert!(matches!(
        refusal,
        Err(ServeError::Config(ConfigError::PlainHttp(_)))
    ));
    assert!(!dir.path().join("registry.db").exists());
}

#[tokio::test]
async fn what_was_accepted_is_there_after_a_restart() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    world.enrolled("p-1", &mut key).await;
    let World {
        dir,
        running,
        session,
        ..
    } = world;
    running.shutdown().await.unwrap();
    let running = Server::start(config(dir.path())).await.unwrap();
    let client = joined(&running, &dir.path().join("registry.db"), "After").await;
    let mut own = Authenticator::new(60);
    let db = dir.path().join("registry.db");
    let again = first_sign_in(&client, &db, "N. Ext", Role::HelpDesk, &mut own).await;
    let person = client.person(&again, &PersonId::new("p-1")).await.unwrap();
    assert_eq!(person.credentials.first().unwrap().id.0, key.id);
    assert_eq!(
        person.credentials.first().unwrap().operator,
        session.operator.id
    );
    running.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_registry_that_is_gone_is_unreachable_within_the_limit() {
    let world = World::new().await;
    let World {
        running,
        client,
        session,
        dir: _dir,
        ..
    } = world;
    running.shutdown().await.unwrap();
    let began = std::time::Instant::now();
    let found = client.find_people(&session, "example", 5).await;
    assert!(matches!(found, Err(RegistryError::Unreachable { .. })));
    assert!(began.elapsed() < Duration::from_secs(4));
}

/// A server that answers every connection with the same bytes.
async fn liar(answer: &'static [u8]) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer).await;
        }
    });
    base
}

#[tokio::test]
async fn a_registry_that_lies_is_an_error_and_nothing_worse() {
    let redirect = b"HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let html = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>";
    let cut = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 600\r\n\r\n{\"name\":";
    let newer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n{\"version\":9}";
    for (answer, expected) in [
        (&redirect[..], "unreachable"),
        (&html[..], "unreachable"),
        (&cut[..], "unreachable"),
        (&newer[..], "newer"),
        (&b"garbage\r\n\r\n"[..], "unreachable"),
    ] {
        let found = match client_of(&liar(answer).await, None).health().await {
            Err(RegistryError::Malformed { .. }) => "malformed",
            Err(RegistryError::Unreachable { .. }) => "unreachable",
            Err(RegistryError::NewerVersion { found: 9 }) => "newer",
            other => panic!("{other:?}"),
        };
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn an_endless_reply_is_cut_off() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";
        let _ = stream.write_all(head).await;
        while stream.write_all(&[b' '; 65536]).await.is_ok() {}
    });
    match client_of(&base, None).health().await {
        Err(RegistryError::Malformed { what }) => assert!(what.contains("1048576")),
        other => panic!("{other:?}"),
    }
}
