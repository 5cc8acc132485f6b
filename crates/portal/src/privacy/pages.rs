//! The pages of privacy, made of the inventory: nothing stands here that is not kept, and the
//! other way round.

use askama::Template;
use jiff::Timestamp;

use crate::pages::Page;

/// One thing that is kept, in plain words.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What it is.
    pub what: String,
    /// Why it is kept.
    pub why: String,
    /// For how long.
    pub how_long: String,
    /// Whether it is in one's own copy.
    pub copy: String,
    /// What happens when its person leaves.
    pub erasure: String,
}

/// Things that belong together: one table of the inventory.
#[derive(Clone, Debug)]
pub struct KeptGroup {
    /// What they are about.
    pub title: String,
    /// The things.
    pub kept: Vec<Kept>,
}

/// The privacy policy.
#[derive(Debug, Template)]
#[template(path = "privacy/policy.html")]
pub struct Policy {
    /// The frame.
    pub page: Page,
    /// Who is responsible: the installation's operator.
    pub controller: String,
    /// How to reach them; empty when nobody has set it.
    pub contact: String,
    /// What is kept.
    pub groups: Vec<KeptGroup>,
}

/// The text of `/.well-known/security.txt` (RFC 9116).
///
/// `contact` is a `mailto:` or `https:` address, `expires` at most a year away.
pub fn security_txt(contact: &str, expires: Timestamp, public_url: &str) -> String {
    let public_url = public_url.trim_end_matches('/');
    // RFC 9116, 2.5.5 wants whole seconds at most; a fraction would be noise.
    let expires = expires.strftime("%Y-%m-%dT%H:%M:%SZ");
    format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\nCanonical: {public_url}/.well-known/security.txt\nPolicy: {public_url}/privacy\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn security_txt_has_the_two_fields_that_the_standard_demands_once_each() {
        let at = "2027-11-22T09:10:00.123Z".parse().unwrap();
        let text = security_txt("mailto:security@haldenrook.example", at, "https://portal.haldenrook.example/");
        assert_eq!(text.matches("Contact: mailto:security@haldenrook.example\n").count(), 1);
        assert_eq!(text.matches("Expires: 2027-11-22T09:10:00Z\n").count(), 1);
        assert!(text.contains("Canonical: https://portal.haldenrook.example/.well-known/security.txt\n"));
    }
}
