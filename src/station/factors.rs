//! What apps and tokens need of the shell: the registry's word on codes, and the files of hardware tokens.

use super::Station;
use crate::domain::authority::Action;
use crate::domain::reason::Unmet;
use crate::domain::{EntryId, FactorId, PersonId};
use crate::record::Change;
use crate::seal::{For, seal};
use crate::totp::tokens::Token;
use crate::wire::{
    CodeReply, CodeRequest, FactorReceipt, SealedToken, TokenAssignment, TokenImport, VERSION,
};
use crate::workflow::Stop;

/// Most tokens in one journal record (wire, `TokenImport::tokens`).
const LOT: usize = 200;

impl Station {
    /// What a code is, or two in a row.
    pub(super) async fn examine_code(
        &self,
        person: &PersonId,
        request: &CodeRequest,
    ) -> Result<CodeReply, Stop> {
        let session = self.session()?;
        let client = self.registry()?;
        let reply = client.examine_code(&session, person, request).await;
        self.heard_in(&session, reply)
    }

    /// Makes a token of the stock a person's. [`Stop::Unanswered`]: whether it did is not known.
    pub(super) async fn assign_token(
        &self,
        entry: EntryId,
        person: &PersonId,
        assignment: &TokenAssignment,
    ) -> Result<FactorReceipt, Stop> {
        let session = self.session()?;
        let client = self.registry()?;
        let ask = async |_| {
            client
                .assign_token(&session, entry, person, assignment)
                .await
        };
        self.surely(&session, ask).await
    }

    /// By how many seconds this machine's clock is fast against the registry's; `None` where that was never heard.
    pub(super) fn clock_fast_s(&self) -> Option<i64> {
        let ahead = self.registry().ok()?.clock().ahead()?;
        Some(ahead.as_secs().saturating_neg())
    }

    /// Seals the seeds of hardware tokens and writes them down, sealed, for the registry's stock. Nothing is written where one of
    /// them can't be sealed. How many lots wait in the outbox.
    pub async fn import_tokens(&self, tokens: Vec<Token>) -> Result<Vec<EntryId>, Stop> {
        let operator = self.operator().ok_or(Stop::SignedOut)?;
        operator.role.may(Action::ImportTokens)?;
        self.room()?;
        let session = self.session()?;
        let key = self.heard_in(&session, self.registry()?.sealing_key(&session).await)?;
        let mut sealed = Vec::with_capacity(tokens.len());
        for token in tokens {
            let factor = FactorId(uuid::Uuid::now_v7());
            let to = For {
                factor,
                owner: &token.serial,
            };
            let secret = seal(&key, token.secret.as_bytes(), to);
            sealed.push(SealedToken {
                factor,
                sealed: secret.map_err(|_| Stop::Unmet(Unmet::NotSealed))?,
                serial: token.serial,
                manufacturer: token.manufacturer,
                settings: token.settings,
            });
        }
        let mut entries = Vec::new();
        for lot in sealed.chunks(LOT) {
            let entry = EntryId(uuid::Uuid::now_v7());
            let push = TokenImport {
                version: VERSION,
                tokens: lot.to_vec(),
                operator: operator.id.clone(),
                imported_at: self.registry_now(),
            };
            self.commit(Change::TokensImported {
                entry,
                push: Box::new(push),
            })?;
            entries.push(entry);
        }
        Ok(entries)
    }
}
