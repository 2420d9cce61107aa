//! A key as a HID device that this program makes up itself, on the kernel's FunctionFS: the kernel's own HID gadget has four
//! functions in all, this way has as many as there are controllers.
//!
//! Hides descriptors, control requests and endpoint files (Linux, `usb/functionfs.h`).
//!
//! Invariant: the key has power exactly while the host has the device configured.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};

use keydesk::ctap::{Report, Transport};

use super::Served;

/// CTAP 2.3, section 11.2.8.1: usage page 0xF1D0, one report of 64 bytes each way.
const REPORT_DESCRIPTOR: [u8; 34] = [
    0x06, 0xd0, 0xf1, 0x09, 0x01, 0xa1, 0x01, 0x09, 0x20, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08,
    0x95, 0x40, 0x81, 0x02, 0x09, 0x21, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x91,
    0x02, 0xc0,
];

/// HID 1.11, section 6.2.1: one report descriptor of 34 bytes, no country.
const HID_DESCRIPTOR: [u8; 9] = [9, 0x21, 0x11, 0x01, 0, 1, 0x22, 34, 0];

/// USB 2.0, table 9-12: class HID, two endpoints.
const INTERFACE: [u8; 9] = [9, 4, 0, 0, 2, 3, 0, 0, 0];

/// USB 2.0, table 9-13: interrupt endpoints of 64 bytes, asked every 5 ms.
const TO_HOST: [u8; 7] = [7, 5, 0x81, 3, 64, 0, 5];
const FROM_HOST: [u8; 7] = [7, 5, 0x02, 3, 64, 0, 5];

const DESCRIPTORS_MAGIC_V2: u32 = 3;
const STRINGS_MAGIC: u32 = 2;
const HAS_FULL_SPEED: u32 = 1;

/// How long until an endpoint that was refused is tried again.
const RETRY: Duration = Duration::from_millis(5);

/// What FunctionFS tells on endpoint 0.
enum Event {
    /// The host has configured the device.
    Enable,
    /// It has gone, or the gadget was unbound.
    Disable,
    /// A control request for this interface.
    Setup([u8; 8]),
    Other,
}

impl Event {
    fn parse(raw: &[u8; 12]) -> Self {
        let [setup @ .., kind, _, _, _] = *raw;
        match kind {
            2 => Self::Enable,
            1 | 3 => Self::Disable,
            4 => Self::Setup(setup),
            _ => Self::Other,
        }
    }
}

/// Serves the function whose FunctionFS is mounted here, for ever. The gadget can be bound as soon as `ep2` is there.
///
/// # Errors
/// The kernel does not take the descriptors, or takes the function away.
pub fn function(key: &Arc<dyn Served + Send>, mounted: &Path) -> io::Result<()> {
    key.unplug();
    let mut control = open(mounted, "ep0")?;
    control.write_all(&descriptors())?;
    control.write_all(&strings())?;
    let (to_host, from_host) = (open(mounted, "ep1")?, open(mounted, "ep2")?);
    let (sender, taker) = (Arc::clone(key), Arc::clone(key));
    thread::spawn(move || carry_to_host(&*sender, &to_host));
    thread::spawn(move || carry_from_host(&*taker, &from_host));
    loop {
        let mut raw = [0; 12];
        control.read_exact(&mut raw)?;
        match Event::parse(&raw) {
            Event::Enable => {
                // Power from this moment on, whatever was before.
                key.unplug();
                key.plug();
            }
            Event::Disable => key.unplug(),
            Event::Setup(setup) => answer(&mut control, setup)?,
            Event::Other => {}
        }
    }
}

fn open(mounted: &Path, endpoint: &str) -> io::Result<File> {
    let path = mounted.join(endpoint);
    OpenOptions::new().read(true).write(true).open(path)
}

fn descriptors() -> Vec<u8> {
    let descriptors = [
        &INTERFACE[..],
        &HID_DESCRIPTOR[..],
        &TO_HOST[..],
        &FROM_HOST[..],
    ];
    let body = descriptors.concat();
    let [head_bytes, count] = [16_u32, 4];
    let length = head_bytes + body.len().try_into().unwrap_or(0);
    let head = [DESCRIPTORS_MAGIC_V2, length, HAS_FULL_SPEED, count];
    [head.map(u32::to_le_bytes).concat(), body].concat()
}

fn strings() -> Vec<u8> {
    [STRINGS_MAGIC, 16, 0, 0].map(u32::to_le_bytes).concat()
}

/// Answers what the host's HID driver asks of an interface; what it does not need is stalled.
fn answer(control: &mut File, setup: [u8; 8]) -> io::Result<()> {
    let [
        kind,
        request,
        value_low,
        value_high,
        ..,
        length_low,
        length_high,
    ] = setup;
    let length = usize::from(u16::from_le_bytes([length_low, length_high]));
    let shown: Option<&[u8]> = match (kind, request, value_high, value_low) {
        (0x81, 6, 0x22, _) => Some(&REPORT_DESCRIPTOR),
        (0x81, 6, 0x21, _) => Some(&HID_DESCRIPTOR),
        _ => None,
    };
    let outcome = match shown {
        Some(bytes) => control.write(bytes.get(..length).unwrap_or(bytes)),
        // SET_IDLE and SET_PROTOCOL: nothing changes.
        None if matches!((kind, request), (0x21, 0x0a | 0x0b)) => control.read(&mut []),
        // A stall is a turn in the wrong direction.
        None if kind & 0x80 != 0 => control.read(&mut []),
        None => control.write(&[]),
    };
    match outcome.map_err(|error| {
        error
            .raw_os_error()
            .map(rustix::io::Errno::from_raw_os_error)
    }) {
        // The host has gone on to something else, or was stalled as it should be.
        Ok(_) | Err(Some(rustix::io::Errno::L2HLT | rustix::io::Errno::IDRM)) => Ok(()),
        Err(Some(error)) => Err(error.into()),
        Err(None) => Err(io::ErrorKind::Other.into()),
    }
}

fn carry_from_host(key: &dyn Served, mut endpoint: &File) {
    let mut host: Option<Box<dyn Transport>> = None;
    let mut report: Report = [0; 64];
    loop {
        match endpoint.read(&mut report) {
            Ok(64) => {}
            // A report of another length is none; an endpoint that is off is on again after the next plug.
            Ok(_) | Err(_) => {
                thread::sleep(RETRY);
                continue;
            }
        }
        // One that was pulled since refuses, and is opened anew.
        let took = host.as_mut().is_some_and(|host| host.send(&report).is_ok());
        if !took {
            host = key.open().ok();
            if let Some(host) = &mut host {
                // Pulled again: nobody is waiting for this.
                let _ = host.send(&report);
            }
        }
    }
}

fn carry_to_host(key: &dyn Served, mut endpoint: &File) {
    loop {
        let Ok(mut replies) = key.open() else {
            thread::sleep(RETRY);
            continue;
        };
        while let Ok(received) = replies.receive(Duration::from_millis(500)) {
            if let Some(report) = received
                && endpoint.write_all(&report).is_err()
            {
                break;
            }
        }
    }
}
