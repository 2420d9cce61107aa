//! What a software key does otherwise than the specification says, all the time: as keys in the field do.
//!
//! Faults ([`super::Fault`]) happen to a key; quirks are its nature.

use ciborium::Value;

use super::status::Status;

/// Everything odd about a key; nothing, to begin with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quirks {
    /// Members of getInfo that it states in its own way: the number, and the value as CBOR. Without bytes it leaves the member out.
    pub stated: Vec<(u8, Vec<u8>)>,
    /// The whole body of its getInfo, whatever the rest of the profile says.
    pub info: Option<Vec<u8>>,
    /// What it answers to a question for credentials without a touch.
    pub silent: Option<Status>,
    /// What it answers to a reset, whenever it is asked.
    pub reset: Option<Status>,
    /// So many bytes more in each credential id.
    pub longer_ids: usize,
    /// How it vouches for what it makes.
    pub vouching: Vouching,
}

/// How a key vouches for a new credential (WebAuthn Level 3, section 6.5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Vouching {
    /// With a certificate of its model.
    #[default]
    Chain,
    /// With a certificate of another model.
    OthersChain,
    /// With the credential's own key.
    Own,
    /// Not at all.
    Nothing,
}

impl Quirks {
    /// The same, and it states this member so.
    #[must_use]
    pub fn stating(mut self, member: u8, value: &Value) -> Self {
        self.stated.push((member, super::cbor::encode(value)));
        self
    }

    /// The same, and it does not state this member.
    #[must_use]
    pub fn leaving_out(mut self, member: u8) -> Self {
        self.stated.push((member, Vec::new()));
        self
    }

    /// getInfo as the key states it, from what it would state without quirks.
    pub(super) fn told(&self, info: Value) -> Value {
        let Value::Map(mut members) = info else {
            return info;
        };
        for (number, bytes) in &self.stated {
            let number = Value::from(*number);
            let stated = ciborium::from_reader::<Value, _>(bytes.as_slice()).ok();
            let at = members.iter().position(|(key, _)| *key == number);
            match (at.and_then(|at| members.get_mut(at)), stated) {
                (Some((_, value)), Some(stated)) => *value = stated,
                (Some(_), None) => members.retain(|(key, _)| *key != number),
                (None, Some(stated)) => members.push((number, stated)),
                (None, None) => {}
            }
        }
        Value::Map(members)
    }
}
