//! Time-based one-time passwords (RFC 6238): secrets, what an app is given, and what a wrong code means.
//!
//! What it hides: base32, `otpauth` URIs, QR codes, the search of the clock doctor and the files of hardware tokens. Both the
//! station and the registry use it. The HMAC itself is a library's.
//!
//! Invariants: no I/O, clock or randomness of its own; a secret has no `Debug` and every copy is zeroised.

mod code;
mod doctor;
mod picture;
mod secret;
pub mod tokens;
mod uri;

pub use code::{Check, DRIFT_MAX_S, WINDOW_STEPS, check, code_at};
pub use doctor::{SEARCH_S, examine};
pub use picture::{Picture, QUIET_ZONE};
pub use secret::{NotASecret, TotpSecret, wipe_stack};
pub use uri::{AppSetup, grouped};
