//! OP13: HTTPS only, HSTS, cookie flags, security headers.

use crate::checks::Check;
use crate::checks::say::say;
use crate::client::{Answer, Purpose};
use crate::error::Result;
use crate::evidence::{Document, Dossier};
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::{Call, World};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The declaration.
pub const CHECK: Check = Check {
    id: "OP13",
    dimension: Dimension::Operations,
    severity: Severity::Blocks,
    title: "HTTPS only, HSTS, cookie flags, security headers",
    why: "One plain request on a café's network, or one cookie that a script can read, gives the session away.",
    how: "A cookie is a session's if requests without it are refused. It must be HttpOnly, say SameSite, and be Secure where \
          HTTPS is spoken. Pages must forbid sniffing and framing; a missing content security policy or referrer policy is a \
          sign. HTTPS and HSTS are judged where the address is one of HTTPS.",
    references: &[
        "ASVS 5.0 12.2.1",
        "ASVS 5.0 3.3.1",
        "ASVS 5.0 3.3.2",
        "ASVS 5.0 3.3.4",
        "ASVS 5.0 3.4.1",
        "ASVS 5.0 3.4.3",
        "ASVS 5.0 3.4.4",
        "ASVS 5.0 3.4.6",
        "RFC 6797",
        "CWE-319",
        "CWE-614",
        "CWE-1004",
        "CWE-1021",
    ],
    fix: "Set the headers in one place for every answer, errors included, and cookies by one function.",
    built: true,
};

/// Headers that are looked at.
const LOOKED_AT: [&str; 5] = [
    "content-security-policy",
    "x-frame-options",
    "x-content-type-options",
    "referrer-policy",
    "strict-transport-security",
];
/// Most pages that are looked at.
const PAGES_MAX: usize = 8;

/// What came back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Transport {
    /// The address begins with https.
    pub https: bool,
    /// Cookies without which a signed-in actor is refused: name, and attributes in lowercase.
    pub sessions: Vec<(String, Vec<String>)>,
    /// Sessions are kept by cookies at all.
    pub cookies: bool,
    /// Pages: path, and the headers that they carry.
    pub pages: Vec<(String, Vec<(String, String)>)>,
}

impl Document for Transport {
    const KIND: &'static str = "transport";
}

/// Looks at pages, and at the cookies of a fresh session.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let mut seen = Transport { https: world.client.base().starts_with("https://"), ..Transport::default() };
    let mut paths: Vec<(Option<usize>, String)> = vec![(None, "/".into())];
    paths.extend(world.manifest.promises.pages.iter().map(|path| (None, path.clone())));
    let forms = world.manifest.sign_in.iter().filter_map(|way| way.form.as_ref());
    paths.extend(forms.map(|form| (None, form.path.as_str().to_owned())));
    paths.extend(["/login", "/signin", "/sign-in"].map(|path| (None, path.to_owned())));
    let signed_in = (0..world.actors.len()).find(|at| world.actors[*at].alive && !world.actors[*at].fact.throw_away);
    if let Some(at) = signed_in {
        paths.push((Some(at), "/".into()));
        let proof = world.proof_call(at).filter(|call| call.method == "GET");
        paths.extend(proof.map(|call| (Some(at), call.path)));
    }
    let mut done = BTreeSet::new();
    for (who, path) in paths {
        if PAGES_MAX <= seen.pages.len() || !done.insert((who, path.clone())) {
            continue;
        }
        let asked = world.ask(who, &Call::get(&path), Purpose::Other).await;
        let page = asked.answer.header("content-type").is_some_and(|kind| kind.contains("html"));
        if page && asked.answer.status == 200 {
            seen.pages.push((path, headers(&asked.answer)));
        }
    }
    if let Some(at) = signed_in {
        sessions(world, at, &mut seen).await;
    }
    world.store.add(&seen).map(drop)
}

fn headers(answer: &Answer) -> Vec<(String, String)> {
    answer.headers.iter().filter(|(name, _)| LOOKED_AT.contains(&name.as_str())).cloned().collect()
}

/// Which cookies of a fresh session are needed to be let in, and how they were set.
async fn sessions(world: &mut World<'_>, of: usize, seen: &mut Transport) {
    let Ok(at) = world.second_session(of).await else { return };
    let whole = world.actors[at].session.clone();
    seen.cookies = !whole.cookies.is_empty();
    if let Some(proof) = world.proof_call(at) {
        for name in whole.cookies.keys() {
            world.actors[at].session = whole.clone();
            world.actors[at].session.cookies.remove(name);
            let without = world.ask(Some(at), &proof, Purpose::Other).await;
            if let (false, Some(attributes)) = (without.succeeded(), whole.attributes.get(name)) {
                seen.sessions.push((name.clone(), attributes.clone()));
            }
        }
    }
    world.actors.truncate(at);
}

