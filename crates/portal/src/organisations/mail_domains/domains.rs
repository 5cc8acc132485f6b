//! Mail domains, as an organisation or a client names those that its people come in by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::fields::lines;
use crate::providers::is_domain;

/// The most domains that can be named.
const DOMAINS_MAX: usize = 100;

/// Mail domains in lower case, each once: `example.com` is that domain itself, `*.example.com` is every one below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailDomains(Vec<String>);

impl MailDomains {
    /// Whether there is none: then every address will do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The same, as a fact of the record.
    #[must_use]
    pub fn counted(&self) -> i64 {
        i64::try_from(self.count()).unwrap_or(i64::MAX)
    }

    /// As they are kept; nothing where every address will do.
    #[must_use]
    pub fn written(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.to_string())
    }

    /// Whether a mail address is under one of them.
    #[must_use]
    pub fn hold(&self, mail: &str) -> bool {
        let domain = mail.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()).unwrap_or_default();
        // What stands before the dot is a name of its own: `evil-example.com` is not below `example.com`.
        let below =
            |parent: &str| domain.strip_suffix(parent).is_some_and(|name| name.len() > 1 && name.ends_with('.'));
        self.0.iter().any(|known| known.strip_prefix("*.").map_or(*known == domain, below))
    }
}

impl FromStr for MailDomains {
    type Err = String;

    /// Reads them with spaces, commas or line breaks between.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut domains: Vec<String> = Vec::new();
        for word in text.split([' ', ',', ';', '\n', '\r', '\t']).filter(|word| !word.is_empty()) {
            let domain = word.to_lowercase();
            if !is_domain(domain.strip_prefix("*.").unwrap_or(&domain)) || domain.len() > 253 {
                let shown: String = word.chars().take(60).collect();
                return Err(format!("names `{shown}`, which is no mail domain such as example.com or *.example.com"));
            }
            if !domains.contains(&domain) {
                domains.push(domain);
            }
            if domains.len() > DOMAINS_MAX {
                return Err(format!("names more than {DOMAINS_MAX} domains"));
            }
        }
        Ok(Self(domains))
    }
}

impl fmt::Display for MailDomains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl Serialize for MailDomains {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MailDomains {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lines(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for MailDomains {
    fn schema() -> RefOr<Schema> {
        let domain = ObjectBuilder::new().schema_type(Type::String);
        ArrayBuilder::new().items(domain).max_items(Some(DOMAINS_MAX)).into()
    }
}

impl ToSchema for MailDomains {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_under_its_own_domain_or_below_one_with_a_star() {
        let domains: MailDomains = "Halden.example, *.brightwater.example\nhalden.example".parse().unwrap();
        assert_eq!(domains.to_string(), "halden.example *.brightwater.example");
        for (mail, held) in [
            ("maya@halden.example", true),
            ("maya@HALDEN.example", true),
            ("maya@mail.halden.example", false),
            ("maya@evil-halden.example", false),
            ("maya@halden.example.evil", false),
            ("maya@mail.brightwater.example", true),
            ("maya@a.b.brightwater.example", true),
            ("maya@brightwater.example", false),
            ("maya@.brightwater.example", false),
            ("maya@evil-brightwater.example", false),
            ("maya@halden.example@evil.example", false),
            ("halden.example", false),
            ("maya@", false),
            ("", false),
        ] {
            assert_eq!(domains.hold(mail), held, "{mail}");
        }
    }

    #[test]
    fn what_is_no_domain_is_named() {
        for wrong in
            ["halden", "*", "*.", "*.halden", "**.halden.example", "a.*.example", "maya@halden.example", "-", "h..e"]
        {
            let why = wrong.parse::<MailDomains>().unwrap_err();
            assert!(why.contains(wrong), "{why}");
        }
        assert!("".parse::<MailDomains>().unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(text in ".*", mail in ".*") {
            if let Ok(domains) = text.parse::<MailDomains>() {
                prop_assert_eq!(&domains.to_string().parse::<MailDomains>().unwrap(), &domains);
                let _ = domains.hold(&mail);
            }
        }
    }
}
