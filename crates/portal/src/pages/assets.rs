//! The files that pages need, compiled in, and the headers that go with every answer.
//!
//! Names carry a hash of the content, so browsers keep them for ever and an upgrade
//! is seen at once.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// What a page may load and do (CSP level 3): nothing but our own stylesheet, script and pictures,
/// forms to ourselves, and no frame anywhere.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Headers of every page, name and value.
pub const PAGE_HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("cache-control", "private, no-store"),
];

/// How long browsers keep an asset: for ever, its name changes with its content.
pub const ASSET_CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// A file that pages load.
#[derive(Debug)]
pub struct Asset {
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub content: &'static str,
    path: LazyLock<String>,
}

impl Asset {
    /// Its address.
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// Declares an asset; its address is the hash of its content between name and ending.
macro_rules! asset {
    ($(#[$doc:meta])* $asset:ident, $stem:literal, $ending:literal, $media_type:literal) => {
        $(#[$doc])*
        pub static $asset: Asset = Asset {
            media_type: $media_type,
            content: include_str!(concat!("assets/", $stem, ".", $ending)),
            path: LazyLock::new(|| address($stem, $ending, $asset.content)),
        };
    };
}

asset!(
    /// The stylesheet.
    STYLESHEET, "portal", "css", "text/css; charset=utf-8"
);
asset!(
    /// The script: comfort only, every page works without it.
    SCRIPT, "portal", "js", "text/javascript; charset=utf-8"
);
asset!(
    /// The script that takes a question to an authenticator and the answer back: on the one page that asks.
    PASSKEY_SCRIPT, "passkey", "js", "text/javascript; charset=utf-8"
);
asset!(
    /// The picture in the browser's tab.
    ICON, "icon", "svg", "image/svg+xml"
);

fn address(stem: &str, ending: &str, content: &str) -> String {
    let hash = hex::encode(&Sha256::digest(content)[..8]);
    format!("/assets/{stem}.{hash}.{ending}")
}

/// All assets.
pub fn all() -> [&'static Asset; 4] {
    [&STYLESHEET, &SCRIPT, &PASSKEY_SCRIPT, &ICON]
}

/// The asset at an address.
pub fn find(path: &str) -> Option<&'static Asset> {
    all().into_iter().find(|asset| asset.path() == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_found_at_its_own_address_only() {
        for asset in all() {
            assert_eq!(find(asset.path()).map(|found| found.content), Some(asset.content));
        }
        assert!(find("/assets/portal.css").is_none());
    }

    #[test]
    fn the_stylesheet_asks_nobody_else_for_anything() {
        for forbidden in ["url(", "@import", "http:", "https:"] {
            assert!(!STYLESHEET.content.contains(forbidden), "{forbidden} in the stylesheet");
        }
    }

    #[test]
    fn no_script_writes_markup_or_runs_text() {
        for forbidden in ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "Function(", "document.write"] {
            for script in [&SCRIPT, &PASSKEY_SCRIPT] {
                assert!(!script.content.contains(forbidden), "{forbidden} in {}", script.path());
            }
        }
    }
}
