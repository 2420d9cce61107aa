//! Everything that is tested from outside: scenarios, screens, command line, registry contract, faults.

mod walls;
