//! Calls about visits.

use super::{Client, RegistryError, decode, once};
use crate::domain::{EntryId, PersonId, VisitId};
use crate::wire::{Acceptance, PersonDetail, Session, Visit, VisitClose, VisitPass, VisitRequest};

impl Client {
    /// `POST /v1/people/{id}/visits`: somebody is at the desk. Safe to repeat: an open visit goes on.
    pub async fn open_visit(
        &self,
        session: &Session,
        person: &PersonId,
        request: &VisitRequest,
    ) -> Result<Visit, RegistryError> {
        let path = ["people", person.as_str(), "visits"];
        self.post(&path, Some(session), once(), request).await
    }

    /// `POST /v1/visits/{id}/acceptance`: the person takes what waits for them. Safe to repeat with the same `entry`.
    pub async fn accept(
        &self,
        session: &Session,
        (visit, entry): (VisitId, EntryId),
        acceptance: &Acceptance,
    ) -> Result<PersonDetail, RegistryError> {
        let path = ["visits", &visit.to_string(), "acceptance"];
        self.post(&path, Some(session), Some(entry), acceptance)
            .await
    }

    /// `POST /v1/visits/{id}/close`: the person goes.
    pub async fn close_visit(
        &self,
        session: &Session,
        visit: VisitId,
        close: &VisitClose,
    ) -> Result<(), RegistryError> {
        let path = ["visits", &visit.to_string(), "close"];
        let (head, body) = self.sent(&path, &[], Some(session), None, close).await?;
        decode::nothing(&head, &body)
    }

    /// `POST /v1/visits/{id}/pass`: another operator goes on with it.
    pub async fn pass_visit(
        &self,
        session: &Session,
        visit: VisitId,
        pass: &VisitPass,
    ) -> Result<Visit, RegistryError> {
        let path = ["visits", &visit.to_string(), "pass"];
        self.post(&path, Some(session), None, pass).await
    }
}
