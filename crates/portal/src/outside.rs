//! Where the portal goes for people of an organisation, to their webhooks and their provider of sign-ins: to the public
//! internet, and nowhere else. Otherwise whoever may set an address could make the portal ask its own network for them
//! (OWASP, server-side request forgery). The addresses that a name stands for are looked at when the connection is made, and
//! the connection goes to those: a name that changes its mind in between gains nothing. Redirects are not followed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use door::{Refusal, Result};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use url::{Host, Url};

/// How long somebody may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The way out: one for the whole installation, so that connections are used again.
#[derive(Debug)]
pub struct Outside {
    /// Whether it may lead into the installation's own network, and without TLS.
    pub private: bool,
    client: OnceLock<Option<reqwest::Client>>,
}

impl Outside {
    /// A way out. Nothing is opened before somebody goes.
    #[must_use]
    pub const fn new(private: bool) -> Self {
        Self { private, client: OnceLock::new() }
    }

    /// What goes out: it follows no redirect, and waits ten seconds.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] when it cannot be made; the log says why.
    pub(crate) fn client(&self) -> Result<&reqwest::Client> {
        let made = self.client.get_or_init(|| {
            // One provider for every connection of this process; a second call is no harm.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
            let client = reqwest::Client::builder()
                .user_agent(concat!("plimsoll-portal/", env!("CARGO_PKG_VERSION")))
                .dns_resolver(Arc::new(Guarded { private: self.private }))
                .redirect(Policy::none())
                .no_proxy()
                .timeout(PATIENCE)
                .build();
            client.inspect_err(|error| tracing::error!(%error, "nothing can be sent to addresses outside")).ok()
        });
        made.as_ref().ok_or(Refusal::Unavailable)
    }
}

/// The longest address, in characters.
const CHARACTERS_MAX: usize = 500;

/// A name that stands for no address that may be gone to.
#[derive(Debug, thiserror::Error)]
#[error("its name leads to no public address")]
pub(crate) struct NotPublic;

/// Reads an address that may be gone to. `private` also allows plain HTTP and addresses of one's own network: for
/// an installation whose operator says so.
pub(crate) fn address(text: &str, private: bool) -> Result<Url, &'static str> {
    if CHARACTERS_MAX < text.chars().count() {
        return Err("has more than 500 characters");
    }
    let url: Url = text.trim().parse().map_err(|_| "must be an address such as https://siem.example/hook")?;
    match url.scheme() {
        "https" => {}
        "http" if private => {}
        _ => return Err("must begin with https://"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or a password: what is sent is signed");
    }
    if url.fragment().is_some() {
        return Err("must not hold a fragment: it would not be sent");
    }
    let public = match url.host() {
        None => return Err("must name a host"),
        Some(Host::Domain(_)) => true,
        Some(Host::Ipv4(address)) => is_public(address.into()),
        Some(Host::Ipv6(address)) => is_public(address.into()),
    };
    if public || private {
        Ok(url)
    } else {
        Err("must be a public address: the portal sends nothing into its own network")
    }
}

/// Gives out only addresses that may be gone to.
#[derive(Debug)]
struct Guarded {
    /// Whether one's own network may be gone to.
    private: bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|found| private || is_public(found.ip())).collect();
            if allowed.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to the public internet (IANA special-purpose address registries, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0                                    // this network
        || a == 10                              // private
        || (a == 100 && (64..128).contains(&b)) // shared (RFC 6598)
        || a == 127                             // loopback
        || (a == 169 && b == 254)               // link-local, with the metadata of clouds
        || (a == 172 && (16..32).contains(&b))  // private
        || (a == 192 && b == 0 && c == 0)       // protocol assignments
        || (a == 192 && b == 0 && c == 2)       // documentation
        || (a == 192 && b == 88 && c == 99)     // 6to4 relays
        || (a == 192 && b == 168)               // private
        || (a == 198 && (18..20).contains(&b))  // benchmarks
        || (a == 198 && b == 51 && c == 100)    // documentation
        || (a == 203 && b == 0 && c == 113)     // documentation
        || a >= 224) // multicast, reserved, broadcast
}

/// Global unicast (2000::/3) only, and of that nothing that carries another address inside it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let [a, b, ..] = parts;
    let global = (0x2000..0x4000).contains(&a);
    let special = match a {
        0x2001 => b < 0x0200 || b == 0x0db8, // protocol assignments with Teredo; documentation
        0x2002 => true,                      // 6to4
        0x3fff => b < 0x1000,                // documentation (RFC 9637)
        _ => false,
    };
    global && !special
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for public in
            ["8.8.8.8", "93.184.216.34", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for other in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2001:0:4136::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            assert!(!is_public(other.parse().unwrap()), "{other}");
        }
    }

    #[test]
    fn an_address_is_https_and_public() {
        assert!(address("https://siem.example/hook?key=1", false).is_ok());
        assert!(address("http://127.0.0.1:9000/", true).is_ok());
        for wrong in [
            "",
            "siem.example",
            "http://siem.example/",
            "ftp://siem.example/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://a:b@siem.example/",
            "https://siem.example/#x",
            "file:///etc/passwd",
        ] {
            assert!(address(wrong, false).is_err(), "{wrong}");
        }
        assert!(address("ftp://127.0.0.1/", true).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_an_address_or_refused(text in ".{0,60}", private in any::<bool>()) {
            let _ = address(&text, private);
        }

        #[test]
        fn a_mapped_address_is_as_private_as_its_own(address in any::<u32>()) {
            let mapped = Ipv4Addr::from_bits(address).to_ipv6_mapped();
            prop_assert!(!is_public(mapped.into()));
        }
    }
}
