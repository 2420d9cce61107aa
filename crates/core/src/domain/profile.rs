//! A batch's profile: what is done to each key, in which order. Read from TOML (form 1, example in
//! `assets/examples/batch.toml`).
//!
//! Invariant: a [`Profile`] that exists has no contradiction in it (a reset that would undo an enrolment, an enrolment
//! without a PIN), and no PIN or other secret can be written in one: there is no member to put it in.

mod check;
pub mod label;
mod read;

use serde::{Deserialize, Serialize};

use super::care::Setting;

pub use label::{Label, LabelFacts, TagPattern};
pub use read::{ProfileError, ProfileFault};

/// The most steps; more could only repeat themselves.
pub const STEPS_MAX: usize = 7;

/// What is done to each key of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// For people.
    pub name: String,
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Step {
    /// The key is tested with a throwaway credential.
    Test,
    /// The key is reset.
    Reset,
    /// Settings of the key.
    Policy(KeyPolicy),
    Pin(PinStep),
    /// An enrolment, or none.
    Enrol {
        whom: Whom,
    },
    /// An asset tag.
    Tag {
        /// Where it comes from.
        from: TagSource,
    },
    /// What is written on the key, or on the bag that it goes into.
    Label {
        /// The text and its placeholders.
        text: Label,
    },
}

/// Settings of a key; absent ones are left as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPolicy {
    /// The least PIN length that the key takes, in code points (setMinPINLength, CTAP 2.3, section 6.11.4).
    pub min_pin_length: Option<u8>,
    /// Relying parties that may read that length.
    #[serde(default)]
    pub min_pin_length_rp_ids: Vec<String>,
    /// Ask for user verification always, or not.
    pub always_uv: Option<bool>,
    /// Switch enterprise attestation on.
    #[serde(default)]
    pub enterprise_attestation: bool,
    /// Demand a long touch before a reset.
    #[serde(default)]
    pub long_touch_for_reset: bool,
    /// Demand a PIN that is not a simple one.
    #[serde(default)]
    pub pin_complexity: bool,
}

/// Where the PIN comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinSource {
    /// The person types it.
    Typed,
    /// Random, into a sealed letter.
    Random,
    /// The key stays without one.
    None,
}

/// What is done about the PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PinStep {
    /// Where it comes from.
    pub how: PinSource,
    /// At least so long, in code points; the key may ask for more.
    pub min_length: u8,
    /// The key demands a new PIN at its first use by the person.
    pub force_change: bool,
}

/// For whom a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whom {
    /// The next person on the list.
    List,
    /// Nobody yet: it is a spare.
    Nobody,
}

/// Where a tag comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TagSource {
    /// A pattern with a counter.
    Pattern(TagPattern),
    /// The operator types or scans it, once a key.
    Asked,
}

/// A step without its settings: for records, events and screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// [`Step::Test`].
    Test,
    /// [`Step::Reset`].
    Reset,
    /// [`Step::Policy`].
    Policy,
    /// [`Step::Pin`].
    Pin,
    /// [`Step::Enrol`].
    Enrol,
    /// [`Step::Tag`].
    Tag,
    /// [`Step::Label`].
    Label,
    /// The PIN's change at first use is demanded. No step of its own in a profile: it comes last, because a key that demands
    /// it does nothing else any more.
    ForceChange,
}

impl StepKind {
    /// The word used in files and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Reset => "reset",
            Self::Policy => "policy",
            Self::Pin => "pin",
            Self::Enrol => "enrol",
            Self::Tag => "tag",
            Self::Label => "label",
            Self::ForceChange => "force-change",
        }
    }
}

impl Step {
    pub fn kind(&self) -> StepKind {
        match self {
            Self::Test => StepKind::Test,
            Self::Reset => StepKind::Reset,
            Self::Policy(_) => StepKind::Policy,
            Self::Pin(_) => StepKind::Pin,
            Self::Enrol { .. } => StepKind::Enrol,
            Self::Tag { .. } => StepKind::Tag,
            Self::Label { .. } => StepKind::Label,
        }
    }
}

