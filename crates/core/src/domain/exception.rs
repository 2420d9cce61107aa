//! A dated exception: after a reset that was carried out for somebody who is not at a desk, the time within which they get a factor.
//!
//! See docs/DOMAIN.md, "Who may reset whom". Invariant: it ends by the first factor, or by itself; the account stays shut then.

use serde::{Deserialize, Serialize};

use super::words::words;

/// An exception lasts so many working days at the most.
pub const EXCEPTION_DAYS_MAX: u8 = 10;

/// By what an exception ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionEnd {
    /// A factor was enrolled for them at a desk.
    Enrolled,
    /// They took one that had been made ahead.
    Accepted,
    /// Its time, or whatever it rested on, was over.
    Expired,
}

words! {ExceptionEnd {
    Enrolled => "enrolled",
    Accepted => "accepted",
    Expired => "expired",
}}
