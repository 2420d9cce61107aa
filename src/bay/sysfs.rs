//! Which FIDO keys are plugged in, as sysfs shows it.
//!
//! Hides the kernel's directory layout. Invariant: only USB devices with a FIDO report descriptor (usage page 0xF1D0, usage 1)
//! are found; what the device claims in its strings is cut and cleaned before anybody sees it.

use std::path::{Path, PathBuf};

use super::slot::SlotIdentity;
use crate::domain::characters::is_visible;
use crate::domain::key::UsbPath;

/// Characters kept of a string that a device states.
const STRING_CHARS: usize = 64;

/// A FIDO key that is plugged in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) place: UsbPath,
    /// The full sysfs path: the kernel numbers HID devices, so that each plug has another.
    pub(super) node: String,
    /// Name of the device node, e.g. `hidraw3`.
    pub(super) name: String,
    pub(super) identity: SlotIdentity,
}

/// The FIDO keys in `sysfs`, in the order of their places. What vanishes while it is looked at is not there.
pub(super) fn fido_keys(sysfs: &Path) -> Vec<Entry> {
    let Ok(directory) = sysfs.join("class/hidraw").read_dir() else {
        return Vec::new();
    };
    let mut entries: Vec<Entry> = directory
        .flatten()
        .filter_map(|item| entry(&item.path()))
        .collect();
    entries.sort_by_cached_key(|entry| natural(entry.place.as_str()));
    entries
}

fn entry(link: &Path) -> Option<Entry> {
    let path = link.canonicalize().ok()?;
    let descriptor = std::fs::read(path.join("device/report_descriptor")).ok()?;
    if !is_fido(&descriptor) {
        return None;
    }
    let usb = usb_device(&path)?;
    Some(Entry {
        place: UsbPath::new(usb.file_name()?.to_str()?),
        name: path.file_name()?.to_str()?.to_owned(),
        node: path.to_str()?.to_owned(),
        identity: identity(&usb),
    })
}

/// The USB device that a hidraw device belongs to: the nearest directory above with a vendor id.
fn usb_device(path: &Path) -> Option<PathBuf> {
    path.ancestors()
        .find(|above| above.join("idVendor").exists())
        .map(Path::to_owned)
}

fn identity(usb: &Path) -> SlotIdentity {
    let text = |name: &str| clean(&std::fs::read(usb.join(name)).unwrap_or_default());
    let number = |name: &str| u16::from_str_radix(&text(name), 16).unwrap_or(0);
    SlotIdentity {
        vendor_id: number("idVendor"),
        product_id: number("idProduct"),
        release: number("bcdDevice"),
        manufacturer: text("manufacturer"),
        product: text("product"),
        serial: Some(text("serial")).filter(|serial| !serial.is_empty()),
    }
}

/// What a device says of itself goes to a screen and into records: nothing that nobody sees, no endless text.
fn clean(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let printable: String = text
        .chars()
        .filter(|c| is_visible(*c))
        .take(STRING_CHARS)
        .collect();
    printable.trim().to_owned()
}

/// Sorts `1-2` before `1-10`.
fn natural(place: &str) -> Vec<u32> {
    place
        .split(|c: char| !c.is_ascii_digit())
        .map(|number| number.parse().unwrap_or(0))
        .collect()
}

