//! PR03: account deletion: delivered; sign-in fails; canaries gone from API, search, files, database dump.

use super::doors;
use super::phrases::Promise;
use super::pr01;
use super::pr02::ABSENT;
use super::traces::{self, Traced};
use crate::checks::Check;
use crate::checks::moments::moments;
use crate::checks::say::{Untried, say};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Document, Dossier};
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::{Call, World};
use serde::{Deserialize, Serialize};

/// The declaration.
pub const CHECK: Check = Check {
    id: "PR03",
    dimension: Dimension::Promises,
    severity: Severity::Blocks,
    title: "account deletion: delivered; sign-in fails; canaries gone from API, search, files, database dump",
    why: "A row marked as deleted is not deleted. What remains in search, files and dumps is what leaks later.",
    how: "An account made for it, with objects of its own, deletes itself. Then its sign-in and its session must be \
          refused, and its name, mail address and canaries be gone from every answer that showed them before, and from the \
          manifest's dump. A time of grace is passed by the manifest's command.",
    references: &["GDPR Art. 17(1)", "GDPR Art. 5(1)(e)", "ASVS 5.0 14.2.7"],
    fix: "Delete by the inventory of data, class by class, in a job that reports what it removed.",
    built: true,
};

/// What it is about.
const SUBJECT: &str = "deletion";
/// What is named as later than this is a time of grace.
const SOON: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);
/// Words by which an answer says that it takes a while.
const LATER: &[&str] = &["schedul", "grace", "pending", "will be", "days", "tage", "vorgemerkt", "later", "until"];

/// An account that deleted itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Deletion {
    /// `DELETE /me`.
    pub line: String,
    /// The manifest says so; else it was found by its words.
    pub told: bool,
    /// Why it was not tried.
    pub untried: Option<Untried>,
    /// The answer's status.
    pub status: u16,
    /// The answer says that it takes a while.
    pub later: bool,
    /// The manifest's command let the time pass.
    pub passed: bool,
    /// The account can sign in afterwards.
    pub signs_in: bool,
    /// The session of before is still let in.
    pub session: bool,
    /// What was traced: where it stood before, and where it stands.
    pub traced: Traced,
}

impl Document for Deletion {
    const KIND: &'static str = "deletion";
}

impl Deletion {
    /// The service said that it would.
    pub(super) fn accepted(&self) -> bool {
        self.untried.is_none() && (200..400).contains(&self.status)
    }

    /// It is told, and is not there.
    pub(super) fn is_absent(&self) -> bool {
        self.told && self.untried.is_none() && ABSENT.contains(&self.status)
    }
}

/// Makes an account, and lets it delete itself.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let Some(mut seen) = begin(world) else { return Ok(()) };
    if let Err(why) = delete(world, &mut seen).await {
        seen.untried = Some(why);
    }
    world.store.add(&seen).map(drop)
}

fn begin(world: &World<'_>) -> Option<Deletion> {
    if let Some(line) = &world.manifest.promises.deletion {
        return Some(Deletion { line: line.text.clone(), told: true, ..Deletion::default() });
    }
    let action = found(world)?;
    Some(Deletion { line: world.action(action).name(), ..Deletion::default() })
}

/// The action by which one deletes oneself, by its path alone.
fn found(world: &World<'_>) -> Option<usize> {
    (0..world.catalogue.actions.len()).find(|at| {
        let action = world.action(*at);
        let usable = !action.path.contains('{') && matches!(action.verb.as_str(), "DELETE" | "POST");
        usable && world.left_out(*at).is_none() && doors::deletes_oneself(&action.verb, &action.path)
    })
}

