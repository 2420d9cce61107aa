//! Keys on the pages: home, a person, outbox, unfinished work, the keys in the bay.

use unicode_normalization::UnicodeNormalization;

use super::{Effect, app, care, go, loss};
use crate::domain::Person;
use crate::record::{EntryState, Left, OutboxEntry, Resolution, Unfinished};
use crate::station::face::{Command, SlotState};
use crate::tui::clean::clean;
use crate::tui::entry::Line;
use crate::tui::keymap::Action;
use crate::tui::model::{Find, GivenUp, GivingUp, Model, Now, Page, PersonPage};

/// A longer name is not asked for.
const NAME_CHARS_MAX: usize = 60;

/// Lines that a page key moves.
const PAGE: usize = 8;

pub(super) fn act(model: &mut Model, now: Now, action: Action) -> Vec<Effect> {
    match action {
        Action::Confirm => confirm(model),
        Action::Back => back(model),
        Action::Up => step(model, |at| at.saturating_sub(1)),
        Action::Down => step(model, |at| at.saturating_add(1)),
        Action::PageUp => step(model, |at| at.saturating_sub(PAGE)),
        Action::PageDown => step(model, |at| at.saturating_add(PAGE)),
        Action::Bay => go(model, Page::Keys(0)),
        Action::Outbox => go(model, Page::Outbox(0)),
        Action::Unfinished => go(model, Page::Unfinished(0)),
        Action::Tickets => vec![Effect::Send(Command::FetchTickets {
            day: now.wall.to_zoned(model.setup.zone.clone()).date(),
        })],
        Action::Wink => wink(model),
        Action::Push => vec![Effect::Send(Command::PushOutbox)],
        Action::Retry => retry(model),
        Action::Withdraw => withdraw(model, false),
        Action::WithoutKey => match model.page {
            Page::Outbox(_) => withdraw(model, true),
            _ => without_key(model),
        },
        Action::Delete => edit(model, Line::pop),
        Action::Clear => edit(model, Line::pop_word),
        // Dealt with before, or on the pages of batches only.
        Action::NotTheirs
        | Action::Batch
        | Action::Skip
        | Action::Abort
        | Action::Pause
        | Action::EndBatch => Vec::new(),
        Action::EnrolApp
        | Action::EnrolBoth
        | Action::Replace
        | Action::AssignToken
        | Action::AcceptWaiting
        | Action::EndVisit => app::start(model, action),
        Action::Lost => loss::lost(model),
        Action::Found => loss::found(model),
        Action::Test | Action::Remove if model.page == Page::Person => {
            let key = match action {
                Action::Test => loss::test_key(model),
                _ => None,
            };
            key.unwrap_or_else(|| app::start(model, action))
        }
        Action::Test
        | Action::KeyPin
        | Action::RandomPin
        | Action::VerifyPin
        | Action::KeyCredentials
        | Action::Fingers
        | Action::KeySettings => care::start(model, action),
        Action::KeyReset => care::reset(model),
        // These belong to a run or to the door, or were dealt with before a page saw them.
        Action::ByHand
        | Action::FirstTime
        | Action::Invert
        | Action::WithKey
        | Action::ByTouch
        | Action::Number
        | Action::OtherKey
        | Action::AnotherKey
        | Action::AddFinger
        | Action::Remove
        | Action::Rename
        | Action::Keep
        | Action::Language
        | Action::Lock
        | Action::SignOut
        | Action::Help
        | Action::SoftTouch
        | Action::SoftPlug
        | Action::Quit => Vec::new(),
    }
}

pub(super) fn typed(model: &mut Model, c: char) -> Vec<Effect> {
    edit(model, |line| line.push(c))
}

pub(super) fn open(model: &mut Model, person: Person) -> Vec<Effect> {
    let command = Command::Open {
        person: person.id.clone(),
    };
    model.desk.person = Some(PersonPage::new(person, model.desk.find.from_tickets));
    model.page = Page::Person;
    vec![Effect::Send(command)]
}

