//! Keys that are lent to whoever forgot theirs.
//!
//! Invariants: two humans stand by it, neither of them the person, and no member of staff of the person's organisation; a loan opens the
//! account until its end and proves nothing here, whether or not that end was tidied away yet; a loan that is over is never resumed.

use jiff::Timestamp;
use serde::Serialize;

use super::account_resets::seen_lately;
use super::auth::AtDesk;
use super::database::{Connection, Write};
use super::notices::{self, Besides, Kind};
use super::problem::{Answer, Refusal, operator_revoked};
use super::suspensions;
use super::tables::act_asked::Signer;
use super::tables::loan::{self as table, Stored};
use super::tables::standing::Standing;
use super::tables::{FactorName, operator, person, station, visit};
use super::visits;
use crate::domain::act::{Act, Deed, Party};
use crate::domain::authority::{Action, As, NoRelease, WhoMay, decide, row};
use crate::domain::loan::{LoanDays, Second};
use crate::domain::suspension::{FactorRef, FactorSort};
use crate::domain::visit::{Had, Suspended, Takes};
use crate::domain::working_days::WorkingDays;
use crate::domain::{Bytes, OfferId, OperatorId, Person, PersonId, StationId, VisitId};
use crate::wire::{Because, Loan, Operator, Seconds, Until, Visit, problem_code};

mod habit;
mod over;

pub use over::tidy;

/// Most members of staff that are named.
const MEMBERS_MAX: usize = 50;

/// What notices say of a loan.
#[derive(Serialize)]
struct Told<'a> {
    sort: FactorSort,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    station: Option<Where<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suspended: Option<Suspended>,
    until: Timestamp,
    /// For how many working days others were lent to them lately; none: it is no habit.
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<u32>,
}

#[derive(Serialize)]
struct Where<'a> {
    id: &'a StationId,
    name: String,
}

/// Whether somebody is lent a key in this visit, by its operator: they forgot one that is valid, and have none.
async fn refuse_needless(
    tx: &mut Write,
    desk: &AtDesk,
    (visit, person): (&Visit, &Person),
    now: Timestamp,
) -> Answer<()> {
    refuse_kind(desk, person)?;
    visits::holds(tx, Action::Lend, &desk.operator.id, person).await?;
    refuse_otherwise(visit, person)?;
    if let Some(until) = table::until(tx, &person.id, now).await? {
        let why = Because::OnLoan {
            person: person.name.clone(),
            until: Until(until),
        };
        return Err(Refusal::because(problem_code::NOT_ALLOWED, why));
    }
    let used = table::find(tx, visit.id).await?;
    match used.is_some_and(|loan| loan.credential.is_some()) {
        false => Ok(()),
        true => Err(used_up(person)),
    }
}

fn used_up(person: &Person) -> Refusal {
    let person = person.name.clone();
    Refusal::because(problem_code::NOT_ALLOWED, Because::LentAlready { person })
}

/// For whom nobody lends does something else.
fn refuse_kind(desk: &AtDesk, person: &Person) -> Answer<()> {
    let Err(refused) = decide(desk.operator.role, Action::Lend, Some(person.kind)).once_released()
    else {
        return Ok(());
    };
    match refused.may {
        Some(_) => Err(refused.into()),
        None => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::LentNothing {
                person: person.name.clone(),
                kind: person.kind,
                may: WhoMay::replaces(person.kind),
            },
        )),
    }
}

/// They have a factor that is valid, and did not prove it.
fn refuse_otherwise(visit: &Visit, person: &Person) -> Answer<()> {
    let person = person.name.clone();
    let instead = match (visit.takes, visit.authority) {
        (Takes::OwnFactor, None) if visit.had == Had::Valid => return Ok(()),
        (_, Some(_)) => Because::EnrolNow { person },
        (Takes::Identification | Takes::OwnFactor, None) => Because::NothingForgotten { person },
        (Takes::Administrator | Takes::Release, None) => Because::LostNotForgotten { person },
    };
    Err(Refusal::because(problem_code::NOT_ALLOWED, instead))
}

