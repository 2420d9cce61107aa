//! A run as the kiosk shows it: checklist, pending question with what has been entered so far, touch, ending.

use jiff::Timestamp;

use crate::domain::act::{Act, Deed};
use crate::domain::identification::{DeskMethod, Document, Earlier, MethodId};
use crate::domain::pin::PinError;
use crate::domain::policy::Verdict;
use crate::domain::{KeyFacts, OperatorId, Person, PersonId, Pin, UsbPath};
use crate::record::Remains;
use crate::tui::entry::{Line, SecretLine};
use crate::tui::model::{
    AccountResetAsking, AppAsking, CareAsking, Coached, Finger, LoanAsking, LossAsking,
    ResetAsking, Shown, WishTyped,
};
use crate::wire::ServedBy;
use crate::workflow::KeyFault;
use crate::workflow::dialogue::{CareJob, Ending, Job, Note, Step, Wanted, steps};

/// The key by which whoever is signed in was let in.
#[derive(Clone)]
pub struct OwnKey {
    pub operator: OperatorId,
    pub key: KeyFacts,
}

/// A run, from its beginning until its closing screen is left.
pub struct Run {
    pub job: Job,
    pub steps: Vec<(Step, Progress)>,
    /// What is in front.
    pub phase: Phase,
    /// The slot of the key that was asked to blink last.
    pub winked: Option<u16>,
    /// The place that was marked last, kept when the question is asked anew.
    pub marked_place: Option<UsbPath>,
    /// The line of a key's list that was marked when something was done to it.
    pub marked_line: usize,
    /// The end of the challenge's life.
    pub expires_at: Option<Timestamp>,
    /// What a stop leaves behind at this moment.
    pub leaves: Remains,
    /// Esc was pressed once where a stop leaves something behind.
    pub stop_asked: bool,
    /// The stop was sent.
    pub stopping: bool,
    /// Who else serves the person.
    pub served_by: Option<ServedBy>,
    /// How the person was identified the last time, where that was otherwise.
    pub identified_before: Option<Earlier>,
    /// Who proves a factor that they have: what is done meanwhile is of that step.
    pub prover: Option<String>,
    /// What is signed besides by that.
    pub signing: Option<Act>,
    /// The key of whoever is signed in.
    pub own: Option<OwnKey>,
    /// The key, once chosen.
    pub key: Option<KeyFacts>,
    /// The key that was chosen is not this one, which is meant.
    pub wanted: Option<Wanted>,
    /// The key was pulled, and is checked from the start.
    pub anew: bool,
    /// What was typed of why a reset is asked for, once it was answered.
    pub wish: Option<WishTyped>,
}

/// What is in front in a run: each takes the place of the one before.
pub enum Phase {
    /// The station works.
    Working,
    /// The pending question, and what has been entered so far.
    Asking(Asking),
    Touch(Touch),
    /// A finger is awaited on the sensor.
    Finger(Finger),
    /// What is to be done with the key that is being reset.
    Coached(Coached),
    /// The key that must be put back.
    Pulled(KeyFacts),
    /// The people chose to let a touch decide; all keys blink.
    ByTouch,
    /// It is over: the closing screen.
    Over(Ending),
}

/// Where a step stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    Ahead,
    Current,
    /// Done, and what came of it.
    Done(Box<Note>),
}

/// A touch that a run waits for.
#[derive(Debug, Clone, PartialEq)]
pub struct Touch {
    pub key: KeyFacts,
    /// Touch number …
    pub nth: u8,
    /// … of so many.
    pub of: u8,
    pub until: Timestamp,
    /// The key said that it waits for a touch.
    pub blinking: bool,
}

