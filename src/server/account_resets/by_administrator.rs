//! An administrator of the person's organisation asks for the reset of an account, on a page or at a desk; a desk prepares that for somebody who is
//! there alone.
//!
//! Invariants: their asking is the authority, and it is asked again before anything comes of it; nobody carries out what was asked for
//! with a factor that they had a hand in.

use jiff::Timestamp;

use super::ending::end_by_person;
use super::terms::{
    looked_at, refuse_ended, refuse_more, refuse_often, seen_lately, somebody, terms,
};
use super::{
    AGAIN, ByPerson, DAY, OF_ONE_ADMINISTRATOR, PREPARED_BY_ONE, Told, Wish, check, fallen,
    not_allowed, over, refuse_needless, refuse_needless_for, stands, stored, tell,
};
use crate::domain::account_reset::{CODE_WAITS, RELEASED_WITHIN, ResetState};
use crate::domain::act::ResetTerms;
use crate::domain::authority::{
    Action, Asker, NotTheirs, WhoMay, decide, is_administrator_of, may_ask_for, row,
};
use crate::domain::identification::Case;
use crate::domain::visit::{Had, Takes};
use crate::domain::working_days::WorkingDays;
use crate::domain::{AccountResetId, Bytes, OfferId, Person, PersonId, VisitId};
use crate::server::auth::AtDesk;
use crate::server::database::{Connection, Write};
use crate::server::identifications;
use crate::server::notices::Kind;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::account_reset::{self as table, Asking, By, NewReset, Stored};
use crate::server::tables::{FactorName, audit, person, standing};
use crate::server::visits;
use crate::wire::{Because, problem_code};

/// What an administrator asks for.
#[derive(Debug, Clone, Copy)]
pub enum Asks<'a> {
    /// Of their own accord, under a name that is new.
    Own(AccountResetId, Wish<'a>),
    /// What a desk prepared.
    Prepared(AccountResetId),
}

/// By what they ask.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// A factor of theirs that opens their account.
    pub with: &'a FactorName,
    /// The act that they signed with it, which is kept already, and the signature; none: they typed its code.
    pub signed: Option<(OfferId, &'a Bytes)>,
}

/// A desk writes down what an administrator is to ask for, for somebody who is there and has lost all factors.
pub async fn prepare(
    tx: &mut Write,
    desk: &AtDesk,
    (id, visit): (AccountResetId, VisitId),
    wish: Wish<'_>,
    now: Timestamp,
) -> Answer<Person> {
    check(wish)?;
    let (visit, person) = visits::going(tx, desk, visit, now).await?;
    decide(desk.operator.role, Action::ReplaceLost, Some(person.kind))
        .once_released()
        .map_err(not_allowed)?;
    if is_served(&person) {
        let person = person.name;
        return Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::NoAdministratorAsks { person },
        ));
    }
    visits::holds(tx, Action::Receive, &desk.operator.id, &person).await?;
    refuse_needless(&visit, (&person, Takes::Administrator))?;
    seen_lately(&visit, now)?;
    refuse_more(tx, &person, None, now).await?;
    refuse_without_administrator(tx, &person).await?;
    let until = now + RELEASED_WITHIN;
    let new = NewReset {
        id,
        person: &person.id,
        visit: Some(visit.id),
        by: By::Desk(&desk.station, &desk.operator.id),
        reason: wish.reason,
        remark: wish.remark,
        ticket: wish.ticket,
        state: ResetState::Prepared,
        until,
    };
    table::insert(tx, &new, now).await?;
    let theirs = table::asked_by(tx, &desk.operator.id, now - DAY).await?;
    if theirs > PREPARED_BY_ONE {
        let detail = format!(
            "operator {} prepared the reset of {}'s account for an administrator to ask for: their {theirs}. within a day",
            desk.operator.id, person.id
        );
        audit::alarm(tx, &desk.station, problem_code::RESET_LIMIT, &detail, now).await?;
    }
    let told = Told {
        until: Some(until),
        ..Told::of(id, wish.reason, &desk.operator.name)
    };
    tell(tx, Kind::ResetPrepared, &person, &told, now).await?;
    Ok(person)
}

/// Why nobody's asking for the reset of an account would be taken now, whose person has lost everything; none: nothing is known that hinders.
/// It is asked again when they do.
pub async fn hindered(
    db: &mut Connection,
    person: &Person,
    now: Timestamp,
) -> Answer<Option<Refusal>> {
    let mut taken = refuse_often(db, person, now).await;
    if taken.is_ok() && !is_served(person) {
        taken = refuse_without_administrator(db, person).await;
    }
    match taken {
        Ok(()) => Ok(None),
        Err(why) if matches!(why.code(), problem_code::INTERNAL | problem_code::BUSY) => Err(why),
        Err(why) => Ok(Some(why)),
    }
}

