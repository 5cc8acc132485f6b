//! How somebody is taken out: by the manifest's line, or by an action whose path leaves no doubt.

use std::collections::BTreeMap;

use crate::client::Body;
use crate::manifest::{ENDS, RequestLine};
use crate::plan::slots::{names_person, words};
use crate::walk::{Call, World};

/// Last words of paths that take somebody's access away.
const TAKES: &[&str] = &["suspend", "deactivate", "disable", "block", "ban", "remove", "revoke"];

/// One way to take somebody out.
pub(in crate::checks::authorization) struct Removal {
    /// `suspended`, or the action's name.
    pub(in crate::checks::authorization) subject: String,
    /// Its path as people read it.
    pub(in crate::checks::authorization) shown: String,
    /// Who may do it, likeliest first.
    pub(in crate::checks::authorization) by: Vec<usize>,
    /// The manifest says it.
    pub(in crate::checks::authorization) told: bool,
    way: Way,
}

enum Way {
    Line(RequestLine),
    /// An action, and the slot of its path that names a person.
    Action(usize, usize),
}

impl Removal {
    /// Whether he is gone then, and not only kept out for a while.
    pub(in crate::checks::authorization) fn is_for_good(&self) -> bool {
        match &self.way {
            Way::Line(_) => self.subject != "suspended",
            Way::Action(_, _) => {
                !words(&self.shown).iter().any(|word| TAKES.contains(&word.as_str()) && word != "remove")
            }
        }
    }

    /// The request about somebody.
    pub(in crate::checks::authorization) fn call(
        &self,
        world: &mut World<'_>,
        at: usize,
        by: usize,
    ) -> Result<Call, String> {
        match &self.way {
            Way::Line(line) => world.fill_line(line, Some(at)),
            Way::Action(action, slot) => {
                let mut keys = BTreeMap::new();
                for (other, name) in world.slots.of(*action).to_vec() {
                    let whose = if other == *slot { at } else { by };
                    let key = world.actors[whose].keys(&name).into_iter().next();
                    keys.insert(other, key.ok_or_else(|| format!("nothing tells which {{{name}}} is meant"))?);
                }
                let path = world.path_of(*action, &keys)?;
                Ok(Call { method: world.action(*action).verb.clone(), path, headers: Vec::new(), body: Body::None })
            }
        }
    }
}

/// All of them: those that are told, else those that the catalogue makes sure.
pub(in crate::checks::authorization) fn removals(world: &World<'_>) -> Vec<Removal> {
    let ends = |state: &str| ENDS.contains(&state) && !["archived", "locked"].contains(&state);
    let about_people = |line: &RequestLine| {
        let names = line.names();
        names.iter().any(|name| name.starts_with("actor."))
            && names.iter().all(|name| !name.contains('.') || name.starts_with("actor."))
    };
    let told = world.manifest.become_state.iter().filter(|(state, line)| ends(state) && about_people(line));
    let told: Vec<Removal> = told
        .map(|(state, line)| {
            let named =
                line.actor.as_ref().and_then(|name| world.actors.iter().position(|actor| actor.fact.name == *name));
            let by = named.map_or_else(|| managers(world), |by| vec![by]);
            let shown = line.path.as_str().to_owned();
            Removal { subject: state.clone(), shown, by, told: true, way: Way::Line(line.clone()) }
        })
        .collect();
    if !told.is_empty() {
        return told;
    }
    let sure = (0..world.catalogue.actions.len()).filter_map(|action| {
        let slot = takes_out(world, action)?;
        let name = world.action(action).name();
        let shown = world.action(action).path.clone();
        Some(Removal {
            subject: name,
            shown,
            by: world.owners(action).into_iter().take(3).collect(),
            told: false,
            way: Way::Action(action, slot),
        })
    });
    sure.take(3).collect()
}

/// Whoever may decide about others, as far as nobody says: those who work for all first.
fn managers(world: &World<'_>) -> Vec<usize> {
    let mut all: Vec<usize> = (0..world.actors.len()).filter(|at| !world.actors[*at].fact.throw_away).collect();
    all.sort_by_key(|at| world.actors[*at].fact.tenant != "*");
    all.into_iter().take(3).collect()
}

/// The slot of the person whom an action takes out of everything: nothing else stands in its path but the place that one
/// belongs to.
fn takes_out(world: &World<'_>, action: usize) -> Option<usize> {
    let slots = world.slots.of(action);
    let (slot, _) = slots.last()?;
    let noun = &world.slots.all[*slot].noun;
    let person = names_person(noun) || noun == "member" || noun == "membership";
    let home = slots.iter().filter(|(other, _)| other != slot).all(|(other, _)| world.is_tenant(*other));
    let about = world.action(action);
    let path = about.path.trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    let takes = match about.verb.as_str() {
        "DELETE" => last.starts_with('{'),
        "POST" | "PUT" | "PATCH" => words(last).iter().any(|word| TAKES.contains(&word.as_str())),
        _ => false,
    };
    let body = about.body.as_ref().is_some_and(|body| body.required);
    let avoided = world.avoided.contains_key(&action);
    (person && home && takes && !body && !avoided).then_some(*slot)
}
