//! After locking, nothing of the person is left: not on the screen, not in the model, not when a late answer comes.

use ratatui::crossterm::event::KeyCode;

use super::behaviour::at;
use super::{THEME, sent, shown, text_of};
use crate::domain::Person;
use crate::domain::reason::KeyFault;
use crate::record::Remains;
use crate::station::face::{Found, Update};
use crate::text::Language;
use crate::tui::keys::{f, rows};
use crate::tui::model::Page;
use crate::tui::scenes::{self, Stage, cast};
use crate::tui::screens;
use crate::tui::screens::account_reset::scenes::{agent, second};
use crate::tui::view::View;
use crate::workflow::Stop;
use crate::workflow::dialogue::{
    AccountResetJob, AccountResetQuestion, Ending, Event, Job, PushState, Question,
};

fn is_at_the_door(stage: &Stage) -> bool {
    std::ptr::eq(screens::front(&stage.model), &screens::door::SIGN_IN)
}

/// What would give a person away: names, organisations, addresses, numbers, documents, what was typed, dots of a PIN.
const TRACES: [&str; 13] = [
    "P. Example",
    "W. Example",
    "Exampleson",
    "Example Shipping",
    "Example Barge",
    "@",
    "20417",
    "12345678",
    "7K31",
    "28461397",
    "2308471",
    "exam",
    "▄█▄ ▄█▄",
];

#[test]
fn after_locking_no_trace_of_the_person_is_on_any_screen() {
    let view = View::new(THEME);
    for (name, scene) in scenes::all() {
        for size in [(80, 24), (120, 40), (200, 60)] {
            let mut stage = Stage::play(*scene, Language::English, size);
            stage.press(KeyCode::F(12));
            let screen = text_of(&stage.draw(&view));
            for trace in TRACES {
                assert!(!screen.contains(trace), "{name}: {trace}\n{screen}");
            }
            assert!(!screen.contains("M. Desk"), "{name}: the operator is named");
        }
    }
}

#[test]
fn signing_out_by_key_ends_the_session_from_any_page_leaves_no_trace_and_never_ends_a_run() {
    let view = View::new(THEME);
    for (name, scene) in scenes::all() {
        let mut stage = Stage::play(*scene, Language::English, (80, 24));
        stage.model.help = false;
        let on_a_page = rows(&stage.model).any(|row| row.key == f(10));
        sent(&mut stage);
        stage.press(KeyCode::F(10));
        if stage.model.leave_asked {
            // It ends a visit, which is said first.
            stage.press(KeyCode::F(10));
        }
        let asked = sent(&mut stage);
        if !on_a_page {
            assert!(!asked.contains(&"sign out".to_owned()), "{name}: {asked:?}");
            continue;
        }
        assert_eq!(asked, ["sign out", "repaint"], "{name}");
        assert!(is_at_the_door(&stage), "{name}");
        let screen = text_of(&stage.draw(&view));
        for trace in TRACES {
            assert!(!screen.contains(trace), "{name}: {trace}\n{screen}");
        }
    }
}

#[test]
fn the_traces_that_are_looked_for_are_on_the_screens_before_locking() {
    let view = View::new(THEME);
    let all: String = scenes::all()
        .map(|(_, scene)| text_of(&Stage::play(*scene, Language::English, (200, 60)).draw(&view)))
        .collect();
    for trace in TRACES {
        assert!(all.contains(trace), "{trace}");
    }
}

#[test]
fn a_lock_repaints_every_cell() {
    for name in ["home-search", "new-pin", "touch-create", "done"] {
        let mut stage = at(name);
        stage.press(KeyCode::F(12));
        assert!(sent(&mut stage).contains(&"repaint".to_owned()), "{name}");
    }
}

#[test]
fn a_run_that_has_changed_nothing_is_stopped_by_the_lock() {
    let mut stage = at("new-pin");
    stage.press(KeyCode::F(12));
    assert_eq!(sent(&mut stage), ["cancel", "lock", "repaint"]);
    assert!(stage.model.work.is_none());
    assert!(is_at_the_door(&stage));
}

#[test]
fn a_run_that_has_changed_the_key_waits_behind_a_neutral_screen() {
    let mut stage = at("touch-create");
    stage.press(KeyCode::F(12));
    assert_eq!(sent(&mut stage), ["lock", "repaint"]);
    assert!(shown(&stage).contains("An enrolment is in progress."));
    stage.run(Event::TouchOver);
    stage.run(Event::Leaves {
        remains: Remains::Credential,
    });
    assert!(shown(&stage).contains("An enrolment is in progress."));
}

