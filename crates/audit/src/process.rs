//! Commands of the manifest while they run: each in a process group of its own, ended with everything that it started.

use crate::error::{Result, Trouble};
use rustix::process::{Pid, Signal, kill_process_group};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a process group may take to end by itself.
const STOP_WAIT_MAX: Duration = Duration::from_secs(5);
/// Most bytes that are kept of what a command prints: a dump may be long.
const OUTPUT_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// How long one command (prepare, reset, stop) may take.
const COMMAND_WAIT_MAX: Duration = Duration::from_secs(10 * 60);

/// A process group that is ended when this value is dropped: on success, error and panic alike.
#[derive(Debug)]
pub(crate) struct Group(pub(crate) Child);

impl Drop for Group {
    fn drop(&mut self) {
        let Some(pid) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) else { return };
        // The group may outlive its leader, so it is signalled even when the leader is gone. The kernel does not give
        // the number to somebody else while members of the group live.
        let _ = kill_process_group(pid, Signal::TERM);
        let started = Instant::now();
        while rustix::process::test_kill_process_group(pid).is_ok() {
            let _ = self.0.try_wait();
            if STOP_WAIT_MAX < started.elapsed() {
                let _ = kill_process_group(pid, Signal::KILL);
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.0.wait();
    }
}

/// A command that runs, with a place for what it prints.
pub(crate) struct Running {
    place: String,
    output: std::fs::File,
    group: Group,
    started: Instant,
}

impl Running {
    pub(crate) fn begin(mut shell: Command, command: &str) -> Result<Self> {
        let place = format!("the command `{}`", first_line(command));
        let fail = |why: String| Trouble::new(place.clone(), why);
        let output = tempfile::tempfile().map_err(|e| fail(format!("has no place for its output: {e}")))?;
        let errors = output.try_clone().map_err(|e| fail(e.to_string()))?;
        let stdout = output.try_clone().map_err(|e| fail(e.to_string()))?;
        let child = shell
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(errors)
            .process_group(0)
            .spawn()
            .map_err(|e| fail(format!("cannot be run: {e}")))?;
        Ok(Self { place, output, group: Group(child), started: Instant::now() })
    }

    /// What it printed, where it is done and ended well.
    pub(crate) fn look(&mut self) -> Result<Option<String>> {
        let Some(ended) = self.outcome()? else { return Ok(None) };
        if ended.well {
            return Ok(Some(ended.text()));
        }
        Err(Trouble::new(self.place.clone(), format!("failed: {}", ended.status))
            .hint(format!("its last words: {}", ended.last_words())))
    }

    /// How it ended, where it is done.
    pub(crate) fn outcome(&mut self) -> Result<Option<Ended>> {
        let place = self.place.clone();
        let fail = |why: String| Trouble::new(place.clone(), why);
        let status = match self.group.0.try_wait() {
            Ok(Some(status)) => status,
            Ok(None) if self.started.elapsed() < COMMAND_WAIT_MAX => return Ok(None),
            Ok(None) => return Err(fail("takes longer than ten minutes".into())),
            Err(e) => return Err(fail(e.to_string())),
        };
        let mut output = Vec::new();
        std::io::Seek::rewind(&mut self.output).map_err(|e| fail(e.to_string()))?;
        let mut read = std::io::Read::take(&mut self.output, OUTPUT_BYTES_MAX);
        std::io::Read::read_to_end(&mut read, &mut output).map_err(|e| fail(e.to_string()))?;
        Ok(Some(Ended { well: status.success(), status: status.to_string(), output }))
    }
}

/// How a command ended.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    /// By itself and with 0.
    pub(crate) well: bool,
    /// `exit status: 1`.
    pub(crate) status: String,
    /// What it printed on both outputs.
    pub(crate) output: Vec<u8>,
}

impl Ended {
    /// What it printed, as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.output).into_owned()
    }

    /// The last line that says something, cut to a bound.
    pub(crate) fn last_words(&self) -> String {
        let text = self.text();
        let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("(nothing)");
        line.trim().chars().take(300).collect()
    }
}

/// What names a command in a sentence.
pub(crate) fn first_line(command: &str) -> &str {
    command.lines().next().unwrap_or_default()
}
