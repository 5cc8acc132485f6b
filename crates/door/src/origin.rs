//! Whether a browser was led here by another site.

use crate::caller::{Credential, Origin};
use crate::spec::Effect;

/// Whether a request that changes something, with a credential that a browser sends by itself, came from a page of
/// our own. `Sec-Fetch-Site` decides where it is sent (Fetch Metadata, section 2.4); else `Origin` (RFC 6454) must
/// be ours; neither means that it is no browser.
#[must_use]
pub fn came_by_itself(credential: &Credential, effect: Effect, origin: &Origin, public_origin: &str) -> bool {
    if effect == Effect::Look || !matches!(credential, Credential::Cookie(_) | Credential::None) {
        return true;
    }
    match (origin.fetch_site.as_deref(), origin.origin.as_deref()) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == public_origin,
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://portal.example";

    fn asked(fetch_site: Option<&str>, origin: Option<&str>) -> bool {
        let origin = Origin {
            fetch_site: fetch_site.map(str::to_owned),
            origin: origin.map(str::to_owned),
            ..Origin::default()
        };
        came_by_itself(&Credential::Cookie(String::new().into()), Effect::Change, &origin, OURS)
    }

    #[test]
    fn another_site_cannot_lead_a_browser_here() {
        assert!(asked(Some("same-origin"), None));
        assert!(asked(Some("none"), None));
        assert!(!asked(Some("cross-site"), Some(OURS)));
        assert!(!asked(Some("same-site"), None));
        assert!(asked(None, Some(OURS)));
        assert!(!asked(None, Some("https://evil.example")));
        assert!(!asked(None, Some("null")));
        assert!(asked(None, None));
    }

    #[test]
    fn a_header_token_is_never_sent_by_itself() {
        let bearer = Credential::Bearer(String::new().into());
        let origin = Origin { fetch_site: Some("cross-site".to_owned()), ..Origin::default() };
        assert!(came_by_itself(&bearer, Effect::Change, &origin, OURS));
    }
}
