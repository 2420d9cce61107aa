//! Keys during a run: answers to its questions, stopping it, and leaving its closing screen.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::{Effect, care, go};
use crate::domain::identification::Document;
use crate::domain::pin::PIN_CODE_POINTS_MIN;
use crate::domain::{Identification, Pin};
use crate::record::Remains;
use crate::station::face::Command;
use crate::tui::entry::Line;
use crate::tui::keymap::Action;
use crate::tui::model::{
    AppAsking, Asking, CareAsking, CurrentPin, Identify, Model, NewPin, Page, PinComplaint,
    ResetAsking, Run,
};
use crate::workflow::dialogue::{Answer, AppJob, CareJob, Ending, Job};

pub(super) fn act(
    model: &mut Model,
    action: Action,
    key: KeyEvent,
    stop_asked: bool,
) -> Vec<Effect> {
    match &mut model.work {
        None => Vec::new(),
        Some(run) if run.ending.is_some() => closing(model, action),
        Some(run) => to(run, action, key, stop_asked),
    }
}

/// What a key means to a run that goes on.
pub(super) fn to(run: &mut Run, action: Action, key: KeyEvent, stop_asked: bool) -> Vec<Effect> {
    match action {
        Action::Back => stop(run, stop_asked),
        Action::Confirm => confirm(run),
        Action::ByTouch => {
            run.by_touch = true;
            answer(run, Answer::ByTouch)
        }
        Action::Wink => wink(run),
        Action::OtherKey => answer(run, Answer::OtherKey),
        Action::Number => number(run, key),
        Action::Up => mark(run, |at| at.saturating_sub(1)),
        Action::Down => mark(run, |at| at.saturating_add(1)),
        Action::PageUp => mark(run, |at| at.saturating_sub(5)),
        Action::PageDown => mark(run, |at| at.saturating_add(5)),
        Action::Delete | Action::Clear if run.code_mut().is_some() => {
            if let Some(code) = run.code_mut() {
                match action {
                    Action::Delete => code.pop(),
                    _ => code.clear(),
                }
            }
            Vec::new()
        }
        Action::Delete => edit(run, Line::pop, |line| line.pop()),
        Action::Clear => edit(run, Line::clear, |line| line.clear()),
        Action::ByHand | Action::Invert => turn(run, action),
        Action::NotTheirs => match &run.asking {
            Some(Asking::App(asking)) if asking.asks_whose() => answer(run, Answer::Keep),
            _ => Vec::new(),
        },
        Action::WithKey => match &run.asking {
            Some(Asking::App(asking)) if asking.takes_key() => answer(run, Answer::WithKey),
            _ => Vec::new(),
        },
        Action::Remove if matches!(&run.asking, Some(Asking::App(asking)) if asking.removes()) => {
            answer(run, Answer::Yes)
        }
        Action::Remove | Action::Rename | Action::AddFinger | Action::Keep => {
            match care::act(run, action) {
                Some(reply) => answer(run, reply),
                None => Vec::new(),
            }
        }
        // These belong to a page or a closing screen, or were dealt with before.
        Action::AnotherKey
        | Action::EnrolApp
        | Action::EnrolBoth
        | Action::Replace
        | Action::Lost
        | Action::Found
        | Action::AssignToken
        | Action::AcceptWaiting
        | Action::EndVisit
        | Action::Test
        | Action::KeyPin
        | Action::RandomPin
        | Action::VerifyPin
        | Action::KeyCredentials
        | Action::Fingers
        | Action::KeySettings
        | Action::KeyReset
        | Action::Bay
        | Action::Batch
        | Action::Skip
        | Action::Abort
        | Action::Pause
        | Action::EndBatch
        | Action::FirstTime
        | Action::Help
        | Action::Language
        | Action::Lock
        | Action::Outbox
        | Action::Push
        | Action::Quit
        | Action::Retry
        | Action::SignOut
        | Action::SoftPlug
        | Action::SoftTouch
        | Action::Tickets
        | Action::Unfinished
        | Action::Withdraw
        | Action::WithoutKey => Vec::new(),
    }
}

pub(super) fn typed(run: &mut Run, c: char) -> Vec<Effect> {
    if let Some(code) = run.code_mut() {
        // The last digit is answer enough: nobody has to press Enter forty times a day.
        return match code.push(c) {
            true => confirm(run),
            false => Vec::new(),
        };
    }
    let naming = matches!(
        &run.asking,
        Some(Asking::Care(_) | Asking::Reset(_) | Asking::App(_))
    );
    let four = |line: &mut Line| {
        if naming {
            line.push(c);
        } else if line.as_str().len() < 4 && c.is_ascii_alphanumeric() {
            line.push(c.to_ascii_uppercase());
        }
    };
    edit(run, four, |line| line.push(c))
}

