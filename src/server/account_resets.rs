//! Resets of accounts: who may ask for one, release it and carry it out, decided on what the registry holds at that moment.
//!
//! Invariants: nothing is deleted that was not named in what two humans of Customer Service signed, neither of whom is, or is of the
//! organisation of, the person; or in what an administrator of their organisation asked for; what was learnt before a wait is asked
//! again.

mod asked;
pub mod at_desk;
mod away;
pub mod by_administrator;
mod carried_out;
mod ending;
mod excepted;
mod released;
mod seen;
pub mod signing;
mod terms;
pub mod vouching;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

pub use asked::{ask, ask_again, asked};
pub use away::{ask as ask_away, begin as begin_away, look as look_away};
pub use carried_out::{carry_out, refuse_ground};
pub use ending::end;
pub use excepted::except;
pub use released::{release, released, releasers};
pub use seen::{Asked, asker_of, facts, refuse_others, shown, shown_by_id, terms_of};
pub(super) use terms::seen_lately;

use super::auth::AtDesk;
use super::database::{Connection, Database, Write};
use super::notices::{self, Besides, Kind};
use super::problem::{Answer, Refusal};
use super::tables::account_reset::{self as table, Stored};
use super::tables::operator::Account;
use super::tables::standing::Standing;
use super::tables::{act, act_asked, exception, operator, person, standing, station};
use crate::domain::account_reset::{REMARK_CHARS_MAX, ResetReason, ResetState, TICKET_CHARS_MAX};
use crate::domain::act::{Act, Deed, Going, Party, ResetTerms, challenge};
use crate::domain::line::{NAME_CHARS_MAX, OneLine};
use crate::domain::suspension::FactorRef;
use crate::domain::visit::Takes;
use crate::domain::working_days::WorkingDays;
use crate::domain::{AccountResetId, OfferId, OperatorId, Person, PersonId, StationId};
use crate::wire::{ActReceipt, Because, Operator, Until, Visit, problem_code};

/// From so many requests of one human within [`DAY`] on, each raises an alarm.
const OF_ONE_AGENT: u32 = 5;

/// The same of one administrator.
const OF_ONE_ADMINISTRATOR: u32 = 10;

/// Of what one human prepares for administrators to ask for.
const PREPARED_BY_ONE: u32 = 10;

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

/// How it is reckoned from when on, and until when, what was released is carried out.
#[derive(Debug, Clone, Copy)]
pub struct Pace<'a> {
    pub days: &'a WorkingDays,
    /// Between release and deed, for whoever is not at a desk.
    pub wait: SignedDuration,
}

/// What people are told of a reset. Neither remark nor ticket: they are for the desk.
#[derive(Serialize)]
struct Told<'a> {
    reset: AccountResetId,
    reason: ResetReason,
    asked_by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    released_by: Option<&'a str>,
    /// It is not carried out before.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<Timestamp>,
    /// It is over then, unless it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// How it ended, where nothing came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<ResetState>,
    /// Who of the people ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    objector: Option<&'a str>,
    /// By whose word they did, where that was at a desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<&'a str>,
    /// At which.
    #[serde(skip_serializing_if = "Option::is_none")]
    station: Option<Where<'a>>,
    /// It ended because the registry was put back from a copy.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    restored: bool,
}

/// A station, as people know it.
#[derive(Serialize)]
struct Where<'a> {
    id: &'a StationId,
    name: String,
}

/// Whose word it is that one of the people ended a reset.
#[derive(Clone, Copy)]
pub struct ByPerson<'a> {
    pub id: &'a PersonId,
    /// The desk that says so; none: they did it themself, on a page.
    pub desk: Option<&'a AtDesk>,
}

impl<'a> Told<'a> {
    fn of(reset: AccountResetId, reason: ResetReason, asked_by: &'a str) -> Self {
        Self {
            reset,
            reason,
            asked_by,
            released_by: None,
            not_before: None,
            until: None,
            state: None,
            objector: None,
            operator: None,
            station: None,
            restored: false,
        }
    }
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
    let operator = operator.name.clone();
    Err(Refusal::because(
        problem_code::NOT_ALLOWED,
        Because::AskerOfNobody { operator },
    ))
}

