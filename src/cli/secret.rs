//! Where PINs and one-time codes come from: a file descriptor, or the terminal with its echo switched off. Never the
//! arguments, which every process of the machine can read.
//!
//! Invariant: whoever drops a question on the terminal, e.g. because of Ctrl-C, gets the echo back.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::sync::Arc;

use parking_lot::Mutex;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::domain::Pin;
use crate::domain::pin::PIN_CODE_POINTS_MIN;
use crate::text::{spoken, tr};
use crate::workflow::Stop;

/// The longest line that is read: a PIN has at most 63 bytes, a one-time code fewer.
const LINE_MAX: u64 = 256;

/// Why no secret could be read. Carries no part of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The descriptor is not open, or not readable.
    #[error("{}", unread(*.fd, .source))]
    Descriptor { fd: u32, source: std::io::Error },
    /// Nothing was in it.
    #[error("{}", empty(.0))]
    Empty(String),
    /// Not text, or too long.
    #[error("{}", no_line(.0))]
    Form(String),
    /// No descriptor was named and there is no terminal to ask on.
    #[error("{}", no_terminal(.what, .option))]
    NoTerminal {
        what: String,
        /// The option that names a descriptor.
        option: &'static str,
    },
    #[error("{}", failed(.0))]
    Terminal(#[from] std::io::Error),
}

fn unread(fd: u32, source: &std::io::Error) -> String {
    tr!(spoken(), "cli-fd-unread", fd = fd, why = source.to_string())
}

fn empty(name: &str) -> String {
    tr!(spoken(), "cli-secret-empty", name = name)
}

fn no_line(name: &str) -> String {
    tr!(spoken(), "cli-secret-form", name = name)
}

fn no_terminal(what: &str, option: &str) -> String {
    tr!(spoken(), "cli-no-terminal", what = what, option = option)
}

fn failed(why: &std::io::Error) -> String {
    tr!(spoken(), "cli-terminal-failed", why = why.to_string())
}

/// The PIN in a text that was typed: a new one of at least so many code points, or the one that the key has.
pub fn pin(text: &str, new_min: Option<u8>) -> Result<Pin, Stop> {
    match new_min {
        Some(min) => Pin::chosen(text, min),
        None => Pin::new(text, PIN_CODE_POINTS_MIN),
    }
    .map_err(Stop::PinNotTaken)
}

/// The lines of one file descriptor, each read once and only when it is wanted, so that a file and a pipe behave alike
/// and an open pipe need not say more than it is asked for.
#[derive(Clone)]
pub struct Lines {
    fd: u32,
    read: Arc<Mutex<ReadLines>>,
}

#[derive(Default)]
struct ReadLines {
    source: Option<BufReader<File>>,
    lines: Vec<Zeroizing<String>>,
}

impl Lines {
    /// Opens nothing yet.
    pub fn of(fd: u32) -> Self {
        Self {
            fd,
            read: Arc::default(),
        }
    }

    /// Which descriptor.
    pub fn fd(&self) -> u32 {
        self.fd
    }

    /// Line number `index`, from 0, without its end.
    pub async fn line(&self, index: usize) -> Result<Zeroizing<String>, SecretError> {
        let (fd, read) = (self.fd, Arc::clone(&self.read));
        on_a_thread(move || {
            let mut read = read.lock();
            read.up_to(index, fd)
        })
        .await
    }
}

impl ReadLines {
    fn up_to(&mut self, index: usize, fd: u32) -> Result<Zeroizing<String>, SecretError> {
        loop {
            if let Some(line) = self.lines.get(index) {
                return Ok(line.clone());
            }
            let source = match &mut self.source {
                Some(source) => source,
                None => {
                    let file = File::open(format!("/proc/self/fd/{fd}"))
                        .map_err(|source| SecretError::Descriptor { fd, source })?;
                    // A longer buffer would keep a copy of the secret.
                    self.source.insert(BufReader::with_capacity(1, file))
                }
            };
            let line = self.lines.len() + 1;
            let name = tr!(spoken(), "cli-fd-line", line = line, fd = fd);
            let line = next_line(source, &name)?;
            self.lines.push(line);
        }
    }
}

