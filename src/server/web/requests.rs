//! What administrators ask for: a reset of somebody of their organisation, what becomes of it, and of what others ask.
//!
//! Invariant: of whose account, why and by whom is decided in [`account_resets`](crate::server::account_resets); here it is only shown
//! and handed on.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};

use super::address::segment;
use super::asking::{Why, about, drawn_up, one_line, why_form};
use super::forms::{Meant, Named, Sent};
use super::page::{told, with_status};
use super::session::Administrator;
use super::{Shared, Shown};
use crate::domain::account_reset::ResetState;
use crate::domain::act::Deed;
use crate::domain::authority::{Action, NotTheirs, may_ask_for};
use crate::domain::visit::Had;
use crate::domain::{AccountResetId, Person, PersonId};
use crate::server::account_resets::ByPerson;
use crate::server::account_resets::by_administrator::{self, Asks};
use crate::server::account_resets::{self as resets, vouching};
use crate::server::database::Connection;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::account_reset as table;
use crate::server::tables::audit::Line;
use crate::server::tables::standing;
use crate::text::tr;
use crate::wire::{AccountReset, Vouched, problem_code};

/// Most requests that are listed.
const LISTED_MAX: u32 = 100;

/// Most of one person that are listed on their page.
const OF_ONE_MAX: u32 = 10;

/// Where the reset of somebody is asked for.
pub async fn why(State(site): Shared, admin: Administrator, Named(id): Named<PersonId>) -> Shown {
    let mut read = site.registry.db.read().await?;
    let person = admin.member(&mut read, &id).await?;
    let had = standing::had(&mut read, &person.id).await?;
    drop(read);
    Ok(why_page(&admin, (&person, had), &Why::default(), None)?)
}

fn why_page(
    admin: &Administrator,
    (person, had): (&Person, Had),
    why: &Why,
    wrong: Option<String>,
) -> Answer<Response> {
    let t = admin.visitor.look.text;
    let at = asking_path(&person.id);
    let main = match may_ask_for(&admin.person, Action::ReplaceLost, person) {
        Ok(_) if had == Had::Never => html! {
            p { (tr!(t, "page-needs-no-reset", person = person.name.as_str())) }
        },
        Err(refused) => html! { p { (super::page::not_theirs(t, &refused, person.kind)) } },
        Ok(_) => html! {
            p.lead { (tr!(t, "page-ask-means", person = person.name.as_str())) }
            (why_form(admin, &at, why)?)
        },
    };
    let title = tr!(t, "page-ask-for", person = person.name.as_str());
    about(admin, person, (&title, &main), wrong)
}

fn asking_path(person: &PersonId) -> String {
    format!("/people/{}/reset", segment(person.as_str()))
}

