//! Small secrets of a station in files of their own (its private key, the session's token): readable by its user alone and
//! replaced whole or not at all.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use zeroize::Zeroizing;

use super::error::StoreError;
use super::journal::sync_dir;
use crate::files;

/// The largest secret that is read, in bytes.
const LIMIT: u64 = 64 << 10;

/// Reads `DIR/private/NAME`. `None`: there is none.
///
/// # Errors
/// [`StoreError::NotPrivate`] when others may read it, when it is a link, or when it is larger than 64 KiB.
pub fn read(dir: &Path, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    read_up_to(dir, name, LIMIT)
}

/// The same for a file that may have up to `limit` bytes.
///
/// # Errors
/// As those of [`read`].
pub fn read_up_to(
    dir: &Path,
    name: &str,
    limit: u64,
) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let path = place(dir, name)?;
    let refused = |why| StoreError::NotPrivate {
        path: path.clone(),
        why,
    };
    let opened = files::regular(OpenOptions::new().read(true), OFlags::NOFOLLOW, &path);
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            return Err(refused("is a link"));
        }
        Err(error) if files::is_no_file(&error) => return Err(refused("is not a file")),
        Err(error) => return Err(StoreError::io("open", &path)(error)),
    };
    let facts = file.metadata().map_err(StoreError::io("look at", &path))?;
    if facts.permissions().mode() & 0o077 != 0 {
        return Err(refused("can be read by others than its owner"));
    }
    if facts.len() > limit {
        return Err(refused("is larger than any private file of a station"));
    }
    // Room for all of it from the start: growing would leave copies behind.
    let room = usize::try_from(facts.len()).unwrap_or(0) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(facts.len())
        .read_to_end(&mut bytes)
        .map_err(StoreError::io("read", &path))?;
    Ok(Some(bytes))
}

/// Writes `DIR/private/NAME` with mode 0600. When it returns, the new content is on disk; before, the old one is.
///
/// # Errors
/// [`StoreError::Io`]; the old content is untouched.
pub fn write(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let path = place(dir, name)?;
    private_dir(&folder(dir))?;
    files::write(&path, bytes).map_err(StoreError::io("write", &path))
}

/// Removes `DIR/private/NAME`; fine when there is none.
pub fn remove(dir: &Path, name: &str) -> Result<(), StoreError> {
    let path = place(dir, name)?;
    match files::remove(&path).map_err(StoreError::io("remove", &path))? {
        true => sync_dir(&folder(dir)),
        false => Ok(()),
    }
}

/// Makes sure of a directory that its owner alone can enter, also where a backup brought it back with other permissions.
pub(super) fn private_dir(path: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .and_then(|()| std::fs::set_permissions(path, Permissions::from_mode(0o700)))
        .map_err(StoreError::io("create", path))
}

fn folder(dir: &Path) -> PathBuf {
    dir.join("private")
}

/// Names are chosen by this program, but one that leaves the folder must not get through.
fn place(dir: &Path, name: &str) -> Result<PathBuf, StoreError> {
    let path = folder(dir).join(name);
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if plain && !name.is_empty() && !name.starts_with('.') {
        Ok(path)
    } else {
        Err(StoreError::NotPrivate {
            path,
            why: "is not a plain file name",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_file_reads_back_is_replaced_whole_and_is_its_owners_alone() {
        let dir = tempfile::tempdir().expect("a directory");
        assert!(read(dir.path(), "key.pem").expect("reads").is_none());
        for content in [&b"first"[..], b"the second, longer one", b""] {
            write(dir.path(), "key.pem", content).expect("writes");
            let back = read(dir.path(), "key.pem").expect("reads").expect("there");
            assert_eq!(&back[..], content);
        }
        let mode =
            |path: PathBuf| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(dir.path().join("private")), 0o700);
        assert_eq!(mode(dir.path().join("private/key.pem")), 0o600);
        remove(dir.path(), "key.pem").expect("removes");
        remove(dir.path(), "key.pem").expect("nothing to remove is fine");
        assert!(read(dir.path(), "key.pem").expect("reads").is_none());
    }

    #[test]
    fn a_file_that_others_may_read_and_a_link_are_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        write(dir.path(), "token", b"secret").expect("writes");
        let path = dir.path().join("private/token");
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("chmod");
        assert!(matches!(
            read(dir.path(), "token"),
            Err(StoreError::NotPrivate { .. })
        ));
        std::os::unix::fs::symlink("/etc/hostname", dir.path().join("private/link"))
            .expect("a link");
        assert!(matches!(
            read(dir.path(), "link"),
            Err(StoreError::NotPrivate { .. })
        ));
    }

    #[test]
    fn names_that_leave_the_folder_are_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        for name in ["", "..", "../journal", "a/b", ".hidden", "a\0b"] {
            assert!(
                matches!(
                    write(dir.path(), name, b"x"),
                    Err(StoreError::NotPrivate { .. })
                ),
                "{name:?}"
            );
        }
    }
}
