//! The contract between a station and the central registry, over HTTP on loopback: the real client, the real server.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod access;
mod authenticator;
mod documents;
mod enrolment;
mod handover;
mod http;
mod import;
mod journal;
mod operators;
mod recorded;
mod resets;
mod revoking;
mod software_key;
mod tickets;
mod unlocks;
mod verification;
mod world;
