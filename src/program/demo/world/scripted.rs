//! A face that answers by itself.
//!
//! Hides what was asked and told until a test looks.

use std::collections::VecDeque;

use async_trait::async_trait;
use parking_lot::Mutex;

use crate::domain::account_reset::{ResetReason, ResetWish};
use crate::domain::loan::{LoanDays, Second};
use crate::domain::reset::ResetCase;
use crate::domain::{Identification, KeyFacts, Pin, UsbPath};
use crate::station::desk::Face;
use crate::workflow::dialogue::{
    AccountResetQuestion, Answer, Event, LoanQuestion, LossQuestion, Question,
};
use crate::workflow::{KeyFault, Stop};

/// Answers the way a practised operator and a willing person would.
pub struct ScriptedFace {
    place: UsbPath,
    pin: String,
    /// What is chosen in its place, where another one is wanted.
    new_pin: String,
    events: Mutex<Vec<Event>>,
    /// Asked so far.
    questions: Mutex<Vec<Question>>,
    hear: Box<dyn Fn(&Event) + Send + Sync>,
    /// What the operator wants done to a key, in order; after that, nothing more.
    orders: Mutex<VecDeque<Answer>>,
    /// The PIN that was handed over last.
    handed: Mutex<Option<Pin>>,
    case: Option<ResetCase>,
    refuses: bool,
}

impl ScriptedFace {
    /// Chooses the key at this place and types this PIN.
    pub fn new(place: &str, pin: &str) -> Self {
        Self {
            place: UsbPath::new(place),
            pin: pin.to_owned(),
            new_pin: pin.to_owned(),
            events: Mutex::default(),
            questions: Mutex::default(),
            hear: Box::new(|_| {}),
            orders: Mutex::default(),
            handed: Mutex::default(),
            case: None,
            refuses: false,
        }
    }

    /// Chooses this PIN where a new one is wanted.
    #[must_use]
    pub fn choosing(self, pin: &str) -> Self {
        let new_pin = pin.to_owned();
        Self { new_pin, ..self }
    }

    /// Tells this of why somebody loses an enrolment.
    #[must_use]
    pub fn telling(self, case: ResetCase) -> Self {
        Self {
            case: Some(case),
            ..self
        }
    }

    /// Wants this done to a key, in order.
    #[must_use]
    pub fn wanting(self, orders: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            orders: Mutex::new(orders.into_iter().collect()),
            ..self
        }
    }

    /// Types no name where a reset is to be released: it is refused.
    #[must_use]
    pub fn refusing(self) -> Self {
        Self {
            refuses: true,
            ..self
        }
    }

    fn ordered(&self) -> Answer {
        let mut orders = self.orders.lock();
        orders.pop_front().unwrap_or(Answer::Done)
    }

    /// The PIN that was handed over last, taken out of the person's hands.
    pub fn handed(&self) -> Option<Pin> {
        let mut handed = self.handed.lock();
        handed.take()
    }

    /// Also tells every event to `hear`, as it happens.
    #[must_use]
    pub fn hearing(mut self, hear: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.hear = Box::new(hear);
        self
    }

    /// What happened so far.
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().clone()
    }

    /// What was asked so far.
    pub fn questions(&self) -> Vec<Question> {
        self.questions.lock().clone()
    }
}

#[async_trait(?Send)]
impl Face for ScriptedFace {
    fn tell(&self, event: Event) {
        (self.hear)(&event);
        self.events.lock().push(event);
    }

    async fn hand_over(&self, _key: &KeyFacts, pin: Pin) -> Result<(), Stop> {
        let mut handed = self.handed.lock();
        *handed = Some(pin);
        Ok(())
    }

