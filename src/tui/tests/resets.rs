//! Resets of accounts on the screen: what each key does, and that nothing comes of one that was pressed in passing.

use ratatui::crossterm::event::KeyCode;

use super::behaviour::at;
use super::{sent, shown};
use crate::domain::account_reset::ResetState;
use crate::text::Language;
use crate::tui::model::{Asking, Page};
use crate::tui::scenes::Stage;
use crate::tui::screens::account_reset::scenes as made;
use crate::tui::screens::person::Way;

#[test]
fn whoever_types_no_name_refuses_with_a_second_enter_and_not_with_the_first() {
    let mut stage = at("account-reset-refuse");
    sent(&mut stage);
    stage.press(KeyCode::Char('e'));
    stage.press(KeyCode::Backspace);
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), [] as [&str; 0], "{}", shown(&stage));
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["answer keep"]);
}

#[test]
fn what_one_asked_for_is_withdrawn_and_what_was_released_for_others_refused_when_asked_twice() {
    for me in [made::agent(), made::second()] {
        let mut stage = Stage::new(Language::English, (80, 24), false);
        let resets = made::resets();
        stage.sign_in_as(me.clone(), made::home(resets.clone()));
        stage.press(KeyCode::F(11));
        sent(&mut stage);
        for reset in resets {
            for _ in 0..2 {
                stage.press(KeyCode::Char('x'));
            }
            let wanted = match (reset.state.is_open(), reset.is_by(&me.id)) {
                (true, true) => vec![format!("withdraw {}", reset.id)],
                // What a colleague asked for and another one released comes to nothing by whoever sees why.
                (true, false) if reset.state == ResetState::Released => {
                    vec![format!("refuse {}", reset.id)]
                }
                _ => Vec::new(),
            };
            assert_eq!(sent(&mut stage), wanted, "{reset:?}");
            stage.press(KeyCode::Down);
        }
    }
    // What was asked of one that waited is asked anew once it was released.
    let mut stage = at("resets-own");
    let mut resets = made::resets();
    for reset in &mut resets {
        reset.state = ResetState::Released;
    }
    assert!(shown(&stage).contains("x once more"));
    tell(&mut stage, resets);
    assert!(!shown(&stage).contains("x once more"), "{}", shown(&stage));
    sent(&mut stage);
    stage.press(KeyCode::Char('x'));
    assert_eq!(sent(&mut stage), [] as [&str; 0]);
    // What was asked is forgotten as soon as another line is marked.
    let mut stage = at("resets-own");
    stage.press(KeyCode::Up);
    stage.press(KeyCode::Down);
    sent(&mut stage);
    stage.press(KeyCode::Char('x'));
    assert_eq!(sent(&mut stage), [] as [&str; 0]);
}

#[test]
fn whoever_asked_has_a_second_agent_release_it_here_and_says_which() {
    let mut stage = at("resets");
    sent(&mut stage);
    let mut begun = Vec::new();
    for _ in 0..5 {
        stage.press(KeyCode::Char('r'));
        begun.extend(sent(&mut stage));
        stage.press(KeyCode::Down);
    }
    let own = made::resets()[2].id;
    assert_eq!(begun, [format!("release {own} here")]);
    let mut stage = at("account-reset-who");
    sent(&mut stage);
    stage.press(KeyCode::Char('2'));
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["answer releaser"]);
}

#[test]
fn the_mark_stays_on_its_reset_when_the_list_changes_under_it() {
    let mut stage = at("resets");
    stage.press(KeyCode::Down);
    let mut resets = made::resets();
    let marked = resets[1].id;
    resets.rotate_right(2);
    tell(&mut stage, resets);
    sent(&mut stage);
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), [format!("release {marked}")]);
}

fn tell(stage: &mut Stage, resets: Vec<crate::wire::AccountReset>) {
    let home = made::home(resets);
    stage.say(crate::station::face::Update::Home(std::sync::Arc::new(
        home,
    )));
}

