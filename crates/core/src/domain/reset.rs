//! The reset of a key: whom it leaves without it, by name, how much time the key gives, and what the record keeps of the case.
//!
//! Plain values and rules. Invariant: what is said to be lost was found before anything was done, and never shrinks afterwards.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::authority::{NotAllowed, Role, may_take_at_all};
use super::id::Bytes;
use super::identification::Identification;
use super::key::KeyFacts;
use super::line::OneLine;
use super::person::{Person, PersonKind};
use super::search::is_same_text;

/// USB vendor id of Yubico.
const YUBICO: u16 = 0x1050;
/// From this firmware on (5.5.2) a YubiKey takes a reset for ten seconds.
const TEN_SECONDS_SINCE: u64 = 0x0005_0502;
/// The most characters of a reason, a ticket or a name in a [`ResetCase`].
const CASE_CHARS_MAX: usize = 200;

/// How long a key takes a reset after it was plugged in: 10 s (CTAP 2.3, section 6.6), but 5 s on YubiKeys before 5.5.2, and
/// on those that do not state their firmware.
pub fn window(key: &KeyFacts) -> SignedDuration {
    let is_short = key.vendor_id == YUBICO
        && key
            .firmware
            .is_none_or(|version| version < TEN_SECONDS_SINCE);
    SignedDuration::from_secs(if is_short { 5 } else { 10 })
}

/// Who asked for a reset, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResetCase {
    /// In the operator's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The ticket's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Who asked: somebody whose asking it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<String>,
    /// How whoever handed in the key was identified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identification: Option<Identification>,
}

/// What is missing from a [`ResetCase`], or wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum CaseFault {
    /// Somebody loses a key, and there is no reason.
    #[error("somebody is enrolled on this key: say why it is reset")]
    NoReason,
    /// Likewise no ticket.
    #[error("somebody is enrolled on this key: name the ticket in which the reset was asked for")]
    NoTicket,
    /// Likewise nobody who asked.
    #[error(
        "somebody is enrolled on this key: say who asked for the reset (for an employee, the organisation's administrator)"
    )]
    NoRequester,
    /// Likewise nobody identified.
    #[error("somebody is enrolled on this key: say how whoever handed it in was identified")]
    NotIdentified,
    /// Too long, or with characters that nobody sees.
    #[error(
        "reason, ticket and requester may have 200 characters each, and no control or invisible characters"
    )]
    Form,
}

impl ResetCase {
    /// Whether it says all that must be recorded: of a key that belongs to nobody, nothing; otherwise everything.
    pub fn check(&self, is_somebodys: bool) -> Result<(), CaseFault> {
        let texts = [
            Some(&self.reason),
            self.ticket.as_ref(),
            self.requested_by.as_ref(),
        ];
        let fits = |text: &String| OneLine::<CASE_CHARS_MAX>::check_if_any(text).is_ok();
        if !texts.into_iter().flatten().all(fits) {
            return Err(CaseFault::Form);
        }
        let is_blank = |text: Option<&String>| text.is_none_or(|text| text.trim().is_empty());
        if !is_somebodys {
            Ok(())
        } else if is_blank(Some(&self.reason)) {
            Err(CaseFault::NoReason)
        } else if is_blank(self.ticket.as_ref()) {
            Err(CaseFault::NoTicket)
        } else if is_blank(self.requested_by.as_ref()) {
            Err(CaseFault::NoRequester)
        } else if !matches!(self.identification, Some(Identification::Shown { .. })) {
            Err(CaseFault::NotIdentified)
        } else {
            Ok(())
        }
    }
}

impl ResetCase {
    /// For an audit: what is told of it, each part after a semicolon.
    pub fn in_words(&self) -> String {
        let mut words = String::new();
        for (what, text) in [
            ("reason", Some(&self.reason)),
            ("ticket", self.ticket.as_ref()),
            ("requested by", self.requested_by.as_ref()),
        ] {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                words = format!("{words}; {what}: {text}");
            }
        }
        if let Some(found) = &self.identification {
            words = format!("{words}; identified by {found}");
        }
        words
    }
}

