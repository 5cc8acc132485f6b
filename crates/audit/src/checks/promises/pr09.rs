//! PR09: contact, disclosure policy, security.txt valid and not expired.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::checks::Check;
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Document, Dossier};
use crate::verdict::{Cause, Dimension, Exhibit, Finding, Severity, Strength, Verdict};
use crate::walk::{Call, World};

/// The declaration.
pub const CHECK: Check = Check {
    id: "PR09",
    dimension: Dimension::Promises,
    severity: Severity::Trust,
    title: "contact, disclosure policy, security.txt valid and not expired",
    why: "Somebody who finds a hole and finds nobody to tell will tell everybody.",
    how: "`/.well-known/security.txt` is fetched over the service's own address and read by the rules of its \
          standard: at least one contact, at a name that can exist, exactly one expiry, not in the past.",
    references: &[
        "RFC 9116 2.5.3 (Contact)",
        "RFC 2606 2 (reserved names)",
        "RFC 9116 2.5.5 (Expires)",
        "RFC 9116 3 (location)",
    ],
    fix: "Publish the file with `Contact:` and an `Expires:` less than a year ahead, made from settings so that it \
          does not age.",
    built: true,
};

/// Where the standard wants it, and where older ones stand.
const PLACES: [&str; 2] = ["/.well-known/security.txt", "/security.txt"];

/// What stood at the usual places.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityText {
    /// The manifest's line, where it says that there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_none: Option<String>,
    /// Each place that was asked.
    pub places: Vec<Asked>,
    /// Addresses of the service's own that the file names, and their status codes.
    pub linked: Vec<(String, u16)>,
    /// When it was read: RFC 3339.
    pub read_at: String,
}

/// One answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The path.
    pub path: String,
    /// The status code; 0 where no answer came.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: String,
    /// The text, cut to a bound.
    pub text: String,
}

impl Document for SecurityText {
    const KIND: &'static str = "security_txt";
}

/// Asks the usual places, and what the file names of the service's own.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let mut seen = SecurityText { read_at: crate::walk::now().to_string(), ..SecurityText::default() };
    let told = world.manifest.promises.security_txt.clone();
    if told.as_deref().is_some_and(|told| told.trim().eq_ignore_ascii_case("none")) {
        seen.told_none = Some(world.manifest.place("promises.security_txt"));
        return world.store.add(&seen).map(drop);
    }
    let mut places: Vec<String> = told.into_iter().collect();
    places.extend(PLACES.map(str::to_owned));
    for path in places {
        let asked = world.ask(None, &Call::get(&path), Purpose::Other).await;
        let text: String = asked.answer.text().chars().take(8000).collect();
        let content_type = asked.answer.header("content-type").unwrap_or_default().to_owned();
        seen.places.push(Asked { path, status: asked.answer.status, content_type, text });
        if seen.places.last().is_some_and(is_there) {
            break;
        }
    }
    let base = world.client.base().to_owned();
    if let Some(place) = seen.places.iter().find(|place| is_there(place)).cloned() {
        for (_, value) in fields(&place.text) {
            let Some(path) = value.strip_prefix(base.as_str()).filter(|rest| rest.starts_with('/')) else { continue };
            if path != place.path && seen.linked.iter().all(|(known, _)| known != path) {
                let asked = world.ask(None, &Call::get(path), Purpose::Other).await;
                seen.linked.push((path.to_owned(), asked.answer.status));
            }
        }
    }
    world.store.add(&seen).map(drop)
}

/// Whether a place answered with such a file, and not with a page for everything.
fn is_there(place: &Asked) -> bool {
    place.status == 200
        && !place.content_type.contains("html")
        && !place.text.trim_start().starts_with('<')
        && fields(&place.text).iter().any(|(name, _)| matches!(name.as_str(), "contact" | "expires"))
}

/// Fields with names in small letters. Comments and the lines of a signature are left out.
fn fields(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().take_while(|line| !line.starts_with("-----BEGIN PGP SIGNATURE"));
    let lines = lines.filter(|line| !line.starts_with(['#', '-']) && !line.starts_with("Hash:"));
    lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect()
}

