//! The people in front of a face.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::StationDesk;
use crate::domain::{KeyFacts, Pin};
use crate::workflow::dialogue::{Answer, Event, Question};
use crate::workflow::{People, Stop};

#[async_trait(?Send)]
impl People for StationDesk {
    fn tell(&self, event: Event) {
        self.face.tell(event);
    }

    fn heed_no_cancel(&self) {
        self.is_over.set(true);
    }

    async fn ask(&mut self, question: Question) -> Result<Answer, Stop> {
        let cancel = self.cancel();
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Stop::Cancelled),
            answer = self.face.ask(question) => answer,
        }
    }

    async fn ask_or_bay_change(
        &mut self,
        question: Question,
        seen: &[KeyFacts],
    ) -> Result<Option<Answer>, Stop> {
        let cancel = self.cancel();
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Stop::Cancelled),
            () = self.station.slots.differ(seen) => {
                self.face.tell(Event::Withdrawn);
                Ok(None)
            }
            answer = self.face.ask(question) => answer.map(Some),
        }
    }

    async fn ask_until(
        &mut self,
        question: Question,
        until: Timestamp,
    ) -> Result<Option<Answer>, Stop> {
        let left = until.duration_since(Timestamp::now());
        let left = Duration::try_from(left).unwrap_or_default();
        let cancel = self.cancel();
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Stop::Cancelled),
            () = tokio::time::sleep(left) => {
                self.face.tell(Event::Withdrawn);
                Ok(None)
            }
            answer = self.face.ask(question) => answer.map(Some),
        }
    }

    async fn hand_over(&mut self, key: &KeyFacts, pin: &Pin) -> Result<(), Stop> {
        self.cleared().await?;
        self.unless_cancelled(self.face.hand_over(key, pin.duplicate()))
            .await
    }
}
