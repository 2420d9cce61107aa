//! The ports of losses at a desk that fails, or stops the world, at one chosen call.

use keydesk::domain::suspension::FactorRef;
use keydesk::domain::{EntryId, PersonId};
use keydesk::wire::{Lift, LiftOffer, LiftReply, PersonDetail};
use keydesk::workflow::Stop;
use keydesk::workflow::loss::LossDesk;

use crate::faulty_desk::{FaultyDesk, Mishap, call, registry_fault, stop_the_world, store_fault};

impl<D: LossDesk> LossDesk for FaultyDesk<D> {
    async fn kept(&mut self, person: &PersonId) -> Result<Option<PersonDetail>, Stop> {
        call!(self, "kept", store_fault(), self.inner.kept(person))
    }

    async fn lift_offer(
        &mut self,
        person: &PersonId,
        factor: &FactorRef,
    ) -> Result<LiftOffer, Stop> {
        call!(
            self,
            "lift_offer",
            registry_fault(),
            self.inner.lift_offer(person, factor)
        )
    }

    async fn lift(&mut self, entry: EntryId, lift: Lift) -> Result<LiftReply, Stop> {
        call!(self, "lift", registry_fault(), self.inner.lift(entry, lift))
    }
}
