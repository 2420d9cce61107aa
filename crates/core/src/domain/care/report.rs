//! What a test of a key came to, step by step, and what its model usually takes.

use serde::{Deserialize, Serialize};

use crate::domain::reason::Why;

/// A test of a key with a throwaway credential.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TestReport {
    /// In the order in which they were done; none is done after one that failed.
    pub steps: Vec<TestedStep>,
}

/// One step of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestedStep {
    pub step: TestStep,
    /// How it went.
    pub outcome: StepOutcome,
    /// What the key took, in milliseconds, without the time that it waited for a finger.
    pub took_ms: u64,
    /// What its model usually takes here, in milliseconds, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_ms: Option<u64>,
}

/// What is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestStep {
    /// Make a credential.
    Make,
    /// Sign with it, the person verified by PIN or finger.
    SignVerified,
    /// Sign with it, with a touch only.
    SignTouched,
    /// Refuse to make a second one where the first is excluded.
    Exclude,
    /// Leave nothing behind.
    Clean,
}

/// How a step went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum StepOutcome {
    /// As it should.
    Passed,
    /// Not possible on this key, or not to be checked here.
    Skipped { why: Why },
    /// Not as it should.
    Failed { why: Why },
}

/// What it all comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestVerdict {
    /// Everything that could be tested is as it should be.
    Works,
    /// The same, and some step took far longer than usual.
    WorksSlowly,
    /// It made a credential and signed, but could not be tested with the person verified: it has no PIN yet.
    WorksUnverified,
    /// Something is wrong: not to be handed out.
    Fails,
}

/// So many times the usual, and at least so many milliseconds more, is slow.
const SLOW_FACTOR: u64 = 3;
const SLOW_MORE_MS: u64 = 500;

impl TestedStep {
    /// Whether the key took far longer than its model usually does.
    pub fn is_slow(&self) -> bool {
        self.usual_ms.is_some_and(|usual| {
            self.took_ms >= usual.saturating_mul(SLOW_FACTOR)
                && self.took_ms >= usual.saturating_add(SLOW_MORE_MS)
        })
    }
}

impl TestReport {
    pub fn verdict(&self) -> TestVerdict {
        let passed = |wanted: TestStep| {
            self.steps
                .iter()
                .any(|s| s.step == wanted && s.outcome == StepOutcome::Passed)
        };
        let signed = passed(TestStep::SignVerified) || passed(TestStep::SignTouched);
        if self.failure().is_some() || !passed(TestStep::Make) || !signed {
            TestVerdict::Fails
        } else if self.steps.iter().any(TestedStep::is_slow) {
            TestVerdict::WorksSlowly
        } else if !passed(TestStep::SignVerified) {
            TestVerdict::WorksUnverified
        } else {
            TestVerdict::Works
        }
    }

    /// The step that failed, and why.
    pub fn failure(&self) -> Option<(TestStep, &Why)> {
        self.steps.iter().find_map(|step| match &step.outcome {
            StepOutcome::Failed { why } => Some((step.step, why)),
            _ => None,
        })
    }
}

/// What a model usually takes for each step: the median of the tests before, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsualTimes(Vec<(TestStep, u64)>);

/// Fewer tests than this say nothing of what is usual.
const ENOUGH_TESTS: usize = 3;

/// Learns what is usual from earlier tests of keys of one model. Only steps that passed count.
pub fn usual_times<'a>(tests: impl IntoIterator<Item = &'a TestReport>) -> UsualTimes {
    let mut times = std::collections::BTreeMap::<TestStep, Vec<u64>>::new();
    for step in tests.into_iter().flat_map(|report| &report.steps) {
        if step.outcome == StepOutcome::Passed {
            times.entry(step.step).or_default().push(step.took_ms);
        }
    }
    let medians = times.into_iter().filter_map(|(step, mut took)| {
        if took.len() < ENOUGH_TESTS {
            return None;
        }
        took.sort_unstable();
        took.get(took.len() / 2).map(|median| (step, *median))
    });
    UsualTimes(medians.collect())
}

impl UsualTimes {
    /// What this step usually takes, in milliseconds.
    pub fn of(&self, step: TestStep) -> Option<u64> {
        self.0
            .iter()
            .find_map(|(known, ms)| (*known == step).then_some(*ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(step: TestStep, took_ms: u64, usual_ms: Option<u64>) -> TestedStep {
        TestedStep {
            step,
            outcome: StepOutcome::Passed,
            took_ms,
            usual_ms,
        }
    }

    fn report(steps: Vec<TestedStep>) -> TestReport {
        TestReport { steps }
    }

    #[test]
    fn a_key_that_made_and_signed_works_and_a_failed_step_outweighs_everything() {
        let good = vec![
            step(TestStep::Make, 300, None),
            step(TestStep::SignVerified, 200, None),
        ];
        assert_eq!(report(good.clone()).verdict(), TestVerdict::Works);
        let mut bad = good;
        bad.push(TestedStep {
            outcome: StepOutcome::Failed {
                why: Why::Told("x".into()),
            },
            ..step(TestStep::Clean, 1, None)
        });
        assert_eq!(report(bad).verdict(), TestVerdict::Fails);
        assert_eq!(report(Vec::new()).verdict(), TestVerdict::Fails);
    }

    #[test]
    fn a_key_without_a_pin_works_unverified() {
        let steps = vec![
            step(TestStep::Make, 300, None),
            step(TestStep::SignTouched, 200, None),
        ];
        assert_eq!(report(steps).verdict(), TestVerdict::WorksUnverified);
    }

    #[test]
    fn slow_is_three_times_the_usual_and_half_a_second_more() {
        assert!(!step(TestStep::Make, 90, Some(10)).is_slow());
        assert!(!step(TestStep::Make, 1_900, Some(1_000)).is_slow());
        assert!(step(TestStep::Make, 3_000, Some(1_000)).is_slow());
        assert!(!step(TestStep::Make, 3_000, None).is_slow());
    }

    #[test]
    fn what_is_usual_is_the_median_of_at_least_three_tests() {
        let tests = [10, 90, 30].map(|ms| report(vec![step(TestStep::Make, ms, None)]));
        assert_eq!(usual_times(&tests).of(TestStep::Make), Some(30));
        assert_eq!(usual_times(&tests[..2]).of(TestStep::Make), None);
        assert_eq!(usual_times(&tests).of(TestStep::Clean), None);
    }
}
