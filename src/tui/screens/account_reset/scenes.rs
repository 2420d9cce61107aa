//! Scenes about the reset of an account, and what they are made of.

pub mod ended;
pub mod prepared;

use jiff::SignedDuration;
use ratatui::crossterm::event::KeyCode;
use uuid::Uuid;

use crate::domain::account_reset::{ResetReason, ResetState};
use crate::domain::act::{Act, Deed, Going, LookedAt, Party, ResetTerms};
use crate::domain::authority::Role;
use crate::domain::suspension::FactorSort;
use crate::domain::visit::{Held, Suspended, SuspendedWhy};
use crate::domain::{AccountResetId, Bytes, Lost, OperatorId, Person, VisitId};
use crate::station::face::{Found, HomeView, PeopleView, Update};
use crate::tui::scenes::{Scene, Stage, cast};
use crate::wire::{
    AccountReset, AccountResetDone, EarlierReset, FactorUse, Operator, PersonDetail, PutTo,
    ResetFacts, Visit,
};
use crate::workflow::dialogue::{
    AccountResetJob, AccountResetQuestion, AccountResetResult, Ending, Event, Job, Note, Question,
    Step,
};

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("person-reset-ask", page_ask),
    ("person-reset-desk", page_desk),
    ("person-of-desk", page_of_desk),
    ("person-reset-waits", page_waits),
    ("person-reset-released", page_released),
    ("person-reset-own", page_released_own),
    ("account-reset-why", why),
    ("account-reset-remark", remark),
    ("account-reset-ask", ask),
    ("account-reset-ask-long", ask_long),
    ("account-reset-key", key),
    ("account-reset-touch", touch),
    ("account-reset-asked", asked),
    ("account-reset-release", release),
    ("account-reset-wrong-name", wrong_name),
    ("account-reset-refuse", refuse),
    ("account-reset-release-touch", release_touch),
    ("account-reset-released", released),
    ("account-reset-refused", refused),
    ("account-reset-carry-out", carry_out),
    ("account-reset-done", done),
];

/// Who asks.
pub fn agent() -> Operator {
    named("op-7", "S. Service", Role::CustomerService)
}

/// Who releases.
pub fn second() -> Operator {
    named("op-8", "K. Second", Role::CustomerService)
}

fn named(id: &str, name: &str, role: Role) -> Operator {
    Operator {
        id: OperatorId::new(id),
        name: name.to_owned(),
        role,
    }
}

/// What an agent sees at home.
pub fn home(resets: Vec<AccountReset>) -> HomeView {
    let home = cast::home();
    let people = home.people.map(|people| PeopleView { resets, ..people });
    HomeView { people, ..home }
}

pub(super) fn reset(number: u128, person: Person, by: Operator, minutes: i64) -> AccountReset {
    let asked_at = cast::ago(minutes);
    AccountReset {
        id: AccountResetId(Uuid::from_u128(number)),
        person,
        reason: ResetReason::Stolen,
        remark: "bag stolen on the train, reported to the police".to_owned(),
        ticket: Some("CS-20417".to_owned()),
        state: ResetState::Requested,
        asked_by: Some(by),
        administrator: None,
        by_code: false,
        ripe_at: None,
        objector: None,
        station: Some("Help desk 2".to_owned()),
        asked_at,
        until: asked_at + SignedDuration::from_hours(4),
        released_by: None,
        ended_by: None,
        refused_by: None,
        ended_at: None,
        away: false,
        exception: None,
    }
}

/// One of each kind.
pub fn resets() -> Vec<AccountReset> {
    let of = |number, person, by, minutes| reset(number, person, by, minutes);
    let mut released = of(4, cast::main_admin(), agent(), 31);
    released.state = ResetState::Released;
    released.released_by = Some(second());
    released.until = cast::ago(-42);
    let mut refused = of(5, cast::unaffiliated(), second(), 60 * 26);
    refused.state = ResetState::Refused;
    refused.ended_by = Some(agent());
    refused.ended_at = Some(cast::ago(60 * 25));
    vec![
        of(1, cast::unaffiliated(), second(), 134),
        of(2, cast::main_admin(), second(), 6),
        of(3, cast::unaffiliated(), agent(), 12),
        released,
        refused,
    ]
}

