//! A QR code as modules, dark or light, whatever they are drawn with.

use qrcode::{Color, EcLevel, QrCode, Version};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Light modules around the code (ISO/IEC 18004: four).
pub const QUIET_ZONE: usize = 4;

/// The largest version that fits 80×24 with its quiet zone: 37 modules, 45 with the zone, 23 lines of half blocks.
const COMFORTABLE: i16 = 5;

/// A QR code. Its modules tell the secret, so they are zeroised.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Picture {
    /// Modules of a side, without the quiet zone.
    width: usize,
    /// Row by row; true is dark.
    dark: Vec<bool>,
}

impl Picture {
    /// The code of a text: with as much redundancy as fits the comfortable size, else as small as can be.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let comfortable = [EcLevel::Q, EcLevel::M, EcLevel::L]
            .into_iter()
            .find_map(|level| QrCode::with_version(text, Version::Normal(COMFORTABLE), level).ok());
        let code = match comfortable {
            Some(code) => code,
            None => QrCode::with_error_correction_level(text, EcLevel::L).ok()?,
        };
        Some(Self {
            width: code.width(),
            dark: code
                .to_colors()
                .into_iter()
                .map(|c| c == Color::Dark)
                .collect(),
        })
    }

    /// Modules of a side, with the quiet zone.
    pub fn side(&self) -> usize {
        self.width + 2 * QUIET_ZONE
    }

    /// Whether a module is dark, counted from the corner of the quiet zone; light beyond the edges.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        let (Some(x), Some(y)) = (x.checked_sub(QUIET_ZONE), y.checked_sub(QUIET_ZONE)) else {
            return false;
        };
        x < self.width && self.dark.get(y * self.width + x).copied().unwrap_or(false)
    }

    /// The same, black on white, as an SVG file; one module is one unit.
    pub fn svg(&self) -> zeroize::Zeroizing<String> {
        let side = self.side();
        let mut path = String::new();
        for y in 0..side {
            for x in (0..side).filter(|x| self.is_dark(*x, y)) {
                path.push_str(&format!("M{x} {y}h1v1h-1z"));
            }
        }
        let svg = zeroize::Zeroizing::new(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path d=\"{path}\"/></svg>\n"
        ));
        path.zeroize();
        svg
    }

    /// The same as one byte a pixel, 0 black and 255 white, each module `scale` pixels wide: the pixels and the length of a side.
    pub fn pixels(&self, scale: usize) -> (zeroize::Zeroizing<Vec<u8>>, usize) {
        let side = self.side() * scale.max(1);
        let pixel = |i: usize| match self.is_dark(i % side / scale.max(1), i / side / scale.max(1))
        {
            true => 0,
            false => 255,
        };
        (
            (0..side * side).map(pixel).collect::<Vec<u8>>().into(),
            side,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &[u8] =
        b"otpauth://totp/IAMconnected?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=IAMconnected";

    fn read(picture: &Picture, scale: usize) -> String {
        let (pixels, side) = picture.pixels(scale);
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| pixels[y * side + x]);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1, "one code");
        grids[0].decode().expect("readable").1
    }

    #[test]
    fn the_code_fits_eighty_by_twenty_four_and_a_reader_reads_it() {
        let picture = Picture::of(URI).expect("fits");
        assert_eq!(picture.side(), 45);
        for scale in [1, 3] {
            assert_eq!(read(&picture, scale).as_bytes(), URI);
        }
    }

    #[test]
    fn a_long_label_makes_a_larger_code_and_none_when_it_is_too_long() {
        let long: Vec<u8> = URI.iter().copied().cycle().take(400).collect();
        let picture = Picture::of(&long).expect("fits");
        assert!(picture.side() > 45);
        assert_eq!(read(&picture, 2).as_bytes(), long);
        assert!(Picture::of(&URI.repeat(40)).is_none());
    }

    #[test]
    fn the_drawing_is_white_around_and_dark_where_the_code_is() {
        let picture = Picture::of(URI).expect("fits");
        assert!(!picture.is_dark(3, 20) && !picture.is_dark(500, 2));
        assert!(picture.is_dark(4, 4) && picture.is_dark(10, 4));
        assert!(picture.svg().contains("M4 4h1v1h-1z") && !picture.svg().contains("M3 4h"));
    }
}
