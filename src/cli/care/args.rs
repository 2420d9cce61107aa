//! The arguments of `key test`, `key pin …` and their kind. As everywhere, no secret is among them.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::choice::{KeyChoice, person_id};
use crate::cli::totp::args::{CodeSource, ProofArguments};
use crate::domain::care::{PinRule, Setting};
use crate::domain::reset::ResetCase;
use crate::domain::{Bytes, Identification, PersonId};

/// What is done to one key.
#[derive(Debug, Subcommand)]
pub enum CareCommand {
    /// Test a key: with a throwaway credential, or whether it works for a person.
    Test(TestArguments),
    /// The key's PIN.
    #[command(subcommand)]
    Pin(PinCommand),
    /// Change how a key behaves; only a reset takes most of it back.
    Config(ConfigArguments),
    /// Reset a key: everything on it is lost. It is pulled and put back on the way.
    Reset(Box<ResetArguments>),
    /// What a key holds.
    #[command(subcommand)]
    Credentials(CredentialsCommand),
    /// The fingerprints on a key.
    #[command(subcommand)]
    Fingerprint(FingerprintCommand),
}

/// `key test`
#[derive(Debug, Args)]
pub struct TestArguments {
    /// Does it work for this person? An assertion that the registry checks, instead of a throwaway credential.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: Option<PersonId>,
    /// How the person was identified, where they were: document and its last four characters, e.g. passport:7K31. It is
    /// recorded with the test.
    #[arg(long, value_name = "DOCUMENT:LAST4", requires = "person")]
    pub identified_by: Option<Identification>,
    /// It comes back, found or from another desk: is it the key that left, and what changed on it? Nothing is written to it, and no PIN
    /// is asked for. With --person: is it theirs?
    #[arg(long, conflicts_with = "identified_by")]
    pub returned: bool,
    /// The key.
    #[command(flatten)]
    pub key: KeyChoice,
}

/// `key pin …`
#[derive(Debug, Subcommand)]
pub enum PinCommand {
    /// Give a key its first PIN.
    Set(NewPinArguments),
    /// Replace the PIN: the old one on the first line of --pin-fd, the new one on the second unless it is random.
    Change(NewPinArguments),
    /// Prove the PIN, with the attempts left shown.
    Verify {
        /// The key.
        #[command(flatten)]
        key: KeyChoice,
    },
}

/// A new PIN.
#[derive(Debug, Args)]
pub struct NewPinArguments {
    /// The key.
    #[command(flatten)]
    pub key: KeyChoice,
    /// Draw a random PIN and write it to this file descriptor, and nowhere else.
    #[arg(long, value_name = "N", conflicts_with = "letter")]
    pub new_pin_to_fd: Option<u32>,
    /// Draw a random PIN and write it into a letter, a new PDF file that only its owner can read: print, seal, destroy.
    #[arg(long, value_name = "FILE")]
    pub letter: Option<PathBuf>,
    /// Characters of a random PIN; more where the key demands more.
    #[arg(long, value_name = "N", default_value_t = PinRule::default().length, value_parser = clap::value_parser!(u8).range(4..=63))]
    pub length: u8,
    /// Draw digits only.
    #[arg(long)]
    pub digits: bool,
    /// Whoever gets the key must change the PIN at first use, where the key can demand that.
    #[arg(long)]
    pub force_change: bool,
}

impl NewPinArguments {
    /// The rule by which a PIN is drawn; `None`: the person chooses it.
    pub fn rule(&self) -> Option<PinRule> {
        let drawn = self.new_pin_to_fd.is_some() || self.letter.is_some();
        drawn.then_some(PinRule {
            length: self.length,
            digits_only: self.digits,
        })
    }
}

/// `key config`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("settings").required(true).multiple(true))]
pub struct ConfigArguments {
    /// The least PIN length, in characters; it can only be raised.
    #[arg(long, value_name = "N", group = "settings", value_parser = clap::value_parser!(u8).range(4..=63))]
    pub min_pin_length: Option<u8>,
    /// An RP id that may read the least PIN length; they replace those set before. May be given several times.
    #[arg(long, value_name = "ID", requires = "min_pin_length")]
    pub rp_id: Vec<String>,
    /// The PIN must be changed at next use.
    #[arg(long, group = "settings")]
    pub force_pin_change: bool,
    /// Always ask for the PIN or a finger: on or off.
    #[arg(long, value_name = "on|off", group = "settings", value_parser = ["on", "off"])]
    pub always_uv: Option<String>,
    /// Let relying parties that may ask for it have attestation that identifies this very key.
    #[arg(long, group = "settings")]
    pub enterprise_attestation: bool,
    /// A reset takes a long touch.
    #[arg(long, group = "settings")]
    pub long_touch_reset: bool,
    /// Refuse simple PINs.
    #[arg(long, group = "settings")]
    pub pin_complexity: bool,
    /// The key.
    #[command(flatten)]
    pub key: KeyChoice,
}

