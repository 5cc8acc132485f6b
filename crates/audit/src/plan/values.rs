//! Values for schemas: deterministic, valid, and with a canary in each text that can carry one.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::pattern;
use super::scalars::{capitalised, day, digits_of, fit, number, uuid_of};
use super::shape::{Shape, names_a_reference, names_rank_or_value, shape};
use crate::catalogue::{Kind, Parameter, Schema};
use crate::json_path::JsonPath;

/// How deep objects are made inside objects.
const DEPTH_MAX: usize = 6;

/// What values are made from.
pub struct Maker<'a> {
    /// A text that was never used: small letters and digits.
    pub mint: &'a mut dyn FnMut() -> String,
    /// The value of a field that refers to an object, where one is known: the field's name and schema in.
    pub reference: &'a dyn Fn(&str, &Schema) -> Option<Value>,
    /// The day of the walk; days that are made lie after it.
    pub today: Date,
}

/// How much of an object is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// What the schema asks for, and one text that carries a canary.
    Lean,
    /// Everything that a client may send.
    Full,
}

/// A value with the canaries in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// What is sent.
    pub value: Value,
    /// Each canary, and where it stands.
    pub canaries: Vec<(JsonPath, String)>,
}

/// Why a field is left out.
enum Left {
    Out,
}

impl Maker<'_> {
    /// A body for a schema, with the names that must be in it although the schema does not ask for them.
    pub fn body(&mut self, schema: &Schema, extent: Extent, also: &BTreeSet<String>) -> Made {
        let mut making = Making { maker: self, extent, also, canaries: Vec::new() };
        let value = making.value("", schema, &JsonPath::default(), true, 0).unwrap_or(Value::Null);
        let canaries = making.canaries;
        Made { value, canaries }
    }

    /// A single field's value, canaries in it noted under its name.
    pub fn field(&mut self, name: &str, schema: &Schema) -> Option<Made> {
        let also = BTreeSet::new();
        let mut making = Making { maker: self, extent: Extent::Lean, also: &also, canaries: Vec::new() };
        let value = making.value(name, schema, &JsonPath::default().name(name), true, 0).ok()?;
        let canaries = making.canaries;
        Some(Made { value, canaries })
    }

    /// A value for a parameter: what the document shows, else one that the schema allows. Never a canary in a header.
    pub fn parameter(&mut self, parameter: &Parameter) -> Option<Value> {
        if let Some(known) = (self.reference)(&parameter.name, &parameter.schema) {
            return Some(known);
        }
        if let Some(shown) = parameter.examples.iter().chain(&parameter.schema.examples()).find(|one| !one.is_null()) {
            return Some(shown.clone());
        }
        self.field(&parameter.name, &parameter.schema).map(|made| made.value)
    }
}

/// A text for a schema's pattern, another one each time; nothing where it has none, or any canary fits it.
pub fn renewed(schema: &Schema, seed: &str) -> Option<Value> {
    let pattern = schema.pattern()?;
    pattern::matching(&pattern, &[], seed).map(Value::String)
}

struct Making<'a, 'b> {
    maker: &'a mut Maker<'b>,
    extent: Extent,
    also: &'a BTreeSet<String>,
    canaries: Vec<(JsonPath, String)>,
}

impl Making<'_, '_> {
    fn value(
        &mut self,
        name: &str,
        schema: &Schema,
        path: &JsonPath,
        required: bool,
        depth: usize,
    ) -> Result<Value, Left> {
        if schema.is_read_only() && !name.is_empty() {
            return Err(Left::Out);
        }
        if let Some(value) = schema.constant() {
            return Ok(value);
        }
        if let Some(value) = schema.enumeration().into_iter().find(|value| !value.is_null()) {
            let preferred = schema.default_value().filter(|default| !default.is_null());
            return Ok(preferred.unwrap_or(value));
        }
        let kind = schema.kind();
        if !matches!(kind, Kind::Object | Kind::Array)
            && let Some(known) = self.reference(name, schema)
        {
            return Ok(known);
        }
        if matches!(kind, Kind::Any) || (kind == Kind::Object && schema.properties().is_empty()) {
            for alternative in schema.alternatives() {
                if depth < DEPTH_MAX
                    && let Ok(value) = self.value(name, &alternative, path, required, depth + 1)
                {
                    return Ok(value);
                }
            }
        }
        match kind {
            Kind::Object => self.object(schema, path, depth).ok_or(Left::Out),
            Kind::Array => self.array(name, schema, path, required, depth),
            Kind::Null => Ok(Value::Null),
            Kind::Any if name.is_empty() => Ok(schema.examples().into_iter().next().unwrap_or_else(|| json!({}))),
            _ => self.scalar(name, schema, path, required),
        }
    }

    fn reference(&self, name: &str, schema: &Schema) -> Option<Value> {
        if name.is_empty() { None } else { (self.maker.reference)(name, schema) }
    }

