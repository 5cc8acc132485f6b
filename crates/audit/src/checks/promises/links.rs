//! Links of a page that may be followed: of the service's own, and not ones that do something.

use scraper::Html;
use url::Url;

use super::hosts::{path_of, select};

/// Longest text of a link or a form that is kept.
const DOOR_MAX: usize = 200;
/// Words in an address that is not followed: a link may sign out, delete or subscribe although it should not.
const ACTING: &[&str] = &[
    "logout",
    "log-out",
    "log_out",
    "signout",
    "sign-out",
    "sign_out",
    "delete",
    "remove",
    "destroy",
    "unsubscribe",
    "deactivate",
    "revoke",
    "cancel",
    "disable",
    "archive",
    "accept",
    "confirm",
    "export",
    "download",
    "logoff",
    "leave",
    "reset",
];

/// Paths of pages that a page links to, in its order, each once.
pub(crate) fn followable(html: &str, address: &Url) -> Vec<String> {
    let page = Html::parse_document(html);
    let mut paths: Vec<String> = Vec::new();
    for link in select(&page, "a[href]") {
        let Some(url) = link.value().attr("href").and_then(|target| address.join(target.trim()).ok()) else { continue };
        let path = path_of(&url);
        let lower = path.to_lowercase();
        let is_file = url.path().rsplit('/').next().is_some_and(|last| last.contains('.') && !last.ends_with(".html"));
        let acts = ACTING.iter().any(|word| lower.contains(word)) || link.value().attr("download").is_some();
        if url.origin() == address.origin() && !acts && !is_file && !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// The page's link to the privacy policy, by its words or its address.
pub(crate) fn policy(html: &str, address: &Url) -> Option<String> {
    const WORDS: &[&str] =
        &["privacy", "datenschutz", "confidentialit", "privacidad", "privacidade", "integritet", "tietosuoja"];
    let page = Html::parse_document(html);
    select(&page, "a[href]").into_iter().find_map(|link| {
        let target = link.value().attr("href")?;
        let words = format!("{} {target}", link.text().collect::<String>()).to_lowercase();
        let url = address.join(target.trim()).ok()?;
        (WORDS.iter().any(|word| words.contains(word)) && url.origin() == address.origin()).then(|| path_of(&url))
    })
}

/// What one can press on a page: the words of each link, button and form, with where it leads.
pub(super) fn doors(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let words = |element: &scraper::ElementRef<'_>| {
        let own =
            ["href", "action", "value", "aria-label", "title"].map(|name| element.value().attr(name).unwrap_or(""));
        let text: String = element.text().flat_map(|text| [text, " "]).collect();
        let all = format!("{text} {}", own.join(" ")).to_lowercase();
        all.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(DOOR_MAX).collect::<String>()
    };
    let pressed = select(&page, "a[href], button, input[type=submit], form[action], summary");
    pressed.iter().map(words).filter(|words| !words.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_act_or_lead_away_are_not_followed() {
        let html = r##"<a href=/projects>p</a><a href="/logout">x</a><a href="https://other.example/">o</a><a href=#a>a</a>
            <a href="/projects">again</a><a href="/data.csv">f</a><a href="mailto:x@example.com">m</a><a href=/legal/privacy>Privacy</a>"##;
        let address = Url::parse("http://127.0.0.1:1/home").unwrap();
        assert_eq!(followable(html, &address), ["/projects", "/home", "/legal/privacy"]);
        assert_eq!(policy(html, &address).as_deref(), Some("/legal/privacy"));
    }
}
