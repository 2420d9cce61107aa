//! Signing in by the code of an app, which an administrator does who has no key.
//!
//! Invariant: however it is answered, it takes as long, and says the same to everybody who fails.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::codes::{self, Typed};
use super::super::forms::Sent;
use super::super::session::{self, Visitor};
use super::super::{Shared, Shown, Site};
use super::{Door, opened, people_page};
use crate::domain::PersonId;
use crate::domain::suspension::FactorSort;
use crate::server::database::Connection;
use crate::server::guesses::Source;
use crate::server::listen::ClientAddress;
use crate::server::problem::Answer;
use crate::server::tables::audit;
use crate::server::tables::page::Who;
use crate::text::tr;
use crate::wire::problem_code;

/// However a code is answered, it takes as long: how long tells nothing of who exists.
const CODE_TAKES: Duration = Duration::from_millis(300);

/// The same while many are wrong from everywhere: who has a right one waits, and is let in.
const CODE_TAKES_AMONG_MANY: Duration = Duration::from_secs(3);

/// What somebody sends who types a code.
#[derive(Deserialize, Serialize)]
pub struct ByCode {
    #[serde(skip_serializing)]
    form: String,
    email: String,
    code: String,
}

/// An administrator who has an app and no key signs in with its code.
pub async fn by_code(
    State(site): Shared,
    visitor: Visitor,
    client: Option<axum::Extension<ClientAddress>>,
    Sent(sent): Sent<ByCode>,
) -> Shown {
    visitor.once("/sign-in/code", &sent.form, &sent)?;
    let t = visitor.look.text;
    let now = site.registry.now();
    let takes = match site.guesses.are_many(now) {
        true => CODE_TAKES_AMONG_MANY,
        false => CODE_TAKES,
    };
    let answer_at = tokio::time::Instant::now() + takes;
    let source = client.map(|client| Source::Address(client.0.0));
    let full = source
        .clone()
        .and_then(|source| site.guesses.full(source, now));
    let told = match full {
        Some(_) => tr!(t, "page-code-many"),
        None => match typed(&site, &visitor, &sent, now).await? {
            Ok(response) => {
                tokio::time::sleep_until(answer_at).await;
                return Ok(response);
            }
            Err(wrong) => {
                if source.is_some_and(|source| site.guesses.note(source, now)) {
                    tell_many(&site, now).await?;
                }
                wrong
            }
        },
    };
    tokio::time::sleep_until(answer_at).await;
    Ok(people_page(&site, &visitor, Some(told), &sent.email)?)
}

/// Somebody guesses from many places: it keeps nobody out, and is seen.
async fn tell_many(site: &Site, now: Timestamp) -> Answer<()> {
    let mut tx = site.registry.db.write().await?;
    let detail = "within a minute so many wrong codes were typed on the page from everywhere that all are answered late";
    let kind = problem_code::TOO_MANY_ATTEMPTS;
    audit::raise(&mut tx, None, (kind, detail), now).await?;
    Ok(tx.commit().await?)
}

/// Lets them in, or says why not, which is the same for everybody.
async fn typed(
    site: &Site,
    visitor: &Visitor,
    sent: &ByCode,
    now: Timestamp,
) -> Answer<Result<Response, String>> {
    let t = visitor.look.text;
    let Ok(code) = codes::code(&sent.code) else {
        return Ok(Err(tr!(t, "page-code-form")));
    };
    let mut tx = site.registry.db.write().await?;
    let (person, factor) = match codes::examine(site, &mut tx, (&sent.email, &code), now).await? {
        Typed::Right(person, factor) => (person, factor),
        Typed::Wrong => {
            tx.commit().await?;
            return Ok(Err(tr!(t, "page-code-wrong")));
        }
        Typed::Shut => {
            tx.commit().await?;
            return Ok(Err(tr!(t, "page-code-shut")));
        }
    };
    if !is_administrator(&mut tx, &person).await? {
        // They have just proven who they are: nothing is told to anybody else.
        tx.commit().await?;
        return Ok(Err(tr!(t, "page-not-an-administrator")));
    }
    let whom = (&Who::Person(person), (FactorSort::App, &factor));
    let path = Door::People.leads_to();
    opened(tx, visitor, whom, (path, now)).await.map(Ok)
}

async fn is_administrator(db: &mut Connection, person: &PersonId) -> Answer<bool> {
    match session::administrator(db, person).await {
        Ok(_) => Ok(true),
        Err(refusal) if refusal.code() == problem_code::NOT_ALLOWED => Ok(false),
        Err(refusal) => Err(refusal),
    }
}
