//! How the kiosk answers to keys and to the station, without a terminal.

use std::sync::Arc;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::searching::found;
use super::{sent, shown};
use crate::domain::authority::{Action, Role};
use crate::domain::stop_code::StopCode;
use crate::record::{Remains, Unfinished};
use crate::station::face::board::Board;
use crate::station::face::{Command, Found, Remark, Update};
use crate::text::Language;
use crate::tui::model::{Asking, Page};
use crate::tui::scenes::{self, Stage, cast};
use crate::tui::update::{Effect, Event as KioskEvent};
use crate::workflow::dialogue::{Answer, Ending, Event, Job, Question, Step};

/// A kiosk at the end of that scene, with what it sent forgotten.
pub fn at(name: &str) -> Stage {
    let (_, scene) = scenes::all()
        .find(|(known, _)| *known == name)
        .expect("a scene of that name");
    let mut stage = Stage::play(*scene, Language::English, (80, 24));
    stage.effects.clear();
    stage
}

#[test]
fn what_a_batch_is_at_is_nobody_elses_to_take_up_and_nobody_quits_meanwhile() {
    let mut stage = at("board");
    let board = scenes::board_touched(14);
    let at_work = board.slots.iter().find(|slot| slot.work.is_under_way());
    let mut open = cast::unfinished();
    let Unfinished::Enrolment(enrolment) = &mut open else {
        panic!("an enrolment");
    };
    enrolment.intent.key.place = at_work.expect("a key at work").place.clone();
    let home = cast::with_unfinished(vec![open, cast::own_key()]);
    stage.say(Update::Home(Arc::new(home)));
    let others = stage.model.unfinished();
    assert!(matches!(others.as_slice(), [Unfinished::OwnKey(_)]));
    let quit = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::CONTROL);
    stage.event(KioskEvent::Key(quit));
    assert!(sent(&mut stage).is_empty());
    stage.say(Update::Board(Arc::new(Board {
        over: true,
        ..board
    })));
    assert_eq!(stage.model.unfinished().len(), 2);
}

#[test]
fn a_second_enter_does_not_start_a_second_enrolment() {
    let mut stage = at("person");
    stage.press(KeyCode::Enter);
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["enrol p-2"]);
}

#[test]
fn a_run_that_ends_before_it_begins_still_says_why() {
    let mut stage = at("person");
    stage.press(KeyCode::Enter);
    stage.run(Event::Ended {
        ending: Ending::Stopped {
            stop: Role::CustomerService
                .may(Action::TidyKey)
                .expect_err("not theirs")
                .into(),
            remains: Remains::Nothing,
        },
    });
    let screen = shown(&stage);
    assert!(screen.contains("not for your role"), "{screen}");
    assert!(screen.contains("This is for: help desk"), "{screen}");
    stage.press(KeyCode::Enter);
    assert_eq!(stage.model.page, Page::Person);
}

#[test]
fn a_withdrawn_question_takes_no_answer_and_forgets_what_was_typed() {
    let mut stage = at("new-pin-again");
    stage.run(Event::Withdrawn);
    stage.press(KeyCode::Enter);
    assert!(sent(&mut stage).is_empty());
    assert!(stage.model.run().is_some_and(|run| run.asking().is_none()));
}

#[test]
fn the_pin_is_handed_over_only_when_both_entries_are_the_same() {
    let mut stage = at("new-pin-mismatch");
    assert!(sent(&mut stage).is_empty());
    stage.type_text("491763");
    stage.press(KeyCode::Enter);
    stage.type_text("491763");
    stage.press(KeyCode::Enter);
    let pin = stage.effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::Answer(Answer::Pin(pin))) => Some(pin),
        _ => None,
    });
    assert!(pin.is_some_and(|pin| pin.as_bytes() == b"491763"));
    assert!(stage.model.run().is_some_and(|run| run.asking().is_none()));
}

#[test]
fn a_pin_shorter_than_the_keys_minimum_is_not_handed_over() {
    let mut stage = at("new-pin");
    stage.press(KeyCode::Enter);
    assert!(sent(&mut stage).is_empty());
    assert!(shown(&stage).contains("Too short: at least 6 characters."));
}

