//! The CTAP2 client, sans-IO: framing, exchange, commands and PIN protocols over a packet [`Transport`].
//!
//! [`Device`] is the way in: one blocking method per command. Below it, in the order in which bytes pass: [`frame`] (packets),
//! [`exchange`] (one transaction), [`cbor`], [`command`] (requests and replies), [`pin`] (the PIN/UV auth protocols).
//!
//! Invariant: no byte of a reply is indexed unchecked, every wait has a deadline and can be cancelled.

#![deny(clippy::indexing_slicing, clippy::as_conversions)]

pub mod auth_data;
pub mod cbor;
pub mod command;
mod control;
pub mod device;
mod error;
pub mod exchange;
pub mod frame;
mod info;
pub mod pin;
mod status;
pub mod transport;

pub use auth_data::AuthData;
pub use command::Operation;
pub use command::bio::{Fingerprint, FingerprintKind, FingerprintSensor, Sample};
pub use command::client_pin::{Permissions, Retries};
pub use command::config::PinPolicy;
pub use command::credential::{
    Assertion, Attestation, CredProtect, EnterpriseAttestation, GetAssertion, MakeCredential,
    RelyingParty, User,
};
pub use command::manage::{CredentialsMetadata, StoredCredential, StoredRp};
pub use control::Control;
pub use device::{AnyDevice, Device, InitInfo, TokenRequest, VerifyBy};
pub use error::{CtapError, PinLengthFault, ReplyFault};
pub use exchange::Keepalive;
pub use info::{BioEnrollment, CredentialManagement, Info, Setup};
pub use pin::PinUvAuthToken;
pub use status::{HidError, SampleStatus, Status};
pub use transport::{Entropy, EntropyError, Report, Transport, TransportError};
