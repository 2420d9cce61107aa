//! Scenes of a batch: choosing it, the dry run, the board with every kind of slot on it.

use std::sync::Arc;

use jiff::SignedDuration;
use ratatui::crossterm::event::KeyCode;

use crate::domain::batch::{KeyEnd, Tally};
use crate::domain::list::FileFault;
use crate::domain::policy::Finding;
use crate::domain::profile::{Budget, StepKind};
use crate::domain::reason::{KeyFault, Refusal};
use crate::domain::unfit::Unfit;
use crate::domain::{BatchId, PersonId, UsbPath};
use crate::station::face::Update;
use crate::station::face::board::{
    BatchOffer, BatchQuestion, BatchUpdate, Board, BoardSlot, Forecast, KeyForecast, LeftKey,
    OfferedList, OfferedProfile, ProfileView, SlotWork,
};
use crate::tui::scenes::acts::verdict;
use crate::tui::scenes::{Scene, Stage, cast};
use crate::workflow::Stop;
use crate::workflow::dialogue::Question;

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("batch-profiles", profiles),
    ("batch-statement", statement),
    ("batch-forecast", forecast),
    ("board", board),
    ("board-pin", pin),
    ("board-tag", tag),
    ("board-admit", admit),
    ("board-over", over),
];

const STEPS: [StepKind; 5] = [
    StepKind::Policy,
    StepKind::Pin,
    StepKind::Tag,
    StepKind::Enrol,
    StepKind::Label,
];

const EACH: Budget = Budget {
    touches: 2,
    pins: 1,
    tags: 0,
    replugs: 0,
};

fn tell(stage: &mut Stage, update: BatchUpdate) {
    stage.say(Update::Batch(Box::new(update)));
}

pub(in crate::tui) fn profiles(stage: &mut Stage) {
    stage.sign_in(cast::home());
    stage.press(KeyCode::F(8));
    let view = |name: &str, takes_people| ProfileView {
        name: name.to_owned(),
        steps: STEPS.to_vec(),
        each: EACH,
        takes_people,
    };
    let profile = |file: &str, is| OfferedProfile {
        file: file.to_owned(),
        is,
    };
    let list = |file: &str, is| OfferedList {
        file: file.to_owned(),
        is,
    };
    let offer = BatchOffer {
        folder: Some("/etc/keydesk/profiles".to_owned()),
        profiles: vec![
            profile("broken.toml", Err(FileFault::Lines(vec![7]))),
            profile("safe.toml", Ok(view("Standby keys for a safe", true))),
            profile("spares.toml", Ok(view("Spares", false))),
        ],
        lists: vec![list("safe-3.csv", Ok((50, false)))],
        open: None,
    };
    tell(stage, BatchUpdate::Offered(offer));
    stage.press(KeyCode::Down);
}

pub(in crate::tui) fn statement(stage: &mut Stage) {
    profiles(stage);
    stage.press(KeyCode::Enter);
    stage.press(KeyCode::Enter);
    stage.type_text("standby keys for safe 3");
}

pub(in crate::tui) fn forecast(stage: &mut Stage) {
    statement(stage);
    stage.press(KeyCode::Enter);
    let key = |slot: u16, refused: Option<Unfit>| KeyForecast {
        slot,
        place: UsbPath::new(format!("1-2.{slot}")),
        model: "YubiKey 5 NFC".to_owned(),
        serial: Some(format!("2345{slot:04}")),
        steps: if refused.is_none() {
            STEPS.to_vec()
        } else {
            Vec::new()
        },
        person: refused
            .is_none()
            .then(|| PersonId::new(format!("p-10{slot}"))),
        refused,
        warnings: if slot == 3 {
            vec![Finding::Advisory {
                id: "YSA-2024-03".to_owned(),
                summary: String::new(),
            }]
        } else {
            Vec::new()
        },
        lost: Vec::new(),
    };
    let forecast = Forecast {
        keys: vec![
            key(
                1,
                Some(Unfit::Found {
                    findings: vec![Finding::OperatorsOwn],
                }),
            ),
            key(2, None),
            key(3, None),
        ],
        each: EACH,
        now: EACH.times(2),
        whole: Some(EACH.times(50)),
        further_keys: Some(48),
    };
    tell(stage, BatchUpdate::Forecast(Ok(forecast)));
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Down);
}

