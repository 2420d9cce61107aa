//! Calls about authenticator apps and hardware tokens.

use super::{Client, RegistryError};
use crate::domain::factor::SealingKey;
use crate::domain::{EntryId, PersonId};
use crate::wire::{CodeReply, CodeRequest, FactorReceipt, Session, TokenAssignment, Tokens};

impl Client {
    /// `POST /v1/people/{id}/codes`: what a code is, or two in a row. Not to be repeated by itself: each examination counts, and
    /// a right code is used up. Too many wrong ones: [`RegistryError::Unreachable`] with status 429 and the wait.
    pub async fn examine_code(
        &self,
        session: &Session,
        person: &PersonId,
        request: &CodeRequest,
    ) -> Result<CodeReply, RegistryError> {
        let path = ["people", person.as_str(), "codes"];
        self.post(&path, Some(session), None, request).await
    }

    /// `POST /v1/people/{id}/tokens`: makes a hardware token of the stock a factor of this person. Safe to repeat with the same
    /// `entry`.
    pub async fn assign_token(
        &self,
        session: &Session,
        entry: EntryId,
        person: &PersonId,
        assignment: &TokenAssignment,
    ) -> Result<FactorReceipt, RegistryError> {
        let path = ["people", person.as_str(), "tokens"];
        self.post(&path, Some(session), Some(entry), assignment)
            .await
    }

    /// `GET /v1/tokens`: hardware tokens whose serial begins with that text.
    pub async fn tokens(
        &self,
        session: &Session,
        serial_begins: &str,
    ) -> Result<Tokens, RegistryError> {
        self.get(session, &["tokens"], &[("q", serial_begins)])
            .await
    }

    /// `GET /v1/sealing-key`: where seeds of hardware tokens are sealed to.
    pub async fn sealing_key(&self, session: &Session) -> Result<SealingKey, RegistryError> {
        let key: SealingKey = self.get(session, &["sealing-key"], &[]).await?;
        key.check()?;
        Ok(key)
    }
}
