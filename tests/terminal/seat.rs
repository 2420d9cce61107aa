//! A program in a pseudo-terminal, and what a person in front of it sees.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a screen may take to appear on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Nothing came of a key within so long: it was lost.
const LOST: Duration = Duration::from_secs(15);

/// How long one look lasts at most.
const LOOK: Duration = Duration::from_secs(1);

/// A program and its terminal. Dropping it ends the program.
pub struct Seat {
    master: Box<dyn MasterPty>,
    child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    modes_before: String,
    typed: String,
    typed_at: Instant,
}

impl Seat {
    /// Starts a program in a terminal of that many columns and rows.
    pub fn start(mut command: CommandBuilder, (columns, rows): (u16, u16)) -> Self {
        let pair = native_pty_system()
            .openpty(size(columns, rows))
            .expect("a pseudo-terminal");
        let modes_before = modes(pair.master.as_ref());
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).expect("started");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let read = bytes.get(..count).unwrap_or_default().to_vec();
                if sender.send(read).is_err() {
                    return;
                }
            }
        });
        Self {
            input: pair.master.take_writer().expect("a writer"),
            master: pair.master,
            child,
            output,
            screen: vt100::Parser::new(cells(rows), cells(columns), 1000),
            modes_before,
            typed: String::new(),
            typed_at: Instant::now(),
        }
    }

    /// What is on the screen now.
    pub fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// Reads until the screen is as wanted. A look may take longer than the kiosk takes to draw again: it looks at what is there
    /// now, and time is up also while more keeps coming.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !wanted(self.screen.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "never seen: {what}\n{}",
                self.screen().contents()
            );
            self.press_again();
            let bytes = match self.output.recv_timeout(left.min(LOOK)) {
                Ok(bytes) => bytes,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("ended before: {what}\n{}", self.screen().contents())
                }
            };
            self.screen.process(&bytes);
            for bytes in self.output.try_iter() {
                self.screen.process(&bytes);
            }
        }
    }

    /// Reads until a text is on the screen.
    pub fn until_shown(&mut self, text: &str) {
        let wanted = text.to_owned();
        self.until(text, move |screen| screen.contents().contains(&wanted));
    }

    /// Types.
    pub fn press(&mut self, keys: &str) {
        keys.clone_into(&mut self.typed);
        self.typed_at = Instant::now();
        self.write(keys);
    }

    /// Types once more what nothing came of, as a person does. Some kernels (6.18) now and then lose what comes from a
    /// pseudo-terminal, also with a program of six lines.
    fn press_again(&mut self) {
        if !self.typed.is_empty() && self.typed_at.elapsed() > LOST {
            let keys = std::mem::take(&mut self.typed);
            self.write(&keys);
        }
    }

    fn write(&mut self, keys: &str) {
        self.input
            .write_all(keys.as_bytes())
            .and_then(|()| self.input.flush())
            .expect("typed");
    }

    /// Another window size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.screen
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        self.master.resize(size(columns, rows)).expect("resized");
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.child.process_id().expect("a process").to_string();
        let sent = std::process::Command::new("kill")
            .args(["-s", name, &pid])
            .status();
        assert!(sent.is_ok_and(|status| status.success()));
    }

    /// The terminal is in raw mode or otherwise changed.
    pub fn assert_taken_over(&self) {
        assert!(self.screen().alternate_screen());
        assert_ne!(modes(self.master.as_ref()), self.modes_before, "raw mode");
    }

    /// Waits for the program's end; then the terminal must be as it was before.
    pub fn assert_given_back(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait().expect("a child").is_none() {
            assert!(
                Instant::now() < deadline,
                "it goes on\n{}",
                self.screen().contents()
            );
            self.press_again();
            thread::sleep(Duration::from_millis(20));
        }
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(300)) {
            self.screen.process(&bytes);
        }
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "{}", screen.contents());
        assert!(!screen.hide_cursor());
        assert_eq!(modes(self.master.as_ref()), self.modes_before);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // It has ended already unless a test failed.
        let _ = self.child.kill();
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        ..PtySize::default()
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("at least one")
}

/// The terminal's modes, as text that can be compared.
fn modes(master: &dyn MasterPty) -> String {
    let modes = master
        .get_termios()
        .map(|modes| (modes.input_flags, modes.output_flags, modes.local_flags));
    format!("{modes:?}")
}
