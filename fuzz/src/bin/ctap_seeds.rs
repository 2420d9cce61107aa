//! Writes the seeds of the corpus: what well-behaved software keys answer to an enrolment, and the packets that carry it.
//!
//! `cargo run --bin ctap_seeds` in this directory; the result is the same every time.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use keydesk::bay::soft::{Profile, SoftKey, SoftTransport, TouchPolicy};
use keydesk::ctap::frame::{Assembled, Assembler, ChannelId, HidCommand, Packet};
use keydesk::ctap::{Control, Device, Report, Transport, TransportError};
use keydesk_fuzz::ctap::{Counting, enrol};

/// What passed, as the targets read it.
#[derive(Default)]
struct Recording {
    replies: Vec<u8>,
    packets: Vec<u8>,
}

/// Listens on the wire.
struct Tap {
    transport: SoftTransport,
    recording: Arc<Mutex<Recording>>,
    assembler: Option<Assembler>,
}

impl Tap {
    fn hear(&mut self, report: &Report) {
        let Ok(mut recording) = self.recording.lock() else {
            return;
        };
        let packet = Packet::parse(report);
        if packet.channel() == ChannelId::BROADCAST {
            return;
        }
        recording.packets.push(0);
        recording.packets.extend(&report[1..]);
        let assembler = self
            .assembler
            .get_or_insert_with(|| Assembler::new(packet.channel()));
        if let Ok(Assembled::Whole(message)) = assembler.push(report)
            && message.command == HidCommand::Cbor
            && let Ok(length) = u16::try_from(message.payload.len())
        {
            recording.replies.push(0);
            recording.replies.extend(length.to_be_bytes());
            recording.replies.extend(message.payload);
        }
    }
}

impl Transport for Tap {
    fn send(&mut self, report: &Report) -> Result<(), TransportError> {
        self.transport.send(report)
    }

    fn receive(&mut self, timeout: Duration) -> Result<Option<Report>, TransportError> {
        let report = self.transport.receive(timeout)?;
        report.iter().for_each(|report| self.hear(report));
        Ok(report)
    }

    fn now(&self) -> Instant {
        self.transport.now()
    }
}

fn main() -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let profiles = [
        ("full", Profile::full()),
        ("preview", Profile::epass_fido2()),
        ("ctap20", Profile::ctap20()),
    ];
    for (name, profile) in profiles {
        let profile = profile.with_touch(TouchPolicy::Auto).with_seed([7; 32]);
        let recording = Arc::new(Mutex::new(Recording::default()));
        let transport = SoftKey::in_virtual_time(profile)
            .open()
            .map_err(io::Error::other)?;
        let tap = Tap {
            transport,
            recording: Arc::clone(&recording),
            assembler: None,
        };
        let mut ignore = |_| {};
        let mut control = Control::new(Duration::from_secs(2), &|| false, &mut ignore);
        let mut device =
            Device::open(tap, Box::new(Counting(0)), &mut control).map_err(io::Error::other)?;
        let done = enrol(&mut device);
        // A CTAP 2.0 key cannot delete what it has made.
        if !done && name != "ctap20" {
            return Err(io::Error::other(format!(
                "{name} did not enrol: its seed would not lead far"
            )));
        }
        drop(device);
        let recording = recording
            .lock()
            .map_err(|_| io::Error::other("the recording is lost"))?;
        for (target, bytes) in [
            ("ctap_reply", &recording.replies),
            ("hid_assembly", &recording.packets),
        ] {
            fs::create_dir_all(corpus.join(target))?;
            fs::write(corpus.join(target).join(name), bytes)?;
        }
    }
    Ok(())
}
