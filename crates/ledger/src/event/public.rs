//! What may stand in the immutable body, and what may not.
//!
//! A body is never changed and never deleted on somebody's request, so it must not hold personal data or free text.
//! [`PublicValue`] can be made of ids, whole numbers, truth values, hashes and words from the source code, and of
//! nothing else: there is no way from a `String`. Everything else is [`Pii`] and enters as a commitment.
//!
//! ```compile_fail,E0277
//! fn fact(_: impl ledger::event::PublicField) {}
//! fact(String::from("Bob Baker")); // the trait bound `String: PublicField` is not satisfied
//! ```
//! ```compile_fail,E0277
//! fn fact(_: impl ledger::event::PublicField) {}
//! fact(ledger::event::Pii::new(uuid::Uuid::nil(), "bob@example.com"));
//! ```
//! ```compile_fail,E0597
//! use ledger::event::PublicValue;
//! let name = String::from("Bob Baker");
//! let value = PublicValue::word(&name); // `name` does not live long enough: a word is a text of the source code
//! ```
//! ```compile_fail,E0603
//! // The inside of a value is private, so a newtype around a `String` finds no way in either.
//! let value = ledger::event::PublicValue(serde_json::Value::String("Bob Baker".into()));
//! ```
//! ```
//! use ledger::event::{PublicField, PublicValue};
//!
//! enum Role { Viewer, Editor }
//! impl PublicField for Role {
//!     fn public(&self) -> PublicValue {
//!         PublicValue::word(match self { Self::Viewer => "viewer", Self::Editor => "editor" })
//!     }
//! }
//! fn fact(_: impl PublicField) {}
//! fact(Role::Viewer);
//! fact(Some(Role::Editor));
//! fact(7_u32);
//! ```

use serde_json::Value;
use uuid::Uuid;

use crate::Hash;
use crate::canonical::MAX_INTEGER;

/// Something that says nothing about a person by itself, so that it may be kept for ever.
///
/// Ids and enums of other crates implement it; what they return can only be put together from the constructors of
/// [`PublicValue`].
pub trait PublicField {
    /// The value as it will stand in the body.
    fn public(&self) -> PublicValue;
}

/// A value that may stand in the immutable body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicValue(pub(super) Value);

impl PublicValue {
    /// A word of the source code: 1 to 64 of `a`–`z`, `0`–`9`, `.`, `_`, `-`, `:`, `/`, `@`, `+`. Checked when the event is
    /// finished.
    pub fn word(word: &'static str) -> Self {
        Self(word.into())
    }

    /// A random id.
    pub fn id(id: Uuid) -> Self {
        Self(id.to_string().into())
    }

    /// A digest of something that is large or lies elsewhere.
    pub fn hash(hash: Hash) -> Self {
        Self(hash.to_string().into())
    }

    /// A whole number within ±(2^53 − 1); checked when the event is finished.
    pub fn integer(integer: i64) -> Self {
        Self(integer.into())
    }

    /// Yes or no.
    pub fn truth(truth: bool) -> Self {
        Self(truth.into())
    }

    /// Nothing, said on purpose.
    pub fn nothing() -> Self {
        Self(Value::Null)
    }

    /// Several values in order.
    pub fn list(values: impl IntoIterator<Item = Self>) -> Self {
        Self(Value::Array(values.into_iter().map(|value| value.0).collect()))
    }
}

impl PublicField for PublicValue {
    fn public(&self) -> PublicValue {
        self.clone()
    }
}

impl PublicField for Uuid {
    fn public(&self) -> PublicValue {
        PublicValue::id(*self)
    }
}

impl PublicField for Hash {
    fn public(&self) -> PublicValue {
        PublicValue::hash(*self)
    }
}

impl PublicField for bool {
    fn public(&self) -> PublicValue {
        PublicValue::truth(*self)
    }
}

impl PublicField for i64 {
    fn public(&self) -> PublicValue {
        PublicValue::integer(*self)
    }
}

impl PublicField for u32 {
    fn public(&self) -> PublicValue {
        PublicValue::integer(i64::from(*self))
    }
}

impl<T: PublicField> PublicField for Option<T> {
    fn public(&self) -> PublicValue {
        self.as_ref().map_or_else(PublicValue::nothing, T::public)
    }
}

impl<T: PublicField> PublicField for Vec<T> {
    fn public(&self) -> PublicValue {
        PublicValue::list(self.iter().map(T::public))
    }
}

impl<T: PublicField> PublicField for &T {
    fn public(&self) -> PublicValue {
        T::public(self)
    }
}

/// A value about a person: kept outside the body, deletable, and only committed to inside it.
#[derive(Clone, PartialEq, Eq)]
pub struct Pii {
    pub(super) subject: Uuid,
    pub(super) value: String,
}

impl Pii {
    /// A value and the person whom it is about.
    pub fn new(subject: Uuid, value: impl Into<String>) -> Self {
        Self { subject, value: value.into() }
    }
}

impl std::fmt::Debug for Pii {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pii(about {})", self.subject)
    }
}

/// Whether a text is a word as [`PublicValue::word`] means it.
pub(super) fn is_word(text: &str) -> bool {
    let letter = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b':' | b'/' | b'@' | b'+');
    (1..=64).contains(&text.len()) && text.bytes().all(letter)
}

/// Whether a value of a body that was read could have been made by [`PublicValue`].
pub(super) fn is_public(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(number) => number.as_i64().is_some_and(|integer| integer.abs() <= MAX_INTEGER),
        Value::String(text) => is_word(text) || text.parse::<Hash>().is_ok(),
        Value::Array(values) => values.iter().all(is_public),
        Value::Object(_) => false,
    }
}
