//! Signing in: an administrator by a key or a code of theirs, an agent by their own key; and signing out.
//!
//! Invariants: a challenge is drawn here, for one browser, and serves once; whoever fails is told nothing of who exists.

mod code;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use hmac::Mac;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::forms::{Sent, mac};
use super::page::{Frame, told, with_status};
use super::session::{self, Visitor};
use super::{Shared, Shown, Site, Trouble, on_to};
use crate::domain::Bytes;
use crate::domain::suspension::FactorSort;
use crate::server::database::{Connection, Write};
use crate::server::ledger::refuse_changed;
use crate::server::problem::{Answer, Refusal, operator_revoked};
use crate::server::secret;
use crate::server::tables::FactorName;
use crate::server::tables::audit::{self, Line};
use crate::server::tables::credential::{self, Signer};
use crate::server::tables::operator::{self, OwnKey};
use crate::server::tables::page::Who;
use crate::server::tables::repeat::{self, Answered};
use crate::server::verify::{RelyingParty, claimed_challenge};
use crate::text::{Text, tr};
use crate::wire::problem_code;
use crate::wire::webauthn::AuthenticationResponse;

pub use code::by_code;

/// How long somebody may take to touch their key.
const CHALLENGE_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// Of a challenge: what was drawn, until when it holds, and what marks it as ours.
const DRAWN_BYTES: usize = 16;
const UNTIL_BYTES: usize = 8;

/// Who asks to be let in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    People,
    Agents,
}

impl Door {
    fn path(self) -> &'static str {
        match self {
            Self::People => "/sign-in/key",
            Self::Agents => "/agents",
        }
    }

    /// Where whoever came in begins.
    fn leads_to(self) -> &'static str {
        match self {
            Self::People => "/people",
            Self::Agents => "/waiting",
        }
    }
}

impl Site {
    fn party(&self, door: Door) -> &RelyingParty {
        match door {
            Door::People => &self.people,
            Door::Agents => &self.operators,
        }
    }
}

/// Leads everybody to where they begin.
pub async fn home(visitor: Visitor) -> Shown {
    Ok(on_to(match visitor.who().await? {
        Some(Who::Person(_)) => Door::People.leads_to(),
        Some(Who::Operator(_)) => Door::Agents.leads_to(),
        None => "/sign-in",
    }))
}

/// Where an administrator signs in.
pub async fn show(State(site): Shared, visitor: Visitor) -> Shown {
    Ok(people_page(&site, &visitor, None, "")?)
}

/// Where an agent does.
pub async fn show_agents(State(site): Shared, visitor: Visitor) -> Shown {
    Ok(agents_page(&site, &visitor, None)?)
}

fn people_page(
    site: &Site,
    visitor: &Visitor,
    wrong: Option<String>,
    email: &str,
) -> Answer<Response> {
    let t = visitor.look.text;
    let by_key = key_form(site, visitor, Door::People)?;
    let is_wrong = wrong.is_some();
    let platform = site.registry.config.rp.name.as_str();
    let main = html! {
        @if let Some(wrong) = wrong { (told("bad", &wrong)) }
        p.lead { (tr!(t, "page-sign-in-for")) }
        section aria-labelledby="by-key" {
            h2 #by-key { (tr!(t, "page-by-key")) }
            p { (tr!(t, "page-by-key-how")) }
            (by_key)
        }
        section aria-labelledby="by-code" {
            h2 #by-code { (tr!(t, "page-by-code")) }
            p #code-how { (tr!(t, "page-by-code-how", platform = platform)) }
            form method="post" action="/sign-in/code" {
                (visitor.form("/sign-in/code")?)
                label for="email" { (tr!(t, "page-email")) }
                input #email name="email" type="email" autocomplete="username" required maxlength="254" value=(email);
                label for="code" { (tr!(t, "page-code")) }
                input #code.code name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="12"
                    pattern="[0-9 ]{6,12}" aria-describedby="code-how";
                button { (tr!(t, "page-sign-in")) }
            }
        }
        p.aside { a href="/agents" { (tr!(t, "page-to-agents")) } }
    };
    let page = visitor.page(&tr!(t, "page-sign-in"), &Frame::Nobody, &main)?;
    Ok(judged(page, is_wrong))
}

