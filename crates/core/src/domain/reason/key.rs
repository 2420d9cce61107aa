//! Why a key did not do what was asked, or is not taken.

use serde::{Deserialize, Serialize};

use crate::domain::care::Setting;
use crate::domain::policy::Finding;
use crate::domain::reset::CaseFault;
use crate::domain::stop_code::StopCode;
use crate::domain::unfit::Unfit;

use super::Why;

/// Why a key did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyFault {
    /// Pulled.
    Gone,
    /// Pulled, and one like it is in the slot now: nothing shows that it is the same.
    Replugged,
    /// The person in front of the screen stopped it.
    Cancelled,
    /// Nobody touched it in time.
    TouchTimeout,
    /// Wrong PIN.
    WrongPin {
        /// As the key says, where it says.
        retries: Option<u8>,
    },
    /// Three wrong in a row: it must be pulled and put back.
    PowerCycleNeeded,
    /// All attempts are used up.
    PinBlocked,
    /// The PIN must be changed before it opens anything.
    PinChangeNeeded,
    /// The key's own rules refuse this PIN.
    PinRefused,
    /// The key refuses this PIN under its stated policy on simple ones; its length is not why.
    PinTooSimple {
        /// Where the key says that the policy is explained.
        explained_at: Option<String>,
    },
    /// The PIN is longer than the key takes.
    PinTooLong {
        /// The longest, in code points.
        max: u8,
    },
    /// It holds a credential of the exclude list.
    Excluded,
    /// It holds none of the credentials asked for.
    NoCredential,
    /// No room.
    StoreFull,
    /// It can't do this.
    Unsupported(Lacks),
    /// Anything else.
    Failed(Failure),
}

impl KeyFault {
    /// Its stable word.
    pub fn code(&self) -> StopCode {
        match self {
            Self::Gone => StopCode::KeyGone,
            Self::Replugged => StopCode::KeyReplugged,
            Self::Cancelled => StopCode::Cancelled,
            Self::TouchTimeout => StopCode::TouchTimeout,
            Self::WrongPin { .. } => StopCode::WrongPin,
            Self::PowerCycleNeeded => StopCode::PowerCycleNeeded,
            Self::PinBlocked => StopCode::PinBlocked,
            Self::PinChangeNeeded => StopCode::PinChangeNeeded,
            Self::PinRefused => StopCode::PinRefused,
            Self::PinTooSimple { .. } => StopCode::PinTooSimple,
            Self::PinTooLong { .. } => StopCode::PinTooLong,
            Self::Excluded => StopCode::Excluded,
            Self::NoCredential => StopCode::NoCredential,
            Self::StoreFull => StopCode::StoreFull,
            Self::Unsupported(_) => StopCode::Unsupported,
            Self::Failed(_) => StopCode::KeyFailed,
        }
    }

    /// Whether the key took a new PIN for no good one: it is as it was.
    pub fn refuses_pin(&self) -> bool {
        matches!(
            self,
            Self::PinRefused | Self::PinTooSimple { .. } | Self::PinTooLong { .. }
        )
    }

    /// In the words of whoever was asked in place of a person, e.g. of the command line.
    pub fn told(words: impl Into<String>) -> Self {
        Self::Failed(Failure::Told {
            words: words.into(),
        })
    }
}

/// What a key, or the place where it is, can't do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lacks {
    /// It speaks U2F only.
    Fido2,
    /// PINs.
    Pins,
    /// A first PIN: it has one.
    FirstPin,
    /// A change of its PIN: it has none.
    PinChange,
    /// To force a change of its PIN.
    ForcedPinChange,
    /// To list and delete what it holds.
    Credentials,
    /// To list what it holds without a PIN.
    CredentialsWithoutPin,
    /// To rename a credential.
    Renaming,
    /// To list what it holds for longer than one command.
    LastingToken,
    /// A fingerprint sensor.
    Fingerprints,
    /// Fingerprints: it knows people by something else.
    OtherBiometrics,
    /// Fingerprints without a PIN.
    FingerprintsWithoutPin,
    /// To verify somebody by itself.
    BuiltInUv,
    /// The same for what a token opens, or it has none set up.
    FingerToken,
    /// To do this with its PIN: it wants a finger.
    ByPin,
    /// To do this with a finger: it wants its PIN.
    ByFinger,
    /// To blink on request.
    Blinking,
    /// To be chosen by touch.
    Selection,
    /// A reset over USB.
    UsbReset {
        /// How it takes one.
        over: Vec<String>,
    },
    /// A reset: it refused one again, well inside its time.
    Reset,
    /// A setting.
    Setting {
        /// Which.
        setting: Setting,
    },
    /// To be configured in this way.
    Configuring,
    /// A random PIN: there is nothing here to hand it over with.
    HandOver,
    /// A random PIN at the kiosk: it goes into a letter.
    Letters,
}