impl ConfigArguments {
    /// The settings that were asked for.
    pub fn settings(&self) -> Vec<Setting> {
        let length = self.min_pin_length.map(|length| Setting::MinPinLength {
            length,
            rp_ids: self.rp_id.clone(),
        });
        let always_uv = self
            .always_uv
            .as_deref()
            .map(|word| Setting::AlwaysUv { on: word == "on" });
        let flags = [
            (self.enterprise_attestation, Setting::EnterpriseAttestation),
            (self.long_touch_reset, Setting::LongTouchForReset),
            (self.pin_complexity, Setting::PinComplexity),
            (self.force_pin_change, Setting::ForcePinChange),
        ];
        let flags = flags
            .into_iter()
            .filter_map(|(on, setting)| on.then_some(setting));
        length.into_iter().chain(always_uv).chain(flags).collect()
    }
}

/// Whom it is about, who asked for it, and why.
#[derive(Debug, Clone, Default, Args)]
pub struct CaseArguments {
    /// The name of the person who is enrolled on the key; of a spare: its serial number, else the number of its slot.
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
    /// Why; needed where somebody is enrolled on it, like the next three.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
    /// The ticket in which it was asked for.
    #[arg(long, value_name = "NUMBER")]
    pub ticket: Option<String>,
    /// Who asked for it: somebody whose asking it takes, which a refusal names.
    #[arg(long, value_name = "NAME")]
    pub requested_by: Option<String>,
    /// How whoever handed in the key was identified, e.g. passport:7K31.
    #[arg(long, value_name = "DOCUMENT:LAST4")]
    pub identified_by: Option<Identification>,
}

impl CaseArguments {
    /// The case of a reset, as far as it is told.
    pub fn case(&self) -> ResetCase {
        ResetCase {
            reason: self.reason.clone(),
            ticket: self.ticket.clone(),
            requested_by: self.requested_by.clone(),
            identification: self.identified_by.clone(),
        }
    }
}

/// `key reset`
#[derive(Debug, Args)]
pub struct ResetArguments {
    /// What confirms it, and why.
    #[command(flatten)]
    pub case: CaseArguments,
    /// What whoever is enrolled on it proves themself with.
    #[command(flatten)]
    pub proof: ProofArguments,
    #[command(flatten)]
    pub codes: CodeSource,
    /// The key. With --pin-fd it lists beforehand what else it holds.
    #[command(flatten)]
    pub key: KeyChoice,
}

/// `key credentials delete`
#[derive(Debug, Args)]
pub struct DeleteArguments {
    /// Its id, as `key credentials list` prints it.
    #[arg(value_parser = identifier)]
    pub id: Bytes,
    /// What confirms it, and why; only where somebody is enrolled with it.
    #[command(flatten)]
    pub case: CaseArguments,
    /// What whoever is enrolled with it proves themself with.
    #[command(flatten)]
    pub proof: ProofArguments,
    #[command(flatten)]
    pub codes: CodeSource,
    /// The key.
    #[command(flatten)]
    pub key: KeyChoice,
}

/// `key credentials …`
#[derive(Debug, Subcommand)]
pub enum CredentialsCommand {
    /// By RP and account, whose they are, and how much room is left.
    List {
        /// The key.
        #[command(flatten)]
        key: KeyChoice,
    },
    /// Delete one. Where somebody is enrolled with it, it takes what a reset of their key takes, and the registry is told.
    Delete(Box<DeleteArguments>),
    /// Change the account's name on the key; a long one is clipped to what keys keep.
    Rename {
        /// Its id, as `key credentials list` prints it.
        #[arg(value_parser = identifier)]
        id: Bytes,
        /// The new name.
        name: String,
        /// The key.
        #[command(flatten)]
        key: KeyChoice,
    },
}

/// `key fingerprint …`
#[derive(Debug, Subcommand)]
pub enum FingerprintCommand {
    /// Those on the key.
    List {
        /// The key.
        #[command(flatten)]
        key: KeyChoice,
    },
    /// Enrol a finger, touch by touch.
    Enrol {
        /// Its name.
        #[arg(long)]
        name: Option<String>,
        /// The key.
        #[command(flatten)]
        key: KeyChoice,
    },
    /// Name one.
    Rename {
        /// Its id, as `key fingerprint list` prints it.
        #[arg(value_parser = identifier)]
        id: Bytes,
        /// The new name.
        name: String,
        /// The key.
        #[command(flatten)]
        key: KeyChoice,
    },
    /// Remove one.
    Remove {
        /// Its id, as `key fingerprint list` prints it.
        #[arg(value_parser = identifier)]
        id: Bytes,
        /// The key.
        #[command(flatten)]
        key: KeyChoice,
    },
}

fn identifier(text: &str) -> Result<Bytes, String> {
    Bytes::from_base64url(text)
        .filter(|id| !id.as_ref().is_empty())
        .ok_or_else(|| "not an identifier: take it from the list".to_owned())
}
