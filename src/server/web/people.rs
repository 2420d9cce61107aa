//! The people of an administrator's own organisation, and of each what opens their account.
//!
//! Invariant: nobody of another organisation is shown, nor whether there is such a person.

use axum::extract::State;
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use super::address::segment;
use super::forms::{Named, Params};
use super::page::kind;
use super::requests;
use super::session::Administrator;
use super::{Shared, Shown};
use crate::domain::visit::Held;
use crate::domain::{Person, PersonId};
use crate::server::database::Connection;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::{credential, factor, person, search};
use crate::server::tally::Event;
use crate::text::{Text, tr};
use crate::wire::{Owned, problem_code};

/// So many are on a page.
const ON_A_PAGE: u32 = 25;

/// The longest search, in characters.
const SOUGHT_CHARS_MAX: usize = 100;

/// What is looked for, and which page of it.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    /// Counted from 1.
    #[serde(default = "first")]
    page: u32,
}

fn first() -> u32 {
    1
}

impl Administrator {
    /// Puts on record what they looked at.
    fn looked(&self, action: &'static str, whom: &str) {
        let registry = &self.visitor.site.registry;
        let event = Event {
            action,
            station: None,
            operator: None,
            subject: whom.to_owned(),
            what: format!("on a page, by {}", self.person.id),
        };
        registry.tally.note(event, registry.now());
    }

    /// Somebody of their organisation.
    pub async fn member(&self, db: &mut Connection, id: &PersonId) -> Answer<Person> {
        let found = person::by_id(db, id).await?.filter(|person| {
            let theirs = person.organisation.as_ref();
            theirs.is_some_and(|theirs| theirs.id == self.organisation.id)
        });
        found.ok_or_else(|| {
            Refusal::new(
                problem_code::NOT_FOUND,
                "there is nobody of that name in the organisation",
            )
        })
    }
}

/// Everybody, or those whom a search fits.
pub async fn list(
    State(site): Shared,
    admin: Administrator,
    Params(wanted): Params<Wanted>,
) -> Shown {
    let sought: String = wanted.q.chars().take(SOUGHT_CHARS_MAX).collect();
    let page = wanted.page.clamp(1, 10_000);
    let skip = (page - 1) * ON_A_PAGE;
    let fitting = search::of_members(&sought);
    let _turn = site
        .registry
        .searches
        .take(admin.person.id.as_str())
        .await?;
    let mut read = site.registry.db.read().await?;
    let of = (&admin.organisation.id, fitting.as_deref());
    let mut people = person::members(&mut read, of, (skip, ON_A_PAGE + 1)).await?;
    drop(read);
    admin.looked("search", "people");
    let full = usize::try_from(ON_A_PAGE).unwrap_or(usize::MAX);
    let more = people.len() > full;
    people.truncate(full);
    let t = admin.visitor.look.text;
    let main = html! {
        form.search method="get" action="/people" role="search" {
            label for="q" { (tr!(t, "page-search")) }
            div.row {
                input #q name="q" type="search" value=(sought) maxlength=(SOUGHT_CHARS_MAX);
                button { (tr!(t, "page-search-go")) }
            }
        }
        @if people.is_empty() {
            p { (tr!(t, "page-nobody")) }
        } @else {
            ul.cards {
                @for person in &people { (card(t, person)) }
            }
        }
        (paging(t, (&sought, page), more))
    };
    let title = tr!(
        t,
        "page-people-of",
        organisation = admin.organisation.name.as_str()
    );
    Ok(admin.visitor.page(&title, &admin.frame(), &main)?)
}

fn card(t: &Text, person: &Person) -> Markup {
    html! {
        li {
            a href={ "/people/" (segment(person.id.as_str())) } { (person.name) }
            span { (kind(t, person.kind)) }
            span.quiet { (t.factors(person)) }
        }
    }
}

fn paging(t: &Text, (sought, page): (&str, u32), more: bool) -> Markup {
    let to = |page: u32| format!("/people?q={}&page={page}", segment(sought));
    html! {
        @if page > 1 || more {
            nav.paging aria-label=(tr!(t, "page-paging")) {
                @if page > 1 { a href=(to(page - 1)) rel="prev" { (tr!(t, "page-previous")) } }
                span { (tr!(t, "page-number", number = page)) }
                @if more { a href=(to(page + 1)) rel="next" { (tr!(t, "page-next")) } }
            }
        }
    }
}

