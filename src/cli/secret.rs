//! Where PINs and one-time codes come from: a file descriptor, or the terminal with its echo switched off. Never the
//! arguments, which every process of the machine can read.

use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::os::fd::AsFd;

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// The longest line that is read: a PIN has at most 63 bytes, a one-time code fewer.
const LINE_MAX: u64 = 256;

/// Why no secret could be read. Carries no part of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The descriptor is not open, or not readable.
    #[error(
        "file descriptor {fd} cannot be read ({source}): open it for reading, e.g. with 3<FILE"
    )]
    Descriptor {
        /// Which.
        fd: u32,
        /// Why.
        source: std::io::Error,
    },
    /// Nothing was in it.
    #[error("{0} is empty: its first line is expected")]
    Empty(String),
    /// Not text, or too long.
    #[error("{0} does not hold one short line of UTF-8")]
    Form(String),
    /// No descriptor was named and there is no terminal to ask on.
    #[error(
        "{what} is needed: name a file descriptor with {option}, there is no terminal to ask on"
    )]
    NoTerminal {
        /// What is needed.
        what: &'static str,
        /// The option that names a descriptor.
        option: &'static str,
    },
    /// The terminal failed.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] std::io::Error),
}

/// Reads the first line of a file descriptor.
pub fn from_descriptor(fd: u32) -> Result<Zeroizing<String>, SecretError> {
    let file = std::fs::File::open(format!("/proc/self/fd/{fd}"))
        .map_err(|source| SecretError::Descriptor { fd, source })?;
    first_line(file, &format!("file descriptor {fd}"))
}

/// Asks on the terminal, without echo.
pub fn from_terminal(
    prompt: &str,
    what: &'static str,
    option: &'static str,
) -> Result<Zeroizing<String>, SecretError> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(SecretError::NoTerminal { what, option });
    }
    let mut terminal = std::io::stderr();
    write!(terminal, "{prompt}: ")?;
    terminal.flush()?;
    let before = tcgetattr(stdin.as_fd()).map_err(std::io::Error::from)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(stdin.as_fd(), OptionalActions::Flush, &silent).map_err(std::io::Error::from)?;
    let line = first_line(stdin.lock(), "the terminal");
    tcsetattr(stdin.as_fd(), OptionalActions::Flush, &before).map_err(std::io::Error::from)?;
    writeln!(terminal)?;
    line
}

fn first_line(source: impl Read, name: &str) -> Result<Zeroizing<String>, SecretError> {
    let mut line = Zeroizing::new(Vec::with_capacity(256));
    // Read byte by byte through a buffer of its own would keep a copy; the buffer here is as short as the line may be.
    let mut reader = BufReader::with_capacity(1, source.take(LINE_MAX + 1));
    reader.read_until(b'\n', &mut line)?;
    if u64::try_from(line.len()).is_ok_and(|length| length > LINE_MAX) {
        return Err(SecretError::Form(name.to_owned()));
    }
    let text = std::str::from_utf8(&line).map_err(|_| SecretError::Form(name.to_owned()))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(SecretError::Empty(name.to_owned()));
    }
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_taken_without_its_end() {
        let line = first_line(&b"1234\r\nrest"[..], "x").expect("a line");
        assert_eq!(line.as_str(), "1234");
        assert!(matches!(
            first_line(&b"\n"[..], "x"),
            Err(SecretError::Empty(_))
        ));
        assert!(matches!(
            first_line(&[0xff, b'\n'][..], "x"),
            Err(SecretError::Form(_))
        ));
        let long = vec![b'a'; 300];
        assert!(matches!(
            first_line(&long[..], "x"),
            Err(SecretError::Form(_))
        ));
    }
}
