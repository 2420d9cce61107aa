//! The station's side of [`AppDesk`].

use std::time::Duration;

use jiff::Timestamp;

use super::{Face, StationDesk};
use crate::domain::factor::{SealedSecret, SealingKey};
use crate::domain::{EntryId, FactorId, PersonId, VisitId};
use crate::seal::{For, seal};
use crate::totp::{TotpSecret, wipe_stack};
use crate::wire::{
    Acceptance, CodeReply, CodeRequest, FactorReceipt, PersonDetail, Said, TokenAssignment,
};
use crate::workflow::app::AppDesk;
use crate::workflow::dialogue::{Answer, Event, Question};
use crate::workflow::{Errand, Stop};

impl<F: Face + Sync + 'static> AppDesk for StationDesk<F> {
    fn seal(
        &mut self,
        key: &SealingKey,
        secret: &TotpSecret,
        (factor, owner): (FactorId, &str),
    ) -> Result<SealedSecret, Stop> {
        let sealed = seal(key, secret.as_bytes(), For { factor, owner });
        wipe_stack();
        sealed.map_err(|e| Stop::RegistryRefused {
            code: crate::wire::code::SEAL_BROKEN.to_owned(),
            detail: e.to_string(),
        })
    }

    async fn examine(
        &mut self,
        person: &PersonId,
        request: CodeRequest,
    ) -> Result<CodeReply, Stop> {
        self.cleared().await?;
        self.unless_cancelled(self.station.examine_code(person, &request))
            .await
    }

    async fn assign(
        &mut self,
        entry: EntryId,
        person: &PersonId,
        assignment: TokenAssignment,
    ) -> Result<FactorReceipt, Stop> {
        self.cleared().await?;
        // Not cut short by a cancel: what the registry did must be known.
        self.station.assign_token(entry, person, &assignment).await
    }

    async fn accept(
        &mut self,
        person: &PersonId,
        visit: VisitId,
        acceptance: Acceptance,
    ) -> Result<PersonDetail, Stop> {
        self.cleared().await?;
        // Not cut short by a cancel: what the registry did must be known.
        self.station.accept(person, visit, &acceptance).await
    }

    async fn close_visit(
        &mut self,
        person: &PersonId,
        visit: VisitId,
        said: Said,
    ) -> Result<(), Stop> {
        // Nor is this.
        self.station.close_visit(person, visit, said).await
    }

    fn unanswered(&mut self, person: &PersonId) -> Result<Vec<Errand>, Stop> {
        self.station.unanswered(person)
    }

    fn answered(&mut self, person: &PersonId, asked: &Errand) -> Result<(), Stop> {
        self.station.forget(person, asked)
    }

    fn clock_fast_s(&self) -> Option<i64> {
        self.station.clock_fast_s()
    }

    async fn ask_until(
        &mut self,
        question: Question,
        until: Timestamp,
    ) -> Result<Option<Answer>, Stop> {
        let left = until.duration_since(Timestamp::now());
        let left = Duration::try_from(left).unwrap_or_default();
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stop::Cancelled),
            () = tokio::time::sleep(left) => {
                self.face.tell(Event::Withdrawn);
                Ok(None)
            }
            answer = self.face.ask(question) => answer.map(Some),
        }
    }
}
