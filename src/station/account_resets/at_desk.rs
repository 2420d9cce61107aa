//! What one of the people does about a reset who is at the desk.

use super::checked;
use crate::domain::act::Deed;
use crate::domain::{AccountResetId, EntryId, PersonId, VisitId};
use crate::station::Station;
use crate::wire::{AccountReset, ActToSign, PreparedSign, ResetObjection, VERSION};
use crate::workflow::Stop;

impl Station {
    /// What an administrator who is at the desk would sign to ask for what was prepared.
    pub async fn sign_prepared(
        &self,
        (administrator, visit): (&PersonId, VisitId),
        reset: AccountResetId,
    ) -> Result<ActToSign, Stop> {
        let session = self.session()?;
        let ask = PreparedSign {
            version: VERSION,
            visit,
        };
        let answer = self.registry()?.sign_prepared(&session, reset, &ask).await;
        let to_sign = self.heard_in(&session, answer)?;
        checked(to_sign, administrator.as_str(), |act| match &act.deed {
            Deed::AskReset { terms } => terms.reset == reset,
            Deed::ReleaseReset { .. }
            | Deed::VouchReset { .. }
            | Deed::Vouch { .. }
            | Deed::Lend { .. }
            | Deed::ChangeOwn { .. } => false,
        })
    }

    /// Whoever is in that visit objects.
    pub async fn object_reset(
        &self,
        reset: AccountResetId,
        visit: VisitId,
    ) -> Result<AccountReset, Stop> {
        let session = self.session()?;
        let client = self.registry()?;
        let entry = EntryId(uuid::Uuid::now_v7());
        let objection = ResetObjection {
            version: VERSION,
            visit,
        };
        let about = (reset, entry);
        let ask = async |_| client.object_reset(&session, about, &objection).await;
        self.surely(&session, ask).await
    }
}
