//! What the station says, taken into the model.

use super::desk::typeable;
use super::lock::{sign_out, unlock};
use super::{Effect, app, lock};
use crate::station::face::{Command, Found, Notice, Update};
use crate::tui::entry::{Line, SecretLine};
use crate::tui::model::{
    AppAsking, Asking, CareAsking, Coached, CurrentPin, Finger, Identify, Model, NewPin, Now, Page,
    PinComplaint, Progress, ResetAsking, Run, Touch,
};
use crate::wire::Operator;
use crate::workflow::dialogue::{Ending, Event, Job, Note, Question, Step};

pub(super) fn told(model: &mut Model, now: Now, update: Update) -> Vec<Effect> {
    match update {
        Update::Bay(bay) => model.bay = bay,
        Update::Home(home) => {
            model.home = Some(home);
            model.mark_next_expected();
        }
        Update::Operator(operator) => return operator_is(model, operator),
        Update::Found {
            serial,
            found: answer,
        } => return found(model, serial, answer),
        Update::Opened(detail) => {
            if let Some(page) = &mut model.desk.person
                && page.person.id == detail.person.id
            {
                page.person = detail.person.clone();
                page.take(detail);
            }
        }
        Update::KeyOpened(view) => {
            if matches!(&model.page, Page::Key { place, .. } if *place == view.portrait.key.place) {
                model.desk.key = Some(view);
            }
        }
        Update::HandOver { key, pin } => {
            put(model, |_| care(CareAsking::SeePin { key, pin }));
        }
        Update::Question(Question::App(question)) => match app::answered(model, &question) {
            Some(answer) => return vec![Effect::Send(Command::Answer(answer))],
            None => put(model, |_| Asking::App(Box::new(AppAsking::of(question)))),
        },
        Update::Question(question) => put(model, |run| asking(run, question)),
        Update::Run(Event::Began { job }) => return begin(model, job),
        Update::Run(Event::Ended { ending }) => return end(model, ending),
        Update::Run(event) => {
            if let Some(run) = model.runs.last_mut().filter(|run| run.ending.is_none()) {
                happened(run, now, event);
            }
        }
        Update::Batch(update) => return super::batch::told(model, *update),
        // Taken in where the clock is at hand.
        Update::Board(_) => {}
        Update::Notice(notice) => {
            model.starting = false;
            model.notice = Some(notice);
        }
    }
    model.clamp_marks();
    Vec::new()
}

fn operator_is(model: &mut Model, operator: Option<Operator>) -> Vec<Effect> {
    match operator {
        Some(operator) if model.lock.is_some() && model.expects_operator => {
            model.expects_operator = false;
            unlock(model, operator)
        }
        Some(operator) if model.expects_operator || model.operator.is_some() => {
            model.expects_operator = false;
            model.operator = Some(operator);
            if matches!(model.page, Page::SignIn | Page::Code(_)) {
                model.page = Page::Home;
            }
            Vec::new()
        }
        // A session that nobody at this screen has asked for since it was locked.
        Some(_) if model.lock.is_some() => vec![Effect::Send(Command::Lock)],
        Some(_) => vec![Effect::Send(Command::SignOut)],
        None => {
            if model.operator.is_none() {
                return Vec::new();
            }
            let goes_on = model
                .runs
                .last()
                .is_some_and(|run| run.ending.is_none() && !run.is_sign_in());
            if goes_on {
                lock::cover(model);
            } else {
                sign_out(model);
            }
            vec![Effect::Repaint]
        }
    }
}

fn found(model: &mut Model, serial: u64, answer: Result<Found, Notice>) -> Vec<Effect> {
    let find = &mut model.desk.find;
    if model.operator.is_none() || serial != find.serial || find.line.is_empty() {
        return Vec::new();
    }
    find.waiting = false;
    find.marked = 0;
    find.failed = None;
    let answer = answer.unwrap_or_else(|notice| {
        find.failed = Some(notice);
        Found::default()
    });
    find.people = answer.people;
    find.more = answer.more;
    find.from_tickets = answer.from_tickets;
    let open = std::mem::take(&mut find.open_when_found);
    match find.people.as_slice() {
        [only] if open && model.page == Page::Home => {
            let only = only.clone();
            super::desk::open(model, only)
        }
        _ => Vec::new(),
    }
}

