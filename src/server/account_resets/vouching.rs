//! An administrator answers for somebody of their organisation who is not at a desk and for whom an agent asks.
//!
//! Invariants: they sign the request itself, with a key that has been theirs for long, and an agent asks for exactly that within hours; it
//! is one of two ways and never both; whoever could not answer for them any more has not.

use jiff::Timestamp;

use super::asked::{refuse_more, terms};
use super::by_administrator::{refuse_ended, somebody};
use super::{DAY, Wish, check, known, over, party};
use crate::domain::act::{Act, Deed, LookedAway, ResetTerms};
use crate::domain::authority::{Action, may_vouch_for};
use crate::domain::identification::{AwayLook, VOUCHED_WITHIN, VOUCHES_AFTER};
use crate::domain::suspension::FactorSort;
use crate::domain::{AccountResetId, IdentificationId, OfferId, Person, PersonId};
use crate::server::database::{Connection, Write};
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::vouching::{self as table, Stored};
use crate::server::tables::{FactorName, act, audit, standing};
use crate::wire::{ActReceipt, Vouched, problem_code};

/// From so many on within [`DAY`], each by one administrator raises an alarm.
const OF_ONE_ADMINISTRATOR: u32 = 3;

/// What an administrator may answer for now; what they would sign.
pub async fn ask(
    tx: &mut Write,
    (administrator, subject): (&PersonId, &PersonId),
    (id, wish): (AccountResetId, Wish<'_>),
    now: Timestamp,
) -> Answer<(ResetTerms, Person)> {
    check(wish)?;
    let person = may_answer(tx, administrator, subject).await?;
    refuse_young(tx, administrator, None, now).await?;
    refuse_more(tx, &person, None, now).await?;
    if let Some(vouching) = holding(tx, subject, now).await? {
        return Err(Refusal::new(
            problem_code::RESET_OPEN,
            format!(
                "{} answered for {} at {}: an agent may ask by that already",
                somebody(tx, &vouching.administrator).await?.name,
                person.name,
                vouching.at
            ),
        ));
    }
    let terms = terms(tx, id, &person, (wish, None)).await?;
    Ok((terms, person))
}

/// The person, if that administrator may answer for them. Who is of another organisation is told like who is not there.
async fn may_answer(
    tx: &mut Connection,
    administrator: &PersonId,
    subject: &PersonId,
) -> Answer<Person> {
    let asker = somebody(tx, administrator).await?;
    let person = known(tx, subject).await?;
    match may_vouch_for(&asker, Action::ReplaceLost, &person) {
        Some(_) => Ok(person),
        None => Err(Refusal::new(
            problem_code::NOT_ALLOWED,
            "an administrator answers with their key for a main administrator or a representative of their own organisation, and for \
             nobody else",
        )),
    }
}

/// Nobody answers for others by a key that was made for the purpose. `with`: the key; none: is there any?
async fn refuse_young(
    tx: &mut Connection,
    administrator: &PersonId,
    with: Option<&FactorName>,
    now: Timestamp,
) -> Answer<()> {
    let valid = standing::valid(tx, administrator).await?;
    let vouches = valid.iter().any(|factor| {
        let is_it = with.is_none_or(|with| factor.id == *with);
        is_it && factor.sort == FactorSort::Key && factor.accepted_at <= now - VOUCHES_AFTER
    });
    match vouches {
        true => Ok(()),
        false => Err(Refusal::new(
            problem_code::NOT_ALLOWED,
            "an administrator answers for somebody by a security key that has opened their own account for a week or more",
        )),
    }
}

/// Keeps what an administrator signed: their act is kept already. `with`: their key.
pub async fn vouched(
    tx: &mut Write,
    (terms, act): (&ResetTerms, OfferId),
    (administrator, with): (&PersonId, &FactorName),
    now: Timestamp,
) -> Answer<()> {
    let subject = PersonId::new(&terms.person.id);
    let wish = Wish {
        reason: terms.reason,
        remark: &terms.remark,
        ticket: terms.ticket.as_deref(),
    };
    let whom = (administrator, &subject);
    let (found, person) = ask(tx, whom, (terms.reset, wish), now).await?;
    super::signing::refuse_changed(found == *terms)?;
    refuse_ended(tx, administrator, with).await?;
    refuse_young(tx, administrator, Some(with), now).await?;
    let new = Stored {
        reset: terms.reset,
        person: subject,
        administrator: administrator.clone(),
        signed_with: with.clone(),
        act,
        at: now,
    };
    table::insert(tx, &new).await?;
    let theirs = table::count_by(tx, administrator, now - DAY).await?;
    if theirs > OF_ONE_ADMINISTRATOR {
        let detail = format!(
            "administrator {administrator} answered for {}: their {theirs}. within a day",
            person.id
        );
        audit::raise(tx, None, (problem_code::RESET_LIMIT, &detail), now).await?;
    }
    Ok(())
}

/// What somebody answered for, and an agent may ask by now.
pub(super) async fn holding(
    tx: &mut Connection,
    person: &PersonId,
    now: Timestamp,
) -> Answer<Option<Stored>> {
    let Some(stored) = table::unused(tx, person, now - VOUCHED_WITHIN).await? else {
        return Ok(None);
    };
    match still(tx, &stored, now).await {
        Ok(()) => Ok(Some(stored)),
        Err(why) if why.code() == problem_code::INTERNAL => Err(why),
        Err(_) => Ok(None),
    }
}

/// Whoever answered still may, by that key.
async fn still(tx: &mut Connection, stored: &Stored, now: Timestamp) -> Answer<()> {
    may_answer(tx, &stored.administrator, &stored.person).await?;
    refuse_young(tx, &stored.administrator, Some(&stored.signed_with), now).await
}

/// The same as a station is told of it, or a page.
pub async fn told(
    tx: &mut Connection,
    person: &PersonId,
    now: Timestamp,
) -> Answer<Option<(AccountResetId, Vouched)>> {
    let Some(stored) = holding(tx, person, now).await? else {
        return Ok(None);
    };
    let (by, terms) = signed(tx, &stored).await?;
    let vouched = Vouched {
        by,
        at: stored.at,
        until: stored.at + VOUCHED_WITHIN,
        reason: terms.reason,
        remark: terms.remark,
    };
    Ok(Some((stored.reset, vouched)))
}

/// Who signed it, and what.
async fn signed(tx: &mut Connection, stored: &Stored) -> Answer<(String, ResetTerms)> {
    let receipt = act::receipt(tx, stored.act).await?;
    let receipt = receipt.ok_or_else(|| Refusal::internal("a vouching without its act"))?;
    let receipt: ActReceipt = serde_json::from_str(&receipt).map_err(Refusal::internal)?;
    let act = Act::read(&receipt.act.0).map_err(Refusal::internal)?;
    match act.deed {
        Deed::VouchReset { terms } => Ok((act.signer.name, terms)),
        _ => Err(Refusal::internal("a vouching by another act")),
    }
}

/// The way, if somebody answered under that name within the last hours; with what they answered for.
pub(super) async fn way(
    tx: &mut Connection,
    (reset, person): (AccountResetId, &PersonId),
    (now, asked_at): (Timestamp, Timestamp),
) -> Answer<Option<(LookedAway, ResetTerms)>> {
    let Some(stored) = table::find(tx, reset).await? else {
        return Ok(None);
    };
    if stored.person != *person || stored.at < asked_at - VOUCHED_WITHIN {
        return Err(over(
            reset,
            "what an administrator answered for is of another person, or of too long ago: begin anew",
        ));
    }
    still(tx, &stored, now).await?;
    let (name, terms) = signed(tx, &stored).await?;
    let look = AwayLook::Vouching { act: stored.act };
    let looked = LookedAway {
        identification: IdentificationId(stored.act.0),
        how: look.to_string(),
        by: party(stored.administrator.as_str(), &name),
        station: None,
        at: stored.at,
    };
    Ok(Some((looked, terms)))
}

/// An agent asks for what somebody answered for: the same account, all of the same factors, and why. What they remark is their own.
pub(super) fn refuse_otherwise(vouched: &ResetTerms, asked: &ResetTerms) -> Answer<()> {
    let of = |terms: &ResetTerms| ResetTerms {
        remark: String::new(),
        ticket: None,
        away: None,
        ..terms.clone()
    };
    match of(vouched) == of(asked) {
        true => Ok(()),
        false => Err(Refusal::new(
            problem_code::ACT_CHANGED,
            "an administrator answered for another request: the same account, the same factors and the same reason are asked for, or they \
             answer anew",
        )),
    }
}

/// Whoever answered for what was asked for still may.
pub(super) async fn refuse_fallen(
    tx: &mut Connection,
    terms: &ResetTerms,
    now: Timestamp,
) -> Answer<()> {
    match table::find(tx, terms.reset).await? {
        Some(stored) => still(tx, &stored, now).await,
        None => Ok(()),
    }
}
