//! The rows of the index: which keys there are and how values are written. All keys live in one sled tree, told apart by
//! their first byte, so that one batch changes them together.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{IndexFault, View};
use crate::domain::custody::{Identifier, Movement};
use crate::domain::{
    BatchId, Bytes, EntryId, IntentId, ItemId, KeyId, OfferId, PersonId, RunId, UsbPath,
};
use crate::store::journal::sha256;

/// The row that says where the others stand.
pub(in crate::store) const META: &[u8] = b"!";
/// Version of the values.
const VALUE_VERSION: u8 = 1;

/// Prefix of [`key_row`].
pub(in crate::store) const KEYS: &[u8] = b"k";
/// Prefix of [`enrolment_row`].
pub(in crate::store) const ENROLMENTS: &[u8] = b"e";
/// Prefix of [`unfinished_row`].
pub(in crate::store) const UNFINISHED: &[u8] = b"i";
/// Prefix of [`outbox_row`].
pub(in crate::store) const OUTBOX: &[u8] = b"o";
/// Prefix of every ticket's row.
pub(in crate::store) const TICKETS: &[u8] = b"t";
/// Prefix of a batch's row, by the sequence number of its beginning.
pub(in crate::store) const BATCHES: &[u8] = b"bh";
/// Prefix of [`own_movement_row`].
pub(in crate::store) const OWN_MOVEMENTS: &[u8] = b"y";
/// The operator's session.
pub(in crate::store) const SESSION: &[u8] = b"z";
/// What was imported of the FIDO Alliance's metadata.
pub(in crate::store) const METADATA: &[u8] = b"d";
/// The joined station.
pub(in crate::store) const STATION: &[u8] = b"w";

/// What became of an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) enum IntentState {
    Open,
    Over,
}

/// An intent by its id: where it was begun, and whether it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct IntentRow {
    /// Sequence number of its `IntentBegun`.
    pub begun: u64,
    pub state: IntentState,
}

/// What became of an outbox entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) enum EntryFate {
    Waiting,
    Settled,
}

/// An outbox entry by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct EntryRow {
    /// Sequence number of the record that made it; the enrolment it reports has the same.
    pub made: u64,
    pub fate: EntryFate,
}

/// What became of something that was done with an item of the stock here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) enum OwnFate {
    /// The registry has not answered.
    Waiting,
    Accepted,
    /// It counts for nothing, unless it is sent again and accepted.
    Refused,
    /// It counts for nothing.
    GivenUp,
}

/// Something that was done with an item of the stock here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct OwnMovement {
    pub entry: EntryId,
    pub fate: OwnFate,
    pub movement: Movement,
}

/// What an offer is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) enum OfferUse {
    /// An open intent works with it.
    InUse(IntentId),
    /// The registry has, or will have, an answer to it.
    Spent,
}

/// A key in the inventory: by what identifies it or, where nothing does, by its model and place.
pub(in crate::store) fn key_row(id: &KeyId, place: &UsbPath) -> Vec<u8> {
    let (kind, text) = identity(id, place);
    [KEYS, &id.aaguid.0, &[kind], text.as_bytes()].concat()
}

/// What tells a key from others of its model: its serial number, its tag, or no better than its place.
fn identity<'a>(id: &'a KeyId, place: &'a UsbPath) -> (u8, &'a str) {
    match (id.telling_serial(), &id.asset_tag) {
        (Some(serial), _) => (b's', serial),
        (None, Some(tag)) => (b'a', tag.as_str()),
        (None, None) => (b'p', place.as_str()),
    }
}

/// Which key was last seen at a place.
pub(in crate::store) fn place_row(place: &UsbPath) -> Vec<u8> {
    [b"p", place.as_str().as_bytes()].concat()
}

/// An enrolment, by the sequence number of its record.
pub(in crate::store) fn enrolment_row(sequence: u64) -> Vec<u8> {
    numbered(ENROLMENTS, sequence)
}

/// Which enrolment made a credential. Ids may be 1,023 bytes long; their hash is the key.
pub(in crate::store) fn credential_row(id: &Bytes) -> Vec<u8> {
    [b"c", &sha256(id.as_ref()).0[..]].concat()
}

