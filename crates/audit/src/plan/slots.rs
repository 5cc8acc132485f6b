//! Key slots: each place in a path that asks for the key of an object, and the actions that may produce such an object.
//!
//! `/projects/{project}/tasks/{id}` has two slots, `/projects/{}` and `/projects/{}/tasks/{}`. Names of parameters
//! differ between actions of one service, so a slot is known by the literal segments before it.

use super::forms::shape;
pub use super::makers::{changes, nouns, reads};
use super::makers::{has_collection, has_maker, lists_by_post, production_rank, reads_by_post, spoken_of};
pub use super::names::{names_person, reference_base, singular, words};
use super::names::{noun, says_key};
use crate::catalogue::path::last_literal;
pub use crate::catalogue::path::{Segment, parent_place, place, segments};
use crate::catalogue::{Action, Body, Catalogue, Kind, Place, Schema};
use std::collections::{BTreeMap, BTreeSet};

/// Names of path parameters that choose a view and not an object.
const VIEWS: &[&str] = &[
    "format",
    "ext",
    "extension",
    "lang",
    "language",
    "locale",
    "version",
    "year",
    "month",
    "day",
    "date",
    "page",
    "type",
    "kind",
    "period",
    "size",
    "width",
    "height",
    "currency",
    "country",
];

/// A place that asks for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// `/projects/{}/tasks/{}`: the template up to the parameter, names removed.
    pub place: String,
    /// What kind of object: `task`.
    pub noun: String,
    /// Slots before it in the same path, outermost first.
    pub parents: Vec<usize>,
    /// Actions that may produce such an object, best first (indices into the catalogue).
    pub producers: Vec<usize>,
    /// The action that reads one by its key.
    pub item: Option<usize>,
    /// Actions that may read many.
    pub lists: Vec<usize>,
}

/// All slots of a catalogue.
#[derive(Debug, Clone, Default)]
pub struct Slots {
    /// The slots; parents stand before their children.
    pub all: Vec<Slot>,
    /// For each action, the slots of its path with the parameter's name, outermost first.
    pub of_action: Vec<Vec<(usize, String)>>,
    /// For each action, the fields of its query and body that name objects.
    pub named: Vec<Vec<Named>>,
}

/// A field of a query or a body that names an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The slot whose key it asks for.
    pub slot: usize,
    /// It stands in the query and not in the body.
    pub in_query: bool,
    /// Its name.
    pub name: String,
    /// The document asks for it.
    pub required: bool,
    /// It takes a list of keys.
    pub many: bool,
}

impl Slots {
    /// The names by which a line of the manifest asks for the key of such an object: `ticket.id`, `ticket.key`, and the
    /// parameter as the document writes it where that says more than `id`.
    pub fn names_of(&self, slot: usize) -> BTreeSet<String> {
        let noun = &self.all[slot].noun;
        let written = self.of_action.iter().flatten().filter(|(of, _)| *of == slot).map(|(_, name)| name.clone());
        let written = written.filter(|name| name == noun || 1 < words(name).len());
        written.chain([format!("{noun}.id"), format!("{noun}.key")]).collect()
    }

    /// Finds the slots of all paths and ranks who may produce them.
    pub fn new(catalogue: &Catalogue) -> Self {
        let mut slots = Self::default();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for action in &catalogue.actions {
            let mut place = String::new();
            let mut above: Vec<(usize, String)> = Vec::new();
            let mut literal = String::new();
            for segment in segments(&action.path) {
                match segment {
                    Segment::Literal(text) => {
                        place.push('/');
                        place.push_str(&text);
                        literal = text;
                    }
                    Segment::Parameter { before, name, after } => {
                        if !before.is_empty() {
                            literal = before.trim_end_matches(|c: char| !c.is_alphanumeric()).to_owned();
                        }
                        place.push_str(&format!("/{before}{{}}{after}"));
                        if is_view(action, &name, &literal) {
                            continue;
                        }
                        let at = *known.entry(place.clone()).or_insert_with(|| {
                            slots.all.push(Slot {
                                place: place.clone(),
                                noun: noun(&literal, &name),
                                parents: above.iter().map(|(slot, _)| *slot).collect(),
                                producers: Vec::new(),
                                item: None,
                                lists: Vec::new(),
                            });
                            slots.all.len() - 1
                        });
                        above.push((at, name));
                    }
                }
            }
            slots.of_action.push(above);
        }
        slots.name(catalogue);
        for at in 0..slots.all.len() {
            slots.connect(at, catalogue);
        }
        slots.add_keyless(catalogue);
        slots
    }

