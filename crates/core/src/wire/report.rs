//! What the bodies have in common that a station reports after the fact, with the outbox entry's id as `Idempotency-Key`.
//!
//! A new one is its struct, its receipt and a row below them, `reports!`; nothing else on the way to the registry knows its kind.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::{Bytes, FactorId, OperatorId, PersonId};

/// A body that is pushed until the registry has accepted or refused it.
pub trait Report: Serialize + Sync {
    /// Where it is posted, below `/v1`.
    const PATH: &'static str;
    /// The registry's answer.
    type Receipt: Accepted + DeserializeOwned;

    /// Who and what it is about.
    fn about(&self) -> About<'_>;
}

/// What every receipt says.
pub trait Accepted {
    /// When the registry accepted it, by its clock.
    fn accepted_at(&self) -> Timestamp;
    /// Whether what came of it opens nothing until its owner accepts it.
    fn is_waiting(&self) -> bool {
        false
    }
}

/// Who and what a report is about: to list it, and to send what follows it after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    /// Whose factor it is; nobody's where it is about an operator, a key or the stock.
    pub person: Option<&'a PersonId>,
    /// Who began what is reported.
    pub operator: &'a OperatorId,
    /// Who ended it, and was signed in when it was recorded.
    pub done_by: &'a OperatorId,
    /// When that was, by the registry's clock as the station knew it.
    pub at: Timestamp,
    /// The model of the key, or what the app is called.
    pub thing: Option<&'a str>,
    /// The credentials that it names.
    pub credentials: &'a [Bytes],
    /// The app or token that it names.
    pub factor: Option<FactorId>,
}

impl<'a> About<'a> {
    pub(super) fn by(operator: &'a OperatorId, at: Timestamp) -> Self {
        Self {
            person: None,
            operator,
            done_by: operator,
            at,
            thing: None,
            credentials: &[],
            factor: None,
        }
    }

    pub(super) fn of(person: &'a PersonId, operator: &'a OperatorId, at: Timestamp) -> Self {
        Self {
            person: Some(person),
            ..Self::by(operator, at)
        }
    }

    /// The registry's identifier for whom it is about, or else for who began it.
    pub fn id(&self) -> &'a str {
        self.person.map_or(self.operator.as_str(), PersonId::as_str)
    }
}

impl<R: Report> Report for &R {
    const PATH: &'static str = R::PATH;
    type Receipt = R::Receipt;

    fn about(&self) -> About<'_> {
        R::about(self)
    }
}

/// Where each is posted, what answers, and who and what it is about.
macro_rules! reports {
    ($($push:ident at $path:literal gives $receipt:ident: |$it:ident| $about:expr;)*) => {$(
        impl $crate::wire::Report for $push {
            const PATH: &'static str = $path;
            type Receipt = $receipt;

            fn about(&self) -> $crate::wire::About<'_> {
                let $it = self;
                $about
            }
        }
    )*};
}
pub(super) use reports;

/// The receipts, and by which field each says that it waits.
macro_rules! accepted {
    ($($receipt:ident $($waiting:ident)?;)*) => {$(
        impl $crate::wire::Accepted for $receipt {
            fn accepted_at(&self) -> jiff::Timestamp {
                self.accepted_at
            }
            $(fn is_waiting(&self) -> bool {
                self.$waiting
            })?
        }
    )*};
}
pub(super) use accepted;
