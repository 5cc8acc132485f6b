//! What people may type, as types: parsed once at the edge, with an answer that says what was wrong.

use door::store::Value;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use zeroize::Zeroizing;

/// Declares a text of bounded length, trimmed, never empty. Lengths count Unicode characters.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $max:literal, $lines:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The most characters that it may have.
            pub const CHARACTERS_MAX: usize = $max;

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                bounded(&text, $max, $lines).map(Self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::try_from(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }

        impl From<&$name> for Value {
            fn from(text: &$name) -> Self {
                Self::from(text.as_str())
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some($max)).into()
            }
        }

        impl ToSchema for $name {}
    };
}

text!(
    /// A name or a title: one line.
    Name, 120, false
);
text!(
    /// What somebody else calls something of ours: one line.
    Identifier, 255, false
);
text!(
    /// A sentence: one line.
    Sentence, 300, false
);
text!(
    /// A message.
    Words, 10_000, true
);
text!(
    /// A secret that is handed over. Kept encrypted; shown by one action only.
    Handed, 4_000, true
);

/// Trims, and checks length and characters. Control characters could forge lines in a log or a terminal.
fn bounded(text: &str, max: usize, lines: bool) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("must not be empty".to_owned());
    }
    let count = text.chars().count();
    if count > max {
        return Err(format!("has {count} characters, {max} are possible"));
    }
    let allowed = |c: char| !c.is_control() || (lines && matches!(c, '\n' | '\r' | '\t'));
    if !text.chars().all(allowed) {
        return Err("must not hold control characters".to_owned());
    }
    Ok(text.to_owned())
}

/// A mail address, normalised: the domain and the local part in lower case. Checked for its form only (RFC 5321
/// section 4.5.3.1 for the lengths); whether it is somebody's shows when it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Mail(String);

impl Mail {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Mail {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let text = text.trim().to_lowercase();
        let whole = text.len() <= 254 && text.chars().all(|c| !c.is_control() && !c.is_whitespace());
        let sound = text.rsplit_once('@').is_some_and(|(local, domain)| {
            (1..=64).contains(&local.len())
                && !local.contains('@')
                && domain.contains('.')
                && domain.split('.').all(|label| {
                    (1..=63).contains(&label.len()) && label.chars().all(|c| c.is_alphanumeric() || c == '-')
                })
        });
        if whole && sound { Ok(Self(text)) } else { Err("must be a mail address such as petra@example.com".to_owned()) }
    }
}

impl<'de> Deserialize<'de> for Mail {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl From<&Mail> for Value {
    fn from(mail: &Mail) -> Self {
        Self::from(mail.as_str())
    }
}

impl PartialSchema for Mail {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)))
            .max_length(Some(254))
            .into()
    }
}

impl ToSchema for Mail {}

/// A password as typed. Cannot be printed, logged or serialised, and is wiped when it goes.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// The most characters of a password.
    pub const CHARACTERS_MAX: usize = 128;

    /// Takes what was typed.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The bytes, for hashing only.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The characters, for judging whether it is easily guessed only.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many characters it has.
    #[must_use]
    pub fn characters(&self) -> usize {
        self.0.chars().count()
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let password = Self::new(String::deserialize(deserializer)?);
        match password.characters() {
            0 => Err(serde::de::Error::custom("must not be empty")),
            count if count > Self::CHARACTERS_MAX => {
                Err(serde::de::Error::custom(format!("has {count} characters, 128 are possible")))
            }
            _ => Ok(password),
        }
    }
}

impl PartialSchema for Password {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .min_length(Some(1))
            .max_length(Some(Self::CHARACTERS_MAX))
            .into()
    }
}

impl ToSchema for Password {}

/// A password that is being chosen: 8 to 128 of any characters (ASVS 5.0 6.2.1, 6.2.8, 6.2.9).
#[derive(Debug, Clone)]
pub struct NewPassword(pub Password);

impl<'de> Deserialize<'de> for NewPassword {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let password = Password::deserialize(deserializer)?;
        if password.characters() < 8 {
            return Err(serde::de::Error::custom("must have at least 8 characters"));
        }
        Ok(Self(password))
    }
}

impl PartialSchema for NewPassword {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .min_length(Some(8))
            .max_length(Some(Password::CHARACTERS_MAX))
            .into()
    }
}

impl ToSchema for NewPassword {}

/// A whole number of days within bounds. A form sends text, a program a number: both are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Days<const MIN: i64, const MAX: i64>(i64);