fn confirm(model: &mut Model) -> Vec<Effect> {
    match &mut model.page {
        Page::Home => open_marked(model),
        Page::Person => match &model.desk.person {
            Some(page) => {
                let person = page.person.id.clone();
                model.desk.app = None;
                start(model, Command::Enrol { person })
            }
            None => Vec::new(),
        },
        Page::Unfinished(at) => {
            let at = *at;
            match model.unfinished().get(at).map(Unfinished::id) {
                Some(intent) => start(
                    model,
                    Command::Resolve {
                        intent,
                        without_key: false,
                    },
                ),
                None => Vec::new(),
            }
        }
        Page::GiveUp(giving_up) if !same_text(giving_up.line.as_str(), &giving_up.name) => {
            giving_up.wrong = true;
            Vec::new()
        }
        Page::GiveUp(giving_up) => {
            let what = giving_up.what;
            give_up(model, what)
        }
        Page::Keys(at) => {
            let at = *at;
            care::open(model, at)
        }
        Page::Outbox(_) | Page::Key { .. } | Page::Batch(_) => Vec::new(),
    }
}

/// Asks the station for a run, once: a second Enter does not ask again.
pub(super) fn start(model: &mut Model, command: Command) -> Vec<Effect> {
    if std::mem::replace(&mut model.starting, true) {
        return Vec::new();
    }
    vec![Effect::Send(command)]
}

fn open_marked(model: &mut Model) -> Vec<Effect> {
    let find = &mut model.desk.find;
    if find.waiting {
        find.open_when_found = true;
        return Vec::new();
    }
    match model.marked_person().cloned() {
        Some(person) => open(model, person),
        None => Vec::new(),
    }
}

fn back(model: &mut Model) -> Vec<Effect> {
    if std::mem::take(&mut model.starting) {
        return vec![Effect::Send(Command::Cancel)];
    }
    match model.page {
        Page::GiveUp(GivingUp {
            what: GivenUp::Work(_),
            ..
        }) => go(model, Page::Unfinished(0)),
        Page::GiveUp(_) => go(model, Page::Outbox(0)),
        Page::Home | Page::Person => {
            let find = std::mem::take(&mut model.desk.find);
            let keep_search = model.page == Page::Person;
            model.desk.clear();
            model.desk.find = match keep_search {
                true => find,
                false => Find {
                    serial: find.serial,
                    ..Find::default()
                },
            };
            model.mark_next_expected();
            go(model, Page::Home)
        }
        Page::Key { .. } => care::close(model),
        Page::Batch(_) => Vec::new(),
        Page::Outbox(_) | Page::Unfinished(_) | Page::Keys(_) => {
            let page = match model.desk.person {
                Some(_) => Page::Person,
                None => Page::Home,
            };
            go(model, page)
        }
    }
}

fn step(model: &mut Model, to: impl Fn(usize) -> usize) -> Vec<Effect> {
    match &mut model.page {
        Page::Home => {
            model.desk.find.marked = to(model.desk.find.marked);
            model.desk.find.moved = true;
        }
        Page::Outbox(at) | Page::Unfinished(at) | Page::Keys(at) | Page::Key { at, .. } => {
            *at = to(*at);
        }
        Page::Person => {
            if let Some(page) = &mut model.desk.person {
                app::mark(page, to);
            }
        }
        Page::GiveUp(_) | Page::Batch(_) => {}
    }
    model.clamp_marks();
    Vec::new()
}

fn edit(model: &mut Model, change: impl FnOnce(&mut Line)) -> Vec<Effect> {
    match &mut model.page {
        Page::GiveUp(giving_up) => {
            giving_up.wrong = false;
            change(&mut giving_up.line);
        }
        Page::Home => {
            change(&mut model.desk.find.line);
            let effects = search(&mut model.desk.find);
            model.mark_next_expected();
            return effects;
        }
        _ => {}
    }
    Vec::new()
}

/// What was found before stays on the screen until the answer comes, so that fast typing does not flicker.
fn search(find: &mut Find) -> Vec<Effect> {
    find.serial += 1;
    find.failed = None;
    find.open_when_found = false;
    let text = find.line.as_str().trim();
    find.waiting = !text.is_empty();
    if text.is_empty() {
        let serial = find.serial;
        *find = Find {
            serial,
            ..Find::default()
        };
        return Vec::new();
    }
    vec![Effect::Send(Command::Find {
        serial: find.serial,
        text: text.to_owned(),
    })]
}

