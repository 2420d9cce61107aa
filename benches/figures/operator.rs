//! A practised operator and a willing person at a kiosk: what they press, and what they wait for on the screen.

use std::time::Duration;

use super::seat::Seat;
use super::{Fallible, lab};

const ENTER: &str = "\r";

/// The key that touches a software key in the demonstration.
const TOUCH: &str = "\x1bOQ";

/// What the kiosk shows where its operator looks.
mod shows {
    pub const SIGN_IN: &str = "Press c";
    pub const CHOOSE: &str = "Choose by slot";
    pub const OWN_PIN: &str = "Type the PIN of this key";
    pub const BLINKING: &str = "● blinking";
    pub const HOME: &str = "Find";
    pub const FOUND: &str = "1 person";
    pub const PERSON: &str = "SECURITY KEYS";
    pub const DOCUMENT: &str = "Which document?";
    pub const CHARACTERS: &str = "the last four characters";
    pub const NEW_PIN: &str = "Choose a PIN";
    pub const NEW_PIN_AGAIN: &str = "once more";
    pub const DONE: &str = "THE PERSON MUST KNOW";
}

/// Who touches keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// They touch themselves.
    Themselves,
    /// The operator, by the demonstration's key.
    ByKey,
}

/// Signs in with the operator's own key, which is in slot 1; ends on the home screen.
pub fn sign_in(seat: &mut Seat, pin: &str, touch: Touch) -> Fallible<()> {
    seat.until_shown(shows::SIGN_IN)?;
    // The bay is on the screen before anybody reaches for the keyboard.
    seat.until_shown("PIN set")?;
    seat.press(ENTER)?;
    seat.until_shown(shows::CHOOSE)?;
    seat.press("1")?;
    seat.press(ENTER)?;
    seat.until_shown(shows::OWN_PIN)?;
    seat.press(&format!("{pin}{ENTER}"))?;
    if touch == Touch::ByKey {
        seat.until_shown(shows::BLINKING)?;
        seat.press(TOUCH)?;
    }
    seat.until_shown(shows::HOME)?;
    Ok(())
}

/// From the home screen to the moment at which the key in slot 2, which has no PIN yet, is touched.
pub fn enrol_until_touch(seat: &mut Seat, find: &str) -> Fallible<()> {
    seat.until_shown(shows::HOME)?;
    seat.press(find)?;
    seat.until_shown(shows::FOUND)?;
    seat.press(ENTER)?;
    seat.until_shown(shows::PERSON)?;
    seat.press(ENTER)?;
    seat.until_shown(shows::DOCUMENT)?;
    seat.press("1")?;
    seat.until_shown(shows::CHARACTERS)?;
    seat.press(&format!("7K31{ENTER}"))?;
    seat.until_shown(shows::CHOOSE)?;
    seat.press("2")?;
    seat.press(ENTER)?;
    seat.until_shown(shows::NEW_PIN)?;
    seat.press(&format!("{}{ENTER}", lab::PIN))?;
    seat.until_shown(shows::NEW_PIN_AGAIN)?;
    seat.press(&format!("{}{ENTER}", lab::PIN))
}

/// Enrols a key that touches itself; ends on the home screen.
pub fn enrol(seat: &mut Seat, find: &str) -> Fallible<()> {
    enrol_until_touch(seat, find)?;
    seat.until_shown(shows::DONE)?;
    seat.press(ENTER)?;
    seat.until_shown(shows::HOME)?;
    Ok(())
}

/// A touch counts down: for so long, the bytes that the program writes.
pub fn watch_touch(seat: &mut Seat, time: Duration) -> Fallible<usize> {
    seat.until_shown(shows::BLINKING)?;
    let before = seat.written;
    seat.pass(time);
    Ok(seat.written - before)
}
