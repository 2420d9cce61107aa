//! Files that people make for a command: profiles, lists of people, tags.

use std::io::Read;
use std::path::Path;

use super::output::{Exit, Outcome};
use crate::domain::list;
use crate::domain::people_list::{self, PeopleList};
use crate::files;
use crate::text::{spoken, tr};

/// More than any of them has.
const BYTES_MAX: u64 = 1 << 20;

/// A file that can't be used, and why.
pub(super) fn unusable(code: &str, path: &Path, why: &impl std::fmt::Display) -> Outcome {
    Outcome::failed(Exit::Usage, code, format!("{}: {why}", path.display()))
}

/// A file's text, without a byte order mark.
pub(super) fn read_text(path: &Path) -> Result<String, Box<Outcome>> {
    let bytes = read(path)?;
    match list::text(&bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(fault) => Err(Box::new(unusable("unreadable-file", path, &fault))),
    }
}

/// The people whom a file names.
pub(super) fn people_on(path: &Path) -> Result<PeopleList, Box<Outcome>> {
    people_list::parse(&read(path)?).map_err(|error| Box::new(unusable("bad-list", path, &error)))
}

fn read(path: &Path) -> Result<Vec<u8>, Box<Outcome>> {
    let unreadable =
        |why: &dyn std::fmt::Display| Box::new(unusable("unreadable-file", path, &why));
    let mut bytes = Vec::new();
    files::open_regular(path)
        .and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&error))?;
    match u64::try_from(bytes.len()).is_ok_and(|bytes| bytes <= BYTES_MAX) {
        true => Ok(bytes),
        false => Err(unreadable(&tr!(spoken(), "cli-file-large"))),
    }
}
