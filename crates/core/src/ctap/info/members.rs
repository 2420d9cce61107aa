//! The members of a getInfo reply, taken one by one, however odd the key that sent them.
//!
//! Hides what becomes of a member that is not as the specification has it: it is passed over, so that it counts as not stated, and
//! named in [`Members::odd`]. Invariant: nothing is guessed from a wrong value, and of a list or a table only the items that are
//! wrong are left out.

use std::collections::BTreeMap;

use ciborium::Value;

use crate::ctap::cbor::{FieldFault, FieldResult, Fields, as_text, as_unsigned, read};

/// What is left to take of a reply, and what was odd so far.
pub(super) struct Members {
    fields: Fields,
    odd: Vec<&'static str>,
}

impl Members {
    /// Reads the body of a reply.
    pub(super) fn read(bytes: &[u8]) -> FieldResult<Self> {
        let fields = Fields::of(read(bytes)?, "getInfo")?;
        let odd = Vec::new();
        Ok(Self { fields, odd })
    }

    /// What a member is, unless it is odd.
    pub(super) fn one<T>(
        &mut self,
        key: i64,
        member: &'static str,
        read: impl FnOnce(Value, &'static str) -> FieldResult<T>,
    ) -> Option<T> {
        let value = self.fields.take(key)?;
        self.unless_odd(member, read(value, member))
    }

    /// An unsigned integer.
    pub(super) fn unsigned(&mut self, key: i64, member: &'static str) -> Option<u64> {
        self.one(key, member, as_unsigned)
    }

    /// A list, without the items that are odd.
    pub(super) fn list<T>(
        &mut self,
        key: i64,
        member: &'static str,
        item: impl Fn(Value, &'static str) -> FieldResult<T>,
    ) -> Option<Vec<T>> {
        let items = self.one(key, member, |value, member| {
            value.into_array().map_err(|_| FieldFault::Invalid {
                member,
                expected: "a list",
            })
        })?;
        let read = |value| self.unless_odd(member, item(value, member));
        Some(items.into_iter().filter_map(read).collect())
    }

    /// A list of texts, which is empty where the key states none.
    pub(super) fn texts(&mut self, key: i64, member: &'static str) -> Vec<String> {
        self.list(key, member, as_text).unwrap_or_default()
    }

    /// A map with text keys, without the entries that are odd.
    pub(super) fn table<T>(
        &mut self,
        key: i64,
        member: &'static str,
        item: impl Fn(Value, &'static str) -> FieldResult<T>,
    ) -> BTreeMap<String, T> {
        let entries = self.one(key, member, |value, member| {
            value.into_map().map_err(|_| FieldFault::Invalid {
                member,
                expected: "a map",
            })
        });
        let read = |(key, value)| {
            let entry = as_text(key, member).and_then(|key| Ok((key, item(value, member)?)));
            self.unless_odd(member, entry)
        };
        entries.into_iter().flatten().filter_map(read).collect()
    }

    /// Says that a member that is needed for nothing is not there.
    pub(super) fn missing(&mut self, member: &'static str) {
        if !self.odd.contains(&member) {
            self.odd.push(member);
        }
    }

    /// What nobody has taken, and the names of the odd ones.
    pub(super) fn into_rest(self) -> (Vec<(Value, Value)>, Vec<&'static str>) {
        (self.fields.into_rest(), self.odd)
    }

    fn unless_odd<T>(&mut self, member: &'static str, read: FieldResult<T>) -> Option<T> {
        if read.is_err() {
            self.missing(member);
        }
        read.ok()
    }
}
