//! An agent asks for the reset of the account of somebody who is not at a desk.
//!
//! Invariants: it rests on two identifications that differ in kind, each taken for this one reset and by whoever asks, but that an
//! administrator may have answered for it; the number that is called back is the registry's to say; and nothing of it is asked of anybody who can prove a factor.

use jiff::Timestamp;

use super::terms::{refuse_more, terms};
use super::{
    IDENTIFIED_WITHIN, Wish, agent, check, not_allowed, over, party, refuse_needless_for,
    refuse_unknown, vouching,
};
use crate::domain::act::{Away, LookedAway, ResetTerms};
use crate::domain::authority::{Action, may_ask};
use crate::domain::identification::{
    AwayCheck, AwayLook, AwayMeans, AwaySaid, Methods, ON_RECORD_FOR, last_digits,
};
use crate::domain::visit::Takes;
use crate::domain::{AccountResetId, IdentificationId, Person, PersonId};
use crate::server::auth::AtDesk;
use crate::server::database::{Connection, Write};
use crate::server::exceptions;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::identification::away as kept;
use crate::server::tables::{
    account_reset as table, contact, identification, person, standing, station,
};
use crate::server::visits;
use crate::text::english;
use crate::wire::{AwayBegun, AwayWay, Because, Look, problem_code};

/// Whether this operator may ask for that person at all, and in which ways they can be identified: said before anybody is asked anything.
pub async fn begin(
    tx: &mut Write,
    desk: &AtDesk,
    (person, methods): (&PersonId, &Methods),
    now: Timestamp,
) -> Answer<AwayBegun> {
    let person = may_be_asked(tx, desk, person, now).await?;
    let vouched = vouching::told(tx, &person, Some(&desk.operator.id), now).await?;
    let mut ways = Vec::new();
    for means in AwayMeans::ALL {
        let (number, vouched) = match means {
            AwayMeans::Video => (Ok(None), None),
            // Whole: nobody can call its last digits.
            AwayMeans::CallBack => (number(tx, &person, now).await?.map(Some), None),
            AwayMeans::Vouching => match vouched.clone() {
                Some(vouched) => (Ok(None), Some(vouched)),
                None => (Err(nobody_answered(&person)), None),
            },
        };
        let way = match (number, methods.away(means)) {
            (Ok(number), Some(_)) => AwayWay {
                means,
                number,
                vouched,
                hindered: None,
            },
            (Ok(_), None) => hindered(means, &Because::NoMethod { means }),
            (Err(why), _) => hindered(means, &why),
        };
        ways.push(way);
    }
    Ok(AwayBegun {
        reset: AccountResetId(uuid::Uuid::now_v7()),
        person,
        ways,
    })
}

/// A way that cannot be gone, for that reason.
fn hindered(means: AwayMeans, why: &Because) -> AwayWay {
    AwayWay::hindered(means, english().because(why))
}

fn nobody_answered(person: &Person) -> Because {
    let name = person.name.clone();
    match &person.organisation {
        Some(organisation) => Because::NobodyVouched {
            organisation: organisation.name.clone(),
            person: name,
        },
        None => Because::NobodyVouches { person: name },
    }
}

/// The person, if this operator may ask for the reset of their account without having seen them.
async fn may_be_asked(
    tx: &mut Write,
    desk: &AtDesk,
    id: &PersonId,
    now: Timestamp,
) -> Answer<Person> {
    let person = person::by_id(tx, id).await?;
    let person = person.ok_or_else(|| {
        let person = id.to_string();
        Refusal::because(problem_code::NOT_FOUND, Because::NoPerson { person })
    })?;
    may_ask(desk.operator.role, Action::ReplaceLost, person.kind).map_err(not_allowed)?;
    visits::holds(tx, Action::Receive, &desk.operator.id, &person).await?;
    refuse_unknown(tx, &desk.operator).await?;
    let takes = standing::had(tx, &person.id).await?.takes(person.kind);
    refuse_needless_for(&person, (takes, false), Takes::Release)?;
    exceptions::refuse_second(tx, &person, now).await?;
    refuse_more(tx, &person, None, now).await?;
    Ok(person)
}

/// The number by which a person can be called back: one that the registry has had for long. Else why there is none.
async fn number(
    db: &mut Connection,
    person: &Person,
    now: Timestamp,
) -> Answer<Result<String, Because>> {
    let name = person.name.clone();
    let Some((number, since)) = contact::contacts(db, &person.id).await?.phone else {
        return Ok(Err(Because::NoNumber { person: name }));
    };
    if since > now - ON_RECORD_FOR {
        return Ok(Err(Because::YoungNumber {
            person: name,
            since,
        }));
    }
    Ok(Ok(number))
}

