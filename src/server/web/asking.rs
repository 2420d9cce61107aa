//! What an administrator says of why, whatever they ask for; and how it is drawn up to be signed.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::address::segment;
use super::page::{told, with_status};
use super::session::Administrator;
use crate::domain::account_reset::{REMARK_CHARS_MAX, ResetReason, TICKET_CHARS_MAX};
use crate::domain::act::Deed;
use crate::domain::{OfferId, Person};
use crate::server::account_resets::Wish;
use crate::server::account_resets::signing::to_sign;
use crate::server::database::Write;
use crate::server::problem::Answer;
use crate::server::tables::act_asked::Signer;
use crate::text::{Text, tr};

/// What an administrator says of why.
#[derive(Deserialize, Serialize, Default)]
pub struct Why {
    #[serde(skip_serializing, default)]
    pub form: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    remark: String,
    #[serde(default)]
    ticket: String,
}

impl Why {
    /// As it is asked for; none: no reason was chosen.
    pub fn wish(&self) -> Option<Wish<'_>> {
        Some(Wish {
            reason: ResetReason::parse(&self.reason)?,
            remark: self.remark.trim(),
            ticket: Some(self.ticket.trim()).filter(|ticket| !ticket.is_empty()),
        })
    }
}

/// A page about somebody of the organisation. `wrong`: what is wrong with what was sent.
pub fn about(
    admin: &Administrator,
    person: &Person,
    (title, main): (&str, &Markup),
    wrong: Option<String>,
) -> Answer<Response> {
    let t = admin.visitor.look.text;
    let main = html! {
        @if let Some(wrong) = &wrong { (told("bad", wrong)) }
        (main)
        p.aside { a href={ "/people/" (segment(person.id.as_str())) } { (tr!(t, "page-back-to", what = person.name.as_str())) } }
    };
    let page = admin.visitor.page(title, &admin.frame(), &main)?;
    Ok(match wrong {
        Some(_) => with_status(StatusCode::UNPROCESSABLE_ENTITY, page),
        None => page,
    })
}

/// Where it is said why, and sent to that path.
pub fn why_form(admin: &Administrator, at: &str, why: &Why) -> Answer<Markup> {
    let t = admin.visitor.look.text;
    Ok(html! {
        form.card method="post" action=(at) {
            (admin.visitor.form(at)?)
            fieldset {
                legend { (tr!(t, "page-ask-why")) }
                @for reason in ResetReason::ALL {
                    label {
                        input type="radio" name="reason" value=(reason.as_str()) required
                            checked[why.reason == reason.as_str()];
                        span { (t.reset_reason(reason)) }
                    }
                }
            }
            label for="remark" { (tr!(t, "page-ask-remark")) }
            input #remark name="remark" maxlength=(REMARK_CHARS_MAX) value=(why.remark);
            label for="ticket" { (tr!(t, "page-ask-ticket")) }
            input #ticket name="ticket" maxlength=(TICKET_CHARS_MAX) value=(why.ticket);
            button { (tr!(t, "page-ask-on")) }
        }
    })
}

/// What is said of a text that is not taken.
pub fn one_line(t: &Text) -> String {
    tr!(
        t,
        "page-ask-one-line",
        most = REMARK_CHARS_MAX,
        ticket = TICKET_CHARS_MAX
    )
}

/// What is to be signed there, in this session.
pub async fn drawn_up(
    admin: &Administrator,
    tx: &mut Write,
    deed: Deed,
    now: Timestamp,
) -> Answer<OfferId> {
    let by = &admin.visitor.site.people;
    let signer = (
        Signer::Person(admin.person.id.clone()),
        admin.person.name.as_str(),
    );
    let to_sign = to_sign(by, tx, signer, (admin.visitor.place(), deed), now).await?;
    Ok(to_sign.id)
}