/// How long a token is good.
pub type TokenDays = Days<1, 366>;
/// For how long something is kept: whoever closes a project by mistake has a week to notice, and no duty to keep lasts
/// longer than a hundred years.
pub type KeptDays = Days<7, 36_500>;
/// How long people have to set up a second factor that is asked for.
pub type FactorDays = Days<0, 90>;

impl<const MIN: i64, const MAX: i64> Days<MIN, MAX> {
    /// So many.
    #[must_use]
    pub const fn days(self) -> i64 {
        self.0
    }

    /// As seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0 * 24 * 3600
    }
}

impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for Days<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match whole(&serde_json::Value::deserialize(deserializer)?) {
            Some(days) if (MIN..=MAX).contains(&days) => Ok(Self(days)),
            _ => Err(serde::de::Error::custom(format!("must be a whole number of days from {MIN} to {MAX}"))),
        }
    }
}

impl<const MIN: i64, const MAX: i64> PartialSchema for Days<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(MIN)).maximum(Some(MAX)).into()
    }
}

impl<const MIN: i64, const MAX: i64> ToSchema for Days<MIN, MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("DaysFrom{MIN}To{MAX}").into()
    }
}

/// Several texts: a program sends a list, a form one text with a line for each. Here they are, with line breaks between.
///
/// # Errors
/// When it is neither.
pub(crate) fn lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let wrong = || serde::de::Error::custom("must be a list of texts");
    match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(lines) => Ok(lines),
        serde_json::Value::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(serde_json::Value::as_str).collect();
            texts.map(|texts| texts.join("\n")).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

/// Yes or no, as a program or as a form says it.
///
/// # Errors
/// When it is neither.
pub(crate) fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Bool(said) => Ok(said),
        serde_json::Value::String(said) if said == "true" => Ok(true),
        serde_json::Value::String(said) if said == "false" => Ok(false),
        _ => Err(serde::de::Error::custom("must be true or false")),
    }
}

/// A whole number within bounds. A form sends text, a program a number: both are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Whole<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Whole<MIN, MAX> {
    /// The number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number =
            whole(&serde_json::Value::deserialize(deserializer)?).filter(|number| (MIN..=MAX).contains(number));
        number.map(Self).ok_or_else(|| serde::de::Error::custom(format!("must be a whole number from {MIN} to {MAX}")))
    }
}

/// A whole number, as a program or as a form sends it.
fn whole(value: &serde_json::Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))
}

impl<const MIN: i64, const MAX: i64> PartialSchema for Whole<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(MIN)).maximum(Some(MAX)).into()
    }
}

impl<const MIN: i64, const MAX: i64> ToSchema for Whole<MIN, MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("WholeFrom{MIN}To{MAX}").into()
    }
}

/// A moment: `2026-11-25T14:05:00Z` as programs say it (RFC 3339), or `2026-11-25T14:05` as a form does, in the zone that
/// pages are shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub door::Time);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let text = text.trim();
        let moment = text.parse::<jiff::Timestamp>().ok().or_else(|| {
            let local = text.parse::<jiff::civil::DateTime>().ok()?;
            Some(local.to_zoned(jiff::tz::TimeZone::system()).ok()?.timestamp())
        });
        let moment = moment.filter(|moment| (0..32_503_680_000).contains(&moment.as_second()));
        let moment = moment.map(|moment| Self(door::Time(moment.as_microsecond())));
        moment.ok_or_else(|| serde::de::Error::custom("must be a time such as 2026-11-25T14:05:00Z"))
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        let format = Some(SchemaFormat::KnownFormat(KnownFormat::DateTime));
        ObjectBuilder::new().schema_type(Type::String).format(format).into()
    }
}

impl ToSchema for Moment {}

/// A day of the calendar: `2026-11-25` (RFC 3339, full-date).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub jiff::civil::Date);

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let day = jiff::fmt::strtime::parse("%Y-%m-%d", text.trim()).and_then(|parsed| parsed.to_date());
        let day = day.ok().filter(|day| (2000..=2999).contains(&day.year()));
        day.map(Self).ok_or_else(|| serde::de::Error::custom("must be a day such as 2026-11-25"))
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).into()
    }
}

impl ToSchema for Day {}

/// Something that is meant as well as said. A form sends a text, a program a truth value: both are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Yes(pub bool);

impl<'de> Deserialize<'de> for Yes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Bool(yes) => Ok(Self(yes)),
            serde_json::Value::String(text) if text == "true" || text == "false" => Ok(Self(text == "true")),
            _ => Err(serde::de::Error::custom("must be true or false")),
        }
    }
}

impl PartialSchema for Yes {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Boolean).into()
    }
}

impl ToSchema for Yes {}

