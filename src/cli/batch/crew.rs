//! The people of a batch without a screen: PINs and tags come line by line, what happens becomes lines with the slot's place.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use serde_json::json;

use crate::cli::care::hand_over::{HandOver, Way};
use crate::cli::output::Output;
use crate::cli::secret::{self, Lines, SecretError};
use crate::domain::{KeyFacts, KeyId, Pin};
use crate::station::batch::{Crew, TagComplaint, Told, Whose};
use crate::station::face::board::Board;
use crate::text::{Language, Text, spoken, tr};
use crate::workflow::dialogue::Question;
use crate::workflow::{KeyFault, Stop};

/// Where letters go, and what stands in them besides the PIN.
pub(super) struct Letters {
    pub dir: PathBuf,
    pub language: Language,
    pub station: String,
}

/// A line that was taken for a key.
struct Taken {
    key: KeyId,
    /// For the PIN that replaces the one that the key had.
    replaces: bool,
    line: usize,
}

/// Arguments that stand in for people.
pub(super) struct HeadlessCrew {
    output: Arc<Output>,
    pins: Option<Lines>,
    next_pin: AtomicUsize,
    /// Which lines were taken for which key, where it can be told from the others: whatever stopped it, its PIN stays its own.
    taken: Mutex<Vec<Taken>>,
    tags: Option<Mutex<std::vec::IntoIter<String>>>,
    letters: Option<Letters>,
    /// What is wrong with the arguments, as a stable word.
    misused: Mutex<Option<&'static str>>,
}

impl HeadlessCrew {
    pub fn new(
        output: Arc<Output>,
        pin_fd: Option<u32>,
        tags: Option<Vec<String>>,
        letters: Option<Letters>,
    ) -> Self {
        Self {
            output,
            pins: pin_fd.map(Lines::of),
            next_pin: AtomicUsize::new(0),
            taken: Mutex::default(),
            tags: tags.map(|tags| Mutex::new(tags.into_iter())),
            letters,
            misused: Mutex::default(),
        }
    }

    /// What turned out to be wrong with the arguments.
    pub fn misused(&self) -> Option<&'static str> {
        *self.misused.lock()
    }

    fn misuse(&self, code: &'static str, detail: String) -> Stop {
        *self.misused.lock() = Some(code);
        Stop::Misused { code, detail }
    }

    /// The line that holds a PIN of this key: the one that was taken for it before, or the next one.
    fn line_of(&self, key: &KeyFacts, is_new: bool) -> usize {
        let mut taken = self.taken.lock();
        let of_key = |held: &&Taken, replaces: bool| {
            key.id.is_unique() && held.key == key.id && held.replaces == replaces
        };
        let line = |replaces: bool| {
            taken
                .iter()
                .find(|held| of_key(held, replaces))
                .map(|h| h.line)
        };
        let replaces = is_new && key.pin_set == Some(true);
        // A PIN that replaced another is in force, unless the key still wants it replaced.
        let replaced = (!is_new && !key.pin_change_required).then(|| line(true));
        if let Some(line) = replaced.flatten().or_else(|| line(replaces)) {
            return line;
        }
        let line = self.next_pin.fetch_add(1, Ordering::SeqCst);
        taken.push(Taken {
            key: key.id.clone(),
            replaces,
            line,
        });
        line
    }

    /// One PIN: a line, or asked on the terminal, twice where it is new.
    async fn one_pin(
        &self,
        whose: &Whose,
        key: &KeyFacts,
        (what, new_min): (&str, Option<u8>),
    ) -> Result<Pin, Stop> {
        let Some(lines) = &self.pins else {
            let first = self
                .typed(
                    &tr!(
                        spoken(),
                        "cli-slot-prompt",
                        slot = whose.slot.to_string(),
                        what = what.to_string()
                    ),
                    new_min,
                )
                .await?;
            if new_min.is_some() {
                let prompt = tr!(spoken(), "cli-slot-again", slot = whose.slot.to_string());
                if !first.matches(&self.typed(&prompt, new_min).await?) {
                    return Err(Stop::Key(KeyFault::told(tr!(
                        spoken(),
                        "cli-pins-differ-pull"
                    ))));
                }
            }
            return Ok(first);
        };
        let line = self.line_of(key, new_min.is_some());
        let said = json!({ "event": "pin-taken", "line": line + 1 });
        self.output
            .placed(whose.place.as_str(), whose.slot, &said, None);
        let text = lines
            .line(line)
            .await
            .map_err(|error| self.unreadable(&error))?;
        secret::pin(&text, new_min)
    }

    async fn typed(&self, prompt: &str, new_min: Option<u8>) -> Result<Pin, Stop> {
        let text = secret::from_terminal(prompt, &tr!(spoken(), "cli-the-pin"), "--pin-fd").await;
        secret::pin(&text.map_err(|error| self.unreadable(&error))?, new_min)
    }

    fn unreadable(&self, error: &SecretError) -> Stop {
        self.misuse("unreadable-secret", error.to_string())
    }
}