/// A question with what has been entered so far.
pub enum Asking {
    /// Who is at the desk?
    Identify(Identify),
    ChooseKey {
        /// What is in the bay.
        keys: Vec<KeyFacts>,
        marked: usize,
    },
    /// Use this key in spite of warnings?
    Admit {
        key: KeyFacts,
        verdict: Verdict,
    },
    /// The person chooses a PIN.
    NewPin(NewPin),
    /// The person types the PIN.
    CurrentPin(CurrentPin),
    /// Test instead of enrolling?
    Retest {
        key: KeyFacts,
    },
    /// Once more?
    TouchAgain {
        key: KeyFacts,
    },
    /// Something about care of one key.
    Care(Box<CareAsking>),
    Reset(Box<ResetAsking>),
    /// Something about an authenticator app or a hardware token.
    App(Box<AppAsking>),
    /// Something about a factor that is lost.
    Loss(Box<LossAsking>),
    Loan(Box<LoanAsking>),
    /// Something about the reset of an account.
    AccountReset(Box<AccountResetAsking>),
}

/// How the person is identified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identify {
    /// Who is expected.
    pub person: Person,
    /// By which methods they may be; none: by the one that goes without saying.
    pub methods: Vec<DeskMethod>,
    /// The one that was chosen; there is a choice only where there are several.
    pub method: Option<MethodId>,
    pub document: Option<Document>,
    pub last_four: Line,
    /// Enter was pressed too early.
    pub wrong: bool,
}

impl Identify {
    /// Which method is to be chosen first.
    pub fn is_to_choose(&self) -> bool {
        self.methods.len() > 1 && self.method.is_none()
    }

    /// The method by which they are identified.
    pub fn by(&self) -> MethodId {
        let only = || self.methods.first().map(|method| method.id.clone());
        self.method.clone().or_else(only).unwrap_or_default()
    }
}

/// A PIN that is being chosen.
pub struct NewPin {
    pub key: KeyFacts,
    /// The least length, in code points.
    pub min_length: u8,
    /// The first of two, once typed.
    pub first: Option<Pin>,
    pub line: SecretLine,
    /// What is wrong with the last attempt.
    pub complaint: Option<PinComplaint>,
}

/// A PIN that is being typed.
pub struct CurrentPin {
    pub key: KeyFacts,
    /// Attempts left, where the key says.
    pub retries: Option<u8>,
    pub line: SecretLine,
    /// What is wrong with the last attempt.
    pub complaint: Option<PinComplaint>,
}

/// What is wrong with a PIN. Carries no part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinComplaint {
    /// Not a possible PIN.
    Form(PinError),
    /// The two entries differ.
    Mismatch,
    /// The key refused it.
    Refused(KeyFault),
    /// It is not the key's PIN.
    Wrong,
}

impl Run {
    /// What somebody signs who answers for another person.
    pub fn answering_for(&self) -> Option<&Act> {
        self.signing.as_ref().filter(|act| !act.is_for_oneself())
    }

    /// What is read before it is signed: the reset of an account, or a loan.
    pub fn signing_reset(&self) -> Option<&Act> {
        self.signing.as_ref().filter(|act| match act.deed {
            Deed::AskReset { .. }
            | Deed::VouchReset { .. }
            | Deed::ReleaseReset { .. }
            | Deed::Lend { .. } => true,
            Deed::Vouch { .. } | Deed::ChangeOwn { .. } => false,
        })
    }

    /// A run that has just begun: its checklist is complete from the start.
    pub fn new(job: Job) -> Self {
        let steps = steps(&job)
            .iter()
            .map(|step| (*step, Progress::Ahead))
            .collect();
        Self {
            job,
            steps,
            phase: Phase::Working,
            winked: None,
            marked_place: None,
            marked_line: 0,
            expires_at: None,
            leaves: Remains::Nothing,
            stop_asked: false,
            stopping: false,
            served_by: None,
            identified_before: None,
            prover: None,
            signing: None,
            own: None,
            key: None,
            wanted: None,
            anew: false,
            wish: None,
        }
    }

    /// The pending question.
    pub fn asking(&self) -> Option<&Asking> {
        match &self.phase {
            Phase::Asking(asking) => Some(asking),
            _ => None,
        }
    }