/// An enrolment that a reset or a deletion ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostEnrolment {
    pub credential: Bytes,
    /// At which relying party.
    pub rp_id: String,
    pub person: Person,
    pub enrolled_at: Timestamp,
    /// The key shows it without a PIN: by it the key is known again after it was pulled.
    pub shown: bool,
}

/// What a reset destroys, as far as it can be known beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Losses {
    /// Enrolments that this station or the registry knows, and whose credential the key showed, oldest first.
    pub enrolments: Vec<LostEnrolment>,
    /// Enrolments on a key of this serial number whose credential the key did not show: it may be another key, or have been reset
    /// elsewhere. They are named, and not ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsure: Vec<LostEnrolment>,
    /// The key did not answer what it holds: somebody may be enrolled on it who is not named here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
    /// Other credentials that the key listed: the RP id and the account's name. `None`: it was not asked, or can't tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<Vec<OtherCredential>>,
}

/// A credential that is no business of the registry's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherCredential {
    /// At which relying party.
    pub rp_id: String,
    /// The account's name, where the key keeps one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

impl Losses {
    /// Whether somebody is enrolled on the key.
    pub fn is_somebodys(&self) -> bool {
        !self.enrolments.is_empty()
    }

    /// Whether somebody may be.
    pub fn may_be_somebodys(&self) -> bool {
        self.is_somebodys() || !self.unsure.is_empty() || self.silent
    }

    /// Those who lose it, each once.
    pub fn people(&self) -> Vec<&Person> {
        let mut people: Vec<&Person> = Vec::new();
        for enrolment in &self.enrolments {
            if !people.iter().any(|person| person.id == enrolment.person.id) {
                people.push(&enrolment.person);
            }
        }
        people
    }

    /// The credentials that the registry is told of.
    pub fn credentials(&self) -> Vec<Bytes> {
        let each = self.enrolments.iter();
        each.map(|enrolment| enrolment.credential.clone()).collect()
    }

    /// Those who lose it and those who may, each once.
    pub fn all_people(&self) -> Vec<&Person> {
        let mut people = self.people();
        for unsure in &self.unsure {
            if !people.iter().any(|person| person.id == unsure.person.id) {
                people.push(&unsure.person);
            }
        }
        people
    }

    /// Whether this role may ever do that to all of them, those included who may lose it: by what is for a visit to show.
    pub fn may_be_caused_by(&self, role: Role) -> Result<(), NotAllowed> {
        let all = self.enrolments.iter().chain(&self.unsure);
        let kinds: Vec<PersonKind> = all.map(|lost| lost.person.kind).collect();
        may_take_at_all(role, &kinds)
    }

    /// What must be typed to confirm: the name of the first who loses the key or, where nobody does, the key's serial number or
    /// the number of its slot.
    pub fn word(&self, key: &KeyFacts) -> String {
        match (self.enrolments.first(), &key.id.serial) {
            (Some(enrolment), _) => enrolment.person.name.trim().to_owned(),
            (None, Some(serial)) => serial.clone(),
            (None, None) => key.slot.to_string(),
        }
    }

