//! What every HTTP wire reads from a request in the same way.

use std::net::{IpAddr, SocketAddr};

use axum::extract::RawPathParams;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, ORIGIN, USER_AGENT};
use door::{Credential, Ids, Origin};
use zeroize::Zeroizing;

/// The longest name of a browser or program that is kept, in characters.
const AGENT_CHARACTERS_MAX: usize = 200;

/// The peer's address, over plain and encrypted connections alike.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// The proxies whose word about the caller's address is taken.
#[derive(Debug, Clone, Default)]
pub struct Proxies(pub Vec<IpAddr>);

/// The ids' names of a path such as `/projects/{project}/members/{member}`, in order.
#[must_use]
pub fn params_of(path: &'static str) -> Vec<&'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect()
}

/// The ids of a request. What is no UUID is left out: nothing has such an id, so nothing is found.
#[must_use]
pub fn ids_of(names: &[&'static str], params: &RawPathParams) -> Ids {
    let find = |name: &str| params.iter().find(|(known, _)| *known == name).and_then(|(_, text)| text.parse().ok());
    Ids(names.iter().filter_map(|name| find(name).map(|id| (*name, id))).collect())
}

/// The session or token in the `Authorization` header (RFC 6750 section 2.1).
#[must_use]
pub fn credential_of_header(headers: &HeaderMap) -> Credential {
    let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, secret) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim().to_owned())
    });
    shown.map_or(Credential::None, |secret| Credential::Bearer(Zeroizing::new(secret)))
}

/// Where a request came from. A forwarding header counts only when a named proxy is the peer.
#[must_use]
pub fn origin_of(headers: &HeaderMap, peer: Peer, proxies: &Proxies) -> Origin {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    Origin {
        address: Some(address_of(headers, peer.0.ip(), proxies)),
        device: None,
        fetch_site: text("sec-fetch-site"),
        origin: headers.get(ORIGIN).and_then(|value| value.to_str().ok()).map(str::to_owned),
        agent: agent.map(|agent| agent.chars().filter(|c| !c.is_control()).take(AGENT_CHARACTERS_MAX).collect()),
    }
}

/// The peer's address; behind a named proxy the last address in `X-Forwarded-For` that is no named proxy.
fn address_of(headers: &HeaderMap, peer: IpAddr, proxies: &Proxies) -> IpAddr {
    if !proxies.0.contains(&peer) {
        return peer;
    }
    let forwarded: Vec<IpAddr> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|part| part.trim().parse().ok())
        .collect();
    forwarded.into_iter().rev().find(|address| !proxies.0.contains(address)).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn forwarded(text: &'static str) -> HeaderMap {
        HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), HeaderValue::from_static(text))])
    }

    #[test]
    fn a_forwarding_header_counts_only_from_a_named_proxy() {
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let client: IpAddr = "192.0.2.7".parse().unwrap();
        let proxies = Proxies(vec![proxy]);
        assert_eq!(address_of(&forwarded("192.0.2.9"), client, &proxies), client);
        assert_eq!(address_of(&forwarded("192.0.2.9, 192.0.2.7"), proxy, &proxies), client);
        assert_eq!(address_of(&forwarded("192.0.2.7, 10.0.0.1"), proxy, &proxies), client);
        assert_eq!(address_of(&forwarded("nonsense"), proxy, &proxies), proxy);
    }

    #[test]
    fn names_of_a_path() {
        assert_eq!(params_of("/projects/{project}/members/{member}"), ["project", "member"]);
    }
}
