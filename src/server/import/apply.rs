//! Puts checked records into the database: organisations first, then people, then appointments. What does not fit what is
//! there already is reported, and the whole transaction is then undone by the caller.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::check::{Declared, Record};
use super::{ImportError, Imported, Wrong};
use crate::domain::{OrganisationId, PersonId};
use crate::server::admin::{AdminError, by_admin};
use crate::server::database::{Fault, Write};
use crate::server::secret;
use crate::server::tables::audit;
use crate::server::tables::person::{self, NewPerson};
use crate::server::tables::{search, visit};

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
            run.appointment(*line, person, *at).await?;
            imported.appointments += 1;
        }
    }
    // A renamed organisation changes what its people are found by.
    if run.wrong.is_empty() {
        search::index_all(run.tx).await?;
    }
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
            let other = person::organisation_with(self.tx, number, id).await?;
            if let Some(other) = other {
                self.wrong.add(
                    line,
                    format!("coc_number {number} is organisation {other}'s already"),
                );
                return Ok(());
            }
        }
        let number = coc_number.as_deref();
        person::put_organisation(self.tx, (id, name), (country, number)).await?;
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
        let of = organisation.as_ref();
        let email_holder = match email {
            Some(email) => person::with_email(self.tx, email, id).await?,
            None => None,
        };
        let number_holder = match employee_number {
            Some(number) => person::with_number(self.tx, (number, of), id).await?,
            None => None,
        };
        let taken = [
            ("email", email, email_holder),
            ("employee_number", employee_number, number_holder),
        ];
        for (what, value, other) in taken {
            if let Some((value, other)) = value.as_ref().zip(other) {
                self.wrong
                    .add(line, format!("{what} {value} is person {other}'s already"));
                return Ok(());
            }
        }
        let had = person::earlier_factors(self.tx, &PersonId::new(id)).await?;
        let had = had.unwrap_or_default();
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
        let new = NewPerson {
            id,
            name,
            email: email.as_deref(),
            employee_number: employee_number.as_deref(),
            kind: *kind,
            organisation: of,
            user_handle: &handle,
            earlier_factors: *earlier_factors,
        };
        person::put(self.tx, &new).await?;
        match earlier_factors.filter(|n| i64::from(*n) > had) {
            Some(more) => self.had_more(id, more).await,
            None => Ok(()),
        }
    }

    /// What visits and tickets of theirs were opened on is not so any more.
    async fn had_more(&mut self, id: &str, factors: u8) -> Result<(), ImportError> {
        let (person, now) = (PersonId::new(id), Timestamp::now());
        visit::overtake(self.tx, &person, None, now).await?;
        let factors = factors.to_string();
        let line = by_admin("earlier-factors", id, &factors);
        audit::note(self.tx, &line, now).await?;
        Ok(())
    }

    /// The organisation that a word means: its id, else its number, else its name if only one has it.
    async fn organisation_by(
        &mut self,
        line: u64,
        word: &str,
    ) -> Result<Option<OrganisationId>, Fault> {
        let found = person::organisations_called(self.tx, word).await?;
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
        at: Timestamp,
    ) -> Result<(), ImportError> {
        let id = PersonId::new(person);
        if person::earlier_factors(self.tx, &id).await?.is_none() {
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
        Ok(person::put_appointment(self.tx, &id, at).await?)
    }
}
