//! The same look with an optional parameter more: what one branch of the code lets through that the plain request does not.
//! A filter that drops the tenant, `status=all`, a search over everything, `include=comments` on a foreign key.

use super::home::names_tenant;
use super::lists::is_search;
use super::pages::{Field, is_paging};
use super::reach::Reached;
use super::world::{Call, World};
use crate::catalogue::{Body, Kind, Place, Schema};
use crate::client::Purpose;
use crate::compare::scalar;
use crate::evidence::Attempt;
use crate::plan::slots::{names_person, place, words};
use std::collections::BTreeSet;

/// Most requests for one action.
const REQUESTS_MAX: usize = 8;
/// Most values of one parameter.
const VALUES_MAX: usize = 4;
/// Words of parameters that choose an order or a form and no rows.
const FORMS: &[&str] =
    &["sort", "order", "orderby", "direction", "format", "lang", "locale", "pretty", "callback", "fields"];
/// Words of parameters that add what hangs on an object.
const ADDS: &[&str] = &["include", "includes", "expand", "embed", "with", "populate", "relations", "extend"];
/// Words of parameters without listed values for which `all` may be one.
const CHOOSES: &[&str] =
    &["status", "state", "scope", "filter", "type", "view", "visibility", "tab", "archived", "owner"];

/// Which parameters are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Widened {
    /// All of them.
    ByAll,
    /// Those by which nothing is searched and nobody named: the others have trials of their own.
    ByTheRest,
}

impl World<'_> {
    /// What a stranger is shown who asks for more than the base call does, as far as something of the owner's is in it.
    pub(super) async fn widened(
        &mut self,
        reached: &Reached,
        (stranger, base): (usize, &Call),
        wanted: &[(String, String)],
        how: Widened,
    ) -> Vec<Attempt> {
        let mut found = Vec::new();
        for call in self.widenings(reached, base, how).into_iter().take(REQUESTS_MAX) {
            let sent = call.sent_text().to_lowercase();
            let wanted: Vec<(String, String)> =
                wanted.iter().filter(|(canary, _)| !sent.contains(canary.as_str())).cloned().collect();
            let asked = self.ask(Some(stranger), &call, Purpose::Cell).await;
            let text = asked.answer.text().to_lowercase();
            if !wanted.iter().any(|(canary, _)| text.contains(canary.as_str())) {
                continue;
            }
            let pages = self.read_pages(Some(stranger), &call, &wanted, Purpose::Cell).await;
            found.push(self.list_attempt(Some(stranger), reached.actor, pages));
        }
        found
    }

    /// The first of another tenant who is signed in.
    pub(crate) fn a_stranger(&self, owner: usize) -> Option<usize> {
        let fits = |at: &usize| !self.actors[*at].fact.throw_away && self.relation(Some(*at), owner) == "other tenant";
        (0..self.actors.len()).find(fits)
    }

    /// The calls: each optional field with each value that it may have, one at a time.
    fn widenings(&self, reached: &Reached, base: &Call, how: Widened) -> Vec<Call> {
        let action = self.action(reached.action);
        let in_query = action.parameters_in(Place::Query).filter(|parameter| !parameter.required);
        let mut fields: Vec<(Field, Schema)> = in_query
            .map(|parameter| (Field { name: parameter.name.clone(), in_body: false }, parameter.schema.clone()))
            .collect();
        if action.verb != "GET"
            && let Some(media) = action.body.as_ref().and_then(Body::best)
        {
            let properties = media.schema.properties().into_iter();
            fields.extend(properties.map(|(name, schema)| (Field { name, in_body: true }, schema)));
        }
        let mut calls: Vec<Call> = Vec::new();
        let narrows = |name: &str| is_search(name) || names_tenant(name) || names_person(name);
        let fits = |name: &str| !is_paging(name) && (how == Widened::ByAll || !narrows(name));
        for (field, schema) in fields.iter().filter(|(field, _)| fits(&field.name)) {
            for value in self.values_of(reached, field, schema).into_iter().take(VALUES_MAX) {
                let call = field.set(base, &value);
                if call != *base && !calls.contains(&call) {
                    calls.push(call);
                }
            }
        }
        calls
    }

    fn values_of(&self, reached: &Reached, field: &Field, schema: &Schema) -> Vec<String> {
        let name = field.name.as_str();
        let named = words(name);
        let one_of = |list: &[&str]| named.iter().any(|word| list.contains(&word.as_str()));
        if one_of(FORMS) {
            return Vec::new();
        }
        let listed = schema.enumeration();
        if !listed.is_empty() {
            let usual = schema.default_value();
            return listed.iter().filter(|value| Some(*value) != usual.as_ref()).filter_map(scalar).collect();
        }
        if schema.kind() == Kind::Boolean {
            return vec!["true".into()];
        }
        if is_search(name) {
            return vec![self.canaries.beginning()];
        }
        if names_tenant(name) {
            return self.keys_of_tenant(name, reached.actor);
        }
        // What a noun's name filters by is a key: the owner's.
        let own = |slot| self.standing.get(&(slot, reached.actor)).map(|at| self.objects[*at].key().to_owned());
        if let Some(key) = self.slots.by_name(name).and_then(own).filter(|_| !one_of(ADDS)) {
            return vec![key];
        }
        if one_of(ADDS) {
            return self.hanging_on(reached).into_iter().collect();
        }
        if names_person(name) {
            return self.actors[reached.actor].keys(name);
        }
        if one_of(CHOOSES) && matches!(schema.kind(), Kind::String | Kind::Any) {
            return vec!["all".into()];
        }
        Vec::new()
    }

    /// Names of what lies below an object, as `include` takes them.
    fn hanging_on(&self, reached: &Reached) -> Option<String> {
        let own = place(&self.action(reached.action).path);
        let item = if own.ends_with('}') { format!("{own}/") } else { format!("{own}/{{}}/") };
        let names: BTreeSet<String> = (self.catalogue.actions.iter())
            .filter_map(|action| Some(place(&action.path).strip_prefix(&item)?.to_owned()))
            .filter_map(|below| below.split('/').next().map(str::to_owned))
            .filter(|name| !name.is_empty() && !name.contains('{'))
            .collect();
        (!names.is_empty()).then(|| names.into_iter().collect::<Vec<_>>().join(","))
    }
}
