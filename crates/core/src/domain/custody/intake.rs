//! What is made of a key that is new: judged by what it says, by the policy, and by what was to come.

use super::act::Intake;
use super::delivery::Delivery;
use super::item::{Model, SerialId};
use super::state::Doubt;
use crate::domain::KeyFacts;
use crate::domain::policy::{Finding, Verdict};

impl Intake {
    /// A key as it came out of its box. The heaviest doubt is said: what may never be given to anybody before what is to be looked at.
    pub fn of_key(key: &KeyFacts, verdict: &Verdict, delivery: Option<&Delivery>) -> Self {
        if !verdict.admits() {
            let doubt = match verdict.findings.iter().any(is_advisory) {
                true => Doubt::Advisory,
                false => Doubt::Policy,
            };
            return Self::Rejected { doubt };
        }
        let doubt = match () {
            () if verdict.findings.iter().any(is_advisory) => Some(Doubt::Advisory),
            // It says so itself; that it says nothing proves nothing.
            () if key.pin_set == Some(true) => Some(Doubt::UsedBefore),
            () if !was_to_come(key, delivery) => Some(Doubt::NoDelivery),
            () => None,
        };
        match doubt {
            Some(doubt) => Self::Quarantined { doubt },
            None => Self::Spare {},
        }
    }
}

fn is_advisory(finding: &Finding) -> bool {
    matches!(finding, Finding::Advisory { .. })
}

fn was_to_come(key: &KeyFacts, delivery: Option<&Delivery>) -> bool {
    let serial = SerialId::of(&key.id).map(|id| id.serial);
    match (delivery, Model::named(&key.model)) {
        (Some(delivery), Some(model)) => delivery.tells_of(&model, serial.as_ref()),
        (_, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::custody::{Delivery, Owner, Serial};
    use crate::domain::{DeliveryId, OneLine};

    fn delivery(model: &str, serials: &[&str]) -> Delivery {
        Delivery {
            id: DeliveryId(uuid::Uuid::nil()),
            supplier: OneLine::new("A supplier").expect("a line"),
            order: OneLine::new("4711").expect("a line"),
            owner: Owner::Desk {},
            boxes: 1,
            expected: vec![crate::domain::custody::Expected {
                model: Model::named(model).expect("a model"),
                count: 2,
                serials: serials
                    .iter()
                    .filter_map(|serial| Serial::said(serial))
                    .collect(),
            }],
        }
    }

    #[test]
    fn a_key_is_a_spare_only_where_it_was_to_come_is_unused_and_nothing_speaks_against_it() {
        let mut key = KeyFacts::sample();
        key.pin_set = Some(false);
        key.id.serial = Some("28461397".to_owned());
        let came = delivery(&key.model, &[]);
        let named = delivery(&key.model, &["28461397"]);
        let other = delivery(&key.model, &["28461398"]);
        let clear = Verdict::default();
        let advisory = Verdict {
            findings: vec![Finding::Advisory {
                id: "A-1".to_owned(),
                summary: "It is weak.".to_owned(),
            }],
        };
        let of = |key: &KeyFacts, verdict: &Verdict, delivery: Option<&Delivery>| {
            Intake::of_key(key, verdict, delivery)
        };
        let quarantined = |doubt| Intake::Quarantined { doubt };
        assert_eq!(of(&key, &clear, Some(&came)), Intake::Spare {});
        assert_eq!(of(&key, &clear, Some(&named)), Intake::Spare {});
        assert_eq!(
            of(&key, &clear, Some(&other)),
            quarantined(Doubt::NoDelivery)
        );
        assert_eq!(of(&key, &clear, None), quarantined(Doubt::NoDelivery));
        assert_eq!(
            of(&key, &advisory, Some(&came)).doubt(),
            Some(Doubt::Advisory)
        );
        key.pin_set = Some(true);
        assert_eq!(
            of(&key, &clear, Some(&came)),
            quarantined(Doubt::UsedBefore)
        );
    }
}
