//! Calls about keys that are lent.

use super::{Client, RegistryError, once};
use crate::domain::{EntryId, VisitId};
use crate::wire::{LoanAsk, LoanSigned, LoanToSign, Offer, Seconds, Session, Visit};

impl Client {
    /// `GET /v1/visits/{id}/loan/seconds`: who may stand by it.
    pub async fn loan_seconds(
        &self,
        session: &Session,
        visit: VisitId,
    ) -> Result<Seconds, RegistryError> {
        let path = ["visits", &visit.to_string(), "loan", "seconds"];
        self.get(session, &path, &[]).await
    }

    /// `POST /v1/visits/{id}/loan`: somebody is about to stand by it.
    pub async fn ask_loan(
        &self,
        session: &Session,
        visit: VisitId,
        ask: &LoanAsk,
    ) -> Result<LoanToSign, RegistryError> {
        let path = ["visits", &visit.to_string(), "loan"];
        self.post(&path, Some(session), once(), ask).await
    }

    /// `POST /v1/loans/signed`: they signed it. Safe to repeat with the same `entry`.
    pub async fn sign_loan(
        &self,
        session: &Session,
        entry: EntryId,
        signed: &LoanSigned,
    ) -> Result<Visit, RegistryError> {
        let path = ["loans", "signed"];
        self.post(&path, Some(session), Some(entry), signed).await
    }

    /// `POST /v1/visits/{id}/loan/offer`: what the key that is lent must make.
    pub async fn loan_offer(
        &self,
        session: &Session,
        visit: VisitId,
    ) -> Result<Offer, RegistryError> {
        let path = ["visits", &visit.to_string(), "loan", "offer"];
        self.post(&path, Some(session), once(), &()).await
    }
}
