//! The sources of the product, read as text.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A file of the product, as it is read here.
pub struct Source {
    pub room: String,
    /// As a path, e.g. `server::tables::audit`.
    pub module: String,
    pub path: PathBuf,
    /// Without comments and without the unit tests at the end.
    pub code: String,
}

impl Source {
    pub fn is_in(&self, room: &str) -> bool {
        let rest = self.module.strip_prefix(room);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }

    /// Its texts that are statements.
    pub fn statements(&self) -> Vec<String> {
        let code = self.code.replace("\\\"", "");
        let texts = code.split('"').skip(1).step_by(2);
        let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];
        texts
            .filter(|text| verbs.iter().any(|verb| text.contains(verb)))
            .map(str::to_owned)
            .collect()
    }
}

/// The folders that rooms lie in: one house, whichever package a room is compiled with.
const HOUSES: &[&str] = &["src", "crates/core/src"];

/// All of them.
pub fn sources() -> Vec<Source> {
    HOUSES.iter().flat_map(|house| sources_of(house)).collect()
}

fn sources_of(house: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(house);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a source folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let inside = path.strip_prefix(&root).expect("below src");
                let names = inside.with_extension("");
                let names: Vec<_> = names.iter().map(|name| name.to_string_lossy()).collect();
                found.push(Source {
                    room: names.first().expect("a name").to_string(),
                    module: names.join("::"),
                    code: code_of(&std::fs::read_to_string(&path).expect("utf-8")),
                    path,
                });
            }
        }
    }
    assert!(found.len() > 30, "the sources were not found");
    found
}

/// What is compiled into the product.
fn code_of(text: &str) -> String {
    let body = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    body.lines()
        .map(|line| line.split("//").next().unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The paths that follow `crate::` in a piece of code, `crate::{a, b::c}` taken apart at its first level.
pub fn crate_paths(code: &str) -> BTreeSet<String> {
    code.split("crate::")
        .skip(1)
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => first_level(group),
            None => vec![path_at(rest)],
        })
        .collect()
}

fn path_at(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':')
        .collect()
}

fn first_level(group: &str) -> Vec<String> {
    let mut depth = 0_i32;
    let mut items = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => items.push(String::new()),
            c if depth == 0 => items.last_mut().expect("never empty").push(c),
            _ => {}
        }
    }
    items.iter().map(|item| path_at(item.trim())).collect()
}

/// The functions of a file, each from its signature on.
pub fn functions(code: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in code.lines() {
        let begins = line.split("fn ").nth(1).filter(|_| !line.starts_with(' '));
        match (begins, found.last_mut()) {
            (Some(rest), _) => found.push((path_at(rest), line.to_owned())),
            (None, Some((_, body))) => *body = format!("{body}\n{line}"),
            (None, None) => {}
        }
    }
    found
}

#[test]
fn the_reader_of_paths_sees_groups_and_single_paths() {
    let code = "use crate::{bay::Bay, store::{self, Store}}; let x = crate::wire::VERSION;";
    let paths: Vec<_> = crate_paths(code).into_iter().collect();
    assert_eq!(paths, ["bay::Bay", "store::", "wire::VERSION"]);
}
