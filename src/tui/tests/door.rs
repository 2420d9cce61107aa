//! No session, no page: whatever is pressed, said and waited for, in whatever order, nobody's name is drawn while nobody is
//! signed in.

use std::sync::Arc;

use proptest::prelude::*;
use ratatui::crossterm::event::KeyCode;

use super::{THEME, text_of};
use crate::domain::policy::{Finding, Verdict};
use crate::domain::reason::KeyFault;
use crate::domain::stop_code::StopCode;
use crate::domain::{KeyFacts, Pin};
use crate::record::Remains;
use crate::station::face::board::{BatchQuestion, BatchUpdate};
use crate::station::face::{Command, Found, HandedPin, Remark, SigningIn, Update};
use crate::text::Language;
use crate::tui::scenes::{self, Stage, board_touched, cast};
use crate::tui::update::{Effect, Event};
use crate::tui::view::View;
use crate::workflow::Stop;
use crate::workflow::dialogue::{
    self, AppJob, AppQuestion, CareJob, CodeOf, Ending, Job, Note, Purpose, PushState, Question,
    Step,
};

thread_local! {
    /// Loading the texts takes longer than a life does.
    static VIEW: View = View::new(THEME);
}

/// Whatever is of a person: names, companies, addresses, numbers, documents, what was asked of whom.
const TRACES: [&str; 14] = [
    "Example",
    "M. Desk",
    "R. Relief",
    "the person with a name",
    "Company",
    "@",
    "20417",
    "12345678",
    "7K31",
    "2308471",
    "Barge",
    "246813",
    "GEZD",
    "p-1",
];

#[derive(Debug, Clone)]
enum Act {
    Press(KeyCode),
    Resize(bool),
    Wait(u32),
    Say(usize),
    SignIn(usize),
    Operator(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let code = prop_oneof![
        6 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Up, KeyCode::Down, KeyCode::PageDown, KeyCode::Backspace, KeyCode::Tab,
        ]),
        6 => (1u8..=12).prop_map(KeyCode::F),
        5 => prop::sample::select("cxnkobartw137".chars().collect::<Vec<_>>()).prop_map(KeyCode::Char),
    ];
    prop_oneof![
        12 => code.prop_map(Act::Press),
        1 => any::<bool>().prop_map(Act::Resize),
        1 => (0u32..150).prop_map(Act::Wait),
        9 => (0usize..64).prop_map(Act::Say),
        6 => (0usize..64).prop_map(Act::SignIn),
        2 => (0usize..3).prop_map(Act::Operator),
    ]
}

/// What a station may say at any time, in order or late: all of it about somebody.
fn world(stage: &Stage) -> Vec<Update> {
    let serial = stage.model.desk.find.serial;
    let found = |serial, people| Update::Found {
        serial,
        found: Ok(Found {
            people,
            more: false,
            from_tickets: false,
        }),
    };
    let mut world = vec![
        Update::Bay(cast::bay()),
        Update::Bay(cast::troubled_bay()),
        Update::Home(Arc::new(cast::busy_home())),
        Update::Home(Arc::new(cast::much_unfinished())),
        found(serial, vec![cast::example()]),
        found(serial, cast::people()),
        found(serial + 1, vec![cast::hostile()]),
        Update::Opened(Box::new(cast::detail())),
        Update::HandOver {
            key: cast::fresh_key(),
            pin: HandedPin::new(Pin::new("246813", 4).expect("a PIN")),
        },
        Update::Board(Arc::new(board_touched(3))),
        Update::Batch(Box::new(BatchUpdate::Over(Remark::BadPlan))),
        Update::Batch(Box::new(BatchUpdate::Forecast(Err(Remark::BadList {
            lines: vec![3],
        })))),
        Update::Batch(Box::new(BatchUpdate::Asks(Box::new(
            BatchQuestion::Admit {
                slot: 1,
                question: admits(cast::fresh_key()),
            },
        )))),
        Update::Remark(Remark::Busy),
        Update::Remark(Remark::Stopped(StopCode::RegistryRefused)),
    ];
    world.extend(questions().into_iter().map(Update::Question));
    world.extend(events().into_iter().map(Update::Run));
    world
}

fn admits(key: KeyFacts) -> Question {
    let findings = vec![Finding::BoundTo {
        person: "W. Example".to_owned(),
    }];
    Question::Admit {
        key,
        verdict: Verdict { findings },
    }
}

fn questions() -> Vec<Question> {
    let person = cast::hostile;
    vec![
        Question::Identify {
            person: cast::example(),
            methods: Vec::new(),
        },
        Question::ChooseKey {
            keys: vec![cast::fresh_key()],
        },
        admits(cast::used_key()),
        Question::CurrentPin {
            key: cast::used_key(),
            retries: Some(8),
            wrong: false,
        },
        Question::App(AppQuestion::ShowSecret {
            person: person(),
            enrolment: cast::example_app(),
            until: cast::ago(-5),
            wrong: None,
        }),
        Question::App(AppQuestion::TypeCode {
            of: CodeOf::NewApp {
                person: person(),
                name: "the phone of P. Example".to_owned(),
            },
            wrong: None,
        }),
        Question::App(AppQuestion::ChooseFactor {
            person: person(),
            purpose: Purpose::Prove,
            factors: vec![cast::token(), cast::app()],
            with_key: true,
        }),
    ]
}

