//! The private keys to which stations seal the secrets of apps and tokens: a file of their own, outside the database.
//!
//! What it hides: the file's form, its durable replacement, and that the administrator may replace it while the registry
//! serves. Invariants: the file is its owner's alone; a key file is made with a new database, or because somebody asked for it, and
//! never where secrets wait for a lost one; the newest key is the one that is sealed to, and the others stay for what was sealed
//! before.

use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use jiff::Timestamp;
use parking_lot::Mutex;
use zeroize::Zeroizing;

use crate::domain::factor::{SealedSecret, SealingKey};
use crate::files;
use crate::seal::{For, OpeningKey, SealError};
use crate::totp::TotpSecret;

/// Begins the file, after comments; the number is the version of its form.
const HEADER: &str = "keydesk-sealing-keys 1";

/// Larger files are no key file: room for hundreds of rotations.
const MAX_FILE_BYTES: u64 = 256 * 1024;

/// Why the keys can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    #[error("the registry's key file {}: {why}", .path.display())]
    File { path: PathBuf, why: std::io::Error },
    /// Others can read it.
    #[error("the registry's key file {} can be read by others (mode {mode:o}): make it 0600, and run `keydesk registry secrets rotate` if somebody read it", .path.display())]
    Open { path: PathBuf, mode: u32 },
    /// Not a key file, or one of a newer release.
    #[error("the registry's key file {}, line {line}: {what}; restore it from its backup", .path.display())]
    Form {
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        what: &'static str,
    },
    /// Secrets in the database are sealed to a key that is not there.
    #[error(
        "{secrets} secret(s) in the database are sealed to the key {key}, which {} does not hold: restore the file from its backup", .path.display()
    )]
    Lost {
        /// The file, which may be missing.
        path: PathBuf,
        /// The key's name.
        key: String,
        /// How many secrets only it opens.
        secrets: u64,
    },
    /// The file of another registry.
    #[error(
        "the database belongs with the key {key}, which {} does not hold: restore the file from its backup. If it is lost, nothing is \
         sealed to it, and `keydesk registry secrets adopt` goes on with another one", .path.display()
    )]
    Foreign {
        path: PathBuf,
        /// The key's name.
        key: String,
    },
    /// There is none.
    #[error(
        "the registry's key file {} is gone: restore it from its backup. If it is lost, nothing is sealed to it, and `keydesk registry \
         secrets adopt` makes another one", .0.display()
    )]
    Gone(PathBuf),
}

/// The keys of one file.
pub struct Ring {
    /// Oldest first; never empty.
    keys: Vec<Held>,
}

/// A key and its age.
pub struct Held {
    pub key: OpeningKey,
    pub made_at: Timestamp,
}

impl Ring {
    /// A first key.
    fn new(now: Timestamp) -> Self {
        let mut ring = Self { keys: Vec::new() };
        ring.add(now);
        ring
    }

    /// Adds a key, to which is sealed from now on.
    pub fn add(&mut self, now: Timestamp) {
        self.keys.push(Held {
            key: OpeningKey::generate(),
            made_at: now,
        });
    }

    /// Drops the keys that are not wanted; the newest stays. Returns the names of those that went.
    pub fn retain(&mut self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let newest = self.current().map(|key| key.id.clone());
        let mut dropped = Vec::new();
        self.keys.retain(|held| {
            let id = &held.key.sealing_key().id;
            let stays = newest.as_ref() == Some(id) || wanted(id);
            if !stays {
                dropped.push(id.clone());
            }
            stays
        });
        dropped
    }

    /// Whether a key of that name is there.
    pub fn holds(&self, id: &str) -> bool {
        self.keys.iter().any(|held| held.key.sealing_key().id == id)
    }

    /// The keys, oldest first.
    pub fn keys(&self) -> &[Held] {
        &self.keys
    }

    /// Where is sealed to.
    pub fn current(&self) -> Option<&SealingKey> {
        self.keys.last().map(|held| held.key.sealing_key())
    }

    /// Opens a secret with the key that it names.
    ///
    /// # Errors
    /// [`SealError`]; what opens and is no secret counts as damaged.
    pub fn open(&self, sealed: &SealedSecret, to: For<'_>) -> Result<TotpSecret, SealError> {
        let held = self
            .keys
            .iter()
            .find(|held| held.key.sealing_key().id == sealed.key)
            .ok_or_else(|| SealError::OtherKey(sealed.key.clone()))?;
        TotpSecret::new(held.key.open(sealed, to)?).map_err(|_| SealError::Damaged)
    }

    /// Reads a key file; refuses one that others can read, and one that lacks a key which is `needed` (key and number of secrets
    /// that are sealed to it).
    pub fn load(path: &Path, needed: &[(String, u64)]) -> Result<Self, KeyringError> {
        Ok(read_checked(path, needed)?.1)
    }

    /// Reads a key file, or makes it where there is none: for a new database alone.
    pub fn load_or_create(path: &Path, now: Timestamp) -> Result<Self, KeyringError> {
        if files::is_missing(path) {
            match Self::new(now).create(path) {
                Ok(()) => {
                    tracing::info!(path = %path.display(), "made the registry's key file: keep a copy of it, apart from the database's")
                }
                // Another process was quicker.
                Err(why) if files::is_taken(&why) => {}
                Err(why) => return Err(file_error(path, why)),
            }
        }
        Self::load(path, &[])
    }

