//! `plimsoll plan`: what would be sent and made, what cannot be reached, and what would answer more.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use super::audit::{interruptible, progress, setup};
use super::auth::scratch;
use super::place::Place;
use crate::catalogue::{Action, Catalogue};
use crate::checks;
use crate::error::Result;
use crate::load_line::count;
use crate::plan::outside::effect;
use crate::report::terminal::{width, wrap};
use crate::report::view::{printable, thousands};
use crate::verdict::Dimension;
use crate::walk::{Foreseen, World};

/// Most requests that a cell takes: attempt, read-back, control, a look whether everybody lives.
const REQUESTS_A_CELL_MAX: u32 = 4;

pub(super) fn text(unreached: bool, cells: bool, manifest: &Path, quiet: bool, place: &Place) -> Result<String> {
    let scratch = scratch()?;
    let mut setup = setup(manifest, place)?;
    setup.evidence = scratch.path().join("evidence");
    let progress = progress(quiet);
    let last = place.last_outcome().ok();
    interruptible(async {
        let mut world = setup.open(progress.as_ref()).await?;
        world.open_documents().await?;
        let foreseen = world.foresee(&setup)?;
        let mut text = overview(&world, &foreseen);
        if cells {
            rows(&mut text, &foreseen, &world.catalogue);
        }
        if let Some(last) = &last {
            let tried: Vec<_> = (last.notes.iter())
                .filter(|note| note.starts_with("not reached: ") || note.starts_with("left out: "))
                .collect();
            let _ = writeln!(
                text,
                "  last run   {} of {} actions reached",
                last.denominator.reached, last.denominator.actions
            );
            for note in tried.iter().filter(|_| unreached) {
                let _ = writeln!(text, "{}", wrap(&format!("    {}", printable(note)), width(), 6));
            }
        } else if unreached {
            text.push_str("  last run   none: which actions are reached is known after `plimsoll audit`\n");
        }
        Ok(text)
    })
}

fn overview(world: &World<'_>, foreseen: &[Foreseen]) -> String {
    let manifest = world.manifest;
    let actions = &world.catalogue.actions;
    let reads = actions.iter().filter(|action| action.verb == "GET").count();
    let tenants: std::collections::BTreeSet<_> =
        manifest.actors.iter().map(|actor| &actor.tenant).filter(|tenant| *tenant != "*").collect();
    let mut text = format!(
        "{} · {} · {}: {reads} read, {} change something · {} in {}\n\n",
        printable(&manifest.service.name),
        printable(&manifest.target.name),
        count(actions.len(), "action"),
        actions.len() - reads,
        count(manifest.actors.len(), "actor"),
        count(tenants.len(), "tenant"),
    );
    const BEFORE_IDS: usize = 31;
    let _ = writeln!(text, "  {:<18} {:<9} not built into this version: counted as unproven", "pass", "built");
    for dimension in Dimension::ALL {
        let own = || checks::all().iter().filter(|check| check.dimension == dimension);
        let missing: Vec<_> = own().filter(|check| !check.built).map(|check| check.id).collect();
        let built = format!("{} of {}", own().count() - missing.len(), own().count());
        let name = format!("{} {}", dimension.number(), dimension.name());
        let ids = wrap(&missing.join(" "), width().saturating_sub(BEFORE_IDS).max(20), 0);
        let ids = ids.replace('\n', &format!("\n{}", " ".repeat(BEFORE_IDS)));
        let _ = writeln!(text, "{}", format!("  {name:<18} {built:<9} {ids}").trim_end());
    }
    text.push('\n');
    inputs(&mut text, actions);
    keys(&mut text, world);
    cost(&mut text, foreseen);
    outside(&mut text, actions);
    for never in &manifest.target.never {
        let _ = writeln!(text, "  never      {} {}", never.verbs.join(","), never.path);
    }
    safety(&mut text, world);
    for note in world.catalogue.notes.iter().chain(&manifest.notes) {
        let _ = writeln!(text, "{}", wrap(&format!("  note       {}", printable(note)), width(), 13));
    }
    text
}

/// How many cells there are to be, how many of them hang on what is met, and what they cost at most.
fn cost(text: &mut String, foreseen: &[Foreseen]) {
    let number = |of: &dyn Fn(&&Foreseen) -> bool| -> u32 {
        let cells = foreseen.iter().filter(of).map(|one| one.cells.len()).sum::<usize>();
        u32::try_from(cells).unwrap_or(u32::MAX)
    };
    let all = number(&|_| true);
    let bound = number(&|one| one.bound.is_some());
    let tried = foreseen.iter().filter(|one| one.left_out.is_none()).count();
    let _ = writeln!(text, "  cells      {} in {}", thousands(all), count(tried, "action"));
    if 0 < bound {
        let words = format!(
            "{} of them hang on what the service answers: plimsoll plan --cells says on what",
            thousands(bound)
        );
        let _ = writeln!(text, "             {words}");
    }
    let left_out = foreseen.iter().filter(|one| one.left_out.is_some());
    for one in left_out {
        let why = one.left_out.as_deref().unwrap_or_default();
        let _ = writeln!(text, "  left out   {}: {}", printable(&one.action), printable(why));
    }
    let most = thousands(all.saturating_mul(REQUESTS_A_CELL_MAX));
    let _ = writeln!(
        text,
        "  cost       at most {most} requests for them, and what it takes to make and remove the objects"
    );
}

