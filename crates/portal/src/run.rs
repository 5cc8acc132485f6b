//! The command line, from the arguments to the exit code.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory as _, FromArgMatches as _};

use crate::config;
use crate::data::Data;
use crate::parts::Parts;
use crate::settings::{Cli, Command, Config, Do, Place, Trail};
use crate::watch::LogFormat;
use crate::wires::{console, document};

/// Runs the portal's command line with these parts. Exit code 0 when it did what was asked, 1 when it could not, 2 when
/// it was asked wrongly.
pub fn run(arguments: impl IntoIterator<Item = OsString>, parts: &Parts) -> ExitCode {
    let mut command_line = Cli::command();
    command_line.build();
    let arguments = arguments.into_iter().collect();
    let filled = match config::fill(&command_line, arguments, &|name| std::env::var_os(name)) {
        Ok(filled) => filled,
        Err(error) => {
            fail(&error);
            return ExitCode::from(2);
        }
    };
    let parsed = command_line.try_get_matches_from_mut(filled.arguments);
    let (matches, cli) = match parsed.and_then(|matches| Cli::from_arg_matches(&matches).map(|cli| (matches, cli))) {
        Ok(parsed) => parsed,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let said = match matches.subcommand() {
        Some(("config", matches)) => config::said_to_check(&command_line, matches, &filled.origins),
        _ => Vec::new(),
    };
    // Before there are threads: each would take a share of the memory that this may use.
    if let Command::Render(asked) = &cli.command {
        return crate::files::render(asked);
    }
    let format = match &cli.command {
        Command::Serve(serve) => serve.watch.log_format,
        _ => LogFormat::Text,
    };
    crate::watch::begin_log(format);
    // One provider for every connection of this process. A second call of a test is no harm.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(command(cli.command, &said, parts)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

async fn command(command: Command, said: &[config::Said], parts: &Parts) -> Result<ExitCode> {
    match command {
        Command::Config(Config::Reference) => print(&config::reference(&Cli::command())),
        Command::Config(Config::Check(serve)) => return config::check(&serve, said, &*parts.clock, &mut print).await,
        Command::Render(asked) => return Ok(crate::files::render(&asked)),
        Command::Serve(serve) => crate::serve::serve(&serve, parts).await?,
        Command::Do(asked) => perform(&asked, parts).await?,
        Command::Matrix => print(&crate::trail::text(&parts.catalogue)),
        Command::Events => print(&crate::trail::events_document(&parts.catalogue)),
        Command::Trail(Trail::Replay(place)) => replay(&place, parts).await?,
        Command::Openapi => print(&serde_json::to_string_pretty(&document(&parts.catalogue))?),
        Command::Verify(verify) => return crate::record::verify(&verify, parts, &mut print).await,
        Command::VerifyReceipt(asked) => return crate::requests::receipt::verify(&asked, &mut print),
        Command::Ledger(ledger) => crate::record::ledger(&ledger, parts, &mut print).await?,
        Command::Attack(attack) => return crate::record::attack(&attack, parts, &mut print).await,
        Command::Witness(witness) => crate::record::witness::witness(&witness, parts, &mut print).await?,
        Command::Backup(asked) => crate::backup::backup(&asked, parts, &mut print).await?,
        Command::Restore(asked) => crate::backup::restore(&asked, parts, &mut print).await?,
        Command::Drill(asked) => crate::backup::drill_by_hand(&asked, parts, &mut print).await?,
        Command::RecoveryKit(asked) => crate::backup::recovery_kit(&asked, parts, &mut print).await?,
        Command::Doctor(asked) => return crate::watch::doctor::doctor(&asked, parts, &mut print).await,
        Command::Move(asked) => crate::moving::run(&asked, parts, &mut |line| print(line)).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn perform(asked: &Do, parts: &Parts) -> Result<()> {
    let data = Data::open(&asked.place)?;
    let door = parts.door(&data, &asked.place, "http://localhost", data.is_demo()).await?;
    let input = if asked.input == "-" { std::io::read_to_string(std::io::stdin())? } else { asked.input.clone() };
    let output = console::pass(&door, &asked.action, &input).await?;
    door.close().await;
    if asked.json {
        print(&serde_json::to_string_pretty(&output)?);
    } else {
        let prefix = asked.prefix.as_ref().map(|prefix| format!("{prefix}.")).unwrap_or_default();
        console::lines(&output).iter().for_each(|line| print(&format!("{prefix}{line}")));
    }
    Ok(())
}

/// Holds the whole record against today's rules. One line an event that would be refused, then how many were looked at.
async fn replay(place: &Place, parts: &Parts) -> Result<()> {
    let data = Data::open(place)?;
    let store = data.store(place, &*parts.clock).await?;
    let mut refused = 0_u64;
    let tell = |n: i64, body: &ledger::event::Body, why: &door::trail::Today| {
        refused += 1;
        print(&crate::trail::replay_line(&parts.catalogue, n, body, why));
    };
    let looked_at = door::trail::replay(&store, &parts.catalogue, crate::standing::RELATIONS, tell).await?;
    store.close().await;
    print(&format!("{looked_at} events looked at, {refused} would be refused now"));
    Ok(())
}

/// Whoever has read enough closes the pipe: that is no failure.
fn print(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{}", text.trim_end());
}

#[expect(clippy::print_stderr, reason = "this is the answer of a command")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::from(1)
}
