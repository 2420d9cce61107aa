//! What many commands are told in the same way: which key, which person, which factor.

use clap::Args;

use crate::domain::people_list::ID_CHARS_MAX;
use crate::domain::{BatchId, EntryId, FactorId, IntentId, OneLine, OperatorId, PersonId};

/// Which key, and its PIN.
#[derive(Debug, Clone, Default, Args)]
pub struct KeyChoice {
    /// The key: its place (USB path), slot number or serial number. Without it: the only key, else the one that is touched.
    #[arg(long, value_name = "PLACE|SERIAL")]
    pub key: Option<String>,
    /// Read the PIN from this file descriptor (first line; the new one from the second, where the key demands a change; where another
    /// key is named that proves, that one's comes before both). Without it: asked on the terminal.
    #[arg(long, value_name = "N")]
    pub pin_fd: Option<u32>,
    /// How long to wait for a key, for each touch, and for a key that was pulled, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub wait: u64,
}

pub(super) fn person_id(text: &str) -> Result<PersonId, String> {
    if OneLine::<ID_CHARS_MAX>::check(text).is_err() {
        return Err("not an identifier: see `keydesk person find`".to_owned());
    }
    Ok(PersonId::new(text))
}

pub(super) fn operator_id(text: &str) -> Result<OperatorId, String> {
    match text.is_empty() {
        true => Err("not an identifier: see `keydesk registry operators list`".to_owned()),
        false => Ok(OperatorId::new(text)),
    }
}

pub(super) fn entry_id(text: &str) -> Result<EntryId, String> {
    let not_one = |_| "not an entry's identifier: see `keydesk outbox list`".to_owned();
    text.parse().map_err(not_one)
}

pub(super) fn intent_id(text: &str) -> Result<IntentId, String> {
    let not_one = |_| "not unfinished work's identifier: see `keydesk unfinished list`".to_owned();
    text.parse().map_err(not_one)
}

pub(super) fn batch_id(text: &str) -> Result<BatchId, String> {
    let not_one = |_| "not a batch's identifier: see `keydesk batch list`".to_owned();
    text.parse().map_err(not_one)
}

pub(super) fn factor_id(text: &str) -> Result<FactorId, String> {
    let not_one = |_| "not a factor's identifier: see `keydesk totp list`".to_owned();
    text.parse().map(FactorId).map_err(not_one)
}
