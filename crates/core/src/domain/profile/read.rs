//! From TOML to a profile. Faults carry the line of the step or member that they are about.

use serde::Deserialize;
use toml::Spanned;

use super::check::contradictions;
use super::label::{Label, TagPattern};
use super::{KeyPolicy, PinSource, PinStep, Profile, STEPS_MAX, Step, TagSource, Whom};
use crate::domain::OneLine;
use crate::domain::pin::{PIN_BYTES_MAX, PIN_CODE_POINTS_MIN, PIN_FLOOR};

/// The form that this release reads.
const FORM: u16 = 1;

/// The longest name of a profile, in characters.
const NAME_CHARS_MAX: usize = 60;

/// One thing that is wrong with a profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ProfileFault {
    /// From 1.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub what: String,
}

/// Why a text is no profile: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", joined(.0))]
pub struct ProfileError(pub Vec<ProfileFault>);

fn joined(faults: &[ProfileFault]) -> String {
    let each: Vec<String> = faults.iter().map(ProfileFault::to_string).collect();
    each.join("; ")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u16>,
    name: Spanned<String>,
    #[serde(default)]
    step: Vec<Spanned<RawStep>>,
}

/// Every member that a step of any kind has; which belong to which is checked afterwards, so that the fault can say so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    #[serde(rename = "do")]
    what: Spanned<String>,
    how: Option<Spanned<PinSource>>,
    min_length: Option<Spanned<u8>>,
    force_change: Option<Spanned<bool>>,
    #[serde(rename = "for")]
    whom: Option<Spanned<Whom>>,
    pattern: Option<Spanned<String>>,
    first: Option<Spanned<u64>>,
    text: Option<Spanned<String>>,
    min_pin_length: Option<Spanned<u8>>,
    min_pin_length_rp_ids: Option<Spanned<Vec<String>>>,
    always_uv: Option<Spanned<bool>>,
    enterprise_attestation: Option<Spanned<bool>>,
    long_touch_for_reset: Option<Spanned<bool>>,
    pin_complexity: Option<Spanned<bool>>,
}

/// Finds lines, and keeps what is wrong.
struct Reader<'a> {
    text: &'a str,
    faults: Vec<ProfileFault>,
}

pub(super) fn read(text: &str) -> Result<Profile, ProfileError> {
    let mut reader = Reader {
        text,
        faults: Vec::new(),
    };
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            reader.fault(
                at,
                reader
                    .newer(text)
                    .unwrap_or_else(|| error.message().trim().to_owned()),
            );
            return Err(ProfileError(reader.faults));
        }
    };
    let mut steps = Vec::new();
    reader.head(&file);
    for raw in &file.step {
        let at = raw.span().start;
        if let Some(step) = reader.step(raw.get_ref()) {
            steps.push((at, step));
        }
    }
    if file.step.is_empty() {
        reader.fault(
            0,
            "it has no steps: write [[step]] and do = \"test\", for instance",
        );
    }
    if steps.len() == file.step.len() {
        for (at, what) in contradictions(&steps) {
            reader.fault(at, what);
        }
    }
    if reader.faults.is_empty() {
        return Ok(Profile {
            name: file.name.into_inner(),
            steps: steps.into_iter().map(|(_, step)| step).collect(),
        });
    }
    reader.faults.sort_by_key(|fault| fault.line);
    Err(ProfileError(reader.faults))
}

