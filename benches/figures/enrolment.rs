//! What the station adds to an enrolment: all of its time but the key's own and the registry's.
//!
//! The people answer at once and the software key computes in no time worth mentioning, so that what is left is the
//! station: journal, CTAP client, threads, checks. Packets of a software key take no time either: on USB each takes a
//! millisecond at full speed, which is what the model adds to the key's own time before the share is taken.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Counters, SoftKey};
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::station::desk::StationDesk;
use keydesk::workflow::{self, Port};

use super::metered::MeteredDesk;
use super::report::{Figure, Report, count, median, ms, percentile};
use super::{Fallible, lab};

/// Enrolments that are measured, after those that warm everything up.
const ENROLMENTS: usize = 100;
const WARM_UP: usize = 10;

/// A full-speed interrupt endpoint carries one report a frame, each way (USB 2.0, section 5.7.3).
const USB_PACKET_MS: f64 = 1.0;

/// Host time wanted at most: in milliseconds, and in per cent of the key's and the packets'.
const GOAL_MS: f64 = 5.0;
const GOAL_PERCENT: f64 = 10.0;

/// One enrolment.
struct Sample {
    whole: Duration,
    key: Counters,
    /// Requests to the registry.
    registry: Duration,
    /// Jobs on the key, the key's own time included.
    key_calls: Duration,
    /// Journal records.
    journal: Duration,
    /// The same bytes written and synced with nothing around it.
    bare: Duration,
    /// The smallest request there is, to the same registry.
    round_trip: Duration,
}

impl Sample {
    fn host(&self) -> Duration {
        self.whole
            .saturating_sub(self.registry)
            .saturating_sub(self.key.busy)
    }

    fn client(&self) -> Duration {
        self.key_calls.saturating_sub(self.key.busy)
    }

    fn packets(&self) -> f64 {
        (self.key.packets_to_key + self.key.packets_from_key) as f64
    }

    /// The key's own time and its packets', in milliseconds.
    fn modelled(&self) -> f64 {
        ms(self.key.busy) + self.packets() * USB_PACKET_MS
    }

    fn share(&self) -> f64 {
        100.0 * ms(self.host()) / self.modelled()
    }
}

/// Measures enrolments of different people, each with a key from the shop.
pub fn run(report: &mut Report) -> Fallible<()> {
    let runtime = lab::runtime()?;
    let (world, _own) = runtime.block_on(lab::world(WARM_UP + ENROLMENTS))?;
    let scratch = File::create_new(world.data().join("raw"))?;
    let mut samples = Vec::with_capacity(ENROLMENTS);
    for n in 1..=WARM_UP + ENROLMENTS {
        let key = lab::fresh_key();
        let putting = lab::put(&world.rack, &world.station, lab::SLOT, &key);
        runtime.block_on(putting)?;
        let sample = runtime.block_on(enrol(&world, n, &key, &scratch))?;
        if n > WARM_UP {
            samples.push(sample);
        }
    }
    tell(report, &samples)
}

async fn enrol(world: &World, n: usize, key: &SoftKey, scratch: &File) -> Fallible<Sample> {
    let face = Arc::new(ScriptedFace::new(lab::SLOT, lab::PIN));
    let station = Arc::clone(&world.station);
    let desk = StationDesk::new(station, face, Cancel::default());
    let data = world.data();
    let mut desk = MeteredDesk::new(desk, &data, scratch);
    let person = lab::person(n);
    let before = key.counters();
    let start = Instant::now();
    workflow::enrol(&mut desk, &person).await?;
    let whole = start.elapsed() - desk.measuring;
    let after = key.counters();
    let start = Instant::now();
    world.station.registry()?.health().await?;
    let round_trip = start.elapsed();

    let journal = desk.spent(|call| call.name == "commit");
    // The push ends with one record more, which is not the registry's doing.
    let records = u32::try_from(desk.bare.len())?.max(1);
    let last = journal / records;
    let bare: Duration = desk.bare.iter().sum();
    let push = desk.spent(|call| call.name == "push");
    let push = push.saturating_sub(last);
    Ok(Sample {
        whole,
        key: Counters {
            packets_to_key: after.packets_to_key - before.packets_to_key,
            packets_from_key: after.packets_from_key - before.packets_from_key,
            busy: after.busy - before.busy,
        },
        registry: desk.spent(|call| call.port == Port::Registry) + push,
        key_calls: desk.spent(|call| call.port == Port::Keys && call.name != "bay_changed"),
        journal: journal + last,
        bare: bare + bare / records,
        round_trip,
    })
}

fn tell(report: &mut Report, samples: &[Sample]) -> Fallible<()> {
    let of = |value: &dyn Fn(&Sample) -> f64| median(samples.iter().map(value));
    let of_ms = |value: &dyn Fn(&Sample) -> Duration| of(&|sample| ms(value(sample)));
    report.note("enrolments of different people", count(samples.len()), "")?;
    report.figure(&Figure {
        what: "host time that the station adds",
        value: of_ms(&Sample::host),
        unit: "ms",
        goal: Some(GOAL_MS),
    })?;
    report.figure(&Figure {
        what: "… of the key's own time and the packets' by the model",
        value: of(&Sample::share),
        unit: "%",
        goal: Some(GOAL_PERCENT),
    })?;
    let slow = percentile(samples.iter().map(|sample| ms(sample.host())), 0.95);
    report.note("… 95 of 100 are below", slow, "ms")?;
    report.note("… journal, 5 records", of_ms(&|s| s.journal), "ms")?;
    report.note(
        "… … of which bare write and fdatasync",
        of_ms(&|s| s.bare),
        "ms",
    )?;
    report.note(
        "… CTAP client and the key's thread",
        of_ms(&Sample::client),
        "ms",
    )?;
    let rest = |sample: &Sample| ms(sample.host()) - ms(sample.journal) - ms(sample.client());
    report.note("… workflow, policy, index, checks", of(&rest), "ms")?;
    report.note("key's own time (software)", of_ms(&|s| s.key.busy), "ms")?;
    report.note("packets, both ways", of(&Sample::packets), "packets")?;
    report.note(
        "… by the model, at 1 ms each",
        of(&Sample::packets) * USB_PACKET_MS,
        "ms",
    )?;
    report.note(
        "registry, offer and push on loopback",
        of_ms(&|s| s.registry),
        "ms",
    )?;
    report.note("… its smallest request", of_ms(&|s| s.round_trip), "ms")?;
    report.note("whole, with a software key", of_ms(&|s| s.whole), "ms")
}
