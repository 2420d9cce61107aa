//! The same for people who are not at a desk.

use super::checked;
use crate::domain::account_reset::ResetWish;
use crate::domain::act::Deed;
use crate::domain::identification::{AwayCheck, AwaySaid};
use crate::domain::{AccountResetId, EntryId, PersonId};
use crate::station::Station;
use crate::wire::{
    ActToSign, AwayAsk, AwayBegin, AwayBegun, AwayIdentified, ResetExcept, ResetExcepted, VERSION,
};
use crate::workflow::Stop;

impl Station {
    /// May whoever is signed in ask for the reset of that person's account, and how can they be identified?
    pub async fn begin_away(&self, person: &PersonId) -> Result<AwayBegun, Stop> {
        let session = self.session()?;
        let begin = AwayBegin {
            version: VERSION,
            person: person.clone(),
        };
        let answer = self.registry()?.begin_away(&session, &begin).await;
        self.heard_in(&session, answer)
    }

    /// They were identified in one way, for that reset.
    pub async fn identify_away(
        &self,
        (reset, person): (AccountResetId, &PersonId),
        how: &AwaySaid,
    ) -> Result<AwayCheck, Stop> {
        let session = self.session()?;
        let identified = AwayIdentified {
            version: VERSION,
            person: person.clone(),
            how: how.clone(),
        };
        let client = self.registry()?;
        let answer = client.identify_away(&session, reset, &identified).await;
        self.heard_in(&session, answer)
    }

    /// What whoever is signed in would sign to ask for it.
    pub async fn ask_away(
        &self,
        (reset, person): (AccountResetId, &PersonId),
        wish: &ResetWish,
    ) -> Result<ActToSign, Stop> {
        let session = self.session()?;
        let ask = AwayAsk {
            version: VERSION,
            person: person.clone(),
            reason: wish.reason,
            remark: wish.remark.clone(),
            ticket: wish.ticket.clone(),
        };
        let answer = self.registry()?.ask_away(&session, reset, &ask).await;
        let to_sign = self.heard_in(&session, answer)?;
        checked(to_sign, session.operator.id.as_str(), |act| {
            match &act.deed {
                Deed::AskReset { terms } => {
                    terms.reset == reset
                        && terms.person.id == person.as_str()
                        && terms.away.is_some()
                        && terms.identified.is_none()
                        && terms.reason == wish.reason
                        && terms.remark == wish.remark
                        && terms.ticket == wish.ticket
                }
                Deed::ReleaseReset { .. }
                | Deed::VouchReset { .. }
                | Deed::Vouch { .. }
                | Deed::Lend { .. }
                | Deed::ChangeOwn { .. } => false,
            }
        })
    }

    /// Deletes all that opens the account; the person can get a factor at a desk for so many working days.
    pub async fn except_reset(
        &self,
        reset: AccountResetId,
        days: u8,
    ) -> Result<ResetExcepted, Stop> {
        let session = self.session()?;
        let client = self.registry()?;
        let entry = EntryId(uuid::Uuid::now_v7());
        let except = ResetExcept {
            version: VERSION,
            days,
        };
        let ask = async |_| client.except_reset(&session, (reset, entry), &except).await;
        self.surely(&session, ask).await
    }
}
