//! A key that comes back: is it the one that left, and what changed on it.
//!
//! Hides what counts for what. Invariant: only a signature, made just now with a credential that was made on the key that left, proves
//! that it is the same; that it names such a credential shows it; all else is what it says of itself, and shows nothing.

use jiff::Timestamp;
use serde::Serialize;

use super::key::{KeyFacts, KeyId};

/// A credential that was made on a key which left, as station and registry know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Whose it is.
    pub person: String,
    /// The key as it was reported then.
    pub key: KeyId,
    pub model: String,
    pub firmware: Option<u64>,
    pub at: Timestamp,
    /// Everything that the key said then, where this station made it.
    pub facts: Option<Box<KeyFacts>>,
    pub standing: Standing,
    pub held: Held,
}

/// What a credential is worth to its owner, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It opens something, or will once its owner accepts it.
    Valid,
    /// It was reported lost, and opens nothing.
    Suspended,
    /// It never opens anything any more.
    Ended,
}

/// What the key did when it was asked for a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Held {
    /// It signed with it.
    Signed,
    /// It said that it has it.
    Shown,
    /// It has it no more.
    Not,
    /// It does not show it, and some keys that can protect a credential show it to nobody without their PIN.
    Hidden,
    /// It answers no such question.
    Untold,
}

/// Whether a key is the one that left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum IsIt {
    /// It is.
    Same {
        /// It signed; else it only showed what it holds.
        signed: bool,
    },
    /// It is another one.
    Another {
        /// Whose it is instead, where it shows that.
        of: Option<String>,
    },
    /// That can't be told.
    Unsure { why: Unsure },
}

/// Why it can't be told whether a key is the one that left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unsure {
    /// Nothing is known of any key that it may be.
    Unknown,
    /// It states the same number, and shows nothing of what was made on the one that left: it was reset, is a twin, or hides it.
    Emptied,
    /// Nothing tells it from others of its model, and it shows nothing of what was made on the one that left.
    Unmarked,
    /// It answers no question about what it holds.
    Silent,
}

/// What is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "changed", rename_all = "kebab-case")]
pub enum Changed {
    /// It has no PIN, and had one: it was reset.
    Reset,
    /// A credential that it held is gone from it.
    Gone {
        /// Whose.
        person: String,
    },
    /// The model.
    Model { from: String, to: String },
    /// The serial number.
    Serial {
        from: Option<String>,
        to: Option<String>,
    },
    /// Its firmware.
    Firmware { from: u64, to: u64 },
    /// All attempts at its PIN are used up.
    PinBlocked,
    /// Its PIN must be changed before it opens anything.
    PinExpired,
    /// The least length of its PIN.
    PinLength { from: u8, to: u8 },
    /// It always verifies, or no longer does.
    AlwaysVerifies { on: bool },
    /// It verifies fingers, or no longer does.
    OwnVerification { on: bool },
    /// How it can be reached.
    Transports { from: Vec<String>, to: Vec<String> },
    /// What it can do beyond the standard: extensions that it states now or stated then, and not both.
    Extensions { names: Vec<String> },
}

/// A credential, and whether the key has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Credential {
    /// Whose.
    pub person: String,
    pub held: Held,
    pub standing: Standing,
}

/// What came of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Returned {
    #[serde(flatten)]
    pub is_it: IsIt,
    /// When something was made on the key that left: with that it is compared. None: nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    pub changes: Vec<Changed>,
    /// What was made on it.
    pub credentials: Vec<Credential>,
    /// The registry was asked; else only this station was.
    pub registry: bool,
}

/// Compares a key with what is known of the one that left: what was made on it, and `others`, whose credentials it showed although
/// it is said to be somebody else's.
pub fn compare(made: &[Made], others: &[String], now: &KeyFacts, registry: bool) -> Returned {
    let before = before(made);
    let is_it = is_it(made, others, now);
    // Of another key, what it does not hold is no loss.
    let changes = match (&is_it, before) {
        (
            IsIt::Another { .. }
            | IsIt::Unsure {
                why: Unsure::Unknown | Unsure::Unmarked,
            },
            _,
        )
        | (_, None) => Vec::new(),
        (IsIt::Same { .. } | IsIt::Unsure { .. }, Some(before)) => changed(before, made, now),
    };
    Returned {
        is_it,
        since: before.map(|before| before.at),
        changes,
        credentials: made
            .iter()
            .filter(|made| made.key.may_be(&now.id))
            .map(|made| Credential {
                person: made.person.clone(),
                held: made.held,
                standing: made.standing,
            })
            .collect(),
        registry,
    }
}

