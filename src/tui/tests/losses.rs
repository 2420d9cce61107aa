//! A person's page with keys, apps and tokens: each can be chosen, and every key at its foot does something with what is chosen.

use ratatui::crossterm::event::KeyCode;

use super::behaviour::at;
use super::{sent, shown};
use crate::domain::visit::{Suspended, SuspendedWhy};
use crate::station::face::{Command, Update};
use crate::tui::keys::{Foot, Key, rows};
use crate::tui::model::Page;
use crate::tui::scenes::{Stage, cast};
use crate::tui::screens::person::Chosen;
use crate::tui::update::Effect;
use crate::wire::Owned;
use crate::workflow::dialogue::{Answer, LossQuestion, Question};

fn chosen(stage: &Stage) -> Chosen {
    assert_eq!(stage.model.page, Page::Person);
    Chosen::of(&stage.model)
}

/// A page on which that is marked.
fn marked(wanted: Chosen) -> Stage {
    let scene = match wanted {
        Chosen::Key | Chosen::App | Chosen::Token => "person",
        Chosen::Waiting => "person-waiting",
        Chosen::Lost => "person-lost",
        // An app that was stolen: nothing is done with it any more.
        Chosen::Nothing => return at("person-stolen"),
    };
    let mut stage = at(scene);
    for _ in 0..3 {
        if chosen(&stage) == wanted {
            return stage;
        }
        stage.press(KeyCode::Down);
    }
    panic!("{wanted:?} is not on the page");
}

#[test]
fn no_key_at_the_foot_of_a_persons_page_is_dead_whatever_is_marked() {
    for wanted in [
        Chosen::Nothing,
        Chosen::Key,
        Chosen::App,
        Chosen::Token,
        Chosen::Waiting,
        Chosen::Lost,
    ] {
        let stage = marked(wanted);
        let foot = rows(&stage.model).filter(|row| row.foot != Foot::HelpOnly);
        let keys: Vec<Key> = foot.map(|row| row.key).collect();
        assert!(keys.len() > 5, "{wanted:?}");
        for key in keys {
            let Key::Plain(code) = key else {
                continue;
            };
            let mut stage = marked(wanted);
            assert_eq!(chosen(&stage), wanted);
            let before = shown(&stage);
            stage.press(code);
            let changed = shown(&stage) != before;
            assert!(
                !sent(&mut stage).is_empty() || changed,
                "{} does nothing for {wanted:?}",
                key.name()
            );
        }
    }
}

#[test]
fn what_is_marked_decides_what_can_be_done_and_the_foot_says_so() {
    for (wanted, asked) in [
        (
            Chosen::Key,
            vec![('t', "test for p-2"), ('l', "suspend credential")],
        ),
        (
            Chosen::App,
            vec![('t', "app Test p-2"), ('l', "suspend factor")],
        ),
        (
            Chosen::Token,
            vec![('x', "app Remove p-2"), ('l', "suspend factor")],
        ),
        (Chosen::Waiting, vec![('w', "app Accept p-2")]),
        (
            Chosen::Lost,
            vec![('f', "lift credential"), ('l', "suspend credential")],
        ),
    ] {
        for (key, command) in asked {
            let mut stage = marked(wanted);
            stage.press(KeyCode::Char(key));
            stage.press(KeyCode::Char(key));
            let sent = sent(&mut stage);
            assert!(
                matches!(sent.as_slice(), [one] if one.starts_with(command)),
                "once: {sent:?}"
            );
        }
    }
    for (wanted, key) in [
        (Chosen::Key, 'r'),
        (Chosen::Key, 'x'),
        (Chosen::Key, 'f'),
        (Chosen::Lost, 't'),
        (Chosen::Nothing, 'l'),
        (Chosen::Nothing, 'f'),
    ] {
        let mut stage = marked(wanted);
        stage.press(KeyCode::Char(key));
        assert!(sent(&mut stage).is_empty(), "{key} for {wanted:?}");
    }
}

#[test]
fn what_the_page_shows_goes_along_with_a_report_in_case_the_line_is_down() {
    let mut stage = marked(Chosen::Key);
    stage.press(KeyCode::Char('l'));
    let sent = sent(&mut stage);
    assert!(sent[0].ends_with("of p-2, shown"), "{sent:?}");
}

