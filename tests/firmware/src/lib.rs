//! The FIDO firmware of SoloKeys and Nitrokey as a security key: one that nobody of this project wrote.
//!
//! Hides the Trussed service, its file systems and its user interface behind a [`FirmwareKey`], which a person plugs,
//! touches and pulls, and which a host opens as a [`keydesk::ctap::Transport`]. The link layer in front of the firmware is
//! the software key's; everything behind it is the firmware's own.
//!
//! Invariant: what a real key keeps in flash survives a power cycle, and nothing else does.

mod board;
mod key;
pub mod serve;

pub use board::{Flash, FlashError};
pub use key::{FirmwareKey, FirmwareTransport, Model, Touch};
