//! Keys on the pages of batches, and what the station says of them.

use super::answer::{current_pin, new_pin};
use super::{Effect, go};
use crate::domain::identification::STATEMENT_CHARS_MAX;
use crate::domain::profile::label::TAG_CHARS_MAX;
use crate::station::face::board::{
    BatchAnswer, BatchCommand, BatchQuestion, BatchUpdate, BatchWish, Board, Order,
};
use crate::station::face::{Command, Notice};
use crate::tui::entry::{Line, SecretLine};
use crate::tui::keymap::Action;
use crate::tui::model::{
    BatchAsking, BatchPage, CurrentPin, Missing, Model, NewPin, Page, PinComplaint,
};
use crate::workflow::dialogue::{Answer, Question};

/// Lines that a page key moves.
const PAGE: usize = 10;

fn send(command: BatchCommand) -> Vec<Effect> {
    vec![Effect::Send(Command::Batch(command))]
}

/// The board of the batch that is on, else the profiles.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    if model.batch.on().is_some() {
        return go(model, Page::Batch(BatchPage::Board(0)));
    }
    model.batch.wish = BatchWish::default();
    model.batch.forecast = None;
    model.page = Page::Batch(BatchPage::Profiles(0));
    send(BatchCommand::Look)
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Page::Batch(page) = &model.page else {
        return Vec::new();
    };
    let end_asked = std::mem::take(&mut model.batch.end_asked);
    if matches!(page, BatchPage::Board(_)) && model.batch.asking.is_some() {
        return asked(model, action);
    }
    match action {
        Action::Confirm => confirm(model),
        Action::Back => back(model),
        Action::Up => step(model, |at| at.saturating_sub(1)),
        Action::Down => step(model, |at| at.saturating_add(1)),
        Action::PageUp => step(model, |at| at.saturating_sub(PAGE)),
        Action::PageDown => step(model, |at| at.saturating_add(PAGE)),
        Action::Delete => edit(model, Line::pop),
        Action::Clear => edit(model, Line::pop_word),
        Action::Retry => order(model, Order::Retry),
        Action::Skip => order(model, Order::Skip),
        Action::Abort => order(model, Order::Abort),
        Action::Wink => order(model, Order::Wink),
        Action::Pause if model.batch.on().is_some() => send(BatchCommand::Order(Order::Pause)),
        Action::EndBatch if model.batch.on().is_some() => {
            if end_asked {
                return send(BatchCommand::Order(Order::End));
            }
            model.batch.end_asked = true;
            Vec::new()
        }
        Action::Bay => go(model, Page::Keys(0)),
        Action::Outbox => go(model, Page::Outbox(0)),
        Action::Unfinished => go(model, Page::Unfinished(0)),
        _ => Vec::new(),
    }
}

pub(super) fn typed(model: &mut Model, c: char) -> Vec<Effect> {
    match &mut model.batch.asking {
        Some(BatchAsking::NewPin(new)) => {
            new.complaint = None;
            new.line.push(c);
        }
        Some(BatchAsking::CurrentPin(current)) => current.line.push(c),
        Some(BatchAsking::Tag {
            line, complaint, ..
        }) => {
            *complaint = None;
            if line.as_str().chars().count() < TAG_CHARS_MAX {
                line.push(c);
            }
        }
        Some(BatchAsking::Admit { .. }) => {}
        None => return edit(model, |line| line.push(c)),
    }
    Vec::new()
}

fn edit(model: &mut Model, change: impl FnOnce(&mut Line)) -> Vec<Effect> {
    if let Page::Batch(BatchPage::Statement(line)) = &mut model.page {
        let before = line.clone();
        change(line);
        if line.as_str().chars().count() > STATEMENT_CHARS_MAX {
            *line = before;
        }
    }
    Vec::new()
}

