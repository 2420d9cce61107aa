//! Unfinished work in words: what is known of the key or phone, what of the registry, and the one safe way on.

use super::{Text, tr};
use crate::record::{IntentStage, Unfinished};

/// What is known of unfinished work, on both sides, and how it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// What is known of the key, phone or token.
    pub known: String,
    /// What the registry holds or has been told.
    pub registry: String,
    /// The safe way on.
    pub way: String,
    /// The way where it is not to be had.
    pub without_key: String,
}

impl Text {
    /// Where unfinished work stands.
    pub fn outlook(&self, work: &Unfinished) -> Outlook {
        let (known, registry, way) = match work {
            Unfinished::Enrolment(open) => {
                let (key, way) = match open.stage {
                    IntentStage::Begun => (
                        tr!(self, "unfinished-begun-known"),
                        tr!(self, "unfinished-begun-way"),
                    ),
                    IntentStage::PinSet => (
                        tr!(self, "unfinished-pin-known"),
                        tr!(self, "unfinished-begun-way"),
                    ),
                    IntentStage::Made => (
                        tr!(self, "unfinished-made-known"),
                        tr!(self, "unfinished-made-way"),
                    ),
                };
                (key, tr!(self, "unfinished-untold"), way)
            }
            Unfinished::OwnKey(_) => (
                tr!(self, "unfinished-own-key-known"),
                tr!(self, "unfinished-own-key-registry"),
                tr!(self, "unfinished-own-key-way"),
            ),
            Unfinished::Reset(reset) => (
                tr!(self, "unfinished-reset-known"),
                self.still_held(&reset.losses),
                tr!(self, "unfinished-reset-way"),
            ),
            Unfinished::Deletion(deletion) => (
                tr!(
                    self,
                    "unfinished-deletion-known",
                    what = self.credential(&deletion.credential)
                ),
                self.still_held(&deletion.losses),
                tr!(self, "unfinished-deletion-way"),
            ),
            Unfinished::Withdrawal(_) => (
                tr!(self, "unfinished-withdrawal-known"),
                tr!(self, "unfinished-withdrawal-registry"),
                tr!(self, "unfinished-withdrawal-way"),
            ),
            Unfinished::Care(care) => (
                tr!(self, "unfinished-care-known", what = self.care(&care.care)),
                tr!(self, "unfinished-care-registry"),
                tr!(self, "unfinished-care-way"),
            ),
            Unfinished::App(_) => (
                tr!(self, "unfinished-app-known"),
                tr!(self, "unfinished-untold"),
                tr!(self, "unfinished-app-way"),
            ),
            Unfinished::Token(_) => (
                tr!(self, "unfinished-token-known"),
                tr!(self, "unfinished-token-registry"),
                tr!(self, "unfinished-token-way"),
            ),
            Unfinished::Person(_) => (
                tr!(self, "unfinished-person-known"),
                tr!(self, "unfinished-person-registry"),
                tr!(self, "unfinished-person-way"),
            ),
        };
        let without_key = match work {
            Unfinished::Deletion(_) => tr!(self, "unfinished-deletion-without-key"),
            Unfinished::Reset(_) => tr!(self, "unfinished-reset-without-key"),
            Unfinished::App(app) if app.replaces.is_some() => {
                tr!(self, "unfinished-new-phone-undo")
            }
            Unfinished::App(_) => tr!(self, "unfinished-app-undo"),
            Unfinished::Token(_) => tr!(self, "unfinished-token-undo"),
            Unfinished::Person(_) => tr!(self, "unfinished-person-undo"),
            Unfinished::Enrolment(_)
            | Unfinished::OwnKey(_)
            | Unfinished::Withdrawal(_)
            | Unfinished::Care(_) => tr!(self, "unfinished-without-key"),
        };
        Outlook {
            known,
            registry,
            way,
            without_key,
        }
    }

    fn still_held(&self, losses: &crate::domain::reset::Losses) -> String {
        let names: Vec<&str> = losses.people().iter().map(|p| p.name.as_str()).collect();
        match names.is_empty() {
            true => tr!(self, "unfinished-held-nobody"),
            false => tr!(self, "unfinished-held", names = names.join(", ")),
        }
    }
}
