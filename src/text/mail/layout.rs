//! How a mail is laid out, and how a name stands in it.
//!
//! Invariant: whatever somebody is called, or wrote, it is part of a line, and no link.

use super::super::act::quoted;
use super::super::clean::{clean, width};

/// Columns of a line of text.
pub const COLUMNS: usize = 72;

/// Characters of a name that somebody chose who is not believed.
const LABEL_CHARS: usize = 80;

/// What somebody or something is called by those who are believed.
pub fn shown(name: &str) -> String {
    clean(name).into_owned()
}

/// What somebody wrote, which ends no quotation.
pub fn quotation(said: &str) -> String {
    format!("“{}”", quoted(&clean(said)))
}

/// What a station said that something is called: short, and nothing that a mail program makes a link of.
pub fn label(name: &str) -> String {
    let name = quoted(&clean(name));
    let mut label = String::new();
    let mut rest = name.chars().take(LABEL_CHARS).peekable();
    while let Some(c) = rest.next() {
        let goes_on = rest
            .peek()
            .is_some_and(|next| next.is_alphabetic() || *next == '/');
        label.push(match c {
            '.' | ':' | '/' | '@' if goes_on => '·',
            c => c,
        });
    }
    label
}

/// Paragraphs, in lines that are read anywhere, and by whom it is.
pub fn body(parts: &[String], registry: &str) -> String {
    let mut body: Vec<String> = parts
        .iter()
        .map(|part| part.lines().map(wrapped).collect::<Vec<_>>().join("\n"))
        .collect();
    body.push(format!("-- \n{}\n", shown(registry)));
    body.join("\n\n")
}

/// A word that is too long, as an address is, has a line of its own.
fn wrapped(line: &str) -> String {
    let mut lines = vec![String::new()];
    for word in line.split_whitespace() {
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) if width(last) + 1 + width(word) <= COLUMNS => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}
