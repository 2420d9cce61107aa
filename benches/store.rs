//! What the station's memory costs: a commit beside a bare write and fdatasync of the same bytes, and opening with a long history.
//!
//! `cargo bench --bench store [-- DIR]`: works in DIR (by default the system's temporary directory), which should be on the kind
//! of disk that a station has. Prints medians; asserts nothing, since time depends on the machine.

#[expect(dead_code, unused_imports, reason = "the tests use more of it")]
#[path = "../tests/store/fixture.rs"]
mod fixture;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use keydesk::record::Record;
use keydesk::store::{Store, audit};

/// Enrolments that are recorded, five records each.
const ENROLMENTS: usize = 400;

fn main() -> std::io::Result<()> {
    let folder = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let folder = folder.map_or_else(std::env::temp_dir, PathBuf::from);
    let mut out = std::io::stdout().lock();
    commits(&folder, &mut out)?;
    for enrolments in [2_000, 20_000] {
        openings(&folder, enrolments, &mut out)?;
    }
    Ok(())
}

fn commits(folder: &Path, out: &mut impl Write) -> std::io::Result<()> {
    let dir = tempfile::tempdir_in(folder)?;
    let store = open(&dir.path().join("store"));
    let mut raw = OpenOptions::new()
        .create(true)
        .append(true)
        .open(dir.path().join("raw"))?;
    let (mut commit_times, mut raw_times) = (Vec::new(), Vec::new());
    // In turn, so that both meet the same disk.
    for record in history(0, ENROLMENTS) {
        commit_times.push(timed(|| store.commit(&record).expect("commits")).0);
        // The journal adds 80 bytes to a record.
        let mut bytes = serde_json::to_vec(&record)?;
        bytes.resize(bytes.len() + 80, 0);
        raw_times.push(timed(|| raw.write_all(&bytes).and_then(|()| raw.sync_data())).0);
    }
    let (commit, bare) = (Times(commit_times), Times(raw_times));
    writeln!(
        out,
        "commit               p50 {}  p99 {}",
        commit.at(50),
        commit.at(99)
    )?;
    writeln!(
        out,
        "write and fdatasync  p50 {}  p99 {}",
        bare.at(50),
        bare.at(99)
    )?;
    writeln!(
        out,
        "ratio                p50 {:.2}  p99 {:.2}",
        commit.over(&bare, 50),
        commit.over(&bare, 99)
    )
}

fn openings(folder: &Path, enrolments: usize, out: &mut impl Write) -> std::io::Result<()> {
    let dir = tempfile::tempdir_in(folder)?;
    let (closed, killed) = (dir.path().join("closed"), dir.path().join("killed"));
    make_history(&closed, enrolments)?;
    let records = enrolments * 5;
    let again = |n: usize| (0..n).map(|_| timed(|| open(&closed)).0).collect();
    writeln!(
        out,
        "open {records:>6} records: after a close    {}",
        Times(again(9)).at(50)
    )?;

    let running = open(&closed);
    copy(&closed, &killed)?;
    drop(running);
    let (after_kill, store) = timed(|| open(&killed));
    drop(store);
    writeln!(
        out,
        "open {records:>6} records: after a kill     {}",
        Millis(after_kill)
    )?;
    std::fs::remove_dir_all(killed.join("index"))?;
    let (rebuild, store) = timed(|| open(&killed));
    drop(store);
    writeln!(
        out,
        "open {records:>6} records: without an index {}",
        Millis(rebuild)
    )?;
    let (verify, audit) = timed(|| audit::verify(&closed).expect("verifies"));
    writeln!(
        out,
        "verify {:>4} records: the whole chain  {}",
        audit.records,
        Millis(verify)
    )
}

/// Made where a sync costs nothing, then moved to the disk that is measured.
fn make_history(target: &Path, enrolments: usize) -> std::io::Result<()> {
    let memory = Path::new("/dev/shm");
    let scratch = if memory.is_dir() {
        tempfile::tempdir_in(memory)?
    } else {
        tempfile::tempdir()?
    };
    let made = scratch.path().join("store");
    let store = open(&made);
    for record in history(0, enrolments) {
        store.commit(&record).expect("commits");
    }
    drop(store);
    copy(&made, target)
}

fn history(first: usize, enrolments: usize) -> Vec<Record> {
    let numbers = first..first + enrolments;
    numbers
        .flat_map(|n| fixture::enrolment(u32::try_from(n + 1).expect("a small number")))
        .collect()
}

fn open(dir: &Path) -> Store {
    Store::open(dir).expect("opens")
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
            File::open(&target)?.sync_all()?;
        }
    }
    Ok(())
}

fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let result = run();
    (began.elapsed(), result)
}

struct Times(Vec<Duration>);

impl Times {
    fn at(&self, percentile: usize) -> Millis {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let index = (sorted.len() * percentile / 100).min(sorted.len().saturating_sub(1));
        Millis(sorted.get(index).copied().unwrap_or_default())
    }

    fn over(&self, other: &Self, percentile: usize) -> f64 {
        self.at(percentile).0.as_secs_f64() / other.at(percentile).0.as_secs_f64()
    }
}

struct Millis(Duration);

impl std::fmt::Display for Millis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>9.3} ms", self.0.as_secs_f64() * 1_000.0)
    }
}
