//! From what is wished to a plan that can be begun.
//!
//! Invariant: nothing is planned for anybody who is not known, so that no key is touched for a line that means nobody.

use super::{BatchError, Plan};
use crate::domain::people_list::PeopleList;
use crate::domain::profile::Profile;
use crate::domain::{BatchId, Identification};
use crate::station::Station;
use crate::station::people::ListFault;
use crate::workflow::Stop;

/// A batch as it is wished.
pub struct Wish {
    /// What is done to each key.
    pub profile: Profile,
    /// For whom, where the profile enrols.
    pub people: Option<PeopleList>,
    /// How those were identified of whom the list does not say it.
    pub identification: Option<Identification>,
    /// So many keys.
    pub keys: Option<u32>,
}

impl Station {
    /// A plan by whoever is signed in. Everybody on the list is looked up at the registry or, while it is out of reach, in
    /// the tickets.
    ///
    /// # Errors
    /// [`BatchError`]; nothing was done.
    pub async fn plan_batch(&self, wish: Wish) -> Result<Plan, BatchError> {
        let operator = self.operator().ok_or(Stop::SignedOut)?;
        let people = wish.people.unwrap_or_default();
        let plan = Plan {
            id: BatchId(uuid::Uuid::now_v7()),
            profile: wish.profile,
            people: people.listed().cloned().collect(),
            identification: wish.identification,
            keys: wish.keys,
            operator: operator.id,
            begun_at: jiff::Timestamp::now(),
        };
        plan.check(operator.role)?;
        match self.look_up(&people).await {
            Err(ListFault::Stop(Stop::Unreachable(_))) => self.look_up_tickets(&people)?,
            known => known?,
        }
        Ok(plan)
    }
}
