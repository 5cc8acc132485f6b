//! A group as a directory writes it (RFC 7643 section 4.2): what it is called, its number there, and who is in it. Groups in a
//! group are refused: what they give would be nobody's decision.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use crate::directory::attribute::{Path, member, text};
use crate::directory::patch::{Op, Patched};
use crate::fields::Identifier;

/// The schema of groups.
pub const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A group as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    name: Option<String>,
    external_id: Option<String>,
    members: BTreeSet<Uuid>,
}

/// A group that has what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attributes {
    /// What it is called there.
    pub(super) name: Identifier,
    /// Its number there.
    pub(super) external_id: Option<String>,
    /// The users in it.
    pub(super) members: BTreeSet<Uuid>,
}

impl Attributes {
    /// What it is looked up by: `displayName` counts in any case.
    pub(super) fn key(&self) -> String {
        self.name.as_str().to_lowercase()
    }
}

impl From<Attributes> for Draft {
    fn from(group: Attributes) -> Self {
        Self { name: Some(group.name.as_str().to_owned()), external_id: group.external_id, members: group.members }
    }
}

impl Draft {
    /// Reads a whole group.
    ///
    /// # Errors
    /// Which attribute is not what it must be, and why.
    pub fn of(resource: &Map<String, Value>) -> Result<Self, String> {
        let mut draft = Self::default();
        for (name, value) in resource {
            draft.change(Op::Replace, &Path::parse(name)?, value)?;
        }
        Ok(draft)
    }

    /// With everything that a group needs.
    ///
    /// # Errors
    /// The attribute, and what is wrong with it.
    pub(super) fn finish(self) -> Result<Attributes, (&'static str, String)> {
        let name = self.name.ok_or(("displayName", "is asked for".to_owned()))?;
        Ok(Attributes {
            name: Identifier::try_from(name).map_err(|why| ("displayName", why))?,
            external_id: self.external_id,
            members: self.members,
        })
    }
}

impl Patched for Draft {
    fn change(&mut self, op: Op, path: &Path, value: &Value) -> Result<(), String> {
        let named = |why: String| format!("{}: {why}", path.attribute);
        let kept = if op == Op::Remove { &Value::Null } else { value };
        match (path.attribute.as_str(), &path.filter, op) {
            ("displayname", None, _) => self.name = text(kept).map_err(named)?,
            ("externalid", None, _) => self.external_id = text(kept).map_err(named)?,
            ("members", None, Op::Add) => self.members.extend(users(value).map_err(named)?),
            ("members", None, Op::Replace) => self.members = users(value).map_err(named)?,
            // Entra ID names whom it removes beside the path; without a name it is all of them (RFC 7644 section 3.5.2.2).
            ("members", None, Op::Remove) if value.is_null() => self.members.clear(),
            ("members", None, Op::Remove) => {
                for user in users(value).map_err(named)? {
                    self.members.remove(&user);
                }
            }
            ("members", Some(of), Op::Remove) if of.attribute == "value" => {
                self.members.remove(&id(&of.value).map_err(named)?);
            }
            ("members", Some(_), _) => return Err(named("are added whole, and removed by their value".to_owned())),
            // There is no place for it here.
            _ => {}
        }
        Ok(())
    }
}

/// The users that a list of members names: objects with a `value`, or ids alone; one, or several.
fn users(value: &Value) -> Result<BTreeSet<Uuid>, String> {
    match value {
        Value::Null => Ok(BTreeSet::new()),
        Value::Array(several) => several.iter().map(user).collect(),
        one => Ok(BTreeSet::from([user(one)?])),
    }
}

fn user(value: &Value) -> Result<Uuid, String> {
    match value {
        Value::String(text) => id(text),
        Value::Object(named) => {
            if member(named, "type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("group")) {
                return Err("a group is no member of another here".to_owned());
            }
            member(named, "value").and_then(Value::as_str).map_or_else(|| Err("must have a value".to_owned()), id)
        }
        _ => Err("must be a list of members".to_owned()),
    }
}

fn id(text: &str) -> Result<Uuid, String> {
    text.trim().parse().map_err(|_| "must be the ids of users".to_owned())
}

impl<'de> Deserialize<'de> for Draft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of(&Map::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Any object: what is looked at is said above.
impl PartialSchema for Draft {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().into()
    }
}

impl ToSchema for Draft {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::directory::patch::Patch;

    const ANA: Uuid = Uuid::from_u128(1);
    const TOM: Uuid = Uuid::from_u128(2);
    const KIM: Uuid = Uuid::from_u128(3);

