//! People and organisations as the registry knows them (see docs/DOMAIN.md, "People in the registry").

use serde::{Deserialize, Serialize};

use super::id::{OrganisationId, PersonId};
use crate::domain::words::words;

/// What a person is to their organisation; it decides who may reset them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PersonKind {
    /// An ordinary user of an organisation.
    Employee,
    /// Appointed by the main administrator; manages the organisation's users.
    UserAdministrator,
    /// The person who registered the organisation.
    MainAdministrator,
    /// Belongs to no organisation.
    Unaffiliated,
    /// Signs service contracts; must be identified; need not have an account.
    AuthorisedRepresentative,
}

words! {PersonKind {
    Employee => "employee",
    UserAdministrator => "user-administrator",
    MainAdministrator => "main-administrator",
    Unaffiliated => "unaffiliated",
    AuthorisedRepresentative => "authorised-representative",
}}

impl PersonKind {
    /// Whether such a person must belong to an organisation.
    pub fn belongs_to_organisation(self) -> bool {
        self != Self::Unaffiliated
    }

    /// Whether their account opens others of the organisation, so that they may ask for them.
    pub fn is_administrator(self) -> bool {
        matches!(self, Self::MainAdministrator | Self::UserAdministrator)
    }
}

/// An organisation: found by its Chamber of Commerce number, or by name when it is foreign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Organisation {
    /// The registry's identifier.
    pub id: OrganisationId,
    /// Its name as registered.
    pub name: String,
    /// Chamber of Commerce number (eight digits for a Dutch organisation).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coc_number: Option<String>,
}

/// A person, with what an operator needs to tell two of them apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Person {
    /// The registry's identifier.
    pub id: PersonId,
    /// Full name for display.
    pub name: String,
    /// E-mail address; the account's user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Employee number within the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_number: Option<String>,
    /// What the person is.
    pub kind: PersonKind,
    /// The organisation they belong to; none for an unaffiliated person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Organisation>,
    /// How many security keys are enrolled.
    #[serde(default)]
    pub keys: u32,
    /// How many authenticator apps are enrolled.
    #[serde(default)]
    pub apps: u32,
    /// What they had of factors and can't use.
    #[serde(default)]
    pub lost: Lost,
}

/// What somebody had of factors and can't use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Lost {
    /// Security keys that are suspended.
    #[serde(default)]
    pub keys: u32,
    /// Apps and tokens that are suspended.
    #[serde(default)]
    pub apps: u32,
    /// They had factors once, and none is left that opens anything.
    #[serde(default)]
    pub all: bool,
}

impl Person {
    /// A main administrator should have a second key (docs/DOMAIN.md, "MFA", rule 4).
    pub fn lacks_standby_key(&self) -> bool {
        self.kind == PersonKind::MainAdministrator && self.keys < 2
    }

    /// The same once one more key is theirs.
    pub fn with_another_key(self) -> Self {
        Self {
            keys: self.keys.saturating_add(1),
            ..self
        }
    }
}
