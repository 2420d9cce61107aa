//! The journal's bytes, apart from any file: how a segment begins and how a record is laid out.
//!
//! All integers are big-endian. A segment is a [`SegmentHeader`] and records without gaps:
//!
//! ```text
//! header  "KEYDESKJ" | version u16 | 0 u16 | number u32 | first sequence u64 | length of the segment before u64
//!         | hash of the record before (32) | SHA-256 of all of that (32)
//! record  "KDR1" | length of payload u32 | sequence u64 | hash of the record before (32) | payload
//!         | SHA-256 of all of that (32)
//! ```
//!
//! Invariant: nothing here trusts a length, an order or a hash that it has not checked itself.

use sha2::{Digest, Sha256};

/// The largest payload, in bytes: tickets for some thousand people.
pub(in crate::store) const PAYLOAD_LIMIT: usize = 4 << 20;
/// Bytes of a segment before its first record.
pub(in crate::store) const SEGMENT_HEADER_LEN: usize = 96;
/// Bytes of a record before its payload.
pub(in crate::store) const RECORD_HEADER_LEN: usize = 48;
/// Bytes of a hash.
pub(in crate::store) const HASH_LEN: usize = 32;
/// Bytes of a record besides its payload.
pub(in crate::store) const RECORD_OVERHEAD: usize = RECORD_HEADER_LEN + HASH_LEN;
/// The version of segments that this release writes.
pub(in crate::store) const SEGMENT_VERSION: u16 = 1;

const SEGMENT_MAGIC: &[u8; 8] = b"KEYDESKJ";
/// First bytes of a record.
pub(in crate::store) const RECORD_MAGIC: &[u8; 4] = b"KDR1";

/// SHA-256 of a record; all zero before the first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Hash(pub [u8; HASH_LEN]);

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl serde::Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut hash = [0; HASH_LEN];
        hex::decode_to_slice(String::deserialize(deserializer)?, &mut hash)
            .map_err(serde::de::Error::custom)?;
        Ok(Self(hash))
    }
}

/// The last record of a chain: its sequence number (0: none yet) and its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::store) struct Tip {
    pub sequence: u64,
    pub hash: Hash,
}

/// How a segment begins, and where it belongs in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct SegmentHeader {
    pub number: u32,
    /// The last record of the segment before.
    pub before: Tip,
    /// Bytes of the segment before; 0 for the first.
    pub before_len: u64,
}

/// Why a segment header can't be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum HeaderFlaw {
    Damaged(&'static str),
    Newer(u16),
}

impl SegmentHeader {
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SEGMENT_HEADER_LEN);
        bytes.extend_from_slice(SEGMENT_MAGIC);
        bytes.extend_from_slice(&SEGMENT_VERSION.to_be_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.before.sequence.wrapping_add(1).to_be_bytes());
        bytes.extend_from_slice(&self.before_len.to_be_bytes());
        bytes.extend_from_slice(&self.before.hash.0);
        let hash = sha256(&bytes);
        bytes.extend_from_slice(&hash.0);
        bytes
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, HeaderFlaw> {
        let (body, hash) = bytes
            .split_at_checked(SEGMENT_HEADER_LEN - HASH_LEN)
            .ok_or(HeaderFlaw::Damaged("the segment's header is cut short"))?;
        let mut fields = Fields(body);
        let short = HeaderFlaw::Damaged("the segment's header is cut short");
        if &fields.take::<8>().ok_or(short)? != SEGMENT_MAGIC {
            return Err(HeaderFlaw::Damaged("this is not a segment of a journal"));
        }
        let version = u16::from_be_bytes(fields.take().ok_or(short)?);
        // The hash comes before the version: a flipped bit must not read as "made by a newer release".
        if hash.get(..HASH_LEN) != Some(&sha256(body).0[..]) {
            return Err(HeaderFlaw::Damaged(
                "the segment's header does not match its hash",
            ));
        }
        if version != SEGMENT_VERSION {
            return Err(HeaderFlaw::Newer(version));
        }
        let _reserved: [u8; 2] = fields.take().ok_or(short)?;
        let number = u32::from_be_bytes(fields.take().ok_or(short)?);
        let first = u64::from_be_bytes(fields.take().ok_or(short)?);
        let before_len = u64::from_be_bytes(fields.take().ok_or(short)?);
        let hash = Hash(fields.take().ok_or(short)?);
        let sequence = first.checked_sub(1).ok_or(HeaderFlaw::Damaged(
            "the segment says that it begins with record 0",
        ))?;
        Ok(Self {
            number,
            before: Tip { sequence, hash },
            before_len,
        })
    }
}

/// What precedes a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct RecordHeader {
    pub payload_len: usize,
    pub sequence: u64,
    pub before: Hash,
}

