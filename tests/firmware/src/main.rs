//! `keydesk-firmware-key`: one firmware key, or one software key, behind a USB gadget's device node or a Unix socket.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    thread,
    time::Duration,
};

use clap::{Args, Parser, ValueEnum};
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy, root_certificate};
use keydesk_firmware::{
    FirmwareKey, Flash, Model, Touch,
    serve::{self, Served},
};

/// A FIDO security key in software: serves 64-byte reports until it is killed.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Directory of its flash memory; without it the key forgets everything when the program ends.
    #[arg(long, visible_alias = "state", value_name = "DIR")]
    flash: Option<PathBuf>,
    /// Who touches it: always, never, after-ms=N, or fifo=PATH (made if absent; lines: touch, always, never).
    #[arg(long, default_value = "always", value_parser = parse_touch)]
    touch: Person,
    /// Name in its attestation certificate.
    #[arg(long, default_value = "Firmware Key")]
    product: String,
    /// Serve this model of the software key instead; it has no flash memory in a file.
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["flash", "product", "aaguid"])]
    software: Option<SoftModel>,
    /// Its AAGUID, 32 hexadecimal digits, dashes or not.
    #[arg(long, value_parser = parse_aaguid)]
    aaguid: Option<[u8; 16]>,
}

/// Where the host is.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Place {
    /// Device node of a HID gadget function, such as /dev/hidg0; may come and go.
    #[arg(long, value_name = "NODE")]
    hidg: Option<PathBuf>,
    /// Directory where the FunctionFS of a gadget function is mounted.
    #[arg(long, value_name = "DIR")]
    function: Option<PathBuf>,
    /// Unix socket to listen on; one connection is one plugging in.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Nowhere: write the root certificate (DER) of its attestation to standard output.
    #[arg(long)]
    print_root: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum SoftModel {
    Full,
    Biometric,
    Yubikey5Nfc,
    SecurityKeyNfc,
    EpassFido2,
    Ctap21Preview,
    Ctap20,
    U2fOnly,
}

impl SoftModel {
    fn profile(self) -> Profile {
        match self {
            Self::Full => Profile::full(),
            Self::Biometric => Profile::biometric(),
            Self::Yubikey5Nfc => Profile::yubikey_5_nfc(),
            Self::SecurityKeyNfc => Profile::security_key_nfc(),
            Self::EpassFido2 => Profile::epass_fido2(),
            Self::Ctap21Preview => Profile::ctap21_preview(),
            Self::Ctap20 => Profile::ctap20(),
            Self::U2fOnly => Profile::u2f_only(),
        }
    }
}

/// Either key, for the person in front of it.
#[derive(Clone)]
enum Key {
    Firmware(FirmwareKey),
    Software(SoftKey),
}

impl Key {
    fn set_touch(&self, touch: Touch) {
        match self {
            Self::Firmware(key) => key.set_touch(touch),
            Self::Software(key) => key.set_touch(match touch {
                Touch::Always => TouchPolicy::Auto,
                Touch::OnDemand => TouchPolicy::Manual,
                Touch::After(delay) => TouchPolicy::After(delay),
            }),
        }
    }

    fn touch(&self) -> bool {
        match self {
            Self::Firmware(key) => key.touch(),
            Self::Software(key) => key.touch(),
        }
    }

    fn shared(&self) -> Arc<dyn Served + Send> {
        match self {
            Self::Firmware(key) => Arc::new(key.clone()),
            Self::Software(key) => Arc::new(key.clone()),
        }
    }

    fn served(&self) -> &dyn Served {
        match self {
            Self::Firmware(key) => key,
            Self::Software(key) => key,
        }
    }
}

#[derive(Clone)]
enum Person {
    Policy(Touch),
    Fifo(PathBuf),
}

fn parse_touch(text: &str) -> Result<Person, String> {
    match text.split_once('=') {
        None if text == "always" || text == "auto" => Ok(Person::Policy(Touch::Always)),
        None if text == "never" => Ok(Person::Policy(Touch::OnDemand)),
        Some(("after-ms", ms)) => {
            let ms = ms
                .parse()
                .map_err(|_| format!("{ms} is not a number of milliseconds"))?;
            Ok(Person::Policy(Touch::After(Duration::from_millis(ms))))
        }
        Some(("fifo", path)) => Ok(Person::Fifo(path.into())),
        _ => Err("use always, never, after-ms=N or fifo=PATH".into()),
    }
}

fn parse_aaguid(text: &str) -> Result<[u8; 16], String> {
    let digits = text.replace('-', "");
    let number = u128::from_str_radix(&digits, 16).map_err(|error| error.to_string())?;
    if digits.len() == 32 {
        Ok(number.to_be_bytes())
    } else {
        Err("it needs 32 hexadecimal digits".into())
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("keydesk-firmware-key: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> std::io::Result<()> {
    if arguments.place.print_root {
        return std::io::stdout().write_all(&root_certificate());
    }
    let key = match arguments.software {
        Some(model) => Key::Software(SoftKey::new(model.profile())),
        None => Key::Firmware(firmware(arguments)?),
    };
    match &arguments.touch {
        Person::Policy(policy) => key.set_touch(*policy),
        Person::Fifo(path) => {
            key.set_touch(Touch::OnDemand);
            listen_for_touches(key.clone(), path.clone())?;
        }
    }
    let Place {
        hidg,
        function,
        socket,
        ..
    } = &arguments.place;
    match (hidg, function, socket) {
        (Some(node), ..) => serve::gadget(key.served(), node),
        (_, Some(mounted), _) => serve::function(&key.shared(), mounted),
        (_, _, Some(path)) => serve::socket(key.served(), path),
        (None, None, None) => Ok(()),
    }
}

fn firmware(arguments: &Arguments) -> std::io::Result<FirmwareKey> {
    let defaults = Model::default();
    let model = Model {
        product: arguments.product.clone(),
        aaguid: arguments.aaguid.unwrap_or(defaults.aaguid),
        ..defaults
    };
    let flash = match &arguments.flash {
        Some(directory) => {
            std::fs::create_dir_all(directory)?;
            Flash::Directory(directory.clone())
        }
        None => Flash::Memory,
    };
    Ok(FirmwareKey::new(model, flash, Touch::OnDemand))
}

/// Follows the lines of a fifo, whoever writes them and however often it is closed.
fn listen_for_touches(key: Key, path: PathBuf) -> std::io::Result<()> {
    if !path.exists() {
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0)?;
    }
    thread::spawn(move || {
        while let Ok(fifo) = std::fs::File::open(&path) {
            for line in BufReader::new(fifo).lines().map_while(Result::ok) {
                match line.trim() {
                    "touch" if !key.touch() => eprintln!("touched while it was not asking"),
                    "touch" => {}
                    "always" => key.set_touch(Touch::Always),
                    "never" => key.set_touch(Touch::OnDemand),
                    other => eprintln!("no such act: {other}"),
                }
            }
        }
    });
    Ok(())
}
