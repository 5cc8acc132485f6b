//! OP14: debug off, no default credentials, nothing exposed.

use super::exposed::{self, Exposed};
use crate::checks::Check;
use crate::checks::detection::debug_page;
use crate::checks::say::{Untried, say};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Document, Dossier};
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::{Call, World};
use serde::{Deserialize, Serialize};

/// The declaration.
pub const CHECK: Check = Check {
    id: "OP14",
    dimension: Dimension::Operations,
    severity: Severity::Blocks,
    title: "debug off, no default credentials, nothing exposed (.git, .env, debug pages, dumps)",
    why: "Robots ask every new address for `.env` within the hour.",
    how: "A list of usual places is asked for as anonymous, and what they hold must be what it looks like: a random path \
          shows how this service says no. A missing page must show no debug page. Four usual names and passwords are tried, \
          after a random pair was refused, and never on a name that the manifest uses.",
    references: &[
        "OWASP API8:2023",
        "OWASP API9:2023",
        "ASVS 5.0 13.4.1",
        "ASVS 5.0 13.4.2",
        "ASVS 5.0 13.4.5",
        "ASVS 5.0 6.3.2",
        "ASVS 5.0 13.2.3",
        "CWE-489",
        "CWE-538",
        "CWE-1392",
    ],
    fix: "Serve files only from one directory made for it, and let production refuse to start in debug mode.",
    built: true,
};

/// Names and passwords that are set by default.
const DEFAULTS: [(&str, &str); 4] = [("admin", "admin"), ("admin", "password"), ("root", "root"), ("test", "test")];

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Surface {
    /// Usual places that were answered.
    pub asked: usize,
    /// What they showed.
    pub exposed: Vec<Exposed>,
    /// A debug page where nothing is: its piece.
    pub debug: Option<String>,
    /// `admin` with `admin` that were let in.
    pub let_in: Vec<String>,
    /// Pairs that were tried.
    pub tried: usize,
    /// Why none was.
    pub untried: Option<Untried>,
}

impl Document for Surface {
    const KIND: &'static str = "surface";
}

/// Asks for the usual places, and tries the usual names.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let mut seen = Surface::default();
    let nowhere = world.ask(None, &Call::get(format!("/plim-{}-nothing", world.nonce)), Purpose::Other).await;
    seen.debug = debug_page(&nowhere.answer.text());
    (seen.asked, seen.exposed) = exposed::probe(world, &nowhere.answer).await;
    if let Err(why) = try_defaults(world, &mut seen).await {
        seen.untried = Some(why);
    }
    world.store.add(&seen).map(drop)
}

async fn try_defaults(world: &mut World<'_>, seen: &mut Surface) -> std::result::Result<(), Untried> {
    let random = (format!("n{}", world.nonce), format!("p-{}-x9", world.nonce));
    if world.sign_in_as(&random.0, &random.1).await.map_err(Untried::undecided)? {
        return Err(Untried::undecided("whoever signs in is let in, whatever the password"));
    }
    for (name, password) in DEFAULTS {
        let known = world.actors.iter().any(|actor| actor.values.get("name").is_some_and(|own| own == name));
        if known {
            continue;
        }
        seen.tried += 1;
        if world.sign_in_as(name, password).await.map_err(Untried::undecided)? {
            seen.let_in.push(format!("`{name}` with the password `{password}`"));
        }
    }
    Ok(())
}

/// Findings for what lies open, for debug pages, and for credentials.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Surface)> = dossier.all();
    let Some((digest, seen)) = all.last() else { return Vec::new() };
    let mut findings: Vec<Finding> = seen
        .exposed
        .iter()
        .map(|one| say(&CHECK, one.path.clone(), digest).gap(format!("anybody can read {}: `{}`", one.what, one.piece)))
        .collect();
    if findings.is_empty() {
        let places = say(&CHECK, "usual places", digest);
        findings.push(match seen.asked {
            0 => places.undecided("no usual place was answered at all"),
            asked => places.holds(format!("none of {asked} usual places shows anything")),
        });
    }
    let debug = say(&CHECK, "debug pages", digest);
    findings.push(match &seen.debug {
        Some(piece) => debug.gap(format!("a path that does not exist is answered with a debug page: `{piece}`")),
        None => debug.holds("a path that does not exist is answered without a debug page"),
    });
    let credentials = say(&CHECK, "default credentials", digest);
    findings.push(match (&seen.untried, seen.let_in.first()) {
        (_, Some(pair)) => credentials.gap(format!("{pair} is let in")),
        (Some(why), None) => credentials.untried(why),
        (None, None) => credentials.holds(format!("{} usual names with usual passwords are refused", seen.tried)),
    });
    findings
}
