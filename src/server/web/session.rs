//! Who asks for a page: the browser, by a cookie, and whoever is signed in in it.
//!
//! Invariants: the cookie's token is random and known to the browser only; it changes at each sign-in; a handler that takes
//! [`Administrator`] or [`Agent`] runs only for somebody who is that now.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use super::look::{Look, cookie};
use super::{Site, Trouble};
use crate::domain::suspension::FactorSort;
use crate::domain::{Bytes, Organisation, Person, PersonId, Secret};
use crate::server::database::{Connection, Write};
use crate::server::problem::{Answer, Refusal};
use crate::server::secret;
use crate::server::tables::act_asked::AskedWhere;
use crate::server::tables::audit::Line;
use crate::server::tables::page::{self as table, Stored, Who};
use crate::server::tables::{FactorName, operator, person};
use crate::wire::{Operator, problem_code};

/// The longest a session lasts.
pub const LIFE: SignedDuration = SignedDuration::from_hours(2);

/// The longest it lasts without anything asked in it.
pub const IDLE: SignedDuration = SignedDuration::from_mins(15);

/// When something was last asked is written down no more often than that.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// With that prefix browsers take it from this very host only, over TLS, for all of its paths.
const COOKIE: &str = "__Host-keydesk";

/// Characters of a token: 32 bytes in base64url.
const TOKEN_CHARS: usize = 43;

/// A browser that asks, signed in or not.
pub struct Visitor {
    pub site: Arc<Site>,
    pub look: Look,
    /// What the browser is known by; another one after each sign-in.
    pub token: Secret,
    /// It has not got that yet.
    is_new: bool,
}

impl Visitor {
    pub fn of(parts: &Parts, site: &Arc<Site>) -> Answer<Self> {
        let known = token(&parts.headers);
        Ok(Self {
            site: Arc::clone(site),
            look: Look::of(&parts.headers, (&parts.method, &parts.uri)),
            is_new: known.is_none(),
            token: match known {
                Some(token) => token,
                None => secret::new_token().map_err(Refusal::internal)?,
            },
        })
    }

    /// By what the database knows the browser.
    pub fn hash(&self) -> Vec<u8> {
        secret::hash(self.token.expose().as_bytes())
    }

    /// Where an act is signed that is drawn up in this session.
    pub fn place(&self) -> AskedWhere {
        AskedWhere::Page(Bytes(self.hash()))
    }

    /// The session that is open in it.
    async fn session(&self) -> Answer<Option<Stored>> {
        if self.is_new {
            return Ok(None);
        }
        let (registry, hash) = (&self.site.registry, self.hash());
        let now = registry.now();
        let mut read = registry.db.read().await?;
        let since = (now - LIFE, now - IDLE);
        let Some(session) = table::session(&mut read, &hash, since).await? else {
            return Ok(None);
        };
        drop(read);
        if session.seen_at + SEEN_EVERY <= now {
            let mut tx = registry.db.write().await?;
            table::see(&mut tx, &hash, now).await?;
            tx.commit().await?;
        }
        Ok(Some(session))
    }

    /// Gives an answer the cookie that the browser has not got yet.
    pub fn known(&self, response: Response) -> Response {
        match self.is_new {
            true => with_token(response, Some(&self.token)),
            false => response,
        }
    }

    /// Who is signed in.
    pub async fn who(&self) -> Answer<Option<Who>> {
        Ok(self.session().await?.and_then(|session| session.who()))
    }
}

fn token(headers: &HeaderMap) -> Option<Secret> {
    let token = cookie(headers, COOKIE)?;
    let is_one = token.len() == TOKEN_CHARS
        && token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    is_one.then(|| Secret::from(token))
}

