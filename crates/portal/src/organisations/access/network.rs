//! Networks, as an organisation names those that it lets people in from.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::fields::lines;

/// The most networks that can be named.
const NETWORKS_MAX: usize = 100;

/// A network: an address and how many of its first bits count, written as `192.0.2.0/24` or `2001:db8::/32` (RFC 4632
/// section 3.1, RFC 4291 section 2.3). An address alone is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

/// How many bits an address of this kind has.
const fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The address with all bits cleared but the first so many.
fn masked(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            IpAddr::V4((address.to_bits() & u32::MAX.checked_shl(32 - bits).unwrap_or_default()).into())
        }
        IpAddr::V6(address) => {
            IpAddr::V6((address.to_bits() & u128::MAX.checked_shl(128 - bits).unwrap_or_default()).into())
        }
    }
}

impl Network {
    /// Whether an address is in it. One of IPv4 is the same when it comes written as one of IPv6.
    #[must_use]
    pub fn holds(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        width(address) == width(self.address) && masked(address, self.bits) == self.address
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let shown: String = text.chars().take(60).collect();
        let wrong = || format!("names `{shown}`, which is no network such as 192.0.2.0/24 or 2001:db8::/32");
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        if address.to_canonical() != address {
            return Err(format!("names `{shown}`: write it as a network of IPv4"));
        }
        let width = width(address);
        let bits = match bits {
            None => width,
            Some(bits) if !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit()) => {
                bits.parse().ok().filter(|bits| *bits <= width).ok_or_else(wrong)?
            }
            Some(_) => return Err(wrong()),
        };
        let network = Self { address: masked(address, bits), bits };
        // A slip in either half would let in more, or fewer, than whoever wrote it meant.
        if network.address != address {
            return Err(format!("names `{shown}`: did you mean {network}, or {address}?"));
        }
        Ok(network)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bits == width(self.address) {
            write!(f, "{}", self.address)
        } else {
            write!(f, "{}/{}", self.address, self.bits)
        }
    }
}

/// Networks, each once, in the order in which they were named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

impl Networks {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether an address is in one of them. An address that nobody knows is in none.
    #[must_use]
    pub fn hold(&self, address: Option<IpAddr>) -> bool {
        address.is_some_and(|address| self.0.iter().any(|network| network.holds(address)))
    }
}

impl FromStr for Networks {
    type Err = String;

    /// Reads them with spaces, commas or line breaks between.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut networks: Vec<Network> = Vec::new();
        for word in text.split([' ', ',', ';', '\n', '\r', '\t']).filter(|word| !word.is_empty()) {
            let network = word.parse()?;
            if !networks.contains(&network) {
                networks.push(network);
            }
            if networks.len() > NETWORKS_MAX {
                return Err(format!("names more than {NETWORKS_MAX} networks"));
            }
        }
        Ok(Self(networks))
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, network) in self.0.iter().enumerate() {
            write!(f, "{}{network}", if index == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl Serialize for Networks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ToString::to_string))
    }
}

impl<'de> Deserialize<'de> for Networks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lines(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for Networks {
    fn schema() -> RefOr<Schema> {
        let network = ObjectBuilder::new().schema_type(Type::String);
        ArrayBuilder::new().items(network).max_items(Some(NETWORKS_MAX)).into()
    }
}

impl ToSchema for Networks {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        network.parse::<Networks>().unwrap().hold(Some(address.parse().unwrap()))
    }

    #[test]
    fn an_address_is_in_its_network_and_in_no_other() {
        assert!(holds("192.0.2.0/24", "192.0.2.255"));
        assert!(!holds("192.0.2.0/24", "192.0.3.0"));
        assert!(holds("192.0.2.7", "192.0.2.7"));
        assert!(!holds("192.0.2.7", "192.0.2.8"));
        assert!(holds("192.0.2.0/24", "::ffff:192.0.2.7"), "the same, as IPv6 writes it");
        assert!(holds("2001:db8::/32", "2001:db8:ffff::1"));
        assert!(!holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("0.0.0.0/0", "203.0.113.9"));
        assert!(!holds("0.0.0.0/0", "2001:db8::1"), "all of IPv4 is not all");
        assert!(!holds("::/0", "203.0.113.9"));
        assert!(holds("192.0.2.0/31, 2001:db8::1", "2001:db8::1"));
        assert!(!"192.0.2.0/24".parse::<Networks>().unwrap().hold(None), "an address that nobody knows is in none");
    }

    #[test]
    fn what_is_no_network_is_named() {
        for wrong in [
            "halden",
            "192.0.2.0/33",
            "192.0.2.0/",
            "192.0.2.0/+8",
            "192.0.2.0/24/1",
            "/24",
            "192.0.2",
            "2001:db8::/129",
            "::ffff:192.0.2.0/120",
            "192.0.2.0/-1",
        ] {
            assert!(wrong.parse::<Networks>().is_err(), "{wrong}");
        }
        let slip = "192.0.2.7/24".parse::<Networks>().unwrap_err();
        assert_eq!(slip, "names `192.0.2.7/24`: did you mean 192.0.2.0/24, or 192.0.2.7?");
        let many: Vec<String> = (0..=NETWORKS_MAX).map(|at| format!("10.0.{at}.0/24")).collect();
        assert!(many.join(" ").parse::<Networks>().is_err());
    }

    #[test]
    fn each_is_there_once_and_as_it_is_written() {
        let networks: Networks = " 192.0.2.0/24\n2001:DB8::/32,192.0.2.0/24 198.51.100.1/32".parse().unwrap();
        assert_eq!(networks.to_string(), "192.0.2.0/24 2001:db8::/32 198.51.100.1");
        assert_eq!(networks.to_string().parse::<Networks>().unwrap(), networks);
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(text in ".*") {
            if let Ok(networks) = text.parse::<Networks>() {
                prop_assert_eq!(networks.to_string().parse::<Networks>().unwrap(), networks);
            }
        }

        #[test]
        fn a_network_holds_what_begins_as_it_does(network in any::<u128>(), address in any::<u128>(), bits in 0_u32..=128) {
            let (network, address) = (IpAddr::V6(network.into()), IpAddr::V6(address.into()));
            let held = Network { address: masked(network, bits), bits };
            prop_assume!(address.to_canonical() == address);
            let alike = bits == 0 || (to_bits(network) ^ to_bits(address)).leading_zeros() >= bits;
            prop_assert_eq!(held.holds(address), alike);
        }
    }

    fn to_bits(address: IpAddr) -> u128 {
        match address {
            IpAddr::V4(address) => address.to_bits().into(),
            IpAddr::V6(address) => address.to_bits(),
        }
    }
}