fn jobs() -> Vec<Job> {
    let person = cast::example;
    let resolve = |unfinished| Job::Resolve {
        unfinished: Box::new(unfinished),
    };
    vec![
        Job::Enrol { person: person() },
        Job::Withdraw { person: person() },
        Job::App {
            app: AppJob::Both,
            person: person(),
        },
        resolve(cast::unfinished()),
        resolve(cast::own_key()),
        Job::Care {
            care: CareJob::TestFor {
                person: person().id,
            },
        },
        Job::Reset,
    ]
}

fn endings() -> Vec<Ending> {
    let (person, key) = (cast::example, cast::fresh_key);
    vec![
        Ending::Enrolled {
            person: person(),
            key: key(),
            push: PushState::Queued,
        },
        Ending::WorksFor {
            person: cast::main_admin().id,
            key: key(),
            push: PushState::Accepted,
        },
        Ending::Withdrawn {
            person: person(),
            remains: Remains::Nothing,
        },
        stopped(Stop::Store(NAMES.to_owned().into()), Remains::Nothing),
        stopped(Stop::Cancelled, Remains::Nothing),
        stopped(KeyFault::told(NAMES).into(), Remains::Credential),
    ]
}

const NAMES: &str = "P. Example of Example Shipping has it";

fn stopped(stop: Stop, remains: Remains) -> Ending {
    Ending::Stopped { stop, remains }
}

/// A sign-in that the registry refused, in words that name somebody.
fn refused(code: &str) -> Ending {
    let stop = Stop::RegistryRefused {
        code: code.to_owned(),
        detail: "operator M. Desk was revoked".into(),
    };
    Ending::Stopped {
        stop,
        remains: Remains::Nothing,
    }
}

fn events() -> Vec<dialogue::Event> {
    use dialogue::Event::{Began, Ended, Leaves, Pulled, StepDone, Touch};
    let key = cast::fresh_key;
    let mut events: Vec<dialogue::Event> = jobs().into_iter().map(|job| Began { job }).collect();
    events.extend(endings().into_iter().map(|ending| Ended { ending }));
    events.extend([
        dialogue::Event::Step { step: Step::Key },
        StepDone {
            step: Step::Identify,
            note: Note::Identified {
                identification: cast::identification(),
            },
        },
        StepDone {
            step: Step::Prove,
            note: Note::Proved {
                name: Some("the phone of P. Example".to_owned()),
            },
        },
        Leaves {
            remains: Remains::Credential,
        },
        Touch {
            key: key(),
            nth: 1,
            of: 2,
            until: cast::ago(-1),
        },
        Pulled { key: key() },
        dialogue::Event::Prover {
            name: cast::main_admin().name,
        },
        dialogue::Event::Signing { act: cast::act() },
        dialogue::Event::ServedBy {
            other: cast::other_desk(),
        },
    ]);
    events
}

/// What a sign-in says, in or out of order.
fn signing_in() -> Vec<Update> {
    let run = |event| Update::SigningIn(SigningIn::Event(event));
    let asks = |question| Update::SigningIn(SigningIn::Question(question));
    vec![
        run(dialogue::Event::Began { job: Job::SignIn }),
        run(dialogue::Event::Began {
            job: Job::FirstSignIn,
        }),
        run(dialogue::Event::Ended {
            ending: Ending::SignedIn,
        }),
        run(dialogue::Event::Ended {
            ending: refused("operator-revoked"),
        }),
        run(dialogue::Event::Ended {
            ending: refused("a code of a newer registry"),
        }),
        run(dialogue::Event::Ended {
            ending: stopped(Stop::Cancelled, Remains::Nothing),
        }),
        asks(Question::ChooseKey {
            keys: vec![cast::fresh_key(), cast::used_key()],
        }),
        asks(Question::CurrentPin {
            key: cast::used_key(),
            retries: Some(3),
            wrong: true,
        }),
    ]
}

/// A kiosk, and whether the station behind it has a session that is not locked: as the station would know it, by what it said and
/// by what it was told, not by what the screen believes.
struct Life {
    stage: Stage,
    session: bool,
}

