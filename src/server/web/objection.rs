//! Where somebody objects who was told of a reset, by the link that they were sent.
//!
//! Invariants: looking changes nothing, so that whatever fetches links ahead does no harm; the link's token is all the authority that it
//! takes, and it takes one objection; here no cookie is given, so that whoever is signed in stays so.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};

use super::forms::Named;
use super::page::{self, told};
use super::session::Visitor;
use super::{Shared, Shown, on_to};
use crate::domain::account_reset::ResetState;
use crate::domain::{AccountResetId, PersonId, Secret};
use crate::server::account_resets::{self as resets, ByPerson, by_administrator};
use crate::server::database::Connection;
use crate::server::problem::Answer;
use crate::server::secret;
use crate::server::tables::audit::{self, Line};
use crate::server::tables::notice;
use crate::server::tables::repeat::{self, Answered};
use crate::text::tr;
use crate::wire::AccountReset;

/// Under what it is kept that a link was used.
const SCOPE: &str = "page objection";

/// Where whoever objected is led.
const DONE: &str = "/objected";

/// Who objects to what by that token, as long as something can come of it.
async fn meant(
    db: &mut Connection,
    token: &Secret,
    now: Timestamp,
) -> Answer<Option<(PersonId, AccountResetId)>> {
    Ok(notice::objection(db, &hash(token), now).await?)
}

fn hash(token: &Secret) -> Vec<u8> {
    secret::hash(token.expose().as_bytes())
}

/// Shows what it is about.
pub async fn show(State(site): Shared, visitor: Visitor, Named(token): Named<Secret>) -> Shown {
    let now = site.registry.now();
    let mut read = site.registry.db.snapshot().await?;
    let Some((_, id)) = meant(&mut read, &token, now).await? else {
        return Ok(over(&visitor, &mut read, &token, now).await?);
    };
    let reset = resets::shown_by_id(&mut read, id, now).await?;
    read.rollback().await?;
    let t = visitor.look.text;
    let person = reset.person.name.as_str();
    let main = html! {
        p.lead { (tr!(t, "page-objection-what", person = person)) }
        dl.facts {
            div { dt { (tr!(t, "page-asked-by")) } dd { (reset.asker()) } }
            div { dt { (tr!(t, "page-asked-at")) } dd { (visitor.time(reset.asked_at)) } }
            div { dt { (tr!(t, "account-reset-why-label")) } dd { (t.reset_reason(reset.reason)) } }
            div { dt { (tr!(t, "page-until")) } dd { (visitor.until(reset.until)) } }
        }
        form.card method="post" action=(format!("/objection/{}", token.expose())) {
            p { (tr!(t, "page-objection-how")) }
            button { (tr!(t, "page-object")) }
        }
        p { (tr!(t, "page-objection-else")) }
    };
    let title = tr!(t, "page-objection-title");
    Ok(visitor.bare_page(&title, &main))
}

/// Nothing can be objected to by that token: what became of it, as long as that is known.
async fn over(
    visitor: &Visitor,
    db: &mut Connection,
    token: &Secret,
    now: Timestamp,
) -> Answer<Response> {
    let t = visitor.look.text;
    let reset = match notice::objection_once(db, &hash(token)).await? {
        Some(id) => Some(resets::shown_by_id(db, id, now).await?),
        None => None,
    };
    let main = match &reset {
        None => html! { p { (tr!(t, "page-objection-over-next")) } },
        Some(reset) if reset.state == ResetState::CarriedOut => html! {
            p.lead { (tr!(t, "page-objection-done", person = reset.person.name.as_str())) }
            (ended(visitor, reset))
            p { (tr!(t, "page-objection-done-next")) }
        },
        Some(reset) => html! {
            p.lead { (tr!(t, "page-objection-stopped", person = reset.person.name.as_str())) }
            (ended(visitor, reset))
        },
    };
    let page = visitor.bare_page(&tr!(t, "page-objection-over"), &main);
    Ok(page::with_status(StatusCode::NOT_FOUND, page))
}

fn ended(visitor: &Visitor, reset: &AccountReset) -> Markup {
    let t = visitor.look.text;
    html! {
        dl.facts {
            div { dt { (tr!(t, "page-state")) } dd { (t.reset_state(reset.state)) } }
            @if let Some(at) = reset.ended_at {
                div { dt { (tr!(t, "page-ended")) } dd { (visitor.time(at)) } }
            }
        }
    }
}

/// Objects, once.
pub async fn object(State(site): Shared, visitor: Visitor, Named(token): Named<Secret>) -> Shown {
    let now = site.registry.now();
    let name = hex::encode(hash(&token));
    let mut read = site.registry.db.snapshot().await?;
    // Whoever has no link does not keep others from writing.
    let is_link = repeat::answered(&mut read, SCOPE, &name).await?.is_some()
        || meant(&mut read, &token, now).await?.is_some();
    if !is_link {
        return Ok(over(&visitor, &mut read, &token, now).await?);
    }
    read.rollback().await?;
    let mut tx = site.registry.db.write().await?;
    if repeat::answered(&mut tx, SCOPE, &name).await?.is_some() {
        return Ok(on_to(DONE));
    }
    let Some((by, id)) = meant(&mut tx, &token, now).await? else {
        return Ok(over(&visitor, &mut tx, &token, now).await?);
    };
    let reset = resets::shown_by_id(&mut tx, id, now).await?;
    let word = ByPerson {
        id: &by,
        desk: None,
    };
    by_administrator::object(&mut tx, id, word, now).await?;
    let detail = format!("reset {id}, by the link that {by} was sent");
    let line = Line {
        station: None,
        operator: None,
        action: "reset-objected",
        subject: reset.person.id.as_str(),
        detail: &detail,
    };
    audit::note(&mut tx, &line, now).await?;
    let done = Answered {
        fingerprint: Vec::new(),
        status: StatusCode::SEE_OTHER.as_u16(),
        body: DONE.to_owned(),
    };
    repeat::insert(&mut tx, (SCOPE, &name), &done, now).await?;
    tx.commit().await?;
    Ok(on_to(DONE))
}

/// What came of it.
pub async fn done(visitor: Visitor) -> Shown {
    let t = visitor.look.text;
    let main = html! {
        (told("good", &tr!(t, "page-objected")))
        p { (tr!(t, "page-objected-next")) }
    };
    Ok(visitor.bare_page(&tr!(t, "page-objected-title"), &main))
}
