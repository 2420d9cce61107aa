//! What is asked and shown about authenticator apps and hardware tokens.

use std::ops::Deref;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::{PushState, Step};
use crate::domain::factor::CodeVerdict;
use crate::domain::visit::SuspendedWhy;
use crate::domain::{FactorId, Person};
use crate::totp::AppSetup;
use crate::wire::{Factor, Said};

/// The secret that a person is to scan, on its way to the screen. Shared, never copied: when the question that carries it is over
/// and the workflow has ended, it is zeroised. Its `Debug` tells nothing.
#[derive(Debug, Clone)]
pub struct OnScreen(Arc<AppSetup>);

impl OnScreen {
    /// Of a secret that the phone does not have yet.
    pub fn new(enrolment: AppSetup) -> Self {
        Self(Arc::new(enrolment))
    }
}

impl Deref for OnScreen {
    type Target = AppSetup;

    fn deref(&self) -> &AppSetup {
        &self.0
    }
}

/// The same secret, not an equal one: nothing here compares secrets.
impl PartialEq for OnScreen {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What a code is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code-of", rename_all = "kebab-case")]
pub enum CodeOf {
    /// An app or token that is active.
    Factor { factor: Factor },
    /// An app that is being enrolled.
    NewApp {
        person: Person,
        /// What it will be called.
        name: String,
    },
    /// A hardware token that is being given to a person.
    Token {
        /// As it is printed on it.
        serial: String,
    },
}

/// The station's clock, compared with the registry's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "station-clock", rename_all = "kebab-case")]
pub enum StationClock {
    /// They agree to within 15 s.
    Right,
    /// They do not. Codes are checked by the registry's all the same.
    Off {
        /// By how many seconds the station's is fast; negative: slow.
        fast_s: i64,
    },
    /// The registry's was never heard: codes are checked by the station's own, which may be the one that is wrong.
    Unknown,
}

/// What a factor is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    Test,
    /// To prove the person, before something is replaced or removed.
    Prove,
    /// To be replaced by a new app.
    Replace,
    /// To be removed.
    Remove,
}

/// What is asked about an authenticator app or a hardware token. Esc (cancel) is always possible besides.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "about-app", rename_all = "kebab-case")]
pub enum AppQuestion {
    /// What shall the new app be called? → [`Answer::Yes`] for the suggestion, [`Answer::Typed`] for another name
    NameApp {
        person: Person,
        /// What it is called otherwise.
        suggested: String,
    },
    /// The secret, to be scanned or typed by hand; then the code that the phone shows. The question is void from `until` on: the
    /// secret leaves the screen, and [`AppQuestion::ShowAgain`] follows. → [`Answer::Code`]
    ShowSecret {
        person: Person,
        /// What is shown.
        #[serde(skip)]
        enrolment: OnScreen,
        /// It leaves the screen then, by the station's clock.
        until: Timestamp,
        /// What the codes before came to.
        wrong: Option<CodeVerdict>,
    },
    /// The secret was on the screen for long enough: once more? → [`Answer::Yes`]
    ShowAgain { person: Person },
    /// The code of an app or token. → [`Answer::Code`]
    TypeCode {
        of: CodeOf,
        /// What the codes before came to.
        wrong: Option<CodeVerdict>,
    },
    /// That code was wrong; the one that follows it is needed to say why. → [`Answer::Code`]
    NextCode { of: CodeOf },
    /// Why the codes are wrong and what to do about it; then it is tried again. → [`Answer::Yes`]
    Advice {
        of: CodeOf,
        verdict: CodeVerdict,
        /// Whether the station's own clock is to be looked at first.
        station_clock: StationClock,
    },
    /// Which factor? → [`Answer::Factor`], [`Answer::WithKey`] where that is offered
    ChooseFactor {
        person: Person,
        purpose: Purpose,
        /// Those that are active.
        factors: Vec<Factor>,
        /// A security key will do as well.
        with_key: bool,
    },
    /// Which administrator of their organisation is at the desk and answers for this person? → [`Answer::Administrator`]
    ChooseAdministrator {
        person: Person,
        /// Those who can.
        administrators: Vec<Person>,
    },
    /// Which of these waits to be taken? → [`Answer::Nth`]
    ChooseWaiting {
        person: Person,
        /// What people call them.
        names: Vec<String>,
    },
    /// The person goes: are these theirs, and all of them? → [`Answer::Yes`], [`Answer::Keep`] where one is not
    ConfirmFactors {
        /// Who goes.
        person: Person,
        /// All factors of the account.
        factors: Vec<Theirs>,
    },
    /// Remove this factor? Its codes open nothing from then on. → [`Answer::Yes`]
    ConfirmFactorRemoval {
        person: Person,
        factor: Factor,
        /// The apps and tokens that are left.
        left: Vec<Factor>,
    },
    /// Which hardware token? The serial as it is printed on it. → [`Answer::Typed`]
    TokenSerial {
        person: Person,
        /// The last answer was empty or too long.
        wrong: bool,
    },
}

