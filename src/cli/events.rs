//! What happens in a run, as sentences for whoever reads at a shell.

use crate::domain::KeyFacts;
use crate::domain::care::{FingerSample, Oddity, StepOutcome, TestStep, TestedStep};
use crate::domain::reset::Losses;
use crate::text::{spoken, tr};
use crate::workflow::dialogue::{Again, Coach, Event, HOLD_MOST_S, Note, Step, Wanted};

/// A sentence for the events that somebody at a shell wants to read.
pub(super) fn in_words(event: &Event) -> Option<String> {
    Some(match event {
        Event::Touch { key, nth, of, .. } => {
            tr!(
                spoken(),
                "cli-touch-now",
                slot = key.slot.to_string(),
                nth = nth.to_string(),
                of = of.to_string()
            )
        }
        Event::Pulled { key } => tr!(
            spoken(),
            "cli-pulled",
            slot = key.slot.to_string(),
            place = key.place.to_string()
        ),
        Event::Back { .. } => tr!(spoken(), "cli-back"),
        Event::ServedBy { other } => tr!(
            spoken(),
            "cli-served-by",
            operator = other.operator.to_string(),
            station = other.station.to_string()
        ),
        Event::IdentifiedBefore { before } => {
            spoken().identified_before(before, before.at.strftime("%Y-%m-%d").to_string())
        }
        Event::Signing { act } => crate::text::act::in_words(spoken(), act),
        Event::Prover { name } => tr!(spoken(), "cli-prover", name = name.to_string()),
        Event::Anew => tr!(spoken(), "cli-anew"),
        Event::OtherKey { wanted } => match wanted {
            Wanted::Key(key) => tr!(spoken(), "cli-other-key", model = key.model.to_string()),
            Wanted::Of { name } => tr!(spoken(), "choose-wanted-of", name = name.as_str()),
        },
        Event::Coach { key, coach } => coach_in_words(key, *coach)?,
        Event::Finger { key, sample } => finger_in_words(key, *sample),
        Event::StepDone { step, note } => step_in_words(*step, note)?,
        _ => return None,
    })
}

fn step_in_words(step: Step, note: &Note) -> Option<String> {
    Some(match (step, note) {
        (_, Note::Key { key }) => tr!(
            spoken(),
            "cli-step-key",
            slot = key.slot.to_string(),
            place = key.place.to_string(),
            model = key.model.to_string(),
            firmware = (key
                .firmware_text()
                .unwrap_or_else(|| tr!(spoken(), "cli-not-stated")))
            .to_string()
        ),
        (_, Note::Verdict { verdict }) => verdict
            .findings
            .iter()
            .map(|finding| {
                tr!(
                    spoken(),
                    "cli-step-check",
                    finding = spoken().finding(finding)
                )
            })
            .collect::<Vec<_>>()
            .join("\n"),
        (_, Note::Oddities { oddities }) => oddities_in_words(oddities),
        (_, Note::Tested { tested }) => tested_in_words(tested),
        (_, Note::Held { count }) => tr!(spoken(), "cli-step-held", count = count.to_string()),
        (_, Note::Losses { losses }) => losses_in_words(losses),
        (Step::Confirm, _) => tr!(spoken(), "cli-step-confirmed"),
        (Step::Reset, _) => tr!(spoken(), "cli-step-reset"),
        (Step::Empty, _) => tr!(spoken(), "cli-step-empty"),
        (_, Note::NoPin) => tr!(spoken(), "cli-step-no-pin"),
        (_, Note::PinSet) => tr!(spoken(), "cli-step-pin-set"),
        (_, Note::PinChanged) => tr!(spoken(), "cli-step-pin-changed"),
        (Step::Pin, _) => tr!(spoken(), "cli-step-pin"),
        (Step::Create, _) => tr!(spoken(), "cli-step-made"),
        (Step::Test, Note::LeftToRegistry) => {
            tr!(spoken(), "cli-step-left-to-registry")
        }
        (Step::Test, _) => tr!(spoken(), "cli-step-test"),
        (Step::Record, _) => tr!(spoken(), "cli-step-record"),
        (Step::Push, Note::Queued) => tr!(spoken(), "cli-step-queued"),
        (Step::Push, Note::Conflict { detail }) => {
            let said = spoken().registry_said(detail).unwrap_or_default();
            tr!(spoken(), "cli-step-refused", said = said)
        }
        (Step::Push, _) => tr!(spoken(), "cli-step-accepted"),
        _ => return None,
    })
}

