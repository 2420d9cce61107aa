//! Resets of accounts: who may ask for one, release it and carry it out, decided on what the registry holds at that moment.
//!
//! Invariants: nothing is deleted that was not named in what two humans of Customer Service signed; neither of them is, nor is of the
//! organisation of, the person; what was learnt before a wait is asked again.

mod carried_out;
mod released;
mod seen;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

pub use carried_out::carry_out;
pub use released::{release, released};
pub use seen::{facts, shown, shown_by_id};

use super::auth::AtDesk;
use super::database::{Connection, Database, Write};
use super::notices::{self, Besides, Kind};
use super::problem::{Answer, Refusal, operator_revoked};
use super::tables::account_reset::{self as table, NewReset, Stored};
use super::tables::operator::Account;
use super::tables::standing::Standing;
use super::tables::{act, audit, operator, person, standing, visit};
use super::visits;
use crate::domain::account_reset::{
    RELEASED_WITHIN, REMARK_CHARS_MAX, ResetReason, ResetState, TICKET_CHARS_MAX,
};
use crate::domain::act::{
    Act, Deed, GOING_MAX, Going, LookedAt, Others, Party, ResetTerms, challenge,
};
use crate::domain::authority::{Action, may_ask};
use crate::domain::line::OneLine;
use crate::domain::suspension::FactorRef;
use crate::domain::visit::Takes;
use crate::domain::{AccountResetId, Bytes, OfferId, OperatorId, Person, PersonId, VisitId};
use crate::wire::{ActReceipt, Operator, ResetEnding, Visit, problem_code};

/// So many requests about one person within [`DAY`] are taken; the next one waits until the first is older.
const OF_ONE_PERSON: u32 = 3;

/// From so many requests of one human within [`DAY`] on, each raises an alarm.
const OF_ONE_AGENT: u32 = 5;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A second request about the same person within this time raises an alarm.
const AGAIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An identification is good for a request for so long.
const IDENTIFIED_WITHIN: SignedDuration = SignedDuration::from_mins(30);

/// Most earlier requests that are told.
const EARLIER_MAX: u32 = 10;

/// What a requester says.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    pub reason: ResetReason,
    pub remark: &'a str,
    pub ticket: Option<&'a str>,
}

/// What people are told of a reset. Neither remark nor ticket: they are for the desk.
#[derive(Serialize)]
struct Told<'a> {
    reset: AccountResetId,
    reason: ResetReason,
    asked_by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    released_by: Option<&'a str>,
    /// It is over then, unless it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// How it ended, where nothing came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<ResetState>,
}

/// What an operator may ask for now, for whoever is at their desk; what they would sign.
pub async fn ask(
    tx: &mut Write,
    desk: &AtDesk,
    (id, visit): (AccountResetId, VisitId),
    wish: Wish<'_>,
    (now, asked_at): (Timestamp, Timestamp),
) -> Answer<(ResetTerms, Person)> {
    check(wish)?;
    let (visit, person) = visits::going(tx, desk, visit, now).await?;
    may_ask(desk.operator.role, Action::ReplaceLost, person.kind).map_err(not_allowed)?;
    visits::holds(tx, Action::Receive, &desk.operator.id, &person).await?;
    refuse_unknown(tx, &desk.operator).await?;
    refuse_needless(&visit, &person)?;
    refuse_unknown_hands(tx, visit.id).await?;
    expire(tx, now).await?;
    if let Some(open) = open_of(tx, &person.id, now).await? {
        return Err(Refusal::new(
            problem_code::RESET_OPEN,
            format!(
                "a reset of {}'s account was asked for at {} and is {}: it is carried out, withdrawn or refused first",
                person.name,
                open.asked_at,
                open.state.as_str()
            ),
        ));
    }
    let allowed = table::allowed_at(tx, &person.id).await?;
    let since = allowed.map_or(now - DAY, |at| at.max(now - DAY));
    let (_, lately) = table::asked_about(tx, &person.id, since).await?;
    if lately >= OF_ONE_PERSON {
        return Err(Refusal::new(
            problem_code::RESET_LIMIT,
            format!(
                "{lately} resets of {}'s account were asked for within 24 hours: none is taken until the first of them is older. \
                 The registry's administrator lifts that sooner: `keydesk registry resets allow`",
                person.name
            ),
        ));
    }
    let terms = terms(tx, id, (&visit, &person), wish, asked_at).await?;
    Ok((terms, person))
}

/// What is said of why, as one line and not too long.
fn check(wish: Wish<'_>) -> Answer<()> {
    let bad = |what: &str, max: usize, why: &dyn std::fmt::Display| {
        Refusal::new(
            problem_code::MALFORMED,
            format!("{what} is one line of at most {max} characters: {why}"),
        )
    };
    OneLine::<REMARK_CHARS_MAX>::check_if_any(wish.remark)
        .map_err(|why| bad("remark", REMARK_CHARS_MAX, &why))?;
    if let Some(ticket) = wish.ticket {
        OneLine::<TICKET_CHARS_MAX>::check(ticket)
            .map_err(|why| bad("ticket", TICKET_CHARS_MAX, &why))?;
    }
    Ok(())
}

