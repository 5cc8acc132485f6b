//! The commands: what was typed becomes calls of the library, and its results become text and an exit code.

pub mod args;
mod audit;
mod auth;
mod baseline;
#[cfg(test)]
mod docs;
mod evidence;
mod explain;
mod fix;
mod init;
mod matrix;
mod next;
mod parts;
mod place;
mod plan;
mod questions;
mod record;
mod replay;
mod review;
mod sinks;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{AuthCommand, Cli, Command};
use place::Place;

use crate::error::Result;
use crate::load_line::Exit;

/// Does what was typed. The one place where errors are printed and the exit code is made.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let exit = run(&cli).unwrap_or_else(|trouble| {
        say(anstream::stderr(), &format!("error: {trouble}\n"));
        if trouble.stopped { Exit::Unproven } else { Exit::Trouble }
    });
    ExitCode::from(exit.code())
}

fn run(cli: &Cli) -> Result<Exit> {
    let place = Place::beside(&cli.manifest);
    let (manifest, quiet) = (&cli.manifest, cli.quiet);
    let text = match &cli.command {
        Command::Init(args) => return init::init(args, manifest, &place),
        Command::Audit(args) => return audit::audit(args, manifest, quiet, &place),
        Command::Merge { dirs, ending } => return parts::merge(dirs, ending, &place),
        Command::Plan { unreached, cells } => plan::text(*unreached, *cells, manifest, quiet, &place)?,
        Command::Explain { id } => explain::text(id.as_deref(), &place)?,
        Command::Replay { id } => return replay::replay(id, manifest, quiet, &place),
        Command::Judge { dir, json } => return evidence::judge(dir.as_deref(), *json, &place),
        Command::Verify { dir, trust, phase } => {
            return evidence::verify(dir.as_deref(), trust.as_deref(), *phase, &place);
        }
        Command::Matrix(command) => matrix::text(command, manifest, quiet, &place)?,
        Command::Baseline(command) => return baseline::baseline(command, &place),
        Command::Auth(AuthCommand::Check) => auth::check(manifest, quiet, &place)?,
        Command::Fix { phase } => fix::text(*phase, &place)?,
        Command::Record(args) => return record::record(args, manifest, quiet, &place),
        Command::Sinks { command } => return sinks::sinks(command),
        Command::Next => next::text(&place.last_outcome()?),
    };
    print(&text);
    Ok(Exit::Holds)
}

/// Prints a result.
fn print(text: &str) {
    say(anstream::stdout(), text);
}

/// A reader that went away (`| head`) is no reason to fail.
fn say(mut to: impl Write, text: &str) {
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}
