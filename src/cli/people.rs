//! `person find` and `tickets fetch`: the people of the registry, and what is fetched ahead for them.

use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::json;

use super::files::{people_on, unusable};
use super::output::{Exit, Outcome, Output};
use crate::domain::Person;
use crate::domain::people_list::PeopleList;
use crate::domain::search::sought;
use crate::station::Station;
use crate::station::people::ListFault;
use crate::text::clean::columns;
use crate::text::{spoken, tr};
use crate::wire::TicketRequest;
use crate::workflow::Stop;

/// Finds people at the registry or, while it is out of reach, in tickets.
pub(super) async fn find(station: &Station, text: &str, output: &Output) -> Result<Outcome, Stop> {
    let found = station.find(text).await?;
    for person in &found.people {
        let organisation = person.organisation.as_ref().map_or("-", |o| &o.name);
        let mut line = columns(&[
            &person.id,
            &person.name,
            &organisation,
            &person.kind.as_str(),
            &person.email.as_deref().unwrap_or("-"),
            &tr!(
                spoken(),
                "cli-person-keys",
                keys = person.keys,
                lost = lost_in_words(person)
            ),
        ]);
        if found.from_tickets {
            line.push('\t');
            line.push_str(&tr!(spoken(), "cli-from-ticket"));
        }
        output.item("person", person, &line);
    }
    let detail = match (found.people.len(), found.more) {
        _ if sought(text).is_empty() => {
            tr!(spoken(), "cli-sought-short")
        }
        (0, _) if found.from_tickets => {
            tr!(spoken(), "cli-no-ticket")
        }
        (n, _) if found.from_tickets => {
            tr!(spoken(), "cli-found-in-tickets", n = n.to_string())
        }
        (0, _) => tr!(spoken(), "cli-nobody-found"),
        (_, true) => tr!(spoken(), "cli-more-people"),
        (n, false) => tr!(spoken(), "cli-found", n = n.to_string()),
    };
    Ok(Outcome::done(
        detail,
        json!({
            "found": found.people.len(),
            "more": found.more,
            "from_tickets": found.from_tickets,
        }),
    ))
}

/// What somebody had of factors and can't use.
fn lost_in_words(person: &Person) -> String {
    match (person.lost.keys + person.lost.apps, person.lost.all) {
        (0, true) => tr!(spoken(), "cli-all-lost"),
        (0, false) => String::new(),
        (n, _) => tr!(spoken(), "cli-suspended-too", n = n.to_string()),
    }
}

/// Fetches tickets for a day, or for the people whom a file names.
pub(super) async fn fetch_tickets(station: &Station, day: &str) -> Result<Outcome, Stop> {
    let today = station.today();
    let asked = match wanted(day, today) {
        Ok(asked) => asked,
        Err(outcome) => return Ok(*outcome),
    };
    let (day, count) = match asked {
        Wanted::Day(day) => {
            let request = TicketRequest::of_day(day);
            (day, station.fetch_tickets(&request).await?)
        }
        Wanted::People(file, list) => match station.fetch_tickets_for(&list, today).await {
            Ok(count) => (today, count),
            Err(ListFault::Unknown(error)) => return Ok(unusable("bad-list", &file, &error)),
            Err(ListFault::Stop(stop)) => return Err(stop),
        },
    };
    Ok(Outcome::done(
        tr!(
            spoken(),
            "cli-tickets",
            count = count.to_string(),
            day = day.to_string()
        ),
        json!({ "tickets": count, "day": day }),
    ))
}

/// For whom tickets are wanted.
#[derive(Debug)]
enum Wanted {
    /// For everybody who is expected then.
    Day(Date),
    /// For those on a list in that file, today.
    People(PathBuf, PeopleList),
}

/// A date, `today`, or a file with a person's identifier on each line.
fn wanted(day: &str, today: Date) -> Result<Wanted, Box<Outcome>> {
    if day == "today" {
        return Ok(Wanted::Day(today));
    }
    if let Ok(date) = day.parse() {
        return Ok(Wanted::Day(date));
    }
    let file = PathBuf::from(day);
    if !file.exists() {
        let detail = tr!(spoken(), "cli-bad-day", day = format!("{day:?}"));
        return Err(Box::new(Outcome::failed(Exit::Usage, "bad-day", detail)));
    }
    let list = people_on(&file)?;
    Ok(Wanted::People(file, list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_file_names_people_and_a_date_names_a_day() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "# today\np-2\n\n p-1 \n").expect("written");
        let path = file.path().to_str().expect("utf-8");
        let today = jiff::civil::date(2026, 11, 21);
        let Ok(Wanted::People(_, list)) = wanted(path, today) else {
            panic!("a file of people");
        };
        let people: Vec<&str> = list.listed().map(|listed| listed.person.as_str()).collect();
        assert_eq!(people, ["p-2", "p-1"]);
        assert!(matches!(wanted("2026-11-22", today), Ok(Wanted::Day(_))));
        let error = wanted("/nonexistent/people", today).expect_err("no file");
        assert_eq!(error.code, "bad-day");
    }
}