/// An account that does not say which human it is of neither asks nor releases.
async fn refuse_unknown(tx: &mut Write, operator: &Operator) -> Answer<()> {
    if operator::is_somebody(tx, &operator.id).await? {
        return Ok(());
    }
    Err(Refusal::new(
        problem_code::NOT_ALLOWED,
        format!(
            "{}'s account does not say which human it is of, and so asks for and releases nothing: the registry's administrator says \
             it with `keydesk registry operators set`",
            operator.name
        ),
    ))
}

/// Nobody could release what somebody had a hand in of whom it is not said who they are.
async fn refuse_unknown_hands(tx: &mut Write, id: VisitId) -> Answer<()> {
    for hand in visit::operators(tx, id).await? {
        let account = agent(tx, &hand).await?;
        refuse_unknown(tx, &account.operator).await?;
    }
    Ok(())
}

/// Who can prove a factor needs no reset.
fn refuse_needless(visit: &Visit, person: &Person) -> Answer<()> {
    let name = &person.name;
    let instead = match visit.takes {
        Takes::Release if visit.authority.is_none() => return Ok(()),
        Takes::Release => format!("{name}'s account was reset in this visit: enrol now"),
        Takes::OwnFactor => format!(
            "{name} has a factor that opens their account: they prove it, and no reset is needed. One that is lost is suspended first"
        ),
        Takes::Identification | Takes::Administrator => {
            format!("no release is needed for {name}: enrol as for anybody")
        }
    };
    Err(Refusal::new(problem_code::NOT_ALLOWED, instead))
}

/// What is asked for, as it is now.
async fn terms(
    tx: &mut Write,
    id: AccountResetId,
    (visit, person): (&Visit, &Person),
    wish: Wish<'_>,
    asked_at: Timestamp,
) -> Answer<ResetTerms> {
    let identified = visit.identified.as_ref().ok_or_else(|| {
        Refusal::new(
            problem_code::NOT_IDENTIFIED,
            "nobody was identified in this visit: identify the person anew",
        )
    })?;
    let check = &identified.check;
    if check.at < asked_at - IDENTIFIED_WITHIN {
        return Err(Refusal::new(
            problem_code::NOT_IDENTIFIED,
            "an identification is good for asking for half an hour: end the visit, and identify the person anew",
        ));
    }
    let going = going(tx, &person.id).await?;
    Ok(ResetTerms {
        reset: id,
        person: party(person.id.as_str(), &person.name),
        organisation: person
            .organisation
            .as_ref()
            .map(|o| party(o.id.as_str(), &o.name)),
        others: Others::of(
            going
                .iter()
                .skip(GOING_MAX)
                .map(|factor| factor.id.as_str()),
        ),
        factors: going.into_iter().take(GOING_MAX).collect(),
        reason: wish.reason,
        remark: wish.remark.to_owned(),
        ticket: wish.ticket.map(ToOwned::to_owned),
        identified: LookedAt {
            visit: visit.id,
            how: check.how.to_string(),
            by: party(check.operator.as_str(), &identified.operator_name),
            station: party(check.station.as_str(), &identified.station_name),
            at: check.at,
        },
    })
}