    /// Replaces the file: on disk when it returns, and before that the old one. It stays its owner's, whoever replaces it.
    pub fn save(&self, path: &Path) -> Result<(), KeyringError> {
        let failed = |why| file_error(path, why);
        let old = std::fs::metadata(path).map_err(failed)?;
        let written = self.write_beside(path).map_err(failed)?;
        files::own_like(written.as_file(), &old).map_err(failed)?;
        files::replace(written, path).map_err(failed)
    }

    /// Makes the file; never overwrites one.
    fn create(&self, path: &Path) -> std::io::Result<()> {
        files::place(self.write_beside(path)?, path)
    }

    /// In the same directory, under another name.
    fn write_beside(&self, path: &Path) -> std::io::Result<tempfile::NamedTempFile> {
        let mut text = Zeroizing::new(String::with_capacity(512 + 128 * self.keys.len()));
        text.push_str(
            "# Opens the secrets of authenticator apps and tokens in the registry's database. Without it they are lost: keep a\n\
             # copy, apart from the database's.\n",
        );
        text.push_str(HEADER);
        text.push('\n');
        for held in &self.keys {
            text.push_str(&held.key.sealing_key().id);
            text.push_str(&format!(" {} ", held.made_at));
            STANDARD_NO_PAD.encode_string(held.key.to_bytes().as_slice(), &mut text);
            text.push('\n');
        }
        let mut file = files::beside(path)?;
        file.write_all(text.as_bytes())?;
        Ok(file)
    }
}

/// The key file of a registry that serves: read anew whenever the administrator has replaced it.
pub struct Keyring {
    path: PathBuf,
    read: Mutex<(Stamp, Arc<Ring>)>,
}

/// Tells one version of a file from the next: device, inode, length, and time of change in nanoseconds.
type Stamp = (u64, u64, u64, i64, i64);

impl Keyring {
    /// Opens the file, which must hold every key that is `needed` (key and number of secrets that are sealed to it).
    ///
    /// # Errors
    /// [`KeyringError::Lost`] and its kin where a key is not there: none is ever made in its place.
    pub fn open(path: &Path, needed: &[(String, u64)]) -> Result<Self, KeyringError> {
        let read = read_checked(path, needed)?;
        Ok(Self {
            path: path.to_owned(),
            read: Mutex::new((read.0, Arc::new(read.1))),
        })
    }

    /// The keys as they are now. A file that cannot be read goes to the log, and the keys stay that were read before.
    pub fn ring(&self) -> Arc<Ring> {
        let mut known = self.read.lock();
        let same = std::fs::metadata(&self.path).is_ok_and(|found| stamp(&found) == known.0);
        if !same {
            match read(&self.path) {
                Ok((stamp, ring)) => *known = (stamp, Arc::new(ring)),
                Err(error) => tracing::error!(%error, "the key file cannot be read anew"),
            }
        }
        Arc::clone(&known.1)
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Keyring").field(&self.path).finish()
    }
}

fn read_checked(path: &Path, needed: &[(String, u64)]) -> Result<(Stamp, Ring), KeyringError> {
    let lacks = |key: &String, secrets: u64| match secrets {
        0 => KeyringError::Foreign {
            path: path.to_owned(),
            key: key.clone(),
        },
        secrets => KeyringError::Lost {
            path: path.to_owned(),
            key: key.clone(),
            secrets,
        },
    };
    if files::is_missing(path) {
        return Err(match needed.iter().find(|(_, secrets)| *secrets > 0) {
            Some((key, secrets)) => lacks(key, *secrets),
            None => KeyringError::Gone(path.to_owned()),
        });
    }
    let (stamp, ring) = read(path)?;
    match needed.iter().find(|(key, _)| !ring.holds(key)) {
        Some((key, secrets)) => Err(lacks(key, *secrets)),
        None => Ok((stamp, ring)),
    }
}

fn read(path: &Path) -> Result<(Stamp, Ring), KeyringError> {
    let failed = |why| file_error(path, why);
    let file = files::open_regular(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyringError::Open {
            path: path.to_owned(),
            mode,
        });
    }
    let mut text = Zeroizing::new(String::with_capacity(4096));
    file.take(MAX_FILE_BYTES)
        .read_to_string(&mut text)
        .map_err(failed)?;
    let keys = parse(&text).map_err(|(line, what)| KeyringError::Form {
        path: path.to_owned(),
        line,
        what,
    })?;
    Ok((stamp(&metadata), Ring { keys }))
}

/// The keys of a file; otherwise which line is wrong, and how.
fn parse(text: &str) -> Result<Vec<Held>, (usize, &'static str)> {
    let mut keys = Vec::new();
    let mut begun = false;
    let mut last = 1;
    for (at, line) in text.lines().enumerate() {
        last = at + 1;
        match line.trim() {
            line if line.is_empty() || line.starts_with('#') => {}
            line if !begun && line == HEADER => begun = true,
            _ if !begun => return Err((last, "not a key file of this release")),
            line => keys.push(held(line).ok_or((last, "not a name, a time and a key"))?),
        }
    }
    if keys.is_empty() {
        return Err((last, "there is no key"));
    }
    Ok(keys)
}

