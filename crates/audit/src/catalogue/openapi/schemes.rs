//! Security schemes: how a document says that a credential is carried (OpenAPI 3.1 section 4.8.27; `securityDefinitions`
//! of Swagger 2.0).

use serde_json::Value;

use super::{resolved, text_of};
use crate::catalogue::{Place, document};
use crate::error::Result;

/// A scheme of a document's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// Its key in the document.
    pub name: String,
    /// How the credential is carried.
    pub carried: Carried,
    /// Where a name and a password are exchanged for a token, as the document writes it: `tokenUrl` of the password flow.
    pub token_address: Option<String>,
}

/// How a credential is carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// `Authorization: Bearer …` (RFC 6750).
    Bearer,
    /// `Authorization: Basic …` (RFC 7617).
    Basic,
    /// A header, a parameter of the query, or a cookie of this name.
    Key(Place, String),
    /// In a way that this version does not know: the scheme's type.
    Unknown(String),
}

/// The schemes of a document, JSON or YAML, in its order.
///
/// # Errors
/// When it is neither JSON nor YAML. A document without schemes has none.
pub fn schemes(bytes: &[u8], place: &str) -> Result<Vec<Scheme>> {
    Ok(listed(&document::parse(bytes, place)?))
}

/// The same of a document that was parsed already.
pub(super) fn listed(document: &Value) -> Vec<Scheme> {
    let listed = document.pointer("/components/securitySchemes").or_else(|| document.get("securityDefinitions"));
    let listed = listed.and_then(Value::as_object).into_iter().flatten();
    listed.filter_map(|(name, node)| scheme(name, &resolved(document, node))).collect()
}

fn scheme(name: &str, node: &Value) -> Option<Scheme> {
    let node = node.as_object()?;
    let kind = text_of(node, "type").unwrap_or_default().to_ascii_lowercase();
    let way = text_of(node, "scheme").unwrap_or_default().to_ascii_lowercase();
    let carried = match (kind.as_str(), way.as_str()) {
        ("http", "basic") | ("basic", _) => Carried::Basic,
        ("http", "bearer") | ("oauth2" | "openidconnect", _) => Carried::Bearer,
        ("apikey", _) => {
            let place = match text_of(node, "in") {
                Some("query") => Place::Query,
                Some("cookie") => Place::Cookie,
                _ => Place::Header,
            };
            Carried::Key(place, text_of(node, "name")?.to_owned())
        }
        _ => Carried::Unknown(kind.clone()),
    };
    let flow = node.get("flows").and_then(|flows| flows.get("password")).and_then(Value::as_object);
    let flow = flow.or_else(|| (text_of(node, "flow") == Some("password")).then_some(node));
    let token_address = flow.and_then(|flow| text_of(flow, "tokenUrl")).map(str::to_owned);
    Some(Scheme { name: name.to_owned(), carried, token_address })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Vec<Scheme> {
        schemes(text.as_bytes(), "document").unwrap()
    }

    #[test]
    fn each_kind_is_read() {
        let text = r##"{"components": {"securitySchemes": {
            "a": {"type": "http", "scheme": "Bearer"}, "b": {"type": "http", "scheme": "basic"},
            "c": {"type": "apiKey", "in": "cookie", "name": "sid"}, "d": {"$ref": "#/components/securitySchemes/e"},
            "e": {"type": "oauth2", "flows": {"password": {"tokenUrl": "token", "scopes": {}}}},
            "f": {"type": "mutualTLS"}, "g": {"type": "apiKey"}}}}"##;
        let found = of(text);
        let carried: Vec<_> = found.iter().map(|one| (one.name.as_str(), &one.carried)).collect();
        let sid = Carried::Key(Place::Cookie, "sid".into());
        let unknown = Carried::Unknown("mutualtls".into());
        let expected = [
            ("a", &Carried::Bearer),
            ("b", &Carried::Basic),
            ("c", &sid),
            ("d", &Carried::Bearer),
            ("e", &Carried::Bearer),
            ("f", &unknown),
        ];
        assert_eq!(carried, expected);
        assert_eq!(found[4].token_address.as_deref(), Some("token"));
    }

    #[test]
    fn swagger_spells_it_otherwise() {
        let text = "swagger: '2.0'\nsecurityDefinitions:\n  key: {type: apiKey, in: header, name: X-Key}\n  \
                    pass: {type: oauth2, flow: password, tokenUrl: /oauth/token}\n  plain: {type: basic}\n";
        let found = of(text);
        assert_eq!(found[0].carried, Carried::Key(Place::Header, "X-Key".into()));
        assert_eq!(found[1].token_address.as_deref(), Some("/oauth/token"));
        assert_eq!(found[2].carried, Carried::Basic);
        assert_eq!(of("openapi: 3.1.0"), []);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = schemes(&bytes, "document");
        }
    }
}
