//! What the FIDO Alliance publishes of models (FIDO Metadata Service 3), as far as a verdict needs it.
//!
//! Hides how the reports about a model add up. Invariant: what is reported against a model counts until a report names the
//! firmware that mends it, and a key that does not state its firmware counts as not mended.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Level;
use crate::domain::key::Aaguid;

/// Version of the form in which a catalogue is kept.
const VERSION: u16 = 1;

/// The models of one release of the metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    version: u16,
    source: Source,
    models: BTreeMap<Aaguid, Listing>,
}

/// Which release of the metadata something is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its number; each release has a higher one.
    pub no: u64,
    /// When the next release was due.
    pub next_update: Date,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "metadata no {}, valid to {}", self.no, self.next_update)
    }
}

/// One model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// Its name, cleaned of control characters.
    pub name: String,
    /// What was reported about it.
    pub reports: Vec<Report>,
    /// How it vouches for what it makes: one of these.
    pub attestation: Vec<Attestation>,
}

/// One report (`statusReports`, FIDO Metadata Service 3, section 3.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub status: Status,
    /// From when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// The firmware that it is about, as keys state theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<u64>,
}

/// What can be reported (`AuthenticatorStatus`, FIDO Metadata Service 3, section 3.1.4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    Certified(Level),
    /// Not certified, or no longer.
    NotCertified,
    /// The maker says of itself that it conforms.
    SelfAsserted,
    /// Not to be trusted for any reason.
    Revoked,
    /// User verification can be got around.
    UserVerificationBypass,
    /// The key that vouches for the model is known to others.
    AttestationKeyCompromise,
    /// Private keys can be taken from it from afar.
    UserKeyRemoteCompromise,
    /// Private keys can be taken from it by who has it in hand.
    UserKeyPhysicalCompromise,
    /// There is firmware that mends what was reported before.
    UpdateAvailable,
    /// A word that this release does not know.
    #[serde(untagged)]
    Other(String),
}

impl Status {
    /// As policies and texts name it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Certified(level) => level.as_str(),
            Self::NotCertified => "not-certified",
            Self::SelfAsserted => "self-asserted",
            Self::Revoked => "revoked",
            Self::UserVerificationBypass => "user-verification-bypass",
            Self::AttestationKeyCompromise => "attestation-key-compromise",
            Self::UserKeyRemoteCompromise => "user-key-remote-compromise",
            Self::UserKeyPhysicalCompromise => "user-key-physical-compromise",
            Self::UpdateAvailable => "update-available",
            Self::Other(word) => word,
        }
    }

    /// Whether it speaks against a model. A word that is not known does.
    pub fn is_adverse(&self) -> bool {
        !matches!(
            self,
            Self::Certified(_) | Self::NotCertified | Self::SelfAsserted | Self::UpdateAvailable
        )
    }
}

/// How a key vouches for what it makes (WebAuthn level 3, section 6.5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attestation {
    /// Not at all.
    None,
    /// With the new credential's own key.
    #[serde(rename = "self")]
    SelfSigned,
    /// With a certificate chain: basic attestation, or that of an attestation CA.
    Basic,
}

impl Catalogue {
    /// Puts a catalogue together.
    pub fn new(source: Source, models: BTreeMap<Aaguid, Listing>) -> Self {
        Self {
            version: VERSION,
            source,
            models,
        }
    }

    /// Whether this release reads the form it was kept in.
    pub fn is_readable(&self) -> bool {
        self.version == VERSION
    }

    /// Which release it is.
    pub fn source(&self) -> Source {
        self.source
    }

    /// A model, if listed.
    pub fn model(&self, aaguid: Aaguid) -> Option<&Listing> {
        self.models.get(&aaguid)
    }

    /// Every model.
    pub fn models(&self) -> impl ExactSizeIterator<Item = (Aaguid, &Listing)> {
        self.models
            .iter()
            .map(|(aaguid, listing)| (*aaguid, listing))
    }
}