/// What is to be signed is drawn up, and shown next.
pub async fn ask(
    State(site): Shared,
    admin: Administrator,
    Named(id): Named<PersonId>,
    Sent(why): Sent<Why>,
) -> Shown {
    let once = admin.visitor.once(&asking_path(&id), &why.form, &why)?;
    let mut tx = site.registry.db.write().await?;
    if let Some(before) = once.before(&mut tx).await? {
        return Ok(before);
    }
    let person = admin.member(&mut tx, &id).await?;
    let had = standing::had(&mut tx, &person.id).await?;
    let (t, whom) = (admin.visitor.look.text, (&person, had));
    let Some(wish) = why.wish() else {
        let wrong = tr!(t, "page-ask-no-reason");
        return Ok(why_page(&admin, whom, &why, Some(wrong))?);
    };
    let reset = AccountResetId(uuid::Uuid::now_v7());
    let now = site.registry.now();
    let who = (&admin.person.id, &id);
    let asks = Asks::Own(reset, wish);
    let terms = match by_administrator::ask(&mut tx, who, asks, now).await {
        Ok((terms, _)) => terms,
        Err(refusal) if refusal.code() == problem_code::MALFORMED => {
            return Ok(why_page(&admin, whom, &why, Some(one_line(t)))?);
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let to_sign = drawn_up(&admin, &mut tx, Deed::AskReset { terms }, now).await?;
    let path = format!("/sign/{to_sign}");
    let detail = format!("on a page, by {}, act {to_sign}", admin.person.id);
    let line = admin.line("reset-asking", id.as_str(), &detail);
    Ok(once.done(tx, (&path, line), now).await?)
}

/// What a desk prepared is asked for in the same way.
pub async fn ask_prepared(
    State(site): Shared,
    admin: Administrator,
    Named(id): Named<AccountResetId>,
    Sent(meant): Sent<Meant>,
) -> Shown {
    let once = admin
        .visitor
        .once(&path_of(id, "ask"), &meant.form, &meant)?;
    let mut tx = site.registry.db.write().await?;
    if let Some(before) = once.before(&mut tx).await? {
        return Ok(before);
    }
    let now = site.registry.now();
    let reset = theirs(&admin, &mut tx, id, now).await?;
    let who = (&admin.person.id, &reset.person.id);
    let (terms, _) = by_administrator::ask(&mut tx, who, Asks::Prepared(id), now).await?;
    let to_sign = drawn_up(&admin, &mut tx, Deed::AskReset { terms }, now).await?;
    let path = format!("/sign/{to_sign}");
    let detail = format!(
        "reset {id}, on a page, by {}, act {to_sign}",
        admin.person.id
    );
    let line = admin.line("reset-asking", reset.person.id.as_str(), &detail);
    Ok(once.done(tx, (&path, line), now).await?)
}

/// A reset of somebody of their organisation.
async fn theirs(
    admin: &Administrator,
    db: &mut Connection,
    id: AccountResetId,
    now: Timestamp,
) -> Answer<AccountReset> {
    let reset = resets::shown_by_id(db, id, now).await?;
    admin.member(db, &reset.person.id).await?;
    Ok(reset)
}

fn path_of(id: AccountResetId, deed: &str) -> String {
    format!("/requests/{id}/{deed}")
}

/// What became of what was asked for about people of the organisation; what waits for an administrator first.
pub async fn list(State(site): Shared, admin: Administrator) -> Shown {
    let now = site.registry.now();
    let mut read = site.registry.db.snapshot().await?;
    let stored = table::of_organisation(&mut read, &admin.organisation.id, LISTED_MAX).await?;
    let mut found = Vec::new();
    for reset in stored {
        found.push(resets::shown(&mut read, reset, now).await?);
    }
    let vouched = vouching::of_organisation(&mut read, &admin.organisation.id, now).await?;
    read.rollback().await?;
    let order = |reset: &AccountReset| match reset.state {
        ResetState::Prepared => 0,
        state if state.is_open() => 1,
        _ => 2,
    };
    found.sort_by_key(order);
    let t = admin.visitor.look.text;
    let main = html! {
        @if found.is_empty() && vouched.is_empty() { p { (tr!(t, "page-no-requests")) } }
        @else {
            ul.cards {
                @for (person, vouched) in &vouched { (vouched_card(&admin, person, vouched)) }
                @for reset in &found { (card(&admin, reset, true)) }
            }
        }
    };
    let title = tr!(t, "page-requests");
    Ok(admin.visitor.page(&title, &admin.frame(), &main)?)
}

/// What is open, and what was, about one person: for their page.
pub async fn of_person(
    admin: &Administrator,
    db: &mut Connection,
    person: &Person,
) -> Answer<Markup> {
    let now = admin.visitor.site.registry.now();
    let mut found = Vec::new();
    for reset in table::of_person(db, &person.id, OF_ONE_MAX).await? {
        found.push(resets::shown(db, reset, now).await?);
    }
    let t = admin.visitor.look.text;
    let may = may_ask_for(&admin.person, Action::ReplaceLost, person);
    let had = standing::had(db, &person.id).await?;
    let is_open = found.iter().any(|reset| reset.state.is_open());
    Ok(html! {
        @if !found.is_empty() {
            h2 { (tr!(t, "page-requests")) }
            ul.cards { @for reset in &found { (card(admin, reset, false)) } }
        }
        @match may {
            Err(refused) => {
                p { (super::page::not_theirs(t, &refused, person.kind)) }
                (super::vouch::of_person(admin, db, person).await?)
            },
            Ok(_) if is_open => {},
            Ok(_) if had == Had::Never => {
                p { (tr!(t, "page-needs-no-reset", person = person.name.as_str())) }
            },
            Ok(_) => p { a.deed href=(asking_path(&person.id)) { (tr!(t, "page-ask")) } },
        }
    })
}

/// Somebody for whom an administrator answered, and Customer Service has not asked yet.
fn vouched_card(admin: &Administrator, person: &Person, vouched: &Vouched) -> Markup {
    html! {
        li {
            a href={ "/people/" (segment(person.id.as_str())) } { (person.name) }
            span.state { (tr!(admin.visitor.look.text, "page-state-vouched")) }
            span.quiet { (admin.visitor.time(vouched.at)) " · " (vouched.by) }
        }
    }
}

fn card(admin: &Administrator, reset: &AccountReset, named: bool) -> Markup {
    let t = admin.visitor.look.text;
    html! {
        li {
            a href={ "/requests/" (reset.id) } {
                @if named { (reset.person.name) } @else { (t.reset_reason(reset.reason)) }
            }
            span.state { (state(admin, reset)) }
            span.quiet { (admin.visitor.time(reset.asked_at)) " · " (reset.asker()) }
        }
    }
}

/// Where it stands, as an administrator needs to know it.
fn state(admin: &Administrator, reset: &AccountReset) -> String {
    let t = admin.visitor.look.text;
    match reset.state {
        ResetState::Prepared if signs(admin, &reset.person) => tr!(t, "page-state-prepared"),
        ResetState::Released => match (&reset.administrator, reset.ripe_at) {
            (Some(_), Some(_)) => tr!(t, "page-state-asked-waits"),
            (Some(_), None) => tr!(t, "page-state-asked"),
            (None, Some(_)) => tr!(t, "page-state-objectable"),
            (None, None) => t.reset_standing(reset),
        },
        _ => t.reset_standing(reset),
    }
}

/// One of them: what it is about, what became of it, and what can be done about it now.
pub async fn detail(
    State(site): Shared,
    admin: Administrator,
    Named(id): Named<AccountResetId>,
) -> Shown {
    Ok(page(&site, &admin, id, None).await?)
}

/// The same. `wrong`: what stood in the way of what was sent.
pub async fn page(
    site: &super::Site,
    admin: &Administrator,
    id: AccountResetId,
    wrong: Option<String>,
) -> Answer<Response> {
    let now = site.registry.now();
    let mut read = site.registry.db.snapshot().await?;
    let reset = theirs(admin, &mut read, id, now).await?;
    read.rollback().await?;
    let t = admin.visitor.look.text;
    let main = html! {
        @if let Some(wrong) = &wrong { (told("bad", wrong)) }
        (facts(admin, &reset))
        (deeds(admin, &reset)?)
        p.aside { a href="/requests" { (tr!(t, "page-back-to", what = tr!(t, "page-requests"))) } }
    };
    let title = tr!(t, "page-reset-of", person = reset.person.name.as_str());
    let page = admin.visitor.page(&title, &admin.frame(), &main)?;
    Ok(match wrong {
        Some(_) => with_status(StatusCode::CONFLICT, page),
        None => page,
    })
}

fn facts(admin: &Administrator, reset: &AccountReset) -> Markup {
    let (t, visitor) = (admin.visitor.look.text, &admin.visitor);
    let line = |label: String, value: Markup| html! { div { dt { (label) } dd { (value) } } };
    let prepared = reset.asked_by.as_ref().filter(|_| reset.station.is_some());
    html! {
        dl.facts {
            (line(tr!(t, "page-state"), html! { span.state { (state(admin, reset)) } }))
            (line(tr!(t, "account-reset-why-label"), html! { (t.reset_reason(reset.reason)) }))
            @if !reset.remark.is_empty() {
                (line(tr!(t, "account-reset-remark-label"), html! { (reset.remark) }))
            }
            @if let Some(ticket) = &reset.ticket {
                (line(tr!(t, "account-reset-ticket-label"), html! { (ticket) }))
            }
            @if let (Some(by), Some(station)) = (prepared, &reset.station) {
                @let words = match may_ask_for(&admin.person, Action::ReplaceLost, &reset.person) {
                    Err(NotTheirs::Others(_)) => tr!(t, "page-asked-by"),
                    _ => tr!(t, "page-prepared-by"),
                };
                (line(words, html! { (by.name) ", " (station) ", " (visitor.time(reset.asked_at)) }))
            }
            @if let Some(by) = &reset.administrator {
                (line(tr!(t, "page-asked-by"), html! {
                    (by.name) " · " @if reset.by_code { (tr!(t, "page-by-code-only")) } @else { (tr!(t, "page-by-their-key")) }
                }))
            }
            @if reset.away { (line(tr!(t, "page-where"), html! { (tr!(t, "page-away")) })) }
            @if let Some(at) = reset.ripe_at.filter(|_| reset.state.is_open()) {
                (line(tr!(t, "page-not-before"), visitor.time(at)))
            }
            @if reset.state.is_open() { (line(tr!(t, "page-until"), visitor.until(reset.until))) }
            @if let Some(at) = reset.ended_at {
                (line(tr!(t, "page-ended"), html! {
                    (visitor.time(at))
                    @if let Some(by) = reset.ender() { ", " (by) }
                }))
            }
        }
    }
}

/// Whether they may ask for it.
fn signs(admin: &Administrator, person: &Person) -> bool {
    may_ask_for(&admin.person, Action::ReplaceLost, person).is_ok()
}

/// What this administrator can do about it.
fn deeds(admin: &Administrator, reset: &AccountReset) -> Answer<Markup> {
    let t = admin.visitor.look.text;
    if !reset.state.is_open() {
        return Ok(html! {});
    }
    let form = |deed: &str, words: String, how: String, plain: bool| -> Answer<Markup> {
        let at = path_of(reset.id, deed);
        let fields = admin.visitor.form(&at)?;
        Ok(html! {
            form.card method="post" action=(at) {
                (fields)
                p { (how) }
                button.plain[plain] { (words) }
            }
        })
    };
    let is_mine = reset.administrator.as_ref().map(|by| &by.id) == Some(&admin.person.id);
    Ok(html! {
        @if reset.state == ResetState::Prepared && signs(admin, &reset.person) {
            (form("ask", tr!(t, "page-ask-on"), tr!(t, "page-prepared-how"), false)?)
        }
        @if is_mine { (form("withdraw", tr!(t, "page-withdraw"), tr!(t, "page-withdraw-how"), true)?) }
        @else { (form("object", tr!(t, "page-object"), tr!(t, "page-object-how"), true)?) }
    })
}

/// Whoever asked takes it back.
pub async fn withdraw(
    State(site): Shared,
    admin: Administrator,
    Named(id): Named<AccountResetId>,
    Sent(meant): Sent<Meant>,
) -> Shown {
    end(&site, &admin, (id, "withdraw"), &meant).await
}

/// Another administrator objects.
pub async fn object(
    State(site): Shared,
    admin: Administrator,
    Named(id): Named<AccountResetId>,
    Sent(meant): Sent<Meant>,
) -> Shown {
    end(&site, &admin, (id, "object"), &meant).await
}

async fn end(
    site: &super::Site,
    admin: &Administrator,
    (id, deed): (AccountResetId, &str),
    meant: &Meant,
) -> Shown {
    let once = admin.visitor.once(&path_of(id, deed), &meant.form, meant)?;
    let mut tx = site.registry.db.write().await?;
    if let Some(before) = once.before(&mut tx).await? {
        return Ok(before);
    }
    let now = site.registry.now();
    let reset = theirs(admin, &mut tx, id, now).await?;
    let by = &admin.person.id;
    let action = match deed {
        "withdraw" => {
            by_administrator::withdraw(&mut tx, id, by, now).await?;
            "reset-withdrawn"
        }
        "object" => {
            let by = ByPerson {
                id: &admin.person.id,
                desk: None,
            };
            by_administrator::object(&mut tx, id, by, now).await?;
            "reset-objected"
        }
        other => return Err(Refusal::internal(format!("{other} ends no reset")).into()),
    };
    let path = format!("/requests/{id}");
    let detail = format!("reset {id}, on a page, by {}", admin.person.id);
    let line: Line<'_> = admin.line(action, reset.person.id.as_str(), &detail);
    Ok(once.done(tx, (&path, line), now).await?)
}
