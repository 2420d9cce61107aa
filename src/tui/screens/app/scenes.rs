//! Scenes about authenticator apps and hardware tokens. The secret in them is the example of RFC 6238.

use jiff::SignedDuration;
use ratatui::crossterm::event::KeyCode;

use crate::domain::factor::CodeVerdict;
use crate::domain::visit::SuspendedWhy;
use crate::record::Remains;
use crate::station::face::Update;
use crate::tui::scenes::{Scene, Stage, cast};
use crate::wire::Factor;
use crate::workflow::Stop;
use crate::workflow::dialogue::{
    AppJob, AppQuestion, AppResult, CodeOf, Ending, Event, Job, Note, Purpose, PushState, Question,
    Replaced, StationClock, Step, Theirs,
};

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("app-name", name),
    ("app-scan", scan),
    ("app-misread", misread),
    ("app-by-hand", by_hand),
    ("app-scan-over", scan_over),
    ("app-show-again", show_again),
    ("app-next-code", next_code),
    ("app-clock", clock),
    ("app-other-account", other_account),
    ("app-no-match", no_match),
    ("app-test", test),
    ("app-prove", prove),
    ("app-remove", remove),
    ("app-waiting", waiting),
    ("app-whose", whose),
    ("app-whose-denied", denied),
    ("app-done", done),
    ("app-replaced", replaced),
    ("app-replaced-later", replaced_later),
    ("app-replace-stopped", replace_stopped),
    ("app-both-done", both_done),
    ("app-both-half", both_half),
    ("app-removed", removed),
    ("app-removed-later", removed_later),
    ("app-removed-not", removed_not),
    ("token-serial", serial),
    ("token-code", token_code),
    ("token-done", assigned),
];

impl Stage {
    /// A run about apps has begun from the page of the main administrator, who has been identified.
    fn begin_app(&mut self, app: AppJob) {
        crate::tui::screens::home::searching(self);
        self.press(KeyCode::Enter);
        self.say(Update::Opened(Box::new(cast::detail())));
        if matches!(app, AppJob::Test | AppJob::Replace | AppJob::Remove) {
            // Over the key to the app.
            self.press(KeyCode::Down);
        }
        self.press(KeyCode::Char(match app {
            AppJob::Enrol => 'a',
            AppJob::Both => 'b',
            AppJob::Test => 't',
            AppJob::Replace => 'r',
            AppJob::Remove => 'x',
            AppJob::Assign => 's',
            AppJob::Accept => 'w',
            AppJob::Leave => 'e',
        }));
        let person = cast::main_admin();
        self.run(Event::Began {
            job: Job::App { app, person },
        });
        if app != AppJob::Test {
            self.step(
                Step::Identify,
                Note::Identified {
                    identification: cast::identification(),
                },
            );
        }
    }

    fn ask_app(&mut self, question: AppQuestion) {
        self.ask(Question::App(question));
    }

    fn show(&mut self, wrong: Option<CodeVerdict>) {
        self.run(Event::Step { step: Step::Code });
        self.ask_app(AppQuestion::ShowSecret {
            person: cast::main_admin(),
            enrolment: cast::example_app(),
            until: self.now.wall + SignedDuration::from_secs(180),
            wrong,
        });
    }
}

fn new_app() -> CodeOf {
    CodeOf::NewApp {
        person: cast::main_admin(),
        name: "Authenticator app".to_owned(),
    }
}

fn advise(stage: &mut Stage, verdict: CodeVerdict, station_clock: StationClock) {
    next_code(stage);
    stage.type_text("704991");
    stage.ask_app(AppQuestion::Advice {
        of: new_app(),
        verdict,
        station_clock,
    });
}

fn name(stage: &mut Stage) {
    stage.begin_app(AppJob::Enrol);
    stage.run(Event::Step { step: Step::Secret });
    stage.ask_app(AppQuestion::NameApp {
        person: cast::main_admin(),
        suggested: "Authenticator app 2".to_owned(),
    });
}

