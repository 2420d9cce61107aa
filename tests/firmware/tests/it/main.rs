//! The firmware as a key: in process against the suite for every key, and as a program of its own.

mod account_reset;
mod care;
mod firmware_key;
mod served_key;
mod station;
#[path = "../../../suite/mod.rs"]
mod suite;
