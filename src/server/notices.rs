//! What people have to be told of. It is written down in the transaction in which it becomes true. The registry delivers it where it is
//! told how ([`super::delivery`]); a mail job of somebody else's lists it with `keydesk registry notices`, and marks what it has told.
//!
//! Invariant: nobody is told twice of the same thing by one call, and what was not marked is still listed.

use jiff::Timestamp;
use serde::Serialize;

use super::database::{Fault, Write};
use super::tables::notice::{self, About};
use crate::domain::authority::Role;
pub use crate::domain::notice::Kind;
use crate::domain::{Person, PersonId};
use crate::wire::Operator;

/// Who is told besides the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Besides {
    /// Each administrator of their organisation: it may lock somebody out, or was done in their place.
    Administrators,
    /// The same for an administrator's own account, which opens others; else nobody.
    Peers,
}

/// Somebody is told of something that concerns themself, and whoever else is to know of it.
pub async fn tell(
    tx: &mut Write,
    kind: Kind,
    (about, besides): (&Person, Besides),
    facts: &impl Serialize,
    now: Timestamp,
) -> Result<(), Fault> {
    let facts = serde_json::to_string(facts).map_err(|e| Fault::Encode(Box::new(e)))?;
    let administrators = match besides {
        Besides::Administrators => true,
        Besides::Peers => about.kind.is_administrator(),
    };
    let organisation = about.organisation.as_ref().filter(|_| administrators);
    let what = (kind.as_str(), facts.as_str());
    let whom = (&about.id, organisation.map(|o| &o.id));
    notice::insert(tx, what, whom, now).await
}

/// All of Customer Service are told of something about an operator's account, its holder too where it is one of theirs.
pub async fn tell_service(
    tx: &mut Write,
    (kind, about): (Kind, &Operator),
    facts: &impl Serialize,
    now: Timestamp,
) -> Result<(), Fault> {
    let facts = serde_json::to_string(facts).map_err(|e| Fault::Encode(Box::new(e)))?;
    let about = About::Operator(&about.id);
    let what = (kind.as_str(), facts.as_str());
    notice::insert_for_role(tx, what, (about, Role::CustomerService), now).await
}

/// The same about a person.
pub async fn tell_service_of(
    tx: &mut Write,
    (kind, about): (Kind, &PersonId),
    facts: &impl Serialize,
    now: Timestamp,
) -> Result<(), Fault> {
    let facts = serde_json::to_string(facts).map_err(|e| Fault::Encode(Box::new(e)))?;
    let what = (kind.as_str(), facts.as_str());
    notice::insert_for_role(tx, what, (About::Person(about), Role::CustomerService), now).await
}
