//! A person's page with apps and tokens, and what is started from it.

use ratatui::crossterm::event::KeyCode;

use super::behaviour::at;
use super::{sent, shown};
use crate::domain::factor::CodeVerdict;
use crate::domain::reason::Gap;
use crate::record::Remains;
use crate::station::face::{Command, Update};
use crate::tui::model::Page;
use crate::tui::scenes::cast;
use crate::tui::update::Effect;
use crate::wire::Said;
use crate::workflow::Stop;
use crate::workflow::dialogue::{
    Answer, AppJob, AppQuestion, AppResult, Ending, Event, Job, Purpose, Question,
};

#[test]
fn a_key_an_app_or_both_are_one_press_away_on_a_persons_page() {
    for (key, asked) in [
        (KeyCode::Enter, "enrol p-2"),
        (KeyCode::Char('a'), "app Enrol p-2"),
        (KeyCode::Char('b'), "app Both p-2"),
        (KeyCode::Char('s'), "app Assign p-2"),
        (KeyCode::Char('t'), "app Test p-2"),
        (KeyCode::Char('r'), "app Replace p-2"),
        (KeyCode::Char('x'), "app Remove p-2"),
    ] {
        let mut stage = at("person");
        // Over the key to the app.
        stage.press(KeyCode::Down);
        stage.press(key);
        stage.press(key);
        assert_eq!(sent(&mut stage), [asked], "once");
    }
}

#[test]
fn without_an_app_there_is_nothing_to_replace_or_remove() {
    for key in ['r', 'x'] {
        let mut stage = at("person");
        let mut detail = cast::detail();
        detail.factors.clear();
        stage.say(Update::Opened(Box::new(detail)));
        assert!(shown(&stage).contains("No authenticator app yet."));
        stage.press(KeyCode::Char(key));
        assert!(sent(&mut stage).is_empty(), "{key}");
    }
}

#[test]
fn a_token_and_a_removed_app_cannot_be_replaced() {
    let mut stage = at("person");
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Char('r'));
    assert!(sent(&mut stage).is_empty());
    let mut detail = cast::detail();
    detail.factors[0].removed_at = Some(cast::ago(5));
    stage.say(Update::Opened(Box::new(detail)));
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Char('r'));
    stage.press(KeyCode::Char('x'));
    assert!(sent(&mut stage).is_empty());
}

#[test]
fn what_was_removed_stands_last_and_loses_the_mark() {
    let mut stage = at("person");
    let mut detail = cast::detail();
    detail.factors[0].removed_at = Some(cast::ago(5));
    stage.say(Update::Opened(Box::new(detail)));
    stage.press(KeyCode::Down);
    let page = stage.model.desk.person.as_ref().expect("a page");
    assert_eq!(page.marked_app().map(|f| f.id), Some(cast::token().id));
    let screen = shown(&stage);
    let (token, app) = (screen.find("2308471"), screen.find("Authenticator app"));
    assert!(token < app && token.is_some(), "{screen}");
}

#[test]
fn the_factor_that_was_marked_on_the_page_is_not_asked_for_again() {
    let mut stage = at("person");
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Char('t'));
    let person = cast::main_admin();
    stage.run(Event::Began {
        job: Job::App {
            app: AppJob::Test,
            person: person.clone(),
        },
    });
    sent(&mut stage);
    let question = |purpose| {
        Question::App(AppQuestion::ChooseFactor {
            person: person.clone(),
            purpose,
            factors: vec![cast::app(), cast::token()],
            with_key: false,
        })
    };
    stage.ask(question(Purpose::Test));
    let chosen = stage.effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::Answer(Answer::Factor(id))) => Some(*id),
        _ => None,
    });
    assert_eq!(chosen, Some(cast::token().id));
    sent(&mut stage);
    stage.ask(question(Purpose::Test));
    assert!(
        sent(&mut stage).is_empty(),
        "asked again, it is the operator's"
    );
    assert!(shown(&stage).contains("Which app or token is to be tested?"));
}

#[test]
fn the_mark_never_answers_by_which_factor_a_person_is_proved() {
    let mut stage = at("app-prove");
    sent(&mut stage);
    assert!(shown(&stage).contains("Which one can the person still use?"));
    stage.press(KeyCode::Char('k'));
    assert_eq!(sent(&mut stage), ["answer with-key"]);
}

#[test]
fn after_a_test_the_persons_page_is_back_and_fetched_anew() {
    let mut stage = at("app-test");
    stage.run(Event::Ended {
        ending: Ending::App {
            person: cast::main_admin(),
            result: AppResult::Tested {
                factor: cast::app(),
                verdict: CodeVerdict::Right { drift_steps: 0 },
            },
        },
    });
    sent(&mut stage);
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["open p-2"]);
    assert_eq!(stage.model.page, Page::Person);
}

#[test]
fn an_app_run_that_ends_before_it_begins_says_why_under_its_own_title() {
    let mut stage = at("person");
    stage.press(KeyCode::Char('a'));
    stage.run(Event::Ended {
        ending: Ending::Stopped {
            stop: Stop::Unreachable(Gap::Down {
                detail: "connection refused".to_owned(),
                known: None,
            }),
            remains: Remains::Nothing,
        },
    });
    let screen = shown(&stage);
    assert!(screen.contains("ENROL AN APP"), "{screen}");
    assert!(screen.contains("“connection refused”"), "{screen}");
}

#[test]
fn a_name_is_suggested_and_another_one_is_typed_over_it() {
    let mut stage = at("app-name");
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["answer yes"]);
    let mut stage = at("app-name");
    stage.type_text("Pixel 9 ");
    stage.press(KeyCode::Enter);
    let name = stage.effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::Answer(Answer::Typed(name))) => Some(name.clone()),
        _ => None,
    });
    assert_eq!(name.as_deref(), Some("Pixel 9"));
}

#[test]
fn a_token_code_of_unknown_length_waits_for_enter_and_says_what_is_missing() {
    let mut stage = at("token-code");
    assert!(shown(&stage).contains("A code has 6 to 8 digits."));
    stage.type_text("70");
    assert!(sent(&mut stage).is_empty(), "seven digits may be all");
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["answer code"]);
}

#[test]
fn what_a_stop_leaves_on_the_phone_is_asked_about_once() {
    let mut stage = at("app-scan");
    stage.press(KeyCode::Esc);
    assert!(sent(&mut stage).is_empty());
    assert!(shown(&stage).contains("Esc again stops"));
    stage.press(KeyCode::Esc);
    assert_eq!(sent(&mut stage), ["cancel", "repaint"]);
}

#[test]
fn after_a_person_went_the_next_one_is_received_unless_something_is_not_theirs() {
    for (said, page) in [
        (Said::Confirmed, Page::Home),
        (Said::Nothing, Page::Home),
        (Said::Denied, Page::Person),
    ] {
        let mut stage = at("app-whose");
        stage.run(Event::Ended {
            ending: Ending::App {
                person: cast::main_admin(),
                result: AppResult::Left { said },
            },
        });
        stage.press(KeyCode::Enter);
        assert_eq!(stage.model.page, page, "{said:?}");
        assert_eq!(stage.model.desk.person.is_none(), page == Page::Home);
    }
}