/// Who can prove a factor needs no reset. `by`: what it takes, where somebody of that kind has lost all.
fn refuse_needless(visit: &Visit, (person, by): (&Person, Takes)) -> Answer<()> {
    refuse_needless_for(person, (visit.takes, visit.authority.is_some()), by)
}

/// The same of somebody of whom it takes that, and who may get factors already or not.
fn refuse_needless_for(
    person: &Person,
    (takes, is_authorised): (Takes, bool),
    by: Takes,
) -> Answer<()> {
    let person = person.name.clone();
    let instead = match takes {
        takes if takes == by && !is_authorised => return Ok(()),
        takes if takes == by => Because::EnrolNow { person },
        Takes::OwnFactor => Because::ProveInstead { person },
        Takes::Identification => Because::EnrolAsAnybody { person },
        Takes::Administrator => Because::AdministratorAsks { person },
        Takes::Release => Because::ServiceAsks { person },
    };
    Err(Refusal::because(problem_code::NOT_ALLOWED, instead))
}

/// Somebody, as an act names them.
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
    let line: String = told
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_CHARS_MAX)
        .collect();
    match OneLine::<NAME_CHARS_MAX>::check_kept_if_any(&line) {
        Ok(()) => line,
        Err(_) => String::new(),
    }
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

/// What a reset rests on holds no more, whoever would go on with it: another operator does not help.
fn fallen(why: Refusal) -> Refusal {
    match why.code() {
        problem_code::NOT_ALLOWED | problem_code::OPERATOR_REVOKED => {
            why.under(problem_code::RESET_FALLEN)
        }
        _ => why,
    }
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
        true => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::AccountChanged {
                operator: signer.name.clone(),
                at: changed_at,
            },
        )),
    }
}

/// The name of whoever asked for it, or prepared it.
async fn asker(db: &mut Connection, reset: &Stored) -> Answer<String> {
    match (&reset.administrator, &reset.asked_by) {
        (Some(id), _) => Ok(known(db, id).await?.name),
        (None, Some(id)) => Ok(agent(db, id).await?.operator.name),
        (None, None) => Err(Refusal::internal("a reset that nobody asked for")),
    }
}

/// The account of that name.
async fn agent(db: &mut Connection, id: &OperatorId) -> Answer<Account> {
    operator::account(db, id).await?.ok_or_else(|| {
        let operator = id.to_string();
        Refusal::because(problem_code::NOT_FOUND, Because::NoOperator { operator })
    })
}

/// The act by which it was asked for; none: a code was typed.
async fn request(tx: &mut Connection, reset: &Stored) -> Answer<Option<(Act, ResetTerms)>> {
    let Some(asked) = reset.asked else {
        return Ok(None);
    };
    let receipt = act::receipt(tx, asked).await?;
    let receipt = receipt.ok_or_else(|| Refusal::internal("a request without its act"))?;
    let receipt: ActReceipt = serde_json::from_str(&receipt).map_err(Refusal::internal)?;
    let act = Act::read(&receipt.act.0).map_err(Refusal::internal)?;
    let Deed::AskReset { terms } = act.deed.clone() else {
        return Err(Refusal::internal(format!(
            "reset {} was asked for otherwise",
            reset.id
        )));
    };
    Ok(Some((act, terms)))
}

/// The person is who was named, what would be deleted was named, and nothing opens the account by now. What only waits goes with it and
/// hinders nothing: anybody can make something ahead.
async fn refuse_otherwise(tx: &mut Connection, terms: &ResetTerms, person: &Person) -> Answer<()> {
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
    let person = person.name.clone();
    Err(Refusal::because(
        problem_code::ACT_CHANGED,
        Because::OtherByNow { person },
    ))
}

