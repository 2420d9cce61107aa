//! Calls about the reset of accounts.

use super::{Client, RegistryError, once};
use crate::domain::{AccountResetId, EntryId};
use crate::wire::{
    AccountReset, AccountResetDetail, AccountResetDone, AccountResets, ActSigned, ActToSign,
    PreparedSign, ReleaseAsk, Releasers, ResetAsk, ResetCarryOut, ResetEnd, ResetObjection,
    Session,
};

impl Client {
    /// `POST /v1/account-resets`: an agent is about to ask.
    pub async fn ask_reset(
        &self,
        session: &Session,
        ask: &ResetAsk,
    ) -> Result<ActToSign, RegistryError> {
        let path = ["account-resets"];
        self.post(&path, Some(session), once(), ask).await
    }

    /// `POST /v1/account-resets/prepared`: a desk writes down what an administrator is to ask for. Safe to repeat with the same `entry`.
    pub async fn prepare_reset(
        &self,
        session: &Session,
        entry: EntryId,
        ask: &ResetAsk,
    ) -> Result<AccountReset, RegistryError> {
        let path = ["account-resets", "prepared"];
        self.post(&path, Some(session), Some(entry), ask).await
    }

    /// `POST /v1/account-resets/{id}/release`: a second agent is about to release.
    pub async fn release_reset(
        &self,
        session: &Session,
        reset: AccountResetId,
        ask: &ReleaseAsk,
    ) -> Result<ActToSign, RegistryError> {
        let path = ["account-resets", &reset.to_string(), "release"];
        self.post(&path, Some(session), once(), ask).await
    }

    /// `POST /v1/account-resets/{id}/sign`: an administrator is about to ask for what was prepared.
    pub async fn sign_prepared(
        &self,
        session: &Session,
        reset: AccountResetId,
        ask: &PreparedSign,
    ) -> Result<ActToSign, RegistryError> {
        let path = ["account-resets", &reset.to_string(), "sign"];
        self.post(&path, Some(session), once(), ask).await
    }

    /// `POST /v1/account-resets/{id}/object`: somebody objects who is at the desk. Safe to repeat with the same `entry`.
    pub async fn object_reset(
        &self,
        session: &Session,
        (reset, entry): (AccountResetId, EntryId),
        objection: &ResetObjection,
    ) -> Result<AccountReset, RegistryError> {
        let path = ["account-resets", &reset.to_string(), "object"];
        self.post(&path, Some(session), Some(entry), objection)
            .await
    }

    /// `GET /v1/account-resets/{id}/releasers`: who may release it.
    pub async fn reset_releasers(
        &self,
        session: &Session,
        reset: AccountResetId,
    ) -> Result<Releasers, RegistryError> {
        let path = ["account-resets", &reset.to_string(), "releasers"];
        self.get(session, &path, &[]).await
    }

    /// `POST /v1/account-resets/signed`: either is signed. Safe to repeat with the same `entry`.
    pub async fn sign_reset(
        &self,
        session: &Session,
        entry: EntryId,
        signed: &ActSigned,
    ) -> Result<AccountReset, RegistryError> {
        let path = ["account-resets", "signed"];
        self.post(&path, Some(session), Some(entry), signed).await
    }

    /// `POST /v1/account-resets/{id}/end`: it is withdrawn or refused. Safe to repeat with the same `entry`.
    pub async fn end_reset(
        &self,
        session: &Session,
        (reset, entry): (AccountResetId, EntryId),
        end: &ResetEnd,
    ) -> Result<AccountReset, RegistryError> {
        let path = ["account-resets", &reset.to_string(), "end"];
        self.post(&path, Some(session), Some(entry), end).await
    }

    /// `POST /v1/account-resets/{id}/carry-out`. Safe to repeat with the same `entry`.
    pub async fn carry_out_reset(
        &self,
        session: &Session,
        (reset, entry): (AccountResetId, EntryId),
        carry_out: &ResetCarryOut,
    ) -> Result<AccountResetDone, RegistryError> {
        let path = ["account-resets", &reset.to_string(), "carry-out"];
        self.post(&path, Some(session), Some(entry), carry_out)
            .await
    }

    /// `GET /v1/account-resets`: the newest, those that wait first.
    pub async fn account_resets(&self, session: &Session) -> Result<AccountResets, RegistryError> {
        self.get(session, &["account-resets"], &[]).await
    }

    /// The same with those that were asked for elsewhere and can be carried out here.
    pub async fn account_resets_everywhere(
        &self,
        session: &Session,
    ) -> Result<AccountResets, RegistryError> {
        let everywhere = [("everywhere", "true")];
        self.get(session, &["account-resets"], &everywhere).await
    }

    /// `GET /v1/account-resets/{id}`, with what bears on it.
    pub async fn account_reset(
        &self,
        session: &Session,
        reset: AccountResetId,
    ) -> Result<AccountResetDetail, RegistryError> {
        let path = ["account-resets", &reset.to_string()];
        self.get(session, &path, &[]).await
    }
}
