//! The station's configuration file (TOML, form 1). Everything has a default; an unknown member is an error, because a
//! misspelt setting that is silently ignored is worse than none.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Where a station looks when `--config` is not given.
pub const DEFAULT_PATH: &str = "/etc/keydesk/station.toml";

/// Settings of a station.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Form of the file; only 1 is read.
    pub version: u16,
    /// Language of the screens before anybody chooses: `en` or `nl`.
    #[serde(default = "default_language")]
    pub language: String,
    /// The kiosk locks after so many seconds without a key press.
    #[serde(default = "default_idle_lock_s")]
    pub idle_lock_s: u64,
    /// A PEM file with the certificate authority of the registry, where it is a private one.
    #[serde(default)]
    pub registry_ca: Option<PathBuf>,
    /// The folder with the profiles of batches (`*.toml`) and the lists of people for them (`*.csv`, `*.txt`).
    #[serde(default)]
    pub profiles: Option<PathBuf>,
    /// A list of models in place of the one that is shipped.
    #[serde(default)]
    pub models: Option<PathBuf>,
    /// Rules on which keys are allowed (`policy.toml`). Without them the station warns and refuses by what it knows.
    #[serde(default)]
    pub policy: Option<PathBuf>,
}

/// Why the configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("{path}: cannot be read: {source}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    /// Not of the expected form.
    #[error("{path}: {what}")]
    Form {
        path: PathBuf,
        /// Line, column and reason.
        what: String,
    },
}

fn default_language() -> String {
    "en".to_owned()
}

fn default_idle_lock_s() -> u64 {
    120
}

impl Default for Config {
    fn default() -> Self {
        Self {
            version: 1,
            language: default_language(),
            idle_lock_s: default_idle_lock_s(),
            registry_ca: None,
            profiles: None,
            models: None,
            policy: None,
        }
    }
}

impl Config {
    /// Reads the file that was named; without one, the default file if there is one, else the defaults.
    pub fn load(named: Option<&Path>) -> Result<Self, ConfigError> {
        let path = match named {
            Some(path) => path,
            None if Path::new(DEFAULT_PATH).exists() => Path::new(DEFAULT_PATH),
            None => return Ok(Self::default()),
        };
        let text = crate::files::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text).map_err(|what| ConfigError::Form {
            path: path.to_owned(),
            what,
        })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        if config.version != 1 {
            return Err(format!(
                "version {} was written for a newer release; this one reads version 1",
                config.version
            ));
        }
        if !["en", "nl"].contains(&config.language.as_str()) {
            return Err(format!(
                "language {:?} is not known: write \"en\" or \"nl\"",
                config.language
            ));
        }
        if config.idle_lock_s < 10 {
            return Err("idle_lock_s must be at least 10".to_owned());
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_setting_list_gives_the_defaults() {
        assert_eq!(
            Config::parse("version = 1").expect("valid"),
            Config::default()
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, said) in [
            ("version = 1\nlangauge = \"nl\"", "langauge"),
            ("version = 2", "newer release"),
            ("version = 1\nlanguage = \"de\"", "\"en\" or \"nl\""),
            ("version = 1\nidle_lock_s = 0", "at least 10"),
            ("", "version"),
        ] {
            let error = Config::parse(text).expect_err(text);
            assert!(error.contains(said), "{error}");
        }
    }
}