/// Each action with its cells, and why another number may come out.
fn rows(text: &mut String, foreseen: &[Foreseen], catalogue: &Catalogue) {
    const INDENT: usize = 6;
    text.push('\n');
    for one in foreseen.iter().filter(|one| one.left_out.is_none()) {
        let _ = writeln!(text, "  {:>3}  {}", one.cells.len(), printable(&one.action));
        let action = catalogue.action(&one.action).filter(|action| !action.is_documented());
        if let Some(origin) = action.and_then(Action::origin) {
            let line = format!("       stands in no document, seen in {}", printable(&origin));
            let _ = writeln!(text, "{}", wrap(&line, width(), INDENT + 6));
        }
        let mut by_check: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (check, role, relation) in &one.cells {
            let who = if role == relation { role.clone() } else { format!("{role} ({relation})") };
            by_check.entry(check).or_default().push(who);
        }
        for (check, who) in by_check {
            let line = format!("       {check} {}", printable(&who.join(", ")));
            let _ = writeln!(text, "{}", wrap(&line, width(), INDENT + 6));
        }
        if let Some(bound) = &one.bound {
            let _ = writeln!(text, "{}", wrap(&format!("       or else: {}", printable(bound)), width(), INDENT + 6));
        }
    }
}

/// Where the actions stand, each counted where it is described.
fn inputs(text: &mut String, actions: &[Action]) {
    let mut inputs: Vec<(String, usize)> = Vec::new();
    let mut origins: Vec<_> = actions.iter().filter_map(|action| action.origins.first()).collect();
    origins.sort_by_key(|origin| origin.source);
    for origin in origins {
        let input = format!("{} {}", origin.source, printable(&origin.document));
        match inputs.iter_mut().find(|(known, _)| *known == input) {
            Some((_, actions)) => *actions += 1,
            None => inputs.push((input, 1)),
        }
    }
    let mut label = "read";
    for (input, actions) in inputs {
        let _ = writeln!(text, "  {label:<10} {input}: {}", count(actions, "action"));
        label = "";
    }
}

/// Where the keys of paths come from.
fn keys(text: &mut String, world: &World<'_>) {
    let mut label = "keys";
    for slot in &world.slots.all {
        let noun = printable(&slot.noun);
        let made = match (slot.producers.first(), manifest_makes(world, &slot.noun)) {
            (_, Some(how)) => how,
            (Some(producer), None) => format!("← {}", printable(&world.catalogue.actions[*producer].name())),
            (None, None) => format!("nothing makes it: name one under [make] or [fixtures] as {noun}"),
        };
        let _ = writeln!(text, "  {label:<10} {noun:<16} {made}");
        label = "";
    }
}

fn manifest_makes(world: &World<'_>, noun: &str) -> Option<String> {
    let make = world.manifest.make.get(noun).map(|line| format!("← {} (the manifest)", printable(&line.text)));
    make.or_else(|| world.manifest.fixtures.get(noun).map(|fixture| format!("{} (a fixture)", printable(&fixture.id))))
}

/// Actions whose names say that something leaves the service.
fn outside(text: &mut String, actions: &[Action]) {
    let mut label = "outside";
    for action in actions.iter().filter(|action| action.verb != "GET") {
        if let Some(effect) = effect(&action.words()) {
            let _ = writeln!(
                text,
                "  {label:<10} {}: {effect}? leave it out with never = [\"{0}\"]",
                printable(&action.name())
            );
            label = "";
        }
    }
}

fn safety(text: &mut String, world: &World<'_>) {
    let target = &world.manifest.target;
    let place = if target.is_loopback() { "on this machine".to_owned() } else { "not on this machine".to_owned() };
    let lost = if target.disposable { "everything in it may be lost" } else { "only what the walk makes is changed" };
    let reset =
        target.reset.as_ref().map_or("no reset command".to_owned(), |reset| format!("reset: {}", printable(reset)));
    let _ = writeln!(text, "  safety     {place}; {lost}; {reset}");
    if let Some(allowed) = &target.authorized {
        let (by, contact) = (printable(&allowed.by), printable(&allowed.contact));
        let _ = writeln!(text, "             allowed by {by} until {}; ask {contact}", allowed.until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Origin, Source};

    #[test]
    fn each_input_is_named_with_its_actions() {
        let of = |path: &str, origins: &[(Source, &str)]| Action {
            origins: origins.iter().map(|(source, document)| Origin::new(*source, document, "line 3")).collect(),
            ..Action::new("GET", path)
        };
        let document = (Source::Document, "openapi.json");
        let log = (Source::Log, "access.log");
        let catalogue = Catalogue {
            actions: vec![of("/a", &[log]), of("/b", &[document]), of("/c", &[document, log])],
            ..Catalogue::default()
        };
        let mut text = String::new();
        inputs(&mut text, &catalogue.actions);
        let expected =
            "  read       the document openapi.json: 2 actions\n             the access log access.log: 1 action\n";
        assert_eq!(text, expected);
        let foreseen =
            |action: &str| Foreseen { action: action.into(), cells: Default::default(), bound: None, left_out: None };
        text.clear();
        rows(&mut text, &[foreseen("GET /c"), foreseen("GET /a")], &catalogue);
        let expected =
            "\n    0  GET /c\n    0  GET /a\n       stands in no document, seen in the access log access.log, line 3\n";
        assert_eq!(text, expected);
    }
}
