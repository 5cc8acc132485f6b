//! `plimsoll record -- CMD`: a test suite, or a person with a browser, draws the map. A proxy stands in front of the
//! target while the command runs; what went through becomes a recording that the manifest can name.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use super::args::RecordArgs;
use super::audit::{block_on, progress, stopped};
use super::place::{Place, write};
use super::print;
use crate::error::{Result, Trouble};
use crate::load_line::{Exit, count};
use crate::manifest::Manifest;
use crate::process::{Group, first_line};
use crate::recording::{Recorder, Recording, Summary};
use crate::walk::Setup;

/// Variables under which test suites look for the service's address: the usual one, ours, and those that Playwright and
/// Cypress read by themselves.
const VARIABLES: [&str; 4] = ["BASE_URL", "PLIMSOLL_URL", "PLAYWRIGHT_TEST_BASE_URL", "CYPRESS_BASE_URL"];
/// Names of browsers as they are installed.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// Pause between two looks whether the command ended.
const LOOK: Duration = Duration::from_millis(50);
/// Most actions that are named one by one.
const NAMED_MAX: usize = 5;

/// Records until the command ends or somebody stops it, and writes what was seen.
pub(super) fn record(args: &RecordArgs, manifest: &Path, quiet: bool, place: &Place) -> Result<Exit> {
    let out = args.out.clone().unwrap_or_else(|| place.file("recording.har"));
    let (ended, recording) = block_on(async {
        let looks_on = progress(quiet);
        let told = Told::of(args, manifest)?;
        let (address, _running) = match &told {
            Told::Address(address) => (address.clone(), None),
            Told::Manifest(setup) => {
                let started = tokio::select! {
                    started = setup.start(looks_on.as_ref()) => started?,
                    by = stopped() => return Err(Trouble::stopped(by?)),
                };
                (started.0.url.clone(), Some(started))
            }
        };
        let recorder = Recorder::open(&address).await?;
        let whom = if args.command.is_empty() { "" } else { " (given to the command as BASE_URL)" };
        print(&format!("in front of {address} at {}{whom}\n", recorder.url()));
        let ended = match args.command.split_first() {
            Some((program, arguments)) => run(program, arguments, recorder.url()).await?,
            None => browse(&recorder, args.browser).await?,
        };
        if recorder.requests() == 0 {
            return Err(nothing_came(args));
        }
        Ok((ended, recorder.finish()?))
    })?;
    if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)
            .map_err(|error| Trouble::new(folder.display().to_string(), format!("cannot be made: {error}")))?;
    }
    write(&out, &format!("{}\n", recording.archive))?;
    print(&format!("{ended}{}", told(&recording, &out, place)));
    Ok(Exit::Holds)
}

/// Where the service is said to be.
enum Told {
    Address(String),
    Manifest(Box<Setup>),
}

impl Told {
    fn of(args: &RecordArgs, manifest: &Path) -> Result<Self> {
        if let Some(address) = &args.target {
            return Ok(Self::Address(address.clone()));
        }
        if !manifest.exists() {
            return Err(Trouble::new(
                manifest.display().to_string(),
                "there is no manifest that says where the service is",
            )
            .hint("plimsoll record --target http://localhost:3000 -- CMD"));
        }
        Ok(Self::Manifest(Box::new(Setup::new(Manifest::load_before_inputs(manifest)?, "recording")?)))
    }
}

/// Runs the command to its end. Stopping it ends its whole process group, and what was seen until then is kept.
async fn run(program: &str, arguments: &[String], url: &str) -> Result<String> {
    let place = format!("the command `{}`", first_line(program));
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).process_group(0).envs(VARIABLES.map(|name| (name, url)));
    let mut group = Group(command.spawn().map_err(|error| Trouble::new(&place, format!("cannot be run: {error}")))?);
    tokio::select! {
        ended = end_of(&mut group) => Ok(words(program, ended.map_err(|error| Trouble::new(&place, error.to_string()))?)),
        by = stopped() => Ok(format!("{place} was stopped by {}\n", by?)),
    }
}

