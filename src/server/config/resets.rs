//! How long what was released for somebody who is not at a desk waits.

use jiff::SignedDuration;
use serde::Deserialize;

use super::{ConfigError, range};

/// What is set about resets of accounts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResetsConfig {
    /// Hours between release and deed for whoever is not at a desk, in which they may object: 0 to 72.
    pub wait_hours: u8,
}

impl Default for ResetsConfig {
    fn default() -> Self {
        Self { wait_hours: 24 }
    }
}

impl ResetsConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        range("resets.wait_hours", self.wait_hours, 0, 72, "0 to 72")
    }

    /// The same as a time.
    pub fn wait(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.wait_hours))
    }
}

#[cfg(test)]
mod tests {
    use super::super::ServeConfig;

    #[test]
    fn whoever_is_not_at_a_desk_waits_no_longer_than_three_days() {
        let config: ServeConfig = toml::from_str("[resets]\nwait_hours = 73").expect("reads");
        assert_eq!(
            config.check().expect_err("refused").to_string(),
            "resets.wait_hours is 73: it must be 0 to 72"
        );
        let none: ServeConfig = toml::from_str("[resets]\nwait_hours = 0").expect("reads");
        assert!(none.check().is_ok());
        assert_eq!(ServeConfig::default().resets.wait_hours, 24);
    }
}
