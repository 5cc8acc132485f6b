//! Which hosts a page makes a browser contact by itself: from its HTML, its styles and its headers.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use scraper::{Html, Selector};
use url::Url;

/// An address that a page contacts, and by what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Contact {
    /// The host.
    pub(super) host: String,
    /// `<script src>`, `@import`, `Link` …
    pub(super) by: String,
    /// It stands in a script's text: likely contacted, not certainly.
    pub(super) likely: bool,
}

/// Attributes that a browser loads by itself, with the directive of a content security policy that rules them.
const LOADED: &[(&str, &str, &str)] = &[
    ("script[src]", "src", "script-src"),
    ("img[src]", "src", "img-src"),
    ("img[srcset]", "srcset", "img-src"),
    ("source[src]", "src", "media-src"),
    ("source[srcset]", "srcset", "img-src"),
    ("iframe[src]", "src", "frame-src"),
    ("frame[src]", "src", "frame-src"),
    ("embed[src]", "src", "object-src"),
    ("object[data]", "data", "object-src"),
    ("video[src]", "src", "media-src"),
    ("video[poster]", "poster", "img-src"),
    ("audio[src]", "src", "media-src"),
    ("track[src]", "src", "media-src"),
    ("input[type=image][src]", "src", "img-src"),
    ("body[background]", "background", "img-src"),
];

/// Kinds of `<link>` that a browser follows by itself.
const LINKS: &[(&str, &str)] = &[
    ("stylesheet", "style-src"),
    ("icon", "img-src"),
    ("apple-touch-icon", "img-src"),
    ("preload", "default-src"),
    ("modulepreload", "script-src"),
    ("prefetch", "default-src"),
    ("preconnect", ""),
    ("dns-prefetch", ""),
    ("manifest", "manifest-src"),
];

/// Contacts of a page: its HTML, and the headers that came with it.
pub(super) fn of_page(html: &str, address: &Url, headers: &[(String, String)]) -> BTreeSet<Contact> {
    let mut policy = Policy::default();
    for (name, value) in headers {
        if name.eq_ignore_ascii_case("content-security-policy") {
            policy.add(value);
        }
    }
    let page = Html::parse_document(html);
    for meta in select(&page, "meta[http-equiv]") {
        let names_policy =
            meta.value().attr("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("content-security-policy"));
        if let Some(value) = meta.value().attr("content").filter(|_| names_policy) {
            policy.add(value);
        }
    }
    let base = select(&page, "base[href]").first().and_then(|base| address.join(base.value().attr("href")?).ok());
    let base = base.unwrap_or_else(|| address.clone());
    let mut contacts = BTreeSet::new();
    let mut add = |target: &str, by: &str, directive: &str, likely: bool| {
        if let Some(url) = foreign(&base, address, target).filter(|url| policy.allows(directive, url)) {
            let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
            contacts.insert(Contact { host, by: by.to_owned(), likely });
        }
    };
    for (selector, attribute, directive) in LOADED {
        for element in select(&page, selector) {
            let value = element.value().attr(attribute).unwrap_or_default();
            let by = format!("<{} {attribute}>", element.value().name());
            let candidates = value.split(',').map(|part| part.split_whitespace().next().unwrap_or_default());
            match *attribute {
                "srcset" => candidates.for_each(|one| add(one, &by, directive, false)),
                _ => add(value, &by, directive, false),
            }
        }
    }
    for element in select(&page, "link[rel][href]") {
        let rel = element.value().attr("rel").unwrap_or_default().to_ascii_lowercase();
        let directive = LINKS.iter().find(|(kind, _)| rel.split_whitespace().any(|word| word == *kind));
        if let (Some((kind, directive)), Some(target)) = (directive, element.value().attr("href")) {
            add(target, &format!("<link rel={kind}>"), directive, false);
        }
    }
    for element in select(&page, "style") {
        let text: String = element.text().collect();
        in_style(&text).iter().for_each(|target| add(target, "<style>", "style-src", false));
    }
    for element in select(&page, "[style]") {
        in_style(element.value().attr("style").unwrap_or_default())
            .iter()
            .for_each(|target| add(target, "style=", "img-src", false));
    }
    for element in select(&page, "script:not([src])") {
        let text: String = element.text().collect();
        let kind = element.value().attr("type").unwrap_or_default();
        if kind.is_empty() || kind.contains("javascript") || kind == "module" {
            in_script(&text).iter().for_each(|target| add(target, "a script's text", "connect-src", true));
        }
    }
    for (_, value) in headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("link")) {
        for link in value.split(',') {
            let loaded = ["preload", "preconnect", "stylesheet", "modulepreload", "dns-prefetch"]
                .iter()
                .any(|kind| link.contains(kind));
            let target = link.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(target, _)| target);
            if let Some(target) = target.filter(|_| loaded) {
                add(target, "the header Link", "", false);
            }
        }
    }
    contacts
}

