//! What a registry is told before it serves, and what is refused of that.
//!
//! Every setting has a default, so that an empty file is a registry for one machine. Invariant of a checked
//! configuration: plain HTTP is served on loopback only.

mod attestation;
mod clients;
mod fault;
mod resets;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, tz::TimeZone};
use serde::Deserialize;

pub use super::delivery::{MailConfig, MailTls, WebhookConfig};
use crate::domain::OneLine;
use crate::domain::identification::Methods;
use crate::domain::pin::PIN_FLOOR;
use crate::domain::working_days::{self, WorkingDays};
use crate::files;
use crate::wire;
pub use attestation::{AttestationConfig, AttestationPolicy, AttestationRoot};
pub use clients::{ConnectionsConfig, ForwardedHeader, ProxiesConfig};
pub use fault::ConfigError;
use fault::range;
pub use resets::ResetsConfig;

/// A group may read: that of a backup, or of whoever renews certificates.
pub(super) const OTHERS: u32 = 0o027;

/// Settings of a registry; in TOML, unknown names are refused.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServeConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The database file; made, with its key file, when there is none.
    pub db: PathBuf,
    /// Certificate and key; without them only loopback is served.
    pub tls: Option<TlsFiles>,
    /// The registry's name, for people.
    pub name: String,
    /// Base address as stations reach it. It becomes the audience of their assertions; without it the audience is a
    /// URN that the database keeps.
    pub public_url: Option<String>,
    /// The relying party that people's credentials are for.
    pub rp: RpConfig,
    /// The relying party that operators' own credentials are for; `keydesk.` before the other one when absent. It
    /// differs so that an operator's key never signs in to the platform by way of a station.
    pub operator_rp_id: Option<String>,
    /// Life of a challenge that is issued online, in minutes: 1 to 43,200 (30 days).
    pub challenge_minutes: u32,
    /// Life of a ticket, in days: 1 to 30.
    pub ticket_days: u8,
    /// The least PIN length that stations must ask for, in code points: 4 to 63.
    pub pin_min_length: u8,
    /// Takes reports only from stations that bind them to sessions. Without it an older station's are taken, too.
    pub require_bonds: bool,
    /// IANA name of the time zone whose days appointments are on; the system's when absent.
    pub time_zone: Option<String>,
    /// A list of days that are no working days, one date a line.
    pub holidays: Option<PathBuf>,
    /// What is asked of attestation, of people's keys and of operators' own.
    pub attestation: AttestationConfig,
    /// How people are identified.
    pub identification: IdentificationConfig,
    /// A `policy.toml` as stations have it: which keys are enrolled, operators' own too, whatever the station says.
    pub policy: Option<PathBuf>,
    /// What opens the secrets of authenticator apps.
    pub secrets: SecretsConfig,
    /// How many connections there may be, and how long clients may take.
    pub connections: ConnectionsConfig,
    /// How resets of accounts go.
    pub resets: ResetsConfig,
    /// Which proxies stand in front.
    pub proxies: ProxiesConfig,
    /// By which mail server people are told; none: by none.
    pub mail: Option<MailConfig>,
    /// Which other program hears what people are told; none: none.
    pub webhook: Option<WebhookConfig>,
    /// The pages for people who have no station; without it there are none.
    pub pages: Option<PagesConfig>,
}

/// Where the pages are served: at an address of their own, where nothing else answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PagesConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Certificate and key; without them only loopback is served, e.g. to a proxy that speaks TLS.
    pub tls: Option<TlsFiles>,
    /// Their address as browsers name it; `https://keydesk.` and the RP id when absent. It lies within both RP ids.
    pub address: Option<String>,
}

impl Default for PagesConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8444),
            tls: None,
            address: None,
        }
    }
}

/// How people are identified.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentificationConfig {
    /// The methods that operators may use, in place of the default ones.
    pub methods: Methods,
}

/// What opens the secrets of authenticator apps and hardware tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecretsConfig {
    /// The key file; beside the database, with the extension `keys`, when absent. Made with the database.
    pub key_file: Option<PathBuf>,
}

/// PEM files of the server's own certificate chain and key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// Certificate chain, leaf first.
    pub cert: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// A relying party.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RpConfig {
    /// The RP id: a domain name.
    pub id: String,
    /// For people.
    pub name: String,
    /// The origin that client data must name; `https://` and the id when absent.
    pub origin: Option<String>,
}

impl Default for ServeConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8443),
            db: PathBuf::from("keydesk-registry.db"),
            tls: None,
            name: "Keydesk registry".to_owned(),
            public_url: None,
            rp: RpConfig::default(),
            operator_rp_id: None,
            challenge_minutes: 60,
            ticket_days: 7,
            pin_min_length: PIN_FLOOR,
            require_bonds: false,
            time_zone: None,
            holidays: None,
            attestation: AttestationConfig::default(),
            identification: IdentificationConfig::default(),
            policy: None,
            secrets: SecretsConfig::default(),
            connections: ConnectionsConfig::default(),
            resets: ResetsConfig::default(),
            proxies: ProxiesConfig::default(),
            mail: None,
            webhook: None,
            pages: None,
        }
    }
}

