//! A user as a directory writes it (RFC 7643 section 4.1), as far as there is a place for it here: what it is called there, one
//! mail address, a name, and whether it is active. Whatever else directories send is left out, passwords above all.
//!
//! Names of attributes count in any case (RFC 7643 section 2.1), and truths may come as text: Entra ID writes `"False"`.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::directory::attribute::{Path, member, text};
use crate::directory::filter::Filter;
use crate::directory::patch::{Op, Patched};
use crate::fields::{Identifier, Mail};

/// The schema of users.
pub const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// A user as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    user_name: Option<String>,
    external_id: Option<String>,
    mail: Option<String>,
    name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    inactive: bool,
}

/// A user that has what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attributes {
    /// What it is called there.
    pub(in crate::directory) user_name: Identifier,
    /// Its number there.
    pub(in crate::directory) external_id: Option<String>,
    /// Where an invitation goes.
    pub(in crate::directory) mail: Mail,
    /// As people read it.
    pub(in crate::directory) name: Option<String>,
    /// The given name.
    pub(in crate::directory) given_name: Option<String>,
    /// The family name.
    pub(in crate::directory) family_name: Option<String>,
    /// Whether it may be here.
    pub(in crate::directory) active: bool,
}

impl Attributes {
    /// What it is looked up by: `userName` counts in any case (RFC 7643 section 4.1.1).
    pub(super) fn key(&self) -> String {
        self.user_name.as_str().to_lowercase()
    }
}

impl From<Attributes> for Draft {
    fn from(user: Attributes) -> Self {
        Self {
            user_name: Some(user.user_name.as_str().to_owned()),
            external_id: user.external_id,
            mail: Some(user.mail.as_str().to_owned()),
            name: user.name,
            given_name: user.given_name,
            family_name: user.family_name,
            inactive: !user.active,
        }
    }
}

impl Draft {
    /// Reads a whole user.
    ///
    /// # Errors
    /// Which attribute is not what it must be, and why.
    pub fn of(resource: &Map<String, Value>) -> Result<Self, String> {
        let mut draft = Self::default();
        for (name, value) in resource {
            draft.put(&Path::parse(name)?, value)?;
        }
        Ok(draft)
    }

    /// With everything that a user needs. Where no mail address is written, what it is called is one.
    ///
    /// # Errors
    /// The attribute, and what is wrong with it.
    pub(in crate::directory) fn finish(self) -> Result<Attributes, (&'static str, String)> {
        let user_name = self.user_name.ok_or(("userName", "is asked for".to_owned()))?;
        let mail = match self.mail {
            Some(mail) => Mail::try_from(mail).map_err(|why| ("emails", why))?,
            None => Mail::try_from(user_name.clone())
                .map_err(|_| ("emails", "is asked for: userName is no mail address".to_owned()))?,
        };
        Ok(Attributes {
            user_name: Identifier::try_from(user_name).map_err(|why| ("userName", why))?,
            external_id: self.external_id,
            mail,
            name: self.name,
            given_name: self.given_name,
            family_name: self.family_name,
            active: !self.inactive,
        })
    }

    /// Writes one attribute; null takes it away.
    ///
    /// # Errors
    /// Which is not what it must be, and why.
    fn put(&mut self, path: &Path, value: &Value) -> Result<(), String> {
        let named = |why: &str| format!("{}: {why}", path.attribute);
        match (path.attribute.as_str(), &path.filter) {
            ("username", None) => self.user_name = text(value).map_err(|why| named(&why))?,
            ("externalid", None) => self.external_id = text(value).map_err(|why| named(&why))?,
            ("displayname", None) => self.name = text(value).map_err(|why| named(&why))?,
            ("name", None) => match value {
                Value::Null => (self.given_name, self.family_name) = (None, None),
                Value::Object(parts) => {
                    for (part, value) in parts {
                        self.put(&Path::parse(&format!("name.{part}"))?, value)?;
                    }
                }
                _ => return Err(named("must be an object")),
            },
            ("name.givenname", None) => self.given_name = text(value).map_err(|why| named(&why))?,
            ("name.familyname", None) => self.family_name = text(value).map_err(|why| named(&why))?,
            ("active", None) => match value {
                Value::Bool(active) => self.inactive = !active,
                Value::String(text) if text.eq_ignore_ascii_case("true") => self.inactive = false,
                Value::String(text) if text.eq_ignore_ascii_case("false") => self.inactive = true,
                _ => return Err(named("must be true or false")),
            },
            ("emails", None) => self.mail = mail(value).map_err(|why| named(&why))?,
            ("emails.value", None) => self.mail = text(value).map_err(|why| named(&why))?,
            ("emails" | "emails.value", Some(of)) if is_first(of) => {
                self.mail = match value {
                    Value::Object(_) => mail(value),
                    _ => text(value),
                }
                .map_err(|why| named(&why))?;
            }
            // There is no place for it here.
            _ => {}
        }
        Ok(())
    }
}

