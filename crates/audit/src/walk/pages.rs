//! A list page by page, however it is paged: by links, cursors, numbers or offsets, in the query or in the body.

use super::world::{Asked, Call, Who, World};
use crate::catalogue::{Body as Taken, Place};
use crate::client::{Body, Purpose};
use crate::evidence::{Exchange, Reading};
use crate::page;
use serde_json::Value;
use std::collections::BTreeSet;

/// Most pages that are read of one list.
const PAGES_MAX: usize = 30;
/// Names of fields that say where a page begins: by a cursor, by its number, by the rows before it.
const CURSOR_FIELDS: &[&str] = &[
    "cursor",
    "after",
    "page_token",
    "pagetoken",
    "next_token",
    "nexttoken",
    "token",
    "next",
    "starting_after",
    "startingafter",
    "continuation",
];
const NUMBER_FIELDS: &[&str] = &["page", "page_number", "pagenumber", "p"];
const OFFSET_FIELDS: &[&str] = &["offset", "skip", "start", "from"];
/// Names of fields that say how long it is.
const LENGTH_FIELDS: &[&str] =
    &["limit", "size", "page_size", "pagesize", "per_page", "perpage", "take", "count", "max", "max_results"];

/// Whether a field says where a page begins or how long it is.
pub(super) fn is_paging(name: &str) -> bool {
    let name = name.to_lowercase();
    [CURSOR_FIELDS, NUMBER_FIELDS, OFFSET_FIELDS, LENGTH_FIELDS].iter().any(|names| names.contains(&name.as_str()))
        || name.starts_with("page[")
}

/// A list, read.
#[derive(Debug, Clone)]
pub struct Pages {
    /// Its pages.
    pub exchanges: Vec<Exchange>,
    /// It was read to its end.
    pub complete: bool,
}

/// A field by which a list is paged or searched.
pub(super) struct Field {
    /// Its name.
    pub(super) name: String,
    /// It stands in the body and not in the query.
    pub(super) in_body: bool,
}

impl Field {
    /// The call with this field set.
    pub(super) fn set(&self, call: &Call, value: &str) -> Call {
        let mut call = call.clone();
        match &mut call.body {
            Body::Json(Value::Object(fields)) if self.in_body => {
                let number = || value.parse::<i64>().map(Value::from).ok();
                let flag = || value.parse::<bool>().map(Value::from).ok();
                let value = number().or_else(flag).unwrap_or_else(|| value.into());
                fields.insert(self.name.clone(), value);
            }
            Body::Form(pairs) if self.in_body => {
                pairs.retain(|(name, _)| *name != self.name);
                pairs.push((self.name.clone(), value.to_owned()));
            }
            _ => call.path = with_parameter(&call.path, &self.name, value),
        }
        call
    }

    fn get(&self, call: &Call) -> Option<String> {
        if !self.in_body {
            return parameter_of(&call.path, &self.name);
        }
        crate::compare::scalar(call.sent_json()?.get(&self.name)?)
    }
}

impl World<'_> {
    /// Reads a list page by page: until one of these canaries is found, or to its end.
    pub async fn read_pages(&mut self, who: Who, call: &Call, wanted: &[(String, String)], purpose: Purpose) -> Pages {
        let mut exchanges: Vec<Exchange> = Vec::new();
        let mut next = Some(call.clone());
        let mut seen = BTreeSet::new();
        let mut number = 1;
        while let Some(call) = next.take() {
            if !seen.insert(call.sent_text()) {
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
        let to = |path: String| Some(Call { path, ..call.clone() });
        if asked.answer.header("content-type").is_some_and(page::is_page) {
            return to(self.on_target(&page::next(&asked.answer.text())?, &call.path)?);
        }
        let value = asked.answer.json()?;
        let set = |field: &Field, value: &str| Some(field.set(call, value));
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
                let fallback = || Field { name: "cursor".to_owned(), in_body: false };
                return set(&self.page_field(call, CURSOR_FIELDS).unwrap_or_else(fallback), &text);
            }
        }
        let rows = row_count(&value);
        if rows == 0 {
            return None;
        }
        if let Some(field) = self.page_field(call, NUMBER_FIELDS) {
            return set(&field, &number.to_string());
        }
        let field = self.page_field(call, OFFSET_FIELDS)?;
        let so_far = field.get(call).and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
        set(&field, &(so_far + rows).to_string())
    }

    /// The field of the document's that has one of these names: of the query, or of the body.
    pub(super) fn page_field(&self, call: &Call, names: &[&str]) -> Option<Field> {
        let path = call.path.split('?').next().unwrap_or_default();
        let action = self.catalogue.actions.iter().enumerate().find(|(at, action)| {
            action.verb == call.method && self.slots.of(*at).is_empty() && action.address_path() == path
        });
        let (_, action) = action?;
        let fits = |name: &str| names.contains(&name.to_lowercase().as_str());
        let in_query = action.parameters_in(Place::Query).find(|parameter| fits(&parameter.name));
        if let Some(parameter) = in_query {
            return Some(Field { name: parameter.name.clone(), in_body: false });
        }
        let fields = action.body.as_ref().and_then(Taken::best)?.schema.properties();
        fields.into_iter().find(|(name, _)| fits(name)).map(|(name, _)| Field { name, in_body: true })
    }

    /// The call from the list's beginning: what a body made up of where a page begins and how long it is would skip
    /// rows.
    pub(super) fn whole_list(&self, call: &Call) -> Call {
        let mut call = call.clone();
        let Body::Json(Value::Object(fields)) = &mut call.body else { return call };
        let is = |name: &String, words: &[&str]| words.contains(&name.to_lowercase().as_str());
        let numbered = |value: &Value| value.is_number();
        fields.retain(|name, value| {
            let begins = is(name, OFFSET_FIELDS) || is(name, NUMBER_FIELDS);
            !(numbered(value) && (begins || is(name, LENGTH_FIELDS)) || is(name, CURSOR_FIELDS))
        });
        call
    }

    /// A link in an answer as a path below the target; nothing where it leads elsewhere.
    pub(super) fn on_target(&self, link: &str, from: &str) -> Option<String> {
        let base = url::Url::parse(&format!("{}{from}", self.client.base())).ok()?;
        let url = base.join(link).ok()?;
        (url.origin() == base.origin()).then(|| url.to_string())
    }
}

impl Pages {
    /// Whether one of these canaries stands in what was kept.
    pub(super) fn found(&self, wanted: &[(String, String)]) -> bool {
        let mut answers = self.exchanges.iter().filter(|exchange| exchange.reading == Reading::Success);
        answers
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
