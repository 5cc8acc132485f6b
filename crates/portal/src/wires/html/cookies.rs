//! The cookies (RFC 6265bis): the session; what a device shows in which somebody has signed in before; and, for minutes, what a
//! browser shows that has gone to an organisation's provider, has asked for a link to sign in with, or signs in with a passkey. They
//! are sent by the browser itself, so the door asks where a
//! request comes from whenever a session is used.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use door::Credential;
use zeroize::Zeroizing;

use crate::identity::device::KNOWN_SECONDS;

/// The cookies' names and flags, as the origin under which browsers reach us demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cookies {
    secure: bool,
}

impl Cookies {
    /// The cookies for this origin. The origin decides, not the socket: behind a proxy the socket is plain.
    pub(super) fn of(public_origin: &str) -> Self {
        Self { secure: public_origin.starts_with("https://") }
    }

    /// Whether browsers reach us over HTTPS.
    pub(super) const fn is_secure(self) -> bool {
        self.secure
    }

    /// `__Host-` makes browsers refuse the cookie unless it is Secure, for this host alone and for every path.
    const fn session_name(self) -> &'static str {
        if self.secure { "__Host-session" } else { "session" }
    }

    const fn device_name(self) -> &'static str {
        if self.secure { "__Host-device" } else { "device" }
    }

    const fn flow_name(self) -> &'static str {
        if self.secure { "__Host-provider" } else { "provider" }
    }

    const fn challenge_name(self) -> &'static str {
        if self.secure { "__Host-passkey" } else { "passkey" }
    }

    const fn link_name(self) -> &'static str {
        if self.secure { "__Host-link" } else { "link" }
    }

    const fn flags(self) -> &'static str {
        if self.secure { "Path=/; HttpOnly; SameSite=Lax; Secure" } else { "Path=/; HttpOnly; SameSite=Lax" }
    }

    /// The session that the browser shows.
    pub(super) fn session(self, headers: &HeaderMap) -> Credential {
        let shown = shown(headers, self.session_name());
        shown.map_or(Credential::None, |secret| Credential::Cookie(Zeroizing::new(secret.to_owned())))
    }

    /// What the device shows.
    pub(super) fn device(self, headers: &HeaderMap) -> Option<String> {
        shown(headers, self.device_name()).map(str::to_owned)
    }

    /// What a browser shows that has gone to a provider.
    pub(super) fn flow(self, headers: &HeaderMap) -> Option<String> {
        shown(headers, self.flow_name()).map(str::to_owned)
    }

    /// The header that lets a browser show this when it is back from a provider, for so many seconds.
    pub(super) fn set_flow(self, secret: &str, seconds: i64) -> Option<HeaderValue> {
        self.set(self.flow_name(), secret, seconds)
    }

    /// The header that takes that away.
    pub(super) fn clear_flow(self) -> Option<HeaderValue> {
        self.clear(self.flow_name())
    }

    /// What a browser shows that signs in with a passkey.
    pub(super) fn challenge(self, headers: &HeaderMap) -> Option<String> {
        shown(headers, self.challenge_name()).map(str::to_owned)
    }

    /// The header that lets a browser show this with its passkey, for so many seconds.
    pub(super) fn set_challenge(self, secret: &str, seconds: i64) -> Option<HeaderValue> {
        self.set(self.challenge_name(), secret, seconds)
    }

    /// The header that takes that away.
    pub(super) fn clear_challenge(self) -> Option<HeaderValue> {
        self.clear(self.challenge_name())
    }

    /// What a browser shows that has asked for a link to sign in with.
    pub(super) fn link(self, headers: &HeaderMap) -> Option<String> {
        shown(headers, self.link_name()).map(str::to_owned)
    }

    /// The header that makes a link good in this browser, for so many seconds.
    pub(super) fn set_link(self, secret: &str, seconds: i64) -> Option<HeaderValue> {
        self.set(self.link_name(), secret, seconds)
    }

    /// The header that takes that away.
    pub(super) fn clear_link(self) -> Option<HeaderValue> {
        self.clear(self.link_name())
    }

    /// The header that keeps a session for so many seconds. `None` when the secret cannot stand in a header.
    pub(super) fn set_session(self, secret: &str, seconds: i64) -> Option<HeaderValue> {
        self.set(self.session_name(), secret, seconds)
    }

    /// The header that lets a device show this.
    pub(super) fn set_device(self, mark: &str) -> Option<HeaderValue> {
        self.set(self.device_name(), mark, KNOWN_SECONDS)
    }

    fn set(self, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
        let text = Zeroizing::new(format!("{name}={value}; {}; Max-Age={seconds}", self.flags()));
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The header that takes the session away. The device stays known.
    pub(super) fn clear_session(self) -> Option<HeaderValue> {
        self.clear(self.session_name())
    }

    fn clear(self, name: &str) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{name}=; {}; Max-Age=0", self.flags())).ok()
    }
}

