//! What a command's arguments answer to the questions of a run.

pub mod account_resets;
pub mod apps;
pub mod losses;

use std::collections::VecDeque;

use parking_lot::Mutex;

use self::account_resets::AccountResetAnswers;
use self::apps::AppAnswers;
use self::losses::LossAnswers;
use super::care::args::CaseArguments;
use super::care::hand_over::HandOver;
use super::totp::args::{CodeSource, ProofArguments};
use crate::domain::reset::ResetCase;
use crate::workflow::dialogue::Answer;

/// What the arguments want done to a key.
#[derive(Default)]
pub struct Orders {
    /// In order; after that, nothing more.
    answers: Mutex<VecDeque<Answer>>,
    /// What a random PIN is handed over with.
    pub(super) hand_over: Option<HandOver>,
    /// What confirms that somebody loses an enrolment.
    pub(super) confirm: Option<String>,
    /// What is answered about apps and tokens.
    pub(super) apps: AppAnswers,
    /// Who asked for it, and why.
    pub(super) case: ResetCase,
    /// What is answered about a factor that is lost.
    pub(super) losses: LossAnswers,
    /// What is answered about the reset of an account.
    pub(super) account_resets: AccountResetAnswers,
}

impl Orders {
    /// These answers, in order.
    pub fn of(answers: Vec<Answer>) -> Self {
        Self {
            answers: Mutex::new(answers.into()),
            ..Self::default()
        }
    }

    /// A random PIN, to be handed over so.
    pub fn handing(hand_over: Option<HandOver>) -> Self {
        Self {
            hand_over,
            ..Self::default()
        }
    }

    /// The same, confirmed so where somebody loses an enrolment.
    #[must_use]
    pub fn confirming(self, arguments: &CaseArguments) -> Self {
        Self {
            confirm: arguments.confirm.clone(),
            case: arguments.case(),
            ..self
        }
    }

    /// The same, where whoever loses one proves themself so.
    #[must_use]
    pub fn proving(self, codes: &CodeSource, proof: &ProofArguments) -> Self {
        let mut apps = AppAnswers::of(codes);
        apps.proof.clone_from(proof);
        Self { apps, ..self }
    }

    /// These answers to questions about apps and tokens.
    pub fn about_apps(apps: AppAnswers) -> Self {
        Self {
            apps,
            ..Self::default()
        }
    }

    /// These answers to questions about a factor that is lost.
    pub fn about_losses(losses: LossAnswers) -> Self {
        Self {
            losses,
            ..Self::default()
        }
    }

    /// These answers to questions about the reset of an account.
    pub fn about_account_resets(account_resets: AccountResetAnswers) -> Self {
        Self {
            account_resets,
            ..Self::default()
        }
    }

    /// The same, where the key that the command names is of whoever proves something.
    pub fn proved_with(mut self, key: Option<String>) -> Self {
        self.apps.proof.proof_key = key;
        self
    }

    /// The next answer of those in order.
    pub(super) fn next(&self) -> Answer {
        let mut answers = self.answers.lock();
        answers.pop_front().unwrap_or(Answer::Done)
    }
}