fn wink(model: &Model) -> Vec<Effect> {
    let Page::Keys(at) = model.page else {
        return Vec::new();
    };
    match model.bay.get(at) {
        Some(slot) if matches!(slot.state, SlotState::Ready(_)) => {
            vec![Effect::Send(Command::Wink {
                place: slot.place.clone(),
            })]
        }
        _ => Vec::new(),
    }
}

fn marked_conflict(model: &Model) -> Option<&OutboxEntry> {
    let Page::Outbox(at) = model.page else {
        return None;
    };
    model
        .outbox()
        .get(at)
        .filter(|entry| matches!(entry.state, EntryState::Conflict { .. }))
}

fn retry(model: &Model) -> Vec<Effect> {
    marked_conflict(model)
        .map(|entry| {
            Effect::Send(Command::ResolveConflict {
                entry: entry.id,
                how: Resolution::Retry,
            })
        })
        .into_iter()
        .collect()
}

fn withdraw(model: &mut Model, without_key: bool) -> Vec<Effect> {
    let Some(entry) = marked_conflict(model) else {
        return Vec::new();
    };
    let what = match (entry.body.left(), without_key) {
        (Left::OnPhone | Left::Nothing, _) => GivenUp::Test(entry.id),
        (Left::OnKey, false) => GivenUp::Enrolment(entry.id),
        (Left::OnKey, true) => GivenUp::EnrolmentWithoutKey(entry.id),
    };
    let name = typeable(&model.subject_of(&entry.body), entry.body.about().id());
    confirm_giving_up(model, what, name)
}

/// Unfinished work whose key is lost or broken.
fn without_key(model: &mut Model) -> Vec<Effect> {
    let Page::Unfinished(at) = model.page else {
        return Vec::new();
    };
    let Some(work) = model.unfinished().get(at) else {
        return Vec::new();
    };
    let what = GivenUp::Work(work.id());
    let id = match (work, work.person()) {
        (_, Some(person)) => person.id.to_string(),
        (Unfinished::OwnKey(own), None) => own.offer.operator.id.to_string(),
        // A model's name is plain; should it not be, the place where the key was.
        (Unfinished::Care(care), None) => care.key.place.to_string(),
        (_, None) => work.key().map_or(0, |key| key.slot).to_string(),
    };
    let name = typeable(work.name(), &id);
    confirm_giving_up(model, what, name)
}

/// The name as it is to be typed; the registry's identifier where a keyboard can't produce the name.
pub(super) fn typeable(name: &str, id: &str) -> String {
    let name = name.trim();
    if clean(name) == name && name.chars().count() <= NAME_CHARS_MAX {
        name.to_owned()
    } else {
        id.to_owned()
    }
}

/// Whether both are the same text, however their accents are composed.
fn same_text(a: &str, b: &str) -> bool {
    a.trim().nfc().eq(b.trim().nfc())
}

fn confirm_giving_up(model: &mut Model, what: GivenUp, name: String) -> Vec<Effect> {
    go(
        model,
        Page::GiveUp(GivingUp {
            what,
            name,
            line: Line::default(),
            wrong: false,
        }),
    )
}

fn give_up(model: &mut Model, what: GivenUp) -> Vec<Effect> {
    match what {
        GivenUp::Enrolment(entry) | GivenUp::EnrolmentWithoutKey(entry) => {
            model.page = Page::Outbox(0);
            let without_key = matches!(what, GivenUp::EnrolmentWithoutKey(_));
            start(model, Command::Withdraw { entry, without_key })
        }
        GivenUp::Test(entry) => {
            model.page = Page::Outbox(0);
            vec![Effect::Send(Command::ResolveConflict {
                entry,
                how: Resolution::Withdrawn,
            })]
        }
        GivenUp::Work(intent) => {
            model.page = Page::Unfinished(0);
            let without_key = true;
            start(
                model,
                Command::Resolve {
                    intent,
                    without_key,
                },
            )
        }
    }
}