/// What is being asked: one slot's question over the board.
fn asked(model: &mut Model, action: Action) -> Vec<Effect> {
    let reply = match (&mut model.batch.asking, action) {
        (Some(BatchAsking::NewPin(new)), Action::Confirm) => new_pin(new),
        (Some(BatchAsking::CurrentPin(current)), Action::Confirm) => current_pin(current),
        (Some(BatchAsking::NewPin(new)), Action::Delete) => {
            new.line.pop();
            None
        }
        (Some(BatchAsking::NewPin(new)), Action::Clear) => {
            new.line.clear();
            None
        }
        (Some(BatchAsking::CurrentPin(current)), Action::Delete) => {
            current.line.pop();
            None
        }
        (Some(BatchAsking::CurrentPin(current)), Action::Clear) => {
            current.line.clear();
            None
        }
        (Some(BatchAsking::Tag { line, .. }), action) => {
            match action {
                Action::Delete => line.pop(),
                Action::Clear => line.pop_word(),
                Action::Confirm if !line.as_str().trim().is_empty() => {
                    let tag = line.as_str().trim().to_owned();
                    return answer(model, BatchAnswer::Tag(tag));
                }
                Action::Back => return stop_asked(model),
                _ => {}
            }
            None
        }
        (Some(BatchAsking::Admit { .. }), Action::Confirm) => {
            return answer(model, BatchAnswer::Admit(true));
        }
        (Some(BatchAsking::Admit { .. }), Action::OtherKey) => {
            return answer(model, BatchAnswer::Admit(false));
        }
        (Some(_), Action::Back) => return stop_asked(model),
        _ => None,
    };
    match reply {
        Some(Answer::Pin(pin)) => answer(model, BatchAnswer::Pin(pin)),
        _ => Vec::new(),
    }
}

fn answer(model: &mut Model, answer: BatchAnswer) -> Vec<Effect> {
    model.batch.asking = None;
    send(BatchCommand::Answer(answer))
}

/// The key that asks is stopped; it can be tried again or skipped then.
fn stop_asked(model: &mut Model) -> Vec<Effect> {
    let slot = match model.batch.asking.take() {
        Some(BatchAsking::NewPin(new)) => new.key.slot,
        Some(BatchAsking::CurrentPin(current)) => current.key.slot,
        Some(BatchAsking::Tag { slot, .. }) => slot,
        Some(BatchAsking::Admit { key, .. }) => key.slot,
        None => return Vec::new(),
    };
    let slots = model.batch.slots();
    let place = slots
        .iter()
        .find(|at| at.number == slot)
        .map(|at| at.place.clone());
    match place {
        Some(place) => send(BatchCommand::Order(Order::Abort(place))),
        None => Vec::new(),
    }
}

fn order(model: &Model, order: fn(crate::domain::Place) -> Order) -> Vec<Effect> {
    let Page::Batch(BatchPage::Board(at)) = model.page else {
        return Vec::new();
    };
    match model.batch.slots().get(at) {
        Some(slot) if model.batch.on().is_some() => {
            send(BatchCommand::Order(order(slot.place.clone())))
        }
        _ => Vec::new(),
    }
}

fn confirm(model: &mut Model) -> Vec<Effect> {
    let Page::Batch(page) = &model.page else {
        return Vec::new();
    };
    match page {
        BatchPage::Profiles(at) => choose_profile(model, *at),
        BatchPage::Lists(at) => {
            let lists = model
                .batch
                .offer
                .as_ref()
                .map_or(&[][..], |offer| &offer.lists);
            match lists.get(*at) {
                Some(list) if list.is.is_ok() => {
                    model.batch.wish.people = Some(list.file.clone());
                    next(model)
                }
                _ => Vec::new(),
            }
        }
        BatchPage::Statement(line) if line.as_str().trim().is_empty() => Vec::new(),
        BatchPage::Statement(line) => {
            model.batch.wish.statement = Some(line.as_str().trim().to_owned());
            next(model)
        }
        BatchPage::Forecast(_) if matches!(model.batch.forecast, Some(Ok(_))) => {
            if std::mem::replace(&mut model.batch.starting, true) {
                return Vec::new();
            }
            send(BatchCommand::Begin(model.batch.wish.clone()))
        }
        BatchPage::Forecast(_) => Vec::new(),
        BatchPage::Board(_) if model.batch.on().is_none() => back(model),
        BatchPage::Board(_) => Vec::new(),
    }
}

fn choose_profile(model: &mut Model, at: usize) -> Vec<Effect> {
    let Some(offer) = &model.batch.offer else {
        return Vec::new();
    };
    if let Some((id, ..)) = offer.open {
        if at == 0 {
            if std::mem::replace(&mut model.batch.starting, true) {
                return Vec::new();
            }
            return send(BatchCommand::Resume(id));
        }
        // Only one batch at a time: the one that was stopped comes first.
        return Vec::new();
    }
    match offer.profiles.get(at) {
        Some(profile) if profile.is.is_ok() => {
            model.batch.wish = BatchWish {
                profile: profile.file.clone(),
                ..BatchWish::default()
            };
            next(model)
        }
        _ => Vec::new(),
    }
}

