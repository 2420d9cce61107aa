//! The kiosk with software keys in a process of its own, as a child of the bench: what the program is on a station, where
//! the keys are of plastic and the registry is elsewhere.
//!
//! The bench starts itself again on a pseudo-terminal and plugs keys over a socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keydesk::bay::soft::{Profile, SoftKey, SoftState, TouchPolicy};
use keydesk::bay::{Bay, Plug};
use keydesk::domain::UsbPath;
use keydesk::station::Station;
use keydesk::station::config::Config;
use keydesk::station::kiosk::{CHANNEL, Kiosk};
use keydesk::station::slots::Slots;
use keydesk::text::Language;
use keydesk::tui::{self, TuiConfig, TuiIo};
use tokio::sync::mpsc;

use super::seat::{SMALL, Seat};
use super::{Fallible, lab};

/// The first argument of the child.
pub const ARGUMENT: &str = "--host";

/// The files that parent and child share, besides the data directory.
const SOCKET: &str = "bench.socket";
const OPERATORS_KEY: &str = "bench.key";

/// The child, from outside.
pub struct Host {
    /// Its screen.
    pub seat: Seat,
    control: UnixStream,
}

impl Host {
    /// Starts a kiosk on a station's data directory, with the operator's key in its slot.
    pub fn start(data: &Path, own: &SoftKey) -> Fallible<Self> {
        std::fs::write(data.join(OPERATORS_KEY), own.state().to_bytes())?;
        let listener = UnixListener::bind(data.join(SOCKET))?;
        let program = std::env::current_exe()?;
        let arguments = [ARGUMENT, &data.to_string_lossy()];
        let seat = Seat::start(&program.to_string_lossy(), &arguments, SMALL)?;
        let (control, _) = listener.accept()?;
        Ok(Self { seat, control })
    }

    /// Puts a fresh key into a slot, in place of what was there.
    pub fn put(&mut self, place: &str) -> Fallible<()> {
        writeln!(self.control, "{place}")?;
        let mut done = [0];
        self.control.read_exact(&mut done)?;
        Ok(())
    }
}

/// The child's main function; its argument is the data directory.
pub fn run(arguments: &[String]) -> Fallible<()> {
    let data = arguments.first().map(PathBuf::from);
    let data = data.ok_or("the data directory is missing")?;
    let runtime = lab::runtime()?;
    let result = runtime.block_on(serve(&data));
    runtime.shutdown_background();
    result
}

async fn serve(data: &Path) -> Fallible<()> {
    let config = Config::default();
    let models = Station::models(&config)?;
    let (bay, plug) = Bay::soft();
    let station = Arc::new(Station::open(
        data,
        config,
        Slots::new(bay, models.clone()),
    )?);
    let state = SoftState::from_bytes(&std::fs::read(data.join(OPERATORS_KEY))?)?;
    let own = SoftKey::with_state(Profile::full().with_touch(TouchPolicy::Auto), state);
    plug.plug_key(UsbPath::new(lab::OPERATOR_SLOT), &own);
    let control = UnixStream::connect(data.join(SOCKET))?;
    std::thread::spawn(move || plug_as_told(&control, &plug));

    let (commands, command_inbox) = mpsc::channel(CHANNEL);
    let (updates, screen_inbox) = mpsc::channel(CHANNEL);
    let io = TuiIo {
        updates: screen_inbox,
        commands,
        config: TuiConfig::new(Language::English, models),
    };
    let screen = tokio::task::spawn_blocking(move || tui::run(io));
    Kiosk::serve(station, command_inbox, updates, None).await;
    Ok(screen.await??)
}

/// Each line is a place that a fresh key goes into.
fn plug_as_told(control: &UnixStream, plug: &Plug) {
    let mut answers = control;
    for place in BufReader::new(control).lines().map_while(Result::ok) {
        plug.plug_key(UsbPath::new(place), &lab::fresh_key());
        if answers.write_all(b"\n").is_err() {
            return;
        }
    }
}
