//! A file of people that the registry is to import.

use keydesk::server::import::{Checked, Format, MAX_REPORTED};

use super::lists::lines;

/// The longest value that is quoted has 1,000 bytes, each of which may be escaped.
const MAX_REASON_BYTES: usize = 12_000;

/// Any bytes, read as either format: what is wrong is named with a line that is there and in words that can be shown.
///
/// The input is the file. True when one of the formats finds records and nothing wrong.
pub fn import_file(data: &[u8]) -> bool {
    holds(data, Format::Csv) | holds(data, Format::Json)
}

fn holds(data: &[u8], format: Format) -> bool {
    let checked = Checked::of(data, format);
    assert!(checked.faults().len() <= MAX_REPORTED);
    let lines = lines(data);
    for fault in checked.faults() {
        let named = usize::try_from(fault.line).ok();
        let line = named
            .and_then(|number| lines.get(number.checked_sub(1)?))
            .unwrap_or_else(|| panic!("{fault} of {} lines", lines.len()));
        // A record of CSV is never on an empty line; of a file without any, the first line is named.
        let blank = format == Format::Csv && line.is_empty() && fault.line > 1;
        assert!(!blank, "{fault}, which is empty");
        assert!(
            !fault.reason.is_empty() && fault.reason.len() <= MAX_REASON_BYTES,
            "{fault}"
        );
        assert!(!fault.reason.chars().any(char::is_control), "{fault:?}");
    }
    checked.faults().is_empty() && checked.records() > 0
}
