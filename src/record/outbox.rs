//! What waits for the registry, and where it stands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{EntryId, PersonId};
use crate::wire::{
    About, AppPush, EnrolmentPush, KeyResetPush, Operator, Removal, Report, SuspensionPush,
    TestPush, TokenImport, UnlockPush, WithdrawalPush,
};

/// Where an outbox entry stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum EntryState {
    /// On its way; tried again by itself.
    Queued,
    /// The registry refused it; an operator must resolve it.
    Conflict { code: String, detail: String },
}

/// What waits for the registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// Its id, and the idempotency key.
    pub id: EntryId,
    pub made_at: Timestamp,
    pub state: EntryState,
    /// What is to be sent.
    pub body: OutboxBody,
}

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum OutboxBody {
    /// A new enrolment.
    Enrolment { push: Box<EnrolmentPush> },
    /// A test of an enrolled key.
    Test { push: Box<TestPush> },
    /// An operator was let in without the registry.
    Unlock {
        operator: Operator,
        push: Box<UnlockPush>,
    },
    KeyReset {
        /// Whose it was: the first of those who lost it.
        person: Option<PersonId>,
        push: Box<KeyResetPush>,
    },
    /// The registry is not to hold a credential.
    Withdrawal { push: Box<WithdrawalPush> },
    /// A new authenticator app.
    App { push: Box<AppPush> },
    /// A factor that is no longer needed.
    Removal { push: Box<Removal> },
    /// A factor that was reported lost, stolen or suspected.
    Suspension { push: Box<SuspensionPush> },
    /// Hardware tokens for the stock.
    Tokens { push: Box<TokenImport> },
}

/// What giving an entry up leaves of what it reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// A credential on a key that opens nothing.
    OnKey,
    /// An entry on a phone whose codes open nothing.
    OnPhone,
    /// Nothing that anybody has to look after.
    Nothing,
}

/// Goes on with the report in an [`OutboxBody`], whichever it is.
macro_rules! each_report {
    ($body:expr, $report:ident => $then:expr) => {{
        use $crate::record::OutboxBody as Body;
        match $body {
            Body::Enrolment { push: $report } => $then,
            Body::Test { push: $report } => $then,
            Body::Unlock { push: $report, .. } => $then,
            Body::KeyReset { push: $report, .. } => $then,
            Body::Withdrawal { push: $report } => $then,
            Body::App { push: $report } => $then,
            Body::Removal { push: $report } => $then,
            Body::Suspension { push: $report } => $then,
            Body::Tokens { push: $report } => $then,
        }
    }};
}
pub(crate) use each_report;

impl OutboxBody {
    /// Who and what it is about, as the registry will read it.
    pub fn about(&self) -> About<'_> {
        each_report!(self, report => report.about())
    }

    /// Whose factor it concerns; nobody's where it is about an operator or the stock.
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::KeyReset { person, .. } => person.as_ref(),
            _ => self.about().person,
        }
    }

    /// Whether it overtakes what else is to be told of the same person: what was lost opens things meanwhile.
    pub fn is_urgent(&self) -> bool {
        matches!(self, Self::Suspension { .. })
    }

    /// What is left of what it reports once it is given up.
    pub fn left(&self) -> Left {
        match self {
            Self::Enrolment { .. } => Left::OnKey,
            Self::App { .. } => Left::OnPhone,
            Self::Test { .. }
            | Self::Unlock { .. }
            | Self::KeyReset { .. }
            | Self::Withdrawal { .. }
            | Self::Removal { .. }
            | Self::Suspension { .. }
            | Self::Tokens { .. } => Left::Nothing,
        }
    }
}
