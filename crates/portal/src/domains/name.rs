//! A domain that somebody could have: as it is asked for, and as it is read.

use serde::{Deserialize, Deserializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::CHALLENGE;
use crate::fields::Mail;
use crate::providers::is_domain;

/// Whose addresses are everybody's. Nobody could prove that one of these is theirs but the hosts themselves; what is typed by
/// mistake is answered at once.
const HOSTS: &[&str] = &[
    "163.com",
    "aol.com",
    "fastmail.com",
    "free.fr",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mail.ru",
    "mailbox.org",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "t-online.de",
    "web.de",
    "yahoo.com",
    "yandex.ru",
    "zoho.com",
];

/// A domain: not a top-level one nor another under which everybody can have a name (publicsuffix.org), and no mail host's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainName {
    ascii: String,
    shown: String,
}

impl DomainName {
    /// That of a mail address, where it is one that somebody could have.
    #[must_use]
    pub fn of(mail: &Mail) -> Option<Self> {
        mail.as_str().rsplit_once('@').and_then(|(_, domain)| Self::try_from(domain.to_owned()).ok())
    }

    /// As the domain name system has it (RFC 5890 section 2.3.2.1): `xn--mnchen-3ya.example`.
    #[must_use]
    pub fn ascii(&self) -> &str {
        &self.ascii
    }

    /// As people read it: `münchen.example`.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

impl TryFrom<String> for DomainName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let text = text.trim();
        let text = text.strip_suffix('.').unwrap_or(text);
        let wrong = || {
            let shown: String = text.chars().take(60).collect();
            format!("`{shown}` is no domain such as example.com")
        };
        if 1000 < text.len() {
            return Err(wrong());
        }
        let ascii = idna::domain_to_ascii(text).map_err(|_| wrong())?;
        let sound = |label: &str| !label.starts_with('-') && !label.ends_with('-');
        let number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
        // What is asked for stands before it, and both together have 253 letters at the most (RFC 1035 section 2.3.4).
        let fits = ascii.len() + CHALLENGE.len() < 253;
        if !is_domain(&ascii) || !fits || !ascii.split('.').all(sound) || ascii.rsplit('.').next().is_none_or(number) {
            return Err(wrong());
        }
        let Some(own) = psl::domain_str(&ascii) else {
            return Err(format!("`{ascii}` is nobody’s own: others have their names under it"));
        };
        if HOSTS.binary_search(&own).is_ok() {
            return Err(format!("`{own}` is a mail host: its addresses are everybody’s"));
        }
        let (shown, read) = idna::domain_to_unicode(&ascii);
        // Two labels that read alike must not be one: what cannot be read stays as it is asked for.
        let shown = if read.is_ok() { shown } else { ascii.clone() };
        Ok(Self { ascii, shown })
    }
}

impl<'de> Deserialize<'de> for DomainName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for DomainName {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(1000)).into()
    }
}

impl ToSchema for DomainName {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Result<DomainName, String> {
        DomainName::try_from(text.to_owned())
    }

    #[test]
    fn a_domain_is_read_in_one_way() {
        for (typed, ascii, shown) in [
            ("halden.example", "halden.example", "halden.example"),
            (" Halden.Example. ", "halden.example", "halden.example"),
            ("mail.halden.co.uk", "mail.halden.co.uk", "mail.halden.co.uk"),
            ("München.example", "xn--mnchen-3ya.example", "münchen.example"),
            ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example", "münchen.example"),
            ("halden。example", "halden.example", "halden.example"),
        ] {
            let domain = name(typed).unwrap();
            assert_eq!((domain.ascii(), domain.shown()), (ascii, shown), "{typed}");
        }
    }

    #[test]
    fn what_nobody_can_have_is_refused() {
        for (typed, why) in [
            ("com", "is no domain"),
            ("co.uk", "is nobody’s own"),
            ("github.io", "is nobody’s own"),
            ("gmail.com", "is a mail host"),
            ("mail.gmx.de", "is a mail host"),
            ("", "is no domain"),
            (".", "is no domain"),
            ("halden", "is no domain"),
            ("maya@halden.example", "is no domain"),
            ("*.halden.example", "is no domain"),
            ("_dmarc.halden.example", "is no domain"),
            ("-halden.example", "is no domain"),
            ("halden-.example", "is no domain"),
            ("halden..example", "is no domain"),
            ("halden.example/x", "is no domain"),
            ("halden .example", "is no domain"),
            ("192.0.2.7", "is no domain"),
            ("[::1]", "is no domain"),
        ] {
            let refused = name(typed).unwrap_err();
            assert!(refused.contains(why), "{typed}: {refused}");
        }
        let long = format!("{}.example", vec!["a".repeat(60); 4].join("."));
        assert!(name(&long).is_err(), "nothing fits before it");
    }

    #[test]
    fn hosts_stand_in_order() {
        assert!(HOSTS.is_sorted());
    }

    proptest! {
        #[test]
        fn any_text_is_a_domain_or_refused(text in ".{0,80}") {
            if let Ok(domain) = name(&text) {
                prop_assert!(domain.ascii().is_ascii());
                prop_assert_eq!(name(domain.ascii()).unwrap(), domain);
            }
        }

        #[test]
        fn letters_and_hyphens_come_back(label in "[a-z][a-z0-9]{0,20}(-[a-z0-9]{1,5})?", upper in any::<bool>()) {
            prop_assume!(!label.starts_with("xn--"));
            let typed = format!("{label}.example");
            let domain = name(&if upper { typed.to_uppercase() } else { typed.clone() }).unwrap();
            prop_assert_eq!(domain.ascii(), typed);
        }
    }
}
