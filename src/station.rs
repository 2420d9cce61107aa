//! The shell: owns the ports, runs workflows, pushes the outbox.

pub mod backoff;
pub mod config;
pub mod face;
