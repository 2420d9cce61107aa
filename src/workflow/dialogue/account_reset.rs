//! What is asked and shown about the reset of an account.

use serde::Serialize;

use super::Step;
use crate::domain::Person;
use crate::domain::act::Act;
use crate::domain::identification::AwayMeans;
use crate::wire::{
    AccountReset, AccountResetDone, Operator, Owned, ResetExcepted, ResetFacts, Vouched,
};

/// What is done about the reset of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "account-reset", rename_all = "kebab-case")]
pub enum AccountResetJob {
    /// An agent asks for it.
    Ask,
    /// It is written down for an administrator of the person's organisation to ask for.
    Prepare,
    /// An administrator of the person's organisation, who is at the desk, asks for what was prepared.
    Sign,
    /// Its person, or an administrator of their organisation, is at the desk and objects.
    Object,
    /// A second agent releases or refuses it.
    Release,
    /// All that opens the account is deleted.
    CarryOut,
    /// An agent asks for it for somebody who is not at a desk.
    AskAway,
    /// All is deleted, and its person comes to a desk later.
    Except,
}

/// What is asked about it. Esc (cancel) is always possible besides.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "about-account-reset", rename_all = "kebab-case")]
pub enum AccountResetQuestion {
    /// Why is it asked for? → [`Answer::Wish`](super::Answer::Wish)
    Why { person: Person },
    /// This is what an agent, or an administrator who is at the desk, is about to ask for: is it so? → [`Answer::Yes`](super::Answer::Yes)
    Ask {
        act: Box<Act>,
        facts: Box<ResetFacts>,
    },
    /// Several wait: which of them is this about, that is done by whoever is at the desk? → [`Answer::Nth`](super::Answer::Nth)
    Which {
        what: AccountResetJob,
        resets: Vec<AccountReset>,
    },
    /// Whoever is at the desk objects to it: are they sure? → [`Answer::Yes`](super::Answer::Yes)
    Object {
        objector: Person,
        reset: Box<AccountReset>,
    },
    /// Which second agent has come, while whoever asked is signed in? → [`Answer::Releaser`](super::Answer::Releaser)
    Releaser { agents: Vec<Operator> },
    /// This is what a second agent is about to release: they type the last name of whose account it is, or refuse.
    /// → [`Answer::Typed`](super::Answer::Typed), [`Answer::Keep`](super::Answer::Keep)
    Release {
        act: Box<Act>,
        facts: Box<ResetFacts>,
        /// The name that was typed is another one.
        wrong: bool,
    },
    /// Somebody who is not at a desk is identified in this way: is it them? → [`Answer::Yes`](super::Answer::Yes), and
    /// [`Answer::OtherWay`](super::Answer::OtherWay) where there is another one
    Way {
        person: Person,
        means: AwayMeans,
        /// Whom to call.
        #[serde(skip_serializing_if = "Option::is_none")]
        number: Option<String>,
        /// An administrator answered for them: one way of the two is gone.
        #[serde(skip_serializing_if = "Option::is_none")]
        vouched: Option<Vouched>,
        /// Another one serves as well.
        other: bool,
    },
    /// All of this is deleted now, and its person comes to a desk later: within how many working days?
    /// → [`Answer::Typed`](super::Answer::Typed)
    Except {
        reset: Box<AccountReset>,
        owned: Vec<Owned>,
        /// What was typed is no such number.
        wrong: bool,
    },
    /// All of this is deleted now: there is no way back. → [`Answer::Yes`](super::Answer::Yes)
    CarryOut {
        reset: Box<AccountReset>,
        owned: Vec<Owned>,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum AccountResetResult {
    /// It waits for an administrator of the organisation.
    Prepared { reset: Box<AccountReset> },
    /// An administrator asked for what was prepared: it can be carried out where its person is.
    Signed { reset: Box<AccountReset> },
    /// Nothing comes of it: whoever is at the desk objected.
    Objected { reset: Box<AccountReset> },
    /// It waits for a second agent.
    Asked { reset: Box<AccountReset> },
    /// It can be carried out.
    Released { reset: Box<AccountReset> },
    /// Nothing comes of it.
    Refused { reset: Box<AccountReset> },
    /// Nothing opens the account until something is enrolled in the same visit.
    CarriedOut { done: Box<AccountResetDone> },
    /// Nothing opens the account until its person comes to a desk.
    Excepted { done: Box<ResetExcepted> },
}

/// The steps of a job.
pub(super) fn steps(job: AccountResetJob) -> &'static [Step] {
    match job {
        AccountResetJob::Ask | AccountResetJob::AskAway => &[
            Step::Identify,
            Step::Confirm,
            Step::Key,
            Step::Pin,
            Step::Test,
            Step::Push,
        ],
        AccountResetJob::Release => &[Step::Confirm, Step::Key, Step::Pin, Step::Test, Step::Push],
        AccountResetJob::Except => &[Step::Confirm, Step::Push],
        AccountResetJob::Sign => &[Step::Identify, Step::Confirm, Step::Prove, Step::Push],
        AccountResetJob::Prepare | AccountResetJob::Object | AccountResetJob::CarryOut => {
            &[Step::Identify, Step::Confirm, Step::Push]
        }
    }
}
