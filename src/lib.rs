//! Keydesk: an enrolment station for FIDO2 security keys, and the central registry it reports to.
//!
//! Data flows one way:
//!
//! ```text
//! key plugged in ─ bay ─┐                        ┌─ bay ── ctap ── key
//! operator's keys ─ tui ┼─► station ── workflow ─┼─ store  (one journal record per Change, synced; sled is its index)
//! arguments ──── cli ───┘      ▲                 └─ registry ── HTTP ── server ── verify ── database
//!                              └── what to show: plain values, drawn by a pure function
//! ```
//!
//! Invariants that hold everywhere:
//! - `makeCredential` is never sent before an intent is on disk ([`store`]);
//! - what a face calls done is in the synced journal, together with its outbox entry;
//! - bytes from a device, a file or the network are never indexed unchecked;
//! - a PIN is never stored, logged or printed.

use keydesk_core::{column, files};
pub use keydesk_core::{ctap, domain, metadata, record, seal, totp, wire};

pub mod bay;
pub mod cli;
pub mod program;
pub mod registry;
pub mod server;
pub mod station;
pub mod store;
pub mod text;
pub mod tui;
pub mod workflow;
