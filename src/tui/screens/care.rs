//! Questions about one key: what is listed and marked, and what is being typed.

pub mod deletion;
pub mod scenes;
pub mod view;

use super::Screen;
use super::run::{LINE, LIST, QUESTION, answer, reply};
use crate::domain::care::{FingerSample, Fingerprint, Setting};
use crate::domain::{Bytes, KeyFacts};
use crate::station::face::HandedPin;
use crate::tui::entry::Line;
use crate::tui::keys::{ENTER, Press, Row, letter, row};
use crate::tui::model::{Asking, Run};
use crate::tui::update::Effect;
use crate::workflow::dialogue::{Answer, HeldCredential, Removal};

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
    /// The mark, and in how many lines.
    pub fn mark(&mut self) -> Option<(&mut usize, usize)> {
        match self {
            Self::Settings { offered, marked } => Some((marked, offered.len())),
            Self::Credentials {
                held,
                marked,
                name: None,
                ..
            } => Some((marked, held.len())),
            Self::Fingerprints {
                list,
                marked,
                name: None,
            } => Some((marked, list.len())),
            Self::Credentials { .. } | Self::Fingerprints { .. } => None,
            Self::ConfirmSettings { .. } | Self::ConfirmRemoval { .. } | Self::SeePin { .. } => {
                None
            }
        }
    }

    /// The name that is being typed.
    pub fn name(&mut self) -> Option<&mut Line> {
        match self {
            Self::Credentials { name, .. } | Self::Fingerprints { name, .. } => name.as_mut(),
            Self::Settings { .. }
            | Self::ConfirmSettings { .. }
            | Self::ConfirmRemoval { .. }
            | Self::SeePin { .. } => None,
        }
    }

    /// Gives up naming; whether one was being typed.
    pub fn stop_naming(&mut self) -> bool {
        match self {
            Self::Credentials { name, .. } | Self::Fingerprints { name, .. } => {
                name.take().is_some()
            }
            Self::Settings { .. }
            | Self::ConfirmSettings { .. }
            | Self::ConfirmRemoval { .. }
            | Self::SeePin { .. } => false,
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

static SETTINGS: Screen = Screen {
    rows: &[row!(ENTER => "key-next", Left, Run(confirm))],
    ..LIST
};

/// Something that can't be undone is confirmed.
static SURE: Screen = Screen {
    rows: &[
        row!(ENTER => "key-confirm", Left, Run(confirm)),
        row!(letter('k') => "key-keep", Left, Run(|run, _| answer(run, Answer::OtherKey))),
    ],
    ..QUESTION
};

static CREDENTIALS: Screen = Screen {
    rows: &[DONE, REMOVE, RENAME],
    ..LIST
};

static FINGERPRINTS: Screen = Screen {
    rows: &[
        DONE,
        REMOVE,
        RENAME,
        row!(letter('a') => "key-add-finger", Left, Run(|run, _| answer(run, Answer::AddFinger(None)))),
    ],
    ..LIST
};

const DONE: Row = row!(ENTER => "key-done", Left, Run(confirm));
const REMOVE: Row = row!(letter('x') => "key-remove", Left, Run(remove));
const RENAME: Row = row!(letter('n') => "key-rename", Left, Run(rename));

/// A credential or a fingerprint gets another name.
static NAMING: Screen = Screen {
    rows: &[row!(ENTER => "key-confirm", Left, Run(confirm))],
    ..LINE
};

/// A random PIN is shown.
static SEE_PIN: Screen = Screen {
    rows: &[row!(ENTER => "key-noted", Left, Run(noted))],
    ..QUESTION
};

pub(super) fn screen(asking: &CareAsking) -> &'static Screen {
    match asking {
        asking if asking.is_naming() => &NAMING,
        CareAsking::Settings { .. } => &SETTINGS,
        CareAsking::ConfirmSettings { .. } | CareAsking::ConfirmRemoval { .. } => &SURE,
        CareAsking::Credentials { .. } => &CREDENTIALS,
        CareAsking::Fingerprints { .. } => &FINGERPRINTS,
        CareAsking::SeePin { .. } => &SEE_PIN,
    }
}

fn asked(run: &mut Run) -> Option<&mut CareAsking> {
    match run.asking_mut() {
        Some(Asking::Care(asking)) => Some(asking),
        _ => None,
    }
}

fn confirm(run: &mut Run, _: Press) -> Vec<Effect> {
    let said = asked(run).and_then(confirmed);
    reply(run, said)
}

/// Nothing of the PIN stays in a cell that happens not to change.
fn noted(run: &mut Run, _: Press) -> Vec<Effect> {
    let mut effects = answer(run, Answer::Yes);
    effects.push(Effect::Repaint);
    effects
}

fn confirmed(asking: &mut CareAsking) -> Option<Answer> {
    match asking {
        CareAsking::Settings { offered, marked } => {
            let setting = offered.get(*marked).cloned();
            Some(Answer::Settings(setting.into_iter().collect()))
        }
        CareAsking::Credentials {
            held,
            marked,
            name: Some(name),
            ..
        } => renamed(held.get(*marked).map(|held| &held.credential.id), name),
        CareAsking::Fingerprints {
            list,
            marked,
            name: Some(name),
        } => renamed(list.get(*marked).map(|finger| &finger.id), name),
        CareAsking::Credentials { .. } | CareAsking::Fingerprints { .. } => Some(Answer::Done),
        CareAsking::ConfirmSettings { .. }
        | CareAsking::ConfirmRemoval { .. }
        | CareAsking::SeePin { .. } => Some(Answer::Yes),
    }
}

fn renamed(id: Option<&Bytes>, name: &Line) -> Option<Answer> {
    let name = name.as_str().trim();
    if name.is_empty() {
        return None;
    }
    id.map(|id| Answer::Rename(id.clone(), name.to_owned()))
}

fn remove(run: &mut Run, _: Press) -> Vec<Effect> {
    let (id, marked) = match asked(run) {
        Some(CareAsking::Credentials { held, marked, .. }) => (
            held.get(*marked).map(|held| held.credential.id.clone()),
            *marked,
        ),
        Some(CareAsking::Fingerprints { list, marked, .. }) => {
            (list.get(*marked).map(|finger| finger.id.clone()), *marked)
        }
        _ => return Vec::new(),
    };
    run.marked_line = marked;
    reply(run, id.map(Answer::Remove))
}

fn rename(run: &mut Run, _: Press) -> Vec<Effect> {
    match asked(run) {
        Some(CareAsking::Credentials {
            held, marked, name, ..
        }) => *name = held.get(*marked).map(|_| Line::default()),
        Some(CareAsking::Fingerprints { list, marked, name }) => {
            *name = list.get(*marked).map(|_| Line::default());
        }
        _ => {}
    }
    Vec::new()
}
