//! `plimsoll init URL`: looks, asks, and writes the first manifest.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::Path;

use super::args::InitArgs;
use super::audit::interruptible;
use super::place::{Place, write};
use super::{print, questions};
use crate::error::{Result, Trouble};
use crate::init::{self, Address, Answers, Found, ROUTES_FILE, Way, Written};
use crate::load_line::{Exit, count};
use crate::manifest::Authorized;
use crate::report::terminal::{width, wrap};
use crate::report::view::printable;

/// How long an authorization is good that is written without being asked for: days.
const AUTHORIZED_DAYS: i64 = 30;
/// Columns before what was found.
const LABEL: usize = 16;

pub(super) fn init(args: &InitArgs, manifest: &Path, place: &Place) -> Result<Exit> {
    let file = place.join(&manifest.file_name().unwrap_or_default().to_string_lossy());
    if file.exists() && !args.force {
        return Err(Trouble::new(file.display().to_string(), "is there already, and is not written over")
            .hint("--force writes a new one over it; -m other.toml writes beside it"));
    }
    let address = Address::parse(&args.url)?;
    let asks = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let (mut input, mut output) = (std::io::stdin().lock(), anstream::stdout());
    let broken = |error| Trouble::new("the terminal", format!("cannot be read: {error}"));
    if !address.is_loopback && !args.yes {
        let yours = asks && questions::is_yours(&address, &mut input, &mut output).map_err(broken)?;
        if !yours {
            return Err(Trouble::new(&address.origin, "is not on this machine, and nobody says that it is yours")
                .hint("add --yes if it is: init sends nothing but GETs, and the walk itself asks for more"));
        }
    }
    let taken = if address.is_loopback { "loopback: taken as yours" } else { "yours, as you say" };
    print(&format!("looking at {} ({taken}): GETs only, as a browser would\n\n", address.origin));
    let found = interruptible(init::look(&address, &place.root))?;
    print(&found_text(&found));
    let mut answers = answers(args);
    if asks {
        questions::ask(&found, &mut answers, &mut input, &mut output).map_err(broken)?;
    }
    let written = init::write(&found, &answers);
    write(&file, &written.text)?;
    let routes = place.join(ROUTES_FILE);
    // A list that somebody wrote is worth more than what was seen.
    if let Some(text) = written.routes.as_ref().filter(|_| !routes.exists()) {
        write(&routes, text)?;
    }
    let ignored = ignore(place)?;
    print(&end_text(&file, &written, ignored, manifest));
    Ok(Exit::Holds)
}

/// What was typed.
fn answers(args: &InitArgs) -> Answers {
    let until = crate::walk::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let until = until.saturating_add(jiff::Span::new().days(AUTHORIZED_DAYS));
    let named = args.by.as_ref().zip(args.contact.as_ref());
    Answers {
        require: args.require,
        record: args.record.clone(),
        errors: args.errors.clone(),
        alerts: args.alerts.clone(),
        monitor: args.monitor.clone(),
        backup: args.backup.clone(),
        restore: args.restore.clone(),
        disposable: args.disposable,
        people: args.actor.clone(),
        authorized: named.map(|(by, contact)| Authorized { by: by.clone(), contact: contact.clone(), until }),
    }
}

/// What was found, a line each; what was not found is said, too.
fn found_text(found: &Found) -> String {
    let mut text = String::new();
    let mut row = |label: &str, words: &str| {
        let _ = writeln!(text, "  {label:<14}{}", hanging(&printable(words), LABEL));
    };
    row("document", &map(found));
    if !found.beside.is_empty() {
        row("", &format!("left out, the service's own says the same: {}", found.beside.join(", ")));
    }
    row("sign-in", &found.sign_in.what);
    row(
        "sign-up",
        &match &found.sign_up {
            Some(one) if one.send.is_some() => format!("{}: two people can be made on the fly", one.what),
            Some(one) => format!("{}: with a hidden field, which this version does not send for it", one.what),
            None => "none was seen: people who have an account have to be named".to_owned(),
        },
    );
    row(
        "who one is",
        &match &found.proof {
            Some(proof) if proof.is_likely => format!("GET {}", proof.path),
            Some(proof) => format!("nothing by its name; GET {} asks for a sign-in", proof.path),
            None => "nothing was seen".to_owned(),
        },
    );
    row(
        "health",
        &found.health.as_ref().map_or("none at the usual places".to_owned(), |path| format!("{path} answers 2xx")),
    );
    row(
        "policy",
        &found.policy.as_ref().map_or("none at the usual places".to_owned(), |policy| {
            format!("{}, {}", policy.path, count(policy.promises.len(), "promise"))
        }),
    );
    for (label, told) in [("tests", &found.project.tests), ("start", &found.project.start)] {
        told.iter().for_each(|told| row(label, &format!("{} ({})", told.command, told.file)));
    }
    if !found.payments.is_empty() {
        row("payments", &format!("left out: {}", found.payments.join(", ")));
    }
    let asked = usize::try_from(found.asked).unwrap_or(usize::MAX);
    let _ = writeln!(text, "\n  {}, nothing changed\n", count(asked, "request"));
    text
}