/// One finding.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, SecurityText)> = dossier.all();
    let Some((digest, seen)) = all.last() else { return Vec::new() };
    let (verdict, words) = verdict(seen);
    let exhibits = seen.places.iter().map(|place| Exhibit {
        label: "public".into(),
        actor: "nobody".into(),
        request: format!("GET {}", place.path),
        status: place.status,
        bytes: place.text.len() as u64,
        note: place.content_type.clone(),
        curl: format!("curl -i \"$BASE_URL{}\"", place.path),
    });
    vec![Finding {
        check: CHECK.id.into(),
        subject: PLACES[0].into(),
        cell: None,
        verdict,
        cause: (verdict == Verdict::Unproven).then_some(Cause::Undecided),
        strength: Strength::Fact,
        words,
        answer: None,
        evidence: vec![(*digest).to_owned()],
        exhibits: exhibits.collect(),
    }]
}

fn verdict(seen: &SecurityText) -> (Verdict, String) {
    if let Some(place) = &seen.told_none {
        return (Verdict::Gap, format!("{place}: there is no security.txt, the manifest says"));
    }
    if seen.places.iter().all(|place| place.status == 0 || place.status >= 500) {
        return (Verdict::Unproven, "the service did not answer".into());
    }
    let Some(place) = seen.places.iter().find(|place| is_there(place)) else {
        return (Verdict::Gap, format!("no {}", PLACES[0]));
    };
    let mut wrong = Vec::new();
    if place.path == PLACES[1] {
        wrong.push(format!("it stands at {} and not at {}", place.path, PLACES[0]));
    }
    if !place.content_type.to_ascii_lowercase().starts_with("text/plain") {
        wrong.push(format!("it is served as `{}`, not as text/plain", place.content_type));
    }
    let fields = fields(&place.text);
    let values = |wanted: &str| {
        fields.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str()).collect::<Vec<_>>()
    };
    let contacts = values("contact");
    if contacts.is_empty() {
        wrong.push("it names no Contact".into());
    }
    if let Some(bad) = contacts.iter().find(|contact| {
        !["mailto:", "tel:", "https://"].iter().any(|kind| contact.starts_with(kind)) && !is_local(contact)
    }) {
        wrong.push(format!("`Contact: {bad}` is not a mailto:, tel: or https: address"));
    }
    if let Some((bad, host)) = contacts.iter().find_map(|contact| Some((contact, unreachable_host(contact)?))) {
        wrong.push(format!(
            "`Contact: {bad}` reaches nobody: {host} is a name that no one can have (RFC 2606, RFC 6761)"
        ));
    }
    for name in ["encryption", "acknowledgments", "policy", "hiring", "canonical"] {
        if let Some(bad) = values(name).iter().find(|value| value.starts_with("http://") && !is_local(value)) {
            wrong.push(format!("`{bad}` is not an https: address"));
        }
    }
    if values("preferred-languages").len() > 1 {
        wrong.push("Preferred-Languages stands more than once".into());
    }
    let mut distant = false;
    match values("expires").as_slice() {
        [] => wrong.push("it says no Expires".into()),
        [one] => match (one.parse::<Timestamp>(), seen.read_at.parse::<Timestamp>()) {
            (Ok(expires), Ok(read_at)) if expires <= read_at => {
                wrong.push(format!("it expired on {}", &one[..one.len().min(10)]));
            }
            (Ok(expires), Ok(read_at)) => {
                distant = expires.duration_since(read_at) > SignedDuration::from_hours(24 * 366);
            }
            _ => wrong.push(format!("`Expires: {one}` is not a moment as 2026-12-31T00:00:00Z")),
        },
        _ => wrong.push("Expires stands more than once".into()),
    }
    if let Some((path, status)) = seen.linked.iter().find(|(_, status)| !(200..400).contains(status)) {
        wrong.push(format!("it names {path}, which answers {status}"));
    }
    if !wrong.is_empty() {
        return (Verdict::Gap, wrong.join("; "));
    }
    if distant {
        return (
            Verdict::Suspected,
            "it expires in more than a year; the standard recommends less, so that it is looked after".into(),
        );
    }
    (Verdict::Holds, format!("{} names a contact and has not expired", place.path))
}

