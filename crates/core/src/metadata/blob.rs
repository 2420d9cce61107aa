//! The payload of the metadata (FIDO Metadata Service 3, section 3.1.6): JSON with an entry for each model.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::MetadataError;
use crate::domain::key::Aaguid;
use crate::domain::models::{Attestation, Catalogue, Level, Listing, Report, Source, Status};

/// The longest name that is kept, in characters.
const MAX_NAME: usize = 120;

/// More entries, or reports on one, than there will ever be.
const MAX_ENTRIES: usize = 20_000;
const MAX_REPORTS: usize = 500;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    no: u64,
    next_update: Date,
    entries: Vec<Entry>,
}

/// Only FIDO2 models have an AAGUID; the others can't be enrolled and are left out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    aaguid: Option<Aaguid>,
    #[serde(default)]
    metadata_statement: Option<Statement>,
    #[serde(default)]
    status_reports: Vec<StatusReport>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    #[serde(default)]
    description: String,
    #[serde(default)]
    attestation_types: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatusReport {
    status: String,
    #[serde(default)]
    effective_date: Option<Date>,
    #[serde(default)]
    authenticator_version: Option<u64>,
}

/// Reads the models from a payload that was verified.
///
/// # Errors
/// [`MetadataError::Form`] with line and column.
pub(super) fn catalogue(payload: &[u8]) -> Result<Catalogue, MetadataError> {
    let payload: Payload =
        serde_json::from_slice(payload).map_err(|error| MetadataError::Form {
            what: format!("its payload can't be read: {error}"),
        })?;
    let too_many = |what: &str| MetadataError::Form {
        what: format!("its payload has too many {what}"),
    };
    if payload.entries.len() > MAX_ENTRIES {
        return Err(too_many("entries"));
    }
    let mut models: BTreeMap<Aaguid, Listing> = BTreeMap::new();
    for entry in payload.entries {
        let Some(aaguid) = entry.aaguid else {
            continue;
        };
        if entry.status_reports.len() > MAX_REPORTS {
            return Err(too_many("reports on one model"));
        }
        let listing = listing(entry);
        // Should a model be listed twice, everything that is reported against it counts.
        match models.entry(aaguid) {
            std::collections::btree_map::Entry::Vacant(vacant) => {
                vacant.insert(listing);
            }
            std::collections::btree_map::Entry::Occupied(mut known) => {
                known.get_mut().reports.extend(listing.reports);
            }
        }
    }
    let source = Source {
        no: payload.no,
        next_update: payload.next_update,
    };
    Ok(Catalogue::new(source, models))
}

fn listing(entry: Entry) -> Listing {
    let (description, kinds) = entry
        .metadata_statement
        .map(|statement| (statement.description, statement.attestation_types))
        .unwrap_or_default();
    let mut attestation: Vec<Attestation> = kinds.iter().map(|kind| attested(kind)).collect();
    attestation.sort_unstable();
    attestation.dedup();
    Listing {
        name: name(&description),
        reports: entry
            .status_reports
            .into_iter()
            .filter_map(report)
            .collect(),
        attestation,
    }
}

fn name(description: &str) -> String {
    let plain: String = description
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(MAX_NAME).collect();
    match name.is_empty() {
        true => "a model without a name".to_owned(),
        false => name,
    }
}

/// `attestationTypes` (FIDO Registry of Predefined Values, section 3.6.3).
fn attested(kind: &str) -> Attestation {
    match kind {
        "basic_full" | "attca" | "anonca" | "ecdaa" => Attestation::Basic,
        "basic_surrogate" => Attestation::SelfSigned,
        _ => Attestation::None,
    }
}

fn report(report: StatusReport) -> Option<Report> {
    Some(Report {
        status: status(&report.status)?,
        since: report.effective_date,
        firmware: report.authenticator_version,
    })
}