#[test]
fn what_is_typed_as_a_pin_is_nowhere_on_the_screen() {
    for name in ["new-pin", "new-pin-again", "sign-in-pin"] {
        let mut stage = at(name);
        stage.type_text("zqxj");
        let screen = shown(&stage);
        assert!(!screen.contains('z') && !screen.contains("qxj"), "{screen}");
    }
}

#[test]
fn the_person_is_identified_by_a_document_and_four_characters() {
    let mut stage = at("identify-document");
    stage.press(KeyCode::Enter);
    stage.type_text("2ab");
    stage.press(KeyCode::Enter);
    assert!(sent(&mut stage).is_empty());
    assert!(shown(&stage).contains("Exactly four letters or digits."));
    stage.type_text("9x7");
    stage.press(KeyCode::Enter);
    let how = stage.effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::Answer(Answer::Identified(how))) => Some(how.clone()),
        _ => None,
    });
    let how = how.expect("identified");
    assert_eq!((how.kind(), how.detail()), ("identity-card", "AB9X"));
}

#[test]
fn where_the_registry_has_several_methods_the_one_that_was_used_is_chosen_and_can_be_changed() {
    let mut stage = at("identify-method");
    assert!(shown(&stage).contains("document in the reader"));
    stage.type_text("2");
    assert!(shown(&stage).contains("Which document?"));
    stage.type_text("m1m2");
    stage.type_text("17k31");
    stage.press(KeyCode::Enter);
    let how = stage.effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::Answer(Answer::Identified(how))) => Some(how.to_string()),
        _ => None,
    });
    assert_eq!(how.as_deref(), Some("passport:7K31:reader"));
}

#[test]
fn deleting_in_an_empty_field_goes_back_to_the_choice_of_the_document() {
    let mut stage = at("identify-document");
    stage.type_text("1a");
    stage.press(KeyCode::Backspace);
    stage.press(KeyCode::Backspace);
    assert!(shown(&stage).contains("Which document?"));
}

#[test]
fn the_mark_stays_on_its_slot_when_the_bay_changes() {
    let mut stage = at("choose-key");
    stage.run(Event::Withdrawn);
    stage.ask(Question::ChooseKey {
        keys: vec![cast::used_key(), cast::advised_key()],
    });
    stage.press(KeyCode::Enter);
    assert!(stage.effects.iter().any(|effect| matches!(
        effect,
        Effect::Send(Command::Answer(Answer::Key(place))) if *place == cast::used_key().place
    )));
}

#[test]
fn a_digit_marks_the_slot_of_that_number() {
    let mut stage = at("choose-key");
    stage.type_text("4");
    stage.press(KeyCode::Enter);
    assert!(stage.effects.iter().any(|effect| matches!(
        effect,
        Effect::Send(Command::Answer(Answer::Key(place))) if *place == cast::advised_key().place
    )));
}

#[test]
fn enter_never_insists_on_a_key_that_policy_refuses() {
    let mut stage = at("admit-refused");
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["answer other-key"]);
}

#[test]
fn one_esc_stops_where_nothing_is_left_behind() {
    let mut stage = at("identify-document");
    stage.press(KeyCode::Esc);
    assert_eq!(sent(&mut stage), ["cancel"]);
    stage.press(KeyCode::Esc);
    assert!(sent(&mut stage).is_empty(), "asked once only");
}

#[test]
fn where_something_is_left_behind_only_a_second_esc_in_a_row_stops() {
    let mut stage = at("touch-create");
    stage.press(KeyCode::Esc);
    stage.press(KeyCode::Up);
    stage.press(KeyCode::Esc);
    assert!(sent(&mut stage).is_empty());
    assert!(shown(&stage).contains("Esc again stops"));
    stage.press(KeyCode::Esc);
    assert_eq!(sent(&mut stage), ["cancel"]);
}

#[test]
fn another_key_for_the_same_person_is_one_press_away() {
    let mut stage = at("done-left");
    stage.press(KeyCode::Char('k'));
    assert_eq!(sent(&mut stage), ["enrol p-1"]);
    // And an app as it is everywhere.
    let mut stage = at("done-left");
    stage.press(KeyCode::Char('a'));
    assert_eq!(sent(&mut stage), ["app Enrol p-1"]);
}