/// How a key, or the way to it, failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// It refused, with a status.
    Refused {
        /// The command.
        operation: String,
        /// As the specification numbers it.
        status: String,
    },
    /// It did not answer in time.
    Silent {
        /// The command.
        operation: String,
        /// How long it had.
        limit_ms: u64,
    },
    /// It served another program all the while.
    OtherProgram {
        /// How long.
        limit_ms: u64,
    },
    /// The operating system refused to talk to it.
    System {
        /// As the system puts it.
        reason: String,
    },
    /// Its answer makes no sense.
    Garbled {
        /// The command.
        operation: String,
        /// What is wrong with it, for whoever reads a log.
        detail: String,
    },
    /// It takes no request of this size.
    TooLarge {
        /// The request, in bytes.
        bytes: usize,
        /// What it takes.
        limit: usize,
    },
    /// The source of randomness is broken.
    Randomness,
    /// Its minimum PIN length can only be raised.
    MinPinLength {
        /// What it is.
        min: u8,
    },
    /// More relying parties than it keeps.
    RelyingParties {
        /// How many it keeps.
        max: u64,
    },
    /// There is no key.
    NoKey,
    /// It is plugged in and can't be used.
    NotReady,
    /// Too many jobs wait for it.
    Crowded,
    /// It has no such fingerprint.
    NoFinger,
    /// An account needs a name.
    NoName,
    /// A random PIN can't be of that length.
    PinLength {
        /// In characters.
        characters: u8,
    },
    /// A tag is one line.
    TagForm,
    /// Another key has the tag.
    TagTaken,
    /// In somebody's words.
    Told {
        /// Which.
        words: String,
    },
}

/// What is wrong with what a key answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// Its authenticator data is too short.
    DataShort,
    /// It signed for another relying party.
    OtherParty,
    /// It did it without a touch.
    Untouched,
    /// It did not verify the person.
    Unverified,
    /// It says that it verified the person, and nobody was verified.
    VerifiedNobody,
    /// The signature can't be read.
    SignatureMalformed,
    /// The signature is wrong.
    SignatureWrong,
    /// The public key can't be used.
    PublicKey,
    /// It signed with another credential.
    OtherCredential,
    /// The signature counter does not rise.
    Counter {
        /// What it was.
        from: u32,
        /// What it is.
        to: u32,
    },
    /// It made a credential of an algorithm that it does not offer.
    Algorithm {
        /// As COSE numbers it.
        algorithm: i64,
    },
    /// It made a second credential although the first was excluded.
    SecondCredential,
    /// A credential of the test stays on it.
    TestLeft,
    /// It still lists the credential that it said was deleted.
    CredentialStays,
    /// It does not show the new name of an account.
    NameNotShown,
    /// It does not list the finger that it said was enrolled.
    FingerNotListed,
    /// It does not show the new name of a fingerprint.
    FingerNotNamed,
    /// It still lists the fingerprint that it said was removed.
    FingerStays,
    /// Whose credential it is has changed meanwhile.
    OwnerChanged,
    /// It does not take the PIN that was written to it.
    PinNotTaken,
    /// It said that it was reset, and is not empty.
    NotEmpty,
    /// It does not show a setting that it accepted.
    SettingNotShown {
        /// Which.
        setting: Setting,
    },
    /// It is not the key of the operator who is signed in.
    NotOperators,
    /// Only the registry can check this kind of key.
    OnlyRegistry,
}

/// Why a key is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// What was found about it.
    Found {
        /// All that speaks against it.
        findings: Vec<Finding>,
    },
    /// It takes no part in the batch.
    Unfit {
        /// Why.
        why: Unfit,
    },
    /// It failed its test.
    TestFailed {
        /// Where it says why.
        why: Option<Why>,
    },
    /// It is enrolled for somebody, and nothing tells it from others of its model.
    Anothers {
        /// Whom, where the key says.
        person: Option<String>,
    },
    /// It holds an enrolment of this person that the registry refused.
    Unresolved,
    /// It holds a credential for this person that the registry can't be asked about.
    Unasked,
    /// It has no PIN, so that it is no operator's.
    NoPin,
    /// It is the operator's own.
    OperatorsOwn,
    /// What must be said of a reset is missing.
    Case {
        /// What.
        fault: CaseFault,
    },
    /// It shows by now that it is somebody's, which nobody confirmed.
    ShowsMore {
        /// Whose.
        person: String,
    },
    /// It does not say whose it is, and nothing tells it from its twins.
    TellsNothing,
    /// Something was made or set on it since it was looked at, which nobody confirmed.
    UsedSince,
    /// The operator takes another one.
    NotWanted,
    /// It is somebody's, and is not emptied along with a box of others.
    Somebodys {
        /// Whose, where that is known.
        people: Vec<String>,
        /// That is certain.
        surely: bool,
    },
    /// No tags are left.
    TagsUsedUp {
        /// Of which pattern.
        pattern: String,
    },
}

impl std::error::Error for KeyFault {}
