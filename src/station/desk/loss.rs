//! The station's side of [`LossDesk`].

use super::{Face, StationDesk};
use crate::domain::suspension::FactorRef;
use crate::domain::{EntryId, PersonId};
use crate::wire::{Lift, LiftOffer, LiftReply, PersonDetail};
use crate::workflow::Stop;
use crate::workflow::loss::LossDesk;

impl<F: Face + Sync + 'static> LossDesk for StationDesk<F> {
    async fn kept(&mut self, person: &PersonId) -> Result<Option<PersonDetail>, Stop> {
        self.station.kept(person)
    }

    async fn lift_offer(
        &mut self,
        person: &PersonId,
        factor: &FactorRef,
    ) -> Result<LiftOffer, Stop> {
        self.unless_cancelled(self.station.lift_offer(person, factor))
            .await
    }

    async fn lift(&mut self, entry: EntryId, lift: Lift) -> Result<LiftReply, Stop> {
        self.cleared().await?;
        // Not cut short by a cancel: what the registry did must be known.
        self.station.lift(entry, &lift).await
    }
}
