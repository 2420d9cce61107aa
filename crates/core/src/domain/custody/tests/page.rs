//! The page of the rules says what the table and the tags say.

use super::table::Row;
use super::*;

const PAGE: &str = include_str!("../../../../../../docs/CUSTODY.md");

fn list<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> String {
    let words: Vec<_> = all.iter().map(|one| word(*one)).collect();
    words.join(", ")
}

fn line(row: &Row) -> String {
    let same = "the same";
    let from = match row.from {
        [] => "(new)".to_owned(),
        from => list(from, Condition::as_str),
    };
    let credentials = match row.credentials {
        Fate::AsTheyAre => "",
        Fate::Suspended(why) => why.as_str(),
        Fate::Removed => "removed",
    };
    let who = match Role::ALL.iter().all(|role| row.who.contains(role)) {
        true => "any".to_owned(),
        false => list(row.who, Role::as_str),
    };
    let tie = match row.tie {
        Tie::Anybody => "",
        tie => tie.as_str(),
    };
    let needs = match row.needs {
        Needs::Nothing => "",
        needs => needs.as_str(),
    };
    let cells = [
        row.act.as_str(),
        &from,
        &list(row.at, Whereabouts::as_str),
        row.to.map_or(same, Condition::as_str),
        row.then.map_or(same, Whereabouts::as_str),
        &who,
        tie,
        if row.second { "yes" } else { "" },
        needs,
        credentials,
    ];
    format!("| {} |", cells.join(" | ")).replace("  ", " ")
}

/// What stands on the page between two marks.
fn marked(name: &str) -> &'static str {
    let (_, rest) = PAGE
        .split_once(&format!("<!-- {name} -->\n"))
        .expect("it begins");
    let (inside, _) = rest
        .split_once(&format!("\n<!-- end of {name} -->"))
        .expect("it ends");
    inside
}

#[test]
fn the_page_has_every_row_of_the_table() {
    let head = "| act | from | is | becomes | is then | who | which of them | second | seen | credentials |\n\
                |---|---|---|---|---|---|---|---|---|---|";
    let lines: Vec<String> = rows().iter().map(line).collect();
    let table = format!("{head}\n{}", lines.join("\n"));
    assert!(
        marked("the table") == table,
        "docs/CUSTODY.md is to have:\n{table}"
    );
}

#[test]
fn the_page_has_the_characters_of_a_tag_and_what_is_read_as_them() {
    let pairs: Vec<_> = READ_AS
        .iter()
        .map(|(typed, meant)| format!("`{typed}` as `{meant}`"))
        .collect();
    let said = format!(
        "`{ALPHABET}`: {} characters, of which a tag has {TAG_CHARS}. Read as others: {}.",
        ALPHABET.len(),
        pairs.join(", ")
    );
    assert!(
        marked("the characters") == said,
        "docs/CUSTODY.md is to have:\n{said}"
    );
}
