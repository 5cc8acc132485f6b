//! Other ways to spell one request, each of which some routers read as the same.

use crate::walk::Call;

/// Headers by which a proxy tells what was asked for, and which some frameworks believe from anybody.
const ADDRESSED: [&str; 2] = ["X-Original-URL", "X-Rewrite-URL"];
/// Headers by which another verb is meant than the one that is sent.
const OVERRIDING: [&str; 2] = ["X-HTTP-Method-Override", "X-Method-Override"];

/// The same request, and how it is spelt.
pub(super) fn of_path(call: &Call) -> Vec<(String, Call)> {
    let (path, query) = match call.path.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (call.path.as_str(), String::new()),
    };
    let to = |path: String| Call { path: format!("{path}{query}"), ..call.clone() };
    let mut spelt = vec![
        ("with a slash at its end".to_owned(), to(format!("{}/", path.trim_end_matches('/')))),
        ("with two slashes".to_owned(), to(format!("/{path}"))),
        ("with `;x=1` at its end".to_owned(), to(format!("{path};x=1"))),
        ("with `.json` at its end".to_owned(), to(format!("{path}.json"))),
    ];
    if let Some((first, rest)) = first_segment(path) {
        spelt.push(("in capitals".to_owned(), to(format!("/{}{rest}", first.to_uppercase()))));
        if let Some(last) = first.chars().next_back().filter(char::is_ascii) {
            let kept = &first[..first.len() - last.len_utf8()];
            let letter = format!("/{kept}%{:02x}{rest}", u32::from(last));
            spelt.push(("with a letter as its number".to_owned(), to(letter)));
        }
    }
    for header in ADDRESSED {
        let mut other = Call { path: "/".into(), ..call.clone() };
        other.headers.push((header.into(), call.path.clone()));
        spelt.push((format!("by the header {header}"), other));
    }
    spelt
}

/// The same under another verb that says which one is meant.
pub(super) fn of_verb(call: &Call) -> Vec<(String, Call)> {
    if call.method == "POST" {
        return Vec::new();
    }
    let posted = Call { method: "POST".into(), ..call.clone() };
    let mut spelt = Vec::new();
    for header in OVERRIDING {
        let mut other = posted.clone();
        other.headers.push((header.into(), call.method.clone()));
        spelt.push((format!("by POST and the header {header}"), other));
    }
    let sign = if call.path.contains('?') { '&' } else { '?' };
    let path = format!("{}{sign}_method={}", call.path, call.method);
    spelt.push(("by POST and the parameter _method".to_owned(), Call { path, ..posted }));
    spelt
}

/// The first segment, and what stands behind it.
fn first_segment(path: &str) -> Option<(&str, &str)> {
    let inner = path.strip_prefix('/')?;
    let end = inner.find('/').unwrap_or(inner.len());
    (0 < end && !inner[..end].contains('%')).then(|| inner.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_request_in_many_spellings() {
        let paths: Vec<String> =
            of_path(&Call::get("/notes/7?full=1")).into_iter().map(|(_, call)| call.path).collect();
        assert_eq!(
            paths,
            [
                "/notes/7/?full=1",
                "//notes/7?full=1",
                "/notes/7;x=1?full=1",
                "/notes/7.json?full=1",
                "/NOTES/7?full=1",
                "/note%73/7?full=1",
                "/",
                "/"
            ]
        );
        let put = Call { method: "PUT".into(), ..Call::get("/notes/7") };
        assert!(of_verb(&put).iter().all(|(_, call)| call.method == "POST"));
        assert_eq!(of_verb(&put)[2].1.path, "/notes/7?_method=PUT");
    }

    proptest! {
        #[test]
        fn any_path_has_spellings(path in ".*") {
            prop_assert!(of_path(&Call::get(path)).iter().all(|(how, _)| !how.is_empty()));
        }
    }
}
