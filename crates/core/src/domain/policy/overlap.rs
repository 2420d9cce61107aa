//! Rules that say nothing: those that no key can match, and those that an earlier rule makes ineffective.
//!
//! Invariant: what is reported is certain. Rules whose overlap can't be decided from their conditions are left alone.

use super::file::{Fault, Placed, Wrong};
use super::finding::Ruling;
use super::range::Range;
use super::rule::{Conditions, Feature};
use crate::domain::models::Models;
use crate::domain::models::pattern::Pattern;

/// What an earlier rule does to a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// It allows every key that the later one matches, and ends the search.
    Allowed,
    /// It refuses every key that the later one matches.
    Refused,
}

impl std::fmt::Display for Overlap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Allowed => "allows every key that it matches, and nothing after that counts",
            Self::Refused => "refuses every key that it matches: an exception must stand before it",
        })
    }
}

/// Why no key can meet these conditions, if that is certain.
pub(super) fn impossible(conditions: &Conditions, models: &Models) -> Option<String> {
    let empty = [
        ("aaguid", conditions.aaguid.as_ref().map(Vec::is_empty)),
        ("model", conditions.model.as_ref().map(Vec::is_empty)),
        ("maker", conditions.maker.as_ref().map(Vec::is_empty)),
        ("advisory", conditions.advisory.as_ref().map(Vec::is_empty)),
        ("status", conditions.status.as_ref().map(Vec::is_empty)),
        (
            "attestation",
            conditions.attestation.as_ref().map(Vec::is_empty),
        ),
        ("lacks", conditions.lacks.as_ref().map(Vec::is_empty)),
    ];
    if let Some((member, _)) = empty.iter().find(|(_, empty)| *empty == Some(true)) {
        return Some(format!("`{member}` names nothing"));
    }
    let ranges = [
        ("firmware", conditions.firmware),
        ("certification", conditions.certification),
        ("version of CTAP", conditions.ctap),
    ];
    if let Some((what, _)) = ranges
        .iter()
        .find(|(_, range)| range.is_some_and(Range::is_empty))
    {
        return Some(format!("no {what} is in this range"));
    }
    if let Some(lacks) = &conditions.lacks
        && lacks.iter().all(|feature| conditions.has.contains(feature))
    {
        return Some("a key can't both have and lack the same".to_owned());
    }
    if conditions.known == Some(false) && asks_for_a_known_model(conditions) {
        return Some("an unknown model is neither tested nor certified".to_owned());
    }
    let listed = |patterns: &Vec<Pattern>| patterns.iter().any(|p| models.has_advisory(p));
    if conditions
        .advisory
        .as_ref()
        .is_some_and(|list| !listed(list))
    {
        return Some("no advisory of this name is in the list of models".to_owned());
    }
    None
}

fn asks_for_a_known_model(conditions: &Conditions) -> bool {
    conditions.tested == Some(true)
        || conditions
            .certification
            .is_some_and(|range| !range.contains(0))
}

/// The rules that earlier ones make ineffective.
pub(super) fn shadowed(rules: &[Placed]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, later) in rules.iter().enumerate() {
        let before = rules.iter().take(index);
        let shadow = before.filter_map(|earlier| Some((earlier, overlap(earlier, later)?)));
        if let Some((earlier, how)) = shadow.into_iter().next() {
            faults.push(Fault {
                line: later.line,
                what: Wrong::Shadowed {
                    by: earlier.rule.name.clone(),
                    line: earlier.line,
                    how,
                },
            });
        }
    }
    faults
}

/// Two refusals, or two warnings, may both stand: each has its reason.
fn overlap(earlier: &Placed, later: &Placed) -> Option<Overlap> {
    let how = match (earlier.rule.ruling, later.rule.ruling) {
        (Ruling::Allow, _) => Overlap::Allowed,
        (Ruling::Refuse, Ruling::Allow | Ruling::Warn) => Overlap::Refused,
        _ => return None,
    };
    within(&later.rule.conditions, &earlier.rule.conditions).then_some(how)
}

/// Whether every key that meets `narrow` certainly meets `wide`.
fn within(narrow: &Conditions, wide: &Conditions) -> bool {
    list_within(narrow.aaguid.as_ref(), wide.aaguid.as_ref(), |a, b| a == b)
        && list_within(narrow.model.as_ref(), wide.model.as_ref(), Pattern::within)
        && list_within(narrow.maker.as_ref(), wide.maker.as_ref(), Pattern::within)
        && list_within(
            narrow.advisory.as_ref(),
            wide.advisory.as_ref(),
            Pattern::within,
        )
        && list_within(
            narrow.status.as_ref(),
            wide.status.as_ref(),
            Pattern::within,
        )
        && list_within(
            narrow.attestation.as_ref(),
            wide.attestation.as_ref(),
            |a, b| a == b,
        )
        && wide.has.iter().all(|feature| narrow.has.contains(feature))
        && list_within(
            narrow.lacks.as_ref(),
            wide.lacks.as_ref(),
            |a: &Feature, b| a == b,
        )
        && range_within(narrow.certification, wide.certification)
        && range_within(narrow.firmware, wide.firmware)
        && range_within(narrow.ctap, wide.ctap)
        && wide.known.is_none_or(|known| narrow.known == Some(known))
        && wide
            .tested
            .is_none_or(|tested| narrow.tested == Some(tested))
}

fn list_within<T>(
    narrow: Option<&Vec<T>>,
    wide: Option<&Vec<T>>,
    is_within: impl Fn(&T, &T) -> bool,
) -> bool {
    match (narrow, wide) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(narrow), Some(wide)) => narrow
            .iter()
            .all(|inner| wide.iter().any(|outer| is_within(inner, outer))),
    }
}

fn range_within(narrow: Option<Range>, wide: Option<Range>) -> bool {
    match (narrow, wide) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(narrow), Some(wide)) => narrow.within(wide),
    }
}
