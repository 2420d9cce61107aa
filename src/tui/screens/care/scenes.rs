//! Scenes of one key: its page, tests, PINs, settings, what it holds, fingers.

use ratatui::crossterm::event::KeyCode;

use crate::domain::care::{
    Care, FingerSample, Fingerprint, Management, PinOrigin, Portrait, Readiness, SampleFault,
    Setting, StepOutcome, StoredCredential, TestReport, TestStep, TestedStep, oddities,
};
use crate::domain::history::{Handling, HistoryLine};
use crate::domain::models::Models;
use crate::domain::reason::{Skip, Why};
use crate::domain::returned::{Changed, Credential, Held, IsIt, Returned, Standing};
use crate::domain::{Bytes, KeyFacts, Pin};
use crate::record::Remains;
use crate::station::face::{HandedPin, KeyView, Update};
use crate::tui::scenes::{Scene, Stage, cast};
use crate::workflow::Stake;
use crate::workflow::dialogue::{
    CareJob, CareResult, Ending, Event, HeldCredential, Job, Note, Question, Removal, Step,
};
use crate::workflow::{Decider, Stop};

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("key-page", page),
    ("key-tested", tested),
    ("key-returned", returned),
    ("key-returned-another", another),
    ("key-pin-by-lot", by_lot),
    ("key-settings", settings),
    ("key-settings-sure", sure),
    ("key-credentials", credentials),
    ("key-rename", rename),
    ("key-remove", remove),
    ("key-fingers", fingers),
    ("key-finger", finger),
    ("key-strands", strands),
];

