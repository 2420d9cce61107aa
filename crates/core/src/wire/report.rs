//! What the bodies have in common that a station reports after the fact, with the outbox entry's id as `Idempotency-Key`.
//!
//! A new one is its struct, its receipt and one [`Report`]; nothing else on the way to the registry knows its kind.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{
    AppPush, EnrolmentPush, FactorReceipt, KeyResetPush, KeyResetReceipt, Receipt, Removal,
    RemovalReceipt, SuspensionPush, SuspensionReceipt, TestPush, TokenImport, TokenImportReceipt,
    UnlockPush, UnlockReceipt, WithdrawalPush, WithdrawalReceipt,
};
use crate::domain::suspension::FactorRef;
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
    fn by(operator: &'a OperatorId, at: Timestamp) -> Self {
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

    fn of(person: &'a PersonId, operator: &'a OperatorId, at: Timestamp) -> Self {
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

macro_rules! reports {
    ($($push:ident at $path:literal gives $receipt:ident: |$it:ident| $about:expr;)*) => {$(
        impl Report for $push {
            const PATH: &'static str = $path;
            type Receipt = $receipt;

            fn about(&self) -> About<'_> {
                let $it = self;
                $about
            }
        }
    )*};
}

reports! {
    EnrolmentPush at "enrolments" gives Receipt: |push| About {
        done_by: push.done_by(),
        thing: Some(&push.key.model),
        credentials: std::slice::from_ref(&push.registration.raw_id),
        ..About::of(&push.person, &push.operator, push.enrolled_at)
    };
    TestPush at "tests" gives Receipt: |push| About {
        thing: Some(&push.key.model),
        credentials: std::slice::from_ref(&push.assertion.raw_id),
        ..About::of(&push.person, &push.operator, push.tested_at)
    };
    UnlockPush at "unlocks" gives UnlockReceipt: |push| About::by(&push.operator, push.unlocked_at);
    KeyResetPush at "key-resets" gives KeyResetReceipt: |push| About {
        done_by: push.done_by(),
        thing: Some(&push.key.model),
        credentials: &push.credentials,
        ..About::by(&push.operator, push.reset_at)
    };
    WithdrawalPush at "withdrawals" gives WithdrawalReceipt: |push| About {
        done_by: push.done_by(),
        thing: Some(&push.key.model),
        credentials: std::slice::from_ref(&push.credential),
        ..About::of(&push.person, &push.operator, push.withdrawn_at)
    };
    AppPush at "apps" gives FactorReceipt: |push| About {
        done_by: push.done_by(),
        thing: Some(&push.name),
        factor: Some(push.factor),
        ..About::of(&push.person, &push.operator, push.enrolled_at)
    };
    Removal at "removals" gives RemovalReceipt: |push| About {
        factor: Some(push.factor),
        ..About::of(&push.person, &push.operator, push.removed_at)
    };
    SuspensionPush at "suspensions" gives SuspensionReceipt: |push| match &push.factor {
        FactorRef::Key { credential } => About {
            credentials: std::slice::from_ref(credential),
            ..About::of(&push.person, &push.operator, push.suspended_at)
        },
        FactorRef::App { factor } => About {
            factor: Some(*factor),
            ..About::of(&push.person, &push.operator, push.suspended_at)
        },
    };
    TokenImport at "tokens" gives TokenImportReceipt: |push| About::by(&push.operator, push.imported_at);
}

macro_rules! accepted {
    ($($receipt:ident $($waiting:ident)?;)*) => {$(
        impl Accepted for $receipt {
            fn accepted_at(&self) -> Timestamp {
                self.accepted_at
            }
            $(fn is_waiting(&self) -> bool {
                self.$waiting
            })?
        }
    )*};
}

accepted! {
    Receipt waiting;
    FactorReceipt waiting;
    KeyResetReceipt;
    RemovalReceipt;
    SuspensionReceipt;
    TokenImportReceipt;
    UnlockReceipt;
    WithdrawalReceipt;
}