/// Prefix of a person's enrolments.
pub(in crate::store) fn by_person(person: &PersonId) -> Vec<u8> {
    text_prefix(b"h", &[], person.as_str())
}

/// Prefix of a model's enrolments.
pub(in crate::store) fn by_model(id: &KeyId) -> Vec<u8> {
    [b"m", &id.aaguid.0[..]].concat()
}

/// Prefixes of the enrolments on this very key: by serial number and by asset tag.
pub(in crate::store) fn by_identity(id: &KeyId) -> Vec<Vec<u8>> {
    let serial = id
        .telling_serial()
        .into_iter()
        .map(|serial| text_prefix(b"s", &id.aaguid.0, serial));
    let tag = id
        .asset_tag
        .iter()
        .map(|tag| text_prefix(b"a", &id.aaguid.0, tag));
    serial.chain(tag).collect()
}

/// An open intent, by the sequence number of its beginning.
pub(in crate::store) fn unfinished_row(begun: u64) -> Vec<u8> {
    numbered(UNFINISHED, begun)
}

/// An intent by its id.
pub(in crate::store) fn intent_row(id: IntentId) -> Vec<u8> {
    [b"j", &id.0.as_bytes()[..]].concat()
}

/// Prefix of what was done with an item of the stock here.
pub(in crate::store) fn own_movements_of(item: ItemId) -> Vec<u8> {
    [OWN_MOVEMENTS, &item.0.as_bytes()[..]].concat()
}

/// Prefix of the items that bear, or bore, an identifier. Serial numbers may be long; a hash is the key.
pub(in crate::store) fn items_named(by: &Identifier) -> Vec<u8> {
    let number;
    let (kind, model, text): (u8, &[u8], &[u8]) = match by {
        Identifier::Tag { tag } => {
            number = tag.number().to_be_bytes();
            (b't', &[], &number)
        }
        Identifier::Key { aaguid, serial } => (b'k', &aaguid.0, serial.as_str().as_bytes()),
        Identifier::Token { serial } => (b'h', &[], serial.as_str().as_bytes()),
    };
    let name = sha256(&[&[kind], model, text].concat());
    [b"v", &name.0[..]].concat()
}

/// That an item bears, or bore, an identifier.
pub(in crate::store) fn item_named(by: &Identifier, item: ItemId) -> Vec<u8> {
    [&items_named(by)[..], item.0.as_bytes()].concat()
}

/// Something that was done with an item of the stock here, by the sequence number of its record.
pub(in crate::store) fn own_movement_row(item: ItemId, sequence: u64) -> Vec<u8> {
    numbered(&own_movements_of(item), sequence)
}

/// Something that was done to a key, by the sequence number of its record.
pub(in crate::store) fn care_row(sequence: u64) -> Vec<u8> {
    numbered(b"g", sequence)
}

/// An enrolment, a test or a reset in a key's history, by the sequence number of its record.
pub(in crate::store) fn handling_row(sequence: u64) -> Vec<u8> {
    numbered(b"l", sequence)
}

/// Prefix of everything in a key's history, its care included, told from others as [`key_row`] tells them.
pub(in crate::store) fn handlings_of(id: &KeyId, place: &UsbPath) -> Vec<u8> {
    let (kind, text) = identity(id, place);
    text_prefix(b"q", &[&id.aaguid.0[..], &[kind]].concat(), text)
}

/// Prefix of the care of a key, told from others as [`key_row`] tells them.
pub(in crate::store) fn cares_of(id: &KeyId, place: &UsbPath) -> Vec<u8> {
    let (kind, text) = identity(id, place);
    text_prefix(b"y", &[&id.aaguid.0[..], &[kind]].concat(), text)
}

/// Prefix of the tests of a model's keys.
pub(in crate::store) fn tests_of(id: &KeyId) -> Vec<u8> {
    [b"v", &id.aaguid.0[..]].concat()
}

/// A waiting outbox entry, by the sequence number of the record that made it.
pub(in crate::store) fn outbox_row(made: u64) -> Vec<u8> {
    numbered(OUTBOX, made)
}