/// Contacts of a style sheet of the service's own.
pub(super) fn of_style(css: &str, address: &Url) -> BTreeSet<Contact> {
    let targets = in_style(css);
    let hosts = targets
        .iter()
        .filter_map(|target| foreign(address, address, target))
        .filter_map(|url| url.host_str().map(str::to_ascii_lowercase));
    hosts.map(|host| Contact { host, by: format!("the style sheet {}", address.path()), likely: false }).collect()
}

/// Style sheets of the service's own that a page loads: their paths.
pub(super) fn own_styles(html: &str, address: &Url) -> Vec<String> {
    let page = Html::parse_document(html);
    let links = select(&page, "link[rel~=stylesheet][href]")
        .into_iter()
        .filter_map(|link| address.join(link.value().attr("href")?).ok());
    links.filter(|url| url.origin() == address.origin()).map(|url| path_of(&url)).collect()
}

/// Whether the page runs scripts that may contact anybody, as far as the page itself and its headers tell.
pub(super) fn scripts_are_free(html: &str, headers: &[(String, String)]) -> bool {
    let page = Html::parse_document(html);
    let runs = !select(&page, "script").is_empty();
    let mut policy = Policy::default();
    headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-security-policy"))
        .for_each(|(_, value)| policy.add(value));
    let anywhere = Url::parse("https://third-party.example").ok();
    runs && anywhere.is_some_and(|url| policy.allows("connect-src", &url) || policy.allows("img-src", &url))
}

/// Path and query of an address.
pub(super) fn path_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

pub(super) fn select<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    Selector::parse(selector).map(|selector| page.select(&selector).collect()).unwrap_or_default()
}

/// The address, where it is on another host.
fn foreign(base: &Url, own: &Url, target: &str) -> Option<Url> {
    let url = base.join(target.trim()).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https" | "ws" | "wss");
    (is_web && url.host_str().is_some() && !same_party(&url, own)).then_some(url)
}

/// The same host, or another of the same domain: `static.example.com` for `www.example.com`.
fn same_party(left: &Url, right: &Url) -> bool {
    let domain = |url: &Url| match url.host() {
        Some(url::Host::Domain(name)) => name.rsplitn(3, '.').take(2).map(str::to_owned).collect(),
        other => vec![other.map(|host| host.to_string()).unwrap_or_default()],
    };
    left.host_str() == right.host_str()
        || domain(left) == domain(right) && domain(left).len() == 2 && domain(left)[1].len() > 3
}

