//! Puts checked records into the database: organisations first, then people, then appointments. What does not fit what is
//! there already is reported, and the whole transaction is then undone by the caller.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::Row as _;

use super::check::{Declared, Record};
use super::{ImportError, Imported, Wrong};
use crate::domain::PersonId;
use crate::server::admin::{AdminError, by_admin};
use crate::server::database::{Write, ms};
use crate::server::people::Findable;
use crate::server::tables::audit;
use crate::server::{secret, visits};

/// Applies every record; returns how many there are of each.
pub async fn all(
    tx: &mut Write,
    records: &[(u64, Record)],
    declared: &Declared,
    wrong: &mut Wrong,
) -> Result<Imported, ImportError> {
    let mut run = Run {
        tx,
        declared,
        wrong,
        seen: BTreeMap::new(),
    };
    let mut imported = Imported::default();
    for (line, record) in records {
        if let Record::Organisation { .. } = record {
            run.organisation(*line, record).await?;
            imported.organisations += 1;
        }
    }
    for (line, record) in records {
        if let Record::Person { .. } = record {
            run.person(*line, record).await?;
            imported.people += 1;
        }
    }
    for (line, record) in records {
        if let Record::Appointment { person, at } = record {
            run.appointment(*line, person, ms(*at)).await?;
            imported.appointments += 1;
        }
    }
    // A renamed organisation changes what its people are found by.
    run.index_all().await?;
    Ok(imported)
}

struct Run<'a> {
    tx: &'a mut Write,
    declared: &'a Declared,
    wrong: &'a mut Wrong,
    /// What the file gave on which line, to name the other one of a pair.
    seen: BTreeMap<String, u64>,
}

