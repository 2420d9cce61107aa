//! What an honest client notices while others try to keep the registry from it: the program itself serves, attackers come from
//! 127.0.0.1 and come again when their connection was ended, and one client asks from 127.0.0.2, on a connection of its own
//! each time.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_rustls::TlsConnector;

use super::Fallible;
use super::attackers::{Attack, Kind};
use super::cold_start::PROGRAM;
use super::report::{Figure, Report, count, median, ms, percentile};

/// Attackers at once: twice as many as an address has places.
const SOCKETS: usize = 400;

/// When an attacker comes again whose connection was ended.
const AGAIN: Duration = Duration::from_secs(1);

/// Requests in a quiet round, and under each kind of attack.
const QUIET: usize = 200;
const BESIEGED: usize = 300;

/// Wanted at most: 99 of 100 requests under attack over the middle one when it is quiet.
const GOAL: f64 = 20.0;

const IN_THE_CLEAR: [Kind; 7] = [
    Kind::Silent,
    Kind::OneByte,
    Kind::Http2,
    Kind::SlowHead,
    Kind::SlowBody,
    Kind::SlowReader,
    Kind::Busy,
];

const UNDER_TLS: [Kind; 2] = [Kind::HalfHandshake, Kind::Handshaken];

/// Measures every kind of attack after a quiet round of its own.
pub fn run(report: &mut Report) -> Fallible<()> {
    let plain = Registry::start(false)?;
    let secure = Registry::start(true)?;
    let kinds = IN_THE_CLEAR.map(|kind| (&plain, kind)).into_iter();
    let kinds = kinds.chain(UNDER_TLS.map(|kind| (&secure, kind)));
    let (mut worst, mut busy, mut failed) = (0.0_f64, 0.0_f64, 0);
    for (registry, kind) in kinds {
        let round = registry.round(kind)?;
        let middle = median(round.quiet.iter().copied());
        let late = percentile(round.besieged, 0.99);
        match kind {
            Kind::Busy => busy = late / middle,
            _ => worst = worst.max(late / middle),
        }
        failed += round.failed;
        report.note(&format!("{kind:?}: a quiet request"), middle, "ms")?;
        let quiet = percentile(round.quiet, 0.99);
        report.note("… 99 of 100 quiet ones take less", quiet, "ms")?;
        report.note("… under attack, 99 of 100 take less", late, "ms")?;
    }
    report.figure(&Figure {
        what: "the worst of those who hold on: times a quiet one",
        value: worst,
        unit: "times",
        goal: Some(GOAL),
    })?;
    report.figure(&Figure {
        what: "those who ask without a pause: times a quiet one",
        value: busy,
        unit: "times",
        goal: Some(GOAL),
    })?;
    report.figure(&Figure {
        what: "requests that were refused or not answered",
        value: count(failed),
        unit: "requests",
        goal: Some(0.0),
    })
}

struct Round {
    quiet: Vec<f64>,
    besieged: Vec<f64>,
    failed: usize,
}

/// The program, serving.
struct Registry {
    _dir: tempfile::TempDir,
    child: Child,
    base: String,
    address: SocketAddr,
    root: Option<rustls::pki_types::CertificateDer<'static>>,
}

impl Registry {
    fn start(tls: bool) -> Fallible<Self> {
        // An error says that a provider is installed already, which is what is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir()?;
        let mut command = Command::new(PROGRAM);
        command
            .args(["--json", "registry", "serve", "--listen", "127.0.0.1:0"])
            .arg("--db")
            .arg(dir.path().join("registry.db"))
            .env("KEYDESK_LOG", "error")
            .stdout(Stdio::piped());
        let root = match tls {
            true => Some(certificate(dir.path(), &mut command)?),
            false => None,
        };
        let mut child = command.spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().ok_or("no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let said: serde_json::Value = serde_json::from_str(&line)?;
        let base = said
            .pointer("/item/url")
            .and_then(serde_json::Value::as_str);
        let base = base
            .ok_or_else(|| format!("not served: {line}"))?
            .to_owned();
        let (_, address) = base.split_once("://").ok_or("no address")?;
        Ok(Self {
            address: address.parse()?,
            base,
            child,
            root,
            _dir: dir,
        })
    }

    fn round(&self, kind: Kind) -> Fallible<Round> {
        let honest = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let client = self.client()?;
        // The first requests of all are another matter.
        honest.block_on(self.ask(&client, QUIET / 10));
        let (quiet, missed) = honest.block_on(self.ask(&client, QUIET));
        let attackers = elsewhere()?;
        let mut siege = attackers.block_on(async {
            let siege = self.attack(kind)?.launch(SOCKETS, Some(AGAIN));
            siege.stands().await;
            Fallible::Ok(siege)
        })?;
        let (besieged, failed) = honest.block_on(self.ask(&client, BESIEGED));
        siege.attackers().abort_all();
        attackers.shutdown_background();
        Ok(Round {
            quiet,
            besieged,
            failed: failed + missed,
        })
    }

    fn attack(&self, kind: Kind) -> Fallible<Attack> {
        let mut attack = Attack::new(kind, self.address);
        if let Some(root) = &self.root {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(root.clone())?;
            let config = rustls::ClientConfig::builder()
                .with_root_certificates(roots)
                .with_no_client_auth();
            attack.tls = Some(TlsConnector::from(Arc::new(config)));
        }
        Ok(attack)
    }

    fn client(&self) -> Fallible<reqwest::Client> {
        let root = self
            .root
            .as_ref()
            .map(|der| reqwest::Certificate::from_der(der));
        Ok(reqwest::Client::builder()
            .tls_certs_only(root.transpose()?)
            .local_address(IpAddr::from([127, 0, 0, 2]))
            .pool_max_idle_per_host(0)
            .timeout(Duration::from_secs(10))
            .build()?)
    }

    /// Milliseconds for each request that was answered, and how many were not. What is asked takes the database, and a token
    /// that nobody has: the answer is known.
    async fn ask(&self, client: &reqwest::Client, times: usize) -> (Vec<f64>, usize) {
        let mut took = Vec::with_capacity(times);
        for _ in 0..times {
            let start = Instant::now();
            let asked = client
                .get(format!("{}/v1/people?query=example", self.base))
                .bearer_auth("no-such-token")
                .send();
            if asked.await.is_ok_and(|answer| answer.status() == 401) {
                took.push(ms(start.elapsed()));
            }
        }
        let missed = times - took.len();
        (took, missed)
    }
}

/// Attackers have machines of their own: here their threads come after everybody else's.
fn elsewhere() -> Fallible<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .on_thread_start(|| {
            // Otherwise the figures are worse than they need be.
            let _ = rustix::process::nice(19);
        })
        .build()?)
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a certificate for the loopback address, and says so to the program.
fn certificate(
    dir: &Path,
    command: &mut Command,
) -> Fallible<rustls::pki_types::CertificateDer<'static>> {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
    let (chain, key) = (dir.join("chain.pem"), dir.join("key.pem"));
    std::fs::write(&chain, made.cert.pem())?;
    // Nobody else may read it: the registry refuses to serve with a key that they can.
    let mut file = OpenOptions::new();
    let mut file = file.write(true).create_new(true).mode(0o600).open(&key)?;
    file.write_all(made.signing_key.serialize_pem().as_bytes())?;
    command
        .arg("--tls-cert")
        .arg(chain)
        .arg("--tls-key")
        .arg(key);
    Ok(made.cert.der().clone())
}
