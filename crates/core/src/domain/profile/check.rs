//! What contradicts itself in a profile.

use super::{PinSource, PinStep, Step, StepKind, Whom};

/// Every contradiction, with the offset of the step that is to be changed.
pub(super) fn contradictions(steps: &[(usize, Step)]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (nth, (at, step)) in steps.iter().enumerate() {
        let before = steps.get(..nth).unwrap_or_default();
        let after = steps.get(nth + 1..).unwrap_or_default();
        if before.iter().any(|(_, other)| other.kind() == step.kind()) {
            let what = format!("there are two {} steps: delete one", step.kind().as_str());
            found.push((*at, what));
        }
        found.extend(
            wrong_with(step, before, after)
                .into_iter()
                .map(|what| (*at, what)),
        );
    }
    found
}

fn wrong_with(step: &Step, before: &[(usize, Step)], after: &[(usize, Step)]) -> Vec<String> {
    match step {
        Step::Reset => undone(before).into_iter().collect(),
        Step::Enrol { whom: Whom::List } => unprotected(before, after).into_iter().collect(),
        Step::Pin(pin) => pin_faults(*pin, before, after),
        Step::Label { text } => text
            .names()
            .filter_map(|name| unknown_yet(name, before))
            .collect(),
        Step::Test | Step::Policy(_) | Step::Enrol { .. } | Step::Tag { .. } => Vec::new(),
    }
}

/// A reset deletes what was written before it.
fn undone(before: &[(usize, Step)]) -> Option<String> {
    let lost = before
        .iter()
        .map(|(_, step)| step.kind())
        .find(|kind| matches!(kind, StepKind::Policy | StepKind::Pin | StepKind::Enrol))?;
    Some(format!(
        "a reset after {} would undo it: put the reset first",
        lost.as_str()
    ))
}

/// A key is never handed out without a PIN (docs/DOMAIN.md, "Security keys").
fn unprotected(before: &[(usize, Step)], after: &[(usize, Step)]) -> Option<String> {
    let set = |steps: &[(usize, Step)]| pin_of(steps).is_some_and(|pin| pin.how != PinSource::None);
    if set(before) {
        None
    } else if set(after) {
        Some("the PIN is set after the enrolment: put the pin step before this one".to_owned())
    } else {
        Some(
            "a key is never handed out without a PIN: put a pin step with how = \"typed\" or \"random\" before this one"
                .to_owned(),
        )
    }
}

fn pin_faults(pin: PinStep, before: &[(usize, Step)], after: &[(usize, Step)]) -> Vec<String> {
    let mut found = Vec::new();
    let enrols = |steps: &[(usize, Step)]| {
        steps
            .iter()
            .any(|(_, step)| matches!(step, Step::Enrol { whom: Whom::List }))
    };
    if pin.how == PinSource::Typed && !enrols(before) && !enrols(after) {
        found.push(
            "nobody is there to type the PIN of a spare: write how = \"random\" or \"none\", or enrol for = \"list\"".to_owned(),
        );
    }
    let demanded = before.iter().chain(after).find_map(|(_, step)| match step {
        Step::Policy(policy) => policy.min_pin_length,
        _ => None,
    });
    if let Some(length) =
        demanded.filter(|length| pin.how != PinSource::None && *length > pin.min_length)
    {
        found.push(format!(
            "the policy step makes the key ask for {length} characters: write min_length = {length} or more here"
        ));
    }
    found
}

fn pin_of(steps: &[(usize, Step)]) -> Option<PinStep> {
    steps.iter().find_map(|(_, step)| match step {
        Step::Pin(pin) => Some(*pin),
        _ => None,
    })
}