/// The main administrator, whose only key was stolen.
pub(super) fn lost_all() -> PersonDetail {
    let mut detail = cast::detail();
    detail.factors.clear();
    detail.credentials[0].held = Held {
        suspended: Some(Suspended {
            at: cast::ago(55),
            why: SuspendedWhy::Stolen,
        }),
        ..Held::default()
    };
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

pub(in crate::tui) fn open(stage: &mut Stage, operator: Operator, detail: PersonDetail) {
    stage.sign_in_as(operator, home(Vec::new()));
    stage.type_text("exam");
    let serial = stage.model.desk.find.serial;
    let people = vec![detail.person.clone()];
    stage.say(Update::Found {
        serial,
        found: Ok(Found {
            people,
            ..Found::default()
        }),
    });
    stage.press(KeyCode::Enter);
    stage.say(Update::Opened(Box::new(detail)));
}

fn page_ask(stage: &mut Stage) {
    open(stage, agent(), lost_all());
}

/// Somebody of the help desk can't ask.
fn page_desk(stage: &mut Stage) {
    open(stage, cast::operator(), lost_all());
}

/// An agent looks at somebody whom only the help desk gives something.
fn page_of_desk(stage: &mut Stage) {
    let person = cast::example();
    open(
        stage,
        agent(),
        PersonDetail {
            person,
            ..lost_all()
        },
    );
}

fn with_reset(state: ResetState) -> PersonDetail {
    let mut detail = lost_all();
    let mut open = reset(3, detail.person.clone(), agent(), 12);
    if state == ResetState::Released {
        open.state = state;
        open.released_by = Some(second());
        open.until = cast::ago(-57);
    }
    detail.reset = Some(Box::new(open));
    detail
}

/// A second agent, whom the banner tells of it.
fn page_waits(stage: &mut Stage) {
    let detail = with_reset(ResetState::Requested);
    let waiting = detail.reset.as_deref().cloned();
    open(stage, second(), detail);
    stage.say(Update::Home(std::sync::Arc::new(home(
        waiting.into_iter().collect(),
    ))));
}

/// The help desk carries it out.
fn page_released(stage: &mut Stage) {
    open(stage, agent(), with_reset(ResetState::Released));
}

/// Whoever released it does not.
fn page_released_own(stage: &mut Stage) {
    open(stage, second(), with_reset(ResetState::Released));
}

pub(super) fn party(id: &str, name: &str) -> Party {
    Party {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

pub(super) fn terms() -> ResetTerms {
    let person = cast::main_admin();
    let visit = VisitId(Uuid::nil());
    ResetTerms {
        reset: AccountResetId(Uuid::from_u128(3)),
        person: party(person.id.as_str(), &person.name),
        organisation: Some(party("o-2", "Example Barge Line")),
        factors: vec![
            going(FactorSort::Key, "YubiKey 5 NFC", Some("28461397")),
            going(FactorSort::App, "authenticator app", None),
        ],
        others: None,
        reason: ResetReason::Stolen,
        remark: "bag stolen on the train, reported to the police; the phone was in it as well"
            .to_owned(),
        ticket: Some("CS-20417".to_owned()),
        identified: Some(LookedAt {
            visit,
            how: cast::identification().to_string(),
            by: party("op-7", &agent().name),
            station: party("s-1", "Help desk 2"),
            at: cast::ago(3),
        }),
        away: None,
    }
}

fn going(sort: FactorSort, name: &str, serial: Option<&str>) -> Going {
    Going {
        sort,
        id: "f-1".to_owned(),
        name: name.to_owned(),
        serial: serial.map(str::to_owned),
    }
}

pub(super) fn asks(terms: ResetTerms) -> Act {
    Act {
        signer: party("op-7", &agent().name),
        deed: Deed::AskReset { terms },
        ..cast::act()
    }
}

fn releases() -> Act {
    Act {
        signer: party("op-8", &second().name),
        deed: Deed::ReleaseReset {
            terms: terms(),
            asked_by: party("op-7", &agent().name),
            asked: Bytes::default(),
            signature: Bytes::default(),
        },
        ..cast::act()
    }
}

pub(super) fn facts() -> ResetFacts {
    let used = |factor: &Going, waiting, days: Option<i64>| FactorUse {
        factor: factor.clone(),
        waiting,
        last_tested_at: days.map(|days| cast::ago(60 * 24 * days)),
    };
    let factors = terms().factors;
    ResetFacts {
        factors: vec![
            used(&factors[0], false, Some(19)),
            used(&factors[1], false, None),
        ],
        earlier: vec![EarlierReset {
            state: ResetState::CarriedOut,
            reason: ResetReason::Lost,
            asked_at: cast::ago(60 * 24 * 40),
            asked_by: "K. Second".to_owned(),
            put_to: Vec::new(),
            ended_by: None,
            said_by: None,
        }],
        put_to: Vec::new(),
        ticket_seen_at: None,
        asked_lately: 1,
    }
}

/// Everything that can be said, and more than fits on a small screen.
fn all_facts() -> ResetFacts {
    let mut facts = facts();
    facts.factors[1].waiting = true;
    let before = facts.earlier[0].clone();
    facts.earlier.resize(6, before);
    facts.earlier[1].state = ResetState::Withdrawn;
    let put = PutTo {
        agent: "K. Second".to_owned(),
        at_desk_of: Some(agent().name),
        at: cast::ago(60),
    };
    facts.earlier[1].put_to = vec![put.clone()];
    facts.put_to = vec![put];
    facts.earlier[2].state = ResetState::Refused;
    facts.earlier[2].ended_by = Some("K. Second".to_owned());
    facts.earlier[2].said_by = Some(agent().name);
    facts.ticket_seen_at = Some(cast::ago(60 * 24));
    facts.asked_lately = 5;
    facts
}

pub(super) fn begin(stage: &mut Stage, what: AccountResetJob) {
    let person = lost_all().person;
    stage.run(Event::Began {
        job: Job::AccountReset { what, person },
    });
}

pub(super) fn identified(stage: &mut Stage) {
    let note = Note::Identified {
        identification: cast::identification(),
    };
    stage.step(Step::Identify, note);
    stage.run(Event::Step {
        step: Step::Confirm,
    });
}

pub(super) fn question(stage: &mut Stage, question: AccountResetQuestion) {
    stage.ask(Question::AccountReset(question));
}

fn why(stage: &mut Stage) {
    page_ask(stage);
    stage.press(KeyCode::Char('v'));
    begin(stage, AccountResetJob::Ask);
    identified(stage);
    let person = lost_all().person;
    question(stage, AccountResetQuestion::Why { person });
}

fn remark(stage: &mut Stage) {
    why(stage);
    stage.press(KeyCode::Char('2'));
    stage.press(KeyCode::Enter);
    stage.type_text("bag stolen on the train, reported to the police; the phone was in it as well");
    stage.press(KeyCode::Enter);
    stage.type_text("CS-20417");
}

fn ask(stage: &mut Stage) {
    remark(stage);
    stage.press(KeyCode::Enter);
    question(
        stage,
        AccountResetQuestion::Ask {
            act: Box::new(asks(terms())),
            facts: Box::new(facts()),
        },
    );
}

fn ask_long(stage: &mut Stage) {
    why(stage);
    let mut terms = terms();
    terms.remark = "a very long word to the second agent "
        .repeat(5)
        .trim()
        .to_owned();
    question(
        stage,
        AccountResetQuestion::Ask {
            act: Box::new(asks(terms)),
            facts: Box::new(all_facts()),
        },
    );
    stage.press(KeyCode::Down);
}

/// The agent's own key is to be chosen.
fn key(stage: &mut Stage) {
    ask(stage);
    signing(stage, asks(terms()));
    stage.ask(Question::ChooseKey {
        keys: vec![cast::fresh_key(), cast::used_key()],
    });
    stage.press(KeyCode::Down);
}

fn signing(stage: &mut Stage, act: Act) {
    stage.press(KeyCode::Enter);
    stage.run(Event::StepDone {
        step: Step::Confirm,
        note: Note::None,
    });
    stage.run(Event::Signing { act });
    stage.run(Event::Step { step: Step::Key });
}

fn touched(stage: &mut Stage, act: Act) {
    signing(stage, act);
    let key = cast::used_key();
    stage.step(Step::Key, Note::Key { key: key.clone() });
    stage.step(Step::Pin, Note::Verified);
    stage.run(Event::Step { step: Step::Test });
    stage.run(Event::Touch {
        key,
        nth: 1,
        of: 1,
        until: stage.now.wall + SignedDuration::from_secs(27),
    });
    stage.run(Event::Alive { touch: true });
}

fn touch(stage: &mut Stage) {
    ask(stage);
    touched(stage, asks(terms()));
}

pub(super) fn end(stage: &mut Stage, result: AccountResetResult) {
    stage.end(Ending::AccountReset {
        person: cast::main_admin(),
        result,
    });
}

fn asked(stage: &mut Stage) {
    touch(stage);
    let reset = Box::new(reset(3, cast::main_admin(), agent(), 0));
    end(stage, AccountResetResult::Asked { reset });
}

fn releasing(stage: &mut Stage, wrong: bool) {
    stage.sign_in_as(second(), home(resets()));
    stage.press(KeyCode::F(11));
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Enter);
    begin(stage, AccountResetJob::Release);
    stage.run(Event::Step {
        step: Step::Confirm,
    });
    question(
        stage,
        AccountResetQuestion::Release {
            act: Box::new(releases()),
            facts: Box::new(facts()),
            wrong,
        },
    );
}

fn release(stage: &mut Stage) {
    releasing(stage, false);
    stage.type_text("exam");
}

fn wrong_name(stage: &mut Stage) {
    releasing(stage, true);
}

fn refuse(stage: &mut Stage) {
    releasing(stage, false);
    stage.press(KeyCode::Enter);
}

fn release_touch(stage: &mut Stage) {
    releasing(stage, false);
    stage.type_text("example");
    touched(stage, releases());
}

fn released(stage: &mut Stage) {
    release_touch(stage);
    let mut reset = reset(3, cast::main_admin(), agent(), 12);
    reset.state = ResetState::Released;
    let reset = Box::new(reset);
    end(stage, AccountResetResult::Released { reset });
}

fn refused(stage: &mut Stage) {
    refuse(stage);
    stage.press(KeyCode::Enter);
    let mut reset = reset(3, cast::main_admin(), agent(), 12);
    reset.state = ResetState::Refused;
    let reset = Box::new(reset);
    end(stage, AccountResetResult::Refused { reset });
}

fn carry_out(stage: &mut Stage) {
    page_released(stage);
    stage.press(KeyCode::Char('v'));
    begin(stage, AccountResetJob::CarryOut);
    identified(stage);
    let detail = with_reset(ResetState::Released);
    let owned = detail.owned();
    let Some(reset) = detail.reset else {
        return;
    };
    question(stage, AccountResetQuestion::CarryOut { reset, owned });
}

fn done(stage: &mut Stage) {
    carry_out(stage);
    stage.press(KeyCode::Enter);
    stage.step(Step::Confirm, Note::None);
    stage.step(Step::Push, Note::None);
    let Some(visit) = visit() else {
        return;
    };
    let mut reset = reset(3, cast::main_admin(), agent(), 12);
    reset.state = ResetState::CarriedOut;
    let done = AccountResetDone {
        reset,
        deleted: terms().factors,
        visit,
    };
    let done = Box::new(done);
    end(stage, AccountResetResult::CarriedOut { done });
}

fn visit() -> Option<Visit> {
    cast::detail_in_visit().visit
}
