//! Finding people by full text (FTS5) over a folded form, so that case and diacritics do not matter.
//!
//! Invariants: what somebody types is data to the search, never a query of its language; however many it fits, only so many are looked
//! at, those first whom it fits by their own name or number.

use std::collections::BTreeMap;

use serde::Serialize;

use super::column::in_row;
use super::person::select_person;
use crate::domain::Person;
use crate::domain::search::{fold, initials, sought, words};
use crate::server::database::{Connection, Fault, Write};

/// So many whom a search fits are looked at, of each kind.
const LOOKED_AT: u32 = 500;

/// Somebody whom a search fits, by the words that they are found by.
#[derive(sqlx::FromRow)]
struct Fit {
    #[sqlx(rename = "rowid")]
    number: i64,
    name: String,
    numbers: String,
    organisation: String,
}

/// People of whom every word of `text` begins a word of their name, e-mail address, employee number, or their
/// organisation's name or Chamber of Commerce number. Best match first; at most `limit`.
pub async fn find(db: &mut Connection, text: &str, limit: u32) -> Result<Vec<Person>, Fault> {
    let sought = sought(text);
    let Some(query) = full_text_query(&sought) else {
        return Ok(Vec::new());
    };
    let mut fitting = BTreeMap::new();
    for query in [format!("{{name numbers}} : ({query})"), query] {
        let fits: Vec<Fit> = sqlx::query_as(
            "SELECT rowid, name, numbers, organisation FROM person_text WHERE person_text MATCH $1 LIMIT $2",
        )
        .bind(query)
        .bind(LOOKED_AT)
        .fetch_all(&mut *db)
        .await?;
        fitting.extend(fits.into_iter().map(|fit| (fit.number, fit)));
        if u32::try_from(fitting.len()).is_ok_and(|found| found >= limit) {
            break;
        }
    }
    let mut best: Vec<Fit> = fitting.into_values().collect();
    let initials = initials(text);
    best.sort_by_cached_key(|fit| {
        let weight = (fit.weight(&sought), fit.begun_by(&initials));
        (std::cmp::Reverse(weight), fit.name.clone())
    });
    best.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let numbers: Vec<i64> = best.iter().map(|fit| fit.number).collect();
    sqlx::query(select_person!(
        "FROM json_each($1) found JOIN person p ON p.number = found.value \
         LEFT JOIN organisation o ON o.id = p.organisation ORDER BY found.key"
    ))
    .bind(json(&numbers)?)
    .try_map(in_row)
    .fetch_all(db)
    .await
}

/// What is typed, as a search of people by their own names and numbers; `None` where there is no word in it.
pub fn of_members(text: &str) -> Option<String> {
    let query = full_text_query(&sought(text))?;
    Some(format!("{{name numbers}} : ({query})"))
}

impl Fit {
    /// How well it fits: each word by what it begins, and by whether it is all of that.
    fn weight(&self, sought: &[String]) -> u32 {
        let own = || self.name.split(' ').chain(self.numbers.split(' '));
        let of = |word: &String| {
            if own().any(|known| known == word) {
                9
            } else if own().any(|known| known.starts_with(word)) {
                8
            } else {
                1 + u32::from(self.organisation.split(' ').any(|known| known == word))
            }
        };
        sought.iter().map(of).sum()
    }

    /// How many of the letters that were typed alone begin a name of theirs.
    fn begun_by(&self, initials: &[String]) -> usize {
        let begins =
            |initial: &&String| self.name.split(' ').any(|name| name.starts_with(*initial));
        initials.iter().filter(begins).count()
    }
}

/// What somebody is found by.
#[derive(sqlx::FromRow)]
struct Findable {
    number: i64,
    name: String,
    email: Option<String>,
    employee_number: Option<String>,
    coc_number: Option<String>,
    organisation: Option<String>,
}

/// The same as words.
#[derive(Serialize)]
struct Indexed {
    number: i64,
    name: String,
    numbers: String,
    organisation: String,
}

impl Findable {
    /// Their e-mail address, and the words of its first part and of their numbers.
    fn numbers(&self) -> String {
        let email = self.email.as_deref().unwrap_or_default();
        let mut found_by = vec![fold(email)];
        found_by.extend(words(email.rsplit_once('@').map_or("", |(local, _)| local)));
        for number in [&self.employee_number, &self.coc_number]
            .into_iter()
            .flatten()
        {
            found_by.extend(words(number));
        }
        found_by.join(" ")
    }

    fn indexed(&self) -> Indexed {
        Indexed {
            number: self.number,
            name: words(&self.name).join(" "),
            numbers: self.numbers(),
            organisation: words(self.organisation.as_deref().unwrap_or_default()).join(" "),
        }
    }
}

/// Makes anew what some people are found by who have changed, or whose organisation has; how many these were.
pub async fn index_some(tx: &mut Write, limit: usize) -> Result<usize, Fault> {
    let changed: Vec<Findable> = sqlx::query_as(
        "SELECT p.number, p.name, p.email, p.employee_number, o.coc_number, o.name AS organisation \
         FROM person_unindexed u JOIN person p ON p.number = u.number LEFT JOIN organisation o ON o.id = p.organisation LIMIT $1",
    )
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(&mut **tx)
    .await?;
    if changed.is_empty() {
        return Ok(0);
    }
    let indexed: Vec<Indexed> = changed.iter().map(Findable::indexed).collect();
    let indexed = json(&indexed)?;
    for statement in [
        "DELETE FROM person_text WHERE rowid IN (SELECT value ->> 'number' FROM json_each($1))",
        "INSERT INTO person_text (rowid, name, numbers, organisation) \
         SELECT value ->> 'number', value ->> 'name', value ->> 'numbers', value ->> 'organisation' FROM json_each($1)",
        "DELETE FROM person_unindexed WHERE number IN (SELECT value ->> 'number' FROM json_each($1))",
    ] {
        sqlx::query(statement)
            .bind(&indexed)
            .execute(&mut **tx)
            .await?;
    }
    Ok(changed.len())
}

fn json(values: &[impl Serialize]) -> Result<String, Fault> {
    serde_json::to_string(values).map_err(|why| Fault::Encode(Box::new(why)))
}

/// Every word as a quoted prefix; `None` when there is no word in it.
fn full_text_query(sought: &[String]) -> Option<String> {
    let prefixes: Vec<String> = sought.iter().map(|word| format!("\"{word}\"*")).collect();
    (!prefixes.is_empty()).then(|| prefixes.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_never_a_query_of_its_own() {
        let query = |text| full_text_query(&sought(text));
        assert_eq!(
            query(r#"jan" OR name:* NOT a"@b"#).as_deref(),
            Some(r#""jan"* "or"* "name"* "not"* "a@b"*"#)
        );
        assert_eq!(query(" \" ** - "), None);
    }
}
