//! Texts that no list means: what a spreadsheet has made of them, and what nobody can see in them.

use crate::domain::characters::is_hidden;

/// What is odd about a text. In words it follows the text or its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Oddity {
    /// Line breaks and other control characters.
    #[error("has control characters or line breaks in it")]
    Control,
    /// Something that is not drawn, or turns the line round.
    #[error("has an invisible character in it (U+{:04X}): delete it, or type the text anew", u32::from(*.0))]
    Hidden(char),
    /// A number that was too long for its cell.
    #[error(
        "is a number that a spreadsheet has cut short: format the column as text there, and export it again"
    )]
    Exponent,
    /// What stands in a cell whose formula has failed.
    #[error("is an error of a spreadsheet: mend the cell there, and export it again")]
    ErrorValue,
    /// A formula that was not worked out.
    #[error("is a formula of a spreadsheet: write the text itself")]
    Formula,
}

/// What is odd about a text, if anything.
pub fn oddity(text: &str) -> Option<Oddity> {
    if text.chars().any(char::is_control) {
        return Some(Oddity::Control);
    }
    if let Some(hidden) = text.chars().find(|c| is_hidden(*c)) {
        return Some(Oddity::Hidden(hidden));
    }
    if text.starts_with('=') {
        return Some(Oddity::Formula);
    }
    if is_error_value(text) {
        return Some(Oddity::ErrorValue);
    }
    is_exponent(text).then_some(Oddity::Exponent)
}

/// `2.30812E+12`, `1,23457e-05`.
fn is_exponent(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let number = number.strip_prefix('-').unwrap_or(number);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = match number.split_once(['.', ',']) {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(number),
    };
    whole && power.strip_prefix(['+', '-']).is_some_and(digits)
}

/// `#REF!`, `#NAME?`, `#DIV/0!`, `#####`, and `#N/A` with its translations, in any language.
fn is_error_value(text: &str) -> bool {
    let Some(word) = text.strip_prefix('#') else {
        return false;
    };
    let of_a_word = |c: char| c.is_alphanumeric() || matches!(c, '/' | '_');
    let named = word
        .strip_suffix(['!', '?'])
        .is_some_and(|word| !word.is_empty() && word.chars().all(of_a_word));
    let nothing_there = ["N/A", "N/B", "NV", "NB", "N/D", "SPILL!"].contains(&word);
    let too_narrow = word.len() > 1 && word.bytes().all(|byte| byte == b'#');
    named || nothing_there || too_narrow
}
