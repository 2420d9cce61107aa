//! Composition root: arguments in, exit code out. See [`keydesk::app`].

use std::process::ExitCode;

fn main() -> ExitCode {
    keydesk::app::start(std::env::args_os())
}
