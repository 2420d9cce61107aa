//! Who may do what (see DOMAIN: "Who uses a station").

use serde::{Deserialize, Serialize};

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
    /// Test a key.
    TestKey,
    /// Set, change or verify the PIN of the key of a person who is present, or of a key in stock.
    SetPin,
    /// Change how a key behaves, which only a reset takes back.
    ConfigureKey,
    /// List, rename and delete what is on a key that strands nobody.
    TidyKey,
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
            | Action::TidyKey => &[Self::HelpDesk, Self::StationAdministrator],
            // Whoever provisions keys decides how they behave.
            Action::ConfigureKey | Action::ProvisionStandby => &[Self::StationAdministrator],
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
}
