//! An act that somebody signs with their own key: what it says is what is signed.
//!
//! The act is written as bytes in one way only, their SHA-256 is the challenge that the key signs, and a screen shows what it reads
//! from those bytes. Invariant: [`Act::read`] takes no bytes but those that [`Act::bytes`] writes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::account_reset::ResetReason;
use super::line::{NotOneLine, OneLine};
use super::loan::LoanDays;
use super::suspension::FactorSort;
use super::{AccountResetId, Bytes, IdentificationId, OfferId, VisitId};

/// The version of the form.
pub const ACT_VERSION: u16 = 1;

/// The most bytes of an act.
pub const ACT_BYTES_MAX: usize = 64 * 1024;

/// So many factors of a reset are named, each with at most [`NAME_CHARS_MAX`] characters a text: an act of them can always be written.
pub const GOING_MAX: usize = 16;

/// The longest name in an act, in characters.
const NAME_CHARS_MAX: usize = 300;

/// An act, as it is signed: JSON (RFC 8259) in UTF-8 with its members in this order and nothing between them, times in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    pub v: u16,
    /// The offer under which it is signed: once.
    pub id: OfferId,
    /// Who signs.
    pub signer: Party,
    pub deed: Deed,
    pub asked_at: Timestamp,
    /// Until when it can be signed.
    pub until: Timestamp,
}

/// Somebody who is named in an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The registry's identifier.
    pub id: String,
    pub name: String,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Deed {
    /// An administrator answers for somebody of their organisation who has no factor left: they may be given new ones.
    Vouch {
        /// For whom.
        person: Party,
        organisation: Party,
        /// In which visit.
        visit: VisitId,
        /// Who serves them.
        operator: Party,
    },
    /// A second member of staff, or an administrator of the person's organisation, stands by it that somebody who forgot their key is lent
    /// one.
    Lend {
        /// To whom.
        person: Party,
        organisation: Party,
        /// How whoever serves them knows them, and where.
        identified: LookedAt,
        /// For how many working days: until the last of them ends.
        days: LoanDays,
        lent_until: Timestamp,
        /// Who serves them.
        operator: Party,
    },
    /// Somebody proves a factor of their own, and so lets what opens their account be changed: added to, replaced, removed.
    ChangeOwn {
        /// In which visit.
        visit: VisitId,
        /// Who serves them.
        operator: Party,
    },
    /// An agent, or an administrator of the person's organisation, asks that all that opens somebody's account be deleted.
    AskReset { terms: ResetTerms },
    /// An administrator of the organisation answers for it that somebody who is not at a desk is who they say and has lost all of this: an
    /// agent may ask for exactly that.
    VouchReset { terms: ResetTerms },
    /// A second agent releases that.
    ReleaseReset {
        /// As they were asked for.
        terms: ResetTerms,
        asked_by: Party,
        /// The SHA-256 of the act by which it was asked for.
        asked: Bytes,
        /// What whoever asked signed that with.
        signature: Bytes,
    },
}

/// What is reset, why, and what was known of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResetTerms {
    pub reset: AccountResetId,
    /// Whose account.
    pub person: Party,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Party>,
    /// What goes; of more than [`GOING_MAX`] the first of them.
    pub factors: Vec<Going>,
    /// The others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<Others>,
    pub reason: ResetReason,
    /// What else whoever asks has to say.
    pub remark: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// None: whoever asks has not seen the person, who is identified when it is carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identified: Option<LookedAt>,
    /// Whoever asks has not seen the person at a desk: the two ways in which they were identified instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away: Option<Box<Away>>,
}

/// A factor that a reset deletes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Going {
    pub sort: FactorSort,
    /// Of an app or token the registry's identifier; of a key the SHA-256 of its credential's (base64url).
    pub id: String,
    /// What people call it; may be empty.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
}

/// Factors that a reset deletes and does not name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Others {
    pub count: u32,
    /// The SHA-256 of their identifiers, each followed by a line feed.
    pub digest: Bytes,
}