/// The secret is shown.
pub fn scan(stage: &mut Stage) {
    stage.begin_app(AppJob::Enrol);
    stage.step(Step::Secret, Note::None);
    stage.run(Event::Leaves {
        remains: Remains::OnPhone,
    });
    stage.show(None);
    stage.wait(9);
    stage.type_text("924");
}

/// The secret is asked for once more, as after a wrong code.
pub fn show_anew(stage: &mut Stage) {
    stage.effects.clear();
    stage.show(None);
}

fn misread(stage: &mut Stage) {
    scan(stage);
    stage.show(Some(CodeVerdict::Misread));
}

fn by_hand(stage: &mut Stage) {
    scan(stage);
    stage.press(KeyCode::Char('c'));
}

/// Its time is over, and the station has not said so yet.
fn scan_over(stage: &mut Stage) {
    scan(stage);
    stage.wait(90);
    stage.type_text("1");
    stage.wait(90);
}

fn show_again(stage: &mut Stage) {
    scan(stage);
    stage.run(Event::Withdrawn);
    stage.ask_app(AppQuestion::ShowAgain {
        person: cast::main_admin(),
    });
}

fn next_code(stage: &mut Stage) {
    scan(stage);
    stage.type_text("102");
    stage.ask_app(AppQuestion::NextCode { of: new_app() });
    stage.type_text("61");
}

fn clock(stage: &mut Stage) {
    advise(
        stage,
        CodeVerdict::Clock { fast_s: -420 },
        StationClock::Right,
    );
}

fn other_account(stage: &mut Stage) {
    let Factor {
        name, enrolled_at, ..
    } = cast::app();
    let verdict = CodeVerdict::OtherFactor {
        name,
        enrolled_at,
        removed: true,
    };
    advise(stage, verdict, StationClock::Unknown);
}

fn no_match(stage: &mut Stage) {
    advise(
        stage,
        CodeVerdict::NoMatch,
        StationClock::Off { fast_s: 95 },
    );
}

fn test(stage: &mut Stage) {
    stage.begin_app(AppJob::Test);
    stage.run(Event::Step { step: Step::Code });
    stage.ask_app(AppQuestion::TypeCode {
        of: CodeOf::Factor {
            factor: cast::app(),
        },
        wrong: Some(CodeVerdict::Used),
    });
    stage.type_text("0073");
}

fn prove(stage: &mut Stage) {
    stage.begin_app(AppJob::Replace);
    stage.run(Event::Step { step: Step::Prove });
    stage.ask_app(AppQuestion::ChooseFactor {
        person: cast::main_admin(),
        purpose: Purpose::Prove,
        factors: vec![cast::app(), cast::token()],
        with_key: true,
    });
    stage.press(KeyCode::Down);
}

fn remove(stage: &mut Stage) {
    stage.begin_app(AppJob::Remove);
    stage.step(
        Step::Prove,
        Note::Proved {
            name: Some("Hardware token".to_owned()),
        },
    );
    stage.run(Event::Step {
        step: Step::Confirm,
    });
    stage.ask_app(AppQuestion::ConfirmFactorRemoval {
        person: cast::main_admin(),
        factor: cast::app(),
        left: vec![cast::token()],
    });
}

fn waiting(stage: &mut Stage) {
    stage.begin_app(AppJob::Accept);
    stage.ask_app(AppQuestion::ChooseWaiting {
        person: cast::main_admin(),
        names: vec!["YubiKey 5 NFC".to_owned(), "Work phone".to_owned()],
    });
    stage.press(KeyCode::Down);
}

fn whose(stage: &mut Stage) {
    stage.begin_app(AppJob::Leave);
    stage.ask_app(AppQuestion::ConfirmFactors {
        person: cast::main_admin(),
        factors: vec![
            theirs("YubiKey 5 NFC", Some(SuspendedWhy::Lost)),
            theirs("Work phone", None),
        ],
    });
}