    /// Collections that one adds to and reads, and whose things nobody asks for by key: messages, comments, entries.
    fn add_keyless(&mut self, catalogue: &Catalogue) {
        for (index, action) in catalogue.actions.iter().enumerate() {
            let above = place(&action.path);
            let Some(noun) = last_literal(&above).filter(|word| above.ends_with(word)).map(singular) else { continue };
            let is_plural = !above.to_lowercase().ends_with(&format!("/{noun}"));
            let takes_body = action.verb == "POST" && action.body.is_some();
            let is_read = || catalogue.actions.iter().any(|read| read.verb == "GET" && place(&read.path) == above);
            let makes_others = || self.all.iter().any(|slot| slot.producers.contains(&index));
            let parents: Vec<usize> = self.of(index).iter().map(|(slot, _)| *slot).collect();
            if takes_body && is_plural && !shape(action, parents.len()).personal && is_read() && !makes_others() {
                let place = format!("{above}/{{}}");
                self.all.push(Slot { place, noun, parents, producers: Vec::new(), item: None, lists: Vec::new() });
                self.connect(self.all.len() - 1, catalogue);
            }
        }
    }

    /// The slots that queries and bodies name. One that stands in no path is a slot all the same.
    fn name(&mut self, catalogue: &Catalogue) {
        for (index, action) in catalogue.actions.iter().enumerate() {
            let mut named: Vec<Named> = Vec::new();
            for (name, schema, required, in_query) in fields(action) {
                if !schema.enumeration().is_empty()
                    || schema.is_read_only()
                    || named.iter().any(|known| known.name == name)
                {
                    continue;
                }
                let number_or_uuid = schema.kind() == Kind::Integer || schema.format().as_deref() == Some("uuid");
                let spoken = is_own_key(&name).then(|| spoken_of(catalogue, action)).flatten();
                let of_path = || self.by_path(action, &name, &schema);
                let found = match self.by_name(spoken.as_ref().unwrap_or(&name)).or_else(of_path) {
                    // A plain noun may be anything: it is a key only where the schema says so.
                    Some(slot) => (says_key(&name)
                        || spoken.is_some()
                        || is_bare_key(&name)
                        || number_or_uuid
                        || required && has_maker(catalogue, &name))
                    .then_some(slot),
                    None if spoken.is_some() => spoken.as_deref().and_then(|noun| self.add_unplaced(noun)),
                    None if required
                        && !names_person(&name)
                        && (says_key(&name)
                            || number_or_uuid && has_collection(catalogue, &name)
                            || has_maker(catalogue, &name)) =>
                    {
                        self.add_unplaced(&name)
                    }
                    None => None,
                };
                let Some(slot) = found else { continue };
                if self.of_action[index].iter().all(|(own, _)| *own != slot) {
                    let many = schema.kind() == Kind::Array;
                    named.push(Named { slot, in_query, name, required, many });
                }
            }
            named.sort_by_key(|named| !named.required);
            self.named.push(named);
        }
    }

    /// The slot that a list named `ids` refers to: what the path speaks of, `POST /tickets/bulk-close`.
    fn by_path(&self, action: &Action, name: &str, schema: &Schema) -> Option<usize> {
        if !is_bare_key(name) || schema.kind() != Kind::Array {
            return None;
        }
        let mut above = place(&action.path);
        while let Some((shorter, _)) = above.rsplit_once('/') {
            if let Some(slot) = self.all.iter().position(|slot| slot.place == format!("{above}/{{}}")) {
                return Some(slot);
            }
            above = shorter.to_owned();
        }
        None
    }

