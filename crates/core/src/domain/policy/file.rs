//! `policy.toml`: its form, and the mistakes in it.
//!
//! Invariant: a policy with a mistake is not used at all, so that no misspelt rule silently lets a key through. Every
//! mistake is reported with its line, not only the first.

use serde::Deserialize;
use toml::Spanned;

use super::finding::Ruling;
use super::overlap::{self, Overlap};
use super::range::{self, Range};
use super::rule::{Conditions, Feature, Rule, Why};
use crate::domain::OneLine;
use crate::domain::key::Aaguid;
use crate::domain::models::pattern::Pattern;
use crate::domain::models::{Attestation, Models};

/// A policy is read by people: one that is larger is a mistake.
const MAX_BYTES: usize = 256 << 10;

/// More rules than anybody can survey.
const MAX_RULES: usize = 500;

/// Why a policy can't be used: every mistake in it, in the order of their lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct PolicyError(pub Vec<Fault>);

impl PolicyError {
    /// One line for each mistake, `FILE:LINE: what is wrong`.
    pub fn in_file(&self, file: &str) -> String {
        let lines = self
            .0
            .iter()
            .map(|fault| format!("{file}:{}: {}", fault.line, fault.what));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    pub what: Wrong,
}

/// What can be wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Not TOML, an unknown member or a value of the wrong kind.
    #[error("{0}")]
    Form(String),
    /// Too large to be a policy.
    #[error("this is too large for a policy: at most {MAX_RULES} rules and 256 KiB")]
    TooLarge,
    /// Written for a newer release.
    #[error("version {0} was written for a newer release; this one reads version 1")]
    Newer(u16),
    /// A range that is none.
    #[error("{member}: {part:?} is no condition: write e.g. {example:?}")]
    Range {
        member: &'static str,
        /// The part that can't be read.
        part: String,
        /// How it may look.
        example: &'static str,
    },
    /// A rule without conditions.
    #[error(
        "the rule has no conditions: give it some, or write `every_key = true` if it is for every key"
    )]
    NoConditions,
    /// Conditions beside `every_key`.
    #[error("`every_key` leaves no room for other conditions: leave it out")]
    ConditionsBesideEveryKey,
    /// A rule whose reason or name can't be shown.
    #[error("`{0}` must be one line of 1 to 200 characters: it is shown on the screen")]
    NotShowable(&'static str),
    /// A rule that no key can match.
    #[error("the rule never matches: {0}")]
    NeverMatches(String),
    /// A rule that an earlier one makes ineffective.
    #[error("the rule has no effect: rule {by:?} in line {line} {how}")]
    Shadowed {
        /// The earlier rule.
        by: String,
        line: usize,
        /// What it does to this one.
        how: Overlap,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u16>,
    #[serde(default)]
    rule: Vec<Spanned<RuleForm>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleForm {
    name: Option<String>,
    verdict: Ruling,
    why: WhyForm,
    #[serde(default)]
    every_key: bool,
    aaguid: Option<Vec<Aaguid>>,
    model: Option<Vec<Pattern>>,
    maker: Option<Vec<Pattern>>,
    advisory: Option<Vec<Pattern>>,
    status: Option<Vec<Pattern>>,
    attestation: Option<Vec<Attestation>>,
    has: Option<Vec<Feature>>,
    lacks: Option<Vec<Feature>>,
    certification: Option<String>,
    firmware: Option<String>,
    ctap: Option<String>,
    known: Option<bool>,
    tested: Option<bool>,
}

/// `why = "…"` or `why = { en = "…", nl = "…" }`.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text, or { en = \"…\", nl = \"…\" }")]
enum WhyForm {
    English(String),
    Both(Why),
}

/// A rule and the line in which it begins.
pub(super) struct Placed {
    pub line: usize,
    pub rule: Rule,
}

/// Reads the text of a policy and looks for mistakes. The models tell which advisories there are.
pub(super) fn parse(text: &str, models: &Models) -> Result<Vec<Rule>, PolicyError> {
    let one = |line, what| PolicyError(vec![Fault { line, what }]);
    if text.len() > MAX_BYTES {
        return Err(one(1, Wrong::TooLarge));
    }
    let file: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let what = error.message().trim().replace('\n', ", ");
        one(line_of(text, at), Wrong::Form(what))
    })?;
    if *file.version.get_ref() != 1 {
        let line = line_of(text, file.version.span().start);
        return Err(one(line, Wrong::Newer(*file.version.get_ref())));
    }
    if file.rule.len() > MAX_RULES {
        return Err(one(1, Wrong::TooLarge));
    }
    let mut faults = Vec::new();
    let mut placed: Vec<Placed> = Vec::new();
    for (form, number) in file.rule.into_iter().zip(1_usize..) {
        let line = line_of(text, form.span().start);
        match rule(form.into_inner(), number, models) {
            Ok(rule) => placed.push(Placed { line, rule }),
            Err(what) => faults.push(Fault { line, what }),
        }
    }
    faults.extend(overlap::shadowed(&placed));
    if faults.is_empty() {
        return Ok(placed.into_iter().map(|placed| placed.rule).collect());
    }
    faults.sort_by_key(|fault| fault.line);
    Err(PolicyError(faults))
}

