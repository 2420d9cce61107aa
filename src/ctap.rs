//! The CTAP2 client, sans-IO: framing, exchange, commands and PIN protocols over a packet [`Transport`].
//!
//! Invariant: no byte of a reply is indexed unchecked, every wait has a deadline and can be cancelled.

pub mod transport;

pub use transport::{Report, Transport, TransportError};
