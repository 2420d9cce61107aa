//! Another client of security keys, written by others: `ctap-hid-fido2` on hidapi's C library. It shares no code with the product.
//!
//! `keydesk-interop-peer NODE set-pin|make RP-ID USER|list RP-ID|sign RP-ID CHALLENGE`, the PIN on standard input. It writes one
//! JSON object, with bytes in hexadecimal, and exits 1 with a reason on standard error where the key refuses.

use std::io::Read;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use ctap_hid_fido2::fidokey::{FidoKeyHid, GetAssertionArgsBuilder, MakeCredentialArgsBuilder};
use ctap_hid_fido2::public_key_credential_user_entity::PublicKeyCredentialUserEntity;
use ctap_hid_fido2::util::to_hex_str;
use ctap_hid_fido2::verifier::create_challenge;
use ctap_hid_fido2::{Cfg, FidoKeyHidFactory, HidParam};
use serde_json::{Value, json};

fn main() -> ExitCode {
    match run() {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<Value> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (node, command) = words.split_first().context("which node?")?;
    let mut pin = String::new();
    std::io::stdin().read_to_string(&mut pin)?;
    let pin = pin.trim_end();
    let mut config = Cfg::init();
    // The final specification's commands, which the firmware has.
    config.use_pre_credential_management = false;
    config.enable_keep_alive_msg = false;
    let node = HidParam::Path((*node).to_owned());
    let key = FidoKeyHidFactory::create_by_params(&[node], &config)?;
    match command {
        ["set-pin"] => key.set_new_pin(pin).map(|()| json!({})),
        ["make", rp_id, user] => make(&key, pin, rp_id, user),
        ["list", rp_id] => list(&key, pin, rp_id),
        ["sign", rp_id, challenge] => sign(&key, pin, rp_id, challenge),
        other => bail!("{other:?} is no command"),
    }
}

/// A discoverable credential.
fn make(key: &FidoKeyHid, pin: &str, rp_id: &str, user: &str) -> Result<Value> {
    let user = PublicKeyCredentialUserEntity::new(Some(user.as_bytes()), Some(user), Some(user));
    let asked = MakeCredentialArgsBuilder::new(rp_id, &create_challenge())
        .pin(pin)
        .resident_key()
        .user_entity(&user)
        .build();
    let made = key.make_credential_with_args(&asked)?;
    Ok(json!({ "credential": to_hex_str(&made.credential_descriptor.id) }))
}

/// All that it holds for the RP.
fn list(key: &FidoKeyHid, pin: &str, rp_id: &str) -> Result<Value> {
    let rps = key.credential_management_enumerate_rps(Some(pin))?;
    let wanted = rps
        .iter()
        .find(|rp| rp.public_key_credential_rp_entity.id == rp_id);
    let Some(rp) = wanted else {
        return Ok(json!({ "held": [] }));
    };
    let held = key.credential_management_enumerate_credentials(Some(pin), &rp.rpid_hash)?;
    let held: Vec<Value> = held
        .iter()
        .map(|it| {
            json!({
                "credential": to_hex_str(&it.public_key_credential_descriptor.id),
                "user": to_hex_str(&it.public_key_credential_user_entity.id),
            })
        })
        .collect();
    Ok(json!({ "held": held }))
}

/// With whatever credential it holds for the RP. What is signed: the authenticator data and the challenge's hash.
fn sign(key: &FidoKeyHid, pin: &str, rp_id: &str, challenge: &str) -> Result<Value> {
    let asked = GetAssertionArgsBuilder::new(rp_id, challenge.as_bytes())
        .pin(pin)
        .build();
    let signed = key.get_assertion_with_args(&asked)?;
    let first = signed.first().context("it signed nothing")?;
    Ok(json!({
        "credential": to_hex_str(&first.credential_id),
        "user": to_hex_str(&first.user.id),
        "auth_data": to_hex_str(&first.auth_data),
        "signature": to_hex_str(&first.signature),
        "of": signed.len(),
    }))
}
