//! Alerts and runbooks as texts: what an alert is called, and whether a page is about it.

use crate::plan::slots::words;
use scraper::{Html, Selector};

/// Words by which an address says that it leads to a runbook.
const BOOK: &[&str] =
    &["runbook", "runbooks", "playbook", "playbooks", "handbook", "docs", "wiki", "guide", "help", "procedures", "sop"];
/// Words by which an alert says that it is over: whoever reads that has nothing to do.
const OVER: &[&str] = &["resolved", "recovered", "[over]", "all clear", "back to normal", "is over"];
/// Words that stand in every alert.
const COMMON: &[&str] = &[
    "alert", "alerts", "error", "warning", "critical", "severity", "portal", "service", "status", "test", "http",
    "https", "since", "this",
];
/// Longest title that is kept, in characters.
const TITLE_MAX: usize = 80;

/// What an alert is called: its title where it is a document that has one, else its first words, without what differs from
/// time to time.
pub(super) fn title(text: &str) -> String {
    let body = text.find('{').and_then(|at| serde_json::from_str::<serde_json::Value>(text.get(at..)?).ok());
    let fields = body.as_ref().map(crate::compare::leaves).unwrap_or_default();
    let named = |name: &str| {
        let field = fields.iter().find(|(path, _)| path.rsplit('.').next() == Some(name));
        field.map(|(_, text)| text.clone())
    };
    let said = ["rule", "title", "subject", "text", "message", "summary", "fallback"].into_iter().find_map(named);
    let said = said.unwrap_or_else(|| text.rsplit("\r\n\r\n").next().unwrap_or(text).to_owned());
    let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let steady: Vec<&str> =
        line.split_whitespace().filter(|word| !word.contains(|c: char| c.is_ascii_digit())).collect();
    steady.join(" ").chars().take(TITLE_MAX).collect()
}

/// Whether an alert only says that it is over.
pub(super) fn over(text: &str) -> bool {
    let text = text.to_lowercase();
    OVER.iter().any(|word| text.contains(word))
}

/// Whether an address says that it leads to a runbook.
pub(super) fn says_runbook(address: &str) -> bool {
    words(&address.to_lowercase()).iter().any(|word| BOOK.contains(&word.as_str()))
}

/// Whether an address is one by which people say that they saw it, or look how things stand: no part of a runbook.
pub(super) fn is_answer(address: &str) -> bool {
    const WORDS: &[&str] = &[
        "ack",
        "acknowledge",
        "seen",
        "alert",
        "alerts",
        "incident",
        "incidents",
        "status",
        "dashboard",
        "health",
        "silence",
        "mute",
    ];
    let path = address.split_once("://").map_or(address, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    path.is_empty() || words(&path.to_lowercase()).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// A path, and the part of the page that is meant.
pub(super) fn fragment(link: &str) -> (&str, Option<&str>) {
    link.split_once('#').map_or((link, None), |(path, part)| (path, Some(part).filter(|part| !part.is_empty())))
}

/// An address beside another at which nothing is.
pub(super) fn beside(path: &str) -> String {
    let above = path.trim_end_matches('/').rsplit_once('/').map_or("", |(above, _)| above);
    format!("{above}/plim-no-such-page")
}

/// Words of at least four letters that tell one alert from another.
fn telling(text: &str) -> Vec<String> {
    let all = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    all.filter(|word| 4 <= word.chars().count() && !COMMON.contains(&word.as_str())).collect()
}

/// Whether a page is about an alert: the part that the link names is there, or the page says a word of the alert's own, or of
/// its own address.
pub(super) fn is_about(page: &str, title: &str, path: &str, part: Option<&str>) -> bool {
    if let Some(part) = part {
        let anchor =
            |mark: &str| page.contains(&format!("{mark}\"{part}\"")) || page.contains(&format!("{mark}{part}"));
        return anchor("id=") || anchor("name=");
    }
    let text = page.to_lowercase();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let wanted: Vec<String> = telling(title).into_iter().chain(telling(last)).collect();
    // An alert whose words stand in every alert is only asked to have a page.
    wanted.is_empty() || wanted.iter().any(|word| text.contains(word.as_str()))
}

/// A heading of a runbook, in Markdown or HTML, that shares a telling word with an alert.
pub(super) fn heading_about(book: &str, title: &str) -> Option<String> {
    let wanted = telling(title);
    let mut headings: Vec<String> = book
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim().to_owned())
        .collect();
    if let Ok(selector) = Selector::parse("h1, h2, h3, h4, dt, summary") {
        let page = Html::parse_document(book);
        headings.extend(page.select(&selector).map(|heading| heading.text().collect::<String>().trim().to_owned()));
    }
    headings.into_iter().find(|heading| telling(heading).iter().any(|word| wanted.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn alerts_are_named_by_what_does_not_differ() {
        assert_eq!(title("POST /x\r\n\r\n{\"text\":\"*Disk 93 % full*\\nSince 12:00\"}"), "*Disk % full*");
        assert_eq!(title("{\"rule\":\"disk\",\"title\":\"x\"}"), "disk");
        assert_eq!(title("Queue stuck\nsince 3"), "Queue stuck");
        assert!(over("{\"text\":\"[over] disk\"}") && !over("disk is full"));
    }

    #[test]
    fn pages_are_about_what_they_say() {
        let page = "<h2 id=\"disk\">When the disk is full</h2>";
        assert!(is_about(page, "Disk is full", "/runbook/disk", None));
        assert!(is_about(page, "x", "/runbook", Some("disk")) && !is_about(page, "x", "/runbook", Some("queue")));
        assert!(!is_about("<h1>All is well</h1>", "Disk usage", "/runbook/disk", None));
        assert_eq!(
            heading_about("# Runbook\n\n## Disk is full\n", "[warn] Disk full").as_deref(),
            Some("Disk is full")
        );
        assert_eq!(heading_about("# Runbook\n\n## Alerts\n", "Queue stuck, alert"), None);
        assert_eq!(beside("/runbook/disk"), "/runbook/plim-no-such-page");
        assert!(is_answer("/alerts/17/seen") && is_answer("https://x.example") && !is_answer("/ops/disk-full"));
        assert!(says_runbook("https://x.example/wiki/Disk") && !says_runbook("/alerts/17"));
    }

    proptest! {
        #[test]
        fn any_alert_and_any_page_are_read(alert in ".*", page in ".*", path in ".*") {
            let title = title(&alert);
            let (path, part) = fragment(&path);
            let _ = (over(&alert), is_about(&page, &title, path, part), heading_about(&page, &title), beside(path));
        }
    }
}
