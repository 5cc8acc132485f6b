//! Lists, searches, exports: whatever shows many objects at once. The owner must find his own canary first; attackers
//! then read the same to its end.

use super::home::names_tenant;
use super::pages::{Field, Pages};
use super::reach::Reached;
use super::widened::Widened;
use super::world::{Call, Who, World};
use crate::catalogue::{Body, Place, Schema};
use crate::client::Purpose;
use crate::evidence::{Attempt, Form, Trial};
use crate::plan::slots::{names_person, reads};
use std::collections::BTreeSet;

/// Names of query parameters that search.
const SEARCHES: &[&str] =
    &["q", "query", "search", "term", "keyword", "keywords", "filter", "s", "text", "name", "title"];

/// Those of a body: what is called a title there is one.
const BODY_SEARCHES: &[&str] = &["q", "query", "search", "term", "keyword", "keywords", "filter"];
/// Most fields of one action that are searched by.
const SEARCH_FIELDS_MAX: usize = 2;

/// Whether a parameter of the query searches: `q`, or `filter[title]` as JSON:API writes it.
pub(super) fn is_search(name: &str) -> bool {
    let name = name.to_lowercase();
    let mut parts = name.split(['[', ']']).filter(|part| !part.is_empty());
    parts.next().is_some_and(|first| SEARCHES.contains(&first)) && parts.all(|part| SEARCHES.contains(&part))
}