    async fn ask(&self, question: Question) -> Result<Answer, Stop> {
        self.questions.lock().push(question.clone());
        match question {
            Question::Identify { .. } => "passport:7K31"
                .parse::<Identification>()
                .map(Answer::Identified)
                .map_err(|e| KeyFault::told(e.to_string()).into()),
            Question::ChooseKey { keys } if keys.iter().any(|k| k.place == self.place) => {
                Ok(Answer::Key(self.place.clone()))
            }
            // Until the bay changes and the question with it.
            Question::ChooseKey { .. } => std::future::pending().await,
            Question::Admit { .. } | Question::Retest { .. } => Ok(Answer::Yes),
            Question::NewPin {
                refused: Some(fault),
                ..
            } => Err(Stop::Key(fault)),
            Question::CurrentPin {
                wrong: true,
                retries,
                ..
            } => Err(Stop::Key(KeyFault::WrongPin { retries })),
            Question::NewPin { .. } | Question::CurrentPin { .. } => {
                let typed = match question {
                    Question::NewPin { .. } => &self.new_pin,
                    _ => &self.pin,
                };
                let pin = Pin::new(typed, 0).map(Answer::Pin);
                pin.map_err(|e| KeyFault::told(e.to_string()).into())
            }
            Question::Settings { .. }
            | Question::Credentials { .. }
            | Question::Fingerprints { .. } => Ok(self.ordered()),
            Question::ConfirmSettings { .. } | Question::ConfirmRemoval { .. } => Ok(Answer::Yes),
            Question::ResetCase { wrong: false, .. } => {
                self.case.clone().map(Answer::Case).ok_or(Stop::Cancelled)
            }
            Question::ResetCase { .. } => Err(Stop::Cancelled),
            Question::ConfirmReset { word, .. } => Ok(Answer::Typed(word)),
            Question::TouchAgain { .. } => Err(Stop::Key(KeyFault::TouchTimeout)),
            // No phone is at hand in a script about keys.
            Question::App(_) => Err(Stop::Cancelled),
            Question::AccountReset(AccountResetQuestion::Release { .. }) if self.refuses => {
                Ok(Answer::Keep)
            }
            Question::AccountReset(question) => Ok(agents_answer(question)),
            Question::Loan(question) => lenders_answer(question).ok_or(Stop::Cancelled),
            Question::Loss(LossQuestion::Suspend { offered, .. }) => offered
                .first()
                .map(|why| Answer::Why(*why))
                .ok_or(Stop::Cancelled),
            Question::Loss(LossQuestion::Choose { owned, .. }) => owned
                .first()
                .map(|owned| Answer::Which(owned.factor()))
                .ok_or(Stop::Cancelled),
        }
    }
}

/// As somebody answers who lends until tomorrow, with the first who may stand by it.
fn lenders_answer(question: LoanQuestion) -> Option<Answer> {
    match question {
        LoanQuestion::Days { .. } => Some(Answer::LoanDays(LoanDays::default())),
        LoanQuestion::Second { seconds, .. } => {
            let member = seconds.members.first().map(|who| Second::Member {
                operator: who.id.clone(),
            });
            let administrator = seconds.administrators.first();
            let administrator = administrator.map(|who| Second::Administrator {
                person: who.id.clone(),
            });
            member.or(administrator).map(Answer::Second)
        }
        LoanQuestion::Sign { .. } => Some(Answer::Yes),
    }
}

/// As an agent answers who asks, releases, and types the name that they read.
fn agents_answer(question: AccountResetQuestion) -> Answer {
    match question {
        AccountResetQuestion::Why { .. } => Answer::Wish(ResetWish {
            reason: ResetReason::Lost,
            remark: String::new(),
            ticket: None,
        }),
        AccountResetQuestion::Releaser { agents } => match agents.first() {
            Some(agent) => Answer::Releaser(agent.id.clone()),
            None => Answer::Keep,
        },
        AccountResetQuestion::Which { .. } => Answer::Nth(0),
        AccountResetQuestion::Ask { .. }
        | AccountResetQuestion::Object { .. }
        | AccountResetQuestion::CarryOut { .. }
        | AccountResetQuestion::Way { .. } => Answer::Yes,
        AccountResetQuestion::Except { .. } => Answer::Typed("5".to_owned()),
        AccountResetQuestion::Release { act, .. } => Answer::Typed(act.subject().name.clone()),
    }
}
