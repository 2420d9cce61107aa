//! A PIN in a letter: one page of PDF, to be printed once, sealed, and destroyed.
//!
//! Invariant: the PIN is put into the finished page, in memory that is zeroised, so that no buffer on the way keeps it. The
//! file can be read by its owner only, never takes the place of another, and is there whole or not at all.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};
use zeroize::Zeroizing;

use crate::domain::{KeyFacts, Pin};
use crate::files;
use crate::text::{Text, spoken, tr};

/// What stands in the letter besides the PIN.
pub(super) struct Letter<'a> {
    pub text: &'a Text,
    pub key: &'a KeyFacts,
    pub station: &'a str,
    pub day: jiff::civil::Date,
}

/// Why there is no letter.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    #[error("{}", unwritten(.path, .source))]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The file, of which a part is left.
    #[error("{}", remains(&unwritten(.path, .source), .removing))]
    Remains {
        path: PathBuf,
        /// Why it could not be written.
        source: std::io::Error,
        /// Why it could not be removed.
        removing: std::io::Error,
    },
    /// Only what the page's font has can stand in it.
    #[error("{}", tr!(spoken(), "cli-letter-characters"))]
    Characters,
}

fn unwritten(path: &Path, why: &std::io::Error) -> String {
    let (path, why) = (path.display().to_string(), why.to_string());
    tr!(spoken(), "cli-file-unwritten", path = path, why = why)
}

fn remains(unwritten: &str, removing: &std::io::Error) -> String {
    let removing = removing.to_string();
    tr!(
        spoken(),
        "cli-letter-remains",
        unwritten = unwritten,
        removing = removing
    )
}

/// A4, in points of 1/72 inch.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 72.0;
/// Stands for the PIN until the page is finished; a drawn PIN never holds it.
const PLACEHOLDER: u8 = b'~';

/// Writes the letter to a new file of mode 0600 and brings it to the disk.
pub(super) fn write(path: &Path, letter: &Letter<'_>, pin: &Pin) -> Result<(), LetterError> {
    let page = page(letter, pin)?;
    whole_or_not_at_all(path, |file| {
        file.write_all(&page)?;
        file.sync_all()
    })
}

/// Makes a new file, and removes it again when it can't be filled: half a letter may hold the PIN.
fn whole_or_not_at_all(
    path: &Path,
    fill: impl FnOnce(&mut File) -> std::io::Result<()>,
) -> Result<(), LetterError> {
    let failed = |source| LetterError::File {
        path: path.to_owned(),
        source,
    };
    let mut file = files::create(path).map_err(failed)?;
    fill(&mut file).map_err(|source| match std::fs::remove_file(path) {
        Ok(()) => failed(source),
        Err(removing) => LetterError::Remains {
            path: path.to_owned(),
            source,
            removing,
        },
    })
}

fn page(letter: &Letter<'_>, pin: &Pin) -> Result<Zeroizing<Vec<u8>>, LetterError> {
    let pin = pin.as_bytes();
    if !pin.iter().all(u8::is_ascii_alphanumeric) {
        return Err(LetterError::Characters);
    }
    let placeholder = vec![PLACEHOLDER; pin.len()];
    let mut page = Zeroizing::new(without_pin(letter, &placeholder));
    let at = page
        .windows(pin.len())
        .position(|window| window == placeholder.as_slice())
        .ok_or(LetterError::Characters)?;
    if let Some(place) = page.get_mut(at..at + pin.len()) {
        place.copy_from_slice(pin);
    }
    Ok(page)
}

fn without_pin(letter: &Letter<'_>, placeholder: &[u8]) -> Vec<u8> {
    let [catalog, pages, page, plain, bold, fixed, content] = [1, 2, 3, 4, 5, 6, 7].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut sheet = pdf.page(page);
    sheet.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT));
    sheet.parent(pages);
    sheet.contents(content);
    sheet
        .resources()
        .fonts()
        .pair(Name(b"P"), plain)
        .pair(Name(b"B"), bold)
        .pair(Name(b"F"), fixed);
    sheet.finish();
    for (font, name) in [
        (plain, &b"Helvetica"[..]),
        (bold, b"Helvetica-Bold"),
        (fixed, b"Courier-Bold"),
    ] {
        pdf.type1_font(font)
            .base_font(Name(name))
            .encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    let drawn = words(letter, placeholder);
    pdf.stream(content, &drawn);
    pdf.finish()
}

/// The words of the page. The PIN stands in the lower third, which a letter folded in three keeps inside.
fn words(letter: &Letter<'_>, placeholder: &[u8]) -> Vec<u8> {
    let (t, key) = (letter.text, letter.key);
    let day = letter.day.to_string();
    let serial = key
        .id
        .serial
        .as_ref()
        .map(|serial| tr!(t, "letter-serial", serial = serial.as_str()));
    let facts = [
        Some(tr!(t, "letter-for", model = key.model.as_str())),
        serial,
        Some(tr!(
            t,
            "letter-made",
            station = letter.station,
            day = day.as_str()
        )),
    ];
    let mut content = Content::new();
    let mut y = HEIGHT - MARGIN - 20.0;
    let mut put = |font: &[u8], size: f32, y: f32, bytes: &[u8]| {
        content.begin_text();
        content.set_font(Name(font), size);
        content.next_line(MARGIN, y);
        content.show(Str(bytes));
        content.end_text();
    };
    put(b"B", 18.0, y, &latin(&tr!(t, "letter-title")));
    y -= 20.0;
    for line in facts.into_iter().flatten() {
        y -= 16.0;
        put(b"P", 11.0, y, &latin(&line));
    }
    y -= 12.0;
    for line in [
        tr!(t, "letter-yours"),
        tr!(t, "letter-change"),
        tr!(t, "letter-tries"),
    ] {
        y -= 16.0;
        put(b"P", 11.0, y, &latin(&line));
    }
    put(b"P", 11.0, 250.0, &latin(&tr!(t, "letter-pin")));
    put(b"F", 30.0, 212.0, placeholder);
    put(b"P", 8.0, MARGIN / 2.0, &latin(&tr!(t, "letter-destroy")));
    content.finish().into_vec()
}

/// Text in the page's encoding, which is Latin-1 for all that our texts use.
fn latin(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_cannot_be_written_whole_leaves_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pin.pdf");
        let full = whole_or_not_at_all(&path, |file| {
            file.write_all(b"half a letter")?;
            Err(std::io::ErrorKind::StorageFull.into())
        });
        assert!(matches!(full, Err(LetterError::File { .. })), "{full:?}");
        assert!(!path.exists());
    }

    #[test]
    fn another_file_of_that_name_is_neither_written_nor_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pin.pdf");
        std::fs::write(&path, "another's").expect("written");
        let taken = whole_or_not_at_all(&path, |file| file.write_all(b"mine"));
        assert!(matches!(taken, Err(LetterError::File { .. })), "{taken:?}");
        let kept = std::fs::read_to_string(&path).expect("there");
        assert_eq!(kept, "another's");
    }
}
