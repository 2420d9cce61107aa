//! The audit's chain, looked at from outside: whether it is what was written, how far it has come, and a copy of it that says so
//! without the database.
//!
//! It hides the form of an export: JSON lines, the head first, then each row. Nothing is written to the database.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::files;
pub use crate::server::chain::{Broken, Head};
use crate::server::chain::{Row, Walk};
use crate::server::database::{Connection, Database, DatabaseError, Fault, Snapshot};
use crate::server::tables::audit;

/// Version of the export's lines.
const VERSION: u16 = 1;

/// The longest line of an export: no row comes near it.
const MAX_LINE: u64 = 8 * 1024 * 1024;

/// Why nothing can be said of a chain, or what is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// It is not what was written.
    #[error("{what}: {broken}")]
    Broken {
        /// The file or the database.
        what: String,
        broken: Broken,
    },
    /// Of an earlier release.
    #[error(
        "the audit of {} is of an earlier release and no chain yet: `keydesk registry serve`, or any command that writes, makes it one", .0.display()
    )]
    NotChained(PathBuf),
    #[error("{}: {why}", .path.display())]
    File { path: PathBuf, why: std::io::Error },
    /// Nothing is overwritten.
    #[error("there is {} already, and nothing is overwritten: give another name", .0.display())]
    Taken(PathBuf),
    /// Not what `registry audit export` writes.
    #[error("{}, line {line}: {why}; it is no export of an audit, or was changed", .path.display())]
    NoExport {
        path: PathBuf,
        line: u64,
        why: String,
    },
    /// Of a newer release.
    #[error("{} is an export of version {version}, newer than {VERSION}: use that release", .path.display())]
    Newer { path: PathBuf, version: u16 },
}

impl From<Fault> for AuditError {
    fn from(error: Fault) -> Self {
        Self::Database(DatabaseError::Failed(error))
    }
}

/// What an export begins with.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heading {
    keydesk_audit: u16,
    /// How far the chain had come.
    head: Head,
}

/// How far the chain has come, as its last row says.
pub async fn head(db: &Path) -> Result<Head, AuditError> {
    let (database, mut read) = opened(db).await?;
    let head = audit::head(&mut read).await?;
    read.rollback().await?;
    database.close().await;
    Ok(head)
}

/// Computes the whole chain anew; `noted` is a head that was kept elsewhere. Returns how far it has come.
///
/// # Errors
/// [`AuditError::Broken`] names the first row that is not what was written.
pub async fn verify(db: &Path, noted: Option<Head>) -> Result<Head, AuditError> {
    let (database, mut read) = opened(db).await?;
    let walked = walk(&mut read, noted, |_| Ok(())).await;
    read.rollback().await?;
    database.close().await;
    found(walked?, db)
}

/// The first row of the audit that is not what was written, where there is one: whoever puts a copy back is to know.
pub async fn broken(db: &mut Connection) -> Result<Option<Broken>, AuditError> {
    Ok(walk(db, None, |_| Ok(())).await?.err())
}

/// Writes the audit to a new file, as it is at one moment. Returns how far it has come.
///
/// # Errors
/// [`AuditError::Broken`] and others; there is no file then.
pub async fn export(db: &Path, to: &Path) -> Result<Head, AuditError> {
    if !files::is_missing(to) {
        return Err(AuditError::Taken(to.to_owned()));
    }
    let failed = |why| file_error(to, why);
    let (database, mut read) = opened(db).await?;
    let mut file = files::beside(to).map_err(failed)?;
    let mut lines = BufWriter::new(file.as_file_mut());
    let heading = Heading {
        keydesk_audit: VERSION,
        head: audit::head(&mut read).await?,
    };
    line(&mut lines, &heading).map_err(failed)?;
    let walked = walk(&mut read, Some(heading.head), |row| line(&mut lines, row));
    let walked = walked.await.map_err(|error| match error {
        AuditError::File { why, .. } => failed(why),
        other => other,
    });
    let head = found(walked?, db)?;
    lines.flush().map_err(failed)?;
    drop(lines);
    read.rollback().await?;
    database.close().await;
    files::place(file, to).map_err(|why| match files::is_taken(&why) {
        true => AuditError::Taken(to.to_owned()),
        false => failed(why),
    })?;
    Ok(head)
}

