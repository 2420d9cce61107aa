//! What passes between a workflow and the people in front of the screen: plain values, the same for every face.

mod account_reset;
mod app;
mod ending;
mod event;
mod loan;
mod loss;
mod question;
mod remark;

pub use account_reset::{AccountResetJob, AccountResetQuestion, AccountResetResult};
pub use app::{
    AppJob, AppQuestion, AppResult, CodeOf, OnScreen, Purpose, Replaced, StationClock, Theirs,
};
pub use ending::{CareResult, Ending, PushState};
pub use event::{Again, Coach, Event, HOLD_MOST_S, HOLD_S, Note, Wanted};
pub use loan::LoanQuestion;
pub use loss::{LossJob, LossQuestion, LossResult};
pub use question::{Answer, HeldCredential, LostBy, Question, Removal};
pub use remark::Remark;

use serde::{Deserialize, Serialize};

use crate::domain::{Person, PersonId};
use crate::record::Unfinished;

/// What a run is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "job", rename_all = "kebab-case")]
pub enum Job {
    /// An operator signs in with their own key.
    SignIn,
    /// An operator's first sign-in: enrols their own key.
    FirstSignIn,
    /// Enrols a key for a person.
    Enrol { person: Person },
    /// Lends a key to a person who forgot theirs.
    Lend { person: Person },
    /// Finishes or undoes unfinished work.
    Resolve { unfinished: Box<Unfinished> },
    /// Gives up an enrolment that the registry refused: its credential is deleted from the key.
    Withdraw { person: Person },
    /// Resets a key.
    Reset,
    /// Does something to one key besides enrolling it.
    Care { care: CareJob },
    /// Something about a person's authenticator apps and hardware tokens.
    App { app: AppJob, person: Person },
    /// A factor is lost, or turned up.
    Loss {
        /// What is done about it.
        #[serde(flatten)]
        loss: LossJob,
        person: Person,
    },
    /// Something about the reset of an account.
    AccountReset {
        #[serde(flatten)]
        what: AccountResetJob,
        person: Person,
    },
}

impl Job {
    /// Whether an app comes in the place of another one, or was about to.
    pub fn is_new_phone(&self) -> bool {
        match self {
            Self::App { app, .. } => *app == AppJob::Replace,
            Self::Resolve { unfinished } => {
                matches!(&**unfinished, Unfinished::App(intent) if intent.replaces.is_some())
            }
            Self::SignIn
            | Self::FirstSignIn
            | Self::Enrol { .. }
            | Self::Lend { .. }
            | Self::Withdraw { .. }
            | Self::Reset
            | Self::Care { .. }
            | Self::Loss { .. }
            | Self::AccountReset { .. } => false,
        }
    }

    /// Whether it is about an app or a token, or about any factor as the registry has it, and changes no key.
    pub fn is_about_app(&self) -> bool {
        match self {
            Self::App { app, .. } => *app != AppJob::Both,
            Self::Loss { .. } | Self::AccountReset { .. } => true,
            Self::Resolve { unfinished } => unfinished.key().is_none(),
            Self::SignIn
            | Self::FirstSignIn
            | Self::Enrol { .. }
            | Self::Lend { .. }
            | Self::Withdraw { .. }
            | Self::Reset
            | Self::Care { .. } => false,
        }
    }

    /// What is done about a factor that is lost, where that is what it is.
    pub fn loss(&self) -> Option<&LossJob> {
        match self {
            Self::Loss { loss, .. } => Some(loss),
            Self::SignIn
            | Self::FirstSignIn
            | Self::Enrol { .. }
            | Self::Lend { .. }
            | Self::Resolve { .. }
            | Self::Withdraw { .. }
            | Self::Reset
            | Self::Care { .. }
            | Self::App { .. }
            | Self::AccountReset { .. } => None,
        }
    }
}

/// What is done to one key.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "care", rename_all = "kebab-case")]
pub enum CareJob {
    /// Tests it with a throwaway credential.
    Test,
    /// Tests whether it works for a person.
    TestFor { person: PersonId },
    /// It comes back: is it the one that left, and what changed on it?
    CheckReturn {
        /// Whose it is said to be.
        #[serde(skip_serializing_if = "Option::is_none")]
        person: Option<PersonId>,
    },
    /// Gives it its first PIN.
    SetPin,
    /// Replaces its PIN.
    ChangePin,
    /// Proves its PIN.
    VerifyPin,
    /// Changes how it behaves.
    Configure,
    /// Lists, renames and deletes what it holds.
    Credentials,
    /// Adds, names and removes fingerprints.
    Fingerprints,
}