    fn add_unplaced(&mut self, name: &str) -> Option<usize> {
        let noun = reference_base(name)?;
        self.all.push(Slot {
            place: format!("?{noun}"),
            noun,
            parents: Vec::new(),
            producers: Vec::new(),
            item: None,
            lists: Vec::new(),
        });
        Some(self.all.len() - 1)
    }

    /// The slots that an action is about: those of its path, or else the one that its query or body must name.
    pub fn about(&self, action: usize) -> Vec<usize> {
        let path: Vec<usize> = self.of(action).iter().map(|(slot, _)| *slot).collect();
        if !path.is_empty() {
            return path;
        }
        self.named(action).iter().find(|named| named.required).map(|named| named.slot).into_iter().collect()
    }

    /// The fields of an action's query and body that name objects.
    pub fn named(&self, action: usize) -> &[Named] {
        self.named.get(action).map_or(&[], Vec::as_slice)
    }

    /// The slots of an action's path.
    pub fn of(&self, action: usize) -> &[(usize, String)] {
        self.of_action.get(action).map_or(&[], Vec::as_slice)
    }

    /// The slot that a name in a body or query may refer to: `project_id`, `projectId`, `project`.
    pub fn by_name(&self, name: &str) -> Option<usize> {
        let base = reference_base(name)?;
        let fits = |slot: &Slot| slot.noun == base || base.ends_with(&format!("_{}", slot.noun));
        // A slot that needs fewer parents is easier to fill.
        let by_noun = (0..self.all.len()).filter(|at| fits(&self.all[*at]));
        let by_noun = by_noun.min_by_key(|at| self.all[*at].parents.len());
        // `/c/{client}/p/{project}`: the parameter says more than the word before it.
        let written = |at: &usize| {
            let mut used = self.of_action.iter().flatten().filter(|(slot, _)| slot == at);
            used.any(|(_, name)| reference_base(name).is_some_and(|own| own == base && 2 < own.len()))
        };
        by_noun.or_else(|| (0..self.all.len()).filter(written).min_by_key(|at| self.all[*at].parents.len()))
    }

    fn connect(&mut self, at: usize, catalogue: &Catalogue) {
        let slot = self.all[at].clone();
        let above = parent_place(&slot.place);
        let mut producers: Vec<((u32, usize, usize), usize)> = Vec::new();
        for (index, action) in catalogue.actions.iter().enumerate() {
            let place = place(&action.path);
            if action.verb == "GET" {
                let by_query = self.of(index).is_empty()
                    && self.named(index).iter().any(|n| n.slot == at && n.in_query && n.required);
                if place == slot.place || by_query && self.all[at].item.is_none() {
                    self.all[at].item = Some(index);
                } else if place == above
                    || last_literal(&place).is_some_and(|word| singular(word) == slot.noun) && !place.ends_with('}')
                {
                    self.all[at].lists.push(index);
                }
            }
            if self.all[at].item.is_none() && reads_by_post(action, self.named(index), at, &slot.noun) {
                self.all[at].item = Some(index);
            }
            if lists_by_post(action, self.named(index), &slot.noun) {
                self.all[at].lists.push(index);
            }
            if let Some(rank) = production_rank(action, &place, &slot, &above) {
                let strangers = self.of(index).iter().filter(|(s, _)| !slot.parents.contains(s) && *s != at).count();
                producers.push(((rank, strangers, action.path.len()), index));
            }
        }
        producers.sort();
        self.all[at].producers = producers.into_iter().map(|(_, index)| index).collect();
        self.all[at].lists.sort_by_key(|list| place(&catalogue.actions[*list].path) != above);
    }
}

/// Whether a name says that it holds keys, and of nothing in particular.
fn is_bare_key(name: &str) -> bool {
    ["ids", "keys", "uuids", "guids"].contains(&name.to_lowercase().as_str())
}

/// Whether a name says that it holds the key of what its action is about.
fn is_own_key(name: &str) -> bool {
    ["id", "_id", "uuid", "guid"].contains(&name.to_lowercase().as_str())
}