impl World<'_> {
    /// The trial of an action that may show many objects; nothing where the owner finds none of his own in it.
    pub async fn try_list(&mut self, reached: &Reached) -> Vec<Trial> {
        let whole = self.whole_list(&reached.call);
        let as_reached = whole == reached.call;
        let mut calls = vec![whole];
        calls.extend(self.searches(reached));
        calls.extend(self.narrowed(reached));
        let mut trials = Vec::new();
        for (n, call) in calls.into_iter().enumerate() {
            let canaries = self.canaries_of(reached.actor, &call.sent_text());
            let known = self.own_first_page(reached, n, &canaries).filter(|_| as_reached);
            let own = match known {
                Some(own) => own,
                None => self.read_pages(Some(reached.actor), &call, &canaries, Purpose::Cell).await,
            };
            // A search that finds nothing for its owner proves nothing.
            if !own.found(&canaries) {
                continue;
            }
            if let Some(placed) = self.place(reached).filter(|_| n == 0) {
                let there = self.placed_call(&call, reached.actor);
                trials.push(self.list_trial(&placed, &there, &canaries, own.clone()).await);
            }
            let mut trial = self.list_trial(reached, &call, &canaries, own).await;
            if let Some(stranger) = self.a_stranger(reached.actor).filter(|_| n == 0) {
                let more = self.widened(reached, (stranger, &call), &canaries, Widened::ByTheRest).await;
                trial.attempts.extend(more);
            }
            trials.push(trial);
        }
        self.memory.saw_rows(reached.action, !trials.is_empty());
        trials
    }

    async fn list_trial(&mut self, reached: &Reached, call: &Call, canaries: &[(String, String)], own: Pages) -> Trial {
        let foreign: BTreeSet<String> = canaries.iter().map(|(canary, _)| canary.clone()).collect();
        let mut attempts = Vec::new();
        for (who, _) in self.attackers(&Reached { object: None, form: Form::List, ..reached.clone() }, true) {
            let wanted: Vec<(String, String)> = foreign.iter().map(|canary| (canary.clone(), String::new())).collect();
            let pages = self.read_pages(who, call, &wanted, Purpose::Cell).await;
            attempts.push(self.list_attempt(who, reached.actor, pages));
        }
        self.list_record(reached, canaries, attempts, own)
    }

    fn list_record(
        &self,
        reached: &Reached,
        canaries: &[(String, String)],
        attempts: Vec<Attempt>,
        own: Pages,
    ) -> Trial {
        let noun = canaries.first().map(|(_, noun)| noun.clone()).unwrap_or_default();
        Trial {
            action: self.action(reached.action).name(),
            form: Form::List,
            noun,
            owner: self.fact(Some(reached.actor)),
            public: false,
            carries: canaries.iter().map(|(canary, _)| canary.clone()).take(4).collect(),
            before: None,
            attempts,
            after: None,
            control: own.exchanges.into_iter().last(),
            settled: None,
            witness: None,
            alone: false,
            deed: None,
        }
    }

    /// The trial of a list or a search below a key, read by strangers below keys of their own: it must not show the owner's
    /// rows, whatever else they ask for.
    pub async fn try_own_list(&mut self, reached: &Reached) -> Option<Trial> {
        let slots: Vec<usize> = self.slots.of(reached.action).iter().map(|(slot, _)| *slot).collect();
        let below = !self.action(reached.action).path.trim_end_matches('/').ends_with('}');
        if slots.is_empty() || !below {
            return None;
        }
        let call = match self.action(reached.action).verb.as_str() {
            "GET" => reached.call.clone(),
            "POST" => self.searches(reached).into_iter().next()?,
            _ => return None,
        };
        let canaries = self.canaries_of(reached.actor, &call.sent_text());
        let own = match call == reached.call {
            true => self.own_first_page(reached, 0, &canaries),
            false => Some(self.read_pages(Some(reached.actor), &call, &canaries, Purpose::Cell).await)
                .filter(|own| own.found(&canaries)),
        };
        self.memory.saw_rows(reached.action, own.is_some());
        let own = own?;
        let mut attempts = Vec::new();
        let mut first = None;
        for (who, _) in self.attackers(&Reached { object: None, form: Form::List, ..reached.clone() }, true) {
            let Some(at) = who.filter(|_| self.relation(who, reached.actor) == "other tenant") else { continue };
            let mut keys = std::collections::BTreeMap::new();
            for slot in &slots {
                if let Ok(object) = self.standing(*slot, at).await {
                    keys.extend(self.objects[object].keys.clone());
                }
            }
            let Ok(path) = self.path_of(reached.action, &keys) else { continue };
            let query = call.path.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
            let base = Call { path: format!("{path}{query}"), ..call.clone() };
            let pages = self.read_pages(who, &base, &canaries, Purpose::Cell).await;
            attempts.push(self.list_attempt(who, reached.actor, pages));
            first.get_or_insert((at, base));
        }
        if let Some((stranger, base)) = first {
            attempts.extend(self.widened(reached, (stranger, &base), &canaries, Widened::ByAll).await);
        }
        (!attempts.is_empty()).then(|| self.list_record(reached, &canaries, attempts, own))
    }

    /// What the owner was just shown, where one of his canaries stands in it: then nobody needs to ask again.
    fn own_first_page(&self, reached: &Reached, call: usize, canaries: &[(String, String)]) -> Option<Pages> {
        let own = Pages { exchanges: vec![reached.asked.exchange.clone()], complete: true };
        (call == 0 && own.found(canaries)).then_some(own)
    }

    pub(super) fn list_attempt(&self, who: Who, owner: usize, pages: Pages) -> Attempt {
        Attempt {
            actor: self.fact(who),
            relation: self.relation(who, owner).to_owned(),
            state: self.state_of(who, None),
            exchanges: pages.exchanges,
            fingerprint: Vec::new(),
            alive: who.is_none_or(|at| self.actors[at].alive),
            like_missing: None,
            list_complete: pages.complete,
            canary: None,
            outside: false,
            party: None,
        }
    }

    /// Canaries of an actor's standing objects, with their noun; what is sent anyway is left out.
    pub(super) fn canaries_of(&self, actor: usize, sent: &str) -> Vec<(String, String)> {
        let own = self.objects.iter().filter(|object| object.owner == actor && !object.gone);
        own.flat_map(|object| {
            let noun = self.slots.all[object.slot].noun.clone();
            object.canaries.iter().map(move |(_, canary)| (canary.to_lowercase(), noun.clone()))
        })
        .filter(|(canary, _)| !sent.to_lowercase().contains(canary.as_str()))
        .collect()
    }

    /// The list narrowed to the owner by a parameter that names a person or a tenant: who asks for another's may get
    /// them.
    fn narrowed(&self, reached: &Reached) -> Vec<Call> {
        let action = self.action(reached.action);
        let in_query = action.parameters_in(Place::Query).filter(|parameter| !parameter.required);
        let mut fields: Vec<(Field, Schema)> = in_query
            .map(|parameter| (Field { name: parameter.name.clone(), in_body: false }, parameter.schema.clone()))
            .collect();
        let by_post = action.verb != "GET" && reads(action, self.slots.named(reached.action));
        if let Some(media) = action.body.as_ref().and_then(Body::best).filter(|_| by_post) {
            let named = media.schema.properties().into_iter();
            fields.extend(named.map(|(name, schema)| (Field { name, in_body: true }, schema)));
        }
        let mut calls = Vec::new();
        for (field, schema) in fields.iter().filter(|(field, _)| names_person(&field.name)).take(2) {
            let keys = self.actors[reached.actor].keys(&field.name).into_iter().filter(|key| schema.takes(key)).take(2);
            calls.extend(keys.map(|key| field.set(&reached.call, &key)));
        }
        for (field, schema) in fields.iter().filter(|(field, _)| names_tenant(&field.name)).take(1) {
            let keys = self.keys_of_tenant(&field.name, reached.actor).into_iter();
            calls.extend(keys.filter(|key| schema.takes(key)).take(2).map(|key| field.set(&reached.call, &key)));
        }
        calls.dedup();
        calls
    }

    /// The list with each search field of the document's set so that the owner's objects are found by it: by how all
    /// canaries of this walk begin, which is no canary itself, and by one of an object that carries others, too.
    fn searches(&self, reached: &Reached) -> Vec<Call> {
        let own = || self.objects.iter().rev().filter(|object| object.owner == reached.actor && !object.gone);
        let standing = own().find(|object| 1 < object.canaries.len());
        let words: Vec<String> = std::iter::once(self.canaries.beginning())
            .filter(|_| own().any(|object| !object.canaries.is_empty()))
            .chain(standing.and_then(|object| object.canaries.first()).map(|(_, canary)| canary.clone()))
            .collect();
        let whole = self.whole_list(&reached.call);
        let mut calls = Vec::new();
        for field in self.search_fields(reached) {
            calls.extend(words.iter().map(|word| field.set(&whole, word)));
        }
        calls
    }

    /// The fields of an action that search: of its query, and of its body where it makes nothing.
    fn search_fields(&self, reached: &Reached) -> Vec<Field> {
        let action = self.action(reached.action);
        let in_query = action.parameters_in(Place::Query).filter(|p| is_search(&p.name));
        let mut fields: Vec<Field> =
            in_query.map(|parameter| Field { name: parameter.name.clone(), in_body: false }).collect();
        let makes = self.slots.all.iter().any(|slot| slot.producers.contains(&reached.action));
        if let Some(media) = action.body.as_ref().and_then(Body::best).filter(|_| !makes) {
            let named = media.schema.properties().into_iter().map(|(name, _)| name);
            let searching = named.filter(|name| BODY_SEARCHES.contains(&name.to_lowercase().as_str()));
            fields.extend(searching.map(|name| Field { name, in_body: true }));
        }
        fields.truncate(SEARCH_FIELDS_MAX);
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::is_search;

    #[test]
    fn what_searches_is_known_by_its_name() {
        assert!(is_search("q") && is_search("Query") && is_search("filter[name]") && is_search("filter[title]"));
        assert!(!is_search("filter[owner]") && !is_search("page[size]") && !is_search("sort") && !is_search("[]"));
    }
}
