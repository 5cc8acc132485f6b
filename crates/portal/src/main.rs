//! The portal's binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    portal::run(std::env::args_os(), &portal::Parts::real())
}
