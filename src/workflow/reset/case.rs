//! What is asked before somebody loses an enrolment: the case, and the one confirmation. The same for a reset and for the
//! deletion of one credential.
//!
//! Invariant: nothing is confirmed but by typing whom it is about.

use super::super::dialogue::{Answer, LostBy, Note, Question, Step};
use super::super::steps::end_step;
use super::super::{Desk, Stop};
use crate::domain::KeyFacts;
use crate::domain::reason::Refusal;
use crate::domain::reset::{Losses, ResetCase};

/// What the questions are about.
pub(in crate::workflow) struct Asked<'a> {
    pub(in crate::workflow) key: &'a KeyFacts,
    pub(in crate::workflow) losses: &'a Losses,
    pub(in crate::workflow) by: LostBy,
}

impl Asked<'_> {
    /// Asks for what is missing of the case: who handed in the key, who asked, why. Of a spare nothing need be said.
    pub(in crate::workflow) async fn settle_case(
        &self,
        desk: &mut dyn Desk,
        mut case: ResetCase,
    ) -> Result<ResetCase, Stop> {
        let Some(person) = self.losses.people().first().map(|person| (*person).clone()) else {
            case.check(false).map_err(|fault| Refusal::Case { fault })?;
            return Ok(case);
        };
        while case.identification.is_none() {
            let question = Question::Identify {
                person: person.clone(),
                methods: desk.methods(),
            };
            if let Answer::Identified(found) = desk.ask(question).await? {
                case.identification = Some(found);
            }
        }
        let mut wrong = false;
        while case.check(true).is_err() {
            let question = Question::ResetCase {
                key: self.key.clone(),
                losses: self.losses.clone(),
                case: case.clone(),
                by: self.by,
                wrong,
            };
            if let Answer::Case(given) = desk.ask(question).await? {
                case = ResetCase {
                    identification: case.identification,
                    ..given
                };
                wrong = true;
            }
        }
        Ok(case)
    }

    /// Waits until the word was typed.
    pub(in crate::workflow) async fn confirm(&self, desk: &mut dyn Desk) -> Result<(), Stop> {
        let mut wrong = false;
        loop {
            let question = Question::ConfirmReset {
                key: self.key.clone(),
                losses: self.losses.clone(),
                word: self.losses.word(self.key),
                by: self.by,
                wrong,
            };
            if let Answer::Typed(typed) = desk.ask(question).await? {
                if self.losses.is_confirmed_by(&typed, self.key) {
                    break;
                }
                wrong = true;
            }
        }
        end_step(desk, Step::Confirm, Note::None);
        Ok(())
    }
}