impl Reader<'_> {
    fn fault(&mut self, at: usize, what: impl Into<String>) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let what = what.into();
        self.faults.push(ProfileFault { line, what });
    }

    /// A newer form may have members that this release does not know: then its version is what is wrong.
    fn newer(&self, text: &str) -> Option<String> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u16,
        }
        let Versioned { version } = toml::from_str(text).ok()?;
        (version > FORM).then(|| too_new(version))
    }

    fn head(&mut self, file: &File) {
        let version = *file.version.get_ref();
        if version != FORM {
            self.fault(file.version.span().start, too_new(version));
        }
        let name = file.name.get_ref();
        if let Err(why) = OneLine::<NAME_CHARS_MAX>::check(name) {
            let what =
                format!("name: write one line of at most {NAME_CHARS_MAX} characters: {why}");
            self.fault(file.name.span().start, what);
        }
        if file.step.len() > STEPS_MAX {
            let at = file.step.get(STEPS_MAX).map_or(0, |step| step.span().start);
            self.fault(
                at,
                format!("a profile has at most {STEPS_MAX} steps: each is done once"),
            );
        }
    }

    fn step(&mut self, raw: &RawStep) -> Option<Step> {
        let what = raw.what.get_ref().as_str();
        let Some(own) = members_of(what) else {
            let what =
                format!("{what:?} is no step: write test, reset, policy, pin, enrol, tag or label");
            self.fault(raw.what.span().start, what);
            return None;
        };
        let before = self.faults.len();
        for (member, at) in raw.members() {
            if !own.contains(&member) {
                self.fault(
                    at,
                    format!("{member} does not belong to a {what} step: delete it"),
                );
            }
        }
        let step = match what {
            "test" => Some(Step::Test),
            "reset" => Some(Step::Reset),
            "policy" => self.policy(raw),
            "pin" => self.pin(raw),
            "enrol" => self.enrol(raw),
            "tag" => self.tag(raw),
            _ => self.label(raw),
        };
        step.filter(|_| self.faults.len() == before)
    }

    fn policy(&mut self, raw: &RawStep) -> Option<Step> {
        if raw.members().is_empty() {
            self.fault(
                raw.what.span().start,
                "it sets nothing: add min_pin_length, for instance",
            );
        }
        if let Some(length) = &raw.min_pin_length {
            self.pin_length(length);
        }
        if let (Some(rp_ids), None) = (&raw.min_pin_length_rp_ids, &raw.min_pin_length) {
            self.fault(
                rp_ids.span().start,
                "min_pin_length_rp_ids needs min_pin_length beside it",
            );
        }
        let on = |member: &Option<Spanned<bool>>| member.as_ref().is_some_and(|on| *on.get_ref());
        for (member, name) in [
            (&raw.enterprise_attestation, "enterprise_attestation"),
            (&raw.long_touch_for_reset, "long_touch_for_reset"),
            (&raw.pin_complexity, "pin_complexity"),
        ] {
            if let Some(off) = member.as_ref().filter(|on| !*on.get_ref()) {
                let what =
                    format!("{name} can only be switched on: delete the line to leave it as it is");
                self.fault(off.span().start, what);
            }
        }
        Some(Step::Policy(KeyPolicy {
            min_pin_length: raw.min_pin_length.as_ref().map(|length| *length.get_ref()),
            min_pin_length_rp_ids: raw
                .min_pin_length_rp_ids
                .as_ref()
                .map(|ids| ids.get_ref().clone())
                .unwrap_or_default(),
            always_uv: raw.always_uv.as_ref().map(|on| *on.get_ref()),
            enterprise_attestation: on(&raw.enterprise_attestation),
            long_touch_for_reset: on(&raw.long_touch_for_reset),
            pin_complexity: on(&raw.pin_complexity),
        }))
    }

    fn pin_length(&mut self, length: &Spanned<u8>) {
        let number = usize::from(*length.get_ref());
        if number < usize::from(PIN_CODE_POINTS_MIN) || number > PIN_BYTES_MAX {
            let what = format!("a PIN has {PIN_CODE_POINTS_MIN} to {PIN_BYTES_MAX} characters");
            self.fault(length.span().start, what);
        }
    }

    fn pin(&mut self, raw: &RawStep) -> Option<Step> {
        let Some(how) = &raw.how else {
            self.fault(
                raw.what.span().start,
                "say where the PIN comes from: how = \"typed\", \"random\" or \"none\"",
            );
            return None;
        };
        let how = *how.get_ref();
        if let Some(length) = &raw.min_length {
            self.pin_length(length);
        }
        if how == PinSource::None {
            let set = [
                raw.min_length.as_ref().map(|member| member.span().start),
                raw.force_change.as_ref().map(|member| member.span().start),
            ];
            for at in set.into_iter().flatten() {
                self.fault(
                    at,
                    "a key without a PIN has no length and no change of it: delete this line",
                );
            }
        }
        Some(Step::Pin(PinStep {
            how,
            min_length: raw
                .min_length
                .as_ref()
                .map_or(PIN_FLOOR, |length| *length.get_ref()),
            force_change: raw.force_change.as_ref().is_some_and(|on| *on.get_ref()),
        }))
    }

    fn enrol(&mut self, raw: &RawStep) -> Option<Step> {
        let Some(whom) = &raw.whom else {
            self.fault(
                raw.what.span().start,
                "say for whom: for = \"list\" (the next person on the list) or \"nobody\" (a spare)",
            );
            return None;
        };
        Some(Step::Enrol {
            whom: *whom.get_ref(),
        })
    }

    fn tag(&mut self, raw: &RawStep) -> Option<Step> {
        let from = match (&raw.pattern, &raw.first) {
            (None, Some(first)) => {
                self.fault(first.span().start, "first needs a pattern beside it");
                return None;
            }
            (None, None) => TagSource::Asked,
            (Some(pattern), first) => {
                let first = first.as_ref().map_or(1, |first| *first.get_ref());
                match TagPattern::new(pattern.get_ref(), first) {
                    Ok(pattern) => TagSource::Pattern(pattern),
                    Err(what) => {
                        self.fault(pattern.span().start, what);
                        return None;
                    }
                }
            }
        };
        Some(Step::Tag { from })
    }

    fn label(&mut self, raw: &RawStep) -> Option<Step> {
        let Some(text) = &raw.text else {
            self.fault(
                raw.what.span().start,
                "say what it reads: text = \"{tag}\", for instance",
            );
            return None;
        };
        match Label::new(text.get_ref()) {
            Ok(text) => Some(Step::Label { text }),
            Err(what) => {
                self.fault(text.span().start, what);
                None
            }
        }
    }
}

