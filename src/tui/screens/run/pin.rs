//! A PIN that is chosen or typed. Nothing of it is kept but the first of two entries.

use super::reply;
use crate::domain::Pin;
use crate::domain::pin::PIN_CODE_POINTS_MIN;
use crate::tui::model::{Asking, CurrentPin, NewPin, PinComplaint, Run};
use crate::tui::update::Effect;
use crate::workflow::dialogue::Answer;

pub(super) fn typed(run: &mut Run) -> Vec<Effect> {
    let pin = match run.asking_mut() {
        Some(Asking::NewPin(new)) => new_pin(new),
        Some(Asking::CurrentPin(current)) => current_pin(current),
        _ => None,
    };
    reply(run, pin)
}

/// The first entry is kept until the second one is the same; anything else starts again with the first.
pub(in crate::tui::screens) fn new_pin(new: &mut NewPin) -> Option<Answer> {
    let typed = new.line.take(|text| Pin::chosen(text, new.min_length));
    new.complaint = None;
    match (new.first.take(), typed) {
        (None, Ok(pin)) => new.first = Some(pin),
        (None, Err(error)) => new.complaint = Some(PinComplaint::Form(error)),
        (Some(first), Ok(second)) if first.matches(&second) => return Some(Answer::Pin(second)),
        (Some(_), _) => new.complaint = Some(PinComplaint::Mismatch),
    }
    None
}

pub(in crate::tui::screens) fn current_pin(current: &mut CurrentPin) -> Option<Answer> {
    current.complaint = None;
    match current
        .line
        .take(|text| Pin::new(text, PIN_CODE_POINTS_MIN))
    {
        Ok(pin) => Some(Answer::Pin(pin)),
        Err(error) => {
            current.complaint = Some(PinComplaint::Form(error));
            None
        }
    }
}
