//! What passes between a workflow and the people in front of the screen: plain values, the same for every face.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::care::Stake;
use crate::domain::care::{
    Care, FingerSample, Fingerprint, Oddity, Setting, StoredCredential, TestedStep,
};
use crate::domain::change::{Remains, Unfinished};
use crate::domain::policy::Verdict;
use crate::domain::reset::{Losses, ResetCase};
use crate::domain::{Bytes, Identification, KeyFacts, Person, PersonId, Pin, Place};
use crate::wire::KeyReport;

/// What a run is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "job", rename_all = "kebab-case")]
pub enum Job {
    /// An operator signs in with their own key.
    SignIn,
    /// An operator's first sign-in: enrols their own key.
    FirstSignIn,
    /// Enrols a key for a person.
    Enrol {
        /// For whom.
        person: Person,
    },
    /// Finishes or undoes unfinished work.
    Resolve {
        /// Which.
        unfinished: Box<Unfinished>,
    },
    /// Gives up an enrolment that the registry refused: its credential is deleted from the key.
    Withdraw {
        /// Whose.
        person: Person,
    },
    /// Resets a key.
    Reset,
    /// Does something to one key besides enrolling it.
    Care {
        /// What.
        care: CareJob,
    },
}

/// What is done to one key.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "care", rename_all = "kebab-case")]
pub enum CareJob {
    /// Tests it with a throwaway credential.
    Test,
    /// Tests whether it works for a person.
    TestFor {
        /// For whom.
        person: PersonId,
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
    /// The registry's offer.
    Offer,
    /// Who is at the desk.
    Identify,
    /// Which key.
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
            Unfinished::Care(_) => &[Step::Key, Step::Pin, Step::ReadBack, Step::Record],
        },
        Job::Withdraw { .. } => &[Step::Key, Step::Pin, Step::Record],
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

/// What is asked. Esc (cancel) is always possible besides.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "question", rename_all = "kebab-case")]
pub enum Question {
    /// Is this the person, and how was it established? → [`Answer::Identified`]
    Identify {
        /// Who is expected.
        person: Person,
    },
    /// Which of these? The list may be empty: "put the key in". The question is asked anew when the bay changes
    /// (the old one is then withdrawn by [`Event::Withdrawn`]). → [`Answer::Key`], [`Answer::ByTouch`], [`Answer::Wink`]
    ChooseKey {
        /// What is in the bay.
        keys: Vec<KeyFacts>,
    },
    /// The verdict has warnings: use this key? → [`Answer::Yes`] (or cancel, or [`Answer::OtherKey`])
    Admit {
        /// The key.
        key: KeyFacts,
        /// What was found.
        verdict: Verdict,
    },
    /// The person chooses a PIN, typed twice. → [`Answer::Pin`]
    NewPin {
        /// The key.
        key: KeyFacts,
        /// The least length, in code points.
        min_length: u8,
        /// The key refused the last one.
        refused: bool,
    },
    /// The person types the key's PIN. → [`Answer::Pin`]
    CurrentPin {
        /// The key.
        key: KeyFacts,
        /// Attempts left, where the key says.
        retries: Option<u8>,
        /// The last one was wrong.
        wrong: bool,
    },
    /// The key holds a credential for this person already: test it instead? → [`Answer::Yes`], [`Answer::OtherKey`]
    Retest {
        /// The key.
        key: KeyFacts,
    },
    /// Which settings shall the key get? → [`Answer::Settings`]
    Settings {
        /// The key.
        key: KeyFacts,
        /// What it offers and does not have yet.
        offered: Vec<Setting>,
    },
    /// These can't be taken back but by a reset: go on? → [`Answer::Yes`], [`Answer::OtherKey`] to choose again
    ConfirmSettings {
        /// The key.
        key: KeyFacts,
        /// What it will get.
        settings: Vec<Setting>,
    },
    /// What the key holds: what next? → [`Answer::Done`], [`Answer::Remove`], [`Answer::Rename`]
    Credentials {
        /// The key.
        key: KeyFacts,
        /// By RP.
        held: Vec<HeldCredential>,
        /// Room for that many more, at most.
        free_slots: Option<u64>,
    },
    /// The fingerprints: what next? → [`Answer::Done`], [`Answer::AddFinger`], [`Answer::Remove`], [`Answer::Rename`]
    Fingerprints {
        /// The key.
        key: KeyFacts,
        /// Those that it has.
        list: Vec<Fingerprint>,
    },
    /// Remove this? There is no way back. → [`Answer::Yes`], [`Answer::OtherKey`] to keep it
    ConfirmRemoval {
        /// The key.
        key: KeyFacts,
        /// What.
        what: Removal,
    },
    /// Who asked for the reset, and why? Somebody loses the key. → [`Answer::Case`]
    ResetCase {
        /// The key.
        key: KeyFacts,
        /// What is lost.
        losses: Losses,
        /// What is known of the case.
        case: ResetCase,
        /// Something was missing from the last answer.
        wrong: bool,
    },
    /// All of this is lost for ever: the word is to be typed. → [`Answer::Typed`]
    ConfirmReset {
        /// The key.
        key: KeyFacts,
        /// What is lost.
        losses: Losses,
        /// What is to be typed.
        word: String,
        /// The last answer was another one.
        wrong: bool,
    },
    /// Nobody touched in time: once more? → [`Answer::Yes`]
    TouchAgain {
        /// The key.
        key: KeyFacts,
    },
}

/// A credential on a key, and whom it lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldCredential {
    /// Which.
    #[serde(flatten)]
    pub credential: StoredCredential,
    /// Whom.
    #[serde(flatten)]
    pub stake: Stake,
}

