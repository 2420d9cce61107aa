//! Scenes of runs: the questions that all of them ask, touches, pulls, and closing screens.

use std::sync::Arc;

use ratatui::crossterm::event::KeyCode;

use crate::domain::Person;
use crate::domain::reason::{Failure, Gap, KeyFault, Trouble};
use crate::record::Remains;
use crate::station::face::Update;
use crate::tui::scenes::acts::verdict;
use crate::tui::scenes::{Scene, Stage, cast};
use crate::workflow::Stop;
use crate::workflow::dialogue::{Ending, Event, Note, PushState, Question, Step};

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("identify-document", identify),
    ("identify-served", identify_served),
    ("identify-method", identify_method),
    ("identify-characters", characters),
    ("identified-before", identified_before),
    ("insert-key", insert),
    ("choose-key", choose),
    ("choose-proof", choose_proof),
    ("choose-by-touch", by_touch),
    ("choose-vouching", choose_vouching),
    ("insert-vouching", insert_vouching),
    ("touch-vouching", touch_vouching),
    ("touch-proving", touch_proving),
    ("admit-warned", admit),
    ("admit-refused", refused),
    ("new-pin", new_pin),
    ("new-pin-again", new_pin_again),
    ("new-pin-mismatch", mismatch),
    ("current-pin-wrong", wrong_pin),
    ("retest", retest),
    ("touch-create", touch),
    ("touch-test", touch_test),
    ("touch-again", touch_again),
    ("stop-asked", stop_asked),
    ("stopping", stopping),
    ("pulled", pulled),
    ("pull-out", pull_out),
    ("push", push),
    ("done", done),
    ("done-left", done_left),
    ("done-refused", done_refused),
    ("done-waiting", done_waiting),
    ("stopped-unreachable", unreachable),
    ("stopped-left", stopped_left),
    ("help", help),
];

fn identify(stage: &mut Stage) {
    stage.begin(cast::example());
}

fn identify_served(stage: &mut Stage) {
    stage.begin(cast::example());
    stage.run(Event::ServedBy {
        other: cast::other_desk(),
    });
}

fn identify_method(stage: &mut Stage) {
    stage.begin(cast::example());
    stage.ask(Question::Identify {
        person: cast::example(),
        methods: cast::methods(),
    });
}

fn identified_before(stage: &mut Stage) {
    choose(stage);
    stage.run(Event::IdentifiedBefore {
        before: cast::identified_before(),
    });
}

fn characters(stage: &mut Stage) {
    identify(stage);
    stage.type_text("17k31");
}

fn insert(stage: &mut Stage) {
    stage.until_key();
    stage.say(Update::Bay(Arc::default()));
    stage.ask(Question::ChooseKey { keys: Vec::new() });
}

fn choose(stage: &mut Stage) {
    stage.until_key();
    stage.ask(Question::ChooseKey {
        keys: vec![cast::fresh_key(), cast::used_key(), cast::advised_key()],
    });
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Char('w'));
    stage.ask(Question::ChooseKey {
        keys: vec![cast::fresh_key(), cast::used_key(), cast::advised_key()],
    });
}

fn choose_proof(stage: &mut Stage) {
    stage.begin(cast::example());
    stage.step(
        Step::Identify,
        Note::Identified {
            identification: cast::identification(),
        },
    );
    stage.run(Event::Step { step: Step::Prove });
    stage.run(Event::Prover {
        name: cast::example().name,
    });
    stage.ask(Question::ChooseKey {
        keys: vec![cast::fresh_key(), cast::used_key(), cast::advised_key()],
    });
}

fn choose_vouching(stage: &mut Stage) {
    stage.begin(cast::example());
    stage.run(Event::Step { step: Step::Prove });
    stage.run(Event::Prover {
        name: cast::main_admin().name,
    });
    stage.run(Event::Signing { act: cast::act() });
    stage.ask(Question::ChooseKey {
        keys: vec![cast::fresh_key(), cast::used_key(), cast::advised_key()],
    });
}

fn insert_vouching(stage: &mut Stage) {
    choose_vouching(stage);
    stage.ask(Question::ChooseKey { keys: Vec::new() });
}

fn touch_vouching(stage: &mut Stage) {
    choose_vouching(stage);
    stage.touch(&cast::fresh_key(), 1);
}

fn touch_proving(stage: &mut Stage) {
    stage.begin(cast::example());
    stage.run(Event::Step { step: Step::Prove });
    stage.run(Event::Prover {
        name: cast::example().name,
    });
    stage.run(Event::Signing {
        act: cast::own_act(),
    });
    stage.touch(&cast::fresh_key(), 1);
}

fn by_touch(stage: &mut Stage) {
    choose(stage);
    stage.press(KeyCode::Char('t'));
}

