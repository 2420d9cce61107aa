//! What people are told of, and the facts that go with it.
//!
//! Invariant: facts are read as far as this release knows them, so that what an earlier one wrote down is told as well.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::account_reset::{ResetReason, ResetState};
use super::id::AccountResetId;
use super::suspension::FactorSort;
use super::visit::Suspended;
use super::words::words;

/// Of what somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A factor became theirs, or waits for them to take it.
    Added,
    /// They took one that had waited for them.
    Accepted,
    /// A factor of theirs ended.
    Ended,
    /// A factor was suspended, or is so for a graver reason now.
    Suspended,
    /// Its owner had that lifted.
    Lifted,
    /// A factor that was suspended is removed.
    Removed,
    /// They forgot their key, and were lent one.
    Lent,
    /// It ends within a day, and is all that they have.
    LoanEnds,
    /// A desk wrote down that an administrator is to ask for it.
    ResetPrepared,
    /// An administrator answered for somebody who is not at a desk: Customer Service may ask.
    ResetVouched,
    /// Somebody asked that all that opens their account be deleted.
    ResetAsked,
    /// A second agent let it be done.
    ResetReleased,
    /// It is done.
    ResetDone,
    /// Nothing comes of it: it was withdrawn, refused, or has expired.
    ResetEnded,
    /// An account of Customer Service was made or changed.
    ServiceAccount,
    /// Somebody may release resets in a second agent's place for a while.
    DeputyNamed,
    /// Resets of somebody's account may be asked for again, although many were.
    ResetsAllowed,
    /// Where they are written to, or called, is another place.
    Reached,
}

words! {Kind {
    Added => "factor-added",
    Accepted => "factor-accepted",
    Ended => "factor-removed",
    Suspended => "factor-suspended",
    Lifted => "suspension-lifted",
    Removed => "suspended-factor-removed",
    Lent => "factor-lent",
    LoanEnds => "loan-ends",
    ResetPrepared => "reset-prepared",
    ResetVouched => "reset-vouched",
    ResetAsked => "reset-asked",
    ResetReleased => "reset-released",
    ResetDone => "account-reset",
    ResetEnded => "reset-ended",
    ServiceAccount => "customer-service-account",
    DeputyNamed => "deputy-releaser",
    ResetsAllowed => "resets-allowed",
    Reached => "contact-changed",
}}

impl Kind {
    /// Whether it can still be stopped, by whoever is told of it.
    pub fn can_be_objected_to(self) -> bool {
        match self {
            Self::ResetPrepared | Self::ResetAsked | Self::ResetReleased => true,
            Self::ResetVouched
            | Self::Added
            | Self::Accepted
            | Self::Ended
            | Self::Suspended
            | Self::Lifted
            | Self::Removed
            | Self::Lent
            | Self::LoanEnds
            | Self::ResetDone
            | Self::ResetEnded
            | Self::ServiceAccount
            | Self::DeputyNamed
            | Self::ResetsAllowed
            | Self::Reached => false,
        }
    }
}

/// How a factor ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndedWhy {
    /// Its key was reset.
    Reset,
    /// It was deleted from its key.
    Deleted,
    /// Its enrolment was taken back.
    Withdrawn,
    /// Its owner gave it up.
    Removed,
    /// Its owner gave it up for another one, by the same proof.
    Replaced,
    /// All that opened the account was deleted, which a second agent had released.
    AccountReset,
}

words! {EndedWhy {
    Reset => "reset",
    Deleted => "deleted",
    Withdrawn => "withdrawn",
    Removed => "removed",
    Replaced => "replaced",
    AccountReset => "account-reset",
}}

impl EndedWhy {
    /// Whether it takes nothing of its owner's but a word of the desk's.
    pub fn is_by_the_desk(self) -> bool {
        match self {
            Self::Reset | Self::Deleted | Self::Withdrawn => true,
            Self::Removed | Self::Replaced | Self::AccountReset => false,
        }
    }
}

/// What was done to an operator's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountEvent {
    Made,
    /// A code was issued with which another key signs it in.
    CodeIssued,
    /// A key signs it in from now on.
    KeyEnrolled,
    /// Its keys were revoked, and a code was issued for another one.
    KeysRevoked,
    /// It was said which human it is of.
    HumanSaid,
    Revoked,
}

words! {AccountEvent {
    Made => "made",
    CodeIssued => "code-issued",
    KeyEnrolled => "key-enrolled",
    KeysRevoked => "keys-revoked",
    HumanSaid => "human-said",
    Revoked => "revoked",
}}

/// What is known of it, by kind: of a factor, of a reset, of an operator's account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Facts {
    pub sort: Option<FactorSort>,
    /// Of the factor.
    pub name: Option<String>,
    pub serial: Option<String>,
    pub station: Option<Place>,
    /// It opens nothing before its owner takes it.
    pub waiting: Option<bool>,
    /// How a factor ended.
    pub why: Option<EndedWhy>,
    pub suspended: Option<Suspended>,
    /// Its owner can have it lifted until then.
    pub lifted_until: Option<Timestamp>,
    pub reset: Option<AccountResetId>,
    /// Of a reset: one of the list's. Of what the registry's administrator did: a line of theirs.
    pub reason: Option<String>,
    pub asked_by: Option<String>,
    pub released_by: Option<String>,
    /// It is not carried out before.
    pub not_before: Option<Timestamp>,
    /// It is over then, unless it goes on.
    pub until: Option<Timestamp>,
    /// The key that was suspended was lent.
    pub lent: bool,
    /// For how many working days others were lent to them lately, where another loan is no exception any more.
    pub again: Option<u32>,
    /// Who stood by it that a key was lent.
    pub second: Option<String>,
    /// Who of the people objected to it, or took it back.
    pub objector: Option<String>,
    /// By whose word they did, at a desk; none: they did it themself.
    pub operator: Option<String>,
    /// How it ended, where nothing came of it.
    pub state: Option<ResetState>,
    /// It ended because the registry was put back from a copy.
    pub restored: Option<bool>,
    /// What was done to an account.
    pub change: Option<AccountEvent>,
}

/// Where it was done, as people know it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Place {
    pub name: String,
}

impl Facts {
    /// Why a reset was asked for.
    pub fn reset_reason(&self) -> Option<ResetReason> {
        self.reason.as_deref().and_then(ResetReason::parse)
    }
}
