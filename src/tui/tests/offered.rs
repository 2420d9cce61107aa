//! What a page offers whoever reads it, and what is said of what somebody has.

use ratatui::crossterm::event::KeyCode;

use super::behaviour::at;
use super::{sent, shown};
use crate::domain::PersonId;
use crate::domain::authority::Role;
use crate::domain::visit::SuspendedWhy;
use crate::text::Language;
use crate::tui::scenes::{Stage, cast};
use crate::tui::screens::account_reset::scenes as made;
use crate::wire::Operator;
use crate::workflow::dialogue::{AppQuestion, Question, Theirs};

/// The page of somebody with a key, an app and something that waits, read by that role.
fn read_by(role: Role, person: &str) -> Stage {
    let mut stage = Stage::new(Language::English, (80, 24), false);
    let mut detail = cast::detail();
    detail.person.id = PersonId::new(person);
    detail.factors[0].held.waiting_since = Some(cast::ago(60));
    let operator = Operator {
        role,
        ..made::agent()
    };
    made::open(&mut stage, operator, detail);
    sent(&mut stage);
    stage
}

#[test]
fn a_page_offers_nothing_that_its_reader_may_not_do() {
    let mut agent = read_by(Role::CustomerService, "p-2");
    for _ in 0..2 {
        for key in ['w', 't', 'x'] {
            agent.press(KeyCode::Char(key));
            assert_eq!(sent(&mut agent), [] as [&str; 0], "{key}");
        }
        let screen = shown(&agent);
        assert!(!screen.contains("w take"), "{screen}");
        agent.press(KeyCode::Down);
    }
    agent.press(KeyCode::F(1));
    let help = shown(&agent);
    assert!(!help.contains("what waits"), "{help}");
    let mut desk = read_by(Role::HelpDesk, "p-2");
    desk.press(KeyCode::Char('w'));
    assert_eq!(sent(&mut desk), ["app Accept p-2"]);
}

#[test]
fn whoever_goes_is_told_which_of_theirs_is_suspended() {
    let mut stage = at("app-whose");
    let theirs = |name: &str, suspended| Theirs {
        name: name.to_owned(),
        suspended,
    };
    stage.ask(Question::App(AppQuestion::ConfirmFactors {
        person: cast::main_admin(),
        factors: vec![
            theirs("YubiKey 5 NFC", Some(SuspendedWhy::Stolen)),
            theirs("Work phone", None),
        ],
    }));
    let screen = shown(&stage);
    let line = |name| screen.lines().find(|line| line.contains(name));
    assert!(
        line("YubiKey").is_some_and(|line| line.contains("suspended (stolen)")),
        "{screen}"
    );
    assert!(
        line("Work phone").is_some_and(|line| !line.contains("suspended")),
        "{screen}"
    );
}
