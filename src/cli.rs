//! The command line: arguments in, JSON lines out.

pub mod args;
pub mod commands;
pub mod face;
pub mod output;
mod patience;
pub mod secret;
