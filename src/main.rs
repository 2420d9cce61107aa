//! Composition root: arguments in, exit code out. See [`keydesk::app`].

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    keydesk::app::run(keydesk::cli::args::Arguments::parse())
}