/// Reads the first line of a file descriptor.
pub async fn from_descriptor(fd: u32) -> Result<Zeroizing<String>, SecretError> {
    Lines::of(fd).line(0).await
}

/// Asks on the terminal, without echo.
pub async fn from_terminal(
    prompt: &str,
    what: &str,
    option: &'static str,
) -> Result<Zeroizing<String>, SecretError> {
    if !std::io::stdin().is_terminal() {
        let what = what.to_owned();
        return Err(SecretError::NoTerminal { what, option });
    }
    let silence = Silence::begin()?;
    let mut terminal = std::io::stderr();
    write!(terminal, "{prompt}: ")?;
    terminal.flush()?;
    let line = on_a_thread(|| {
        let mut typed = BufReader::with_capacity(1, std::io::stdin().lock());
        next_line(&mut typed, &tr!(spoken(), "cli-the-terminal"))
    })
    .await;
    drop(silence);
    line
}

/// Asks on the terminal for what is no secret.
pub async fn line_from_terminal(
    prompt: &str,
    what: &str,
    option: &'static str,
) -> Result<String, SecretError> {
    if !std::io::stdin().is_terminal() {
        let what = what.to_owned();
        return Err(SecretError::NoTerminal { what, option });
    }
    let mut terminal = std::io::stderr();
    write!(terminal, "{prompt}: ")?;
    terminal.flush()?;
    let line = on_a_thread(|| {
        let mut typed = BufReader::with_capacity(1, std::io::stdin().lock());
        next_line(&mut typed, &tr!(spoken(), "cli-the-terminal"))
    })
    .await?;
    Ok(line.as_str().to_owned())
}

/// The terminal without its echo, until dropped. The thread that reads may then still be waiting for a line: that must
/// not keep the echo from coming back.
struct Silence(Termios);

impl Silence {
    fn begin() -> std::io::Result<Self> {
        let stdin = std::io::stdin();
        let before = tcgetattr(stdin.as_fd())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin.as_fd(), OptionalActions::Flush, &silent)?;
        Ok(Self(before))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        let restored = tcsetattr(std::io::stdin().as_fd(), OptionalActions::Flush, &self.0);
        if let Err(error) = restored {
            tracing::warn!(%error, "the terminal's echo is still off: run `stty echo`");
        }
        // The line end that was typed was not shown.
        drop(writeln!(std::io::stderr()));
    }
}

/// Reading waits for people or for another program, and must not hold up what listens for signals.
async fn on_a_thread(
    read: impl FnOnce() -> Result<Zeroizing<String>, SecretError> + Send + 'static,
) -> Result<Zeroizing<String>, SecretError> {
    tokio::task::spawn_blocking(read)
        .await
        .unwrap_or_else(|error| Err(SecretError::Terminal(std::io::Error::other(error))))
}

fn next_line(source: &mut impl BufRead, name: &str) -> Result<Zeroizing<String>, SecretError> {
    let mut line = Zeroizing::new(Vec::with_capacity(256));
    source.take(LINE_MAX).read_until(b'\n', &mut line)?;
    if u64::try_from(line.len()).is_ok_and(|length| length == LINE_MAX) {
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
    fn lines_are_taken_one_by_one_without_their_ends() {
        let mut two = &b"1234\r\n5678"[..];
        let first = next_line(&mut two, "x").expect("a line");
        assert_eq!(first.as_str(), "1234");
        assert_eq!(next_line(&mut two, "x").expect("a line").as_str(), "5678");
        assert!(matches!(
            next_line(&mut two, "x"),
            Err(SecretError::Empty(_))
        ));
        assert!(matches!(
            next_line(&mut &[0xff, b'\n'][..], "x"),
            Err(SecretError::Form(_))
        ));
        let long = vec![b'a'; 300];
        assert!(matches!(
            next_line(&mut &long[..], "x"),
            Err(SecretError::Form(_))
        ));
    }
}
