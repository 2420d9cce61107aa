//! The command line: arguments in, JSON lines out.

mod answers;
pub mod args;
pub mod audit;
pub mod batch;
mod care;
mod choice;
pub mod commands;
mod events;
pub mod face;
mod factor;
mod files;
pub mod join;
pub mod look;
pub mod outcome;
pub mod output;
mod patience;
mod people;
mod reset;
mod runs;
pub mod secret;
pub mod stock;
mod totp;
mod visit;
mod waiting;
