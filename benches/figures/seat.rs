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

/// What stands around a frame: a synchronized update.
const FRAME_BEGINS: &[u8] = b"\x1b[?2026h";
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

/// A program in a pseudo-terminal.
pub struct Seat {
    /// Held open: the program would be hung up on.
    _master: Box<dyn MasterPty>,
    child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    output: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    started: Instant,
    /// When what is on the screen came.
    seen: Instant,
    /// The last bytes, in which a mark may have begun.
    tail: Vec<u8>,
    /// What is on the screen is a whole frame.
    whole: bool,
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
            seen: started,
            tail: Vec::new(),
            whole: false,
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
        self.until(text, false)
    }

    /// Reads until a whole frame shows this; how long after the start that was.
    pub fn until_frame(&mut self, text: &str) -> Fallible<Duration> {
        self.until(text, true)
    }

    fn until(&mut self, text: &str, whole: bool) -> Fallible<Duration> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let shown = self.screen.screen().contents();
            if shown.contains(text) && (self.whole || !whole) {
                return Ok(self.seen - self.started);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let (seen, bytes) = self
                .output
                .recv_timeout(left)
                .map_err(|_| format!("never seen: {text}; the screen shows:\n{shown}"))?;
            self.take(seen, &bytes);
        }
    }

    fn take(&mut self, seen: Instant, bytes: &[u8]) {
        self.seen = seen;
        self.written += bytes.len();
        self.screen.process(bytes);
        self.tail.extend_from_slice(bytes);
        let last = |mark: &[u8]| self.tail.windows(mark.len()).rposition(|at| at == mark);
        let (begun, ended) = (last(FRAME_BEGINS), last(FRAME_ENDS));
        if begun.max(ended).is_some() {
            self.whole = ended > begun;
        }
        let kept = self.tail.len().saturating_sub(FRAME_ENDS.len() - 1);
        self.tail.drain(..kept);
    }

    /// Lets time pass, and reads.
    pub fn pass(&mut self, time: Duration) {
        let deadline = Instant::now() + time;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok((seen, bytes)) => self.take(seen, &bytes),
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