fn in_style(css: &str) -> Vec<String> {
    static FOUND: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(?:url\(\s*|@import\s+)["']?([^"')\s;]+)"#).ok());
    // A comment loads nothing.
    let mut plain = String::new();
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let Some(found) = FOUND.as_ref() else { return Vec::new() };
    found
        .captures_iter(&plain)
        .map(|one| one[1].trim_start_matches("url(").trim_matches(['"', '\'']).to_owned())
        .filter(|one| !one.starts_with("data:"))
        .collect()
}

fn in_script(text: &str) -> Vec<String> {
    static FOUND: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"["'`]((?:https?:|wss?:)?//[A-Za-z0-9.-]+\.[A-Za-z]{2,}[^"'`\s]*)["'`]"#).ok());
    let Some(found) = FOUND.as_ref() else { return Vec::new() };
    found.captures_iter(text).map(|one| one[1].to_owned()).filter(|one| !one.contains("www.w3.org")).collect()
}

/// What a page's content security policies (CSP Level 3) let it load.
#[derive(Debug, Default)]
struct Policy {
    policies: Vec<Vec<(String, Vec<String>)>>,
}

impl Policy {
    fn add(&mut self, text: &str) {
        for policy in text.split(',') {
            let directives = policy.split(';').filter_map(|directive| {
                let mut words = directive.split_whitespace().map(str::to_ascii_lowercase);
                Some((words.next()?, words.collect()))
            });
            self.policies.push(directives.collect());
        }
    }

    /// Whether all policies let the address be loaded.
    fn allows(&self, directive: &str, url: &Url) -> bool {
        directive.is_empty()
            || self.policies.iter().all(|policy| {
                let named = |wanted: &str| policy.iter().find(|(name, _)| name == wanted).map(|(_, sources)| sources);
                let sources =
                    named(directive).or_else(|| if directive == "frame-src" { named("child-src") } else { None });
                sources
                    .or_else(|| named("default-src"))
                    .is_none_or(|sources| sources.iter().any(|source| source_matches(source, url)))
            })
    }
}

fn source_matches(source: &str, url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    match source {
        "*" => true,
        // With strict-dynamic a trusted script may load others.
        "'strict-dynamic'" => true,
        "https:" => url.scheme() == "https",
        "http:" => matches!(url.scheme(), "http" | "https"),
        quoted if quoted.starts_with('\'') => false,
        address => {
            let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
            let named = bare.split(['/', ':']).next().unwrap_or_default();
            match named.strip_prefix("*.") {
                Some(domain) => host.ends_with(&format!(".{domain}")),
                None => host == named,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn contacts(html: &str, headers: &[(&str, &str)]) -> Vec<String> {
        let address = Url::parse("http://127.0.0.1:8080/a/").unwrap();
        let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        of_page(html, &address, &headers).into_iter().map(|one| format!("{} {}", one.host, one.by)).collect()
    }

    #[test]
    fn everything_that_a_browser_loads_by_itself() {
        let html = r#"<link rel="stylesheet" href="https://fonts.example.net/css"><link rel=canonical href="https://canonical.example">
            <script src="//js.example.org/v3"></script><img src=/own.png srcset="https://i.example/1.png 1x, /two.png 2x">
            <a href="https://linked.example">x</a><style>@import "https://css.example/a.css"; /* url(https://no.example) */
            p { background: url('https://bg.example/b.png') }</style><script>fetch("https://api.example/x")</script>"#;
        let hosts: Vec<_> = contacts(html, &[("link", "<https://pre.example>; rel=preconnect")])
            .iter()
            .map(|one| one.split(' ').next().unwrap().to_owned())
            .collect();
        let expected = [
            "api.example",
            "bg.example",
            "css.example",
            "fonts.example.net",
            "i.example",
            "js.example.org",
            "pre.example",
        ];
        assert_eq!(hosts, expected);
    }

    #[test]
    fn what_the_policy_forbids_is_not_contacted() {
        let html = r#"<script src="https://js.example.org/v3"></script><img src="https://i.example/1.png">"#;
        assert_eq!(contacts(html, &[("content-security-policy", "default-src 'self'")]), [""; 0]);
        assert_eq!(
            contacts(html, &[("Content-Security-Policy", "default-src 'none'; img-src https:")]),
            ["i.example <img src>"]
        );
        assert_eq!(
            contacts(html, &[("content-security-policy", "script-src *.example.org; img-src 'self'")]),
            ["js.example.org <script src>"]
        );
        assert!(scripts_are_free(html, &[]));
        assert!(!scripts_are_free(html, &[("content-security-policy".into(), "default-src 'self'".into())]));
    }

    proptest! {
        #[test]
        fn any_page_is_read(html in ".*", header in ".{0,40}") {
            let _ = contacts(&html, &[("content-security-policy", &header), ("link", &header)]);
            let _ = contacts(&format!("<style>{html}</style><script>{header}</script>"), &[]);
        }
    }
}
