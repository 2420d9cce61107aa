//! What Keydesk's stations and its registry share, and nothing that reaches out: the rules ([`domain`]), what is recorded and sent, the
//! formats, and the protocol that keys speak ([`ctap`]).
//!
//! It changes seldom, and is compiled by itself. The rest of the house names its rooms as if they were its own.

pub mod column;
pub mod ctap;
pub mod domain;
pub mod files;
pub mod metadata;
pub mod record;
pub mod seal;
pub mod totp;
pub mod wire;
