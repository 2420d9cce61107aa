//! What is to be seen of the bay: plain values, one per key that is plugged in.
//!
//! Invariant: a [`Slot`] holds no device, no thread and no secret; it may be cloned, logged and drawn.

use std::sync::Arc;

use serde::Serialize;

use crate::ctap::{CtapError, Info, InitInfo, Retries, Setup};
use crate::domain::key::{Aaguid, KeyFacts, KeyId, UsbPath};

/// One connection of one key: pulled and put back, it is another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct KeyRef {
    /// Where it is plugged in.
    pub place: UsbPath,
    /// Rises with each plug, whichever the place.
    pub generation: u64,
}

/// What the USB descriptors say of a key. Texts are cleaned of control characters; any of them may be empty or invented.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SlotIdentity {
    pub vendor_id: u16,
    pub product_id: u16,
    /// Device release, binary-coded decimal, e.g. 0x0543.
    pub release: u16,
    pub manufacturer: String,
    pub product: String,
    /// Serial number; many keys have none.
    pub serial: Option<String>,
}

/// A key in the bay.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slot {
    /// Where it is plugged in: the USB path.
    pub place: UsbPath,
    /// The short number of that place for people, from 1; the same for as long as the station runs.
    pub number: u16,
    /// Rises with each plug.
    pub generation: u64,
    /// What the USB descriptors say.
    #[serde(flatten)]
    pub identity: SlotIdentity,
    /// What can be done with it.
    pub state: SlotState,
}

/// What can be done with a key.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SlotState {
    /// Just plugged in: it is being asked what it is.
    Opening,
    /// It answers.
    Ready(Ready),
    /// It speaks only U2F (CTAP1): no FIDO2, no PIN.
    U2fOnly,
    /// The station may not or does not open it.
    Refused { why: Refusal },
    /// It does not answer as a security key should.
    Failed {
        /// Told by those who print a slot as they tell it of any error.
        #[serde(serialize_with = "in_words")]
        why: Broken,
    },
}

/// Why a key does not answer as it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error(transparent)]
    Key(#[from] CtapError),
    /// The thread that served it is no more.
    #[error("the station failed while it spoke to this key; plug it in again and report it")]
    Station,
}

fn in_words<S: serde::Serializer>(why: &Broken, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(why)
}

/// A key that answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ready {
    /// What it said when the channel was opened.
    pub init: InitInfo,
    /// What it is and can do.
    pub info: Arc<Info>,
    /// PIN attempts left, where a PIN is set.
    pub pin_retries: Option<Retries>,
    /// What it does at this moment.
    pub activity: Activity,
}

/// What a key does at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Nothing.
    Idle,
    /// It works on something.
    Working,
    /// It blinks and waits for a touch.
    TouchNeeded,
}

/// Why a key is not opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Refusal {
    /// The system does not let this user open it.
    #[error(
        "no permission to open {node}: install udev/70-keydesk.rules and add the user to the group keydesk"
    )]
    NoPermission { node: String },
    /// As many keys as the bay holds are open already.
    #[error("no room: {limit} keys are open; take one out")]
    NoRoom {
        /// How many that is.
        limit: usize,
    },
    /// The system refused for another reason.
    #[error("the system does not open it: {reason}; plug it in again")]
    System { reason: String },
}

impl Slot {
    /// This connection of this key.
    pub fn key(&self) -> KeyRef {
        KeyRef {
            place: self.place.clone(),
            generation: self.generation,
        }
    }

    /// What is known of the key for a verdict and a record; `None` unless it answers as a security key. The model is the
    /// product string: who knows the models may put in a better name.
    pub fn facts(&self) -> Option<KeyFacts> {
        match &self.state {
            SlotState::Ready(ready) => Some(self.fido2_facts(ready)),
            SlotState::U2fOnly => Some(self.usb_facts()),
            SlotState::Opening | SlotState::Refused { .. } | SlotState::Failed { .. } => None,
        }
    }

    /// What a key that speaks only U2F lets know of itself.
    fn usb_facts(&self) -> KeyFacts {
        let identity = &self.identity;
        KeyFacts {
            place: self.place.clone(),
            slot: self.number,
            generation: self.generation,
            id: KeyId {
                aaguid: Aaguid::default(),
                serial: identity.serial.clone(),
                asset_tag: None,
            },
            vendor_id: identity.vendor_id,
            product_id: identity.product_id,
            product: identity.product.clone(),
            model: identity.product.clone(),
            versions: vec!["U2F_V2".to_owned()],
            firmware: None,
            pin_set: None,
            pin_retries: None,
            pin_change_required: false,
            pin_min_length: 0,
            free_credential_slots: None,
            discoverable: false,
            credential_management: false,
            built_in_uv: false,
            always_uv: false,
            pin_only_manages: false,
            enterprise_attestation: false,
            extensions: Vec::new(),
            transports: Vec::new(),
            algorithms: Vec::new(),
        }
    }

    fn fido2_facts(&self, ready: &Ready) -> KeyFacts {
        let info = &ready.info;
        let mut facts = self.usb_facts();
        facts.id.aaguid = info.aaguid;
        facts.versions.clone_from(&info.versions);
        facts.algorithms.clone_from(&info.algorithms);
        facts.pin_set = match info.client_pin() {
            Setup::Unsupported => None,
            Setup::NotSet => Some(false),
            Setup::Set => Some(true),
        };
        let free = info.remaining_discoverable_credentials;
        KeyFacts {
            firmware: info.firmware_version,
            pin_retries: ready.pin_retries.map(|retries| retries.left),
            pin_change_required: info.force_pin_change,
            pin_min_length: info.min_pin_length,
            free_credential_slots: free.map(|free| u32::try_from(free).unwrap_or(u32::MAX)),
            discoverable: info.discoverable(),
            credential_management: info.credential_management().is_some(),
            built_in_uv: info.built_in_uv() == Setup::Set,
            always_uv: info.always_uv(),
            pin_only_manages: info.pin_cannot_make_or_use(),
            enterprise_attestation: info.enterprise_attestation() != Setup::Unsupported,
            extensions: info.extensions.clone(),
            transports: info.transports.clone(),
            ..facts
        }
    }
}
