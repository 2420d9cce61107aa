//! An identification as an object: who looked at whom, how, when and where, for one case.
//!
//! Invariant: it is for the case that it names and for no other; a later case of the same person takes one of its own.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Identification, Strength};
use crate::domain::{
    AccountResetId, IdentificationId, OfferId, OperatorId, PersonId, StationId, VisitId,
};

/// The one thing that somebody is identified for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// A visit.
    Visit(VisitId),
    /// The lifting of a suspension, by its offer.
    Lift(OfferId),
    /// The reset of the account of somebody who is not at a desk, with another one of another kind.
    Reset(AccountResetId),
}

/// An identification as the registry keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct IdentityCheck {
    /// Names it, in what rests on it.
    pub id: IdentificationId,
    /// Who was identified.
    pub person: PersonId,
    /// What for.
    pub case: Case,
    /// By which method and document.
    pub how: Identification,
    /// What that method was worth then.
    pub strength: Strength,
    /// Who looked.
    pub operator: OperatorId,
    /// Where.
    pub station: StationId,
    /// When, by the registry's clock.
    pub at: Timestamp,
}

impl IdentityCheck {
    /// The one before it, where it was another: another document, or a stronger method.
    pub fn otherwise_than(&self, before: Self) -> Option<Earlier> {
        let differs = before.how.document() != self.how.document();
        let weaker = self.strength < before.strength;
        (differs || weaker).then_some(Earlier {
            how: before.how,
            at: before.at,
            weaker,
        })
    }
}

/// How somebody was identified the last time, where that was otherwise than now. It is for the operator to know, and refuses nothing:
/// documents are renewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Earlier {
    /// By which method and document.
    pub how: Identification,
    /// When.
    pub at: Timestamp,
    /// The method of now is worth less.
    #[serde(default)]
    pub weaker: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn check(how: &str, strength: Strength) -> IdentityCheck {
        IdentityCheck {
            id: IdentificationId(Uuid::nil()),
            person: PersonId::new("p-1"),
            case: Case::Visit(VisitId(Uuid::nil())),
            how: how.parse().expect("an identification"),
            strength,
            operator: OperatorId::new("op-1"),
            station: StationId::new("s-1"),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn another_document_or_a_weaker_method_than_the_last_time_is_told_and_a_stronger_one_is_not() {
        let now = check("passport:7K31", Strength::Strong);
        let told = |how, strength| now.otherwise_than(check(how, strength));
        assert_eq!(told("passport:7K31", Strength::Strong), None);
        assert_eq!(told("passport:7K31:video", Strength::Fair), None);
        let weaker = told("passport:7K31:reader", Strength::Superior).expect("weaker now");
        assert!(weaker.weaker);
        for other in ["passport:1234", "identity-card:7K31"] {
            let earlier = told(other, Strength::Strong).expect("another document");
            assert_eq!(earlier.how.to_string(), other);
            assert!(!earlier.weaker);
        }
    }
}
