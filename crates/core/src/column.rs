//! How the domain's values stand in a database's columns: identifiers as texts, words by their stable names.
//!
//! Each is said once, for every database that has texts, numbers and bytes. What only the registry has stands in its own tables, by the
//! same macros.

use jiff::Timestamp;
use sqlx::error::BoxDynError;
use sqlx::{ColumnIndex, Decode, Error, FromRow, Row, Type};

use crate::domain::account_reset::{ResetReason, ResetState};
use crate::domain::authority::Role;
use crate::domain::exception::ExceptionEnd;
use crate::domain::factor::Algorithm;
use crate::domain::identification::Strength;
use crate::domain::suspension::{FactorRef, FactorSort};
use crate::domain::visit::{Authority, Had, Held, Suspended, SuspendedWhy};
use crate::domain::{
    Aaguid, AccountResetId, Bytes, FactorId, IdentificationId, KeyId, OfferId, OperatorId,
    OrganisationId, PersonId, PersonKind, StationId, VisitId,
};
use crate::wire::Operator;

/// A time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(pub Timestamp);

/// A time, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaybeAt(pub Option<Timestamp>);

/// A key, app or token, as the tables' views name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorName(String);

impl FactorName {
    pub fn of(factor: &FactorRef) -> Self {
        match factor {
            FactorRef::Key { credential } => Self::of_key(credential),
            FactorRef::App { factor } => Self::of_app(*factor),
        }
    }

    /// Of the credential on a key.
    pub fn of_key(credential: &Bytes) -> Self {
        Self(hex::encode_upper(&credential.0))
    }

    /// Of an app or token.
    pub fn of_app(factor: FactorId) -> Self {
        Self(factor.to_string())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The credential, if it is a key's.
    pub fn as_key(&self) -> Option<Bytes> {
        hex::decode(&self.0).ok().map(Bytes)
    }
}

impl From<At> for Timestamp {
    fn from(at: At) -> Self {
        at.0
    }
}

impl From<MaybeAt> for Option<Timestamp> {
    fn from(at: MaybeAt) -> Self {
        at.0
    }
}

/// What is bound.
#[macro_export]
macro_rules! columns_written {
    ($($type:ty => $kept:ty, $write:expr;)*) => {$(
        impl<'q, DB: ::sqlx::Database> ::sqlx::Encode<'q, DB> for $type
        where
            $kept: ::sqlx::Encode<'q, DB>,
        {
            fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<::sqlx::encode::IsNull, ::sqlx::error::BoxDynError> {
                let write: fn(&$type) -> $kept = $write;
                write(self).encode(buffer)
            }
        }
    )*};
}

/// What is found.
#[macro_export]
macro_rules! columns_found {
    ($($type:ty => $kept:ty, $read:expr;)*) => {$(
        impl<DB: ::sqlx::Database> ::sqlx::Type<DB> for $type
        where
            $kept: ::sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <$kept as ::sqlx::Type<DB>>::type_info()
            }

            fn compatible(info: &DB::TypeInfo) -> bool {
                <$kept as ::sqlx::Type<DB>>::compatible(info)
            }
        }

        impl<'r, DB: ::sqlx::Database> ::sqlx::Decode<'r, DB> for $type
        where
            $kept: ::sqlx::Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, ::sqlx::error::BoxDynError> {
                let read: fn($kept) -> Result<$type, ::sqlx::error::BoxDynError> = $read;
                read(<$kept as ::sqlx::Decode<'r, DB>>::decode(value)?)
            }
        }
    )*};
}

macro_rules! texts {
    ($($type:ident)*) => {
        $crate::column::columns_written! {$($type => String, |id| id.as_str().to_owned();)*}
        $crate::column::columns_found! {$($type => String, |text| Ok($type::new(text));)*}
    };
}

macro_rules! uuids {
    ($($type:ident)*) => {
        $crate::column::columns_written! {$($type => String, $type::to_string;)*}
        $crate::column::columns_found! {$($type => String, |text| Ok(text.parse()?);)*}
    };
}

#[macro_export]
macro_rules! column_words {
    ($($type:ident)*) => {
        $crate::column::columns_written! {$($type => String, |word| word.as_str().to_owned();)*}
        $crate::column::columns_found! {$(
            $type => String,
            |text| $type::parse(&text).ok_or_else(|| format!("{text:?} is no {}", stringify!($type)).into());
        )*}
    };
}

pub use {column_words, columns_found, columns_written};

texts! {OperatorId OrganisationId PersonId StationId}
uuids! {Aaguid AccountResetId FactorId IdentificationId OfferId VisitId}
column_words! {Algorithm Authority ExceptionEnd Had PersonKind ResetReason ResetState Role Strength SuspendedWhy}

columns_written! {
    At => i64, |at| at.0.as_millisecond();
    FactorName => String, |name| name.0.clone();
    Bytes => Vec<u8>, |bytes| bytes.0.clone();
    FactorSort => String, |sort| sort.as_str().to_owned();
}

columns_found! {
    At => i64, |ms| Ok(At(Timestamp::from_millisecond(ms)?));
    MaybeAt => Option<i64>, |ms| Ok(MaybeAt(ms.map(Timestamp::from_millisecond).transpose()?));
    FactorName => String, |name| Ok(FactorName(name));
    Bytes => Vec<u8>, |bytes| Ok(Bytes(bytes));
    FactorSort => String, |word| match word.as_str() {
        "key" => Ok(FactorSort::Key),
        "app" => Ok(FactorSort::App),
        _ => Err(format!("{word:?} is no sort of a factor").into()),
    };
}

/// What several columns are together, which other rows have among theirs.
macro_rules! row {
    ($type:ident, |$row:ident| $read:expr) => {
        impl<'r, R: Row> FromRow<'r, R> for $type
        where
            &'static str: ColumnIndex<R>,
            String: Decode<'r, R::Database> + Type<R::Database>,
            i64: Decode<'r, R::Database> + Type<R::Database>,
        {
            fn from_row($row: &'r R) -> Result<Self, Error> {
                $read
            }
        }
    };
}

row! {Operator, |row| {
    Ok(Self {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        role: row.try_get("role")?,
    })
}}

row! {KeyId, |row| {
    Ok(Self {
        aaguid: row.try_get("aaguid")?,
        serial: row.try_get("serial")?,
        asset_tag: row.try_get("asset_tag")?,
    })
}}

// From its sort and its name.
row! {FactorRef, |row| {
    let name: FactorName = row.try_get("id")?;
    let bad = |why: BoxDynError| Error::Decode(why);
    Ok(match row.try_get("sort")? {
        FactorSort::Key => Self::Key {
            credential: Bytes(hex::decode(name.0).map_err(|why| bad(why.into()))?),
        },
        FactorSort::App => Self::App {
            factor: name.0.parse().map_err(|why: uuid::Error| bad(why.into()))?,
        },
    })
}}

row! {Held, |row| {
    let at = |column: &'static str| row.try_get::<MaybeAt, _>(column).map(|at| at.0);
    let (taken_at, waiting_since) = (at("taken_ms")?, at("waiting_ms")?);
    let suspended = at("suspended_ms")?.zip(row.try_get("suspended_why")?);
    Ok(Self {
        waiting_since: waiting_since.filter(|_| taken_at.is_none()),
        suspended: suspended.map(|(at, why)| Suspended { at, why }),
        lent_until: at("lent_until_ms")?,
    })
}}
