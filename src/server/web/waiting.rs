//! Requests that wait for a second agent, for agents who have no station near: the same functions as a station's decide.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};

use super::forms::{Meant, Named, Sent};
use super::page::{told, with_status};
use super::session::Agent;
use super::{Shared, Shown, Site};
use crate::domain::AccountResetId;
use crate::domain::account_reset::ResetState;
use crate::domain::act::ResetTerms;
use crate::server::account_resets::signing::to_sign;
use crate::server::account_resets::{self as resets, asker_of};
use crate::server::database::Connection;
use crate::server::problem::Answer;
use crate::server::tables::account_reset as table;
use crate::server::tables::act_asked::Signer;
use crate::server::tables::operator;
use crate::server::tally::Event;
use crate::text::act::identified;
use crate::text::{Text, tr};
use crate::wire::{AccountReset, ResetEnd, ResetEnding, VERSION};

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

/// What waits for a second agent, and apart from it what became of the rest.
pub async fn list(State(site): Shared, agent: Agent) -> Shown {
    let now = site.registry.now();
    let mut read = site.registry.db.snapshot().await?;
    resets::refuse_others(&mut read, &agent.operator, now).await?;
    let mut found = Vec::new();
    for reset in table::newest(&mut read, LISTED_MAX).await? {
        found.push(resets::shown(&mut read, reset, now).await?);
    }
    read.rollback().await?;
    let waits = |reset: &AccountReset| reset.state == ResetState::Requested;
    let (waiting, others): (Vec<_>, Vec<_>) = found.into_iter().partition(waits);
    let t = agent.visitor.look.text;
    let cards = |resets: &[AccountReset]| html! { ul.cards { @for reset in resets { (card(&agent, reset)) } } };
    let main = html! {
        @if waiting.is_empty() { p { (tr!(t, "page-none-waits")) } }
        @else { (cards(&waiting)) }
        @if !others.is_empty() {
            h2 { (tr!(t, "page-others")) }
            (cards(&others))
        }
    };
    let title = tr!(t, "page-waiting");
    Ok(agent.visitor.page(&title, &agent.frame(), &main)?)
}

fn card(agent: &Agent, reset: &AccountReset) -> Markup {
    let t = agent.visitor.look.text;
    html! {
        li {
            a href={ "/waiting/" (reset.id) } { (reset.person.name) }
            span.state { (standing(t, reset)) }
            span.quiet { (agent.visitor.time(reset.asked_at)) " · " (reset.asker()) }
        }
    }
}

/// Where it stands, as an agent needs to know it.
fn standing(t: &Text, reset: &AccountReset) -> String {
    match reset.state {
        ResetState::Released if reset.ripe_at.is_some() => tr!(t, "page-state-objectable"),
        ResetState::Released if reset.administrator.is_some() => tr!(t, "page-state-asked"),
        _ => t.reset_standing(reset),
    }
}

/// Where something is done about it.
pub fn path_of(id: AccountResetId, deed: &str) -> String {
    format!("/waiting/{id}/{deed}")
}

/// One of them, with what bears on it.
pub async fn detail(State(site): Shared, agent: Agent, Named(id): Named<AccountResetId>) -> Shown {
    Ok(page(&site, &agent, id, None).await?)
}

/// What bears on a request and nobody who asks can change.
pub async fn bearing(
    site: &Site,
    db: &mut Connection,
    agent: &Agent,
    id: AccountResetId,
) -> Answer<Markup> {
    let (t, now) = (agent.visitor.look.text, site.registry.now());
    let reset = resets::shown_by_id(db, id, now).await?;
    let by = (asker_of(&reset)?, reset.ticket.as_deref());
    let reader = Some(&agent.operator.id);
    let facts = resets::facts(db, (&reset.person.id, id), (by, reader), now).await?;
    let zone = &site.registry.zone;
    let day = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string();
    let facts = t.reset_facts(&facts, day);
    Ok(html! {
        @if !facts.is_empty() {
            h2 { (tr!(t, "page-facts")) }
            ul.plain-list { @for (is_warning, fact) in &facts { li class=[is_warning.then_some("warning")] { (fact) } } }
        }
    })
}

/// The same. `wrong`: what stood in the way of what was sent.
pub async fn page(
    site: &Site,
    agent: &Agent,
    id: AccountResetId,
    wrong: Option<String>,
) -> Answer<Response> {
    let now = site.registry.now();
    let mut read = site.registry.db.snapshot().await?;
    let reset = agent.see(&mut read, id, now).await?;
    let terms = resets::terms_of(&mut read, id).await?;
    let facts = bearing(site, &mut read, agent, id).await?;
    let is_mine = is_mine(&mut read, agent, &reset).await?;
    read.rollback().await?;
    agent.looked(reset.person.id.as_str());
    let t = agent.visitor.look.text;
    let main = html! {
        @if let Some(wrong) = &wrong { (told("bad", wrong)) }
        (lines(agent, &reset, terms.as_ref()))
        (facts)
        (deeds(agent, &reset, is_mine)?)
        p.aside { a href="/waiting" { (tr!(t, "page-back-to", what = tr!(t, "page-waiting"))) } }
    };
    let title = tr!(t, "page-reset-of", person = reset.person.name.as_str());
    let page = agent.visitor.page(&title, &agent.frame(), &main)?;
    Ok(match wrong {
        Some(_) => with_status(StatusCode::CONFLICT, page),
        None => page,
    })
}

