//! Characters that a reader can't see, or that show a text otherwise than it is.

/// Whether a character is hidden in a text: it is not drawn, changes the direction of writing, joins or separates invisibly, or
/// marks a language or a variant. Control characters are for [`char::is_control`].
pub fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}'
            | '\u{034f}'
            | '\u{061c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether a character is neither hidden nor a control character.
pub fn is_visible(c: char) -> bool {
    !c.is_control() && !is_hidden(c)
}

/// The longest address that is shown to people, in characters.
const ADDRESS_MAX: usize = 200;

/// A web address as somebody else states it, if it is one that can be shown and typed over.
pub fn web_address(stated: &str) -> Option<&str> {
    let host = stated
        .strip_prefix("https://")
        .or_else(|| stated.strip_prefix("http://"))?;
    let is_plain = stated.bytes().all(|byte| byte.is_ascii_graphic());
    (is_plain && !host.is_empty() && stated.len() <= ADDRESS_MAX).then_some(stated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_address_is_short_plain_and_names_its_kind() {
        let good = "https://keys.example/pin?x=1";
        assert_eq!(web_address(good), Some(good));
        let long = format!("https://{}", "a".repeat(300));
        let bad = [
            "",
            "https://",
            "keys.example",
            "javascript:alert(1)",
            "https://a b",
            "https://a\u{1b}[2J",
            "https://\u{202e}a",
            &long,
        ];
        for stated in bad {
            assert_eq!(web_address(stated), None, "{stated:?}");
        }
    }
}
