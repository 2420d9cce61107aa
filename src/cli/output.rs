//! Standard output: JSON lines or short sentences, never both.
//!
//! With `--json` every line is one object with `"v": 1`; the last one has `"event": "outcome"` and the exit code. Nothing
//! secret passes here: events carry no PIN and no token.

use std::io::Write;

use parking_lot::Mutex;
use serde::Serialize;
use serde_json::{Value, json};

use super::events::in_words;
use crate::text::clean::{clean, escaped};
use crate::text::{spoken, tr};
use crate::workflow::dialogue::{Event, PushState};

/// Version of the JSON lines.
pub const LINES_VERSION: u16 = 1;

/// Exit codes, as documented in the README.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Done = 0,
    /// The arguments or a file that they name are wrong.
    Usage = 2,
    /// Refused by policy (a key too), by authority or by the registry; nobody is signed in.
    Refused = 3,
    /// The key is absent, was pulled, or does not do what is asked.
    Key = 4,
    /// The registry can't be reached: what it was for was not done. What is left is said.
    Unreachable = 5,
    /// Done here, and its result waits in the outbox.
    Queued = 6,
    /// The station's memory failed.
    Store = 7,
    Cancelled = 8,
}

impl Exit {
    /// The number for the shell.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Key => 4,
            Self::Unreachable => 5,
            Self::Queued => 6,
            Self::Store => 7,
            Self::Cancelled => 8,
        }
    }
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// For the shell.
    pub exit: Exit,
    /// Stable word.
    pub code: String,
    /// In English, with the facts and the next step.
    pub detail: String,
    /// More facts, for scripts.
    pub facts: Value,
}

impl Outcome {
    /// Done, with facts.
    pub fn done(detail: impl Into<String>, facts: Value) -> Self {
        Self {
            exit: Exit::Done,
            code: "done".to_owned(),
            detail: detail.into(),
            facts,
        }
    }

    /// Not done.
    pub fn failed(exit: Exit, code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            exit,
            code: code.into(),
            detail: detail.into(),
            facts: Value::Null,
        }
    }
}

/// Where output goes, and in which form.
pub struct Output {
    json: bool,
    sink: Mutex<Box<dyn Write + Send>>,
}

impl Output {
    /// Writes to `sink`.
    pub fn new(json: bool, sink: Box<dyn Write + Send>) -> Self {
        Self {
            json,
            sink: Mutex::new(sink),
        }
    }

    /// Whether lines are JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// One event of a run.
    pub fn event(&self, event: &Event) {
        if self.json {
            self.json_line(event);
        } else if let Some(text) = in_words(event) {
            self.text(&text);
        }
    }

    /// One event of a run at one of several slots.
    pub fn placed_event(&self, place: &str, slot: u16, event: &Event) {
        self.placed(place, slot, event, in_words(event).as_deref());
    }

    /// Anything that happens at one of several slots: an object in JSON that says where, or a line of text.
    pub fn placed(&self, place: &str, slot: u16, what: &impl Serialize, text: Option<&str>) {
        if self.json {
            let mut value = serde_json::to_value(what)
                .unwrap_or_else(|e| json!({ "event": "defect", "detail": e.to_string() }));
            if let Some(object) = value.as_object_mut() {
                object.insert("place".to_owned(), json!(place));
                object.insert("slot".to_owned(), json!(slot));
            }
            self.json_line(&value);
        } else if let Some(text) = text {
            for line in text.lines() {
                self.text(&tr!(
                    spoken(),
                    "cli-slot-line",
                    slot = slot.to_string(),
                    line = line.to_string()
                ));
            }
        }
    }

    /// One item of a list: an object in JSON, or a line of text.
    pub fn item(&self, event: &str, item: &impl Serialize, text: &str) {
        if self.json {
            self.json_line(&json!({ "event": event, "item": item }));
        } else {
            self.text(text);
        }
    }

    /// The last line.
    pub fn outcome(&self, outcome: &Outcome) {
        if self.json {
            self.json_line(&json!({
                "event": "outcome",
                "exit": outcome.exit.code(),
                "code": outcome.code,
                "detail": outcome.detail,
                "facts": outcome.facts,
            }));
        } else if !outcome.detail.is_empty() {
            self.text(&outcome.detail);
        }
    }

    fn json_line(&self, value: &impl Serialize) {
        // Every type that is printed serialises; a failure would be a defect, shown rather than hidden.
        let mut value = serde_json::to_value(value)
            .unwrap_or_else(|e| json!({ "event": "defect", "detail": e.to_string() }));
        if let Some(object) = value.as_object_mut() {
            object.insert("v".to_owned(), json!(LINES_VERSION));
        }
        self.write(&escaped(&value.to_string()));
    }

    /// Text from keys and registries is in it, and must not steer the terminal. Tabs and line ends are our own: what comes from
    /// elsewhere goes through [`crate::text::clean::columns`].
    fn text(&self, text: &str) {
        for line in text.lines() {
            let parts: Vec<_> = line.split('\t').map(clean).collect();
            self.write(&parts.join("\t"));
        }
    }

    fn write(&self, line: &str) {
        let mut sink = self.sink.lock();
        // A reader that went away must not stop an enrolment half-way.
        let _ = writeln!(sink, "{line}").and_then(|()| sink.flush());
    }
}

/// Where the push stands, as a word.
pub fn push_word(push: &PushState) -> &'static str {
    match push {
        PushState::Accepted => "accepted",
        PushState::Waiting => "waiting",
        PushState::Queued => "queued",
        PushState::Conflict { .. } => "conflict",
    }
}
