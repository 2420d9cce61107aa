//! What a file would change, as far as it fits what is in the registry: found out by reading alone, so that nobody waits meanwhile.
//!
//! Invariant: each record is judged as if those before it were written already, organisations first, then people, then appointments.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::check::{Declared, Record};
use super::{ImportError, Imported, Wrong};
use crate::domain::{OrganisationId, PersonId};
use crate::server::admin::AdminError;
use crate::server::database::{Connection, Fault};
use crate::server::secret;
use crate::server::tables::contact;
use crate::server::tables::person::{self, NewAppointment, NewOrganisation, NewPerson};

/// So many are looked up at once.
const AT_ONCE: usize = 1000;

/// What is to be written, in this order. What is in the registry as it is in the file is not among it.
#[derive(Default)]
pub struct Plan {
    pub organisations: Vec<NewOrganisation>,
    pub people: Vec<NewPerson>,
    pub appointments: Vec<NewAppointment>,
}

/// Plans every record; how many there are of each.
pub async fn plan(
    db: &mut Connection,
    records: &[(u64, Record)],
    declared: &Declared,
    wrong: &mut Wrong,
) -> Result<(Plan, Imported), ImportError> {
    let mut run = Run {
        organisations: Organisations::of(person::organisations(db).await?),
        db,
        declared,
        wrong,
        seen: BTreeMap::new(),
        people: People::default(),
        plan: Plan::default(),
    };
    let mut sorted: [Vec<&(u64, Record)>; 3] = Default::default();
    let [organisations, people, appointments] = &mut sorted;
    for numbered in records {
        match numbered.1 {
            Record::Organisation { .. } => organisations.push(numbered),
            Record::Person { .. } => people.push(numbered),
            Record::Appointment { .. } => appointments.push(numbered),
        }
    }
    let imported = Imported {
        organisations: organisations.len(),
        people: people.len(),
        appointments: appointments.len(),
    };
    for (line, record) in organisations {
        run.organisation(*line, record);
    }
    for few in people.chunks(AT_ONCE) {
        run.people(few).await?;
    }
    for few in appointments.chunks(AT_ONCE) {
        run.appointments(few).await?;
    }
    Ok((run.plan, imported))
}

struct Run<'a> {
    db: &'a mut Connection,
    declared: &'a Declared,
    wrong: &'a mut Wrong,
    /// What the file gave on which line, to name the other one of a pair.
    seen: BTreeMap<String, u64>,
    organisations: Organisations,
    people: People,
    plan: Plan,
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

    fn organisation(&mut self, line: u64, record: &Record) {
        let Record::Organisation {
            id,
            name,
            country,
            coc_number,
        } = record
        else {
            return;
        };
        if !self.first(line, "organisation", id) {
            return;
        }
        let number = coc_number.as_deref();
        if let Some((number, other)) = number.zip(self.organisations.with_number(number, id)) {
            self.wrong.add(
                line,
                format!("coc_number {number} is organisation {other}'s already"),
            );
            return;
        }
        let new = NewOrganisation {
            id: OrganisationId::new(id),
            name: name.clone(),
            country: country.clone(),
            coc_number: coc_number.clone(),
        };
        if self.organisations.put(&new) {
            self.plan.organisations.push(new);
        }
    }

    async fn people(&mut self, few: &[&(u64, Record)]) -> Result<(), ImportError> {
        let mut named = Vec::with_capacity(few.len());
        for (line, record) in few {
            let Record::Person {
                id, organisation, ..
            } = record
            else {
                continue;
            };
            if !self.first(*line, "person", id) {
                continue;
            }
            let organisation = match organisation {
                None => None,
                Some(word) => match self.organisation_by(*line, word) {
                    Some(id) => Some(id),
                    None => continue,
                },
            };
            if let Some(wanted) = wanted(record, organisation)? {
                named.push((*line, wanted));
            }
        }
        let wanted = named.iter().map(|(_, wanted)| wanted);
        self.people.look_up(self.db, wanted).await?;
        for (line, mut wanted) in named {
            match self.people.put(&mut wanted) {
                Ok(Put::Same) => {}
                Ok(Put::Changed) => self.plan.people.push(wanted),
                Err(reason) => self.wrong.add(line, reason),
            }
        }
        Ok(())
    }

    /// The organisation that a word means: its id, else its number, else its name if only one has it.
    fn organisation_by(&mut self, line: u64, word: &str) -> Option<OrganisationId> {
        let reason = match self.organisations.called(word) {
            Called::One(id) => return Some(id),
            Called::None if self.declared.organisation(word) => return None,
            Called::None => format!(
                "there is no organisation {word:?}, neither in this file nor in the registry"
            ),
            Called::Several => format!("several organisations are named {word:?}: use the id"),
        };
        self.wrong.add(line, reason);
        None
    }

    async fn appointments(&mut self, few: &[&(u64, Record)]) -> Result<(), ImportError> {
        let mut unknown = BTreeSet::new();
        for (_, record) in few {
            if let Record::Appointment { person, .. } = record
                && !self.people.put.contains(person)
            {
                unknown.insert(person.as_str());
            }
        }
        let known = person::which_are_there(self.db, &unknown).await?;
        for (line, record) in few {
            let Record::Appointment { person, at } = record else {
                continue;
            };
            if self.people.put.contains(person) || known.contains(person) {
                let person = PersonId::new(person);
                self.plan
                    .appointments
                    .push(NewAppointment { person, at: *at });
            } else if !self.declared.person(person) {
                self.wrong.add(
                    *line,
                    format!(
                        "there is no person {person}, neither in this file nor in the registry"
                    ),
                );
            }
        }
        Ok(())
    }
}