/// The run behind the lock and the sign-in before it are two: each hears only what is said of it.
#[test]
fn a_run_that_ends_behind_a_sign_in_that_failed_does_not_come_back() {
    let mut stage = at("locked");
    stage.press(KeyCode::Enter);
    stage.door(Event::Began { job: Job::SignIn });
    let refused = Stop::RegistryRefused {
        code: "credential-revoked".to_owned(),
        detail: "P. Example".into(),
    };
    let stopped = |stop: Stop| Ending::Stopped {
        stop,
        remains: Remains::Nothing,
    };
    stage.door(Event::Ended {
        ending: stopped(refused),
    });
    stage.run(Event::Ended {
        ending: stopped(Stop::Key(KeyFault::Gone)),
    });
    let screen = shown(&stage);
    assert!(screen.contains("This key was revoked"), "{screen}");
    assert!(!screen.contains("P. Example"), "{screen}");
    stage.press(KeyCode::Enter);
    assert!(is_at_the_door(&stage));
    stage.press(KeyCode::Enter);
    stage.say(Update::Operator(Some(cast::operator())));
    assert!(stage.model.is_open() && stage.model.page == Page::Home);
}

#[test]
fn an_answer_to_the_search_of_an_earlier_session_is_late() {
    let mut stage = at("home-search");
    let serial = stage.model.desk.find.serial;
    stage.press(KeyCode::F(12));
    stage.press(KeyCode::Enter);
    stage.say(Update::Operator(Some(cast::other_operator())));
    stage.say(Update::Home(std::sync::Arc::new(cast::home())));
    for _ in 0..serial {
        stage.type_text("z");
    }
    stage.say(Update::Found {
        serial,
        found: Ok(Found {
            people: vec![cast::hostile()],
            ..Found::default()
        }),
    });
    assert!(stage.model.desk.find.people.is_empty());
    assert!(stage.model.desk.find.waiting);
}

fn sign_in_over(stage: &mut Stage, operator: crate::wire::Operator) {
    stage.press(KeyCode::Enter);
    assert_eq!(sent(stage), ["sign in"]);
    stage.door(Event::Began { job: Job::SignIn });
    stage.door_asks(Question::CurrentPin {
        key: cast::used_key(),
        retries: Some(8),
        wrong: false,
    });
    stage.type_text("1234");
    stage.press(KeyCode::Enter);
    assert_eq!(sent(stage), ["answer pin"]);
    stage.say(Update::Operator(Some(operator)));
    stage.door(Event::Ended {
        ending: Ending::SignedIn,
    });
}

#[test]
fn the_same_operator_gets_the_run_back_where_it_was() {
    let mut stage = at("locked");
    sign_in_over(&mut stage, cast::operator());
    assert_eq!(sent(&mut stage), ["repaint"]);
    let screen = shown(&stage);
    assert!(
        screen.contains("P. Example") && screen.contains("touch 1 of 2"),
        "{screen}"
    );
}

#[test]
fn another_operator_does_not_see_the_run_and_it_is_stopped() {
    let mut stage = at("locked");
    sign_in_over(&mut stage, cast::other_operator());
    assert_eq!(sent(&mut stage), ["repaint"]);
    let screen = shown(&stage);
    assert!(screen.contains("Another operator signed in"), "{screen}");
    assert!(stage.model.work.is_none());
}

#[test]
fn a_question_of_the_run_behind_the_lock_is_still_there_afterwards() {
    let mut stage = at("touch-again");
    stage.press(KeyCode::F(12));
    sent(&mut stage);
    sign_in_over(&mut stage, cast::operator());
    sent(&mut stage);
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["answer yes"]);
}

#[test]
fn an_enrolment_that_ends_behind_the_lock_leaves_an_ordinary_sign_in_screen() {
    let mut stage = at("locked");
    stage.run(Event::Ended {
        ending: Ending::Enrolled {
            person: cast::example(),
            key: cast::fresh_key(),
            push: PushState::Accepted,
        },
    });
    assert!(is_at_the_door(&stage));
    assert!(stage.model.lock.is_none());
    assert!(!shown(&stage).contains("P. Example"));
}

#[test]
fn what_the_station_says_late_about_a_person_is_not_taken_in_after_locking() {
    let mut stage = at("home-search");
    let serial = stage.model.desk.find.serial;
    stage.press(KeyCode::F(12));
    stage.say(Update::Found {
        serial,
        found: Ok(Found {
            people: cast::people(),
            more: false,
            from_tickets: false,
        }),
    });
    stage.say(Update::Opened(Box::new(cast::detail())));
    stage.run(Event::Began {
        job: Job::Enrol {
            person: cast::example(),
        },
    });
    stage.ask(Question::Identify {
        person: cast::example(),
        methods: Vec::new(),
    });
    assert!(stage.model.desk.person.is_none());
    assert!(stage.model.work.is_none());
    assert!(!shown(&stage).contains("Example"));
}

#[test]
fn a_session_that_nobody_asked_for_does_not_open_a_locked_screen() {
    let mut stage = at("home");
    stage.press(KeyCode::F(12));
    sent(&mut stage);
    stage.say(Update::Operator(Some(cast::operator())));
    assert_eq!(sent(&mut stage), ["sign out"]);
    assert!(is_at_the_door(&stage));
}

