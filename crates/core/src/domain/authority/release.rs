//! Whose account may release: of the role that the matrix names, and as it is for a while already. Whoever administers the registry can
//! make an account, or give one another key, but not use it before all of Customer Service has heard of it.

use jiff::{SignedDuration, Timestamp};

use super::{Releaser, Role};

/// For how long an account must have stayed as it is.
pub const SETTLED_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Why an account can't release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRelease {
    /// The act takes nobody's release.
    NotAsked,
    /// Accounts of this role release nothing.
    Role(Role),
    /// It was made or changed lately.
    Until(Timestamp),
}

/// From when on an account releases, as far as its age goes, that was last made or changed then.
pub fn settled_at(changed_at: Timestamp) -> Timestamp {
    changed_at
        .saturating_add(SETTLED_AFTER)
        .unwrap_or(Timestamp::MAX)
}

/// As what an account releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    /// By its role.
    Role(Role),
    /// In a second agent's place, which the registry's administrator lets it for a while.
    Deputy,
}

impl Role {
    /// Whether it is this role's to release, once an account stayed as it is for a while.
    pub fn releases(self) -> bool {
        match self {
            Self::CustomerService => true,
            Self::HelpDesk | Self::StationAdministrator => false,
        }
    }
}

impl Releaser {
    /// Whether an account, which was last made or changed then, may give this release.
    pub fn may_be(
        self,
        (as_what, changed_at): (As, Timestamp),
        now: Timestamp,
    ) -> Result<(), NoRelease> {
        match (self, as_what) {
            (Self::Nobody, _) => Err(NoRelease::NotAsked),
            (Self::SecondAgent, As::Role(other)) if !other.releases() => {
                Err(NoRelease::Role(other))
            }
            (Self::SecondAgent | Self::SecondMember, As::Role(_) | As::Deputy)
                if now < settled_at(changed_at) =>
            {
                Err(NoRelease::Until(settled_at(changed_at)))
            }
            (Self::SecondAgent | Self::SecondMember, As::Role(_) | As::Deputy) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::PersonKind;
    use crate::domain::authority::{Action, row};

    #[test]
    fn an_account_of_customer_service_releases_once_it_stayed_as_it_is_for_seven_days() {
        let row = row(Action::ReplaceLost, Some(PersonKind::MainAdministrator)).expect("a row");
        let changed_at: Timestamp = "2026-11-01T12:00:00Z".parse().expect("a time");
        let may = |role, now: &str| {
            let now = now.parse().expect("a time");
            row.released_by.may_be((As::Role(role), changed_at), now)
        };
        let settled = "2026-11-08T12:00:00Z";
        let until = Err(NoRelease::Until(settled.parse().expect("a time")));
        let agent = Role::CustomerService;
        assert_eq!(may(agent, "2026-11-01T12:00:00Z"), until);
        assert_eq!(may(agent, "2026-11-08T11:59:59.999Z"), until);
        assert_eq!(
            may(agent, "2026-10-01T00:00:00Z"),
            until,
            "a clock that went back"
        );
        assert_eq!(may(agent, settled), Ok(()));
        for other in [Role::HelpDesk, Role::StationAdministrator] {
            assert_eq!(
                may(other, "2027-11-01T00:00:00Z"),
                Err(NoRelease::Role(other))
            );
        }
        // A deputy must have stayed as it is as well.
        let deputy = |now: &str| {
            let now = now.parse().expect("a time");
            row.released_by.may_be((As::Deputy, changed_at), now)
        };
        assert_eq!(
            (deputy("2026-11-02T12:00:00Z"), deputy(settled)),
            (until, Ok(()))
        );
        // A second member of staff may have any role.
        for role in Role::ALL {
            let may = |now: &str| {
                let now = now.parse().expect("a time");
                Releaser::SecondMember.may_be((As::Role(role), changed_at), now)
            };
            assert_eq!((may("2026-11-02T12:00:00Z"), may(settled)), (until, Ok(())));
        }
        let nobody = Releaser::Nobody.may_be((As::Deputy, changed_at), Timestamp::MAX);
        assert_eq!(nobody, Err(NoRelease::NotAsked));
        assert_eq!(settled_at(Timestamp::MAX), Timestamp::MAX);
    }
}