/// Whether a filter of a value names the one address that is kept: that of the work, or the first.
fn is_first(of: &Filter) -> bool {
    (of.attribute == "type" && of.value.eq_ignore_ascii_case("work"))
        || (of.attribute == "primary" && of.value == "true")
}

/// The one address of several: the primary one, else that of the work, else the first.
fn mail(value: &Value) -> Result<Option<String>, String> {
    let said = |name: &str, mail: &Value| mail.as_object().and_then(|mail| member(mail, name)).cloned();
    match value {
        Value::Array(mails) => {
            let primary = |mail: &&Value| said("primary", mail) == Some(Value::Bool(true));
            let work = |mail: &&Value| said("type", mail) == Some(Value::from("work"));
            let chosen = mails.iter().find(primary).or_else(|| mails.iter().find(work)).or_else(|| mails.first());
            chosen.map_or(Ok(None), mail)
        }
        Value::Object(one) => member(one, "value").map_or(Ok(None), text),
        other => text(other),
    }
}

impl Patched for Draft {
    fn change(&mut self, op: Op, path: &Path, value: &Value) -> Result<(), String> {
        self.put(path, if op == Op::Remove { &Value::Null } else { value })
    }
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

    fn draft(value: Value) -> Result<Draft, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    /// As Okta writes one, and as Entra ID does.
    #[test]
    fn a_user_is_read_as_directories_write_it() {
        let okta = draft(json!({
            "schemas": [SCHEMA], "userName": "Petra@Example.com", "externalId": "00u1", "locale": "en-US",
            "name": {"givenName": "Petra", "familyName": "Lind"}, "displayName": "Petra Lind", "password": "x7-Kq9",
            "emails": [{"primary": false, "value": "p@home.example", "type": "home"},
                       {"primary": true, "value": "petra@example.com", "type": "work"}],
            "groups": [], "active": true
        }))
        .unwrap();
        let user = okta.finish().unwrap();
        assert_eq!((user.user_name.as_str(), user.mail.as_str()), ("Petra@Example.com", "petra@example.com"));
        assert_eq!((user.key().as_str(), user.active), ("petra@example.com", true));
        assert_eq!(user.family_name.as_deref(), Some("Lind"));
        assert!(!format!("{user:?}").contains("x7-Kq9"));

        let entra = draft(json!({"USERNAME": "petra@example.com", "Active": "False", "emails": [],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales"}}));
        let user = entra.unwrap().finish().unwrap();
        assert_eq!((user.mail.as_str(), user.active), ("petra@example.com", false));
    }

    #[test]
    fn what_is_not_as_it_must_be_is_named() {
        let why = |value| match draft(value) {
            Ok(draft) => draft.finish().map_or_else(|(name, why)| format!("{name}: {why}"), |_| String::new()),
            Err(why) => why,
        };
        assert_eq!(why(json!({})), "userName: is asked for");
        assert_eq!(why(json!({"userName": 7})), "username: must be text");
        assert_eq!(why(json!({"userName": "petra"})), "emails: is asked for: userName is no mail address");
        assert!(
            why(json!({"userName": "petra", "emails": [{"value": "petra"}]})).starts_with("emails: must be a mail")
        );
        assert_eq!(why(json!({"userName": "a@example.com", "active": "yes"})), "active: must be true or false");
        assert!(why(json!({"userName": "a\nb"})).contains("control characters"));
        assert!(why(json!({"userName": "a@example.com", "name": "Petra"})).contains("must be an object"));
        assert!(why(json!({"emails[": "a"})).contains("is no path"));
    }

    /// The address at home does not become the one that is kept.
    #[test]
    fn only_the_address_that_is_kept_changes() {
        let mut draft = Draft { mail: Some("petra@example.com".into()), ..Draft::default() };
        let put = |draft: &mut Draft, path: &str| draft.put(&Path::parse(path).unwrap(), &json!("new@example.com"));
        put(&mut draft, "emails[type eq \"home\"].value").unwrap();
        assert_eq!(draft.mail.as_deref(), Some("petra@example.com"));
        put(&mut draft, "emails[primary eq true].value").unwrap();
        assert_eq!(draft.mail.as_deref(), Some("new@example.com"));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let name = prop_oneof!["userName|emails|name|active", ".{0,12}"];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(name, inner, 0..4)
                    .prop_map(|object| Value::Object(object.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_document_is_a_user_or_refused(value in any_json()) {
            if let Ok(user) = draft(value).map(Draft::finish) {
                let _ = user.map(|user| {
                    let again = Draft::from(user.clone()).finish();
                    assert_eq!(again, Ok(user));
                });
            }
        }
    }
}