fn too_new(version: u16) -> String {
    format!("version {version} is of another release; this one reads version {FORM}")
}

fn members_of(step: &str) -> Option<&'static [&'static str]> {
    Some(match step {
        "test" | "reset" => &[],
        "policy" => &[
            "min_pin_length",
            "min_pin_length_rp_ids",
            "always_uv",
            "enterprise_attestation",
            "long_touch_for_reset",
            "pin_complexity",
        ],
        "pin" => &["how", "min_length", "force_change"],
        "enrol" => &["for"],
        "tag" => &["pattern", "first"],
        "label" => &["text"],
        _ => return None,
    })
}

impl RawStep {
    /// The members that were written, and where.
    fn members(&self) -> Vec<(&'static str, usize)> {
        fn at<T>(member: &Option<Spanned<T>>) -> Option<usize> {
            member.as_ref().map(|member| member.span().start)
        }
        let all = [
            ("how", at(&self.how)),
            ("min_length", at(&self.min_length)),
            ("force_change", at(&self.force_change)),
            ("for", at(&self.whom)),
            ("pattern", at(&self.pattern)),
            ("first", at(&self.first)),
            ("text", at(&self.text)),
            ("min_pin_length", at(&self.min_pin_length)),
            ("min_pin_length_rp_ids", at(&self.min_pin_length_rp_ids)),
            ("always_uv", at(&self.always_uv)),
            ("enterprise_attestation", at(&self.enterprise_attestation)),
            ("long_touch_for_reset", at(&self.long_touch_for_reset)),
            ("pin_complexity", at(&self.pin_complexity)),
        ];
        all.into_iter()
            .filter_map(|(name, at)| at.map(|at| (name, at)))
            .collect()
    }
}
