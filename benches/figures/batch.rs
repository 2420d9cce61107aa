//! Many keys at once against one alone, the board while they are all busy, and what each further key holds in memory.
//!
//! Each software key takes a scripted time for what a real one takes time for: it computes, and its person's finger comes a
//! moment after it began to blink. One alone and sixteen at once are taken in turn.

use std::sync::Arc;
use std::time::{Duration, Instant};

use keydesk::bay::soft::{Profile as Model, SoftKey, TouchPolicy};
use keydesk::domain::batch::Plan;
use keydesk::domain::people_list::{self, Listed};
use keydesk::domain::profile::Profile;
use keydesk::domain::reason::KeyFault;
use keydesk::domain::{BatchId, KeyFacts, Pin, UsbPath};
use keydesk::program::demo::world::World;
use keydesk::station::batch::{
    Crew, Finish, Start, TagComplaint, Terms, Told, Whose, run as run_batch,
};
use keydesk::station::face::board::Board;
use keydesk::station::stopper::Stopper;
use keydesk::workflow::Stop;
use keydesk::workflow::dialogue::Question;
use rustix::time::{ClockId, clock_gettime};

use super::report::{Figure, Report, count, median, ms, percentile};
use super::{Fallible, lab, memory};

/// Keys at once.
const KEYS: usize = 16;

/// How often one alone and all at once are taken in turn.
const ROUNDS: usize = 5;

/// Batches of one key before anything is measured.
const WARM_BATCHES: usize = 2;

/// What a key computes for a credential or a signature, and how soon a finger comes.
const LATENCY: Duration = Duration::from_millis(250);
const FINGER: Duration = Duration::from_millis(700);

/// All at once may take at most so many times as long as one alone.
const GOAL_RATIO: f64 = 1.15;

/// A redraw of the board, in milliseconds.
const GOAL_FRAME_MS: f64 = 16.0;

/// Frames that are measured, after those that warm everything up.
const FRAMES: usize = 500;
const WARM_UP: usize = 50;

/// What is done to each key.
const PROFILE: &str = "version = 1\nname = \"Bench\"\n\
    [[step]]\ndo = \"pin\"\nhow = \"typed\"\n[[step]]\ndo = \"enrol\"\nfor = \"list\"\n";

/// Measures batches, then the board, then memory.
pub fn run(report: &mut Report) -> Fallible<()> {
    let runtime = lab::runtime()?;
    let people = (ROUNDS + 1) * (KEYS + 1) + WARM_BATCHES;
    let (world, _own) = runtime.block_on(lab::world(people))?;
    let mut next = 1;
    // Not measured: the first ones warm everything up.
    for _ in 0..WARM_BATCHES {
        runtime.block_on(batch(&world, &mut next, 1))?;
    }
    let one = peak_kib(|| runtime.block_on(batch(&world, &mut next, 1)))?;
    let all = peak_kib(|| runtime.block_on(batch(&world, &mut next, KEYS)))?;
    let each = (all - one) / count(KEYS - 1);
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.push(ms(runtime.block_on(batch(&world, &mut next, 1))?));
        together.push(ms(runtime.block_on(batch(&world, &mut next, KEYS))?));
    }
    let ratio = alone.iter().zip(&together).map(|(one, all)| all / one);
    report.figure(&Figure {
        what: &format!("{KEYS} keys at once, as many times as long as one alone"),
        value: median(ratio),
        unit: "×",
        goal: Some(GOAL_RATIO),
    })?;
    report.note("… one alone", median(alone), "ms")?;
    report.note(&format!("… {KEYS} at once"), median(together), "ms")?;
    let what = "… resident memory for each further software key at work";
    report.note(what, each, "KiB")?;
    board(report)
}

/// The most that this process was resident while something ran, in KiB.
fn peak_kib<R>(run: impl FnOnce() -> Fallible<R>) -> Fallible<f64> {
    // From here on the kernel's high-water mark counts anew.
    std::fs::write("/proc/self/clear_refs", "5")?;
    run()?;
    memory::kib(std::process::id(), "status", "VmHWM:")
}