/// The value of a cookie.
fn shown<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, value)| *known == name && !value.is_empty())
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cookie: Cookies, header: &'static str) -> Option<String> {
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(header))]);
        match cookie.session(&headers) {
            Credential::Cookie(secret) => Some(secret.to_string()),
            _ => None,
        }
    }

    #[test]
    fn over_https_only_the_host_cookie_counts() {
        let secure = Cookies::of("https://portal.example");
        assert_eq!(shown(secure, "a=b; __Host-session=good").as_deref(), Some("good"));
        assert_eq!(shown(secure, "session=planted"), None);
        assert_eq!(
            secure.set_session("good", 60).unwrap(),
            "__Host-session=good; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60"
        );
    }

    #[test]
    fn on_this_machine_it_goes_without() {
        let plain = Cookies::of("http://127.0.0.1:8080");
        assert_eq!(shown(plain, "session=good").as_deref(), Some("good"));
        assert_eq!(shown(plain, "session="), None);
        assert_eq!(plain.set_session("good", 60).unwrap(), "session=good; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
        assert_eq!(plain.clear_session().unwrap(), "session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn a_device_is_shown_beside_the_session() {
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static("session=one; device=1.two.three"))]);
        let plain = Cookies::of("http://127.0.0.1:8080");
        assert_eq!(plain.device(&headers).as_deref(), Some("1.two.three"));
        assert_eq!(Cookies::of("https://portal.example").device(&headers), None);
        let set = plain.set_device("1.two.three").unwrap();
        assert_eq!(set, "device=1.two.three; Path=/; HttpOnly; SameSite=Lax; Max-Age=15552000");
    }

    #[test]
    fn what_goes_to_a_provider_comes_back_with_the_browser() {
        let secure = Cookies::of("https://portal.example");
        let set = secure.set_flow("one", 600).unwrap();
        assert_eq!(set, "__Host-provider=one; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600");
        let shown = |header| secure.flow(&HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(header))]));
        assert_eq!(shown("__Host-session=two; __Host-provider=one").as_deref(), Some("one"));
        assert_eq!(shown("provider=planted"), None);
        assert_eq!(secure.clear_flow().unwrap(), "__Host-provider=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
    }

    #[test]
    fn a_passkey_is_shown_in_the_browser_that_asked_for_it() {
        let secure = Cookies::of("https://portal.example");
        let set = secure.set_challenge("one", 300).unwrap();
        assert_eq!(set, "__Host-passkey=one; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=300");
        let shown = |header| secure.challenge(&HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(header))]));
        assert_eq!((shown("__Host-passkey=one").as_deref(), shown("passkey=planted")), (Some("one"), None));
        assert_eq!(
            secure.clear_challenge().unwrap(),
            "__Host-passkey=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"
        );
    }

    #[test]
    fn a_secret_that_is_no_header_sets_nothing() {
        assert!(Cookies::of("https://portal.example").set_session("a\nb", 60).is_none());
    }
}
