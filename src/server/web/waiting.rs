//! Requests that wait for a second agent, for agents who have no station near: the same functions as a station's decide.

use axum::extract::State;
use jiff::Timestamp;
use maud::{Markup, html};

use super::forms::{Named, Sent};
use super::requests::{Meant, state};
use super::session::Agent;
use super::sign::bearing;
use super::{Shared, Shown};
use crate::domain::AccountResetId;
use crate::domain::account_reset::ResetState;
use crate::server::account_resets as resets;
use crate::server::account_resets::signing::to_sign;
use crate::server::database::Connection;
use crate::server::problem::Answer;
use crate::server::tables::account_reset as table;
use crate::server::tables::act_asked::Signer;
use crate::server::tally::Event;
use crate::text::tr;
use crate::wire::{AccountReset, ResetEnding};

/// Most that are listed.
const LISTED_MAX: u32 = 50;

impl Agent {
    async fn see(
        &self,
        db: &mut Connection,
        id: AccountResetId,
        now: Timestamp,
    ) -> Answer<AccountReset> {
        resets::refuse_others(db, &self.operator, now).await?;
        resets::shown_by_id(db, id, now).await
    }

    fn looked(&self, whom: &str) {
        let registry = &self.visitor.site.registry;
        let event = Event {
            action: "reset-view",
            station: None,
            operator: Some(self.operator.id.clone()),
            subject: whom.to_owned(),
            what: "on a page".to_owned(),
        };
        registry.tally.note(event, registry.now());
    }
}

/// What waits, and what became of the rest.
pub async fn list(State(site): Shared, agent: Agent) -> Shown {
    let now = site.registry.now();
    let mut read = site.registry.db.snapshot().await?;
    resets::refuse_others(&mut read, &agent.operator, now).await?;
    let mut found = Vec::new();
    for reset in table::newest(&mut read, LISTED_MAX).await? {
        found.push(resets::shown(&mut read, reset, now).await?);
    }
    read.rollback().await?;
    found.sort_by_key(|reset| (reset.state != ResetState::Requested, !reset.state.is_open()));
    let t = agent.visitor.look.text;
    let main = html! {
        @if found.is_empty() { p { (tr!(t, "page-no-requests")) } }
        @else { ul.cards { @for reset in &found { (card(&agent, reset)) } } }
    };
    let title = tr!(t, "page-waiting");
    Ok(agent.visitor.page(&title, &agent.frame(), &main)?)
}

fn card(agent: &Agent, reset: &AccountReset) -> Markup {
    let t = agent.visitor.look.text;
    html! {
        li {
            a href={ "/waiting/" (reset.id) } { (reset.person.name) }
            span.state { (state(t, reset)) }
            span.quiet { (agent.visitor.time(reset.asked_at)) " · " (reset.asker()) }
        }
    }
}

fn path_of(id: AccountResetId, deed: &str) -> String {
    format!("/waiting/{id}/{deed}")
}

