//! Words about factors that are lost, and about those that turned up.

use super::{Text, tr};
use crate::domain::Person;
use crate::domain::visit::SuspendedWhy;
use crate::wire::Owned;
use crate::workflow::dialogue::{LossJob, LossResult, PushState};

impl Text {
    /// What tells a factor of any sort from the others of a person.
    pub fn owned(&self, owned: &Owned) -> String {
        match owned {
            Owned::App(factor) => self.factor(factor),
            Owned::Key(credential) => {
                let model = credential.key.model.as_str();
                match &credential.key.id.serial {
                    Some(serial) => {
                        tr!(self, "owned-key", model = model, serial = serial.as_str())
                    }
                    None => model.to_owned(),
                }
            }
        }
    }

    /// Why a factor is suspended, in a word.
    pub fn why(&self, why: SuspendedWhy) -> String {
        match why {
            SuspendedWhy::Lost => tr!(self, "why-lost"),
            SuspendedWhy::Stolen => tr!(self, "why-stolen"),
            SuspendedWhy::Suspected => tr!(self, "why-suspected"),
            SuspendedWhy::LoanOver => tr!(self, "why-loan-over"),
        }
    }

    pub fn why_means(&self, why: SuspendedWhy) -> String {
        match why {
            SuspendedWhy::Lost => tr!(self, "why-lost-means"),
            SuspendedWhy::Stolen => tr!(self, "why-stolen-means"),
            SuspendedWhy::Suspected => tr!(self, "why-suspected-means"),
            SuspendedWhy::LoanOver => tr!(self, "why-loan-over-means"),
        }
    }

    /// Since when a factor is suspended and what can be done about it; `day` and `until` as the screen writes days.
    pub fn suspended(&self, why: SuspendedWhy, day: String, until: String) -> String {
        match why {
            SuspendedWhy::Lost => tr!(self, "suspended-lost", day = day, until = until),
            SuspendedWhy::Stolen => tr!(self, "suspended-stolen", day = day),
            SuspendedWhy::Suspected => tr!(self, "suspended-suspected", day = day),
            SuspendedWhy::LoanOver => tr!(self, "suspended-loan-over", day = day),
        }
    }

    /// The same of a key that was lent and is lost.
    pub fn suspended_lent(&self, day: String) -> String {
        tr!(self, "suspended-lent", day = day)
    }

    /// Until when somebody is lent which key; `until` as the reader is told of times.
    pub fn lent(&self, name: &str, model: &str, until: String) -> String {
        tr!(self, "done-lent", name = name, model = model, until = until)
    }

    /// What is done about a factor that is lost, as a title.
    pub fn loss_job(&self, job: LossJob) -> String {
        match job {
            LossJob::Suspend => tr!(self, "run-suspend"),
            LossJob::Lift { .. } => tr!(self, "run-lift"),
        }
    }

    /// What came of it, in one sentence. What the registry has not heard of is not said to be done.
    pub fn loss_done(&self, person: &Person, result: &LossResult) -> String {
        let person = person.name.as_str();
        match result {
            LossResult::Suspended {
                owned, why, push, ..
            } => {
                let (name, why) = (self.owned(owned), self.why(*why));
                match push {
                    PushState::Accepted | PushState::Waiting => {
                        tr!(
                            self,
                            "done-suspended",
                            name = name,
                            person = person,
                            why = why
                        )
                    }
                    PushState::Queued => tr!(
                        self,
                        "done-suspended-queued",
                        name = name,
                        person = person,
                        why = why
                    ),
                    PushState::Conflict { .. } => tr!(
                        self,
                        "done-suspended-conflict",
                        name = name,
                        person = person,
                        why = why
                    ),
                }
            }
            LossResult::Lifted { owned } => {
                tr!(
                    self,
                    "done-lifted",
                    name = self.owned(owned),
                    person = person
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Lost, PersonId, PersonKind};
    use crate::text::Language;

    #[test]
    fn whoever_has_lost_everything_is_never_said_to_have_no_factor_yet() {
        let text = Text::load(Language::English);
        let of = |keys, apps, lost| {
            text.factors(&Person {
                id: PersonId::new("p-1"),
                name: String::new(),
                email: None,
                employee_number: None,
                kind: PersonKind::Unaffiliated,
                organisation: None,
                keys,
                apps,
                lost,
            })
        };
        let lost = |keys, apps, all| Lost { keys, apps, all };
        assert_eq!(of(0, 0, lost(0, 0, false)), "no factor yet");
        assert_eq!(of(0, 0, lost(0, 0, true)), "lost");
        assert_eq!(of(0, 0, lost(1, 0, true)), "1 key suspended");
        assert_eq!(of(1, 0, lost(1, 0, false)), "1 key, 1 key suspended");
        assert_eq!(
            of(0, 1, lost(2, 1, false)),
            "app, 2 keys suspended, 1 app suspended"
        );
    }
}
