//! Authenticator apps and hardware tokens in the reader's language.

use super::{Text, tr};
use crate::domain::Person;
use crate::domain::factor::{CodeVerdict, FactorKind};
use crate::domain::key::ModelBy;
use crate::wire::{Factor, Said};
use crate::workflow::dialogue::{AppJob, AppResult, Purpose, PushState, Replaced, StationClock};

/// From so many seconds on minutes are told, and from so many minutes hours: nobody reads "5430 seconds".
const MINUTES_FROM_S: u64 = 120;
const HOURS_FROM_S: u64 = 2 * 3600;

impl Text {
    /// How far a clock is off, whichever way.
    pub fn offset(&self, seconds: i64) -> String {
        let seconds = seconds.unsigned_abs();
        let minutes = seconds.saturating_add(30) / 60;
        match seconds {
            0..MINUTES_FROM_S => tr!(self, "offset-seconds", count = seconds),
            MINUTES_FROM_S..HOURS_FROM_S => tr!(self, "offset-minutes", count = minutes),
            _ => tr!(
                self,
                "offset-hours",
                hours = (minutes / 60),
                minutes = (minutes % 60)
            ),
        }
    }

    /// What a code was that was not right, in one sentence for beside the next attempt; none where it was right.
    pub fn wrong_code(&self, verdict: &CodeVerdict, account: &str) -> Option<String> {
        Some(match verdict {
            CodeVerdict::Right { .. } => return None,
            CodeVerdict::Used => tr!(self, "code-wrong-used"),
            CodeVerdict::Misread => tr!(self, "code-wrong-misread"),
            CodeVerdict::NextNeeded => tr!(self, "code-wrong-next"),
            CodeVerdict::NoMatch => tr!(self, "code-wrong-none"),
            CodeVerdict::OtherFactor { name, .. } => tr!(
                self,
                "code-wrong-other",
                name = name.as_str(),
                account = account
            ),
            CodeVerdict::Clock { fast_s } => {
                let offset = self.offset(*fast_s);
                if *fast_s > 0 {
                    tr!(self, "code-wrong-clock-fast", offset = offset)
                } else {
                    tr!(self, "code-wrong-clock-slow", offset = offset)
                }
            }
        })
    }

    /// What a run about apps and tokens is about, as the title of its screen.
    pub fn app_job(&self, job: AppJob) -> String {
        match job {
            AppJob::Enrol => tr!(self, "app-job-enrol"),
            AppJob::Both => tr!(self, "app-job-both"),
            AppJob::Test => tr!(self, "app-job-test"),
            AppJob::Replace => tr!(self, "app-job-replace"),
            AppJob::Remove => tr!(self, "app-job-remove"),
            AppJob::Assign => tr!(self, "app-job-assign"),
            AppJob::Accept => tr!(self, "app-job-accept"),
            AppJob::Leave => tr!(self, "app-job-leave"),
        }
    }

    /// What a code turned out to be, in half a sentence.
    pub fn code_verdict(&self, verdict: &CodeVerdict) -> String {
        match verdict {
            CodeVerdict::Right { .. } => tr!(self, "verdict-right"),
            CodeVerdict::Used => tr!(self, "verdict-used"),
            CodeVerdict::Clock { fast_s } if *fast_s >= 0 => {
                tr!(self, "verdict-fast", span = self.offset(*fast_s))
            }
            CodeVerdict::Clock { fast_s } => {
                tr!(self, "verdict-slow", span = self.offset(*fast_s))
            }
            CodeVerdict::OtherFactor { name, removed, .. } => match removed {
                true => tr!(self, "verdict-other-removed", name = name.as_str()),
                false => tr!(self, "verdict-other", name = name.as_str()),
            },
            CodeVerdict::Misread => tr!(self, "verdict-misread"),
            CodeVerdict::NextNeeded => tr!(self, "verdict-next-needed"),
            CodeVerdict::NoMatch => tr!(self, "verdict-no-match"),
        }
    }