/// Nobody would ever ask.
async fn refuse_without_administrator(db: &mut Connection, person: &Person) -> Answer<()> {
    if let Some(organisation) = &person.organisation {
        for id in person::administrators(db, &organisation.id, &person.id).await? {
            if !standing::valid(db, &id).await?.is_empty() {
                return Ok(());
            }
        }
    }
    let person = person.name.clone();
    Err(Refusal::because(
        problem_code::NOT_ALLOWED,
        Because::NoAskingAdministrator { person },
    ))
}

/// What an administrator may ask for now; what they would sign.
pub async fn ask(
    tx: &mut Write,
    (administrator, subject): (&PersonId, &PersonId),
    asks: Asks<'_>,
    now: Timestamp,
) -> Answer<(ResetTerms, Person)> {
    let person = known_to(tx, (administrator, subject)).await?;
    match asks {
        Asks::Own(id, wish) => {
            check(wish)?;
            refuse_never(tx, &person).await?;
            refuse_more(tx, &person, None, now).await?;
            let terms = terms(tx, id, &person, (wish, None)).await?;
            Ok((terms, person))
        }
        Asks::Prepared(id) => {
            let reset = prepared(tx, (id, subject), now).await?;
            refuse_more(tx, &person, Some(id), now).await?;
            let wish = Wish {
                reason: reset.reason,
                remark: &reset.remark,
                ticket: reset.ticket.as_deref(),
            };
            let identified = identified(tx, &reset).await?;
            let terms = terms(tx, id, &person, (wish, identified)).await?;
            Ok((terms, person))
        }
    }
}

/// The person, if that administrator may ask for them. Who is of another organisation is told like who is not there.
async fn known_to(
    tx: &mut Connection,
    (administrator, subject): (&PersonId, &PersonId),
) -> Answer<Person> {
    let gone = || Refusal::because(problem_code::NOT_FOUND, Because::NotInOrganisation {});
    let asker = person::by_id(tx, administrator).await?.ok_or_else(gone)?;
    let person = person::by_id(tx, subject).await?.ok_or_else(gone)?;
    let refused = |why: Because| Refusal::because(problem_code::NOT_ALLOWED, why);
    may_ask_for(&asker, Action::ReplaceLost, &person).map_err(|why| match why {
        NotTheirs::Elsewhere => gone(),
        NotTheirs::Oneself if is_served(&person) => refused(Because::OwnResetServed {}),
        NotTheirs::Oneself => refused(Because::OwnReset {}),
        NotTheirs::NoAdministrator => refused(Because::OnlyAdministrators {}),
        NotTheirs::Others(_) => refused(Because::OthersReset {
            person: person.name.clone(),
            may: WhoMay::replaces(person.kind),
        }),
    })?;
    Ok(person)
}

/// Of somebody who never had anything nothing would be deleted.
async fn refuse_never(tx: &mut Connection, person: &Person) -> Answer<()> {
    match standing::had(tx, &person.id).await? {
        Had::Never => {
            let takes = (Takes::Identification, false);
            refuse_needless_for(person, takes, Takes::Administrator)
        }
        Had::Valid | Had::Lost => Ok(()),
    }
}

/// Whether Customer Service asks for them, and no administrator does.
fn is_served(person: &Person) -> bool {
    let asker = row(Action::ReplaceLost, Some(person.kind)).map(|row| row.asked_by);
    asker != Some(Asker::Administrator)
}

async fn prepared(
    tx: &mut Connection,
    (id, subject): (AccountResetId, &PersonId),
    now: Timestamp,
) -> Answer<Stored> {
    let reset = stored(tx, id).await?;
    let state = reset.state.at(reset.until, now);
    match state == ResetState::Prepared && reset.person == *subject {
        true => Ok(reset),
        false => Err(stands(&reset, now)),
    }
}

/// How the person was identified for what a desk prepared.
async fn identified(
    tx: &mut Connection,
    reset: &Stored,
) -> Answer<Option<crate::domain::act::LookedAt>> {
    let Some(visit) = reset.visit else {
        return Ok(None);
    };
    let (identified, _) = identifications::of(tx, Case::Visit(visit)).await?;
    Ok(identified.map(|identified| looked_at(visit, &identified)))
}

/// Keeps that an administrator asked, which is all the authority that it takes. Returns when it can be carried out, and until when.
pub async fn asked(
    tx: &mut Write,
    days: &WorkingDays,
    (terms, administrator): (&ResetTerms, &PersonId),
    (asks, proof): (Asks<'_>, Proof<'_>),
    now: Timestamp,
) -> Answer<()> {
    let subject = PersonId::new(&terms.person.id);
    let (found, person) = ask(tx, (administrator, &subject), asks, now).await?;
    if found != *terms {
        return Err(Refusal::because(
            problem_code::ACT_CHANGED,
            Because::RequestChanged {},
        ));
    }
    refuse_ended(tx, administrator, proof.with).await?;
    if let Some(looked) = &terms.identified {
        refuse_makers(tx, looked.visit, (administrator, proof.with)).await?;
    }
    let asker = somebody(tx, administrator).await?;
    let ripe_at = proof.signed.is_none().then(|| now + CODE_WAITS);
    let until = days.end_of(1, ripe_at.unwrap_or(now));
    let asking = Asking {
        administrator,
        with: proof.with,
        signed: proof.signed,
        ripe_at,
    };
    let (again, _) = table::asked_about(tx, &person.id, now - AGAIN).await?;
    keep(tx, (asks, &person), asking, until, now).await?;
    alarm_if_many(tx, (administrator, &person), again, now).await?;
    let told = Told {
        until: Some(until),
        not_before: ripe_at,
        ..Told::of(terms.reset, terms.reason, &asker.name)
    };
    tell(tx, Kind::ResetAsked, &person, &told, now).await
}

