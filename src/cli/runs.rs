//! Runs at a station that the command line begins: their face, their desk, and how they end.

use std::sync::Arc;

use super::answers::Orders;
use super::choice::KeyChoice;
use super::face::HeadlessFace;
use super::outcome::outcome_of;
use super::output::{Outcome, Output};
use super::secret::Lines;
use crate::domain::Identification;
use crate::station::Station;
use crate::station::desk::StationDesk;
use crate::station::stopper::Stopper;
use crate::workflow::{self, Order};

/// The commands that work with a key: the stopper ends them through their desk, so that they can say what they leave.
pub(super) struct Runs<'a> {
    pub(super) station: &'a Arc<Station>,
    pub(super) output: &'a Arc<Output>,
    pub(super) stopper: &'a Stopper,
}

impl Runs<'_> {
    /// A face that answers from the arguments alone.
    pub(super) fn face(
        &self,
        choice: &KeyChoice,
        identification: Option<Identification>,
        code: Option<&Lines>,
    ) -> Arc<HeadlessFace> {
        let face = HeadlessFace::new(
            Arc::clone(self.output),
            choice.clone(),
            identification,
            code,
            self.stopper.clone(),
        );
        Arc::new(face.looking_at(self.station))
    }

    /// A face that knows beforehand what is wanted done to a key.
    pub(super) fn ordered_face(&self, choice: &KeyChoice, orders: Orders) -> Arc<HeadlessFace> {
        self.identified_face(choice, None, orders)
    }

    /// The same, for a person who was identified.
    pub(super) fn identified_face(
        &self,
        choice: &KeyChoice,
        identification: Option<Identification>,
        orders: Orders,
    ) -> Arc<HeadlessFace> {
        let face = HeadlessFace::new(
            Arc::clone(self.output),
            choice.clone(),
            identification,
            None,
            self.stopper.clone(),
        );
        Arc::new(face.ordered(orders).looking_at(self.station))
    }

    /// The desk at which this face stands.
    pub(super) fn desk(&self, face: &Arc<HeadlessFace>) -> StationDesk {
        StationDesk::new(
            Arc::clone(self.station),
            Arc::clone(face),
            self.stopper.cancel(),
        )
    }

    /// Carries out an order, and says what came of it.
    pub(super) async fn carry_out(&self, face: &Arc<HeadlessFace>, order: Order) -> Outcome {
        match workflow::run(&mut self.desk(face), order).await {
            Ok(ending) => outcome_of(&ending),
            Err(stop) => face.outcome_of_stop(stop),
        }
    }
}
