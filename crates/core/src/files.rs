//! Private files that are there as a whole, on disk, or not at all.

use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use tempfile::NamedTempFile;

/// The mode of a file of its owner alone.
pub const PRIVATE: u32 = 0o600;

/// How such a file is opened; what it is opened for is to be added.
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(PRIVATE);
    options
}

/// A new and empty file of its owner alone, for what must not stand under another name meanwhile.
///
/// # Errors
/// [`ErrorKind::AlreadyExists`]: nothing is ever overwritten.
pub fn create(path: &Path) -> Result<File> {
    private().write(true).create_new(true).open(path)
}

/// Makes a file with this content, on disk when it returns.
///
/// # Errors
/// [`ErrorKind::AlreadyExists`]: nothing is ever overwritten.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = beside(path)?;
    file.write_all(bytes)?;
    place(file, path)
}

/// Opens a file for reading, without waiting for whoever might write to it: a pipe or a device is no file here.
pub fn open_regular(path: &Path) -> Result<File> {
    regular(OpenOptions::new().read(true), OFlags::empty(), path)
}

/// Opens a file as it says, and as these flags say besides, without waiting for anybody: what is there must be a file.
pub fn regular(how: &mut OpenOptions, besides: OFlags, path: &Path) -> Result<File> {
    let flags = (besides | OFlags::NONBLOCK).bits().cast_signed();
    let file = how.custom_flags(flags).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(Error::new(
            ErrorKind::InvalidInput,
            "it is no regular file: write it to a file first",
        )),
    }
}

/// What [`regular`] says of what is no file.
pub fn is_no_file(why: &Error) -> bool {
    why.kind() == ErrorKind::InvalidInput && why.raw_os_error().is_none()
}

/// What a file holds.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text that a file holds.
pub fn read_to_string(path: &Path) -> Result<String> {
    let mut text = String::new();
    open_regular(path)?.read_to_string(&mut text)?;
    Ok(text)
}

/// A file of its owner alone that is locked, and never read or written.
pub fn open_lock(path: &Path) -> Result<File> {
    let mut lock = private();
    regular(
        lock.write(true).create(true).truncate(false),
        OFlags::empty(),
        path,
    )
}

/// Which rights the group and others have to a file that they are not to have.
pub fn open_to_others(path: &Path, not_to_have: u32) -> Result<Option<u32>> {
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    Ok((mode & not_to_have != 0).then_some(mode))
}

/// Gives a file this content, on disk when it returns; before, the old content is. A draft that a kill left behind goes with the
/// next one, because it has the same name.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    let draft = directory_of(path).join(name);
    remove(&draft)?;
    let mut file = create(&draft)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| std::fs::rename(&draft, path)) {
        remove(&draft)?;
        return Err(error);
    }
    sync_directory(path)
}

/// Removes a file; whether there was one.
pub fn remove(path: &Path) -> Result<bool> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A file of its owner alone, under another name in the directory where it is to be; it goes when it is dropped.
pub fn beside(path: &Path) -> Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".keydesk-")
        .permissions(Permissions::from_mode(PRIVATE))
        .tempfile_in(directory_of(path))
}

/// Gives it its name, once it is on disk.
///
/// # Errors
/// [`ErrorKind::AlreadyExists`]: nothing is ever overwritten.
pub fn place(file: NamedTempFile, path: &Path) -> Result<()> {
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|e| e.error)?;
    sync_directory(path)
}

/// The same in place of what has that name now.
pub fn replace(file: NamedTempFile, path: &Path) -> Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    sync_directory(path)
}

/// Gives a file to the owner of another one, whoever made it: a registry's files are its own, although root replaces them.
pub fn own_like(file: &File, other: &Metadata) -> Result<()> {
    let own = file.metadata()?;
    match (own.uid(), own.gid()) == (other.uid(), other.gid()) {
        true => Ok(()),
        false => fchown(file, Some(other.uid()), Some(other.gid())),
    }
}

/// Whether nothing has that name.
pub fn is_missing(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_err_and(|why| why.kind() == ErrorKind::NotFound)
}

/// The path with something after its name.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A new name is on disk only once its directory is.
pub fn sync_directory(path: &Path) -> Result<()> {
    File::open(directory_of(path))?.sync_all()
}

/// What [`place`] says of a name that is taken.
pub fn is_taken(why: &Error) -> bool {
    why.kind() == ErrorKind::AlreadyExists
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_is_no_file_and_nobody_waits_for_whoever_might_write_to_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let pipe = directory.path().join("tokens.xml");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("mkfifo").success());
        let why = open_regular(&pipe).expect_err("no file").to_string();
        assert!(why.contains("no regular file"), "{why}");
        assert!(open_regular(directory.path()).is_err());
        let file = directory.path().join("file");
        std::fs::write(&file, "text").expect("written");
        assert!(open_regular(&file).is_ok());
        assert_eq!(read(&file).expect("read"), b"text");
        assert!(read(&pipe).is_err() && read_to_string(&pipe).is_err());
        assert!(open_lock(&pipe).is_err());
        let mut append = OpenOptions::new();
        let device = regular(append.append(true), OFlags::empty(), Path::new("/dev/null"));
        assert!(device.is_err());
    }
}
