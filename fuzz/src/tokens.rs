//! Files of hardware tokens.

use keydesk::domain::factor::TotpSettings;
use keydesk::totp::tokens::{FileKey, read};

use super::lists::lines;

/// Reads a file with no key, with the key of RFC 6030's examples, and with its password. What is taken must hold what it promises.
/// True when one of them opens it.
pub fn token_file(data: &[u8]) -> bool {
    let key = (0..16)
        .map(|i| [0x12, 0x34, 0x56, 0x78, 0x90][i % 5])
        .collect::<Vec<u8>>();
    let keys = [
        None,
        Some(FileKey::PreShared(key.into())),
        Some(FileKey::Password("qwerty".to_owned().into())),
    ];
    // Many iterations of the key's derivation would only slow the search down.
    let text = String::from_utf8_lossy(data);
    let digits = |rest: &str| {
        rest.trim_start()
            .chars()
            .take_while(char::is_ascii_digit)
            .count()
    };
    if text
        .split("IterationCount")
        .skip(1)
        .any(|rest| digits(rest.trim_start_matches('>')) > 4)
    {
        return false;
    }
    let mut opened = false;
    for key in &keys {
        let tokens = match read(data, key.as_ref(), jiff::Timestamp::UNIX_EPOCH) {
            Ok(tokens) => tokens,
            Err(error) => {
                let line = error.place.strip_prefix("line ").map(str::parse::<usize>);
                let there = |line: &usize| (1..=lines(data).len()).contains(line);
                assert!(
                    line.is_none_or(|line| line.as_ref().is_ok_and(there)),
                    "{error}"
                );
                continue;
            }
        };
        opened = true;
        assert!(!tokens.is_empty());
        for token in tokens {
            assert!((16..=128).contains(&token.secret.as_bytes().len()));
            assert!(
                (1..=64).contains(&token.serial.len())
                    && token.serial.bytes().all(|b| b.is_ascii_graphic())
            );
            assert_eq!(
                token.settings.checked(),
                Ok::<TotpSettings, _>(token.settings)
            );
        }
    }
    opened
}
