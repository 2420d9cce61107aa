//! A key that came back, in the reader's language: whether it is the one that left, and what changed on it.

use super::{Text, tr};
use crate::domain::key::firmware_text;
use crate::domain::returned::{Changed, Credential, Held, IsIt, Returned, Standing, Unsure};

impl Text {
    /// Whether it is the one that left, why that can't be told where it can't, and what to do.
    pub fn is_it(&self, returned: &Returned) -> String {
        match &returned.is_it {
            IsIt::Same { signed } => match (returned.changes.is_empty(), signed) {
                (true, true) => tr!(self, "returned-same-signed"),
                (true, false) => tr!(self, "returned-same-shown"),
                (false, true) => tr!(self, "returned-changed-signed"),
                (false, false) => tr!(self, "returned-changed-shown"),
            },
            IsIt::Another { of: None } => tr!(self, "returned-another"),
            IsIt::Another { of: Some(person) } => {
                tr!(self, "returned-another-of", person = person.as_str())
            }
            IsIt::Unsure { why } => match why {
                Unsure::Unknown => tr!(self, "returned-unknown"),
                Unsure::Emptied => tr!(self, "returned-emptied"),
                Unsure::Unmarked => tr!(self, "returned-unmarked"),
                Unsure::Silent => tr!(self, "returned-silent"),
            },
        }
    }

    /// What changed, what it holds, and what could not be told.
    pub fn returned(&self, returned: &Returned) -> Vec<String> {
        let changes = returned.changes.iter().map(|changed| self.changed(changed));
        let credentials = returned.credentials.iter();
        let credentials = credentials.filter_map(|credential| self.of_returned(credential));
        let mut lines: Vec<String> = changes.chain(credentials).collect();
        if let IsIt::Same { .. } = &returned.is_it {
            lines.push(tr!(self, "returned-pin-untold"));
        }
        if !returned.registry {
            lines.push(tr!(self, "returned-no-registry"));
        }
        lines
    }

    /// Of what is gone from it, the changes say so.
    fn of_returned(&self, credential: &Credential) -> Option<String> {
        let person = credential.person.as_str();
        let words = match (credential.held, credential.standing) {
            (Held::Signed | Held::Shown, Standing::Suspended) => {
                tr!(self, "returned-holds-suspended", person = person)
            }
            (Held::Signed | Held::Shown, Standing::Ended) => {
                tr!(self, "returned-holds-ended", person = person)
            }
            (Held::Signed | Held::Shown, Standing::Valid) => {
                tr!(self, "returned-holds", person = person)
            }
            (Held::Hidden, _) => tr!(self, "returned-hidden", person = person),
            (Held::Untold, _) => tr!(self, "returned-untold", person = person),
            (Held::Not, _) => return None,
        };
        Some(words)
    }

    fn changed(&self, changed: &Changed) -> String {
        let unstated = || tr!(self, "portrait-unstated");
        let serial = |serial: &Option<String>| serial.clone().unwrap_or_else(unstated);
        match changed {
            Changed::Reset => tr!(self, "changed-reset"),
            Changed::Gone { person } => tr!(self, "changed-gone", person = person.as_str()),
            Changed::Model { from, to } => {
                tr!(
                    self,
                    "changed-model",
                    from = from.as_str(),
                    to = to.as_str()
                )
            }
            Changed::Serial { from, to } => {
                tr!(self, "changed-serial", from = serial(from), to = serial(to))
            }
            Changed::Firmware { from, to } => {
                let (from, to) = (firmware_text(*from), firmware_text(*to));
                tr!(self, "changed-firmware", from = from, to = to)
            }
            Changed::PinBlocked => tr!(self, "changed-pin-blocked"),
            Changed::PinExpired => tr!(self, "changed-pin-expired"),
            Changed::PinLength { from, to } => {
                tr!(self, "changed-pin-length", from = (*from), to = (*to))
            }
            Changed::AlwaysVerifies { on: true } => tr!(self, "changed-always-uv"),
            Changed::AlwaysVerifies { on: false } => tr!(self, "changed-not-always-uv"),
            Changed::OwnVerification { on: true } => tr!(self, "changed-fingers"),
            Changed::OwnVerification { on: false } => tr!(self, "changed-no-fingers"),
            Changed::Transports { from, to } => {
                tr!(
                    self,
                    "changed-transports",
                    from = from.join(", "),
                    to = to.join(", ")
                )
            }
            Changed::Extensions { names } => {
                tr!(self, "changed-extensions", names = names.join(", "))
            }
        }
    }
}
