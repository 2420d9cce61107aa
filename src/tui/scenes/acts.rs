//! What scenes are put together from: signing in, beginning an enrolment, going on to its next step.

use std::sync::Arc;

use jiff::SignedDuration;
use ratatui::crossterm::event::KeyCode;

use super::{Stage, cast};
use crate::domain::models::Models;
use crate::domain::policy::{Circumstances, Policy, REGISTRY_ALGORITHMS, Verdict, judge};
use crate::domain::{KeyFacts, Person};
use crate::record::Remains;
use crate::station::face::{Found, HomeView, SigningIn, Update};
use crate::wire::Operator;
use crate::workflow::dialogue::{Ending, Event, Job, Note, Question, Step};

impl Stage {
    /// The station has said what it says at the start.
    pub fn arrive(&mut self, home: HomeView) {
        self.say(Update::Bay(cast::bay()));
        self.say(Update::Home(Arc::new(home)));
    }

    /// The operator is signed in.
    pub fn sign_in(&mut self, home: HomeView) {
        self.sign_in_as(cast::operator(), home);
    }

    /// Another one is.
    pub fn sign_in_as(&mut self, operator: Operator, home: HomeView) {
        self.arrive(home.clone());
        self.press(KeyCode::Enter);
        self.door(Event::Began { job: Job::SignIn });
        self.say(Update::Operator(Some(operator)));
        self.door(Event::Ended {
            ending: Ending::SignedIn,
        });
        self.say(Update::Home(Arc::new(home)));
    }

    /// Something happens in the sign-in.
    pub fn door(&mut self, event: Event) {
        self.say(Update::SigningIn(SigningIn::Event(event)));
    }

    pub fn door_asks(&mut self, question: Question) {
        self.say(Update::SigningIn(SigningIn::Question(question)));
    }

    /// Something happens in the run.
    pub fn run(&mut self, event: Event) {
        self.say(Update::Run(event));
    }

    pub fn ask(&mut self, question: Question) {
        self.say(Update::Question(question));
    }

    /// A step is taken and ends with that note.
    pub fn step(&mut self, step: Step, note: Note) {
        self.run(Event::Step { step });
        self.run(Event::StepDone { step, note });
    }

    /// An enrolment has begun for that person, from their page.
    pub fn begin(&mut self, person: Person) {
        self.sign_in(cast::home());
        self.type_text("exam");
        let serial = self.model.desk.find.serial;
        self.say(Update::Found {
            serial,
            found: Ok(Found {
                people: vec![person.clone()],
                ..Found::default()
            }),
        });
        self.press(KeyCode::Enter);
        self.press(KeyCode::Enter);
        self.run(Event::Began {
            job: Job::Enrol {
                person: person.clone(),
            },
        });
        let expires_at = cast::ago(-4) + SignedDuration::from_secs(12);
        self.run(Event::Challenge { expires_at });
        self.run(Event::Step {
            step: Step::Identify,
        });
        let methods = Vec::new();
        self.ask(Question::Identify { person, methods });
    }

    /// The person has been identified and the key is to be chosen.
    pub fn until_key(&mut self) {
        self.begin(cast::example());
        self.identified();
    }

    pub fn identified(&mut self) {
        self.step(
            Step::Identify,
            Note::Identified {
                identification: cast::identification(),
            },
        );
        self.run(Event::Step { step: Step::Key });
    }

    /// The key has been chosen and checked.
    pub fn until_pin(&mut self, key: &KeyFacts) {
        self.until_key();
        self.checked(key);
    }

    pub fn checked(&mut self, key: &KeyFacts) {
        self.step(Step::Key, Note::Key { key: key.clone() });
        let verdict = verdict(key, &cast::example(), None);
        self.step(Step::Check, Note::Verdict { verdict });
        self.run(Event::Step { step: Step::Pin });
    }

    /// The PIN has been set and the key waits for its first touch.
    pub fn until_touch(&mut self, key: &KeyFacts) {
        self.until_pin(key);
        self.run(Event::Leaves {
            remains: Remains::Pin,
        });
        self.step(Step::Pin, Note::PinSet);
        self.run(Event::Step { step: Step::Create });
        self.touch(key, 1);
    }

    pub fn touch(&mut self, key: &KeyFacts, nth: u8) {
        let until = self.now.wall + SignedDuration::from_secs(27);
        self.run(Event::Touch {
            key: key.clone(),
            nth,
            of: 2,
            until,
        });
        self.run(Event::Alive { touch: true });
    }

    pub fn until_push(&mut self) {
        let key = cast::fresh_key();
        self.until_touch(&key);
        self.run(Event::TouchOver);
        self.run(Event::Leaves {
            remains: Remains::Credential,
        });
        self.run(Event::StepDone {
            step: Step::Create,
            note: Note::None,
        });
        self.run(Event::Step { step: Step::Test });
        self.touch(&key, 2);
        self.run(Event::TouchOver);
        self.run(Event::StepDone {
            step: Step::Test,
            note: Note::None,
        });
        self.step(Step::Record, Note::None);
        self.run(Event::Step { step: Step::Push });
    }

    pub fn end(&mut self, ending: Ending) {
        self.run(Event::Ended { ending });
    }
}

/// What policy says of a key.
pub fn verdict(key: &KeyFacts, person: &Person, bound_to: Option<&str>) -> Verdict {
    let models = Models::shipped().unwrap_or_default();
    let about = Circumstances {
        algorithms: &REGISTRY_ALGORITHMS,
        operators_own: false,
        person,
        discoverable_required: true,
        bound_to,
    };
    judge(key, &models, &Policy::default(), about)
}