/// One of them, with what bears on it.
pub async fn detail(State(site): Shared, agent: Agent, Named(id): Named<AccountResetId>) -> Shown {
    let now = site.registry.now();
    let mut read = site.registry.db.snapshot().await?;
    let reset = agent.see(&mut read, id, now).await?;
    let facts = bearing(&site, &mut read, &agent, id).await?;
    read.rollback().await?;
    agent.looked(reset.person.id.as_str());
    let (t, visitor) = (agent.visitor.look.text, &agent.visitor);
    let line = |label: String, value: Markup| html! { div { dt { (label) } dd { (value) } } };
    let organisation = reset.person.organisation.as_ref();
    let (refuse, release) = (path_of(id, "refuse"), path_of(id, "release"));
    let main = html! {
        dl.facts {
            (line(tr!(t, "page-state"), html! { span.state { (state(t, &reset)) } }))
            (line(tr!(t, "account-reset-account-label"), html! {
                (reset.person.name) " · " (reset.person.id.as_str())
                @if let Some(organisation) = organisation { " · " (organisation.name) }
            }))
            (line(tr!(t, "account-reset-why-label"), html! { (t.reset_reason(reset.reason)) }))
            @if !reset.remark.is_empty() {
                (line(tr!(t, "account-reset-remark-label"), html! { "“" (crate::text::act::quoted(&reset.remark)) "”" }))
            }
            @if let Some(ticket) = &reset.ticket {
                (line(tr!(t, "account-reset-ticket-label"), html! { (ticket) }))
            }
            (line(tr!(t, "page-asked-by"), html! {
                (reset.asker()) @if let Some(station) = &reset.station { ", " (station) } ", " (visitor.time(reset.asked_at))
            }))
            @if reset.state.is_open() { (line(tr!(t, "page-until"), visitor.time(reset.until))) }
            @if let Some(by) = &reset.released_by { (line(tr!(t, "page-released-by"), html! { (by.name) })) }
            @if let (Some(at), by) = (reset.ended_at, &reset.ended_by) {
                (line(tr!(t, "page-ended"), html! { (visitor.time(at)) @if let Some(by) = by { ", " (by.name) } }))
            }
        }
        (facts)
        @if reset.state == ResetState::Requested {
            div.deeds {
                form method="post" action=(refuse) {
                    (visitor.form(&refuse)?)
                    button { (tr!(t, "page-refuse")) }
                }
                form method="post" action=(release) {
                    (visitor.form(&release)?)
                    button.plain { (tr!(t, "page-release-look")) }
                }
            }
        }
        p.aside { a href="/waiting" { (tr!(t, "page-back-to", what = tr!(t, "page-waiting"))) } }
    };
    let title = tr!(t, "page-reset-of", person = reset.person.name.as_str());
    Ok(visitor.page(&title, &agent.frame(), &main)?)
}

/// Refuses it; no reason is asked.
pub async fn refuse(
    State(site): Shared,
    agent: Agent,
    Named(id): Named<AccountResetId>,
    Sent(meant): Sent<Meant>,
) -> Shown {
    let once = agent
        .visitor
        .once(&path_of(id, "refuse"), &meant.form, &meant)?;
    let now = site.registry.now();
    let mut tx = site.registry.db.write().await?;
    if let Some(before) = once.before(&mut tx).await? {
        return Ok(before);
    }
    let reset = agent.see(&mut tx, id, now).await?;
    resets::end(&mut tx, &agent.operator, (id, ResetEnding::Refuse), now).await?;
    let path = format!("/waiting/{id}");
    let detail = format!("reset {id}, on a page");
    let line = agent.line("reset-refused", reset.person.id.as_str(), &detail);
    Ok(once.done(tx, (&path, line), now).await?)
}

/// What releasing it signs is drawn up, and shown next.
pub async fn release(
    State(site): Shared,
    agent: Agent,
    Named(id): Named<AccountResetId>,
    Sent(meant): Sent<Meant>,
) -> Shown {
    let once = agent
        .visitor
        .once(&path_of(id, "release"), &meant.form, &meant)?;
    let now = site.registry.now();
    let mut tx = site.registry.db.write().await?;
    if let Some(before) = once.before(&mut tx).await? {
        return Ok(before);
    }
    resets::refuse_others(&mut tx, &agent.operator, now).await?;
    let (deed, person) = resets::release(&mut tx, id, &agent.operator.id, now).await?;
    let signer = (
        Signer::Operator(agent.operator.id.clone()),
        agent.operator.name.as_str(),
    );
    let what = (agent.visitor.place(), deed);
    let to_sign = to_sign(&site.operators, &mut tx, signer, what, now).await?;
    let path = format!("/sign/{}", to_sign.id);
    let detail = format!("reset {id}, act {}, on a page", to_sign.id);
    let line = agent.line("reset-releasing", person.id.as_str(), &detail);
    Ok(once.done(tx, (&path, line), now).await?)
}