/// Computes the chain of an export anew, which takes nothing else. Returns how far it has come.
///
/// # Errors
/// [`AuditError::Broken`] names the first row that is not what was written; [`AuditError::NoExport`] the line that can't be read.
pub fn verify_file(path: &Path, noted: Option<Head>) -> Result<Head, AuditError> {
    let failed = |why| file_error(path, why);
    let mut lines = Lines {
        path,
        read: BufReader::new(files::open_regular(path).map_err(failed)?),
        number: 0,
    };
    let heading: Heading = match lines.next()? {
        Some(heading) => heading,
        None => return Err(lines.is_none("it is empty")),
    };
    if heading.keydesk_audit > VERSION {
        return Err(AuditError::Newer {
            path: path.to_owned(),
            version: heading.keydesk_audit,
        });
    }
    let mut walk = Walk::new(noted);
    let mut own = Walk::new(Some(heading.head));
    while let Some(row) = lines.next::<Row>()? {
        let stepped = walk.step(&row).and_then(|()| own.step(&row));
        found(stepped, path)?;
    }
    let ended = own.end().and_then(|_| walk.end());
    found(ended, path)
}

async fn opened(db: &Path) -> Result<(Database, Snapshot), AuditError> {
    let database = Database::open_as_it_is(db).await?;
    let mut read = database.snapshot().await?;
    match audit::is_chained(&mut read).await? {
        true => Ok((database, read)),
        false => {
            read.rollback().await?;
            database.close().await;
            Err(AuditError::NotChained(db.to_owned()))
        }
    }
}

/// Along every row, whatever its number, each of which is shown to `see` once it was found to be what was written.
async fn walk(
    db: &mut Connection,
    noted: Option<Head>,
    mut see: impl FnMut(&Row) -> std::io::Result<()>,
) -> Result<Result<Head, Broken>, AuditError> {
    let mut walk = Walk::new(noted);
    let mut last = i64::MIN;
    loop {
        let few = audit::after(db, last).await?;
        if few.is_empty() {
            return Ok(walk.end());
        }
        for kept in few {
            last = kept.number;
            match kept.row().and_then(|row| walk.step(row).map(|()| row)) {
                Ok(row) => see(row).map_err(|why| file_error(Path::new(""), why))?,
                Err(broken) => return Ok(Err(broken)),
            }
        }
    }
}

fn found<T>(walked: Result<T, Broken>, what: &Path) -> Result<T, AuditError> {
    walked.map_err(|broken| AuditError::Broken {
        what: what.display().to_string(),
        broken,
    })
}

fn line(to: &mut impl Write, value: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *to, value)?;
    to.write_all(b"\n")
}

fn file_error(path: &Path, why: std::io::Error) -> AuditError {
    AuditError::File {
        path: path.to_owned(),
        why,
    }
}

/// The lines of an export, each of bounded length.
struct Lines<'a> {
    path: &'a Path,
    read: BufReader<File>,
    number: u64,
}

impl Lines<'_> {
    fn next<T: for<'de> Deserialize<'de>>(&mut self) -> Result<Option<T>, AuditError> {
        let mut text = Vec::new();
        let mut bounded = (&mut self.read).take(MAX_LINE);
        let read = bounded.read_until(b'\n', &mut text);
        if read.map_err(|why| file_error(self.path, why))? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if text.pop() != Some(b'\n') {
            return Err(self.is_none("the line breaks off"));
        }
        let parsed = serde_json::from_slice(&text);
        parsed
            .map(Some)
            .map_err(|why| self.is_none(&why.to_string()))
    }

    fn is_none(&self, why: &str) -> AuditError {
        AuditError::NoExport {
            path: self.path.to_owned(),
            line: self.number,
            why: why.to_owned(),
        }
    }
}
