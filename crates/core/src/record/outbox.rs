//! What waits for the registry, and where it stands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Change, WithdrawalEntry};
use crate::domain::{EntryId, PersonId, StationId};
use crate::wire::{
    About, AppPush, Bond, EnrolmentPush, KeyResetPush, MovementPush, Operator, Removal, Report,
    ReportKey, Reported, SuspensionPush, TestPush, TokenImport, UnlockPush, WhyNot, WithdrawalPush,
};

/// Where an outbox entry stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum EntryState {
    /// On its way; tried again by itself.
    Queued,
    /// The registry refused it; an operator must resolve it.
    Conflict {
        code: String,
        #[serde(flatten)]
        detail: WhyNot,
    },
}

/// What waits for the registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// Its id, and the idempotency key.
    pub id: EntryId,
    pub made_at: Timestamp,
    pub state: EntryState,
    /// Binds it to the session in which it was recorded; what earlier releases recorded has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bond: Option<Bond>,
    /// What is to be sent.
    pub body: OutboxBody,
}

/// Every kind of report: what is sent, what giving it up leaves of what it reports, and the text that names it; for the macro that is
/// named. Those that overtake what else is to be told of the same person are `urgent`: what was lost opens things meanwhile.
#[macro_export]
macro_rules! outbox_rows {
    ($then:ident) => {
        $then! {
            /// A new enrolment.
            Enrolment { push: Box<EnrolmentPush> } OnKey "outbox-enrolment";
            /// A test of an enrolled key.
            Test { push: Box<TestPush> } Nothing "outbox-test";
            /// An operator was let in without the registry.
            Unlock { push: Box<UnlockPush>, operator: Operator } Nothing "outbox-unlock";
            /// A key was emptied; `person` is the first of those who lost it.
            KeyReset { push: Box<KeyResetPush>, person: Option<PersonId> } Nothing "outbox-reset";
            /// The registry is not to hold a credential.
            Withdrawal { push: Box<WithdrawalPush> } Nothing "outbox-withdrawal";
            /// A new authenticator app.
            App { push: Box<AppPush> } OnPhone "outbox-app";
            /// A factor that is no longer needed.
            Removal { push: Box<Removal> } Nothing "outbox-removal";
            /// A factor that was reported lost, stolen or suspected.
            Suspension { push: Box<SuspensionPush> } Nothing "outbox-suspension" urgent;
            /// Hardware tokens for the stock.
            Tokens { push: Box<TokenImport> } Nothing "outbox-tokens";
            /// Something that was done with an item of the stock.
            Movement { push: Box<MovementPush> } Nothing "outbox-movement";
        }
    };
}
pub use outbox_rows;

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

macro_rules! bodies {
    ($($(#[$doc:meta])* $kind:ident { push: $push:ty $(, $also:ident: $type:ty)* } $left:ident $text:literal $($urgent:ident)?;)*) => {
        /// What is to be sent.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "what", rename_all = "kebab-case")]
        pub enum OutboxBody {
            $($(#[$doc])* $kind { $($also: $type,)* push: $push },)*
        }

        impl OutboxBody {
            /// Whether it overtakes what else is to be told of the same person.
            pub fn is_urgent(&self) -> bool {
                match self {
                    $(Self::$kind { .. } => [$(stringify!($urgent),)?].contains(&"urgent"),)*
                }
            }

            /// What is left of what it reports once it is given up.
            pub fn left(&self) -> Left {
                match self {
                    $(Self::$kind { .. } => Left::$left,)*
                }
            }
        }
    };
}
outbox_rows!(bodies);

/// Goes on with the report in an [`OutboxBody`], whichever it is.
#[macro_export]
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
            Body::Movement { push: $report } => $then,
        }
    }};
}
pub use each_report;

fn path_of<R: Report>(_: &R) -> &'static str {
    R::PATH
}

