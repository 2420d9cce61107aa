//! One client can't keep a registry from the others: attackers come from 127.0.0.1, and an honest client from 127.0.0.2.

use std::io::{BufRead, BufReader};
use std::net::{IpAddr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use keydesk::registry::StationKey;
use keydesk::server::config::{ConnectionsConfig, ProxiesConfig, TlsFiles};
use keydesk::server::{Running, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;

use super::attackers::{Attack, HTTP2_PREFACE, Kind, Siege};
use super::world::{World, config, problem, write};

const ATTACKER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const HONEST: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));

/// What a station waits for a connection; an honest request takes less, whatever goes on.
const PATIENCE: Duration = Duration::from_secs(3);

struct Besieged {
    _dir: tempfile::TempDir,
    running: Running,
    certificate: Option<rcgen::CertifiedKey<rcgen::KeyPair>>,
}

impl Besieged {
    async fn new(connections: ConnectionsConfig, tls: bool) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut settings = config(dir.path());
        settings.connections = connections;
        let certificate = tls.then(|| {
            rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate")
        });
        settings.tls = certificate.as_ref().map(|made| TlsFiles {
            cert: write(dir.path(), "cert.pem", made.cert.pem()),
            key: write(dir.path(), "key.pem", made.signing_key.serialize_pem()),
        });
        Self {
            running: Server::start(settings).await.expect("starts"),
            _dir: dir,
            certificate,
        }
    }

    fn attack(&self, kind: Kind) -> Attack {
        Attack {
            tls: self.connector(),
            ..Attack::new(kind, self.running.addr)
        }
    }

    fn connector(&self) -> Option<TlsConnector> {
        let certificate = self.certificate.as_ref()?.cert.der().clone();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(certificate).expect("a root");
        let config = rustls::ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Some(TlsConnector::from(Arc::new(config)))
    }

    fn client(&self, from: IpAddr) -> reqwest::Client {
        let certificate = self.certificate.as_ref();
        client(from, certificate.map(|made| &**made.cert.der()))
    }

    /// One connection after the other: the registry is there, and does what takes its database.
    async fn serves(&self, from: IpAddr, times: usize) {
        serves(&self.client(from), &self.running.base_url, times).await;
    }
}

/// Every request has a connection of its own.
fn client(from: IpAddr, root: Option<&[u8]>) -> reqwest::Client {
    // An error says that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let roots = root.map(|der| reqwest::Certificate::from_der(der).expect("a certificate"));
    reqwest::Client::builder()
        .tls_certs_only(roots)
        .local_address(from)
        .pool_max_idle_per_host(0)
        .timeout(PATIENCE)
        .build()
        .expect("a client")
}

async fn serves(client: &reqwest::Client, base: &str, times: usize) {
    for _ in 0..times {
        let health = client.get(format!("{base}/v1/health")).send().await;
        assert_eq!(health.expect("health answers").status(), 200);
        let asked = client
            .get(format!("{base}/v1/people?query=example"))
            .bearer_auth("no-such-token")
            .send();
        let (status, code) = problem(asked.await.expect("an answer")).await;
        assert_eq!((status, code.as_str()), (401, "token-refused"));
    }
}

/// The registry has ended every connection of it.
async fn is_over(mut siege: Siege) {
    while siege.attackers().join_next().await.is_some() {}
}