/// The steps of the checklist, in order. A run shows those that its job has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    Offer,
    /// Who is at the desk.
    Identify,
    /// The person proves a factor that they still have.
    Prove,
    Key,
    /// Facts and verdict.
    Check,
    /// PIN set or typed.
    Pin,
    /// Touch to create.
    Create,
    /// Touch to test.
    Test,
    /// Touch to sign without being verified.
    SignTouched,
    /// Touch to be refused.
    Exclude,
    /// What a test left is looked for.
    Clean,
    /// A finger is enrolled.
    Finger,
    /// Something is written to the key.
    Change,
    /// It is read again from the key.
    ReadBack,
    /// What a reset destroys is found, named and confirmed.
    Confirm,
    /// Pull, put back, touch.
    Reset,
    /// The key is looked at: is it empty?
    Empty,
    /// Written to the journal.
    Record,
    /// Verified by the registry.
    Push,
    /// The secret of an app is made and sealed to the registry.
    Secret,
    /// A code is asked for and examined.
    Code,
    /// The app is written to the journal.
    RecordApp,
    /// The app is verified by the registry.
    PushApp,
}

/// The steps of a job, for a checklist that is complete from the start.
pub fn steps(job: &Job) -> &'static [Step] {
    match job {
        Job::SignIn => &[Step::Key, Step::Pin, Step::Test, Step::Push],
        Job::FirstSignIn => &[Step::Key, Step::Pin, Step::Create, Step::Push],
        Job::Enrol { .. } => &[
            Step::Identify,
            Step::Key,
            Step::Check,
            Step::Pin,
            Step::Create,
            Step::Test,
            Step::Record,
            Step::Push,
        ],
        Job::Lend { .. } => loan::STEPS,
        Job::Resolve { unfinished } => match unfinished.as_ref() {
            Unfinished::Enrolment(_) => {
                &[Step::Key, Step::Pin, Step::Test, Step::Record, Step::Push]
            }
            Unfinished::OwnKey(_) => &[Step::Key, Step::Pin, Step::Test, Step::Record],
            Unfinished::Withdrawal(_) => &[Step::Key, Step::Pin, Step::Record],
            Unfinished::Reset(_) => &[
                Step::Key,
                Step::Reset,
                Step::Empty,
                Step::Record,
                Step::Push,
            ],
            Unfinished::Deletion(_) => {
                &[Step::Key, Step::Pin, Step::Change, Step::Record, Step::Push]
            }
            Unfinished::Care(_) => &[Step::Key, Step::Pin, Step::ReadBack, Step::Record],
            Unfinished::App(_) => &[Step::Code, Step::RecordApp, Step::PushApp],
            Unfinished::Token(_) => &[Step::RecordApp],
            Unfinished::Person(_) => &[Step::Record],
        },
        Job::Withdraw { .. } => &[Step::Key, Step::Pin, Step::Record, Step::Push],
        Job::Reset => &[
            Step::Key,
            Step::Check,
            Step::Confirm,
            Step::Reset,
            Step::Empty,
            Step::Record,
            Step::Push,
        ],
        Job::Care { care } => care_steps(care),
        Job::App { app, .. } => app::steps(*app),
        Job::Loss { loss, .. } => loss::steps(*loss),
        Job::AccountReset { what, .. } => account_reset::steps(*what),
    }
}

fn care_steps(job: &CareJob) -> &'static [Step] {
    match job {
        CareJob::Test => &[
            Step::Key,
            Step::Check,
            Step::Pin,
            Step::Create,
            Step::Test,
            Step::SignTouched,
            Step::Exclude,
            Step::Clean,
            Step::Record,
        ],
        CareJob::SetPin | CareJob::ChangePin => &[
            Step::Key,
            Step::Check,
            Step::Pin,
            Step::ReadBack,
            Step::Record,
        ],
        CareJob::CheckReturn { .. } => &[Step::Key, Step::Check, Step::Test],
        CareJob::VerifyPin => &[Step::Key, Step::Pin],
        CareJob::Configure => &[
            Step::Key,
            Step::Check,
            Step::Pin,
            Step::Change,
            Step::ReadBack,
            Step::Record,
        ],
        CareJob::Credentials | CareJob::Fingerprints => &[Step::Key, Step::Pin, Step::ReadBack],
        CareJob::TestFor { .. } => &[Step::Key, Step::Pin, Step::Test, Step::Record, Step::Push],
    }
}
