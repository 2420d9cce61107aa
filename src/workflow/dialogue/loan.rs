//! What is asked when somebody who forgot their key is lent one.

use serde::Serialize;

use super::Step;
use crate::domain::Person;
use crate::domain::act::Act;
use crate::wire::Seconds;

/// What is asked about it. Esc (cancel) is always possible besides.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "about-loan", rename_all = "kebab-case")]
pub enum LoanQuestion {
    /// For how many working days? → [`Answer::LoanDays`](super::Answer::LoanDays)
    Days { person: Person },
    /// Who stands by it, and has come with their own key? → [`Answer::Second`](super::Answer::Second)
    Second { person: Person, seconds: Seconds },
    /// This is what they are about to sign: is it so? → [`Answer::Yes`](super::Answer::Yes)
    Sign { act: Box<Act> },
}

/// The steps of the job.
pub(super) const STEPS: &[Step] = &[
    Step::Identify,
    Step::Confirm,
    Step::Prove,
    Step::Key,
    Step::Check,
    Step::Pin,
    Step::Create,
    Step::Test,
    Step::Record,
    Step::Push,
];