/// Whether a HID report descriptor (HID 1.11, section 6.2.2) opens a collection of usage page 0xF1D0, usage 1.
fn is_fido(descriptor: &[u8]) -> bool {
    const USAGE_PAGE: u8 = 0x04;
    const USAGE: u8 = 0x08;
    const COLLECTION: u8 = 0xa0;
    const LONG_ITEM: u8 = 0xfe;
    let (mut page, mut usage) = (0, 0);
    let mut rest = descriptor;
    while let Some((&prefix, after)) = rest.split_first() {
        if prefix == LONG_ITEM {
            let Some(size) = after.first() else {
                return false;
            };
            rest = after.get(usize::from(*size) + 2..).unwrap_or_default();
            continue;
        }
        let size = [0, 1, 2, 4]
            .get(usize::from(prefix & 0x03))
            .copied()
            .unwrap_or(0);
        let Some((data, after)) = after.split_at_checked(size) else {
            return false;
        };
        rest = after;
        let value = data
            .iter()
            .rev()
            .fold(0_u32, |value, byte| (value << 8) | u32::from(*byte));
        match prefix & 0xfc {
            USAGE_PAGE => page = value,
            // A usage of four bytes brings its own page along.
            USAGE if size == 4 => (page, usage) = (value >> 16, value & 0xffff),
            USAGE => usage = value,
            COLLECTION if (page, usage) == (0xf1d0, 1) => return true,
            COLLECTION => usage = 0,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
pub(super) mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// As FIDO keys have it (CTAP 2.3, section 11.2.8.1).
    pub(in super::super) const FIDO_DESCRIPTOR: [u8; 34] = [
        0x06, 0xd0, 0xf1, 0x09, 0x01, 0xa1, 0x01, 0x09, 0x20, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75,
        0x08, 0x95, 0x40, 0x81, 0x02, 0x09, 0x21, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95,
        0x40, 0x91, 0x02, 0xc0,
    ];
    const KEYBOARD: [u8; 8] = [0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07];

    /// Lays out a hidraw device as the kernel does.
    pub(in super::super) fn lay_out(
        root: &Path,
        name: &str,
        place: &str,
        instance: u32,
        descriptor: &[u8],
    ) -> PathBuf {
        let usb = root.join("devices/pci0000:00/usb1").join(place);
        let hid = usb.join(format!("{place}:1.0/0003:1050:0407.{instance:04X}"));
        let device = hid.join("hidraw").join(name);
        std::fs::create_dir_all(&device).expect("a directory");
        std::fs::create_dir_all(root.join("class/hidraw")).expect("a directory");
        let attributes: [(&str, &[u8]); 6] = [
            ("idVendor", b"1050\n"),
            ("idProduct", b"0407\n"),
            ("bcdDevice", b"0543\n"),
            ("manufacturer", b"Yubico\n"),
            ("product", b"YubiKey\x1b[31m FIDO+CCID\n"),
            ("serial", b"0012345\n"),
        ];
        for (attribute, value) in attributes {
            std::fs::write(usb.join(attribute), value).expect("a file");
        }
        std::fs::write(hid.join("report_descriptor"), descriptor).expect("a file");
        symlink("../..", device.join("device")).expect("a link");
        let link = root.join("class/hidraw").join(name);
        symlink(device, &link).expect("a link");
        link
    }

    #[test]
    fn fido_keys_are_found_by_place_and_their_strings_cleaned() {
        let root = tempfile::tempdir().expect("a directory");
        lay_out(root.path(), "hidraw7", "1-10", 9, &FIDO_DESCRIPTOR);
        lay_out(root.path(), "hidraw1", "1-2", 5, &KEYBOARD);
        lay_out(root.path(), "hidraw2", "1-9.4", 6, &FIDO_DESCRIPTOR);
        let keys = fido_keys(root.path());
        let places: Vec<&str> = keys.iter().map(|key| key.place.as_str()).collect();
        assert_eq!(places, ["1-9.4", "1-10"]);
        let key = keys.first().expect("two keys");
        assert_eq!(key.name, "hidraw2");
        let identity = &key.identity;
        assert_eq!(
            (identity.vendor_id, identity.product_id, identity.release),
            (0x1050, 0x0407, 0x0543)
        );
        assert_eq!(identity.product, "YubiKey[31m FIDO+CCID");
        assert_eq!(identity.serial.as_deref(), Some("0012345"));
    }

    #[test]
    fn descriptors_cut_anywhere_are_read_without_harm() {
        assert!(is_fido(&FIDO_DESCRIPTOR));
        assert!(!is_fido(&KEYBOARD));
        assert!(!is_fido(&[0xfe]) && !is_fido(&[0xfe, 0xff, 0x00]) && !is_fido(&[]));
        for end in 0..7 {
            assert!(
                !is_fido(FIDO_DESCRIPTOR.get(..end).expect("shorter")),
                "{end} bytes"
            );
        }
        // The usage with its page in four bytes: 0x0B, little-endian 0xF1D00001.
        assert!(is_fido(&[0x0b, 0x01, 0x00, 0xd0, 0xf1, 0xa1, 0x01]));
    }

    #[test]
    fn a_machine_without_hidraw_has_no_keys() {
        let root = tempfile::tempdir().expect("a directory");
        assert_eq!(fido_keys(root.path()), []);
    }
}