    /// Whether what was typed confirms it. Where a keyboard can't produce the name, the registry's identifier will do, and the
    /// slot's number for a serial number that nobody can read.
    pub fn is_confirmed_by(&self, typed: &str, key: &KeyFacts) -> bool {
        let other = match self.enrolments.first() {
            Some(enrolment) => enrolment.person.id.to_string(),
            None => key.slot.to_string(),
        };
        !typed.trim().is_empty()
            && (is_same_text(typed, &self.word(key)) || is_same_text(typed, &other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::PersonId;

    fn key(vendor_id: u16, firmware: Option<u64>) -> KeyFacts {
        KeyFacts {
            slot: 3,
            vendor_id,
            firmware,
            ..KeyFacts::sample()
        }
    }

    fn lost(name: &str, kind: PersonKind) -> LostEnrolment {
        LostEnrolment {
            credential: Bytes(vec![1]),
            rp_id: "login.example".to_owned(),
            person: Person {
                id: PersonId::new("p-1"),
                name: name.to_owned(),
                email: None,
                employee_number: None,
                kind,
                organisation: None,
                keys: 1,
                apps: 0,
                lost: Default::default(),
            },
            enrolled_at: Timestamp::UNIX_EPOCH,
            shown: true,
        }
    }

    #[test]
    fn an_old_yubikey_gives_five_seconds_and_any_other_key_ten() {
        let five = SignedDuration::from_secs(5);
        let ten = SignedDuration::from_secs(10);
        assert_eq!(window(&key(YUBICO, Some(0x05_05_01))), five);
        assert_eq!(window(&key(YUBICO, Some(0x05_05_02))), ten);
        assert_eq!(window(&key(YUBICO, None)), five);
        assert_eq!(window(&key(0x096e, None)), ten);
    }

    #[test]
    fn a_reset_is_confirmed_by_the_name_of_who_loses_the_key_else_by_serial_or_slot() {
        let blank = Losses::default();
        let mut spare = key(YUBICO, None);
        assert!(blank.is_confirmed_by(" 3 ", &spare));
        assert!(!blank.is_confirmed_by("", &spare));
        spare.id.serial = Some("A7".to_owned());
        assert_eq!(blank.word(&spare), "A7");
        let losses = Losses {
            enrolments: vec![lost("Zoë", PersonKind::Employee)],
            ..Losses::default()
        };
        // The same name, its accent typed apart or not at all, caps lock on.
        assert!(losses.is_confirmed_by("Zoe\u{308}", &spare));
        assert!(losses.is_confirmed_by(" ZOE", &spare));
        assert!(!losses.is_confirmed_by("Zo", &spare));
        assert!(losses.is_confirmed_by("p-1", &spare));
        assert!(!losses.is_confirmed_by("A7", &spare));
    }

    #[test]
    fn who_only_may_lose_a_key_is_named_and_decides_who_may_reset_it_but_is_not_ended() {
        let mut other = lost("Wim", PersonKind::MainAdministrator);
        other.person.id = PersonId::new("p-2");
        let losses = Losses {
            enrolments: vec![lost("Zoë", PersonKind::Employee)],
            unsure: vec![other],
            ..Losses::default()
        };
        assert_eq!(losses.credentials().len(), 1);
        assert_eq!(losses.people().len(), 1);
        assert_eq!(losses.all_people().len(), 2);
        // Customer Service serves Wim and never Zoë.
        assert!(losses.may_be_caused_by(Role::CustomerService).is_err());
        assert!(losses.may_be_caused_by(Role::HelpDesk).is_ok());
    }

    #[test]
    fn a_spare_needs_no_case_and_somebodys_key_needs_all_of_it() {
        let mut case = ResetCase::default();
        assert_eq!(case.check(false), Ok(()));
        assert_eq!(case.check(true), Err(CaseFault::NoReason));
        case.reason = "PIN forgotten".to_owned();
        assert_eq!(case.check(true), Err(CaseFault::NoTicket));
        case.ticket = Some("T-1".to_owned());
        assert_eq!(case.check(true), Err(CaseFault::NoRequester));
        case.requested_by = Some("W. Example".to_owned());
        assert_eq!(case.check(true), Err(CaseFault::NotIdentified));
        case.identification = "passport:7K31".parse().ok();
        assert_eq!(case.check(true), Ok(()));
        case.reason = "a\nb".to_owned();
        assert_eq!(case.check(true), Err(CaseFault::Form));
    }
}
