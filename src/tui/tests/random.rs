//! Random lives: whatever is pressed, said and resized, in whatever order, nothing panics and nothing leaks past a lock.

use std::sync::Arc;

use proptest::prelude::*;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{THEME, text_of};
use crate::domain::factor::CodeVerdict;
use crate::domain::policy::{Finding, Verdict};
use crate::domain::reason::KeyFault;
use crate::record::Remains;
use crate::station::face::{Found, Remark, Update};
use crate::text::Language;
use crate::tui::scenes::{Stage, cast};
use crate::tui::update::Event;
use crate::tui::view::View;
use crate::wire::Factor;
use crate::workflow::dialogue::{
    self, AppQuestion, CodeOf, Ending, Job, Note, Purpose, PushState, Question, StationClock, Step,
};

const STEPS: [Step; 9] = [
    Step::Offer,
    Step::Identify,
    Step::Key,
    Step::Check,
    Step::Pin,
    Step::Create,
    Step::Test,
    Step::Record,
    Step::Push,
];

#[derive(Debug, Clone)]
enum Act {
    Press(KeyCode, bool),
    Resize(u16, u16),
    Wait(u32),
    Say(usize),
    Run(usize, usize),
    Ask(usize),
    Door(usize, usize),
}

fn act() -> impl Strategy<Value = Act> {
    let code = prop_oneof![
        8 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Up, KeyCode::Down, KeyCode::PageUp, KeyCode::PageDown,
            KeyCode::Backspace, KeyCode::Tab, KeyCode::Home, KeyCode::Delete,
        ]),
        4 => (1u8..=12).prop_map(KeyCode::F),
        8 => prop::sample::select("1234ctwoaprxlqumé😀\u{202e}\u{7}".chars().collect::<Vec<_>>()).prop_map(KeyCode::Char),
    ];
    prop_oneof![
        10 => (code, prop::bool::weighted(0.1)).prop_map(|(code, ctrl)| Act::Press(code, ctrl)),
        1 => (0u16..220, 0u16..70).prop_map(|(columns, rows)| Act::Resize(columns, rows)),
        1 => (0u32..200).prop_map(Act::Wait),
        6 => (0usize..12).prop_map(Act::Say),
        8 => (0usize..16, 0usize..9).prop_map(|(event, step)| Act::Run(event, step)),
        5 => (0usize..12).prop_map(Act::Ask),
        4 => (prop::sample::select(vec![0usize, 1, 4, 7, 9, 14, 15, 17, 20, 21]), 0usize..9).prop_map(|(event, step)| Act::Door(event, step)),
    ]
}

fn said(stage: &Stage, which: usize) -> Update {
    let serial = stage.model.desk.find.serial;
    match which {
        0 => Update::Bay(cast::bay()),
        1 => Update::Bay(cast::troubled_bay()),
        2 => Update::Bay(cast::hostile_bay()),
        3 => Update::Bay(Arc::default()),
        4 => Update::Home(Arc::new(cast::home())),
        5 => Update::Home(Arc::new(cast::busy_home())),
        6 => Update::Operator(Some(cast::operator())),
        7 => Update::Operator(None),
        8 => Update::Found {
            serial,
            found: Ok(Found {
                people: vec![cast::hostile(), cast::example()],
                more: true,
                from_tickets: false,
            }),
        },
        9 => Update::Found {
            serial: serial.wrapping_sub(1),
            found: Ok(Found {
                people: cast::people(),
                more: false,
                from_tickets: false,
            }),
        },
        10 => Update::Opened(Box::new(cast::detail())),
        _ => Update::Remark(Remark::BadList {
            lines: vec![u64::MAX],
        }),
    }
}

fn happened(stage: &Stage, which: usize, step: usize) -> dialogue::Event {
    use dialogue::Event::*;
    let key = cast::fresh_key();
    let step = STEPS.get(step).copied().unwrap_or(STEPS[0]);
    match which {
        0 => Began { job: Job::SignIn },
        1 => Began {
            job: Job::FirstSignIn,
        },
        2 => Began {
            job: Job::Enrol {
                person: cast::hostile(),
            },
        },
        3 => Began {
            job: Job::Resolve {
                unfinished: Box::new(cast::unfinished()),
            },
        },
        4 => Step { step },
        5 => StepDone {
            step,
            note: Note::Key { key },
        },
        6 => Challenge {
            expires_at: cast::ago(5),
        },
        7 => Touch {
            key,
            nth: 1,
            of: 2,
            until: stage.now.wall,
        },
        8 => Alive { touch: true },
        9 => TouchOver,
        10 => Pulled { key },
        11 => Back { key },
        12 => Withdrawn,
        13 => Leaves {
            remains: Remains::Unknown,
        },
        14 => Ended {
            ending: Ending::SignedIn,
        },
        _ => Ended {
            ending: Ending::Stopped {
                stop: KeyFault::told("x".repeat(500)).into(),
                remains: Remains::Credential,
            },
        },
    }
}