/// The next thing to be chosen, and at last the dry run.
fn next(model: &mut Model) -> Vec<Effect> {
    match model.batch.missing() {
        Some(Missing::List) => go(model, Page::Batch(BatchPage::Lists(0))),
        Some(Missing::Statement) => go(model, Page::Batch(BatchPage::Statement(Line::default()))),
        None => {
            model.batch.forecast = None;
            model.page = Page::Batch(BatchPage::Forecast(0));
            send(BatchCommand::Forecast(model.batch.wish.clone()))
        }
    }
}

fn back(model: &mut Model) -> Vec<Effect> {
    let Page::Batch(page) = &model.page else {
        return Vec::new();
    };
    model.batch.starting = false;
    match page {
        BatchPage::Lists(_) | BatchPage::Statement(_) | BatchPage::Forecast(_) => {
            model.batch.wish = BatchWish::default();
            go(model, Page::Batch(BatchPage::Profiles(0)))
        }
        BatchPage::Profiles(_) | BatchPage::Board(_) => {
            if model.batch.on().is_none() {
                model.batch.board = None;
            }
            go(model, Page::Home)
        }
    }
}

fn step(model: &mut Model, to: impl Fn(usize) -> usize) -> Vec<Effect> {
    let batch = &model.batch;
    let lines = batch.offer.as_ref().map_or((0, 0), |offer| {
        (
            offer.profiles.len() + usize::from(offer.open.is_some()),
            offer.lists.len(),
        )
    });
    let forecast = match &batch.forecast {
        Some(Ok(forecast)) => forecast.keys.len(),
        _ => 0,
    };
    let slots = batch.slots().len();
    if let Page::Batch(page) = &mut model.page {
        let (at, len) = match page {
            BatchPage::Profiles(at) => (at, lines.0),
            BatchPage::Lists(at) => (at, lines.1),
            BatchPage::Forecast(at) => (at, forecast),
            BatchPage::Board(at) => (at, slots),
            BatchPage::Statement(_) => return Vec::new(),
        };
        *at = to(*at).min(len.saturating_sub(1));
    }
    Vec::new()
}

/// The board; whether it shows that somebody is there.
pub(super) fn board(model: &mut Model, board: std::sync::Arc<Board>) -> bool {
    if !model.is_open() {
        return false;
    }
    let progress = |board: &Board| (board.batch, board.touches, board.pins, board.tally.done);
    let moved = model.batch.board.as_deref().map(progress) != Some(progress(&board));
    if std::mem::take(&mut model.batch.starting) {
        model.page = Page::Batch(BatchPage::Board(0));
    }
    model.batch.board = Some(board);
    moved
}

pub(super) fn told(model: &mut Model, update: BatchUpdate) -> Vec<Effect> {
    match update {
        BatchUpdate::Offered(offer) => model.batch.offer = Some(offer),
        BatchUpdate::Forecast(forecast) => model.batch.forecast = Some(forecast),
        BatchUpdate::Asks(question) => model.batch.asking = asking(*question),
        BatchUpdate::Withdrawn => model.batch.asking = None,
        BatchUpdate::Over(notice) => {
            model.batch.asking = None;
            model.batch.starting = false;
            if let Some(board) = &mut model.batch.board {
                std::sync::Arc::make_mut(board).over = true;
            }
            over(model, notice);
        }
    }
    Vec::new()
}

/// Said on the page that is open, whichever it is.
fn over(model: &mut Model, notice: Notice) {
    if matches!(model.page, Page::Batch(BatchPage::Forecast(_))) {
        model.batch.forecast = Some(Err(notice));
    } else {
        model.notice = Some(notice);
    }
}

fn asking(question: BatchQuestion) -> Option<BatchAsking> {
    Some(match question {
        BatchQuestion::Tag { slot, complaint } => BatchAsking::Tag {
            slot,
            line: Line::default(),
            complaint,
        },
        BatchQuestion::Pin {
            question:
                Question::NewPin {
                    key,
                    min_length,
                    refused,
                },
            ..
        } => BatchAsking::NewPin(NewPin {
            key,
            min_length,
            first: None,
            line: SecretLine::new(),
            complaint: refused.then_some(PinComplaint::Refused),
        }),
        BatchQuestion::Pin {
            question:
                Question::CurrentPin {
                    key,
                    retries,
                    wrong,
                },
            ..
        } => BatchAsking::CurrentPin(CurrentPin {
            key,
            retries,
            line: SecretLine::new(),
            complaint: wrong.then_some(PinComplaint::Wrong),
        }),
        BatchQuestion::Admit {
            question: Question::Admit { key, verdict },
            ..
        } => BatchAsking::Admit { key, verdict },
        BatchQuestion::Pin { .. } | BatchQuestion::Admit { .. } => return None,
    })
}
