//! Files that come with a box of hardware tokens: their serial numbers and seeds.
//!
//! What it hides: PSKC (RFC 6030; plain, under a pre-shared key, or under a password) and the CSV files of vendors. Invariants:
//! all of a file or nothing; no part of a seed is ever in an error.

mod csv_file;
mod pskc;

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{NotASecret, TotpSecret};
use crate::domain::OneLine;
use crate::domain::factor::{SettingsFault, TotpSettings};
use crate::domain::line::NotOneLine;
use crate::domain::list::{self, Oddity};

/// The largest file that is read.
pub const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Most tokens in one file.
const TOKENS_MAX: usize = 10_000;

/// Most characters of a serial number or a manufacturer's name.
const TEXT_MAX: usize = 64;

/// A hardware token and its seed. Has no `Debug`, because its seed has none.
pub struct Token {
    /// As it is printed on it.
    pub serial: String,
    /// Who makes it, where the file says.
    pub manufacturer: Option<String>,
    /// How codes come of the seed.
    pub settings: TotpSettings,
    /// The seed.
    pub secret: TotpSecret,
    /// From when on it is not to be used, where the file says.
    pub expires: Option<Timestamp>,
}

/// What opens an encrypted file.
pub enum FileKey {
    /// A key that was agreed on: 16, 24 or 32 bytes.
    PreShared(Zeroizing<Vec<u8>>),
    Password(Zeroizing<String>),
}

/// Why a file could not be taken. Nothing of it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct TokenFileError {
    /// Where: a line, or a token's number and serial.
    pub place: String,
    pub fault: TokenFault,
}

/// What is wrong with a file of tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    #[error("the file is larger than 4 MiB or has more than 10,000 tokens: split it")]
    TooLarge,
    /// XML that is no PSKC.
    #[error("not a file of tokens: {0}")]
    NotReadable(String),
    /// A list that can't be read.
    #[error("{0}")]
    Row(String),
    /// The first line of a list.
    #[error("neither a heading that is known nor a token: name the columns serial and seed")]
    NoHeading,
    /// More than an OATH list has.
    #[error(
        "field {0} is not understood: without a heading a line has serial, seed, type, digits and period"
    )]
    Field(usize),
    /// Not TOTP.
    #[error("a token of the type {0:?}: only TOTP is supported, whose codes follow the clock")]
    Kind(String),
    /// What a spreadsheet has made of it, or what nobody can see in it.
    #[error("{0} {1}")]
    Odd(String, Oddity),
    /// It names whose the token is.
    #[error(
        "the token is somebody's already in this file: empty that column, and give tokens out with `keydesk totp assign`"
    )]
    Owned,
    /// Its time is over.
    #[error("the token expired on {0}")]
    Expired(String),
    /// Its time has not come.
    #[error("the token may not be used before {0}")]
    NotYet(String),
    /// It has no token.
    #[error("there is no token in it")]
    Empty,
    /// Something that every token needs.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A value that can't be.
    #[error("{0} cannot be used")]
    Unusable(&'static str),
    /// Something that this release can't do.
    #[error("{0} is not supported")]
    Unsupported(String),
    #[error("the seed is no secret: {0}")]
    Seed(#[from] NotASecret),
    /// All zeros, or hardly anything else.
    #[error(
        "the seed is no secret: it is nearly all the same, as in a form that was not filled in; ask the vendor for another file"
    )]
    NoSecret,
    /// Hex or base32?
    #[error(
        "the seeds can be read as hex and as base32: add a column \"encoding\" that says which"
    )]
    Ambiguous,
    /// Digits or period.
    #[error(transparent)]
    Settings(#[from] SettingsFault),
    /// The same serial twice.
    #[error("the serial number {0} is in the file twice")]
    Twice(String),
    /// The file is encrypted.
    #[error("the seeds are encrypted: give {0}")]
    KeyNeeded(&'static str),
    /// The key or the password does not open it, or the file is damaged.
    #[error("the seeds do not open: the key or password is wrong, or the file is damaged")]
    NotOpened,
}

impl TokenFault {
    fn at(self, place: impl Into<String>) -> TokenFileError {
        TokenFileError {
            place: place.into(),
            fault: self,
        }
    }
}

/// Reads a file of tokens: PSKC where it is XML, else a list. `now` tells which of them have expired.
pub fn read(
    file: &[u8],
    key: Option<&FileKey>,
    now: Timestamp,
) -> Result<Vec<Token>, TokenFileError> {
    if file.len() > FILE_BYTES_MAX {
        return Err(TokenFault::TooLarge.at("file"));
    }
    let text = list::text(file)?;
    let tokens = match text.trim_start().starts_with('<') {
        true => pskc::read(text.trim_start(), key, now)?,
        false => csv_file::read(text)?,
    };
    if tokens.is_empty() {
        return Err(TokenFault::Empty.at("file"));
    }
    if let Some(token) = tokens.iter().find(|token| token.secret.is_no_secret()) {
        return Err(TokenFault::NoSecret.at(format!("token {}", token.serial)));
    }
    let mut seen = std::collections::HashSet::new();
    match tokens
        .iter()
        .find(|token| !seen.insert(token.serial.as_str()))
    {
        Some(twice) => Err(TokenFault::Twice(twice.serial.clone()).at("file")),
        None => Ok(tokens),
    }
}

/// What is printed on a token: visible ASCII and no space, as the registry takes it.
fn serial(text: &str) -> Result<String, TokenFault> {
    let what = "the serial number";
    let serial = name(text, what)?;
    match serial.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(serial),
        false => Err(TokenFault::Unusable(what)),
    }
}