/// Keeps that the person was identified in one way, for that reset.
pub async fn look(
    tx: &mut Write,
    desk: &AtDesk,
    (reset, person): (AccountResetId, &PersonId),
    (said, methods): (&AwaySaid, &Methods),
    now: Timestamp,
) -> Answer<AwayCheck> {
    let person = may_be_asked(tx, desk, person, now).await?;
    if table::find(tx, reset).await?.is_some() {
        return Err(over(reset, Because::AskedAlready {}));
    }
    let not_called = |why: Because| Refusal::because(problem_code::NOT_CALLED, why);
    let look = match said {
        AwaySaid::Video {
            document,
            last_four,
        } => AwayLook::Video {
            document: *document,
            last_four: last_four.clone(),
        },
        AwaySaid::CallBack {} => {
            let number = number(tx, &person, now).await?.map_err(not_called)?;
            let digits = last_digits(&number);
            let digits = digits.ok_or_else(|| {
                let person = person.name.clone();
                not_called(Because::NotANumber { person })
            })?;
            AwayLook::CallBack { digits }
        }
    };
    for taken in kept::all(tx, reset).await? {
        refuse_others_work(desk, (&taken, &person.id))?;
        if taken.look == look {
            return Ok(taken);
        }
        if taken.look.means() == look.means() {
            let why = Because::WayTaken {
                person: person.name,
                look: Look(taken.look.to_string()),
            };
            return Err(Refusal::because(problem_code::IDENTIFIED_OTHERWISE, why));
        }
    }
    let method = methods.away(look.means());
    let method = method.ok_or_else(|| {
        let means = look.means();
        Refusal::because(problem_code::METHOD_UNKNOWN, Because::NoMethod { means })
    })?;
    let check = AwayCheck {
        id: IdentificationId(uuid::Uuid::now_v7()),
        person: person.id,
        reset,
        look,
        method: method.id.clone(),
        strength: method.strength,
        operator: desk.operator.id.clone(),
        station: desk.station.clone(),
        at: now,
    };
    identification::insert_away(tx, &check).await?;
    Ok(check)
}

/// An identification is for one person, by whoever asks, where they asked.
fn refuse_others_work(desk: &AtDesk, (taken, person): (&AwayCheck, &PersonId)) -> Answer<()> {
    let is_theirs = taken.operator == desk.operator.id && taken.station == desk.station;
    match taken.person == *person && is_theirs {
        true => Ok(()),
        false => Err(Refusal::because(
            problem_code::IDENTIFIED_OTHERWISE,
            Because::OthersWork {},
        )),
    }
}

/// What an agent may ask for now, for somebody who is not at a desk; what they would sign.
pub async fn ask(
    tx: &mut Write,
    desk: &AtDesk,
    (id, person): (AccountResetId, &PersonId),
    (wish, methods): (Wish<'_>, &Methods),
    (now, asked_at): (Timestamp, Timestamp),
) -> Answer<(ResetTerms, Person)> {
    check(wish)?;
    let person = may_be_asked(tx, desk, person, now).await?;
    if table::find(tx, id).await?.is_some() {
        return Err(over(id, Because::AskedAlready {}));
    }
    let about = (id, &person, wish);
    let away = identified(tx, desk, about, methods, (now, asked_at)).await?;
    let terms = terms(tx, id, &person, (wish, None)).await?;
    let terms = ResetTerms {
        away: Some(Box::new(away)),
        ..terms
    };
    Ok((terms, person))
}

/// Both identifications, neither of them long before it is asked for. An administrator's word is taken where the agent went one way only.
async fn identified(
    tx: &mut Write,
    desk: &AtDesk,
    (reset, person, wish): (AccountResetId, &Person, Wish<'_>),
    methods: &Methods,
    (now, asked_at): (Timestamp, Timestamp),
) -> Answer<Away> {
    let mut ways = Vec::new();
    for check in kept::all(tx, reset).await? {
        refuse_others_work(desk, (&check, &person.id))?;
        refuse_stale(tx, person, &check, (now, asked_at)).await?;
        ways.push(looked(tx, &check).await?);
    }
    if ways.len() == 1 {
        let word = vouching::way(tx, (person, wish), (&desk.operator.id, methods), now).await?;
        ways.splice(0..0, word);
    }
    let mut ways = ways.into_iter();
    match (ways.next(), ways.next()) {
        (Some(first), Some(second)) => Ok(Away { first, second }),
        (one, _) => {
            let person = person.name.clone();
            let why = match one {
                None => Because::NoWay { person },
                Some(one) => Because::OneWay {
                    person,
                    look: Look(one.how),
                },
            };
            Err(Refusal::because(problem_code::NOT_IDENTIFIED, why))
        }
    }
}

/// What was looked at too long ago, or is another by now, identifies nobody.
async fn refuse_stale(
    tx: &mut Write,
    person: &Person,
    check: &AwayCheck,
    (now, asked_at): (Timestamp, Timestamp),
) -> Answer<()> {
    let refused = |why: Because| Refusal::because(problem_code::NOT_IDENTIFIED, why);
    if check.at < asked_at - IDENTIFIED_WITHIN {
        return Err(refused(Because::AwayLongAgo {}));
    }
    if let AwayLook::CallBack { digits } = &check.look {
        let number = number(tx, person, now).await?.map_err(refused)?;
        if last_digits(&number).as_ref() != Some(digits) {
            let person = person.name.clone();
            return Err(refused(Because::NumberChanged { person }));
        }
    }
    Ok(())
}

/// An identification, as an act names it.
async fn looked(db: &mut Connection, check: &AwayCheck) -> Answer<LookedAway> {
    let by = agent(db, &check.operator).await?.operator;
    let station = station::name(db, &check.station).await?;
    Ok(LookedAway {
        identification: check.id,
        how: check.look.to_string(),
        by: party(by.id.as_str(), &by.name),
        station: Some(party(check.station.as_str(), &station)),
        at: check.at,
    })
}