async fn delete(world: &mut World<'_>, seen: &mut Deletion) -> std::result::Result<(), Untried> {
    let told = world.manifest.promises.clone();
    let like = told
        .deletion
        .as_ref()
        .and_then(|line| line.actor.as_ref())
        .and_then(|name| world.actors.iter().position(|actor| actor.fact.name == *name))
        .or_else(|| (0..world.actors.len()).find(|at| world.actors[*at].alive))
        .ok_or_else(|| Untried::undecided("nobody is signed in"))?;
    let at = world.throw_away(like).await.map_err(|why| {
        Untried::not_told(why, "[throw_away] make = \"POST /people …\", or command = \"…\", which prints key=value")
    })?;
    let traces = traces::before(world, at).await;
    let call = match &told.deletion {
        Some(line) => world.fill_line(line, Some(at)).map_err(Untried::undecided)?,
        None => {
            let action = found(world).ok_or_else(|| Untried::undecided("no action"))?;
            world.plain_call(action, at).await.map_err(Untried::undecided)?
        }
    };
    let names_another = told.deletion.as_ref().is_some_and(|line| line.actor.is_some());
    let doer = if names_another { Some(like) } else { Some(at) };
    let asked = world.ask(doer, &call, Purpose::Other).await;
    seen.status = asked.answer.status;
    let text = asked.answer.text().to_lowercase();
    let soon = crate::walk::now().saturating_add(SOON).unwrap_or(jiff::Timestamp::MAX);
    let named = moments(&asked.answer.text()).any(|at| soon < at);
    seen.later = seen.status == 202 || named || LATER.iter().any(|word| text.contains(word));
    if !asked.succeeded() && !(300..400).contains(&seen.status) {
        return Ok(());
    }
    if let Some(command) = &told.deletion_now {
        let known: Vec<(String, String)> = world.known(Some(at)).into_iter().collect();
        let values: Vec<(&str, String)> = known.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        match world.target.run_with(command, &values).await {
            Ok(ended) if ended.well => seen.passed = true,
            Ok(ended) => return Err(Untried::undecided(format!("`{command}` failed: {}", ended.last_words()))),
            Err(trouble) => return Err(Untried::undecided(format!("{}: {}", trouble.place, trouble.wrong))),
        }
    }
    // The old session is tried before a new one takes its place.
    let proof: Option<Call> = world.proof_call(at);
    if let Some(proof) = proof {
        let nobody = world.ask(None, &proof, Purpose::Other).await;
        let asked = world.ask(Some(at), &proof, Purpose::Other).await;
        seen.session = asked.succeeded() && !nobody.succeeded();
    }
    seen.signs_in = world.sign_in(at).await.is_ok();
    world.actors[at].alive = false;
    seen.traced = traces.after(world).await;
    Ok(())
}

/// Findings for the deletion itself, and for what the dump still holds.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Deletion)> = dossier.all();
    let Some((digest, seen)) = all.last() else {
        let Some((digest, _)) = dossier.all::<doors::Doors>().into_iter().next() else { return Vec::new() };
        let words = "no deletion is told, and none was found by its words";
        return vec![say(&CHECK, SUBJECT, digest).not_told(words, Promise::Deletion.line())];
    };
    let about = say(&CHECK, SUBJECT, digest);
    let (line, status) = (&seen.line, seen.status);
    if let Some(why) = &seen.untried {
        return vec![about.untried(why)];
    }
    if seen.is_absent() && pr01::promises(dossier, Promise::Deletion) {
        return vec![about.not_applicable("there is none: PR01 says so, for the policy promises it")];
    }
    if !seen.accepted() {
        return vec![match status {
            500.. | 404 | 405 if seen.told => about.gap(format!("{line} answered {status}")),
            _ => about.not_told(format!("{line} answered {status}"), Promise::Deletion.line()),
        }];
    }
    let waits = seen.later && !seen.passed;
    let grace = "[promises] deletion_now = \"COMMAND\", which does at once what comes after the time of grace";
    let left = &seen.traced.left;
    if waits && (seen.signs_in || seen.session || !left.is_empty() || seen.traced.dumped == Some(true)) {
        let words = format!("{line} answered {status}, and says that it takes a while");
        return vec![about.not_told(words, grace)];
    }
    if seen.signs_in {
        return vec![about.gap(format!("{line} answered {status}, and the account can still sign in"))];
    }
    if seen.session {
        return vec![about.gap(format!("{line} answered {status}, and the session of before is still let in"))];
    }
    let mut findings = vec![match left.first() {
        Some(place) => about.gap(format!("after {line} answered {status}, {place} ({} more)", left.len() - 1)),
        None => about.holds(format!(
            "after {line} answered {status} the sign-in fails, and {} answers that showed the account or what it wrote do not",
            seen.traced.before
        )),
    }];
    let dump = say(&CHECK, "deletion · the database", digest);
    findings.push(match (seen.traced.dumped, &seen.traced.blind) {
        (Some(true), _) => dump.gap(format!("the dump still holds {}", seen.traced.in_dump.join(", "))),
        (Some(false), None) => dump.holds("nothing of the account is in the dump, which held it before"),
        (Some(false) | None, Some(why)) => dump.undecided(why.clone()),
        (None, None) => dump.not_told(
            "what the database still holds is not looked at",
            "[dump] run = \"COMMAND\", which prints everything that is kept",
        ),
    });
    findings
}
