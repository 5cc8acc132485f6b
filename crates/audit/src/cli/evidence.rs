//! `plimsoll judge` and `plimsoll verify`: evidence, judged again.

use std::fmt::Write;
use std::path::Path;

use owo_colors::{OwoColorize, Style};

use super::place::Place;
use super::print;
use crate::error::{Result, Trouble};
use crate::evidence::Dossier;
use crate::load_line::Exit;
use crate::proof::{self, key::PublicKey};
use crate::report::{json, terminal};
use crate::verdict::{Outcome, Severity};

/// The outcome of a directory of evidence, as a stranger gets it.
fn outcome(dir: &Path) -> Result<Outcome> {
    Ok(crate::outcome(&Dossier::load(dir)?))
}

pub(super) fn judge(named: Option<&Path>, as_json: bool, place: &Place) -> Result<Exit> {
    let dir = place.evidence(named)?;
    let outcome = outcome(&dir)?;
    let exit = Exit::of(&outcome, false);
    if as_json {
        print(&json::write(&outcome)?);
    } else {
        let places = terminal::Places { evidence: dir.display().to_string(), ..terminal::Places::default() };
        print(&terminal::render(&outcome, &places, exit, terminal::width()));
    }
    Ok(exit)
}

pub(super) fn verify(
    named: Option<&Path>,
    trust: Option<&str>,
    phase: Option<Severity>,
    place: &Place,
) -> Result<Exit> {
    let dir = place.evidence(named)?;
    let trusted = trust.map(public_key).transpose()?;
    let verified = proof::verify(&dir, trusted.as_ref(), phase, &outcome)?;
    let claims = &verified.claims;
    let mut text = format!(
        "{} · {} · {} · walked {} · {}\n\n",
        claims.service,
        claims.environment,
        claims.proved.name(),
        claims.started_at,
        dir.display()
    );
    for check in &verified.checks {
        let (sign, style) =
            if check.agrees { ("✔", Style::new().green()) } else { ("✘", Style::new().red().bold()) };
        let _ = writeln!(text, "  {} {:<10} {}", sign.style(style), check.name, check.words);
    }
    let (words, exit) = if verified.agrees() { ("agrees", Exit::Holds) } else { ("does not agree", Exit::Gap) };
    let _ = writeln!(text, "\n{words}");
    print(&text);
    Ok(exit)
}

/// A public key, or the file that holds it.
fn public_key(text: &str) -> Result<PublicKey> {
    if let Ok(key) = PublicKey::from_base64(text) {
        return Ok(key);
    }
    let hint = "give the key in base64, or a file that holds it; `plimsoll verify` without --trust prints it";
    let held = std::fs::read_to_string(text)
        .map_err(|error| Trouble::new(text, format!("is neither a public key nor a file: {error}")).hint(hint))?;
    PublicKey::from_base64(&held).map_err(|trouble| Trouble::new(text, trouble.wrong).hint(hint))
}
