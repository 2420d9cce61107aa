//! Keys on the page of a key, and answers to questions about one.

use super::{Effect, go};
use crate::domain::Bytes;
use crate::station::face::{Command, SlotState};
use crate::tui::entry::Line;
use crate::tui::keymap::Action;
use crate::tui::model::{Asking, CareAsking, Model, Page, Run};
use crate::workflow::dialogue::{Answer, CareJob};

/// Opens the page of the marked key.
pub(super) fn open(model: &mut Model, at: usize) -> Vec<Effect> {
    let Some(slot) = model.bay.get(at) else {
        return Vec::new();
    };
    if !matches!(
        slot.state,
        SlotState::Ready(_) | SlotState::Busy(_) | SlotState::U2fOnly { .. }
    ) {
        return Vec::new();
    }
    let place = slot.place.clone();
    model.desk.key = None;
    model.desk.care = None;
    model.page = Page::Key {
        place: place.clone(),
        at: 0,
    };
    vec![Effect::Send(Command::OpenKey { place })]
}

/// Back to the list of keys, with this one marked.
pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    let at = match &model.page {
        Page::Key { place, .. } => model.bay.iter().position(|slot| slot.place == *place),
        _ => None,
    };
    model.desk.key = None;
    model.desk.care = None;
    go(model, Page::Keys(at.unwrap_or_default()))
}

/// What is to be done to the key whose page is open.
pub(super) fn start(model: &mut Model, action: Action) -> Vec<Effect> {
    let (Page::Key { place, .. }, Some(view)) = (&model.page, &model.desk.key) else {
        return Vec::new();
    };
    let has_pin = view.portrait.key.pin_set == Some(true);
    let (care, random) = match action {
        Action::Test => (CareJob::Test, false),
        Action::KeyPin | Action::RandomPin => {
            let care = match has_pin {
                true => CareJob::ChangePin,
                false => CareJob::SetPin,
            };
            (care, action == Action::RandomPin)
        }
        Action::VerifyPin => (CareJob::VerifyPin, false),
        Action::KeyCredentials => (CareJob::Credentials, false),
        Action::Fingers => (CareJob::Fingerprints, false),
        Action::KeySettings => (CareJob::Configure, false),
        _ => return Vec::new(),
    };
    let place = place.clone();
    if std::mem::replace(&mut model.starting, true) {
        return Vec::new();
    }
    model.desk.resets = false;
    model.desk.care = Some(care.clone());
    vec![Effect::Send(Command::Care {
        place,
        care,
        random,
    })]
}

/// Resets the key whose page is open.
pub(super) fn reset(model: &mut Model) -> Vec<Effect> {
    let Page::Key { place, .. } = &model.page else {
        return Vec::new();
    };
    let place = place.clone();
    if std::mem::replace(&mut model.starting, true) {
        return Vec::new();
    }
    model.desk.resets = true;
    vec![Effect::Send(Command::Reset { place })]
}

/// What Enter answers.
pub(super) fn confirm(asking: &mut CareAsking) -> Option<Answer> {
    match asking {
        CareAsking::Settings { offered, marked } => Some(match offered.get(*marked) {
            Some(setting) => Answer::Settings(vec![setting.clone()]),
            None => Answer::Settings(Vec::new()),
        }),
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

/// What another key answers or begins; `None`: nothing is answered.
pub(super) fn act(run: &mut Run, action: Action) -> Option<Answer> {
    let Some(Asking::Care(asking)) = &mut run.asking else {
        return None;
    };
    match (action, &mut **asking) {
        (Action::Keep, CareAsking::ConfirmSettings { .. } | CareAsking::ConfirmRemoval { .. }) => {
            Some(Answer::OtherKey)
        }
        (Action::Remove, CareAsking::Credentials { held, marked, .. }) => held
            .get(*marked)
            .map(|held| Answer::Remove(held.credential.id.clone())),
        (Action::Remove, CareAsking::Fingerprints { list, marked, .. }) => list
            .get(*marked)
            .map(|finger| Answer::Remove(finger.id.clone())),
        (
            Action::Rename,
            CareAsking::Credentials {
                held, marked, name, ..
            },
        ) => {
            *name = held.get(*marked).map(|_| Line::default());
            None
        }
        (Action::Rename, CareAsking::Fingerprints { list, marked, name }) => {
            *name = list.get(*marked).map(|_| Line::default());
            None
        }
        (Action::AddFinger, CareAsking::Fingerprints { .. }) => Some(Answer::AddFinger(None)),
        _ => None,
    }
}