/// What this thread has computed so far, in milliseconds.
fn computed_ms() -> f64 {
    let spent = clock_gettime(ClockId::ThreadCPUTime);
    spent.tv_sec as f64 * 1e3 + spent.tv_nsec as f64 / 1e6
}

/// Milliseconds for a redraw while every slot is at something else: the drawing's own, whoever else wants the processor.
fn board(report: &mut Report) -> Fallible<()> {
    for (columns, rows) in [(80, 24), (200, 60)] {
        let mut frame = keydesk::tui::board_frames(columns, rows, u16::try_from(KEYS)?);
        let mut timed = || {
            let start = computed_ms();
            std::hint::black_box(frame());
            computed_ms() - start
        };
        for _ in 0..WARM_UP {
            timed();
        }
        let frames: Vec<f64> = (0..FRAMES).map(|_| timed()).collect();
        report.figure(&Figure {
            what: &format!("board at {columns}×{rows}, {KEYS} slots busy, taken in and drawn"),
            value: median(frames.iter().copied()),
            unit: "ms",
            goal: Some(GOAL_FRAME_MS),
        })?;
        report.note("… 99 of 100 are below", percentile(frames, 0.99), "ms")?;
    }
    Ok(())
}

/// How long a batch over so many keys takes, from the first step to the last record.
async fn batch(world: &World, next: &mut usize, keys: usize) -> Fallible<Duration> {
    let first = *next;
    *next += keys;
    let mut places = Vec::new();
    for n in 0..keys {
        let mut model = Model::yubikey_5_nfc()
            .with_serial(&format!("B{:05}", first + n))
            .with_touch(TouchPolicy::After(FINGER));
        model.latency = LATENCY;
        let place = format!("1-3.{n}");
        lab::put(&world.rack, &world.station, &place, &SoftKey::new(model)).await?;
        places.push(place);
    }
    let list: String = (first..first + keys)
        .map(|n| format!("{}\n", lab::person(n)))
        .collect();
    let people: Vec<Listed> = people_list::parse(list.as_bytes())?.into_listed();
    let plan = Plan {
        id: BatchId(uuid::Uuid::now_v7()),
        profile: Profile::parse(PROFILE)?,
        people,
        identification: Some("passport:7K31".parse()?),
        keys: None,
        operator: world.station.operator().ok_or("nobody is signed in")?.id,
        begun_at: jiff::Timestamp::now(),
    };
    let station = Arc::clone(&world.station);
    let (_orders, inbox) = tokio::sync::mpsc::channel(1);
    let terms = Terms {
        stopper: Stopper::default(),
        patience: Some(Duration::from_secs(60)),
    };
    let start = Instant::now();
    let work = move || {
        run_batch(
            &station,
            &Arc::new(Quick),
            Start::New(Box::new(plan)),
            inbox,
            terms,
        )
    };
    let (_, finish) = tokio::task::spawn_blocking(work).await??;
    let taken = start.elapsed();
    if finish != Finish::Complete {
        return Err(format!("the batch ended as {finish:?}").into());
    }
    places
        .iter()
        .for_each(|place| world.rack.pull(&UsbPath::new(place)));
    Ok(taken)
}

/// People who type at once.
struct Quick;

impl Crew for Quick {
    fn show(&self, board: Board) {
        std::hint::black_box(board);
    }

    fn tell(&self, told: Told) {
        std::hint::black_box(told);
    }

    async fn pin(&self, _: &Whose, _: Question) -> Result<Pin, Stop> {
        Pin::new(lab::PIN, 0).map_err(|error| KeyFault::told(error.to_string()).into())
    }

    async fn letter(&self, _: &Whose, _: &KeyFacts, _: &Pin) -> Result<(), Stop> {
        Err(Stop::Cancelled)
    }

    async fn tag(&self, _: &Whose, _: Option<TagComplaint>) -> Result<String, Stop> {
        Err(Stop::Cancelled)
    }

    async fn admits(&self, _: &Whose, _: Question) -> Result<bool, Stop> {
        Ok(true)
    }
}