/// The newest of what the key proves best.
fn before(made: &[Made]) -> Option<&Made> {
    let rank = |held| match held {
        Held::Signed => 3,
        Held::Shown => 2,
        Held::Hidden | Held::Untold => 1,
        Held::Not => 0,
    };
    made.iter().max_by_key(|made| (rank(made.held), made.at))
}

fn is_it(made: &[Made], others: &[String], now: &KeyFacts) -> IsIt {
    let any = |held| made.iter().any(|made| made.held == held);
    if any(Held::Signed) || any(Held::Shown) {
        return IsIt::Same {
            signed: any(Held::Signed),
        };
    }
    if let Some(other) = others.first() {
        return IsIt::Another {
            of: Some(other.clone()),
        };
    }
    if made.is_empty() {
        return IsIt::Unsure {
            why: Unsure::Unknown,
        };
    }
    if made.iter().all(|made| !made.key.may_be(&now.id)) {
        return IsIt::Another { of: None };
    }
    let says_so = made.iter().any(|made| made.key.is_same_as(&now.id));
    let why = match (any(Held::Untold), says_so) {
        (true, _) => Unsure::Silent,
        (false, true) => Unsure::Emptied,
        (false, false) => Unsure::Unmarked,
    };
    IsIt::Unsure { why }
}

/// What is not as it was when that was made. What was enrolled has a PIN, or verifies fingers: nothing but a reset takes that away.
fn changed(before: &Made, made: &[Made], now: &KeyFacts) -> Vec<Changed> {
    let was_reset = now.pin_set == Some(false) && !now.built_in_uv;
    let mut changes: Vec<Changed> = was_reset.then_some(Changed::Reset).into_iter().collect();
    // What was made on a key without a number may have been on another one.
    let was_here = |made: &&Made| {
        let expected = made.standing != Standing::Ended;
        expected && made.held == Held::Not && made.key.is_same_as(&now.id)
    };
    let gone = made.iter().filter(was_here);
    changes.extend(gone.map(|made| Changed::Gone {
        person: made.person.clone(),
    }));
    if before.key.aaguid != now.id.aaguid {
        changes.push(Changed::Model {
            from: before.model.clone(),
            to: now.model.clone(),
        });
    }
    if before.key.serial != now.id.serial {
        changes.push(Changed::Serial {
            from: before.key.serial.clone(),
            to: now.id.serial.clone(),
        });
    }
    if let (Some(from), Some(to)) = (before.firmware, now.firmware)
        && from != to
    {
        changes.push(Changed::Firmware { from, to });
    }
    changes.extend((now.pin_retries == Some(0)).then_some(Changed::PinBlocked));
    changes.extend(now.pin_change_required.then_some(Changed::PinExpired));
    if let Some(facts) = &before.facts {
        changes.extend(settings_changed(facts, now));
    }
    changes
}