/// Stops the run: at once where nothing is left behind, else at the second Esc.
fn stop(run: &mut Run, stop_asked: bool) -> Vec<Effect> {
    if run.stopping {
        return Vec::new();
    }
    if let Some(Asking::Care(asking)) = &mut run.asking
        && asking.stop_naming()
    {
        return Vec::new();
    }
    if run.leaves != Remains::Nothing && !stop_asked {
        run.stop_asked = true;
        return Vec::new();
    }
    run.stopping = true;
    run.asking = None;
    vec![Effect::Send(Command::Cancel)]
}

fn answer(run: &mut Run, answer: Answer) -> Vec<Effect> {
    if run.asking.take().is_none() {
        return Vec::new();
    }
    vec![Effect::Send(Command::Answer(answer))]
}

fn confirm(run: &mut Run) -> Vec<Effect> {
    let reply = match &mut run.asking {
        None => None,
        Some(Asking::Identify(identify)) => identified(identify),
        Some(Asking::ChooseKey { keys, marked }) => {
            keys.get(*marked).map(|key| Answer::Key(key.place.clone()))
        }
        // Enter never insists on a key that policy refuses.
        Some(Asking::Admit { verdict, .. }) if !verdict.admits() => Some(Answer::OtherKey),
        Some(Asking::Admit { .. }) => Some(Answer::Yes),
        Some(Asking::NewPin(new)) => new_pin(new),
        Some(Asking::CurrentPin(current)) => current_pin(current),
        Some(Asking::Retest { .. } | Asking::TouchAgain { .. }) => Some(Answer::Yes),
        Some(Asking::App(asking)) => asking.confirm(),
        Some(Asking::Loss(asking)) => asking.confirm(),
        Some(Asking::Reset(asking)) => match &mut **asking {
            ResetAsking::Confirm { line, .. } if line.is_empty() => None,
            ResetAsking::Confirm { line, .. } => Some(Answer::Typed(line.as_str().to_owned())),
            case => case.next().map(Answer::Case),
        },
        Some(Asking::Care(asking)) => {
            let shown = matches!(**asking, CareAsking::SeePin { .. });
            let reply = care::confirm(asking);
            if shown {
                // Nothing of the PIN stays in a cell that happens not to change.
                let mut effects = reply.map_or_else(Vec::new, |reply| answer(run, reply));
                effects.push(Effect::Repaint);
                return effects;
            }
            reply
        }
    };
    match reply {
        Some(reply) => answer(run, reply),
        None => Vec::new(),
    }
}

fn identified(identify: &mut Identify) -> Option<Answer> {
    let document = identify.document?;
    match Identification::new(document, identify.last_four.as_str()) {
        Ok(identification) => Some(Answer::Identified(identification)),
        Err(_) => {
            identify.wrong = true;
            None
        }
    }
}

/// The first entry is kept until the second one is the same; anything else starts again with the first.
pub(super) fn new_pin(new: &mut NewPin) -> Option<Answer> {
    let typed = new.line.take(|text| Pin::chosen(text, new.min_length));
    new.complaint = None;
    match (new.first.take(), typed) {
        (None, Ok(pin)) => new.first = Some(pin),
        (None, Err(error)) => new.complaint = Some(PinComplaint::Form(error)),
        (Some(first), Ok(second)) if first.matches(&second) => return Some(Answer::Pin(second)),
        (Some(_), _) => new.complaint = Some(PinComplaint::Mismatch),
    }
    None
}

pub(super) fn current_pin(current: &mut CurrentPin) -> Option<Answer> {
    current.complaint = None;
    match current
        .line
        .take(|text| Pin::new(text, PIN_CODE_POINTS_MIN))
    {
        Ok(pin) => Some(Answer::Pin(pin)),
        Err(error) => {
            current.complaint = Some(PinComplaint::Form(error));
            None
        }
    }
}

fn wink(run: &mut Run) -> Vec<Effect> {
    let Some(Asking::ChooseKey { keys, marked }) = &run.asking else {
        return Vec::new();
    };
    let Some(key) = keys.get(*marked) else {
        return Vec::new();
    };
    let place = key.place.clone();
    run.winked = Some(key.slot);
    run.marked_place = Some(place.clone());
    answer(run, Answer::Wink(place))
}