fn is_person(terms: &ResetTerms, person: &Person) -> bool {
    let organisation = person.organisation.as_ref();
    terms.person.name == person.name
        && terms.organisation.as_ref().map(|named| named.id.as_str())
            == organisation.map(|theirs| theirs.id.as_str())
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

/// That one, whatever became of it.
pub async fn stored(db: &mut Connection, id: AccountResetId) -> Answer<Stored> {
    let stored = table::find(db, id).await?;
    stored.ok_or_else(|| {
        let reset = id.to_string();
        Refusal::because(problem_code::NOT_FOUND, Because::NoReset { reset })
    })
}

fn over(id: AccountResetId, how: Because) -> Refusal {
    let why = Because::ResetOver {
        reset: id.to_string(),
        how: Box::new(how),
    };
    Refusal::because(problem_code::RESET_OVER, why).by_reset(id)
}

/// How it stands, where it does not stand as it would have to.
fn stands(reset: &Stored, now: Timestamp) -> Refusal {
    over(reset.id, standing_of(reset, now))
}

/// How it stands, with until or from when.
fn standing_of(reset: &Stored, now: Timestamp) -> Because {
    let until = Until(reset.until);
    match reset.state.at(reset.until, now) {
        ResetState::Prepared => Because::Prepared { until },
        ResetState::Requested => Because::Requested { until },
        ResetState::Released => match reset.ripe_at.filter(|at| *at > now) {
            Some(from) => Because::Ripens { from, until },
            None => Because::Ripe { until },
        },
        state @ (ResetState::Withdrawn
        | ResetState::Refused
        | ResetState::Expired
        | ResetState::Objected
        | ResetState::CarriedOut) => Because::ResetIs { state },
    }
}

/// What the matrix refuses.
pub fn not_allowed(why: crate::domain::authority::NotAllowed) -> Refusal {
    why.into()
}

async fn known(db: &mut Connection, id: &PersonId) -> Answer<Person> {
    let person = person::by_id(db, id).await?;
    person.ok_or_else(|| Refusal::internal(format!("a reset of nobody's account: {id}")))
}

/// The act that is signed by somebody, under a name of its own.
fn act_of(id: OfferId, signer: Party, deed: Deed, (now, until): (Timestamp, Timestamp)) -> Act {
    Act {
        v: crate::domain::act::ACT_VERSION,
        id,
        signer,
        deed,
        asked_at: now,
        until,
    }
}

/// What nobody can sign or carry out any more.
pub async fn tidy(db: &Database, now: Timestamp) -> Answer<()> {
    let mut tx = db.write().await?;
    expire(&mut tx, now).await?;
    act_asked::forget(&mut tx, now).await?;
    Ok(tx.commit().await?)
}

/// What nobody acted on in time has expired, and whoever was told that it was asked for hears of that.
async fn expire(tx: &mut Write, now: Timestamp) -> Answer<()> {
    for reset in table::expire(tx, now).await? {
        tell_ended(tx, &reset, (ResetState::Expired, None), now).await?;
    }
    for exception in exception::expire(tx, now).await? {
        excepted::tell_expired(tx, &exception, now).await?;
    }
    Ok(())
}

/// In a registry that was put back from a copy nothing goes on by itself: whoever was told that it was asked for hears that it ended.
/// Returns how many there were.
pub async fn end_in_copy(tx: &mut Write, now: Timestamp) -> Answer<u64> {
    let ended = table::end_all(tx, now).await?;
    for reset in &ended {
        let person = known(tx, &reset.person).await?;
        let asked_by = asker(tx, reset).await?;
        let told = Told {
            state: Some(ResetState::Expired),
            restored: true,
            ..Told::of(reset.id, reset.reason, &asked_by)
        };
        tell(tx, Kind::ResetEnded, &person, &told, now).await?;
    }
    exception::end_all(tx, now).await?;
    Ok(u64::try_from(ended.len()).unwrap_or(u64::MAX))
}

async fn tell_ended(
    tx: &mut Write,
    reset: &Stored,
    (state, by): (ResetState, Option<ByPerson<'_>>),
    now: Timestamp,
) -> Answer<()> {
    let person = known(tx, &reset.person).await?;
    let asked_by = asker(tx, reset).await?;
    let objector = match by {
        Some(by) => Some(known(tx, by.id).await?.name),
        None => None,
    };
    let desk = by.and_then(|by| by.desk);
    let told = Told {
        state: Some(state),
        objector: objector.as_deref(),
        operator: desk.map(|desk| desk.operator.name.as_str()),
        station: match desk {
            Some(AtDesk { station: id, .. }) => {
                let name = station::name(tx, id).await?;
                Some(Where { id, name })
            }
            None => None,
        },
        ..Told::of(reset.id, reset.reason, &asked_by)
    };
    tell(tx, Kind::ResetEnded, &person, &told, now).await
}
