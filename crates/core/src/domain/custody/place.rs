//! Where items lie, and who answers for what lies there.
//!
//! Invariant: each place has one custodian. Whoever writes down that something lies at a place says who that was then ([`Spot`]).

use serde::{Deserialize, Serialize};

use super::tag::Tag;
use crate::domain::words::words;
use crate::domain::{OneLine, OperatorId, PlaceId, SiteId};

/// What a place is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceKind {
    StockRoom,
    Desk,
    Drawer,
    Safe,
}

words! {PlaceKind {
    StockRoom => "stock-room",
    Desk => "desk",
    Drawer => "drawer",
    Safe => "safe",
}}

/// Where items lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub id: PlaceId,
    pub kind: PlaceKind,
    /// What people call it.
    #[schema(value_type = String, max_length = 60)]
    pub label: OneLine<60>,
    /// What a scanner reads on it: of the same numbers as the tags of items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    pub site: SiteId,
    /// Who answers for what lies there.
    pub custodian: OperatorId,
    /// Nothing new is put there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

/// A place with who answered for it when it was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Spot {
    pub place: PlaceId,
    pub custodian: OperatorId,
}

/// Why nothing can be put at a spot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "spot", rename_all = "kebab-case")]
pub enum NoSpot {
    /// It is of another place.
    Another {
        place: PlaceId,
    },
    Closed,
    /// Somebody else answers for it by now.
    Custodian {
        now: OperatorId,
    },
}

impl Place {
    /// The place as it is now.
    pub fn spot(&self) -> Spot {
        Spot {
            place: self.id,
            custodian: self.custodian.clone(),
        }
    }

    /// Whether something can be put there: what [`follows`](super::follows) can't see, because it sees no places.
    pub fn takes(&self, spot: &Spot) -> Result<(), NoSpot> {
        if spot.place != self.id {
            return Err(NoSpot::Another { place: spot.place });
        }
        if self.closed {
            return Err(NoSpot::Closed);
        }
        match spot.custodian == self.custodian {
            true => Ok(()),
            false => Err(NoSpot::Custodian {
                now: self.custodian.clone(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_takes_what_is_put_there_while_it_is_open_and_its_custodian_is_the_same() {
        let mut place = Place {
            id: PlaceId(uuid::Uuid::nil()),
            kind: PlaceKind::Drawer,
            label: OneLine::new("Drawer 2").expect("a line"),
            tag: Tag::numbered(3),
            site: SiteId::new("north"),
            custodian: OperatorId::new("o-1"),
            closed: false,
        };
        let spot = place.spot();
        assert_eq!(place.takes(&spot), Ok(()));
        let other = Spot {
            place: PlaceId(uuid::Uuid::max()),
            ..spot.clone()
        };
        let another = NoSpot::Another { place: other.place };
        assert_eq!(place.takes(&other), Err(another));
        let text = serde_json::to_string(&place).expect("written");
        assert_eq!(serde_json::from_str::<Place>(&text).expect("read"), place);
        assert!(serde_json::from_str::<Place>(&text.replacen('{', r#"{"more":1,"#, 1)).is_err());
        let now = OperatorId::new("o-2");
        place.custodian = now.clone();
        assert_eq!(place.takes(&spot), Err(NoSpot::Custodian { now }));
        place.closed = true;
        assert_eq!(place.takes(&place.spot()), Err(NoSpot::Closed));
        for kind in PlaceKind::ALL {
            assert_eq!(PlaceKind::parse(kind.as_str()), Some(kind));
        }
    }
}