fn party(id: &str, name: &str) -> Party {
    Party {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

/// All that a reset would delete, as an act names it.
async fn going(db: &mut Connection, person: &PersonId) -> Answer<Vec<Going>> {
    let mut living = standing::living(db, person).await?;
    // What only waits is named last: it hinders nothing, and whoever makes much of it hides nothing.
    living.sort_by_key(|standing| standing.waits);
    Ok(living.into_iter().map(named).collect())
}

fn named(standing: Standing) -> Going {
    Going {
        sort: standing.factor.sort(),
        id: name_of(&standing.factor),
        name: written(&standing.name),
        serial: standing.serial.as_deref().map(written),
    }
}

/// A factor's name in an act: as long whatever is on the key.
fn name_of(factor: &FactorRef) -> String {
    match factor {
        FactorRef::Key { credential } => challenge(&credential.0).to_base64url(),
        FactorRef::App { factor } => factor.to_string(),
    }
}

/// What a device or a station said, as it can stand in an act.
fn written(told: &str) -> String {
    let line: String = told.chars().filter(|c| !c.is_control()).take(100).collect();
    match OneLine::<100>::check_kept_if_any(&line) {
        Ok(()) => line,
        Err(_) => String::new(),
    }
}

/// Keeps a request that was signed: its act is kept already.
pub async fn asked(
    tx: &mut Write,
    desk: &AtDesk,
    (act, terms): (&Act, &ResetTerms),
    (person, signature): (&Person, &Bytes),
    now: Timestamp,
) -> Answer<()> {
    let until = now + RELEASED_WITHIN;
    let new = NewReset {
        id: terms.reset,
        person: &person.id,
        visit: terms.identified.visit,
        station: &desk.station,
        asked_by: &desk.operator.id,
        reason: terms.reason,
        remark: &terms.remark,
        ticket: terms.ticket.as_deref(),
        asked: act.id,
        signature,
        until,
    };
    let (again, _) = table::asked_about(tx, &person.id, now - AGAIN).await?;
    table::insert(tx, &new, now).await?;
    let mine = table::asked_by(tx, &desk.operator.id, now - DAY).await?;
    if again > 0 || mine > OF_ONE_AGENT {
        let detail = format!(
            "operator {} asked for the reset of {}'s account: the {}. about them within a week, their {}. within a day",
            desk.operator.id,
            person.id,
            again + 1,
            mine
        );
        audit::alarm(tx, &desk.station, problem_code::RESET_LIMIT, &detail, now).await?;
    }
    let told = Told {
        reset: terms.reset,
        reason: terms.reason,
        asked_by: &desk.operator.name,
        released_by: None,
        until: Some(until),
        state: None,
    };
    tell(tx, Kind::ResetAsked, person, &told, now).await
}

async fn tell(
    tx: &mut Write,
    kind: Kind,
    person: &Person,
    told: &Told<'_>,
    now: Timestamp,
) -> Answer<()> {
    Ok(notices::tell(tx, kind, (person, Besides::Administrators), told, now).await?)
}

/// Whoever asked for it still may: nothing comes of what somebody asked for whose access ended, or who turned out to be of the
/// organisation.
async fn refuse_requester(tx: &mut Write, (reset, person): (&Stored, &Person)) -> Answer<()> {
    let account = agent(tx, &reset.asked_by).await?;
    if let Some(at) = account.revoked_at {
        return Err(operator_revoked(&reset.asked_by, at));
    }
    may_ask(account.operator.role, Action::ReplaceLost, person.kind).map_err(not_allowed)?;
    visits::holds(tx, Action::Receive, &reset.asked_by, person).await?;
    refuse_unknown(tx, &account.operator).await?;
    refuse_changed_since(tx, &account.operator, reset.asked_at).await
}

/// What was signed with a key that was taken from its holder since, or for somebody else, is nobody's word.
async fn refuse_changed_since(
    tx: &mut Write,
    signer: &Operator,
    signed_at: Timestamp,
) -> Answer<()> {
    let changed_at = operator::changed_at(tx, &signer.id).await?;
    match changed_at > signed_at {
        false => Ok(()),
        true => Err(Refusal::new(
            problem_code::NOT_ALLOWED,
            format!(
                "{}'s account was changed at {changed_at}, after it signed this: it is asked for anew",
                signer.name
            ),
        )),
    }
}

/// The account of that name.
async fn agent(db: &mut Connection, id: &OperatorId) -> Answer<Account> {
    operator::account(db, id).await?.ok_or_else(|| {
        Refusal::new(
            problem_code::NOT_FOUND,
            format!("there is no operator {id}"),
        )
    })
}

/// The act by which it was asked for.
async fn request(tx: &mut Write, reset: &Stored) -> Answer<Act> {
    let receipt = act::receipt(tx, reset.asked).await?;
    let receipt = receipt.ok_or_else(|| Refusal::internal("a request without its act"))?;
    let receipt: ActReceipt = serde_json::from_str(&receipt).map_err(Refusal::internal)?;
    Act::read(&receipt.act.0).map_err(Refusal::internal)
}

/// The person is who was named, what would be deleted was named, and nothing opens the account by now. What only waits goes with it and
/// hinders nothing: anybody can make something ahead.
async fn refuse_otherwise(tx: &mut Write, terms: &ResetTerms, person: &Person) -> Answer<()> {
    let opens = !standing::valid(tx, &person.id).await?.is_empty();
    let living = standing::living(tx, &person.id).await?;
    let left = living.into_iter().filter(|standing| !standing.waits);
    let ids: Vec<String> = left.map(|standing| name_of(&standing.factor)).collect();
    let unnamed = ids
        .iter()
        .filter(|id| terms.factors.iter().all(|factor| factor.id != **id));
    let others = terms.others.as_ref().map_or(0, |others| others.count);
    let is_named = unnamed.count() <= usize::try_from(others).unwrap_or(usize::MAX);
    if !opens && is_named && is_person(terms, person) {
        return Ok(());
    }
    Err(Refusal::new(
        problem_code::ACT_CHANGED,
        format!(
            "{}, or what they have, is another by now than when the reset was asked for: look at their page, withdraw the reset, and ask \
             anew if it is still needed",
            person.name
        ),
    ))
}

fn is_person(terms: &ResetTerms, person: &Person) -> bool {
    let organisation = person.organisation.as_ref();
    terms.person.name == person.name
        && terms.organisation.as_ref().map(|named| named.id.as_str())
            == organisation.map(|theirs| theirs.id.as_str())
}

/// Withdraws or refuses one of which nothing has come.
pub async fn end(
    tx: &mut Write,
    desk: &AtDesk,
    (id, how): (AccountResetId, ResetEnding),
    now: Timestamp,
) -> Answer<()> {
    let reset = stored(tx, id).await?;
    let person = known(tx, &reset.person).await?;
    let deputy = table::is_deputy(tx, &desk.operator.id, now).await?;
    if !(deputy && how == ResetEnding::Refuse) {
        may_ask(desk.operator.role, Action::ReplaceLost, person.kind).map_err(not_allowed)?;
    }
    let is_theirs = operator::is_same_human(tx, &reset.asked_by, &desk.operator.id).await?;
    let to = match (how, is_theirs) {
        (ResetEnding::Withdraw, true) => ResetState::Withdrawn,
        (ResetEnding::Refuse, false) => ResetState::Refused,
        (ResetEnding::Withdraw, false) => {
            return Err(Refusal::new(
                problem_code::NOT_ALLOWED,
                "whoever asked withdraws; another agent refuses",
            ));
        }
        (ResetEnding::Refuse, true) => {
            return Err(Refusal::new(
                problem_code::NOT_ALLOWED,
                "whoever asked withdraws it; another agent refuses",
            ));
        }
    };
    expire(tx, now).await?;
    let from = reset.state.at(reset.until, now);
    if !from.is_open() || !table::end(tx, id, (from, to), &desk.operator.id, now).await? {
        return Err(over(id, &format!("it is {}", from.as_str())));
    }
    tell_ended(tx, &reset, to, now).await
}

/// The one of this person of which something can still come.
pub async fn open_of(
    db: &mut Connection,
    person: &PersonId,
    now: Timestamp,
) -> Answer<Option<Stored>> {
    let open = table::open_of(db, person).await?;
    Ok(open.filter(|reset| reset.state.at(reset.until, now).is_open()))
}

async fn stored(db: &mut Connection, id: AccountResetId) -> Answer<Stored> {
    let stored = table::find(db, id).await?;
    stored.ok_or_else(|| {
        Refusal::new(
            problem_code::NOT_FOUND,
            format!("there is no reset {id}: `keydesk reset list` lists them"),
        )
    })
}

fn over(id: AccountResetId, how: &str) -> Refusal {
    Refusal::new(
        problem_code::RESET_OVER,
        format!("reset {id} cannot be used for this: {how}"),
    )
}

/// What the matrix refuses.
pub fn not_allowed(why: crate::domain::authority::NotAllowed) -> Refusal {
    Refusal::new(problem_code::NOT_ALLOWED, why.to_string())
}

async fn known(db: &mut Connection, id: &PersonId) -> Answer<Person> {
    let person = person::by_id(db, id).await?;
    person.ok_or_else(|| Refusal::internal(format!("a reset of nobody's account: {id}")))
}

/// The act that is signed by somebody, under a name of its own.
pub fn act_of(
    id: OfferId,
    signer: &Operator,
    deed: Deed,
    (now, until): (Timestamp, Timestamp),
) -> Act {
    Act {
        v: crate::domain::act::ACT_VERSION,
        id,
        signer: party(signer.id.as_str(), &signer.name),
        deed,
        asked_at: now,
        until,
    }
}

/// What nobody can sign or carry out any more.
pub async fn tidy(db: &Database, now: Timestamp) -> Answer<()> {
    let mut tx = db.write().await?;
    expire(&mut tx, now).await?;
    table::forget_asked(&mut tx, now).await?;
    Ok(tx.commit().await?)
}

/// What nobody acted on in time has expired, and whoever was told that it was asked for hears of that.
async fn expire(tx: &mut Write, now: Timestamp) -> Answer<()> {
    for reset in table::expire(tx, now).await? {
        tell_ended(tx, &reset, ResetState::Expired, now).await?;
    }
    Ok(())
}

async fn tell_ended(
    tx: &mut Write,
    reset: &Stored,
    state: ResetState,
    now: Timestamp,
) -> Answer<()> {
    let person = known(tx, &reset.person).await?;
    let asked_by = agent(tx, &reset.asked_by).await?.operator.name;
    let told = Told {
        reset: reset.id,
        reason: reset.reason,
        asked_by: &asked_by,
        released_by: None,
        until: None,
        state: Some(state),
    };
    tell(tx, Kind::ResetEnded, &person, &told, now).await
}
