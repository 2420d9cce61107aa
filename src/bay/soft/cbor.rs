//! Requests and replies as CBOR: strict when reading, canonical when writing.
//!
//! Hides the CTAP2 canonical form (CTAP 2.3, section 8): the shortest encodings, map keys sorted by major type, then
//! length, then bytes, no duplicate keys, at most four levels. Invariant: what [`parse`] accepts encodes back to the same
//! bytes, so a signature over a re-encoded part of a request is a signature over what the host sent.

use ciborium::Value;

use super::status::Status;

/// CTAP 2.3, section 8: maps and arrays nest at most four deep.
const MAX_DEPTH: usize = 4;

/// Reads one canonical item that fills `bytes` completely.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Status> {
    let value: Value = ciborium::from_reader(bytes).map_err(|_| Status::INVALID_CBOR)?;
    if !within_depth(&value, MAX_DEPTH) || encode(&value) != bytes {
        return Err(Status::INVALID_CBOR);
    }
    Ok(value)
}

fn within_depth(value: &Value, left: usize) -> bool {
    match value {
        Value::Array(items) => left > 0 && items.iter().all(|v| within_depth(v, left - 1)),
        Value::Map(entries) => {
            left > 0
                && entries
                    .iter()
                    .all(|(k, v)| within_depth(k, left - 1) && within_depth(v, left - 1))
        }
        Value::Tag(..) | Value::Float(_) => false,
        _ => true,
    }
}

/// Writes a value in canonical form; entries of a map may come in any order, a duplicate key keeps its first entry.
pub(super) fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(&canonical(value), &mut out);
    out
}

fn write(value: &Value, out: &mut Vec<u8>) {
    #[expect(
        clippy::expect_used,
        reason = "writing integers, strings, arrays and maps into a Vec cannot fail"
    )]
    ciborium::into_writer(value, out).expect("a Vec takes every CBOR value");
}

fn canonical(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        Value::Map(entries) => {
            let mut keyed: Vec<(SortKey, (Value, Value))> = entries
                .iter()
                .map(|(k, v)| (sort_key(k), (canonical(k), canonical(v))))
                .collect();
            keyed.sort_by(|a, b| a.0.cmp(&b.0));
            keyed.dedup_by(|a, b| a.0 == b.0);
            Value::Map(keyed.into_iter().map(|(_, entry)| entry).collect())
        }
        other => other.clone(),
    }
}

/// Major type, encoded length, encoded bytes.
type SortKey = (u8, usize, Vec<u8>);

fn sort_key(key: &Value) -> SortKey {
    let mut bytes = Vec::new();
    write(key, &mut bytes);
    let major = bytes.first().map_or(0, |first| first >> 5);
    (major, bytes.len(), bytes)
}

/// A map being written; absent members are left out.
#[derive(Default)]
pub(super) struct MapWriter(Vec<(Value, Value)>);

impl MapWriter {
    pub(super) fn with(mut self, key: impl Into<Value>, value: impl Into<Value>) -> Self {
        self.0.push((key.into(), value.into()));
        self
    }

    pub(super) fn with_some(self, key: impl Into<Value>, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub(super) fn done(self) -> Value {
        Value::Map(self.0)
    }
}

/// A map that was read, with typed access to its members.
#[derive(Clone, Copy)]
pub(super) struct Map<'a>(&'a [(Value, Value)]);

impl<'a> Map<'a> {
    /// A value that must be a map.
    pub(super) fn of(value: &'a Value) -> Result<Self, Status> {
        match value {
            Value::Map(entries) => Ok(Self(entries)),
            _ => Err(Status::CBOR_UNEXPECTED_TYPE),
        }
    }

    /// The member itself, whatever its type.
    pub(super) fn value(self, key: impl Into<Value>) -> Option<&'a Value> {
        let key = key.into();
        self.0.iter().find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    fn typed<T>(
        self,
        key: impl Into<Value>,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Status> {
        self.value(key)
            .map(|value| read(value).ok_or(Status::CBOR_UNEXPECTED_TYPE))
            .transpose()
    }

    pub(super) fn bytes(self, key: impl Into<Value>) -> Result<Option<&'a [u8]>, Status> {
        self.typed(key, |v| v.as_bytes().map(Vec::as_slice))
    }

    pub(super) fn text(self, key: impl Into<Value>) -> Result<Option<&'a str>, Status> {
        self.typed(key, Value::as_text)
    }

    pub(super) fn flag(self, key: impl Into<Value>) -> Result<Option<bool>, Status> {
        self.typed(key, Value::as_bool)
    }

    pub(super) fn integer(self, key: impl Into<Value>) -> Result<Option<i128>, Status> {
        self.typed(key, |v| v.as_integer().map(i128::from))
    }

    /// A small unsigned number: subcommands, versions, levels. One that does not fit has no meaning to the key.
    pub(super) fn small(self, key: impl Into<Value>) -> Result<Option<u8>, Status> {
        self.integer(key)?
            .map(|n| u8::try_from(n).map_err(|_| Status::INVALID_PARAMETER))
            .transpose()
    }

    pub(super) fn array(self, key: impl Into<Value>) -> Result<Option<&'a [Value]>, Status> {
        self.typed(key, |v| v.as_array().map(Vec::as_slice))
    }

    pub(super) fn map(self, key: impl Into<Value>) -> Result<Option<Map<'a>>, Status> {
        self.value(key).map(Map::of).transpose()
    }
}

/// A number of things.
pub(super) fn count(things: usize) -> Value {
    Value::from(u64::try_from(things).unwrap_or(u64::MAX))
}

/// A member that the command cannot do without.
pub(super) fn required<T>(member: Option<T>) -> Result<T, Status> {
    member.ok_or(Status::MISSING_PARAMETER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_written_with_its_keys_in_ctap2_order() {
        let map = MapWriter::default()
            .with("b", 1)
            .with("aa", 2)
            .with(-1, 3)
            .with(256, 4)
            .with(2, 5)
            .done();
        assert_eq!(
            hex::encode(encode(&map)),
            "a502051901000420036162016261610 2".replace(' ', "")
        );
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        for hexed in [
            "1801",         // 1 in two bytes
            "a202000100",   // keys out of order
            "a201000100",   // a key twice
            "0100",         // a byte too many
            "bf0100ff",     // indefinite length
            "8181818181",   // five levels deep, and cut short
            "a10181818180", // five levels deep
            "c000",         // a tag
            "f93c00",       // a float
            "a1",           // cut short
            "",
        ] {
            let bytes = hex::decode(hexed).expect("hex");
            assert_eq!(parse(&bytes).err(), Some(Status::INVALID_CBOR), "{hexed}");
        }
    }

    #[test]
    fn four_levels_are_still_read() {
        let bytes = hex::decode("a101818180").expect("hex");
        assert!(parse(&bytes).is_ok());
    }
}
