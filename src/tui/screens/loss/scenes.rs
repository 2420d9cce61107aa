//! Scenes about factors that are lost, and about those that turned up.

use jiff::{SignedDuration, Timestamp};
use ratatui::crossterm::event::KeyCode;

use crate::domain::authority::WhoMay;
use crate::domain::visit::{Held, Suspended, SuspendedWhy};
use crate::domain::{Lost, Person, PersonKind};
use crate::record::Remains;
use crate::station::face::{Found, Update};
use crate::tui::scenes::{Scene, Stage, cast};
use crate::wire::{Because, Owned, PersonDetail, WhyNot};
use crate::workflow::Stop;
use crate::workflow::dialogue::{
    Ending, Event, Job, LossJob, LossQuestion, LossResult, Note, PushState, Question, Step,
};

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("home-lost", found),
    ("person-lost", page),
    ("person-stolen", page_stolen),
    ("person-waiting", page_waiting),
    ("suspend", suspend),
    ("suspend-offline", suspend_offline),
    ("suspend-choose", choose),
    ("suspended", done),
    ("suspended-queued", queued),
    ("lift-touch", lift),
    ("lifted", lifted),
    ("lift-never", never),
];

fn held(why: SuspendedWhy, days_ago: i64) -> Held {
    Held {
        suspended: Some(Suspended {
            at: cast::ago(60 * 24 * days_ago),
            why,
        }),
        ..Held::default()
    }
}

/// The main administrator, whose only key is lost.
fn lost_all() -> PersonDetail {
    let mut detail = cast::detail();
    detail.factors.clear();
    detail.credentials[0].held = held(SuspendedWhy::Lost, 2);
    detail.person = Person {
        keys: 0,
        lost: Lost {
            keys: 1,
            apps: 0,
            all: true,
        },
        ..detail.person
    };
    detail
}

/// The same with an app that was stolen, and a token that is left.
fn stolen() -> PersonDetail {
    let mut detail = cast::detail();
    detail.credentials[0].held = held(SuspendedWhy::Lost, 2);
    detail.factors[0].held = held(SuspendedWhy::Stolen, 1);
    detail.person = Person {
        keys: 0,
        apps: 1,
        lost: Lost {
            keys: 1,
            apps: 1,
            all: false,
        },
        ..detail.person
    };
    detail
}

fn open(stage: &mut Stage, detail: PersonDetail) {
    crate::tui::screens::home::searching(stage);
    stage.press(KeyCode::Enter);
    stage.say(Update::Opened(Box::new(detail)));
}

/// Everybody whom a search found has lost something.
fn found(stage: &mut Stage) {
    crate::tui::screens::home::searching(stage);
    stage.type_text("p");
    let serial = stage.model.desk.find.serial;
    let nothing_left = Person {
        lost: Lost {
            all: true,
            ..Lost::default()
        },
        ..cast::example()
    };
    let people = vec![nothing_left, lost_all().person, stolen().person];
    stage.say(Update::Found {
        serial,
        found: Ok(Found {
            people,
            ..Found::default()
        }),
    });
}

fn page(stage: &mut Stage) {
    open(stage, lost_all());
}

/// A standby key was made while the person was not there.
fn page_waiting(stage: &mut Stage) {
    let mut detail = cast::detail();
    let mut standby = detail.credentials[0].clone();
    standby.id.0.push(1);
    standby.held.waiting_since = Some(cast::ago(60 * 24 * 3));
    detail.credentials.insert(0, standby);
    open(stage, detail);
}

fn page_stolen(stage: &mut Stage) {
    open(stage, stolen());
    stage.press(KeyCode::Down);
}

fn begun(stage: &mut Stage) -> (Person, Owned) {
    open(stage, cast::detail());
    stage.press(KeyCode::Char('l'));
    let person = cast::main_admin();
    stage.run(Event::Began {
        job: Job::Loss {
            loss: LossJob::Suspend,
            person: person.clone(),
        },
    });
    stage.run(Event::Step {
        step: Step::Confirm,
    });
    let mut detail = cast::detail();
    (person, Owned::Key(detail.credentials.swap_remove(0)))
}

