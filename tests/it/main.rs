//! Everything that is tested from outside: scenarios, screens, command line, registry contract, faults.

mod apps;
mod batch;
mod bay;
mod care_headless;
mod care_pin;
mod care_recovery;
mod care_test;
mod client;
mod clocks;
mod command_line;
mod corpus;
mod faulty_care;
mod faulty_desk;
mod headless;
mod hostile;
mod judges;
mod kiosk;
mod leftovers;
mod locks;
mod metadata;
mod outbox;
mod own_key;
mod policy;
mod recovery;
mod registry;
mod resets;
mod resolving;
mod retest;
mod scenarios;
mod soft_bio;
mod soft_key;
mod soft_model;
#[path = "../suite/mod.rs"]
mod suite;
mod walls;
mod withdrawal;
