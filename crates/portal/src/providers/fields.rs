//! What an owner types about a provider, as types.

use door::store::Value;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Declares a text that is parsed where it comes in.
macro_rules! parsed {
    ($(#[$doc:meta])* $name:ident, $max:literal, $parse:path, $format:expr) => {
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
                let text = text.trim();
                let count = text.chars().count();
                if $max < count {
                    return Err(format!("has {count} characters, {} are possible", $max));
                }
                $parse(text).map(Self)
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
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .min_length(Some(1))
                    .max_length(Some($max))
                    .format($format)
                    .into()
            }
        }

        impl ToSchema for $name {}
    };
}

parsed!(
    /// The short name that people of an organisation type where they sign in: `halden-rook`.
    Handle, 40, handle, None
);
parsed!(
    /// A provider's name for itself: an address (OpenID Connect Discovery 1.0, section 3). It is compared letter by letter.
    Issuer, 300, issuer, Some(SchemaFormat::Custom("uri".to_owned()))
);
parsed!(
    /// Mail domains, in lower case with a space between.
    Domains, 1000, domains, None
);

fn handle(text: &str) -> Result<String, String> {
    let text = text.to_lowercase();
    let sound = 2 <= text.len()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-');
    if sound { Ok(text) } else { Err("must be two or more of the letters a to z, digits and hyphens".to_owned()) }
}

fn issuer(text: &str) -> Result<String, String> {
    if text.contains(['?', '#']) {
        return Err("must not hold a query or a fragment".to_owned());
    }
    if text.is_empty() || !text.bytes().all(|byte| (0x21..0x7f).contains(&byte)) {
        return Err("must be an address such as https://login.example".to_owned());
    }
    Ok(text.to_owned())
}

/// The labels of a host name (RFC 1123 section 2.1).
pub(crate) fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.contains('.') && text.split('.').all(label)
}

fn domains(text: &str) -> Result<String, String> {
    let text = text.to_lowercase();
    let found: Vec<&str> = text.split([' ', ',', ';', '\n', '\r', '\t']).filter(|word| !word.is_empty()).collect();
    if let Some(wrong) = found.iter().find(|domain| !is_domain(domain)) {
        return Err(format!("names `{wrong}`, which is no mail domain such as example.com"));
    }
    if found.is_empty() {
        return Err("must name a mail domain such as example.com".to_owned());
    }
    Ok(found.join(" "))
}

impl Domains {
    /// Whether a mail address is of one of them: of that domain itself, and of none below it.
    #[must_use]
    pub fn have(domains: &str, mail: &str) -> bool {
        let domain = mail.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()).unwrap_or_default();
        domains.split(' ').any(|known| known == domain)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_handle_is_short_and_plain() {
        assert_eq!(Handle::try_from(" Halden-Rook ".to_owned()).unwrap().as_str(), "halden-rook");
        for wrong in ["", "a", "-a", "a-", "hälden", "a b", "a/b", &"x".repeat(41)] {
            assert!(Handle::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_issuer_stays_as_it_was_typed() {
        for same in ["https://login.example", "https://login.example/", "https://login.example/Tenant"] {
            assert_eq!(Issuer::try_from(same.to_owned()).unwrap().as_str(), same);
        }
        for wrong in ["", "https://login.example/?x=1", "https://login.example/#x", "https://login.example/a b"] {
            assert!(Issuer::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_mail_address_is_of_its_own_domain_alone() {
        let domains = Domains::try_from("Halden.example, brightwater.example\n".to_owned()).unwrap();
        assert_eq!(domains.as_str(), "halden.example brightwater.example");
        for (mail, has) in [
            ("maya@halden.example", true),
            ("maya@HALDEN.example", true),
            ("maya@evil-halden.example", false),
            ("maya@mail.halden.example", false),
            ("halden.example", false),
            ("maya@halden.example@evil.example", false),
            ("maya@", false),
            ("", false),
        ] {
            assert_eq!(Domains::have(domains.as_str(), mail), has, "{mail}");
        }
        assert!(Domains::try_from(" ".to_owned()).is_err());
        assert!(Domains::try_from("halden".to_owned()).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(text in ".*") {
            let _ = Issuer::try_from(text.clone());
            if let Ok(handle) = Handle::try_from(text.clone()) {
                prop_assert_eq!(Handle::try_from(handle.as_str().to_owned()).unwrap(), handle);
            }
            if let Ok(domains) = Domains::try_from(text) {
                prop_assert_eq!(Domains::try_from(domains.as_str().to_owned()).unwrap(), domains);
            }
        }
    }
}
