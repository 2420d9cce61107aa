//! The encoding of a list: UTF-8, and for anything else what it is and how to get UTF-8 out of it.

use super::LineFault;

/// How programs that write other encodings are told to write UTF-8.
const CURE: &str = "save it as UTF-8 (a spreadsheet: \"CSV UTF-8\"; an editor: encoding UTF-8)";

/// The text of a file, without its byte order mark.
///
/// # Errors
/// The first line that is not UTF-8, with what the file seems to be.
pub fn text(bytes: &[u8]) -> Result<&str, LineFault> {
    let first = |what: &str| Err(LineFault::new(1, what));
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return first(&format!("the file is in UTF-16: {CURE}"));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return first(
            "the file is a spreadsheet or an archive, not a list: export it as \"CSV UTF-8\"",
        );
    }
    // Text of the West in UTF-16 has a NUL beside every letter, and no other text has any.
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let what = match at < 4 {
            true => format!("the file seems to be in UTF-16 or UTF-32: {CURE}"),
            false => "the file has NUL characters in it: it is no text".to_owned(),
        };
        return Err(LineFault::new(line_at(bytes, at), what));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        let what = format!(
            "the byte 0x{byte:02x} is not UTF-8: the file seems to be in Latin-1 or a code page of Windows: {CURE}"
        );
        LineFault::new(line_at(bytes, at), what)
    })
}

/// The line on which a byte stands.
fn line_at(bytes: &[u8], at: usize) -> u64 {
    let before = bytes.get(..at).unwrap_or_default();
    let before = String::from_utf8_lossy(before);
    super::line_ends(&before) + 1
}