/// A factor of whoever goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Theirs {
    /// What people call it.
    pub name: String,
    /// Why it opens nothing now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended: Option<SuspendedWhy>,
}

/// What is done about a person's apps and tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppJob {
    Enrol,
    /// Enrols a key and then an app, in one visit.
    Both,
    /// Tests an app or a token.
    Test,
    /// Enrols an app in the place of another one, which is removed.
    Replace,
    /// Removes an app or takes back a token.
    Remove,
    /// Makes a token of the stock the person's.
    Assign,
    /// Takes what was made for the person while they were not there.
    Accept,
    /// Ends the visit: the person goes.
    Leave,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum AppResult {
    /// An app is enrolled: its code was right.
    Enrolled {
        /// What it is called.
        name: String,
        /// What it takes the place of.
        #[serde(skip_serializing_if = "Option::is_none")]
        old: Option<Replaced>,
        push: PushState,
    },
    /// An app or token was tested, and works.
    Tested {
        factor: Factor,
        /// How the registry took its code.
        verdict: CodeVerdict,
    },
    /// A factor was removed.
    Removed { factor: Factor, push: PushState },
    /// The visit is ended.
    Left {
        /// What the person said of the factors of their account.
        said: Said,
    },
    /// What waited is the person's.
    Accepted { name: String },
    /// A token is the person's.
    Assigned {
        /// As it is printed on it.
        serial: String,
        /// The factor that it is now.
        factor: FactorId,
    },
}

/// A factor in whose place a new app comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replaced {
    pub factor: FactorId,
    /// What it is called.
    pub name: String,
}

impl Replaced {
    /// Whether the registry ended it: it does so when it takes the new one, and not before.
    pub fn is_over(push: &PushState) -> bool {
        match push {
            PushState::Accepted => true,
            PushState::Waiting | PushState::Queued | PushState::Conflict { .. } => false,
        }
    }
}

/// The steps of a job.
pub(super) fn steps(job: AppJob) -> &'static [Step] {
    match job {
        AppJob::Enrol => &[
            Step::Identify,
            Step::Secret,
            Step::Code,
            Step::RecordApp,
            Step::PushApp,
        ],
        AppJob::Both => &[
            Step::Identify,
            Step::Key,
            Step::Check,
            Step::Pin,
            Step::Create,
            Step::Test,
            Step::Record,
            Step::Push,
            Step::Secret,
            Step::Code,
            Step::RecordApp,
            Step::PushApp,
        ],
        AppJob::Test => &[Step::Code],
        AppJob::Replace => &[
            Step::Identify,
            Step::Prove,
            Step::Secret,
            Step::Code,
            Step::RecordApp,
            Step::PushApp,
        ],
        AppJob::Remove => &[
            Step::Identify,
            Step::Prove,
            Step::Confirm,
            Step::Record,
            Step::Push,
        ],
        AppJob::Assign => &[Step::Identify, Step::Code, Step::RecordApp],
        AppJob::Accept => &[Step::Identify, Step::Prove, Step::Push],
        AppJob::Leave => &[Step::Confirm, Step::Push],
    }
}
