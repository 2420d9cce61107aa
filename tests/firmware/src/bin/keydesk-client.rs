//! `keydesk-client`: what an enrolment asks of a key, with the station's own bay and client and nothing around them, so that it
//! can be timed beside other clients on the same key.
//!
//! Makes a discoverable credential and signs with it, a PIN token for each; the PIN is the first line of standard input. Prints the
//! milliseconds from before the bay was opened to the signature.

use std::{
    io::{BufRead, Write},
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
use keydesk::{
    bay::{Bay, BayConfig, Cancel, KeyRef, SlotState},
    ctap::{
        AnyDevice, Control, CtapError, GetAssertion, MakeCredential, Permissions, RelyingParty,
        TokenRequest, User, VerifyBy,
    },
    domain::Pin,
};

/// Longer than any key may take for a touch.
const LIMIT: Duration = Duration::from_secs(45);

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// One credential and one signature on one key.
#[derive(Parser)]
struct Arguments {
    /// USB path of the key, such as 1-1.
    place: String,
    /// RP id of the credential.
    #[arg(long, default_value = "beside.example")]
    rp_id: String,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("keydesk-client: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Fallible<()> {
    let mut typed = String::new();
    std::io::stdin().lock().read_line(&mut typed)?;
    let pin = Pin::new(typed.trim_end_matches('\n'), 4)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let taken = runtime.block_on(enrol(arguments, pin))?;
    writeln!(std::io::stdout(), "{}", taken.as_secs_f64() * 1000.0)?;
    Ok(())
}

async fn enrol(arguments: &Arguments, pin: Pin) -> Fallible<Duration> {
    let began = Instant::now();
    let bay = Bay::start(BayConfig::default())?;
    let key = tokio::time::timeout(LIMIT, ready(&bay, &arguments.place)).await?;
    let rp_id = arguments.rp_id.clone();
    let job = move |device: &mut AnyDevice, control: &mut Control<'_>| {
        make_and_sign(device, control, &pin, &rp_id)
    };
    bay.run(&key, LIMIT, &Cancel::default(), |_| {}, job)
        .await?;
    Ok(began.elapsed())
}

/// Waits until the key at this place has said what it is.
async fn ready(bay: &Bay, place: &str) -> KeyRef {
    let mut slots = bay.slots();
    loop {
        let found = slots.borrow_and_update().iter().find_map(|slot| {
            let is_it = slot.place.as_str() == place && matches!(slot.state, SlotState::Ready(_));
            is_it.then(|| KeyRef {
                place: slot.place.clone(),
                generation: slot.generation,
            })
        });
        if let Some(key) = found {
            return key;
        }
        if slots.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

fn make_and_sign(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
    pin: &Pin,
    rp_id: &str,
) -> Result<(), CtapError> {
    let asked = |permissions| TokenRequest {
        by: VerifyBy::Pin(pin),
        permissions,
        rp_id: Some(rp_id),
    };
    let token = device.token(&asked(Permissions::MAKE_CREDENTIAL), control)?;
    let creation = MakeCredential {
        client_data_hash: [1; 32],
        rp: RelyingParty {
            id: rp_id.to_owned(),
            name: Some("Beside".to_owned()),
        },
        user: User {
            id: b"beside".to_vec(),
            name: Some("beside".to_owned()),
            display_name: None,
        },
        algorithms: vec![-7],
        exclude: Vec::new(),
        discoverable: true,
        built_in_uv: false,
        cred_protect: None,
        min_pin_length: false,
        hmac_secret: false,
        enterprise_attestation: None,
    };
    let made = device.make_credential(&creation, Some(&token), control)?;
    let token = device.token(&asked(Permissions::GET_ASSERTION), control)?;
    let signing = GetAssertion {
        rp_id: rp_id.to_owned(),
        client_data_hash: [2; 32],
        allow: vec![made.credential.id],
        user_presence: true,
        built_in_uv: false,
    };
    device.assertion(&signing, Some(&token), control).map(drop)
}
