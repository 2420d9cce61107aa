//! The face without a screen: arguments answer the questions, events become lines, and patience has an end.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::answers::Orders;
use super::choice::KeyChoice;
use super::outcome::outcome_of_stop;
use super::output::{Outcome, Output};
use super::patience::Patience;
use super::secret::{self, Lines, SecretError};
use crate::domain::reset::ResetCase;
use crate::domain::{Identification, KeyFacts, Person, Pin, UsbPath};
use crate::station::Station;
use crate::station::desk::Face;
use crate::station::stopper::Stopper;
use crate::text::{spoken, tr};
use crate::workflow::dialogue::{Answer, Event, LoanQuestion, LostBy, Question, Step};
use crate::workflow::{KeyFault, Stop};
use async_trait::async_trait;

mod named;

pub use named::{Several, named};

/// Answers a workflow's questions from arguments.
pub struct HeadlessFace {
    output: Arc<Output>,
    choice: KeyChoice,
    identification: Option<Identification>,
    patience: Patience,
    pins: Option<PinLines>,
    memory: Mutex<Memory>,
    orders: Orders,
}

/// The lines that PINs are read from. A line belongs to a key by what that key is there for, never by which question comes first:
/// the first one to the key that proves, where one is named, whether it is asked for or not; then the run's own key's, the PIN that
/// it has (or its first one), and the one that replaces it.
struct PinLines {
    lines: Lines,
    /// The line of the first PIN.
    first: usize,
}

#[derive(Default)]
struct Memory {
    /// The key that was chosen last, and the ones that turned out not to be it.
    chosen: Option<Plugged>,
    not_it: Vec<Plugged>,
    /// The key in hand was given the PIN that replaces the one that it had.
    replaced: bool,
    /// Somebody proves a factor that they have: another key, and another PIN, than those of the run.
    proving: bool,
}

impl Memory {
    /// From here on it is about the run's own key.
    fn proved(&mut self) {
        *self = Self::default();
    }
}

type Plugged = (UsbPath, u64);

impl HeadlessFace {
    /// A face for one run, which it stops with `stopper` when it waited in vain for longer than the arguments say. Where
    /// PINs come from the same descriptor as a one-time code, `code` is that descriptor and PINs follow on its next lines.
    pub fn new(
        output: Arc<Output>,
        choice: KeyChoice,
        identification: Option<Identification>,
        code: Option<&Lines>,
        stopper: Stopper,
    ) -> Self {
        let pins = choice.pin_fd.map(|fd| match code {
            Some(lines) if lines.fd() == fd => PinLines {
                lines: lines.clone(),
                first: 1,
            },
            _ => PinLines {
                lines: Lines::of(fd),
                first: 0,
            },
        });
        Self {
            patience: Patience::new(Duration::from_secs(choice.wait), stopper),
            output,
            choice,
            identification,
            pins,
            memory: Mutex::default(),
            orders: Orders::default(),
        }
    }

    /// The same face, which says of a key that is in and can't be worked with why that is so, rather than that there is none.
    #[must_use]
    pub fn looking_at(self, station: &Arc<Station>) -> Self {
        let station = Arc::clone(station);
        let proof = self.orders.apps.proof.proof_key.clone();
        let names = [self.choice.key.clone(), proof];
        self.patience.explain(Box::new(move || {
            let names: Vec<&str> = names.iter().flatten().map(String::as_str).collect();
            let (slot, why) = station.slots().unready(&names)?;
            Some(KeyFault::told(tr!(
                spoken(),
                "cli-slot-line",
                slot = slot,
                line = spoken().unusable_in_full(&why)
            )))
        }));
        self
    }

    /// The same face with orders.
    #[must_use]
    pub fn ordered(self, orders: Orders) -> Self {
        Self { orders, ..self }
    }

    /// The PIN that was handed over did not get onto the key.
    pub fn take_back(&self) {
        if let Some(hand_over) = &self.orders.hand_over {
            hand_over.take_back();
        }
    }

    /// How a run at this face counts that ended early: also when it ended because nobody came.
    pub fn outcome_of_stop(&self, stop: Stop) -> Outcome {
        outcome_of_stop(&self.patience.cause(stop))
    }

    fn with_memory<T>(&self, act: impl FnOnce(&mut Memory) -> T) -> T {
        act(&mut self.memory.lock())
    }

    /// A line that is read as a PIN must never be read, and sent, as a code.
    fn one_descriptor_each(&self) -> Result<(), Stop> {
        let codes = self.orders.apps.code_fd();
        match codes.is_some() && codes == self.choice.pin_fd {
            true => Err(misused(
                "one-descriptor",
                tr!(spoken(), "cli-one-descriptor"),
            )),
            false => Ok(()),
        }
    }

    /// The case, where the arguments tell all of it.
    fn case(&self, asked: &ResetCase, wrong: bool) -> Result<Answer, Stop> {
        let told = &self.orders.case;
        match !wrong && told.check(true).is_ok() {
            true => Ok(Answer::Case(told.clone())),
            false => Err(unsaid(match wrong {
                true => asked,
                false => told,
            })),
        }
    }

