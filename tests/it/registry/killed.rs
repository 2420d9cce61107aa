//! The registry as the real program that is killed (SIGKILL) at any moment of a call and started again; and what holds then of the reset
//! of an account, whatever the moment was.
//!
//! `KEYDESK_KILLS` says how often each call is cut off: a few times by itself, more often in `.ci/long`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use keydesk::domain::OfferId;
use keydesk::server::{Server, admin};
use keydesk::wire::ActReceipt;
use keydesk::workflow::receipt;

use super::pages::browser::with_pages;
use super::world::World;

/// Longer than the registry takes for any of these calls.
const WITHIN_MS: u64 = 40;

/// How often each call is cut off.
pub fn rounds() -> u32 {
    let said = std::env::var("KEYDESK_KILLS").ok();
    said.map_or(3, |said| said.parse().expect("KEYDESK_KILLS is a number"))
}

/// The registry of a world, served by the program from here on.
pub struct Killed {
    child: Child,
    db: PathBuf,
    config: PathBuf,
    address: SocketAddr,
    pub pages: SocketAddr,
    calls: u32,
}

impl Killed {
    pub async fn of(world: &mut World) -> Self {
        let mut elsewhere = super::world::config(world.dir.path());
        elsewhere.db = world.dir.path().join("elsewhere.db");
        with_pages(&mut elsewhere);
        let elsewhere = Server::start(elsewhere).await.expect("starts");
        let running = std::mem::replace(&mut world.running, elsewhere);
        let (address, pages) = (running.addr, running.pages.expect("there are pages"));
        running.shutdown().await.expect("stops");
        let settings = format!("time_zone = \"UTC\"\n[pages]\nlisten = \"{pages}\"\n");
        let config = super::world::write(world.dir.path(), "registry.toml", settings);
        let db = world.db();
        Self {
            child: serve(&db, &config, address),
            db,
            config,
            address,
            pages,
            calls: 0,
        }
    }

    /// Kills the registry while it is asked for something, and starts it again. What it answered, if it did.
    pub async fn cut<T>(&mut self, call: impl Future<Output = T>) -> T {
        let rounds = u64::from(rounds());
        // Each call of a run at another moment than in the run before, and than the call before it.
        let nth = u64::from(self.calls) * 7 % rounds;
        let after = Duration::from_micros(WITHIN_MS * 1000 * (2 * nth + 1) / (2 * rounds));
        self.calls += 1;
        let child = &mut self.child;
        let kill = async {
            tokio::time::sleep(after).await;
            child.kill().expect("killed");
        };
        let (answer, ()) = tokio::join!(call, kill);
        self.child.wait().expect("over");
        self.child = serve(&self.db, &self.config, self.address);
        answer
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        // What cannot be stopped has stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(db: &Path, config: &Path, address: SocketAddr) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_keydesk"))
        .args(["--json", "registry", "serve", "--listen"])
        .arg(address.to_string())
        .arg("--db")
        .arg(db)
        .arg("--config")
        .arg(config)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the registry starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("piped");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    assert!(line.contains("\"serving\""), "{line}");
    child
}

/// How the reset of a person's account stands, as it is on the registry's disk; panics where that is by halves, lacks a signature, or
/// was told to nobody. `factors`: what they had when it was asked for.
pub async fn holds(world: &World, person: &str, factors: i64) -> String {
    let database = world.database().await;
    let resets: Vec<(String, Option<String>, Option<String>, bool)> = sqlx::query_as(
        "SELECT state, asked, released, administrator IS NOT NULL FROM account_reset WHERE person = $1",
    )
    .bind(person)
    .fetch_all(&database)
    .await
    .unwrap();
    assert!(resets.len() <= 1, "{resets:?}");
    let (state, asked, released, by_administrator) = resets.into_iter().next().unwrap_or_default();
    let is_done = state == "carried-out";
    let is_released = is_done || state == "released";

    // All of it is gone, at one moment, or nothing.
    let (living, moments): (i64, i64) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE gone_ms IS NULL), count(DISTINCT gone_ms) FROM credential \
         WHERE person = $1 AND suspended_ms IS NOT NULL",
    )
    .bind(person)
    .fetch_one(&database)
    .await
    .unwrap();
    let expected = if is_done { (0, 1) } else { (factors, 0) };
    assert_eq!((living, moments), expected, "{state}");

    // Nothing is asked for or released unsigned.
    let is_asked = is_released || state == "requested";
    assert_eq!(asked.is_some(), is_asked, "{state}");
    assert_eq!(
        released.is_some(),
        is_released && !by_administrator,
        "{state}"
    );
    for act in [asked, released].into_iter().flatten() {
        let act: OfferId = act.parse().expect("an identifier");
        let kept = admin::receipt(&world.db(), act).await.expect("kept");
        let kept: ActReceipt = serde_json::from_str(&kept).expect("a receipt");
        receipt::verify(&kept).expect("holds");
    }

    // The person is told of each step, once.
    let told: Vec<(String, i64)> = sqlx::query_as(
        "SELECT kind, count(*) FROM notice WHERE person = $1 AND about = $1 GROUP BY kind",
    )
    .bind(person)
    .fetch_all(&database)
    .await
    .unwrap();
    let told: BTreeMap<String, i64> = told.into_iter().collect();
    let times = |kind: &str| told.get(kind).copied().unwrap_or_default();
    assert_eq!(times("account-reset"), i64::from(is_done), "{told:?}");
    assert_eq!(times("reset-asked"), i64::from(is_asked), "{told:?}");
    let of_two = i64::from(is_released && !by_administrator);
    assert_eq!(times("reset-released"), of_two, "{told:?}");
    if by_administrator || state == "prepared" {
        assert_eq!(times("reset-prepared"), 1, "{told:?}");
    }
    database.close().await;
    state
}
