//! The firmware key as a program of its own, behind a socket.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use keydesk::ctap::{Report, Transport, TransportError};
use tempfile::TempDir;

use crate::suite::{
    host_pin::{set_pin, token},
    raw::{Client, flag, member},
};

/// The program, which ends with the test.
struct Program {
    child: Child,
    home: TempDir,
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Program {
    fn start(touch: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let child = run(home.path(), touch);
        Self { child, home }
    }

    fn restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::fs::remove_file(self.home.path().join("socket")).unwrap();
        self.child = run(self.home.path(), "always");
    }

    fn plug(&self) -> Client {
        Client::new(Box::new(Wire::connect(&self.home.path().join("socket"))))
    }
}

fn run(home: &Path, touch: &str) -> Child {
    let touch = touch.replace("HOME", home.to_str().unwrap());
    Command::new(env!("CARGO_BIN_EXE_keydesk-firmware-key"))
        .arg("--socket")
        .arg(home.join("socket"))
        .arg("--flash")
        .arg(home.join("flash"))
        .args(["--touch", &touch])
        .spawn()
        .unwrap()
}

/// The host's end of the socket.
struct Wire(UnixStream);

impl Wire {
    fn connect(path: &Path) -> Self {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            match UnixStream::connect(path) {
                Ok(stream) => return Self(stream),
                Err(error) => assert!(
                    Instant::now() < deadline,
                    "no socket to connect to: {error}"
                ),
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Transport for Wire {
    fn send(&mut self, report: &Report) -> Result<(), TransportError> {
        self.0.write_all(report).map_err(|_| TransportError::Gone)
    }

    fn receive(&mut self, timeout: Duration) -> Result<Option<Report>, TransportError> {
        self.0.set_read_timeout(Some(timeout)).unwrap();
        let mut report = [0; 64];
        match self.0.read_exact(&mut report) {
            Ok(()) => Ok(Some(report)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(_) => Err(TransportError::Gone),
        }
    }
}

fn has_pin(client: &mut Client) -> Option<bool> {
    flag(member(&client.plain(0x04).1, 4).unwrap(), "clientPin")
}

#[test]
fn what_is_in_flash_survives_a_pull_and_the_program() {
    let mut program = Program::start("always");
    let mut client = program.plug();
    assert_eq!(has_pin(&mut client), Some(false));
    assert_eq!(set_pin(&mut client, 2, "271828"), 0);
    drop(client);
    assert_eq!(has_pin(&mut program.plug()), Some(true), "after a pull");
    program.restart();
    assert_eq!(
        has_pin(&mut program.plug()),
        Some(true),
        "after the program"
    );
}

#[test]
fn a_pull_takes_the_power_so_a_pin_may_be_tried_again() {
    let program = Program::start("always");
    let mut client = program.plug();
    assert_eq!(set_pin(&mut client, 2, "271828"), 0);
    let wrong_pin = |client: &mut Client| token(client, 2, "000000", 4, None).err();
    let three: Vec<_> = (0..3).map(|_| wrong_pin(&mut client)).collect();
    assert_eq!(three, [Some(0x31), Some(0x31), Some(0x34)]);
    drop(client);
    assert_eq!(wrong_pin(&mut program.plug()), Some(0x31));
}

#[test]
fn a_line_in_the_fifo_is_a_touch() {
    let program = Program::start("fifo=HOME/touches");
    let mut client = program.plug();
    client.send_cbor(0x0b, None);
    assert!(client.is_silent_for(Duration::from_millis(200)));
    let mut person = OpenOptions::new()
        .write(true)
        .open(program.home.path().join("touches"))
        .unwrap();
    writeln!(person, "touch").unwrap();
    assert_eq!(client.cbor_reply().0, 0);
}
