//! How somebody is let into a place, as a project, by the manifest's line.

use crate::client::Purpose;
use crate::manifest::RequestLine;
use crate::walk::{Call, World};

/// One kind of place that people are let into.
pub(super) struct Joining {
    /// The manifest's line.
    pub(super) line: RequestLine,
    /// `project`.
    pub(super) noun: String,
    /// The place's slot.
    pub(super) slot: usize,
    /// Who lets people in.
    pub(super) by: usize,
}

/// What a line's holes are filled with.
pub(super) type Known = Vec<(String, String)>;

/// One for each kind of place that the manifest has a line for, and that an action asks for; else the noun and why not.
pub(super) fn all(world: &World<'_>) -> Vec<Result<Joining, (String, String)>> {
    let mut joinings: Vec<Result<Joining, (String, String)>> = Vec::new();
    let mut nouns: Vec<String> = Vec::new();
    for (_, line, noun) in world.manifest.memberships() {
        if nouns.contains(&noun) {
            continue;
        }
        nouns.push(noun.clone());
        let by = line.actor.as_ref();
        let by = by.and_then(|name| world.actors.iter().position(|actor| actor.fact.name == *name)).unwrap_or(0);
        let slot = world.slots.all.iter().position(|slot| slot.noun == noun);
        joinings.push(match slot {
            Some(slot) => Ok(Joining { line: line.clone(), noun, slot, by }),
            None => Err((noun.clone(), format!("no action asks for a {noun}"))),
        });
    }
    joinings
}

impl Joining {
    /// Whoever can be let in, of those whom the manifest names.
    pub(super) fn models(&self, world: &World<'_>) -> Vec<usize> {
        let named = (0..world.actors.len()).filter(|at| !world.actors[*at].fact.throw_away);
        named.filter(|at| world.can_join(*at, self.by)).collect()
    }

    /// Lets somebody into a place: what is known of him and of it afterwards, `membership.id` among it where the answer
    /// says it. None where the service refused.
    ///
    /// # Errors
    /// Which hole of the line cannot be filled.
    pub(super) async fn let_in(&self, world: &mut World<'_>, place: usize, at: usize) -> Result<Option<Known>, String> {
        let mut known = holes(world, place, at);
        let Some(made) = sent(world, &self.line, &known, self.by).await? else { return Ok(None) };
        let key = world.objects[place].key().to_owned();
        world.note_joined(self.slot, &key, at);
        known.extend(made);
        Ok(Some(known))
    }
}

fn holes(world: &World<'_>, place: usize, at: usize) -> Known {
    let mut known: Known = world.known(Some(at)).into_iter().collect();
    for (slot, key) in &world.objects[place].keys {
        let noun = &world.slots.all[*slot].noun;
        known.extend(["id", "key"].map(|name| (format!("{noun}.{name}"), key.clone())));
    }
    known
}

/// Sends a line: what its answer says of a membership, where it was taken.
///
/// # Errors
/// Which hole of the line cannot be filled.
pub(super) async fn sent(
    world: &mut World<'_>,
    line: &RequestLine,
    known: &[(String, String)],
    by: usize,
) -> Result<Option<Known>, String> {
    let look = |name: &str| known.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let call = line.fill(&look).map(Call::from).map_err(|unfilled| unfilled.to_string())?;
    let asked = world.ask(Some(by), &call, Purpose::Other).await;
    if !asked.succeeded() {
        return Ok(None);
    }
    let json = asked.answer.json();
    let named = json.as_ref().and_then(|json| json.get("id")).and_then(crate::compare::scalar);
    let told = line.produces.as_ref().and_then(|path| path.first(json.as_ref()?)).and_then(crate::compare::scalar);
    Ok(Some(told.or(named).map(|id| ("membership.id".to_owned(), id)).into_iter().collect()))
}