#[test]
fn a_lost_key_is_suspended_in_two_presses_from_its_owners_page() {
    let mut stage = at("suspend");
    sent(&mut stage);
    stage.press(KeyCode::Enter);
    let why = stage.effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::Answer(Answer::Why(why))) => Some(*why),
        _ => None,
    });
    assert_eq!(why, Some(SuspendedWhy::Lost));
}

#[test]
fn a_digit_or_an_arrow_chooses_the_reason_and_enter_confirms_it() {
    for keys in [vec![KeyCode::Char('3')], vec![KeyCode::Down; 5]] {
        let mut stage = at("suspend");
        for key in keys {
            stage.press(key);
        }
        assert!(shown(&stage).contains("▸ 3  suspected"));
        stage.press(KeyCode::Enter);
        let why = stage.effects.iter().find_map(|effect| match effect {
            Effect::Send(Command::Answer(Answer::Why(why))) => Some(*why),
            _ => None,
        });
        assert_eq!(why, Some(SuspendedWhy::Suspected));
    }
}

#[test]
fn the_last_factor_and_a_line_that_is_down_are_said_before_it_is_confirmed() {
    let screen = shown(&at("suspend-offline"));
    for said in [
        "the last one",
        "is sent this factor opens",
        "SUSPEND A FACTOR",
    ] {
        assert!(screen.contains(said), "{screen}");
    }
}

#[test]
fn what_waits_is_never_said_to_be_suspended() {
    let screen = shown(&at("suspended-queued"));
    assert!(screen.contains("STILL"), "{screen}");
    assert!(!screen.contains("is suspended"), "{screen}");
    assert!(shown(&at("suspended")).contains("is suspended (lost)"));
}

#[test]
fn a_page_says_since_when_and_until_when_and_that_nothing_is_left() {
    let screen = shown(&at("person-lost"));
    for said in [
        "suspended since",
        "(lost)",
        "opens nothing",
        "1 key suspended",
    ] {
        assert!(screen.contains(said), "{said}: {screen}");
    }
    assert!(!screen.contains("No factor yet"), "{screen}");
    assert!(!screen.contains("no factor yet"), "{screen}");
    let screen = shown(&at("home-lost"));
    assert!(
        screen.contains("lost") && !screen.contains("no factor yet"),
        "{screen}"
    );
}

#[test]
fn after_a_report_the_persons_page_is_back_and_fetched_anew() {
    for scene in ["suspended", "lifted"] {
        let mut stage = at(scene);
        sent(&mut stage);
        stage.press(KeyCode::Enter);
        assert_eq!(sent(&mut stage), ["open p-2"], "{scene}");
        assert_eq!(stage.model.page, Page::Person, "{scene}");
    }
}

#[test]
fn the_mark_stays_on_its_factor_and_the_marked_one_is_always_to_be_seen() {
    let mut stage = at("person");
    let mut detail = cast::detail();
    let key = detail.credentials[0].clone();
    for nth in 0..12 {
        let mut another = key.clone();
        another.id.0.push(nth);
        another.key.id.serial = Some(format!("SERIAL-{nth:02}"));
        detail.credentials.push(another);
    }
    stage.say(Update::Opened(Box::new(detail.clone())));
    for _ in 0..9 {
        stage.press(KeyCode::Down);
    }
    assert!(shown(&stage).contains("SERIAL-08"), "{}", shown(&stage));
    detail.credentials.remove(0);
    stage.say(Update::Opened(Box::new(detail)));
    let page = stage.model.desk.person.as_ref().expect("a page");
    let serial = page.marked().and_then(|owned| owned.serial());
    assert_eq!(serial, Some("SERIAL-08"));
    assert!(shown(&stage).contains("SERIAL-08"));
}

#[test]
fn what_is_lost_already_is_made_final_by_whoever_chooses_that_and_not_by_enter_in_passing() {
    let mut stage = at("suspend");
    let mut detail = cast::detail();
    let mut key = detail.credentials.swap_remove(0);
    key.held.suspended = Some(Suspended {
        at: cast::ago(55),
        why: SuspendedWhy::Lost,
    });
    stage.ask(Question::Loss(LossQuestion::Suspend {
        person: detail.person,
        owned: Box::new(Owned::Key(key)),
        offered: vec![SuspendedWhy::Stolen, SuspendedWhy::Suspected],
        is_last: true,
        is_offline: false,
    }));
    sent(&mut stage);
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), [] as [&str; 0]);
    stage.press(KeyCode::Char('1'));
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage).len(), 1);
}
