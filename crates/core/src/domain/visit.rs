//! Who may get a factor in a visit, and what state a factor is in (see docs/DOMAIN.md, "Adding a factor").
//!
//! Invariant: what a visit may add is decided by what the person had when it began. What was added in it never improves that.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::authority::{Action, Asker, Releaser, row};
use super::person::PersonKind;
use crate::domain::words::words;

/// What somebody had of factors when their visit began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Had {
    /// Never one, here or by import.
    Never,
    /// At least one that opens something.
    Valid,
    /// Some once; none that opens anything: suspended, removed, or gone with its key.
    Lost,
}

words! {Had {
    Never => "never",
    Valid => "valid",
    Lost => "lost",
}}

impl SuspendedWhy {
    /// Those that somebody reports.
    pub const REPORTED: [Self; 3] = [Self::Lost, Self::Stolen, Self::Suspected];
}

impl Had {
    /// What has to be shown before such a person gets a factor.
    pub fn takes(self, kind: PersonKind) -> Takes {
        let lost = || row(Action::ReplaceLost, Some(kind));
        match self {
            Self::Never => Takes::Identification,
            Self::Valid => Takes::OwnFactor,
            Self::Lost => match lost().map(|row| (row.asked_by, row.released_by)) {
                Some((Asker::Administrator, Releaser::Nobody)) => Takes::Administrator,
                // Whatever the matrix does not leave to the desk is held back.
                Some((
                    Asker::Operator | Asker::Owner | Asker::CustomerService,
                    Releaser::Nobody,
                ))
                | Some((_, Releaser::SecondAgent | Releaser::SecondMember))
                | None => Takes::Release,
            },
        }
    }
}

/// What it takes to add factors in a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Takes {
    /// Nothing but the identification.
    Identification,
    /// One touch with the PIN, or one code, of a factor that they had when the visit began. Who has lost all of theirs has them
    /// suspended first.
    OwnFactor,
    /// An administrator of the same organisation, who is at the desk and proves a factor of theirs.
    Administrator,
    /// Customer Service, and a second agent's release.
    Release,
}

/// By what factors may be added in a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    /// They never had one.
    First,
    /// They proved one of theirs.
    Factor,
    /// An administrator of their organisation proved theirs.
    Administrator,
    /// Their account was reset in it, which a second agent had released.
    Released,
}

words! {Authority {
    First => "first",
    Factor => "factor",
    Administrator => "administrator",
    Released => "released",
}}

/// Why a factor is suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SuspendedWhy {
    /// Its owner does not find it. Lifted by its owner with the factor itself, within 30 days.
    Lost,
    /// Somebody took it. Never lifted.
    Stolen,
    /// Somebody may have used or changed it. Never lifted.
    Suspected,
    /// It was lent, until then. Never lifted.
    LoanOver,
}

words! {SuspendedWhy {
    Lost => "lost",
    Stolen => "stolen",
    Suspected => "suspected",
    LoanOver => "loan-over",
}}

/// Since when a factor is suspended, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Suspended {
    /// Since then it opens nothing.
    pub at: Timestamp,
    /// Why.
    pub why: SuspendedWhy,
}

/// What keeps a factor from being its owner's to open and prove with, apart from being gone. Nothing of it: it is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Held {
    /// It was made while its owner was not there, or what it was made by no longer held: since then it waits for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Timestamp>,
    /// It was reported lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Suspended>,
    /// It is lent to its person until then: it opens their account, and proves and removes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lent_until: Option<Timestamp>,
}

impl Held {
    /// Whether it is its owner's own, and nothing keeps it.
    pub fn is_free(&self) -> bool {
        self.lent_until.is_none() && self.is_unhindered()
    }

    /// Whether it is lent, and that is not over.
    pub fn is_lent(&self, now: Timestamp) -> bool {
        self.is_unhindered() && self.lent_until.is_some_and(|until| now < until)
    }

    /// As it is then: a loan ends by itself.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match self.lent_until {
            Some(at) if self.suspended.is_none() && at <= now => Self {
                suspended: Some(Suspended {
                    at,
                    why: SuspendedWhy::LoanOver,
                }),
                ..self
            },
            Some(_) | None => self,
        }
    }

    /// Until when its owner can have its suspension lifted; none: never, or it is not suspended. What is lent never is.
    pub fn lifted_until(&self) -> Option<Timestamp> {
        let held = self.suspended.filter(|_| self.lent_until.is_none())?;
        match held.why {
            SuspendedWhy::Lost => Some(held.until()),
            SuspendedWhy::Stolen | SuspendedWhy::Suspected | SuspendedWhy::LoanOver => None,
        }
    }

    fn is_unhindered(&self) -> bool {
        self.waiting_since.is_none() && self.suspended.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_person_takes_what_the_domain_says() {
        use PersonKind::*;
        for kind in PersonKind::ALL {
            assert_eq!(Had::Never.takes(kind), Takes::Identification, "{kind:?}");
            assert_eq!(Had::Valid.takes(kind), Takes::OwnFactor, "{kind:?}");
            let lost = match kind {
                Employee | UserAdministrator => Takes::Administrator,
                MainAdministrator | Unaffiliated | AuthorisedRepresentative => Takes::Release,
            };
            assert_eq!(Had::Lost.takes(kind), lost, "{kind:?}");
        }
    }
}
