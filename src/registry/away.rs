//! Calls about the reset of accounts of people who are not at a desk.

use super::{Client, RegistryError, once};
use crate::domain::identification::AwayCheck;
use crate::domain::{AccountResetId, EntryId};
use crate::wire::{
    ActToSign, AwayAsk, AwayBegin, AwayBegun, AwayIdentified, ResetExcept, ResetExcepted, Session,
};

impl Client {
    /// `POST /v1/account-resets/away`: may it be asked for, and how is the person identified? Beginning twice does no harm; what would
    /// be kept for a repeated call has their telephone numbers.
    pub async fn begin_away(
        &self,
        session: &Session,
        begin: &AwayBegin,
    ) -> Result<AwayBegun, RegistryError> {
        let path = ["account-resets", "away"];
        self.post(&path, Some(session), None, begin).await
    }

    /// `POST /v1/account-resets/{id}/identifications`: they were identified in one way.
    pub async fn identify_away(
        &self,
        session: &Session,
        reset: AccountResetId,
        identified: &AwayIdentified,
    ) -> Result<AwayCheck, RegistryError> {
        let path = ["account-resets", &reset.to_string(), "identifications"];
        self.post(&path, Some(session), once(), identified).await
    }

    /// `POST /v1/account-resets/{id}/ask`: an agent is about to ask.
    pub async fn ask_away(
        &self,
        session: &Session,
        reset: AccountResetId,
        ask: &AwayAsk,
    ) -> Result<ActToSign, RegistryError> {
        let path = ["account-resets", &reset.to_string(), "ask"];
        self.post(&path, Some(session), once(), ask).await
    }

    /// `POST /v1/account-resets/{id}/exception`: it is carried out. Safe to repeat with the same `entry`.
    pub async fn except_reset(
        &self,
        session: &Session,
        (reset, entry): (AccountResetId, EntryId),
        except: &ResetExcept,
    ) -> Result<ResetExcepted, RegistryError> {
        let path = ["account-resets", &reset.to_string(), "exception"];
        self.post(&path, Some(session), Some(entry), except).await
    }
}