fn asked(which: usize) -> Question {
    let key = cast::used_key();
    match which {
        0 => Question::Identify {
            person: cast::hostile(),
            methods: cast::methods(),
        },
        1 => Question::ChooseKey {
            keys: vec![cast::fresh_key(), key],
        },
        2 => Question::ChooseKey { keys: Vec::new() },
        3 => Question::Admit {
            key,
            verdict: Verdict {
                findings: vec![Finding::BoundTo {
                    person: "y".repeat(300),
                }],
            },
        },
        4 => Question::NewPin {
            key,
            min_length: 255,
            refused: Some(KeyFault::PinTooSimple {
                explained_at: Some("https://keys.example/".repeat(8)),
            }),
        },
        5 => Question::CurrentPin {
            key,
            retries: Some(0),
            wrong: true,
        },
        6 => Question::Retest { key },
        7 => Question::TouchAgain { key },
        other => Question::App(asked_of_app(other)),
    }
}

fn asked_of_app(which: usize) -> AppQuestion {
    let person = cast::hostile();
    let factor = Factor {
        name: person.name.clone(),
        ..cast::token()
    };
    match which {
        8 => AppQuestion::ShowSecret {
            person,
            enrolment: cast::example_app(),
            until: cast::ago(-1),
            wrong: Some(CodeVerdict::OtherFactor {
                name: factor.name,
                enrolled_at: cast::NOW,
                removed: true,
            }),
        },
        9 => AppQuestion::TypeCode {
            of: CodeOf::Factor { factor },
            wrong: Some(CodeVerdict::Clock { fast_s: i64::MIN }),
        },
        10 => AppQuestion::Advice {
            of: CodeOf::NewApp {
                person,
                name: factor.name,
            },
            verdict: CodeVerdict::Clock { fast_s: i64::MAX },
            station_clock: StationClock::Off { fast_s: -16 },
        },
        _ => AppQuestion::ChooseFactor {
            person,
            purpose: Purpose::Prove,
            factors: vec![factor, cast::app()],
            with_key: true,
        },
    }
}

fn play(stage: &mut Stage, act: &Act) {
    match act {
        Act::Press(code, ctrl) => {
            let modifiers = if *ctrl {
                KeyModifiers::CONTROL
            } else {
                KeyModifiers::NONE
            };
            stage.event(Event::Key(KeyEvent::new(*code, modifiers)));
        }
        Act::Resize(columns, rows) => stage.event(Event::Resize(*columns, *rows)),
        Act::Wait(seconds) => stage.wait(*seconds),
        Act::Say(which) => stage.say(said(stage, *which)),
        Act::Run(which @ (0 | 1 | 14), step) => stage.door(happened(stage, *which, *step)),
        Act::Run(which, step) => stage.run(happened(stage, *which, *step)),
        Act::Ask(which) => stage.ask(asked(*which)),
        Act::Door(which, step) if *which < 16 => stage.door(happened(stage, *which, *step)),
        Act::Door(which, _) => stage.door_asks(asked(which - 16)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_life_panics_and_no_screen_lets_a_control_character_through(acts in prop::collection::vec(act(), 1..80)) {
        let view = View::new(THEME);
        let mut stage = Stage::new(Language::English, (80, 24), true);
        for act in &acts {
            play(&mut stage, act);
            let drawn = stage.draw(&view);
            for cell in &drawn.content {
                prop_assert!(!cell.symbol().chars().any(char::is_control), "{act:?}");
            }
        }
    }

    #[test]
    fn after_any_life_a_lock_leaves_nobodys_name_on_the_screen(acts in prop::collection::vec(act(), 1..80)) {
        let view = View::new(THEME);
        let mut stage = Stage::new(Language::English, (80, 24), false);
        for act in &acts {
            play(&mut stage, act);
        }
        stage.event(Event::Resize(200, 60));
        stage.press(KeyCode::F(12));
        let screen = text_of(&stage.draw(&view));
        for trace in ["Example", "M. Desk", "the person with a name", "GEZD"] {
            prop_assert!(!screen.contains(trace), "{trace}\n{screen}");
        }
        prop_assert!(!stage.model.is_open(), "{screen}");
    }

    #[test]
    fn every_ending_can_be_left(push in 0usize..3, code in "[a-z-]{1,20}") {
        let push = match push {
            0 => PushState::Accepted,
            1 => PushState::Queued,
            _ => PushState::Conflict { detail: code.clone().into(), code },
        };
        let mut stage = super::behaviour::at("push");
        stage.run(dialogue::Event::Ended {
            ending: Ending::Retested { person: cast::main_admin(), key: cast::used_key(), push },
        });
        stage.press(KeyCode::Enter);
        prop_assert!(stage.model.work.is_none());
    }
}