    fn draft(value: Value) -> Result<Draft, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    fn patched(operation: &Value) -> Result<(String, Vec<Uuid>), String> {
        let group = json!({"displayName": "Editors", "members": [{"value": ANA}, {"value": TOM}]});
        let mut group = draft(group).unwrap();
        let patch: Patch = serde_json::from_value(json!({"schemas": [], "Operations": [operation]})).unwrap();
        patch.apply(&mut group).map_err(|refusal| format!("{refusal:?}"))?;
        let group = group.finish().map_err(|(_, why)| why)?;
        Ok((group.name.as_str().to_owned(), group.members.into_iter().collect()))
    }

    /// As Okta writes one, and as Entra ID does.
    #[test]
    fn a_group_is_read_as_directories_write_it() {
        let okta = draft(json!({"schemas": [SCHEMA], "displayName": "Editors", "members": []})).unwrap();
        assert_eq!(okta.finish().unwrap().members, BTreeSet::new());
        let entra = draft(json!({
            "schemas": [SCHEMA, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
            "externalId": "8aa1", "DisplayName": "Editors", "meta": {"resourceType": "Group"},
            "members": [{"$ref": null, "value": ANA, "type": "User"}]
        }));
        let entra = entra.unwrap().finish().unwrap();
        assert_eq!((entra.name.as_str(), entra.external_id.as_deref()), ("Editors", Some("8aa1")));
        assert_eq!(entra.members, BTreeSet::from([ANA]));
    }

    #[test]
    fn members_come_and_go_in_each_way_that_directories_know() {
        for (operation, members) in [
            (json!({"op": "add", "path": "members", "value": [{"value": KIM, "display": "kim"}]}), vec![ANA, TOM, KIM]),
            (json!({"op": "Add", "path": "members", "value": [{"$ref": null, "value": KIM}]}), vec![ANA, TOM, KIM]),
            (json!({"op": "add", "value": {"members": [{"value": KIM}]}}), vec![ANA, TOM, KIM]),
            (json!({"op": "add", "path": "members", "value": {"value": TOM}}), vec![ANA, TOM]),
            (json!({"op": "Remove", "path": "members", "value": [{"$ref": null, "value": ANA}]}), vec![TOM]),
            (json!({"op": "remove", "path": format!("members[value eq \"{ANA}\"]")}), vec![TOM]),
            (json!({"op": "remove", "path": format!("members[value eq \"{KIM}\"]")}), vec![ANA, TOM]),
            (json!({"op": "remove", "path": "members"}), vec![]),
            (json!({"op": "remove", "path": "members", "value": []}), vec![ANA, TOM]),
            (json!({"op": "replace", "path": "members", "value": [{"value": KIM}]}), vec![KIM]),
            (json!({"op": "replace", "value": {"members": [KIM]}}), vec![KIM]),
        ] {
            assert_eq!(patched(&operation), Ok(("Editors".to_owned(), members)), "{operation}");
        }
        // As Okta renames one: with its id beside.
        let renamed = patched(&json!({"op": "replace", "value": {"id": TOM, "displayName": "Authors"}})).unwrap();
        assert_eq!(renamed, ("Authors".to_owned(), vec![ANA, TOM]));
    }

    #[test]
    fn what_is_not_as_it_must_be_is_named() {
        for (operation, why) in [
            (json!({"op": "add", "path": "members", "value": [{"value": "kim"}]}), "members: must be the ids of users"),
            (
                json!({"op": "add", "path": "members", "value": [{"value": KIM, "type": "Group"}]}),
                "no member of another",
            ),
            (json!({"op": "add", "path": "members", "value": 7}), "members: must be a list"),
            (json!({"op": "add", "path": "members", "value": [{"display": "Kim"}]}), "must have a value"),
            (json!({"op": "replace", "path": "members[value eq \"1\"]", "value": {}}), "are added whole"),
            (json!({"op": "remove", "path": "members[display eq \"Kim\"]"}), "are added whole"),
            (json!({"op": "remove", "path": "displayName"}), "is asked for"),
        ] {
            let said = patched(&operation).unwrap_err();
            assert!(said.contains(why), "{operation}: {said}");
        }
        assert_eq!(draft(json!({})).unwrap().finish().unwrap_err().0, "displayName");
    }

    proptest! {
        #[test]
        fn any_document_is_a_group_or_refused(name in "displayName|members|.{0,12}", text in ".{0,12}", id in any::<u128>()) {
            let id = Uuid::from_u128(id);
            for value in [json!(text), json!([text]), json!([{"value": text}]), json!([{"value": id}]), json!({"value": id})] {
                if let Ok(Ok(group)) = draft(json!({ name.as_str(): value })).map(Draft::finish) {
                    prop_assert_eq!(Draft::from(group.clone()).finish(), Ok(group));
                }
            }
        }
    }
}
