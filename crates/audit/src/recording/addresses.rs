//! The two addresses of a service that is recorded: its own, and that of the proxy in front of it. Headers name one of
//! them, and each side must read its own.

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::{Host, Url};

use crate::error::{Result, Trouble};

/// Headers of one connection only (RFC 9110 section 7.6.1).
const OF_CONNECTION: &[HeaderName] = &[
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Headers that would have a browser leave the proxy: for HTTPS, or for another protocol.
const LEADING_AWAY: &[HeaderName] = &[header::STRICT_TRANSPORT_SECURITY, header::ALT_SVC];

/// Where the service is, and where it seems to be.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    target: Url,
    /// `http://127.0.0.1:41873`
    here: String,
    /// `http://localhost:3000` and what else names the same place.
    there: Vec<String>,
}

impl Addresses {
    /// Of a target, behind a proxy on this port of the loopback.
    ///
    /// # Errors
    /// When the target's address is none of HTTP or HTTPS.
    pub(super) fn new(target: &str, port: u16) -> Result<Self> {
        let hint = "an address of HTTP or HTTPS, such as http://localhost:3000";
        let url = Url::parse(target)
            .map_err(|error| Trouble::new(target, format!("is not an address: {error}")).hint(hint))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(Trouble::new(target, "cannot be recorded").hint(hint));
        }
        let mut there = vec![url.origin().ascii_serialization()];
        if is_loopback(&url) {
            // A service names itself by whichever of these it was configured with.
            for name in ["localhost", "127.0.0.1", "[::1]"] {
                let port = url.port().map_or(String::new(), |port| format!(":{port}"));
                there.push(format!("{}://{name}{port}", url.scheme()));
            }
        }
        Ok(Self { target: url, here: format!("http://127.0.0.1:{port}"), there })
    }

    /// The proxy's address with the path of the target's.
    pub(super) fn here(&self) -> String {
        format!("{}{}", self.here, self.target.path().trim_end_matches('/'))
    }

    /// The target's address of what was asked for here, `/notes?page=2`.
    pub(super) fn there(&self, path_and_query: &str) -> Option<Url> {
        let slash = if path_and_query.starts_with('/') { "" } else { "/" };
        Url::parse(&format!("{}{slash}{path_and_query}", self.target.origin().ascii_serialization())).ok()
    }

    /// The headers of a request as the target must see them: its own host, its own origin, bodies that can be read.
    pub(super) fn to_target(&self, headers: &HeaderMap, upgrades: bool) -> HeaderMap {
        let mut passed = without_connection(headers, upgrades);
        passed.remove(header::HOST);
        passed.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let own = &self.there[..1];
        each(&mut passed, |_, value| renamed(value, std::slice::from_ref(&self.here), &own[0]));
        passed
    }

    /// The headers of an answer as whoever asked must see them: links lead back here, cookies are kept here.
    pub(super) fn to_client(&self, headers: &HeaderMap, upgrades: bool) -> HeaderMap {
        let mut passed = without_connection(headers, upgrades);
        LEADING_AWAY.iter().for_each(|name| drop(passed.remove(name)));
        let is_secure = self.target.scheme() == "https";
        each(&mut passed, |name, value| {
            let value = renamed(value, &self.there, &self.here);
            if *name == header::SET_COOKIE { kept_here(&value, is_secure) } else { value }
        });
        passed
    }

    /// Whether a text links to the target by its whole address: what follows such a link leaves the recorder.
    pub(super) fn names_target(&self, text: &str) -> bool {
        self.there.iter().any(|there| ends_of(text, there).next().is_some())
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The headers that are meant for the other side. Those of an upgrade (RFC 9110 section 7.8) go on where there is one.
fn without_connection(headers: &HeaderMap, upgrades: bool) -> HeaderMap {
    let mut passed = headers.clone();
    if upgrades {
        passed.remove(header::TRANSFER_ENCODING);
        return passed;
    }
    let named = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<String> = named.flat_map(|value| value.split(',')).map(|name| name.trim().to_lowercase()).collect();
    OF_CONNECTION.iter().for_each(|name| drop(passed.remove(name)));
    named.iter().chain(&["keep-alive".to_owned()]).for_each(|name| drop(passed.remove(name.as_str())));
    passed
}

/// Each value that is text through a function.
fn each(headers: &mut HeaderMap, change: impl Fn(&HeaderName, &str) -> String) {
    for (name, value) in headers.iter_mut() {
        let changed = value.to_str().ok().map(|text| change(name, text));
        if let Some(changed) = changed.and_then(|text| HeaderValue::from_str(&text).ok()) {
            *value = changed;
        }
    }
}

/// The text with each of these origins replaced by another.
fn renamed(text: &str, from: &[String], to: &str) -> String {
    let mut text = text.to_owned();
    for origin in from {
        let ends: Vec<usize> = ends_of(&text, origin).collect();
        for end in ends.into_iter().rev() {
            text.replace_range(end - origin.len()..end, to);
        }
    }
    text
}

/// Where an origin ends in a text: not in the middle of a longer one.
fn ends_of<'a>(text: &'a str, origin: &'a str) -> impl Iterator<Item = usize> + 'a {
    let goes_on = |c: char| c.is_ascii_alphanumeric() || ".-:@".contains(c);
    let ends = text.match_indices(origin).map(move |(at, _)| at + origin.len());
    ends.filter(move |end| !text[*end..].starts_with(goes_on))
}

/// `Set-Cookie` (RFC 6265 section 4.1) for the proxy's own host; without TLS where the target's had it.
fn kept_here(cookie: &str, is_secure: bool) -> String {
    let must_be_secure = cookie.starts_with("__Secure-") || cookie.starts_with("__Host-");
    let stays = |part: &&str| {
        let name = part.trim().to_lowercase();
        let leaves = name.starts_with("domain=")
            || is_secure && !must_be_secure && matches!(name.as_str(), "secure" | "samesite=none");
        !leaves
    };
    cookie
        .split(';')
        .enumerate()
        .filter(|(at, part)| *at == 0 || stays(part))
        .map(|(_, part)| part)
        .collect::<Vec<_>>()
        .join(";")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn each_side_reads_its_own_address() {
        let addresses = Addresses::new("http://localhost:3000/app/", 41873).unwrap();
        assert_eq!(addresses.here(), "http://127.0.0.1:41873/app");
        assert_eq!(addresses.there("/app/x?y=1").unwrap().as_str(), "http://localhost:3000/app/x?y=1");
        let asked = headers(&[
            ("host", "127.0.0.1:41873"),
            ("origin", "http://127.0.0.1:41873"),
            ("referer", "http://127.0.0.1:41873/app/login?next=%2F"),
            ("connection", "keep-alive, x-hop"),
            ("x-hop", "1"),
            ("accept-encoding", "br"),
            ("x-mine", "http://127.0.0.1:418731/"),
        ]);
        let there = addresses.to_target(&asked, false);
        assert_eq!(
            there,
            headers(&[
                ("origin", "http://localhost:3000"),
                ("referer", "http://localhost:3000/app/login?next=%2F"),
                ("accept-encoding", "identity"),
                ("x-mine", "http://127.0.0.1:418731/"),
            ])
        );
        let answered = headers(&[
            ("location", "http://127.0.0.1:3000/app/notes/7"),
            ("content-security-policy", "form-action 'self' http://localhost:3000; img-src http://localhost:30001"),
            ("set-cookie", "sid=a; Domain=localhost; Path=/; HttpOnly"),
            ("strict-transport-security", "max-age=1"),
        ]);
        assert_eq!(
            addresses.to_client(&answered, false),
            headers(&[
                ("location", "http://127.0.0.1:41873/app/notes/7"),
                (
                    "content-security-policy",
                    "form-action 'self' http://127.0.0.1:41873; img-src http://localhost:30001"
                ),
                ("set-cookie", "sid=a; Path=/; HttpOnly"),
            ])
        );
        assert!(addresses.names_target("<a href=\"http://[::1]:3000/x\">") && !addresses.names_target("/x"));
    }

    #[test]
    fn cookies_of_a_service_behind_tls_are_kept_without_it() {
        assert_eq!(kept_here("a=1; Secure; SameSite=None; Path=/", true), "a=1; Path=/");
        assert_eq!(kept_here("__Host-a=1; Secure; Path=/", true), "__Host-a=1; Secure; Path=/");
        assert_eq!(kept_here("secure; Secure", false), "secure; Secure");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in ["localhost:3000", "ftp://a.example/", "{port}"] {
            assert!(Addresses::new(wrong, 1).unwrap_err().hint.is_some(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_passed(value in "[ -~]{0,60}", path in ".{0,20}") {
            let addresses = Addresses::new("https://app.example.com", 1).unwrap();
            let all = headers(&[("x-a", &value), ("set-cookie", &value), ("connection", &value)]);
            addresses.to_target(&all, false);
            addresses.to_client(&all, true);
            addresses.there(&path);
            addresses.names_target(&path);
        }
    }
}