fn begin(model: &mut Model, job: Job) -> Vec<Effect> {
    let run = Run::new(job);
    if run.is_sign_in() {
        // Over a lock the enrolment stays behind the sign-in; otherwise there is nothing to keep.
        model.runs.retain(|run| !run.is_sign_in());
        if model.lock.is_none() {
            model.runs.clear();
        }
    } else if model.operator.is_none() || model.lock.is_some() {
        return Vec::new();
    } else {
        model.runs.clear();
    }
    model.starting = false;
    model.help = false;
    model.runs.push(run);
    Vec::new()
}

/// Puts a question in the place of whatever the run was at.
fn put(model: &mut Model, asking: impl FnOnce(&mut Run) -> Asking) {
    let Some(run) = model.runs.last_mut() else {
        return;
    };
    if run.ending.is_some() || run.stopping {
        return;
    }
    run.touch = None;
    run.by_touch = false;
    run.pulled = None;
    run.finger = None;
    run.coached = None;
    run.asking = Some(asking(run));
}

fn asking(run: &mut Run, question: Question) -> Asking {
    match question {
        Question::Identify { person } => Asking::Identify(Identify {
            person,
            document: None,
            last_four: Default::default(),
            wrong: false,
        }),
        Question::ChooseKey { keys } => {
            let marked = run
                .marked_place
                .as_ref()
                .and_then(|place| keys.iter().position(|key| key.place == *place))
                .unwrap_or_default();
            Asking::ChooseKey { keys, marked }
        }
        Question::Admit { key, verdict } => Asking::Admit { key, verdict },
        Question::NewPin {
            key,
            min_length,
            refused,
        } => Asking::NewPin(NewPin {
            key,
            min_length,
            first: None,
            line: SecretLine::new(),
            complaint: refused.then_some(PinComplaint::Refused),
        }),
        Question::CurrentPin {
            key,
            retries,
            wrong,
        } => Asking::CurrentPin(CurrentPin {
            key,
            retries,
            line: SecretLine::new(),
            complaint: wrong.then_some(PinComplaint::Wrong),
        }),
        Question::Retest { key } => Asking::Retest { key },
        Question::TouchAgain { key } => Asking::TouchAgain { key },
        Question::Settings { offered, .. } => care(CareAsking::Settings { offered, marked: 0 }),
        Question::ConfirmSettings { settings, .. } => {
            care(CareAsking::ConfirmSettings { settings })
        }
        Question::Credentials {
            held, free_slots, ..
        } => care(CareAsking::Credentials {
            held,
            free_slots,
            marked: 0,
            name: None,
        }),
        Question::Fingerprints { list, .. } => care(CareAsking::Fingerprints {
            list,
            marked: 0,
            name: None,
        }),
        Question::ConfirmRemoval { what, .. } => care(CareAsking::ConfirmRemoval { what }),
        Question::App(question) => Asking::App(Box::new(AppAsking::of(question))),
        Question::ResetCase {
            losses,
            case,
            by,
            wrong,
            ..
        } => {
            let texts = [
                case.reason,
                case.ticket.unwrap_or_default(),
                case.requested_by.unwrap_or_default(),
            ];
            Asking::Reset(Box::new(ResetAsking::Case {
                losses,
                by,
                lines: texts.map(|text| {
                    let mut line = Line::default();
                    text.chars().for_each(|c| line.push(c));
                    line
                }),
                at: 0,
                wrong,
            }))
        }
        Question::ConfirmReset {
            key,
            losses,
            word,
            by,
            wrong,
        } => {
            let other = match losses.people().first() {
                Some(person) => person.id.to_string(),
                None => key.slot.to_string(),
            };
            Asking::Reset(Box::new(ResetAsking::Confirm {
                word: typeable(&word, &other),
                key,
                losses,
                by,
                line: Line::default(),
                wrong,
            }))
        }
    }
}

fn care(asking: CareAsking) -> Asking {
    Asking::Care(Box::new(asking))
}

