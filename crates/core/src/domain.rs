//! Plain types and rules, no I/O: people, keys, authority, policy.
//!
//! Invariant: nothing here reads a clock, a device, a file or a random number; they come in as arguments.

pub mod account_reset;
pub mod act;
pub mod authority;
pub mod batch;
pub mod care;
pub mod characters;
pub mod custody;
pub mod exception;
pub mod factor;
pub mod history;
pub mod id;
pub mod identification;
pub mod key;
pub mod line;
pub mod list;
pub mod loan;
pub mod models;
pub mod notice;
pub mod people_list;
pub mod person;
pub mod pin;
pub mod policy;
pub mod profile;
pub mod reason;
pub mod reset;
pub mod returned;
pub mod search;
pub mod secret;
pub mod stop_code;
pub mod suspension;
pub mod unfit;
pub mod visit;
pub mod words;
pub mod working_days;

pub use id::{
    AccountResetId, BatchId, Bytes, DeliveryId, EntryId, FactorId, IdentificationId, IntentId,
    ItemId, OfferId, OperatorId, OrganisationId, PersonId, PlaceId, RunId, SiteId, StationId,
    TransferId, VisitId,
};
pub use identification::Identification;
pub use key::{Aaguid, KeyFacts, KeyId, UsbPath};
pub use line::OneLine;
pub use person::{Lost, Organisation, Person, PersonKind};
pub use pin::Pin;
pub use secret::Secret;
