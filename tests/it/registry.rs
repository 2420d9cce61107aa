//! The contract between a station and the central registry, over HTTP on loopback: the real client, the real server.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod access;
mod authenticator;
mod documents;
mod enrolment;
mod handover;
mod import;
mod software_key;
mod verification;
mod world;