/// The line of a byte offset, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

fn rule(form: RuleForm, number: usize, models: &Models) -> Result<Rule, Wrong> {
    let why = match form.why {
        WhyForm::English(en) => Why { en, nl: None },
        WhyForm::Both(why) => why,
    };
    if !is_showable(&why.en) || !why.nl.as_deref().is_none_or(is_showable) {
        return Err(Wrong::NotShowable("why"));
    }
    if !form.name.as_deref().is_none_or(is_showable) {
        return Err(Wrong::NotShowable("name"));
    }
    let conditions = Conditions {
        aaguid: form.aaguid,
        model: form.model,
        maker: form.maker,
        advisory: form.advisory,
        status: form.status,
        attestation: form.attestation,
        has: form.has.unwrap_or_default(),
        lacks: form.lacks,
        certification: read_range("certification", form.certification, range::certification)?,
        firmware: read_range("firmware", form.firmware, range::firmware)?,
        ctap: read_range("ctap", form.ctap, range::ctap)?,
        known: form.known,
        tested: form.tested,
    };
    let none = conditions == Conditions::default();
    match (form.every_key, none) {
        (false, true) => return Err(Wrong::NoConditions),
        (true, false) => return Err(Wrong::ConditionsBesideEveryKey),
        _ => {}
    }
    if let Some(why) = overlap::impossible(&conditions, models) {
        return Err(Wrong::NeverMatches(why));
    }
    Ok(Rule {
        name: form.name.unwrap_or_else(|| format!("rule {number}")),
        ruling: form.verdict,
        why,
        conditions,
    })
}

fn is_showable(text: &str) -> bool {
    OneLine::<200>::check(text).is_ok()
}

