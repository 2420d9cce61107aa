//! Batches: choosing one, the dry run, and the board with what is asked on it.

pub mod board;
pub mod scenes;
pub mod state;
pub mod view;

use super::run::pin::{current_pin, new_pin};
use super::{Screen, Typing, go};
use crate::domain::identification::STATEMENT_CHARS_MAX;
use crate::domain::profile::label::TAG_CHARS_MAX;
use crate::station::face::board::{
    BatchAnswer, BatchCommand, BatchOrder, BatchQuestion, BatchUpdate, BatchWish, Board,
};
use crate::station::face::{Command, Remark};
use crate::text::tr;
use crate::tui::entry::{Line, SecretLine};
use crate::tui::keys::{ENTER, ESC, Edit, Move, Press, Row, letter, row};
use crate::tui::model::{
    BatchAsking, BatchPage, BatchState, CurrentPin, Missing, Model, NewPin, Page, PinComplaint,
};
use crate::tui::update::Effect;
use crate::workflow::dialogue::{Answer, Question};

/// Lines that a page key moves.
const LINES: usize = 10;

const PAGE: Screen = Screen {
    after: &[BACK],
    draw: view::draw,
    ..Screen::NOTHING
};

/// A profile or a list is chosen.
static CHOICE: Screen = Screen {
    rows: &[row!(ENTER => "key-open", Left, Kiosk(|m, _| confirm(m)))],
    list: Some(mark),
    waits: |_, t| Some(tr!(t, "waits-batches")),
    ..PAGE
};

static STATEMENT: Screen = Screen {
    rows: &[row!(ENTER => "key-confirm", Left, Kiosk(|m, _| confirm(m)))],
    typing: Typing::Text(edit_statement),
    waits: |_, t| Some(tr!(t, "waits-statement")),
    ..PAGE
};

/// The dry run.
static FORECAST: Screen = Screen {
    rows: &[row!(ENTER => "key-start", Left, Kiosk(|m, _| confirm(m)))],
    list: Some(mark),
    waits: |_, t| Some(tr!(t, "waits-forecast")),
    ..PAGE
};

static BOARD: Screen = Screen {
    rows: &[
        row!(letter('w') => "key-wink", Left, Kiosk(|m, _| order(m, BatchOrder::Wink))),
        row!(letter('r') => "key-again", Left, Kiosk(|m, _| order(m, BatchOrder::Retry))),
        row!(letter('s') => "key-skip", Left, Kiosk(|m, _| order(m, BatchOrder::Skip))),
        row!(letter('b') => "key-abort", Left, Kiosk(|m, _| order(m, BatchOrder::Abort))),
        row!(letter('z') => "key-pause", HelpOnly, Kiosk(|_, _| send(BatchCommand::Order(BatchOrder::Pause)))),
        row!(letter('e') => "key-end-batch", Left, Kiosk(end)),
    ],
    list: Some(mark),
    waits: |_, t| Some(tr!(t, "waits-board")),
    ..PAGE
};

static BOARD_OVER: Screen = Screen {
    rows: &[row!(ENTER => "key-done", Left, Kiosk(|m, _| back(m)))],
    list: Some(mark),
    waits: |_, t| Some(tr!(t, "waits-board-over")),
    ..PAGE
};

/// On the board, a PIN or a tag is typed.
static TYPING: Screen = Screen {
    rows: &[row!(ENTER => "key-next", Left, Kiosk(|m, _| typed(m)))],
    typing: Typing::Text(edit),
    after: &[ABORT],
    waits: |_, t| Some(tr!(t, "waits-board-typing")),
    ..PAGE
};

/// On the board, keys with warnings are admitted.
static ADMIT: Screen = Screen {
    rows: &[
        row!(ENTER => "key-use", Left, Kiosk(|m, _| answer(m, BatchAnswer::Admit(true)))),
        row!(letter('o') => "key-other-key", Left, Kiosk(|m, _| answer(m, BatchAnswer::Admit(false)))),
    ],
    after: &[ABORT],
    waits: |_, t| Some(tr!(t, "waits-board-admit")),
    ..PAGE
};

static BACK: &[Row] = &[row!(ESC => "key-back", Left, Kiosk(|m, _| back(m)))];
static ABORT: &[Row] = &[row!(ESC => "key-abort", Left, Kiosk(|m, _| stop_asked(m)))];

