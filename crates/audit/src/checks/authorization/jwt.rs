//! Tokens that carry their own claims: JSON Web Tokens (RFC 7519) as they travel, signed or not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::walk::World;

/// A token in three parts, read without its key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Jwt {
    /// Its header: `{"alg":"HS256"}`.
    pub(super) header: Value,
    /// Its claims.
    pub(super) claims: Value,
    /// Header and claims as they were signed.
    pub(super) signed: String,
    /// The third part.
    pub(super) signature: String,
}

impl Jwt {
    /// Nothing where a text is no such token.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let read = |part: &str| -> Option<Value> {
            let value: Value =
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?).ok()?;
            value.is_object().then_some(value)
        };
        let token = Self {
            header: read(header)?,
            claims: read(claims)?,
            signed: format!("{header}.{claims}"),
            signature: signature.to_owned(),
        };
        token.header.get("alg").is_some().then_some(token)
    }

    /// Header and claims as they travel before the second dot.
    pub(super) fn unsigned(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", part(header), part(claims))
    }

    /// Seconds until it ends by itself; nothing where it never does.
    pub(super) fn left_s(&self, now: i64) -> Option<i64> {
        Some(self.claims.get("exp")?.as_f64()? as i64 - now)
    }
}

/// The values that somebody's requests carry: what stands behind `Bearer `, and each cookie.
pub(super) fn carried(world: &World<'_>, at: usize) -> Vec<String> {
    let session = &world.actors[at].session;
    let credentials = session.credentials.iter().map(|one| one.value.rsplit(' ').next().unwrap_or_default().to_owned());
    credentials.chain(session.cookies.values().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_token_is_read_without_its_key() {
        let (header, claims) = (json!({"alg": "HS256"}), json!({"sub": "ann", "exp": 1_000}));
        let text = format!("{}.c2ln", Jwt::unsigned(&header, &claims));
        let token = Jwt::parse(&text).unwrap();
        assert_eq!((&token.header, &token.claims), (&header, &claims));
        assert_eq!(token.left_s(400), Some(600));
        assert_eq!(Jwt::parse("a.b.c"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_a_token_or_not(text in ".*", claims in "[a-zA-Z0-9_-]{0,20}") {
            let _ = Jwt::parse(&text);
            let _ = Jwt::parse(&format!("eyJhbGciOiJub25lIn0.{claims}."));
        }
    }
}