/// A text that people will read: some printable characters.
fn name(text: &str, what: &'static str) -> Result<String, TokenFault> {
    OneLine::<TEXT_MAX>::new(text)
        .map(String::from)
        .map_err(|fault| match fault {
            NotOneLine::Blank => TokenFault::Missing(what),
            NotOneLine::Control | NotOneLine::Hidden(_) | NotOneLine::TooLong { .. } => {
                TokenFault::Unusable(what)
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_of_tokens_is_refused_without_telling_a_seed() {
        let fault = |file: &[u8]| {
            read(file, None, Timestamp::UNIX_EPOCH)
                .err()
                .map(|error| error.fault)
        };
        assert_eq!(fault(b""), Some(TokenFault::Empty));
        assert!(matches!(fault(b"\xff\xfe"), Some(TokenFault::Row(_))));
        assert!(matches!(fault(b"<a>"), Some(TokenFault::NotReadable(_))));
        assert_eq!(
            fault(&vec![b' '; FILE_BYTES_MAX + 1]),
            Some(TokenFault::TooLarge)
        );
        let zeros = format!("serial,seed\nA1,{}\n", "00".repeat(20));
        assert_eq!(fault(zeros.as_bytes()), Some(TokenFault::NoSecret));
        let named = read(zeros.as_bytes(), None, Timestamp::UNIX_EPOCH).err();
        assert!(named.is_some_and(|error| error.to_string().starts_with("token A1: ")));
        let alternating = format!("serial,seed\nA1,{}\n", "00ff".repeat(10));
        assert_eq!(fault(alternating.as_bytes()), Some(TokenFault::NoSecret));
        assert!(matches!(
            fault(b"serial,seed\nA1,31323334\n"),
            Some(TokenFault::Seed(_))
        ));
        let twice = b"serial,seed\nA1,3132333435363738393031323334353637383930\nA1,3132333435363738393031323334353637383931\n";
        assert_eq!(fault(twice), Some(TokenFault::Twice("A1".to_owned())));
    }

    proptest::proptest! {
        #[test]
        fn no_file_makes_the_reader_panic(text in "\\PC{0,400}", xml in "(<|>|/|KeyContainer|KeyPackage|Key|Data|Secret| |a){0,80}") {
            let password = FileKey::Password(Zeroizing::new("x".to_owned()));
            let now = Timestamp::UNIX_EPOCH;
            let _ = read(text.as_bytes(), None, now);
            let _ = read(format!("<{xml}").as_bytes(), Some(&password), now);
        }
    }
}
