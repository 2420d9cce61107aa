//! The terminal itself: taken over, drawn on, read from, and given back as it was.
//!
//! Invariant: whoever ends the kiosk (a return, an error, a panic of its thread, a signal), the terminal leaves raw mode and the
//! alternate screen exactly once, and the cursor is visible again.

use std::io::{self, IsTerminal, Write, stdin, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::Duration;

use parking_lot::Mutex;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{Event, poll, read};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::layout::{Position, Rect};
use rustix::event::{PollFd, PollFlags, Timespec};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use zeroize::{Zeroize, Zeroizing};

use super::TuiError;

/// The thread that has taken the terminal over, while one has.
static OWNER: Mutex<Option<ThreadId>> = Mutex::new(None);

/// Bytes that are collected before they are written: a large frame in one go.
const FRAME_BYTES: usize = 1 << 16;

/// Collects a frame and writes it to standard output without a second buffer on the way. What was on the screen, a secret
/// perhaps, is wiped from memory as soon as it is written.
struct Wiped {
    bytes: Zeroizing<Vec<u8>>,
}

impl Wiped {
    fn new() -> Self {
        Self {
            bytes: Zeroizing::new(Vec::with_capacity(FRAME_BYTES)),
        }
    }
}

impl Write for Wiped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > FRAME_BYTES {
            // Growing would leave a copy behind.
            self.flush()?;
        }
        let taken = bytes.get(..FRAME_BYTES).unwrap_or(bytes);
        self.bytes.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut left = self.bytes.as_slice();
        let result = loop {
            if left.is_empty() {
                break Ok(());
            }
            match rustix::io::write(rustix::stdio::stdout(), left) {
                Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => left = left.get(written..).unwrap_or_default(),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => break Err(error.into()),
            }
        };
        self.bytes.zeroize();
        result
    }
}

/// The terminal, taken over until it is dropped.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Wiped>>,
}

impl Screen {
    pub fn open() -> Result<Self, TuiError> {
        if !stdin().is_terminal() || !stdout().is_terminal() {
            return Err(TuiError::NoTerminal);
        }
        restore_on_panic();
        *OWNER.lock() = Some(thread::current().id());
        // From here on dropping gives the terminal back, also when the next steps fail.
        let screen =
            Terminal::new(CrosstermBackend::new(Wiped::new())).map(|terminal| Self { terminal });
        let opened = screen.and_then(|screen| {
            enable_raw_mode()?;
            execute!(stdout(), EnterAlternateScreen, Clear(ClearType::All), Hide)?;
            Ok(screen)
        });
        opened.map_err(|error| {
            restore();
            error.into()
        })
    }

    /// Columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws a frame and puts the cursor where it says; only what changed is written, and all of it at once.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Buffer) -> Position) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| {
            let cursor = draw(frame.buffer_mut());
            frame.set_cursor_position(cursor);
        })?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Wipes every cell, so that the next frame is drawn in full.
    pub fn clear(&mut self) -> io::Result<()> {
        // `Terminal::clear` asks the terminal where its cursor is; the answer would get lost among the keys.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, once. Errors are ignored: there is nothing left to do about them.
fn restore() {
    if OWNER.lock().take().is_none() {
        return;
    }
    let _ = execute!(
        stdout(),
        EndSynchronizedUpdate,
        Clear(ClearType::All),
        LeaveAlternateScreen,
        Show
    );
    let _ = disable_raw_mode();
    let _ = stdout().flush();
}

/// A panic of the kiosk's thread first gives the terminal back, so that its message can be read. A panic of another thread
/// goes to the log: written to the screen, it would stay there among what is drawn.
fn restore_on_panic() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let holder = *OWNER.lock();
            match holder {
                Some(thread) if thread != thread::current().id() => {
                    tracing::error!(panic = %info, "a thread of the station panicked");
                }
                _ => {
                    restore();
                    before(info);
                }
            }
        }));
    });
}

/// How long the input thread waits before it looks whether it should end.
const INPUT_POLL: Duration = Duration::from_millis(250);

/// Key presses that may wait for the screen.
const INPUT_QUEUE: usize = 256;

/// Reads the terminal on a thread of its own, because reading blocks.
pub struct Input {
    events: mpsc::Receiver<io::Result<Event>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Input {
    pub fn start() -> io::Result<Self> {
        let (sender, events) = mpsc::channel(INPUT_QUEUE);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("keydesk-input".to_owned())
            .spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    let event = match hung_up().and_then(|()| poll(INPUT_POLL)) {
                        Ok(false) => continue,
                        Ok(true) => read(),
                        Err(error) => Err(error),
                    };
                    let failed = event.is_err();
                    if sender.blocking_send(event).is_err() || failed {
                        return;
                    }
                }
            })?;
        Ok(Self {
            events,
            stop,
            thread: Some(thread),
        })
    }

    pub async fn next(&mut self) -> io::Result<Event> {
        self.events
            .recv()
            .await
            .unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()))
    }

    /// An event that is there already.
    pub fn at_once(&mut self) -> Option<io::Result<Event>> {
        self.events.try_recv().ok()
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.events.close();
        let Some(thread) = self.thread.take() else {
            return;
        };
        // It ends within one poll, unless the terminal went away in the middle of a read: that never returns, and must not
        // keep the program from ending.
        for _ in 0..4 {
            if thread.is_finished() {
                // A panic there has been reported already.
                let _ = thread.join();
                return;
            }
            thread::sleep(INPUT_POLL / 2);
        }
    }
}

/// An error once nobody is at the other end of the terminal: reading on would spin.
fn hung_up() -> io::Result<()> {
    let input = stdin();
    let mut watched = [PollFd::new(&input, PollFlags::IN)];
    rustix::event::poll(&mut watched, Some(&Timespec::default()))?;
    let [watched] = watched;
    if watched
        .revents()
        .intersects(PollFlags::HUP | PollFlags::ERR)
    {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

/// The signals that end the kiosk.
pub struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
}

impl Signals {
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Returns once one of them has arrived.
    pub async fn arrived(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
