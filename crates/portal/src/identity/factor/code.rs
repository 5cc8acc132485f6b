//! A code as it is typed: of the authenticator app, or from paper.

use serde::{Deserialize, Deserializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use zeroize::Zeroizing;

use super::totp::base32;
use crate::secret;

/// Bytes of a recovery code: 120 random bits, so a fast hash is enough (ASVS 5.0 6.5.2 wants 112).
const BYTES: usize = 15;
/// Letters between two hyphens, for the eye.
const GROUP: usize = 6;
/// The most letters that are looked at.
const LETTERS_MAX: usize = 64;

/// What was typed, without spaces and hyphens. It cannot be printed, and is wiped when it goes.
#[derive(Clone)]
pub struct Code(Zeroizing<String>);

impl Code {
    /// A fresh recovery code: as it is shown, and as it is compared.
    pub(super) fn fresh() -> (String, Self) {
        let mut bytes = Zeroizing::new([0_u8; BYTES]);
        #[expect(clippy::expect_used, reason = "no randomness, no safe answer")]
        getrandom::fill(bytes.as_mut()).expect("the operating system's random generator answers");
        let letters = base32(bytes.as_ref()).to_lowercase();
        let groups: Vec<String> =
            letters.as_bytes().chunks(GROUP).map(|group| group.iter().copied().map(char::from).collect()).collect();
        (groups.join("-"), Self(Zeroizing::new(letters)))
    }

    /// What was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How a recovery code is kept.
    pub(super) fn hash(&self) -> Vec<u8> {
        secret::hash(&self.0)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let letters = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
        let code: String = letters.flat_map(char::to_lowercase).take(LETTERS_MAX + 1).collect();
        match code.len() {
            0 => Err("must not be empty".to_owned()),
            length if length > LETTERS_MAX => Err("is longer than any code".to_owned()),
            _ => Ok(Self(Zeroizing::new(code))),
        }
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(…)")
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&Zeroizing::new(String::deserialize(deserializer)?)).map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(LETTERS_MAX))
            .examples([serde_json::json!("123456")])
            .into()
    }
}

impl ToSchema for Code {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_read_as_people_copy_it() {
        assert_eq!(Code::parse(" 123 456\n").unwrap().as_str(), "123456");
        let (shown, code) = Code::fresh();
        assert_eq!(shown.split('-').map(str::len).collect::<Vec<_>>(), [6, 6, 6, 6]);
        assert_eq!(Code::parse(&shown.to_uppercase()).unwrap().hash(), code.hash());
        assert_eq!(Code::parse(&shown.replace('-', " ")).unwrap().hash(), code.hash());
        assert_eq!(format!("{code:?}"), "Code(…)");
    }

    proptest! {
        #[test]
        fn any_text_is_a_code_or_none(text in ".{0,100}") {
            if let Ok(code) = Code::parse(&text) {
                prop_assert!((1..=LETTERS_MAX).contains(&code.as_str().len()));
            }
        }
    }
}
