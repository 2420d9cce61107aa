//! Every scene and how it comes about; the steps that several of them share are in `acts`.

use std::sync::Arc;

use ratatui::crossterm::event::KeyCode;

use super::acts::verdict;
use super::{Scene, Stage, app, batch, cast, loss};
use crate::domain::Person;
use crate::record::{Remains, Unfinished};
use crate::station::face::{Found, HomeView, Update};
use crate::workflow::dialogue::{Ending, Event, Job, Note, PushState, Question, Step, StopView};

/// Every scene by its name.
pub const SCENES: &[Scene] = &[
    ("sign-in", sign_in),
    ("sign-in-code", code),
    ("sign-in-pin", sign_in_pin),
    ("sign-in-refused", sign_in_refused),
    ("home", home),
    ("home-search", search),
    ("home-busy", busy),
    ("person", person),
    ("identify-document", identify),
    ("identify-served", identify_served),
    ("identify-characters", characters),
    ("insert-key", insert),
    ("choose-key", choose),
    ("choose-proof", choose_proof),
    ("choose-by-touch", by_touch),
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
    ("pulled", pulled),
    ("pull-out", pull_out),
    ("push", push),
    ("done", done),
    ("done-left", done_left),
    ("stopped-unreachable", unreachable),
    ("stopped-left", stopped_left),
    ("locked", locked),
    ("outbox", outbox),
    ("outbox-withdraw", withdraw),
    ("unfinished", unfinished),
    ("unfinished-without-key", without_key),
    ("keys", keys),
    ("key-page", super::care::page),
    ("key-tested", super::care::tested),
    ("key-pin-by-lot", super::care::by_lot),
    ("key-settings", super::care::settings),
    ("key-settings-sure", super::care::sure),
    ("key-credentials", super::care::credentials),
    ("key-rename", super::care::rename),
    ("key-remove", super::care::remove),
    ("key-fingers", super::care::fingers),
    ("key-finger", super::care::finger),
    ("key-strands", super::care::strands),
    ("reset-case", super::reset::case),
    ("reset-sure", super::reset::sure),
    ("reset-spare", super::reset::spare),
    ("reset-pull", super::reset::pull),
    ("reset-again", super::reset::again),
    ("reset-put-back", super::reset::put_back),
    ("reset-window", super::reset::window),
    ("reset-touch", super::reset::touch),
    ("reset-hold", super::reset::hold),
    ("reset-done", super::reset::done),
    ("app-name", app::name),
    ("app-scan", app::scan),
    ("app-misread", app::misread),
    ("app-by-hand", app::by_hand),
    ("app-show-again", app::show_again),
    ("app-next-code", app::next_code),
    ("app-clock", app::clock),
    ("app-other-account", app::other_account),
    ("app-no-match", app::no_match),
    ("app-test", app::test),
    ("app-prove", app::prove),
    ("app-remove", app::remove),
    ("app-done", app::done),
    ("app-both-done", app::both_done),
    ("app-both-half", app::both_half),
    ("app-removed", app::removed),
    ("token-serial", app::serial),
    ("token-code", app::token_code),
    ("token-done", app::assigned),
    ("home-lost", loss::found),
    ("person-lost", loss::page),
    ("person-stolen", loss::page_stolen),
    ("person-waiting", loss::page_waiting),
    ("suspend", loss::suspend),
    ("suspend-offline", loss::suspend_offline),
    ("suspend-choose", loss::choose),
    ("suspended", loss::done),
    ("suspended-queued", loss::queued),
    ("lift-touch", loss::lift),
    ("lifted", loss::lifted),
    ("lift-never", loss::never),
    ("deletion-case", super::deletion::case),
    ("deletion-sure", super::deletion::sure),
    ("deletion-done", super::deletion::done),
    ("unfinished-deletion", unfinished_deletion),
    ("help", help),
    ("batch-profiles", batch::profiles),
    ("batch-statement", batch::statement),
    ("batch-forecast", batch::forecast),
    ("board", batch::board),
    ("board-pin", batch::pin),
    ("board-tag", batch::tag),
    ("board-over", batch::over),
];

fn sign_in(stage: &mut Stage) {
    stage.arrive(cast::home());
}

fn code(stage: &mut Stage) {
    sign_in(stage);
    stage.press(KeyCode::Char('c'));
    stage.type_text("7QF2-M9");
}