    /// Required fields first, then the others as far as the extent goes.
    fn object(&mut self, schema: &Schema, path: &JsonPath, depth: usize) -> Option<Value> {
        if depth > DEPTH_MAX {
            return None;
        }
        let properties = schema.properties();
        let required = schema.required();
        let is_required =
            |name: &str| required.iter().any(|asked| asked == name) || (depth == 0 && self.also.contains(name));
        let (first, rest): (Vec<_>, Vec<_>) = properties.into_iter().partition(|(name, _)| is_required(name));
        let mut members = Map::new();
        let before = self.canaries.len();
        for (name, schema) in &first {
            match self.value(name, schema, &path.name(name), true, depth + 1) {
                Ok(value) => drop(members.insert(name.clone(), value)),
                Err(Left::Out) => {}
            }
        }
        let everything = self.extent == Extent::Full || first.is_empty();
        for (name, schema) in &rest {
            let carries = self.extent == Extent::Lean
                && depth == 0
                && self.canaries.len() == before
                && is_free_text(name, schema);
            let wanted = (everything && !names_rank_or_value(name)) || carries;
            if wanted && let Ok(value) = self.value(name, schema, &path.name(name), false, depth + 1) {
                members.insert(name.clone(), value);
            }
        }
        for name in self.also.iter().filter(|_| depth == 0) {
            if !members.contains_key(name)
                && let Ok(value) = self.value(name, &Schema::any(), &path.name(name), true, depth + 1)
            {
                members.insert(name.clone(), value);
            }
        }
        Some(Value::Object(members))
    }

    fn array(
        &mut self,
        name: &str,
        schema: &Schema,
        path: &JsonPath,
        required: bool,
        depth: usize,
    ) -> Result<Value, Left> {
        let least = schema.number("minItems").map_or(0, |number| number.clamp(0.0, 20.0) as usize);
        if !required && least == 0 && self.extent == Extent::Lean {
            return Err(Left::Out);
        }
        let items = schema.items().unwrap_or_else(Schema::any);
        let mut elements = Vec::new();
        for position in 0..least.max(1) {
            let path = path.with(crate::json_path::Step::Index(position));
            match self.value(name, &items, &path, least > 0, depth + 1) {
                Ok(element) => elements.push(element),
                Err(Left::Out) => break,
            }
        }
        if elements.is_empty() && !required { Err(Left::Out) } else { Ok(Value::Array(elements)) }
    }

    fn scalar(&mut self, name: &str, schema: &Schema, path: &JsonPath, required: bool) -> Result<Value, Left> {
        let Some(shape) = shape(name, schema) else { return Err(Left::Out) };
        let is_reference = names_a_reference(name) || (name == "id" && matches!(shape, Shape::Uuid | Shape::Integer));
        if is_reference && !required {
            return Err(Left::Out);
        }
        let shown = schema.examples().into_iter().find(|value| !value.is_null());
        match shape {
            Shape::Integer => {
                Ok(shown.filter(Value::is_i64).unwrap_or_else(|| json!(number(schema, 1.0).ceil() as i64)))
            }
            Shape::Number => Ok(shown.filter(Value::is_number).unwrap_or_else(|| json!(number(schema, 1.5)))),
            Shape::Flag => Ok(schema.default_value().filter(Value::is_boolean).unwrap_or(json!(false))),
            text => Ok(Value::String(self.text(name, text, schema, path, shown.as_ref()))),
        }
    }

    /// A text of the shape, with a canary where one fits; the canary is noted.
    fn text(&mut self, name: &str, shape: Shape, schema: &Schema, path: &JsonPath, shown: Option<&Value>) -> String {
        let today = self.maker.today;
        let canary = (self.maker.mint)();
        let text = match shape {
            Shape::Text | Shape::Word => canary.clone(),
            Shape::Mail => format!("{canary}@example.com"),
            // Strict rules ask for small and capital letters, a digit, a sign, and some length.
            Shape::Password => format!("Pw9!{canary}"),
            Shape::Address => format!("https://example.com/{canary}"),
            Shape::Host => format!("{canary}.example.com"),
            Shape::Base64 => base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &canary),
            Shape::Uuid => uuid_of(&canary),
            Shape::Phone => format!("+4930{}", digits_of(&canary, 7)),
            Shape::Day => day(name, today).to_string(),
            Shape::Moment => format!("{}T10:00:00Z", day(name, today)),
            Shape::Clock => "10:00:00".to_owned(),
            Shape::Span => "PT1H".to_owned(),
            Shape::Ipv4 => "192.0.2.10".to_owned(),
            Shape::Ipv6 => "2001:db8::10".to_owned(),
            Shape::Fixed(fixed) => shown.and_then(Value::as_str).unwrap_or(fixed).to_owned(),
            Shape::Integer | Shape::Number | Shape::Flag => String::new(),
        };
        let text = match schema.pattern() {
            Some(pattern) => {
                let mut candidates = vec![text.clone(), canary.to_uppercase(), capitalised(&canary)];
                candidates.extend(shown.and_then(Value::as_str).map(str::to_owned));
                pattern::matching(&pattern, &candidates, &canary).unwrap_or(text)
            }
            None => text,
        };
        let text = fit(text, schema);
        if text.to_lowercase().contains(&canary) {
            self.canaries.push((path.clone(), canary));
        } else if matches!(shape, Shape::Uuid | Shape::Phone | Shape::Base64) && text.len() >= 10 {
            self.canaries.push((path.clone(), text.clone()));
        }
        text
    }
}