/// An outbox entry by its id.
pub(in crate::store) fn entry_row(id: EntryId) -> Vec<u8> {
    [b"x", &id.0.as_bytes()[..]].concat()
}

/// What an offer is good for.
pub(in crate::store) fn offer_row(id: OfferId) -> Vec<u8> {
    [b"f", &id.0.as_bytes()[..]].concat()
}

/// A batch by its id: the sequence number of its beginning.
pub(in crate::store) fn batch_row(id: BatchId) -> Vec<u8> {
    [b"bi", &id.0.as_bytes()[..]].concat()
}

/// Prefix of the keys of a batch, by the sequence number of their beginning.
pub(in crate::store) fn runs_of(batch: u64) -> Vec<u8> {
    numbered(b"br", batch)
}

/// A key's way through a batch, by its id.
pub(in crate::store) fn run_row(id: RunId) -> Vec<u8> {
    [b"bj", &id.0.as_bytes()[..]].concat()
}

/// Which run gave a tag.
pub(in crate::store) fn given_tag_row(tag: &str) -> Vec<u8> {
    [GIVEN_TAGS, tag.as_bytes()].concat()
}

/// Prefix of [`given_tag_row`].
pub(in crate::store) const GIVEN_TAGS: &[u8] = b"bt";

/// Prefix of a day's tickets.
pub(in crate::store) fn tickets_of(day: jiff::civil::Date) -> Vec<u8> {
    [TICKETS, day.to_string().as_bytes()].concat()
}

/// Prefix of [`sealed_tickets_row`].
pub(in crate::store) const SEALED_TICKETS: &[u8] = b"n";

/// A day's sealed tickets.
pub(in crate::store) fn sealed_tickets_row(day: jiff::civil::Date) -> Vec<u8> {
    [SEALED_TICKETS, day.to_string().as_bytes()].concat()
}

/// A ticket: the `nth` of its day.
pub(in crate::store) fn ticket_row(day: jiff::civil::Date, nth: u32) -> Vec<u8> {
    [&tickets_of(day)[..], &nth.to_be_bytes()].concat()
}

/// Prefix of a person's tickets.
pub(in crate::store) fn tickets_for(person: &PersonId) -> Vec<u8> {
    text_prefix(b"u", &[], person.as_str())
}

/// Under a prefix, an item by its number.
pub(in crate::store) fn numbered(prefix: &[u8], sequence: u64) -> Vec<u8> {
    [prefix, &sequence.to_be_bytes()].concat()
}

/// The number at the end of a key that [`numbered`] made.
pub(in crate::store) fn number_of(key: &[u8]) -> Result<u64, IndexFault> {
    key.last_chunk::<8>()
        .map(|bytes| u64::from_be_bytes(*bytes))
        .ok_or_else(|| IndexFault("a key of the index is too short".to_owned()))
}

/// Text of any length inside a key; its length goes before it, so that no text is the beginning of another.
fn text_prefix(kind: &[u8], fixed: &[u8], text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes();
    [kind, fixed, &length, text.as_bytes()].concat()
}

/// A value as it is written: its version, then JSON.
pub(in crate::store) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, IndexFault> {
    let mut bytes = vec![VALUE_VERSION];
    serde_json::to_writer(&mut bytes, value)
        .map_err(|e| IndexFault(format!("a row can't be written: {e}")))?;
    Ok(bytes)
}

/// Reads what [`encode`] wrote.
pub(in crate::store) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, IndexFault> {
    match bytes.split_first() {
        Some((&VALUE_VERSION, json)) => serde_json::from_slice(json)
            .map_err(|e| IndexFault(format!("a row can't be read: {e}"))),
        Some((version, _)) => Err(IndexFault(format!("a row has the unknown form {version}"))),
        None => Err(IndexFault("a row is empty".to_owned())),
    }
}

/// A row's value, where there is one.
pub(in crate::store) fn value<T: DeserializeOwned>(
    view: &impl View,
    key: &[u8],
) -> Result<Option<T>, IndexFault> {
    view.row(key)?.as_deref().map(decode).transpose()
}
