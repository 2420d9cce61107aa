//! What all pages look like: their frame, their language, and what a refusal says.
//!
//! Invariant: whatever is put into a page is escaped; nothing in it is from elsewhere.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;

use super::address::own_path;
use super::forms::Sent;
use super::look::{LANGUAGE, Look};
use super::session::{Administrator, Agent, Someone, Visitor};
use super::{Shown, on_to};
use crate::domain::PersonKind;
use crate::domain::authority::{Action, Asker, NotTheirs, WhoMay, row};
use crate::server::Registry;
use crate::server::problem::{Answer, Refused};
use crate::text::{self, Language, Text, tr};
use crate::wire::problem_code;

/// Who is signed in, as the frame shows it.
pub enum Frame<'a> {
    Nobody,
    Administrator {
        name: &'a str,
        organisation: &'a str,
    },
    Agent {
        name: &'a str,
    },
}

impl Someone {
    /// The frame of a page for them.
    pub fn frame(&self) -> Frame<'_> {
        match self {
            Self::Administrator(admin) => admin.frame(),
            Self::Agent(agent) => agent.frame(),
        }
    }
}

impl Administrator {
    /// The frame of a page for them.
    pub fn frame(&self) -> Frame<'_> {
        Frame::Administrator {
            name: &self.person.name,
            organisation: &self.organisation.name,
        }
    }
}

impl Agent {
    /// The frame of a page for them.
    pub fn frame(&self) -> Frame<'_> {
        Frame::Agent {
            name: &self.operator.name,
        }
    }
}

impl Visitor {
    /// A page for them.
    pub fn page(&self, title: &str, frame: &Frame<'_>, main: &Markup) -> Answer<Response> {
        let registry = &self.site.registry.config.name;
        let whole = whole(&self.look, (title, registry), &self.top(frame)?, main);
        Ok(self.known(Html(whole.into_string()).into_response()))
    }

    /// Where somebody goes from any page, and by which they leave.
    fn top(&self, frame: &Frame<'_>) -> Answer<Markup> {
        let t = self.look.text;
        let sign_out = self.form_token("/sign-out")?;
        let signed_in = |name: &str, of: Option<&str>, links: &[(&str, String)]| {
            html! {
                nav aria-label=(tr!(t, "page-nav")) {
                    @for (path, words) in links {
                        a href=(path) aria-current=[self.look.back.starts_with(path).then_some("page")] { (words) }
                    }
                }
                div.who {
                    span { (name) @if let Some(of) = of { " · " (of) } }
                    form method="post" action="/sign-out" {
                        input type="hidden" name="form" value=(sign_out);
                        button.quiet { (tr!(t, "page-sign-out")) }
                    }
                }
            }
        };
        Ok(match frame {
            Frame::Nobody => html! {},
            Frame::Administrator { name, organisation } => signed_in(
                name,
                Some(organisation),
                &[
                    ("/people", tr!(t, "page-people")),
                    ("/requests", tr!(t, "page-requests")),
                ],
            ),
            Frame::Agent { name } => signed_in(name, None, &[("/waiting", tr!(t, "page-waiting"))]),
        })
    }

    /// A page of which nothing is kept: the browser gets no cookie.
    pub fn bare_page(&self, title: &str, main: &Markup) -> Response {
        let registry = &self.site.registry.config.name;
        let whole = whole(&self.look, (title, registry), &html! {}, main);
        Html(whole.into_string()).into_response()
    }

    /// A hidden field with what lets this browser send a form there.
    pub fn form(&self, action: &str) -> Answer<Markup> {
        let token = self.form_token(action)?;
        Ok(html! { input type="hidden" name="form" value=(token); })
    }

    /// A day and a time of it, where the registry is.
    pub fn time(&self, at: Timestamp) -> Markup {
        time(at, &self.site.registry.zone, "%Y-%m-%d %H:%M %Z")
    }

    /// Until when something goes on. Midnight is the end of the day before: read as the day that begins then, it is a day too long.
    pub fn until(&self, at: Timestamp) -> Markup {
        let zone = &self.site.registry.zone;
        let (day, time) = text::until(at, zone);
        html! { time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) { (day.to_string()) " " (time) } }
    }

    /// A day.
    pub fn day(&self, at: Timestamp) -> Markup {
        time(at, &self.site.registry.zone, "%Y-%m-%d")
    }
}

fn time(at: Timestamp, zone: &TimeZone, form: &str) -> Markup {
    let there = at.to_zoned(zone.clone());
    html! { time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) { (there.strftime(form)) } }
}

fn whole(look: &Look, (title, registry): (&str, &str), top: &Markup, main: &Markup) -> Markup {
    let t = look.text;
    let other = t.language().other();
    html! {
        (DOCTYPE)
        html lang=(t.language().tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Keydesk" }
                link rel="stylesheet" href="/keydesk.css";
                script src="/keydesk.js" defer {}
            }
            body {
                a.skip href="#main" { (tr!(t, "page-skip")) }
                header {
                    a.brand href="/" { "Keydesk" }
                    (top)
                }
                main #main tabindex="-1" {
                    h1 { (title) }
                    (main)
                }
                footer {
                    span { (registry) }
                    form method="post" action="/language" {
                        input type="hidden" name="back" value=(look.back);
                        button.quiet name="language" value=(other.tag()) lang=(other.tag()) { (tr!(t, "page-language")) }
                    }
                }
            }
        }
    }
}

