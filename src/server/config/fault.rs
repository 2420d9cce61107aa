//! Why a configuration is not served.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::domain::identification::MethodsFault;

/// Why a configuration is not served.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file can't be read.
    #[error("cannot read {}: {why}; check the path and its permissions", .path.display())]
    Unreadable { path: PathBuf, why: std::io::Error },
    /// Not TOML, or not these settings.
    #[error("{}: {why}", .path.display())]
    Form {
        path: PathBuf,
        why: Box<toml::de::Error>,
    },
    /// Plain HTTP beyond this machine.
    #[error(
        "refusing plain HTTP on {0}: give a certificate and its key (tls.cert, tls.key), or listen on loopback"
    )]
    PlainHttp(SocketAddr),
    /// The same for the pages, which have settings of their own.
    #[error(
        "refusing plain HTTP for the pages on {0}: they take a certificate and its key of their own (pages.tls.cert, pages.tls.key; \
         --tls-cert and --tls-key are for the stations), or listen on loopback (pages.listen)"
    )]
    PlainPages(SocketAddr),
    /// A value out of its range.
    #[error("{setting} is {found}: it must be {must}")]
    Range {
        setting: &'static str,
        found: String,
        must: &'static str,
    },
    /// Rules that are none, or that a registry can't judge by.
    #[error("{}: {why}", .path.display())]
    Policy { path: PathBuf, why: String },
    /// Not certificates, or not a key that belongs to them.
    #[error("{}: {why}", .path.display())]
    Certificate { path: PathBuf, why: String },
    /// Others on the machine have rights to a file that they are not to have.
    #[error("{} can be read or changed by others (mode {mode:o}): {cure}", .path.display())]
    Open {
        path: PathBuf,
        mode: u32,
        cure: &'static str,
    },
    /// Nobody could be identified so.
    #[error("identification.methods: {0}")]
    Methods(#[from] MethodsFault),
    /// A policy that could only refuse everything.
    #[error(
        "attestation.policy is \"require\" but attestation.roots is empty: every key would be refused"
    )]
    NoRoots,
}

/// Refuses a number that is out of its range.
pub(super) fn range<N: PartialOrd + std::fmt::Display>(
    setting: &'static str,
    found: N,
    least: N,
    most: N,
    must: &'static str,
) -> Result<(), ConfigError> {
    if (least..=most).contains(&found) {
        return Ok(());
    }
    Err(ConfigError::Range {
        setting,
        found: found.to_string(),
        must,
    })
}
