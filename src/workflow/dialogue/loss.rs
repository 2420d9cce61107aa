//! What is asked and shown about factors that are lost, and about those that turned up.

use serde::Serialize;

use super::{PushState, Step};
use crate::domain::Person;
use crate::domain::suspension::FactorSort;
use crate::domain::visit::SuspendedWhy;
use crate::wire::Owned;

/// What is done about a factor that is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "loss", rename_all = "kebab-case")]
pub enum LossJob {
    Suspend,
    /// Its owner has it again, and that is lifted.
    Lift {
        /// Of what sort it is: that decides how it is shown.
        sort: FactorSort,
    },
}

/// What is asked about a factor that is lost. Esc (cancel) is always possible besides.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "about-loss", rename_all = "kebab-case")]
pub enum LossQuestion {
    /// Which of these? → [`Answer::Which`](super::Answer::Which)
    Choose {
        person: Person,
        /// Those that can be suspended, or lifted.
        owned: Vec<Owned>,
        lifts: bool,
    },
    /// This factor is to be suspended: why? The answer confirms it. → [`Answer::Why`](super::Answer::Why)
    Suspend {
        person: Person,
        owned: Box<Owned>,
        /// What may be said: what is suspended already takes graver reasons only.
        offered: Vec<SuspendedWhy>,
        /// It is the last one that opens something.
        is_last: bool,
        /// The registry is out of reach: the report waits, and the factor opens things until it arrives.
        is_offline: bool,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum LossResult {
    /// It is suspended, or will be as soon as the registry hears of it.
    Suspended {
        owned: Box<Owned>,
        why: SuspendedWhy,
        /// Nothing is left that opens anything.
        is_last: bool,
        push: PushState,
    },
    /// It is valid again.
    Lifted { owned: Box<Owned> },
}

/// The steps of a job.
pub(super) fn steps(job: LossJob) -> &'static [Step] {
    match job {
        LossJob::Suspend => &[Step::Confirm, Step::Record, Step::Push],
        LossJob::Lift {
            sort: FactorSort::Key,
        } => &[
            Step::Identify,
            Step::Key,
            Step::Pin,
            Step::Test,
            Step::Push,
            Step::RecordApp,
        ],
        LossJob::Lift {
            sort: FactorSort::App,
        } => &[Step::Identify, Step::Code, Step::RecordApp],
    }
}
