//! Who may connect, through which proxies, how many at once, and how long they may take.

use serde::Deserialize;

use super::{ConfigError, range};
use crate::server::network::Network;

/// Which proxies stand in front, and how they say for whom they ask.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProxiesConfig {
    /// Their addresses or networks. Of anybody else no header is read.
    pub trusted: Vec<Network>,
    /// The header that all of them write.
    pub header: ForwardedHeader,
}

/// In which header proxies name whoever they ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// How many connections there may be, and how long clients may take.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectionsConfig {
    /// Connections in all, as far as the system grants files for them: 16 to 100,000.
    pub total: usize,
    /// Connections of one address (in IPv6, of one network of 64 bits): 1 to `total`.
    pub per_address: usize,
    /// From the connection, the TLS handshake included, to the head of a request: 1 to 120.
    pub head_seconds: u16,
    /// For a request's body: 1 to 120.
    pub body_seconds: u16,
    /// To take an answer: 1 to 120.
    pub answer_seconds: u16,
    /// Between two requests: 16 to 3600. Stations end theirs after 15.
    pub idle_seconds: u16,
}

impl Default for ConnectionsConfig {
    fn default() -> Self {
        Self {
            total: 1000,
            per_address: 200,
            head_seconds: 10,
            body_seconds: 20,
            answer_seconds: 20,
            idle_seconds: 60,
        }
    }
}

impl ConnectionsConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        range("connections.total", self.total, 16, 100_000, "16 to 100000")?;
        range(
            "connections.per_address",
            self.per_address,
            1,
            self.total,
            "1 to connections.total",
        )?;
        for (setting, seconds) in [
            ("connections.head_seconds", self.head_seconds),
            ("connections.body_seconds", self.body_seconds),
            ("connections.answer_seconds", self.answer_seconds),
        ] {
            range(setting, seconds, 1, 120, "1 to 120")?;
        }
        range(
            "connections.idle_seconds",
            self.idle_seconds,
            16,
            3600,
            "16 to 3600: stations end an idle connection after 15",
        )
    }
}