impl Run<'_> {
    /// Whether the file gives this for the first time; otherwise that is reported.
    fn first(&mut self, line: u64, what: &str, value: &str) -> bool {
        match self.seen.insert(format!("{what} {value}"), line) {
            None => true,
            Some(earlier) => {
                self.wrong
                    .add(line, format!("{what} {value} is on line {earlier} already"));
                false
            }
        }
    }

    async fn organisation(&mut self, line: u64, record: &Record) -> Result<(), ImportError> {
        let Record::Organisation {
            id,
            name,
            country,
            coc_number,
        } = record
        else {
            return Ok(());
        };
        if !self.first(line, "organisation", id) {
            return Ok(());
        }
        if let Some(number) = coc_number {
            let other: Option<String> =
                sqlx::query_scalar("SELECT id FROM organisation WHERE coc_number = ? AND id <> ?")
                    .bind(number)
                    .bind(id)
                    .fetch_optional(&mut **self.tx)
                    .await?;
            if let Some(other) = other {
                self.wrong.add(
                    line,
                    format!("coc_number {number} is organisation {other}'s already"),
                );
                return Ok(());
            }
        }
        sqlx::query(
            "INSERT INTO organisation (id, name, country, coc_number) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE \
             SET name = excluded.name, country = excluded.country, coc_number = excluded.coc_number",
        )
        .bind(id)
        .bind(name)
        .bind(country)
        .bind(coc_number)
        .execute(&mut **self.tx)
        .await?;
        Ok(())
    }

    async fn person(&mut self, line: u64, record: &Record) -> Result<(), ImportError> {
        let Record::Person {
            id,
            name,
            kind,
            email,
            employee_number,
            organisation,
            earlier_factors,
        } = record
        else {
            return Ok(());
        };
        if !self.first(line, "person", id) {
            return Ok(());
        }
        let organisation = match organisation {
            None => None,
            Some(word) => match self.organisation_by(line, word).await? {
                Some(id) => Some(id),
                None => return Ok(()),
            },
        };
        let pairs = [("email", email), ("employee_number", employee_number)];
        for (what, value) in pairs {
            let Some(value) = value else { continue };
            let other = self
                .holder(what, value, organisation.as_deref(), id)
                .await?;
            if let Some(other) = other {
                self.wrong
                    .add(line, format!("{what} {value} is person {other}'s already"));
                return Ok(());
            }
        }
        let had: i64 = sqlx::query_scalar("SELECT earlier_factors FROM person WHERE id = ?")
            .bind(id)
            .fetch_optional(&mut **self.tx)
            .await?
            .unwrap_or_default();
        if let Some(fewer) = earlier_factors.filter(|n| i64::from(*n) < had) {
            self.wrong.add(
                line,
                format!(
                    "earlier_factors is {fewer}, and {had} are known: who had a factor never becomes somebody who had none"
                ),
            );
            return Ok(());
        }
        let handle = secret::random_bytes::<32>().map_err(AdminError::Random)?;
        sqlx::query(
            "INSERT INTO person (id, name, email, employee_number, kind, organisation, user_handle, \
             earlier_factors) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, coalesce(?8, 0)) ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, \
             employee_number = excluded.employee_number, kind = excluded.kind, organisation = excluded.organisation, \
             earlier_factors = coalesce(?8, earlier_factors)",
        )
        .bind(id)
        .bind(name)
        .bind(email)
        .bind(employee_number)
        .bind(kind.as_str())
        .bind(organisation)
        .bind(handle.to_vec())
        .bind(*earlier_factors)
        .execute(&mut **self.tx)
        .await?;
        match earlier_factors.filter(|n| i64::from(*n) > had) {
            Some(more) => self.had_more(id, more).await,
            None => Ok(()),
        }
    }

    /// What visits and tickets of theirs were opened on is not so any more.
    async fn had_more(&mut self, id: &str, factors: u8) -> Result<(), ImportError> {
        let (person, now) = (PersonId::new(id), Timestamp::now());
        visits::overtake(self.tx, &person, None, now).await?;
        let factors = factors.to_string();
        let line = by_admin("earlier-factors", id, &factors);
        audit::note(self.tx, &line, now).await?;
        Ok(())
    }

    /// Who else has this e-mail address, or this number within the organisation.
    async fn holder(
        &mut self,
        what: &str,
        value: &str,
        organisation: Option<&str>,
        id: &str,
    ) -> Result<Option<String>, sqlx::Error> {
        let query = if what == "email" {
            sqlx::query_scalar("SELECT id FROM person WHERE email = ?1 AND id <> ?3")
        } else {
            sqlx::query_scalar(
                "SELECT id FROM person WHERE employee_number = ?1 AND organisation = ?2 AND id <> ?3",
            )
        };
        query
            .bind(value)
            .bind(organisation)
            .bind(id)
            .fetch_optional(&mut **self.tx)
            .await
    }

    /// The organisation that a word means: its id, else its number, else its name if only one has it.
    async fn organisation_by(
        &mut self,
        line: u64,
        word: &str,
    ) -> Result<Option<String>, sqlx::Error> {
        let found: Vec<(String, i64)> = sqlx::query_as(
            "SELECT id, CASE ?1 WHEN id THEN 0 WHEN coc_number THEN 1 ELSE 2 END AS rank FROM organisation \
             WHERE id = ?1 OR coc_number = ?1 OR name = ?1 ORDER BY rank LIMIT 2",
        )
        .bind(word)
        .fetch_all(&mut **self.tx)
        .await?;
        match found.as_slice() {
            [(id, _)] => Ok(Some(id.clone())),
            [(id, best), (_, next)] if best < next => Ok(Some(id.clone())),
            [] if self.declared.organisation(word) => Ok(None),
            [] => {
                self.wrong.add(line, format!("there is no organisation {word:?}, neither in this file nor in the registry"));
                Ok(None)
            }
            _ => {
                self.wrong.add(
                    line,
                    format!("several organisations are named {word:?}: use the id"),
                );
                Ok(None)
            }
        }
    }

    async fn appointment(
        &mut self,
        line: u64,
        person: &str,
        at_ms: i64,
    ) -> Result<(), ImportError> {
        let known: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM person WHERE id = ?)")
            .bind(person)
            .fetch_one(&mut **self.tx)
            .await?;
        if !known {
            if !self.declared.person(person) {
                self.wrong.add(
                    line,
                    format!(
                        "there is no person {person}, neither in this file nor in the registry"
                    ),
                );
            }
            return Ok(());
        }
        sqlx::query("INSERT INTO appointment (person, at_ms) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(person)
            .bind(at_ms)
            .execute(&mut **self.tx)
            .await?;
        Ok(())
    }

    /// Makes anew what people are found by.
    async fn index_all(&mut self) -> Result<(), ImportError> {
        if !self.wrong.is_empty() {
            return Ok(());
        }
        sqlx::query("DELETE FROM person_text")
            .execute(&mut **self.tx)
            .await?;
        let rows = sqlx::query(
            "SELECT p.number, p.name, p.email, p.employee_number, o.coc_number, o.name AS organisation \
             FROM person p LEFT JOIN organisation o ON o.id = p.organisation",
        )
        .fetch_all(&mut **self.tx)
        .await?;
        for row in rows {
            let findable = Findable::new(
                row.try_get("name")?,
                row.try_get("email")?,
                &[row.try_get("employee_number")?, row.try_get("coc_number")?],
                row.try_get("organisation")?,
            );
            sqlx::query(
                "INSERT INTO person_text (rowid, name, numbers, organisation) VALUES (?, ?, ?, ?)",
            )
            .bind(row.try_get::<i64, _>("number")?)
            .bind(findable.name)
            .bind(findable.numbers)
            .bind(findable.organisation)
            .execute(&mut **self.tx)
            .await?;
        }
        Ok(())
    }
}
