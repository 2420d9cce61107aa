//! Addresses of the network, as a configuration names them: one, or all that begin alike.

use std::net::IpAddr;
use std::str::FromStr;

use serde::Deserialize;

/// A network, such as `10.0.0.0/8`, or one address. An address of IPv4 that is written as one of IPv6 is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    /// Of so many bits.
    length: u8,
}

/// Not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address such as 192.0.2.7, and no network such as 10.0.0.0/8")]
pub struct NotANetwork(String);

impl Network {
    /// Whether an address is in it.
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => same(
                own.to_bits().into(),
                other.to_bits().into(),
                32,
                self.length,
            ),
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                same(own.to_bits(), other.to_bits(), 128, self.length)
            }
            _ => false,
        }
    }
}

/// Whether the first `length` of so many bits are the same.
fn same(one: u128, other: u128, bits: u8, length: u8) -> bool {
    let rest = u32::from(bits.saturating_sub(length));
    (one ^ other).checked_shr(rest).unwrap_or_default() == 0
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let wrong = || NotANetwork(text.to_owned());
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let address = address.to_canonical();
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(length) => length.parse().map_err(|_| wrong())?,
            None => most,
        };
        match length <= most {
            true => Ok(Self { address, length }),
            false => Err(wrong()),
        }
    }
}

impl TryFrom<String> for Network {
    type Error = NotANetwork;

    fn try_from(text: String) -> Result<Self, NotANetwork> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        let network: Network = network.parse().expect("a network");
        network.holds(address.parse().expect("an address"))
    }

    #[test]
    fn a_network_holds_what_begins_like_it() {
        assert!(holds("10.0.0.0/8", "10.255.1.2") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("192.0.2.7", "192.0.2.7") && !holds("192.0.2.7", "192.0.2.6"));
        assert!(holds("192.0.2.7", "::ffff:192.0.2.7"));
        assert!(holds("2001:db8::/32", "2001:db8:9::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("0.0.0.0/0", "203.0.113.1") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("::1", "::1") && !holds("::1", "127.0.0.1"));
    }

    #[test]
    fn what_is_no_network_is_refused_by_name() {
        for wrong in [
            "",
            "proxy.example",
            "10.0.0.0/33",
            "10.0.0.0/",
            "::1/129",
            "10.0.0.0/-1",
        ] {
            let error = wrong.parse::<Network>().expect_err(wrong);
            assert!(error.to_string().contains(&format!("{wrong:?}")));
        }
    }
}
