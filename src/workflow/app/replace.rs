//! A new phone: enrols an app in the place of another factor, which the registry removes by the same act.
//!
//! Invariant: until the new app's code was right, the old one stays what it is.

use jiff::SignedDuration;

use super::super::dialogue::{AppJob, Ending, Purpose};
use super::super::visit::{Visit, identify};
use super::enrol::{Replaces, provision};
use super::prove::prove;
use super::{AppDesk, Stop, app_part, begin, chosen};
use crate::domain::authority::Action;
use crate::domain::factor::Replacement;
use crate::domain::{FactorId, PersonId};
use crate::workflow::conclude;

/// How long a proof is good for at the registry for a replacement (an hour, so that a stop may lie between), less what it may take to
/// send.
const PROOF: SignedDuration = SignedDuration::from_mins(58);

/// Replaces an app by another one; `factor`: which, if that was chosen already.
pub async fn replace_app<D: AppDesk>(
    desk: &mut D,
    who: &PersonId,
    factor: Option<FactorId>,
) -> Result<Ending, Stop> {
    let result = replace(desk, who, factor).await;
    conclude(desk, result)
}

async fn replace<D: AppDesk>(
    desk: &mut D,
    who: &PersonId,
    factor: Option<FactorId>,
) -> Result<Ending, Stop> {
    let (operator, detail) = begin(desk, AppJob::Replace, Action::Enrol, who).await?;
    let factor = chosen(desk, &detail, factor, Purpose::Replace).await?;
    let identification = identify(desk, &detail.person).await?;
    operator.role.may(identification.action())?;
    let proof = prove(desk, &operator, &detail, &identification).await?;
    let now = desk.registry_now();
    let until = now.saturating_add(PROOF).unwrap_or(now);
    let offered = desk.app_offer(who, false).await?;
    app_part(&offered.offer)?;
    let visit = Visit {
        operator,
        offer: offered.offer,
        fresh: offered.fresh,
        identification,
    };
    let replaces = Replaces {
        replacement: Replacement {
            factor: factor.id,
            proof,
        },
        until,
    };
    provision(desk, &visit, Some(replaces)).await
}
