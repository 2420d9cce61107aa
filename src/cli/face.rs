//! The face without a screen: arguments answer the questions, events become lines.

use std::sync::Arc;

use super::args::KeyChoice;
use super::output::Output;
use super::secret::{self, SecretError};
use crate::domain::{Identification, KeyFacts, Pin};
use crate::station::desk::Face;
use crate::workflow::dialogue::{Answer, Event, Question};
use crate::workflow::{KeyFault, Stop};

/// Answers a workflow's questions from arguments.
pub struct HeadlessFace {
    output: Arc<Output>,
    choice: KeyChoice,
    identification: Option<Identification>,
}

impl HeadlessFace {
    /// A face for one run.
    pub fn new(
        output: Arc<Output>,
        choice: KeyChoice,
        identification: Option<Identification>,
    ) -> Self {
        Self {
            output,
            choice,
            identification,
        }
    }

    async fn choose(&self, keys: &[KeyFacts]) -> Result<Answer, Stop> {
        let wanted = match &self.choice.key {
            Some(name) => keys.iter().find(|key| is_named(key, name)),
            None => match keys {
                [only] => Some(only),
                [] => None,
                _ => return Ok(Answer::ByTouch),
            },
        };
        if let Some(key) = wanted {
            return Ok(Answer::Key(key.place.clone()));
        }
        // Not in the bay yet: the question is withdrawn and asked anew as soon as the bay changes.
        let patience = std::time::Duration::from_secs(self.choice.wait);
        tokio::time::sleep(patience).await;
        Err(Stop::Key(KeyFault::Failed(match &self.choice.key {
            Some(name) => format!(
                "no key {name:?} in the bay after {} s: see `keydesk key list`",
                self.choice.wait
            ),
            None => format!("no key in the bay after {} s: put one in", self.choice.wait),
        })))
    }

    fn pin(&self, prompt: &str, min: u8) -> Result<Pin, Stop> {
        let text = match self.choice.pin_fd {
            Some(fd) => secret::from_descriptor(fd),
            None => secret::from_terminal(prompt, "the PIN", "--pin-fd"),
        }
        .map_err(unreadable)?;
        Pin::new(&text, min).map_err(|e| Stop::Key(KeyFault::Failed(e.to_string())))
    }
}

fn unreadable(error: SecretError) -> Stop {
    Stop::Key(KeyFault::Failed(error.to_string()))
}

/// Place, slot number or serial number.
pub fn is_named(key: &KeyFacts, name: &str) -> bool {
    key.place.as_str() == name
        || key.id.serial.as_deref() == Some(name)
        || key.slot.to_string() == name
}

impl Face for HeadlessFace {
    fn tell(&self, event: Event) {
        self.output.event(&event);
    }

    async fn ask(&self, question: Question) -> Result<Answer, Stop> {
        match question {
            Question::Identify { .. } => self
                .identification
                .clone()
                .map(Answer::Identified)
                .ok_or(Stop::Cancelled),
            Question::ChooseKey { keys } => self.choose(&keys).await,
            Question::Admit { .. } | Question::Retest { .. } => Ok(Answer::Yes),
            Question::NewPin {
                min_length,
                refused,
                ..
            } => {
                if refused {
                    return Err(Stop::Key(KeyFault::PinRefused));
                }
                let pin = self.pin("new PIN of the key", min_length)?;
                self.confirm(pin, min_length).map(Answer::Pin)
            }
            Question::CurrentPin { retries, wrong, .. } => {
                if wrong && self.choice.pin_fd.is_some() {
                    return Err(Stop::Key(KeyFault::WrongPin { retries }));
                }
                let prompt = match retries {
                    Some(left) => format!("PIN of the key ({left} attempts left)"),
                    None => "PIN of the key".to_owned(),
                };
                self.pin(&prompt, 0).map(Answer::Pin)
            }
            Question::TouchAgain { .. } => Err(Stop::Key(KeyFault::TouchTimeout)),
        }
    }
}

impl HeadlessFace {
    /// On a terminal a new PIN is typed twice; from a descriptor there is nothing to mistype.
    fn confirm(&self, pin: Pin, min: u8) -> Result<Pin, Stop> {
        if self.choice.pin_fd.is_some() {
            return Ok(pin);
        }
        let again = self.pin("the same PIN once more", min)?;
        if pin.matches(&again) {
            Ok(pin)
        } else {
            Err(Stop::Key(KeyFault::Failed(
                "the two PINs differ: nothing was written, start again".to_owned(),
            )))
        }
    }
}
