//! An administrator answers for somebody of their organisation for whom Customer Service asks and who is not at a desk.
//!
//! Invariant: whether they may is decided in [`vouching`]; a code answers for nobody.

use axum::extract::State;
use jiff::Timestamp;
use maud::{Markup, html};

use super::address::segment;
use super::asking::{Why, about, drawn_up, one_line, why_form};
use super::forms::{Meant, Named, Sent};
use super::session::Administrator;
use super::{Shared, Shown};
use crate::domain::act::Deed;
use crate::domain::authority::{Action, may_vouch_for};
use crate::domain::suspension::FactorSort;
use crate::domain::{AccountResetId, Person, PersonId};
use crate::server::account_resets::vouching::{self, Hindered};
use crate::server::database::Connection;
use crate::server::problem::Answer;
use crate::text::tr;
use crate::wire::problem_code;

fn path(person: &PersonId) -> String {
    format!("/people/{}/vouch", segment(person.as_str()))
}

/// What can be done about it, for the page of that person.
pub async fn of_person(
    admin: &Administrator,
    db: &mut Connection,
    person: &Person,
) -> Answer<Markup> {
    if may_vouch_for(&admin.person, Action::ReplaceLost, person).is_none() {
        return Ok(html! {});
    }
    let (t, now) = (admin.visitor.look.text, admin.visitor.site.registry.now());
    let name = person.name.as_str();
    let told = vouching::told(db, person, None, now).await?;
    let hindered = hindered(admin, db, person, now).await?;
    let at = path(&person.id);
    let back = format!("{at}/withdraw");
    Ok(html! {
        @if let Some(vouched) = &told {
            p {
                (tr!(t, "page-vouched", by = vouched.by.as_str(), person = name)) " "
                (tr!(t, "page-until")) ": " (admin.visitor.until(vouched.until))
            }
            form.card method="post" action=(back) {
                (admin.visitor.form(&back)?)
                p { (tr!(t, "page-vouch-back-how")) }
                button.plain { (tr!(t, "page-withdraw")) }
            }
        } @else if let Some(why) = hindered {
            p { (why) }
        } @else {
            p { a.deed href=(at) { (tr!(t, "page-vouch", person = name)) } }
        }
    })
}

/// What is said in the place of the offer, where they cannot answer for that person now.
async fn hindered(
    admin: &Administrator,
    db: &mut Connection,
    person: &Person,
    now: Timestamp,
) -> Answer<Option<String>> {
    let (t, name) = (admin.visitor.look.text, person.name.as_str());
    let methods = &admin.visitor.site.registry.config.identification.methods;
    let whom = (&admin.person, person);
    let why = vouching::hindered(db, whom, methods, now).await?;
    Ok(match (why, admin.by) {
        (Some(Hindered::NotTheirs), _) => Some(tr!(t, "page-vouch-not-for")),
        (Some(Hindered::Open), _) => Some(tr!(t, "page-vouch-open", person = name)),
        (Some(Hindered::Works), _) => Some(tr!(t, "page-vouch-works", person = name)),
        (Some(Hindered::Never), _) => Some(tr!(t, "page-needs-no-reset", person = name)),
        (None | Some(Hindered::Young), FactorSort::App) => Some(tr!(t, "page-vouch-by-key")),
        (Some(Hindered::Young), FactorSort::Key) => Some(tr!(t, "page-vouch-young")),
        (None, FactorSort::Key) => None,
    })
}

/// Where an administrator says why.
pub async fn why(State(site): Shared, admin: Administrator, Named(id): Named<PersonId>) -> Shown {
    let mut read = site.registry.db.read().await?;
    let person = admin.member(&mut read, &id).await?;
    let hindered = hindered(&admin, &mut read, &person, site.registry.now()).await?;
    drop(read);
    Ok(page(&admin, &person, (&Why::default(), hindered), None)?)
}

fn page(
    admin: &Administrator,
    person: &Person,
    (why, hindered): (&Why, Option<String>),
    wrong: Option<String>,
) -> Answer<axum::response::Response> {
    let t = admin.visitor.look.text;
    let name = person.name.as_str();
    let main = match hindered {
        Some(hindered) => html! { p { (hindered) } },
        None => html! {
            p.lead { (tr!(t, "page-vouch-means", person = name, hours = admin.visitor.site.registry.config.resets.wait_hours)) }
            (why_form(admin, &path(&person.id), why)?)
        },
    };
    let title = tr!(t, "page-vouch", person = name);
    about(admin, person, (&title, &main), wrong)
}

/// What is to be signed is drawn up, and shown next.
pub async fn ask(
    State(site): Shared,
    admin: Administrator,
    Named(id): Named<PersonId>,
    Sent(why): Sent<Why>,
) -> Shown {
    let once = admin.visitor.once(&path(&id), &why.form, &why)?;
    let mut tx = site.registry.db.write().await?;
    if let Some(before) = once.before(&mut tx).await? {
        return Ok(before);
    }
    let person = admin.member(&mut tx, &id).await?;
    let t = admin.visitor.look.text;
    let now = site.registry.now();
    if admin.by == FactorSort::App {
        let hindered = hindered(&admin, &mut tx, &person, now).await?;
        return Ok(page(&admin, &person, (&why, hindered), None)?);
    }
    let Some(wish) = why.wish() else {
        let wrong = tr!(t, "page-ask-no-reason");
        return Ok(page(&admin, &person, (&why, None), Some(wrong))?);
    };
    let reset = AccountResetId(uuid::Uuid::now_v7());
    let who = (&admin.person.id, &id);
    let methods = &site.registry.config.identification.methods;
    let terms = match vouching::ask(&mut tx, who, (reset, wish), methods, now).await {
        Ok((terms, _)) => terms,
        Err(refusal) if refusal.code() == problem_code::MALFORMED => {
            return Ok(page(&admin, &person, (&why, None), Some(one_line(t)))?);
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let to_sign = drawn_up(&admin, &mut tx, Deed::VouchReset { terms }, now).await?;
    let detail = format!("on a page, by {}, act {to_sign}", admin.person.id);
    let line = admin.line("reset-vouching", id.as_str(), &detail);
    Ok(once
        .done(tx, (&format!("/sign/{to_sign}"), line), now)
        .await?)
}

/// It is taken back.
pub async fn withdraw(
    State(site): Shared,
    admin: Administrator,
    Named(id): Named<PersonId>,
    Sent(meant): Sent<Meant>,
) -> Shown {
    let back = format!("{}/withdraw", path(&id));
    let once = admin.visitor.once(&back, &meant.form, &meant)?;
    let mut tx = site.registry.db.write().await?;
    if let Some(before) = once.before(&mut tx).await? {
        return Ok(before);
    }
    admin.member(&mut tx, &id).await?;
    let now = site.registry.now();
    vouching::take_back(&mut tx, (&admin.person.id, &id), now).await?;
    let detail = format!("on a page, by {}", admin.person.id);
    let line = admin.line("reset-vouching-ended", id.as_str(), &detail);
    let person = format!("/people/{}", segment(id.as_str()));
    Ok(once.done(tx, (&person, line), now).await?)
}