impl Default for RpConfig {
    fn default() -> Self {
        Self {
            id: "iamconnected.example".to_owned(),
            name: "IAMconnected".to_owned(),
            origin: None,
        }
    }
}

impl ServeConfig {
    /// Reads a TOML file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = files::read_to_string(path).map_err(|why| ConfigError::Unreadable {
            path: path.to_owned(),
            why,
        })?;
        toml::from_str(&text).map_err(|why| ConfigError::Form {
            path: path.to_owned(),
            why: Box::new(why),
        })
    }

    /// Refuses what can't be served.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.tls.is_none() && !self.listen.ip().is_loopback() {
            return Err(ConfigError::PlainHttp(self.listen));
        }
        self.check_pages()?;
        range(
            "challenge_minutes",
            self.challenge_minutes,
            1,
            30 * 24 * 60,
            "1 to 43200",
        )?;
        range("ticket_days", self.ticket_days, 1, 30, "1 to 30")?;
        range("pin_min_length", self.pin_min_length, 4, 63, "4 to 63")?;
        self.connections.check()?;
        self.identification.methods.check()?;
        self.working_days()?;
        self.resets.check()?;
        for (setting, id) in [
            ("rp.id", &self.rp.id),
            ("operator_rp_id", &self.operator_rp_id()),
        ] {
            if !wire::is_domain(id) {
                return Err(ConfigError::Range {
                    setting,
                    found: format!("{id:?}"),
                    must: "a domain name in lower case",
                });
            }
        }
        let name = &self.rp.name;
        if OneLine::<64>::check(name).is_err() || name.contains(':') {
            return Err(ConfigError::Range {
                setting: "rp.name",
                found: format!("{name:?}"),
                must: "1 to 64 characters without a colon: authenticator apps show it",
            });
        }
        if !wire::is_origin_of(&self.origin(), &self.rp.id) {
            return Err(ConfigError::Range {
                setting: "rp.origin",
                found: format!("{:?}", self.origin()),
                must: "https:// and the RP id, or a name below it, e.g. https://login.example.org",
            });
        }
        if let Some(url) = self
            .public_url
            .as_ref()
            .filter(|url| !url.starts_with("http"))
        {
            return Err(ConfigError::Range {
                setting: "public_url",
                found: format!("{url:?}"),
                must: "an address such as https://registry.example",
            });
        }
        if self.attestation.policy == AttestationPolicy::Require
            && self.attestation.roots.is_empty()
        {
            return Err(ConfigError::NoRoots);
        }
        Ok(())
    }

    /// A browser lets the pages use keys of people and of operators, and nobody reads what comes from them.
    fn check_pages(&self) -> Result<(), ConfigError> {
        let (Some(pages), Some(origin)) = (&self.pages, self.pages_origin()) else {
            return Ok(());
        };
        if pages.tls.is_none() && !pages.listen.ip().is_loopback() {
            return Err(ConfigError::PlainPages(pages.listen));
        }
        let within = |rp_id: &str| wire::is_origin_of(&origin, rp_id);
        match within(&self.rp.id) && within(&self.operator_rp_id()) {
            true => Ok(()),
            false => Err(ConfigError::Range {
                setting: "pages.address",
                found: format!("{origin:?}"),
                must: "https:// and a name within rp.id and within operator_rp_id, without a path, e.g. https://keydesk.example.org",
            }),
        }
    }

    /// Refuses files of secrets that others on the machine can read. One that is missing is somebody else's to tell.
    pub fn check_files(&self) -> Result<(), ConfigError> {
        let key = self.tls.as_ref().map(|tls| &tls.key);
        let pages = self.pages.as_ref().and_then(|pages| pages.tls.as_ref());
        let cure = "make the TLS key 0600, or 0640 with a group of its own, and get another certificate if somebody read it";
        let looked_at = [
            (key, cure),
            (pages.map(|tls| &tls.key), cure),
            (
                Some(&self.db),
                "it holds names and what opens sessions: make the database 0600, and its -wal and -shm files",
            ),
        ];
        for (path, cure) in looked_at {
            let Some(path) = path else { continue };
            if let Ok(Some(mode)) = files::open_to_others(path, OTHERS) {
                return Err(ConfigError::Open {
                    path: path.clone(),
                    mode,
                    cure,
                });
            }
        }
        Ok(())
    }

    /// The origin that people's client data must name.
    pub fn origin(&self) -> String {
        self.rp
            .origin
            .clone()
            .unwrap_or_else(|| format!("https://{}", self.rp.id))
    }

    /// The origin of the pages, where there are any.
    pub fn pages_origin(&self) -> Option<String> {
        let pages = self.pages.as_ref()?;
        let default = || format!("https://keydesk.{}", self.rp.id);
        Some(pages.address.clone().unwrap_or_else(default))
    }

    /// The file with the keys that open what is sealed to the registry.
    pub fn key_file(&self) -> PathBuf {
        self.secrets
            .key_file
            .clone()
            .unwrap_or_else(|| self.db.with_extension("keys"))
    }

    /// The relying party of operators' own credentials.
    pub fn operator_rp_id(&self) -> String {
        self.operator_rp_id
            .clone()
            .unwrap_or_else(|| format!("keydesk.{}", self.rp.id))
    }

    /// The zone whose days appointments are on.
    pub fn zone(&self) -> Result<TimeZone, ConfigError> {
        match &self.time_zone {
            None => Ok(TimeZone::system()),
            Some(name) => TimeZone::get(name).map_err(|_| ConfigError::Range {
                setting: "time_zone",
                found: format!("{name:?}"),
                must: "a name of the time zone database that this machine knows, e.g. Europe/Amsterdam",
            }),
        }
    }

    /// Which days are worked on.
    pub fn working_days(&self) -> Result<WorkingDays, ConfigError> {
        let holidays = match &self.holidays {
            None => BTreeSet::new(),
            Some(path) => {
                let path = path.clone();
                let bad = |why: String| ConfigError::Policy {
                    path: path.clone(),
                    why,
                };
                match files::read(&path).map(String::from_utf8) {
                    Err(why) => return Err(ConfigError::Unreadable { path, why }),
                    Ok(Err(_)) => return Err(bad("it is not UTF-8 text".to_owned())),
                    Ok(Ok(list)) => {
                        working_days::holidays(&list).map_err(|why| bad(why.to_string()))?
                    }
                }
            }
        };
        Ok(WorkingDays::new(self.zone()?, holidays))
    }

    /// Life of a challenge that is issued online.
    pub fn challenge_life(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.challenge_minutes))
    }

    pub fn ticket_life(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.ticket_days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_refused_on_anything_but_loopback() {
        for address in ["0.0.0.0:8443", "192.0.2.1:80", "[::]:8443"] {
            let config = ServeConfig {
                listen: address.parse().expect("an address"),
                ..ServeConfig::default()
            };
            assert!(matches!(config.check(), Err(ConfigError::PlainHttp(_))));
            let config = ServeConfig {
                pages: Some(PagesConfig {
                    listen: address.parse().expect("an address"),
                    ..PagesConfig::default()
                }),
                ..ServeConfig::default()
            };
            let refused = config.check().expect_err("plain HTTP").to_string();
            assert!(refused.contains("pages.tls.cert"), "{refused}");
        }
        for address in ["127.0.0.1:8443", "127.9.9.9:0", "[::1]:8443"] {
            let config = ServeConfig {
                listen: address.parse().expect("an address"),
                ..ServeConfig::default()
            };
            assert!(config.check().is_ok(), "{address}");
        }
    }

    #[test]
    fn an_empty_file_is_the_default_and_a_misspelt_setting_is_refused() {
        assert_eq!(
            toml::from_str::<ServeConfig>("").expect("reads"),
            ServeConfig::default()
        );
        assert!(toml::from_str::<ServeConfig>("challange_minutes = 5").is_err());
    }

    #[test]
    fn pages_are_served_from_within_both_rp_ids_or_not_at_all() {
        let read = |text: &str| toml::from_str::<ServeConfig>(text).expect("reads");
        let config = read("[pages]");
        assert!(config.check().is_ok());
        let origin = config.pages_origin();
        assert_eq!(
            origin.as_deref(),
            Some("https://keydesk.iamconnected.example")
        );
        assert_eq!(read("").pages_origin(), None);
        for refused in [
            "[pages]\naddress = 'https://iamconnected.example'",
            "[pages]\naddress = 'https://keydesk.example.org'",
            "[pages]\naddress = 'http://keydesk.iamconnected.example'",
            "[pages]\naddress = 'https://keydesk.iamconnected.example/'",
            "[pages]\nlisten = '192.0.2.1:443'",
        ] {
            assert!(read(refused).check().is_err(), "{refused}");
        }
    }

    #[test]
    fn values_out_of_range_name_the_setting() {
        let config: ServeConfig =
            toml::from_str("ticket_days = 31\n[rp]\nid = 'example.test'").expect("reads");
        assert_eq!(
            config.check().expect_err("refused").to_string(),
            "ticket_days is 31: it must be 1 to 30"
        );
        let config: ServeConfig =
            toml::from_str("[attestation]\npolicy = 'require'").expect("reads");
        assert!(matches!(config.check(), Err(ConfigError::NoRoots)));
    }
}
