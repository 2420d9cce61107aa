//! A phone that looks at the terminal: it reads the QR code from the cells that are lit, and shows codes.

use jiff::Timestamp;
use keydesk::domain::factor::TotpSettings;
use keydesk::totp::{TotpSecret, code_at};
use vt100::{Cell, Color, Screen};

/// Pixels of a half row, and of a column.
const PIXELS: usize = 4;

/// What a colour looks like; what an unset one does, the terminal says.
fn shade(colour: Color, unset: u8) -> u8 {
    match colour {
        Color::Default => unset,
        Color::Idx(0) => 0,
        Color::Idx(15) => 255,
        Color::Idx(_) | Color::Rgb(..) => 128,
    }
}

fn halves(cell: Option<&Cell>, (ink, paper): (u8, u8)) -> (u8, u8) {
    let Some(cell) = cell else {
        return (paper, paper);
    };
    let (ink, paper) = (shade(cell.fgcolor(), ink), shade(cell.bgcolor(), paper));
    match cell.contents() {
        "█" => (ink, ink),
        "▀" => (ink, paper),
        "▄" => (paper, ink),
        "" | " " => (paper, paper),
        _ => (ink / 2 + paper / 2, paper),
    }
}

/// What a QR code on the screen says, if there is one: with text and background of those shades.
pub fn read(screen: &Screen, terminal: (u8, u8)) -> Option<String> {
    let (rows, columns) = screen.size();
    let (rows, columns) = (usize::from(rows.get()), usize::from(columns.get()));
    let light = |x: usize, y: usize| {
        let row = u16::try_from(y / (2 * PIXELS)).unwrap_or_default();
        let column = u16::try_from(x / PIXELS).unwrap_or_default();
        let (upper, lower) = halves(screen.cell(row, column), terminal);
        match y / PIXELS % 2 {
            0 => upper,
            _ => lower,
        }
    };
    let (wide, high) = (columns * PIXELS, rows * 2 * PIXELS);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(wide, high, light);
    let grids = image.detect_grids();
    let [grid] = grids.as_slice() else {
        return None;
    };
    Some(grid.decode().ok()?.1)
}

/// The code that an app shows whose clock is so many seconds fast.
pub fn code(uri: &str, fast_s: i64) -> String {
    let (_, rest) = uri.split_once("secret=").expect("a secret");
    let text = rest.split('&').next().expect("the secret");
    let secret = TotpSecret::from_base32(text).expect("base32");
    let now = Timestamp::now().as_second() + fast_s;
    let step = TotpSettings::APP.step_at(Timestamp::from_second(now).expect("a time"));
    code_at(&secret, TotpSettings::APP, step).to_string()
}
