//! Why a key or the registry did not do what was asked: facts, which only `text` words.
//!
//! Hides how they are written down. Invariant: a reason is written as its stable word with its facts, never as a sentence, so that
//! a record, a log and a script read the same in every language.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::care::Setting;
use super::policy::Finding;
use super::reset::CaseFault;
use super::stop_code::StopCode;
use super::unfit::Unfit;

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

/// What must hold before the registry is asked, and does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmet {
    /// The registry holds no authenticator apps: its release is older than this station's.
    NoApps,
    /// The person has no such factor.
    NoFactor {
        /// Who.
        person: String,
    },
    /// The factor is suspended.
    Suspended {
        /// Whose.
        person: String,
        /// What it is called.
        factor: String,
    },
    /// The operator has no open visit with the person.
    NoVisit {
        /// Whom.
        person: String,
    },
    /// Whoever made a factor does not give it away.
    OwnMake {
        /// To whom.
        person: String,
    },
    /// Nothing of that name waits.
    NotWaiting {
        /// For whom.
        person: String,
    },
    /// A suspension is lifted for its owner, who shows a document.
    Document,
    /// The registry names no credential that is to sign.
    NothingToSign,
    /// The factor opens nothing already: it is gone.
    Gone {
        /// Whose.
        person: String,
    },
    /// The factor opens nothing already: it is suspended for good.
    SuspendedForGood {
        /// Whose.
        person: String,
    },
    /// The person has no enrolled key.
    NoKey {
        /// Who.
        person: String,
    },
    /// The person has no such factor that is suspended.
    NotSuspended {
        /// Who.
        person: String,
    },
    /// Something opens the person's account: they prove that, and it is not reset.
    OpensStill {
        /// Whose.
        person: String,
    },
    /// Factors can be added for the person without a reset.
    NeedsNoReset {
        /// Whose.
        person: String,
    },
    /// The person had no factor when the visit began, so they have proved none in it.
    BeganWithout {
        /// Who.
        person: String,
    },
    /// The registry holds the credential that was to be given up.
    Held,
}

/// Why the registry was of no help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gap {
    /// It can't be reached.
    Down {
        /// As the network puts it.
        detail: String,
    },
    /// It answered that it can't now, or that it failed.
    Unserved {
        /// The HTTP status.
        status: u16,
        /// In its words.
        words: Option<String>,
    },
    /// Something in between answered.
    InBetween {
        /// The HTTP status.
        status: u16,
        /// The media type.
        media: String,
    },
    /// Its answer can't be read.
    Unread {
        /// What is wrong with it, for whoever reads a log.
        detail: String,
    },
    /// This station has not joined one.
    NotJoined,
    /// Only it knows the tokens in stock.
    Stock,
    /// The result of a test still waits to be sent.
    TestWaits,
    /// It may hold the credential that was to be given up.
    MayBeHeld,
    /// What is enrolled by now is not known.
    Unknown,
    /// The visit is no longer this operator's.
    VisitPassed,
    /// No attempt was made.
    NotAsked,
}

/// Why a step of a test was left out, or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Left out.
    Skip(Skip),
    /// The key's answer is wrong.
    Flaw(Flaw),
    /// The key did not do it.
    Fault(KeyFault),
    /// As an earlier release wrote it down.
    Told(String),
}

/// Why a step of a test was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skip {
    /// The key can verify nobody.
    VerifiesNobody,
    /// The key has no PIN yet.
    NoPinYet,
    /// The key always verifies the person.
    AlwaysVerifies,
    /// It signed with an algorithm that is not checked here.
    Unchecked,
    /// The credential is not discoverable, and the key lists none.
    Unlisted,
}

/// What is written of a [`Why`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Written {
    Skip(Skip),
    Flaw(Flaw),
    Fault(KeyFault),
}

impl Serialize for Why {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Why {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(match serde_json::from_str(&text) {
            Ok(Written::Skip(skip)) => Self::Skip(skip),
            Ok(Written::Flaw(flaw)) => Self::Flaw(flaw),
            Ok(Written::Fault(fault)) => Self::Fault(fault),
            Err(_) => Self::Told(text),
        })
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Skip(skip) => line(&Written::Skip(*skip), f),
            Self::Flaw(flaw) => line(&Written::Flaw(flaw.clone()), f),
            Self::Fault(fault) => line(&Written::Fault(fault.clone()), f),
            Self::Told(words) => f.write_str(words),
        }
    }
}

/// The stable word, with its facts where it has some.
fn line(reason: &impl Serialize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let json = serde_json::to_string(reason).map_err(|_| fmt::Error)?;
    f.write_str(json.trim_matches('"'))
}

macro_rules! written_as_facts {
    ($($reason:ident),*) => {
        $(impl fmt::Display for $reason {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                line(self, f)
            }
        })*
    };
}

written_as_facts!(KeyFault, Lacks, Failure, Flaw, Refusal, Unmet, Gap);

impl std::error::Error for KeyFault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_comes_back_from_a_record_and_an_old_one_as_it_was_told() {
        let reasons = [
            Why::Skip(Skip::NoPinYet),
            Why::Flaw(Flaw::Counter { from: 5, to: 3 }),
            Why::Fault(KeyFault::Unsupported(Lacks::Pins)),
            Why::Told("its signature is wrong".to_owned()),
            Why::Told("pins".to_owned()),
        ];
        for why in reasons {
            let text = serde_json::to_string(&why).expect("text");
            assert!(text.starts_with('"'), "{text}");
            assert_eq!(serde_json::from_str::<Why>(&text).expect("a reason"), why);
        }
    }
}