impl Others {
    /// Of those identifiers; none where there are none.
    pub fn of<'a>(ids: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut hash = Sha256::new();
        let mut count = 0;
        for id in ids {
            hash.update(id);
            hash.update("\n");
            count += 1;
        }
        (count > 0).then(|| Self {
            count,
            digest: Bytes(hash.finalize().to_vec()),
        })
    }
}

/// How somebody was identified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookedAt {
    /// In which visit.
    pub visit: VisitId,
    /// The document and the last characters of its number, as an identification is written.
    pub how: String,
    /// Who looked, and where.
    pub by: Party,
    pub station: Party,
    pub at: Timestamp,
}

/// How somebody was identified who is not at a desk: in two ways that differ in kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Away {
    pub first: LookedAway,
    pub second: LookedAway,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookedAway {
    /// The identification, which is for this reset and no other.
    pub identification: IdentificationId,
    /// What was looked at or called, or who answered for them, as [`AwayLook`](super::identification::AwayLook) writes it.
    pub how: String,
    /// Who looked, called, or answered for them.
    pub by: Party,
    /// Where; none: on a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub station: Option<Party>,
    pub at: Timestamp,
}

impl Away {
    /// Both, the earlier one first.
    pub fn both(&self) -> [&LookedAway; 2] {
        [&self.first, &self.second]
    }
}

/// Why bytes are no act, or none that may be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActFault {
    #[error("it has {0} bytes, {ACT_BYTES_MAX} at most")]
    Long(usize),
    /// No JSON, or not of an act that is known here.
    #[error("it is not understood: {0}")]
    NotUnderstood(String),
    /// A newer form.
    #[error("it has version {0}, and {ACT_VERSION} is known here")]
    Newer(u16),
    /// The same could be written otherwise.
    #[error("it is not written as acts are")]
    NotCanonical,
    #[error("a name in it is none: {0}")]
    Name(#[from] NotOneLine),
    /// The challenge is not the hash of the bytes, or the offer is another one.
    #[error("what is to be signed is something else")]
    Another,
}

