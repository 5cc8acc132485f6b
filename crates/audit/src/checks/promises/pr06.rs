//! PR06: third parties contacted by the pages are those listed; cookies before consent are those declared.

use std::collections::BTreeMap;

use super::{Page, Pages};
use crate::checks::Check;
use crate::evidence::Dossier;
use crate::manifest::Told;
use crate::verdict::{Cause, Dimension, Exhibit, Finding, Severity, Strength, Verdict};

/// The declaration.
pub const CHECK: Check = Check {
    id: "PR06",
    dimension: Dimension::Promises,
    severity: Severity::Prevents,
    title: "third parties contacted by the pages are those listed; cookies before consent are those declared",
    why: "A font from another company's server hands every visitor's address to it. Nobody decided that; it came \
          with a template.",
    how: "The public and the signed-in pages are fetched and every address in them that a browser would load by \
          itself is compared with what the policy lists; cookies set before any consent likewise.",
    references: &[
        "GDPR Art. 13(1)(e)",
        "GDPR Art. 13(1)(f)",
        "Directive 2002/58/EC Art. 5(3)",
        "ASVS 5.0 14.2.3",
        "ASVS 5.0 3.6.1",
    ],
    fix: "Serve fonts, scripts and styles yourself; forbid the rest by a Content-Security-Policy; list what remains \
          in the policy.",
    built: true,
};

/// Hosts that people know under another name.
const KNOWN_AS: &[(&str, &[&str])] = &[
    ("gstatic.com", &["google"]),
    ("googleapis.com", &["google"]),
    ("googletagmanager.com", &["google"]),
    ("google-analytics.com", &["google"]),
    ("doubleclick.net", &["google"]),
    ("ytimg.com", &["youtube", "google"]),
    ("youtube-nocookie.com", &["youtube", "google"]),
    ("cloudfront.net", &["amazon", "aws"]),
    ("amazonaws.com", &["amazon", "aws"]),
    ("fbcdn.net", &["facebook", "meta"]),
    ("facebook.net", &["facebook", "meta"]),
    ("twimg.com", &["twitter"]),
    ("licdn.com", &["linkedin"]),
    ("typekit.net", &["adobe"]),
    ("azureedge.net", &["microsoft", "azure"]),
    ("windows.net", &["microsoft", "azure"]),
    ("clarity.ms", &["microsoft", "clarity"]),
    ("jsdelivr.net", &["jsdelivr"]),
    ("hs-scripts.com", &["hubspot"]),
    ("sentry-cdn.com", &["sentry"]),
    ("intercomcdn.com", &["intercom"]),
];

/// Beginnings of the names of cookies that follow people about.
const TRACKING: &[&str] = &[
    "_ga",
    "_gid",
    "_gat",
    "_gcl",
    "_fbp",
    "_fbc",
    "_hj",
    "ajs_",
    "amp_",
    "amplitude",
    "mp_",
    "optimizely",
    "intercom-",
    "_clck",
    "_clsk",
    "hubspotutk",
    "__hstc",
    "_pk_",
    "_uet",
    "IDE",
    "_tt_",
    "li_",
    "__utm",
    "_mkto",
];

/// Words in the names of cookies without which one cannot sign in or be safe.
const NECESSARY: &[&str] = &[
    "sess", "sid", "csrf", "xsrf", "auth", "token", "consent", "flash", "lang", "locale", "login", "host-", "state",
    "nonce", "seal",
];

/// One finding for each third party and each cookie that is not listed; else one.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Pages)> = dossier.all();
    let Some((digest, seen)) = all.last() else { return Vec::new() };
    let policy = Policy::of(seen);
    let mut findings = Vec::new();
    let mut hosts: BTreeMap<&str, (bool, Vec<&Page>)> = BTreeMap::new();
    for page in &seen.pages {
        for host in page.contacts.keys() {
            let known = hosts.entry(host).or_default();
            *known = (true, [known.1.as_slice(), &[page]].concat());
        }
        for host in &page.likely {
            hosts.entry(host).or_default().1.push(page);
        }
    }
    for (host, (certain, pages)) in &hosts {
        if policy.lists(host) {
            continue;
        }
        let by = pages[0].contacts.get(*host).map_or("a script's text", String::as_str);
        let contacts = if *certain { "loads" } else { "names in a script" };
        let words = format!("{} {contacts} {host} ({by}); {}", pages[0].path, policy.words);
        let verdict = if policy.is_unknown {
            Verdict::Suspected
        } else if *certain {
            Verdict::Gap
        } else {
            Verdict::Suspected
        };
        findings.push(Finding {
            exhibits: pages.iter().take(4).map(|page| exhibit(page, host)).collect(),
            ..finding(digest, host, verdict, words)
        });
    }
    for page in seen.pages.iter().filter(|page| page.actor.is_empty()) {
        for (name, readable) in &page.cookies {
            if let Some(verdict) = policy.cookie(name, *readable)
                && findings.iter().all(|known: &Finding| known.subject != format!("cookie {name}"))
            {
                let words = format!("{} sets the cookie {name} before anybody agreed; {}", page.path, policy.words);
                findings.push(Finding {
                    exhibits: vec![exhibit(page, name)],
                    ..finding(digest, &format!("cookie {name}"), verdict, words)
                });
            }
        }
    }
    if findings.is_empty() {
        findings.push(nothing_found(digest, seen, &hosts.keys().copied().collect::<Vec<_>>()));
    }
    findings
}