#[test]
fn whoever_is_done_goes_and_whoever_was_reset_gets_an_app_with_one_press() {
    let mut stage = at("done");
    stage.press(KeyCode::Char('e'));
    assert_eq!(sent(&mut stage), ["app Leave p-1"]);
    for scene in ["app-done", "app-replaced", "app-removed"] {
        let mut stage = at(scene);
        sent(&mut stage);
        stage.press(KeyCode::Char('e'));
        assert_eq!(sent(&mut stage), ["app Leave p-2"], "{scene}");
    }
    // What is in the outbox arrives within the visit, or waits.
    let mut stage = at("done-left");
    stage.press(KeyCode::Char('e'));
    assert_eq!(sent(&mut stage), [] as [&str; 0]);
    let mut stage = at("account-reset-done");
    sent(&mut stage);
    stage.press(KeyCode::Char('a'));
    assert_eq!(sent(&mut stage), ["app Enrol p-2"]);
}

#[test]
fn a_step_taken_again_takes_the_later_ones_back() {
    let mut stage = at("admit-warned");
    stage.press(KeyCode::Char('o'));
    stage.run(Event::Step { step: Step::Key });
    stage.ask(Question::ChooseKey { keys: Vec::new() });
    assert!(shown(&stage).contains("· check · PIN"));
}

#[test]
fn a_conflict_is_withdrawn_only_by_the_name_it_is_about() {
    let mut stage = at("outbox-withdraw");
    stage.press(KeyCode::Enter);
    assert!(sent(&mut stage).is_empty());
    assert!(shown(&stage).contains("That is not the name above."));
    stage.type_text("mple");
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["withdraw"]);
}

#[test]
fn a_conflict_whose_key_is_not_to_be_had_is_withdrawn_without_it() {
    let mut stage = at("outbox");
    stage.press(KeyCode::Char('n'));
    assert!(shown(&stage).contains("stays on it"));
    stage.type_text("P. Example");
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["withdraw without key"]);
}

#[test]
fn people_from_tickets_are_marked_as_such_and_so_is_their_page() {
    let mut stage = at("home");
    stage.type_text("exam");
    let serial = stage.model.desk.find.serial;
    stage.say(Update::Found {
        serial,
        found: Ok(Found {
            people: vec![cast::example()],
            from_tickets: true,
            ..Found::default()
        }),
    });
    assert!(shown(&stage).contains("from tickets · 1 person"));
    stage.press(KeyCode::Enter);
    assert!(shown(&stage).contains("From a ticket"));
}

#[test]
fn an_entry_that_is_merely_queued_can_be_neither_withdrawn_nor_retried() {
    let mut stage = at("outbox");
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Char('x'));
    stage.press(KeyCode::Char('r'));
    assert!(sent(&mut stage).is_empty());
    stage.press(KeyCode::Char('p'));
    assert_eq!(sent(&mut stage), ["push"]);
}

#[test]
fn capital_letters_are_commands_as_well_as_small_ones() {
    let mut stage = at("choose-key");
    stage.press(KeyCode::Char('W'));
    assert_eq!(sent(&mut stage), ["answer wink"]);
}

#[test]
fn software_keys_are_touched_and_plugged_only_in_a_demonstration() {
    let mut real = at("touch-create");
    real.press(KeyCode::F(2));
    assert!(sent(&mut real).is_empty());

    let mut demo = at("touch-create");
    demo.model.setup.demo = true;
    demo.press(KeyCode::F(2));
    demo.press(KeyCode::F(3));
    assert!(shown(&demo).contains("Plug or pull which slot?"));
    demo.press(KeyCode::Char('1'));
    assert_eq!(sent(&mut demo), ["Touch", "TogglePlug { slot: 1 }"]);
}

#[test]
fn the_language_changes_at_once_and_everywhere() {
    let mut stage = at("touch-create");
    stage.press(KeyCode::F(9));
    assert!(shown(&stage).contains("Raak de knipperende sleutel in poort 1 aan."));
    stage.press(KeyCode::F(9));
    assert!(shown(&stage).contains("Touch the blinking key in slot 1."));
}

