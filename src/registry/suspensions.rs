//! Calls about factors that are suspended.

use super::{Client, RegistryError};
use crate::domain::EntryId;
use crate::wire::{Lift, LiftOffer, LiftReply, LiftRequest, Session};

impl Client {
    /// `POST /v1/suspensions/lift/options`: what must be shown so that a suspension is lifted. Refused where it is not lifted any
    /// more.
    pub async fn lift_offer(
        &self,
        session: &Session,
        request: &LiftRequest,
    ) -> Result<LiftOffer, RegistryError> {
        let path = ["suspensions", "lift", "options"];
        let offer: LiftOffer = self.post(&path, Some(session), None, request).await?;
        offer.check()?;
        if let Some(request) = &offer.request {
            self.check_pinned(&request.rp_id)?;
        }
        Ok(offer)
    }

    /// `POST /v1/suspensions/lift`. With an assertion it is safe to repeat with the same `entry`; each code counts.
    pub async fn lift(
        &self,
        session: &Session,
        entry: EntryId,
        lift: &Lift,
    ) -> Result<LiftReply, RegistryError> {
        let path = ["suspensions", "lift"];
        self.post(&path, Some(session), Some(entry), lift).await
    }
}
