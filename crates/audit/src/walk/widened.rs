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
use crate::evidence::{Attempt, Form};
use crate::plan::slots::{names_person, place, words};
use serde_json::Value;
use std::collections::BTreeSet;

/// Most requests for one action.
const REQUESTS_MAX: usize = 12;
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
        let mut rounds: Vec<Vec<Call>> = vec![Vec::new(); VALUES_MAX];
        let row = self.own_row(reached);
        let narrows = |name: &str| is_search(name) || names_tenant(name) || names_person(name);
        let fits = |name: &str| !is_paging(name) && (how == Widened::ByAll || !narrows(name));
        for (field, schema) in fields.iter().filter(|(field, _)| fits(&field.name)) {
            let values = self.values_of(reached, field, schema, &row).into_iter().filter(|value| schema.takes(value));
            for (round, value) in rounds.iter_mut().zip(values) {
                let call = field.set(base, &value);
                if call != *base && !round.contains(&call) {
                    round.push(call);
                }
            }
        }
        // Every parameter is tried once before one of them is tried again.
        rounds.concat()
    }

    /// The fields of the owner's own row, as the list showed it to him; else of his object, as its own read does.
    fn own_row(&self, reached: &Reached) -> Vec<(String, String)> {
        let shown = std::iter::once(&reached.asked).chain(
            self.met.values().filter(|met| met.form == Form::Read && met.actor == reached.actor).map(|met| &met.asked),
        );
        shown.filter_map(|asked| asked.answer.json()).find_map(|value| self.row_in(&value)).unwrap_or_default()
    }

    /// The scalars of the first object in a document in which something that this walk made stands.
    fn row_in(&self, value: &Value) -> Option<Vec<(String, String)>> {
        match value {
            Value::Array(elements) => elements.iter().find_map(|element| self.row_in(element)),
            Value::Object(fields) => {
                let made = |text: &str| self.canaries.find_minted(text).is_some();
                if fields.values().filter_map(Value::as_str).any(made) {
                    return Some(
                        fields.iter().filter_map(|(name, value)| Some((name.clone(), scalar(value)?))).collect(),
                    );
                }
                fields.values().find_map(|value| self.row_in(value))
            }
            _ => None,
        }
    }

    fn values_of(&self, reached: &Reached, field: &Field, schema: &Schema, row: &[(String, String)]) -> Vec<String> {
        let name = field.name.as_str();
        let named = words(name);
        let one_of = |list: &[&str]| named.iter().any(|word| list.contains(&word.as_str()));
        if one_of(FORMS) {
            return Vec::new();
        }
        let mut listed = schema.enumeration();
        if listed.is_empty() {
            listed = schema.items().map(|items| items.enumeration()).unwrap_or_default();
        }
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
        // What the owner's row says in the field of that name. What a noun's name filters by is a key: the owner's.
        let own = |slot| self.standing.get(&(slot, reached.actor)).map(|at| self.objects[*at].key().to_owned());
        let same = row.iter().filter(|(known, _)| words(known) == named).map(|(_, value)| value.clone());
        let mut values: Vec<String> = same.filter(|value| self.canaries.find_minted(value).is_none()).collect();
        if let Some(key) = self.slots.by_name(name).and_then(own).filter(|_| !one_of(ADDS)) {
            values.extend(Some(key).filter(|key| !values.contains(key)));
            return values;
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
        // Where nobody knows what it asks for: who the owner is.
        let whose = matches!(schema.kind(), Kind::String | Kind::Integer | Kind::Any) && !is_time(schema, &named);
        values.extend(self.actors[reached.actor].keys("id").into_iter().take(1).filter(|_| whose));
        values
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

/// Whether a parameter asks for a time or an amount: nobody's key stands there.
fn is_time(schema: &Schema, named: &[String]) -> bool {
    const TIMES: &[&str] =
        &["date", "time", "at", "from", "to", "since", "until", "before", "after", "day", "month", "year"];
    const AMOUNTS: &[&str] = &["min", "max", "count", "amount", "price", "total", "days", "number"];
    let says = |list: &[&str]| named.iter().any(|word| list.contains(&word.as_str()));
    schema.format().is_some_and(|format| format.starts_with("date") || format == "time") || says(TIMES) || says(AMOUNTS)
}
