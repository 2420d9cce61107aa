//! The walls of the house: which room may use which, and who alone may name a library. Read from the sources.

mod sources;

use std::collections::{BTreeMap, BTreeSet};

use sources::{Source, crate_paths, functions, sources};

/// What each room may use besides itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("wire", &["domain"]),
    ("column", &["domain", "wire"]),
    ("ctap", &["domain"]),
    ("files", &[]),
    ("metadata", &["domain"]),
    ("seal", &["domain"]),
    ("totp", &["domain"]),
    ("record", &["domain", "wire"]),
    ("workflow", &["domain", "record", "totp", "wire"]),
    ("bay", &["ctap", "domain"]),
    ("store", &["domain", "files", "record", "wire"]),
    ("registry", &["domain", "files", "wire"]),
    (
        "server",
        &["column", "domain", "files", "seal", "text", "totp", "wire"],
    ),
    ("text", &["domain", "record", "wire", "workflow"]),
    (
        "tui",
        &[
            "domain",
            "record",
            "totp",
            "wire",
            "workflow",
            "station::face",
            "text",
        ],
    ),
    (
        "cli",
        &[
            "domain",
            "files",
            "record",
            "station",
            "store::audit",
            "text",
            "totp",
            "wire",
            "workflow",
        ],
    ),
    (
        "station",
        &[
            "bay", "ctap", "domain", "files", "metadata", "record", "registry", "seal", "store",
            "totp", "wire", "workflow",
        ],
    ),
];

/// The only rooms that may name a library.
const ONLY: &[(&str, &[&str])] = &[
    ("hidapi", &["bay"]),
    ("sled", &["store"]),
    ("ratatui", &["tui"]),
    ("reqwest", &["registry", "server::delivery"]),
    ("lettre", &["server::delivery"]),
    ("webpki", &["metadata"]),
    ("axum", &["server"]),
    ("maud", &["server::web"]),
    ("hyper", &["server"]),
    ("tokio_rustls", &["server"]),
    ("hpke", &["seal"]),
    ("totp_rs", &["totp"]),
    ("qrcode", &["totp"]),
    (
        "sqlx",
        &[
            "column",
            "server::tables",
            "server::database",
            "server::backup",
        ],
    ),
    ("webauthn_rs_core", &["server"]),
    ("keydesk_core", &["lib"]),
];

/// How a file is opened so that a pipe in its place is waited for.
const WAITING: &[&str] = &[
    "File::open(",
    "fs::read(",
    "fs::read_to_string(",
    "OpenOptions::new()\n",
];

/// Who opens what is no file of anybody's: descriptors that were handed over, the kernel's own, directories that are synced.
const NO_FILES: &[&str] = &[
    "bay::sysfs",
    "cli::care::hand_over",
    "cli::secret",
    "files",
    "store::index::files",
    "store::journal",
    "text::tests",
];

/// What rooms without I/O of their own must not name.
const PURE: &[&str] = &[
    "column", "domain", "metadata", "record", "totp", "wire", "workflow", "ctap",
];
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::thread",
    "std::process",
    "tokio::",
    "SystemTime::now",
    "Timestamp::now",
    "getrandom::",
    "Uuid::now",
    "Uuid::new_v",
];

/// Which table a statement writes.
fn written(statement: &str) -> Option<&str> {
    let verbs = ["INSERT INTO ", "DELETE FROM ", "UPDATE "];
    let rest = verbs.iter().find_map(|verb| statement.strip_prefix(verb))?;
    rest.split_whitespace().next()
}