impl Act {
    /// The bytes whose hash is signed.
    pub fn bytes(&self) -> Bytes {
        // Plain values with text keys: there is nothing in them that JSON could not hold.
        Bytes(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads an act.
    pub fn read(bytes: &[u8]) -> Result<Self, ActFault> {
        #[derive(Deserialize)]
        struct Version {
            v: u16,
        }
        if bytes.len() > ACT_BYTES_MAX {
            return Err(ActFault::Long(bytes.len()));
        }
        let not_understood = |why: serde_json::Error| ActFault::NotUnderstood(why.to_string());
        let Version { v } = serde_json::from_slice(bytes).map_err(not_understood)?;
        if v != ACT_VERSION {
            return Err(ActFault::Newer(v));
        }
        let act: Self = serde_json::from_slice(bytes).map_err(not_understood)?;
        if act.bytes().0 != bytes {
            return Err(ActFault::NotCanonical);
        }
        for text in act.texts() {
            OneLine::<NAME_CHARS_MAX>::check_kept(text)?;
        }
        Ok(act)
    }

    /// Everything in it that a screen shows and somebody wrote.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let mut texts = Vec::new();
        let parties = match &self.deed {
            Deed::Vouch {
                person,
                organisation,
                operator,
                ..
            } => vec![person, organisation, operator],
            Deed::Lend {
                person,
                organisation,
                identified,
                operator,
                ..
            } => {
                texts.push(identified.how.as_str());
                let LookedAt { by, station, .. } = identified;
                vec![person, organisation, operator, by, station]
            }
            Deed::ChangeOwn { operator, .. } => vec![operator],
            Deed::AskReset { terms } | Deed::VouchReset { terms } => terms.parties(&mut texts),
            Deed::ReleaseReset {
                terms, asked_by, ..
            } => {
                let mut parties = terms.parties(&mut texts);
                parties.push(asked_by);
                parties
            }
        };
        let parties = std::iter::once(&self.signer).chain(parties);
        let names = parties.flat_map(|party| [party.id.as_str(), party.name.as_str()]);
        names.chain(texts)
    }

    /// Whether somebody signs it for themself.
    pub fn is_for_oneself(&self) -> bool {
        *self.subject() == self.signer
    }

    /// For whom, or about whom, it is.
    pub fn subject(&self) -> &Party {
        match &self.deed {
            Deed::Vouch { person, .. } | Deed::Lend { person, .. } => person,
            Deed::ChangeOwn { .. } => &self.signer,
            Deed::AskReset { terms }
            | Deed::VouchReset { terms }
            | Deed::ReleaseReset { terms, .. } => &terms.person,
        }
    }
}

impl ResetTerms {
    /// Who is named in them; what else they say is added to `texts`, but for what may be left empty.
    fn parties<'a>(&'a self, texts: &mut Vec<&'a str>) -> Vec<&'a Party> {
        for factor in &self.factors {
            texts.push(factor.id.as_str());
            let told = [Some(factor.name.as_str()), factor.serial.as_deref()];
            texts.extend(told.into_iter().flatten().filter(|told| !told.is_empty()));
        }
        let identified = self.identified.as_ref();
        texts.extend(identified.map(|looked| looked.how.as_str()));
        texts.extend(self.ticket.as_deref());
        texts.extend(Some(self.remark.as_str()).filter(|remark| !remark.is_empty()));
        let mut parties = vec![&self.person];
        parties.extend(
            identified
                .into_iter()
                .flat_map(|looked| [&looked.by, &looked.station]),
        );
        for looked in self.away.iter().flat_map(|away| away.both()) {
            texts.push(looked.how.as_str());
            parties.push(&looked.by);
            parties.extend(looked.station.as_ref());
        }
        parties.extend(self.organisation.as_ref());
        parties
    }
}

/// The challenge by which bytes are signed.
pub fn challenge(bytes: &[u8]) -> Bytes {
    Bytes(Sha256::digest(bytes).to_vec())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn party(id: &str, name: &str) -> Party {
        Party {
            id: id.to_owned(),
            name: name.to_owned(),
        }
    }

    fn act() -> Act {
        let at = |second| Timestamp::from_second(second).expect("in range");
        Act {
            v: ACT_VERSION,
            id: OfferId(uuid::Uuid::nil()),
            signer: party("p-1", "K. Jansen"),
            deed: Deed::Vouch {
                person: party("p-2", "Zoë \"Z\" Ångström"),
                organisation: party("o-1", "Example Shipping"),
                visit: VisitId(uuid::Uuid::nil()),
                operator: party("op-1", "M. Bakker"),
            },
            asked_at: at(1_800_000_000),
            until: at(1_800_000_300),
        }
    }

    #[test]
    fn an_act_is_read_from_its_own_bytes_and_says_the_same() {
        let bytes = act().bytes();
        assert_eq!(Act::read(&bytes.0), Ok(act()));
        assert!(bytes.0.starts_with(br#"{"v":1,"id":"0000"#));
        assert_eq!(challenge(&bytes.0).0.len(), 32);
    }

    #[test]
    fn what_somebody_signs_for_themself_is_about_them() {
        let act = Act {
            deed: Deed::ChangeOwn {
                visit: VisitId(uuid::Uuid::nil()),
                operator: party("op-1", "M. Bakker"),
            },
            ..act()
        };
        assert_eq!(Act::read(&act.bytes().0), Ok(act.clone()));
        assert!(act.is_for_oneself());
        let mut two_lines = act;
        two_lines.deed = Deed::ChangeOwn {
            visit: VisitId(uuid::Uuid::nil()),
            operator: party("op-1", "M.\nBakker"),
        };
        let read = Act::read(&two_lines.bytes().0);
        assert_eq!(read, Err(ActFault::Name(NotOneLine::Control)));
    }

    #[test]
    fn what_an_agent_signed_before_anybody_was_asked_for_who_is_away_reads_and_writes_the_same() {
        let old = r#"{"v":1,"id":"00000000-0000-0000-0000-000000000000","signer":{"id":"op-1","name":"A. Gent"},"deed":{"kind":"ask-reset","terms":{"reset":"00000000-0000-0000-0000-000000000000","person":{"id":"p-2","name":"W. Example"},"factors":[],"reason":"stolen","remark":"","identified":{"visit":"00000000-0000-0000-0000-000000000000","how":"passport:7K31","by":{"id":"op-1","name":"A. Gent"},"station":{"id":"s-1","name":"Help desk 1"},"at":"2026-11-29T12:00:00Z"}}},"asked_at":"2026-11-29T12:00:00Z","until":"2026-11-29T12:05:00Z"}"#;
        let act = Act::read(old.as_bytes()).expect("reads");
        assert_eq!(act.bytes().0, old.as_bytes());
        let looked = |how: &str| LookedAway {
            identification: IdentificationId(uuid::Uuid::nil()),
            how: how.to_owned(),
            by: party("op-1", "A. Gent"),
            station: Some(party("s-1", "Customer Service 1")),
            at: act.asked_at,
        };
        let Deed::AskReset { terms } = act.deed.clone() else {
            panic!("another deed");
        };
        let away = |second: &str| Act {
            deed: Deed::AskReset {
                terms: ResetTerms {
                    identified: None,
                    away: Some(Box::new(Away {
                        first: looked("video:passport:7K31"),
                        second: looked(second),
                    })),
                    ..terms.clone()
                },
            },
            ..act.clone()
        };
        let new = away("call-back:1010");
        assert_eq!(Act::read(&new.bytes().0), Ok(new.clone()));
        let two_lines = Act::read(&away("call-back:\n1010").bytes().0);
        assert_eq!(two_lines, Err(ActFault::Name(NotOneLine::Control)));
    }

    #[test]
    fn what_says_the_same_in_other_bytes_or_more_than_is_known_is_refused() {
        let text = String::from_utf8(act().bytes().0).expect("text");
        let spaced = text.replacen(':', ": ", 1);
        assert_eq!(Act::read(spaced.as_bytes()), Err(ActFault::NotCanonical));
        let escaped = text.replace('Z', "\\u005a");
        assert_eq!(Act::read(escaped.as_bytes()), Err(ActFault::NotCanonical));
        let newer = text.replacen("\"v\":1", "\"v\":2", 1);
        assert_eq!(Act::read(newer.as_bytes()), Err(ActFault::Newer(2)));
        for wrong in [
            text.replace("vouch", "release"),
            text.replacen("{\"v\"", "{\"also\":1,\"v\"", 1),
            text.replacen("\"name\"", "\"title\":\"x\",\"name\"", 1),
            format!("{text}{{}}"),
        ] {
            let read = Act::read(wrong.as_bytes());
            assert!(matches!(read, Err(ActFault::NotUnderstood(_))), "{read:?}");
        }
        let mut two_lines = act();
        two_lines.signer.name = "K.\nJansen".to_owned();
        let read = Act::read(&two_lines.bytes().0);
        assert_eq!(read, Err(ActFault::Name(NotOneLine::Control)));
        let long = vec![b' '; ACT_BYTES_MAX + 1];
        assert!(matches!(Act::read(&long), Err(ActFault::Long(_))));
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_what_was_written(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in any::<prop::sample::Index>(), by in any::<u8>()) {
            prop_assert!(Act::read(&bytes).is_err());
            let mut changed = act().bytes().0;
            let at = at.index(changed.len());
            changed[at] = by;
            if let Ok(read) = Act::read(&changed) {
                prop_assert_eq!(read.bytes().0, changed);
            }
        }
    }
}