#[test]
fn nobody_but_customer_service_opens_the_page_of_resets_and_none_is_told_of_them_after_a_lock() {
    let mut stage = at("home");
    stage.press(KeyCode::F(11));
    assert_eq!(stage.model.page, Page::Home);
    let mut stage = at("resets");
    assert_eq!(stage.model.resets().len(), 5);
    stage.press(KeyCode::F(12));
    assert!(stage.model.resets().is_empty(), "{}", shown(&stage));
}

#[test]
fn the_key_on_a_persons_page_asks_for_a_reset_or_carries_it_out_by_where_it_stands() {
    for (scene, way, wanted) in [
        (
            "person-reset-ask",
            Way::Ask,
            vec!["ask for the reset of p-2"],
        ),
        ("person-reset-desk", Way::AgentAsks, vec![]),
        ("person-reset-waits", Way::Waits, vec![]),
        (
            "person-reset-released",
            Way::CarryOut,
            vec!["reset the account of p-2"],
        ),
        ("person-reset-own", Way::Waits, vec![]),
        (
            "person-reset-prepare",
            Way::Prepare,
            vec!["ask for the reset of p-1"],
        ),
        ("person-reset-in-vain", Way::InVain, vec![]),
        ("person-reset-prepared", Way::Waits, vec![]),
        ("person-reset-by-code", Way::Waits, vec![]),
        (
            "person-reset-asked-for",
            Way::CarryOut,
            vec!["reset the account of p-1"],
        ),
        ("person", Way::None, vec![]),
    ] {
        let mut stage = at(scene);
        sent(&mut stage);
        assert_eq!(Way::of(&stage.model), way, "{scene}");
        stage.press(KeyCode::Char('v'));
        assert_eq!(sent(&mut stage), wanted, "{scene}");
        // What would be refused once they were identified is not offered.
        let mut stage = at(scene);
        sent(&mut stage);
        stage.press(KeyCode::Enter);
        let gives = !sent(&mut stage).is_empty();
        assert_eq!(gives, matches!(way, Way::None | Way::Prepare), "{scene}");
    }
}

#[test]
fn an_agent_is_offered_no_enrolment_that_only_the_help_desk_does() {
    for key in [KeyCode::Enter, KeyCode::Char('a'), KeyCode::Char('b')] {
        let mut stage = at("person-of-desk");
        sent(&mut stage);
        stage.press(key);
        assert!(sent(&mut stage).is_empty(), "{key:?}");
    }
}

#[test]
fn after_a_release_the_list_is_there_again_and_after_a_reset_enter_enrols() {
    let mut stage = at("account-reset-released");
    stage.press(KeyCode::Enter);
    assert!(matches!(stage.model.page, Page::Resets(_)));
    let mut stage = at("account-reset-done");
    sent(&mut stage);
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["enrol p-2"]);
}

#[test]
fn a_form_is_gone_through_both_ways_and_keeps_what_was_typed() {
    for scene in ["account-reset-remark", "reset-case"] {
        let mut stage = at(scene);
        stage.press(KeyCode::PageUp);
        let first = line(&mut stage);
        stage.press(KeyCode::Tab);
        let second = line(&mut stage);
        stage.type_text("9");
        stage.press(KeyCode::Up);
        stage.type_text("!");
        assert_eq!(line(&mut stage), (0, first.1 + "!"), "{scene}");
        stage.press(KeyCode::Up);
        stage.press(KeyCode::Down);
        assert_eq!(line(&mut stage), (1, second.1 + "9"), "{scene}");
    }
}

/// The line that is being typed: which one it is, and what stands in it.
fn line(stage: &mut Stage) -> (usize, String) {
    let run = stage.model.run_mut().expect("a run");
    let at = match run.asking_mut() {
        Some(Asking::Reset(asking)) => asking.mark().map(|(at, _)| *at),
        Some(Asking::AccountReset(asking)) => asking.mark().map(|(at, _)| *at),
        _ => None,
    };
    let typed = match run.asking_mut() {
        Some(Asking::Reset(asking)) => asking.line().map(|line| line.as_str().to_owned()),
        Some(Asking::AccountReset(asking)) => asking.line().map(|line| line.as_str().to_owned()),
        _ => None,
    };
    (at.expect("a form"), typed.expect("a line"))
}
