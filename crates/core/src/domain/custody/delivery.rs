//! What a supplier was to send, and what of it came.
//!
//! Invariant: a difference counts each item once, under its model; what is in no line of the delivery is a difference as well.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::item::{Model, Owner, Serial};
use crate::domain::{DeliveryId, OneLine};

/// What a supplier was to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    pub id: DeliveryId,
    #[schema(value_type = String, max_length = 100)]
    pub supplier: OneLine<100>,
    /// The number of the order.
    #[schema(value_type = String, max_length = 60)]
    pub order: OneLine<60>,
    /// Whose the items are.
    pub owner: Owner,
    /// How many boxes came.
    pub boxes: u32,
    /// A model stands in one line only.
    pub expected: Vec<Expected>,
}

/// What was to come of one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExpectedItem)]
pub struct Expected {
    pub model: Model,
    pub count: u32,
    /// As far as the supplier told them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub serials: BTreeSet<Serial>,
}

/// How what came of a model differs from what was to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    pub model: Model,
    pub expected: u32,
    pub came: u32,
    /// Serials that were told and did not come.
    pub missing: Vec<Serial>,
    /// Serials that came and were not told, where any were.
    pub strange: Vec<Serial>,
}

impl Difference {
    /// Whether it all came, and nothing else.
    pub fn is_none(&self) -> bool {
        self.expected == self.came && self.missing.is_empty() && self.strange.is_empty()
    }
}

impl Delivery {
    /// Whether a key of that model and serial number is among what was to come: by its serial number, where any of its model were told.
    pub fn tells_of(&self, model: &Model, serial: Option<&Serial>) -> bool {
        let lines = || self.expected.iter().filter(|line| line.model == *model);
        lines().any(|line| {
            line.serials.is_empty() || serial.is_some_and(|serial| line.serials.contains(serial))
        })
    }

    /// Each model that was to come or came, with how that differs.
    pub fn difference<'a>(
        &self,
        came: impl IntoIterator<Item = (&'a Model, Option<&'a Serial>)>,
    ) -> Vec<Difference> {
        let mut by_model: BTreeMap<&Model, (u32, BTreeSet<&Serial>)> = BTreeMap::new();
        for line in &self.expected {
            by_model.entry(&line.model).or_default();
        }
        for (model, serial) in came {
            let (count, serials) = by_model.entry(model).or_default();
            *count += 1;
            serials.extend(serial);
        }
        let differences = by_model.into_iter().map(|(model, (came, serials))| {
            let lines = || self.expected.iter().filter(|line| line.model == *model);
            let told: BTreeSet<&Serial> = lines().flat_map(|line| &line.serials).collect();
            let of = |set: &BTreeSet<&Serial>, other: &BTreeSet<&Serial>| {
                set.difference(other)
                    .map(|serial| (*serial).clone())
                    .collect()
            };
            Difference {
                model: model.clone(),
                expected: lines().map(|line| line.count).sum(),
                came,
                missing: of(&told, &serials),
                strange: match told.is_empty() {
                    true => Vec::new(),
                    false => of(&serials, &told),
                },
            }
        });
        differences.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str) -> Model {
        Model::named(name).expect("a name")
    }

    fn serial(text: &str) -> Serial {
        Serial::said(text).expect("a serial")
    }

    #[test]
    fn what_came_is_held_against_what_was_to_come_per_model() {
        let (one, two, three) = (model("one"), model("two"), model("three"));
        let delivery = Delivery {
            id: DeliveryId(uuid::Uuid::nil()),
            supplier: OneLine::new("Keys Ltd").expect("a line"),
            order: OneLine::new("4711").expect("a line"),
            owner: Owner::Desk {},
            boxes: 1,
            expected: vec![
                Expected {
                    model: one.clone(),
                    count: 2,
                    serials: [serial("0001"), serial("0002")].into(),
                },
                Expected {
                    model: two.clone(),
                    count: 1,
                    serials: BTreeSet::new(),
                },
            ],
        };
        let (known, strange) = (serial("0002"), serial("0003"));
        assert!(delivery.tells_of(&one, Some(&known)) && delivery.tells_of(&two, None));
        assert!(!delivery.tells_of(&one, Some(&strange)) && !delivery.tells_of(&one, None));
        assert!(!delivery.tells_of(&three, None));
        let came = [
            (&one, Some(&known)),
            (&one, Some(&strange)),
            (&two, Some(&known)),
            (&three, None),
        ];
        let [of_one, of_three, of_two] = &delivery.difference(came)[..] else {
            panic!("three models");
        };
        assert_eq!((of_one.expected, of_one.came), (2, 2));
        assert_eq!(of_one.missing, [serial("0001")]);
        assert_eq!(of_one.strange, [strange]);
        assert!(of_two.is_none() && !of_one.is_none());
        assert_eq!((of_three.expected, of_three.came), (0, 1));
        let none = delivery.difference([]);
        assert!(none.iter().all(|model| model.came == 0 && !model.is_none()));
        let text = serde_json::to_string(&delivery).expect("written");
        assert_eq!(
            serde_json::from_str::<Delivery>(&text).expect("read"),
            delivery
        );
    }
}
