//! `person find` and `tickets fetch`: the people of the registry, and what is fetched ahead for them.

use std::collections::BTreeSet;

use serde_json::json;

use super::output::{Exit, Outcome, Output};
use crate::domain::{Person, PersonId};
use crate::station::Station;
use crate::wire::TicketRequest;
use crate::workflow::Stop;

/// Finds people at the registry or, while it is out of reach, in tickets.
pub(super) async fn find(station: &Station, text: &str, output: &Output) -> Result<Outcome, Stop> {
    let found = station.find(text).await?;
    for person in &found.people {
        let organisation = person.organisation.as_ref().map_or("-", |o| &o.name);
        let mark = if found.from_tickets {
            "\tfrom a ticket"
        } else {
            ""
        };
        let line = format!(
            "{}\t{}\t{organisation}\t{}\t{}\t{} key(s){}{mark}",
            person.id,
            person.name,
            person.kind.as_str(),
            person.email.as_deref().unwrap_or("-"),
            person.keys,
            lost_in_words(person)
        );
        output.item("person", person, &line);
    }
    let detail = match (found.people.len(), found.more) {
        (0, _) if found.from_tickets => {
            "the registry is out of reach, and no ticket is for such a person".to_owned()
        }
        (n, _) if found.from_tickets => {
            format!("{n} found in tickets: the registry is out of reach")
        }
        (0, _) => "nobody found: try the e-mail address or the organisation's number".to_owned(),
        (_, true) => "more people match: give more of the name, or the e-mail address".to_owned(),
        (n, false) => format!("{n} found"),
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
        (0, true) => ", all lost".to_owned(),
        (0, false) => String::new(),
        (n, _) => format!(", {n} suspended"),
    }
}

/// Fetches tickets for a day, or for the people whom a file names.
pub(super) async fn fetch_tickets(station: &Station, day: &str) -> Result<Outcome, Stop> {
    let request = match ticket_request(day, station.today()) {
        Ok(request) => request,
        Err(detail) => return Ok(Outcome::failed(Exit::Usage, "bad-day", detail)),
    };
    let count = station.fetch_tickets(&request).await?;
    Ok(Outcome::done(
        format!("{count} ticket(s) for {}", request.day),
        json!({ "tickets": count, "day": request.day }),
    ))
}

/// A date, `today`, or a file with a person's identifier on each line.
fn ticket_request(day: &str, today: jiff::civil::Date) -> Result<TicketRequest, String> {
    if day == "today" {
        return Ok(TicketRequest::of_day(today));
    }
    if let Ok(date) = day.parse() {
        return Ok(TicketRequest::of_day(date));
    }
    let text = std::fs::read_to_string(day)
        .map_err(|e| format!("{day:?} is neither a date, nor `today`, nor a file to read: {e}"))?;
    let people: BTreeSet<PersonId> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(PersonId::new)
        .collect();
    if people.is_empty() {
        return Err(format!(
            "{day}: names nobody; write one person's identifier a line"
        ));
    }
    Ok(TicketRequest {
        day: today,
        people: people.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_file_names_people_and_a_date_names_a_day() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "# today\np-2\n\n p-1 \np-2\n").expect("written");
        let path = file.path().to_str().expect("utf-8");
        let today = jiff::civil::date(2026, 11, 21);
        let request = ticket_request(path, today).expect("a file of people");
        assert_eq!(request.people, [PersonId::new("p-1"), PersonId::new("p-2")]);
        assert!(
            ticket_request("2026-11-22", today)
                .expect("a date")
                .people
                .is_empty()
        );
        assert!(ticket_request("/nonexistent/people", today).is_err());
    }
}
