//! Lists, searches, exports: whatever shows many objects at once. The owner must find his own canary first; attackers
//! then read the same to its end.

use super::reach::Reached;
use super::world::{Asked, Call, Who, World};
use crate::catalogue::Place;
use crate::client::{Purpose, percent_encode};
use crate::evidence::{Attempt, Exchange, Form, Reading, Trial};
use crate::plan::slots::names_person;
use serde_json::Value;
use std::collections::BTreeSet;

/// Most pages that are read of one list.
const PAGES_MAX: usize = 30;
/// Names of query parameters that search.
const SEARCHES: &[&str] =
    &["q", "query", "search", "term", "keyword", "keywords", "filter", "s", "text", "name", "title"];

/// A list, read.
pub struct Pages {
    /// Its pages.
    pub exchanges: Vec<Exchange>,
    /// It was read to its end.
    pub complete: bool,
}

impl World<'_> {
    /// The trial of an action that may show many objects; nothing where the owner finds none of his own in it.
    pub async fn try_list(&mut self, reached: &Reached) -> Vec<Trial> {
        let mut calls = vec![reached.call.clone()];
        calls.extend(self.searches(reached));
        calls.extend(self.narrowed(reached));
        let mut trials = Vec::new();
        for (n, call) in calls.into_iter().enumerate() {
            let canaries = self.canaries_of(reached.actor, &call.sent_text());
            let own = match self.own_first_page(reached, n, &canaries) {
                Some(own) => own,
                None => self.read_pages(Some(reached.actor), &call, &canaries, Purpose::Cell).await,
            };
            let found = own.exchanges.iter().any(|exchange| {
                canaries.iter().any(|(canary, _)| exchange.answer.to_lowercase().contains(canary.as_str()))
            }) || own.found(&canaries);
            if n == 0 {
                self.memory.saw_rows(reached.action, found);
            }
            if !found {
                // A search that finds nothing for its owner proves nothing; the list itself is then no list.
                if n == 0 {
                    return Vec::new();
                }
                continue;
            }
            trials.push(self.list_trial(reached, &call, &canaries, own).await);
        }
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
        }
    }

    /// The trial of a list below a key, read by strangers below keys of their own: their list must not show the owner's
    /// rows.
    pub async fn try_own_list(&mut self, reached: &Reached) -> Option<Trial> {
        let slots: Vec<usize> = self.slots.of(reached.action).iter().map(|(slot, _)| *slot).collect();
        let below = !self.action(reached.action).path.trim_end_matches('/').ends_with('}');
        if reached.form != Form::Read || slots.is_empty() || !below || self.action(reached.action).verb != "GET" {
            return None;
        }
        let canaries = self.canaries_of(reached.actor, &reached.call.sent_text());
        let own = self.own_first_page(reached, 0, &canaries);
        self.memory.saw_rows(reached.action, own.is_some());
        let own = own?;
        let mut attempts = Vec::new();
        for (who, _) in self.attackers(&Reached { object: None, form: Form::List, ..reached.clone() }, true) {
            let Some(at) = who.filter(|_| self.relation(who, reached.actor) == "other tenant") else { continue };
            let mut keys = std::collections::BTreeMap::new();
            for slot in &slots {
                if let Ok(object) = self.standing(*slot, at).await {
                    keys.extend(self.objects[object].keys.clone());
                }
            }
            let Ok(path) = self.path_of(reached.action, &keys) else { continue };
            let pages = self.read_pages(who, &Call::get(path), &canaries, Purpose::Cell).await;
            attempts.push(self.list_attempt(who, reached.actor, pages));
        }
        (!attempts.is_empty()).then(|| self.list_record(reached, &canaries, attempts, own))
    }

    /// What the owner was just shown, where one of his canaries stands in it: then nobody needs to ask again.
    fn own_first_page(&self, reached: &Reached, call: usize, canaries: &[(String, String)]) -> Option<Pages> {
        let own = Pages { exchanges: vec![reached.asked.exchange.clone()], complete: true };
        (call == 0 && own.found(canaries)).then_some(own)
    }

    fn list_attempt(&self, who: Who, owner: usize, pages: Pages) -> Attempt {
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
        }
    }

    /// Canaries of an actor's standing objects, with their noun; what is sent anyway is left out.
    fn canaries_of(&self, actor: usize, sent: &str) -> Vec<(String, String)> {
        let own = self.objects.iter().filter(|object| object.owner == actor && !object.gone);
        own.flat_map(|object| {
            let noun = self.slots.all[object.slot].noun.clone();
            object.canaries.iter().map(move |(_, canary)| (canary.to_lowercase(), noun.clone()))
        })
        .filter(|(canary, _)| !sent.to_lowercase().contains(canary.as_str()))
        .collect()
    }

    /// The list narrowed to the owner by a parameter that names a person: who asks for another's may get them.
    fn narrowed(&self, reached: &Reached) -> Vec<Call> {
        let action = self.action(reached.action);
        let people = action.parameters_in(Place::Query).filter(|p| !p.required && names_person(&p.name));
        let mut calls = Vec::new();
        for parameter in people.take(2) {
            for key in self.actors[reached.actor].keys(&parameter.name).into_iter().take(2) {
                calls.push(Call {
                    path: with_parameter(&reached.call.path, &parameter.name, &key),
                    ..reached.call.clone()
                });
            }
        }
        calls
    }

    /// The list with each search parameter of the document's set so that the owner's object is found by it.
    fn searches(&self, reached: &Reached) -> Vec<Call> {
        let action = self.action(reached.action);
        let standing = self
            .objects
            .iter()
            .rev()
            .find(|object| object.owner == reached.actor && !object.gone && 1 < object.canaries.len());
        let Some(object) = standing else { return Vec::new() };
        let Some((_, canary)) = object.canaries.first() else { return Vec::new() };
        let named = action
            .parameters_in(Place::Query)
            .filter(|p| SEARCHES.contains(&p.name.to_lowercase().as_str()) && !p.required);
        named
            .take(2)
            .map(|parameter| {
                let sign = if reached.call.path.contains('?') { '&' } else { '?' };
                let path = format!("{}{sign}{}={canary}", reached.call.path, percent_encode(&parameter.name));
                Call { path, ..reached.call.clone() }
            })
            .collect()
    }

    /// Reads a list page by page: until one of these canaries is found, or to its end.
    pub async fn read_pages(&mut self, who: Who, call: &Call, wanted: &[(String, String)], purpose: Purpose) -> Pages {
        let mut exchanges: Vec<Exchange> = Vec::new();
        let mut next = Some(call.clone());
        let mut seen = BTreeSet::new();
        let mut number = 1;
        while let Some(call) = next.take() {
            if !seen.insert(call.path.clone()) {
                break;
            }
            if PAGES_MAX <= exchanges.len() {
                return Pages { exchanges, complete: false };
            }
            let asked = self.ask(who, &call, purpose).await;
            let text = asked.answer.text().to_lowercase();
            let found = wanted.iter().any(|(canary, _)| text.contains(canary.as_str()));
            let went_on = asked.exchange.reading == Reading::Success;
            let fresh = exchanges
                .last()
                .is_none_or(|last| last.answer != asked.exchange.answer || last.bytes != asked.exchange.bytes);
            if went_on && !found && fresh {
                number += 1;
                next = self.next_page(&call, &asked, number);
            }
            let mut exchange = asked.exchange;
            if found {
                // The kept part of a long answer may not reach as far as the canary.
                exchange.answer = around(&asked.answer.text(), wanted, &exchange.answer);
            }
            exchanges.push(exchange);
            if found {
                return Pages { exchanges, complete: true };
            }
        }
        // The pages before the last say nothing that the last does not: enough to show that they were read.
        Pages { exchanges, complete: true }
    }

    /// The call for the page after this one: by a link, a cursor, a number or an offset; nothing at the end.
    fn next_page(&self, call: &Call, asked: &Asked, number: usize) -> Option<Call> {
        let value = asked.answer.json()?;
        let to = |path: String| Some(Call { path, ..call.clone() });
        let link = asked
            .answer
            .header("link")
            .into_iter()
            .flat_map(|header| header.split(','))
            .find(|part| part.contains("rel=\"next\"") || part.contains("rel=next"));
        if let Some(target) = link.and_then(|part| part.split('<').nth(1)?.split('>').next()) {
            return to(self.on_target(target, &call.path)?);
        }
        for (path, text) in crate::compare::leaves(&value) {
            let name = path.to_lowercase();
            let last = name.rsplit(['.', ']']).next().unwrap_or_default();
            if (last == "next"
                || name.ends_with("next.href")
                || ["next_url", "nexturl", "next_page_url", "next_link", "nextlink"].contains(&last))
                && (text.starts_with('/') || text.starts_with("http") || text.starts_with('?'))
            {
                return to(self.on_target(&text, &call.path)?);
            }
            const CURSORS: &[&str] = &[
                "next_cursor",
                "nextcursor",
                "next_token",
                "nexttoken",
                "next_page_token",
                "nextpagetoken",
                "cursor",
                "next",
                "after",
                "continuation",
            ];
            if CURSORS.contains(&last) && !text.is_empty() && text != "false" && !path.contains("[]") {
                let parameter = self
                    .page_parameter(
                        call,
                        &[
                            "cursor",
                            "after",
                            "page_token",
                            "pagetoken",
                            "next_token",
                            "token",
                            "next",
                            "starting_after",
                            "continuation",
                        ],
                    )
                    .unwrap_or_else(|| "cursor".to_owned());
                return to(with_parameter(&call.path, &parameter, &text));
            }
        }
        let rows = row_count(&value);
        if rows == 0 {
            return None;
        }
        if let Some(parameter) = self.page_parameter(call, &["page", "page_number", "pagenumber", "p"]) {
            return to(with_parameter(&call.path, &parameter, &number.to_string()));
        }
        if let Some(parameter) = self.page_parameter(call, &["offset", "skip", "start", "from"]) {
            let so_far = parameter_of(&call.path, &parameter).and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
            return to(with_parameter(&call.path, &parameter, &(so_far + rows).to_string()));
        }
        None
    }

    /// The query parameter of the document's that has one of these names.
    fn page_parameter(&self, call: &Call, names: &[&str]) -> Option<String> {
        let path = call.path.split('?').next().unwrap_or_default();
        let action = self.catalogue.actions.iter().enumerate().find(|(at, action)| {
            action.verb == call.method && self.slots.of(*at).is_empty() && action.address_path() == path
        });
        let (_, action) = action?;
        let mut parameters = action.parameters_in(Place::Query);
        parameters
            .find(|parameter| names.contains(&parameter.name.to_lowercase().as_str()))
            .map(|parameter| parameter.name.clone())
    }

    /// A link in an answer as a path below the target; nothing where it leads elsewhere.
    fn on_target(&self, link: &str, from: &str) -> Option<String> {
        let base = url::Url::parse(&format!("{}{from}", self.client.base())).ok()?;
        let url = base.join(link).ok()?;
        (url.origin() == base.origin()).then(|| url.to_string())
    }
}

