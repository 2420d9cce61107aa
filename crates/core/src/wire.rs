//! What station and registry say to each other: JSON bodies of the HTTP API under `/v1`.
//!
//! WebAuthn's own JSON forms are in [`webauthn`]. Reading is lenient (unknown members are ignored, base64url with or
//! without padding); a `version` newer than [`VERSION`] is refused by both sides, never guessed.

mod account_reset;
mod act;
pub mod api;
mod away;
mod because;
mod bond;
pub mod client_assertion;
mod factor;
mod loan;
mod origin;
mod owned;
pub mod problem_code;
mod report;
mod reset;
mod session;
mod stock;
mod suspension;
mod visit;
pub mod webauthn;
mod withdrawal;

pub use account_reset::*;
pub use act::*;
pub use api::*;
pub use away::*;
pub use because::because_rows;
pub use because::{Because, Look, Until, WhyNot};
pub use bond::{BOND, Bond, ReportKey, Reported};
pub use factor::*;
pub use loan::*;
pub use origin::{OfferFault, is_domain, is_origin_of};
pub use owned::Owned;
pub use report::{About, Accepted, Report};
pub use reset::*;
pub use session::*;
pub use stock::*;
pub use suspension::*;
pub use visit::*;
pub use withdrawal::*;

/// Version of every body that states one.
///
/// 2: a test says how the person was identified. 3: what a person has of factors changes in visits.
pub const VERSION: u16 = 3;

/// The header that carries the outbox entry's id (draft-ietf-httpapi-idempotency-key-header).
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The header that carries an operator's session token.
pub const SESSION: &str = "keydesk-session";
