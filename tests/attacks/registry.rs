//! The program that is attacked: the registry in a process of its own, and its commands.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;

const PEOPLE: &str = "record,id,name,kind,email,organisation,coc_number\n\
    organisation,o-1,Example Shipping,,,,12345678\n\
    person,p-1,P. Example,employee,p@example.com,o-1,\n\
    person,p-2,W. Example,main-administrator,w@example.com,o-1,\n\
    person,p-3,T. Exampleson,unaffiliated,t@example.com,,\n";

/// The build that is tried.
pub fn program() -> PathBuf {
    let named = std::env::var_os("KEYDESK_ATTACKED");
    named.map_or_else(|| env!("CARGO_BIN_EXE_keydesk").into(), PathBuf::from)
}

/// What a command came to.
pub struct Ran {
    pub code: i32,
    pub lines: Vec<Value>,
    /// Everything that it wrote.
    pub all: String,
}

impl Ran {
    fn of(output: &Output) -> Self {
        let text = String::from_utf8_lossy(&output.stdout);
        Self {
            code: output.status.code().unwrap_or(-1),
            lines: text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect(),
            all: format!("{text}{}", String::from_utf8_lossy(&output.stderr)),
        }
    }

    /// A fact of how it ended.
    fn fact(&self, name: &str) -> String {
        let last = self.lines.last().and_then(|line| line.get("facts"));
        let fact = last
            .and_then(|facts| facts.get(name))
            .and_then(Value::as_str);
        fact.unwrap_or_else(|| panic!("no {name}: {}", self.all))
            .to_owned()
    }
}

/// Runs the program, with a line on its standard input, which `--code-fd 0` reads.
pub fn run(arguments: &[&str], line: &str) -> Ran {
    let mut child = Command::new(program())
        .arg("--json")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    if let Some(mut stdin) = child.stdin.take() {
        // One that reads nothing may have ended already.
        let _ = writeln!(stdin, "{line}");
    }
    Ran::of(&child.wait_with_output().expect("it ends"))
}

/// A registry with three people in it.
pub struct Registry {
    pub folder: TempDir,
    child: Option<Child>,
    pub url: String,
}

impl Registry {
    pub fn new() -> Self {
        Self::with("")
    }

    /// With these settings.
    pub fn with(settings: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut registry = Self {
            folder,
            child: None,
            url: String::new(),
        };
        registry.serve("127.0.0.1:0", settings);
        let people = registry.path("people.csv");
        std::fs::write(&people, PEOPLE).expect("written");
        let imported = registry.command(&["import", text(&people)]);
        assert_eq!(imported.code, 0, "{}", imported.all);
        registry
    }

    /// Starts it, as a system does that gives a program 1024 files.
    pub fn serve(&mut self, listen: &str, settings: &str) {
        let config = self.path("registry.toml");
        std::fs::write(&config, settings).expect("written");
        let mut child = Command::new("sh")
            .args(["-c", "ulimit -n 1024 && exec \"$0\" \"$@\""])
            .arg(program())
            .args(["--json", "--config", text(&config)])
            .args(["registry", "serve", "--listen", listen, "--db"])
            .arg(self.db())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the registry starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let said: Value = serde_json::from_str(&line).unwrap_or_default();
        let url = said.pointer("/item/url").and_then(Value::as_str);
        self.url = url
            .unwrap_or_else(|| panic!("not served: {line}"))
            .to_owned();
        self.child = Some(child);
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Stops it in order.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let id = i32::try_from(child.id()).ok();
            let id = id.and_then(rustix::process::Pid::from_raw);
            let asked = rustix::process::kill_process(
                id.expect("a process"),
                rustix::process::Signal::TERM,
            );
            asked.expect("signalled");
            child.wait().expect("it ends");
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn db(&self) -> PathBuf {
        self.path("registry.db")
    }

    /// A command of its administrator's.
    pub fn command(&self, arguments: &[&str]) -> Ran {
        let db = self.db();
        let all = [&["registry"], arguments, &["--db", text(&db)]].concat();
        run(&all, "")
    }

    pub fn station_code(&self, name: &str) -> String {
        self.command(&["station-code", "--name", name]).fact("code")
    }

    pub fn operator_code(&self, name: &str, role: &str) -> String {
        self.command(&["operator-code", "--name", name, "--role", role])
            .fact("code")
    }

    /// Its database, by another connection.
    pub async fn database(&self) -> SqlitePool {
        let options = SqliteConnectOptions::new()
            .filename(self.db())
            .foreign_keys(false);
        SqlitePool::connect_with(options).await.expect("opens")
    }

    /// Does this to the database, as whoever can write to it.
    pub async fn sql(&self, statement: &'static str) -> u64 {
        let pool = self.database().await;
        let done = sqlx::query(statement).execute(&pool).await.expect("runs");
        pool.close().await;
        done.rows_affected()
    }

    /// What it noticed, by kind.
    pub fn alarms(&self) -> Vec<String> {
        let listed = self.command(&["alarms"]);
        let kinds = listed.lines.iter().filter_map(|line| {
            let kind = line.pointer("/item/kind").and_then(Value::as_str);
            kind.map(str::to_owned)
        });
        kinds.collect()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("utf-8")
}
