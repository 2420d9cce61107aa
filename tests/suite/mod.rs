//! One suite of checks for every CTAP 2.1 key that can be had without hardware: the software key, and the firmware of
//! `tests/firmware`. Where two keys disagree the specification decides, and the suite says what it says.
//!
//! It talks to the keys through a client of its own ([`raw`]), apart from `keydesk::ctap`: this suite is about the keys.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

pub mod checks;
pub mod host_pin;
pub mod raw;

use keydesk::ctap::Transport;
use std::time::Duration;

/// A key under test and the person in front of it.
pub trait Key: Send {
    /// Opens it.
    fn open(&self) -> Box<dyn Transport>;
    /// Pulls it and plugs it in again; what was open is gone.
    fn power_cycle(&mut self);
    /// Whether it is touched as soon as it asks, or never.
    fn touch(&self, always: bool);
    /// Lets this much time pass for the key.
    fn pass_time(&self, by: Duration);
}

/// Makes one `#[test]` of each check, against the key that `$rig` makes.
#[macro_export]
macro_rules! suite_tests {
    ($rig:expr; $($check:ident),+ $(,)?) => {
        $(#[test]
        fn $check() {
            $crate::suite::checks::$check(&mut $rig());
        })+
    };
}
