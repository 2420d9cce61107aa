//! What the machine, the network or another program did not do, where a fact is known of it.

use std::io;

use serde::{Deserialize, Serialize};

/// What went wrong outside the rules. Whatever is none of these is quoted in the words of whoever said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// Nobody listens at that address.
    ConnectionRefused,
    /// It ended in the middle.
    ConnectionLost,
    TimedOut,
    /// No way leads there.
    Unreachable,
    /// No name server knows the name.
    NameUnknown,
    PermissionDenied,
    DiskFull,
    NotFound,
    /// The source of randomness.
    Randomness,
    /// The program itself failed in the middle of a run.
    Broke,
}

/// With what the standard library begins what it says of a name that does not resolve, which has no kind of its own.
const UNRESOLVED: &str = "failed to lookup address information";

impl Trouble {
    /// What an error of the system's is; none: it must be quoted.
    pub fn of(error: &io::Error) -> Option<Self> {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Some(Self::ConnectionRefused),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Some(Self::ConnectionLost),
            io::ErrorKind::TimedOut => Some(Self::TimedOut),
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown => Some(Self::Unreachable),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Some(Self::PermissionDenied)
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(Self::DiskFull),
            io::ErrorKind::NotFound => Some(Self::NotFound),
            _ => error
                .to_string()
                .starts_with(UNRESOLVED)
                .then_some(Self::NameUnknown),
        }
    }
}

/// What was said of a trouble: what it is, where that is known, and the words, for a log and for whoever must do with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub known: Option<Trouble>,
    /// In the words of whoever said it.
    pub words: String,
}

impl Said {
    /// One that is known.
    pub fn known(known: Trouble, words: impl ToString) -> Self {
        Self {
            known: Some(known),
            words: words.to_string(),
        }
    }
}

impl From<String> for Said {
    fn from(words: String) -> Self {
        Self { known: None, words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_does_not_resolve_is_known_by_what_the_standard_library_says() {
        use std::net::ToSocketAddrs;
        // No name server is asked: a part of a name has 63 letters at most.
        let error = (format!("{}.example", "a".repeat(64)).as_str(), 443).to_socket_addrs();
        let error = error.expect_err("no such name");
        assert_eq!(Trouble::of(&error), Some(Trouble::NameUnknown), "{error}");
    }

    #[test]
    fn what_has_no_words_of_ours_is_not_taken_for_something_else() {
        for kind in [io::ErrorKind::InvalidData, io::ErrorKind::Other] {
            assert_eq!(Trouble::of(&io::Error::new(kind, "a certificate")), None);
        }
    }
}
