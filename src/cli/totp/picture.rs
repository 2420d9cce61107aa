//! A secret on its way to a phone without the kiosk's screen: as text on standard error, or in a picture file.
//!
//! Invariant: it goes nowhere unless the arguments say so; a file of it can be read by its owner only, never takes the place of
//! another one, and is removed when the run is over.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::args::Qr;
use crate::files;
use crate::text::{spoken, tr};
use crate::totp::{AppSetup, Picture};

/// Pixels of a module in a PNG: read by any phone from a screen or from paper.
const SCALE: usize = 8;

/// Black on white, whatever the terminal's colours are.
const INK: &str = "\u{1b}[38;5;16;48;5;231m";
const PLAIN: &str = "\u{1b}[0m";

/// Why it could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum NotShown {
    /// Issuer and account are too long for a QR code.
    #[error("{}", tr!(spoken(), "cli-qr-too-long"))]
    TooLong,
    #[error("{}", unwritten(.path, .source))]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}", unmade(.0))]
    Picture(#[from] png::EncodingError),
    /// Standard error.
    #[error("{}", unshown(.0))]
    Text(std::io::Error),
}

fn unwritten(path: &Path, why: &std::io::Error) -> String {
    let (path, why) = (path.display().to_string(), why.to_string());
    tr!(spoken(), "cli-file-unwritten", path = path, why = why)
}

fn unmade(why: &png::EncodingError) -> String {
    tr!(spoken(), "cli-qr-unmade", why = why.to_string())
}

fn unshown(why: &std::io::Error) -> String {
    tr!(spoken(), "cli-qr-unshown", why = why.to_string())
}

/// A secret that is in a file; dropping this removes it.
pub struct Shown(Option<PathBuf>);

impl Shown {
    /// Shows it where the arguments want it.
    pub fn new(app: &AppSetup, way: &Qr) -> Result<Self, NotShown> {
        let picture = app.picture().ok_or(NotShown::TooLong)?;
        match way {
            Qr::Text => {
                text(app, &picture).map_err(NotShown::Text)?;
                Ok(Self(None))
            }
            Qr::Png(path) => file(path, &png_of(&picture)?),
            Qr::Svg(path) => file(path, picture.svg().as_bytes()),
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(path) = &self.0
            && let Err(error) = std::fs::remove_file(path)
        {
            tracing::warn!(%error, path = %path.display(), "a picture with a secret could not be removed: destroy it");
        }
    }
}

fn text(app: &AppSetup, picture: &Picture) -> std::io::Result<()> {
    let mut out = std::io::stderr().lock();
    let colours = out.is_terminal();
    for y in (0..picture.side()).step_by(2) {
        let mut line = Zeroizing::new(String::with_capacity(picture.side() * 3));
        for x in 0..picture.side() {
            line.push(match (picture.is_dark(x, y), picture.is_dark(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        match colours {
            true => writeln!(out, "{INK}{}{PLAIN}", line.as_str())?,
            false => writeln!(out, "{}", line.as_str())?,
        }
    }
    let typed = app.typed();
    writeln!(out, "account {}: {}", app.account(), typed.as_str())?;
    out.flush()
}

fn png_of(picture: &Picture) -> Result<Zeroizing<Vec<u8>>, NotShown> {
    let (pixels, side) = picture.pixels(SCALE);
    let side = u32::try_from(side).map_err(|_| NotShown::TooLong)?;
    // Room enough that no part of it is left behind by growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(pixels.len() + 4096));
    let mut encoder = png::Encoder::new(&mut *bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}

fn file(path: &Path, bytes: &[u8]) -> Result<Shown, NotShown> {
    let failed = |source| NotShown::File {
        path: path.to_owned(),
        source,
    };
    let mut file = files::create(path).map_err(failed)?;
    // From here on it is removed, also where it could not be written whole.
    let shown = Shown(Some(path.to_owned()));
    file.write_all(bytes).map_err(failed)?;
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::domain::factor::TotpSettings;
    use crate::totp::TotpSecret;

    fn app() -> AppSetup {
        let secret = TotpSecret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").expect("a secret");
        AppSetup::new("IAMconnected", "IAMconnected", TotpSettings::APP, secret)
    }

    #[test]
    fn a_picture_is_its_owners_alone_replaces_nothing_and_goes_with_the_run() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["a.png", "a.svg"] {
            let path = folder.path().join(name);
            let way: Qr = path.to_str().expect("utf-8").parse().expect("a picture");
            let shown = Shown::new(&app(), &way).expect("written");
            let mode = path.metadata().expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
            assert!(matches!(
                Shown::new(&app(), &way),
                Err(NotShown::File { .. })
            ));
            drop(shown);
            assert!(!path.exists(), "{name}");
        }
    }

    #[test]
    fn a_png_reads_back_as_the_very_uri() {
        let app = app();
        let bytes = png_of(&app.picture().expect("a code")).expect("a picture");
        let decoder = png::Decoder::new(std::io::Cursor::new(bytes.as_slice()));
        let mut reader = decoder.read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("an image");
        let (width, height) = (
            usize::try_from(info.width).expect("small"),
            usize::try_from(info.height).expect("small"),
        );
        let mut grid = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
            pixels.get(y * width + x).copied().unwrap_or_default()
        });
        let grids = grid.detect_grids();
        let (_, text) = grids.first().expect("a code").decode().expect("decoded");
        assert_eq!(text, app.uri().as_str());
    }
}