async fn keep(
    tx: &mut Write,
    (asks, person): (Asks<'_>, &Person),
    asking: Asking<'_>,
    until: Timestamp,
    now: Timestamp,
) -> Answer<()> {
    match asks {
        Asks::Own(id, wish) => {
            let new = NewReset {
                id,
                person: &person.id,
                visit: None,
                by: By::Administrator(asking),
                reason: wish.reason,
                remark: wish.remark,
                ticket: wish.ticket,
                state: ResetState::Released,
                until,
            };
            Ok(table::insert(tx, &new, now).await?)
        }
        Asks::Prepared(id) => match table::ask_prepared(tx, id, asking, until).await? {
            true => Ok(()),
            false => Err(over(id, Because::WaitingNoMore {})),
        },
    }
}

async fn alarm_if_many(
    tx: &mut Write,
    (administrator, person): (&PersonId, &Person),
    again: u32,
    now: Timestamp,
) -> Answer<()> {
    let theirs = table::asked_by_administrator(tx, administrator, now - DAY).await?;
    if again == 0 && theirs <= OF_ONE_ADMINISTRATOR {
        return Ok(());
    }
    let detail = format!(
        "administrator {administrator} asked for the reset of {}'s account: the {}. about them within a week, their {theirs}. within a day",
        person.id,
        again + 1
    );
    Ok(audit::raise(tx, None, (problem_code::RESET_LIMIT, &detail), now).await?)
}

/// Whoever asked still may, by a factor that still holds and in which nobody of these visits had a hand.
pub(super) async fn refuse_asker(
    tx: &mut Write,
    (reset, administrator): (&Stored, &PersonId),
    (person, visit): (&Person, VisitId),
    now: Timestamp,
) -> Answer<()> {
    known_to(tx, (administrator, &person.id))
        .await
        .map_err(fallen)?;
    if reset.ripe_at.is_some_and(|ripe_at| ripe_at > now) {
        return Err(stands(reset, now));
    }
    let with = reset
        .asked_with
        .as_ref()
        .ok_or_else(|| Refusal::internal("a reset that was asked for with nothing"))?;
    refuse_ended(tx, administrator, with)
        .await
        .map_err(fallen)?;
    for visit in reset.visit.into_iter().chain([visit]) {
        refuse_makers(tx, visit, (administrator, with)).await?;
    }
    Ok(())
}

/// Nobody serves somebody on the word of a factor that they may have made for the purpose.
async fn refuse_makers(
    tx: &mut Connection,
    visit: VisitId,
    by: (&PersonId, &FactorName),
) -> Answer<()> {
    match visits::may_vouch(tx, visit, by).await? {
        true => Ok(()),
        false => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::MakerServes {},
        )),
    }
}

/// An administrator takes back what they asked for.
pub async fn withdraw(
    tx: &mut Write,
    id: AccountResetId,
    by: &PersonId,
    now: Timestamp,
) -> Answer<()> {
    let reset = stored(tx, id).await?;
    match reset.administrator.as_ref() == Some(by) {
        true => {
            let by = ByPerson { id: by, desk: None };
            end_by_person(tx, (&reset, ResetState::Withdrawn), by, now).await
        }
        false => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::WithdrawsOwn {},
        )),
    }
}

/// The person, or an administrator of their organisation, objects: nothing comes of it then. Where a desk says so that is on record, and told.
pub async fn object(
    tx: &mut Write,
    id: AccountResetId,
    word: ByPerson<'_>,
    now: Timestamp,
) -> Answer<()> {
    let (reset, by) = (stored(tx, id).await?, word.id);
    let gone = || Refusal::because(problem_code::NOT_FOUND, Because::NoSuchReset {});
    let objector = person::by_id(tx, by).await?.ok_or_else(gone)?;
    let person = person::by_id(tx, &reset.person).await?.ok_or_else(gone)?;
    if *by != person.id && !is_administrator_of(&objector, &person) {
        return Err(gone());
    }
    end_by_person(tx, (&reset, ResetState::Objected), word, now).await?;
    let mut detail = format!("{by} objected to reset {id} of {}'s account", person.id);
    if let Some(desk) = word.desk {
        let (operator, station) = (&desk.operator.id, &desk.station);
        detail = format!("{detail}, at a desk, as operator {operator} says at station {station}");
    }
    let station = word.desk.map(|desk| &desk.station);
    audit::raise(tx, station, (problem_code::RESET_OBJECTED, &detail), now).await?;
    Ok(())
}
