//! Why a stock act is not done: facts, so that every face words them itself.
//!
//! Invariant: a refusal names the item, how it stands, who may, and what to do next.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::act::StockActKind;
use super::item::Identifier;
use super::state::{At, Condition, ItemState};
use super::table::Needs;
use super::tag::Tag;
use crate::domain::authority::Role;
use crate::domain::{ItemId, OperatorId, PersonId};

/// Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    pub item: ItemId,
    /// By what it is known to people.
    pub named: Vec<Identifier>,
    /// As it is; none: it is not in the register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands: Option<Stands>,
    pub act: StockActKind,
    pub why: Why,
    /// Whose it is to do, in whatever state an item has to be for it.
    pub may: Vec<Role>,
    pub next: Next,
}

/// How an item stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stands {
    pub version: u64,
    pub condition: Condition,
    pub at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whose: Option<PersonId>,
}

impl From<&ItemState> for Stands {
    fn from(state: &ItemState) -> Self {
        Self {
            version: state.version,
            condition: state.condition,
            at: state.at.clone(),
            whose: state.whose.clone(),
        }
    }
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "why", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Why {
    /// There is no such item.
    Unknown {},
    /// It is in the register already.
    KnownAlready {},
    /// The movement is of another item.
    Another { item: ItemId },
    /// It moved since: a conflict, of which both histories are shown.
    Moved { saw: u64, is: u64 },
    /// Not as it stands: only out of these.
    NotNow { from: Vec<Condition> },
    /// Not this role's.
    Role { role: Role },
    /// The places have different custodians.
    OtherCustodian { here: OperatorId, there: OperatorId },
    /// It is with that custodian already.
    SameCustodian { custodian: OperatorId },
    /// It is that custodian's to do.
    Custodian { custodian: OperatorId },
    /// It takes two.
    NoSecond {},
    /// The second person is the first one.
    SecondIsFirst { operator: OperatorId },
    /// It was not seen.
    NotSeen { needs: Needs },
    /// It is there already.
    AlreadyThere {},
    /// It is so already.
    AlreadySo {},
    /// It is another person's, or nobody's.
    NotTheirs {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        whose: Option<PersonId>,
    },
    /// What a person has on it is still there.
    StillTheirs { whose: PersonId },
    /// That time is over.
    Over { until: Timestamp },
    /// Nothing tells it from others.
    NothingTells {},
    /// It has a tag, and keeps it.
    HasTag { tag: Tag },
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "next", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Next {
    /// Look at the item again: it is not as it was seen.
    LookAgain {},
    /// Another act first, or instead.
    Do { act: StockActKind },
    /// Somebody of these roles is to do it.
    AskRole { roles: Vec<Role> },
    /// That operator is to do it.
    Ask { operator: OperatorId },
    /// Somebody else has to stand by it.
    FindSecond {},
    /// It has to be seen first.
    See { needs: Needs },
    /// Say something else, or leave it: it is as it should be.
    Nothing {},
}

impl Why {
    /// Whether another station did something with the item meanwhile.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Moved { .. })
    }
}
