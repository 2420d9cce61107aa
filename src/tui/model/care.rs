//! Questions of care: what is listed and marked, and what is being typed.

use crate::domain::KeyFacts;
use crate::domain::care::{FingerSample, Fingerprint, Setting};
use crate::station::face::HandedPin;
use crate::tui::entry::Line;
use crate::workflow::dialogue::{HeldCredential, Removal};

/// A question about one key.
pub enum CareAsking {
    /// Which setting?
    Settings {
        /// What the key offers.
        offered: Vec<Setting>,
        /// The marked one.
        marked: usize,
    },
    /// There is no way back: go on?
    ConfirmSettings {
        /// What the key will get.
        settings: Vec<Setting>,
    },
    /// What the key holds.
    Credentials {
        /// By RP.
        held: Vec<HeldCredential>,
        /// Room for that many more.
        free_slots: Option<u64>,
        /// The marked one.
        marked: usize,
        /// Its new name, while that is typed.
        name: Option<Line>,
    },
    /// The fingerprints.
    Fingerprints {
        /// All of them.
        list: Vec<Fingerprint>,
        /// The marked one.
        marked: usize,
        /// Its new name, while that is typed.
        name: Option<Line>,
    },
    /// Remove this?
    ConfirmRemoval {
        /// What.
        what: Removal,
    },
    /// A random PIN is shown, once.
    SeePin {
        /// Whose.
        key: KeyFacts,
        /// The PIN.
        pin: HandedPin,
    },
}

/// The sensor waits for a finger.
pub struct Finger {
    /// Which key.
    pub key: KeyFacts,
    /// What came of the touch before.
    pub sample: Option<FingerSample>,
}

impl CareAsking {
    /// Moves the mark.
    pub fn mark(&mut self, to: impl Fn(usize) -> usize) {
        let (marked, len) = match self {
            Self::Settings { offered, marked } => (marked, offered.len()),
            Self::Credentials {
                held,
                marked,
                name: None,
                ..
            } => (marked, held.len()),
            Self::Fingerprints {
                list,
                marked,
                name: None,
            } => (marked, list.len()),
            _ => return,
        };
        *marked = to(*marked).min(len.saturating_sub(1));
    }

    /// The name that is being typed.
    pub fn name(&mut self) -> Option<&mut Line> {
        match self {
            Self::Credentials { name, .. } | Self::Fingerprints { name, .. } => name.as_mut(),
            _ => None,
        }
    }

    /// Gives up naming; whether one was being typed.
    pub fn stop_naming(&mut self) -> bool {
        match self {
            Self::Credentials { name, .. } | Self::Fingerprints { name, .. } => {
                name.take().is_some()
            }
            _ => false,
        }
    }

    /// Whether a name is being typed.
    pub fn is_naming(&self) -> bool {
        matches!(
            self,
            Self::Credentials { name: Some(_), .. } | Self::Fingerprints { name: Some(_), .. }
        )
    }
}