fn admit(stage: &mut Stage) {
    stage.until_key();
    let key = cast::advised_key();
    let verdict = verdict(&key, &cast::example(), None);
    stage.step(Step::Key, Note::Key { key: key.clone() });
    stage.step(
        Step::Check,
        Note::Verdict {
            verdict: verdict.clone(),
        },
    );
    stage.ask(Question::Admit { key, verdict });
}

fn refused(stage: &mut Stage) {
    stage.until_key();
    let key = cast::blocked_key();
    let verdict = verdict(&key, &cast::example(), Some("W. Example"));
    stage.step(Step::Key, Note::Key { key: key.clone() });
    stage.step(
        Step::Check,
        Note::Verdict {
            verdict: verdict.clone(),
        },
    );
    stage.ask(Question::Admit { key, verdict });
}

fn new_pin(stage: &mut Stage) {
    stage.until_pin(&cast::fresh_key());
    stage.ask(Question::NewPin {
        key: cast::fresh_key(),
        min_length: 6,
        refused: None,
    });
    stage.type_text("4917");
}

fn new_pin_again(stage: &mut Stage) {
    new_pin(stage);
    stage.type_text("63");
    stage.press(KeyCode::Enter);
    stage.type_text("4917639");
}

fn mismatch(stage: &mut Stage) {
    new_pin_again(stage);
    stage.press(KeyCode::Enter);
}

fn wrong_pin(stage: &mut Stage) {
    stage.until_pin(&cast::used_key());
    stage.ask(Question::CurrentPin {
        key: cast::used_key(),
        retries: Some(3),
        wrong: true,
    });
}

fn retest(stage: &mut Stage) {
    stage.until_key();
    stage.step(
        Step::Key,
        Note::Key {
            key: cast::used_key(),
        },
    );
    stage.ask(Question::Retest {
        key: cast::used_key(),
    });
}

/// A key waits for its first touch.
pub fn touch(stage: &mut Stage) {
    stage.until_touch(&cast::fresh_key());
}

fn touch_test(stage: &mut Stage) {
    touch(stage);
    stage.run(Event::TouchOver);
    stage.run(Event::Leaves {
        remains: Remains::Credential,
    });
    stage.run(Event::StepDone {
        step: Step::Create,
        note: Note::None,
    });
    stage.run(Event::Step { step: Step::Test });
    stage.touch(&cast::fresh_key(), 2);
    stage.wait(19);
}

fn touch_again(stage: &mut Stage) {
    touch(stage);
    stage.run(Event::TouchOver);
    stage.ask(Question::TouchAgain {
        key: cast::fresh_key(),
    });
}

fn stop_asked(stage: &mut Stage) {
    touch(stage);
    stage.press(KeyCode::Esc);
}

fn stopping(stage: &mut Stage) {
    stop_asked(stage);
    stage.press(KeyCode::Esc);
}

fn pulled(stage: &mut Stage) {
    touch(stage);
    stage.say(Update::Bay(Arc::default()));
    stage.run(Event::TouchOver);
    stage.run(Event::Pulled {
        key: cast::fresh_key(),
    });
}

fn pull_out(stage: &mut Stage) {
    stage.until_pin(&cast::used_key());
    stage.run(Event::Pulled {
        key: cast::used_key(),
    });
}

fn push(stage: &mut Stage) {
    stage.until_push();
}

fn done(stage: &mut Stage) {
    stage.until_push();
    stage.run(Event::StepDone {
        step: Step::Push,
        note: Note::None,
    });
    stage.end(Ending::Enrolled {
        person: Person {
            keys: 1,
            ..cast::example()
        },
        key: cast::fresh_key(),
        push: PushState::Accepted,
    });
}

fn done_with(stage: &mut Stage, push: PushState) {
    stage.until_push();
    stage.end(Ending::Enrolled {
        person: cast::main_admin(),
        key: cast::fresh_key(),
        push,
    });
}

fn done_left(stage: &mut Stage) {
    done_with(stage, PushState::Queued);
}

fn done_refused(stage: &mut Stage) {
    done_with(stage, cast::conflict());
}

fn done_waiting(stage: &mut Stage) {
    done_with(stage, PushState::Waiting);
}

fn unreachable(stage: &mut Stage) {
    stage.sign_in(cast::home());
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Enter);
    stage.press(KeyCode::Enter);
    stage.end(Ending::Stopped {
        stop: Stop::Unreachable(Gap::Down {
            detail: "connection refused".to_owned(),
            known: Some(Trouble::ConnectionRefused),
        }),
        remains: Remains::Nothing,
    });
}

fn stopped_left(stage: &mut Stage) {
    touch_test(stage);
    let failure = Failure::Refused {
        operation: "GetAssertion".to_owned(),
        status: "0x7F".to_owned(),
    };
    stage.end(Ending::Stopped {
        stop: KeyFault::Failed(failure).into(),
        remains: Remains::Credential,
    });
}

fn help(stage: &mut Stage) {
    choose(stage);
    stage.press(KeyCode::F(1));
}