/// A label can only name what the steps before it have settled.
fn unknown_yet(name: &str, before: &[(usize, Step)]) -> Option<String> {
    let settled = |wanted: fn(&Step) -> bool| before.iter().any(|(_, step)| wanted(step));
    match name {
        "tag" if !settled(|step| matches!(step, Step::Tag { .. })) => {
            Some("{tag} is not known yet: put a tag step before this one".to_owned())
        }
        "person" | "organisation"
            if !settled(|step| matches!(step, Step::Enrol { whom: Whom::List })) =>
        {
            Some(format!(
                "{{{name}}} is not known yet: put an enrol step with for = \"list\" before this one"
            ))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::profile::{PinSource, Profile, ProfileError, StepKind};

    const HEAD: &str = "version = 1\nname = \"x\"\n";

    fn profile(steps: &[&str]) -> Result<Profile, ProfileError> {
        let steps: String = steps
            .iter()
            .map(|step| format!("[[step]]\n{step}\n"))
            .collect();
        Profile::parse(&format!("{HEAD}{steps}"))
    }

    const PIN: &str = "do = \"pin\"\nhow = \"random\"";
    const ENROL: &str = "do = \"enrol\"\nfor = \"list\"";

    #[test]
    fn the_shipped_example_is_a_profile() {
        let text = include_str!("../../../../../assets/examples/batch.toml");
        let profile = Profile::parse(text).expect("valid");
        assert!(profile.takes_people());
        assert_eq!(profile.kinds().last(), Some(&StepKind::ForceChange));
        let budget = profile.budget();
        assert_eq!((budget.touches, budget.pins), (2, 0));
        assert_eq!(budget.times(16).touches, 32);
    }

    #[test]
    fn a_profile_survives_its_json() {
        let text = include_str!("../../../../../assets/examples/batch.toml");
        let profile = Profile::parse(text).expect("valid");
        let json = serde_json::to_string(&profile).expect("json");
        assert_eq!(
            serde_json::from_str::<Profile>(&json).expect("read"),
            profile
        );
    }

    #[test]
    fn contradictions_are_found_with_their_line_and_what_to_do() {
        let cases: [(&[&str], usize, &str); 9] = [
            (&[ENROL], 3, "never handed out without a PIN"),
            (
                &["do = \"pin\"\nhow = \"none\"", ENROL],
                6,
                "never handed out",
            ),
            (&[ENROL, PIN], 3, "before this one"),
            (&[PIN, ENROL, "do = \"reset\""], 9, "put the reset first"),
            (&["do = \"test\"", "do = \"test\""], 5, "two test steps"),
            (&["do = \"pin\"\nhow = \"typed\""], 3, "nobody is there"),
            (
                &["do = \"policy\"\nmin_pin_length = 8", PIN],
                6,
                "min_length = 8",
            ),
            (
                &["do = \"label\"\ntext = \"{tag}\""],
                3,
                "put a tag step before",
            ),
            (
                &["do = \"label\"\ntext = \"{person}\""],
                3,
                "put an enrol step",
            ),
        ];
        for (steps, line, said) in cases {
            let ProfileError(faults) = profile(steps).expect_err(said);
            let found = faults
                .iter()
                .any(|f| f.line == line && f.what.contains(said));
            assert!(found, "{said}: {faults:?}");
        }
    }

    #[test]
    fn what_does_not_belong_is_named_with_its_line() {
        let cases: [(&str, usize, &str); 9] = [
            ("do = \"polish\"", 4, "is no step"),
            (
                "do = \"test\"\nhow = \"typed\"",
                5,
                "does not belong to a test step",
            ),
            ("do = \"pin\"", 4, "how = "),
            (
                "do = \"pin\"\nhow = \"none\"\nforce_change = true",
                6,
                "delete this line",
            ),
            (
                "do = \"pin\"\nhow = \"random\"\nmin_length = 3",
                6,
                "4 to 63",
            ),
            (
                "do = \"pin\"\nhow = \"random\"\npin = \"271828\"",
                6,
                "unknown field `pin`",
            ),
            ("do = \"policy\"", 4, "it sets nothing"),
            (
                "do = \"policy\"\npin_complexity = false",
                5,
                "only be switched on",
            ),
            ("do = \"tag\"\npattern = \"KD\"", 5, "no counter"),
        ];
        for (step, line, said) in cases {
            let ProfileError(faults) = profile(&[step]).expect_err(said);
            let found = faults
                .iter()
                .any(|f| f.line == line && f.what.contains(said));
            assert!(found, "{said}: {faults:?}");
            assert!(
                !ProfileError(faults).to_string().contains("271828"),
                "no secret is repeated"
            );
        }
    }

    #[test]
    fn a_profile_of_a_newer_release_says_so_whatever_else_is_in_it() {
        let text = "version = 2\nname = \"x\"\nnews = true\n";
        let ProfileError(faults) = Profile::parse(text).expect_err("newer");
        assert!(
            faults
                .iter()
                .all(|fault| fault.what.contains("reads version 1")),
            "{faults:?}"
        );
        assert!(Profile::parse(HEAD).is_err(), "no steps");
    }

    #[test]
    fn a_spare_needs_no_list_and_may_stay_without_a_pin() {
        let spare = profile(&[
            "do = \"test\"",
            "do = \"pin\"\nhow = \"none\"",
            "do = \"enrol\"\nfor = \"nobody\"",
        ]);
        let spare = spare.expect("valid");
        assert!(!spare.takes_people());
        assert_eq!(spare.pin().map(|pin| pin.how), Some(PinSource::None));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(
            text in "(version|name|step|do|how|for|pattern|text|\\[\\[|\\]\\]|=|\"|1|\n| |\u{e9}|test|pin|enrol|#){0,60}"
        ) {
            let _ = Profile::parse(&text);
        }
    }
}
