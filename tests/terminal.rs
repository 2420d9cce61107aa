//! The real program in a pseudo-terminal, with software keys: what a person in front of it sees and does.

#[path = "terminal/seat.rs"]
mod seat;

use portable_pty::CommandBuilder;
use seat::Seat;

const F2: &str = "\x1bOQ";
const F5: &str = "\x1b[15~";
const F12: &str = "\x1b[24~";
const ENTER: &str = "\r";
const DOWN: &str = "\x1b[B";
const CTRL_Q: &str = "\x11";

/// The PIN of the demonstration's operator, as its first screen says.
const OPERATORS_PIN: &str = "123456";

fn demonstration(arguments: &[&str], size: (u16, u16)) -> Seat {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keydesk"));
    command.args(arguments);
    command.arg("demo");
    Seat::start(command, size)
}

/// Signs in with the operator's key in slot 1.
fn sign_in(seat: &mut Seat) {
    seat.press(ENTER);
    seat.until_shown("▸  1");
    seat.press(ENTER);
    seat.until_shown("Type the PIN of this key.");
    seat.press(OPERATORS_PIN);
    seat.press(ENTER);
    seat.until_shown("Touch the blinking key in slot 1.");
    seat.until_shown("● blinking");
    seat.press(F2);
}

/// From the home screen to the key that blinks for the first time.
fn enrol_until_touch(seat: &mut Seat, name: &str, slot: u16) {
    seat.press(name);
    seat.until_shown("1 person");
    seat.press(ENTER);
    seat.until_shown("No security key yet.");
    seat.press(ENTER);
    seat.until_shown("Which document?");
    seat.press("17k31");
    seat.until_shown("Enter confirms");
    seat.press(ENTER);
    seat.until_shown("▸  1");
    seat.press(&slot.to_string());
    seat.until_shown(&format!("▸  {slot}"));
    seat.press(ENTER);
    seat.until_shown("Choose a PIN for this key and type it.");
    seat.press("491763");
    seat.press(ENTER);
    seat.until_shown("Type the same PIN once more.");
    seat.press("491763");
    seat.press(ENTER);
    seat.until_shown("touch 1 of 2");
    seat.until_shown("● blinking");
}

#[test]
fn an_operator_signs_in_and_enrols_a_key_and_leaves_no_trace_of_the_person() {
    let mut seat = demonstration(&[], (80, 24));
    seat.until_shown("Put your own security key into a slot");
    seat.assert_taken_over();
    sign_in(&mut seat);
    seat.until_shown("Expected today");
    enrol_until_touch(&mut seat, "de vries", 2);
    seat.press(F2);
    seat.until_shown("touch 2 of 2");
    seat.until_shown("● blinking");
    seat.press(F2);
    seat.until_shown("Anna de Vries has a new key: slot 2");
    seat.until_shown("The registry has verified it and holds it.");
    seat.press(ENTER);
    seat.until_shown("Expected today");
    seat.press(F5);
    seat.until_shown("Everything is at the registry.");
    seat.press(F12);
    seat.until_shown("Put your own security key into a slot");
    let screen = seat.screen().contents();
    assert!(!screen.contains("Vries"), "{screen}");
    seat.press(CTRL_Q);
    seat.assert_given_back();
    assert!(!seat.screen().contents().contains("Vries"));
}

#[test]
fn a_lock_over_an_enrolment_shows_nobody_and_the_operator_gets_it_back() {
    let mut seat = demonstration(&[], (80, 24));
    seat.until_shown("Put your own security key into a slot");
    sign_in(&mut seat);
    seat.until_shown("Expected today");
    enrol_until_touch(&mut seat, "jansen", 3);
    seat.press(F12);
    seat.until_shown("An enrolment is in progress.");
    let screen = seat.screen().contents();
    assert!(
        !screen.contains("Jansen") && !screen.contains("7K31"),
        "{screen}"
    );
    sign_in(&mut seat);
    seat.until_shown("Bram Jansen");
    seat.signal("TERM");
    seat.assert_given_back();
}

#[test]
fn the_kiosk_speaks_dutch_on_a_large_screen_and_on_a_small_one() {
    let mut seat = demonstration(&["--language", "nl"], (200, 60));
    seat.until_shown("Steek uw eigen beveiligingssleutel in een poort");
    seat.press(ENTER);
    seat.until_shown("met t beslist een aanraking");
    seat.press(DOWN);
    seat.until_shown("▸  2");
    seat.resize(80, 24);
    seat.until("the foot on the last row", |screen| {
        screen
            .rows(0, 80)
            .nth(23)
            .is_some_and(|row| row.contains("F1 hulp"))
    });
    seat.signal("TERM");
    seat.assert_given_back();
}