/// What is to be removed from a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Removal {
    /// A credential.
    Credential {
        /// Which.
        held: HeldCredential,
    },
    /// A fingerprint.
    Fingerprint {
        /// Which.
        fingerprint: Fingerprint,
    },
}

/// An answer to a [`Question`].
pub enum Answer {
    /// Identified so.
    Identified(Identification),
    /// This one.
    Key(Place),
    /// The one that will be touched.
    ByTouch,
    /// Make this one blink, then ask again.
    Wink(Place),
    /// Take another key.
    OtherKey,
    /// Go on.
    Yes,
    /// The PIN.
    Pin(Pin),
    /// These settings.
    Settings(Vec<Setting>),
    /// Nothing more.
    Done,
    /// Remove the credential or fingerprint of this id.
    Remove(Bytes),
    /// Give the credential or fingerprint of this id another name.
    Rename(Bytes, String),
    /// Enrol a finger, with a name or without.
    AddFinger(Option<String>),
    /// The case.
    Case(ResetCase),
    /// The word.
    Typed(String),
}

impl Answer {
    /// The answer's name, for a log: never its content.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Identified(_) => "identified",
            Self::Key(_) => "key",
            Self::ByTouch => "by-touch",
            Self::Wink(_) => "wink",
            Self::OtherKey => "other-key",
            Self::Yes => "yes",
            Self::Pin(_) => "pin",
            Self::Settings(_) => "settings",
            Self::Done => "done",
            Self::Remove(_) => "remove",
            Self::Rename(..) => "rename",
            Self::AddFinger(_) => "add-finger",
            Self::Case(_) => "case",
            Self::Typed(_) => "typed",
        }
    }
}

/// What happens in a run. The command line prints each as one JSON line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A run begins.
    Began {
        /// What it is about.
        job: Job,
    },
    /// A step is now the current one.
    Step {
        /// Which.
        step: Step,
    },
    /// A step is done.
    StepDone {
        /// Which.
        step: Step,
        /// What came of it.
        note: Note,
    },
    /// The challenge's life.
    Challenge {
        /// Its end, by the station's clock.
        expires_at: Timestamp,
    },
    /// A key is waiting for a finger.
    Touch {
        /// Which key.
        key: KeyFacts,
        /// This is touch number `nth` …
        nth: u8,
        /// … of so many.
        of: u8,
        /// Until then.
        until: Timestamp,
    },
    /// The key is blinking (a keepalive said so), or busy.
    Alive {
        /// It waits for a touch.
        touch: bool,
    },
    /// The sensor waits for a finger; what came of the touch before, if there was one.
    Finger {
        /// Which key.
        key: KeyFacts,
        /// The touch before.
        sample: Option<FingerSample>,
    },
    /// The touch was felt, or the wait ended.
    TouchOver,
    /// The key was pulled; the run waits for it at the same place.
    Pulled {
        /// Which.
        key: KeyFacts,
    },
    /// It is back.
    Back {
        /// Which.
        key: KeyFacts,
    },
    /// What is to be done with a key that is being reset.
    Coach {
        /// Which.
        key: KeyFacts,
        /// What.
        coach: Coach,
    },
    /// The key that was chosen is not the one that the unfinished work is about; it is asked for again.
    OtherKey {
        /// The one that is.
        wanted: KeyReport,
    },
    /// The pending question is void.
    Withdrawn,
    /// From now on a stop leaves this behind.
    Leaves {
        /// What.
        remains: Remains,
    },
    /// The run is over; nothing follows.
    Ended {
        /// How.
        ending: Ending,
    },
}