fn settings_changed(before: &KeyFacts, now: &KeyFacts) -> Vec<Changed> {
    let differ = |from: &[String], to: &[String]| -> Vec<String> {
        let only = |these: &[String], those: &[String]| {
            let only = these.iter().filter(|name| !those.contains(name));
            only.cloned().collect::<Vec<_>>()
        };
        [only(from, to), only(to, from)].concat()
    };
    let transports = differ(&before.transports, &now.transports);
    let extensions = differ(&before.extensions, &now.extensions);
    [
        (before.pin_min_length != now.pin_min_length).then_some(Changed::PinLength {
            from: before.pin_min_length,
            to: now.pin_min_length,
        }),
        (before.always_uv != now.always_uv)
            .then_some(Changed::AlwaysVerifies { on: now.always_uv }),
        (before.built_in_uv != now.built_in_uv).then_some(Changed::OwnVerification {
            on: now.built_in_uv,
        }),
        // Facts of an earlier release name none.
        (!before.transports.is_empty() && !transports.is_empty()).then(|| Changed::Transports {
            from: before.transports.clone(),
            to: now.transports.clone(),
        }),
        (!extensions.is_empty()).then_some(Changed::Extensions { names: extensions }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::key::Aaguid;

    fn key(change: fn(&mut KeyFacts)) -> KeyFacts {
        let mut facts = KeyFacts::sample();
        facts.id.serial = Some("7C31A9".to_owned());
        facts.pin_set = Some(true);
        facts.firmware = Some(0x05_07_01);
        facts.transports = vec!["nfc".to_owned(), "usb".to_owned()];
        change(&mut facts);
        facts
    }

    fn made(on: &KeyFacts, held: Held) -> Vec<Made> {
        vec![Made {
            person: "P. Example".to_owned(),
            key: on.id.clone(),
            model: on.model.clone(),
            firmware: on.firmware,
            at: Timestamp::UNIX_EPOCH,
            facts: Some(Box::new(on.clone())),
            standing: Standing::Valid,
            held,
        }]
    }

    fn unsure(why: Unsure) -> IsIt {
        IsIt::Unsure { why }
    }

    fn compared(held: Held, now: &KeyFacts) -> Returned {
        compare(&made(&key(|_| {}), held), &[], now, true)
    }

    #[test]
    fn only_what_was_made_on_it_shows_that_it_is_the_same_and_a_serial_number_does_not() {
        let now = key(|_| {});
        let is_it = |held| compared(held, &now).is_it;
        assert_eq!(is_it(Held::Signed), IsIt::Same { signed: true });
        assert_eq!(is_it(Held::Shown), IsIt::Same { signed: false });
        assert_eq!(
            is_it(Held::Not),
            unsure(Unsure::Emptied),
            "a twin, or reset"
        );
        assert_eq!(is_it(Held::Hidden), unsure(Unsure::Emptied));
        assert_eq!(is_it(Held::Untold), unsure(Unsure::Silent));
        assert_eq!(compare(&[], &[], &now, true).is_it, unsure(Unsure::Unknown));
        let bare = key(|key| key.id.serial = None);
        let compared = compare(&made(&bare, Held::Not), &[], &bare, true);
        assert_eq!(compared.is_it, unsure(Unsure::Unmarked));
        assert_eq!(
            compared.changes,
            [],
            "it may be another one, which lost nothing"
        );
        let shown = compare(&made(&bare, Held::Shown), &[], &bare, true);
        assert_eq!(shown.is_it, IsIt::Same { signed: false });
    }

    #[test]
    fn a_key_that_says_something_else_or_shows_somebody_elses_credential_is_another() {
        let others: [fn(&mut KeyFacts); 2] = [
            |key| key.id.serial = Some("28461397".to_owned()),
            |key| key.id.aaguid = Aaguid([9; 16]),
        ];
        for other in others {
            let compared = compared(Held::Not, &key(other));
            assert_eq!(compared.is_it, IsIt::Another { of: None });
            assert_eq!(compared.changes, []);
        }
        let theirs = made(&key(|_| {}), Held::Not);
        let compared = compare(&theirs, &["W. Example".to_owned()], &key(|_| {}), true);
        let of = Some("W. Example".to_owned());
        assert_eq!(compared.is_it, IsIt::Another { of });
    }

    #[test]
    fn what_changed_on_it_is_named() {
        let changed = |change: fn(&mut KeyFacts), held| compared(held, &key(change)).changes;
        assert_eq!(changed(|_| {}, Held::Signed), []);
        let gone = || Changed::Gone {
            person: "P. Example".to_owned(),
        };
        let reset: fn(&mut KeyFacts) = |key| key.pin_set = Some(false);
        assert_eq!(changed(reset, Held::Not), [Changed::Reset, gone()]);
        assert_eq!(
            changed(|_| {}, Held::Not),
            [gone()],
            "reset, and set up again"
        );
        assert_eq!(changed(|_| {}, Held::Hidden), [], "it may have it");
        let (from, to) = (0x05_07_01, 0x05_07_02);
        let newer: fn(&mut KeyFacts) = |key| key.firmware = Some(0x05_07_02);
        assert_eq!(
            changed(newer, Held::Shown),
            [Changed::Firmware { from, to }]
        );
        let all: fn(&mut KeyFacts) = |key| {
            key.pin_retries = Some(0);
            key.pin_change_required = true;
            key.pin_min_length = 8;
            key.always_uv = true;
            key.built_in_uv = true;
            key.transports = vec!["usb".to_owned()];
            key.extensions = vec!["credProtect".to_owned()];
        };
        let changes = changed(all, Held::Signed);
        assert_eq!(changes.len(), 7, "{changes:?}");
    }

    #[test]
    fn of_two_credentials_one_may_be_gone_from_the_same_key() {
        let on = key(|_| {});
        let mut both = [made(&on, Held::Shown), made(&on, Held::Not)].concat();
        both[1].person = "W. Example".to_owned();
        let compared = compare(&both, &[], &on, true);
        assert_eq!(compared.is_it, IsIt::Same { signed: false });
        let person = "W. Example".to_owned();
        assert_eq!(compared.changes, [Changed::Gone { person }]);
    }
}
