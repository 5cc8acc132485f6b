//! `plimsoll auth check`: every actor signs in, and each is shown to be himself and nobody else.

use std::fmt::Write;
use std::path::Path;

use owo_colors::{OwoColorize, Style};

use super::audit::{interruptible, progress, setup};
use super::place::Place;
use crate::client::Purpose;
use crate::error::{Result, Trouble};
use crate::evidence::Reading;
use crate::report::view::printable;
use crate::walk::{Asked, World};

pub(super) fn check(manifest: &Path, quiet: bool, place: &Place) -> Result<String> {
    let scratch = scratch()?;
    let mut setup = setup(manifest, place)?;
    setup.evidence = scratch.path().join("evidence");
    let progress = progress(quiet);
    interruptible(async {
        let mut world = setup.open(progress.as_ref()).await?;
        world.sign_all_in().await?;
        people(&mut world).await
    })
}

/// A place for evidence that nobody will judge.
pub(super) fn scratch() -> Result<tempfile::TempDir> {
    tempfile::tempdir().map_err(|error| Trouble::new("the temporary directory", format!("cannot be used: {error}")))
}

/// Asks the proof request as everybody, and holds the answers against each other.
async fn people(world: &mut World<'_>) -> Result<String> {
    let mut text = String::new();
    let mut answers: Vec<(usize, Option<Asked>)> = Vec::new();
    for at in 0..world.actors.len() {
        let asked = match world.proof_call(at) {
            Some(call) => Some((world.ask(Some(at), &call, Purpose::SignIn).await, call)),
            None => None,
        };
        let fact = world.actors[at].fact.clone();
        let (said, sign, style) = match &asked {
            Some((asked, call)) => {
                let nobody = world.ask(None, call, Purpose::SignIn).await;
                let factor = if world.app(at).is_some() { ", signed in with a second factor" } else { "" };
                let words = format!("{} {} answers {}{factor}", call.method, call.path, asked.exchange.status);
                match (asked.exchange.reading, nobody.succeeded() && nobody.answer.body == asked.answer.body) {
                    (Reading::Success, false) => (words, "✔", Style::new().green()),
                    (Reading::Success, true) => {
                        (words + ", and nobody the same: it proves nothing", "?", Style::new().yellow())
                    }
                    _ => (words, "?", Style::new().yellow()),
                }
            }
            None => (
                "no request shows who is signed in; name one: proof = \"GET /…\"".to_owned(),
                "?",
                Style::new().yellow(),
            ),
        };
        let (name, role, tenant) = (printable(&fact.name), printable(&fact.role), printable(&fact.tenant));
        let _ = writeln!(text, "  {} {name:<14} {role:<12} {tenant:<12} {}", sign.style(style), printable(&said));
        answers.push((at, asked.map(|(asked, _)| asked)));
    }
    if let Some((one, other)) = twins(&answers) {
        let names = [one, other].map(|at| world.actors[at].fact.name.clone());
        return Err(Trouble::new(
            world.manifest.place(&format!("actors.{}", names[1])),
            format!(
                "{} and {} get the same answer from the proof request: they may be one account",
                names[0], names[1]
            ),
        )
        .hint("give each actor an account of his own, or name a proof request that answers with the caller"));
    }
    let _ = writeln!(text, "\n{} actors signed in", world.actors.len());
    Ok(text)
}

/// Two actors who got the same answer to a question about themselves.
fn twins(answers: &[(usize, Option<Asked>)]) -> Option<(usize, usize)> {
    let shown: Vec<_> = answers
        .iter()
        .filter_map(|(at, asked)| Some((*at, asked.as_ref().filter(|asked| asked.succeeded())?)))
        .filter(|(_, asked)| !asked.answer.body.is_empty())
        .collect();
    shown.iter().enumerate().find_map(|(number, (one, asked))| {
        let same = shown[number + 1..].iter().find(|(_, other)| other.answer.body == asked.answer.body);
        same.map(|(other, _)| (*one, *other))
    })
}