#[test]
fn any_key_closes_the_help_and_does_nothing_else() {
    let mut stage = at("help");
    stage.press(KeyCode::Enter);
    assert!(sent(&mut stage).is_empty());
    assert!(matches!(
        stage.model.run().and_then(|run| run.asking()),
        Some(Asking::ChooseKey { .. })
    ));
}

#[test]
fn a_notice_stays_until_the_next_key() {
    let mut stage = at("home");
    stage.say(Update::Remark(Remark::Stopped(StopCode::Unreachable)));
    assert!(shown(&stage).contains("! The registry cannot be reached."));
    stage.press(KeyCode::Down);
    assert!(!shown(&stage).contains("The registry cannot be reached."));
}

#[test]
fn whether_tickets_came_is_said_on_the_screen() {
    for (remark, said) in [
        (Remark::TicketsFetched, "The tickets for today are here."),
        (Remark::NoTickets, "Nobody is expected today"),
    ] {
        let mut stage = at("home");
        stage.say(Update::Remark(remark));
        let screen = shown(&stage);
        assert!(screen.contains(said), "{screen}");
    }
}

#[test]
fn a_pulled_key_is_gone_from_the_bay_and_asked_for_by_its_slot() {
    let screen = shown(&at("pulled"));
    assert!(screen.contains("Put it back into slot 1"), "{screen}");
    let screen = shown(&at("pull-out"));
    assert!(screen.contains("Pull the key out of slot 2"), "{screen}");
}

#[test]
fn what_keys_and_registry_call_themselves_cannot_disturb_the_screen() {
    let mut stage = at("home");
    stage.type_text("a");
    let serial = stage.model.desk.find.serial;
    stage.say(found(serial, vec![cast::hostile()]));
    stage.say(Update::Bay(cast::hostile_bay()));
    for size in [(80, 24), (120, 40), (200, 60)] {
        stage.model.size = size;
        for page in [Page::Home, Page::Keys(0), Page::Person] {
            stage.model.page = page;
            let screen = shown(&stage);
            assert!(
                !screen.chars().any(
                    |c| c != '\n' && (c.is_control() || "\u{202e}\u{2067}\u{200b}".contains(c))
                ),
                "{screen}"
            );
        }
    }
}

#[test]
fn unfinished_work_is_taken_up_with_enter() {
    let mut stage = at("unfinished");
    stage.press(KeyCode::Enter);
    assert_eq!(
        sent(&mut stage),
        ["resolve 00000000-0000-0000-0000-000000000009"]
    );
    stage.run(Event::Began {
        job: Job::Resolve {
            unfinished: Box::new(cast::unfinished()),
        },
    });
    assert!(shown(&stage).contains("UNFINISHED WORK"));
}

#[test]
fn work_whose_key_is_lost_is_ended_by_typing_the_persons_name() {
    let mut stage = at("unfinished-without-key");
    stage.press(KeyCode::Enter);
    assert_eq!(
        sent(&mut stage),
        ["resolve 00000000-0000-0000-0000-000000000009 without key"]
    );
}

#[test]
fn tickets_are_fetched_for_the_day_at_the_station() {
    let mut stage = at("home");
    stage.press(KeyCode::F(7));
    assert_eq!(sent(&mut stage), ["tickets 2026-11-22"]);
}

#[test]
fn leaving_is_not_possible_in_the_middle_of_a_run() {
    let leave = |stage: &mut Stage| {
        let key = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::CONTROL);
        stage.event(KioskEvent::Key(key));
        sent(stage)
    };
    assert!(leave(&mut at("touch-create")).is_empty());
    assert!(leave(&mut at("locked")).is_empty());
    assert_eq!(leave(&mut at("home")), ["quit"]);
}

#[test]
fn a_bay_that_shrinks_leaves_no_mark_behind_its_end() {
    let mut stage = at("keys");
    stage.say(Update::Bay(Arc::new(Vec::new())));
    stage.press(KeyCode::Char('w'));
    assert!(sent(&mut stage).is_empty());
    assert!(shown(&stage).contains("no key in the bay"));
}
