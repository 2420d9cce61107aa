//! Import of people, organisations and appointments from a file: all of it, or nothing where a record is wrong.
//!
//! A file is a list of records, in CSV or JSON with the same names ([`rows`]):
//!
//! | record | members |
//! |---|---|
//! | `organisation` | `id`, `name`, `country` (two letters, `NL` when absent), `coc_number` (eight digits when Dutch) |
//! | `person` | `id`, `name`, `kind`, `email`, `second_email`, `phone`, `language`, `employee_number`, `organisation` (its id, Chamber of Commerce number or name), `earlier_factors` (how many they had elsewhere; left out, what is known stays). Of `second_email`, `phone` (international, `+31612345678`) and `language` (`en`, `nl`) what is left out stays too, and `-` takes it away |
//! | `appointment` | `person` (id), `at` (RFC 3339, e.g. `2026-11-22T14:30:00+01:00`) |
//!
//! In any order; a record without `record` is a person. What is known by its id already is brought up to date, nothing is
//! deleted. Invariant: a file with a wrong record changes nothing, and each wrong one is named with its line, up to
//! [`MAX_REPORTED`] of them. A file without one is written a portion at a time, so that whoever is served meanwhile hardly waits; a run
//! that is cut off is ended by another one with the same file.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;

mod apply;
mod check;
mod contacts;
mod plan;
mod rows;

pub use rows::Format;

use super::admin::{AdminError, by_admin};
use super::database::{Database, DatabaseError, Fault};
use super::tables::audit;
use crate::files;
use check::Record;

/// Wrong lines that are named; the others are counted.
pub const MAX_REPORTED: usize = 100;

/// Larger files are refused.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// More records than that are refused.
pub const MAX_RECORDS: usize = 500_000;

/// How many records a file brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Organisations, new and known.
    pub organisations: usize,
    /// People, new and known.
    pub people: usize,
    /// Appointments, new and known.
    pub appointments: usize,
}

/// A line that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineError {
    /// From 1; where the record begins.
    pub line: u64,
    pub reason: String,
}

impl std::fmt::Display for LineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file can't be read.
    #[error("cannot read {}: {why}", .path.display())]
    Unreadable { path: PathBuf, why: io::Error },
    /// Some lines are wrong.
    #[error("nothing was imported from {}: {}\n{}", .path.display(), count(.lines.len(), *.more), listed(.lines))]
    Lines {
        path: PathBuf,
        /// The wrong ones, in their order.
        lines: Vec<LineError>,
        /// How many more are wrong.
        more: usize,
    },
    /// Somebody else is at it.
    #[error(
        "another import into this database is at work: wait until it is done, and import this file again"
    )]
    Busy,
    #[error(transparent)]
    Admin(#[from] AdminError),
}

fn count(named: usize, more: usize) -> String {
    match named + more {
        1 => "one fault".to_owned(),
        all if more > 0 => format!("{all} faults, of which the first {named}"),
        all => format!("{all} faults"),
    }
}

fn listed(lines: &[LineError]) -> String {
    lines
        .iter()
        .map(LineError::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

impl From<DatabaseError> for ImportError {
    fn from(error: DatabaseError) -> Self {
        Self::Admin(AdminError::Database(error))
    }
}

impl From<Fault> for ImportError {
    fn from(error: Fault) -> Self {
        Self::from(DatabaseError::Failed(error))
    }
}

/// Collects what is wrong, up to the bound.
#[derive(Debug, Default)]
struct Wrong {
    lines: Vec<LineError>,
    more: usize,
}

impl Wrong {
    fn add(&mut self, line: u64, reason: impl Into<String>) {
        if self.lines.len() < MAX_REPORTED {
            self.lines.push(LineError {
                line,
                reason: reason.into(),
            });
        } else {
            self.more += 1;
        }
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn into_error(mut self, path: &Path) -> ImportError {
        self.lines.sort_by_key(|wrong| wrong.line);
        ImportError::Lines {
            path: path.to_owned(),
            lines: self.lines,
            more: self.more,
        }
    }
}

/// A file as far as it can be read and checked without the registry.
#[derive(Debug, Default)]
pub struct Checked {
    records: Vec<(u64, Record)>,
    declared: check::Declared,
    wrong: Wrong,
}

impl Checked {
    /// Reads and checks the bytes of a file; of more than [`MAX_FILE_BYTES`], none.
    pub fn of(bytes: &[u8], format: Format) -> Self {
        let mut checked = Self::default();
        for row in rows::read(bytes, format, &mut checked.wrong) {
            checked.declared.note(&row);
            match check::record(&row) {
                Ok(record) => checked.records.push((row.line, record)),
                Err(reasons) => reasons
                    .into_iter()
                    .for_each(|reason| checked.wrong.add(row.line, reason)),
            }
        }
        checked
    }

    /// How many records hold by themselves.
    pub fn records(&self) -> usize {
        self.records.len()
    }

    /// The wrong lines: the first [`MAX_REPORTED`] that were found, in no order.
    pub fn faults(&self) -> &[LineError] {
        &self.wrong.lines
    }
}

/// Imports a file into the database, which a registry may be serving meanwhile.
pub async fn import_file(db: &Path, file: &Path, format: Format) -> Result<Imported, ImportError> {
    let bytes = contents(file).map_err(|why| ImportError::Unreadable {
        path: file.to_owned(),
        why,
    })?;
    let Checked {
        records,
        declared,
        mut wrong,
    } = Checked::of(&bytes, format);
    let path = db;
    let db = Database::open_for_long(path).await?;
    // Between planning and writing nobody else may import: nothing else changes who is there.
    let _alone = alone(path)?;
    let mut read = db.snapshot().await?;
    let (plan, imported) = plan::plan(&mut read, &records, &declared, &mut wrong).await?;
    read.rollback().await?;
    if !wrong.is_empty() {
        db.close().await;
        return Err(wrong.into_error(file));
    }
    apply::all(&db, plan).await?;
    let mut tx = db.write().await?;
    let detail = format!(
        "{} organisations, {} people, {} appointments",
        imported.organisations, imported.people, imported.appointments
    );
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    audit::note(
        &mut tx,
        &by_admin("import", &name, &detail),
        jiff::Timestamp::now(),
    )
    .await?;
    tx.commit().await?;
    db.close().await;
    Ok(imported)
}

/// That no other process imports into the same database, until it is dropped.
fn alone(db: &Path) -> Result<std::fs::File, ImportError> {
    let path = files::with_suffix(db, "-import");
    let failed = |why| ImportError::Unreadable {
        path: path.clone(),
        why,
    };
    let file = files::open_lock(&path).map_err(failed)?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(ImportError::Busy),
        Err(why) => Err(failed(why.into())),
    }
}

/// One byte more than a file may have shows that it has too many.
fn contents(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    files::open_regular(file)?
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
