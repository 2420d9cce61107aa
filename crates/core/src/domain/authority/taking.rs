//! By what a factor that opens something is taken from somebody: their own proof, the word of whoever answers for them, or what it was
//! added by a moment ago.
//!
//! Invariant: it is a visit that says by what; without any nothing that opens something is taken from anybody, by whatever role. What
//! opens nothing is taken from nobody, whoever it was of.

use super::decision::NotAllowed;
use super::{Action, Role, decide};
use crate::domain::person::PersonKind;
use crate::domain::visit::Authority;

/// By what a factor that opens something is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBy {
    /// By its owner, who proved one of theirs in the visit.
    Owner,
    /// By the asking or the release that the visit rests on.
    Answered,
    /// By what the visit let add it.
    Undone,
}

impl TakenBy {
    /// By what a factor may be taken in a visit of that authority; `added_in_it`: whether it came in this visit.
    pub fn of(authority: Option<Authority>, added_in_it: bool) -> Option<Self> {
        match (authority, added_in_it) {
            (None, _) | (Some(Authority::First), false) => None,
            (Some(Authority::Factor), _) => Some(Self::Owner),
            (Some(Authority::First | Authority::Administrator | Authority::Released), true) => {
                Some(Self::Undone)
            }
            (Some(Authority::Administrator | Authority::Released), false) => Some(Self::Answered),
        }
    }

    /// The act whose row of the matrix says who does it.
    fn act(self) -> Action {
        match self {
            Self::Owner => Action::GiveUp,
            Self::Answered => Action::ResetKey,
            Self::Undone => Action::Enrol,
        }
    }
}

/// Whether a role may take from somebody what opens something, by that.
pub fn may_take_by(role: Role, kind: PersonKind, by: TakenBy) -> Result<(), NotAllowed> {
    decide(role, by.act(), Some(kind)).at_once()
}

/// Whether a role may do away with what was somebody's and opens nothing: like stock, or as whoever serves them.
pub fn may_clear(role: Role, kind: PersonKind) -> Result<(), NotAllowed> {
    let stock = decide(role, Action::ResetKey, None).at_once();
    stock.or_else(|_| decide(role, Action::ResetKey, Some(kind)).at_once())
}

/// Whether a role ever takes what is somebody's, by whatever a visit may show. Of several people the strictest; of nobody: stock.
pub fn may_take_at_all(role: Role, kinds: &[PersonKind]) -> Result<(), NotAllowed> {
    if kinds.is_empty() {
        return decide(role, Action::ResetKey, None).at_once();
    }
    kinds.iter().try_for_each(|kind| {
        let owner = may_take_by(role, *kind, TakenBy::Owner);
        owner.or_else(|no| may_clear(role, *kind).map_err(|_| no))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHORITIES: [Option<Authority>; 5] = [
        None,
        Some(Authority::First),
        Some(Authority::Factor),
        Some(Authority::Administrator),
        Some(Authority::Released),
    ];

    /// Who takes what opens something, for every role, kind and state of the visit.
    #[test]
    fn what_opens_something_is_taken_by_its_owner_by_whoever_answers_or_as_it_came() {
        use PersonKind::*;
        for kind in PersonKind::ALL {
            let served = matches!(
                kind,
                MainAdministrator | AuthorisedRepresentative | Unaffiliated
            );
            for role in Role::ALL {
                let desk = role != Role::CustomerService;
                for authority in AUTHORITIES {
                    for added in [false, true] {
                        let by = TakenBy::of(authority, added);
                        let may = by.is_some_and(|by| may_take_by(role, kind, by).is_ok());
                        // Whoever adds factors for them takes back what was added, and what they give up.
                        let serves = desk || served;
                        let expected = match (authority, added) {
                            (None, _) | (Some(Authority::First), false) => false,
                            (Some(Authority::Factor), _) | (Some(_), true) => serves,
                            // A station administrator resets nobody.
                            (Some(Authority::Administrator | Authority::Released), false) => {
                                match served {
                                    true => role == Role::CustomerService,
                                    false => role == Role::HelpDesk,
                                }
                            }
                        };
                        let what = format!("{role:?}, {kind:?}, {authority:?}, added {added}");
                        assert_eq!(may, expected, "{what}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_opens_nothing_is_stock_to_the_desk_and_its_own_to_customer_service() {
        use PersonKind::*;
        for kind in PersonKind::ALL {
            let served = matches!(
                kind,
                MainAdministrator | AuthorisedRepresentative | Unaffiliated
            );
            for role in [Role::HelpDesk, Role::StationAdministrator] {
                assert_eq!(may_clear(role, kind), Ok(()), "{role:?}, {kind:?}");
            }
            let agent = may_clear(Role::CustomerService, kind);
            assert_eq!(agent.is_ok(), served, "{kind:?}");
            for role in Role::ALL {
                let ever = may_take_at_all(role, &[kind]);
                let expected = served || role != Role::CustomerService;
                assert_eq!(ever.is_ok(), expected, "{role:?}, {kind:?}");
            }
        }
        let both = [Employee, MainAdministrator];
        let refused = may_take_at_all(Role::CustomerService, &both).expect_err("an employee's");
        assert_eq!(
            refused.may.expect("somebody may").done_by,
            [Role::HelpDesk, Role::StationAdministrator]
        );
        assert!(may_take_at_all(Role::CustomerService, &[]).is_err());
        assert!(may_take_at_all(Role::HelpDesk, &[]).is_ok());
    }
}