fn happened(run: &mut Run, now: Now, event: Event) {
    match event {
        Event::Step { step } => {
            run.by_touch = false;
            run.set(step, Progress::Current);
        }
        Event::StepDone { step, note } => {
            if let Note::Key { key } = &note {
                run.key = Some(key.clone());
                run.wanted = None;
            }
            run.asking = None;
            run.finger = None;
            run.coached = None;
            run.set(step, Progress::Done(Box::new(note)));
        }
        Event::Challenge { expires_at } => run.expires_at = Some(expires_at),
        Event::Touch {
            key,
            nth,
            of,
            until,
        } => {
            run.asking = None;
            run.pulled = None;
            run.touch = Some(Touch {
                key,
                nth,
                of,
                until,
                blinking: false,
            });
        }
        Event::Alive { touch } => {
            if let Some(waiting) = &mut run.touch {
                waiting.blinking = touch;
            }
            if let Some(coached) = &mut run.coached {
                coached.alive(touch, now.wall);
            }
        }
        Event::Finger { key, sample } => {
            run.asking = None;
            run.pulled = None;
            run.finger = Some(Finger { key, sample });
        }
        Event::Coach { key, coach } => {
            run.asking = None;
            run.pulled = None;
            run.coached = Some(Coached {
                key,
                coach,
                asked: false,
                held_since: None,
            });
        }
        Event::TouchOver => {
            run.touch = None;
            run.coached = None;
        }
        Event::Pulled { key } => {
            run.asking = None;
            run.touch = None;
            run.finger = None;
            run.coached = None;
            run.pulled = Some(key);
        }
        Event::Back { key } => {
            run.pulled = None;
            run.key = Some(key);
        }
        Event::OtherKey { wanted } => run.wanted = Some(wanted),
        Event::Withdrawn => run.asking = None,
        Event::Leaves { remains } => run.leaves = remains,
        // Both are handled where the whole model is at hand.
        Event::Began { .. } | Event::Ended { .. } => {}
    }
}

fn end(model: &mut Model, ending: Ending) -> Vec<Effect> {
    close(model, ending);
    model.clamp_marks();
    Vec::new()
}

fn close(model: &mut Model, ending: Ending) {
    if std::mem::take(&mut model.starting) && model.lock.is_none() {
        // It ended before it had begun: there is no run yet to show the reason on.
        model.runs = model.wanted_job().map(Run::new).into_iter().collect();
    }
    let Some(run) = model.runs.last_mut().filter(|run| run.ending.is_none()) else {
        return;
    };
    run.asking = None;
    run.touch = None;
    run.finger = None;
    run.coached = None;
    run.pulled = None;
    run.by_touch = false;
    let cancelled_clean = matches!(
        &ending,
        Ending::Stopped { stop, remains }
            if stop.code == "cancelled" && *remains == crate::domain::change::Remains::Nothing
    );
    run.ending = Some(ending);
    if run.is_sign_in() && !matches!(run.ending, Some(Ending::SignedIn)) {
        model.expects_operator = false;
    }
    let signed_in = matches!(run.ending, Some(Ending::SignedIn));
    let hidden = model.lock.is_some() && !run.is_sign_in();
    if signed_in || cancelled_clean || hidden {
        if cancelled_clean && !hidden && !run.is_sign_in() {
            model.notice = Some(Notice {
                code: "cancelled".to_owned(),
                detail: "stopped".to_owned(),
            });
        }
        model.runs.pop();
    }
    // The enrolment ended behind the lock: what is left is an ordinary sign-in screen.
    if hidden {
        sign_out(model);
    }
}

impl Run {
    fn set(&mut self, step: Step, progress: Progress) {
        if progress == Progress::Current {
            for (known, other) in &mut self.steps {
                // A step that is taken again, with another key for instance, takes those after it back.
                if *known > step {
                    *other = Progress::Ahead;
                } else if *other == Progress::Current {
                    *other = Progress::Done(Box::new(Note::None));
                }
            }
        }
        match self.steps.iter_mut().find(|(known, _)| *known == step) {
            Some((_, known)) => *known = progress,
            // A step that the plan did not name is shown where it belongs.
            None => {
                let at = self.steps.partition_point(|(known, _)| *known < step);
                self.steps.insert(at, (step, progress));
            }
        }
    }
}