/// A person as a record says.
fn wanted(
    record: &Record,
    organisation: Option<OrganisationId>,
) -> Result<Option<NewPerson>, ImportError> {
    let Record::Person {
        id,
        name,
        kind,
        email,
        employee_number,
        organisation: _,
        earlier_factors,
        contacts,
    } = record
    else {
        return Ok(None);
    };
    let handle = secret::random_bytes::<32>().map_err(AdminError::Random)?;
    Ok(Some(NewPerson {
        id: PersonId::new(id),
        name: name.clone(),
        email: email.clone(),
        employee_number: employee_number.clone(),
        kind: *kind,
        organisation,
        user_handle: hex::encode(handle),
        earlier_factors: *earlier_factors,
        contacts: contacts.clone(),
        had_more: false,
    }))
}

/// Every organisation, as it will be.
struct Organisations {
    by_id: HashMap<OrganisationId, NewOrganisation>,
    by_number: HashMap<String, OrganisationId>,
    by_name: HashMap<String, BTreeSet<OrganisationId>>,
}

enum Called {
    None,
    One(OrganisationId),
    Several,
}

impl Organisations {
    fn of(all: Vec<NewOrganisation>) -> Self {
        let mut organisations = Self {
            by_id: HashMap::new(),
            by_number: HashMap::new(),
            by_name: HashMap::new(),
        };
        for organisation in &all {
            organisations.put(organisation);
        }
        organisations
    }

    fn with_number(&self, number: Option<&str>, but: &str) -> Option<&OrganisationId> {
        let holder = self.by_number.get(number?);
        holder.filter(|holder| holder.as_str() != but)
    }

    /// Whether that changes anything.
    fn put(&mut self, new: &NewOrganisation) -> bool {
        let old = self.by_id.insert(new.id.clone(), new.clone());
        if old.as_ref() == Some(new) {
            return false;
        }
        if let Some(old) = old {
            if let Some(number) = old.coc_number {
                self.by_number.remove(&number);
            }
            if let Some(called) = self.by_name.get_mut(&old.name) {
                called.remove(&old.id);
            }
        }
        if let Some(number) = &new.coc_number {
            self.by_number.insert(number.clone(), new.id.clone());
        }
        let called = self.by_name.entry(new.name.clone()).or_default();
        called.insert(new.id.clone());
        true
    }

    fn called(&self, word: &str) -> Called {
        let id = OrganisationId::new(word);
        if self.by_id.contains_key(&id) {
            return Called::One(id);
        }
        if let Some(id) = self.by_number.get(word) {
            return Called::One(id.clone());
        }
        let mut named = self.by_name.get(word).into_iter().flatten();
        match (named.next(), named.next()) {
            (None, _) => Called::None,
            (Some(id), None) => Called::One(id.clone()),
            (Some(_), Some(_)) => Called::Several,
        }
    }
}

