//! Somebody is at the desk: who they are, what lets them have a factor, and the registry's offer for them.
//!
//! Invariant: what a visit takes was shown before anything is asked of a new key or phone. The registry decides; what it would
//! refuse is told here first, with who may.

use super::app::prove::{Prover, prove};
use super::care::{ForPerson, sign_for};
use super::dialogue::{Answer, AppQuestion, Event, Job, Note, PushState, Question, Step};
use super::steps::{begin_step, end_step};
use super::{Desk, Stop, Ticket, Wants};
use crate::domain::authority::Action;
use crate::domain::identification::Earlier;
use crate::domain::reason::{Gap, Unmet};
use crate::domain::visit::{Authority, Takes};
use crate::domain::{FactorId, Identification, Person, PersonId};
use crate::wire::{Offer, Operator, PersonDetail, TicketVisit, Visit as Opened};

/// What every part of a visit works with.
pub(super) struct Visit {
    pub(super) operator: Operator,
    pub(super) offer: Offer,
    /// The offer was just issued: it knows all that the registry holds.
    pub(super) fresh: bool,
    pub(super) identification: Identification,
}

/// Whom a run is for, and what it wants.
pub(super) struct Guest<'a> {
    pub(super) who: &'a PersonId,
    pub(super) wants: Wants,
    /// The person can prove themself: not in a batch, where one list is worked off.
    pub(super) attended: bool,
}

/// The operator who may receive people at the desk.
pub(super) fn host(desk: &dyn Desk) -> Result<Operator, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    operator.role.may(Action::Receive)?;
    Ok(operator)
}

/// Identifies the person, has them prove what it takes, and gets the offer.
pub(super) async fn receive(
    desk: &mut dyn Desk,
    operator: Operator,
    guest: &Guest<'_>,
    job: impl Fn(Person) -> Job,
) -> Result<Visit, Stop> {
    let detail = match desk.detail(guest.who).await {
        Ok(detail) => detail,
        Err(Stop::Unreachable(why)) => {
            return with_ticket(desk, operator, guest, (job, None), why).await;
        }
        Err(stop) => return Err(stop),
    };
    operator.role.may_for(Action::Enrol, detail.person.kind)?;
    let begun = job(detail.person.clone());
    desk.tell(Event::Began { job: begun });
    let identification = identified(desk, &operator, &detail).await?;
    let visit = match identification {
        Identification::Shown { .. } => match open(desk, &detail, &identification).await {
            Ok(visit) => Some(visit),
            Err(Stop::Unreachable(why)) => {
                return with_ticket(desk, operator, guest, (job, Some(identification)), why).await;
            }
            Err(stop) => return Err(stop),
        },
        // Nobody is there: what is made waits for its owner.
        Identification::Stated { .. } => None,
    };
    if let Some(visit) = &visit {
        authorise(desk, &operator, (guest, &detail), visit).await?;
    }
    let offer = desk.offer(guest.who, visit.map(|visit| visit.id)).await?;
    Ok(begin(desk, operator, (offer, true), identification))
}

pub(super) fn begin(
    desk: &mut dyn Desk,
    operator: Operator,
    (offer, fresh): (Offer, bool),
    identification: Identification,
) -> Visit {
    let left = offer.expires_at.duration_since(desk.registry_now());
    desk.tell(Event::Challenge {
        expires_at: desk.now().saturating_add(left).unwrap_or(offer.expires_at),
    });
    Visit {
        operator,
        offer,
        fresh,
        identification,
    }
}

/// How the person was identified; in an open visit that was asked already.
pub(super) async fn identified(
    desk: &mut dyn Desk,
    operator: &Operator,
    detail: &PersonDetail,
) -> Result<Identification, Stop> {
    let identification = match &detail.visit {
        Some(visit) => {
            begin_step(desk, Step::Identify);
            let identification = visit.identification.clone();
            let note = Note::Identified {
                identification: identification.clone(),
            };
            end_step(desk, Step::Identify, note);
            identification
        }
        None => {
            served_elsewhere(desk, detail);
            identify(desk, &detail.person).await?
        }
    };
    operator.role.may(identification.action())?;
    Ok(identification)
}

/// Before somebody is identified here: what that ends.
fn served_elsewhere(desk: &mut dyn Desk, detail: &PersonDetail) {
    if let Some(other) = detail.served_by.clone() {
        desk.tell(Event::ServedBy { other });
    }
}

/// The operator confirms who is at the desk and says how that was established.
pub(super) async fn identify(desk: &mut dyn Desk, person: &Person) -> Result<Identification, Stop> {
    begin_step(desk, Step::Identify);
    loop {
        let question = Question::Identify {
            person: person.clone(),
            methods: desk.methods(),
        };
        if let Answer::Identified(identification) = desk.ask(question).await? {
            let note = Note::Identified {
                identification: identification.clone(),
            };
            end_step(desk, Step::Identify, note);
            return Ok(identification);
        }
    }
}

/// Opens the registry's visit, or goes on in it. Where the last identification was another one it is said each time: whoever takes
/// this one up sees that it may have been mistyped.
pub(super) async fn open(
    desk: &mut dyn Desk,
    detail: &PersonDetail,
    identification: &Identification,
) -> Result<Opened, Stop> {
    let visit = desk.open_visit(&detail.person.id, identification).await?;
    desk.tell(Event::Visiting {
        person: visit.person.clone(),
        name: detail.person.name.clone(),
        until: visit.expires_at,
    });
    identified_before(desk, visit.identified_before.as_ref());
    Ok(visit)
}

