//! (see lib.rs)

pub mod soft;
