//! The pages that people read: whatever they, and the comments of the code, point to must be there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const PAGES: [&str; 9] = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/CUSTODY.md",
    "docs/DESIGN.md",
    "docs/DOMAIN.md",
    "docs/GLOSSARY.md",
    "docs/KEYS.md",
    "docs/SECURITY.md",
    "docs/figures.md",
];

/// What a path in a page begins with.
const FOLDERS: [&str; 10] = [
    ".ci/",
    "assets/",
    "benches/",
    "docs/",
    "fuzz/",
    "migrations/",
    "src/",
    "crates/core/",
    "tests/",
    "udev/",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn files_below(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == ending) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "nothing in {folder}");
    found
}

/// The titles of a page's sections.
fn titles(page: &str) -> BTreeSet<String> {
    let lines = page.lines().filter(|line| line.starts_with('#'));
    lines
        .map(|line| line.trim_start_matches('#').trim().to_owned())
        .collect()
}

/// The name by which a link leads to a section.
fn anchor(title: &str) -> String {
    let kept = title.to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// The pieces of code in a text, each with what stands before it.
fn code_spans(text: &str) -> Vec<(&str, &str)> {
    let pieces: Vec<&str> = text.split('`').collect();
    pieces
        .chunks(2)
        .filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)))
        .collect()
}

/// `a/{b,c}.d` is two paths.
fn expanded(path: &str) -> Vec<String> {
    match path.split_once('{').and_then(|(before, rest)| {
        let (each, after) = rest.split_once('}')?;
        Some((before, each, after))
    }) {
        Some((before, each, after)) => each
            .split(',')
            .map(|one| format!("{before}{one}{after}"))
            .collect(),
        None => vec![path.to_owned()],
    }
}

fn is_path(code: &str) -> bool {
    FOLDERS.iter().any(|folder| code.starts_with(folder)) && !code.contains([' ', '*', '<'])
}

/// Without the blocks that show commands and drawings.
fn prose(page: &str) -> String {
    let parts = page.split("```");
    parts.step_by(2).collect()
}

#[test]
fn every_path_that_a_page_names_is_there_and_so_is_what_it_names_in_it() {
    let mut missing = Vec::new();
    for page in PAGES {
        let text = prose(&read(page));
        let mut file: Option<&str> = None;
        for (before, code) in code_spans(&text) {
            if is_path(code) {
                let gone = expanded(code)
                    .into_iter()
                    .filter(|p| !root().join(p).exists());
                missing.extend(gone.map(|path| format!("{page}: {path}")));
                file = Some(code).filter(|code| code.ends_with(".rs"));
                continue;
            }
            // `path` (`name`, `name`)
            match file.filter(|_| [" (", ", "].contains(&before)) {
                Some(path) if root().join(path).exists() && !read(path).contains(code) => {
                    missing.push(format!("{page}: {path} does not name {code}"));
                }
                Some(_) => {}
                None => file = None,
            }
        }
    }
    assert!(missing.is_empty(), "not there:\n{}", missing.join("\n"));
}

#[test]
fn every_link_within_the_pages_leads_somewhere() {
    let mut missing = Vec::new();
    for page in PAGES {
        let text = prose(&read(page));
        let folder = Path::new(page).parent().expect("a folder");
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap_or_default();
            if link.starts_with("http") {
                continue;
            }
            let (path, section) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() {
                PathBuf::from(page)
            } else {
                folder.join(path)
            };
            let found = root().join(&target).exists()
                && (section.is_empty()
                    || titles(&read(&target))
                        .iter()
                        .any(|title| anchor(title) == section));
            if !found {
                missing.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(missing.is_empty(), "dead links:\n{}", missing.join("\n"));
}

#[test]
fn every_section_that_a_comment_cites_is_there() {
    let mut wrong = Vec::new();
    let mut cited = 0;
    let sources = ["src", "crates", "tests/it", "tests/suite"]
        .into_iter()
        .flat_map(|folder| files_below(folder, "rs"))
        .filter(|path| !path.ends_with("documents.rs"));
    for path in sources.chain(files_below("migrations", "sql")) {
        let text = std::fs::read_to_string(&path).expect("utf-8");
        for (nth, line) in text.lines().enumerate() {
            for (before, rest) in line
                .match_indices("DOMAIN")
                .map(|(at, _)| line.split_at(at))
            {
                cited += 1;
                let section = before
                    .ends_with("docs/")
                    .then(|| rest.strip_prefix("DOMAIN.md, \"")?.split('"').next())
                    .flatten();
                if !section.is_some_and(|s| titles(&read("docs/DOMAIN.md")).contains(s)) {
                    wrong.push(format!("{}:{}: {}", path.display(), nth + 1, line.trim()));
                }
            }
        }
    }
    assert!(cited > 0, "the rules are cited nowhere");
    assert!(
        wrong.is_empty(),
        "to be cited as docs/DOMAIN.md, \"Section\", which must stand there:\n{}",
        wrong.join("\n")
    );
}

/// A recipe says how many files it takes, and names them in order.
#[test]
fn a_recipe_names_as_many_files_as_it_says() {
    let page = read("CONTRIBUTING.md");
    let mut counted = 0;
    for recipe in page.split("\n### ").skip(1) {
        let title = recipe.lines().next().unwrap_or_default();
        let Some(said) = title
            .split(": ")
            .nth(1)
            .and_then(|rest| rest.strip_suffix(" files"))
        else {
            continue;
        };
        let recipe = recipe.split("\n## ").next().unwrap_or_default();
        // An item goes on in lines that are indented.
        let of_step = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit() || c == ' ');
        let steps = recipe.lines().filter(of_step);
        let named: BTreeSet<String> = steps
            .flat_map(code_spans)
            .filter(|(_, code)| is_path(code))
            .flat_map(|(_, code)| expanded(code))
            .collect();
        assert_eq!(said, named.len().to_string(), "{title}: {named:#?}");
        counted += 1;
    }
    assert!(counted > 3, "the recipes were not found");
}

#[test]
fn the_reader_of_pages_sees_spans_sections_and_braces() {
    assert_eq!(
        code_spans("a `src/b.rs` (`C`, `d`) e"),
        [("a ", "src/b.rs"), (" (", "C"), (", ", "d")]
    );
    assert_eq!(anchor("Who may reset whom"), "who-may-reset-whom");
    assert_eq!(expanded("a/{b,c}.d"), ["a/b.d", "a/c.d"]);
    assert!(is_path("src/domain.rs") && !is_path("cargo test") && !is_path("src/<room>"));
    assert!(titles("# A\ntext\n## B c").contains("B c"));
}
