//! Addresses of these pages: their pieces, and whether a path is one of them.

/// As a piece of an address takes it: whatever is no letter or digit is written by its bytes.
pub fn segment(text: &str) -> String {
    text.bytes().fold(String::new(), |mut written, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                written.push(char::from(byte));
            }
            _ => written.push_str(&format!("%{byte:02X}")),
        }
        written
    })
}

/// A path of these pages, and no way to anywhere else.
pub fn own_path(path: &str) -> &str {
    let mut bytes = path.bytes();
    let is_own = bytes.next() == Some(b'/')
        && bytes.next().is_none_or(|b| b != b'/')
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if is_own { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_in_an_address_stays_in_its_piece() {
        assert_eq!(segment("p-1"), "p-1");
        assert_eq!(segment("a/b?c&d=é"), "a%2Fb%3Fc%26d%3D%C3%A9");
    }

    #[test]
    fn nobody_is_led_elsewhere() {
        for path in ["/people", "/people?q=a&page=2", "/"] {
            assert_eq!(own_path(path), path);
        }
        for path in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "/a\r\nb",
            "people",
        ] {
            assert_eq!(own_path(path), "/");
        }
    }
}