/// Gives the browser a token, or takes it.
fn with_token(mut response: Response, token: Option<&Secret>) -> Response {
    let kept = "Path=/; Secure; HttpOnly; SameSite=Strict";
    let text = match token {
        Some(token) => format!("{COOKIE}={}; {kept}", token.expose()),
        None => format!("{COOKIE}=; Max-Age=0; {kept}"),
    };
    if let Ok(mut value) = HeaderValue::from_str(&text) {
        value.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Opens a session in the place of whatever was open in that browser: `answer` gets its token.
pub async fn open(
    tx: &mut Write,
    visitor: &Visitor,
    (who, factor): (&Who, (FactorSort, &FactorName)),
    (answer, now): (Response, Timestamp),
) -> Answer<Response> {
    table::end(tx, &visitor.hash()).await?;
    let token = secret::new_token().map_err(Refusal::internal)?;
    let hash = secret::hash(token.expose().as_bytes());
    table::open(tx, &hash, who, factor, now).await?;
    Ok(with_token(answer, Some(&token)))
}

/// Ends it.
pub async fn end(tx: &mut Write, visitor: &Visitor, answer: Response) -> Answer<Response> {
    table::end(tx, &visitor.hash()).await?;
    Ok(with_token(answer, None))
}

/// An administrator of an organisation who is signed in.
pub struct Administrator {
    pub visitor: Visitor,
    pub person: Person,
    pub organisation: Organisation,
    /// By what sort of a factor they signed in.
    pub by: FactorSort,
}

/// An operator who is signed in with their own key.
pub struct Agent {
    pub visitor: Visitor,
    pub operator: Operator,
}

/// Whoever is signed in.
pub enum Someone {
    Administrator(Box<Administrator>),
    Agent(Agent),
}

impl Someone {
    pub fn visitor(&self) -> &Visitor {
        match self {
            Self::Administrator(admin) => &admin.visitor,
            Self::Agent(agent) => &agent.visitor,
        }
    }
}

impl Administrator {
    /// What the audit says that they did; who did it stands in `detail`, because they are no operator.
    pub fn line<'a>(&self, action: &'a str, subject: &'a str, detail: &'a str) -> Line<'a> {
        Line {
            station: None,
            operator: None,
            action,
            subject,
            detail,
        }
    }
}

impl Agent {
    /// What the audit says that they did.
    pub fn line<'a>(&'a self, action: &'a str, subject: &'a str, detail: &'a str) -> Line<'a> {
        Line {
            station: None,
            operator: Some(self.operator.id.as_str()),
            action,
            subject,
            detail,
        }
    }
}

impl FromRequestParts<Arc<Site>> for Visitor {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Trouble> {
        Ok(Self::of(parts, site)?)
    }
}

impl FromRequestParts<Arc<Site>> for Someone {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Trouble> {
        Self::of(Visitor::of(parts, site)?).await
    }
}

impl Someone {
    /// Whoever is signed in in that browser.
    pub async fn of(visitor: Visitor) -> Result<Self, Trouble> {
        let session = visitor.session().await?.ok_or(Trouble::SignIn)?;
        let mut read = visitor.site.registry.db.read().await?;
        Ok(match session.who().ok_or(Trouble::SignIn)? {
            Who::Person(id) => {
                let (person, organisation) = administrator(&mut read, &id).await?;
                drop(read);
                Self::Administrator(Box::new(Administrator {
                    visitor,
                    person,
                    organisation,
                    by: session.sort,
                }))
            }
            Who::Operator(id) => {
                let account = operator::account(&mut read, &id).await?;
                let account = account.ok_or(Trouble::SignIn)?;
                drop(read);
                Self::Agent(Agent {
                    visitor,
                    operator: account.operator,
                })
            }
        })
    }
}

impl FromRequestParts<Arc<Site>> for Administrator {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Trouble> {
        match Someone::from_request_parts(parts, site).await? {
            Someone::Administrator(admin) => Ok(*admin),
            Someone::Agent(_) => Err(not_theirs().into()),
        }
    }
}

impl FromRequestParts<Arc<Site>> for Agent {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Trouble> {
        match Someone::from_request_parts(parts, site).await? {
            Someone::Agent(agent) => Ok(agent),
            Someone::Administrator(_) => Err(not_theirs().into()),
        }
    }
}

/// The person with their organisation, if they are an administrator of one.
pub async fn administrator(db: &mut Connection, id: &PersonId) -> Answer<(Person, Organisation)> {
    let person = person::by_id(db, id).await?;
    let person = person.filter(|person| person.kind.is_administrator());
    let found = person.and_then(|person| {
        let organisation = person.organisation.clone()?;
        Some((person, organisation))
    });
    found.ok_or_else(not_theirs)
}

fn not_theirs() -> Refusal {
    // The page says it, in its reader's language.
    Refusal::new(problem_code::NOT_ALLOWED, "")
}
