//! Composition root: arguments in, exit code out. See [`keydesk::program`].

use std::alloc::System;
use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// Whatever is freed is wiped first: JSON, QR codes and screens pass through libraries that wipe nothing.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    keydesk::program::start(std::env::args_os())
}