/// The host of a contact, where it is one that exists nowhere outside: names that are reserved for examples and tests
/// (RFC 2606 sections 2 and 3, RFC 6761 section 6), this machine as a mail's place, and placeholders without a dot.
fn unreachable_host(contact: &str) -> Option<String> {
    let host = match contact.split_once(':')? {
        ("mailto", address) => address.split('?').next()?.rsplit_once('@').map_or("", |(_, host)| host),
        ("https" | "http", rest) if !is_local(contact) => {
            let authority = rest.trim_start_matches('/').split(['/', '?', '#']).next()?;
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            host.split_once(':').map_or(host, |(host, _)| host)
        }
        _ => return None,
    };
    let host = host.trim().trim_end_matches('.').to_ascii_lowercase();
    let is_loopback = host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    let nobodys = reserved_name(&host) || !host.contains('.') || is_loopback;
    nobodys.then_some(if host.is_empty() { "an empty host".to_owned() } else { host })
}

/// Whether a host's name is reserved, so that nobody can have it.
pub fn reserved_name(host: &str) -> bool {
    const NAMES: [&str; 7] = ["test", "example", "invalid", "localhost", "example.com", "example.net", "example.org"];
    let host = host.to_ascii_lowercase();
    NAMES.iter().any(|name| host == *name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')))
}

/// An address of this machine: its scheme says nothing about the published one.
fn is_local(address: &str) -> bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|local| address.starts_with(local))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(content_type: &str, text: &str) -> (Verdict, String) {
        let place = Asked { path: PLACES[0].into(), status: 200, content_type: content_type.into(), text: text.into() };
        verdict(&SecurityText {
            places: vec![place],
            read_at: "2026-11-22T00:00:00Z".into(),
            ..SecurityText::default()
        })
    }

    #[test]
    fn a_valid_file_holds() {
        let text = "# hello\nContact: mailto:security@tallyhouse.dev\nExpires: 2027-06-01T00:00:00z\nPreferred-Languages: en, de\n";
        assert_eq!(of("text/plain; charset=utf-8", text).0, Verdict::Holds);
        let signed = format!(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{text}-----BEGIN PGP SIGNATURE-----\nExpires: x\n"
        );
        assert_eq!(of("text/plain", &signed).0, Verdict::Holds);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |text: &str| {
            let (verdict, words) = of("text/plain", text);
            assert_eq!(verdict, Verdict::Gap, "{words}");
            words
        };
        assert!(
            wrong("Contact: mailto:a@tallyhouse.dev\nExpires: 2024-01-01T00:00:00Z").contains("expired on 2024-01-01")
        );
        assert!(wrong("Contact: mailto:a@tallyhouse.dev").contains("no Expires"));
        assert!(wrong("Expires: 2027-01-01T00:00:00Z").contains("no Contact"));
        assert!(wrong("Contact: me\nExpires: 2027-01-01T00:00:00Z").contains("not a mailto:"));
        assert!(wrong("Contact: tel:1\nExpires: soon").contains("not a moment"));
        assert!(wrong("nothing").contains("no /.well-known"));
        assert!(
            of("text/html", "Contact: mailto:a@example.com").1.contains("no /.well-known"),
            "a page for everything"
        );
        assert_eq!(of("text/plain", "Contact: tel:1\nExpires: 2031-01-01T00:00:00Z").0, Verdict::Suspected);
    }

    /// A contact that nobody can ever read is no contact.
    #[test]
    fn a_placeholder_is_no_contact() {
        for bad in [
            "mailto:security@localhost.invalid",
            "mailto:security@example.com",
            "mailto:Security@Mail.Example.ORG?subject=hole",
            "mailto:security@localhost",
            "mailto:security@mail.test",
            "mailto:security@127.0.0.1",
            "mailto:security",
            "mailto:you@your-domain",
            "https://www.example.net/security",
            "https://me@security.example:8443/tell",
        ] {
            let (verdict, words) = of("text/plain", &format!("Contact: {bad}\nExpires: 2027-01-01T00:00:00Z"));
            assert_eq!(verdict, Verdict::Gap, "{bad}: {words}");
            assert!(words.contains("reaches nobody"), "{words}");
        }
        for good in ["mailto:security@examples.com", "https://tallyhouse.dev/security?of=example.com", "tel:+49-30-1"] {
            let (verdict, words) = of("text/plain", &format!("Contact: {good}\nExpires: 2027-01-01T00:00:00Z"));
            assert_eq!(verdict, Verdict::Holds, "{good}: {words}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in ".*", kind in ".{0,12}") {
            let _ = of(&kind, &text);
            let _ = of("text/plain", &format!("Contact: {text}\nExpires: {text}"));
        }
    }
}