/// Whether a field can carry a canary as plain text.
fn is_free_text(name: &str, schema: &Schema) -> bool {
    schema.enumeration().is_empty()
        && schema.constant().is_none()
        && !schema.is_read_only()
        && !names_a_reference(name)
        && !names_rank_or_value(name)
        && shape(name, schema) == Some(Shape::Text)
        && schema.number("maxLength").is_none_or(|length| length >= 16.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::Arc;

    pub(crate) fn make(schema: Value, extent: Extent, also: &[&str]) -> Made {
        let mut count = 0;
        let mut mint = || {
            count += 1;
            format!("plimabcde{count:04}")
        };
        let reference = |name: &str, _: &Schema| (name == "project_id").then(|| json!(7));
        let mut maker = Maker { mint: &mut mint, reference: &reference, today: Date::constant(2026, 11, 22) };
        let document = Arc::new(json!({"schemas": {"Tree": {"type": "object", "required": ["child", "name"],
            "properties": {"name": {"type": "string"}, "child": {"$ref": "#/schemas/Tree"}}}}}));
        maker.body(&Schema::new(schema, document), extent, &also.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn required_first_and_one_text_for_the_canary() {
        let schema = json!({"type": "object", "required": ["mail", "kind", "count"], "properties": {
            "id": {"type": "integer", "readOnly": true}, "mail": {"type": "string", "format": "email"},
            "kind": {"enum": ["b", "a"]}, "count": {"type": "integer", "minimum": 3}, "note": {"type": "string"},
            "role": {"type": "string"}, "owner_id": {"type": "integer"}, "project_id": {"type": "integer"}}});
        let lean = make(schema.clone(), Extent::Lean, &[]);
        let names: Vec<_> = lean.value.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["count", "kind", "mail"]);
        assert_eq!((&lean.value["kind"], &lean.value["count"]), (&json!("b"), &json!(3)));
        assert_eq!(lean.value["mail"], format!("{}@example.com", lean.canaries[0].1));
        let full = make(schema, Extent::Full, &["role"]);
        let names: Vec<_> = full.value.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["count", "kind", "mail", "note", "project_id", "role"]);
        assert_eq!(full.value["project_id"], 7);
        assert!(
            full.canaries.iter().any(|(path, canary)| path.to_string() == "note" && full.value["note"] == **canary)
        );
    }

    #[test]
    fn formats_lengths_patterns_and_alternatives() {
        let one = |schema: Value| {
            make(json!({"type": "object", "required": ["x"], "properties": {"x": schema}}), Extent::Lean, &[]).value["x"].clone()
        };
        assert_eq!(one(json!({"type": "string", "format": "date"})), "2026-12-22");
        assert_eq!(one(json!({"type": "string", "format": "uuid"})).as_str().unwrap().len(), 36);
        assert_eq!(one(json!({"type": "string", "maxLength": 4})).as_str().unwrap().len(), 4);
        assert_eq!(one(json!({"type": "string", "minLength": 30})).as_str().unwrap().len(), 30);
        assert_eq!(one(json!({"type": "string", "pattern": "^[A-Z]{3}$"})).as_str().unwrap().len(), 3);
        assert_eq!(
            one(
                json!({"oneOf": [{"type": "array", "items": {}}, {"type": "object", "properties": {"a": {"type": "boolean"}}}]})
            ),
            json!({"a": false})
        );
        assert_eq!(one(json!({"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5})), 1.5);
        assert_eq!(one(json!({"type": "array", "items": {"type": "integer"}, "minItems": 2})), json!([1, 1]));
        assert_eq!(one(json!({"const": "k"})), "k");
    }

    #[test]
    fn a_tree_that_asks_for_itself_ends() {
        let made = make(json!({"$ref": "#/schemas/Tree"}), Extent::Lean, &[]);
        assert!(made.value["name"].is_string());
    }

    proptest! {
        #[test]
        fn numbers_stay_inside(least in -1000.0..1000.0_f64, width in 2.0..100.0_f64) {
            let schema = Schema::new(json!({"type": "number", "minimum": least, "maximum": least + width}), Arc::new(Value::Null));
            let made = number(&schema, 1.0);
            prop_assert!(least <= made && made <= least + width);
        }

        #[test]
        fn canaries_stand_where_they_are_said_to(names in proptest::collection::btree_set("[a-z]{1,8}(_at|_url|Email)?", 1..6)) {
            let properties: Map<String, Value> = names.iter().map(|name| (name.clone(), json!({"type": "string"}))).collect();
            let made = make(json!({"type": "object", "properties": properties}), Extent::Full, &[]);
            for (path, canary) in &made.canaries {
                let found = path.first(&made.value).and_then(Value::as_str).unwrap();
                prop_assert!(found.contains(canary.as_str()));
            }
        }
    }
}