/// What is unusual about a key, a line each.
fn oddities_in_words(oddities: &[Oddity]) -> String {
    let text = spoken();
    let lines: Vec<String> = oddities
        .iter()
        .map(|oddity| {
            tr!(
                spoken(),
                "cli-check",
                finding = text.oddity(oddity).to_string()
            )
        })
        .collect();
    match lines.is_empty() {
        true => tr!(spoken(), "cli-check-nothing"),
        false => lines.join("\n"),
    }
}

/// How a step of a test went.
fn tested_in_words(tested: &TestedStep) -> String {
    let step = match tested.step {
        TestStep::Make => tr!(spoken(), "cli-test-make"),
        TestStep::SignVerified => tr!(spoken(), "cli-test-verified"),
        TestStep::SignTouched => tr!(spoken(), "cli-test-touched"),
        TestStep::Exclude => tr!(spoken(), "cli-test-exclude"),
        TestStep::Clean => tr!(spoken(), "cli-test-clean"),
    };
    let result = spoken().tested(tested);
    match tested.is_slow() && tested.outcome == StepOutcome::Passed {
        true => tr!(spoken(), "cli-test-slow", step = step, result = result),
        false => format!("{step}: {result}"),
    }
}

/// What the sensor waits for, and what came of the touch before.
fn finger_in_words(key: &KeyFacts, sample: Option<FingerSample>) -> String {
    match sample {
        None => tr!(spoken(), "cli-finger", slot = key.slot.to_string()),
        Some(sample) => {
            let what = spoken().sample(sample.fault);
            match sample.remaining {
                0 => what,
                more => tr!(
                    spoken(),
                    "cli-finger-again",
                    what = what.to_string(),
                    more = more.to_string()
                ),
            }
        }
    }
}

/// What is lost, a line each.
fn losses_in_words(losses: &Losses) -> String {
    let mut lines: Vec<String> = Vec::new();
    for lost in &losses.enrolments {
        let person = &lost.person;
        let organisation = person
            .organisation
            .as_ref()
            .map_or("-", |o| o.name.as_str());
        lines.push(tr!(
            spoken(),
            "cli-loses",
            name = person.name.to_string(),
            kind = person.kind.as_str().to_string(),
            organisation = organisation.to_string(),
            rp = lost.rp_id.to_string(),
            at = lost.enrolled_at.to_string()
        ));
    }
    for unsure in &losses.unsure {
        lines.push(tr!(
            spoken(),
            "cli-loses-unsure",
            name = unsure.person.name.to_string(),
            at = unsure.enrolled_at.to_string()
        ));
    }
    for other in losses.others.iter().flatten() {
        let account = other
            .account
            .as_deref()
            .map_or_else(|| tr!(spoken(), "cli-account-unnamed"), str::to_owned);
        lines.push(tr!(
            spoken(),
            "cli-loses-other",
            account = account.to_string(),
            rp = other.rp_id.to_string()
        ));
    }
    if losses.silent {
        lines.push(tr!(spoken(), "cli-loses-silent"));
    } else if lines.is_empty() {
        lines.push(tr!(spoken(), "cli-loses-nobody"));
    }
    if losses.others.is_none() {
        lines.push(tr!(spoken(), "cli-loses-besides"));
    }
    lines.join("\n")
}

/// What is to be done now.
fn coach_in_words(key: &KeyFacts, coach: Coach) -> Option<String> {
    let slot = key.slot;
    Some(match coach {
        Coach::Pull { again: None } => tr!(spoken(), "cli-coach-pull", slot = slot.to_string()),
        Coach::Pull { again: Some(why) } => {
            let why = match why {
                Again::TooLate => tr!(spoken(), "cli-again-too-late"),
                Again::Untouched => tr!(spoken(), "cli-again-untouched"),
                Again::Pulled => tr!(spoken(), "cli-again-pulled"),
                Again::OtherKey => tr!(spoken(), "cli-again-other-key"),
            };
            tr!(
                spoken(),
                "cli-coach-again",
                why = why.to_string(),
                slot = slot.to_string()
            )
        }
        Coach::PutBack { window_s } => {
            tr!(
                spoken(),
                "cli-coach-put-back",
                slot = slot.to_string(),
                window_s = window_s.to_string()
            )
        }
        Coach::Window { .. } => return None,
        Coach::Touch { hold_s: 0, .. } => tr!(spoken(), "cli-coach-touch", slot = slot.to_string()),
        Coach::Touch { hold_s, .. } => {
            tr!(
                spoken(),
                "cli-coach-hold",
                slot = slot.to_string(),
                hold_s = hold_s.to_string(),
                most = HOLD_MOST_S.to_string()
            )
        }
    })
}