fn agents_page(site: &Site, visitor: &Visitor, wrong: Option<String>) -> Answer<Response> {
    let t = visitor.look.text;
    let is_wrong = wrong.is_some();
    let main = html! {
        @if let Some(wrong) = wrong { (told("bad", &wrong)) }
        p.lead { (tr!(t, "page-agents-for")) }
        section aria-labelledby="by-key" {
            h2 #by-key { (tr!(t, "page-by-own-key")) }
            (key_form(site, visitor, Door::Agents)?)
        }
        p.aside { a href="/sign-in" { (tr!(t, "page-to-administrators")) } }
    };
    let page = visitor.page(&tr!(t, "page-agents"), &Frame::Nobody, &main)?;
    Ok(judged(page, is_wrong))
}

fn judged(page: Response, is_wrong: bool) -> Response {
    match is_wrong {
        true => with_status(StatusCode::UNPROCESSABLE_ENTITY, page),
        false => page,
    }
}

fn key_form(site: &Site, visitor: &Visitor, door: Door) -> Answer<Markup> {
    let t = visitor.look.text;
    let life = u64::try_from(CHALLENGE_LIFE.as_millis()).unwrap_or_default();
    let challenge = drawn(site, visitor, door)?;
    let issued = site
        .party(door)
        .request_of(Some(challenge), Vec::new(), life)?;
    let options = serde_json::to_string(&issued.options).map_err(Refusal::internal)?;
    Ok(html! {
        form method="post" action=(door.path()) data-key=(options) {
            (visitor.form(door.path())?)
            (key_fields(t))
            button { (tr!(t, "page-use-key")) }
        }
    })
}

/// Where the browser puts what the key signed, and what is said when it does not.
pub fn key_fields(t: &Text) -> Markup {
    html! {
        input type="hidden" name="assertion" value="";
        noscript { p.told.bad { (tr!(t, "page-key-needs-script")) } }
        p.told.bad data-failed="" role="alert" hidden { (tr!(t, "page-key-failed")) }
        p.told data-waiting="" role="status" hidden { (tr!(t, "page-key-waiting")) }
    }
}

/// A challenge for that browser and door. Nothing of it is kept: whoever only looks writes nothing.
fn drawn(site: &Site, visitor: &Visitor, door: Door) -> Answer<Bytes> {
    let drawn: [u8; DRAWN_BYTES] = secret::random_bytes().map_err(Refusal::internal)?;
    let until = site.registry.now() + CHALLENGE_LIFE;
    let mut challenge = drawn.to_vec();
    challenge.extend(until.as_millisecond().to_be_bytes());
    let marked = marked(site, visitor, (door, &challenge))?;
    challenge.extend(marked.finalize().into_bytes());
    Ok(Bytes(challenge))
}

fn marked(
    site: &Site,
    visitor: &Visitor,
    (door, begun): (Door, &[u8]),
) -> Answer<hmac::Hmac<sha2::Sha256>> {
    let path = door.path().as_bytes();
    let hash = visitor.hash();
    mac(
        site.key.as_slice(),
        &[b"keydesk page sign-in 1", path, &hash, begun],
    )
}

/// Whether that is one, and still holds.
fn refuse_other(site: &Site, visitor: &Visitor, (door, challenge): (Door, &Bytes)) -> Answer<()> {
    let refused = || {
        Refusal::new(
            problem_code::CHALLENGE_EXPIRED,
            "the page was open for too long, or is another browser's: open it again",
        )
    };
    let parts = challenge.0.split_at_checked(DRAWN_BYTES + UNTIL_BYTES);
    let (begun, mark) = parts.ok_or_else(refused)?;
    let marked = marked(site, visitor, (door, begun))?;
    marked.verify_slice(mark).map_err(|_| refused())?;
    let until = begun.last_chunk::<UNTIL_BYTES>().ok_or_else(refused)?;
    match i64::from_be_bytes(*until) > site.registry.now().as_millisecond() {
        true => Ok(()),
        false => Err(refused()),
    }
}

/// What a browser sends that had a key sign.
#[derive(Deserialize, Serialize)]
pub struct BySignature {
    #[serde(skip_serializing)]
    form: String,
    assertion: String,
}