enum Put {
    Same,
    Changed,
}

/// The people whom the file names, as they will be, and who else has what must be one's alone.
#[derive(Default)]
struct People {
    /// As they are in the registry.
    known: HashMap<PersonId, NewPerson>,
    /// Whom the file has brought up to date.
    put: BTreeSet<String>,
    emails: Holders,
    numbers: Holders,
}

/// Who has a thing of which there is one each.
#[derive(Default)]
struct Holders {
    there: HashMap<String, PersonId>,
    in_file: HashMap<String, PersonId>,
}

impl Holders {
    /// Who has it once those of the file are as it says, but that person.
    fn other(&self, thing: &str, put: &BTreeSet<String>, but: &PersonId) -> Option<&PersonId> {
        let there = || {
            let holder = self.there.get(thing);
            holder.filter(|holder| !put.contains(holder.as_str()))
        };
        let holder = self.in_file.get(thing).or_else(there);
        holder.filter(|holder| *holder != but)
    }
}

/// E-mail addresses are the same in either case, in ASCII: so the table compares them.
fn email_key(email: &str) -> String {
    email.to_ascii_lowercase()
}

fn number_key(organisation: &OrganisationId, number: &str) -> String {
    format!("{organisation} {number}")
}

fn number_of(person: &NewPerson) -> Option<(String, &str)> {
    let number = person.employee_number.as_deref()?;
    let organisation = person.organisation.as_ref()?;
    Some((number_key(organisation, number), number))
}

impl People {
    /// Reads what is there of these people, and of others who have what is theirs alone.
    async fn look_up(
        &mut self,
        db: &mut Connection,
        wanted: impl Iterator<Item = &NewPerson> + Clone,
    ) -> Result<(), Fault> {
        let mut reached = contact::in_use(db, wanted.clone().map(|w| &w.id)).await?;
        for mut known in person::with_ids(db, wanted.clone().map(|w| &w.id)).await? {
            known.contacts = reached.remove(&known.id).unwrap_or_default();
            self.known.insert(known.id.clone(), known);
        }
        let emails = wanted.clone().filter_map(|w| w.email.as_deref());
        for (id, email) in person::with_emails(db, emails).await? {
            self.emails.there.insert(email_key(&email), id);
        }
        let numbers =
            wanted.filter_map(|w| Some((w.organisation.as_ref()?, w.employee_number.as_deref()?)));
        for (id, organisation, number) in person::with_numbers(db, numbers).await? {
            let key = number_key(&organisation, &number);
            self.numbers.there.insert(key, id);
        }
        Ok(())
    }

    /// Whether that changes anything, or why it does not fit.
    fn put(&mut self, wanted: &mut NewPerson) -> Result<Put, String> {
        let email = wanted.email.as_deref();
        let email = email.map(|email| (email_key(email), email));
        let number = number_of(wanted);
        let things = [
            ("email", &email, &self.emails),
            ("employee_number", &number, &self.numbers),
        ];
        for (what, thing, holders) in things {
            let Some((key, value)) = thing else { continue };
            if let Some(other) = holders.other(key, &self.put, &wanted.id) {
                return Err(format!("{what} {value} is person {other}'s already"));
            }
        }
        let known = self.known.get(&wanted.id);
        let had = known.and_then(|known| known.earlier_factors).unwrap_or(0);
        if let Some(fewer) = wanted.earlier_factors.filter(|n| *n < had) {
            return Err(format!(
                "earlier_factors is {fewer}, and {had} are known: who had a factor never becomes somebody who had none"
            ));
        }
        if let Some((key, _)) = email {
            self.emails.in_file.insert(key, wanted.id.clone());
        }
        if let Some((key, _)) = number {
            self.numbers.in_file.insert(key, wanted.id.clone());
        }
        self.put.insert(wanted.id.as_str().to_owned());
        let is_same = known.is_some_and(|known| wanted.says_what_is(known));
        wanted.had_more = wanted.earlier_factors.is_some_and(|n| n > had);
        Ok(if is_same { Put::Same } else { Put::Changed })
    }
}
