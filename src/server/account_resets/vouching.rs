//! An administrator answers for somebody of their organisation who is not at a desk and for whom an agent asks.
//!
//! Invariants: they sign what is asked for, with a key that has been theirs for long and that nobody made who asks for it, releases it or
//! carries it out; an agent asks by it once and within hours; it is one of two ways and never both; and whoever could not answer for them
//! any more has not.

use jiff::{SignedDuration, Timestamp};

use super::terms::{refuse_ended, refuse_more, somebody, terms};
use super::{
    DAY, Told, Wish, check, known, open_of, party, refuse_needless_for, refuse_otherwise, tell,
};
use crate::domain::act::{Act, Deed, LookedAway, ResetTerms};
use crate::domain::authority::{Action, may_vouch_for};
use crate::domain::identification::{AwayLook, AwayMeans, Methods, VOUCHED_WITHIN, VOUCHES_AFTER};
use crate::domain::suspension::FactorSort;
use crate::domain::visit::{Had, Takes};
use crate::domain::{
    AccountResetId, IdentificationId, OfferId, OperatorId, OrganisationId, Person, PersonId,
};
use crate::server::acts;
use crate::server::database::{Connection, Write};
use crate::server::exceptions;
use crate::server::notices::Kind;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::vouching::{self as table, Stored};
use crate::server::tables::{FactorName, act, audit, standing};
use crate::server::visits;
use crate::wire::{ActReceipt, Because, Vouched, problem_code};

/// Beyond so many of one administrator within [`DAY`], each raises an alarm.
const OF_ONE_ADMINISTRATOR: u32 = 3;

/// So many of one person are looked at, the newest first.
const LOOKED_AT_MOST: u32 = 10;

/// What an administrator may answer for now; what they would sign.
pub async fn ask(
    tx: &mut Write,
    (administrator, subject): (&PersonId, &PersonId),
    (id, wish): (AccountResetId, Wish<'_>),
    methods: &Methods,
    now: Timestamp,
) -> Answer<(ResetTerms, Person)> {
    check(wish)?;
    refuse_no_method(methods)?;
    let person = may_answer(tx, administrator, subject).await?;
    refuse_young(tx, administrator, None, now).await?;
    let takes = standing::had(tx, &person.id).await?.takes(person.kind);
    refuse_needless_for(&person, (takes, false), Takes::Release)?;
    exceptions::refuse_second(tx, &person, now).await?;
    refuse_more(tx, &person, None, now).await?;
    let terms = terms(tx, id, &person, (wish, None)).await?;
    Ok((terms, person))
}

/// Why an administrator cannot answer for somebody of their organisation now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindered {
    /// Not for that person, or in no such way here.
    NotTheirs,
    /// They have no key that is theirs for long.
    Young,
    /// The person can prove a factor.
    Works,
    /// The person never had one.
    Never,
    /// A reset of the person is open.
    Open,
}

/// The same before anything is asked for; none: nothing hinders it.
pub async fn hindered(
    db: &mut Connection,
    (administrator, person): (&Person, &Person),
    methods: &Methods,
    now: Timestamp,
) -> Answer<Option<Hindered>> {
    let may = may_vouch_for(administrator, Action::ReplaceLost, person);
    if may.is_none() || refuse_no_method(methods).is_err() {
        return Ok(Some(Hindered::NotTheirs));
    }
    if open_of(db, &person.id, now).await?.is_some() {
        return Ok(Some(Hindered::Open));
    }
    match standing::had(db, &person.id).await? {
        Had::Valid => return Ok(Some(Hindered::Works)),
        Had::Never => return Ok(Some(Hindered::Never)),
        Had::Lost => {}
    }
    let by_key = refuse_young(db, &administrator.id, None, now).await;
    Ok(by_key.is_err().then_some(Hindered::Young))
}

/// A house that identifies nobody so has nobody answer.
fn refuse_no_method(methods: &Methods) -> Answer<()> {
    match methods.away(AwayMeans::Vouching) {
        Some(_) => Ok(()),
        None => {
            let means = AwayMeans::Vouching;
            Err(Refusal::because(
                problem_code::METHOD_UNKNOWN,
                Because::NoMethod { means },
            ))
        }
    }
}

/// The person, if that administrator may answer for them.
async fn may_answer(
    tx: &mut Connection,
    administrator: &PersonId,
    subject: &PersonId,
) -> Answer<Person> {
    let asker = somebody(tx, administrator).await?;
    let person = known(tx, subject).await?;
    match may_vouch_for(&asker, Action::ReplaceLost, &person) {
        Some(_) => Ok(person),
        None => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::VouchesNotForThem {},
        )),
    }
}

/// Nobody answers for others by a key that was made for the purpose. `with`: the key; none: is there any?
pub async fn refuse_young(
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
        false => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::KeyYoung {},
        )),
    }
}

