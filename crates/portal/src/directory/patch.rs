//! Attributes changed one by one (RFC 7644 section 3.5.2), as Entra ID and Okta send it: with a path, or with an object
//! of attributes in its place; `op` in any case.

use door::{Refusal, Result};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::attribute::Path;

/// The most operations of one request.
const OPERATIONS_MAX: usize = 1_000;

/// What is to be changed.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Patch {
    /// The operations, in their order.
    #[serde(rename = "Operations", alias = "operations")]
    pub operations: Vec<Operation>,
}

/// One change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Operation {
    /// `add`, `replace` or `remove`.
    pub op: String,
    /// Which attribute.
    pub path: Option<String>,
    /// What it is from now on.
    #[serde(default)]
    pub value: Value,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Adds to what is there.
    Add,
    /// Puts into the place of what is there.
    Replace,
    /// Takes away.
    Remove,
}

/// What can be changed one attribute after the other.
pub trait Patched {
    /// Does one operation on one attribute. An attribute for which there is no place here is passed over.
    ///
    /// # Errors
    /// Which is not what it must be, and why.
    fn change(&mut self, op: Op, path: &Path, value: &Value) -> std::result::Result<(), String>;
}

impl Patch {
    /// Does all operations, or none counts.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with what is wrong: of a `path`, a `target` that is missing, an attribute that only the portal sets
    /// (`mutability`), or a value.
    pub fn apply(&self, draft: &mut impl Patched) -> Result<()> {
        if OPERATIONS_MAX < self.operations.len() {
            return Err(Refusal::field("Operations", "are more than 1000"));
        }
        self.operations.iter().try_for_each(|operation| operation.apply(draft))
    }
}

impl Operation {
    fn apply(&self, draft: &mut impl Patched) -> Result<()> {
        let path = self.path.as_deref().map(Path::parse).transpose().map_err(|why| Refusal::field("path", why))?;
        if let Some(path) = &path
            && ["id", "meta", "schemas", "groups"].contains(&path.attribute.split('.').next().unwrap_or_default())
        {
            return Err(Refusal::field("mutability", format!("{} is set by the portal alone", path.attribute)));
        }
        let op = match self.op.to_ascii_lowercase().as_str() {
            "add" => Op::Add,
            "replace" => Op::Replace,
            "remove" => Op::Remove,
            _ => return Err(Refusal::field("op", "must be add, replace or remove")),
        };
        let done = match (path, &self.value) {
            (Some(path), value) => draft.change(op, &path, value),
            (None, _) if op == Op::Remove => {
                return Err(Refusal::field("target", "is asked for: a path says what is removed"));
            }
            (None, Value::Object(attributes)) => return change_all(draft, op, attributes),
            (None, _) => Err("must be an object of attributes where there is no path".to_owned()),
        };
        done.map_err(|why| Refusal::field("value", why))
    }
}

fn change_all(draft: &mut impl Patched, op: Op, attributes: &Map<String, Value>) -> Result<()> {
    for (name, value) in attributes {
        let path = Path::parse(name).map_err(|why| Refusal::field("path", why))?;
        draft.change(op, &path, value).map_err(|why| Refusal::field("value", why))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use door::FieldErrors;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::directory::user::{Attributes, Draft};

    fn user() -> Attributes {
        let written = json!({"userName": "petra@example.com", "displayName": "Petra Lind", "externalId": "7"});
        serde_json::from_value::<Draft>(written).unwrap().finish().unwrap()
    }

    fn patched(operations: Value) -> Result<Attributes, String> {
        let patch: Patch = serde_json::from_value(json!({"schemas": [], "Operations": operations})).unwrap();
        let mut draft = Draft::from(user());
        let done =
            patch.apply(&mut draft).and_then(|()| draft.finish().map_err(|(name, why)| Refusal::field(name, why)));
        done.map_err(|refusal| match refusal {
            Refusal::Invalid(errors) => FieldErrors::into_keys(errors).collect::<Vec<_>>().join(" "),
            other => other.word().to_owned(),
        })
    }

    #[test]
    fn a_user_is_deactivated_in_each_way_that_directories_know() {
        for operation in [
            json!({"op": "Replace", "path": "active", "value": "False"}),
            json!({"op": "replace", "path": "active", "value": false}),
            json!({"op": "replace", "value": {"active": false}}),
            json!({"op": "Add", "value": {"Active": "false"}}),
            json!({"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": false}),
        ] {
            let user = patched(json!([operation.clone()])).unwrap();
            assert!(!user.active, "{operation}");
            assert_eq!(user.name.as_deref(), Some("Petra Lind"), "nothing else changed");
        }
    }

    #[test]
    fn attributes_come_and_go() {
        let user = patched(json!([
            {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "new@example.com"},
            {"op": "add", "value": {"name.givenName": "Petra", "name": {"familyName": "Berg"}, "title": "Head"}},
            {"op": "remove", "path": "displayName"},
            {"op": "remove", "path": "externalId"},
        ]))
        .unwrap();
        assert_eq!(user.mail.as_str(), "new@example.com");
        assert_eq!((user.given_name.as_deref(), user.family_name.as_deref()), (Some("Petra"), Some("Berg")));
        assert_eq!((user.name, user.external_id), (None, None));
        assert_eq!(user.user_name.as_str(), "petra@example.com");
    }

    #[test]
    fn what_cannot_be_done_says_of_what_kind_it_is() {
        for (operation, kind) in [
            (json!({"op": "replace", "path": "id", "value": "7"}), "mutability"),
            (json!({"op": "add", "path": "groups", "value": [{"value": "7"}]}), "mutability"),
            (json!({"op": "remove"}), "target"),
            (json!({"op": "move", "path": "active"}), "op"),
            (json!({"op": "replace", "path": "emails[", "value": "a"}), "path"),
            (json!({"op": "replace", "value": "petra"}), "value"),
            (json!({"op": "replace", "path": "active", "value": "perhaps"}), "value"),
            (json!({"op": "remove", "path": "active"}), "value"),
            (json!({"op": "remove", "path": "userName"}), "userName"),
            (json!({"op": "replace", "path": "emails", "value": [{"value": "petra"}]}), "emails"),
        ] {
            assert_eq!(patched(json!([operation])), Err(kind.to_owned()), "{operation}");
        }
        // The first does not count, either.
        assert!(patched(json!([{"op": "replace", "path": "active", "value": false}, {"op": "remove"}])).is_err());
    }

    proptest! {
        #[test]
        fn any_operation_changes_something_or_is_refused(op in "(?i:add|replace|remove|.{0,3})", path in ".{0,30}", value in ".{0,20}") {
            let _ = patched(json!([{"op": op.as_str(), "path": path, "value": value}]));
            let _ = patched(json!([{"op": op, "value": {path: value}}]));
        }
    }
}
