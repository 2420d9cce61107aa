//! A new phone, and the old one works: the old app proves the person, the new one is enrolled and tested, and the registry ends
//! the old one in the act in which it takes the new one.
//!
//! Invariant: until the registry has taken the new app, the old one stays what it is; whatever stops the run before leaves both
//! phones as they are, and says so.

use super::super::dialogue::{AppJob, Ending, Purpose, Replaced};
use super::super::visit::{Visit, identified, open, own_proof};
use super::enrol::provision;
use super::{Desk, Stop, app_part, begin, chosen};
use crate::domain::authority::Action;
use crate::domain::{FactorId, PersonId};
use crate::wire::Factor;
use crate::workflow::conclude;

/// Replaces an app by another one; `factor`: which, if that was chosen already.
pub async fn replace_app(
    desk: &mut dyn Desk,
    who: &PersonId,
    factor: Option<FactorId>,
) -> Result<Ending, Stop> {
    let result = replace(desk, who, factor).await;
    conclude(desk, result)
}

async fn replace(
    desk: &mut dyn Desk,
    who: &PersonId,
    factor: Option<FactorId>,
) -> Result<Ending, Stop> {
    let (operator, detail) = begin(desk, AppJob::Replace, Action::EnrolApp, who).await?;
    let factor = chosen(desk, &detail, factor, Purpose::Replace).await?;
    let identification = identified(desk, &operator, &detail).await?;
    let opened = open(desk, &detail, &identification).await?;
    own_proof(desk, &operator, &detail, (&opened, Some(factor.id))).await?;
    let offer = desk.offer(who, Some(opened.id)).await?;
    app_part(&offer)?;
    let visit = Visit {
        operator,
        offer,
        fresh: true,
        identification,
    };
    provision(desk, &visit, Some(replaced(&factor))).await
}

/// What a new app takes the place of, as it is told at the end.
pub(super) fn replaced(factor: &Factor) -> Replaced {
    Replaced {
        factor: factor.id,
        name: factor.name.clone(),
    }
}
