//! Who may do what to whom, on whose asking, and with whose release (see docs/DOMAIN.md, "Who uses a station" and "Who may reset
//! whom").
//!
//! It hides the matrix. Invariant: station and registry ask the same function of the same table, the one to show what may be done,
//! the other to decide it; whatever says who may is made of the table's rows.

use serde::{Deserialize, Serialize};

use super::person::PersonKind;
use crate::domain::words::words;

mod asking;
mod decision;
mod last;
mod matrix;
mod release;
mod taking;

pub use asking::{NotTheirs, is_administrator_of, may_ask_for, may_vouch_for};
pub use decision::{
    Decision, NotAllowed, asks_to_replace, carries_out_for_administrators, decide, decide_for,
    may_ask, may_end_reset,
};
pub use last::{LastFactor, may_take};
pub use matrix::{Asker, Condition, Releaser, Row, WhoMay, Whom, row};
pub use release::{As, NoRelease, SETTLED_AFTER, settled_at};
pub use taking::{TakenBy, may_clear, may_take_at_all, may_take_by};

/// What an operator is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Enrols keys for the people at the desk.
    HelpDesk,
    /// Provisions standby keys, imports people, manages the station.
    StationAdministrator,
    /// Resets MFA of those for whom no organisation's administrators answer.
    CustomerService,
}

words! {Role {
    HelpDesk => "help-desk",
    StationAdministrator => "station-administrator",
    CustomerService => "customer-service",
}}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Receive somebody at the desk: open a visit.
    Receive,
    /// Enrol a security key for a person who is present.
    Enrol,
    /// Enrol an authenticator app, or assign a hardware token, in a visit.
    EnrolApp,
    /// Let somebody take what waits for them.
    Accept,
    /// Take an app or token from somebody who has another factor.
    RemoveApp,
    /// Take a factor from its owner, who wants that and proved one of theirs.
    GiveUp,
    /// Give somebody a factor who has lost all of theirs.
    ReplaceLost,
    /// Lend somebody a key who forgot theirs, for some days.
    Lend,
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
    /// Say which places the stock has, who answers for each, and what suppliers are to send.
    KeepStock,
    /// Set, change or verify the PIN of the key of a person who is present, or of a key in stock.
    SetPin,
    /// Change how a key behaves, which only a reset takes back.
    ConfigureKey,
    /// Rename what is on a key, and delete what strands nobody.
    TidyKey,
    /// List what a key holds: before anything of it is changed, or somebody's enrolment ended.
    ListCredentials,
    /// Reset a key, or delete from it what somebody is enrolled with.
    ResetKey,
}

impl Role {
    /// Whether this role may do what is the same for everybody; a refusal says who may.
    pub fn may(self, action: Action) -> Result<(), NotAllowed> {
        decide(self, action, None).at_once()
    }

    /// Whether this role may do that to a person of this kind.
    pub fn may_for(self, action: Action, kind: PersonKind) -> Result<(), NotAllowed> {
        decide(self, action, Some(kind)).at_once()
    }

    /// Whether this role may reset a key on which people of these kinds are enrolled; on a spare: nobody.
    pub fn may_reset_key_of(self, kinds: &[PersonKind]) -> Result<(), NotAllowed> {
        decide_for(self, Action::ResetKey, kinds).at_once()
    }
}

#[cfg(test)]
mod tests;