impl Change {
    /// The outbox entry that it makes. Of whom the reset of a key takes something is not known here.
    pub fn tells(&self) -> Option<(EntryId, OutboxBody)> {
        match self {
            Self::SessionUnlocked {
                operator,
                entry,
                push,
            } => {
                let (operator, push) = (operator.clone(), push.clone());
                Some((*entry, OutboxBody::Unlock { operator, push }))
            }
            Self::Enrolled { entry, push, .. } => {
                let push = push.clone();
                Some((*entry, OutboxBody::Enrolment { push }))
            }
            Self::Retested { entry, push, .. } => {
                let push = push.clone();
                Some((*entry, OutboxBody::Test { push }))
            }
            Self::ResetDone { entry, push, .. } => {
                let (person, push) = (None, push.clone());
                Some((*entry, OutboxBody::KeyReset { person, push }))
            }
            Self::DeletionDone { done } => Some(withdrawn(&done.report)),
            Self::WithdrawalBegun { report, .. } | Self::ConflictResolved { report, .. } => {
                report.as_deref().map(withdrawn)
            }
            Self::AppEnrolled { entry, push, .. } => {
                let push = push.clone();
                Some((*entry, OutboxBody::App { push }))
            }
            Self::FactorRemoved { entry, push } => {
                let push = push.clone();
                Some((*entry, OutboxBody::Removal { push }))
            }
            Self::FactorSuspended { entry, push } => {
                let push = push.clone();
                Some((*entry, OutboxBody::Suspension { push }))
            }
            Self::TokensImported { entry, push } => {
                let push = push.clone();
                Some((*entry, OutboxBody::Tokens { push }))
            }
            Self::StockMoved { entry, push } => {
                let push = push.clone();
                Some((*entry, OutboxBody::Movement { push }))
            }
            Self::StationJoined { .. }
            | Self::SessionOpened { .. }
            | Self::SessionClosed { .. }
            | Self::KeySeen { .. }
            | Self::TicketsFetched { .. }
            | Self::TicketsSealed { .. }
            | Self::MetadataImported { .. }
            | Self::IntentBegun { .. }
            | Self::OwnKeyBegun { .. }
            | Self::ResetBegun { .. }
            | Self::TakenUp { .. }
            | Self::DeletionBegun { .. }
            | Self::PinSet { .. }
            | Self::CredentialMade { .. }
            | Self::IntentEnded { .. }
            | Self::Pushed { .. }
            | Self::Rejected { .. }
            | Self::Batch { .. }
            | Self::CareBegun { .. }
            | Self::Cared { .. }
            | Self::AppBegun { .. }
            | Self::AppTested { .. }
            | Self::SuspensionLifted { .. }
            | Self::TokenBegun { .. }
            | Self::TokenAssigned { .. }
            // The registry did it, and knows.
            | Self::PersonResetBegun { .. }
            | Self::PersonResetDone { .. } => None,
        }
    }
}

fn withdrawn(report: &WithdrawalEntry) -> (EntryId, OutboxBody) {
    let push = Box::new(report.push.clone());
    (report.entry, OutboxBody::Withdrawal { push })
}

impl OutboxBody {
    /// Binds it, as the entry of that id, to the session whose key this is.
    pub fn bound(&self, key: &ReportKey, station: &StationId, id: EntryId) -> Option<Bond> {
        let entry = id.to_string();
        each_report!(self, report => key.bind(Reported {
            station,
            entry: &entry,
            path: path_of(&**report),
            body: &serde_json::to_value(report).ok()?,
        }))
    }

    /// Who and what it is about, as the registry will read it.
    pub fn about(&self) -> About<'_> {
        each_report!(self, report => report.about())
    }

    /// Whose factor it concerns; nobody's where it is about an operator or the stock.
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::KeyReset { person, .. } => person.as_ref(),
            Self::Enrolment { .. }
            | Self::Test { .. }
            | Self::Unlock { .. }
            | Self::Withdrawal { .. }
            | Self::App { .. }
            | Self::Removal { .. }
            | Self::Suspension { .. }
            | Self::Tokens { .. }
            | Self::Movement { .. } => self.about().person,
        }
    }
}