/// What a batch asks of the people in front of it, for each key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Budget {
    pub touches: u32,
    /// PINs typed.
    pub pins: u32,
    /// Tags typed or scanned.
    pub tags: u32,
    /// Times that the key is pulled and put back.
    pub replugs: u32,
}

impl KeyPolicy {
    /// The settings, in the words of what is done to one key.
    pub fn settings(&self) -> Vec<Setting> {
        let length = self.min_pin_length.map(|length| Setting::MinPinLength {
            length,
            rp_ids: self.min_pin_length_rp_ids.clone(),
        });
        let switches = [
            (self.enterprise_attestation, Setting::EnterpriseAttestation),
            (self.long_touch_for_reset, Setting::LongTouchForReset),
            (self.pin_complexity, Setting::PinComplexity),
        ];
        let on = switches
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, setting)| setting);
        let always_uv = self.always_uv.map(|on| Setting::AlwaysUv { on });
        on.chain(always_uv).chain(length).collect()
    }
}

impl Profile {
    /// What a step sets on the key.
    pub fn settings(&self, kind: StepKind) -> Vec<Setting> {
        match kind {
            StepKind::ForceChange => vec![Setting::ForcePinChange],
            StepKind::Policy => {
                let policies = self.steps.iter().filter_map(|step| match step {
                    Step::Policy(policy) => Some(policy.settings()),
                    _ => None,
                });
                policies.flatten().collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Budget {
    /// For so many keys.
    pub fn times(self, keys: u32) -> Self {
        Self {
            touches: self.touches.saturating_mul(keys),
            pins: self.pins.saturating_mul(keys),
            tags: self.tags.saturating_mul(keys),
            replugs: self.replugs.saturating_mul(keys),
        }
    }
}

/// Touches of a test: the credential is made, signs, and is recognised when it is to be made again. Where the key has a PIN by
/// then, it signs once with it and once without.
fn touches_of_test(has_pin: bool) -> u32 {
    3 + u32::from(has_pin)
}

impl Profile {
    /// Reads a profile and looks for contradictions.
    ///
    /// # Errors
    /// [`ProfileError`] with every fault that was found, each with its line and what to do.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        read::read(text)
    }

    /// The kinds of its steps in the order in which they are done.
    pub fn kinds(&self) -> Vec<StepKind> {
        let forced = self.pin().filter(|pin| pin.force_change);
        let steps = self.steps.iter().map(Step::kind);
        steps.chain(forced.map(|_| StepKind::ForceChange)).collect()
    }

    /// Its PIN step.
    pub fn pin(&self) -> Option<PinStep> {
        self.steps.iter().find_map(|step| match step {
            Step::Pin(pin) => Some(*pin),
            _ => None,
        })
    }

    /// Whether it enrols for the people on a list.
    pub fn takes_people(&self) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step, Step::Enrol { whom: Whom::List }))
    }

    /// Whether it resets keys, so that it may take used ones.
    pub fn resets(&self) -> bool {
        self.steps.contains(&Step::Reset)
    }

    /// What it asks of people for each key, when nothing goes wrong.
    pub fn budget(&self) -> Budget {
        let mut budget = Budget::default();
        let mut has_pin = false;
        for step in &self.steps {
            match step {
                Step::Test => budget.touches += touches_of_test(has_pin),
                Step::Reset => {
                    budget.touches += 1;
                    budget.replugs += 1;
                }
                Step::Enrol { whom: Whom::List } => budget.touches += 2,
                Step::Pin(pin) => {
                    has_pin = pin.how != PinSource::None;
                    budget.pins += u32::from(pin.how == PinSource::Typed);
                }
                Step::Tag {
                    from: TagSource::Asked,
                } => budget.tags += 1,
                Step::Policy(_) | Step::Enrol { .. } | Step::Tag { .. } | Step::Label { .. } => {}
            }
        }
        budget
    }
}