fn theirs(name: &str, suspended: Option<SuspendedWhy>) -> Theirs {
    Theirs {
        name: name.to_owned(),
        suspended,
    }
}

/// That one is not theirs was said once.
fn denied(stage: &mut Stage) {
    whose(stage);
    stage.press(KeyCode::Char('n'));
}

fn ended(stage: &mut Stage, result: AppResult) {
    stage.end(Ending::App {
        person: cast::main_admin(),
        result,
    });
}

fn enrolled(push: PushState) -> AppResult {
    AppResult::Enrolled {
        name: "Authenticator app 2".to_owned(),
        old: None,
        push,
    }
}

/// In the place of the app on the old phone.
fn replaced_by(push: PushState) -> AppResult {
    let old = cast::app();
    AppResult::Enrolled {
        name: "Authenticator app 2".to_owned(),
        old: Some(Replaced {
            factor: old.id,
            name: old.name,
        }),
        push,
    }
}

/// The old phone proved the person; the new one is scanning.
fn new_phone(stage: &mut Stage) {
    stage.begin_app(AppJob::Replace);
    let name = Some(cast::app().name);
    stage.step(Step::Prove, Note::Proved { name });
    stage.step(Step::Secret, Note::None);
    stage.run(Event::Leaves {
        remains: Remains::OnPhone,
    });
    stage.show(None);
}

fn replaced(stage: &mut Stage) {
    new_phone(stage);
    ended(stage, replaced_by(PushState::Accepted));
}

fn replaced_later(stage: &mut Stage) {
    new_phone(stage);
    ended(stage, replaced_by(PushState::Queued));
}

fn replace_stopped(stage: &mut Stage) {
    new_phone(stage);
    stage.end(Ending::Stopped {
        stop: Stop::Cancelled,
        remains: Remains::OnPhone,
    });
}

fn done(stage: &mut Stage) {
    scan(stage);
    ended(stage, enrolled(PushState::Accepted));
}

fn key_enrolled() -> Box<Ending> {
    Box::new(Ending::Enrolled {
        person: cast::main_admin(),
        key: cast::fresh_key(),
        push: PushState::Accepted,
    })
}

fn both_done(stage: &mut Stage) {
    stage.begin_app(AppJob::Both);
    stage.end(Ending::Both {
        key: key_enrolled(),
        app: Box::new(Ending::App {
            person: cast::main_admin(),
            result: enrolled(PushState::Queued),
        }),
    });
}

fn both_half(stage: &mut Stage) {
    stage.begin_app(AppJob::Both);
    stage.end(Ending::Both {
        key: key_enrolled(),
        app: Box::new(Ending::Stopped {
            stop: Stop::Cancelled,
            remains: Remains::OnPhone,
        }),
    });
}

fn removed_with(stage: &mut Stage, push: PushState) {
    remove(stage);
    let factor = cast::app();
    ended(stage, AppResult::Removed { factor, push });
}

fn removed(stage: &mut Stage) {
    removed_with(stage, PushState::Accepted);
}

fn removed_later(stage: &mut Stage) {
    removed_with(stage, PushState::Queued);
}

fn removed_not(stage: &mut Stage) {
    removed_with(stage, cast::conflict());
}

fn serial(stage: &mut Stage) {
    stage.begin_app(AppJob::Assign);
    stage.ask_app(AppQuestion::TokenSerial {
        person: cast::main_admin(),
        wrong: false,
    });
    stage.type_text("23084");
}

fn token_code(stage: &mut Stage) {
    serial(stage);
    stage.ask_app(AppQuestion::TypeCode {
        of: CodeOf::Token {
            serial: "2308471".to_owned(),
        },
        wrong: None,
    });
    stage.type_text("48213");
    stage.press(KeyCode::Enter);
}

fn assigned(stage: &mut Stage) {
    token_code(stage);
    ended(
        stage,
        AppResult::Assigned {
            serial: "2308471".to_owned(),
            factor: cast::token().id,
        },
    );
}
