//! Bodies in the lock: what a service accepted only after it had objected, with holes where each run has its own value.
//!
//! `{canary}` is a fresh canary, `{today+7}` a day, `{key}` the key of an object of this run's, `{actor.name}` a value of
//! whoever sends it. What came from the document and was accepted at once is not written down: the next run makes it again
//! without asking.

use super::super::world::World;
use crate::canary::Canaries;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Map, Value};

/// A field, its value as JSON, and where it came from.
pub(super) type Field = (String, String, String);

const CANARY: &str = "{canary}";
/// The key of an object: filled in by its name before anything is sent.
const KEY: &str = "{key}";

/// The fields of a good body, where each can be made again in another run.
pub(in crate::walk) fn values(
    first: &Value,
    good: &Value,
    is_reference: &dyn Fn(&str) -> bool,
    world: &World<'_>,
) -> Option<Vec<Field>> {
    let today = crate::walk::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let fields = good.as_object()?;
    let mut values = Vec::new();
    for (name, value) in fields {
        let plain = !name.is_empty() && !name.contains(char::is_whitespace) && name != "=";
        if !plain {
            return None;
        }
        let (value, from) = if is_reference(name) {
            (Value::from(KEY), "object")
        } else {
            let holed = with_holes(value, today, world)?;
            let at_once = first.get(name).and_then(|other| with_holes(other, today, world)).as_ref() == Some(&holed);
            (holed, if at_once { "document" } else { "refusal" })
        };
        values.push((name.clone(), value.to_string(), from.to_owned()));
    }
    Some(values)
}

/// The value with holes for what belongs to this run; nothing where something else in it does.
fn with_holes(value: &Value, today: Date, world: &World<'_>) -> Option<Value> {
    Some(match value {
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| with_holes(item, today, world)).collect::<Option<_>>()?)
        }
        Value::Object(fields) => {
            let each = fields.iter().map(|(name, value)| Some((name.clone(), with_holes(value, today, world)?)));
            Value::Object(each.collect::<Option<Map<_, _>>>()?)
        }
        Value::String(text) => Value::String(text_with_holes(text, today, world)?),
        other => other.clone(),
    })
}

fn text_with_holes(text: &str, today: Date, world: &World<'_>) -> Option<String> {
    let mut text = text.to_owned();
    while let Some(canary) = world.canaries.find_minted(&text) {
        if !text.contains(&canary) {
            return None;
        }
        text = text.replace(&canary, CANARY);
    }
    if let Some((date, rest)) = text.get(..10).and_then(|date| Some((date.parse::<Date>().ok()?, &text[10..]))) {
        let days = today.until(date).ok()?.get_days();
        return Some(format!("{{today{days:+}}}{rest}"));
    }
    // Values made from a canary in another shape, keys and secrets would be wrong in the next run.
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let own = world.objects.iter().any(|object| object.keys.values().any(|key| 4 <= key.len() && *key == text))
        || world.store.secrets().clean(&text) != text;
    (!own && digits < 6).then_some(text)
}

/// The body that the fields of a lock spell, with fresh values in its holes.
pub(in crate::walk) fn body(fields: &[Field], canaries: &mut Canaries) -> Option<Value> {
    if fields.is_empty() {
        return None;
    }
    let today = crate::walk::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut body = Map::new();
    for (name, value, _) in fields {
        let mut value: Value = serde_json::from_str(value).ok()?;
        fill(&mut value, today, canaries);
        body.insert(name.clone(), value);
    }
    Some(Value::Object(body))
}

fn fill(value: &mut Value, today: Date, canaries: &mut Canaries) {
    match value {
        Value::String(text) => {
            while text.contains(CANARY) {
                *text = text.replacen(CANARY, &canaries.mint(), 1);
            }
            if let Some(filled) = filled_day(text, today) {
                *text = filled;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, today, canaries)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, today, canaries)),
        _ => {}
    }
}

/// Leaves out what names an object that nobody made in this run.
pub(in crate::walk) fn without_open_holes(body: &mut Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|_, value| value != KEY);
    }
}

fn filled_day(text: &str, today: Date) -> Option<String> {
    let (days, rest) = text.strip_prefix("{today")?.split_once('}')?;
    let day = today.checked_add(days.parse::<i32>().ok()?.days()).ok()?;
    Some(format!("{day}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn holes_are_filled_with_this_runs_values() {
        let mut canaries = Canaries::new("abcd1");
        let fields = [
            ("title".to_owned(), "\"A {canary}\"".to_owned(), "refusal".to_owned()),
            ("due".to_owned(), "\"{today+2}T10:00:00Z\"".to_owned(), "refusal".to_owned()),
            ("count".to_owned(), "3".to_owned(), "document".to_owned()),
        ];
        let body = body(&fields, &mut canaries).unwrap();
        assert_eq!(body["count"], 3);
        assert!(canaries.find_minted(body["title"].as_str().unwrap()).is_some(), "{body}");
        assert_eq!(filled_day("{today+2}T10", Date::constant(2026, 12, 30)).unwrap(), "2027-01-01T10");
    }

    proptest! {
        #[test]
        fn any_value_is_filled_or_refused(value in ".{0,40}", name in ".{0,8}") {
            let mut canaries = Canaries::new("abcd1");
            let _ = body(&[(name, value.clone(), String::new())], &mut canaries);
            let _ = filled_day(&value, Date::constant(2026, 12, 30));
        }
    }
}