/// A number of bytes, or of whatever can be counted. A header and a query send text, a program a number: both are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count(pub u64);

impl Count {
    /// The largest: what both databases can hold.
    pub const MAX: u64 = i64::MAX as u64;

    /// As the database keeps it.
    #[must_use]
    pub fn signed(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        let count = value.as_u64().or_else(|| value.as_str().and_then(digits)).filter(|count| *count <= Self::MAX);
        count.map(Self).ok_or_else(|| serde::de::Error::custom("must be a whole number, 0 or more"))
    }
}

impl PartialSchema for Count {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(Self::MAX as f64)).into()
    }
}

impl ToSchema for Count {}

/// Declares a closed set of words: for the database, the record, the interface and the match alike.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant),*
        }

        impl $name {
            /// All of them in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Back from the word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.word() == word)
            }
        }

        // By hand, because a derived schema would name the variants and not the words.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($word),*]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl door::ledger::event::PublicField for $name {
            fn public(&self) -> door::ledger::event::PublicValue {
                door::ledger::event::PublicValue::word(self.word())
            }
        }

        impl From<$name> for door::store::Value {
            fn from(value: $name) -> Self {
                Self::from(value.word())
            }
        }

        impl door::store::Column for $name {
            fn read(row: &door::store::Row, name: &str) -> door::store::Result<Self> {
                <Self as door::store::Stored>::read(row, name)?.ok_or_else(|| door::store::Error::Column {
                    column: name.to_owned(),
                    why: "is null".to_owned(),
                })
            }
        }

        impl door::store::Stored for $name {
            fn bind(value: Option<Self>) -> door::store::Value {
                door::store::Value::Text(value.map(|word| word.word().to_owned()))
            }

            fn read(row: &door::store::Row, name: &str) -> door::store::Result<Option<Self>> {
                let Some(word) = row.get::<Option<String>>(name)? else { return Ok(None) };
                Self::from_word(&word).map(Some).ok_or_else(|| door::store::Error::Column {
                    column: name.to_owned(),
                    why: format!("`{word}` is no {}", stringify!($name)),
                })
            }
        }
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_trimmed_and_bounded() {
        assert_eq!(Name::try_from("  Petra ".to_owned()).unwrap().as_str(), "Petra");
        assert_eq!(Name::try_from(" ".to_owned()).unwrap_err(), "must not be empty");
        assert_eq!(Name::try_from("x".repeat(121)).unwrap_err(), "has 121 characters, 120 are possible");
        assert!(Name::try_from("a\nb".to_owned()).is_err());
        assert!(Words::try_from("a\nb".to_owned()).is_ok());
    }

    #[test]
    fn mail_addresses_are_normalised() {
        assert_eq!(Mail::try_from(" Petra@Example.COM ".to_owned()).unwrap().as_str(), "petra@example.com");
        for wrong in ["", "petra", "@example.com", "a@b", "a b@example.com", "a@@example.com", "a@.com"] {
            assert!(Mail::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn passwords_do_not_print() {
        assert_eq!(format!("{:?}", NewPassword(Password::new("secret-word"))), "NewPassword(Password(…))");
    }

    #[test]
    fn days_truths_and_counts_come_as_text_or_as_they_are() {
        let day = |text: &str| serde_json::from_value::<Day>(serde_json::json!(text)).map(|day| day.to_string()).ok();
        assert_eq!(day("2026-02-28").as_deref(), Some("2026-02-28"));
        for wrong in ["2026-02-30", "28.2.2026", "tomorrow", "", "1999-01-01", "2026-02-28T00:00"] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
        let yes = |value| serde_json::from_value::<Yes>(value).ok();
        assert_eq!(yes(serde_json::json!("true")), Some(Yes(true)));
        assert_eq!(yes(serde_json::json!(false)), Some(Yes(false)));
        assert_eq!(yes(serde_json::json!("on")), None);
        let count = |value| serde_json::from_value::<Count>(value).map(|count| count.0).ok();
        assert_eq!(count(serde_json::json!("12")), Some(12));
        assert_eq!(count(serde_json::json!(12)), Some(12));
        for wrong in [serde_json::json!(-1), serde_json::json!("+1"), serde_json::json!("9223372036854775808")] {
            assert_eq!(count(wrong.clone()), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(text in ".*") {
            let _ = Name::try_from(text.clone());
            let _ = Words::try_from(text.clone());
            if let Ok(mail) = Mail::try_from(text) {
                prop_assert_eq!(Mail::try_from(mail.as_str().to_owned()).unwrap(), mail);
            }
        }
    }
}