fn read_range(
    member: &'static str,
    text: Option<String>,
    read: fn(&str) -> Result<Range, String>,
) -> Result<Option<Range>, Wrong> {
    let example = match member {
        "certification" => ">= L1",
        "firmware" => ">= 5.4, < 5.7",
        _ => "< 2.1",
    };
    let range = text.as_deref().map(read).transpose();
    range.map_err(|part| Wrong::Range {
        member,
        part,
        example,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let models = Models::shipped().expect("the list parses");
        match parse(text, &models) {
            Ok(_) => Vec::new(),
            Err(error) => error.0.iter().map(ToString::to_string).collect(),
        }
    }

    fn rules(bodies: &[&str]) -> String {
        let rules = bodies
            .iter()
            .map(|body| format!("\n[[rule]]\nwhy = \"because\"\n{body}\n"));
        format!("version = 1\n{}", rules.collect::<String>())
    }

    #[test]
    fn each_mistake_is_told_with_its_line() {
        for (body, said) in [
            ("verdict = \"refuse\"", "line 3: the rule has no conditions"),
            (
                "verdict = \"refuse\"\nevery_key = true\nknown = true",
                "line 3: `every_key`",
            ),
            (
                "verdict = \"forbid\"\nknown = true",
                "line 5: unknown variant",
            ),
            (
                "verdict = \"warn\"\nfirmwares = \"< 1\"",
                "line 6: unknown field",
            ),
            (
                "verdict = \"warn\"\nfirmware = \"old\"",
                "\"old\" is no condition",
            ),
            ("verdict = \"warn\"\nctap = \"1.0\"", "e.g. \"< 2.1\""),
            (
                "verdict = \"warn\"\nhas = [\"wings\"]",
                "line 6: unknown variant `wings`",
            ),
            ("verdict = \"warn\"\naaguid = [\"x\"]", "line 6: "),
            (
                "verdict = \"warn\"\nfirmware = \">= 6, < 5\"",
                "line 3: the rule never matches: no firmware",
            ),
            (
                "verdict = \"warn\"\nadvisory = [\"YSA-1999-*\"]",
                "never matches: no advisory of this name",
            ),
            ("verdict = \"warn\"\nmodel = []", "never matches: `model`"),
            (
                "verdict = \"warn\"\nhas = [\"pin\"]\nlacks = [\"pin\"]",
                "never matches: a key can't both have",
            ),
            (
                "verdict = \"warn\"\nknown = false\ntested = true",
                "never matches: an unknown model",
            ),
        ] {
            let found = faults(&rules(&[body]));
            assert_eq!(found.len(), 1, "{body}: {found:?}");
            assert!(found.concat().contains(said), "{body}: {found:?}");
        }
        assert!(faults("version = 2").concat().contains("newer release"));
        assert!(faults("").concat().contains("version"));
        assert!(
            faults("version = 1\n[[rule]]\nverdict = \"warn\"\nwhy = \" \"\nknown = true")
                .concat()
                .contains("`why` must be one line")
        );
    }

    #[test]
    fn a_rule_that_an_earlier_one_makes_ineffective_is_told() {
        for (bodies, said) in [
            (
                [
                    "verdict = \"allow\"\nmaker = [\"Yubico\"]",
                    "verdict = \"refuse\"\nmaker = [\"yubico\"]\nfirmware = \"< 5.7\"",
                ],
                "line 8: the rule has no effect: rule \"rule 1\" in line 3 allows",
            ),
            (
                [
                    "verdict = \"refuse\"\nevery_key = true",
                    "verdict = \"allow\"\nmodel = [\"YubiKey*\"]",
                ],
                "refuses every key that it matches: an exception must stand before it",
            ),
            (
                [
                    "verdict = \"refuse\"\ncertification = \"< L2\"",
                    "verdict = \"warn\"\ncertification = \"none\"\nhas = [\"pin\"]",
                ],
                "refuses every key that it matches",
            ),
        ] {
            let found = faults(&rules(&bodies));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found.concat().contains(said), "{found:?}");
        }
        for bodies in [
            [
                "verdict = \"allow\"\nmaker = [\"Yubico\"]\nfirmware = \">= 5.7\"",
                "verdict = \"refuse\"\nmaker = [\"Yubico\"]",
            ],
            [
                "verdict = \"warn\"\ncertification = \"none\"",
                "verdict = \"warn\"\ncertification = \"none\"\nknown = false",
            ],
        ] {
            assert_eq!(faults(&rules(&bodies)), [""; 0]);
        }
    }

    #[test]
    fn every_mistake_of_a_file_is_told_with_the_files_name() {
        let text = rules(&["verdict = \"warn\"", "verdict = \"warn\"\nctap = \"9\""]);
        let models = Models::shipped().expect("the list parses");
        let error = parse(&text, &models).expect_err("two mistakes");
        let told = error.in_file("/etc/keydesk/policy.toml");
        let lines: Vec<_> = told.lines().collect();
        assert_eq!(lines.len(), 2, "{told}");
        assert!(
            lines
                .iter()
                .zip([
                    "/etc/keydesk/policy.toml:3: ",
                    "/etc/keydesk/policy.toml:7: "
                ])
                .all(|(line, start)| line.starts_with(start)),
            "{told}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_text_panics_the_parser(text in "\\PC{0,200}") {
            let _ = parse(&text, &Models::default());
        }

        #[test]
        fn a_damaged_policy_is_a_policy_or_a_fault_within_its_lines(at in any::<proptest::sample::Index>(), to in "\\PC{0,3}") {
            let mut text = include_str!("../../../../../assets/examples/policy.toml").to_owned();
            let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
            let place = places.get(at.index(places.len())).copied().unwrap_or_default();
            text.insert_str(place, &to);
            if let Err(error) = parse(&text, &Models::shipped().expect("the list parses")) {
                prop_assert!(!error.0.is_empty());
                let lines = text.lines().count().max(1) + 1;
                prop_assert!(error.0.iter().all(|fault| (1..=lines).contains(&fault.line)));
            }
        }
    }
}
