//! Identifications as objects: each is taken for one case, once, and compared with the person's last one.
//!
//! Invariant: nothing rests on an identification by a method that this registry does not have, nor on another one than was taken for
//! the case.

use jiff::Timestamp;

use super::database::{Connection, Write};
use super::problem::{Answer, Refusal};
use super::tables::identification;
use crate::domain::identification::{Case, Earlier, IdentityCheck, MethodFault, Methods};
use crate::domain::{Identification, IdentificationId, OperatorId, PersonId, StationId};
use crate::wire::{Because, Identified, problem_code};

/// Who looked at whom, how and where.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    pub person: &'a PersonId,
    pub how: &'a Identification,
    pub operator: &'a OperatorId,
    pub station: &'a StationId,
}

/// Why something does not rest on an identification that is said of it.
#[derive(Debug)]
pub enum Misfit {
    /// Another one was taken for the case.
    Otherwise(Box<IdentityCheck>),
    Method(MethodFault),
}

impl Misfit {
    /// As an alarm, or a refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Otherwise(_) => problem_code::IDENTIFIED_OTHERWISE,
            Self::Method(MethodFault::Unknown { .. }) => problem_code::METHOD_UNKNOWN,
            Self::Method(MethodFault::Stated | MethodFault::NotAtDesk { .. }) => {
                problem_code::NOT_IDENTIFIED
            }
        }
    }

    /// What the station is told.
    pub fn refusal(self) -> Refusal {
        let code = self.code();
        match self {
            Self::Otherwise(taken) => {
                let person = taken.person.to_string();
                let how = taken.how;
                Refusal::because(code, Because::IdentifiedOtherwise { person, how })
            }
            Self::Method(fault) => Refusal::because(
                code,
                match fault {
                    MethodFault::Stated => Because::StatedAlone {},
                    MethodFault::Unknown { method, known } => {
                        Because::MethodUnknown { method, known }
                    }
                    MethodFault::NotAtDesk { method, .. } => Because::MethodNotAtDesk { method },
                },
            ),
        }
    }
}

/// Why what is done for a case does not rest on this identification; none: it does. Where it is the first for that case, it is taken.
pub async fn misfit(
    tx: &mut Write,
    case: Case,
    (look, methods): (Look<'_>, &Methods),
    now: Timestamp,
) -> Answer<Option<Misfit>> {
    match identification::of(tx, case).await? {
        Some(taken) if taken.person == *look.person && taken.how == *look.how => Ok(None),
        Some(taken) => Ok(Some(Misfit::Otherwise(Box::new(taken)))),
        None => take(tx, case, (look, methods), now).await,
    }
}

/// What was taken for a case, and the person's last one before that where it was another.
pub async fn of(db: &mut Connection, case: Case) -> Answer<(Option<Identified>, Option<Earlier>)> {
    let Some(check) = identification::of(db, case).await? else {
        return Ok((None, None));
    };
    let before = identification::before(db, &check).await?;
    let earlier = before.and_then(|before| check.otherwise_than(before));
    Ok((Some(identification::named(db, check).await?), earlier))
}

/// Takes it for a case that has none yet, if it is by a method of the registry.
async fn take(
    tx: &mut Write,
    case: Case,
    (look, methods): (Look<'_>, &Methods),
    now: Timestamp,
) -> Answer<Option<Misfit>> {
    let method = match methods.for_desk(look.how) {
        Ok(method) => method,
        Err(fault) => return Ok(Some(Misfit::Method(fault))),
    };
    let check = IdentityCheck {
        id: IdentificationId(uuid::Uuid::now_v7()),
        person: look.person.clone(),
        case,
        how: look.how.clone(),
        strength: method.strength,
        operator: look.operator.clone(),
        station: look.station.clone(),
        at: now,
    };
    identification::insert(tx, &check).await?;
    Ok(None)
}