/// One of them.
pub async fn detail(
    State(site): Shared,
    admin: Administrator,
    Named(id): Named<PersonId>,
) -> Shown {
    let mut read = site.registry.db.snapshot().await?;
    let person = admin.member(&mut read, &id).await?;
    let factors = factors(&mut read, &admin, &person).await?;
    let requests = requests::of_person(&admin, &mut read, &person).await?;
    read.rollback().await?;
    admin.looked("person-view", person.id.as_str());
    let t = admin.visitor.look.text;
    let main = html! {
        (facts(t, &person))
        h2 { (tr!(t, "page-what-opens")) }
        (factors)
        (requests)
        p.aside { a href="/people" { (tr!(t, "page-back-to-people")) } }
    };
    Ok(admin.visitor.page(&person.name, &admin.frame(), &main)?)
}

fn facts(t: &Text, person: &Person) -> Markup {
    html! {
        dl.facts {
            div { dt { (tr!(t, "page-kind")) } dd { (kind(t, person.kind)) } }
            @if let Some(email) = &person.email {
                div { dt { (tr!(t, "page-email")) } dd { (email) } }
            }
            @if let Some(number) = &person.employee_number {
                div { dt { (tr!(t, "page-employee-number")) } dd { (number) } }
            }
        }
    }
}

/// What is left of somebody's factors, and how each stands.
async fn factors(db: &mut Connection, admin: &Administrator, person: &Person) -> Answer<Markup> {
    let (t, now) = (admin.visitor.look.text, admin.visitor.site.registry.now());
    let mut owned = Vec::new();
    for credential in credential::all(db, &person.id).await? {
        let (held, tested_at) = (credential.held.at(now), credential.last_tested_at);
        if credential.gone_at.is_none() {
            owned.push((Owned::Key(credential), held, tested_at));
        }
    }
    for factor in factor::all(db, &person.id).await? {
        let (held, tested_at) = (factor.held, factor.last_tested_at);
        if factor.removed_at.is_none() {
            owned.push((Owned::App(factor), held, tested_at));
        }
    }
    owned.retain(|(_, held, _)| {
        held.suspended
            .and_then(|since| since.run_out(now))
            .is_none()
    });
    Ok(html! {
        @if owned.is_empty() && person.lost.all {
            p { (tr!(t, "page-nothing-left")) }
        } @else if owned.is_empty() {
            p { (tr!(t, "page-nothing-opens")) }
        } @else {
            ul.cards {
                @for (factor, held, tested_at) in &owned {
                    li {
                        strong { (t.owned(factor)) }
                        span { (stands(t, held)) @if let Some(until) = lent(held) { " " (admin.visitor.day(until)) } }
                        @if let Some(at) = tested_at {
                            span.quiet { (tr!(t, "page-last-used")) " " (admin.visitor.day(*at)) }
                        }
                    }
                }
            }
        }
    })
}

fn stands(t: &Text, held: &Held) -> String {
    match (held.suspended, held.waiting_since, held.lent_until) {
        (Some(suspended), _, _) => tr!(t, "page-suspended", why = t.why(suspended.why)),
        (None, Some(_), _) => tr!(t, "page-waits"),
        (None, None, Some(_)) => tr!(t, "page-lent"),
        (None, None, None) => tr!(t, "page-works"),
    }
}

/// Until when it is lent, as long as it opens something.
fn lent(held: &Held) -> Option<Timestamp> {
    held.lent_until.filter(|_| held.suspended.is_none())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{lent, stands};
    use crate::domain::visit::{Held, Suspended, SuspendedWhy};
    use crate::text::english;

    #[test]
    fn what_is_lent_is_told_as_lent_as_long_as_it_opens_something() {
        let until = Timestamp::UNIX_EPOCH;
        let own = Held::default();
        let loan = Held {
            lent_until: Some(until),
            ..own
        };
        assert_eq!(stands(english(), &own), "works");
        assert_eq!(
            (stands(english(), &loan).as_str(), lent(&loan)),
            ("lent until", Some(until))
        );
        let why = SuspendedWhy::Lost;
        let lost = Held {
            suspended: Some(Suspended { at: until, why }),
            ..loan
        };
        assert!(stands(english(), &lost).contains("lost"));
        assert_eq!(lent(&lost), None);
    }
}