fn suspend(stage: &mut Stage) {
    let (person, owned) = begun(stage);
    stage.ask(Question::Loss(LossQuestion::Suspend {
        person,
        owned: Box::new(owned),
        offered: SuspendedWhy::REPORTED.to_vec(),
        is_last: false,
        is_offline: false,
    }));
}

fn suspend_offline(stage: &mut Stage) {
    let (person, owned) = begun(stage);
    stage.ask(Question::Loss(LossQuestion::Suspend {
        person,
        owned: Box::new(owned),
        offered: SuspendedWhy::REPORTED.to_vec(),
        is_last: true,
        is_offline: true,
    }));
    stage.press(KeyCode::Char('2'));
}

fn choose(stage: &mut Stage) {
    let (person, _) = begun(stage);
    stage.ask(Question::Loss(LossQuestion::Choose {
        person,
        owned: stolen().owned(),
        lifts: false,
    }));
    stage.press(KeyCode::Down);
}

fn ended(stage: &mut Stage, why: SuspendedWhy, push: PushState) {
    suspend(stage);
    stage.press(KeyCode::Enter);
    stage.step(Step::Confirm, Note::None);
    stage.step(Step::Record, Note::None);
    let mut detail = cast::detail();
    stage.end(Ending::Loss {
        person: cast::main_admin(),
        result: LossResult::Suspended {
            owned: Box::new(Owned::Key(detail.credentials.swap_remove(0))),
            why,
            is_last: why != SuspendedWhy::Lost,
            push,
        },
    });
}

fn done(stage: &mut Stage) {
    ended(stage, SuspendedWhy::Lost, PushState::Accepted);
}

fn queued(stage: &mut Stage) {
    ended(stage, SuspendedWhy::Stolen, PushState::Queued);
}

fn lifting(stage: &mut Stage) {
    open(stage, lost_all());
    stage.press(KeyCode::Char('f'));
    let mut person = lost_all();
    let sort = person.owned().swap_remove(0).sort();
    person.person.keys = 1;
    stage.run(Event::Began {
        job: Job::Loss {
            loss: LossJob::Lift { sort },
            person: person.person,
        },
    });
}

fn lift(stage: &mut Stage) {
    lifting(stage);
    stage.run(Event::Challenge {
        expires_at: stage.now.wall + SignedDuration::from_secs(250),
    });
    stage.step(
        Step::Identify,
        Note::Identified {
            identification: cast::identification(),
        },
    );
    stage.step(
        Step::Key,
        Note::Key {
            key: cast::used_key(),
        },
    );
    stage.step(Step::Pin, Note::Verified);
    stage.run(Event::Step { step: Step::Test });
    stage.run(Event::Touch {
        key: cast::used_key(),
        nth: 1,
        of: 1,
        until: stage.now.wall + SignedDuration::from_secs(27),
    });
    stage.run(Event::Alive { touch: true });
}

/// By another document than the last time.
fn lifted(stage: &mut Stage) {
    lifting(stage);
    stage.run(Event::IdentifiedBefore {
        before: cast::identified_before(),
    });
    stage.end(Ending::Loss {
        person: cast::main_admin(),
        result: LossResult::Lifted {
            owned: Box::new(lost_all().owned().swap_remove(0)),
        },
    });
}

fn never(stage: &mut Stage) {
    lifting(stage);
    let over: Timestamp = cast::ago(60 * 24 * 3);
    stage.end(Ending::Stopped {
        stop: Stop::RegistryRefused {
            code: "never-lifted".to_owned(),
            detail: WhyNot {
                words: String::new(),
                why: Some(Box::new(Because::Both {
                    first: Box::new(Because::RunOut {
                        factor: "YubiKey 5 NFC".to_owned(),
                        at: over,
                    }),
                    then: Box::new(Because::NewOneFrom {
                        may: WhoMay::replaces(PersonKind::MainAdministrator),
                    }),
                })),
            },
        },
        remains: Remains::Nothing,
    });
}