fn lines(agent: &Agent, reset: &AccountReset, terms: Option<&ResetTerms>) -> Markup {
    let (t, visitor) = (agent.visitor.look.text, &agent.visitor);
    let line = |label: String, value: Markup| html! { div { dt { (label) } dd { (value) } } };
    let organisation = reset.person.organisation.as_ref();
    let identified = terms.and_then(|terms| identified(t, terms));
    html! {
        dl.facts {
            (line(tr!(t, "page-state"), html! { span.state { (standing(t, reset)) } }))
            (line(tr!(t, "account-reset-account-label"), html! {
                (reset.person.name) " · " (reset.person.id.as_str())
                @if let Some(organisation) = organisation { " · " (organisation.name) }
            }))
            @if reset.away { (line(tr!(t, "page-where"), html! { (tr!(t, "page-away")) })) }
            @if let Some(identified) = identified {
                (line(tr!(t, "account-reset-identified-label"), html! { (identified) }))
            }
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
            @if let Some(by) = &reset.released_by { (line(tr!(t, "page-released-by"), html! { (by.name) })) }
            @if reset.state.is_open() {
                @if let Some(at) = reset.ripe_at { (line(tr!(t, "page-not-before"), visitor.time(at))) }
                (line(tr!(t, "page-until"), visitor.until(reset.until)))
            }
            @if let (Some(at), by) = (reset.ended_at, reset.ender()) {
                (line(tr!(t, "page-ended"), html! { (visitor.time(at)) @if let Some(by) = by { ", " (by) } }))
                @if reset.refused_by.is_some() {
                    (line(tr!(t, "page-said-by"), html! { (tr!(t, "page-refused-beside", desk = reset.said_by())) }))
                }
            }
        }
    }
}

/// Whoever asked takes it back; others release it, or refuse.
fn deeds(agent: &Agent, reset: &AccountReset, is_mine: bool) -> Answer<Markup> {
    let (t, visitor) = (agent.visitor.look.text, &agent.visitor);
    let (withdraw, release) = (path_of(reset.id, "withdraw"), path_of(reset.id, "release"));
    Ok(match (reset.state, is_mine) {
        (ResetState::Requested | ResetState::Released, true) => html! {
            form.card method="post" action=(withdraw) {
                (visitor.form(&withdraw)?)
                p { (tr!(t, "page-own-request")) }
                button.plain { (tr!(t, "page-withdraw")) }
            }
        },
        (ResetState::Requested, false) => html! {
            div.deeds {
                a.deed href=(path_of(reset.id, "refuse")) { (tr!(t, "page-refuse")) }
                form method="post" action=(release) {
                    (visitor.form(&release)?)
                    button.plain { (tr!(t, "page-release-look")) }
                }
            }
        },
        _ => html! {},
    })
}

/// Whether this agent asked for it, under whatever account.
async fn is_mine(db: &mut Connection, agent: &Agent, reset: &AccountReset) -> Answer<bool> {
    Ok(match &reset.asked_by {
        Some(asker) if reset.administrator.is_none() => {
            operator::is_same_human(db, &asker.id, &agent.operator.id).await?
        }
        Some(_) | None => false,
    })
}

/// Asks whether it is meant: refusing is for good, and Enter leads here.
pub async fn sure(State(site): Shared, agent: Agent, Named(id): Named<AccountResetId>) -> Shown {
    let now = site.registry.now();
    let mut read = site.registry.db.snapshot().await?;
    let reset = agent.see(&mut read, id, now).await?;
    read.rollback().await?;
    if reset.state != ResetState::Requested {
        return Ok(page(&site, &agent, id, None).await?);
    }
    let (t, at) = (agent.visitor.look.text, path_of(id, "refuse"));
    let person = reset.person.name.as_str();
    let main = html! {
        form.card method="post" action=(at) {
            (agent.visitor.form(&at)?)
            p { (tr!(t, "page-refuse-sure", person = person)) }
            button autofocus { (tr!(t, "page-refuse")) }
        }
        p.aside { a href={ "/waiting/" (id) } { (tr!(t, "page-back-to", what = tr!(t, "page-reset-of", person = person))) } }
    };
    let title = tr!(t, "page-refuse-title");
    Ok(agent.visitor.page(&title, &agent.frame(), &main)?)
}

/// Refuses it; no reason is asked.
pub async fn refuse(
    State(site): Shared,
    agent: Agent,
    Named(id): Named<AccountResetId>,
    Sent(meant): Sent<Meant>,
) -> Shown {
    end(&site, &agent, (id, ResetEnding::Refuse), &meant).await
}

/// Whoever asked takes it back.
pub async fn withdraw(
    State(site): Shared,
    agent: Agent,
    Named(id): Named<AccountResetId>,
    Sent(meant): Sent<Meant>,
) -> Shown {
    end(&site, &agent, (id, ResetEnding::Withdraw), &meant).await
}

async fn end(
    site: &Site,
    agent: &Agent,
    (id, how): (AccountResetId, ResetEnding),
    meant: &Meant,
) -> Shown {
    let (deed, action) = match how {
        ResetEnding::Refuse => ("refuse", "reset-refused"),
        ResetEnding::Withdraw => ("withdraw", "reset-withdrawn"),
    };
    let at = path_of(id, deed);
    let once = agent.visitor.once(&at, &meant.form, meant)?;
    let now = site.registry.now();
    let mut tx = site.registry.db.write().await?;
    if let Some(before) = once.before(&mut tx).await? {
        return Ok(before);
    }
    let reset = agent.see(&mut tx, id, now).await?;
    let end = ResetEnd {
        version: VERSION,
        how,
        beside: None,
    };
    resets::end(&mut tx, (&agent.operator, None), (id, &end), now).await?;
    let path = format!("/waiting/{id}");
    let detail = format!("reset {id}, on a page");
    let line = agent.line(action, reset.person.id.as_str(), &detail);
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
    let put = (&agent.operator.id, &agent.operator.id);
    table::put(&mut tx, id, put, now).await?;
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
