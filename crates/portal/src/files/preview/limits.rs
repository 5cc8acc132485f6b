//! What the process that makes previews may use. It takes everything else from itself before it reads a byte.

use std::io;

/// Bytes of memory, program and libraries included.
#[cfg(unix)]
const MEMORY_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Seconds of processor time.
#[cfg(unix)]
const PROCESSOR_SECONDS_MAX: u64 = 10;

/// Limits this process, for good.
///
/// # Errors
/// When the system does not do it: then nothing must be read.
#[cfg(unix)]
pub(super) fn limit() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let limits = [
        (Resource::As, MEMORY_BYTES_MAX),
        (Resource::Cpu, PROCESSOR_SECONDS_MAX),
        // No picture of the memory on disk, and no byte in any file.
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        // Standard input, output and error are open; no file, no connection and no other process comes to them.
        (Resource::Nofile, 3),
        (Resource::Nproc, 0),
    ];
    for (resource, most) in limits {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Where there are no such limits, there are no previews.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub(super) fn limit() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
