//! Lists of people for batches and tickets.

use keydesk::domain::list::LineFault;
use keydesk::domain::people_list::{ListError, parse};

/// Any bytes: whoever is taken is there once, and what is wrong is named with a line that is there and in words that can be shown.
/// True when somebody is taken.
pub fn people_list(data: &[u8]) -> bool {
    let list = match parse(data) {
        Ok(list) => list,
        Err(ListError(faults)) => {
            faults.iter().for_each(|fault| check(data, fault));
            return false;
        }
    };
    let mut people: Vec<&str> = list.listed().map(|one| one.person.as_str()).collect();
    assert!(
        people
            .iter()
            .all(|id| !id.is_empty() && !id.contains(char::is_control))
    );
    let count = people.len();
    people.sort_unstable();
    people.dedup();
    assert_eq!(people.len(), count);
    count > 0
}

fn check(data: &[u8], fault: &LineFault) {
    let there =
        usize::try_from(fault.line).is_ok_and(|line| (1..=lines(data).len()).contains(&line));
    assert!(there, "{fault}");
    assert!(
        !fault.what.is_empty() && !fault.what.contains(char::is_control),
        "{fault:?}"
    );
}

/// As an editor numbers them: LF, CR LF and CR end a line.
pub fn lines(data: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut rest = data;
    while let Some(end) = rest.iter().position(|b| matches!(b, b'\n' | b'\r')) {
        let (line, after) = rest.split_at(end);
        lines.push(line);
        rest = after
            .strip_prefix(b"\r\n")
            .unwrap_or_else(|| after.get(1..).unwrap_or_default());
    }
    lines.push(rest);
    lines
}
