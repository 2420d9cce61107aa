//! CBOR as CTAP2 speaks it (CTAP 2.3, section 8): canonical when writing, strict and bounded when reading.
//!
//! Hides the encoding. What is read becomes a [`ciborium::Value`], taken apart through [`Fields`], whose every access is
//! checked and whose errors name the member. Map keys out of canonical order are accepted, for keys in the field send them.
//!
//! Invariant: a reader never looks beyond the bytes given, nests at most [`MAX_DEPTH`] containers, and allocates no more than
//! the bytes present can fill.

use std::cmp::Ordering;

use ciborium::Value;

mod fields;

pub use fields::{
    FieldFault, FieldResult, Fields, as_bool, as_bytes, as_signed, as_text, as_unsigned, required,
};

/// How many containers may lie in one another (CTAP 2.3, section 8: "at most four levels").
pub const MAX_DEPTH: usize = 4;

/// Writes `value` in canonical form: shortest lengths, map keys sorted.
pub fn write(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A Vec takes every write and a Value always serialises, so no error can occur here.
    let _ = ciborium::into_writer(&canonical(value), &mut bytes);
    bytes
}

fn canonical(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        Value::Map(entries) => {
            let mut entries: Vec<(Vec<u8>, Value, Value)> = entries
                .iter()
                .map(|(key, value)| (write(key), canonical(key), canonical(value)))
                .collect();
            entries.sort_by(|(a, ..), (b, ..)| key_order(a, b));
            Value::Map(
                entries
                    .into_iter()
                    .map(|(_, key, value)| (key, value))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

/// CTAP2's order of encoded map keys: by major type, then the shorter first, then byte by byte.
fn key_order(a: &[u8], b: &[u8]) -> Ordering {
    let major = |key: &[u8]| key.first().map(|first| first >> 5);
    major(a)
        .cmp(&major(b))
        .then(a.len().cmp(&b.len()))
        .then_with(|| a.cmp(b))
}

/// A map with integer keys, as every CTAP2 request is; members that are `None` are left out.
pub fn map<const N: usize>(members: [(i64, Option<Value>); N]) -> Value {
    let present = members
        .into_iter()
        .filter_map(|(key, value)| Some((Value::from(key), value?)));
    Value::Map(present.collect())
}

/// A map with text keys.
pub fn text_map<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let present = members
        .into_iter()
        .filter_map(|(key, value)| Some((Value::from(key), value?)));
    Value::Map(present.collect())
}

/// Reads exactly one value.
///
/// # Errors
/// A [`CborFault`] that names the offset, also when bytes are left over.
pub fn read(bytes: &[u8]) -> Result<Value, CborFault> {
    let (value, rest) = read_first(bytes)?;
    if rest.is_empty() {
        return Ok(value);
    }
    Err(CborFault {
        offset: bytes.len().saturating_sub(rest.len()),
        problem: Problem::Trailing { bytes: rest.len() },
    })
}

/// Reads the first value of `bytes` and returns it with what follows it.
///
/// # Errors
/// A [`CborFault`] that names the offset.
pub fn read_first(bytes: &[u8]) -> Result<(Value, &[u8]), CborFault> {
    let mut reader = Reader {
        all: bytes.len(),
        rest: bytes,
    };
    let value = reader.value(0)?;
    Ok((value, reader.rest))
}

/// Where and why bytes are not the CBOR that CTAP2 allows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at byte {offset}")]
pub struct CborFault {
    /// Offset into the bytes that were read.
    pub offset: usize,
    pub problem: Problem,
}

/// What can be wrong with CBOR.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The bytes end inside a value.
    #[error("the data ends inside a value")]
    Truncated,
    /// Bytes follow the value.
    #[error("{bytes} bytes too many")]
    Trailing { bytes: usize },
    /// Containers nest deeper than [`MAX_DEPTH`].
    #[error("values nested deeper than {MAX_DEPTH}")]
    TooDeep,
    /// Indefinite lengths, tags, reserved and other simple values, which CTAP2 excludes.
    #[error("initial byte 0x{0:02X}, which CTAP2 does not allow")]
    NotAllowed(u8),
    /// A map names a key twice.
    #[error("a map key that occurs twice")]
    DuplicateKey,
    /// Text that is not UTF-8.
    #[error("text that is not UTF-8")]
    NotUtf8,
}

struct Reader<'a> {
    all: usize,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn fault(&self, problem: Problem) -> CborFault {
        CborFault {
            offset: self.all.saturating_sub(self.rest.len()),
            problem,
        }
    }

    fn take(&mut self, bytes: u64) -> Result<&'a [u8], CborFault> {
        let taken = usize::try_from(bytes)
            .ok()
            .and_then(|bytes| self.rest.split_at_checked(bytes));
        let (taken, rest) = taken.ok_or_else(|| self.fault(Problem::Truncated))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CborFault> {
        let (taken, rest) = self
            .rest
            .split_first_chunk()
            .ok_or_else(|| self.fault(Problem::Truncated))?;
        self.rest = rest;
        Ok(*taken)
    }

    fn value(&mut self, depth: usize) -> Result<Value, CborFault> {
        let initial = *self
            .rest
            .first()
            .ok_or_else(|| self.fault(Problem::Truncated))?;
        let (major, low) = (initial >> 5, initial & 0x1f);
        if low > 27 || major == 6 {
            return Err(self.fault(Problem::NotAllowed(initial)));
        }
        if matches!(major, 4 | 5) && depth >= MAX_DEPTH {
            return Err(self.fault(Problem::TooDeep));
        }
        if major == 7 {
            return self.simple(initial);
        }
        self.take(1)?;
        let argument = match low {
            24 => self.array::<1>().map(u8::from_be_bytes)?.into(),
            25 => self.array().map(u16::from_be_bytes)?.into(),
            26 => self.array().map(u32::from_be_bytes)?.into(),
            27 => self.array().map(u64::from_be_bytes)?,
            small => small.into(),
        };
        match major {
            0 => Ok(Value::from(argument)),
            // -1 - n of a 64-bit n fits a ciborium integer, which holds all CBOR integers.
            1 => Ok(
                ciborium::value::Integer::try_from(-1 - i128::from(argument))
                    .map_or(Value::Null, Value::Integer),
            ),
            2 => Ok(Value::Bytes(self.take(argument)?.to_vec())),
            3 => self.text(argument),
            4 => self.items(argument, depth),
            _ => self.entries(argument, depth),
        }
    }

    fn simple(&mut self, initial: u8) -> Result<Value, CborFault> {
        let value = match initial {
            0xf4 => Value::Bool(false),
            0xf5 => Value::Bool(true),
            0xf6 | 0xf7 => Value::Null,
            0xfa | 0xfb => return self.float(initial),
            _ => return Err(self.fault(Problem::NotAllowed(initial))),
        };
        self.take(1)?;
        Ok(value)
    }

    fn float(&mut self, initial: u8) -> Result<Value, CborFault> {
        self.take(1)?;
        Ok(Value::Float(match initial {
            0xfa => self.array().map(f32::from_be_bytes)?.into(),
            _ => self.array().map(f64::from_be_bytes)?,
        }))
    }

    /// Text. A character that is cut off at the end is dropped: keys shorten names to 64 bytes without looking.
    fn text(&mut self, length: u64) -> Result<Value, CborFault> {
        let not_utf8 = self.fault(Problem::NotUtf8);
        let bytes = self.take(length)?;
        let whole = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() => {
                let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(valid).map_err(|_| not_utf8)?
            }
            Err(_) => return Err(not_utf8),
        };
        Ok(Value::from(whole))
    }

    fn items(&mut self, count: u64, depth: usize) -> Result<Value, CborFault> {
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(self.value(depth + 1)?);
        }
        Ok(Value::Array(items))
    }

    fn entries(&mut self, count: u64, depth: usize) -> Result<Value, CborFault> {
        let mut entries: Vec<(Value, Value)> = Vec::new();
        for _ in 0..count {
            let duplicate = self.fault(Problem::DuplicateKey);
            let key = self.value(depth + 1)?;
            if entries.iter().any(|(known, _)| *known == key) {
                return Err(duplicate);
            }
            entries.push((key, self.value(depth + 1)?));
        }
        Ok(Value::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn problem(bytes: &[u8]) -> Result<Value, Problem> {
        read(bytes).map_err(|fault| fault.problem)
    }

    #[test]
    fn map_keys_are_written_in_ctap_order() {
        let keys = [
            Value::from("b"),
            Value::from(-1),
            Value::from(300),
            Value::from("aa"),
            Value::from(7),
            Value::from("a"),
        ];
        let map = Value::Map(keys.into_iter().map(|key| (key, Value::Null)).collect());
        // 7, 300, -1, "a", "b", "aa": by type, then length, then bytes.
        assert_eq!(
            hex::encode(write(&map)),
            "a607f619012cf620f66161f66162f6626161f6"
        );
    }

    #[test]
    fn four_levels_are_read_and_a_fifth_is_not() {
        assert!(problem(&[0x81, 0x81, 0x81, 0x81, 0x00]).is_ok());
        assert_eq!(
            read(&[0x81, 0x81, 0x81, 0x81, 0x81, 0x00]),
            Err(CborFault {
                offset: 4,
                problem: Problem::TooDeep
            })
        );
    }

    #[test]
    fn what_ctap_excludes_is_refused_with_its_byte() {
        let cases: [(&[u8], Problem); 12] = [
            (&[], Problem::Truncated),
            (&[0x19, 0x01], Problem::Truncated),
            (&[0x44, 1, 2, 3], Problem::Truncated),
            (
                &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
                Problem::Truncated,
            ),
            (
                &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
                Problem::Truncated,
            ),
            (&[0x00, 0x00], Problem::Trailing { bytes: 1 }),
            (&[0x5f, 0xff], Problem::NotAllowed(0x5f)),
            (&[0xbf, 0xff], Problem::NotAllowed(0xbf)),
            (&[0xc0, 0x60], Problem::NotAllowed(0xc0)),
            (&[0xf8, 0x20], Problem::NotAllowed(0xf8)),
            (&[0xa2, 0x01, 0x00, 0x18, 0x01, 0x00], Problem::DuplicateKey),
            (&[0x62, 0xff, 0x41], Problem::NotUtf8),
        ];
        for (bytes, expected) in cases {
            assert_eq!(problem(bytes), Err(expected), "{bytes:02x?}");
        }
    }

    #[test]
    fn a_character_cut_off_at_the_end_of_a_text_is_dropped() {
        assert_eq!(problem(&[0x63, b'a', 0xe2, 0x82]), Ok(Value::from("a")));
    }

    #[test]
    fn the_smallest_integer_of_cbor_is_read() {
        let value =
            problem(&[0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).expect("an integer");
        assert_eq!(value.as_integer().map(i128::from), Some(-(1_i128 << 64)));
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            proptest::collection::vec(any::<u8>(), 0..300).prop_map(Value::Bytes),
            ".{0,40}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 8, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                proptest::collection::btree_map(any::<i16>(), inner, 0..6).prop_map(|entries| {
                    Value::Map(
                        entries
                            .into_iter()
                            .map(|(key, value)| (Value::from(key), value))
                            .collect(),
                    )
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again_and_is_canonical(value in values()) {
            let bytes = write(&value);
            let again = read(&bytes).expect("canonical bytes are readable");
            prop_assert_eq!(&again, &canonical(&value));
            prop_assert_eq!(write(&again), bytes);
        }

        #[test]
        fn no_bytes_panic_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok((_, rest)) = read_first(&bytes) {
                prop_assert!(bytes.ends_with(rest));
            }
        }
    }
}