fn number(run: &mut Run, key: KeyEvent) -> Vec<Effect> {
    let KeyCode::Char(c) = key.code else {
        return Vec::new();
    };
    let Some(number) = c.to_digit(10).and_then(|n| usize::try_from(n).ok()) else {
        return Vec::new();
    };
    match &mut run.asking {
        Some(Asking::Identify(identify)) => {
            identify.document = number
                .checked_sub(1)
                .and_then(|at| Document::ALL.get(at).copied());
        }
        Some(Asking::Loss(asking)) => asking.mark(|_| number.saturating_sub(1)),
        Some(Asking::ChooseKey { keys, .. }) => {
            if let Some(at) = keys.iter().position(|key| usize::from(key.slot) == number) {
                return mark(run, |_| at);
            }
        }
        _ => {}
    }
    Vec::new()
}

fn mark(run: &mut Run, to: impl Fn(usize) -> usize) -> Vec<Effect> {
    if let Some(Asking::Care(asking)) = &mut run.asking {
        asking.mark(to);
    } else if let Some(Asking::App(asking)) = &mut run.asking {
        asking.mark(to);
    } else if let Some(Asking::Loss(asking)) = &mut run.asking {
        asking.mark(to);
    } else if let Some(Asking::ChooseKey { keys, marked }) = &mut run.asking {
        *marked = to(*marked).min(keys.len().saturating_sub(1));
        run.marked_place = keys.get(*marked).map(|key| key.place.clone());
    }
    Vec::new()
}

/// Turns the secret that is shown into text and back, or its colours round.
fn turn(run: &mut Run, action: Action) -> Vec<Effect> {
    let Some(Asking::App(asking)) = &mut run.asking else {
        return Vec::new();
    };
    if let AppAsking::Secret(shown) = &mut **asking {
        match action {
            Action::ByHand => shown.by_hand = !shown.by_hand,
            _ => shown.inverted = !shown.inverted,
        }
    }
    // What the other form left on the screen goes with it.
    vec![Effect::Repaint]
}

fn edit(
    run: &mut Run,
    visible: impl FnOnce(&mut Line),
    secret: impl FnOnce(&mut crate::tui::entry::SecretLine),
) -> Vec<Effect> {
    match &mut run.asking {
        Some(Asking::Identify(identify)) => {
            identify.wrong = false;
            let was_empty = identify.last_four.is_empty();
            visible(&mut identify.last_four);
            // Deleting in an empty field goes back to the choice of the document.
            if was_empty && identify.last_four.is_empty() {
                identify.document = None;
            }
        }
        Some(Asking::NewPin(new)) => {
            new.complaint = None;
            secret(&mut new.line);
        }
        Some(Asking::CurrentPin(current)) => secret(&mut current.line),
        Some(Asking::Reset(asking)) => {
            if let Some(line) = asking.line() {
                visible(line);
            }
        }
        Some(Asking::Care(asking)) => {
            if let Some(name) = asking.name() {
                visible(name);
            }
        }
        Some(Asking::App(asking)) => {
            if let Some(line) = asking.line() {
                visible(line);
            }
        }
        _ => {}
    }
    Vec::new()
}

fn closing(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Confirm | Action::Back => leave(model),
        Action::Outbox => {
            leave(model);
            go(model, Page::Outbox(0))
        }
        Action::AnotherKey => {
            let person = model
                .work
                .as_ref()
                .and_then(Run::person)
                .map(|p| p.id.clone());
            match person {
                Some(person) if !std::mem::replace(&mut model.starting, true) => {
                    vec![Effect::Send(Command::Enrol { person })]
                }
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// Leaves a closing screen. After success nothing of the person remains; after a stop their page is still there to
/// start again from.
fn leave(model: &mut Model) -> Vec<Effect> {
    let Some(run) = model.work.take() else {
        return Vec::new();
    };
    if let (Job::Care { .. } | Job::Reset, Page::Key { place, .. }) = (&run.job, &model.page) {
        // What was done shows on the key's page at once.
        return vec![Effect::Send(Command::OpenKey {
            place: place.clone(),
        })];
    }
    let shows_page = match &run.job {
        Job::App { app, .. } => !matches!(app, AppJob::Enrol | AppJob::Both),
        Job::Loss { .. } => true,
        Job::Care {
            care: CareJob::TestFor { .. },
        } => model.desk.person.is_some(),
        _ => false,
    };
    if let (true, Some(page)) = (shows_page, &model.desk.person)
        && run
            .person()
            .is_none_or(|person| page.person.id == person.id)
    {
        // What was done shows on the person's page at once.
        let person = page.person.id.clone();
        model.page = Page::Person;
        return vec![Effect::Send(Command::Open { person })];
    }
    let again = matches!(run.ending, Some(Ending::Stopped { .. })) && model.desk.person.is_some();
    if again {
        model.page = Page::Person;
    } else {
        model.desk.clear();
        model.mark_next_expected();
        model.page = Page::Home;
    }
    Vec::new()
}