#[test]
fn each_room_uses_only_the_rooms_that_the_plan_allows() {
    let mut broken = Vec::new();
    for source in sources() {
        let Some((_, allowed)) = MAY_USE.iter().find(|(room, _)| *room == source.room) else {
            assert!(
                ["lib", "main", "program"].contains(&source.room.as_str()),
                "{} is a room that the plan does not know",
                source.path.display()
            );
            continue;
        };
        for path in crate_paths(&source.code) {
            let inside = path == source.room || path.starts_with(&format!("{}::", source.room));
            let may = allowed
                .iter()
                .any(|room| path == *room || path.starts_with(&format!("{room}::")));
            if !inside && !may && !path.is_empty() {
                broken.push(format!("{}: crate::{path}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "walls broken:\n{}", broken.join("\n"));
}

#[test]
fn a_library_is_named_only_in_the_room_that_hides_it() {
    let mut broken = Vec::new();
    for source in sources() {
        for (library, rooms) in ONLY {
            let named = source
                .code
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .any(|word| word == *library);
            if named && !rooms.iter().any(|room| source.is_in(room)) {
                broken.push(format!("{}: {library}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "walls broken:\n{}", broken.join("\n"));
}

/// Refusals that operators, and readers of pages, come to in the course of their work: why is said with the facts, in their language.
const READ_BY_PEOPLE: &[&str] = &[
    "ACT_CHANGED",
    "AUTHORITY_NEEDED",
    "COUNTER_REGRESSED",
    "CREDENTIAL_GONE",
    "ENROLLED_SINCE",
    "FACTOR_SUSPENDED",
    "GUESSED_OUT",
    "IDENTIFIED_OTHERWISE",
    "KEY_TAKEN",
    "LAST_FACTOR",
    "METHOD_UNKNOWN",
    "NAME_DIFFERS",
    "NEVER_LIFTED",
    "NOT_ALLOWED",
    "NOT_CALLED",
    "NOT_IDENTIFIED",
    "NOT_SUSPENDED",
    "NOT_WAITING",
    "OFFER_USED",
    "OPERATOR_GUESSED",
    "OPERATOR_REVOKED",
    "PROOF_MISSING",
    "RESET_LIMIT",
    "RESET_OPEN",
    "RESET_OVER",
    "STATION_REVOKED",
    "TOKEN_UNAVAILABLE",
    "VISIT_OVER",
];

#[test]
fn what_people_read_of_a_refusal_is_said_with_its_facts_and_never_in_a_sentence() {
    let (mut with_facts, mut broken) = (0, Vec::new());
    for source in sources().iter().filter(|s| s.room == "server") {
        with_facts += source.code.matches("Refusal::because(").count();
        for call in source.code.split("Refusal::new(").skip(1) {
            let call = call.trim_start().strip_prefix("problem_code::");
            let Some((code, words)) = call.and_then(|call| call.split_once(',')) else {
                continue;
            };
            // Of some a page says what is to be said by the code alone.
            if READ_BY_PEOPLE.contains(&code) && !words.trim_start().starts_with("\"\"") {
                broken.push(format!("{}: {code}", source.module));
            }
        }
    }
    assert!(with_facts > 80, "the refusals were not found: {with_facts}");
    assert!(broken.is_empty(), "in the registry's words: {broken:#?}");
}

#[test]
fn each_table_is_written_by_one_module_and_values_are_bound_by_number() {
    let mut writers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut by_place = Vec::new();
    for source in sources().iter().filter(|s| s.room == "server") {
        for statement in source.statements() {
            if let Some(table) = written(&statement) {
                let writers = writers.entry(table.to_owned()).or_default();
                writers.insert(source.module.clone());
            }
            if statement.contains('?') {
                by_place.push(format!("{}: {statement}", source.module));
            }
        }
    }
    assert!(
        writers.len() >= 30,
        "statements were not found: {writers:#?}"
    );
    let astray = |(_, by): &(&String, &BTreeSet<String>)| {
        by.len() > 1 || by.iter().any(|by| !by.starts_with("server::tables::"))
    };
    let broken: Vec<_> = writers.iter().filter(astray).collect();
    assert!(broken.is_empty(), "tables with several owners: {broken:#?}");
    assert!(
        by_place.is_empty(),
        "other databases number values: {by_place:#?}"
    );
}

#[test]
fn what_writes_a_table_asks_for_the_write_lock() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|s| s.is_in("server::tables")) {
        for function in source.code.split("\npub async fn ").skip(1) {
            let signature = function.split('{').next().unwrap_or_default();
            let name = signature.split('(').next().unwrap_or_default();
            let writes = ["INSERT INTO", "DELETE FROM", "UPDATE "]
                .iter()
                .any(|verb| function.contains(verb));
            // A database that is being made, or brought up to date, has nobody else in it.
            let alone = [
                ("server::tables::setting", "make"),
                ("server::tables::audit", "chain_all"),
            ];
            let exempt = alone.contains(&(source.module.as_str(), name));
            if writes && !exempt && !signature.contains("&mut Write") {
                broken.push(format!("{}: {name}", source.module));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "written without the lock:\n{}",
        broken.join("\n")
    );
}

#[test]
fn signatures_are_verified_before_the_write_lock_is_taken() {
    let mut verifiers = BTreeSet::new();
    let mut broken = Vec::new();
    let sources = sources();
    let rooms = ["server::routes", "server::web"];
    let routes = || {
        let all = sources.iter();
        all.filter(|s| rooms.iter().any(|room| s.is_in(room)))
    };
    let words = [".registration(", ".assertion(", ".verified_act("];
    let verifies = |body: &str| words.iter().any(|word| body.contains(word));
    for source in routes() {
        for (name, body) in functions(&source.code) {
            if verifies(&body) {
                verifiers.insert((source.module.clone(), name));
            }
        }
    }
    assert!(
        verifiers.len() >= 5,
        "verification was not found: {verifiers:?}"
    );
    for source in routes() {
        for (name, body) in functions(&source.code) {
            let lock = [".lock(", ".db.write(", "&mut Write", "ledger::open("];
            let lock = lock.iter().filter_map(|taken| body.find(taken)).min();
            // Another module's function of that name is another one.
            let called = |verifier: &str| {
                let call = format!("{verifier}(&");
                let calls = body.match_indices(&call).map(|(at, _)| at);
                let own = |at: &usize| !body.split_at(*at).0.ends_with(':');
                calls.filter(own).max()
            };
            let own = verifiers
                .iter()
                .filter(|(module, _)| *module == source.module);
            let verified = own
                .filter(|(_, verifier)| *verifier != name)
                .filter_map(|(_, verifier)| called(verifier))
                .chain(words.iter().filter_map(|word| body.rfind(word)))
                .max();
            if let (Some(lock), Some(verified)) = (lock, verified)
                && lock < verified
            {
                broken.push(format!("{}::{name}", source.module));
            }
        }
    }
    assert!(broken.is_empty(), "verified while others wait: {broken:?}");
}

#[test]
fn a_workflow_has_facts_and_no_sentences() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|s| s.is_in("workflow")) {
        // What a lint is told is read by nobody at a desk.
        let lines = source.code.lines();
        for line in lines.filter(|line| !line.contains("reason = \"")) {
            for text in line.replace("\\\"", "").split('"').skip(1).step_by(2) {
                let words = text.split_whitespace();
                let words = words.filter(|word| word.chars().all(char::is_alphabetic));
                if words.count() >= 3 {
                    broken.push(format!("{}: {text}", source.module));
                }
            }
        }
    }
    assert!(
        broken.is_empty(),
        "words for people:\n{}",
        broken.join("\n")
    );
}

/// Arguments that do not parse are told by their parser, which speaks English.
fn parses_arguments(source: &Source) -> bool {
    source.module == "cli::choice" || source.module.split("::").any(|name| name == "args")
}

/// Whoever compares a role decides beside the matrix.
#[test]
fn what_a_role_may_is_asked_of_the_matrix() {
    let compares = |line: &str| {
        let sides = ["== ", "!= "]
            .into_iter()
            .flat_map(|sign| line.split(sign).skip(1));
        sides
            .filter_map(|side| side.split(' ').next())
            .any(|what| what.contains("Role::"))
    };
    let mut broken = Vec::new();
    for source in sources() {
        if source.is_in("domain::authority") || source.is_in("tui::tests") {
            continue;
        }
        let lines = source.code.lines();
        let guesses = lines.filter(|line| compares(line));
        broken.extend(guesses.map(|line| format!("{}: {}", source.module, line.trim())));
    }
    assert!(
        broken.is_empty(),
        "roles that are compared outside domain/authority:\n{}",
        broken.join("\n")
    );
}

/// Whether two words of a sentence follow each other in a text.
fn is_prose(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    words.windows(2).any(|pair| {
        let first = pair[0].trim_end_matches([',', ';', ':']);
        is_word(first) && is_word(pair[1])
    })
}

/// Sentences of the station that stand where they are, each with the words with which it begins.
const NOT_FROM_TEXT: &[(&str, &[&str])] = &[
    // Read before it is known which language is spoken, or by whoever sets the machine up; their errors are told as they are.
    (
        "station::config",
        &[
            "{path}: cannot be",
            "version {}",
            "language {:?}",
            "idle_lock_s",
        ],
    ),
    ("station::join", &["this station has joined {registry}"]),
    (
        "station::metadata",
        &["this is metadata no", "{}: the journal says"],
    ),
    // What is wrong with an answer, for a log: people read that it can't be read.
    (
        "station::account_resets",
        &["what was written down", "what is to be signed"],
    ),
    ("station::loans", &["what is to be signed"]),
    ("station::losses", &["it did not say what a code was"]),
    // What is wrong in a line of a file, beside what its reader says of it in `domain`, in English.
    ("station::people", &["the registry knows no such person"]),
    ("station::tickets", &["there is no ticket for this person"]),
];

/// Whether a sentence is one of those.
fn stands(source: &Source, text: &str) -> bool {
    NOT_FROM_TEXT.iter().any(|(module, begins)| {
        source.module == *module && begins.iter().any(|begin| text.starts_with(begin))
    })
}

#[test]
fn command_line_and_station_take_their_sentences_from_text() {
    let mut broken = Vec::new();
    let mut read = 0;
    let sources = sources();
    let rooms = ["cli", "station"];
    let speak = sources
        .iter()
        .filter(|source| rooms.contains(&source.room.as_str()));
    for source in speak.filter(|source| !parses_arguments(source)) {
        read += 1;
        // A log is for whoever looks after the machine.
        let lines = source.code.lines();
        for line in lines.filter(|line| !line.contains("tracing::") && !line.contains("reason = "))
        {
            let line = line.replace("\\\"", "");
            let texts = line.split('"').skip(1).step_by(2);
            broken.extend(
                texts
                    .filter(|text| is_prose(text) && !stands(source, text))
                    .map(|text| format!("{}: {text}", source.module)),
            );
        }
    }
    assert!(read > 60, "command line or station were not found: {read}");
    assert!(
        broken.is_empty(),
        "words for people:\n{}",
        broken.join("\n")
    );
}

#[test]
fn prose_is_two_words_of_a_sentence() {
    for said in [
        "the key is back",
        "{n} found in tickets",
        "withdrawn, all lost",
    ] {
        assert!(is_prose(said), "{said}");
    }
    for unsaid in ["no-such-key", "slot {}: {}", "--key SERIAL", "{x} ({y})"] {
        assert!(!is_prose(unsaid), "{unsaid}");
    }
}

#[test]
fn the_pure_rooms_have_no_clock_no_threads_and_no_io() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|s| PURE.contains(&s.room.as_str())) {
        for word in IMPURE {
            if source.code.contains(word) {
                broken.push(format!("{}: {word}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "walls broken:\n{}", broken.join("\n"));
}

#[test]
fn a_file_is_opened_where_a_pipe_in_its_place_is_waited_for_by_nobody() {
    let mut broken = Vec::new();
    for source in sources() {
        let waits = WAITING.iter().filter(|word| source.code.contains(**word));
        if !NO_FILES.contains(&source.module.as_str()) {
            broken.extend(waits.map(|word| format!("{}: {word}", source.module)));
        }
    }
    assert!(
        broken.is_empty(),
        "use what `files` has:\n{}",
        broken.join("\n")
    );
}

/// What stands open at the level of a module without a word about it.
fn undocumented(text: &str) -> Vec<&str> {
    let kinds = [
        "fn", "struct", "enum", "trait", "const", "static", "type", "union",
    ];
    let mut told = false;
    let mut found = Vec::new();
    let body = text.split("#[cfg(test)]\nmod tests").next();
    for line in body.unwrap_or(text).lines() {
        // Attributes stand between the words and the item.
        if line.starts_with("#[") || line.starts_with([' ', ')', ']', '}']) {
            continue;
        }
        let item = line.strip_prefix("pub ").unwrap_or_default();
        if item.split(' ').take(3).any(|word| kinds.contains(&word)) && !told {
            found.push(line);
        }
        told = line.starts_with("///");
    }
    found
}

#[test]
fn what_a_module_offers_says_what_it_is() {
    let mut broken = Vec::new();
    for source in sources() {
        // What scenes are made of is what its name says.
        if !source.is_in("tui::scenes") {
            let text = std::fs::read_to_string(&source.path).expect("utf-8");
            for item in undocumented(&text) {
                broken.push(format!("{}: {item}", source.path.display()));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "nothing is said of:\n{}",
        broken.join("\n")
    );
}

#[test]
fn what_says_nothing_of_itself_is_seen_behind_attributes_and_after_others() {
    let text = "/// A.\n#[derive(\n    Debug\n)]\npub struct A {\n    pub b: u8,\n}\n\npub async fn b() {}\nfn c() {}\n/// D.\npub use d;\npub const D: u8 = 1;\n";
    assert_eq!(
        undocumented(text),
        ["pub async fn b() {}", "pub const D: u8 = 1;"]
    );
}

/// The API's description knows each form by its name alone: of two of one name, one would be described as the other.
#[test]
fn no_two_forms_of_the_api_have_one_name() {
    let mut seen = BTreeMap::new();
    for source in sources() {
        for form in source.code.split("ToSchema").skip(1) {
            let head = form.split(['{', ';']).next().unwrap_or_default();
            let named = head
                .split("schema(as = ")
                .nth(1)
                .and_then(|rest| rest.split(')').next());
            let own = ["struct ", "enum "].iter().find_map(|kind| {
                let name = head.split(kind).nth(1)?;
                name.split(|c: char| !c.is_alphanumeric()).next()
            });
            let Some(name) = named.or(own).filter(|name| !name.is_empty()) else {
                continue;
            };
            if let Some(other) = seen.insert(name.to_owned(), source.module.clone()) {
                panic!("{name} stands in {other} and in {}", source.module);
            }
        }
    }
    assert!(seen.len() > 80, "the forms were not found: {}", seen.len());
}