/// Who may stand by it, as things are now.
pub async fn seconds(
    tx: &mut Write,
    desk: &AtDesk,
    id: VisitId,
    now: Timestamp,
) -> Answer<Seconds> {
    let (visit, person) = visits::going(tx, desk, id, now).await?;
    refuse_needless(tx, desk, (&visit, &person), now).await?;
    let about = (&visit, &person);
    let mut seconds = Seconds::default();
    for access in operator::all(tx).await? {
        if seconds.members.len() == MEMBERS_MAX {
            break;
        }
        match may_stand_by(tx, about, &access.id, now).await {
            Ok(operator) => seconds.members.push(operator),
            Err(why) if why.code() == problem_code::INTERNAL => return Err(why),
            Err(_) => {}
        }
    }
    for administrator in visits::administrators(tx, &visit, &person).await? {
        let with = visits::provers(tx, &visit, &administrator.id).await?;
        if with.iter().any(|factor| factor.as_key().is_some()) {
            seconds.administrators.push(administrator);
        }
    }
    Ok(seconds)
}

/// Whether this account may stand by it: settled, of another human than everybody who serves the person, and neither the person nor of
/// their organisation.
async fn may_stand_by(
    tx: &mut Write,
    (visit, person): (&Visit, &Person),
    second: &OperatorId,
    now: Timestamp,
) -> Answer<Operator> {
    let refused = |why: Because| Refusal::because(problem_code::NOT_ALLOWED, why);
    let account = operator::account(tx, second).await?.ok_or_else(|| {
        let operator = second.to_string();
        Refusal::because(problem_code::NOT_FOUND, Because::NoOperator { operator })
    })?;
    if let Some(at) = account.revoked_at {
        return Err(operator_revoked(second, at));
    }
    let lends = row(Action::Lend, Some(person.kind))
        .ok_or_else(|| Refusal::internal("a loan that the matrix does not have"))?;
    let name = &account.operator.name;
    let changed_at = operator::changed_at(tx, second).await?;
    let by = (As::Role(account.operator.role), changed_at);
    lends.released_by.may_be(by, now).map_err(|why| {
        refused(match why {
            NoRelease::NotAsked => Because::LoanNotAsked {
                person: person.name.clone(),
            },
            NoRelease::Role(role) => Because::StandsByNothing { role },
            NoRelease::Until(at) => Because::SecondNew {
                operator: name.clone(),
                at,
            },
        })
    })?;
    visits::refuse_nobody(tx, second, name).await?;
    visits::holds(tx, Action::Lend, second, person).await?;
    for hand in visit::operators(tx, visit.id).await? {
        refuse_same_human(tx, &hand, (second, name)).await?;
    }
    Ok(account.operator)
}

async fn refuse_same_human(
    tx: &mut Write,
    hand: &OperatorId,
    (second, name): (&OperatorId, &str),
) -> Answer<()> {
    match operator::are_two_humans(tx, hand, second).await? {
        true => Ok(()),
        false => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::SecondSameHuman {
                operator: name.to_owned(),
            },
        )),
    }
}

/// Whoever stood by a loan still may. `with`: by which key of an administrator's; none: by one of theirs.
async fn stands_by(
    tx: &mut Write,
    (visit, person): (&Visit, &Person),
    (second, with): (&Second, Option<&FactorName>),
    now: Timestamp,
) -> Answer<(Signer, String)> {
    match second {
        Second::Member { operator } => {
            let member = may_stand_by(tx, (visit, person), operator, now).await?;
            Ok((Signer::Operator(member.id), member.name))
        }
        Second::Administrator { person: id } => {
            visits::refuse_nobody_in(tx, visit.id).await?;
            let all = visits::administrators(tx, visit, person).await?;
            let found = all
                .into_iter()
                .find(|administrator| administrator.id == *id);
            let keys = visits::provers(tx, visit, id).await?;
            let mut keys = keys.iter().filter(|factor| factor.as_key().is_some());
            let may = match with {
                Some(with) => keys.any(|key| key == with),
                None => keys.next().is_some(),
            };
            match found.filter(|_| may) {
                Some(administrator) => Ok((Signer::Person(administrator.id), administrator.name)),
                None => Err(Refusal::because(
                    problem_code::NOT_ALLOWED,
                    Because::SecondNotTheirs {
                        administrator: id.to_string(),
                        person: person.name.clone(),
                    },
                )),
            }
        }
    }
}

