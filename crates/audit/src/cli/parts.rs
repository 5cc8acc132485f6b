//! `plimsoll merge`, and `plimsoll audit --shard` and `--resume`: a walk in parts, joined before it is judged.

use std::fs;
use std::path::{Path, PathBuf};

use super::args::EndingArgs;
use super::audit::{Ending, new_evidence};
use super::place::Place;
use crate::error::{Result, Trouble};
use crate::evidence::{self, Portion};
use crate::load_line::Exit;
use crate::walk::{Setup, Shard};

/// Joins the evidence of all shards and does with it what becomes of a whole walk.
pub(super) fn merge(dirs: &[PathBuf], ending: &EndingArgs, place: &Place) -> Result<Exit> {
    let ending = Ending::new(ending, place)?;
    let portions = dirs.iter().map(|dir| Portion::load(dir)).collect::<Result<Vec<_>>>()?;
    let into = new_evidence(place);
    evidence::join_shards(&portions, &into)?;
    ending.end(&into, place)
}

/// What is said when a shard is walked: it is judged when all are there.
pub(super) fn told(shard: Shard, evidence: &Path) -> String {
    let evidence = evidence.display();
    format!(
        "shard {shard} is walked: {evidence}\nnext: `plimsoll merge` with the evidence of all {} shards\n",
        shard.of
    )
}

/// The last walk, which was broken off; what is left of it becomes the part that is walked.
pub(super) fn broken(setup: &mut Setup, place: &Place) -> Result<Portion> {
    let all = place.file("evidence");
    let found = fs::read_dir(&all).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let last = found.filter(|path| path.is_dir()).max();
    let none = |dir: &Path, wrong: &str| {
        Trouble::new(dir.display().to_string(), wrong.to_owned()).hint("begin anew: `plimsoll audit`")
    };
    let last = last.ok_or_else(|| none(&all, "there is no walk to go on with"))?;
    let broken = Portion::load(&last)?;
    if broken.has_ended() {
        return Err(none(&last, "the last walk came to its end: there is nothing to go on with"));
    }
    let shard =
        broken.shard().ok_or_else(|| none(&last, "the last walk was broken off before the first actions were done"))?;
    setup.part.shard = shard;
    setup.part.done = broken.done();
    setup.passes = broken.passes();
    setup.seed = broken.seed();
    // Who only wanted to look still only wants to look.
    setup.manifest.target.safe_verbs |= broken.only_looks();
    Ok(broken)
}

/// Joins what a broken walk left with what went on behind it; what went on has the place of both afterwards.
pub(super) fn join_rest(broken: &Portion, rest: &Path) -> Result<()> {
    let aside = rest.with_extension("rest");
    let disk = |error: std::io::Error| Trouble::new(rest.display().to_string(), format!("cannot be joined: {error}"));
    fs::rename(rest, &aside).map_err(disk)?;
    evidence::join_rest(broken, &Portion::load(&aside)?, rest)?;
    fs::remove_dir_all(&aside).and_then(|()| fs::remove_dir_all(broken.dir())).map_err(disk)
}

/// What a walk leaves that did not come to its end: actions that it is through with, to go on behind them; else nothing,
/// for nobody could judge it, and it would be taken for a run.
pub(super) fn left(evidence: &Path, trouble: Trouble) -> Trouble {
    if Portion::load(evidence).is_ok_and(|portion| portion.shard().is_some()) {
        return match trouble.hint {
            Some(_) => trouble,
            None => trouble.hint("`plimsoll audit --resume` goes on where it ended"),
        };
    }
    let _ = fs::remove_dir_all(evidence);
    trouble
}
