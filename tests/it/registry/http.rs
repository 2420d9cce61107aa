//! HTTP as both sides speak it: what fits no route, TLS, and answers that are no answers.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::PersonId;
use keydesk::domain::authority::Role;
use keydesk::registry::RegistryError;
use keydesk::server::config::TlsFiles;
use keydesk::server::{ConfigError, ServeError, Server};
use keydesk::wire::VERSION;
use reqwest::Method;

use super::authenticator::Authenticator;
use super::world::{World, client_of, config, first_sign_in, joined, problem, write};

#[tokio::test]
async fn health_needs_nothing_and_tells_the_time() {
    let world = World::new().await;
    let health = client_of(&world.running.base_url, None)
        .health()
        .await
        .unwrap();
    assert_eq!(health.version, VERSION);
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
    assert_eq!(trusting.health().await.unwrap().version, VERSION);
    let stranger = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let wary = client_of(&running.base_url, Some(stranger.cert.pem().into_bytes()));
    assert!(matches!(
        wary.health().await,
        Err(RegistryError::Unreachable { .. })
    ));
    running.shutdown().await.unwrap();
}

#[tokio::test]
async fn files_that_are_no_certificate_or_no_key_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let cert = write(dir.path(), "cert.pem", made.cert.pem());
    let key = write(dir.path(), "key.pem", made.signing_key.serialize_pem());
    let der = write(dir.path(), "cert.der", made.cert.der());
    let sealed =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let sealed = write(dir.path(), "sealed.pem", sealed);
    let foreign = write(dir.path(), "foreign.pem", other.signing_key.serialize_pem());
    for (cert, key, at_fault, why) in [
        (&der, &key, &der, "there is no certificate in it"),
        (&key, &key, &key, "there is no certificate in it"),
        (&cert, &cert, &cert, "no private key"),
        (&cert, &sealed, &sealed, "no private key without a password"),
        (&cert, &foreign, &cert, "not with the key"),
    ] {
        let mut settings = config(dir.path());
        settings.tls = Some(TlsFiles {
            cert: cert.clone(),
            key: key.clone(),
        });
        let refusal = Server::start(settings).await.err().unwrap().to_string();
        let begins = at_fault.to_string_lossy();
        assert!(refusal.starts_with(&*begins), "{refusal}");
        assert!(refusal.contains(why), "{refusal}");
    }
}

#[tokio::test]
async fn files_of_secrets_that_others_can_read_are_not_served() {
    let dir = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let (cert, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let mut settings = config(dir.path());
    settings.tls = Some(TlsFiles {
        cert: write(dir.path(), "cert.pem", cert),
        key: write(dir.path(), "key.pem", key),
    });
    let (key, db) = (dir.path().join("key.pem"), settings.db.clone());
    let started = async || Server::start(settings.clone()).await;
    started().await.unwrap().shutdown().await.unwrap();
    let give = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    for path in [&key, &db] {
        give(path, 0o644);
        let refusal = started().await.err().unwrap().to_string();
        assert!(refusal.starts_with(&*path.to_string_lossy()), "{refusal}");
        assert!(
            refusal.contains("(mode 644)") && refusal.contains("0600"),
            "{refusal}"
        );
        // A group of its own may read.
        give(path, 0o640);
        started().await.unwrap().shutdown().await.unwrap();
    }
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
