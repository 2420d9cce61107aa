//! The arguments of `batch …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::choice::batch_id;
use crate::domain::{BatchId, Identification};

/// `batch …`
#[derive(Debug, Subcommand)]
pub enum BatchCommand {
    /// Lead every key that is put in through the steps of a profile, until the list or the number of keys is done.
    Run(BatchRun),
    /// The batches of this station, oldest first.
    List,
    /// The keys of a batch, with their tags and labels.
    Show {
        /// Which, as `batch list` prints it.
        #[arg(value_parser = batch_id)]
        batch: BatchId,
    },
    /// End a batch that was stopped: no key joins it any more.
    End {
        /// Which, as `batch list` prints it.
        #[arg(value_parser = batch_id)]
        batch: BatchId,
    },
}

/// `batch run …`
#[derive(Debug, Args)]
pub struct BatchRun {
    /// The profile (TOML; see assets/examples/batch.toml).
    #[arg(value_name = "PROFILE", required_unless_present = "resume")]
    pub profile: Option<PathBuf>,
    /// Take up a batch that was stopped; what is done is not done again.
    #[arg(long, value_name = "ID", value_parser = batch_id, conflicts_with_all = ["profile", "people", "keys", "identified_by", "dry_run"])]
    pub resume: Option<BatchId>,
    /// Only say what would be done to each key in the bay.
    #[arg(long)]
    pub dry_run: bool,
    /// For whom: one person's identifier a line, or CSV with the columns person and identified_by.
    #[arg(long, value_name = "FILE")]
    pub people: Option<PathBuf>,
    /// How those were identified of whom the list does not say it: a document, or statement:… for keys that are made ahead.
    #[arg(long, value_name = "DOCUMENT:LAST4|statement:TEXT")]
    pub identified_by: Option<Identification>,
    /// Stop after so many keys. Without it: after the list; without a list, when nobody puts keys in any more.
    #[arg(long, value_name = "COUNT")]
    pub keys: Option<u32>,
    /// Read PINs from this file descriptor, one a line, in the order in which keys want one; a key with a serial number that comes
    /// back keeps its line. Without it: asked on the terminal.
    #[arg(long, value_name = "N")]
    pub pin_fd: Option<u32>,
    /// Where the letters go with random PINs: one PDF a key, named after it. Print, seal, destroy.
    #[arg(long, value_name = "DIR")]
    pub letters: Option<PathBuf>,
    /// Read asset tags from this file, one a line, in the order in which they are asked for. Without it: asked on the terminal.
    #[arg(long, value_name = "FILE")]
    pub tags: Option<PathBuf>,
    /// Stop for now when nothing happens for so long, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub wait: u64,
}