/// What a key or the kernel calls itself, made fit for a file name.
fn file_name(text: &str) -> String {
    let fit = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') {
            c
        } else {
            '_'
        }
    };
    text.chars().take(60).map(fit).collect()
}

impl Crew for HeadlessCrew {
    fn show(&self, _: Board) {}

    fn tell(&self, told: Told) {
        let place = |whose: &Whose, value: serde_json::Value, text: String| {
            self.output
                .placed(whose.place.as_str(), whose.slot, &value, Some(&text));
        };
        match told {
            Told::Begun { whose, run } => place(
                &whose,
                json!({ "event": "key-begun", "run": run.id, "seat": run.seat, "key": run.key.id, "done": run.done }),
                tr!(
                    spoken(),
                    "cli-takes-part",
                    model = run.key.model.to_string()
                ),
            ),
            Told::Step { whose, step } => place(
                &whose,
                json!({ "event": "batch-step", "step": step }),
                step.as_str().to_owned(),
            ),
            Told::Run { whose, event } => {
                self.output
                    .placed_event(whose.place.as_str(), whose.slot, &event)
            }
            Told::Refused { whose, stop } => place(
                &whose,
                json!({ "event": "key-refused", "code": stop.code(), "detail": spoken().stop(&stop) }),
                tr!(spoken(), "cli-batch-out", why = spoken().stop(&stop)),
            ),
            Told::Stopped { whose, stop } => place(
                &whose,
                json!({ "event": "key-stopped", "code": stop.code(), "detail": spoken().stop(&stop) }),
                tr!(spoken(), "cli-key-stopped", why = spoken().stop(&stop)),
            ),
            Told::Left { whose, run } => place(
                &whose,
                json!({ "event": "key-left", "run": run.id, "tag": run.tag, "label": run.label, "end": run.end.map(|(end, _)| end) }),
                format!(
                    "{} {}",
                    tr!(spoken(), "cli-key-left"),
                    run.label.as_deref().unwrap_or_default()
                ),
            ),
        }
    }

    async fn pin(&self, whose: &Whose, question: Question) -> Result<Pin, Stop> {
        match question {
            Question::NewPin {
                refused: Some(fault),
                ..
            } if self.pins.is_some() => Err(Stop::Key(fault)),
            Question::NewPin {
                key, min_length, ..
            } => {
                let wanted = tr!(spoken(), "cli-new-pin");
                self.one_pin(whose, &key, (&wanted, Some(min_length))).await
            }
            Question::CurrentPin {
                key,
                retries,
                wrong,
            } => {
                if wrong && self.pins.is_some() {
                    return Err(Stop::Key(KeyFault::WrongPin { retries }));
                }
                if retries == Some(1) && self.pins.is_some() {
                    return Err(Stop::Key(KeyFault::told(tr!(spoken(), "cli-last-attempt"))));
                }
                let wanted = tr!(spoken(), "cli-pin-of-key");
                self.one_pin(whose, &key, (&wanted, None)).await
            }
            _ => Err(Stop::Cancelled),
        }
    }

    async fn letter(&self, whose: &Whose, key: &KeyFacts, pin: &Pin) -> Result<(), Stop> {
        let Some(letters) = &self.letters else {
            return Err(self.misuse("no-letters", tr!(spoken(), "cli-no-letters")));
        };
        let name = key.id.serial.as_deref().unwrap_or(whose.place.as_str());
        let path = letters.dir.join(format!("pin-{}.pdf", file_name(name)));
        let failed = |why: String| Stop::Key(KeyFault::told(why));
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(format!("{}: {error}", path.display())));
            }
            _ => {}
        }
        let said = json!({ "event": "letter", "file": path });
        let letter = HandOver::new(Way::Letter {
            path: path.clone(),
            text: Box::new(Text::load(letters.language)),
            station: letters.station.clone(),
        });
        letter
            .give(key, pin)
            .map_err(|error| failed(error.to_string()))?;
        let words = tr!(spoken(), "cli-pin-in", file = path.display().to_string());
        self.output
            .placed(whose.place.as_str(), whose.slot, &said, Some(&words));
        Ok(())
    }

    async fn tag(&self, whose: &Whose, complaint: Option<TagComplaint>) -> Result<String, Stop> {
        // A line that was not taken is not mended by the next one.
        if let (Some(complaint), Some(_)) = (complaint, &self.tags) {
            return Err(complaint.into());
        }
        let next = match &self.tags {
            Some(tags) => tags.lock().next(),
            None => {
                let prompt = tr!(spoken(), "cli-slot-tag", slot = whose.slot.to_string());
                return secret::line_from_terminal(&prompt, &tr!(spoken(), "cli-a-tag"), "--tags")
                    .await
                    .map_err(|error| self.unreadable(&error));
            }
        };
        next.ok_or_else(|| self.misuse("too-few-tags", tr!(spoken(), "cli-too-few-tags")))
    }

    async fn admits(&self, _: &Whose, _: Question) -> Result<bool, Stop> {
        // As `enrol` does without a screen: the warnings are printed, and only a refusal ends it.
        Ok(true)
    }
}