fn portrait() -> Portrait {
    let texts = |all: &[&str]| {
        all.iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    let mut portrait = Portrait::of_facts(cast::used_key());
    portrait.device_version = Some([5, 4, 3]);
    portrait.extensions = texts(&["credProtect", "hmac-secret", "minPinLength"]);
    portrait.options = ["rk", "up", "clientPin", "credMgmt", "pinUvAuthToken"]
        .map(|name| (name.to_owned(), true))
        .into();
    portrait.transports = texts(&["nfc", "usb"]);
    portrait.attestation_formats = texts(&["packed"]);
    portrait.pin_protocols = vec![2, 1];
    portrait.limits.message_bytes = 1280;
    portrait.limits.credentials_in_list = Some(8);
    portrait.pin_max_length = 63;
    portrait.management = Management::Standard;
    portrait.enterprise_attestation = Readiness::NotSetUp;
    portrait
}

fn view() -> KeyView {
    let portrait = portrait();
    let models = Models::shipped().unwrap_or_default();
    let did = |minutes, handling| HistoryLine {
        at: cast::ago(minutes),
        operator: Some(cast::operator().id),
        handling,
    };
    let done = |minutes, care| did(minutes, Handling::Cared { care });
    let whose = cast::example();
    KeyView {
        oddities: oddities(&portrait, &models),
        history: vec![
            did(
                2,
                Handling::Tested {
                    person: whose.id.clone(),
                    name: Some(whose.name.clone()),
                },
            ),
            did(
                3,
                Handling::Enrolled {
                    person: whose.id,
                    name: whose.name,
                },
            ),
            done(12, Care::Tested { report: report() }),
            done(
                40,
                Care::PinSet {
                    origin: PinOrigin::Person,
                },
            ),
            did(60, Handling::Reset { names: Vec::new() }),
        ],
        portrait,
    }
}

fn report() -> TestReport {
    let step = |step, outcome, took_ms, usual_ms| TestedStep {
        step,
        outcome,
        took_ms,
        usual_ms,
    };
    let why = Why::Skip(Skip::AlwaysVerifies);
    TestReport {
        steps: vec![
            step(TestStep::Make, StepOutcome::Passed, 410, Some(390)),
            step(TestStep::SignVerified, StepOutcome::Passed, 215, Some(220)),
            step(TestStep::SignTouched, StepOutcome::Skipped { why }, 0, None),
            step(TestStep::Exclude, StepOutcome::Passed, 120, Some(110)),
            step(TestStep::Clean, StepOutcome::Passed, 95, Some(90)),
        ],
    }
}

/// The page of the marked key.
pub(in crate::tui) fn page(stage: &mut Stage) {
    stage.sign_in(cast::home());
    stage.press(KeyCode::F(4));
    let wanted = cast::used_key().place;
    let at = stage.model.bay.iter().position(|slot| slot.place == wanted);
    for _ in 0..at.unwrap_or_default() {
        stage.press(KeyCode::Down);
    }
    stage.press(KeyCode::Enter);
    stage.say(Update::KeyOpened(Box::new(view())));
}

pub(in crate::tui) fn begun(stage: &mut Stage, key: KeyCode, care: CareJob) -> KeyFacts {
    page(stage);
    stage.press(key);
    stage.run(Event::Began {
        job: Job::Care { care },
    });
    let key = cast::used_key();
    stage.step(Step::Key, Note::Key { key: key.clone() });
    key
}

pub(in crate::tui) fn ended(stage: &mut Stage, key: KeyFacts, result: CareResult) {
    let result = Box::new(result);
    stage.run(Event::Ended {
        ending: Ending::Cared { key, result },
    });
}

pub(in crate::tui) fn tested(stage: &mut Stage) {
    let key = begun(stage, KeyCode::Char('t'), CareJob::Test);
    let care = Care::Tested { report: report() };
    ended(stage, key, CareResult::Done { care });
}

fn came_back(stage: &mut Stage, is_it: IsIt, changes: Vec<Changed>, standing: Standing) {
    let key = begun(
        stage,
        KeyCode::Char('k'),
        CareJob::CheckReturn { person: None },
    );
    let held = match is_it {
        IsIt::Same { signed: true } => Held::Signed,
        IsIt::Same { signed: false } => Held::Shown,
        IsIt::Another { .. } | IsIt::Unsure { .. } => Held::Not,
    };
    let returned = Returned {
        is_it,
        since: Some(cast::ago(60 * 24 * 40)),
        changes,
        credentials: vec![Credential {
            person: cast::example().name,
            held,
            standing,
        }],
        registry: true,
    };
    let returned = Box::new(returned);
    ended(stage, key, CareResult::Returned { returned });
}

fn returned(stage: &mut Stage) {
    let changes = vec![
        Changed::Gone {
            person: cast::main_admin().name,
        },
        Changed::PinExpired,
    ];
    came_back(
        stage,
        IsIt::Same { signed: true },
        changes,
        Standing::Suspended,
    );
}

fn another(stage: &mut Stage) {
    let of = Some(cast::main_admin().name);
    came_back(stage, IsIt::Another { of }, Vec::new(), Standing::Valid);
}

pub(in crate::tui) fn by_lot(stage: &mut Stage) {
    let key = begun(stage, KeyCode::Char('r'), CareJob::ChangePin);
    stage.run(Event::Step { step: Step::Pin });
    if let Ok(pin) = Pin::new("7KX4MQ9R", 4) {
        let pin = HandedPin::new(pin);
        stage.say(Update::HandOver { key, pin });
    }
}

pub(in crate::tui) fn settings(stage: &mut Stage) {
    let key = begun(stage, KeyCode::Char('s'), CareJob::Configure);
    stage.ask(Question::Settings {
        key,
        offered: vec![
            Setting::MinPinLength {
                length: 8,
                rp_ids: Vec::new(),
            },
            Setting::ForcePinChange,
            Setting::AlwaysUv { on: true },
            Setting::EnterpriseAttestation,
        ],
    });
    stage.press(KeyCode::Down);
}

pub(in crate::tui) fn sure(stage: &mut Stage) {
    let key = begun(stage, KeyCode::Char('s'), CareJob::Configure);
    let settings = vec![Setting::EnterpriseAttestation];
    stage.ask(Question::ConfirmSettings { key, settings });
}

fn held(id: u8, name: &str, rp_id: &str, stake: Stake) -> HeldCredential {
    HeldCredential {
        credential: StoredCredential {
            id: Bytes(vec![id; 16]),
            rp_id: rp_id.to_owned(),
            rp_id_hash: Bytes(vec![id; 32]),
            user_handle: Bytes(vec![id]),
            user_name: Some(name.to_owned()),
            display_name: None,
        },
        stake,
    }
}

pub(in crate::tui) fn credentials(stage: &mut Stage) {
    let key = begun(stage, KeyCode::Char('c'), CareJob::Credentials);
    let person = Box::new(cast::example());
    stage.ask(Question::Credentials {
        key,
        held: vec![
            held(1, "p.example", "login.example", Stake::Account { person }),
            held(2, "pat", "mail.elsewhere.example", Stake::Nobody),
        ],
        free_slots: Some(23),
    });
    stage.press(KeyCode::Down);
}

pub(in crate::tui) fn rename(stage: &mut Stage) {
    credentials(stage);
    stage.press(KeyCode::Char('n'));
    stage.type_text("Pat from work");
}

pub(in crate::tui) fn remove(stage: &mut Stage) {
    let key = begun(stage, KeyCode::Char('c'), CareJob::Credentials);
    let held = held(2, "pat", "mail.elsewhere.example", Stake::Nobody);
    stage.ask(Question::ConfirmRemoval {
        key,
        what: Removal::Credential { held },
    });
}

pub(in crate::tui) fn fingers(stage: &mut Stage) {
    let key = begun(stage, KeyCode::Char('f'), CareJob::Fingerprints);
    let finger = |id, name: Option<&str>| Fingerprint {
        id: Bytes(vec![0, id]),
        name: name.map(str::to_owned),
    };
    stage.ask(Question::Fingerprints {
        key,
        list: vec![finger(1, Some("right thumb")), finger(2, None)],
    });
}

pub(in crate::tui) fn finger(stage: &mut Stage) {
    let key = begun(stage, KeyCode::Char('f'), CareJob::Fingerprints);
    stage.run(Event::Step { step: Step::Finger });
    let sample = Some(FingerSample {
        fault: Some(SampleFault::PoorQuality),
        remaining: 3,
    });
    stage.run(Event::Finger { key, sample });
}

pub(in crate::tui) fn strands(stage: &mut Stage) {
    begun(stage, KeyCode::Char('c'), CareJob::Credentials);
    let stop = Stop::Strands {
        account: "M. Example (Example Shipping, login.example)".to_owned(),
        may: Decider::Enroller,
    };
    stage.run(Event::Ended {
        ending: Ending::Stopped {
            stop,
            remains: Remains::Nothing,
        },
    });
}
