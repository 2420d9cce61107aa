//! Which key is marked when one is to be chosen.
//!
//! Invariant: it is a mark only. Whatever is chosen is checked; but a PIN that is typed for the wrong key costs it an attempt, so that the
//! one that is most likely meant comes first.

use crate::domain::KeyFacts;
use crate::tui::model::Run;
use crate::workflow::dialogue::{AppJob, Job};

/// Its line.
pub fn first(run: &Run, keys: &[KeyFacts]) -> usize {
    let marked = run.marked_place.as_ref();
    let at = marked.and_then(|place| keys.iter().position(|key| key.place == *place));
    at.or_else(|| {
        let lines = keys.iter().enumerate();
        let likely = lines.min_by_key(|(_, key)| unlikely(run, key))?;
        Some(likely.0)
    })
    .unwrap_or_default()
}

/// What speaks against a key, the heaviest first.
fn unlikely(run: &Run, key: &KeyFacts) -> [bool; 3] {
    let is = |other: &KeyFacts| other.place == key.place && other.generation == key.generation;
    let own = run.own.as_ref();
    let signs = own.is_some_and(|own| run.signer() == Some(own.operator.as_str()));
    let is_own = own.is_some_and(|own| is(&own.key));
    let was_refused = run.wanted.is_some() && run.key.as_ref().is_some_and(is);
    let pin = match (&run.prover, &run.signing, &run.job) {
        (Some(_), _, _) | (_, Some(_), _) => Some(true),
        // A spare of the desk's is blank.
        (None, None, Job::Enrol { .. } | Job::Lend { .. }) => Some(false),
        (None, None, Job::App { app, .. }) => (*app == AppJob::Both).then_some(false),
        (None, None, _) => None,
    };
    let other_pin = pin.is_some() && key.pin_set.is_some() && key.pin_set != pin;
    [was_refused, !key.is_fido2() || is_own != signs, other_pin]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OperatorId;
    use crate::domain::act::Act;
    use crate::tui::model::OwnKey;
    use crate::tui::scenes::cast;

    /// Slots 1 to 3: an operator's own, another one with a PIN, a blank one.
    fn keys() -> Vec<KeyFacts> {
        let key = |slot: u16, pin_set| KeyFacts {
            place: crate::domain::UsbPath::new(format!("1-{slot}")),
            slot,
            pin_set: Some(pin_set),
            ..cast::fresh_key()
        };
        vec![key(1, true), key(2, true), key(3, false)]
    }

    fn signed_by(id: &str) -> Act {
        let mut act = cast::act();
        act.signer.id = id.to_owned();
        act
    }

    fn run(job: Job) -> Run {
        let own = OwnKey {
            operator: OperatorId::new("o-1"),
            key: keys().remove(0),
        };
        Run {
            own: Some(own),
            ..Run::new(job)
        }
    }

    #[test]
    fn the_operators_own_key_comes_first_only_where_they_sign_themself() {
        let person = cast::example();
        let mut enrolling = run(Job::Enrol {
            person: person.clone(),
        });
        assert_eq!(first(&enrolling, &keys()), 2, "a blank one");
        enrolling.prover = Some("P. Example".to_owned());
        assert_eq!(first(&enrolling, &keys()), 1, "one with a PIN");
        let mut signing = run(Job::Enrol { person });
        signing.signing = Some(signed_by("o-1"));
        assert_eq!(first(&signing, &keys()), 0, "their own");
        signing.signing = Some(signed_by("o-2"));
        assert_eq!(first(&signing, &keys()), 1, "another agent's");
        // What was refused just now is not marked again.
        signing.key = keys().into_iter().nth(1);
        signing.wanted = Some(crate::workflow::dialogue::Wanted::Of {
            name: "S. Econd".to_owned(),
        });
        assert_eq!(first(&signing, &keys()), 2);
    }
}
