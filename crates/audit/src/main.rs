//! The command `plimsoll`. Everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    plimsoll::cli::main()
}