/// What it means that nothing unlisted was found.
fn nothing_found(digest: &str, seen: &Pages, hosts: &[&str]) -> Finding {
    const SUBJECT: &str = "the pages";
    if seen.pages.iter().all(|page| page.status == 0 || page.status >= 400) {
        let words = "no page was found: the service seems to serve no HTML".to_owned();
        return finding(digest, SUBJECT, Verdict::NotApplicable, words);
    }
    if let Some(page) = seen.pages.iter().find(|page| page.free_scripts) {
        let words = format!("{} runs scripts, and no Content-Security-Policy says whom they may contact", page.path);
        return Finding {
            cause: Some(Cause::Undecided),
            answer: Some("Content-Security-Policy: default-src 'self'".into()),
            ..finding(digest, SUBJECT, Verdict::Unproven, words)
        };
    }
    let listed = if hosts.is_empty() {
        "none contacts a third party".to_owned()
    } else {
        format!("contacted and listed: {}", hosts.join(", "))
    };
    finding(digest, SUBJECT, Verdict::Holds, format!("{} pages looked at, {listed}", seen.pages.len()))
}

struct Policy {
    text: String,
    words: String,
    is_unknown: bool,
}

impl Policy {
    fn of(seen: &Pages) -> Self {
        let words = match &seen.policy {
            Told::None => format!("there is no policy, the manifest says ({})", seen.place),
            Told::Silent => "no policy was found that could list it".to_owned(),
            Told::At(path) if seen.policy_text.is_empty() => format!("the policy at {path} could not be read"),
            Told::At(path) => format!("the policy at {path} does not name it"),
        };
        let is_unknown = match &seen.policy {
            Told::Silent => true,
            Told::None => false,
            Told::At(_) => seen.policy_text.is_empty(),
        };
        Self { text: seen.policy_text.to_lowercase(), words, is_unknown }
    }

    /// Whether the policy names a host: itself, its domain, or the company that people know.
    fn lists(&self, host: &str) -> bool {
        let labels: Vec<&str> = host.split('.').collect();
        let domain = labels[labels.len().saturating_sub(2)..].join(".");
        // `example.co.uk` belongs to `example`.
        let short = labels.len() >= 3 && labels[labels.len() - 2].len() <= 3;
        let company = labels.iter().rev().nth(if short { 2 } else { 1 }).copied().unwrap_or(host);
        let known_as = KNOWN_AS.iter().find(|(known, _)| *known == domain).map_or(&[][..], |(_, names)| names);
        self.text.contains(host)
            || self.text.contains(&domain)
            || self.has_word(company)
            || known_as.iter().any(|name| self.has_word(name))
    }

    fn has_word(&self, word: &str) -> bool {
        word.len() >= 3
            && self.text.split(|letter: char| !letter.is_alphanumeric() && letter != '-').any(|own| own == word)
    }

    /// What a cookie that comes without asking means; nothing where it is declared.
    fn cookie(&self, name: &str, readable: bool) -> Option<Verdict> {
        let lower = name.to_lowercase();
        if self.text.contains(&lower) {
            return None;
        }
        let tracks = TRACKING.iter().any(|begin| lower.starts_with(&begin.to_lowercase()));
        if tracks {
            return Some(if self.is_unknown { Verdict::Suspected } else { Verdict::Gap });
        }
        let necessary = !readable || NECESSARY.iter().any(|word| lower.contains(word));
        (!necessary).then_some(Verdict::Suspected)
    }
}

fn finding(digest: &str, subject: &str, verdict: Verdict, words: String) -> Finding {
    Finding {
        check: CHECK.id.into(),
        subject: subject.to_owned(),
        cell: None,
        verdict,
        cause: None,
        strength: Strength::Fact,
        words,
        answer: (verdict == Verdict::Suspected).then(|| "[promises] policy = \"/privacy\"".to_owned()),
        evidence: vec![digest.to_owned()],
        exhibits: Vec::new(),
    }
}

fn exhibit(page: &Page, what: &str) -> Exhibit {
    let who = if page.actor.is_empty() { "nobody" } else { &page.actor };
    Exhibit {
        label: "page".into(),
        actor: who.to_owned(),
        request: format!("GET {}", page.path),
        status: page.status,
        bytes: 0,
        note: format!("{what} {}", page.contacts.get(what).map(String::as_str).unwrap_or_default()).trim().to_owned(),
        curl: format!("curl -s \"$BASE_URL{}\"", page.path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str) -> Policy {
        Policy::of(&Pages { policy: Told::At("/privacy".into()), policy_text: text.into(), ..Pages::default() })
    }

    #[test]
    fn a_party_is_listed_by_host_domain_or_name() {
        assert!(policy("We load scripts from js.example.net.").lists("js.example.net"));
        assert!(policy("Payments: Stripe, Inc.").lists("js.stripe.com"));
        assert!(policy("Fonts by Google").lists("fonts.gstatic.com"));
        assert!(policy("Maps by Ordnance").lists("tiles.ordnance.co.uk"));
        assert!(!policy("No third parties. One cookie, for the session.").lists("fonts.example.net"));
        assert!(!policy("We strip everything").lists("js.stripe.com"));
    }

    #[test]
    fn cookies_that_follow_people_need_a_declaration() {
        let none = policy("No third parties.");
        assert_eq!(none.cookie("_ga_X1", true), Some(Verdict::Gap));
        assert_eq!(none.cookie("sid", false), None);
        assert_eq!(none.cookie("colour", true), Some(Verdict::Suspected));
        assert_eq!(policy("The cookie _ga_X1 counts visits").cookie("_ga_X1", true), None);
    }
}
