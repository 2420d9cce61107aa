//! Where an item is, and what can be done with it.
//!
//! Invariant ([`ItemState::is_sound`]): an item is at exactly one place or gone from exactly one; where it is goes with its condition;
//! somebody's name is on it only where a condition has a person.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::item::Item;
use super::place::Spot;
use crate::domain::words::words;
use crate::domain::{ItemId, OperatorId, PersonId, PlaceId, TransferId};

/// A transfer that nobody confirmed by then is late.
pub const CONFIRMED_WITHIN: SignedDuration = SignedDuration::from_hours(48);

/// What an item is in the eyes of whoever needs one.
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
pub enum Condition {
    /// Blank and judged: anybody's to have.
    Spare,
    /// A spare that is kept for somebody.
    Promised,
    /// Made for somebody who has not got it: enrolled, tested and put away.
    Standby,
    /// Somebody has it as their own.
    Issued,
    /// Somebody has it until a date.
    OnLoan,
    /// Somebody brought it back: what is on it is still theirs.
    Returned,
    /// Not to be given to anybody before it was looked at.
    Quarantined,
    /// It was looked at, and is to go.
    Rejected,
    /// It does not work.
    Damaged,
    /// Nobody knows where it is.
    Lost,
    /// Somebody took it.
    Stolen,
    /// It went back to its supplier or owner.
    SentBack,
    /// It is no more.
    Destroyed,
}

words! {Condition {
    Spare => "spare",
    Promised => "promised",
    Standby => "standby",
    Issued => "issued",
    OnLoan => "on-loan",
    Returned => "returned",
    Quarantined => "quarantined",
    Rejected => "rejected",
    Damaged => "damaged",
    Lost => "lost",
    Stolen => "stolen",
    SentBack => "sent-back",
    Destroyed => "destroyed",
}}

impl Condition {
    /// Where an item can be that is so.
    pub fn can_be(self) -> &'static [Whereabouts] {
        use Whereabouts::*;
        match self {
            Self::Spare
            | Self::Promised
            | Self::Standby
            | Self::Returned
            | Self::Quarantined
            | Self::Rejected => &[Stored, Moving],
            Self::Damaged => &[Stored, Moving, Held],
            Self::Issued | Self::OnLoan => &[Held],
            Self::Lost | Self::Stolen | Self::SentBack | Self::Destroyed => &[Gone],
        }
    }

    /// Whether it goes with a person: always, never, or as it was before (none).
    pub fn has_person(self) -> Option<bool> {
        match self {
            Self::Promised | Self::Standby | Self::Issued | Self::OnLoan | Self::Returned => {
                Some(true)
            }
            Self::Spare | Self::SentBack => Some(false),
            Self::Quarantined
            | Self::Rejected
            | Self::Damaged
            | Self::Lost
            | Self::Stolen
            | Self::Destroyed => None,
        }
    }

    /// Whether it ends by a date.
    pub fn has_end(self) -> bool {
        match self {
            Self::Promised | Self::OnLoan => true,
            Self::Spare
            | Self::Standby
            | Self::Issued
            | Self::Returned
            | Self::Quarantined
            | Self::Rejected
            | Self::Damaged
            | Self::Lost
            | Self::Stolen
            | Self::SentBack
            | Self::Destroyed => false,
        }
    }
}

/// In which way an item is somewhere.
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
pub enum Whereabouts {
    /// It lies at a place.
    Stored,
    /// On its way from one custodian to another.
    Moving,
    /// A person has it.
    Held,
    Gone,
}

words! {Whereabouts {
    Stored => "stored",
    Moving => "moving",
    Held => "held",
    Gone => "gone",
}}

/// Where an item is. Wherever it went, the place from which it went stays with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "at", rename_all = "kebab-case", deny_unknown_fields)]
pub enum At {
    Stored {
        spot: Spot,
    },
    /// Whoever gave answers for it until whoever is to receive it has confirmed.
    Moving {
        transfer: TransferId,
        from: Spot,
        to: OperatorId,
        since: Timestamp,
    },
    /// With the person whose it is.
    Held {
        from: PlaceId,
    },
    Gone {
        from: PlaceId,
    },
}

impl At {
    /// In which way it is there.
    pub fn whereabouts(&self) -> Whereabouts {
        match self {
            Self::Stored { .. } => Whereabouts::Stored,
            Self::Moving { .. } => Whereabouts::Moving,
            Self::Held { .. } => Whereabouts::Held,
            Self::Gone { .. } => Whereabouts::Gone,
        }
    }

    /// Where it lies, or from where it went.
    pub fn place(&self) -> PlaceId {
        match self {
            Self::Stored { spot } | Self::Moving { from: spot, .. } => spot.place,
            Self::Held { from } | Self::Gone { from } => *from,
        }
    }

    /// Who answers for it; nobody: it is with its person, or gone.
    pub fn custodian(&self) -> Option<&OperatorId> {
        match self {
            Self::Stored { spot } | Self::Moving { from: spot, .. } => Some(&spot.custodian),
            Self::Held { .. } | Self::Gone { .. } => None,
        }
    }
}

/// Why an item is not taken for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// Its firmware has a published weakness.
    Advisory,
    /// The policy does not take it.
    Policy,
    /// It is not as it leaves the factory.
    UsedBefore,
    /// It came in no delivery: somebody may have planted it.
    NoDelivery,
    /// Another item has its identifier.
    KnownAlready,
    /// It does not answer, or not to a touch.
    Faulty,
    /// It was gone, and is there again.
    Found,
    /// As whoever did it says.
    Other,
}

words! {Doubt {
    Advisory => "advisory",
    Policy => "policy",
    UsedBefore => "used-before",
    NoDelivery => "no-delivery",
    KnownAlready => "known-already",
    Faulty => "faulty",
    Found => "found",
    Other => "other",
}}

/// An item as it is after all that was done with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemState {
    pub item: Item,
    /// How many stock acts it has seen.
    pub version: u64,
    pub at: At,
    pub condition: Condition,
    /// Whom it is kept for, made for, or given to. It stays theirs while it is lost, broken or looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whose: Option<PersonId>,
    /// When a promise or a loan ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why it is quarantined or rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
}

impl ItemState {
    /// Which item it is.
    pub fn id(&self) -> ItemId {
        self.item.id
    }

    /// Whether it can be as it says. What [`follows`](super::follows) makes always can; ask it of what comes from outside.
    pub fn is_sound(&self) -> bool {
        let person = self.condition.has_person();
        let is_doubted = matches!(self.condition, Condition::Quarantined | Condition::Rejected);
        let is_held = self.at.whereabouts() == Whereabouts::Held;
        self.version > 0
            && self.condition.can_be().contains(&self.at.whereabouts())
            && person.is_none_or(|has| has == self.whose.is_some())
            && (!is_held || self.whose.is_some())
            && self.condition.has_end() == self.until.is_some()
            && is_doubted == self.doubt.is_some()
            && !self.item.identifiers().is_empty()
    }

    /// Whether somebody should have done something by now: confirmed it, brought it back, come for it.
    pub fn is_late(&self, now: Timestamp) -> bool {
        let confirmed = match &self.at {
            At::Moving { since, .. } => now.duration_since(*since) < CONFIRMED_WITHIN,
            At::Stored { .. } | At::Held { .. } | At::Gone { .. } => true,
        };
        !confirmed || self.until.is_some_and(|until| until <= now)
    }
}