/// What is to be done with a key that is being reset. Each takes the place of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "coach", rename_all = "kebab-case")]
pub enum Coach {
    /// Pull it.
    Pull {
        /// Why once more.
        #[serde(skip_serializing_if = "Option::is_none")]
        again: Option<Again>,
    },
    /// Put it back into the same slot. From then on it takes a reset for so long.
    PutBack {
        /// In seconds.
        window_s: i64,
    },
    /// It is in: the reset is on its way.
    Window {
        /// Until then the key takes it, by the station's clock.
        until: Timestamp,
    },
    /// Touch it.
    Touch {
        /// Until then.
        until: Timestamp,
        /// Hold it for so long; 0: a short touch will do.
        hold_s: u8,
    },
}

/// How long a key asks to be held for a reset (longTouchForReset, CTAP 2.3, section 6.6), in seconds.
pub const HOLD_S: u8 = 10;

/// Why a reset has to be tried once more. Nothing on the key has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Again {
    /// The reset came too late after the plug.
    TooLate,
    /// Nobody touched the key, or not for long enough.
    Untouched,
    /// The key was pulled, and still holds what it held.
    Pulled,
    /// Another key was put in.
    OtherKey,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "note", rename_all = "kebab-case")]
pub enum Note {
    /// Nothing to add.
    None,
    /// Identified so.
    Identified {
        /// How.
        identification: Identification,
    },
    /// This key.
    Key {
        /// Which.
        key: KeyFacts,
    },
    /// The verdict.
    Verdict {
        /// What was found.
        verdict: Verdict,
    },
    /// The person set a PIN.
    PinSet,
    /// The person changed the PIN because the key demanded it.
    PinChanged,
    /// The person typed the PIN, or the key verified a finger.
    Verified,
    /// The key has no PIN.
    NoPin,
    /// What is unusual about the key.
    Oddities {
        /// Heaviest first.
        oddities: Vec<Oddity>,
    },
    /// The key holds so many of them.
    Held {
        /// How many.
        count: usize,
    },
    /// A step of a test.
    Tested {
        /// How it went.
        tested: TestedStep,
    },
    /// The key signed; its public key is not known here, so that only the registry can check the signature.
    LeftToRegistry,
    /// What a reset destroys.
    Losses {
        /// By name.
        losses: Losses,
    },
    /// It waits in the outbox.
    Queued,
    /// The registry refused it; see the outbox.
    Conflict {
        /// The registry's words.
        detail: String,
    },
}

/// How a run ended, for the closing screen and the last JSON line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "ending", rename_all = "kebab-case")]
pub enum Ending {
    /// A key was enrolled and tested.
    Enrolled {
        /// For whom.
        person: Person,
        /// Which.
        key: KeyFacts,
        /// Accepted, queued or in conflict.
        push: PushState,
    },
    /// A key that was enrolled already was tested.
    Retested {
        /// For whom.
        person: Person,
        /// Which.
        key: KeyFacts,
        /// Accepted, queued or in conflict.
        push: PushState,
    },
    /// An operator signed in.
    SignedIn,
    /// A key signed for a person, and the registry was or will be told.
    WorksFor {
        /// For whom.
        person: PersonId,
        /// Which.
        key: KeyFacts,
        /// Accepted, queued or in conflict.
        push: PushState,
    },
    /// Something was done to a key.
    Cared {
        /// Which, as it is now.
        key: KeyFacts,
        /// What came of it.
        result: Box<CareResult>,
    },
    /// A key was reset and is empty.
    Reset {
        /// Which, as it is now.
        key: KeyFacts,
        /// What was lost.
        losses: Losses,
        /// Accepted, queued or in conflict.
        push: PushState,
    },
    /// Unfinished work was ended.
    Resolved {
        /// What remains on the key.
        remains: Remains,
    },
    /// An enrolment that the registry refused was given up.
    Withdrawn {
        /// Whose.
        person: Person,
        /// What remains on the key.
        remains: Remains,
    },
    /// It stopped.
    Stopped {
        /// Why.
        stop: StopView,
        /// What remains on the key.
        remains: Remains,
    },
}

/// What care came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum CareResult {
    /// This was done and recorded.
    Done {
        /// What.
        care: Care,
    },
    /// These were done and recorded.
    Changes {
        /// What, in order.
        done: Vec<Care>,
    },
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
    /// It waits in the outbox.
    Queued,
    /// Refused by the registry.
    Conflict {
        /// The registry's words.
        detail: String,
    },
}

/// Why a run stopped, as a face shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StopView {
    /// Stable word, e.g. `cancelled`, `key-refused`, `unreachable`; also the key of the localised text.
    pub code: String,
    /// In English, with the facts.
    pub detail: String,
}
