//! Taking a CBOR map apart, member by member.
//!
//! Hides [`ciborium::Value`] from those who parse replies. Invariant: a member of the wrong type is an error that names it, an
//! absent one is `None`, and a member nobody asks for is no error.

use ciborium::Value;

use super::CborFault;

/// The members of one map. Each can be taken once.
pub struct Fields {
    entries: Vec<(Value, Value)>,
}

/// Why a reply does not have the members that the specification says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldFault {
    /// The bytes are not CBOR as CTAP2 allows it.
    #[error("{0}")]
    Cbor(#[from] CborFault),
    /// A member that must be there is not.
    #[error("`{member}` is missing")]
    Missing {
        /// Its name in the specification.
        member: &'static str,
    },
    /// A member has a type or a value that the specification excludes.
    #[error("`{member}` is not {expected}")]
    Invalid {
        /// Its name in the specification.
        member: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

/// A shorthand for parsers of members.
pub type FieldResult<T> = Result<T, FieldFault>;

impl Fields {
    /// The members of `value`, called `member` in errors.
    ///
    /// # Errors
    /// [`FieldFault::Invalid`] when it is not a map.
    pub fn of(value: Value, member: &'static str) -> FieldResult<Self> {
        match value {
            Value::Map(entries) => Ok(Self { entries }),
            _ => Err(FieldFault::Invalid {
                member,
                expected: "a map",
            }),
        }
    }

    /// Takes the raw member with this key out; `None` when it is absent or null.
    pub fn take(&mut self, key: impl Into<Value>) -> Option<Value> {
        let key = key.into();
        let index = self.entries.iter().position(|(known, _)| *known == key)?;
        let (_, value) = self.entries.swap_remove(index);
        (value != Value::Null).then_some(value)
    }

    /// Takes a byte string.
    pub fn bytes(
        &mut self,
        key: impl Into<Value>,
        member: &'static str,
    ) -> FieldResult<Option<Vec<u8>>> {
        self.take(key)
            .map(|value| as_bytes(value, member))
            .transpose()
    }

    /// Takes a byte string of exactly `N` bytes.
    pub fn array<const N: usize>(
        &mut self,
        key: impl Into<Value>,
        member: &'static str,
        expected: &'static str,
    ) -> FieldResult<Option<[u8; N]>> {
        let bytes = self.bytes(key, member)?;
        bytes
            .map(|bytes| {
                bytes
                    .try_into()
                    .map_err(|_| FieldFault::Invalid { member, expected })
            })
            .transpose()
    }

    /// Takes a text.
    pub fn text(
        &mut self,
        key: impl Into<Value>,
        member: &'static str,
    ) -> FieldResult<Option<String>> {
        self.take(key)
            .map(|value| as_text(value, member))
            .transpose()
    }

    /// Takes a truth value.
    pub fn boolean(
        &mut self,
        key: impl Into<Value>,
        member: &'static str,
    ) -> FieldResult<Option<bool>> {
        self.take(key)
            .map(|value| as_bool(value, member))
            .transpose()
    }

    /// Takes an unsigned integer.
    pub fn unsigned(
        &mut self,
        key: impl Into<Value>,
        member: &'static str,
    ) -> FieldResult<Option<u64>> {
        self.take(key)
            .map(|value| as_unsigned(value, member))
            .transpose()
    }

    /// Takes a signed integer.
    pub fn signed(
        &mut self,
        key: impl Into<Value>,
        member: &'static str,
    ) -> FieldResult<Option<i64>> {
        self.take(key)
            .map(|value| as_signed(value, member))
            .transpose()
    }

    /// Takes a list, each item read by `item`.
    pub fn list<T>(
        &mut self,
        key: impl Into<Value>,
        member: &'static str,
        item: impl Fn(Value, &'static str) -> FieldResult<T>,
    ) -> FieldResult<Option<Vec<T>>> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|value| item(value, member))
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(FieldFault::Invalid {
                member,
                expected: "a list",
            }),
        }
    }

    /// Takes a map.
    pub fn map(
        &mut self,
        key: impl Into<Value>,
        member: &'static str,
    ) -> FieldResult<Option<Self>> {
        self.take(key)
            .map(|value| Self::of(value, member))
            .transpose()
    }

    /// What nobody has taken.
    pub fn into_rest(self) -> Vec<(Value, Value)> {
        self.entries
    }
}

/// Says that a member must be there.
pub fn required<T>(value: Option<T>, member: &'static str) -> FieldResult<T> {
    value.ok_or(FieldFault::Missing { member })
}

/// Reads a byte string.
pub fn as_bytes(value: Value, member: &'static str) -> FieldResult<Vec<u8>> {
    value.into_bytes().map_err(|_| FieldFault::Invalid {
        member,
        expected: "a byte string",
    })
}

/// Reads a text.
pub fn as_text(value: Value, member: &'static str) -> FieldResult<String> {
    value.into_text().map_err(|_| FieldFault::Invalid {
        member,
        expected: "a text",
    })
}

/// Reads a truth value.
pub fn as_bool(value: Value, member: &'static str) -> FieldResult<bool> {
    value.into_bool().map_err(|_| FieldFault::Invalid {
        member,
        expected: "true or false",
    })
}

/// Reads an unsigned 64-bit integer.
pub fn as_unsigned(value: Value, member: &'static str) -> FieldResult<u64> {
    let number = value
        .as_integer()
        .and_then(|number| u64::try_from(number).ok());
    number.ok_or(FieldFault::Invalid {
        member,
        expected: "an unsigned integer",
    })
}

/// Reads a signed 64-bit integer.
pub fn as_signed(value: Value, member: &'static str) -> FieldResult<i64> {
    let number = value
        .as_integer()
        .and_then(|number| i64::try_from(number).ok());
    number.ok_or(FieldFault::Invalid {
        member,
        expected: "an integer",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_taken_by_its_key_and_the_rest_stays() {
        let map = super::super::map([
            (1, Some(Value::from("a"))),
            (2, Some(Value::Null)),
            (9, Some(Value::from(true))),
        ]);
        let mut fields = Fields::of(map, "reply").expect("a map");
        assert_eq!(fields.text(1, "first"), Ok(Some("a".to_owned())));
        assert_eq!(fields.text(2, "second"), Ok(None));
        assert_eq!(fields.text(3, "third"), Ok(None));
        assert_eq!(fields.into_rest(), [(Value::from(9), Value::from(true))]);
    }

    #[test]
    fn a_member_of_the_wrong_type_is_named() {
        let map = super::super::map([(1, Some(Value::from("a"))), (2, Some(Value::from(-1)))]);
        let mut fields = Fields::of(map, "reply").expect("a map");
        assert_eq!(
            fields.unsigned(1, "first"),
            Err(FieldFault::Invalid {
                member: "first",
                expected: "an unsigned integer"
            })
        );
        assert_eq!(
            fields.unsigned(2, "second"),
            Err(FieldFault::Invalid {
                member: "second",
                expected: "an unsigned integer"
            })
        );
        assert!(Fields::of(Value::Null, "reply").is_err());
    }
}