/// Names, schemas and need of all fields in query and body; true in the query.
fn fields(action: &Action) -> Vec<(String, Schema, bool, bool)> {
    let query = action.parameters_in(Place::Query).map(|p| (p.name.clone(), p.schema.clone(), p.required, true));
    let mut fields: Vec<_> = query.collect();
    if let Some(media) = action.body.as_ref().and_then(Body::best) {
        let required = media.schema.required();
        let body = media.schema.properties().into_iter();
        fields.extend(body.map(|(name, schema)| {
            let asked = required.contains(&name);
            (name, schema, asked, false)
        }));
    }
    fields
}

/// Whether a path parameter chooses a view and not an object: it lists its values, or has such a name.
fn is_view(action: &Action, name: &str, literal: &str) -> bool {
    let parameter = action.parameters_in(Place::Path).find(|parameter| parameter.name == name);
    let listed = parameter.is_some_and(|p| !p.schema.enumeration().is_empty() || p.schema.kind() == Kind::Boolean);
    let name = name.to_lowercase();
    // `/pages/{page}` names an object for all that.
    listed || VIEWS.contains(&name.as_str()) && singular(literal) != name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue(lines: &[&str]) -> Catalogue {
        let actions = lines.iter().map(|line| {
            let (verb, path) = line.split_once(' ').unwrap();
            crate::plan::forms::tests::action(verb, path)
        });
        Catalogue { actions: actions.collect(), ..Catalogue::default() }
    }

    #[test]
    fn a_parameter_may_say_more_than_the_word_before_it() {
        let catalogue = catalogue(&["GET /c/{client}/p/{project}", "GET /projects-of/{id}"]);
        let slots = Slots::new(&catalogue);
        assert_eq!(slots.by_name("project").map(|at| slots.all[at].place.as_str()), Some("/c/{}/p/{}"));
        assert_eq!((slots.by_name("id"), slots.by_name("colour")), (None, None));
    }

    #[test]
    fn slots_are_known_by_place_whatever_they_are_called() {
        let catalogue = catalogue(&[
            "POST /projects",
            "GET /projects",
            "GET /projects/{id}",
            "DELETE /projects/{projectId}",
            "POST /projects/{project_id}/tasks",
            "PATCH /projects/{project}/tasks/{task}",
            "GET /tasks/{id}",
            "PUT /things/{slug}",
            "GET /things/{slug}/remarks",
        ]);
        let slots = Slots::new(&catalogue);
        let places: Vec<_> = slots.all.iter().map(|slot| slot.place.as_str()).collect();
        assert_eq!(places, ["/projects/{}", "/projects/{}/tasks/{}", "/tasks/{}", "/things/{}"]);
        assert_eq!(slots.all[0].producers, [0]);
        assert_eq!(slots.all[0].item, Some(2));
        assert_eq!(slots.all[1].producers, [4, 5]);
        assert_eq!(slots.all[1].parents, [0]);
        assert_eq!(slots.all[2].producers, [4], "made below a project, read without it");
        assert_eq!(slots.all[3].producers, [7], "the client chooses the key");
        assert_eq!(slots.all.len(), 4, "nothing makes a remark");
        assert_eq!(slots.by_name("taskId"), Some(2));
        assert_eq!(slots.by_name("project"), Some(0));
    }

    #[test]
    fn a_list_of_keys_is_of_what_the_path_speaks_of() {
        let mut catalogue = catalogue(&[
            "POST /orgs/{org}/tickets",
            "GET /orgs/{org}/tickets/{ticket}",
            "POST /orgs/{org}/tickets/close",
        ]);
        let body = serde_json::json!({"type": "object", "properties": {"ids": {"type": "array", "items": {"type": "integer"}},
                                      "id": {"type": "string"}}});
        let media = crate::catalogue::Media {
            content_type: "application/json".into(),
            schema: Schema::new(body, std::sync::Arc::default()),
            examples: Vec::new(),
            file_types: BTreeMap::new(),
            joins: BTreeMap::new(),
            form_token: None,
        };
        catalogue.actions[2].body = Some(Body { required: true, media: vec![media] });
        let named = Slots::new(&catalogue).named[2].clone();
        assert_eq!(
            named.iter().map(|one| (one.slot, one.name.as_str(), one.many)).collect::<Vec<_>>(),
            [(1, "ids", true)]
        );
    }
}
