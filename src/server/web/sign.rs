//! Where an act is signed: what it says is shown from the very bytes whose hash the key signs.
//!
//! Invariants: it is signed in the session in which it was drawn up, once; a code signs nothing, and what is asked for by it says so.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::address::segment;
use super::codes::{self, Typed};
use super::forms::{Named, Once, Sent};
use super::page::{told, with_status};
use super::session::{Administrator, Agent, Someone};
use super::sign_in::{assertion, key_fields};
use super::{Shared, Shown, Site, Trouble, on_to, waiting};
use crate::domain::OfferId;
use crate::domain::act::{Act, Deed, ResetTerms};
use crate::domain::suspension::FactorSort;
use crate::server::account_resets::by_administrator::{self, Asks, Proof};
use crate::server::account_resets::signing::{self, Ground, SignedAct, asked_there};
use crate::server::account_resets::{Wish, vouching};
use crate::server::database::{Connection, Write};
use crate::server::ledger::refuse_changed;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::act_asked::{self, Asked, AskedWhere};
use crate::server::tables::{FactorName, account_reset};
use crate::server::verify::RelyingParty;
use crate::text::act::in_parts;
use crate::text::{Text, tr};
use crate::wire::webauthn::AuthenticationResponse;
use crate::wire::{Because, problem_code};

/// What is sent to sign, or not to.
#[derive(Deserialize, Serialize)]
pub struct Signature {
    #[serde(skip_serializing)]
    form: String,
    #[serde(default)]
    assertion: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    last_name: String,
}

/// Shows what would be signed.
pub async fn show(State(site): Shared, someone: Someone, Named(id): Named<OfferId>) -> Shown {
    Ok(page(&site, &someone, id, None).await?)
}

async fn page(
    site: &Site,
    someone: &Someone,
    id: OfferId,
    wrong: Option<String>,
) -> Answer<Response> {
    let visitor = someone.visitor();
    let now = site.registry.now();
    let mut read = site.registry.db.snapshot().await?;
    let asked = asked_there(&mut read, (id, &visitor.place()), now).await?;
    let act = Act::read(&asked.act.0).map_err(Refusal::internal)?;
    let form = match someone {
        Someone::Administrator(admin) => signing_form(site, &mut read, (admin, id, &asked)).await?,
        Someone::Agent(agent) => releasing_form(site, &mut read, (agent, id, &asked), &act).await?,
    };
    read.rollback().await?;
    let t = visitor.look.text;
    let (head, parts) = in_parts(t, &act);
    let by_code = matches!(someone, Someone::Administrator(admin) if admin.by == FactorSort::App);
    let head = match by_code {
        // A code signs nothing.
        true => tr!(t, "page-ask-head", signer = act.signer.name.as_str()),
        false => head,
    };
    let bytes = String::from_utf8_lossy(&asked.act.0);
    let is_wrong = wrong.is_some();
    let main = html! {
        @if let Some(wrong) = wrong { (told("bad", &wrong)) }
        p.lead { (head) }
        dl.facts {
            @for (label, value) in &parts { div { dt { (label) } dd { (value) } } }
        }
        (form)
        @if !by_code {
            details {
                summary { (tr!(t, "page-sign-bytes")) }
                p.bytes { (bytes) }
            }
        }
    };
    let title = match by_code {
        true => tr!(t, "page-ask-title"),
        false => tr!(t, "page-sign-title"),
    };
    let page = visitor.page(&title, &someone.frame(), &main)?;
    Ok(match is_wrong {
        true => with_status(StatusCode::UNPROCESSABLE_ENTITY, page),
        false => page,
    })
}

fn path(id: OfferId) -> String {
    format!("/sign/{id}")
}

