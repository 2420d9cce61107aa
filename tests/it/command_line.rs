//! The real binary at a shell: arguments in, JSON lines and an exit code out.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use clap::CommandFactory;
use keydesk::cli::args::Arguments;
use serde_json::Value;
use tempfile::TempDir;

const PEOPLE: &str = "record,id,name,kind,email,organisation,coc_number\n\
    organisation,o-1,Example Shipping,,,,12345678\n\
    person,p-1,P. Example,employee,p@example.com,o-1,\n";

fn keydesk() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keydesk"));
    command.stdin(Stdio::null()).env_remove("KEYDESK_LOG");
    command
}

struct Ran {
    code: i32,
    lines: Vec<Value>,
    all: String,
}

impl Ran {
    fn outcome(&self) -> &Value {
        let last = self.lines.last().expect("at least one line");
        assert_eq!(last.get("event"), Some(&Value::from("outcome")), "{last}");
        last
    }

    fn text(&self, member: &str) -> String {
        let value = self.outcome().get(member).and_then(Value::as_str);
        value.expect("a text").to_owned()
    }
}

fn finish(output: Output) -> Ran {
    let text = String::from_utf8(output.stdout).expect("utf-8");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect::<Vec<Value>>();
    assert!(
        lines
            .iter()
            .all(|line| line.get("v") == Some(&Value::from(1))),
        "every line says its version"
    );
    Ran {
        code: output.status.code().expect("an exit code"),
        lines,
        all: format!("{text}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn run(data: &Path, arguments: &[&str]) -> Ran {
    let output = keydesk()
        .arg("--json")
        .arg("--data")
        .arg(data)
        .args(arguments)
        .output();
    finish(output.expect("the program runs"))
}

/// With a line on standard input, which `--code-fd 0` and `--pin-fd 0` read.
fn run_with_line(data: &Path, arguments: &[&str], line: &str) -> Ran {
    let mut child = keydesk()
        .arg("--json")
        .arg("--data")
        .arg(data)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("piped");
    writeln!(stdin, "{line}").expect("written");
    drop(stdin);
    finish(child.wait_with_output().expect("it ends"))
}

struct Registry {
    child: Child,
    url: String,
}

impl Registry {
    fn serve(db: &Path) -> Self {
        // What is not said on the line is in the file.
        let config = db.with_extension("toml");
        let settings = format!("listen = \"127.0.0.1:0\"\ndb = {db:?}\n");
        std::fs::write(&config, settings).expect("written");
        let mut child = keydesk()
            .args(["--json", "registry", "serve", "--config"])
            .arg(&config)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the registry starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let said: Value = serde_json::from_str(&line).expect("JSON");
        let url = said.pointer("/item/url").and_then(Value::as_str);
        Self {
            url: url.expect("an address").to_owned(),
            child,
        }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Place {
    folder: TempDir,
    registry: Registry,
}

impl Place {
    /// A registry with one person.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let db = folder.path().join("registry.db");
        let registry = Registry::serve(&db);
        Self { folder, registry }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn registry(&self, arguments: &[&str]) -> Ran {
        let db = self.path("registry.db");
        let db = db.to_str().expect("utf-8");
        let all = [&["registry"], arguments, &["--db", db]].concat();
        run(&self.path("unused"), &all)
    }

    fn join(&self) -> PathBuf {
        let code = self.registry(&["station-code", "--name", "Desk"]);
        assert_eq!(code.code, 0, "{}", code.all);
        let code = code.outcome().pointer("/facts/code").cloned();
        let code = code.as_ref().and_then(Value::as_str).expect("a code");
        let data = self.path("station");
        let joined = run_with_line(
            &data,
            &[
                "station",
                "join",
                "--registry",
                &self.registry.url,
                "--name",
                "Desk",
                "--code-fd",
                "0",
            ],
            code,
        );
        assert_eq!(joined.code, 0, "{}", joined.all);
        data
    }
}

#[test]
fn people_are_imported_whole_or_not_at_all_and_wrong_lines_are_named() {
    let place = Place::new();
    let good = place.path("good.csv");
    std::fs::write(&good, PEOPLE).expect("written");
    let bad = place.path("bad.csv");
    std::fs::write(&bad, format!("{PEOPLE}person,p-2,No Kind,captain,,,\n")).expect("written");
    let refused = place.registry(&["import", bad.to_str().expect("utf-8")]);
    assert_eq!(refused.code, 2);
    let wrong = refused.lines.first().expect("a line");
    assert_eq!(
        wrong.pointer("/item/line"),
        Some(&Value::from(4)),
        "{wrong}"
    );
    let taken = place.registry(&["import", good.to_str().expect("utf-8")]);
    assert_eq!(taken.code, 0, "{}", taken.all);
    assert_eq!(
        taken.outcome().pointer("/facts/people"),
        Some(&Value::from(1))
    );
    let unknown = place.registry(&["import", "/nonexistent.csv"]);
    assert_eq!(unknown.code, 2);
}

#[test]
fn a_station_that_was_revoked_is_listed_as_such_and_told_so() {
    let place = Place::new();
    let data = place.join();
    let revoked = place.registry(&["stations", "revoke", "Desk"]);
    assert_eq!(revoked.code, 0, "{}", revoked.all);
    let since = revoked.outcome().pointer("/facts/revoked_at").cloned();
    let listed = place.registry(&["stations", "list"]);
    let line = listed.lines.first().expect("a line");
    assert_eq!(line.pointer("/item/revoked_at").cloned(), since, "{line}");
    let unknown = place.registry(&["stations", "revoke", "Nowhere"]);
    assert_eq!(unknown.code, 2, "{}", unknown.all);

    let code = place.registry(&[
        "operator-code",
        "--name",
        "O. Perator",
        "--role",
        "help-desk",
    ]);
    let code = code.outcome().pointer("/facts/code").cloned();
    let code = code.as_ref().and_then(Value::as_str).expect("a code");
    let told = run_with_line(&data, &["session", "open", "--code-fd", "0"], code);
    assert_eq!(told.code, 3, "{}", told.all);
    assert!(told.all.contains("was revoked at"), "{}", told.all);

    let operators = place.registry(&["operators", "list"]);
    let item = operators.lines.first().expect("a line");
    let id = item.pointer("/item/id").and_then(Value::as_str);
    let id = id.expect("an identifier");
    assert_eq!(place.registry(&["operators", "revoke", id]).code, 0);
    let late = place.registry(&["operators", "new-key", id]);
    assert_eq!(late.code, 3, "{}", late.all);
}

#[test]
fn a_station_joins_once_and_its_chain_verifies() {
    let place = Place::new();
    let data = place.join();
    let verified = run(&data, &["audit", "verify"]);
    assert_eq!(verified.code, 0, "{}", verified.all);
    assert_eq!(
        verified.outcome().pointer("/facts/records"),
        Some(&Value::from(1))
    );
    let exported = run(&data, &["audit", "export"]);
    assert!(exported.all.contains("station-joined"), "{}", exported.all);
    let again = run_with_line(
        &data,
        &[
            "station",
            "join",
            "--registry",
            &place.registry.url,
            "--code-fd",
            "0",
        ],
        "whatever",
    );
    assert_eq!(again.code, 3, "{}", again.all);
    let wrong = run_with_line(
        &place.path("other"),
        &[
            "station",
            "join",
            "--registry",
            &place.registry.url,
            "--code-fd",
            "0",
        ],
        "not-a-code",
    );
    assert_eq!(wrong.code, 3, "{}", wrong.all);
}

#[test]
fn without_a_session_nothing_is_done_and_the_exit_code_says_so() {
    let place = Place::new();
    let data = place.join();
    let enrol = [
        "enrol",
        "--person",
        "p-1",
        "--identified-by",
        "passport:7K31",
        "--wait",
        "1",
    ];
    for command in [
        &["person", "find", "exam"][..],
        &enrol,
        &["tickets", "fetch", "--day", "today"],
    ] {
        let ran = run(&data, command);
        assert_eq!(ran.code, 3, "{command:?}: {}", ran.all);
        assert_eq!(ran.text("code"), "signed-out", "{command:?}");
    }
    for command in [
        &["outbox", "list"][..],
        &["unfinished", "list"],
        &["outbox", "push"],
        &["session", "close"],
    ] {
        assert_eq!(run(&data, command).code, 0, "{command:?}");
    }
}

#[test]
fn a_registry_out_of_reach_is_exit_code_five() {
    let place = Place::new();
    let data = place.join();
    let Place { folder, registry } = place;
    drop(registry);
    let ran = run(&data, &["session", "open", "--wait", "1"]);
    assert_eq!(ran.code, 5, "{}", ran.all);
    drop(folder);
}

#[test]
fn no_key_in_the_bay_is_exit_code_four() {
    let place = Place::new();
    let data = place.join();
    let ran = run(&data, &["session", "open", "--key", "9-9.9", "--wait", "1"]);
    assert_eq!(ran.code, 4, "{}", ran.all);
}

#[test]
fn wrong_arguments_are_exit_code_two_and_name_what_is_wrong() {
    for (arguments, said) in [
        (
            &[
                "enrol",
                "--person",
                "p-1",
                "--identified-by",
                "passport:NX7K31",
            ][..],
            "last four",
        ),
        (&["enrol", "--person", "p-1"], "--identified-by"),
        (&["frobnicate"], "frobnicate"),
        (&["--language", "de", "doctor"], "de"),
    ] {
        let output = keydesk().args(arguments).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said_here = String::from_utf8_lossy(&output.stderr);
        assert!(said_here.contains(said), "{arguments:?}: {said_here}");
    }
}

#[test]
fn a_damaged_journal_is_exit_code_seven_and_names_the_file() {
    let place = Place::new();
    let data = place.join();
    let segment = data.join("journal").join("00000001.kdj");
    let mut bytes = std::fs::read(&segment).expect("read");
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 0x40;
    }
    std::fs::write(&segment, bytes).expect("written");
    let ran = run(&data, &["audit", "verify"]);
    assert_eq!(ran.code, 7, "{}", ran.all);
    let name = segment.file_name().expect("a name").to_string_lossy();
    assert!(ran.text("detail").contains(&*name), "{}", ran.all);
}

#[test]
fn an_audit_that_finds_no_room_for_a_copy_of_the_index_names_the_folder_and_what_to_do() {
    let place = Place::new();
    let data = place.join();
    let folder = tempfile::tempdir().expect("a folder");
    // No file may be larger than a kilobyte: to whoever writes it is as on a full disk.
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" --json --data \"$1\" audit verify";
    let output = Command::new("bash")
        .args(["-c", script, env!("CARGO_BIN_EXE_keydesk")])
        .arg(&data)
        .env("TMPDIR", folder.path())
        .env_remove("KEYDESK_LOG")
        .stdin(Stdio::null())
        .output();
    let ran = finish(output.expect("it runs"));
    assert_eq!(ran.code, 7, "{}", ran.all);
    let (said, named) = (ran.text("detail"), folder.path().display().to_string());
    for part in [named.as_str(), "free some space there", "TMPDIR"] {
        assert!(said.contains(part), "{said}");
    }
    let left = std::fs::read_dir(folder.path()).expect("read").count();
    assert_eq!(left, 0, "the copy is gone");
    assert_eq!(run(&data, &["audit", "verify"]).code, 0);
}

#[test]
fn the_demonstration_without_a_terminal_does_the_main_job_and_exits_with_zero() {
    let output = keydesk().args(["--json", "demo"]).output();
    let ran = finish(output.expect("it runs"));
    assert_eq!(ran.code, 0, "{}", ran.all);
    assert_eq!(ran.text("code"), "enrolled");
    let touches = ran
        .lines
        .iter()
        .filter(|l| l.get("event") == Some(&Value::from("touch")));
    assert_eq!(touches.count(), 2);
    assert!(!ran.all.contains("2580-demo"), "the PIN was printed");
}

#[test]
fn the_doctor_names_what_to_mend() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = run(&folder.path().join("fresh"), &["doctor"]);
    assert_eq!(ran.code, 3, "{}", ran.all);
    assert!(ran.all.contains("keydesk station join"), "{}", ran.all);
    assert!(
        !folder.path().join("fresh").exists(),
        "a look leaves nothing behind"
    );
}

#[test]
fn the_doctor_beside_a_station_at_work_says_which_process_has_it() {
    let place = Place::new();
    let data = place.join();
    let open = keydesk::store::Store::open(&data).expect("the store opens");
    let ran = run(&data, &["doctor"]);
    drop(open);
    let station = ran
        .lines
        .iter()
        .find(|line| line.pointer("/item/what") == Some(&Value::from("station")))
        .expect("the station is looked at");
    let health = station.pointer("/item/health");
    assert_eq!(health, Some(&Value::from("good")), "{station}");
    let process = format!("process {}", std::process::id());
    assert!(station.to_string().contains(&process), "{station}");
}

#[test]
fn wrong_arguments_end_in_an_outcome_line_where_lines_are_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = run(folder.path(), &["frobnicate"]);
    assert_eq!(ran.code, 2, "{}", ran.all);
    assert_eq!(ran.text("code"), "usage");
    assert!(ran.text("detail").contains("frobnicate"), "{}", ran.all);
}

#[test]
fn every_command_stands_in_the_readme() {
    let rows: Vec<&str> = include_str!("../../README.md")
        .lines()
        .filter(|line| line.starts_with("| `keydesk"))
        .collect();
    for command in Arguments::command().get_subcommands() {
        let start = format!("`keydesk {}", command.get_name());
        let of_it: Vec<_> = rows.iter().filter(|row| row.contains(&start)).collect();
        assert!(command.is_hide_set() || !of_it.is_empty(), "{start}");
        for part in command.get_subcommands().map(|part| part.get_name()) {
            let words = |row: &&&str| {
                let apart = |c: char| !(c.is_alphanumeric() || c == '-');
                row.split(apart).any(|word| word == part)
            };
            let named = of_it.iter().any(words);
            assert!(named, "{start} {part}");
        }
    }
}

#[test]
fn what_people_are_to_be_told_of_is_listed_for_a_mail_job_until_it_is_marked() {
    let place = Place::new();
    let empty = place.registry(&["notices"]);
    assert_eq!(empty.code, 0, "{}", empty.all);
    assert_eq!(empty.outcome()["facts"]["notices"], 0);
    let unknown = place.registry(&["notices", "--mark-told", "7"]);
    assert_eq!(unknown.code, 2, "{}", unknown.all);
    assert!(unknown.text("detail").contains("notice 7"));
}

#[test]
fn an_alarm_that_was_looked_into_is_listed_no_more_unless_all_are_asked_for() {
    let place = Place::new();
    let made = [
        "operator-code",
        "--name",
        "C. Service",
        "--role",
        "customer-service",
    ];
    assert_eq!(place.registry(&made).code, 0);
    let listed = place.registry(&["alarms"]);
    let number = listed
        .lines
        .first()
        .and_then(|line| line.pointer("/item/number"));
    let number = number.expect("an alarm").to_string();
    let without = place.registry(&["alarms", "--acknowledge", &number]);
    assert_eq!(without.code, 2, "{}", without.all);
    let found = |number: &str| {
        let why = ["--reason", "she joined today"];
        place.registry(&[&["alarms", "--acknowledge", number][..], &why].concat())
    };
    let unknown = found("4711");
    assert_eq!(unknown.code, 2, "{}", unknown.all);
    let done = found(&number);
    assert_eq!(done.outcome()["facts"]["acknowledged"], 1, "{}", done.all);
    assert_eq!(place.registry(&["alarms"]).outcome()["facts"]["alarms"], 0);
    let all = place.registry(&["alarms", "--all"]);
    assert!(all.all.contains("she joined today"), "{}", all.all);
}

#[test]
fn exit_codes_of_the_registrys_commands_are_those_of_the_table() {
    let place = Place::new();
    let long = [
        "resets", "deputy", "nobody", "--for", "48h", "--reason", "ill",
    ];
    let ran = place.registry(&long);
    assert_eq!((ran.code, ran.text("code").as_str()), (2, "no-deputy"));
    assert!(
        ran.text("detail").contains("24 hours"),
        "{}",
        ran.text("detail")
    );
    // A port on which nobody listens.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let config = place.path("mail.toml");
    let settings = format!(
        "[mail]\nserver = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nfrom = \"desk@example.com\"\n"
    );
    std::fs::write(&config, settings).expect("written");
    let config = config.display().to_string();
    let mail = [
        "registry",
        "mail",
        "--test",
        "p1@example.com",
        "--config",
        &config,
    ];
    let ran = run(&place.path("unused"), &mail);
    assert_eq!((ran.code, ran.text("code").as_str()), (5, "not-sent"));
}

#[test]
fn what_is_no_identifier_is_said_to_be_none_and_where_they_are_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, list) in [
        (
            vec!["unfinished", "resolve", "nope"],
            "keydesk unfinished list",
        ),
        (
            vec!["outbox", "resolve", "nope", "retry"],
            "keydesk outbox list",
        ),
        (vec!["batch", "show", "nope"], "keydesk batch list"),
        (vec!["reset", "show", "nope"], "keydesk reset list"),
    ] {
        let ran = run(folder.path(), &arguments);
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.text("detail").contains(list), "{}", ran.text("detail"));
    }
}
