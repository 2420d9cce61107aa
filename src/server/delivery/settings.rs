//! How the registry tells people: what is set of it, and what is refused of that.
//!
//! Invariant: what goes beyond this machine is encrypted, and who takes it is known by certificate.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::domain::Secret;
use crate::files;
use crate::server::config::{ConfigError, OTHERS};

/// A server that takes mail, and what is said in each.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// Its name, which its certificate must be for.
    pub server: String,
    /// The usual one of that kind of encryption when absent: 587, 465 or 25.
    pub port: Option<u16>,
    #[serde(default)]
    pub tls: MailTls,
    /// Certificates of authorities that are trusted besides the system's, in PEM.
    pub ca: Option<PathBuf>,
    /// With its password file: whom to sign in as.
    pub user: Option<String>,
    /// Holds the password on its first line.
    pub password_file: Option<PathBuf>,
    /// Who writes: an address, or `Name <address>`.
    pub from: String,
    /// Where the page is that objections are made on; `https://keydesk.` before the RP id when absent.
    pub public_url: Option<String>,
    /// Of whoever has not said theirs: `en` or `nl`.
    #[serde(default = "english")]
    pub language: String,
    /// Whom people call when something is not right, e.g. `the help desk, +31 20 555 01 00`.
    pub contact: Option<String>,
    /// So many mails are handed over at once: 1 to 20.
    #[serde(default = "four")]
    pub at_once: usize,
    /// How long the server may take with one: 5 to 600.
    #[serde(default = "two_minutes")]
    pub timeout_seconds: u16,
}

/// How the way to the mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailTls {
    /// It begins in the clear; nothing is sent before it is encrypted.
    #[default]
    Starttls,
    /// From the first byte.
    Implicit,
    /// Not at all: to this machine only.
    None,
}

/// Another program that hears of every notice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// `https`; `http` to this machine only.
    pub url: String,
    /// Holds on its first line what each message is signed with: `whsec_` and 24 to 64 bytes in base64.
    pub secret_file: PathBuf,
    /// Certificates of authorities that are trusted besides the system's, in PEM.
    pub ca: Option<PathBuf>,
}

fn english() -> String {
    "en".to_owned()
}

fn four() -> usize {
    4
}

fn two_minutes() -> u16 {
    120
}

impl MailConfig {
    /// Refuses what is out of its range.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.tls == MailTls::None && !is_this_machine(&self.server) {
            return Err(ConfigError::Range {
                setting: "mail.tls",
                found: format!("\"none\" to {:?}", self.server),
                must: "starttls or implicit: without encryption mail goes to this machine only (127.0.0.1, ::1, localhost)",
            });
        }
        if self.user.is_some() != self.password_file.is_some() {
            return Err(ConfigError::Range {
                setting: "mail.user",
                found: "without mail.password_file, or the other way round".to_owned(),
                must: "both, or neither",
            });
        }
        if !(1..=20).contains(&self.at_once) {
            return Err(ConfigError::Range {
                setting: "mail.at_once",
                found: self.at_once.to_string(),
                must: "1 to 20",
            });
        }
        if !(5..=600).contains(&self.timeout_seconds) {
            return Err(ConfigError::Range {
                setting: "mail.timeout_seconds",
                found: self.timeout_seconds.to_string(),
                must: "5 to 600",
            });
        }
        Ok(())
    }

    /// Where the server listens.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            MailTls::Starttls => 587,
            MailTls::Implicit => 465,
            MailTls::None => 25,
        })
    }

    /// How long the server may take with one mail.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds.into())
    }
}

/// Whether what is sent there stays here.
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The first line of a file that nobody else can read.
pub fn secret(path: &Path) -> Result<Secret, ConfigError> {
    let unreadable = |why| ConfigError::Unreadable {
        path: path.to_owned(),
        why,
    };
    if let Some(mode) = files::open_to_others(path, OTHERS).map_err(unreadable)? {
        return Err(ConfigError::Open {
            path: path.to_owned(),
            mode,
            cure: "make it 0600, or 0640 with a group of its own, and change what is in it if somebody read it",
        });
    }
    let text = Secret::from(files::read_to_string(path).map_err(unreadable)?);
    let line = text.expose().lines().next().unwrap_or_default().trim();
    Ok(Secret::from(line.to_owned()))
}

/// Certificates in PEM.
pub fn certificates(path: Option<&Path>) -> Result<Option<Vec<u8>>, ConfigError> {
    path.map(|path| {
        files::read(path).map_err(|why| ConfigError::Unreadable {
            path: path.to_owned(),
            why,
        })
    })
    .transpose()
}
