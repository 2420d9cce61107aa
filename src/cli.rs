//! The command line: arguments in, JSON lines out.

pub mod args;