fn sign_in_pin(stage: &mut Stage) {
    sign_in(stage);
    stage.press(KeyCode::Enter);
    stage.door(Event::Began { job: Job::SignIn });
    stage.door(Event::StepDone {
        step: Step::Key,
        note: Note::Key {
            key: cast::used_key(),
        },
    });
    stage.door(Event::Step { step: Step::Pin });
    stage.door_asks(Question::CurrentPin {
        key: cast::used_key(),
        retries: Some(8),
        wrong: false,
    });
    stage.type_text("482");
}

fn sign_in_refused(stage: &mut Stage) {
    code(stage);
    stage.press(KeyCode::Enter);
    stage.door(Event::Began {
        job: Job::FirstSignIn,
    });
    stage.door(Event::Ended {
        ending: Ending::Stopped {
            stop: StopView {
                code: "registry-refused".to_owned(),
                detail: "the registry refused: the code is wrong, used or expired".to_owned(),
                refusal: Some("code-refused".to_owned()),
            },
            remains: Remains::Nothing,
        },
    });
}

fn home(stage: &mut Stage) {
    stage.sign_in(cast::home());
}

pub(super) fn search(stage: &mut Stage) {
    home(stage);
    stage.type_text("exam");
    let serial = stage.model.desk.find.serial;
    stage.say(Update::Found {
        serial,
        found: Ok(Found {
            people: cast::people(),
            ..Found::default()
        }),
    });
    stage.press(KeyCode::Down);
}

fn busy(stage: &mut Stage) {
    stage.sign_in(cast::busy_home());
    stage.say(Update::Bay(cast::troubled_bay()));
}

fn person(stage: &mut Stage) {
    search(stage);
    stage.press(KeyCode::Enter);
    stage.say(Update::Opened(Box::new(cast::detail())));
}

fn identify(stage: &mut Stage) {
    stage.begin(cast::example());
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
    stage.press(KeyCode::Down);
}

fn identify_served(stage: &mut Stage) {
    stage.begin(cast::example());
    stage.run(Event::ServedBy {
        other: cast::other_desk(),
    });
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
        refused: false,
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

fn touch(stage: &mut Stage) {
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

fn done_left(stage: &mut Stage) {
    stage.until_push();
    stage.end(Ending::Enrolled {
        person: cast::main_admin(),
        key: cast::fresh_key(),
        push: PushState::Queued,
    });
}

fn stopped(stage: &mut Stage, code: &str, detail: &str, remains: Remains) {
    stage.end(Ending::Stopped {
        stop: StopView {
            code: code.to_owned(),
            detail: detail.to_owned(),
            refusal: None,
        },
        remains,
    });
}

fn unreachable(stage: &mut Stage) {
    stage.sign_in(cast::home());
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Enter);
    stage.press(KeyCode::Enter);
    let detail = "the registry cannot be reached: connection refused";
    stopped(stage, "unreachable", detail, Remains::Nothing);
}

fn stopped_left(stage: &mut Stage) {
    touch_test(stage);
    let detail = "the key answered with status 0x7F";
    stopped(stage, "key-failed", detail, Remains::Credential);
}

fn locked(stage: &mut Stage) {
    touch(stage);
    stage.press(KeyCode::F(12));
}

fn outbox(stage: &mut Stage) {
    stage.sign_in(cast::busy_home());
    stage.press(KeyCode::F(5));
}

fn withdraw(stage: &mut Stage) {
    outbox(stage);
    stage.press(KeyCode::Char('x'));
    stage.type_text("P. Exa");
}

fn unfinished(stage: &mut Stage) {
    stage.sign_in(cast::much_unfinished());
    stage.press(KeyCode::F(6));
}

fn unfinished_deletion(stage: &mut Stage) {
    let stopped = Unfinished::Deletion(super::deletion::stopped());
    stage.sign_in(HomeView {
        people: cast::with_unfinished(vec![stopped]).people,
        ..cast::busy_home()
    });
    stage.press(KeyCode::F(6));
}

fn without_key(stage: &mut Stage) {
    unfinished(stage);
    stage.press(KeyCode::Char('n'));
    stage.type_text("P. Example");
}

fn keys(stage: &mut Stage) {
    home(stage);
    stage.press(KeyCode::F(4));
    for _ in 0..3 {
        stage.press(KeyCode::Down);
    }
}

fn help(stage: &mut Stage) {
    choose(stage);
    stage.press(KeyCode::F(1));
}