impl RecordHeader {
    /// Reads the first [`RECORD_HEADER_LEN`] bytes of a record; the flaw says what is wrong with them.
    pub fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        const SHORT: &str = "a record is cut short";
        let mut fields = Fields(bytes);
        if &fields.take::<4>().ok_or(SHORT)? != RECORD_MAGIC {
            return Err("no record begins here");
        }
        let payload_len = u32::from_be_bytes(fields.take().ok_or(SHORT)?);
        let payload_len =
            usize::try_from(payload_len).map_err(|_| "a record is impossibly long")?;
        if payload_len > PAYLOAD_LIMIT {
            return Err("a record is impossibly long");
        }
        Ok(Self {
            payload_len,
            sequence: u64::from_be_bytes(fields.take().ok_or(SHORT)?),
            before: Hash(fields.take().ok_or(SHORT)?),
        })
    }

    /// Bytes of the whole record.
    pub fn record_len(&self) -> usize {
        self.payload_len + RECORD_OVERHEAD
    }
}

/// A record's bytes and its hash. The payload must be no longer than [`PAYLOAD_LIMIT`].
pub(in crate::store) fn encode_record(before: Tip, payload: &[u8]) -> (Vec<u8>, Tip) {
    let sequence = before.sequence + 1;
    let mut bytes = Vec::with_capacity(payload.len() + RECORD_OVERHEAD);
    bytes.extend_from_slice(RECORD_MAGIC);
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(&sequence.to_be_bytes());
    bytes.extend_from_slice(&before.hash.0);
    bytes.extend_from_slice(payload);
    let hash = sha256(&bytes);
    bytes.extend_from_slice(&hash.0);
    (bytes, Tip { sequence, hash })
}

/// Whether `bytes` are one whole record: its hash matches what comes before the hash.
pub(in crate::store) fn record_hash(bytes: &[u8]) -> Option<Hash> {
    let (body, stated) = bytes.split_last_chunk::<HASH_LEN>()?;
    let hash = sha256(body);
    (hash.0 == *stated).then_some(hash)
}

/// Where in `bytes` a whole record later than `after` begins, if anywhere.
pub(in crate::store) fn find_record(bytes: &[u8], after: u64) -> Option<usize> {
    let most = after.saturating_add(u64::try_from(bytes.len() / RECORD_OVERHEAD).ok()? + 1);
    bytes
        .windows(RECORD_MAGIC.len())
        .enumerate()
        .filter(|(_, window)| window == RECORD_MAGIC)
        .find(|(at, _)| {
            let Some(rest) = bytes.get(*at..) else {
                return false;
            };
            // A sequence number out of reach spares hashing payloads that merely contain the magic.
            RecordHeader::decode(rest).is_ok_and(|header| {
                header.sequence > after
                    && header.sequence <= most
                    && rest
                        .get(..header.record_len())
                        .is_some_and(|r| record_hash(r).is_some())
            })
        })
        .map(|(at, _)| at)
}

pub(in crate::store) fn sha256(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

/// Takes fixed-size fields from the front.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tip(sequence: u64) -> Tip {
        Tip {
            sequence,
            hash: Hash([7; HASH_LEN]),
        }
    }

    #[test]
    fn a_record_reads_back_and_any_flipped_bit_is_noticed() {
        let (bytes, made) = encode_record(tip(41), b"what happened");
        let header = RecordHeader::decode(&bytes).expect("whole");
        assert_eq!((header.sequence, header.before), (42, tip(41).hash));
        assert_eq!(header.record_len(), bytes.len());
        assert_eq!(record_hash(&bytes), Some(made.hash));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(record_hash(&flipped), None, "bit {bit}");
        }
    }

    #[test]
    fn a_segment_header_reads_back_and_any_flipped_bit_is_damage() {
        let header = SegmentHeader {
            number: 3,
            before: tip(99),
            before_len: 1234,
        };
        let bytes = header.encode();
        assert_eq!(bytes.len(), SEGMENT_HEADER_LEN);
        assert_eq!(SegmentHeader::decode(&bytes), Ok(header));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(
                matches!(SegmentHeader::decode(&flipped), Err(HeaderFlaw::Damaged(_))),
                "bit {bit}"
            );
        }
        for length in 0..bytes.len() {
            assert!(SegmentHeader::decode(&bytes[..length]).is_err());
        }
    }

    #[test]
    fn a_header_of_a_newer_version_is_told_from_damage() {
        let mut bytes = SegmentHeader {
            number: 1,
            before: Tip::default(),
            before_len: 0,
        }
        .encode();
        bytes.truncate(SEGMENT_HEADER_LEN - HASH_LEN);
        bytes[9] = 2;
        let hash = sha256(&bytes);
        bytes.extend_from_slice(&hash.0);
        assert_eq!(SegmentHeader::decode(&bytes), Err(HeaderFlaw::Newer(2)));
    }

    #[test]
    fn a_whole_record_is_found_behind_rubbish_but_only_a_later_one() {
        let (record, _) = encode_record(tip(4), b"KDR1KDR1KDR1");
        let mut bytes = b"rubbish KDR1 rubbish".to_vec();
        let at = bytes.len();
        bytes.extend_from_slice(&record);
        assert_eq!(find_record(&bytes, 4), Some(at));
        assert_eq!(find_record(&bytes, 5), None);
        assert_eq!(find_record(&bytes[..bytes.len() - 1], 4), None);
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_anything_is_read() {
        let (mut bytes, _) = encode_record(tip(0), b"x");
        bytes[4..8].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(
            RecordHeader::decode(&bytes),
            Err("a record is impossibly long")
        );
    }
}