/// An administrator signs with a key, or types a code where they came in by one.
async fn signing_form(
    site: &Site,
    db: &mut Connection,
    (admin, id, asked): (&Administrator, OfferId, &Asked),
) -> Answer<Markup> {
    let (t, at) = (admin.visitor.look.text, path(id));
    let fields = admin.visitor.form(&at)?;
    if admin.by == FactorSort::App {
        return Ok(html! {
            form.card method="post" action=(at) {
                (fields)
                p { (tr!(t, "page-sign-by-code")) }
                label for="code" { (tr!(t, "page-code")) }
                input #code.code name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="12"
                    pattern="[0-9 ]{6,12}";
                button { (tr!(t, "page-sign-code-go")) }
            }
        });
    }
    let options = options(site, db, asked).await?;
    Ok(html! {
        form.card method="post" action=(at) data-key=(options) {
            (fields)
            p { (tr!(t, "page-sign-by-key")) }
            (key_fields(t))
            button { (tr!(t, "page-sign-key-go")) }
        }
    })
}

async fn options(site: &Site, db: &mut Connection, asked: &Asked) -> Answer<String> {
    let by = site.party_of(&asked.signer);
    let request = signing::request(by, db, asked).await?;
    serde_json::to_string(&request).map_err(Refusal::internal)
}

/// An agent types the last name and signs. Where nothing was typed Enter leads to where it is refused, and nothing is signed.
async fn releasing_form(
    site: &Site,
    db: &mut Connection,
    (agent, id, asked): (&Agent, OfferId, &Asked),
    act: &Act,
) -> Answer<Markup> {
    let (t, at) = (agent.visitor.look.text, path(id));
    let Deed::ReleaseReset { terms, .. } = &act.deed else {
        return Err(Refusal::internal("an act that agents do not sign on pages"));
    };
    let options = options(site, db, asked).await?;
    Ok(html! {
        (waiting::bearing(site, db, agent, terms.reset).await?)
        form.card method="post" action=(at) data-key=(options) data-key-with="last_name" {
            (agent.visitor.form(&at)?)
            label for="last-name" { (tr!(t, "page-release-name")) }
            input #last-name name="last_name" autocomplete="off" maxlength="200";
            (key_fields(t))
            div.deeds {
                a.deed href=(waiting::path_of(terms.reset, "refuse")) { (tr!(t, "page-refuse")) }
                button.plain { (tr!(t, "page-release-go")) }
            }
            p.hint { (tr!(t, "page-refuse-how")) }
        }
    })
}

/// What is shown is signed, or refused.
pub async fn sign(
    State(site): Shared,
    someone: Someone,
    Named(id): Named<OfferId>,
    Sent(sent): Sent<Signature>,
) -> Shown {
    let once = someone.visitor().once(&path(id), &sent.form, &sent)?;
    let done = match &someone {
        Someone::Administrator(admin) if admin.by == FactorSort::App => {
            by_code(&site, admin, (id, &sent, once)).await
        }
        Someone::Administrator(admin) => by_key(&site, admin, (id, &sent, once)).await,
        Someone::Agent(agent) if sent.last_name.trim().is_empty() => {
            to_refuse(&site, agent, id).await
        }
        Someone::Agent(agent) => release(&site, agent, (id, &sent, once)).await,
    };
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let t = someone.visitor().look.text;
            let wrong = why(t, &refusal).ok_or(Trouble::Refused(refusal))?;
            Ok(page(&site, &someone, id, Some(wrong)).await?)
        }
    }
}

/// What whoever tried is told on the same page; none: the refusal is a page of its own.
fn why(t: &Text, refusal: &Refusal) -> Option<String> {
    Some(match refusal.code() {
        problem_code::RESPONSE_MALFORMED => tr!(t, "page-key-nothing"),
        problem_code::NAME_DIFFERS => tr!(t, "account-reset-wrong-name"),
        problem_code::CODE_WRONG => tr!(t, "page-sign-code-wrong"),
        problem_code::CREDENTIAL_UNKNOWN
        | problem_code::CREDENTIAL_REVOKED
        | problem_code::SIGNATURE_INVALID
        | problem_code::USER_NOT_VERIFIED
        | problem_code::COUNTER_REGRESSED => tr!(t, "page-sign-other-key"),
        _ => return None,
    })
}