/// Keeps what an administrator signed: their act is kept already. `with`: their key.
pub async fn vouched(
    tx: &mut Write,
    (terms, act): (&ResetTerms, OfferId),
    (administrator, with): (&PersonId, &FactorName),
    methods: &Methods,
    now: Timestamp,
) -> Answer<()> {
    let subject = PersonId::new(&terms.person.id);
    let wish = Wish {
        reason: terms.reason,
        remark: &terms.remark,
        ticket: terms.ticket.as_deref(),
    };
    let whom = (administrator, &subject);
    let (found, person) = ask(tx, whom, (terms.reset, wish), methods, now).await?;
    acts::refuse_changed(found == *terms)?;
    refuse_ended(tx, administrator, with).await?;
    refuse_young(tx, administrator, Some(with), now).await?;
    let new = Stored {
        act,
        person: subject,
        administrator: administrator.clone(),
        signed_with: with.clone(),
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
    let by = somebody(tx, administrator).await?;
    let told = Told {
        until: Some(now + VOUCHED_WITHIN),
        ..Told::of(terms.reset, terms.reason, &by.name)
    };
    tell(tx, Kind::ResetVouched, &person, &told, now).await
}

/// What somebody answered for by which an agent may ask now: the newest that still says what is so. `hands`: whose work it may not be.
async fn holding(
    tx: &mut Connection,
    person: &Person,
    hands: &[&OperatorId],
    now: Timestamp,
) -> Answer<Option<(Stored, String, ResetTerms)>> {
    let since = now - VOUCHED_WITHIN;
    for stored in table::unused(tx, &person.id, since, LOOKED_AT_MOST).await? {
        let (name, terms) = signed(tx, &stored).await?;
        let holds = match still(tx, &stored, hands, now).await {
            Ok(()) => refuse_otherwise(tx, &terms, person).await,
            fallen => fallen,
        };
        match holds {
            Ok(()) => return Ok(Some((stored, name, terms))),
            Err(why) if why.code() == problem_code::INTERNAL => return Err(why),
            Err(_) => {}
        }
    }
    Ok(None)
}

/// Whoever answered still may, by that key, and none of these humans had a hand in it.
async fn still(
    tx: &mut Connection,
    stored: &Stored,
    hands: &[&OperatorId],
    now: Timestamp,
) -> Answer<()> {
    may_answer(tx, &stored.administrator, &stored.person).await?;
    refuse_young(tx, &stored.administrator, Some(&stored.signed_with), now).await?;
    let key = (&stored.administrator, &stored.signed_with);
    match visits::made_by_others(tx, key, hands).await? {
        true => Ok(()),
        false => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::VoucherKeyMade {},
        )),
    }
}

/// The same as a station is told of it, or a page. `by`: the agent who would ask.
pub async fn told(
    tx: &mut Connection,
    person: &Person,
    by: Option<&OperatorId>,
    now: Timestamp,
) -> Answer<Option<Vouched>> {
    let hands: Vec<&OperatorId> = by.into_iter().collect();
    let held = holding(tx, person, &hands, now).await?;
    Ok(held.map(|(stored, by, terms)| Vouched {
        by,
        at: stored.at,
        until: stored.at + VOUCHED_WITHIN,
        reason: terms.reason,
        remark: terms.remark,
    }))
}

/// For whom of an organisation somebody answered by which nobody has asked yet, with that.
pub async fn of_organisation(
    db: &mut Connection,
    organisation: &OrganisationId,
    now: Timestamp,
) -> Answer<Vec<(Person, Vouched)>> {
    let since = now - VOUCHED_WITHIN;
    let mut found = Vec::new();
    for id in table::of_organisation(db, organisation, since).await? {
        let person = known(db, &id).await?;
        if let Some(vouched) = told(db, &person, None, now).await? {
            found.push((person, vouched));
        }
    }
    Ok(found)
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

/// The way, if somebody answered within the last hours for what is asked for now.
pub(super) async fn way(
    tx: &mut Write,
    (person, wish): (&Person, Wish<'_>),
    (by, methods): (&OperatorId, &Methods),
    now: Timestamp,
) -> Answer<Option<LookedAway>> {
    if refuse_no_method(methods).is_err() {
        return Ok(None);
    }
    let Some((stored, name, terms)) = holding(tx, person, &[by], now).await? else {
        return Ok(None);
    };
    if terms.reason != wish.reason {
        let why = Because::OtherReason {
            administrator: name,
            reason: terms.reason,
        };
        return Err(Refusal::because(problem_code::ACT_CHANGED, why));
    }
    let look = AwayLook::Vouching { act: stored.act };
    Ok(Some(LookedAway {
        identification: IdentificationId(stored.act.0),
        how: look.to_string(),
        by: party(stored.administrator.as_str(), &name),
        station: None,
        at: stored.at,
    }))
}

/// What was asked for by an administrator's word uses that up.
pub(super) async fn used(tx: &mut Write, terms: &ResetTerms) -> Answer<()> {
    for looked in terms.away.iter().flat_map(|away| away.both()) {
        if let Ok(AwayLook::Vouching { act }) = looked.how.parse() {
            table::use_for(tx, act, terms.reset).await?;
        }
    }
    Ok(())
}

/// Whoever answered for what was asked for still may, and whoever does this now had no hand in their key.
pub(super) async fn refuse_fallen(
    tx: &mut Connection,
    terms: &ResetTerms,
    by: &OperatorId,
    now: Timestamp,
) -> Answer<()> {
    let Some(stored) = table::used_for(tx, terms.reset).await? else {
        return Ok(());
    };
    still(tx, &stored, &[by], now)
        .await
        .map_err(|why| match why.code() {
            problem_code::INTERNAL => why,
            code => {
                let person = terms.person.name.clone();
                Refusal::because(code, Because::VouchingFallen { person })
            }
        })
}

/// An administrator takes back what they, or another one, answered for and nobody has asked by.
pub async fn take_back(
    tx: &mut Write,
    (administrator, subject): (&PersonId, &PersonId),
    now: Timestamp,
) -> Answer<()> {
    may_answer(tx, administrator, subject).await?;
    let since = now - VOUCHED_WITHIN - SignedDuration::from_mins(1);
    let unused = table::unused(tx, subject, since, u32::MAX >> 1).await?;
    if unused.is_empty() {
        return Err(Refusal::because(
            problem_code::NOT_FOUND,
            Because::NothingToTakeBack {},
        ));
    }
    for stored in unused {
        table::end(tx, stored.act, administrator, now).await?;
    }
    Ok(())
}