async fn end_of(group: &mut Group) -> std::io::Result<ExitStatus> {
    loop {
        if let Some(status) = group.0.try_wait()? {
            return Ok(status);
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn words(program: &str, status: ExitStatus) -> String {
    match status.success() {
        true => format!("`{program}` ended well\n"),
        // The map is as good as what the suite did until then.
        false => format!("`{program}` failed ({status}); what it did until then is recorded\n"),
    }
}

/// Lets a person use the service: in a browser that is started for it, or in any.
async fn browse(recorder: &Recorder, start: bool) -> Result<String> {
    let profile = tempfile::tempdir().map_err(|error| Trouble::new("the browser's profile", error.to_string()))?;
    let browser = if start { browser(profile.path(), recorder.url()) } else { None };
    let Some(mut group) = browser else {
        print(&format!("use the service at {} in any browser, then press Ctrl-C here\n", recorder.url()));
        stopped().await?;
        return Ok(String::new());
    };
    print("use the service in the browser that opens, then close it, or press Ctrl-C here\n");
    tokio::select! {
        _ = end_of(&mut group) => {}
        by = stopped() => drop(by?),
    }
    Ok(String::new())
}

/// The first browser that is installed, with a profile of its own; nothing where none is.
fn browser(profile: &Path, url: &str) -> Option<Group> {
    BROWSERS.iter().find_map(|name| {
        let mut command = Command::new(name);
        let profile = format!("--user-data-dir={}", profile.display());
        command.args([profile.as_str(), "--no-first-run", "--no-default-browser-check", url]);
        // Its own words are of no use to anybody.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        command.spawn().ok().map(Group)
    })
}

fn nothing_came(args: &RecordArgs) -> Trouble {
    let trouble = Trouble::new("the recorder", "saw no request");
    match args.command.is_empty() {
        true => trouble.hint("use the service at the address that is printed, not at its own"),
        false => {
            trouble.hint(format!("the command has to read the service's address from one of {}", VARIABLES.join(", ")))
        }
    }
}

/// What was recorded, in sentences.
fn told(recording: &Recording, out: &Path, place: &Place) -> String {
    let Recording { catalogue, summary, .. } = recording;
    let mut text = format!(
        "{}: {} something, {} read · {} · {} · secrets removed before anything was written\n",
        count(catalogue.actions.len(), "action"),
        match summary.changing {
            1 => "1 changes".to_owned(),
            number => format!("{number} change"),
        },
        summary.reading,
        count(summary.requests, "request"),
        match summary.people {
            1 => "1 person seen".to_owned(),
            number => format!("{number} people seen"),
        },
    );
    for line in beside(summary).into_iter().chain(catalogue.notes.iter().filter_map(|note| left_out(note))) {
        text.push_str(&format!("  {line}\n"));
    }
    let shown = out.strip_prefix(&place.root).unwrap_or(out).display();
    text.push_str(&format!("wrote {}\n\nnext  ", out.display()));
    text.push_str(&format!("[target] document = \"{shown}\" in the manifest, then `plimsoll plan`\n"));
    text
}

/// What the recording does not show.
fn beside(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    let named = |names: &std::collections::BTreeSet<String>| {
        let more = if NAMED_MAX < names.len() { ", …" } else { "" };
        names.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ") + more
    };
    if !summary.linked.is_empty() {
        let (number, names) = (count(summary.linked.len(), "action"), named(&summary.linked));
        lines.push(format!("{number} linked from pages and never asked for, so not in the map: {names}"));
    }
    if !summary.sockets.is_empty() {
        let number = count(summary.sockets.len(), "WebSocket");
        lines.push(format!("not walked by plimsoll: {number} ({})", named(&summary.sockets)));
    }
    if 0 < summary.leading_past {
        let pages = count(summary.leading_past, "page");
        lines.push(format!(
            "{pages} link to the service by its whole address: what follows such a link is not recorded"
        ));
    }
    if 0 < summary.cut {
        let bodies = match summary.cut {
            1 => "1 long body".to_owned(),
            number => format!("{number} long bodies"),
        };
        lines.push(format!("{bodies} went through whole; the first 64 KiB are kept"));
    }
    if 0 < summary.beyond {
        lines.push(format!("{} more went through and are not kept", count(summary.beyond, "request")));
    }
    lines
}

/// `the recording: 9 of 12 requests read; left out: 3 for static files` without what was said already.
fn left_out(note: &str) -> Option<String> {
    note.split_once("left out: ").map(|(_, what)| format!("left out: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said() {
        let names = ["/a", "/b", "/c", "/d", "/e", "/f"].map(|path| format!("GET {path}"));
        let summary =
            Summary { linked: names.into(), sockets: ["/live".to_owned()].into(), cut: 1, ..Summary::default() };
        insta::assert_snapshot!(beside(&summary).join("\n"), @"
        6 actions linked from pages and never asked for, so not in the map: GET /a, GET /b, GET /c, GET /d, GET /e, …
        not walked by plimsoll: 1 WebSocket (/live)
        1 long body went through whole; the first 64 KiB are kept
        ");
    }

    #[test]
    fn without_a_manifest_the_address_must_be_told() {
        let args = RecordArgs { browser: false, target: None, out: None, command: vec!["true".into()] };
        let trouble = Told::of(&args, Path::new("/nowhere/plimsoll.toml")).err().unwrap();
        assert!(trouble.hint.unwrap().contains("--target"));
    }
}
