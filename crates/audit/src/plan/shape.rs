//! Which shape a field's value has, from what the schema says and, where it says nothing, from the field's name.

use crate::catalogue::{Kind, Schema};

/// The shape of a scalar field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Any text: carries a canary as it is.
    Text,
    /// Text without spaces or capitals: a user name, a slug.
    Word,
    /// `…@example.com`.
    Mail,
    /// A password that strict rules accept.
    Password,
    /// `https://example.com/…`.
    Address,
    /// A host name.
    Host,
    /// A UUID.
    Uuid,
    /// A day.
    Day,
    /// A day and a time.
    Moment,
    /// A time of day.
    Clock,
    /// ISO 8601 duration.
    Span,
    /// A telephone number.
    Phone,
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
    /// Base64 of a canary.
    Base64,
    /// A value that is always the same: a currency, a country …
    Fixed(&'static str),
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Flag,
}

/// Words at the end of a field's name, with the shape that they promise. The first that fits counts.
const NAMES: &[(&str, Shape)] = &[
    ("email", Shape::Mail),
    ("mail", Shape::Mail),
    ("password", Shape::Password),
    ("passwd", Shape::Password),
    ("password_confirmation", Shape::Password),
    ("url", Shape::Address),
    ("uri", Shape::Address),
    ("website", Shape::Address),
    ("homepage", Shape::Address),
    ("link", Shape::Address),
    ("webhook", Shape::Address),
    ("phone", Shape::Phone),
    ("telephone", Shape::Phone),
    ("mobile", Shape::Phone),
    ("uuid", Shape::Uuid),
    ("guid", Shape::Uuid),
    ("date", Shape::Day),
    ("day", Shape::Day),
    ("birthday", Shape::Day),
    ("deadline", Shape::Day),
    ("_at", Shape::Moment),
    ("datetime", Shape::Moment),
    ("timestamp", Shape::Moment),
    ("username", Shape::Word),
    ("login", Shape::Word),
    ("slug", Shape::Word),
    ("handle", Shape::Word),
    ("nickname", Shape::Word),
    ("currency", Shape::Fixed("EUR")),
    ("country", Shape::Fixed("DE")),
    ("country_code", Shape::Fixed("DE")),
    ("language", Shape::Fixed("en")),
    ("locale", Shape::Fixed("en")),
    ("timezone", Shape::Fixed("UTC")),
    ("time_zone", Shape::Fixed("UTC")),
    ("color", Shape::Fixed("#336699")),
    ("colour", Shape::Fixed("#336699")),
    ("zip", Shape::Fixed("10115")),
    ("zipcode", Shape::Fixed("10115")),
    ("postcode", Shape::Fixed("10115")),
    ("postal_code", Shape::Fixed("10115")),
    ("mime_type", Shape::Fixed("text/plain")),
    ("content_type", Shape::Fixed("text/plain")),
    ("ip", Shape::Ipv4),
    ("ip_address", Shape::Ipv4),
    ("hostname", Shape::Host),
    ("domain", Shape::Host),
];

/// The shape of a scalar field; `None` for objects, arrays and null.
pub(super) fn shape(name: &str, schema: &Schema) -> Option<Shape> {
    match schema.kind() {
        Kind::Integer => return Some(Shape::Integer),
        Kind::Number => return Some(Shape::Number),
        Kind::Boolean => return Some(Shape::Flag),
        Kind::Object | Kind::Array | Kind::Null => return None,
        Kind::String | Kind::Any => {}
    }
    let by_format = schema.format().and_then(|format| match format.as_str() {
        "email" | "idn-email" => Some(Shape::Mail),
        "password" => Some(Shape::Password),
        "uri" | "url" | "iri" | "uri-reference" => Some(Shape::Address),
        "hostname" | "idn-hostname" => Some(Shape::Host),
        "uuid" | "guid" => Some(Shape::Uuid),
        "date" => Some(Shape::Day),
        "date-time" | "datetime" => Some(Shape::Moment),
        "time" => Some(Shape::Clock),
        "duration" => Some(Shape::Span),
        "phone" | "tel" => Some(Shape::Phone),
        "ipv4" | "ip" => Some(Shape::Ipv4),
        "ipv6" => Some(Shape::Ipv6),
        "byte" | "base64" => Some(Shape::Base64),
        "int32" | "int64" => Some(Shape::Integer),
        "float" | "double" | "decimal" => Some(Shape::Number),
        _ => None,
    });
    Some(by_format.unwrap_or_else(|| of_name(name)))
}

/// The shape that a name promises; any text where it promises nothing.
pub(super) fn of_name(name: &str) -> Shape {
    let name = snake_case(name);
    let fits = |word: &str| match word.strip_prefix('_') {
        Some(_) => name.ends_with(word),
        None => name == word || name.ends_with(&format!("_{word}")),
    };
    let found = NAMES.iter().filter(|(word, _)| fits(word)).max_by_key(|(word, _)| word.len());
    match found {
        Some((_, shape)) => *shape,
        // What stands in a list has the list's name: `domains`.
        None => match name.strip_suffix('s').filter(|one| 1 < one.len()) {
            Some(one) => of_name(one),
            None => Shape::Text,
        },
    }
}

/// Whether a name says that the value is the key of another object: `project_id`, `ownerId`, `tagIds`.
pub(super) fn names_a_reference(name: &str) -> bool {
    let name = snake_case(name);
    ["_id", "_ids", "_uuid", "_key_id", "_ref", "_slug"].iter().any(|end| name.ends_with(end))
}

/// Whether a name stands for rank, ownership or money: never sent unless it is asked for.
pub(super) fn names_rank_or_value(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "role",
        "roles",
        "admin",
        "is_admin",
        "superuser",
        "is_superuser",
        "staff",
        "is_staff",
        "permissions",
        "scopes",
        "owner",
        "owner_id",
        "tenant",
        "tenant_id",
        "verified",
        "is_verified",
        "credit",
        "balance",
        "plan",
        "status",
        "state",
        "is_active",
        "active",
        "enabled",
        "disabled",
        "deleted",
        "archived",
    ];
    WORDS.contains(&snake_case(name).as_str())
}

/// `createdAt`, `CreatedAt` and `created-at` are `created_at`.
pub(super) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut before_is_small = false;
    for letter in name.chars() {
        if letter.is_uppercase() && before_is_small {
            snake.push('_');
        }
        before_is_small = letter.is_lowercase() || letter.is_ascii_digit();
        snake.extend(if letter.is_alphanumeric() { letter } else { '_' }.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_promise_shapes() {
        assert_eq!(of_name("contactEmail"), Shape::Mail);
        assert_eq!(of_name("startDate"), Shape::Day);
        assert_eq!(of_name("expires_at"), Shape::Moment);
        assert_eq!(of_name("title"), Shape::Text);
        assert_eq!(of_name("postal_code"), Shape::Fixed("10115"));
        assert_eq!(of_name("mail_domains"), Shape::Host);
        assert_eq!(of_name("format"), Shape::Text, "ends in at, not in _at");
        assert!(names_a_reference("projectId") && names_a_reference("tag_ids") && !names_a_reference("paid"));
        assert_eq!(snake_case("createdAt"), "created_at");
    }
}
