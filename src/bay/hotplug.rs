//! Notices keys that come and go.
//!
//! Hides the kernel's uevents and inotify. Both only say *that* something changed; what is there is then read from sysfs, so that
//! a lost, doubled or forged event does no harm. Invariant: between two events the bay sleeps.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::fs::inotify;
use rustix::io::Errno;
use rustix::net::netlink::{KOBJECT_UEVENT, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, bind, recv, socket_with};

use super::board::{Board, Found};
use super::{hid, sysfs};

/// The multicast group of the kernel's own messages; group 2 is udev's.
const KERNEL_GROUP: u32 = 1;
/// Where neither uevents nor inotify can be had, sysfs is read this often.
const BLIND_POLL: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};

/// Where the kernel shows its devices.
#[derive(Debug, Clone)]
pub(super) struct Roots {
    pub(super) sysfs: PathBuf,
    pub(super) dev: PathBuf,
}

/// The running watch; dropping it ends it.
pub(super) struct Hotplug {
    stop: Arc<OwnedFd>,
    thread: Option<JoinHandle<()>>,
}

impl Hotplug {
    /// Takes in the keys that are there, then watches.
    ///
    /// # Errors
    /// When the system gives no thread or no event descriptor.
    pub(super) fn start(board: Arc<Board>, roots: Roots) -> io::Result<Self> {
        let stop = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        // Before the first look, so that nothing falls between the two.
        let sources = Sources::open(&roots.dev, Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("bay".to_owned())
            .spawn(move || {
                reconcile(&board, &roots);
                loop {
                    match sources.wait() {
                        Woken::Changed => reconcile(&board, &roots),
                        Woken::Unconcerned => {}
                        Woken::Stop => return,
                    }
                }
            })?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Hotplug {
    fn drop(&mut self) {
        // An eventfd takes eight bytes; only a counter about to overflow could refuse them.
        let _ = rustix::io::write(&self.stop, &1_u64.to_ne_bytes());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Makes the board agree with sysfs.
fn reconcile(board: &Arc<Board>, roots: &Roots) {
    // Two interfaces of one device share a place; the later wins, as in the map.
    let mut present: BTreeMap<_, _> = BTreeMap::new();
    let entries = sysfs::fido_keys(&roots.sysfs);
    let order: Vec<_> = entries.iter().map(|entry| entry.place.clone()).collect();
    present.extend(
        entries
            .into_iter()
            .map(|entry| (entry.place.clone(), entry)),
    );
    for (place, node) in board.nodes() {
        if present.get(&place).is_none_or(|entry| entry.node != node) {
            board.unplug(&place);
        }
    }
    for entry in order.iter().filter_map(|place| present.remove(place)) {
        let node = roots.dev.join(&entry.name);
        let opener = Box::new(move || hid::open(&node));
        board.plug(Found {
            place: entry.place,
            node: entry.node,
            identity: entry.identity,
            opener,
        });
    }
    board.retry_refused();
}

#[derive(Debug, PartialEq, Eq)]
enum Woken {
    /// A hidraw device came, went or changed.
    Changed,
    /// Something else did.
    Unconcerned,
    Stop,
}

struct Sources {
    uevents: Option<OwnedFd>,
    /// Also where uevents are heard: it tells of permissions that udev has set, and in a container uevents may stay out.
    nodes: Option<OwnedFd>,
    stop: Arc<OwnedFd>,
}

impl Sources {
    fn open(dev: &Path, stop: Arc<OwnedFd>) -> Self {
        let uevents = uevent_socket().inspect_err(
            |error| tracing::warn!(%error, "no kernel uevents; watching device nodes only"),
        );
        let nodes = watch_nodes(dev)
            .inspect_err(|error| tracing::warn!(%error, "device nodes cannot be watched"));
        Self {
            uevents: uevents.ok(),
            nodes: nodes.ok(),
            stop,
        }
    }

    /// Sleeps until something changed.
    fn wait(&self) -> Woken {
        let watched: Vec<&OwnedFd> = self
            .uevents
            .iter()
            .chain(&self.nodes)
            .chain([&*self.stop])
            .collect();
        let mut fds: Vec<PollFd<'_>> = watched
            .iter()
            .map(|fd| PollFd::new(fd, PollFlags::IN))
            .collect();
        let blind = self.uevents.is_none() && self.nodes.is_none();
        if let Err(error) = poll(&mut fds, blind.then_some(&BLIND_POLL))
            && error != Errno::INTR
        {
            tracing::error!(%error, "the bay can no longer wait for events");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        if fds.last().is_some_and(|stop| !stop.revents().is_empty()) {
            return Woken::Stop;
        }
        let heard = self.uevents.iter().any(drain_uevents);
        let seen = self.nodes.iter().any(drain_nodes);
        if heard || seen || blind {
            Woken::Changed
        } else {
            Woken::Unconcerned
        }
    }
}

fn uevent_socket() -> rustix::io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        flags,
        Some(KOBJECT_UEVENT),
    )?;
    bind(&socket, &SocketAddrNetlink::new(0, KERNEL_GROUP))?;
    Ok(socket)
}

fn watch_nodes(dev: &Path) -> rustix::io::Result<OwnedFd> {
    let watch = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK)?;
    let events =
        inotify::WatchFlags::CREATE | inotify::WatchFlags::DELETE | inotify::WatchFlags::ATTRIB;
    inotify::add_watch(&watch, dev, events)?;
    Ok(watch)
}

/// Reads until nothing is left; true when a message names a hidraw device, or when messages were lost.
fn drain_uevents(socket: &OwnedFd) -> bool {
    let mut message = [0; 8192];
    let mut concerned = false;
    loop {
        match recv(socket, &mut message, RecvFlags::empty()) {
            Ok((_, bytes)) => concerned |= names_hidraw(message.get(..bytes).unwrap_or(&message)),
            Err(Errno::NOBUFS) => concerned = true,
            Err(Errno::INTR) => {}
            Err(_) => return concerned,
        }
    }
}

/// As [`drain_uevents`], for inotify's records: the names of nodes stand in them as they are.
fn drain_nodes(watch: &OwnedFd) -> bool {
    let mut events = [0; 8192];
    let mut concerned = false;
    loop {
        match rustix::io::read(watch, &mut events) {
            Ok(0) => return concerned,
            Ok(bytes) => concerned |= names_hidraw(events.get(..bytes).unwrap_or(&events)),
            Err(Errno::INTR) => {}
            Err(_) => return concerned,
        }
    }
}

fn names_hidraw(bytes: &[u8]) -> bool {
    bytes.windows(6).any(|window| window == b"hidraw")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::slot::{Refusal, Slot, SlotState};
    use super::super::sysfs::tests::{FIDO_DESCRIPTOR, lay_out};
    use super::*;

    /// A machine of its own: directories laid out as the kernel does, and plain files for device nodes.
    struct Machine {
        root: tempfile::TempDir,
        board: Arc<Board>,
        _hotplug: Hotplug,
    }

    impl Machine {
        fn start(plugged: &[(&str, &str, u32)]) -> Self {
            let root = tempfile::tempdir().expect("a directory");
            let roots = Roots {
                sysfs: root.path().to_owned(),
                dev: root.path().join("dev"),
            };
            std::fs::create_dir(&roots.dev).expect("a directory");
            for (name, place, instance) in plugged {
                lay_out(root.path(), name, place, *instance, &FIDO_DESCRIPTOR);
                std::fs::write(roots.dev.join(name), "").expect("a node");
            }
            let board = Board::new(32);
            let hotplug = Hotplug::start(Arc::clone(&board), roots).expect("a thread");
            Self {
                root,
                board,
                _hotplug: hotplug,
            }
        }

        fn node(&self, name: &str) -> PathBuf {
            self.root.path().join("dev").join(name)
        }

        fn plug(&self, name: &str, place: &str, instance: u32) {
            lay_out(self.root.path(), name, place, instance, &FIDO_DESCRIPTOR);
            std::fs::write(self.node(name), "").expect("a node");
        }

        fn pull(&self, name: &str) {
            std::fs::remove_file(self.root.path().join("class/hidraw").join(name)).expect("a link");
            std::fs::remove_file(self.node(name)).expect("a node");
        }

        /// Waits until the slots are as wanted; how long that took.
        fn until(&self, wanted: impl Fn(&[Slot]) -> bool) -> Duration {
            let start = Instant::now();
            let slots = self.board.slots();
            while !wanted(&slots.borrow()) {
                assert!(
                    start.elapsed() < Duration::from_secs(10),
                    "{:#?}",
                    slots.borrow()
                );
                std::thread::sleep(Duration::from_millis(1));
            }
            start.elapsed()
        }
    }

    const SOON: Duration = Duration::from_millis(150);

    #[test]
    fn keys_that_were_there_before_are_numbered_by_place() {
        let machine = Machine::start(&[("hidraw0", "1-10", 2), ("hidraw1", "1-9", 1)]);
        machine.until(|slots| slots.len() == 2);
        let slots = machine.board.slots();
        let places: Vec<(u16, String)> = slots
            .borrow()
            .iter()
            .map(|slot| (slot.number, slot.place.to_string()))
            .collect();
        assert_eq!(places, [(1, "1-9".to_owned()), (2, "1-10".to_owned())]);
    }

    #[test]
    fn a_key_is_seen_and_missed_within_150_ms() {
        let machine = Machine::start(&[]);
        for instance in 1..5 {
            machine.plug("hidraw0", "1-1", instance);
            let seen = machine.until(|slots| slots.len() == 1);
            assert!(seen < SOON, "{seen:?}");
            machine.pull("hidraw0");
            let missed = machine.until(<[Slot]>::is_empty);
            assert!(missed < SOON, "{missed:?}");
        }
    }

    #[test]
    fn a_key_replaced_behind_the_bays_back_is_another_key() {
        let machine = Machine::start(&[("hidraw0", "1-1", 1)]);
        machine.until(|slots| slots.iter().any(|slot| slot.generation == 1));
        // Both changes before anyone is told: the node's name and the place stay the same.
        std::fs::remove_file(machine.root.path().join("class/hidraw/hidraw0")).expect("a link");
        machine.plug("hidraw0", "1-1", 2);
        let noticed = machine.node("hidraw0");
        std::fs::remove_file(&noticed).expect("a node");
        std::fs::write(&noticed, "").expect("a node");
        machine.until(|slots| {
            slots
                .iter()
                .any(|slot| slot.generation == 2 && slot.number == 1)
        });
    }

    #[test]
    fn a_node_that_is_no_hidraw_is_refused_with_the_systems_words() {
        let machine = Machine::start(&[("hidraw0", "1-1", 1)]);
        let refused = |slot: &Slot| match &slot.state {
            SlotState::Refused {
                why: Refusal::System { reason },
            } => reason.contains("hidraw0"),
            _ => false,
        };
        machine.until(|slots| slots.iter().any(refused));
    }

    #[test]
    fn only_events_about_hidraw_devices_are_acted_upon() {
        assert!(names_hidraw(
            b"add@/devices/x/hidraw/hidraw3\0ACTION=add\0SUBSYSTEM=hidraw\0"
        ));
        assert!(!names_hidraw(
            b"add@/devices/virtual/net/veth1\0ACTION=add\0SUBSYSTEM=net\0"
        ));
    }
}