/// How taking a signature went.
enum Taken<'a> {
    /// It was not done before. Nobody signs the same once more.
    Fresh(Box<(Write, SignedAct<'a>)>),
    /// It was done before; this was the answer.
    Repeated(Response),
}

/// Takes the signature of what somebody was asked for there: verified before anybody has to wait for it, and taken only where what it
/// rests on is still the same then.
async fn take<'a>(
    site: &Site,
    by: &RelyingParty,
    (id, place, assertion): (OfferId, &AskedWhere, &'a AuthenticationResponse),
    once: &Once,
    now: Timestamp,
) -> Answer<Taken<'a>> {
    let registry = &site.registry;
    let (asked, with) = ((id, place), &assertion.raw_id);
    let mut read = registry.db.snapshot().await?;
    if let Some(before) = once.before(&mut read).await? {
        return Ok(Taken::Repeated(before));
    }
    let ground = Ground::of(&mut read, asked, with, now).await?;
    read.rollback().await?;
    let signed = match ground.verified_act(by, assertion) {
        Ok(signed) => signed,
        Err(refusal) => return Err(ground.on_record(registry, None, refusal).await?),
    };
    let mut tx = registry.db.write().await?;
    if let Some(before) = once.before(&mut tx).await? {
        return Ok(Taken::Repeated(before));
    }
    let ground_now = Ground::of(&mut tx, asked, with, now).await?;
    refuse_changed(&ground, &ground_now)?;
    ground.take(&mut tx, &signed, now).await?;
    Ok(Taken::Fresh(Box::new((tx, signed))))
}

async fn by_key(
    site: &Site,
    admin: &Administrator,
    (id, sent, once): (OfferId, &Signature, Once),
) -> Answer<Response> {
    let assertion = assertion(&sent.assertion)?;
    let (place, now) = (admin.visitor.place(), site.registry.now());
    let signing = (id, &place, &assertion);
    let (mut tx, signed) = match take(site, &site.people, signing, &once, now).await? {
        Taken::Fresh(taken) => *taken,
        Taken::Repeated(before) => return Ok(before),
    };
    signed.keep(&site.people, &mut tx, now).await?;
    let proof = Proof {
        with: &FactorName::of_key(&assertion.raw_id),
        signed: Some((id, &assertion.response.signature)),
    };
    let told = signed.told();
    asked_for(site, tx, (admin, &signed.act), (proof, &told, once), now).await
}

async fn by_code(
    site: &Site,
    admin: &Administrator,
    (id, sent, once): (OfferId, &Signature, Once),
) -> Answer<Response> {
    let code = codes::code(&sent.code)?;
    let now = site.registry.now();
    let mut tx = site.registry.db.write().await?;
    if let Some(before) = once.before(&mut tx).await? {
        return Ok(before);
    }
    let asked = asked_there(&mut tx, (id, &admin.visitor.place()), now).await?;
    let email = admin.person.email.as_deref().unwrap_or_default();
    let factor = match codes::examine(site, &mut tx, (email, &code), now).await? {
        Typed::Right(person, factor) if person == admin.person.id => factor,
        Typed::Right(..) | Typed::Wrong | Typed::Shut => {
            tx.commit().await?;
            return Err(Refusal::new(
                problem_code::CODE_WRONG,
                "the code is not taken",
            ));
        }
    };
    // It is used up whatever comes of the act: who saw it typed has no use for it.
    tx.commit().await?;
    let mut tx = site.registry.db.write().await?;
    if let Some(before) = once.before(&mut tx).await? {
        return Ok(before);
    }
    let asked_now = asked_there(&mut tx, (id, &admin.visitor.place()), now).await?;
    refuse_changed(&asked, &asked_now)?;
    act_asked::take(&mut tx, id).await?;
    let act = Act::read(&asked.act.0).map_err(Refusal::internal)?;
    let proof = Proof {
        with: &factor,
        signed: None,
    };
    asked_for(site, tx, (admin, &act), (proof, "by a code", once), now).await
}