/// The registry has the identification, and says that the last one of this person was another.
pub(super) fn identified_before(desk: &mut dyn Desk, before: Option<&Earlier>) {
    if let Some(before) = before.cloned() {
        desk.tell(Event::IdentifiedBefore { before });
    }
}

/// The person proves a factor that they had when the visit began: for what nobody else may ask for them. `first`: the one that is
/// offered first.
pub(super) async fn own_proof(
    desk: &mut dyn Desk,
    operator: &Operator,
    detail: &PersonDetail,
    (visit, first): (&Opened, Option<FactorId>),
) -> Result<(), Stop> {
    match (visit.authority, visit.takes) {
        (Some(Authority::Factor), _) => Ok(()),
        (None, Takes::OwnFactor) => {
            let own = Prover {
                detail,
                visit: visit.id,
                identification: Some(&visit.identification),
                first,
            };
            prove(desk, operator, own).await
        }
        // What they have by now was made in this visit: it proves them in the next one.
        (Some(_), _) => Err(Stop::Unmet(Unmet::BeganWithout {
            person: detail.person.name.clone(),
        })),
        (None, takes) => Err(needed(&detail.person, takes, &[])),
    }
}

/// Whatever the visit takes is shown.
async fn authorise(
    desk: &mut dyn Desk,
    operator: &Operator,
    (guest, detail): (&Guest<'_>, &PersonDetail),
    visit: &Opened,
) -> Result<(), Stop> {
    if visit.authority.is_some() {
        return Ok(());
    }
    let refused = || needed(&detail.person, visit.takes, &visit.administrators);
    match visit.takes {
        _ if !guest.attended => Err(refused()),
        Takes::OwnFactor => own_proof(desk, operator, detail, (visit, None)).await,
        Takes::Administrator if !visit.administrators.is_empty() => {
            let administrator = administrator(desk, detail, visit).await?;
            let theirs = desk.detail(&administrator).await?;
            let other = Prover {
                detail: &theirs,
                visit: visit.id,
                identification: None,
                first: None,
            };
            prove(desk, operator, other).await
        }
        Takes::Identification | Takes::Administrator | Takes::Release => Err(refused()),
    }
}

/// Which administrator of the organisation is at the desk. Always asked: they must be there, in person.
async fn administrator(
    desk: &mut dyn Desk,
    detail: &PersonDetail,
    visit: &Opened,
) -> Result<PersonId, Stop> {
    begin_step(desk, Step::Prove);
    loop {
        let question = AppQuestion::ChooseAdministrator {
            person: detail.person.clone(),
            administrators: visit.administrators.clone(),
        };
        if let Answer::Administrator(id) = desk.ask(Question::App(question)).await?
            && visit.administrators.iter().any(|who| who.id == id)
        {
            return Ok(id);
        }
    }
}

/// What is missing, and who may.
pub(super) fn needed(person: &Person, takes: Takes, administrators: &[Person]) -> Stop {
    Stop::Authority {
        person: person.name.clone(),
        takes,
        may: administrators.iter().map(|who| who.name.clone()).collect(),
    }
}

/// With the line down: a visit that was opened when its ticket was fetched.
async fn with_ticket(
    desk: &mut dyn Desk,
    operator: Operator,
    guest: &Guest<'_>,
    (job, identification): (impl Fn(Person) -> Job, Option<Identification>),
    why: Gap,
) -> Result<Visit, Stop> {
    let Some(ticket) = desk.ticket(guest.who, guest.wants).await? else {
        return Err(Stop::Unreachable(why));
    };
    let person = ticket.offer.person.clone();
    operator.role.may(Action::Enrol)?;
    let identification = match identification {
        Some(identification) => identification,
        None => {
            let begun = job(person.clone());
            desk.tell(Event::Began { job: begun });
            identify(desk, &person).await?
        }
    };
    operator.role.may(identification.action())?;
    if let (Identification::Shown { .. }, Some(visit)) = (&identification, &ticket.offer.visit) {
        let by = (&operator, &identification);
        prove_by_ticket(desk, by, (guest, &ticket), visit).await?;
    }
    Ok(begin(desk, operator, (ticket.offer, false), identification))
}

/// Without the registry a key of theirs is all that proves somebody; the registry checks it when it hears of it.
async fn prove_by_ticket(
    desk: &mut dyn Desk,
    (operator, identification): (&Operator, &Identification),
    (guest, ticket): (&Guest<'_>, &Ticket),
    visit: &TicketVisit,
) -> Result<(), Stop> {
    let person = &ticket.offer.person;
    match (visit.takes, &visit.proof) {
        (Takes::Identification, _) => Ok(()),
        (Takes::OwnFactor, Some(_)) if ticket.proved => Ok(()),
        (Takes::OwnFactor, Some(offer)) if guest.attended => {
            begin_step(desk, Step::Prove);
            let asked = ForPerson {
                person: &person.id,
                offer,
                identification: Some(identification.clone()),
                operator: operator.id.clone(),
            };
            if let PushState::Conflict { detail, .. } = sign_for(desk, asked, None).await?.1 {
                let code = crate::wire::problem_code::AUTHORITY_NEEDED.to_owned();
                return Err(Stop::RegistryRefused { code, detail });
            }
            end_step(desk, Step::Prove, Note::Proved { name: None });
            Ok(())
        }
        (takes, _) => Err(needed(person, takes, &[])),
    }
}
