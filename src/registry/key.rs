//! The station's own key pair: P-256, in a PEM file (PKCS #8) that only its owner can read.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use p256::ecdsa::SigningKey;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use zeroize::Zeroizing;

use crate::files;

/// Larger files are no key.
const MAX_FILE_BYTES: u64 = 16 * 1024;

/// Secret: has no `Debug`, and is zeroised when dropped.
pub struct StationKey(SigningKey);

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("the station's key {}: {why}", .path.display())]
    File { path: PathBuf, why: std::io::Error },
    /// There is one already: it is never overwritten.
    #[error("the station's key {} exists already: this station has joined, or has tried to", .0.display())]
    Exists(PathBuf),
    /// Others can read it.
    #[error("the station's key {} can be read by others (mode {mode:o}): make it 0600, and join anew if somebody read it", .path.display())]
    Open { path: PathBuf, mode: u32 },
    /// Not a P-256 key in PEM.
    #[error("the station's key {} is not a P-256 key in PEM (PKCS #8): restore it, or join anew", .0.display())]
    Form(PathBuf),
    #[error("the system's random generator failed")]
    Random,
}

impl StationKey {
    /// A fresh key that is in no file.
    pub fn generate() -> Result<Self, KeyFileError> {
        let mut scalar = Zeroizing::new([0u8; 32]);
        // A scalar outside the group's order (one in 2^32) is drawn again.
        for _ in 0..8 {
            getrandom::fill(scalar.as_mut()).map_err(|_| KeyFileError::Random)?;
            if let Ok(key) = SigningKey::from_slice(scalar.as_ref()) {
                return Ok(Self(key));
            }
        }
        Err(KeyFileError::Random)
    }

    /// Makes a key and its file (mode 0600), on disk when it returns. Never overwrites one.
    pub fn create(path: &Path) -> Result<Self, KeyFileError> {
        let key = Self::generate()?;
        let pem = p256::SecretKey::from(&key.0)
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|_| KeyFileError::Form(path.to_owned()))?;
        let failed = |why: std::io::Error| match why.kind() {
            std::io::ErrorKind::AlreadyExists => KeyFileError::Exists(path.to_owned()),
            _ => KeyFileError::File {
                path: path.to_owned(),
                why,
            },
        };
        files::write_new(path, pem.as_bytes()).map_err(failed)?;
        Ok(key)
    }

    /// Reads a key file; refuses one that others can read.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        let failed = |why: std::io::Error| KeyFileError::File {
            path: path.to_owned(),
            why,
        };
        let file = files::open_regular(path).map_err(failed)?;
        let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Open {
                path: path.to_owned(),
                mode,
            });
        }
        let mut pem = Zeroizing::new(String::new());
        file.take(MAX_FILE_BYTES)
            .read_to_string(&mut pem)
            .map_err(failed)?;
        SigningKey::from_pkcs8_pem(&pem)
            .map(Self)
            .map_err(|_| KeyFileError::Form(path.to_owned()))
    }

    /// SubjectPublicKeyInfo in PEM, for joining.
    pub fn public_key_pem(&self) -> String {
        self.0
            .verifying_key()
            .to_public_key_pem(LineEnding::LF)
            .unwrap_or_default()
    }

    pub(super) fn signing_key(&self) -> &SigningKey {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_for_its_owner_alone_and_never_overwritten() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("station.pem");
        let made = StationKey::create(&path).expect("makes");
        let mode = std::fs::metadata(&path)
            .expect("exists")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let read = StationKey::load(&path).expect("reads");
        assert_eq!(read.public_key_pem(), made.public_key_pem());
        assert!(matches!(
            StationKey::create(&path),
            Err(KeyFileError::Exists(_))
        ));
    }

    #[test]
    fn a_key_file_that_others_can_read_or_that_is_no_key_is_refused() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("station.pem");
        StationKey::create(&path).expect("makes");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("chmod");
        assert!(matches!(
            StationKey::load(&path),
            Err(KeyFileError::Open { mode: 0o640, .. })
        ));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("chmod");
        std::fs::write(&path, "not a key").expect("writes");
        assert!(matches!(
            StationKey::load(&path),
            Err(KeyFileError::Form(_))
        ));
    }

    #[test]
    fn a_pipe_under_the_name_of_a_key_file_is_waited_for_by_nobody() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("station.pem");
        let mut mkfifo = std::process::Command::new("mkfifo");
        let made = mkfifo.args(["-m", "600"]).arg(&path).status();
        assert!(made.expect("mkfifo").success());
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || tell.send(StationKey::load(&path).map(|_| ())));
        let loaded = told.recv_timeout(std::time::Duration::from_secs(10));
        assert!(
            matches!(loaded, Ok(Err(KeyFileError::File { .. }))),
            "{loaded:?}"
        );
    }
}