    /// What came of a run about apps and tokens, in one sentence.
    pub fn app_done(&self, person: &Person, result: &AppResult) -> String {
        let name = person.name.as_str();
        match result {
            AppResult::Enrolled {
                name: app,
                old: None,
                push,
            } => {
                let done = tr!(self, "done-app-enrolled", app = app.as_str(), name = name);
                self.made((name, app), push, done)
            }
            AppResult::Enrolled {
                name: app,
                old: Some(old),
                push,
            } => {
                let (app, old) = (app.as_str(), old.name.as_str());
                match Replaced::is_over(push) {
                    true => tr!(self, "done-app-replaced", app = app, old = old, name = name),
                    false => tr!(self, "done-app-beside", app = app, old = old, name = name),
                }
            }
            AppResult::Tested { factor, verdict } => {
                let app = factor.name.as_str();
                match verdict {
                    CodeVerdict::Right { drift_steps } if drift_steps.abs() > 1 => {
                        let seconds = drift_steps.abs() * 30;
                        tr!(
                            self,
                            "done-app-tested-drift",
                            app = app,
                            name = name,
                            seconds = seconds
                        )
                    }
                    _ => tr!(self, "done-app-tested", app = app, name = name),
                }
            }
            AppResult::Removed { factor, push } => {
                let app = factor.name.as_str();
                match push {
                    PushState::Accepted | PushState::Waiting => {
                        tr!(self, "done-app-removed", app = app, name = name)
                    }
                    PushState::Queued => {
                        tr!(self, "done-app-removed-queued", app = app, name = name)
                    }
                    PushState::Conflict { .. } => {
                        tr!(self, "done-app-removed-conflict", app = app, name = name)
                    }
                }
            }
            AppResult::Left { said } => match said {
                Said::Denied => tr!(self, "done-visit-denied", name = name),
                Said::Confirmed | Said::Nothing => tr!(self, "done-visit-over", name = name),
            },
            AppResult::Accepted { name: taken } => {
                tr!(self, "done-taken", taken = taken.as_str(), name = name)
            }
            AppResult::Assigned { serial, .. } => {
                tr!(
                    self,
                    "done-token-assigned",
                    serial = serial.as_str(),
                    name = name
                )
            }
        }
    }

    /// What was enrolled for somebody, or lent to them: `done`, unless it opens nothing although it was made.
    pub fn made(&self, (name, made): (&str, &str), push: &PushState, done: String) -> String {
        match push {
            PushState::Accepted | PushState::Queued => done,
            PushState::Waiting => tr!(self, "done-made-waiting", model = made, name = name),
            PushState::Conflict { .. } => {
                tr!(self, "done-made-refused", model = made, name = name)
            }
        }
    }

    /// Whether the station's own clock is to be looked at before a phone's; none where it is right.
    pub fn station_clock(&self, clock: StationClock) -> Option<String> {
        match clock {
            StationClock::Right => None,
            StationClock::Unknown => Some(tr!(self, "advice-station-unknown")),
            StationClock::Off { fast_s } => {
                let offset = self.offset(fast_s);
                Some(if fast_s > 0 {
                    tr!(self, "advice-station-fast", offset = offset)
                } else {
                    tr!(self, "advice-station-slow", offset = offset)
                })
            }
        }
    }

    /// What tells a factor from the others of a person: its name, and of a token its serial.
    pub fn factor(&self, factor: &Factor) -> String {
        match &factor.kind {
            FactorKind::App => factor.name.clone(),
            FactorKind::Token { serial } if factor.name.is_empty() || factor.name == *serial => {
                tr!(self, "factor-token", serial = serial.as_str())
            }
            FactorKind::Token { serial } => tr!(
                self,
                "factor-named-token",
                name = factor.name.as_str(),
                serial = serial.as_str()
            ),
        }
    }

    /// What a factor is chosen for, as a question.
    pub fn choose_factor(&self, purpose: Purpose) -> String {
        match purpose {
            Purpose::Test => tr!(self, "choose-factor-test"),
            Purpose::Prove => tr!(self, "choose-factor-prove"),
            Purpose::Replace => tr!(self, "choose-factor-replace"),
            Purpose::Remove => tr!(self, "choose-factor-remove"),
        }
    }

    /// On whose word a key is of its model, for beside that.
    pub fn model_by(&self, by: ModelBy) -> String {
        match by {
            ModelBy::Maker => tr!(self, "person-model-maker"),
            ModelBy::Said => tr!(self, "person-model-said"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn a_clock_is_off_by_seconds_minutes_or_hours_as_people_say_it() {
        let text = Text::load(Language::English);
        for (seconds, words) in [
            (-1, "1 second"),
            (90, "90 seconds"),
            (-120, "2 minutes"),
            (470, "8 minutes"),
            (7199, "120 minutes"),
            (-7200, "2 h 0 min"),
            (86_370, "24 h 0 min"),
            (i64::MIN, "2562047788015215 h 30 min"),
        ] {
            assert_eq!(text.offset(seconds), words, "{seconds}");
        }
        assert_eq!(Text::load(Language::Dutch).offset(-5430), "91 minuten");
    }
}
