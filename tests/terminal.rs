//! The real program in a pseudo-terminal, with software keys: what a person in front of it sees and does.

#[path = "terminal/phone.rs"]
mod phone;
#[path = "terminal/seat.rs"]
mod seat;

use portable_pty::CommandBuilder;
use seat::Seat;

const F2: &str = "\x1bOQ";
const F4: &str = "\x1bOS";
const F5: &str = "\x1b[15~";
const F6: &str = "\x1b[17~";
const F8: &str = "\x1b[19~";
const F9: &str = "\x1b[20~";
const F12: &str = "\x1b[24~";
const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const DOWN: &str = "\x1b[B";
const CTRL_Q: &str = "\x11";
/// For less than this an Enter is still taken for one that follows a code out of habit.
const HASTE: std::time::Duration = std::time::Duration::from_millis(900);

/// The PIN of the demonstration's operator, as its first screen says.
const OPERATORS_PIN: &str = "480213";

/// Text and background of a terminal with a dark theme, and of one with a light theme.
const DARK: (u8, u8) = (0xd0, 0x10);
const LIGHT: (u8, u8) = (0x20, 0xf8);

fn demonstration(arguments: &[&str], size: (u16, u16)) -> Seat {
    demonstration_in(&[], arguments, size)
}

fn demonstration_in(environment: &[(&str, &str)], arguments: &[&str], size: (u16, u16)) -> Seat {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keydesk"));
    command.env_remove("NO_COLOR");
    for (name, value) in environment {
        command.env(name, value);
    }
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
    seat.until_shown("Choose by slot.");
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
    // Whoever stands there is in front until they have gone.
    seat.until_shown("Identified at");
    seat.press(ESC);
    seat.until_shown("1 person");
    // What reads the screen aloud follows the terminal's own cursor.
    seat.until("the cursor where one types", |screen| {
        let (row, column) = screen.cursor_position();
        let cell = screen.cell(row, column);
        cell.is_some_and(|cell| cell.contents() == "▏") && !screen.hide_cursor()
    });
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

/// The way that once led past the lock: a code that is refused, its closing screen, the outbox, and back to home.
#[test]
fn a_code_that_is_refused_leads_from_the_lock_to_no_page() {
    let mut seat = demonstration(&[], (80, 24));
    seat.until_shown("Put your own security key into a slot");
    sign_in(&mut seat);
    seat.until_shown("Anna de Vries");
    seat.press(F12);
    seat.until_shown("Put your own security key into a slot");
    seat.press("cx");
    seat.press(ENTER);
    seat.until_shown("The code is wrong, was used before, or has expired.");
    for key in [F5, F4, F6, F8] {
        seat.press(key);
    }
    // What comes after a key that does something shows that those before it did nothing.
    seat.press(F9);
    seat.until_shown("De code is onjuist, al gebruikt of verlopen.");
    assert!(!seat.screen().contents().contains("Vries"));
    seat.press(ENTER);
    seat.until_shown("Toets uw eenmalige code in.");
    for key in [F5, F4, F6, F8, ESC] {
        seat.press(key);
    }
    seat.until_shown("en druk op Enter.");
    let screen = seat.screen().contents();
    assert!(
        !screen.contains("Vries") && !screen.contains("Jansen"),
        "{screen}"
    );
    seat.press(CTRL_Q);
    seat.assert_given_back();
}

/// From the home screen to the secret of an app; what the QR code says.
fn enrol_app_until_scan(seat: &mut Seat, name: &str, terminal: (u8, u8)) -> String {
    seat.press(name);
    seat.until_shown("1 person");
    seat.press(ENTER);
    seat.until_shown("No authenticator app yet.");
    seat.press("a");
    seat.until_shown("Which document?");
    seat.press("17k31");
    seat.until_shown("Enter confirms");
    seat.press(ENTER);
    seat.until("a QR code", |screen| {
        phone::read(screen, terminal).is_some()
    });
    phone::read(seat.screen(), terminal).expect("it was there")
}

fn secret_of(uri: &str) -> &str {
    uri.strip_prefix("otpauth://totp/IAMconnected?secret=")
        .and_then(|rest| rest.strip_suffix("&issuer=IAMconnected"))
        .expect("a short URI with the label and issuer of the domain")
}

#[test]
fn a_phone_reads_the_code_from_the_screen_and_one_with_a_slow_clock_is_cured() {
    let mut seat = demonstration(&[], (80, 24));
    seat.until_shown("Put your own security key into a slot");
    sign_in(&mut seat);
    seat.until_shown("Expected today");
    let uri = enrol_app_until_scan(&mut seat, "de vries", DARK);
    assert_eq!(phone::read(seat.screen(), LIGHT).as_ref(), Some(&uri));
    assert_eq!(secret_of(&uri).len(), 32, "160 bits");
    seat.press(&phone::code(&uri, -630));
    seat.until_shown("it tells why.");
    seat.press(&phone::code(&uri, -600));
    seat.until_shown("Sync now.");
    let screen = seat.screen().contents();
    assert!(
        screen.contains("10 minutes") && screen.contains("slow."),
        "{screen}"
    );
    assert!(screen.contains("Set Automatically"), "{screen}");
    std::thread::sleep(HASTE);
    seat.press(ENTER);
    seat.until("the QR code again", |screen| {
        phone::read(screen, DARK).as_ref() == Some(&uri)
    });
    seat.press(&phone::code(&uri, 0));
    seat.until_shown("Authenticator app of Anna de Vries is enrolled");
    seat.until_shown("The registry has verified it and holds it.");
    assert_eq!(
        phone::read(seat.screen(), DARK),
        None,
        "it has left the screen"
    );
    std::thread::sleep(HASTE);
    seat.press(ENTER);
    seat.until_shown("Identified at");
    seat.press(CTRL_Q);
    seat.until_shown("ends the visit with Anna de Vries");
    seat.press(CTRL_Q);
    seat.assert_given_back();
    assert!(!seat.screen().contents().contains("Vries"));
    assert_eq!(
        seat.screen().scrollback_len(),
        0,
        "nothing to scroll back to"
    );
}

#[test]
fn without_colours_the_code_is_turned_round_for_a_light_terminal_and_shown_as_text() {
    let mut seat = demonstration_in(&[("NO_COLOR", "1")], &[], (200, 60));
    seat.until_shown("Put your own security key into a slot");
    sign_in(&mut seat);
    seat.until_shown("Expected today");
    let uri = enrol_app_until_scan(&mut seat, "jansen", DARK);
    seat.press("i");
    seat.until("the same for a light terminal", |screen| {
        phone::read(screen, LIGHT).as_ref() == Some(&uri)
    });
    seat.resize(80, 24);
    seat.until("the same on a small screen", |screen| {
        phone::read(screen, LIGHT).as_ref() == Some(&uri)
    });
    seat.press("c");
    let typed: Vec<String> = secret_of(&uri)
        .as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    seat.until_shown(&typed[..4].join("  "));
    seat.until_shown(&typed[4..].join("  "));
    assert_eq!(phone::read(seat.screen(), LIGHT), None);
    seat.press(F12);
    seat.until_shown("An enrolment is in progress.");
    let screen = seat.screen().contents();
    assert!(
        typed.iter().all(|group| !screen.contains(group)),
        "{screen}"
    );
    seat.signal("TERM");
    seat.assert_given_back();
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
