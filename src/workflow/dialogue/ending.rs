//! How a run ended.

use jiff::Timestamp;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{AccountResetResult, AppResult, HeldCredential, LossResult};
use crate::domain::care::{Care, Fingerprint};
use crate::domain::reset::Losses;
use crate::domain::returned::Returned;
use crate::domain::{KeyFacts, Person, PersonId};
use crate::record::Remains;
use crate::wire::WhyNot;
use crate::workflow::Stop;

/// How a run ended, for the closing screen and the last JSON line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "ending", rename_all = "kebab-case")]
pub enum Ending {
    /// A key was enrolled and tested.
    Enrolled {
        person: Person,
        key: KeyFacts,
        push: PushState,
    },
    /// A key was enrolled and tested, and is lent until then.
    Lent {
        person: Person,
        key: KeyFacts,
        until: Timestamp,
        push: PushState,
    },
    /// A key that was enrolled already was tested.
    Retested {
        person: Person,
        key: KeyFacts,
        push: PushState,
    },
    /// An operator signed in.
    SignedIn,
    /// A key signed for a person, and the registry was or will be told.
    WorksFor {
        person: PersonId,
        key: KeyFacts,
        push: PushState,
    },
    /// Something was done to a key.
    Cared {
        /// Which, as it is now.
        key: KeyFacts,
        result: Box<CareResult>,
    },
    /// A key was reset and is empty.
    Reset {
        /// Which, as it is now.
        key: KeyFacts,
        losses: Losses,
        push: PushState,
    },
    /// Unfinished work was ended.
    Resolved { remains: Remains },
    /// An enrolment that the registry refused was given up.
    Withdrawn { person: Person, remains: Remains },
    /// Something about a person's apps and tokens.
    App { person: Person, result: AppResult },
    /// Something about a factor that is lost, or turned up.
    Loss { person: Person, result: LossResult },
    /// Something about the reset of an account.
    AccountReset {
        person: Person,
        result: AccountResetResult,
    },
    /// A key and an app in one visit: how each of them ended.
    Both {
        /// The key: [`Ending::Enrolled`] or [`Ending::Retested`].
        key: Box<Ending>,
        /// The app: [`Ending::App`] or [`Ending::Stopped`].
        app: Box<Ending>,
    },
    Stopped {
        #[serde(serialize_with = "in_codes")]
        stop: Stop,
        remains: Remains,
    },
}

impl Ending {
    /// Whether the registry took all that came of it. What still waits in the outbox takes its authority from the open visit.
    pub fn has_arrived(&self) -> bool {
        match self {
            Self::Enrolled { push, .. }
            | Self::Lent { push, .. }
            | Self::Retested { push, .. }
            | Self::WorksFor { push, .. }
            | Self::Reset { push, .. }
            | Self::App {
                result: AppResult::Enrolled { push, .. } | AppResult::Removed { push, .. },
                ..
            }
            | Self::Loss {
                result: LossResult::Suspended { push, .. },
                ..
            } => push.is_taken(),
            Self::Cared { result, .. } => match &**result {
                CareResult::Credentials { told, .. } => {
                    told.as_ref().is_none_or(PushState::is_taken)
                }
                CareResult::Done { .. }
                | CareResult::Changes { .. }
                | CareResult::Returned { .. }
                | CareResult::PinVerified { .. }
                | CareResult::Fingerprints { .. } => true,
            },
            Self::Both { key, app } => key.has_arrived() && app.has_arrived(),
            Self::App {
                result:
                    AppResult::Tested { .. }
                    | AppResult::Left { .. }
                    | AppResult::Accepted { .. }
                    | AppResult::Assigned { .. },
                ..
            }
            | Self::Loss {
                result: LossResult::Lifted { .. },
                ..
            }
            | Self::SignedIn
            | Self::Resolved { .. }
            | Self::Withdrawn { .. }
            | Self::AccountReset { .. } => true,
            Self::Stopped { .. } => false,
        }
    }
}

/// What care came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum CareResult {
    /// This was done and recorded.
    Done { care: Care },
    /// These were done and recorded.
    Changes {
        /// What, in order.
        done: Vec<Care>,
    },
    /// It was compared with the one that left; nothing was done.
    Returned { returned: Box<Returned> },
    /// The PIN is right.
    PinVerified {
        /// Attempts left, as the key says.
        retries: Option<u8>,
    },
    /// What the key holds at the end.
    Credentials {
        /// By RP.
        held: Vec<HeldCredential>,
        /// Room for that many more, at most.
        free_slots: Option<u64>,
        /// What was done and recorded, in order.
        done: Vec<Care>,
        /// Whether the registry knows of the enrolments that were ended, where there were any.
        #[serde(skip_serializing_if = "Option::is_none")]
        told: Option<PushState>,
    },
    /// The fingerprints at the end.
    Fingerprints {
        /// All of them.
        list: Vec<Fingerprint>,
        /// What was done and recorded, in order.
        done: Vec<Care>,
    },
}

/// Where the push stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "push", rename_all = "kebab-case")]
pub enum PushState {
    /// The registry verified and holds it.
    Accepted,
    /// The registry verified and holds it; it opens nothing until its owner accepts it.
    Waiting,
    /// It waits in the outbox.
    Queued,
    /// Refused by the registry.
    Conflict {
        /// The code of its refusal.
        #[serde(skip)]
        code: String,
        #[serde(flatten)]
        detail: WhyNot,
    },
}

impl PushState {
    /// Whether the registry has it.
    pub fn is_taken(&self) -> bool {
        match self {
            Self::Accepted | Self::Waiting => true,
            Self::Queued | Self::Conflict { .. } => false,
        }
    }

    /// The same of a credential that, where `waits`, opens nothing yet although the registry took its test.
    #[must_use]
    pub(in crate::workflow) fn of_one_that(self, waits: bool) -> Self {
        match self {
            Self::Accepted if waits => Self::Waiting,
            state => state,
        }
    }
}

/// Why a run stopped, as a script reads it: the stable word, its facts, and the code of the registry's refusal where it refused.
fn in_codes<S: Serializer>(stop: &Stop, serializer: S) -> Result<S::Ok, S::Error> {
    let refusal = stop.refusal();
    let mut view = serializer.serialize_struct("Stop", 2 + usize::from(refusal.is_some()))?;
    view.serialize_field("code", &stop.code())?;
    view.serialize_field("detail", &stop.to_string())?;
    match refusal {
        Some(code) => view.serialize_field("refusal", code)?,
        None => view.skip_field("refusal")?,
    }
    view.end()
}
