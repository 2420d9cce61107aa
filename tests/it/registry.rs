//! The contract between a station and the central registry, over HTTP on loopback: the real client, the real server.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod access;
mod account_resets;
mod accounts;
mod apps;
mod attackers;
mod audit;
mod authenticator;
mod bonds;
mod codes;
mod copies;
mod counted;
mod documents;
mod ends;
mod enrolment;
mod floods;
mod guessers;
mod handover;
mod http;
mod import;
mod journal;
pub mod killed;
mod lines;
mod loans;
mod mails;
mod operators;
mod pages;
mod peers;
mod phone;
mod recorded;
mod removals;
mod resets;
mod revoking;
mod secrets;
mod siege;
mod software_key;
mod suspensions;
mod tickets;
mod tokens;
mod told;
mod unlocks;
mod verification;
mod visits;
mod waiting;
mod withdrawals;
pub mod world;
