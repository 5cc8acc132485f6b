//! What a browser is called in two words.

use super::Page;
use crate::texts::Texts;

/// Names that browsers carry in their `User-Agent`, the telling ones first: all of them also call themselves Mozilla,
/// most of them Safari.
const BROWSERS: [(&str, &str); 6] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
];

/// The most characters that are shown of a program that nobody knows.
const UNKNOWN_CHARACTERS_MAX: usize = 60;

impl Page {
    /// As [`Texts::browser`].
    pub fn browser(&self, agent: &str) -> String {
        self.texts.browser(agent)
    }
}

impl Texts {
    /// “Firefox on Linux” for a `User-Agent` header; what it says itself when it is no browser that we know.
    pub fn browser(self, agent: &str) -> String {
        let find =
            |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
        match (find(&BROWSERS), find(&SYSTEMS)) {
            (Some(browser), Some(system)) => self.browser_on(browser, system),
            (Some(browser), None) => browser.to_owned(),
            _ if agent.is_empty() => self.browser_unknown().to_owned(),
            _ => agent.chars().take(UNKNOWN_CHARACTERS_MAX).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_apart_although_all_claim_to_be_each_other() {
        let say = |agent: &str| Page::default().browser(agent);
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/26.0 Mobile/15E148 Safari/604.1";
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 \
                    Safari/537.36 Edg/143.0.0.0";
        assert_eq!(say(firefox), "Firefox on Linux");
        assert_eq!(say(safari), "Safari on iPhone");
        assert_eq!(say(edge), "Edge on Windows");
        assert_eq!(say("curl/8.5.0"), "curl/8.5.0");
        assert_eq!(say(""), "unknown program");
    }
}