pub(super) fn screen(page: &BatchPage, batch: &BatchState) -> &'static Screen {
    match (page, &batch.asking) {
        (BatchPage::Profiles(_) | BatchPage::Lists(_), _) => &CHOICE,
        (BatchPage::Statement(_), _) => &STATEMENT,
        (BatchPage::Forecast(_), _) => &FORECAST,
        (BatchPage::Board(_), None) if batch.on().is_none() => &BOARD_OVER,
        (BatchPage::Board(_), None) => &BOARD,
        (BatchPage::Board(_), Some(BatchAsking::Admit { .. })) => &ADMIT,
        (BatchPage::Board(_), Some(_)) => &TYPING,
    }
}

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

/// The second time it ends.
fn end(model: &mut Model, press: Press) -> Vec<Effect> {
    if press.sure {
        return send(BatchCommand::Order(BatchOrder::End));
    }
    model.batch.end_asked = true;
    Vec::new()
}

fn edit_statement(model: &mut Model, edit: Edit) -> Vec<Effect> {
    if let Page::Batch(BatchPage::Statement(line)) = &mut model.page {
        model.full_at = line.edit_within(STATEMENT_CHARS_MAX, edit);
    }
    Vec::new()
}

/// What is typed over the board, for one slot.
fn edit(model: &mut Model, edit: Edit) -> Vec<Effect> {
    match &mut model.batch.asking {
        Some(BatchAsking::NewPin(new)) => {
            new.complaint = None;
            new.line.edit(edit);
        }
        Some(BatchAsking::CurrentPin(current)) => current.line.edit(edit),
        Some(BatchAsking::Tag {
            line, complaint, ..
        }) => {
            *complaint = None;
            model.full_at = line.edit_within(TAG_CHARS_MAX, edit);
        }
        Some(BatchAsking::Admit { .. }) | None => {}
    }
    Vec::new()
}

fn typed(model: &mut Model) -> Vec<Effect> {
    let reply = match &mut model.batch.asking {
        Some(BatchAsking::NewPin(new)) => new_pin(new),
        Some(BatchAsking::CurrentPin(current)) => current_pin(current),
        Some(BatchAsking::Tag { line, .. }) if !line.as_str().trim().is_empty() => {
            let tag = line.as_str().trim().to_owned();
            return answer(model, BatchAnswer::Tag(tag));
        }
        Some(BatchAsking::Tag { .. } | BatchAsking::Admit { .. }) | None => None,
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
        Some(place) => send(BatchCommand::Order(BatchOrder::Abort(place))),
        None => Vec::new(),
    }
}

fn order(model: &Model, order: fn(crate::domain::UsbPath) -> BatchOrder) -> Vec<Effect> {
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

fn mark(model: &mut Model, to: Move) {
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
        let (at, lines) = match page {
            BatchPage::Profiles(at) => (at, lines.0),
            BatchPage::Lists(at) => (at, lines.1),
            BatchPage::Forecast(at) => (at, forecast),
            BatchPage::Board(at) => (at, slots),
            BatchPage::Statement(_) => return,
        };
        to.on(at, lines, LINES);
    }
}

/// The board; whether it shows that somebody is there.
pub(in crate::tui) fn board(model: &mut Model, board: std::sync::Arc<Board>) -> bool {
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

pub(in crate::tui) fn told(model: &mut Model, update: BatchUpdate) -> Vec<Effect> {
    match update {
        BatchUpdate::Offered(offer) => model.batch.offer = Some(offer),
        BatchUpdate::Forecast(forecast) => model.batch.forecast = Some(forecast),
        BatchUpdate::Asks(question) => model.batch.asking = asking(*question),
        BatchUpdate::Withdrawn => model.batch.asking = None,
        BatchUpdate::Over(remark) => {
            model.batch.asking = None;
            model.batch.starting = false;
            if let Some(board) = &mut model.batch.board {
                std::sync::Arc::make_mut(board).over = true;
            }
            over(model, remark);
        }
    }
    Vec::new()
}

/// Said on the page that is open, whichever it is.
fn over(model: &mut Model, remark: Remark) {
    if matches!(model.page, Page::Batch(BatchPage::Forecast(_))) {
        model.batch.forecast = Some(Err(remark));
    } else {
        model.remark = Some(remark);
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
            complaint: refused.map(PinComplaint::Refused),
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
