//! `factor suspend` and `factor resume`: a factor that is lost, and one that turned up.

pub mod args;

use serde_json::json;

use super::choice::KeyChoice;
use super::commands::Runs;
use super::face::Orders;
use super::outcome::standing;
use super::output::{Exit, Outcome, push_word};
use super::totp::answers::AppAnswers;
use crate::domain::Person;
use crate::domain::visit::SuspendedWhy;
use crate::text::{spoken, tr};
use crate::wire::Owned;
use crate::workflow::Order;
use crate::workflow::dialogue::{Answer, LossQuestion, LossResult, PushState};
use crate::workflow::loss::SuspendOrder;
use args::FactorCommand;

/// What the arguments answer to the questions about losses.
#[derive(Default)]
pub struct LossAnswers {
    why: Option<SuspendedWhy>,
    /// The serial number of the key or token that is meant.
    serial: Option<String>,
}

impl LossAnswers {
    /// The answer, or what the arguments leave open, as a stable word and in words.
    pub fn answer(&self, question: &LossQuestion) -> Result<Answer, (&'static str, String)> {
        match question {
            LossQuestion::Choose { owned, .. } => self.choose(owned),
            LossQuestion::Suspend { owned, .. } if !self.is_meant(owned) => {
                Err(("which-factor", tr!(spoken(), "cli-no-such-serial")))
            }
            LossQuestion::Suspend { offered, .. } => match self.why {
                Some(why) if offered.contains(&why) => Ok(Answer::Why(why)),
                _ => {
                    let words: Vec<&str> = offered.iter().map(|why| why.as_str()).collect();
                    let detail = tr!(
                        spoken(),
                        "cli-only-graver",
                        words = words.join(&format!(" {} ", tr!(spoken(), "cli-or")))
                    );
                    Err(("not-graver", detail))
                }
            },
        }
    }

    /// The only factor that there is was not named by anybody yet.
    fn is_meant(&self, owned: &Owned) -> bool {
        self.serial.is_none() || owned.serial() == self.serial.as_deref()
    }

    fn choose(&self, owned: &[Owned]) -> Result<Answer, (&'static str, String)> {
        let named: Vec<&Owned> = owned
            .iter()
            .filter(|owned| self.serial.is_some() && owned.serial() == self.serial.as_deref())
            .collect();
        match (named.as_slice(), &self.serial) {
            ([one], _) => return Ok(Answer::Which(one.factor())),
            ([], Some(_)) => {
                return Err(("which-factor", tr!(spoken(), "cli-no-such-serial")));
            }
            _ => {}
        }
        let text = spoken();
        let each: Vec<String> = owned
            .iter()
            .map(|owned| format!("{} ({})", owned.factor(), text.owned(owned)))
            .collect();
        let detail = tr!(spoken(), "cli-which-factor", each = each.join(", "));
        Err(("which-factor", detail))
    }
}

pub(super) async fn run(runs: &Runs<'_>, command: &FactorCommand) -> Outcome {
    match command {
        FactorCommand::Suspend(a) => {
            let answers = LossAnswers {
                why: Some(a.why),
                serial: a.key.clone(),
            };
            let nothing = KeyChoice::default();
            let face = runs.ordered_face(&nothing, Orders::about_losses(answers));
            let order = Box::new(SuspendOrder {
                person: a.person.clone(),
                factor: a.which.factor(),
                shown: None,
            });
            runs.carry_out(&face, Order::Suspend(order)).await
        }
        FactorCommand::Resume(a) => {
            runs.station.note_keys(&mut Vec::new()).ok();
            let orders = Orders::about_apps(AppAnswers::of(&a.codes));
            let how = Some(a.identified_by.clone());
            let face = runs.identified_face(&a.key, how, orders);
            let order = Order::Lift {
                person: a.person.clone(),
                factor: a.which.factor(),
            };
            runs.carry_out(&face, order).await
        }
    }
}

/// How a run about losses counts that came to its end.
pub(super) fn outcome_of(person: &Person, result: &LossResult) -> Outcome {
    let text = spoken();
    let said = text.loss_done(person, result);
    match result {
        LossResult::Suspended {
            owned,
            why,
            is_last,
            push,
        } => {
            let (exit, standing) = standing(push, &tr!(text, "cli-registry-holds"));
            let detail = match push {
                PushState::Accepted | PushState::Waiting => said,
                PushState::Queued => tr!(
                    text,
                    "cli-suspended-queued",
                    name = text.owned(owned),
                    person = person.name.as_str(),
                    why = text.why(*why)
                ),
                PushState::Conflict { .. } => format!("{said} {standing}"),
            };
            Outcome {
                exit,
                code: "suspended".to_owned(),
                detail,
                facts: json!({
                    "person": person.id,
                    "factor": owned.factor(),
                    "why": why,
                    "last": is_last,
                    "push": push_word(push),
                }),
            }
        }
        LossResult::Lifted { owned } => Outcome {
            exit: Exit::Done,
            code: "resumed".to_owned(),
            detail: said,
            facts: json!({ "person": person.id, "factor": owned.factor() }),
        },
    }
}