/// An administrator asked for what the act says.
async fn asked_for(
    site: &Site,
    mut tx: Write,
    (admin, act): (&Administrator, &Act),
    (proof, told, once): (Proof<'_>, &str, Once),
    now: Timestamp,
) -> Answer<Response> {
    let who = &admin.person.id;
    let (path, action) = match &act.deed {
        Deed::AskReset { terms } => {
            let asks = asks(&mut tx, terms).await?;
            let what = (terms, who);
            by_administrator::asked(&mut tx, &site.registry.days, what, (asks, proof), now).await?;
            (format!("/requests/{}", terms.reset), "reset-signed")
        }
        Deed::VouchReset { terms } => {
            let unsigned = || Refusal::because(problem_code::NOT_ALLOWED, Because::KeyYoung {});
            let (id, _) = proof.signed.ok_or_else(unsigned)?;
            let by = (who, proof.with);
            let methods = &site.registry.config.identification.methods;
            vouching::vouched(&mut tx, (terms, id), by, methods, now).await?;
            let person = segment(&terms.person.id);
            (format!("/people/{person}"), "reset-vouched")
        }
        Deed::Vouch { .. }
        | Deed::Lend { .. }
        | Deed::ChangeOwn { .. }
        | Deed::ReleaseReset { .. } => {
            return Err(Refusal::internal(
                "an act that administrators do not sign on pages",
            ));
        }
    };
    let subject = act.subject().id.as_str();
    let detail = format!("on a page, by {who}; {told}");
    let line = admin.line(action, subject, &detail);
    once.done(tx, (&path, line), now).await
}

/// Of their own accord, or what a desk prepared.
async fn asks<'a>(db: &mut Connection, terms: &'a ResetTerms) -> Answer<Asks<'a>> {
    let prepared = account_reset::find(db, terms.reset).await?;
    Ok(match prepared {
        Some(_) => Asks::Prepared(terms.reset),
        None => Asks::Own(
            terms.reset,
            Wish {
                reason: terms.reason,
                remark: &terms.remark,
                ticket: terms.ticket.as_deref(),
            },
        ),
    })
}

async fn release(
    site: &Site,
    agent: &Agent,
    (id, sent, once): (OfferId, &Signature, Once),
) -> Answer<Response> {
    let assertion = assertion(&sent.assertion)?;
    let (place, now) = (agent.visitor.place(), site.registry.now());
    let signing = (id, &place, &assertion);
    let (mut tx, signed) = match take(site, &site.operators, signing, &once, now).await? {
        Taken::Fresh(taken) => *taken,
        Taken::Repeated(before) => return Ok(before),
    };
    let typed = Some(sent.last_name.as_str());
    let whom = (&agent.operator, None, typed);
    let when = (site.registry.pace(), now);
    let reset = signed.release(&site.operators, &mut tx, whom, when).await?;
    let path = format!("/waiting/{reset}");
    let detail = format!("reset {reset}, on a page; {}", signed.told());
    let line = agent.line("reset-signed", &signed.act.subject().id, &detail);
    once.done(tx, (&path, line), now).await
}

/// Nothing was typed, and nothing is signed: whoever means it refuses the request on the next page.
async fn to_refuse(site: &Site, agent: &Agent, id: OfferId) -> Answer<Response> {
    let now = site.registry.now();
    let mut read = site.registry.db.read().await?;
    let asked = asked_there(&mut read, (id, &agent.visitor.place()), now).await?;
    let act = Act::read(&asked.act.0).map_err(Refusal::internal)?;
    let Deed::ReleaseReset { terms, .. } = &act.deed else {
        return Err(Refusal::internal("an act that agents do not sign on pages"));
    };
    Ok(on_to(&waiting::path_of(terms.reset, "refuse")))
}