/// `None`: certified by somebody else, which is no matter here.
fn status(word: &str) -> Option<Status> {
    Some(match word {
        "NOT_FIDO_CERTIFIED" => Status::NotCertified,
        "SELF_ASSERTION_SUBMITTED" => Status::SelfAsserted,
        "REVOKED" => Status::Revoked,
        "USER_VERIFICATION_BYPASS" => Status::UserVerificationBypass,
        "ATTESTATION_KEY_COMPROMISE" => Status::AttestationKeyCompromise,
        "USER_KEY_REMOTE_COMPROMISE" => Status::UserKeyRemoteCompromise,
        "USER_KEY_PHYSICAL_COMPROMISE" => Status::UserKeyPhysicalCompromise,
        "UPDATE_AVAILABLE" => Status::UpdateAvailable,
        "FIDO_CERTIFIED" | "FIDO_CERTIFIED_L1" => Status::Certified(Level::L1),
        "FIDO_CERTIFIED_L1plus" => Status::Certified(Level::L1Plus),
        "FIDO_CERTIFIED_L2" => Status::Certified(Level::L2),
        "FIDO_CERTIFIED_L2plus" => Status::Certified(Level::L2Plus),
        "FIDO_CERTIFIED_L3" => Status::Certified(Level::L3),
        "FIDO_CERTIFIED_L3plus" => Status::Certified(Level::L3Plus),
        word if word.starts_with("FIPS") => return None,
        word => Status::Other(name(word)),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const AAGUID: &str = "2fc0579f-8113-47ea-b116-bb5a8db9202a";

    fn payload(entries: serde_json::Value) -> Vec<u8> {
        let payload = json!({ "no": 7, "nextUpdate": "2026-11-01", "entries": entries });
        payload.to_string().into_bytes()
    }

    #[test]
    fn a_model_keeps_its_name_its_reports_and_how_it_vouches() {
        let bytes = payload(json!([
            { "aaid": "1234#5678", "statusReports": [] },
            {
                "aaguid": AAGUID,
                "metadataStatement": {
                    "description": " A\u{1b}[2J  key\n",
                    "attestationTypes": ["basic_full", "attca"],
                    "somethingNew": {},
                },
                "statusReports": [
                    { "status": "FIDO_CERTIFIED_L2", "effectiveDate": "2026-01-02", "authenticatorVersion": 5 },
                    { "status": "FIPS140_CERTIFIED_L1" },
                    { "status": "BRAND_NEW" },
                ],
            },
        ]));
        let catalogue = catalogue(&bytes).expect("valid");
        assert_eq!(catalogue.models().len(), 1);
        let listing = catalogue
            .model(AAGUID.parse().expect("an AAGUID"))
            .expect("listed");
        assert_eq!(listing.name, "A [2J key");
        assert_eq!(listing.certification(), Some(Level::L2));
        assert_eq!(listing.only_attestation(), Some(Attestation::Basic));
        let against: Vec<_> = listing.adverse(None).map(|r| r.status.as_str()).collect();
        assert_eq!(against, ["BRAND_NEW"]);
    }

    #[test]
    fn what_is_reported_in_a_second_entry_of_a_model_counts_too() {
        let entry = |status| json!({ "aaguid": AAGUID, "statusReports": [{ "status": status }] });
        let bytes = payload(json!([entry("FIDO_CERTIFIED"), entry("REVOKED")]));
        let catalogue = catalogue(&bytes).expect("valid");
        let listing = catalogue
            .model(AAGUID.parse().expect("an AAGUID"))
            .expect("listed");
        assert_eq!(listing.adverse(None).count(), 1);
        assert_eq!(listing.name, "a model without a name");
    }

    #[test]
    fn a_payload_of_another_form_is_refused_with_its_place() {
        for (bytes, said) in [
            (&b"{"[..], "line 1"),
            (b"{\"no\":1,\"nextUpdate\":\"2026-11-01\"}", "entries"),
            (
                b"{\"no\":-1,\"nextUpdate\":\"2026-11-01\",\"entries\":[]}",
                "u64",
            ),
            (
                b"{\"no\":1,\"nextUpdate\":\"soon\",\"entries\":[]}",
                "line 1",
            ),
            (
                b"{\"no\":1,\"nextUpdate\":\"2026-11-01\",\"entries\":[{\"aaguid\":\"x\"}]}",
                "line 1",
            ),
        ] {
            let error = catalogue(bytes).expect_err("refused").to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_payload_panics_the_parser(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = catalogue(&bytes);
        }

        #[test]
        fn names_are_shown_whole_or_cut_and_steer_no_terminal(text in "\\PC{0,40}[\u{0}-\u{1f}]{0,3}\\PC{0,200}") {
            let name = name(&text);
            prop_assert!(!name.is_empty() && name.chars().count() <= MAX_NAME);
            prop_assert!(!name.contains(char::is_control));
        }
    }
}
