//! The people whom somebody names: who walks, as what, and to whom he belongs.

use super::fields::MAIL;

/// Somebody who has an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// As he signs in: a name or a mail address.
    pub name: String,
    /// Who is alike has the same.
    pub role: String,
    /// Whose he is.
    pub tenant: String,
}

impl Person {
    /// Reads `NAME:ROLE:TENANT`, or `NAME ROLE TENANT`.
    ///
    /// # Errors
    /// What is missing, or cannot be written down.
    pub fn parse(text: &str) -> Result<Self, String> {
        let between = |c: char| c == ':' || c.is_whitespace();
        let parts: Vec<&str> = text.split(between).filter(|part| !part.is_empty()).collect();
        let [name, role, tenant] = parts.as_slice() else {
            return Err(format!("`{}` is not NAME:ROLE:TENANT, as in ann@shop.example:member:shop", text.trim()));
        };
        let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || "@._+-*".contains(c));
        if let Some(odd) = parts.iter().find(|part| !plain(part)) {
            return Err(format!("`{odd}` has signs in it that no name of an actor has"));
        }
        if ["anon", "anonymous"].contains(role) {
            return Err("nobody signed in walks anyway: leave the anonymous actor out".to_owned());
        }
        Ok(Self { name: (*name).to_owned(), role: (*role).to_owned(), tenant: (*tenant).to_owned() })
    }

    /// The key under `[actors]`: what stands before the `@`, as far as a bare key can hold it.
    pub(super) fn key(&self) -> String {
        let local = self.name.split('@').next().unwrap_or_default();
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c.to_ascii_lowercase() } else { '_' };
        let key: String = local.chars().map(plain).collect();
        if key.is_empty() { "somebody".to_owned() } else { key }
    }

    /// The variable that his secret is read from.
    pub(super) fn variable(key: &str, knows: &str) -> String {
        format!("{}_{}", key.to_uppercase().replace('-', "_"), knows.to_uppercase())
    }
}

/// How names and mail addresses of these people are written: the hole for a mail address, and each one's own name.
pub(super) fn naming(people: &[Person]) -> (String, Vec<String>) {
    let domain = |person: &Person| person.name.split_once('@').map(|(_, domain)| domain.to_owned());
    let first = people.first().and_then(domain);
    match first.filter(|first| people.iter().all(|person| domain(person).as_ref() == Some(first))) {
        // One domain: names are what stands before it, so that people who are made have addresses, too.
        Some(domain) => {
            let local = |person: &Person| person.name.split('@').next().unwrap_or_default().to_owned();
            (format!("{{name}}@{domain}"), people.iter().map(local).collect())
        }
        None if people.is_empty() => (MAIL.to_owned(), Vec::new()),
        None => ("{name}".to_owned(), people.iter().map(|person| person.name.clone()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn people_are_read_and_named() {
        let ann = Person::parse("ann.b@quay.example:skipper:alster").unwrap();
        assert_eq!((ann.key().as_str(), ann.role.as_str(), ann.tenant.as_str()), ("ann_b", "skipper", "alster"));
        let bob = Person::parse(" bob@quay.example skipper boddam ").unwrap();
        assert_eq!(naming(&[ann.clone(), bob]), ("{name}@quay.example".into(), vec!["ann.b".into(), "bob".into()]));
        let eve = Person::parse("eve:clerk:cowes").unwrap();
        assert_eq!(naming(&[ann, eve]).0, "{name}");
        assert_eq!(Person::variable("hm-alster", "password"), "HM_ALSTER_PASSWORD");
        for wrong in ["ann", "ann:member", "a\"b:member:x", "ann:anon:x"] {
            assert!(Person::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            if let Ok(person) = Person::parse(&text) {
                prop_assert!(!person.key().is_empty());
            }
        }
    }
}
