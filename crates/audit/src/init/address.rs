//! The address as a person types it.

use url::Url;

use crate::error::{Result, Trouble};
use crate::manifest::is_loopback;

/// Where the service is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// `http://127.0.0.1:8080`, without a path.
    pub origin: String,
    /// The path that was typed behind it; empty, or begins with a slash and does not end with one.
    pub under: String,
    /// It is on this machine, by its own words.
    pub is_loopback: bool,
}

impl Address {
    /// Reads `http://localhost:3000/app`, `localhost:3000`, or `3000`.
    ///
    /// # Errors
    /// When it is no address of a web service, or holds a credential.
    pub fn parse(typed: &str) -> Result<Self> {
        let typed = typed.trim();
        let whole = match typed.parse::<u16>() {
            Ok(port) => format!("http://localhost:{port}"),
            Err(_) if typed.contains("://") => typed.to_owned(),
            Err(_) => format!("http://{typed}"),
        };
        let fail = |wrong: &str| {
            Err(Trouble::new(typed, wrong).hint("plimsoll init http://localhost:3000: where the service answers now"))
        };
        let Ok(url) = Url::parse(&whole) else { return fail("is not an address") };
        if !matches!(url.scheme(), "http" | "https") {
            return fail("is not an http address");
        }
        if url.host_str().is_none_or(str::is_empty) {
            return fail("has no host");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return fail("holds a credential, which would end in the manifest");
        }
        let under = url.path().trim_end_matches('/').to_owned();
        Ok(Self { origin: url.origin().ascii_serialization(), under, is_loopback: is_loopback(&url) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_people_type_is_understood() {
        let read = |typed: &str| Address::parse(typed).map(|one| (one.origin, one.under, one.is_loopback));
        let own = |origin: &str, under: &str| Ok((origin.to_owned(), under.to_owned(), true));
        assert_eq!(read("http://127.0.0.1:8080/"), own("http://127.0.0.1:8080", ""));
        assert_eq!(read("localhost:3000/app/"), own("http://localhost:3000", "/app"));
        assert_eq!(read("3000"), own("http://localhost:3000", ""));
        assert!(!Address::parse("https://staging.tallyhouse.dev").unwrap().is_loopback);
        for (typed, wrong) in [("ftp://x", "http address"), ("http://a:b@x/", "credential"), ("", "not an address")] {
            let said = Address::parse(typed).unwrap_err();
            assert!(said.wrong.contains(wrong) && said.hint.is_some(), "{said}");
        }
    }

    proptest! {
        #[test]
        fn any_address_is_read_or_refused(typed in ".{0,40}") {
            if let Ok(address) = Address::parse(&typed) {
                prop_assert!(Url::parse(&address.origin).is_ok());
            }
        }
    }
}