/// What a second member of staff, or an administrator, would sign now, and who that is.
pub async fn ask(
    tx: &mut Write,
    desk: &AtDesk,
    (id, days, second): (VisitId, LoanDays, &Second),
    calendar: &WorkingDays,
    (now, asked_at): (Timestamp, Timestamp),
) -> Answer<(Deed, (Signer, String))> {
    let (visit, person) = visits::going(tx, desk, id, now).await?;
    refuse_needless(tx, desk, (&visit, &person), now).await?;
    let identified = seen_lately(&visit, asked_at)?;
    let signer = stands_by(tx, (&visit, &person), (second, None), now).await?;
    let organisation = person.organisation.as_ref().ok_or_else(|| {
        Refusal::internal("somebody whose administrators answer for them is of no organisation")
    })?;
    let deed = Deed::Lend {
        person: party(person.id.as_str(), &person.name),
        organisation: party(organisation.id.as_str(), &organisation.name),
        identified,
        days,
        lent_until: calendar.end_of(u32::from(u8::from(days)), asked_at),
        operator: party(desk.operator.id.as_str(), &desk.operator.name),
    };
    Ok((deed, signer))
}

fn party(id: &str, name: &str) -> Party {
    Party {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

/// The same once more, when it is signed; for which visit.
pub async fn ask_again(
    tx: &mut Write,
    desk: &AtDesk,
    act: &Act,
    (signer, with): (&Signer, &Bytes),
    (calendar, now): (&WorkingDays, Timestamp),
) -> Answer<(Deed, Stored)> {
    let Deed::Lend {
        identified,
        days,
        lent_until,
        person,
        ..
    } = &act.deed
    else {
        return Err(Refusal::new(
            problem_code::MALFORMED,
            "that act lends nothing: it is handed in where it was asked for",
        ));
    };
    let second = match signer {
        Signer::Operator(id) => Second::Member {
            operator: id.clone(),
        },
        Signer::Person(id) => Second::Administrator { person: id.clone() },
    };
    let asked = (identified.visit, *days, &second);
    let times = (now, act.asked_at);
    let (deed, _) = ask(tx, desk, asked, calendar, times).await?;
    let loan = Stored {
        visit: identified.visit,
        person: PersonId::new(&person.id),
        days: *days,
        second,
        signed_with: FactorName::of_key(with),
        until: *lent_until,
        credential: None,
    };
    let (visit, person) = visits::going(tx, desk, loan.visit, now).await?;
    stands_by_still(tx, (&visit, &person), &loan, now).await?;
    Ok((deed, loan))
}

async fn stands_by_still(
    tx: &mut Write,
    about: (&Visit, &Person),
    loan: &Stored,
    now: Timestamp,
) -> Answer<()> {
    let with = match loan.second {
        Second::Member { .. } => None,
        Second::Administrator { .. } => Some(&loan.signed_with),
    };
    stands_by(tx, about, (&loan.second, with), now).await?;
    Ok(())
}

/// It was signed.
pub async fn agreed(tx: &mut Write, loan: &Stored, act: OfferId, now: Timestamp) -> Answer<()> {
    Ok(table::agree(tx, (loan, act), now).await?)
}

/// Whether a key may be offered now to be lent in that visit; for whom.
pub async fn offered(
    tx: &mut Write,
    desk: &AtDesk,
    id: VisitId,
    now: Timestamp,
) -> Answer<(Stored, Person)> {
    let (visit, person) = visits::going(tx, desk, id, now).await?;
    refuse_needless(tx, desk, (&visit, &person), now).await?;
    let loan = table::find(tx, id).await?.ok_or_else(|| {
        let person = person.name.clone();
        Refusal::because(
            problem_code::AUTHORITY_NEEDED,
            Because::SecondFirst { person },
        )
    })?;
    refuse_spent(tx, (&visit, &person), &loan, now).await?;
    Ok((loan, person))
}

/// Nothing came of it yet, it is not over, and whoever stood by it still may.
async fn refuse_spent(
    tx: &mut Write,
    (visit, person): (&Visit, &Person),
    loan: &Stored,
    now: Timestamp,
) -> Answer<()> {
    if loan.credential.is_some() {
        return Err(used_up(person));
    }
    if loan.until <= now {
        let until = Until(loan.until);
        return Err(Refusal::because(
            problem_code::AUTHORITY_NEEDED,
            Because::LoanOver { until },
        ));
    }
    stands_by_still(tx, (visit, person), loan, now).await
}

/// Until when what arrives of an offer is lent, as things are now; refused, it waits for its owner. None: it is not of a loan.
pub async fn arriving(
    tx: &mut Write,
    offer: OfferId,
    (visit, person): (&Visit, &Person),
    hands: &[&OperatorId],
    now: Timestamp,
) -> Answer<Option<Result<Timestamp, Refusal>>> {
    let Some(loan) = table::of_offer(tx, offer).await? else {
        return Ok(None);
    };
    let mut visit = visit.clone();
    visits::took(tx, &mut visit, person).await?;
    // A proof of their own that came meanwhile takes nothing from it.
    visit.authority = None;
    let mut fits = refuse_otherwise(&visit, person);
    if fits.is_ok() {
        fits = refuse_spent(tx, (&visit, person), &loan, now).await;
    }
    for hand in hands {
        if fits.is_ok() {
            fits = refuse_hand(tx, &loan, hand).await;
        }
    }
    Ok(Some(fits.map(|()| loan.until)))
}

/// The key of an offer is enrolled and lent: its person hears of it, and whoever answers for them.
pub async fn lent(
    tx: &mut Write,
    (offer, station): (OfferId, &StationId),
    (person, credential): (&PersonId, &Bytes),
    now: Timestamp,
) -> Answer<()> {
    let nobody = || Refusal::internal("a loan of nobody's");
    let loan = table::of_offer(tx, offer).await?.ok_or_else(nobody)?;
    table::lend(tx, loan.visit, credential).await?;
    let key = FactorRef::Key {
        credential: credential.clone(),
    };
    let standing = suspensions::standing(tx, person, &key).await?;
    let second = second_name(tx, &loan).await?;
    let again = habit::again(tx, (&loan, &second), station, now).await?;
    let told = Told {
        again,
        station: Some(Where {
            id: station,
            name: station::name(tx, station).await?,
        }),
        second: Some(&second),
        ..told(&standing, loan.until)
    };
    let person = person::by_id(tx, person).await?.ok_or_else(nobody)?;
    let about = (&person, Besides::Administrators);
    Ok(notices::tell(tx, Kind::Lent, about, &told, now).await?)
}

fn told(standing: &Standing, until: Timestamp) -> Told<'_> {
    Told {
        sort: standing.factor.sort(),
        name: &standing.name,
        serial: standing.serial.as_deref(),
        station: None,
        second: None,
        suspended: None,
        until,
        again: None,
    }
}

async fn second_name(db: &mut Connection, loan: &Stored) -> Answer<String> {
    let name = match &loan.second {
        Second::Member { operator } => operator::account(db, operator)
            .await?
            .map(|account| account.operator.name),
        Second::Administrator { person } => person::by_id(db, person).await?.map(|who| who.name),
    };
    name.ok_or_else(|| Refusal::internal("a loan that nobody stood by"))
}

/// The loan of a visit, as people see it.
pub async fn of_visit(db: &mut Connection, visit: VisitId) -> Answer<Option<Loan>> {
    let Some(loan) = table::find(db, visit).await? else {
        return Ok(None);
    };
    Ok(Some(Loan {
        days: loan.days,
        until: loan.until,
        second: second_name(db, &loan).await?,
        lent: loan.credential.is_some(),
    }))
}

/// Whoever stood by a loan, or made the key by which an administrator did, has no part in the visit in which it is lent.
pub async fn refuse_second(tx: &mut Write, visit: VisitId, to: &OperatorId) -> Answer<()> {
    match table::find(tx, visit).await? {
        Some(loan) => refuse_hand(tx, &loan, to).await,
        None => Ok(()),
    }
}

async fn refuse_hand(tx: &mut Write, loan: &Stored, hand: &OperatorId) -> Answer<()> {
    match &loan.second {
        Second::Member { operator } => {
            refuse_same_human(tx, hand, (operator, operator.as_str())).await
        }
        Second::Administrator { person } => {
            let key = (person, &loan.signed_with);
            match visits::made_by_others(tx, key, &[hand]).await? {
                true => Ok(()),
                false => Err(Refusal::because(
                    problem_code::NOT_ALLOWED,
                    Because::LoanKeyMade {},
                )),
            }
        }
    }
}