    fn confirmation(&self, word: &str, by: LostBy, wrong: bool) -> Result<Answer, Stop> {
        let lost = match by {
            LostBy::Reset => tr!(spoken(), "cli-loss-reset"),
            LostBy::Deletion => tr!(spoken(), "cli-loss-deletion"),
        };
        match &self.orders.confirm {
            Some(typed) if !wrong => Ok(Answer::Typed(typed.clone())),
            Some(_) => Err(misused(
                "not-confirmed",
                tr!(spoken(), "cli-confirm-wrong", word = format!("{word:?}")),
            )),
            None => Err(misused(
                "not-confirmed",
                tr!(
                    spoken(),
                    "cli-confirm-missing",
                    lost = lost.to_string(),
                    word = format!("{word:?}")
                ),
            )),
        }
    }

    async fn choose(&self, keys: &[KeyFacts]) -> Result<Answer, Stop> {
        let wait = self.choice.wait;
        self.block()?;
        let wished = match self.with_memory(|memory| memory.proving) {
            true => self.orders.apps.proof.proof_key.as_ref(),
            false => self.choice.key.as_ref(),
        };
        let by_touch = wished.is_none() && keys.len() > 1;
        self.patience.choose(match wished {
            Some(name) => KeyFault::told(tr!(
                spoken(),
                "cli-no-such-key-after",
                name = format!("{name:?}"),
                wait = wait.to_string()
            )),
            None if by_touch => KeyFault::TouchTimeout,
            None => KeyFault::told(tr!(spoken(), "cli-no-key-after", wait = wait.to_string())),
        });
        if by_touch {
            return Ok(Answer::ByTouch);
        }
        let wanted = match wished {
            Some(name) => {
                named(keys, name).map_err(|several| misused("several-keys", several.to_string()))?
            }
            None => keys.first(),
        };
        let plugged = wanted.map(|key| (key.place.clone(), key.generation));
        let fresh = plugged.filter(|key| self.with_memory(|memory| !memory.not_it.contains(key)));
        let Some((place, generation)) = fresh else {
            // The question is withdrawn and asked anew as soon as the bay changes.
            return std::future::pending().await;
        };
        self.patience.pause();
        self.with_memory(|memory| memory.chosen = Some((place.clone(), generation)));
        Ok(Answer::Key(place))
    }

    /// The line, after the first PIN's, where those of the key in hand begin.
    fn block(&self) -> Result<usize, Stop> {
        let apps = &self.orders.apps;
        let named = apps.proof.names_a_key();
        match self.is_provers() {
            true if !named && self.pins.is_some() => Err(misused(
                "which-proof-key",
                tr!(spoken(), "cli-which-proof-key"),
            )),
            true => Ok(0),
            false => Ok(usize::from(apps.key_follows && named)),
        }
    }

    /// Whether the key in hand is there to prove something, and another one is what the run is about.
    fn is_provers(&self) -> bool {
        self.orders.apps.key_follows && self.with_memory(|memory| memory.proving)
    }

    async fn pin(&self, prompt: &str, line: usize, new_min: Option<u8>) -> Result<Pin, Stop> {
        let text = match &self.pins {
            Some(pins) => pins.lines.line(pins.first + line).await,
            None => secret::from_terminal(prompt, &tr!(spoken(), "cli-the-pin"), "--pin-fd").await,
        }
        .map_err(|error: SecretError| misused("unreadable-secret", error.to_string()))?;
        secret::pin(&text, new_min)
    }

    async fn current_pin(
        &self,
        key: &KeyFacts,
        retries: Option<u8>,
        wrong: bool,
    ) -> Result<Answer, Stop> {
        if wrong && self.pins.is_some() {
            return Err(Stop::Key(KeyFault::WrongPin { retries }));
        }
        if retries == Some(1) && self.pins.is_some() {
            return Err(Stop::Key(KeyFault::told(tr!(
                spoken(),
                "cli-last-attempt-person"
            ))));
        }
        let whose = match self.is_provers() {
            true => tr!(spoken(), "cli-pin-of-prover"),
            false => tr!(spoken(), "cli-pin-of-key"),
        };
        let prompt = match retries {
            Some(left) => tr!(
                spoken(),
                "cli-pin-attempts",
                whose = whose.to_string(),
                left = left.to_string()
            ),
            None => whose,
        };
        let is_replaced = self.with_memory(|memory| memory.replaced) && !key.pin_change_required;
        let line = self.block()? + usize::from(is_replaced);
        self.pin(&prompt, line, None).await.map(Answer::Pin)
    }

