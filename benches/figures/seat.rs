//! A seat in front of a program: a pseudo-terminal, what it shows, and a hand on its keyboard.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::Fallible;

/// Columns and rows.
pub type Size = (u16, u16);

/// The smallest terminal that the kiosk is made for, and a large one.
pub const SMALL: Size = (80, 24);
pub const LARGE: Size = (200, 60);

/// How long anything may take to appear on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What ends a frame: the end of a synchronized update.
const END_OF_FRAME: &[u8] = b"\x1b[?2026l";

/// A program in a pseudo-terminal.
pub struct Seat {
    /// Held open: the program would be hung up on.
    _master: Box<dyn MasterPty>,
    child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    output: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    started: Instant,
    /// Bytes that the program has written so far.
    pub written: usize,
}

impl Seat {
    /// Starts a program.
    pub fn start(program: &str, arguments: &[&str], size: Size) -> Fallible<Self> {
        let (columns, rows) = size;
        let pair = native_pty_system().openpty(PtySize {
            rows,
            cols: columns,
            ..PtySize::default()
        })?;
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        let mut reader = pair.master.try_clone_reader()?;
        let input = pair.master.take_writer()?;
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 16384];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let read = bytes.get(..count).unwrap_or_default().to_vec();
                if sender.send((Instant::now(), read)).is_err() {
                    return;
                }
            }
        });
        let started = Instant::now();
        let child = pair.slave.spawn_command(command)?;
        Ok(Self {
            _master: pair.master,
            child,
            input,
            output,
            screen: vt100::Parser::new(cells(rows)?, cells(columns)?, 0),
            started,
            written: 0,
        })
    }

    /// The program's process.
    pub fn process(&self) -> Fallible<u32> {
        self.child
            .process_id()
            .ok_or_else(|| "the program has no process".into())
    }

    /// Reads until the screen shows this; how long after the start that was.
    pub fn until_shown(&mut self, text: &str) -> Fallible<Duration> {
        self.until(text, |screen, _| screen.contents().contains(text))
    }

    /// Reads until the end of the first frame that shows this; how long after the start that was.
    pub fn until_frame(&mut self, text: &str) -> Fallible<Duration> {
        self.until(text, |screen, bytes| {
            let ended = bytes
                .windows(END_OF_FRAME.len())
                .any(|part| part == END_OF_FRAME);
            ended && screen.contents().contains(text)
        })
    }

    fn until(
        &mut self,
        what: &str,
        wanted: impl Fn(&vt100::Screen, &[u8]) -> bool,
    ) -> Fallible<Duration> {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = Instant::now();
        let mut bytes = Vec::new();
        loop {
            if wanted(self.screen.screen(), &bytes) {
                return Ok(seen - self.started);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            (seen, bytes) = self.output.recv_timeout(left).map_err(|_| {
                let shown = self.screen.screen().contents();
                format!("never seen: {what}; the screen shows:\n{shown}")
            })?;
            self.take(&bytes);
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.written += bytes.len();
        self.screen.process(bytes);
    }

    /// Lets time pass, and reads.
    pub fn pass(&mut self, time: Duration) {
        let deadline = Instant::now() + time;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok((_, bytes)) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => return std::thread::sleep(left),
            }
        }
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) -> Fallible<()> {
        self.input.write_all(keys.as_bytes())?;
        Ok(self.input.flush()?)
    }

    /// Waits until the program has ended by itself.
    pub fn ended(mut self) -> Fallible<()> {
        self.child.wait()?;
        Ok(())
    }

    /// Ends the program as a terminal that is closed does, and waits for it, so that it leaves everything in order.
    pub fn end(self) -> Fallible<()> {
        // The child's own way to kill loses patience after a fifth of a second; this one only sends the signal.
        self.child.clone_killer().kill()?;
        self.ended()
    }
}

fn cells(count: u16) -> Fallible<NonZeroU16> {
    Ok(NonZeroU16::try_from(count)?)
}
