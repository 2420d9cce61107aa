//! Where the program's log goes: commands write it to standard error, the kiosk to a file, because its screen is taken.
//!
//! Invariant: the file belongs to the station's user alone, and a start never finds more than [`LIMIT`] bytes in it.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;

use crate::files::{PRIVATE, private, regular};

/// The kiosk's log, in the data directory.
pub const FILE: &str = "station.log";

/// A log that has grown beyond this begins anew at the next start: 4 MiB.
const LIMIT: u64 = 4 << 20;

/// A command's log; `KEYDESK_LOG` says how much of it.
pub fn to_stderr() {
    let filter = EnvFilter::try_from_env("KEYDESK_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let built = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .try_init();
    // A second subscriber in one process is a test's doing; the first one stays.
    drop(built);
}

/// The kiosk's log. How much is written is fixed: libraries that speak of everything would write tokens to the disk.
///
/// # Errors
/// When the file can't be opened or made private.
pub fn to_file(data: &Path) -> io::Result<()> {
    let file = open(data)?;
    let built = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("warn,keydesk=info"))
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .try_init();
    // As above.
    drop(built);
    Ok(())
}

fn open(data: &Path) -> io::Result<File> {
    let mut log = private();
    let file = regular(
        log.append(true).create(true),
        rustix::fs::OFlags::NOFOLLOW,
        &data.join(FILE),
    )?;
    file.set_permissions(Permissions::from_mode(PRIVATE))?;
    if file.metadata()?.len() > LIMIT {
        file.set_len(0)?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_log_is_private_goes_on_where_it_was_and_begins_anew_once_it_is_too_long() {
        let folder = tempfile::tempdir().expect("a folder");
        let size = || std::fs::metadata(folder.path().join(FILE)).expect("a log");
        for expected in [4, 8] {
            let mut log = open(folder.path()).expect("opens");
            log.write_all(b"line").expect("written");
            assert_eq!(size().len(), expected);
        }
        assert_eq!(size().permissions().mode() & 0o777, 0o600);
        let log = open(folder.path()).expect("opens");
        log.set_len(LIMIT + 1).expect("long");
        open(folder.path()).expect("opens");
        assert_eq!(size().len(), 0);
    }

    #[test]
    fn a_log_that_is_a_link_to_another_file_is_not_written_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let other = folder.path().join("other");
        std::fs::write(&other, "mine").expect("written");
        std::os::unix::fs::symlink(&other, folder.path().join(FILE)).expect("a link");
        assert!(open(folder.path()).is_err());
        assert_eq!(std::fs::read(&other).expect("read"), b"mine");
    }
}
