//! `key list` and `key info`: what is in the bay with what speaks for and against it, and everything that a key says of
//! itself, in words, with what is unusual marked; with `--json` all of it as data.

use serde::Serialize;
use serde_json::json;

use super::face;
use super::output::{Exit, Outcome, Output};
use crate::domain::care::{Oddity, Portrait, oddities};
use crate::domain::policy::{Verdict, Weight};
use crate::station::face::SlotState;
use crate::station::slots::{Slot, Slots};
use crate::text::clean::columns;
use crate::text::{Language, Text, spoken, tr};

/// A line of `--json`: what was always there, what the key says as plain values, and what is unusual about it.
#[derive(Serialize)]
struct Info<'a> {
    #[serde(flatten)]
    slot: &'a Slot,
    #[serde(skip_serializing_if = "Option::is_none")]
    portrait: Option<&'a Portrait>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'a Verdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oddities: Option<&'a [Oddity]>,
}

/// `key list`: everything in the bay.
pub fn list_all(slots: &Slots, language: Language, output: &Output) -> Outcome {
    let shown = slots.raw();
    for slot in shown.iter() {
        list(slots, slot, language, output);
    }
    Outcome::done(
        tr!(spoken(), "cli-keys", count = shown.len().to_string()),
        json!({ "keys": shown.len() }),
    )
}

/// `key info`: one key, named by place or serial, or the only one.
pub async fn tell_of(
    slots: &Slots,
    wanted: Option<&str>,
    language: Language,
    output: &Output,
) -> Outcome {
    let shown = slots.raw();
    let wanted = match wanted {
        Some(name) => {
            let facts: Vec<_> = shown.iter().filter_map(|slot| slots.facts(slot)).collect();
            match face::named(&facts, name) {
                Ok(Some(key)) => key.place.to_string(),
                // A slot whose key does not answer has a place only.
                Ok(None) => name.to_owned(),
                Err(several) => {
                    return Outcome::failed(Exit::Usage, "several-keys", several.to_string());
                }
            }
        }
        None => match shown.as_slice() {
            [_, _, ..] => {
                return Outcome::failed(
                    Exit::Usage,
                    "several-keys",
                    tr!(spoken(), "cli-several-keys"),
                );
            }
            slots => slots
                .first()
                .map_or(String::new(), |slot| slot.place.to_string()),
        },
    };
    let Some(slot) = shown.iter().find(|slot| slot.place.as_str() == wanted) else {
        return Outcome::failed(Exit::Key, "no-such-key", tr!(spoken(), "cli-no-such-key"));
    };
    tell(slots, slot, language, output).await
}

/// A slot in a list: one line, and one for each finding that the operator should think of.
fn list(slots: &Slots, slot: &Slot, language: Language, output: &Output) {
    let facts = slots.facts(slot);
    let verdict = facts.as_ref().map(|facts| slots.verdict(facts));
    let name = facts.as_ref().map(|facts| facts.model.as_str());
    let info = Info {
        slot,
        portrait: None,
        model: name,
        verdict: verdict.as_ref(),
        oddities: None,
    };
    let text = Text::load(language);
    let mut lines = columns(&[
        &slot.number,
        &slot.place,
        &name.unwrap_or(&slot.identity.product),
        &slot.identity.serial.as_deref().unwrap_or("-"),
        &standing(&text, slots, slot),
    ]);
    let findings = verdict.iter().flat_map(|verdict| &verdict.findings);
    for finding in findings.filter(|finding| finding.weight() > Weight::Note) {
        lines.push_str("\n\t! ");
        lines.push_str(&text.finding(finding));
    }
    output.item("key", &info, &lines);
}

/// How the key in a slot stands, for a line of its own.
fn standing(text: &Text, slots: &Slots, slot: &Slot) -> String {
    match slots.look(slot) {
        SlotState::Ready(key) | SlotState::Busy(key) => {
            let firmware = key.firmware_text().unwrap_or_else(|| "-".to_owned());
            let pin = text.pin_state(&key);
            tr!(text, "slot-answers", firmware = firmware, pin = pin)
        }
        SlotState::U2fOnly { .. } => tr!(text, "slot-u2f"),
        SlotState::Unusable { why, .. } => text.unusable_in_full(&why),
        SlotState::Opening { .. } | SlotState::Empty => tr!(text, "slot-opening"),
    }
}

/// Reads a key and tells everything about it.
async fn tell(slots: &Slots, slot: &Slot, language: Language, output: &Output) -> Outcome {
    let Some(key) = slots.facts(slot) else {
        let info = Info {
            slot,
            portrait: None,
            model: None,
            verdict: None,
            oddities: Some(&[]),
        };
        let text = Text::load(language);
        output.item("key-info", &info, &standing(&text, slots, slot));
        let detail = standing(spoken(), slots, slot);
        return Outcome::failed(Exit::Key, "no-answer", detail);
    };
    let portrait = match slots.portrait(&key).await {
        Ok(portrait) => portrait,
        Err(fault) => {
            let detail = spoken().stop(&fault.into());
            return Outcome::failed(Exit::Key, "no-answer", detail);
        }
    };
    let found = oddities(&portrait, slots.models());
    let verdict = slots.verdict(&portrait.key);
    let info = Info {
        slot,
        portrait: Some(&portrait),
        model: Some(&portrait.key.model),
        verdict: Some(&verdict),
        oddities: Some(&found),
    };
    let text = in_words(&Text::load(language), slots, &portrait, &verdict, &found);
    output.item("key-info", &info, &text);
    Outcome::done("", json!({}))
}

fn in_words(
    text: &Text,
    slots: &Slots,
    portrait: &Portrait,
    verdict: &Verdict,
    found: &[Oddity],
) -> String {
    let mut lines: Vec<String> = text
        .portrait(portrait, slots.models())
        .into_iter()
        .map(|(label, value)| format!("  {label:<24}{value}"))
        .collect();
    let findings = verdict
        .findings
        .iter()
        .map(|finding| (finding.weight(), text.finding(finding)));
    let oddities = found
        .iter()
        .filter(|oddity| !oddity.is_said_by(verdict))
        .map(|oddity| (oddity.weight(), text.oddity(oddity)));
    lines.extend(findings.chain(oddities).map(|(weight, words)| {
        let mark = match weight {
            Weight::Note => "·",
            Weight::Warning | Weight::Refusal => "!",
        };
        format!("{mark} {words}")
    }));
    if found.is_empty() {
        lines.push(format!("✓ {}", tr!(text, "oddity-nothing")));
    }
    lines.join("\n")
}
