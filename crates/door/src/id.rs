//! Ids: UUIDv7 (RFC 9562 section 5.7) behind a type for each kind of thing.

use uuid::Uuid;

use crate::time::Time;

/// A fresh UUIDv7 at `time`: sortable by creation, unguessable in its 74 random bits.
#[must_use]
pub fn uuid_at(time: Time) -> Uuid {
    let mut random = [0_u8; 10];
    // Without randomness nothing here is safe; the operating system's generator does not fail on the platforms we
    // support, and stopping is the only honest answer if it does.
    #[expect(clippy::expect_used, reason = "no randomness, no safe answer")]
    getrandom::fill(&mut random).expect("the operating system's random generator answers");
    let millis = u64::try_from(time.0 / 1000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Declares a typed id: a UUID that cannot be mistaken for another kind's.
#[macro_export]
macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, $crate::serde::Serialize, $crate::serde::Deserialize)]
        #[serde(crate = "door::serde", transparent)]
        pub struct $name(pub $crate::uuid::Uuid);

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl From<$name> for $crate::store::Value {
            fn from(id: $name) -> Self {
                Self::from(id.0)
            }
        }

        impl $crate::store::Stored for $name {
            fn bind(value: Option<Self>) -> $crate::store::Value {
                $crate::store::Value::Id(value.map(|id| id.0))
            }

            fn read(row: &$crate::store::Row, name: &str) -> $crate::store::Result<Option<Self>> {
                Ok(row.get::<Option<$crate::uuid::Uuid>>(name)?.map(Self))
            }
        }

        impl $crate::store::Column for $name {
            fn read(row: &$crate::store::Row, name: &str) -> $crate::store::Result<Self> {
                row.get::<$crate::uuid::Uuid>(name).map(Self)
            }
        }

        impl $crate::ledger::event::PublicField for $name {
            fn public(&self) -> $crate::ledger::event::PublicValue {
                $crate::ledger::event::PublicValue::id(self.0)
            }
        }

        impl $crate::utoipa::PartialSchema for $name {
            fn schema() -> $crate::utoipa::openapi::RefOr<$crate::utoipa::openapi::Schema> {
                use $crate::utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
                    .into()
            }
        }

        impl $crate::utoipa::ToSchema for $name {}
    };
}
