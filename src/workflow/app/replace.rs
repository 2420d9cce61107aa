//! A new phone: enrols an app in the place of another factor, which the registry removes by the same act.
//!
//! Invariant: until the new app's code was right, the old one stays what it is.

use super::super::dialogue::{AppJob, Ending, Purpose};
use super::super::visit::{Visit, identified, open, own_proof};
use super::enrol::provision;
use super::{Desk, Stop, app_part, begin, chosen};
use crate::domain::authority::Action;
use crate::domain::factor::Replacement;
use crate::domain::{FactorId, PersonId};
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
    own_proof(desk, &operator, &detail, &opened).await?;
    let offer = desk.offer(who, Some(opened.id)).await?;
    app_part(&offer)?;
    let visit = Visit {
        operator,
        offer,
        fresh: true,
        identification,
    };
    let replaces = Replacement { factor: factor.id };
    provision(desk, &visit, Some(replaces)).await
}