/// What was sent as an assertion.
pub fn assertion(text: &str) -> Answer<AuthenticationResponse> {
    serde_json::from_str(text).map_err(|_| {
        Refusal::new(
            problem_code::RESPONSE_MALFORMED,
            "nothing that a key signed was sent",
        )
    })
}

/// An administrator signs in with a key of theirs.
pub async fn by_key(State(site): Shared, visitor: Visitor, Sent(sent): Sent<BySignature>) -> Shown {
    match let_in(&site, &visitor, (Door::People, &sent)).await {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let wrong = why(visitor.look.text, &refusal).ok_or(Trouble::Refused(refusal))?;
            Ok(people_page(&site, &visitor, Some(wrong), "")?)
        }
    }
}

/// An agent signs in with their own.
pub async fn agent(State(site): Shared, visitor: Visitor, Sent(sent): Sent<BySignature>) -> Shown {
    match let_in(&site, &visitor, (Door::Agents, &sent)).await {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let wrong = why(visitor.look.text, &refusal).ok_or(Trouble::Refused(refusal))?;
            Ok(agents_page(&site, &visitor, Some(wrong))?)
        }
    }
}

/// What whoever tried is told on the same page; none: the refusal is a page of its own.
fn why(t: &Text, refusal: &Refusal) -> Option<String> {
    Some(match refusal.code() {
        problem_code::CHALLENGE_EXPIRED | problem_code::ORIGIN_MISMATCH => {
            tr!(t, "page-sign-in-late")
        }
        problem_code::RESPONSE_MALFORMED => tr!(t, "page-key-nothing"),
        problem_code::NOT_ALLOWED => tr!(t, "page-not-an-administrator"),
        problem_code::BUSY | problem_code::INTERNAL => return None,
        _ => tr!(t, "page-key-refused"),
    })
}

/// Whose key it is, and what a sign-in with it is judged by.
#[derive(PartialEq)]
enum Ground {
    Person(Signer),
    Agent(OwnKey),
}

impl Ground {
    async fn of(db: &mut Connection, door: Door, credential: &Bytes) -> Answer<Self> {
        let found = match door {
            Door::People => credential::signer(db, credential).await?.map(Self::Person),
            Door::Agents => operator::own_key(db, credential).await?.map(Self::Agent),
        };
        found.ok_or_else(|| {
            Refusal::new(
                problem_code::CREDENTIAL_UNKNOWN,
                "no such key opens anything here",
            )
        })
    }

    fn verifier(&self) -> (&str, &Bytes) {
        match self {
            Self::Person(signer) => (&signer.verifier, &signer.user_handle),
            Self::Agent(own) => (&own.verifier, &own.user_handle),
        }
    }

    /// Said only once the key has proven to be theirs.
    async fn refuse_closed(&self, db: &mut Connection) -> Answer<()> {
        let closed = |what: &str| Err(Refusal::new(problem_code::CREDENTIAL_REVOKED, what));
        match self {
            Self::Person(signer) if signer.gone_at.is_some() || !signer.held.is_free() => {
                closed("this key opens nothing")
            }
            Self::Person(signer) => session::administrator(db, &signer.person).await.map(|_| ()),
            Self::Agent(own) => match (own.account.revoked_at, own.key_revoked_at) {
                (Some(at), _) => Err(operator_revoked(&own.account.operator.id, at)),
                (None, Some(_)) => closed("this key was revoked"),
                (None, None) => Ok(()),
            },
        }
    }

    fn who(&self) -> Who {
        match self {
            Self::Person(signer) => Who::Person(signer.person.clone()),
            Self::Agent(own) => Who::Operator(own.account.operator.id.clone()),
        }
    }
}

