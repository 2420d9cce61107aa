//! Finding people by full text (FTS5) over a folded form, so that case and diacritics do not matter.
//!
//! Invariant: what somebody types is data to the search, never a query of its language.

use super::person::select_person;
use crate::domain::Person;
use crate::domain::search::{fold, sought, words};
use crate::server::database::{Connection, Fault, Write};

/// People of whom every word of `text` begins a word of their name, e-mail address, employee number, or their
/// organisation's name or Chamber of Commerce number. Best match first; at most `limit`.
pub async fn find(db: &mut Connection, text: &str, limit: u32) -> Result<Vec<Person>, Fault> {
    let Some(query) = full_text_query(text) else {
        return Ok(Vec::new());
    };
    sqlx::query_as(select_person!(
        "FROM person_text t JOIN person p ON p.number = t.rowid \
         LEFT JOIN organisation o ON o.id = p.organisation \
         WHERE person_text MATCH $1 ORDER BY bm25(person_text, 8.0, 8.0, 1.0), p.name, p.id LIMIT $2"
    ))
    .bind(query)
    .bind(limit)
    .fetch_all(db)
    .await
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
}

/// Makes anew what everybody is found by.
pub async fn index_all(tx: &mut Write) -> Result<(), Fault> {
    sqlx::query("DELETE FROM person_text")
        .execute(&mut **tx)
        .await?;
    let everybody: Vec<Findable> = sqlx::query_as(
        "SELECT p.number, p.name, p.email, p.employee_number, o.coc_number, o.name AS organisation \
         FROM person p LEFT JOIN organisation o ON o.id = p.organisation",
    )
    .fetch_all(&mut **tx)
    .await?;
    for person in everybody {
        let organisation = person.organisation.as_deref().unwrap_or_default();
        sqlx::query(
            "INSERT INTO person_text (rowid, name, numbers, organisation) VALUES ($1, $2, $3, $4)",
        )
        .bind(person.number)
        .bind(words(&person.name).join(" "))
        .bind(person.numbers())
        .bind(words(organisation).join(" "))
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Every word as a quoted prefix; `None` when there is no word in it.
fn full_text_query(text: &str) -> Option<String> {
    let prefixes: Vec<String> = sought(text)
        .iter()
        .map(|word| format!("\"{word}\"*"))
        .collect();
    (!prefixes.is_empty()).then(|| prefixes.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_never_a_query_of_its_own() {
        assert_eq!(
            full_text_query(r#"jan" OR name:* NOT a"@b"#).as_deref(),
            Some(r#""jan"* "or"* "name"* "not"* "a@b"*"#)
        );
        assert_eq!(full_text_query(" \" ** - "), None);
    }
}
