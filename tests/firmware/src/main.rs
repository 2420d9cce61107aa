//! `keydesk-firmware-key`: one firmware key behind a USB gadget's device node or a Unix socket.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::ExitCode,
    thread,
    time::Duration,
};

use clap::{Args, Parser};
use keydesk_firmware::{FirmwareKey, Flash, Model, Touch, serve};

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
    /// Unix socket to listen on; one connection is one plugging in.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
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
    let policy = match &arguments.touch {
        Person::Policy(policy) => *policy,
        Person::Fifo(_) => Touch::OnDemand,
    };
    let key = FirmwareKey::new(model, flash, policy);
    if let Person::Fifo(path) = &arguments.touch {
        listen_for_touches(key.clone(), path.clone())?;
    }
    match (&arguments.place.hidg, &arguments.place.socket) {
        (Some(node), _) => serve::gadget(&key, node),
        (_, Some(path)) => serve::socket(&key, path),
        (None, None) => Ok(()),
    }
}

/// Follows the lines of a fifo, whoever writes them and however often it is closed.
fn listen_for_touches(key: FirmwareKey, path: PathBuf) -> std::io::Result<()> {
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
