//! What the station says, taken into the model.

use crate::domain::account_reset::ResetState;
use crate::domain::stop_code::StopCode;
use crate::domain::{AccountResetId, KeyFacts};
use crate::record::Remains;
use crate::station::face::{Command, HandedPin, Remark, Update};
use crate::tui::entry::SecretLine;
use crate::tui::model::{
    AccountResetAsking, AppAsking, Asking, CareAsking, Coached, CurrentPin, Finger, Identify,
    LoanAsking, LossAsking, Model, NewPin, Now, OwnKey, Page, Phase, PinComplaint, Progress,
    ResetAsking, Run, Starting, Touch,
};
use crate::tui::screens::{account_reset, batch, clamp_marks, door, home, person};
use crate::tui::update::Effect;
use crate::workflow::dialogue::{Ending, Event, Job, Note, Question, Step};

/// While somebody is signed in.
pub fn told(model: &mut Model, now: Now, update: Update) -> Vec<Effect> {
    match update {
        Update::Bay(bay) => model.bay = bay,
        Update::Home(home) => {
            let before = resets_of_page(model);
            door::lock::know(model, home);
            // What somebody else did about the person whose page is open.
            if model.work.is_none() && resets_of_page(model) != before {
                return look_again(model);
            }
        }
        Update::Operator(operator) => return door::lock::operator_is(model, operator),
        // The last words of the one that let this operator in.
        Update::SigningIn(said) => door::signing_in(model, now, said),
        Update::Found {
            serial,
            found: answer,
        } => return home::found(model, serial, answer),
        Update::Opened(detail) => {
            model.mine.opened(&detail);
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
        Update::HandOver { key, pin } => put(&mut model.work, |_| hand_over(key, pin)),
        Update::Question(Question::App(question)) => match person::answered(model, &question) {
            Some(answer) => return vec![Effect::Send(Command::Answer(answer))],
            None => put(&mut model.work, |_| {
                Asking::App(Box::new(AppAsking::of(question)))
            }),
        },
        Update::Question(question) => {
            put(&mut model.work, |run| asking(run, question));
            account_reset::take_up(model);
        }
        Update::Run(Event::Began { job }) => begin(model, job),
        Update::Run(event) => {
            let has_ended = matches!(event, Event::Ended { .. });
            run_on(model, now, event);
            if has_ended && model.work.is_none() {
                clamp_marks(model);
                return look_again(model);
            }
        }
        Update::Batch(update) => return batch::told(model, *update),
        // Taken in where the clock is at hand.
        Update::Board(_) => {}
        Update::Remark(remark) => {
            model.starting = None;
            model.remark = Some(remark);
        }
    }
    clamp_marks(model);
    Vec::new()
}

/// Where the resets stand that the list has of the person whose page is open.
fn resets_of_page(model: &Model) -> Vec<(AccountResetId, ResetState, bool)> {
    let (Page::Person, Some(page)) = (&model.page, &model.desk.person) else {
        return Vec::new();
    };
    let theirs = model.resets().iter();
    theirs
        .filter(|reset| reset.person.id == page.person.id)
        .map(|reset| (reset.id, reset.state, reset.ripe_at.is_some()))
        .collect()
}

/// What a run changed before it was stopped shows at once on the page from which it was started.
pub fn look_again(model: &Model) -> Vec<Effect> {
    let open = model.page.opened_anew(&model.desk);
    open.map(Effect::Send).into_iter().collect()
}

/// The run at the desk goes on, seen or not.
pub fn run_on(model: &mut Model, now: Now, event: Event) {
    match event {
        Event::Ended { ending } => close(model, ending),
        Event::Visiting {
            person,
            name,
            until,
        } => model.mine.visits(person, name, until),
        event => {
            if let Some(run) = model.work.as_mut().filter(|run| !run.is_over()) {
                happened(run, now, event);
            }
        }
    }
}

fn begin(model: &mut Model, job: Job) {
    model.starting = None;
    model.help = false;
    let operator = model.operator.as_ref().map(|operator| operator.id.clone());
    let own = operator.zip(model.own_key.clone());
    model.work = Some(Run {
        own: own.map(|(operator, key)| OwnKey { operator, key }),
        ..Run::new(job)
    });
}

/// Puts a question in the place of whatever a run was at.
pub fn put(run: &mut Option<Run>, asking: impl FnOnce(&mut Run) -> Asking) {
    let Some(run) = run.as_mut().filter(|run| !run.is_over() && !run.stopping) else {
        return;
    };
    run.phase = Phase::Asking(asking(run));
}

/// The random PIN, until it is noted.
pub fn hand_over(key: KeyFacts, pin: HandedPin) -> Asking {
    care(CareAsking::SeePin { key, pin })
}

/// A question as it is first shown.
pub fn asking(run: &mut Run, question: Question) -> Asking {
    match question {
        Question::Identify { person, methods } => Asking::Identify(Identify {
            person,
            methods,
            method: None,
            document: None,
            last_four: Default::default(),
            wrong: false,
        }),
        Question::ChooseKey { keys } => {
            let marked = super::mark::first(run, &keys);
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
            complaint: refused.map(PinComplaint::Refused),
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
            marked: run.marked_line.min(held.len().saturating_sub(1)),
            held,
            free_slots,
            name: None,
        }),
        Question::Fingerprints { list, .. } => care(CareAsking::Fingerprints {
            marked: run.marked_line.min(list.len().saturating_sub(1)),
            list,
            name: None,
        }),
        Question::ConfirmRemoval { what, .. } => care(CareAsking::ConfirmRemoval { what }),
        Question::App(question) => Asking::App(Box::new(AppAsking::of(question))),
        Question::AccountReset(question) => {
            Asking::AccountReset(Box::new(AccountResetAsking::of(question)))
        }
        Question::Loan(question) => Asking::Loan(Box::new(LoanAsking::of(question))),
        Question::Loss(question) => Asking::Loss(Box::new(LossAsking::of(question))),
        Question::ResetCase {
            losses,
            case,
            by,
            wrong,
            ..
        } => Asking::Reset(Box::new(ResetAsking::of_case(case, losses, (by, wrong)))),
        Question::ConfirmReset {
            key,
            losses,
            word,
            by,
            wrong,
        } => Asking::Reset(Box::new(ResetAsking::to_confirm(
            key,
            losses,
            (&word, by, wrong),
        ))),
    }
}