async fn let_in(
    site: &Site,
    visitor: &Visitor,
    (door, sent): (Door, &BySignature),
) -> Answer<Response> {
    visitor.once(door.path(), &sent.form, sent)?;
    let assertion = assertion(&sent.assertion)?;
    let challenge = claimed_challenge(&assertion.response.client_data_json)?;
    refuse_other(site, visitor, (door, &challenge))?;
    let registry = &site.registry;
    let party = site.party(door);
    let mut read = registry.db.snapshot().await?;
    // Of what was sent twice no counter went back.
    refuse_used(&mut read, &challenge).await?;
    let ground = Ground::of(&mut read, door, &assertion.raw_id).await?;
    read.rollback().await?;
    let issued = party.request_of(Some(challenge.clone()), Vec::new(), 0)?;
    let (verifier, handle) = ground.verifier();
    let verified = party.assertion(&issued.state, verifier, &assertion, &handle.0, true);
    let now = registry.now();
    let verifier = match verified {
        Ok(verifier) => verifier,
        Err(refusal) => {
            note_clone(site, &ground, &refusal, now).await?;
            return Err(refusal);
        }
    };
    let mut tx = registry.db.write().await?;
    let ground_now = Ground::of(&mut tx, door, &assertion.raw_id).await?;
    refuse_changed(&ground, &ground_now)?;
    ground.refuse_closed(&mut tx).await?;
    use_up(&mut tx, &challenge, now).await?;
    match door {
        Door::People => credential::set_tested(&mut tx, &assertion.raw_id, &verifier, now).await?,
        Door::Agents => operator::set_verifier(&mut tx, &assertion.raw_id, &verifier).await?,
    }
    let factor = FactorName::of_key(&assertion.raw_id);
    let whom = (&ground.who(), (FactorSort::Key, &factor));
    opened(tx, visitor, whom, (door.leads_to(), now)).await
}

/// Opens the session, and leads to where it begins.
async fn opened(
    mut tx: Write,
    visitor: &Visitor,
    (who, (sort, factor)): (&Who, (FactorSort, &FactorName)),
    (path, now): (&str, Timestamp),
) -> Answer<Response> {
    let (operator, subject) = match who {
        Who::Person(id) => (None, id.as_str()),
        Who::Operator(id) => (Some(id.as_str()), id.as_str()),
    };
    let detail = format!("{} {}", sort.as_str(), factor.as_str());
    let line = Line {
        station: None,
        operator,
        action: "page-sign-in",
        subject,
        detail: &detail,
    };
    audit::note(&mut tx, &line, now).await?;
    let answer = session::open(&mut tx, visitor, (who, (sort, factor)), (on_to(path), now)).await?;
    tx.commit().await?;
    Ok(answer)
}

/// In whose place the challenges of sign-ins are kept that are used up.
const USED: &str = "page sign-in";

async fn refuse_used(db: &mut Connection, challenge: &Bytes) -> Answer<()> {
    let used = repeat::answered(db, USED, &challenge.to_base64url()).await?;
    match used {
        None => Ok(()),
        Some(_) => Err(Refusal::new(
            problem_code::CHALLENGE_EXPIRED,
            "that was signed for a sign-in that is done",
        )),
    }
}

/// A challenge serves once: what was signed opens no second session.
async fn use_up(tx: &mut Write, challenge: &Bytes, now: Timestamp) -> Answer<()> {
    refuse_used(tx, challenge).await?;
    let used = Answered {
        fingerprint: Vec::new(),
        status: StatusCode::SEE_OTHER.as_u16(),
        body: String::new(),
    };
    let key = (USED, challenge.to_base64url());
    Ok(repeat::insert(tx, (key.0, &key.1), &used, now).await?)
}

/// A counter that went back may mean a copied key: that stays on record although nobody is let in.
async fn note_clone(site: &Site, ground: &Ground, refusal: &Refusal, now: Timestamp) -> Answer<()> {
    if refusal.code() != problem_code::COUNTER_REGRESSED {
        return Ok(());
    }
    let detail = match ground.who() {
        Who::Person(id) => format!("a credential of {id}, on a page"),
        Who::Operator(id) => format!("operator {id}'s own credential, on a page"),
    };
    let mut tx = site.registry.db.write().await?;
    let kind = problem_code::COUNTER_REGRESSED;
    audit::raise(&mut tx, None, (kind, &detail), now).await?;
    Ok(tx.commit().await?)
}

/// Only that: it is safe to send again.
#[derive(Deserialize, Serialize)]
pub struct Bare {
    #[serde(skip_serializing)]
    form: String,
}

/// Ends the session.
pub async fn sign_out(State(site): Shared, visitor: Visitor, Sent(sent): Sent<Bare>) -> Shown {
    visitor.once("/sign-out", &sent.form, &sent)?;
    let mut tx = site.registry.db.write().await?;
    let answer = session::end(&mut tx, &visitor, on_to("/sign-in")).await?;
    tx.commit().await?;
    Ok(answer)
}
