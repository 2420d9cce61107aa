//! Who may do what (see docs/DOMAIN.md, "Who uses a station").

use serde::{Deserialize, Serialize};

use super::person::PersonKind;

/// What an operator is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Enrols keys for the people at the desk.
    HelpDesk,
    /// Provisions standby keys, imports people, manages the station.
    StationAdministrator,
    /// Resets MFA of main administrators and of people with no organisation.
    CustomerService,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [
        Self::HelpDesk,
        Self::StationAdministrator,
        Self::CustomerService,
    ];

    /// The word used on the command line and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HelpDesk => "help-desk",
            Self::StationAdministrator => "station-administrator",
            Self::CustomerService => "customer-service",
        }
    }

    /// Reads that word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// What an operator wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Receive somebody at the desk: open a visit.
    Receive,
    /// Enrol a security key for a person who is present.
    Enrol,
    /// Enrol a security key for a person who is not present: a standby key for a safe.
    ProvisionStandby,
    /// Run a batch over many keys.
    RunBatch,
    /// Fetch tickets for the people who are expected.
    FetchTickets,
    /// Send again, or give up, what the registry refused.
    ResolveConflict,
    /// Test a key, an app or a token.
    TestKey,
    /// Suspend a factor that was lost: for whoever reports it, at once.
    Suspend,
    /// Lift that for its owner, who is at the desk with the factor itself.
    LiftSuspension,
    /// Receive hardware tokens into stock.
    ImportTokens,
    /// Set, change or verify the PIN of the key of a person who is present, or of a key in stock.
    SetPin,
    /// Change how a key behaves, which only a reset takes back.
    ConfigureKey,
    /// Rename what is on a key, and delete what strands nobody.
    TidyKey,
    /// List what a key holds: before anything of it is changed, or somebody's enrolment ended.
    ListCredentials,
    /// Reset a key that belongs to nobody.
    ResetSpare,
    /// Reset the key of somebody whose organisation's administrator asked for it.
    ResetMember,
    /// Reset the key of a main administrator, of an authorised representative, or of somebody with no organisation.
    ResetByCustomerService,
}

impl Action {
    /// What resetting the key of such a person is; of nobody: a spare.
    pub fn reset_key_of(kind: Option<PersonKind>) -> Self {
        match kind {
            None => Self::ResetSpare,
            Some(
                PersonKind::MainAdministrator
                | PersonKind::AuthorisedRepresentative
                | PersonKind::Unaffiliated,
            ) => Self::ResetByCustomerService,
            Some(PersonKind::Employee | PersonKind::UserAdministrator) => Self::ResetMember,
        }
    }
}

/// Why not, and who may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{} may not do this; {} may", .role.as_str(), may_text(.may))]
pub struct NotAllowed {
    /// Who asked.
    pub role: Role,
    /// What for.
    pub action: Action,
    /// Who may do it.
    pub may: Vec<Role>,
}

fn may_text(roles: &[Role]) -> String {
    roles
        .iter()
        .map(|role| role.as_str())
        .collect::<Vec<_>>()
        .join(" or ")
}

impl Role {
    /// Whether this role may do that; a refusal says who may.
    pub fn may(self, action: Action) -> Result<(), NotAllowed> {
        let may: &[Self] = match action {
            // A station administrator provisions standby keys, which is an enrolment as well.
            Action::Enrol
            | Action::RunBatch
            | Action::FetchTickets
            | Action::ResolveConflict
            | Action::TestKey
            | Action::SetPin
            | Action::TidyKey
            | Action::ResetSpare => &[Self::HelpDesk, Self::StationAdministrator],
            // Whoever their owner reaches suspends a lost key.
            Action::Receive
            | Action::ListCredentials
            | Action::Suspend
            | Action::LiftSuspension => &Self::ALL,
            // Whoever provisions keys decides how they behave.
            Action::ConfigureKey | Action::ProvisionStandby | Action::ImportTokens => {
                &[Self::StationAdministrator]
            }
            // The desk carries out what the organisation's administrator asked for.
            Action::ResetMember => &[Self::HelpDesk],
            Action::ResetByCustomerService => &[Self::CustomerService],
        };
        if may.contains(&self) {
            Ok(())
        } else {
            Err(NotAllowed {
                role: self,
                action,
                may: may.to_vec(),
            })
        }
    }

    /// Whether this role may reset a key on which people of these kinds are enrolled; on a spare: nobody. Station and registry
    /// both ask here.
    pub fn may_reset_key_of(self, kinds: &[PersonKind]) -> Result<(), NotAllowed> {
        if kinds.is_empty() {
            return self.may(Action::reset_key_of(None));
        }
        kinds
            .iter()
            .try_for_each(|kind| self.may(Action::reset_key_of(Some(*kind))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_who_may() {
        let refusal = Role::CustomerService
            .may(Action::Enrol)
            .expect_err("refused");
        assert_eq!(
            refusal.to_string(),
            "customer-service may not do this; help-desk or station-administrator may"
        );
        assert!(Role::HelpDesk.may(Action::Enrol).is_ok());
    }

    #[test]
    fn each_kind_of_person_has_those_who_may_reset_their_key() {
        use PersonKind::*;
        let may = |role: Role, kinds: &[PersonKind]| role.may_reset_key_of(kinds).is_ok();
        let [desk, station, service] = Role::ALL;
        for (kinds, expected) in [
            (&[][..], [true, true, false]),
            (&[Employee], [true, false, false]),
            (&[UserAdministrator], [true, false, false]),
            (&[AuthorisedRepresentative], [false, false, true]),
            (&[MainAdministrator], [false, false, true]),
            (&[Unaffiliated], [false, false, true]),
            // A key that two of them share is nobody's to reset alone.
            (&[Employee, MainAdministrator], [false, false, false]),
        ] {
            let found = [desk, station, service].map(|role| may(role, kinds));
            assert_eq!(found, expected, "{kinds:?}");
        }
        let refusal = desk.may_reset_key_of(&[MainAdministrator]).expect_err("no");
        assert!(
            refusal.to_string().contains("customer-service may"),
            "{refusal}"
        );
    }
}
