//! The shell: owns the ports, runs workflows, pushes the outbox.

pub mod face;