/// Something that went wrong, or right, before the rest of a page.
pub fn told(kind: &str, words: &str) -> Markup {
    html! { p class={ "told " (kind) } role=(if kind == "bad" { "alert" } else { "status" }) { (words) } }
}

/// What a person is to their organisation, in full.
pub fn kind(t: &Text, kind: PersonKind) -> String {
    match kind {
        PersonKind::Employee => tr!(t, "page-kind-employee"),
        PersonKind::UserAdministrator => tr!(t, "page-kind-user-administrator"),
        PersonKind::MainAdministrator => tr!(t, "page-kind-main-administrator"),
        PersonKind::Unaffiliated => tr!(t, "page-kind-unaffiliated"),
        PersonKind::AuthorisedRepresentative => tr!(t, "page-kind-representative"),
    }
}

/// Why an administrator does not ask for that for somebody of that kind, and who does.
pub fn not_theirs(t: &Text, why: &NotTheirs, kind: PersonKind) -> String {
    let asker = row(Action::ReplaceLost, Some(kind)).map(|row| row.asked_by);
    match why {
        NotTheirs::Oneself if asker == Some(Asker::Administrator) => {
            tr!(t, "page-not-for-oneself")
        }
        NotTheirs::Oneself => tr!(t, "page-not-for-oneself-served"),
        NotTheirs::Others(_) => {
            let may = t.they_may(&WhoMay::replaces(kind));
            tr!(t, "page-for-others", may = may)
        }
        NotTheirs::NoAdministrator | NotTheirs::Elsewhere => tr!(t, "page-not-an-administrator"),
    }
}

/// A refusal as a page, for whoever is signed in.
pub fn refused(
    (look, registry): (&Look, &Registry),
    someone: Option<&Someone>,
    (refused, response): (&Refused, Response),
) -> Response {
    let t = look.text;
    let why = refused.why.as_deref();
    let why = why.map(|why| t.because_at(why, &registry.zone));
    let (what, next) = match refused.code {
        problem_code::NOT_ALLOWED => (tr!(t, "page-not-allowed"), tr!(t, "page-not-allowed-next")),
        problem_code::NOT_FOUND
        | problem_code::METHOD_NOT_ALLOWED
        | problem_code::OFFER_UNKNOWN => (tr!(t, "page-not-found"), tr!(t, "page-not-found-next")),
        problem_code::ORIGIN_MISMATCH | problem_code::IDEMPOTENCY_KEY_REUSED => {
            (tr!(t, "page-stale"), tr!(t, "page-stale-next"))
        }
        problem_code::MALFORMED => (tr!(t, "page-malformed"), tr!(t, "page-stale-next")),
        problem_code::BUSY => (tr!(t, "page-busy"), tr!(t, "page-busy-next")),
        code => t.refused(code).map_or_else(
            || (tr!(t, "page-failed"), tr!(t, "page-failed-next")),
            |told| (told.what, told.next),
        ),
    };
    let main = html! {
        @if let Some(why) = why { p { (why) } }
        p { (next) }
        p { a href="/" { (tr!(t, "page-to-start")) } }
    };
    let top = someone.and_then(|someone| someone.visitor().top(&someone.frame()).ok());
    let page = whole(
        look,
        (&what, &registry.config.name),
        &top.unwrap_or_default(),
        &main,
    );
    let (mut head, _) = response.into_parts();
    head.headers.remove(header::CONTENT_TYPE);
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.remove(header::WWW_AUTHENTICATE);
    let mut shown = Html(page.into_string()).into_response();
    *shown.status_mut() = match refused.code {
        // Here it is whoever sends, and not what they had a key sign.
        problem_code::ORIGIN_MISMATCH => StatusCode::FORBIDDEN,
        _ => head.status,
    };
    for (name, value) in &head.headers {
        shown.headers_mut().insert(name, value.clone());
    }
    shown
}

/// A page that asks for itself once more, from here: a browser that comes from elsewhere keeps back by what it is known.
pub fn once_more(look: &Look) -> Response {
    let t = look.text;
    let page = html! {
        (DOCTYPE)
        html lang=(t.language().tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="refresh" content={ "0; url=" (own_path(&look.back)) };
                title { "Keydesk" }
            }
            body { p { a href=(own_path(&look.back)) { (tr!(t, "page-on")) } } }
        }
    };
    Html(page.into_string()).into_response()
}

/// Which language somebody chose, and on which page.
#[derive(Deserialize)]
pub struct Change {
    language: String,
    back: String,
}

/// Keeps the choice with the browser; nothing changes here.
pub async fn change_language(visitor: Visitor, Sent(change): Sent<Change>) -> Shown {
    let language = Language::parse(&change.language).unwrap_or(visitor.look.text.language());
    let mut answer = on_to(own_path(&change.back));
    let kept = format!(
        "{LANGUAGE}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000",
        language.tag()
    );
    if let Ok(value) = HeaderValue::from_str(&kept) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(answer)
}

/// The same page with another status.
pub fn with_status(status: StatusCode, mut response: Response) -> Response {
    *response.status_mut() = status;
    response
}
