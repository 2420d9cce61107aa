//! Scenes about a key that is lent.

use jiff::Timestamp;
use ratatui::crossterm::event::KeyCode;
use uuid::Uuid;

use crate::domain::act::{Act, Deed, LookedAt, Party};
use crate::domain::authority::Role;
use crate::domain::loan::LoanDays;
use crate::domain::visit::{Held, Suspended, SuspendedWhy};
use crate::domain::{OperatorId, Person, PersonKind, VisitId};
use crate::tui::scenes::{Scene, Stage, cast};
use crate::tui::screens::account_reset::scenes::open;
use crate::wire::{Operator, PersonDetail, Seconds};
use crate::workflow::dialogue::{
    Ending, Event, Job, LoanQuestion, Note, PushState, Question, Step,
};

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("person-forgot", page_forgot),
    ("person-lent", page),
    ("person-loan-over", page_over),
    ("loan-days", days),
    ("loan-second", second),
    ("loan-sign", sign),
    ("loan-touch", touch),
    ("lent", done),
    ("lent-queued", queued),
];

/// The working day that ends the day after tomorrow, by the clock of the scenes.
fn until() -> Timestamp {
    cast::ago(-60 * 38)
}

/// An employee whose key is elsewhere.
fn forgotten() -> PersonDetail {
    let person = Person {
        keys: 1,
        ..cast::example()
    };
    PersonDetail {
        person,
        factors: Vec::new(),
        ..cast::detail()
    }
}

fn page_forgot(stage: &mut Stage) {
    open(stage, cast::operator(), forgotten());
}

/// The own key stays as it is, and beside it stands the one that is lent.
fn lent(held: Held) -> PersonDetail {
    let mut detail = forgotten();
    let mut loan = detail.credentials[0].clone();
    loan.id.0.push(7);
    loan.key.model = "Security Key NFC by Yubico".to_owned();
    loan.enrolled_at = cast::ago(60);
    loan.held = held;
    detail.credentials.push(loan);
    detail
}

fn page(stage: &mut Stage) {
    let held = Held {
        lent_until: Some(until()),
        ..Held::default()
    };
    open(stage, cast::operator(), lent(held));
}

fn page_over(stage: &mut Stage) {
    let at = cast::ago(60 * 20);
    let held = Held {
        lent_until: Some(at),
        suspended: Some(Suspended {
            at,
            why: SuspendedWhy::LoanOver,
        }),
        ..Held::default()
    };
    open(stage, cast::operator(), lent(held));
}

fn begin(stage: &mut Stage) {
    page_forgot(stage);
    stage.press(KeyCode::Char('g'));
    let person = cast::example();
    stage.run(Event::Began {
        job: Job::Lend { person },
    });
    let identification = cast::identification();
    stage.run(Event::Step {
        step: Step::Identify,
    });
    stage.run(Event::StepDone {
        step: Step::Identify,
        note: Note::Identified { identification },
    });
    stage.run(Event::Step {
        step: Step::Confirm,
    });
}

fn days(stage: &mut Stage) {
    begin(stage);
    let person = cast::example();
    stage.ask(Question::Loan(LoanQuestion::Days { person }));
}

fn second(stage: &mut Stage) {
    begin(stage);
    let member = |id: &str, name: &str, role| Operator {
        id: OperatorId::new(id),
        name: name.to_owned(),
        role,
    };
    let seconds = Seconds {
        members: vec![
            member("op-4", "K. Second", Role::CustomerService),
            member("op-5", "S. Admin", Role::StationAdministrator),
        ],
        administrators: vec![administrator()],
    };
    let person = cast::example();
    stage.ask(Question::Loan(LoanQuestion::Second { person, seconds }));
}

/// They have come to vouch for an employee.
fn administrator() -> Person {
    Person {
        kind: PersonKind::UserAdministrator,
        name: "A. Dmin".to_owned(),
        ..cast::example()
    }
}

fn party(id: &str, name: &str) -> Party {
    Party {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

/// What a second member of staff signs.
pub fn lends() -> Act {
    let person = cast::example();
    Act {
        signer: party("op-4", "K. Second"),
        deed: Deed::Lend {
            person: party(person.id.as_str(), &person.name),
            organisation: party("o-1", "Example Shipping"),
            identified: LookedAt {
                visit: VisitId(Uuid::nil()),
                how: cast::identification().to_string(),
                by: party("op-1", "M. Bakker"),
                station: party("s-1", "Help desk 2"),
                at: cast::ago(3),
            },
            days: LoanDays::default(),
            lent_until: until(),
            operator: party("op-1", "M. Bakker"),
        },
        ..cast::act()
    }
}

fn sign(stage: &mut Stage) {
    begin(stage);
    stage.ask(Question::Loan(LoanQuestion::Sign {
        act: Box::new(lends()),
    }));
}

fn touch(stage: &mut Stage) {
    begin(stage);
    stage.run(Event::StepDone {
        step: Step::Confirm,
        note: Note::None,
    });
    stage.run(Event::Signing { act: lends() });
    stage.run(Event::Step { step: Step::Prove });
    stage.touch(&cast::used_key(), 1);
}

fn ended(stage: &mut Stage, push: PushState) {
    begin(stage);
    stage.end(Ending::Lent {
        person: cast::example(),
        key: cast::fresh_key(),
        until: until(),
        push,
    });
}

fn done(stage: &mut Stage) {
    ended(stage, PushState::Accepted);
}

fn queued(stage: &mut Stage) {
    ended(stage, PushState::Queued);
}
