//! The workflows, each one straight-line function, and the ports through which they reach the world.
//!
//! A workflow reaches keys, people, the registry and the disk only through a [`Desk`]. So the same function is driven
//! by the kiosk, by the command line and by tests with a scripted desk, and is compiled once for all of them.
//!
//! Invariant: nothing irreversible is asked of a key before [`Journal::commit`] returned for its intent.

pub mod account_reset;
mod admit;
mod answers;
pub mod app;
pub mod batch;
pub mod care;
mod ceremony;
pub mod dialogue;
mod enrol;
mod known;
pub mod loan;
pub mod loss;
mod order;
mod own_key;
pub mod ports;
pub mod receipt;
mod report;
mod reset;
mod resolve;
mod retest;
mod sign_in;
mod signature;
mod steps;
mod stop;
mod taking;
mod undo;
mod visit;
mod withdraw;

pub use crate::domain::reason::KeyFault;
pub use answers::{
    Errand, KeyTime, NewAssertion, NewCredential, NotReset, Pushed, Refused, Resident, SignedIn,
    Stake, Ticket, Wants,
};
pub use ceremony::{Ceremony, Verified, client_data, verify_assertion};
pub use enrol::enrol;
pub use order::{Order, run};
pub use own_key::first_sign_in;
pub use ports::{Around, Call, Desk, Journal, Keys, People, Port, Registry};
pub use reset::{ResetOrder, reset};
pub use resolve::resolve;
pub use sign_in::sign_in;
pub use stop::{Decider, Doubt, NotMade, Stop};
pub use undo::How;
pub use withdraw::withdraw;

use dialogue::{Ending, Event};

/// Tells the face how a run ended, and hands the result on.
pub fn conclude(desk: &mut dyn Desk, result: Result<Ending, Stop>) -> Result<Ending, Stop> {
    let ending = match &result {
        Ok(ending) => ending.clone(),
        Err(stop) => Ending::Stopped {
            stop: stop.clone(),
            remains: stop.remains(),
        },
    };
    desk.tell(Event::Ended { ending });
    result
}