impl Pages {
    /// Whether one of these canaries stands in what was kept.
    fn found(&self, wanted: &[(String, String)]) -> bool {
        self.exchanges
            .iter()
            .any(|exchange| wanted.iter().any(|(canary, _)| exchange.answer.to_lowercase().contains(canary.as_str())))
    }
}

/// The surroundings of the first canary in a long answer, where the kept part does not hold it.
fn around(text: &str, wanted: &[(String, String)], kept: &str) -> String {
    let lower = text.to_lowercase();
    let kept_lower = kept.to_lowercase();
    if wanted.iter().any(|(canary, _)| kept_lower.contains(canary.as_str())) {
        return kept.to_owned();
    }
    let Some(at) = wanted.iter().find_map(|(canary, _)| lower.find(canary.as_str())) else { return kept.to_owned() };
    let start = (0..=at.saturating_sub(400)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = (at + 400..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    format!("… {} …", text.get(start..end).unwrap_or_default())
}

/// Elements of the longest list in a document.
fn row_count(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.values().map(row_count).max().unwrap_or(0),
        _ => 0,
    }
}

fn parameter_of(path: &str, name: &str) -> Option<String> {
    let query = path.split_once('?')?.1;
    url::form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == name).map(|(_, value)| value.into_owned())
}

/// The path with one parameter of its query set.
fn with_parameter(path: &str, name: &str, value: &str) -> String {
    let (plain, query) = path.split_once('?').unwrap_or((path, ""));
    let mut pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(n, _)| n != name).collect();
    pairs.push((name.to_owned(), value.to_owned()));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{plain}?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn parameters_are_set_once() {
        assert_eq!(with_parameter("/a?page=1&q=x", "page", "2"), "/a?q=x&page=2");
        assert_eq!(parameter_of("/a?offset=20", "offset").as_deref(), Some("20"));
        assert_eq!(row_count(&json!({"data": {"items": [1, 2]}, "tags": []})), 2);
    }

    proptest! {
        #[test]
        fn what_is_set_is_there(path in "/[a-z]{0,5}(\\?[a-z]=[a-z]{0,3})?", value in ".*") {
            prop_assert_eq!(parameter_of(&with_parameter(&path, "page", &value), "page"), Some(value));
        }
    }
}
