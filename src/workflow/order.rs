//! What a run is to do. Kiosk and command line give the same orders, and here is the one place that carries them out.

use super::account_reset::{self, ReleasedBy};
use super::app;
use super::care::{self, PinWish};
use super::dialogue::{AppJob, CareJob, Ending};
use super::loan::{self, LoanWish};
use super::loss::{self, SuspendOrder};
use super::{
    Desk, How, ResetOrder, Stop, conclude, enrol, first_sign_in, reset, resolve, sign_in, withdraw,
};
use crate::domain::account_reset::ResetWish;
use crate::domain::suspension::FactorRef;
use crate::domain::{AccountResetId, EntryId, Identification, IntentId, PersonId, Secret, UsbPath};

/// What a run is to do.
pub enum Order {
    /// An operator signs in with their own key.
    SignIn,
    /// An operator's first sign-in, by a one-time code: enrols their own key.
    FirstSignIn { code: Secret },
    /// Enrols a key.
    Enrol { person: PersonId },
    /// Lends a key to somebody who forgot theirs.
    Lend { person: PersonId, wish: LoanWish },
    /// Does something about a person's authenticator apps and hardware tokens.
    App {
        app: AppJob,
        person: PersonId,
        /// With which factor, if that was chosen already.
        which: Option<FactorRef>,
    },
    /// Suspends a factor of a person.
    Suspend(Box<SuspendOrder>),
    /// Lifts the suspension of a factor.
    Lift {
        person: PersonId,
        /// Of which, if that was chosen already.
        factor: Option<FactorRef>,
    },
    /// Asks for the reset of the account of somebody who is at the desk.
    AskReset {
        person: PersonId,
        /// Why, if that was said already.
        wish: Option<ResetWish>,
    },
    /// An administrator who is at the desk asks for what was prepared.
    SignPrepared {
        administrator: PersonId,
        /// For which, if that was chosen already.
        reset: Option<AccountResetId>,
    },
    /// Whoever is at the desk objects to one.
    ObjectReset {
        objector: PersonId,
        /// To which, if that was chosen already.
        reset: Option<AccountResetId>,
    },
    /// Releases or refuses one.
    ReleaseReset {
        reset: AccountResetId,
        by: ReleasedBy,
    },
    /// Carries one out for somebody who is at the desk.
    CarryOutReset {
        reset: AccountResetId,
        person: PersonId,
    },
    /// Asks for the reset of the account of somebody who is not at a desk.
    AskAway {
        person: PersonId,
        /// Why, if that was said already.
        wish: Option<ResetWish>,
    },
    /// Carries such a one out.
    ExceptReset { reset: AccountResetId },
    /// Tests whether a key works for a person.
    TestFor {
        /// Whose key it should be.
        person: PersonId,
        /// How they were identified, where that was done.
        identification: Option<Identification>,
    },
    /// Does something to a key.
    Care {
        /// Where it is, if that was chosen already.
        at: Option<UsbPath>,
        care: CareJob,
        /// How a new PIN comes about, where there is one.
        pin: PinWish,
    },
    /// Resets a key.
    Reset(ResetOrder),
    /// Takes up unfinished work.
    Resolve {
        intent: IntentId,
        /// Whether its key is at hand.
        how: How,
    },
    /// Gives up an enrolment that the registry refused.
    Withdraw {
        entry: EntryId,
        /// Whether its key is at hand.
        how: How,
    },
}

impl Order {
    /// Whether it is a sign-in: that takes nobody who is signed in.
    pub fn signs_in(&self) -> bool {
        matches!(self, Self::SignIn | Self::FirstSignIn { .. })
    }
}

/// Carries out an order.
pub async fn run(desk: &mut dyn Desk, order: Order) -> Result<Ending, Stop> {
    match order {
        Order::SignIn => sign_in(desk).await,
        Order::FirstSignIn { code } => first_sign_in(desk, &code).await,
        Order::Enrol { person } => enrol(desk, &person).await,
        Order::Lend { person, wish } => loan::lend(desk, &person, &wish).await,
        Order::App { app, person, which } => app::run(desk, app, &person, which).await,
        Order::Suspend(order) => loss::suspend(desk, *order).await,
        Order::Lift { person, factor } => loss::lift(desk, &person, factor.as_ref(), None).await,
        Order::AskReset { person, wish } => account_reset::ask(desk, &person, wish).await,
        Order::SignPrepared {
            administrator,
            reset,
        } => account_reset::sign_prepared(desk, &administrator, reset).await,
        Order::ObjectReset { objector, reset } => {
            account_reset::object(desk, &objector, reset).await
        }
        Order::ReleaseReset { reset, by } => account_reset::release(desk, reset, &by).await,
        Order::CarryOutReset { reset, person } => {
            account_reset::carry_out(desk, reset, &person).await
        }
        Order::AskAway { person, wish } => account_reset::ask_away(desk, &person, wish).await,
        Order::ExceptReset { reset } => account_reset::except(desk, reset).await,
        Order::TestFor {
            person,
            identification,
        } => care::test_for(desk, &person, identification, None).await,
        Order::Care { at, care, pin } => care::run(desk, at.as_ref(), &care, &pin).await,
        Order::Reset(order) => reset(desk, order).await,
        Order::Resolve { intent, how } => match desk.unfinished(intent).await {
            Ok(Some(work)) => resolve(desk, work, how).await,
            known => conclude(desk, Err(settled(known.err()))),
        },
        Order::Withdraw { entry, how } => match desk.refused(entry).await {
            Ok(Some(refused)) => withdraw(desk, refused, how).await,
            known => conclude(desk, Err(settled(known.err()))),
        },
    }
}

/// What is known no more was settled meanwhile: the run stops before it has begun.
fn settled(failed: Option<Stop>) -> Stop {
    failed.unwrap_or(Stop::Settled)
}