impl Listing {
    /// The level of certification, by the latest report about it; of several of one day, the highest.
    pub fn certification(&self) -> Option<Level> {
        let reported = self.reports.iter().filter_map(|report| {
            let level = match report.status {
                Status::Certified(level) => Some(level),
                Status::NotCertified | Status::Revoked => None,
                _ => return None,
            };
            Some((report.since, level))
        });
        reported.max().and_then(|(_, level)| level)
    }

    /// The reports against it that concern a key with this firmware.
    pub fn adverse(&self, firmware: Option<u64>) -> impl Iterator<Item = &Report> {
        self.reports
            .iter()
            .filter(move |report| report.status.is_adverse() && !self.is_mended(report, firmware))
    }

    /// Whether a later report says that this firmware is out of it. A revocation stays.
    fn is_mended(&self, report: &Report, firmware: Option<u64>) -> bool {
        let Some(firmware) = firmware else {
            return false;
        };
        report.status != Status::Revoked
            && self.reports.iter().any(|later| {
                later.status == Status::UpdateAvailable
                    && later.since >= report.since
                    && later.firmware.is_some_and(|mended| firmware >= mended)
            })
    }

    /// How it vouches for what it makes, where there is one way only.
    pub fn only_attestation(&self) -> Option<Attestation> {
        match self.attestation.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(status: Status, day: i8, firmware: Option<u64>) -> Report {
        Report {
            status,
            since: Date::new(2026, 1, day).ok(),
            firmware,
        }
    }

    fn listing(reports: Vec<Report>) -> Listing {
        Listing {
            name: "A key".to_owned(),
            reports,
            attestation: vec![Attestation::Basic],
        }
    }

    #[test]
    fn the_latest_report_on_certification_counts_and_the_higher_of_one_day() {
        let certified = |level, day| report(Status::Certified(level), day, None);
        for (reports, level) in [
            (vec![], None),
            (vec![certified(Level::L1, 1)], Some(Level::L1)),
            (
                vec![certified(Level::L1, 2), certified(Level::L2, 1)],
                Some(Level::L1),
            ),
            (
                vec![certified(Level::L2, 1), certified(Level::L1, 1)],
                Some(Level::L2),
            ),
            (
                vec![
                    certified(Level::L2, 1),
                    report(Status::NotCertified, 2, None),
                ],
                None,
            ),
            (
                vec![report(Status::Revoked, 3, None), certified(Level::L2, 1)],
                None,
            ),
        ] {
            assert_eq!(
                listing(reports.clone()).certification(),
                level,
                "{reports:?}"
            );
        }
    }

    #[test]
    fn a_compromise_counts_until_an_update_mends_the_firmware_and_a_revocation_for_ever() {
        let listing = listing(vec![
            report(Status::UserKeyPhysicalCompromise, 2, None),
            report(Status::UpdateAvailable, 5, Some(20)),
            report(Status::UserVerificationBypass, 8, None),
            report(Status::Revoked, 1, None),
        ]);
        let against = |firmware| -> Vec<&str> {
            listing
                .adverse(firmware)
                .map(|report| report.status.as_str())
                .collect()
        };
        let all = [
            "user-key-physical-compromise",
            "user-verification-bypass",
            "revoked",
        ];
        assert_eq!(against(None), all);
        assert_eq!(against(Some(19)), all);
        assert_eq!(against(Some(20)), ["user-verification-bypass", "revoked"]);
    }

    #[test]
    fn a_catalogue_reads_back_as_it_was_kept() {
        let source = Source {
            no: 7,
            next_update: Date::new(2026, 11, 1).expect("a date"),
        };
        let reports = vec![
            report(Status::Certified(Level::L2Plus), 1, Some(5)),
            report(Status::Revoked, 2, None),
            report(Status::Other("NEW_WORD".to_owned()), 3, None),
        ];
        let models = BTreeMap::from([(Aaguid([7; 16]), listing(reports))]);
        let catalogue = Catalogue::new(source, models);
        let kept = serde_json::to_string(&catalogue).expect("serialises");
        let back: Catalogue = serde_json::from_str(&kept).expect("reads");
        assert_eq!(back, catalogue);
        assert!(back.is_readable());
    }
}