/// Wrapped behind a label of so many columns.
fn hanging(words: &str, label: usize) -> String {
    let room = width().saturating_sub(label).max(30);
    wrap(words, room, 0).replace('\n', &format!("\n{}", " ".repeat(label)))
}

/// What draws the map.
fn map(found: &Found) -> String {
    let guarded =
        found.guarded.as_ref().map(|(place, status)| format!("{place} answers {status} to whoever is not signed in"));
    match (found.inputs.is_empty(), guarded, &found.project.routes) {
        (false, ..) => format!("{}, {}", found.inputs.join(", "), count(found.actions, "action")),
        (true, Some(guarded), _) => guarded,
        (true, None, Some(routes)) => format!("none at the usual places; {} prints the routes", routes.command),
        (true, None, None) => "none at the usual places, and no file of it here".to_owned(),
    }
}

/// What was written, and what to type next.
fn end_text(file: &Path, written: &Written, ignored: bool, manifest: &Path) -> String {
    let lines = count(written.text.lines().count(), "line");
    let mut text = format!("wrote {} ({lines})", file.display());
    if written.routes.is_some() {
        let _ = write!(text, " and {ROUTES_FILE}");
    }
    text.push_str(if ignored { ", added .plimsoll/ to .gitignore\n" } else { "\n" });
    for (number, todo) in written.todo.iter().enumerate() {
        let label = if number == 0 { "first" } else { "" };
        let _ = writeln!(text, "{label:<7}{}", hanging(todo, 7));
    }
    let named =
        if manifest == Path::new("plimsoll.toml") { String::new() } else { format!(" -m {}", manifest.display()) };
    let next = [
        ("auth check", "everybody signs in, and each is himself"),
        ("plan", "what would be sent; changes nothing"),
        ("audit", "the walk and the report"),
    ];
    for (number, (command, words)) in next.into_iter().enumerate() {
        let label = if number == 0 { "next" } else { "" };
        let typed = format!("plimsoll{named} {command}");
        let width = format!("plimsoll{named} auth check").chars().count();
        let _ = writeln!(text, "{label:<7}{typed:<width$}   {words}");
    }
    let _ = writeln!(
        text,
        "more   what else could be told stands at the manifest's end; after a walk, `plimsoll next` names the best line"
    );
    text
}

/// Keeps evidence out of the repository, where there is one. Whether a line was added.
fn ignore(place: &Place) -> Result<bool> {
    let file = place.join(".gitignore");
    let known = std::fs::read_to_string(&file);
    let root = std::path::absolute(&place.root).unwrap_or_else(|_| place.root.clone());
    let in_repository = root.ancestors().any(|folder| folder.join(".git").exists());
    let mut text = match known {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && in_repository => String::new(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(Trouble::new(file.display().to_string(), format!("cannot be read: {error}"))),
    };
    if text.lines().any(|line| line.trim().trim_matches('/') == ".plimsoll") {
        return Ok(false);
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(".plimsoll/\n");
    write(&file, &text)?;
    Ok(true)
}

/// Whether somebody who signs in has to be named.
pub(super) fn wants_people(found: &Found) -> bool {
    found.sign_in.way == Way::Carried || found.sign_up.as_ref().is_none_or(|one| one.send.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_evidence_is_ignored_once_and_only_in_a_repository() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place { root: directory.path().to_owned() };
        assert!(!ignore(&place).unwrap(), "there is no repository");
        std::fs::create_dir(directory.path().join(".git")).unwrap();
        assert!(ignore(&place).unwrap());
        assert!(!ignore(&place).unwrap());
        std::fs::write(directory.path().join(".gitignore"), "/target").unwrap();
        assert!(ignore(&place).unwrap());
        assert_eq!(std::fs::read_to_string(directory.path().join(".gitignore")).unwrap(), "/target\n.plimsoll/\n");
    }
}