/// Findings for HTTPS, for the session's cookies, and for the pages.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Transport)> = dossier.all();
    let Some((digest, seen)) = all.last() else { return Vec::new() };
    let mut findings = vec![https(digest, seen)];
    findings.extend(cookies(digest, seen));
    findings.extend(pages(digest, seen));
    findings
}

fn https(digest: &str, seen: &Transport) -> Finding {
    let about = say(&CHECK, "HTTPS", digest);
    if !seen.https {
        return about.not_told(
            "this environment is reached without HTTPS; what stands before production is not seen from here",
            "[target] url = \"https://…\", where the service ends TLS itself or stands behind what does",
        );
    }
    let hsts = |headers: &[(String, String)]| {
        headers
            .iter()
            .any(|(name, value)| name == "strict-transport-security" && !value.replace(' ', "").contains("max-age=0"))
    };
    match seen.pages.iter().find(|(_, headers)| !hsts(headers)) {
        Some((path, _)) => about.gap(format!("GET {path} is answered without Strict-Transport-Security")),
        None if seen.pages.is_empty() => about.undecided("no page was found to look at"),
        None => about.holds("every page says Strict-Transport-Security"),
    }
}

fn cookies(digest: &str, seen: &Transport) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, attributes) in &seen.sessions {
        let about = say(&CHECK, format!("cookie {name}"), digest);
        let has = |wanted: &str| attributes.iter().any(|one| one == wanted);
        let none = has("samesite=none");
        let same_site = attributes.iter().any(|one| one.starts_with("samesite="));
        findings.push(if !has("httponly") {
            about.gap("it is the session, and scripts can read it: HttpOnly is missing")
        } else if seen.https && !has("secure") {
            about.gap("it is the session, and is sent without HTTPS, too: Secure is missing")
        } else if none {
            about.gap("it is the session, and is sent with requests of other sites: SameSite=None")
        } else if !same_site {
            about.suspected("it is the session, and does not say SameSite: what browsers make of that differs")
        } else {
            let secure = if has("secure") { ", Secure" } else { "" };
            about.holds(format!("it is the session: HttpOnly, SameSite{secure}"))
        });
    }
    if findings.is_empty() && !seen.cookies {
        findings.push(
            say(&CHECK, "cookies", digest).not_applicable("sessions are not kept by cookies as the walk signs in"),
        );
    }
    findings
}

fn pages(digest: &str, seen: &Transport) -> Vec<Finding> {
    if seen.pages.is_empty() {
        return vec![say(&CHECK, "pages", digest).not_applicable("the service shows no page")];
    }
    let mut gaps: Vec<(&str, String)> = Vec::new();
    let mut signs: Vec<String> = Vec::new();
    for (path, headers) in &seen.pages {
        let value = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.to_lowercase());
        let policy = value("content-security-policy");
        let framed = policy.as_ref().is_some_and(|policy| policy.contains("frame-ancestors"))
            || value("x-frame-options").is_some();
        if value("x-content-type-options").as_deref().map(str::trim) != Some("nosniff") {
            gaps.push(("sniffing", format!("GET {path} is answered without X-Content-Type-Options: nosniff")));
        }
        if !framed {
            gaps.push((
                "framing",
                format!("GET {path} may be shown inside other sites: neither frame-ancestors nor X-Frame-Options"),
            ));
        }
        if policy.is_none() {
            signs.push(format!("GET {path} has no Content-Security-Policy"));
        }
        if value("referrer-policy").is_none() {
            signs.push(format!("GET {path} has no Referrer-Policy"));
        }
    }
    let mut findings: Vec<Finding> = Vec::new();
    for about in ["sniffing", "framing"] {
        let finding = say(&CHECK, about, digest);
        let mut shown = gaps.iter().filter(|(kind, _)| *kind == about).map(|(_, words)| words.clone());
        findings.push(match shown.next() {
            Some(words) => finding.gap(format!("{words} ({} more pages)", shown.count())),
            None => finding.holds(format!("{} pages forbid it", seen.pages.len())),
        });
    }
    if let Some(sign) = signs.first() {
        findings.push(say(&CHECK, "policies of pages", digest).suspected(format!("{sign} ({} more)", signs.len() - 1)));
    }
    findings
}