/// A line: the key's name, when it was made, and its 32 bytes in base64.
fn held(line: &str) -> Option<Held> {
    let mut words = line.split_ascii_whitespace();
    let (id, made_at, private) = (words.next()?, words.next()?, words.next()?);
    let bytes = Zeroizing::new(STANDARD_NO_PAD.decode(private).ok()?);
    let key = OpeningKey::from_bytes(&bytes).ok()?;
    (words.next().is_none() && key.sealing_key().id == id).then_some(Held {
        key,
        made_at: made_at.parse().ok()?,
    })
}

fn stamp(metadata: &std::fs::Metadata) -> Stamp {
    (
        metadata.dev(),
        metadata.ino(),
        metadata.len(),
        metadata.ctime(),
        metadata.ctime_nsec(),
    )
}

fn file_error(path: &Path, why: std::io::Error) -> KeyringError {
    KeyringError::File {
        path: path.to_owned(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).expect("in range")
    }

    fn to() -> For<'static> {
        For {
            factor: crate::domain::FactorId(uuid::Uuid::from_u128(1)),
            owner: "p-1",
        }
    }

    fn sealed(ring: &Ring) -> SealedSecret {
        let key = ring.current().expect("a key");
        crate::seal::seal(key, b"12345678901234567890", to()).expect("seals")
    }

    fn made(path: &Path) -> Keyring {
        Ring::load_or_create(path, now()).expect("made");
        Keyring::open(path, &[]).expect("read")
    }

    #[test]
    fn a_file_is_made_once_for_its_owner_alone_and_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("registry.keys");
        let sealed = sealed(&made(&path).ring());
        let mode = std::fs::metadata(&path).expect("there").mode();
        assert_eq!(mode & 0o777, 0o600);
        Ring::load_or_create(&path, now()).expect("read");
        let again = Keyring::open(&path, &[(sealed.key.clone(), 1)]).expect("read");
        assert!(again.ring().open(&sealed, to()).is_ok());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("mode");
        assert!(matches!(
            Keyring::open(&path, &[]),
            Err(KeyringError::Open { mode: 0o640, .. })
        ));
    }

    #[test]
    fn a_key_that_is_needed_is_missed_and_never_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("registry.keys");
        let waiting = [("0011223344556677".to_owned(), 3)];
        let own = [("0011223344556677".to_owned(), 0)];
        let lost = |result: Result<Keyring, KeyringError>| {
            matches!(result, Err(KeyringError::Lost { secrets: 3, .. }))
        };
        assert!(lost(Keyring::open(&path, &waiting)));
        for needed in [&own[..], &[]] {
            let opened = Keyring::open(&path, needed);
            assert!(matches!(opened, Err(KeyringError::Gone(_))));
        }
        assert!(!path.exists(), "no other key in its place");
        made(&path);
        assert!(lost(Keyring::open(&path, &waiting)));
        let opened = Keyring::open(&path, &own);
        assert!(matches!(opened, Err(KeyringError::Foreign { .. })));
    }

    #[test]
    fn a_key_that_is_added_while_the_registry_serves_is_seen_and_the_old_one_opens_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("registry.keys");
        let keyring = made(&path);
        let before = sealed(&keyring.ring());
        let mut ring = Ring::load(&path, &[]).expect("read");
        ring.add(now());
        ring.save(&path).expect("saved");
        let after = sealed(&keyring.ring());
        assert_ne!(before.key, after.key);
        assert!(keyring.ring().open(&before, to()).is_ok());
        // The serving registry keeps what it knows when the file is spoilt.
        std::fs::write(&path, "spoilt").expect("writes");
        assert!(keyring.ring().open(&after, to()).is_ok());
        let dropped = ring.retain(|_| false);
        assert_eq!(dropped, [before.key]);
        assert_eq!(ring.keys().len(), 1);
    }

    #[test]
    fn a_file_that_is_no_key_file_names_the_line() {
        let key = OpeningKey::generate();
        let private = STANDARD_NO_PAD.encode(key.to_bytes().as_slice());
        let id = &key.sealing_key().id;
        let good = format!("# words\n{HEADER}\n\n{id} 2026-11-22T09:00:00Z {private}\n");
        assert_eq!(parse(&good).map(|keys| keys.len()).ok(), Some(1));
        for (text, line) in [
            (String::new(), 1),
            ("keydesk-sealing-keys 2\n".to_owned(), 1),
            (format!("{HEADER}\n"), 1),
            (good.replace(id.as_str(), "0011223344556677"), 4),
            (good.replace("2026", "soon"), 4),
            (good.replace(&private, "AAAA"), 4),
            (good.replace(&private, &format!("{private} more")), 4),
        ] {
            assert_eq!(
                parse(&text).map(drop).map_err(|e| e.0),
                Err(line),
                "{text:?}"
            );
        }
    }
}
