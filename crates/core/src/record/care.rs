//! What is about to be done to a key that nothing but a reset, or nothing at all, takes back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::care::{Care, Portrait, Setting};
use crate::domain::{IntentId, KeyFacts, OperatorId};

/// On disk before the key is written to, and open until it is known what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareIntent {
    pub id: IntentId,
    /// The key as it was before.
    pub key: KeyFacts,
    /// What is to be recorded once it is done.
    pub care: Care,
    pub operator: OperatorId,
    pub begun_at: Timestamp,
}

/// What a look at the key tells of a change that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The key shows it.
    Done,
    /// The key shows that it was not done.
    NotDone,
    /// The key does not show such a thing.
    Unknown,
}

impl Outcome {
    /// Of something that the key shows either way.
    pub fn of(done: bool) -> Self {
        match done {
            true => Self::Done,
            false => Self::NotDone,
        }
    }
}

impl CareIntent {
    /// What the key says of itself, without a PIN, of a change to its PIN or its settings; [`Outcome::Unknown`] of anything
    /// else.
    pub fn outcome_on(&self, now: &Portrait) -> Outcome {
        match &self.care {
            Care::PinSet { .. } => Outcome::of(now.key.pin_set == Some(true)),
            // A change that the key had demanded and demands no more was made; otherwise a PIN looks like any other.
            Care::PinChanged { .. } if self.key.pin_change_required => {
                Outcome::of(!now.key.pin_change_required)
            }
            Care::Configured { setting } => match setting {
                // The RP ids can't be read from a key.
                Setting::MinPinLength { length, .. } if self.key.pin_min_length == *length => {
                    Outcome::Unknown
                }
                _ => Outcome::of(setting.holds_on(now)),
            },
            Care::PinChanged { .. }
            | Care::Tested { .. }
            | Care::CredentialDeleted { .. }
            | Care::CredentialRenamed { .. }
            | Care::FingerprintAdded { .. }
            | Care::FingerprintRenamed { .. }
            | Care::FingerprintRemoved { .. } => Outcome::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Bytes;
    use crate::domain::care::{Fingerprint, PinOrigin};

    fn key() -> KeyFacts {
        KeyFacts {
            pin_set: Some(true),
            ..KeyFacts::sample()
        }
    }

    fn intent(before: KeyFacts, care: Care) -> CareIntent {
        CareIntent {
            id: IntentId(uuid::Uuid::from_u128(1)),
            key: before,
            care,
            operator: OperatorId::new("op-1"),
            begun_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn portrait(change: impl FnOnce(&mut KeyFacts)) -> Portrait {
        let mut facts = key();
        change(&mut facts);
        Portrait::of_facts(facts)
    }

    #[test]
    fn a_first_pin_shows_and_another_one_only_where_the_key_demanded_it() {
        let origin = PinOrigin::Person;
        let mut before = key();
        before.pin_set = Some(false);
        let set = intent(before, Care::PinSet { origin });
        let now = portrait(|key| key.pin_set = Some(true));
        assert_eq!(set.outcome_on(&now), Outcome::Done);
        let now = portrait(|key| key.pin_set = Some(false));
        assert_eq!(set.outcome_on(&now), Outcome::NotDone);
        let mut before = key();
        before.pin_set = Some(true);
        let now = portrait(|key| key.pin_set = Some(true));
        let changed = Care::PinChanged { origin };
        let free = intent(before.clone(), changed.clone());
        assert_eq!(free.outcome_on(&now), Outcome::Unknown);
        before.pin_change_required = true;
        assert_eq!(intent(before, changed).outcome_on(&now), Outcome::Done);
    }

    #[test]
    fn a_length_that_the_key_had_before_tells_nothing_of_the_rp_ids_set_with_it() {
        let setting = Setting::MinPinLength {
            length: 8,
            rp_ids: vec!["login.example".to_owned()],
        };
        let care = Care::Configured { setting };
        let mut before = key();
        before.pin_min_length = 4;
        let raised = portrait(|key| key.pin_min_length = 8);
        let was_raised = intent(before.clone(), care.clone());
        assert_eq!(was_raised.outcome_on(&raised), Outcome::Done);
        before.pin_min_length = 8;
        let same = intent(before, care);
        assert_eq!(same.outcome_on(&raised), Outcome::Unknown);
        let finger = Fingerprint {
            id: Bytes(vec![1]),
            name: None,
        };
        let removed = Care::FingerprintRemoved {
            fingerprint: finger,
        };
        assert_eq!(intent(key(), removed).outcome_on(&raised), Outcome::Unknown);
    }
}