#[test]
fn the_screen_locks_by_itself_after_the_idle_time_and_says_so_before() {
    let mut stage = at("home-search");
    stage.wait(100);
    assert!(shown(&stage).contains("locks in 20"), "{}", shown(&stage));
    stage.press(KeyCode::Up);
    stage.wait(119);
    assert!(sent(&mut stage).is_empty());
    stage.wait(1);
    assert_eq!(sent(&mut stage), ["lock", "repaint"]);
}

#[test]
fn waiting_for_a_touch_counts_as_idle() {
    let mut stage = at("touch-create");
    stage.wait(120);
    assert_eq!(sent(&mut stage), ["lock", "repaint"]);
    assert!(stage.model.lock.is_some());
}

#[test]
fn a_code_that_is_being_typed_is_forgotten_after_the_idle_time() {
    let mut stage = at("sign-in-code");
    stage.wait(120);
    assert!(is_at_the_door(&stage));
    assert!(!shown(&stage).contains("7QF2"));
}

#[test]
fn an_abandoned_sign_in_over_a_lock_is_stopped_after_the_idle_time() {
    let mut stage = at("locked");
    stage.press(KeyCode::Enter);
    stage.door(Event::Began { job: Job::SignIn });
    sent(&mut stage);
    stage.wait(120);
    assert_eq!(sent(&mut stage), ["cancel", "repaint"]);
}

#[test]
fn a_session_that_ends_at_the_registry_locks_the_screen() {
    let mut stage = at("home-search");
    stage.say(Update::Operator(None));
    assert!(is_at_the_door(&stage));
    assert!(!shown(&stage).contains("Example"));

    let mut stage = at("touch-create");
    stage.say(Update::Operator(None));
    assert!(shown(&stage).contains("An enrolment is in progress."));
}

/// The question why a reset is asked for, of that person.
fn why_of(stage: &mut Stage, person: Person) {
    let what = AccountResetJob::Ask;
    let job = Job::AccountReset {
        what,
        person: person.clone(),
    };
    stage.run(Event::Began { job });
    stage.ask(Question::AccountReset(AccountResetQuestion::Why { person }));
}

fn unlocked_by(stage: &mut Stage, operator: crate::wire::Operator) {
    stage.press(KeyCode::F(12));
    stage.run(Event::Ended {
        ending: Ending::Stopped {
            stop: Stop::Cancelled,
            remains: Remains::Nothing,
        },
    });
    assert!(!shown(stage).contains("train") && !shown(stage).contains("W. Example"));
    sent(stage);
    sign_in_over(stage, operator);
}

#[test]
fn what_was_typed_for_a_reset_stands_there_again_after_a_lock() {
    // While it is typed, while it is read before it is signed, and while the key that signs waits.
    for scene in [
        "account-reset-remark",
        "account-reset-ask",
        "account-reset-touch",
    ] {
        let mut stage = at(scene);
        unlocked_by(&mut stage, agent());
        let screen = shown(&stage);
        assert!(
            screen.contains("when you ask again for W. Example"),
            "{scene}: {screen}"
        );
        if scene == "account-reset-ask" {
            // Nor is anybody named once that session is over.
            stage.say(Update::Operator(None));
            assert!(!shown(&stage).contains("W. Example"));
            sent(&mut stage);
            sign_in_over(&mut stage, agent());
        }
        // Not of somebody else.
        why_of(&mut stage, cast::example());
        assert!(!shown(&stage).contains("bag stolen"), "{scene}");
        why_of(&mut stage, cast::main_admin());
        let screen = shown(&stage);
        assert!(
            screen.contains("bag stolen on the train"),
            "{scene}: {screen}"
        );
        assert!(screen.contains("CS-20417"), "{scene}: {screen}");
        sent(&mut stage);
        stage.press(KeyCode::Enter);
        assert_eq!(sent(&mut stage), ["answer wish"], "{scene}");
    }
}

#[test]
fn what_was_typed_for_a_reset_is_gone_for_another_operator_and_for_whoever_signs_out() {
    let mut stage = at("account-reset-remark");
    unlocked_by(&mut stage, second());
    assert!(!shown(&stage).contains("W. Example"));
    why_of(&mut stage, cast::main_admin());
    assert!(!shown(&stage).contains("bag stolen"));
    // Nor does it come back with the first one.
    stage.press(KeyCode::F(12));
    sent(&mut stage);
    sign_in_over(&mut stage, agent());
    why_of(&mut stage, cast::main_admin());
    assert!(!shown(&stage).contains("bag stolen"));

    let mut stage = at("account-reset-remark");
    unlocked_by(&mut stage, agent());
    stage.press(KeyCode::F(10));
    sent(&mut stage);
    sign_in_over(&mut stage, agent());
    why_of(&mut stage, cast::main_admin());
    assert!(!shown(&stage).contains("bag stolen"));
}

#[test]
fn a_remark_that_was_half_typed_waits_with_its_run() {
    let mut stage = at("account-reset-remark");
    stage.say(Update::Operator(None));
    assert!(!shown(&stage).contains("train"));
    sent(&mut stage);
    sign_in_over(&mut stage, agent());
    assert!(shown(&stage).contains("bag stolen on the train"));
}