fn care(asking: CareAsking) -> Asking {
    Asking::Care(Box::new(asking))
}

/// Something happened in a run that goes on.
pub fn happened(run: &mut Run, now: Now, event: Event) {
    match event {
        Event::Step { step } => {
            run.leave(|phase| matches!(phase, Phase::ByTouch));
            // Whatever is done to prove somebody is one step.
            if run.prover.is_none() || step == Step::Prove {
                run.set(step, Progress::Current);
            }
        }
        Event::StepDone { step, note } => done(run, step, note),
        Event::Challenge { expires_at } => run.expires_at = Some(expires_at),
        Event::Touch {
            key,
            nth,
            of,
            until,
        } => {
            run.phase = Phase::Touch(Touch {
                key,
                nth,
                of,
                until,
                blinking: false,
            });
        }
        Event::Alive { touch } => match &mut run.phase {
            Phase::Touch(waiting) => waiting.blinking = touch,
            Phase::Coached(coached) => coached.alive(touch, now.wall),
            _ => {}
        },
        Event::Finger { key, sample } => run.phase = Phase::Finger(Finger { key, sample }),
        Event::Coach { key, coach } => {
            run.phase = Phase::Coached(Coached {
                key,
                coach,
                asked: false,
                held_since: None,
            });
        }
        Event::TouchOver => {
            run.leave(|phase| matches!(phase, Phase::Touch(_) | Phase::Coached(_)));
        }
        Event::Pulled { key } => run.phase = Phase::Pulled(key),
        Event::Back { key } => {
            run.leave(|phase| matches!(phase, Phase::Pulled(_)));
            run.wanted = None;
            run.key = Some(key);
        }
        Event::ServedBy { other } => run.served_by = Some(other),
        Event::IdentifiedBefore { before } => run.identified_before = Some(before),
        Event::Prover { name } => run.prover = Some(name),
        Event::Signing { act } => run.signing = Some(act),
        Event::Anew => {
            run.leave(|phase| matches!(phase, Phase::Pulled(_)));
            run.anew = true;
        }
        Event::OtherKey { wanted } => {
            run.wanted = Some(wanted);
            run.marked_place = None;
        }
        Event::Withdrawn => run.leave(|phase| matches!(phase, Phase::Asking(_))),
        Event::Leaves { remains } => run.leaves = remains,
        // These are handled where the whole model is at hand.
        Event::Began { .. } | Event::Visiting { .. } | Event::Ended { .. } => {}
    }
}

/// A step of it is done.
fn done(run: &mut Run, step: Step, note: Note) {
    if let Note::Key { key } = &note {
        run.key = Some(key.clone());
        run.wanted = None;
    }
    run.leave(|phase| {
        matches!(
            phase,
            Phase::Asking(_) | Phase::Finger(_) | Phase::Coached(_)
        )
    });
    if step == Step::Prove {
        // The key that comes now is another one.
        run.prover = None;
        run.signing = None;
        run.marked_place = None;
    }
    if run.prover.is_none() {
        run.set(step, Progress::Done(Box::new(note)));
    }
}

fn close(model: &mut Model, ending: Ending) {
    if model.is_open()
        && let Some(Starting(job)) = model.starting.take()
    {
        // It ended before it had begun: there is no run yet to show the reason on.
        match (job, &ending) {
            (Some(job), _) => model.work = Some(Run::new(job)),
            (None, Ending::Stopped { stop, .. }) => {
                model.remark = Some(Remark::Stopped(stop.code()))
            }
            (None, _) => {}
        }
    }
    let Some(run) = model.work.take_if(|run| !run.is_over()) else {
        return;
    };
    if let (Some(person), true) = (run.person(), super::has_gone(Some(&ending))) {
        model.mine.visit_over(&person.id);
    }
    model.work = over(run, ending);
    if model.lock.is_some() {
        // It ended behind the lock: what is left is an ordinary sign-in screen.
        model.work = None;
        model.lock = None;
    } else if model.work.is_none() {
        model.remark = Some(Remark::Stopped(StopCode::Cancelled));
    }
}

/// A run with its closing screen; none where it was stopped and nothing is left to be read.
pub fn over(mut run: Run, ending: Ending) -> Option<Run> {
    let cancelled_clean = matches!(
        &ending,
        Ending::Stopped { stop, remains }
            if stop.code() == StopCode::Cancelled && *remains == Remains::Nothing
    );
    run.phase = Phase::Over(ending);
    (!cancelled_clean).then_some(run)
}

impl Run {
    /// The station works on, if that was in front.
    fn leave(&mut self, is_over: fn(&Phase) -> bool) {
        if is_over(&self.phase) {
            self.phase = Phase::Working;
        }
    }

    fn set(&mut self, step: Step, progress: Progress) {
        if progress == Progress::Current {
            let planned = self.steps.iter().position(|(known, _)| *known == step);
            for (index, (known, other)) in self.steps.iter_mut().enumerate() {
                // A step that is taken again, with another key for instance, takes those after it back.
                if planned.map_or(*known > step, |planned| index > planned) {
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
