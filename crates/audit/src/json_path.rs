//! Short paths into JSON, as the manifest writes them: `session.key`, `data.items[0].id`, `items[]`.
//!
//! A name steps into an object, `[2]` into an array, `[]` into each of its elements. The empty path, `.` and `$` are
//! the value itself; a path that begins with `[]` steps into a bare array.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Step {
    /// Into a member of an object.
    Name(String),
    /// Into one element of an array.
    Index(usize),
    /// Into each element of an array.
    Each,
}

/// A path into a JSON value.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JsonPath {
    /// From the root to the leaf.
    pub steps: Vec<Step>,
}

impl JsonPath {
    /// Reads a path. Says in a few words what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        for piece in text.split('.').map(str::trim).filter(|piece| !matches!(*piece, "" | "$")) {
            let piece = piece.strip_prefix("$[").map_or(piece, |_| &piece[1..]);
            let (name, mut rest) = piece.split_at(piece.find('[').unwrap_or(piece.len()));
            if !name.is_empty() {
                steps.push(Step::Name(name.to_owned()));
            }
            while !rest.is_empty() {
                let inside = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
                let Some((index, after)) = inside else { return Err(format!("`{piece}` has an open bracket")) };
                steps.push(match index {
                    "" | "*" => Step::Each,
                    number => Step::Index(number.parse().map_err(|_| format!("`[{number}]` is not a position"))?),
                });
                rest = after;
            }
        }
        Ok(Self { steps })
    }

    /// The same path with one more name.
    #[must_use]
    pub fn name(&self, name: &str) -> Self {
        self.with(Step::Name(name.to_owned()))
    }

    /// The same path with one more step.
    #[must_use]
    pub fn with(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { steps }
    }

    /// The first value at the path.
    pub fn first<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.all(value).into_iter().next()
    }

    /// Every value at the path, in order.
    pub fn all<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        let mut found = vec![value];
        for step in &self.steps {
            found = found
                .into_iter()
                .flat_map(|value| match step {
                    Step::Name(name) => value.get(name).into_iter().collect::<Vec<_>>(),
                    Step::Index(index) => value.get(index).into_iter().collect(),
                    Step::Each => value.as_array().into_iter().flatten().collect(),
                })
                .collect();
        }
        found
    }

    /// The value at the path, to be changed. Steps into each element take the first.
    pub fn first_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        self.steps.iter().try_fold(value, |value, step| match step {
            Step::Name(name) => value.get_mut(name),
            Step::Index(index) => value.get_mut(index),
            Step::Each => value.get_mut(0),
        })
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps.iter().enumerate() {
            match step {
                Step::Name(name) if position == 0 => f.write_str(name)?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Each => f.write_str("[]")?,
            }
        }
        Ok(())
    }
}

/// A scalar as people write it: strings without quotes, numbers and booleans as in JSON.
pub fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Every scalar in a value with its path, in order.
pub fn leaves(value: &Value) -> Vec<(JsonPath, &Value)> {
    let mut found = Vec::new();
    let mut open = vec![(JsonPath::default(), value)];
    while let Some((path, value)) = open.pop() {
        match value {
            Value::Object(members) => {
                open.extend(members.iter().rev().map(|(name, value)| (path.name(name), value)));
            }
            Value::Array(elements) => {
                let numbered = elements.iter().enumerate().rev();
                open.extend(numbered.map(|(index, value)| (path.with(Step::Index(index)), value)));
            }
            scalar => found.push((path, scalar)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn steps_into_objects_arrays_and_each() {
        let value = json!({"data": {"items": [{"id": 1}, {"id": 2}]}});
        let path = |text| JsonPath::parse(text).unwrap();
        assert_eq!(path("data.items[1].id").first(&value), Some(&json!(2)));
        assert_eq!(path("data.items[].id").all(&value), [&json!(1), &json!(2)]);
        assert_eq!(path("$").first(&value), Some(&value));
        assert_eq!(path("data.none").first(&value), None);
        assert_eq!(path("[].id").all(&value["data"]["items"]).len(), 2);
    }

    #[test]
    fn leaves_come_in_order_with_their_paths() {
        let value = json!({"a": [1, {"b": "x"}], "c": null});
        let shown: Vec<_> = leaves(&value).into_iter().map(|(path, leaf)| format!("{path}={leaf}")).collect();
        assert_eq!(shown, ["a[0]=1", "a[1].b=\"x\"", "c=null"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            if let Ok(path) = JsonPath::parse(&text) {
                prop_assert_eq!(JsonPath::parse(&path.to_string()).unwrap(), path);
            }
        }
    }
}