impl Life {
    fn play(&mut self, act: &Act) {
        match act {
            Act::Press(code) => self.event(Event::Key((*code).into())),
            Act::Resize(large) => {
                let (columns, rows) = if *large { (200, 60) } else { (80, 24) };
                self.event(Event::Resize(columns, rows));
            }
            Act::Wait(seconds) => {
                self.stage.wait(*seconds);
                self.heard();
            }
            Act::Say(at) => {
                let mut world = world(&self.stage);
                let at = at % world.len();
                self.say(world.swap_remove(at));
            }
            Act::SignIn(at) => {
                let mut said = signing_in();
                let at = at % said.len();
                self.say(said.swap_remove(at));
            }
            Act::Operator(0) => self.operator(Some(cast::operator())),
            Act::Operator(1) => self.operator(Some(cast::other_operator())),
            Act::Operator(_) => self.operator(None),
        }
    }

    fn operator(&mut self, operator: Option<crate::wire::Operator>) {
        self.session = operator.is_some();
        self.say(Update::Operator(operator));
    }

    fn say(&mut self, update: Update) {
        self.event(Event::Station(Box::new(update)));
    }

    fn event(&mut self, event: Event) {
        self.stage.event(event);
        self.heard();
    }

    /// The station obeys.
    fn heard(&mut self) {
        let told = std::mem::take(&mut self.stage.effects);
        let ends =
            |effect: &Effect| matches!(effect, Effect::Send(Command::Lock | Command::SignOut));
        if told.iter().any(ends) {
            self.session = false;
        }
    }

    /// What of a person is on the screen though nobody is signed in.
    fn trace(&self) -> Option<String> {
        if self.session {
            return None;
        }
        let screen = VIEW.with(|view| text_of(&self.stage.draw(view)));
        let trace = TRACES.iter().find(|trace| screen.contains(**trace))?;
        Some(format!("{trace}\n{screen}"))
    }
}

/// How a session ends.
#[derive(Debug, Clone, Copy)]
enum End {
    Lock,
    SignOut,
    Idle,
    Expired,
}

fn end(life: &mut Life, how: End) {
    match how {
        End::Lock => life.play(&Act::Press(KeyCode::F(12))),
        End::SignOut => {
            life.play(&Act::Press(KeyCode::F(10)));
            // No page, no sign-out: then the session ends otherwise.
            if life.session {
                life.operator(None);
            }
        }
        End::Idle => life.play(&Act::Wait(121)),
        End::Expired => life.operator(None),
    }
}

fn language() -> impl Strategy<Value = Language> {
    prop::sample::select(vec![Language::English, Language::Dutch])
}

fn size() -> impl Strategy<Value = (u16, u16)> {
    prop::sample::select(vec![(80, 24), (200, 60)])
}

fn how() -> impl Strategy<Value = End> {
    prop::sample::select(vec![End::Lock, End::SignOut, End::Idle, End::Expired])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn without_a_session_no_name_is_drawn_whatever_is_pressed_and_said(
        acts in prop::collection::vec(act(), 1..60), language in language(), size in size(),
    ) {
        let mut life = Life { stage: Stage::new(language, size, false), session: false };
        life.say(Update::Bay(cast::bay()));
        life.say(Update::Home(Arc::new(cast::busy_home())));
        for act in &acts {
            life.play(act);
            prop_assert_eq!(life.trace(), None, "after {:?}", act);
        }
    }

    #[test]
    fn once_a_session_has_ended_no_name_is_drawn_whatever_is_pressed_and_said(
        scene in 0..scenes::all().count(), how in how(), acts in prop::collection::vec(act(), 1..40), language in language(), size in size(),
    ) {
        let (name, scene) = scenes::all().nth(scene).expect("a scene");
        let mut stage = Stage::play(*scene, language, size);
        let session = stage.model.operator.is_some();
        stage.effects.clear();
        let mut life = Life { stage, session };
        end(&mut life, how);
        prop_assert!(!life.session, "{name}: {how:?} ends it");
        prop_assert_eq!(life.trace(), None, "{} after {:?}", name, how);
        for act in &acts {
            life.play(act);
            prop_assert_eq!(life.trace(), None, "{} after {:?}, {:?}", name, how, act);
        }
    }
}

/// The way out of the lock screen that was found at a desk: the code, what it was refused for, the outbox, home.
#[test]
fn the_end_of_a_sign_in_that_failed_leads_to_no_page() {
    for language in [Language::English, Language::Dutch] {
        let mut life = Life {
            stage: Stage::new(language, (80, 24), false),
            session: false,
        };
        life.say(Update::Bay(cast::bay()));
        life.say(Update::Home(Arc::new(cast::busy_home())));
        for key in [KeyCode::Char('c'), KeyCode::Char('x'), KeyCode::Enter] {
            life.play(&Act::Press(key));
        }
        life.play(&Act::SignIn(1));
        life.play(&Act::SignIn(4));
        for key in [
            KeyCode::F(5),
            KeyCode::Esc,
            KeyCode::F(4),
            KeyCode::F(6),
            KeyCode::F(8),
            KeyCode::Esc,
        ] {
            life.play(&Act::Press(key));
            assert_eq!(life.trace(), None, "after {key:?}");
        }
    }
}