/// All of the attack stands while the honest client asks.
async fn holds_out(besieged: &Besieged, kind: Kind, sockets: usize) {
    let siege = besieged.attack(kind).launch(sockets, None);
    besieged.serves(HONEST, 3).await;
    siege.stands().await;
    besieged.serves(HONEST, 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_say_nothing_or_little_keep_nobody_out() {
    let besieged = Besieged::new(ConnectionsConfig::default(), false).await;
    holds_out(&besieged, Kind::Silent, 1100).await;
    holds_out(&besieged, Kind::OneByte, 400).await;
    holds_out(&besieged, Kind::Http2, 400).await;
    holds_out(&besieged, Kind::SlowHead, 400).await;
    besieged.running.shutdown().await.expect("stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handshakes_that_lead_to_nothing_keep_nobody_out() {
    let besieged = Besieged::new(ConnectionsConfig::default(), true).await;
    holds_out(&besieged, Kind::Silent, 1100).await;
    holds_out(&besieged, Kind::HalfHandshake, 400).await;
    holds_out(&besieged, Kind::Handshaken, 300).await;
    besieged.running.shutdown().await.expect("stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_slow_bodies_than_are_served_at_once_keep_nobody_out() {
    let connections = ConnectionsConfig {
        per_address: 600,
        ..ConnectionsConfig::default()
    };
    let besieged = Besieged::new(connections, false).await;
    holds_out(&besieged, Kind::SlowBody, 500).await;
    besieged.running.shutdown().await.expect("stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_take_no_answers_keep_nobody_out() {
    let besieged = Besieged::new(ConnectionsConfig::default(), false).await;
    holds_out(&besieged, Kind::SlowReader, 300).await;
    besieged.running.shutdown().await.expect("stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_ask_without_a_pause_keep_nobody_out() {
    let besieged = Besieged::new(ConnectionsConfig::default(), false).await;
    holds_out(&besieged, Kind::Busy, 300).await;
    besieged.running.shutdown().await.expect("stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_its_cap_an_address_still_gets_newcomers_in_and_no_other_is_touched() {
    let connections = ConnectionsConfig {
        total: 60,
        per_address: 40,
        ..ConnectionsConfig::default()
    };
    let besieged = Besieged::new(connections, false).await;
    let mut kept = ask_by_hand(&besieged, HONEST).await;
    for kind in [Kind::Silent, Kind::Busy] {
        let many = [ATTACKER, IpAddr::from([127, 0, 0, 3])].map(|from| {
            let attack = Attack {
                from,
                ..besieged.attack(kind)
            };
            attack.launch(100, None)
        });
        for siege in &many {
            siege.stands().await;
        }
        besieged.serves(ATTACKER, 5).await;
        besieged.serves(HONEST, 5).await;
    }
    // Their first connection was idle all the while, and is still theirs.
    let answer = again_by_hand(&mut kept).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    besieged.running.shutdown().await.expect("stops");
}

/// A connection on which a first request was answered.
async fn ask_by_hand(besieged: &Besieged, from: IpAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::new(from, 0)).expect("an address");
    let mut stream = socket
        .connect(besieged.running.addr)
        .await
        .expect("connects");
    let answer = again_by_hand(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    stream
}

async fn again_by_hand(stream: &mut TcpStream) -> String {
    let request = b"GET /v1/health HTTP/1.1\r\nhost: registry\r\n\r\n";
    stream.write_all(request).await.expect("sent");
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).await.expect("an answer");
    answer.truncate(length);
    String::from_utf8(answer).expect("text")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_kind_of_slowness_ends_by_its_deadline() {
    let connections = ConnectionsConfig {
        head_seconds: 1,
        body_seconds: 1,
        answer_seconds: 1,
        ..ConnectionsConfig::default()
    };
    let plain = Besieged::new(connections.clone(), false).await;
    let secure = Besieged::new(connections, true).await;
    let sieges = [
        (&plain, Kind::Silent),
        (&plain, Kind::OneByte),
        (&plain, Kind::Http2),
        (&plain, Kind::SlowHead),
        (&plain, Kind::SlowBody),
        (&plain, Kind::SlowReader),
        (&secure, Kind::Silent),
        (&secure, Kind::HalfHandshake),
        (&secure, Kind::Handshaken),
        (&secure, Kind::SlowHead),
        (&secure, Kind::SlowBody),
        (&secure, Kind::SlowReader),
    ]
    .map(|(besieged, kind)| (kind, besieged.attack(kind).launch(3, None)));
    for (kind, siege) in sieges {
        let over = tokio::time::timeout(Duration::from_secs(8), is_over(siege));
        assert!(over.await.is_ok(), "{kind:?} goes on");
    }
    plain.running.shutdown().await.expect("stops");
    secure.running.shutdown().await.expect("stops");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_told_so() {
    let connections = ConnectionsConfig {
        body_seconds: 1,
        ..ConnectionsConfig::default()
    };
    let besieged = Besieged::new(connections, false).await;
    let mut stream = TcpStream::connect(besieged.running.addr)
        .await
        .expect("connects");
    let head = b"POST /v1/stations/join HTTP/1.1\r\nhost: registry\r\ncontent-length: 10\r\n\r\n{";
    stream.write_all(head).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("problems/busy"), "{answer}");
    besieged.running.shutdown().await.expect("stops");
}

#[tokio::test]
async fn http_2_is_not_spoken() {
    let plain = Besieged::new(ConnectionsConfig::default(), false).await;
    let mut stream = TcpStream::connect(plain.running.addr)
        .await
        .expect("connects");
    stream.write_all(HTTP2_PREFACE).await.expect("sent");
    let mut answer = Vec::new();
    // It may be reset before what was sent has been read.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 "));
    plain.running.shutdown().await.expect("stops");

    let secure = Besieged::new(ConnectionsConfig::default(), true).await;
    let roots = secure.connector().expect("TLS");
    let mut config = rustls::ClientConfig::clone(roots.config());
    for (offered, agreed) in [
        (&[&b"h2"[..], b"http/1.1"][..], Some(&b"http/1.1"[..])),
        (&[&b"h2"[..]][..], None),
    ] {
        config.alpn_protocols = offered.iter().map(|name| name.to_vec()).collect();
        let stream = TcpStream::connect(secure.running.addr)
            .await
            .expect("connects");
        let name = rustls::pki_types::ServerName::from(ATTACKER);
        let made = TlsConnector::from(Arc::new(config.clone())).connect(name, stream);
        let found = made.await.ok().and_then(|stream| {
            let protocol = stream.get_ref().1.alpn_protocol();
            protocol.map(<[u8]>::to_vec)
        });
        assert_eq!(found.as_deref(), agreed);
    }
    secure.running.shutdown().await.expect("stops");
}

#[tokio::test]
async fn a_stop_waits_for_who_is_asking_and_for_nobody_else() {
    let besieged = Besieged::new(ConnectionsConfig::default(), false).await;
    let siege = besieged.attack(Kind::Silent).launch(50, None);
    let idle = ask_by_hand(&besieged, ATTACKER).await;
    let mut asking = TcpStream::connect(besieged.running.addr)
        .await
        .expect("connects");
    let head = b"POST /v1/stations/join HTTP/1.1\r\nhost: registry\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{";
    asking.write_all(head).await.expect("sent");
    siege.stands().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    let stopped = tokio::spawn(besieged.running.shutdown());
    is_over(siege).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!stopped.is_finished(), "somebody is asking");
    asking.write_all(b"}").await.expect("sent");
    let mut answer = String::new();
    asking.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    stopped.await.expect("ends").expect("stops");
    assert!(began.elapsed() < Duration::from_secs(4));
    drop(idle);
}

/// The program itself, with that many files.
struct Scarce {
    _dir: tempfile::TempDir,
    child: Child,
    base: String,
}

impl Scarce {
    fn start(files: u32) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut child = Command::new("sh")
            .args(["-c", "ulimit -n $0 && exec \"$@\"", &files.to_string()])
            .arg(env!("CARGO_BIN_EXE_keydesk"))
            .args([
                "--json",
                "registry",
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--db",
            ])
            .arg(dir.path().join("registry.db"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the registry starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let said: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let base = said
            .pointer("/item/url")
            .and_then(serde_json::Value::as_str);
        Self {
            base: base
                .unwrap_or_else(|| panic!("not served: {line}"))
                .to_owned(),
            child,
            _dir: dir,
        }
    }
}

impl Drop for Scarce {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_sockets_than_files_keep_nobody_out() {
    for files in [1024, 256] {
        let scarce = Scarce::start(files);
        let registry = scarce.base.trim_start_matches("http://").parse();
        let attack = Attack::new(Kind::Silent, registry.expect("an address"));
        let siege = attack.launch(1100, None);
        siege.stands().await;
        serves(&client(HONEST, None), &scarce.base, 10).await;
    }
}

/// What the registry answers to wrong codes, one for each of these who are said to ask.
async fn guesses(proxies: ProxiesConfig, asked_for: impl Iterator<Item = u8>) -> Vec<String> {
    let world = World::with(|config| config.proxies = proxies).await;
    let http = reqwest::Client::new();
    let body = serde_json::json!({
        "code": "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA",
        "name": "Guesser",
        "public_key_pem": StationKey::generate().unwrap().public_key_pem(),
    });
    let mut answers = Vec::new();
    for host in asked_for {
        let join = http.post(format!("{}/v1/stations/join", world.running.base_url));
        let join = join.header("x-forwarded-for", format!("203.0.113.{host}"));
        let join = join.header("forwarded", "for=192.0.2.1").json(&body);
        answers.push(problem(join.send().await.unwrap()).await.1);
    }
    answers
}

#[tokio::test]
async fn a_trusted_proxy_tells_who_asks_and_nobody_else_does() {
    let ours = ProxiesConfig {
        trusted: vec!["127.0.0.0/8".parse().unwrap()],
        ..ProxiesConfig::default()
    };
    let told = guesses(ours, [1; 11].into_iter().chain([2])).await;
    assert_eq!(
        told[9..],
        ["code-refused", "too-many-attempts", "code-refused"]
    );
    // A client that says it is somebody else each time is one client.
    let told = guesses(ProxiesConfig::default(), 1..=11).await;
    assert_eq!(told[9..], ["code-refused", "too-many-attempts"]);
}