    async fn new_pin(
        &self,
        key: &KeyFacts,
        min: u8,
        refused: Option<KeyFault>,
    ) -> Result<Answer, Stop> {
        if let Some(fault) = refused {
            return Err(Stop::Key(fault));
        }
        if self.is_provers() && self.pins.is_some() {
            // One line is its, so that the next one is never mistaken for the other key's.
            return Err(misused(
                "proof-key-wants-new-pin",
                tr!(spoken(), "cli-proof-key-pin", model = key.model.to_string()),
            ));
        }
        let replaces = key.pin_set == Some(true);
        self.with_memory(|memory| memory.replaced |= replaces);
        let line = self.block()? + usize::from(replaces);
        let pin = self
            .pin(&tr!(spoken(), "cli-new-pin"), line, Some(min))
            .await?;
        // On a terminal a new PIN is typed twice; from a descriptor there is nothing to mistype.
        if self.pins.is_some() {
            return Ok(Answer::Pin(pin));
        }
        let again = self
            .pin(&tr!(spoken(), "cli-same-pin"), line, Some(min))
            .await?;
        if pin.matches(&again) {
            return Ok(Answer::Pin(pin));
        }
        Err(Stop::Key(KeyFault::told(tr!(spoken(), "cli-pins-differ"))))
    }
}

#[async_trait(?Send)]
impl Face for HeadlessFace {
    fn tell(&self, event: Event) {
        self.patience.hear(&event);
        if let Event::OtherKey { .. } = &event {
            self.with_memory(|memory| {
                let chosen = memory.chosen.take();
                memory.not_it.extend(chosen);
            });
        }
        match &event {
            Event::Ended { .. } => self.orders.apps.forget(),
            Event::Step { step: Step::Prove } => self.with_memory(|memory| memory.proving = true),
            Event::StepDone {
                step: Step::Prove, ..
            } => self.with_memory(Memory::proved),
            _ => {}
        }
        self.output.event(&self.patience.told(event));
    }

    async fn hand_over(&self, key: &KeyFacts, pin: Pin) -> Result<(), Stop> {
        let Some(hand_over) = &self.orders.hand_over else {
            let what = tr!(spoken(), "cli-random-pin-where");
            return Err(misused("not-handed-over", what));
        };
        hand_over
            .give(key, &pin)
            .map_err(|error| misused("not-handed-over", error.to_string()))
    }

    async fn ask(&self, question: Question) -> Result<Answer, Stop> {
        self.one_descriptor_each()?;
        match question {
            Question::Identify { person, .. } => self
                .identification
                .clone()
                .or_else(|| self.orders.case.identification.clone())
                .map(Answer::Identified)
                .ok_or_else(|| unidentified(&person)),
            Question::ChooseKey { keys } => self.choose(&keys).await,
            Question::Admit { .. } | Question::Retest { .. } => Ok(Answer::Yes),
            Question::NewPin {
                key,
                min_length,
                refused,
            } => self.new_pin(&key, min_length, refused).await,
            Question::CurrentPin {
                key,
                retries,
                wrong,
            } => self.current_pin(&key, retries, wrong).await,
            Question::Settings { .. }
            | Question::Credentials { .. }
            | Question::Fingerprints { .. } => Ok(self.orders.next()),
            Question::ConfirmSettings { .. } | Question::ConfirmRemoval { .. } => Ok(Answer::Yes),
            Question::ResetCase { case, wrong, .. } => self.case(&case, wrong),
            Question::ConfirmReset {
                word, by, wrong, ..
            } => self.confirmation(&word, by, wrong),
            // A key gives up sooner than the people may.
            Question::TouchAgain { .. } if self.patience.lasts() => Ok(Answer::Yes),
            Question::TouchAgain { .. } => Err(Stop::Key(KeyFault::TouchTimeout)),
            Question::App(question) => {
                let answered = self.orders.apps.answer(&question, &self.output).await;
                answered.map_err(|open| misused(open.code, open.detail))
            }
            Question::AccountReset(question) => {
                let answered = self.orders.account_resets.answer(&question);
                answered.map_err(|(code, detail)| misused(code, detail))
            }
            // All that is asked besides is an argument.
            Question::Loan(LoanQuestion::Sign { .. }) => Ok(Answer::Yes),
            Question::Loan(LoanQuestion::Days { .. } | LoanQuestion::Second { .. }) => {
                Err(misused("no-loan", tr!(spoken(), "cli-no-loan")))
            }
            Question::Loss(question) => {
                let answered = self.orders.losses.answer(&question);
                answered.map_err(|(code, detail)| misused(code, detail))
            }
        }
    }
}

/// Ends the run because of the arguments.
fn misused(code: &'static str, detail: String) -> Stop {
    Stop::Misused { code, detail }
}

fn unidentified(person: &Person) -> Stop {
    let detail = tr!(spoken(), "cli-unidentified", name = person.name.to_string());
    misused("not-identified", detail)
}

/// What the arguments leave open of a reset's case.
fn unsaid(case: &ResetCase) -> Stop {
    let fault = case.check(true).err();
    let fault = fault.map(|fault| spoken().case_fault(fault));
    let detail = tr!(spoken(), "cli-case-open", fault = fault.unwrap_or_default());
    misused("case-open", detail)
}
