//! Whose request it is where proxies stand in front of the registry.
//!
//! What it hides: `X-Forwarded-For` and `Forwarded` (RFC 7239). Invariant: nobody's word is taken but that of a proxy that the
//! configuration names, so that no client chooses the address that it is counted by.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::{FORWARDED, HeaderName};

use crate::server::config::{ForwardedHeader, ProxiesConfig};

/// Where a request comes from: the address at the other end of the connection or, behind proxies, what the last one that is not ours
/// came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

impl ProxiesConfig {
    /// Whether a proxy of ours has that address.
    pub(super) fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.holds(address))
    }

    /// Who asks, when `peer` hands it on. What can't be read ends the search: beyond it nobody is known.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let mut client = peer.to_canonical();
        let mut hops = self.hops(headers).into_iter();
        while self.trusts(client) {
            match hops.next() {
                Some(Some(hop)) => client = hop.to_canonical(),
                Some(None) | None => break,
            }
        }
        ClientAddress(client)
    }

    /// The addresses that the proxies noted, the last one first. A header of the other kind may be the client's own.
    fn hops(&self, headers: &HeaderMap) -> Vec<Option<IpAddr>> {
        let (name, read): (_, fn(&str) -> Option<IpAddr>) = match self.header {
            ForwardedHeader::XForwardedFor => (&X_FORWARDED_FOR, address),
            ForwardedHeader::Forwarded => (&FORWARDED, forwarded_for),
        };
        let mut hops = Vec::new();
        for line in headers.get_all(name) {
            match line.to_str() {
                Ok(line) => hops.extend(line.split(',').map(read)),
                Err(_) => hops.push(None),
            }
        }
        hops.reverse();
        hops
    }
}

/// An address, with a port or not; that of IPv6 in brackets where there is one.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Some(bracketed) = text.strip_prefix('[') {
        let (address, _) = bracketed.split_once(']')?;
        return address.parse().ok();
    }
    let (address, port) = text.rsplit_once(':')?;
    port.parse::<u16>().ok()?;
    address.parse().ok()
}

/// The `for` of one element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    let (_, value) = named.next()?;
    address(value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(header: ForwardedHeader) -> ProxiesConfig {
        ProxiesConfig {
            trusted: ["127.0.0.1", "10.0.0.0/8"]
                .map(|text| text.parse().expect("a network"))
                .into(),
            header,
        }
    }

    fn client(header: ForwardedHeader, peer: &str, sent: &[(&HeaderName, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(*name, value.parse().expect("a value"));
        }
        let peer = peer.parse().expect("an address");
        proxies(header).client(peer, &headers).0.to_string()
    }

    #[test]
    fn behind_proxies_of_ours_the_last_address_that_is_none_of_them_asks() {
        let x = |peer: &str, sent: &[&str]| {
            let sent: Vec<_> = sent
                .iter()
                .map(|value| (&X_FORWARDED_FOR, *value))
                .collect();
            client(ForwardedHeader::XForwardedFor, peer, &sent)
        };
        assert_eq!(x("127.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(
            x("127.0.0.1", &["198.51.100.1, 203.0.113.9, 10.1.1.1"]),
            "203.0.113.9"
        );
        // What a client sends by itself stands before what the proxy adds, in the same line or an earlier one.
        assert_eq!(
            x("127.0.0.1", &["10.9.9.9, 198.51.100.1", "203.0.113.9"]),
            "203.0.113.9"
        );
        assert_eq!(x("127.0.0.1", &["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(x("::ffff:127.0.0.1", &["203.0.113.9:80"]), "203.0.113.9");
        assert_eq!(x("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(x("127.0.0.1", &["203.0.113.9, unknown"]), "127.0.0.1");
        assert_eq!(
            x("127.0.0.1", &["203.0.113.9, hidden, 10.0.0.4"]),
            "10.0.0.4"
        );
    }

    #[test]
    fn nobody_else_s_word_is_taken() {
        let sent = [
            (&X_FORWARDED_FOR, "203.0.113.9"),
            (&FORWARDED, "for=203.0.113.9"),
        ];
        for header in [ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded] {
            assert_eq!(client(header, "192.0.2.1", &sent), "192.0.2.1");
        }
        // A proxy that writes the one hands on the other as it came.
        let spoofed = [
            (&FORWARDED, "for=198.51.100.1"),
            (&X_FORWARDED_FOR, "203.0.113.9"),
        ];
        let header = ForwardedHeader::XForwardedFor;
        assert_eq!(client(header, "127.0.0.1", &spoofed), "203.0.113.9");
    }

    #[test]
    fn the_standard_s_header_is_read_likewise() {
        let of = |value| {
            client(
                ForwardedHeader::Forwarded,
                "127.0.0.1",
                &[(&FORWARDED, value)],
            )
        };
        assert_eq!(
            of("for=192.0.2.60;proto=http;by=203.0.113.43"),
            "192.0.2.60"
        );
        assert_eq!(of("For=\"[2001:db8:cafe::17]:4711\""), "2001:db8:cafe::17");
        assert_eq!(
            of("for=198.51.100.1, for=203.0.113.9, by=x;for=10.0.0.1"),
            "203.0.113.9"
        );
        assert_eq!(of("for=_hidden"), "127.0.0.1");
    }
}