pub(in crate::tui) fn board(stage: &mut Stage) {
    forecast(stage);
    stage.press(KeyCode::Enter);
    stage.say(Update::Board(Arc::new(board_of(16, 14))));
    stage.press(KeyCode::Down);
}

pub(in crate::tui) fn pin(stage: &mut Stage) {
    board(stage);
    let question = Question::NewPin {
        key: cast::fresh_key(),
        min_length: 6,
        refused: None,
    };
    tell(
        stage,
        BatchUpdate::Asks(Box::new(BatchQuestion::Pin { slot: 4, question })),
    );
    stage.type_text("4917");
}

pub(in crate::tui) fn tag(stage: &mut Stage) {
    board(stage);
    let asks = BatchQuestion::Tag {
        slot: 6,
        complaint: None,
    };
    tell(stage, BatchUpdate::Asks(Box::new(asks)));
    stage.type_text("KD-00");
}

pub(in crate::tui) fn admit(stage: &mut Stage) {
    board(stage);
    let key = cast::advised_key();
    let verdict = verdict(&key, &cast::example(), None);
    let question = Question::Admit { key, verdict };
    tell(
        stage,
        BatchUpdate::Asks(Box::new(BatchQuestion::Admit { slot: 3, question })),
    );
}

pub(in crate::tui) fn over(stage: &mut Stage) {
    board(stage);
    let board = Board {
        over: true,
        ..board_of(16, 100)
    };
    stage.say(Update::Board(Arc::new(board)));
    tell(
        stage,
        BatchUpdate::Over(crate::station::face::Remark::BatchComplete),
    );
}

/// A board with a slot of every kind, and the rest waiting for touches.
pub(in crate::tui) fn board_of(slots: u16, touches: u32) -> Board {
    Board {
        batch: BatchId(uuid::Uuid::from_u128(7)),
        name: "Standby keys for a safe".to_owned(),
        steps: STEPS.to_vec(),
        tally: Tally {
            wanted: Some(50),
            done: 7,
            open: 14,
            skipped: 1,
        },
        budget: Some(EACH.times(50)),
        each: EACH,
        touches,
        pins: 9,
        begun_at: cast::NOW,
        slots: (1..=slots).map(slot).collect(),
        left: (1..=7).map(left).collect(),
        over: false,
    }
}

fn slot(number: u16) -> BoardSlot {
    let works = [
        SlotWork::Refused {
            stop: Stop::KeyRefused(Refusal::Found {
                findings: vec![Finding::OperatorsOwn],
            }),
        },
        touch(2),
        SlotWork::Done,
        SlotWork::Pin { turn: 1 },
        SlotWork::Pin { turn: 2 },
        SlotWork::Working,
        SlotWork::Pulled,
        SlotWork::Stopped {
            stop: Stop::Key(KeyFault::PinBlocked),
        },
        SlotWork::Free,
    ];
    let nth = usize::from(number).saturating_sub(1);
    let work = works.get(nth).cloned().unwrap_or_else(|| touch(nth - 6));
    let busy = !matches!(work, SlotWork::Free | SlotWork::Refused { .. });
    let ago = SignedDuration::from_secs(i64::from(number) * 7);
    BoardSlot {
        number,
        place: UsbPath::new(format!("1-2.{number}")),
        model: "YubiKey 5 NFC".to_owned(),
        serial: Some(format!("2345{number:04}")),
        person: busy.then(|| format!("Person {number} Example")),
        tag: None,
        label: matches!(work, SlotWork::Done).then(|| format!("KD-{number:04} Example")),
        done: nth % 5,
        step: busy.then(|| STEPS.get(nth % 5).copied()).flatten(),
        work,
        since: cast::NOW.saturating_sub(ago).unwrap_or(cast::NOW),
    }
}

fn touch(turn: usize) -> SlotWork {
    SlotWork::Touch {
        nth: 1,
        of: 2,
        until: cast::NOW,
        hold_s: 0,
        turn,
    }
}

fn left(number: u16) -> LeftKey {
    LeftKey {
        number,
        model: "YubiKey 5 NFC".to_owned(),
        serial: Some(format!("2345{number:04}")),
        person: Some(format!("Person {number} Example")),
        tag: Some(format!("KD-{number:04}")),
        label: Some(format!("KD-{number:04} Person {number}")),
        end: if number == 4 {
            KeyEnd::Skipped
        } else {
            KeyEnd::Done
        },
        at: cast::NOW,
    }
}
