//! The one cookie: the session (RFC 6265bis). It is sent by the browser itself, so the door asks where a request
//! comes from whenever it is used.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use door::Credential;
use zeroize::Zeroizing;

/// The cookie's name and flags, as the origin under which browsers reach us demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SessionCookie {
    secure: bool,
}

impl SessionCookie {
    /// The cookie for this origin. The origin decides, not the socket: behind a proxy the socket is plain.
    pub(super) fn of(public_origin: &str) -> Self {
        Self { secure: public_origin.starts_with("https://") }
    }

    /// Whether browsers reach us over HTTPS.
    pub(super) const fn is_secure(self) -> bool {
        self.secure
    }

    /// `__Host-` makes browsers refuse the cookie unless it is Secure, for this host alone and for every path.
    const fn name(self) -> &'static str {
        if self.secure { "__Host-session" } else { "session" }
    }

    const fn flags(self) -> &'static str {
        if self.secure { "Path=/; HttpOnly; SameSite=Lax; Secure" } else { "Path=/; HttpOnly; SameSite=Lax" }
    }

    /// What the browser shows.
    pub(super) fn read(self, headers: &HeaderMap) -> Credential {
        let shown = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, value)| *name == self.name() && !value.is_empty());
        shown.map_or(Credential::None, |(_, value)| Credential::Cookie(Zeroizing::new(value.to_owned())))
    }

    /// The header that keeps a session for so many seconds. `None` when the secret cannot stand in a header.
    pub(super) fn set(self, secret: &str, seconds: i64) -> Option<HeaderValue> {
        let text = Zeroizing::new(format!("{}={secret}; {}; Max-Age={seconds}", self.name(), self.flags()));
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The header that takes it away.
    pub(super) fn clear(self) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{}=; {}; Max-Age=0", self.name(), self.flags())).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cookie: SessionCookie, header: &'static str) -> Option<String> {
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(header))]);
        match cookie.read(&headers) {
            Credential::Cookie(secret) => Some(secret.to_string()),
            _ => None,
        }
    }

    #[test]
    fn over_https_only_the_host_cookie_counts() {
        let secure = SessionCookie::of("https://portal.example");
        assert_eq!(shown(secure, "a=b; __Host-session=good").as_deref(), Some("good"));
        assert_eq!(shown(secure, "session=planted"), None);
        assert_eq!(
            secure.set("good", 60).unwrap(),
            "__Host-session=good; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60"
        );
    }

    #[test]
    fn on_this_machine_it_goes_without() {
        let plain = SessionCookie::of("http://127.0.0.1:8080");
        assert_eq!(shown(plain, "session=good").as_deref(), Some("good"));
        assert_eq!(shown(plain, "session="), None);
        assert_eq!(plain.set("good", 60).unwrap(), "session=good; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
        assert_eq!(plain.clear().unwrap(), "session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn a_secret_that_is_no_header_sets_nothing() {
        assert!(SessionCookie::of("https://portal.example").set("a\nb", 60).is_none());
    }
}
