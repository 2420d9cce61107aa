//! What binds a report to the session in which it was recorded.
//!
//! With a session comes a key that only its station has, in memory. What is recorded in the session carries a code made with it: a
//! *bond*, in the header `Keydesk-Bond`. So whoever has a station's disk, and with it the key that its reports come under, can neither
//! report in anybody's name nor change what is on its way.
//!
//! Members of reports are only ever added, as optional ones: one that a release no longer sends would break what is on its way when a
//! station is updated.
//!
//! Invariant: the code is over what is reported as it is sent, whatever a release makes of it: a registry that is older than the
//! station computes the same over members that it does not know.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;

use crate::domain::{Bytes, Secret, StationId};

/// The header that carries a bond.
pub const BOND: &str = "keydesk-bond";

/// The member of a push that is not what happened, and is another one each time it is sent.
const HEAD: &str = "head";

/// Binds the code to its purpose.
const PURPOSE: &[u8] = b"keydesk report 1";

/// The key of a session's bonds.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReportKey {
    /// What the registry calls the session.
    pub session: Bytes,
    /// The key: text that is used as it is.
    pub key: Secret,
}

/// Shows in which session a report was recorded, and that it is the same still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bond {
    /// Which session, as the registry calls it.
    pub session: Bytes,
    /// HMAC-SHA-256 with the session's key.
    pub code: Bytes,
}

/// What a bond is made of.
#[derive(Debug, Clone, Copy)]
pub struct Reported<'a> {
    pub station: &'a StationId,
    /// The outbox entry, which is the idempotency key.
    pub entry: &'a str,
    /// Where it is posted: what kind of report it is.
    pub path: &'a str,
    /// What is posted; the journal's head is no part of it.
    pub body: &'a Value,
}

impl ReportKey {
    /// Binds a report to the session.
    pub fn bind(&self, reported: Reported<'_>) -> Option<Bond> {
        let code = mac(&self.key, &self.session, reported)?.finalize();
        Some(Bond {
            session: self.session.clone(),
            code: Bytes(code.into_bytes().to_vec()),
        })
    }

    /// Whether the bond is this session's, of exactly this report. How long it takes tells nothing of the key.
    pub fn holds(&self, bond: &Bond, reported: Reported<'_>) -> bool {
        let mac = mac(&self.key, &self.session, reported);
        bond.session == self.session
            && mac.is_some_and(|mac| mac.verify_slice(&bond.code.0).is_ok())
    }
}

impl Bond {
    /// As the header has it.
    pub fn to_header(&self) -> String {
        format!(
            "{}.{}",
            self.session.to_base64url(),
            self.code.to_base64url()
        )
    }

    /// Reads what [`Self::to_header`] writes.
    pub fn from_header(text: &str) -> Option<Self> {
        let (session, code) = text.split_once('.')?;
        Some(Self {
            session: Bytes::from_base64url(session)?,
            code: Bytes::from_base64url(code)?,
        })
    }
}

/// Each part has its length before it, so that no two reports come to the same bytes. HMAC takes keys of any length.
fn mac(key: &Secret, session: &Bytes, reported: Reported<'_>) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).ok()?;
    let mut body = String::new();
    canonical(reported.body, Some(HEAD), &mut body);
    let parts = [
        PURPOSE,
        reported.station.as_str().as_bytes(),
        session.0.as_slice(),
        reported.entry.as_bytes(),
        reported.path.as_bytes(),
        body.as_bytes(),
    ];
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    Some(mac)
}

/// JSON without white space, members in the order of their names, but for one of the outermost.
fn canonical(value: &Value, but: Option<&str>, into: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .filter(|(name, _)| but != Some(name.as_str()))
                .collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            into.push('{');
            for (nth, (name, value)) in members.into_iter().enumerate() {
                if nth > 0 {
                    into.push(',');
                }
                into.push_str(&Value::from(name.as_str()).to_string());
                into.push(':');
                canonical(value, None, into);
            }
            into.push('}');
        }
        Value::Array(values) => {
            into.push('[');
            for (nth, value) in values.iter().enumerate() {
                if nth > 0 {
                    into.push(',');
                }
                canonical(value, None, into);
            }
            into.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            into.push_str(&value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key() -> ReportKey {
        ReportKey {
            session: Bytes(vec![7; 32]),
            key: Secret::from("a key"),
        }
    }

    #[test]
    fn a_bond_is_of_one_report_of_one_entry_at_one_station_in_one_session() {
        let (here, there) = (StationId::new("st-1"), StationId::new("st-2"));
        let body = json!({ "person": "p-1", "at": 5, "key": { "b": [1, null], "a": "x" } });
        let said = Reported {
            station: &here,
            entry: "e-1",
            path: "key-resets",
            body: &body,
        };
        let bond = key().bind(said).expect("a code");
        let sent = json!({ "head": { "sequence": 9 }, "key": { "a": "x", "b": [1, null] }, "at": 5, "person": "p-1" });
        let same = Reported {
            body: &sent,
            ..said
        };
        assert!(key().holds(&bond, same), "order and the head do not count");
        let edited = json!({ "person": "p-2", "at": 5, "key": { "b": [1, null], "a": "x" } });
        let added =
            json!({ "person": "p-1", "at": 5, "key": { "b": [1, null], "a": "x", "head": 1 } });
        for (other, what) in [
            (
                Reported {
                    station: &there,
                    ..said
                },
                "station",
            ),
            (
                Reported {
                    entry: "e-2",
                    ..said
                },
                "entry",
            ),
            (
                Reported {
                    path: "tests",
                    ..said
                },
                "kind",
            ),
            (
                Reported {
                    body: &edited,
                    ..said
                },
                "person",
            ),
            (
                Reported {
                    body: &added,
                    ..said
                },
                "member",
            ),
        ] {
            assert!(!key().holds(&bond, other), "another {what}");
        }
        let other = ReportKey {
            key: Secret::from("another key"),
            ..key()
        };
        assert!(!other.holds(&bond, said));
        let other = ReportKey {
            session: Bytes(vec![8; 32]),
            ..key()
        };
        assert!(!other.holds(&bond, said), "another session");
    }

    #[test]
    fn a_bond_travels_in_a_header_and_comes_back_the_same() {
        let bond = Bond {
            session: Bytes(vec![7; 32]),
            code: Bytes(vec![0xff; 32]),
        };
        assert_eq!(Bond::from_header(&bond.to_header()).as_ref(), Some(&bond));
        for odd in ["", ".", "a", "a.b.c", "é.é"] {
            let read = Bond::from_header(odd);
            assert!(read.as_ref() != Some(&bond), "{odd}");
        }
    }
}
