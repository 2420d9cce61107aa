//! What follows when a factor becomes somebody's, and when it ends otherwise than by a suspension: the one place for both.
//!
//! Invariants: whoever's it is hears of it, by a way that is not the factor's own; what was proved or decided by what they had is
//! asked anew; what goes by a desk's hand is on record under whoever did it, and counted.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::database::Write;
use super::exceptions;
use super::notices::{self, Besides, Kind};
use super::problem::{Answer, Refusal};
use super::suspensions;
use super::tables::standing::{self, Deeded, Standing};
use super::tables::station;
use super::visits::{self, Within};
use super::{older_factors, takings};
use crate::domain::authority::Action;
use crate::domain::exception::ExceptionEnd;
pub use crate::domain::notice::EndedWhy as Why;
use crate::domain::suspension::{FactorRef, FactorSort};
use crate::domain::{OperatorId, Person, PersonId, StationId, VisitId};
use crate::server::tables::audit;
use crate::server::tables::person;
use crate::wire::problem_code;

/// A factor that has just become somebody's.
pub struct Added<'a> {
    pub station: &'a StationId,
    pub person: &'a PersonId,
    pub factor: &'a FactorRef,
    pub visit: Option<VisitId>,
    pub arrived: Arrived,
}

/// How a factor became somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// It opens their account from now on.
    Valid,
    /// It opens nothing before its owner takes it.
    Waiting,
    /// It had waited, and its owner took it.
    Taken,
    /// It is lent, until then.
    Lent(Timestamp),
}

impl Arrived {
    /// Of a loan: its end.
    pub fn lent_until(self) -> Option<Timestamp> {
        match self {
            Self::Lent(until) => Some(until),
            Self::Valid | Self::Waiting | Self::Taken => None,
        }
    }
}

/// Factors that have just ended.
pub struct Ended<'a> {
    pub station: &'a StationId,
    /// By whose hand.
    pub operator: &'a OperatorId,
    pub why: Why,
    /// When, as the station told it.
    pub at: Timestamp,
    pub within: Within<'a>,
}

/// What a notice says.
#[derive(Serialize)]
struct Told<'a> {
    sort: FactorSort,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<&'a str>,
    station: Where<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Why>,
}

/// A station, as people know it.
#[derive(Serialize)]
struct Where<'a> {
    id: &'a StationId,
    name: String,
}

/// To be called whenever one arrives, and again when one that waited is taken, in the same transaction.
pub async fn added(tx: &mut Write, added: &Added<'_>, now: Timestamp) -> Answer<()> {
    if added.arrived.lent_until().is_some() {
        // Whoever is to hear of a loan was told of it as such. It takes the place of nothing.
        return visits::changed(tx, added.person, Within::Visit(added.visit), now).await;
    }
    let standing = suspensions::standing(tx, added.person, added.factor).await?;
    let told = Told {
        waiting: Some(added.arrived == Arrived::Waiting),
        ..told(&standing, place(tx, added.station).await?)
    };
    let owner = owner(tx, added.person).await?;
    let kind = match added.arrived {
        Arrived::Valid | Arrived::Waiting | Arrived::Lent(_) => Kind::Added,
        Arrived::Taken => Kind::Accepted,
    };
    notices::tell(tx, kind, (&owner, Besides::Peers), &told, now).await?;
    if added.arrived == Arrived::Waiting {
        // What waits changes nothing that anybody could rely on.
        return Ok(());
    }
    suspensions::replaced(tx, added.person, added.factor.sort(), now).await?;
    let how = match added.arrived {
        Arrived::Taken => ExceptionEnd::Accepted,
        Arrived::Valid | Arrived::Waiting | Arrived::Lent(_) => ExceptionEnd::Enrolled,
    };
    exceptions::ended_by_factor(tx, added.person, (how, added.visit), now).await?;
    visits::changed(tx, added.person, Within::Visit(added.visit), now).await?;
    older_factors::watch(tx, added.station, added.person, now).await
}

/// To be called wherever some end, once they have, in the same transaction.
pub async fn ended(
    tx: &mut Write,
    end: &Ended<'_>,
    factors: &[(PersonId, FactorRef)],
    now: Timestamp,
) -> Answer<()> {
    let besides = match end.why.is_by_the_desk() {
        true => Besides::Administrators,
        false => Besides::Peers,
    };
    for (person, factor) in factors {
        let standing = suspensions::standing(tx, person, factor).await?;
        let by = Deeded {
            station: end.station,
            operator: end.operator,
            at: end.at,
            now,
        };
        standing::insert_end(tx, &standing, end.why.as_str(), &by).await?;
        let told = Told {
            why: Some(end.why),
            ..told(&standing, place(tx, end.station).await?)
        };
        let owner = owner(tx, person).await?;
        notices::tell(tx, Kind::Ended, (&owner, besides), &told, now).await?;
        // The key is as it is by then: what is left is to look at it.
        if end.why.is_by_the_desk()
            && visits::holds(tx, Action::Receive, end.operator, &owner)
                .await
                .is_err()
        {
            let detail = format!(
                "{factor} of {person} ended ({}), by operator {}",
                end.why.as_str(),
                end.operator
            );
            audit::alarm(tx, end.station, problem_code::VISIT_OWN, &detail, now).await?;
        }
    }
    let people: BTreeSet<&PersonId> = factors.iter().map(|(person, _)| person).collect();
    for person in &people {
        visits::changed(tx, person, end.within, now).await?;
        if end.why != Why::Replaced {
            older_factors::watch(tx, end.station, person, now).await?;
        }
    }
    if let (Some(person), true) = (people.first(), end.why.is_by_the_desk()) {
        let newest = match people.len() {
            1 => format!("of {person} ({})", end.why.as_str()),
            many => format!("of {many} people at once ({})", end.why.as_str()),
        };
        let by = (end.station, end.operator);
        takings::count(tx, by, end.at, &newest, now).await?;
    }
    Ok(())
}

fn told<'a>(standing: &'a Standing, station: Where<'a>) -> Told<'a> {
    Told {
        sort: standing.factor.sort(),
        name: &standing.name,
        serial: standing.serial.as_deref(),
        station,
        waiting: None,
        why: None,
    }
}

async fn owner(tx: &mut Write, id: &PersonId) -> Answer<Person> {
    let person = person::by_id(tx, id).await?;
    person.ok_or_else(|| Refusal::internal(format!("a factor of nobody's: {id}")))
}

async fn place<'a>(tx: &mut Write, id: &'a StationId) -> Answer<Where<'a>> {
    let name = station::name(tx, id).await?;
    Ok(Where { id, name })
}
