//! Questions of care: what is listed and marked, and what is being typed.

use crate::domain::KeyFacts;
use crate::domain::care::{FingerSample, Fingerprint, Setting};
use crate::station::face::HandedPin;
use crate::tui::entry::Line;
use crate::workflow::dialogue::{HeldCredential, Removal};

/// A question about one key.
pub enum CareAsking {
    Settings {
        offered: Vec<Setting>,
        marked: usize,
    },
    /// There is no way back: go on?
    ConfirmSettings {
        /// What the key will get.
        settings: Vec<Setting>,
    },
    Credentials {
        /// By RP.
        held: Vec<HeldCredential>,
        /// Room for that many more.
        free_slots: Option<u64>,
        marked: usize,
        /// Its new name, while that is typed.
        name: Option<Line>,
    },
    Fingerprints {
        list: Vec<Fingerprint>,
        marked: usize,
        /// Its new name, while that is typed.
        name: Option<Line>,
    },
    ConfirmRemoval {
        what: Removal,
    },
    /// A random PIN is shown, once.
    SeePin {
        key: KeyFacts,
        pin: HandedPin,
    },
}

/// The sensor waits for a finger.
pub struct Finger {
    pub key: KeyFacts,
    /// What came of the touch before.
    pub sample: Option<FingerSample>,
}

impl CareAsking {
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