    /// The same, to be answered.
    pub fn asking_mut(&mut self) -> Option<&mut Asking> {
        match &mut self.phase {
            Phase::Asking(asking) => Some(asking),
            _ => None,
        }
    }

    /// Whose signature it waits for.
    pub fn signer(&self) -> Option<&str> {
        self.signing.as_ref().map(|act| act.signer.id.as_str())
    }

    pub fn ending(&self) -> Option<&Ending> {
        match &self.phase {
            Phase::Over(ending) => Some(ending),
            _ => None,
        }
    }

    pub fn is_over(&self) -> bool {
        self.ending().is_some()
    }

    pub fn current(&self) -> Option<Step> {
        self.steps
            .iter()
            .find(|(_, progress)| *progress == Progress::Current)
            .map(|(step, _)| *step)
    }

    /// The person that it is about; none for an operator's own sign-in.
    pub fn person(&self) -> Option<&Person> {
        match &self.job {
            Job::SignIn | Job::FirstSignIn | Job::Care { .. } => None,
            Job::Reset => self.loser(),
            Job::Enrol { person }
            | Job::Lend { person }
            | Job::Withdraw { person }
            | Job::App { person, .. }
            | Job::Loss { person, .. }
            | Job::AccountReset { person, .. } => Some(person),
            Job::Resolve { unfinished } => unfinished.person(),
        }
    }

    /// Whether it is for them, from their page.
    pub fn is_for(&self, id: &PersonId) -> bool {
        match &self.job {
            Job::Care {
                care:
                    CareJob::TestFor { person }
                    | CareJob::CheckReturn {
                        person: Some(person),
                    },
            } => person == id,
            _ => self.person().is_some_and(|person| person.id == *id),
        }
    }

    /// The first of those who lose the key that is reset.
    fn loser(&self) -> Option<&Person> {
        self.steps.iter().find_map(|(_, progress)| match progress {
            Progress::Done(note) => match &**note {
                Note::Losses { losses } => losses.people().first().copied(),
                _ => None,
            },
            _ => None,
        })
    }

    /// Whether a step is done.
    pub fn is_done(&self, wanted: Step) -> bool {
        self.steps
            .iter()
            .any(|(step, progress)| *step == wanted && matches!(progress, Progress::Done(_)))
    }

    /// Whether it is about an app or a token, or about any factor as the registry has it, and changes no key.
    pub fn is_about_app(&self) -> bool {
        self.job.is_about_app()
    }

    /// Whether an app comes in the place of another one.
    pub fn is_new_phone(&self) -> bool {
        self.job.is_new_phone()
    }

    /// The secret that is on the screen.
    pub fn shown(&self) -> Option<&Shown> {
        match self.asking() {
            Some(Asking::App(app)) => match &**app {
                AppAsking::Secret(shown) => Some(shown),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a sign-in of an operator.
    pub fn is_sign_in(&self) -> bool {
        matches!(self.job, Job::SignIn | Job::FirstSignIn)
    }
}

impl Asking {
    /// Forgets what has been entered; the question stays.
    pub fn forget_entry(&mut self) {
        match self {
            Self::Identify(identify) => {
                identify.method = None;
                identify.document = None;
                identify.last_four.clear();
            }
            Self::NewPin(new) => {
                new.first = None;
                new.line.clear();
            }
            Self::CurrentPin(current) => current.line.clear(),
            Self::ChooseKey { .. }
            | Self::Admit { .. }
            | Self::Retest { .. }
            | Self::TouchAgain { .. }
            | Self::Loan(_)
            | Self::Loss(_) => {}
            Self::App(app) => app.forget_entry(),
            Self::AccountReset(asking) => asking.forget_entry(),
            Self::Reset(reset) => reset.forget_entry(),
            Self::Care(care) => {
                if let Some(name) = care.name() {
                    name.clear();
                }
            }
        }
    }
}
