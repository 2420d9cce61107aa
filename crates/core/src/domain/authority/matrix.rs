//! The matrix: every act, and for whom it is done differently, a row.

use serde::{Deserialize, Serialize};

use super::{Action, Role};
use crate::domain::person::PersonKind;

/// Who may do an act to whom, and what it takes besides.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    pub act: Action,
    /// To whom it is done.
    pub whom: Whom,
    /// Whose asking it takes.
    pub asked_by: Asker,
    pub done_by: &'static [Role],
    /// Who else has to release it first.
    pub released_by: Releaser,
    /// What must hold besides, looked at by the registry.
    pub conditions: &'static [Condition],
}

/// To whom, or to whose key, something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// To whoever it is, or to nobody.
    Anybody,
    /// To a key of nobody's.
    Nobody,
    /// To somebody whose organisation's administrators answer for them.
    Member,
    /// To somebody for whom only Customer Service answers: main administrators, representatives, and people with no organisation.
    Served,
}

impl Whom {
    /// Where a person stands; nobody: stock.
    fn of(kind: Option<PersonKind>) -> Self {
        match kind {
            None => Self::Nobody,
            Some(PersonKind::Employee | PersonKind::UserAdministrator) => Self::Member,
            Some(
                PersonKind::MainAdministrator
                | PersonKind::AuthorisedRepresentative
                | PersonKind::Unaffiliated,
            ) => Self::Served,
        }
    }
}

/// Whose asking an act takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asker {
    /// Nobody's but the operator's own.
    Operator,
    /// Its owner's, who proved a factor of theirs.
    Owner,
    /// The main administrator or a user administrator of the same organisation. For a factor they prove one of theirs.
    Administrator,
    /// A Customer Service agent.
    CustomerService,
}

impl Asker {
    /// Whose role it is; none: it goes with no role.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Operator | Self::Owner | Self::Administrator => None,
            Self::CustomerService => Some(Role::CustomerService),
        }
    }
}

/// Who has to release an act before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Releaser {
    /// Nobody: the asking is the authority.
    Nobody,
    /// A second Customer Service agent, whose account is as it is for a week.
    SecondAgent,
    /// A second member of staff, whatever their role, or an administrator of the person's organisation: with their own key, where the
    /// person is.
    SecondMember,
}

/// Who may do what a row is about, as a refusal says it to whoever may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhoMay {
    pub done_by: Vec<Role>,
    pub asked_by: Asker,
    pub released_by: Releaser,
}

impl WhoMay {
    /// Who gives such a person something new when all is lost: nobody where the matrix has no row for it.
    pub fn replaces(kind: PersonKind) -> Self {
        match row(Action::ReplaceLost, Some(kind)) {
            Some(row) => Self::from(row),
            None => Self {
                done_by: Vec::new(),
                asked_by: Asker::Operator,
                released_by: Releaser::Nobody,
            },
        }
    }
}

impl From<&Row> for WhoMay {
    fn from(row: &Row) -> Self {
        Self {
            done_by: row.done_by.to_vec(),
            asked_by: row.asked_by,
            released_by: row.released_by,
        }
    }
}

/// What must hold besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Neither for oneself nor for one's own organisation, whichever account says who one is.
    NotOnesOwn,
}

const DESK: &[Role] = &[Role::HelpDesk, Role::StationAdministrator];
/// Who enrols what takes the place of something, for whom only Customer Service answers.
const SERVICE: &[Role] = &Role::ALL;
const STATION: &[Role] = &[Role::StationAdministrator];

const fn anybodys(act: Action, done_by: &'static [Role]) -> Row {
    Row {
        act,
        whom: Whom::Anybody,
        asked_by: Asker::Operator,
        done_by,
        released_by: Releaser::Nobody,
        conditions: &[],
    }
}

/// A factor that is added: for whom only Customer Service answers it does that as well.
const fn served(act: Action) -> Row {
    Row {
        whom: Whom::Served,
        ..anybodys(act, SERVICE)
    }
}

const fn members(act: Action) -> Row {
    Row {
        whom: Whom::Member,
        ..anybodys(act, DESK)
    }
}

/// While it is not known whose it will be.
const fn nobodys(act: Action) -> Row {
    Row {
        whom: Whom::Nobody,
        ..anybodys(act, DESK)
    }
}

/// Every row. An act is either anybody's or has a row for each of the others that it can be done to.
pub(super) const MATRIX: &[Row] = &[
    Row {
        conditions: &[Condition::NotOnesOwn],
        ..anybodys(Action::Receive, &Role::ALL)
    },
    // A station administrator provisions standby keys, which is an enrolment as well.
    nobodys(Action::Enrol),
    members(Action::Enrol),
    served(Action::Enrol),
    nobodys(Action::EnrolApp),
    members(Action::EnrolApp),
    served(Action::EnrolApp),
    // What its owner gives up: whoever may give them another one.
    Row {
        asked_by: Asker::Owner,
        ..members(Action::GiveUp)
    },
    Row {
        asked_by: Asker::Owner,
        ..served(Action::GiveUp)
    },
    anybodys(Action::Accept, DESK),
    anybodys(Action::RemoveApp, DESK),
    anybodys(Action::RunBatch, DESK),
    anybodys(Action::FetchTickets, DESK),
    // Whoever may enrol finishes what the registry refused of it.
    anybodys(Action::ResolveConflict, &Role::ALL),
    anybodys(Action::TestKey, DESK),
    anybodys(Action::SetPin, DESK),
    anybodys(Action::TidyKey, DESK),
    // Whoever their owner reaches suspends a lost key.
    anybodys(Action::Suspend, &Role::ALL),
    Row {
        conditions: &[Condition::NotOnesOwn],
        ..anybodys(Action::LiftSuspension, &Role::ALL)
    },
    anybodys(Action::ListCredentials, &Role::ALL),
    // Whoever provisions keys decides how they behave.
    anybodys(Action::ConfigureKey, STATION),
    anybodys(Action::ProvisionStandby, STATION),
    anybodys(Action::ImportTokens, STATION),
    anybodys(Action::KeepStock, STATION),
    Row {
        whom: Whom::Nobody,
        ..anybodys(Action::ResetKey, DESK)
    },
    // The desk carries out what the organisation's administrator asked for.
    Row {
        whom: Whom::Member,
        asked_by: Asker::Administrator,
        ..anybodys(Action::ResetKey, &[Role::HelpDesk])
    },
    Row {
        whom: Whom::Served,
        asked_by: Asker::CustomerService,
        ..anybodys(Action::ResetKey, &[Role::CustomerService])
    },
    Row {
        whom: Whom::Member,
        asked_by: Asker::Administrator,
        ..anybodys(Action::ReplaceLost, DESK)
    },
    Row {
        whom: Whom::Served,
        asked_by: Asker::CustomerService,
        released_by: Releaser::SecondAgent,
        ..anybodys(Action::ReplaceLost, &[Role::CustomerService])
    },
    // Main administrators, representatives and people with no organisation fetch theirs, use their standby key, or have lost it.
    Row {
        whom: Whom::Member,
        released_by: Releaser::SecondMember,
        conditions: &[Condition::NotOnesOwn],
        ..anybodys(Action::Lend, DESK)
    },
];

/// The row of an act done to somebody; to nobody: stock, or an act that is the same for everybody.
pub fn row(act: Action, kind: Option<PersonKind>) -> Option<&'static Row> {
    let whom = Whom::of(kind);
    MATRIX
        .iter()
        .find(|row| row.act == act && (row.whom == Whom::Anybody || row.whom == whom))
}
